"""The sandbox over raw HTTP: envelopes, paging, opt_fields and refusals as Asana has them."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from asana_frames.sandbox_server import Server, make_application, serve
from tests.fixed_day import NOW

#: "Website relaunch".
PROJECT = "1209000000000123"


def get(server: Server, path: str, token: str = "sandbox", **query: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(server.url + path, query, headers=headers, timeout=10)


def test_a_response_tells_one_time_the_one_of_the_company(server: Server) -> None:
    answer = get(server, "/workspaces")

    assert answer.raw.headers.getlist("Date") == [answer.headers["Date"]]
    told = parsedate_to_datetime(answer.headers["Date"])
    assert told == server.application.store.start


@pytest.mark.parametrize("token", ["", "other", "sandbox2"])
def test_any_other_token_is_not_authorized(server: Server, token: str) -> None:
    answer = get(server, "/workspaces", token)

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["message"] == "Not Authorized"


def test_no_token_at_all_is_not_authorized(server: Server) -> None:
    assert requests.get(server.url + "/workspaces", timeout=10).status_code == 401


@pytest.mark.parametrize(
    ("path", "query", "status", "message"),
    [
        ("/nothing", {}, 404, "No matching route"),
        ("/tasks/12", {}, 404, "task: Not a recognized ID: 12"),
        (f"/tasks/{PROJECT}", {}, 403, "task: Not the correct type"),
        ("/status_updates", {}, 400, "parent: Missing input"),
        ("/tasks", {"project": PROJECT, "limit": 0}, 400, "limit:"),
        ("/tasks", {"project": PROJECT, "limit": 101}, 400, "limit:"),
        ("/tasks", {"project": PROJECT, "limit": "x"}, 400, "limit:"),
        ("/tasks", {"project": PROJECT, "limit": 5, "offset": "made-up"}, 400, "offset:"),
        ("/tasks", {}, 400, "You should specify one of"),
        ("/workspaces/1209000000000001/typeahead", {"resource_type": "x"}, 400, "Not a valid"),
        ("/memberships", {}, 400, "You should specify one of parent, member and resource_subtype"),
        ("/time_tracking_entries", {}, 400, "You should specify one of task, "),
        ("/tasks", {"assignee": "me"}, 400, "You should specify one of"),
        ("/tasks", {"project": PROJECT, "assignee": "me"}, 400, "You may only provide one of"),
        (
            "/time_tracking_entries",
            {"workspace": "1209000000000001"},
            400,
            "workspace: Needs entered_on_start_date or entered_on_end_date",
        ),
        (
            "/goals",
            {"project": PROJECT, "is_workspace_level": "false"},
            400,
            "is_workspace_level: Needs workspace",
        ),
        ("/rates", {}, 400, "parent: Missing input"),
        (
            "/workspaces/1209000000000001/audit_log_events",
            {"actor_type": "user", "actor_gid": "1"},
            400,
            "You may only provide one of actor_type or actor_gid",
        ),
        ("/events", {"resource": PROJECT}, 412, "Sync token invalid"),
    ],
)
def test_bad_requests_are_refused_as_asana_does(
    server: Server, path: str, query: dict[str, Any], status: int, message: str
) -> None:
    answer = get(server, path, **query)

    assert answer.status_code == status
    error = answer.json()["errors"][0]
    assert message in error["message"]
    assert ("help" in error) == (status != 412)
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"


def test_pages_lead_from_one_to_the_next_without_gaps(server: Server) -> None:
    gids: list[str] = []
    query: dict[str, Any] = {"project": PROJECT, "limit": 30}
    while True:
        answer = get(server, "/tasks", **query).json()
        gids += [task["gid"] for task in answer["data"]]
        following = answer["next_page"]
        if following is None:
            break
        assert following["uri"] == server.url + following["path"]
        query["offset"] = following["offset"]

    everything = get(server, "/tasks", project=PROJECT).json()
    assert "next_page" not in everything
    assert gids == [task["gid"] for task in everything["data"]]


def test_the_uri_of_the_next_page_works_as_it_is(server: Server) -> None:
    first = get(server, "/tasks", project=PROJECT, limit=2, opt_fields="name").json()
    headers = {"Authorization": "Bearer sandbox"}

    second = requests.get(first["next_page"]["uri"], headers=headers, timeout=10).json()

    assert len(second["data"]) == 2
    assert second["data"][0]["gid"] not in {task["gid"] for task in first["data"]}


def test_an_offset_belongs_to_its_query_and_expires(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = get(server, "/tasks", project=PROJECT, limit=2).json()["next_page"]["offset"]

    other = get(server, "/tasks", project=PROJECT, limit=2, opt_fields="name", offset=page)
    assert other.status_code == 400

    soon = time.time() + 901
    monkeypatch.setattr("asana_frames.sandbox_server.http.pagination.time.time", lambda: soon)
    late = get(server, "/tasks", project=PROJECT, limit=2, offset=page)
    assert late.json()["errors"][0]["message"] == "offset: Your pagination token has expired."


def test_lists_are_compact_and_single_objects_full(server: Server) -> None:
    compact = get(server, "/tasks", project=PROJECT, limit=1).json()["data"][0]
    full = get(server, f"/tasks/{compact['gid']}").json()["data"]

    assert set(compact) == {"gid", "resource_type", "name", "resource_subtype"}
    assert {"assignee", "custom_fields", "memberships", "notes"} <= set(full)
    assert not {"html_notes", "num_subtasks", "created_by", "dependencies"} & set(full)


def test_opt_fields_replace_the_default(server: Server) -> None:
    def first(fields: str) -> dict[str, Any]:
        found = get(server, "/tasks", project=PROJECT, limit=1, opt_fields=fields).json()["data"][
            0
        ]
        return dict(found)

    assert set(first("name")) == {"gid", "name"}
    assert set(first("num_subtasks,nonsense,offset")) == {"gid", "num_subtasks"}
    assert set(first("memberships.section.name")["memberships"][0]["section"]) == {"gid", "name"}
    assert first("this.name") == first("name")
    assert first("(name|notes)") == first("name,notes")
    assert set(first("followers.(name|email)")["followers"][0]) == {"gid", "name", "email"}
    assert set(first("workspace")["workspace"]) == {"gid", "resource_type", "name"}


def test_task_counts_are_empty_unless_fields_are_named(server: Server) -> None:
    assert get(server, f"/projects/{PROJECT}/task_counts").json() == {"data": {}}
    counts = get(server, f"/projects/{PROJECT}/task_counts", opt_fields="num_tasks").json()
    assert counts["data"]["num_tasks"] > 100


def test_what_clients_send_by_habit_is_taken(server: Server) -> None:
    answer = get(server, "/workspaces", limit=100, opt_pretty="true", body="")

    assert answer.status_code == 200


def test_large_answers_are_packed_where_the_client_takes_it(server: Server) -> None:
    answer = get(server, "/tasks", project=PROJECT, limit=100)

    assert answer.headers["Content-Encoding"] == "gzip"


def test_a_list_of_more_than_a_thousand_needs_a_limit() -> None:
    app = make_application(now=NOW)
    workspace = app.store.first("workspace")["gid"]
    query = f"?workspace={workspace}&entered_on_start_date=2025-01-01"

    answer = app.handle(
        "GET", f"/api/1.0/time_tracking_entries{query}", {"authorization": "Bearer sandbox"}
    )

    assert answer.status == 400
    assert b"The result is too large" in answer.body


@pytest.mark.parametrize("by", ["likes", "due_date", "created_at", "relevance"])
def test_a_search_is_sorted_by_what_is_asked(server: Server, by: str) -> None:
    answer = get(
        server, "/workspaces/1209000000000001/tasks/search", sort_by=by, opt_fields="num_likes"
    )

    likes = [task["num_likes"] for task in answer.json()["data"]]
    assert len(likes) == 100
    assert by != "likes" or likes == sorted(likes, reverse=True)


def test_a_length_that_is_no_number_is_a_bad_request(server: Server) -> None:
    headers = {"Authorization": "Bearer sandbox", "Content-Length": "abc"}

    assert requests.get(server.url + "/workspaces", headers=headers, timeout=10).status_code == 400


def test_two_servers_listen_side_by_side_and_stop() -> None:
    with serve(now=NOW) as one, serve(now=NOW) as two:
        assert one.url != two.url
        assert get(one, "/users/me").json() == get(two, "/users/me").json()

    with pytest.raises(requests.ConnectionError):
        get(one, "/users/me")
