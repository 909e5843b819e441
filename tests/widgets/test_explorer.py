"""The explorer: pick, run, see, save; errors are shown where they are seen."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import load
from asana_frames.exceptions import InvalidArgument
from asana_frames.widgets import Explorer, ProjectPicker
from tests.recorder import Recorder
from tests.widgets import screen
from tests.widgets.company import Company, records


@pytest.fixture
def company(recorder: Recorder) -> Iterator[Company]:
    made = Company(recorder)
    made.only_acme()
    yield made
    made.release()


def status(explorer: Explorer) -> str:
    return str(explorer._status.value)


def told(explorer: Explorer) -> str:
    """Return the words of the status."""
    return html.unescape(re.sub("<[^>]*>", "", status(explorer)))


def clicked(explorer: Explorer) -> Explorer:
    """Press Run and wait until it can be pressed again."""
    screen.press(explorer, "Run")
    screen.until(lambda: not screen.control(explorer, "Run").disabled, "the run over")
    return explorer


def test_only_operations_that_read_are_offered(asana: af.Asana) -> None:
    explorer = Explorer(asana)
    offered = {
        f"{resource}.{method}"
        for resource in screen.control(explorer, "Resource").options
        for method in _methods(explorer, resource)
    }

    reads = {op.name for op in load().operations if op.is_read and op.returns != "nothing"}
    assert reads <= offered
    assert {name.partition(".")[2] for name in offered - reads} == {"list"}
    assert "tasks.delete" not in offered


def _methods(explorer: Explorer, resource: str) -> tuple[str, ...]:
    screen.write(explorer, "Resource", resource)
    return tuple(screen.control(explorer, "Operation").options)


def test_the_operation_can_be_given(asana: af.Asana) -> None:
    explorer = Explorer(asana, "tags.get")

    assert explorer.operation.name == "tags.get"
    assert screen.control(explorer, "Resource").placeholder == "tags"
    assert screen.control(explorer, "Operation").placeholder == "get"


@pytest.mark.parametrize("wrong", ["tasks.lst", "tasks", "", "tasks.delete", "tasks.create"])
def test_an_operation_that_does_not_read_is_refused(asana: af.Asana, wrong: str) -> None:
    with pytest.raises(InvalidArgument, match="not an operation that reads"):
        Explorer(asana, wrong)


def test_what_is_chosen_leaves_the_box_free_for_another_choice(asana: af.Asana) -> None:
    explorer = Explorer(asana)

    screen.write(explorer, "Resource", "tags")
    screen.write(explorer, "Operation", "lis")
    typed = screen.control(explorer, "Operation").value
    screen.write(explorer, "Operation", "get")

    box = screen.control(explorer, "Operation")
    assert (typed, box.value, box.placeholder) == ("lis", "", "get")
    assert explorer.operation.name == "tags.get"
    assert "<b>asana.tags.get</b> Get one tag or many." in screen.said(explorer)


def test_another_resource_begins_with_its_list(asana: af.Asana) -> None:
    explorer = Explorer(asana, "tags.get")

    screen.write(explorer, "Resource", "projects")

    assert explorer.operation.name == "projects.list"
    assert explorer.code.startswith("projects = asana.projects.list(")


def test_what_is_run_is_what_the_code_says(asana: af.Asana) -> None:
    explorer = Explorer(asana, "tasks.list").fill(project="Website relaunch", limit=7)

    clicked(explorer)
    names: dict[str, Any] = {"asana": asana}
    exec(explorer.code, names)

    pd.testing.assert_frame_equal(explorer.frame, names["tasks"])
    assert re.match(r"7 rows in \d+\.\d s, \d requests?\.", told(explorer))


def test_the_status_counts_the_requests_of_the_run_alone(
    company: Company, recorded: af.Asana
) -> None:
    explorer = Explorer(recorded, "projects.list").fill(team="11", limit=None).run()
    last, said = explorer._asana.last, told(explorer)

    ProjectPicker(recorded).wait()
    screen.write(explorer, "Resource", "tasks")
    screen.until(lambda: company.count("/users?workspace=1"), "the names asked for")

    assert re.match(r"2 rows in \d+\.\d s, 1 request\.", said)
    assert explorer._asana.last is last


def test_running_leaves_the_last_call_of_the_prompt_as_it_is(asana: af.Asana) -> None:
    asana.teams.list_for_workspace("Acme")

    Explorer(asana, "tags.list").fill(workspace="Acme").run()

    assert asana.last.operation == "teams.list_for_workspace"


def test_rows_and_columns_are_shown(asana: af.Asana) -> None:
    explorer = Explorer(asana, "tasks.list").fill(project="Website relaunch").run()

    assert "100 rows in " in status(explorer)
    assert "There may be more: the limit is reached." in status(explorer)
    assert explorer._rows.html.count("<tr") == 21
    assert explorer._columns.value.count("<tr") == 1 + len(explorer.frame.columns)
    assert str(explorer.frame.dtypes["due_on"]) in explorer._columns.value


def test_names_are_never_taken_for_html(company: Company, recorded: af.Asana) -> None:
    evil = "<script>alert(1)</script>"
    company.lists["/tags?workspace=1"] = records(evil, first=701)

    explorer = Explorer(recorded, "tags.list").fill(workspace="1").run()
    clicked(explorer.fill(workspace=evil))

    assert explorer.frame["name"].tolist() == [evil]
    assert "<script>" not in explorer._rows.html + status(explorer)
    assert "&lt;script&gt;" in explorer._rows.html


@pytest.mark.parametrize(
    ("operation", "needed", "given"),
    [
        ("sections.list_for_project", "Fill in project.", {"project": "Website relaunch"}),
        ("stories.list", "Fill in task or goal.", {"goal": "Grow revenue by 30 %"}),
        ("typeahead.search", "Fill in resource type.", {"resource_type": "task"}),
    ],
)
def test_run_is_off_until_what_is_needed_is_there(
    asana: af.Asana, operation: str, needed: str, given: dict[str, Any]
) -> None:
    explorer = Explorer(asana, operation)
    screen.until(lambda: explorer._form._workspace, "the names offered")
    was_off, told_before = screen.control(explorer, "Run").disabled, screen.said(explorer)

    explorer.fill(**given)

    assert was_off
    assert needed in told_before
    assert not screen.control(explorer, "Run").disabled
    assert "Fill in" not in screen.said(explorer)


def test_arguments_that_exclude_each_other_switch_run_off(asana: af.Asana) -> None:
    explorer = Explorer(asana, "tasks.list").fill(project="Website relaunch", tag="blocked")

    assert screen.control(explorer, "Run").disabled
    assert "takes project= or tag=, not both" in screen.said(explorer)


def test_run_without_what_is_needed_says_so(asana: af.Asana) -> None:
    explorer = Explorer(asana, "sections.list_for_project").run()

    assert told(explorer) == "Fill in project."
    assert explorer.frame is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"project": "Websit relaunch"}, "Website relaunch"),
        ({"project": "404404"}, "This does not exist, or you have no access to it."),
        ({"limit": "many"}, "limit must be a whole number"),
        ({"completed_since": "soon", "project": "Website relaunch"}, "completed_since"),
    ],
)
def test_an_error_is_shown_and_the_last_rows_stay(
    asana: af.Asana, arguments: dict[str, Any], words: str
) -> None:
    explorer = Explorer(asana, "tasks.list").fill(project="Website relaunch", limit=3).run()

    explorer.fill(**arguments).run()

    assert words in told(explorer)
    assert len(explorer.frame) == 3


@pytest.mark.parametrize(
    ("status_code", "words"),
    [
        (401, "Asana does not accept your token. Log in with af.widgets.login() or the command"),
        (402, "This needs a paid plan."),
        (403, "You have no access to this."),
        (404, "This does not exist, or you have no access to it."),
    ],
)
def test_a_refusal_is_told_in_words_and_run_is_on_again(
    company: Company, recorded: af.Asana, status_code: int, words: str
) -> None:
    company.refused["/tags?workspace=1"] = status_code

    explorer = clicked(Explorer(recorded, "tags.list").fill(workspace="1"))

    assert told(explorer).startswith(words)
    assert 'role="alert"' in status(explorer)


def test_no_rows_are_told_and_their_columns_shown(company: Company, recorded: af.Asana) -> None:
    company.lists["/tags?workspace=1"] = []

    explorer = Explorer(recorded, "tags.list").fill(workspace="1").run()

    assert told(explorer).startswith("Nothing matches. 0 rows in ")
    assert explorer._rows.html == "No rows."
    assert explorer._columns.value.count("<tr") == 1 + len(explorer.frame.columns)


@pytest.mark.parametrize("problem", [TypeError("odd"), KeyError("odd")])
def test_any_other_error_is_shown_too(
    asana: af.Asana, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    explorer = Explorer(asana, "tags.list")

    def fail(**_: Any) -> pd.DataFrame:
        raise problem

    monkeypatch.setattr(explorer._asana.tags, "list", fail)
    clicked(explorer)

    assert type(problem).__name__ in status(explorer)


def test_a_connection_error_is_shown() -> None:
    with af.connect("secret-token", base_url="http://127.0.0.1:9/api/1.0") as nowhere:
        explorer = Explorer(nowhere, "workspaces.list").run()

    assert told(explorer).startswith("Asana cannot be reached. (workspaces.list: ")
    assert "secret-token" not in status(explorer)


def test_rows_that_cannot_be_shown_are_an_error_that_is_told(
    asana: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme")

    def fail(_: pd.DataFrame) -> None:
        raise ValueError("cannot draw")

    monkeypatch.setattr(explorer._rows, "show", fail)
    explorer.run()

    assert told(explorer) == "ValueError: cannot draw"
    assert not screen.control(explorer, "Run").disabled


def test_rows_that_arrive_between_a_resource_and_its_operation_are_shown(
    asana: af.Asana,
) -> None:
    explorer = Explorer(asana, "users.list_for_team")
    frame = asana.tags.list(workspace="Acme")
    (run,) = [op for op in load().operations if op.name == "tags.list"]

    def arrive(_: Any) -> None:
        explorer._show_frame(frame, run, incomplete_note="")

    explorer._method._box.observe(arrive, "options")
    screen.write(explorer, "Resource", "tags")

    assert explorer.frame is frame
    assert "These are the rows of" not in screen.said(explorer)


def test_going_elsewhere_while_it_reads_changes_nothing_of_what_is_read(
    company: Company, recorded: af.Asana
) -> None:
    company.lists["/tags?workspace=1"] = records("Blue", first=701)
    explorer = Explorer(recorded, "tags.list").fill(workspace="1")
    slow = company.hold("/tags?workspace=1")
    screen.press(explorer, "Run")

    screen.write(explorer, "Resource", "projects")
    slow.set()
    screen.until(lambda: not screen.control(explorer, "Run").disabled, "the run over")

    assert explorer.frame["name"].tolist() == ["Blue"]
    assert screen.control(explorer, "File").value == "tags"


def test_pressing_run_does_not_wait(company: Company, recorded: af.Asana) -> None:
    slow = company.hold("/tags?workspace=1")
    explorer = Explorer(recorded, "tags.list").fill(workspace="1")

    screen.press(explorer, "Run")
    was_disabled, said = screen.control(explorer, "Run").disabled, status(explorer)
    slow.set()
    screen.until(lambda: not screen.control(explorer, "Run").disabled, "the run over")

    assert was_disabled
    assert "Reading ..." in said


def test_a_second_click_while_it_reads_starts_no_second_run(
    company: Company, recorded: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr("asana_frames.widgets.explorer.explorer.run_in_background", started.append)
    explorer = Explorer(recorded, "tags.list").fill(workspace="1")

    screen.press(explorer, "Run")
    screen.press(explorer, "Run")

    assert len(started) == 1


# Saving.


def test_what_was_read_is_saved_as_csv(asana: af.Asana, tmp_path: Path) -> None:
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run()

    screen.write(explorer, "File", str(tmp_path / "my tags.csv"))
    screen.press(explorer, "CSV")

    read = pd.read_csv(tmp_path / "my tags.csv", dtype={"gid": "str"})
    assert read["gid"].tolist() == explorer.frame["gid"].tolist()
    assert "Saved 8 rows" in status(explorer)


def test_the_sheet_is_called_after_what_was_read(asana: af.Asana, tmp_path: Path) -> None:
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run()
    screen.write(explorer, "Resource", "projects")

    screen.write(explorer, "File", str(tmp_path / "tags.CSV"))
    screen.press(explorer, "Excel")

    book = openpyxl.load_workbook(tmp_path / "tags.xlsx")
    assert book.sheetnames[0] == "tags"


def test_the_name_of_a_file_is_not_taken_while_a_run_fills_it_in(asana: af.Asana) -> None:
    explorer, held = Explorer(asana, "tags.list"), []
    explorer._file.observe(lambda _: held.append(screen.is_lock_held()), "value")

    screen.write(explorer, "File", "mine")

    assert held == [True]


def test_the_file_is_called_after_what_was_read_until_it_has_a_name(asana: af.Asana) -> None:
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run()
    first = screen.control(explorer, "File").value

    screen.write(explorer, "Resource", "workspaces")
    second = screen.control(explorer.run(), "File").value
    screen.write(explorer, "File", "mine")
    third = screen.control(explorer.run(), "File").value

    assert (first, second, third) == ("tags", "workspaces", "mine")


@pytest.mark.parametrize("name", ["", "no such folder/tags"])
def test_a_file_that_cannot_be_written_shows_an_error(
    asana: af.Asana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run()

    screen.write(explorer, "File", name)
    screen.press(explorer, "CSV")

    assert 'role="alert"' in status(explorer)
    assert list(tmp_path.iterdir()) == []


def test_before_anything_is_read_there_is_nothing_to_save(asana: af.Asana) -> None:
    explorer = Explorer(asana)

    screen.press(explorer, "CSV")

    assert "press Run first" in status(explorer)


# Every operation.

GIVEN = {
    "workspace": "Acme",
    "project": "Website relaunch",
    "team": "Marketing",
    "user": "me",
    "portfolio": "Growth",
    "goal": "Grow revenue by 30 %",
    "tag": "blocked",
    "resource_type": "task",
}


@pytest.mark.parametrize(
    "name",
    [
        op.name
        for op in load().operations
        if op.is_read
        and op.returns == "list"
        and all(p.argument in GIVEN for p in op.parameters if p.required or p.place == "path")
    ],
)
def test_every_list_that_names_lead_to_is_read_and_shown(asana: af.Asana, name: str) -> None:
    explorer = Explorer(asana, name)
    needed = [p.argument for p in explorer.operation.parameters if p.required or p.place == "path"]

    explorer.fill(limit=3, **{argument: GIVEN[argument] for argument in needed}).run()

    if explorer.frame is None:
        # Some need one of several filters, and say which.
        assert told(explorer).startswith("Fill in ")
    else:
        assert len(explorer.frame) <= 3
        rows = len(explorer.frame)
        assert explorer._rows.html.count("<tr") == (1 + rows if rows else 0)


def test_no_thread_is_left_behind(asana: af.Asana) -> None:
    before = set(threading.enumerate())

    clicked(Explorer(asana, "tags.list").fill(workspace="Acme"))

    def is_quiet() -> bool:
        left = set(threading.enumerate()) - before
        return not any(isinstance(thread, threading.Timer) for thread in left)

    screen.until(is_quiet, "everything read")


def test_cells_read_as_people_write_them(asana: af.Asana) -> None:
    explorer = Explorer(asana, "goals.list").fill(workspace="Acme").run()
    assert explorer.frame is not None
    goal = explorer.frame.iloc[0]

    shown = explorer._rows.html

    assert f">{goal['due_on']:%Y-%m-%d}</td>" in shown
    assert "00:00:00" not in shown
    assert "(no name)" not in shown
    for unreadable in (">nan<", ">&lt;na&gt;<", ">()<"):
        assert unreadable not in shown.lower()


def test_references_that_are_filled_in_are_read_as_they_were_given(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme").head(2)
    explorer = Explorer(asana, "tasks.list").fill(project=projects, limit=None, fields=["name"])

    frame = explorer.run().frame

    assert frame is not None
    assert len(frame) == len(asana.tasks.list(project=projects))
    assert f'project=["{projects["gid"][0]}", "{projects["gid"][1]}"]' in explorer.code


@pytest.fixture
def broken_off(company: Company, recorded: af.Asana) -> Explorer:
    """An explorer whose run got one page of two."""
    company.lists["/tags?workspace=1"] = records(*map(str, range(150)), first=701)
    company.refused["/tags?workspace=1#2"] = 403
    return Explorer(recorded, "tags.list").fill(workspace="1", limit=None).run()


def test_what_had_arrived_of_a_run_that_broke_off_is_shown(broken_off: Explorer) -> None:
    assert len(broken_off.frame) == 100
    assert told(broken_off).startswith("You have no access to this.")
    assert told(broken_off).endswith(" Showing the 100 rows that had arrived.")


def test_why_a_run_broke_off_is_told_even_if_its_rows_cannot_be_shown(
    broken_off: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: pd.DataFrame) -> None:
        raise ValueError("cannot draw")

    monkeypatch.setattr(broken_off._rows, "show", fail)
    with pytest.raises(ValueError, match="cannot draw"):
        broken_off.run()

    assert told(broken_off).startswith("You have no access to this.")


def test_a_run_that_sends_nothing_does_not_show_the_rows_of_an_earlier_one(
    broken_off: Explorer,
) -> None:
    broken_off.fill(limit="many").run()

    assert told(broken_off) == "limit must be a whole number above 0, got 'many'."


def test_a_closed_explorer_leaves_no_widget_and_no_subscription(
    company: Company, recorded: af.Asana
) -> None:
    held = company.hold("/users?workspace=1")
    before = screen.open_widgets()
    explorer = Explorer(recorded, "tasks.list").fill(project="101")
    screen.until(lambda: explorer._form._subscriptions[1:], "the names asked for")
    lists = [listing for listing, _ in explorer._form._subscriptions]
    screen.write(explorer, "Resource", "tags")
    screen.write(explorer, "Resource", "tasks")

    explorer.close()
    explorer.close()

    assert not [listing for listing in lists if listing._listeners]
    assert screen.open_widgets() <= before
    held.set()


def test_an_explorer_that_is_closed_while_it_reads_stays_closed(
    company: Company, recorded: af.Asana
) -> None:
    slow = company.hold("/tags?workspace=1")
    before = screen.open_widgets()
    explorer = Explorer(recorded, "tags.list").fill(workspace="1")
    screen.press(explorer, "Run")

    explorer.close()
    slow.set()
    screen.until(lambda: not explorer._is_running, "the run over")

    assert screen.open_widgets() <= before


def test_saving_says_that_a_file_was_there(asana: af.Asana, tmp_path: Path) -> None:
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run()
    told = []
    for _ in range(2):
        explorer._file.value = str(tmp_path / "tags")
        screen.press(explorer, "CSV")
        told.append(status(explorer))

    assert "replacing the existing file" not in told[0]
    assert "Saved 8 rows to" in told[0]
    assert "replacing the existing file" in told[1]


def test_saving_says_that_there_may_be_more_rows(asana: af.Asana, tmp_path: Path) -> None:
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme", limit=2).run()
    screen.write(explorer, "File", str(tmp_path / "tags"))
    screen.press(explorer, "CSV")

    assert told(explorer).startswith("Saved 2 rows to ")
    assert told(explorer).endswith("; there may be more rows.")


def test_rows_of_another_operation_are_named(asana: af.Asana) -> None:
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run()
    before = screen.said(explorer)

    screen.write(explorer, "Resource", "workspaces")
    meanwhile, said = screen.said(explorer), told(explorer)
    explorer.run()

    assert "These are the rows of" not in before
    assert "These are the rows of asana.tags.list." in meanwhile
    assert said == ""
    assert "These are the rows of" not in screen.said(explorer)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a\0b", "is not a name of a file"),
        (".csv", "is not a name of a file"),
        ("..", "is not a name of a file"),
        ("~nobody-of-that-name/tags", "is not a valid path"),
        ("long" * 100, "cannot be written: File name too long. Use a shorter name."),
    ],
)
def test_what_is_no_name_of_a_file_is_told(
    asana: af.Asana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run()

    explorer._file.value = name
    screen.press(explorer, "CSV")

    assert words in told(explorer)
    assert 'role="alert"' in status(explorer)
    assert list(tmp_path.iterdir()) == []
