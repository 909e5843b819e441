"""Lists: read in the background, shared by the pickers of a connection, none twice a minute."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.exceptions import ConnectionFailed
from asana_frames.widgets.background import run_in_background
from asana_frames.widgets.pickers.lists import (
    CACHE_SECONDS,
    BackgroundList,
    ListCache,
    ReadList,
    get_list_cache,
)


def page(*gids: int) -> pd.DataFrame:
    return pd.DataFrame({"gid": [str(gid) for gid in gids], "name": [f"N{gid}" for gid in gids]})


def reading(*pages: pd.DataFrame, ends: Exception | None = None) -> ReadList:
    """Return what yields the pages, and then fails if it is to."""

    def read(_: af.Asana) -> Iterator[pd.DataFrame]:
        yield from pages
        if ends is not None:
            raise ends

    return read


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def lists(watch: Watch) -> ListCache:
    return ListCache(watch)


def ended(listing: BackgroundList) -> BackgroundList:
    assert listing.wait(10)
    return listing


def test_a_list_is_read_once_for_all_who_ask_within_a_minute(
    recorded: af.Asana, lists: ListCache, watch: Watch
) -> None:
    first = ended(lists.get(recorded, "key", reading(page(1))))
    watch.seconds += CACHE_SECONDS - 1

    second = lists.get(recorded, "key", reading(page(2)))

    assert second is first
    assert second.frame["gid"].tolist() == ["1"]


def test_a_list_is_read_anew_after_a_minute(
    recorded: af.Asana, lists: ListCache, watch: Watch
) -> None:
    ended(lists.get(recorded, "key", reading(page(1))))
    watch.seconds += CACHE_SECONDS

    second = ended(lists.get(recorded, "key", reading(page(2))))

    assert second.frame["gid"].tolist() == ["2"]


def test_a_list_that_failed_is_read_anew_at_once(recorded: af.Asana, lists: ListCache) -> None:
    failed = ended(lists.get(recorded, "key", reading(page(1), ends=ConnectionFailed("down"))))

    second = ended(lists.get(recorded, "key", reading(page(1, 2))))

    assert isinstance(failed.error, ConnectionFailed)
    assert (failed.is_complete, failed.frame["gid"].tolist()) == (False, ["1"])
    assert (second.is_complete, second.frame["gid"].tolist()) == (True, ["1", "2"])


def test_a_forgotten_list_is_read_anew(recorded: af.Asana, lists: ListCache) -> None:
    ended(lists.get(recorded, "key", reading(page(1))))

    lists.forget("key")
    lists.forget("another")

    assert ended(lists.get(recorded, "key", reading(page(2)))).frame["gid"].tolist() == ["2"]


def test_listeners_are_called_for_each_page_and_the_end(
    recorded: af.Asana, lists: ListCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asana_frames.widgets.pickers.lists._SLOW_SECONDS", math.inf)
    gate = threading.Event()
    heard: list[tuple[int, bool, bool]] = []

    def read(_: af.Asana) -> Iterator[pd.DataFrame]:
        gate.wait(10)
        yield page(1)
        yield page(2, 3)

    listing = lists.get(recorded, "key", read)
    listing.subscribe(lambda told: heard.append((len(told.frame), told.is_complete, told.is_over)))
    gate.set()
    ended(listing)

    assert heard == [(1, False, False), (3, False, False), (3, True, True)]


def test_pages_for_slow_listeners_are_combined(recorded: af.Asana, lists: ListCache) -> None:
    heard: list[int] = []

    def show(told: BackgroundList) -> None:
        heard.append(len(told.frame))
        time.sleep(0.05)

    def read(_: af.Asana) -> Iterator[pd.DataFrame]:
        gate.wait(10)
        for gid in range(20):
            yield page(gid)

    gate = threading.Event()
    listing = lists.get(recorded, "key", read)
    listing.subscribe(show)
    gate.set()
    ended(listing)

    assert heard[0] == 1
    assert heard[-1] == 20
    assert len(heard) < 10


def test_a_late_listener_is_called_at_once(recorded: af.Asana, lists: ListCache) -> None:
    listing = ended(lists.get(recorded, "key", reading()))
    heard: list[int] = []

    listing.subscribe(lambda told: heard.append(len(told.frame)))

    assert heard == [0]


def test_a_listener_that_unsubscribed_is_not_called(recorded: af.Asana, lists: ListCache) -> None:
    gate = threading.Event()
    heard: list[BackgroundList] = []

    def read(_: af.Asana) -> Iterator[pd.DataFrame]:
        gate.wait(10)
        yield page(1)

    listing = lists.get(recorded, "key", read)
    listing.subscribe(heard.append)
    listing.unsubscribe(heard.append)
    listing.unsubscribe(heard.append)
    gate.set()
    ended(listing)

    assert heard == []


def test_an_error_in_the_background_is_kept(recorded: af.Asana, lists: ListCache) -> None:
    listing = ended(lists.get(recorded, "key", reading(ends=ValueError("odd"))))

    assert isinstance(listing.error, ValueError)
    assert listing.is_over


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_listener_that_fails_keeps_nobody_from_hearing_and_nobody_waiting(
    recorded: af.Asana, lists: ListCache
) -> None:
    gate = threading.Event()
    heard: list[bool] = []

    def read(_: af.Asana) -> Iterator[pd.DataFrame]:
        gate.wait(10)
        yield page(1)

    def fail(_: BackgroundList) -> None:
        raise RuntimeError("in somebody's own code")

    listing = lists.get(recorded, "key", read)
    listing.subscribe(fail)
    listing.subscribe(lambda told: heard.append(told.is_complete))
    gate.set()
    ended(listing)

    assert listing.error is None
    assert heard == [False, True]


def test_a_list_that_is_over_holds_on_to_nobody(recorded: af.Asana, lists: ListCache) -> None:
    listing = lists.get(recorded, "key", reading(page(1)))
    listing.subscribe(lambda _: None)
    ended(listing)

    listing.subscribe(lambda _: None)

    assert listing._listeners == []


def test_many_who_ask_at_once_share_one_reading(recorded: af.Asana, lists: ListCache) -> None:
    begun: list[int] = []
    together = threading.Barrier(8)
    found: list[BackgroundList] = []

    def read(_: af.Asana) -> Iterator[pd.DataFrame]:
        begun.append(1)
        yield page(1)

    def ask() -> None:
        together.wait(10)
        found.append(lists.get(recorded, "key", read))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended(found[0])

    assert len(begun) == 1
    assert len({id(listing) for listing in found}) == 1


def test_pages_and_listeners_that_come_together_miss_nothing(
    recorded: af.Asana, lists: ListCache
) -> None:
    def read(_: af.Asana) -> Iterator[pd.DataFrame]:
        for gid in range(100):
            yield page(gid)

    listing = lists.get(recorded, "key", read)
    last: list[int] = [0] * 50

    def hears(place: int) -> Callable[[BackgroundList], None]:
        def hear(told: BackgroundList) -> None:
            last[place] = max(last[place], len(told.frame))

        return hear

    for place in range(50):
        listing.subscribe(hears(place))
    ended(listing)

    assert last == [100] * 50


def test_connections_have_lists_of_their_own_and_their_copies_share_them(
    recorded: af.Asana, asana: af.Asana
) -> None:
    mine = get_list_cache(recorded)

    assert get_list_cache(recorded.with_options(timeout=5)) is mine
    assert get_list_cache(recorded.in_background()) is mine
    assert get_list_cache(asana) is not mine


def test_the_background_leaves_the_last_call_as_it_is(asana: af.Asana) -> None:
    asana.tags.list(workspace="Acme")
    hidden = asana.in_background()

    hidden.teams.list_for_workspace("Acme")

    assert asana.last.operation == "tags.list"
    assert hidden.last.operation == "teams.list_for_workspace"
    assert hidden.settings.progress is False
    assert hidden.http is asana.http


def test_work_is_done_at_once_where_there_are_no_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", refuse)
    done: list[str] = []

    timer = run_in_background(lambda: done.append("here"), after=5)

    assert timer is None
    assert done == ["here"]


def test_work_that_is_called_off_is_not_done() -> None:
    done: list[str] = []

    timer = run_in_background(lambda: done.append("late"), after=0.05)
    assert timer is not None
    timer.cancel()
    timer.join(5)

    assert done == []
    assert not timer.is_alive()


def test_no_part_is_taken_for_the_whole(recorded: af.Asana, lists: ListCache) -> None:
    seen: list[tuple[int, bool]] = []

    def read(_: af.Asana) -> Iterator[pd.DataFrame]:
        yield page(1)
        seen.append((len(listing.frame), listing.is_complete))
        yield page(2)

    listing = BackgroundList(0.0)
    listing.subscribe(lambda told: seen.append((len(told.frame), told.is_complete)))
    listing.run(recorded, read)

    assert [count for count, is_complete in seen if is_complete] == [2]


def test_lists_that_are_no_longer_good_are_not_kept(recorded: af.Asana) -> None:
    now = [0.0]
    lists = ListCache(lambda: now[0])
    for key in range(20):
        ended(lists.get(recorded, key, reading(page(key))))

    now[0] = 3_600.0
    ended(lists.get(recorded, "another", reading(page(1))))

    assert list(lists._listings) == ["another"]
