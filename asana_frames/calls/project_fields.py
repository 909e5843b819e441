"""The custom fields that a project has: one request tells all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import pandas as pd

from asana_frames.calls import custom_field_writes as custom
from asana_frames.calls.request_builder import CallContext
from asana_frames.catalog import load
from asana_frames.exceptions import InvalidArgument, RequestRefused
from asana_frames.fetch import ListQuery, decode_response, fan_out
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.field_columns import list_cells, pack_cells
from asana_frames.frames.field_definitions import FieldDefinition
from asana_frames.types import CLEAR

#: Decimals that the sign % takes.
_PERCENT_DIGITS = 2
#: What is asked of a field.
FIELD_PATHS = (*custom.OPT_FIELDS, "precision", "format")


class ProjectField(custom.WritableField):
    """A custom field, with how exact its numbers are."""

    precision: int | None = None
    format: str | None = None

    @property
    def column(self) -> str:
        """The column that it has in frames."""
        return f"{PREFIX}{self.name or self.gid}"

    @property
    def digits(self) -> int | None:
        """How many decimals Asana keeps; None where it is not known."""
        if self.kind != "number" or self.precision is None:
            return None
        return self.precision + (_PERCENT_DIGITS if self.format == "percentage" else 0)


def read_project_fields(client: CallContext, project: str, asked: str) -> list[ProjectField]:
    """Return the custom fields of a project; none where they cannot be read.

    Parameters
    ----------
    client
        The object that the call is made through.
    project
        The gid of the project.
    asked
        The call, for messages.
    """
    path = load().settings["project"].format(gid=project)
    wanted = ",".join(f"custom_field.{leaf}" for leaf in FIELD_PATHS)
    found: list[ProjectField] = []
    query = ListQuery(path, {"opt_fields": wanted}, "pages", asked=asked)
    for item in fan_out(client.http, [query], skip=(RequestRefused,)):
        if item.page is not None:
            settings = decode_response(_decoder, item.page.body, asked).data
            found += [one.custom_field for one in settings if one.custom_field is not None]
    return found


def add_definitions(
    known: Sequence[FieldDefinition], fields: Iterable[ProjectField]
) -> list[FieldDefinition]:
    """Return the definitions of a frame, and those of fields that no task of it has."""
    columns = {one.column for one in known}
    others = [
        FieldDefinition(one.gid, one.name or "", one.kind, one.column, is_computed=one.is_computed)
        for one in fields
    ]
    return [*known, *(one for one in others if one.column not in columns)]


def round_numbers(table: pd.DataFrame, fields: Sequence[ProjectField]) -> pd.DataFrame:
    """Return a table with its numbers as Asana keeps them, with which they are compared."""
    made: dict[str, Any] = {}
    for name in map(str, table.columns):
        # Cells that are no numbers, and names that are unclear, are problems that come later.
        with suppress(InvalidArgument):
            if name.startswith(PREFIX):
                field, _ = custom.find_field(name.removeprefix(PREFIX), fields)
                digits = field.digits if isinstance(field, ProjectField) else None
                if digits is not None:
                    cells = list_cells(table, name, "number")
                    made[name] = pack_cells([_round(cell, digits) for cell in cells])
    return table.assign(**made)


def _round(cell: Any, digits: int) -> Any:
    return cell if cell is None or cell is CLEAR else round(cell, digits)


class _Setting(msgspec.Struct):
    custom_field: ProjectField | None = None


class _SettingsPage(msgspec.Struct):
    data: list[_Setting]


_decoder = msgspec.json.Decoder(_SettingsPage)
