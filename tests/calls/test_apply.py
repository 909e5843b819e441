"""Changes that are carried out: the sandbox equals a model, whatever happens on the way."""

from __future__ import annotations

import _thread
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.sandbox_server import ApiResponse, Server, serve
from tests.fixed_day import NOW

FIELDS = [
    "name",
    "due_on",
    "completed",
    "assignee",
    "parent",
    "dependencies",
    "tags",
    "memberships",
    "custom_fields",
]
SECTIONS = ["Untitled section", "To do", "Doing"]
TAGS = ["legal", "blocked", "quick win"]
PEOPLE = ["Zoe Ng", "Tove Jansson", "Jonas Weber"]
OPTIONS = ["High", "Medium", "Low"]
EXAMPLES, FEW = (
    settings(
        max_examples=count,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )
    for count in (15, 6)
)
FAILS = pytest.mark.filterwarnings(
    "ignore::asana_frames.PartialResultWarning", "ignore::asana_frames.AsanaWarning"
)


class Desk:
    """A sandbox of which every request is seen, and can be spoilt."""

    def __init__(self, server: Server) -> None:
        self.server = server
        #: Method, path and body of each request that may write.
        self.writes: list[tuple[str, str, bytes]] = []
        #: Called with method and path: "" or what happens to the request.
        self.spoil: Callable[[str, str], str] = lambda method, path: ""
        self._lock = threading.Lock()
        self._under_way = 0
        self._handle = server.application.handle
        server.application.handle = self.handle  # type: ignore[method-assign]

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> ApiResponse:
        with self._lock:
            self._under_way += 1
            if method != "GET":
                self.writes.append((method, target.partition("?")[0], body))
            how = self.spoil(method, target)
        try:
            return self.answer(how, method, target, headers, body)
        finally:
            with self._lock:
                self._under_way -= 1

    def answer(
        self, how: str, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> ApiResponse:
        if how == "429":
            return ApiResponse(429, b'{"errors": []}', (("Retry-After", "1"),))
        if how == "401":
            return ApiResponse(401, b'{"errors": []}', ())
        if how == "500 before":
            return ApiResponse(500, b'{"errors": []}', ())
        if how == "drop before":
            return ApiResponse(200, b"{}", (), mishap="drop")
        answer = self._handle(method, target, headers, body)
        if how == "500 after":
            return ApiResponse(500, b'{"errors": []}', ())
        return answer._replace(mishap="drop") if how == "drop after" else answer

    def wait(self) -> None:
        """Wait until nothing is under way, as after an interrupt."""
        while True:
            time.sleep(0.02)
            with self._lock:
                if self._under_way == 0:
                    return


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A sandbox to write to."""
    with serve(now=NOW) as running:
        yield Desk(running)


@pytest.fixture
def asana(desk: Desk) -> Iterator[af.Asana]:
    """A connection to it."""
    with connect(desk) as connected:
        yield connected


def connect(desk: Desk) -> af.Asana:
    return af.connect("sandbox", base_url=desk.server.url)


def make_project(asana: af.Asana) -> str:
    """Return a new project with three sections and two custom fields."""
    team = asana.teams.list_for_workspace("Acme")["gid"].iloc[0]
    gid = str(asana.projects.create(name="Table", team=team)["gid"].iloc[0])
    for name in SECTIONS[1:]:
        asana.sections.create_for_project(gid, name=name)
    known = asana.custom_fields.list(workspace="Acme", fields=["name"]).drop_duplicates("name")
    for one in known.loc[known["name"].isin(["Priority", "Story points"]), "gid"]:
        asana.projects.add_custom_field_setting(gid, custom_field=one)
    return gid


@dataclass
class Task:
    """A task as a model has it; other tasks by their gid or key."""

    name: str
    due_on: str | None = None
    completed: bool = False
    assignee: str | None = None
    priority: str | None = None
    points: float | None = None
    tags: frozenset[str] = frozenset()
    section: str | None = None
    parent: str | None = None
    depends_on: frozenset[str] = frozenset()


#: The gid or key of each task -> the task.
Model = dict[str, Task]


def read_model(asana: af.Asana, gids: Sequence[str]) -> Model:
    """Return what the sandbox has."""
    frame = asana.tasks.get(list(gids), fields=FIELDS)
    found: Model = {}
    for row in frame.to_dict("records"):
        values = {name: None if is_blank(value) else value for name, value in row.items()}
        found[row["gid"]] = Task(
            row["name"],
            None if values["due_on"] is None else f"{values['due_on']:%Y-%m-%d}",
            bool(row["completed"]),
            values["assignee_name"],
            values.get("cf_Priority"),
            values.get("cf_Story points"),
            frozenset(row["tags_names"]),
            next(iter(row["memberships_section_names"]), None),
            values["parent_gid"],
            frozenset(row["dependencies_gids"]),
        )
    return found


def is_blank(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value


def make_tasks(asana: af.Asana, project: str, count: int) -> Model:
    """Return new tasks, a third of which are subtasks."""
    names = [f"Task {number}" for number in range(count)]
    gids = asana.tasks.create(name=names, projects=project)["gid"].tolist()
    for child, parent in zip(gids[2::3], gids[::3], strict=False):
        asana.tasks.set_parent(child, parent=parent)
    return read_model(asana, gids)


class Editor:
    """Edits a model and the frame it was read as, by the same random choices."""

    def __init__(self, chance: Random, frame: pd.DataFrame, model: Model) -> None:
        self.chance = chance
        self.model = model
        #: Any cell may hold ``af.CLEAR``.
        self.frame = frame.astype(object)

    def edit(self) -> None:
        """Change half of the tasks, and remove one."""
        for row, gid in enumerate(self.frame["gid"]):
            task = self.model[gid]
            for change in (
                self.rename,
                self.date,
                self.complete,
                self.assign,
                self.prioritise,
                self.estimate,
                self.tag,
                self.move,
                self.nest,
            ):
                if self.chance.random() < 0.25:
                    change(row, gid, task)

    def write(self, row: int, column: str, value: Any) -> None:
        cell: Any = af.CLEAR if value is None else value
        self.frame.at[row, column] = cell

    def rename(self, row: int, gid: str, task: Task) -> None:
        task.name = f"{task.name} {self.chance.randint(0, 9)}"
        self.write(row, "name", task.name)

    def date(self, row: int, gid: str, task: Task) -> None:
        task.due_on = self.chance.choice([None, "2026-12-01", "2027-01-31"])
        self.write(row, "due_on", None if task.due_on is None else pd.Timestamp(task.due_on))

    def complete(self, row: int, gid: str, task: Task) -> None:
        task.completed = not task.completed
        self.write(row, "completed", task.completed)

    def assign(self, row: int, gid: str, task: Task) -> None:
        task.assignee = self.chance.choice([None, *PEOPLE])
        self.write(row, "assignee_name", task.assignee)

    def prioritise(self, row: int, gid: str, task: Task) -> None:
        task.priority = self.chance.choice([None, *OPTIONS])
        self.write(row, "cf_Priority", task.priority)

    def estimate(self, row: int, gid: str, task: Task) -> None:
        task.points = self.chance.choice([None, 1.0, 8.0])
        self.write(row, "cf_Story points", task.points)

    def tag(self, row: int, gid: str, task: Task) -> None:
        task.tags = frozenset(self.chance.sample(TAGS, self.chance.randint(0, 2)))
        self.write(row, "tags_names", tuple(sorted(task.tags)) or None)

    def move(self, row: int, gid: str, task: Task) -> None:
        task.section = self.chance.choice(SECTIONS)
        self.write(row, "memberships_section_names", (task.section,))

    def nest(self, row: int, gid: str, task: Task) -> None:
        # Asana has five levels, also on the way.
        tops = [one for one, other in self.model.items() if other.parent is None]
        above = [None, *(one for one in tops if not self.is_below(one, gid))]
        task.parent = self.chance.choice(above)
        self.write(row, "parent_gid", task.parent)

    def is_below(self, gid: str | None, other: str) -> bool:
        """Whether a task is another one or below it."""
        while gid is not None and gid != other:
            gid = self.model[gid].parent
        return gid is not None

    def remove(self) -> None:
        """Remove a task that has no subtasks, neither before nor after."""
        parents = {task.parent for task in self.model.values()} | set(self.frame["parent_gid"])
        leaves = [gid for gid in self.frame["gid"] if gid not in parents]
        if leaves:
            gone = self.chance.choice(leaves)
            del self.model[gone]
            self.frame = self.frame[self.frame["gid"] != gone].reset_index(drop=True)

    def create(self, count: int) -> None:
        """Add rows, in any order of parents and children."""
        keys = [f"new {number}" for number in range(count)]
        self.chance.shuffle(keys)
        rows = []
        for place, key in enumerate(keys):
            parents = [None, *keys[:place][-2:], *self.frame["gid"]]
            task = Task(
                f"Made {key} of {self.chance.randint(0, 10**9)}",
                self.chance.choice([None, "2026-12-24"]),
                False,
                self.chance.choice([None, *PEOPLE]),
                self.chance.choice([None, *OPTIONS]),
                self.chance.choice([None, 3.0]),
                frozenset(self.chance.sample(TAGS, self.chance.randint(0, 2))),
                None,
                self.chance.choice(parents),
                frozenset(self.chance.sample(keys[:place], min(place, self.chance.randint(0, 2)))),
            )
            if task.parent is None:
                task.section = self.chance.choice([*SECTIONS, "New section"])
            self.model[key] = task
            rows.append(self.describe(key, task))
        self.chance.shuffle(rows)
        self.frame = pd.concat([self.frame, pd.DataFrame(rows)], ignore_index=True)

    def describe(self, key: str, task: Task) -> dict[str, Any]:
        return {
            "key": key,
            "name": task.name,
            "due_on": task.due_on and pd.Timestamp(task.due_on),
            "assignee_name": task.assignee,
            "cf_Priority": task.priority,
            "cf_Story points": task.points,
            "tags_names": tuple(sorted(task.tags)) or None,
            "section": task.section,
            "parent_gid": task.parent,
            "depends_on": tuple(sorted(task.depends_on)) or None,
        }


class Case:
    """A project, how it is to be changed, and the model of the result."""

    def __init__(self, asana: af.Asana, chance: Random, *, removes: bool = True) -> None:
        self.project = make_project(asana)
        model = make_tasks(asana, self.project, 7)
        self.before = asana.tasks.get(list(model), fields=FIELDS)
        editor = Editor(chance, self.before, model)
        editor.edit()
        if removes:
            editor.remove()
        editor.create(chance.randint(0, 5))
        self.model = editor.model
        self.after = editor.frame
        self.changes = af.changes(self.before, self.after, deletions=True)

    def check(self, asana: af.Asana, done: pd.DataFrame, unknown: Collection[str] = ()) -> None:
        """Compare the sandbox with the model, row by row, but for new tasks that are unknown."""
        made = done[done["key"].notna()].drop_duplicates("key")
        gids = dict(zip(made["key"], made["gid"], strict=True))

        def name(one: str | None) -> str | None:
            return None if one is None else gids.get(one, one)

        expected = {}
        for key, task in self.model.items():
            if key not in unknown:
                # What depends on a task that is not there is not sent.
                waits = task.depends_on if task.depends_on.isdisjoint(unknown) else ()
                links = frozenset(str(name(one)) for one in waits)
                expected[str(name(key))] = replace(
                    task, parent=name(task.parent), depends_on=links
                )
        assert read_model(asana, list(expected)) == expected
        gone = set(self.before["gid"]) - expected.keys()
        for gid in gone:
            with pytest.raises(af.NotFound):
                asana.tasks.get(gid)


@FAILS
@EXAMPLES
@given(chance=st.randoms(use_true_random=False))
def test_after_apply_the_sandbox_is_what_the_table_says(
    desk: Desk, asana: af.Asana, chance: Random
) -> None:
    case = Case(asana, chance)

    done = asana.apply(case.changes, project=case.project)

    assert set(done["outcome"]) <= {"done"}
    case.check(asana, done)
    for again in (case.changes, done):
        desk.writes.clear()
        asana.apply(again, project=case.project)
        assert desk.writes == []


#: What happens to requests at random: before and after Asana has processed them.
MISHAPS = ["429", "500 before", "500 after", "drop before", "drop after"]


def spoil_at_random(chance: Random, share: float) -> Callable[[str, str], str]:
    """Return what spoils a share of the requests."""
    return lambda method, path: chance.choice(MISHAPS) if chance.random() < share else ""


class Interrupt:
    """Spoils nothing, but interrupts the caller at a write."""

    def __init__(self, number: int, spoil: Callable[[str, str], str]) -> None:
        self._left = number
        self._spoil = spoil

    def __call__(self, method: str, path: str) -> str:
        if method != "GET":
            self._left -= 1
            if self._left == 0:
                _thread.interrupt_main()
        return self._spoil(method, path)


def apply_until_over(
    case: Case, desk: Desk, asana: af.Asana, chance: Random, folder: Path
) -> pd.DataFrame:
    """Carry out the changes of a case with faults and an interrupt, and then the rest without."""
    desk.spoil = Interrupt(chance.randint(1, 25), spoil_at_random(chance, 0.15))
    left: Any = None
    try:
        left = asana.apply(case.changes, project=case.project)
        # So that an interrupt that comes late does not end the test.
        time.sleep(0.01)
    except (KeyboardInterrupt, af.AsanaError):
        left = asana.last.partial
    finally:
        desk.spoil = lambda method, path: ""
    assert left is not None
    desk.wait()
    how = chance.choice(["same", "partial", "file", "elsewhere"])
    if how == "same":
        return asana.apply(case.changes, project=case.project)
    if how == "file":
        af.export.to_csv(left, folder / "left.csv", schema=True)
        left = af.read_csv(folder / "left.csv")
    if how == "partial":
        return asana.apply(left, project=case.project)
    with connect(desk) as other:
        return other.apply(left, project=case.project)


def list_failures(done: pd.DataFrame) -> list[Any]:
    """Return what was not carried out, and why."""
    columns = ["action", "gid", "key", "field", "new", "outcome", "status", "message"]
    return done.loc[done["outcome"] != "done", columns].to_numpy().tolist()


@FAILS
@EXAMPLES
@given(seed=st.integers(0, 10**6))
def test_faults_and_an_interrupt_do_no_harm(
    desk: Desk, asana: af.Asana, tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    case = Case(asana, chance)

    done = apply_until_over(case, desk, asana, chance, tmp_path)

    is_link = done["field"] == "depends_on"
    unknown = set(done.loc[done["key"].notna() & (done["outcome"] != "done") & ~is_link, "key"])
    assert list_failures(done[done["key"].isna()]) == []
    case.check(asana, done, unknown)
    names = [task["name"] for task in desk.server.application.store.all("task")]
    counts = Counter(names)
    made = case.changes[(case.changes["action"] == "create") & (case.changes["field"] == "name")]
    assert max((counts[name] for name in made["new"]), default=0) <= 1


@pytest.fixture
def project(asana: af.Asana) -> str:
    return make_project(asana)


def lose_answers(desk: Desk, name: str, how: str = "500 after", times: int = 1) -> None:
    """Let the answers to creations of tasks of a name be lost."""
    left = [times]

    def spoil(method: str, path: str) -> str:
        sent = desk.writes[-1][2] if desk.writes else b""
        if method == "POST" and f'"{name}"'.encode() in sent and left[0]:
            left[0] -= 1
            return how
        return ""

    desk.spoil = spoil


@pytest.fixture(autouse=True)
def _unspoilt(desk: Desk) -> Iterator[None]:
    yield
    desk.spoil = lambda method, path: ""


def count_tasks(asana: af.Asana, project: str, name: str) -> int:
    return int((asana.tasks.list(project=project, fields=["name"])["name"] == name).sum())


def create_from(asana: af.Asana, project: str, **columns: list[Any]) -> pd.DataFrame:
    """Carry out a table of new rows."""
    return asana.apply(af.changes(None, pd.DataFrame(columns)), project=project)


def test_a_lost_answer_to_a_creation_is_found_in_asana(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    lose_answers(desk, "Lost")

    done = create_from(asana, project, key=["a", "b"], name=["Lost", "Child"], parent=[None, "a"])

    assert done["outcome"].tolist() == ["done"] * 3
    assert done["message"][0] == "It had been created: it was found in Asana."
    made = asana.tasks.get(done["gid"].drop_duplicates(), fields=["name", "parent"])
    assert made["name"].tolist() == ["Lost", "Child"]
    assert made["parent_gid"][1] == made["gid"][0]


@FAILS
def test_of_two_new_tasks_of_one_name_none_is_taken(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    lose_answers(desk, "Twice", times=2)

    done = create_from(
        asana,
        project,
        key=["a", "b", "c"],
        name=["Twice", "Twice", "Child"],
        parent=[None, None, "b"],
    )

    assert done["outcome"].tolist() == ["unknown", "unknown", "not sent", "not sent"]
    assert done["message"][3] == "'b' was not created."
    writes = len(desk.writes)
    again = asana.apply(done, project=project)
    assert again["outcome"].tolist() == done["outcome"].tolist()
    assert len(desk.writes) == writes
    assert count_tasks(asana, project, "Twice") == 2


@FAILS
def test_of_two_rows_of_one_name_the_unknown_one_is_not_the_known_one(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    lose_answers(desk, "Same", how="500 before")

    done = create_from(asana, project, key=["a", "b"], name=["Same", "Same"])

    assert sorted(done["outcome"]) == ["done", "unknown"]
    assert count_tasks(asana, project, "Same") == 1


@FAILS
def test_an_older_task_of_that_name_is_not_taken(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    old = asana.tasks.create(name="Old", projects=project)
    lose_answers(desk, "Old", how="500 before")

    done = create_from(asana, project, key=["a"], name=["Old"])
    with connect(desk) as other:
        again = other.apply(done, project=project)

    for one in (done, again):
        assert one["outcome"].tolist() == ["unknown"]
        assert one["gid"].isna().all()
    assert count_tasks(asana, project, "Old") == 1
    assert old["gid"][0] not in set(again["gid"])


@FAILS
def test_a_task_that_somebody_else_made_is_not_taken(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    people = asana.users.list(workspace="Acme", fields=["name", "email"])
    email = people.loc[people["name"] == "Tove Jansson", "email"].iloc[0]
    asana.projects.add_members(project, members=email)
    lose_answers(desk, "Theirs", how="500 before")

    done = create_from(asana, project, key=["a"], name=["Theirs"])
    with af.connect(f"sandbox:{email}", base_url=desk.server.url) as other:
        other.tasks.create(name="Theirs", projects=project)
    again = asana.apply(done, project=project)

    assert again["outcome"].tolist() == ["unknown"]
    assert count_tasks(asana, project, "Theirs") == 1


@FAILS
def test_what_is_done_since_is_not_done_again_for_an_older_frame(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    changes = af.changes(None, pd.DataFrame({"key": ["a", "b"], "name": ["First", "Second"]}))
    lose_answers(desk, "First", how="401")
    with pytest.raises(af.AuthError):
        asana.apply(changes, project=project)
    old = asana.last.partial
    assert old is not None
    desk.spoil = lambda method, path: ""
    new = asana.apply(old, project=project)
    assert new["outcome"].tolist() == ["done", "done"]
    desk.writes.clear()

    for again in (old, new, changes, old.drop(columns=["outcome", "status", "message"])):
        assert asana.apply(again, project=project)["outcome"].tolist() == ["done", "done"]

    assert desk.writes == []


@FAILS
@FEW
@given(chance=st.randoms(use_true_random=False))
def test_new_tasks_stand_in_the_order_of_the_table(
    desk: Desk, asana: af.Asana, chance: Random
) -> None:
    project = make_project(asana)
    keys = [f"row {number}" for number in range(chance.randint(2, 9))]
    parents = {key: chance.choice([None, None, *keys[:place]]) for place, key in enumerate(keys)}
    sections = {key: chance.choice([None, "Doing", "New"]) for key in keys}
    chance.shuffle(keys)
    desk.spoil = spoil_at_random(chance, chance.choice([0, 0, 0.2]))

    done = create_from(
        asana,
        project,
        key=keys,
        name=keys,
        parent=[parents[key] for key in keys],
        section=[None if parents[key] else sections[key] for key in keys],
    )
    desk.spoil = lambda method, path: ""
    done = asana.apply(done, project=project)

    made = done[done["gid"].notna()].drop_duplicates("key").set_index("key")["gid"]
    there = [key for key in keys if key in made.index]
    for parent in {*parents.values()} & {None, *there}:
        rows = [key for key in there if parents[key] == parent]
        if parent is not None:
            listed = asana.tasks.list_subtasks(made[parent], fields=["name"])["name"]
            assert [name for name in listed if name in rows] == rows
            continue
        listed = asana.tasks.list(project=project, fields=["name"])["name"]
        for section in ("Doing", "New", None):
            within = [key for key in rows if sections[key] == section]
            assert [name for name in listed if name in within] == within


def build_changes(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Return a frame of changes: resource, action, gid, key, field, old and new of each row."""
    columns = ["resource", "action", "gid", "key", "field", "old", "new"]
    return pd.DataFrame([list(row) for row in rows], columns=columns, dtype=object)


def update(gid: str | None, name: str, new: Any, old: Any = None) -> tuple[Any, ...]:
    return ("tasks", "update", gid, None, name, old, new)


def create(key: str | None, name: str, new: Any) -> tuple[Any, ...]:
    return ("tasks", "create", None, key, name, None, new)


@pytest.fixture
def task(asana: af.Asana, project: str) -> str:
    return str(asana.tasks.create(name="One", projects=project)["gid"][0])


def test_everything_wrong_is_told_at_once_and_nothing_is_sent(
    desk: Desk, asana: af.Asana, project: str, task: str
) -> None:
    elsewhere = asana.sections.list_for_project("Website relaunch", fields=["name"])["gid"][0]
    rows = {
        "no resource": ("taks", "update", task, None, "name", None, "x"),
        "is no action": ("tasks", "rename", task, None, "name", None, "x"),
        "dou_on": update(task, "dou_on", "2026-01-01"),
        "needs a gid": update(None, "name", "x"),
        "Nobody Known": update(task, "assignee", "Nobody Known"),
        "not a date": update(task, "due_on", "tomorow"),
        "no option 'Highest'": update(task, "cf_Priority", "Highest"),
        "takes a number": update(task, "cf_Story points", "many"),
        "no custom field": update(task, "cf_Prioritaet", "High"),
        "no tag named": ("tasks", "add", task, None, "tags", None, "lgal"),
        "is not in the project": create("a", "section", elsewhere),
        "needs a key": create(None, "name", "x"),
        "another value": create("a", "name", "first"),
        "second": create("a", "name", "second"),
        "no task named 'nobody'": create("b", "parent", "nobody"),
        "wait for each other: c -> d -> c": create("c", "parent", "d"),
        "d": create("d", "parent", "c"),
        "wait for each other: e -> f -> e": create("e", "depends_on", ("f",)),
        "e": create("e", "name", "e"),
        "f": create("f", "name", "f"),
        "ff": create("f", "depends_on", ("e",)),
    }
    desk.writes.clear()

    with pytest.raises(af.InvalidArgument) as refused:
        asana.apply(build_changes(*rows.values()), project=project)

    assert desk.writes == []
    problems = refused.value.problems
    assert problems is not None
    text = "\n".join(problems["why"])
    lone = {"second", "d", "e", "f", "ff", "not a date"}
    assert [why for why in rows if why not in lone and why not in text] == []
    places = {place for place, why in enumerate(rows) if why not in lone - {"not a date"}}
    told = set(problems["row"])
    # Of two values, and of a circle, one row is told.
    assert places - told <= {list(rows).index("another value")}


def test_what_is_no_frame_of_changes_is_refused(desk: Desk, asana: af.Asana, project: str) -> None:
    tasks = asana.tasks.list(project=project, fields=["name"])
    desk.writes.clear()

    for frame in (tasks, pd.DataFrame({"resource": ["tasks"]})):
        with pytest.raises(af.InvalidArgument, match="no frame of changes: it has no"):
            asana.apply(frame)

    assert desk.writes == []


def test_a_plan_without_custom_fields_is_told_before_anything_is_sent() -> None:
    with serve(plan="free", now=NOW) as running:
        desk = Desk(running)
        with connect(desk) as asana:
            tasks = asana.tasks.list(project="Website relaunch", fields=["name"]).head(2)
            changes = build_changes(
                update(tasks["gid"][0], "cf_Priority", "High"),
                update(tasks["gid"][1], "name", "Other"),
                create("a", "cf_Priority", "High"),
            )
            with pytest.raises(af.InvalidArgument) as refused:
                asana.apply(changes, project="Website relaunch")
    problems = refused.value.problems
    assert problems is not None
    assert problems["row"].tolist() == [0, 2]
    assert "There is none at all." in problems["why"][0]
    assert "the custom fields cannot be read" in problems["why"][1]
    assert "402" in problems["why"][1]
    assert desk.writes == []


def test_a_read_only_connection_sends_nothing_but_previews(
    desk: Desk, asana: af.Asana, task: str
) -> None:
    changes = build_changes(update(task, "name", "Other"))
    desk.writes.clear()

    with af.connect("sandbox", base_url=desk.server.url, read_only=True) as reader:
        with pytest.raises(af.InvalidArgument, match="read-only"):
            reader.apply(changes)
        assert reader.apply(changes, dry_run=True).attrs["asana"]["requests"] == 1

    assert desk.writes == []


@pytest.mark.filterwarnings("ignore:apply makes .* section")
@FEW
@given(chance=st.randoms(use_true_random=False))
def test_a_preview_sends_nothing_and_counts_what_is_sent_then(
    desk: Desk, asana: af.Asana, chance: Random
) -> None:
    case = Case(asana, chance)
    desk.writes.clear()

    shown = asana.apply(case.changes, project=case.project, dry_run=True)

    assert desk.writes == []
    pd.testing.assert_frame_equal(shown, case.changes)
    asana.apply(case.changes, project=case.project)
    assert len(desk.writes) == shown.attrs["asana"]["requests"]


@FAILS
def test_what_was_changed_since_is_left_alone(desk: Desk, asana: af.Asana, project: str) -> None:
    asana.tasks.create(name=["A", "B", "C"], projects=project)
    before = asana.tasks.list(project=project, fields=["name", "modified_at", "memberships"])
    before = before.sort_values("name", ignore_index=True)
    after = before.assign(name=["A 2", "B 2", "C 2"])
    after["memberships_section_names"] = [("Untitled section",), ("Doing",), ("Doing",)]
    changes = af.changes(before, after)
    assert set(changes.attrs["asana"]["modified_at"]) == set(before["gid"])
    asana.tasks.update(before["gid"][1], notes="Somebody was here")

    done = asana.apply(changes, if_unchanged=True)

    assert set(asana.last.failures["parent_gid"]) == {before["gid"][1]}
    is_left = done["gid"] == before["gid"][1]
    assert set(done.loc[~is_left, "outcome"]) == {"done"}
    assert set(done.loc[is_left, "outcome"]) == {"not sent"}
    assert set(done.loc[is_left, "message"]) == {"Changed in Asana since it was read."}
    names = asana.tasks.get(before["gid"], fields=["name"])["name"]
    assert names.tolist() == ["A 2", "B", "C 2"]


def test_what_an_earlier_call_changed_is_not_somebody_else(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    asana.tasks.create(name=["A", "B"], projects=project)
    before = asana.tasks.list(project=project, fields=["name", "modified_at", "memberships"])
    after = before.assign(name=["New", "New"])
    after["memberships_section_names"] = [("Doing",), ("Doing",)]
    changes = af.changes(before, after)
    desk.spoil = lambda method, path: "401" if method == "PUT" else ""
    with pytest.raises(af.AuthError):
        asana.apply(changes, if_unchanged=True)
    desk.spoil = lambda method, path: ""

    done = asana.apply(changes, if_unchanged=True)

    assert list_failures(done) == []


def test_if_unchanged_needs_to_know_when_tasks_were_read(
    desk: Desk, asana: af.Asana, task: str
) -> None:
    desk.writes.clear()
    with pytest.raises(af.InvalidArgument, match="modified_at"):
        asana.apply(build_changes(update(task, "name", "x")), if_unchanged=True)
    assert desk.writes == []


def test_a_start_date_goes_with_the_present_due_date(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    made = asana.tasks.create(
        name=["Due", "At", "Both"],
        projects=project,
        due_on=["2026-12-10", None, "2026-12-10"],
        due_at=[None, "2026-12-10T12:00:00Z", None],
    )["gid"]

    done = asana.apply(
        build_changes(
            update(made[0], "start_on", "2026-12-01"),
            update(made[1], "start_at", "2026-12-01T08:00:00Z"),
            update(made[2], "start_on", "2026-12-02"),
            update(made[2], "due_on", "2026-12-20"),
        )
    )

    assert list_failures(done) == []
    told = asana.tasks.get(made, fields=["start_on", "due_on", "start_at", "due_at"])
    assert told["start_on"].astype(str).tolist() == ["2026-12-01", "2026-12-01", "2026-12-02"]
    assert told["due_on"].astype(str).tolist() == ["2026-12-10", "2026-12-10", "2026-12-20"]
    assert f"{told['start_at'][1]:%H:%M} {told['due_at'][1]:%H:%M}" == "08:00 12:00"


def test_a_start_date_without_a_due_date_is_refused(
    desk: Desk, asana: af.Asana, task: str
) -> None:
    desk.writes.clear()
    with pytest.raises(af.InvalidArgument, match="start_on needs a due date"):
        asana.apply(build_changes(update(task, "start_on", "2026-12-01")))
    assert desk.writes == []


@FAILS
@FEW
@given(chance=st.randoms(use_true_random=False))
def test_what_was_applied_can_be_undone_and_done_again(
    desk: Desk, asana: af.Asana, chance: Random
) -> None:
    case = Case(asana, chance, removes=False)
    gids = case.before["gid"].tolist()
    was = read_model(asana, gids)

    done = asana.apply(case.changes, project=case.project)
    case.check(asana, done)
    back = asana.apply(af.reverse(done, deletions=True), project=case.project)

    assert list_failures(back) == []
    assert read_model(asana, gids) == was
    made = done.loc[done["action"] == "create", "gid"].unique()
    for gid in made:
        with pytest.raises(af.NotFound):
            asana.tasks.get(gid)
    again = asana.apply(case.changes, project=case.project)
    assert list_failures(again) == []
    case.check(asana, again)


def test_names_of_sections_are_taken_without_spaces_around_them(
    asana: af.Asana, project: str
) -> None:
    done = create_from(asana, project, name=["a", "b", "c"], section=["Doing ", " New", "New"])

    assert list_failures(done) == []
    told = asana.tasks.get(done["gid"].drop_duplicates(), fields=["memberships"])
    assert told["memberships_section_names"].tolist() == [("Doing",), ("New",), ("New",)]
    assert asana.sections.list(project=project)["name"].tolist() == [*SECTIONS, "New"]


@pytest.mark.parametrize("names", [["doing"], ["To  do"], ["New", "new"], [" "]])
def test_a_new_section_that_looks_like_another_is_a_problem(
    desk: Desk, asana: af.Asana, project: str, names: list[str]
) -> None:
    desk.writes.clear()

    with pytest.raises(af.InvalidArgument, match=r"case or spaces|is blank"):
        create_from(asana, project, name=names, section=names)

    assert desk.writes == []


def test_a_key_of_digits_is_not_taken_for_a_gid(
    desk: Desk, asana: af.Asana, project: str, task: str
) -> None:
    asked: list[str] = []
    desk.spoil = lambda method, path: asked.append(path) or ""

    done = create_from(asana, project, key=["1", task], name=["a", "b"], parent=[task, None])

    assert list_failures(done) == []
    made = done.drop_duplicates("key").set_index("key")["gid"]
    assert asana.tasks.get(made["1"])["parent_gid"].tolist() == [made[task]]
    assert not [path for path in asked if f"/tasks/{task}/" in path or "/tasks/1/" in path]


@FAILS
def test_what_somebody_set_back_since_is_sent_again(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    gid, other = asana.tasks.create(name=["Was", "Other"], projects=project)["gid"]

    def find_changes() -> pd.DataFrame:
        before = asana.tasks.get([gid, other], fields=["name", "modified_at"])
        return af.changes(before, before.assign(name=["Is", "Fails"]))

    desk.spoil = lambda method, path: "500 before" if method == "PUT" and other in path else ""
    first = asana.apply(find_changes())
    with connect(desk) as somebody:
        somebody.tasks.update(gid, name="Was")
    second = asana.apply(find_changes())

    assert first["outcome"].tolist() == second["outcome"].tolist() == ["done", "unknown"]
    assert asana.tasks.get(gid)["name"].tolist() == ["Is"]


@FAILS
def test_what_this_connection_set_back_since_is_sent_again(
    desk: Desk, asana: af.Asana, task: str
) -> None:
    changes = build_changes(update(task, "name", "New", "One"))
    asana.apply(changes)
    asana.tasks.update(task, name="One")

    asana.apply(changes)

    assert asana.tasks.get(task)["name"].tolist() == ["New"]


@FAILS
def test_tasks_that_were_deleted_since_are_created_again(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    table = {"key": ["a", "b"], "name": ["Kept", "Gone"]}
    first = create_from(asana, project, **table)
    kept, gone = first["gid"]
    asana.tasks.delete(gone)

    second = create_from(asana, project, **table)

    assert second["outcome"].tolist() == ["done", "done"]
    assert second["gid"].tolist()[0] == kept
    assert second["gid"].tolist()[1] != gone
    assert count_tasks(asana, project, "Gone") == count_tasks(asana, project, "Kept") == 1


def test_a_task_is_in_its_new_project_before_it_leaves_the_old_one(
    desk: Desk, asana: af.Asana, project: str, task: str
) -> None:
    other = make_project(asana)
    desk.writes.clear()

    done = asana.apply(
        build_changes(
            ("tasks", "remove", task, None, "projects", project, None),
            ("tasks", "add", task, None, "projects", None, other),
            ("tasks", "add", task, None, "sections", None, (other, "Doing")),
        )
    )

    assert list_failures(done) == []
    sent = [path.rsplit("/", 1)[-1] for _, path, _ in desk.writes]
    assert sent == ["addProject", "removeProject"]
    told = asana.tasks.get(task, fields=["memberships"])
    assert told["memberships_project_gids"][0] == (other,)
    assert told["memberships_section_names"][0] == ("Doing",)


def test_tasks_can_change_places_in_a_hierarchy(desk: Desk, asana: af.Asana, project: str) -> None:
    top, below = asana.tasks.create(name=["Top", "Below"], projects=project)["gid"]
    asana.tasks.set_parent(below, parent=top)
    asana.tasks.add_dependencies(below, dependencies=[top])

    done = asana.apply(
        build_changes(
            update(top, "parent", below),
            update(below, "parent", af.CLEAR),
            ("tasks", "add", top, None, "dependencies", None, below),
            ("tasks", "remove", below, None, "dependencies", top, None),
        )
    )

    assert list_failures(done) == []
    told = asana.tasks.get([top, below], fields=["parent", "dependencies"])
    assert told["parent_gid"][0] == below
    assert told["parent_gid"].isna()[1]
    assert told["dependencies_gids"].tolist() == [(below,), ()]


def test_a_task_and_its_subtasks_can_be_deleted_in_any_order(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    top, below = asana.tasks.create(name=["Top", "Below"], projects=project)["gid"]
    asana.tasks.set_parent(below, parent=top)

    done = asana.apply(
        build_changes(*(("tasks", "delete", gid, None, None, None, None) for gid in (top, below)))
    )

    assert done["outcome"].tolist() == ["done", "done"]


@FAILS
def test_a_wrong_gid_is_not_told_as_deleted(desk: Desk, asana: af.Asana) -> None:
    done = asana.apply(build_changes(("tasks", "delete", "4711", None, None, None, None)))

    assert done["outcome"].tolist() == ["failed"]
    assert done["status"].tolist() == [404]


def test_custom_fields_of_many_tasks_take_a_request_for_each_field(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    asana.tasks.create(name=[f"Task {number}" for number in range(30)], projects=project)
    before = asana.tasks.list(project=project, fields=["name", "custom_fields"])
    after = before.copy()
    after["cf_Priority"], after["cf_Story points"] = "Low", 5.0
    changes = af.changes(before, after)

    done = asana.apply(changes)

    assert list_failures(done) == []
    assert asana.last.requests <= len(before) + 2
    told = asana.tasks.list(project=project, fields=["name", "custom_fields"])
    assert set(told["cf_Priority"]) == {"Low"}
    assert set(told["cf_Story points"]) == {5.0}


@FAILS
def test_a_task_is_not_deleted_while_a_subtask_has_not_left_it(
    desk: Desk, asana: af.Asana, project: str
) -> None:
    top, below = asana.tasks.create(name=["Top", "Below"], projects=project)["gid"]
    asana.tasks.set_parent(below, parent=top)
    changes = build_changes(
        update(below, "parent", af.CLEAR, top), ("tasks", "delete", top, None, None, None, None)
    )
    desk.spoil = lambda method, path: "500 before" if "setParent" in path else ""
    first = asana.apply(changes)
    desk.spoil = lambda method, path: ""

    second = asana.apply(changes)

    assert first["outcome"].tolist() == ["unknown", "not sent"]
    assert second["outcome"].tolist() == ["done", "done"]
    assert asana.tasks.get(below, fields=["name"])["name"].tolist() == ["Below"]


@FAILS
def test_a_task_stays_where_it_is_until_it_is_in_its_new_project(
    desk: Desk, asana: af.Asana, project: str, task: str
) -> None:
    other = make_project(asana)
    changes = build_changes(
        ("tasks", "remove", task, None, "projects", project, None),
        ("tasks", "add", task, None, "projects", None, other),
    )
    desk.spoil = lambda method, path: "500 before" if "addProject" in path else ""
    first = asana.apply(changes)
    desk.spoil = lambda method, path: ""
    were = asana.tasks.get(task, fields=["memberships"])["memberships_project_gids"][0]

    second = asana.apply(changes)

    assert first["outcome"].tolist() == ["not sent", "unknown"]
    assert were == (project,)
    assert second["outcome"].tolist() == ["done", "done"]
    are = asana.tasks.get(task, fields=["memberships"])["memberships_project_gids"][0]
    assert are == (other,)


@FAILS
def test_what_a_file_keeps_of_changes_can_be_carried_out(
    desk: Desk, asana: af.Asana, project: str, tmp_path: Path
) -> None:
    top = str(asana.tasks.create(name="Top", projects=project)["gid"][0])
    before = asana.tasks.get([top], fields=FIELDS)
    after = before.astype(object)
    after.at[0, "due_on"] = pd.Timestamp("2026-12-01")
    after.at[0, "completed"] = True
    after["memberships_section_names"] = [("Doing",)]
    after["cf_Story points"] = 5.0
    new = pd.DataFrame(
        {
            "key": ["a", "b; c", "d"],
            "name": ["A", "B", "<CLEAR> it"],
            "depends_on": [("b; c", "d"), None, None],
            "parent": [None, top, None],
            "tags": [("legal", "waiting"), None, None],
            "completed": [None, True, None],
        }
    )
    changes = pd.concat([af.changes(before, after), af.changes(None, new)], ignore_index=True)
    af.export.to_csv(changes, tmp_path / "changes.csv")
    read = pd.read_csv(tmp_path / "changes.csv", dtype=str)

    done = asana.apply(read, project=project)

    assert list_failures(done) == []
    gids = done.dropna(subset="key").drop_duplicates("key")["gid"].tolist()
    model = read_model(asana, [top, *gids])
    assert model[top] == Task(
        "Top", "2026-12-01", True, points=5.0, section="Doing", assignee=None
    )
    a, b, d = (model[gid] for gid in gids)
    assert (a.tags, a.depends_on) == ({"legal", "waiting"}, {gids[1], gids[2]})
    assert (b.parent, b.completed) == (top, True)
    assert d.name == "<CLEAR> it"


def test_a_preview_of_new_parents_can_be_applied(own: af.Asana) -> None:
    made = own.tasks.create(name=["above", "below"], projects="Office move")
    above, below = made["gid"]
    preview = own.tasks.set_parent([below], parent=above, dry_run=True)

    done = own.apply(preview)

    assert done["outcome"].tolist() == ["done"]
    assert own.tasks.get(below).loc[0, "parent_gid"] == above


@pytest.mark.filterwarnings("ignore::asana_frames.PartialResultWarning")
def test_a_parent_that_is_not_there_fails_its_own_row(own: af.Asana) -> None:
    rows = {"key": ["a", "b"], "name": ["x", "y"], "parent": [None, "1209999999999999"]}

    done = own.apply(af.changes(None, pd.DataFrame(rows)), project="Office move")

    told = done.groupby("key")[["outcome", "status"]].first()
    assert told.values.tolist() == [["done", 201], ["failed", 404]]


def test_what_was_changed_since_is_not_undone(own: af.Asana) -> None:
    before = own.tasks.list(project="Office move").head(2)
    edited = before.assign(name=["one", "two"], due_on=pd.Timestamp("2026-12-24"))
    undone = af.reverse(own.apply(af.changes(before, edited)))
    own.tasks.update(before["gid"].iloc[1], name="three")

    with pytest.raises(af.InvalidArgument, match="name is 'three' now, and not 'two'") as caught:
        own.apply(undone)

    problems = caught.value.problems
    assert problems["column"].tolist() == ["name"]
    own.apply(undone.drop(index=problems["row"].tolist()))
    after = own.tasks.get(before["gid"])
    assert after["name"].tolist() == [before["name"].iloc[0], "three"]
    pd.testing.assert_series_equal(after["due_on"], before["due_on"])
