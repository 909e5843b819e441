"""The ``custom_fields`` of records -> one typed column per field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import ColumnBuffer, build_array, missing
from asana_frames.frames.cached_reader import CachedReader
from asana_frames.frames.decode import custom_field_values

PREFIX = "cf_"
#: Ends the column that holds the gids of a people field.
GIDS_SUFFIX = "_gids"
#: gid of an enum field -> its options in the order of its definition.
Options = Mapping[str, Sequence[str]]


def field_kind(subtype: str | None, representation: str | None) -> str:
    """Return the kind of a custom field: a formula has the kind of what it computes."""
    return (subtype if representation in (None, "formula") else representation) or ""


def _option_name(value: Any) -> Any:
    return value and value.name


def _item_names(values: Any) -> tuple[Any, ...]:
    return tuple(value.name for value in values or () if value is not None)


def _item_names_and_gids(values: Any) -> tuple[Any, ...]:
    return _item_names(values), tuple(value.gid for value in values or () if value is not None)


def _date_text(value: Any) -> Any:
    """Return the UTC clock time where a date has one, else the day."""
    return value and (value.date_time or (value.date and f"{value.date}T00:00:00.000Z"))


#: Kind of field -> (key of its value, what converts it, kind of its column).
_READERS: dict[str, tuple[str, Callable[[Any], Any] | None, str]] = {
    "number": ("number_value", None, "number"),
    "text": ("text_value", None, "text"),
    "enum": ("enum_value", _option_name, "text"),
    "multi_enum": ("multi_enum_values", _item_names, "tuple"),
    "people": ("people_value", _item_names_and_gids, "tuple"),
    "date": ("date_value", _date_text, "datetime"),
    "reference": ("reference_value", _item_names, "tuple"),
    "custom_id": ("display_value", None, "text"),
}
#: Kinds that are not known are shown as Asana displays them.
_OTHER = ("display_value", None, "text")
_GID = attrgetter("gid")


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


class _FieldColumn:
    """The values of one field, and the rows they belong to."""

    def __init__(self, gid: str, name: str, kind: str) -> None:
        self.gid = gid
        self.name = name
        self.kind = kind
        key, convert, self.column = _READERS.get(kind, _OTHER)
        self._get = attrgetter(key)
        self._reader = None if convert is None else _cached_reader(key, convert)
        self._rows: list[np.ndarray[Any, Any]] = []
        #: Place among the fields of its row, of the first entry of each page.
        self._heads: list[int] = []
        self._values = ColumnBuffer.of(self.column, name)
        self._gids = ColumnBuffer.of("tuple", name)

    def cell_values(self, entries: Sequence[Any]) -> list[Any]:
        """Return the values of entries."""
        values = list(map(self._get, entries))
        return values if self._reader is None else self._reader.values(values)

    def extend(self, rows: np.ndarray[Any, Any], head: int, values: Sequence[Any]) -> None:
        """Add the values of a page; the first entry is at place ``head`` of its row."""
        self._rows.append(rows)
        self._heads.append(head)
        if self.kind == "people":
            values, gids = zip(*values, strict=True)
            self._gids.extend(gids)
        self._values.extend(values)

    def first_position(self, rank: np.ndarray[Any, Any]) -> tuple[int, int]:
        """Return where the field first occurs: the rank of the row, and its position in it."""
        pages = zip(self._rows, self._heads, strict=True)
        return min(((int(rank[rows].min()), head) for rows, head in pages), default=(len(rank), 0))

    def columns(
        self, name: str, count: int, options: Options, order: np.ndarray[Any, Any]
    ) -> Iterator[tuple[str, Any]]:
        """Yield the columns of the field, ``count`` rows long; the cells are used up."""
        rows = np.concatenate(self._rows) if self._rows else np.empty(0, np.int64)
        values = _scatter(self._values.array(), rows, self.column, count)
        if self.kind == "enum":
            values = _build_categorical(values, options.get(self.gid, ()), order)
        elif self.column == "datetime":
            # Days, and the UTC clock times among them: naive, so that the dtype is always one.
            values = values.tz_localize(None)
        yield name, values
        if self.kind == "people":
            yield f"{name}_gids", _scatter(self._gids.array(), rows, "tuple", count)


def _cached_reader(key: str, convert: Callable[[Any], Any]) -> CachedReader:
    return CachedReader(lambda texts: map(convert, custom_field_values(key, texts)))


class CustomFields:
    """Collects custom fields page by page."""

    def __init__(self) -> None:
        self._cells: dict[str, _FieldColumn] = {}

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

    def declare(self, fields: Iterable[tuple[str, str, str]]) -> None:
        """Make columns for fields (gid, name, kind) even where no record has them."""
        for gid, name, kind in fields:
            if gid not in self._cells:
                self._cells[gid] = _FieldColumn(gid, name, kind)

    def enums(self) -> list[str]:
        """Return the gids of the fields whose options have an order."""
        return [gid for gid, cells in self._cells.items() if cells.kind == "enum"]

    def columns(self, count: int, options: Options, order: np.ndarray[Any, Any]) -> dict[str, Any]:
        """Return the columns, ``count`` rows long.

        Parameters
        ----------
        count
            Rows that were collected.
        options
            Options of enum fields in the order of their definition.
        order
            The rows in the order of the frame: fields come in the order they are met there,
            whichever page arrived first.
        """
        rank = np.full(count + 1, count)
        rank[order] = np.arange(len(order))
        cells = sorted(self._cells.values(), key=lambda cell: cell.first_position(rank))
        names = [cell.name for cell in cells]
        made: dict[str, Any] = {}
        for cell in cells:
            name = PREFIX + cell.name
            taken = {name, f"{name}_gids"} & made.keys()
            if names.count(cell.name) > 1 or taken:
                name = f"{name}_{cell.gid}"
            made |= cell.columns(name, count, options, order)
        return made


def _start_column(gid: str, entry: Any) -> _FieldColumn:
    kind = field_kind(entry.resource_subtype, entry.representation_type)
    return _FieldColumn(gid, entry.name or gid, kind)


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
