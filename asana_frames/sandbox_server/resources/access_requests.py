"""Access requests."""

from __future__ import annotations

from collections.abc import Iterable

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.lists import Arguments, ListRows, list_all
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.memberships import add_member


def _list_access_requests(store: Store, asked: Arguments) -> Iterable[Object]:
    rows = list_all("access_request", target="target", requester="user")(store, asked)
    return (request for request in rows if request["approval_status"] == "pending")


def create_access_request(write: WriteContext) -> Object:
    """``POST /access_requests``."""
    target = write.data["target"]
    for request in write.store.all("access_request"):
        is_same = request["target"] is target and request["requester"] is write.me
        must(not is_same, "target", "You have asked already")
    return write.add(
        "access_request",
        message=write.data.get("message") or "",
        approval_status="pending",
        requester=write.me,
        target=target,
    )


def approve_access_request(write: WriteContext) -> None:
    """``POST /access_requests/{access_request}/approve``."""
    request = _pending_request(write)
    write.update(request, approval_status="approved")
    if request["target"]["resource_type"] != "task":
        add_member(write, request["target"], request["requester"], "editor")


def reject_access_request(write: WriteContext) -> None:
    """``POST /access_requests/{access_request}/reject``."""
    write.update(_pending_request(write), approval_status="denied")


def _pending_request(write: WriteContext) -> Object:
    request: Object = write.at["access_request"]
    is_pending = request["approval_status"] == "pending"
    must(is_pending, "access_request", "It has been answered already")
    return request


def build_access_request(make: ObjectFactory, project: Object) -> None:
    """Build a request for access to a project."""
    make.add(
        "access_request",
        message="May I read along?",
        approval_status="pending",
        requester=make.all("user")[-1],
        target=project,
    )


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getAccessRequests": _list_access_requests,
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createAccessRequest": create_access_request,
    "approveAccessRequest": approve_access_request,
    "rejectAccessRequest": reject_access_request,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "access_request": RecordShape(
        references={"target": ("gid", "resource_type")}, is_always_full=True
    ),
}
