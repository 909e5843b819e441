"""When tasks were completed and reopened, and visits that end and begin there."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.rollups.histories.moves import Codes
from asana_frames.rollups.histories.stories import find_time_order, select_kinds
from asana_frames.rollups.shared.gids import find_positions
from asana_frames.rollups.shared.inputs import drop_duplicates, is_true
from asana_frames.rollups.shared.moments import NEVER, Ints, parse_moments, to_microseconds
from asana_frames.rollups.shared.tasks import parse_task_times

Flags = npt.NDArray[np.bool_]
#: The moment of what has not happened.
FOREVER = np.iinfo("int64").max
_COMPLETE, _INCOMPLETE = range(2)
_MARKS = ("marked_complete", "marked_incomplete")


class Visits(NamedTuple):
    """Visits, sorted by task, project and time."""

    #: The number of the task in a project.
    pair: Codes
    section: Codes
    #: Microseconds; ``leave`` of current visits is ``FOREVER``.
    enter: Ints
    leave: Ints
    is_certain: Flags


class Completions(NamedTuple):
    """When tasks were completed, as far as known at a moment."""

    #: Of each task: when it was completed for good, ``FOREVER`` if it is open.
    done: Ints
    #: ``task``, ``start`` and ``end`` of the times until a task was reopened.
    pauses: pd.DataFrame
    #: ``task`` and ``at`` of reopenings without a story of the completion before.
    unexplained: pd.DataFrame


class EndedVisits(NamedTuple):
    """Visits that end when their task is completed."""

    visits: Visits
    #: The row of each visit among those that were given.
    is_completed: Flags
    #: Until when the task stayed in the project, completed; ``FOREVER`` if it still does.
    until: Ints
    is_reopened: Flags


def read_completions(
    stories: pd.DataFrame, tasks: pd.DataFrame, now: int, *, what: str
) -> Completions:
    """Read when tasks were completed, as far as it was known at a moment.

    Parameters
    ----------
    stories
        Their stories.
    tasks
        Each task once.
    now
        Microseconds.
    what
        The calling function, for the message.

    Raises
    ------
    InvalidArgument
        A column does not hold moments.
    """
    completed = to_microseconds(parse_task_times(tasks, "completed_at", what=what))
    done = np.where((completed <= now) & (completed != NEVER), completed, FOREVER)
    marks = _read_marks(stories, tasks, what=what)
    task, kind, at = (marks[name].to_numpy() for name in ("task", "kind", "at"))
    is_next = np.zeros(len(marks), dtype=bool)
    is_next[1:] = task[1:] == task[:-1]
    follows = is_next & (np.roll(kind, 1) == _COMPLETE)
    reopened = kind == _INCOMPLETE
    # A task that was reopened later was completed at the moment.
    later = np.flatnonzero(reopened & follows & (at > now) & (np.roll(at, 1) <= now))
    done[task[later]] = at[later - 1]
    is_over = np.flatnonzero(reopened & follows & (at <= now))
    pauses = pd.DataFrame({"task": task[is_over], "start": at[is_over - 1], "end": at[is_over]})
    last = pauses.drop_duplicates("task", keep="last")
    # The story of a completion may be a moment later than the completion.
    done[last["task"]] = np.maximum(done[last["task"]], last["end"])
    lost = reopened & ~follows & (at <= now)
    return Completions(done, pauses, pd.DataFrame({"task": task[lost], "at": at[lost]}))


def _read_marks(stories: pd.DataFrame, tasks: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return completions and reopenings of the tasks that were reopened, by task and time."""
    kind = select_kinds(stories, _MARKS)
    created = parse_moments(stories["created_at"], what=what)
    is_known = is_true(created.notna()) & is_true(stories["task_gid"].notna())
    reopened = stories["task_gid"].take(np.flatnonzero(is_known & (kind == _INCOMPLETE))).unique()
    if not len(reopened):
        return pd.DataFrame({"task": np.array([], int), "kind": 0, "at": 0})
    is_meant = is_known & (kind >= 0) & is_true(stories["task_gid"].isin(reopened))
    rows = np.flatnonzero(is_meant)
    columns: dict[str, Any] = {"kind": kind[rows], "at": to_microseconds(created)[rows]}
    texts = stories[["gid", "task_gid"]].take(rows).reset_index(drop=True)
    marks = drop_duplicates(texts.assign(**columns))
    marks = marks.take(find_time_order(marks["at"].to_numpy(), marks["gid"]))
    marks = marks.assign(task=find_positions(tasks["gid"], marks["task_gid"]))
    return marks[marks["task"] >= 0].sort_values("task", kind="stable", ignore_index=True)


