"""Wide tables say what the long ones say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af

TEXT = pd.StringDtype(na_value=np.nan)
FIRST = dt.date(2026, 1, 5)

entry = st.tuples(
    st.sampled_from(["Ana", "Bo", None]),
    st.sampled_from(["Design", None]),
    st.none() | st.integers(0, 90).map(lambda days: FIRST + dt.timedelta(days=days)),
    st.integers(1, 600),
)
Rows = list[tuple[str | None, str | None, dt.date | None, int]]


def entries_of(rows: Rows) -> pd.DataFrame:
    columns = ["person_name", "category_name", "entered_on", "duration_minutes"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["entered_on"] = pd.to_datetime(frame["entered_on"]).astype("datetime64[us]")
    return frame.astype({"person_name": TEXT, "category_name": TEXT})


@settings(max_examples=80, deadline=None)
@given(st.lists(entry, min_size=1, max_size=14), st.sampled_from(["D", "W-SUN", "4W", "MS"]))
def test_cells_and_totals_are_the_sums_of_the_entries(rows: Rows, every: Any) -> None:
    by = ["person_name", "category_name"]

    wide = af.rollups.hours(entries_of(rows), by, every, wide=True, totals=True, now="2027-01-01")

    long = af.rollups.hours(entries_of(rows), by, every, none="(none)")
    body, total = wide.iloc[:-1], wide.iloc[-1]
    for _, line in body.iterrows():
        mine = long[(long[by] == line[by]).all(axis="columns")].set_index("period")["hours"]
        for day in wide.columns[2:-1]:
            at = pd.NaT if day == "no date" else pd.Timestamp(day)
            assert line[day] == pytest.approx(mine.get(at, 0.0))
        assert line["total"] == pytest.approx(mine.sum())
    assert body[by].apply(tuple, axis=1).nunique() == len(body)
    assert len(body) == len(long[by].drop_duplicates())
    # The row of totals is what one total per period is.
    one = af.rollups.hours(entries_of(rows), None, every).set_index("period")["hours"]
    for day in wide.columns[2:-1]:
        at = pd.NaT if day == "no date" else pd.Timestamp(day)
        assert total[day] == pytest.approx(one.get(at, 0.0))
    assert total["total"] == pytest.approx(sum(n for *_, n in rows) / 60)
    assert total["person_name"] == "Total"
    assert pd.isna(total["category_name"])


def test_all_periods_have_a_column_and_those_that_are_cut_or_not_over_say_so() -> None:
    entries = entries_of(
        [("Ana", "Design", dt.date(2026, 1, 20), 60), ("Ana", None, dt.date(2026, 4, 2), 30)]
    )

    wide = af.rollups.hours(
        entries, "person_name", "MS", start="2026-01-10", end="2026-05-31", wide=True,
        now="2026-04-15",
    )  # fmt: skip

    assert list(wide.columns) == [
        *["person_name", "2026-01-01 (part)", "2026-02-01", "2026-03-01", "2026-04-01 (part)"],
        "2026-05-01 (part)",
    ]
    assert wide.iloc[0].tolist() == ["Ana", 1.0, 0.0, 0.0, 0.5, 0.0]
    assert set(map(str, wide.dtypes[1:])) == {"Float64"}


def test_a_period_that_ends_today_is_whole() -> None:
    entries = entries_of([("Ana", None, dt.date(2026, 3, 31), 60)])

    wide = af.rollups.hours(entries, "person_name", "MS", wide=True, now="2026-03-31")

    assert list(wide.columns) == ["person_name", "2026-03-01"]


def test_missing_keys_have_a_name_in_wide_tables_and_on_request() -> None:
    entries = entries_of([("Ana", None, None, 60), (None, "Design", dt.date(2026, 3, 3), 30)])

    wide = af.rollups.hours(entries, ["person_name", "category_name"], "MS", wide=True)
    long = af.rollups.hours(entries, "category_name", None, none="without")

    assert wide["person_name"].tolist() == ["Ana", "(none)"]
    assert wide["category_name"].tolist() == ["(none)", "Design"]
    assert list(wide.columns[2:]) == ["2026-03-01", "no date"]
    assert long["category_name"].tolist() == ["Design", "without"]
    # The obvious next line of pandas leaves nothing out.
    assert long.groupby("category_name")["hours"].sum().sum() == 1.5


@pytest.mark.parametrize("none", [None, "(none)"])
def test_flags_are_text_where_missing_ones_have_a_name(none: str | None) -> None:
    flags = pd.array([True, None], dtype="boolean")
    entries = entries_of([("Ana", None, None, 60), ("Bo", None, None, 30)]).assign(billable=flags)

    table = af.rollups.hours(entries, "billable", None, none=none)

    assert table["billable"].tolist() == ([True, pd.NA] if none is None else ["True", "(none)"])


def test_an_entry_that_counts_to_two_teams_is_once_in_the_total() -> None:
    entries = entries_of([("Ana", None, dt.date(2026, 3, 3), 60)])
    entries["team_names"] = [("Design", "Web")]
    entries["team_gids"] = [("1", "2")]

    wide = af.rollups.hours(
        entries, "team_names", "MS", overlap="count_in_each", wide=True, totals=True
    )

    assert wide.iloc[:, 0].tolist() == ["Design", "Web", "Total"]
    assert wide["total"].tolist() == [1.0, 1.0, 1.0]


def test_amounts_have_totals_for_each_currency_and_stay_missing_without_a_rate() -> None:
    march, april = dt.date(2026, 3, 3), dt.date(2026, 4, 3)
    entries = entries_of(
        [
            *[("Ana", None, march, 60), ("Bo", None, march, 90)],
            *[("Cy", None, april, 60), ("Dee", None, april, 30)],
        ]
    )
    entries = entries.assign(created_by_gid=["11", "12", "13", "14"], attributable_to_gid="31")
    rates = pd.DataFrame(
        {
            "parent_gid": ["31", "31", "31"],
            "resource_gid": ["11", "12", "13"],
            "rate": [80.0, 60.0, 50.0],
            "currency_code": ["EUR", "EUR", "USD"],
        }
    )

    wide = af.rollups.cost(
        entries, rates, "person_name", "MS", wide=True, totals=True, now="2026-06-01"
    )
    one = af.rollups.cost(entries, rates, None, "MS", wide=True, totals=True, now="2026-06-01")

    assert wide.astype(object).where(wide.notna(), None).values.tolist() == [
        ["Ana", "EUR", 80.0, 0.0, 80.0],
        ["Bo", "EUR", 90.0, 0.0, 90.0],
        ["Cy", "USD", 0.0, 50.0, 50.0],
        ["Dee", "(none)", 0.0, None, None],
        ["Total", "EUR", 170.0, 0.0, 170.0],
        ["Total", "USD", 0.0, 50.0, 50.0],
        ["Total", "(none)", 0.0, None, None],
    ]
    # Each row of one total is a total.
    assert one["currency_code"].tolist() == ["EUR", "USD", "(none)"]
    assert one["total"].fillna(-1).tolist() == [170.0, 50.0, -1]


def test_a_table_without_entries_has_the_columns_of_its_days() -> None:
    wide = af.rollups.hours(
        entries_of([]), "person_name", "W", start="2026-03-02", end="2026-03-15", wide=True
    )

    assert list(wide.columns) == ["person_name", "2026-03-02", "2026-03-09"]
    assert wide.empty


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"every": None, "wide": True}, r"wide=True needs periods; pass every='MS'"),
        ({"totals": True}, r"pass wide=True, too"),
        ({"wide": True, "compare": "share"}, r"leave out compare="),
        ({"wide": "yes"}, r"wide="),
        ({"totals": 1, "wide": True}, r"totals="),
        ({"none": ""}, r"none='\(none\)'"),
        ({"none": 3}, r"none='\(none\)'"),
        ({"now": "soon", "wide": True}, r"now="),
        ({"start": "2026-04-01", "end": "2026-03-01"}, r"start=2026-04-01 lies after"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: dict[str, Any], words: str) -> None:
    entries = entries_of([("Ana", None, dt.date(2026, 3, 3), 60)])

    with pytest.raises(af.InvalidArgument, match=words):
        af.rollups.hours(entries, "person_name", **arguments)


def test_a_key_that_is_named_like_a_column_of_the_table_is_refused() -> None:
    entries = entries_of([("Ana", None, dt.date(2026, 3, 3), 60)]).assign(total="x")

    with pytest.raises(af.InvalidArgument, match="'total' is a column of the wide table"):
        af.rollups.hours(entries, "total", "MS", wide=True, totals=True)


def test_entries_are_not_changed() -> None:
    entries = entries_of([(None, None, None, 60), ("Bo", None, dt.date(2026, 3, 3), 30)])
    before = entries.copy()

    af.rollups.hours(entries, "person_name", "MS", wide=True, totals=True, none="nobody")
    af.rollups.hours(entries, "person_name", "MS", compare=["previous", "share"], none="nobody")

    pd.testing.assert_frame_equal(entries, before)
