"""Fonts for letters that the font of a style lacks, such as Chinese characters and emoji."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from asana_frames.display.sentences import join_words
from asana_frames.exceptions import warn_caller

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

#: A box, which fonts show for a letter that they lack.
_BOX = "□"
#: Parts of the names of fonts that do not help: letters that are pictures, which cannot be drawn,
#: and boxes for all letters.
_USELESS = ("color emoji", "colour emoji", "last resort")
#: First letter, last letter -> what the script is called, and a free font that has it.
_SCRIPTS = (
    (0x0590, 0x05FF, "Hebrew", "Noto Sans Hebrew"),
    (0x0600, 0x06FF, "Arabic", "Noto Sans Arabic"),
    (0x0900, 0x097F, "Devanagari", "Noto Sans Devanagari"),
    (0x0E00, 0x0E7F, "Thai", "Noto Sans Thai"),
    (0x1100, 0x11FF, "Korean", "Noto Sans CJK"),
    (0x2E80, 0x9FFF, "Chinese, Japanese", "Noto Sans CJK"),
    (0xAC00, 0xD7AF, "Korean", "Noto Sans CJK"),
    (0xF900, 0xFAFF, "Chinese, Japanese", "Noto Sans CJK"),
    (0xFF00, 0xFFEF, "Chinese, Japanese", "Noto Sans CJK"),
    (0x2600, 0x27BF, "symbols", "Noto Emoji"),
    (0x1F000, 0x1FAFF, "emoji", "Noto Emoji"),
)
#: Joins emoji, chooses their look, or says in which direction letters run: nothing to be seen.
_UNSEEN = {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0xFE00, 0xFE10), 0xFEFF}


def use_fallback_fonts(ax: Axes) -> None:
    """Give each text of axes the fonts that have its letters.

    A letter that no installed font has becomes a box; one warning names a font to install.
    """
    from matplotlib.text import Text

    lost: set[str] = set()
    for axis in (ax.xaxis, ax.yaxis):
        lost |= _clean_tick_labels(axis)
    for text in ax.findobj(lambda one: isinstance(one, Text)):
        if isinstance(text, Text) and not _list_letters(text).isascii():
            lost |= _fit_fonts(text)
    _warn_of_lost(lost)


def _clean_tick_labels(axis: Axis) -> set[str]:
    """Replace letters in tick labels that no font has.

    As labels of the axis, not as texts: matplotlib recreates these at each drawing.
    """
    from matplotlib.ticker import FixedLocator

    labels = axis.get_ticklabels() if isinstance(axis.get_major_locator(), FixedLocator) else []
    if all(label.get_text().isascii() for label in labels):
        return set()
    lost: set[str] = set()
    for label in labels:
        lost |= _fit_fonts(label)
    # Of axes with labels on both sides, those of the first come first.
    texts = [label.get_text() for label in labels]
    axis.set_ticklabels(texts[: len(axis.get_majorticklocs())])
    return lost


def _fit_fonts(text: Text) -> set[str]:
    """Set the fonts of a text; return its letters that no font has."""
    missing = find_missing(_drop_unseen(_list_letters(text)), text.get_fontproperties())
    families = list(text.get_fontfamily())
    for name, file in _list_fonts() if missing else ():
        found = {letter for letter in missing if has_glyph(file, letter)}
        if found:
            families.append(name)
            missing -= found
        if not missing:
            break
    text.set_fontfamily(families)
    _rewrite(text, partial(_replace_missing, missing=missing))
    return missing


def _list_letters(text: Text) -> str:
    """Return what a text says, with all that it may say when its axes have another size."""
    from asana_frames.charts.shared.wrapped_text import WrappedText

    return "".join(text.list_words()) if isinstance(text, WrappedText) else text.get_text()


def _rewrite(text: Text, clean: Callable[[str], str]) -> None:
    from asana_frames.charts.shared.wrapped_text import WrappedText

    if isinstance(text, WrappedText):
        text.rewrite(clean)
    else:
        text.set_text(clean(text.get_text()))


def _replace_missing(words: str, *, missing: set[str]) -> str:
    return "".join(_BOX if letter in missing else letter for letter in _drop_unseen(words))


def _drop_unseen(words: str) -> str:
    return "".join(letter for letter in words if ord(letter) not in _UNSEEN)


def _warn_of_lost(letters: Iterable[str]) -> None:
    known: dict[str, dict[str, None]] = {}
    for letter in sorted(letters):
        first = (row for row in _SCRIPTS if row[0] <= ord(letter) <= row[1])
        script, font = next(((row[2], row[3]) for row in first), ("other", "Noto Sans"))
        known.setdefault(font, {})[script] = None
    if known:
        named = [f"{font} ({', '.join(scripts)})" for font, scripts in known.items()]
        warn_caller(
            f"Some characters of this chart are in no installed font and appear as {_BOX}. "
            f"Install {join_words(named)}, then restart Python.",
            UserWarning,
        )


@cache
def _list_fonts() -> list[tuple[str, str]]:
    """Return name and file of the installed fonts, upright ones of usual weight first."""
    from matplotlib.font_manager import fontManager

    def rank(font: Any) -> tuple[bool, bool, str]:
        return font.style != "normal", str(font.weight) not in ("400", "normal"), str(font.name)

    fonts = [
        font
        for font in sorted(fontManager.ttflist, key=rank)
        if not any(word in font.name.lower() for word in _USELESS)
    ]
    return list({font.name: (font.name, font.fname) for font in reversed(fonts)}.values())[::-1]


def find_missing(words: str, font: FontProperties) -> set[str]:
    """Return the letters of a text that a font lacks."""
    if words.isascii():
        return set()
    from matplotlib.font_manager import findfont

    file = str(findfont(font))
    return {letter for letter in words if letter.isprintable() and not has_glyph(file, letter)}


@cache
def _read_letters(file: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(file).get_charmap())
    except (OSError, RuntimeError):
        # A font that cannot be read has no letters for us.
        return frozenset()


def has_glyph(file: str, letter: str) -> bool:
    """Return whether the font of a file has a letter."""
    return ord(letter) in _read_letters(file)
