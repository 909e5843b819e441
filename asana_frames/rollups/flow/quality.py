"""Data quality of tasks: findings to fix before relying on a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_number, list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.gids import Positions, find_positions
from asana_frames.rollups.shared.inputs import read_frame, text_column
from asana_frames.rollups.shared.moments import (
    NEVER,
    Ints,
    parse_moment,
    resolve_today,
    to_microseconds,
)
from asana_frames.rollups.shared.tasks import (
    check_aligned_memberships,
    count_items,
    find_unassigned,
    first_memberships,
    parse_task_dates,
    parse_task_times,
    unique_tasks,
)
from asana_frames.types import When

Flags: TypeAlias = npt.NDArray[np.bool_]

_WHAT = "rollups.quality"
_NEEDED = ("gid", "name", "created_at", "completed_at", "due_on", "assignee_gid")
_READ = (*_NEEDED, "assignee_name", "modified_at", "parent_name")
_PROJECTS = ("memberships_project_gids", "memberships_project_names")
_SECTION_NAMES = "memberships_section_names"
_SECTION_GIDS = "memberships_section_gids"
_COLUMNS = ("task_gid", "task_name", "assignee_name", "project_name", "finding", "detail")
#: The most important first.
FINDINGS = (
    "completed before created",
    "open in a done section",
    "completed outside the done sections",
    "overdue without assignee",
    "orphan subtask",
    "duplicate name",
    "stale",
    "no assignee",
    "no due date",
)
#: A section is done if so many of its tasks, and at least so many, are completed, ...
_DONE_SHARE = 0.75
_FEWEST_TASKS = 3
#: ... and the done sections of a project have so many of its completed tasks.
_PROJECT_SHARE = 0.75
_DAY = 86_400e6


def quality(
    tasks: pd.DataFrame,
    *,
    stories: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    stale_days: float = 30,
    done_sections: Sequence[str] | None = None,
) -> pd.DataFrame:
    """List data quality problems of tasks, one row per finding.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(..., subtasks=True)`` returns them: needs ``gid``, ``name``,
        ``created_at``, ``completed_at``, ``due_on`` and ``assignee_gid``. Other columns are
        optional; findings that need them are left out without them.
    stories
        All stories of the tasks, for an earlier ``now``: tasks are as of then. Without them a
        warning says what was not known then.
    now
        The moment at which tasks are looked at; the present if not given. Without a zone it is
        read in ``tz``.
    tz
        The time zone of days.
    stale_days
        Days of 24 hours after which an open task that was not modified is stale. A task that was
        modified after ``now`` is not.
    done_sections
        The names, in upper or lower case, or the gids of the sections in which tasks are done;
        an empty list leaves out the two findings about them. If not given, the tasks tell: a
        section of at least 3 tasks of which 75 % are completed is a done section, unless the
        done sections of its project have fewer than 75 % of the completed tasks there; such a
        project has none.

    Returns
    -------
    DataFrame
        ``task_gid``, ``task_name``, ``assignee_name``, ``project_name`` (str, the first project,
        or that of the finding), ``finding`` (category, ordered as here) and ``detail`` (str), by
        finding, project, name and gid. The findings: ``"completed before created"``; ``"open in
        a done section"`` and ``"completed outside the done sections"`` (in each project in which
        one of ``tasks`` is in a done section); ``"overdue without assignee"``; ``"orphan
        subtask"`` (its parent is not among ``tasks``, and it is in no project); ``"duplicate
        name"`` (of open tasks that are in the same project themselves, but for case and spaces at
        the ends); ``"stale"``; ``"no assignee"``; ``"no due date"``, both of open tasks.

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "name": ["Write"],
    ...         "created_at": pd.to_datetime(["2026-03-02T12:00Z"]),
    ...         "completed_at": pd.to_datetime([None], utc=True),
    ...         "due_on": pd.to_datetime(["2026-03-10"]),
    ...         "assignee_gid": [None],
    ...     }
    ... )
    >>> quality(tasks, now="2026-03-12")[["task_name", "finding", "detail"]]
      task_name                   finding          detail
    0     Write  overdue without assignee  due 2026-03-10
    1     Write               no assignee             NaN
    """
    known = read_frame(tasks, _NEEDED, what=_WHAT, record="task")
    check_number(stale_days, name="stale_days", like=30, least=0)
    moment = parse_moment(now, tz)
    uses = "names, due dates, assignees and sections"
    known = select_known(known, moment, stories, what=_WHAT, uses=uses)
    rows = unique_tasks(known, _READ)
    is_open = rows["completed_at"].isna().to_numpy(dtype=bool)
    homes = _list_homes(rows, has_gids=done_sections is not None)
    found = [
        _find_completed_early(rows),
        *_find_misplaced(rows, homes, is_open, _read_done_sections(done_sections)),
        _find_overdue(rows, is_open, resolve_today(now, tz)),
        _find_orphans(rows),
        _find_duplicate_names(rows, homes, is_open),
        _find_stale(rows, is_open, moment, stale_days),
        _Found("no assignee", np.flatnonzero(is_open & find_unassigned(rows))),
        _Found("no due date", np.flatnonzero(is_open & rows["due_on"].isna().to_numpy(bool))),
    ]
    return write_about(_build_table(rows, found), tasks, now=moment, tz=tz)


class _Found(NamedTuple):
    """The positions of tasks with a finding, and for each the project and detail, if known."""

    finding: str
    at: Positions
    detail: pd.Series[Any] | None = None
    project: pd.Series[Any] | None = None


def _build_table(rows: pd.DataFrame, found: Sequence[_Found]) -> pd.DataFrame:
    """Build the rows of all findings."""
    at = np.concatenate([one.at for one in found])
    projects = _list_first_projects(rows, found)
    table = pd.DataFrame(
        {
            "task_gid": text_column(rows, "gid").array.take(at),
            "task_name": text_column(rows, "name").array.take(at),
            "assignee_name": text_column(rows, "assignee_name").array.take(at),
            "project_name": pd.concat(projects, ignore_index=True).astype(STR),
            "finding": pd.Categorical.from_codes(
                np.repeat(
                    [FINDINGS.index(one.finding) for one in found], [len(one.at) for one in found]
                ),
                categories=pd.Index(list(FINDINGS), dtype=STR),
                ordered=True,
            ),
            "detail": pd.concat(
                [_fill(one.detail, len(one.at)) for one in found], ignore_index=True
            ),
        }
    )
    order = ["finding", "project_name", "task_name", "task_gid"]
    return table.sort_values(order, kind="stable", ignore_index=True)[list(_COLUMNS)]


def _list_first_projects(rows: pd.DataFrame, found: Sequence[_Found]) -> list[pd.Series[Any]]:
    """Return the project of each finding: its own, else the first one of the task."""
    at = np.concatenate([one.at for one in found if one.project is None])
    names = first_memberships(rows, at)["project_name"] if len(at) else _fill(None, 0)
    projects, start = [], 0
    for one in found:
        if one.project is None:
            projects.append(names.iloc[start : start + len(one.at)])
            start += len(one.at)
        else:
            projects.append(one.project)
    return projects


def _fill(texts: pd.Series[Any] | None, count: int) -> pd.Series[Any]:
    """Return texts, or as many missing ones."""
    return pd.Series([None] * count, dtype=STR) if texts is None else texts.astype(STR)


def _find_completed_early(rows: pd.DataFrame) -> _Found:
    created, completed = (
        parse_task_times(rows, name, what=_WHAT) for name in ("created_at", "completed_at")
    )
    begun, done = to_microseconds(created), to_microseconds(completed)
    at = np.flatnonzero((done < begun) & (done != NEVER))
    shown = "created " + _format_days(created.take(at))
    shown += ", completed " + _format_days(completed.take(at))
    return _Found("completed before created", at, shown)


def _format_days(days: pd.Series[Any]) -> pd.Series[Any]:
    written: pd.Series[Any] = days.dt.strftime("%Y-%m-%d").astype(STR)
    return written.reset_index(drop=True)


class _Homes(NamedTuple):
    """The memberships of tasks, each a row."""

    #: The position of the task.
    task: Positions
    #: The number of the project, by gid, or by name where that is not known; -1 without one.
    project: Ints
    project_names: pd.Series[Any]
    #: The number of the section of a project; -1 without one.
    section: Ints
    #: Name, gid and number of the project of the sections, by their number.
    sections: pd.DataFrame

    def pick_projects(self, where: Positions) -> pd.Series[Any]:
        """Return the names of the projects of some memberships."""
        names = self.project_names.array.take(self.project.take(where), allow_fill=True)
        return pd.Series(names, dtype=STR)

    def pick_sections(self, where: Positions) -> pd.Series[Any]:
        """Return the names of the sections of some memberships."""
        names = self.sections["name"].array.take(self.section.take(where), allow_fill=True)
        return pd.Series(names, dtype=STR)


def _list_homes(rows: pd.DataFrame, *, has_gids: bool) -> _Homes:
    """Return one row per task and own project; none where memberships were not read.

    Sections are told apart by name; their gids are read if ``has_gids``.
    """
    if not has_gids:
        rows = rows.drop(columns=_SECTION_GIDS, errors="ignore")
    names = [*_PROJECTS, _SECTION_NAMES]
    if not set(names) <= set(rows.columns):
        rows = rows.head(0)
    codes, lists = _factorize_lists(rows, [*names, _SECTION_GIDS])
    check_aligned_memberships(lists, list(map(str, lists)))
    count = count_items(lists[names[0]])
    gid, name, section, section_gid = (
        pd.Series([item for cell in lists[column] for item in cell], dtype=STR)
        for column in (*names, _SECTION_GIDS)
    )
    project, first = _number_texts(gid.where(gid.notna(), name))
    place, first_place = _number_pairs(project, section_gid.where(section_gid.notna(), section))
    # A file may name the section of a task, and not the project in which it is.
    task, item = _repeat_items(codes, count, (project >= 0) | (place >= 0))
    sections = pd.DataFrame({"name": section, "gid": section_gid, "project": project})
    return _Homes(
        task,
        project.take(item),
        name.take(first),
        place.take(item),
        sections.take(first_place).reset_index(drop=True),
    )


def _factorize_lists(rows: pd.DataFrame, names: Sequence[str]) -> tuple[Positions, pd.DataFrame]:
    """Return for each row the number of its lists, and these lists, each combination once.

    Columns that are not there have as many missing items as the first one has.
    """
    code = np.zeros(len(rows), dtype="int64")
    for name in names:
        if name in rows.columns:
            own, distinct = pd.factorize(read_lists(rows[name]).to_numpy(dtype=object))
            code, _ = pd.factorize(code * len(distinct) + own)
    first = np.zeros(code.max(initial=-1) + 1, dtype="int64")
    first[code[::-1]] = np.arange(len(code))[::-1]
    some = rows.iloc[first]
    lists = {name: read_lists(some[name]) for name in names if name in rows.columns}
    for name in names:
        if name not in lists:
            first_lists = lists.get(names[0], pd.Series(dtype=object))
            lists[name] = first_lists.map(lambda items: (None,) * len(items))
    return code, pd.DataFrame(lists, columns=list(names), dtype=object).reset_index(drop=True)


def _number_texts(texts: pd.Series[Any]) -> tuple[Ints, Positions]:
    """Return the number of each text, -1 for a missing one, and where each occurs first."""
    code, _ = pd.factorize(texts)
    numbers, first = np.unique(code, return_index=True)
    return code.astype("int64"), first[numbers >= 0]


def _number_pairs(projects: Ints, sections: pd.Series[Any]) -> tuple[Ints, Positions]:
    """Return the number of each section of a project, and where each occurs first."""
    section, _ = pd.factorize(sections)
    pairs = np.where(section < 0, -1, (projects + 1) * (section.max(initial=0) + 1) + section)
    known = pd.Series(pairs).where(section >= 0)
    code, _ = pd.factorize(known)
    numbers, first = np.unique(code, return_index=True)
    return code.astype("int64"), first[numbers >= 0]


def _repeat_items(codes: Positions, count: Ints, is_placed: Flags) -> tuple[Positions, Positions]:
    """Return the task and the item of each membership of all tasks."""
    start = np.cumsum(count) - count
    many = count.take(codes)
    task = np.repeat(np.arange(len(codes)), many)
    into = np.arange(len(task)) - np.repeat(np.cumsum(many) - many, many)
    item = np.repeat(start.take(codes), many) + into
    if is_placed.all():
        return task, item
    where = is_placed.take(item)
    return task[where], item[where]


def _read_done_sections(given: Sequence[str] | None) -> list[str] | None:
    """Return the names and gids of done sections in lower case; None if the tasks tell them.

    Raises
    ------
    InvalidArgument
        It is a single text, or holds something else.
    """
    if isinstance(given, str):
        raise InvalidArgument(
            f"done_sections={given!r} is a single name; give a list: done_sections=[{given!r}]."
        )
    if given is None:
        return None
    return [one.casefold() for one in list_texts(given, name="done_sections", like="Done")]


def _find_misplaced(
    rows: pd.DataFrame, homes: _Homes, is_open: Flags, given: list[str] | None
) -> list[_Found]:
    """Find tasks open in a done section, and tasks completed outside of them."""
    was_open = is_open.take(homes.task)
    if given is None:
        is_done = _find_done_sections(homes, was_open)
    else:
        texts = [homes.sections[name].str.casefold() for name in ("name", "gid")]
        is_done = np.array(texts[0].isin(given) | texts[1].isin(given), dtype=bool)
    # The number of a missing section or project is -1, the last place.
    done = np.append(is_done, False).take(homes.section)
    with_done = np.zeros(len(homes.project_names) + 1, dtype=bool)
    with_done[homes.sections["project"].to_numpy()[is_done]] = True
    with_done[-1] = False
    outside = ~was_open & ~done & (homes.section >= 0) & with_done.take(homes.project)
    found = (was_open & done, outside)
    names = ("open in a done section", "completed outside the done sections")
    return [
        _Found(name, homes.task[where], homes.pick_sections(where), homes.pick_projects(where))
        for name, where in zip(names, map(np.flatnonzero, found), strict=True)
    ]


def _find_done_sections(homes: _Homes, was_open: Flags) -> Flags:
    """Return which sections are those of completed tasks, by the tasks that are in them."""
    count = len(homes.sections)
    is_placed = homes.section >= 0
    tasks = np.bincount(homes.section[is_placed], minlength=count)
    done = np.bincount(homes.section[is_placed & ~was_open], minlength=count)
    is_done = (tasks >= _FEWEST_TASKS) & (done >= _DONE_SHARE * tasks)
    project = homes.sections["project"].to_numpy()
    # Sections of no known project, with the number -1, are those of one.
    total, there = (
        np.bincount(project + 1, weights, minlength=len(homes.project_names) + 1)
        for weights in (done, done * is_done)
    )
    found: Flags = is_done & (there >= _PROJECT_SHARE * total)[project + 1]
    return found


def _find_overdue(rows: pd.DataFrame, is_open: Flags, day: pd.Timestamp) -> _Found:
    due = parse_task_dates(rows, "due_on", what=_WHAT)
    is_late = due.to_numpy("datetime64[us]") < day.to_datetime64()
    at = np.flatnonzero(is_open & is_late & find_unassigned(rows))
    return _Found("overdue without assignee", at, "due " + _format_days(due.take(at)))


def _find_orphans(rows: pd.DataFrame) -> _Found:
    parent = text_column(rows, "parent_gid")
    below = np.flatnonzero(parent.notna())
    gone = below[find_positions(rows["gid"], parent.take(below)) < 0]
    if len(gone):
        gone = gone[first_memberships(rows, gone)["project_gid"].isna().to_numpy()]
    name = text_column(rows, "parent_name").take(gone)
    shown = "parent " + name.where(name.notna(), parent.take(gone))
    return _Found("orphan subtask", gone, shown.reset_index(drop=True))


def _find_duplicate_names(rows: pd.DataFrame, homes: _Homes, is_open: Flags) -> _Found:
    """Find the open tasks of a project that share a name."""
    where = np.flatnonzero(is_open.take(homes.task) & (homes.project >= 0))
    task = homes.task[where]
    name = text_column(rows, "name").take(task).reset_index(drop=True)
    # The names of most tasks are unlike those of all others, but for their letters' case.
    text, _ = pd.factorize(name.str.strip().str.lower().replace("", None))
    pair, _ = pd.factorize(homes.project[where] * (text.max(initial=0) + 1) + text)
    count: Any = np.bincount(pair).take(pair) if len(pair) else pair
    twin = np.flatnonzero((count > 1) & (text >= 0))
    shown = pd.Series(count[twin]).astype(STR) + " of this name"
    return _Found("duplicate name", task[twin], shown, homes.pick_projects(where[twin]))


def _find_stale(rows: pd.DataFrame, is_open: Flags, moment: pd.Timestamp, most: float) -> _Found:
    modified = to_microseconds(parse_task_times(rows, "modified_at", what=_WHAT))
    now = to_microseconds(pd.Series([moment]))
    age: Any = np.where(modified == NEVER, 0, now - modified) / _DAY
    at = np.flatnonzero(is_open & (modified != NEVER) & (age > most))
    shown = pd.Series(age.take(at).astype("int64")).astype(STR) + " days unchanged"
    return _Found("stale", at, shown)
