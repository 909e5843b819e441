"""Check that a response contains the requested object."""

from __future__ import annotations

import msgspec

from asana_frames._json import decode_json
from asana_frames.calls.request_builder import CallRequest
from asana_frames.catalog import Operation, load
from asana_frames.exceptions import ConnectionFailed

#: The first characters of an unexpected response that a message shows.
_SHOWN = 80


class _Envelope(msgspec.Struct):
    data: dict[str, msgspec.Raw] | list[msgspec.Raw] | str | float | bool | None = None
    errors: list[msgspec.Raw] | None = None


_envelope_decoder = msgspec.json.Decoder(_Envelope)


def check_response(operation: Operation, request: CallRequest, body: bytes) -> None:
    """Check the response to a request for one object, or to a write.

    A status of 2xx is not enough: proxies and log-in pages answer 200 as well, and a cache may
    answer with another object.

    Raises
    ------
    ConnectionFailed
        The response has no object, or one without a gid or with another one; ``may_be_done`` is
        True for a write.
    """
    problem = _find_problem(operation, request, body)
    if problem is None:
        return
    error = ConnectionFailed(
        f"{operation.name}: {problem}. A proxy or a cache may stand between; check the base URL."
        + ("" if operation.is_read else " The write may have been carried out: look in Asana.")
    )
    error.may_be_done = not operation.is_read
    raise error


def _find_problem(operation: Operation, request: CallRequest, body: bytes) -> str | None:
    """Return what is wrong with a response, or None."""
    try:
        envelope = decode_json(_envelope_decoder.decode, body)
    except msgspec.DecodeError as cause:
        return f"the response is not valid JSON of Asana ({cause})"
    data = envelope.data
    if operation.returns == "list":
        is_expected = isinstance(data, list) and all(bytes(row)[:1] == b"{" for row in data)
    else:
        is_expected = isinstance(data, dict)
    # Only deletes and actions without a result are answered with an empty object.
    if not is_expected or (not data and operation.returns in ("one", "job")):
        return f"the response does not contain the object, but {_describe_body(body, data)}"
    if isinstance(data, dict) and "gid" not in data and _must_have_gid(operation):
        return "the object in the response has no gid"
    if envelope.errors:
        return "the response contains an object and errors"
    asked = _find_requested_gid(operation, request)
    if asked is None or not isinstance(data, dict) or "gid" not in data:
        return None
    answered = str(msgspec.json.decode(data["gid"]))
    if answered == asked:
        return None
    # Whatever else it is might be a secret that the server repeats.
    about = answered if answered.isdecimal() else "something else"
    return f"requested {asked}, but the response is about {about}"


def _describe_body(body: bytes, data: object) -> str:
    """Return what a body is instead: the data alone may repeat a secret."""
    if data is None:
        return repr(body[:_SHOWN].decode(errors="replace")) if body else "nothing"
    if not data:
        return "an empty value"
    kinds: dict[type, str] = {dict: "an object", list: "a list"}
    return kinds.get(type(data), "a value")


def _must_have_gid(operation: Operation) -> bool:
    """Whether the object in the response has a gid; Asana sends it with any `opt_fields`."""
    is_object = operation.returns in ("one", "job")
    return is_object and load().record(operation.record).field("gid") is not None


def _find_requested_gid(operation: Operation, request: CallRequest) -> str | None:
    """Return the gid that the response must have; None for "me", e-mails and actions."""
    if operation.http not in ("GET", "PUT") or not operation.path.endswith("_gid}"):
        return None
    segment = request.path.rpartition("/")[2]
    return segment if segment.isascii() and segment.isdecimal() else None
