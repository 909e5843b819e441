"""Responses, and the errors made of responses that are not a success."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeVar

import msgspec

from asana_frames._json import decode_json
from asana_frames.exceptions import (
    AuthError,
    ConnectionFailed,
    PaymentRequired,
    RateLimited,
    RequestRefused,
    SyncExpired,
    build_refusal,
)
from asana_frames.fetch.retry import parse_retry_after

T = TypeVar("T")

_HINTS: dict[type[RequestRefused], str] = {
    AuthError: " Log in again: af.widgets.login(), or asana-frames login; tokens are made at "
    "https://app.asana.com/0/my-apps.",
    PaymentRequired: " The workspace's plan does not include this.",
}
#: Appended to the error of a write that may have been done.
MAY_BE_DONE = " It may have been carried out: look before repeating it."


class Response(NamedTuple):
    """The response to a request."""

    status: int
    body: bytes
    location: str | None = None
    retry_after: str | None = None
    date: str | None = None


def build_response_error(method: str, path: str, answer: Response, asked: str) -> RequestRefused:
    """Return the exception for an error response, whatever its body is."""
    try:
        envelope = decode_json(msgspec.json.decode, answer.body)
        errors = envelope.get("errors") or []
        messages = [str(error.get("message", "")) for error in errors]
        phrases = [str(error["phrase"]) for error in errors if error.get("phrase")]
    except (msgspec.DecodeError, AttributeError, TypeError):
        envelope, messages, phrases = {}, [], []
    kind = build_refusal(answer.status)
    said = "; ".join(filter(None, messages)) or "(no message)"
    text = f"{asked or f'{method} {path}'}: {answer.status} {said}"
    text += "." if text[-1].isalnum() else ""
    if 300 <= answer.status < 400:
        text += " Redirects are not followed: they would carry the token away. Check the base URL."
    if phrases:
        text += f" For Asana's support: {'; '.join(phrases)}."
    wait = parse_retry_after(answer.retry_after)
    if kind is RateLimited and wait is not None:
        text += (
            f" Asana asks to wait {wait:,.0f} s; with_options(deadline=...) limits how long a "
            f"call waits."
        )
    is_open = method != "GET" and answer.status >= 500
    text += MAY_BE_DONE if is_open and method == "POST" else ""
    error = kind(text + _HINTS.get(kind, ""), status=answer.status, messages=messages)
    error.may_be_done = is_open
    if isinstance(error, SyncExpired):
        error.sync = envelope.get("sync")
    return error


def decode_response(decoder: msgspec.json.Decoder[T], body: bytes, asked: str) -> T:
    """Decode the body of a response.

    Raises
    ------
    ConnectionFailed
        It is not JSON, or does not have the expected shape.
    """
    try:
        return decode_json(decoder.decode, body)
    except msgspec.DecodeError as cause:
        raise build_unreadable_error(asked, body, cause) from cause


def build_unreadable_error(asked: str, body: bytes, cause: Exception | None) -> ConnectionFailed:
    """Return the error for a body that is not JSON as Asana sends it."""
    if body.lstrip()[:1] == b"<":
        title = re.search(rb"<title>\s*([^<]{1,80})", body, re.IGNORECASE)
        shown = f" ({title[1].decode(errors='replace').strip()!r})" if title else ""
        return ConnectionFailed(
            f"{asked}: the answer is a web page{shown}, not Asana's JSON. A proxy or a log-in "
            f"page may stand between; check the base URL."
        )
    why = f" ({cause})" if cause is not None else ""
    return ConnectionFailed(f"{asked}: the answer is not Asana's JSON{why}.")
