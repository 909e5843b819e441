"""Names and numbers as charts show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import shortened

NONE = "(none)"
#: Beyond this a second decimal tells nothing.
_LARGE = 1_000.0


def shown(value: Any) -> str:
    """Return a value as a person would write it.

    Examples
    --------
    >>> shown(None), shown(True), shown("Ana"), shown(pd.Timestamp("2026-11-02"))
    ('(none)', 'yes', 'Ana', '2026-11-02')
    """
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return NONE
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    text = str(value).removesuffix(" 00:00:00")
    # Line breaks and control characters have no place on an axis.
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or NONE


def number(value: float) -> str:
    """Return a number with at most two decimals, which tell minutes; large ones with one.

    Examples
    --------
    >>> number(12.5), number(0.25), number(1125.25), number(-0.001)
    ('12.5', '0.25', '1,125.2', '0')
    """
    decimals = 2 if abs(value) < _LARGE else 1
    # Adding 0 takes the sign from a zero.
    text = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    return text.rstrip("0").rstrip(".")


def heading(keys: Sequence[str]) -> str:
    """Return what key columns are about, in words.

    Examples
    --------
    >>> heading(["person_gid", "person_name", "billable_status"])
    'Person · Billable status'
    """
    words = [_subject(column).replace("_", " ") for column in pairs(keys)]
    return " · ".join(word[:1].upper() + word[1:] for word in words)


def _subject(column: str) -> str:
    return column.removesuffix("_name").removesuffix("_gid") or column


def pairs(keys: Sequence[str]) -> dict[str, str | None]:
    """Return the columns to show, each with the column of the gid that identifies it.

    Examples
    --------
    >>> pairs(["person_gid", "person_name", "billable_status"])
    {'person_name': 'person_gid', 'billable_status': None}
    """
    gids = {key: f"{key.removesuffix('name')}gid" for key in keys if key.endswith("name")}
    paired = {key: gid for key, gid in gids.items() if gid in keys}
    return {key: paired.get(key) for key in keys if key not in paired.values()}


def labelled(frame: pd.DataFrame, keys: Sequence[str], longest: int) -> pd.Series:
    """Return the label of each row's series, which no other series has.

    Parameters
    ----------
    frame
        Has the columns of ``keys``.
    keys
        Of a pair ``x_gid``, ``x_name`` the gid identifies and the name is shown.
    longest
        Letters that a label may have, before what tells it from another of the same name.

    Returns
    -------
    Series
        One text per row, with the index of the frame.
    """
    columns = pairs(keys)
    identities = list(zip(*(_identities(frame, *pair) for pair in columns.items()), strict=True))
    if not identities:
        return pd.Series("all", index=frame.index, dtype=object)
    firsts: dict[tuple[str, ...], int] = {}
    for place, identity in enumerate(identities):
        firsts.setdefault(identity, place)
    rows = frame.iloc[list(firsts.values())]
    names = [" · ".join(map(shown, row)) for row in rows[list(columns)].itertuples(index=False)]
    gids = [gid for gid in columns.values() if gid is not None]
    known = [[gid for gid in row if not pd.isna(gid)] for row in rows[gids].to_numpy(object)]
    tails = ["/".join(str(gid)[-4:] for gid in row) for row in known]
    labels = dict(zip(firsts, told_apart(names, tails, longest), strict=True))
    return pd.Series([labels[one] for one in identities], index=frame.index, dtype=object)


def _identities(frame: pd.DataFrame, name: str, gid: str | None) -> list[str]:
    names = [f"name {shown(value)}" for value in frame[name]]
    if gid is None:
        return names
    return [
        called if pd.isna(value) else f"gid {value}"
        for value, called in zip(frame[gid], names, strict=True)
    ]


def _tailed(name: str, tail: str) -> str:
    return f"{name}{tail}" if name.endswith("…") else f"{name} …{tail}"


def told_apart(names: Sequence[str], tails: Sequence[str], longest: int) -> list[str]:
    """Return short labels, those of the same name told apart by a tail, else by a number.

    Examples
    --------
    >>> told_apart(["Ana", "Bo", "Ana"], ["1234", "2345", "3456"], 20)
    ['Ana …1234', 'Bo', 'Ana …3456']
    >>> told_apart(["Ana", "Ana"], ["", ""], 20)
    ['Ana (1)', 'Ana (2)']
    """
    short = [shortened(name, longest) for name in names]
    often = Counter(short)
    longer = [
        _tailed(name, tail) if often[name] > 1 and tail else name
        for name, tail in zip(short, tails, strict=True)
    ]
    still, seen = Counter(longer), Counter[str]()
    labels = []
    for name in longer:
        seen[name] += 1
        labels.append(name if still[name] == 1 else f"{name} ({seen[name]})")
    return labels
