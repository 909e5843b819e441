"""Frames in, matplotlib Axes out: nothing is fetched, computed or shown."""

from asana_frames.charts.budgets import budget_burn
from asana_frames.charts.estimating import estimates
from asana_frames.charts.flow import burnup, daily, load, throughput
from asana_frames.charts.gantts import gantt
from asana_frames.charts.goal_times import goal_history, goal_timeline
from asana_frames.charts.goals import goal_progress, goal_tree
from asana_frames.charts.histories import changes, cumulative_flow, section_times
from asana_frames.charts.lead import aging, forecast, lead_times
from asana_frames.charts.portfolios import portfolio, status_timeline
from asana_frames.charts.time_tracking import hours, timesheet
from asana_frames.charts.workload import capacity

__all__ = [
    "aging",
    "budget_burn",
    "burnup",
    "capacity",
    "changes",
    "cumulative_flow",
    "daily",
    "estimates",
    "forecast",
    "gantt",
    "goal_history",
    "goal_progress",
    "goal_timeline",
    "goal_tree",
    "hours",
    "lead_times",
    "load",
    "portfolio",
    "section_times",
    "status_timeline",
    "throughput",
    "timesheet",
]
