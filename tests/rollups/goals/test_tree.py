"""Where goals stand in the tree."""

from __future__ import annotations

import pytest

import asana_frames as af
from tests.rollups.goal_frames import counts_of, goals_of, links


def test_the_tree_shows_a_shared_goal_below_each_parent_and_opens_it_once() -> None:
    goals = goals_of("a", "b", "shared", "low")
    relations = links(
        *[("a", "shared", "goal", 0.5), ("b", "shared", "goal", 0.25)],
        *[("shared", "low", "goal", 1), ("a", "p", "project", 1)],
    )

    tree = af.rollups.goal_tree(goals, relations, counts=counts_of(p=(4, 1, 0, 0)))

    assert tree["name"].tolist() == ["a", "shared", "low", "the p", "b", "shared"]
    assert tree["depth"].tolist() == [0, 1, 2, 1, 0, 1]
    assert tree["is_repeated"].tolist() == [False] * 5 + [True]
    assert tree["weight"].fillna(-1).tolist() == [-1, 0.5, 1, 1, -1, 0.25]
    assert tree["progress"].iloc[3] == pytest.approx(0.25)
    assert tree["path"].iloc[5] == ("b", "shared")


def test_a_tree_of_nothing_has_the_columns_of_one_of_many() -> None:
    some = af.rollups.goal_tree(goals_of("a", "b"), links(("a", "b", "goal", 1)))
    none = af.rollups.goal_tree(goals_of(), links())

    assert none.empty
    assert none.dtypes.equals(some.dtypes)


@pytest.mark.parametrize("function", ["goal_progress", "goal_tree"])
def test_a_cycle_of_goals_is_refused_by_their_names(function: str) -> None:
    relations = links(("a", "b", "goal", 1), ("b", "c", "goal", 1), ("c", "a", "goal", 1))

    with pytest.raises(af.InvalidArgument, match=r"a > b > c > a|b > c > a > b|c > a > b > c"):
        getattr(af.rollups, function)(goals_of("a", "b", "c"), relations)
