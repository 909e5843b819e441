"""No token, code or secret is in a traceback that shows local variables."""

from __future__ import annotations

import io
import json
import logging
import signal
import socket
import struct
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
import requests
import rich.console
import rich.traceback
from IPython.core.ultratb import VerboseTB

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.fetch import Http
from asana_frames.fetch.auth import log_out, set_process_login, token_source_for
from asana_frames.fetch.credential_store import credentials_path, load_credential, store_credential
from asana_frames.fetch.credentials import Credential
from asana_frames.fetch.oauth import Authorization
from tests.logins import Keyring
from tests.logins import own_place as own_place
from tests.recorder import Asked, Recorder, Reply

#: Long enough for a library to shorten it before it shows it.
TOKEN = f"2/1234/5678:{'token' * 20}"
REFRESH, SECRET, CODE = "refresh-canary" * 8, "secret-canary" * 8, "code-canary" * 8
CANARIES = {"tokentoken", "refresh-canary", "secret-canary", "code-canary"}
MESSAGE = {"errors": [{"message": "No."}]}


class Situation:
    """What a call meets: the connection is one of the environment, so that no frame of a test
    holds the token."""

    def __init__(self, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.recorder = recorder
        self._monkeypatch = monkeypatch

    def connect(self, url: str) -> Asana:
        self._monkeypatch.setenv("ASANA_ACCESS_TOKEN", TOKEN)
        self._monkeypatch.setenv("ASANA_BASE_URL", url)
        return af.connect(deadline=60)

    def log_in(self, url: str, expires: float) -> Asana:
        """Connect with an OAuth login."""
        set_process_login(url, Credential(TOKEN, REFRESH, expires, "app", SECRET))
        return af.connect(base_url=url)

    def read(self, url: str) -> None:
        with self.connect(url) as asana:
            asana.tags.list(workspace="1")


@pytest.fixture(autouse=True)
def _interrupts() -> Iterator[None]:
    """Let interrupts raise also where the shell that started the tests ignores them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def situation(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Situation:
    return Situation(recorder, monkeypatch)


@contextmanager
def raw(answer: bytes, *, is_reset: bool = False) -> Iterator[str]:
    """Yield the URL of a server that sends these bytes to everybody, and hangs up."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    connection.recv(65_536)
                    connection.sendall(answer)
                    if is_reset:
                        hang_up_at_once = struct.pack("ii", 1, 0)
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, hang_up_at_once)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/api/1.0"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def nobody() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/api/1.0"


# ---------------------------------------------------------------------------- situations


def dead_host(situation: Situation) -> None:
    situation.read(nobody())


def no_such_host(situation: Situation) -> None:
    situation.read("https://asana.invalid/api/1.0")


def reset(situation: Situation) -> None:
    with raw(b"", is_reset=True) as url:
        situation.read(url)


def bad_status_line(situation: Situation) -> None:
    with raw(b"SSH-2.0-OpenSSH_9.6\r\n") as url:
        situation.read(url)


def header_without_end(situation: Situation) -> None:
    with raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000) as url:
        situation.read(url)


def cut_body(situation: Situation) -> None:
    situation.recorder.replies(Reply(body={"data": []}, cut=4))
    situation.read(situation.recorder.url)


