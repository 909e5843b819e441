"""The tasks that time was tracked on, and those above them."""

from __future__ import annotations

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.gather import tracked_tasks
from asana_frames.sandbox_server import serve
from tests.fixed_day import NOW


@pytest.fixture
def entries(asana: af.Asana) -> pd.DataFrame:
    return asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date="2026-10-01", entered_on_end_date="2026-10-31"
    )


def test_the_tasks_are_those_of_the_entries_and_all_above_them(
    asana: af.Asana, entries: pd.DataFrame
) -> None:
    tasks = tracked_tasks(asana, entries)

    assert tasks["gid"].is_unique
    parent_of = dict(zip(tasks["gid"], tasks["parent_gid"], strict=True))
    expected = set()
    for gid in entries["task_gid"]:
        while isinstance(gid, str):
            expected.add(gid)
            gid = parent_of[gid]
    assert set(tasks["gid"]) == expected


def test_a_request_is_made_for_each_task_and_no_other(
    asana: af.Asana, entries: pd.DataFrame
) -> None:
    tasks = tracked_tasks(asana, entries, fields=["name"])

    assert asana.last.requests == len(tasks)
    assert list(tasks.columns) == ["gid", "name", "parent_gid"]


def test_no_entries_have_no_tasks_but_the_columns_of_tasks(
    asana: af.Asana, entries: pd.DataFrame
) -> None:
    none = tracked_tasks(asana, entries.head(0), fields=["name", "due_on"])
    some = tracked_tasks(asana, entries.head(3), fields=["name", "due_on"])

    assert none.empty
    assert none.dtypes.equals(some.dtypes)


def test_a_task_that_is_refused_is_recorded_and_the_rest_is_there(
    asana: af.Asana, entries: pd.DataFrame
) -> None:
    gone = entries["task_gid"].iloc[0]

    with (
        serve(faults=f"refuse={gone}:404", now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as other,
    ):
        with pytest.warns(af.PartialResultWarning):
            tasks = tracked_tasks(other, entries)
        failures = other.last.failures
        with pytest.raises(af.NotFound):
            tracked_tasks(other, entries, errors="raise")

    assert failures["parent"].tolist() == [f"task {gone}"]
    rest = set(entries["task_gid"]) - {gone}
    assert rest <= set(tasks["gid"])


def test_a_frame_without_tasks_is_refused_with_what_to_read(
    asana: af.Asana, entries: pd.DataFrame
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"task\.gid"):
        tracked_tasks(asana, entries[["gid", "duration_minutes"]])
