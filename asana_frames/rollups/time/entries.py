"""The analysis table of tracked time: entries with person, task, project and team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    read_frame,
    require_gids,
    text_column,
)
from asana_frames.rollups.shared.periods import check_days, period_starts
from asana_frames.rollups.shared.tasks import TaskTree
from asana_frames.rollups.time.teams_and_clients import build_client_columns, build_team_columns

_WHAT = "rollups.entries"
_NEEDED = ("gid", "duration_minutes", "entered_on", "created_by_gid", "task_gid")
_ENDS = ("gid", "name")
#: Column of the table -> column of the entries.
_TEXT_COLUMNS = {
    "person_gid": "created_by_gid",
    "person_name": "created_by_name",
    "task_gid": "task_gid",
    "task_name": "task_name",
    "billable_status": "billable_status",
    "approval_status": "approval_status",
    "description": "description",
}
#: The columns of an entry that say where its task and project are.
_PLACE_COLUMNS = ("task_gid", "task_name", "attributable_to_gid", "attributable_to_name")
_BILLABLE = {"billable": True, "nonBillable": False}
#: Kind of plain numbers and flags -> the dtype that has room for missing ones.
_WITH_MISSING: dict[str, Any] = {"i": "Int64", "u": "Int64", "b": "boolean"}
_LISTS = tuple(
    f"{what}_{end}" for what in ("project", "section", "team") for end in ("gids", "names")
)
#: The columns that name a person.
PERSON = ("person_gid", "person_name")
#: The columns that the table always has.
ENTRY_COLUMNS = (
    *("gid", "entered_on", "week", "month", "duration_minutes", "hours"),
    *("person_gid", "person_name", "person_email"),
    *("task_gid", "task_name", "root_task_gid", "root_task_name"),
    *("project_gid", "project_name", "project_from", "section_gid", "section_name"),
    *("team_gid", "team_name", "category_gid", "category_name"),
    *("billable", "billable_status", "approval_status", "description", "created_at"),
    *_LISTS,
)


def entries(
    entries: pd.DataFrame,
    tasks: pd.DataFrame | None = None,
    projects: pd.DataFrame | None = None,
    users: pd.DataFrame | None = None,
    *,
    task_columns: Sequence[str] = (),
    project_columns: Sequence[str] = (),
    user_columns: Sequence[str] = (),
    team_memberships: pd.DataFrame | None = None,
    clients: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Build the analysis table of tracked time, one row per entry.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` returns them. Of
        duplicates the last one counts.
    tasks
        Tasks with their parents, as ``gather.tracked_tasks(asana, entries)`` or
        ``gather.all_tasks(..., subtasks=True)`` return them; for roots, sections, and the projects
        of entries without ``attributable_to``.
    projects
        Projects, as ``asana.projects.list(...)`` returns them, for teams.
    users
        Users, as ``asana.users.list(...)`` returns them, for e-mail addresses; or a frame of
        one's own with ``person_gid``. Both in one:
        ``users.merge(roles, how="left", left_on="gid", right_on="person_gid")``.
    task_columns, project_columns, user_columns
        Columns of ``tasks``, ``projects`` and ``users``, custom fields for example, that become
        columns ``task_<column>``, ``project_<column>`` and ``person_<column>``. Asana knows no
        department and no role of a person; such columns come from a frame of one's own.
    team_memberships
        Who is in which team, as ``asana.team_memberships.list(team=teams)`` returns them, for
        the key ``person_team``.
    clients
        Portfolios and their projects, for the key ``client``: with ``portfolio_gids``, as
        ``pd.concat([portfolios, asana.portfolios.list_items(portfolios)])`` gives them, where the
        client of a project is each portfolio above it that is in no other one; or
        ``pd.concat([portfolios, gather.portfolio_items(asana, portfolios)])``, where it is each
        of ``portfolios`` that leads to it.

    Returns
    -------
    DataFrame
        One row per entry, in the order given; always these columns, missing where unknown:

        - ``gid``; ``entered_on``, ``week`` (its Monday), ``month`` (its first day), all
          datetime64[us]: days as booked, in no time zone; ``duration_minutes`` (Int64), ``hours``
          (Float64, minutes / 60);
        - ``person_gid``, ``person_name``, ``person_email`` (str): who logged it; missing where the
          user was deleted;
        - ``task_gid``, ``task_name``; ``root_task_gid``, ``root_task_name``: the task at the top,
          the task itself if it is not a subtask;
        - ``project_gid``, ``project_name``: the project that the entry is attributable to, else
          the first that the task, or the nearest task above it, is in; ``project_from``
          (``attributable_to``, ``task`` or missing) says which;
        - ``section_gid``, ``section_name``: of the task in that project; ``team_gid``,
          ``team_name``: of the project;
        - ``category_gid``, ``category_name``; ``billable`` (boolean, missing for
          ``notApplicable``), ``billable_status``; ``approval_status`` (lower case: draft,
          submitted, approved, rejected); ``description``; ``created_at`` (datetime64[us, UTC]);
        - ``project_gids``, ``project_names``, ``section_gids``, ``section_names``, ``team_gids``,
          ``team_names`` (tuples, aligned): all that the task is in, for
          ``rollups.hours(..., attribution="split")``;
        - with ``team_memberships`` ``person_team_gids``, ``person_team_names``: the teams of the
          person; with ``clients`` ``client_gids``, ``client_names``: the clients of the project
          (tuples, aligned, empty without any).

    Raises
    ------
    InvalidArgument
        A column is missing; the message says which ``fields=`` give it.

    Examples
    --------
    A subtask is in the project of its parent:

    >>> import pandas as pd
    >>> tracked = pd.DataFrame(
    ...     {
    ...         "gid": ["7"],
    ...         "duration_minutes": pd.array([90], dtype="Int64"),
    ...         "entered_on": pd.to_datetime(["2026-03-04"]),
    ...         "created_by_gid": ["1"],
    ...         "created_by_name": ["Ana"],
    ...         "task_gid": ["22"],
    ...     }
    ... )
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["21", "22"],
    ...         "name": ["Relaunch", "Draft the text"],
    ...         "parent_gid": [None, "21"],
    ...         "memberships_project_gids": [("31",), ()],
    ...         "memberships_project_names": [("Website",), ()],
    ...         "memberships_section_gids": [("41",), ()],
    ...         "memberships_section_names": [("Doing",), ()],
    ...     }
    ... )
    >>> table = entries(tracked, tasks)
    >>> table[["person_name", "root_task_name", "project_name", "section_name", "hours"]]
      person_name root_task_name project_name section_name  hours
    0         Ana       Relaunch      Website        Doing    1.5
    """
    check_frame(entries, what=_WHAT)
    read = read_frame(entries, _NEEDED, what=_WHAT, record="time_tracking_entry")
    check_days(read["entered_on"], what=_WHAT)
    _check_whole_minutes(read["duration_minutes"])
    rows = drop_duplicates(read)
    users = _read_users(users, list_texts(user_columns, name="user_columns", like="title"))
    found = _build_entry_columns(rows) | _build_place_columns(
        rows,
        tasks,
        projects,
        list_texts(task_columns, name="task_columns", like="cf_Priority"),
        list_texts(project_columns, name="project_columns", like="due_on"),
    )
    found["person_email"] = _look_up_text(users, "email", found["person_gid"], "user")
    names = _look_up_text(users, "name", found["person_gid"], "user")
    found["person_name"] = found["person_name"].where(found["person_name"].notna(), names)
    if users is not None:
        for column in user_columns:
            # What the table has anyway stays as it is.
            if f"person_{column}" not in found:
                found[f"person_{column}"] = _take_by_gid(users, column, found["person_gid"])
    if team_memberships is not None:
        found |= build_team_columns(team_memberships, found["person_gid"])
    if clients is not None:
        found |= build_client_columns(clients, found["project_gid"])
    extra = [name for name in found if name not in ENTRY_COLUMNS]
    return write_about(pd.DataFrame(found)[[*ENTRY_COLUMNS, *extra]], entries)


