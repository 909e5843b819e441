"""Frames in, matplotlib Axes out: nothing is fetched, computed or shown."""

from asana_frames.charts.budgets import budget_burn
from asana_frames.charts.estimating import estimates
from asana_frames.charts.goal_times import goal_history, goal_timeline
from asana_frames.charts.goals import goal_progress, goal_tree
from asana_frames.charts.time_tracking import hours, timesheet
from asana_frames.charts.workload import capacity

__all__ = [
    "budget_burn",
    "capacity",
    "estimates",
    "goal_history",
    "goal_progress",
    "goal_timeline",
    "goal_tree",
    "hours",
    "timesheet",
]