def end_visits(visits: Visits, task: Codes, completions: Completions) -> EndedVisits:
    """End visits where their tasks were completed; they go on where these were reopened.

    Parameters
    ----------
    visits
        The visits.
    task
        The task of each visit.
    completions
        When tasks were completed.
    """
    certain = visits.is_certain.copy()
    certain[_find_inside(visits, task, completions.unexplained)["row"]] = False
    row, at = _list_cuts(visits, task, completions)
    pieces = np.bincount(row, minlength=len(task)) + 1 if len(row) else np.ones(len(task), int)
    of = np.repeat(np.arange(len(task)), pieces)
    enter, leave = visits.enter[of], visits.leave[of]
    # The cuts are sorted as the pieces are, and the first piece of a visit begins at none.
    is_first = np.zeros(len(of), dtype=bool)
    is_first[np.cumsum(pieces) - pieces] = True
    begun = np.flatnonzero(~is_first)
    enter[begun] = at
    leave[begun - 1] = at
    cut = Visits(visits.pair[of], visits.section[of], enter, leave, certain[of])
    is_closed = enter >= completions.done[task[of]]
    is_closed |= _is_paused(enter, task[of], completions.pauses)
    return _collapse_closed(cut, is_closed)


def _list_cuts(
    visits: Visits, task: Codes, completions: Completions
) -> tuple[npt.NDArray[np.intp], Ints]:
    """Return the rows of visits during which tasks were completed or reopened, and when."""
    done = completions.done[task]
    row = np.flatnonzero((visits.enter < done) & (done < visits.leave))
    at = done[row]
    if completions.pauses.empty:
        return row, at
    switches = pd.concat(
        completions.pauses[["task", name]].set_axis(["task", "at"], axis="columns")
        for name in ("start", "end")
    )
    inside = _find_inside(visits, task, switches)
    row = np.append(row, inside["row"].to_numpy())
    at = np.append(at, inside["at"].to_numpy())
    # A reopening and the next completion may be of one moment.
    both = pd.DataFrame({"row": row, "at": at}).drop_duplicates().sort_values(["row", "at"])
    return both["row"].to_numpy(), both["at"].to_numpy()


def _find_inside(visits: Visits, task: Codes, events: pd.DataFrame) -> pd.DataFrame:
    """Return ``row`` and ``at`` of the visits during which events of their task happened."""
    if events.empty:
        return pd.DataFrame({"row": np.array([], dtype="intp"), "at": np.array([], dtype="int64")})
    rows = np.flatnonzero(np.isin(task, events["task"].to_numpy()))
    joined = pd.DataFrame({"row": rows, "task": task[rows]}).merge(events, on="task")
    row, at = joined["row"].to_numpy(dtype="intp"), joined["at"].to_numpy(dtype="int64")
    is_inside = (visits.enter[row] < at) & (at < visits.leave[row])
    return pd.DataFrame(joined.loc[is_inside, ["row", "at"]])


def _is_paused(enter: Ints, task: Codes, pauses: pd.DataFrame) -> Flags:
    """Return whether the task of each visit was completed when it began, and reopened later."""
    is_paused = np.zeros(len(task), dtype=bool)
    if pauses.empty:
        return is_paused
    rows = np.flatnonzero(np.isin(task, pauses["task"].to_numpy()))
    joined = pd.DataFrame({"row": rows, "task": task[rows]}).merge(pauses, on="task")
    row = joined["row"].to_numpy(dtype="intp")
    begun = (joined["start"].to_numpy() <= enter[row]) & (enter[row] < joined["end"].to_numpy())
    is_paused[row[begun]] = True
    return is_paused


def _collapse_closed(cut: Visits, is_closed: Flags) -> EndedVisits:
    """Leave out visits of completed tasks, or make them visits without length."""
    count = len(is_closed)
    follows = np.zeros(count, dtype=bool)
    follows[1:] = (cut.pair[1:] == cut.pair[:-1]) & (cut.leave[:-1] == cut.enter[1:])
    was_closed = np.append(False, is_closed[:-1])[:count]
    begins = is_closed & ~(follows & was_closed)
    first = np.flatnonzero(begins)
    closed = np.flatnonzero(is_closed)
    # Of a task's visits one after the other while it is completed, the last tells the end.
    last = closed[np.append(np.searchsorted(closed, first)[1:], len(closed))[: len(first)] - 1]
    # The visit before ends with the completion, or the first of them has no length.
    holder = np.where(follows[first], first - 1, first)
    until = np.full(count, NEVER)
    until[holder] = cut.leave[last]
    is_completed = np.zeros(count, dtype=bool)
    is_completed[holder] = True
    leave = np.where(begins, cut.enter, cut.leave)
    keep = ~is_closed | (is_completed & begins)
    kept = np.flatnonzero(keep)
    visits = Visits(
        cut.pair[kept], cut.section[kept], cut.enter[kept], leave[kept], cut.is_certain[kept]
    )
    is_reopened = (~is_closed & follows & was_closed)[kept]
    return EndedVisits(visits, is_completed[kept], until[kept], is_reopened)
