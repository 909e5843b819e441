"""Writes to projects, sections, portfolios, goals, custom fields and people."""

from __future__ import annotations

import pytest

from tests.fixed_day import NOW
from tests.sandbox_server.api import Api


def test_a_new_project_has_a_section_an_owner_and_a_member(api: Api) -> None:
    project = api.post("/projects", name="New", workspace=api.workspace)

    assert project["privacy_setting"] == "private"
    assert project["owner"]["gid"] == api.me
    assert [p["gid"] for p in project["members"]] == [api.me]
    sections = api.get(f"/projects/{project['gid']}/sections")
    assert [section["name"] for section in sections] == ["Untitled section"]
    (membership,) = api.get("/memberships", parent=project["gid"])
    assert membership["access_level"] == "admin"


def test_a_project_needs_a_home_and_dates_in_order(api: Api) -> None:
    assert "one of workspace, team" in api.refused("POST", "/projects", {"name": "x"})
    made = {"name": "x", "workspace": api.workspace}
    for dates in (
        {"start_on": "2026-12-01"},
        {"start_on": "2026-12-01", "due_on": "2026-12-01"},
        {"start_on": "2026-12-02", "due_on": "2026-12-01"},
    ):
        assert "400 start_on" in api.refused("POST", "/projects", made | dates)


def test_a_deleted_project_takes_the_tasks_that_lived_there_only(api: Api) -> None:
    project, second = api.project(), api.project()
    only, both = api.task(projects=[project]), api.task(projects=[project, second])

    api.delete(f"/projects/{project}")

    assert "404" in api.refused("GET", f"/tasks/{only}")
    assert [p["gid"] for p in api.get(f"/tasks/{both}")["projects"]] == [second]
    assert "404" in api.refused("GET", "/memberships", parent=project)


def test_task_counts_follow_the_tasks(api: Api) -> None:
    project = api.project()
    task = api.task(projects=[project])
    api.task(projects=[project], resource_subtype="milestone")
    api.put(f"/tasks/{task}", completed=True)

    fields = "num_tasks,num_completed_tasks,num_incomplete_tasks,num_milestones"
    counts = api.get(f"/projects/{project}/task_counts", opt_fields=fields)

    assert [counts[key] for key in fields.split(",")] == [2, 1, 1, 1]


def test_sections_are_ordered_and_neither_the_last_nor_full_ones_go(api: Api) -> None:
    project = api.project()
    first = api.get(f"/projects/{project}/sections")[0]["gid"]
    assert "last one" in api.refused("DELETE", f"/sections/{first}")
    second = api.section(project)
    api.post(f"/projects/{project}/sections/insert", section=second, before_section=first)
    api.task(projects=[project])

    found = [section["gid"] for section in api.get(f"/projects/{project}/sections")]
    assert found == [second, first]
    assert "has tasks" in api.refused("DELETE", f"/sections/{second}")
    api.delete(f"/sections/{first}")


def test_portfolios_hold_projects_and_portfolios_but_never_themselves(api: Api) -> None:
    outer, inner, project = api.portfolio(), api.portfolio(), api.project()
    api.post(f"/portfolios/{outer}/addItem", item=inner)
    api.post(f"/portfolios/{inner}/addItem", item=project)

    assert "in itself" in api.refused("POST", f"/portfolios/{inner}/addItem", {"item": outer})
    (setting,) = api.get(f"/portfolios/{inner}/project_portfolio_settings")
    assert setting["project"]["gid"] == project
    api.delete(f"/portfolios/{inner}")
    assert api.get(f"/portfolios/{outer}/items") == []
    assert api.get(f"/projects/{project}")["gid"] == project


def test_a_portfolio_gives_its_items_its_custom_fields(api: Api) -> None:
    portfolio, project, field = api.portfolio(), api.project(), api.field("number")
    api.post(f"/portfolios/{portfolio}/addCustomFieldSetting", custom_field=field["gid"])
    api.post(f"/portfolios/{portfolio}/addItem", item=project)

    after = api.put(f"/projects/{project}", custom_fields={field["gid"]: 7})

    assert [value["number_value"] for value in after["custom_fields"]] == [7]


