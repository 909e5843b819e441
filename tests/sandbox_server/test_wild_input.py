"""Input as wild as it comes is refused at once, in the API's own words, and leaves no trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from asana_frames.sandbox_server import Application, make_application
from tests.fixed_day import NOW
from tests.sandbox_server.api import Api
from tests.sandbox_server.test_requests import _HEAD, line, spoken

_TOKEN = {"authorization": "Bearer sandbox", "content-type": "application/json"}
_HUGE = 10**400


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    made = make_application(now=NOW)
    made.store.load_block(0, 2)
    yield made
    assert made.crashes == []


def deep(levels: int) -> Any:
    found: Any = []
    for _ in range(levels):
        found = [found]
    return found


def hook(**more: Any) -> dict[str, Any]:
    return {"resource": "{project}", "target": "http://127.0.0.1:1", **more}


def inline(kind: str, **more: Any) -> dict[str, Any]:
    return {"custom_field": {"name": "x", "resource_subtype": kind, **more}}


_ODD = {"name": "x", "color": {"gid": "1"}}
_HOME = {"workspace": "{workspace}"}
_LAST = "9999-12-31"
_WEEK = {"start_date": "9999-12-27", "end_date": _LAST}


def send(app: Application, method: str, path: str, data: Any = None) -> tuple[int, str]:
    body = b"" if data is None else json.dumps({"data": data}).encode()
    gids = {
        kind: app.store.first(kind)["gid"] for kind in ("task", "project", "workspace", "user")
    }
    answer = app.handle(method, f"/api/1.0{path.format(**gids)}", _TOKEN, body)
    return answer.status, answer.body.decode(errors="replace")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/tasks", {"workspace": "1", "assignee": deep(900)}),
        ("/tasks", {"external": {"gid": "1", "resource_type": []}}),
        ("/tasks", {"due_on": "9999-12-31"}),
        ("/rates", {"parent": "{project}", "resource": "me", "rate": _HUGE}),
        ("/tasks/{task}/time_tracking_entries", {"duration_minutes": _HUGE}),
        ("/attachments", {"resource_subtype": "external", "name": "x", "url": "http://["}),
        ("/webhooks", hook(target="http://[::1")),
        ("/webhooks", hook(filters=[{"action": "changed", "fields": 5}])),
        ("/webhooks", hook(filters=[{"resource_type": {"gid": "1"}}])),
        ("/projects/{project}/addCustomFieldSetting", inline("number", precision=True)),
        ("/projects/{project}/addCustomFieldSetting", inline("enum", enum_options=[_ODD])),
        ("/custom_fields", inline("reference", input_restrictions=5)["custom_field"] | _HOME),
        ("/projects/{project}/duplicate", {"name": "x", "schedule_dates": {"due_on": _LAST}}),
        ("/timesheet_approval_statuses", {"user": "me", **_HOME, **_WEEK}),
        ("/workspaces/{workspace}/addUser", {"user": "@"}),
    ],
)  # fmt: skip
def test_wild_bodies_are_refused_and_leave_no_trace(
    app: Application, path: str, data: Any
) -> None:
    gids = {kind: app.store.first(kind)["gid"] for kind in ("task", "project", "workspace")}
    filled = {k: v.format(**gids) if isinstance(v, str) else v for k, v in data.items()}
    before = (app.store.version, app.store.next_written, len(app.store.events))

    status, body = send(app, "POST", path, filled)

    assert 400 <= status < 500, body
    assert (app.store.version, app.store.next_written, len(app.store.events)) == before


@pytest.mark.parametrize(
    "path",
    [
        "/tasks?project={project}&limit=" + "9" * 5_000,
        "/workspaces/{workspace}/typeahead?resource_type=task&count=%C2%B2",
        "/workspaces/{workspace}/typeahead?resource_type=task&count=" + "9" * 5_000,
        "/tasks/{task}?opt_fields=" + "x" * 30_000,
    ],
)
def test_wild_queries_are_refused(app: Application, path: str) -> None:
    assert send(app, "GET", path)[0] == 400


@pytest.mark.parametrize("kind", ["audit_log_event", "reaction", "enum_option", "job"])
def test_no_other_kind_of_object_is_taken_for_a_task(app: Application, kind: str) -> None:
    store = app.store
    parts = (store.company, store.load_block(0, 2))
    gid = next(gid for part in parts for gid in part.by_type.get(kind, ()))

    assert send(app, "GET", f"/tasks/{gid}")[0] == 403
    assert send(app, "PUT", f"/tasks/{gid}", {"name": "x"})[0] == 403
    assert send(app, "POST", "/access_requests", {"target": gid})[0] == 403


@pytest.mark.parametrize(
    "fields",
    [
        "custom_field_settings.parent." * 13 + "name",
        "dependencies.dependents." * 600 + "name",
        "(" + "a" * 15_000,
        "(" * 5_000 + ")" * 5_000,
        "(a|b)" * 2_000,
        "this._secret,_by,workspace._x",
    ],
)
def test_no_fields_are_endless_or_show_what_is_hidden(app: Application, fields: str) -> None:
    # Some of these took minutes once; nothing here is to be waited for.
    status, body = send(app, "GET", f"/projects/{{project}}?opt_fields={fields}")

    assert status == 200
    assert '"_' not in body


@pytest.mark.parametrize(
    "path", ["/-/files/1?expires=9999999999&sign=%C3%A9", "/-/files/1?expires=" + "9" * 5_000]
)
def test_made_up_addresses_of_files_are_forbidden(app: Application, path: str) -> None:
    assert app.handle("GET", path, {}).status == 403


def test_goals_in_many_layers_are_measured_each_once(app: Application) -> None:
    workspace = app.store.first("workspace")["gid"]

    def goal() -> str:
        body = send(app, "POST", "/goals", {"name": "x", "workspace": workspace})[1]
        return str(json.loads(body)["data"]["gid"])

    # Two to the power of 22 ways lead from the last layer to the first.
    layers = [(goal(), goal()) for _ in range(22)]
    for upper, lower in pairwise(layers):
        for above in upper:
            for below in lower:
                path = f"/goals/{above}/addSupportingRelationship"
                assert send(app, "POST", path, {"supporting_resource": below})[0] == 200

    path = f"/goals/{layers[-1][0]}/addSupportingRelationship"
    assert send(app, "POST", path, {"supporting_resource": layers[0][0]})[0] == 400


def test_what_a_batch_may_not_do_it_may_not_do_with_more_slashes(app: Application) -> None:
    actions = [{"method": "post", "relative_path": path} for path in ("//batch", "//attachments/")]

    actions.append({"method": "get", "relative_path": "//["})
    status, body = send(app, "POST", "/batch", {"actions": actions})

    assert status == 200
    assert [each["status_code"] for each in json.loads(body)["data"]] == [400, 400, 404]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (_HEAD + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", b" 413 "),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n-1\r\n", b" 400 "),
        (b"GET http://[/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b" 400 "),
    ],
)
def test_wild_http_is_answered(api: Api, words: bytes, status: bytes) -> None:
    assert status in spoken(api, words).split(b"\r\n")[0]


def test_a_request_may_follow_a_body_with_trailers(api: Api) -> None:
    body = b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n"
    with line(api) as connection:
        connection.sendall(
            _HEAD + body + b"GET /api/1.0/users/me HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
        answers = b""
        while answers.count(b"HTTP/1.1 4") < 2:
            # The socket's own time limit ends this if no second response comes.
            received = connection.recv(65_536)
            assert received, answers
            answers += received


def test_who_leaves_the_workspace_is_nobodys_assignee(api: Api) -> None:
    person = api.people[12]
    task = api.task(assignee=person)
    email = next(p["email"] for p in api.store.all("user") if p["gid"] == person)

    api.post(f"/workspaces/{api.workspace}/removeUser", user=person)

    assert api.get(f"/tasks/{task}")["assignee"] is None
    listed = {row["gid"] for row in api.get("/users", workspace=api.workspace)}
    assert person not in listed
    headers = {"authorization": f"Bearer sandbox:{email}"}
    assert api.server.application.handle("GET", "/api/1.0/users/me", headers).status == 401
    path = f"/workspaces/{api.workspace}/removeUser"
    assert api.refused("POST", path, {"user": person}).startswith("400")
