"""Tasks as they were at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR, tuple_column
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.histories.moves import MOVES
from asana_frames.rollups.histories.section_times import section_times
from asana_frames.rollups.histories.stories import FIELD_CHANGED, STORY_COLUMNS, sort_stories
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    is_true,
    read_frame,
    require_gids,
)
from asana_frames.rollups.shared.moments import convert_zone, parse_moment, parse_moments
from asana_frames.types import When

_WHAT = "rollups.as_of"
_ENDS = ("gid", "name")
#: Columns that never change.
_FIXED = ("gid", "created_at")


class _OldValues(NamedTuple):
    """Subtypes of stories that hold old values, and the task columns of these values."""

    subtypes: tuple[str, ...]
    #: Column of tasks -> column of stories.
    columns: Mapping[str, str]


_OLD_VALUES = (
    _OldValues(("name_changed",), {"name": "old_name"}),
    _OldValues(("approval_status_changed",), {"approval_status": "old_approval_status"}),
    _OldValues(("resource_subtype_changed",), {"resource_subtype": "old_resource_subtype"}),
    _OldValues(
        ("due_date_changed",), {"due_on": "old_dates_due_on", "due_at": "old_dates_due_at"}
    ),
    # A change of the due date holds the start date of the range as well.
    _OldValues(("start_date_changed", "due_date_changed"), {"start_on": "old_dates_start_on"}),
)
#: Kind of a custom field -> suffix of each of its columns, and the story column of its old value.
_FIELD_COLUMNS: dict[str, Mapping[str, str]] = {
    "enum": {"": "old_enum_value_name"},
    "number": {"": "old_number_value"},
    "text": {"": "old_text_value"},
    "date": {"": "old_date_value_due_on", "_at": "old_date_value_due_at"},
    "multi_enum": {"": "old_multi_enum_values_names"},
    "people": {"": "old_people_value_names", "_gids": "old_people_value_gids"},
}
_MEMBERSHIPS = {
    f"memberships_{name}_{end}s": f"{name}_{end}"
    for name in ("project", "section")
    for end in _ENDS
}
_PLACES = ("project_gid", "old_section_gid", "new_section_gid")
_READ = {
    *STORY_COLUMNS,
    *_PLACES,
    *(column for old in _OLD_VALUES for column in old.columns.values()),
    *(column for columns in _FIELD_COLUMNS.values() for column in columns.values()),
    *(f"{what}_{end}" for what in ("assignee", "created_by", "custom_field") for end in _ENDS),
}


def as_of(
    tasks: pd.DataFrame, stories: pd.DataFrame, moment: When, tz: str = "UTC"
) -> pd.DataFrame:
    """Rebuild tasks as they were at a moment, as far as stories record it.

    Parameters
    ----------
    tasks
        The tasks as they are now; deleted ones are missing from the result.
    stories
        All stories of the tasks, as ``gather.stories(asana, tasks)`` returns them. Only their
        fields are used: their text depends on the language of the reader.
    moment
        Changes at exactly this moment are included.
    tz
        The time zone in which a ``moment`` without a zone is read.

    Returns
    -------
    DataFrame
        The columns and dtypes of ``tasks``, each task once, without those created later. A value
        is the old value in the first story after the moment that changes it, or the present value
        if there is no such story. Replayed are ``name``, ``approval_status``,
        ``resource_subtype``, ``due_on``, ``due_at``, ``start_on``, ``completed``,
        ``completed_at``, ``completed_by``, ``assignee``, ``assigned_by``, the ``memberships_`` (as
        in ``rollups.section_times``, with present names) and, in columns ``cf_<name>``, custom
        fields of text, numbers, dates, options and people. All other columns are as they are now,
        and listed: ``attrs["as_of"]`` holds ``moment`` and ``not_replayed``. They include custom
        fields without stories.

        Stories do not name the previous assignee: a task has no assignee before the first story
        that assigns it, even if an earlier one unassigns it. A task without a story of its
        completion is incomplete until ``completed_at``. Options that are no longer among the
        categories of a column are missing.

    Raises
    ------
    InvalidArgument
        A column is missing, or the moment cannot be read; the message says what to type.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["5", "6"],
    ...         "name": ["Logo", "Web site"],
    ...         "created_at": pd.to_datetime(["2026-03-02", "2026-03-20"], utc=True),
    ...         "due_on": pd.to_datetime(["2026-03-13", "2026-03-31"]),
    ...     }
    ... )
    >>> stories = pd.DataFrame(
    ...     {
    ...         "gid": ["8"],
    ...         "task_gid": ["5"],
    ...         "created_at": pd.to_datetime(["2026-03-05"], utc=True),
    ...         "resource_subtype": ["due_date_changed"],
    ...         "old_dates_due_on": pd.to_datetime(["2026-03-06"]),
    ...         "old_dates_due_at": pd.to_datetime([None], utc=True),
    ...     }
    ... )
    >>> as_of(tasks, stories, "2026-03-04")[["gid", "name", "due_on"]]
      gid  name     due_on
    0   5  Logo 2026-03-06
    """
    tasks = read_frame(tasks, _FIXED, what=_WHAT, record="task")
    stories = read_frame(stories, STORY_COLUMNS, what=_WHAT, record="story")
    # Stories have the gids, so that one person or place would be with and without one.
    require_gids(tasks, ["assignee_gid", "memberships_project_gids"], what=_WHAT, record="task")
    at = parse_moment(moment, tz)
    known = drop_duplicates(tasks)
    is_there = ~is_true(parse_moments(known["created_at"], what=_WHAT) > at)
    past = _TaskHistory(known[is_there].reset_index(drop=True), stories, at)
    for old in _OLD_VALUES:
        past.restore_old_values(old.subtypes, old.columns)
    _replay_assignees(past)
    _replay_completion(past)
    _replay_places(past, known, stories)
    _replay_fields(past)
    then = past.tasks.copy()
    rest = [name for name in then.columns if name not in past.replayed and name not in _FIXED]
    then.attrs = {
        **tasks.attrs,
        "as_of": {"moment": at.isoformat(), "not_replayed": list(map(str, rest))},
    }
    return then


class _TaskHistory:
    """Tasks whose columns are set back to a moment, and their stories."""

    def __init__(self, tasks: pd.DataFrame, stories: pd.DataFrame, at: pd.Timestamp) -> None:
        self.tasks = tasks
        self.at = at
        self.replayed: set[str] = set()
        gids = tasks["gid"].dropna()
        self._row = pd.Series(gids.index, index=pd.Index(gids))
        row = self.find_rows(stories["task_gid"])
        read = stories[[name for name in stories.columns if name in _READ]].assign(row=row)
        #: Stories of the tasks in time order, with the ``row`` of the task.
        self.stories = sort_stories(read[is_true(row.notna())], what=_WHAT)
        self.stories = self.stories.astype({"row": "int64"})
        self._is_later = is_true(self.stories["created_at"] > at)

    def find_rows(self, gids: pd.Series[Any]) -> pd.Series[Any]:
        """Return the row of each task; missing for a task that did not exist then."""
        return gids.map(self._row).astype("float64")

    def find_first_after(self, subtypes: Iterable[str]) -> pd.Series[int]:
        """Return the first story of these subtypes after the moment, by the row of the task."""
        return self._find_stories(subtypes, self._is_later, "first")

    def find_last_before(self, subtypes: Iterable[str], rows: pd.Index[Any]) -> pd.Series[int]:
        """Return the last story of these subtypes up to the moment; -1 without one."""
        return self._find_stories(subtypes, ~self._is_later, "last").reindex(rows, fill_value=-1)

    def _find_stories(
        self, subtypes: Iterable[str], when: npt.NDArray[np.bool_], keep: Any
    ) -> pd.Series[int]:
        is_meant = is_true(self.stories["resource_subtype"].isin(list(subtypes)))
        rows = self.stories["row"][is_meant & when].drop_duplicates(keep=keep)
        return pd.Series(rows.index, index=rows.array)

    def read(self, column: str, stories: pd.Series[int]) -> pd.Series[Any]:
        """Return a column of stories that were found; missing where there is no story."""
        values: pd.Series[Any] = self.stories[column].reindex(stories).set_axis(stories.index)
        return values

    def has_columns(self, columns: Iterable[str]) -> bool:
        """Return whether the stories have the columns."""
        return set(columns) <= set(self.stories.columns)

    def restore_old_values(self, subtypes: Iterable[str], columns: Mapping[str, str]) -> None:
        """Set columns of the tasks to the old values of the first story after the moment."""
        first = self.find_first_after(subtypes)
        for column, source in columns.items():
            if self.has_columns([source]):
                self.set_values(column, self.read(source, first))

    def set_values(self, column: str, values: pd.Series[Any]) -> None:
        """Set values of a column, by the row of the task, if the tasks have this column."""
        if column not in self.tasks.columns:
            return
        self.replayed.add(column)
        old = self.tasks[column]
        if isinstance(old.dtype, pd.CategoricalDtype):
            values = values.where(is_true(values.isin(old.dtype.categories)))
        array = old.array.copy()
        array[values.index.to_numpy()] = values.astype(old.dtype).array
        self.tasks = self.tasks.assign(**{column: array})


def _replay_assignees(past: _TaskHistory) -> None:
    """Restore assignees from the last assignment before the moment."""
    subtypes = ("assigned", "unassigned")
    rows = past.find_first_after(subtypes).index
    before = past.find_last_before(subtypes, rows)
    is_given = is_true(past.read("resource_subtype", before) == "assigned")
    for person, story in (("assignee", "assignee"), ("assigned_by", "created_by")):
        for end in _ENDS:
            if past.has_columns([f"{story}_{end}"]):
                values = past.read(f"{story}_{end}", before)
                past.set_values(f"{person}_{end}", values.where(is_given))


def _replay_completion(past: _TaskHistory) -> None:
    """Restore whether tasks were completed, when and by whom."""
    subtypes = ("marked_complete", "marked_incomplete")
    first = past.find_first_after(subtypes)
    was_done = past.read("resource_subtype", first) == "marked_incomplete"
    if "completed_at" in past.tasks:
        done = parse_moments(past.tasks["completed_at"], what=_WHAT)
        later = past.tasks.index[is_true(done > past.at)]
        unrecorded = pd.Series(False, index=later.difference(first.index))
        was_done = pd.concat([was_done, unrecorded]).astype(bool)
    before = past.find_last_before(subtypes, was_done.index)
    is_recorded = was_done & is_true(past.read("resource_subtype", before) == "marked_complete")
    past.set_values("completed", was_done)
    past.set_values("completed_at", past.read("created_at", before).where(is_recorded))
    for end in _ENDS:
        if past.has_columns([f"created_by_{end}"]):
            values = past.read(f"created_by_{end}", before)
            past.set_values(f"completed_by_{end}", values.where(is_recorded))


def _replay_places(past: _TaskHistory, known: pd.DataFrame, stories: pd.DataFrame) -> None:
    """Restore the projects and sections of tasks that were moved later."""
    needed = ("memberships_project_gids", "memberships_section_gids")
    if not past.has_columns(_PLACES) or not set(needed) <= set(past.tasks.columns):
        return
    # Names of tasks do not matter here, and may not have been read.
    named = known.assign(name=known["gid"])
    visits = section_times(named, stories, now=past.at, ends="moved")
    moved = past.find_first_after(MOVES).index
    is_then = is_true(visits["is_current"])
    visits = visits.assign(row=past.find_rows(visits["task_gid"]))[is_then]
    visits = _sort_visits(visits[visits["row"].isin(moved)], past.tasks[needed[0]])
    for column, source in _MEMBERSHIPS.items():
        past.set_values(column, _collect_tuples(visits[source], visits["row"], moved))


def _sort_visits(visits: pd.DataFrame, projects: pd.Series[Any]) -> pd.DataFrame:
    """Sort visits by task, then by the current order of its projects, former projects last."""
    now = read_lists(projects)[visits["row"].unique()].explode().rename_axis("row").reset_index()
    now = now.set_axis(["row", "project_gid"], axis="columns").rename_axis("place").reset_index()
    now = now.astype({"project_gid": STR}).drop_duplicates(["row", "project_gid"])
    placed = visits.merge(now, how="left", on=["row", "project_gid"])
    return placed.sort_values(["row", "place", "enter", "project_gid"], ignore_index=True)


def _collect_tuples(
    values: pd.Series[Any], rows: pd.Series[Any], wanted: pd.Index[Any]
) -> pd.Series[Any]:
    """Collect the values of each wanted row in a tuple; ``rows`` are sorted."""
    flat = values.astype(object).where(values.notna(), None).tolist()
    ordered = wanted.sort_values()
    starts, ends = (np.searchsorted(rows, ordered, side) for side in ("left", "right"))
    tuples = [tuple(flat[start:end]) for start, end in zip(starts, ends, strict=True)]
    return tuple_column(tuples, ordered)


def _replay_fields(past: _TaskHistory) -> None:
    """Restore the values of custom fields, field by field."""
    if not past.has_columns(["custom_field_gid", "custom_field_name"]):
        return
    kinds = past.stories["resource_subtype"].str.removesuffix(FIELD_CHANGED)
    changed = _fill_in_old_days(past.stories.assign(kind=kinds))
    changed = changed[is_true(kinds.isin([*_FIELD_COLUMNS]))]
    changed = changed.dropna(subset=["custom_field_gid", "custom_field_name"])
    # Fields of one name and kind share a column, each for the tasks that have it.
    changed = changed.assign(column=_find_columns(changed, past.tasks))
    fields = changed.drop_duplicates(["row", "column", "custom_field_gid"])
    is_unsure = fields.duplicated(["row", "column"], keep=False)
    changed = changed[~changed["column"].isin(fields.loc[is_unsure, "column"])]
    first = changed[is_true(changed["created_at"] > past.at)].drop_duplicates(["row", "column"])
    columns = changed[["column", "kind"]].drop_duplicates()
    for column, kind in columns.itertuples(index=False, name=None):
        values = first[is_true(first["column"] == column)].set_index("row")
        for end, source in _FIELD_COLUMNS[kind].items():
            if source in changed:
                past.set_values(f"{column}{end}", values[source])


def _fill_in_old_days(stories: pd.DataFrame) -> pd.DataFrame:
    """Fill in the day of old dates that have a moment only."""
    moments = stories.get("old_date_value_due_at")
    if moments is None:
        return stories
    moments = parse_moments(moments, what=_WHAT)
    nothing = pd.Series(pd.NaT, index=stories.index, dtype="datetime64[us]")
    days = stories.get("old_date_value_due_on", nothing).astype("datetime64[us]")
    days = days.where(days.notna(), convert_zone(moments).dt.normalize())
    return stories.assign(old_date_value_due_on=days, old_date_value_due_at=moments)


def _find_columns(changed: pd.DataFrame, tasks: pd.DataFrame) -> pd.Series[Any]:
    """Return the column of tasks that holds the field of each story."""
    # Of fields of one name and different kinds, all but one have their kind in the column.
    plain = "cf_" + changed["custom_field_name"].astype(STR)
    of_kind = plain + "_" + changed["kind"].astype(STR)
    return of_kind.where(of_kind.isin(list(map(str, tasks.columns))), plain).astype(object)
