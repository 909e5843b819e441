"""Tasks as rollups of their flow read them: each once, with its first project, its days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.homes import Homes, check_tuples
from asana_frames.rollups.moments import UTC, days_in, moments_of
from asana_frames.rollups.periods import check_days
from asana_frames.rollups.repeats import once

Days = npt.NDArray[np.datetime64]
#: The places of a task's first membership.
PLACES = ("project_gid", "project_name", "section_gid", "section_name")
_HOMES = ("gid", "parent_gid", *(f"memberships_{place}s" for place in PLACES))


def housed(tasks: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return each task once, with the project and section that it is in first.

    Parameters
    ----------
    tasks
        Tasks with a ``gid``.
    columns
        Those of ``tasks`` that are wanted; what is not there is left out.

    Returns
    -------
    DataFrame
        The columns, ``person_gid`` and ``person_name`` (the assignee) where they are known, and
        ``project_gid``, ``project_name``, ``section_gid``, ``section_name`` (str), in the order
        of ``tasks``. A subtask in no project is where the nearest task above it is. Of a task
        that is there twice the last row holds; rows without a gid all stay.

    Raises
    ------
    InvalidRequest
        Tasks are each other's parents in a circle.
    """
    wanted = tasks.columns.intersection(list(columns), sort=False)
    rows = once(tasks[wanted.union(tasks.columns.intersection(list(_HOMES)), sort=False)])
    people = {f"person_{end}": f"assignee_{end}" for end in ("gid", "name")}
    known = {name: rows[own] for name, own in people.items() if own in wanted}
    return rows[wanted].assign(**known, **_places(rows))


def _places(rows: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Return the places of each task, or of the nearest task above it that has one."""
    own = {place: _firsts(rows, f"memberships_{place}s") for place in PLACES}
    parent = text_of(rows, "parent_gid")
    lost = own["project_gid"].isna() & rows["gid"].notna() & parent.notna()
    if not lost.any():
        return own
    # The way up leads over tasks that are nowhere either, to one that is a parent of theirs.
    # Numbered once, gids are compared as numbers: isin takes eight times as long.
    both = pd.concat([rows["gid"].astype(STR), parent[lost]])
    code, different = pd.factorize(both)
    is_parent = np.zeros(len(different), dtype=bool)
    is_parent[code[len(rows) :]] = True
    above = lost | (is_parent[code[: len(rows)]] & rows["gid"].notna())
    homes = Homes(rows.loc[above, [name for name in _HOMES if name in rows.columns]])
    found = homes.places().iloc[homes.at(rows.loc[lost, "gid"])].set_axis(rows.index[lost])
    return {
        place: values.where(~lost, _firsts(found, f"{place}s").reindex(rows.index))
        for place, values in own.items()
    }


def _firsts(rows: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return the first of each tuple, missing for an empty one."""
    if name not in rows.columns:
        return text_of(rows, name)
    check_tuples(rows[name].dtype, name)
    # Few tuples are those of many tasks: each different one is looked at once.
    code, different = pd.factorize(rows[name])
    firsts = pd.array([place[0] if place else None for place in different], dtype=STR)
    return pd.Series(firsts.take(code, allow_fill=True), index=rows.index)


def text_of(tasks: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column as text; one that is not there is missing throughout."""
    if name not in tasks.columns:
        return pd.Series(pd.NA, index=tasks.index, name=name, dtype=STR)
    return tasks[name].astype(STR)


def times_of(tasks: pd.DataFrame, name: str, *, what: str) -> pd.Series[Any]:
    """Return a column of moments in UTC; one that is not there is missing throughout.

    Raises
    ------
    InvalidRequest
        It holds anything but moments; one in which all is missing may be of any dtype.
    """
    if name not in tasks.columns:
        return pd.Series(pd.NaT, index=tasks.index, name=name, dtype=UTC)
    return moments_of(tasks[name], what=what)


def dates_of(tasks: pd.DataFrame, name: str, *, what: str) -> pd.Series[Any]:
    """Return a column of days as ``datetime64[us]``; one that is not there is missing throughout.

    Raises
    ------
    InvalidRequest
        It holds anything but days; one in which all is missing may be of any dtype.
    """
    if name not in tasks.columns or tasks[name].isna().all():
        return pd.Series(pd.NaT, index=tasks.index, name=name, dtype="datetime64[us]")
    check_days(tasks[name], what=what)
    days = tasks[name].to_numpy().astype("datetime64[D]").astype("datetime64[us]")
    return pd.Series(days, index=tasks.index, name=name)


def lives(tasks: pd.DataFrame, tz: str, *, what: str) -> pd.DataFrame:
    """Return the days on which tasks were created and completed and are due.

    Parameters
    ----------
    tasks
        Needs ``gid``, ``created_at`` and ``completed_at``.
    tz
        The time zone of the days.
    what
        The function that asks, for messages.

    Returns
    -------
    DataFrame
        ``created``, ``completed`` and ``due`` (datetime64[us]), one row per task. One that was
        completed before it was created, or whose creation is not known, was created when it was
        completed; one of which both are missing is left out.
    """
    columns = ["gid", "created_at", "completed_at", "due_on"]
    tasks = once(tasks[[name for name in columns if name in tasks.columns]])
    completed = days_in(times_of(tasks, "completed_at", what=what), tz)
    created = days_in(times_of(tasks, "created_at", what=what), tz)
    table = pd.DataFrame(
        {
            "created": np.fmin(created.to_numpy(), completed.to_numpy()),
            "completed": completed,
            "due": dates_of(tasks, "due_on", what=what),
        }
    )
    return table[table["created"].notna()].reset_index(drop=True)


def by_moment(rows: pd.DataFrame, moment: str, where: pd.Series[Any]) -> pd.DataFrame:
    """Return the rows for which ``where`` holds by a moment, missing ones last, then by gid."""
    at = rows[moment].dt.tz_localize(None).to_numpy()
    # Text is compared only where it decides.
    tied = where & rows[moment].duplicated(keep=False)
    rank = np.zeros(len(rows))
    rank[tied.to_numpy()] = rows.loc[tied, "gid"].rank(method="dense", na_option="bottom")
    order = np.lexsort((rank, at))
    chosen = order[where.to_numpy()[order]]
    return pd.DataFrame(rows.iloc[chosen]).reset_index(drop=True)
