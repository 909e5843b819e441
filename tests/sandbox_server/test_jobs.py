"""Jobs: copies, templates, exports."""

from __future__ import annotations

import gzip
import json

import requests

from asana_frames.sandbox_server import serve
from tests.fixed_day import NOW, day_after
from tests.sandbox_server.api import Api


def states(api: Api, job: str) -> list[str]:
    return [api.get(f"/jobs/{job}")["status"] for _ in range(3)]


def test_a_job_passes_through_all_states(api: Api) -> None:
    job = api.post(f"/tasks/{api.task()}/duplicate", name="Twin")

    assert job["status"] == "not_started"
    assert states(api, job["gid"]) == ["in_progress", "succeeded", "succeeded"]


def test_a_job_is_seen_by_its_creator_only(api: Api, other: Api) -> None:
    job = api.post(f"/tasks/{api.task()}/duplicate", name="Twin")

    assert other.refused("GET", f"/jobs/{job['gid']}").startswith("403")


def test_jobs_can_fail_when_asked_to() -> None:
    with serve(faults="fail_jobs", now=NOW) as server:
        api = Api(server)
        job = api.post(f"/tasks/{api.task()}/duplicate", name="Twin")
        assert states(api, job["gid"]) == ["in_progress", "failed", "failed"]


def test_a_copied_task_has_what_was_included(api: Api) -> None:
    task = api.task(notes="Why", assignee="me", due_on="2026-12-01")
    api.post(f"/tasks/{task}/subtasks", name="Below")

    def copy(include: str) -> dict[str, object]:
        job = api.post(f"/tasks/{task}/duplicate", name="Twin", include=include)
        shown = api.get(
            f"/tasks/{job['new_task']['gid']}", opt_fields="notes,assignee,due_on,num_subtasks"
        )
        return dict(shown)

    bare, full = copy(""), copy("notes,assignee,dates,subtasks")
    assert (bare["notes"], bare["assignee"], bare["due_on"], bare["num_subtasks"]) == (
        "",
        None,
        None,
        0,
    )
    assert (full["notes"], full["due_on"], full["num_subtasks"]) == ("Why", "2026-12-01", 1)
    assert "400 include" in api.refused("POST", f"/tasks/{task}/duplicate", {"include": "all"})


def test_a_copied_project_keeps_its_sections_tasks_and_fields(api: Api) -> None:
    project, field = api.with_field("number")
    api.put(f"/projects/{project}", due_on="2026-12-31", start_on="2026-12-01")
    section = api.section(project)
    first = api.task(projects=[project], due_on="2026-12-10")
    second = api.post("/tasks", name="B", memberships=[{"project": project, "section": section}])
    api.post(f"/tasks/{second['gid']}/addDependencies", dependencies=[first])
    api.put(f"/tasks/{first}", custom_fields={field["gid"]: 3})

    job = api.post(
        f"/projects/{project}/duplicate",
        name="Twin",
        include="task_dates,task_dependencies",
        schedule_dates={"start_on": "2027-01-01"},
    )

    copy = job["new_project"]["gid"]
    names = [section["name"] for section in api.get(f"/projects/{copy}/sections")]
    assert names == [section["name"] for section in api.get(f"/projects/{project}/sections")]
    keys = "name,due_on,dependencies,custom_fields.number_value"
    one, two = api.get("/tasks", project=copy, opt_fields=keys)
    assert one["due_on"] == "2027-01-10"
    assert [value["number_value"] for value in one["custom_fields"]] == [3]
    assert [task["gid"] for task in two["dependencies"]] == [one["gid"]]


def test_a_project_comes_back_from_its_template(api: Api) -> None:
    project = api.project()
    api.put(f"/projects/{project}", due_on="2026-12-31", start_on="2026-12-01")
    api.task(name="Step", projects=[project], due_on="2026-12-10")
    job = api.post(f"/projects/{project}/saveAsTemplate", name="Pattern", public=True)
    template = job["new_project_template"]["gid"]
    path = f"/project_templates/{template}/instantiateProject"

    strict = {"name": "x", "is_strict": True, "requested_dates": []}
    assert api.refused("POST", path, strict).startswith("422")
    dates = [{"gid": "1", "value": "2027-01-01"}]
    made = api.post(path, name="Again", requested_dates=dates)["new_project"]["gid"]

    (task,) = api.get("/tasks", project=made, opt_fields="name,due_on")
    assert (task["name"], task["due_on"]) == ("Step", "2027-01-10")
    origin = api.get(f"/projects/{made}", opt_fields="created_from_template.name")
    assert origin["created_from_template"]["name"] == "Pattern"


def test_a_task_template_makes_tasks_with_relative_dates(api: Api) -> None:
    template = api.store.first("task_template")

    job = api.post(f"/task_templates/{template['gid']}/instantiateTask", name="May")

    task = api.get(f"/tasks/{job['new_task']['gid']}")
    assert (task["name"], task["due_on"]) == ("May", day_after(7))
    assert [p["gid"] for p in task["projects"]] == [template["project"]["gid"]]


def test_parents_come_to_cover_their_subtasks(api: Api) -> None:
    task = api.task(due_on="2026-12-10")
    days = {"due_on": "2026-12-24", "start_on": "2026-12-01"}
    api.post(f"/tasks/{task}/subtasks", name="Below", **days)

    api.post(f"/tasks/{task}/rollup")

    shown = api.get(f"/tasks/{task}")
    assert (shown["start_on"], shown["due_on"]) == ("2026-12-01", "2026-12-24")


def test_a_graph_export_is_a_file_of_everything_inside(api: Api) -> None:
    project = api.project()
    task = api.task(projects=[project])
    job = api.post("/exports/graph", parent=project)
    assert job["new_graph_export"].get("download_url") is None
    assert states(api, job["gid"])[1] == "succeeded"

    done = api.get(f"/jobs/{job['gid']}")["new_graph_export"]
    content = gzip.decompress(requests.get(done["download_url"], timeout=30).content)

    rows = [json.loads(line) for line in content.splitlines()]
    assert {row["resource_type"] for row in rows} == {"project", "section", "task", "story"}
    assert task in {row["gid"] for row in rows}


def test_a_resource_export_filters_and_runs_alone(api: Api) -> None:
    asked = [
        {
            "resource_type": "task",
            "filters": {"assignee.any": [api.me], "created_at.after": "2026-10-01"},
            "fields": ["name", "assignee.name"],
        }
    ]
    given = {"workspace": api.workspace, "export_request_parameters": asked}
    job = api.post("/exports/resource", **given)

    assert api.refused("POST", "/exports/resource", given).startswith("403")
    states(api, job["gid"])
    done = api.get(f"/jobs/{job['gid']}")["new_resource_export"]
    rows = gzip.decompress(requests.get(done["download_url"], timeout=30).content).splitlines()
    assert rows
    assert {json.loads(row)["assignee"]["name"] for row in rows} == {"Zoe Ng"}


def test_an_organization_export_ends_as_one_document(api: Api, other: Api) -> None:
    given = {"organization": api.workspace}
    assert other.refused("POST", "/organization_exports", given).startswith("403")
    made = api.post("/organization_exports", **given)
    path = f"/organization_exports/{made['gid']}"

    found = [api.get(path) for _ in range(2)]

    assert [made["state"], *(export["state"] for export in found)] == [
        "pending",
        "started",
        "finished",
    ]
    content = gzip.decompress(requests.get(found[1]["download_url"], timeout=60).content)
    assert len(json.loads(content)["task"]) > 1_000
