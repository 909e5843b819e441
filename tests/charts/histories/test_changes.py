"""The chart of changes, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.dates import num2date
from matplotlib.patches import Rectangle, StepPatch

import asana_frames as af

TEXT = pd.StringDtype(na_value=np.nan)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def changes_of(*rows: tuple[str | None, str | None]) -> pd.DataFrame:
    """Rows of the moment and the kind of change."""
    frame = pd.DataFrame(rows, columns=["changed_at", "change"])
    moments = pd.to_datetime(frame["changed_at"], format="ISO8601").astype("datetime64[us]")
    return frame.assign(changed_at=moments.dt.tz_localize("UTC")).astype({"change": TEXT})


def legend_of(ax: Axes) -> dict[str, str]:
    legend = ax.get_legend()
    assert legend is not None
    handles: Any = legend.legend_handles
    texts = [text.get_text() for text in legend.get_texts()]
    return {t: to_hex(h.get_facecolor()) for t, h in zip(texts, handles, strict=True)}


def bars_of(ax: Axes) -> dict[str, dict[str, tuple[float, float]]]:
    """Return kind -> day in the middle of a bar -> its lower and upper edge."""
    kinds = {colour: kind for kind, colour in legend_of(ax).items()}
    found: dict[str, dict[str, tuple[float, float]]] = {kind: {} for kind in kinds.values()}
    for bar in (part for part in ax.patches if isinstance(part, Rectangle)):
        day = num2date(bar.get_x() + bar.get_width() / 2).date().isoformat()
        if bar.get_height():
            edges = (bar.get_y(), bar.get_y() + bar.get_height())
            found[kinds[to_hex(bar.get_facecolor())]][day] = edges
    return found


def test_bars_count_the_changes_of_a_week_by_kind() -> None:
    ax = af.charts.changes(
        changes_of(
            ("2026-03-02", "section"), ("2026-03-08T23:00", "section"), ("2026-03-04", "due date"),
            ("2026-03-16", "due date"), (None, "section"),
        )
    )  # fmt: skip

    assert bars_of(ax) == {
        "due date": {"2026-03-02": (2, 3), "2026-03-16": (0, 1)},
        "section": {"2026-03-02": (0, 2)},
    }
    # As they are stacked, from the top.
    assert list(legend_of(ax)) == ["due date", "section"]
    assert ax.get_ylabel() == "Changes"


def test_weeks_begin_in_the_zone_and_periods_can_be_others() -> None:
    rows = changes_of(("2026-03-08T23:30", "section"), ("2026-04-01", "section"))

    berlin = af.charts.changes(rows, tz="Europe/Berlin")
    months = af.charts.changes(rows, every="MS")

    assert "2026-03-09" in bars_of(berlin)["section"]
    assert set(bars_of(months)["section"]) == {"2026-03-01", "2026-04-01"}


def test_a_kind_has_one_colour_in_all_charts_and_unknown_ones_are_other() -> None:
    both = af.charts.changes(changes_of(("2026-03-02", "section"), ("2026-03-02", "due date")))
    one = af.charts.changes(changes_of(("2026-03-02", "due date"), ("2026-03-02", "new kind"),
                                       ("2026-03-02", None)))  # fmt: skip

    assert legend_of(one)["due date"] == legend_of(both)["due date"]
    assert bars_of(one)["other"] == {"2026-03-02": (1, 3)}
    assert [part.get_hatch() for part in one.patches if part.get_hatch()]


def test_very_many_periods_are_outlines_of_the_same_heights() -> None:
    days = pd.date_range("2025-01-01", periods=300).strftime("%Y-%m-%d")
    rows = [(day, kind) for day in days for kind in ("section", "name")]

    ax = af.charts.changes(changes_of(*rows), every="D")

    outlines = [part for part in ax.patches if isinstance(part, StepPatch)]
    assert [set(part.get_data().values) for part in outlines] == [{1.0}, {2.0}]
    assert not [part for part in ax.patches if isinstance(part, Rectangle)]


def test_one_week_is_no_wall() -> None:
    ax = af.charts.changes(changes_of(("2026-03-02", "section")))

    assert ax.get_xlim()[1] - ax.get_xlim()[0] == pytest.approx(42)


def test_empty_table_draws_a_message() -> None:
    for none in (changes_of(), changes_of((None, "section"))):
        assert [text.get_text() for text in af.charts.changes(none).texts] == ["No changes"]


def test_small_axes_are_drawn_into_and_returned() -> None:
    figure, given = plt.subplots(figsize=(3, 2))

    assert af.charts.changes(changes_of(("2026-03-02", "name")), ax=given) is given
    figure.canvas.draw()


def test_bad_arguments_are_refused() -> None:
    for column in ("changed_at", "change"):
        with pytest.raises(af.InvalidArgument, match=rf"charts\.changes .*{column}"):
            af.charts.changes(changes_of().drop(columns=column))
    with pytest.raises(af.InvalidArgument, match="every='fortnight'"):
        af.charts.changes(changes_of(), every="fortnight")  # type: ignore[arg-type]
