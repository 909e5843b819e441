"""What every read of the API answers: one row per operation."""

from __future__ import annotations

from asana_frames.sandbox_server.reads.budgets import added_up, budgets_of
from asana_frames.sandbox_server.reads.lists import LISTS as _LISTS
from asana_frames.sandbox_server.reads.lists import Arguments, Rows
from asana_frames.sandbox_server.reads.ones import ONES
from asana_frames.sandbox_server.reads.search import search_projects, search_tasks, typeahead

LISTS: dict[str, Rows] = {
    **_LISTS,
    "getBudgets": budgets_of,
    "searchProjectsForWorkspace": search_projects,
    "searchTasksForWorkspace": search_tasks,
    "typeaheadForWorkspace": typeahead,
}
__all__ = ["LISTS", "ONES", "Arguments", "added_up"]
