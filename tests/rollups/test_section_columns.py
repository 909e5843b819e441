"""Which columns of tasks the times in sections can be made of."""

from __future__ import annotations

import pytest

import asana_frames as af
from tests.rollups.histories import added, stories_of, task, tasks_of

NOW = "2026-03-10 00:00"


def test_text_for_the_moment_of_completion_is_refused() -> None:
    tasks = tasks_of(task("5", ("1", "12"))).assign(completed_at="2026-03-08")

    with pytest.raises(af.InvalidArgument, match="needs moments with a time zone in completed_at"):
        af.rollups.section_times(stories_of(added("5", "2026-03-02")), tasks, NOW)
