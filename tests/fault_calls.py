"""Kinds of calls to a fault server, and whether what a client makes of them is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

import asana_frames as af
from tests.fault_server import WORKSPACE, Arrival, Fault, FaultServer, Model, Row
from tests.faults import CERTAIN

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

    def find_parent(self, model: Model) -> str:
        """Return the parent or target that is refused where only one is."""
        parents = self.targets or (*(self.expected(model) if self.expected else ()),)
        return parents[len(parents) // 2]


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
    Call(
        "stories",
        "page",
        lambda asana: asana.stories.list_for_task(TASKS, fields=["text"]),
        lambda model: {task: model.stories[task] for task in TASKS},
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
#: A read that looks up a name first, which the server does not know.
BY_NAME = Call("name", "page", lambda asana: asana.tasks.list(project="Website relaunch"))


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
        #: Parents that could not be read, or rows that could not be written.
        self.failed: set[str] = set()
        if asana.last.failure_count:
            self.failed.update(asana.last.failures["parent_gid"])

    def assert_no_secret_frames(self) -> None:
        """Assert that the error leads to no frame of the libraries that hold the token."""
        error: BaseException | None = self.error
        while error is not None:
            assert type(error).__module__.partition(".")[0] not in ("requests", "urllib3")
            error = error.__cause__ or error.__context__

    def read_outcome(self, model: Model, fault: Fault) -> str:
        """Return what became of a read, once it is known to be true."""
        assert self.call.expected is not None
        if self.error is not None:
            return "error"
        expected = self.call.expected(model)
        assert self.failed <= expected.keys()
        parents = expected.keys() - self.failed
        rows = {gid: row for parent in parents for gid, row in expected[parent].items()}
        assert sorted(self.frame["gid"]) == sorted(rows)
        for column in set(self.frame.columns) & {"name", "num_likes", "text"}:
            found = self.frame.set_index("gid")[column].astype(object)
            for gid, row in rows.items():
                right = fault.spoils.get(column, row[column])
                assert (pd.isna(found[gid]) and right is None) or found[gid] == right
        return "partial" if self.failed else "whole"

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
    taken = [a for a in arrivals if a.fault is None or a.fault.kind not in CERTAIN]
    if arrivals and arrivals[0].request.method == "POST":
        assert len(taken) <= 1, f"{target} was created again"
    if outcome == "done":
        assert carried_out, f"{target} is not done"
        assert arrivals[-1].is_carried_out
    elif outcome == "unknown":
        # What never arrived was sent into a connection that the server had just closed.
        assert doubts or was_left or not taken, f"{target} is known"
    else:
        assert outcome in ("failed", "not sent")
        assert not doubts, f"{target} is {outcome}, which nobody can know"
        assert not carried_out, f"{target} is {outcome}, and done"
        assert outcome == "failed" or not taken
