"""Convert arguments to query values, JSON bodies and uploads; check them before sending."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np
import pandas as pd

from asana_frames.calls.references import is_single_reference, iterate_references
from asana_frames.catalog import BodyField, Operation, Parameter
from asana_frames.catalog.model import Kind
from asana_frames.exceptions import InvalidArgument, find_similar, suggest_names
from asana_frames.frames.cells import CellReader
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.types import CLEAR

UploadFiles = dict[str, Any] | None
#: Fields that exclude each other in a request.
_PAIRS = (("due_on", "due_at"), ("start_on", "start_at"))
#: What stands for a field that is not sent.
LEFT_ALONE: Final = object()


def quote_segment(value: str) -> str:
    """Quote a value as one segment of a path."""
    return quote(value, safe=":@")


def format_query_value(operation: Operation, parameter: Parameter, value: Any) -> str:
    """Format an argument as the value of a query parameter.

    Raises
    ------
    InvalidArgument
        The value is not of the parameter's kind.
    """
    if parameter.many and not isinstance(value, str) and isinstance(value, Iterable):
        return ",".join(_format_value(operation, parameter, item) for item in value)
    return _format_value(operation, parameter, value)


def _format_value(operation: Operation, parameter: Parameter, value: Any) -> str:
    name = f"{operation.name}({parameter.argument}=)"
    if parameter.kind == "boolean":
        if not isinstance(value, bool | np.bool_):
            raise InvalidArgument(f"{name} takes True or False, not {value!r}.")
        return "true" if value else "false"
    if parameter.kind in ("date", "datetime"):
        return format_datetime(parameter.kind, value, name)
    if parameter.kind in ("integer", "number") and isinstance(value, bool | str):
        raise InvalidArgument(f"{name} takes a number, not {value!r}.")
    if parameter.kind == "text" and not isinstance(value, str):
        raise InvalidArgument(f"{name} takes text, not {value!r}.")
    return str(value)


def format_datetime(kind: Kind, value: Any, name: str) -> str:
    """Format a day as ``YYYY-MM-DD`` or a moment as ISO 8601 in UTC; text is only checked.

    Raises
    ------
    InvalidArgument
        The value is not a date, or it is text that is not one.
    """
    if isinstance(value, str) and value:
        _check_iso_text(value, name)
        return value
    if not isinstance(value, date) or value is pd.NaT:
        raise InvalidArgument(f'{name} takes a date or text such as "2026-01-31", not {value!r}.')
    if kind == "date":
        return f"{value:%Y-%m-%d}"
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        # A moment without a time zone is UTC, as everywhere in frames.
        value = value.replace(tzinfo=UTC)
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _check_iso_text(text: str, name: str) -> None:
    """Refuse text that is not an ISO date or moment, except the words that Asana knows."""
    if text in ("now", "null"):
        return
    try:
        datetime.fromisoformat(text)
    except ValueError as cause:
        raise InvalidArgument(
            f'{name} takes a date or text such as "2026-01-31", not {text!r}.'
        ) from cause


def encode_body(operation: Operation, body: Mapping[str, Any] | None) -> tuple[Any, UploadFiles]:
    """Return the JSON of a body, or its form fields and files.

    Raises
    ------
    InvalidArgument
        A name is unknown (the message suggests a similar one), or a required one is missing.
    """
    if body is None:
        return None, None
    check_names(operation, body)
    encoded = {name: encode_field(operation, name, value) for name, value in body.items()}
    return finish_body(operation, encoded)


def check_names(operation: Operation, names: Iterable[str]) -> None:
    """Raise an error if an operation does not take a field; the message suggests others.

    Raises
    ------
    InvalidArgument
        A name is unknown.
    """
    known = [field.name for field in operation.body]
    for name in names:
        is_custom = name.startswith(PREFIX) and "custom_fields" in known
        if name not in known and not is_custom:
            error = InvalidArgument(
                f"{operation.name}() got an unexpected argument {name!r}."
                f"{suggest_names(name, known)} It takes: {', '.join(known)}."
            )
            error.nearest = tuple(find_similar(name, known))
            raise error


def finish_body(operation: Operation, encoded: Mapping[str, Any]) -> tuple[Any, UploadFiles]:
    """Return the JSON of a body, or its form fields and files, from the fields encoded.

    Raises
    ------
    InvalidArgument
        A required field is missing.
    """
    known = {field.name: field for field in operation.body}
    given = {name: value for name, value in encoded.items() if value is not LEFT_ALONE}
    for pair in _PAIRS:
        both = [name for name in pair if given.get(name) is not None]
        if len(both) > 1:
            raise InvalidArgument(f"{operation.name} takes {both[0]} or {both[1]}, not both.")
    missing = [name for name, field in known.items() if field.required and name not in given]
    if missing:
        can_be_empty = any(known[name].nullable for name in missing)
        raise InvalidArgument(
            f"{operation.name}: {', '.join(missing)} is missing."
            f"{' Pass af.CLEAR for none.' if can_be_empty else ''}"
        )
    return _build_form(operation, given) if operation.multipart else ({"data": given}, None)


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, NaT or pd.NA."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return isinstance(value, float | np.floating) and math.isnan(value)


def is_list_like(value: Any) -> bool:
    """Whether a value is a list of values, and not one value or a mapping."""
    is_one = isinstance(value, str | bytes | Mapping) or is_single_reference(value)
    return not is_one and isinstance(value, Iterable)


def is_blank(value: Any) -> bool:
    """Whether a value leaves its field alone: it is missing, or has no letter or no item."""
    if is_missing(value) or (isinstance(value, str) and not value):
        return True
    return is_list_like(value) and hasattr(value, "__len__") and all(map(is_missing, value))


def _drop_blank_fields(name: str, value: Any) -> Any:
    """Return the value of a field; of custom fields those that are not blank, None for none."""
    if name != "custom_fields" or not isinstance(value, Mapping):
        return value
    return {gid: one for gid, one in value.items() if not is_blank(one)} or None


def encode_field(operation: Operation, name: str, value: Any) -> Any:
    """Return a field of a body as JSON types; ``LEFT_ALONE`` if it is blank.

    Raises
    ------
    InvalidArgument
        The field does not take the value.
    """
    field = next(field for field in operation.body if field.name == name)
    value = _drop_blank_fields(name, value)
    if is_blank(value):
        return LEFT_ALONE
    asked = f"{operation.name}({name}=)"
    _check_enum(field, value, asked)
    return _encode_value(field, value, asked)


def _check_enum(field: BodyField, value: Any, asked: str) -> None:
    """Refuse a word that looks like one of those that Asana documents; it may know others."""
    if not field.enum or not isinstance(value, str) or value in field.enum:
        return
    error = InvalidArgument(
        f"{asked} does not take {value!r}.{suggest_names(value, field.enum)} "
        f"It takes: {', '.join(field.enum)}."
    )
    error.nearest = tuple(find_similar(value, field.enum))
    if error.nearest:
        raise error


def _encode_value(field: BodyField, value: Any, name: str) -> Any:
    if value is not CLEAR:
        if field.refers and isinstance(value, Mapping) and "gid" in value:
            value = value["gid"]
        if field.many and is_list_like(value) and not isinstance(value, pd.DataFrame):
            value = [item for item in value if not is_missing(item)]
        encoded = to_json(value, field.kind, name)
        # One reference for a field that takes several; a text may be several joined by commas.
        is_one = field.many and field.kind == "json" and isinstance(encoded, str | int)
        return [encoded] if is_one else encoded
    if field.kind == "boolean":
        raise InvalidArgument(f"{name} takes True or False and cannot be empty.")
    if field.name == "name":
        raise InvalidArgument(f"{name} takes a text and cannot be empty.")
    return [] if field.many else None


def to_json(value: Any, kind: Kind, name: str) -> Any:
    """Convert a value to JSON types: dates to ISO text, rows and frames to gids."""
    if value is CLEAR or is_missing(value):
        return None
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, date):
        is_moment = isinstance(value, datetime) and kind != "date"
        return format_datetime("datetime" if is_moment else "date", value, name)
    if isinstance(value, pd.DataFrame | pd.Series) or hasattr(value, "value"):
        gids = [get_gid(item) for item in iterate_references(value)]
        is_row = isinstance(value, pd.Series) and "gid" in value.index
        return gids[0] if is_row or (kind == "text" and len(gids) == 1) else gids
    if isinstance(value, Mapping):
        if kind in ("text", "texts") and "gid" in value:
            return value["gid"]
        return {str(key): to_json(item, "json", name) for key, item in value.items()}
    if kind in ("date", "datetime") and isinstance(value, str | Real):
        return format_datetime(kind, value, name)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidArgument(f"{name}: {value} is not a number that JSON can represent.")
    if hasattr(value, "item") and not isinstance(value, str):
        return to_json(value.item(), kind, name)
    if kind == "boolean" and isinstance(value, str | int | float):
        return _parse_flag(value, name)
    if isinstance(value, str | int | float):
        return format_text(value, name) if kind == "text" else value
    if kind == "text" and hasattr(value, "read"):
        return value
    if isinstance(value, Path):
        return value
    if isinstance(value, bytes | bytearray):
        raise InvalidArgument(
            f"{name} is bytes, not text. The content of a file is passed as a stream: "
            f"io.BytesIO(content)."
        )
    if isinstance(value, Iterable):
        return [to_json(item, kind, name) for item in value]
    raise InvalidArgument(f"{name}: {type(value).__name__} cannot be converted to JSON.")


def format_text(value: Any, name: str) -> str:
    """Return text as it is, and a number as text; pandas makes a column with gaps of floats.

    Raises
    ------
    InvalidArgument
        The value is neither.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise InvalidArgument(f"{name} takes text, not {value!r}.")
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _parse_flag(value: Any, name: str) -> bool:
    flag = value if isinstance(value, bool) else _read_flag(str(value))
    if flag is None:
        raise InvalidArgument(f"{name} takes True or False, not {value!r}.")
    return flag


