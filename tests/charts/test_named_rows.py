"""What a finding names is drawn, also where several have the same number, or nearly so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

import asana_frames as af
from tests.charts.drawn import finding_of, legend_of

COUNT = 20
NAMES = [f"P{at:02}" for at in range(COUNT)]
GIDS = [f"12{at:04}" for at in range(COUNT)]
#: All 0.3, but for the rounding of floats.
NOISY = [0.3, *[0.1 + 0.2] * (COUNT - 1)]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def names_of(ax: Axes) -> list[str]:
    """The names from the top down, however the axis runs."""
    names = [label.get_text() for label in ax.get_yticklabels()]
    return names if ax.yaxis_inverted() else names[::-1]


def small() -> Axes:
    return plt.subplots(figsize=(5, 2.2))[1]


def goals() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gid": GIDS,
            "name": NAMES,
            "status": "red",
            "progress": np.linspace(0, 0.5, COUNT),
            "ahead": [-one for one in NOISY],
            "parent_names": [("Top",) if at > COUNT / 2 else () for at in range(COUNT)],
        }
    )


def scorecard() -> pd.DataFrame:
    progress = np.linspace(0, 0.5, COUNT)
    return pd.DataFrame(
        {
            "objective_gid": ["1", "2"] * (COUNT // 2),
            "objective_name": ["One", "Two"] * (COUNT // 2),
            "key_result_gid": GIDS,
            "key_result_name": NAMES,
            "status": "red",
            "progress": progress,
            "expected": progress + 0.3,
            "current_of_target": "1 of 2",
            "days_since_status": 1,
        }
    )


def tree() -> pd.DataFrame:
    return goals().assign(kind="goal", depth=0, is_repeated=False)


def drivers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            **{"goal_gid": "9", "goal_name": "Sell", "ahead": -0.3},
            **{"driver_gid": GIDS, "driver_name": NAMES, "kind": "goal"},
            **{"progress": 0.5, "weight": 0.5, "owed": [*[0.1] * 15, *NOISY[:5]]},
        }
    )


def budgets() -> pd.DataFrame:
    return pd.DataFrame(
        {
            **{"budget_gid": GIDS, "project_name": NAMES, "units": "hours", "used": 60.0},
            **{"total": 60.0, "share": [4 * one for one in NOISY], "state": "over"},
            "forecast_share": None,
        }
    )


def rates(missed: list[int]) -> pd.DataFrame:
    """Projects whose tasks were mostly late, of which the first has the lowest rate."""
    on_time = [0, *[95] * (COUNT - 1)]
    whole = np.array(on_time) + missed
    return pd.DataFrame(
        {
            **{"project_gid": GIDS, "project_name": NAMES, "done_on_time": on_time},
            **{"done_late": missed, "open_late": 0, "on_time_rate": np.array(on_time) / whole},
        }
    )


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (af.charts.goal_progress, goals()),
        (lambda table, ax: af.charts.goal_progress(table, by="parent", ax=ax), goals()),
        (af.charts.scorecard, scorecard()),
        (af.charts.goal_tree, tree()),
        (af.charts.goal_drivers, drivers()),
        (af.charts.budget_status, budgets()),
        (af.charts.on_time, rates([5] * COUNT)),
    ],
    ids=["goals", "parents", "scorecard", "tree", "drivers", "budgets", "rates"],
)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_of_many_with_the_same_number_the_one_named_is_drawn(
    draw: Callable[..., Axes], table: pd.DataFrame, is_reversed: bool
) -> None:
    ax = draw(table[::-1] if is_reversed else table, ax=small())

    finding = finding_of(ax)
    (named,) = [name for name in NAMES if name in finding]
    assert len(names_of(ax)) < COUNT
    assert any(named in name for name in names_of(ax))


def over_time(table: pd.DataFrame) -> pd.DataFrame:
    months = pd.date_range("2026-09-01", periods=2, freq="MS")
    return pd.concat([table.assign(period=day, partial=False) for day in months])


def test_of_many_lines_with_the_same_number_the_one_named_is_drawn() -> None:
    table = rates([5] * COUNT).assign(done_on_time=range(COUNT))

    ax = af.charts.on_time(over_time(table))

    assert finding_of(ax) == f"Most not on time: {NAMES[-1]} and 19 more, 10 due tasks each."
    assert NAMES[-1] in [*legend_of(ax), *(text.get_text() for text in ax.texts)]


def test_both_lines_with_the_same_number_are_drawn() -> None:
    table = rates([5, 5, *[1] * (COUNT - 2)]).assign(done_on_time=[0, 1, *[95] * (COUNT - 2)])

    ax = af.charts.on_time(over_time(table))

    assert finding_of(ax) == "Most not on time: P01 and P00, 10 due tasks each."
    assert {"P00", "P01"} <= {*legend_of(ax), *(text.get_text() for text in ax.texts)}


def late_pair() -> pd.DataFrame:
    return rates([50, 50, *[1] * (COUNT - 2)])


def estimates() -> pd.DataFrame:
    # The largest differences are of those that took less.
    actual = np.array([10.0 + at for at in range(COUNT - 2)] + [105.0, 105.0])
    return pd.DataFrame(
        {
            **{"task_gid": GIDS, "task_name": NAMES, "estimated": 100.0, "actual": actual},
            **{"unestimated": 0.0, "difference": actual - 100, "ratio": actual / 100},
        }
    )


def plans() -> pd.DataFrame:
    table = estimates().rename(columns={"estimated": "planned", "actual": "tracked"})
    table = table.rename(columns={"task_gid": "person_gid", "task_name": "person_name"})
    return table[["person_gid", "person_name", "planned", "tracked", "difference"]]


@pytest.mark.parametrize(
    ("draw", "table", "named"),
    [
        (af.charts.estimates, estimates(), NAMES[-2:]),
        (af.charts.plan_vs_actual, plans(), NAMES[-2:]),
        (af.charts.on_time, late_pair(), NAMES[:2]),
    ],
    ids=["estimates", "plans", "rates"],
)
def test_both_with_the_same_number_are_drawn(
    draw: Callable[..., Axes], table: pd.DataFrame, named: list[str]
) -> None:
    ax = draw(table, ax=small())

    finding = finding_of(ax)
    assert [name for name in NAMES if name in finding] == named
    assert len(names_of(ax)) < COUNT
    assert set(named) <= set(names_of(ax))


def load_of(names: list[str]) -> pd.DataFrame:
    day = pd.Timestamp("2026-11-02")
    gids = GIDS[: len(names)]
    return pd.DataFrame({"person_gid": gids, "person_name": names, "period": day, "tasks": 3})


def test_the_finding_of_load_has_names_that_are_not_cut_for_the_axes() -> None:
    long = "A name of which the axes show a part"

    ax = af.charts.load(load_of([long, "Bo"]), ax=plt.subplots(figsize=(2.5, 3))[1])

    assert finding_of(ax) == f"{long} and Bo have the most: 3 tasks."
    assert long not in names_of(ax)


def test_sections_with_the_same_number_are_both_bands() -> None:
    last = [1] * (COUNT - 2) + [4, 4]
    first = [9] * (COUNT - 2) + [0, 0]
    days = pd.to_datetime(["2026-11-02", "2026-11-09"])
    parts: list[Any] = [
        {"period": day, "section_gid": GIDS, "section_name": NAMES, "tasks": tasks}
        for day, tasks in zip(days, (first, last), strict=True)
    ]

    ax = af.charts.cumulative_flow(pd.concat(map(pd.DataFrame, parts)))

    assert "P18 and P19 have the most (4)" in finding_of(ax)
    assert {"P18", "P19"} <= set(legend_of(ax))


def test_budgets_of_which_as_much_is_used_are_named_as_they_are_drawn() -> None:
    table = pd.DataFrame(
        {
            **{"budget_gid": GIDS, "project_name": NAMES, "budget_type": "time"},
            **{"units": "hours", "period": pd.Timestamp("2026-11-02"), "is_forecast": False},
            **{"used": NOISY, "used_total": NOISY, "total": 1.0, "unpriced_hours": 0.0},
        }
    ).assign(**dict.fromkeys(["used_low", "used_high", "planned_to_date"], np.nan))
    ends = ["exhausted_on", "exhausted_earliest", "exhausted_latest"]

    ax = af.charts.budget_burn(table.assign(**dict.fromkeys(ends, pd.NaT)))

    (named,) = [name for name in NAMES if name in finding_of(ax)]
    drawn = [*legend_of(ax), *(text.get_text() for text in ax.texts)]
    assert f"{named} (hours)" in drawn
