"""Search and typeahead: every operator, and an index that lags."""

from __future__ import annotations

from typing import Any

import pytest

from asana_frames.sandbox_server import serve
from tests.fixed_day import NOW, day_after
from tests.sandbox_server.api import Api


@pytest.fixture(scope="module")
def found(api: Api) -> Any:
    """A project with four tasks that differ in everything, searched by name."""
    project, number = api.with_field("number")
    second, enum = api.with_field("enum")
    text, day = api.field("text"), api.field("date")
    for field in (text, day):
        api.post(f"/projects/{project}/addCustomFieldSetting", custom_field=field["gid"])
    section, tag = api.section(project), api.tag()
    one = enum["enum_options"][0]["gid"]
    a = api.task(name="a", projects=[project], assignee="me", due_on="2026-12-01", tags=[tag])
    b = api.task(name="b", projects=[project, second], assignee=api.people[3])
    c = api.task(name="c", projects=[second], notes="Hidden treasure", due_on="2026-12-10")
    d = api.post(f"/tasks/{a}/subtasks", name="d")["gid"]
    api.post(f"/sections/{section}/addTask", task=b)
    values = {number["gid"]: 5, text["gid"]: "Alpha beta", day["gid"]: {"date": "2026-12-24"}}
    api.put(f"/tasks/{a}", custom_fields=values)
    api.put(f"/tasks/{b}", custom_fields={number["gid"]: 9, enum["gid"]: one})
    api.put(f"/tasks/{c}", completed=True, liked=True)
    api.post(f"/tasks/{b}/addDependencies", dependencies=[a])
    api.post(f"/tasks/{c}/stories", text="Hi")
    api.post(
        "/attachments", parent=a, resource_subtype="external", name="x", url="https://x.example"
    )
    mine = {a: "a", b: "b", c: "c", d: "d"}
    names = {
        "P": project, "S": section, "T": tag, "Q": second, "N": number["gid"], "E": enum["gid"],
        "X": text["gid"], "D": day["gid"], "ONE": one, "ME": api.me, "HER": api.people[3],
        "TEAM": api.team,
    }  # fmt: skip

    def search(query: dict[str, str]) -> str:
        filled = {}
        for key, value in query.items():
            for name, gid in names.items():
                key = key.replace(f"<{name}>", gid)
                value = value.replace(f"<{name}>", gid)
            filled[key] = value
        path = f"/workspaces/{api.workspace}/tasks/search"
        rows = api.get(path, **{"limit": 100, "sort_by": "created_at", **filled})
        return "".join(sorted(mine.get(row["gid"], "") for row in rows))

    return search


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"projects.any": "<P>"}, "ab"),
        ({"projects.all": "<P>,<Q>"}, "b"),
        ({"projects.any": "<P>,<Q>", "projects.not": "<Q>"}, "a"),
        ({"projects.any": "<Q>", "sections.any": "<S>"}, "bc"),
        ({"sections.any": "<S>"}, "b"),
        ({"tags.any": "<T>"}, "a"),
        ({"projects.any": "<P>,<Q>", "tags.not": "<T>"}, "bc"),
        ({"assignee.any": "me", "projects.any": "<P>"}, "a"),
        ({"assignee.not": "<ME>", "projects.any": "<P>,<Q>"}, "bc"),
        ({"assignee.any": "null", "projects.any": "<Q>"}, "c"),
        ({"followers.any": "<HER>", "projects.any": "<P>"}, "b"),
        ({"created_by.any": "<ME>", "projects.any": "<P>"}, "ab"),
        ({"assigned_by.any": "<ME>", "projects.any": "<P>"}, "ab"),
        ({"liked_by.not": "<ME>", "projects.any": "<Q>"}, "b"),
        ({"commented_on_by.not": "<ME>", "projects.any": "<Q>"}, "b"),
        ({"teams.any": "<TEAM>", "projects.any": "<P>"}, "ab"),
        ({"completed": "true", "projects.any": "<Q>"}, "c"),
        ({"completed": "False", "projects.any": "<Q>"}, "b"),
        ({"is_subtask": "true", "text": "d", "created_by.any": "<ME>", "limit": "100"}, "d"),
        ({"is_blocked": "true", "projects.any": "<P>"}, "b"),
        ({"is_blocking": "true", "projects.any": "<P>"}, "a"),
        ({"has_attachment": "true", "projects.any": "<P>"}, "a"),
        ({"text": "treasure"}, "c"),
        ({"due_on": "2026-12-01", "projects.any": "<P>"}, "a"),
        ({"due_on": "null", "projects.any": "<P>,<Q>"}, "b"),
        ({"due_on.after": "2026-12-01", "projects.any": "<P>,<Q>"}, "c"),
        ({"due_on.before": "2026-12-10", "projects.any": "<P>,<Q>"}, "a"),
        ({"created_at.after": day_after(0) + "T00:00:00Z", "projects.any": "<P>"}, "ab"),
        ({"created_on.before": day_after(0), "projects.any": "<P>"}, ""),
        ({"completed_on": day_after(0), "projects.any": "<Q>"}, "c"),
        ({"custom_fields.<N>.value": "5"}, "a"),
        ({"custom_fields.<N>.greater_than": "5"}, "b"),
        ({"custom_fields.<N>.less_than": "9"}, "a"),
        ({"custom_fields.<N>.is_set": "true"}, "ab"),
        ({"custom_fields.<N>.is_set": "false", "projects.any": "<Q>"}, "c"),
        ({"custom_fields.<E>.value": "<ONE>"}, "b"),
        ({"custom_fields.<X>.starts_with": "alpha"}, "a"),
        ({"custom_fields.<X>.ends_with": "BETA"}, "a"),
        ({"custom_fields.<X>.contains": "pha b"}, "a"),
        ({"custom_fields.<D>.value": "2026-12-24"}, "a"),
        ({"custom_fields.<D>.before": "2026-12-25"}, "a"),
        ({"custom_fields.<D>.after": "2026-12-24"}, ""),
    ],
)
def test_every_operator_finds_what_it_should(
    found: Any, query: dict[str, str], expected: str
) -> None:
    assert found(query) == expected


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"custom_fields.12.nonsense": "1"}, "Not a valid operator"),
        ({"custom_fields.12.less_than": "few"}, "Value is not a number"),
        ({"due_on": "soon"}, "due_on: Not a valid date"),
        ({"completed": "maybe"}, "completed: Value is not a boolean"),
        ({"limit": "101"}, "limit: Must be between 1 and 100"),
        ({"sort_by": "size"}, "sort_by: Not a valid value"),
    ],
)
def test_a_search_that_cannot_be_is_refused(api: Api, query: dict[str, str], problem: str) -> None:
    path = f"/workspaces/{api.workspace}/tasks/search"

    assert problem in api.refused("GET", path, **query)


