"""``CLEAR`` and frames of changes go through files and come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.frames.arrays import build_array
from asana_frames.frames.change_table import Change, build_change_frame
from asana_frames.frames.clear_cells import holds_clear

#: Columns of every kind.
CLEARED = [
    "due_on",
    "due_at",
    "completed",
    "cf_Story points",
    "cf_Priority",
    "cf_Channels",
    "notes",
    "assignee_gid",
    "tags_gids",
    "num_likes",
]


def write_csv(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    af.export.to_csv(frame, path, schema=True)
    return af.read_csv(path)


def write_german_csv(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    af.export.to_csv(frame, path, schema=True, sep=";", decimal=",")
    return af.read_csv(path)


def write_json(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    af.export.to_json(frame, path.with_suffix(".json"), schema=True)
    return af.read_json(path.with_suffix(".json"))


def write_excel(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    pytest.importorskip("openpyxl")
    af.export.to_excel(frame, path.with_suffix(".xlsx"))
    return af.read_excel(path.with_suffix(".xlsx"))


def write_parquet(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    pytest.importorskip("pyarrow")
    af.export.to_parquet(frame, path.with_suffix(".parquet"))
    return af.read_parquet(path.with_suffix(".parquet"))


def write_plain_csv(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    af.export.to_csv(frame, path)
    return af.read_csv(path)


def write_plain_json(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    af.export.to_json(frame, path.with_suffix(".json"))
    return af.read_json(path.with_suffix(".json"))


WITH_SCHEMA = [write_csv, write_german_csv, write_json, write_excel, write_parquet]
Writer = Callable[[pd.DataFrame, Path], pd.DataFrame]


@pytest.fixture
def tasks(asana: af.Asana) -> pd.DataFrame:
    return asana.tasks.list(project="Website relaunch")


def clear(frame: pd.DataFrame, row: int, names: list[str]) -> pd.DataFrame:
    made = frame.astype(dict.fromkeys(names, object))
    for name in names:
        made.at[row, name] = af.CLEAR
    return made


@pytest.mark.parametrize("write", WITH_SCHEMA)
def test_a_frame_with_clear_comes_back_equal(
    tasks: pd.DataFrame, write: Writer, tmp_path: Path
) -> None:
    cleared = clear(tasks, 3, CLEARED)

    again = write(cleared, tmp_path / "tasks.csv")

    pd.testing.assert_frame_equal(again, cleared)
    assert again.loc[3, "due_on"] is af.CLEAR


def test_only_columns_in_which_somebody_wrote_clear_are_objects(
    tasks: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "tasks.csv"
    row = tasks[["due_on", "cf_Priority"]].dropna().index[0]
    af.export.to_csv(tasks, path)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[row, ["due_on", "cf_Priority"]] = "<CLEAR>"
    table.to_csv(path, index=False)

    again = af.read_csv(path, schema=tasks)

    names = [name for name in again if holds_clear(again[name])]
    assert names == ["due_on", "cf_Priority"]
    pd.testing.assert_frame_equal(again.drop(columns=names), tasks.drop(columns=names))
    others = [one for one in tasks.index if one != row]
    assert again.loc[others, "due_on"].tolist() == tasks.loc[others, "due_on"].tolist()
    assert af.changes(tasks, again)["new"].tolist() == [af.CLEAR, af.CLEAR]


def test_a_gid_cannot_be_cleared(tasks: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    af.export.to_csv(clear(tasks, 3, ["gid"]), path)

    with pytest.raises(af.InvalidArgument, match="gid, row 5: '<CLEAR>'"):
        af.read_csv(path, schema=tasks)


def test_rollups_refuse_a_column_with_clear(tasks: pd.DataFrame) -> None:
    with pytest.raises(af.InvalidArgument, match=r"due_on holds af\.CLEAR"):
        af.rollups.lead_times(clear(tasks, 3, ["due_on"]))


CHANGES: list[Change] = [
    Change("tasks", "update", "12", None, "name", "=1+1", "[x]"),
    Change("tasks", "update", "12", None, "completed", False, True),
    Change("tasks", "update", "12", None, "due_on", "2026-03-02", af.CLEAR),
    Change("tasks", "update", "12", None, "assignee", "12", "0012"),
    Change("tasks", "create", None, "7", "tags", None, ("a", "[b]")),
    Change("tasks", "create", None, "7", "sections", None, (("1", "Done"), "5")),
    Change("tasks", "add", "12", None, "sections", None, ("1", "Done")),
    Change("tasks", "remove", "12", None, "tags", "red; blue"),
    Change("tasks", "delete", "12", None, None),
    Change("time_tracking_entries", "update", "1", None, "duration_minutes", 30, 45),
    Change("rates", "update", "1", None, "rate", 1.0, 2.25),
]
CUSTOM: list[Change] = [
    Change("tasks", "update", "12", None, "cf_Story points", 3.0, af.CLEAR),
    Change("tasks", "update", "12", None, "cf_Channels", ("Web", "Fax"), ("Fax",)),
    Change("tasks", "update", "12", None, "cf_Agency notes", "-10 %", "[1]"),
]


@pytest.mark.parametrize("write", [*WITH_SCHEMA, write_plain_csv, write_plain_json])
@pytest.mark.parametrize("outcomes", [False, True])
def test_a_frame_of_changes_comes_back_equal(
    tasks: pd.DataFrame, write: Writer, outcomes: bool, tmp_path: Path
) -> None:
    is_plain = write in (write_plain_csv, write_plain_json)
    frame = build_change_frame(CHANGES if is_plain else [*CHANGES, *CUSTOM])
    frame.attrs = af.changes(tasks, tasks).attrs
    if outcomes:
        count = len(frame)
        frame["outcome"] = build_array("text", ["done"] * count)
        frame["status"] = pd.array([200, *[None] * (count - 1)], "Int64")

    again = write(frame, tmp_path / "changes.csv")

    pd.testing.assert_frame_equal(again, frame)
    assert list(map(type, again["new"])) == list(map(type, frame["new"]))


def test_a_value_that_is_not_what_its_field_holds_is_named(tmp_path: Path) -> None:
    frame = build_change_frame(CHANGES)
    frame.at[1, "new"] = "soon"
    af.export.to_csv(frame, tmp_path / "changes.csv")

    with pytest.raises(af.InvalidArgument, match="new, row 3: 'soon' is not a flag"):
        af.read_csv(tmp_path / "changes.csv")


def test_no_changes_come_back_equal(tmp_path: Path) -> None:
    frame = build_change_frame([])

    pd.testing.assert_frame_equal(write_plain_csv(frame, tmp_path / "changes.csv"), frame)


def test_numbers_of_custom_fields_need_the_schema(tasks: pd.DataFrame, tmp_path: Path) -> None:
    frame = build_change_frame(CUSTOM[:1])
    frame.attrs = af.changes(tasks, tasks).attrs

    read: Any = write_plain_csv(frame, tmp_path / "changes.csv")

    assert read["old"].tolist() == ["3.0"]
    assert write_csv(frame, tmp_path / "changes.csv")["old"].tolist() == [3.0]
