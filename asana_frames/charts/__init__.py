"""Frames in, matplotlib Axes out: nothing is fetched, computed or shown."""

from asana_frames.charts.flow.aging import aging
from asana_frames.charts.flow.aging_wip import aging_wip
from asana_frames.charts.flow.backtest import backtest
from asana_frames.charts.flow.burndown import burndown
from asana_frames.charts.flow.burnup import burnup
from asana_frames.charts.flow.control_chart import control_chart
from asana_frames.charts.flow.cumulative_flow import cumulative_flow
from asana_frames.charts.flow.cycle_times import cycle_times
from asana_frames.charts.flow.daily import daily
from asana_frames.charts.flow.forecast import forecast
from asana_frames.charts.flow.lead_times import lead_times
from asana_frames.charts.flow.load import load
from asana_frames.charts.flow.on_time import on_time
from asana_frames.charts.flow.reopenings import reopenings
from asana_frames.charts.flow.throughput import throughput
from asana_frames.charts.flow.velocity import velocity
from asana_frames.charts.flow.wip import wip
from asana_frames.charts.goals.drivers import goal_drivers
from asana_frames.charts.goals.forecast import goal_forecast
from asana_frames.charts.goals.history import goal_history
from asana_frames.charts.goals.progress import goal_progress
from asana_frames.charts.goals.scorecard import scorecard
from asana_frames.charts.goals.timeline import goal_timeline
from asana_frames.charts.goals.tree import goal_tree
from asana_frames.charts.histories.changes import changes
from asana_frames.charts.histories.section_times import section_times
from asana_frames.charts.projects.blocked_times import blocked_times
from asana_frames.charts.projects.gantt import gantt
from asana_frames.charts.projects.portfolio import portfolio
from asana_frames.charts.projects.status_timeline import status_timeline
from asana_frames.charts.theme import theme
from asana_frames.charts.time.approvals import approvals
from asana_frames.charts.time.budget_burn import budget_burn
from asana_frames.charts.time.budget_status import budget_status
from asana_frames.charts.time.capacity import capacity
from asana_frames.charts.time.estimates import estimates
from asana_frames.charts.time.hours import hours
from asana_frames.charts.time.money import money
from asana_frames.charts.time.plan_vs_actual import plan_vs_actual
from asana_frames.charts.time.timesheet import timesheet

__all__ = [
    "blocked_times",
    "on_time",
    "reopenings",
    "aging_wip",
    "control_chart",
    "cycle_times",
    "wip",
    "aging",
    "approvals",
    "backtest",
    "budget_burn",
    "budget_status",
    "burndown",
    "burnup",
    "capacity",
    "changes",
    "cumulative_flow",
    "daily",
    "estimates",
    "forecast",
    "gantt",
    "goal_drivers",
    "goal_forecast",
    "goal_history",
    "goal_progress",
    "goal_timeline",
    "goal_tree",
    "hours",
    "lead_times",
    "load",
    "money",
    "plan_vs_actual",
    "portfolio",
    "scorecard",
    "section_times",
    "status_timeline",
    "theme",
    "throughput",
    "timesheet",
    "velocity",
]


def __dir__() -> list[str]:
    return list(__all__)
