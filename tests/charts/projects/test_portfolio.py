"""The chart of the projects of portfolios, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)
GREEN, RED, GREY = "#6ca351", "#a01f3d", "#939393"
_TEXTS = ("kind", "portfolio_gid", "portfolio_name", "project_gid", "project_name", "last_status")
KINDS: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, TEXT),
    **dict.fromkeys(("progress", "expected", "days_since_status"), "Float64"),
    "overdue": "Int64",
}


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


Row = tuple[str | None, float | None, float | None, str | None, int]


def table_of(*rows: Row) -> pd.DataFrame:
    """Projects: name, progress and expected progress, last status and how many are overdue."""
    columns = ["project_name", "progress", "expected", "last_status", "overdue"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "project_gid", [f"12{n:06d}" for n in range(len(frame))])
    frame = frame.assign(kind="project", portfolio_gid=None, portfolio_name=None)
    frame = frame.assign(days_since_status=None, path=[()] * len(frame))
    return frame.astype(KINDS)


def board() -> pd.DataFrame:
    """A portfolio with two projects and another portfolio of one, and the total."""
    frame = table_of(
        ("Growth", 0.6, 0.8, "at_risk", 5),
        ("App", 0.9, 0.5, "on_track", 1),
        ("Web", 0.2, 0.9, "off_track", 3),
        ("Partners", 0.5, 0.5, None, 1),
        ("Office", 0.5, 0.5, "on_hold", 1),
        (None, 0.6, 0.7, None, 6),
    )
    inside = ("Growth",)
    return frame.assign(
        kind=["portfolio", "project", "project", "portfolio", "project", "total"],
        portfolio_name=["Growth", "Growth", "Growth", "Partners", "Partners", None],
        portfolio_gid=["1", "1", "1", "2", "2", None],
        project_name=[None, "App", "Web", None, "Office", None],
        project_gid=[None, "3", "4", None, "5", None],
        path=[(), inside, inside, inside, ("Growth", "Partners"), ()],
        days_since_status=[0.5, 1.5, 40.2, None, 5.0, None],
    ).astype(KINDS)


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def marks_of(ax: Axes) -> list[tuple[float, float]]:
    """Return where marks are: percent, and row."""
    lines = [line for part in ax.collections for line in part.get_segments()]
    return [(round(float(line[0][0]), 6), round(float(line[:, 1].mean()), 6)) for line in lines]


def test_the_project_that_is_furthest_behind_is_on_top_and_unexpected_ones_at_the_bottom() -> None:
    ax = af.charts.portfolio(
        table_of(
            ("Ahead", 0.9, 0.5, "on_track", 0),
            ("Half, no days", 0.5, None, None, 0),
            ("Behind", 0.2, 0.9, "off_track", 3),
            ("No days", 0.1, None, "on_hold", 0),
            ("On time", 0.5, 0.5, "at_risk", 1),
        )
    )

    assert names_of(ax) == ["Behind", "On time", "Ahead", "No days", "Half, no days"]
    assert ax.yaxis_inverted()
    assert [round(bar.get_width()) for bar in ax.patches] == [20, 50, 90, 10, 50]


def test_colours_are_those_of_the_status_which_words_tell_too() -> None:
    ax = af.charts.portfolio(
        table_of(
            ("A", 0.2, 0.9, "off_track", 1234),
            ("B", 0.3, 0.9, "on_track", 0),
            ("C", 0.4, 0.9, None, 1),
            ("D", 0.5, 0.9, "up_in_the_air_for_now", 0),
            ("E", None, 0.9, "complete", 0),
        )
    )

    assert words_of(ax) == [
        "20 %  off track, 1,234 overdue",
        "30 %  on track",
        "40 %  no status, 1 overdue",
        "50 %  up in the air…",
        "no tasks, complete",
    ]
    colours = [to_hex(bar.get_facecolor()) for bar in ax.patches]
    assert colours[:3] == [RED, GREEN, GREY]
    assert len(set(colours)) == 5


def test_a_mark_is_where_a_project_should_be_by_now() -> None:
    ax = af.charts.portfolio(
        table_of(("A", 0.2, 0.9, "on_track", 0), ("B", 0.5, None, "on_track", 0))
    )

    assert marks_of(ax) == [(90.0, 0.0)]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["expected by now"]


def test_without_expectations_there_is_no_legend() -> None:
    ax = af.charts.portfolio(table_of(("A", 0.2, None, "on_track", 0)))

    assert marks_of(ax) == []
    assert ax.get_legend() is None


def test_at_most_40_are_drawn_and_the_others_counted() -> None:
    ax = af.charts.portfolio(
        table_of(*((f"P{n}", n / 100, 0.9, "on_track", 0) for n in range(60)))
    )

    assert names_of(ax) == [f"P{n}" for n in range(40)]
    assert notes_of(ax) == ["… 20 more"]


def test_words_beside_bars_fit_small_and_large_axes() -> None:
    table = table_of(("A project", 0.2, 0.9, "off_track", 1234), ("B", 0.5, 1.0, "at_risk", 1))
    for width in (3.0, 8.0):
        figure, ax = plt.subplots(figsize=(width, 2.4))

        assert af.charts.portfolio(table, ax=ax) is ax

        figure.canvas.draw()
        ends = [text.get_window_extent().x1 for text in ax.texts if text.get_text()]
        assert max(ends) <= figure.bbox.x1


def test_names_are_told_apart_and_dollars_are_no_mathematics() -> None:
    ax = af.charts.portfolio(
        table_of(("Save $5 and $6", 0.1, 0.9, None, 0), ("Save $5 and $6", 0.2, 0.9, None, 0))
    )

    ax.figure.canvas.draw()
    assert names_of(ax) == [r"Save \$5 and \$6 …0000", r"Save \$5 and \$6 …0001"]


def test_no_projects_are_an_empty_chart_that_says_so() -> None:
    assert words_of(af.charts.portfolio(table_of())) == ["No projects"]


def test_settings_of_matplotlib_stay_and_labels_of_rows_do_not_matter() -> None:
    before = dict(plt.rcParams)
    table = table_of(("A", 0.2, 0.9, "on_track", 0), ("B", 0.1, 0.9, "on_track", 0))

    ax = af.charts.portfolio(table.set_axis([7, 7], axis="index"))

    assert dict(plt.rcParams) == before
    assert names_of(ax) == ["B", "A"]


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"charts\.portfolio needs .*overdue"):
        af.charts.portfolio(table_of().drop(columns="overdue"))


def test_names_are_indented_below_their_portfolios_and_the_total_is_last() -> None:
    ax = af.charts.portfolio(board())

    assert names_of(ax) == [
        "Growth",
        "\u2003Web",
        "\u2003App",
        "\u2003Partners",
        "\u2003\u2003Office",
        "All projects",
    ]
    bold = [label.get_fontweight() == "bold" for label in ax.get_yticklabels()]
    assert bold == [True, False, False, True, False, True]


def test_a_label_tells_how_old_the_status_is_and_the_total_has_none() -> None:
    assert words_of(af.charts.portfolio(board())) == [
        "60 %  at risk (today), 5 overdue",
        "20 %  off track (40 days ago), 3 overdue",
        "90 %  on track (1 day ago), 1 overdue",
        "50 %  no status, 1 overdue",
        "50 %  on hold (5 days ago), 1 overdue",
        "60 %  6 overdue",
    ]


def test_the_finding_counts_projects_in_trouble_and_overdue_tasks() -> None:
    ax = af.charts.portfolio(board())

    assert finding_of(ax) == "Of 3 projects, 1 off track; 6 tasks overdue."
    assert title_of(ax) == "Progress and status of projects"
    calm = af.charts.portfolio(table_of(("A", 0.2, None, "on_track", 0)))
    assert finding_of(calm) == "Of 1 project, none off track or at risk."


def test_each_project_without_a_gid_counts_in_the_finding() -> None:
    rows = table_of(("A", 0.2, None, "off_track", 0), ("B", 0.2, None, "off_track", 0))

    ax = af.charts.portfolio(rows.assign(project_gid=pd.Series([None] * 2, dtype=TEXT)))

    assert finding_of(ax) == "Of 2 projects, 2 off track."


def test_small_axes_leave_out_the_age_and_keep_the_total() -> None:
    table = pd.concat([board().head(5), *[board().iloc[1:2]] * 30, board().tail(1)])
    _, ax = plt.subplots(figsize=(3, 3), layout="constrained")

    af.charts.portfolio(table, ax=ax)

    assert names_of(ax)[-1] == "All projects"
    assert words_of(ax)[0] == "60 %  at risk, 5 overdue"
    assert any(words.startswith("… ") for words in words_of(ax))


def test_a_part_of_a_board_is_indented_from_its_own_top() -> None:
    names = names_of(af.charts.portfolio(board().query("portfolio_gid == '2'")))

    assert names == ["Partners", "\u2003Office"]


def test_the_sandbox_is_drawn(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")
    tasks = asana.tasks.list(project=projects)

    table = af.rollups.portfolio(tasks, projects, now="2026-11-02T09:00Z")

    assert len(af.charts.portfolio(table).patches) == len(projects) + 1


def test_a_row_without_a_kind_is_drawn() -> None:
    ax = af.charts.portfolio(board().assign(kind=pd.array(["project"] * 5 + [None], "string")))

    assert len(names_of(ax)) == 6


def portfolios(*counts: int) -> pd.DataFrame:
    """Return portfolios with as many projects, all fine, one portfolio without any, a total."""
    rows: list[Row] = []
    about: list[dict[str, Any]] = []
    for number, count in enumerate(counts):
        name = f"Portfolio {number}"
        rows += [(None, 0.5, 0.5, "on_track", 0)]
        about += [{"kind": "portfolio", "portfolio_name": name, "path": ()}]
        rows += [(f"P{number}.{n}", 0.5, 0.5, "on_track", 0) for n in range(count)]
        about += [{"kind": "project", "portfolio_name": name, "path": (name,)}] * count
    rows += [(None, 0.5, 0.5, None, 0)]
    about += [{"kind": "total", "portfolio_name": None, "path": ()}]
    table = table_of(*rows).assign(**{key: [row[key] for row in about] for key in about[0]})
    return table.astype(KINDS)


def small_axes() -> Axes:
    return plt.subplots(figsize=(5, 2.2), layout="constrained")[1]


def test_where_not_all_fit_those_in_need_stay_with_their_portfolios() -> None:
    table = portfolios(4, 0, 4)
    needy = table["project_name"].isin(["P2.2"])
    table.loc[needy, ["progress", "expected", "last_status"]] = [0.3, 0.5, "off_track"]

    names = names_of(af.charts.portfolio(table, ax=small_axes()))

    assert len(names) < len(table) - 2
    assert names[-3:] == ["Portfolio 2", "\u2003P2.2", "All projects"]
    assert "Portfolio 1" not in names


def test_of_those_in_need_status_comes_before_overdue_tasks_and_these_before_lag() -> None:
    rows = [
        ("Behind", 0.1, 0.9, "on_track", 0),
        ("Late", 0.9, 0.9, "on_track", 2),
        ("At risk", 0.9, 0.9, "at_risk", 0),
        ("Off", 0.9, 0.9, "off_track", 0),
        *[(f"Fine {n}", 0.9, 0.9, "on_track", 0) for n in range(9)],
    ]
    table = table_of(*rows)
    for fits in (3, 2, 1):
        _, ax = plt.subplots(figsize=(5, 1.1 + 0.2 * fits))
        names = names_of(af.charts.portfolio(table, ax=ax))
        assert set(names) == set(["Off", "At risk", "Late", "Behind"][: len(names)])


def test_filtered_projects_are_not_indented_below_portfolios_that_are_not_drawn() -> None:
    table = board()

    names = names_of(af.charts.portfolio(table[table["kind"] == "project"]))

    assert names == ["Web", "App", "Office"]


def test_a_project_is_indented_only_below_a_portfolio_that_is_drawn() -> None:
    table = board()

    names = names_of(af.charts.portfolio(table[table["portfolio_name"] != "Growth"]))

    assert names == ["Partners", "\u2003Office", "All projects"]
