"""The charts of cycle times and of work in progress, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import asana_frames as af
from asana_frames.charts.shared.colours import ALARM, SERIES
from tests.charts.drawn import finding_of, inside_of, legend_of, note_of, title_of


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def cycles_of(*days: float | None) -> pd.DataFrame:
    """Tasks with so many days, finished day after day."""
    at = pd.date_range("2026-03-02 12:00", periods=len(days), unit="us", tz="UTC")
    frame = pd.DataFrame({"finished_at": at, "days_cycle": list(days)})
    on = frame["finished_at"].dt.tz_localize(None).dt.normalize()
    return frame.assign(finished_on=on).astype({"days_cycle": "Float64"})


def wip_of(*rows: tuple[str, str, float, float | None]) -> pd.DataFrame:
    """Tasks in progress: project, section, age, and the age within which 85 % left it."""
    frame = pd.DataFrame(rows, columns=["project_name", "section_name", "days_age", "days_p85"])
    order = frame["section_name"].map({"Doing": 1, "Review": 2}).astype("Int64")
    frame = frame.assign(
        project_gid=frame["project_name"].str.len().astype(str),
        section_gid=frame["section_name"] + frame["project_name"],
        section_order=order,
    )
    return frame.astype({"days_age": "Float64", "days_p85": "Float64"})


def counts_of(counts: dict[str, list[int]], limits: dict[str, int] | None = None) -> pd.DataFrame:
    """Open tasks by section, day after day."""
    parts = [
        pd.DataFrame(
            {
                "period": pd.date_range("2026-03-02", periods=len(tasks), unit="us"),
                "section_gid": name[:2],
                "section_name": name,
                "tasks": tasks,
                "limit": (limits or {}).get(name),
            }
        ).astype({"tasks": "Int64", "limit": "Int64"})
        for name, tasks in counts.items()
    ]
    return pd.concat(parts).sort_values("period", kind="stable")


def lines_of(ax: Axes) -> list[list[float]]:
    return [[float(y) for y in np.asarray(line.get_ydata())] for line in ax.lines]


def test_each_finished_task_is_a_dot_and_lines_are_the_service_levels() -> None:
    ax = af.charts.cycle_times(cycles_of(*range(1, 21), None))

    (dots,) = ax.collections
    assert len(np.asarray(dots.get_offsets())) == 20
    assert [line[0] for line in lines_of(ax)] == [10, 14, 17, 19]
    assert inside_of(ax)[0] == "50 % within\n10 days"
    assert title_of(ax) == "Cycle times, 2 to 21 Mar 2026"
    assert finding_of(ax) == "Half of 20 tasks were finished within 10 days, 85 % within 17."


@pytest.mark.parametrize("size", [(4, 3), (10, 5)])
def test_words_of_lines_stand_beside_the_axes_and_not_upon_each_other(size: Any) -> None:
    ax = Figure(size).subplots()

    af.charts.cycle_times(cycles_of(8, 8, 8.1), ax=ax)

    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if "%" in text.get_text()]
    boxes = [box for box in boxes if box.x0 > ax.bbox.x1]
    assert len(boxes) == 4
    tops = sorted(boxes, key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(tops))
    assert tops[-1].y1 <= ax.figure.bbox.y1


def test_the_control_chart_has_a_rolling_median_and_percentile() -> None:
    table = af.rollups.control_chart(cycles_of(1, 5, 2, 3), window=3)

    ax = af.charts.control_chart(table)

    assert sorted(inside_of(ax)) == ["rolling 85 %", "rolling median"]
    assert finding_of(ax) == "The rolling median went up from 2 days to 3 days."
    median, high = lines_of(ax)
    assert median[2:] == [2, 3]
    assert high[2:] == [5, 5]
    assert np.isnan([*median[:2], *high[:2]]).all()
    days = table.rename(columns={"days_cycle": "days_working"})
    assert title_of(af.charts.control_chart(days)).startswith("Cycle times in working days, 2 ")


def test_a_median_of_too_few_tasks_is_not_named() -> None:
    table = af.rollups.control_chart(cycles_of(1, 5), window=3)

    ax = af.charts.control_chart(table)

    assert (inside_of(ax), finding_of(ax), len(ax.lines)) == ([], "", 0)


def test_sections_stand_in_their_order_with_their_tasks_and_levels() -> None:
    table = wip_of(
        ("Shop", "Review", 9, 5), ("Shop", "Doing", 1, 2), ("Shop", "Review", 3, 5),
    )  # fmt: skip

    ax = af.charts.aging_wip(table)

    assert [label.get_text() for label in ax.get_xticklabels()] == ["Doing\n1", "Review\n2"]
    assert legend_of(ax) == ["in progress", "above all lines"]
    assert inside_of(ax) == ["85 %"]
    assert finding_of(ax) == (
        "1 of 3 tasks is older than 85 % of finished tasks were when they left the same section."
    )
    young, old, levels = ax.collections
    heights = [float(np.asarray(part)[0][1]) for part in levels.get_segments()]  # type: ignore[attr-defined]
    assert heights == [2, 5]
    assert np.asarray(young.get_offsets())[:, 1].tolist() == [1, 3]
    assert np.asarray(old.get_offsets())[:, 1].tolist() == [9]
    assert to_hex(old.get_edgecolor()[0]) == ALARM  # type: ignore[index]


def test_sections_of_several_projects_are_named_with_their_project() -> None:
    table = wip_of(("Shop", "Doing", 1, None), ("Site 2", "Doing", 1, None))

    ax = af.charts.aging_wip(table)

    texts = [label.get_text() for label in ax.get_xticklabels()]
    assert texts == ["Doing · Shop\n1", "Doing · Site 2\n1"]
    assert legend_of(ax) == ["in progress"]


def test_long_names_of_sections_are_cut_and_keep_what_tells_them_apart() -> None:
    name = "Waiting for customer approval and for everybody else"
    table = wip_of(*[(f"Project {'x' * n}", name, 1.0, 2.0) for n in range(2)])
    table = table.assign(project_gid="1", section_gid=["120001", "120002"])
    ax = Figure((4, 3)).subplots()

    af.charts.aging_wip(table, ax=ax)

    names = ["".join(label.get_text().split("\n")[:-1]) for label in ax.get_xticklabels()]
    assert [name[-5:] for name in names] == ["…0001", "…0002"]
    assert all(len(label.get_text().split("\n")) <= 4 for label in ax.get_xticklabels())


def test_sections_that_do_not_fit_are_counted() -> None:
    rows = [(f"Project {'x' * n}", "Doing", 1.0, 2.0) for n in range(30)]

    ax = af.charts.aging_wip(wip_of(*rows), ax=Figure((4, 3)).subplots())

    shown = len(ax.get_xticklabels())
    assert 1 < shown < 30
    assert f"… {30 - shown} more sections" in note_of(ax)


def test_work_in_progress_has_a_line_per_section_with_a_limit() -> None:
    counts = {"To do": [9, 9, 9], "Doing": [1, 3, 2], "Review": [0, 1, 4]}

    ax = af.charts.wip(counts_of(counts, {"Doing": 2, "Review": 3}))

    assert lines_of(ax) == [[1, 3, 2], [2, 2], [0, 1, 4], [3, 3]]
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"] * 2
    assert inside_of(ax) == ["Doing", "Review"]
    assert legend_of(ax) == ["limit", "above the limit"]
    assert note_of(ax) == "… 1 more section"
    assert finding_of(ax) == "Above the limit: Review has 4 of 3."
    over = list(ax.collections)
    assert [np.asarray(part.get_offsets())[:, 1].tolist() for part in over] == [[3], [4]]
    plain = af.charts.wip(counts_of(counts))
    assert sorted(inside_of(plain)) == ["Doing", "Review", "To do"]
    assert finding_of(plain) == "15 open at the end; To do has the most (9)."
    # Red is kept for what is above a limit.
    many = af.charts.wip(counts_of({f"{n} section": [n] for n in range(10, 24)}))
    assert ALARM not in {to_hex(line.get_color()) for line in many.lines}
    assert len(many.lines) == len(SERIES) - 1


EMPTY = {
    "cycle_times": (cycles_of(None), "No finished tasks"),
    "control_chart": (cycles_of(None), "No finished tasks"),
    "aging_wip": (wip_of().reset_index(drop=True), "No tasks in progress"),
    "wip": (counts_of({"Doing": []}), "No tasks"),
}


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_nothing_is_said_in_words_on_the_axes_that_are_given(name: str) -> None:
    frame, words = EMPTY[name]
    given = Figure((4, 3)).subplots()

    ax = getattr(af.charts, name)(frame, ax=given)

    assert ax is given
    assert inside_of(ax) == [words]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("cycle_times", "finished_on"),
        ("control_chart", "finished_at"),
        ("control_chart", "days_cycle"),
        ("aging_wip", "section_order"),
        ("aging_wip", "days_age"),
        ("wip", "tasks"),
        ("wip", "limit"),
    ],
)
def test_a_missing_column_is_named(name: str, column: str) -> None:
    frame, _ = EMPTY[name]

    with pytest.raises(af.InvalidArgument, match=rf"charts\.{name} .*{column}.*rollups\.{name}"):
        getattr(af.charts, name)(frame.drop(columns=column))


def test_on_the_sandbox_all_of_them_are_drawn(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    sections = asana.sections.list(project="Website relaunch")
    now = "2026-11-02T09:00Z"
    stories = af.gather.stories(asana, tasks)
    times = af.rollups.section_times(tasks, stories, now=now, sections=sections)
    mine = times[times["project_name"] == "Website relaunch"]
    cycles = af.rollups.cycle_times(tasks, mine, now=now)
    ages = af.rollups.aging_wip(tasks, mine, now=now)
    counts = af.rollups.wip(mine, "W", limits={"Review": 3}, now=now)

    assert len(np.asarray(af.charts.cycle_times(cycles).collections[0].get_offsets())) == len(
        cycles
    )
    assert len(af.charts.control_chart(af.rollups.control_chart(cycles)).lines) == 2
    names = [label.get_text() for label in af.charts.aging_wip(ages).get_xticklabels()]
    assert [name.split("\n")[0] for name in names] == ["In progress", "Review"]
    assert inside_of(af.charts.wip(counts)) == ["Review"]


def test_a_leader_joins_a_label_to_its_line_where_it_stands_beside_another() -> None:
    days = [*[13.0] * 60, *[13.4] * 30, *[13.9] * 9, 60.0]
    frame = pd.DataFrame(
        {"finished_on": pd.date_range("2026-01-01", periods=100), "days_cycle": days}
    )

    ax = af.charts.cycle_times(frame)
    far = af.charts.cycle_times(frame.assign(days_cycle=np.arange(100.0)))

    def leaders(of: Axes) -> list[float]:
        return [float(text.xy[1]) for text in of.texts if getattr(text, "arrow_patch", None)]

    assert leaders(ax) == pytest.approx([13.0, 13.4, 13.4, 13.9], abs=0.6)
    assert leaders(far) == []


def test_a_section_above_its_limit_is_drawn_and_told_apart_from_others_of_its_name() -> None:
    counts = {f"{n} section": [1] for n in range(9)} | {"Last": [6]}
    limits = dict.fromkeys(counts, 3)
    table = counts_of(counts, limits)

    ax = af.charts.wip(table.assign(section_name="Doing", section_gid=table["section_name"]))

    assert finding_of(ax) == "Above the limit: Doing …Last has 6 of 3."
    assert "Doing …Last" in legend_of(ax)


def test_no_more_sections_above_their_limits_are_named_than_drawn() -> None:
    counts = {f"{n} section": [4] for n in range(10, 22)}

    ax = af.charts.wip(counts_of(counts, dict.fromkeys(counts, 3)))

    assert finding_of(ax).endswith("17 section has 4 of 3 and 4 more.")
    assert sum(line.get_linestyle() == "-" for line in ax.lines) == 9


def test_sections_without_tasks_do_not_have_the_most() -> None:
    ax = af.charts.wip(counts_of({"Doing": [0], "Review": [0]}))

    assert finding_of(ax) == "0 open at the end."
