"""Visits of tasks to the sections of projects, and how long they lasted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.frames.arrays import STR
from asana_frames.rollups.histories.completions import (
    FOREVER,
    EndedVisits,
    Flags,
    Visits,
    end_visits,
    read_completions,
)
from asana_frames.rollups.histories.moves import ANYWHERE, OUTSIDE, Codes, Moves, read_moves
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import drop_duplicate_gids, read_frame
from asana_frames.rollups.shared.moments import (
    NEVER,
    Ints,
    parse_moment,
    parse_moments,
    to_microseconds,
)
from asana_frames.rollups.shared.workdays import Floats, count_workdays
from asana_frames.types import When

_ENDS = ("completed", "moved")
_HOUR = 3_600_000_000
_WHAT = "rollups.section_times"


def section_times(
    tasks: pd.DataFrame,
    stories: pd.DataFrame,
    *,
    now: When | None = None,
    tz: str = "UTC",
    ends: Literal["completed", "moved"] = "completed",
    sections: pd.DataFrame | None = None,
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
) -> pd.DataFrame:
    """Measure when each task was in which section of which project, and for how long.

    Parameters
    ----------
    tasks
        As ``gather.all_tasks(...)`` returns them; stories of other tasks are left out.
    stories
        All stories of the tasks, as ``gather.stories(asana, tasks)`` returns them. Only their
        fields are used: their text depends on the language of the reader.
    now
        The end of the last visits; the present if not given. What happened later does not count:
        the tasks are where they were then, completed or not.
    tz
        The time zone in which days begin, and in which a ``now`` without a zone is read.
    ends
        ``"completed"``: a visit ends when its task is completed. If the task is reopened, a new
        visit begins, in the section where the task is then. ``"moved"``: a visit ends only when
        the task is moved or leaves the project.
    sections
        The sections of the projects, as ``asana.sections.list(project=...)`` returns them. They
        give the order of sections, and present names; without them names come from memberships,
        else from the last story.
    workdays
        ``"Mon-Fri"``, ``"Sun-Thu"``, or with part days ``"Mon-Thu, Fri:0.5"``.
    holidays
        Days on which nobody works.

    Returns
    -------
    DataFrame
        One row per visit of a task to a section, by task in the order given, by project (gid) and
        time: ``task_gid``, ``task_name``, ``project_gid``, ``project_name``, ``section_gid``,
        ``section_name`` (str, present names); ``section_order`` (Int64, the place of the section
        in its project, from 1; missing without ``sections``); ``enter``, ``leave``
        (datetime64[us, UTC]); ``is_current`` (boolean: the visit goes on at ``now``, and ``leave``
        is missing); ``hours`` (Float64, up to ``now`` where current); ``days_working`` (Float64,
        the part of that time on working days, a day being the 24 hours of its date);
        ``is_certain`` (boolean); ``is_completed`` (boolean: it ended because the task was
        completed; missing with ``ends="moved"``); ``completed_until`` (datetime64[us, UTC]: where
        it ended so, when the task was reopened or left the project; missing if it is still there,
        completed); ``is_reopened`` (boolean: it begins with the reopening of the task);
        ``completed_at`` (datetime64[us, UTC], of the task, missing if it is open at ``now``).

        The visits of a task in a project do not overlap, and cover its time there without gaps,
        except while it was completed; where it went in that time is left out. A task that came to
        a project completed has a visit that ends as it begins. A
        task enters a project when a story adds it, else when it was created; its first section is
        the one that its first move leaves, or, if it never moved, the one of ``now``. If a move
        has no story, because a task is not where its last story left it, the move is placed half
        way between that story and the next, or ``now``. ``is_certain`` is False for a visit whose
        section, beginning or end is inferred in this way, for one that begins when the task
        was created, and for one in which the task was reopened without a story of its completion;
        unknown sections are missing. The project of a move without one is inferred
        from its sections; the move is left out if they are unknown.

    Raises
    ------
    InvalidArgument
        A column is missing (``completed_at`` too, unless ``ends="moved"``), or an argument cannot
        be read; the message says what to type.

    Examples
    --------
    Added on Friday the 6th at noon, moved on Monday the 9th at noon, completed a day later:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["5"],
    ...         "name": ["Logo"],
    ...         "created_at": pd.to_datetime(["2026-03-06T12:00Z"]),
    ...         "completed_at": pd.to_datetime(["2026-03-10T12:00Z"]),
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
    >>> times = section_times(tasks, stories, now="2026-03-12 12:00")
    >>> times[["section_gid", "hours", "days_working", "is_current", "is_completed"]]
      section_gid  hours  days_working  is_current  is_completed
    0          11   72.0           1.0       False         False
    1          12   24.0           1.0       False          True
    """
    check_choice(ends, _ENDS, name="ends")
    needed = ["gid", "name", "created_at", *(["completed_at"] if ends == "completed" else [])]
    rows = drop_duplicate_gids(read_frame(tasks, needed, what=_WHAT, record="task"))
    moves = read_moves(stories, rows, sections, what=_WHAT)
    moment = parse_moment(now, tz)
    present = to_microseconds(pd.Series([moment]))[0]
    created = to_microseconds(parse_moments(rows["created_at"], what=_WHAT))
    visits, pairs = _build_visits(moves, created, int(present))
    owner, place = np.divmod(pairs, len(moves.projects.gids) or 1)
    owner = owner.astype(np.int32)
    stories = read_frame(stories, [], what=_WHAT, record="story")
    completions = read_completions(stories, rows, int(present), what=_WHAT)
    if ends == "completed":
        ended = end_visits(visits, owner[visits.pair], completions)
    else:
        nothing: Flags = np.zeros(len(visits.pair), dtype=bool)
        ended = EndedVisits(visits, nothing, np.full(len(visits.pair), NEVER), nothing)
    visits = ended.visits
    end = np.where(visits.leave == FOREVER, present, visits.leave)
    hours = np.where(visits.enter == NEVER, np.nan, (end - visits.enter) / _HOUR)
    days = count_workdays(visits.enter, end, tz, workdays, holidays)
    del end
    task, project = owner[visits.pair], place[visits.pair]
    table = pd.DataFrame(
        {
            **_build_name_columns(rows, moves, task, project, visits.section),
            "enter": _to_timestamps(visits.enter),
            "leave": _to_timestamps(visits.leave),
            "is_current": _to_flags(visits.leave == FOREVER),
            "hours": _to_floats(hours),
            "days_working": _to_floats(days),
            "is_certain": _to_flags(visits.is_certain),
            "is_completed": _to_flags(ended.is_completed, is_known=ends == "completed"),
            "completed_until": _to_timestamps(ended.until),
            "is_reopened": _to_flags(ended.is_reopened, is_known=ends == "completed"),
            "completed_at": _to_timestamps(completions.done[task]),
        },
        copy=False,
    )
    return write_about(table, tasks, now=moment, tz=tz)


def _build_visits(moves: Moves, created: Ints, now: int) -> tuple[Visits, Ints]:
    """Build the visits that have begun by a moment, and return the pairs that they number.

    Each task in a project has a mark for its beginning, one per story and one for its end;
    between two marks is one visit, or two if the marks contradict each other.
    """
    marks, is_begin, is_end, pairs = _build_marks(moves, created, now)
    start, stop = marks.at[:-1], marks.at[1:]
    left, reached = marks.after[:-1], marks.before[1:]
    is_within = ~is_end[:-1]
    was_in, is_in = is_within & (left != OUTSIDE), is_within & (reached != OUTSIDE)
    is_same = (left == reached) | (left == ANYWHERE) | (reached == ANYWHERE)
    agree = was_in & is_in & is_same
    counts = was_in.astype(np.int8) + is_in - agree
    mark = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    is_second = np.zeros(len(mark), dtype=bool)
    is_second[1:] = mark[1:] == mark[:-1]
    agree = agree[mark]
    # Without agreement, the second of two visits and the only one of a task that came without a
    # story are those to the section that the next mark tells.
    is_later = ~agree & (is_second | ~was_in[mark])
    half_way = start[mark] + (stop[mark] - start[mark]) // 2
    enter = np.where(is_later, half_way, start[mark])
    leave = np.where(is_end[1:][mark], FOREVER, stop[mark])
    leave = np.where(agree | is_later, leave, half_way)
    del half_way
    section = np.where(agree, np.maximum(left, reached)[mark], left[mark])
    section = np.where(is_later, reached[mark], section)
    is_certain = agree & ~is_begin[:-1][mark] & (section != ANYWHERE)
    return Visits(marks.pair[mark], section, enter, leave, is_certain), pairs


class _Marks(NamedTuple):
    """Known places of tasks over time: the sections before and after a moment."""

    #: The number of the task in a project.
    pair: Codes
    at: Ints
    before: Codes
    after: Codes


def _build_marks(moves: Moves, created: Ints, now: int) -> tuple[_Marks, Flags, Flags, Ints]:
    """Return marks by task, project and time, which of them are the first and last, and pairs."""
    pairs = _list_pairs(moves)
    is_born = created[pairs // (len(moves.projects.gids) or 1)] <= now
    number = np.searchsorted(pairs, moves.pair)
    is_there = (moves.at <= now) & is_born[number]
    pairs = pairs[is_born]
    number = (np.cumsum(is_born) - 1)[number[is_there]].astype(np.int32)
    counts = np.bincount(number, minlength=len(pairs)) + 2
    ends = np.cumsum(counts) - 1
    first = ends - counts + 1
    place = np.arange(len(number)) + 2 * number + 1
    size = int(counts.sum())
    marks = _Marks(
        np.repeat(np.arange(len(pairs), dtype=np.int32), counts),
        np.full(size, now),
        np.full(size, OUTSIDE, dtype=np.int32),
        np.full(size, OUTSIDE, dtype=np.int32),
    )
    marks.at[place] = moves.at[is_there]
    marks.before[place] = moves.before[is_there]
    marks.after[place] = moves.after[is_there]
    marks.before[ends] = _find_places(moves, pairs, now)
    born = created[pairs // (len(moves.projects.gids) or 1)]
    # A story may be older than its task; without one the next mark is the end, which is now.
    marks.at[first] = np.minimum(born, marks.at[first + 1])
    is_added = marks.before[first + 1] == OUTSIDE
    marks.after[first] = np.where(is_added, OUTSIDE, ANYWHERE)
    is_begin, is_end = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    is_begin[first], is_end[ends] = True, True
    return marks, is_begin, is_end, pairs


def _list_pairs(moves: Moves) -> Ints:
    """Return the tasks in projects, each once, sorted."""
    begins = np.ones(len(moves.pair), dtype=bool)
    begins[1:] = moves.pair[1:] != moves.pair[:-1]
    both = np.sort(np.concatenate([moves.pair[begins], moves.member_pair]))
    is_new = np.ones(len(both), dtype=bool)
    is_new[1:] = both[1:] != both[:-1]
    return both[is_new]


def _find_places(moves: Moves, pairs: Ints, now: int) -> Codes:
    """Return where tasks were at a moment: where their next move began, else where they are."""
    places = np.full(len(pairs), OUTSIDE, dtype=np.int32)
    later = np.flatnonzero(moves.at > now)
    # The first of the later moves is written last.
    moved = (moves.pair[later[::-1]], moves.before[later[::-1]])
    for pair, section in ((moves.member_pair, moves.member_section), moved):
        place = np.searchsorted(pairs, pair)
        is_known = np.append(pairs, -1)[place] == pair
        places[place[is_known]] = section[is_known]
    return places


def _build_name_columns(
    tasks: pd.DataFrame, moves: Moves, task: Codes, project: Ints, section: Codes
) -> dict[str, Any]:
    """Return the gids and names of visits, from the codes of their tasks and places."""
    names = tasks["name"].astype(STR).array
    order = moves.sections.order
    return {
        "task_gid": tasks["gid"].astype(STR).array.take(task),
        "task_name": names.take(task),
        "project_gid": moves.projects.gids.take(project),
        "project_name": moves.projects.names.take(project),
        # The code of a missing section is -1.
        "section_gid": moves.sections.gids.take(section, allow_fill=True),
        "section_name": moves.sections.names.take(section, allow_fill=True),
        # The order of a section that is not listed is 0.
        "section_order": _to_integers(np.append(order, 0)[section]),
    }


def _to_timestamps(microseconds: Ints) -> pd.Series[Any]:
    known = np.where(microseconds == FOREVER, NEVER, microseconds)
    return pd.Series(known.view("datetime64[us]")).dt.tz_localize("UTC")


def _to_integers(numbers: Codes) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.IntegerArray(numbers.astype("int64"), numbers == 0)


def _to_floats(numbers: Floats) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.FloatingArray(numbers, np.isnan(numbers))


def _to_flags(flags: Flags, *, is_known: bool = True) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.BooleanArray(flags, np.full(len(flags), not is_known))
