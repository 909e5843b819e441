"""Frames with fields that are asked for by their path."""

from __future__ import annotations

import pandas as pd

import asana_frames as af
from asana_frames.catalog import columns_of


def test_items_of_a_portfolio_show_the_fields_of_projects_in_their_types(asana: af.Asana) -> None:
    portfolios = asana.portfolios.list(workspace="Acme", owner="me")
    fields = [
        "html_notes", "default_view", "public", "due_date", "completed_by.name", "followers.name",
        "current_status.title", "current_status.created_at", "custom_field_settings.is_important",
    ]  # fmt: skip

    items = asana.portfolios.list_items(portfolios, fields=["resource_type", *fields])
    projects = asana.projects.get(items.loc[items["resource_type"] == "project"], fields=fields)

    assert len(projects) > 3
    shown = items[items["gid"].isin(projects["gid"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(shown[list(projects.columns)], projects)
    dtypes = projects.dtypes.astype(str)
    assert dtypes["public"] == "boolean"
    assert dtypes["due_date"] == "datetime64[us]"
    assert dtypes["current_status_created_at"] == "datetime64[us, UTC]"
    assert projects["html_notes"].str.startswith("<body>").any()
    assert projects["followers_names"].map(len).max() > 0


def test_all_fields_of_a_portfolios_items_can_be_asked_for(asana: af.Asana) -> None:
    items = asana.portfolios.list_items(
        asana.portfolios.list(workspace="Acme", owner="me"), fields="all"
    )

    expected = [
        c.name for c in columns_of("portfolio_item", ("all",)) if c.path != "custom_fields"
    ]
    assert list(items.columns[: len(expected)]) == expected


def test_the_target_of_a_story_shows_what_tasks_have(asana: af.Asana) -> None:
    task = asana.tasks.list(project="Website relaunch", limit=1)

    stories = asana.stories.list_for_task(
        task, fields=["target.resource_subtype", "target.created_by"]
    )

    assert set(stories["target_resource_subtype"]) == {task["resource_subtype"].iloc[0]}
    assert stories["target_created_by_gid"].str.isdecimal().all()
