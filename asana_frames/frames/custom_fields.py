"""The ``custom_fields`` of records -> one typed column per field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from asana_frames.frames.arrays import array_of
from asana_frames.frames.decode import CUSTOM_FIELD_KEYS
from asana_frames.frames.tolerant import value_of

PREFIX = "cf_"
#: gid of an enum field -> its options in the order of its definition.
Options = Mapping[str, Sequence[str]]

_GID, _NAME, _SUBTYPE, _REPRESENTATION = (
    CUSTOM_FIELD_KEYS[key] for key in ("gid", "name", "resource_subtype", "representation_type")
)


def _at(key: str) -> Callable[[tuple[Any, ...]], Any]:
    place = CUSTOM_FIELD_KEYS[key]
    return lambda entry: entry[place]


_number, _text, _display = _at("number_value"), _at("text_value"), _at("display_value")
_option, _options = _at("enum_value"), _at("multi_enum_values")
_people, _date, _objects = _at("people_value"), _at("date_value"), _at("reference_value")


def _first(struct: Any) -> Any:
    return None if struct is None else msgspec.structs.astuple(struct)[0]


def _names(structs: Any, place: int = 0) -> tuple[Any, ...]:
    return tuple(
        msgspec.structs.astuple(struct)[place] for struct in structs or () if struct is not None
    )


def _moment(entry: tuple[Any, ...]) -> Any:
    """Return the UTC clock time where a date has one, else the day."""
    struct = _date(entry)
    if struct is None:
        return None
    day, moment = msgspec.structs.astuple(struct)
    return moment.rstrip("Z") if moment else day


#: Kind of field -> (value of an entry, kind of its column).
_READERS: dict[str, tuple[Callable[[tuple[Any, ...]], Any], str]] = {
    "number": (_number, "number"),
    "text": (_text, "text"),
    "enum": (lambda entry: _first(_option(entry)), "enum"),
    "multi_enum": (lambda entry: _names(_options(entry)), "tuple"),
    "people": (lambda entry: _names(_people(entry), 1), "tuple"),
    "date": (_moment, "moment"),
    "reference": (lambda entry: _names(_objects(entry)), "tuple"),
    "custom_id": (_display, "text"),
}
_OTHER = (_display, "text")


class _Cells:
    """The values of one field, and the rows they belong to."""

    def __init__(self, gid: str, kind: str) -> None:
        self.gid = gid
        self.name = ""
        self.kind = kind
        self.read, self.column = _READERS.get(kind, _OTHER)
        self.rows: list[int] = []
        self.values: list[Any] = []
        self.gids: list[tuple[str, ...]] = []

    def add(self, row: int, entry: tuple[Any, ...]) -> None:
        self.rows.append(row)
        self.values.append(self.read(entry))
        if self.kind == "people":
            self.gids.append(_names(_people(entry)))


class CustomFields:
    """Collects custom fields page by page."""

    def __init__(self) -> None:
        self._cells: dict[str, _Cells] = {}

    def extend(self, start: int, entries_by_row: Sequence[Any]) -> None:
        """Add the fields of the rows from ``start`` on."""
        cells = self._cells
        astuple = msgspec.structs.astuple
        for row, entries in enumerate(entries_by_row, start):
            for struct in entries or ():
                entry = astuple(struct)
                gid = entry[_GID]
                found = cells.get(gid)
                if found is None:
                    if gid is None:
                        continue
                    found = self._begin(gid, entry)
                found.add(row, entry)

    def _begin(self, gid: str, entry: tuple[Any, ...]) -> _Cells:
        representation = entry[_REPRESENTATION]
        # A formula is typed by what it holds, which its subtype says.
        kind = entry[_SUBTYPE] if representation in (None, "formula") else representation
        return self._declare(gid, str(entry[_NAME] or gid), str(kind))

    def declare(self, fields: Iterable[tuple[str, str, str]]) -> None:
        """Make columns for fields (gid, name, kind) even where no record has them."""
        for gid, name, kind in fields:
            if gid not in self._cells:
                self._declare(gid, name, kind)

    def _declare(self, gid: str, name: str, kind: str) -> _Cells:
        cells = self._cells[gid] = _Cells(gid, kind)
        cells.name = name
        return cells

    def enums(self) -> list[str]:
        """Return the gids of the fields whose options have an order."""
        return [gid for gid, cells in self._cells.items() if cells.kind == "enum"]

    def columns(self, count: int, options: Options) -> dict[str, Any]:
        """Return the columns, ``count`` rows long, in the order the fields were met."""
        names = [cells.name for cells in self._cells.values()]
        made: dict[str, Any] = {}
        for cells in self._cells.values():
            name = PREFIX + cells.name
            if names.count(cells.name) > 1 or name in made:
                name = f"{name}_{cells.gid}"
            made[name] = _column(cells, count, options)
            if cells.kind == "people":
                made[f"{name}_gids"] = _spread(cells.rows, cells.gids, count, ())
        return made


def _column(cells: _Cells, count: int, options: Options) -> Any:
    if cells.column == "tuple":
        return _spread(cells.rows, cells.values, count, ())
    values = _spread(cells.rows, cells.values, count, None)
    if cells.column == "enum":
        return _categorical(values, options.get(cells.gid, ()))
    if cells.column == "moment":
        return _moments(values, cells.name)
    if cells.column == "number":
        return array_of("number", [value_of("number", value) for value in values])
    return array_of(cells.column, list(values), cells.name)


def _spread(rows: list[int], values: Sequence[Any], count: int, empty: Any) -> Any:
    """Put values at their rows and ``empty`` at all others."""
    whole = np.fromiter((empty for _ in range(count)), dtype=object, count=count)
    if rows:
        whole[np.asarray(rows)] = np.fromiter(values, dtype=object, count=len(rows))
    return whole


def _categorical(values: Any, options: Sequence[str]) -> pd.Categorical:
    """Return options in the order of the definition, then others as they come."""
    known = dict.fromkeys([*options, *(value for value in values if value is not None)])
    categories = pd.Index(list(known), dtype=object)
    places = {name: place for place, name in enumerate(categories)}
    codes = np.fromiter((places.get(value, -1) for value in values), np.int64, len(values))
    return pd.Categorical.from_codes(codes, categories=_text_index(categories))


def _text_index(names: pd.Index[Any]) -> pd.Index[Any]:
    return pd.Index(array_of("text", list(names)))


def _moments(values: Any, name: str) -> Any:
    """Return days, and the UTC clock times among them, as naive ``datetime64[us]``."""
    return array_of("datetime", [value and f"{value}Z" for value in values], name).tz_localize(None)
