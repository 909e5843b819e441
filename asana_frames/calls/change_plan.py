"""The requests of a frame of changes, checked before the first one that changes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

import pandas as pd

from asana_frames.calls import bodies, change_steps
from asana_frames.calls.applied_changes import DONE, UNKNOWN, read_outcomes
from asana_frames.calls.body_names import resolve_bodies
from asana_frames.calls.change_fields import ChangeFields, list_columns
from asana_frames.calls.change_steps import (
    Step,
    build_steps,
    find_circles,
    find_containers,
    read_changes,
)
from asana_frames.calls.new_sections import NewSections
from asana_frames.calls.present_values import add_due_dates, find_parent_projects
from asana_frames.calls.request_builder import CallContext, CallRequest, build_request
from asana_frames.calls.reversal import find_overwritten
from asana_frames.calls.row_problems import RowProblem, RowProblems, raise_problems
from asana_frames.calls.write_rows import RowSet, WriteRow
from asana_frames.exceptions import InvalidArgument, UnknownReference, find_similar, suggest_names
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.field_definitions import read_all_definitions

_NAME = "apply"
#: Stands for the gid of an object that is not there yet, while names are looked up.
_LATER = "0"
_FIELDS = "custom_fields"
#: What says where a new task goes.
_HOMES = ("projects", "parent", "workspace")
#: Columns of a table of new tasks that the body of the request does not have.
_OWN_COLUMNS = ("key", "section", "depends_on")
#: Column -> how to make what is not there.
_MAKERS = {
    "tags": "asana.tags.create(name=..., workspace=...)",
    "sections": "asana.sections.create_for_project(project, name=...)",
}


class ChangePlan:
    """The requests that carry out a frame of changes.

    Parameters
    ----------
    client
        The object that the call is made through.
    frame
        The changes, with what an earlier call has told of them if there was one.
    project
        The gid of the project of new tasks.

    Attributes
    ----------
    changes : list of Change
        The rows of the frame.
    told : dict
        Place of a change -> outcome, status and message that an earlier call has told.
    steps : list of Step
        The requests that are left to send.
    keys : set of str
        The keys of new objects.
    gids : dict of str to str
        Key of a new object -> its gid, once it is there.
    sections : NewSections
        Where new tasks go.
    """

    def __init__(self, client: CallContext, frame: pd.DataFrame, project: str | None) -> None:
        self._client = client
        self.frame = frame
        self.project = project
        known = frame.attrs.get("asana")
        self.attrs: Mapping[str, Any] = known if isinstance(known, Mapping) else {}
        self.changes = read_changes(frame)
        self.told = read_outcomes(frame)
        self.gids: dict[str | None, str] = {
            change.key: change.gid
            for change in self.changes
            if change.action == "create" and change.key is not None and change.gid is not None
        }
        done = [place for place, told in self.told.items() if told[0] == DONE]
        self.steps, problems = build_steps(self.changes, done)
        self.keys = {
            change.key for change in self.changes if change.action == "create"
        } | self.gids.keys()
        self.sections = NewSections(client, self.keys)
        self._problems = [self._describe_problem(place, error) for place, error in problems]
        #: Creations of tasks that have no project, parent or workspace.
        self._homeless: set[int] = set()
        self._fields = ChangeFields(client, read_all_definitions(frame))

    def prepare(self, *, makes_sections: bool) -> None:
        """Look up all names and check all values.

        Raises
        ------
        InvalidArgument
            Something is wrong with a row; ``problems`` has all of it.
        """
        creations = self.list_steps(change_steps.CREATE)
        self._check_keys()
        for step in creations:
            self._collect(step, "", partial(self._resolve_container, step))
            place = partial(self.sections.place_task, step, self.project)
            if not self._collect(step, "section", place):
                self._homeless.add(id(step))
        for step in self.list_steps(change_steps.ADD):
            move = partial(self.sections.place_move, step, makes=makes_sections)
            self._collect(step, "section", move)
        for step, circle in find_circles(self.steps):
            self._add_problem(step, "", circle)
        for step, name, error in add_due_dates(self._client, self.steps):
            self._add_problem(step, name, error)
        for step in self.steps:
            self._collect(step, "start_on", partial(_check_days, step))
        self._find_homeless(creations)
        self._fields.learn(self.steps)
        if self.attrs.get("is_reversal"):
            self._problems += find_overwritten(
                self._client, self.changes, self.told, self._fields.find_digits
            )
        projects = self._list_field_projects(creations)
        ordered = sorted(self.steps, key=lambda step: step.operation.id)
        for _, group in groupby(ordered, key=lambda step: step.operation.id):
            self._prepare_steps(list(group), projects)
        names = {place: str(change.key or change.gid) for place, change in enumerate(self.changes)}
        rows = sorted(map(self._add_advice, self._problems), key=lambda problem: problem.row)
        raise_problems(_NAME, rows, len(self.changes), names)

    def _check_keys(self) -> None:
        """Refuse keys that objects of several resources have: others refer to them alone."""
        known: dict[str | None, str] = {}
        for place, change in enumerate(self.changes):
            if change.action != "create":
                continue
            first = known.setdefault(change.key, change.resource)
            if first != change.resource:
                known[change.key] = change.resource
                error = InvalidArgument(
                    f"the key {change.key!r} names a new row of {first} as well; give one of both "
                    f"another key."
                )
                self._problems.append(self._describe_problem(place, error))

    def _resolve_container(self, step: Step) -> None:
        """Look up the container in the path of a creation, such as the task of a time entry."""
        for name, parameter in find_containers(step.operation).items():
            if step.target is None:
                raise InvalidArgument(f"{step.operation.name} needs {name}.")
            if step.target not in self.keys:
                (step.target,) = self._client.references.gids(step.target, parameter.refers)

    def _find_homeless(self, creations: Sequence[Step]) -> None:
        """Find new tasks that have no project, parent or workspace."""
        for step in creations:
            is_somewhere = any(step.body.get(name) for name in _HOMES) or step.sections
            if step.operation.resource != "tasks" or is_somewhere:
                continue
            self._homeless.add(id(step))
            self._add_problem(
                step,
                "",
                InvalidArgument(
                    "nothing says where the new task goes; pass its project, apply(changes, "
                    "project=...), or give the table a column projects or parent"
                ),
            )

    def list_steps(self, *phases: int) -> list[Step]:
        """Return the requests of some phases."""
        return [step for step in self.steps if step.phase in phases]

    def _list_field_projects(self, creations: Sequence[Step]) -> dict[int, tuple[str, ...]]:
        """Return the projects that give new subtasks their custom fields: those above them."""
        by_key = {step.key: step for step in creations}
        tops: dict[int, Step] = {}
        for step in creations:
            top, above = step, {step.key}
            while (parent := top.body.get("parent")) in by_key and parent not in above:
                above.add(parent)
                top = by_key[parent]
            if any(list_columns(step.body)):
                tops[id(step)] = top
        parents = {place: self._find_gid(top.body.get("parent")) for place, top in tops.items()}
        present = find_parent_projects(
            self._client, [gid for gid in parents.values() if gid.isdigit()]
        )
        return {
            place: (*self.sections.list_projects(top), *present.get(parents[place], ()))
            for place, top in tops.items()
        }

    def _find_gid(self, name: Any) -> str:
        """Return the gid of a task that is named by its key or gid, as far as it is known."""
        return self.gids.get(name, str(name))

    def _prepare_steps(
        self, steps: Sequence[Step], projects: Mapping[int, tuple[str, ...]]
    ) -> None:
        """Check the bodies of requests of one operation."""
        operation = steps[0].operation
        problems = RowProblems(operation, len(steps))
        parts = [self._fields.split(self._list_known_names(step)) for step in steps]
        rows = [
            WriteRow(self.build_request(step, _LATER), self._list_names(rest))
            for step, (rest, _) in zip(steps, parts, strict=True)
        ]
        names = dict.fromkeys(name for rest, _ in parts for name in rest)
        given = [projects.get(id(step), ()) for step in steps]
        row_set = RowSet(
            rows, True, {name: [] for name in names}, problems, given if any(given) else [], {}
        )
        resolved = resolve_bodies(self._client, operation, row_set)
        for place, (step, row) in enumerate(zip(steps, resolved, strict=True)):
            body = self._add_known_fields(place, row.body or {}, parts[place][1], problems)
            encoded = problems.encode_fields(place, body)
            if problems.has_any(place):
                continue
            made = problems.collect(place, partial(bodies.finish_body, operation, encoded))
            step.data = (made[0] or {}).get("data", {}) if made else {}
        self._problems += [
            one._replace(row=_find_row(steps[one.row], one.column)) for one in problems.found
        ]

    def _list_known_names(self, step: Step) -> Step:
        """Return a request without the fields that its operation does not take."""
        is_homeless = id(step) in self._homeless
        known = {
            name: value
            for name, value in step.body.items()
            if self._collect(step, name, partial(_check_name, step, name))
            # A project would tell which custom fields it has.
            and not (is_homeless and name.startswith(PREFIX))
        }
        return step if len(known) == len(step.body) else replace(step, body=known)

    def _add_known_fields(
        self, place: int, body: Mapping[str, Any], known: Mapping[str, Any], problems: RowProblems
    ) -> Mapping[str, Any]:
        """Return a body with the custom fields that need no look at the task."""
        values = [
            problems.collect(
                place, partial(self._fields.encode, name, value), column=name, value=value
            )
            for name, value in known.items()
        ]
        if not values:
            return body
        given = dict(filter(None, values))
        return {**body, _FIELDS: {**(body.get(_FIELDS) or {}), **given}}

    def _list_names(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a body without the keys of rows that are created first."""
        named: dict[str, Any] = {}
        for name, value in body.items():
            if name == "parent" and value in self.keys:
                continue
            if isinstance(value, tuple | list) and name in change_steps.LINKS:
                value = [one for one in value if one not in self.keys] or None
            named[name] = value
        return named

    def _collect(self, step: Step, column: str, check: Callable[[], object]) -> bool:
        """Return whether a check finds nothing wrong."""
        try:
            check()
        except InvalidArgument as error:
            self._add_problem(step, column, error)
            return False
        return True

    def _add_problem(self, step: Step, column: str, error: InvalidArgument) -> None:
        self._problems.append(self._describe_problem(_find_row(step, column), error))

    def _add_advice(self, problem: RowProblem) -> RowProblem:
        """Return a problem that says how to make what is not there and resembles nothing."""
        maker = _MAKERS.get(str(self.changes[problem.row].field))
        error = problem.error
        if maker is None or error.nearest or not isinstance(error, UnknownReference):
            return problem
        return problem._replace(error=UnknownReference(f"{error} {maker} makes one."))

    def _describe_problem(self, place: int, error: InvalidArgument) -> RowProblem:
        change = self.changes[place]
        return RowProblem(place, change.field or "", change.new, error)

    def build_request(self, step: Step, later: str | None = None) -> CallRequest:
        """Return the request without its body; the object may not be there yet."""
        target = step.target if step.target not in self.keys else self.gids.get(step.target)
        path = [one for one in step.operation.parameters if one.place == "path"]
        request = build_request(step.operation, [(one, target or later) for one in path])
        if step.operation.fields and step.operation.returns != "nothing":
            request.params["opt_fields"] = "gid"
        return request

    def build_body(self, step: Step) -> dict[str, Any]:
        """Return the body of a request, now that what it refers to is there."""
        data = dict(step.data)
        for name, value in step.body.items():
            if name == "parent" and value in self.keys:
                data[name] = self.gids[value]
            elif isinstance(value, tuple | list) and name in change_steps.LINKS:
                keys = [self.gids[one] for one in value if one in self.keys]
                data[name] = [*data.get(name, []), *keys]
        self.sections.fill(step, data)
        return data

    def was_sent_before(self, step: Step) -> bool:
        """Whether an earlier call may have created an object; it is looked up, never repeated."""
        return any(self.told.get(place, ("",))[0] == UNKNOWN for place in step.places)

    def find_lacking(self, step: Step) -> str | None:
        """Return the key of an object that a request needs and that is not there."""
        wanted = [step.target, step.body.get("parent")]
        for name in change_steps.LINKS:
            items = step.body.get(name)
            wanted += items if isinstance(items, tuple | list) else []
        lacking = (one for one in wanted if one in self.keys and one not in self.gids)
        return next((f"{one!r}" for one in lacking), None) or self.sections.find_lacking(step)


