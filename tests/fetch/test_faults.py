"""Every fault of the table, in every kind of call; what the server knows is the judge.

A read ends in exactly the rows that the server has, in a `PartialResultWarning` about exactly the
parents that are missing, or in an error of the package. A write is ``done`` only where the server
carried it out and said so, ``failed`` only where it did not, and ``unknown`` otherwise.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.fetch.clock import Clock
from tests.fault_server import WORKSPACE, Arrival, Fault, FaultServer, Model, Row, choose
from tests.faults import CERTAIN, DRIPS, EXPECTED, FAULTS, SILENCES

FIELDS = ["name", "num_likes"]
PROJECTS = ["11", "12", "13"]
TASKS = ["1000", "2001", "3002"]
NAMES = ["new 0", "new 1", "new 2"]


@dataclass(frozen=True)
class Call:
    """A kind of call: its requests, and what it must find or do."""

    name: str
    #: The group of its requests.
    group: str
    make: Callable[[af.Asana], Any]
    #: For reads: parent -> gid -> row.
    expected: Callable[[Model], dict[str, dict[str, Row]]] | None = None
    #: For writes: the gids or names that are written.
    targets: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The method of a write."""
        return self.group.upper()


def tasks_of_projects(model: Model) -> dict[str, dict[str, Row]]:
    return {project: model.tasks_of(project) for project in model.projects}


def stream(asana: af.Asana) -> pd.DataFrame:
    parts = asana.stream(asana.tasks.list, project=PROJECTS, fields=FIELDS, rows=8)
    return pd.concat(list(parts), ignore_index=True)


READS = (
    Call(
        "list",
        "page",
        lambda asana: asana.tags.list(workspace=WORKSPACE, fields=["name"]),
        lambda model: {WORKSPACE: model.tags},
    ),
    Call(
        "fan-out",
        "page",
        lambda asana: asana.tasks.list(project=PROJECTS, fields=FIELDS),
        tasks_of_projects,
    ),
    Call("stream", "page", stream, tasks_of_projects),
    Call(
        "search",
        "search",
        lambda asana: af.gather.search(asana, WORKSPACE, fields=FIELDS),
        lambda model: {WORKSPACE: model.tasks},
    ),
    Call(
        "get",
        "object",
        lambda asana: asana.tasks.get(TASKS[0], fields=FIELDS),
        lambda model: {TASKS[0]: {TASKS[0]: model.tasks[TASKS[0]]}},
    ),
    Call(
        "gets",
        "object",
        lambda asana: asana.tasks.get(TASKS, fields=FIELDS),
        lambda model: {gid: {gid: model.tasks[gid]} for gid in TASKS},
    ),
)
WRITES = (
    Call(
        "update",
        "put",
        lambda asana: asana.tasks.update(TASKS[0], name=NAMES[0], fields=FIELDS),
        targets=(TASKS[0],),
    ),
    Call(
        "create",
        "post",
        lambda asana: asana.tasks.create(name=NAMES[0], workspace=WORKSPACE, fields=FIELDS),
        targets=(NAMES[0],),
    ),
    Call("delete", "delete", lambda asana: asana.tasks.delete(TASKS[0]), targets=(TASKS[0],)),
    Call(
        "updates",
        "put",
        lambda asana: asana.tasks.update(TASKS, name=NAMES, fields=FIELDS),
        targets=tuple(TASKS),
    ),
    Call(
        "creates",
        "post",
        lambda asana: asana.tasks.create(name=NAMES, workspace=WORKSPACE, fields=FIELDS),
        targets=tuple(NAMES),
    ),
    Call("deletes", "delete", lambda asana: asana.tasks.delete(TASKS), targets=tuple(TASKS)),
)
#: The parent that is refused where only one is, per group of requests.
PARENT = {"page": "12", "search": WORKSPACE, "object": TASKS[1], "put": TASKS[1],
          "post": NAMES[1], "delete": TASKS[1]}  # fmt: skip


