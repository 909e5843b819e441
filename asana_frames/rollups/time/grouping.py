"""Entries by keys and period: which count, to which places, and the sums of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice, check_number, list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import is_dask
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import (
    Key,
    check_keys,
    drop_duplicates,
    is_true,
    read_frame,
    read_list_columns,
    resolve_keys,
    text_column,
)
from asana_frames.rollups.shared.periods import check_days, check_every, period_starts
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.totals import aggregate, sum_by
from asana_frames.rollups.time.attribution import attribute_entries, find_place_columns

#: ``"billable"`` and ``"non_billable"`` as in the filters of Asana's budgets; ``"any"`` counts
#: all entries.
Billable = Literal["any", "billable", "non_billable"]
#: ``"submitted"`` leaves out drafts and what was rejected, ``"approved"`` what is not approved.
Approval = Literal["submitted", "approved"]
#: ``"nearest"`` rounds half up.
Rounding = Literal["nearest", "up"]
#: ``"share"`` counts an entry in equal parts to all of its teams or clients,
#: ``"count_in_each"`` wholly to each of them.
Overlap = Literal["share", "count_in_each"]
#: A filter -> the billable statuses that count; None for all.
BILLABLE_STATUSES: dict[str, frozenset[str] | None] = {
    "any": None,
    "billable": frozenset({"billable"}),
    "non_billable": frozenset({"nonBillable"}),
}
_APPROVED: dict[str, frozenset[str]] = {
    "submitted": frozenset({"submitted", "approved"}),
    "approved": frozenset({"approved"}),
}
#: The number of parts of an entry, in rows that were spread.
_PARTS = "_parts"
#: Keys that ``rollups.entries`` adds from another frame -> its argument.
_SOURCES = {"person_team": "team_memberships", "client": "clients"}
_RECORD = "time_tracking_entry"

#: Returns further keys of rows, and what is to be added up.
Values = Callable[[pd.DataFrame], tuple[Mapping[str, Any], Mapping[str, "pd.Series[Any]"]]]


class Selection(NamedTuple):
    """Which entries count, and how their minutes are rounded."""

    start: Any = None
    end: Any = None
    billable: str = "any"
    approval: str | None = None
    round_to: float | None = None
    rounding: str = "nearest"

    def check(self) -> Selection:
        """Return it with days parsed.

        Raises
        ------
        InvalidArgument
            An argument is not valid.
        """
        check_choice(self.billable, get_args(Billable), name="billable")
        check_choice(self.approval, (None, *get_args(Approval)), name="approval")
        check_choice(self.rounding, get_args(Rounding), name="rounding")
        if self.round_to is not None:
            check_number(self.round_to, name="round_to", like=15, is_whole=True, least=1)
        start, end, _ = parse_span(self.start, self.end)
        return self._replace(start=start, end=end)

    @property
    def leaves_out(self) -> bool:
        """Whether some entries may not count."""
        return bool(self.columns)

    @property
    def columns(self) -> list[str]:
        """The columns that it reads."""
        return [
            *(["entered_on"] if self.start is not None or self.end is not None else []),
            *(["billable_status"] if self.billable != "any" else []),
            *(["approval_status"] if self.approval is not None else []),
        ]

    def apply(self, part: pd.DataFrame) -> pd.DataFrame:
        """Return the entries that count, with ``rounded_minutes`` where they are rounded."""
        counts = np.ones(len(part), dtype=bool)
        if self.start is not None:
            counts &= is_true(part["entered_on"] >= self.start)
        if self.end is not None:
            counts &= is_true(part["entered_on"] < self.end + pd.Timedelta(days=1))
        statuses = BILLABLE_STATUSES[self.billable]
        if statuses is not None:
            counts &= is_true(part["billable_status"].isin(statuses))
        if self.approval is not None:
            told = text_column(part, "approval_status").str.lower()
            counts &= is_true(told.isin(_APPROVED[self.approval]))
        part = part if counts.all() else part[counts]
        return part if self.round_to is None else part.assign(rounded_minutes=self._round(part))

    def _round(self, part: pd.DataFrame) -> pd.Series[Any]:
        assert self.round_to is not None
        steps = part["duration_minutes"].astype("Float64") / self.round_to
        whole: pd.Series[Any] = (
            steps.map(np.ceil) if self.rounding == "up" else (steps + 0.5).map(np.floor)
        )
        return whole.astype("Float64") * self.round_to


class Grouping:
    """Tracked time by keys and period.

    Parameters
    ----------
    entries
        Time tracking entries, of pandas or Dask. Of repeated gids the last counts; a Dask frame
        is taken to have none.
    by
        Keys as in ``rollups.hours``; None for one total.
    every
        A period as in ``rollups.hours``; None for one total.
    what
        The name of the calling function, for messages.
    attribution, overlap
        As in ``rollups.hours``.
    selection
        Which entries count.
    columns
        Columns that are needed beside the keys.
    taken
        Columns of the result, whose names keys cannot have.

    Raises
    ------
    InvalidArgument
        A column, key or argument is not valid.
    """

    def __init__(
        self,
        entries: Any,
        by: str | Sequence[str] | None,
        every: str | None,
        *,
        what: str,
        attribution: str,
        overlap: str = "share",
        selection: Selection | None = None,
        columns: Iterable[str] = (),
        taken: Iterable[str] = (),
    ) -> None:
        self.selection = (selection or Selection()).check()
        day = ["entered_on"] if every is not None else []
        columns = list(columns)
        needed = dict.fromkeys(["duration_minutes", *day, *self.selection.columns, *columns])
        entries = read_frame(entries, needed, what=what, record=_RECORD)
        _check_minutes(entries, what)
        if "entered_on" in needed:
            check_days(entries["entered_on"], what=what)
        if every is not None:
            check_every(every)
        check_choice(overlap, get_args(Overlap), name="overlap")
        if isinstance(entries, pd.DataFrame) and "gid" in entries:
            entries = drop_duplicates(entries)
        self.entries = entries
        self.every = every
        self.keys = [] if by is None else _resolve_keys(entries, by, what)
        names = [key.name for key in self.keys]
        check_key_names(names, {"period", *taken}, what=what, frame="entries")
        self._what = what
        self._attribution = attribution
        self._overlap = overlap
        self._columns, self._taken = list(columns), list(taken)
        used = [key.column for key in self.keys] + self._columns
        self._placed = find_place_columns(entries, used, attribution)
        self._shared = _pair_list_columns(key.column for key in self.keys if key.is_list)

    def regroup(self, by: str | Sequence[str] | None, start: Any, end: Any) -> Grouping:
        """Return the grouping of the same entries by other keys and between other days."""
        return Grouping(
            self.entries,
            by,
            self.every,
            what=self._what,
            attribution=self._attribution,
            overlap=self._overlap,
            selection=self.selection._replace(start=start, end=end),
            columns=self._columns,
            taken=self._taken,
        )

    def spread(self, part: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[Any] | None]:
        """Return a row for each place that an entry counts to, and the number of its parts.

        The number is None where every entry is one row.
        """
        rows, parts = attribute_entries(
            self.selection.apply(part), self._placed, self._attribution
        )
        for columns in self._shared:
            rows = read_list_columns(rows, columns)
            _check_aligned(rows, columns)
            count = rows[columns[0]].str.len().fillna(0).clip(lower=1).astype("Float64")
            if self._overlap == "count_in_each":
                count = count.mask(count.notna(), 1.0)
            rows = rows.assign(**{_PARTS: count if parts is None else count * parts})
            rows = rows.explode(columns).reset_index(drop=True)
            rows, parts = rows.drop(columns=_PARTS), rows[_PARTS].astype("Float64")
        return rows, parts

    def sum(self, values: Values, names: Sequence[str]) -> pd.DataFrame:
        """Add up values by keys, ``period`` and the further keys that ``values`` returns."""

        def chunk(part: pd.DataFrame) -> pd.DataFrame:
            rows, parts = self.spread(part)
            keys = {
                key.name: rows[key.column].astype(STR) if key.is_list else rows[key.column]
                for key in self.keys
            }
            if self.every is not None:
                keys["period"] = period_starts(rows["entered_on"], self.every)
            more, amounts = values(rows)
            sums = {
                name: amount if parts is None else amount.astype("Float64") / parts
                for name, amount in amounts.items()
            }
            return sum_by(pd.DataFrame(keys | dict(more)), sums)

        totals = aggregate(self.entries, chunk, names)
        for key in self.keys:
            if key.name.endswith(("_gid", "_name")):
                totals[key.name] = totals[key.name].astype(STR)
        return self._merge_renamed(totals, names)

    def _merge_renamed(self, totals: pd.DataFrame, values: Sequence[str]) -> pd.DataFrame:
        """Make one row of those of a person or project that was renamed: the last name counts."""
        known = {key.name: key for key in self.keys}
        changed = False
        for key in self.keys:
            name = known.get(f"{key.name.removesuffix('_gid')}_name")
            if not key.name.endswith("_gid") or name is None:
                continue
            pairs = totals[[key.name, name.name]].drop_duplicates().dropna(subset=[key.name])
            # Also the name of one that is renamed in entries that do not count.
            is_renamed = pairs[key.name].duplicated() | self.selection.leaves_out
            twice = pairs.loc[is_renamed, key.name].unique()
            if len(twice):
                last = dict(pairs[pairs[key.name].isin(twice)].dropna().to_numpy().tolist())
                last |= _find_last_names(self.entries, key, name, twice, self._attribution)
                newer = totals[key.name].map(last).astype(STR)
                totals[name.name] = newer.where(newer.notna(), totals[name.name])
                changed = True
        if not changed:
            return totals
        keys = [column for column in totals.columns if column not in values]
        return sum_by(totals[keys], {value: totals[value] for value in values})


class _GroupKey(NamedTuple):
    """A key of the result, its column of the entries, and whether that holds several each."""

    name: str
    column: str
    is_list: bool


def _resolve_keys(entries: Any, by: str | Sequence[str], what: str) -> list[_GroupKey]:
    check_keys(by)
    names = list_texts(by, name="by", like="person")
    if "entered_on" in names:
        raise InvalidArgument(
            f"{what}: the day of an entry is not a key; every='D' adds up by days."
        )
    columns = set(map(str, entries.columns))
    for name in names:
        if name in _SOURCES and not {f"{name}_gids", f"{name}_gid", name} & columns:
            raise InvalidArgument(
                f"{what}: {name!r} is a key of rollups.entries(entries, ..., "
                f"{_SOURCES[name]}=...) only."
            )
    keys = resolve_keys(entries, by, what=what, has_lists=True)
    return [_GroupKey(*key, is_list=_holds_lists(entries, key, what)) for key in keys]


def _holds_lists(entries: Any, key: Key, what: str) -> bool:
    if key.column.endswith(("_gids", "_names")):
        return True
    if is_dask(entries) or entries[key.column].dtype != object:
        return False
    cells = entries[key.column]
    if cells.map(lambda cell: isinstance(cell, dict | set)).any():
        raise InvalidArgument(
            f"{what}: {key.column!r} holds dicts or sets, so it cannot be a key in by=. Make a "
            f"column of what is in them, such as frame[{key.column!r}].str['name']."
        )
    return bool(cells.map(lambda cell: isinstance(cell, tuple | list)).any())


def _pair_list_columns(columns: Iterable[str]) -> list[list[str]]:
    """Put the columns of gids and names that are aligned together."""
    pairs: dict[str, list[str]] = {}
    for column in columns:
        pairs.setdefault(column.removesuffix("_gids").removesuffix("_names"), []).append(column)
    return list(pairs.values())


def _find_last_names(
    entries: Any, gid: _GroupKey, name: _GroupKey, wanted: Any, attribution: str
) -> dict[str, str]:
    """Find the last name of each wanted gid in the entries, or in the lists that are counted."""
    found: dict[str, str] = {}
    for end in ("", "s") if attribution in ("first", "split") else ("",):
        columns = [f"{key.column}{end}" for key in (gid, name)]
        if not set(columns) <= set(entries.columns):
            continue
        rows = entries[columns]
        if end or gid.is_list:
            rows = rows.compute() if is_dask(rows) else rows
            rows = read_list_columns(rows, columns).explode(columns)
        rows = rows[rows[columns[0]].isin(list(wanted))].dropna()
        rows = rows.compute() if is_dask(rows) else rows
        rows = rows.drop_duplicates(columns[0], keep="last")
        found |= dict(rows.to_numpy(dtype=object).tolist())
    return found


def _check_minutes(entries: Any, what: str) -> None:
    """Refuse a Dask frame whose minutes are not numbers: only frames of pandas are read."""
    dtype = entries.dtypes["duration_minutes"]
    if is_dask(entries) and not pd.api.types.is_numeric_dtype(dtype):
        raise InvalidArgument(
            f"{what} needs numbers in duration_minutes, not {dtype}. Read the file with "
            f"af.read_csv(path, 'time_tracking_entries'), and make the Dask frame of that."
        )


def check_key_names(names: Iterable[str], taken: Iterable[str], *, what: str, frame: str) -> None:
    """Refuse keys that are called like columns of the result, or begin with an underscore.

    Parameters
    ----------
    names
        The names of the keys.
    taken
        The other columns of the result.
    what
        The name of the calling function, for messages.
    frame
        The argument that has the keys, for messages.

    Raises
    ------
    InvalidArgument
        The message says how to rename the key.
    """
    others = set(taken)
    for name in names:
        if name in others:
            problem, better = "is a column of the result", f"my_{name}"
        elif name.startswith("_"):
            problem, better = "begins with an underscore", name.lstrip("_") or "mine"
        else:
            continue
        raise InvalidArgument(
            f"{what}: {name!r} {problem}, so it cannot be a key in by=. Rename it: "
            f"{frame}.rename(columns={{{name!r}: {better!r}}})."
        )


def _check_aligned(rows: pd.DataFrame, columns: list[str]) -> None:
    """Refuse lists that belong together and differ in length."""
    lengths = [rows[column].str.len() for column in columns]
    if any((lengths[0] != other).any() for other in lengths[1:]):
        raise InvalidArgument(
            f"The lists in {' and '.join(columns)} differ in length in some rows. Both come from "
            f"rollups.entries(...)."
        )
