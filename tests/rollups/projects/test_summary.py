"""The key figures of a project, counted by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af

NOW = "2026-03-20T12:00Z"
MARCH = {"start": "2026-03-01", "end": "2026-03-31", "now": NOW}


def tasks_of(*rows: tuple[Any, Any, Any]) -> pd.DataFrame:
    """Return tasks that are created, completed and due on some days."""
    created, completed, due = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {
            "gid": pd.Series([str(number) for number in range(len(rows))], dtype="str"),
            "created_at": pd.to_datetime(pd.Series(created, dtype="object"), utc=True),
            "completed_at": pd.to_datetime(pd.Series(completed, dtype="object"), utc=True),
            "due_on": pd.to_datetime(pd.Series(due, dtype="object")),
        }
    )


TASKS = tasks_of(
    ("2026-01-05", "2026-02-10", "2026-02-01"),
    ("2026-01-05", "2026-03-02", "2026-02-05"),
    ("2026-02-15", "2026-03-19", "2026-03-30"),
    ("2026-02-25", None, "2026-03-10"),
    ("2026-03-05", None, "2026-04-10"),
)


def figures(table: pd.DataFrame, column: str) -> dict[str, float | None]:
    cells = table.set_index("figure")[column].astype(object)
    return {name: None if pd.isna(cell) else round(cell, 3) for name, cell in cells.items()}


def test_figures_of_a_month_that_is_not_over_are_beside_as_many_days_before() -> None:
    table = af.rollups.project_summary(TASKS, **MARCH)

    # Of February 20 days count.
    assert figures(table, "value") == {"open": 2, "done": 2, "overdue": 1, "progress": 0.6}
    assert figures(table, "previous") == {"open": 2, "done": 1, "overdue": 1, "progress": 0.333}
    assert figures(table, "is_better") == {
        **{"open": None, "done": True, "overdue": None, "progress": True}
    }


def test_hours_and_the_expected_progress_come_with_their_frames() -> None:
    entries = pd.DataFrame(
        {
            "gid": ["1", "2", "3"],
            "duration_minutes": pd.array([90, 60, 30], dtype="Int64"),
            "entered_on": pd.to_datetime(["2026-03-02", "2026-02-20", "2026-02-21"]),
        }
    )
    days = {name: pd.to_datetime([day]) for name, day in MARCH.items() if name != "now"}
    project = pd.DataFrame({"gid": ["9"], "start_on": days["start"], "due_on": days["end"]})

    table = af.rollups.project_summary(TASKS, project, entries, **MARCH)

    assert figures(table, "value")["hours"] == 1.5
    assert figures(table, "previous")["hours"] == 1.0
    assert figures(table, "target")["progress"] == round(20 / 31, 3)


def test_hours_of_days_ahead_do_not_count() -> None:
    entries = pd.DataFrame(
        {
            "gid": ["1", "2"],
            "duration_minutes": pd.array([90, 60], dtype="Int64"),
            "entered_on": pd.to_datetime(["2026-03-20", "2026-03-21"]),
        }
    )
    ahead = {"start": "2026-03-21", "end": "2026-03-31", "now": NOW}

    for days, expected in ((MARCH, 1.5), ({"now": NOW}, 1.5), (ahead, 0.0)):
        table = af.rollups.project_summary(TASKS, entries=entries, **days)
        assert figures(table, "value")["hours"] == expected


def test_the_present_day_is_that_of_the_time_zone() -> None:
    days = {"start": "2026-03-01", "end": "2026-04-30", "now": "2026-03-31T20:00Z"}
    tasks = tasks_of(("2026-03-31 18:00", None, None))

    # Where the task was created on 1 April, that is the present day.
    for tz in ("Asia/Tokyo", "UTC", "America/Los_Angeles"):
        table = af.rollups.project_summary(tasks, **days, tz=tz)
        assert figures(table, "value")["open"] == 1


def test_a_summary_says_whose_it_is_and_which_days_count() -> None:
    tasks = TASKS.copy()
    tasks.attrs["asana"] = {"subject": "Website relaunch"}

    assert af.rollups.project_summary(tasks, **MARCH).attrs == {
        "subject": "Website relaunch",
        "start": "2026-03-01",
        "end": "2026-03-20",
        "now": "2026-03-20T12:00+00:00",
    }


#: Minutes from the first moment at which a task is created and completed, and days to its due day.
_LIFE = st.tuples(
    st.integers(0, 200_000), st.none() | st.integers(0, 200_000), st.none() | st.integers(0, 150)
)
_FIRST = pd.Timestamp("2026-01-05", tz="UTC")


@settings(max_examples=60)
@given(
    st.lists(_LIFE, max_size=6),
    st.integers(0, 150),
    st.integers(0, 90),
    st.integers(0, 250_000),
    st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles"]),
)
def test_figures_are_those_of_a_count_task_by_task(
    lives: list[Any], offset: int, length: int, minutes: int, tz: str
) -> None:
    now = _FIRST + pd.Timedelta(minutes=minutes)
    start = _FIRST.tz_localize(None) + pd.Timedelta(days=offset)
    end = start + pd.Timedelta(days=length)
    moments = [
        [None if at is None else _FIRST + pd.Timedelta(minutes=at) for at in sorted_pair(life)]
        for life in lives
    ]
    due = [None if life[2] is None else day_of(_FIRST, "UTC", life[2]) for life in lives]
    rows = [(*pair, day) for pair, day in zip(moments, due, strict=True)]

    table = af.rollups.project_summary(
        tasks_of(*rows), start=start, end=end, now=now, tz=tz, compare=None
    )

    assert figures(table, "value") == count_by_hand(rows, start, end, now, tz)


def sorted_pair(life: Any) -> list[int | None]:
    created, completed, _ = life
    return [created, None if completed is None else max(created, completed)]


def day_of(moment: pd.Timestamp, tz: str, later: int = 0) -> pd.Timestamp:
    return moment.tz_convert(tz).tz_localize(None).normalize() + pd.Timedelta(days=later)


def count_by_hand(
    rows: list[Any], start: pd.Timestamp, end: pd.Timestamp, now: pd.Timestamp, tz: str
) -> dict[str, float | None]:
    last = min(end, day_of(now, tz))
    found = {"open": 0, "done": 0, "overdue": 0}
    all_done = 0
    there = [row for row in rows if row[0] <= now and day_of(row[0], tz) <= last]
    for _, completed, due in there:
        done_on = None if completed is None or completed > now else day_of(completed, tz)
        if done_on is not None and done_on <= last:
            all_done += 1
            found["done"] += start <= done_on
        else:
            found["open"] += 1
            found["overdue"] += due is not None and due < last
    return {**found, "progress": round(all_done / len(there), 3) if there else None}


def test_a_year_before_has_none_of_the_tasks() -> None:
    table = af.rollups.project_summary(TASKS, **MARCH, compare="last_year")

    assert figures(table, "previous") == {"open": 0, "done": 0, "overdue": 0, "progress": None}


def test_nothing_is_compared_without_a_period() -> None:
    table = af.rollups.project_summary(TASKS, now=NOW)

    assert figures(table, "value") == {"open": 2, "done": 3, "overdue": 1, "progress": 0.6}
    assert table["previous"].isna().all()
    assert table["is_better"].isna().all()


def test_a_period_ahead_has_nothing_done() -> None:
    table = af.rollups.project_summary(TASKS, start="2026-04-01", end="2026-04-30", now=NOW)

    assert figures(table, "value") == {"open": 2, "done": 0, "overdue": 1, "progress": 0.6}


def test_no_tasks_have_no_progress() -> None:
    table = af.rollups.project_summary(tasks_of(), **MARCH)

    assert figures(table, "value") == {"open": 0, "done": 0, "overdue": 0, "progress": None}
    assert str(table["value"].dtype) == "Float64"


def test_an_unknown_comparison_names_those_that_there_are() -> None:
    with pytest.raises(af.InvalidArgument, match="'previous', 'last_year'"):
        af.rollups.project_summary(TASKS, **MARCH, compare="before")
