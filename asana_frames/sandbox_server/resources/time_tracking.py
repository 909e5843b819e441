"""Time tracking: entries, categories and timesheets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.access import is_admin
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.lists import (
    Arguments,
    FindObject,
    ListRows,
    filter_between,
    filter_overlapping,
    filter_rows,
    list_all,
    list_related,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import (
    Object,
    ObjectFactory,
    Store,
    format_day,
    format_moment,
    iterate_weekdays,
)
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.portfolios import list_projects_inside

_ENTRY_FIELDS = (
    "duration_minutes",
    "entered_on",
    "attributable_to",
    "billable_status",
    "description",
)


#: Status of a timesheet -> the statuses that may follow.
_NEXT_STATUSES = {
    "DRAFT": ("SUBMITTED",),
    "SUBMITTED": ("DRAFT", "APPROVED", "REJECTED"),
    "REJECTED": ("DRAFT", "SUBMITTED"),
    "APPROVED": ("DRAFT",),
}


_ENTRY_FILTERS = {"attributable_to": "attributable_to", "created_by": "user"}


def _list_entries(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("task"):
        # Entries are listed under their task, so the others are not searched.
        rows = filter_rows(list_related("task_entries", "task"), _ENTRY_FILTERS)
    else:
        rows = list_all("time_tracking_entry", **_ENTRY_FILTERS)
    found = filter_between(rows, "entered_on", "entered_on_start_date", "entered_on_end_date")(
        store, asked
    )
    sheet = asked.get("timesheet_approval_status")
    if sheet:
        found = (e for e in found if sheet["start_date"] <= e["entered_on"] <= sheet["end_date"])
        found = (entry for entry in found if entry["created_by"] is sheet["user"])
    if asked.get("portfolio"):
        inside = {item["gid"] for item in list_projects_inside(store, asked["portfolio"])}
        found = (
            e for e in found if e["attributable_to"] and e["attributable_to"]["gid"] in inside
        )
    return found


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


def _list_category_entries(store: Store, asked: Arguments) -> Iterable[Object]:
    category = asked["time_tracking_category"]

    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        entries = store.all("time_tracking_entry")
        return (e for e in entries if any(category is c for c in e["categories"]))

    return filter_between(rows, "entered_on", "start_date", "end_date")(store, asked)


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
    """``DELETE /time_tracking_categories/{time_tracking_category}``: cleared in all entries."""
    category: Object = write.at["time_tracking_category"]
    write.remove(category)


def _list_timesheets(store: Store, asked: Arguments) -> Iterable[Object]:
    rows = list_all("timesheet_approval_status", user="user")
    found = filter_overlapping(rows, "start_date", "end_date", "from_date", "to_date")(
        store, asked
    )
    wanted = (asked.get("approval_statuses") or "").lower().split(",")
    return [s for s in found if wanted == [""] or s["approval_status"].lower() in wanted]


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


def build_time_tracking_categories(make: ObjectFactory, workspace: Object) -> None:
    """Build the categories that time is booked on."""
    for name, color in words.CATEGORIES:
        make.add(
            "time_tracking_category",
            name=name,
            color=color,
            is_archived=name == "Research",
            _workspace=workspace,
        )


def build_time_entries(
    make: ObjectFactory, task: Object, project: Object | None, start: datetime, end: datetime
) -> None:
    """Build time entries on working days of a task."""
    random = make.random
    person = task["assignee"]
    if person is None or project is None or random.random() < 0.35:
        return
    last = min(start + timedelta(days=20), end).date()
    days = list(iterate_weekdays(start.date(), last))
    total = 0
    categories = make.all("time_tracking_category")
    for when in sorted(random.sample(days, min(len(days), random.randint(1, 4)))):
        minutes = 15 * random.randint(1, 16)
        total += minutes
        old = (make.now.date() - when).days > 21
        entry = make.add(
            "time_tracking_entry",
            duration_minutes=minutes,
            entered_on=format_day(when),
            attributable_to=project if random.random() < 0.95 else None,
            created_by=person,
            categories=[random.choice(categories)] if random.random() < 0.8 else [],
            task=task,
            # Today's may be of a later hour than that at which the history ends.
            created_at=format_moment(min(datetime.combine(when, start.timetz()), make.now)),
            approval_status="APPROVED" if old else random.choice(("DRAFT", "SUBMITTED")),
            billable_status=random.choice(("billable", "billable", "nonBillable")),
            description="" if random.random() < 0.7 else task["name"],
        )
        make.add_related("task_entries", task, entry)
    if total:
        task["actual_time_minutes"] = total


def build_timesheets(make: ObjectFactory) -> None:
    """Build the timesheets of the last weeks."""
    monday = make.now.date() - timedelta(days=make.now.weekday())
    for back in range(12):
        start: date = monday - timedelta(weeks=back)
        for person in make.all("user"):
            if back == 0 and make.random.random() < 0.7:
                continue
            late = ("DRAFT", "SUBMITTED", "REJECTED", "APPROVED")
            status = "APPROVED" if back > 3 else make.random.choice(late)
            make.add(
                "timesheet_approval_status",
                created_at=format_moment(make.now - timedelta(weeks=back)),
                user=person,
                workspace=make.all("workspace")[0],
                start_date=format_day(start),
                end_date=format_day(start + timedelta(days=6)),
                approval_status=status,
            )


def apply_timesheet_statuses(make: ObjectFactory) -> None:
    """Copy the status of timesheets to their entries."""
    sheets = {
        (sheet["user"]["gid"], sheet["start_date"]): sheet["approval_status"]
        for sheet in make.all("timesheet_approval_status")
    }
    for entry in make.all("time_tracking_entry"):
        when = date.fromisoformat(entry["entered_on"])
        monday = format_day(when - timedelta(days=when.weekday()))
        status = sheets.get((entry["created_by"]["gid"], monday))
        if status:
            entry["approval_status"] = status


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getTimeTrackingEntriesForTimeTrackingCategory": _list_category_entries,
    "getTimeTrackingCategories": lambda store, asked: [
        category
        for category in store.all("time_tracking_category")
        if category["is_archived"] is bool(asked.get("is_archived"))
    ],
    "getTimeTrackingEntriesForTask": list_related("task_entries", "task"),
    "getTimeTrackingEntries": _list_entries,
    "getTimesheetApprovalStatuses": _list_timesheets,
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getTimeTrackingCategory": object_at("time_tracking_category"),
    "getTimeTrackingEntry": object_at("time_tracking_entry"),
    "getTimesheetApprovalStatus": object_at("timesheet_approval_status"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "updateTimeTrackingCategory": update_category,
    "deleteTimeTrackingCategory": delete_category,
    "createTimeTrackingCategory": create_category,
    "createTimeTrackingEntry": create_entry,
    "updateTimeTrackingEntry": update_entry,
    "deleteTimeTrackingEntry": delete_entry,
    "updateTimesheetApprovalStatus": update_timesheet,
    "createTimesheetApprovalStatus": create_timesheet,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "time_tracking_entry": RecordShape(
        compact=("duration_minutes", "entered_on", "attributable_to", "created_by", "categories")
    ),
    "time_tracking_category": RecordShape(compact=("name", "color")),
    "timesheet_approval_status": RecordShape(
        compact=("created_at", "user", "workspace", "start_date", "end_date", "approval_status")
    ),
}
