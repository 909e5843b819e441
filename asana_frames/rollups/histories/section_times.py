"""Visits of tasks to the sections of projects, and how long they lasted."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.histories.stories import STORY_COLUMNS, sort_stories
from asana_frames.rollups.shared.inputs import (
    drop_duplicate_gids,
    is_true,
    read_frame,
    read_list_columns,
    require_gids,
)
from asana_frames.rollups.shared.moments import (
    NEVER,
    Ints,
    parse_moment,
    parse_moments,
    to_microseconds,
)
from asana_frames.rollups.shared.tasks import (
    check_aligned_memberships,
    count_items,
    parse_task_times,
)
from asana_frames.rollups.shared.workdays import count_workdays
from asana_frames.types import When

_DTYPES: dict[str, Any] = {
    "task_gid": STR,
    "task_name": STR,
    "project_gid": STR,
    "project_name": STR,
    "section_gid": STR,
    "section_name": STR,
    "enter": UTC_DATETIME,
    "leave": UTC_DATETIME,
    "is_current": "boolean",
    "hours": "Float64",
    "working_days": "Float64",
    "is_certain": "boolean",
    "completed_at": UTC_DATETIME,
}
_HOUR = 3_600_000_000
#: Stages of a task in a project, in order: its beginning, a story, its end.
_BEGIN, _STORY, _END = range(3)
_ADDED, _REMOVED = "added_to_project", "removed_from_project"
#: Subtypes of stories about moves of tasks.
MOVES = (_ADDED, "section_changed", _REMOVED)
#: In place of a section code: in the project but in an unknown section; not in the project.
_ANYWHERE, _OUTSIDE = -1, -2
_SECTIONS = ("old_section_gid", "new_section_gid")
#: Codes of projects or sections, and their names, row by row.
_NamedCodes = tuple[Ints, "pd.Series[Any]"]
_PLACES = ("memberships_project_gids", "memberships_section_gids")


class _Places(NamedTuple):
    """Projects or sections in the order of their codes, with their current names."""

    gids: pd.Series[Any]
    names: pd.Series[Any]


class _Moves(NamedTuple):
    """Moves of tasks from stories, in time order, and current memberships."""

    #: ``task`` (row of the tasks), ``project``, ``at`` (microseconds), and the section ``before``
    #: and ``after``, one row per story.
    stories: pd.DataFrame
    #: ``task``, ``project`` and ``section``, one row per membership.
    members: pd.DataFrame
    projects: _Places
    sections: _Places


def section_times(
    stories: pd.DataFrame,
    tasks: pd.DataFrame,
    now: When | None = None,
    tz: str = "UTC",
    *,
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
) -> pd.DataFrame:
    """Measure when each task was in which section of which project, and for how long.

    Parameters
    ----------
    stories
        All stories of the tasks, as ``gather.stories(asana, tasks)`` returns them. Only their
        fields are used: their text depends on the language of the reader.
    tasks
        As ``gather.all_tasks(...)`` returns them; stories of other tasks are left out.
    now
        When the tasks were read; the present if not given. Later stories still count.
    tz
        The time zone in which days begin, and in which a ``now`` without a zone is read.
    workdays
        ``"Mon-Fri"``, ``"Sun-Thu"``, or with part days ``"Mon-Thu, Fri:0.5"``.
    holidays
        Days on which nobody works.

    Returns
    -------
    DataFrame
        One row per visit of a task to a section, by task in the order given, by project (gid) and
        time: ``task_gid``, ``task_name``, ``project_gid``, ``project_name``, ``section_gid``,
        ``section_name`` (str, names as they are now); ``enter``, ``leave`` (datetime64[us, UTC]);
        ``is_current`` (boolean: the task is still there, and ``leave`` is missing); ``hours``
        (Float64, up to ``now`` where current); ``working_days`` (Float64, the part of that time on
        working days, a day being the 24 hours of its date); ``is_certain`` (boolean);
        ``completed_at`` (datetime64[us, UTC], of the task: completing a task does not end its
        visit).

        The visits of a task in a project do not overlap, and cover its time there without gaps. A
        task enters a project when a story adds it, else when it was created; its first section is
        the one that its first move leaves, or, if it never moved, the present one. If a move has
        no story, because a task is not where its last story left it, the move is placed half way
        between that story and the next, or ``now``. ``is_certain`` is False for a visit whose
        section, beginning or end is inferred in this way, and for one that begins when the task
        was created; unknown sections are missing. The project of a move without one is inferred
        from its sections; the move is left out if they are unknown.

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument cannot be read; the message says what to type.

    Examples
    --------
    Added on Friday the 6th at noon, moved on Monday the 9th at noon:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["5"],
    ...         "name": ["Logo"],
    ...         "created_at": pd.to_datetime(["2026-03-06T12:00Z"]),
    ...         "memberships_project_gids": [("1",)],
    ...         "memberships_section_gids": [("12",)],
    ...     }
    ... )
    >>> stories = pd.DataFrame(
    ...     {
    ...         "gid": ["7", "8"],
    ...         "task_gid": ["5", "5"],
    ...         "created_at": pd.to_datetime(["2026-03-06T12:00Z", "2026-03-09T12:00Z"]),
    ...         "resource_subtype": ["added_to_project", "section_changed"],
    ...         "project_gid": ["1", "1"],
    ...         "old_section_gid": [None, "11"],
    ...         "new_section_gid": [None, "12"],
    ...     }
    ... )
    >>> times = section_times(stories, tasks, now="2026-03-10 12:00")
    >>> times[["section_gid", "hours", "working_days", "is_current"]]
      section_gid  hours  working_days  is_current
    0          11   72.0           1.0       False
    1          12   24.0           1.0        True
    """
    what = "rollups.section_times"
    tasks = read_frame(tasks, ["gid", "name", "created_at"], what=what, record="task")
    present = parse_moment(now, tz)
    rows = drop_duplicate_gids(tasks)
    moves = _read_moves(stories, rows, what=what)
    created = to_microseconds(parse_moments(rows["created_at"], what=what))
    now_at = to_microseconds(pd.Series([present]))[0]
    stays = _build_visits(_build_marks(moves, created, now_at))
    enter, leave = stays["enter"].to_numpy(), stays["leave"].to_numpy()
    end = np.where(leave == NEVER, np.maximum(now_at, enter), leave)
    hours = np.where(enter == NEVER, np.nan, (end - enter) / _HOUR)
    days = count_workdays(enter, end, tz, workdays, holidays)
    named = _add_names(stays, moves, rows).assign(hours=hours, working_days=days)
    return named[list(_DTYPES)].astype(_DTYPES)


def _read_moves(stories: pd.DataFrame, tasks: pd.DataFrame, *, what: str) -> _Moves:
    """Read the moves of tasks from stories, and their current memberships.

    Parameters
    ----------
    stories
        Moves whose project is not known from a story or membership are left out, as are those of
        tasks that are not in ``tasks``.
    tasks
        Each task once.
    what
        The calling function, for the message.

    Raises
    ------
    InvalidArgument
        A column is missing, or projects and sections of memberships differ in number.
    """
    needed = [*STORY_COLUMNS, "project_gid", *_SECTIONS]
    stories = read_frame(stories, needed, what=what, record="story")
    tasks = read_frame(tasks, ["gid", *_PLACES], what=what, record="task")
    require_gids(tasks, _PLACES, what=what, record="task")
    names = [column.replace("_gid", "_name") for column in ("project_gid", *_SECTIONS)]
    is_move = is_true(stories["resource_subtype"].isin(MOVES))
    moves = sort_stories(stories.reindex(columns=[*needed, *names])[is_move], what=what)
    moves = moves.astype(dict.fromkeys(["task_gid", "project_gid", *_SECTIONS, *names], STR))
    members = _flatten_memberships(tasks)

    (project, home), projects = _number_gids(moves["project_gid"], members["project_gid"])
    (old, new, place), sections = _number_gids(
        *(moves[c] for c in _SECTIONS), members["section_gid"]
    )
    project = _infer_projects(project, old, new, (place, home), len(sections))
    named = [(project, moves["project_name"])]
    project_names = _find_current_names(len(projects), named, (home, members["project_name"]))
    named = [(old, moves["old_section_name"]), (new, moves["new_section_name"])]
    section_names = _find_current_names(len(sections), named, (place, members["section_name"]))

    here = pd.DataFrame({"task": members["task"], "project": home, "section": place})
    here = here[here["project"] >= 0].drop_duplicates(["task", "project"], ignore_index=True)
    dated = _build_moves(moves, old, new).assign(
        task=pd.Index(tasks["gid"]).get_indexer(pd.Index(moves["task_gid"])), project=project
    )
    dated = dated[(dated["task"] >= 0) & (dated["project"] >= 0)].reset_index(drop=True)
    return _Moves(dated, here, _Places(projects, project_names), _Places(sections, section_names))


def _build_moves(moves: pd.DataFrame, old: Ints, new: Ints) -> pd.DataFrame:
    """Return the time of each story, and the section of the task before and after it."""
    kind = moves["resource_subtype"]
    is_added, is_removed = is_true(kind == _ADDED), is_true(kind == _REMOVED)
    return pd.DataFrame(
        {
            "at": to_microseconds(moves["created_at"]),
            "before": np.where(is_added, _OUTSIDE, np.where(is_removed, _ANYWHERE, old)),
            "after": np.where(is_removed, _OUTSIDE, np.where(is_added, _ANYWHERE, new)),
        }
    )


def _flatten_memberships(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per membership, with the row of its task.

    Raises
    ------
    InvalidArgument
        The lists of projects and sections of a task differ in length.
    """
    names = ("project_gid", "section_gid", "project_name", "section_name")
    lists = [f"memberships_{name}s" for name in names]
    tasks = read_list_columns(tasks, lists)
    check_aligned_memberships(tasks, lists)
    counts = count_items(tasks[_PLACES[0]])
    columns = {}
    for name in names:
        column = f"memberships_{name}s"
        if column not in tasks:
            columns[name] = pd.Series(None, index=range(counts.sum()), dtype=STR)
            continue
        flat = list(chain.from_iterable(tasks[column].dropna()))
        columns[name] = pd.Series(flat, dtype=STR)
    return pd.DataFrame(columns).assign(task=np.repeat(np.arange(len(tasks)), counts))


