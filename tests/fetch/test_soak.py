"""Many requests through everything that can go wrong at once: nothing is lost, nothing stays."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.sandbox_server import Application, Faults, Server, make_application
from tests.benchmarks import soak
from tests.conftest import SkippingClock
from tests.fixed_day import CUT, NOW
from tests.leftovers import FILES, sockets, threads, wait_until

#: Requests to make: ASANA_FRAMES_SOAK=100000 takes some minutes.
REQUESTS = int(os.environ.get("ASANA_FRAMES_SOAK", "1000"))


@pytest.fixture(scope="module")
def company() -> Application:
    return make_application(now=NOW)


@contextmanager
def serving(company: Application, faults: Faults) -> Iterator[Server]:
    with Server(lambda url: Application(company.store, url, faults=faults)) as server:
        yield server


def storm(chances: random.Random) -> Faults:
    """Return all faults that can be got over, each as often as chance has it."""

    def often() -> int:
        # Primes, so that they fall together seldom; so that six tries are enough, not oftener.
        return chances.choice((61, 67, 71, 73, 79, 83))

    return Faults(
        too_many=often(),
        retry_after=chances.randint(0, 5),
        error=often(),
        gateway=often(),
        unavailable=often(),
        drop=often(),
        truncate=often(),
        slow=101,
        slow_seconds=0.005,
        expire=2,
        repeat=chances.random() < 0.5,
        shift=chances.random() < 0.5,
        most=chances.choice((0, CUT)),
    )


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("gid", ignore_index=True)


def test_a_storm_loses_nothing_doubles_nothing_and_leaves_nothing_behind(
    company: Application, clock: SkippingClock
) -> None:
    before = sockets() if FILES.exists() else 0
    with serving(company, Faults()) as server, af.connect("sandbox", base_url=server.url) as calm:
        projects = calm.projects.list(workspace="Acme", fields=["name"])
        tasks = calm.tasks.list(project=projects, fields=["name"])
        watched = tasks.sample(400, random_state=0)
        stories = calm.stories.list_for_task(watched, fields=["text"])
    chances = random.Random(7)
    sent = 0

    while sent < REQUESTS:
        faults = storm(chances)
        with (
            serving(company, faults) as server,
            af.connect("sandbox", base_url=server.url) as asana,
        ):
            shown = repr(faults)
            found = asana.tasks.list(project=projects, fields=["name"])
            pd.testing.assert_frame_equal(in_order(found), in_order(tasks), obj=shown)
            # A part of them each time, and at least once all.
            some = watched.sample(frac=1.0 if sent == 0 else 0.7, random_state=sent)
            told = asana.stories.list_for_task(some, fields=["text"])
            rest = stories[stories["task_gid"].isin(some["gid"])]
            pd.testing.assert_frame_equal(in_order(told), in_order(rest), obj=shown)
            assert asana.last.failures.empty
            sent += asana.http.total.requests
            assert asana.http.total.retries > asana.http.total.requests // 30

    wait_until(lambda: not threads())
    assert threads() == []
    if FILES.exists():
        wait_until(lambda: sockets() <= before)
        assert sockets() <= before


def test_long_lists_of_small_pages_through_a_storm_are_whole(
    company: Application, clock: SkippingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(company, Faults()) as server, af.connect("sandbox", base_url=server.url) as calm:
        projects = calm.projects.list(workspace="Acme", fields=["name"])
        whole = calm.tasks.list(project=projects, fields=["name"])
    monkeypatch.setattr("asana_frames.fetch.rate_limiter.PAGE_SIZE", 7)
    chances = random.Random(11)

    for _ in range(2):
        faults = storm(chances)
        with (
            serving(company, faults) as server,
            af.connect("sandbox", base_url=server.url) as asana,
        ):
            asana.http.quota._page_size = 7
            found = asana.tasks.list(project=projects, fields=["name"])

            assert asana.http.total.requests > len(whole) // 7
            pd.testing.assert_frame_equal(in_order(found), in_order(whole), obj=repr(faults))


@pytest.mark.skipif(not FILES.exists(), reason="the system does not tell what is open")
def test_reads_that_break_off_again_and_again_leave_nothing_behind(company: Application) -> None:
    with serving(company, Faults()) as server:
        with af.connect("sandbox", base_url=server.url) as calm:
            tasks = calm.tasks.list(project=calm.projects.list(workspace="Acme"), fields=["name"])
        before = sockets()
        with af.connect("sandbox", base_url=server.url) as asana:
            for place, gid in enumerate(tasks["gid"].head(3)):
                broken = [*tasks["gid"].head(100 + place), f"{gid}0"]
                with pytest.raises(af.NotFound):
                    asana.stories.list_for_task(broken, fields=["text"], errors="raise")

        wait_until(lambda: not threads() and sockets() <= before)
        assert threads() == []
        assert sockets() <= before


@pytest.mark.filterwarnings("ignore::asana_frames.PartialResultWarning")
def test_every_kind_of_call_through_all_faults_at_once_loses_and_doubles_nothing() -> None:
    storm = soak.Soak(seed=3)

    storm.run(REQUESTS)

    wait_until(lambda: not threads())
    assert storm.problems == 0
    assert min(tally.calls for tally in storm.tallies.values()) > 0
    assert len(storm.met) > 40
    assert threads() == []