def _find_row(step: Step, column: str) -> int:
    """Return the row of the changes that a field of a request is about."""
    name = column.partition("[")[0]
    return step.rows.get(name, step.places[0])


def _check_name(step: Step, name: str) -> None:
    """Refuse a field that a request does not take."""
    operation = step.operation
    known = [field.name for field in operation.body]
    has_fields = _FIELDS in known
    is_new = step.phase == change_steps.CREATE
    is_task = is_new and operation.resource == "tasks"
    is_custom = has_fields and name.startswith(PREFIX)
    if is_custom and is_new and not is_task:
        raise InvalidArgument(
            f"a new object of {operation.resource} has no custom fields yet: leave the cell blank."
        )
    if name in known or is_custom:
        return
    listed = [*(_OWN_COLUMNS if is_task else ()), *known]
    error = InvalidArgument(
        f"there is no field {name!r}.{suggest_names(name, listed)} {operation.name} takes: "
        f"{', '.join(listed)}{', cf_<name of a custom field>' if has_fields else ''}."
    )
    error.nearest = tuple(find_similar(name, listed))
    raise error


def _check_days(step: Step) -> None:
    """Refuse a start after the end, and one of a new task without an end."""
    start, due = step.body.get("start_on"), step.body.get("due_on")
    is_new = step.phase == change_steps.CREATE and step.operation.resource == "tasks"
    if is_new and start is not None and due is None and step.body.get("due_at") is None:
        raise InvalidArgument("it needs due_on as well, without which Asana takes no start.")
    if isinstance(start, str) and isinstance(due, str) and start > due:
        raise InvalidArgument(f"{start} is after due_on, {due}.")
