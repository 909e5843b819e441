"""Projects of portfolios: actual and expected progress, and last status."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import STR, UTC_DATETIME, tuple_column
from asana_frames.rollups.shared.dag import Edges, find_levels, find_shortest_paths
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    is_true,
    read_frame,
    read_list_columns,
    require_gids,
    text_column,
)
from asana_frames.rollups.shared.moments import days_between, parse_moment, resolve_today
from asana_frames.rollups.shared.periods import elapsed_share
from asana_frames.rollups.shared.portfolio_items import list_item_pairs
from asana_frames.rollups.shared.tasks import (
    find_unassigned,
    parse_task_dates,
    parse_task_times,
)
from asana_frames.types import When

_WHAT = "rollups.portfolio"
_PAIR = ("task_gid", "project_gid")
_COUNTS = ("tasks", "done", "open", "overdue", "unassigned")
_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("project_gid", "project_name", "owner_name", "team_name"), STR),
    "path": "object",
    **dict.fromkeys(("start_on", "due_on"), "datetime64[us]"),
    **dict.fromkeys(_COUNTS, "Int64"),
    "share_done": "Float64",
    "slip_days": "Int64",
    "last_status": STR,
    "last_status_at": UTC_DATETIME,
    "last_status_title": STR,
    **dict.fromkeys(("days_since_status", "expected_share"), "Float64"),
    "is_behind": "boolean",
}
#: Lag behind the expected share that is still on track.
_TOLERATED = 0.1
#: Rounding tolerance: smaller than any difference of shares.
_TINY = 1e-9


def portfolio(
    items: pd.DataFrame,
    tasks: pd.DataFrame,
    statuses: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    *,
    memberships: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Summarise each project of portfolios: tasks, actual and expected progress, last status.

    Read the frames with::

        portfolios = asana.portfolios.list(
            workspace="Acme", owner="me", fields=["name", "resource_type"])
        items = pd.concat([portfolios, asana.portfolios.list_items(portfolios)])
        projects = items[items["resource_type"] == "project"]
        tasks = asana.tasks.list(project=projects)
        statuses = asana.status_updates.list(parent=projects)

    Parameters
    ----------
    items
        Projects, as ``asana.portfolios.list_items(...)`` or ``asana.projects.list(...)`` return
        them: needs ``gid`` and ``name``. Portfolios have no row of their own, only the projects
        among the items. An item that is listed twice, or in several portfolios, counts once; rows
        without a gid are ignored.
    tasks
        As ``asana.tasks.list(...)`` or ``gather.all_tasks`` return them: needs ``gid``,
        ``completed`` (missing is open), ``due_on``, ``assignee_gid`` and
        ``memberships_project_gids``. A task, or subtask, counts once in each project that it is in
        itself.
    statuses
        As ``asana.status_updates.list(parent=projects)`` returns them.
    now
        The moment up to which progress is expected; the present if not given.
    tz
        The time zone in which ``now`` is a day. Dates of tasks and projects are days and stay.
    memberships
        Which task is in which project, ``task_gid`` and ``project_gid``, as
        ``af.bridge(tasks, "memberships")`` returns them, instead of the column of ``tasks``.

    Returns
    -------
    DataFrame
        One row per project, in the order of ``items``: ``project_gid``, ``project_name``,
        ``owner_name``, ``team_name`` (str); ``path`` (tuple of the names of the portfolios above
        it on the shortest path, from the top, without those whose names are not in ``items``);
        ``start_on``, ``due_on`` (datetime64[us]); ``tasks``, ``done``, ``open``, ``overdue`` (open
        and due before today), ``unassigned`` (open, without an assignee) (Int64); ``share_done``
        (Float64, missing without tasks); ``slip_days`` (Int64, days from the project's due day to
        the latest of its open tasks', 0 where none is later; missing where either is);
        ``last_status`` (str, its ``status_type``), ``last_status_at`` (datetime64[us, UTC]),
        ``last_status_title`` (str), ``days_since_status`` (Float64); ``expected_share`` (Float64,
        0 to 1: the share of the days from start to due that are over at the end of today; missing
        without both, or where they are in the wrong order); ``is_behind`` (boolean: ``share_done``
        is more than 0.1 below ``expected_share``; False for a project that is marked as completed,
        missing where either share is).

    Raises
    ------
    InvalidArgument
        Columns are missing, or portfolios contain each other; the message names them.

    Examples
    --------
    Of 10 days 5 are over; of 4 tasks 1 is done, and another is due after the project:

    >>> import pandas as pd
    >>> items = pd.DataFrame(
    ...     {
    ...         "gid": ["31"],
    ...         "name": ["Website"],
    ...         "start_on": pd.to_datetime(["2026-03-02"]),
    ...         "due_on": pd.to_datetime(["2026-03-11"]),
    ...     }
    ... )
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3", "4"],
    ...         "completed": [True, False, False, False],
    ...         "due_on": pd.to_datetime(["2026-03-03", "2026-03-05", "2026-03-14", None]),
    ...         "assignee_gid": ["11", "11", None, "12"],
    ...         "memberships_project_gids": [("31",)] * 4,
    ...     }
    ... )
    >>> found = portfolio(items, tasks, now="2026-03-06")
    >>> found[["tasks", "open", "overdue", "unassigned", "slip_days"]]
       tasks  open  overdue  unassigned  slip_days
    0      4     3        1           1          3
    >>> found[["share_done", "expected_share", "is_behind"]]
       share_done  expected_share  is_behind
    0        0.25             0.5       True
    """
    items = read_frame(items, ["gid", "name"], what=_WHAT, record="project")
    moment, day = parse_moment(now, tz), resolve_today(now, tz)
    known = items[is_true(items["gid"].notna())]
    inside = list_item_pairs(known)
    rows = drop_duplicates(known)
    paths = _find_paths(rows, inside)
    rows = rows.assign(path=paths)[~_is_portfolio(rows, inside)].reset_index(drop=True)
    table = _describe_projects(rows)
    table = table.assign(
        **_count_tasks(
            _flag_tasks(tasks, day), _pair_tasks_with_projects(tasks, memberships), table
        )
    )
    table = table.assign(**_find_last_status(statuses, table["project_gid"], moment))
    table["expected_share"] = elapsed_share(table["start_on"], table["due_on"], day)
    lag = table["expected_share"] - table["share_done"]
    table["is_behind"] = (lag > _TOLERATED + _TINY).mask(_is_completed(rows) & lag.notna(), False)
    return table.astype(_DTYPES)[list(_DTYPES)]


