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
