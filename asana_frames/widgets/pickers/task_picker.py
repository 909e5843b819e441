"""Pick a task."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.exceptions import AsanaError
from asana_frames.widgets.pickers.level import Chosen, Level
from asana_frames.widgets.pickers.picker import InWorkspacePicker
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

#: What tells tasks of one name apart, and the most tasks it is read for, a request each.
_DETAILS = ("projects", "assignee", "due_on")
_MAX_DETAILS = 20


class _TaskLevel(Level):
    """The tasks found for a text."""

    def read(self, asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
        """Yield the tasks that the typeahead finds."""
        found = self.search(asana, chosen["workspace"], chosen["query"])
        yield add_details(found, asana)


def add_details(found: pd.DataFrame, asana: Asana) -> pd.DataFrame:
    """Add projects, assignee and due date of the tasks whose name is not unique.

    The typeahead answers with names only. Unchanged if the tasks cannot be read.
    """
    equal = found[found["name"].duplicated(keep=False)].head(_MAX_DETAILS)
    if equal.empty:
        return found
    try:
        details = asana.tasks.get(equal, fields=_DETAILS, errors="raise")
    except AsanaError:
        # The list is usable without them.
        return found
    return found.merge(details, on="gid", how="left")


TASK = _TaskLevel(
    "task",
    "Task",
    parent="workspace",
    dependencies=("query",),
    qualifiers=("projects_names", "assignee_name", "due_on"),
    ancestor_paths={"workspace": "workspace"},
    is_search=True,
    typeahead="task",
)


class TaskPicker(InWorkspacePicker):
    """Pick a task by typing a part of its name: workspace > task.

    A search is sent after a pause of 0.3 s in typing, and never while another one is running
    (``GET /workspaces/{workspace_gid}/typeahead``, which is fast, but neither complete nor exact).
    With ``multiple``, tasks of different searches can be picked. Tasks of one name are told apart
    by project, assignee or due date, for which each of them is read.

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
