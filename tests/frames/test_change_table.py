"""Frames of changes hold text, and values as they are."""

from __future__ import annotations

import pandas as pd

import asana_frames as af
from asana_frames.frames.change_table import CHANGE_COLUMNS, Change, build_change_frame


def test_values_of_any_kind_stand_in_one_column() -> None:
    values = ["2026-03-02", 3.5, True, ("1", "2"), ("3", "4"), None, af.CLEAR]
    frame = build_change_frame(
        Change("tasks", "update", "1", None, "name", None, value) for value in values
    )
    assert list(frame.columns) == list(CHANGE_COLUMNS)
    assert frame["new"].tolist() == values
    assert frame["key"].isna().all()


def test_no_changes_have_the_same_columns_and_dtypes() -> None:
    some = build_change_frame([Change("tasks", "delete", "1", None, None)])
    pd.testing.assert_series_equal(build_change_frame([]).dtypes, some.dtypes)


def test_an_empty_list_is_shown_as_clear() -> None:
    frame = build_change_frame([Change("tasks", "update", "1", None, "tags", ("1",), ())])
    assert frame.loc[0, "new"] is af.CLEAR
