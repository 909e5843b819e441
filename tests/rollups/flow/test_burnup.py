"""The scope of a project, the done part of it, and what remains of a sprint."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups import stories as told
from tests.rollups.flows import spans, task, task_rows, tasks_of
from tests.rollups.frames import dates_of

NOW = "2026-03-20T12:00Z"
POINTS = "cf_Estimated time"
ZONES = ["UTC", "America/St_Johns", "Pacific/Kiritimati"]
SHOP, SITE = ("1", "11"), ("2", "21")


def test_scope_and_done_add_up_over_periods_without_gaps() -> None:
    rows = [task("2026-03-02T09:00Z", "2026-03-04T15:00Z"), task(), task("2026-03-17T09:00Z")]

    table = af.rollups.burnup(tasks_of(*rows), every="W", now=NOW)

    assert dates_of(table["period"]) == [dt.date(2026, 3, day) for day in (2, 9, 16)]
    assert table["scope"].tolist() == [2, 2, 3]
    assert table["done"].tolist() == [1, 1, 1]
    assert table["open"].tolist() == [1, 1, 2]
    assert table["scope_added"].tolist() == [2, 0, 1]
    assert table["scope_removed"].tolist() == [0, 0, 0]
    assert table["partial"].tolist() == [False, False, True]


def test_points_are_the_scope_if_they_are_asked_for() -> None:
    rows = [
        task("2026-03-02T09:00Z", "2026-03-10T15:00Z", **{POINTS: 5}),
        task("2026-03-02T09:00Z", **{POINTS: 2.5}),
        task("2026-03-10T09:00Z"),
    ]

    table = af.rollups.burnup(tasks_of(*rows), every="W", weight=POINTS, now="2026-03-15")

    assert table["scope"].tolist() == [7.5, 7.5]
    assert table["done"].tolist() == [0, 5]
    assert table["unweighted"].tolist() == [0, 1]


@settings(max_examples=40, deadline=None)
@given(task_rows(), st.sampled_from(["D", "W", "MS"]), st.sampled_from(ZONES))
def test_done_never_is_more_than_the_scope_and_neither_shrinks(
    rows: list[dict[str, Any]], every: Any, tz: str
) -> None:
    table = af.rollups.burnup(tasks_of(*rows), every=every, tz=tz, now="2026-04-20")

    assert (table["done"] <= table["scope"]).all()
    assert (table["open"] == table["scope"] - table["done"]).all()
    assert table["scope"].is_monotonic_increasing
    assert table["done"].is_monotonic_increasing
    assert table["scope_added"].cumsum().tolist() == table["scope"].tolist()
    if len(table):
        assert table["scope"].iloc[-1] == len(spans(rows, ZoneInfo(tz)))


class TestStories:
    """A task is in scope while it is in the project."""

    TASKS = told.tasks_of(
        # Created early, added on the 9th, done on the 11th.
        told.task("5", SHOP, created="2026-03-02", completed_at="2026-03-11T10:00Z"),
        # There from the beginning, removed on the 12th.
        told.task("6", created="2026-03-03"),
        # Done before it came in.
        told.task("7", SHOP, created="2026-03-02", completed_at="2026-03-03T10:00Z"),
    )
    STORIES = told.stories_of(
        told.added("5", "2026-03-09T09:00Z"),
        told.added("6", "2026-03-03T00:00Z"),
        told.removed("6", "2026-03-12T09:00Z"),
        told.added("7", "2026-03-10T09:00Z"),
    )

    def test_tell_when_tasks_came_in_and_left(self) -> None:
        table = af.rollups.burnup(
            self.TASKS, stories=self.STORIES, start="2026-03-08", end="2026-03-13", now=NOW
        )

        assert table["scope"].tolist() == [1, 2, 3, 3, 2, 2]
        assert table["done"].tolist() == [0, 0, 1, 2, 2, 2]
        assert table["scope_added"].tolist() == [0, 1, 1, 0, 0, 0]
        assert table["scope_removed"].tolist() == [0, 0, 0, 0, 1, 0]

    def test_of_a_task_that_is_done_and_removed_take_both_away(self) -> None:
        tasks = told.tasks_of(told.task("5", completed_at="2026-03-03T10:00Z"))
        stories = told.stories_of(
            told.added("5", "2026-03-02T09:00Z"), told.removed("5", "2026-03-05T09:00Z")
        )

        table = af.rollups.burnup(
            tasks, stories=stories, start="2026-03-02", end="2026-03-06", now=NOW
        )

        assert table["scope"].tolist() == [1, 1, 1, 0, 0]
        assert table["done"].tolist() == [0, 1, 1, 0, 0]

    def test_after_now_are_not_heard(self) -> None:
        table = af.rollups.burnup(self.TASKS, stories=self.STORIES, now="2026-03-10T00:00Z")

        # The one that is not there any more was there then.
        assert table["scope"].iloc[-1] == 2
        assert table["done"].iloc[-1] == 0

    def test_of_several_projects_need_one_of_them(self) -> None:
        tasks = told.tasks_of(told.task("5", SHOP, SITE), told.task("6", SITE))
        stories = told.stories_of(told.added("5", "2026-03-04T09:00Z", "2"))

        with pytest.raises(af.InvalidArgument, match=r"2 projects. Pass project="):
            af.rollups.burnup(tasks, stories=stories, now=NOW)
        site = af.rollups.burnup(tasks, stories=stories, project="Site", now=NOW)
        each = af.rollups.burnup(tasks, "project", stories=stories, now=NOW)

        assert site["scope"].iloc[-1] == 2
        assert each.groupby("project_name")["scope"].last().to_dict() == {"Shop": 1, "Site": 2}
        with pytest.raises(af.InvalidArgument, match=r"'Sitte'. Did you mean 'Site'"):
            af.rollups.burnup(tasks, stories=stories, project="Sitte", now=NOW)

    def test_are_needed_for_a_project(self) -> None:
        with pytest.raises(af.InvalidArgument, match="project= needs stories="):
            af.rollups.burnup(self.TASKS, project="Shop")

    def test_of_the_sandbox_end_with_its_task_counts(self, asana: af.Asana) -> None:
        name = "Website relaunch"
        tasks = asana.tasks.list(project=name)
        stories = af.gather.stories(asana, tasks)

        table = af.rollups.burnup(
            tasks, every="W", stories=stories, project=name, now="2026-11-02T09:00Z"
        )

        counts = asana.projects.get_task_counts(name).iloc[0]
        last = table.iloc[-1]
        assert (last["scope"], last["done"]) == (
            counts["num_tasks"],
            counts["num_completed_tasks"],
        )


class TestBurndown:
    """What remains at the end of each working day."""

    def test_falls_with_what_is_done_and_beside_it_an_even_line(self) -> None:
        rows = [
            task("2026-03-01T09:00Z", done)
            for done in ("2026-03-02T15:00Z", "2026-03-04T15:00Z", None, None)
        ]

        table = af.rollups.burndown(tasks_of(*rows), start="2026-03-02", end="2026-03-05", now=NOW)

        assert table["remaining"].tolist() == [3, 3, 2, 2]
        assert table["ideal"].tolist() == [3.0, 2.0, 1.0, 0.0]
        assert table["done"].tolist() == [1, 0, 1, 0]

    def test_has_working_days_only_and_weekends_count_on_monday(self) -> None:
        rows = [task("2026-03-05T09:00Z", "2026-03-07T09:00Z"), task("2026-03-08T09:00Z")]

        table = af.rollups.burndown(
            tasks_of(*rows), end="2026-03-11", holidays=["2026-03-10"], now=NOW
        )

        assert dates_of(table["period"]) == [dt.date(2026, 3, day) for day in (5, 6, 9, 11)]
        assert table["remaining"].tolist() == [1, 1, 1, 1]
        assert table["done"].tolist() == [0, 0, 1, 0]
        assert table["scope_added"].tolist() == [1, 0, 1, 0]

    def test_a_half_day_takes_half_a_step_of_the_line(self) -> None:
        table = af.rollups.burndown(
            tasks_of(*[task()] * 3),
            start="2026-03-05",
            end="2026-03-09",
            workdays="Mon-Thu, Fri:0.5",
            now=NOW,
        )

        assert table["ideal"].round(6).tolist() == [1.8, 1.2, 0.0]

    def test_of_days_ahead_knows_the_line_only(self) -> None:
        table = af.rollups.burndown(
            tasks_of(task()), start="2026-03-02", end="2026-03-06", now="2026-03-03T09:00Z"
        )

        assert table["remaining"].tolist() == [1, 1, pd.NA, pd.NA, pd.NA]
        assert table["ideal"].tolist() == [0.8, 0.6, 0.4, 0.2, 0.0]
        assert table["partial"].tolist() == [False, True, True, True, True]

    def test_without_an_end_has_no_line(self) -> None:
        table = af.rollups.burndown(tasks_of(task()), now="2026-03-03T09:00Z")

        assert table["ideal"].isna().all()
        assert table["remaining"].tolist() == [1, 1]

    def test_that_has_not_begun_knows_nothing(self) -> None:
        table = af.rollups.burndown(
            tasks_of(task()), start="2026-04-06", end="2026-04-08", now=NOW
        )

        assert table["remaining"].isna().all()
        assert len(table) == 3

    @settings(max_examples=30, deadline=None)
    @given(task_rows(), st.sampled_from([None, "person"]))
    def test_every_day_is_the_open_tasks_of_that_day(
        self, rows: list[dict[str, Any]], by: Any
    ) -> None:
        tasks, now = tasks_of(*rows), "2026-04-20T12:00Z"

        table = af.rollups.burndown(tasks, by, workdays="Mon-Sun", now=now)

        days = af.rollups.daily(tasks, by, now=now)
        assert table["remaining"].tolist() == days["open"].tolist()
        assert table["done"].tolist() == days["done"].tolist()
        assert table["scope_added"].tolist() == days["created"].tolist()
