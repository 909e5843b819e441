"""Titles, findings, notes and legends around axes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes

import asana_frames as af
from asana_frames.charts.shared.about import Titles, compose_title, read_about
from asana_frames.charts.shared.headings import set_heading
from tests.charts.drawn import finding_of, legend_of, note_of, title_of


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


def axes_of(width: float = 8, height: float = 4) -> Axes:
    return pyplot.figure(figsize=(width, height), layout="constrained").subplots()


def table_of(**attrs: str) -> pd.DataFrame:
    table = pd.DataFrame()
    table.attrs |= attrs
    return table


TABLE = table_of(
    subject="Shop", start="2026-05-01", end="2026-11-28", now="2026-11-28T10:05+01:00"
)


def test_a_title_says_what_of_what_and_when() -> None:
    ax = axes_of()

    set_heading(
        ax, TABLE, "scope and done", Titles(), finding="3 of 5 done.", notes=["2 left out"]
    )

    assert title_of(ax) == "Shop: scope and done, May to Nov 2026"
    assert finding_of(ax) == "3 of 5 done."
    assert note_of(ax) == "2 left out · As of 28 Nov 2026, 10:05 (UTC+1)"


def test_titles_that_are_passed_stand_in_place_of_the_usual_ones() -> None:
    own, none = axes_of(), axes_of()

    set_heading(own, TABLE, "scope", Titles("Mine", "So it is"), finding="3 of 5 done.")
    set_heading(none, TABLE, "scope", Titles("", ""), finding="3 of 5 done.")

    assert (title_of(own), finding_of(own)) == ("Mine", "So it is")
    assert (title_of(none), finding_of(none)) == ("", "")


def test_days_that_are_drawn_narrow_those_of_the_table() -> None:
    ax = axes_of()

    set_heading(ax, TABLE, "scope", Titles(), days=("2026-09-07", "2026-12-06"))

    assert title_of(ax) == "Shop: scope, Sep to Nov 2026"


def test_days_that_lie_beyond_those_of_the_table_are_told_as_they_are() -> None:
    ax = axes_of()

    set_heading(ax, TABLE, "scope", Titles(), days=("2026-12-07", "2026-12-20"))

    assert title_of(ax) == "Shop: scope, 7 to 20 Dec 2026"


def test_title_omits_unknown_parts() -> None:
    ax = axes_of()

    set_heading(ax, table_of(now="someday", subject=""), "scope", Titles())

    assert (title_of(ax), finding_of(ax), note_of(ax)) == ("Scope", "", "")


@pytest.mark.parametrize("width", [3, 4, 8])
def test_a_long_name_leaves_room_for_what_and_when(width: float) -> None:
    ax = axes_of(width)
    about = TABLE.attrs | {"subject": "A name of many words that never comes to its end " * 4}

    set_heading(ax, table_of(**about), "scope and done", Titles())

    assert title_of(ax).endswith("…: scope and done, May to Nov 2026")
    assert len(ax.get_title().split("\n")) <= 2


@pytest.mark.parametrize("width", np.arange(2.8, 3.9, 0.1))
def test_no_single_word_is_left_for_the_last_line(width: float) -> None:
    ax = axes_of(width)

    set_heading(ax, TABLE, "scope and done in weeks", Titles())

    first, *rest = ax.get_title().split("\n")
    assert all(len(last) > 0.25 * len(first) for last in rest)


def test_titles_leave_out_when_before_they_are_cut() -> None:
    about = TABLE.attrs | {"start": "2025-12-15"}
    ax = axes_of(2)

    set_heading(ax, table_of(**about), "tasks and what they wait for", Titles())

    assert title_of(ax) == "Shop: tasks and what they wait for"


def test_lines_are_broken_anew_where_the_figure_has_another_width() -> None:
    ax = axes_of(8)
    set_heading(ax, TABLE, "scope and done in weeks", Titles(), finding="So it is. " * 9)
    wide = ax.get_title(), finding_of(ax)

    ax.figure.set_size_inches(4, 4)  # type: ignore[union-attr]
    ax.figure.canvas.draw()
    assert ax.get_title() == "Shop: scope and done in weeks,\nMay to Nov 2026"
    ax.figure.set_size_inches(8, 4)  # type: ignore[union-attr]
    ax.figure.canvas.draw()
    assert (ax.get_title(), finding_of(ax)) == wide


def test_a_title_that_the_user_sets_is_left_as_it_is() -> None:
    ax = axes_of(3)
    set_heading(ax, TABLE, "scope and done", Titles())

    ax.set_title("Mine, which is far too long for a figure of this width, is mine")

    ax.figure.canvas.draw()
    assert ax.get_title().startswith("Mine, which is far too long for a figure of this width")


@pytest.mark.parametrize("loc", [None, "left", "center", "right"])
def test_a_title_that_the_user_sets_replaces_the_own_one_at_the_left_edge(loc: Any) -> None:
    ax = axes_of()
    set_heading(ax, TABLE, "scope and done", Titles(), finding="3 of 5 done.")

    title = ax.set_title("Mine", loc=loc)

    ax.figure.canvas.draw()
    assert [ax.get_title(one) for one in ("left", "center", "right")].count("") == 2
    finding = next(text for text in ax.texts if text.get_text())
    box = title.get_window_extent()
    if loc == "right":
        assert box.x1 == pytest.approx(ax.bbox.x1, abs=2)
    else:
        assert box.x0 == pytest.approx(finding.get_window_extent().x0, abs=2)


def test_a_title_is_broken_anew_where_its_letters_change() -> None:
    ax = axes_of(6)
    set_heading(ax, TABLE, "scope and done", Titles())

    ax.title.set_fontsize(30)
    ax.figure.canvas.draw()

    assert "\n" in ax.get_title()
    assert ax.title.get_window_extent().x1 <= ax.figure.bbox.x1


def test_a_figure_saved_without_its_margins_has_the_same_lines() -> None:
    from io import BytesIO

    ax = axes_of(5)
    set_heading(ax, TABLE, "scope and done in weeks", Titles(), finding="So it is. " * 9)
    ax.figure.canvas.draw()
    lines = ax.get_title(), [text.get_text() for text in ax.texts]

    ax.figure.savefig(BytesIO(), bbox_inches="tight", dpi=200)  # type: ignore[union-attr]

    assert (ax.get_title(), [text.get_text() for text in ax.texts]) == lines


def test_dollar_signs_are_escaped() -> None:
    ax = axes_of()

    set_heading(ax, table_of(subject="$5 or $6"), "scope", Titles(), finding=r"\$7 and $8_9")

    ax.figure.canvas.draw()
    assert title_of(ax) == r"\$5 or \$6: scope"
    assert finding_of(ax) == r"\$7 and \$8_9"


def test_a_finding_is_left_out_where_it_would_take_half_of_the_axes() -> None:
    small, large = axes_of(3, 1), axes_of(3, 3)

    for ax in (small, large):
        set_heading(ax, TABLE, "scope", Titles(), finding="So much was done, and so much was not.")

    assert finding_of(small) == ""
    assert finding_of(large).startswith("So much")


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_all_begins_at_the_edge_of_the_labels_and_stays_in_the_figure(layout: Any) -> None:
    figure = pyplot.figure(figsize=(5, 3), layout=layout)
    ax = figure.subplots()
    ax.set_yticks([0, 1], ["Somebody", "Somebody with a longer name"])
    (line,) = ax.plot([0, 1], [0, 1])

    set_heading(
        ax, TABLE, "scope", Titles(), finding="Done.", notes=["A note"], legend={"x": line}
    )
    if layout is None:
        figure.tight_layout()

    figure.canvas.draw()
    left = min(label.get_window_extent().x0 for label in ax.get_yticklabels())
    texts = [*(text for text in ax.texts if text.get_text()), ax.title]
    boxes = [text.get_window_extent() for text in texts]
    assert [box.x0 for box in boxes] == pytest.approx([left] * 3, abs=1.5)
    assert min(box.y0 for box in boxes) >= -1
    assert max(box.y1 for box in boxes) <= figure.bbox.y1 + 1
    assert legend_of(ax) == ["x"]


def test_series_of_long_names_that_differ_at_the_end_are_all_in_the_legend() -> None:
    ax = axes_of()
    names = [f"{'A series with a very long name' * 2} …{gid}" for gid in ("0001", "0002")]

    set_heading(ax, TABLE, "scope", Titles(), legend={name: ax.plot([0])[0] for name in names})

    assert legend_of(ax) == names


def test_headings_follow_labels_that_are_changed_after_a_drawing() -> None:
    ax = axes_of()
    ax.set_yticks([0, 1], ["a", "b"])
    set_heading(ax, TABLE, "scope", Titles())
    ax.figure.canvas.draw()
    before = ax.title.get_window_extent().x0

    ax.set_yticks([0, 1], ["a", "a label that is much wider"])
    ax.figure.set_layout_engine("none")
    ax.figure.canvas.draw()

    label = ax.get_yticklabels()[1].get_window_extent()
    assert label.x0 < before - 50
    assert ax.title.get_window_extent().x0 == pytest.approx(label.x0, abs=1.5)


def test_heading_clears_the_labels_of_panels() -> None:
    ax = axes_of()
    panel = ax.inset_axes((0, 0.5, 1, 0.5))
    panel.set_yticks([0], ["a label that is much wider"])

    set_heading(ax, TABLE, "scope", Titles())

    ax.figure.canvas.draw()
    (label,) = panel.get_yticklabels()
    title = ax.title
    assert title.get_window_extent().x0 == pytest.approx(label.get_window_extent().x0, abs=1.5)


@pytest.mark.parametrize(
    ("attrs", "title"),
    [
        ({}, "Scope"),
        ({"start": "2026-05-01"}, "Scope, since 1 May 2026"),
        ({"end": "2026-05-01"}, "Scope, until 1 May 2026"),
        ({"start": "2026-05-01", "end": "2026-05-01"}, "Scope, 1 May 2026"),
        ({"start": "2025-12-30", "end": "2026-01-02"}, "Scope, 30 Dec 2025 to 2 Jan 2026"),
        ({"start": 3, "end": None, "subject": ["x"]}, "Scope"),
    ],
)
def test_a_title_says_as_much_as_is_known(attrs: dict[str, Any], title: str) -> None:
    assert compose_title("scope", read_about(table_of(**attrs))) == title


@pytest.mark.parametrize("name", ["title", "subtitle"])
def test_title_must_be_text(name: str) -> None:
    table = af.rollups.lead_times(af.sandbox(now="2026-11-02").tasks.list(project="Office move"))

    with pytest.raises(af.InvalidArgument, match=rf"charts\.lead_times\({name}=\) expects text"):
        af.charts.lead_times(table, **{name: 3})  # type: ignore[arg-type]
    ax = af.charts.lead_times(table, title="", subtitle="")
    assert (title_of(ax), finding_of(ax)) == ("", "")


def test_headings_survive_a_copy_of_the_figure() -> None:
    import pickle

    ax = axes_of()
    set_heading(ax, TABLE, "scope", Titles(), finding="Done.")

    copied = pickle.loads(pickle.dumps(ax.figure))

    copied.canvas.draw()
    assert finding_of(copied.axes[0]) == "Done."
    assert np.isfinite(copied.axes[0].get_tightbbox().bounds).all()


def test_titles_keep_to_their_column_where_labels_of_others_take_much_room() -> None:
    left, right = pyplot.figure(figsize=(12, 4), layout="constrained").subplots(1, 2)
    left.set_yticks([0], ["a label that is much wider than others are"])

    set_heading(right, TABLE, "scope and done and all that there is to say", Titles())

    right.figure.canvas.draw()
    title = right.title
    assert title.get_window_extent().x1 <= right.figure.bbox.width


def test_an_empty_title_removes_only_the_one_in_its_place() -> None:
    ax = axes_of()
    set_heading(ax, TABLE, "scope and done", Titles())

    ax.set_title("", loc="right")
    ax.set_title("", loc="left")
    kept = ax.get_title()
    ax.set_title("")

    ax.figure.canvas.draw()
    assert kept.startswith("Shop: scope and done")
    assert ax.get_title() == ""


def test_of_two_titles_that_begin_at_the_same_place_the_later_one_is_drawn() -> None:
    ax = axes_of()
    set_heading(ax, TABLE, "scope and done", Titles())

    ax.set_title("First")
    ax.set_title("Second", loc="left")
    ax.set_title("Beside it", loc="right")

    ax.figure.canvas.draw()
    shown = [ax.get_title(loc) for loc in ("left", "center", "right")]
    assert shown == ["Second", "", "Beside it"]
