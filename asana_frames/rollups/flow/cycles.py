"""When tasks were started and finished, from their visits to sections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import AsanaWarning, InvalidArgument, suggest_names, warn_caller
from asana_frames.rollups.flow.task_rows import measure_days
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.histories.moves import read_sections
from asana_frames.rollups.histories.section_order import (
    SECTION,
    find_sections,
    number_sections,
    read_visits,
)
from asana_frames.rollups.shared.inputs import (
    drop_duplicate_gids,
    is_true,
    read_frame,
    text_column,
)
from asana_frames.rollups.shared.moments import ends_of_days, local_days, to_microseconds
from asana_frames.rollups.shared.workdays import count_workdays

#: The columns of texts in all results, in order.
TEXTS = ("task_gid", "task_name", "assignee_gid", "assignee_name", *SECTION)
COUNTS = ("elapsed", "both_ends")
Flags = npt.NDArray[np.bool_]


class Calendar(NamedTuple):
    """How days are counted: the arguments that say so."""

    days: str
    tz: str
    workdays: str
    holidays: Any


class Cycles(NamedTuple):
    """Tasks that were started, and their visits."""

    #: ``task_gid``, the columns of sections, ``enter``, ``leave``, ``number`` (the place of the
    #: section in its project) and ``pair`` (the row of ``started``), by pair and time.
    visits: pd.DataFrame
    #: All sections of the projects, with their ``number``.
    sections: pd.DataFrame
    #: One row per task and project: the texts of ``TEXTS`` (the section is the last one),
    #: ``started_at`` and ``finished_at``, which is missing for a task that is not finished.
    started: pd.DataFrame


def find_cycles(
    tasks: pd.DataFrame,
    section_times: pd.DataFrame,
    started: str | Sequence[str],
    finished: str | Sequence[str] | None,
    sections: pd.DataFrame | None,
    now: pd.Timestamp,
    *,
    what: str,
) -> Cycles:
    """Find when tasks were started and finished, project by project.

    Parameters
    ----------
    tasks, section_times, started, finished, sections
        As in ``rollups.cycle_times``.
    now
        The moment in UTC.
    what
        The calling function, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing, or nobody entered one of the sections.
    """
    known = _read_tasks(tasks, now, what=what)
    visits = read_visits(section_times, ["task_gid", "completed_at"], now, what=what)
    listed = None if sections is None else read_sections(sections, what=what)
    places = number_sections(visits, listed)
    place = find_sections(visits, places)
    begins = _find_bounds(places, place, started, "started", what)
    if len(visits) and not are_in_sections(visits, started).any():
        warn_caller(
            f"{what}: no task was in a section {started!r}; tasks count as started in those after "
            f"it.",
            AsanaWarning,
        )
    done_from = np.full(len(visits), np.inf)
    is_end = np.zeros(len(visits), dtype=bool)
    if finished is not None:
        done_from = _find_bounds(places, place, finished, "finished", what)
        is_end = are_in_sections(visits, finished)
        if (done_from < begins).any():
            raise InvalidArgument(
                f"{what}: finished={finished!r} comes before started={started!r} in "
                f"{visits['project_name'][done_from < begins].iloc[0]!r}. Exchange them, or pass "
                f"sections=asana.sections.list(project=...) for the order of the sections."
            )
    number = places["number"].to_numpy()[place]
    rows = visits.assign(
        number=number,
        is_started=(number >= begins) & visits["section_gid"].notna().to_numpy(),
        is_before_end=number < done_from,
        is_end=is_end,
        _begins=begins,
    )
    rows = rows[_is_open_then(rows) & is_true(rows["task_gid"].isin(known["gid"]))]
    rows = rows[~np.isnan(rows["_begins"])].sort_values(
        ["task_gid", "project_gid", "enter"], kind="stable", na_position="first"
    )
    return _summarise(rows.reset_index(drop=True), places, known)


def _is_open_then(visits: pd.DataFrame) -> Flags:
    """Return which visits were while their task was open, and not after its last completion."""
    is_late = is_true(visits["enter"] > visits["completed_at"])
    if "is_completed" in visits.columns:
        came_so = is_true(visits["is_completed"]) & is_true(visits["enter"] == visits["leave"])
        is_late = is_late | came_so
    return ~is_late


def _read_tasks(tasks: pd.DataFrame, now: pd.Timestamp, *, what: str) -> pd.DataFrame:
    """Return each task that is known at a moment once."""
    tasks = drop_duplicate_gids(read_frame(tasks, ["gid"], what=what, record="task"))
    has_people = "assignee_gid" in tasks.columns or "assignee_name" in tasks.columns
    return select_known(tasks, now, what=what, uses="assignees" if has_people else "")


def _find_bounds(
    sections: pd.DataFrame,
    place: npt.NDArray[np.intp],
    given: str | Sequence[str],
    name: str,
    what: str,
) -> npt.NDArray[np.float64]:
    """Return for each visit the place of the first of these sections in its project, else NaN."""
    check_sections(sections, given, name=name, what=what)
    is_meant = are_in_sections(sections, given)
    number = sections["number"].astype("float64").where(is_meant)
    project = text_column(sections, "project_gid").fillna("")
    first = number.groupby(project.to_numpy(object)).transform("min")
    found: npt.NDArray[np.float64] = first.to_numpy()[place]
    return found


def check_sections(
    sections: pd.DataFrame, given: str | Sequence[str], *, name: str, what: str
) -> None:
    """Raise an error unless sections with these names or gids are known.

    Raises
    ------
    InvalidArgument
        The message names the known ones.
    """
    gids = set(sections["section_gid"].dropna())
    known = list(dict.fromkeys(sections["section_name"].dropna().astype(object)))
    wanted = list_texts(given, name=name, like="In progress")
    if not wanted:
        raise InvalidArgument(f"{what}: {name}= is empty; use {name}='In progress'.")
    for text in wanted:
        if text not in gids and text not in known and len(sections):
            raise InvalidArgument(
                f"{what}: no task was in a section {text!r} ({name}=)."
                f"{suggest_names(text, known)} Use {name}= with one of "
                f"{', '.join(map(repr, known[:20]))}, or pass "
                f"sections=asana.sections.list(project=...) if nobody entered it."
            )


def are_in_sections(rows: pd.DataFrame, wanted: str | Sequence[str]) -> Flags:
    """Return which rows have a section with one of these names or gids."""
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    is_named = is_true(rows["section_name"].isin(wanted))
    return is_named | is_true(rows["section_gid"].isin(wanted))


def _summarise(visits: pd.DataFrame, sections: pd.DataFrame, tasks: pd.DataFrame) -> Cycles:
    """Return the tasks that were started, with their visits in time order."""
    keys = ["task_gid", "project_gid"]
    pair = visits.groupby(keys, dropna=False, observed=True, sort=False).ngroup().to_numpy()
    visits = visits.assign(pair=pair)
    first = visits[visits["is_started"]].drop_duplicates("pair").set_index("pair")
    finished = _find_arrivals(visits).reindex(first.index)
    completed = first["completed_at"]
    finished = completed.where(~is_true(finished < completed) & completed.notna(), finished)
    visits = visits[visits["pair"].isin(first.index)]
    ends = finished.reindex(visits["pair"]).set_axis(visits.index)
    last = (
        visits[~is_true(visits["enter"] > ends)]
        .drop_duplicates("pair", keep="last")
        .set_index("pair")
    )
    last = last.reindex(first.index)
    row = pd.Index(tasks["gid"]).get_indexer(pd.Index(first["task_gid"]))
    own = {"task_name": "name", "assignee_gid": "assignee_gid", "assignee_name": "assignee_name"}
    texts = {name: text_column(tasks, column).array.take(row) for name, column in own.items()}
    started = pd.DataFrame(
        {
            "task_gid": text_column(first, "task_gid").array,
            **texts,
            **{name: text_column(last, name).array for name in SECTION},
            "started_at": first["enter"].array,
            "finished_at": finished.astype(first["enter"].dtype).array,
            "is_current": is_true(last["leave"].isna()),
        }
    )
    place = pd.Series(np.arange(len(first)), index=first.index)
    visits = visits.assign(pair=place.reindex(visits["pair"]).array).reset_index(drop=True)
    return Cycles(visits, sections, started)


def _find_arrivals(visits: pd.DataFrame) -> pd.Series[Any]:
    """Return by pair when tasks came to where they are finished, and were not taken back."""
    reopened = visits.get("is_reopened", pd.Series(False, index=visits.index))
    is_back = visits["is_before_end"].to_numpy() | is_true(reopened)
    last_back = pd.Series(np.where(is_back, np.arange(len(visits)), -1))
    last_back = last_back.groupby(visits["pair"].to_numpy()).transform("max")
    is_end = visits["is_end"]
    was_end = is_end.shift(fill_value=False) & (visits["pair"] == visits["pair"].shift())
    # From one section of the end to another: it had come there before.
    stays = was_end & is_true(visits["enter"] == visits["leave"].shift())
    is_arrival = is_end & ~stays & (np.arange(len(visits)) > last_back.to_numpy())
    last = visits[is_arrival].drop_duplicates("pair", keep="last")
    arrivals = last.set_index("pair")["enter"]
    return arrivals


def count_days(
    start: pd.Series[Any], end: pd.Series[Any], calendar: Calendar
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return the days from moments to moments, all of them and working days (Float64)."""
    days = measure_days(start, end)
    edges = (start, end)
    if calendar.days == "both_ends":
        first, last = (local_days(moments, calendar.tz) for moments in edges)
        days = ((last - first).dt.days + 1).astype("Float64")
        day_before = first - pd.Timedelta(days=1)
        edges = (
            pd.Series(ends_of_days(pd.DatetimeIndex(day_before), calendar.tz)),
            pd.Series(ends_of_days(pd.DatetimeIndex(last), calendar.tz)),
        )
    begin, until = (to_microseconds(moments) for moments in edges)
    worked = count_workdays(begin, until, calendar.tz, calendar.workdays, calendar.holidays)
    return days, pd.Series(worked, index=start.index).astype("Float64")


