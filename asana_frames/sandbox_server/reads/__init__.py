"""What every read of the API answers: one row per operation."""

from __future__ import annotations

from asana_frames.sandbox_server.reads.budgets import add_budget_values, list_budgets
from asana_frames.sandbox_server.reads.lists import LISTS as _LISTS
from asana_frames.sandbox_server.reads.lists import Arguments, ListRows
from asana_frames.sandbox_server.reads.ones import ONES
from asana_frames.sandbox_server.reads.search import search_projects, search_tasks, typeahead

LISTS: dict[str, ListRows] = {
    **_LISTS,
    "getBudgets": list_budgets,
    "searchProjectsForWorkspace": search_projects,
    "searchTasksForWorkspace": search_tasks,
    "typeaheadForWorkspace": typeahead,
}
__all__ = ["LISTS", "ONES", "Arguments", "add_budget_values"]
