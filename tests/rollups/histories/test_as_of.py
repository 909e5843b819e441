"""Tasks as they were at a moment."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import asana_frames as af
from asana_frames.frames.arrays import build_array
from tests.rollups.frames import assert_same, assert_same_dtypes, oddly_indexed, typed_by_hand
from tests.rollups.stories import (
    NAMES,
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

THEN, LATER, NOW = "2026-03-03", "2026-03-05", "2026-03-09"


def one(tasks: pd.DataFrame, *stories: Any, moment: Any = THEN) -> dict[str, Any]:
    """Return the one task as it was, what is missing as None."""
    (row,) = af.rollups.as_of(tasks, stories_of(*stories), moment).to_dict("records")
    return {k: v if isinstance(v, tuple) or not pd.isna(v) else None for k, v in row.items()}


def test_a_value_is_the_old_one_of_the_first_later_story() -> None:
    row = one(
        tasks_of(task(name="Third", due_on="2026-03-30")),
        story("5", "2026-03-02", "name_changed", old_name="Zeroth", new_name="First"),
        story("5", "2026-03-04", "name_changed", old_name="First", new_name="Second"),
        story("5", LATER, "name_changed", old_name="Second", new_name="Third"),
        due("5", LATER, "2026-03-20", "2026-03-30"),
    )

    assert (row["name"], row["due_on"]) == ("First", pd.Timestamp("2026-03-20"))


def test_what_happened_at_the_moment_has_happened_and_later_tasks_are_gone() -> None:
    tasks = tasks_of(
        task("5", created=THEN, name="New"), task("6", created=LATER), task("7", created=None)
    )
    stories = stories_of(story("5", THEN, "name_changed", old_name="Old", new_name="New"))

    table = af.rollups.as_of(tasks, stories, THEN)

    assert table["gid"].tolist() == ["5", "7"]
    assert table["name"].tolist() == ["New", "Task 7"]


def test_due_times_that_are_all_missing_may_be_of_any_dtype() -> None:
    tasks = tasks_of(task()).assign(cf_When=pd.to_datetime(["2026-03-09"]))
    stories = stories_of(
        field("5", LATER, "date", "61", "When", old_date_value_due_on="2026-03-04")
    ).assign(old_date_value_due_at=None)

    table = af.rollups.as_of(tasks, stories, THEN)

    assert table["cf_When"].tolist() == [pd.Timestamp("2026-03-04")]


def test_a_moment_without_a_zone_is_read_in_the_zone() -> None:
    tasks = tasks_of(task(created="2026-03-02T23:30Z"))

    assert len(af.rollups.as_of(tasks, stories_of(), THEN)) == 1
    assert len(af.rollups.as_of(tasks, stories_of(), THEN, "Europe/Berlin")) == 0


@pytest.mark.parametrize(
    ("stories", "expected"),
    [
        ([assigned("5", LATER, "52")], None),
        ([assigned("5", "2026-03-02", "51"), assigned("5", LATER, "52")], "51"),
        ([assigned("5", "2026-03-02", "51")], "52"),
        ([assigned("5", "2026-03-01", "51"), assigned("5", "2026-03-02", None),
          assigned("5", LATER, "52")], None),
        ([assigned("5", LATER, None), assigned("5", NOW, "52")], None),
    ],
)  # fmt: skip
def test_an_assignee_is_whom_the_last_story_gave_the_task(
    stories: list[Any], expected: str | None
) -> None:
    row = one(tasks_of(task(assignee_gid="52", assignee_name="Bo")), *stories)

    assert (row["assignee_gid"], row["assignee_name"]) == (expected, expected and NAMES[expected])


def test_completion_goes_back_to_what_it_was() -> None:
    done = {"completed": True, "completed_at": LATER, "completed_by_gid": "52"}
    complete = story("5", LATER, "marked_complete", created_by_gid="52")
    before = story("5", "2026-03-01", "marked_complete", created_by_gid="51")
    again = story("5", "2026-03-04", "marked_incomplete")
    columns = ("completed", "completed_at", "completed_by_gid")
    first_of_march = pd.Timestamp("2026-03-01", tz="UTC")

    def completion(*stories: Any) -> tuple[Any, ...]:
        row = one(tasks_of(task(**done)), *stories)
        return tuple(row[name] for name in columns)

    assert completion(complete) == (False, None, None)
    assert completion(before, again, complete) == (True, first_of_march, "51")
    # It was complete, but no story tells since when.
    assert completion(again, complete) == (True, None, None)
    # No story at all: not complete before it was completed.
    assert completion() == (False, None, None)


def test_memberships_are_those_of_the_visits_of_the_moment_those_of_now_first() -> None:
    row = one(
        tasks_of(task("5", ("2", "22"))),
        added("5", "2026-03-01", "1"),
        moved("5", "2026-03-02", "11", "12"),
        added("5", "2026-03-02", "2"),
        moved("5", LATER, "21", "22", "2"),
        removed("5", LATER, "1"),
    )

    assert row["memberships_project_gids"] == ("2", "1")
    assert row["memberships_project_names"] == ("Site", "Shop")
    assert row["memberships_section_gids"] == ("21", "12")
    assert row["memberships_section_names"] == ("Ideas", "Doing")


def test_a_section_that_nothing_tells_is_missing_and_no_project_is_an_empty_tuple() -> None:
    joined = [added("5", "2026-03-02"), removed("5", LATER)]

    assert one(tasks_of(task()), *joined)["memberships_section_gids"] == (None,)
    assert one(tasks_of(task()), *joined, moment="2026-03-01")["memberships_section_gids"] == ()


def test_a_task_that_moves_at_the_moment_is_in_its_new_section_only() -> None:
    moves = [moved("5", THEN, "11", "12"), moved("5", LATER, "12", "13")]

    row = one(tasks_of(task("5", ("1", "13"))), added("5", "2026-03-01"), *moves)

    assert row["memberships_section_gids"] == ("12",)


FIELDS = [
    ("enum", {"old_enum_value_name": "Low", "new_enum_value_name": "High"}, "Low"),
    ("number", {"old_number_value": 2.5}, 2.5),
    ("text", {"old_text_value": "x"}, "x"),
    ("date", {"old_date_value_due_on": "2026-03-02"}, pd.Timestamp("2026-03-02")),
    ("date", {"old_date_value_due_on": "2026-03-02",
              "old_date_value_due_at": "2026-03-02T09:00Z"}, pd.Timestamp("2026-03-02")),
    ("multi_enum", {"old_multi_enum_values_names": ("A", "B")}, ("A", "B")),
    ("people", {"old_people_value_names": ("Ana",), "old_people_value_gids": ("51",)}, ("Ana",)),
    ("number", {}, None),
]  # fmt: skip
VALUES = {
    "enum": pd.Categorical(["High"], ["Low", "High"], ordered=False),
    "number": build_array("number", [7]),
    "text": build_array("text", ["y"]),
    "date": build_array("date", ["2026-04-01"]),
    "multi_enum": build_array("tuple", [()]),
    "people": build_array("tuple", [("Bo",)]),
}


@pytest.mark.parametrize(("kind", "told", "expected"), FIELDS)
@pytest.mark.parametrize("is_alone", [True, False])
def test_a_custom_field_goes_back_in_its_column(
    kind: str, told: dict[str, Any], expected: Any, is_alone: bool
) -> None:
    column = "cf_Size" if is_alone else f"cf_Size_{kind}"
    tasks = tasks_of(task()).assign(**{column: VALUES[kind], f"{column}_gids": VALUES["people"]})

    table = af.rollups.as_of(
        tasks, stories_of(field("5", LATER, kind, "71", "Size", **told)), THEN
    )

    value = table[column].iloc[0]
    assert value == expected or (expected is None and pd.isna(value))
    assert table[f"{column}_gids"].iloc[0] == (("51",) if kind == "people" else ("Bo",))
    assert_same_dtypes(table, tasks)


def test_an_option_that_is_no_category_any_more_is_missing() -> None:
    tasks = tasks_of(task()).assign(cf_Size=VALUES["enum"])
    change = field("5", LATER, "enum", "71", "Size", old_enum_value_name="Huge")

    table = af.rollups.as_of(tasks, stories_of(change), THEN)

    assert table["cf_Size"].isna().all()
    assert_same_dtypes(table, tasks)


def test_two_fields_of_one_name_in_one_column_leave_it_as_it_is_now() -> None:
    tasks = tasks_of(task()).assign(cf_Size=VALUES["number"])
    changes = [
        field("5", LATER, "number", gid, "Size", old_number_value=1) for gid in ("71", "72")
    ]

    table = af.rollups.as_of(tasks, stories_of(*changes), THEN)

    assert table["cf_Size"].tolist() == [7]
    assert "cf_Size" in table.attrs["as_of"]["not_replayed"]


def test_fields_of_one_name_and_kind_go_back_in_their_column() -> None:
    tasks = tasks_of(task("5"), task("6")).assign(cf_Size=build_array("number", [7, 8]))
    changes = [
        field(row, LATER, "number", gid, "Size", old_number_value=int(gid))
        for row, gid in (("5", "71"), ("6", "72"))
    ]

    table = af.rollups.as_of(tasks, stories_of(*changes), THEN)

    assert table["cf_Size"].tolist() == [71, 72]


def test_a_date_goes_back_as_a_day_and_a_moment() -> None:
    tasks = tasks_of(task("5"), task("6")).assign(
        cf_When=build_array("date", ["2026-04-01", "2026-04-02"]),
        cf_When_at=build_array("datetime", ["2026-04-01T09:00:00.000Z", None]),
    )
    changes = [
        field("5", LATER, "date", "61", "When", old_date_value_due_on="2026-03-04"),
        field("6", LATER, "date", "61", "When", old_date_value_due_at="2026-03-05T08:00Z"),
    ]

    table = af.rollups.as_of(tasks, stories_of(*changes), THEN)

    assert table["cf_When"].tolist() == [pd.Timestamp("2026-03-04"), pd.Timestamp("2026-03-05")]
    assert table["cf_When_at"].isna().tolist() == [True, False]
    assert table["cf_When_at"][1] == pd.Timestamp("2026-03-05 08:00", tz="UTC")
    assert_same_dtypes(table, tasks)


def test_what_is_as_it_is_now_is_listed() -> None:
    tasks = tasks_of(task()).assign(cf_Size=VALUES["number"], cf_Cost=VALUES["number"])
    tasks.attrs["asana"] = {"rows": 1}
    change = field("5", "2026-03-02", "number", "71", "Size", old_number_value=1)

    told = af.rollups.as_of(tasks, stories_of(change), THEN).attrs

    assert told["as_of"] == {
        "moment": "2026-03-03T00:00:00+00:00",
        "not_replayed": ["notes", "cf_Cost"],
    }
    assert told["asana"] == {"rows": 1}
    assert json.dumps(told)
    assert "as_of" not in tasks.attrs


def test_columns_that_stories_lack_are_as_they_are_now() -> None:
    tasks = tasks_of(task("5", ("1", "12"), name="New", assignee_gid="51"))
    stories = stories_of(
        story("5", LATER, "name_changed"), assigned("5", LATER, "51"),
        moved("5", LATER, "11", "12"), field("5", LATER, "number", "71", "Size"),
    )  # fmt: skip
    needed = ["gid", "task_gid", "created_at", "resource_subtype"]

    table = af.rollups.as_of(tasks, stories[needed], THEN)

    assert_frame_equal(table, tasks)
    assert {"name", "assignee_gid"} < set(table.attrs["as_of"]["not_replayed"])
    assert "completed" not in table.attrs["as_of"]["not_replayed"]
    for column in needed:
        with pytest.raises(af.InvalidArgument, match=rf"rollups\.as_of .*{column}"):
            af.rollups.as_of(tasks, stories[needed].drop(columns=column), THEN)


def test_a_moment_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="long ago"):
        af.rollups.as_of(tasks_of(), stories_of(), "long ago")


def test_odd_rows_do_no_harm() -> None:
    tasks = tasks_of(task("5"), task(None), task(None), task("5", name="Last"))
    stories = stories_of(
        story(None, LATER, "name_changed", old_name="x"), story("9", LATER, "marked_complete"),
        story("5", None, "name_changed", old_name="x"), story("5", LATER, "strange"),
        added("5", LATER, None), field("5", LATER, "enum", "7", "Nowhere"),
    )  # fmt: skip

    table = af.rollups.as_of(oddly_indexed(tasks), oddly_indexed(stories), THEN)

    assert table["name"].tolist() == ["Task None", "Task None", "Last"]
    assert_same_dtypes(af.rollups.as_of(tasks_of(), stories, THEN), table)


START = dt.datetime(2026, 3, 2)
#: Tasks do not meet, so that many in one frame prove as much as many frames, and sooner.
GIDS = [str(number) for number in range(500, 509)]
steps = st.lists(
    st.tuples(st.sampled_from(GIDS), st.sampled_from(["name", "done", "person", "due", "place",
              "size"]), st.integers(0, 3), st.integers(0, 5)),
    min_size=15,
    max_size=75,
)  # fmt: skip


def stepped(state: dict[str, Any], what: str, choice: int, at: str, gid: str) -> Any:
    """Change the state of a task and return the story that tells it, or None."""
    if what == "name":
        old, state["name"] = state["name"], f"Name {choice}"
        return story(gid, at, "name_changed", old_name=old, new_name=state["name"])
    if what == "done":
        state["completed"] = not state["completed"]
        state["completed_at"] = at if state["completed"] else None
        state["completed_by_gid"] = "51" if state["completed"] else None
        word = "complete" if state["completed"] else "incomplete"
        return story(gid, at, f"marked_{word}", created_by_gid="51")
    if what == "person":
        person = (None, "51", "52", "51")[choice]
        state["assignee_gid"], state["assignee_name"] = person, person and NAMES[person]
        state["assigned_by_gid"], state["assigned_by_name"] = (
            ("51", "Ana") if person else (None,) * 2
        )
        return assigned(gid, at, person)
    if what == "due":
        old, state["due_on"] = state.get("due_on"), f"2026-04-0{choice}" if choice else None
        return due(gid, at, old, state["due_on"])
    if what == "size":
        old, state["size"] = state.get("size"), choice or None
        return field(
            gid, at, "number", "71", "Size", old_number_value=old, new_number_value=choice
        )
    return moved_on(state, ("1", "2")[choice % 2], choice, at, gid)


def moved_on(state: dict[str, Any], project: str, choice: int, at: str, gid: str) -> Any:
    sections = {"1": ["11", "12", "13"], "2": ["21", "22"]}[project]
    places, is_moved = state["places"], state["moved"]
    if project not in places:
        places[project] = sections[0]
        is_moved.discard(project)
        return added(gid, at, project)
    if choice == 3 and project in is_moved:
        return removed(gid, at, project) if places.pop(project) else None
    old = places[project]
    new = sections[(sections.index(old) + 1) % len(sections)]
    places[project] = new
    is_moved.add(project)
    return moved(gid, at, old, new, project)


def frame_of_states(states: dict[str, Any]) -> pd.DataFrame:
    rows = [
        task(gid, *state["places"].items(), created=START.isoformat(),
             **{k: v for k, v in state.items() if k not in ("places", "moved", "size")})
        for gid, state in states.items()
    ]  # fmt: skip
    sizes = build_array("number", [state.get("size") for state in states.values()])
    return tasks_of(*rows).assign(cf_Size=sizes)


def copied(states: dict[str, Any]) -> dict[str, Any]:
    return {
        gid: {**state, "places": dict(state["places"]), "moved": set(state["moved"])}
        for gid, state in states.items()
    }


def unordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with memberships as sets: of places a task has left no order is told."""
    pairs = [
        tuple(sorted(zip(*lists, strict=True)))
        for lists in frame.filter(like="memberships").itertuples(index=False)
    ]
    kept = frame.drop(columns=frame.filter(like="memberships").columns)
    return kept.assign(places=pd.Series(pairs, dtype=object))


