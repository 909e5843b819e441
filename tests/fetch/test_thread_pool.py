"""Tasks of one call run in threads; their results arrive in the calling thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import asana_frames as af
from asana_frames.fetch import Http, ListParts, ListQuery, fan_out
from asana_frames.fetch.call import CURRENT_CALL, Call
from asana_frames.fetch.fan_out import FanOut
from asana_frames.fetch.thread_pool import ThreadPool
from tests.recorder import Asked, Recorder, Reply


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_every_task_is_done_however_few_the_threads(threads: int) -> None:
    tasks = [lambda n=n: [n, 10 * n] for n in range(1, 6)]

    found = list(ThreadPool(tasks, threads))

    assert sorted(found) == sorted([*range(1, 6), *range(10, 60, 10)])
    assert list(ThreadPool([], threads)) == []


@pytest.mark.parametrize("threads", [1, 3])
def test_tasks_that_tasks_add_are_done_too(threads: int) -> None:
    def count_down(n: int) -> Iterator[int]:
        yield n
        for _ in range(min(n, 2)):
            pool.add(lambda: count_down(n - 1))

    pool: ThreadPool[int] = ThreadPool([lambda: count_down(3)], threads)

    assert sorted(pool) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("available", [0, 1, 2])
def test_tasks_are_done_where_the_system_has_no_more_threads(
    available: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count_down(n: int) -> Iterator[int]:
        yield n
        for _ in range(min(n, 2)):
            pool.add(lambda: count_down(n - 1))

    allow_threads(available, monkeypatch)
    pool: ThreadPool[int] = ThreadPool([lambda: count_down(3), lambda: iter([7])], 3)

    assert sorted(pool) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 7]
    assert pool._busy == 0


def test_lists_and_single_objects_are_read_without_a_thread(
    asana: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_threads(0, monkeypatch)

    limited = asana.with_options(deadline=60)
    tags = limited.tags.list(workspace="Acme")
    tag = limited.tags.get(tags["gid"][0])

    assert len(tags) > 1
    assert tag["name"].tolist() == tags["name"].head(1).tolist()


def test_an_error_of_a_task_is_raised_without_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_threads(0, monkeypatch)

    with pytest.raises(ZeroDivisionError):
        list(ThreadPool([lambda: [1 // 0]], 2))


def allow_threads(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so many more threads start, as a system does that has a limit."""
    start, started = threading.Thread.start, iter(range(count))

    def start_or_fail(thread: threading.Thread) -> None:
        # Those of the package; a server in this process has threads too.
        if thread.name == "asana-frames" and next(started, None) is None:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_fail)


def test_a_thread_is_idle_when_nothing_waits_for_it() -> None:
    started, go_on = threading.Event(), threading.Event()

    def work() -> Iterator[bool]:
        started.set()
        go_on.wait(5)
        yield True

    pool = ThreadPool([work], 2)
    assert not pool.has_idle_threads
    found: list[bool] = []
    reader = threading.Thread(target=lambda: found.extend(pool))
    reader.start()
    # Known as soon as the only task is at work, whichever thread comes next.
    started.wait(5)

    states = [pool.has_idle_threads]
    pool.add(work)
    states.append(pool.has_idle_threads)
    go_on.set()
    reader.join()

    assert states == [True, False]
    assert found == [True, True]


def test_a_task_that_waits_takes_the_idle_thread() -> None:
    pool: ThreadPool[int] = ThreadPool([], 2)
    assert list(pool) == []
    assert pool.has_idle_threads

    pool._added.append(lambda: [1])

    assert not pool.has_idle_threads


def test_an_error_of_a_task_is_raised_in_the_calling_thread() -> None:
    def fail() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError("here")

    found: list[str] = []
    with pytest.raises(ZeroDivisionError, match="here"):
        found.extend(ThreadPool([fail], 2))
    with pytest.raises(KeyboardInterrupt):
        list(ThreadPool([lambda: (_ for _ in ()).throw(KeyboardInterrupt())], 2))


def test_a_deadline_ends_the_wait_for_a_task_that_does_not_end() -> None:
    release = threading.Event()
    token = CURRENT_CALL.set(Call(deadline=0.01))
    try:
        with pytest.raises(af.DeadlineExceeded):
            list(ThreadPool([lambda: [release.wait(10)]], 2))
    finally:
        release.set()
        CURRENT_CALL.reset(token)


def page(number: int, last: int) -> Reply:
    following = {"offset": str(number + 1)} if number < last else None
    return Reply(body={"data": [{"gid": str(number)}], "next_page": following})


