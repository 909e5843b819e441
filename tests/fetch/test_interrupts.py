"""Interrupts and deadlines: calls end at once, keep what has arrived, and can be gone on with."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.fetch import MAX_WRITES, Http, RateLimiter
from asana_frames.fetch.auth import token_source_for
from asana_frames.fetch.clock import Clock
from asana_frames.fetch.credentials import Credential
from asana_frames.sandbox_server import Faults, serve
from tests.fetch import interrupted
from tests.fixed_day import NOW
from tests.recorder import Asked, Recorder, Reply

ROOT = Path(__file__).parents[2]
LATER = Reply(429, {"errors": [{"message": "Too many."}]}, {"Retry-After": "30"})
#: Seconds: far above what stopping takes on a busy machine, far below what not stopping would.
PROMPT = 5.0
#: Writes to interrupt: ASANA_FRAMES_INTERRUPTS=1000 takes some minutes.
INTERRUPTS = int(os.environ.get("ASANA_FRAMES_INTERRUPTS", "24"))

Run = Callable[..., Any]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.fetch.interrupted"])


@pytest.fixture(autouse=True)
def _real_time(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it is time itself that is tested."""
    monkeypatch.setattr("asana_frames.fetch.clock.CLOCK", Clock())


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a function of ``interrupted`` in a process of its own; return what it found.

    The process is a fork of one that has imported what all of them need.
    """

    def run(function: str, *arguments: str) -> Any:
        receiver, sender = _FORKS.Pipe(duplex=False)
        errors = tmp_path / "errors"
        process = _FORKS.Process(
            target=interrupted.report, args=(function, arguments, sender, str(errors))
        )
        process.start()
        sender.close()
        with receiver:
            assert receiver.poll(60 + INTERRUPTS), "it takes too long"
            try:
                found = receiver.recv()
            except EOFError:
                pytest.fail(errors.read_text("utf-8"))
        process.join(60)
        assert process.exitcode == 0
        process.close()
        assert errors.read_text("utf-8") == ""
        return found

    return run


def run_alone(function: str, *arguments: str) -> dict[str, Any]:
    """Run a function of ``interrupted`` in an interpreter that comes to its end."""
    command = [sys.executable, "-m", "tests.fetch.interrupted", function, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_interrupted_fan_out_ends_at_once_and_goes_on_from_there(run: Run) -> None:
    with serve(latency=0.1, now=NOW) as server:
        found = run("fan_out", server.url)

    assert 0 <= found["took"] < PROMPT
    assert found["partial"]["partial"] is True
    assert found["partial"]["lists"] > found["partial"]["complete_lists"] > 0
    assert found["is_part"]
    assert found["rows"] == found["partial"]["rows"] > 0
    requests = found["requests"]
    assert 0 < requests["resumed"] < requests["whole"]
    # The 50 that were under way are asked for anew, and no other.
    assert requests["begun"] + requests["resumed"] <= requests["whole"] + 50 + 64
    assert found["attrs"]["begun_at"]


def test_an_interrupt_ends_at_once_what_waits_for_the_quota(run: Run) -> None:
    with Recorder() as server:
        server.replies(LATER)
        found = run("waiting", server.url)

    assert found.pop("threads") == 0
    assert all(0 <= took < PROMPT for took in found.values()), found


@pytest.mark.parametrize("seed", ["1"])
def test_an_interrupt_at_any_moment_leaves_rows_whole(run: Run, seed: str) -> None:
    with serve(now=NOW) as server:
        found = run("anywhen", server.url, seed)

    assert found["met"] >= 3
    assert found["kept"] > 0


class Writer:
    """Answers writes, and lets a token end in the middle of one; remembers what it accepted."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, float]] = []
        self.answered: set[str] = set()
        self._uses: Counter[str] = Counter()
        self._chances = random.Random(0)

    def reply(self, asked: Asked) -> Reply:
        token = asked.headers.get("Authorization", "")
        if asked.path.endswith("/oauth_token"):
            time.sleep(0.02)
            return Reply(body={"access_token": "new", "token_type": "bearer", "expires_in": 3600})
        if asked.method == "GET":
            # The options of a field are read once all rows have been answered.
            time.sleep(0.03)
            return Reply(body={"data": {"gid": "7", "enum_options": [{"name": "A"}]}})
        self._uses[token] += 1
        if "refused" in token and self._uses[token] > 20:
            return Reply(401, {"errors": [{"message": "The bearer token has expired."}]})
        row = asked.json["data"]["name"] if asked.method == "POST" else asked.path.split("/")[-1]
        self.accepted.append((row, asked.at))
        time.sleep(self._chances.uniform(0, 0.02))
        field = {"gid": "7", "name": "Kind", "resource_subtype": "enum", "display_value": "A"}
        custom = [{**field, "enum_value": {"name": "A"}}]
        self.answered.add(row)
        return Reply(body={"data": {"gid": row, "name": row, "custom_fields": custom}})


