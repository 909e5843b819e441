"""The ``Asana-Change`` headers: API changes under way, and whether they affect a request."""

from __future__ import annotations

from asana_frames.catalog import Operation
from asana_frames.sandbox_server.http.api_request import ApiRequest

_INFO = "https://forum.asana.com/t/"
#: Name of a change -> the forum topic about it.
_CHANGES = {
    "new_user_task_lists": "103828",
    "cross_workspace_deprecation": "1031581",
    "new_goal_memberships": "378601",
    "teamless_projects": "929205",
    "goal_sals_api": "1089758",
}
#: Headers of every response.
CHANGE_HEADERS = tuple(
    ("Asana-Change", f"name={name};info={_INFO}{topic}") for name, topic in _CHANGES.items()
)


def change_headers(operation: Operation, request: ApiRequest) -> tuple[tuple[str, str], ...]:
    """Return the ``Asana-Change`` headers of a request.

    Parameters
    ----------
    operation
        The requested operation.
    request
        The request.
    """
    affected = {name for name in _CHANGES if _is_affected(name, operation, request)}
    if not affected:
        return CHANGE_HEADERS
    return tuple(
        (key, f"{value};affected=true" if name in affected else value)
        for name, (key, value) in zip(_CHANGES, CHANGE_HEADERS, strict=True)
    )


def _is_affected(name: str, operation: Operation, request: ApiRequest) -> bool:
    if name == "new_user_task_lists":
        return operation.record == "task" and "assignee_status" in request.opt_fields
    if name == "cross_workspace_deprecation":
        wide = operation.id in ("getProjects", "getUsers", "getTags")
        return wide and not {"workspace", "team"} & request.query.keys()
    if name == "teamless_projects":
        is_new = operation.id in ("createProject", "createProjectForWorkspace")
        filters = operation.id == "getProjects" and "team" in request.query
        return filters or (is_new and "team" in request.data)
    return name == "new_goal_memberships" and "role" in request.data
