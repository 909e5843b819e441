"""One frame from pages: each object once, dropped listings left out, odd numbers missing."""

from __future__ import annotations

from typing import Any

import msgspec
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from asana_frames.catalog import columns_of
from asana_frames.frames import FrameBuilder, ParentColumn
from asana_frames.frames.arrays import build_array

NAMES = columns_of("task", ("name",))


def page(*gids: str | None, name: str = "Task") -> bytes:
    """Return the body of a page with these objects."""
    return msgspec.json.encode({"data": [{"gid": gid, "name": name} for gid in gids]})


def test_rows_without_a_gid_are_all_kept() -> None:
    builder = FrameBuilder(NAMES)
    builder.append(page(None, "1", None, "1", None), builder.start_listing())

    frame = builder.frame()

    assert frame["gid"].isna().tolist() == [True, False, True, True]


def test_an_object_of_a_dropped_listing_is_kept_once_elsewhere() -> None:
    builder = FrameBuilder(NAMES)
    dropped, kept = builder.start_listing(), builder.start_listing()
    builder.append(page("1", "2", "3"), dropped)
    builder.append(page("4", "5", "4"), kept)
    builder.drop_listing(dropped)

    assert builder.frame()["gid"].tolist() == ["4", "5"]


#: Listings: whether they are dropped, their place, and the gids of their pages.
LISTINGS = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(0, 3),
        st.lists(st.lists(st.none() | st.integers(1, 9).map(str), max_size=4), max_size=3),
    ),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(LISTINGS, st.none() | st.integers(1, 6), st.randoms(use_true_random=False))
def test_frames_hold_each_object_of_the_listings_kept_once_in_order(
    listings: list[tuple[bool, int, list[list[str | None]]]], limit: int | None, random: Any
) -> None:
    builder = FrameBuilder(NAMES, [ParentColumn("project_gids", is_shared=True)])
    numbers = [
        builder.start_listing(f"p{place}", place=place, part=part)
        for part, (_, place, _) in enumerate(listings)
    ]
    arrivals = [(n, list(pages)) for n, (_, _, pages) in zip(numbers, listings, strict=True)]
    while waiting := [arrival for arrival in arrivals if arrival[1]]:
        number, pages = random.choice(waiting)
        builder.append(page(*pages.pop(0)), number)
    for number, (is_dropped, _, _) in zip(numbers, listings, strict=True):
        if is_dropped:
            builder.drop_listing(number)

    frame = builder.frame(limit=limit)

    expected: list[str | None] = []
    parents: dict[str, dict[str, None]] = {}
    kept = [(place, part, pages) for part, (drop, place, pages) in enumerate(listings) if not drop]
    for place, _, pages in sorted(kept):
        for gid in (gid for gids in pages for gid in gids):
            if gid is None or gid not in expected:
                expected.append(gid)
            if gid is not None:
                parents.setdefault(gid, {})[f"p{place}"] = None
    expected = expected[:limit]
    assert [None if pd.isna(gid) else gid for gid in frame["gid"]] == expected
    found = dict(zip(frame["gid"], frame["project_gids"], strict=True))
    assert {gid: found[gid] for gid in found if not pd.isna(gid)} == {
        gid: tuple(parents[gid]) for gid in expected if gid is not None
    }


#: A record: its gid, and its parent if it says so.
RECORDS = st.fixed_dictionaries(
    {"gid": st.none() | st.integers(1, 5).map(str)},
    optional={"parent": st.none() | st.fixed_dictionaries({"gid": st.sampled_from("xy")})},
)
Row = dict[str, Any]
#: Place and part of a list.
KEYS = st.tuples(st.integers(0, 2), st.integers(0, 1))