def _number_gids(*columns: pd.Series[Any]) -> tuple[list[Ints], pd.Series[Any]]:
    """Return the columns as codes, -1 for a missing gid, and the sorted gids."""
    codes, gids = pd.factorize(pd.concat(columns, ignore_index=True), sort=True)
    ends = np.cumsum([len(column) for column in columns])[:-1]
    parts = np.split(codes.astype("int64"), ends)
    return parts, pd.Series(gids, dtype=STR)


def _infer_projects(
    project: Ints, old: Ints, new: Ints, members: tuple[Ints, Ints], count: int
) -> Ints:
    """Return the project of each move; a missing one is inferred from its sections."""
    # The last position belongs to missing sections, whose code is -1.
    project_of: Ints = np.full(count + 1, -1, dtype="int64")
    for sections, owners in ((old, project), (new, project), members):
        project_of[sections[owners >= 0]] = owners[owners >= 0]
    while True:
        project_of[-1] = -1
        found = np.maximum(project_of[new], project_of[old])
        solved = (project < 0) & (found >= 0)
        if not solved.any():
            return project
        project = np.where(solved, found, project).astype("int64")
        # Both sections of a move are in one project, so each result may solve more moves.
        for sections in (old, new):
            project_of[sections[solved]] = found[solved]


def _find_current_names(
    count: int, stories: Iterable[_NamedCodes], members: _NamedCodes
) -> pd.Series[Any]:
    """Return the name for each code: from memberships, else from the last story."""
    now = _find_last_names(count, [members])
    return now.where(now.notna(), _find_last_names(count, stories))


