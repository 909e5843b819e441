"""Frames in, frames out: pure pandas, no request."""

from asana_frames.rollups.budgets import budget_burn
from asana_frames.rollups.costing import cost
from asana_frames.rollups.entry_table import entries
from asana_frames.rollups.estimating import estimates
from asana_frames.rollups.goal_past import goal_history
from asana_frames.rollups.goal_places import goal_tree
from asana_frames.rollups.goals import goal_progress
from asana_frames.rollups.time_tracking import hours
from asana_frames.rollups.timesheets import approvals, timesheet
from asana_frames.rollups.workload import capacity

__all__ = [
    "approvals",
    "budget_burn",
    "capacity",
    "cost",
    "entries",
    "estimates",
    "goal_history",
    "goal_progress",
    "goal_tree",
    "hours",
    "timesheet",
]
