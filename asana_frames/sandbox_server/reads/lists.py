"""Which objects answer which list: one row per operation."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.goal_progress import list_reachable
from asana_frames.sandbox_server.core.store import Object, Store

#: Arguments of a request: gids already looked up where they name objects.
Arguments = dict[str, Any]
ListRows = Callable[[Store, Arguments], Iterable[Object]]


def list_related(kind: str, argument: str) -> ListRows:
    """List what is found under the object that an argument names."""
    return lambda store, asked: store.related(kind, asked[argument])


def list_field(argument: str, field: str) -> ListRows:
    """List what a field of the object that an argument names holds."""
    return lambda store, asked: asked[argument][field]


def list_all(kind: str, **filters: str) -> ListRows:
    """List the objects of a kind whose fields are what the arguments ask for."""

    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        owners = (asked.get(argument) for argument in filters.values())
        for owner in owners:
            # Looking at one division is enough where a person or project is asked about.
            if isinstance(owner, dict) and owner.get("resource_type") in ("user", "project"):
                return store.all_near(kind, owner)
        return store.all(kind)

    return _filter_rows(rows, filters)


def _filter_rows(rows: ListRows, filters: dict[str, str]) -> ListRows:
    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        found: Iterable[Object] = rows(store, asked)
        for field, argument in filters.items():
            wanted = asked.get(argument)
            if wanted is not None:
                found = _matching(found, field, wanted)
        return found

    return kept


def _matching(found: Iterable[Object], field: str, wanted: Any) -> Iterable[Object]:
    return (item for item in found if _is_match(item.get(field), wanted))


def _is_match(value: Any, wanted: Any) -> bool:
    return value is wanted if isinstance(wanted, dict) else value == wanted


def filter_between(rows: ListRows, field: str, first: str, last: str) -> ListRows:
    """Keep what lies between two days, both included."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        start, end = asked.get(first) or "", asked.get(last) or "9999"
        return (item for item in rows(store, asked) if start <= item[field][:10] <= end)

    return kept


def filter_overlapping(rows: ListRows, start: str, end: str, first: str, last: str) -> ListRows:
    """Keep what has a day in common with a period."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since, until = asked.get(first) or "", asked.get(last) or "9999"
        found = rows(store, asked)
        return (item for item in found if item[end] >= since and item[start] <= until)

    return kept


def filter_since(rows: ListRows, field: str, argument: str) -> ListRows:
    """Keep what happened at a moment or after it."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since = asked.get(argument)
        found = rows(store, asked)
        return found if since is None else [item for item in found if item[field] >= since]

    return kept


def filter_open_since(rows: ListRows) -> ListRows:
    """Keep incomplete tasks and those completed after ``completed_since``."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since = asked.get("completed_since")
        if since is None:
            return rows(store, asked)
        after = "9999" if since == "now" else since
        return [t for t in rows(store, asked) if not t["completed"] or t["completed_at"] > after]

    return kept


def filter_custom_type(rows: ListRows) -> ListRows:
    """Keep what has the custom type that is asked for."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        return _matching_argument(rows(store, asked), "custom_type", asked)

    return kept


def list_project_tasks(store: Store, asked: Arguments) -> Iterable[Object]:
    """List the tasks of a project as it shows them: section by section."""
    sections = store.related("sections", asked["project"])
    return [task for section in sections for task in store.related("section_tasks", section)]


