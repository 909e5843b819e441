"""Requests: retries where they are safe, errors that help, and a token that stays inside."""

from __future__ import annotations

import email.utils
import gzip
import logging
import socket
import time
import traceback

import pytest
from requests.adapters import HTTPAdapter
from urllib3.util import connection

import asana_frames as af
from asana_frames.fetch import Http
from asana_frames.fetch.retry import compute_backoff, parse_retry_after
from tests.conftest import SkippingClock
from tests.recorder import Recorder, Reply

ENVELOPE = {"errors": [{"message": "No.", "help": "Read the docs."}]}
FINE = Reply(body={"data": []})


def http_of(recorder: Recorder) -> Http:
    return Http("secret-token", recorder.url)


@pytest.mark.parametrize(
    ("status", "kind", "builtin"),
    [
        (400, af.InvalidRequest, ValueError),
        (401, af.AuthError, PermissionError),
        (402, af.PaymentRequired, PermissionError),
        (403, af.Forbidden, PermissionError),
        (404, af.NotFound, LookupError),
        (412, af.SyncExpired, LookupError),
        (429, af.RateLimited, af.AsanaError),
        (451, af.RequestRefused, af.AsanaError),
        (500, af.ServerError, af.AsanaError),
        (502, af.ServerError, af.AsanaError),
    ],
)
def test_every_status_has_its_error(
    recorder: Recorder, status: int, kind: type[Exception], builtin: type[Exception]
) -> None:
    recorder.replies(Reply(status, ENVELOPE))

    with pytest.raises(kind, match=rf"tasks\.list: {status} No\.") as caught:
        http_of(recorder).request("GET", "/tasks", asked="tasks.list")

    assert isinstance(caught.value, builtin)
    assert caught.value.status == status
    assert caught.value.messages == ("No.",)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [424, 429, 500, 501, 502, 503, 504])
def test_what_may_be_repeated_is_repeated(recorder: Recorder, method: str, status: int) -> None:
    recorder.replies(Reply(status, ENVELOPE), Reply(status, b"<html>"), FINE)
    http = http_of(recorder)

    answer = http.request(method, "/tasks/1")

    assert answer.status == 200
    assert (http.total.requests, http.total.retries) == (3, 2)


def test_a_post_is_repeated_on_429_only(recorder: Recorder) -> None:
    recorder.replies(Reply(429, ENVELOPE, {"Retry-After": "1"}), FINE)
    assert http_of(recorder).request("POST", "/tasks", data={"data": {}}).status == 200

    for status in (500, 502, 503):
        recorder.asked.clear()
        recorder.replies(Reply(status, ENVELOPE), FINE)
        with pytest.raises(af.ServerError):
            http_of(recorder).request("POST", "/tasks", data={"data": {}})
        assert len(recorder.asked) == 1


def test_retry_after_is_waited_for(recorder: Recorder, clock: SkippingClock) -> None:
    recorder.replies(Reply(429, ENVELOPE, {"Retry-After": "17"}), FINE)
    http = http_of(recorder)

    http.request("GET", "/tasks")

    assert clock.waits == [pytest.approx(17.0, abs=0.1)]
    assert (http.total.retries, http.total.rejected) == (1, 1)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_may_be_an_http_date(
    recorder: Recorder, clock: SkippingClock, status: int
) -> None:
    date = email.utils.formatdate(time.time() + 90, usegmt=True)
    recorder.replies(
        Reply(status, {"errors": []}, {"Retry-After": date}), Reply(body={"data": []})
    )

    Http("token", recorder.url).request("GET", "/tags")

    # The backoff of a first try is at most half a second.
    assert sum(clock.waits) == pytest.approx(89, abs=3)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("30", 30.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("-1", None),
        ("inf", None),
        ("nan", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, expected: float | None) -> None:
    assert parse_retry_after(header) == expected


def test_backoff_doubles_with_jitter_up_to_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = [compute_backoff(attempt) for attempt in range(1, 12) for _ in range(50)]
    assert len(set(waits)) > 500

    for factor in (0.5, 1.0):
        monkeypatch.setattr("random.uniform", lambda low, high, to=factor: low if to < 1 else high)
        found = [compute_backoff(attempt) for attempt in (1, 2, 3, 6, 7, 8, 10_000)]
        assert found == [factor * most for most in (0.5, 1, 2, 16, 30, 30, 30)]


def test_a_wait_beyond_all_patience_is_refused_at_once(recorder: Recorder) -> None:
    recorder.replies(Reply(429, ENVELOPE, {"Retry-After": "21600"}))

    with pytest.raises(af.RateLimited):
        http_of(recorder).request("GET", "/tasks")

    assert len(recorder.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 412, 451])
