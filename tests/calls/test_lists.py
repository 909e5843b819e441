"""``list`` of every noun: one parent at a time, by the operation that lists what it holds."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.calls.request_builder import check_combinations, choose_operation
from asana_frames.catalog import Operation, find_method, load
from tests.recorder import Recorder

RESOURCES = [resource for resource in load().resources if resource.lists]
CHOICES = [(r.name, load().operation(id)) for r in RESOURCES for id in r.lists]


def parents_of(operation: Operation) -> list[str]:
    """Return the arguments of the first combination that an operation can be called with."""
    if operation.one_of:
        return list(operation.one_of[0])
    required = [p.argument for p in operation.parameters if p.required]
    return required or [operation.parameters[0].argument]


def test_every_noun_that_can_be_listed_has_a_list() -> None:
    asana = af.connect("token")
    listed = {
        op.resource
        for op in load().operations
        if op.is_read and op.returns == "list" and op.method != "search"
    }

    # Favourites, items and the like are lists of something else, beside a list of their own.
    assert {name for name in listed if hasattr(asana[name], "list")} == listed
    assert len(listed) == 41


@pytest.mark.parametrize(
    ("resource", "operation"), CHOICES, ids=[f"{name}-{op.method}" for name, op in CHOICES]
)
def test_the_parent_given_says_which_operation_lists(
    resource: str, operation: Operation, recorder: Recorder, recorded: af.Asana
) -> None:
    arguments = {name: str(place) for place, name in enumerate(parents_of(operation), 7)}

    frame = recorded[resource].list(**arguments)  # type: ignore[attr-defined]

    path = operation.path
    for parameter in operation.parameters:
        path = path.replace(f"{{{parameter.name}}}", arguments.get(parameter.argument, ""))
    assert recorder.asked[0].path == f"/api/1.0{path}"
    assert frame.attrs["asana"]["operation"] == operation.name
    if operation.method != "list":
        positional = [arguments.pop(p.argument) for p in operation.parameters if p.place == "path"]
        same = getattr(recorded[operation.resource], operation.method)(*positional, **arguments)
        pd.testing.assert_frame_equal(frame, same)
        assert recorder.asked[0].query == recorder.asked[1].query


@pytest.mark.parametrize("resource", [resource.name for resource in RESOURCES])
def test_arguments_that_go_together_are_those_of_one_operation(resource: str) -> None:
    merged = find_method(resource, "list")
    taken = 0
    for size in (1, 2, 3, 4):
        for given in combinations(merged.arguments, size):
            try:
                check_combinations(merged, given)
            except af.InvalidArgument:
                continue
            assert set(given) <= set(choose_operation(resource, "list", given).arguments)
            taken += 1
    assert taken >= len(merged.choices)


@pytest.mark.parametrize(
    ("resource", "arguments", "says"),
    [
        ("stories", {}, "stories.list() needs task= or goal=."),
        ("stories", {"sort_ascending": True}, "stories.list() needs task= or goal=."),
        (
            "stories",
            {"task": "1", "goal": "2"},
            "stories.list() takes task= or goal=, not both. It needs task= or goal=.",
        ),
        ("teams", {"user": "1"}, "needs workspace=, or user= together with organization=."),
        (
            "tasks",
            {"task": "1", "tag": "2"},
            "tasks.list() takes tag= or task=, not both. It needs project=, or section=, or "
            "assignee= together with workspace=, or tag=, or user_task_list=, or task=.",
        ),
        ("tasks", {"tag": "1", "completed_since": "now"}, "takes completed_since= or tag=, not"),
        (
            "projects",
            {"task": "1", "team": "2"},
            "projects.list() takes team= or task=, not both. "
            "It takes one of task=, workspace= or team=.",
        ),
        (
            "projects",
            {"include_inherited_projects": True},
            "projects.list() takes include_inherited_projects= only with task=.",
        ),
        (
            "time_tracking_entries",
            {"task": "1", "start_date": "2026-01-31"},
            "takes start_date= only with time_tracking_category=.",
        ),
    ],
)
def test_an_error_says_which_parents_a_list_takes(
    resource: str,
    arguments: dict[str, Any],
    says: str,
    recorder: Recorder,
    recorded: af.Asana,
) -> None:
    with pytest.raises(af.InvalidArgument) as caught:
        recorded[resource].list(**arguments)  # type: ignore[attr-defined]

    assert says in str(caught.value)
    assert recorder.asked == []


def test_the_only_parent_of_a_list_is_required(recorded: af.Asana) -> None:
    with pytest.raises(TypeError, match="project"):
        recorded.sections.list()  # type: ignore[call-arg]
    with pytest.raises(af.InvalidArgument, match="project is missing"):
        recorded.sections.list(project=None)  # type: ignore[arg-type]


def test_people_of_a_team_come_from_the_list_without_a_cap(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorded.users.list(team="12")

    assert (recorder.asked[0].path, recorder.asked[0].query["team"]) == ("/api/1.0/users", "12")


def test_lists_of_many_parents_say_where_rows_were_found(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch", limit=5)

    stories = asana.stories.list(task=tasks, created_after="2020-01-01", fields=["text"])
    sections = asana.sections.list(project=asana.projects.list(workspace="Acme"))
    below = asana.tasks.list(task=tasks)

    assert set(stories["task_gid"]) == set(tasks["gid"])
    assert len(sections) > 30
    assert set(below["parent_gid"]) <= set(tasks["gid"])
    pd.testing.assert_frame_equal(below, asana.tasks.list_subtasks(tasks))
    assert asana.last.operation == "tasks.list_subtasks"


def test_lists_can_be_planned_and_streamed(asana: af.Asana) -> None:
    teams = asana.teams.list(workspace="Acme")
    tasks = asana.tasks.list(project="Website relaunch", limit=3)

    parts = list(asana.stream(asana.stories.list, task=tasks, rows=1))

    assert len(teams) == 5
    assert asana.plan(asana.stories.list, task=tasks)["requests"] == 3
    assert sum(map(len, parts)) == len(asana.stories.list(task=tasks))
    with pytest.raises(af.InvalidArgument, match="needs task= or goal="):
        asana.plan(asana.stories.list)


def test_cards_and_tables_show_the_list_of_a_noun(recorded: af.Asana) -> None:
    methods = recorded.info().set_index("resource")["methods"]

    assert methods["sections"][0] == "list"
    assert methods["tasks"].count("list") == 1
    assert repr(recorded.stories).startswith("<asana.stories: list, get")
    assert "<code>list</code>" in recorded.sections._repr_html_()
