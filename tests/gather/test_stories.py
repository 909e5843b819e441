"""Stories of tasks."""

from __future__ import annotations

import pandas as pd

import asana_frames as af
from asana_frames.gather import stories
from tests.recorder import Asked, Recorder, Reply


def test_stories_are_those_made_since(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Office move", fields=["name"]).head(20)

    recent = stories(asana, tasks, "2026-06-01")
    every = stories(asana, tasks)

    assert 0 < len(recent) < len(every)
    assert set(recent["gid"]) == set(every["gid"][every["created_at"] > "2026-06-01"])
    pd.testing.assert_frame_equal(
        every, asana.stories.list_for_task(tasks), check_index_type=False
    )


def test_a_server_that_ignores_the_filter_is_not_believed(
    recorder: Recorder, recorded: af.Asana
) -> None:
    def reply(asked: Asked) -> Reply:
        moments = ("2026-02-01T00:00:00.000Z", "2026-03-02T09:00:00.000Z")
        rows = [{"gid": str(n), "created_at": at, "text": "x"} for n, at in enumerate(moments)]
        return Reply(body={"data": rows})

    recorder.reply = reply
    since = pd.Timestamp("2026-03-01 10:00", tz="Europe/Berlin")

    found = stories(recorded, ["5"], since, fields=["text"])

    assert found["gid"].tolist() == ["1"]
    assert list(found.columns) == ["gid", "text", "task_gid"]
