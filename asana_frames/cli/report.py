"""``asana-frames report``: write reports to files."""

from __future__ import annotations

import click

from asana_frames.cli.errors import Group
from asana_frames.cli.report_flow import flow_command
from asana_frames.cli.report_goals import goals_command
from asana_frames.cli.report_hours import hours_command
from asana_frames.cli.report_money import money_command
from asana_frames.cli.report_projects import projects_command
from asana_frames.cli.report_timesheets import timesheets_command


@click.group("report", cls=Group)
def report_group() -> None:
    """Write a report as CSV files, an Excel workbook and an HTML page."""


report_group.add_command(hours_command)
report_group.add_command(goals_command)
report_group.add_command(projects_command)
report_group.add_command(flow_command)
report_group.add_command(money_command)
report_group.add_command(timesheets_command)