def _is_portfolio(items: pd.DataFrame, inside: pd.DataFrame) -> pd.Series[Any]:
    holds_others = text_column(items, "gid").isin(inside["portfolio"])
    return holds_others | is_true(text_column(items, "resource_type") == "portfolio")


def _find_paths(items: pd.DataFrame, inside: pd.DataFrame) -> pd.Series[Any]:
    """Return the names of the portfolios above each item on the shortest path, from the top.

    Raises
    ------
    InvalidArgument
        Portfolios are in each other in a cycle.
    """
    gids = pd.Index(text_column(items, "gid"))
    nodes = gids.append(pd.Index(inside["portfolio"].drop_duplicates()).difference(gids))
    named = [*text_column(items, "name").fillna(""), *[""] * (len(nodes) - len(gids))]
    pairs = (nodes.get_indexer(pd.Index(inside[name])) for name in ("portfolio", "gid"))
    edges = Edges(*(pair.astype("int64") for pair in pairs))
    calls = [name or gid for name, gid in zip(named, nodes, strict=True)]
    level = find_levels(edges, calls, what="These portfolios are in each other")
    # ``inside`` is sorted, so that of equally short paths the lowest gid wins.
    above = [path[:-1] for path in find_shortest_paths(edges, level)[: len(gids)]]
    paths = [tuple(named[node] for node in path if named[node]) for path in above]
    return tuple_column(paths, items.index)


def _describe_projects(items: pd.DataFrame) -> pd.DataFrame:
    texts = {f"project_{end}": text_column(items, end) for end in ("gid", "name")}
    texts |= {name: text_column(items, name) for name in ("owner_name", "team_name")}
    dates = {name: parse_task_dates(items, name, what=_WHAT) for name in ("start_on", "due_on")}
    return pd.DataFrame(texts | dates).assign(path=items["path"])


