"""Tables from the command line: carried out once, and gone on with after an end that is early."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.sandbox_server import Server, serve
from tests.cli.commands import Done, run
from tests.fixed_day import NOW

PROJECT = "Website relaunch"
TABLE = """\
key,name,parent,section,depends_on,assignee,due_on,cf_Priority
a,Plan the party,,Brand new,,Zoe Ng,2026-12-01,High
b,Buy cake,a,,,,,
c,Invite all,,Backlog,a; b,,2026-12-03,
"""


@pytest.fixture
def own_server() -> Iterator[Server]:
    with serve(now=NOW) as running:
        yield running


class Shell:
    """A folder in which commands are run against a server."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.url = server.url

    def run(self, *arguments: str) -> Done:
        variables = {"ASANA_BASE_URL": self.url, "ASANA_ACCESS_TOKEN": "sandbox"}
        return run(*arguments, cwd=self.folder, **variables)

    def apply(self, *arguments: str) -> Done:
        return self.run("apply", "table.csv", "--project", PROJECT, *arguments)

    def write(self, text: str, name: str = "table.csv") -> None:
        (self.folder / name).write_text(text)

    def list_tasks(self) -> pd.DataFrame:
        with af.connect("sandbox", base_url=self.url) as asana:
            return asana.tasks.list(project=PROJECT)

    def count(self, *names: str) -> int:
        return int(self.list_tasks()["name"].isin(names).sum())


@pytest.fixture
def shell(tmp_path: Path, own_server: Server) -> Shell:
    return Shell(tmp_path, own_server)


def test_a_table_becomes_tasks_once(shell: Shell) -> None:
    shell.write(TABLE)

    first = shell.apply()
    again = shell.apply()

    assert (first.returncode, first.stdout) == (0, "")
    assert first.stderr == "11 change(s): 11 done. See table.applied.csv.\n"
    assert again.stderr == "11 change(s): 11 done before. See table.applied.csv.\n"
    tasks = shell.list_tasks().set_index("name")
    assert tasks.loc["Plan the party", "memberships_section_names"] == ("Brand new",)
    assert tasks.loc["Plan the party", "assignee_name"] == "Zoe Ng"
    assert shell.count("Plan the party", "Invite all") == 2
    applied = af.read_csv(shell.folder / "table.applied.csv")
    assert set(applied["outcome"]) == {"done"}
    assert applied["gid"].notna().all()


def test_a_preview_of_a_table_sends_and_writes_nothing(shell: Shell) -> None:
    shell.write(TABLE)

    told = shell.apply("--dry-run")

    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    assert told.returncode == 0
    assert [row["field"] for row in rows if row["key"] == "b"] == ["name", "parent"]
    assert "nothing was sent" in told.stderr
    assert shell.count("Plan the party") == 0
    assert not (shell.folder / "table.applied.csv").exists()


def test_what_failed_is_told_and_carried_out_when_it_was_mended(shell: Shell) -> None:
    shell.write("key,name,assignee\na,One,\nb,Two,1209999999999999\n")

    failed = shell.apply()
    shell.write("key,name,assignee\na,One,\nb,Two,Zoe Ng\n")
    mended = shell.apply()

    assert failed.returncode == 1
    assert "1 done, 2 failed" in failed.stderr
    assert mended.returncode == 0
    assert "3 change(s): 2 done, 1 done before." in mended.stderr
    assert (shell.count("One"), shell.count("Two")) == (1, 1)