class Result:
    """How a call ended, and whether the server agrees.

    Parameters
    ----------
    call
        The call.
    asana
        The connection that it is made through.
    """

    def __init__(self, call: Call, asana: af.Asana) -> None:
        self.call = call
        self.frame: Any = None
        self.error: af.AsanaError | None = None
        try:
            self.frame = call.make(asana)
        except af.AsanaError as error:
            self.error = error
        self.partial = asana.last.partial
        self.failures = asana.last.failures

    def read_outcome(self, model: Model, fault: Fault) -> str:
        """Return what became of a read, once it is known to be true."""
        assert self.call.expected is not None
        if self.error is not None:
            return "error"
        expected = self.call.expected(model)
        failed = set(self.failures["parent_gid"])
        assert failed <= expected.keys()
        rows = {g: r for parent in expected.keys() - failed for g, r in expected[parent].items()}
        assert sorted(self.frame["gid"]) == sorted(rows)
        for column in set(self.frame.columns) & {"name", "num_likes"}:
            found = self.frame.set_index("gid")[column].astype(object)
            for gid, row in rows.items():
                right = fault.spoils.get(column, row[column])
                assert (pd.isna(found[gid]) and right is None) or found[gid] == right
        return "partial" if failed else "whole"

    def write_outcomes(self, server: FaultServer) -> dict[str, str]:
        """Return what became of each target of a write, once it is known to be true."""
        outcomes = self._claims()
        for target, outcome in outcomes.items():
            arrivals = server.ledger.about(target, self.call.method)
            check_write(outcome, arrivals, target, was_left=self.leaves_rows)
        return outcomes

    @property
    def leaves_rows(self) -> bool:
        """Whether it ended while rows were being sent, so that it never saw their responses."""
        return self.error is not None and len(self.call.targets) > 1

    def _claims(self) -> dict[str, str]:
        targets = self.call.targets
        if len(targets) == 1:
            if self.error is None:
                return {targets[0]: "done"}
            return {targets[0]: "unknown" if self.error.may_be_done else "failed"}
        table: Any = self.frame if self.error is None else self.partial
        assert len(table) == len(targets)
        return dict(zip(targets, table["write_outcome"], strict=True))


def check_write(outcome: str, arrivals: list[Arrival], target: str, *, was_left: bool) -> None:
    """Assert that the client says of a write what the server knows, as far as it can know."""
    carried_out = sum(arrival.is_carried_out for arrival in arrivals)
    doubts = [a for a in arrivals if a.fault is not None and a.fault.kind not in CERTAIN]
    sure = [a for a in arrivals if a.fault is None or a.fault.kind not in CERTAIN]
    if arrivals and arrivals[0].request.method == "POST":
        assert len(sure) <= 1, f"{target} was created again"
    if outcome == "done":
        assert carried_out, f"{target} is not done"
        assert arrivals[-1].is_carried_out
    elif outcome == "unknown":
        assert doubts or was_left, f"{target} is known"
    else:
        assert outcome in ("failed", "not sent")
        assert not doubts, f"{target} is {outcome}, which nobody can know"
        assert not carried_out, f"{target} is {outcome}, and done"
        assert outcome == "failed" or not sure


def check_outcomes(result: Result, outcomes: dict[str, str], fault: Fault, mode: str) -> None:
    """Assert that a write ended as the table of faults says."""
    call = result.call
    _, others, posts = EXPECTED[fault.kind, mode]
    allowed = (posts if call.method == "POST" else others).split()
    if call.method == "DELETE" and "done" in allowed and fault.kind not in CERTAIN:
        # The second one finds nothing to delete, which tells nobody who deleted it.
        allowed.append("unknown")
    if result.leaves_rows:
        allowed += ["unknown", "not sent"]
    for target, outcome in outcomes.items():
        if mode == "one" and target != PARENT[call.group]:
            assert outcome == "done" or fault.kind == "barred"
        else:
            assert outcome in allowed


