"""The ``custom_fields`` of records -> one typed column per field."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import ColumnBuffer, build_array, missing
from asana_frames.frames.cached_reader import CachedReader
from asana_frames.frames.decode import custom_field_values
from asana_frames.frames.field_definitions import (
    FieldDefinition,
    FieldOption,
    HiddenValue,
    share_rows,
)

PREFIX = "cf_"
#: Ends the column that holds the gids of a people field, and the moments of a date field.
GIDS_SUFFIX, MOMENT_SUFFIX = "_gids", "_at"
#: How Asana represents fields that it computes from others.
FORMULA = "formula"
#: gid of an enum field -> its options in the order of its definition.
Options = Mapping[str, Sequence[str]]


def field_kind(subtype: str | None, representation: str | None) -> str:
    """Return the kind of a custom field: a formula has the kind of what it computes."""
    return (subtype if representation in (None, FORMULA) else representation) or ""


def _option_name(value: Any) -> Any:
    return value and value.name


def _list_options(value: Any) -> list[Any]:
    """Return the options that a value of an enum field holds."""
    return [one for one in (value if isinstance(value, list) else [value]) if one is not None]


def _item_names(values: Any) -> tuple[Any, ...]:
    return tuple(value.name for value in values or () if value is not None)


def _item_names_and_gids(values: Any) -> tuple[Any, ...]:
    return _item_names(values), tuple(value.gid for value in values or () if value is not None)


def _date_texts(value: Any) -> tuple[Any, Any]:
    """Return the day of a date, and its moment where a time was set."""
    if value is None:
        return None, None
    moment = value.date_time
    return value.date or (moment and moment[:10]), moment


class _FieldKind(NamedTuple):
    """How the values of a kind of field are read."""

    #: The key of the value in an entry, and what converts it.
    key: str
    convert: Callable[[Any], Any] | None
    #: The ends of the names of its columns, and the kind of each column.
    columns: tuple[tuple[str, str], ...]


_TEXT, _TUPLE = (("", "text"),), (("", "tuple"),)
_KINDS: dict[str, _FieldKind] = {
    "number": _FieldKind("number_value", None, (("", "number"),)),
    "text": _FieldKind("text_value", None, _TEXT),
    "enum": _FieldKind("enum_value", _option_name, _TEXT),
    "multi_enum": _FieldKind("multi_enum_values", _item_names, _TUPLE),
    "people": _FieldKind(
        "people_value", _item_names_and_gids, (("", "tuple"), (GIDS_SUFFIX, "tuple"))
    ),
    "date": _FieldKind("date_value", _date_texts, (("", "date"), (MOMENT_SUFFIX, "datetime"))),
    "reference": _FieldKind("reference_value", _item_names, _TUPLE),
    "custom_id": _FieldKind("display_value", None, _TEXT),
}
_GID = attrgetter("gid")


def _find_kind(kind: str) -> _FieldKind:
    # Kinds that are not known are shown as Asana displays them.
    return _KINDS.get(kind) or _FieldKind("display_value", None, _TEXT)


#: Kinds of fields whose values are options.
OPTION_KINDS = frozenset({"enum", "multi_enum"})
#: Where a field comes: place of the listing, rank of the row, and place among its fields.
_Position = tuple[int, int, int]


class DeclaredField(NamedTuple):
    """A custom field that objects have, whether or not any of them is in the records."""

    gid: str
    name: str
    kind: str
    #: The place of the listing whose parent defines it.
    place: int = 0
    is_computed: bool = False


@dataclass
class _PageEntries:
    """The entries of one field in a page."""

    #: Place of the first of them among the fields of its row.
    head: int
    rows: list[np.ndarray[Any, Any]] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)

    def sort_by_row(self) -> tuple[np.ndarray[Any, Any], list[Any]]:
        """Return the rows in their order, and their entries."""
        if len(self.rows) == 1:
            return self.rows[0], self.entries
        rows = np.concatenate(self.rows)
        order = rows.argsort(kind="stable")
        return rows[order], [self.entries[place] for place in order.tolist()]


class _FieldCells:
    """The values of one field, and the rows they belong to."""

    def __init__(self, gid: str, name: str, kind: str, *, is_computed: bool = False) -> None:
        self.gid = gid
        self.name = name
        self.kind = kind
        self.is_computed = is_computed
        how = _find_kind(kind)
        self._get = attrgetter(how.key)
        #: Name -> gid of the options that rows have.
        self.options: dict[str, str] = {}
        self._reader = None if how.convert is None else self._cached_reader(how.key, how.convert)
        self._rows: list[np.ndarray[Any, Any]] = []
        #: Place among the fields of its row, of the first entry of each page.
        self._heads: list[int] = []
        self._buffers = [ColumnBuffer.of(column, name) for _, column in how.columns]

    def _cached_reader(self, key: str, convert: Callable[[Any], Any]) -> CachedReader:
        def read(texts: Sequence[Any]) -> Iterable[Any]:
            values = custom_field_values(key, texts)
            if self.kind in OPTION_KINDS:
                for option in chain.from_iterable(map(_list_options, values)):
                    if option.name is not None:
                        gid = option.gid or ""
                        known = self.options.setdefault(option.name, gid)
                        # Of two options that are called alike, no cell tells which it is.
                        self.options[option.name] = gid if known == gid else ""
            return map(convert, values)

        return CachedReader(read)

    def cell_values(self, entries: Sequence[Any]) -> list[Any]:
        """Return the values of entries."""
        values = list(map(self._get, entries))
        return values if self._reader is None else self._reader.values(values)

    def extend(self, rows: np.ndarray[Any, Any], head: int, values: Sequence[Any]) -> None:
        """Add the values of a page; the first entry is at place ``head`` of its row."""
        self._rows.append(rows)
        self._heads.append(head)
        columns = [values] if len(self._buffers) == 1 else zip(*values, strict=True)
        for buffer, column in zip(self._buffers, columns, strict=True):
            buffer.extend(column)

    def first_position(
        self, rank: np.ndarray[Any, Any], places: np.ndarray[Any, Any]
    ) -> _Position:
        """Return where the field first occurs in the order of the frame."""
        pages = zip(self._rows, self._heads, strict=True)
        found = [(int(rank[rows].min()), int(places[rows].min()), head) for rows, head in pages]
        first, place, head = min(found, default=(len(rank), sys.maxsize, 0))
        return place, first, head

    def define(
        self, column: str, hidden_gids: Sequence[Any], hidden: Sequence[tuple[Any, ...]]
    ) -> FieldDefinition:
        """Return the definition of the field, which a column shows but for the hidden values."""
        return FieldDefinition(
            self.gid,
            self.name,
            self.kind,
            column,
            tuple(FieldOption(name, gid) for name, gid in self.options.items()),
            hidden=tuple(
                HiddenValue(str(gid), tuple(map(_to_json_value, values)))
                for gid, values in zip(hidden_gids, hidden, strict=True)
            ),
            is_computed=self.is_computed,
        )

    def take_arrays(self) -> tuple[np.ndarray[Any, Any], list[Any]]:
        """Return the rows, and the values of each column; the cells are used up."""
        rows = np.concatenate(self._rows) if self._rows else np.empty(0, np.int64)
        return rows, [buffer.array() for buffer in self._buffers]


class CustomFields:
    """Collects custom fields page by page."""

    def __init__(self) -> None:
        self._cells: dict[str, _FieldCells] = {}
        #: Where fields come that were declared, before those of the rows of their listing.
        self._declared: dict[str, _Position] = {}
        #: Columns of multi-enum fields, once the columns are made.

    def extend(self, start: int, entries_by_row: Sequence[Any]) -> None:
        """Add the fields of the rows from ``start`` on."""
        read = []
        for gid, found in _group_by_field(entries_by_row, start).items():
            cells = self._cells.get(gid) or _start_column(gid, found.entries[0])
            rows, entries = found.sort_by_row()
            read.append((cells, rows, found.head, cells.cell_values(entries)))
        # Only now, so that a page with an undecodable value adds nothing.
        for cells, rows, head, values in read:
            self._cells[cells.gid] = cells
            cells.extend(rows, head, values)

    def declare(self, fields: Iterable[DeclaredField]) -> None:
        """Make columns for fields even where no record has them."""
        for number, declared in enumerate(fields):
            gid, name, kind, place, is_computed = declared
            cells = _FieldCells(gid, name, kind, is_computed=is_computed)
            self._cells.setdefault(gid, cells)
            self._declared.setdefault(gid, (place, -1, number))

    def enums(self) -> list[str]:
        """Return the gids of the fields whose options have an order."""
        return [gid for gid, cells in self._cells.items() if cells.kind == "enum"]

    def columns(
        self,
        count: int,
        options: Options,
        order: np.ndarray[Any, Any],
        places: np.ndarray[Any, Any],
    ) -> tuple[dict[str, Any], list[UnitedFields]]:
        """Return the columns, and of which fields they are made.

        Fields of one name and kind share their columns. Where a row has several of them, the
        first with a value is shown.

        Parameters
        ----------
        count
            Rows that were collected, which is the length of the columns.
        options
            Options of enum fields in the order of their definition.
        order
            The rows in the order of the frame: fields come in the order they are met there,
            whichever page arrived first.
        places
            The place of the listing of each row; fields that were declared for it come first.
        """
        rank = np.full(count + 1, count)
        rank[order] = np.arange(len(order))
        last = (sys.maxsize, 0, 0)
        cells = sorted(
            self._cells.values(),
            key=lambda cell: min(
                cell.first_position(rank, places), self._declared.get(cell.gid, last)
            ),
        )
        groups: dict[tuple[str, str], list[_FieldCells]] = {}
        for cell in cells:
            groups.setdefault((cell.name, cell.kind), []).append(cell)
        made: dict[str, Any] = {}
        united: list[UnitedFields] = []
        for (field_name, kind), fields in groups.items():
            columns = _find_kind(kind).columns
            name = _find_free_name(field_name, fields[0], columns, made)
            one = _unite_fields(name, fields)
            united.append(one)
            for (end, column), values in zip(columns, one.columns, strict=True):
                whole = _scatter(values, one.rows, column, count)
                if kind == "enum":
                    known = [option for field in fields for option in options.get(field.gid, ())]
                    whole = _build_categorical(whole, known, order)
                made[f"{name}{end}"] = whole
        return made, united


def _find_free_name(
    name: str, field: _FieldCells, columns: Sequence[tuple[str, str]], taken: Mapping[str, Any]
) -> str:
    """Return the name of the first column of a field, with its kind or gid if need be."""
    for candidate in (
        f"{PREFIX}{name}",
        f"{PREFIX}{name}_{field.kind or 'other'}",
        f"{PREFIX}{name}_{field.gid}",
    ):
        if not any(f"{candidate}{end}" in taken for end, _ in columns):
            return candidate
    # Every other name is taken by fields that are called like it.
    return f"{PREFIX}{name}_{field.gid}_{len(taken)}"


@dataclass
class UnitedFields:
    """Fields of one name and kind, which share a column, and whose values it shows."""

    name: str
    fields: Sequence[_FieldCells]
    #: Rows with one of the fields, the place of the field that they show, and the values.
    rows: np.ndarray[Any, Any]
    owners: np.ndarray[Any, Any]
    columns: list[Any]
    #: The same of values that are not shown.
    hidden_rows: np.ndarray[Any, Any]
    hidden_owners: np.ndarray[Any, Any]
    hidden_columns: list[Any]

    def define(
        self, gids: Any, positions: np.ndarray[Any, Any]
    ) -> tuple[list[FieldDefinition], int]:
        """Return the definitions of the fields, and how many values are hidden.

        Parameters
        ----------
        gids
            The gids of all rows.
        positions
            Row -> its position in the frame; -1 if it is not there.
        """
        kept = positions[self.rows] >= 0
        rows, owners = self.rows[kept], self.owners[kept]
        hidden = np.flatnonzero(positions[self.hidden_rows] >= 0)
        values = list(zip(*(column.take(hidden) for column in self.hidden_columns), strict=True))
        fields = []
        for place, cells in enumerate(self.fields):
            is_mine = self.hidden_owners[hidden] == place
            named = gids.take(self.hidden_rows[hidden[is_mine]])
            mine = [value for value, keep in zip(values, is_mine, strict=True) if keep]
            fields.append(cells.define(self.name, named, mine))
        if len(fields) == 1:
            return fields, 0
        of_rows = [gids.take(rows[owners == place]).tolist() for place in range(len(fields))]
        return share_rows(fields, of_rows), len(hidden)


def _to_json_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    if pd.isna(value):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value.isoformat() if isinstance(value, pd.Timestamp) else value


def _unite_fields(name: str, fields: Sequence[_FieldCells]) -> UnitedFields:
    """Unite fields; the first with a value is shown, where a row has several."""
    parts = [field.take_arrays() for field in fields]
    rows = np.concatenate([rows for rows, _ in parts])
    owners = np.repeat(np.arange(len(parts)), [len(rows) for rows, _ in parts])
    columns = [
        arrays[0] if len(arrays) == 1 else _concatenate(arrays)
        for arrays in zip(*(arrays for _, arrays in parts), strict=True)
    ]
    sequence = np.arange(len(rows))
    is_first = np.ones(len(rows), dtype=bool)
    is_filled = is_first
    if len(parts) > 1 and len(np.unique(rows)) < len(rows):
        is_filled = _find_filled(columns)
        sequence = np.lexsort((owners, ~is_filled, rows))
        in_order = rows[sequence]
        is_first = np.r_[True, in_order[1:] != in_order[:-1]]
    shown, rest = sequence[is_first], sequence[~is_first]
    rest = rest[is_filled[rest]]
    is_whole = len(shown) == len(rows) and len(rest) == 0 and is_filled is is_first
    return UnitedFields(
        name,
        fields,
        rows if is_whole else rows[shown],
        owners if is_whole else owners[shown],
        columns if is_whole else [column.take(shown) for column in columns],
        rows[rest],
        owners[rest],
        [column.take(rest) for column in columns],
    )


def _concatenate(arrays: Sequence[Any]) -> Any:
    if isinstance(arrays[0], np.ndarray):
        return np.concatenate(arrays)
    return pd.concat([pd.Series(array) for array in arrays], ignore_index=True).array


def _find_filled(columns: Sequence[Any]) -> np.ndarray[Any, Any]:
    """Return which rows have a value in any of the columns."""
    filled = [
        np.fromiter(map(len, column), np.int64, len(column)) > 0
        if isinstance(column, np.ndarray) and column.dtype == object
        else ~np.asarray(pd.isna(column), dtype=bool)
        for column in columns
    ]
    found: np.ndarray[Any, Any] = np.any(filled, axis=0)
    return found


def _start_column(gid: str, entry: Any) -> _FieldCells:
    kind = field_kind(entry.resource_subtype, entry.representation_type)
    is_computed = entry.representation_type == FORMULA
    return _FieldCells(gid, entry.name or gid, kind, is_computed=is_computed)


def _group_by_field(entries_by_row: Sequence[Any], start: int) -> dict[str, _PageEntries]:
    """Return each field of a page with its entries."""
    # Most rows have the same fields in the same order, as the tasks of one project do.
    alike: dict[tuple[str | None, ...], tuple[list[int], list[Any]]] = {}
    for row, entries in enumerate(entries_by_row, start):
        if entries:
            rows, lists = alike.setdefault(tuple(map(_GID, entries)), ([], []))
            rows.append(row)
            lists.append(entries)
    fields: dict[str, _PageEntries] = {}
    for gids, (rows, lists) in alike.items():
        packed = np.array(rows)
        for place, (gid, column) in enumerate(zip(gids, zip(*lists, strict=True), strict=True)):
            if gid is not None:
                found = fields.setdefault(gid, _PageEntries(place))
                found.rows.append(packed)
                found.entries.extend(column)
    return fields


def _scatter(values: Any, rows: np.ndarray[Any, Any], kind: str, count: int) -> Any:
    """Put values at their rows, and missing ones at all others."""
    everywhere = np.arange(count)
    if len(rows) == count and (rows == everywhere).all():
        return values
    # One extra value represents missing rows.
    places = np.full(count, len(values))
    places[rows] = np.arange(len(values))
    nothing = missing(kind, 1)
    if kind == "tuple":
        return np.concatenate([values, nothing])[places]
    return pd.concat([pd.Series(values), pd.Series(nothing)]).array.take(places)


def _build_categorical(
    values: Any, options: Sequence[str], order: np.ndarray[Any, Any]
) -> pd.Categorical:
    """Return options in the order of the definition, then others as they come."""
    codes, present = pd.factorize(values)
    in_order = pd.factorize(values.take(order))[1]
    known = list(dict.fromkeys([*options, *in_order, *present]))
    place = {name: number for number, name in enumerate(known)}
    # The last entry is where a missing value's code, -1, points.
    ordered = np.array([*(place[name] for name in present), -1], dtype=np.int64)
    return pd.Categorical.from_codes(
        ordered[codes], categories=pd.Index(build_array("text", known))
    )
