"""What stands in a list for people: one line per object, and no two alike."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pandas as pd

#: Characters of a label; the rest of a longer name is cut.
MAX_LENGTH = 80
#: One step of a tree; browsers drop ordinary spaces at the beginning of an option.
_STEP = "\N{NO-BREAK SPACE}" * 4
NAMELESS = "(no name)"


def build_labels(rows: pd.DataFrame, *, beside: str = "") -> list[str]:
    """Return a label per row.

    Parameters
    ----------
    rows
        Columns ``gid`` and ``name``; where there is a ``depth``, labels are indented by it.
    beside
        The column that tells objects of one name apart, such as ``team_name``.

    Returns
    -------
    list of str
        Names in one line and cut to 80 characters. Those that are alike have what stands in
        ``beside`` after them, and their gid where that is alike too.
    """
    names = [shorten_name(name) for name in rows["name"].tolist()]
    others = rows[beside].tolist() if beside in rows.columns else [None] * len(rows)
    counts = Counter(names)
    told = [
        f"{name} · {shorten_name(other)}" if counts[name] > 1 and _is_text(other) else name
        for name, other in zip(names, others, strict=True)
    ]
    unique = _append_gids(told, rows["gid"].tolist())
    if "depth" not in rows.columns:
        return unique
    # What has been chosen before the tree was there has no depth.
    depths = pd.to_numeric(rows["depth"]).fillna(0).astype(int)
    return [_STEP * depth + name for name, depth in zip(unique, depths, strict=True)]


def _append_gids(names: list[str], gids: list[str]) -> list[str]:
    """Return names of which no two are alike: those that are have their gid after them."""
    found = names
    while alike := {name for name, count in Counter(found).items() if count > 1}:
        told = [
            f"{name} · {gid}" if label in alike else label
            for label, name, gid in zip(found, names, gids, strict=True)
        ]
        if told == found:
            return found
        # Once more: a name may be what another one has become.
        found = told
    return found


def shorten_name(name: object) -> str:
    """Return a name in one line, cut where it is long."""
    line = " ".join(name.split()) if isinstance(name, str) else ""
    if not line:
        return NAMELESS
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1]}…"


def format_count(count: int, what: str) -> str:
    """Return how many there are of something, in words."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def fold_text(text: str) -> str:
    """Return a text as it is compared: without case and accents."""
    parts = text.casefold()
    if parts.isascii():
        # Most are, and a list of thousands is gone through with every page.
        return parts
    parts = unicodedata.normalize("NFKD", parts)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
