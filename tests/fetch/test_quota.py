"""The quota of a token: what is sent, when, and what is learned from refusals."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.fetch import clock
from asana_frames.fetch.call import Call
from asana_frames.fetch.rate_limiter import (
    FREE_PER_MINUTE,
    MAX_READS,
    MAX_WRITES,
    PER_MINUTE,
    ConcurrencyLimit,
    RateLimiter,
    RequestKind,
    limiter_for,
    name_account,
)
from asana_frames.fetch.token_buckets import TokenBucket
from tests.fetch.simulation import OwnClock, Simulation
from tests.recorder import Asked, Recorder, Reply

TOO_MANY = Reply(429, {"errors": []}, {"Retry-After": "30"})


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> OwnClock:
    """A clock that only the test and those who wait move on."""
    clock = OwnClock()
    monkeypatch.setattr("asana_frames.fetch.clock.CLOCK", clock)
    return clock


def accept(quota: RateLimiter, count: int, seconds: float, clock: OwnClock) -> None:
    """Send so many requests, evenly over so many seconds; all are accepted."""
    for _ in range(count):
        with quota.acquire("read", Call()) as permit:
            clock.at += seconds / count
            permit.record_success()


def refuse(quota: RateLimiter, wait: float) -> None:
    with quota.acquire("read", Call()) as permit:
        permit.record_refusal(wait)


# ------------------------------------------------------------------------------------- buckets


def test_a_small_read_never_waits(own: OwnClock) -> None:
    quota = RateLimiter()

    accept(quota, PER_MINUTE, 1.0, own)

    assert own.waits == []


def test_a_long_read_goes_on_at_the_pace_of_the_plan(own: OwnClock) -> None:
    bucket = TokenBucket(PER_MINUTE)

    places = [bucket.reserve(own.now()) for _ in range(2 * PER_MINUTE)]

    assert places[PER_MINUTE - 1] == 1_000
    assert places[-1] == pytest.approx(1_000 + 60 / 0.97, rel=0.001)


def test_what_is_accepted_between_two_waits_is_the_rate(own: OwnClock) -> None:
    quota = RateLimiter()
    accept(quota, 800, 50.0, own)

    refuse(quota, 10.0)

    assert quota.per_minute() == pytest.approx(0.97 * 800, rel=0.005)


@pytest.mark.parametrize("count", [30, 37, 60, 90])
def test_a_rate_near_that_of_the_free_plan_is_the_free_plans(own: OwnClock, count: int) -> None:
    quota = RateLimiter()
    accept(quota, count, 5.0, own)

    refuse(quota, 10.0)

    assert quota.per_minute() == pytest.approx(0.97 * FREE_PER_MINUTE)


def test_a_short_wait_tells_nothing_of_the_rate(own: OwnClock) -> None:
    quota = RateLimiter()
    accept(quota, 100, 5.0, own)

    refuse(quota, 1.0)

    assert quota.per_minute() == pytest.approx(0.97 * PER_MINUTE)
    assert quota.pause_left() == pytest.approx(1.0)


def test_calm_minutes_raise_the_rate_up_to_that_of_any_plan(own: OwnClock) -> None:
    quota = RateLimiter()
    accept(quota, 100, 5.0, own)
    refuse(quota, 10.0)
    rates = [quota.per_minute()]

    for _ in range(12):
        accept(quota, 70, 61.0, own)
        rates.append(quota.per_minute())

    assert rates == sorted(rates)
    assert rates[1] == pytest.approx(1.05 * rates[0])
    assert rates[-1] == pytest.approx(0.97 * PER_MINUTE)


def test_a_short_wait_takes_the_last_raise_back(own: OwnClock) -> None:
    quota = RateLimiter()
    accept(quota, 100, 5.0, own)
    refuse(quota, 10.0)
    before = quota.per_minute()
    accept(quota, 140, 75.0, own)

    refuse(quota, 1.0)

    assert quota.per_minute() == pytest.approx(before)


def test_requests_of_more_than_a_minute_ago_tell_nothing_of_the_rate(own: OwnClock) -> None:
    quota = RateLimiter()
    accept(quota, 800, 50.0, own)
    own.at += 70
    accept(quota, 200, 6.0, own)

    refuse(quota, 10.0)

    assert quota.per_minute() == pytest.approx(0.97 * 60 * 200 / 16, rel=0.005)


def test_nothing_is_reserved_before_the_end_of_a_pause(own: OwnClock) -> None:
    bucket = TokenBucket(60)
    bucket.record_refusal(own.now(), 10.0)

    places = [bucket.reserve(own.now()) for _ in range(3)]

    pace = 60 / (0.97 * 60)
    assert places == pytest.approx([1_010 + pace * n for n in (1, 2, 3)])
    own.at = 1_010 + 6.5 * pace
    assert bucket.reserve(own.now()) == own.now()


def test_the_limits_are_those_that_asana_documents() -> None:
    quota = RateLimiter()

    assert (PER_MINUTE, FREE_PER_MINUTE, MAX_READS, MAX_WRITES) == (1_500, 150, 50, 15)
    assert quota.searches.most == pytest.approx(0.97)


# ------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(("kind", "other"), [("read", "write"), ("write", "read")])
def test_reads_and_writes_in_flight_shrink_and_grow_by_themselves(
    own: OwnClock, kind: RequestKind, other: RequestKind
) -> None:
    quota = RateLimiter()
    full = {name: limit.current for name, limit in quota.concurrency.items()}
    with quota.acquire(kind, Call()) as permit:
        permit.record_refusal(1.0)
    halved = quota.concurrency[kind].current

    for _ in range(halved):
        with quota.acquire(kind, Call()) as permit:
            permit.record_success()

    assert halved == full[kind] // 2
    assert quota.concurrency[kind].current == halved + 1
    assert quota.concurrency[other].current == full[other]


def test_a_refusal_pauses_once_and_halves_once_however_many_met_it(own: OwnClock) -> None:
    quota = RateLimiter()
    turns = [quota.acquire("read", Call()) for _ in range(40)]
    entered = [turn.__enter__() for turn in turns]

    for permit in entered:
        permit.record_refusal(30.0)
    for turn in turns:
        turn.__exit__(None, None, None)

    assert quota.pause_left() == pytest.approx(30.0)
    assert quota.concurrency["read"].current == MAX_READS // 2
    assert quota.concurrency["write"].current == MAX_WRITES
    with quota.acquire("read", Call()):
        assert own.now() == pytest.approx(1_030.0, abs=0.1)


def test_a_refusal_leaves_no_gap_behind_those_that_line_up_again(own: OwnClock) -> None:
    quota = RateLimiter()
    accept(quota, 37, 5.0, own)
    refuse(quota, 10.0)
    own.at += 12
    for _ in range(50):
        quota._reserve("read")
    quota._record_refusal("read", quota._episode, 1.0)

    at, _ = quota._reserve("read")

    assert at <= own.now() + 1.0 + 60 / FREE_PER_MINUTE


def test_what_is_in_flight_grows_by_one_a_round(own: OwnClock) -> None:
    limit = ConcurrencyLimit(50)
    limit.halve()

    for _ in range(25):
        limit.grow()
    after_a_round = limit.current
    for _ in range(2_000):
        limit.grow()

    assert after_a_round == 26
    assert limit.current == 50


def test_a_gate_lets_no_more_through_than_its_limit_and_never_fewer_than_one() -> None:
    limit = ConcurrencyLimit(8)
    for _ in range(10):
        limit.halve()
    lock, running, most = threading.Lock(), 0, 0

    def work(_: int) -> None:
        nonlocal running, most
        call = Call()
        limit.acquire_slot(call)
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.001)
        with lock:
            running -= 1
        limit.release_slot(call)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(24)))

    assert most == 1


def test_a_call_that_was_stopped_keeps_no_place_from_others() -> None:
    limit, stopped, other = ConcurrencyLimit(1), Call(), Call(deadline=1)
    limit.acquire_slot(stopped)

    stopped.stopped.set()
    limit.acquire_slot(other)

    assert limit.running == 1


def test_searches_have_a_quota_of_their_own(own: OwnClock) -> None:
    quota = RateLimiter()
    for _ in range(60):
        with quota.acquire("search", Call()) as permit:
            permit.record_success()
    assert own.waits == []

    with quota.acquire("search", Call()) as permit:
        waited = sum(own.waits)
        permit.record_refusal(20.0)
    at, _ = quota._reserve("read")

    assert waited == pytest.approx(1 / 0.97, rel=0.01)
    assert at == own.now()
    assert quota.per_minute() == pytest.approx(0.97 * PER_MINUTE)
    assert quota._reserve("search")[0] >= own.now() + 20


@pytest.mark.parametrize(
    ("second", "is_shared"),
    [
        (("https://a", "token"), True),
        (("https://a", "other"), False),
        (("https://b", "token"), False),
    ],
)
def test_a_quota_belongs_to_a_token(second: tuple[str, str], is_shared: bool) -> None:
    assert (
        limiter_for(name_account("https://a", "token")) is limiter_for(name_account(*second))
    ) == is_shared


def test_what_one_connection_is_refused_another_one_waits_for(
    recorder: Recorder, own: OwnClock
) -> None:
    first, second = (af.connect("same", base_url=recorder.url) for _ in range(2))
    third = af.connect("other", base_url=recorder.url)

    with first.http.quota.acquire("read", Call()) as permit:
        permit.record_refusal(30.0)
    third.tags.list(workspace="1")
    waited = list(own.waits)
    second.http.request("GET", "/users/me")

    assert waited == []
    assert own.now() >= 1_030


def test_a_refused_read_is_done_in_the_end_and_counted(
    recorder: Recorder, recorded: af.Asana
) -> None:
    lock, left = threading.Lock(), [TOO_MANY] * 6

    def reply(asked: Asked) -> Reply:
        with lock:
            return left.pop() if left else Reply(body={"data": [{"gid": asked.path[-1]}]})

    recorder.reply = reply

    tags = recorded.tags.list_for_task([str(number) for number in range(1, 30)])

    assert tags["gid"].is_unique
    assert recorded.last.rejected == 6
    assert recorded.last.retries == 6
    assert recorded.last.requests == 35
    assert recorded.last.waited >= 30


# ---------------------------------------------------------------------------------------- cost


def test_repeated_refusals_for_cost_shrink_wide_pages_alone(own: OwnClock) -> None:
    quota = RateLimiter()
    sizes = []

    for _ in range(5):
        accept(quota, 3, 3.0, own)
        refuse(quota, 20.0)
        sizes.append((quota.page_size(wide=True), quota.page_size(wide=False)))

    assert sizes == [(100, 100), (50, 100), (25, 100), (25, 100), (25, 100)]
    own.at += 601
    assert quota.page_size(wide=True) == 100


# ---------------------------------------------------------------------------------- simulation


@pytest.mark.parametrize("phase", [0.0, 5.0, 10.0, 13.9])
@pytest.mark.parametrize("workers", [20, 50])
@pytest.mark.parametrize(
    ("per_minute", "rejected", "minutes"), [(PER_MINUTE, 0.1, 4), (FREE_PER_MINUTE, 2.0, 10)]
)
def test_the_quota_is_used_and_hardly_ever_exceeded(
    own: OwnClock, per_minute: int, rejected: float, minutes: int, workers: int, phase: float
) -> None:
    own.at = 990.0 + phase

    simulation = Simulation(own, per_minute, workers, latency=0.2)
    outcome = simulation.run(minutes)

    # On a free plan the very first burst meets a dozen refusals: 1 % of ten minutes.
    assert outcome.used >= 95
    assert outcome.rejected <= rejected
    assert simulation.quota.page_size(wide=True) == 100


# ---------------------------------------------------------------------------------- properties


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[str, float]]:
    step = st.tuples(
        st.sampled_from(["accept", "accept", "accept", "refuse", "late", "search", "calm"]),
        st.floats(0, 100, allow_nan=False),
    )
    return draw(st.lists(step, max_size=60))


@given(life=lives())
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_is_sent_during_a_pause_and_rates_stay_within_bounds(
    own: OwnClock, life: list[tuple[str, float]]
) -> None:
    quota = RateLimiter()
    for what, number in life:
        kind = "search" if what == "search" else "read"
        own.at += number / 10
        at, episode = quota._reserve(kind)  # type: ignore[arg-type]
        for bucket in quota._buckets(kind):  # type: ignore[arg-type]
            assert at >= bucket.paused_until
        assert at >= own.at
        if what == "refuse":
            quota._record_refusal("read", episode, number)
        elif what == "late":
            quota._record_refusal("read", episode - 1, number)
        elif what == "calm":
            own.at += 60
        else:
            quota._record_success(kind)  # type: ignore[arg-type]
        for bucket in (quota.requests, quota.searches):
            assert 0.01 * bucket.most <= bucket.rate <= bucket.most
        assert 1 <= quota.concurrency["read"].current <= MAX_READS


def test_a_search_asks_for_all_its_rows_after_costly_pages_were_refused(asana: af.Asana) -> None:
    whole = asana.tasks.search("Acme", completed=False)
    asana.http.quota._page_size = 25
    asana.http.quota._costly_at = clock.now()

    again = asana.tasks.search("Acme", completed=False)

    assert len(whole) == len(again) == 100
