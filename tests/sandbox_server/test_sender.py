"""Web pages from elsewhere cannot read the sandbox, whatever address they give their name."""

from __future__ import annotations

import json
import socket

import pytest
import requests

from asana_frames.sandbox_server import Server, serve
from tests.fixed_day import NOW

PATH = "/workspaces"


def status(server: Server, headers: dict[str, str]) -> int:
    token = {"Authorization": "Bearer sandbox"}
    return requests.get(server.url + PATH, headers=token | headers, timeout=10).status_code


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:1", "localhost.", "[::1]:5"]
)
def test_this_machine_may_ask(server: Server, host: str) -> None:
    assert status(server, {"Host": host}) == 200
    assert status(server, {"Origin": f"http://{host}"}) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "127.0.0.1@evil.example",
        "[::1",
        "",
    ],
)
def test_others_may_not(server: Server, host: str) -> None:
    if host:
        assert status(server, {"Host": host}) == 403
    assert status(server, {"Origin": f"http://{host}"}) == 403


def test_a_page_without_an_origin_of_its_own_may_not(server: Server) -> None:
    answer = requests.get(server.url + PATH, headers={"Origin": "null"}, timeout=10)

    assert answer.status_code == 403
    assert "null is not this machine" in answer.json()["errors"][0]["message"]


def test_of_two_hosts_both_must_be_this_machine(server: Server) -> None:
    port = int(server.url.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            b"GET /api/1.0/workspaces HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n"
        )
        answer = connection.recv(10_000).decode()

    assert answer.startswith("HTTP/1.1 403")
    assert "evil.example" in json.loads(answer.partition("\r\n\r\n")[2])["errors"][0]["message"]


def test_who_listens_everywhere_is_asked_by_address_or_by_its_name() -> None:
    with serve(host="0.0.0.0", now=NOW) as everywhere:
        local = everywhere.url.replace("0.0.0.0", "127.0.0.1")
        token = {"Authorization": "Bearer sandbox"}
        found = {
            host: requests.get(local + PATH, headers=token | {"Host": host}, timeout=10)
            for host in ["192.168.1.20:80", socket.gethostname(), "evil.example"]
        }

    assert [answer.status_code for answer in found.values()] == [200, 200, 403]
