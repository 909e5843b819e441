"""The words of a drawn chart: title, finding, notes, legend, and those among the data."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.text import Text


def title_of(ax: Axes) -> str:
    """Return the title."""
    return join_lines(ax.get_title())


def finding_of(ax: Axes) -> str:
    """Return the subtitle, or an empty text."""
    return next((join_lines(text.get_text()) for text in list_around(ax, "bottom")), "")


def notes_of(ax: Axes) -> list[str]:
    """Return the notes below the axes."""
    lines = " ".join(join_lines(text.get_text()) for text in list_around(ax, "top"))
    return lines.split(" · ") if lines else []


def note_of(ax: Axes) -> str:
    """Return the notes below the axes as one text."""
    return " · ".join(notes_of(ax))


def inside_of(ax: Axes) -> list[str]:
    """Return the texts among the data, and the names at the ends of series."""
    around = [*list_around(ax, "bottom"), *list_around(ax, "top")]
    return [text.get_text() for text in ax.texts if text not in around and text.get_text()]


def words_of(ax: Axes) -> list[str]:
    """Return the texts inside and beside the axes, then the notes below them."""
    return [*inside_of(ax), *notes_of(ax)]


def legend_of(ax: Axes) -> list[str]:
    """Return the labels of the legend, none if there is none."""
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def list_around(ax: Axes, side: str) -> list[Text]:
    """Return the texts placed from a corner of the labels, by their vertical alignment."""
    return [
        text
        for text in ax.texts
        if type(text.get_transform()).__name__ == "Corner" and text.get_va() == side
    ]


def join_lines(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def panels_of(ax: Axes) -> list[Axes]:
    """Return the axes within axes that are seen: panels above others, and scales of colours."""
    return [one for one in ax.child_axes if one.get_visible()]
