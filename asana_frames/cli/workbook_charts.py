"""The charts that Excel draws of the tables of reports; of others, workbooks have pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from asana_frames.export.column_headers import write_headers
from asana_frames.export.column_rules import is_gid

#: Currencies stand side by side, for they are never added.
_COST = {"kind": "bar", "y": "amount", "by": "currency_code", "stacked": False}
_AHEAD = {"y": ["progress", "expected"], "title": "Progress, and what was expected by now"}

#: Name of a report -> title of a table -> chart, as ``export.to_excel`` takes it.
_CHARTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "goals": {
        "Progress": {"kind": "bar", "x": "name", **_AHEAD},
        "Tree": {"kind": "bar", "x": "name", **_AHEAD},
        "Scorecard": {"kind": "bar", "x": "key_result_name", **_AHEAD},
    },
    "projects": {
        "Projects": {"kind": "bar", "x": "project_name", **_AHEAD},
        "Burn-up": {
            **{"kind": "line", "x": "period", "y": ["scope", "done"]},
            "title": "Tasks in scope and done",
        },
        "Throughput": {
            **{"kind": "column", "x": "period", "y": "done", "title": "Tasks done by week"},
        },
        "On time": {
            **{"kind": "column", "x": "period", "stacked": True},
            **{"y": ["done_on_time", "done_late", "open_late"]},
            "title": "Tasks by the month in which they were due",
        },
    },
    "flow": {
        "Age of work": {
            **{"kind": "bar", "x": "task_name", "y": "days_age"},
            "title": "Days since work on open tasks began",
        },
        "Work in progress": {
            **{"kind": "line", "x": "period", "y": "tasks", "by": "section_name"},
            "title": "Open tasks in each section",
        },
        "Cumulative flow": {
            **{"kind": "area", "x": "period", "y": "tasks", "by": "section_name"},
            "title": "Tasks in each section",
        },
        "Waiting for others": {
            **{"kind": "bar", "x": "task_name", "y": "days_blocked"},
            "title": "Days that tasks waited for others",
        },
        "Reopenings": {
            **{"kind": "column", "x": "period", "y": ["done", "reopenings"]},
            "title": "Completions and reopenings by month",
        },
        "On time": {
            **{"kind": "column", "x": "period", "stacked": True},
            **{"y": ["done_on_time", "done_late", "open_late"]},
            "title": "Tasks by the month in which they were due",
        },
        "Burn-up": {
            **{"kind": "line", "x": "period", "y": ["scope", "done"]},
            "title": "Tasks in scope and done",
        },
    },
    "money": {
        "Cost by project": {"x": "project_name", "title": "Cost by project", **_COST},
        "Cost by person": {"x": "person_name", "title": "Cost by person", **_COST},
        "Cost by period": {
            **{**_COST, "kind": "column", "x": "period", "title": "Cost by period"},
        },
        "Budgets": {
            **{"kind": "bar", "x": "project_name", "y": ["share", "forecast_share"]},
            "title": "Used share of budgets, and its forecast",
        },
    },
    "timesheets": {
        "Last week": {
            **{"kind": "bar", "x": "person_name", "y": ["total", "expected_hours"]},
            "title": "Hours of the last week, tracked and expected",
        },
        "Missing hours": {"kind": "bar", "y": "total", "title": "Missing hours by person"},
        "Approvals": {
            **{"kind": "column", "x": "period", "y": "hours", "by": "state"},
            "title": "Hours of each week by their approval",
        },
    },
}


def find_workbook_charts(
    report: str, tables: Mapping[str, pd.DataFrame]
) -> dict[str, Mapping[str, Any]]:
    """Return the charts that Excel draws of the tables of a report, by their titles."""
    known = {**_CHARTS.get(report, {}), **(_chart_hours(tables) if report == "hours" else {})}
    return {title: chart for title, chart in known.items() if title in tables}


def _chart_hours(tables: Mapping[str, pd.DataFrame]) -> dict[str, Mapping[str, Any]]:
    """Return a bar per row of wide tables, and the periods of the last of the keys."""
    made: dict[str, Mapping[str, Any]] = {
        title: {"kind": "bar", "y": "total", "title": f"Hours {title.lower()}"}
        for title, table in tables.items()
        if "total" in table.columns
    }
    hours = tables["Hours"]
    keys = [name for name in hours.columns if name not in ("period", "hours") and not is_gid(name)]
    # A chart needs a series.
    if "period" in hours.columns and keys and len(hours):
        made["Hours"] = {
            **{"kind": "column", "x": "period", "y": "hours", "by": keys[-1]},
            "title": f"Hours by {write_headers([keys[-1]])[0].lower()}",
        }
    return made