def test_after_an_interrupt_the_rest_is_carried_out(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    shell.write(TABLE)
    with monkeypatch.context() as patch:
        # Between creations and dependencies.
        patch.setattr("asana_frames.calls.apply.order_tasks", interrupt)
        ended = shell.apply()
    applied = af.read_csv(shell.folder / "table.applied.csv")
    rest = shell.apply()

    assert ended.returncode == 130
    assert "table.applied.csv" in ended.stderr
    assert applied.loc[applied["outcome"] != "done", "field"].tolist() == ["depends_on"]
    assert rest.returncode == 0
    assert "1 done, 10 done before" in rest.stderr
    assert shell.count("Plan the party", "Invite all") == 2


def test_rows_that_are_added_later_are_created_alone(shell: Shell) -> None:
    shell.write(TABLE)
    shell.apply()

    shell.write(TABLE + "d,Say thanks,c,,,,,\n")
    done = shell.apply()
    shell.write("\n".join(TABLE.splitlines()[:2]))
    fewer = shell.apply()
    shell.write(TABLE)
    back = shell.apply()

    assert "13 change(s): 2 done, 11 done before." in done.stderr
    assert (fewer.returncode, back.returncode) == (0, 0)
    assert shell.count("Plan the party", "Invite all") == 2


def test_rows_that_were_changed_after_their_task_was_created_are_refused(shell: Shell) -> None:
    shell.write(TABLE)
    shell.apply()

    shell.write(TABLE.replace("Invite all", "Invite some"))
    done = shell.apply()

    assert done.returncode == 2
    assert "its task was created as the table said before" in done.stderr
    assert shell.count("Invite all", "Invite some") == 1


def test_what_was_applied_to_one_project_is_not_taken_for_another(shell: Shell) -> None:
    shell.write(TABLE)
    shell.apply()

    done = shell.run("apply", "table.csv", "--project", "Office move")

    assert done.returncode == 2
    assert "is about the project 'Website relaunch'" in done.stderr


def test_an_edited_file_is_compared_with_the_one_that_was_saved(shell: Shell) -> None:
    tasks = shell.list_tasks().head(3)
    af.export.to_csv(tasks, shell.folder / "before.csv", schema=True)
    text = (shell.folder / "before.csv").read_text()
    start = f'"{tasks["gid"][1]}","'
    assert text.count(start + tasks["name"][1]) == 1
    shell.write(text.replace(start + tasks["name"][1], start + "A new name"))

    without = shell.run("apply", "table.csv")
    done = shell.run("apply", "table.csv", "--before", "before.csv")

    assert without.returncode == 2
    assert "--before" in without.stderr
    assert (done.returncode, done.stderr[:20]) == (0, "1 change(s): 1 done.")
    assert shell.list_tasks().set_index("gid").loc[tasks["gid"][1], "name"] == "A new name"


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_a_frame_of_changes_goes_through_files(shell: Shell, suffix: str) -> None:
    with af.connect("sandbox", base_url=shell.url) as asana:
        tags = asana.tags.list(workspace="Acme")["name"].tolist()[:2]
    tasks = shell.list_tasks().head(2)
    edited = tasks.copy()
    edited["completed"] = ~tasks["completed"]
    edited["tags_names"] = pd.Series([tuple(tags)] * 2, dtype=object)
    edited["memberships_section_names"] = pd.Series([("Done",)] * 2, dtype=object)
    changes = af.changes(tasks, edited)
    table = shell.folder / f"changes.{suffix}"
    write = {"csv": af.export.to_csv, "xlsx": af.export.to_excel, "json": af.export.to_json}
    write[suffix](changes, table)

    done = shell.run("apply", table.name)

    assert done.returncode == 0, done.stderr
    assert f"{len(changes)} done" in done.stderr
    found = shell.list_tasks().set_index("gid").loc[tasks["gid"]]
    assert found["completed"].tolist() == edited["completed"].tolist()
    assert found["memberships_section_names"].tolist() == [("Done",)] * 2
    assert all(set(tags) <= set(names) for names in found["tags_names"])


def test_what_was_tried_in_the_sandbox_is_not_taken_as_done(shell: Shell) -> None:
    shell.write(TABLE)

    tried = shell.apply("--sandbox")
    done = shell.apply()

    assert tried.stderr == "11 change(s): 11 done.\n"
    assert "11 change(s): 11 done. See" in done.stderr
    assert shell.count("Plan the party", "Invite all") == 2


def test_names_that_are_wrong_are_told_by_the_keys_of_their_rows(shell: Shell) -> None:
    shell.write(TABLE.replace("Zoe Ng", "Zoe Ngo").replace("High", "Hihg"))

    done = shell.apply()

    assert done.returncode == 2
    assert done.stderr.count("\n  a, ") == 2
    assert "Did you mean" in done.stderr
    assert shell.count("Plan the party") == 0
    assert not (shell.folder / "table.applied.csv").exists()


def test_a_table_of_another_format_is_refused(shell: Shell) -> None:
    shell.write("x", "table.txt")

    done = shell.run("apply", "table.txt")

    assert done.returncode == 2
    assert "not a table that can be read" in done.stderr


def test_the_cells_of_a_table_are_written_to_its_tasks(shell: Shell) -> None:
    tasks = shell.list_tasks().dropna(subset=["due_on", "assignee_gid"])
    # Asana keeps a start only beside a due date.
    tasks = tasks[tasks["start_on"].isna()].head(2)
    first, second = tasks["gid"]
    shell.write(
        f"gid,name,due_on,assignee,cf_Priority,section\n"
        f"{first},New name,,Tove Jansson,Low,Done\n{second},,<CLEAR>,<CLEAR>,,\n"
    )

    told = shell.run("tasks", "update", "--from", "table.csv", "--dry-run")
    between = shell.list_tasks()
    done = shell.run("tasks", "update", "--from", "table.csv")
    again = shell.run("tasks", "update", "--from", "table.csv")

    assert "New name" in told.stdout
    assert "New name" not in between["name"].tolist()
    assert done.returncode == 0
    assert again.stderr == "0 change(s): nothing to do.\n"
    found = shell.list_tasks().set_index("gid")
    row = found.loc[first]
    assert (row["name"], row["assignee_name"], row["cf_Priority"]) == (
        "New name",
        "Tove Jansson",
        "Low",
    )
    assert row["due_on"] == tasks["due_on"].iloc[0]
    assert row["memberships_section_names"] == ("Done",)
    assert found.loc[second, ["due_on", "assignee_gid"]].isna().all()
    assert found.loc[second, "name"] == tasks["name"].iloc[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nx\n", "has no column 'gid'"),
        ("gid,name\n,x\n", "row 0, gid: there is none"),
        ("gid,cf_Priority\n{gid},Lowest\n", "there is no option 'Lowest'"),
    ],
)
def test_tables_that_cannot_be_written_are_refused(shell: Shell, text: str, message: str) -> None:
    shell.write(text.format(gid=shell.list_tasks()["gid"][0]))

    done = shell.run("tasks", "update", "--from", "table.csv")

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_an_update_needs_a_task_or_a_table_and_not_both(shell: Shell) -> None:
    shell.write("gid\n")

    nothing = shell.run("tasks", "update")
    both = shell.run("tasks", "update", "--from", "table.csv", "--name", "x")

    assert (nothing.returncode, both.returncode) == (2, 2)
    assert "or --from" in nothing.stderr
    assert "leave the others out" in both.stderr


