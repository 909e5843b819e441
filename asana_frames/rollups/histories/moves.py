"""Moves of tasks between sections and projects, from stories and present memberships."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.histories.stories import (
    STORY_COLUMNS,
    find_time_order,
    select_kinds,
)
from asana_frames.rollups.shared.gids import are_surely_unique, find_positions
from asana_frames.rollups.shared.inputs import (
    is_true,
    read_frame,
    read_list_columns,
    require_gids,
)
from asana_frames.rollups.shared.moments import Ints, parse_moments, to_microseconds
from asana_frames.rollups.shared.tasks import check_aligned_memberships, count_items

#: Subtypes of stories about moves of tasks.
MOVES = ("added_to_project", "section_changed", "removed_from_project")
#: Their positions.
_ADDED, _CHANGED, _REMOVED = range(3)
#: In place of a section code: in the project but in an unknown section; not in the project.
ANYWHERE, OUTSIDE = -1, -2
_SECTIONS = ("old_section_gid", "new_section_gid")
_MEMBERS = ("project_gid", "section_gid", "project_name", "section_name")
_PLACES = ("memberships_project_gids", "memberships_section_gids")
#: Codes, which are less than 2,000,000,000.
Codes = npt.NDArray[np.int32]
Rows = npt.NDArray[np.intp]
_Texts = Any
#: Codes, the name of each, and the order in time of the names where it is another one.
_Named = tuple[Any, ...]


class Places(NamedTuple):
    """Projects or sections in the order of their codes."""

    gids: _Texts
    #: Their current names.
    names: _Texts
    #: Sections: the place in their project, from 1; 0 where it is not known.
    order: Codes


class Moves(NamedTuple):
    """Moves from stories and the current memberships of tasks."""

    #: Task (its row) and project of each move, as one number: task * projects + project.
    pair: Ints
    #: Microseconds; moves are sorted by pair and time.
    at: Ints
    #: Sections before and after each move.
    before: Codes
    after: Codes
    #: The pair of each membership, in order and each once, and its section.
    member_pair: Ints
    member_section: Codes
    projects: Places
    sections: Places


def read_moves(
    stories: pd.DataFrame, tasks: pd.DataFrame, sections: pd.DataFrame | None, *, what: str
) -> Moves:
    """Read the moves of tasks from stories, and their current memberships.

    Parameters
    ----------
    stories
        Moves whose project is not known from a story, membership or section are left out, as are
        those of tasks that are not in ``tasks``.
    tasks
        Each task once.
    sections
        Sections in the order of their projects, or None.
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
    members = _flatten_memberships(tasks)
    listed = read_sections(sections, what=what)
    rows, order, task = _select_moves(stories, tasks["gid"], what=what)
    found = _read_codes(stories, rows, order, members, listed)
    kind = select_kinds(stories, MOVES)[rows][order]
    at = to_microseconds(parse_moments(stories["created_at"], what=what))[rows][order]
    projects = len(found.projects.gids)

    pair = task * projects + found.project
    by_pair = np.flatnonzero(found.project >= 0)
    by_pair = by_pair[np.argsort(pair[by_pair], kind="stable")]
    is_added, is_removed = kind == _ADDED, kind == _REMOVED
    before = np.where(is_added, OUTSIDE, np.where(is_removed, ANYWHERE, found.old))
    after = np.where(is_removed, OUTSIDE, np.where(is_added, ANYWHERE, found.new))
    is_home = np.flatnonzero(found.home >= 0)
    owned: Ints = members["task"].to_numpy(dtype="int64")[is_home] * projects
    member_pair, first = np.unique(owned + found.home[is_home], return_index=True)
    return Moves(
        pair=pair[by_pair],
        at=at[by_pair],
        before=before[by_pair].astype(np.int32),
        after=after[by_pair].astype(np.int32),
        member_pair=member_pair.astype("int64"),
        member_section=found.place[is_home][first],
        projects=found.projects,
        sections=found.sections,
    )


class _Found(NamedTuple):
    """Codes of the projects and sections of moves, in time order, and of memberships."""

    project: Codes
    old: Codes
    new: Codes
    home: Codes
    place: Codes
    projects: Places
    sections: Places


def _read_codes(
    stories: pd.DataFrame, rows: Rows, order: Rows, members: pd.DataFrame, listed: pd.DataFrame
) -> _Found:
    """Give the projects and sections numbers, and find their names."""
    texts = {name: _take(stories, name, rows) for name in ("project_gid", *_SECTIONS)}
    (project, home, owner), project_gids = _number_gids(
        texts["project_gid"], members["project_gid"], listed["project_gid"]
    )
    (old, new, place, known), section_gids = _number_gids(
        *(texts[name] for name in _SECTIONS), members["section_gid"], listed["gid"]
    )
    del texts
    project, old, new = project[order], old[order], new[order]
    count = len(section_gids)
    project = _infer_projects(project, old, new, [(place, home), (known, owner)], count)
    told = [
        [(codes, _take(stories, name, rows), order) for codes, name in pairs]
        for pairs in (
            [(project, "project_name")],
            [(old, "old_section_name"), (new, "new_section_name")],
        )
    ]
    project_names = _find_names(
        len(project_gids),
        [[(owner, listed["project_name"])], [(home, members["project_name"])], told[0]],
    )
    section_names = _find_names(
        count, [[(known, listed["name"])], [(place, members["section_name"])], told[1]]
    )
    number = np.zeros(count + 1, dtype=np.int32)
    number[known[::-1]] = listed["order"].to_numpy()[::-1]
    projects = Places(project_gids, project_names, np.zeros(len(project_gids), dtype=np.int32))
    sections = Places(section_gids, section_names, number[:-1])
    return _Found(project, old, new, home, place, projects, sections)


