"""When tasks were blocked, and by what."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import assert_same, assert_same_dtypes, cells, oddly_indexed
from tests.rollups.stories import field, moved, story, task, tasks_of
from tests.rollups.stories import stories_of as plain_stories

NOW = "2026-03-12"
PAIR = ("task_gid", "dependency_gid")


def stories_of(*rows: dict[str, Any]) -> pd.DataFrame:
    names = ("dependency_gid", "related_task_gid", "tag_gid", "tag_name")
    more = {name: pd.Series([row.get(name) for row in rows], dtype="str") for name in names}
    return plain_stories(*rows).assign(**more)


def edges_of(*pairs: str) -> pd.DataFrame:
    """Return dependencies: ``"ba"`` says that b waits for a."""
    columns = {name: [pair[at] for pair in pairs] for at, name in enumerate(PAIR)}
    return pd.DataFrame(columns, dtype="str")


def told(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return who was blocked by what, from and until which day, and whether that is sure."""
    return [
        (
            row["task_gid"],
            row["dependency_gid"],
            row["blocked_at"].day,
            row["unblocked_at"] and row["unblocked_at"].day,
            row["is_certain"],
        )
        for row in cells(table)
    ]


def test_a_dependency_blocks_from_the_story_that_adds_it_to_the_completion() -> None:
    tasks = tasks_of(
        task("a", completed_at="2026-03-09"), task("b"), task("c", created="2026-03-03")
    )
    stories = stories_of(
        story("b", "2026-03-02", "dependency_added", dependency_gid="a"),
        story("a", "2026-03-05", "marked_complete"),
        story("a", "2026-03-07", "marked_incomplete"),
        story("a", "2026-03-09", "marked_complete"),
        # On the other task, of a dependency that is gone by now.
        story("b", "2026-03-04", "dependent_added", related_task_gid="c"),
        story("c", "2026-03-06", "dependency_removed", dependency_gid="b"),
    )

    table = af.rollups.blocked_times(tasks, stories, edges_of("ba", "ca"), now=NOW)

    assert told(table) == [
        ("b", "a", 2, 5, True),
        ("b", "a", 7, 9, True),
        # No story tells since when c waits for a.
        ("c", "a", 3, 5, False),
        ("c", "b", 4, 6, True),
        ("c", "a", 7, 9, False),
    ]
    assert table["days_blocked"].tolist() == [3, 2, 2, 2, 2]
    # The 4th is a day of both, and counts in the first of them.
    assert table["days_counted"].tolist() == [3, 2, 2, 1, 2]
    # The 7th and 8th are a weekend.
    assert table["days_working"].tolist() == [3, 0, 2, 2, 0]


def test_a_completed_task_is_not_blocked_and_an_unknown_one_blocks_until_a_story_tells() -> None:
    tasks = tasks_of(task("b", completed_at="2026-03-05"), task("c"), task("d"))
    stories = stories_of(
        story("b", "2026-03-02", "dependency_added", dependency_gid="c"),
        story("c", "2026-03-03", "dependency_added", dependency_gid="x"),
        story("d", "2026-03-03", "dependency_added", dependency_gid="y"),
        story("c", "2026-03-10", "dependency_marked_complete", dependency_gid="x"),
    )

    table = af.rollups.blocked_times(tasks, stories, edges_of("bc", "cx", "dy"), now=NOW)

    assert told(table) == [
        ("b", "c", 2, 5, True), ("c", "x", 3, 10, True), ("d", "y", 3, None, False),
    ]  # fmt: skip
    assert table["is_current"].tolist() == [False, False, True]
    assert table["days_blocked"].tolist() == [3, 7, 9]


def test_a_section_a_tag_or_a_field_may_mark_what_is_blocked() -> None:
    tasks = tasks_of(task("5", ("1", "12")), task("6", ("1", "11"))).assign(
        tags_gids=[(), ("81",)], tags_names=[(), ("Waiting",)], cf_Status=["On hold", "Ok"]
    )
    stories = stories_of(
        moved("5", "2026-03-03", "11", "12"),
        moved("6", "2026-03-04", "12", "11"),
        story("5", "2026-03-03", "added_to_tag", tag_gid="81", tag_name="Waiting"),
        story("5", "2026-03-05", "removed_from_tag", tag_gid="81", tag_name="Waiting"),
        field("5", "2026-03-06", "enum", "71", "Status", new_enum_value_name="On hold"),
        field("6", "2026-03-07", "enum", "71", "Status", old_enum_value_name="On hold",
              new_enum_value_name="Ok"),
    )  # fmt: skip

    def flagged(**flag: Any) -> list[tuple[Any, ...]]:
        return told(af.rollups.blocked_times(tasks, stories, flag=flag, now=NOW))

    assert flagged(section="Doing") == [("5", None, 3, None, True), ("6", None, 1, 4, False)]
    assert flagged(tag="Waiting") == [("5", None, 3, 5, True), ("6", None, 1, None, False)]
    held = [("5", None, 6, None, True), ("6", None, 1, 7, False)]
    assert flagged(cf_Status=["On hold", "Later"]) == held
    with pytest.raises(af.InvalidArgument, match="flag= needs the column cf_Stat"):
        flagged(cf_Stat="On hold")


