"""Routing: from method and path to an operation of the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from asana_frames.catalog import Operation
from asana_frames.sandbox_server.core.errors import ApiError

#: Prefix of all paths of the API.
ROOT = "/api/1.0"
_Candidates = list[tuple[Operation, list[str]]]


class Routes:
    """Maps methods and paths to operations.

    Parameters
    ----------
    operations
        All of them.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._candidates: dict[tuple[str, int], _Candidates] = {}
        #: Record type -> path of one such object.
        self._paths: dict[str, str] = {}
        for operation in operations:
            template = operation.path.strip("/").split("/")
            key = operation.http, len(template)
            self._candidates.setdefault(key, []).append((operation, template))
            if operation.is_read and operation.returns == "one" and len(template) == 2:
                self._paths.setdefault(operation.record, operation.path)
        for candidates in self._candidates.values():
            # Fixed words before placeholders: /users/{gid}/... must not match /users/me/... first.
            candidates.sort(key=lambda each: [key.startswith("{") for key in each[1]])

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a path and the values of its placeholders.

        Raises
        ------
        Refusal
            404: the method and path are unknown.
        """
        keys = path.strip("/").split("/")
        method = "GET" if method == "HEAD" else method
        for operation, template in self._candidates.get((method, len(keys)), ()):
            values = _match_template(template, keys)
            if values is not None:
                return operation, values
        raise ApiError(404, f"No matching route for request: {method} {path}")

    def location(self, kind: str, gid: str) -> str:
        """Return the path of an object, for the header ``Location``."""
        template = self._paths.get(kind)
        return "" if template is None else f"{ROOT}{template[: template.index('{')]}{gid}"


def _match_template(template: list[str], keys: list[str]) -> dict[str, str] | None:
    values = {}
    for wanted, given in zip(template, keys, strict=True):
        if wanted.startswith("{"):
            values[wanted[1:-1]] = unquote(given)
        elif wanted != given:
            return None
    return values
