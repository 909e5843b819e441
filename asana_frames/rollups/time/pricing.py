"""The rate of each entry: the one place where tracked time gets its price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.time.rates import RateBook, find_rate_columns

_PERSON = "person"
#: What is priced -> the columns of entries with its names.
_NAMES = {
    _PERSON: ("person_name", "created_by_name"),
    "project": ("project_name", "attributable_to_name"),
}


class Pricing:
    """Rates of entries that were attributed to their projects.

    Parameters
    ----------
    entries
        Time tracking entries, of pandas or Dask.
    rates, placeholders, rates_by
        As in ``rollups.cost``.
    what, source
        The names of the calling function, and of the one that returns such rates, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing, or the rates are not valid.
    """

    def __init__(
        self,
        entries: Any,
        rates: pd.DataFrame,
        placeholders: Mapping[str, str] | None = None,
        rates_by: str | Sequence[str] | None = None,
        *,
        what: str,
        source: str | None = "asana.rates.list",
    ) -> None:
        check_frame(entries, what=what, dask=True)
        self._named = find_rate_columns(entries, what=what) | {"entered_on": "entered_on"}
        keys = [] if rates_by is None else list_texts(rates_by, name="rates_by", like="category")
        check_frame(rates, what=what)
        rates = rates.reset_index(drop=True)
        for column, stem in (("resource_gid", _PERSON), ("parent_gid", "project")):
            given = rates.get(column, ())
            frame = f"rates[{column!r}]"
            check_no_names(given, entries, stem, what=what, column=column, frame=frame)
        if isinstance(placeholders, Mapping):
            frame = "pd.Index(placeholders)"
            check_no_names(
                placeholders, entries, _PERSON, what=what, column="placeholders=", frame=frame
            )
        keys = list(dict.fromkeys(_find_key(key, entries, rates, what) for key in keys))
        is_given = {key: rates[key].notna() for key in keys}
        _check_one_key(rates, is_given, what)
        usual = rates[~pd.DataFrame(is_given, index=rates.index).any(axis=1)] if keys else rates
        self._books = {_PERSON: RateBook(usual, placeholders, what=what, source=source)}
        for key, here in is_given.items():
            own = rates[here].assign(resource_gid=_to_texts(rates[key]))
            self._books[key] = RateBook(own, what=what, source=source)
        self._ranks = _rank_sources(keys)

    @property
    def columns(self) -> list[str]:
        """The columns of entries that it reads."""
        return [*self._named.values(), *(key for key in self._books if key != _PERSON)]

    def find(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Find ``rate_gid``, ``rate``, ``currency_code`` and ``rate_from`` of each row."""
        keys = pd.DataFrame({name: rows[column] for name, column in self._named.items()})
        best = self._books[_PERSON].find_rates(keys)
        for key, book in self._books.items():
            if key != _PERSON:
                other = book.find_rates(keys.assign(person_gid=_to_texts(rows[key])))
                other["rate_from"] = other["rate_from"].str.replace(_PERSON, key, regex=False)
                is_nearer = self._rank(other) < self._rank(best)
                best = best.where(~is_nearer, other)
        return best.set_axis(rows.index)

    def _rank(self, found: pd.DataFrame) -> pd.Series[Any]:
        return found["rate_from"].map(self._ranks).fillna(len(self._ranks)).astype("int64")


def check_no_names(
    gids: Iterable[object], entries: Any, stem: str, *, what: str, column: str, frame: str
) -> None:
    """Refuse names in place of gids, which would apply to nobody without a word.

    Parameters
    ----------
    gids
        What should be gids.
    entries
        Time tracking entries, whose names are known; those of Dask are not looked at.
    stem
        ``"person"`` or ``"project"``.
    what, column, frame
        The names of the calling function, of the column or argument, and of the frame with it,
        for messages.

    Raises
    ------
    InvalidArgument
        One is the name of a person or project; the message says how to look the gids up.
    """
    # Looking at all names takes time, and gids are numbers.
    given = dict.fromkeys(map(str, pd.Series([*gids], dtype=object).dropna()))
    named = [gid for gid in given if not gid.isdecimal()]
    if not named or not isinstance(entries, pd.DataFrame):
        return
    known = {name for at in _NAMES[stem] if at in entries for name in entries[at].unique()}
    for name in named:
        if name in known:
            source = "users" if stem == _PERSON else "projects"
            raise InvalidArgument(
                f"{what}: {column} takes gids, and {name!r} is the name of a {stem}. Look the "
                f"gids up: {frame}.map({source}.set_index('name')['gid'])."
            )


def _rank_sources(keys: Sequence[str]) -> dict[str, int]:
    """Return the place of each value of ``rate_from``; the first that has a rate decides."""
    who = [_PERSON, *keys]
    return {
        source: rank
        for rank, source in enumerate(
            [*(f"project and {one}" for one in who), "project", *who, "default"]
        )
    }


def _find_key(key: str, entries: Any, rates: pd.DataFrame, what: str) -> str:
    """Find the column that a key names, which may be one of a pair of gid and name."""
    for column in (key, f"{key}_gid", f"{key}_name"):
        if column in rates.columns and column in entries.columns:
            _check_single(column, what)
            return column
    for frame, name in ((rates, "rates"), (entries, "entries")):
        if key not in frame.columns:
            hint = suggest_names(key, map(str, frame.columns))
            raise InvalidArgument(f"{what}: rates_by={key!r} is no column of {name}.{hint}")
    return key


def _to_texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return keys as text; whole numbers are alike whether or not their column has gaps."""
    is_number = pd.api.types.is_float_dtype(values.dtype)
    if is_number and is_true(values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype(STR)


def _check_single(key: str, what: str) -> None:
    if key.endswith(("_gids", "_names")):
        raise InvalidArgument(
            f"{what}: rates_by={key!r} holds several values each, so that no one rate applies."
        )


def _check_one_key(rates: pd.DataFrame, is_given: Mapping[str, Any], what: str) -> None:
    """Refuse rates that name two things that they are for, beside the project."""
    if not is_given or "resource_gid" not in rates:
        return
    flags = pd.DataFrame({"resource_gid": rates["resource_gid"].notna(), **is_given})
    several = flags[flags.sum(axis=1) > 1]
    if len(several):
        names = ", ".join(several.columns[several.iloc[0]])
        raise InvalidArgument(
            f"{what}: {len(several)} rate(s) name more than one of {names}. Leave all but one of "
            f"them empty."
        )


def read_billed_minutes(rows: pd.DataFrame) -> pd.Series[Any]:
    """Read the minutes that a price is for: the rounded ones where entries are rounded."""
    name = "rounded_minutes" if "rounded_minutes" in rows else "duration_minutes"
    return rows[name].astype("Float64")