def _find_last_names(count: int, columns: Iterable[_NamedCodes]) -> pd.Series[Any]:
    """Return the name for each code from the last row that has one."""
    names = np.full(count, None, dtype=object)
    last = np.full(count, -1)
    for numbers, column in columns:
        rows = np.flatnonzero((numbers >= 0) & is_true(column.notna()))
        found = np.full(count, -1)
        found[numbers[rows]] = rows
        is_later = found > last
        names[is_later] = column.array.take(found[is_later])
        last = np.maximum(last, found)
    return pd.Series(names, dtype=STR)


def _build_marks(moves: _Moves, created: Ints, now: int) -> pd.DataFrame:
    """Return the known places of tasks over time, by task and project.

    Each task in a project has a row for its beginning, one per story and one for its end;
    ``before`` and ``after`` are the sections of the task.
    """
    keys = ["task", "project"]
    pairs = pd.concat([moves.stories[keys], moves.members[keys]]).drop_duplicates()
    begin = pairs.assign(stage=_BEGIN, at=created[pairs["task"]], before=_OUTSIDE, after=_ANYWHERE)
    end = pairs.merge(moves.members, how="left", on=keys).assign(
        stage=_END, at=now, after=_OUTSIDE
    )
    end["before"] = end["section"].fillna(_OUTSIDE).astype("int64")
    story = moves.stories.assign(stage=_STORY)
    columns = [*keys, "stage", "at", "before", "after"]
    marks = pd.concat([begin[columns], story[columns], end[columns]], ignore_index=True)
    # The stories are in time order, and a stable sort keeps them so.
    key = (marks["task"] * len(moves.projects.gids) + marks["project"]) * 3 + marks["stage"]
    marks = marks.take(np.argsort(key.to_numpy(), kind="stable")).reset_index(drop=True)
    return _align_ends(marks)


