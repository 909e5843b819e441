"""Writes about time and money: entries, timesheets, rates, budgets, allocations, absences."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from asana_frames.sandbox_server.core.body_checks import must, parse_number
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Object, format_day
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes.people import is_admin

_ENTRY_FIELDS = (
    "duration_minutes",
    "entered_on",
    "attributable_to",
    "billable_status",
    "description",
)
#: Status of a week -> what it may become.
_NEXT_STATUSES = {
    "DRAFT": ("SUBMITTED",),
    "SUBMITTED": ("DRAFT", "APPROVED", "REJECTED"),
    "REJECTED": ("DRAFT", "SUBMITTED"),
    "APPROVED": ("DRAFT",),
}


def create_entry(write: WriteContext) -> Object:
    """``POST /tasks/{task}/time_tracking_entries``."""
    task: Object = write.at["task"]
    write.require("duration_minutes")
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
    write.update(entry, **_entry_fields(write))
    write.add_related("task_entries", task, entry)
    write.record_event("added", entry, parent=task)
    _update_actual_time(write, task)
    return entry


def _check_entry(write: WriteContext, task: Object) -> None:
    minutes = write.data.get("duration_minutes")
    must(minutes is None or minutes > 0, "duration_minutes", "Must be greater than 0")
    categories = write.data.get("categories") or []
    must(len(categories) <= 1, "categories", "An entry has at most one category")
    project = write.data.get("attributable_to")
    is_in = project is None or any(project is p for p in task["projects"])
    must(is_in, "attributable_to", "The task is not in the project")


def _entry_fields(write: WriteContext) -> Object:
    return {key: write.data[key] for key in (*_ENTRY_FIELDS, "categories") if key in write.data}


def update_entry(write: WriteContext) -> Object:
    """``PUT /time_tracking_entries/{time_tracking_entry}``: one's own, unless approved."""
    entry = _own_entry(write)
    _check_entry(write, entry["task"])
    write.update(entry, **_entry_fields(write))
    write.record_event("changed", entry, field="duration_minutes")
    _update_actual_time(write, entry["task"])
    return entry


def _own_entry(write: WriteContext) -> Object:
    entry: Object = write.at["time_tracking_entry"]
    may = entry["created_by"] is write.me or is_admin(write)
    must(may, "time_tracking_entry", "You can only change your own entries", 403)
    return entry


def delete_entry(write: WriteContext) -> None:
    """``DELETE /time_tracking_entries/{time_tracking_entry}``."""
    entry = _own_entry(write)
    write.remove_related("task_entries", entry["task"], entry)
    write.record_event("deleted", entry, within=entry["task"])
    write.remove(entry)
    _update_actual_time(write, entry["task"])


def _update_actual_time(write: WriteContext, task: Object) -> None:
    entries = list(write.store.related("task_entries", task))
    total = sum(entry["duration_minutes"] for entry in entries)
    write.update_silently(task, actual_time_minutes=total or None)


def create_category(write: WriteContext) -> Object:
    """``POST /time_tracking_categories``: for admins."""
    must(is_admin(write), "time_tracking_category", "Only admins can do this", 403)
    write.require("name")
    _check_unique_category(write, write.data["name"])
    return write.add(
        "time_tracking_category",
        name=write.data["name"],
        color=write.data.get("color") or "none",
        is_archived=False,
        _workspace=write.data["workspace"],
    )


def _check_unique_category(write: WriteContext, name: str) -> None:
    own = write.at.get("time_tracking_category")
    for category in write.store.all("time_tracking_category"):
        taken = category["name"] == name and category is not own
        must(not taken, "name", "There is a category of that name")


def update_category(write: WriteContext) -> Object:
    """``PUT /time_tracking_categories/{time_tracking_category}``."""
    category: Object = write.at["time_tracking_category"]
    if "name" in write.data:
        write.require("name")
        _check_unique_category(write, write.data["name"])
    write.update(category, **write.data)
    return category


def delete_category(write: WriteContext) -> None:
    """``DELETE /time_tracking_categories/{time_tracking_category}``: entries lose it."""
    category: Object = write.at["time_tracking_category"]
    write.remove(category)


