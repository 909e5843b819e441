"""Entries with the tasks and projects that keys of hours need."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from asana_frames import rollups
from asana_frames._arguments import list_texts
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.gather.tracked_tasks import tracked_tasks
from asana_frames.rollups.time.entries import ENTRY_COLUMNS

_COLUMN_KEYS = ("task_", "project_")
#: Fields for the place of a task; all others are read only if a key needs them.
_PLACE_FIELDS = (
    "name",
    "parent.name",
    *(f"memberships.{what}.{leaf}" for what in ("project", "section") for leaf in ("gid", "name")),
)
#: Keys that need no task, because the entries contain them.
KEYS_OF_ENTRIES = ("person", "task", "category", "billable", "approval_status")


def parse_hour_keys(by: str | Sequence[str]) -> list[str]:
    """Check the keys of an hours report and return them without duplicates.

    Raises
    ------
    InvalidArgument
        A key is unknown, or no key is given.
    """
    names = list_texts(by, name="by", like="person")
    if not names:
        raise InvalidArgument("by= needs at least one key, such as by='person'.")
    stems = [column.removesuffix("_gid") for column in ENTRY_COLUMNS if column.endswith("_gid")]
    for name in names:
        if name == "entered_on":
            raise InvalidArgument(
                "The day of an entry is not a key: every='D' makes the columns of the table days."
            )
        is_known = name in ENTRY_COLUMNS or name in stems or name.startswith(_COLUMN_KEYS)
        if not is_known or name.endswith("_gids") or name in _COLUMN_KEYS:
            known = [*stems, "billable", "approval_status"]
            raise InvalidArgument(
                f"{name!r} is not a key of hours.{suggest_names(name, known)} "
                f"Use {', '.join(known)}, "
                f"or columns of tasks and projects as task_<column> and project_<column>."
            )
    return list(dict.fromkeys(names))


def add_places(
    asana: Asana,
    last: LastCall,
    keys: Sequence[str],
    tracked: pd.DataFrame,
    projects: pd.DataFrame,
    users: pd.DataFrame | None,
) -> pd.DataFrame:
    """Build the table of entries, with the task and project columns that keys need.

    Each task with time is read by a request of its own, unless the entries contain all keys.
    """
    extra = {kind: _select_extra_columns(kind, keys) for kind in _COLUMN_KEYS}
    tasks = None
    if extra["task_"] or not set(keys) <= set(KEYS_OF_ENTRIES):
        fields = None if extra["task_"] else _PLACE_FIELDS
        tasks = tracked_tasks(asana, tracked, fields=fields)
        last.add_failures(asana.last)
    _check_columns("task_", tasks, extra["task_"])
    _check_columns("project_", projects, extra["project_"])
    return rollups.entries(
        tracked,
        tasks,
        projects,
        users,
        task_columns=extra["task_"],
        project_columns=extra["project_"],
    )


def _select_extra_columns(kind: str, keys: Sequence[str]) -> list[str]:
    """Select the columns of tasks or projects in keys that entries do not always have."""
    own = [key for key in keys if key.startswith(kind) and key not in ENTRY_COLUMNS]
    return [key.removeprefix(kind) for key in own]


def _check_columns(kind: str, frame: pd.DataFrame | None, columns: Sequence[str]) -> None:
    """Raise an error, in the words of keys, unless a frame has these columns."""
    if frame is None:
        return
    lost = next((column for column in columns if column not in frame.columns), None)
    if lost is not None:
        word = "tasks with time on these days" if kind == "task_" else "projects"
        hint = suggest_names(f"{kind}{lost}", [f"{kind}{column}" for column in frame.columns])
        raise InvalidArgument(
            f"by='{kind}{lost}': the {word} have no column {lost!r}."
            f"{hint or f' Use {kind}<column>, such as {kind}name.'}"
        )
