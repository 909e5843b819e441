"""Servers that are not Asana, or not well: clear errors, in time."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from typing import Any

import pytest
import trustme

import asana_frames as af
from tests.conftest import SkippingClock
from tests.recorder import Recorder, Reply

TOKEN = "2/1234/5678:never-to-be-seen"
PORTAL = Reply(200, b"<!doctype html><html><title>Hotel Wi-Fi</title></html>")
BALANCER = Reply(502, b"<html><title>502 Bad Gateway</title></html>")
PACKED = {"Content-Encoding": "gzip"}
WHOLE = gzip.compress(json.dumps({"data": [{"gid": "1"}] * 50, "next_page": None}).encode())

#: One of each way that requests are made.
CALLS: dict[str, Callable[[af.Asana], Any]] = {
    "a list": lambda asana: asana.tags.list(workspace="1"),
    "a fan-out": lambda asana: asana.tasks.list(project=["1", "2"]),
    "one object": lambda asana: asana.tasks.get("1"),
    "a name": lambda asana: asana.tasks.list(project="Website relaunch"),
    "a person": lambda asana: asana.tasks.list(assignee="me", workspace="1"),
    "a search": lambda asana: af.gather.search(asana, "1"),
    "an update": lambda asana: asana.tasks.update("1", name="x"),
    "a creation": lambda asana: asana.tasks.create(name="x", workspace="1"),
    "a deletion": lambda asana: asana.tasks.delete("1"),
    "an addition": lambda asana: asana.tasks.add_tag("1", tag="12345678"),
}
WRITES = {"an update", "a creation", "a deletion", "an addition"}
each_call = pytest.mark.parametrize("name", sorted(CALLS))


def failure(url: str, name: str, deadline: float | None = 60.0) -> af.AsanaError:
    """Make a call, and return the error that it ends in."""
    with af.connect(TOKEN, base_url=url, deadline=deadline) as asana:
        started = time.monotonic()
        with pytest.raises(af.AsanaError) as caught:
            CALLS[name](asana)
        # The clock of the tests skips the pauses, so little of it is real.
        assert time.monotonic() - started < 20
    return caught.value


@each_call
def test_a_name_that_nobody_has_is_said_to_be_the_base_urls_fault(name: str) -> None:
    error = failure("https://asana.invalid/api/1.0", name)

    assert isinstance(error, af.ConnectionFailed)
    assert "Check the base URL" in str(error)
    assert not error.may_be_done


@each_call
def test_a_port_where_nobody_listens_is_said_to_be_the_base_urls_fault(name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = failure(f"http://127.0.0.1:{taken.getsockname()[1]}/api/1.0", name)

    assert isinstance(error, af.ConnectionFailed)
    assert "refused" in str(error)
    assert "Check the base URL" in str(error)
    assert not error.may_be_done


@each_call
def test_a_portal_that_answers_everything_is_named(recorder: Recorder, name: str) -> None:
    recorder.replies(PORTAL)

    error = failure(recorder.url, name)

    assert isinstance(error, af.ConnectionFailed)
    assert "web page ('Hotel Wi-Fi')" in str(error)
    assert "check the base URL" in str(error)
    assert error.may_be_done == (name in WRITES)


def test_writes_of_many_through_a_portal_are_unknown(recorder: Recorder) -> None:
    recorder.replies(PORTAL)
    with (
        af.connect(TOKEN, base_url=recorder.url) as asana,
        pytest.warns(af.PartialResultWarning, match="web page"),
    ):
        made = asana.tasks.create(name=["a", "b", "c"], workspace="1")

    assert set(made["write_outcome"]) == {"unknown"}


@each_call
def test_a_balancer_that_never_recovers_is_an_error_of_the_servers(
    recorder: Recorder, name: str
) -> None:
    recorder.replies(BALANCER)

    error = failure(recorder.url, name)

    assert isinstance(error, af.ServerError)
    assert "502" in str(error)
    assert error.may_be_done == (name in WRITES)


def test_a_server_that_asks_to_come_back_tomorrow_is_not_waited_for(
    recorder: Recorder, clock: SkippingClock
) -> None:
    recorder.replies(Reply(503, b"", {"Retry-After": "86400"}))

    error = failure(recorder.url, "a list", None)

    assert isinstance(error, af.ServerError)
    assert sum(clock.waits) < 3600


WRONG: list[Any] = [
    [],
    {},
    {"data": None},
    {"data": "text"},
    {"data": 7},
    {"data": [7]},
    {"data": [None]},
    {"data": [[]]},
    {"data": {"gid": {}}},
    {"data": [{"gid": 7}]},
    {"data": [], "next_page": 7},
    {"data": [], "next_page": {}},
    {"data": [{}], "next_page": {"offset": 7}},
    "text",
]


@pytest.mark.parametrize("body", WRONG, ids=json.dumps)
@each_call
def test_an_answer_of_the_wrong_shape_is_an_error_of_ours_or_harmless(
    recorder: Recorder, name: str, body: Any
) -> None:
    recorder.replies(Reply(body=body))

    # Whatever else it raised would be a bug.
    with af.connect(TOKEN, base_url=recorder.url, deadline=60) as asana, suppress(af.AsanaError):
        CALLS[name](asana)


@pytest.mark.parametrize("body", WRONG, ids=json.dumps)
def test_the_card_bears_answers_of_the_wrong_shape(recorder: Recorder, body: Any) -> None:
    recorder.replies(Reply(body=body))

    with af.connect(TOKEN, base_url=recorder.url) as asana:
        assert "<div>" in asana._repr_html_()


BROKEN = {
    "cut gzip": Reply(body=WHOLE[:40], headers=PACKED),
    "cut at its end": Reply(body=WHOLE[:-4], headers=PACKED),
    "garbage for gzip": Reply(body=b"\x1f\x8b garbage that is none", headers=PACKED),
    "JSON called gzip": Reply(body=b'{"data": []}', headers=PACKED),
    "nothing called gzip": Reply(body=b"", headers=PACKED),
    "gzip called deflate": Reply(body=WHOLE, headers={"Content-Encoding": "deflate"}),
    "gzip called nothing": Reply(body=WHOLE),
    "cut JSON": Reply(body=b'{"data": [{"gid": "1"'),
    "nothing": Reply(body=b""),
    "cut connection": Reply(body={"data": []}, cut=4),
}


@pytest.mark.parametrize("broken", sorted(BROKEN))
@pytest.mark.parametrize("name", ["a list", "one object", "a name", "an update"])
def test_a_body_that_never_arrives_whole_is_a_connection_that_failed(
    recorder: Recorder, broken: str, name: str
) -> None:
    recorder.replies(BROKEN[broken])

    error = failure(recorder.url, name)

    assert isinstance(error, af.ConnectionFailed)
    assert len(recorder.asked) == 6


@contextmanager
def secured(host: str, authority: trustme.CA) -> Iterator[tuple[str, list[str]]]:
    """Yield the URL of a server on this machine whose certificate is that of a host."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"data": [], "next_page": null}')

        def log_message(self, *_: Any) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}/api/1.0", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("host", "is_known"), [("127.0.0.1", False), ("example.com", True)])
