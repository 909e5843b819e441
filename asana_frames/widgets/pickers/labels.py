"""Labels for lists: one distinct line per object."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pandas as pd

#: Maximum number of characters of a label.
MAX_LENGTH = 80
#: Indentation per level of a tree; browsers drop leading ordinary spaces of an option.
_STEP = "\N{NO-BREAK SPACE}" * 4
NAMELESS = "(no name)"


def build_labels(rows: pd.DataFrame, *, qualifier: str = "") -> list[str]:
    """Return a distinct label per row.

    Parameters
    ----------
    rows
        Columns ``gid`` and ``name``; if there is a ``depth``, labels are indented by it.
    qualifier
        The column that distinguishes objects of the same name, such as ``team_name``.

    Returns
    -------
    list of str
        Names in one line, cut to 80 characters. Equal names are followed by their ``qualifier``,
        and by their gid if that is equal too.
    """
    names = [shorten_name(name) for name in rows["name"].tolist()]
    others = rows[qualifier].tolist() if qualifier in rows.columns else [None] * len(rows)
    counts = Counter(names)
    labels = [
        f"{name} · {shorten_name(other)}" if counts[name] > 1 and _is_text(other) else name
        for name, other in zip(names, others, strict=True)
    ]
    unique = _append_gids(labels, rows["gid"].tolist())
    if "depth" not in rows.columns:
        return unique
    # Objects that were chosen before the tree arrived have no depth.
    depths = pd.to_numeric(rows["depth"]).fillna(0).astype(int)
    return [_STEP * depth + name for name, depth in zip(unique, depths, strict=True)]


def _append_gids(names: list[str], gids: list[str]) -> list[str]:
    """Return distinct names: equal ones are followed by their gid."""
    found = names
    while alike := {name for name, count in Counter(found).items() if count > 1}:
        labels = [
            f"{name} · {gid}" if label in alike else label
            for label, name, gid in zip(found, names, gids, strict=True)
        ]
        if labels == found:
            return found
        # Repeat: a changed name may equal another one.
        found = labels
    return found


def shorten_name(name: object) -> str:
    """Return a name in one line, cut if it is long."""
    line = " ".join(name.split()) if isinstance(name, str) else ""
    if not line:
        return NAMELESS
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1]}…"


def format_count(count: int, what: str) -> str:
    """Return a count with its noun, such as "1 row" or "2 rows"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


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
