"""Labels for lists: one distinct line per object."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from asana_frames.display.sentences import format_day

#: Maximum number of characters of a name in a label.
MAX_LENGTH = 80
#: Maximum number of characters of each thing that tells equal names apart.
_MAX_QUALIFIER = 40
#: Indentation per level of a tree; browsers drop leading ordinary spaces of an option.
_STEP = "\N{NO-BREAK SPACE}" * 4
#: Column of dates -> word before the date.
_DATE_WORDS = {"due_on": "due", "start_on": "from", "created_at": "created"}
NAMELESS = "(no name)"


def build_labels(rows: pd.DataFrame, *, qualifiers: Sequence[str] = ()) -> list[str]:
    """Return a distinct label per row.

    Parameters
    ----------
    rows
        Columns ``gid`` and ``name``; if there is a ``depth``, labels are indented by it.
    qualifiers
        The columns that distinguish objects of the same name, most telling first, such as
        ``team_name``, ``owner_name`` and ``due_on``.

    Returns
    -------
    list of str
        Names in one line, cut to 80 characters. Equal names are followed by the qualifiers in
        which they differ, and by their gid only if they differ in none.
    """
    labels = [shorten_name(name) for name in rows["name"].tolist()]
    for column in [name for name in qualifiers if name in rows.columns]:
        values = rows[column].tolist()
        for places in _find_equal(labels):
            texts = [_describe_qualifier(column, values[place]) for place in places]
            if len(set(texts)) > 1:
                for place, text in zip(places, texts, strict=True):
                    labels[place] = f"{labels[place]} · {text}" if text else labels[place]
    unique = _append_gids(labels, rows["gid"].tolist())
    if "depth" not in rows.columns:
        return unique
    # Objects that were chosen before the tree arrived have no depth.
    depths = pd.to_numeric(rows["depth"]).fillna(0).astype(int)
    return [_STEP * depth + name for name, depth in zip(unique, depths, strict=True)]


def _find_equal(labels: Sequence[str]) -> list[list[int]]:
    """Return the places of equal labels, a list per label that is there more than once."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        places[label].append(place)
    return [found for found in places.values() if len(found) > 1]


def _describe_qualifier(column: str, value: Any) -> str:
    """Return what is in a column as text: a date with its word, a list joined by commas."""
    if isinstance(value, date) and not pd.isna(value):
        return f"{_DATE_WORDS.get(column, '')} {format_day(value)}".strip()
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else value
    return shorten_name(text, _MAX_QUALIFIER) if _is_text(text) else ""


def _append_gids(names: list[str], gids: list[str]) -> list[str]:
    """Return distinct names: equal ones are followed by their gid."""
    found = list(names)
    while equal := _find_equal(found):
        labels = list(found)
        for place in [place for places in equal for place in places]:
            labels[place] = f"{names[place]} · {gids[place]}"
        if labels == found:
            return found
        # Repeat: a changed name may equal another one.
        found = labels
    return found


def shorten_name(name: object, length: int = MAX_LENGTH) -> str:
    """Return a name in one line, cut if it is long."""
    line = " ".join(name.split()) if isinstance(name, str) else ""
    if not line:
        return NAMELESS
    return line if len(line) <= length else f"{line[: length - 1]}…"


def fold_text(text: str) -> str:
    """Return a text without case and accents, for comparison."""
    parts = text.casefold()
    if parts.isascii():
        # Fast path for the usual case: long lists are searched again with every page.
        return parts
    parts = unicodedata.normalize("NFKD", parts)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