def sum_visits(
    visits: pd.DataFrame, where: Flags, started: pd.DataFrame, until: pd.Series[Any]
) -> pd.Series[Any]:
    """Return for each task the days (Float64) that some of its visits lasted after its start."""
    rows = visits[where]
    pair = rows["pair"].to_numpy()
    begin = started["started_at"].take(pair).array
    end = until.take(pair).array
    enter = rows["enter"].reset_index(drop=True)
    leave = rows["leave"].reset_index(drop=True)
    enter = enter.where(enter > begin, pd.Series(begin))
    leave = leave.where(is_true(leave < pd.Series(end)), pd.Series(end))
    days = measure_days(enter, leave).groupby(rows["pair"].to_numpy()).sum()
    found: pd.Series[Any] = days.reindex(range(len(started))).fillna(0.0).astype("Float64")
    return found


def nearest_rank(values: pd.Series[Any], share: float) -> float:
    """Return the least value that at least a share of the values do not exceed, else NaN.

    Examples
    --------
    >>> nearest_rank(pd.Series([1.0, 2.0, 3.0, 4.0]), 0.5)
    2.0
    """
    known = np.sort(values.dropna().to_numpy(dtype="float64"))
    if not len(known):
        return np.nan
    return float(known[find_rank(len(known), share)])


def find_rank(count: int, share: float) -> int:
    """Return the position, among so many sorted values, of the nearest rank of a share."""
    # A product such as 0.55 * 20 may be a little more than a whole number.
    return max(int(np.ceil(round(share * count, 9))), 1) - 1
