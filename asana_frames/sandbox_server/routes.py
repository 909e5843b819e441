"""Which objects answer which read: one row per operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from asana_frames.sandbox_server.errors import Refusal
from asana_frames.sandbox_server.store import Object, Store

#: Arguments of a request: gids already looked up where they name objects.
Arguments = dict[str, Any]
Rows = Callable[[Store, Arguments], Iterable[Object]]


def _under(kind: str, argument: str) -> Rows:
    """List what is found under the object that an argument names."""
    return lambda store, asked: store.found(kind, asked[argument])


def _all(kind: str, **filters: str) -> Rows:
    """List the objects of a kind whose fields are what the arguments ask for."""

    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        found: Iterable[Object] = store.all(kind)
        for field, argument in filters.items():
            wanted = asked.get(argument)
            if wanted is not None:
                found = [item for item in found if _is(item.get(field), wanted)]
        return found

    return rows


def _is(value: Any, wanted: Any) -> bool:
    return value is wanted if isinstance(wanted, dict) else value == wanted


def _between(rows: Rows, field: str, first: str, last: str) -> Rows:
    """Keep what lies between two days, both included."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        start, end = asked.get(first) or "", asked.get(last) or "9999"
        return [item for item in rows(store, asked) if start <= item[field][:10] <= end]

    return kept


def _overlapping(rows: Rows, start: str, end: str, first: str, last: str) -> Rows:
    """Keep what has a day in common with a period."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since, until = asked.get(first) or "", asked.get(last) or "9999"
        return [item for item in rows(store, asked) if item[end] >= since and item[start] <= until]

    return kept


def _since(rows: Rows, field: str, argument: str) -> Rows:
    """Keep what happened at a moment or after it."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since = asked.get(argument)
        found = rows(store, asked)
        return found if since is None else [item for item in found if item[field] >= since]

    return kept


