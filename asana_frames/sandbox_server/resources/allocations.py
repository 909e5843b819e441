"""Allocations of people to projects, and their absences."""

from __future__ import annotations

from datetime import date, timedelta

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.access import is_admin
from asana_frames.sandbox_server.core.body_checks import must, parse_number
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    filter_overlapping,
    list_all,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_day
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext, delete_object


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


#: Places of the projects that people are allocated to.
_PLANNED = range(9)


def _list_rushed_people(make: ObjectFactory) -> set[str]:
    """Return the gids of two people per project that is behind; their allocations overlap."""
    return {
        person["gid"]
        for project, story in zip(make.all("project"), words.PROJECTS, strict=True)
        if story.is_behind
        for person in make.original_value(project, "members")[:2]
    }


def build_allocations(make: ObjectFactory) -> None:
    """Build allocations of people to projects, and absences."""
    people = make.all("user")
    today = make.now.date()
    projects = [make.all("project")[place] for place in _PLANNED]
    rushed = _list_rushed_people(make)
    for project in projects:
        for person in make.original_value(project, "members")[:4]:
            back, days = make.random.randint(0, 60), make.random.randint(14, 90)
            if person["gid"] in rushed:
                back, days = 14, 56
            start = today - timedelta(days=back)
            as_hours = make.random.random() < 0.5
            make.add(
                "allocation",
                start_date=format_day(start),
                end_date=format_day(start + timedelta(days=days)),
                effort={"type": "hours", "value": 4}
                if as_hours
                else {"type": "percent", "value": 50},
                assignee=person,
                created_by=people[0],
                parent=project,
                resource_subtype="project_allocation",
            )
    for person in people:
        start = today - timedelta(days=make.random.randint(-40, 160))
        make.add(
            "ooo_entry",
            start_date=format_day(start),
            end_date=format_day(start + timedelta(days=make.random.randint(0, 13))),
            user=person,
            created_by=person,
        )


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getAllocations": list_all("allocation", parent="parent", assignee="assignee"),
    "getOooEntries": filter_overlapping(
        list_all("ooo_entry", user="user"), "start_date", "end_date", "start_date", "end_date"
    ),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getAllocation": object_at("allocation"),
    "getOooEntry": object_at("ooo_entry"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "updateAllocation": update_allocation,
    "deleteAllocation": delete_object,
    "createAllocation": create_allocation,
    "updateOooEntry": update_absence,
    "deleteOooEntry": delete_object,
    "createOooEntry": create_absence,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "allocation": RecordShape(is_always_full=True),
    "ooo_entry": RecordShape(is_always_full=True),
}