def _check_whole_minutes(minutes: pd.Series[Any]) -> None:
    """Refuse fractions of minutes, which Asana does not have, and infinite ones."""
    numbers = minutes.to_numpy("float64", na_value=0.0)
    is_odd = np.floor(numbers) != numbers if numbers.size else numbers.astype(bool)
    is_odd |= np.isinf(numbers)
    if is_odd.any():
        raise InvalidArgument(
            f"{_WHAT} needs whole minutes in duration_minutes; {int(is_odd.sum())} row(s) have "
            f"others, such as {numbers[is_odd][0]:g}. Round them: "
            f"entries.assign(duration_minutes=entries['duration_minutes'].round())."
        )


def _build_entry_columns(rows: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Build the columns that need the entries only."""
    minutes = rows["duration_minutes"].astype("Int64")
    found: dict[str, Any] = {
        "gid": rows["gid"],
        "entered_on": period_starts(rows["entered_on"], "D"),
        "week": period_starts(rows["entered_on"], "W"),
        "month": period_starts(rows["entered_on"], "MS"),
        "duration_minutes": minutes,
        "hours": minutes.astype("Float64") / 60,
    }
    found |= {name: text_column(rows, column) for name, column in _TEXT_COLUMNS.items()}
    found["approval_status"] = found["approval_status"].str.lower()
    found["billable"] = _look_up(found["billable_status"], _BILLABLE, "boolean")
    for end in _ENDS:
        column = f"categories_{end}s"
        found[f"category_{end}"] = (
            read_lists(rows[column]).str[0].astype(STR)
            if column in rows
            else text_column(rows, column)
        )
    created = rows.get("created_at", pd.Series(pd.NaT, index=rows.index, dtype=UTC_DATETIME))
    found["created_at"] = created.astype(UTC_DATETIME)
    return found


def _build_place_columns(
    rows: pd.DataFrame,
    tasks: pd.DataFrame | None,
    projects: pd.DataFrame | None,
    task_columns: Sequence[str],
    project_columns: Sequence[str],
) -> dict[str, pd.Series[Any]]:
    """Build the columns that come from tasks and projects."""
    wanted = [name for name in _PLACE_COLUMNS if name in rows.columns]
    # Many entries share a task: each task is looked up once.
    place = rows.groupby(wanted, dropna=False, observed=True, sort=False).ngroup().to_numpy()
    few = rows[wanted].drop_duplicates(ignore_index=True)
    found = _build_task_columns(few, tasks, task_columns)
    if tasks is not None and projects is not None:
        require_gids(tasks, ["memberships_project_gids"], what=_WHAT, record="task")
    found |= _choose_project(few, found)
    found |= _build_project_columns(found, projects, project_columns)
    return {name: value.take(place).reset_index(drop=True) for name, value in found.items()}


def _build_task_columns(
    rows: pd.DataFrame, tasks: pd.DataFrame | None, extra: Sequence[str]
) -> dict[str, pd.Series[Any]]:
    """Build the columns that come from tasks."""
    if tasks is None:
        # The columns are there even without tasks.
        tasks = pd.DataFrame({name: pd.Series([], dtype=STR) for name in ("gid", "name")})
    tasks = read_frame(tasks, ["gid", "name", *extra], what=_WHAT, record="task")
    tree = TaskTree(tasks)
    at = tree.find(rows["task_gid"])
    table = pd.concat([tree.roots(), tree.memberships()], axis="columns")
    for column in extra:
        table[f"task_{column}"] = tree.tasks[column]
    found = {name: _take_values(table[name], at) for name in table.columns}
    task_name = _take_values(tree.tasks["name"], at).astype(STR)
    given = text_column(rows, "task_name")
    return found | {"task_name": given.where(given.notna(), task_name)}


def _take_values(values: pd.Series[Any], at: Any) -> pd.Series[Any]:
    """Take the value at each position; missing (or the empty tuple) at -1."""
    known = values.reset_index(drop=True).reindex(np.where(at < 0, len(values), at))
    taken: pd.Series[Any] = known.reset_index(drop=True)
    return read_lists(taken) if values.name in _LISTS else taken


def _choose_project(
    rows: pd.DataFrame, found: dict[str, pd.Series[Any]]
) -> dict[str, pd.Series[Any]]:
    """Choose the project of each entry, and the section of its task there."""
    given = text_column(rows, "attributable_to_gid")
    gids = found["project_gids"]
    first = gids.str[0].astype(STR)
    gid = given.where(given.notna(), first)
    source = pd.Series(np.where(given.notna(), "attributable_to", "task"))
    # Position of the project among those of the task; -1 if the task is not (or no longer) in it.
    # Without a project of its own, an entry has the first one, also if only its name is known.
    at = [
        -1
        if not places
        else 0
        if not is_given or places[0] == mine
        else _find_position(places, mine)
        for places, mine, is_given in zip(gids, gid, given.notna(), strict=True)
    ]
    given_name = text_column(rows, "attributable_to_name")
    return {
        "project_gid": gid,
        "project_name": given_name.where(
            given_name.notna(), _pick_items(found["project_names"], at)
        ),
        "project_from": source.where(given.notna() | gids.astype(bool)).astype(STR),
        "section_gid": _pick_items(found["section_gids"], at),
        "section_name": _pick_items(found["section_names"], at),
    }


def _find_position(places: tuple[str, ...], gid: Any) -> int:
    return places.index(gid) if gid in places else -1


def _pick_items(values: pd.Series[Any], at: list[int]) -> pd.Series[Any]:
    picked = [
        place[n] if 0 <= n < len(place) else None for place, n in zip(values, at, strict=True)
    ]
    return pd.Series(pd.array(picked, dtype=STR))


def _build_project_columns(
    found: dict[str, pd.Series[Any]], projects: pd.DataFrame | None, extra: Sequence[str]
) -> dict[str, pd.Series[Any]]:
    """Build the columns that come from projects."""
    gid = found["project_gid"]
    names = _look_up_text(projects, "name", gid, "project")
    columns = {"project_name": found["project_name"].where(found["project_name"].notna(), names)}
    for end in _ENDS:
        column = f"team_{end}"
        columns[column] = _look_up_text(projects, column, gid, "project")
        teams = _build_lookup(projects, column, "project")
        columns[f"{column}s"] = found["project_gids"].map(
            lambda places, teams=teams: tuple(teams.get(place) for place in places)
        )
    for column in extra:
        # The user named this column, so it must exist.
        projects = read_frame(projects, ["gid", column], what=_WHAT, record="project")
        columns[f"project_{column}"] = _take_by_gid(projects, column, gid)
    return columns


def _read_users(users: pd.DataFrame | None, extra: Sequence[str]) -> pd.DataFrame | None:
    """Read users, or a frame of one's own whose gids are called ``person_gid``."""
    if users is None:
        if extra:
            raise InvalidArgument(
                f"{_WHAT}: user_columns= are columns of users; pass users= as well."
            )
        return None
    check_frame(users, what=_WHAT, hint="Pass what asana.users.list(...) returns as users=.")
    if "gid" not in users and "person_gid" in users:
        named = {} if "name" in users else {"person_name": "name"}
        users = users.rename(columns={"person_gid": "gid"} | named)
    unknown = [name for name in extra if name not in users]
    if unknown:
        raise InvalidArgument(
            f"{_WHAT}: {', '.join(unknown)} is no column of users. Pass users= a frame of your "
            f"own with person_gid and it, or users.merge(roles, how='left', left_on='gid', "
            f"right_on='person_gid')."
        )
    frame: pd.DataFrame = read_frame(users, ["gid", *extra], what=_WHAT, record="user")
    return frame


def _take_by_gid(frame: pd.DataFrame, column: str, gids: pd.Series[Any]) -> pd.Series[Any]:
    """Take a column of a frame for each gid, in its own dtype, or one with missing values."""
    values = _index_by_gid(frame, column)
    dtype = _WITH_MISSING.get(values.dtype.kind, values.dtype)
    codes, distinct = pd.factorize(gids)
    found = values.astype(dtype).reindex(pd.Index(distinct, dtype=object)).astype(dtype)
    return pd.Series(found.array.take(codes, allow_fill=True), index=gids.index)


def _look_up(keys: pd.Series[Any], values: Mapping[Any, Any], dtype: Any) -> pd.Series[Any]:
    """Look up the value of each key; missing where there is none."""
    # Each key is looked up once: many entries share one.
    codes, distinct = pd.factorize(keys)
    found = pd.array([values.get(key) for key in distinct], dtype=dtype)
    return pd.Series(found.take(codes, allow_fill=True), index=keys.index)


def _look_up_text(
    frame: pd.DataFrame | None, column: str, gids: pd.Series[Any], record: str
) -> pd.Series[Any]:
    """Look up a text column of a frame for each gid; missing where unknown."""
    return _look_up(gids, _build_lookup(frame, column, record), STR)


def _build_lookup(frame: pd.DataFrame | None, column: str, record: str) -> dict[str, Any]:
    if frame is None:
        return {}
    frame = read_frame(frame, ["gid"], what=_WHAT, record=record)
    return {} if column not in frame else dict(_index_by_gid(frame, column).dropna())


def _index_by_gid(frame: Any, column: str) -> pd.Series[Any]:
    unique = frame.drop_duplicates("gid", keep="last")
    series: pd.Series[Any] = unique.set_index("gid")[column]
    return series
