"""Frames where they enter: typed, whatever a file or a person made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.frames import STR
from asana_frames.rollups.shared.column_kinds import find_kind
from asana_frames.rollups.shared.inputs import is_true, read_frame
from tests.public_calls import Frames

DTYPES = {
    "date": "datetime64[us]",
    "datetime": "datetime64[us, UTC]",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
}


def entries_of(minutes: list[Any], days: list[Any] | None = None) -> pd.DataFrame:
    """Return entries of Ana with these minutes, on 2 March 2026 unless days are given."""
    return pd.DataFrame(
        {
            "created_by_name": ["Ana"] * len(minutes),
            "duration_minutes": minutes,
            "entered_on": ["2026-03-02"] * len(minutes) if days is None else days,
        }
    )


def test_a_typed_frame_is_the_frame_itself(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch", fields="all")

    assert read_frame(tasks, ["gid", "due_on"], what="rollups.x", record="task") is tasks


@pytest.mark.filterwarnings("ignore")
def test_the_kinds_of_computed_columns_are_those_of_the_rollups() -> None:
    wrong = {}
    for name, (function, arguments) in Frames().calls("_rollups", Path()).items():
        # Asana's own columns and those of fields, and percentiles, which nothing reads.
        if name in ("rollups.as_of", "rollups.close_times"):
            continue
        for column, dtype in function(**arguments).dtypes.items():
            kind = find_kind(column)
            expected = DTYPES.get({"minutes": "integer"}.get(kind or "", kind or ""))
            if str(dtype) in DTYPES.values() and expected != str(dtype):
                wrong[name, column] = (kind, str(dtype))

    # A task is completed; a day or period has a number of completed ones.
    # Of a budget any number may remain, of a sprint so many tasks.
    assert wrong == {("rollups.burndown", "remaining"): ("number", "Int64")}


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [
        (["1:30", "30"], 2.0),
        (["1h 30m", ""], 1.5),
        (["90", "15.0"], 1.75),
        (["7,5", "22,5"], 0.5),
        ([90, None], 1.5),
        (pd.Series(["60", "60"], dtype="category"), 2.0),
    ],
)
def test_minutes_are_read_as_people_write_them(minutes: Any, hours: float) -> None:
    totals = af.rollups.hours(entries_of(minutes), by="created_by_name", every=None)

    assert totals["hours"].tolist() == [hours]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2026-03-02", "2026-03-09"], ["2026-03-02", "2026-03-09"]),
        (["02.03.2026", "9.3.26"], ["2026-03-02", "2026-03-09"]),
        (["3/2/2026", "3/29/2026"], ["2026-03-02", "2026-03-29"]),
    ],
)
def test_days_are_read_as_files_write_them(days: list[str], expected: list[str]) -> None:
    totals = af.rollups.hours(entries_of([60, 60], days), by="created_by_name", every="D")

    assert totals["period"].dt.strftime("%Y-%m-%d").tolist() == expected


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (entries_of(["60", "long"]), "rollups.hours: duration_minutes, row 2: 'long' is no time"),
        (entries_of([60], ["3/4/2026"]), "rollups.hours: entered_on, row 1: '3/4/2026' may be"),
    ],
)
def test_a_cell_that_is_unclear_is_named(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.hours(frame, by="created_by_name")


def test_estimates_of_custom_fields_may_be_hours_and_minutes() -> None:
    tasks = pd.DataFrame(
        {
            "gid": ["1", "2"],
            "name": ["Write", "Print"],
            "cf_Estimate": ["1:30", "30"],
            "actual_time_minutes": ["2h", None],
        }
    )

    totals = af.rollups.estimates(tasks, estimate="cf_Estimate")

    assert totals["estimated"].tolist() == [1.5, 0.5]
    assert totals["actual"].tolist() == [2.0, 0.0]


def test_a_user_may_call_a_column_like_one_that_is_computed() -> None:
    throughput = pd.DataFrame({"period": ["2026-03-02"], "done": ["3"], "left": ["the building"]})

    read = read_frame(throughput, ["period", "done"], what="rollups.forecast")

    assert read["done"].tolist() == [3]
    assert read["left"].tolist() == ["the building"]


def test_gids_that_are_objects_are_text() -> None:
    tasks = pd.DataFrame({"gid": pd.Series([12, "13", None], dtype=object)})

    read = read_frame(tasks, ["gid"], what="rollups.x", record="task")

    assert read["gid"].dtype == STR
    assert read["gid"].tolist()[:2] == ["12", "13"]


def test_gids_that_are_numbers_are_refused_with_the_reader_to_use() -> None:
    tasks = pd.DataFrame({"gid": [12, 13]})

    with pytest.raises(af.InvalidArgument, match=r"gid holds numbers.*af\.read_csv\("):
        read_frame(tasks, ["gid"], what="rollups.x", record="task")


def test_flags_are_true_in_every_language_that_spreadsheets_speak() -> None:
    flags = pd.Series(["True", "WAHR", "1", "falso", "", None])

    assert is_true(flags).tolist() == [True, True, True, False, False, False]


def test_a_column_that_is_there_twice_is_left_as_it_is() -> None:
    entries = entries_of([60]).assign(note="a")
    twice = pd.concat([entries, entries[["note"]]], axis="columns")

    totals = af.rollups.hours(twice, by="created_by_name", every=None)

    assert totals["hours"].tolist() == [1.0]
