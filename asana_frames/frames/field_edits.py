"""Cells that differ -> the edits of the fields that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import starmap, zip_longest
from typing import Any, NamedTuple

from asana_frames.frames.cells import format_text
from asana_frames.frames.compared_cells import Cell, ComparedFrames
from asana_frames.frames.known_names import read_known_names
from asana_frames.frames.problems import Problem
from asana_frames.frames.writable_columns import (
    DEPENDENCIES,
    DEPENDS_ON,
    MEMBERSHIPS,
    PROJECTS,
    SECTION,
    SECTIONS,
    WritableField,
    is_on_day,
)
from asana_frames.types import CLEAR


class Edit(NamedTuple):
    """An edit of a field in one of the rows that two frames have in common."""

    row: int
    action: str
    field: str
    old: Any
    new: Any


class _Conflict(ValueError):
    """Two columns say different things."""


#: The new value of a cell that had one and is blank now.
BLANK = None


def _prefer_moment(day: Cell | None, moment: Cell | None) -> bool:
    """Return whether of a day and its moment the moment counts."""
    if day is None or moment is None:
        return day is None
    if BLANK in (day.new, moment.new):
        return day.new is BLANK and moment.new is not BLANK
    if moment.new is CLEAR:
        return False
    if day.new is CLEAR:
        raise _Conflict("the day is cleared, and the moment is not")
    if not is_on_day(moment.new, day.new):
        raise _Conflict(f"both were changed, and {moment.new} is not on {day.new}")
    return True


#: Cells that differ, by the number of their row.
_Cells = dict[int, Cell]


class EditFinder:
    """Finds the edits of fields, and the problems of rows.

    Parameters
    ----------
    frames
        The frames that are compared.
    clears
        Whether a cell that is blank now is emptied.
    """

    def __init__(self, frames: ComparedFrames, *, clears: bool) -> None:
        self._frames = frames
        self._clears = clears
        self.problems: list[Problem] = []
        #: How many cells had a value, are blank now and are left alone.
        self.blank = 0

    def find(self, field: WritableField) -> list[Edit]:
        """Return the edits of a field."""
        how: dict[str, Callable[[WritableField], Iterator[Edit]]] = {
            "value": self._find_values,
            "time": self._find_times,
            "reference": self._find_references,
            "list": self._find_lists,
            "items": self._find_items,
            "memberships": self._find_memberships,
        }
        return list(how[field.form](field))

    def _compare(self, name: str) -> _Cells:
        frames = self._frames
        both = frames.before.has(name) and frames.after.has(name)
        return frames.compare(name) if both else {}

    def _list_old(self, name: str, rows: Iterable[int]) -> dict[int, Any]:
        listed = list(rows)
        if not self._frames.before.has(name):
            return dict.fromkeys(listed)
        return dict(zip(listed, self._frames.list_old(name, listed), strict=True))

    def _settle(self, new: Any) -> Any:
        """Return the new value of a field whose cells are blank: ``CLEAR``, or nothing."""
        if new is not BLANK:
            return new
        if self._clears:
            return CLEAR
        self.blank += 1
        return BLANK

    def _update(self, row: int, field: str, old: Any, new: Any) -> Iterator[Edit]:
        settled = self._settle(new)
        if (
            settled is not BLANK
            and not _are_alike(old, settled)
            and not (settled is CLEAR and old is None)
        ):
            yield Edit(row, "update", field, CLEAR if old is None else old, settled)

    def _refuse(
        self, row: int, field: WritableField, cause: _Conflict, *cells: Cell | None
    ) -> None:
        """Remember that the cells of a field do not fit."""
        shown = ", ".join(repr(cell.new) for cell in cells if cell is not None)
        self.problems.append(Problem(row, ", ".join(field.columns), shown, str(cause)))

    def _find_values(self, field: WritableField) -> Iterator[Edit]:
        for row, cell in self._compare(field.columns[0]).items():
            yield from self._update(row, field.name, *cell)

    def _find_times(self, field: WritableField) -> Iterator[Edit]:
        """Yield the edits of a day and its moment, of which only one is written."""
        day, moment = field.columns
        days, moments = self._compare(day), self._compare(moment)
        rows = sorted({*days, *moments})
        was = self._list_old(day, rows), self._list_old(moment, rows)
        for row in rows:
            at, on = moments.get(row), days.get(row)
            try:
                name, new = self._choose_time(field, on, at, was[0][row])
            except _Conflict as cause:
                self._refuse(row, field, cause, on, at)
                continue
            # Either is lost when the other is written, and the moment tells more.
            yield from self._update(row, name, was[1][row] or was[0][row], new)

    def _choose_time(
        self, field: WritableField, on: Cell | None, at: Cell | None, day: Any
    ) -> tuple[str, Any]:
        """Return which field of a day and its moment is written, and its new value."""
        is_moment = _prefer_moment(on, at)
        cell = at if is_moment else on
        assert cell is not None  # one of them has changed
        is_emptied = cell.new is CLEAR or (cell.new is BLANK and self._clears)
        is_day_left = on is None or (on.new is BLANK and not self._clears)
        if is_moment and is_emptied and is_day_left and day is not None:
            # Without its time of day, the day is left; to empty the moment empties both.
            return field.names[0], day
        return field.names[int(is_moment)], cell.new

    def _compare_pair(self, field: WritableField) -> tuple[_Cells, _Cells]:
        """Return the cells of gids and names; those of a column called like the field as well."""
        gids, names = map(self._compare, field.columns)
        added = self._frames.list_added(field.name) if self.is_known(field) else {}
        for row, value in added.items():
            if row in gids or row in names:
                cause = _Conflict(f"{field.name} says {value!r}: leave one of them as it was")
                self._refuse(row, field, cause, gids.get(row), names.get(row))
            is_gid = all(isinstance(one, str) and one.isdigit() for one in _to_tuple(value))
            (gids if is_gid else names)[row] = Cell(None, value)
        return gids, names

    def is_known(self, field: WritableField) -> bool:
        """Return whether the frame before tells what a field holds."""
        has = self._frames.before.has
        # Projects and sections are two pairs of columns.
        return all(
            any(map(has, field.columns[at : at + 2])) for at in range(0, len(field.columns), 2)
        )

    def _find_references(self, field: WritableField) -> Iterator[Edit]:
        gid, name = field.columns
        gids, names = self._compare_pair(field)
        rows = sorted({*gids, *names})
        known = self._list_old(gid, rows), self._list_old(name, rows)
        pairs = self._pairs(gid, name, gids, names)
        for row in rows:
            try:
                new = pairs.choose(gids.get(row), names.get(row))
            except _Conflict as cause:
                self._refuse(row, field, cause, gids.get(row), names.get(row))
                continue
            if new is BLANK or new != known[1][row]:
                yield from self._update(row, field.name, known[0][row] or known[1][row], new)

    def _pairs(self, gid: str, name: str, gids: _Cells, names: _Cells) -> _Pairs:
        """Return which gids and names go together, as far as rows with both changed ask."""
        wanted = [gids[row].new for row in gids.keys() & names.keys()]
        return _Pairs(read_known_names(self._frames.before, gid, name, wanted))

    def _find_lists(self, field: WritableField) -> Iterator[Edit]:
        """Yield the edits of lists that are written as a whole."""
        for row, (old, new) in self._compare_items(field).items():
            yield from self._update(row, field.name, old or None, new)

    def _find_items(self, field: WritableField) -> Iterator[Edit]:
        """Yield the items that are added to lists, and removed from them."""
        if field.name == DEPENDENCIES and self.is_known(field):
            yield from self._add_dependencies(field)
        for row, (old, new) in self._compare_items(field).items():
            settled = self._settle(new)
            if settled is not BLANK:
                items = () if settled is CLEAR else settled
                yield from _add_and_remove(row, field.name, old, items)

    def _add_dependencies(self, field: WritableField) -> Iterator[Edit]:
        """Yield what tasks depend on by a column of tables of new tasks, which only adds."""
        added = self._frames.list_added(DEPENDS_ON)
        old = self._list_old(field.columns[0], added)
        for row, value in added.items():
            known = list(old[row] or ())
            items = [] if value is CLEAR else map(format_text, _list_items(value))
            now = [] if value is CLEAR else [*known, *items]
            yield from _add_and_remove(row, field.name, known, now)

    def _compare_items(self, field: WritableField) -> dict[int, Cell]:
        """Return the items of the lists that have changed, by gid where it is known."""
        gid, name = field.columns
        gids, names = self._compare_pair(field)
        rows = sorted({*gids, *names})
        were = self._list_old(gid, rows), self._list_old(name, rows)
        pairs = self._pairs(gid, name, gids, names)
        found: dict[int, Cell] = {}
        for row in rows:
            old = _align(were[0][row], were[1][row])
            try:
                new = pairs.choose_items(old, gids.get(row), names.get(row))
            except _Conflict as cause:
                self._refuse(row, field, cause, gids.get(row), names.get(row))
                continue
            found[row] = Cell(tuple(map(_name_item, old)), new)
        return found

    def _find_memberships(self, field: WritableField) -> Iterator[Edit]:
        cells = [self._compare(name) for name in field.columns]
        added = self._frames.list_added(SECTION) if self.is_known(field) else {}
        rows = sorted({row for known in (*cells, added) for row in known})
        were = [self._list_old(name, rows) for name in field.columns]
        projects, sections = (
            self._pairs(field.columns[at], field.columns[at + 1], cells[at], cells[at + 1])
            for at in (0, 2)
        )
        homes = self._find_homes(field, cells[2].values())
        for row in rows:
            old = [_align(were[at][row], were[at + 1][row]) for at in (0, 2)]
            new = [known.get(row) for known in cells]
            try:
                yield from self._move(
                    row,
                    old,
                    projects.choose_items(old[0], *new[:2]),
                    _join_section(sections.choose_aligned(*new[2:]), added.get(row)),
                    homes,
                )
            except _Conflict as cause:
                self._refuse(row, field, cause, *new)

    def _find_homes(
        self, field: WritableField, cells: Iterable[Cell]
    ) -> Mapping[str, Collection[_Item]]:
        """Return the projects of sections, as far as the frame has them."""
        asked = {one for cell in cells for one in _to_tuple(cell.new)}
        homes: dict[str, set[_Item]] = {}
        lists = [
            self._frames.before.read(name)[0].tolist()
            for name in (*field.columns[:2], field.columns[2])
            if asked and self._frames.before.has(name)
        ]
        if len(lists) == len(MEMBERSHIPS) - 1:
            for gids, names, sections in zip(*lists, strict=True):
                if not asked.isdisjoint(sections):
                    for item, section in zip(_align(gids, names), sections, strict=False):
                        homes.setdefault(section, set()).add(item)
        return homes

    def _move(
        self,
        row: int,
        old: Sequence[_Items],
        projects: Any,
        sections: Any,
        homes: Mapping[str, Collection[_Item]],
    ) -> list[Edit]:
        """Return the edits of the projects of a task, and of its sections in them."""
        if projects is BLANK:
            projects = _UNCHANGED if self._settle(BLANK) is BLANK else CLEAR
        elif sections is BLANK and projects is not CLEAR:
            # A task of a project is always in a section.
            self.blank += 1
        if sections is CLEAR and projects is not CLEAR:
            raise _Conflict("a task of a project is always in a section: name another one")
        was = [*map(_name_item, old[0])]
        now = was if projects is _UNCHANGED else [] if projects is CLEAR else [*projects]
        edits = list(_add_and_remove(row, PROJECTS, was, now))
        if isinstance(sections, _Item) and not now:
            raise _Conflict("the task is in no project, so it has no section")
        if not now or sections in (_UNCHANGED, BLANK, CLEAR):
            return edits
        if isinstance(sections, _Item) and len(now) == 1:
            sections = [sections]
        if isinstance(sections, _Item):
            raise _Conflict(
                f"the task is in {len(now)} projects: write {MEMBERSHIPS[3]}, not {SECTION}"
            )
        if len(sections) != len(now):
            raise _Conflict(f"{len(now)} project(s) have {len(sections)} section(s)")
        known = dict(zip(was, old[1], strict=False))
        for project, section in zip(now, sections, strict=True):
            before = known.get(project)
            if not _is_in(section, before):
                new = _place_section(project, section, homes)
                edits.append(Edit(row, "add", SECTIONS, _name_section(project, before), new))
        return edits


class _Item(NamedTuple):
    """An item of a list, as far as it is known."""

    gid: str | None
    name: str | None


_Items = list[_Item]
#: A list that nobody changed.
_UNCHANGED: Any = object()


class _Pairs:
    """Which names go with which gids, as the frame before has them."""

    def __init__(self, names: Mapping[Any, Set[Any]]) -> None:
        self._names = names

    def _check(self, gid: Any, name: Any) -> None:
        if gid is None or name is None:
            return
        names = self._names.get(gid)
        if names is None:
            raise _Conflict(
                f"gid and name were both changed, and whether {gid} is {name!r} is not known: "
                f"leave one as it was"
            )
        if name not in names:
            raise _Conflict(f"both were changed, and {gid} is not the gid of {name!r}")

    def choose(self, gid: Cell | None, name: Cell | None) -> Any:
        """Return the value of a reference of which one cell was changed, or both."""
        cell = self._choose_cell(gid, name)
        if cell is None:
            assert gid is not None
            assert name is not None
            self._check(gid.new, name.new)
            return gid.new
        return cell.new

    def _choose_cell(self, gid: Cell | None, name: Cell | None) -> Cell | None:
        """Return the cell that counts; None if both have a value."""
        if gid is None or name is None:
            return gid or name
        if BLANK in (gid.new, name.new):
            return name if gid.new is BLANK else gid
        if CLEAR not in (gid.new, name.new):
            return None
        if gid.new is not name.new:
            raise _Conflict("both were changed, and only one of them is cleared")
        return gid

    def choose_items(self, old: _Items, gids: Cell | None, names: Cell | None) -> Any:
        """Return the items of a list, by gid where it is known."""
        if gids is None and names is None:
            return _UNCHANGED
        cell = self._choose_cell(gids, names)
        if cell is None:
            self.choose_aligned(gids, names)
            cell = gids
        assert cell is not None  # one of them has changed
        if cell.new is BLANK or cell.new is CLEAR:
            return cell.new
        # What is written as a gid may be a name of digits.
        return tuple(_find_gids(_list_items(cell.new), old))

    def choose_aligned(self, gids: Cell | None, names: Cell | None) -> Any:
        """Return the items of a list whose places count, with their gid or name."""
        if gids is None and names is None:
            return _UNCHANGED
        cell = self._choose_cell(gids, names)
        if cell is not None:
            if cell.new is BLANK or cell.new is CLEAR:
                return cell.new
            is_gid = cell is gids
            return [
                _Item(one, None) if is_gid else _Item(None, one) for one in _to_tuple(cell.new)
            ]
        assert gids is not None
        assert names is not None
        items = _align(gids.new, names.new)
        if len(_to_tuple(gids.new)) != len(_to_tuple(names.new)):
            raise _Conflict("both were changed, and one of them has more items")
        for item in items:
            self._check(*item)
        return items


def _to_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _list_items(value: Any) -> list[Any]:
    return [item for item in _to_tuple(value) if item is not None]


def _find_gids(names: Iterable[Any], old: _Items) -> Iterator[Any]:
    """Yield the gids of the names that a list had before, and the names that are new to it."""
    left, listed = list(old), list(names)
    for name in dict.fromkeys(listed):
        called = sum(item.name == name for item in old)
        if listed.count(name) < called and called > 1:
            raise _Conflict(f"{called} of them are called {name!r}: edit the gids, not the names")
    for name in listed:
        # One that comes again is the same, unless several are called so.
        known = next((item for item in (*left, *old) if name in item), None)
        if known in left:
            left.remove(known)
        yield name if known is None else _name_item(known)


def _name_item(item: _Item) -> Any:
    return item.name if item.gid is None else item.gid


def _align(gids: Any, names: Any) -> _Items:
    """Return the items of a list of gids and one of names."""
    return list(starmap(_Item, zip_longest(gids or (), names or ())))


def _is_in(section: _Item, before: _Item | None) -> bool:
    """Return whether a section is the one before, or is not said."""
    if section.gid is not None:
        # A name may be a number as well.
        return before is not None and section.gid in before
    return section.name is None or (before is not None and section.name == before.name)


def _join_section(sections: Any, section: Any) -> Any:
    """Return the sections of a task: of memberships, or the one of its only project."""
    if section is None:
        return sections
    if section is CLEAR:
        raise _Conflict("a task of a project is always in a section: name another one")
    if sections is not _UNCHANGED:
        raise _Conflict(f"{SECTION} says {section!r}: leave one of them as it was")
    return _Item(section, None) if section.isdigit() else _Item(None, section)


def _are_alike(old: Any, new: Any) -> bool:
    """Return whether two values are the same; the order of items does not matter."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return set(old) == set(new)
    return bool(old == new)


def _place_section(project: Any, section: _Item, homes: Mapping[str, Collection[_Item]]) -> Any:
    """Return a section as the new value: its gid alone where it is known to be in a project."""
    if section.gid is None:
        return project, section.name
    known = homes.get(section.gid, ())
    if any(project in home for home in known):
        return section.gid
    for gid, name in known:
        raise _Conflict(
            f"the section {section.gid} is in the project {name or gid}, not {project}"
        )
    # Whether the project has it is seen when the changes are carried out.
    return project, section.gid


def _name_section(project: Any, section: _Item | None) -> Any:
    if section is None or section == _Item(None, None):
        return None
    return section.gid or (project, section.name)


def _add_and_remove(
    row: int, field: str, old: Sequence[Any], new: Sequence[Any]
) -> Iterator[Edit]:
    for item in dict.fromkeys(old):
        if item not in new:
            yield Edit(row, "remove", field, item, None)
    for item in dict.fromkeys(new):
        if item not in old:
            yield Edit(row, "add", field, None, item)