def _is_completed(items: pd.DataFrame) -> Any:
    if "completed" not in items:
        return np.zeros(len(items), dtype=bool)
    return is_true(items["completed"])


def _flag_tasks(tasks: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return what each task counts as, and its due day if it is open."""
    tasks = read_frame(
        tasks, ["gid", "completed", "due_on", "assignee_gid"], what=_WHAT, record="task"
    )
    rows = drop_duplicates(tasks)
    is_done = is_true(rows["completed"])
    due = parse_task_dates(rows, "due_on", what=_WHAT)
    flags = {
        "tasks": True,
        "done": is_done,
        "open": ~is_done,
        "overdue": ~is_done & (due < day).to_numpy(),
        "unassigned": ~is_done & find_unassigned(rows),
    }
    return pd.DataFrame(
        {"task_gid": text_column(rows, "gid"), **flags, "latest": due.where(~is_done)}
    )


def _pair_tasks_with_projects(
    tasks: pd.DataFrame, memberships: pd.DataFrame | None
) -> pd.DataFrame:
    """Return each pair of task and project once."""
    if memberships is None:
        tasks = read_frame(tasks, ["memberships_project_gids"], what=_WHAT, record="task")
        require_gids(tasks, ["memberships_project_gids"], what=_WHAT, record="task")
        lists = drop_duplicates(tasks)[["gid", "memberships_project_gids"]]
        lists = read_list_columns(lists, ["memberships_project_gids"])
        pairs = lists.explode("memberships_project_gids").set_axis([*_PAIR], axis="columns")
    else:
        memberships = read_frame(memberships, _PAIR, what=_WHAT)
        pairs = memberships[[*_PAIR]]
    return pairs.astype(STR).dropna().drop_duplicates(ignore_index=True)


def _count_tasks(
    flags: pd.DataFrame, places: pd.DataFrame, projects: pd.DataFrame
) -> dict[str, pd.Series[Any]]:
    grouped = places.merge(flags, on="task_gid").groupby("project_gid")
    gids = projects["project_gid"]
    sums = grouped[[*_COUNTS]].sum().reindex(gids, fill_value=0).reset_index(drop=True)
    latest = grouped["latest"].max().reindex(gids).reset_index(drop=True)
    later = (latest - projects["due_on"]).dt.days.clip(lower=0)
    found = {name: sums[name].astype("Int64") for name in _COUNTS}
    share = found["done"] / found["tasks"].mask(found["tasks"] == 0)
    return found | {"share_done": share.astype("Float64"), "slip_days": later.astype("Int64")}


def _find_last_status(
    statuses: pd.DataFrame | None, projects: pd.Series[Any], moment: pd.Timestamp
) -> dict[str, pd.Series[Any]]:
    if statuses is None:
        statuses = pd.DataFrame({name: [] for name in ("parent_gid", "status_type", "created_at")})
    needed = ["parent_gid", "status_type", "created_at"]
    statuses = read_frame(statuses, needed, what=_WHAT, record="status_update")
    rows = drop_duplicates(statuses) if "gid" in statuses else statuses.reset_index(drop=True)
    columns = {
        "project_gid": text_column(rows, "parent_gid"),
        "last_status": text_column(rows, "status_type"),
        "last_status_at": parse_task_times(rows, "created_at", what=_WHAT),
        "last_status_title": text_column(rows, "title"),
        "gid": text_column(rows, "gid"),
    }
    dated = pd.DataFrame(columns).dropna(subset=["project_gid", "last_status_at"])
    dated = dated.sort_values(["last_status_at", "gid"], kind="stable")
    last = dated.drop_duplicates("project_gid", keep="last").set_index("project_gid")
    found = last.reindex(projects).reset_index(drop=True)
    since = days_between(found["last_status_at"], pd.Series(moment, index=found.index))
    names = ("last_status", "last_status_at", "last_status_title")
    return {name: found[name] for name in names} | {"days_since_status": since}