def _list_tasks(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("section"):
        found = store.related("section_tasks", asked["section"])
    elif asked.get("project"):
        found = list_project_tasks(store, asked)
    elif asked.get("assignee") and asked.get("workspace"):
        found = store.related("user_tasks", asked["assignee"])
    else:
        raise ApiError(
            400, "You should specify one of workspace, project, section: assignee needs workspace"
        )
    return found


def _list_goals(store: Store, asked: Arguments) -> Iterable[Object]:
    supporters = [asked[key] for key in ("portfolio", "project", "task") if asked.get(key)]
    if not supporters and not asked.get("team") and not asked.get("workspace"):
        raise ApiError(400, "workspace: Missing input")
    found: Iterable[Object] = store.all("goal")
    for supporter in supporters:
        found = [link["supported_goal"] for link in store.related("supported_by", supporter)]
    if asked.get("team"):
        found = [goal for goal in found if goal["team"] is asked["team"]]
    if asked.get("is_workspace_level") is not None and not asked.get("workspace"):
        raise ApiError(400, "is_workspace_level: Needs workspace")
    if asked.get("is_workspace_level") is not None:
        found = [g for g in found if g["is_workspace_level"] == asked["is_workspace_level"]]
    if asked.get("time_periods"):
        wanted = asked["time_periods"].split(",")
        found = [g for g in found if g["time_period"] and g["time_period"]["gid"] in wanted]
    return found


def _list_memberships(store: Store, asked: Arguments) -> Iterable[Object]:
    member, subtype = asked.get("member"), asked.get("resource_subtype")
    of_team = member is not None and member["resource_type"] == "team"
    if not asked.get("parent") and not (of_team and subtype == "project_membership"):
        raise ApiError(400, "parent: Missing input")
    rows = list_all(
        "membership", parent="parent", member="member", resource_subtype="resource_subtype"
    )
    return rows(store, asked)


def _list_entries(store: Store, asked: Arguments) -> Iterable[Object]:
    dated = asked.get("entered_on_start_date") or asked.get("entered_on_end_date")
    scoped = [asked.get(key) for key in ("task", "attributable_to", "portfolio", "user")]
    if asked.get("workspace") and not dated:
        raise ApiError(400, "entered_on_start_date or entered_on_end_date: Missing input")
    if not any(scoped) and not asked.get("workspace"):
        raise ApiError(400, "task, attributable_to, portfolio, user or workspace: Missing input")
    if asked.get("task"):
        # A task knows its own: the others need not be looked through.
        rows = _filter_rows(list_related("task_entries", "task"), _ENTRY_FILTERS)
    else:
        rows = list_all("time_tracking_entry", **_ENTRY_FILTERS)
    found = filter_between(rows, "entered_on", "entered_on_start_date", "entered_on_end_date")(
        store, asked
    )
    sheet = asked.get("timesheet_approval_status")
    if sheet:
        found = (e for e in found if sheet["start_date"] <= e["entered_on"] <= sheet["end_date"])
        found = (entry for entry in found if entry["created_by"] is sheet["user"])
    if asked.get("portfolio"):
        inside = {item["gid"] for item in _list_projects_inside(store, asked["portfolio"])}
        found = (
            e for e in found if e["attributable_to"] and e["attributable_to"]["gid"] in inside
        )
    return found


_ENTRY_FILTERS = {"attributable_to": "attributable_to", "created_by": "user"}


def _list_projects_inside(store: Store, portfolio: Object) -> Iterable[Object]:
    items = list_reachable(portfolio, lambda item: store.related("items", item))
    return (item for item in items if item["resource_type"] == "project")


def _list_stories_of(target: str) -> ListRows:
    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        told = filter_since(
            list_related(f"{target}_stories", target), "created_at", "created_after"
        )
        found = list(_matching_argument(told(store, asked), "resource_subtype", asked))
        return found[::-1] if asked.get("sort_ascending") is False else found

    return rows


def _matching_argument(found: Iterable[Object], field: str, asked: Arguments) -> Iterable[Object]:
    wanted = asked.get(field)
    return found if wanted is None else _matching(found, field, wanted)


def _list_category_entries(store: Store, asked: Arguments) -> Iterable[Object]:
    category = asked["time_tracking_category"]

    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        entries = store.all("time_tracking_entry")
        return (e for e in entries if any(category is c for c in e["categories"]))

    return filter_between(rows, "entered_on", "start_date", "end_date")(store, asked)


def _list_users(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("team"):
        return store.related("team_users", asked["team"])
    return (person for person in store.all("user") if person["workspaces"])


def _sort_by_name(rows: ListRows) -> ListRows:
    return lambda store, asked: sorted(rows(store, asked), key=lambda item: str(item["name"]))


def _list_timesheets(store: Store, asked: Arguments) -> Iterable[Object]:
    rows = list_all("timesheet_approval_status", user="user")
    found = filter_overlapping(rows, "start_date", "end_date", "from_date", "to_date")(
        store, asked
    )
    wanted = (asked.get("approval_statuses") or "").lower().split(",")
    return [s for s in found if wanted == [""] or s["approval_status"].lower() in wanted]


def _list_audit_events(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("actor_type") and asked.get("actor_gid"):
        raise ApiError(400, "You may only provide one of actor_type or actor_gid")
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


def _list_favorites(store: Store, asked: Arguments) -> Iterable[Object]:
    return itertools.islice(store.all(asked["resource_type"]), 3)


def _list_allocations(store: Store, asked: Arguments) -> Iterable[Object]:
    if not any(asked.get(key) for key in ("parent", "assignee", "workspace")):
        raise ApiError(400, "parent: Missing input")
    return list_all("allocation", parent="parent", assignee="assignee")(store, asked)


def _list_team_memberships(store: Store, asked: Arguments) -> Iterable[Object]:
    if not asked.get("team") and not (asked.get("user") and asked.get("workspace")):
        raise ApiError(400, "You should specify one of team, or user and workspace")
    return list_all("team_membership", team="team", user="user")(store, asked)


def _list_portfolio_memberships(store: Store, asked: Arguments) -> Iterable[Object]:
    if not asked.get("portfolio") and not (asked.get("user") and asked.get("workspace")):
        raise ApiError(400, "You should specify one of portfolio, or user and workspace")
    return list_all("portfolio_membership", portfolio="portfolio", user="user")(store, asked)


def _list_rates(store: Store, asked: Arguments) -> Iterable[Object]:
    if not asked.get("parent"):
        raise ApiError(400, "parent: Missing input")
    return list_all("rate", parent="parent", resource="resource")(store, asked)


def _list_access_requests(store: Store, asked: Arguments) -> Iterable[Object]:
    rows = list_all("access_request", target="target", requester="user")(store, asked)
    return (request for request in rows if request["approval_status"] == "pending")


def _list_custom_types(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("project"):
        return store.related("custom_types", asked["project"])
    if not asked.get("workspace"):
        raise ApiError(400, "project: Missing input")
    return store.all("custom_type")


def _list_reactions(store: Store, asked: Arguments) -> Iterable[Object]:
    found = store.related("reactions", asked["target"])
    return [reaction for reaction in found if reaction["emoji"] == asked["emoji_base"]]


LISTS: dict[str, ListRows] = {
    "getAccessRequests": _list_access_requests,
    "getAgentsForWorkspace": list_all("agent"),
    "getAiStudioRuns": list_all("ai_studio_run"),
    "getAiStudioSeats": list_all("ai_studio_seat", state="state"),
    "getAllocations": _list_allocations,
    "getAttachmentsForObject": list_related("attachments", "parent"),
    "getAuditLogEvents": _list_audit_events,
    "getCustomFieldSettingsForProject": list_field("project", "custom_field_settings"),
    "getCustomFieldSettingsForPortfolio": list_field("portfolio", "custom_field_settings"),
    "getCustomFieldSettingsForGoal": list_field("goal", "custom_field_settings"),
    "getCustomFieldSettingsForTeam": list_field("team", "_settings"),
    "getCustomFieldsForWorkspace": list_all("custom_field"),
    "getCustomTypes": _list_custom_types,
    "getGoalRelationships": list_all(
        "goal_relationship", supported_goal="supported_goal", resource_subtype="resource_subtype"
    ),
    "getGoals": _list_goals,
    "getParentGoalsForGoal": lambda store, asked: [
        r["supported_goal"] for r in store.related("supported_by", asked["goal"])
    ],
    "getMemberships": _list_memberships,
    "getOooEntries": filter_overlapping(
        list_all("ooo_entry", user="user"), "start_date", "end_date", "start_date", "end_date"
    ),
    "getPortfolioMemberships": _list_portfolio_memberships,
    "getPortfolioMembershipsForPortfolio": list_all(
        "portfolio_membership", portfolio="portfolio", user="user"
    ),
    "getPortfolios": filter_custom_type(list_all("portfolio", owner="owner")),
    "getItemsForPortfolio": list_related("items", "portfolio"),
    "getProjectMembershipsForProject": list_all(
        "project_membership", project="project", user="user"
    ),
    "getProjectPortfolioSettingsForProject": list_related("portfolio_settings", "project"),
    "getProjectPortfolioSettingsForPortfolio": list_related("portfolio_settings", "portfolio"),
    "getProjectStatusesForProject": list_related("statuses", "project"),
    "getProjectTemplates": list_all("project_template", team="team"),
    "getProjectTemplatesForTeam": list_all("project_template", team="team"),
    "getProjects": filter_custom_type(list_all("project", team="team", archived="archived")),
    "getProjectsForTask": list_field("task", "projects"),
    "getProjectsForTeam": list_all("project", team="team", archived="archived"),
    "getProjectsForWorkspace": list_all("project", archived="archived"),
    "getRates": _list_rates,
    "getReactionsOnObject": _list_reactions,
    "getRoles": list_all("role"),
    "getSectionsForProject": list_related("sections", "project"),
    "getStatusesForObject": filter_since(
        list_related("updates", "parent"), "created_at", "created_since"
    ),
    "getStoriesForTask": _list_stories_of("task"),
    "getStoriesForGoal": _list_stories_of("goal"),
    "getTags": list_all("tag"),
    "getTagsForTask": list_field("task", "tags"),
    "getTagsForWorkspace": list_all("tag"),
    "getTaskTemplates": list_all("task_template", project="project"),
    "getTasks": filter_custom_type(
        filter_since(filter_open_since(_list_tasks), "modified_at", "modified_since")
    ),
    "getTasksForProject": filter_open_since(list_project_tasks),
    "getTasksForSection": filter_open_since(list_related("section_tasks", "section")),
    "getTasksForTag": list_related("tag_tasks", "tag"),
    "getTasksForUserTaskList": filter_open_since(
        lambda store, asked: store.related("user_tasks", asked["user_task_list"]["owner"])
    ),
    "getSubtasksForTask": list_related("subtasks", "task"),
    "getDependenciesForTask": list_field("task", "dependencies"),
    "getDependentsForTask": list_field("task", "dependents"),
    "getTeamMemberships": _list_team_memberships,
    "getTeamMembershipsForTeam": list_all("team_membership", team="team"),
    "getTeamMembershipsForUser": list_all("team_membership", user="user"),
    "getTeamsForWorkspace": list_all("team"),
    "getTeamsForUser": list_related("user_teams", "user"),
    "getTimePeriods": filter_overlapping(
        list_all("time_period"), "start_on", "end_on", "start_on", "end_on"
    ),
    "getTimeTrackingEntriesForTimeTrackingCategory": _list_category_entries,
    "getTimeTrackingCategories": lambda store, asked: [
        category
        for category in store.all("time_tracking_category")
        if category["is_archived"] is bool(asked.get("is_archived"))
    ],
    "getTimeTrackingEntriesForTask": list_related("task_entries", "task"),
    "getTimeTrackingEntries": _list_entries,
    "getTimesheetApprovalStatuses": _list_timesheets,
    "getUsers": _list_users,
    "getFavoritesForUser": _list_favorites,
    "getUsersForTeam": _sort_by_name(list_related("team_users", "team")),
    "getUsersForWorkspace": _sort_by_name(_list_users),
    "getWebhooks": list_all("webhook", resource="resource"),
    "getWorkspaces": list_all("workspace"),
    "getWorkspaceMembershipsForUser": list_all("workspace_membership", user="user"),
    "getWorkspaceMembershipsForWorkspace": list_all("workspace_membership", user="user"),
}
#: Reads of one object that is not simply the one its path names.
