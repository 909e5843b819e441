"""The official client reads the sandbox page by page, unchanged."""

from __future__ import annotations

import warnings

import pytest

import asana_frames as af
from asana_frames.sandbox_server import Server

official = pytest.importorskip("asana", reason="the official client is part of the dev extra")


@pytest.fixture
def client(server: Server) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        configuration = official.Configuration()
        configuration.host = server.url
        configuration.access_token = "sandbox"
        return official.ApiClient(configuration)


@pytest.mark.filterwarnings("ignore")
def test_it_lists_workspaces_projects_and_tasks(client: object, asana: af.Asana) -> None:
    workspaces = list(official.WorkspacesApi(client).get_workspaces({}))
    assert [workspace["name"] for workspace in workspaces] == ["Acme"]

    options = {"workspace": workspaces[0]["gid"], "limit": 5, "opt_fields": "name,team.name"}
    projects = list(official.ProjectsApi(client).get_projects(options))
    assert len(projects) == 12

    relaunch = next(project for project in projects if project["name"] == "Website relaunch")
    tasks = list(
        official.TasksApi(client).get_tasks({"project": relaunch["gid"], "opt_fields": "name"})
    )
    ours = asana.tasks.list(project=relaunch["gid"], fields=["name"])
    assert [task["gid"] for task in tasks] == ours["gid"].tolist()


@pytest.mark.filterwarnings("ignore")
def test_it_gets_one_task_and_understands_a_refusal(client: object, asana: af.Asana) -> None:
    gid = asana.tasks.list(project="Office move", limit=1)["gid"].iloc[0]

    task = official.TasksApi(client).get_task(gid, {})
    with pytest.raises(official.rest.ApiException) as caught:
        official.TasksApi(client).get_task("12", {})

    assert task["gid"] == gid
    assert caught.value.status == 404
