"""Frames in, frames out: pure pandas, no request."""

from asana_frames.rollups.flow.counts import burnup, daily, load, throughput
from asana_frames.rollups.flow.cumulative_flow import cumulative_flow
from asana_frames.rollups.flow.empty_fields import empty_fields
from asana_frames.rollups.flow.forecast import forecast
from asana_frames.rollups.flow.lead_times import aging, close_times, lead_times
from asana_frames.rollups.flow.on_time import on_time
from asana_frames.rollups.flow.quality import quality
from asana_frames.rollups.goals.history import goal_history
from asana_frames.rollups.goals.progress import goal_progress
from asana_frames.rollups.goals.tree import goal_tree
from asana_frames.rollups.histories.as_of import as_of
from asana_frames.rollups.histories.change_counts import change_counts
from asana_frames.rollups.histories.changes import changes
from asana_frames.rollups.histories.reopenings import reopenings
from asana_frames.rollups.histories.section_times import section_times
from asana_frames.rollups.projects.blocked_times import blocked_times
from asana_frames.rollups.projects.dependencies import dependencies
from asana_frames.rollups.projects.portfolio import portfolio
from asana_frames.rollups.time.approvals import approvals
from asana_frames.rollups.time.billable import billable
from asana_frames.rollups.time.budget_burn import budget_burn
from asana_frames.rollups.time.budget_status import budget_status
from asana_frames.rollups.time.capacity import capacity
from asana_frames.rollups.time.cost import cost
from asana_frames.rollups.time.entries import entries
from asana_frames.rollups.time.estimates import estimates
from asana_frames.rollups.time.hours import hours
from asana_frames.rollups.time.invoice import invoice
from asana_frames.rollups.time.margin import margin
from asana_frames.rollups.time.plan_vs_actual import plan_vs_actual
from asana_frames.rollups.time.timesheet import timesheet

__all__ = [
    "aging",
    "approvals",
    "as_of",
    "billable",
    "blocked_times",
    "budget_burn",
    "budget_status",
    "burnup",
    "capacity",
    "change_counts",
    "changes",
    "close_times",
    "cost",
    "cumulative_flow",
    "daily",
    "dependencies",
    "empty_fields",
    "entries",
    "estimates",
    "forecast",
    "goal_history",
    "goal_progress",
    "goal_tree",
    "hours",
    "invoice",
    "lead_times",
    "load",
    "margin",
    "on_time",
    "plan_vs_actual",
    "portfolio",
    "quality",
    "reopenings",
    "section_times",
    "throughput",
    "timesheet",
]


def __dir__() -> list[str]:
    return sorted(__all__)
