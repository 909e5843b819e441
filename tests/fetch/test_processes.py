"""Forked processes have connections, locks and quotas of their own."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

import asana_frames as af
from asana_frames._fork import ForkSafeLock
from asana_frames.fetch.rate_limiter import MAX_READS, MAX_WRITES, RateLimiter
from asana_frames.sandbox_server import serve
from tests.conftest import SkippingClock
from tests.fixed_day import NOW
from tests.recorder import Asked, Recorder, Reply

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork"),
    # Later Pythons warn that threads are not copied, which is what these tests are about.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
FORK = multiprocessing.get_context("fork") if hasattr(os, "fork") else None

_connection: af.Asana | None = None


@pytest.fixture
def inherited(recorded: af.Asana) -> Iterator[af.Asana]:
    """A connection that forked processes find in a global variable."""
    global _connection
    _connection = recorded
    yield recorded
    _connection = None


def in_child(work: Callable[[], Any]) -> Any:
    """Return what a function returns in a forked process."""
    reader, writer = FORK.Pipe(duplex=False)  # type: ignore[union-attr]
    process = FORK.Process(target=lambda: writer.send(work()))  # type: ignore[union-attr]
    process.start()
    writer.close()
    try:
        assert reader.poll(30), "the child hangs"
        return reader.recv()
    finally:
        process.kill()
        process.join()


def get_names(gids: list[str]) -> list[tuple[str, str]]:
    assert _connection is not None
    found = [_connection.tasks.get(gid, fields=["name"]).iloc[0] for gid in gids]
    many = _connection.tasks.get(gids[:5], fields=["name"])
    return [(row["gid"], row["name"]) for row in [*found, *many.to_dict("records")]]


def answer_with_name(asked: Asked) -> Reply:
    gid = asked.path.rpartition("/")[2]
    return Reply(body={"data": {"gid": gid, "name": f"Task {gid}"}})


def test_four_workers_each_get_their_own_responses(
    recorder: Recorder, inherited: af.Asana
) -> None:
    recorder.reply = answer_with_name
    # Open connections, which a fork would share.
    inherited.tasks.get([str(number) for number in range(1, 30)], fields=["name"])
    chunks = [[str(100 * part + number) for number in range(1, 26)] for part in range(16)]

    with ProcessPoolExecutor(4, mp_context=FORK) as pool:
        answers = list(pool.map(get_names, chunks))

    for gids, found in zip(chunks, answers, strict=True):
        assert found == [(gid, f"Task {gid}") for gid in [*gids, *gids[:5]]]
    # The parent goes on with connections that nobody has used meanwhile.
    assert get_names(["7"]) == [("7", "Task 7")] * 2


def test_a_child_keeps_the_rate_and_shares_the_rest(clock: SkippingClock) -> None:
    limiter = RateLimiter()
    limiter.requests.rate = 2.5

    def look() -> dict[str, float]:
        reads, writes = limiter.concurrency["read"], limiter.concurrency["write"]
        now = clock.now()
        # Of a full bucket, all of these would be at once.
        tenth = [limiter.requests.reserve(now) for _ in range(10)][-1]
        return {
            "rate": limiter.requests.rate,
            "wait": tenth - now,
            "reads": reads.most,
            "writes": writes.most,
        }

    found = in_child(look)

    assert found["rate"] == 2.5
    # Less what came in since the fork.
    assert 1 < found["wait"] <= 10 / 2.5 + 0.001
    assert 1 <= found["reads"] <= MAX_READS // 4
    assert 1 <= found["writes"] <= MAX_WRITES // 4
    assert limiter.concurrency["read"].most == MAX_READS
    assert limiter.requests.reserve(clock.now()) <= clock.now()


def test_a_fork_while_other_threads_read_can_read_at_once(
    recorder: Recorder, inherited: af.Asana
) -> None:
    def reply(asked: Asked) -> Reply:
        time.sleep(0.01)
        return answer_with_name(asked)

    recorder.reply = reply
    stopped = threading.Event()

    def read() -> None:
        while not stopped.is_set():
            inherited.tasks.get([str(number) for number in range(1, 40)], fields=["name"])

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(8):
            assert in_child(lambda: get_names(["5"])) == [("5", "Task 5")] * 2
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def test_a_lock_that_another_thread_holds_is_free_in_a_child() -> None:
    lock, held, done = ForkSafeLock(), threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            done.wait()

    def take() -> bool:
        with lock:
            return True

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        assert in_child(take)
    finally:
        done.set()
        thread.join()


def test_a_sandbox_in_the_process_is_copied() -> None:
    asana = af.sandbox(now=NOW)
    task = asana.tasks.list(project="Office move", fields=["name"]).head(1)

    def rename() -> str:
        return str(asana.tasks.update(task, name="Renamed in the child")["name"].iloc[0])

    assert in_child(rename) == "Renamed in the child"
    assert asana.tasks.get(task)["name"].tolist() == task["name"].tolist()


def test_a_read_that_a_fork_cut_off_is_an_error_in_the_child() -> None:
    with (
        serve(latency=0.05, now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        projects = asana.projects.list(workspace="Acme", fields=["name"])
        frames = asana.stream(asana.tasks.list, project=projects, rows=1, fields=["name"])
        next(frames)

        def go_on() -> str:
            try:
                return str(sum(map(len, frames)))
            except af.AsanaError as error:
                return str(error)

        assert "forked from" in in_child(go_on)
