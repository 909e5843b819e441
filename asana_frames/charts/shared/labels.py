"""Labels of charts: values and numbers as text, names that are unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import LONGEST_NAME
from asana_frames.display.sentences import (
    cut_name,
    format_decimals,
    join_words,
    list_some,
    strip_zeros,
)
from asana_frames.rollups.shared.key_figures import NOISE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asana_frames.charts.shared.columns import Numbers

NONE = "(none)"
#: From here on one decimal is enough.
_LARGE = 1_000.0
#: Of more leaders only the first is named.
_MOST_NAMED = 2


def format_value(value: Any) -> str:
    """Return a value as text for a label.

    Examples
    --------
    >>> [format_value(value) for value in (None, True, "Ana", pd.Timestamp("2026-11-02"))]
    ['(none)', 'yes', 'Ana', '2026-11-02']
    """
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return NONE
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    text = str(value).removesuffix(" 00:00:00")
    # Line breaks and control characters have no place on an axis.
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or NONE


def format_exact(value: float) -> str:
    """Return a number whose sums are seen, or money: with two decimals, enough for minutes.

    Examples
    --------
    >>> [format_exact(value) for value in (12.5, 164.25, 1125.25, -0.001, 1e20)]
    ['12.5', '164.25', '1,125.3', '-<0.01', '1e+20']
    """
    decimals = 2 if abs(value) < _LARGE else 1
    return strip_zeros(format_decimals(value, decimals))


def format_tenths(value: float) -> str:
    """Return a number with at most one decimal.

    Examples
    --------
    >>> [format_tenths(value) for value in (12.0, 9.25, 0.04)]
    ['12', '9.3', '<0.1']
    """
    return format_decimals(value, 1).removesuffix(".0")


def find_leaders(values: Numbers | pd.Series) -> NDArray[np.bool_]:
    """Return a mask of the greatest values, all that are equal; missing ones are not.

    Values are equal if they differ by no more than sums of floats in another order do.

    Examples
    --------
    >>> find_leaders(np.array([1.0, 3.0, np.nan, 3.0])).tolist()
    [False, True, False, True]
    """
    numbers = np.asarray(values, dtype="float64")
    greatest = np.nanmax(numbers, initial=-np.inf)
    return np.asarray(numbers >= greatest - NOISE * max(1.0, abs(greatest)))


def find_named(values: Numbers | pd.Series) -> list[int]:
    """Return the places of those that `name_leaders` names, which a chart must draw.

    Examples
    --------
    >>> find_named(np.array([1.0, 3.0, 3.0])), find_named(np.array([3.0, 3.0, 3.0]))
    ([1, 2], [0])
    """
    places: list[int] = np.flatnonzero(find_leaders(values)).tolist()
    return places if len(places) <= _MOST_NAMED else places[:1]


def name_leaders(names: Iterable[object], values: Numbers | pd.Series) -> str:
    """Return the names that have the greatest value; of three or more, the first and a count.

    Names and values are in the order in which they are drawn, so that it is the first there.

    Examples
    --------
    >>> name_leaders(["Ana", "Ben", "Cem"], np.array([1.0, 3.0, 2.0]))
    'Ben'
    >>> name_leaders(["Ana", "Ben", "Cem"], np.array([3.0, 3.0, 3.0]))
    'Ana and 2 more'
    """
    pairs = zip(names, find_leaders(values), strict=True)
    return list_some(list(dict.fromkeys(str(name) for name, leads in pairs if leads)), 1)


def say_who_leads(names: Iterable[object], values: Numbers | pd.Series) -> str:
    """Return a clause such as "Ben has the most".

    Examples
    --------
    >>> say_who_leads(["Ana", "Ben"], np.array([1.0, 3.0]))
    'Ben has the most'
    >>> say_who_leads(["Ana", "Ben"], np.array([3.0, 3.0]))
    'Ana and Ben have the most'
    """
    verb = "has" if find_leaders(values).sum() == 1 else "have"
    return f"{name_leaders(names, values)} {verb} the most"


def shorten_name(name: object, longest: int = LONGEST_NAME) -> str:
    """Cut a name to fit an axis, and escape dollar signs, which start mathematics."""
    return cut_name(str(name), longest).replace("$", r"\$")


def key_heading(keys: Sequence[str]) -> str:
    """Return a heading for key columns.

    Examples
    --------
    >>> key_heading(["person_gid", "person_name", "billable_status"])
    'Person · Billable status'
    """
    shown = [key.removesuffix("_name").removesuffix("_gid") or key for key in pair_keys(keys)]
    words = [name.replace("_", " ") for name in shown]
    return " · ".join(word[:1].upper() + word[1:] for word in words)


def name_by_keys(what: str, keys: Sequence[str]) -> str:
    """Return what a chart shows with the keys by which it is split.

    Examples
    --------
    >>> name_by_keys("tracked hours", ["person_gid", "person_name", "billable_status"])
    'tracked hours by person and billable status'
    >>> name_by_keys("tracked hours", [])
    'tracked hours'
    >>> name_by_keys("tracked hours", ["created_by_name"])
    'tracked hours by person'
    """
    words = [word.lower() for word in key_heading(keys).split(" · ")] if keys else []
    # Who created or completed something.
    words = ["person" if word.endswith(" by") else word for word in words]
    return f"{what} by {join_words(words)}" if words else what


def pair_keys(keys: Sequence[str]) -> dict[str, str | None]:
    """Map the columns to show to the gid columns that identify them, or None.

    Examples
    --------
    >>> pair_keys(["person_gid", "person_name", "billable_status"])
    {'person_name': 'person_gid', 'billable_status': None}
    """
    gids = {key: f"{key.removesuffix('name')}gid" for key in keys if key.endswith("name")}
    paired = {key: gid for key, gid in gids.items() if gid in keys}
    return {key: paired.get(key) for key in keys if key not in paired.values()}


def unify_names(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Give all rows of a gid its last name: things are renamed from one table to the next.

    Examples
    --------
    >>> rows = pd.DataFrame({"team_gid": ["1", "1", None], "team_name": ["Web", "App", "Web"]})
    >>> unify_names(rows, ["team_gid", "team_name"])["team_name"].tolist()
    ['App', 'App', 'Web']
    """
    for name, gid in pair_keys(keys).items():
        if gid is not None and len(rows):
            last = rows.dropna(subset=[gid, name]).drop_duplicates(gid, keep="last")
            names = rows[gid].astype(object).map(dict(zip(last[gid], last[name], strict=True)))
            rows = rows.assign(**{name: names.where(names.notna(), rows[name].astype(object))})
    return rows


