"""Which objects answer which list: one row per operation."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from asana_frames.sandbox_server.errors import Refusal
from asana_frames.sandbox_server.progress import reached
from asana_frames.sandbox_server.store import Object, Store

#: Arguments of a request: gids already looked up where they name objects.
Arguments = dict[str, Any]
Rows = Callable[[Store, Arguments], Iterable[Object]]


def _under(kind: str, argument: str) -> Rows:
    """List what is found under the object that an argument names."""
    return lambda store, asked: store.found(kind, asked[argument])


def _field(argument: str, field: str) -> Rows:
    """List what a field of the object that an argument names holds."""
    return lambda store, asked: asked[argument][field]


def _all(kind: str, **filters: str) -> Rows:
    """List the objects of a kind whose fields are what the arguments ask for."""

    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        owners = (asked.get(argument) for argument in filters.values())
        for owner in owners:
            # Looking at one division is enough where a person or project is asked about.
            if isinstance(owner, dict) and owner.get("resource_type") in ("user", "project"):
                return store.near(kind, owner)
        return store.all(kind)

    return _filtered(rows, filters)


def _filtered(rows: Rows, filters: dict[str, str]) -> Rows:
    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        found: Iterable[Object] = rows(store, asked)
        for field, argument in filters.items():
            wanted = asked.get(argument)
            if wanted is not None:
                found = _only(found, field, wanted)
        return found

    return kept


def _only(found: Iterable[Object], field: str, wanted: Any) -> Iterable[Object]:
    return (item for item in found if _is(item.get(field), wanted))


def _is(value: Any, wanted: Any) -> bool:
    return value is wanted if isinstance(wanted, dict) else value == wanted


def _between(rows: Rows, field: str, first: str, last: str) -> Rows:
    """Keep what lies between two days, both included."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        start, end = asked.get(first) or "", asked.get(last) or "9999"
        return (item for item in rows(store, asked) if start <= item[field][:10] <= end)

    return kept


def _overlapping(rows: Rows, start: str, end: str, first: str, last: str) -> Rows:
    """Keep what has a day in common with a period."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since, until = asked.get(first) or "", asked.get(last) or "9999"
        found = rows(store, asked)
        return (item for item in found if item[end] >= since and item[start] <= until)

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


def _of_type(rows: Rows) -> Rows:
    """Keep what has the custom type that is asked for."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        return _only_of(rows(store, asked), "custom_type", asked)

    return kept


def _in_order(store: Store, asked: Arguments) -> Iterable[Object]:
    """List the tasks of a project as it shows them: section by section."""
    sections = store.found("sections", asked["project"])
    return [task for section in sections for task in store.found("section_tasks", section)]


