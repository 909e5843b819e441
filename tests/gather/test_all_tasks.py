"""All tasks of a workspace."""

from __future__ import annotations

import pytest

import asana_frames as af
from asana_frames.gather import all_tasks
from asana_frames.gather.all_tasks import _describe_coverage
from asana_frames.sandbox_server import Server, serve
from tests.fixed_day import NOW


def test_all_tasks_are_those_of_the_store_that_can_be_listed(
    asana: af.Asana, server: Server
) -> None:
    tasks = all_tasks(asana, "Acme", subtasks=True)

    store = {task["gid"]: task for task in server.application.store.all("task")}
    assert tasks["gid"].is_unique
    assert set(tasks["gid"]) <= set(store)
    for gid in set(store) - set(tasks["gid"]):
        assert store[gid]["assignee"] is None
        assert store[gid]["projects"] == []


def test_the_statement_of_completeness_is_true(asana: af.Asana, server: Server) -> None:
    tasks = all_tasks(asana, "Acme", fields=["name"])

    said = tasks.attrs["asana"]["completeness"]
    counts = {kind: len(list(server.application.store.all(kind))) for kind in ("project", "user")}
    assert said.startswith(f"Tasks of {counts['project']} projects and of {counts['user']} people")
    assert "not covered: unassigned tasks in no project, among them subtasks" in said
    found = set(tasks["gid"])
    missing = [t for t in server.application.store.all("task") if t["gid"] not in found]
    assert all(task["assignee"] is None and not task["projects"] for task in missing)


def test_the_statement_of_completeness_counts_single_ones_in_the_singular() -> None:
    assert _describe_coverage(1, 1, 0, True).startswith("Tasks of 1 project and of 1 person, ")


def test_all_tasks_say_where_they_were_found(asana: af.Asana) -> None:
    tasks = all_tasks(asana, "Acme")

    assert asana.last.operation == "gather.all_tasks"
    listed = asana.tasks.list(project="Website relaunch", fields=["name"])
    found = tasks[tasks["gid"].isin(listed["gid"])]
    assert list(tasks.columns[:3]) == list(asana.tasks.list(project=[]).columns[:3])
    project = asana.projects.list(workspace="Acme").set_index("name")["gid"]["Website relaunch"]
    assert found["project_gids"].map(lambda gids: project in gids).all()
    assert tasks["assignee_gid"].notna().any()


def test_only_incomplete_tasks_if_that_is_asked_for(asana: af.Asana) -> None:
    tasks = all_tasks(asana, "Acme", completed_since="now", fields=["completed"])

    assert len(tasks) > 100
    assert not tasks["completed"].any()


def test_projects_that_are_refused_are_told_of(server: Server) -> None:
    project = server.application.store.first("project")["gid"]
    with (
        serve(faults=f"refuse={project}:403", now=NOW) as refusing,
        af.connect("sandbox", base_url=refusing.url) as asana,
    ):
        with pytest.warns(af.PartialResultWarning):
            tasks = all_tasks(asana, "Acme", fields=["name"])

        assert (
            "; 1 of these could not be read (asana.last.failures)"
            in (tasks.attrs["asana"]["completeness"])
        )
        assert asana.last.failures["parent_gid"].tolist() == [project]
        with pytest.raises(af.Forbidden):
            all_tasks(asana, "Acme", fields=["name"], errors="raise")


def test_all_tasks_take_one_workspace(recorded: af.Asana) -> None:
    with pytest.raises(af.AmbiguousReference, match="Give one workspace; 2 were given"):
        all_tasks(recorded, ["1", "2"])
