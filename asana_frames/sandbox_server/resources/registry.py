"""All operations and record types of the sandbox, joined from the modules of the resources."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from asana_frames.sandbox_server.core.lists import FindObject, ListRows
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.write_context import Handler
from asana_frames.sandbox_server.resources import (
    access_requests,
    agents,
    ai_studio,
    allocations,
    attachments,
    audit_log,
    budgets_and_rates,
    custom_fields,
    custom_types,
    dependencies,
    exports,
    goals,
    jobs,
    memberships,
    portfolios,
    project_briefs,
    projects,
    reactions,
    roles,
    rules,
    search,
    sections,
    status_updates,
    stories,
    tags,
    tasks,
    teams,
    templates,
    time_periods,
    time_tracking,
    user_task_lists,
    users,
    webhooks,
    workspaces,
)

#: Every module that serves operations or shapes records.
MODULES: tuple[ModuleType, ...] = (
    access_requests,
    agents,
    ai_studio,
    allocations,
    attachments,
    audit_log,
    budgets_and_rates,
    custom_fields,
    custom_types,
    dependencies,
    exports,
    goals,
    jobs,
    memberships,
    portfolios,
    project_briefs,
    projects,
    reactions,
    roles,
    rules,
    search,
    sections,
    status_updates,
    stories,
    tags,
    tasks,
    teams,
    templates,
    time_periods,
    time_tracking,
    user_task_lists,
    users,
    webhooks,
    workspaces,
)


def _join_tables(name: str) -> dict[str, Any]:
    """Join the tables of a name that modules declare; no key may stand in two of them."""
    joined: dict[str, Any] = {}
    for module in MODULES:
        table: dict[str, Any] = getattr(module, name, {})
        repeated = joined.keys() & table.keys()
        assert not repeated, f"{module.__name__} declares {repeated}, as another module does"
        joined |= table
    return joined


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = _join_tables("LISTS")
#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = _join_tables("OBJECTS")
#: Write operations -> their handlers.
WRITES: dict[str, Handler] = _join_tables("WRITES")
#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = _join_tables("SHAPES")
