"""Parsing of requests: path, query and body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email import message_from_bytes, message_from_string, policy
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.write_context import MAX_UPLOAD_BYTES, UploadedFile

#: Most bytes of a body that is not a multipart form.
_MAX_JSON_BYTES = 10_000_000
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_LISTED = re.compile(r"(\w+)\[\d*\]")
FormFields = list[tuple[str, str]]


class ApiRequest(NamedTuple):
    """A parsed request."""

    method: str
    path: str
    query: dict[str, str]
    #: The fields under ``data``, or those of a form.
    data: dict[str, Any]
    #: Keys beside ``data``: ``fields``, ``limit``, ``offset``, ``pretty``.
    options: dict[str, Any]
    token: str = ""
    #: A form's values are all text.
    is_form: bool = False
    file: UploadedFile | None = None

    @property
    def opt_fields(self) -> str:
        """The fields to show, as one text; empty if none were requested."""
        listed = self.options.get("fields")
        if isinstance(listed, list):
            return ",".join(map(str, listed))
        return self.query.get("opt_fields") or str(listed or "")


def parse_request(
    method: str, target: str, headers: Mapping[str, str], body: bytes = b""
) -> ApiRequest:
    """Parse a request.

    Parameters
    ----------
    method
        The HTTP method.
    target
        Path and query, such as ``/api/1.0/tasks?project=1``.
    headers
        The request's headers; names in any case.
    body
        The request's body.

    Raises
    ------
    Refusal
        The body is too large, or does not match its content type.
    """
    known = {name.lower(): value for name, value in headers.items()}
    try:
        parts = urlsplit(target)
    except ValueError:
        raise ApiError(400, "The address cannot be read") from None
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    scheme, _, token = known.get("authorization", "").partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else ""
    asked = ApiRequest(method, parts.path, query, {}, {}, token)
    if method not in ("POST", "PUT") or not body:
        return asked
    kind, _, _ = known.get("content-type", "application/json").partition(";")
    kind = kind.strip().lower()
    if len(body) > (MAX_UPLOAD_BYTES if kind == _MULTIPART else _MAX_JSON_BYTES):
        raise ApiError(413, "The request is too large.")
    if kind == _MULTIPART:
        return collect_fields(asked, *parse_multipart(known["content-type"], body))
    if kind == _FORM:
        return _parse_form(asked, body)
    if kind != "application/json":
        raise ApiError(415, f"Content type {kind} is not supported: send application/json.")
    return _parse_json(asked, body)


def _parse_form(asked: ApiRequest, body: bytes) -> ApiRequest:
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True)
    except (UnicodeDecodeError, ValueError):
        raise ApiError(400, "Could not parse request data: it is not a form.") from None
    return collect_fields(asked, fields, None)


def collect_fields(asked: ApiRequest, given: FormFields, file: UploadedFile | None) -> ApiRequest:
    """Return a request of form fields; ``name[]`` and ``name[0]`` gather lists."""
    fields: dict[str, Any] = {}
    for key, value in given:
        listed = _LISTED.fullmatch(key)
        if listed:
            fields.setdefault(listed[1], [])
            if isinstance(fields[listed[1]], list):
                fields[listed[1]].append(value)
        else:
            fields[key] = None if value == "null" else value
    options = {key[4:]: fields.pop(key) for key in ("opt_fields", "opt_pretty") if key in fields}
    return asked._replace(data=fields, options=options, is_form=True, file=file)


def _parse_json(asked: ApiRequest, body: bytes) -> ApiRequest:
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ApiError(400, "Could not parse request data, invalid JSON") from None
    if not isinstance(content, dict):
        raise ApiError(400, "The body must be a JSON object with the key data")
    data, options = content.get("data"), content.get("options")
    for name, value in (("data", data), ("options", options)):
        if value is not None and not isinstance(value, dict):
            raise invalid_field(name, "Must be a JSON object")
    return asked._replace(data=data or {}, options=options or {})


def parse_multipart(content_type: str, body: bytes) -> tuple[FormFields, UploadedFile | None]:
    """Return the fields and the file of a multipart form, byte for byte."""
    boundary = message_from_string(f"Content-Type: {content_type}").get_boundary()
    pieces = (b"\r\n" + body).split(b"\r\n--" + (boundary or "").encode())
    if not boundary or len(pieces) < 3:
        raise ApiError(400, "Could not parse request data: no parts in the multipart form")
    fields: FormFields = []
    file = None
    for piece in pieces[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        about = message_from_bytes(head.strip() + b"\r\n\r\n", policy=policy.HTTP)
        name = about.get_param("name", header="content-disposition")
        if about.get_filename() is not None and name == "file":
            file = UploadedFile(unquote(str(about.get_filename())), content)
        elif isinstance(name, str) and about.get_filename() is None:
            fields.append((name, content.decode(errors="replace")))
    return fields, file
