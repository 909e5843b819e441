"""What is untidy about tasks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

import asana_frames as af
from tests.rollups.flows import task, task_rows, tasks_of
from tests.rollups.frames import (
    assert_same,
    assert_same_dtypes,
    cells,
    oddly_indexed,
    typed_by_hand,
)

NOW = "2026-04-01T12:00Z"


def found(*rows: Any, **options: Any) -> list[tuple[str, str, str | None]]:
    """Return gid, finding and detail of what is found, but for what only lacks."""
    table = af.rollups.quality(tasks_of(*rows), now=NOW, **options)
    lacking = table["finding"].isin(["no assignee", "no due date"])
    return [(row["task_gid"], row["finding"], row["detail"]) for row in cells(table[~lacking])]


def test_open_tasks_lack_an_assignee_or_a_due_date_and_done_ones_need_none() -> None:
    rows = [task(), task(person="11", due="2026-05-01"), task(completed="2026-03-04T09:00Z")]

    table = af.rollups.quality(tasks_of(*rows), now=NOW)

    assert table[["task_gid", "finding"]].to_numpy().tolist() == [
        ["1", "no assignee"],
        ["1", "no due date"],
    ]


def test_what_nobody_has_is_overdue_from_the_day_after_it_is_due() -> None:
    rows = [
        task(due="2026-03-31"),
        task(due="2026-04-01"),
        task(due="2026-03-31", person="11"),
        task(due="2026-03-31", completed="2026-04-01T09:00Z"),
    ]

    assert found(*rows) == [("1", "overdue without assignee", "due 2026-03-31")]


def test_tasks_are_open_in_a_done_section_or_done_outside_of_one() -> None:
    done = {"completed": "2026-03-04T09:00Z"}
    rows = [
        task(project="31", section="DONE"),
        task(project="31", section="Doing", **done),
        task(project="31", section="Done", **done),
        # In this project there is no done section.
        task(project="32", section="Shipped", **done),
    ]

    assert found(*rows, done_sections=["done"]) == [
        ("1", "open in a done section", "DONE"),
        ("2", "completed outside the done sections", "Doing"),
    ]
    assert found(*rows, done_sections=["31-DONE", "31-Done"]) == found(
        *rows, done_sections=["Done"]
    )
    assert found(*rows, done_sections=["Shipped", "doing"]) == [
        ("3", "completed outside the done sections", "Done")
    ]
    assert found(*rows, done_sections=[]) == []


def test_a_section_whose_tasks_are_completed_is_a_done_section_in_any_language() -> None:
    done = {"completed": "2026-03-04T09:00Z", "project": "31"}
    rows = [
        *[task(section="Erledigt", **done)] * 3,
        task(project="31", section="Erledigt"),
        task(project="31", section="In Arbeit"),
        task(section="In Arbeit", **done),
    ]

    # 3 of 4 tasks in Erledigt are completed, and 3 of all 4 completed ones are there.
    assert found(*rows) == [
        ("4", "open in a done section", "Erledigt"),
        ("6", "completed outside the done sections", "In Arbeit"),
    ]
    # With 3 of 5, Erledigt is not a section of completed tasks.
    assert found(*rows, task(project="31", section="Erledigt")) == []
    # With 3 of 5 completed tasks there, they are completed anywhere.
    assert found(*rows, task(section="In Arbeit", **done)) == []
    # Two tasks do not tell what a section is for.
    assert found(*rows[2:]) == []


def test_at_an_earlier_moment_quality_knows_nothing_of_later() -> None:
    rows = tasks_of(
        task(due="2026-03-05", modified_at="2026-03-02T09:00Z"),
        task(completed="2026-04-04T09:00Z", due="2026-03-05", modified_at="2026-04-04T09:00Z"),
        task("2026-04-02T09:00Z", modified_at="2026-04-02T09:00Z"),
    )

    with pytest.warns(af.PastStateWarning, match=r"1 task\(s\) were modified"):
        table = af.rollups.quality(rows, now=NOW)

    late = table[table["finding"] == "overdue without assignee"]
    assert late["task_gid"].tolist() == ["1", "2"]
    assert "3" not in table["task_gid"].tolist()
    # When the second one was modified before April is not known.
    assert table.loc[table["finding"] == "stale", "task_gid"].tolist() == ["1"]


def test_a_task_in_two_projects_is_found_in_the_one_where_it_is_untidy() -> None:
    row = task(
        memberships_project_gids=("31", "32"),
        memberships_project_names=("Website", "Shop"),
        memberships_section_gids=("1", "2"),
        memberships_section_names=("Doing", "Done"),
    )

    table = af.rollups.quality(tasks_of(row), now=NOW, done_sections=["Done"])

    assert table.loc[0, ["project_name", "finding"]].tolist() == ["Shop", "open in a done section"]


def test_a_task_is_stale_after_more_days_than_allowed() -> None:
    rows = [
        task(modified_at="2026-03-02T12:00Z"),
        task(modified_at="2026-03-02T11:59Z"),
        task(None, "2026-01-01T00:00Z", modified_at="2026-01-01T00:00Z"),
    ]

    # From 2 March to 1 April it is 30 days.
    assert found(*rows) == [("2", "stale", "30 days unchanged")]
    assert len(found(*rows, stale_days=29.5)) == 2


def test_a_subtask_of_what_is_not_there_is_an_orphan_unless_it_is_in_a_project() -> None:
    rows = [
        task(parent_gid="gone"),
        task(parent_gid="gone", project="31"),
        task(parent_gid="1"),
    ]

    assert found(*rows) == [("1", "orphan subtask", "parent gone")]


def test_open_tasks_of_one_name_in_one_project_are_twins() -> None:
    rows = [
        task(project="31", name="Call Bo"),
        task(project="31", name=" call bo "),
        task(project="32", name="Call Bo"),
        task(project="31", name="Call Bo", completed="2026-03-04T09:00Z"),
        *[task(project="31", name=name) for name in ("", "", None, None)],
        # Subtasks are often called the same.
        task(parent_gid="1", name="Call Bo"),
    ]

    assert found(*rows) == [
        ("2", "duplicate name", "2 of this name"),
        ("1", "duplicate name", "2 of this name"),
    ]


def test_what_was_done_before_it_was_there_is_found() -> None:
    assert found(task("2026-03-04T09:00Z", "2026-03-03T09:00Z")) == [
        ("1", "completed before created", "created 2026-03-04, completed 2026-03-03")
    ]


@settings(max_examples=40, deadline=None)
@given(task_rows())
def test_each_task_that_lacks_something_is_found_once(rows: list[dict[str, Any]]) -> None:
    table = af.rollups.quality(tasks_of(*rows), now="2026-05-01")

    still = [row for row in rows if row["completed_at"] is None]
    counts = table["finding"].value_counts()
    assert counts["no assignee"] == sum(row["assignee_gid"] is None for row in still)
    assert counts["no due date"] == sum(row["due_on"] is None for row in still)
    assert not table.duplicated(["task_gid", "finding", "project_name"]).any()
    assert table["finding"].is_monotonic_increasing


MANY = (
    task(due="2026-03-31", project="31", section="Done"),
    task(person="11", project="31", name="Task 1", modified_at="2026-01-01T00:00Z"),
    task("2026-03-04T09:00Z", "2026-03-03T09:00Z", project="31", parent_gid="gone"),
)


def test_the_input_may_be_odd_and_few() -> None:
    tasks = tasks_of(*MANY)

    table = af.rollups.quality(tasks, now=NOW)

    odd = typed_by_hand(oddly_indexed(pd.concat([tasks.assign(name="Old"), tasks])))
    assert_same(af.rollups.quality(odd, now=NOW), table)
    assert_same_dtypes(af.rollups.quality(tasks_of(), now=NOW), table)
    few = ["gid", "name", "created_at", "completed_at", "due_on", "assignee_gid"]
    assert_same_dtypes(af.rollups.quality(tasks[few], now=NOW), table)


def test_bad_arguments_are_refused() -> None:
    tasks = tasks_of(*MANY)

    with pytest.raises(af.InvalidArgument, match=r"give a list: done_sections=\['Done'\]"):
        af.rollups.quality(tasks, done_sections="Done")
    with pytest.raises(af.InvalidArgument, match="stale_days= takes a number of at least 0"):
        af.rollups.quality(tasks, stale_days=-1)
    with pytest.raises(af.InvalidArgument, match="now='soon' is not a moment"):
        af.rollups.quality(tasks, now="soon")
    with pytest.raises(af.InvalidArgument, match=r"rollups\.quality needs .* due_on"):
        af.rollups.quality(tasks.drop(columns="due_on"))


def test_columns_are_listed_by_how_often_they_have_a_value() -> None:
    frame = pd.DataFrame(
        {
            "count": pd.array([0, None, 1, 2], dtype="Int64"),
            "flag": pd.array([False, False, True, False], dtype="boolean"),
            "tags": [(), ("a",), (), None],
            "lists": [[], [1], {}, 0],
            "text": pd.array(["a", " ", "", None], dtype=pd.StringDtype()),
            "by hand": pd.Series(["a", " ", "", None], dtype=object),
            "day": pd.to_datetime(["2026-03-02", None, None, None]),
            "kind": pd.Categorical(["a", "a", None, None]),
        }
    )

    table = af.rollups.empty_fields(oddly_indexed(frame))

    assert [list(row.values()) for row in cells(table)] == [
        ["by hand", 1, 4, 0.25],
        ["day", 1, 4, 0.25],
        ["tags", 1, 4, 0.25],
        ["text", 1, 4, 0.25],
        ["kind", 2, 4, 0.5],
        ["lists", 2, 4, 0.5],
        ["count", 3, 4, 0.75],
        ["flag", 4, 4, 1.0],
    ]


def test_fields_of_no_records_have_no_share() -> None:
    table = af.rollups.empty_fields(tasks_of())

    assert table["share_filled"].isna().all()
    assert_same_dtypes(table, af.rollups.empty_fields(tasks_of(*MANY)))
    assert_same_dtypes(table, af.rollups.empty_fields(pd.DataFrame()))


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="takes a DataFrame, not list"):
        af.rollups.empty_fields([])  # type: ignore[arg-type]


def test_the_findings_of_a_sandbox_through_http(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme", subtasks=True)

    table = af.rollups.quality(tasks, now="2026-11-02T09:00Z", done_sections=["Done", "Shipped"])
    fields = af.rollups.empty_fields(tasks)

    still = tasks[~tasks["completed"]]
    assert (table["finding"] == "no due date").sum() == still["due_on"].isna().sum()
    assert table["task_gid"].isin(tasks["gid"]).all()
    assert fields.set_index("column").loc["gid", "share_filled"] == 1.0


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_empty_lists_as_files_have_them_are_empty(dtype: Any) -> None:
    cells = ["[]", "[null, null]", '["a"]', " "]
    tasks = pd.DataFrame({"tags_names": pd.Series(cells, dtype=dtype)})

    assert af.rollups.empty_fields(tasks)["filled"].tolist() == [1]
