"""The official Python client, unmodified, does its work on the sandbox."""

from __future__ import annotations

import gzip
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import asana_frames as af
from asana_frames.sandbox_server import Server
from tests.sandbox_server.api import Api

official = pytest.importorskip("asana", reason="the official client is part of the dev extra")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def client(own_server: Server) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        configuration = official.Configuration()
        configuration.host = own_server.url
        configuration.access_token = "sandbox"
        yield official.ApiClient(configuration)


@pytest.fixture
def tasks(client: Any) -> Any:
    return official.TasksApi(client)


def test_it_lists_workspaces_projects_and_tasks(client: Any, own_server: Server) -> None:
    workspaces = list(official.WorkspacesApi(client).get_workspaces({}))
    assert [workspace["name"] for workspace in workspaces] == ["Acme"]

    options = {"workspace": workspaces[0]["gid"], "limit": 5, "opt_fields": "name,team.name"}
    projects = list(official.ProjectsApi(client).get_projects(options))
    relaunch = next(project for project in projects if project["name"] == "Website relaunch")
    rows = official.TasksApi(client).get_tasks({"project": relaunch["gid"], "opt_fields": "name"})

    with af.connect("sandbox", base_url=own_server.url) as asana:
        ours = asana.tasks.list(project=relaunch["gid"], fields=["name"])
    assert [task["gid"] for task in rows] == ours["gid"].tolist()


def test_it_creates_updates_and_deletes_a_task(tasks: Any, api: Api) -> None:
    body = {"data": {"name": "By the client", "workspace": api.workspace, "assignee": "me"}}
    made = tasks.create_task(body, {})

    after = tasks.update_task(
        {"data": {"completed": True}}, made["gid"], {"opt_fields": "completed"}
    )
    tasks.delete_task(made["gid"])

    assert after["completed"] is True
    with pytest.raises(official.rest.ApiException) as caught:
        tasks.get_task(made["gid"], {})
    assert caught.value.status == 404


def test_it_understands_refusals(tasks: Any) -> None:
    with pytest.raises(official.rest.ApiException) as caught:
        tasks.create_task({"data": {"name": 5}}, {})

    assert caught.value.status == 400
    assert "name: Value is not a string" in caught.value.body.decode()


def test_it_searches_and_looks_ahead(client: Any, tasks: Any, api: Api) -> None:
    task = api.task(name="Needle")
    found = tasks.search_tasks_for_workspace(
        api.workspace, {"text": "needle", "assignee.not": "12"}
    )
    ahead = official.TypeaheadApi(client).typeahead_for_workspace(
        api.workspace, "task", {"query": "need"}
    )

    assert [row["gid"] for row in found] == [row["gid"] for row in ahead] == [task]


def test_it_follows_events_from_the_412_on(client: Any, api: Api) -> None:
    project = api.project()
    events = official.EventsApi(client)
    # Its iterator swallows the first refusal and the token with it.
    assert list(events.get_events(project, {})) == []
    sync = api.send("GET", "/events", resource=project).json()["sync"]

    api.task(projects=[project], name="Seen")

    found = events.get_events(project, {"sync": sync, "full_payload": True})
    assert "Seen" in {event["resource"].get("name") for event in found}


def test_it_sends_batches(client: Any) -> None:
    action = {"method": "get", "relative_path": "/users/me", "options": {"fields": ["name"]}}
    body = {"data": {"actions": [action, {**action, "relative_path": "/tasks/12"}]}}

    done = list(official.BatchAPIApi(client).create_batch_request(body, {}))

    assert [each["status_code"] for each in done] == [200, 404]


def test_it_uploads_files_that_can_be_downloaded(client: Any, api: Api, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"Subject: Hi\r\n\r\nA mail is a file too.\r\n\r\n")
    attachments = official.AttachmentsApi(client)

    made = attachments.create_attachment_for_object({"file": str(path), "parent": api.task()})

    shown = attachments.get_attachment(made["gid"], {"opt_fields": "name,size,download_url"})
    assert (shown["name"], shown["size"]) == ("mail.eml", path.stat().st_size)
    assert requests.get(shown["download_url"], timeout=30).content == path.read_bytes()


def test_it_books_time_and_moves_goals(client: Any, api: Api) -> None:
    times = official.TimeTrackingEntriesApi(client)
    task, goal = api.task(), api.goal()
    entry = times.create_time_tracking_entry({"data": {"duration_minutes": 45}}, task, {})
    goals = official.GoalsApi(client)
    metric = {"unit": "none", "target_number_value": 10, "initial_number_value": 0}
    goals.create_goal_metric({"data": metric}, goal, {})
    goals.update_goal_metric({"data": {"current_number_value": 4}}, goal, {})

    assert [row["gid"] for row in times.get_time_tracking_entries_for_task(task, {})] == [
        entry["gid"]
    ]
    shown = goals.get_goal(goal, {"opt_fields": "metric.current_number_value"})
    assert shown["metric"]["current_number_value"] == 4


def test_it_waits_for_jobs_and_fetches_exports(client: Any, api: Api) -> None:
    project = api.project()
    job = official.ExportsApi(client).create_graph_export({"data": {"parent": project}})
    jobs = official.JobsApi(client)

    states = [jobs.get_job(job["gid"], {})["status"] for _ in range(2)]
    done = jobs.get_job(job["gid"], {"opt_fields": "new_graph_export.download_url"})

    assert states == ["in_progress", "succeeded"]
    raw = requests.get(
        done["new_graph_export"]["download_url"], timeout=30, stream=True
    ).raw.read()
    assert json.loads(gzip.decompress(raw).splitlines()[0])["gid"] == project


def test_its_pages_hold_everything_once(tasks: Any, api: Api) -> None:
    project = api.store.first("project")
    options = {"project": project["gid"], "limit": 7, "opt_fields": "gid"}

    rows = [row["gid"] for row in tasks.get_tasks(options)]

    sections = [section["gid"] for section in api.get(f"/projects/{project['gid']}/sections")]
    inside = [task["gid"] for gid in sections for task in api.get(f"/sections/{gid}/tasks")]
    assert rows == inside
