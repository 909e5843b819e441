"""Carry out a frame of changes: in the order that works, with an outcome for each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames.calls import change_steps
from asana_frames.calls.applied_changes import (
    DONE,
    NOT_SENT,
    OUTCOME_COLUMNS,
    UNKNOWN,
    Told,
)
from asana_frames.calls.change_outcomes import GONE, ChangeOutcomes
from asana_frames.calls.change_plan import ChangePlan
from asana_frames.calls.change_steps import Step, build_steps, sort_levels
from asana_frames.calls.last_call import LastCall, record_call, warn_about_failures
from asana_frames.calls.present_values import fetch_present, find_gone
from asana_frames.calls.request_builder import CallContext
from asana_frames.calls.row_outcomes import (
    Chain,
    RowOutcome,
    SentCallback,
    is_fatal,
    name_row,
    outcome_cells,
    send_chains,
    send_write,
)
from asana_frames.calls.task_order import order_tasks
from asana_frames.calls.unknown_creations import UnknownCreations
from asana_frames.exceptions import (
    AsanaError,
    AsanaWarning,
    DeadlineExceeded,
    InvalidArgument,
    NotFound,
    warn_caller,
)
from asana_frames.fetch import decode_response
from asana_frames.fetch.read_only import build_read_only_error
from asana_frames.fetch.responses import Response
from asana_frames.frames.arguments import check_frame
from asana_frames.types import Ref

_NAME = "apply"
#: Where the attrs of a frame say that new tasks are not in their order yet.
_UNORDERED = "unordered"
#: Methods by which objects leave what is deleted, and which would be deleted with it.
_MOVES = frozenset({"set_parent", "add_project", "add_task"})
#: Called as soon as something is known of changes: with their places, what became of them, the
#: gid of what was created, and what a later call has to know.
OutcomeCallback = Callable[[Sequence[int], Told, str | None, Mapping[str, Any]], None]


def apply_changes(
    client: CallContext,
    changes: pd.DataFrame,
    *,
    project: Ref | None = None,
    dry_run: bool = False,
    if_unchanged: bool = False,
    makes_sections: bool = False,
    on_outcome: OutcomeCallback | None = None,
) -> pd.DataFrame:
    """Carry out a frame of changes; see ``Asana.apply``.

    With ``makes_sections`` those to which tasks are moved are made if they are missing; those of
    new tasks always are. ``on_outcome`` is called from several threads.
    """
    check_frame(changes, what=_NAME)
    check_flag(dry_run, name="dry_run")
    check_flag(if_unchanged, name="if_unchanged")
    if client.http.is_read_only and not dry_run:
        raise build_read_only_error(_NAME)
    with record_call(_NAME, client.publish, client.settings) as last:
        (gid,) = (None,) if project is None else client.references.gids(project, ["project"])
        known = client.applied.find(changes, gid, partial(find_gone, client))
        plan = ChangePlan(client, known, gid)
        plan.prepare(makes_sections=makes_sections)
        if dry_run:
            return _build_preview(client, plan, last)
        work = _Application(client, plan, last, on_outcome)
        if if_unchanged:
            work.leave_changed_objects()
        try:
            work.carry_out()
        except BaseException:
            last.set_partial(work.build_partial)
            raise
        finally:
            frame = work.build_frame()
            client.applied.keep(changes, gid, frame, is_over=work.is_over(frame))
        last.rows = len(frame)
    frame.attrs["asana"] = frame.attrs.get("asana", {}) | last.attrs()
    warn_about_failures(last, "carry out", len(plan.steps), "requests")
    return frame


def _build_preview(client: CallContext, plan: ChangePlan, last: LastCall) -> pd.DataFrame:
    """Return the changes that are left to carry out, and how many requests they take."""
    frame = plan.frame.copy()
    if OUTCOME_COLUMNS[0] in frame.columns:
        frame = frame[frame["outcome"] != DONE].drop(columns=[*OUTCOME_COLUMNS], errors="ignore")
    sections = plan.sections.count_new()
    if sections:
        warn_caller(
            f"{_NAME} makes {sections:,} section(s) that are not there: "
            f"{plan.sections.describe_new()}.",
            AsanaWarning,
        )
    requests = sections + sum(
        step.phase != change_steps.CREATE or not plan.was_sent_before(step) for step in plan.steps
    )
    minutes = requests / client.http.quota.per_minute()
    told = {"requests": requests, "minutes": minutes}
    frame.attrs["asana"] = frame.attrs.get("asana", {}) | last.attrs() | told
    return frame


class _Application:
    """The changes of one call, and how far they are carried out."""

    def __init__(
        self,
        client: CallContext,
        plan: ChangePlan,
        last: LastCall,
        on_outcome: OutcomeCallback | None,
    ) -> None:
        self._client = client
        self._plan = plan
        self._last = last
        self._on_outcome = on_outcome
        self._outcomes = ChangeOutcomes(plan)
        self._unknown = UnknownCreations(client)
        self._is_unordered = bool(plan.attrs.get(_UNORDERED))

    def is_over(self, frame: pd.DataFrame) -> bool:
        """Whether nothing is left to do."""
        return not self._is_unordered and bool((frame["outcome"] == DONE).all())

    def carry_out(self) -> None:
        """Send all requests, phase by phase."""
        try:
            creations = self._plan.list_steps(change_steps.CREATE)
            if creations:
                self._begin_creations(creations)
            self._plan.sections.create()
            for level in sort_levels(creations):
                self._send_creations(level)
            if self._is_unordered:
                self._order_tasks()
            for phase in range(change_steps.ADD, change_steps.DELETE + 1):
                steps = self._plan.list_steps(phase)
                self._hold_back(steps)
                levels = sort_levels(steps) if phase == change_steps.PARENT else [steps]
                for level in levels:
                    chains: dict[Any, list[Step]] = {}
                    for step in level:
                        chains.setdefault(_find_object(step), []).append(step)
                    self._send(list(chains.values()))
        finally:
            self._outcomes.ledger.close()
            # Names and objects may have changed.
            self._client.references.forget()
            self._client.interrupted_reads.forget()

    def _hold_back(self, steps: Sequence[Step]) -> None:
        """Leave what would lose something that was to be moved elsewhere before, and is not."""
        open_steps = [step for step in self._plan.steps if not self._outcomes.is_done(step)]
        moving = {_find_object(step) for step in open_steps if step.operation.method in _MOVES}
        adding = {
            (step.target, step.operation.method.removeprefix("add_"))
            for step in open_steps
            if step.phase == change_steps.ADD
        }
        for step in steps if moving or adding else ():
            method = step.operation.method
            is_exit = method == "remove_project" and step.target in moving
            is_replaced = (step.target, method.removeprefix("remove_")) in adding
            if is_exit or (moving and step.phase == change_steps.DELETE):
                why = "What is to be moved first could not be moved."
            elif step.phase == change_steps.REMOVE and is_replaced:
                why = "What is to take its place could not be added."
            else:
                continue
            self._outcomes.left[self._outcomes.place(step)] = why

    def _begin_creations(self, creations: Sequence[Step]) -> None:
        found = [self._plan.sections.find_list(step, self._plan.gids) for step in creations]
        self._unknown.begin(self._plan.attrs, list(dict.fromkeys(one for one in found if one)))
        self._is_unordered = True

    def _send_creations(self, steps: Sequence[Step]) -> None:
        chains: dict[Any, list[Step]] = {}
        for step in steps:
            if not self._plan.was_sent_before(step):
                chains.setdefault(self._plan.sections.find_container(step), []).append(step)
        # One after another within a container, in which the last comes first.
        self._send([self._plan.sections.sort_chain(chain) for chain in chains.values()])
        self._look_up(steps)

    def _look_up(self, steps: Sequence[Step]) -> None:
        """Find the objects that may have been created although nobody answered."""
        unknown = [
            (step, self._plan.sections.find_list(step, self._plan.gids))
            for step in steps
            if step.key not in self._plan.gids and self._outcomes.is_unknown(step)
        ]
        # Of two that are called alike nobody can tell which one was created.
        alike = Counter((container, step.data.get("name")) for step, container in unknown)
        for step, container in unknown:
            if alike[container, step.data.get("name")] > 1:
                continue
            gid = self._unknown.find(
                step, container, self._plan.gids, is_earlier=self._plan.was_sent_before(step)
            )
            if gid is not None:
                place = self._outcomes.adopt(step, gid)
                self._last.drop_failure(name_row(place, step.key))

    def _order_tasks(self) -> None:
        """Put all tasks that were created from these changes into their order."""
        steps, _ = build_steps(
            [change for change in self._plan.changes if change.action == "create"]
        )
        known = {step.key: step for step in self._plan.list_steps(change_steps.CREATE)}
        # Those of an earlier call are there already.
        steps = [known.get(step.key, step) for step in steps if step.phase == change_steps.CREATE]
        for step in steps:
            if step.key not in known:
                with suppress(InvalidArgument):
                    self._plan.sections.place_task(step, self._plan.project)
        try:
            order_tasks(self._client, self._plan.sections.list_created(steps, self._plan.gids))
        except DeadlineExceeded:
            raise
        except AsanaError as error:
            if is_fatal(error):
                raise
            self._last.add_failure("the order of the new tasks", (None,), error)
        else:
            self._is_unordered = False

    def _send(self, chains: Sequence[Sequence[Step]]) -> None:
        ready: list[Chain] = []
        for chain in chains:
            steps: list[tuple[int, Any]] = []
            for step in chain:
                place = self._outcomes.place(step)
                lacking = self._plan.find_lacking(step)
                if lacking is not None:
                    self._outcomes.left[place] = f"{lacking} was not created."
                if place not in self._outcomes.left:
                    steps.append((place, partial(self._send_step, step)))
                    continue
                target = step.target or step.key
                error = AsanaError(self._outcomes.left[place])
                self._last.add_failure(name_row(place, target), (target,), error)
            if steps:
                ready.append(steps)
        if ready:
            targets = [step.target or step.key for step in self._plan.steps]
            send_chains(
                self._client,
                ready,
                targets,
                self._outcomes.by_place,
                self._outcomes.ledger,
                self._last,
            )

    def _send_step(self, step: Step, on_sent: SentCallback) -> Response:
        """Send a request; tell at once what is known of it, for an end that nobody sees coming."""

        def record(is_sent: bool) -> None:
            if on_sent is not None:
                on_sent(is_sent)
            self._tell(step, (UNKNOWN if is_sent else NOT_SENT, None, None))

        place = self._outcomes.place(step)
        try:
            response = self._send_request(step, record)
        except AsanaError as error:
            self._tell(step, outcome_cells(RowOutcome(place, error=error)))
            raise
        self._tell(step, self._outcomes.tell(place, RowOutcome(place, response)))
        return response

    def _tell(self, step: Step, told: Told | None) -> None:
        if self._on_outcome is not None and told is not None:
            gid = self._plan.gids.get(step.key)
            self._on_outcome(step.places, told, gid, self._describe_state())

    def _send_request(self, step: Step, on_sent: SentCallback) -> Response:
        request = self._plan.build_request(step)
        body = {"data": self._plan.build_body(step)} if step.operation.body else None
        try:
            response = send_write(self._client, step.operation, request, body, on_sent)
        except NotFound as error:
            if not self._may_be_gone(step, error):
                raise
            response = Response(GONE, b"")
        if step.phase == change_steps.CREATE:
            # At once, so that an interrupt cannot come between.
            self._plan.gids[step.key] = _read_gid(response)
        return response

    def _may_be_gone(self, step: Step, error: NotFound) -> bool:
        """Whether what was to be deleted is not there because of an earlier request."""
        if step.phase != change_steps.DELETE:
            return False
        # Subtasks go with the tasks above them.
        is_one_of_many = len(self._plan.list_steps(change_steps.DELETE)) > 1
        return error.may_be_done or self._plan.was_sent_before(step) or is_one_of_many

    def leave_changed_objects(self) -> None:
        """Leave out the requests about objects that were changed since they were read.

        Raises
        ------
        InvalidArgument
            The changes do not say when the objects were read.
        """
        read = self._plan.attrs.get("modified_at") or {}
        # What an earlier call has changed is not what somebody else has.
        own = {
            self._plan.changes[place].gid
            for place, told in self._plan.told.items()
            if told[0] in (DONE, UNKNOWN)
        }
        left_out = {None, *self._plan.keys, *own}
        about = {
            place: (self._plan.changes[step.places[0]].resource, str(_find_object(step)))
            for place, step in enumerate(self._plan.steps)
            if step.phase != change_steps.CREATE and _find_object(step) not in left_out
        }
        unknown = next((gid for _, gid in about.values() if gid not in read), None)
        if unknown is not None:
            raise InvalidArgument(
                f"{_NAME}: if_unchanged= needs modified_at of the objects, which these changes "
                f"lack for {unknown}. Read the frame with fields that include modified_at, and "
                f"pass what af.changes(before, after) returns."
            )
        present = fetch_present(self._client, about.values(), "modified_at")
        for place, (_, gid) in about.items():
            if gid not in present or present[gid].modified_at != read[gid]:
                self._outcomes.left[place] = "Changed in Asana since it was read."

    def build_frame(self) -> pd.DataFrame:
        """Return the changes with what became of them so far."""
        return self._outcomes.build_frame(self._describe_state())

    def build_partial(self) -> pd.DataFrame:
        """Return the changes of a call that ended early."""
        frame = self.build_frame()
        frame.attrs["asana"] = frame.attrs.get("asana", {}) | {"partial": True}
        return frame

    def _describe_state(self) -> dict[str, Any]:
        """Return what a later call has to know, for the attrs of a frame."""
        return self._unknown.describe() | {_UNORDERED: self._is_unordered}


def _find_object(step: Step) -> object:
    """Return what requests are about that are sent one after another."""
    return step.body.get("task") if step.operation.resource == "sections" else step.target


def _read_gid(response: Response) -> str:
    return decode_response(_created_decoder, response.body, _NAME).data.gid


class _CreatedRecord(msgspec.Struct):
    gid: str


class _CreatedResponse(msgspec.Struct):
    data: _CreatedRecord


_created_decoder = msgspec.json.Decoder(_CreatedResponse)