class ReadsOfLists(RuleBasedStateMachine):
    """Lists whose pages arrive in any order, begin anew, are split into parts and given up."""

    def __init__(self) -> None:
        super().__init__()
        parents = [ParentColumn("project_gids", True), ParentColumn("parent_gid", False)]
        self.builder = FrameBuilder(columns_of("task", ("parent.gid",)), parents)
        #: Place and part of each list that counts, with its number, its parents and its rows.
        self.kept: dict[tuple[int, int], tuple[int, tuple[str | None, ...], list[Row]]] = {}

    @rule(key=KEYS, project=st.sampled_from(["p", None]))
    def begin(self, key: tuple[int, int], project: str | None) -> None:
        """Begin a list, anew if it has begun before."""
        place, part = key
        if key in self.kept:
            self.builder.drop_listing(self.kept.pop(key)[0])
        parents = (project and f"{project}{place}", f"t{place}")
        number = self.builder.start_listing(*parents, place=place, part=part)
        self.kept[key] = (number, parents, [])

    @precondition(lambda self: self.kept)
    @rule(which=st.integers(0, 5))
    def give_up(self, which: int) -> None:
        key = sorted(self.kept)[which % len(self.kept)]
        self.builder.drop_listing(self.kept.pop(key)[0])

    @precondition(lambda self: self.kept)
    @rule(rows=st.lists(RECORDS, max_size=4), which=st.integers(0, 5))
    def arrive(self, rows: list[Row], which: int) -> None:
        number, _, before = self.kept[sorted(self.kept)[which % len(self.kept)]]
        before += rows
        assert self.builder.append(msgspec.json.encode({"data": rows}), number) == len(rows)

    @rule()
    def go_on_with_a_copy(self) -> None:
        self.builder, left = self.builder.copy(), self.builder
        left.append(page("99"), left.start_listing(None, None))

    @invariant()
    def each_object_is_there_once(self) -> None:
        frame = self.builder.copy().frame().astype(object)

        rows = [
            (row["gid"], project, row["parent"] and row["parent"]["gid"] if "parent" in row else t)
            for _, (_, (project, t), rows) in sorted(self.kept.items())
            for row in rows
        ]
        first = [
            row
            for place, row in enumerate(rows)
            if row[0] is None or row[0] not in [gid for gid, _, _ in rows[:place]]
        ]
        projects = [
            tuple(
                dict.fromkeys(
                    other[1]
                    for other in (rows if row[0] is not None else [row])
                    if other[0] == row[0] and other[1] is not None
                )
            )
            for row in first
        ]
        found = frame[["gid", "parent_gid"]].where(frame[["gid", "parent_gid"]].notna(), None)
        assert found["gid"].tolist() == [gid for gid, _, _ in first]
        assert found["parent_gid"].tolist() == [parent for _, _, parent in first]
        assert frame["project_gids"].tolist() == projects


TestReadsOfLists = ReadsOfLists.TestCase
TestReadsOfLists.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_records_without_a_gid_are_not_one_object() -> None:
    builder = FrameBuilder(columns_of("task", ("gid", "name")))
    records = [{"gid": "", "name": "a"}, {"gid": "", "name": "b"}, {"gid": "5", "name": "c"}]
    for _ in range(2):
        builder.append(msgspec.json.encode({"data": records}), builder.start_listing())

    assert builder.frame()["name"].tolist() == ["a", "b", "c", "a", "b"]


def test_a_null_in_the_place_of_a_record_is_an_error() -> None:
    builder = FrameBuilder(columns_of("task", ("gid", "name")))

    with pytest.raises(msgspec.DecodeError, match="is not a list"):
        builder.append(b'{"data": [{"gid": "5"}, null]}', builder.start_listing())


@pytest.mark.parametrize("rest", [[], [None]])
def test_integers_beyond_64_bits_are_missing(rest: list[None]) -> None:
    values = [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**400, 0, *rest]

    array = pd.Series(build_array("integer", values))

    assert array.isna().tolist() == [False, True, False, True, True, False, *[True] * len(rest)]
    assert array.dropna().tolist() == [2**63 - 1, -(2**63), 0]


def test_an_integer_beyond_64_bits_in_a_record_is_missing() -> None:
    body = (
        b'{"data": [{"gid": "1", "num_likes": 9223372036854775808}, {"gid": "2", "num_likes": 3}]}'
    )
    builder = FrameBuilder(columns_of("task", ("num_likes",)))
    builder.append(body, builder.start_listing())

    assert builder.frame()["num_likes"].isna().tolist() == [True, False]