@cache
def _read_flag(text: str) -> bool | None:
    """Return what a word says, as in a table of changes; None if it is not a flag."""
    cells = pd.Series([text], dtype=object)
    try:
        flag = CellReader({"": cells}, {"": "boolean"}).read("")[0]
    except InvalidArgument:
        return None
    return None if pd.isna(flag) else bool(flag)


def get_gid(item: Any) -> str | None:
    """Return the gid of a row, or a gid as text; None for a missing value."""
    if is_missing(item) or item is CLEAR:
        return None
    return str(item["gid"] if isinstance(item, Mapping | pd.Series) else item)


def _build_form(
    operation: Operation, given: Mapping[str, Any]
) -> tuple[dict[str, str], UploadFiles]:
    """Return form fields and file of an upload; a path is opened, and closed after sending.

    Raises
    ------
    InvalidArgument
        The file cannot be read.
    """
    form = {name: str(value) for name, value in given.items() if name != "file"}
    content = given.get("file")
    if content is None:
        # Without a file the form must still be multipart.
        return {}, {name: (None, value) for name, value in form.items()}
    if isinstance(content, str | Path):
        path = Path(content)
        try:
            stream: Any = path.open("rb")
        except OSError as cause:
            raise InvalidArgument(
                f"{operation.name}(file=): {path} cannot be read: {cause.strerror}. Pass the path "
                f"of a file, or a file that is open for reading."
            ) from cause
        name = form.pop("name", path.name)
    else:
        stream = _copy_content(operation, content)
        name = form.pop("name", "") or Path(str(getattr(content, "name", "file"))).name
    return form, {"file": (quote(name, safe=" ()[]-_.,"), stream)}


def _copy_content(operation: Operation, stream: Any) -> io.BytesIO:
    """Return the rest of a stream, which cannot always be read again for another try.

    Raises
    ------
    InvalidArgument
        It cannot be read.
    """
    try:
        content = stream.read()
    except (OSError, ValueError) as cause:
        raise InvalidArgument(
            f"{operation.name}(file=): the stream cannot be read: {cause}. Pass a path, or a "
            f"file that is open for reading."
        ) from None
    return io.BytesIO(content.encode() if isinstance(content, str) else content)


def copy_stream(operation: Operation, stream: Any, count: int) -> list[Any]:
    """Copy a stream ``count`` times, since each row reads and closes its own."""
    packed = _copy_content(operation, stream).getvalue()
    copies: list[Any] = [io.BytesIO(packed) for _ in range(count)]
    for copy in copies:
        copy.name = getattr(stream, "name", "file")
    return copies


def close_files(files: UploadFiles) -> None:
    """Close the files of an upload."""
    for part in (files or {}).values():
        with contextlib.suppress(AttributeError):
            part[1].close()
