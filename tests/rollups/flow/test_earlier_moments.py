"""Counts at an earlier moment, of excluded tasks and of frames that lack something."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from tests.rollups import stories as told
from tests.rollups.flows import task, tasks_of

NOW = "2026-03-20T12:00Z"
SPRINT = pd.DataFrame(
    {
        "name": ["Sprint"],
        "start": pd.to_datetime(["2026-03-02"]),
        "end": pd.to_datetime(["2026-03-08"]),
        "tag_gid": ["9"],
    }
)


@pytest.mark.parametrize(
    ("tags", "subtype", "then"), [(("9",), "added_to_tag", 0), ((), "removed_from_tag", 1)]
)
def test_tags_that_changed_after_now_are_those_of_then(
    tags: tuple[str, ...], subtype: str, then: int
) -> None:
    tasks = told.tasks_of(told.task("5")).assign(tags_gids=[tags], tags_names=[tags])
    stories = told.stories_of(told.story("5", "2026-03-18T09:00Z", subtype))
    stories = stories.assign(tag_gid="9", tag_name="Blocked")

    sprint = af.rollups.velocity(tasks, SPRINT, stories=stories, now="2026-03-10")
    blocked = af.rollups.blocked_times(tasks, stories, flag={"tag": "9"}, now="2026-03-10")

    assert sprint["committed"].tolist() == [then]
    assert len(blocked) == then


def test_each_of_two_tags_blocks_for_itself() -> None:
    tasks = told.tasks_of(told.task("5")).assign(tags_gids=[("7", "8")])
    stories = told.stories_of(told.story("5", "2026-03-10T00:00Z", "added_to_tag"))
    stories = stories.assign(tag_gid="7", tag_name="A")

    both = af.rollups.blocked_times(tasks, stories, flag={"tag": ["7", "8"]}, now="2026-03-12")
    alone = af.rollups.blocked_times(tasks, stories, flag={"tag": "8"}, now="2026-03-12")

    assert sorted(both["days_blocked"].round()) == [2.0, 11.0]
    assert alone["days_blocked"].round().tolist() == [11.0]


def test_the_row_that_was_read_last_tells_whether_a_task_is_excluded() -> None:
    tasks = tasks_of(
        task(completed="2026-03-03T09:00Z", **{"gid": "1", "cf_Notes": "Todo"}),
        task(completed="2026-03-03T09:00Z", **{"gid": "1", "cf_Notes": "Duplicate"}),
    )
    excluded: dict[str, Any] = {"exclude": {"cf_Notes": "Duplicate"}, "now": NOW}

    assert af.rollups.throughput(tasks, **excluded)["done"].sum() == 0
    assert af.rollups.burnup(tasks, **excluded).empty


def test_a_subtask_of_an_excluded_task_keeps_the_project_above_it() -> None:
    tasks = tasks_of(
        task(project="31", section="Cancelled"),
        task(completed="2026-03-03T09:00Z", parent_gid="1"),
    )

    table = af.rollups.throughput(
        tasks, "project", exclude={"section": "Cancelled"}, now="2026-03-08"
    )

    assert table[["project_name", "done"]].to_numpy().tolist() == [["Website", 1]]


def test_a_stalled_group_without_moments_has_zeros_between_given_days() -> None:
    tasks = tasks_of(task(None, person="11")).drop(columns="created_at")

    table = af.rollups.throughput(
        tasks, "person", "W", start="2026-03-02", end="2026-03-15", now=NOW
    )

    assert table["done"].tolist() == [0, 0]
    assert af.rollups.throughput(tasks, "person", now=NOW).empty


class TestScope:
    """What stories tell of the scope of a project."""

    def test_is_never_below_zero_where_a_creation_is_unknown(self) -> None:
        tasks = told.tasks_of(told.task("5", created=None), told.task("6", ("1", "11")))
        stories = told.stories_of(told.removed("5", "2026-03-05T09:00Z"))

        table = af.rollups.burnup(tasks, stories=stories, project="1", now="2026-03-08")

        assert (table["scope"] == 1).all()
        assert table["scope_removed"].sum() == 0

    def test_of_two_projects_of_one_name_needs_the_gid(self) -> None:
        tasks = told.tasks_of(told.task("5", ("1", "11"), ("2", "21")))
        tasks = tasks.assign(memberships_project_names=[("P", "P")])
        stories = told.stories_of().head(0)

        with pytest.raises(af.InvalidArgument, match=r"2 projects are called 'P'; pass the gid"):
            af.rollups.burnup(tasks, stories=stories, project="P", now=NOW)
        one = af.rollups.burnup(tasks, stories=stories, project="2", now=NOW)
        assert one["scope"].iloc[-1] == 1

    def test_of_a_project_that_had_no_task_yet_is_empty(self) -> None:
        tasks = told.tasks_of(
            told.task("5", ("1", "11")), told.task("6", ("2", "21"), created="2026-03-15")
        )
        stories = told.stories_of(told.added("6", "2026-03-15T09:00Z", "2"))

        assert af.rollups.burnup(tasks, stories=stories, project="Site", now="2026-03-10").empty
        with pytest.raises(af.InvalidArgument, match=r"Use one of 'Site', 'Shop'"):
            af.rollups.burnup(tasks, stories=stories, project="Mars", now=NOW)

    def test_passes_over_rows_without_a_gid(self) -> None:
        tasks = told.tasks_of(
            told.task("5", ("1", "11")), told.task(None, ("1", "11")), told.task(None)
        ).assign(tags_gids=[("9",), ("9",), ()])
        stories = told.stories_of(told.added("5", "2026-03-02T09:00Z")).assign(tag_gid="9")

        table = af.rollups.burnup(tasks, stories=stories, project="1", now=NOW)
        sprint = af.rollups.velocity(tasks, SPRINT, stories=stories, now=NOW)

        assert table["scope"].iloc[-1] == 1
        assert sprint["committed"].tolist() == [2]


def test_a_later_assignment_is_not_known() -> None:
    tasks = told.tasks_of(told.task("5", completed_at="2026-03-05T10:00Z"))
    stories = told.stories_of(told.assigned("5", "2026-03-18T09:00Z", "51"))

    table = af.rollups.lead_times(tasks, stories=stories, now="2026-03-10")

    assert table["days_since_first_assignment"].isna().all()


def test_first_due_dates_without_any_change_are_the_last() -> None:
    tasks = tasks_of(task(completed="2026-03-03T09:00Z", due="2026-03-05"))

    table = af.rollups.on_time(tasks, due="first", stories=told.stories_of().head(0), now=NOW)

    assert table["done_on_time"].tolist() == [1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"exclude": {3: "x"}}, "takes text"),
        ({"exclude": {"cf_Estimated time": "1"}}, "takes columns of text, options or lists"),
        ({"weight": "assignee_gid"}, "does not hold numbers"),
        ({"weight": "infinite"}, r"is infinite in 1 task\(s\)"),
        ({"weight": "Estimated time"}, "use weight='cf_Estimated time'"),
        ({"by": "Projects"}, "Did you mean 'project'"),
        ({"now": 3}, "is not a moment"),
    ],
)
def test_a_wrong_argument_says_what_to_pass(arguments: dict[str, Any], message: str) -> None:
    tasks = tasks_of(task(person="11", project="31", **{"cf_Estimated time": 3}))

    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.throughput(tasks.assign(infinite=float("inf")), **arguments)


def test_projects_that_were_not_read_are_no_group_of_their_own() -> None:
    tasks = tasks_of(task(completed="2026-03-03T09:00Z", project="31"))
    without = tasks.drop(columns=[name for name in tasks if str(name).startswith("memberships")])

    with pytest.raises(af.InvalidArgument, match="does not know the key 'project'"):
        af.rollups.throughput(without, "project", now=NOW)
    own = af.rollups.throughput(without.assign(project="Mine"), "project", now=NOW)
    assert own["project"].unique().tolist() == ["Mine"]


def test_a_sprint_that_names_its_tag_is_told_how_to_get_the_gid() -> None:
    tasks = told.tasks_of(told.task("5")).assign(tags_gids=[("9",)])

    with pytest.raises(af.InvalidArgument, match=r"asana\.tags\.list\(\.\.\.\)"):
        af.rollups.velocity(tasks, SPRINT.assign(tag_gid="quick win"))


def test_days_in_the_wrong_order_are_refused_for_load_too() -> None:
    with pytest.raises(af.InvalidArgument, match="lies after end="):
        af.rollups.load(tasks_of(task()), start="2026-05-01", end="2026-03-01")
