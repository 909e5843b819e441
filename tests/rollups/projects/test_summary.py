"""The key figures of a project, counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import asana_frames as af

NOW = "2026-03-20T12:00Z"
MARCH = {"start": "2026-03-01", "end": "2026-03-31", "now": NOW}


def tasks_of(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
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
