"""Budgets of projects, and the hourly rates of their people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import must, parse_number
from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    list_all,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store, iterate_weekdays
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext, delete_object

#: Minutes of a working day, of which an allocation can be a percentage.
_WORKDAY_MINUTES = 480


#: Totals are multiples of this: of ten hours, or of 600 euros.
_BUDGET_STEP = 600


_BILLABLE_FILTERS = {"billable": ("billable",), "non_billable": ("nonBillable",)}


WorkItems = Iterable[tuple[str | None, float]]


def list_budgets(store: Store, asked: dict[str, Any]) -> Iterable[Object]:
    """List the budget of a project."""
    found = store.all_near("budget", asked["parent"])
    found = (budget for budget in found if budget["parent"] is asked["parent"])
    return [add_budget_values(store, budget) for budget in found]


def add_budget_values(store: Store, budget: Object) -> Object:
    """Add the current values to a budget: minutes, or money at each person's rate."""
    is_time = budget["budget_type"] == "time"
    units = "minutes" if is_time else "EUR"
    rates = {
        rate["resource"]["gid"]: rate["rate"]
        for rate in store.all_near("rate", budget["parent"])
        if rate["parent"] is budget["parent"]
    }
    entries = store.all_near("time_tracking_entry", budget["parent"])
    used = total_work(
        _iterate_tracked_work(entries, budget["parent"], budget["actual"]), rates, is_time
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


def total_work(work: WorkItems, rates: dict[str, float], is_time: bool) -> float:
    """Return the total of minutes, or their cost; people without a rate cost nothing."""
    if is_time:
        return sum(minutes for _, minutes in work)
    return round(sum(minutes / 60 * rates.get(who or "", 0) for who, minutes in work), 2)


def _iterate_tracked_work(entries: Iterable[Object], project: Object, actual: Object) -> WorkItems:
    wanted = _BILLABLE_FILTERS.get(actual["billable_status_filter"])
    for entry in entries:
        is_counted = wanted is None or entry["billable_status"] in wanted
        if is_counted and entry["attributable_to"] is project:
            yield entry["created_by"]["gid"], entry["duration_minutes"]


def iterate_estimated_work(store: Store, project: Object) -> WorkItems:
    """Yield the estimated minutes of a project's tasks."""
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


_BUDGET_BLOCKS: dict[str, Object] = {
    "estimate": {"billable_status_filter": "billable", "source": "none", "enabled": False},
    "actual": {"billable_status_filter": "billable"},
    "total": {"enabled": False, "value": None},
}


def create_budget(write: WriteContext) -> Object:
    """``POST /budgets``: a project can have one."""
    write.require("parent", "budget_type")
    for budget in write.store.all_near("budget", write.data["parent"]):
        taken = budget["parent"] is write.data["parent"]
        must(not taken, "parent", "The project has a budget already")
    made = {key: _parse_budget_block(write, key, block) for key, block in _BUDGET_BLOCKS.items()}
    return write.add(
        "budget", budget_type=write.data["budget_type"], parent=write.data["parent"], **made
    )


def update_budget(write: WriteContext) -> Object:
    """``PUT /budgets/{budget}``: its project never changes."""
    budget: Object = write.at["budget"]
    parent = write.data.get("parent", budget["parent"])
    must(parent is budget["parent"], "parent", "A budget's project cannot be changed")
    made = {key: _parse_budget_block(write, key, budget[key]) for key in _BUDGET_BLOCKS}
    kind = write.data.get("budget_type") or budget["budget_type"]
    if kind != budget["budget_type"] and "value" not in (write.data.get("total") or {}):
        # A target in minutes is not one in money.
        made["total"] = {**made["total"], "value": None}
    write.update(budget, budget_type=kind, **made)
    return budget


def _parse_budget_block(write: WriteContext, name: str, base: Object) -> Object:
    given: Any = write.data.get(name) or {}
    must(isinstance(given, dict), name, "Must be an object")
    block = {**base, **{key: value for key, value in given.items() if key in base}}
    filters = ("billable", "non_billable", "any")
    must(block.get("billable_status_filter", "any") in filters, name, "Not a valid filter")
    source = block.get("source", "tasks")
    must(source in ("none", "tasks", "capacity_plans"), name, "Not a valid source")
    must(isinstance(block.get("enabled", True), bool), name, "enabled is not a boolean")
    is_void = name == "estimate" and block["enabled"] and source == "none"
    must(not is_void, name, "An enabled estimate needs a source")
    if block.get("value") is not None:
        parse_number(name, block["value"])
    return block


def create_rate(write: WriteContext) -> Object:
    """``POST /rates``."""
    parent, person = write.data["parent"], write.data["resource"]
    must(write.data["rate"] >= 0, "rate", "Must not be negative")
    for rate in write.store.all_near("rate", parent):
        same = rate["parent"] is parent and rate["resource"] is person
        must(not same, "resource", "There is a rate for this project and person")
    return write.add(
        "rate",
        parent=parent,
        resource=person,
        rate=write.data["rate"],
        currency_code="EUR",
        created_by=write.me,
    )


def update_rate(write: WriteContext) -> Object:
    """``PUT /rates/{rate}``."""
    rate: Object = write.at["rate"]
    if "rate" in write.data:
        must(write.data["rate"] >= 0, "rate", "Must not be negative")
        write.update(rate, rate=write.data["rate"])
    return rate


def build_rates_and_budgets(make: ObjectFactory) -> None:
    """Build the rates and budgets of projects."""
    people = make.all("user")
    for place, project in enumerate(make.all("project")):
        story = words.PROJECTS[place]
        if story.used is None:
            continue
        rates = {}
        for person in make.original_value(project, "members"):
            rates[person["gid"]] = 60 + 10 * make.random.randint(0, 9)
            make.add(
                "rate",
                parent=project,
                resource=person,
                rate=rates[person["gid"]],
                currency_code="EUR",
                created_by=people[0],
            )
        kind = "time" if place % 2 else "cost"
        actual = {"billable_status_filter": "billable" if place % 2 else "any"}
        work = _iterate_tracked_work(make.all("time_tracking_entry"), project, actual)
        used = total_work(work, rates, kind == "time")
        make.add(
            "budget",
            budget_type=kind,
            estimate={
                "billable_status_filter": "any",
                "source": "capacity_plans" if place % 3 == 2 else "tasks",
                "enabled": True,
            },
            actual=actual,
            total={
                "enabled": True,
                "value": round(used / story.used / _BUDGET_STEP) * _BUDGET_STEP,
            },
            parent=project,
        )


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getBudgets": list_budgets,
    "getRates": list_all("rate", parent="parent", resource="resource"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getBudget": lambda store, asked: add_budget_values(store, asked["budget"]),
    "getRate": object_at("rate"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createBudget": create_budget,
    "updateBudget": update_budget,
    "deleteBudget": delete_object,
    "createRate": create_rate,
    "updateRate": update_rate,
    "deleteRate": delete_object,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "rate": RecordShape(compact=("parent", "resource", "rate", "currency_code", "created_by")),
    "budget": RecordShape(is_always_full=True),
}
