"""Projection of objects to records: compact, full, or the requested ``opt_fields``."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from asana_frames.sandbox_server.core.custom_values import (
    DEFINITION_FIELDS,
    CustomValue,
    value_fields,
)
from asana_frames.sandbox_server.core.shapes import DEFAULT_SHAPE, FULL
from asana_frames.sandbox_server.core.store import Object, Store
from asana_frames.sandbox_server.resources.registry import SHAPES

FieldTree = dict[str, "FieldTree"]

_IN_PATH = string.ascii_letters + string.digits + "_."
#: Most keys of a path, groups, and characters: limits that keep a request from blocking the
#: server.
_DEEPEST = 8
_MOST_GROUPS = 200
_LONGEST = 20_000
#: Encoded objects kept for the next page that shows them, in bytes.
_KEPT = 96_000_000
#: Fields that are computed for each user or request.
_PERSONAL = frozenset(("liked", "hearted", "download_url"))
_MISSING: Any = object()
_NOTHING: frozenset[str] = frozenset()
#: Never cached: their URLs expire, or they change without a write.
_FLEETING = frozenset(
    ("attachment", "graph_export", "job", "organization_export", "resource_export", "webhook")
)
#: Fields left out if they are empty, even if they are requested.
_ABSENT = frozenset(("approval_status", "external", "size"))
#: Fields of the definition that the values of an object repeat by default.
_ENTRY_FIELDS = frozenset(DEFINITION_FIELDS) - {
    "default_access_level",
    "id_prefix",
    "privacy_setting",
    "representation_type",
}
_encode = msgspec.json.Encoder().encode


def is_object(value: Any) -> bool:
    """Whether a value is an object of its own rather than a part of one."""
    return isinstance(value, dict) and "gid" in value and "resource_type" in value


@lru_cache(maxsize=512)
def parse_field_tree(opt_fields: str) -> FieldTree:
    """Return the paths of an ``opt_fields`` value as a tree.

    Parameters
    ----------
    opt_fields
        Paths joined by commas; ``this.`` before one changes nothing, and a term may be a group:
        ``(followers|assignee).name``.
    """
    tree: FieldTree = {}
    for keys in _iterate_paths(opt_fields):
        node = tree
        for key in keys:
            node = node.setdefault(key, {})
    return tree


@lru_cache(maxsize=512)
def count_links(opt_fields: str) -> int:
    """Return how many links an object's paths follow, at least one.

    Parameters
    ----------
    opt_fields
        Paths as in `parse_field_tree`. Those into one reference follow one link:
        ``assignee.name`` and ``assignee.email`` do, ``custom_fields.name`` and
        ``custom_fields.enum_value.name`` do not.
    """
    return max(1, len({tuple(keys[:-1]) for keys in _iterate_paths(opt_fields) if len(keys) > 1}))


def _iterate_paths(opt_fields: str) -> Iterator[list[str]]:
    for path in filter(None, (part.strip() for part in expand_groups(opt_fields).split(","))):
        keys = path.removeprefix("this.").split(".")[:_DEEPEST]
        # Fields that begin with "_" are internal to the sandbox.
        if not any(key.startswith("_") for key in keys):
            yield keys


def expand_groups(text: str) -> str:
    """Return paths without groups: each spread over what it holds, inner ones first."""
    for _ in range(_MOST_GROUPS):
        end = text.find(")")
        start = text.rfind("(", 0, max(end, 0))
        if start < 0:
            return text
        before = len(text[:start].rstrip(_IN_PATH))
        after = len(text) - len(text[end + 1 :].lstrip(_IN_PATH))
        parts = re.split(r"[|,]", text[start + 1 : end])
        spread = (f"{text[before:start]}{part.strip()}{text[end + 1 : after]}" for part in parts)
        text = f"{text[:before]}{','.join(spread)}{text[after:]}"[:_LONGEST]
    return text


class Projection:
    """Projects objects to records for one user.

    Parameters
    ----------
    store
        The objects.
    me
        The user, on whom fields such as ``liked`` depend.
    file_url
        Returns the temporary download URL of an object.
    unpaid
        Fields that the plan does not include; no object has them.
    """

    def __init__(
        self,
        store: Store,
        me: Object,
        file_url: Callable[[Object], str | None],
        unpaid: frozenset[str] = frozenset(),
    ) -> None:
        self._store = store
        self._me = me
        self._file_url = file_url
        self._unpaid = unpaid
        self._version = store.version, store.remeasured
        self._definitions: dict[tuple[str, int], tuple[FieldTree | None, Object]] = {}
        self._encoded: dict[tuple[str, bool, str], bytes] = {}
        self._size = 0

    def encode_rows(self, rows: Iterable[Object], opt_fields: str, *, full: bool) -> list[bytes]:
        """Encode each row as JSON; unchanged rows come from a cache."""
        self._clear_outdated()
        tree = self._drop_unpaid_fields(parse_field_tree(opt_fields)) if opt_fields else None
        return [self._encode_row(row, opt_fields, tree, full) for row in rows]

    def _encode_row(
        self, row: Object, opt_fields: str, tree: FieldTree | None, full: bool
    ) -> bytes:
        key = opt_fields, full, row.get("gid", "")
        if self._store.unindexed and self._store.get(key[2]) is not row:
            # An outdated row of the search index must not enter the cache.
            return _encode(self._show_current(row, tree, full))
        known = self._encoded.get(key)
        if known is not None:
            return known
        made: bytes = _encode(self._show_current(row, tree, full))
        if key[2] and row.get("resource_type") not in _FLEETING:
            self._size += len(made)
            if self._size > _KEPT:
                self._encoded.clear()
                self._size = len(made)
            self._encoded[key] = made
        return made

    def show(self, item: Object, tree: FieldTree | None, *, full: bool) -> Object:
        """Return the record of an object.

        Parameters
        ----------
        item
            The object.
        tree
            The requested paths, which replace the default; None if there are none.
        full
            Whether the default is the full record rather than the compact one.
        """
        self._clear_outdated()
        return self._show_current(item, self._drop_unpaid_fields(tree), full)

    def _drop_unpaid_fields(self, tree: FieldTree | None) -> FieldTree | None:
        """Drop requested fields that the plan does not include."""
        if not tree or not self._unpaid:
            return tree
        return {key: below for key, below in tree.items() if key not in self._unpaid} or {
            "gid": {}
        }

    def _clear_outdated(self) -> None:
        """Clear the caches if the store has changed."""
        version = self._store.version, self._store.remeasured
        if self._version != version:
            self._version = version
            self._definitions.clear()
            self._encoded.clear()
            self._size = 0

    def _show_current(self, item: Object, tree: FieldTree | None, full: bool) -> Object:
        if tree:
            return self._show_requested(item, tree)
        kind = item.get("resource_type", "")
        shape = SHAPES.get(kind, DEFAULT_SHAPE)
        if not full and not shape.is_always_full and is_object(item):
            return self._show_compact(item)
        hidden = shape.hidden | self._unpaid
        shown = {
            key: self._show_default_field(item, key)
            for key, value in item.items()
            # Fields that begin with "_" are internal to the sandbox.
            if key not in hidden and key[0] != "_" and (value is not None or key not in _ABSENT)
        }
        for key in _PERSONAL & shown.keys():
            shown[key] = self._personal_value(item, key)
        return shown

    def _show_compact(self, item: Object) -> Object:
        kind = item["resource_type"]
        shown = {"gid": item["gid"], "resource_type": kind}
        for key in SHAPES.get(kind, DEFAULT_SHAPE).compact:
            if key in item:
                shown[key] = self._show_default_field(item, key)
        if "download_url" in shown:
            shown["download_url"] = self._file_url(item)
        return shown

    def _show_default_field(self, item: Object, key: str) -> Any:
        """Return the value of a field in a default representation."""
        value = item[key]
        if key == "custom_fields":
            return self._show_custom_values(item, value, None)
        form = SHAPES.get(item.get("resource_type", ""), DEFAULT_SHAPE).references.get(key)
        if form is None or not value:
            return self._show_inner(value) if isinstance(value, dict | list) else value
        if form is FULL:
            items = value if isinstance(value, list) else [value]
            whole = [self._show_current(part, None, True) for part in items]
            return whole if isinstance(value, list) else whole[0]
        if isinstance(value, list):
            return [{name: part[name] for name in form} for part in value]
        return {name: value[name] for name in form}

    def _show_inner(self, value: Any) -> Any:
        """Return a nested value: objects in compact form, the rest as it is."""
        if isinstance(value, list):
            return [self._show_inner(item) for item in value]
        if isinstance(value, tuple):
            return self._show_custom_value(value, None)
        if not isinstance(value, dict):
            return value
        if is_object(value) and value["resource_type"] != "goal_metric":
            return self._show_compact(value)
        return {key: self._show_inner(item) for key, item in value.items()}

    def _show_requested(self, item: Object, tree: FieldTree) -> Object:
        shown = {"gid": item["gid"]} if "gid" in item else {}
        for key, below in tree.items():
            value = item.get(key, _MISSING)
            if value is _MISSING or (value is None and key in _ABSENT):
                continue
            kind = value.__class__
            if kind is not dict and kind is not list:
                shown[key] = self._personal_value(item, key) if key in _PERSONAL else value
            elif key == "custom_fields":
                shown[key] = self._show_custom_values(item, value, below or None)
            elif not below:
                shown[key] = self._show_default_field(item, key)
            elif kind is dict:
                shown[key] = self._show_requested(value, below)
            else:
                shown[key] = [self._show_list_item(part, below) for part in value]
        return shown

    def _show_custom_values(
        self, item: Object, values: list[CustomValue], tree: FieldTree | None
    ) -> list[Object]:
        """Return the values of custom fields; a field on none of the projects is disabled."""
        shown = [self._show_custom_value(value, tree) for value in values]
        away = item.get("_away", _NOTHING)
        for entry in shown if away else ():
            if entry["gid"] in away and "enabled" in entry:
                entry["enabled"] = False
        return shown

    def _show_list_item(self, part: Any, below: FieldTree) -> Any:
        if isinstance(part, tuple):
            return self._show_custom_value(part, below)
        return self._show_requested(part, below) if isinstance(part, dict) else part

    def _show_custom_value(self, entry: CustomValue, tree: FieldTree | None) -> Object:
        """Return the entry of a custom field: its cached definition and its value."""
        field, value = entry
        key = field["gid"], id(tree)
        of, shared = self._definitions.get(key, (None, None))
        # A freed object's id() may be reused.
        if shared is None or of is not tree:
            known = {name: field[name] for name in DEFINITION_FIELDS if name in field}
            if tree is None:
                known = {name: part for name, part in known.items() if name in _ENTRY_FIELDS}
                shared = {name: self._show_inner(part) for name, part in known.items()}
            else:
                shared = self._show_requested(known, tree)
            self._definitions[key] = tree, shared
        shown = shared.copy()
        for name, part in value_fields(field, value).items():
            below = {} if tree is None else tree.get(name)
            if below is None:
                continue
            if not below or not part:
                shown[name] = self._show_inner(part) if isinstance(part, dict | list) else part
            elif isinstance(part, list):
                shown[name] = [self._show_requested(item, below) for item in part]
            else:
                shown[name] = self._show_requested(part, below)
        return shown

    def _personal_value(self, item: Object, key: str) -> Any:
        """Return the value of a field that depends on the user or the time."""
        return self._file_url(item) if key == "download_url" else self._is_liked(item)

    def _is_liked(self, item: Object) -> bool:
        return any(like["user"] is self._me for like in item["likes"])
