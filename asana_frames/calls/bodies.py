"""Arguments -> what Asana takes: query values, JSON bodies, uploads; checked before sending."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd

from asana_frames.calls.references import iterate_references
from asana_frames.catalog import Operation, Parameter
from asana_frames.catalog.model import Kind
from asana_frames.exceptions import ConfigurationError, InvalidArgument, suggest_names

UploadFiles = dict[str, Any] | None


def quote_segment(value: str) -> str:
    """Return a value as a part of a path."""
    return quote(value, safe=":@")


def format_query_value(operation: Operation, parameter: Parameter, value: Any) -> str:
    """Return an argument as the text of a query.

    Raises
    ------
    InvalidArgument
        It is not of the parameter's kind.
    """
    if parameter.many and not isinstance(value, str) and isinstance(value, Iterable):
        return ",".join(_format_value(operation, parameter, item) for item in value)
    return _format_value(operation, parameter, value)


def _format_value(operation: Operation, parameter: Parameter, value: Any) -> str:
    asked = f"{operation.name}({parameter.argument}=)"
    if parameter.kind == "boolean":
        if not isinstance(value, bool | np.bool_):
            raise InvalidArgument(f"{asked} takes True or False, not {value!r}.")
        return "true" if value else "false"
    if parameter.kind in ("date", "datetime"):
        return format_datetime(parameter.kind, value, asked)
    if parameter.kind in ("integer", "number") and isinstance(value, bool | str):
        raise InvalidArgument(f"{asked} takes a number, not {value!r}.")
    if parameter.kind == "text" and not isinstance(value, str):
        raise InvalidArgument(f"{asked} takes text, not {value!r}.")
    return str(value)


def format_datetime(kind: Kind, value: Any, asked: str) -> str:
    """Return a day as ``YYYY-MM-DD``, or a moment as ISO 8601 in UTC; text stays as it is.

    Raises
    ------
    InvalidArgument
        The value is neither text nor a date, or it is no moment at all.
    """
    if isinstance(value, str) and value:
        _check_iso_text(value, asked)
        return value
    if not isinstance(value, date) or value is pd.NaT:
        raise InvalidArgument(f'{asked} takes a date or text such as "2026-01-31", not {value!r}.')
    if kind == "date":
        return f"{value:%Y-%m-%d}"
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        # A moment without a zone is meant in UTC, as everything in a frame is.
        value = value.replace(tzinfo=UTC)
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _check_iso_text(text: str, asked: str) -> None:
    """Refuse text that no date begins with; the words that Asana knows may pass."""
    if text in ("now", "null"):
        return
    try:
        datetime.fromisoformat(text)
    except ValueError as cause:
        raise InvalidArgument(
            f'{asked} takes a date or text such as "2026-01-31", not {text!r}.'
        ) from cause


def encode_body(operation: Operation, body: Mapping[str, Any] | None) -> tuple[Any, UploadFiles]:
    """Return the JSON or the form and files of a body.

    Raises
    ------
    InvalidArgument
        A name is unknown (the message suggests the nearest) or a required one is missing.
    """
    if body is None:
        return None, None
    known = {field.name: field for field in operation.body}
    if operation.http == "PUT" and known and not body:
        raise InvalidArgument(f"{operation.name}: say what to change: {', '.join(known)}.")
    for name in body:
        if name not in known:
            raise InvalidArgument(
                f"{operation.name} takes no {name!r}.{suggest_names(name, known)} "
                f"It takes: {', '.join(known)}."
            )
    # A POST names all its fields, so None is "not asked for"; a PUT clears a field by null.
    given = {
        name: to_json(value, known[name].kind, f"{operation.name}({name}=)")
        for name, value in body.items()
        if operation.http == "PUT" or not _is_missing(value)
    }
    missing = [name for name, field in known.items() if field.required and name not in given]
    if missing:
        raise InvalidArgument(f"{operation.name}: {', '.join(missing)} is missing.")
    return _build_form(operation, given) if operation.multipart else ({"data": given}, None)


def _is_missing(value: Any) -> bool:
    missing = value is None or value is pd.NA or value is pd.NaT
    return missing or (isinstance(value, float) and math.isnan(value))


def to_json(value: Any, kind: Kind, asked: str) -> Any:
    """Return a Python value as JSON: dates as ISO text, rows and frames as gids."""
    if _is_missing(value):
        return None
    if isinstance(value, date):
        is_moment = isinstance(value, datetime) and kind != "date"
        return format_datetime("datetime" if is_moment else "date", value, asked)
    if isinstance(value, pd.DataFrame | pd.Series) or hasattr(value, "value"):
        gids = [get_gid(item) for item in iterate_references(value)]
        is_row = isinstance(value, pd.Series) and "gid" in value.index
        return gids[0] if is_row or (kind == "text" and len(gids) == 1) else gids
    if isinstance(value, Mapping):
        if kind in ("text", "texts") and "gid" in value:
            return value["gid"]
        return {str(key): to_json(item, "json", asked) for key, item in value.items()}
    if kind in ("date", "datetime") and isinstance(value, str):
        return format_datetime(kind, value, asked)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidArgument(f"{asked}: {value} is no number that JSON can hold.")
    if isinstance(value, str | bool | int | float):
        return value
    if hasattr(value, "item"):
        return to_json(value.item(), kind, asked)
    if kind == "text" and hasattr(value, "read"):
        return value
    if isinstance(value, Path):
        return value
    if isinstance(value, Iterable):
        return [to_json(item, kind, asked) for item in value]
    raise InvalidArgument(f"{asked}: {type(value).__name__} has no form in JSON.")


def get_gid(item: Any) -> str | None:
    """Return the gid of a row, or of what is one already; None of nothing."""
    if _is_missing(item):
        return None
    return str(item["gid"] if isinstance(item, Mapping | pd.Series) else item)


def _build_form(
    operation: Operation, given: Mapping[str, Any]
) -> tuple[dict[str, str], UploadFiles]:
    """Return the fields and the file of an upload; a path is opened here, closed after sending."""
    form = {name: str(value) for name, value in given.items() if name != "file"}
    content = given.get("file")
    if content is None:
        # Without a file the form still has to be multipart.
        return {}, {name: (None, value) for name, value in form.items()}
    if isinstance(content, str | Path):
        path = Path(content)
        try:
            stream: Any = path.open("rb")
        except OSError as cause:
            raise ConfigurationError(f"{path} cannot be read: {cause.strerror}.") from cause
        name = form.pop("name", path.name)
    else:
        stream = content
        name = form.pop("name", "") or Path(str(getattr(content, "name", "file"))).name
    return form, {"file": (quote(name, safe=" ()[]-_.,"), stream)}


def copy_stream(stream: Any, count: int) -> list[Any]:
    """Return as many streams of the same content: each row reads its own, and closes it."""
    content = stream.read()
    packed = content.encode() if isinstance(content, str) else content
    copies: list[Any] = [io.BytesIO(packed) for _ in range(count)]
    for copy in copies:
        copy.name = getattr(stream, "name", "file")
    return copies


def close_files(files: UploadFiles) -> None:
    """Close what was opened for an upload."""
    for part in (files or {}).values():
        with contextlib.suppress(AttributeError):
            part[1].close()
