"""Budgets, with what has been used and is planned added up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from asana_frames.sandbox_server.core.store import Object, Store, iterate_weekdays

#: Minutes of a working day, which a percentage of somebody's time is a share of.
_WORKDAY_MINUTES = 480
_BILLABLE_FILTERS = {"billable": ("billable",), "non_billable": ("nonBillable",)}


def list_budgets(store: Store, asked: dict[str, Any]) -> Iterable[Object]:
    """Return the budget of the project that is asked about, or nothing."""
    found = store.all_near("budget", asked["parent"])
    found = (budget for budget in found if budget["parent"] is asked["parent"])
    return [add_budget_values(store, budget) for budget in found]


def add_budget_values(store: Store, budget: Object) -> Object:
    """Return a budget with the values of the day: minutes, or money at each person's rate."""
    is_time = budget["budget_type"] == "time"
    units = "minutes" if is_time else "EUR"
    rates = {
        rate["resource"]["gid"]: rate["rate"]
        for rate in store.all_near("rate", budget["parent"])
        if rate["parent"] is budget["parent"]
    }
    used = total_work(
        _iterate_tracked_work(store, budget["parent"], budget["actual"]), rates, is_time
    )
    estimate = budget["estimate"]
    planned = None
    if estimate["enabled"]:
        sources = {"tasks": iterate_estimated_work, "capacity_plans": _iterate_allocated_work}
        work = sources[estimate["source"]](store, budget["parent"])
        planned = total_work(work, rates, is_time)
    total = budget["total"]
    return {
        **budget,
        "estimate": {
            **estimate,
            "value": planned,
            "units": units if estimate["enabled"] else None,
        },
        "actual": {**budget["actual"], "value": used, "units": units},
        "total": {**total, "units": units if total["enabled"] else None},
    }


WorkItems = Iterable[tuple[str | None, float]]


def total_work(work: WorkItems, rates: dict[str, float], is_time: bool) -> float:
    """Return minutes, or what they cost; who has no rate costs nothing."""
    if is_time:
        return sum(minutes for _, minutes in work)
    return round(sum(minutes / 60 * rates.get(who or "", 0) for who, minutes in work), 2)


def _iterate_tracked_work(store: Store, project: Object, actual: Object) -> WorkItems:
    wanted = _BILLABLE_FILTERS.get(actual["billable_status_filter"])
    for entry in store.all_near("time_tracking_entry", project):
        is_counted = wanted is None or entry["billable_status"] in wanted
        if is_counted and entry["attributable_to"] is project:
            yield entry["created_by"]["gid"], entry["duration_minutes"]


def iterate_estimated_work(store: Store, project: Object) -> WorkItems:
    """Yield the minutes that the project's tasks hold in their field of estimated time."""
    for task in store.related("project_tasks", project):
        for field, value in task["custom_fields"]:
            if field["name"] == "Estimated time" and value is not None:
                yield task["assignee"] and task["assignee"]["gid"], value


def _iterate_allocated_work(store: Store, project: Object) -> WorkItems:
    for allocation in store.all_near("allocation", project):
        effort = allocation["effort"]
        if allocation["parent"] is not project or effort is None:
            continue
        start, end = (date.fromisoformat(allocation[key]) for key in ("start_date", "end_date"))
        share = (
            60 * effort["value"]
            if effort["type"] == "hours"
            else _WORKDAY_MINUTES * effort["value"] / 100
        )
        yield allocation["assignee"]["gid"], share * sum(1 for _ in iterate_weekdays(start, end))
