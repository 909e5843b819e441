"""AI Studio: its runs and seats."""

from __future__ import annotations

from datetime import timedelta

from asana_frames.sandbox_server.core.lists import ListRows, list_all
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import ObjectFactory, format_moment


def build_ai_studio_usage(make: ObjectFactory) -> None:
    """Build runs and seats of AI Studio."""
    for number in range(30):
        make.add(
            "ai_studio_run", run_started_at=format_moment(make.now - timedelta(days=30 - number))
        )
    for _ in range(5):
        make.add("ai_studio_seat", state="active")


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getAiStudioRuns": list_all("ai_studio_run"),
    "getAiStudioSeats": list_all("ai_studio_seat", state="state"),
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "ai_studio_run": RecordShape(is_always_full=True),
    "ai_studio_seat": RecordShape(is_always_full=True),
}
