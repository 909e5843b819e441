"""Changes of tasks read from stories: dates, people, places, field values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.histories.due_dates import read_due_days
from asana_frames.rollups.histories.stories import FIELD_CHANGED, STORY_COLUMNS, sort_stories
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import (
    drop_duplicate_gids,
    is_true,
    read_frame,
    text_column,
)
from asana_frames.rollups.shared.moments import (
    convert_zone,
    parse_moment,
)
from asana_frames.types import When

_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("task_gid", "task_name"), STR),
    "changed_at": UTC_DATETIME,
    **dict.fromkeys(("changed_by_gid", "changed_by_name", "change"), STR),
    **dict.fromkeys(("field_gid", "field_name", "old", "new", "old_gid", "new_gid"), STR),
    **dict.fromkeys(("project_gid", "project_name"), STR),
    **dict.fromkeys(("assignee_gid", "assignee_name"), STR),
    "days_slipped": "Int64",
    "is_scope_added": "boolean",
}
#: Subtype of a story -> kind of change.
_KINDS = {
    "due_date_changed": "due date",
    "assigned": "assignee",
    "unassigned": "assignee",
    "marked_complete": "completed",
    "marked_incomplete": "reopened",
    "added_to_project": "added to project",
    "removed_from_project": "removed from project",
    "section_changed": "section",
    "name_changed": "name",
}
#: Column of stories -> column of changes.
_RENAMED = {
    "created_at": "changed_at",
    "created_by_gid": "changed_by_gid",
    "created_by_name": "changed_by_name",
    "custom_field_gid": "field_gid",
    "custom_field_name": "field_name",
}
_READ = (
    *STORY_COLUMNS,
    *(name for name in _RENAMED if name not in STORY_COLUMNS),
    "target_name",
    *(f"{name}_{end}" for name in ("project", "assignee") for end in ("gid", "name")),
    *(
        f"{age}_{name}"
        for age in ("old", "new")
        for name in (
            *("dates_due_on", "dates_due_at", "date_value_due_on", "date_value_due_at"),
            *("section_gid", "section_name", "enum_value_gid", "enum_value_name", "name"),
            *("number_value", "text_value", "multi_enum_values_names", "people_value_names"),
        )
    ),
)


def changes(
    stories: pd.DataFrame,
    tasks: pd.DataFrame | None = None,
    *,
    since: When | None = None,
    now: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """List the changes of tasks, one row per change.

    Parameters
    ----------
    stories
        As ``gather.stories(asana, tasks)`` returns them. Only their fields are used: their text
        depends on the language of the reader.
    tasks
        The tasks, for their names, and for the assignees of those without a story of it.
    since
        The moment at which the scope of the projects was agreed: tasks added later are added
        scope. Earlier changes are returned as well.
    now
        The present if not given. Changes after an earlier moment are left out, and names of tasks
        are those of then.
    tz
        The time zone of due times, in which days begin and a ``since`` or ``now`` without a zone
        is read.

    Returns
    -------
    DataFrame
        One row per change, in chronological order: ``task_gid``, ``task_name`` (str);
        ``changed_at`` (datetime64[us, UTC]); ``changed_by_gid``, ``changed_by_name`` (str, missing
        for changes by rules); ``change`` (str): due date, assignee, completed, reopened, added to
        project, removed from project, section, name, or field, which ``field_gid`` and
        ``field_name`` name; ``old``, ``new`` (str: names, days as 2026-03-02, due times as
        2026-03-02 17:00, lists joined by commas; missing for none) and, of people, places and
        options, ``old_gid``, ``new_gid``; ``project_gid``, ``project_name`` (str, where the story
        has it); ``assignee_gid``, ``assignee_name`` (str, who had the task after the change, by
        the last story of an assignment; missing for nobody); ``days_slipped`` (Int64, the new due
        date minus the old one, so a slip is above 0; missing unless both are set);
        ``is_scope_added`` (boolean: added to a project after ``since``; False without ``since``).
        Stories do not name the previous assignee, so ``old`` is the assignee in the story before.
        Other stories (comments, descriptions, tags, followers, start dates) are left out.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``since`` or ``tz`` cannot be read; the message says what to type.

    Examples
    --------
    >>> import pandas as pd
    >>> stories = pd.DataFrame(
    ...     {
    ...         "gid": ["7", "8"],
    ...         "task_gid": ["5", "5"],
    ...         "created_at": pd.to_datetime(["2026-03-02T12:00Z", "2026-03-03T12:00Z"]),
    ...         "resource_subtype": ["due_date_changed", "assigned"],
    ...         "old_dates_due_on": pd.to_datetime(["2026-03-06", None]),
    ...         "new_dates_due_on": pd.to_datetime(["2026-03-09", None]),
    ...         "assignee_name": [None, "Ana"],
    ...     }
    ... )
    >>> changes(stories)[["change", "old", "new", "days_slipped"]]
         change         old         new  days_slipped
    0  due date  2026-03-06  2026-03-09             3
    1  assignee         NaN         Ana          <NA>
    """
    read = read_frame(stories, STORY_COLUMNS, what="rollups.changes", record="story")
    moment = parse_moment(now, tz)
    limit = None if since is None else parse_moment(since, tz, name="since")
    every = _select_changes(read)
    is_later = is_true(every["created_at"] > moment) & (now is not None)
    rows = every[~is_later].reset_index(drop=True)
    people = _find_assignees(rows, tasks)
    readings = [
        pd.DataFrame(_READERS[str(kind)](part, tz)) for kind, part in rows.groupby("change")
    ]
    parts = pd.concat([rows[[]].iloc[:0], *readings]).reindex(rows.index)
    is_added = rows["change"] == "added to project"
    is_scope_added = is_added & (limit is not None and rows["created_at"] > limit)
    table = pd.concat([rows.rename(columns=_RENAMED), parts], axis="columns")
    table = table.assign(
        task_name=_find_task_names(rows, tasks, every[is_later]),
        is_scope_added=is_scope_added,
        **people,
    )
    table = table.reindex(columns=list(_DTYPES)).astype(_DTYPES)
    return write_about(table, stories, now=moment, tz=tz)


def _select_changes(stories: pd.DataFrame) -> pd.DataFrame:
    """Select the stories of changes, in time order, with all columns that are read."""
    subtype = stories["resource_subtype"].astype(STR)
    is_field = subtype.str.endswith(FIELD_CHANGED, na=False)
    change = subtype.map(_KINDS).mask(is_true(is_field), "field").astype(STR)
    known = [column for column in _READ if column in stories.columns]
    rows = stories[known].assign(change=change)[is_true(change.notna())]
    return sort_stories(rows, what="rollups.changes").reindex(columns=[*_READ, "change"])


def _find_task_names(
    rows: pd.DataFrame, tasks: pd.DataFrame | None, later: pd.DataFrame
) -> pd.Series[Any]:
    """Return the names of tasks before the later stories, else those in the stories."""
    names = rows["target_name"].astype(STR)
    if tasks is not None:
        tasks = read_frame(tasks, ["gid", "name"], what="rollups.changes", record="task")
        names = _look_up(tasks, "name", rows).fillna(names)
    renamed = later[is_true(later["change"] == "name")].drop_duplicates("task_gid")
    then = renamed.assign(gid=renamed["task_gid"])
    return _look_up(then, "old_name", rows).fillna(names)


def _look_up(records: pd.DataFrame, column: str, rows: pd.DataFrame) -> pd.Series[Any]:
    """Return a column of the task of each story; missing where the task is not there."""
    known = drop_duplicate_gids(records)
    at = pd.Index(known["gid"]).get_indexer(pd.Index(rows["task_gid"]))
    found: pd.Series[Any] = text_column(known, column).reindex(at).set_axis(rows.index)
    return found


def _find_assignees(rows: pd.DataFrame, tasks: pd.DataFrame | None) -> dict[str, Any]:
    """Return who has each task after each story."""
    is_told = is_true(rows["change"] == "assignee")
    is_nobody = is_true(rows["resource_subtype"] == "unassigned")
    # Of a task without such a story, the assignee never changed.
    is_stable = ~is_true(rows["task_gid"].isin(rows.loc[is_told, "task_gid"]))
    task = rows["task_gid"]
    last = pd.Series(np.where(is_told, np.arange(len(rows)), np.nan), index=rows.index)
    at = last.groupby(task).ffill().fillna(-1).to_numpy().astype("int64")
    found = {}
    for name in ("assignee_gid", "assignee_name"):
        told = rows[name].astype(STR).mask(is_nobody)
        values = pd.Series(told.array.take(at, allow_fill=True), index=rows.index)
        if tasks is not None:
            own = read_frame(tasks, ["gid"], what="rollups.changes", record="task")
            values = values.mask(is_stable, _look_up(own, name, rows))
        found[name] = values
    return found


_Columns = Mapping[str, "pd.Series[Any]"]


def _read_due_dates(rows: pd.DataFrame, tz: str) -> _Columns:
    """Read due dates, and the days by which they moved."""
    texts, days = {}, {}
    for age in ("old", "new"):
        texts[age] = _format_dates(rows, f"{age}_dates", tz)
        days[age] = read_due_days(rows, age, tz)
    return texts | {"days_slipped": (days["new"] - days["old"]).dt.days.astype("Int64")}


def _format_dates(rows: pd.DataFrame, stem: str, tz: str) -> pd.Series[Any]:
    day = rows[f"{stem}_due_on"].astype("datetime64[us]").dt.strftime("%Y-%m-%d").astype(STR)
    at = convert_zone(rows[f"{stem}_due_at"].astype(UTC_DATETIME), tz)
    time: pd.Series[Any] = at.dt.strftime("%Y-%m-%d %H:%M").astype(STR)
    return time.where(time.notna(), day)


def _read_assignees(rows: pd.DataFrame, _: str) -> _Columns:
    """Read the new assignee, and as old one the assignee of the story before."""
    is_nobody = is_true(rows["resource_subtype"] == "unassigned")
    values = {}
    for column, end in (("assignee_name", ""), ("assignee_gid", "_gid")):
        given = rows[column].astype(STR).mask(is_nobody)
        values[f"new{end}"] = given
        values[f"old{end}"] = given.groupby(rows["task_gid"]).shift()
    return values


def _make_state_reader(*ages: str) -> Callable[[pd.DataFrame, str], _Columns]:
    """Return a reader that gives fixed words for old and new."""

    def read(rows: pd.DataFrame, _: str) -> _Columns:
        words = dict(zip(("old", "new"), ages, strict=True))
        return {age: pd.Series(word, rows.index, dtype=STR) for age, word in words.items()}

    return read


def _make_place_reader(**ages: str) -> Callable[[pd.DataFrame, str], _Columns]:
    """Return a reader of projects or sections, which have a gid and a name."""

    def read(rows: pd.DataFrame, _: str) -> _Columns:
        names = {age: rows[f"{stem}_name"].astype(STR) for age, stem in ages.items()}
        return names | {
            f"{age}_gid": rows[f"{stem}_gid"].astype(STR) for age, stem in ages.items()
        }

    return read


def _read_names(rows: pd.DataFrame, _: str) -> _Columns:
    return {age: rows[f"{age}_name"].astype(STR) for age in ("old", "new")}


def _read_field_values(rows: pd.DataFrame, tz: str) -> _Columns:
    """Read values of custom fields as text, by the kind of the field."""
    kinds = rows["resource_subtype"].str.removesuffix(FIELD_CHANGED)
    values: dict[str, pd.Series[Any]] = {}
    for age in ("old", "new"):
        stem = f"{age}_{{}}".format
        texts = {
            "enum": rows[stem("enum_value_name")].astype(STR),
            "text": rows[stem("text_value")].astype(STR),
            # Whole numbers are written without decimals: 3, not 3.0.
            "number": rows[stem("number_value")].astype("Float64").astype(STR),
            "date": _format_dates(rows, stem("date_value"), tz),
            "multi_enum": _join_lists(rows[stem("multi_enum_values_names")]),
            "people": _join_lists(rows[stem("people_value_names")]),
        }
        texts["number"] = texts["number"].str.removesuffix(".0")
        text = pd.Series(None, index=rows.index, dtype=STR)
        for kind, formatted in texts.items():
            text = text.where(is_true(kinds != kind), formatted)
        values |= {age: text, f"{age}_gid": rows[stem("enum_value_gid")].astype(STR)}
    return values


def _join_lists(lists: pd.Series[Any]) -> pd.Series[Any]:
    texts = read_lists(lists).str.join(", ").astype(STR)
    return texts.mask(is_true(texts == ""))


_READERS: dict[str, Callable[[pd.DataFrame, str], _Columns]] = {
    "due date": _read_due_dates,
    "assignee": _read_assignees,
    "completed": _make_state_reader("incomplete", "complete"),
    "reopened": _make_state_reader("complete", "incomplete"),
    "added to project": _make_place_reader(new="project"),
    "removed from project": _make_place_reader(old="project"),
    "section": _make_place_reader(old="old_section", new="new_section"),
    "name": _read_names,
    "field": _read_field_values,
}
