"""A call's counters, its deadline and its parts."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import asana_frames as af
from asana_frames.fetch.call import Call, CallStopped, RequestCounts
from asana_frames.fetch.clock import Clock
from tests.fetch.simulation import OwnClock


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> OwnClock:
    clock = OwnClock()
    monkeypatch.setattr("asana_frames.fetch.clock.CLOCK", clock)
    return clock


def test_what_is_counted_counts_for_the_outer_call_too() -> None:
    outer, inner = RequestCounts(), RequestCounts()
    inner.outer = outer
    outer.add(requests=1)

    inner.add(requests=2, retries=3, rejected=4, bytes=5)
    inner.add(bytes=5)

    def counts(tally: RequestCounts) -> tuple[int, ...]:
        return tally.requests, tally.retries, tally.rejected, tally.bytes

    assert counts(inner) == (2, 3, 4, 10)
    assert counts(outer) == (3, 3, 4, 10)


def test_time_that_several_wait_counts_once_here_and_in_the_outer_call(own: OwnClock) -> None:
    outer, inner = RequestCounts(), RequestCounts()
    inner.outer = outer

    for _ in range(2):
        with inner.count_waiting():
            own.at += 1
            with inner.count_waiting():
                own.at += 2
            own.at += 4
        own.at += 100

    assert (inner.waited, outer.waited) == (14, 14)


def test_threads_that_count_lose_nothing() -> None:
    tally = RequestCounts()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: tally.add(requests=1), range(2_000)))

    assert tally.requests == 2_000


def test_a_part_has_the_deadline_and_counters_of_its_call_and_is_stopped_alone(
    own: OwnClock,
) -> None:
    call = Call(deadline=5, timeout=3)
    part = call.branch()

    part.stopped.set()

    assert (part.ends, part.seconds, part.timeout) == (1_005, 5, 3)
    assert part.tally is call.tally
    call.check()
    with pytest.raises(CallStopped):
        part.check()


def test_a_call_ends_at_its_deadline(own: OwnClock) -> None:
    call = Call(deadline=5)
    own.at += 4.9
    call.check()
    own.at = 1_005.0

    with pytest.raises(
        af.DeadlineExceeded,
        match=r"deadline of 5 s has passed",
    ):
        call.check()
    assert Call().ends == math.inf


def test_a_call_waits_until_a_time_that_is_not_beyond_its_deadline(own: OwnClock) -> None:
    call = Call(deadline=5)
    call.wait(1_000.0)
    call.wait(999.0)
    assert own.waits == []

    call.wait(1_003.0)
    with pytest.raises(af.DeadlineExceeded):
        call.wait(1_005.5)
    call.wait(1_005.0)

    assert own.waits == [3, 2]
    assert call.tally.waited == 5


def test_a_stopped_call_does_not_go_on_after_a_wait(own: OwnClock) -> None:
    call = Call()
    call.stopped.set()

    with pytest.raises(CallStopped):
        call.wait(1_001.0)


def test_the_clock_waits_until_a_time_or_an_event() -> None:
    clock, stopped = Clock(), threading.Event()
    until = clock.now() + 0.02

    assert not clock.wait(until, stopped)
    assert clock.now() >= until
    assert not clock.wait(until, stopped)
    stopped.set()
    assert clock.wait(until, stopped)
    assert clock.wait(clock.now() + 60, stopped)
