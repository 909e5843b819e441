"""Texts that break into lines when the figure is laid out, where the place of axes is known.

It imports matplotlib, so import it within functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Transform

from asana_frames.charts.shared.corners import find_room
from asana_frames.charts.shared.fonts import find_missing
from asana_frames.charts.shared.labels import shorten_name
from asana_frames.display.sentences import cut_name, wrap_text

#: The part of a width that lines may take: letters are wider where pixels are few.
_SPARE = 0.97
#: The height of a line, in heights of its letters.
LINE = 1.25
#: Letters that a line has at least.
_FEWEST = 8
#: The part of a line that the last one fills at least, where words can be moved to it.
_LAST = 0.3
#: Letters of the longest text.
_LONGEST = 400


def wrap_title(
    titles: Mapping[str, Text], chosen: str, choices: Sequence[str], most: int, place: Transform
) -> None:
    """Let the title of axes break into lines, as `wrap_when_drawn` does, at a place on the left.

    A title that is set later replaces it, whatever its ``loc``; an empty one removes it if it is
    set for the ``loc`` of the title, and changes nothing otherwise. Titles that are set with
    ``loc="left"`` or ``loc="center"`` begin at the same place, so that the last one replaces the
    others; one with ``loc="right"`` keeps its place.

    Parameters
    ----------
    titles
        ``loc`` -> what ``Axes.set_title`` returns for it.
    chosen
        The ``loc`` of the title.
    """
    for loc, title in titles.items():
        # matplotlib makes titles itself, and `set_title` keeps writing to those that it made.
        title.__class__ = WrappedTitle
        begins_left = loc in (chosen, "left", "center")
        cast("WrappedTitle", title).join_titles(
            list(titles.values()), place if begins_left else None
        )
    cast("WrappedTitle", titles[chosen]).set_choices(choices, most)


def wrap_when_drawn(text: Text, choices: Sequence[str], most: int) -> WrappedText:
    """Let a text break into lines whenever its figure is laid out or drawn.

    Parameters
    ----------
    text
        A text that begins at the left edge of the labels of its axes.
    choices
        What it says, the longest first: the first that fits is shown, or the last with an
        ellipsis.
    most
        The most lines.
    """
    text.__class__ = WrappedText
    wrapped = cast("WrappedText", text)
    wrapped.set_choices(choices, most)
    return wrapped


class WrappedText(Text):
    """A text that is as wide as its axes have room for; one that the user sets is left alone."""

    _choices: Sequence[str] = ()
    _most = 1
    _points = 0.0
    _font: FontProperties | None = None
    _shown: str | None = None

    def set_choices(self, choices: Sequence[str], most: int) -> None:
        """Set what the text says, as `wrap_when_drawn` takes it, and break it into lines."""
        self._choices, self._most, self._points = choices, most, 0.0
        self._shown = self.get_text()
        self.wrap_words()

    def is_own(self) -> bool:
        """Return whether the text is one that was chosen here, not by the user."""
        return self.get_text() == self._shown

    def list_words(self) -> list[str]:
        """Return the text that is shown, and those that may be shown on other axes sizes."""
        return [self.get_text(), *(self._choices if self.is_own() else ())]

    def rewrite(self, clean: Callable[[str], str]) -> None:
        """Rewrite the text, and all that may be shown in its place."""
        is_own = self.is_own()
        self._choices = [clean(words) for words in self._choices]
        Text.set_text(self, clean(self.get_text()))
        self._shown = self.get_text() if is_own else self._shown

    def wrap_words(self) -> None:
        """Break the text into lines that fit its axes."""
        points = _SPARE * 72 * find_room(cast("Any", self.axes))
        font = self.get_fontproperties().copy()
        is_same = abs(points - self._points) < 0.5 and font == self._font
        if not self.is_own() or is_same:
            return
        self._points, self._font = points, font
        # Not the `set_text` of titles, which tells them that the user sets one.
        Text.set_text(self, "\n".join(fit_lines(self._choices, points, self._most, font)))
        self._shown = self.get_text()

    def count_lines(self) -> int:
        """Return the number of lines, none for no text."""
        self.wrap_words()
        return len(self.get_text().splitlines())

    def measure_height(self) -> float:
        """Return the height of its lines in points."""
        return self.count_lines() * LINE * self.get_fontproperties().get_size_in_points()

    def get_window_extent(self, *args: Any, **options: Any) -> Any:
        """Return the box of the text as it is broken now."""
        self.wrap_words()
        return super().get_window_extent(*args, **options)

    def draw(self, renderer: Any) -> None:
        """Draw the text as it is broken now."""
        self.wrap_words()
        super().draw(renderer)


class WrappedTitle(WrappedText):
    """A title of axes, which another one that the user sets replaces."""

    _titles: Sequence[Text] = ()
    _place: Transform | None = None

    def join_titles(self, titles: Sequence[Text], place: Transform | None) -> None:
        """Set all titles of the axes, and where this one begins if it begins on the left."""
        self._titles, self._place, self._shown = titles, place, None
        if place is not None:
            self.set_transform(place)
            self.set_horizontalalignment("left")

    def set_text(self, s: Any) -> None:
        """Set the text in place of a title that was chosen, or that begins where this one does."""
        super().set_text(s)
        for title in self._titles if self.get_text() else ():
            if title is not self and isinstance(title, WrappedTitle):
                is_covered = self._place is not None and title._place is not None
                if title.is_own() or is_covered:
                    Text.set_text(title, "")

    def set_transform(self, t: Transform | None) -> None:
        """Set the place; matplotlib sets that of all titles anew whenever one is set."""
        super().set_transform(cast("Transform", self._place or t))

    def set_horizontalalignment(self, align: Any) -> None:
        """Set the alignment, which is that of the place if this has one."""
        super().set_horizontalalignment("left" if self._place else align)


def fit_lines(choices: Sequence[str], points: float, most: int, font: FontProperties) -> list[str]:
    """Return the lines of the first text that fits, or of the last one, with an ellipsis."""
    lines: list[str] = []
    for words in choices:
        lines, letters = _break_words(words, points, font)
        if len(lines) <= most:
            return lines
    last = " ".join(lines[most - 1 :])
    return [*lines[: most - 1], cut_name(last, letters)]


def _break_words(text: str, points: float, font: FontProperties) -> tuple[list[str], int]:
    """Return the lines of a text, and the letters of the longest that fits."""
    # Names that are labels too have their dollar signs escaped already.
    words = shorten_name(" ".join(text.split()).replace(r"\$", "$"), _LONGEST)
    if not words:
        return [], _FEWEST
    letters = max(_FEWEST, int(len(words) * points / measure_width(words, font)))
    lines = wrap_text(words, letters)
    while letters > _FEWEST and max(measure_width(line, font) for line in lines) > points:
        letters -= 1
        lines = wrap_text(words, letters)
    lines = _fill_last(words, lines, letters)
    # The dot between two notes does not begin a line.
    return [line.removeprefix("· ") for line in lines], letters


def _fill_last(words: str, lines: list[str], letters: int) -> list[str]:
    """Return as many lines, broken so that no word or two are left for the last one."""
    shorter, broken = letters, lines
    while len(broken) == len(lines) > 1 and len(broken[-1]) < _LAST * letters:
        lines, shorter = broken, shorter - 1
        broken = wrap_text(words, shorter) if shorter >= _FEWEST else []
    return broken if len(broken) == len(lines) else lines


def measure_width(text: str, font: FontProperties) -> float:
    """Return the width of a text in points."""
    missing = find_missing(text, font)
    known = "".join(letter for letter in text if letter not in missing)
    width, _, _ = text_to_path.get_text_width_height_descent(known or " ", font, False)
    # Letters of other fonts are mostly as wide as they are high.
    return float(width) + (len(text) - len(known)) * font.get_size_in_points()