# ---------------------------------------------------------------------- goals


def test_a_metric_is_set_and_moved_and_has_to_be_there(api: Api) -> None:
    goal = api.goal()
    problem = api.refused(
        "POST", f"/goals/{goal}/setMetricCurrentValue", {"current_number_value": 1}
    )
    assert "400 current_number_value: The goal has no metric" in problem
    assert "400 status" in api.refused("PUT", f"/goals/{goal}", {"status": "green"})

    made = api.post(
        f"/goals/{goal}/setMetric", unit="percentage", precision=1, target_number_value=0.5
    )
    moved = api.post(f"/goals/{goal}/setMetricCurrentValue", current_number_value=0.25)

    assert made["metric"]["current_display_value"] == "0.0%"
    assert moved["metric"]["current_display_value"] == "25.0%"
    assert (
        "must not be"
        in api.refused(
            "POST",
            f"/goals/{goal}/setMetric",
            {"initial_number_value": 1, "target_number_value": 1},
        ).lower()
    )


def test_goals_are_measured_by_what_supports_them(api: Api) -> None:
    top, goal, project = api.goal(), api.goal(), api.project()
    tasks = [api.task(projects=[project]) for _ in range(4)]
    metric = {"unit": "none", "initial_number_value": 0, "target_number_value": 100}
    api.post(f"/goals/{top}/setMetric", **metric, progress_source="subgoal_progress")
    api.post(f"/goals/{goal}/setMetric", **metric, progress_source="project_task_completion")
    for parent, part in ((goal, project), (top, goal)):
        path = f"/goals/{parent}/addSupportingRelationship"
        api.post(path, supporting_resource=part, contribution_weight=1)

    api.put(f"/tasks/{tasks[0]}", completed=True)

    assert api.get(f"/goals/{goal}")["metric"]["current_number_value"] == 25
    assert api.get(f"/goals/{top}")["metric"]["current_number_value"] == 25
    assert "circle" in api.refused(
        "POST", f"/goals/{goal}/addSupportingRelationship", {"supporting_resource": top}
    )
    api.post(f"/goals/{goal}/removeSupportingRelationship", supporting_resource=project)
    assert api.get("/goal_relationships", supported_goal=goal) == []


def test_a_milestone_that_is_made_of_a_task_counts_for_its_goal(api: Api) -> None:
    goal, project = api.goal(), api.project()
    done, other = (api.task(projects=[project]) for _ in range(2))
    source = "project_milestone_completion"
    api.post(f"/goals/{goal}/setMetric", target_number_value=100, progress_source=source)
    path = f"/goals/{goal}/addSupportingRelationship"
    api.post(path, supporting_resource=project, contribution_weight=1)

    api.put(f"/tasks/{done}", resource_subtype="milestone", completed=True)
    assert api.get(f"/goals/{goal}")["metric"]["current_number_value"] == 100
    api.put(f"/tasks/{other}", resource_subtype="milestone")
    assert api.get(f"/goals/{goal}")["metric"]["current_number_value"] == 50


def test_a_time_period_gives_a_goal_its_dates(api: Api) -> None:
    period = api.get("/time_periods", workspace=api.workspace, opt_fields="start_on,end_on")[3]

    goal = api.post("/goals", name="x", workspace=api.workspace, time_period=period["gid"])

    assert (goal["start_on"], goal["due_on"]) == (period["start_on"], period["end_on"])


# ---------------------------------------------------------------------- custom fields


