"""What goals that are behind depend on."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.goal_frames import NOTHING, counts_of, goals_of, links

END: dict[str, Any] = {"now": "2026-12-31", "read_at": "2026-12-31"}


def year_of(*names: str, **columns: list[Any]) -> pd.DataFrame:
    days = {"start_on": ["2026-01-01"] * len(names), "due_on": ["2026-12-31"] * len(names)}
    return goals_of(*names, **days, **columns)


def test_projects_below_sub_goals_drive_the_goal_above() -> None:
    goals = year_of(
        *["top", "mid", "done"],
        metric=[NOTHING, (0, 0.4, 1), (0, 1, 1)],
        metric_progress_source=[None, "project_task_completion", "manual"],
    )
    relations = links(
        *[("top", "mid", "goal", 3), ("top", "done", "goal", 1)],
        *[("mid", "p", "project", 1), ("mid", "q", "project", 1)],
    )
    counts = counts_of(p=(10, 2, 0, 0), q=(10, 6, 0, 0))

    found = af.rollups.goal_drivers(goals, relations, counts=counts, **END)

    top = found[found["goal_gid"] == "top"]
    assert top["driver_gid"].tolist() == ["mid", "p", "q", "done"]
    assert top["weight"].tolist() == [0.75, 0.375, 0.375, 0.25]
    assert top["owed"].tolist() == pytest.approx([0.45, 0.3, 0.15, 0])
    assert top["depth"].tolist() == [1, 2, 2, 1]
    assert top["path"].tolist()[1] == ("top", "mid", "the p")
    # The goal furthest behind comes first, and a goal that is reached has no rows.
    assert found["goal_gid"].drop_duplicates().tolist() == ["mid", "top"]


def test_what_is_reached_on_two_ways_counts_for_both_and_is_there_once() -> None:
    goals = year_of("top", "a", "b", "c", metric=[NOTHING, NOTHING, NOTHING, (0, 1, 2)])
    relations = links(
        *[("top", "a", "goal", 1), ("top", "b", "goal", 1)],
        *[("a", "c", "goal", 1), ("b", "c", "goal", 1)],
    )

    found = af.rollups.goal_drivers(goals, relations, **END)

    top = found[found["goal_gid"] == "top"].set_index("driver_gid")
    assert sorted(top.index) == ["a", "b", "c"]
    assert (top.loc["c", "weight"], top.loc["c", "owed"]) == (1, 0.5)


def test_many_ways_take_no_time() -> None:
    names = [f"{side}{level}" for level in range(30) for side in "ab"]
    steps = [
        (f"{up}{level}", f"{down}{level + 1}", "goal", 1)
        for level in range(29)
        for up in "ab"
        for down in "ab"
    ]
    last = [NOTHING] * (len(names) - 2) + [(0, 1, 4)] * 2

    found = af.rollups.goal_drivers(year_of(*names, metric=last), links(*steps), **END)

    assert found[found["goal_gid"] == "a0"]["weight"].sum() == pytest.approx(29)


def test_what_does_not_count_is_named_with_a_weight_of_0() -> None:
    goals = year_of("a", metric=[(0, 1, 4)], metric_progress_source=["manual"])

    found = af.rollups.goal_drivers(goals, links(("a", "p", "project", 1)), **END).iloc[0]

    assert (found["kind"], found["weight"]) == ("project", 0)
    assert pd.isna(found["progress"])
    assert pd.isna(found["owed"])


def test_goals_that_are_ahead_are_there_when_asked_for() -> None:
    goals = year_of("a", "b", metric=[(0, 9, 4), (0, 1, 4)], metric_progress_source=["manual"] * 2)
    relations = links(("a", "p", "project", 1), ("b", "q", "project", 1))

    assert af.rollups.goal_drivers(goals, relations, **END)["goal_gid"].tolist() == ["b"]
    everything = af.rollups.goal_drivers(goals, relations, behind=False, **END)
    assert everything["goal_gid"].tolist() == ["b", "a"]


def test_milestones_are_counted_where_the_goal_counts_them() -> None:
    source = ["project_milestone_completion"]
    goals = year_of("a", metric=[(0, 0.5, 1)], metric_progress_source=source)

    found = af.rollups.goal_drivers(
        goals, links(("a", "p", "project", 1)), counts=counts_of(p=(10, 1, 4, 2)), **END
    )

    assert found["progress"].tolist() == [0.5]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=5),
)
def test_what_projects_owe_is_what_the_goal_lacks(parts: list[tuple[int, int]]) -> None:
    counts = counts_of(
        **{f"p{n}": (10, done, 0, 0) for n, (done, _) in enumerate(parts)}  # type: ignore[arg-type]
    )
    relations = links(*(("a", f"p{n}", "project", w) for n, (_, w) in enumerate(parts)))
    goals = year_of(
        "a",
        metric=[(0, 0, 1)],
        metric_progress_source=["project_task_completion"],
        metric_is_custom_weight=[True],
    )

    computed = af.rollups.goal_progress(goals, relations, counts=counts, **END)["computed"]
    drivers = af.rollups.goal_drivers(goals, relations, counts=counts, **END)

    assert drivers["weight"].sum() == pytest.approx(1)
    assert drivers["owed"].sum() == pytest.approx(1 - computed.iloc[0])


def test_the_sandbox_says_which_project_feeds_a_goal_that_is_behind() -> None:
    with af.sandbox(now="2026-11-02") as asana:
        goals = asana.goals.list(workspace="Acme")
        relations = asana.goal_relationships.list(supported_goal=goals)
        counts = asana.projects.get_task_counts(asana.projects.list(workspace="Acme"))

    found = af.rollups.goal_drivers(goals, relations, counts=counts, now="2026-11-02")

    projects = found[found["kind"] == "project"].set_index("goal_name")
    assert projects.loc["Ship the new product", "driver_name"] == "Mobile app"
    progress = goals.set_index("name").loc["Ship the new product", "metric_current_number_value"]
    assert projects.loc["Ship the new product", "owed"] == pytest.approx(1 - progress, abs=0.005)
    none = af.rollups.goal_drivers(goals.head(0), relations)
    assert none.dtypes.equals(found.dtypes)


def test_the_path_is_a_way_on_which_something_counts() -> None:
    # "b" weighs nothing for the top; what is below it counts through "a".
    goals = year_of(
        *["top", "a", "b", "low"],
        metric=[NOTHING, NOTHING, NOTHING, (0, 0.5, 1)],
        metric_progress_source=[None, None, None, "manual"],
    )
    relations = links(
        *[("top", "a", "goal", 1), ("top", "b", "goal", 0)],
        *[("a", "low", "goal", 1), ("b", "low", "goal", 1)],
    )

    found = af.rollups.goal_drivers(goals, relations, **END)

    low = found[(found["goal_gid"] == "top") & (found["driver_gid"] == "low")].iloc[0]
    assert low["path"] == ("top", "a", "low")
    assert low["weight"] == 1