def check_model(model: Model, call: Call, outcomes: dict[str, str]) -> None:
    """Assert that the server holds what is done, once, and nothing of what is not."""
    new = dict(zip(call.targets, NAMES, strict=False))
    names = [row["name"] for row in model.tasks.values()]
    assert all(names.count(name) <= 1 for name in NAMES)
    for target, outcome in outcomes.items():
        is_there = target not in model.tasks if call.method == "DELETE" else new[target] in names
        assert outcome == "unknown" or is_there == (outcome == "done")


#: Calls with several parents or rows, of which one can be refused.
SEVERAL = {"fan-out", "stream", "gets", "updates", "creates", "deletes"}
#: What never goes away ends every request in the same way, so these stand for all.
LASTING = {"closed in the body", "503 and no pause"}


def is_case(fault: Fault, mode: str, call: Call) -> bool:
    """Whether a fault is to be tried with a call."""
    is_several = call.name in SEVERAL
    if mode == "one" and not is_several:
        return False
    if (fault.kind, mode) == ("broken", "always") and is_several and fault.name not in LASTING:
        return False
    return call.group in fault.touches


def list_cases(faults: Iterable[Fault]) -> list[Any]:
    """Return each fault in each of its modes with each call that it touches."""
    return [
        pytest.param(fault, mode, call, id=f"{fault.name}-{mode}-{call.name}")
        for fault in faults
        for mode in sorted(fault.modes)
        for call in READS + WRITES
        if is_case(fault, mode, call)
    ]


@pytest.mark.parametrize(("fault", "mode", "call"), list_cases((*FAULTS, *SILENCES)))
def test_nothing_is_lost_doubled_or_made_up(fault: Fault, mode: str, call: Call) -> None:
    timeout = 0.2 if fault.kind == "silent" else None

    with (
        FaultServer(Model(), choose(fault, mode, PARENT[call.group])) as server,
        af.connect("token", base_url=server.url, timeout=timeout) as asana,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        result = Result(call, asana)

    is_warned = any(issubclass(one.category, af.PartialResultWarning) for one in caught)
    assert is_warned == (result.error is None and not result.failures.empty)
    if call.expected is None:
        outcomes = result.write_outcomes(server)
        check_outcomes(result, outcomes, fault, mode)
        check_model(server.model, call, outcomes)
        return
    assert result.read_outcome(server.model, fault) in EXPECTED[fault.kind, mode][0].split()
    if result.error is not None and fault.kind != "doubtful":
        assert type(result.error).__name__ == fault.error


#: Faults that a deadline ends: real time passes.
SLOW = (
    *SILENCES,
    *DRIPS,
    *(fault for fault in FAULTS if "40 s" in fault.name or fault.name == "closed without a byte"),
)


@pytest.mark.parametrize("fault", SLOW, ids=lambda fault: fault.name)
@pytest.mark.filterwarnings("ignore::asana_frames.PartialResultWarning")
def test_a_deadline_ends_every_call_whatever_the_server_does(
    fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asana_frames.fetch.clock.CLOCK", Clock())
    ended: dict[str, float | BaseException] = {}

    def run(call: Call) -> None:
        try:
            ended[call.name] = end_in_time(fault, call)
        except BaseException as error:  # noqa: BLE001
            ended[call.name] = error

    threads = [threading.Thread(target=run, args=(call,)) for call in READS + WRITES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    problems = {name: repr(end) for name, end in ended.items() if isinstance(end, BaseException)}
    assert problems == {}
    assert max(end for end in ended.values() if isinstance(end, float)) < DEADLINE + 3.0


DEADLINE = 2.0


def end_in_time(fault: Fault, call: Call) -> float:
    """Make a call with a deadline and return the seconds that it took."""
    with (
        FaultServer(Model(), choose(fault, "always")) as server,
        af.connect("token", base_url=server.url, deadline=DEADLINE) as asana,
    ):
        started = time.monotonic()
        result = Result(call, asana)
        took = time.monotonic() - started
        # A thread that the call left behind may go on sending for a moment, but no write.
        if call.expected is None:
            result.write_outcomes(server)
        # A creation is not sent again, so it ends before the deadline.
        is_over = call.group == "post" and fault.kind == "broken"
        assert is_over or isinstance(result.error, af.DeadlineExceeded), result.error
    return took
