"""Key results below their objectives."""

from __future__ import annotations

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.rollups.goals.metric_text import format_current_of_target
from tests.rollups.goal_frames import NOTHING, goals_of, links


def test_a_key_result_has_a_row_for_each_of_its_objectives() -> None:
    goals = goals_of(
        *["a", "b", "shared", "low"],
        metric=[NOTHING, (0, 1, 4), (0, 1, 2), (0, 3, 4)],
        status=[None, "yellow", "red", "achieved"],
    )
    relations = links(
        *[("a", "shared", "goal", 1), ("b", "shared", "goal", 1)],
        *[("shared", "low", "goal", 1), ("a", "p", "project", 1)],
    )

    card = af.rollups.scorecard(goals, relations)

    pairs = list(zip(card["objective_name"], card["key_result_name"], strict=True))
    assert pairs == [("a", "shared"), ("shared", "low"), ("b", "b"), ("b", "shared")]
    assert card["level"].tolist() == [1, 2, 0, 1]
    assert card["path"].tolist()[1] == ("a", "shared", "low")
    assert card["confidence"].tolist() == ["off track", "achieved", "at risk", "off track"]
    assert card["progress"].tolist() == [0.5, 0.75, 0.25, 0.5]


def test_the_last_update_is_the_last_one_until_now() -> None:
    goals = goals_of("a", metric=[(0, 1, 2)])
    posted = pd.DataFrame(
        {
            "parent_gid": ["a"] * 3,
            "created_at": pd.to_datetime(["2026-02-01", "2026-01-01", "2026-05-01"], utc=True),
            "status_type": ["at_risk", "on_track", "off_track"],
            "title": ["Second", "First", "Third"],
        }
    )

    card = af.rollups.scorecard(goals, None, posted, now="2026-02-11", read_at="2026-02-11")
    silent = af.rollups.scorecard(goals, now="2026-02-11", read_at="2026-02-11")

    assert card["last_status_title"].tolist() == ["Second"]
    assert card["days_since_status"].tolist() == [10]
    assert silent["last_status_at"].isna().all()
    assert silent.dtypes.equals(card.dtypes)


def test_goals_without_a_metric_are_objectives_only() -> None:
    card = af.rollups.scorecard(goals_of("a", "b"), links(("a", "b", "goal", 1)))

    assert card.empty


@pytest.mark.parametrize(
    ("current", "target", "unit", "precision", "currency", "text"),
    [
        (0.03, 0.02, "percentage", 0, None, "3 % of 2 %"),
        (0.9988, 0.9995, "percentage", 2, None, "99.88 % of 99.95 %"),
        (12400, 40000, "currency", 0, "EUR", "12,400 of 40,000 EUR"),
        (12400.5, 40000, "currency", 2, "EUR", "12,400.50 of 40,000.00 EUR"),
        (31, 40, "none", 1, None, "31 of 40"),
        (-0.04, 4.5, None, 1, None, "-<0.1 of 4.5"),
        (1 / 3, 1, None, None, None, "0.33 of 1"),
        (None, 40, "none", 0, None, "? of 40"),
        (3, None, "none", 0, None, "3"),
        (None, None, "percentage", 0, None, None),
    ],
)
def test_values_are_written_as_people_write_them(
    current: float | None,
    target: float | None,
    unit: str | None,
    precision: int | None,
    currency: str | None,
    text: str | None,
) -> None:
    row = {
        "current": [current],
        "target": [target],
        "unit": [unit],
        "precision": [precision],
        "currency_code": [currency],
    }

    found = format_current_of_target(pd.DataFrame(row)).iloc[0]

    assert pd.isna(found) if text is None else found == text


def test_the_scorecard_of_the_sandbox_has_every_metric_below_its_objective() -> None:
    with af.sandbox(now="2026-11-02") as asana:
        goals = asana.goals.list(workspace="Acme")
        relations = asana.goal_relationships.list(supported_goal=goals)
        posted = asana.status_updates.list(parent=goals)

    card = af.rollups.scorecard(goals, relations, posted, now="2026-11-02")

    measured = goals[goals["metric_gid"].notna()]
    assert set(card["key_result_gid"]) == set(measured["gid"])
    # One of the goals supports two.
    assert len(card) == len(measured) + 1
    assert card["last_status_at"].notna().all()
    told = card.set_index("key_result_name").loc["Churn below 2 %"]
    assert told["current_of_target"] == "3.5 % of 2 %"
    assert told["objective_name"] == "Make customers stay"
    assert af.rollups.scorecard(goals.head(0), relations).dtypes.equals(card.dtypes)
