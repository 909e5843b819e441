"""The charts of forecasts and of backtests, by what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.dates import num2date

import asana_frames as af
from tests.charts.drawn import finding_of, inside_of, legend_of, note_of, title_of
from tests.rollups.flows import NOW, tasks_of, work


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def forecast_of(*rows: dict[str, Any], **given: Any) -> pd.DataFrame:
    return af.rollups.forecast(tasks_of(*rows), **{"now": NOW, "trials": 1_000, **given})


def outcomes_of(*chances: float, never: float = 0.0, every: str = "7D") -> pd.DataFrame:
    """Return a forecast of one group with these chances of the weeks ahead."""
    dates = pd.date_range("2026-06-07", periods=len(chances), freq=every)
    reached = np.cumsum(chances)
    shares = [0.5, 0.85, 0.95]
    found = [
        next((d for d, r in zip(dates, reached, strict=True) if r >= s - 1e-9), pd.NaT)
        for s in shares
    ]
    rows = [
        *(("finish", share, date) for share, date in zip(shares, found, strict=True)),
        *(("distribution", share, date) for share, date in zip(reached, dates, strict=True)),
    ]
    table = pd.DataFrame(rows, columns=["kind", "probability", "date"])
    known = {"done": 9, "periods": 1, "never": never, "history_periods": 12, "unweighted": 0}
    return table.assign(**known, today=pd.Timestamp("2026-06-01"))


def checks_of(*rows: tuple[int, float, int, int]) -> pd.DataFrame:
    """Return rows of horizon, probability, forecasts and how many came true."""
    return pd.DataFrame(rows, columns=["horizon", "probability", "forecasts", "came_true"])


def days_of(numbers: Any) -> list[str]:
    return [f"{num2date(number):%Y-%m-%d}" for number in np.asarray(numbers, dtype=float)]


def test_a_forecast_has_a_bar_per_date_and_marks_in_words() -> None:
    ax = af.charts.forecast(outcomes_of(0.2, 0.3, 0.3, 0.1, 0.1))

    assert [bar.get_height() for bar in ax.patches] == pytest.approx([20, 30, 30, 10, 10])  # type: ignore[attr-defined]
    assert sorted(inside_of(ax), key=lambda words: words.split(" %")[0].replace("today", "")) == [
        "today",
        # 50 % are reached exactly in the second week.
        "50 % by 14 Jun 2026",
        "85 % by 28 Jun 2026",
        "95 % by 5 Jul 2026",
    ]
    assert finding_of(ax) == "Done by 28 Jun 2026 in 85 % of the runs."
    assert note_of(ax) == "9 left, drawn from 12 past periods"
    assert title_of(ax) == "When all is done"
    lines = [np.asarray(line.get_xdata())[0] for line in ax.lines]
    assert sorted(days_of(lines)) == ["2026-06-01", "2026-06-14", "2026-06-28", "2026-07-05"]


def test_a_target_is_marked_with_its_chance() -> None:
    forecast = forecast_of(*work(0, 1, left=1), dates="2026-06-30")

    ax = af.charts.forecast(forecast)

    (chance,) = forecast.loc[forecast["kind"] == "chance", "probability"]
    assert f"target 30 Jun 2026: {100 * chance:.0f} %" in inside_of(ax)
    assert finding_of(ax).endswith(f"; by the target, 30 Jun 2026, in {100 * chance:.0f} %.")
    styles = {days_of(np.asarray(line.get_xdata()))[0]: line.get_linestyle() for line in ax.lines}
    assert styles["2026-06-30"] == "--"


def test_a_target_in_the_past_is_on_the_axis() -> None:
    ax = af.charts.forecast(forecast_of(*work(0, 1, left=1), dates="2026-03-01"))

    assert days_of(ax.get_xlim())[0] < "2026-03-01"
    assert "target 1 Mar 2026: 0 %" in inside_of(ax)


@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.9999, ">99.9 %"), (0.0004, "<0.1 %"), (1.0, "100 %"), (0.996, "99.6 %")],
)
def test_only_what_is_certain_is_100_percent(chance: float, words: str) -> None:
    forecast = outcomes_of(0.2, 0.3, 0.3, 0.1, 0.1)
    target = forecast.head(1).assign(kind="chance", probability=chance)

    ax = af.charts.forecast(pd.concat([forecast, target]))

    assert f"target 14 Jun 2026: {words}" in inside_of(ax)


def test_a_percentile_that_was_asked_for_is_not_rounded() -> None:
    forecast = outcomes_of(0.2, 0.3, 0.3, 0.1, 0.1)
    finish = forecast["kind"] == "finish"
    shares = forecast["probability"].mask(finish, 0.875)

    ax = af.charts.forecast(forecast.assign(probability=shares))

    assert finding_of(ax).endswith("in 87.5 % of the runs.")


@pytest.mark.parametrize("width", [4, 8])
def test_no_line_crosses_the_words_of_another_mark(width: float) -> None:
    _, ax = plt.subplots(figsize=(width, 3))
    rows = work(*[0, 1] * 8, left=8)

    af.charts.forecast(forecast_of(*rows, dates=["2026-06-10", "2026-11-30"]), ax=ax)

    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_bbox_patch() is not None]
    assert len(boxes) == len(ax.lines) >= 5
    for line in ax.lines:
        own = line.get_window_extent()
        crossed = [box for box in boxes if box.x0 < own.x0 < box.x1 and own.y1 > box.y0 + 1]
        assert crossed == []


def test_percentiles_of_one_date_share_a_mark() -> None:
    ax = af.charts.forecast(forecast_of(*work(1, 1, left=2)))

    assert inside_of(ax) == [
        "today",
        "50, 70, 85, 95 % by 14 Jun 2026",
    ]


def test_percentiles_that_are_never_reached_are_left_out_and_a_note_tells_why() -> None:
    ax = af.charts.forecast(outcomes_of(0.4, 0.2, never=0.4))

    assert inside_of(ax) == [
        "today",
        "50 % by 14 Jun 2026",
    ]
    assert note_of(ax).endswith(" · 40 % of the runs are never done")
    assert finding_of(ax) == "Fewer than 85 % of the runs are ever done."


def test_a_forecast_that_was_shuffled_is_the_same() -> None:
    outcomes = outcomes_of(0.2, 0.3, 0.3, 0.1, 0.1)

    plain, shuffled = (
        af.charts.forecast(one) for one in (outcomes, outcomes.sample(frac=1, random_state=2))
    )

    assert inside_of(shuffled) == inside_of(plain)
    assert [bar.get_bbox().bounds for bar in shuffled.patches] == [  # type: ignore[attr-defined]
        bar.get_bbox().bounds
        for bar in plain.patches  # type: ignore[attr-defined]
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [(work(0, 0, left=3), "Never at this pace"), (work(left=3), "No past to draw from")],
)
def test_a_forecast_without_any_date_says_so(rows: Any, words: str) -> None:
    now = {"now": "2026-06-03T12:00Z"}

    assert words in inside_of(af.charts.forecast(forecast_of(*rows, **now)))


def test_no_chance_is_labelled_above_all() -> None:
    ax = af.charts.forecast(outcomes_of(1.0))

    assert max(ax.get_yticks()) == 100


def test_many_dates_are_one_outline_with_gaps() -> None:
    daily = outcomes_of(*[0.001] * 1_000, every="D")
    gap = daily[(daily["kind"] != "distribution") | (daily["date"] != pd.Timestamp("2026-07-01"))]

    ax = af.charts.forecast(gap)

    (outline,) = ax.patches
    heights = outline.get_data().values  # type: ignore[attr-defined]
    assert len(heights) == 1_000
    # What the rows after the gap add is drawn with them.
    assert sorted(heights)[0] == 0
    assert heights.sum() == pytest.approx(100)


def test_several_groups_are_lines_with_the_earliest_at_the_top() -> None:
    rows = [*work(0, 1, left=8, project="31"), *work(1, 1, left=2, project="32")]

    ax = af.charts.forecast(forecast_of(*rows, by="project"))

    assert [label.get_text() for label in ax.get_yticklabels()] == ["Shop", "Website"]
    (dots,) = [one for one in ax.collections if isinstance(one, PathCollection)]
    assert len(np.asarray(dots.get_offsets())) == 8
    assert legend_of(ax) == ["today", "50, 70, 85, 95 %"]
    assert inside_of(ax)[0] == "85 %: 14 Jun 2026"
    assert finding_of(ax).startswith("Last to finish: Website, by ")


def test_groups_that_are_not_drawn_or_never_done_count_as_last_too() -> None:
    rows = [*work(0, 1, left=8, project="31"), *work(1, 1, left=2, project="32")]
    both = forecast_of(*rows, by="project")
    never = both[both["project_name"] == "Shop"].assign(project_gid="33", project_name="Blog")
    rows_of_all = pd.concat([both, never], ignore_index=True)
    rows_of_all.loc[rows_of_all["project_gid"] == "33", "date"] = pd.NaT

    ax = af.charts.forecast(rows_of_all)

    assert finding_of(ax).startswith("Blog has no completion date; last to finish of the")


def test_targets_of_several_groups_are_crosses_with_their_chance() -> None:
    rows = [*work(0, 0, left=8, project="31"), *work(1, 1, left=2, project="32")]

    ax = af.charts.forecast(forecast_of(*rows, by="project", dates="2026-06-30"))

    assert inside_of(ax) == ["target: 100 %", "never at this pace"]
    assert legend_of(ax) == ["today", "50, 70, 85, 95 %", "target"]


def test_groups_without_room_are_counted() -> None:
    rows = [row for number in range(100) for row in work(1, left=1, **{
        "memberships_project_gids": (str(number),),
        "memberships_project_names": (f"Project {number}",),
        "memberships_section_gids": ("1",),
        "memberships_section_names": ("Doing",),
    })]  # fmt: skip

    ax = af.charts.forecast(forecast_of(*rows, by="project", trials=5))

    assert note_of(ax).startswith("… 40 more groups")


def test_a_backtest_has_a_line_per_horizon_beside_that_of_what_was_said() -> None:
    table = checks_of((1, 0.5, 10, 6), (1, 0.85, 10, 9), (4, 0.5, 1, 0), (4, 0.85, 1, 1))

    ax = af.charts.backtest(table)

    assert legend_of(ax) == ["1 period (10)", "4 periods (1)", "as they say"]
    assert finding_of(ax) == "Of 11 forecasts given with 85 %, 91 % came true."
    first, second, said = (np.asarray(line.get_xydata()).tolist() for line in ax.lines)
    assert first == [[50, 60], [85, 90]]
    assert second == [[50, 0], [85, 100]]
    assert said == [[40, 40], [100, 100]]


def test_forecasts_of_all_groups_are_counted_together() -> None:
    table = checks_of((1, 0.5, 10, 6), (1, 0.5, 30, 10), (1, 0.5, 0, 0))

    ax = af.charts.backtest(table)

    assert legend_of(ax) == ["1 period (40)", "as they say"]
    assert np.asarray(ax.lines[0].get_ydata()).tolist() == [40]


def test_a_backtest_without_forecasts_says_so() -> None:
    ax = af.charts.backtest(checks_of((1, 0.5, 0, 0)))

    assert inside_of(ax) == ["No forecasts: too few past periods"]


def test_the_rollups_of_a_sandbox_are_drawn(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme")
    now = "2026-11-02T23:00Z"

    one = af.charts.forecast(af.rollups.forecast(tasks, now=now))
    each = af.charts.forecast(af.rollups.forecast(tasks, by="project", now=now))
    checked = af.charts.backtest(af.rollups.backtest(tasks, now=now))

    assert "today" in inside_of(one)
    assert "Website relaunch" in [label.get_text() for label in each.get_yticklabels()]
    assert len(legend_of(checked)) == 6


CHARTS: list[tuple[Callable[..., Axes], pd.DataFrame, str]] = [
    (af.charts.forecast, outcomes_of(0.1, 0.6, 0.2, never=0.1), "probability"),
    (
        af.charts.forecast,
        forecast_of(*work(0, 1, left=5, project="31"), *work(1, left=2), by="project"),
        "today",
    ),
    (af.charts.backtest, checks_of((1, 0.5, 10, 6), (1, 0.85, 10, 9)), "came_true"),
]


@pytest.mark.parametrize(("chart", "data", "column"), CHARTS)
class TestEachChart:
    @pytest.mark.parametrize("size", [(8, 4), (3, 2.4)])
    @pytest.mark.parametrize("layout", [None, "constrained"])
    def test_draws_where_it_is_told_and_clips_nothing(
        self,
        chart: Callable[..., Axes],
        data: pd.DataFrame,
        column: str,
        size: Any,
        layout: Any,
    ) -> None:
        figure, ax = plt.subplots(figsize=size, layout=layout)

        assert chart(data, ax=ax) is ax

        figure.canvas.draw()
        assert figure.axes == [ax]
        boxes = [text.get_window_extent() for text in (*ax.texts, *ax.get_yticklabels(), ax.title)]
        assert min(box.x0 for box in boxes) >= -1
        assert max(box.x1 for box in boxes) <= figure.bbox.x1 + 1

    def test_of_nothing_is_empty_and_says_so(
        self, chart: Callable[..., Axes], data: pd.DataFrame, column: str
    ) -> None:
        assert inside_of(chart(data.head(0)))[0].startswith("No ")

    def test_names_a_missing_column(
        self, chart: Callable[..., Axes], data: pd.DataFrame, column: str
    ) -> None:
        with pytest.raises(
            af.InvalidArgument, match=rf"charts\.{chart.__name__} needs .*{column}"
        ):
            chart(data.drop(columns=column))


@pytest.mark.parametrize("column", ["probability", "history_periods"])
def test_what_is_missing_in_a_forecast_is_left_out(column: str) -> None:
    table = outcomes_of(0.5, 1.0)
    table[column] = pd.array([pd.NA] * len(table), "Float64")

    ax = af.charts.forecast(table)

    assert "nan" not in " ".join(text.get_text() for text in ax.texts).lower()


def test_the_group_that_finishes_last_is_drawn_among_many() -> None:
    rows = [*work(0, 1, left=8, project="31"), *work(1, 1, left=2, project="32")]
    both = forecast_of(*rows, by="project")
    early = both[both["project_name"] == "Shop"]
    others = [early.assign(project_gid=f"9{n}", project_name=f"Early {n}") for n in range(80)]
    late = both[both["project_name"] == "Website"]

    ax = af.charts.forecast(pd.concat([*others, late], ignore_index=True))

    assert finding_of(ax).startswith("Last to finish: Website, by ")
    assert "Website" in [label.get_text() for label in ax.get_yticklabels()]