def time_out(situation: Situation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api/1.0"
        with situation.connect(url) as asana:
            asana.with_options(timeout=0.05).tasks.get("1")


def deadline(situation: Situation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api/1.0"
        with situation.connect(url) as asana:
            asana.with_options(deadline=0.05).tasks.update("1", name="x")


def echoed_status_line(situation: Situation) -> None:
    """The server sends back the header instead of a response."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    received = connection.recv(65_536)
                    header = received.partition(b"Authorization: ")[2].partition(b"\r\n")[0]
                    connection.sendall(header + b"\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            situation.read(f"http://127.0.0.1:{server.getsockname()[1]}/api/1.0")
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def proxy_that_is_not_valid(situation: Situation) -> None:
    situation._monkeypatch.setenv("https_proxy", f"http://me:{SECRET}@127.0.0.1:99999")
    situation._monkeypatch.setenv("no_proxy", "")
    situation.read("https://asana.invalid/api/1.0")


def password_of_a_proxy_of_other_letters(situation: Situation) -> None:
    situation._monkeypatch.setenv("https_proxy", f"http://me:{SECRET}\u20ac@127.0.0.1:1")
    situation._monkeypatch.setenv("no_proxy", "")
    situation.read("https://asana.invalid/api/1.0")


def token_of_bytes(situation: Situation) -> None:
    af.connect(TOKEN.encode())  # type: ignore[arg-type]


def password_in_the_base_url(situation: Situation) -> None:
    situation._monkeypatch.setenv("ASANA_BASE_URL", f"https://me:{SECRET}@[")
    af.connect("token")


def redirect(situation: Situation) -> None:
    situation.recorder.replies(Reply(302, b"", {"Location": "https://example.com/tags"}))
    situation.read(situation.recorder.url)


def proxy(situation: Situation) -> None:
    situation._monkeypatch.setenv("https_proxy", nobody().removesuffix("/api/1.0"))
    situation._monkeypatch.setenv("no_proxy", "")
    situation.read("https://asana.invalid/api/1.0")


def certificates(situation: Situation) -> None:
    situation._monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    situation.read("https://127.0.0.1:1/api/1.0")


def body_that_cannot_be_sent(situation: Situation) -> None:
    with situation.connect(situation.recorder.url) as asana:
        asana.http.request("POST", "/tasks", data={"data": {"x": float("nan")}})


def file_that_breaks(situation: Situation) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError("the disk is gone")

    with situation.connect(situation.recorder.url) as asana:
        asana.attachments.create(parent="1", file=Broken(b"x"), name="x.txt")


def bug_in_a_library(situation: Situation) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a bug")

    situation._monkeypatch.setattr("urllib3.connectionpool.HTTPConnectionPool.urlopen", fail)
    situation.read(situation.recorder.url)


def interrupt(situation: Situation) -> None:
    """Ctrl-C while this thread waits for a response."""

    def answer(asked: Asked) -> Reply:
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.5)
        return Reply(body={"data": {"gid": "1"}})

    situation.recorder.reply = answer
    with situation.connect(situation.recorder.url) as asana:
        asana.with_options(deadline=None)
        Asana(asana.http).tasks.update("1", name="x")


def refused(situation: Situation, status: int) -> None:
    situation.recorder.replies(Reply(status, MESSAGE))
    with situation.connect(situation.recorder.url) as asana:
        asana.tasks.update("1", name="x")


def echo(situation: Situation, status: int, shape: str) -> None:
    """The server repeats the header."""

    def answer(asked: Asked) -> Reply:
        header = asked.headers["Authorization"]
        bodies: dict[str, Any] = {
            "message": {"errors": [{"message": f"Bad header {header}"}]},
            "escaped": f'{{"errors": [{{"message": "{header}"}}]}}'.replace("/", r"\/").encode(),
            "page": f"<html><title>{header}</title></html>".encode(),
            "foreign": {"headers": {"Authorization": header}},
            "text": header.encode(),
            "data": {"data": header},
            "list": {"data": [header]},
            "gid": {"data": {"gid": header}},
            "unicode": json.dumps({"errors": [{"message": header}]})
            .replace("/", r"\u002f")
            .replace("t", r"\u0074")
            .encode(),
        }
        return Reply(status, bodies[shape], {"Location": f"https://example.com/?{header}"})

    situation.recorder.reply = answer
    with situation.connect(situation.recorder.url) as asana:
        asana.tasks.update("1", name="x")


def renewal(situation: Situation, answer: Reply | None) -> None:
    if answer is None:
        with situation.log_in(nobody(), time.time() - 1) as asana:
            asana.tags.list(workspace="1")
        return
    situation.recorder.replies(answer)
    with situation.log_in(situation.recorder.url, time.time() - 1) as asana:
        asana.tags.list(workspace="1")


def refused_after_renewal(situation: Situation) -> None:
    renewed = {"access_token": f"{TOKEN}2", "refresh_token": f"{REFRESH}2", "expires_in": 3600}
    situation.recorder.reply = lambda asked: (
        Reply(body=renewed) if "oauth_token" in asked.path else Reply(401, MESSAGE)
    )
    with situation.log_in(situation.recorder.url, time.time() + 3600) as asana:
        asana.tags.list(workspace="1")


def interrupted_renewal(situation: Situation) -> None:
    def answer(asked: Asked) -> Reply:
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.5)
        return Reply(401, MESSAGE)

    situation.recorder.reply = answer
    credential = Credential(TOKEN, REFRESH, time.time() - 1, "app", SECRET)
    url = situation.recorder.url
    with Asana(Http(token_source_for(credential, url), url)) as asana:
        asana.tasks.get("1")


def code(situation: Situation, answer: Reply | None) -> None:
    if answer is not None:
        situation.recorder.replies(answer)
    url = nobody() if answer is None else situation.recorder.url
    Authorization(url, "app", SECRET).redeem(CODE)


def code_of_another_login(situation: Situation) -> None:
    Authorization(situation.recorder.url, "app", SECRET).read_code({"code": CODE, "state": "x"})


def app_without_an_id(situation: Situation) -> None:
    Authorization(situation.recorder.url, "", SECRET)


def revoked(situation: Situation) -> None:
    situation.recorder.replies(Reply(500, MESSAGE))
    url = situation.recorder.url
    set_process_login(url, Credential(TOKEN, REFRESH, 1e10, "app", SECRET))
    raise af.AuthError(log_out(url).problem)


def token_with_a_space(situation: Situation) -> None:
    situation._monkeypatch.setenv("ASANA_ACCESS_TOKEN", f"{TOKEN} {TOKEN}")
    af.connect()


def token_for_another_host(situation: Situation) -> None:
    situation._monkeypatch.setenv("ASANA_ACCESS_TOKEN", TOKEN)
    af.connect(base_url=situation.recorder.url)


def broken_credentials_file(situation: Situation, cut: int | None, mode: int) -> None:
    store_credential(situation.recorder.url, Credential(TOKEN, REFRESH, 1e10, "app", SECRET))
    path = credentials_path()
    path.write_bytes(path.read_bytes()[:cut])
    path.chmod(mode)
    af.connect(base_url=situation.recorder.url)


def credentials_file_that_cannot_be_written(situation: Situation) -> None:
    def fail(*_: Any) -> None:
        raise OSError("the disk is full")

    situation._monkeypatch.setattr(Path, "replace", fail)
    store_credential(situation.recorder.url, Credential(TOKEN, REFRESH, 1e10, "app", SECRET))


def broken_keyring_entry(situation: Situation) -> None:
    ring = Keyring(situation._monkeypatch)
    url = situation.recorder.url
    ring.kept["asana-frames", url] = f'{{"token": "{TOKEN}", "refresh_token": "{REFRESH}"'
    load_credential(url)


REFUSED = [400, 401, 403, 404, 429, 500, 503]
SHAPES = ["message", "escaped", "unicode", "page", "foreign", "text", "data", "list", "gid"]
NO_GRANT = Reply(400, {"error": "invalid_grant", "error_description": f"{REFRESH} {SECRET}"})
SITUATIONS: dict[str, Callable[[Situation], None]] = {
    each.__name__: each
    for each in (
        dead_host,
        no_such_host,
        reset,
        bad_status_line,
        header_without_end,
        cut_body,
        time_out,
        deadline,
        echoed_status_line,
        proxy_that_is_not_valid,
        password_of_a_proxy_of_other_letters,
        token_of_bytes,
        password_in_the_base_url,
        redirect,
        proxy,
        certificates,
        body_that_cannot_be_sent,
        file_that_breaks,
        bug_in_a_library,
        interrupt,
        refused_after_renewal,
        interrupted_renewal,
        code_of_another_login,
        app_without_an_id,
        revoked,
        token_with_a_space,
        token_for_another_host,
        credentials_file_that_cannot_be_written,
        broken_keyring_entry,
    )
} | {
    **{f"refused {s}": lambda one, s=s: refused(one, s) for s in REFUSED},
    **{
        f"echo {status} {shape}": lambda one, s=status, shape=shape: echo(one, s, shape)
        for status in (200, 302, 401, 500)
        for shape in SHAPES
        if status != 200 or shape not in ("message", "escaped", "unicode")
    },
    "renewal of nobody": lambda one: renewal(one, None),
    "renewal refused": lambda one: renewal(one, NO_GRANT),
    "renewal answered with a page": lambda one: renewal(one, Reply(body=b"<html>")),
    "code for nobody": lambda one: code(one, None),
    "code refused": lambda one: code(one, Reply(400, {"error": "invalid_grant"})),
    "credentials file cut": lambda one: broken_credentials_file(one, -5, 0o600),
    "credentials file for all": lambda one: broken_credentials_file(one, None, 0o644),
}


# --------------------------------------------------------------------------------- the walk


def iterate_chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what it was caused by and what was being handled, hidden or not."""
    seen: set[int] = set()
    left = [error]
    while left:
        one = left.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            left += [one.__cause__, one.__context__]


def iterate_locals(trace: TracebackType | None) -> Iterator[tuple[str, object]]:
    """Yield the local variables of the frames of a traceback, but those of this file."""
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_filename != __file__:
            place = f"{frame.f_code.co_filename}:{trace.tb_lineno} {frame.f_code.co_name}"
            yield from ((f"{place} {name}", value) for name, value in frame.f_locals.items())
        trace = trace.tb_next


def find_leaks(error: BaseException) -> list[str]:
    """Return the places of a traceback in which a canary is shown."""
    shown: dict[str, str] = {}
    for one in iterate_chain(error):
        shown[f"text of {type(one).__name__}"] = repr(one) + str(one) + repr(vars(one))
        for place, value in iterate_locals(one.__traceback__):
            shown[place] = repr(value)
            if isinstance(value, str | bytes):
                # Some libraries shorten long texts first.
                shown[place] += repr(value[:80])
    return [
        f"{place}: {text[:200]}"
        for place, text in shown.items()
        if any(canary in text for canary in CANARIES)
    ]


def show_as_libraries_do(error: BaseException) -> dict[str, str]:
    """Return a traceback as libraries print it with local variables."""
    kind, trace = type(error), error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    output = rich.console.Console(file=io.StringIO(), width=400)
    output.print(rich.traceback.Traceback.from_exception(kind, error, trace, show_locals=True))
    captured = traceback.TracebackException(kind, error, trace, capture_locals=True)
    assert isinstance(output.file, io.StringIO)
    return {
        "traceback": "".join(captured.format()),
        "IPython": VerboseTB().text(kind, error, trace),
        "rich": output.file.getvalue(),
    }


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_no_secret_is_in_a_traceback(name: str, situation: Situation) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        SITUATIONS[name](situation)

    error = caught.value
    assert isinstance(error, af.AsanaError | KeyboardInterrupt | ZeroDivisionError), error
    assert find_leaks(error) == []


@pytest.mark.parametrize("name", ["dead_host", "interrupt", "refused 401", "code refused"])
def test_no_secret_is_in_what_libraries_show(name: str, situation: Situation) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        SITUATIONS[name](situation)

    for library, text in show_as_libraries_do(caught.value).items():
        assert [canary for canary in CANARIES if canary in text] == [], library


def test_what_a_library_shows_by_itself_is_found() -> None:
    """Else the walk might find nothing because it looks at nothing."""
    with pytest.raises(requests.ConnectionError) as caught:
        requests.get(nobody(), headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5)

    assert find_leaks(caught.value)
    assert all("tokentoken" in text for text in show_as_libraries_do(caught.value).values())


@pytest.mark.parametrize("is_login", [False, True])
def test_no_secret_is_in_a_log_when_the_server_repeats_it_in_a_broken_header(
    is_login: bool, situation: Situation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    received = connection.recv(65_536)
                    secret = TOKEN.encode() if TOKEN.encode() in received else CODE.encode()
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nX: y\r\nAuthorization Bearer "
                        + secret
                        + b"\r\n\r\n{}"
                    )

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/api/1.0"
        try:
            call = situation.read
            if is_login:
                call = lambda url: Authorization(url, "app", SECRET).redeem(CODE)  # noqa: E731
            with pytest.raises(af.ConnectionFailed):
                call(url)
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()

    assert "Failed to parse headers" in caplog.text
    assert "(secret)" in caplog.text
    assert [canary for canary in CANARIES if canary in caplog.text] == []
