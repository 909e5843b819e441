"""Writes about time and money: entries, timesheets, rates, budgets, allocations, absences."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from asana_frames.sandbox_server.checks import must, number_of
from asana_frames.sandbox_server.errors import Refusal
from asana_frames.sandbox_server.store import Object, day
from asana_frames.sandbox_server.writes.people import is_admin
from asana_frames.sandbox_server.writes.write import Write

_ENTRY = ("duration_minutes", "entered_on", "attributable_to", "billable_status", "description")
#: Status of a week -> what it may become.
_NEXT = {
    "DRAFT": ("SUBMITTED",),
    "SUBMITTED": ("DRAFT", "APPROVED", "REJECTED"),
    "REJECTED": ("DRAFT", "SUBMITTED"),
    "APPROVED": ("DRAFT",),
}


def create_entry(write: Write) -> Object:
    """``POST /tasks/{task}/time_tracking_entries``."""
    task: Object = write.at["task"]
    write.need("duration_minutes")
    _check_entry(write, task)
    entry = write.add(
        "time_tracking_entry",
        duration_minutes=0,
        entered_on=write.now[:10],
        attributable_to=task["projects"][0] if len(task["projects"]) == 1 else None,
        created_by=write.me,
        categories=[],
        task=task,
        created_at=write.now,
        approval_status="DRAFT",
        billable_status="notApplicable",
        description="",
    )
    write.set(entry, **_entry_fields(write))
    write.put("task_entries", task, entry)
    write.happened("added", entry, parent=task)
    _sum(write, task)
    return entry


def _check_entry(write: Write, task: Object) -> None:
    minutes = write.data.get("duration_minutes")
    must(minutes is None or minutes > 0, "duration_minutes", "Must be greater than 0")
    categories = write.data.get("categories") or []
    must(len(categories) <= 1, "categories", "An entry has at most one category")
    project = write.data.get("attributable_to")
    is_in = project is None or any(project is p for p in task["projects"])
    must(is_in, "attributable_to", "The task is not in the project")


def _entry_fields(write: Write) -> Object:
    return {key: write.data[key] for key in (*_ENTRY, "categories") if key in write.data}


def update_entry(write: Write) -> Object:
    """``PUT /time_tracking_entries/{time_tracking_entry}``: one's own, unless approved."""
    entry = _own_entry(write)
    _check_entry(write, entry["task"])
    write.set(entry, **_entry_fields(write))
    write.happened("changed", entry, field="duration_minutes")
    _sum(write, entry["task"])
    return entry


def _own_entry(write: Write) -> Object:
    entry: Object = write.at["time_tracking_entry"]
    may = entry["created_by"] is write.me or is_admin(write)
    must(may, "time_tracking_entry", "You can only change your own entries", 403)
    return entry


def delete_entry(write: Write) -> None:
    """``DELETE /time_tracking_entries/{time_tracking_entry}``."""
    entry = _own_entry(write)
    write.drop("task_entries", entry["task"], entry)
    write.happened("deleted", entry, within=entry["task"])
    write.remove(entry)
    _sum(write, entry["task"])


def _sum(write: Write, task: Object) -> None:
    entries = list(write.store.found("task_entries", task))
    total = sum(entry["duration_minutes"] for entry in entries)
    write.quietly(task, actual_time_minutes=total or None)


def create_category(write: Write) -> Object:
    """``POST /time_tracking_categories``: for admins."""
    must(is_admin(write), "time_tracking_category", "Only admins can do this", 403)
    write.need("name")
    _unique(write, write.data["name"])
    return write.add(
        "time_tracking_category",
        name=write.data["name"],
        color=write.data.get("color") or "none",
        is_archived=False,
        _workspace=write.data["workspace"],
    )


def _unique(write: Write, name: str) -> None:
    own = write.at.get("time_tracking_category")
    for category in write.store.all("time_tracking_category"):
        taken = category["name"] == name and category is not own
        must(not taken, "name", "There is a category of that name")


def update_category(write: Write) -> Object:
    """``PUT /time_tracking_categories/{time_tracking_category}``."""
    category: Object = write.at["time_tracking_category"]
    if "name" in write.data:
        write.need("name")
        _unique(write, write.data["name"])
    write.set(category, **write.data)
    return category


def delete_category(write: Write) -> None:
    """``DELETE /time_tracking_categories/{time_tracking_category}``: entries lose it."""
    category: Object = write.at["time_tracking_category"]
    write.remove(category)


def create_timesheet(write: Write) -> Object:
    """``POST /timesheet_approval_statuses``: a week from Monday to Sunday, or from Sunday."""
    start, end = (date.fromisoformat(write.data[key]) for key in ("start_date", "end_date"))
    must(start.weekday() in (0, 6), "start_date", "A week begins on Monday or Sunday")
    must(end == start + timedelta(days=6), "end_date", "A week has seven days")
    person = write.data["user"]
    for sheet in write.store.near("timesheet_approval_status", person):
        same = sheet["user"] is person and sheet["start_date"] == write.data["start_date"]
        must(not same, "start_date", "There is a timesheet of that week")
    return write.add(
        "timesheet_approval_status",
        created_at=write.now,
        user=person,
        workspace=write.data["workspace"],
        start_date=write.data["start_date"],
        end_date=write.data["end_date"],
        approval_status="DRAFT",
    )


