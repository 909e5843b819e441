"""What was changed about tasks, and how often."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.sandbox_server import serve
from tests.fixed_day import NOW
from tests.rollups.frames import (
    assert_same,
    assert_same_dtypes,
    cells,
    oddly_indexed,
    typed_by_hand,
)
from tests.rollups.stories import (
    added,
    assigned,
    due,
    field,
    moved,
    removed,
    stories_of,
    story,
    task,
    tasks_of,
)


def told(table: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in cells(table[list(columns)])]


@pytest.mark.parametrize(
    "told", [due("5", "2026-03-03", None, "2026-03-04"), added("5", "2026-03-02")]
)
def test_a_zone_that_does_not_exist_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(af.InvalidArgument, match="tz='Mars/Base' is not a time zone"):
        af.rollups.changes(stories_of(told), tz="Mars/Base")


def test_a_change_says_what_was_before_and_what_is_now() -> None:
    table = af.rollups.changes(
        stories_of(
            added("5", "2026-03-02 09:00"),
            moved("5", "2026-03-03", "11", "12"),
            story("5", "2026-03-04", "marked_complete"),
            story("5", "2026-03-05", "marked_incomplete"),
            removed("5", "2026-03-06"),
            story("5", "2026-03-07", "name_changed", old_name="Lgo", new_name="Logo"),
            story("5", "2026-03-08", "comment_added", text="Moved to Done"),
        ),
        tasks_of(task("5", name="Logo")),
    )

    assert told(table, "change", "old", "new", "old_gid", "new_gid", "project_name") == [
        ("added to project", None, "Shop", None, "1", "Shop"),
        ("section", "To do", "Doing", "11", "12", "Shop"),
        ("completed", "incomplete", "complete", None, None, None),
        ("reopened", "complete", "incomplete", None, None, None),
        ("removed from project", "Shop", None, "1", None, "Shop"),
        ("name", "Lgo", "Logo", None, None, None),
    ]
    assert set(table["task_name"]) == {"Logo"}
    assert table["changed_at"].iloc[0] == pd.Timestamp("2026-03-02 09:00", tz="UTC")


def test_a_due_date_slips_by_days_of_the_zone_and_times_of_day_are_no_slip() -> None:
    # 23:30 UTC on the 9th is the 10th in Berlin, four days after the 6th.
    table = af.rollups.changes(
        stories_of(
            due("5", "2026-03-01", None, "2026-03-09"),
            due("5", "2026-03-02", "2026-03-09", "2026-03-06"),
            due("5", "2026-03-03", "2026-03-06", None, new_dates_due_at="2026-03-09T23:30Z"),
            due("5", "2026-03-04", "2026-03-10", "2026-03-10",
                new_dates_due_at="2026-03-10T10:00Z"),
            due("5", "2026-03-05", "2026-03-10", None),
        ),
        tz="Europe/Berlin",
    )  # fmt: skip

    assert told(table, "old", "new", "days_slipped") == [
        (None, "2026-03-09", None),
        ("2026-03-09", "2026-03-06", -3),
        ("2026-03-06", "2026-03-10 00:30", 4),
        ("2026-03-10", "2026-03-10 11:00", 0),
        ("2026-03-10", None, None),
    ]


def test_an_assignee_follows_the_one_of_the_story_before() -> None:
    table = af.rollups.changes(
        stories_of(
            assigned("5", "2026-03-02", "51"),
            assigned("6", "2026-03-03", "51"),
            assigned("5", "2026-03-04", "52"),
            assigned("5", "2026-03-05", None) | {"assignee_gid": "52", "assignee_name": "Bo"},
            assigned("5", "2026-03-06", "51"),
        )
    )

    assert told(table, "task_gid", "old", "new", "old_gid", "new_gid", "changed_by_name") == [
        ("5", None, "Ana", None, "51", "Ana"),
        ("6", None, "Ana", None, "51", "Ana"),
        ("5", "Ana", "Bo", "51", "52", "Ana"),
        ("5", "Bo", None, "52", None, "Ana"),
        ("5", None, "Ana", None, "51", "Ana"),
    ]


@pytest.mark.parametrize(
    ("kind", "values", "old", "new"),
    [
        ("enum", {"old_enum_value_name": "Low", "new_enum_value_name": "High",
                  "new_enum_value_gid": "8"}, "Low", "High"),
        ("number", {"old_number_value": 3, "new_number_value": 0.5}, "3", "0.5"),
        ("text", {"new_text_value": "3.0"}, None, "3.0"),
        ("date", {"old_date_value_due_on": "2026-03-02",
                  "new_date_value_due_at": "2026-03-02T09:00Z"}, "2026-03-02", "2026-03-02 09:00"),
        ("multi_enum", {"new_multi_enum_values_names": ("E-mail", "Print")}, None,
         "E-mail, Print"),
        ("people", {"old_people_value_names": ("Ana",)}, "Ana", None),
        ("reference", {}, None, None),
    ],
)  # fmt: skip
def test_values_of_fields_are_written_as_their_kind_is(
    kind: str, values: dict[str, Any], old: str | None, new: str | None
) -> None:
    table = af.rollups.changes(stories_of(field("5", "2026-03-02", kind, "71", "Size", **values)))

    names = ("change", "field_gid", "field_name", "old", "new", "new_gid")
    assert told(table, *names) == [
        ("field", "71", "Size", old, new, values.get("new_enum_value_gid"))
    ]


def test_scope_is_added_after_the_moment_at_which_it_was_settled() -> None:
    stories = stories_of(
        added("5", "2026-03-02 23:30"), added("6", "2026-03-03 00:30"),
        removed("6", "2026-03-04"), added("5", "2026-03-05", "2"),
    )  # fmt: skip

    def flags(**arguments: Any) -> list[bool]:
        return af.rollups.changes(stories, **arguments)["is_scope_added"].tolist()

    assert flags() == [False] * 4
    assert flags(since="2026-03-03") == [False, True, False, True]
    # Midnight in Berlin is 23:00 UTC on the 2nd.
    assert flags(since="2026-03-03", tz="Europe/Berlin") == [True, True, False, True]


def test_changes_are_counted_by_task() -> None:
    # Task 5 slips by 3 days and back by 1; Bo takes it from Ana, then nobody, then Bo again.
    table = af.rollups.changes(
        stories_of(
            due("5", "2026-03-01", None, "2026-03-05"),
            due("5", "2026-03-02", "2026-03-05", "2026-03-08"),
            due("5", "2026-03-03", "2026-03-08", "2026-03-07"),
            assigned("5", "2026-03-01", "51"),
            assigned("5", "2026-03-02", "52"),
            assigned("5", "2026-03-03", None),
            assigned("5", "2026-03-04", "52"),
            story("6", "2026-03-04", "marked_incomplete"),
            moved("6", "2026-03-04", "11", "12"),
            added("6", "2026-03-05"),
        ),
        tasks_of(task("5"), task("6")),
        since="2026-03-04",
    )

    assert cells(af.rollups.change_counts(table)) == [
        {
            "task_gid": "5", "task_name": "Task 5", "due_date_changes": 3, "slips": 1,
            "days_slipped": 2,
            "reassignments": 1, "reopenings": 0, "moves": 0, "scope_added": 0,
        },
        {
            "task_gid": "6", "task_name": "Task 6", "due_date_changes": 0, "slips": 0,
            "days_slipped": 0,
            "reassignments": 0, "reopenings": 1, "moves": 1, "scope_added": 1,
        },
    ]  # fmt: skip


def test_somebody_else_after_nobody_is_a_reassignment_also_in_a_part_of_the_changes() -> None:
    table = af.rollups.changes(
        stories_of(
            assigned("5", "2026-03-01", "51"),
            assigned("5", "2026-03-03", None),
            assigned("5", "2026-03-04", "52"),
        )
    )

    for rows in (table, table.iloc[1:], table.iloc[::-1]):
        assert af.rollups.change_counts(rows)["reassignments"].tolist() == [1]
    assert af.rollups.change_counts(table.iloc[2:])["reassignments"].tolist() == [0]


def test_counts_by_other_keys_keep_those_who_are_nobody_apart() -> None:
    rows = stories_of(
        moved("5", "2026-03-02", "11", "12"),
        moved("6", "2026-03-02", "11", "12") | {"created_by_gid": "51", "created_by_name": "Ana"},
    )

    counts = af.rollups.change_counts(af.rollups.changes(rows), by=["project", "changed_by"])

    assert told(counts, "project_gid", "changed_by_gid", "moves") == [
        ("1", "51", 1), ("1", None, 1),
    ]  # fmt: skip
    with pytest.raises(af.InvalidArgument, match="'persn'"):
        af.rollups.change_counts(af.rollups.changes(rows), by="persn")


def test_odd_rows_are_left_out_and_repeated_ones_count_once() -> None:
    one = added("5", "2026-03-02") | {"gid": "1"}
    stories = stories_of(
        one, one, added("5", None), added(None, "2026-03-02"), story("5", "2026-03-03", "strange"),
        one | {"resource_subtype": None, "gid": "2"},
    )  # fmt: skip

    table = af.rollups.changes(stories, tasks_of(task(None), task("7")))

    assert told(table, "task_gid", "task_name") == [("5", None)]


def test_without_tasks_names_are_those_that_stories_tell() -> None:
    stories = stories_of(added("5", "2026-03-02") | {"target_name": "Told"})

    assert af.rollups.changes(stories)["task_name"].tolist() == ["Told"]
    assert af.rollups.changes(stories, tasks_of(task("5")))["task_name"].tolist() == ["Task 5"]


def test_only_four_columns_are_needed() -> None:
    stories = stories_of(
        added("5", "2026-03-02"), due("5", "2026-03-03", None, "2026-03-04"),
        assigned("5", "2026-03-05", "51"), field("5", "2026-03-06", "enum", "7", "Size"),
    )  # fmt: skip
    needed = ["gid", "task_gid", "created_at", "resource_subtype"]

    table = af.rollups.changes(stories[needed])

    assert table["change"].tolist() == ["added to project", "due date", "assignee", "field"]
    assert table[["old", "new", "days_slipped", "project_gid"]].isna().all(axis=None)
    for column in needed:
        with pytest.raises(af.InvalidArgument, match=rf"rollups\.changes .*{column}"):
            af.rollups.changes(stories[needed].drop(columns=column))


def test_a_moment_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="yesterday-ish"):
        af.rollups.changes(stories_of(), since="yesterday-ish")


def test_moments_without_a_zone_are_refused() -> None:
    stories, tasks = stories_of(added("5", "2026-03-02")), tasks_of(task("5", ("1", "12")))
    naive = stories.assign(created_at=pd.to_datetime(["2026-03-02"]))

    with pytest.raises(af.InvalidArgument, match=r"rollups\.changes .*utc=True"):
        af.rollups.changes(naive)
    with pytest.raises(af.InvalidArgument, match=r"rollups\.section_times .*utc=True"):
        af.rollups.section_times(tasks, naive)
    with pytest.raises(af.InvalidArgument, match=r"rollups\.as_of .*utc=True"):
        af.rollups.as_of(tasks, naive, "2026-03-05")


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    some = af.rollups.changes(stories_of(added("5", "2026-03-02")))
    none = af.rollups.changes(stories_of())

    assert_same_dtypes(none, some)
    assert_same_dtypes(af.rollups.change_counts(none), af.rollups.change_counts(some))


SUBTYPES = ("marked_complete", "marked_incomplete", "due", "assign", "move")
drawn_stories = st.lists(
    st.tuples(
        st.sampled_from("567"), st.sampled_from(SUBTYPES), st.integers(0, 20),
        st.none() | st.integers(1, 28), st.none() | st.integers(1, 28),
    ),
    max_size=20,
)  # fmt: skip


def drawn_story(gid: str, kind: str, hour: int, old: int | None, new: int | None) -> Any:
    at = f"2026-03-02 {hour:02}:00"
    days = [None if day is None else f"2026-03-{day:02}" for day in (old, new)]
    if kind == "due":
        return due(gid, at, *days)
    if kind == "assign":
        return assigned(gid, at, None if new is None else str(51 + new % 2))
    return moved(gid, at, "11", "12") if kind == "move" else story(gid, at, kind)


@settings(max_examples=40, deadline=None)
@given(drawn_stories)
def test_counts_are_those_of_a_loop_over_the_stories(drawn: list[Any]) -> None:
    rows = [drawn_story(*row) for row in drawn]

    counts = af.rollups.change_counts(af.rollups.changes(stories_of(*rows)))

    expected: dict[str, Counter[str]] = {row[0]: Counter() for row in drawn}
    last: dict[str, str] = {}
    for gid, kind, _, old, new in sorted(drawn, key=lambda row: row[2]):
        count = expected[gid]
        count["reopenings"] += kind == "marked_incomplete"
        count["moves"] += kind == "move"
        count["due_date_changes"] += kind == "due"
        if kind == "due" and old and new:
            count["slips"] += new > old
            count["days_slipped"] += new - old
        if kind == "assign" and new is not None:
            person = str(51 + new % 2)
            count["reassignments"] += last.setdefault(gid, person) != person
            last[gid] = person
    assert len(counts) == len(expected)
    for row in cells(counts):
        count = expected[row["task_gid"]]
        assert {name: row[name] for name in count} == dict(count)


def test_labels_of_rows_their_order_and_the_storage_of_text_change_nothing() -> None:
    stories = stories_of(
        added("5", "2026-03-02"), due("5", "2026-03-03", "2026-03-04", "2026-03-05"),
        assigned("5", "2026-03-05", "51"),
        field("5", "2026-03-06", "people", "7", "Team", new_people_value_names=("Ana",)),
    )  # fmt: skip
    expected = af.rollups.changes(stories)

    assert_same(af.rollups.changes(oddly_indexed(stories.iloc[::-1])), expected)
    assert_same(af.rollups.changes(typed_by_hand(stories)), expected)


def test_on_the_sandbox_changes_are_what_was_done_there() -> None:
    # A server of its own: others must not meet the task.
    with serve(now=NOW) as server, af.connect("sandbox", base_url=server.url) as asana:
        project = asana.projects.list(workspace="Acme")["gid"].iloc[0]
        made = asana.tasks.create(name="Logo", projects=[project], due_on="2026-12-01")
        asana.tasks.update(made, due_on="2026-12-04")
        asana.tasks.update(made, name="New logo", completed=True)
        asana.tasks.update(made, completed=False)
        stories, tasks = asana.stories.list_for_task(made), asana.tasks.get(made)

    table = af.rollups.changes(stories, tasks)

    changes = table["change"].tolist()
    for change in ("added to project", "name", "completed", "reopened"):
        assert changes.count(change) == 1
    assert table["days_slipped"].dropna().tolist() == [3]
    assert set(table["task_name"]) == {"New logo"}
    assert "2026-12-04" in table["new"].tolist()


def test_slips_are_counted_by_who_made_them_who_had_the_task_and_by_project() -> None:
    tasks = tasks_of(
        task("5", ("1", "12"), ("2", "21"), assignee_gid="52", assignee_name="Bo"),
        task("6", ("2", "21"), assignee_gid="52", assignee_name="Bo"),
        task("7"),
    )
    table = af.rollups.changes(
        stories_of(
            assigned("5", "2026-03-01", "51"),
            due("5", "2026-03-02", "2026-03-05", "2026-03-08"),
            assigned("5", "2026-03-03", "52"),
            due("5", "2026-03-04", "2026-03-08", "2026-03-07"),
            # Bo has had this one from the beginning, so that no story tells it.
            due("6", "2026-03-02", "2026-03-05", "2026-03-06", created_by_gid="51"),
            due("7", "2026-03-02", "2026-03-05", "2026-03-09"),
            moved("6", "2026-03-02", "11", "12"),
        ),
        tasks,
    )

    people = af.rollups.change_counts(table, "assignee")
    assert told(people, "assignee_name", "slips", "days_slipped") == [
        ("Ana", 1, 3), ("Bo", 1, 0), (None, 1, 4),
    ]  # fmt: skip
    makers = af.rollups.change_counts(table, "changed_by_gid")
    assert told(makers, "changed_by_gid", "slips") == [("51", 1), (None, 2)]
    projects = af.rollups.change_counts(table, "project", tasks=tasks)
    # The move of task 6 is one in the shop; its slip counts where the task is first.
    assert told(projects, "project_name", "slips", "days_slipped", "moves") == [
        ("Shop", 1, 2, 1), ("Site", 1, 1, 0), (None, 1, 4, 0),
    ]  # fmt: skip
    total = af.rollups.change_counts(table, None)
    assert told(total, "slips", "days_slipped") == [(3, 7)]
    with pytest.raises(af.InvalidArgument, match=r"6 changes name no project.*Pass tasks="):
        af.rollups.change_counts(table, "project")


def test_at_an_earlier_moment_later_changes_and_names_are_not_known() -> None:
    stories = stories_of(
        due("5", "2026-03-02", None, "2026-03-05"),
        story("5", "2026-03-07", "name_changed", old_name="Lgo", new_name="Logo"),
        due("5", "2026-03-08", "2026-03-05", "2026-03-08"),
    )

    then = af.rollups.changes(stories, tasks_of(task("5", name="Logo")), now="2026-03-07")

    # What happens at midnight is known then.
    assert then["change"].tolist() == ["due date", "name"]
    then = af.rollups.changes(stories, tasks_of(task("5", name="Logo")), now="2026-03-06")
    assert told(then, "change", "task_name") == [("due date", "Lgo")]
