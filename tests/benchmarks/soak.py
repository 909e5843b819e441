"""Every kind of call, in several threads, through all recoverable faults at once.

Run it with ``python -m tests.benchmarks.soak [requests]``; 100,000 take about ten minutes,
since no pause takes time. Exit status 1 says that something was lost or doubled, or is left open.
Each tenth connects to new addresses, whose limits are remembered: some 100 objects.
"""

from __future__ import annotations

import ctypes
import gc
import itertools
import os
import random
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asana_frames as af
from asana_frames.fetch import clock
from tests.conftest import SkippingClock
from tests.fault_calls import READS, WRITES, Call, Result
from tests.fault_server import Arrival, Choice, Fault, FaultServer, Ledger, Model
from tests.faults import FAULTS, SILENCES
from tests.leftovers import FILES, sockets, threads, wait_until

REQUESTS = 100_000
WORKERS = 4
#: Share of requests that meet a fault, and of faults that need a timeout.
_FAULTY, _SILENT = 0.15, 0.005
#: Seconds of silence that a call bears.
_TIMEOUT = 2.0
#: Faults of one request in a row: fewer than a client tries.
_MOST_IN_A_ROW = 4
#: Kinds of faults after which every read is whole.
_KINDS = {"broken", "harmless", "stale", "quota", "expired"}
_RECOVERABLE = [fault for fault in FAULTS if fault.kind in _KINDS and not fault.spoils]


@dataclass
class Tally:
    """What became of the calls of one kind."""

    calls: int = 0
    requests: int = 0
    faults: int = 0
    #: Rows of reads that are missing or wrong, and targets of writes about which a call is wrong.
    lost: int = 0
    doubled: int = 0
    unknown: int = 0


class Soak:
    """Calls through faults, counted.

    Parameters
    ----------
    seed
        Of all that is left to chance.
    """

    def __init__(self, seed: int = 0) -> None:
        self.tallies = {call.name: Tally() for call in READS + WRITES}
        self.met: Counter[str] = Counter()
        self._seeds = itertools.count(seed)
        self._lock = threading.Lock()

    @property
    def requests(self) -> int:
        """How many requests have arrived."""
        return sum(tally.requests for tally in self.tallies.values())

    @property
    def problems(self) -> int:
        """How much is lost or doubled."""
        return sum(tally.lost + tally.doubled for tally in self.tallies.values())

    def run(self, requests: int) -> None:
        """Make calls in several threads until so many requests have arrived in all."""

        def work(_: int) -> None:
            with (
                FaultServer(Model()) as server,
                af.connect("token", base_url=server.url, timeout=_TIMEOUT) as asana,
            ):
                while self.requests < requests:
                    chances = random.Random(next(self._seeds))
                    server.choice = pick_by_chance(chances)
                    for call in chances.sample(READS * 2 + WRITES, len(READS * 2 + WRITES)):
                        self._make_call(call, server, asana)

        with ThreadPoolExecutor(WORKERS) as workers:
            # As a list, so that an error of one of them is raised.
            list(workers.map(work, range(WORKERS)))

    def _make_call(self, call: Call, server: FaultServer, asana: af.Asana) -> None:
        # Anew each time, since calls write and delete the same tasks.
        server.model, server.ledger = Model(page_size=5, tasks=20), Ledger()
        result = Result(call, asana)
        with self._lock:
            arrivals = server.ledger.arrivals
            tally = self.tallies[result.call.name]
            tally.calls += 1
            tally.requests += len(arrivals)
            met = [arrival.fault.name for arrival in arrivals if arrival.fault is not None]
            tally.faults += len(met)
            self.met.update(met)
            if result.call.expected is None:
                _count_writes(tally, result, server)
            else:
                _count_rows(tally, result, result.call, server.model)


def _count_rows(tally: Tally, result: Result, call: Call, model: Model) -> None:
    assert call.expected is not None
    expected = {gid: row for rows in call.expected(model).values() for gid, row in rows.items()}
    gids: list[str] = []
    texts: dict[str, str] = {}
    if result.error is None:
        # Names and texts of the model are the same.
        column = "name" if "name" in result.frame.columns else "text"
        gids = result.frame["gid"].tolist()
        texts = dict(zip(gids, result.frame[column], strict=True))
    else:
        print(f"{call.name}: {result.error!r}")
    tally.lost += sum(texts.get(gid) != row["text"] for gid, row in expected.items())
    tally.doubled += len(gids) - len(set(gids))


def _count_writes(tally: Tally, result: Result, server: FaultServer) -> None:
    try:
        outcomes = result.write_outcomes(server)
    except AssertionError as error:
        print(f"{result.call.name}: {error}")
        tally.lost += 1
        return
    tally.unknown += sum(outcome == "unknown" for outcome in outcomes.values())
    if result.call.group == "post":
        names = Counter(row["name"] for row in server.model.tasks.values())
        tally.doubled += sum(names[target] > 1 for target in outcomes)


def pick_by_chance(chances: random.Random) -> Choice:
    """Return a choice of any fault at any time, but seldom for one request again and again."""
    in_a_row: Counter[tuple[str, str, str]] = Counter()

    def pick(arrival: Arrival) -> Fault | None:
        url = arrival.request.url
        if chances.random() > _FAULTY or in_a_row[url] >= _MOST_IN_A_ROW:
            in_a_row[url] = 0
            return None
        faults = SILENCES if chances.random() < _SILENT else _RECOVERABLE
        fault = chances.choice(faults)
        if arrival.request.group not in fault.touches:
            return None
        in_a_row[url] += 1
        return fault

    return pick


def _count_descriptors() -> int:
    return sum(1 for _ in FILES.iterdir())


def _megabytes() -> float:
    """Return the resident memory of this process, without garbage and what is free."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        # Threads leave free memory behind, each in places of its own.
        trim(0)
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def _without_waiting() -> Iterator[SkippingClock]:
    """Let pauses take no time."""
    before, clock.CLOCK = clock.CLOCK, SkippingClock()
    try:
        yield clock.CLOCK
    finally:
        clock.CLOCK = before


def _print_tallies(soak: Soak) -> None:
    for name, tally in soak.tallies.items():
        print(
            f"{name:8} {tally.calls:7,} calls {tally.requests:8,} requests "
            f"{tally.faults:7,} faults  lost {tally.lost}  doubled {tally.doubled}  "
            f"unknown {tally.unknown:,}"
        )
    print(f"{len(soak.met)} faults of {len(_RECOVERABLE) + len(SILENCES)} were met")


def main(requests: int) -> int:
    """Print what became of so many requests, and return the exit status."""
    warnings.simplefilter("ignore", af.PartialResultWarning)
    soak = Soak()
    memory, objects = [], []
    before = sockets(), _count_descriptors()
    with _without_waiting() as skipping:
        for tenth in range(1, 11):
            soak.run(requests * tenth // 10)
            skipping.waits.clear()
            memory.append(_megabytes())
            objects.append(len(gc.get_objects()))
    wait_until(lambda: not threads() and sockets() <= before[0])
    left = sockets() - before[0], _count_descriptors() - before[1], len(threads())
    _print_tallies(soak)
    print("left: {} sockets, {} descriptors, {} threads".format(*left))
    print("MB after each tenth:", *(f"{size:.0f}" for size in memory))
    print("objects after each tenth:", *(f"{count:,}" for count in objects))
    return int(soak.problems > 0 or any(count > 0 for count in left))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else REQUESTS))
