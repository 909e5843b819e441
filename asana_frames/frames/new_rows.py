"""Rows of a table that have no gid yet -> the changes that create them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import unescape
from itertools import zip_longest
from typing import Any

import numpy as np

from asana_frames.catalog import load
from asana_frames.frames.cells import format_text
from asana_frames.frames.change_table import Change
from asana_frames.frames.compared_cells import (
    ComparedFrames,
    TypedColumns,
    is_disarmed,
    list_values,
)
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.formula_text import restore_formula
from asana_frames.frames.known_names import read_known_names
from asana_frames.frames.problems import Problem
from asana_frames.frames.writable_columns import (
    DEPENDS_ON,
    KEY,
    PARENT,
    PROJECTS,
    SECTION,
    SECTIONS,
    WritableField,
    column_kinds,
    find_creation_obstacle,
    find_resource,
    is_on_day,
    list_containers,
    list_creation_fields,
    list_writable_fields,
)
from asana_frames.types import CLEAR

_NOTES, _HTML, _WORKSPACE = "notes", "html_notes", "workspace"
_TAG = re.compile(r"<[^>]*>")
#: How columns end that say where a row was found.
_GID_ENDS = ("_gid", "_gids")
#: The fewest digits of a gid, where rows have keys of digits as well.
_GID_DIGITS = 10


def new_row_kinds(record: str, columns: Iterable[str]) -> dict[str, str]:
    """Return the kinds of the columns of a table of new rows, as far as their names tell."""
    methods = {one.method: one for one in load().operations_of(find_resource(record))}
    create = methods.get("create")
    body = create.body if create else ()
    kinds: dict[str, str] = {field.name: field.kind for field in body if field.kind != "json"}
    kinds |= {field.name: "tuple" for field in body if field.many}
    kinds |= {one.name: "tuple" for one in list_writable_fields(record) if one.form == "items"}
    kinds |= dict.fromkeys((KEY, PARENT, SECTION, *list_containers(record)), "text")
    kinds[DEPENDS_ON] = "tuple"
    return {name: kind for name, kind in (kinds | column_kinds(record)).items() if name in columns}


class NewRows:
    """The rows of a table that are to be created.

    Parameters
    ----------
    columns
        The table, typed.
    names
        Its columns.
    rows
        The places of the new rows.
    record
        The record type of the rows.
    fields
        The fields of columns that other objects have too.
    computed
        Columns of custom fields that Asana works out.
    frames
        The frame that the table was made from, and the table: they tell what gids are called, and
        whether text was marked for spreadsheets. None if there is none, and every other column is
        a field.
    """

    def __init__(
        self,
        columns: TypedColumns,
        names: Sequence[str],
        rows: np.ndarray[Any, Any],
        record: str,
        fields: Sequence[WritableField],
        *,
        computed: Collection[str] = (),
        frames: ComparedFrames | None = None,
    ) -> None:
        self._columns = columns
        self._names = list(names)
        self._rows = rows
        self._record = record
        self._fields = [*fields, *list_creation_fields(record)]
        self._computed = computed
        self._before = None if frames is None else frames.before
        self._frames = frames
        #: Columns that cannot be written -> in how many of the rows they have a value.
        self.not_written: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.keys = self._list_keys()

    def _list_keys(self) -> list[str]:
        wanted = [KEY, *(["gid"] if self._before is None else [])]
        name = next((one for one in wanted if one in self._names), None)
        given = [None] * len(self._rows) if name is None else self._list_cells(name)
        return [
            str(key) if key is not None else f"row {row}"
            for key, row in zip(given, self._rows.tolist(), strict=True)
        ]

    def _list_cells(self, name: str) -> list[Any]:
        if name not in self._names:
            return [None] * len(self._rows)
        column, is_cleared = self._columns.read(name)
        cells = list_values(column.iloc[self._rows])
        if self._frames and any(map(is_disarmed, cells)) and not self._frames.keeps_formulas:
            cells = [restore_formula(one) if isinstance(one, str) else one for one in cells]
        if is_cleared is None:
            # Of a row that is new there is nothing to clear.
            return [None if cell is CLEAR else cell for cell in cells]
        return [
            None if cleared or cell is CLEAR else cell
            for cell, cleared in zip(cells, is_cleared[self._rows], strict=True)
        ]

    def build(self) -> list[list[Change]]:
        """Return the changes that create each row."""
        obstacle = find_creation_obstacle(self._record)
        if obstacle:
            for place in range(len(self._rows)):
                self._refuse(place, "gid", None, f"it is a new row, and {obstacle}")
            return [[] for _ in self._rows]
        values: list[dict[str, Any]] = [{} for _ in self._rows]
        for name, cells in self._list_fields():
            for place, cell in enumerate(cells):
                if cell is not None:
                    self._put(values[place], place, name, cell)
        for place, row in enumerate(values):
            self._choose_notes(place, row)
            if PROJECTS in row or PARENT in row:
                # Which say where the object is.
                row.pop(_WORKSPACE, None)
        self._find_parents(values)
        resource = find_resource(self._record)
        return [
            [Change(resource, "create", None, key, name, new=value) for name, value in row.items()]
            for key, row in zip(self.keys, values, strict=True)
        ]

    def _put(self, row: dict[str, Any], place: int, name: str, value: Any) -> None:
        """Give a field its value; two columns may tell it."""
        given = row.get(name)
        if given is None or given == value:
            row[name] = value
        elif isinstance(given, tuple) and isinstance(value, tuple):
            row[name] = tuple(dict.fromkeys([*given, *value]))
        else:
            why = f"columns say that it is {given!r} and {value!r}: leave one of them blank"
            self._refuse(place, name, value, why)

    def _refuse(self, place: int, column: str, value: Any, why: str) -> None:
        self.problems.append(Problem(int(self._rows[place]), column, value, why))

    def _choose_notes(self, place: int, row: dict[str, Any]) -> None:
        """Leave out the plain text of notes, which Asana does not take beside their HTML."""
        notes, html = row.get(_NOTES), row.get(_HTML)
        if notes is None or html is None:
            return
        del row[_NOTES]
        if _fold(unescape(_TAG.sub(" ", html))) != _fold(notes):
            why = f"{_HTML} says something else: leave one of both blank"
            self._refuse(place, _NOTES, notes, why)

    def _find_parents(self, rows: Sequence[dict[str, Any]]) -> None:
        """Replace the names of parents that are new rows by the keys of these."""
        places: dict[Any, list[int]] = {}
        for place, row in enumerate(rows):
            places.setdefault(row.get("name"), []).append(place)
        for place, row in enumerate(rows):
            name = row.get(PARENT)
            called = places.get(name, []) if name is not None and name not in self.keys else []
            if called and (len(called) > 1 or self._is_known_name(name)):
                why = f"several are called {name!r}: write the gid of one, or its `key`"
                self._refuse(place, PARENT, name, why)
            elif called:
                row[PARENT] = self.keys[called[0]]

    def _is_known_name(self, name: Any) -> bool:
        if self._before is None or not self._before.has("name"):
            return False
        names, _ = self._before.read("name")
        return bool((names == name).any())

    def _list_fields(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the fields and their values, in the order of the columns."""
        by_column = {column: field for field in self._fields for column in field.columns}
        done: set[WritableField] = set()
        for name in self._names:
            field = by_column.get(name)
            if field is None:
                yield from self._list_plain_field(name)
            elif field not in done:
                done.add(field)
                yield from self._list_field(field)

    def _list_plain_field(self, name: str) -> Iterator[tuple[str, list[Any]]]:
        if name in ("gid", KEY):
            return
        if self._is_field(name):
            cells = self._list_cells(name)
            yield name, [*map(_name_rows, cells)] if name == DEPENDS_ON else cells
            return
        count = sum(cell is not None for cell in self._list_cells(name))
        if count:
            self.not_written[name] = count

    def _is_field(self, name: str) -> bool:
        if name in self._computed:
            return False
        if name in column_kinds(self._record) and name not in new_row_kinds(self._record, [name]):
            return False
        is_known = name.startswith(PREFIX) or name in _list_create_fields(self._record)
        is_own = name not in column_kinds(self._record) and not name.endswith(_GID_ENDS)
        return is_known or (self._before is None and is_own)

    def _list_field(self, field: WritableField) -> Iterator[tuple[str, list[Any]]]:
        if field.form == "memberships":
            yield from self._list_memberships(field)
        elif field.form == "time":
            yield from self._list_times(field)
        elif len(field.columns) == 1:
            yield field.name, self._list_cells(field.columns[0])
        else:
            gids, names = field.columns
            items = self._list_items(gids, names)
            is_list = field.form in ("list", "items")
            yield field.name, [made if is_list else made and made[0] for made in items]

    def _list_times(self, field: WritableField) -> Iterator[tuple[str, list[Any]]]:
        """Yield the days and moments, of which one is written: the moment tells more."""
        days, moments = map(self._list_cells, field.columns)
        for place, (day, at) in enumerate(zip(days, moments, strict=True)):
            if day is not None and at is not None and not is_on_day(at, day):
                self._refuse(
                    place, field.columns[0], day, f"{at} is not on {day}: leave one of both blank"
                )
        if field.names[0] == field.names[1]:
            both = zip(days, moments, strict=True)
            yield field.name, [day if at is None else at for day, at in both]
            return
        yield field.names[1], moments
        both = zip(days, moments, strict=True)
        yield field.names[0], [day if at is None else None for day, at in both]

    def _list_items(self, gid: str, name: str) -> list[tuple[Any, ...] | None]:
        """Return what cells refer to: by gid where there is one, else by name."""
        gids, names = self._list_cells(gid), self._list_cells(name)
        both = [one for one, called in zip(gids, names, strict=True) if one and called]
        known = {} if self._before is None else read_known_names(self._before, gid, name, both)
        made: list[tuple[Any, ...] | None] = []
        for place, cells in enumerate(zip(gids, names, strict=True)):
            of_gid, of_name = ((one if isinstance(one, tuple) else (one,)) for one in cells)
            if None not in cells and len(of_gid) != len(of_name):
                why = f"there are {len(of_gid)} gid(s) and {len(of_name)} name(s)"
                self._refuse(place, name, cells[1], f"{why}: leave one of both blank")
            for one, called in zip(of_gid, of_name, strict=False):
                if called is not None and called not in known.get(one, [called]):
                    why = f"{one} is not the gid of {called!r}: leave one of both blank"
                    self._refuse(place, name, called, why)
            pairs = zip_longest(of_gid, of_name)
            items = tuple(called if one is None else one for one, called in pairs)
            made.append(items if any(one is not None for one in items) else None)
        return made

    def _list_memberships(self, field: WritableField) -> Iterator[tuple[str, list[Any]]]:
        """Yield the projects of new tasks, and their sections in them."""
        projects = self._list_items(*field.columns[:2])
        sections = self._list_items(*field.columns[2:])
        lone: list[Any] = [None] * len(self._rows)
        paired: list[Any] = [None] * len(self._rows)
        for place, (of_row, within) in enumerate(zip(projects, sections, strict=True)):
            if within is None:
                continue
            if of_row is None and len(within) == 1:
                # It is a section of the project that the new tasks go to.
                lone[place] = within[0]
            elif of_row is None or len(of_row) != len(within) or None in of_row:
                count = len(_list_known(of_row or ()))
                why = f"{count} project(s) have {len(_list_known(within))} section(s)"
                self._refuse(place, field.columns[3], within, why)
            else:
                pairs = zip(of_row, within, strict=True)
                paired[place] = tuple(pair for pair in pairs if pair[1] is not None)
        yield PROJECTS, projects
        yield SECTIONS, paired
        yield SECTION, lone


