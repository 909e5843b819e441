"""One good request for every write of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox_server.api import Api

#: What goes into a path, then the fields of the body.
Example = tuple[tuple[str, ...], dict[str, Any]]


def _first(kind: str) -> Callable[[Api], str]:
    return lambda api: str(api.store.first(kind)["gid"])


def _made(path: str, **data: Any) -> Callable[[Api], str]:
    return lambda api: str(api.post(path, **data)["gid"])


def _entry(api: Api) -> str:
    made = api.post(f"/tasks/{api.task()}/time_tracking_entries", duration_minutes=30)
    return str(made["gid"])


def _allocation(api: Api) -> str:
    days = {"start_date": "2026-11-02", "end_date": "2026-11-06"}
    made = api.post("/allocations", assignee=api.me, parent=api.project(), **days)
    return str(made["gid"])


def _absence(api: Api) -> str:
    days = {"start_date": "2026-12-24", "end_date": "2026-12-31"}
    return str(api.post("/ooo_entries", user=api.me, workspace=api.workspace, **days)["gid"])


def _attachment(api: Api) -> str:
    more = {"resource_subtype": "external", "name": "Board", "url": "https://a.example/"}
    return str(api.post("/attachments", parent=api.task(), **more)["gid"])


def _budget(api: Api) -> str:
    total = {"enabled": True, "value": 100}
    return str(api.post("/budgets", parent=api.project(), budget_type="time", total=total)["gid"])


def _rate(api: Api) -> str:
    return str(api.post("/rates", parent=api.project(), resource=api.me, rate=80)["gid"])


def _category(api: Api) -> str:
    more = {"name": api.name("Category"), "workspace": api.workspace}
    return str(api.post("/time_tracking_categories", **more)["gid"])


def _membership(api: Api) -> str:
    made = api.post("/memberships", parent=api.project(), member=api.people[5])
    return str(made["gid"])


def _comment(api: Api) -> str:
    return str(api.post(f"/tasks/{api.task()}/stories", text="Hello")["gid"])


def _status(api: Api) -> str:
    made = api.post("/status_updates", parent=api.project(), text="Good", status_type="on_track")
    return str(made["gid"])


def _old_status(api: Api) -> str:
    made = api.post(f"/projects/{api.project()}/project_statuses", text="Good", color="green")
    return str(made["gid"])


def _brief(api: Api) -> str:
    return str(api.post(f"/projects/{api.project()}/project_briefs", title="Why")["gid"])


def _role(api: Api) -> str:
    more = {"name": api.name("Role"), "description": "", "base_role_type": "member"}
    return str(api.post("/roles", workspace=api.workspace, **more)["gid"])


def _request(api: Api) -> str:
    return str(api.post("/access_requests", target=api.project())["gid"])


def _measured(api: Api) -> str:
    goal = api.goal()
    api.post(f"/goals/{goal}/setMetric", unit="none", target_number_value=50)
    return goal


def _supported(api: Api) -> tuple[str, str]:
    goal, part = api.goal(), api.goal()
    api.post(f"/goals/{goal}/addSupportingRelationship", supporting_resource=part)
    return goal, part


def _relationship(api: Api) -> str:
    goal, _ = _supported(api)
    return str(api.get("/goal_relationships", supported_goal=goal)[0]["gid"])


def _in_portfolio(api: Api) -> tuple[str, str]:
    portfolio, project = api.portfolio(), api.project()
    api.post(f"/portfolios/{portfolio}/addItem", item=project)
    return portfolio, project


def _fielded(path: str, make: Callable[[Api], str]) -> Callable[[Api], tuple[str, str]]:
    def made(api: Api) -> tuple[str, str]:
        gid, field = make(api), api.field()["gid"]
        api.post(f"/{path}/{gid}/addCustomFieldSetting", custom_field=field)
        return gid, field

    return made


def _dependent(api: Api) -> tuple[str, str]:
    later, earlier = api.task(), api.task()
    api.post(f"/tasks/{later}/addDependencies", dependencies=[earlier])
    return later, earlier


def _tagged(api: Api) -> tuple[str, str]:
    task, tag = api.task(), api.tag()
    api.post(f"/tasks/{task}/addTag", tag=tag)
    return task, tag


def _housed(api: Api) -> tuple[str, str]:
    project = api.project()
    return api.task(projects=[project]), project


def _team(api: Api) -> str:
    return str(api.post("/teams", name=api.name("Team"), organization=api.workspace)["gid"])


def _template(api: Api) -> str:
    job = api.post(f"/projects/{api.project()}/saveAsTemplate", name="Again", public=False)
    return str(job["new_project_template"]["gid"])


def _week(api: Api) -> str:
    days = {"start_date": "2027-01-04", "end_date": "2027-01-10"}
    more = {"user": api.people[7], "workspace": api.workspace}
    known = api.get("/timesheet_approval_statuses", from_date="2027-01-04", **more)
    made = known[0] if known else api.post("/timesheet_approval_statuses", **more, **days)
    return str(made["gid"])


def _at(make: Callable[[Api], str], **data: Any) -> Callable[[Api], Example]:
    return lambda api: ((make(api),), data)


def _pair(
    make: Callable[[Api], tuple[str, str]], name: str, *, many: bool = False
) -> Callable[[Api], Example]:
    def example(api: Api) -> Example:
        gid, other = make(api)
        return (gid,), {name: [other] if many else other}

    return example


def _task_and_task(name: str) -> Callable[[Api], Example]:
    return lambda api: ((api.task(),), {name: [api.task()]})


def _add_field(make: Callable[[Api], str]) -> Callable[[Api], Example]:
    return lambda api: ((make(api),), {"custom_field": api.field()["gid"], "is_important": True})


def _task(api: Api) -> str:
    return api.task(due_on="2026-12-01")


EXAMPLES: dict[str, Callable[[Api], Example]] = {
    "createAccessRequest": lambda api: ((), {"target": api.project(), "message": "Please"}),
    "approveAccessRequest": _at(_request),
    "rejectAccessRequest": _at(_request),
    "updateAllocation": _at(_allocation, effort={"type": "hours", "value": 3}),
    "deleteAllocation": _at(_allocation),
    "createAllocation": lambda api: (
        (),
        {
            "assignee": api.people[3],
            "parent": api.project(),
            "start_date": "2026-11-02",
            "end_date": "2026-11-06",
            "effort": {"type": "percent", "value": 50},
        },
    ),
    "deleteAttachment": _at(_attachment),
    "createAttachmentForObject": lambda api: (
        (),
        {
            "parent": api.task(),
            "resource_subtype": "external",
            "name": "Board",
            "url": "https://a.example/",
        },
    ),
    "createBatchRequest": lambda api: (
        (),
        {"actions": [{"method": "get", "relative_path": "/users/me"}]},
    ),
    "createBudget": lambda api: (
        (),
        {
            "parent": api.project(),
            "budget_type": "cost",
            "estimate": {"enabled": True, "source": "tasks", "billable_status_filter": "any"},
            "total": {"enabled": True, "value": 9_000},
        },
    ),
    "updateBudget": _at(_budget, budget_type="cost", total={"enabled": False}),
    "deleteBudget": _at(_budget),
    "createCustomField": lambda api: (
        (),
        {
            "name": api.name("Money"),
            "workspace": api.workspace,
            "resource_subtype": "number",
            "format": "currency",
            "currency_code": "EUR",
            "precision": 2,
        },
    ),
    "updateCustomField": lambda api: (
        (api.field()["gid"],),
        {"name": api.name("Renamed"), "workspace": api.workspace, "description": "Why"},
    ),
    "deleteCustomField": _at(lambda api: str(api.field()["gid"])),
    "createEnumOptionForCustomField": lambda api: (
        (api.field("enum")["gid"],),
        {"name": "Three", "color": "blue"},
    ),
    "insertEnumOptionForCustomField": lambda api: _insert_option(api),
    "updateEnumOption": lambda api: (
        (api.field("enum")["enum_options"][0]["gid"],),
        {"name": "Uno", "enabled": False},
    ),
    "createGraphExport": lambda api: ((), {"parent": api.project()}),
    "createResourceExport": lambda api: (
        (),
        {
            "workspace": api.workspace,
            "export_request_parameters": [{"resource_type": "team", "fields": ["name"]}],
        },
    ),
    "updateGoalRelationship": _at(_relationship, contribution_weight=0.5),
    "addSupportingRelationship": lambda api: (
        (api.goal(),),
        {"supporting_resource": api.project(), "contribution_weight": 1},
    ),
    "removeSupportingRelationship": _pair(_supported, "supporting_resource"),
    "updateGoal": _at(_measured, status="yellow", due_on="2026-12-31"),
    "deleteGoal": _at(lambda api: api.goal()),
    "createGoal": lambda api: (
        (),
        {"name": "Grow", "workspace": api.workspace, "time_period": _first("time_period")(api)},
    ),
    "createGoalMetric": _at(
        lambda api: api.goal(),
        unit="currency",
        currency_code="EUR",
        initial_number_value=0,
        target_number_value=10,
        progress_source="manual",
    ),
    "updateGoalMetric": _at(_measured, current_number_value=25),
    "addFollowers": lambda api: ((api.goal(),), {"followers": [api.people[4]]}),
    "removeFollowers": lambda api: ((api.goal(),), {"followers": ["me"]}),
    "addCustomFieldSettingForGoal": _add_field(lambda api: api.goal()),
    "removeCustomFieldSettingForGoal": _pair(
        _fielded("goals", lambda api: api.goal()), "custom_field"
    ),
    "createMembership": lambda api: (
        (),
        {"parent": api.goal(), "member": api.people[6], "access_level": "viewer"},
    ),
    "updateMembership": _at(_membership, access_level="commenter"),
    "deleteMembership": _at(_membership),
    "updateOooEntry": _at(_absence, end_date="2027-01-02"),
    "deleteOooEntry": _at(_absence),
    "createOooEntry": lambda api: (
        (),
        {
            "user": "me",
            "workspace": api.workspace,
            "start_date": "2026-12-24",
            "end_date": "2026-12-31",
        },
    ),
    "createOrganizationExport": lambda api: ((), {"organization": api.workspace}),
    "createPortfolio": lambda api: (
        (),
        {"name": "All", "workspace": api.workspace, "color": "light-green", "public": True},
    ),
    "updatePortfolio": _at(lambda api: api.portfolio(), name="Some", due_on="2026-12-31"),
    "deletePortfolio": _at(lambda api: _in_portfolio(api)[0]),
    "addItemForPortfolio": lambda api: ((api.portfolio(),), {"item": api.project()}),
    "removeItemForPortfolio": _pair(_in_portfolio, "item"),
    "addCustomFieldSettingForPortfolio": _add_field(lambda api: api.portfolio()),
    "removeCustomFieldSettingForPortfolio": _pair(
        _fielded("portfolios", lambda api: api.portfolio()), "custom_field"
    ),
    "addMembersForPortfolio": lambda api: ((api.portfolio(),), {"members": api.people[2]}),
    "removeMembersForPortfolio": lambda api: ((api.portfolio(),), {"members": "me"}),
    "duplicatePortfolio": lambda api: ((_in_portfolio(api)[0],), {"name": "Twin"}),
    "updateProjectBrief": _at(_brief, html_text="<body><strong>So</strong></body>"),
    "deleteProjectBrief": _at(_brief),
    "createProjectBrief": _at(lambda api: api.project(), title="Why", text="Because"),
    "updateProjectPortfolioSetting": _at(
        _first("project_portfolio_setting"), is_access_control_inherited=True
    ),
    "deleteProjectStatus": _at(_old_status),
    "createProjectStatusForProject": _at(lambda api: api.project(), text="Hm", color="yellow"),
    "deleteProjectTemplate": _at(_template),
    "instantiateProject": lambda api: (
        (_first("project_template")(api),),
        {"name": "Next", "requested_dates": [{"gid": "1", "value": "2027-01-04"}]},
    ),
    "createProject": lambda api: (
        (),
        {"name": "New", "workspace": api.workspace, "notes": "Why", "due_on": "2026-12-31"},
    ),
    "updateProject": _at(
        lambda api: api.project(), name="Newer", archived=True, color="dark-blue"
    ),
    "deleteProject": _at(lambda api: _housed(api)[1]),
    "duplicateProject": lambda api: (
        (_housed(api)[1],),
        {"name": "Twin", "include": "members,task_notes"},
    ),
    "createProjectForTeam": lambda api: ((api.team,), {"name": "Of the team"}),
    "createProjectForWorkspace": lambda api: ((api.workspace,), {"name": "Of the workspace"}),
    "addCustomFieldSettingForProject": _add_field(lambda api: api.project()),
    "removeCustomFieldSettingForProject": _pair(
        _fielded("projects", lambda api: api.project()), "custom_field"
    ),
    "addMembersForProject": lambda api: ((api.project(),), {"members": api.people[2]}),
    "removeMembersForProject": lambda api: ((api.project(),), {"members": "me"}),
    "addFollowersForProject": lambda api: ((api.project(),), {"followers": api.people[2]}),
    "removeFollowersForProject": lambda api: ((api.project(),), {"followers": "me"}),
    "projectSaveAsTemplate": _at(lambda api: api.project(), name="Again", public=True),
    "rollupProject": _at(lambda api: _housed(api)[1]),
    "createRate": lambda api: (
        (),
        {"parent": api.project(), "resource": api.people[2], "rate": 95.5},
    ),
    "updateRate": _at(_rate, rate=90),
    "deleteRate": _at(_rate),
    "createRole": lambda api: (
        (),
        {
            "name": api.name("Reader"),
            "description": "Reads",
            "base_role_type": "guest",
            "workspace": api.workspace,
            "permissions": {"import_data": False},
        },
    ),
    "updateRole": _at(_role, description="Other"),
    "deleteRole": _at(_role),
    "triggerRule": lambda api: (
        (_first("rule_trigger")(api),),
        {"resource": api.task(), "action_data": {"x": 1}},
    ),
    "updateSection": lambda api: ((api.section(api.project()),), {"name": "Other"}),
    "deleteSection": lambda api: ((api.section(api.project()),), {}),
    "createSectionForProject": _at(lambda api: api.project(), name="Next"),
    "addTaskForSection": lambda api: ((api.section(api.project()),), {"task": api.task()}),
    "insertSectionForProject": lambda api: _insert_section(api),
    "deleteStatus": _at(_status),
    "createStatusForObject": lambda api: (
        (),
        {"parent": _measured(api), "text": "Close", "status_type": "partial", "title": "Hm"},
    ),
    "updateStory": _at(_comment, text="Hello again", is_pinned=True),
    "deleteStory": _at(_comment),
    "createStoryForTask": _at(_task, html_text="<body>Hi <em>you</em></body>"),
    "createStoryForGoal": _at(lambda api: api.goal(), text="Go"),
    "createTag": lambda api: ((), {"name": "New", "workspace": api.workspace, "color": None}),
    "updateTag": _at(lambda api: api.tag(), name="Newer", notes="Why"),
    "deleteTag": _at(lambda api: _tagged(api)[1]),
    "createTagForWorkspace": lambda api: ((api.workspace,), {"name": "Also new"}),
    "deleteTaskTemplate": _at(lambda api: str(list(api.store.all("task_template"))[-1]["gid"])),
    "instantiateTask": _at(_first("task_template"), name="Release of May"),
    "createTask": lambda api: (
        (),
        {
            "name": "New",
            "projects": [api.project()],
            "assignee": "me",
            "due_on": "2026-12-01",
            "start_on": "2026-11-20",
            "tags": [api.tag()],
            "html_notes": "<body>See <strong>this</strong></body>",
        },
    ),
    "updateTask": _at(_task, completed=True, name="Done", liked=True, due_on=None),
    "deleteTask": _at(_task),
    "duplicateTask": _at(_task, name="Twin", include="notes,assignee,dates"),
    "createSubtaskForTask": _at(_task, name="Part"),
    "setParentForTask": lambda api: ((api.task(),), {"parent": api.task()}),
    "addDependenciesForTask": _task_and_task("dependencies"),
    "removeDependenciesForTask": _pair(_dependent, "dependencies", many=True),
    "addDependentsForTask": _task_and_task("dependents"),
    "removeDependentsForTask": _pair(
        lambda api: (_dependent(api)[1], api.task()), "dependents", many=True
    ),
    "addProjectForTask": lambda api: ((api.task(),), {"project": api.project()}),
    "removeProjectForTask": _pair(_housed, "project"),
    "addTagForTask": lambda api: ((api.task(),), {"tag": api.tag()}),
    "removeTagForTask": _pair(_tagged, "tag"),
    "addFollowersForTask": lambda api: ((api.task(),), {"followers": [api.people[3]]}),
    "removeFollowerForTask": lambda api: ((api.task(),), {"followers": ["me"]}),
    "rollupTask": _at(_task),
    "createTeam": lambda api: (
        (),
        {"name": api.name("Team"), "organization": api.workspace, "description": "Us"},
    ),
    "updateTeam": _at(_team, name="Other team", visibility="public"),
    "addUserForTeam": lambda api: ((_team(api),), {"user": api.people[4]}),
    "removeUserForTeam": lambda api: ((_team(api),), {"user": "me"}),
    "updateTimeTrackingCategory": _at(_category, is_archived=True),
    "deleteTimeTrackingCategory": _at(_category),
    "createTimeTrackingCategory": lambda api: (
        (),
        {"name": api.name("Category"), "workspace": api.workspace, "color": "indigo"},
    ),
    "createTimeTrackingEntry": _at(_task, duration_minutes=90, entered_on="2026-11-01"),
    "updateTimeTrackingEntry": _at(_entry, duration_minutes=45, billable_status="billable"),
    "deleteTimeTrackingEntry": _at(_entry),
    "updateTimesheetApprovalStatus": _at(_week, approval_status="submitted"),
    "createTimesheetApprovalStatus": lambda api: (
        (),
        {
            "user": api.people[8],
            "workspace": api.workspace,
            "start_date": "2027-02-07",
            "end_date": "2027-02-13",
        },
    ),
    "updateUser": lambda api: ((api.people[9],), {"name": "Greta Garbo"}),
    "updateUserForWorkspace": lambda api: ((api.workspace, "me"), {"name": "Zoe Ng"}),
    "createWebhook": lambda api: ((), {"resource": api.project(), "target": "SET"}),
    "updateWebhook": _at(_first("webhook"), filters=[{"action": "added"}]),
    "deleteWebhook": _at(_first("webhook")),
    "updateWorkspace": lambda api: ((api.workspace,), {"name": "Acme"}),
    "addUserForWorkspace": lambda api: ((api.workspace,), {"user": "new.one@acme.example"}),
    "removeUserForWorkspace": lambda api: ((api.workspace,), {"user": api.people[-1]}),
}


def _insert_option(api: Api) -> Example:
    field = api.field("enum")
    one, two = (option["gid"] for option in field["enum_options"])
    return (field["gid"],), {"enum_option": two, "before_enum_option": one}


def _insert_section(api: Api) -> Example:
    project = api.project()
    first, second = api.section(project), api.section(project)
    return (project,), {"section": second, "before_section": first}
