"""The key figures of goals, counted by hand."""

from __future__ import annotations

import pandas as pd

import asana_frames as af

OCTOBER = {"start": "2026-10-01", "end": "2026-10-31", "now": "2026-11-02"}
GOALS = pd.DataFrame(
    {
        "gid": ["1", "2", "3", "4"],
        "depth": [0, 1, 1, 1],
        "progress": [0.5, 0.3, 0.9, None],
        "expected": [0.6, 0.6, 1.0, 0.5],
        "status": ["green", "red", "achieved", None],
    }
)


def values(table: pd.DataFrame, column: str) -> dict[str, float]:
    found: dict[str, float] = table.set_index("figure")[column].dropna().to_dict()
    return found


def test_open_goals_that_lag_more_than_a_tenth_are_behind() -> None:
    table = af.rollups.goal_summary(GOALS, **OCTOBER)

    assert values(table, "value") == {"progress": 0.5, "expected": 0.6, "open": 3, "behind": 1}
    assert values(table, "target") == {"progress": 0.6}
    assert values(table, "previous") == {}


def test_goals_are_beside_what_they_were() -> None:
    before = GOALS.assign(progress=[0.2, 0.3, 0.5, None], status="green")

    table = af.rollups.goal_summary(GOALS, before, **OCTOBER)

    assert values(table, "previous") == {"progress": 0.2, "expected": 0.6, "open": 4, "behind": 3}
    assert values(table, "is_better") == {"progress": True, "behind": True}


def test_what_was_behind_is_missing_where_no_progress_is_known() -> None:
    table = af.rollups.goal_summary(GOALS, GOALS.assign(progress=None), **OCTOBER)

    assert "behind" not in values(table, "previous")


def test_open_goals_without_a_status_in_the_period_are_counted() -> None:
    posted = pd.DataFrame(
        {
            "gid": ["7", "8", "9"],
            "parent_gid": ["1", "2", "3"],
            "created_at": pd.to_datetime(["2026-10-05", "2026-09-05", "2026-10-05"], utc=True),
        }
    )

    table = af.rollups.goal_summary(GOALS, GOALS, posted, **OCTOBER)

    assert values(table, "value")["without_update"] == 2
    assert values(table, "previous")["without_update"] == 2


def test_statuses_posted_later_are_not_there() -> None:
    posted = pd.DataFrame(
        {
            "gid": ["7", "8"],
            "parent_gid": ["1", "2"],
            "created_at": pd.to_datetime(["2026-10-05", "2026-10-25"], utc=True),
        }
    )

    for now, expected in (("2026-11-02", 1), ("2026-10-20", 2)):
        table = af.rollups.goal_summary(GOALS, None, posted, **OCTOBER | {"now": now})
        assert values(table, "value")["without_update"] == expected


def test_a_goal_counts_once() -> None:
    twice = pd.concat([GOALS, GOALS.head(2)])

    table = af.rollups.goal_summary(twice, **OCTOBER)

    assert values(table, "value") == {"progress": 0.5, "expected": 0.6, "open": 3, "behind": 1}


def test_a_summary_is_as_of_the_moment_of_the_progress() -> None:
    progress = GOALS.copy()
    progress.attrs.update(subject="Acme", now="2026-10-31T09:00+01:00")

    assert af.rollups.goal_summary(progress, **OCTOBER).attrs == {
        "subject": "Acme",
        "start": "2026-10-01",
        "end": "2026-10-31",
        "now": "2026-10-31T09:00+01:00",
    }
