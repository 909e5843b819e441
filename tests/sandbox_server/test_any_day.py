"""The sandbox's history ends in the present: it must be sound on any day, at any hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from asana_frames.sandbox_server import make_application
from asana_frames.sandbox_server.core.store import Store
from asana_frames.sandbox_server.resources.registry import SHAPES

_TOKEN = {"authorization": "Bearer sandbox"}

Check = Callable[[Store, str], list[Any]]

_MOMENTS = [
    "2026-11-02",  # The fixed day: a Monday.
    "2026-11-28T23:00",
    "2027-01-01",
    "2027-01-03T04:00",  # A Sunday.
    "2027-03-31T23:00",
    "2028-02-29T00:00",
    "2028-03-01T09:00",
    "2030-12-31T23:00",
]


def read_all(store: Store, kind: str) -> list[Any]:
    return list(store.all(kind))


def moments_of_the_future(store: Store, now: str) -> list[Any]:
    fields = ("created_at", "modified_at", "completed_at", "creation_time", "last_success_at")
    return [
        (kind, item["gid"], field)
        for kind in SHAPES
        for item in store.all(kind)
        for field in fields
        if (item.get(field) or "") > now
    ]


def tasks_completed_before_their_creation(store: Store, now: str) -> list[Any]:
    return [
        task["gid"]
        for task in store.all("task")
        if (task["completed_at"] or "9999") < task["created_at"]
        or task["modified_at"] < max(task["created_at"], task["completed_at"] or "")
        or bool(task["completed_at"]) is not task["completed"]
    ]


def stories_outside_the_life_of_their_task(store: Store, now: str) -> list[Any]:
    return [
        story["gid"]
        for story in store.all("story")
        if story["target"]["resource_type"] == "task"
        and not story["target"]["created_at"]
        <= story["created_at"]
        <= (story["target"]["completed_at"] or now)
    ]


def dates_out_of_order(store: Store, now: str) -> list[Any]:
    pairs = (("start_on", "due_on"), ("start_on", "end_on"), ("start_date", "end_date"))
    return [
        (kind, item["gid"], start)
        for kind in SHAPES
        for item in store.all(kind)
        for start, end in pairs
        if item.get(start) and item.get(end) and item[start] > item[end]
    ]


def due_times_on_another_day(store: Store, now: str) -> list[Any]:
    return [
        task["gid"]
        for task in store.all("task")
        if task["due_at"] and task["due_at"][:10] != task["due_on"]
    ]


def entries_outside_working_days(store: Store, now: str) -> list[Any]:
    return [
        entry["gid"]
        for entry in store.all("time_tracking_entry")
        if date.fromisoformat(entry["entered_on"]).weekday() > 4
        or not entry["task"]["created_at"][:10] <= entry["entered_on"] <= now[:10]
    ]


def timesheets_of_no_week(store: Store, now: str) -> list[Any]:
    return [
        sheet["gid"]
        for sheet in store.all("timesheet_approval_status")
        if date.fromisoformat(sheet["start_date"]).weekday() != 0 or sheet["start_date"] > now[:10]
    ]


def years_that_leave_out_days(store: Store, now: str) -> list[Any]:
    periods = read_all(store, "time_period")
    one, wrong = timedelta(days=1), []
    for name in ("FY", "H", "Q"):
        parts = sorted((p["start_on"], p["end_on"]) for p in periods if p["period"][0] == name[0])
        wrong += [
            (end, start)
            for (_, end), (start, _) in pairwise(parts)
            if date.fromisoformat(end) + one != date.fromisoformat(start)
        ]
        wrong += [] if any(start <= now[:10] <= end for start, end in parts) else [(name, now)]
    return wrong


def goals_of_another_time(store: Store, now: str) -> list[Any]:
    """Goals at the top contain today, and of the others a few; none has yet to start."""
    goals = read_all(store, "goal")
    current = [goal for goal in goals if goal["start_on"] <= now[:10] <= goal["due_on"]]
    top = [goal for goal in goals if not store.related("supported_by", goal)]
    wrong = [goal["name"] for goal in top if goal not in current]
    wrong += [goal["name"] for goal in goals if goal["start_on"] > now[:10]]
    return wrong + ([] if len(current) > len(top) + 2 else ["too few current goals"])


_CHECKS: list[Check] = [
    moments_of_the_future,
    tasks_completed_before_their_creation,
    stories_outside_the_life_of_their_task,
    dates_out_of_order,
    due_times_on_another_day,
    entries_outside_working_days,
    timesheets_of_no_week,
    years_that_leave_out_days,
    goals_of_another_time,
]


def find_faults(moment: str) -> dict[str, list[Any]]:
    store = make_application(now=moment).store
    now = f"{store.start:%Y-%m-%dT%H:%M:%S.000Z}"
    faults = {check.__name__: check(store, now) for check in _CHECKS}
    return {name: found for name, found in faults.items() if found}


@pytest.mark.parametrize("moment", _MOMENTS)
def test_the_history_is_sound_on_any_day(moment: str) -> None:
    assert find_faults(moment) == {}


def test_the_history_ends_in_this_hour() -> None:
    before = datetime.now(UTC)

    start = make_application().store.start

    assert timedelta(0) <= before - start < timedelta(hours=1) or start > before
    assert (start.minute, start.second, start.microsecond) == (0, 0, 0)


def test_the_same_seed_and_now_give_the_same_bytes() -> None:
    one, other, later = (
        make_application(now=now).handle(
            "GET", "/api/1.0/tasks?assignee=me&workspace=1209000000000001&limit=100", _TOKEN
        )
        for now in ("2027-01-03T04:00", "2027-01-03T04:00", "2027-01-03T05:00")
    )

    # Offsets of pages expire by the clock of the machine.
    rows = [answer.body.partition(b'"next_page"')[0] for answer in (one, other, later)]
    assert one.status == 200
    assert rows[0] == rows[1] != rows[2]
