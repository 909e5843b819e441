"""Proxies and certificates of the environment: honoured for https, never used for this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

import asana_frames as af
from asana_frames.fetch.environment import read_network_settings
from asana_frames.fetch.oauth import Authorization
from asana_frames.sandbox_server import Server
from tests.cli.commands import run
from tests.fetch.test_bad_servers import secured
from tests.fixed_day import NOW
from tests.recorder import Recorder

TOKEN = "2/1234/5678:never-to-be-seen"
ASANA = "https://asana.invalid/api/1.0"
PROXIES = [
    spelling
    for name in ("http_proxy", "https_proxy", "all_proxy")
    for spelling in (name, name.upper())
]
BUNDLES = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *BUNDLES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def proxy(answer: bytes = b"") -> Iterator[tuple[str, list[bytes]]]:
    """Yield the address of a proxy that answers every connection, and the bytes that it got."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    received.append(connection.recv(65_536))
                    connection.sendall(answer)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}", received
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def fail_to_connect(base_url: str) -> af.AsanaError:
    with (
        af.connect(TOKEN, base_url=base_url, deadline=60) as asana,
        pytest.raises(af.AsanaError) as caught,
    ):
        asana.tags.list(workspace="1")
    return caught.value


@pytest.mark.parametrize("variable", PROXIES)
def test_requests_to_this_machine_go_through_no_proxy(
    variable: str, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy() as (address, received):
        monkeypatch.setenv(variable, f"http://{address}")
        with af.connect(TOKEN, base_url=recorder.url) as asana:
            asana.tags.list(workspace="1")
        with af.sandbox(now=NOW) as sandbox:
            sandbox.tags.list(workspace="Acme")
        with pytest.raises(af.ConnectionFailed, match="no OAuth answer"):
            Authorization(recorder.url, "1", "secret").redeem("c0de")

        assert len(recorder.asked) == 2
        assert received == []


def test_commands_and_fixtures_go_through_no_proxy(
    asana_sandbox_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy() as (address, received):
        environment = dict.fromkeys(PROXIES, f"http://{address}")
        served = {"ASANA_BASE_URL": asana_sandbox_server.url, "ASANA_ACCESS_TOKEN": "sandbox"}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

        demo = run("demo", "--out", "out", cwd=tmp_path, **environment)
        tags = run("tags", "list", "--workspace", "Acme", **environment, **served)
        with af.connect("sandbox", base_url=asana_sandbox_server.url) as asana:
            asana.tags.list(workspace="Acme")

        assert (demo.returncode, demo.stderr) == (0, "")
        assert tags.returncode == 0
        assert received == []


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_error_of_a_proxy_names_it_without_its_password(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as (address, received):
        monkeypatch.setenv(variable, f"http://me:pass-word@{address}")
        error = fail_to_connect(ASANA)

    assert isinstance(error, af.ConnectionFailed)
    text = str(error)
    assert f"Requests go through the proxy http://{address} ({variable})" in text
    assert "pass-word" not in text
    assert not error.may_be_done
    # It is asked for a tunnel, and sees no token.
    assert {one.split(b" HTTP")[0] for one in received} == {b"CONNECT asana.invalid:443"}
    assert TOKEN.encode() not in b"".join(received)


def test_the_token_endpoint_is_reached_through_the_proxy_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with proxy(b"HTTP/1.1 403 Forbidden\r\n\r\n") as (address, received):
        monkeypatch.setenv("https_proxy", f"http://{address}")
        with pytest.raises(af.ConnectionFailed, match=rf"proxy http://{address} \(https_proxy\)"):
            Authorization(ASANA, "1", "secret").redeem("c0de")

    assert len(received) == 1


@pytest.mark.parametrize(
    "value", ["http://", "http://[::1", "http://127.0.0.1:99999", "socks9://x:1"]
)
def test_a_proxy_that_is_not_valid_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", value)

    error = fail_to_connect(ASANA)

    assert value in str(error)
    assert "https_proxy" in str(error)


def test_a_host_of_no_proxy_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "asana.invalid")

    assert read_network_settings(ASANA).proxies == {}
    assert read_network_settings("https://other.invalid").proxies != {}


@pytest.mark.parametrize("variable", BUNDLES)
def test_certificates_are_those_of_the_variable(
    variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))

    with secured("127.0.0.1", authority) as (url, asked):
        with closing(af.connect(TOKEN, base_url=url)) as asana:
            assert asana.tags.list(workspace="1").empty
        assert asked == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize("variable", BUNDLES)
@pytest.mark.parametrize("contents", [None, b"", b"no certificate", "of another authority"])
def test_the_error_of_certificates_names_their_file_and_the_variable(
    variable: str, contents: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    if isinstance(contents, bytes):
        bundle.write_bytes(contents)
    elif contents is not None:
        trustme.CA().cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv(variable, str(bundle))

    with secured("127.0.0.1", trustme.CA()) as (url, asked):
        error = fail_to_connect(url)

        assert asked == []
    assert f"Certificates are checked against {bundle} ({variable})" in str(error)


def test_without_a_variable_certificates_are_checked_against_those_of_the_machine() -> None:
    assert read_network_settings(ASANA).verify is True
    with secured("127.0.0.1", trustme.CA()) as (url, asked):
        error = fail_to_connect(url)

        assert asked == []
    assert "Its certificate is not trusted here. Check the base URL" in str(error)
