"""What each sprint committed to and completed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups import stories as told
from tests.rollups.frames import assert_same_dtypes

NOW = "2026-03-30"
SPRINT: dict[str, Any] = {"name": "Sprint 1", "start": "2026-03-02", "end": "2026-03-13"}
AMOUNTS = ["committed", "scope_added", "scope_removed", "done", "open"]


def sprints_of(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame([{**SPRINT, **row} for row in rows])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


def tagged(*rows: dict[str, Any]) -> pd.DataFrame:
    tasks = told.tasks_of(*(told.task(str(n), **row) for n, row in enumerate(rows, 1)))
    return tasks.assign(tags_gids=[("9",)] * len(tasks), points=[float(n) for n in tasks["gid"]])


def amounts(table: pd.DataFrame) -> list[Any]:
    return list(table[AMOUNTS].iloc[0])


def test_tasks_of_the_first_day_are_committed_and_later_ones_are_added() -> None:
    tasks = tagged(
        {"created": "2026-02-20", "completed_at": "2026-03-05T10:00Z"},
        {"created": "2026-03-02T17:00Z"},
        {"created": "2026-03-03T09:00Z", "completed_at": "2026-03-13T20:00Z"},
        # Done before the sprint: neither committed nor done in it.
        {"created": "2026-02-20", "completed_at": "2026-02-25T10:00Z"},
        # Done after it: open at its end.
        {"created": "2026-02-20", "completed_at": "2026-03-14T10:00Z"},
    )

    count = af.rollups.velocity(tasks, sprints_of({"tag_gid": "9"}), now=NOW)
    points = af.rollups.velocity(tasks, sprints_of({"tag_gid": "9"}), weight="points", now=NOW)

    assert amounts(count) == [3, 1, 0, 2, 2]
    assert amounts(points) == [1 + 2 + 5, 3, 0, 1 + 3, 2 + 5]
    assert count["committed"].dtype == "Int64"
    assert not count["partial"].item()


def test_stories_tell_who_was_in_the_section_when_it_was_done() -> None:
    # In the sprint's section 11 first, and in "Done", 13, when they are read.
    tasks = told.tasks_of(
        told.task("5", ("1", "13"), completed_at="2026-03-05T10:00Z"),
        told.task("6", ("1", "12")),
        told.task("7", ("1", "11")),
    )
    stories = told.stories_of(
        told.added("5", "2026-03-01T09:00Z"),
        told.moved("5", "2026-03-06T09:00Z", "11", "13"),
        told.added("6", "2026-03-01T09:00Z"),
        told.moved("6", "2026-03-10T09:00Z", "11", "12"),
        told.added("7", "2026-03-01T09:00Z"),
        told.moved("7", "2026-03-09T09:00Z", "12", "11"),
    )
    sprints = sprints_of({"section_gid": "11"})

    with_stories = af.rollups.velocity(tasks, sprints, stories=stories, now=NOW)
    without = af.rollups.velocity(tasks, sprints, now=NOW)

    assert amounts(with_stories) == [2, 1, 1, 1, 1]
    # The one that was moved on is not known to have been there.
    assert amounts(without) == [1, 0, 0, 0, 1]


def test_tags_come_and_go_in_stories() -> None:
    tasks = told.tasks_of(told.task("5"), told.task("6"), told.task("7"))
    tasks = tasks.assign(tags_gids=[("9",), (), ("9",)])
    stories = told.stories_of(
        told.story("5", "2026-03-04T09:00Z", "added_to_tag"),
        told.story("6", "2026-03-05T09:00Z", "removed_from_tag"),
    ).assign(tag_gid="9")

    table = af.rollups.velocity(tasks, sprints_of({"tag_gid": "9"}), stories=stories, now=NOW)

    # 6 was there from its creation until the 5th, 7 all the time, 5 came later.
    assert amounts(table) == [2, 1, 1, 0, 2]


def test_a_running_sprint_counts_up_to_now() -> None:
    tasks = tagged(
        {"created": "2026-02-20", "completed_at": "2026-03-05T10:00Z"},
        {"created": "2026-03-06T10:00Z"},
    )

    table = af.rollups.velocity(tasks, sprints_of({"tag_gid": "9"}), now="2026-03-04")

    assert amounts(table) == [1, 0, 0, 0, 1]
    assert table["partial"].item()


def test_a_sprint_that_is_ahead_has_what_is_in_it_by_now() -> None:
    tasks = tagged({"created": "2026-02-20"})

    table = af.rollups.velocity(tasks, sprints_of({"tag_gid": "9"}), now="2026-02-27")

    assert amounts(table) == [1, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"tag_gid": None}, "needs a section_gid or a tag_gid"),
        ({"tag_gid": "9", "section_gid": "11"}, "has a section_gid and a tag_gid"),
        ({"tag_gid": "9", "end": "2026-03-01"}, "ends before it starts"),
        ({"tag_gid": "9", "end": None}, "has no start or end"),
    ],
)
def test_a_sprint_that_is_not_one_is_refused(row: dict[str, Any], problem: str) -> None:
    with pytest.raises(af.InvalidArgument, match=f"'Sprint 1' \\(row 0\\) {problem}"):
        af.rollups.velocity(tagged({}), sprints_of(row))


def test_no_sprints_and_no_tasks_give_the_same_columns() -> None:
    sprints = sprints_of({"tag_gid": "9"})
    usual = af.rollups.velocity(tagged({}), sprints, now=NOW)

    assert_same_dtypes(af.rollups.velocity(tagged({}), sprints.head(0), now=NOW), usual)
    assert amounts(af.rollups.velocity(tagged({}).head(0), sprints, now=NOW)) == [0] * 5


moments = st.datetimes(pd.Timestamp("2026-02-25"), pd.Timestamp("2026-03-20")).map(
    lambda at: f"{at:%Y-%m-%dT%H:%M}Z"
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(moments, st.none() | moments), max_size=6),
    st.lists(st.tuples(st.integers(1, 6), moments, st.booleans()), max_size=12),
)
def test_what_was_committed_and_added_is_done_open_or_removed(
    lives: list[tuple[str, str | None]], events: list[tuple[int, str, bool]]
) -> None:
    tasks = tagged(*({"created": born, "completed_at": done} for born, done in lives))
    stories = told.stories_of(
        *(
            told.story(str(n), at, "added_to_tag" if is_added else "removed_from_tag")
            for n, at, is_added in events
        )
    ).assign(tag_gid="9")

    table = af.rollups.velocity(tasks, sprints_of({"tag_gid": "9"}), stories=stories, now=NOW)

    committed, came, left, done, still_open = amounts(table)
    assert committed + came - left == done + still_open
