"""A method of a resource and its arguments as data, for calls that are planned or streamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from asana_frames.calls.read import Read
from asana_frames.calls.request_builder import CallContext
from asana_frames.calls.resource import Resource
from asana_frames.catalog import Operation, load
from asana_frames.exceptions import InvalidArgument


class ParsedCall(NamedTuple):
    """The operation and the arguments of a call that was not made."""

    operation: Operation
    arguments: Mapping[str, Any]
    options: Mapping[str, Any]

    def build_read(self, client: CallContext) -> Read:
        """Return the read that the call would make."""
        options = {"fields": None, "limit": None, "errors": "warn", **self.options}
        return Read(client, self.operation, **options)


class _CallParser:
    """Stands in for a resource and returns the parsed call instead of making it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def _read_frame(
        self, operation_id: str, arguments: Mapping[str, Any], **options: Any
    ) -> ParsedCall:
        return ParsedCall(load().operation(operation_id), arguments, options)

    _read_list = Resource._read_list

    def __getattr__(self, name: str) -> Any:
        # What hand-written methods use, which make several requests.
        raise InvalidArgument(
            f"A method of asana.{self.name} makes other calls and cannot be planned or streamed; "
            f"pass a method that reads, such as asana.tasks.list."
        )

    def _write_records(self, operation_id: str, *_: Any, **__: Any) -> ParsedCall:
        name = load().operation(operation_id).name
        raise InvalidArgument(f"{name} writes; pass a method that reads: asana.tasks.list.")

    _send_action = _write_records


def parse_call(method: Callable[..., Any], *args: Any, **kwargs: Any) -> ParsedCall:
    """Parse a call of a resource's method without making it.

    Raises
    ------
    InvalidArgument
        ``method`` is not a method of a resource, or it writes.
    """
    owner, function = getattr(method, "__self__", None), getattr(method, "__func__", None)
    if not isinstance(owner, Resource) or function is None:
        raise InvalidArgument(
            "The first argument must be a method, without parentheses: asana.tasks.list."
        )
    call = function(_CallParser(owner.name), *args, **kwargs)
    if not isinstance(call, ParsedCall):
        raise InvalidArgument(
            f"asana.{owner.name}.{method.__name__} sends no request; pass a method that reads, "
            f"such as asana.tasks.list."
        )
    return call
