"""Cells as people read them: one sign for what is missing, days without a time of day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from asana_frames.display.cells import MISSING, choose_layout, format_column, order_columns


@pytest.mark.parametrize(
    "missing", [None, np.nan, pd.NaT, pd.NA, "", "  ", (), [], np.array([], dtype=object)]
)
def test_whatever_is_missing_has_the_same_sign(missing: Any) -> None:
    assert format_column(pd.Series([missing, "x"], dtype=object)) == [MISSING, "x"]


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float64", "boolean", "datetime64[us]"])
def test_columns_without_values_have_it_too(dtype: str) -> None:
    assert format_column(pd.Series([None], dtype=dtype)) == [MISSING]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([pd.Timestamp("2026-11-02")], ["2026-11-02"]),
        ([pd.Timestamp("2026-11-02T09:30")], ["2026-11-02 09:30"]),
        ([pd.Timestamp("2026-11-02T00:00Z")], ["2026-11-02 00:00"]),
        ([date(2026, 11, 2), None], ["2026-11-02", MISSING]),
        (
            [datetime(2026, 11, 2, 9, 30), datetime(2026, 11, 2)],
            ["2026-11-02 09:30", "2026-11-02 00:00"],
        ),
        ([1.0, 2.5], ["1.0", "2.5"]),
        ([1.0, 2.0], ["1", "2"]),
        ([1234567], ["1,234,567"]),
        ([-0.001, 1.234], ["-<0.01", "1.23"]),
        ([float("inf")], ["inf"]),
        ([Decimal("1.5")], ["1.5"]),
        ([True, np.False_], ["yes", "no"]),
        (
            [("a", None, ""), ["b"], np.array(["c", "d"])],
            [f"a; {MISSING}; {MISSING}", "b", "c; d"],
        ),
        ([(("x",), ("y", "z"))], ["x; y; z"]),
    ],
)
def test_cells_are_written_as_people_write_them(cells: list[Any], texts: list[str]) -> None:
    column = (
        pd.Series(cells, dtype=object) if len({type(c) for c in cells}) > 1 else pd.Series(cells)
    )

    assert format_column(column) == texts


def test_layouts_follow_the_dtype_or_else_the_cells() -> None:
    frame = pd.DataFrame(
        {"n": [1.5], "flag": [True], "day": [date(2026, 1, 1)], "text": ["x"], "none": [None]}
    )
    frame["moment"] = pd.to_datetime(["2026-01-01T00:00Z"])

    found = {name: choose_layout(frame[name]) for name in frame.columns}

    assert found == {
        "n": "number",
        "flag": "text",
        "day": "time",
        "text": "text",
        "none": "text",
        "moment": "time",
    }


def test_the_order_of_columns_is_name_known_others_empty_gids() -> None:
    columns = ["gid", "notes", "empty", "team_gid", "owner_name", "name", "tags_gids", "due_on"]
    frame = pd.DataFrame([["1", "n", None, "2", "Ana", "A", (), "2026-01-01"]], columns=columns)

    assert [columns[place] for place in order_columns(frame)] == [
        "name",
        "owner_name",
        "due_on",
        "notes",
        "empty",
        "team_gid",
        "tags_gids",
        "gid",
    ]
    assert sorted(order_columns(frame.iloc[:0])) == list(range(8))


def test_a_frame_without_a_name_begins_with_its_label() -> None:
    frame = pd.DataFrame({"gid": ["1"], "email": ["a@b.c"]})

    assert order_columns(frame, label="email") == [1, 0]
    assert order_columns(frame, label="gid") == [0, 1]
