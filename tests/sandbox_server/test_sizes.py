"""Sizes, seeds and clocks: divisions are made when looked at, and always the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.exceptions import InvalidArgument
from asana_frames.sandbox_server import Application, make_application
from asana_frames.sandbox_server.core.store import Store
from asana_frames.sandbox_server.resources.search import search_tasks
from asana_frames.types import When
from tests.fixed_day import NOW, day_after

_TOKEN = {"authorization": "Bearer sandbox"}


def get(app: Application, path: str, **query: Any) -> Any:
    answer = app.handle("GET", f"/api/1.0{path}?{urlencode(query)}", _TOKEN)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def walk(app: Application, path: str, **query: Any) -> list[str]:
    seen: list[str] = []
    while True:
        page = get(app, path, limit=100, **query)
        seen += [row["gid"] for row in page["data"]]
        if page["next_page"] is None:
            return seen
        query["offset"] = page["next_page"]["offset"]


@pytest.fixture(scope="module")
def medium() -> Application:
    return make_application(size="medium", now=NOW)


def test_a_medium_company_has_fifty_thousand_tasks(medium: Application) -> None:
    workspace = medium.store.first("workspace")["gid"]

    assert 49_000 < sum(1 for _ in medium.store.all("task")) < 52_000
    names = [row["name"] for row in get(medium, f"/workspaces/{workspace}/projects")["data"]]
    assert len(names) == 12 * 28
    assert "Website relaunch 28" in names
    emails = [person["email"] for person in medium.store.all("user")]
    assert len(set(emails)) == len(emails) == 24 * 28


def test_long_lists_hold_everything_once(medium: Application) -> None:
    workspace = medium.store.first("workspace")["gid"]
    tag = medium.store.first("tag")
    tagged = sorted(t["gid"] for t in medium.store.all("task") if tag in t["tags"])
    days = {"entered_on_start_date": day_after(-7), "entered_on_end_date": day_after(-1)}

    assert sorted(walk(medium, f"/tags/{tag['gid']}/tasks")) == tagged
    entries = walk(medium, "/time_tracking_entries", workspace=workspace, **days)
    assert len(set(entries)) == len(entries) > 500


def test_the_first_division_is_the_small_company(medium: Application) -> None:
    small = make_application(now=NOW)
    project = small.store.first("project")["gid"]
    fields = "name,assignee.name,custom_fields.display_value,memberships.section.name"

    one, two = (walk_all(app, project, fields) for app in (small, medium))

    assert one == two


def walk_all(app: Application, project: str, fields: str) -> Any:
    return get(app, "/tasks", project=project, opt_fields=fields)["data"]


def looked_at(store: Store, order: list[int], *, stories_first: bool) -> str:
    for number in order:
        store.load_block(number, 2 if stories_first else 1)
    tasks = [(t["gid"], t["name"], t["modified_at"]) for t in store.all("task")]
    stories = [(s["gid"], s["text"]) for s in store.all("story")]
    return json.dumps([tasks, stories])


def test_the_order_of_looking_does_not_matter() -> None:
    def store() -> Store:
        made = make_application(size="medium", now=NOW).store
        made.blocks = made.blocks[:3]
        return made

    one = looked_at(store(), [0, 1, 2], stories_first=False)
    two = looked_at(store(), [2, 0, 1], stories_first=True)

    assert one == two


def test_what_was_not_written_is_forgotten_and_made_again_and_what_was_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asana_frames.sandbox_server.core.store._KEPT", 3)
    app = make_application(size="medium", now=NOW)
    projects = list(app.store.all("project"))
    first, second = projects[0]["gid"], projects[12]["gid"]
    before = get(app, "/tasks", project=second, limit=5)["data"]
    task = get(app, "/tasks", project=first, limit=1)["data"][0]["gid"]
    body = json.dumps({"data": {"name": "Written"}}).encode()
    assert app.handle("PUT", f"/api/1.0/tasks/{task}", _TOKEN, body).status == 200

    for number in range(2, 10):
        app.store.load_block(number)

    assert app.store.blocks[1].stage == 0
    assert app.store.blocks[0].stage == 2
    assert get(app, f"/tasks/{task}")["data"]["name"] == "Written"
    assert get(app, "/tasks", project=second, limit=5)["data"] == before
    assert sum(block.stage > 0 for block in app.store.blocks) <= 3 + 2


def test_what_is_deleted_stays_gone_in_divisions_that_are_made_later() -> None:
    app = make_application(size="medium", now=NOW)
    tag = app.store.first("tag")["gid"]
    assert app.handle("DELETE", f"/api/1.0/tags/{tag}", _TOKEN).status == 200

    tasks = app.store.load_block(5).by_type["task"].values()

    assert tag not in {other["gid"] for task in tasks for other in task["tags"]}


def test_history_ends_when_it_is_told_to() -> None:
    asana = af.sandbox(now=datetime(2030, 5, 6, 12, tzinfo=UTC))
    tasks = asana.tasks.list(project="Website relaunch")

    assert tasks["created_at"].max().year in (2029, 2030)
    assert tasks["modified_at"].max().isoformat() <= "2030-05-06T12:00:00+00:00"
    made = asana.tasks.create(name="Now", workspace=asana.workspaces.list())
    assert made["created_at"].iloc[0].isoformat().startswith("2030-05-06T12:00:00.001")


def write(app: Application, method: str, path: str, **data: Any) -> Any:
    body = json.dumps({"data": data}).encode()
    answer = app.handle(method, f"/api/1.0{path}", _TOKEN, body)
    assert answer.status in (200, 201), answer.body
    return json.loads(answer.body)["data"]


_FIELDS = "name,assignee.gid,tags.gid,memberships.section.gid,custom_fields.display_value"


def test_a_division_comes_out_the_same_whatever_was_written_before_it_was_made() -> None:
    calm, busy = make_application(size="medium", now=NOW), make_application(size="medium", now=NOW)
    project = list(busy.store.all("project"))[12 * 5]
    gid, workspace = project["gid"], busy.store.first("workspace")["gid"]
    enum = next(f for f in busy.store.all("custom_field") if f["name"] == "Priority")

    write(busy, "POST", "/tags", name="New", workspace=workspace)
    write(busy, "DELETE", f"/tags/{busy.store.first('tag')['gid']}")
    write(busy, "POST", "/time_tracking_categories", name="New", workspace=workspace)
    write(busy, "POST", f"/custom_fields/{enum['gid']}/enum_options", name="New")
    write(busy, "PUT", f"/teams/{project['team']['gid']}", name="New")
    people = ",".join(person["gid"] for person in project["members"])
    write(busy, "POST", f"/projects/{gid}/removeMembers", members=people)

    gone = busy.store.gone
    expected = get(calm, "/tasks", project=gid, opt_fields=_FIELDS)["data"]
    for row in expected:
        row["tags"] = [tag for tag in row["tags"] if tag["gid"] not in gone]
    assert get(busy, "/tasks", project=gid, opt_fields=_FIELDS)["data"] == expected
    texts = f"/tasks/{expected[0]['gid']}/stories"
    assert get(busy, texts) == get(calm, texts)


def test_a_new_field_is_empty_in_a_division_that_is_made_for_it() -> None:
    app = make_application(size="medium", now=NOW)
    project = list(app.store.all("project"))[12 * 7]["gid"]
    workspace = app.store.first("workspace")["gid"]
    made = {"name": "New", "workspace": workspace, "resource_subtype": "number"}
    field = write(app, "POST", "/custom_fields", **made)["gid"]
    write(app, "POST", f"/projects/{project}/addCustomFieldSetting", custom_field=field)

    fields = "custom_fields.number_value"
    rows = get(app, "/tasks", project=project, opt_fields=fields)["data"]

    values = [v["number_value"] for row in rows for v in row["custom_fields"] if v["gid"] == field]
    assert len(values) == len(rows)
    assert set(values) == {None}


def test_a_write_is_not_lost_when_its_request_looks_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asana_frames.sandbox_server.core.store._KEPT", 3)
    app = make_application(size="medium", now=NOW)
    projects = list(app.store.all("project"))
    one, two = (get(app, "/tasks", project=p["gid"], limit=1)["data"][0] for p in projects[:13:12])
    write(app, "PUT", f"/tasks/{two['gid']}", external={"gid": "mine"})

    write(app, "POST", f"/tasks/{one['gid']}/addDependencies", dependencies=["external:mine"])
    for number in range(2, 10):
        app.store.load_block(number)

    found = get(app, f"/tasks/{one['gid']}/dependencies")["data"]
    assert [task["gid"] for task in found] == [two["gid"]]
    found = get(app, f"/tasks/{two['gid']}/dependents")["data"]
    assert [task["gid"] for task in found] == [one["gid"]]


def test_a_division_that_cannot_be_made_is_as_if_never_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, calm_store = (make_application(size="medium", now=NOW).store for _ in range(2))
    # Looking at a project looks at every division that may hold tasks of it.
    for made in (store, calm_store):
        made.blocks = made.blocks[:2]
    whole = store._build

    def broken(store: Store, block: Any, stage: int) -> None:
        whole(store, block, stage)
        raise RuntimeError("Out of luck")

    monkeypatch.setattr(store, "_build", broken)
    with pytest.raises(RuntimeError):
        store.load_block(1)
    monkeypatch.setattr(store, "_build", whole)

    again, calm = (
        [task["gid"] for task in made.related("project_tasks", list(made.all("project"))[12])]
        for made in (store, calm_store)
    )
    assert again == calm
    assert len(set(again)) == len(again) > 100


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-02",
        date(2026, 11, 2),
        datetime(2026, 11, 2),
        datetime(2026, 11, 2, tzinfo=UTC),
        "2026-11-02T01:00+01:00",
        pd.Timestamp("2026-11-02"),
        pd.Timestamp("2026-11-02 01:00", tz="Europe/Berlin"),
    ],
)
def test_a_moment_may_have_any_usual_form(now: When) -> None:
    app = make_application(now=now)

    assert app.store.start == datetime(2026, 11, 2, tzinfo=UTC)
    assert type(app.store.start) is datetime


@pytest.mark.parametrize("now", [3, "", "some day", pd.NaT, object(), "0001-01-01", "9999-12-31"])
def test_a_wrong_moment_is_refused(now: Any) -> None:
    with pytest.raises(InvalidArgument, match="now="):
        af.sandbox(now=now)


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ({"text": "nothing like this"}, 0),
        ({"projects.any": "<project>", "text": "landing page"}, 1),
        ({"assignee.any": "<person>", "sections.any": "<section>"}, 1),
        ({"teams.any": "<team>"}, 1),
        ({"completed": "false"}, 10),
    ],
    ids=str,
)
def test_a_search_builds_only_divisions_that_can_match(query: dict[str, str], most: int) -> None:
    app = make_application(size="large", now=NOW)
    own = app.store.divisions[77]
    first = {
        "<project>": own["project"][0],
        "<section>": own["section"][0],
        "<person>": own["user"][0],
        "<team>": own["team"][0],
    }
    asked = {key: first[value]["gid"] if value in first else value for key, value in query.items()}
    workspace = app.store.first("workspace")["gid"]
    headers = {"Authorization": "Bearer sandbox"}

    target = f"/api/1.0/workspaces/{workspace}/tasks/search?{urlencode(asked)}"
    answer = app.handle("GET", target, headers)

    rows = json.loads(answer.body)["data"]
    assert answer.status == 200
    assert bool(rows) == ("nothing" not in query.get("text", ""))
    assert sum(block.stage > 0 for block in app.store.blocks) <= most


def test_a_search_by_division_finds_what_a_search_of_all_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = make_application(size="medium", now=NOW).store
    project = store.divisions[3]["project"][0]
    asked = {"projects.any": project["gid"], "text": "landing", "limit": 100}

    few = search_tasks(store, dict(asked))
    monkeypatch.setattr(
        "asana_frames.sandbox_server.resources.search.find_divisions", lambda *_: None
    )
    every = search_tasks(store, dict(asked))

    assert [task["gid"] for task in few] == [task["gid"] for task in every]
    assert few