def _select_moves(
    stories: pd.DataFrame, gids: pd.Series[Any], *, what: str
) -> tuple[Rows, Rows, Ints]:
    """Return the rows of moves, their order in time, and in this order their tasks."""
    created = parse_moments(stories["created_at"], what=what)
    rows = np.flatnonzero((select_kinds(stories, MOVES) >= 0) & is_true(created.notna()))
    gid = _take(stories, "gid", rows)
    if not are_surely_unique(gid):
        is_last = is_true(gid.isna() | ~gid.duplicated(keep="last"))
        rows = rows[is_last]
    task = find_positions(gids, _take(stories, "task_gid", rows))
    rows, task = rows[task >= 0], task[task >= 0]
    order = find_time_order(to_microseconds(created)[rows], _take(stories, "gid", rows))
    return rows, order, task[order]


def _take(frame: pd.DataFrame, name: str, rows: Rows) -> pd.Series[Any]:
    """Return some rows of a text column; without the column all values are missing."""
    if name not in frame.columns:
        return pd.Series(None, index=range(len(rows)), dtype=STR)
    column = frame[name].reset_index(drop=True)
    is_all = len(rows) == len(column) and bool((rows == np.arange(len(rows))).all())
    taken = column if is_all else column.take(rows).reset_index(drop=True)
    return taken.astype(STR)


def _flatten_memberships(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per membership, with the row of its task.

    Raises
    ------
    InvalidArgument
        The lists of projects and sections of a task differ in length.
    """
    lists = [f"memberships_{name}s" for name in _MEMBERS]
    tasks = read_list_columns(tasks, lists)
    check_aligned_memberships(tasks, lists)
    counts = count_items(tasks[_PLACES[0]])
    columns = {}
    for name in _MEMBERS:
        column = f"memberships_{name}s"
        if column not in tasks:
            columns[name] = pd.Series(None, index=range(counts.sum()), dtype=STR)
            continue
        flat = list(chain.from_iterable(tasks[column].dropna()))
        columns[name] = pd.Series(flat, dtype=STR)
    return pd.DataFrame(columns).assign(task=np.repeat(np.arange(len(tasks)), counts))


def read_sections(sections: pd.DataFrame | None, *, what: str) -> pd.DataFrame:
    """Return gid, name, project and place (``order``, from 1) of sections; no rows for None.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    columns = ["gid", "name", "project_gid"]
    if sections is None:
        empty: dict[str, Any] = dict.fromkeys([*columns, "project_name"], STR)
        return pd.DataFrame(columns=list(empty)).astype(empty).assign(order=np.array([], int))
    found = read_frame(sections, columns, what=f"{what}(sections=)", record="section")
    found = found[is_true(found["gid"].notna())].drop_duplicates("gid").reset_index(drop=True)
    order = found.groupby("project_gid", dropna=False, observed=True).cumcount() + 1
    names = found.get("project_name", pd.Series(None, index=found.index, dtype=STR))
    texts = found[columns].astype(STR)
    return pd.DataFrame(texts.assign(project_name=names.astype(STR), order=order))


def _number_gids(*columns: pd.Series[Any]) -> tuple[list[Codes], _Texts]:
    """Return the columns as codes, -1 for a missing gid, and the sorted gids."""
    parts = [pd.factorize(column) for column in columns]
    gids = pd.Index(pd.concat([pd.Series(found, dtype=STR) for _, found in parts]).unique())
    gids = gids.sort_values()
    codes = [
        np.append(gids.get_indexer(pd.Index(found, dtype=STR)), -1).astype(np.int32)[code]
        for code, found in parts
    ]
    return codes, gids.array


def _infer_projects(
    project: Codes, old: Codes, new: Codes, known: list[tuple[Codes, Codes]], count: int
) -> Codes:
    """Return the project of each move; a missing one is inferred from its sections."""
    if (project >= 0).all():
        return project
    # The last position belongs to missing sections, whose code is -1.
    project_of: Codes = np.full(count + 1, -1, dtype=np.int32)
    for sections, owners in ((old, project), (new, project), *known):
        project_of[sections[owners >= 0]] = owners[owners >= 0]
    while True:
        project_of[-1] = -1
        found = np.maximum(project_of[new], project_of[old])
        solved = (project < 0) & (found >= 0)
        if not solved.any():
            return project
        project = np.where(solved, found, project)
        # Both sections of a move are in one project, so each result may solve more moves.
        for sections in (old, new):
            project_of[sections[solved]] = found[solved]


def _find_names(count: int, sources: Iterable[Iterable[_Named]]) -> _Texts:
    """Return the name for each code: from the first source that has one, there the last one."""
    names = np.full(count, None, dtype=object)
    for columns in sources:
        found = np.full(count, None, dtype=object)
        last = np.full(count, -1)
        for codes, column, *given in columns:
            order = given[0] if given else np.arange(len(column))
            rows = np.flatnonzero((codes >= 0) & is_true(column.notna())[order])
            latest = np.full(count, -1)
            latest[codes[rows]] = rows
            is_later = latest > last
            found[is_later] = column.array.take(order[latest[is_later]])
            last = np.maximum(last, latest)
        is_new = pd.isna(names)
        names[is_new] = found[is_new]
    return pd.array(names, dtype=STR)