def _open_since(rows: Rows) -> Rows:
    """Keep incomplete tasks and those completed after ``completed_since``."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since = asked.get("completed_since")
        if since is None:
            return rows(store, asked)
        after = "9999" if since == "now" else since
        return [t for t in rows(store, asked) if not t["completed"] or t["completed_at"] > after]

    return kept


def _tasks(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("section"):
        found = store.found("section_tasks", asked["section"])
    elif asked.get("project"):
        found = store.found("project_tasks", asked["project"])
    elif asked.get("assignee") and asked.get("workspace"):
        found = store.found("user_tasks", asked["assignee"])
    else:
        raise Refusal(
            400, "You should specify one of workspace, project, section: assignee needs workspace"
        )
    return found


def _goals(store: Store, asked: Arguments) -> Iterable[Object]:
    supporter = asked.get("project") or asked.get("task")
    found: Iterable[Object] = store.all("goal")
    if supporter:
        found = [r["supported_goal"] for r in store.found("supported_by", supporter)]
    if asked.get("portfolio"):
        found = []
    if asked.get("team"):
        found = [goal for goal in found if goal["team"] is asked["team"]]
    if asked.get("is_workspace_level") is not None:
        found = [g for g in found if g["is_workspace_level"] == asked["is_workspace_level"]]
    if asked.get("time_periods"):
        wanted = asked["time_periods"].split(",")
        found = [g for g in found if g["time_period"]["gid"] in wanted]
    return found


def _memberships(store: Store, asked: Arguments) -> Iterable[Object]:
    if not asked.get("parent") and not asked.get("member"):
        raise Refusal(400, "parent: Missing input")
    return _all("membership", parent="parent", member="member")(store, asked)


def _entries(store: Store, asked: Arguments) -> Iterable[Object]:
    dated = asked.get("entered_on_start_date") or asked.get("entered_on_end_date")
    scoped = [asked.get(key) for key in ("task", "attributable_to", "portfolio", "user")]
    if asked.get("workspace") and not dated:
        raise Refusal(400, "entered_on_start_date or entered_on_end_date: Missing input")
    if not any(scoped) and not asked.get("workspace"):
        raise Refusal(400, "task, attributable_to, portfolio, user or workspace: Missing input")
    rows = _all(
        "time_tracking_entry", task="task", attributable_to="attributable_to", created_by="user"
    )
    found = _between(rows, "entered_on", "entered_on_start_date", "entered_on_end_date")(
        store, asked
    )
    if asked.get("portfolio"):
        items = store.found("items", asked["portfolio"])
        found = [e for e in found if any(e["attributable_to"] is item for item in items)]
    return found


def _of_category(store: Store, asked: Arguments) -> Iterable[Object]:
    category = asked["time_tracking_category"]
    rows = [e for e in store.all("time_tracking_entry") if category in e["categories"]]
    return _between(lambda *_: rows, "entered_on", "start_date", "end_date")(store, asked)


def _users(store: Store, asked: Arguments) -> Iterable[Object]:
    return store.found("team_users", asked["team"]) if asked.get("team") else store.all("user")


def _by_name(rows: Rows) -> Rows:
    return lambda store, asked: sorted(rows(store, asked), key=lambda item: str(item["name"]))


def _statuses(store: Store, asked: Arguments) -> Iterable[Object]:
    rows = _all("timesheet_approval_status", user="user")
    found = _overlapping(rows, "start_date", "end_date", "from_date", "to_date")(store, asked)
    wanted = (asked.get("approval_statuses") or "").lower().split(",")
    return [s for s in found if wanted == [""] or s["approval_status"].lower() in wanted]


def _audit(store: Store, asked: Arguments) -> Iterable[Object]:
    start, end = asked.get("start_at") or "", asked.get("end_at") or "9999"
    for event in store.all("audit_log_event"):
        if not start <= event["created_at"] < end:
            continue
        if asked.get("event_type") not in (None, event["event_type"]):
            continue
        if asked.get("actor_gid") in (None, event["actor"]["gid"]):
            yield event


def _search_tasks(store: Store, asked: Arguments) -> Iterable[Object]:
    """Find tasks by text, completion, assignee and project: the filters of a first version."""
    text = str(asked.get("text") or "").casefold()
    people = str(asked.get("assignee.any") or "")
    projects = str(asked.get("projects.any") or "")
    found = [
        task
        for task in store.all("task")
        if text in task["name"].casefold()
        and asked.get("completed") in (None, task["completed"])
        and asked.get("resource_subtype") in (None, task["resource_subtype"])
        and (not people or (task["assignee"] and task["assignee"]["gid"] in people.split(",")))
        and (not projects or any(p["gid"] in projects.split(",") for p in task["projects"]))
    ]
    return _sorted(found, asked)


def _search_projects(store: Store, asked: Arguments) -> Iterable[Object]:
    text = str(asked.get("text") or "").casefold()
    found = [project for project in store.all("project") if text in project["name"].casefold()]
    return _sorted(found, asked)


def _sorted(found: list[Object], asked: Arguments) -> list[Object]:
    field = {"due_date": "due_on", "likes": "num_likes", "relevance": "modified_at"}
    key = str(asked.get("sort_by") or "modified_at")
    name = field.get(key, key)
    found.sort(
        key=lambda item: (False, "") if item[name] is None else (True, item[name]),
        reverse=not asked.get("sort_ascending"),
    )
    return found[:100]


def _typeahead(store: Store, asked: Arguments) -> Iterable[Object]:
    kind = asked["resource_type"]
    kinds = ("user", "agent") if kind == "actor" else (kind,)
    text = str(asked.get("query") or "").casefold()
    found = [x for each in kinds for x in store.all(each) if text in x["name"].casefold()]
    return found[: int(asked.get("count") or 20)]


def _favorites(store: Store, asked: Arguments) -> Iterable[Object]:
    return store.all(asked["resource_type"])[:3]


def _custom_types(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("project"):
        return store.found("custom_types", asked["project"])
    return store.all("custom_type")


def _reactions(store: Store, asked: Arguments) -> Iterable[Object]:
    found = store.found("reactions", asked["target"])
    return [reaction for reaction in found if reaction["emoji"] == asked["emoji_base"]]


def _counts(store: Store, asked: Arguments) -> Object:
    tasks = store.found("project_tasks", asked["project"])
    milestones = [task for task in tasks if task["resource_subtype"] == "milestone"]
    made = {}
    for noun, found in (("tasks", tasks), ("milestones", milestones)):
        done = sum(task["completed"] for task in found)
        made[f"num_{noun}"] = len(found)
        made[f"num_incomplete_{noun}"] = len(found) - done
        made[f"num_completed_{noun}"] = done
    return made


def _my_tasks(store: Store, asked: Arguments) -> Object:
    return next(item for item in store.all("user_task_list") if item["owner"] is asked["user"])


def _by_custom_id(store: Store, asked: Arguments) -> Object:
    wanted = asked["custom_id"]
    for task in store.all("task"):
        for entry in task["custom_fields"]:
            if entry["representation_type"] == "custom_id" and entry["display_value"] == wanted:
                return task
    raise Refusal(404, f"custom_id: Not a recognized ID: {wanted}")


LISTS: dict[str, Rows] = {
    "getAccessRequests": _all("access_request", target="target", requester="user"),
    "getAgentsForWorkspace": _all("agent"),
    "getAiStudioRuns": _all("ai_studio_run"),
    "getAiStudioSeats": _all("ai_studio_seat", state="state"),
    "getAllocations": _all("allocation", parent="parent", assignee="assignee"),
    "getAttachmentsForObject": _under("attachments", "parent"),
    "getAuditLogEvents": _audit,
    "getBudgets": _all("budget", parent="parent"),
    "getCustomFieldSettingsForProject": _under("settings", "project"),
    "getCustomFieldSettingsForPortfolio": _under("settings", "portfolio"),
    "getCustomFieldSettingsForGoal": _under("settings", "goal"),
    "getCustomFieldSettingsForTeam": _under("settings", "team"),
    "getCustomFieldsForWorkspace": _all("custom_field"),
    "getCustomTypes": _custom_types,
    "getGoalRelationships": _all(
        "goal_relationship", supported_goal="supported_goal", resource_subtype="resource_subtype"
    ),
    "getGoals": _goals,
    "getParentGoalsForGoal": lambda store, asked: [
        r["supported_goal"] for r in store.found("supported_by", asked["goal"])
    ],
    "getMemberships": _memberships,
    "getOooEntries": _overlapping(
        _all("ooo_entry", user="user"), "start_date", "end_date", "start_date", "end_date"
    ),
    "getPortfolioMemberships": _all("portfolio_membership", portfolio="portfolio", user="user"),
    "getPortfolioMembershipsForPortfolio": _all(
        "portfolio_membership", portfolio="portfolio", user="user"
    ),
    "getPortfolios": _all("portfolio", owner="owner"),
    "getItemsForPortfolio": _under("items", "portfolio"),
    "getProjectMembershipsForProject": _all("project_membership", project="project", user="user"),
    "getProjectPortfolioSettingsForProject": _under("portfolio_settings", "project"),
    "getProjectPortfolioSettingsForPortfolio": _under("portfolio_settings", "portfolio"),
    "getProjectStatusesForProject": _under("statuses", "project"),
    "getProjectTemplates": _all("project_template", team="team"),
    "getProjectTemplatesForTeam": _all("project_template", team="team"),
    "getProjects": _all("project", team="team", archived="archived"),
    "getProjectsForTask": lambda store, asked: asked["task"]["projects"],
    "getProjectsForTeam": _all("project", team="team", archived="archived"),
    "getProjectsForWorkspace": _all("project", archived="archived"),
    "searchProjectsForWorkspace": _search_projects,
    "getRates": _all("rate", parent="parent", resource="resource"),
    "getReactionsOnObject": _reactions,
    "getRoles": _all("role"),
    "getSectionsForProject": _under("sections", "project"),
    "getStatusesForObject": _since(_under("updates", "parent"), "created_at", "created_since"),
    "getStoriesForTask": _since(_under("task_stories", "task"), "created_at", "created_after"),
    "getStoriesForGoal": _since(_under("goal_stories", "goal"), "created_at", "created_after"),
    "getTags": _all("tag"),
    "getTagsForTask": lambda store, asked: asked["task"]["tags"],
    "getTagsForWorkspace": _all("tag"),
    "getTaskTemplates": _all("task_template", project="project"),
    "getTasks": _since(_open_since(_tasks), "modified_at", "modified_since"),
    "getTasksForProject": _open_since(_under("project_tasks", "project")),
    "getTasksForSection": _open_since(_under("section_tasks", "section")),
    "getTasksForTag": _under("tag_tasks", "tag"),
    "getTasksForUserTaskList": _open_since(
        lambda store, asked: store.found("user_tasks", asked["user_task_list"]["owner"])
    ),
    "getSubtasksForTask": _under("subtasks", "task"),
    "getDependenciesForTask": lambda store, asked: asked["task"]["dependencies"],
    "getDependentsForTask": lambda store, asked: asked["task"]["dependents"],
    "searchTasksForWorkspace": _search_tasks,
    "getTeamMemberships": _all("team_membership", team="team", user="user"),
    "getTeamMembershipsForTeam": _all("team_membership", team="team"),
    "getTeamMembershipsForUser": _all("team_membership", user="user"),
    "getTeamsForWorkspace": _all("team"),
    "getTeamsForUser": _under("user_teams", "user"),
    "getTimePeriods": _overlapping(
        _all("time_period"), "start_on", "end_on", "start_on", "end_on"
    ),
    "getTimeTrackingEntriesForTimeTrackingCategory": _of_category,
    "getTimeTrackingCategories": lambda store, asked: [
        category
        for category in store.all("time_tracking_category")
        if category["is_archived"] is bool(asked.get("is_archived"))
    ],
    "getTimeTrackingEntriesForTask": _under("task_entries", "task"),
    "getTimeTrackingEntries": _entries,
    "getTimesheetApprovalStatuses": _statuses,
    "typeaheadForWorkspace": _typeahead,
    "getUsers": _users,
    "getFavoritesForUser": _favorites,
    "getUsersForTeam": _by_name(_under("team_users", "team")),
    "getUsersForWorkspace": _by_name(_all("user")),
    "getWebhooks": _all("webhook", resource="resource"),
    "getWorkspaces": _all("workspace"),
    "getWorkspaceMembershipsForUser": _all("workspace_membership", user="user"),
    "getWorkspaceMembershipsForWorkspace": _all("workspace_membership", user="user"),
}
#: Reads of one object that is not simply the one its path names.
ONES: dict[str, Callable[[Store, Arguments], Object]] = {
    "getTaskCountsForProject": _counts,
    "getUserTaskListForUser": _my_tasks,
    "getTaskForCustomID": _by_custom_id,
    "getUserForWorkspace": lambda store, asked: asked["user"],
}
