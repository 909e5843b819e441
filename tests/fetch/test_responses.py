"""Errors of responses: their messages, and whether a write may have been carried out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ProxyError

import asana_frames as af
from asana_frames.fetch.credentials import Credential
from asana_frames.fetch.responses import Response, build_response_error, build_unreadable_error
from asana_frames.fetch.retry import summarize_exception, was_never_sent
from tests.recorder import Recorder, Reply


def error_of(status: int, body: Any, method: str = "GET", asked: str = "tags.list") -> Any:
    body = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return build_response_error(method, "/tags", Response(status, body), asked)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": [{"message": "No"}]}, "No."),
        ({"errors": [{"message": "No!"}]}, "No!"),
        ({"errors": [{"message": "One."}, {"message": "Two"}]}, "One.; Two."),
        ({"errors": [{"message": ""}, {}, {"message": "Two"}]}, "Two."),
        ({"errors": [{"message": 7}]}, "7."),
        ({"errors": []}, "(no message)"),
        ({"errors": None}, "(no message)"),
        ({"errors": "text"}, "(no message)"),
        ({"errors": 7}, "(no message)"),
        ({"errors": [None]}, "(no message)"),
        ({}, "(no message)"),
        ([], "(no message)"),
        (7, "(no message)"),
        (b"", "(no message)"),
        (b"\xff", "(no message)"),
        (b"<html>", "(no message)"),
    ],
)
def test_the_message_is_what_asana_says_of_the_call(body: Any, said: str) -> None:
    assert str(error_of(400, body)) == f"tags.list: 400 {said}"
    assert str(error_of(400, body, asked="")) == f"GET /tags: 400 {said}"


@pytest.mark.parametrize("status", [299, 300, 302, 399, 400])
def test_only_a_redirect_is_said_to_be_one(status: int) -> None:
    assert ("Redirects are not followed" in str(error_of(status, {}))) == (300 <= status < 400)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("status", [400, 404, 429, 499, 500, 502])
def test_a_write_may_be_done_if_the_server_failed_and_a_creation_says_so(
    method: str, status: int
) -> None:
    error = error_of(status, {}, method)

    assert error.may_be_done == (method != "GET" and status >= 500)
    assert ("may have been carried out" in str(error)) == (method == "POST" and status >= 500)


def test_errors_carry_status_messages_phrases_and_hints() -> None:
    support = error_of(500, {"errors": [{"message": "Oops", "phrase": "6 sad squid"}]})

    assert (support.status, support.messages) == (500, ("Oops",))
    assert str(support) == "tags.list: 500 Oops. For Asana's support: 6 sad squid."
    assert "plan does not include this" in str(error_of(402, {}))
    assert "Log in again" in str(error_of(401, {}))
    assert error_of(412, {"errors": [], "sync": "token"}).sync == "token"
    assert error_of(412, b"<html>").sync is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><title>Hotel</title></html>", "a web page ('Hotel'), not"),
        (b" \n<HTML><TITLE>\n Hotel \n</TITLE>", "a web page ('Hotel'), not"),
        (b"<p>", "a web page, not"),
        (b"<title>\xff</title>", "a web page ('\ufffd'), not"),
        (b"<title>" + b"x" * 99, f"a web page ({'x' * 80!r}), not"),
        (b"", "not Asana's JSON (why)."),
        (b'{"a": "<"}', "not Asana's JSON (why)."),
    ],
)
def test_a_body_that_is_no_json_is_named(body: bytes, said: str) -> None:
    error = build_unreadable_error("tags.list", body, ValueError("why"))

    assert isinstance(error, af.ConnectionFailed)
    assert str(error).startswith("tags.list: the answer is ")
    assert said in str(error)
    assert "(" not in str(build_unreadable_error("tags.list", b"", None))


def wrapped(reason: Exception) -> requests.ConnectionError:
    """Return an error as requests raises it, with urllib3's inside."""
    return requests.ConnectionError(MaxRetryError(None, "/secret", reason))  # type: ignore[arg-type]


REFUSED = NewConnectionError(None, "Failed: [Errno 111] Connection refused")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), True),
        (requests.exceptions.SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version"), True),
        (requests.exceptions.SSLError("[SSL: DECRYPTION_FAILED] bad record mac"), False),
        (requests.exceptions.ConnectTimeout("late"), True),
        (requests.exceptions.ReadTimeout("late"), False),
        (requests.ConnectionError(), False),
        (requests.ConnectionError("text"), False),
        (wrapped(REFUSED), True),
        (requests.ConnectionError(REFUSED), True),
        (wrapped(ProxyError("no", OSError())), True),
        (wrapped(ProtocolError("aborted")), False),
        (requests.ConnectionError(ProtocolError("aborted")), False),
    ],
)
def test_only_what_failed_before_the_request_was_never_sent(
    cause: Exception, expected: bool
) -> None:
    assert was_never_sent(cause) == expected


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (wrapped(REFUSED), "ConnectionError: [Errno 111] Connection refused"),
        (OSError("'[Errno 1] first', '[Errno -2] last'"), "OSError: [Errno -2] last"),
        (requests.ConnectionError("plain"), "ConnectionError: plain"),
        (requests.ConnectionError("x (Caused by Y('z'))"), "ConnectionError: Y('z'))"),
        (requests.ConnectionError("x (Caused by "), "ConnectionError: x (Caused by "),
        (ValueError("y" * 500), f"ValueError: {'y' * 160}"),
    ],
)
def test_an_error_is_summed_up_by_its_innermost_cause(cause: Exception, expected: str) -> None:
    assert summarize_exception(cause) == expected


def test_a_credential_shows_its_kind_alone() -> None:
    assert repr(Credential("t")) == "Credential(token)"
    assert repr(Credential("t", "r")) == "Credential(OAuth)"


@pytest.mark.parametrize("header", ["120", None, "soon"])
def test_the_error_of_a_quota_says_how_long_asana_asks_to_wait(
    recorder: Recorder, recorded: af.Asana, header: str | None
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    recorder.replies(Reply(429, {"errors": [{"message": "Too many"}]}, headers))

    with pytest.raises(af.RateLimited) as caught:
        recorded.tags.list(workspace="1")

    says = "Asana asks to wait 120 s; with_options(deadline=...) limits" in str(caught.value)
    assert says == (header == "120")
