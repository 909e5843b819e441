"""Picking a task by typing: a search is sent after a pause, one at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import asana_frames as af
from asana_frames.widgets import TaskPicker
from tests.recorder import Recorder
from tests.widgets import screen
from tests.widgets.company import Company, records

SEARCH = "/workspaces/1/typeahead"


@pytest.fixture
def company(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setattr("asana_frames.widgets.pickers.picker.PAUSE", 0.05)
    made = Company(recorder)
    made.only_acme()
    workspace = {"gid": "1", "name": "Acme"}
    made.lists[SEARCH] = records("Recent", first=801, workspace=workspace)
    made.lists[f"{SEARCH}?query=write"] = records("Write", "Rewrite", first=811)
    made.lists[f"{SEARCH}?query=test"] = records("Test", "Write", first=821)
    yield made
    made.release()


def searches(company: Company) -> list[str]:
    return [key for key in company.asked if key.startswith(SEARCH)]


def test_only_the_final_text_is_searched_for(company: Company, recorded: af.Asana) -> None:
    picker = TaskPicker(recorded).wait()

    for typed in ("w", "wr", "wri", "writ", "write"):
        screen.write(picker, "Task", typed)
    picker.wait()

    assert [key for key in searches(company) if "?" in key] == [f"{SEARCH}?query=write"]
    assert screen.options(picker, "Task") == ["Write", "Rewrite"]


def test_no_search_is_sent_while_another_one_is_running(
    company: Company, recorded: af.Asana
) -> None:
    slow = company.hold(f"{SEARCH}?query=write")
    picker = TaskPicker(recorded).wait()
    screen.write(picker, "Task", "write")
    screen.until(lambda: company.count(f"{SEARCH}?query=write"), "the first question asked")

    for typed in ("writex", "t", "te", "tes", "test"):
        screen.write(picker, "Task", typed)
    meanwhile = len(searches(company))
    slow.set()
    picker.wait()

    assert meanwhile == 2
    assert searches(company)[2:] == [f"{SEARCH}?query=test"]
    assert screen.options(picker, "Task") == ["Test", "Write"]


def test_a_search_of_the_last_minute_is_not_sent_again(
    company: Company, recorded: af.Asana
) -> None:
    picker = TaskPicker(recorded).wait()

    for typed in ("write", "test", "write", " write "):
        screen.write(picker, "Task", typed)
        picker.wait()

    assert company.count(f"{SEARCH}?query=write") == 1
    assert screen.options(picker, "Task") == ["Write", "Rewrite"]


def test_a_task_that_is_picked_stays_in_the_list_of_the_next_search(
    company: Company, recorded: af.Asana
) -> None:
    picker = TaskPicker(recorded).wait()
    screen.write(picker, "Task", "write")
    screen.pick(picker.wait(), "Task", "Rewrite")
    heard = screen.choices(picker)

    screen.write(picker, "Task", "test")
    picker.wait()

    assert (picker.value, heard) == ("812", [])
    assert screen.options(picker, "Task") == ["Test", "Write"]
    assert screen.chips(picker, "Task") == ["Rewrite"]
    assert picker.row["name"] == "Rewrite"


def test_several_are_picked_from_one_search_after_the_other(
    company: Company, recorded: af.Asana
) -> None:
    picker = TaskPicker(recorded, multiple=True).wait()
    screen.write(picker, "Task", "write")
    screen.pick(picker.wait(), "Task", "Write", "Rewrite")

    screen.write(picker, "Task", "test")
    screen.pick(picker.wait(), "Task", "Test")
    screen.press(picker, screen.chips(picker, "Task")[0])

    assert picker.value == ["812", "821"]
    assert picker.rows["name"].tolist() == ["Rewrite", "Test"]


def test_a_search_that_finds_nothing_says_what_was_searched_for(
    company: Company, recorded: af.Asana
) -> None:
    company.lists[f"{SEARCH}?query=<b>"] = []
    picker = TaskPicker(recorded).wait()

    screen.write(picker, "Task", "<b>")
    picker.wait()

    screen.until(lambda: "No task is called “&lt;b&gt;”." in screen.said(picker))


def test_a_search_that_is_refused_keeps_what_is_picked(
    company: Company, recorded: af.Asana
) -> None:
    picker = TaskPicker(recorded).wait()
    screen.pick(picker, "Task", "Recent")
    company.refused[f"{SEARCH}?query=write"] = 403

    screen.write(picker, "Task", "write")
    picker.wait()

    assert "You have no access to the tasks of Acme." in screen.said(picker)
    assert picker.value == "801"


def test_typing_before_the_workspace_is_known_is_not_lost(
    company: Company, recorded: af.Asana
) -> None:
    late = company.hold("/workspaces")
    picker = TaskPicker(recorded)

    screen.write(picker, "Task", "write")
    late.set()
    picker.wait()

    assert screen.options(picker, "Task") == ["Write", "Rewrite"]


def test_tasks_of_one_name_are_told_apart_by_project_and_date(
    company: Company, recorded: af.Asana
) -> None:
    site = {"gid": "101", "name": "Site"}
    company.lists[f"{SEARCH}?query=call"] = [
        {"gid": "831", "name": "Call", "projects": [site], "due_on": "2026-11-05"},
        {"gid": "832", "name": "Call", "projects": [site], "due_on": None},
        {"gid": "833", "name": "Call back"},
    ]
    picker = TaskPicker(recorded).wait()
    before = len(company.asked)

    screen.write(picker, "Task", "call")
    picker.wait()

    assert screen.options(picker, "Task") == ["Call · due 5 Nov 2026", "Call", "Call back"]
    assert sorted(company.asked[before:])[:2] == ["/tasks/831", "/tasks/832"]
    assert len(company.asked[before:]) == 3


def test_a_search_is_forgotten_with_the_workspace(company: Company, recorded: af.Asana) -> None:
    company.lists["/workspaces"].append({"gid": "2", "name": "Zebra"})
    company.lists["/workspaces/2/typeahead?query=write"] = []
    picker = TaskPicker(recorded, workspace="1").wait()
    screen.write(picker, "Task", "write")
    picker.wait()

    screen.pick(picker, "Workspace", "Zebra")
    picker.wait()

    assert screen.control(picker, "Task").value == ""
    assert screen.options(picker, "Task") == []


def test_a_task_set_by_code_is_shown_among_what_is_found(
    company: Company, recorded: af.Asana
) -> None:
    picker = TaskPicker(recorded, "801")
    screen.write(picker, "Task", "write")
    picker.wait()

    assert repr(picker) == "TaskPicker(workspace='Acme', task='Recent')"
    assert screen.options(picker, "Task") == ["Write", "Rewrite"]
    assert screen.chips(picker, "Task") == ["Recent"]
