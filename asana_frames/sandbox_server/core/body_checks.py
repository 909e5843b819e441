"""Checks of request bodies: types, dates and references, as the catalog declares them."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit
from xml.etree import ElementTree

from asana_frames.catalog import BodyField, Operation
from asana_frames.sandbox_server.core.custom_values import escape_text
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.store import Object, format_moment

#: Finds an object by gid: (argument, gid, kinds) -> object.
Resolve = Callable[[str, str, tuple[str, ...]], Object]

#: References that the operation resolves itself, because it accepts other values as well: the
#: e-mail of a new user, the definition of a new field, the gid of a field instead of its setting.
_LOOKED_UP_BY_OPERATION = {
    ("addUserForWorkspace", "user"),
    *(
        (f"addCustomFieldSettingFor{parent}", name)
        for parent in ("Goal", "Portfolio", "Project")
        for name in ("custom_field", "insert_before", "insert_after")
    ),
}
#: Texts that null sets to "" rather than null.
_EMPTIED_TEXTS = frozenset(("notes", "text", "description", "title", "message"))
#: The largest number: floats represent all integers up to it exactly.
_MAX_NUMBER = 10**15
_repr = reprlib.Repr()
_repr.maxlevel = 2
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def check_body(
    operation: Operation, data: Mapping[str, Any], resolve: Resolve, *, is_form: bool
) -> dict[str, Any]:
    """Check the fields of a body and replace references by objects.

    Parameters
    ----------
    operation
        The requested operation; the catalog lists its fields.
    data
        The fields of the body; unknown ones are left out.
    resolve
        Finds referenced objects.
    is_form
        Whether all values are text.

    Raises
    ------
    ApiError
        A required field is missing, or a value is not valid.
    """
    found: dict[str, Any] = {}
    for field in operation.body:
        if field.name not in data:
            if field.required and operation.http == "POST":
                raise invalid_field(field.name, "Missing input")
            continue
        value = data[field.name]
        is_blank = is_form and value == "" and not field.name.startswith("html_")
        if value is None or (is_blank and field.nullable):
            found[field.name] = _null_value(field)
        else:
            found[field.name] = _check_value(operation, field, value, resolve, is_form)
    return found


def _null_value(field: BodyField) -> Any:
    """Return the value that null sets a field to, or refuse it."""
    if not field.nullable:
        raise invalid_field(
            field.name, "Missing input" if field.required else "Value cannot be null"
        )
    if field.many:
        return []
    if field.name.startswith("html_"):
        return "<body></body>"
    return "" if field.name in _EMPTIED_TEXTS else None


def _check_value(
    operation: Operation, field: BodyField, value: Any, resolve: Resolve, is_form: bool
) -> Any:
    if (operation.id, field.name) in _LOOKED_UP_BY_OPERATION:
        # A custom field may be the definition of a new one instead of text.
        is_text = field.name != "custom_field"
        return _check_text(field.name, value, is_form) if is_text else value
    if field.refers and field.many:
        return [
            _find_object(field.name, gid, field.refers, resolve)
            for gid in _split_gids(field.name, value)
        ]
    if field.refers:
        return _find_object(field.name, value, field.refers, resolve)
    if field.enum and not field.many and value not in field.enum:
        known = ", ".join(field.enum)
        raise invalid_field(field.name, f"Not a valid value: {value} (one of {known})")
    if field.name.startswith("html_"):
        return check_rich_text(field.name, value)
    return _CHECKS.get(field.kind, _pass_through)(field.name, value, is_form)


def _find_object(name: str, gid: Any, kinds: tuple[str, ...], resolve: Resolve) -> Object:
    if isinstance(gid, bool) or not isinstance(gid, str | int):
        raise invalid_field(name, f"Not a valid ID: {_shorten_value(gid)}")
    return resolve(name, str(gid), kinds)


def _split_gids(name: str, value: Any) -> list[Any]:
    if isinstance(value, str):
        return [gid.strip() for gid in value.split(",") if gid.strip()]
    if not isinstance(value, list):
        raise invalid_field(name, f"Must be a list of IDs: {_shorten_value(value)}")
    return value


def _check_text(name: str, value: Any, is_form: bool) -> str:
    if not isinstance(value, str):
        raise invalid_field(name, f"Value is not a string: {_shorten_value(value)}")
    if name == "name" and len(value) > 1_024:
        raise invalid_field(name, "Value is longer than 1024 characters")
    return value


def _parse_boolean(name: str, value: Any, is_form: bool) -> bool:
    if is_form and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise invalid_field(name, f"Value is not a boolean: {_shorten_value(value)}")
    return value


def parse_number(name: str, value: Any, is_form: bool = False) -> float:
    """Parse a finite number."""
    if is_form and isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise invalid_field(name, f"Value is not a number: {_shorten_value(value)}") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise invalid_field(name, f"Value is not a number: {_shorten_value(value)}")
    if not -_MAX_NUMBER <= value <= _MAX_NUMBER:
        raise invalid_field(name, f"Value is out of range: {_shorten_value(value)}")
    return value


def _parse_integer(name: str, value: Any, is_form: bool) -> int:
    number = parse_number(name, value, is_form)
    if number != int(number):
        raise invalid_field(name, f"Value is not an integer: {_shorten_value(value)}")
    return int(number)


def parse_day(name: str, value: Any, is_form: bool = False) -> str:
    """Parse a calendar day, such as 2026-03-31."""
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        return _check_year(date.fromisoformat(value)).isoformat()
    except ValueError:
        raise invalid_field(
            name, f"Not a valid date: {_shorten_value(value)} (YYYY-MM-DD)"
        ) from None


def _check_year(when: date) -> date:
    """Refuse days outside the years 1900 to 2999."""
    if not 1900 <= when.year <= 2999:
        raise ValueError
    return when


def parse_moment(name: str, value: Any, is_form: bool = False) -> str:
    """Parse a date-time and format it in UTC as Asana does."""
    try:
        if not isinstance(value, str) or len(value) < 11:
            raise ValueError
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        _check_year(moment)
        return format_moment(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise invalid_field(
            name, f"Not a valid date-time: {_shorten_value(value)} (ISO 8601)"
        ) from None


def parse_moment_or_day(name: str, value: Any) -> str:
    """Parse a date-time, or a day, which stands for its midnight."""
    is_day = isinstance(value, str) and _DAY.fullmatch(value)
    return parse_moment(name, f"{value}T00:00:00Z" if is_day else value)


def check_rich_text(name: str, value: Any) -> str:
    """Check that a value is rich text: XML in a body element, with the tags of Asana."""
    if not isinstance(value, str):
        raise invalid_field(name, f"Value is not a string: {_shorten_value(value)}")
    try:
        if "<!" in value or "<?" in value:
            # Rich text has no entities or doctypes, and parsing them is a risk.
            raise ElementTree.ParseError
        root = ElementTree.fromstring(value)
    except ElementTree.ParseError:
        raise invalid_field(name, "XML is invalid") from None
    if root.tag != "body":
        raise invalid_field(name, "XML must be wrapped in <body>")
    for part in root.iter():
        if part.tag not in _TAGS:
            raise invalid_field(name, f"XML has a tag that is not supported: {part.tag}")
        for key in part.attrib:
            if not key.startswith("data-") and key not in _ATTRIBUTES.get(part.tag, ()):
                raise invalid_field(name, f"XML has an attribute that is not supported: {key}")
    return value


def rich_to_plain_text(html: str) -> str:
    """Convert rich text to plain text."""
    root = ElementTree.fromstring(html)
    for part in root.iter():
        if part.tag in _LINE_ENDING_TAGS:
            part.tail = "\n" + (part.tail or "")
    for link in root.iter("a"):
        if not link.text:
            # A mention is shown as the URL of its object.
            gid = link.get("data-asana-gid")
            link.text = f"https://app.asana.com/0/{gid}" if gid else link.get("href", "")
    return "".join(root.itertext()).rstrip("\n")


_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "a": ("href", "title"),
    "img": ("alt", "height", "src", "style", "width"),
    "object": ("data", "height", "type", "width"),
    "td": ("colspan", "rowspan"),
}
#: Tags that end a line.
_LINE_ENDING_TAGS = ("h1", "h2", "hr", "li", "blockquote", "tr")
_TAGS = frozenset(
    (
        "body", "strong", "em", "u", "s", "code", "pre", "ol", "ul", "li", "a", "blockquote",
        "h1", "h2", "hr", "img", "table", "tr", "td", "object",
    )
)  # fmt: skip


def _pass_through(name: str, value: Any, is_form: bool) -> Any:
    return value


def _shorten_value(value: Any) -> str:
    return value[:80] if isinstance(value, str) else _repr.repr(value)


_CHECKS: dict[str, Callable[[str, Any, bool], Any]] = {
    "text": _check_text,
    "boolean": _parse_boolean,
    "integer": _parse_integer,
    "number": parse_number,
    "date": parse_day,
    "datetime": parse_moment,
}


def parse_http_url(name: str, url: str) -> SplitResult:
    """Split an http or https URL into its parts."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    must(parts.scheme in ("http", "https"), name, "Must be an http or https address")
    return parts


def must(condition: object, field: str, problem: str, status: int = 400) -> None:
    """Refuse the request unless a condition holds."""
    if not condition:
        raise ApiError(status, f"{field}: {problem}")


def text_fields(data: dict[str, Any], plain_key: str = "notes") -> dict[str, str]:
    """Return the plain and the rich form of a text given in either form."""
    html_key = f"html_{plain_key}"
    if html_key in data:
        must(plain_key not in data, html_key, f"You may only provide one of this and {plain_key}")
        return {plain_key: rich_to_plain_text(data[html_key]), html_key: data[html_key]}
    if plain_key in data:
        text = data[plain_key]
        return {plain_key: text, html_key: f"<body>{escape_text(text)}</body>"}
    return {}
