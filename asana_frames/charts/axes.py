"""What all charts share: new axes, empty charts, names short enough for an axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inches; what fits a notebook.
_WIDTH = 8.0
_TALLEST = 40.0
_LONGEST = 40


def new_axes(height: float) -> Axes:
    """Return axes of a new figure, registered with pyplot so that a notebook shows them."""
    # Imported here: matplotlib costs more than all the rest of an import.
    from matplotlib import pyplot as plt

    _, ax = plt.subplots(figsize=(_WIDTH, min(height, _TALLEST)), layout="constrained")
    return ax


def empty(ax: Axes, words: str) -> Axes:
    """Draw a chart of nothing that says so."""
    ax.text(0.5, 0.5, words, ha="center", va="center", transform=ax.transAxes, color="#666666")
    ax.set(xticks=[], yticks=[])
    return ax


def shortened(name: object) -> str:
    """Return a name that fits an axis, its dollar signs kept from being read as mathematics."""
    text = str(name)
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return short.replace("$", r"\$")
