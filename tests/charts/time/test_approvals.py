"""The chart of the approval of timesheets, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def weeks_of(*rows: tuple[str, str | None, float, float | None, str]) -> pd.DataFrame:
    """Rows of name, first day, tracked and missing hours, and state."""
    frame = pd.DataFrame(rows, columns=["person_name", "period", "hours", "missing", "state"])
    frame["period"] = pd.to_datetime(frame["period"]).astype("datetime64[us]")
    frame.insert(0, "person_gid", frame["person_name"].map(lambda name: f"1{len(name)}"))
    texts = dict.fromkeys(["person_gid", "person_name", "state"], TEXT)
    return frame.astype({**texts, "hours": "Float64", "missing": "Float64"})


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def legend_of(ax: Axes) -> dict[str, Any]:
    legend = ax.get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    swatches = [to_hex(patch.get_facecolor()) for patch in legend.get_patches()]
    return dict(zip(words, swatches, strict=True))


WEEKS = weeks_of(
    ("Ana", "2026-03-02", 40, 0, "approved"),
    ("Ana", "2026-03-09", 0, 0, "away"),
    ("Bo", "2026-03-02", 12.5, 27.5, "pending"),
    ("Bo", "2026-03-09", 0, 40, "not handed in"),
    ("Bo", None, 2, None, "not handed in"),
)


def test_who_lacks_most_hours_is_at_the_top_and_cells_have_the_tracked_hours() -> None:
    ax = af.charts.approvals(WEEKS)

    assert names_of(ax) == ["Bo", "Ana"]
    assert words_of(ax)[:4] == ["12.5", "·", "40", "off"]
    assert notes_of(ax) == ["+ 1 row without a week"]


def test_the_finding_counts_the_weeks_that_are_not_approved() -> None:
    rejected = WEEKS.assign(state=WEEKS["state"].replace("pending", "rejected"))

    ax = af.charts.approvals(rejected)

    assert finding_of(ax) == "Of 3 weekly timesheets, 1 was not handed in and 1 was rejected."
    assert title_of(ax) == "Approval of timesheets by person and week, 2 to 15 Mar 2026"
    assert finding_of(af.charts.approvals(WEEKS.head(2))) == ""


def test_the_legend_has_the_colours_of_the_cells() -> None:
    ax = af.charts.approvals(WEEKS.assign(state=WEEKS["state"].replace("pending", "archived")))

    (mesh,) = (part for part in ax.collections if isinstance(part, QuadMesh))
    mesh.update_scalarmappable()
    cells = [to_hex(colour) for colour in mesh.get_facecolor()]
    legend = legend_of(ax)
    assert list(legend) == ["approved", "not handed in", "other", "away"]
    assert cells[:3] == [legend["other"], legend["not handed in"], legend["approved"]]


def test_more_persons_than_can_be_read_are_counted() -> None:
    rows = [("P" * n, "2026-03-02", 1.0, float(n), "approved") for n in range(1, 61)]

    ax = af.charts.approvals(weeks_of(*rows))

    assert len(names_of(ax)) == 40
    assert notes_of(ax) == ["… 20 more people"]


def test_it_draws_where_it_is_told() -> None:
    _, axes = plt.subplots(1, 2)

    assert af.charts.approvals(WEEKS, ax=axes[0]) is axes[0]


def test_no_weeks_are_an_empty_chart_that_says_so() -> None:
    assert "No weeks" in words_of(af.charts.approvals(WEEKS.head(0)))


@pytest.mark.parametrize("column", ["person_gid", "period", "hours", "missing", "state"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=column):
        af.charts.approvals(WEEKS.drop(columns=column))