def create_timesheet(write: WriteContext) -> Object:
    """``POST /timesheet_approval_statuses``: a week from Monday to Sunday, or from Sunday."""
    start, end = (date.fromisoformat(write.data[key]) for key in ("start_date", "end_date"))
    must(start.weekday() in (0, 6), "start_date", "A week begins on Monday or Sunday")
    must(end == start + timedelta(days=6), "end_date", "A week has seven days")
    person = write.data["user"]
    for sheet in write.store.all_near("timesheet_approval_status", person):
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


def update_timesheet(write: WriteContext) -> Object:
    """``PUT /timesheet_approval_statuses/{timesheet_approval_status}``."""
    write.require("approval_status")
    sheet: Object = write.at["timesheet_approval_status"]
    old, new = sheet["approval_status"], write.data["approval_status"].upper()
    must(
        new in _NEXT_STATUSES[old], "approval_status", f"{old.lower()} cannot become {new.lower()}"
    )
    write.update(sheet, approval_status=new)
    for entry in list(write.store.all_near("time_tracking_entry", sheet["user"])):
        is_in = sheet["start_date"] <= entry["entered_on"] <= sheet["end_date"]
        if is_in and entry["created_by"] is sheet["user"]:
            write.update(entry, approval_status=new)
    return sheet


# ---------------------------------------------------------------------- money


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


def delete_object(write: WriteContext) -> None:
    """Delete the object that the path names, and what tells of it."""
    ((kind, item),) = write.at.items()
    write.remove(item, kind)


_BUDGET_BLOCKS: dict[str, Object] = {
    "estimate": {"billable_status_filter": "billable", "source": "none", "enabled": False},
    "actual": {"billable_status_filter": "billable"},
    "total": {"enabled": False, "value": None},
}


def create_budget(write: WriteContext) -> Object:
    """``POST /budgets``: one for a project."""
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
        # Minutes and money have targets of their own.
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


# ---------------------------------------------------------------------- capacity


def create_allocation(write: WriteContext) -> Object:
    """``POST /allocations``."""
    _check_date_order(write.data)
    return write.add(
        "allocation",
        start_date=write.data["start_date"],
        end_date=write.data["end_date"],
        effort=_parse_effort(write),
        assignee=write.data["assignee"],
        created_by=write.me,
        parent=write.data["parent"],
        resource_subtype="project_allocation",
    )


def update_allocation(write: WriteContext) -> Object:
    """``PUT /allocations/{allocation}``."""
    allocation: Object = write.at["allocation"]
    _check_date_order(allocation | write.data)
    if "effort" in write.data:
        _parse_effort(write)
    write.update(allocation, **write.data)
    return allocation


def _check_date_order(data: Object) -> None:
    in_order = data["start_date"] <= data["end_date"]
    must(in_order, "end_date", "Must not be before the start date")


def _parse_effort(write: WriteContext) -> Object | None:
    effort = write.data.get("effort")
    if effort is None:
        return None
    must(isinstance(effort, dict), "effort", "Must be an object of type and value")
    must(effort.get("type") in ("hours", "percent"), "effort", "type must be hours or percent")
    value = parse_number("effort", effort.get("value"))
    must(value >= 0, "effort", "value must not be negative")
    return {"type": effort["type"], "value": value}


def create_absence(write: WriteContext) -> Object:
    """``POST /ooo_entries``."""
    _check_date_order(write.data)
    person = write.data["user"]
    if person is not write.me and not is_admin(write):
        raise ApiError(403, "user: You can only enter your own absences")
    return write.add(
        "ooo_entry",
        start_date=format_day(date.fromisoformat(write.data["start_date"])),
        end_date=write.data["end_date"],
        user=person,
        created_by=write.me,
    )


def update_absence(write: WriteContext) -> Object:
    """``PUT /ooo_entries/{ooo_entry}``."""
    absence: Object = write.at["ooo_entry"]
    _check_date_order(absence | write.data)
    write.update(absence, **write.data)
    return absence
