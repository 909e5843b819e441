"""The frame contract: what holds for every resource, whatever comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import columns_of, load
from asana_frames.frames import DTYPES, STR, FrameBuilder, ParentColumn

RECORDS = [record.name for record in load().records]


def built(records: list[dict[str, Any]], record: str = "task", **more: Any) -> pd.DataFrame:
    import msgspec

    builder = FrameBuilder(columns_of(record), more.get("parents", ()))
    listing = builder.start_listing(*more.get("found_in", ()))
    builder.append(msgspec.json.encode({"data": records}), listing)
    return builder.frame(more.get("options"))


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("fields", [None, ("all",)])
def test_columns_and_dtypes_do_not_depend_on_the_rows(
    record: str, fields: tuple[str, ...] | None
) -> None:
    columns = columns_of(record, fields)
    empty = FrameBuilder(columns).frame()
    builder = FrameBuilder(columns)
    builder.append(b'{"data":[{},{"gid":"1"},{"gid":null,"name":null}]}', builder.start_listing())

    some = builder.frame()

    assert list(empty.columns) == list(some.columns)
    assert list(empty.dtypes) == list(some.dtypes)
    expected = ["tuple" if c.depth else c.kind for c in columns if c.kind != "custom_fields"]
    assert list(empty.dtypes) == [DTYPES[kind] for kind in expected]


@pytest.mark.parametrize("record", RECORDS)
def test_every_column_of_a_record_has_a_name_of_its_own(record: str) -> None:
    names = [column.name for column in columns_of(record, ("all",))]

    assert len(names) == len(set(names))


def test_text_is_str_on_every_pandas() -> None:
    frame = built([{"gid": "1", "name": None}])

    assert str(frame["gid"].dtype) == "str"
    assert frame["name"].isna().all()
    assert frame["name"].iloc[0] is np.nan


def test_days_are_naive_midnights_and_moments_are_utc() -> None:
    frame = built([{"gid": "1", "due_on": "2026-03-02", "created_at": "2026-03-02T23:30:00.000Z"}])

    assert frame["due_on"].iloc[0] == pd.Timestamp("2026-03-02")
    assert str(frame["due_on"].dtype) == "datetime64[us]"
    assert frame["created_at"].iloc[0] == pd.Timestamp("2026-03-02 23:30", tz="UTC")
    assert str(frame["created_at"].dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T09:15:00Z", "2026-03-02 09:15"),
        ("2026-03-02T10:15:00.000+01:00", "2026-03-02 09:15"),
        ("2026-03-02T09:15:00.123456Z", "2026-03-02 09:15:00.123456"),
    ],
)
def test_moments_are_read_in_every_iso_form(text: str, moment: str) -> None:
    frame = built([{"gid": "1", "created_at": text}, {"gid": "2", "created_at": None}])

    assert frame["created_at"].iloc[0] == pd.Timestamp(moment, tz="UTC")
    assert frame["created_at"].isna().tolist() == [False, True]


def test_a_value_that_is_no_moment_is_missing_and_a_warning_says_so() -> None:
    with pytest.warns(af.AsanaWarning, match="created_at: 1 value"):
        frame = built([{"gid": "1", "created_at": "soon"}])

    assert frame["created_at"].isna().all()


def test_days_far_away_or_with_a_zone_are_the_days_they_name() -> None:
    days = ["3000-01-01", "1600-06-30", "2026-01-01T00:00:00+05:00", None]
    frame = built([{"gid": str(place), "due_on": day} for place, day in enumerate(days)])

    assert frame["due_on"].dt.strftime("%Y-%m-%d").fillna("").tolist() == [
        "3000-01-01",
        "1600-06-30",
        "2026-01-01",
        "",
    ]


def test_a_missing_reference_is_missing_in_both_columns() -> None:
    frame = built([{"gid": "1", "assignee": None}, {"gid": "2", "assignee": {"gid": "7"}}])

    assert frame["assignee_gid"].tolist() == [np.nan, "7"]
    assert frame["assignee_name"].isna().all()


def test_lists_are_tuples_that_can_be_counted_and_grouped() -> None:
    people = [{"gid": "7", "name": "Zoe"}, {"gid": "8", "name": "Ben"}]
    frame = built([{"gid": "1", "followers": people}, {"gid": "2", "followers": None}])

    assert frame["followers_names"].tolist() == [("Zoe", "Ben"), ()]
    assert frame["followers_gids"].value_counts()[("7", "8")] == 1
    assert frame.explode("followers_names")["followers_names"].isna().sum() == 1


def test_memberships_stay_aligned_where_a_section_is_missing() -> None:
    homes = [
        {"project": {"gid": "1", "name": "A"}, "section": None},
        {"project": {"gid": "2", "name": "B"}, "section": {"gid": "9", "name": "Done"}},
    ]
    frame = built([{"gid": "5", "memberships": homes}])

    assert frame["memberships_project_names"].iloc[0] == ("A", "B")
    assert frame["memberships_section_names"].iloc[0] == (None, "Done")


def test_an_object_met_twice_is_one_row_that_names_both_parents() -> None:
    builder = FrameBuilder(columns_of("task", ("name",)), [ParentColumn("project_gids", True)])
    second, first = builder.start_listing("20"), builder.start_listing("10")
    builder.append(b'{"data":[{"gid":"1"},{"gid":"2"}]}', first)
    builder.append(b'{"data":[{"gid":"2"},{"gid":"3"}]}', second)

    frame = builder.frame()

    # In the order of the listings, not of their arrival.
    assert frame["gid"].tolist() == ["2", "3", "1"]
    assert frame["project_gids"].tolist() == [("20", "10"), ("20",), ("10",)]
    assert frame.index.tolist() == [0, 1, 2]


def test_records_without_a_gid_are_all_kept() -> None:
    frame = built([{"action": "added"}, {"action": "added"}], record="event")

    assert frame["action"].tolist() == ["added", "added"]


def test_a_record_says_its_parent_and_the_question_fills_what_it_leaves_out() -> None:
    parents = [ParentColumn("project_gid", False)]
    records = [{"gid": "1", "project": {"gid": "5"}}, {"gid": "2"}]

    frame = built(records, record="section", parents=parents, found_in=["6"])

    assert frame["project_gid"].tolist() == ["5", "6"]


@pytest.mark.parametrize("odd", [{}, {"name": ["a"]}])
def test_a_parent_that_the_record_says_is_null_stays_missing(odd: dict[str, Any]) -> None:
    parents = [ParentColumn("project_gid", False)]
    records = [{"gid": "1", "project": None}, {"gid": "2", **odd}, {"gid": "3", "project": {}}]

    frame = built(records, record="section", parents=parents, found_in=["6"])

    assert frame["project_gid"].isna().tolist() == [True, False, True]
    assert frame["project_gid"].iloc[1] == "6"
    assert frame["project_gid"].dtype == built([], record="section")["project_gid"].dtype


@pytest.mark.parametrize("odd", [{"gid": 12}, {"name": ["a"]}, {"completed": "yes"}])
def test_a_page_with_an_odd_value_keeps_every_row(odd: dict[str, Any]) -> None:
    good = {"gid": "1", "name": "fine", "completed": True}

    frame = built([good, {"gid": "2", **odd}])

    assert len(frame) == 2
    assert frame["name"].iloc[0] == "fine"
    assert frame["completed"].iloc[0] is np.True_ or frame["completed"].iloc[0]
    assert list(frame.dtypes) == list(built([]).dtypes)


def test_odd_values_are_read_as_far_as_they_can_be() -> None:
    frame = built(
        [{"gid": 12, "name": {"a": 1}, "completed": "TRUE", "num_likes": "3", "followers": "x"}]
    )

    row = frame.iloc[0]
    assert row["gid"] == "12"
    assert row["name"] == '{"a":1}'
    assert row["completed"]
    assert row["num_likes"] == 3
    assert row["followers_gids"] == ()


def test_unknown_fields_and_enum_values_do_not_matter() -> None:
    frame = built([{"gid": "1", "resource_subtype": "hologram", "sparkles": {"a": [1]}}])

    assert frame["resource_subtype"].tolist() == ["hologram"]


def test_fields_decide_columns_and_their_names() -> None:
    columns = columns_of("task", ("name", "assignee.email", "memberships.section", "likes"))

    assert [column.name for column in columns] == [
        "gid",
        "name",
        "assignee_email",
        "memberships_section_gids",
        "memberships_section_names",
        "likes_gids",
        "likes_user_gids",
        "likes_user_names",
    ]


@pytest.mark.parametrize(
    ("path", "hint"), [("asignee", "'assignee'"), ("assignee.mail", "assignee"), ("x", "info()")]
)
def test_an_unknown_path_is_refused_with_the_nearest(path: str, hint: str) -> None:
    with pytest.raises(af.InvalidArgument, match=r"has no field") as caught:
        columns_of("task", (path,))

    assert hint in str(caught.value)


def test_text_columns_have_the_dtype_that_the_contract_names() -> None:
    assert isinstance(STR, pd.StringDtype)
    assert STR.na_value is np.nan or np.isnan(STR.na_value)
