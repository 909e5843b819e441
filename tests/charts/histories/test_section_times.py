"""The chart of time in sections, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)
Visit = tuple[str | None, str | None, float | None, bool]
NEEDED = [
    "project_gid", "project_name", "section_gid", "section_name", "enter", "is_current",
    "days_working",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def times_of(*rows: Visit, project: str = "Shop") -> pd.DataFrame:
    """Rows of section, enter, working days and whether the task is there still."""
    frame = pd.DataFrame(rows, columns=["section_name", "enter", "days_working", "is_current"])
    frame["enter"] = pd.to_datetime(frame["enter"]).astype("datetime64[us]").dt.tz_localize("UTC")
    frame = frame.assign(section_gid=frame["section_name"], project_gid=f"9{project}")
    frame = frame.assign(project_name=project)
    kinds = {"days_working": "Float64", "is_current": "boolean"}
    return frame.astype(dict.fromkeys(NEEDED[:4], TEXT) | kinds)


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def boxes_of(ax: Axes) -> list[tuple[float, float]]:
    boxes = [part.get_path().vertices for part in ax.patches if isinstance(part, PathPatch)]
    return [(float(points[:, 0].min()), float(points[:, 0].max())) for points in boxes]


FOUR = [("To do", "2026-03-02", float(days), False) for days in (1, 2, 3, 4, 40)]


def test_a_box_is_the_middle_half_of_visits_that_have_ended() -> None:
    # The quartiles of 1, 2, 3, 4, 40 are 2 and 4; 40 lies beyond 4 + 1.5 * 2.
    ax = af.charts.section_times(times_of(*FOUR, ("To do", "2026-03-03", 90.0, True)))

    assert boxes_of(ax) == [(2, 4)]
    medians = [line.get_xdata() for line in ax.lines if line.get_linewidth() > 1.5]
    assert [list(map(float, median)) for median in medians] == [[3, 3]]
    outliers = [line for line in ax.lines if line.get_marker() == "."]
    assert [list(map(float, line.get_xdata())) for line in outliers] == [[40]]
    assert all(line.get_markersize() <= 3 for line in outliers)
    assert words_of(ax)[:-1] == ["5 visits, 1 there now"]


def test_sections_come_as_they_are_first_entered_from_the_top() -> None:
    times = times_of(
        ("Done", "2026-03-04", 1.0, True), ("Doing", "2026-03-03", 1.0, False),
        ("To do", "2026-03-02", 1.0, False), ("Done", "2026-03-05", 1.0, True),
    )  # fmt: skip

    ax = af.charts.section_times(times)

    assert names_of(ax) == ["To do", "Doing", "Done"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert words_of(ax)[:-1] == ["1 visit", "1 visit", "0 visits, 2 there now"]
    assert names_of(af.charts.section_times(times, order=["Done"])) == ["Done", "To do", "Doing"]
    with pytest.raises(af.InvalidArgument, match="'Gone'"):
        af.charts.section_times(times, order=["Gone"])


def test_sections_of_several_projects_stay_together_under_their_names() -> None:
    shop = times_of(("To do", "2026-03-02", 1.0, False), ("Done", "2026-03-09", 1.0, False))
    site = times_of(("To do", "2026-03-05", 1.0, False), project="Site")

    ax = af.charts.section_times(pd.concat([site, shop]))

    assert names_of(ax) == ["Shop · To do", "Shop · Done", "Site · To do"]
    assert title_of(ax) == "Working days in each section"
    assert title_of(af.charts.section_times(site)) == "Site: working days in each section"


@pytest.mark.parametrize(
    ("longest", "ticks"), [(0.2, ["0", "0.5", "1", "2"]), (12, ["0", "0.5", "1", "2", "5", "10"])]
)
def test_the_scale_tells_days_in_plain_numbers(longest: float, ticks: list[str]) -> None:
    ax = af.charts.section_times(times_of(("To do", "2026-03-02", longest, False)))

    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert sorted(labels, key=float) == ticks
    assert ax.get_xlim()[0] == 0
    assert ax.get_xlim()[1] > longest


def test_what_is_beyond_thirty_sections_is_counted() -> None:
    rows = [(f"S{n:02}", f"2026-03-02T00:{n:02}", 1.0, False) for n in range(33)]

    ax = af.charts.section_times(times_of(*rows))

    assert names_of(ax) == [f"S{n:02}" for n in range(30)]
    assert notes_of(ax)[0] == "… 3 more sections"


def test_the_finding_names_the_longest_section_among_those_with_enough_visits() -> None:
    rare = ("Rare", "2026-03-09", 99.0, False)
    done = [("Done", "2026-03-04", days / 2, False) for days in range(1, 6)]
    alike = [("Done", "2026-03-04", float(days), False) for days in range(1, 6)]

    ax = af.charts.section_times(times_of(*FOUR, *done, rare))

    assert finding_of(ax) == "Longest: To do, 3 working days (median of 5 visits)."
    both = af.charts.section_times(times_of(*FOUR, *alike, rare))
    assert finding_of(both) == "Longest: To do and Done, 3 working days (median)."
    few = af.charts.section_times(times_of(FOUR[0], rare))
    assert finding_of(few) == "Longest: Rare, 99 working days (median of 1 visit)."


def test_missing_values_and_dollars_do_no_harm() -> None:
    ax = af.charts.section_times(
        times_of((None, None, None, False), ("$a$_b", "2026-03-02", None, True))
    )

    assert names_of(ax) == [r"\$a\$_b", "(none)"]
    ax.figure.canvas.draw()


def test_empty_table_draws_a_message() -> None:
    assert words_of(af.charts.section_times(times_of())) == ["No visits"]


def test_small_axes_are_drawn_into_with_few_words() -> None:
    figure, given = plt.subplots(figsize=(3, 2))

    ax = af.charts.section_times(times_of(*FOUR, ("To do", "2026-03-03", 1.0, True)), ax=given)

    assert ax is given
    assert words_of(ax)[0] == "5, 1 now"
    figure.canvas.draw()


@pytest.mark.parametrize("column", NEEDED)
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"charts\.section_times .*{column}"):
        af.charts.section_times(times_of().drop(columns=column))


def test_sections_are_in_their_own_order_and_tasks_that_came_completed_do_not_count() -> None:
    rows = [("To do", "2026-03-02", 1.0, False), ("Done", "2026-03-03", 2.0, False)]
    leave = pd.to_datetime(["2026-03-03", "2026-03-05"], utc=True)
    times = times_of(*rows).assign(leave=leave, is_completed=False)
    order = times["section_name"].map({"Done": 1, "To do": 2}).astype("Int64")
    came = times.tail(1).assign(is_completed=True)
    came = came.assign(leave=came["enter"], days_working=0.0)

    ax = af.charts.section_times(
        pd.concat([times, came]).assign(section_order=[*order, order.iloc[-1]])
    )

    assert names_of(ax) == ["Done", "To do"]
    plain = af.charts.section_times(times)
    assert sorted(words_of(ax)) == sorted(words_of(plain))


def test_the_longest_section_is_drawn_after_thirty_others() -> None:
    rows = [
        (f"S{n:02}", f"2026-03-02T00:{n:02}", 50.0 if n == 39 else 1.0, False)
        for n in range(40)
        for _ in range(5)
    ]

    ax = af.charts.section_times(times_of(*rows))

    assert finding_of(ax) == "Longest: S39, 50 working days (median of 5 visits)."
    assert names_of(ax) == [*(f"S{n:02}" for n in range(29)), "S39"]
