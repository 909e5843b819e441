"""Requests that are not what they should be: the API's envelope, and nothing has changed."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.sandbox_server.api import Api


def raw(api: Api, method: str, path: str, body: bytes, kind: str) -> requests.Response:
    headers = {"Authorization": "Bearer sandbox", "Content-Type": kind}
    return requests.request(method, api.server.url + path, data=body, headers=headers, timeout=10)


@pytest.mark.parametrize(
    ("body", "kind", "status", "problem"),
    [
        (b"{", "application/json", 400, "invalid JSON"),
        (b"[]", "application/json", 400, "must be a JSON object"),
        (b'{"data": []}', "application/json", 400, "data: Must be a JSON object"),
        (b'{"data": {"name": NaN}}', "application/json", 400, "invalid JSON"),
        (b"\xff\xfe", "application/json", 400, "invalid JSON"),
        (b"[" * 100_000, "application/json", 400, "invalid JSON"),
        (b"<x/>", "application/xml", 415, "application/xml is not supported"),
        (b"name=%ff", "application/x-www-form-urlencoded", 400, "one of workspace"),
        (b"x", "multipart/form-data", 400, "no parts"),
        (b'{"data": {"name": 5}}', "application/json", 400, "name: Value is not a string: 5"),
        (b'{"data": {"completed": "yes"}}', "application/json", 400, "completed: Value is not"),
        (b'{"data": {"projects": "12"}}', "application/json", 404, "projects: Not a recognized"),
        (b'{"data": {"projects": [["1"]]}}', "application/json", 400, "projects: Not a valid ID"),
        (
            b'{"data": {"assignee": {"gid": "1"}}}',
            "application/json",
            400,
            "assignee: Not a valid",
        ),
        (b'{"data": {"memberships": [5]}}', "application/json", 400, "memberships: Must be"),
    ],
)
def test_bad_bodies_are_refused_in_the_apis_envelope(
    api: Api, body: bytes, kind: str, status: int, problem: str
) -> None:
    before = (api.store.version, api.store.next_written)

    answer = raw(api, "POST", "/tasks", body, kind)

    assert answer.status_code == status, answer.text
    assert problem in answer.json()["errors"][0]["message"]
    assert (api.store.version, api.store.next_written) == before


def test_a_body_can_be_a_form(api: Api) -> None:
    form = f"name=By+form&workspace={api.workspace}&completed=true&followers={api.people[2]},me"
    kind = "application/x-www-form-urlencoded; charset=utf-8"

    task = raw(api, "POST", "/tasks", form.encode(), kind).json()["data"]

    assert (task["name"], task["completed"], len(task["followers"])) == ("By form", True, 2)


def test_what_a_json_body_says_of_its_answer_is_done(api: Api) -> None:
    options = {"fields": ["name"], "pretty": True}
    body = {"data": {"name": "x", "workspace": api.workspace}, "options": options}

    answer = raw(api, "POST", "/tasks", json.dumps(body).encode(), "application/json")

    assert set(answer.json()["data"]) == {"gid", "name"}
    assert "\n  " in answer.text


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE", "BREW"])
def test_methods_that_the_api_does_not_have_are_no_route(api: Api, method: str) -> None:
    answer = api.send(method, "/tasks")

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["message"].startswith("No matching route")


def test_an_empty_body_or_braces_are_taken_where_nothing_is_needed(api: Api) -> None:
    for body in (b"", b"{}"):
        assert raw(api, "DELETE", f"/tasks/{api.task()}", body, "application/json").ok


@contextmanager
def line(api: Api) -> Iterator[socket.socket]:
    host, _, port = api.server.url.split("/")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        yield connection


def spoken(api: Api, words: bytes) -> bytes:
    with line(api) as connection:
        connection.sendall(words)
        return connection.recv(65_536)


_HEAD = b"POST /api/1.0/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sandbox\r\n"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (b"nonsense\r\n\r\n", b" 400 "),
        (b"GET /api/1.0/users/me HTTP/9.9\r\n\r\n", b" 505 "),
        (_HEAD + b"Content-Length: many\r\n\r\n", b" 400 "),
        (_HEAD + b"Content-Length: 99999999999\r\n\r\n", b" 413 "),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b" 400 "),
        (_HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\n", b" 431 "),
    ],
)
def test_what_is_no_http_is_refused_in_json_too(api: Api, words: bytes, status: bytes) -> None:
    answer = spoken(api, words)

    assert status in answer.split(b"\r\n")[0]
    assert b'{"errors"' in answer.replace(b'{"errors": ', b'{"errors":')


def test_a_chunked_body_is_read(api: Api) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"data": {"name": "In parts",'
        yield b' "workspace": "%s"}}' % api.workspace.encode()

    headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json"}
    answer = requests.post(f"{api.server.url}/tasks", data=parts(), headers=headers, timeout=10)

    assert answer.json()["data"]["name"] == "In parts"


@pytest.mark.parametrize(
    "path",
    ["/tasks/%00", "/tasks/..", "/tasks/%F0%9F%98%80", "/tasks/" + "9" * 5_000, "/users/@", "//"],
)
def test_paths_that_name_nothing_are_not_found(api: Api, path: str) -> None:
    assert api.send("GET", path).status_code == 404


def test_changes_of_the_api_are_announced_and_marked_where_they_are_met(api: Api) -> None:
    plain = api.send("GET", "/users/me").headers["Asana-Change"]
    met = api.send("GET", "/projects").headers["Asana-Change"]

    assert "name=teamless_projects;info=https://" in plain
    assert "affected=true" not in plain
    assert "cross_workspace_deprecation" in met
    assert met.count("affected=true") == 1


def test_a_created_object_says_where_it_is(api: Api) -> None:
    answer = api.send("POST", "/tags", {"name": "x", "workspace": api.workspace})

    assert answer.headers["Location"] == f"/api/1.0/tags/{answer.json()['data']['gid']}"


def batch(api: Api, *actions: Any) -> list[dict[str, Any]]:
    return list(api.post("/batch", actions=list(actions)))


def test_a_batch_does_each_action_for_itself(api: Api) -> None:
    home = {"workspace": api.workspace}
    done = batch(
        api,
        {"method": "get", "relative_path": "/users/me", "options": {"fields": ["name"]}},
        {"method": "GET", "relative_path": "/tasks/12"},
        {"method": "post", "relative_path": "/tasks", "data": {"name": "x", **home}},
        {"method": "get", "relative_path": "/projects", "data": home, "options": {"limit": 2}},
        {"method": "post", "relative_path": "/attachments"},
        {"method": "post", "relative_path": "/batch", "data": {"actions": []}},
        {"method": "get", "relative_path": "/tasks?project=12"},
        "nonsense",
    )  # fmt: skip

    assert [each["status_code"] for each in done] == [200, 404, 201, 200, 400, 400, 400, 400]
    assert done[0]["body"]["data"]["name"] == "Zoe Ng"
    assert done[1]["body"]["errors"][0]["message"] == "task: Not a recognized ID: 12"
    gid = done[2]["body"]["data"]["gid"]
    assert done[2]["headers"]["as_tuples"] == [["location", f"/api/1.0/tasks/{gid}"]]
    assert len(done[3]["body"]["data"]) == 2
    assert done[3]["body"]["next_page"]["offset"]


def test_a_batch_has_one_to_ten_actions(api: Api) -> None:
    action = {"method": "get", "relative_path": "/users/me"}

    assert "at least one action" in api.refused("POST", "/batch", {"actions": []})
    assert "no more than 10 actions" in api.refused("POST", "/batch", {"actions": [action] * 11})
    assert len(batch(api, *[action] * 10)) == 10


def test_a_client_that_waits_to_be_told_to_go_on_is_told(api: Api) -> None:
    with line(api) as connection:
        connection.sendall(_HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert connection.recv(1_000).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"{}")
        assert b" 400 " in connection.recv(1_000).split(b"\r\n")[0]


def test_a_form_can_gather_lists_and_empty_fields(api: Api) -> None:
    kind = "application/x-www-form-urlencoded"
    project = api.project()
    form = f"name=x&projects[0]={project}&followers[]=me&due_on=2026-12-01"
    task = raw(api, "POST", "/tasks", form.encode(), kind).json()["data"]
    assert [p["gid"] for p in task["projects"]] == [project]

    after = raw(api, "PUT", f"/tasks/{task['gid']}", b"due_on=&assignee=null", kind).json()["data"]

    assert (after["due_on"], after["assignee"]) == (None, None)


def test_an_external_id_may_hold_a_slash(api: Api) -> None:
    task = api.task(external={"gid": "a/b"})

    assert api.get("/tasks/external:a%2Fb")["gid"] == task


def test_head_answers_without_a_body(api: Api) -> None:
    answer = api.send("HEAD", "/users/me")

    assert (answer.status_code, answer.content) == (200, b"")


def test_events_are_under_the_path_of_their_object_too(api: Api) -> None:
    assert api.send("GET", f"/projects/{api.project()}/events").status_code == 412


def test_answers_are_packed_for_those_who_take_it(api: Api) -> None:
    project = api.store.first("project")["gid"]
    url, query = f"{api.server.url}/tasks", {"project": project, "limit": 100}

    def coding(accepted: str) -> str | None:
        headers = {"Authorization": "Bearer sandbox", "Accept-Encoding": accepted}
        answer = requests.get(url, query, headers=headers, timeout=10)
        assert len(answer.json()["data"]) == 100
        return answer.headers.get("Content-Encoding")

    assert coding("gzip, deflate") == "gzip"
    assert coding("identity") is None
    assert coding("gzip;q=0") is None
