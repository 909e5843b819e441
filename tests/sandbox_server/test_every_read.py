"""The sandbox answers every read of the API with rows that make a contract frame."""

from __future__ import annotations

import pandas as pd
import pytest
import requests

import asana_frames as af
from asana_frames.catalog import Operation, load
from asana_frames.sandbox_server import Server, make_application
from asana_frames.sandbox_server.core.custom_values import value_fields
from asana_frames.sandbox_server.core.store import Object, Store
from tests.fixed_day import NOW
from tests.sandbox_server.spec import load_spec

READS = [operation for operation in load().operations if operation.is_read]
#: Where the required arguments alone do not say enough.
MORE = {
    "allocations.list": {"parent": "project"},
    "custom_types.list": {"project": "project"},
    "goals.list": {"workspace": "workspace"},
    "memberships.list": {"parent": "project"},
    "portfolio_memberships.list": {"portfolio": "portfolio"},
    "projects.list": {"workspace": "workspace"},
    "rates.list": {"parent": "project"},
    "task_templates.list": {"project": "project"},
    "tasks.list": {"project": "project"},
    "team_memberships.list": {"team": "team"},
    "time_tracking_entries.list": {"task": "timed"},
    "users.list": {"workspace": "workspace"},
}
#: Arguments whose objects are not simply the first of their kind.
ROLES = {
    "attachments.list": {"parent": "attached"},
    "events.list": {"resource": "project"},
    "access_requests.list": {"target": "project"},
    "budgets.list": {"parent": "project"},
    "reactions.list": {"target": "reacted"},
    "status_updates.list": {"parent": "project"},
    "time_tracking_entries.list_for_task": {"task": "timed"},
    "tasks.list_subtasks": {"task": "parent"},
    "tasks.list_dependencies": {"task": "dependent"},
    "tasks.list_dependents": {"task": "dependency"},
    "tags.list_for_task": {"task": "tagged"},
    "projects.list_for_task": {"task": "parent"},
    "user_task_lists.get_for_user": {"workspace": "workspace"},
    "goals.list_parents": {"goal": "subgoal"},
    "stories.list_for_task": {"task": "parent"},
}
WORDS = {"emoji_base": "👍", "resource_type": "project", "custom_id": "", "query": ""}
#: Nothing has happened in a sandbox that cannot be written to, and nobody uses these there.
EMPTY = {
    "events.list",
    "workspaces.list_events",
    "custom_field_settings.list_for_goal",
    "custom_field_settings.list_for_team",
}


@pytest.fixture(scope="module")
def store() -> Store:
    """The company that the server has too: same seed, same gids."""
    made = make_application(now=NOW).store
    made.load_block(0, stage=2)
    return made


@pytest.fixture(scope="module")
def gids(store: Store) -> dict[str, str]:
    def where(kind: str, fits: object) -> str:
        return next(item["gid"] for item in store.all(kind) if fits(item))

    parts = (store.company, *store.blocks)
    made = {
        kind: next(iter(items)) for part in parts for kind, items in part.by_type.items() if items
    }
    tasks = {
        "attached": lambda task: store.related("attachments", task),
        "timed": lambda task: store.related("task_entries", task),
        "parent": lambda task: store.related("subtasks", task) and task["projects"],
        "dependent": lambda task: task["dependencies"],
        "dependency": lambda task: task["dependents"],
        "tagged": lambda task: task["tags"],
    }
    made |= {name: where("task", fits) for name, fits in tasks.items()}
    made["reacted"] = where("status_update", lambda item: store.related("reactions", item))
    made["subgoal"] = where("goal", lambda item: store.related("supported_by", item))
    made["tag"] = where("tag", lambda item: store.related("tag_tasks", item))
    made["user_task_list"] = where(
        "user_task_list", lambda item: store.related("user_tasks", item["owner"])
    )
    made["organization"] = made["workspace"]
    made["supported_goal"] = made["goal"]
    return made