def update_timesheet(write: Write) -> Object:
    """``PUT /timesheet_approval_statuses/{timesheet_approval_status}``."""
    write.need("approval_status")
    sheet: Object = write.at["timesheet_approval_status"]
    old, new = sheet["approval_status"], write.data["approval_status"].upper()
    must(new in _NEXT[old], "approval_status", f"{old.lower()} cannot become {new.lower()}")
    write.set(sheet, approval_status=new)
    for entry in list(write.store.near("time_tracking_entry", sheet["user"])):
        is_in = sheet["start_date"] <= entry["entered_on"] <= sheet["end_date"]
        if is_in and entry["created_by"] is sheet["user"]:
            write.set(entry, approval_status=new)
    return sheet


# ---------------------------------------------------------------------- money


def create_rate(write: Write) -> Object:
    """``POST /rates``."""
    parent, person = write.data["parent"], write.data["resource"]
    must(write.data["rate"] >= 0, "rate", "Must not be negative")
    for rate in write.store.near("rate", parent):
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


def update_rate(write: Write) -> Object:
    """``PUT /rates/{rate}``."""
    rate: Object = write.at["rate"]
    if "rate" in write.data:
        must(write.data["rate"] >= 0, "rate", "Must not be negative")
        write.set(rate, rate=write.data["rate"])
    return rate


def remove_at(write: Write) -> None:
    """Delete the object that the path names, and what tells of it."""
    ((kind, item),) = write.at.items()
    write.remove(item, kind)


_BLOCKS: dict[str, Object] = {
    "estimate": {"billable_status_filter": "billable", "source": "none", "enabled": False},
    "actual": {"billable_status_filter": "billable"},
    "total": {"enabled": False, "value": None},
}


def create_budget(write: Write) -> Object:
    """``POST /budgets``: one for a project."""
    write.need("parent", "budget_type")
    for budget in write.store.near("budget", write.data["parent"]):
        taken = budget["parent"] is write.data["parent"]
        must(not taken, "parent", "The project has a budget already")
    made = {key: _block(write, key, block) for key, block in _BLOCKS.items()}
    return write.add(
        "budget", budget_type=write.data["budget_type"], parent=write.data["parent"], **made
    )


def update_budget(write: Write) -> Object:
    """``PUT /budgets/{budget}``: its project never changes."""
    budget: Object = write.at["budget"]
    parent = write.data.get("parent", budget["parent"])
    must(parent is budget["parent"], "parent", "A budget's project cannot be changed")
    made = {key: _block(write, key, budget[key]) for key in _BLOCKS}
    kind = write.data.get("budget_type") or budget["budget_type"]
    if kind != budget["budget_type"] and "value" not in (write.data.get("total") or {}):
        # Minutes and money have targets of their own.
        made["total"] = {**made["total"], "value": None}
    write.set(budget, budget_type=kind, **made)
    return budget


def _block(write: Write, name: str, base: Object) -> Object:
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
        number_of(name, block["value"])
    return block


# ---------------------------------------------------------------------- capacity


def create_allocation(write: Write) -> Object:
    """``POST /allocations``."""
    _period(write.data)
    return write.add(
        "allocation",
        start_date=write.data["start_date"],
        end_date=write.data["end_date"],
        effort=_effort(write),
        assignee=write.data["assignee"],
        created_by=write.me,
        parent=write.data["parent"],
        resource_subtype="project_allocation",
    )


def update_allocation(write: Write) -> Object:
    """``PUT /allocations/{allocation}``."""
    allocation: Object = write.at["allocation"]
    _period(allocation | write.data)
    if "effort" in write.data:
        _effort(write)
    write.set(allocation, **write.data)
    return allocation


def _period(data: Object) -> None:
    in_order = data["start_date"] <= data["end_date"]
    must(in_order, "end_date", "Must not be before the start date")


def _effort(write: Write) -> Object | None:
    effort = write.data.get("effort")
    if effort is None:
        return None
    must(isinstance(effort, dict), "effort", "Must be an object of type and value")
    must(effort.get("type") in ("hours", "percent"), "effort", "type must be hours or percent")
    value = number_of("effort", effort.get("value"))
    must(value >= 0, "effort", "value must not be negative")
    return {"type": effort["type"], "value": value}


def create_absence(write: Write) -> Object:
    """``POST /ooo_entries``."""
    _period(write.data)
    person = write.data["user"]
    if person is not write.me and not is_admin(write):
        raise Refusal(403, "user: You can only enter your own absences")
    return write.add(
        "ooo_entry",
        start_date=day(date.fromisoformat(write.data["start_date"])),
        end_date=write.data["end_date"],
        user=person,
        created_by=write.me,
    )


def update_absence(write: Write) -> Object:
    """``PUT /ooo_entries/{ooo_entry}``."""
    absence: Object = write.at["ooo_entry"]
    _period(absence | write.data)
    write.set(absence, **write.data)
    return absence
