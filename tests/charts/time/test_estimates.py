"""The chart of estimates, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)
MEASURES = ["estimated", "actual", "unestimated", "difference", "ratio"]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def estimates_of(*rows: tuple[str, str | None, float | None, float, float]) -> pd.DataFrame:
    """Rows of gid, name, estimated, actual and unestimated hours."""
    columns = ["task_gid", "task_name", "estimated", "actual", "unestimated"]
    frame = pd.DataFrame(rows, columns=columns).astype(
        {"task_gid": TEXT, "task_name": TEXT, **dict.fromkeys(columns[2:], "Float64")}
    )
    frame.insert(2, "tasks", pd.Series(1, index=frame.index, dtype="Int64"))
    frame["difference"] = frame["actual"] - frame["estimated"]
    frame["ratio"] = frame["actual"] / frame["estimated"].mask(frame["estimated"] == 0)
    return frame


def bars_of(ax: Axes) -> list[list[Rectangle]]:
    """Bars of the estimates, of what was tracked, and of what of it had no estimate."""
    return [list(container) for container in ax.containers]


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_the_largest_difference_is_at_the_top_and_rows_without_estimate_at_the_bottom() -> None:
    ax = af.charts.estimates(
        estimates_of(
            ("1", "Near", 10, 11, 0),
            ("2", "None", None, 99, 99),
            ("3", "Over", 10, 20, 0),
            ("4", "Under", 20, 4, 0),
        )
    )

    assert names_of(ax) == ["Under", "Over", "Near", "None"]
    assert ax.yaxis_inverted()


def test_the_finding_counts_what_took_longer_and_names_the_farthest() -> None:
    rows = [("1", "A", 10, 12, 5), ("2", "Beta", 8, 9.5, 0), ("3", "C", None, 3, 3)]

    ax = af.charts.estimates(estimates_of(*rows))

    assert finding_of(ax) == "1 of 2 took longer than estimated; the most: Beta (+1.5 h)."
    less = af.charts.estimates(estimates_of(*rows[:1]))
    assert finding_of(less) == "None of 1 took longer than estimated."


def test_small_axes_tell_the_change_alone() -> None:
    _, ax = plt.subplots(figsize=(2, 3))

    af.charts.estimates(estimates_of(("1", "A", 10, 12, 5), ("2", "B", None, 9.5, 9.5)), ax=ax)

    assert words_of(ax) == ["-30 %", "9.5 h"]


def test_labels_tell_both_amounts_and_the_change() -> None:
    _, ax = plt.subplots(figsize=(12, 5))
    af.charts.estimates(
        estimates_of(
            ("1", "Over", 10, 12.5, 0),
            ("2", "Under", 4, 3, 0),
            ("3", "Zero", 0, 0.5, 0),
            ("4", "None", None, 3, 3),
        ),
        ax=ax,
    )

    assert words_of(ax) == [
        "12.5 h of 10 h (+25 %)",
        "3 h of 4 h (-25 %)",
        "0.5 h of 0 h",
        "3 h, no estimate",
    ]


def test_bars_are_what_was_tracked_over_what_was_estimated() -> None:
    frame = estimates_of(("1", "A", 10, 12, 5), ("2", "B", 8, 7, 0), ("3", "C", None, 3, 3))

    ax = af.charts.estimates(frame)

    estimated, tracked, without = bars_of(ax)
    assert [bar.get_width() for bar in estimated] == [10, 8]
    assert [bar.get_width() for bar in tracked] == [7, 7, 0]
    assert [(bar.get_x(), bar.get_width()) for bar in without] == [(7, 5), (0, 3)]
    assert all(bar.get_hatch() for bar in without)
    drawn = sum(bar.get_width() for bar in (*tracked, *without))
    assert drawn == pytest.approx(float(frame["actual"].sum()))


def test_an_over_run_has_a_colour_of_its_own_and_the_legend_says_which() -> None:
    ax = af.charts.estimates(estimates_of(("1", "A", 10, 12, 0), ("2", "B", 8, 7, 0)))

    over, within = bars_of(ax)[1]
    assert to_hex(over.get_facecolor()) != to_hex(within.get_facecolor())
    legend = ax.get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["tracked", "tracked, over the estimate", "estimated"]
    swatches = [to_hex(patch.get_facecolor()) for patch in legend.get_patches()]
    assert swatches[:2] == [to_hex(within.get_facecolor()), to_hex(over.get_facecolor())]


def test_25_rows_are_drawn_and_the_others_counted() -> None:
    ax = af.charts.estimates(estimates_of(*((str(n), f"T{n}", 1, 1 + n, 0) for n in range(200))))

    assert len(bars_of(ax)[1]) == 25
    assert names_of(ax)[0] == "T199"
    assert notes_of(ax) == ["… 175 more"]


def test_tasks_of_one_name_stay_two_rows() -> None:
    ax = af.charts.estimates(
        estimates_of(("120001234", "A", 1, 9, 0), ("120005678", "A", 1, 2, 0))
    )

    assert names_of(ax) == ["A …1234", "A …5678"]


def test_one_key_column_is_enough() -> None:
    frame = estimates_of(("1", "A", 1, 9, 0), ("2", None, 1, 2, 0)).drop(columns="task_gid")

    ax = af.charts.estimates(frame.rename(columns={"task_name": "assignee_name"}))

    assert names_of(ax) == ["A", "(none)"]
    assert title_of(ax) == "Tracked and estimated hours by assignee"
    assert ax.get_xlabel() == "Hours"


@pytest.mark.parametrize("size", [(8, 5), (4, 3)])
@pytest.mark.parametrize("layout", [None, "constrained"])
def test_it_draws_where_it_is_told_and_the_legend_covers_nothing(
    size: tuple[int, int], layout: str | None
) -> None:
    figure, ax = plt.subplots(figsize=size, layout=layout)
    rows = [(str(n), f"A task with quite a long name {n}", 9.0, n, 1.0) for n in range(1, 40)]

    assert af.charts.estimates(estimates_of(*rows), ax=ax) is ax

    assert len(plt.get_fignums()) == 1
    figure.canvas.draw()
    legend = ax.get_legend()
    assert legend is not None
    assert legend.get_window_extent().y0 >= ax.get_window_extent().y1
    boxes = [text.get_window_extent() for text in (*ax.texts, *ax.get_yticklabels())]
    assert min(box.x0 for box in boxes) >= -1
    assert max(box.x1 for box in boxes) <= figure.bbox.x1 + 1


def test_odd_values_are_drawn() -> None:
    frame = estimates_of(("1", "Save $5 and $6", -1, -2, 4), ("2", "B", 0, 0, 0))
    frame.loc[1, MEASURES] = pd.NA

    ax = af.charts.estimates(frame)

    assert names_of(ax) == [r"Save \$5 and \$6", "B"]
    assert words_of(ax)[1] == "0 h, no estimate"
    ax.figure.canvas.draw()


def test_no_estimates_are_an_empty_chart_that_says_so() -> None:
    assert words_of(af.charts.estimates(estimates_of())) == ["No estimates"]


@pytest.mark.parametrize("column", MEASURES)
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"charts\.estimates needs .*{column}"):
        af.charts.estimates(estimates_of().drop(columns=column))


def test_a_small_difference_has_a_sign_and_is_not_0() -> None:
    table = estimates_of(
        ("1", "A", 100, 100.001, 0), ("2", "B", 100, 99.999, 0), ("3", "C", 9, 9, 0)
    )

    words = words_of(af.charts.estimates(table))

    assert words[:3] == [
        "100 h of 100 h (+<0.1 %)",
        "100 h of 100 h (-<0.1 %)",
        "9 h of 9 h (0 %)",
    ]


def test_the_row_that_the_finding_names_is_drawn_in_small_axes() -> None:
    under = [(str(at), f"Under {at}", 90.0, 10.0, 0.0) for at in range(30)]
    _, axes = plt.subplots(2, 2, figsize=(14, 9))

    ax = af.charts.estimates(estimates_of(*under, ("99", "Over", 10.0, 12.0, 0.0)), ax=axes[0, 0])

    assert len(names_of(ax)) < 31
    assert names_of(ax)[-1] == "Over"
    assert finding_of(ax) == "1 of 31 took longer than estimated; the most: Over (+2 h)."
