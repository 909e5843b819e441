"""Names of columns in words for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, count

import pandas as pd

from asana_frames.display.sentences import MONTHS
from asana_frames.frames.custom_field_columns import PREFIX

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})( \(part\))?")
_PERCENTILE = re.compile(r" p(\d\d)\b")
#: Spaces in numbers and days are such that no line ends at them.
_SPACE = "\u00a0"
#: Ends that a person reads nothing in, as long as no other column has the words without it.
_ENDS = ("_display_name", "_name", "_on", "_at")
_BEGINNINGS = ("is_", "has_")


def write_headers(names: Sequence[str]) -> list[str]:
    r"""Return the headers of columns in words, each of them once.

    Custom fields, and whatever has a capital, stay as they are; columns of names are called like
    what they name.

    Examples
    --------
    >>> write_headers(["task_gid", "task_name", "due_on", "is_behind", "cf_Size", "2026-11-02"])
    ['Task gid', 'Task', 'Due', 'Behind', 'Size', '2\xa0Nov 2026']
    >>> write_headers(["completed_on", "completed_at", "followers_names", "days_p85"])
    ['Completed', 'Completed at', 'Followers', 'Days (85\xa0%)']
    """
    taken: set[str] = set()
    headers = []
    for name in names:
        numbered = (f"{name} ({number})" for number in count(2))
        forms = chain(_list_forms(name), numbered)
        header = next(form for form in forms if form.casefold() not in taken)
        taken.add(header.casefold())
        headers.append(header)
    return headers


def _list_forms(name: str) -> Iterable[str]:
    """Yield the words for a name, from the shortest to the name itself."""
    if name.startswith(PREFIX):
        yield name.removeprefix(PREFIX)
    elif found := _DAY.fullmatch(name):
        day = pd.Timestamp(found[1])
        yield f"{day.day}{_SPACE}{MONTHS[day.month - 1]} {day.year}{found[2] or ''}"
    elif name == name.lower():
        yield _capitalize(_shorten(name))
        yield _capitalize(name)
    yield name


def _shorten(name: str) -> str:
    """Return a name without what says only of which kind its values are."""
    for beginning in _BEGINNINGS:
        name = name.removeprefix(beginning)
    if name.endswith("_names"):
        stem = name.removesuffix("_names")
        return stem if stem.endswith("s") else f"{stem}s"
    for end in _ENDS:
        if name.endswith(end) and name != end:
            return name.removesuffix(end)
    return name


def _capitalize(name: str) -> str:
    words = _PERCENTILE.sub(rf" (\1{_SPACE}%)", name.replace("_", " ")).strip()
    return words[:1].upper() + words[1:]
