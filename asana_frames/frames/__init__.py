"""Records -> typed columns -> DataFrame; no HTTP."""

from asana_frames.frames.arrays import DTYPES, STR, array_of
from asana_frames.frames.builder import FrameBuilder, ParentColumn
from asana_frames.frames.collector import collector_paused
from asana_frames.frames.tidy import bridge, custom_fields
from asana_frames.frames.union import united

__all__ = [
    "DTYPES",
    "STR",
    "FrameBuilder",
    "ParentColumn",
    "array_of",
    "bridge",
    "collector_paused",
    "custom_fields",
    "united",
]
