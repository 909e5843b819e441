"""Goals from an earlier moment: nothing is used that is known only later."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.exceptions import PastStateWarning
from asana_frames.frames.arrays import STR
from tests.rollups.goal_frames import NOTHING, goals_of, links

READ_AT = "2026-06-01"


def goals() -> pd.DataFrame:
    """Goal a, of which 80 of 100 were reached when it was read, for the year 2026."""
    return goals_of(
        "a",
        metric=[(0, 80, 100)],
        status=["green"],
        start_on=["2026-01-01"],
        due_on=["2026-12-31"],
    )


def stories(*rows: tuple[str, float | None, float]) -> pd.DataFrame:
    """Changes of the value of a: when, from, to."""
    at, old, new = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "goal_gid": pd.array(["a"] * len(rows), STR),
            "created_at": pd.to_datetime(list(at), utc=True).as_unit("us"),
            "old_number_value": pd.array(old, "Float64"),
            "new_number_value": pd.array(new, "Float64"),
        }
    )


def updates(*rows: tuple[str, str]) -> pd.DataFrame:
    at, status = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "parent_gid": pd.array(["a"] * len(rows), STR),
            "created_at": pd.to_datetime(list(at), utc=True).as_unit("us"),
            "status_type": status,
        }
    )


@pytest.mark.parametrize("function", ["goal_progress", "goal_history", "goal_forecast"])
def test_a_value_that_is_known_only_later_is_missing_and_warned_about(function: str) -> None:
    with pytest.warns(PastStateWarning, match="values of 1 goal and the statuses of 1 goal"):
        found = getattr(af.rollups, function)(goals(), now="2026-03-01", read_at=READ_AT)

    assert found["progress"].iloc[-1] is pd.NA
    assert found["status"].isna().all()


@pytest.mark.parametrize("now", ["2026-06-01", "2026-06-01T23:00Z", "2026-08-01"])
def test_from_the_day_of_the_reading_on_values_are_as_read(now: str) -> None:
    found = af.rollups.goal_progress(goals(), now=now, read_at="2026-06-01T15:00Z").iloc[0]

    assert (found["progress"], found["status"]) == (0.8, "green")


def test_a_frame_says_itself_when_it_was_read() -> None:
    frame = goals()
    frame.attrs["asana"] = {"fetched_at": "2026-06-01T08:00:00+00:00"}

    assert af.rollups.goal_progress(frame, now="2026-06-01")["progress"].tolist() == [0.8]
    with pytest.warns(PastStateWarning):
        af.rollups.goal_progress(frame, now="2026-05-31")


@pytest.mark.parametrize(
    ("now", "progress"),
    [
        ("2026-01-31", 0.1),  # the old value of the first change
        ("2026-02-10", 0.3),
        ("2026-04-01", 0.5),
    ],
)
def test_stories_tell_the_value_of_a_moment(now: str, progress: float) -> None:
    told = stories(("2026-02-01", 10, 30), ("2026-03-01", 30, 50), ("2026-05-01", 50, 80))

    found = af.rollups.goal_progress(
        goals(), stories=told, status_updates=updates(("2026-05-01", "on_track")),
        now=now, read_at=READ_AT,
    )  # fmt: skip

    assert found["progress"].tolist() == [pytest.approx(progress)]
    # The only update was posted later.
    assert found["status"].isna().all()


def test_the_last_of_stories_and_earlier_readings_counts() -> None:
    told = stories(("2026-02-01", 10, 30))
    read = pd.DataFrame({"gid": ["a", "a"], "read_at": ["2026-02-20", "2026-05-20"]})
    read = read.assign(value=[35.0, 70.0], status=["yellow", "green"])

    found = af.rollups.goal_progress(
        goals(), stories=told, histories=read, now="2026-03-01", read_at=READ_AT
    ).iloc[0]

    assert (found["progress"], found["status"]) == (pytest.approx(0.35), "yellow")


def test_earlier_frames_of_goals_are_readings_of_the_day_they_were_read() -> None:
    earlier = goals().assign(metric_current_number_value=20.0)
    earlier.attrs["asana"] = {"fetched_at": "2026-02-01T08:00:00+00:00"}

    history = af.rollups.goal_history(
        goals(), histories=[earlier], now="2026-06-01", read_at=READ_AT
    )

    assert history["event"].tolist() == ["start", "reading", "now"]
    assert history["value"].tolist() == [0, 20, 80]
    assert history["status"].fillna("-").tolist() == ["-", "on_track", "on_track"]


def test_days_of_readings_are_those_of_the_time_zone() -> None:
    read = pd.DataFrame({"gid": ["a"], "at": pd.to_datetime(["2026-02-01"]), "value": [7]})

    history = af.rollups.goal_history(
        goals(), histories=read, now=READ_AT, read_at=READ_AT, tz="Europe/Berlin"
    )

    told = history[history["event"] == "reading"]
    assert told["at"].tolist() == [pd.Timestamp("2026-01-31T23:00Z")]


def test_a_history_ends_now() -> None:
    told = stories(("2026-02-01", 0, 30), ("2026-05-01", 30, 80))
    posted = updates(("2026-02-02", "at_risk"), ("2026-05-02", "on_track"))

    history = af.rollups.goal_history(goals(), posted, told, now="2026-03-01", read_at=READ_AT)

    assert history["event"].tolist() == ["start", "value", "status update", "now"]
    assert history["value"].fillna(-1).tolist() == [0, 30, -1, 30]
    assert history["status"].iloc[-1] == "at_risk"


def test_a_goal_of_a_future_period_has_not_begun() -> None:
    later = goals_of("a", metric=[(0, 0, 9)], start_on=["2027-01-01"], due_on=["2027-03-31"])

    history = af.rollups.goal_history(later, now=READ_AT, read_at=READ_AT)
    progress = af.rollups.goal_progress(later, now=READ_AT, read_at=READ_AT).iloc[0]
    forecast = af.rollups.goal_forecast(later, now=READ_AT, read_at=READ_AT).iloc[0]

    assert history["event"].tolist() == ["now"]
    assert (progress["expected"], progress["ahead"]) == (0, 0)
    assert pd.isna(forecast["progress_at_due"])
    assert forecast["days_left"] == 303


def test_goals_created_later_do_not_exist_where_a_column_says_so() -> None:
    both = goals_of("a", "b").assign(
        created_at=pd.to_datetime(["2026-01-01", "2026-05-01"], utc=True)
    )

    found = af.rollups.goal_progress(both, now="2026-03-01", read_at=READ_AT)

    assert found["gid"].tolist() == ["a"]


def test_a_sub_goal_whose_value_then_is_unknown_is_unknown_to_its_parent() -> None:
    both = goals_of("top", "a", "b", metric=[NOTHING, (0, 8, 10), (0, 5, 10)])
    relations = links(("top", "a", "goal", 3), ("top", "b", "goal", 1))

    with pytest.warns(PastStateWarning, match="values of 1 goal"):
        found = af.rollups.goal_progress(
            both,
            relations,
            histories=pd.DataFrame({"gid": ["a"], "read_at": ["2026-02-01"], "value": [4.0]}),
            now="2026-03-01",
            read_at=READ_AT,
        )

    assert found["coverage"].tolist() == [0.75, 1, 1]
    assert found["progress"].fillna(-1).tolist() == [-1, 0.4, -1]


def test_tasks_are_as_of_then_where_they_say_when_they_were_completed() -> None:
    goal = goals_of("a", metric=[(0, 1, 1)], metric_progress_source=["task_completion"])
    relations = links(("a", "t", "task", 1), ("a", "u", "task", 1))
    tasks = pd.DataFrame({"gid": ["t", "u"], "completed": [True, True]})
    dated = tasks.assign(completed_at=pd.to_datetime(["2026-02-01", "2026-04-01"], utc=True))
    moment: dict[str, Any] = {"now": "2026-03-01", "read_at": READ_AT}

    with pytest.warns(PastStateWarning):
        known = af.rollups.goal_progress(goal, relations, tasks=dated, **moment)
    with pytest.warns(PastStateWarning):
        unknown = af.rollups.goal_progress(goal, relations, tasks=tasks, **moment)

    assert known["computed"].tolist() == [0.5]
    assert unknown["computed"].isna().all()
    assert unknown["coverage"].tolist() == [0]


@pytest.mark.parametrize(
    ("histories", "says"),
    [
        (3, "takes a frame of earlier readings"),
        (["2026"], "takes a frame of earlier readings"),
        ({"a": 1}, "takes a frame of earlier readings"),
        (pd.DataFrame({"gid": ["a"]}), "needs a column value or metric_current_number_value"),
        (pd.DataFrame({"gid": ["a"], "value": [1]}), "needs a column read_at or at"),
        (pd.DataFrame({"gid": ["a"], "value": ["x"], "at": ["2026-01-01"]}), "value"),
    ],
)
def test_readings_that_are_not_understood_are_refused(histories: Any, says: str) -> None:
    with pytest.raises(af.InvalidArgument, match=says):
        af.rollups.goal_history(goals(), histories=histories, now=READ_AT, read_at=READ_AT)


def test_goals_without_a_gid_are_refused() -> None:
    frame = goals_of("a", "b").assign(gid=pd.array(["a", None], STR))

    with pytest.raises(af.InvalidArgument, match=r"gid is missing in 1 row"):
        af.rollups.goal_progress(frame)


def test_a_sandbox_whose_history_ends_earlier_was_read_then() -> None:
    with af.sandbox(now="2026-11-02") as asana:
        found = asana.goals.list(workspace="Acme")
        progress = af.rollups.goal_progress(found, now="2026-11-02")
        with pytest.warns(PastStateWarning, match="read on 2026-11-02, after now=2026-10-01"):
            before = af.rollups.goal_progress(found, now="2026-10-01")

    assert progress["progress"].notna().sum() == 13
    assert before["progress"].isna().all()