def ticket_of(store: Store) -> str:
    values = (value for task in store.all("task") for value in task["custom_fields"])
    return next(
        value_fields(field, value)["display_value"]
        for field, value in values
        if field["representation_type"] == "custom_id"
    )


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.name)
def test_the_sandbox_answers_every_read(
    operation: Operation, asana: af.Asana, gids: dict[str, str], store: Store
) -> None:
    roles = ROLES.get(operation.name, {})
    words = WORDS | {"custom_id": ticket_of(store)}

    def example(argument: str) -> str:
        role = roles.get(argument, argument)
        return gids.get(role) or words[role]

    path = [example(p.argument) for p in operation.parameters if p.place == "path"]
    query = {
        p.argument: example(p.argument)
        for p in operation.parameters
        if p.required and p.place == "query"
    }
    query |= {name: gids[role] for name, role in MORE.get(operation.name, {}).items()}
    method = getattr(getattr(asana, operation.resource), operation.method)

    frame: pd.DataFrame = method(*path, **query)

    assert len(frame) > 0 or operation.name in EMPTY
    assert len(frame) == 1 or operation.returns == "list"
    if "gid" in frame and operation.returns == "one" and "custom_id" not in operation.path:
        last = [p for p in operation.parameters if p.place == "path"][-1]
        assert frame["gid"].iloc[0] in (path[-1], gids.get(last.argument)) or roles


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.name)
def test_answers_are_what_the_spec_says_whatever_fields_are_asked_for(
    operation: Operation, server: Server, gids: dict[str, str], store: Store
) -> None:
    spec = load_spec()
    if not spec.knows(operation.id):
        pytest.skip("newer than the spec")
    words = WORDS | {"custom_id": ticket_of(store)}
    roles = ROLES.get(operation.name, {})

    def example(argument: str) -> str:
        role = roles.get(argument, argument)
        return gids.get(role) or words[role]

    path, query = operation.path, {}
    for parameter in operation.parameters:
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", example(parameter.argument))
        elif parameter.required:
            query[parameter.name] = example(parameter.argument)
    query |= {name: gids[role] for name, role in MORE.get(operation.name, {}).items()}
    query |= {"limit": "100"} if operation.paging == "pages" else {}

    def problems(*, of: str = "", **more: str) -> list[str]:
        answer = ask(server, path, **query, **more)
        return spec.problems(operation.id, answer.status_code, answer.json(), of=of)

    if operation.paging == "events":
        query["sync"] = ask(server, path, **query).json()["sync"]
    assert problems() == []
    fields = [field.path for field in load().record(operation.record).fields]
    same = (o.id for o in READS if o.record == operation.record and o.returns == "one")
    of = "" if operation.returns == "one" else next(filter(spec.knows, same), None)
    if of is not None:
        assert problems(of=of, opt_fields=",".join(fields)) == []


def ask(server: Server, path: str, **query: str) -> requests.Response:
    headers = {"Authorization": "Bearer sandbox"}
    return requests.get(server.url + path, query, headers=headers, timeout=30)


def test_the_company_is_as_large_as_it_says(store: Store) -> None:
    tasks = list(store.all("task"))
    created = pd.to_datetime([task["created_at"] for task in tasks])

    assert 1_700 <= len(tasks) <= 1_900
    assert len(store.all("project")) == 12
    assert len(store.all("user")) == 24
    assert created.max() <= pd.Timestamp(store.start)
    assert (created.max() - created.min()).days > 500


def test_tracked_minutes_agree_with_their_entries(store: Store) -> None:
    for task in store.all("task"):
        entries = store.related("task_entries", task)
        total = sum(entry["duration_minutes"] for entry in entries)
        assert (task["actual_time_minutes"] or 0) == total


def test_stories_agree_with_the_present(store: Store) -> None:
    def last(task: Object, *subtypes: str) -> Object | None:
        stories = store.related("task_stories", task)
        told = [story for story in stories if story["resource_subtype"] in subtypes]
        return told[-1] if told else None

    for task in store.all("task"):
        moved = last(task, "section_changed")
        if moved:
            assert moved["new_section"] is task["memberships"][0]["section"]
        mark = last(task, "marked_complete", "marked_incomplete")
        is_done = mark is not None and mark["resource_subtype"] == "marked_complete"
        assert is_done == task["completed"]
        assert not is_done or mark["created_at"] == task["completed_at"]


def test_goals_form_no_circle(store: Store) -> None:
    def below(goal: Object, path: tuple[str, ...]) -> None:
        assert goal["gid"] not in path
        for link in store.related("supports", goal):
            if link["resource_subtype"] == "subgoal":
                below(link["supporting_resource"], (*path, goal["gid"]))

    for goal in store.all("goal"):
        below(goal, ())


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    def bytes_of(seed: int) -> bytes:
        app = make_application(seed, now=NOW)
        project = app.store.first("project")["gid"]
        headers = {"Authorization": "Bearer sandbox"}
        return app.handle(
            "GET", f"/api/1.0/projects/{project}/tasks?opt_fields=name", headers
        ).body

    assert bytes_of(1) == bytes_of(1)
    assert bytes_of(1) != bytes_of(2)
