"""Small frames of stories and of the tasks they are about."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from tests.rollups.frames import Row, frame_of

_DATES = ("start_on", "due_at", "due_on")
_PAIRS = ("created_by", "project", "assignee", "custom_field")
_CHANGED = ("section", "enum_value")
_LISTS = ("multi_enum_values", "people_value")
STORY = {
    **dict.fromkeys(("gid", "task_gid", "target_name", "resource_subtype", "text"), "text"),
    "created_at": "datetime",
    **{f"{name}_{end}": "text" for name in _PAIRS for end in ("gid", "name")},
    **{
        f"{age}_{name}_{end}": "text"
        for age in ("old", "new")
        for name in _CHANGED
        for end in ("gid", "name")
    },
    **{
        f"{age}_{name}": "text"
        for age in ("old", "new")
        for name in ("name", "text_value", "approval_status", "resource_subtype")
    },
    **{f"{age}_number_value": "number" for age in ("old", "new")},
    **{
        f"{age}_{what}_{name}": "datetime" if name == "due_at" else "date"
        for age in ("old", "new")
        for what in ("dates", "date_value")
        for name in _DATES
    },
    **{
        f"{age}_{name}_{end}s": "tuple"
        for age in ("old", "new")
        for name in _LISTS
        for end in ("gid", "name")
    },
}
TASK = {
    **dict.fromkeys(("gid", "name", "resource_subtype", "approval_status", "notes"), "text"),
    **{
        f"{name}_{end}": "text"
        for name in ("assignee", "completed_by", "assigned_by")
        for end in ("gid", "name")
    },
    **dict.fromkeys(("created_at", "completed_at", "due_at"), "datetime"),
    **dict.fromkeys(("due_on", "start_on"), "date"),
    "completed": "boolean",
    **{
        f"memberships_{name}_{end}s": "tuple"
        for end in ("gid", "name")
        for name in ("project", "section")
    },
}
NAMES = {
    "1": "Shop",
    "2": "Site",
    "11": "To do",
    "12": "Doing",
    "13": "Done",
    "21": "Ideas",
    "22": "Live",
    "51": "Ana",
    "52": "Bo",
}


def stories_of(*rows: Row) -> pd.DataFrame:
    """Return stories, numbered in the order given where a row does not say otherwise."""
    return frame_of(STORY, ({"gid": str(n), **row} for n, row in enumerate(rows, 900)))


def story(task: str | None, at: str | None, subtype: str, **more: Any) -> dict[str, Any]:
    """Return a row for ``stories_of``."""
    return {"task_gid": task, "created_at": at, "resource_subtype": subtype, **more}


def added(task: str | None, at: str | None, project: str | None = "1") -> dict[str, Any]:
    """Return a story of a task that joins a project."""
    return story(task, at, "added_to_project", **_named("project", project))


def removed(task: str, at: str, project: str = "1") -> dict[str, Any]:
    """Return a story of a task that leaves a project."""
    return story(task, at, "removed_from_project", **_named("project", project))


def moved(
    task: str | None, at: str, old: str | None, new: str | None, project: str | None = "1"
) -> dict[str, Any]:
    """Return a story of a task that moves between sections."""
    places = _named("old_section", old) | _named("new_section", new) | _named("project", project)
    return story(task, at, "section_changed", **places)


def assigned(task: str, at: str, person: str | None) -> dict[str, Any]:
    """Return a story of a task that is given to somebody, or to nobody."""
    subtype = "unassigned" if person is None else "assigned"
    return story(task, at, subtype, **_named("assignee", person), **_named("created_by", "51"))


def due(task: str, at: str, old: str | None, new: str | None, **more: Any) -> dict[str, Any]:
    """Return a story of a new due date."""
    dates = {"old_dates_due_on": old, "new_dates_due_on": new}
    return story(task, at, "due_date_changed", **dates, **more)


def field(task: str, at: str, kind: str, gid: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a story of a new value of a custom field."""
    known = {"custom_field_gid": gid, "custom_field_name": name}
    return story(task, at, f"{kind}_custom_field_changed", **known, **more)


def _named(what: str, gid: str | None) -> dict[str, Any]:
    return {f"{what}_gid": gid, f"{what}_name": gid and NAMES.get(gid, f"Called {gid}")}


def tasks_of(*rows: Row) -> pd.DataFrame:
    """Return tasks."""
    return frame_of(TASK, rows)


def task(
    gid: str | None = "5",
    *places: tuple[str, str | None],
    created: str | None = "2026-03-01",
    **more: Any,
) -> dict[str, Any]:
    """Return a row for ``tasks_of``; a place is the gids of a project and a section."""
    projects, sections = zip(*places, strict=True) if places else ((), ())
    return {
        "gid": gid,
        "name": f"Task {gid}",
        "created_at": created,
        "completed": False,
        "memberships_project_gids": projects,
        "memberships_project_names": tuple(NAMES.get(gid, gid) for gid in projects),
        "memberships_section_gids": sections,
        "memberships_section_names": tuple(gid and NAMES.get(gid, gid) for gid in sections),
        **more,
    }


def completed(gid: str, at: str) -> dict[str, Any]:
    """Return a story of a task that is completed."""
    return story(gid, at, "marked_complete")


def reopened(gid: str, at: str) -> dict[str, Any]:
    """Return a story of a completed task that is reopened."""
    return story(gid, at, "marked_incomplete")


#: Hours between events, and what happens: to be moved to a section or out, completed, reopened.
events = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from(["11", "12", "13", "out", "done", "open"])),
    max_size=14,
)
STATE = dict[str, Any]
START = dt.datetime(2026, 3, 20)


def live(
    drawn: list[tuple[int, str]], gid: str = "5"
) -> tuple[list[Any], list[tuple[dt.datetime, STATE]]]:
    """Return the stories of a task, and its state from each event on."""
    at, now = START, {"section": None, "done": False}
    told: list[Any] = []
    states = [(at, now)]
    for hours, what in drawn:
        at, when = at + dt.timedelta(hours=hours), (at + dt.timedelta(hours=hours)).isoformat()
        old = now["section"]
        if what in ("done", "open"):
            if now["done"] == (what == "done"):
                continue
            told.append((completed if what == "done" else reopened)(gid, when))
            now = {**now, "done": what == "done"}
        else:
            new = None if what == "out" else what
            if old == new:
                continue
            # Asana adds a task to its section with a move that follows at once.
            told += [added(gid, when), moved(gid, when, new, new)] if not old else []
            told += [moved(gid, when, old, new)] if old and new else []
            told += [] if new else [removed(gid, when)]
            now = {**now, "section": new}
        states.append((at, now))
    return told, states