def _list_known(items: Iterable[Any]) -> list[Any]:
    return [one for one in items if one is not None]


def _fold(text: str) -> str:
    return "".join(text.split())


def _name_rows(cell: Any) -> Any:
    """Return the keys of a cell as text, which keys are."""
    if not isinstance(cell, tuple):
        return cell
    return tuple(format_text(one) for one in cell if one is not None) or None


def _list_create_fields(record: str) -> frozenset[str]:
    methods = {one.method: one for one in load().operations_of(find_resource(record))}
    create = methods.get("create")
    known = {field.name for field in (create.body if create else ())}
    items = {field.name for field in list_writable_fields(record) if field.form == "items"}
    return frozenset(known | items | {PARENT, SECTION, DEPENDS_ON, *list_containers(record)})


def find_key_problems(
    keys: Sequence[str],
    rows: Sequence[int],
    changes: Sequence[Sequence[Change]],
    *,
    has_all: bool = True,
) -> list[Problem]:
    """Return what is wrong with keys: used twice, not there, or in a circle.

    Parameters
    ----------
    keys, rows, changes
        Of each row, what names it, its place, and the changes that create it.
    has_all
        Whether what is neither a key nor a gid is wrong: otherwise it may be a name.
    """
    places: dict[str, int] = {}
    problems = []
    for key, row in zip(keys, rows, strict=True):
        if places.setdefault(key, row) != row:
            why = f"row {places[key]} has the key {key!r} too"
            problems.append(Problem(row, KEY, key, why))
    repeated = {problem.row for problem in problems}
    missing: list[Problem] = []
    links: dict[str, dict[str, list[str]]] = {PARENT: {}, DEPENDS_ON: {}}
    for key, row, made in zip(keys, rows, changes, strict=True):
        for change in made:
            named = change.new if isinstance(change.new, tuple) else (change.new,)
            for one in named if change.field in links else ():
                if one in places:
                    # Of a row whose key is wrong nobody knows what it is to be called.
                    if row not in repeated:
                        links[str(change.field)].setdefault(key, []).append(one)
                elif has_all and not _is_gid(str(one), places):
                    why = f"{one!r} is neither the key of a row nor a gid"
                    missing.append(Problem(row, str(change.field), one, why))
    if len({problem.value for problem in missing}) > len(repeated):
        # Else they are what the rows are to be called that have the key of another one.
        problems += missing
    for field, by_key in links.items():
        circle = find_circle(by_key)
        if circle:
            why = f"these rows wait for each other: {' -> '.join(circle)}"
            problems.append(Problem(places[circle[0]], field, circle[0], why))
    return sorted(problems)


def _is_gid(text: str, keys: Mapping[str, Any]) -> bool:
    return text.isdigit() and (len(text) >= _GID_DIGITS or not any(map(str.isdigit, keys)))


def find_circle(links: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the keys of a circle, the first one again at its end; nothing if there is none."""
    done: set[str] = set()
    for start in links:
        path = {start: iter(links[start])}
        while path:
            key = next(reversed(path))
            step = next(path[key], None)
            if step is None:
                done.add(key)
                del path[key]
            elif step in path:
                circle = list(path)
                return [*circle[circle.index(step) :], step]
            elif step not in done:
                path[step] = iter(links.get(step, ()))
    return []
