"""The chart of tasks in time, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.dates import ConciseDateFormatter, date2num
from matplotlib.text import Annotation

import asana_frames as af
from asana_frames.charts.shared.colours import SERIES
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

NOW = "2026-03-09T12:00Z"
BLUE, PURPLE, PALE, RED = SERIES[0], SERIES[4], "#8c8c8c", "#bd1f01"


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def task(gid: str, start: str | None, due: str | None, **more: Any) -> dict[str, Any]:
    return {
        "task_gid": gid,
        "task_name": f"Task {gid}",
        "project_gid": "31",
        "project_name": "Website",
        "start_on": start,
        "due_on": due,
        "completed": False,
        "depends_on_gids": (),
        "is_blocked": False,
        "is_critical": False,
        "conflict": False,
        "is_late": False,
        "earliest_finish": None,
        **more,
    }


DAYS = ("start_on", "due_on", "earliest_finish")


def table_of(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(task("", None, None)))
    flags = ("completed", "is_blocked", "is_critical", "conflict", "is_late")
    days = {name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in DAYS}
    return frame.assign(**days).astype(dict.fromkeys(flags, "boolean"))


def names_of(ax: Axes) -> list[str]:
    """Return the names from the top down."""
    labels = zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)
    return [label.get_text() for _, label in sorted(labels, key=lambda pair: pair[0])]


def legend_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else []


def arrows_of(ax: Axes) -> list[Annotation]:
    return [text for text in ax.texts if isinstance(text, Annotation) and text.arrow_patch]


def test_a_bar_goes_from_the_start_to_the_end_of_the_due_day() -> None:
    ax = af.charts.gantt(table_of(task("a", "2026-03-02", "2026-03-04")), now=NOW)

    (bar,) = ax.patches
    assert bar.get_x() == date2num(pd.Timestamp("2026-03-02"))
    assert bar.get_width() == 3
    assert names_of(ax) == ["Website", "Task a"]


def test_without_a_start_before_the_due_day_there_is_a_diamond_in_the_middle_of_it() -> None:
    rows = [
        task("a", None, "2026-03-04"),
        task("b", "2026-03-04", "2026-03-04"),
        task("c", "2026-03-06", "2026-03-04"),
    ]

    ax = af.charts.gantt(table_of(*rows), now=NOW)

    assert not ax.patches
    places = [tuple(points.get_offsets()[0]) for points in ax.collections]
    middle = date2num(pd.Timestamp("2026-03-04 12:00"))
    assert places == [(middle, 1), (middle, 2), (middle, 3)]


def test_colours_and_the_legend_tell_what_is_critical_completed_and_blocked() -> None:
    rows = [
        task("a", "2026-03-01", "2026-03-04", completed=True, is_blocked=True),
        task("b", "2026-03-02", "2026-03-04", is_critical=True),
        task("c", "2026-03-03", "2026-03-04", is_blocked=True),
    ]

    ax = af.charts.gantt(table_of(*rows), now=NOW)

    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [PALE, PURPLE, BLUE]
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, False, True]
    assert legend_of(ax) == ["completed", "critical", "open", "blocked"]


def test_the_legend_names_only_what_is_there() -> None:
    ax = af.charts.gantt(table_of(task("a", "2026-03-02", "2026-03-04")), now=NOW)

    assert legend_of(ax) == ["open"]


def test_an_arrow_goes_from_what_is_waited_for_and_is_red_in_a_conflict() -> None:
    waits = {"depends_on_gids": ("a", "b", "elsewhere"), "conflict": True}
    rows = [
        task("a", "2026-03-01", "2026-03-03"),
        task("b", "2026-03-02", "2026-03-06"),
        task("c", "2026-03-04", "2026-03-09", **waits),
    ]

    ax = af.charts.gantt(table_of(*rows), now=NOW)

    # a is over when c begins; b is due later than that.
    start = date2num(pd.Timestamp("2026-03-04"))
    found = [(arrow.xy, arrow.get_position()) for arrow in arrows_of(ax)]
    assert found == [
        ((start, 3), (date2num(pd.Timestamp("2026-03-04")), 1)),
        ((start, 3), (date2num(pd.Timestamp("2026-03-07")), 2)),
    ]
    colours = [to_hex(arrow.arrow_patch.get_edgecolor()) for arrow in arrows_of(ax)]
    assert colours[0] != RED
    assert colours[1] == RED
    assert legend_of(ax)[1:] == ["waited for", "conflict"]


@pytest.mark.parametrize(
    ("start", "due", "is_conflict"),
    [
        ("2026-03-04", "2026-03-05", True),
        ("2026-03-05", "2026-03-06", False),
        ("2026-03-06", "2026-03-07", False),
        (None, "2026-03-04", True),
        (None, "2026-03-05", False),
    ],
)
@pytest.mark.parametrize("awaited_start", ["2026-03-01", None])
def test_a_task_conflicts_if_it_starts_before_the_last_day_of_what_it_waits_for(
    awaited_start: str | None, start: str | None, due: str, is_conflict: bool
) -> None:
    waits = {"depends_on_gids": ("a",), "conflict": True}
    rows = [task("a", awaited_start, "2026-03-05"), task("b", start, due, **waits)]

    (arrow,) = arrows_of(af.charts.gantt(table_of(*rows), now=NOW))

    assert (to_hex(arrow.arrow_patch.get_edgecolor()) == RED) is is_conflict


def test_a_task_that_is_no_conflict_has_no_red_arrow_whatever_its_days() -> None:
    rows = [
        task("a", "2026-03-01", "2026-03-05"),
        task("b", "2026-03-02", "2026-03-03", depends_on_gids=("a",)),
    ]

    ax = af.charts.gantt(table_of(*rows), now=NOW)

    assert legend_of(ax) == ["open", "waited for"]


@pytest.mark.parametrize(
    ("now", "is_marked"),
    [
        ("2026-03-18", True),
        ("2026-03-19", False),
        ("2026-02-24", True),
        ("2026-02-23", False),
    ],
)
def test_today_is_marked_up_to_half_the_length_of_the_chart_away(
    now: str, is_marked: bool
) -> None:
    # 11 days from 2 March on: the middle of today may be 5.5 days before or after them.
    ax = af.charts.gantt(table_of(task("a", "2026-03-02", "2026-03-12")), now=now)

    assert any("beyond the chart" in text for text in words_of(ax)) is not is_marked


def test_tasks_stand_under_their_projects_by_date() -> None:
    other = {"project_gid": "32", "project_name": "Shop"}
    none = {"project_gid": None, "project_name": None}
    rows = [
        task("a", "2026-03-05", "2026-03-06"),
        task("b", "2026-03-02", "2026-03-06", **other),
        task("c", None, "2026-03-03"),
        task("d", None, "2026-03-09", **none),
    ]

    ax = af.charts.gantt(table_of(*rows), now=NOW)

    assert names_of(ax) == [
        *("Shop", "Task b"),
        *("Website", "Task c", "Task a"),
        *("In no project", "Task d"),
    ]
    weights = {label.get_text(): label.get_fontweight() for label in ax.get_yticklabels()}
    assert [name for name, weight in weights.items() if weight == "bold"] == [
        *("Shop", "Website", "In no project")
    ]


def test_projects_without_gids_are_told_apart_by_name() -> None:
    days = {"start": None, "due": "2026-03-02", "project_gid": None}
    rows = [task(str(n), **days, project_name=f"Project {n % 2}") for n in range(4)]

    names = names_of(af.charts.gantt(table_of(*rows), now=NOW))

    assert names == ["Project 0", "Task 0", "Task 2", "Project 1", "Task 1", "Task 3"]


def test_at_most_40_are_drawn_those_that_matter_first_and_the_others_counted() -> None:
    days = pd.date_range("2026-01-01", periods=50).astype(str)
    rows = [task(f"{n:02}", None, day) for n, day in enumerate(days)]
    rows[49]["is_critical"] = True
    rows[48] |= {"is_blocked": True, "depends_on_gids": ("47",)}
    rows[0]["completed"] = True

    ax = af.charts.gantt(table_of(*rows, task("x", None, None)), now=NOW)

    # Of 50: the critical one, the blocked one, what it waits for, and the 37 first of the open.
    assert names_of(ax)[1:] == [f"Task {n:02}" for n in [*range(1, 38), 47, 48, 49]]
    assert notes_of(ax)[:2] == ["… 10 more tasks", "+ 1 without a due day"]


def test_today_is_marked_and_told() -> None:
    ax = af.charts.gantt(table_of(task("a", "2026-03-02", "2026-03-20")), now=NOW)

    assert date2num(pd.Timestamp("2026-03-09 12:00")) in [line.get_xdata()[0] for line in ax.lines]
    assert words_of(ax) == ["today", "As of 9 Mar 2026"]


def test_today_is_the_day_of_the_table_and_no_other_can_be_passed() -> None:
    table = table_of(task("a", "2026-03-02", "2026-03-20"))
    table.attrs = {"subject": "Website", "now": "2026-03-05T09:00+00:00"}

    ax = af.charts.gantt(table)

    assert date2num(pd.Timestamp("2026-03-05 12:00")) in [line.get_xdata()[0] for line in ax.lines]
    assert notes_of(ax) == ["As of 5 Mar 2026, 09:00 UTC"]
    assert title_of(ax) == "Website: tasks and what they wait for"
    with pytest.raises(af.InvalidArgument, match=r"as of 5 Mar 2026.*rollups\.dependencies\(now"):
        af.charts.gantt(table, now=NOW)
    af.charts.gantt(table, now="2026-03-05")


def test_a_table_that_does_not_tell_its_day_is_said_to_be_as_of_none() -> None:
    table = table_of(task("a", "2026-03-02", "2026-03-20"))

    assert not any("As of" in note for note in notes_of(af.charts.gantt(table)))
    assert notes_of(af.charts.gantt(table, now=NOW)) == ["As of 9 Mar 2026"]


def test_a_day_far_off_squeezes_nothing_and_is_told_in_a_note() -> None:
    ax = af.charts.gantt(table_of(task("a", "2026-03-02", "2026-03-20")), now="2029-01-01")

    assert ax.get_xlim()[1] < date2num(pd.Timestamp("2026-04-01"))
    assert notes_of(ax)[0] == "Today, 1 Jan 2029, is beyond the chart"


@pytest.mark.parametrize(
    ("rows", "words"),
    [([], "No tasks"), ([task("a", "2026-03-02", None)], "No tasks with a due day")],
)
def test_nothing_to_draw_is_an_empty_chart_that_says_so(rows: list[Any], words: str) -> None:
    assert words_of(af.charts.gantt(table_of(*rows), now=NOW))[0] == words


def test_small_axes_are_drawn_in_and_returned() -> None:
    _, ax = plt.subplots(figsize=(3, 2.2))
    rows = [task(f"{n:02}", "2026-03-02", "2026-03-20") for n in range(60)]

    assert af.charts.gantt(table_of(*rows), now=NOW, ax=ax) is ax

    ax.figure.canvas.draw()
    assert len(plt.get_fignums()) == 1
    assert 1 <= len(ax.patches) < 20
    assert f"… {60 - len(ax.patches)} more tasks" in notes_of(ax)


def test_names_are_cut_told_apart_and_dollars_are_no_mathematics() -> None:
    rows = [
        task("120001", None, "2026-03-04", task_name="Save $5 and $6"),
        task("120002", None, "2026-03-05", task_name="Save $5 and $6"),
        task("120003", None, "2026-03-06", task_name="x" * 90),
    ]

    ax = af.charts.gantt(table_of(*rows), now=NOW)

    ax.figure.canvas.draw()
    assert names_of(ax)[1:3] == [r"Save \$5 and \$6 …0001", r"Save \$5 and \$6 …0002"]
    assert len(names_of(ax)[3]) <= 40


def test_labels_of_rows_and_missing_flags_are_no_trouble() -> None:
    table = table_of(task("a", "2026-03-02", "2026-03-04"), task("b", "2026-03-03", "2026-03-04"))
    table = table.set_axis([7, 7], axis="index").assign(
        is_blocked=pd.array([None, True], "boolean")
    )

    ax = af.charts.gantt(table, now=NOW)

    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, True]


def test_settings_of_matplotlib_stay_and_dates_are_concise() -> None:
    before = dict(plt.rcParams)

    ax = af.charts.gantt(table_of(task("a", "2026-03-02", "2026-03-04")), now=NOW)

    assert dict(plt.rcParams) == before
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"charts\.gantt needs .*conflict"):
        af.charts.gantt(table_of().drop(columns="conflict"))
    with pytest.raises(af.InvalidArgument, match=r"now='soon'"):
        af.charts.gantt(table_of(), now="soon")


def test_the_sandbox_is_drawn(asana: af.Asana) -> None:
    fields = ["name", "completed", "start_on", "due_on", "assignee.name", "memberships"]
    tasks = asana.tasks.list(project="Website relaunch", fields=[*fields, "dependencies"])
    edges = af.bridge(tasks, "dependencies", key="task_gid")

    ax = af.charts.gantt(
        af.rollups.dependencies(tasks, edges, now="2026-11-02T09:00Z"), now="2026-11-02T09:00Z"
    )

    assert names_of(ax)[0] == "Website relaunch"
    assert sum(label.get_fontweight() != "bold" for label in ax.get_yticklabels()) == 40
    assert {"open", "late finish"} <= set(legend_of(ax))


def test_a_late_task_has_a_line_to_its_earliest_finish() -> None:
    rows = [
        task("a", "2026-03-02", "2026-03-04", is_late=True, earliest_finish="2026-03-06"),
        task("b", "2026-03-02", "2026-03-04", earliest_finish="2026-03-03"),
    ]

    ax = af.charts.gantt(table_of(*rows), now=NOW)

    assert "late finish" in legend_of(ax)
    assert finding_of(ax) == "Of 2 tasks, 1 ends after the due day."
    late = [line for line in ax.lines if line.get_marker() == "|"]
    assert [float(line.get_xdata()[1] - line.get_xdata()[0]) for line in late] == [2.0]


def test_a_task_that_comes_twice_is_drawn_once() -> None:
    rows = table_of(task("1", "2026-11-02", "2026-11-06"), task("2", None, None))

    ax = af.charts.gantt(pd.concat([rows, rows]), now="2026-11-02")

    assert len([name for name in names_of(ax) if "Task 1" in name]) == 1
    assert "+ 1 without a due day" in notes_of(ax)
