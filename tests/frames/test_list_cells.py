"""Cells of list columns: what files and other programs make of tuples is read back."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.export.text import as_text
from asana_frames.frames.list_cells import join_items, read_lists, split_items
from tests.fixed_day import NOW

ITEMS = st.lists(
    st.one_of(
        st.text(),
        st.sampled_from(["a; b", ";", "; ", "[", '["a"]', "'", "=1", " a", "", "(", "(a)"]),
    )
).map(tuple)


@given(ITEMS)
def test_items_are_read_from_the_text_that_they_are_written_as(items: tuple[str, ...]) -> None:
    assert split_items(join_items(items)) == items


@given(st.lists(ITEMS, max_size=5))
def test_a_column_of_lists_survives_csv(lists: list[tuple[str, ...]]) -> None:
    # Without NUL and carriage returns, which CSV readers change.
    lists = [tuple(x.replace("\0", "").replace("\r", "") for x in items) for items in lists]
    column = pd.Series(lists, dtype=object, name="tags_names")
    text = io.StringIO(as_text(pd.DataFrame({"gid": "1", "tags_names": column})).to_csv())

    # Nor do words such as "NaN" stand for missing cells.
    read = pd.read_csv(text, dtype="str", keep_default_na=False)

    assert read_lists(read["tags_names"]).tolist() == lists


@pytest.mark.parametrize("text", ["a; b; ", "a ; b", "; a; b", "a; ; b;", " a;  b ;", "a; b;;"])
def test_what_people_leave_of_separators_is_no_item(text: str) -> None:
    assert split_items(text) == ("a", "b")


def test_plain_items_are_joined_so_that_people_can_read_them() -> None:
    assert join_items(("Ana", "Bo; Co", None)) == '["Ana", "Bo; Co", null]'
    assert join_items(("Ana", "Bo")) == "Ana; Bo"
    assert join_items(()) == ""


@pytest.mark.parametrize(
    "cells",
    [
        [("1", "2"), (), ("3",)],
        [["1", "2"], [], ["3"]],
        [np.array(["1", "2"]), np.array([]), np.array(["3"])],
        ["1; 2", "", "3"],
        ["1; 2", None, '["3"]'],
        [("1", "2"), np.nan, ["3"]],
        [["1", "2"], pd.NA, "3"],
    ],
)
def test_lists_of_any_kind_are_tuples(cells: list[Any]) -> None:
    column = pd.Series(cells, index=[5, 5, 7], name="tags_gids", dtype=object)

    read = read_lists(column)

    assert read.tolist() == [("1", "2"), (), ("3",)]
    assert read.index.tolist() == [5, 5, 7]
    assert read.dtype == np.dtype(object)


def test_lists_of_arrow_are_tuples() -> None:
    pa = pytest.importorskip("pyarrow")
    column = pd.Series([["1", "2"], [], None], dtype=pd.ArrowDtype(pa.list_(pa.string())))

    assert read_lists(column).tolist() == [("1", "2"), (), ()]


def test_tuples_stay_the_same_column() -> None:
    column = pd.Series([("1",), ()], dtype=object)

    assert read_lists(column) is column


@pytest.mark.parametrize(
    "cell", [12.5, 1.2e15, True, {"a": 1}, '[{"a": 1}]', "[1", b"x", "('31',)", "()"]
)
def test_what_is_not_a_list_is_refused_with_its_column(cell: Any) -> None:
    column = pd.Series([("1",), cell], name="tags_gids", dtype=object)

    with pytest.raises(af.InvalidArgument, match=r"tags_gids, row 2: .* is not a list.*read_csv"):
        read_lists(column)


def test_lists_that_were_read_from_files_are_unrolled() -> None:
    tasks = pd.DataFrame(
        {
            "gid": ["5", "6"],
            "tags_gids": pd.Series(["7; 8", ""], dtype="str"),
            "tags_names": [np.array(["a", "b"]), np.array([])],
        }
    )

    pairs = af.bridge(tasks, "tags", key="task_gid")

    assert pairs.to_numpy().tolist() == [["5", "7", "a"], ["5", "8", "b"]]


def test_hours_by_category_of_a_csv_are_those_of_the_frame() -> None:
    with af.sandbox(now=NOW) as asana:
        entries = asana.time_tracking_entries.list(
            workspace="Acme", entered_on_start_date="2026-10-01"
        )
    tasks = pd.DataFrame({"gid": entries["task_gid"].unique(), "name": "x"})
    text = io.StringIO(as_text(entries).to_csv(index=False))
    read = pd.read_csv(text, dtype="str").assign(
        entered_on=lambda frame: pd.to_datetime(frame["entered_on"]),
        created_at=lambda frame: pd.to_datetime(frame["created_at"]),
        duration_minutes=lambda frame: frame["duration_minutes"].astype("Int64"),
    )

    tables = [
        af.rollups.hours(af.rollups.entries(each, tasks), by="category", every=None)
        for each in (entries, read)
    ]

    pd.testing.assert_frame_equal(*tables)
    assert tables[0]["category_name"].str.len().dropna().gt(1).all()


@pytest.mark.parametrize("texts", [["()", "('a',)"], ["()"], ['("it\'s",)'], ["['a']"]])
@pytest.mark.parametrize("dtype", ["str", object])
@pytest.mark.parametrize("call", [af.custom_fields, af.rollups.empty_fields])
def test_lists_that_pandas_wrote_are_no_text(texts: list[str], dtype: Any, call: Any) -> None:
    gids = [str(number) for number in range(len(texts) + 1)]
    column = pd.Series([*texts, None], dtype=dtype)
    frame = pd.DataFrame({"gid": gids, "cf_Channels": column})

    with pytest.raises(af.InvalidArgument, match=r"cf_Channels, row 1: .*pandas' own to_csv"):
        call(frame)


def test_text_in_brackets_is_text() -> None:
    texts = ["(a)", "('a',)", "[b]"]
    frame = pd.DataFrame({"gid": ["1", "2", "3"], "cf_Note": pd.Series(texts, dtype="str")})

    assert af.custom_fields(frame)["text_value"].tolist() == texts
    assert af.rollups.empty_fields(frame)["filled"].tolist() == [3, 3]


@pytest.mark.parametrize("dtype", ["str", object])
def test_gids_of_a_csv_file_for_excel_are_refused_where_pandas_read_it(dtype: Any) -> None:
    gids = pd.Series([None, '="1209000000000012"'], dtype=dtype)
    frame = pd.DataFrame({"gid": ["1", "2"], "parent_gid": gids, "cf_A": ["x", "y"]})

    for call in (af.custom_fields, af.rollups.empty_fields, lambda one: af.bridge(one, "tags")):
        with pytest.raises(af.InvalidArgument, match=r"parent_gid holds '=\"12.*af\.read_csv"):
            call(frame)
