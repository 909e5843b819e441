"""The chart of status updates, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.dates import ConciseDateFormatter, date2num

import asana_frames as af
from tests.charts.drawn import finding_of, inside_of, notes_of, title_of, words_of
from tests.rollups.frames import frame_of

NOW = "2026-03-31T00:00Z"
GREEN, YELLOW, RED = "#6ca351", "#c18a00", "#a01f3d"
STATUS = {
    **dict.fromkeys(("parent_gid", "parent_name", "status_type"), "text"),
    "created_at": "datetime",
}


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def updates(*rows: tuple[str | None, str | None, str | None]) -> pd.DataFrame:
    """Rows of parent, day and status."""
    return frame_of(
        STATUS,
        (
            {
                "parent_gid": parent,
                "parent_name": parent and f"Project {parent}",
                "created_at": day and f"{day}T00:00:00Z",
                "status_type": status,
            }
            for parent, day, status in rows
        ),
    )


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def legend_of(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def day(text: str) -> float:
    return float(date2num(pd.Timestamp(text)))


def test_a_span_goes_from_an_update_to_the_next_and_the_last_until_now() -> None:
    ax = af.charts.status_timeline(
        updates(("1", "2026-03-11", "off_track"), ("1", "2026-03-01", "on_track")), now=NOW
    )

    spans = [(bar.get_x(), bar.get_width(), to_hex(bar.get_facecolor())) for bar in ax.patches]
    assert spans == [(day("2026-03-01"), 10, GREEN), (day("2026-03-11"), 20, RED)]


def test_the_worst_last_status_is_on_top_then_names_decide() -> None:
    ax = af.charts.status_timeline(
        updates(
            ("5", "2026-03-01", "dropped"),
            ("4", "2026-03-01", "on_track"),
            ("3", "2026-03-01", "at_risk"),
            ("2", "2026-03-01", "on_track"),
            ("1", "2026-03-01", "off_track"),
            ("1", "2026-03-02", "complete"),
            ("6", "2026-03-02", "news_to_us"),
        ),
        now=NOW,
    )

    assert names_of(ax) == [f"Project {gid}" for gid in "324156"]
    assert ax.yaxis_inverted()


def test_the_legend_tells_the_statuses_that_are_there_in_words_worst_first() -> None:
    ax = af.charts.status_timeline(
        updates(
            ("1", "2026-03-01", "on_track"),
            ("1", "2026-03-02", "news_to_us"),
            ("1", "2026-03-03", None),
            ("1", "2026-03-04", "on_hold"),
            ("1", "2026-03-05", "off_track"),
        ),
        now=NOW,
    )

    assert legend_of(ax) == ["off track", "on hold", "on track", "news to us", "no status"]
    assert len({to_hex(bar.get_facecolor()) for bar in ax.patches}) == 5


def test_at_most_30_rows_are_drawn_and_what_is_left_out_is_counted() -> None:
    rows = [(f"{n:02}", "2026-03-01", "on_track") for n in range(33)]
    lost = [(None, "2026-03-01", "on_track"), ("00", None, "off_track")]

    ax = af.charts.status_timeline(updates(*rows, *lost), now=NOW)

    assert names_of(ax) == [f"Project {n:02}" for n in range(30)]
    assert len(ax.patches) == 30
    assert notes_of(ax)[:2] == ["… 3 more", "+ 2 without a parent or day"]


def test_what_was_said_after_now_is_left_out_and_counted() -> None:
    ax = af.charts.status_timeline(
        updates(("1", "2026-03-01", "on_track"), ("1", "2026-04-10", "at_risk")), now=NOW
    )

    assert [bar.get_width() for bar in ax.patches] == pytest.approx([30])
    assert finding_of(ax) == "Now: 1 on track (of 1)."
    assert notes_of(ax) == ["+ 1 after 31 Mar 2026", "As of 31 Mar 2026"]
    assert title_of(ax) == "Status from update to update, 1 to 31 Mar 2026"


def test_spans_with_room_name_their_status_and_the_finding_counts_the_last() -> None:
    rows = [("1", "2026-03-01", "on_track"), ("1", "2026-03-31", "off_track")]

    ax = af.charts.status_timeline(updates(*rows, ("2", "2026-03-01", "at_risk")), now=NOW)

    assert words_of(ax) == ["on track", "at risk", "As of 31 Mar 2026"]
    assert finding_of(ax) == "Now: 1 off track, 1 at risk (of 2)."
    assert title_of(ax) == "Status from update to update, 1 to 31 Mar 2026"


def test_small_axes_are_drawn_in_and_returned() -> None:
    _, ax = plt.subplots(figsize=(3, 2.2))
    rows = [(f"{n:02}", "2026-03-01", "on_track") for n in range(60)]

    assert af.charts.status_timeline(updates(*rows), now=NOW, ax=ax) is ax

    ax.figure.canvas.draw()
    assert 1 <= len(ax.patches) < 20
    assert f"… {60 - len(ax.patches)} more" in notes_of(ax)


@pytest.mark.parametrize("rows", [[], [(None, "2026-03-01", "on_track")]])
def test_no_updates_are_an_empty_chart_that_says_so(
    rows: list[tuple[str | None, str | None, str | None]],
) -> None:
    assert inside_of(af.charts.status_timeline(updates(*rows))) == ["No status updates"]


def test_updates_that_are_all_after_the_moment_are_counted() -> None:
    rows = [("1", "2026-03-01", "on_track"), ("1", "2026-04-01", "off_track")]

    ax = af.charts.status_timeline(updates(*rows), now="2026-02-01")

    assert inside_of(ax) == ["No status updates until then"]
    assert notes_of(ax) == ["+ 2 after 1 Feb 2026", "As of 1 Feb 2026"]


def test_dates_are_concise_and_settings_stay_and_labels_of_rows_do_not_matter() -> None:
    before = dict(plt.rcParams)
    rows = updates(("1", "2026-03-01", "on_track"), ("2", "2026-03-02", "at_risk"))

    ax = af.charts.status_timeline(rows.set_axis([7, 7], axis="index"), now=NOW)

    assert dict(plt.rcParams) == before
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [GREEN, YELLOW]
    assert names_of(ax) == ["Project 2", "Project 1"]


def test_bad_arguments_are_refused() -> None:
    rows = updates(("1", "2026-03-01", "on_track"))

    with pytest.raises(af.InvalidArgument, match=r"charts\.status_timeline needs .*parent_name"):
        af.charts.status_timeline(rows.drop(columns="parent_name"))
    with pytest.raises(af.InvalidArgument, match="now='soon'"):
        af.charts.status_timeline(rows, now="soon")
    with pytest.raises(af.InvalidArgument, match="created_at, row 1: 'soon' is not a moment"):
        af.charts.status_timeline(rows.assign(created_at=["soon"]))


def test_the_sandbox_is_drawn(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")
    statuses = asana.status_updates.list(parent=projects)

    ax = af.charts.status_timeline(statuses, now="2026-11-02T09:00Z")

    assert len(ax.patches) == len(statuses)
    assert set(legend_of(ax)) == {"on track", "at risk", "off track"}
