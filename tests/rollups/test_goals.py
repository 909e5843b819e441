"""What goals should be by now, what is worked out for them, and where they stand in the tree."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.frames.arrays import STR

NOTHING = (None, None, None)
METRIC = ("initial", "current", "target")


def goals_of(*names: str, **columns: list[Any]) -> pd.DataFrame:
    """Goals named by their gids, without a metric unless ``metric`` gives it."""
    metric = columns.pop("metric", [NOTHING] * len(names))
    frame = pd.DataFrame({"gid": pd.array(names, STR), "name": pd.array(names, STR)})
    for place, what in enumerate(METRIC):
        values = [triple[place] for triple in metric]
        frame[f"metric_{what}_number_value"] = pd.array(values, "Float64")
    days = [name for name in columns if name.endswith("_on")]
    texts = [name for name in columns if name in ("status", "metric_progress_source")]
    frame = frame.assign(**columns)
    for name in days:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame.astype(dict.fromkeys(texts, STR))


def links(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Relationships: supported goal, what supports it, its kind, its weight."""
    goal, below, kind, weight = zip(*rows, strict=True) if rows else ((), (), (), ())
    subtypes = ["subgoal" if each == "goal" else "supporting_work" for each in kind]
    return pd.DataFrame(
        {
            "supported_goal_gid": pd.array(goal, STR),
            "supporting_resource_gid": pd.array(below, STR),
            "supporting_resource_name": pd.array([f"the {gid}" for gid in below], STR),
            "supporting_resource_resource_type": pd.array(kind, STR),
            "resource_subtype": pd.array(subtypes, STR),
            "contribution_weight": pd.array(weight, "Float64"),
        }
    )


def counts_of(**projects: tuple[int, int, int, int]) -> pd.DataFrame:
    """Tasks, done tasks, milestones and done milestones of projects."""
    columns = ("num_tasks", "num_completed_tasks", "num_milestones", "num_completed_milestones")
    frame = pd.DataFrame(list(projects.values()), columns=list(columns)).astype("Int64")
    return frame.assign(project_gid=pd.array(list(projects), STR))


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

    found = af.rollups.goal_progress(goals, now=now)

    assert found["expected"].iloc[0] == pytest.approx(expected)


def test_a_goal_s_own_days_come_before_those_of_its_period() -> None:
    goals = goals_of(
        "a",
        start_on=["2026-02-01"],
        due_on=[None],
        time_period_start_on=["2026-01-01"],
        time_period_end_on=["2026-02-10"],
    )

    found = af.rollups.goal_progress(goals, now="2026-02-05").iloc[0]

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

    found = af.rollups.goal_progress(goals, now="2026-03-01").iloc[0]

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

    ahead = af.rollups.goal_progress(goals, now="2026-01-05")["ahead"]

    assert ahead.iloc[0] == pytest.approx(0.8 - 0.5)
    assert pd.isna(ahead.iloc[1])


def test_today_is_a_day_of_the_time_zone() -> None:
    goals = goals_of("a", start_on=["2026-01-01"], due_on=["2026-01-10"])

    late = "2026-01-05T23:30:00Z"
    utc = af.rollups.goal_progress(goals, now=late)["expected"].iloc[0]
    berlin = af.rollups.goal_progress(goals, now=late, tz="Europe/Berlin")["expected"].iloc[0]

    assert (utc, berlin) == (pytest.approx(0.5), pytest.approx(0.6))


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

    once = af.rollups.goal_progress(goals, relations, "2026-01-01")
    twice = af.rollups.goal_progress(
        pd.concat([goals, goals]), pd.concat([relations, relations]), "2026-01-01"
    )

    pd.testing.assert_frame_equal(once, twice)


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
def test_a_circle_of_goals_is_refused_by_their_names(function: str) -> None:
    relations = links(("a", "b", "goal", 1), ("b", "c", "goal", 1), ("c", "a", "goal", 1))

    with pytest.raises(af.InvalidArgument, match=r"a > b > c > a|b > c > a > b|c > a > b > c"):
        getattr(af.rollups, function)(goals_of("a", "b", "c"), relations)


def test_a_missing_column_is_named() -> None:
    relations = links(("a", "b", "goal", 1)).drop(columns="contribution_weight")

    with pytest.raises(af.InvalidArgument, match="metric_target_number_value"):
        af.rollups.goal_progress(goals_of("a").drop(columns="metric_target_number_value"))
    with pytest.raises(af.InvalidArgument, match="contribution_weight"):
        af.rollups.goal_progress(goals_of("a"), relations)
    with pytest.raises(af.InvalidArgument, match="now='yesterdayish'"):
        af.rollups.goal_progress(goals_of("a"), now="yesterdayish")