@settings(max_examples=6, deadline=None)
@given(steps, st.randoms())
def test_tasks_are_as_they_were_when_each_thing_had_been_done(
    drawn: list[Any], random: Any
) -> None:
    states: dict[str, Any] = {
        gid: {"name": gid, "completed": False, "places": {}, "moved": set()} for gid in GIDS
    }
    at, past, told = START, [(START, copied(states))], []
    for gid, what, choice, hours in drawn:
        at += dt.timedelta(hours=hours)
        told.append(stepped(states[gid], what, choice, at.isoformat(), gid))
        past.append((at, copied(states)))
    # Of several things of one moment the last one counts.
    snapshots = dict(past)
    moments = random.sample(sorted(snapshots), min(2, len(snapshots)))
    tasks, stories = frame_of_states(states), stories_of(*told)
    shuffled = stories.iloc[random.sample(range(len(stories)), len(stories))]

    for moment in moments:
        found = af.rollups.as_of(tasks, shuffled, moment)

        assert_same(unordered(found), unordered(frame_of_states(snapshots[moment])))
    assert_same(af.rollups.as_of(tasks, stories, "2026-12-01"), tasks)


def test_the_storage_of_text_changes_nothing() -> None:
    tasks = tasks_of(task("5", ("1", "12"), assignee_gid="52", assignee_name="Bo"))
    stories = stories_of(
        added("5", "2026-03-01"), moved("5", LATER, "11", "12"), assigned("5", LATER, "52"),
    )  # fmt: skip

    found = af.rollups.as_of(typed_by_hand(tasks), typed_by_hand(stories), THEN)

    assert_same(found, af.rollups.as_of(tasks, stories, THEN))


def test_on_the_sandbox_tasks_now_are_the_tasks_and_then_were_where_their_visits_say(
    asana: af.Asana,
) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    stories = af.gather.stories(asana, tasks)
    moment = pd.Timestamp("2026-06-01", tz="UTC")

    assert_frame_equal(af.rollups.as_of(tasks, stories, "2026-11-02T09:00Z"), tasks)
    then = af.rollups.as_of(tasks, stories, moment)

    visits = af.rollups.section_times(tasks, stories, now="2026-11-02T09:00Z", ends="moved")
    is_then = (visits["enter"] <= moment) & ~(visits["leave"] <= moment)
    places = then[["gid", "memberships_section_gids"]].explode("memberships_section_gids")
    expected = visits.loc[is_then, ["task_gid", "section_gid"]]
    assert sorted(map(tuple, places.to_numpy())) == sorted(map(tuple, expected.to_numpy()))
    assert then["completed"].sum() == (tasks["completed_at"] <= moment).sum()
