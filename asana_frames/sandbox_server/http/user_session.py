"""The user of a request: what they can see, and how objects are found for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asana_frames.catalog import Operation, Parameter
from asana_frames.sandbox_server.core.access import Access
from asana_frames.sandbox_server.core.body_checks import parse_day, parse_moment_or_day
from asana_frames.sandbox_server.core.errors import (
    ApiError,
    invalid_field,
    missing_combination,
    not_found,
)
from asana_frames.sandbox_server.core.store import Object, Store
from asana_frames.sandbox_server.http.downloads import FileStore
from asana_frames.sandbox_server.http.projection import Projection
from asana_frames.sandbox_server.resources.rules import RULE_TRIGGER

#: The token of the company's first person, an admin; other users have ``sandbox:<e-mail>``.
TOKEN = "sandbox"
#: Writes allowed with read access: comments, access requests.
_FREE = frozenset(("createStoryForTask", "createStoryForGoal", "createAccessRequest"))


class UserSession:
    """The view of one user on the store.

    Parameters
    ----------
    store
        The objects.
    me
        The user.
    origin
        Scheme and host of file URLs.
    unpaid
        Fields that the workspace's plan does not include.
    """

    def __init__(
        self, store: Store, me: Object, origin: str, unpaid: frozenset[str] = frozenset()
    ) -> None:
        self._store = store
        self.me = me
        self.access = Access(store, me)
        self.files = FileStore(store, lambda: self.projection, origin)
        self.projection = Projection(store, me, self.files.url, unpaid)

    def find_to_write(self, argument: str, gid: str, kinds: tuple[str, ...]) -> Object:
        """Find an object and keep its division from being evicted.

        A write changes the object or refers to it, so there must not be a second copy.
        """
        item = self.find(argument, gid, kinds)
        self._store.load_partition(item["gid"])
        return item

    def find(self, argument: str, gid: str, kinds: tuple[str, ...]) -> Object:
        """Find the object of a gid, ``me``, an e-mail address or ``external:<id>``.

        Raises
        ------
        Refusal
            404: the user sees no object with it; 403: the object has another type.
        """
        item = self.find_hidden(argument, gid, kinds)
        if not self.access.is_admin and not self.access.can_see(item):
            raise not_found(argument, gid)
        return item

    def find_hidden(self, argument: str, gid: str, kinds: tuple[str, ...]) -> Object:
        """Find an object that the user may not see, to request access to it."""
        item = self._find_by_name(gid, kinds) or self._store.get(gid)
        if item is None:
            hint = f" (the sandbox has {RULE_TRIGGER})" if "rule_trigger" in kinds else ""
            raise not_found(argument, f"{gid}{hint}")
        kind = item.get("resource_type", "")
        if kinds and kind not in kinds:
            is_membership = kind.endswith("_membership") and "membership" in kinds
            if not is_membership or item.get("resource_subtype") != kind:
                raise ApiError(403, f"{argument}: Not the correct type")
        return item

    def _find_by_name(self, gid: str, kinds: tuple[str, ...]) -> Object | None:
        if "user" in kinds:
            if gid == "me":
                return self.me
            if "@" in gid:
                return self._store.find_by_email(gid)
        if "task" in kinds and gid.startswith("external:"):
            wanted = gid.removeprefix("external:")
            for task in self._store.all("task"):
                if (task.get("external") or {}).get("gid") == wanted:
                    return task
        return None

    def check_change(self, operation: Operation, at: Mapping[str, Any]) -> None:
        """Refuse a write to an object that the user may only read.

        Raises
        ------
        Refusal
            403.
        """
        if self.access.is_admin or operation.id in _FREE:
            return
        for name, item in at.items():
            if isinstance(item, dict) and not self.access.can_change(item):
                raise ApiError(403, f"{name}: You do not have permission to change this")

    def parse_arguments(
        self, operation: Operation, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """Parse the arguments of an operation; references become objects.

        Raises
        ------
        Refusal
            An argument is missing or not valid.
        """
        asked: dict[str, Any] = {}
        for parameter in operation.parameters:
            value = (path if parameter.place == "path" else query).get(parameter.name)
            if value is None or value == "":
                if parameter.required:
                    raise invalid_field(parameter.argument, "Missing input")
                continue
            name = parameter.argument if parameter.place == "path" else parameter.name
            asked[name] = self._parse_value(parameter, value)
        if operation.is_read:
            _check_combinations(operation, asked)
        if operation.id.startswith("search"):
            own = ("custom_fields.", "custom_types.")
            asked |= {key: value for key, value in query.items() if key.startswith(own)}
            asked["limit"] = query.get("limit")
        return asked

    def _parse_value(self, parameter: Parameter, value: str) -> Any:
        name = parameter.name
        if parameter.enum and value not in parameter.enum and not parameter.many:
            known = ", ".join(parameter.enum)
            raise invalid_field(name, f"Not a valid value: {value} (one of {known})")
        if parameter.kind == "boolean":
            if value.lower() not in ("true", "false", "1", "0"):
                raise invalid_field(name, f"Value is not a boolean: {value}")
            return value.lower() in ("true", "1")
        if parameter.kind in ("date", "datetime") and value not in ("now", "null"):
            if parameter.kind == "date":
                return parse_day(name, value)
            return parse_moment_or_day(name, value)
        if parameter.many and "user" in parameter.refers:
            mine = self.me["gid"]
            return ",".join(mine if who == "me" else who for who in value.split(","))
        if not parameter.refers or parameter.many:
            return value
        return self.find(parameter.argument, value, parameter.refers)


def _check_combinations(operation: Operation, asked: Mapping[str, Any]) -> None:
    """Refuse filters that exclude each other, and filters without those that they need."""
    if operation.one_of and not any(asked.keys() >= set(names) for names in operation.one_of):
        raise missing_combination(operation.id)
    for parameter in operation.parameters:
        if parameter.name not in asked:
            continue
        if parameter.needs and not asked.keys() & set(parameter.needs):
            raise invalid_field(parameter.name, f"Needs {' or '.join(parameter.needs)}")
        if asked.keys() & set(parameter.excludes):
            names = " or ".join((parameter.name, *parameter.excludes))
            raise ApiError(400, f"You may only provide one of {names}")
