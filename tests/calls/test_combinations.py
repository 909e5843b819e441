"""Arguments that need or exclude each other are checked before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

import asana_frames as af
from asana_frames.catalog import Operation, load
from tests.recorder import Recorder

OPERATIONS = load().operations


def call(asana: af.Asana, operation: Operation, arguments: dict[str, Any]) -> None:
    required = {p.argument: "1" for p in operation.parameters if p.required}
    required |= {field.name: "1" for field in operation.body if field.required}
    getattr(asana[operation.resource], operation.method)(**required | arguments)


@pytest.mark.parametrize(
    "operation", [op for op in OPERATIONS if op.one_of], ids=lambda operation: operation.name
)
def test_a_call_without_any_of_the_combinations_it_needs_says_them(
    recorder: Recorder, recorded: af.Asana, operation: Operation
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"\(\) needs ") as caught:
        call(recorded, operation, {})

    assert str(caught.value).startswith(operation.name)
    assert all(f"{name}=" in str(caught.value) for names in operation.one_of for name in names)
    assert recorder.asked == []


EXCLUSIONS = [
    (operation, parameter.argument, other)
    for operation in OPERATIONS
    for parameter in operation.parameters
    for other in parameter.excludes
]


@pytest.mark.parametrize(
    ("operation", "argument", "other"),
    EXCLUSIONS,
    ids=[f"{o.name}-{a}-{b}" for o, a, b in EXCLUSIONS],
)
def test_arguments_that_exclude_each_other_are_refused(
    recorder: Recorder, recorded: af.Asana, operation: Operation, argument: str, other: str
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"takes \w+= or \w+=, not both"):
        call(recorded, operation, {argument: "1", other: "1"})
    assert recorder.asked == []


def test_an_argument_that_needs_another_says_so(recorder: Recorder, recorded: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match="is_workspace_level= only with workspace="):
        recorded.goals.list(project="1", is_workspace_level=True)
    with pytest.raises(af.InvalidArgument, match="entered_on_start_date= or entered_on_end_date="):
        recorded.time_tracking_entries.list(workspace="1")
    assert recorder.asked == []


def test_the_words_of_a_missing_combination(recorded: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument) as tasks:
        recorded.tasks.list(assignee="1")
    with pytest.raises(af.InvalidArgument) as creation:
        recorded.tasks.create(name="New")

    assert str(tasks.value) == (
        "tasks.list() needs project=, or section=, or assignee= together with workspace=, "
        "or tag=, or user_task_list=, or task=."
    )
    assert str(creation.value) == "tasks.create() needs workspace=, parent= or projects=."


def test_tasks_of_a_person_in_a_project_are_found_by_a_search(asana: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match=r"tasks.search\(workspace, projects_any="):
        asana.tasks.list(project="Website relaunch", assignee="me")
    with pytest.raises(af.InvalidArgument, match=r"tasks.search\(workspace, projects_any="):
        asana.plan(asana.tasks.list, project="Website relaunch", assignee="me")

    found = asana.tasks.search("Acme", projects_any="Website relaunch", assignee_any="me")

    assert set(found["assignee_gid"]) <= set(asana.users.get("me")["gid"])
