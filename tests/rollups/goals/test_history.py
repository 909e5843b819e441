"""Statuses and values of goals over time."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.frames.arrays import STR


def goals() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gid": pd.array(["1", "2"], STR),
            "name": pd.array(["Partners", "Culture"], STR),
            "status": pd.array(["red", None], STR),
            "time_period_start_on": pd.to_datetime(["2026-01-01", None]).astype("datetime64[us]"),
            "metric_initial_number_value": pd.array([0.0, None], "Float64"),
            "metric_current_number_value": pd.array([30.0, None], "Float64"),
            "metric_target_number_value": pd.array([40.0, None], "Float64"),
        }
    )


def moments(*texts: str) -> Any:
    return pd.to_datetime(list(texts), utc=True).as_unit("us")


def updates(*rows: tuple[str, str, str]) -> pd.DataFrame:
    goal, at, status = zip(*rows, strict=True)
    return pd.DataFrame(
        {"parent_gid": goal, "created_at": moments(*at), "status_type": status, "title": "Update"}
    )


def stories(*rows: tuple[str, str, float | None, str | None]) -> pd.DataFrame:
    goal, at, value, field = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "goal_gid": goal,
            "created_at": moments(*at),
            "new_number_value": pd.array(value, "Float64"),
            "custom_field_gid": pd.array(field, STR),
            "text": "Ana set the value to 99",
        }
    )


def test_start_updates_values_and_the_present_are_in_the_order_of_time() -> None:
    history = af.rollups.goal_history(
        goals(),
        updates(("1", "2026-02-01", "on_track"), ("1", "2026-03-01", "at_risk")),
        stories(("1", "2026-02-15", 10.0, None)),
        now="2026-04-01",
        read_at="2026-04-01",
    )

    first = history[history["goal_gid"] == "1"]
    assert first["event"].tolist() == ["start", "status update", "value", "status update", "now"]
    assert first["status"].fillna("-").tolist() == ["-", "on_track", "-", "at_risk", "off_track"]
    # 10 and 30 of the way from 0 to 40.
    assert first["progress"].fillna(-1).tolist() == [0.0, -1, 0.25, -1, 0.75]


def test_a_number_of_a_custom_field_is_no_value_and_text_is_not_read() -> None:
    history = af.rollups.goal_history(
        goals(), stories=stories(("1", "2026-02-15", 10.0, "77"), ("1", "2026-02-16", None, None))
    )

    assert "value" not in set(history["event"])


def test_a_goal_without_metric_and_days_has_its_present_alone() -> None:
    history = af.rollups.goal_history(goals(), now="2026-04-01", read_at="2026-04-01")

    last = history[history["goal_gid"] == "2"]
    assert last["event"].tolist() == ["now"]
    assert last[["status", "value", "progress"]].isna().all(axis=None)


def test_events_of_goals_that_are_not_given_are_left_out() -> None:
    history = af.rollups.goal_history(goals(), updates(("9", "2026-02-01", "on_track")))

    assert set(history["goal_gid"]) == {"1", "2"}


def test_a_start_is_the_first_moment_of_its_day_in_the_time_zone() -> None:
    history = af.rollups.goal_history(goals(), now="2027-01-01", tz="Europe/Berlin")

    assert history["at"].iloc[0] == pd.Timestamp("2025-12-31T23:00:00Z")


def test_no_goals_have_the_columns_of_many(asana: af.Asana) -> None:
    known = asana.goals.list(workspace="Acme")

    some = af.rollups.goal_history(
        known, asana.status_updates.list(parent=known), asana.stories.list_for_goal(known)
    )
    none = af.rollups.goal_history(known.head(0))

    assert none.dtypes.equals(some.dtypes)
    assert (some.groupby("goal_gid", sort=False)["at"].diff().dropna() >= pd.Timedelta(0)).all()
    assert (some["event"] == "status update").sum() == 52


def test_a_missing_column_is_named_with_what_to_read() -> None:
    bare = updates(("1", "2026-02-01", "on_track")).drop(columns="status_type")

    with pytest.raises(af.InvalidArgument, match="status_type"):
        af.rollups.goal_history(goals(), bare)
