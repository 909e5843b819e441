"""Reads that need more than one kind of request: whole workspaces, trees, histories."""

from __future__ import annotations

from asana_frames.gather.all_tasks import all_tasks
from asana_frames.gather.events import events
from asana_frames.gather.search import search
from asana_frames.gather.stories import stories
from asana_frames.gather.subtasks import subtasks
from asana_frames.gather.time_entries import time_entries
from asana_frames.gather.tracked_tasks import tracked_tasks

__all__ = [
    "all_tasks",
    "events",
    "search",
    "stories",
    "subtasks",
    "time_entries",
    "tracked_tasks",
]


def __dir__() -> list[str]:
    return sorted(__all__)
