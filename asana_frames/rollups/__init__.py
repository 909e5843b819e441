"""Frames in, frames out: pure pandas, no request."""

from asana_frames.rollups.budgets import budget_burn
from asana_frames.rollups.change_history import change_counts, changes
from asana_frames.rollups.costing import cost
from asana_frames.rollups.entry_table import entries
from asana_frames.rollups.estimating import estimates
from asana_frames.rollups.flow import burnup, daily, load, throughput
from asana_frames.rollups.goal_past import goal_history
from asana_frames.rollups.goal_places import goal_tree
from asana_frames.rollups.goals import goal_progress
from asana_frames.rollups.lead import aging, close_times, lead_times
from asana_frames.rollups.network import dependencies
from asana_frames.rollups.point_in_time import as_of
from asana_frames.rollups.portfolios import portfolio
from asana_frames.rollups.section_history import cumulative_flow, section_times
from asana_frames.rollups.simulation import forecast
from asana_frames.rollups.tidiness import empty_fields, quality
from asana_frames.rollups.time_tracking import hours
from asana_frames.rollups.timesheets import approvals, timesheet
from asana_frames.rollups.workload import capacity

__all__ = [
    "aging",
    "approvals",
    "as_of",
    "budget_burn",
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
    "lead_times",
    "load",
    "portfolio",
    "quality",
    "section_times",
    "throughput",
    "timesheet",
]