def test_projects_are_searched_by_text_people_and_portfolios(api: Api) -> None:
    portfolio, project = api.portfolio(), api.project(name="Needle in hay")
    api.post(f"/portfolios/{portfolio}/addItem", item=project)
    path = f"/workspaces/{api.workspace}/projects/search"

    for query in ({"text": "needle"}, {"portfolios.any": portfolio}):
        assert [row["gid"] for row in api.get(path, **query)] == [project]
    mine = {row["gid"] for row in api.get(path, **{"members.any": "me", "limit": "100"})}
    assert project in mine
    assert project not in {row["gid"] for row in api.get(path, **{"members.not": "me"})}


def test_the_index_can_lag_behind() -> None:
    with serve(faults="lag=60", now=NOW) as server:
        api = Api(server)
        project = api.project()
        old = api.get("/tasks", project=api.store.first("project")["gid"], limit=1)[0]
        before = old["name"]
        task = api.task(name="Brand new thing", projects=[project])
        api.put(f"/tasks/{old['gid']}", name="Renamed entirely")
        path = f"/workspaces/{api.workspace}/tasks/search"

        assert api.get(path, text="Brand new thing") == []
        assert old["gid"] in {t["gid"] for t in api.get(path, text=before, limit=100)}
        shown = api.get(f"/tasks/{old['gid']}", opt_fields="name")
        assert shown["name"] == "Renamed entirely"
        assert api.get(path, text=before, limit=100, opt_fields="name")
        server.application.store.index_lag = 0
        assert [t["gid"] for t in api.get(path, text="Brand new thing")] == [task]
        assert [t["gid"] for t in api.get(path, text="Renamed entirely")] == [old["gid"]]


@pytest.mark.parametrize(
    "kind",
    ["agent", "custom_field", "goal", "project", "project_template", "portfolio", "tag", "task",
     "team", "user"],
)  # fmt: skip
def test_typeahead_knows_every_kind(api: Api, kind: str) -> None:
    path = f"/workspaces/{api.workspace}/typeahead"

    rows = api.get(path, resource_type=kind, count=3)

    assert 0 < len(rows) <= 3
    assert {row["resource_type"] for row in rows} == {kind}
    name = rows[0]["name"]
    best = api.get(path, resource_type=kind, query=name[:6].lower(), count=100)
    assert name in {row["name"] for row in best}
