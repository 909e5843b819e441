"""Pick a task."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.widgets.pickers.level import Chosen, Level
from asana_frames.widgets.pickers.picker import InWorkspacePicker
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE


class _TaskLevel(Level):
    """The tasks found for a text."""

    def read(self, asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
        """Yield the tasks that the typeahead finds."""
        yield asana.typeahead.search(
            chosen["workspace"], resource_type="task", query=chosen["query"], count=50
        )


TASK = _TaskLevel(
    "task",
    "Task",
    parent="workspace",
    dependencies=("query",),
    ancestor_paths={"workspace": "workspace"},
    is_search=True,
)


class TaskPicker(InWorkspacePicker):
    """Pick a task by typing a part of its name: workspace > task.

    A search is sent after a pause of 0.3 s in typing, and never while another one is running
    (``GET /workspaces/{workspace_gid}/typeahead``, which is fast, but neither complete nor exact).
    With ``multiple``, tasks of different searches can be picked.

    %(parameters)s
    workspace
        The initial workspace.

    %(attributes)s

    %(raises)s

    Examples
    --------
    >>> import asana_frames as af
    >>> TaskPicker(af.sandbox()).wait()
    TaskPicker(workspace='Acme', task=None)
    """

    _levels = (WORKSPACE, TASK)
    _record = "task"
