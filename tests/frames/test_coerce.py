"""Values that do not match the spec become those of their column's kind, or are missing."""

from __future__ import annotations

from typing import Any

import msgspec
import pandas as pd
import pytest

from asana_frames.catalog import columns_of
from asana_frames.frames import FrameBuilder

#: Makes a page one that does not match the spec, so that all of its values are coerced.
ODD = {"gid": 7}


def framed(record: str, field: str, *values: Any) -> pd.Series[Any]:
    """Return the column of a field whose records have these values, in an odd page."""
    builder = FrameBuilder(columns_of(record, (field,)))
    records = [*({"gid": str(n), field: value} for n, value in enumerate(values)), ODD]
    builder.append(msgspec.json.encode({"data": records}), builder.start_listing())
    return builder.frame()[field].iloc[:-1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        (12, "12"),
        (1.5, "1.5"),
        (True, "true"),
        ([1, {"a": None}], '[1,{"a":null}]'),
        ({"é": "ü"}, '{"é":"ü"}'),
        (None, None),
    ],
)
def test_text_is_kept_and_anything_else_becomes_its_json(value: Any, expected: str | None) -> None:
    found = framed("task", "name", value).tolist()

    assert [None if pd.isna(text) else text for text in found] == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (-3, -3),
        (2**53 + 1, 2**53 + 1),
        (3.0, 3),
        (3.5, None),
        ("3", 3),
        ("3.0", 3),
        ("3.5", None),
        ("three", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        (10**400, None),
        (True, None),
        (False, None),
        ([3], None),
        ({}, None),
        (None, None),
    ],
)
def test_whole_numbers_are_read_from_numbers_and_text_and_never_rounded(
    value: Any, expected: int | None
) -> None:
    column = framed("task", "num_likes", value)

    assert str(column.dtype) == "Int64"
    assert [None if pd.isna(number) else number for number in column] == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (2.25, 2.25),
        ("2.25", 2.25),
        ("many", None),
        (10**400, None),
        (True, None),
        ([1], None),
        (None, None),
    ],
)
def test_numbers_are_read_from_numbers_and_text(value: Any, expected: float | None) -> None:
    column = framed("task", "actual_time_minutes", value)

    assert str(column.dtype) == "Float64"
    assert [None if pd.isna(number) else number for number in column] == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("FALSE", False),
        ("yes", None),
        (1, None),
        (0, None),
        ([], None),
        (None, None),
    ],
)
def test_flags_are_read_from_their_two_words_alone(value: Any, expected: bool | None) -> None:
    column = framed("task", "completed", value)

    assert str(column.dtype) == "boolean"
    assert [None if pd.isna(flag) else bool(flag) for flag in column] == [expected]


def test_a_page_is_coerced_value_by_value_and_no_row_moves() -> None:
    values = [3, "4", None, "x", 5.0]

    assert framed("task", "num_likes", *values).fillna(-1).tolist() == [3, 4, -1, -1, 5]


@pytest.mark.parametrize("odd", [{}, ODD], ids=["a page of the spec", "an odd page"])
def test_json_values_are_compact_text(odd: dict[str, Any]) -> None:
    values = [{"a": [1, None]}, "text", 7, False, []]
    path = "change.new_value"
    builder = FrameBuilder(columns_of("event", (path,)))
    records = [*({"change": {"new_value": value}} for value in [*values, None]), {}, odd]
    builder.append(msgspec.json.encode({"data": records}), builder.start_listing())

    frame = builder.frame(unique=False)

    column = frame["change_new_value"]
    assert column.tolist()[: len(values)] == ['{"a":[1,null]}', '"text"', "7", "false", "[]"]
    assert column.isna().tolist() == [False] * len(values) + [True] * 3


@pytest.mark.parametrize("odd", ["text", 7, [1], {"gid": [1]}, None])
def test_a_reference_that_is_none_is_missing_and_its_neighbours_stay(odd: Any) -> None:
    builder = FrameBuilder(columns_of("task", ("assignee", "followers")))
    good = {"gid": "1", "name": "Zoe"}
    records = [
        {"gid": "1", "assignee": odd, "followers": [good, odd, good]},
        {"gid": "2", "assignee": good, "followers": [good]},
    ]
    builder.append(msgspec.json.encode({"data": records}), builder.start_listing())

    frame = builder.frame()

    gid = "[1]" if isinstance(odd, dict) else None
    assert frame["assignee_name"].isna().tolist() == [True, False]
    assert frame["assignee_gid"].isna().tolist() == [gid is None, False]
    assert frame["followers_names"].tolist() == [("Zoe", None, "Zoe"), ("Zoe",)]
    assert frame["followers_gids"].tolist() == [("1", gid, "1"), ("1",)]