@pytest.mark.parametrize(
    ("kind", "write", "key", "shown"),
    [
        ("text", "So", "text_value", "So"),
        ("number", 2.6, "number_value", "3"),
        ("date", {"date": "2026-12-01"}, "date_value", "2026-12-01"),
        ("people", ["me"], "people_value", "Zoe Ng"),
    ],
)
def test_values_are_kept_by_kind_and_told_in_a_story(
    api: Api, kind: str, write: object, key: str, shown: str
) -> None:
    project, field = api.with_field(kind)
    task = api.task(projects=[project])

    after = api.put(f"/tasks/{task}", custom_fields={field["gid"]: write})

    (value,) = after["custom_fields"]
    assert value["gid"] == field["gid"]
    assert value[key] not in (None, [])
    assert value["display_value"] == shown
    assert api.stories(task)[-1] == f"{kind}_custom_field_changed"
    cleared = api.put(f"/tasks/{task}", custom_fields={field["gid"]: None})
    assert cleared["custom_fields"][0]["display_value"] is None


def test_options_are_chosen_by_gid_while_they_are_enabled(api: Api) -> None:
    project, field = api.with_field("multi_enum")
    one, two = (option["gid"] for option in field["enum_options"])
    task = api.task(projects=[project])
    write = f"/tasks/{task}"

    after = api.put(write, custom_fields={field["gid"]: [two, one]})
    assert after["custom_fields"][0]["display_value"] == "One, Two"
    api.put(f"/enum_options/{two}", enabled=False, name="Second")
    assert "disabled" in api.refused("PUT", write, {"custom_fields": {field["gid"]: [two]}})
    assert api.get(write)["custom_fields"][0]["display_value"] == "One, Second"
    assert "must stay enabled" in api.refused("PUT", f"/enum_options/{one}", {"enabled": False})


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("text", 5),
        ("text", "x" * 1_025),
        ("number", "many"),
        ("number", True),
        ("enum", "12"),
        ("multi_enum", "12"),
        ("date", "2026-12-01"),
        ("date", {"date": "soon"}),
        ("people", ["nobody@acme.example"]),
    ],
)
def test_values_of_the_wrong_kind_are_refused_and_leave_no_trace(
    api: Api, kind: str, bad: object
) -> None:
    project, field = api.with_field(kind)
    task = api.task(projects=[project])
    before = api.get(f"/tasks/{task}")

    message = api.refused(
        "PUT", f"/tasks/{task}", {"name": "Changed", "custom_fields": {field["gid"]: bad}}
    )

    assert message[:3] in ("400", "404")
    assert api.get(f"/tasks/{task}") == before
    assert api.stories(task) == ["added_to_project"]


def test_a_field_that_is_not_on_the_task_is_refused(api: Api) -> None:
    field = api.field()["gid"]

    message = api.refused("PUT", f"/tasks/{api.task()}", {"custom_fields": {field: "x"}})

    assert message == f"400 Custom field with ID {field} is not on given object"


def test_names_of_fields_are_unique_and_renaming_shows_everywhere(api: Api) -> None:
    project, field = api.with_field()
    task = api.task(projects=[project])
    again = {"name": field["name"], "workspace": api.workspace, "resource_subtype": "text"}
    assert "400 name" in api.refused("POST", "/custom_fields", again)

    api.put(f"/custom_fields/{field['gid']}", name="Brand new")

    assert api.get(f"/tasks/{task}")["custom_fields"][0]["name"] == "Brand new"


def test_a_field_stays_on_tasks_whose_other_project_has_it(api: Api) -> None:
    one, field = api.with_field()
    two = api.project()
    api.post(f"/projects/{two}/addCustomFieldSetting", custom_field=field["gid"])
    task = api.task(projects=[one, two])

    api.post(f"/projects/{one}/removeCustomFieldSetting", custom_field=field["gid"])

    assert [value["gid"] for value in api.get(f"/tasks/{task}")["custom_fields"]] == [field["gid"]]


def test_a_value_without_a_project_that_has_its_field_can_only_be_cleared(api: Api) -> None:
    project, field = api.with_field()
    task = api.task(projects=[project])
    api.put(f"/tasks/{task}", custom_fields={field["gid"]: "x"})
    api.post(f"/tasks/{task}/removeProject", project=project)

    (value,) = api.get(f"/tasks/{task}")["custom_fields"]
    assert (value["enabled"], value["text_value"]) == (False, "x")
    write = {"custom_fields": {field["gid"]: "y"}}
    assert "can only be cleared" in api.refused("PUT", f"/tasks/{task}", write)
    api.put(f"/tasks/{task}", custom_fields={field["gid"]: None})


