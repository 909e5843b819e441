"""Facts in a frame: grouped and shown whole, and an ordinary frame when used."""

from __future__ import annotations

import copy
import pickle

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import COLUMN_GROUPS
from asana_frames.display.info_table import InfoTable


def test_columns_are_grouped_by_what_they_are_about_and_sorted(asana: af.Asana) -> None:
    info = asana.tasks.info()
    group = info.set_index("column")["group"]

    assert list(group.unique()) == [name for name in COLUMN_GROUPS if name in set(group)]
    assert group["assignee_name"] == group["likes_user_names"] == "People"
    assert group["due_on"] == group["completed_at"] == "Dates"
    assert group["approval_status"] == group["completed"] == "State"
    assert group["num_likes"] == group["actual_time_minutes"] == "Numbers"
    assert group["parent_gid"] == group["dependencies_gids"] == "Related objects"
    assert group["notes"] == "Text"
    for _, names in info.groupby("group")["column"]:
        others = [name for name in names if name != "gid"]
        assert others == sorted(others)
    assert info["column"].iloc[0] == "gid"


@pytest.mark.parametrize("of_account", [True, False])
def test_the_text_has_every_row_under_its_heading(asana: af.Asana, of_account: bool) -> None:
    info = asana.info() if of_account else asana.stories.info()

    title, head, *parts = repr(info).split("\n\n")

    assert title.startswith("asana")
    assert head.split() == (
        ["resource", "about", "columns", "methods"]
        if of_account
        else ["column", "default", "dtype", "path", "values"]
    )
    groups = {part.splitlines()[0]: part.splitlines()[1:] for part in parts}
    assert list(groups) == list(info["group"].unique())
    for group, lines in groups.items():
        names = info.loc[info["group"] == group].iloc[:, 1].tolist()
        assert [line.split()[0] for line in lines] == names
    assert "()" not in repr(info)
    assert "nan" not in repr(info).lower()
    assert max(map(len, repr(info).splitlines())) < 250


def test_the_text_leaves_out_what_says_nothing(asana: af.Asana) -> None:
    lines = {
        line.split()[0]: line.split() for line in repr(asana.tasks.info()).splitlines() if line
    }

    assert lines["column"] == ["column", "default", "dtype", "path", "values"]
    assert lines["notes"] == ["notes", "default", "str"]
    assert lines["html_notes"] == ["html_notes", "str"]
    assert lines["assignee_gid"] == ["assignee_gid", "default", "str", "assignee.gid"]


def test_resources_are_grouped_by_what_they_are_for(asana: af.Asana) -> None:
    group = asana.info().set_index("resource")["group"]

    assert len(group) == 49
    assert group["tasks"] == "Work"
    assert group["goals"] == "Plans and goals"
    assert group["time_tracking_entries"] == "Time and money"


def test_what_is_made_of_it_is_an_ordinary_frame(asana: af.Asana) -> None:
    info = asana.tasks.info()

    made = [info.head(3), info.query("default"), info[["column"]], info.copy(), copy.copy(info)]

    assert all(type(frame) is pd.DataFrame for frame in made)
    pd.testing.assert_frame_equal(info, info.copy(), check_frame_type=False)


def test_it_survives_pickle(asana: af.Asana) -> None:
    info = asana.tags.info()

    again = pickle.loads(pickle.dumps(info))

    assert isinstance(again, InfoTable)
    assert repr(again) == repr(info)
