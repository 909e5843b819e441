"""Names: operationId -> method, schema -> record, camelCase -> snake_case."""

from __future__ import annotations

import re

_SUFFIXES = re.compile(r"(Normal)?(CompactResponse|Response|Compact|Base|NormalResponse)$")


def snake(name: str) -> str:
    """Return ``taskTemplate`` as ``task_template``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def singular(noun: str) -> str:
    """Return the noun for one of a resource: ``time_tracking_entries`` -> ``..._entry``."""
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith("uses"):
        return noun[:-2]
    return noun.removesuffix("s")


def record_name(schema: str) -> str:
    """Return the record type a response schema describes."""
    return snake(_SUFFIXES.sub("", schema))


def is_response_schema(schema: str) -> bool:
    """Whether a schema describes an answer rather than a request."""
    return _SUFFIXES.search(schema) is not None


def method_name(operation_id: str, resource: str, *, lists: bool) -> str:
    """Return the name of an operation's method.

    The resource's own noun is dropped, as an object (``getTask``) and as a place
    (``addTagForTask``); a ``get`` that answers a list is called ``list``.
    """
    verb, _, rest = snake(operation_id).partition("_")
    verb = "list" if verb == "get" and lists else verb
    one = singular(resource)
    for noun in (resource, one):
        if rest == noun or rest.startswith(noun + "_for_"):
            return verb + rest[len(noun) :]
    return f"{verb}_{rest.removesuffix('_for_' + one)}"
