"""Every fault of the sandbox, in every kind of call: nothing is lost, doubled or made up."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.sandbox_server import ApiResponse, Application, Faults, Server, make_application
from tests.conftest import SkippingClock
from tests.fixed_day import CUT, NOW

PROJECT = "1209000000000123"
#: Parts of `Faults` that say how a fault looks, and are none by themselves.
_LOOKS = {"retry_after", "slow_seconds", "seed"}
NAMES = sorted({part.name for part in dataclasses.fields(Faults)} - _LOOKS)
#: Often enough to be met by every call, and too seldom to use up all tries of one request.
FAULTS = {
    "too_many": Faults(too_many=7, retry_after=5),
    "error": Faults(error=7),
    "gateway": Faults(gateway=7),
    "unavailable": Faults(unavailable=7),
    "drop": Faults(drop=7),
    "truncate": Faults(truncate=7),
    "slow": Faults(slow=7, slow_seconds=0.02),
    "expire": Faults(expire=2),
    "most": Faults(most=CUT),
    "repeat": Faults(repeat=True),
    "shift": Faults(shift=True),
    "nulls": Faults(nulls=0.3),
    "unknown": Faults(unknown=0.3),
    "refuse": Faults(refuse={PROJECT: 403}),
    "cost": Faults(cost=150),
    "index_lag": Faults(index_lag=30.0),
    "fail_jobs": Faults(fail_jobs=True),
}
#: After these the same request is sent again.
REPEATED = {"too_many", "error", "gateway", "unavailable", "drop", "truncate"}
#: These change what is answered, so that the frame cannot be the same.
CHANGING = {"nulls", "unknown", "refuse"}

#: Fewer than there are, since the tests are many.
FIELDS = ["name", "resource_subtype", "assignee.name", "memberships.section.name", "custom_fields"]

Read = Callable[[af.Asana], pd.DataFrame]


def one_list(asana: af.Asana) -> pd.DataFrame:
    return asana.tasks.list(project="Website relaunch")


def fan_out(asana: af.Asana) -> pd.DataFrame:
    # Lists of one page and of several, with tasks that are in two of them.
    projects = asana.projects.list(workspace="Acme", fields=["name"]).head(5)
    return asana.tasks.list(project=projects, fields=FIELDS)


def search(asana: af.Asana) -> pd.DataFrame:
    return af.gather.search(asana, "Acme", completed=False, fields=FIELDS)


READS: list[Read] = [one_list, fan_out, search]


@functools.cache
def company() -> Application:
    return make_application(now=NOW)


@functools.cache
def written() -> Application:
    return make_application(now=NOW)


@functools.cache
def undisturbed(read: Read) -> pd.DataFrame:
    with reading(Faults()) as asana:
        return read(asana)


@contextmanager
def reading(faults: Faults, clock: SkippingClock | None = None) -> Iterator[af.Asana]:
    """Yield a connection to a company that is only read, and so can be shared."""
    with (
        Server(lambda url: Application(company().store, url, faults=faults)) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        if clock is not None:
            # The server lives as fast as the client, whose waits take no time.
            server.application._costs._clock = clock.now
        yield asana


@contextmanager
def writing(
    faults: Faults, company: Application | None = None
) -> Iterator[tuple[af.Asana, Application]]:
    """Yield a connection to a company that is written to, and the company."""
    store = (company or written()).store
    with (
        Server(lambda url: Application(store, url, faults=faults)) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        yield asana, server.application


@functools.cache
def gids_left() -> Iterator[str]:
    return iter([task["gid"] for task in written().store.all("task") if task["parent"] is None])


def fresh_gids(count: int) -> list[str]:
    """Return gids of tasks that no other test has seen, asking nobody."""
    return list(itertools.islice(gids_left(), count))


def named(company: Application) -> Counter[str]:
    """Return how many tasks have each name."""
    return Counter(task["name"] for task in company.store.all("task"))


def name_of(company: Application, gid: str) -> str | None:
    """Return the name of a task, or None if it is not there."""
    task = company.store.get(gid)
    return None if task is None or task.get("is_deleted") else task["name"]


def quietly(call: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Make a call whose failures are asserted on by other means than the warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", af.PartialResultWarning)
        return call()


def test_every_fault_has_a_case() -> None:
    assert sorted(FAULTS) == NAMES


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("name", sorted(FAULTS.keys() - CHANGING))
def test_a_read_through_a_fault_is_the_undisturbed_one(
    name: str, read: Read, clock: SkippingClock
) -> None:
    whole = undisturbed(read)
    faults = FAULTS[name]
    if read is one_list and name in REPEATED:
        # It makes few requests, one after the other.
        faults = dataclasses.replace(faults, **{name: 3})

    with reading(faults, clock) as asana:
        frame = read(asana)

        pd.testing.assert_frame_equal(frame, whole)
        assert asana.last.failures.empty
        assert asana.last.partial is None
        assert asana.http.total.retries > 0 or name not in REPEATED
        assert asana.http.total.rejected > 0 or name != "too_many"


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("name", ["nulls", "unknown"])
def test_what_is_spoiled_is_null_or_unknown_and_the_rest_as_it_was(name: str, read: Read) -> None:
    whole = undisturbed(read)

    with reading(FAULTS[name]) as asana:
        frame = read(asana)

    assert frame.dtypes.equals(whole.dtypes)
    assert frame["gid"].tolist() == whole["gid"].tolist()
    is_same = pd.DataFrame({c: same(frame[c], whole[c]) for c in whole.columns})
    changed = {value for c in whole.columns for value in frame.loc[~is_same[c], c]}
    assert len(changed) == 1
    assert changed == {"unheard_of"} or pd.isna(changed.pop())


def same(one: pd.Series[Any], other: pd.Series[Any]) -> pd.Series[bool]:
    """Compare values, of which missing ones are the same."""
    one, other = one.astype(object), other.astype(object)
    return one.isna() & other.isna() | (one.fillna("") == other.fillna(""))


@pytest.mark.parametrize(
    ("status", "kind"), [(402, af.PaymentRequired), (403, af.Forbidden), (404, af.NotFound)]
)
def test_a_list_that_is_refused_is_an_error(status: int, kind: type[af.AsanaError]) -> None:
    with (
        reading(Faults(refuse={PROJECT: status})) as asana,
        pytest.raises(kind, match=rf"tasks\.list: {status} "),
    ):
        one_list(asana)


@pytest.mark.parametrize("status", [402, 403, 404])
def test_a_list_of_many_that_is_refused_is_told_of_and_the_others_are_whole(status: int) -> None:
    whole = undisturbed(fan_out)
    others = whole.loc[whole["project_gids"] != (PROJECT,), "gid"]

    with reading(Faults(refuse={PROJECT: status})) as asana:
        with pytest.warns(af.PartialResultWarning, match=rf"1 of \d+ .*{status}"):
            frame = fan_out(asana)

        failures = asana.last.failures
        assert failures[["parent", "parent_gid", "status"]].to_numpy().tolist() == [
            [f"project {PROJECT}", PROJECT, status]
        ]
    # What is in another project too comes with that.
    assert sorted(frame["gid"]) == sorted(others)
    assert PROJECT not in set(frame["project_gids"].explode())
    assert frame.attrs["asana"]["failed"] == 1


def test_a_search_of_what_is_refused_is_an_error() -> None:
    with reading(FAULTS["refuse"]) as asana, pytest.raises(af.Forbidden, match="403"):
        af.gather.search(asana, "Acme", projects_any=PROJECT)


@pytest.mark.parametrize("name", NAMES)
def test_updates_through_a_fault_are_all_done_once(name: str, clock: SkippingClock) -> None:
    with writing(FAULTS[name]) as (asana, company):
        company._costs._clock = clock.now
        gids = fresh_gids(20)
        names = [f"renamed {gid}" for gid in gids]

        frame = asana.tasks.update(gids, name=names)

        assert frame["write_target"].tolist() == frame["gid"].tolist() == gids
        assert set(frame["write_outcome"]) == {"done"}
        assert frame["name"].tolist() == names
        assert [name_of(company, gid) for gid in gids] == names
        assert asana.last.failures.empty
        assert asana.last.retries > 0 or name not in REPEATED


@pytest.mark.parametrize("name", ["error", "gateway", "unavailable", "drop", "truncate"])
def test_updates_that_never_get_through_are_unknown(name: str) -> None:
    with writing(Faults(**{name: 1})) as (asana, company):  # type: ignore[arg-type]
        gids = fresh_gids(10)

        frame = quietly(lambda: asana.tasks.update(gids, name=f"renamed through {name}"))

        assert set(frame["write_outcome"]) == {"unknown"}
        assert frame["gid"].tolist() == gids
        assert sorted(asana.last.failures["parent_gid"]) == sorted(gids)
        # What the server did of it cannot be seen from here: with these two, everything.
        is_done = name in ("drop", "truncate")
        assert {name_of(company, gid) == f"renamed through {name}" for gid in gids} == {is_done}


@pytest.mark.parametrize("name", NAMES)
def test_deletions_through_a_fault_never_claim_that_what_is_gone_is_there(
    name: str, clock: SkippingClock
) -> None:
    with writing(FAULTS[name]) as (asana, company):
        company._costs._clock = clock.now
        gids = fresh_gids(20)

        frame = quietly(lambda: asana.tasks.delete(gids))

        assert frame["write_target"].tolist() == gids
        for gid, outcome in zip(gids, frame["write_outcome"], strict=True):
            is_there = name_of(company, gid) is not None
            assert outcome == ("failed" if is_there else outcome), gid
            assert is_there or outcome in ("done", "unknown"), gid


class Sent:
    """Remembers what became of each create, as only the server knows."""

    def __init__(self, company: Application) -> None:
        self._handle = company.handle
        self._lock = threading.Lock()
        #: Name of a task -> status and mishap of each answer to its creation.
        self.answers: dict[str, list[tuple[int, str]]] = {}
        company.handle = self._watched  # type: ignore[method-assign]

    def _watched(self, method: str, target: str, headers: Any, body: bytes = b"") -> ApiResponse:
        answer = self._handle(method, target, headers, body)
        if method == "POST":
            name = body.decode().partition('"name":')[2].strip().split('"')[1]
            with self._lock:
                self.answers.setdefault(name, []).append((answer.status, answer.mishap))
        return answer

    def is_known(self, name: str) -> bool:
        """Whether the client was told, whole, what became of a creation."""
        status, mishap = self.answers[name][-1]
        return status < 500 and mishap not in ("drop", "truncate")


_runs = itertools.count()


@pytest.mark.parametrize("name", [*NAMES, "all"])
def test_creations_through_a_fault_are_made_once_and_what_is_unknown_is_called_so(
    name: str, clock: SkippingClock
) -> None:
    run = next(_runs)
    everything = Faults(too_many=5, error=11, gateway=13, unavailable=9, drop=7, truncate=8)
    with writing({**FAULTS, "all": everything}[name]) as (asana, company):
        company._costs._clock = clock.now
        workspace = company.store.first("workspace")["gid"]
        # Some of each fault, and of all at once.
        count = 60 if name == "all" else 30
        names = [f"run {run} task {number}" for number in range(count)]
        sent = Sent(company)

        frame = quietly(lambda: asana.tasks.create(name=names, workspace=workspace))

        made = named(company)
        is_unknown = [not sent.is_known(each) for each in names]
        assert max(made[each] for each in names) <= 1
        is_said = (frame["write_outcome"] == "unknown") | frame["write_message"].notna()
        assert is_said.tolist() == is_unknown
        for each, row in zip(names, frame.itertuples(), strict=True):
            assert made[each] == 1 or row.write_outcome != "done"
            assert pd.isna(row.gid) or company.store.get(row.gid)["name"] == each
        assert len(asana.last.failures) == (frame["write_outcome"] != "done").sum()


def test_updates_whose_short_answers_are_all_cut_are_unknown() -> None:
    with writing(Faults(truncate=1)) as (asana, company):
        gids = fresh_gids(20)

        frame = quietly(lambda: asana.tasks.update(gids, name="cut short", fields=["name"]))

        assert set(frame["write_outcome"]) == {"unknown"}
        assert {name_of(company, gid) for gid in gids} == {"cut short"}


def test_without_an_answer_to_any_creation_all_are_unknown_and_none_is_sent_again() -> None:
    with writing(Faults(drop=1)) as (asana, company):
        workspace = company.store.first("workspace")["gid"]
        names = [f"made {number}" for number in range(30)]

        frame = quietly(lambda: asana.tasks.create(name=names, workspace=workspace))

        made = named(company)
        assert set(frame["write_outcome"]) == {"unknown"}
        assert [made[name] for name in names] == [1] * 30
        assert asana.last.requests == 30


def test_a_job_that_fails_is_an_error() -> None:
    with writing(FAULTS["fail_jobs"]) as (asana, _):
        # A small one: copies are all made at one moment, of which a search shows a hundred.
        job = asana.projects.duplicate("1209000000000377", name="Copy")

        with pytest.raises(af.JobFailed, match=r"job \d+"):
            asana.wait(job)


def test_a_search_misses_what_was_written_just_now_and_nothing_else() -> None:
    # A new company: what other tests have written would come into the search meanwhile.
    with writing(FAULTS["index_lag"], make_application(now=NOW)) as (asana, company):
        workspace = company.store.first("workspace")["gid"]
        before = search(asana)

        made = asana.tasks.create(name=["one", "two"], workspace=workspace)

        pd.testing.assert_frame_equal(search(asana), before)
        assert set(asana.tasks.get(made)["name"]) == {"one", "two"}
