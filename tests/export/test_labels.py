"""Enumerations in words for people, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

import asana_frames as af
from asana_frames.catalog import load
from asana_frames.charts.shared.statuses import project_status_look
from asana_frames.export.labels import from_human_labels, to_human_labels
from asana_frames.frames import STR

ENUMS = sorted({field.enum for record in load().records for field in record.fields if field.enum})
STATUSES = ["green", "yellow", "red", "on_track", "at_risk", "off_track", "on_hold", "complete"]
STATUSES += ["achieved", "partial", "missed", "dropped"]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("column", ["status", "status_type", "last_status"])
def test_statuses_have_the_words_of_charts(status: str, column: str) -> None:
    made = to_human_labels(pd.DataFrame({column: [status]}))
    assert made[column].tolist() == [project_status_look(status).words]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("resource_subtype", "default_task", "default task"),
        ("approval_status", "changes_requested", "changes requested"),
        ("metric_progress_source", "subgoal_progress", "subgoal progress"),
        ("color", "dark-pink", "dark-pink"),
        ("resource_subtype", "new_kind", "new_kind"),
        ("name", "on_track", "on_track"),
        ("cf_status", "on_track", "on_track"),
    ],
)
def test_only_values_of_enumerations_change(column: str, value: str, words: str) -> None:
    assert to_human_labels(pd.DataFrame({column: [value]}))[column].tolist() == [words]


@pytest.mark.parametrize("values", ENUMS)
def test_words_are_read_back(values: tuple[str, ...]) -> None:
    words = pd.Series([value.replace("_", " ") for value in values], dtype=STR)
    assert from_human_labels(words, values).tolist() == list(values)
    shouted = pd.Series([f" {word.capitalize()} " for word in words])
    assert from_human_labels(shouted, values).tolist() == list(values)


@pytest.mark.parametrize("values", [STATUSES[:3] + STATUSES[8:], STATUSES[3:]])
def test_statuses_are_read_back_as_the_resource_knows_them(values: list[str]) -> None:
    words = to_human_labels(pd.DataFrame({"status": values}))["status"]
    assert from_human_labels(words, values).tolist() == values


def test_text_that_fits_no_value_is_unchanged() -> None:
    column = pd.Series(["soon", None, "on_track"], index=[5, 6, 7], name="status", dtype=STR)
    made = from_human_labels(column, ["on_track"])
    pd.testing.assert_series_equal(made, column)


@pytest.mark.parametrize(
    "values",
    [
        pd.array(["on_track", None], STR),
        pd.Categorical(["on_track", None], categories=["at_risk", "on_track"]),
        np.array(["on_track", None], dtype=object),
    ],
)
def test_dtypes_and_missing_values_stay(values: Any) -> None:
    frame = pd.DataFrame({"status": values}, index=[3, 1])
    made = to_human_labels(frame)
    assert made["status"].iloc[0] == "on track"
    assert pd.isna(made["status"].iloc[1])
    assert type(made["status"].dtype) is type(frame["status"].dtype)
    assert made.index.tolist() == [3, 1]


def test_lists_of_enumerations_change_item_by_item() -> None:
    frame = pd.DataFrame({"template_subtasks_task_resource_subtypes": [("default_task",), ()]})
    assert to_human_labels(frame).iloc[:, 0].tolist() == [("default task",), ()]


def test_numbers_and_dates_of_the_same_name_stay() -> None:
    frame = pd.DataFrame({"period": pd.to_datetime(["2026-03-02"]), "status": [1]})
    pd.testing.assert_frame_equal(to_human_labels(frame), frame)


def test_attrs_stay_and_the_frame_is_not_changed() -> None:
    frame = pd.DataFrame({"status": ["on_track"]})
    frame.attrs["asana"] = {"rows": 1}
    assert to_human_labels(frame).attrs == frame.attrs
    assert frame["status"].tolist() == ["on_track"]


@pytest.mark.parametrize("with_schema", [True, False])
def test_words_for_people_are_asanas_again_once_read(
    asana: af.Asana, tmp_path: Path, with_schema: bool
) -> None:
    fields = ["name", "resource_subtype", "approval_status"]
    tasks = asana.tasks.list(project="Website relaunch", fields=fields)
    file = tmp_path / "tasks.csv"
    af.export.to_csv(tasks, file, labels="human", schema=with_schema)

    assert "default task" in file.read_text()
    read = af.read_csv(file, "tasks")
    assert_series_equal(read["resource_subtype"], tasks["resource_subtype"])
    assert_series_equal(read["approval_status"], tasks["approval_status"])


@pytest.mark.parametrize("with_schema", [True, False])
def test_colours_of_goals_are_colours_again_once_read(
    asana: af.Asana, tmp_path: Path, with_schema: bool
) -> None:
    goals = asana.goals.list(workspace="Acme")
    file = tmp_path / "goals.csv"
    af.export.to_csv(goals, file, labels="human", schema=with_schema)

    read = af.read_csv(file, "goals")

    assert {"green", "yellow", "red"} <= set(goals["status"])
    assert "on track" in file.read_text()
    assert_series_equal(read["status"], goals["status"])


def test_statuses_of_updates_keep_their_own_words(asana: af.Asana, tmp_path: Path) -> None:
    updates = asana.status_updates.list(parent=asana.projects.list(workspace="Acme"))
    af.export.to_csv(updates, tmp_path / "x.csv", labels="human")

    read = af.read_csv(tmp_path / "x.csv", "status_updates")

    assert_series_equal(read["status_type"], updates["status_type"])


WRITERS = [
    ("x.csv", af.export.to_csv, af.read_csv, {"schema": True}),
    ("x.json", af.export.to_json, af.read_json, {"schema": True}),
    ("x.xlsx", af.export.to_excel, af.read_excel, {}),
]


@pytest.mark.parametrize(("name", "write", "read", "given"), WRITERS)
@pytest.mark.parametrize("has_frame", [True, False])
@pytest.mark.parametrize(
    "values", [STATUSES[:3], STATUSES[3:6], ["red", "achieved"], ["complete"]]
)
def test_statuses_of_rollups_come_back_as_they_were(
    tmp_path: Path, name: str, write: Any, read: Any, given: Any, has_frame: bool, values: Any
) -> None:
    if name == "x.xlsx":
        pytest.importorskip("xlsxwriter")
        pytest.importorskip("openpyxl")
    names = pd.array([f"Goal {value}" for value in values], STR)
    frame = pd.DataFrame({"goal_name": names, "status": pd.array(values, STR)})

    write(frame, tmp_path / name, labels="human", **given)

    assert_frame_equal(read(tmp_path / name, **({"schema": frame} if has_frame else {})), frame)


@pytest.mark.parametrize("had", [["red"], ["off_track"]])
def test_a_status_that_is_typed_in_is_one_of_the_kind_that_was_there(
    tmp_path: Path, had: list[str]
) -> None:
    frame = pd.DataFrame({"goal_name": pd.array(["a"], STR), "status": pd.array(had, STR)})
    af.export.to_csv(frame, tmp_path / "x.csv", labels="human", schema=True)
    text = (tmp_path / "x.csv").read_text()
    (tmp_path / "x.csv").write_text(text.replace("off track", "at risk"))

    typed = "yellow" if had == ["red"] else "at_risk"
    assert af.read_csv(tmp_path / "x.csv")["status"].tolist() == [typed]


@pytest.mark.parametrize("column", ["status", "color", "type"])
@pytest.mark.parametrize("given", [{"schema": True}, {"schema": True, "labels": "human"}, {}])
def test_a_column_of_ones_own_is_no_enumeration_of_another_resource(
    tmp_path: Path, column: str, given: Any
) -> None:
    texts = pd.array(["on track", "Complete", "multi enum"], STR)
    tasks = pd.DataFrame(
        {
            "gid": pd.array(["11", "12", "13"], STR),
            "name": texts,
            "assignee_name": texts,
            "completed": pd.array([True, False, None], "boolean"),
            column: texts,
        }
    )
    tasks.attrs["asana"] = {"record": "task"}

    af.export.to_csv(tasks, tmp_path / "x.csv", **given)

    assert_frame_equal(af.read_csv(tmp_path / "x.csv", schema=tasks), tasks)
    assert_frame_equal(af.read_csv(tmp_path / "x.csv", "tasks"), tasks)


def test_days_that_are_called_like_an_enumeration_stay_as_they_are() -> None:
    # Asana's time periods have a column of this name, too.
    weeks = pd.DataFrame({"period": pd.Series(["2026-11-02"], dtype="datetime64[us]")})

    assert_frame_equal(to_human_labels(weeks), weeks)


@pytest.mark.parametrize("kind", ["str", "category", object])
def test_values_that_would_have_the_same_words_stay_different(kind: Any, tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="xlsxwriter is an extra")
    pytest.importorskip("openpyxl", reason="openpyxl is an extra")
    values = ["on_track", "On track", "at_risk", "off_track", "red"]
    frame = pd.DataFrame({"name": list("abcde"), "last_status": pd.Series(values).astype(kind)})

    shown = to_human_labels(frame)["last_status"]
    af.export.to_excel(frame, tmp_path / "x.xlsx", labels="human")

    assert shown.tolist() == ["on_track", "On track", "at risk", "off_track", "red"]
    assert af.read_excel(tmp_path / "x.xlsx")["last_status"].tolist() == values
