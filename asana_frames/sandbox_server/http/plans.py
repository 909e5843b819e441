"""Plans: operations outside the plan return 402."""

from __future__ import annotations

from typing import Literal

from asana_frames.catalog import Operation
from asana_frames.sandbox_server.core.errors import ApiError

Plan = Literal["free", "starter", "advanced", "enterprise"]

#: Requests a minute.
PER_MINUTE = {"free": 150, "starter": 1_500, "advanced": 1_500, "enterprise": 1_500}
_ORDER = ("free", "starter", "advanced", "enterprise")
#: Resource -> the lowest plan that includes it.
_RESOURCES = {
    "allocations": "advanced",
    "audit_log": "enterprise",
    "ai_studio_usage": "enterprise",
    "budgets": "advanced",
    "custom_field_settings": "starter",
    "custom_fields": "starter",
    "custom_types": "starter",
    "exports": "enterprise",
    "goal_relationships": "advanced",
    "goals": "advanced",
    "organization_exports": "enterprise",
    "portfolio_memberships": "advanced",
    "portfolios": "advanced",
    "project_portfolio_settings": "advanced",
    "project_templates": "starter",
    "rates": "advanced",
    "roles": "enterprise",
    "rules": "starter",
    "task_templates": "starter",
    "time_periods": "advanced",
    "time_tracking_categories": "advanced",
    "time_tracking_entries": "advanced",
    "timesheet_approval_statuses": "advanced",
}
#: Operation -> the lowest plan that includes it.
_OPERATIONS = {
    "searchTasksForWorkspace": "starter",
    "searchProjectsForWorkspace": "starter",
    "getDependenciesForTask": "starter",
    "getDependentsForTask": "starter",
    "addDependenciesForTask": "starter",
    "addDependentsForTask": "starter",
    "removeDependenciesForTask": "starter",
    "removeDependentsForTask": "starter",
    "addCustomFieldSettingForProject": "starter",
    "removeCustomFieldSettingForProject": "starter",
    "getStoriesForGoal": "advanced",
    "createStoryForGoal": "advanced",
    "rollupProject": "advanced",
    "rollupTask": "advanced",
}
#: Plan -> fields that it does not include.
UNPAID = {"free": frozenset(("custom_fields", "custom_field_settings"))}
#: Reads for admins and service accounts only; writes check this themselves.
_FOR_ADMINS = frozenset(("audit_log", "ai_studio_usage"))


def check_plan(operation: Operation, plan: str, *, is_admin: bool) -> None:
    """Refuse operations outside the plan or reserved for admins.

    Parameters
    ----------
    operation
        The requested operation.
    plan
        The workspace's plan.
    is_admin
        Whether the user is an admin.

    Raises
    ------
    Refusal
        402 or 403.
    """
    needed = _OPERATIONS.get(operation.id, _RESOURCES.get(operation.resource, "free"))
    if _ORDER.index(plan) < _ORDER.index(needed):
        if operation.id.startswith("search"):
            raise ApiError(402, "Search is only available to premium users.")
        raise ApiError(402, "This feature is not available on your plan.")
    if operation.resource in _FOR_ADMINS and not is_admin:
        raise ApiError(403, "Only service accounts can do this")