def test_after_a_kill_nothing_is_created_twice(shell: Shell) -> None:
    names = [f"Step {number}" for number in range(40)]
    rows = [f"k{place},{name},Backlog" for place, name in enumerate(names)]
    shell.write("\n".join(["key,name,section", *rows, ""]))
    applied = shell.folder / "table.applied.csv"
    command = [sys.executable, "-m", "asana_frames", "apply", "table.csv", "--project", PROJECT]
    variables = {"ASANA_BASE_URL": shell.url, "ASANA_ACCESS_TOKEN": "sandbox"}

    with subprocess.Popen(command, cwd=shell.folder, env=os.environ | variables) as process:
        while process.poll() is None and not (applied.exists() and "done" in applied.read_text()):
            time.sleep(0.001)
        process.kill()
    made = shell.count(*names)
    shell.apply()

    assert 0 < made < len(names)
    told = af.read_csv(applied).drop_duplicates("key").set_index("key")["outcome"]
    assert set(told) <= {"done", "unknown"}
    # Of what was being sent nobody knows; it is found if it is there, and never sent again.
    assert (told == "unknown").sum() <= 1
    there = [name for name, outcome in zip(names, told, strict=True) if outcome == "done"]
    tasks = shell.list_tasks()
    assert tasks.loc[tasks["name"].isin(names), "name"].tolist() == there


@pytest.fixture
def edited(shell: Shell) -> pd.DataFrame:
    """Two tasks as they were saved; of the edited file one is gone, and one has no due date."""
    tasks = shell.list_tasks().dropna(subset=["due_on"])
    # A start needs a due date.
    tasks = tasks.loc[tasks["start_on"].isna(), ["gid", "name", "due_on"]].head(2)
    af.export.to_csv(tasks, shell.folder / "before.csv")
    af.export.to_csv(tasks.head(1).assign(due_on=pd.NaT), shell.folder / "table.csv")
    return tasks


def test_blanks_and_rows_that_are_gone_count_on_request(
    shell: Shell, edited: pd.DataFrame
) -> None:
    command = ["apply", "table.csv", "--before", "before.csv"]

    told = shell.run(*command)
    done = shell.run(*command, "--clear-blanks", "--deletions")

    assert "--clear-blanks all of these" in told.stderr
    assert "<CLEAR>" in told.stderr
    assert done.returncode == 0, done.stderr
    tasks = shell.list_tasks().set_index("gid")
    assert pd.isna(tasks.loc[edited["gid"].iloc[0], "due_on"])
    assert edited["gid"].iloc[1] not in tasks.index