def _tasks(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("section"):
        found = store.found("section_tasks", asked["section"])
    elif asked.get("project"):
        found = _in_order(store, asked)
    elif asked.get("assignee") and asked.get("workspace"):
        found = store.found("user_tasks", asked["assignee"])
    else:
        raise Refusal(
            400, "You should specify one of workspace, project, section: assignee needs workspace"
        )
    return found


def _goals(store: Store, asked: Arguments) -> Iterable[Object]:
    supporters = [asked[key] for key in ("portfolio", "project", "task") if asked.get(key)]
    if not supporters and not asked.get("team") and not asked.get("workspace"):
        raise Refusal(400, "workspace: Missing input")
    found: Iterable[Object] = store.all("goal")
    for supporter in supporters:
        found = [link["supported_goal"] for link in store.found("supported_by", supporter)]
    if asked.get("team"):
        found = [goal for goal in found if goal["team"] is asked["team"]]
    if asked.get("is_workspace_level") is not None and not asked.get("workspace"):
        raise Refusal(400, "is_workspace_level: Needs workspace")
    if asked.get("is_workspace_level") is not None:
        found = [g for g in found if g["is_workspace_level"] == asked["is_workspace_level"]]
    if asked.get("time_periods"):
        wanted = asked["time_periods"].split(",")
        found = [g for g in found if g["time_period"] and g["time_period"]["gid"] in wanted]
    return found


def _memberships(store: Store, asked: Arguments) -> Iterable[Object]:
    member, subtype = asked.get("member"), asked.get("resource_subtype")
    of_team = member is not None and member["resource_type"] == "team"
    if not asked.get("parent") and not (of_team and subtype == "project_membership"):
        raise Refusal(400, "parent: Missing input")
    rows = _all(
        "membership", parent="parent", member="member", resource_subtype="resource_subtype"
    )
    return rows(store, asked)


def _entries(store: Store, asked: Arguments) -> Iterable[Object]:
    dated = asked.get("entered_on_start_date") or asked.get("entered_on_end_date")
    scoped = [asked.get(key) for key in ("task", "attributable_to", "portfolio", "user")]
    if asked.get("workspace") and not dated:
        raise Refusal(400, "entered_on_start_date or entered_on_end_date: Missing input")
    if not any(scoped) and not asked.get("workspace"):
        raise Refusal(400, "task, attributable_to, portfolio, user or workspace: Missing input")
    if asked.get("task"):
        # A task knows its own: the others need not be looked through.
        rows = _filtered(_under("task_entries", "task"), _OF_ENTRY)
    else:
        rows = _all("time_tracking_entry", **_OF_ENTRY)
    found = _between(rows, "entered_on", "entered_on_start_date", "entered_on_end_date")(
        store, asked
    )
    sheet = asked.get("timesheet_approval_status")
    if sheet:
        found = (e for e in found if sheet["start_date"] <= e["entered_on"] <= sheet["end_date"])
        found = (entry for entry in found if entry["created_by"] is sheet["user"])
    if asked.get("portfolio"):
        inside = {item["gid"] for item in _projects_in(store, asked["portfolio"])}
        found = (
            e for e in found if e["attributable_to"] and e["attributable_to"]["gid"] in inside
        )
    return found


_OF_ENTRY = {"attributable_to": "attributable_to", "created_by": "user"}


def _projects_in(store: Store, portfolio: Object) -> Iterable[Object]:
    items = reached(portfolio, lambda item: store.found("items", item))
    return (item for item in items if item["resource_type"] == "project")


def _stories(target: str) -> Rows:
    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        told = _since(_under(f"{target}_stories", target), "created_at", "created_after")
        found = list(_only_of(told(store, asked), "resource_subtype", asked))
        return found[::-1] if asked.get("sort_ascending") is False else found

    return rows


def _only_of(found: Iterable[Object], field: str, asked: Arguments) -> Iterable[Object]:
    wanted = asked.get(field)
    return found if wanted is None else _only(found, field, wanted)


def _of_category(store: Store, asked: Arguments) -> Iterable[Object]:
    category = asked["time_tracking_category"]

    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        entries = store.all("time_tracking_entry")
        return (e for e in entries if any(category is c for c in e["categories"]))

    return _between(rows, "entered_on", "start_date", "end_date")(store, asked)


def _users(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("team"):
        return store.found("team_users", asked["team"])
    return (person for person in store.all("user") if person["workspaces"])


def _by_name(rows: Rows) -> Rows:
    return lambda store, asked: sorted(rows(store, asked), key=lambda item: str(item["name"]))


def _statuses(store: Store, asked: Arguments) -> Iterable[Object]:
    rows = _all("timesheet_approval_status", user="user")
    found = _overlapping(rows, "start_date", "end_date", "from_date", "to_date")(store, asked)
    wanted = (asked.get("approval_statuses") or "").lower().split(",")
    return [s for s in found if wanted == [""] or s["approval_status"].lower() in wanted]


def _audit(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("actor_type") and asked.get("actor_gid"):
        raise Refusal(400, "You may only provide one of actor_type or actor_gid")
    start, end = asked.get("start_at") or "", asked.get("end_at") or "9999"
    wanted: dict[str, Callable[[Object], Any]] = {
        "event_type": lambda event: event["event_type"],
        "actor_type": lambda event: event["actor"]["actor_type"],
        "actor_gid": lambda event: event["actor"]["gid"],
        "resource_gid": lambda event: event["resource"]["gid"],
    }
    for event in store.all("audit_log_event"):
        if start <= event["created_at"] < end and all(
            asked.get(name) in (None, find(event)) for name, find in wanted.items()
        ):
            yield event


def _favorites(store: Store, asked: Arguments) -> Iterable[Object]:
    return itertools.islice(store.all(asked["resource_type"]), 3)


def _allocations(store: Store, asked: Arguments) -> Iterable[Object]:
    if not any(asked.get(key) for key in ("parent", "assignee", "workspace")):
        raise Refusal(400, "parent: Missing input")
    return _all("allocation", parent="parent", assignee="assignee")(store, asked)


def _team_memberships(store: Store, asked: Arguments) -> Iterable[Object]:
    if not asked.get("team") and not (asked.get("user") and asked.get("workspace")):
        raise Refusal(400, "You should specify one of team, or user and workspace")
    return _all("team_membership", team="team", user="user")(store, asked)


def _portfolio_memberships(store: Store, asked: Arguments) -> Iterable[Object]:
    if not asked.get("portfolio") and not (asked.get("user") and asked.get("workspace")):
        raise Refusal(400, "You should specify one of portfolio, or user and workspace")
    return _all("portfolio_membership", portfolio="portfolio", user="user")(store, asked)


def _rates(store: Store, asked: Arguments) -> Iterable[Object]:
    if not asked.get("parent"):
        raise Refusal(400, "parent: Missing input")
    return _all("rate", parent="parent", resource="resource")(store, asked)


def _access_requests(store: Store, asked: Arguments) -> Iterable[Object]:
    rows = _all("access_request", target="target", requester="user")(store, asked)
    return (request for request in rows if request["approval_status"] == "pending")


def _custom_types(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("project"):
        return store.found("custom_types", asked["project"])
    if not asked.get("workspace"):
        raise Refusal(400, "project: Missing input")
    return store.all("custom_type")


def _reactions(store: Store, asked: Arguments) -> Iterable[Object]:
    found = store.found("reactions", asked["target"])
    return [reaction for reaction in found if reaction["emoji"] == asked["emoji_base"]]


LISTS: dict[str, Rows] = {
    "getAccessRequests": _access_requests,
    "getAgentsForWorkspace": _all("agent"),
    "getAiStudioRuns": _all("ai_studio_run"),
    "getAiStudioSeats": _all("ai_studio_seat", state="state"),
    "getAllocations": _allocations,
    "getAttachmentsForObject": _under("attachments", "parent"),
    "getAuditLogEvents": _audit,
    "getCustomFieldSettingsForProject": _field("project", "custom_field_settings"),
    "getCustomFieldSettingsForPortfolio": _field("portfolio", "custom_field_settings"),
    "getCustomFieldSettingsForGoal": _field("goal", "custom_field_settings"),
    "getCustomFieldSettingsForTeam": _field("team", "_settings"),
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
    "getPortfolioMemberships": _portfolio_memberships,
    "getPortfolioMembershipsForPortfolio": _all(
        "portfolio_membership", portfolio="portfolio", user="user"
    ),
    "getPortfolios": _of_type(_all("portfolio", owner="owner")),
    "getItemsForPortfolio": _under("items", "portfolio"),
    "getProjectMembershipsForProject": _all("project_membership", project="project", user="user"),
    "getProjectPortfolioSettingsForProject": _under("portfolio_settings", "project"),
    "getProjectPortfolioSettingsForPortfolio": _under("portfolio_settings", "portfolio"),
    "getProjectStatusesForProject": _under("statuses", "project"),
    "getProjectTemplates": _all("project_template", team="team"),
    "getProjectTemplatesForTeam": _all("project_template", team="team"),
    "getProjects": _of_type(_all("project", team="team", archived="archived")),
    "getProjectsForTask": _field("task", "projects"),
    "getProjectsForTeam": _all("project", team="team", archived="archived"),
    "getProjectsForWorkspace": _all("project", archived="archived"),
    "getRates": _rates,
    "getReactionsOnObject": _reactions,
    "getRoles": _all("role"),
    "getSectionsForProject": _under("sections", "project"),
    "getStatusesForObject": _since(_under("updates", "parent"), "created_at", "created_since"),
    "getStoriesForTask": _stories("task"),
    "getStoriesForGoal": _stories("goal"),
    "getTags": _all("tag"),
    "getTagsForTask": _field("task", "tags"),
    "getTagsForWorkspace": _all("tag"),
    "getTaskTemplates": _all("task_template", project="project"),
    "getTasks": _of_type(_since(_open_since(_tasks), "modified_at", "modified_since")),
    "getTasksForProject": _open_since(_in_order),
    "getTasksForSection": _open_since(_under("section_tasks", "section")),
    "getTasksForTag": _under("tag_tasks", "tag"),
    "getTasksForUserTaskList": _open_since(
        lambda store, asked: store.found("user_tasks", asked["user_task_list"]["owner"])
    ),
    "getSubtasksForTask": _under("subtasks", "task"),
    "getDependenciesForTask": _field("task", "dependencies"),
    "getDependentsForTask": _field("task", "dependents"),
    "getTeamMemberships": _team_memberships,
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
    "getUsers": _users,
    "getFavoritesForUser": _favorites,
    "getUsersForTeam": _by_name(_under("team_users", "team")),
    "getUsersForWorkspace": _by_name(_users),
    "getWebhooks": _all("webhook", resource="resource"),
    "getWorkspaces": _all("workspace"),
    "getWorkspaceMembershipsForUser": _all("workspace_membership", user="user"),
    "getWorkspaceMembershipsForWorkspace": _all("workspace_membership", user="user"),
}
#: Reads of one object that is not simply the one its path names.
