"""What stands around and inside the axes of a chart, as text."""

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


def words_of(ax: Axes) -> list[str]:
    """Return the texts inside and beside the axes, then the notes below them."""
    around = [*list_around(ax, "bottom"), *list_around(ax, "top")]
    inside = [text.get_text() for text in ax.texts if text not in around and text.get_text()]
    return [*inside, *notes_of(ax)]


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
