"""Tasks and those above them."""

from __future__ import annotations

import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.tasks import TaskTree


def test_the_first_task_of_a_frame_is_a_parent_like_any_other() -> None:
    tasks = pd.DataFrame(
        {"gid": ["2", "3", "4"], "name": ["b", "c", "d"], "parent_gid": ["1", "2", "3"]}, dtype=STR
    )

    roots = TaskTree(tasks).roots()

    # Task 1 is not in the frame, and above all three.
    assert roots["root_task_gid"].tolist() == ["1", "1", "1"]