def unique_labels(frame: pd.DataFrame, keys: Sequence[str], longest: int) -> pd.Series:
    """Return the label of each row's series; different series have different labels.

    Parameters
    ----------
    frame
        Has the columns of ``keys``.
    keys
        Of a pair ``x_gid``, ``x_name`` the gid identifies the series and the name is shown.
    longest
        The most letters of a label, before the ending that distinguishes equal names.

    Returns
    -------
    Series
        One text per row, with the index of the frame.
    """
    columns = pair_keys(keys)
    parts = [_series_identities(frame, name, gid) for name, gid in columns.items()]
    identities = list(zip(*parts, strict=True))
    if not identities:
        return pd.Series("all", index=frame.index, dtype=object)
    firsts: dict[tuple[str, ...], int] = {}
    for place, identity in enumerate(identities):
        firsts.setdefault(identity, place)
    rows = frame.iloc[list(firsts.values())]
    shown = rows[list(columns)].itertuples(index=False)
    names = [" · ".join(map(format_value, row)) for row in shown]
    gids = [gid for gid in columns.values() if gid is not None]
    known = [[gid for gid in row if not pd.isna(gid)] for row in rows[gids].to_numpy(object)]
    tails = ["/".join(str(gid)[-4:] for gid in row) for row in known]
    labels = dict(zip(firsts, distinguish_names(names, tails, longest), strict=True))
    return pd.Series([labels[one] for one in identities], index=frame.index, dtype=object)


def _series_identities(frame: pd.DataFrame, column: str, gid: str | None) -> list[str]:
    names = [f"name {format_value(value)}" for value in frame[column]]
    if gid is None:
        return names
    return [
        name if pd.isna(value) else f"gid {value}"
        for value, name in zip(frame[gid], names, strict=True)
    ]


def _append_tail(name: str, tail: str) -> str:
    return f"{name}{tail}" if name.endswith("…") else f"{name} …{tail}"


def distinguish_names(names: Sequence[str], tails: Sequence[str], longest: int) -> list[str]:
    """Shorten names; equal ones are distinguished by a tail, or by a number.

    Examples
    --------
    >>> distinguish_names(["Ana", "Bo", "Ana"], ["1234", "2345", "3456"], 20)
    ['Ana …1234', 'Bo', 'Ana …3456']
    >>> distinguish_names(["Ana", "Ana"], ["", ""], 20)
    ['Ana (1)', 'Ana (2)']
    """
    short = [shorten_name(name, longest) for name in names]
    counts = Counter(short)
    longer = [
        _append_tail(name, tail) if counts[name] > 1 and tail else name
        for name, tail in zip(short, tails, strict=True)
    ]
    repeated, seen = Counter(longer), Counter[str]()
    labels = []
    for name in longer:
        seen[name] += 1
        labels.append(name if repeated[name] == 1 else f"{name} ({seen[name]})")
    return labels