def test_a_refusal_is_not_repeated(recorder: Recorder, status: int) -> None:
    recorder.replies(Reply(status, ENVELOPE))

    with pytest.raises(af.RequestRefused):
        http_of(recorder).request("GET", "/tasks")

    assert len(recorder.asked) == 1


def test_a_body_that_broke_off_is_asked_for_again(recorder: Recorder) -> None:
    whole = {"data": [{"gid": str(number)} for number in range(100)]}
    recorder.replies(Reply(body=whole, cut=40), Reply(body=whole))

    answer = http_of(recorder).request("GET", "/tasks")

    assert answer.body.endswith(b"}]}")
    assert len(recorder.asked) == 2


def test_a_packed_body_is_unpacked(recorder: Recorder) -> None:
    recorder.replies(
        Reply(body=gzip.compress(b'{"data": []}'), headers={"Content-Encoding": "gzip"})
    )

    assert http_of(recorder).request("GET", "/tasks").body == b'{"data": []}'
    assert "gzip" in recorder.asked[0].headers["Accept-Encoding"]


def test_a_packed_body_that_broke_off_is_asked_for_again(recorder: Recorder) -> None:
    packed = gzip.compress(b'{"data": []}' * 100)
    headers = {"Content-Encoding": "gzip"}
    recorder.replies(
        Reply(body=packed, headers=headers, cut=30), Reply(body=packed, headers=headers)
    )

    assert len(http_of(recorder).request("GET", "/tasks").body) == 1200


def test_nobody_listening_is_a_connection_failed() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api/1.0"
        with pytest.raises(af.ConnectionFailed, match=r"Errno.*refused") as caught:
            Http("secret-token", url).request("GET", "/tasks")

    assert isinstance(caught.value, ConnectionError)


def test_a_post_without_an_answer_says_that_it_may_have_happened(recorder: Recorder) -> None:
    recorder.replies(Reply(body={"data": {}}, cut=3))

    with pytest.raises(af.ConnectionFailed, match="may have been carried out"):
        http_of(recorder).request("POST", "/tasks", data={"data": {}})

    assert len(recorder.asked) == 1


def test_a_redirect_is_refused_and_the_token_stays(recorder: Recorder) -> None:
    with Recorder() as other:
        recorder.replies(Reply(302, b"", {"Location": other.url + "/tasks"}))

        with pytest.raises(af.RequestRefused, match="302"):
            http_of(recorder).request("GET", "/tasks")

        assert other.asked == []


def test_an_error_that_is_not_text_is_an_error_all_the_same(recorder: Recorder) -> None:
    recorder.replies(Reply(400, b'{"errors":[{"message":"\xff"}]}'))

    with pytest.raises(af.InvalidRequest, match="400 �"):
        http_of(recorder).request("GET", "/tasks")


def test_the_phrase_for_support_is_told(recorder: Recorder) -> None:
    recorder.replies(Reply(500, {"errors": [{"message": "Oops", "phrase": "6 sad squid"}]}))

    with pytest.raises(af.ServerError, match="6 sad squid"):
        http_of(recorder).request("GET", "/tasks")


def test_the_token_is_nowhere_to_be_read(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    recorder.replies(Reply(401, {"errors": [{"message": "Not Authorized"}]}))
    asana = af.connect("secret-token", base_url=recorder.url)

    with pytest.raises(af.AuthError) as caught:
        asana.tasks.list(project="12")

    shown = [repr(asana), repr(asana.http), repr(vars(asana.last)), str(caught.value), caplog.text]
    shown += ["".join(traceback.format_exception(caught.value)), asana._repr_html_()]
    assert not [text for text in shown if "secret-token" in text]
    assert "my-apps" in str(caught.value)


def test_every_request_has_a_timeout(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    send = HTTPAdapter.send
    monkeypatch.setattr(
        HTTPAdapter, "send", lambda *a, **k: seen.append(k["timeout"]) or send(*a, **k)
    )

    http_of(recorder).request("GET", "/tasks")
    af.connect("t", base_url=recorder.url, timeout=5).tags.list(workspace="1")

    assert seen == [(10.0, 60.0), (5, 5)]


def test_closing_leaves_no_connection_though_an_error_is_kept(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[socket.socket] = []
    create = connection.create_connection
    monkeypatch.setattr(
        connection, "create_connection", lambda *a, **k: made.append(create(*a, **k)) or made[-1]
    )
    recorder.replies(Reply(404, ENVELOPE))
    http = http_of(recorder)

    with pytest.raises(af.NotFound) as kept:
        http.request("GET", "/tasks")
    http.close()

    assert kept.value.__traceback__ is not None
    assert [one.fileno() for one in made] == [-1]
