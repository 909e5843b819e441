"""Look up objects that may have been created, although nobody answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from asana_frames.calls.change_steps import Step
from asana_frames.calls.request_builder import CallContext
from asana_frames.exceptions import AsanaError, RequestRefused
from asana_frames.fetch import ListQuery, decode_response, fan_out

_ASKED = "apply"
#: Keys in the attrs of a frame.
_BEGAN, _BEFORE = "began", "there_before"
#: ``("project", gid)`` or ``("parent", gid)``.
Container = tuple[str, str]


class UnknownCreations:
    """Finds new tasks by what is known of them: container, name, creator, and since when.

    Asana has no key by which a creation could be repeated safely.

    Parameters
    ----------
    client
        The object that the call is made through.
    """

    def __init__(self, client: CallContext) -> None:
        self._client = client
        self._me = ""
        #: When the first call began, by Asana's clock, in whole seconds.
        self._began = ""
        #: Tasks of that second or later that were there before the first call, and before this.
        self._before: set[str] = set()
        self._present: set[str] = set()

    def begin(self, told: Mapping[str, Any], containers: Sequence[Container]) -> None:
        """Note the time, and what is there of this very second.

        Parameters
        ----------
        told
            What `describe` returned in an earlier call that this one continues, if any.
        containers
            The projects and parents that new tasks are added to.
        """
        response = self._client.http.request(
            "GET", "/users/me", {"opt_fields": "gid"}, asked=_ASKED
        )
        self._me = decode_response(_me_decoder, response.body, _ASKED).data.gid
        moment = parsedate_to_datetime(response.date) if response.date else datetime.now(UTC)
        self._began = told.get(_BEGAN) or moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self._present = {
            task.gid
            for task in self._list_tasks(containers)
            if (task.created_at or "") >= self._began
        }
        self._before = set(told.get(_BEFORE) or ()) if _BEGAN in told else self._present

    def describe(self) -> dict[str, Any]:
        """Return what a later call has to know, for the attrs of a frame."""
        if not self._began:
            return {}
        return {_BEGAN: self._began, _BEFORE: sorted(self._before)}

    def find(
        self,
        step: Step,
        container: Container | None,
        taken: Mapping[str | None, str],
        *,
        is_earlier: bool,
    ) -> str | None:
        """Return the gid of the one task that a creation must have made; None if that is unclear.

        Parameters
        ----------
        step
            The creation.
        container
            The project or parent of the task.
        taken
            The gids of the tasks that other rows have made.
        is_earlier
            Whether an earlier call has sent it.
        """
        if container is None or step.operation.resource != "tasks":
            return None
        try:
            listed = list(self._list_tasks([container]))
        except AsanaError:
            # It stays unknown.
            return None
        known = {*taken.values(), *(self._before if is_earlier else self._present)}
        found = {
            task.gid
            for task in listed
            if task.name == (step.data.get("name") or "")
            and task.created_by is not None
            and task.created_by.gid == self._me
            and (task.created_at or "") >= self._began
            and task.gid not in known
        }
        return found.pop() if len(found) == 1 else None

    def _list_tasks(self, containers: Sequence[Container]) -> list[_Task]:
        params = {"opt_fields": "name,created_at,created_by"}
        queries = [
            # Lists of subtasks cannot be cut short.
            ListQuery(f"/tasks/{gid}/subtasks", params, asked=_ASKED)
            if kind == "parent"
            else ListQuery(
                "/tasks", params | {"project": gid, "modified_since": self._began}, asked=_ASKED
            )
            for kind, gid in containers
        ]
        return [
            task
            # Of a container that cannot be read the creation itself tells.
            for item in fan_out(self._client.http, queries, skip=(RequestRefused,))
            if item.page is not None
            for task in decode_response(_tasks_decoder, item.page.body, _ASKED).data
        ]


class _Person(msgspec.Struct):
    gid: str


class _Me(msgspec.Struct):
    data: _Person


class _Task(msgspec.Struct):
    gid: str
    name: str | None = None
    created_at: str | None = None
    created_by: _Person | None = None


class _Tasks(msgspec.Struct):
    data: list[_Task]


_me_decoder = msgspec.json.Decoder(_Me)
_tasks_decoder = msgspec.json.Decoder(_Tasks)
