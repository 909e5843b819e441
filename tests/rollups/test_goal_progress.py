"""How far goals are."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af


def goals_of(**metrics: tuple[float | None, float | None, float | None]) -> pd.DataFrame:
    initial, current, target = zip(*metrics.values(), strict=True)
    return pd.DataFrame(
        {
            "gid": list(metrics),
            "name": [name.upper() for name in metrics],
            "metric_initial_number_value": pd.array(initial, "Float64"),
            "metric_current_number_value": pd.array(current, "Float64"),
            "metric_target_number_value": pd.array(target, "Float64"),
        }
    )


def links(*rows: tuple[str, str, Any]) -> pd.DataFrame:
    goal, child, weight = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "supported_goal_gid": goal,
            "supporting_resource_gid": child,
            "contribution_weight": pd.array(weight, "Float64"),
            "resource_subtype": "subgoal",
        }
    )


NOTHING = (None, None, None)


@pytest.mark.parametrize(
    ("metric", "progress"),
    [
        ((0, 50, 100), 0.5),
        ((0.04, 0.03, 0.02), 0.5),
        ((0, 120, 100), 1.2),
        ((10, 5, 20), -0.5),
        ((0, None, 100), None),
        ((5, 5, 5), None),
        (NOTHING, None),
    ],
)
def test_a_metric_tells_progress_rising_or_falling(
    metric: tuple[float | None, ...], progress: float | None
) -> None:
    found = af.rollups.goal_progress(goals_of(a=metric))["progress"].iloc[0]

    assert pd.isna(found) if progress is None else found == pytest.approx(progress)


def test_a_goal_without_a_metric_has_the_weighted_mean_of_its_subgoals() -> None:
    goals = goals_of(top=NOTHING, a=(0, 1, 2), b=(0, 2, 2), c=NOTHING)

    weighted = af.rollups.goal_progress(goals, links(("top", "a", 3), ("top", "b", 1)))
    alike = af.rollups.goal_progress(goals, links(("top", "a", 0), ("top", "b", None)))
    partly = af.rollups.goal_progress(goals, links(("top", "a", 1), ("top", "c", 1)))

    assert weighted["progress"].iloc[0] == pytest.approx(0.625)
    assert alike["progress"].iloc[0] == pytest.approx(0.75)
    assert partly["progress"].iloc[0] == pytest.approx(0.5)
    assert weighted["progress_from"].fillna("-").tolist() == ["subgoals", "metric", "metric", "-"]


def test_a_shared_subgoal_counts_for_each_of_its_parents() -> None:
    goals = goals_of(a=NOTHING, b=NOTHING, c=(0, 1, 4))

    progress = af.rollups.goal_progress(goals, links(("a", "c", 1), ("b", "c", 1)))["progress"]

    assert progress.tolist() == [0.25, 0.25, 0.25]


def test_a_circle_is_refused_by_name() -> None:
    goals = goals_of(a=NOTHING, b=NOTHING)

    with pytest.raises(af.InvalidArgument, match="A > B > A"):
        af.rollups.goal_progress(goals, links(("a", "b", 1), ("b", "a", 1)))


def test_the_frame_is_the_same_for_none_and_many(asana: af.Asana) -> None:
    goals = asana.goals.list(workspace="Acme")
    relations = asana.goal_relationships.list(supported_goal=goals)

    some = af.rollups.goal_progress(goals, relations)
    none = af.rollups.goal_progress(goals.iloc[:0], relations)

    assert list(some.dtypes.items()) == list(none.dtypes.items())
    assert some["gid"].tolist() == goals["gid"].tolist()
    assert some["progress"].notna().sum() == len(goals) - 1
