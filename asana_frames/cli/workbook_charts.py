"""The charts that Excel draws of the tables of reports; of others, workbooks have pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_AHEAD = {"y": ["progress", "expected"], "title": "Progress, and what was expected by now"}

#: Name of a report -> title of a table -> chart, as ``export.to_excel`` takes it.
WORKBOOK_CHARTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "hours": {
        "By person and week": {"kind": "bar", "y": "total", "title": "Hours by person"},
    },
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
    },
}
