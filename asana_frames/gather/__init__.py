"""Reads that need more than one kind of request: whole workspaces, trees, histories."""

from asana_frames.gather.history import stories
from asana_frames.gather.searching import search
from asana_frames.gather.streams import events
from asana_frames.gather.tracked import tracked_tasks
from asana_frames.gather.tree import subtasks
from asana_frames.gather.windows import time_entries
from asana_frames.gather.workspace import all_tasks

__all__ = [
    "all_tasks",
    "events",
    "search",
    "stories",
    "subtasks",
    "time_entries",
    "tracked_tasks",
]
