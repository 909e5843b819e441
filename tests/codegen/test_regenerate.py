"""Regenerating changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import asana_frames
from asana_frames.catalog import load
from asana_frames.codegen.__main__ import as_json, build_catalog, write_modules
from asana_frames.codegen.naming import method_name, singular
from asana_frames.codegen.report import compare_catalogs
from asana_frames.codegen.spec import Spec

PACKAGE = Path(asana_frames.__file__).parent


def test_the_committed_catalog_makes_the_committed_modules_byte_for_byte(tmp_path: Path) -> None:
    write_modules(load(), tmp_path)

    made = {file.name: file.read_bytes() for file in tmp_path.glob("*.py")}
    committed = {file.name: file.read_bytes() for file in (PACKAGE / "resources").glob("*.py")}
    assert made == committed


def test_the_committed_catalog_is_written_as_it_stands() -> None:
    assert as_json(load()) == (PACKAGE / "catalog" / "operations.json").read_bytes()


def test_modules_that_no_resource_has_any_more_are_removed(tmp_path: Path) -> None:
    (tmp_path / "forgotten.py").write_text("")

    write_modules(load(), tmp_path)

    assert not (tmp_path / "forgotten.py").exists()


def test_the_spec_makes_the_committed_catalog_and_every_override_is_needed(spec: Spec) -> None:
    made = build_catalog(spec, PACKAGE / "catalog" / "overrides.toml")

    assert as_json(made) == (PACKAGE / "catalog" / "operations.json").read_bytes()
    assert compare_catalogs(load(), made) == []


@pytest.mark.parametrize(
    "entry",
    [
        '[[fields]]\nnames = ["task.nonsense"]\nkind = "date"\nreason = "none"\n',
        '[[operations]]\nid = ["getTask", "getNothing"]\nreason = "none"\n',
    ],
)
def test_an_override_that_nothing_needs_is_refused(entry: str, spec: Spec, tmp_path: Path) -> None:
    import click

    text = (PACKAGE / "catalog" / "overrides.toml").read_text("utf-8")
    changed = tmp_path / "overrides.toml"
    changed.write_text(text + entry, "utf-8")

    with pytest.raises(click.ClickException, match=r"nonsense|getNothing"):
        build_catalog(spec, changed)


@pytest.mark.parametrize(
    ("operation", "resource", "lists", "name"),
    [
        ("getTasks", "tasks", True, "list"),
        ("getTasksForProject", "tasks", True, "list_for_project"),
        ("getTask", "tasks", False, "get"),
        ("addTagForTask", "tasks", False, "add_tag"),
        ("getSubtasksForTask", "tasks", True, "list_subtasks"),
        ("getTimesheetApprovalStatus", "timesheet_approval_statuses", False, "get"),
        ("createOooEntry", "ooo_entries", False, "create"),
    ],
)
def test_method_names_follow_the_rule(
    operation: str, resource: str, lists: bool, name: str
) -> None:
    assert method_name(operation, resource, lists=lists) == name


def test_nouns_lose_their_plural() -> None:
    plurals = ("stories", "tasks", "project_statuses", "time_tracking_entries")

    assert [singular(noun) for noun in plurals] == [
        "story",
        "task",
        "project_status",
        "time_tracking_entry",
    ]
