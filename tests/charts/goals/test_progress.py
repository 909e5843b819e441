"""The chart of goal progress, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from matplotlib import pyplot as plt

import asana_frames as af


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def progress_of(*rows: tuple[str, str | None, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["name", "status", "progress"])
    return frame.astype({"progress": "Float64"})


def test_bars_are_sorted_coloured_by_status_and_say_it_in_words() -> None:
    ax = af.charts.goal_progress(
        progress_of(("Low", "red", 0.2), ("None", None, None), ("High", "green", 0.9))
    )

    assert [label.get_text() for label in ax.get_yticklabels()] == ["None", "Low", "High"]
    assert [round(bar.get_width()) for bar in ax.patches] == [0, 20, 90]
    words = [text.get_text() for text in ax.texts]
    assert words == ["no progress, no status", "20 %  off track", "90 %  on track"]
    assert ax.patches[1].get_facecolor() != ax.patches[2].get_facecolor()
    assert ax.get_xlabel() == "Progress (%)"


def test_what_is_beyond_the_target_is_hatched_and_what_is_below_0_has_an_arrow() -> None:
    ax = af.charts.goal_progress(progress_of(("Over", "green", 1.2), ("Under", "red", -0.3)))

    assert [round(bar.get_width()) for bar in ax.patches] == [0, 100, 20]
    assert ax.patches[2].get_hatch()
    assert [text.get_text()[:5] for text in ax.texts] == ["-30 %", "120 %"]
    (target, arrow) = ax.lines
    assert list(target.get_xdata()) == [100, 100]
    assert (list(arrow.get_xdata()), list(arrow.get_ydata())) == ([0], [0])


def test_it_draws_where_it_is_told_and_returns_the_axes() -> None:
    _, ax = plt.subplots()

    assert af.charts.goal_progress(progress_of(("A", "green", 0.5)), ax=ax) is ax
    assert len(plt.get_fignums()) == 1


def test_no_goals_are_an_empty_chart_that_says_so() -> None:
    ax = af.charts.goal_progress(progress_of())

    assert [text.get_text() for text in ax.texts] == ["No goals"]


def test_names_are_cut_and_dollars_are_not_mathematics(asana: af.Asana) -> None:
    ax = af.charts.goal_progress(progress_of(("Save $5 and $6 " + "x" * 90, "green", 0.5)))

    label = ax.get_yticklabels()[0].get_text()
    ax.figure.canvas.draw()
    assert label.endswith("…")
    assert r"\$5" in label


def test_it_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(plt.rcParams)

    af.charts.goal_progress(progress_of(("A", "green", 0.5)))

    assert dict(plt.rcParams) == before


def test_a_frame_without_progress_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"charts\.goal_progress needs"):
        af.charts.goal_progress(pd.DataFrame({"name": []}))