def test_at_an_earlier_moment_what_comes_later_is_not_known() -> None:
    tasks = tasks_of(task("a", completed_at="2026-03-09"), task("b"))
    stories = stories_of(
        story("b", "2026-03-02", "dependency_added", dependency_gid="a"),
        story("a", "2026-03-09", "marked_complete"),
    )

    def then(now: str) -> list[tuple[Any, ...]]:
        return told(af.rollups.blocked_times(tasks, stories, edges_of("ba"), now=now))

    assert then("2026-03-01") == []
    assert then("2026-03-08") == [("b", "a", 2, None, True)]


def test_bad_arguments_are_refused() -> None:
    tasks, stories = tasks_of(task("a")), stories_of()

    for more in ({}, {"edges": edges_of(), "flag": {"tag": "a"}}):
        with pytest.raises(af.InvalidArgument, match="takes either edges="):
            af.rollups.blocked_times(tasks, stories, **more)
    with pytest.raises(af.InvalidArgument, match="flag= takes a mapping"):
        af.rollups.blocked_times(tasks, stories, flag="Blocked")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="flag= takes one section, tag or column"):
        af.rollups.blocked_times(tasks, stories, flag={})


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    tasks, edges = tasks_of(task("a"), task("b")), edges_of("ba")
    some = af.rollups.blocked_times(tasks, stories_of(), edges)

    assert len(some) == 1
    assert_same_dtypes(af.rollups.blocked_times(tasks_of(), stories_of(), edges_of()), some)
    flagged = af.rollups.blocked_times(tasks.assign(cf_A="x"), stories_of(), flag={"cf_A": "y"})
    assert_same_dtypes(flagged, some)
    odd = [oddly_indexed(frame) for frame in (tasks, stories_of(), edges)]
    same = [af.rollups.blocked_times(*odd, now=NOW)]
    assert_same(same[0], af.rollups.blocked_times(tasks, stories_of(), edges, now=NOW))


KINDS = ("dependency_added", "dependency_removed", "marked_complete", "marked_incomplete")
drawn = st.lists(
    st.tuples(st.integers(2, 11), st.sampled_from(KINDS), st.sampled_from("ab")),
    max_size=10,
    unique_by=lambda event: event[0],
)


@settings(max_examples=60, deadline=None)
@given(drawn)
def test_the_days_are_those_of_a_loop_over_all_days(events: list[tuple[int, str, str]]) -> None:
    rows = [
        story("b" if "dep" in kind else gid, f"2026-03-{day:02}", kind,
              dependency_gid="a" if "dep" in kind else None)
        for day, kind, gid in events
    ]  # fmt: skip
    edits = [kind for _, kind, _ in sorted(events) if "dep" in kind]
    is_there = not edits or edits[-1] == "dependency_added"

    table = af.rollups.blocked_times(
        tasks_of(task("a"), task("b")),
        stories_of(*rows),
        edges_of("ba") if is_there else edges_of(),
        now=NOW,
    )

    state = {"a": True, "b": True, "edge": not edits or edits[0] == "dependency_removed"}
    blocked = []
    for day in range(1, 12):
        for _, kind, gid in (event for event in events if event[0] == day):
            if "dep" in kind:
                state["edge"] = kind == "dependency_added"
            else:
                state[gid] = kind == "marked_incomplete"
        blocked += [day] if all(state.values()) else []
    found = [
        day
        for row in cells(table)
        for day in range(row["blocked_at"].day, (row["unblocked_at"] or dt.date(2026, 3, 12)).day)
    ]
    assert found == blocked
    assert table["days_counted"].sum() == len(blocked)


def test_on_the_sandbox_a_dependency_blocks_until_it_is_completed(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch", fields="all")
    stories = af.gather.stories(asana, tasks)
    edges = af.bridge(tasks, "dependencies")

    table = af.rollups.blocked_times(tasks, stories, edges, now="2026-11-02")

    # Tasks that were completed twice block twice.
    reopened = stories.loc[stories["resource_subtype"] == "marked_incomplete", "task_gid"]
    table = table[~table[["task_gid", "dependency_gid"]].isin(set(reopened)).any(axis=1)]
    table = table.reset_index(drop=True)
    assert len(table) > 0
    done = tasks.set_index("gid")["completed_at"]
    ends = [
        done.reindex(table[name]).reset_index(drop=True) for name in ("task_gid", "dependency_gid")
    ]
    first = ends[0].fillna(ends[1]).where(~(ends[1] < ends[0]), ends[1])
    assert table["unblocked_at"].dropna().equals(first.dropna().rename("unblocked_at"))
    assert (table["days_counted"] <= table["days_blocked"]).all()
