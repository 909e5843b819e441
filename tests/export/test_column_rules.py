"""Which numbers are shares, and which may be added up: of all rollups, and of pivots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from asana_frames.export.column_rules import find_sums, find_unread, is_gid, is_share
from tests.public_calls import Frames

#: Rollup -> what is shown in percent, and what may be added up, of its columns of numbers.
RULES: dict[str, tuple[str, str]] = {
    "aging": ("", ""),
    "aging_wip": ("", ""),
    "approvals": (
        "",
        "hours, expected_hours, missing, overtime, approved_hours, pending_hours, rejected_hours, "
        "open_hours",
    ),
    "as_of": (
        "cf_Budget share",
        "num_hearts, num_likes, num_subtasks, actual_time_minutes, cf_Story points, "
        "cf_Estimated time",
    ),
    "billable": (
        "share, billable_utilisation",
        "billable_hours, non_billable_hours, unclassified_hours, available",
    ),
    "backtest": ("probability, share_true", ""),
    "blocked_times": ("", ""),
    # Budgets in hours and in money.
    "budget_burn": ("", "unpriced_hours"),
    "budget_status": ("share, forecast_share, alert", "unpriced_hours"),
    "burndown": ("", "done, scope_added, scope_removed"),
    "burnup": ("", "scope_added, scope_removed"),
    "capacity": (
        "load, utilisation",
        "available, out_of_office, allocated, tracked, free, unsized",
    ),
    "change_counts": (
        "",
        "due_date_changes, slips, reassignments, reopenings, moves, scope_added",
    ),
    "changes": ("", ""),
    "close_times": ("", "tasks"),
    # What has no rate has neither currency nor amount.
    "control_chart": ("", ""),
    "cost": ("", "hours, amount"),
    "cumulative_flow": ("", ""),
    "daily": ("", "created, done"),
    "cycle_times": ("flow_efficiency", "reopenings"),
    "dependencies": ("", "open_dependencies, unknown_dependencies"),
    "empty_fields": ("share_filled", "filled, rows"),
    "entries": ("", "duration_minutes, hours"),
    "estimates": ("ratio", "tasks, estimated, actual, unestimated, difference"),
    "forecast": ("probability, never", ""),
    "goal_drivers": ("ahead, progress, owed", ""),
    "goal_forecast": ("progress, expected, ahead, progress_at_due, probability", ""),
    "flow_efficiency": ("flow_efficiency", "tasks"),
    "goal_history": ("progress", ""),
    "goal_progress": ("progress, computed, coverage, expected, ahead", ""),
    "goal_summary": ("", ""),
    "goal_tree": ("progress, coverage, expected, ahead", ""),
    "hours": ("", "hours"),
    "invoice": ("", "hours, amount"),
    "lead_times": ("", ""),
    "load": ("", "hours"),
    # Hours without a rate have no currency.
    "margin": ("share", "hours, unpriced_hours"),
    "on_time": ("on_time_rate", "done_on_time, done_late, open_late, not_due, undated"),
    "plan_vs_actual": ("ratio", "planned, tracked, difference"),
    "portfolio": ("progress, expected", ""),
    "project_summary": ("", ""),
    "quality": ("", ""),
    "scorecard": ("progress, expected, ahead", ""),
    "reopenings": ("reopening_rate", "done, reopenings"),
    "section_times": ("", "hours"),
    "throughput": ("", "done"),
    "velocity": ("", "committed, scope_added, scope_removed, done, open"),
    "service_levels": ("", "tasks"),
    # It has its row of totals.
    "timesheet": ("", ""),
    "wip": ("", ""),
}


# A few entries are less than what the budgets have used up.
@pytest.mark.filterwarnings("ignore")
def test_every_rollup_has_the_shares_and_sums_that_its_docstring_says(tmp_path: Path) -> None:
    found = {}
    for name, (function, arguments) in Frames().calls("_rollups", tmp_path).items():
        frame = function(**arguments)
        numbers = frame.select_dtypes("number").columns
        shares = ", ".join(label for label in numbers if is_share(label))
        sums = ", ".join(frame.columns[place] for place in find_sums(frame))
        found[name.removeprefix("rollups.")] = (shares, sums)

    assert found == RULES


def test_names_of_people_are_not_taken_for_words() -> None:
    pivot = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["Max Weber", "Paige Price", "Rate"])

    assert find_sums(pivot) == [0, 1, 2]


@pytest.mark.parametrize("label", ["cf_Average price", "cf_Hours per day", "cf_Max speed"])
def test_custom_fields_with_a_word_of_averages_are_not_added_up(label: str) -> None:
    assert find_sums(pd.DataFrame({label: [1.0], "cf_Points": [2.0]})) == [1]


def test_only_numbers_are_added_up() -> None:
    frame = pd.DataFrame({"a": ["1"], "b": [True], "gid": [5], "day": [1], "c": [1], 7: [2]})

    assert [frame.columns[place] for place in find_sums(frame)] == ["c", 7]


def test_money_of_one_currency_is_added_up() -> None:
    frame = pd.DataFrame({"currency_code": ["EUR", "EUR"], "amount": [1, 2]})

    assert find_sums(frame) == [1]
    assert find_sums(frame.assign(currency_code=["EUR", "USD"])) == []
    assert find_sums(frame.assign(currency_code=["EUR", None])) == []
    # Without an amount there is nothing to mix up.
    assert find_sums(frame.assign(currency_code=["EUR", None], amount=[1, None])) == [1]


def test_a_margin_of_which_some_is_missing_is_not_added_up() -> None:
    frame = pd.DataFrame({"revenue": [5.0, 3.0], "margin": [2.0, 1.0]})

    assert find_sums(frame) == [0, 1]
    assert find_sums(frame.assign(margin=[2.0, None])) == [0]


@pytest.mark.parametrize(
    ("label", "known"),
    [("gid", True), ("person_gid", True), ("tags_gids", True), ("gid_count", False), (3, False)],
)
def test_gids_are_known_by_the_end_of_the_name(label: object, known: bool) -> None:
    assert is_gid(label) is known


def test_two_columns_called_kind_break_no_sums() -> None:
    frame = pd.DataFrame([["a", "b", 1.0]], columns=["kind", "kind", "hours"])

    assert find_sums(frame) == [2]


@pytest.mark.parametrize("blank", [pd.NA, None, float("nan"), "", (), []])
def test_columns_of_blank_cells_need_not_be_read(blank: Any) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": pd.Series([blank, pd.NA], dtype=object)})

    assert find_unread(frame) == {1}
    assert find_unread(frame.head(0)) == set()
