"""The chart of tasks in sections over time, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.dates import ConciseDateFormatter, num2date

import asana_frames as af
from tests.charts.drawn import finding_of, inside_of, legend_of, title_of

TEXT = pd.StringDtype(na_value=np.nan)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def flow_of(counts: dict[str | None, list[int]], first: str = "2026-03-02") -> pd.DataFrame:
    """Rows of a flow by day: section -> tasks."""
    days = pd.date_range(first, periods=len(next(iter(counts.values()), [])))
    rows = [
        (day, name and f"9{name}", name, tasks[at])
        for at, day in enumerate(days)
        for name, tasks in counts.items()
    ]
    frame = pd.DataFrame(rows, columns=["period", "section_gid", "section_name", "tasks"])
    kinds = {"section_gid": TEXT, "section_name": TEXT, "tasks": "Int64"}
    return frame.astype({"period": "datetime64[us]", **kinds})


def areas_of(ax: Axes) -> dict[str, list[tuple[float, float]]]:
    """Return section -> lower and upper edge at each day, as the legend names them."""
    areas = [part for part in ax.collections if isinstance(part, FillBetweenPolyCollection)]
    by_colour = {tuple(map(float, part.get_facecolor()[0])): part for part in areas}
    legend = ax.get_legend()
    assert legend is not None
    handles: Any = legend.legend_handles
    found = {}
    for handle, text in zip(handles, legend.get_texts(), strict=True):
        points = by_colour[tuple(map(float, handle.get_facecolor()))].get_paths()[0].vertices
        places = sorted(set(points[:, 0]))
        edges = [points[points[:, 0] == place, 1] for place in places]
        found[text.get_text()] = [(float(y.min()), float(y.max())) for y in edges]
    return found


def test_areas_lie_upon_each_other_the_first_section_on_top() -> None:
    ax = af.charts.cumulative_flow(flow_of({"To do": [3, 2], "Doing": [0, 1], "Done": [1, 2]}))

    assert areas_of(ax) == {
        "To do": [(1, 4), (3, 5)],
        "Doing": [(1, 1), (2, 3)],
        "Done": [(0, 1), (0, 2)],
    }
    assert list(areas_of(ax)) == ["To do", "Doing", "Done"]
    assert ax.get_ylabel() == "Tasks"
    assert ax.get_ylim() == (0, 5.25)


def test_sections_lie_in_the_order_that_is_given_by_gid_or_name() -> None:
    flow = flow_of({"To do": [1, 1], "Doing": [1, 1], "Done": [1, 1]})

    ax = af.charts.cumulative_flow(flow, order=["Done", "9Doing"])

    assert list(areas_of(ax)) == ["Done", "Doing", "To do"]
    with pytest.raises(af.InvalidArgument, match="no section 'Gone'; use To do, Doing, Done"):
        af.charts.cumulative_flow(flow, order=["Gone"])


def test_beyond_ten_sections_those_with_fewest_tasks_are_other_at_the_bottom() -> None:
    counts = {f"S{n:02}": [0 if n in (1, 4) else 5, 9 if n else 0] for n in range(13)}
    counts["S12"] = [5, 10]

    ax = af.charts.cumulative_flow(flow_of(counts))

    areas = areas_of(ax)
    # S00 has 5 tasks in all, S01 and S04 have 9, all others at least 14.
    kept = [f"S{n:02}" for n in range(13) if n not in (0, 1, 4)]
    assert list(areas) == [*kept, "other (3)"]
    assert areas["other (3)"] == [(0, 5), (0, 18)]
    other = next(part for part in ax.collections if part.get_hatch())
    assert other.get_hatch()


def test_one_period_is_as_wide_as_itself() -> None:
    ax = af.charts.cumulative_flow(flow_of({"To do": [3]}, "2026-03-03"))

    assert areas_of(ax) == {"To do": [(0, 3), (0, 3)]}
    assert ax.get_xlim()[1] - ax.get_xlim()[0] == pytest.approx(1)


def test_counts_have_whole_numbers_and_days_concise_dates() -> None:
    ax = af.charts.cumulative_flow(flow_of({"To do": [1] * 90}))

    ax.figure.canvas.draw()
    assert all(float(tick).is_integer() for tick in ax.get_yticks())
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)
    assert num2date(ax.get_xlim()[0]).date().isoformat() == "2026-03-02"


def test_names_are_told_apart_and_no_mathematics() -> None:
    flow = flow_of({"$a$ b_c": [1, 1], None: [1, 1]})
    twin = flow_of({"$a$ b_c": [2, 2]}).assign(section_gid="94711")

    ax = af.charts.cumulative_flow(pd.concat([flow, twin]))

    assert list(areas_of(ax)) == [r"\$a\$ b_c … b_c", "(none)", r"\$a\$ b_c …4711"]
    ax.figure.canvas.draw()


@pytest.mark.parametrize("is_typed", [True, False])
def test_empty_table_draws_a_message(is_typed: bool) -> None:
    none = flow_of({})
    none = none if is_typed else none.astype(object)

    ax = af.charts.cumulative_flow(none)

    assert inside_of(ax) == ["No tasks"]


def test_small_axes_are_drawn_into_and_returned() -> None:
    figure, given = plt.subplots(figsize=(3, 2))

    ax = af.charts.cumulative_flow(flow_of({"To do": [1, 2, 3]}), ax=given)

    assert ax is given
    figure.canvas.draw()


@pytest.mark.parametrize("column", ["period", "section_gid", "section_name", "tasks"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"charts\.cumulative_flow .*{column}"):
        af.charts.cumulative_flow(flow_of({"To do": [1]}).drop(columns=column))


def test_completed_tasks_are_at_the_very_bottom_and_never_merged() -> None:
    flow = flow_of({f"Section {n:02}": [n, n] for n in range(20, 40)})
    done = flow.head(2).assign(section_name="completed", tasks=0)
    done["section_gid"] = pd.Series([None] * 2, index=done.index, dtype=flow["section_gid"].dtype)
    flow = pd.concat([flow.assign(is_completed=False), done.assign(is_completed=True)])

    ax = af.charts.cumulative_flow(flow)

    names = legend_of(ax)
    assert names[-2:] == ["other (11)", "completed"]
    assert len(names) == 11
    assert (
        finding_of(ax) == "590 of 590 are not completed at the end; Section 39 has the most (39)."
    )


def test_the_section_with_most_tasks_at_the_end_is_named() -> None:
    ax = af.charts.cumulative_flow(flow_of({"To do": [1, 1], "Doing": [9, 4]}))

    assert finding_of(ax) == "5 tasks at the end; Doing has the most (4)."
    assert title_of(ax) == "Cumulative flow, 2 to 3 Mar 2026"


def test_the_section_that_the_finding_names_is_never_merged() -> None:
    old = {f"Old {n:02}": [90, 1] for n in range(14)}

    ax = af.charts.cumulative_flow(flow_of(old | {"New": [0, 5]}))

    assert finding_of(ax) == "19 tasks at the end; New has the most (5)."
    assert legend_of(ax)[-2:] == ["New", "other (5)"]


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (0, "No tasks at the end."),
        (1, "The only task is completed."),
        (2, "All 2 tasks are completed."),
    ],
)
def test_a_flow_of_which_nothing_is_left_says_so(done: int, words: str) -> None:
    flow = flow_of({"To do": [0], None: [done]})

    ax = af.charts.cumulative_flow(flow.assign(is_completed=flow["section_gid"].isna()))

    assert finding_of(ax) == words
