"""What is not in the frames is unknown, not absent."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.goal_frames import NOTHING, counts_of, goals_of, links


def test_a_sub_goal_that_is_not_given_is_unknown() -> None:
    relations = links(("top", "a", "goal", 3), ("top", "gone", "goal", 1))

    found = af.rollups.goal_progress(goals_of("top", "a", metric=[NOTHING, (0, 1, 2)]), relations)

    assert found["computed"].isna().all()
    assert found["progress"].fillna(-1).tolist() == [-1, 0.5]
    assert found["coverage"].tolist() == [0.75, 1]


def test_what_has_no_weight_needs_not_be_known() -> None:
    relations = links(("top", "a", "goal", 0.5), ("top", "gone", "goal", 0))

    found = af.rollups.goal_progress(goals_of("top", "a", metric=[NOTHING, (0, 1, 2)]), relations)

    assert found["progress"].tolist() == [0.5, 0.5]
    assert found["coverage"].tolist() == [1, 1]


def test_a_known_sub_goal_without_progress_is_left_out() -> None:
    relations = links(("top", "a", "goal", 1), ("top", "b", "goal", 3))
    goals = goals_of("top", "a", "b", metric=[NOTHING, (0, 1, 2), NOTHING])

    found = af.rollups.goal_progress(goals, relations)

    assert found["progress"].fillna(-1).tolist() == [0.5, 0.5, -1]
    assert found["coverage"].tolist() == [1, 1, 1]


def test_a_sub_goal_that_is_partly_unknown_is_unknown_to_its_parent() -> None:
    relations = links(
        ("top", "mid", "goal", 1), ("mid", "a", "goal", 1), ("mid", "gone", "goal", 1)
    )
    goals = goals_of("top", "mid", "a", metric=[NOTHING, NOTHING, (0, 1, 2)])

    found = af.rollups.goal_progress(goals, relations)

    assert found["coverage"].tolist() == [0, 0.5, 1]
    assert found["progress"].fillna(-1).tolist() == [-1, -1, 0.5]


def test_nothing_disagrees_with_what_is_partly_unknown() -> None:
    goals = goals_of("a", metric=[(0, 0.9, 1)], metric_progress_source=["project_task_completion"])
    relations = links(("a", "p", "project", 1), ("a", "q", "project", 1))

    partly = af.rollups.goal_progress(goals, relations, counts=counts_of(p=(10, 2, 0, 0)))
    fully = af.rollups.goal_progress(
        goals, relations, counts=counts_of(p=(10, 2, 0, 0), q=(0, 0, 0, 0))
    )
    without = af.rollups.goal_progress(goals, relations)

    assert (partly["coverage"].iloc[0], without["coverage"].iloc[0]) == (0.5, 0)
    assert partly["disagrees"].isna().all()
    # A project without tasks is known, and has no progress.
    assert (fully["computed"].iloc[0], fully["coverage"].iloc[0]) == (pytest.approx(0.2), 1)
    assert fully["disagrees"].tolist() == [True]


def test_coverage_is_there_without_relationships() -> None:
    found = af.rollups.goal_progress(goals_of("a", metric=[(0, 1, 2)]))

    assert found["coverage"].tolist() == [1]


def test_a_cycle_of_goals_that_are_not_given_does_not_matter() -> None:
    relations = links(("a", "x", "goal", 1), ("x", "y", "goal", 1), ("y", "x", "goal", 1))

    found = af.rollups.goal_progress(goals_of("a"), relations)

    assert found["coverage"].tolist() == [0]


def test_goals_of_a_filtered_set_stand_in_the_tree_once() -> None:
    goals = goals_of("top", "low", "other")
    relations = links(
        *[("top", "gone", "goal", 1), ("gone", "low", "goal", 1)],
        *[("top", "low", "goal", 1), ("gone", "other", "goal", 1)],
    )

    tree = af.rollups.goal_tree(goals, relations)
    progress = af.rollups.goal_progress(goals, relations)

    assert tree["name"].tolist() == ["top", "low", "other"]
    assert tree["depth"].tolist() == progress["depth"].tolist() == [0, 1, 0]
    assert not tree["is_repeated"].any()
    assert progress["parent_gids"].tolist() == [(), ("top",), ()]


Weights = st.sampled_from([0.0, 0.25, 0.5, 1.0])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(Weights, st.sampled_from(["given", "gone", "empty"]), st.integers(-5, 15)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([None, True, False]),
)
def test_coverage_and_progress_are_those_of_what_counts(
    parts: list[tuple[float, str, int]], weighs: bool | None
) -> None:
    names = [f"g{number}" for number in range(len(parts))]
    known = [
        (name, (0, value, 10) if state == "given" else NOTHING)
        for name, (_, state, value) in zip(names, parts, strict=True)
        if state != "gone"
    ]
    top = NOTHING if weighs is None else (0, 0.5, 1)
    goals = goals_of("top", *(name for name, _ in known), metric=[top, *(m for _, m in known)])
    goals["metric_progress_source"] = None if weighs is None else "subgoal_progress"
    goals["metric_is_custom_weight"] = bool(weighs)
    relations = links(*(("top", n, "goal", p[0]) for n, p in zip(names, parts, strict=True)))

    found = af.rollups.goal_progress(goals, relations).iloc[0]

    # What counts, by the words of the docstring.
    total = known_weight = weighted = with_progress = 0.0
    is_even = weighs is None and not any(weight for weight, _, _ in parts)
    for weight, state, value in parts:
        counts = 1.0 if is_even else (weight > 0) * (1.0 if weighs is False else weight)
        total += counts
        known_weight += counts * (state != "gone")
        weighted += counts * (state == "given") * value / 10
        with_progress += counts * (state == "given")
    assert found["coverage"] == pytest.approx(known_weight / total if total else 1)
    is_computed = known_weight == total and with_progress > 0
    assert pd.notna(found["computed"]) == is_computed
    if is_computed:
        assert found["computed"] == pytest.approx(weighted / with_progress)
