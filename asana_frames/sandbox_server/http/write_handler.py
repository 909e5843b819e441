"""Check writes, execute them atomically, and deliver their events to webhooks."""

from __future__ import annotations

from typing import Any

import msgspec

from asana_frames.catalog import Operation
from asana_frames.sandbox_server.core.body_checks import check_body
from asana_frames.sandbox_server.core.cascade import clear_deleted
from asana_frames.sandbox_server.core.store import Object, Store
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.http.api_request import ApiRequest
from asana_frames.sandbox_server.http.projection import parse_field_tree
from asana_frames.sandbox_server.http.rate_limits import (
    MAX_RUNNING_JOBS,
    RequestQuotas,
    rate_limit_error,
)
from asana_frames.sandbox_server.http.user_session import UserSession
from asana_frames.sandbox_server.http.webhook_deliveries import WebhookDeliveries, shake_hands
from asana_frames.sandbox_server.resources.budgets_and_rates import add_budget_values
from asana_frames.sandbox_server.resources.jobs import is_job_running
from asana_frames.sandbox_server.resources.registry import WRITES

#: Operations whose response shows less than the full record.
_JOB = "resource_type,resource_subtype,status"
_SHOWN = {
    "addUserForWorkspace": "resource_type,name,email,photo",
    "createGraphExport": f"{_JOB},new_graph_export",
    "createResourceExport": f"{_JOB},new_resource_export",
}
#: Status, body, and the type and gid of the new object.
WriteResult = tuple[int, bytes, tuple[str, str] | None]
_encode = msgspec.json.Encoder().encode


class WriteHandler:
    """Executes writes.

    Parameters
    ----------
    store
        The objects.
    deliveries
        Delivers events to webhooks.
    limits
        Whether jobs are counted.
    """

    def __init__(self, store: Store, deliveries: WebhookDeliveries, limits: RequestQuotas) -> None:
        self._store = store
        self._deliveries = deliveries
        self._limits = limits

    def write(
        self,
        request: ApiRequest,
        person: UserSession,
        operation: Operation,
        values: dict[str, str],
    ) -> WriteResult:
        """Execute a write; return its status, body, and the type and gid of the new object.

        Raises
        ------
        Refusal
            The write is refused; nothing has changed.
        """
        if operation.id == "createWebhook":
            # Check everything before the handshake, during which the target may send requests.
            self._execute_operation(request, person, operation, values, keep=False)
            secret = shake_hands(str(request.data["target"]))
            request = request._replace(data={**request.data, "_secret": secret})
        return self._execute_operation(request, person, operation, values, keep=True)

    def _execute_operation(
        self,
        request: ApiRequest,
        person: UserSession,
        operation: Operation,
        values: dict[str, str],
        *,
        keep: bool,
    ) -> WriteResult:
        with self._store.lock:
            write = self._prepare_context(request, person, operation, values)
            try:
                made = WRITES[operation.id](write)
                clear_deleted(write)
                if not keep:
                    write.rollback()
                    return operation.status, b"", None
                write.commit()
                answer = self._build_response(request, person, operation, made)
            except BaseException:
                write.rollback()
                raise
            # Still under the lock, so that deliveries come in the order of the writes.
            self._deliveries.send(write.events)
            if operation.id == "createWebhook" and made is not None:
                self._deliveries.put(made, [])
        return answer

    def _prepare_context(
        self,
        request: ApiRequest,
        person: UserSession,
        operation: Operation,
        values: dict[str, str],
    ) -> WriteContext:
        self._store.measure_goals()
        arguments = person.parse_arguments(operation, values, request.query)
        names = [p.argument for p in operation.parameters if p.place == "path"]
        at = {name: arguments[name] for name in names}
        for item in at.values():
            if isinstance(item, dict):
                self._store.load_partition(item["gid"])
        person.check_change(operation, at)
        if operation.returns == "job" and self._limits.is_on:
            running = [
                job for job in self._store.all("job") if "_by" in job and is_job_running(job)
            ]
            if len(running) >= MAX_RUNNING_JOBS:
                raise rate_limit_error(5)
        is_asking = operation.id == "createAccessRequest"
        find = person.find_hidden if is_asking else person.find_to_write
        data = check_body(operation, request.data, find, is_form=request.is_form)
        return WriteContext(
            self._store,
            person.me,
            data=data,
            raw=request.data,
            at=at,
            resolve=person.find_to_write,
            file=request.file,
        )

    def _build_response(
        self, request: ApiRequest, person: UserSession, operation: Operation, made: Object | None
    ) -> WriteResult:
        if made is None or operation.returns == "nothing":
            return operation.status, b'{"data":{}}', None
        if operation.record == "budget":
            made = add_budget_values(self._store, made)
        fields = request.opt_fields or _SHOWN.get(operation.id, "")
        shown = person.projection.show(
            made, parse_field_tree(fields) if fields else None, full=True
        )
        location = None
        if operation.status == 201 and "gid" in made:
            location = str(made["resource_type"]), str(made["gid"])
        content: dict[str, Any] = {"data": shown}
        if operation.id == "createWebhook":
            content["X-Hook-Secret"] = made["_secret"]
        return operation.status, _encode(content), location