def _align_ends(marks: pd.DataFrame) -> pd.DataFrame:
    """Make beginnings and ends agree with the stories next to them."""
    at, stage = marks["at"].to_numpy(), marks["stage"].to_numpy()
    after, before = marks["after"].to_numpy(), marks["before"].to_numpy()
    is_begin, is_end = stage == _BEGIN, stage == _END
    # A beginning is always followed by a row of its task, and an end by none or another's.
    is_added = is_begin & (np.roll(before, -1) == _OUTSIDE)
    begin = np.where(np.roll(stage, -1) == _STORY, np.minimum(at, np.roll(at, -1)), at)
    end = np.where(np.roll(stage, 1) == _STORY, np.maximum(at, np.roll(at, 1)), at)
    return marks.assign(
        at=np.where(is_begin, begin, np.where(is_end, end, at)),
        after=np.where(is_added, _OUTSIDE, after),
    )


def _build_visits(marks: pd.DataFrame) -> pd.DataFrame:
    """Build one visit between two marks, or two visits if the marks contradict each other."""
    mark, following = marks.iloc[:-1], marks.iloc[1:]
    start, stop = mark["at"].to_numpy(), following["at"].to_numpy()
    left, reached = mark["after"].to_numpy(), following["before"].to_numpy()
    stage, is_last = mark["stage"].to_numpy(), (following["stage"] == _END).to_numpy()
    is_within = stage != _END
    was_in, is_in = is_within & (left != _OUTSIDE), is_within & (reached != _OUTSIDE)
    agree = was_in & is_in & ((left == reached) | (left == _ANYWHERE) | (reached == _ANYWHERE))
    half_way = start + (stop - start) // 2
    section = np.maximum(left, reached)
    is_known = (stage != _BEGIN) & (section != _ANYWHERE)
    stop = np.where(is_last, NEVER, stop)
    parts = [
        (agree, start, stop, section, is_known),
        (was_in & ~agree, start, half_way, left, False),
        (is_in & ~agree, half_way, stop, reached, False),
    ]
    names = ("enter", "leave", "section", "is_certain")
    stays = [
        mark.assign(**dict(zip(names, values, strict=True)))[where] for where, *values in parts
    ]
    ordered: pd.DataFrame = pd.concat(stays).sort_index(kind="stable")
    return ordered[["task", "project", *names]]


def _to_timestamps(microseconds: npt.NDArray[np.int64]) -> pd.Series[Any]:
    return pd.Series(microseconds.view("datetime64[us]")).dt.tz_localize("UTC")


def _add_names(stays: pd.DataFrame, moves: _Moves, tasks: pd.DataFrame) -> pd.DataFrame:
    """Replace the codes of visits by gids, names and moments."""
    task, project, section = (stays[name].to_numpy() for name in ("task", "project", "section"))
    done = parse_task_times(tasks, "completed_at", what="rollups.section_times")
    columns = {
        "task_gid": tasks["gid"].take(task),
        "task_name": tasks["name"].take(task),
        "project_gid": moves.projects.gids.take(project),
        "project_name": moves.projects.names.take(project),
        # The code of a missing section is -1, which is not in the index.
        "section_gid": moves.sections.gids.reindex(section),
        "section_name": moves.sections.names.reindex(section),
        "enter": _to_timestamps(stays["enter"].to_numpy()),
        "leave": _to_timestamps(stays["leave"].to_numpy()),
        "is_current": stays["leave"] == NEVER,
        "is_certain": stays["is_certain"],
        "completed_at": done.take(task),
    }
    return pd.DataFrame({name: column.array for name, column in columns.items()})
