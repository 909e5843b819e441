"""Lists become tidy tables."""

from __future__ import annotations

import pandas as pd
import pytest

import asana_frames as af


def test_memberships_become_one_row_per_home(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")

    homes = af.bridge(tasks, "memberships")

    assert list(homes.columns) == [
        "task_gid",
        "project_gid",
        "project_name",
        "section_gid",
        "section_name",
    ]
    assert len(homes) == tasks["memberships_project_gids"].map(len).sum()
    assert set(homes["task_gid"]) == set(tasks["gid"])
    assert homes.dtypes.astype(str).unique().tolist() == ["str"]


def test_plain_references_are_named_in_the_singular(asana: af.Asana) -> None:
    followers = af.bridge(asana.tasks.list(project="Office move"), "followers")

    assert list(followers.columns) == ["task_gid", "follower_gid", "follower_name"]


def test_any_list_of_plain_values_is_unrolled_and_nested_ones_are_left(asana: af.Asana) -> None:
    fields = ["dependencies", "followers.email", "projects", "projects.members"]
    tasks = asana.tasks.list(project="Website relaunch", fields=fields)

    assert list(af.bridge(tasks, "dependencies").columns) == ["task_gid", "dependency_gid"]
    assert list(af.bridge(tasks, "followers").columns) == ["task_gid", "follower_email"]
    assert "project_name" in af.bridge(tasks, "projects").columns


def test_the_key_is_known_after_frames_were_joined(asana: af.Asana) -> None:
    both = pd.concat([asana.tasks.list(project=name) for name in ("Office move", "Mobile app")])

    assert af.bridge(both, "tags").columns[0] == "task_gid"


def test_a_frame_of_nothing_bridges_to_a_table_of_nothing(asana: af.Asana) -> None:
    homes = af.bridge(asana.tasks.list(project="Someday maybe"), "memberships")

    assert homes.shape == (0, 5)
    assert homes.dtypes.astype(str).unique().tolist() == ["str"]


def test_a_column_that_is_no_list_is_refused_with_those_that_are(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Office move")

    with pytest.raises(af.InvalidArgument, match=r"'tag'.*Did you mean 'tags'.*memberships"):
        af.bridge(tasks, "tag")


def test_the_key_is_known_of_reads_of_more_than_one_kind_of_request(asana: af.Asana) -> None:
    few = ["name", "dependencies"]
    tasks = af.gather.all_tasks(asana, "Acme", fields=few)

    assert list(af.bridge(tasks, "dependencies").columns) == ["task_gid", "dependency_gid"]
