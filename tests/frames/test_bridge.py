"""Lists become tidy tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.frames import STR, build_array


def lists(**columns: list[Any]) -> pd.DataFrame:
    """Return a frame with a gid and these columns of tuples."""
    count = len(next(iter(columns.values())))
    made = {name: build_array("tuple", values) for name, values in columns.items()}
    return pd.DataFrame({"gid": build_array("text", [str(n) for n in range(count)]), **made})


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


@pytest.mark.parametrize(
    ("column", "stem", "expected"),
    [
        ("tags_gids", "tags", "tag_gid"),
        ("dependencies_gids", "dependencies", "dependency_gid"),
        ("followers_cities", "followers", "follower_city"),
        ("memberships_section_names", "memberships", "section_name"),
        ("memberships_section_categories", "memberships", "section_category"),
    ],
)
def test_columns_are_named_in_the_singular(column: str, stem: str, expected: str) -> None:
    frame = lists(**{column: [("a", "b"), (), (None,)]})

    homes = af.bridge(frame, stem, key="key")

    assert list(homes.columns) == ["key", expected]
    assert homes["key"].tolist() == ["0", "0", "2"]
    assert homes[expected].fillna("").tolist() == ["a", "b", ""]


@pytest.mark.parametrize("names", [[("a",), ()], [(), ("a",)], [("a", "b"), ("c",)]])
def test_lists_that_are_not_aligned_are_refused(names: list[Any]) -> None:
    frame = lists(tags_gids=[("1",), ("2",)], tags_names=names)

    with pytest.raises(af.InvalidArgument, match="tags_names is not aligned with tags_gids"):
        af.bridge(frame, "tags")


def test_lists_whose_counts_agree_in_total_alone_are_refused() -> None:
    frame = lists(tags_gids=[("1",), ()], tags_names=[(), ("a",)])

    with pytest.raises(
        af.InvalidArgument,
        match=r"row 1 has 0 item\(s\) in tags_names and 1 in tags_gids.*'tags_names'\)",
    ):
        af.bridge(frame, "tags")
    assert len(af.bridge(frame.drop(columns="tags_names"), "tags")) == 1


def test_a_list_field_that_is_text_is_called_text() -> None:
    frame = lists(tags_gids=[("1",)]).assign(cf_Reviewers=build_array("text", ["Ana; Ben"]))

    with pytest.raises(af.InvalidArgument, match=r"cf_Reviewers holds text and no lists.*schema="):
        af.bridge(frame, "cf_Reviewers")


@pytest.mark.parametrize("column", ["gid", "assignee_gid"])
def test_gids_that_are_numbers_are_refused(column: str) -> None:
    frame = lists(tags_gids=[("1",)]).assign(**{column: [12]})

    with pytest.raises(af.InvalidArgument, match=f"gids as text, and {column} holds numbers"):
        af.bridge(frame, "tags")
    with pytest.raises(af.InvalidArgument, match=f"gids as text, and {column} holds numbers"):
        af.custom_fields(frame.assign(cf_Points=[1.5]))


def test_nested_lists_and_other_columns_are_no_list_columns() -> None:
    frame = lists(
        tags_gids=[("1",)], cf_tags_names=[("a",)], tags_nested=[(("b",),)], tags_count=[3]
    )
    frame["tags_text"] = build_array("text", ["x"])

    assert list(af.bridge(frame, "tags").columns) == ["object_gid", "tag_gid"]
    with pytest.raises(af.InvalidArgument, match=r"It has: cf_tags_names, tags\.$"):
        af.bridge(frame, "cf_tags")


@pytest.mark.parametrize(
    ("field", "columns"),
    [
        ("cf_Reviewers", ["task_gid", "cf_Reviewers", "cf_Reviewers_gid"]),
        ("cf_Channels", ["task_gid", "cf_Channels"]),
        ("cf_Related work", ["task_gid", "cf_Related work"]),
    ],
)
def test_custom_fields_of_several_values_keep_their_names(
    field: str, columns: list[str], asana: af.Asana
) -> None:
    tasks = asana.tasks.list(project="Website relaunch")

    pairs = af.bridge(tasks, field)

    assert list(pairs.columns) == columns
    counts = tasks.set_index("gid")[field].map(len)
    assert pairs["task_gid"].value_counts().to_dict() == counts[counts > 0].to_dict()


def test_a_field_that_begins_like_another_is_left_out() -> None:
    frame = lists(cf_Team=[("a", "b")], cf_Team_gids=[("1", "2")], cf_Team_lead=[("c",)])

    assert list(af.bridge(frame, "cf_Team").columns) == ["object_gid", "cf_Team", "cf_Team_gid"]


def test_a_custom_field_that_does_not_exist_is_answered_with_those_that_do(
    asana: af.Asana,
) -> None:
    tasks = asana.tasks.list(project="Website relaunch")

    with pytest.raises(af.InvalidArgument, match=r"Did you mean 'cf_Channels'.*It has: cf_Chann"):
        af.bridge(tasks, "cf_Channel")


def test_custom_fields_that_a_file_holds_as_text_are_lists_by_their_definitions(
    asana: af.Asana,
) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    texts = tasks.assign(
        **{
            name: tasks[name].map("; ".join).astype(STR)
            for name in ("cf_Channels", "cf_Reviewers", "cf_Reviewers_gids")
        }
    )

    for field in ("cf_Channels", "cf_Reviewers"):
        pd.testing.assert_frame_equal(af.bridge(texts, field), af.bridge(tasks, field))


def test_options_of_fields_keep_the_kinds_of_their_values(asana: af.Asana) -> None:
    fields = asana.custom_fields.list(workspace="Acme", fields="all")

    options = af.bridge(fields, "enum_options")

    assert options.dtypes.astype(str).to_dict() == {
        "custom_field_gid": "str",
        "enum_option_gid": "str",
        "enum_option_name": "str",
        "enum_option_enabled": "boolean",
        "enum_option_color": "str",
    }
    assert {"High", "Low"} <= set(options["enum_option_name"])


def test_paths_of_a_portfolio_are_told_by_the_first_column_of_gids() -> None:
    items = lists(path=[("All", "Marketing"), ()]).rename(columns={"gid": "project_gid"})

    pairs = af.bridge(items, "path")

    assert pairs.to_dict("list") == {"project_gid": ["0", "0"], "path": ["All", "Marketing"]}


def test_a_list_column_can_be_named_in_full(asana: af.Asana) -> None:
    domains = af.bridge(asana.workspaces.list(fields="all"), "email_domains")

    assert domains["email_domain"].tolist() == ["acme.example"]


def test_a_frame_without_lists_or_gids_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"It has: none\.$"):
        af.bridge(pd.DataFrame({"gid": ["1"]}), "tags")
    with pytest.raises(af.InvalidArgument, match="no list columns called 'tags'"):
        af.bridge(lists(tags_gids=[("1",)]).drop(columns="gid"), "tags")


@pytest.mark.parametrize(
    ("attrs", "columns", "expected"),
    [
        ({"record": "project", "operation": "tasks.list"}, (), "project_gid"),
        ({"operation": "tasks.list"}, (), "task_gid"),
        ({"operation": "unknown.list"}, (), "object_gid"),
        ({}, (), "object_gid"),
        ({}, ("template_role",), "object_gid"),
        ({}, ("team",), "team_gid"),
        ({}, ("team", "task"), "task_gid"),
    ],
)
def test_the_key_is_named_by_the_read_else_by_the_richest_record_that_fits(
    attrs: dict[str, str], columns: tuple[str, ...], expected: str
) -> None:
    frame = lists(tags_gids=[("1",)])
    for record in columns:
        for column in columns_of(record):
            if column.kind != "custom_fields":
                frame[column.name] = [()] if column.depth else [None]
    frame.attrs["asana"] = attrs

    assert (
        af.bridge(frame, "tags" if "task" not in columns else "followers").columns[0] == expected
    )
    assert af.custom_fields(frame).columns[0] == expected