def test_interrupted_writes_know_which_rows_may_be_done(run: Run, recorder: Recorder) -> None:
    writer = Writer()
    recorder.reply = writer.reply

    found = run("writes", recorder.url, "1", str(INTERRUPTS))

    assert set(Counter(row for row, _ in writer.accepted).values()) == {1}
    told: Counter[str] = Counter()
    for write in found:
        if write["took"] >= 0:
            told += check_outcomes(write, writer)
    # Few interrupts come before the first row or after the last.
    assert told["writes"] > 0.5 * INTERRUPTS
    assert min(told["done"], told["unknown"], told["not sent"]) > 0


def check_outcomes(write: dict[str, Any], writer: Writer) -> Counter[str]:
    """Compare what a write says of its rows with what arrived; return how many it says so of."""
    outcomes: dict[str, str] = write["outcomes"]
    assert write["took"] < PROMPT
    assert write["is_whole"]
    told = Counter(outcomes.values())
    assert told.keys() <= {"done", "unknown", "not sent", "none"}
    arrived = {row: at for row, at in writer.accepted if row in outcomes}
    assert not [row for row in arrived if outcomes[row] in ("not sent", "none")], write
    assert not [r for r in outcomes if outcomes[r] == "done" and r not in writer.answered], write
    # What had left already may arrive after the end of the call.
    late = [row for row, at in arrived.items() if at > write["ended"]]
    assert len(late) <= MAX_WRITES
    return told + Counter({"writes": "none" not in told, "late": len(late)})


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yield the URL of a server that treats each connection as told."""
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        connections: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connections.append(connection)
                threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

        def serve_one(connection: socket.socket) -> None:
            try:
                answer(connection)
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/api/1.0"
        stopped.set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in connections:
            connection.close()


def silent(connection: socket.socket) -> None:
    connection.recv(65_536)


def dripping(connection: socket.socket) -> None:
    drip(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" ")


def drip(connection: socket.socket, start: bytes, piece: bytes) -> None:
    """Send the start of a response, and then pieces of it for ever."""
    connection.recv(65_536)
    connection.sendall(start)
    while True:
        connection.sendall(piece)
        time.sleep(0.02)


def dripping_headers(connection: socket.socket) -> None:
    drip(connection, b"HTTP/1.1 200 OK\r\nX-Long: ", b"x")


def dripping_status(connection: socket.socket) -> None:
    drip(connection, b"HTTP/1.1 200 ", b"O")


def dripping_continuations(connection: socket.socket) -> None:
    drip(connection, b"", b"HTTP/1.1 100 Continue\r\n\r\n")


def dripping_chunks(connection: socket.socket) -> None:
    drip(connection, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")


def dripping_chunk_sizes(connection: socket.socket) -> None:
    drip(connection, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0")


def test_leaving_is_not_delayed_by_what_is_under_way() -> None:
    with listening(silent) as url:
        found = run_alone("exits", url)

        assert time.time() - found["at"] < PROMPT


CALLS: dict[str, Callable[[af.Asana], Any]] = {
    "a fan-out": lambda asana: asana.tasks.list(project=["1", "2", "3"]),
    "a list": lambda asana: asana.tags.list(workspace="1"),
    "one object": lambda asana: asana.tasks.get("1"),
    "a name": lambda asana: asana.tasks.list(project="Website relaunch"),
    "a person": lambda asana: asana.tasks.list(assignee="me", workspace="1"),
    "a write": lambda asana: asana.tasks.update("1", name="x"),
    "writes": lambda asana: asana.tasks.update(["1", "2"], name="x"),
    "a search": lambda asana: af.gather.search(asana, "1"),
    "a deletion": lambda asana: asana.tasks.delete("1"),
    "a job": lambda asana: asana.wait("1"),
    "a plan": lambda asana: asana.plan(asana.tasks.list, project=["1", "2"]),
    "a stream": lambda asana: list(asana.stream(asana.tasks.list, project=["1", "2"])),
}
DRIPPING = [
    dripping,
    dripping_headers,
    dripping_status,
    dripping_continuations,
    dripping_chunks,
    dripping_chunk_sizes,
]


@pytest.mark.parametrize("server", [silent, *DRIPPING])
@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_deadline_ends_calls_of_servers_that_do_not_come_to_an_end(
    name: str, server: Callable[[socket.socket], None]
) -> None:
    with listening(server) as url, af.connect("token", base_url=url, deadline=0.3) as asana:
        started = time.monotonic()

        with pytest.raises(af.DeadlineExceeded, match=r"deadline of 0\.3 s") as caught:
            CALLS[name](asana)

        assert time.monotonic() - started < PROMPT
        assert isinstance(caught.value, TimeoutError)
        assert caught.value.may_be_done == (name in ("a write", "a deletion", "writes"))
        is_one = name in ("a write", "a deletion")
        assert ("may have been carried out" in str(caught.value)) == is_one


@pytest.mark.parametrize("server", [silent, *DRIPPING])
def test_a_deadline_ends_the_renewal_of_a_login(
    server: Callable[[socket.socket], None],
) -> None:
    with listening(server) as url:
        ended = Credential("access", "refresh", time.time() - 1, "app", "secret")
        with Asana(Http(token_source_for(ended, url), url)) as asana:
            started = time.monotonic()

            with pytest.raises(af.DeadlineExceeded) as caught:
                asana.with_options(deadline=0.3).tasks.delete("1")

            assert time.monotonic() - started < PROMPT
            assert not caught.value.may_be_done


@pytest.mark.parametrize("server", [silent, *DRIPPING])
def test_a_card_takes_no_longer_than_the_deadline(
    server: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(server) as url, af.connect("token", base_url=url, deadline=0.3) as asana:
        started = time.monotonic()

        assert "deadline of 0.3 s" in asana._repr_html_()

        # Without one it has its own.
        monkeypatch.setattr("asana_frames.asana._CARD_SECONDS", 0.4)
        with af.connect("token", base_url=url) as unlimited:
            assert "deadline of 0.4 s" in unlimited._repr_html_()
        assert time.monotonic() - started < PROMPT


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_deadline_before_the_end_of_the_wait_is_not_waited_for(
    name: str, recorder: Recorder
) -> None:
    recorder.replies(LATER)
    with af.connect("token", base_url=recorder.url, deadline=10) as asana:
        started = time.monotonic()

        with pytest.raises(af.DeadlineExceeded):
            CALLS[name](asana)

        assert time.monotonic() - started < PROMPT


@pytest.mark.parametrize("name", ["writes", "a write"])
def test_a_write_that_the_deadline_met_under_way_may_be_done(name: str) -> None:
    with listening(silent) as url, af.connect("token", base_url=url, deadline=0.2) as asana:
        with pytest.raises(af.DeadlineExceeded) as caught:
            CALLS[name](asana)

        if name == "writes":
            partial = asana.last.partial
            assert partial is not None
            assert partial["write_outcome"].tolist() == ["unknown", "unknown"]
        else:
            assert caught.value.may_be_done


def test_a_deadline_keeps_what_has_arrived_of_a_long_fan_out_and_it_goes_on() -> None:
    # Three rounds of what can be in flight take as long as the deadline, at the least.
    with (
        serve(latency=0.1, now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        tasks = asana.tasks.list(project="Website relaunch", fields=["name"])
        gids = tasks["gid"].head(150)
        whole = asana.stories.list_for_task(gids, fields=["text"])
        quick = asana.with_options(deadline=0.3)
        started = time.monotonic()
        rounds = 0

        while True:
            try:
                found = quick.stories.list_for_task(gids, fields=["text"])
            except af.DeadlineExceeded:
                rounds += 1
                partial = asana.last.partial
                assert partial is not None
                assert partial.dtypes.equals(whole.dtypes)
                assert partial["gid"].isin(whole["gid"]).all()
                assert time.monotonic() - started < PROMPT * rounds
            else:
                break

        assert rounds > 0
        assert asana.last.requests < 150
        assert asana.last.partial is None
        pd.testing.assert_frame_equal(found, whole)


def page(*gids: int, after: str | None = None) -> Reply:
    following = {"offset": after} if after else None
    rows = [{"gid": str(gid), "name": f"name {gid}"} for gid in gids]
    return Reply(body={"data": rows, "next_page": following})


def test_an_offset_that_expired_meanwhile_begins_the_list_anew(
    recorder: Recorder, recorded: af.Asana
) -> None:
    expired = Reply(400, {"errors": [{"message": "offset: Your pagination token has expired."}]})
    recorder.replies(page(1, 2, after="a"), page(3, 4, after="b"), LATER)
    quick = recorded.with_options(deadline=1)
    with pytest.raises(af.DeadlineExceeded):
        quick.tags.list(workspace="9", fields=["name"])
    assert recorded.last.partial["gid"].tolist() == ["1", "2", "3", "4"]
    recorder.asked.clear()
    recorder.replies(expired, page(1, 2, after="c"), page(3, 4, 5, after="d"), page(6))
    # Half a minute later.
    recorded.http.quota = RateLimiter()

    found = quick.tags.list(workspace="9", fields=["name"])

    assert [asked.query.get("offset") for asked in recorder.asked] == ["b", None, "c", "d"]
    assert found["gid"].tolist() == ["1", "2", "3", "4", "5", "6"]


def test_a_write_in_between_forgets_what_had_arrived(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(page(1, 2, after="a"), LATER)
    quick = recorded.with_options(deadline=1)
    with pytest.raises(af.DeadlineExceeded):
        quick.tags.list(workspace="9", fields=["name"])
    # Half a minute later.
    recorded.http.quota = RateLimiter()
    recorder.replies(Reply(body={"data": {"gid": "1"}}), page(1, 2, 3))

    recorded.tags.update("1", name="new")
    found = quick.tags.list(workspace="9", fields=["name"])

    assert "offset" not in recorder.asked[-1].query
    assert found["gid"].tolist() == ["1", "2", "3"]
    assert "begun_at" not in found.attrs["asana"]


def almost_done(asked: Asked) -> Reply:
    """Answer with a task, and let those wait who want to know more of its custom field."""
    if "/custom_fields/" in asked.path:
        return LATER
    field = {"gid": "7", "name": "Kind", "resource_subtype": "enum", "enum_value": {"name": "A"}}
    row = {"gid": "1", "name": "One", "custom_fields": [{**field, "display_value": "A"}]}
    if asked.method == "PUT":
        return Reply(body={"data": {**row, "gid": asked.path.rsplit("/", 1)[-1]}})
    return Reply(body={"data": [row], "next_page": None})


def almost_declared(asked: Asked) -> Reply:
    """Let those wait who want to know the custom fields of a project without tasks."""
    if asked.path.endswith("/custom_field_settings"):
        return LATER
    is_empty = asked.query.get("project") == "2"
    return Reply(body={"data": []}) if is_empty else almost_done(asked)


def test_a_deadline_at_the_very_end_loses_nothing(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = almost_done
    quick = recorded.with_options(deadline=1)

    found = quick.tasks.list(project=["1", "2"], fields=["name", "custom_fields"])

    assert found["gid"].tolist() == ["1"]
    assert found["cf_Kind"].tolist() == ["A"]


@pytest.mark.parametrize("reply", [almost_done, almost_declared])
def test_an_interrupt_at_the_very_end_keeps_what_has_arrived(
    run: Run, recorder: Recorder, reply: Callable[[Asked], Reply]
) -> None:
    recorder.reply = reply

    found = run("at_the_end", recorder.url)

    assert 0 <= found["took"] < PROMPT
    assert found["partial"] == [["1", "One", "A"]]
    assert found["resumed"] == [["1", "One", "A"]]
    # Once each: the lists were whole.
    assert sum(asked.path == "/api/1.0/tasks" for asked in recorder.asked) == 2


def test_an_interrupt_while_a_frame_is_built_keeps_its_rows(run: Run) -> None:
    with serve(now=NOW) as server:
        found = run("while_built", server.url)

    assert found["partial"] == found["whole"] > 0


def test_an_interrupt_after_the_last_row_of_a_write_keeps_all_outcomes(
    run: Run, recorder: Recorder
) -> None:
    recorder.reply = almost_done

    found = run("write_at_the_end", recorder.url)

    assert 0 <= found["took"] < PROMPT
    assert found["outcomes"] == ["done"] * 3
    assert found["kinds"] == ["A"] * 3


def test_slow_bodies_take_no_longer_than_the_deadline() -> None:
    faults = Faults(slow=1, slow_seconds=12.0)
    with (
        serve(faults=faults, now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        quick = asana.with_options(deadline=0.4)
        started = time.monotonic()

        with pytest.raises(af.DeadlineExceeded):
            quick.tasks.list(project=["1209000000000123", "1209000000000148"])

        assert time.monotonic() - started < PROMPT
