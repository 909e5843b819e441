"""``POST /batch``: up to ten requests sent as one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.http.api_request import ApiRequest
from asana_frames.sandbox_server.http.routing import ROOT

_MOST = 10
_METHODS = ("get", "post", "put", "delete", "patch", "head")
#: Paths that are not allowed in a batch.
_FORBIDDEN = ("/attachments", "/organization_exports", "/batch")


def parse_actions(request: ApiRequest) -> Iterator[ApiRequest | ApiError]:
    """Yield the requests of a batch, or the error of an invalid action.

    Raises
    ------
    Refusal
        There are none, or more than ten.
    """
    actions = request.data.get("actions")
    if not isinstance(actions, list) or not actions:
        raise ApiError(400, "Batch requests must contain at least one action")
    if len(actions) > _MOST:
        raise ApiError(400, f"Batch requests must contain no more than {_MOST} actions")
    return (_parse_action(request, action) for action in actions)


def _parse_action(request: ApiRequest, action: Any) -> ApiRequest | ApiError:
    if not isinstance(action, dict):
        return ApiError(400, "actions: Must be objects")
    method, path = action.get("method"), action.get("relative_path")
    data, options = action.get("data") or {}, action.get("options") or {}
    if not isinstance(method, str) or method.lower() not in _METHODS:
        return ApiError(400, f"method: Not a valid value: {method}")
    if not isinstance(path, str) or not path.startswith("/"):
        return ApiError(400, "relative_path: Must begin with /")
    if not isinstance(data, dict) or not isinstance(options, dict):
        return ApiError(400, "data and options: Must be objects")
    if "?" in path:
        return ApiError(400, "relative_path: Put the parameters of a query into data")
    path = "/" + path.strip("/").removeprefix(ROOT.strip("/")).strip("/")
    is_write = method.lower() != "get"
    if is_write and path in _FORBIDDEN:
        return ApiError(400, f"relative_path: {path} cannot be part of a batch")
    query: dict[str, str] = {}
    if not is_write:
        # The query is in data, except limit and offset, which are options.
        query = {key: _query_text(value) for key, value in data.items()}
        data = {}
    query |= {key: str(options[key]) for key in ("limit", "offset") if key in options}
    fields = {key: value for key, value in options.items() if key == "fields"}
    return ApiRequest(method.upper(), path, query, data, fields, request.token)


def _query_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_query_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def build_outcome(status: int, body: bytes, location: str | None) -> dict[str, Any]:
    """Return the outcome of one action, with headers as Asana lists them."""
    found = [("location", location)] if location else []
    headers = {
        "headers": [{"key": key, "value": value} for key, value in found],
        "keys": [key for key, _ in found],
        "as_tuples": found,
        "empty": not found,
    }
    return {"status_code": status, "headers": headers, "body": msgspec.Raw(body)}
