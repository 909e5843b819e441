"""Frames of one kind, put one below the other: nothing of the contract is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.frames import DTYPES, build_array, concatenate

_OPTIONS = ["Low", "Medium", "High", "Urgent"]
_MOMENTS = ["2026-03-02T09:00:00.000Z", "1970-01-01T00:00:00.000Z"]
_DAYS = ["2026-03-02", "1999-12-31"]


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


#: Column -> kind, and values that it may hold.
_KINDS: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "name": ("text", maybe(st.text(max_size=3))),
    "num_likes": ("integer", maybe(st.integers(-(2**53), 2**53))),
    "cf_Points": ("number", maybe(st.floats(allow_nan=False, allow_infinity=False))),
    "completed": ("boolean", maybe(st.booleans())),
    "created_at": ("datetime", maybe(st.sampled_from(_MOMENTS))),
    "due_on": ("date", maybe(st.sampled_from(_DAYS))),
    "tag_gids": ("tuple", st.lists(st.sampled_from("abc"), max_size=2).map(tuple)),
}


def column(name: str, values: list[Any]) -> Any:
    kind = _KINDS[name][0]
    if kind in ("datetime", "date"):
        moments = pd.to_datetime(pd.Series(values, dtype=object), utc=kind == "datetime")
        return moments.astype(DTYPES[kind]).array
    return build_array(kind, values)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a frame as a read returns it, with some of the columns, in some order."""
    gids = draw(st.lists(st.sampled_from("123456789"), unique=True, max_size=3))
    names = draw(st.permutations(sorted(_KINDS)))[: draw(st.sampled_from([0, 2, 9, 9]))]
    made = {"gid": build_array("text", gids)}
    for name in names:
        values = draw(st.lists(_KINDS[name][1], min_size=len(gids), max_size=len(gids)))
        made[name] = column(name, values)
    if draw(st.integers(0, 3)):
        options = draw(st.permutations(_OPTIONS))[: draw(st.integers(0, 4))]
        codes = st.integers(-1, len(options) - 1)
        picked = draw(st.lists(codes, min_size=len(gids), max_size=len(gids)))
        made["cf_Priority"] = pd.Categorical.from_codes(picked, pd.Index(options, dtype="str"))
    return pd.DataFrame(made)


many = st.lists(frames(), min_size=1, max_size=4)
ENOUGH = settings(max_examples=50, deadline=None)


def equal(one: Any, other: Any) -> bool:
    return (
        bool(pd.isna(one) and pd.isna(other))
        if not isinstance(one, tuple) and pd.isna(one)
        else bool(one == other)
    )


@given(parts=many)
@ENOUGH
def test_each_object_is_there_once_as_the_first_frame_has_it(parts: list[pd.DataFrame]) -> None:
    whole = concatenate(parts)

    gids = list(dict.fromkeys(gid for part in parts for gid in part["gid"]))
    assert whole["gid"].tolist() == gids
    assert isinstance(whole.index, pd.RangeIndex)
    rows = whole.set_index("gid")
    seen: set[str] = set()
    for part in parts:
        fresh = part[~part["gid"].isin(seen)].set_index("gid")
        seen.update(part["gid"])
        for name in fresh.columns:
            pairs = zip(fresh[name], rows.loc[fresh.index, name], strict=True)
            assert all(equal(one, other) for one, other in pairs)


@given(parts=many)
@ENOUGH
def test_columns_come_in_the_order_met_with_their_dtypes(parts: list[pd.DataFrame]) -> None:
    whole = concatenate(parts)

    assert list(whole.columns) == list(dict.fromkeys(name for part in parts for name in part))
    for part in parts:
        for name in part.columns.drop("cf_Priority", errors="ignore"):
            assert whole[name].dtype == part[name].dtype


@given(parts=many)
@ENOUGH
def test_categories_are_those_of_all_in_the_order_met(parts: list[pd.DataFrame]) -> None:
    whole = concatenate(parts)

    met = [part["cf_Priority"].cat.categories for part in parts if "cf_Priority" in part]
    if met:
        expected = list(dict.fromkeys(name for categories in met for name in categories))
        assert whole["cf_Priority"].cat.categories.tolist() == expected
        assert whole["cf_Priority"].cat.categories.dtype == met[0].dtype


@given(parts=many)
@ENOUGH
def test_what_a_frame_does_not_have_is_missing_and_empty_in_lists(
    parts: list[pd.DataFrame],
) -> None:
    whole = concatenate(parts)

    owner = {gid: part for part in reversed(parts) for gid in part["gid"]}
    for name in whole.columns:
        lacking = whole.loc[[name not in owner[gid] for gid in whole["gid"]], name]
        if name == "tag_gids":
            assert lacking.map(lambda value: value == ()).all()
        else:
            assert lacking.isna().all()


@given(parts=many)
@ENOUGH
def test_the_frames_given_stay_as_they_are(parts: list[pd.DataFrame]) -> None:
    before = [part.copy(deep=True) for part in parts]

    whole = concatenate(parts)
    whole["gid"] = "changed"

    for one, other in zip(parts, before, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_what_an_empty_frame_says_counts_too() -> None:
    none = pd.DataFrame(
        {"gid": build_array("text", []), "cf_P": pd.Categorical([], ["Low", "High"])}
    )
    some = pd.DataFrame({"cf_P": pd.Categorical(["High"]), "gid": build_array("text", ["1"])})

    made = concatenate([none, some])

    assert list(made.columns) == ["gid", "cf_P"]
    assert made["cf_P"].cat.categories.tolist() == ["Low", "High"]


def test_objects_without_a_gid_are_all_kept() -> None:
    part = pd.DataFrame({"gid": build_array("text", [None, "1", None])})

    assert concatenate([part, part])["gid"].isna().sum() == 4
    assert len(concatenate([part.drop(columns="gid").assign(x=1)] * 2)) == 6
    assert len(concatenate([part, part], key="")) == 6


def test_parts_of_the_sandbox_are_the_whole(asana: af.Asana) -> None:
    whole = asana.tasks.list(project="Website relaunch")
    every = asana.tasks.list(project=["Website relaunch", "Someday maybe"])

    cut = concatenate([whole.head(0), whole.head(20), whole.iloc[10:], whole.tail(5)])
    both = concatenate([asana.tasks.list(project="Someday maybe"), whole])

    pd.testing.assert_frame_equal(cut, whole)
    assert set(both["gid"]) == set(every["gid"])
    for name in both.columns.intersection(every.columns):
        assert str(both[name].dtype) == str(every[name].dtype)


@pytest.mark.parametrize("count", [1, 3])
def test_frames_that_are_all_empty_make_an_empty_one(count: int) -> None:
    empty = pd.DataFrame({"gid": build_array("text", []), "tag_gids": build_array("tuple", [])})

    made = concatenate([empty] * count)

    pd.testing.assert_frame_equal(made, empty)
    assert made["tag_gids"].dtype == np.dtype(object)
