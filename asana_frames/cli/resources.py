"""``asana-frames RESOURCE METHOD``: one command per operation of the catalog."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
import pandas as pd

from asana_frames.catalog import BodyField, Operation, Parameter, ResourceType, load, methods_of
from asana_frames.catalog.model import Kind
from asana_frames.cli.connection import build_connection_options, open_connection, print_failures
from asana_frames.cli.errors import Command, Group, drop_missing
from asana_frames.cli.terminal import echo_data
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.csv import stream_csv
from asana_frames.export.json import to_json_bytes
from asana_frames.frames.writable_columns import find_resource
from asana_frames.types import CLEAR

_TYPES: dict[Kind, Any] = {
    "integer": click.INT,
    "number": click.FLOAT,
    "boolean": click.BOOL,
}

#: Options that commands have besides the parameters of their operation.
_COMMAND_OPTIONS = {"from", "format", "fields", "limit", "sandbox", "dry_run"}

#: What ``--from`` is called here.
_TABLE = "table"


def resource_group(resource: ResourceType) -> Group:
    """Build the group of a resource; each of its commands is built when it is used."""

    class ResourceGroup(Group):
        def list_commands(self, ctx: click.Context) -> list[str]:
            return ["info", *(op.method.replace("_", "-") for op in operations)]

        def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
            wanted = name.replace("-", "_")
            if wanted == "info":
                return _build_info_command(resource.name)
            return next((_build_command(op) for op in operations if op.method == wanted), None)

    operations = methods_of(load(), resource.name)
    return ResourceGroup(resource.name, help=resource.about)


def _build_info_command(name: str) -> Command:
    def run(output: str) -> None:
        from asana_frames.calls.resource import describe_columns, sort_columns

        _print_frame(sort_columns(describe_columns(load().resource(name).record)), output)

    return Command(
        "info",
        callback=run,
        params=[_build_format_option()],
        help="List the columns that its frames can have.",
    )


def _build_command(operation: Operation) -> Command:
    params: list[click.Parameter] = [
        click.Argument([parameter.argument], required=not _takes_table(operation))
        for parameter in operation.parameters
        if parameter.place == "path"
    ]
    query = [parameter for parameter in operation.parameters if parameter.place == "query"]
    params += [_build_option(parameter) for parameter in query]
    params += [_build_body_option(operation, field) for field in operation.body]
    if operation.returns != "nothing" or operation.has_preview:
        params.append(_build_format_option())
    if operation.fields and operation.returns != "nothing":
        params.append(click.Option(["--fields"], help="Asana paths, separated by commas, or all."))
    if operation.is_read and operation.returns == "list":
        params.append(click.Option(["--limit"], type=click.INT, help="Maximum number of rows."))
    if _takes_table(operation):
        params.append(_build_table_option())
    if operation.has_preview:
        params.append(
            click.Option(
                ["--dry-run"], is_flag=True, help="Print what would change; send nothing."
            )
        )
    params += build_connection_options()
    return Command(
        operation.method.replace("_", "-"),
        callback=_build_callback(operation),
        params=params,
        help=f"{operation.http} {operation.path}\n\n{operation.note}".strip(),
    )


def _takes_table(operation: Operation) -> bool:
    """Whether rows of a file can say what to update: frames of such objects have gids."""
    methods = {one.method for one in load().operations_of(operation.resource)}
    record = load().resource(operation.resource).record
    return (
        operation.method == "update"
        and "get" in methods
        and find_resource(record) == operation.resource
    )


def _build_table_option() -> click.Option:
    return click.Option(
        ["--from", _TABLE],
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help=f"A table with a column gid, and fields as columns; blank cells leave a field alone, "
        f"{CLEAR!r} empties it.",
    )


def _build_option(parameter: Parameter) -> click.Option:
    return click.Option(
        [f"--{parameter.argument.replace('_', '-')}", parameter.argument],
        required=parameter.required,
        type=_TYPES.get(parameter.kind, click.STRING),
        multiple=bool(parameter.refers),
        help=_describe_parameter(parameter),
    )


def _describe_parameter(parameter: Parameter) -> str:
    if parameter.enum:
        return " | ".join(parameter.enum)
    if parameter.refers:
        return f"{' or '.join(parameter.refers)}: name, gid or URL; may be repeated.".replace(
            "_", " "
        )
    return {"date": "YYYY-MM-DD", "datetime": "ISO 8601"}.get(parameter.kind, "")


def _build_body_option(operation: Operation, field: BodyField) -> click.Option:
    # A body field can have the name of one of our options, such as format of custom fields.
    word = f"body_{field.name}" if field.name in _COMMAND_OPTIONS else field.name
    return click.Option(
        [f"--{word.replace('_', '-')}", f"body_{field.name}"],
        required=field.required,
        type=_TYPES.get(field.kind, click.STRING),
        help=_describe_body_field(operation, field),
    )


def _describe_body_field(operation: Operation, field: BodyField) -> str:
    values = "JSON" if field.kind in ("json", "texts") else " | ".join(field.enum)
    clears = operation.http == "PUT" and field.kind not in _TYPES
    return "; ".join(filter(None, [values, f"{CLEAR!r} empties it" if clears else ""]))


def _build_format_option() -> click.Option:
    return click.Option(
        ["--format", "output"],
        type=click.Choice(["csv", "json"]),
        default="csv",
        show_default=True,
    )


def _build_callback(operation: Operation) -> Callable[..., None]:
    def run(use_sandbox: bool, output: str = "csv", **options: Any) -> None:
        given = drop_missing(options)
        if _TABLE in given:
            _update_from_table(operation, use_sandbox, **given)
            return
        if given.get("fields"):
            fields = given["fields"]
            given["fields"] = fields if fields == "all" else fields.split(",")
        for name, value in list(given.items()):
            # A single reference is passed as such, so that its refusal is an error.
            given[name] = value[0] if isinstance(value, tuple) and len(value) == 1 else value
        body = {
            name.removeprefix("body_"): _parse_body_value(
                operation, name.removeprefix("body_"), value
            )
            for name, value in given.items()
            if name.startswith("body_")
        }
        arguments = {k: v for k, v in given.items() if not k.startswith("body_")}
        path = [arguments.pop(p.argument) for p in _list_path(operation, arguments)]
        with open_connection(use_sandbox) as asana:
            method: Callable[..., Any] = getattr(asana[operation.resource], operation.method)
            frame = method(*path, **arguments, **body)
            print_failures(asana)
        if frame is not None and "sync" in frame.attrs["asana"]:
            click.echo(f"sync: {frame.attrs['asana']['sync']}", err=True)
        if frame is not None:
            _print_frame(frame, output)

    return run


def _list_path(operation: Operation, arguments: Mapping[str, Any]) -> list[Parameter]:
    """Return the parameters of the path.

    Raises
    ------
    UsageError
        One is missing, where a table could stand for it.
    """
    listed = [one for one in operation.parameters if one.place == "path"]
    for one in listed:
        if one.argument not in arguments:
            raise click.UsageError(f"Missing argument {one.argument.upper()!r}, or --from.")
    return listed


def _update_from_table(
    operation: Operation, use_sandbox: bool, table: Path, dry_run: bool = False, **others: Any
) -> None:
    if others:
        raise click.UsageError(
            "--from takes all that is to be written from the table; leave the others out."
        )
    from asana_frames.cli.update_from import update_from_table

    with open_connection(use_sandbox) as asana:
        update_from_table(asana, operation.resource, table, dry_run=dry_run)


def _parse_body_value(operation: Operation, name: str, text: Any) -> Any:
    """Parse the option of a body field; fields that are not plain values take JSON."""
    kind = next(field.kind for field in operation.body if field.name == name)
    if text == repr(CLEAR):
        return CLEAR
    if kind not in ("json", "texts") or not isinstance(text, str):
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as cause:
        raise InvalidArgument(f"--{name} takes JSON, not {text!r} ({cause}).") from cause


def _print_frame(frame: pd.DataFrame, output: str) -> None:
    if output == "json":
        echo_data(to_json_bytes(frame))
        return
    text = io.StringIO()
    stream_csv(frame, text)
    echo_data(text.getvalue().encode())
