"""Every fault of the table, in every kind of call; what the server knows is the judge.

A read ends in exactly the rows that the server has, in a `PartialResultWarning` about exactly the
parents that are missing, or in an error of the package. A write is ``done`` only where the server
carried it out and said so, ``failed`` only where it did not, and ``unknown`` otherwise.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterable
from typing import Any

import pytest

import asana_frames as af
from asana_frames.fetch.clock import Clock
from tests.fault_calls import BY_NAME, NAMES, READS, WRITES, Call, Result
from tests.fault_server import Fault, FaultServer, Model, choose
from tests.faults import CERTAIN, DRIPS, EXPECTED, FAULTS, SILENCES


def check_outcomes(
    result: Result, outcomes: dict[str, str], fault: Fault, mode: str, parent: str
) -> None:
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
        if mode == "one" and target != parent:
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


DEADLINE = 2.0
#: Calls with several parents or rows, of which one can be refused.
SEVERAL = {"fan-out", "stories", "stream", "gets", "updates", "creates", "deletes"}
#: Calls that send and judge requests as another one does.
LIKE_OTHERS = {"stories", "stream", "search", "gets", "deletes"}
#: These stand for all that breaks a response, in calls of many requests.
TYPICAL = {"closed in the body", "503 and no pause"}


def is_case(fault: Fault, mode: str, call: Call) -> bool:
    """Whether a fault is to be tried with a call."""
    is_several = call.name in SEVERAL
    if mode == "one" and not is_several:
        return False
    # A fault that never goes away ends the first request, whatever else there is to send.
    is_known = call.name in LIKE_OTHERS or (is_several and mode == "always")
    if is_known and fault.kind == "broken" and fault.name not in TYPICAL:
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
    model = Model()
    parent = call.find_parent(model)

    with (
        FaultServer(model, choose(fault, mode, parent)) as server,
        af.connect("token", base_url=server.url, timeout=timeout) as asana,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        result = Result(call, asana)

    result.assert_no_secret_frames()
    assert "/elsewhere" not in {arrival.request.path for arrival in server.ledger.arrivals}
    is_warned = any(issubclass(one.category, af.PartialResultWarning) for one in caught)
    assert is_warned == (result.error is None and bool(result.failed))
    if call.expected is None:
        outcomes = result.write_outcomes(server)
        check_outcomes(result, outcomes, fault, mode, parent)
        check_model(model, call, outcomes)
        return
    assert result.read_outcome(model, fault) in EXPECTED[fault.kind, mode][0].split()
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

    calls = (BY_NAME, *READS, *WRITES)
    threads = [threading.Thread(target=run, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE + 10.0)

    assert ended.keys() == {call.name for call in calls}
    problems = {name: repr(end) for name, end in ended.items() if isinstance(end, BaseException)}
    assert problems == {}
    assert max(end for end in ended.values() if isinstance(end, float)) < DEADLINE + 3.0


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
        if call.targets:
            result.write_outcomes(server)
        # A creation is not sent again, so it ends before the deadline.
        is_over = call.group == "post" and fault.kind == "broken"
        assert is_over or isinstance(result.error, af.DeadlineExceeded), result.error
    return took
