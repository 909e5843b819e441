"""Records -> typed columns -> DataFrame; no HTTP."""

from asana_frames.frames.arrays import DTYPES, STR, build_array
from asana_frames.frames.bridge import bridge
from asana_frames.frames.builder import FrameBuilder, ParentColumn
from asana_frames.frames.changes import changes
from asana_frames.frames.concatenate import concatenate
from asana_frames.frames.custom_fields import custom_fields
from asana_frames.frames.garbage_collection import pause_garbage_collection
from asana_frames.frames.reverse import reverse

__all__ = [
    "DTYPES",
    "STR",
    "FrameBuilder",
    "ParentColumn",
    "build_array",
    "bridge",
    "changes",
    "pause_garbage_collection",
    "custom_fields",
    "concatenate",
    "reverse",
]
