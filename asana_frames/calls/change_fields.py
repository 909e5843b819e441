"""Which custom fields changes are about, as the frame tells that they were read in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from asana_frames.calls import custom_field_writes as custom
from asana_frames.calls.change_steps import UPDATE, Step
from asana_frames.calls.project_fields import FIELD_PATHS, ProjectField
from asana_frames.calls.references import is_email
from asana_frames.calls.request_builder import CallContext
from asana_frames.exceptions import InvalidArgument, NotFound, RequestRefused, UnknownReference
from asana_frames.fetch import ListQuery, decode_response, fan_out
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.field_definitions import FieldDefinition
from asana_frames.types import CLEAR

_ASKED = "apply"


class ChangeFields:
    """The custom fields of the columns that changes were found in, where each shows only one.

    One request tells all about a field, for however many tasks.

    Parameters
    ----------
    client
        The object that the call is made through.
    definitions
        What the frame of changes tells of custom fields.
    """

    def __init__(self, client: CallContext, definitions: Iterable[FieldDefinition]) -> None:
        self._client = client
        by_column: dict[str, set[str]] = {}
        for one in definitions:
            by_column.setdefault(one.column, set()).add(one.gid)
        self._gids = {column: gids.pop() for column, gids in by_column.items() if len(gids) == 1}
        self._fields: dict[str, ProjectField] = {}

    def learn(self, steps: Iterable[Step]) -> None:
        """Read the fields that requests change."""
        names = {name for step in steps if step.phase == UPDATE for name in step.body}
        wanted = sorted(names & self._gids.keys())
        queries = [
            ListQuery(
                f"/custom_fields/{self._gids[name]}",
                {"opt_fields": ",".join(FIELD_PATHS)},
                "none",
                asked=_ASKED,
            )
            for name in wanted
        ]
        for item in fan_out(self._client.http, queries, skip=(RequestRefused,)):
            if item.page is not None:
                field = decode_response(_decoder, item.page.body, _ASKED).data
                self._fields[wanted[item.place]] = field

    def find_digits(self, column: str) -> int | None:
        """Return how many decimals Asana keeps of a number; None where it is not known."""
        field = self._fields.get(column)
        return None if field is None else field.digits

    def split(self, step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the body of a request without the fields that are known, and those."""
        if step.phase != UPDATE:
            return step.body, {}
        known = {name: value for name, value in step.body.items() if name in self._fields}
        rest = {name: value for name, value in step.body.items() if name not in known}
        return rest, known

    def encode(self, column: str, value: Any) -> tuple[str, Any]:
        """Return the gid of a known field, and a value as Asana takes it.

        Raises
        ------
        InvalidArgument
            The field cannot have the value.
        """
        field = self._fields[column]
        if value is CLEAR and not field.is_computed:
            return field.gid, CLEAR
        try:
            return field.gid, custom.encode_value(field, value, "", self._resolve)
        except InvalidArgument as error:
            named = type(error)(f"{_ASKED}({column}=): {error}")
            named.nearest = error.nearest
            raise named from None

    def _resolve(self, value: Any, refers: Sequence[str]) -> list[str]:
        items = value if isinstance(value, tuple | list) else [value]
        try:
            return [gid for one in items for gid in self._client.references.gids(one, refers)]
        except NotFound:
            unknown = [one for one in items if isinstance(one, str) and is_email(one)]
            if not unknown:
                raise
            raise UnknownReference(
                f"Asana knows nobody called {' or '.join(map(repr, unknown))}."
            ) from None


def list_columns(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields of a body that are custom fields."""
    return (name for name in body if name.startswith(PREFIX))


class _FieldResponse(msgspec.Struct):
    data: ProjectField


_decoder = msgspec.json.Decoder(_FieldResponse)
