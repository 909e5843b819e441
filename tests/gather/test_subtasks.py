"""Subtasks of tasks, at any depth."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.gather import subtasks
from asana_frames.sandbox_server import Server
from tests.recorder import Recorder


@pytest.fixture(scope="module")
def tree(own_server: Server) -> dict[str, str]:
    """A task with four levels below it: name -> gid; "ab" is below "a"."""
    gids: dict[str, str] = {}
    with af.connect("sandbox", base_url=own_server.url) as asana:
        top = asana.tasks.create(name="a", workspace="1209000000000001", fields=["name"])
        gids["a"] = top["gid"].iloc[0]
        for name in ("ab", "ac", "abd", "abe", "abdf", "abdfg"):
            made = asana.tasks.create_subtask(gids[name[:-1]], name=name, fields=["name"])
            gids[name] = made["gid"].iloc[0]
    return gids


def test_subtasks_of_any_depth_know_parent_root_depth_and_path(
    own: af.Asana, tree: dict[str, str]
) -> None:
    below = subtasks(own, tree["a"])

    names = {gid: name for name, gid in tree.items()}
    assert sorted(below["name"]) == ["ab", "abd", "abdf", "abdfg", "abe", "ac"]
    assert set(below["root_gid"]) == {tree["a"]}
    for row in below.itertuples():
        assert row.depth == len(row.name) - 1
        assert names[row.parent_gid] == row.name[:-1]
        assert [names[gid] for gid in row.path] == [
            row.name[:size] for size in range(1, len(row.name) + 1)
        ]
    assert below["depth"].dtype == "Int64"


@pytest.mark.parametrize(("depth", "count"), [(1, 2), (2, 4), (3, 5), (4, 6), (9, 6)])
def test_a_depth_is_that_many_levels(
    own: af.Asana, tree: dict[str, str], depth: int, count: int
) -> None:
    below = subtasks(own, [tree["a"]], depth=depth)

    assert len(below) == count
    assert below["depth"].max() == min(depth, 4)


def test_what_is_below_one_that_was_given_has_the_topmost_as_its_root(
    own: af.Asana, tree: dict[str, str]
) -> None:
    below = subtasks(own, [tree["abd"], tree["a"], tree["ab"]])

    assert below["gid"].is_unique
    assert len(below) == 6
    assert set(below["root_gid"]) == {tree["a"]}


def test_a_generator_of_tasks_is_read_whole(own: af.Asana, tree: dict[str, str]) -> None:
    below = subtasks(own, (tree[name] for name in ("a", "ab")))

    assert len(below) == 6


def test_tasks_known_to_have_none_are_not_asked_about(own: af.Asana, tree: dict[str, str]) -> None:
    frame = own.tasks.get(list(tree.values()), fields=["num_subtasks"])

    subtasks(own, frame, fields=["name"])
    with_counts = own.last.requests
    subtasks(own, list(tree.values()), fields=["name"])

    assert with_counts == 4
    assert own.last.requests == 7


def test_fields_of_subtasks_are_those_asked_for_and_their_place(
    own: af.Asana, tree: dict[str, str]
) -> None:
    below = subtasks(own, tree["a"], fields=["name"])
    none = subtasks(own, tree["ac"], fields=["name"])

    assert list(below.columns) == ["gid", "name", "parent_gid", "root_gid", "depth", "path"]
    assert none.empty
    pd.testing.assert_series_equal(none.dtypes, below.dtypes)


def test_subtasks_of_nothing_are_none(recorder: Recorder, recorded: af.Asana) -> None:
    below = subtasks(recorded, [])

    assert below.empty
    assert list(below.columns[-3:]) == ["root_gid", "depth", "path"]
    assert recorder.asked == []


def test_a_task_that_is_refused_is_recorded(own: af.Asana, tree: dict[str, str]) -> None:
    with pytest.warns(af.PartialResultWarning):
        below = subtasks(own, [tree["a"], "1"], fields=["name"])

    assert len(below) == 6
    assert own.last.failures["parent_gid"].tolist() == ["1"]


@pytest.mark.parametrize("depth", [0, -1, 1.5, "2", True])
def test_a_depth_that_is_none_is_refused(recorded: af.Asana, depth: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="depth="):
        subtasks(recorded, "1", depth=depth)


def test_defaults_of_gathered_reads_are_those_of_the_plain_ones(recorded: af.Asana) -> None:
    names = [column.name for column in columns_of("task") if column.kind != "custom_fields"]

    below = subtasks(recorded, [])

    assert [name for name in names if name not in below.columns] == []
