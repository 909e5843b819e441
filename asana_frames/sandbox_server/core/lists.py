"""Building blocks of list reads: rows of the store, filtered by the arguments of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from asana_frames.sandbox_server.core.store import Object, Store

#: Arguments of a request, with objects instead of their gids.
Arguments = dict[str, Any]


ListRows = Callable[[Store, Arguments], Iterable[Object]]


def list_related(kind: str, argument: str) -> ListRows:
    """List the related objects of the object that an argument names."""
    return lambda store, asked: store.related(kind, asked[argument])


def list_field(argument: str, field: str) -> ListRows:
    """List the content of a field of the object that an argument names."""
    return lambda store, asked: asked[argument][field]


def list_all(kind: str, **filters: str) -> ListRows:
    """List the objects of a record type whose fields equal the arguments."""

    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        owners = (asked.get(argument) for argument in filters.values())
        for owner in owners:
            # Objects of a person or project are in one division, so only that one is searched.
            if isinstance(owner, dict) and owner.get("resource_type") in ("user", "project"):
                return store.all_near(kind, owner)
        return store.all(kind)

    return filter_rows(rows, filters)


def filter_rows(rows: ListRows, filters: dict[str, str]) -> ListRows:
    """Keep the rows whose fields equal the arguments given for them."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        found: Iterable[Object] = rows(store, asked)
        for field, argument in filters.items():
            wanted = asked.get(argument)
            if wanted is not None:
                found = _filter_by_field(found, field, wanted)
        return found

    return kept


def _filter_by_field(found: Iterable[Object], field: str, wanted: Any) -> Iterable[Object]:
    return (item for item in found if _is_match(item.get(field), wanted))


def _is_match(value: Any, wanted: Any) -> bool:
    return value is wanted if isinstance(wanted, dict) else value == wanted


def matching_argument(found: Iterable[Object], field: str, asked: Arguments) -> Iterable[Object]:
    """Keep the rows whose field equals the argument of the same name, if it is given."""
    wanted = asked.get(field)
    return found if wanted is None else _filter_by_field(found, field, wanted)


def filter_between(rows: ListRows, field: str, first: str, last: str) -> ListRows:
    """Keep the rows between two days, both included."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        start, end = asked.get(first) or "", asked.get(last) or "9999"
        return (item for item in rows(store, asked) if start <= item[field][:10] <= end)

    return kept


def filter_overlapping(rows: ListRows, start: str, end: str, first: str, last: str) -> ListRows:
    """Keep the rows that overlap a period."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since, until = asked.get(first) or "", asked.get(last) or "9999"
        found = rows(store, asked)
        return (item for item in found if item[end] >= since and item[start] <= until)

    return kept


def filter_since(rows: ListRows, field: str, argument: str) -> ListRows:
    """Keep the rows from a moment on."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since = asked.get(argument)
        found = rows(store, asked)
        return found if since is None else [item for item in found if item[field] >= since]

    return kept


def filter_custom_type(rows: ListRows) -> ListRows:
    """Keep the rows of the requested custom type."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        return matching_argument(rows(store, asked), "custom_type", asked)

    return kept


def sort_by_name(rows: ListRows) -> ListRows:
    """Sort rows by name."""
    return lambda store, asked: sorted(rows(store, asked), key=lambda item: str(item["name"]))


#: Finds the object of a read.
FindObject = Callable[[Store, Arguments], Object]


def object_at(argument: str) -> FindObject:
    """Find the object that an argument of the path names."""
    return lambda store, arguments: arguments[argument]
