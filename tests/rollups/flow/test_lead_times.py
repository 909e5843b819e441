"""How long tasks take, and how old those are that are open."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups import stories as history
from tests.rollups.flows import moments, stories_of, task, task_rows, tasks_of
from tests.rollups.frames import (
    assert_same,
    assert_same_dtypes,
    cells,
    dates_of,
    oddly_indexed,
    typed_by_hand,
)

ZONES = ["UTC", "Europe/Berlin", "Pacific/Kiritimati"]
NOW = "2026-04-01T12:00Z"


def took(created: str, completed: str, **options: Any) -> dict[str, Any]:
    """Return the row of one task that was open from one moment to another."""
    due = options.pop("due", None)
    return cells(af.rollups.lead_times(tasks_of(task(created, completed, due)), **options))[0]


def test_a_task_over_a_weekend_takes_calendar_and_days_working() -> None:
    # Friday 6 pm to Monday 6 am: 2.5 days, of which a quarter of Friday and one of Monday.
    row = took("2026-03-06T18:00Z", "2026-03-09T06:00Z")

    assert (row["days_open"], row["days_working"]) == (2.5, 0.5)


def test_working_days_are_those_of_the_zone() -> None:
    # Friday 11 pm to Saturday 11 pm in London is Saturday 8 am to Sunday 8 am in Tokyo.
    row = took("2026-03-06T23:00Z", "2026-03-07T23:00Z", tz="Asia/Tokyo")

    assert (row["days_open"], row["days_working"]) == (1.0, 0.0)
    assert row["completed_on"] == dt.date(2026, 3, 8)
    assert took("2026-03-06T23:00Z", "2026-03-07T23:00Z")["days_working"] == pytest.approx(1 / 24)


def test_holidays_and_part_days_count_less() -> None:
    # Thursday noon to Tuesday noon: half of Thursday, half of Friday's half, no Monday, half of
    # Tuesday.
    row = took(
        "2026-03-05T12:00Z",
        "2026-03-10T12:00Z",
        workdays="Mon-Thu, Fri:0.5",
        holidays=["2026-03-09"],
    )

    assert (row["days_open"], row["days_working"]) == (5.0, 1.5)


def test_a_working_day_is_one_day_when_the_clocks_change() -> None:
    # 29 March 2026 has 23 hours in Berlin, from 11 pm to 10 pm in UTC.
    row = took("2026-03-28T23:00Z", "2026-03-29T22:00Z", tz="Europe/Berlin", workdays="Mon-Sun")

    assert row["days_working"] == 1.0
    assert row["days_open"] == pytest.approx(23 / 24)


def test_lateness_is_counted_in_days_of_the_calendar() -> None:
    assert took("2026-03-02T09:00Z", "2026-03-05T23:59Z", due="2026-03-04")["days_late"] == 1
    assert took("2026-03-02T09:00Z", "2026-03-04T00:00Z", due="2026-03-06")["days_late"] == -2
    assert took("2026-03-02T09:00Z", "2026-03-04T00:00Z")["days_late"] is None


def test_a_task_completed_before_it_was_created_took_no_time() -> None:
    row = took("2026-03-05T09:00Z", "2026-03-03T09:00Z")

    assert (row["days_open"], row["days_working"]) == (0.0, 0.0)


def test_how_long_a_task_took_whose_creation_is_not_known_is_missing() -> None:
    table = af.rollups.lead_times(tasks_of(task(None, "2026-03-03T09:00Z")))

    assert table["days_open"].isna().all()
    assert table["days_working"].isna().all()
    assert len(table) == 1


def test_the_first_assignment_counts_and_no_other_story() -> None:
    tasks = tasks_of(*[task("2026-03-02T09:00Z", "2026-03-06T09:00Z")] * 3)
    stories = stories_of(
        {"task_gid": "1", "resource_subtype": "assigned", "created_at": "2026-03-05T09:00Z"},
        {"task_gid": "1", "resource_subtype": "assigned", "created_at": "2026-03-03T21:00Z"},
        {"task_gid": "1", "resource_subtype": "comment_added", "created_at": "2026-03-02T10:00Z"},
        # After it was done: 0, not less.
        {"task_gid": "2", "resource_subtype": "assigned", "created_at": "2026-03-09T09:00Z"},
        {"task_gid": "3", "resource_subtype": None, "created_at": "2026-03-09T09:00Z"},
        {"task_gid": None, "resource_subtype": "assigned", "created_at": None},
    )

    for given_stories in (stories, typed_by_hand(oddly_indexed(stories))):
        table = af.rollups.lead_times(tasks, stories=given_stories)
        assert cells(table[["days_since_first_assignment"]]) == [
            {"days_since_first_assignment": days} for days in (2.5, 0.0, None)
        ]


def test_rows_are_by_completion_and_those_of_one_moment_by_gid() -> None:
    rows = [
        task(completed="2026-03-04T09:00Z", gid="9"),
        task(completed="2026-03-04T09:00Z", gid="10"),
        task(completed="2026-03-03T09:00Z", gid="8"),
        task(),
    ]
    tasks = tasks_of(*rows)

    table = af.rollups.lead_times(tasks)

    assert table["task_gid"].tolist() == ["8", "10", "9"]
    assert_same(af.rollups.lead_times(tasks[::-1]), table)


def test_places_are_those_of_the_first_membership_or_of_the_task_above() -> None:
    rows = [
        task(
            completed="2026-03-03T09:00Z",
            memberships_project_gids=("31", "32"),
            memberships_project_names=("Website", "Shop"),
            memberships_section_gids=("s1", None),
            memberships_section_names=("Done", None),
        ),
        task(completed="2026-03-04T09:00Z", parent_gid="1"),
        task(completed="2026-03-05T09:00Z", parent_gid="2", project="32"),
        task(completed="2026-03-06T09:00Z", parent_gid="gone"),
    ]

    table = af.rollups.lead_times(tasks_of(*rows))

    places = table[["project_gid", "project_name", "section_gid", "section_name"]]
    assert [list(row.values()) for row in cells(places)] == [
        ["31", "Website", "s1", "Done"],
        ["31", "Website", "s1", "Done"],
        ["32", "Shop", "32-To do", "To do"],
        [None, None, None, None],
    ]


@settings(max_examples=40, deadline=None)
@given(
    moments,
    moments,
    st.sampled_from(ZONES),
    st.sets(st.dates(dt.date(2026, 3, 1), dt.date(2026, 3, 31))),
)
def test_working_days_are_what_a_loop_over_minutes_of_days_finds(
    created: dt.datetime | None, completed: dt.datetime | None, tz: str, free: set[dt.date]
) -> None:
    tasks = tasks_of(task(created, completed))

    table = af.rollups.lead_times(tasks, tz=tz, holidays=free)

    assert len(table) == (completed is not None)
    if created is None or completed is None:
        assert table["days_working"].isna().all()
        return
    zone = ZoneInfo(tz)
    start, end = (at.replace(tzinfo=dt.UTC) for at in (created, completed))
    expected = 0.0
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        begin, until = (
            dt.datetime.combine(at, dt.time(), zone).astimezone(dt.UTC)
            for at in (day, day + dt.timedelta(days=1))
        )
        if day.weekday() < 5 and day not in free:
            part = min(until, end) - max(begin, start)
            expected += max(part, dt.timedelta()) / (until - begin)
        day += dt.timedelta(days=1)
    assert table["days_working"].item() == pytest.approx(expected)
    assert table["days_open"].item() == pytest.approx(
        max(end - start, dt.timedelta()) / dt.timedelta(days=1)
    )


def days(*values: float | None) -> pd.DataFrame:
    """Return lead times of so many days each."""
    return pd.DataFrame({"days_open": pd.array(list(values), dtype="Float64")})


def test_close_times_are_the_mean_and_what_most_take() -> None:
    # 0 to 20 days: the mean is 10, 85 % are done within 17, 95 % within 19.
    table = af.rollups.close_times(days(*range(21), None))

    assert cells(table) == [
        {
            "tasks": 21,
            "days_mean": 10.0,
            "days_p50": 10.0,
            "days_p85": 17.0,
            "days_p95": 19.0,
        }
    ]


def test_between_two_tasks_a_percentile_lies_in_proportion() -> None:
    table = af.rollups.close_times(days(1, 3), percentiles=[0, 0.25, 0.999, 1])

    assert list(table.columns[2:]) == ["days_p0", "days_p25", "days_p99.9", "days_p100"]
    assert table.iloc[0, 2:].astype(float).tolist() == pytest.approx([1.0, 1.5, 2.998, 3.0])


def test_groups_of_close_times_are_sorted_and_nobody_is_the_last() -> None:
    table = af.rollups.close_times(
        af.rollups.lead_times(
            tasks_of(
                task("2026-03-02T09:00Z", "2026-03-04T09:00Z"),
                task("2026-03-02T09:00Z", "2026-03-05T09:00Z", person="13"),
                task("2026-03-02T09:00Z", "2026-03-03T09:00Z", person="11"),
                task(None, "2026-03-03T09:00Z", person="12"),
            )
        ),
        by="assignee",
    )

    assert cells(table[["assignee_gid", "assignee_name", "tasks", "days_p50"]]) == [
        {"assignee_gid": "11", "assignee_name": "Ana", "tasks": 1, "days_p50": 1.0},
        {"assignee_gid": "12", "assignee_name": "Bo", "tasks": 0, "days_p50": None},
        {"assignee_gid": "13", "assignee_name": "Ana", "tasks": 1, "days_p50": 3.0},
        {"assignee_gid": None, "assignee_name": None, "tasks": 1, "days_p50": 2.0},
    ]


def test_close_times_of_nothing_are_missing() -> None:
    assert cells(af.rollups.close_times(days(), percentiles=(0.5,))) == [
        {"tasks": 0, "days_mean": None, "days_p50": None}
    ]
    none, some = tasks_of(), tasks_of(task(completed="2026-03-03T09:00Z"))
    assert_same_dtypes(
        *(
            af.rollups.close_times(af.rollups.lead_times(tasks), by="project")
            for tasks in (none, some)
        )
    )


@pytest.mark.parametrize("percentiles", [(50,), (-0.1,), "p50", ("0.5",), (float("nan"),)])
def test_bad_percentiles_are_refused(percentiles: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"percentiles=.* is not valid; use numbers"):
        af.rollups.close_times(days(1), percentiles=percentiles)


def test_open_tasks_are_by_age_the_oldest_first() -> None:
    rows = [
        task("2026-03-31T12:00Z", due="2026-03-31", modified_at="2026-04-01T00:00Z"),
        task("2026-03-02T12:00Z", due="2026-04-01", person="11", project="31"),
        task("2025-03-02T12:00Z", "2026-03-03T12:00Z"),
        task(None),
    ]

    table = af.rollups.aging(tasks_of(*rows), now=NOW)

    shown = ["task_gid", "days_open", "days_since_modified", "days_overdue", "bucket"]
    assert [list(row.values()) for row in cells(table[shown])] == [
        ["2", 30.0, None, None, "1 to 3 months"],
        ["1", 1.0, 0.5, 1, "under a week"],
        ["4", None, None, None, None],
    ]
    assert table.loc[0, ["assignee_name", "project_name", "section_name"]].tolist() == [
        "Ana",
        "Website",
        "To do",
    ]


@pytest.mark.parametrize(
    ("age", "bucket"),
    [
        (0, "under a week"),
        (6.9, "under a week"),
        (7, "1 to 4 weeks"),
        (28, "1 to 3 months"),
        (90.9, "1 to 3 months"),
        (91, "3 to 12 months"),
        (365, "over a year"),
    ],
)
def test_each_age_has_its_bucket(age: float, bucket: str) -> None:
    created = pd.Timestamp(NOW) - pd.Timedelta(days=age)

    table = af.rollups.aging(tasks_of(task(created.isoformat())), now=NOW)

    assert table["bucket"].tolist() == [bucket]
    assert table["bucket"].cat.ordered


def test_a_task_is_overdue_from_the_day_after_its_due_day_in_the_zone() -> None:
    tasks = tasks_of(task(due="2026-03-31"))

    late = [
        af.rollups.aging(tasks, now="2026-03-31T23:00Z", tz=tz)["days_overdue"].item()
        for tz in ZONES
    ]

    # In Berlin it is 1 am, on Kiritimati 1 pm of the next day.
    assert [None if pd.isna(days) else days for days in late] == [None, 1, 1]


@settings(max_examples=30, deadline=None)
@given(task_rows())
def test_each_task_is_either_open_or_done(rows: list[dict[str, Any]]) -> None:
    tasks = tasks_of(*rows)

    done, still = af.rollups.lead_times(tasks), af.rollups.aging(tasks, now="2026-05-01")

    assert sorted([*done["task_gid"], *still["task_gid"]]) == sorted(tasks["gid"])
    assert done["completed_at"].is_monotonic_increasing
    assert dates_of(done["completed_on"]) == dates_of(done["completed_at"].dt.tz_localize(None))
    assert (done["days_open"].dropna() >= done["days_working"].dropna() - 1e-9).all()


@pytest.mark.parametrize(
    "made", [af.rollups.lead_times, lambda tasks: af.rollups.aging(tasks, now=NOW)]
)
class TestTheInput:
    rows = (
        task(completed="2026-03-04T15:00Z", due="2026-03-02", project="31"),
        task(completed="2026-03-04T15:00Z", parent_gid="1", person="11"),
        task(person="12", project="32", modified_at="2026-03-04T15:00Z"),
        task(gid=None, due="2026-03-02", project="31"),
        task(gid=None, parent_gid="1"),
        task(gid=None, completed="2026-03-04T15:00Z"),
    )

    def test_may_have_any_labels_texts_as_objects_and_rows_twice(self, made: Any) -> None:
        tasks = tasks_of(*self.rows)
        older = tasks[tasks["gid"].notna()].assign(name="Old")

        odd = typed_by_hand(oddly_indexed(pd.concat([older, tasks])))

        assert_same(made(odd), made(tasks))

    def test_without_rows_gives_the_same_columns(self, made: Any) -> None:
        assert_same_dtypes(made(tasks_of()), made(tasks_of(*self.rows)))

    def test_may_lack_all_that_only_tells_more(self, made: Any) -> None:
        tasks = tasks_of(*self.rows)

        few = made(tasks[["gid", "created_at", "completed_at"]])

        assert_same_dtypes(few, made(tasks))
        assert few["project_gid"].isna().all()

    def test_without_a_column_is_refused_with_the_fields_to_add(self, made: Any) -> None:
        with pytest.raises(af.InvalidArgument, match=r"created_at.*add 'created_at'"):
            made(tasks_of().drop(columns="created_at"))

    def test_of_parents_in_a_cycle_is_refused(self, made: Any) -> None:
        with pytest.raises(af.InvalidArgument, match="is its own parent"):
            made(
                tasks_of(task(parent_gid="2"), task(completed="2026-03-04T15:00Z", parent_gid="1"))
            )

    def test_with_text_that_is_not_a_day_is_refused(self, made: Any) -> None:
        with pytest.raises(af.InvalidArgument, match="due_on, row 1: 'soon' is not a day"):
            made(tasks_of(*self.rows).assign(due_on="soon"))


def test_bad_workdays_and_stories_are_refused() -> None:
    tasks = tasks_of()

    with pytest.raises(af.InvalidArgument, match="workdays='weekdays' is not valid"):
        af.rollups.lead_times(tasks, workdays="weekdays")
    with pytest.raises(af.InvalidArgument, match=r"stories=\) needs the column\(s\) task_gid"):
        af.rollups.lead_times(tasks, stories=stories_of().drop(columns="task_gid"))


def test_the_times_of_a_sandbox_through_http(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme", subtasks=True)
    stories = af.gather.stories(asana, tasks.head(200))

    table = af.rollups.lead_times(tasks, tz="Europe/Berlin", stories=stories)
    still = af.rollups.aging(tasks, now="2026-11-02T09:00Z")

    assert len(table) == tasks["completed"].sum()
    assert table["days_since_first_assignment"].notna().any()
    assert table["project_name"].notna().mean() > 0.9
    assert len(still) == (~tasks["completed"]).sum()
    assert af.rollups.close_times(table, by="project")["tasks"].sum() == len(table)


def test_groups_of_categories_are_those_that_have_a_task() -> None:
    ages = af.rollups.aging(tasks_of(task("2026-03-30T12:00Z")), now="2026-04-01T12:00Z")

    table = af.rollups.close_times(ages, by="bucket")

    assert cells(table[["bucket", "tasks"]]) == [{"bucket": "under a week", "tasks": 1}]


@pytest.mark.parametrize("name", ["tasks", "days_p50"])
def test_a_key_of_close_times_that_is_a_column_of_the_result_is_refused(name: str) -> None:
    rows = pd.DataFrame({"days_open": [1.0], name: ["a"]})

    with pytest.raises(af.InvalidArgument, match=f"'{name}' is a column of the result"):
        af.rollups.close_times(rows, by=name)


def test_ages_of_an_earlier_moment_are_those_of_what_was_known_then() -> None:
    later, then = "2026-03-20T12:00Z", "2026-03-12T12:00Z"
    tasks = tasks_of(
        task("2026-03-02T12:00Z", later, due="2026-03-10"),
        task("2026-03-02T12:00Z", "2026-03-05T12:00Z"),
        task(later),
        task("2026-03-09T12:00Z", due="2026-03-30", modified_at=later),
    )

    with pytest.warns(af.PastStateWarning, match=r"1 task\(s\) were modified after now"):
        table = af.rollups.aging(tasks, now=then)

    assert cells(table[["task_gid", "days_open", "days_overdue"]]) == [
        {"task_gid": "1", "days_open": 10.0, "days_overdue": 2},
        {"task_gid": "4", "days_open": 3.0, "days_overdue": None},
    ]


def test_stories_tell_the_due_dates_of_an_earlier_moment() -> None:
    later = "2026-03-20T12:00Z"
    tasks = tasks_of(task("2026-03-02T12:00Z", due="2026-03-30", modified_at=later))
    stories = history.stories_of(history.due("1", later, "2026-03-10", "2026-03-30"))

    table = af.rollups.aging(tasks, now="2026-03-12T12:00Z", stories=stories)

    assert table["days_overdue"].tolist() == [2]
