"""Every rollup of tasks that were read from a file of Asana: right by name, or refused."""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames import rollups
from tests.export.asana_files import write_json, write_rows, write_tasks
from tests.fixed_day import NOW
from tests.public_calls import Frames

# A few entries are less than what the budgets have used up.
pytestmark = pytest.mark.filterwarnings("ignore:.*used")

PROJECT = "Website relaunch"
TAKING_TASKS = sorted(
    name
    for name in rollups.__all__
    if "tasks" in inspect.signature(getattr(rollups, name)).parameters
)
#: Rollups that match gids, or need what the file does not have -> what the message names.
REFUSED = {
    "as_of": "needs gids in assignee_gid",
    "entries": "needs gids in memberships_project_gids",
    "estimates": "needs the column\\(s\\) actual_time_minutes, of which the file",
    "portfolio": "needs gids in memberships_project_gids",
    "velocity": "needs gids in memberships_section_gids",
    "section_times": "needs gids in memberships_project_gids",
}


@pytest.fixture(scope="module")
def frames() -> Frames:
    frames = Frames()
    frames.tasks = frames.asana.tasks.list(project=PROJECT)
    return frames


@pytest.fixture(scope="module")
def file(frames: Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tasks(tmp_path_factory.mktemp("a") / "tasks.csv", frames.tasks, PROJECT)


@pytest.fixture(scope="module")
def json_file(frames: Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_json(tmp_path_factory.mktemp("b") / "tasks.json", frames.asana, PROJECT)


@pytest.fixture
def exported(file: Path) -> pd.DataFrame:
    return af.read_asana_csv(file)


def call(frames: Frames, name: str, tasks: pd.DataFrame, **more: Any) -> pd.DataFrame:
    function, arguments = frames.calls("_rollups", Path())[f"rollups.{name}"]
    known = inspect.signature(function).parameters
    fixed = {key: value for key, value in {"now": NOW, "tz": "UTC"}.items() if key in known}
    return pd.DataFrame(function(**{**arguments, **fixed, "tasks": tasks, **more}))


def as_a_file_has_them(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return tasks with days for moments, and the sections of the exported project only."""
    days = {
        name: tasks[name].dt.floor("D") for name in ("created_at", "completed_at", "modified_at")
    }
    places = ("memberships_project_names", "memberships_section_names")
    sections = [
        tuple(
            section if project == PROJECT else None for project, section in zip(*row, strict=True)
        )
        for row in zip(*(tasks[name] for name in places), strict=True)
    ]
    return tasks.assign(**days, memberships_section_names=sections)


def show_names(table: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the rows of a result without gids of people and places, as sorted texts."""
    kept = [
        name
        for name in table.columns
        if name == "task_gid" or not name.endswith(("_gid", "_gids"))
    ]
    return sorted(tuple(map(str, row)) for row in table[kept].itertuples(index=False))


@pytest.mark.parametrize("name", sorted({*TAKING_TASKS} - {*REFUSED, "empty_fields"}))
def test_a_rollup_that_needs_names_and_days_gives_the_figures_of_the_tasks_themselves(
    name: str, frames: Frames, exported: pd.DataFrame
) -> None:
    wanted = show_names(call(frames, name, as_a_file_has_them(frames.tasks)))

    assert show_names(call(frames, name, exported)) == wanted
    assert wanted


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_rollup_that_needs_more_says_what(
    name: str, frames: Frames, exported: pd.DataFrame
) -> None:
    more: dict[str, Any] = {}
    if name == "estimates":
        exported = exported.assign(**{"cf_Estimated time": 60.0})
        more = {"entries": None}

    with pytest.raises(af.InvalidArgument, match=f"^rollups.{name} {REFUSED[name]}"):
        call(frames, name, exported, **more)


@pytest.mark.parametrize("name", sorted({*TAKING_TASKS} - {"empty_fields"}))
def test_a_rollup_of_a_json_file_is_that_of_the_tasks_themselves(
    name: str, frames: Frames, json_file: Path
) -> None:
    tasks = af.read_asana_json(json_file)

    found, wanted = call(frames, name, tasks), call(frames, name, frames.tasks)

    pd.testing.assert_frame_equal(found, wanted[found.columns])
    assert {*wanted.columns} - {*found.columns} <= {"project_gids", "section_gids"}


def test_tasks_are_counted_by_person_and_project_name(
    frames: Frames, exported: pd.DataFrame
) -> None:
    done = frames.tasks[frames.tasks["completed_at"].notna()]

    people = rollups.throughput(exported, by="person", every="YS")
    projects = rollups.throughput(exported, by="project", every="YS")

    by_person = Counter(done["assignee_name"].fillna("nobody"))
    # A task counts in each of its projects.
    by_project = Counter(done["memberships_project_names"].explode())
    assert sum_by_name(people, "person_name") == by_person
    assert sum_by_name(projects, "project_name") == by_project
    assert len(by_person) > 3
    assert people["person_gid"].isna().all()


def sum_by_name(table: pd.DataFrame, name: str) -> dict[str, int]:
    sums = table.groupby(table[name].fillna("nobody"))["done"].sum().astype(int)
    return sums[sums > 0].to_dict()


def test_gids_alone_are_no_key_where_only_names_are_known(exported: pd.DataFrame) -> None:
    with pytest.raises(af.InvalidArgument, match=r"person_gid is missing in .* use by='person'"):
        rollups.throughput(exported, by="person_gid")


def test_frames_of_asana_and_of_a_file_together_keep_people_apart(
    frames: Frames, exported: pd.DataFrame
) -> None:
    both = pd.concat([frames.tasks.head(60), exported.tail(60)])

    with pytest.raises(af.InvalidArgument, match="person_gid is missing in"):
        rollups.throughput(both, by="person_gid")


def test_people_without_gid_are_not_without_assignee(exported: pd.DataFrame) -> None:
    found = rollups.quality(exported, now=NOW)

    nobody = exported["assignee_name"].isna() & exported["completed_at"].isna()
    told = found.loc[found["finding"] == "no assignee", "task_gid"]
    assert set(told) == set(exported.loc[nobody, "gid"])


@pytest.mark.parametrize(
    ("name", "header", "column"),
    [
        ("daily", "Created At", "created_at"),
        ("burnup", "Completed At", "completed_at"),
        ("lead_times", "Completed At", "completed_at"),
        ("load", "Due Date", "due_on"),
        ("load", "Assignee", "assignee_gid, assignee_name"),
        ("quality", "Assignee", "assignee_gid"),
        ("dependencies", "Completed At", "completed"),
    ],
)
def test_a_column_that_the_file_lacks_is_refused_even_after_filters(
    name: str, header: str, column: str, frames: Frames, tmp_path: Path
) -> None:
    every = ["Task ID", "Name", "Created At", "Completed At", "Due Date", "Assignee"]
    row = {"Task ID": "1", "Name": "Write"}
    lacking = [name for name in every if name != header]
    tasks = af.read_asana_csv(write_rows(tmp_path / "a.csv", [row], header=lacking))

    for frame in (tasks, tasks[tasks["name"] == "Write"].copy()):
        with pytest.raises(af.InvalidArgument) as caught:
            call(frames, name, frame)
        assert f"needs the column(s) {column}, of which the file" in str(caught.value)


def test_a_column_that_is_empty_or_was_filled_is_not_refused(tmp_path: Path) -> None:
    row = {"Task ID": "1", "Name": "Write", "Created At": "2026-03-02"}
    complete = af.read_asana_csv(write_rows(tmp_path / "a.csv", [row]))
    header = ["Task ID", "Name", "Created At"]
    bare = af.read_asana_csv(write_rows(tmp_path / "b.csv", [row], header=header))
    filled = bare.assign(completed_at=pd.to_datetime(["2026-03-04"], utc=True))

    assert rollups.burnup(complete)["open"].iloc[-1] == 1
    assert rollups.burnup(filled)["done"].iloc[-1] == 1
    assert rollups.load(complete)["tasks"].tolist() == [1]


def test_a_json_file_is_as_good_as_what_it_has(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(
        '[{"gid": "1", "name": "Write", "created_at": "2026-03-02T10:00:00.000Z",'
        ' "completed_at": "2026-03-04T10:00:00.000Z"}]'
    )
    tasks = af.read_asana_json(file)

    assert rollups.lead_times(tasks)["days_open"].tolist() == [2]
    with pytest.raises(af.InvalidArgument, match=r"column\(s\) due_on, assignee_gid"):
        rollups.load(tasks)


def test_columns_that_the_file_lacks_are_no_empty_fields(exported: pd.DataFrame) -> None:
    filled = rollups.empty_fields(exported).set_index("column")["filled"]

    assert filled["memberships_project_names"] == len(exported)
    assert not {"memberships_project_gids", "tags_gids", "assignee_gid"} & set(filled.index)
    added = exported.assign(assignee_gid=["12", *[None] * (len(exported) - 1)])
    assert rollups.empty_fields(added).set_index("column")["filled"]["assignee_gid"] == 1


def test_dependencies_between_projects_are_found_by_name(tmp_path: Path) -> None:
    rows = [
        {"Task ID": str(gid), "Name": f"Task {gid}", "Projects": project}
        for gid, project in enumerate(["Website", "Website", "Mobile"])
    ]
    tasks = af.read_asana_csv(write_rows(tmp_path / "a.csv", rows))
    edges = pd.DataFrame({"task_gid": ["1", "2"], "dependency_gid": ["0", "0"]})

    found = rollups.dependencies(tasks, edges, now=NOW)

    assert found["crosses_projects"].tolist() == [False, False, True]


def test_time_of_tasks_of_a_file_is_added_up_by_project_and_root_name(tmp_path: Path) -> None:
    home = {"Projects": "Website", "Section/Column": "Doing"}
    rows = [
        {"Task ID": "1", "Name": "Plan", **home},
        {"Task ID": "2", "Name": "Draw", "Parent task": "Plan"},
        {"Task ID": "3", "Name": "Sell", "Parent task": "Elsewhere"},
    ]
    tasks = af.read_asana_csv(write_rows(tmp_path / "a.csv", rows))
    entries = pd.DataFrame(
        {
            "gid": ["71", "72", "73"],
            "task_gid": ["1", "2", "3"],
            "duration_minutes": [60, 30, 15],
            "entered_on": pd.to_datetime(["2026-03-02"] * 3),
            "created_by_gid": ["11"] * 3,
        }
    )

    table = rollups.entries(entries, tasks)
    hours = rollups.hours(table, by=["project", "section"], every=None)

    assert table["root_task_name"].tolist() == ["Plan", "Plan", "Elsewhere"]
    assert table["root_task_gid"].fillna("").tolist() == ["1", "1", ""]
    assert table["project_from"].fillna("").tolist() == ["task", "task", ""]
    named = hours.set_index(hours["project_name"].fillna("none"))["hours"]
    assert named.to_dict() == {"Website": 1.5, "none": 0.25}
    assert hours["section_name"].dropna().tolist() == ["Doing"]


def test_subtasks_of_unknown_parents_are_not_added_to_a_root(tmp_path: Path) -> None:
    rows = [{"Task ID": "1", "Name": "Draw", "Parent task": "Plan", "Estimated time": "60"}]
    tasks = af.read_asana_csv(write_rows(tmp_path / "a.csv", rows, fields=["Estimated time"]))
    spent = pd.DataFrame({"task_gid": ["1"], "duration_minutes": [30]})

    with pytest.raises(af.InvalidArgument, match=r"parent_gid is missing in 1 row.*to_root=False"):
        rollups.estimates(tasks, spent, to_root=True)
    assert rollups.estimates(tasks, spent, to_root=False)["actual"].tolist() == [0.5]


def test_edges_of_names_alone_are_refused_as_such(exported: pd.DataFrame) -> None:
    edges = pd.DataFrame({"task_gid": ["1"], "dependency_name": ["Write"]})

    with pytest.raises(
        af.InvalidArgument, match=r"dependency_gid.*names only, in dependency_name"
    ):
        rollups.dependencies(exported, edges)
