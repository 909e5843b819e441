"""Searches past the hundred rows that Asana answers with."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.gather import search
from tests.fixed_day import NOW
from tests.recorder import Asked, Recorder, Reply

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUIET = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def searched() -> Iterator[Recorder]:
    with Recorder() as running:
        yield running


def stamp(milliseconds: int) -> str:
    moment = BEGIN + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def tasks_of(created: list[tuple[int, int]]) -> list[dict[str, str]]:
    """Return tasks created and modified so many milliseconds after the beginning."""
    return [
        {"gid": str(1_000 + n), "name": f"T{n}", "created_at": stamp(c), "modified_at": stamp(m)}
        for n, (c, m) in enumerate(created)
    ]


class Index:
    """Answers searches as Asana does, ties in any order, its bounds exclusive or not."""

    def __init__(self, tasks: list[dict[str, str]], *, is_inclusive: bool) -> None:
        self._tasks = tasks
        self._is_inclusive = is_inclusive
        self._chances = random.Random(0)
        self.asked = 0

    def __call__(self, asked: Asked) -> Reply:
        self.asked += 1
        assert self.asked < 500, "it walks without end"
        query = asked.query
        rows = [task for task in self._tasks if self._fits(task, query)]
        key = query["sort_by"]
        rows.sort(key=lambda task: (task[key], self._chances.random()))
        return Reply(body={"data": rows[: int(query["limit"])]})

    def _fits(self, task: dict[str, str], query: dict[str, str]) -> bool:
        for name, bound in query.items():
            key, _, side = name.partition(".")
            if side not in ("after", "before"):
                continue
            value = task[key]
            is_in = value > bound if side == "after" else value < bound
            if not (is_in or (self._is_inclusive and value == bound)):
                return False
        return True


def found_by(searched: Recorder, index: Index, **filters: Any) -> pd.DataFrame:
    searched.reply = index
    with af.connect("t", base_url=searched.url) as asana:
        return search(asana, "1", fields=["name"], **filters)


def test_the_whole_sandbox_is_found(asana: af.Asana) -> None:
    every = search(asana, "Acme")
    again = asana.tasks.search("Acme", sort_by="created_at", sort_ascending=True)

    assert len(every) > 1_500
    assert every["gid"].is_unique
    assert every["created_at"].is_monotonic_increasing
    assert every["gid"].head(90).tolist() == again["gid"].head(90).tolist()
    assert every.dtypes.astype(str).equals(again[every.columns].dtypes.astype(str))


def test_a_filter_is_kept_on_the_way(asana: af.Asana) -> None:
    open_ones = search(asana, "Acme", completed=False)
    every = search(asana, "Acme", fields=["completed"])

    assert not open_ones["completed"].any()
    assert set(open_ones["gid"]) == set(every["gid"][~every["completed"]])


def test_fields_are_what_was_asked_for(asana: af.Asana) -> None:
    found = search(asana, "Acme", fields=["name"], limit=150)

    assert list(found.columns) == ["gid", "name", "workspace_gid"]
    assert len(found) == 150
    assert asana.last.operation == "gather.search"
    assert found.attrs["asana"]["rows"] == 150


@pytest.mark.parametrize("limit", [1, 99, 100, 101, 10**6])
def test_a_limit_keeps_the_oldest(searched: Recorder, limit: int) -> None:
    tasks = tasks_of([(n // 3, n) for n in range(260)])

    found = found_by(searched, Index(tasks, is_inclusive=False), limit=limit)

    assert len(found) == min(limit, 260)
    oldest = sorted(task["created_at"] for task in tasks)[: len(found)]
    by_gid = {task["gid"]: task["created_at"] for task in tasks}
    assert [by_gid[gid] for gid in found["gid"]] == oldest


@pytest.mark.parametrize("limit", [0, -1, 1.5, "3", True])
def test_a_limit_that_is_none_is_refused(recorded: af.Asana, limit: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="limit="):
        search(recorded, "1", limit=limit)


@pytest.mark.parametrize("fields", [123, [], [1], ["nonsense"]])
def test_fields_that_are_none_are_refused(recorded: af.Asana, fields: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"fields=|no field"):
        search(recorded, "1", fields=fields)


@pytest.mark.parametrize("word", ["sort_by", "sort_ascending"])
def test_an_order_of_ones_own_is_refused(recorded: af.Asana, word: str) -> None:
    with pytest.raises(af.InvalidArgument, match="does not accept sort_by"):
        search(recorded, "1", **{word: "due_date"})


def test_nothing_found_is_an_empty_frame(searched: Recorder) -> None:
    found = found_by(searched, Index([], is_inclusive=False))

    assert found.empty
    assert list(found.columns) == ["gid", "name", "workspace_gid"]


@st.composite
def crowds(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw moments at which some, many, or more than a hundred tasks were created."""
    moment, created = 0, []
    for _ in range(draw(st.integers(1, 4))):
        moment += draw(st.sampled_from([1, 1, 2, 1_000]))
        count = draw(st.sampled_from([1, 40, 60, 99, 100, 101, 150]))
        # Those of one moment were modified at different times.
        created += [(moment, 10_000 + n // 2) for n in range(count)]
    return created


#: A hundred tasks of a moment come that are all known, and one of it has not come yet.
KNOWN_CROWD = [
    *((1, 10_000 + n // 2) for n in range(60)),
    (2, 10_000),
    *((3, 10_000 + n // 2) for n in range(150)),
]


@given(created=crowds(), is_inclusive=st.booleans())
@example(created=KNOWN_CROWD, is_inclusive=True)
@QUIET
def test_nothing_is_left_out_or_comes_twice(
    searched: Recorder, created: list[tuple[int, int]], is_inclusive: bool
) -> None:
    tasks = tasks_of(created)

    found = found_by(searched, Index(tasks, is_inclusive=is_inclusive))

    assert sorted(found["gid"]) == sorted(task["gid"] for task in tasks)


@given(
    counts=st.lists(st.integers(1, 99), min_size=1, max_size=5),
    step=st.sampled_from([1, 2]),
    is_inclusive=st.booleans(),
)
@QUIET
def test_ties_around_the_borders_of_pages_are_all_found(
    searched: Recorder, counts: list[int], step: int, is_inclusive: bool
) -> None:
    created = [(step * place, 0) for place, count in enumerate(counts) for _ in range(count)]
    tasks = tasks_of(created)
    index = Index(tasks, is_inclusive=is_inclusive)

    found = found_by(searched, index)

    assert sorted(found["gid"]) == sorted(task["gid"] for task in tasks)


@pytest.mark.parametrize("is_inclusive", [True, False])
@pytest.mark.parametrize("count", [100, 150, 300])
def test_more_of_one_moment_than_can_be_told_apart_is_refused(
    searched: Recorder, count: int, is_inclusive: bool
) -> None:
    tasks = tasks_of([(0, 0), *[(5, 7)] * count, (9, 9)])

    with pytest.raises(af.InvalidArgument, match=r"created and modified at .*Narrow the search"):
        found_by(searched, Index(tasks, is_inclusive=is_inclusive))


def test_a_search_that_is_refused_on_the_way_is_no_short_frame(searched: Recorder) -> None:
    index = Index(tasks_of([(n, n) for n in range(250)]), is_inclusive=False)
    searched.reply = lambda asked: index(asked) if index.asked < 2 else Reply(403, {"errors": []})

    with af.connect("t", base_url=searched.url) as asana, pytest.raises(af.Forbidden):
        search(asana, "1", fields=["name"])


def test_what_the_pages_before_had_brought_is_kept_when_a_walk_is_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asana = af.sandbox(now=NOW)
    whole = af.gather.search(asana, "Acme", fields=["name"])
    search, pages = asana.tasks.search, itertools.count(1)

    def third_is_interrupted(*args: Any, **kwargs: Any) -> pd.DataFrame:
        if next(pages) == 3:
            raise KeyboardInterrupt
        return search(*args, **kwargs)

    monkeypatch.setattr(asana.tasks, "search", third_is_interrupted)
    with pytest.raises(KeyboardInterrupt):
        af.gather.search(asana, "Acme", fields=["name"])

    partial = asana.last.partial
    assert partial is not None
    assert partial.attrs["asana"]["partial"]
    assert 190 < len(partial) <= 200
    assert partial["gid"].tolist() == whole["gid"].tolist()[: len(partial)]


def task_at(number: int) -> dict[str, Any]:
    moment = f"2026-01-01T00:{number // 60:02}:{number % 60:02}.000Z"
    return {"gid": str(number), "created_at": moment, "modified_at": moment}


def test_tasks_that_do_not_come_in_order_are_an_error(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body={"data": [task_at(number) for number in reversed(range(100))]}))

    with pytest.raises(af.ConnectionFailed, match="do not come in the order of created_at"):
        search(recorded, "1", fields=["name"])


def test_the_same_tasks_again_and_again_are_an_error(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body={"data": [task_at(number) for number in range(100)]}))

    with pytest.raises(af.ConnectionFailed, match="the same tasks come again"):
        search(recorded, "1", fields=["name"])


def test_filters_of_an_iterator_hold_for_every_page(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = Index(tasks_of([(n, n) for n in range(250)]), is_inclusive=False)

    found = search(recorded, "1", assignee_any=iter(["5", "6"]), fields=["name"])

    assert len(found) == 250
    assert {asked.query["assignee.any"] for asked in recorder.asked} == {"5,6"}