def test_options_of_an_edited_table_need_the_table_before(shell: Shell) -> None:
    shell.write(TABLE)

    assert "need --before" in shell.apply("--deletions").stderr


def test_what_a_run_that_is_over_has_edited_can_be_edited_back(shell: Shell) -> None:
    tasks = shell.list_tasks().head(1)[["gid", "name"]]
    af.export.to_csv(tasks, shell.folder / "before.csv")

    for name in ("B", "C", "B"):
        af.export.to_csv(tasks.assign(name=name), shell.folder / "table.csv")
        assert shell.run("apply", "table.csv", "--before", "before.csv").returncode == 0
        assert shell.count(name) == 1


@pytest.mark.parametrize("places", [(0,), (3,), (0, 3)])
def test_read_only_stands_before_or_after_the_command(
    shell: Shell, places: tuple[int, ...]
) -> None:
    shell.write(TABLE)
    command = ["apply", "table.csv", f"--project={PROJECT}"]
    for place in reversed(places):
        command.insert(place, "--read-only")

    done = shell.run(*command)

    assert done.returncode == 2
    assert "read-only" in done.stderr
    assert shell.count("Plan the party") == 0


def test_an_interrupt_before_a_command_has_begun_is_one_too(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("asana_frames.cli.import_module", interrupt)

    ended = shell.apply()

    assert (ended.returncode, ended.stderr) == (130, "Interrupted.\n")


def test_new_rows_without_a_key_are_known_by_what_they_say(shell: Shell) -> None:
    tasks = shell.list_tasks().head(3)[["gid", "name"]]
    af.export.to_csv(tasks, shell.folder / "before.csv")
    news = pd.DataFrame({"gid": [None], "name": ["Only once"]})
    command = ["apply", "table.csv", "--before", "before.csv", f"--project={PROJECT}"]

    for table in ([tasks, news], [news, tasks], [tasks.head(1), news], [news, tasks.tail(2)]):
        af.export.to_csv(pd.concat(table), shell.folder / "table.csv")
        done = shell.run(*command)
        assert done.returncode == 0, done.stderr
        assert shell.count("Only once") == 1
    # Another one is created; one that was edited is not.
    more = pd.DataFrame({"gid": [None, None], "name": ["Another", "Only once"]})
    af.export.to_csv(pd.concat([more, tasks]), shell.folder / "table.csv")
    assert shell.run(*command).returncode == 0
    af.export.to_csv(
        pd.concat([more.replace("Another", "Edited"), tasks]), shell.folder / "table.csv"
    )
    refused = shell.run(*command)
    assert refused.returncode == 2
    assert "it may be a row whose task was created" in refused.stderr
    assert (shell.count("Only once"), shell.count("Another"), shell.count("Edited")) == (1, 1, 0)


def test_an_edit_beside_one_that_fails_can_be_edited_back(shell: Shell) -> None:
    tasks = shell.list_tasks().head(2)[["gid", "name"]]
    tasks.loc[tasks.index[1], "gid"] = "1209999999999999"
    af.export.to_csv(tasks, shell.folder / "before.csv")

    for name in ("B", "C", "B"):
        af.export.to_csv(tasks.assign(name=[name, "Not there"]), shell.folder / "table.csv")
        assert shell.run("apply", "table.csv", "--before", "before.csv").returncode == 1
        assert shell.count(name) == 1


@pytest.mark.parametrize("sheet", ["Sheet1", "tasks"])
def test_a_plan_may_be_a_workbook_of_another_program(shell: Shell, sheet: str) -> None:
    plan = pd.DataFrame({"key": ["a", "b"], "name": ["In Excel", "Below"], "parent": [None, "a"]})
    plan.to_excel(shell.folder / "plan.xlsx", index=False, sheet_name=sheet)

    done = shell.run("apply", "plan.xlsx", f"--project={PROJECT}")

    assert done.returncode == 0, done.stderr
    assert shell.count("In Excel") == 1


def test_keys_that_another_program_made_fractions_of_are_known(shell: Shell) -> None:
    for key in ("1", "1.0", "1,0"):
        shell.write(f'key,name\n"{key}",Only once\n')
        assert shell.apply().returncode == 0
        assert shell.count("Only once") == 1
