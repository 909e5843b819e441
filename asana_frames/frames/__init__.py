"""Records -> typed columns -> DataFrame; no HTTP."""

from asana_frames.frames.arrays import DTYPES, STR
from asana_frames.frames.bridge import bridge, custom_fields
from asana_frames.frames.builder import FrameBuilder, ParentColumn
from asana_frames.frames.collector import collector_paused

__all__ = [
    "DTYPES",
    "STR",
    "FrameBuilder",
    "ParentColumn",
    "bridge",
    "collector_paused",
    "custom_fields",
]
