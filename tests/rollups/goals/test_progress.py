"""How far goals are, and how far they should be."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.goal_frames import NOTHING, counts_of, goals_of, links


def metrics_of(**metrics: tuple[float | None, ...]) -> pd.DataFrame:
    """Return goals by gid, each with the first, current and target value of its metric."""
    goals = goals_of(*metrics, metric=list(metrics.values()))
    return goals.assign(name=goals["gid"].str.upper())


def subgoals(*rows: tuple[str, str, Any]) -> pd.DataFrame:
    return links(*((goal, below, "goal", weight) for goal, below, weight in rows))


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
    found = af.rollups.goal_progress(metrics_of(a=metric))["progress"].iloc[0]

    assert pd.isna(found) if progress is None else found == pytest.approx(progress)


def test_a_goal_without_a_metric_has_the_weighted_mean_of_its_subgoals() -> None:
    goals = metrics_of(top=NOTHING, a=(0, 1, 2), b=(0, 2, 2), c=NOTHING)

    weighted = af.rollups.goal_progress(goals, subgoals(("top", "a", 3), ("top", "b", 1)))
    alike = af.rollups.goal_progress(goals, subgoals(("top", "a", 0), ("top", "b", None)))
    partly = af.rollups.goal_progress(goals, subgoals(("top", "a", 1), ("top", "c", 1)))

    assert weighted["progress"].iloc[0] == pytest.approx(0.625)
    assert alike["progress"].iloc[0] == pytest.approx(0.75)
    assert partly["progress"].iloc[0] == pytest.approx(0.5)
    assert weighted["progress_from"].fillna("-").tolist() == ["subgoals", "metric", "metric", "-"]


def test_a_shared_subgoal_counts_for_each_of_its_parents() -> None:
    goals = metrics_of(a=NOTHING, b=NOTHING, c=(0, 1, 4))

    progress = af.rollups.goal_progress(goals, subgoals(("a", "c", 1), ("b", "c", 1)))["progress"]

    assert progress.tolist() == [0.25, 0.25, 0.25]


def test_a_cycle_is_refused_by_name() -> None:
    goals = metrics_of(a=NOTHING, b=NOTHING)

    with pytest.raises(af.InvalidArgument, match="A > B > A"):
        af.rollups.goal_progress(goals, subgoals(("a", "b", 1), ("b", "a", 1)))


def test_the_frame_is_the_same_for_none_and_many(asana: af.Asana) -> None:
    goals = asana.goals.list(workspace="Acme")
    relations = asana.goal_relationships.list(supported_goal=goals)

    some = af.rollups.goal_progress(goals, relations)
    none = af.rollups.goal_progress(goals.iloc[:0], relations)

    assert list(some.dtypes.items()) == list(none.dtypes.items())
    assert some["gid"].tolist() == goals["gid"].tolist()
    assert some["progress"].notna().sum() == len(goals) - 1


# ------------------------------------------------------------------------------- expected by now


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-12-31", 0.0),  # not begun
        ("2026-01-01", 1 / 365),  # the first of 365 days is over at its end
        ("2026-03-14", 73 / 365),  # 31 + 28 + 14 days
        ("2026-12-31", 1.0),
        ("2027-06-01", 1.0),
    ],
)
def test_the_share_of_the_days_that_are_over_is_expected(now: str, expected: float) -> None:
    goals = goals_of("a", time_period_start_on=["2026-01-01"], time_period_end_on=["2026-12-31"])

    found = af.rollups.goal_progress(goals, now=now, read_at=now)

    assert found["expected"].iloc[0] == pytest.approx(expected)


def test_a_goal_s_own_days_come_before_those_of_its_period() -> None:
    goals = goals_of(
        "a",
        start_on=["2026-02-01"],
        due_on=[None],
        time_period_start_on=["2026-01-01"],
        time_period_end_on=["2026-02-10"],
    )

    found = af.rollups.goal_progress(goals, now="2026-02-05", read_at="2026-02-05").iloc[0]

    # 1 to 10 February are ten days, of which five are over.
    assert found["expected"] == pytest.approx(0.5)
    assert found["start_on"] == pd.Timestamp("2026-02-01")
    assert found["due_on"] == pd.Timestamp("2026-02-10")


@pytest.mark.parametrize(
    "days", [(None, "2026-03-01"), ("2026-03-01", None), ("2026-03-02", "2026-03-01")]
)
def test_without_days_or_with_days_the_wrong_way_round_nothing_is_expected(
    days: tuple[str | None, str | None],
) -> None:
    goals = goals_of("a", metric=[(0, 1, 2)], start_on=[days[0]], due_on=[days[1]])

    found = af.rollups.goal_progress(goals, now="2026-03-01", read_at="2026-03-01").iloc[0]

    assert pd.isna(found["expected"])
    assert pd.isna(found["ahead"])


def test_ahead_is_progress_less_what_is_expected_and_of_no_goal_that_is_closed() -> None:
    goals = goals_of(
        *["a", "b"],
        metric=[(0, 8, 10), (0, 8, 10)],
        status=["green", "achieved"],
        start_on=["2026-01-01"] * 2,
        due_on=["2026-01-10"] * 2,
    )

    ahead = af.rollups.goal_progress(goals, now="2026-01-05", read_at="2026-01-05")["ahead"]

    assert ahead.iloc[0] == pytest.approx(0.8 - 0.5)
    assert pd.isna(ahead.iloc[1])


def test_today_is_a_day_of_the_time_zone() -> None:
    goals = goals_of("a", start_on=["2026-01-01"], due_on=["2026-01-10"])

    late = "2026-01-05T23:30:00Z"
    utc = af.rollups.goal_progress(goals, now=late, read_at=late)
    berlin = af.rollups.goal_progress(goals, now=late, read_at=late, tz="Europe/Berlin")

    assert (utc["expected"].iloc[0], berlin["expected"].iloc[0]) == (
        pytest.approx(0.5),
        pytest.approx(0.6),
    )


# ------------------------------------------------------------------------------ what is worked out


def test_projects_and_milestones_tell_the_progress_of_goals_measured_by_them() -> None:
    goals = goals_of(
        *["a", "b"],
        metric=[(0, 0.6, 1), (0, 1, 1)],
        metric_progress_source=["project_task_completion", "project_milestone_completion"],
        metric_is_custom_weight=[True, False],
    )
    relations = links(
        ("a", "p", "project", 0.5), ("a", "q", "project", 1.5), ("b", "p", "project", 1)
    )
    counts = counts_of(p=(10, 2, 4, 3), q=(4, 3, 0, 0))

    found = af.rollups.goal_progress(goals, relations, counts=counts)

    # a: (0.5 * 2/10 + 1.5 * 3/4) / 2 = 0.6125; b: 3/4 of the milestones.
    assert found["computed"].tolist() == [pytest.approx(0.6125), pytest.approx(0.75)]
    assert found["progress"].tolist() == [pytest.approx(0.6), 1.0]
    assert found["progress_from"].tolist() == ["projects", "milestones"]
    assert found["disagrees"].tolist() == [True, True]


def test_tasks_tell_the_progress_of_a_goal_measured_by_them() -> None:
    goals = goals_of("a", metric=[(0, 0.5, 1)], metric_progress_source=["task_completion"])
    tasks = pd.DataFrame({"gid": ["t", "u"], "completed": pd.array([True, False], "boolean")})

    found = af.rollups.goal_progress(
        goals, links(("a", "t", "task", 1), ("a", "u", "task", 1)), tasks=tasks
    )

    assert found["computed"].tolist() == [0.5]
    assert found["disagrees"].tolist() == [False]


def test_with_a_metric_what_has_no_weight_does_not_count_and_the_rest_counts_alike() -> None:
    goals = goals_of(
        *["top", "a", "b", "c"],
        metric=[(0, 0.5, 1), (0, 1, 1), (0, 0, 1), (0, 0, 1)],
        metric_progress_source=["subgoal_progress", "manual", "manual", "manual"],
    )
    relations = links(
        ("top", "a", "goal", 0.9), ("top", "b", "goal", 0.1), ("top", "c", "goal", 0)
    )

    found = af.rollups.goal_progress(goals, relations)

    assert found["computed"].iloc[0] == pytest.approx(0.5)
    assert found["disagrees"].tolist()[0] is False
    assert found["disagrees"].iloc[1:].isna().all()


def test_the_sandbox_s_numbers_are_those_that_are_worked_out(asana: af.Asana) -> None:
    goals = asana.goals.list(workspace="Acme")
    relations = asana.goal_relationships.list(supported_goal=goals)
    counts = asana.projects.get_task_counts(asana.projects.list(workspace="Acme"))

    found = af.rollups.goal_progress(goals, relations, counts=counts)

    assert found["computed"].notna().sum() == 4
    assert not found["disagrees"].fillna(False).any()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=6),
    st.lists(st.sampled_from([0.0, 0.01, 0.25, 0.5, 1.0]), min_size=6, max_size=6),
)
def test_what_is_worked_out_lies_between_the_least_and_the_most_of_the_parts(
    shares: list[float], weights: list[float]
) -> None:
    names = [f"g{number}" for number in range(len(shares))]
    goals = goals_of("top", *names, metric=[NOTHING, *((0, share, 1) for share in shares)])
    relations = links(*(("top", n, "goal", w) for n, w in zip(names, weights, strict=False)))

    computed = af.rollups.goal_progress(goals, relations)["progress"].iloc[0]

    assert min(shares) - 1e-9 <= computed <= max(shares) + 1e-9


# ------------------------------------------------------------------------------------ where it is


def test_depth_and_path_are_those_of_the_shortest_way() -> None:
    relations = links(
        ("top", "mid", "goal", 1), ("mid", "low", "goal", 1), ("top", "low", "goal", 1)
    )

    found = af.rollups.goal_progress(goals_of("top", "mid", "low"), relations)

    assert found["depth"].tolist() == [0, 1, 1]
    assert found["path"].tolist() == [("top",), ("top", "mid"), ("top", "low")]
    assert found["parent_gids"].tolist() == [(), ("top",), ("mid", "top")]


def test_parents_that_are_not_among_the_goals_are_left_out() -> None:
    found = af.rollups.goal_progress(goals_of("low"), links(("elsewhere", "low", "goal", 1)))

    assert found["parent_gids"].tolist() == [()]
    assert found["depth"].tolist() == [0]


def test_goals_and_relationships_that_are_there_twice_count_once() -> None:
    goals = goals_of("top", "a", metric=[NOTHING, (0, 1, 2)])
    relations = links(("top", "a", "goal", 1))

    once = af.rollups.goal_progress(goals, relations, now="2027-01-01")
    twice = af.rollups.goal_progress(
        pd.concat([goals, goals]), pd.concat([relations, relations]), now="2027-01-01"
    )

    pd.testing.assert_frame_equal(once, twice)


def test_a_missing_column_is_named() -> None:
    relations = links(("a", "b", "goal", 1)).drop(columns="contribution_weight")

    with pytest.raises(af.InvalidArgument, match="metric_target_number_value"):
        af.rollups.goal_progress(goals_of("a").drop(columns="metric_target_number_value"))
    with pytest.raises(af.InvalidArgument, match="contribution_weight"):
        af.rollups.goal_progress(goals_of("a"), relations)
    with pytest.raises(af.InvalidArgument, match="now='yesterdayish'"):
        af.rollups.goal_progress(goals_of("a"), now="yesterdayish")
