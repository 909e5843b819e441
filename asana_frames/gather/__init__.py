"""Reads that combine several requests: whole workspaces, trees, histories, report tables."""

from __future__ import annotations

from asana_frames.gather.all_tasks import all_tasks
from asana_frames.gather.events import events
from asana_frames.gather.flow_report import flow_report
from asana_frames.gather.goals_report import goals_report
from asana_frames.gather.hours_report import hours_report
from asana_frames.gather.money_report import money_report
from asana_frames.gather.portfolio_items import portfolio_items
from asana_frames.gather.projects_report import projects_report
from asana_frames.gather.resource import resource
from asana_frames.gather.search import search
from asana_frames.gather.stories import stories
from asana_frames.gather.subtasks import subtasks
from asana_frames.gather.time_entries import time_entries
from asana_frames.gather.timesheets_report import timesheets_report
from asana_frames.gather.tracked_tasks import tracked_tasks

__all__ = [
    "all_tasks",
    "events",
    "flow_report",
    "goals_report",
    "hours_report",
    "money_report",
    "portfolio_items",
    "projects_report",
    "resource",
    "search",
    "stories",
    "subtasks",
    "time_entries",
    "timesheets_report",
    "tracked_tasks",
]


def __dir__() -> list[str]:
    return sorted(__all__)
