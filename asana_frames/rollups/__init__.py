"""Frames in, frames out: pure pandas, no request."""

from asana_frames.rollups.flow.aging import aging
from asana_frames.rollups.flow.aging_wip import aging_wip
from asana_frames.rollups.flow.backtest import backtest
from asana_frames.rollups.flow.burndown import burndown
from asana_frames.rollups.flow.burnup import burnup
from asana_frames.rollups.flow.close_times import close_times
from asana_frames.rollups.flow.control_chart import control_chart
from asana_frames.rollups.flow.cumulative_flow import cumulative_flow
from asana_frames.rollups.flow.cycle_times import cycle_times
from asana_frames.rollups.flow.daily import daily
from asana_frames.rollups.flow.empty_fields import empty_fields
from asana_frames.rollups.flow.flow_efficiency import flow_efficiency
from asana_frames.rollups.flow.forecast import forecast
from asana_frames.rollups.flow.lead_times import lead_times
from asana_frames.rollups.flow.load import load
from asana_frames.rollups.flow.on_time import on_time
from asana_frames.rollups.flow.quality import quality
from asana_frames.rollups.flow.reopenings import reopenings
from asana_frames.rollups.flow.service_levels import service_levels
from asana_frames.rollups.flow.throughput import throughput
from asana_frames.rollups.flow.velocity import velocity
from asana_frames.rollups.flow.wip import wip
from asana_frames.rollups.goals.drivers import goal_drivers
from asana_frames.rollups.goals.forecast import goal_forecast
from asana_frames.rollups.goals.history import goal_history
from asana_frames.rollups.goals.progress import goal_progress
from asana_frames.rollups.goals.scorecard import scorecard
from asana_frames.rollups.goals.summary import goal_summary
from asana_frames.rollups.goals.tree import goal_tree
from asana_frames.rollups.histories.as_of import as_of
from asana_frames.rollups.histories.change_counts import change_counts
from asana_frames.rollups.histories.changes import changes
from asana_frames.rollups.histories.section_times import section_times
from asana_frames.rollups.projects.blocked_times import blocked_times
from asana_frames.rollups.projects.dependencies import dependencies
from asana_frames.rollups.projects.portfolio import portfolio
from asana_frames.rollups.projects.summary import project_summary
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
    "blocked_times",
    "on_time",
    "reopenings",
    "aging_wip",
    "control_chart",
    "cycle_times",
    "flow_efficiency",
    "service_levels",
    "wip",
    "aging",
    "approvals",
    "as_of",
    "backtest",
    "billable",
    "budget_burn",
    "budget_status",
    "burndown",
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
    "goal_drivers",
    "goal_forecast",
    "goal_history",
    "goal_progress",
    "goal_summary",
    "goal_tree",
    "hours",
    "invoice",
    "lead_times",
    "load",
    "margin",
    "plan_vs_actual",
    "portfolio",
    "project_summary",
    "quality",
    "scorecard",
    "section_times",
    "throughput",
    "timesheet",
    "velocity",
]


def __dir__() -> list[str]:
    return sorted(__all__)