@pytest.mark.parametrize(("has_idle", "expected"), [(True, [False]), (False, [])])
def test_a_long_list_is_offered_for_splitting_once_if_threads_are_idle(
    has_idle: bool, expected: list[bool], recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def split(must: bool) -> ListParts | None:
        asked.append(must)
        return None

    recorder.reply = lambda request: page(int(request.query.get("offset", "1")), 16)
    monkeypatch.setattr(ThreadPool, "has_idle_threads", property(lambda self: has_idle))

    found = list(fan_out(Http("t", recorder.url), [ListQuery("/tags", {}, split=split)]))

    assert len(found) == 16
    assert asked == expected


@pytest.mark.parametrize(
    ("platform", "paging", "is_serial"),
    [
        ("emscripten", "pages", True),
        ("linux", "none", True),
        ("linux", "events", True),
        ("linux", "pages", False),
    ],
)
def test_threads_are_used_where_there_are_some_and_something_to_do_meanwhile(
    platform: str,
    paging: Any,
    is_serial: bool,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    callers: list[threading.Thread] = []
    http = Http("t", recorder.url)
    send = http.request
    monkeypatch.setattr(
        http,
        "request",
        lambda *a, **k: callers.append(threading.current_thread()) or send(*a, **k),
    )
    monkeypatch.setattr(sys, "platform", platform)

    assert len(list(FanOut(http, [ListQuery("/tags", {}, paging)]))) == 1

    assert [one is threading.current_thread() for one in callers] == [is_serial]


# ------------------------------------------------------------------------------ single requests


def test_a_write_may_be_done_if_any_of_its_tries_may_have_been(recorder: Recorder) -> None:
    recorder.replies(Reply(502, b""), Reply(404, {"errors": []}))

    with pytest.raises(af.NotFound) as caught:
        Http("t", recorder.url).request("DELETE", "/tasks/1")

    assert caught.value.may_be_done


def test_results_of_a_task_that_is_added_late_and_ends_early_are_not_lost() -> None:
    pool: ThreadPool[str] = ThreadPool([lambda: ["first"]], 2)
    found = []

    for result in pool:
        found.append(result)
        if result == "first":
            wait_for_threads()
            pool.add(lambda: ["second", "third"])
            wait_for_threads()

    assert found == ["first", "second", "third"]


def wait_for_threads() -> None:
    """Wait until no task runs; what they found is in the queue by then."""
    for thread in threading.enumerate():
        if thread.name == "asana-frames":
            thread.join(5)


def test_who_follows_a_request_is_told_of_each_try(recorder: Recorder) -> None:
    recorder.replies(Reply(429, {"errors": []}, {"Retry-After": "1"}), Reply(body={"data": {}}))
    told: list[bool] = []

    Http("t", recorder.url).request("POST", "/tasks", data={}, on_sent=told.append)

    assert told == [True, False, True]


def test_a_try_that_may_be_done_is_not_taken_back_by_a_later_one(recorder: Recorder) -> None:
    too_many = Reply(429, {"errors": []}, {"Retry-After": "1"})
    recorder.replies(Reply(502, b""), too_many, Reply(body={"data": {}}))
    told: list[bool] = []

    Http("t", recorder.url).request("PUT", "/tasks/1", data={}, on_sent=told.append)

    assert told == [True] * 3


def test_a_web_page_in_place_of_a_list_is_asked_for_once(recorder: Recorder) -> None:
    recorder.replies(Reply(body=b" <html><title>Portal</title></html>"))

    with pytest.raises(af.ConnectionFailed, match="Portal"):
        list(fan_out(Http("t", recorder.url), [ListQuery("/tags", {})]))

    assert len(recorder.asked) == 1


@pytest.mark.parametrize("status", [300, 399])
def test_every_status_from_300_is_an_error(recorder: Recorder, status: int) -> None:
    recorder.replies(Reply(status, b""))

    with pytest.raises(af.RequestRefused, match=str(status)):
        Http("t", recorder.url).request("GET", "/tags")


@pytest.mark.parametrize("body", [{}, {"data": None}])
@pytest.mark.parametrize("paging", ["pages", "none", "events"])
def test_a_list_without_data_is_an_error(recorder: Recorder, body: Any, paging: Any) -> None:
    recorder.replies(Reply(body=body))

    with pytest.raises(af.ConnectionFailed, match=r"/tags: the response has no data\."):
        list(fan_out(Http("t", recorder.url), [ListQuery("/tags", {}, paging)]))


def test_events_are_read_to_their_end_and_an_old_token_is_an_error(recorder: Recorder) -> None:
    def reply(asked: Asked) -> Reply:
        sync = asked.query.get("sync")
        if sync in (None, "old"):
            return Reply(412, {"errors": [], "sync": "1"})
        return Reply(body={"data": [], "sync": f"{sync}1", "has_more": sync != "111"})

    recorder.reply = reply
    http = Http("t", recorder.url)

    def tokens(**params: str) -> list[str | None]:
        query = ListQuery("/events", params, "events")
        return [item.page and item.page.sync for item in fan_out(http, [query])]

    assert tokens() == ["1"]
    assert tokens(sync="1") == ["11", "111", "1111"]
    with pytest.raises(af.SyncExpired):
        tokens(sync="old")
