"""When what is open will be done, how much by a date, and how likely that is."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.flows import MONDAY, NOW, WEEK, count_sums, task, tasks_of, weeks_ago, work
from tests.rollups.frames import assert_same, assert_same_dtypes, cells, oddly_indexed
from tests.twists import Twist, arrays, categories, csv_as_text, lists, parquet_of_pandas

#: Five standard errors of a share of 10,000 runs.
CLOSE = 0.025


def forecast(*rows: dict[str, Any], **given: Any) -> pd.DataFrame:
    return af.rollups.forecast(tasks_of(*rows), **{"now": NOW, **given})


def answers(table: pd.DataFrame, kind: str) -> dict[float, Any]:
    """Return probability -> date as text, or count where the kind asks for it."""
    rows = table[table["kind"] == kind]
    column = rows["done"] if kind == "date" else rows["date"].dt.strftime("%Y-%m-%d")
    found = [None if pd.isna(value) else value for value in column]
    return dict(zip(rows["probability"].tolist(), found, strict=True))


def passages(draws: Iterable[int], level: int, most: int) -> list[Fraction]:
    """Return the exact chance that sums of draws have reached a level after 0, 1, 2 ... draws."""
    values = Counter(draws)
    total = values.total()
    states: Mapping[int, Fraction] = {level: Fraction(1)} if level > 0 else {}
    reached = [1 - sum(states.values(), Fraction(0))]
    for _ in range(most):
        after: dict[int, Fraction] = {}
        for left, chance in states.items():
            for value, count in values.items():
                if left > value:
                    after[left - value] = after.get(left - value, Fraction(0)) + chance * Fraction(
                        count, total
                    )
        states = after
        reached.append(1 - sum(states.values(), Fraction(0)))
    return reached


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 300), st.integers(2, 5))
def test_at_an_even_pace_every_answer_is_certain(pace: int, left: int, weeks: int) -> None:
    table = forecast(*work(*[pace] * weeks), remaining=left, trials=20)

    periods = math.ceil(left / pace)
    date = (MONDAY + periods * WEEK - dt.timedelta(days=1)).date()
    finish = table[table["kind"] == "finish"]
    assert finish["date"].dt.date.tolist() == [date] * 4
    assert finish["periods"].tolist() == [periods] * 4
    (outcome,) = cells(table[table["kind"] == "distribution"])
    assert outcome == {
        "kind": "distribution",
        "probability": 1.0,
        "done": left,
        "date": date,
        "periods": periods,
        "never": 0.0,
        "history_periods": weeks,
        "unweighted": 0,
        "today": MONDAY.date(),
    }


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=6).filter(any),
    st.integers(1, 12),
    st.integers(0, 3),
)
def test_dates_are_those_of_the_exact_distribution(done: list[int], left: int, seed: int) -> None:
    percentiles = (0.1, 0.5, 0.7, 0.85, 0.95)

    table = forecast(*work(*done, left=left), percentiles=percentiles, seed=seed)

    exact = [float(chance) for chance in passages(done, left, 400)]
    finish = table[table["kind"] == "finish"]
    for share, periods in zip(percentiles, finish["periods"], strict=True):
        assert exact[periods] >= share - CLOSE
        assert exact[periods - 1] <= share + CLOSE
    rows = table[table["kind"] == "distribution"]
    assert rows["probability"].tolist() == pytest.approx(
        [exact[periods] for periods in rows["periods"]], abs=CLOSE
    )
    assert rows["probability"].iloc[-1] == 1.0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=5),
    st.integers(0, 9),
    st.integers(1, 12),
    st.integers(0, 3),
)
def test_counts_are_those_of_the_exact_distribution(
    done: list[int], weeks: int, left: int, seed: int
) -> None:
    date = MONDAY + weeks * WEEK + dt.timedelta(days=3)

    table = forecast(*work(*done, left=left), dates=date, seed=seed)

    ways = count_sums(done, weeks)
    reached = [
        sum(ways[total] for total in ways if total >= level) / ways.total() for level in range(50)
    ]
    for share, count in answers(table, "date").items():
        assert reached[count] >= share - CLOSE
        assert reached[count + 1] <= share + CLOSE
    (chance,) = table.loc[table["kind"] == "chance", "probability"]
    assert chance == pytest.approx(reached[left], abs=CLOSE)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(1, 4)), min_size=1, max_size=12),
    st.integers(0, 3),
)
def test_with_the_scope_of_the_past_completed_and_added_come_from_one_week(
    spans: list[tuple[int, int | None]], seed: int
) -> None:
    # Each task is created so many weeks ago, and completed then or later, or not at all.
    spans = [(born, None if end is None else min(born, end)) for born, end in spans]
    rows = [task(weeks_ago(born), None if end is None else weeks_ago(end)) for born, end in spans]
    ahead = range(1, 12)
    dates = [MONDAY + weeks * WEEK - dt.timedelta(days=1) for weeks in ahead]

    table = forecast(*rows, scope="past", dates=dates, seed=seed)

    first = max(born for born, _ in spans)
    done, added = Counter(end for _, end in spans), Counter(born for born, _ in spans)
    net = [done[week] - added[week] for week in range(1, first + 1)]
    exact = passages(net, done[None], 12)
    chances = table.loc[table["kind"] == "chance", "probability"]
    assert chances.tolist() == pytest.approx([float(exact[weeks]) for weeks in ahead], abs=CLOSE)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=14),
    st.integers(0, 20),
    st.integers(1, 60),
)
def test_the_answers_agree_with_each_other(done: list[int], left: int, trials: int) -> None:
    dates = [MONDAY + weeks * WEEK for weeks in range(30)]

    table = forecast(*work(*done, left=left), dates=dates, counts=left, trials=trials)

    finish = answers(table, "finish")
    assert answers(table, "count") == finish
    chances = cells(table[table["kind"] == "chance"])
    for share, date in finish.items():
        reached = [row["date"] for row in chances if row["probability"] >= share - 1e-9]
        # The first target by which so many runs are done is never before the date, ...
        if reached:
            assert date is not None
            assert reached[0] >= dt.date.fromisoformat(date)
    counts = table[table["kind"] == "date"].groupby("date")["done"]
    for row in chances:
        # ... and a count of all is reached by as many runs as are done.
        (high,) = counts.get_group(pd.Timestamp(row["date"])).iloc[2:3]
        assert (high >= left) == (row["probability"] >= 0.85 - 1e-9)


def test_of_idle_and_busy_weeks_chance_has_as_many_as_there_were() -> None:
    # One of two weeks completes the one task: within k weeks with a probability of 1 - 1 / 2**k.
    table = forecast(*work(0, 1, left=1), trials=40_000)

    rows = table[table["kind"] == "distribution"].head(4)
    assert rows["periods"].tolist() == [1, 2, 3, 4]
    # The standard error of a half is 0.0025.
    assert rows["probability"].tolist() == pytest.approx([1 / 2, 3 / 4, 7 / 8, 15 / 16], abs=0.01)


def test_a_percentile_is_the_first_date_by_which_that_share_of_the_runs_is_done() -> None:
    # Within one week half of the runs, within two three of four.
    table = forecast(*work(0, 1, left=1), percentiles=[0.4, 0.6, 0.74, 0.76, 1])

    periods = table.loc[table["kind"] == "finish", "periods"].tolist()
    assert periods[:4] == [1, 2, 2, 3]
    rows = table[table["kind"] == "distribution"]
    assert periods[4] == rows["periods"].iloc[-1]


def test_the_percentile_of_a_count_is_what_that_share_of_the_runs_reaches() -> None:
    # In one week none or one: half of the runs reach 1, all reach 0.
    table = forecast(*work(0, 1, left=5), percentiles=[0.4, 0.6], dates="2026-06-07")

    assert answers(table, "date") == {0.4: 1, 0.6: 0}


def test_what_is_done_by_a_date_counts_periods_that_are_over_by_then() -> None:
    dates = ["2026-06-06", "2026-06-07", "2026-06-13", "2026-06-14"]

    table = forecast(*work(2, 2, left=9), dates=dates)

    rows = table[table["kind"] == "chance"]
    assert rows["periods"].tolist() == [0, 1, 1, 2]
    counts = table[(table["kind"] == "date") & (table["probability"] == 0.85)]
    assert counts["done"].tolist() == [0, 2, 2, 4]


def test_dates_in_the_past_find_nothing_done() -> None:
    table = forecast(*work(2, 2, left=9), dates=["2026-01-01", "2026-05-31"])

    assert table.loc[table["kind"] == "chance", "probability"].tolist() == [0.0, 0.0]
    assert set(table.loc[table["kind"] == "date", "done"]) == {0}


def test_more_than_what_is_open_may_be_done() -> None:
    table = forecast(*work(3, 3, left=1), dates="2026-06-14", counts=[6, 7])

    assert set(table.loc[table["kind"] == "date", "done"]) == {6}
    counts = table[(table["kind"] == "count") & (table["probability"] == 0.5)]
    assert counts["periods"].tolist() == [2, 3]


def test_nothing_left_is_done_today() -> None:
    table = forecast(*work(1, 2), dates="2026-06-20", start="2026-06-10")

    assert answers(table, "finish") == dict.fromkeys((0.5, 0.7, 0.85, 0.95), "2026-06-01")
    (chance,) = cells(table[table["kind"] == "chance"])
    assert (chance["probability"], chance["never"]) == (1.0, 0.0)


def test_where_nothing_was_completed_it_is_never_done() -> None:
    table = forecast(*work(0, 0, 0, left=3), dates="2026-12-31", counts=2)

    assert answers(table, "finish") == dict.fromkeys((0.5, 0.7, 0.85, 0.95), None)
    assert answers(table, "count") == dict.fromkeys((0.5, 0.7, 0.85, 0.95), None)
    assert set(table.loc[table["kind"] != "date", "never"]) == {1.0}
    assert set(table.loc[table["kind"] == "date", "done"]) == {0}
    assert table.loc[table["kind"] == "chance", "probability"].tolist() == [0.0]
    assert "distribution" not in set(table["kind"])


def test_a_project_that_stalled_in_march_is_not_promised() -> None:
    # Twelve idle weeks before now; before that one was done each week.
    table = forecast(*work(*[1] * 10, *[0] * 12, left=3))

    assert answers(table, "finish")[0.5] is None
    assert table["history_periods"].tolist() == [12] * 4


def test_runs_that_ten_years_are_not_enough_for_are_never_done() -> None:
    # At 1 in 20 weeks 26 take 520 weeks on average, so about half are not through in ten years.
    table = forecast(*work(1, *[0] * 19), remaining=26, history=20, trials=400)

    never = table["never"].iloc[0]
    assert 0.3 <= never <= 0.7
    dated = table[table["kind"] == "distribution"]
    assert dated["periods"].max() <= 522
    assert dated["probability"].iloc[-1] == pytest.approx(1 - never)
    assert answers(table, "finish")[0.95] is None


def test_work_that_grows_as_fast_as_it_is_done_is_hardly_ever_done() -> None:
    rows = [task(weeks_ago(week), weeks_ago(week)) for week in range(1, 5)]

    fixed, past = (
        forecast(*rows, task(weeks_ago(4)), scope=scope, counts=1) for scope in ("fixed", "past")
    )

    # Each week one is done and one is added, in the first of four two.
    assert set(fixed.loc[fixed["kind"] == "finish", "periods"]) == {1}
    assert set(past.loc[past["kind"] == "finish", "never"]) == {1.0}
    # One is done in each week, whatever is added.
    assert set(past.loc[past["kind"] == "count", "periods"]) == {1}


def test_the_history_is_the_last_whole_periods() -> None:
    # What is done in the present week is not drawn, nor what was done before.
    rows = [*work(9, 9, 1, 1), task(weeks_ago(4), "2026-06-03T09:00Z"), task(weeks_ago(4))]

    table = forecast(*rows, history=2, remaining=3, now="2026-06-03T18:00Z", trials=50)

    # Weeks begin with the present day.
    assert answers(table, "finish")[0.85] == "2026-06-23"
    assert set(table["history_periods"]) == {2}


def test_the_history_begins_with_the_first_task() -> None:
    table = forecast(*work(1, 1, left=3), history=12)

    assert set(table["history_periods"]) == {2}
    assert answers(table, "finish")[0.95] == "2026-06-21"


def test_without_a_whole_period_nothing_is_known() -> None:
    rows = [task("2026-06-01T08:00Z", "2026-06-01T09:00Z"), task("2026-06-01T08:00Z")]

    table = forecast(*rows, now="2026-06-03T18:00Z", dates="2026-12-31", counts=1)

    assert set(table["history_periods"]) == {0}
    for name in ("never", "periods"):
        assert table.loc[table["kind"].isin(["finish", "count"]), name].isna().all()
    assert table.loc[table["kind"] == "chance", "probability"].isna().all()
    assert table.loc[table["kind"] == "date", "done"].isna().all()


def test_tasks_of_unknown_creation_tell_nothing_of_the_past() -> None:
    table = forecast(task(None), task(None))

    assert table["history_periods"].tolist() == [0] * 4
    assert table["done"].tolist() == [2] * 4


def test_weights_are_added_up_in_place_of_tasks() -> None:
    hours = [{**row, "cf_Estimated time": size} for row, size in zip(
        work(2, 1, left=2), [1.5, 0.5, 2.0, 3.0, 0.5], strict=True)]  # fmt: skip

    table = forecast(*hours, weight="cf_Estimated time", dates="2026-06-14", counts=2.5)

    # Two in each week.
    assert answers(table, "finish") == dict.fromkeys((0.5, 0.7, 0.85, 0.95), "2026-06-14")
    assert table.loc[table["kind"] == "finish", "done"].tolist() == [3.5] * 4
    assert set(table.loc[table["kind"] == "date", "done"]) == {4.0}
    assert set(table.loc[table["kind"] == "count", "periods"]) == {2}
    assert table["done"].dtype == "Float64"


def test_missing_weights_add_nothing_and_are_counted() -> None:
    sizes = [2.0, None, 2.0, 4.0, None, None]
    rows = [{**row, "cf_Estimated time": size} for row, size in zip(
        work(2, 1, left=3), sizes, strict=True)]  # fmt: skip

    table = forecast(*rows, weight="cf_Estimated time")

    assert (
        table.loc[table["kind"] == "finish", ["done", "periods"]].values.tolist() == [[4, 2]] * 4
    )
    assert set(table["unweighted"]) == {3}


@pytest.mark.parametrize("known", ["done", "open"])
def test_where_all_weights_are_missing_nothing_is_known(known: str) -> None:
    rows = [
        {
            **row,
            "cf_Estimated time": 2.0
            if (row["completed_at"] is None) == (known == "open")
            else None,
        }
        for row in work(1, 1, left=2)
    ]

    table = forecast(*rows, weight="cf_Estimated time", dates="2026-06-14")

    assert answers(table, "finish") == dict.fromkeys((0.5, 0.7, 0.85, 0.95), None)
    assert table.loc[table["kind"] == "finish", "never"].isna().all()
    assert table.loc[table["kind"] == "chance", "probability"].isna().all()
    counts = table.loc[table["kind"] == "date", "done"]
    assert counts.tolist() == [4.0] * 4 if known == "done" else counts.isna().all()
    assert set(table["unweighted"]) == {2}


def test_each_project_has_a_forecast_and_tasks_of_two_count_in_both() -> None:
    both = {
        "memberships_project_gids": ("31", "32"),
        "memberships_project_names": ("Website", "Shop"),
        "memberships_section_gids": ("31-a", "32-a"),
        "memberships_section_names": ("To do", "To do"),
    }
    rows = [
        *work(2, 2, left=4, project="31"),
        *work(1, 1, left=1, project="32"),
        {**task(weeks_ago(2)), **both},
    ]

    table = forecast(*rows, by="project", counts=4)

    finish = table[(table["kind"] == "finish") & (table["probability"] == 0.85)]
    assert cells(finish[["project_gid", "project_name", "done", "periods"]]) == [
        {"project_gid": "31", "project_name": "Website", "done": 5, "periods": 3},
        {"project_gid": "32", "project_name": "Shop", "done": 2, "periods": 2},
    ]
    assert list(table["kind"].unique()) == ["finish", "count", "distribution"]


def test_a_subtask_counts_in_the_project_of_its_parent() -> None:
    parent = {**task(weeks_ago(2), project="31"), "gid": "1"}
    child = {**task(weeks_ago(2), weeks_ago(1)), "gid": "2", "parent_gid": "1"}

    table = forecast(parent, child, by="project")

    assert set(table["project_gid"]) == {"31"}


def test_sections_and_people_are_keys() -> None:
    rows = [
        *work(2, 2, left=4, project="31", section="Doing", person="11"),
        *work(1, 1, left=1, project="31", section="To do", person="12"),
    ]

    sections, people = (forecast(*rows, by=by) for by in ("section", "person"))

    wanted = {"Doing": 2, "To do": 1}
    for table, key in ((sections, "section_name"), (people, "person_name")):
        finish = table[(table["kind"] == "finish") & (table["probability"] == 0.5)]
        assert finish["periods"].tolist() == list(wanted.values())
        assert finish[key].notna().all()


def test_a_group_does_not_change_when_another_is_added_or_renamed() -> None:
    one = [*work(0, 1, 4, left=30, project="31")]
    other = [*work(0, 1, 4, left=30, project="32")]
    renamed = [{**row, "memberships_project_names": ("New",)} for row in one]

    alone, both, new = (forecast(*rows, by="project") for rows in (one, [*one, *other], renamed))

    first, second = (
        both[both["project_gid"] == gid].reset_index(drop=True) for gid in ("31", "32")
    )
    assert_same(first, alone)
    assert_same(new.assign(project_name="Website"), alone)
    # Groups of the same past and rest do not share their luck.
    shares = [table["probability"].tolist() for table in (first, second)]
    assert shares[0] != shares[1]


def test_the_same_seed_gives_the_same_and_another_something_else() -> None:
    one, same, other = (forecast(*work(0, 1, 4, left=30), seed=seed) for seed in (1, 1, 2))

    assert_same(one, same)
    assert one["probability"].tolist() != other["probability"].tolist()


def test_excluded_tasks_are_neither_done_nor_left() -> None:
    rows = [
        *work(1, 1, left=2, project="31", section="Doing"),
        *work(5, 5, left=9, project="31", section="Cancelled"),
    ]

    table = forecast(*rows, exclude={"section": ["Cancelled"]})

    finish = table[table["kind"] == "finish"]
    assert finish[["done", "periods"]].values.tolist() == [[2, 2]] * 4


def test_nothing_later_than_now_is_used() -> None:
    rows = work(1, 1, 5, 5, left=2)
    early = MONDAY - 2 * WEEK

    then = af.rollups.forecast(tasks_of(*rows), now=early.isoformat())

    known = [
        {**row, "completed_at": None}
        if row["completed_at"] and dt.datetime.fromisoformat(row["completed_at"][:-1]) > early
        else row
        for row in rows
    ]
    assert_same(then, af.rollups.forecast(tasks_of(*known), now=early.isoformat()))
    assert then["done"].iloc[0] == 12


def test_keys_of_then_are_unknown_and_a_warning_says_so() -> None:
    rows = [
        {**row, "modified_at": "2026-05-30T09:00Z"} for row in work(1, 1, left=2, project="31")
    ]

    with pytest.warns(af.PastStateWarning, match="their keys then are unknown"):
        forecast(*rows, by="project", now="2026-05-25")


def test_work_that_begins_later_is_done_later() -> None:
    now, later = (forecast(*work(1, 1, left=2), start=start) for start in (None, "2026-06-11"))

    assert answers(now, "finish")[0.5] == "2026-06-14"
    assert answers(later, "finish")[0.5] == "2026-06-24"
    assert set(later["today"]) == {pd.Timestamp("2026-06-01")}


@pytest.mark.parametrize(
    ("every", "date"),
    [
        ("D", "2026-06-03"),
        ("W", "2026-06-21"),
        ("W-SUN", "2026-06-21"),
        ("4W", "2026-08-23"),
        ("SMS-16", "2026-07-15"),
        ("MS", "2026-08-31"),
        ("QS", "2027-02-28"),
        ("YS-JUL", "2029-05-31"),
    ],
)
def test_dates_are_the_last_days_of_periods_from_today_on(every: Any, date: str) -> None:
    # One was done in each day of the last three years; asked for as many as three periods make.
    days = pd.date_range("2023-01-01", "2026-05-31", tz="UTC")
    tasks = pd.DataFrame(
        {"gid": days.strftime("%y%m%d"), "created_at": days[0], "completed_at": days}
    )
    ends = {
        "D": 3,
        "W": 21,
        "W-SUN": 21,
        "4W": 84,
        "SMS-16": 39,
        "MS": 75,
        "QS": 270,
        "YS-JUL": 1000,
    }

    table = af.rollups.forecast(
        tasks, every=every, remaining=ends[every], now=NOW, trials=5, percentiles=[1.0], history=2
    )

    assert answers(table, "finish")[1.0] == date


def test_days_are_those_of_the_time_zone() -> None:
    # In Tokyo it is Monday, and the week is over; the last was done on the Monday too.
    rows = [task("2026-05-25T00:00Z", "2026-05-31T14:00Z"), task("2026-05-26T00:00Z")]

    table = forecast(*rows, now="2026-05-31T16:00Z", tz="Asia/Tokyo")
    utc = forecast(*rows, now="2026-05-31T16:00Z")

    assert set(table["today"]) == {pd.Timestamp("2026-06-01")}
    assert answers(table, "finish")[0.5] == "2026-06-07"
    assert set(utc["history_periods"]) == {0}


def test_frames_that_were_shuffled_and_repeated_are_the_same() -> None:
    tasks = tasks_of(*work(0, 1, 4, left=30, project="31"))

    plain = af.rollups.forecast(tasks, by="project", now=NOW)
    again = af.rollups.forecast(
        oddly_indexed(pd.concat([tasks, tasks]).sample(frac=1, random_state=1)),
        by="project",
        now=NOW,
    )

    assert_same(again, plain)


@pytest.mark.parametrize(
    "twist",
    [lists, arrays, categories, csv_as_text, parquet_of_pandas],
    ids=lambda one: one.__name__,
)
def test_projects_of_frames_from_files_are_the_same(
    twist: Twist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tasks = tasks_of(*work(0, 1, 4, left=30, project="31"), *work(1, left=2, project="32"))
    given = {"by": "project", "now": NOW, "dates": "2026-12-31"}

    table, plain = (af.rollups.forecast(frame, **given) for frame in (twist(tasks), tasks))

    assert_same(table, plain)


@pytest.mark.parametrize("by", [None, "project", ["person", "section"]])
def test_without_tasks_there_are_no_rows_of_the_same_dtypes(by: Any) -> None:
    rows = work(1, 2, left=3, project="31", person="11")

    none = af.rollups.forecast(tasks_of(), by=by, dates="2026-12-31", now=NOW)

    assert len(none) == 0
    assert_same_dtypes(none, forecast(*rows, by=by, dates="2026-12-31"))


def test_tasks_of_users_without_a_gid_all_count() -> None:
    rows = [{**row, "gid": None} for row in work(1, 1, left=3, project="31")]

    table = forecast(*rows, by="project")

    assert table["done"].iloc[0] == 3


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"remaining": -1}, "remaining= takes a number of at least 0"),
        ({"remaining": 2.5}, "remaining=2.5 is not a whole number of tasks"),
        ({"remaining": "ten"}, "remaining= takes a number"),
        ({"counts": [3, float("nan")]}, "counts= takes a number of at least 0"),
        ({"counts": [2.5]}, "counts=2.5 is not a whole number of tasks"),
        ({"dates": "soon"}, "dates='soon' is not a day"),
        ({"dates": ["2026-12-31", None]}, "dates=None is not a day"),
        ({"dates": "2199-01-01"}, "more than ten years ahead; use days up to 2036-"),
        ({"start": "2026-05-31"}, "lies before today, 2026-06-01"),
        ({"percentiles": [85]}, "use numbers from 0 to 1"),
        ({"percentiles": []}, "use numbers from 0 to 1"),
        ({"history": 0}, "history= takes a whole number of at least 1"),
        ({"trials": 2.5}, "trials= takes a whole number of at least 1"),
        ({"seed": -1}, "seed= takes a whole number of at least 0"),
        ({"scope": "growing"}, "scope='growing' is not valid; use 'fixed' or 'past'"),
        ({"every": "M"}, "every='M' is not a valid period"),
        ({"by": "projet"}, "does not know the key 'projet'"),
        ({"by": "kind"}, "'kind' is a column of the result"),
        ({"weight": "cf_Points"}, r"needs the column\(s\) cf_Points"),
        ({"tz": "Mars"}, "tz='Mars' is not a time zone"),
    ],
)
def test_wrong_arguments_are_refused(given: dict[str, Any], says: str) -> None:
    tasks = tasks_of(*work(1, 1, left=1)).assign(kind="a")

    with pytest.raises(af.InvalidArgument, match=says):
        af.rollups.forecast(tasks, **{"now": NOW, **given})


def test_negative_weights_are_refused() -> None:
    rows = [{**row, "cf_Estimated time": -1.0} for row in work(1, left=1)]

    with pytest.raises(af.InvalidArgument, match=r"cf_Estimated time is below 0 in 2 task\(s\)"):
        forecast(*rows, weight="cf_Estimated time")


def test_missing_columns_are_named() -> None:
    with pytest.raises(
        af.InvalidArgument, match=r"rollups.forecast needs the column\(s\) created"
    ):
        af.rollups.forecast(tasks_of().drop(columns="created_at"))


def test_the_forecasts_of_a_sandbox_through_http(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme", subtasks=True)

    table = af.rollups.forecast(tasks, by="project", now="2026-11-02T23:00Z", dates="2026-12-31")

    finish = table[table["kind"] == "finish"]
    dated = finish.dropna(subset=["date"])
    assert (dated["date"] >= pd.Timestamp("2026-11-02")).all()
    # Whole weeks from a Monday end on Sundays.
    assert dated.loc[dated["periods"] > 0, "date"].dt.day_of_week.eq(6).all()
    one = table["project_name"] == "Website relaunch"
    mine = [
        "Website relaunch" in names and pd.isna(end)
        for names, end in zip(
            tasks["memberships_project_names"], tasks["completed_at"], strict=True
        )
    ]
    assert finish.loc[one, "done"].iloc[0] >= sum(mine)
    chances = table.loc[table["kind"] == "chance", "probability"].to_numpy(dtype="float64")
    assert np.isfinite(chances).all()
