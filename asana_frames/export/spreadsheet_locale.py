"""How the spreadsheets of a country part values and write fractions."""

from __future__ import annotations

import locale
import re

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.cells import FLAG_WORDS

#: Languages that write 1,5 (CLDR), and the countries of other habits.
_COMMA_LANGUAGES = re.compile(
    "af|az|be|bg|bs|ca|cs|da|de|el|es|et|eu|fi|fo|fr|gl|hr|hu|hy|id|is|it|ka|kk|ky|lb|lt|lv|mk|mn|"
    "nb|nl|nn|no|pl|pt|ro|ru|sk|sl|sq|sr|sv|tk|tr|uk|uz|vi"
)
_POINT_PLACES = re.compile("de_(CH|LI)|it_CH|es_(DO|GT|HN|MX|NI|PA|PE|PR|SV|US)")
_COMMA_PLACES = re.compile("en_(AT|BE|DE|DK|FI|NL|SE|ZA)")
#: Where values are parted by semicolons although fractions are written 1.5.
_SEMICOLON_PLACES = frozenset({"de_CH", "de_LI", "it_CH"})
_NAME = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Z]{2}))?(?:[.@].*)?")


def find_flags(place: str | None = None) -> tuple[str, str]:
    """Return how the spreadsheets of a locale write True and False."""
    name = place if place is not None else locale.getlocale(locale.LC_CTYPE)[0] or ""
    return FLAG_WORDS.get(name[:2], FLAG_WORDS["en"])


def find_separators(place: str | None = None) -> tuple[str, str]:
    """Return the separator of values and the decimal sign of a locale.

    Parameters
    ----------
    place
        Its name, such as ``"de_DE"``; else the locale of this process, which is the one of the
        machine unless changed.

    Raises
    ------
    InvalidArgument
        It is not the name of a locale.
    """
    if place is None:
        name = locale.getlocale(locale.LC_CTYPE)[0] or ""
        found = _NAME.fullmatch(name)
        # The locale "C", and names of Windows such as "English_United States".
        if found is None:
            return ",", "."
    else:
        found = _NAME.fullmatch(place)
        if found is None or not _is_language(found[1]):
            raise InvalidArgument(
                f"excel={place!r} is not the name of a locale; use one such as 'de_DE', or True."
            )
    language, country = found[1], found[3]
    name = f"{language}_{country}"
    is_comma = bool(_COMMA_LANGUAGES.fullmatch(language)) and not _POINT_PLACES.fullmatch(name)
    is_comma = is_comma or bool(_COMMA_PLACES.fullmatch(name))
    return ";" if is_comma or name in _SEMICOLON_PLACES else ",", "," if is_comma else "."


def _is_language(code: str) -> bool:
    return any(name.partition("_")[0] == code for name in locale.locale_alias)
