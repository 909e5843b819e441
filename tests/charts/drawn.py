"""The words of a drawn chart: title, finding, notes, and those among the data."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.axes import Axes
from matplotlib.text import Text


def title_of(ax: Axes) -> str:
    """Return the title, its lines joined."""
    return " ".join(ax.get_title().split("\n"))


def finding_of(ax: Axes) -> str:
    """Return the finding, its lines joined, or an empty text."""
    return _join(text for text in _list_headings(ax) if text.get_va() == "bottom")


def notes_of(ax: Axes) -> str:
    """Return the notes, their lines joined, or an empty text."""
    return _join(text for text in _list_headings(ax) if text.get_va() == "top")


def words_of(ax: Axes) -> list[str]:
    """Return the texts among the data, and the names at the ends of series."""
    headings = _list_headings(ax)
    return [text.get_text() for text in ax.texts if text.get_text() and text not in headings]


def legend_of(ax: Axes) -> list[str]:
    """Return the labels of the legend, none if there is none."""
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def _list_headings(ax: Axes) -> list[Text]:
    return [text for text in ax.texts if type(text.get_transform()).__name__ == "Corner"]


def _join(texts: Iterable[Text]) -> str:
    return " ".join(line for text in texts for line in text.get_text().split("\n"))
