"""Hourly rates and the search for the one that applies to an entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import check_mapping
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.gids import Positions
from asana_frames.rollups.shared.inputs import read_frame
from asana_frames.rollups.shared.moments import Ints
from asana_frames.rollups.shared.periods import check_days

#: Days are numbered from here. Day 0 is that of an entry without a day; on it only rates without
#: a first and a last day apply.
_EVER = np.datetime64("1800-01-01", "D")
#: Days that a key has room for; one more would be a day of the next key.
_SPAN = 2**22
#: Rows that are looked up at a time.
_PART = 100_000
#: ``rate_from`` -> what an entry must share with a rate; the first that has a rate decides.
_LEVELS: dict[str, tuple[str, ...]] = {
    "project and person": ("project_gid", "person_gid"),
    "project": ("project_gid",),
    "person": ("person_gid",),
    "default": (),
}
_KEYS = ("project_gid", "person_gid")
RATE_COLUMNS = ("rate_gid", "rate", "currency_code", "rate_from")


def find_rate_columns(entries: Any, *, what: str) -> dict[str, str]:
    """Find the project and person columns of entries: name in rates -> name in entries.

    Raises
    ------
    InvalidArgument
        One is missing; the message says which ``fields=`` give it.
    """
    found = {}
    for ours, theirs in zip(_KEYS, ("attributable_to_gid", "created_by_gid"), strict=True):
        column = ours if ours in entries.columns else theirs
        entries = read_frame(entries, [column], what=what, record="time_tracking_entry")
        found[ours] = column
    return found


class _Rate(NamedTuple):
    """The days of a rate, both included, and its row in the table."""

    start: int
    end: int
    position: int


class _Level(NamedTuple):
    """The rates of a level, cut so that no two of a key hold on one day.

    ``begins`` is sorted: the number of a key times ``_SPAN``, plus the day on which the rate in
    row ``position`` begins to apply; -1 where none does from that day on.
    """

    begins: Ints
    position: Positions

    def find(self, keys: Ints, days: Ints) -> Positions:
        """Find the position for each key and day, -1 without one; no key is -1."""
        at = np.searchsorted(self.begins, keys * _SPAN + days, side="right") - 1
        is_here = (at >= 0) & (self.begins[at] // _SPAN == keys)
        return np.where(is_here, self.position[at], -1)


class RateBook:
    """Rates by project, person and day.

    Of several rates of the same project and person, the one that began last among those that
    cover a day applies: a temporary rate hides the standing one on its own days only.

    Parameters
    ----------
    rates
        As ``asana.rates.list(parent=projects)`` returns them; see ``rollups.cost``.
    placeholders
        Person (gid) -> the placeholder (gid) whose rate applies where the person has none.
    what, source
        The names of the calling function, and of the one that returns such rates, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing, a rate has no currency, or two rates for the same project and person
        begin on the same day and differ.
    """

    def __init__(
        self,
        rates: pd.DataFrame,
        placeholders: Mapping[str, str] | None = None,
        *,
        what: str,
        source: str | None = None,
    ) -> None:
        needed = ["parent_gid", "resource_gid", "rate", "currency_code"]
        rates = read_frame(rates, needed, what=what, source=source)
        placeholders = {} if placeholders is None else placeholders
        check_mapping(placeholders, name="placeholders", like="{person_gid: placeholder_gid}")
        self._table = _check_rates(_build_rate_table(rates, what), what)
        self._projects = pd.Index(self._table["project_gid"].dropna().unique())
        own = self._table["person_gid"].dropna().unique()
        people = [*own, *placeholders, *placeholders.values()]
        self._people = pd.Index(people, dtype=STR).unique()
        stand_ins = pd.Series(self._people.map(placeholders), dtype=STR)
        self._stand_ins = np.append(_encode(stand_ins, self._people), -1)
        self._levels = {name: self._build_level(level) for name, level in _LEVELS.items()}

    def _build_level(self, level: tuple[str, ...]) -> _Level | None:
        """Build the level of the rates that have just these keys, None without any."""
        is_given = self._table[[*_KEYS]].notna().to_numpy()
        position = np.flatnonzero((is_given == [key in level for key in _KEYS]).all(axis=1))
        if not len(position):
            return None
        rows = self._table.take(position)
        project, person = (
            _encode(rows[name], known)
            for name, known in zip(_KEYS, (self._projects, self._people), strict=True)
        )
        keys = self._number_keys(level, project, person)
        start, end = _number_days(rows["start"]), _number_days(rows["end"])
        is_open = rows["end"].isna().to_numpy()
        # A rate that ends does not apply to an entry without a day.
        start = np.where(is_open, start, np.maximum(start, 1))
        return _cut_rates(keys, start, np.where(is_open, _SPAN - 1, end), position)

    def _number_keys(self, level: tuple[str, ...], project: Ints, person: Ints) -> Ints:
        """Return a number for each key of a level, -1 where a part of it is unknown."""
        if len(level) == 2:
            is_known = (project >= 0) & (person >= 0)
            return np.where(is_known, project * len(self._people) + person, -1)
        if not level:
            return np.zeros_like(project)
        return project if level == ("project_gid",) else person

    def find_rates(self, keys: pd.DataFrame) -> pd.DataFrame:
        """Find the rate for each row of ``project_gid``, ``person_gid`` and ``entered_on``.

        Returns
        -------
        DataFrame
            ``rate_gid``, ``rate``, ``currency_code``, ``rate_from``: missing where none applies.
        """
        wanted = (
            _encode(keys["project_gid"], self._projects),
            _encode(keys["person_gid"], self._people),
            _number_days(keys["entered_on"]),
        )
        # In parts, because a search needs several times the memory of what it finds.
        parts = [
            self._find_positions(*(array[start : start + _PART] for array in wanted))
            for start in range(0, len(keys), _PART)
        ] or [self._find_positions(*wanted)]
        position, found_at = (np.concatenate(found) for found in zip(*parts, strict=True))
        columns = {name: self._table[name].array for name in RATE_COLUMNS[:-1]}
        found = {name: array.take(position, allow_fill=True) for name, array in columns.items()}
        found["rate_from"] = pd.array([*_LEVELS], dtype=STR).take(found_at, allow_fill=True)
        return pd.DataFrame(found)

    def _find_positions(
        self, project: Ints, person: Ints, days: Ints
    ) -> tuple[Positions, Positions]:
        """Find the row of the table and the number of the level that apply, -1 without one."""
        position: Positions = np.full(len(days), -1)
        found_at: Positions = np.full(len(days), -1)
        for number, (name, level) in enumerate(_LEVELS.items()):
            book = self._levels[name]
            if book is None:
                continue
            # A stand-in of nobody is nobody: person -1 is the last of them.
            stand_ins = (self._stand_ins[person],) if "person_gid" in level else ()
            for who in (person, *stand_ins):
                code = self._number_keys(level, project, who)
                left = np.flatnonzero((position < 0) & (code >= 0))
                position[left] = book.find(code[left], days[left])
                found_at[left] = np.where(position[left] >= 0, number, -1)
        return position, found_at


def _encode(gids: pd.Series[Any], known: pd.Index[Any]) -> Ints:
    """Return the position of each gid in ``known``, -1 where it is not there or missing."""
    codes, distinct = pd.factorize(gids)
    # Missing gids have the code -1, which is the last of the places.
    places = np.append(known.get_indexer(pd.Index(distinct).astype(STR)), -1)
    return places[codes].astype("int64")


def _number_days(days: pd.Series[Any]) -> Ints:
    """Return days as numbers from 1 on, 0 for a missing one."""
    found = days.to_numpy("datetime64[D]")
    numbers = (found - _EVER).astype("int64").clip(1, _SPAN - 1)
    return np.where(np.isnat(found), 0, numbers)


def _cut_rates(keys: Ints, start: Ints, end: Ints, position: Positions) -> _Level:
    """Cut the rates of a level so that on each day the one that began last applies."""
    # Where nothing ends, a rate just runs until the next one of its key begins.
    is_cut = np.isin(keys, keys[end < _SPAN - 1])
    cut = zip(keys[is_cut], start[is_cut], end[is_cut], position[is_cut], strict=True)
    pieces = [
        (key * _SPAN + day, at)
        for key, rows in groupby(sorted(cut), key=itemgetter(0))
        for day, at in _list_changes(_Rate(*map(int, row[1:])) for row in rows)
    ]
    begins = np.array([day for day, _ in pieces], dtype="int64")
    begins = np.concatenate([keys[~is_cut] * _SPAN + start[~is_cut], begins])
    position = np.concatenate([position[~is_cut], np.array([at for _, at in pieces], dtype=int)])
    order = np.argsort(begins, kind="stable")
    return _Level(begins[order], position[order])


def _list_changes(rates: Iterable[_Rate]) -> Iterator[tuple[int, int]]:
    """Yield the days on which a different rate of a key may begin to apply, with its position.

    Examples
    --------
    A rate from day 10 to day 19 hides a standing one on these days:

    >>> list(_list_changes([_Rate(0, _SPAN - 1, 7), _Rate(10, 19, 8)]))
    [(0, 7), (10, 8), (20, 7)]
    """
    coming = sorted(rates, reverse=True)
    begun: list[tuple[int, _Rate]] = []
    edges = {day for rate in coming for day in (rate.start, rate.end + 1) if day < _SPAN}
    for day in sorted(edges):
        while coming and coming[-1].start <= day:
            rate = coming.pop()
            heappush(begun, (-rate.start, rate))
        # One that is over never applies again; others that are over wait below.
        while begun and begun[0][1].end < day:
            heappop(begun)
        yield day, begun[0][1].position if begun else -1


def _build_rate_table(rates: pd.DataFrame, what: str) -> pd.DataFrame:
    """Build the table of rates by project, person and first day."""
    days = {}
    for name, column in (("start", "start_date"), ("end", "end_date")):
        given = rates.get(column, pd.Series(pd.NaT, index=rates.index, name=column))
        given = given.astype("datetime64[us]") if given.isna().all() else given
        check_days(given, what=what)
        days[name] = given.astype("datetime64[us]")
    gids = rates["gid"] if "gid" in rates else pd.Series(None, index=rates.index, dtype=STR)
    table = pd.DataFrame(
        {
            "project_gid": rates["parent_gid"].astype(STR),
            "person_gid": rates["resource_gid"].astype(STR),
            "start": days["start"],
            "end": days["end"],
            "rate_gid": gids.astype(STR),
            "rate": rates["rate"].astype("Float64"),
            "currency_code": rates["currency_code"].astype(STR),
        }
    )
    return table[table["rate"].notna()].reset_index(drop=True)


def _check_rates(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Drop repeated rates, and sort them by their first day.

    Raises
    ------
    InvalidArgument
        A rate has no currency, or two contradict each other.
    """
    bare = table[table["currency_code"].isna()]
    if len(bare):
        raise InvalidArgument(
            f"{what}: {len(bare)} rate(s) have no currency_code. Add it, for example: "
            f"rates.fillna({{'currency_code': 'EUR'}})."
        )
    place = [*_KEYS, "start"]
    distinct = table.drop_duplicates([*place, "end", "rate", "currency_code"])
    twice = distinct[distinct.duplicated(place, keep=False)]
    if len(twice):
        project, person = twice.iloc[0][[*_KEYS]]
        whose = "all projects" if pd.isna(project) else f"project {project}"
        who = "everybody" if pd.isna(person) else f"person {person}"
        raise InvalidArgument(
            f"{what}: {len(twice)} rates contradict each other, for example those of {whose} and "
            f"{who}. Keep one of them, or add a column start_date with the first day of each; "
            f"rates of roles or categories need rates_by=."
        )
    return distinct.sort_values("start", kind="stable", ignore_index=True)
