"""A frame of changes -> the requests that carry them out, in the order that works."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.catalog import BodyField, Operation, Parameter, load
from asana_frames.catalog.columns import plural
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.frames.change_table import CHANGE_COLUMNS, Change, list_changes, read_name
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.list_cells import split_items
from asana_frames.frames.new_rows import find_circle
from asana_frames.types import CLEAR

#: What happens after what: objects are there before others refer to them, are in a new project
#: before they leave an old one, and in it before they get the values of its fields; dependencies
#: go before others come, with which they might be a circle.
CREATE, ADD, PARENT, REMOVE, UNLINK, LINK, UPDATE, DELETE = range(8)
_PHASES = {"create": CREATE, "update": UPDATE, "delete": DELETE}
#: Methods that create an object in another one begin so.
_IN = "create_for_"
#: Fields of tables of new rows -> as methods call them.
_WORDS = {"depends_on": "dependencies"}
#: How files keep True and False.
_FLAGS = {"True": True, "False": False, "TRUE": True, "FALSE": False}
#: Fields that name other objects of the same frame.
LINKS = frozenset({"dependencies", "dependents"})


@dataclass
class Step:
    """One request, and the changes that it carries out."""

    operation: Operation
    phase: int
    #: The object that is changed, or the key of one that is created first; None for a creation.
    target: str | None
    body: dict[str, Any] = field(default_factory=dict)
    #: Body field -> row of the frame of changes.
    rows: dict[str, int] = field(default_factory=dict)
    #: All rows that the request carries out.
    places: list[int] = field(default_factory=list)
    #: Of a creation.
    key: str | None = None
    #: The section of a new task, by name or gid; and its projects and sections.
    sections: list[Any] = field(default_factory=list)
    #: The body as JSON, once it has been checked.
    data: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, value: Any, place: int) -> None:
        """Give a field of the body its value.

        Raises
        ------
        UnknownChange
            It has another one.
        """
        if name in self.body and self.body[name] != value:
            raise UnknownChange(
                f"row {self.rows[name]} gives {name} of {self.target or self.key} another value; "
                f"leave one of both."
            )
        self.put(name, value, place)

    def put(self, name: str, value: Any, place: int) -> None:
        """Give a field of the body its value, in place of another one."""
        self.body[name] = value
        self.rows[name] = place
        self.places.append(place)


class UnknownChange(InvalidArgument):
    """A row of a frame of changes that no request can carry out."""


def read_changes(frame: pd.DataFrame) -> list[Change]:
    """Return the rows of a frame of changes.

    Raises
    ------
    InvalidArgument
        It is not a frame of changes.
    """
    lacking = [name for name in CHANGE_COLUMNS if name not in frame.columns]
    if lacking:
        raise InvalidArgument(
            f"apply: this is no frame of changes: it has no {', '.join(lacking)}. Pass "
            f"af.changes(before, after), or af.changes(None, table) for new rows."
        )
    changes = list_changes(frame)
    keys = {change.key for change in changes}
    return [
        change._replace(
            old=_parse_cell(change, change.old, keys), new=_parse_cell(change, change.new, keys)
        )
        for change in changes
    ]


def _parse_cell(change: Change, cell: Any, keys: Collection[str | None]) -> Any:
    """Return a value that a file has kept as text."""
    if _is_missing(cell):
        return None
    if not isinstance(cell, str):
        is_number = isinstance(cell, Real) and not isinstance(cell, bool | np.bool_)
        return read_name(cell) if is_number and _is_reference(change) else cell
    if cell == str(CLEAR):
        return CLEAR
    name = _WORDS.get(str(change.field), str(change.field))
    field = _find_body_fields(change.resource).get(name)
    if name == "sections" or name in LINKS or (field is not None and field.many):
        # Where one item is added or removed, the text is its name.
        is_item = change.action in ("add", "remove") and name != "sections"
        return cell if is_item or cell in keys else _split_list(cell)
    kind = "text" if field is None else field.kind
    if kind == "boolean":
        return _FLAGS.get(cell, cell)
    if kind in ("number", "integer"):
        with suppress(ValueError):
            return float(cell) if kind == "number" else int(float(cell))
    return cell


def _is_reference(change: Change) -> bool:
    """Whether a change is about a field whose values are names of objects."""
    name = _WORDS.get(str(change.field), str(change.field))
    field = _find_body_fields(change.resource).get(name)
    return name in LINKS or (field is not None and bool(field.refers))


def _split_list(cell: str) -> Any:
    """Return the items of a list; the text of a single one."""
    if cell.startswith("("):
        raise InvalidArgument(
            f"apply: {cell!r} is a list as pandas' own to_csv writes it. Write the changes with "
            f"af.export.to_csv, and read them with af.read_csv."
        )
    try:
        items = split_items(cell)
    except ValueError:
        return cell
    return cell if items == (cell,) else items


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (value != value) is True


def build_steps(
    changes: Sequence[Change], done: Iterable[int] = ()
) -> tuple[list[Step], list[tuple[int, InvalidArgument]]]:
    """Return the requests that carry out changes, and the rows that none can carry out.

    Parameters
    ----------
    changes
        The rows of a frame of changes.
    done
        Places of rows that have been carried out.
    """
    skipped = set(done)
    planner = _Planner(changes)
    problems = []
    for place, change in enumerate(changes):
        if place in skipped:
            continue
        try:
            planner.plan(place, change)
        except InvalidArgument as error:
            problems.append((place, error))
    return planner.steps, problems


class _Planner:
    def __init__(self, changes: Sequence[Change]) -> None:
        self.steps: list[Step] = []
        self._by_request: dict[tuple[Any, ...], Step] = {}
        #: Key of a new object -> its fields.
        self._fields: dict[str, set[str]] = {}
        for change in changes:
            if change.action == "create" and change.key is not None:
                self._fields.setdefault(change.key, set()).add(str(change.field))
        self._names = {resource.name for resource in load().resources}

    def plan(self, place: int, change: Change) -> None:
        """Add a change to the request that carries it out."""
        if change.resource not in self._names:
            raise UnknownChange(
                f"there is no resource {change.resource!r}."
                f"{suggest_names(str(change.resource), self._names)}"
            )
        if change.action == "create":
            self._plan_creation(place, change)
            return
        if change.gid is None:
            raise UnknownChange(f"{change.action} needs a gid.")
        if change.action in ("add", "remove"):
            self._plan_item(place, change)
        elif change.action == "delete":
            step = self._find_step(change, "delete", change.gid)
            step.places.append(place)
        elif change.action in ("update", f"set_{change.field}"):
            # A preview of `tasks.set_parent` calls it by its name.
            self._plan_update(place, change)
        else:
            raise UnknownChange(
                f"{change.action!r} is no action; there are create, update, delete, add, remove."
            )

    def _plan_creation(self, place: int, change: Change) -> None:
        if change.key is None:
            raise UnknownChange("a creation needs a key, which tells new rows apart.")
        name = _WORDS.get(str(change.field), str(change.field))
        if name in LINKS:
            # Only when both are there.
            link = self._find_step(change, f"add_{name}", change.key)
            link.phase = LINK
            others = change.new if isinstance(change.new, tuple | list) else (change.new,)
            link.add(name, tuple(others), place)
            return
        method = self._find_creation(change)
        step = self._find_step(change, method, change.key)
        if step.key is None:
            step.key, step.target = change.key, None
        if name in find_containers(step.operation):
            step.target = str(change.new)
            step.rows[name] = place
            step.places.append(place)
            return
        if name in ("section", "sections"):
            listed = change.new if name == "sections" else (change.new,)
            step.sections += listed if isinstance(listed, tuple | list) else [listed]
            step.rows[name] = place
            step.places.append(place)
        elif not self._plan_follow_up(place, change, step, name):
            step.add(name, change.new, place)

    def _plan_follow_up(self, place: int, change: Change, step: Step, name: str) -> bool:
        """Plan what a new object gets by a request of its own; return whether it needs one."""
        known = {field.name for field in step.operation.body}
        if name in known or name.startswith(PREFIX) or change.new is None:
            return False
        with suppress(UnknownChange):
            operation, item = _find_item_method(change._replace(action="add"))
            values = change.new if isinstance(change.new, tuple | list) else (change.new,)
            is_many = next(field.many for field in operation.body if field.name == item)
            for value in (list(values),) if is_many else values:
                about = () if is_many else (value,)
                added = self._find_step(change, operation.method, change.key, *about)
                added.phase = ADD
                added.put(item, value, place)
            return True
        update = _find_methods(change.resource).get("update")
        if update is None or all(field.name != name for field in update.body):
            return False
        later = self._find_step(change, "update", change.key)
        later.phase = UPDATE
        later.add(name, change.new, place)
        return True

    def _find_creation(self, change: Change) -> str:
        """Return the method that creates an object of a resource, in what it is to be part of."""
        methods = _find_methods(change.resource)
        made = [name for name in methods if name.startswith(_IN)]
        if "create" in methods or not made:
            return "create"
        given = self._fields[str(change.key)]
        containers = [name.removeprefix(_IN) for name in made]
        found = [_IN + name for name in containers if name in given]
        if len(found) != 1:
            raise UnknownChange(
                f"a new row of {change.resource} needs one of these: {', '.join(containers)}."
            )
        return found[0]

    def _plan_update(self, place: int, change: Change) -> None:
        method = f"set_{change.field}"
        known = _find_methods(change.resource)
        # What has a method of its own is not a field of an update, whatever the spec says.
        step = self._find_step(change, method if method in known else "update", change.gid)
        if method in known:
            step.phase = PARENT
        if change.new == "":
            raise UnknownChange("there is no new value; <CLEAR> empties the field.")
        step.add(str(change.field), CLEAR if change.new is None else change.new, place)

    def _plan_item(self, place: int, change: Change) -> None:
        value = change.new if change.action == "add" else change.old
        if value is None or value is CLEAR:
            column = "new" if change.action == "add" else "old"
            raise UnknownChange(f"{change.action} needs the item in the column {column!r}.")
        if change.field == "sections":
            self._plan_section(place, change, value)
            return
        operation, name = _find_item_method(change)
        body_field = next(one for one in operation.body if one.name == name)
        item = () if body_field.many else (value,)
        step = self._find_step(change, operation.method, change.gid, *item)
        phases = (UNLINK, LINK) if name in LINKS else (REMOVE, ADD)
        step.phase = phases[change.action == "add"]
        if body_field.many:
            value = [*step.body.get(name, []), value]
        step.put(name, value, place)

    def _plan_section(self, place: int, change: Change, value: Any) -> None:
        """Add a task to a section, which moves it there if it is in the project."""
        if change.action == "remove":
            raise UnknownChange("a task leaves a section by another of the project.")
        if isinstance(value, tuple):
            project, section = value
            step = self._find_step(change, "add_project", change.gid, project)
            step.phase = ADD
            step.add("project", project, place)
            step.add("section", section, place)
            step.places.pop()
            return
        operation = _find_methods("sections")["add_task"]
        step = Step(operation, ADD, value)
        self.steps.append(step)
        step.add("task", change.gid, place)

    def _find_step(self, change: Change, method: str, *about: Any) -> Step:
        """Return the request of a method about an object; a new one if there is none yet."""
        methods = _find_methods(change.resource)
        if method not in methods:
            raise UnknownChange(f"{change.resource} cannot be changed so: no method {method}.")
        operation = methods[method]
        key = (operation.id, *about)
        if key not in self._by_request:
            phase = _PHASES.get(change.action, ADD)
            step = Step(operation, phase, change.gid or change.key)
            self._by_request[key] = step
            self.steps.append(step)
        return self._by_request[key]


@cache
def _find_methods(resource: str) -> Mapping[str, Operation]:
    return {one.method: one for one in load().operations_of(resource)}


@cache
def find_containers(operation: Operation) -> Mapping[str, Parameter]:
    """Return what a new object is created in, by the name of its field."""
    parameters = operation.parameters if operation.method.startswith("create") else ()
    return {one.argument: one for one in parameters if one.place == "path"}


@cache
def _find_body_fields(resource: str) -> Mapping[str, BodyField]:
    """Return the fields that creations and updates take."""
    methods = _find_methods(resource)
    known = [methods[method] for method in ("update", "create") if method in methods]
    return {field.name: field for operation in known for field in operation.body}


def _find_item_method(change: Change) -> tuple[Operation, str]:
    """Return the method that adds or removes an item of a list, and the field that takes it."""
    methods = _find_methods(change.resource)
    for operation in methods.values():
        item = operation.method.removeprefix(f"{change.action}_")
        if item == operation.method or change.field not in (item, plural(item, "ref")):
            continue
        if any(one.name == item for one in operation.body):
            return operation, item
    raise UnknownChange(
        f"{change.resource} has no method that does {change.action} {change.field}."
    )


def sort_levels(steps: Sequence[Step]) -> list[list[Step]]:
    """Return requests that give tasks a parent by how many tasks above get theirs before."""
    by_name = {step.key or step.target: step for step in steps}
    depths: dict[Any, int] = {}
    for name in by_name:
        above = []
        while name in by_name and name not in depths and name not in above:
            above.append(name)
            step = by_name[name]
            container = step.target if step.key is not None else None
            name = container or step.data.get("parent") or step.body.get("parent")
        # Circles have been refused.
        depth = depths.get(name, -1)
        for number, one in enumerate(reversed(above), depth + 1):
            depths[one] = number
    levels: dict[int, list[Step]] = {}
    for name, step in by_name.items():
        levels.setdefault(depths[name], []).append(step)
    return [levels[depth] for depth in sorted(levels)]


def find_circles(steps: Sequence[Step]) -> Iterator[tuple[Step, InvalidArgument]]:
    """Yield the requests that would make tasks wait for each other, or be above each other."""
    parents: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    first: dict[tuple[bool, str], Step] = {}
    for step in steps:
        name = str(step.key or step.target)
        above = step.body.get("parent")
        if step.phase in (CREATE, PARENT) and isinstance(above, str):
            parents.setdefault(name, []).append(above)
            first.setdefault((True, name), step)
        elif step.phase == LINK:
            ((field, others),) = step.body.items()
            for other in others if isinstance(others, tuple | list) else (others,):
                pair = (name, other) if field == "dependencies" else (other, name)
                links.setdefault(str(pair[0]), []).append(str(pair[1]))
                first.setdefault((False, str(pair[0])), step)
    for is_parent, known in ((True, parents), (False, links)):
        circle = find_circle(known)
        if circle:
            yield (
                first[is_parent, circle[0]],
                UnknownChange(f"these wait for each other: {' -> '.join(circle)}."),
            )