def test_a_deleted_field_takes_its_values_with_it(api: Api) -> None:
    project, field = api.with_field()
    task = api.task(projects=[project])
    api.put(f"/tasks/{task}", custom_fields={field["gid"]: "x"})

    api.delete(f"/custom_fields/{field['gid']}")

    assert api.get(f"/tasks/{task}")["custom_fields"] == []
    assert api.get(f"/projects/{project}/custom_field_settings") == []


# ---------------------------------------------------------------------- people


def test_memberships_come_and_go_in_both_forms(api: Api) -> None:
    project, person = api.project(), api.people[3]
    made = api.post("/memberships", parent=project, member=person, access_level="commenter")

    assert "already" in api.refused("POST", "/memberships", {"parent": project, "member": person})
    older = api.get(f"/projects/{project}/project_memberships", user=person)
    assert [row["access_level"] for row in older] == ["commenter"]
    assert person in {p["gid"] for p in api.get(f"/projects/{project}")["members"]}
    api.delete(f"/memberships/{made['gid']}")
    assert api.get(f"/projects/{project}/project_memberships", user=person) == []


def test_teams_can_be_members_and_are_asked_for_by_kind(api: Api) -> None:
    project = api.project()
    api.post("/memberships", parent=project, member=api.team)

    kind = {"resource_subtype": "project_membership"}
    found = api.get("/memberships", member=api.team, **kind)

    assert project in {row["parent"]["gid"] for row in found}
    assert "one of parent, member and" in api.refused("GET", "/memberships", member=api.team)
    assert "400 parent" in api.refused("GET", "/memberships", member=api.people[3], **kind)


def test_somebody_new_is_invited_by_e_mail_and_can_leave(api: Api) -> None:
    person = api.post(f"/workspaces/{api.workspace}/addUser", user="ann.lee@else.example")

    (membership,) = api.get(f"/users/{person['gid']}/workspace_memberships", opt_fields="is_guest")
    assert membership["is_guest"] is True
    assert api.get(f"/users/{person['gid']}/user_task_list", workspace=api.workspace)
    api.post(f"/workspaces/{api.workspace}/removeUser", user=person["gid"])
    assert api.get(f"/users/{person['gid']}/workspace_memberships") == []


def test_the_audit_log_goes_on_with_what_is_deleted_and_who_is_invited(api: Api) -> None:
    path, since = f"/workspaces/{api.workspace}/audit_log_events", NOW
    task = api.task(name="Secret plan")
    api.delete(f"/tasks/{task}")
    api.post(f"/workspaces/{api.workspace}/addUser", user="bo.li@acme.example")

    found = api.get(path, start_at=since, limit=100)

    told = {(event["event_type"], event["resource"]["name"]) for event in found}
    assert {("task_deleted", "Secret plan"), ("user_invited", "Bo Li")} <= told
    assert [event["resource"]["gid"] for event in api.get(path, resource_gid=task)] == [task]


def test_access_is_asked_for_once_and_granted(api: Api, other: Api) -> None:
    project = api.project(public=True)
    request = other.post("/access_requests", target=project, message="Please")

    assert "asked already" in other.refused("POST", "/access_requests", {"target": project})
    assert len(api.get("/access_requests", target=project)) == 1
    api.post(f"/access_requests/{request['gid']}/approve")
    members = {row["member"]["name"] for row in api.get("/memberships", parent=project)}
    assert request["requester"]["name"] in members
    assert api.get("/access_requests", target=project) == []


def test_standard_roles_stay_as_they_are(api: Api) -> None:
    role = api.get("/roles", workspace=api.workspace)[0]["gid"]

    assert api.refused("PUT", f"/roles/{role}", {"name": "x"}).startswith("403")
    assert api.refused("DELETE", f"/roles/{role}").startswith("403")