def test_a_certificate_that_does_not_fit_is_refused_before_the_token_is_sent(
    host: str, is_known: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    authority = trustme.CA()
    if is_known:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))

    with secured(host, authority) as (url, asked):
        error = failure(url, "a list")

    assert isinstance(error, af.ConnectionFailed)
    assert "certificate is not trusted here" in str(error)
    assert "REQUESTS_CA_BUNDLE" in str(error)
    assert asked == []


def test_a_certificate_that_fits_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))

    with secured("127.0.0.1", authority) as (url, asked), af.connect(TOKEN, base_url=url) as asana:
        assert asana.tags.list(workspace="1").empty

    assert asked == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *((name, 307) for name in sorted(CALLS)),
        *product(("a list", "a creation"), (301, 302, 303, 308)),
    ],
)
def test_a_redirect_is_an_error_and_the_other_host_is_never_asked(
    recorder: Recorder, name: str, status: int
) -> None:
    with Recorder() as other:
        recorder.replies(Reply(status, b"", {"Location": f"{other.url}/tags?limit=100"}))

        error = failure(recorder.url, name)

        assert other.asked == []
    assert isinstance(error, af.RequestRefused)
    assert "Check the base URL" in str(error)
    assert len({asked.path + str(asked.query) for asked in recorder.asked}) == len(recorder.asked)
