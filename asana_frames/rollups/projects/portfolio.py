"""Projects of portfolios, and the portfolios: actual and expected progress, and last status."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR, UTC_DATETIME, tuple_column
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.dag import Edges, find_levels, find_shortest_paths
from asana_frames.rollups.shared.exclude import Exclude, drop_excluded
from asana_frames.rollups.shared.gids import Positions
from asana_frames.rollups.shared.inputs import (
    drop_duplicate_gids,
    drop_duplicates,
    is_true,
    read_frame,
    read_list_columns,
    require_gids,
    text_column,
)
from asana_frames.rollups.shared.key_figures import TINY, TOLERATED_LAG
from asana_frames.rollups.shared.moments import (
    days_between,
    parse_moment,
    parse_moments,
    resolve_today,
)
from asana_frames.rollups.shared.periods import elapsed_share
from asana_frames.rollups.shared.portfolio_items import list_item_pairs
from asana_frames.rollups.shared.tasks import (
    find_unassigned,
    parse_task_dates,
    parse_task_times,
)
from asana_frames.types import When

_WHAT = "rollups.portfolio"
_PROJECTS = "memberships_project_gids"
_PAIR = ("task_gid", "project_gid")
_COUNTS = ("tasks", "done", "open", "overdue", "unassigned")
_TEXTS = ("portfolio_gid", "portfolio_name", "project_gid", "project_name")
_DAYS = ("start_on", "due_on")
_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("kind", *_TEXTS), STR),
    "path": "object",
    **dict.fromkeys(("owner_name", "team_name"), STR),
    **dict.fromkeys(_DAYS, "datetime64[us]"),
    **dict.fromkeys(("projects", *_COUNTS), "Int64"),
    **dict.fromkeys(("progress", "expected"), "Float64"),
    "is_behind": "boolean",
    "days_slipped": "Int64",
    "last_status": STR,
    "last_status_at": UTC_DATETIME,
    "last_status_title": STR,
    "days_since_status": "Float64",
}
_NEVER = np.iinfo("int64").min
#: Operations that return portfolios without what is in them.
_ALONE = ("portfolios.list", "portfolios.get")


class _Tree(NamedTuple):
    """Projects and portfolios in the order of the result, and which projects each row counts."""

    items: pd.DataFrame
    is_portfolio: npt.NDArray[np.bool_]
    #: One row per portfolio, one column per project: whether it is inside, at any depth.
    inside: npt.NDArray[np.bool_]


class _Places(NamedTuple):
    """Groups of tasks that are in the same projects, and pairs of group and project."""

    #: The group of each task.
    of_task: Positions
    group: Positions
    project: Positions


def portfolio(
    tasks: pd.DataFrame,
    items: pd.DataFrame,
    statuses: pd.DataFrame | None = None,
    *,
    now: When | None = None,
    tz: str = "UTC",
    memberships: pd.DataFrame | None = None,
    stories: pd.DataFrame | None = None,
    exclude: Exclude | None = None,
) -> pd.DataFrame:
    """Summarise projects and portfolios: tasks, actual and expected progress, last status.

    Read the frames with::

        portfolios = asana.portfolios.list(workspace="Acme", owner="me")
        items = af.gather.portfolio_items(asana, portfolios, portfolios=True)
        projects = items[items["resource_type"] == "project"]
        tasks = asana.tasks.list(project=projects)
        statuses = asana.status_updates.list(parent=items)

    Parameters
    ----------
    tasks
        As ``asana.tasks.list(...)`` or ``gather.all_tasks`` return them: needs ``gid``,
        ``completed`` (missing is open), ``due_on``, ``assignee_gid`` and
        ``memberships_project_gids``. A task, or subtask, counts once in each project that it is in
        itself, and once in each portfolio and in the total.
    items
        Projects and portfolios, as ``asana.portfolios.list_items(...)`` or
        ``asana.projects.list(...)`` return them: needs ``gid`` and ``name``. Only portfolios that
        are among the items have a row. An item that is listed twice, or in several portfolios, has
        one row; rows without a gid are ignored.
    statuses
        As ``asana.status_updates.list(parent=items)`` returns them. A portfolio has those that
        are posted on itself.
    now
        The moment from which to look; the present if not given. Nothing that came later counts:
        tasks and projects created, tasks completed, statuses posted. Due dates, assignees,
        projects of tasks, and dates of projects are as they were read.
    tz
        The time zone in which ``now`` is a day. Dates of tasks and projects are days and stay.
    memberships
        Which task is in which project, ``task_gid`` and ``project_gid``, as
        ``af.bridge(tasks, "memberships")`` returns them, instead of the column of ``tasks``.
    stories
        All stories of the tasks, as ``gather.stories`` returns them: due dates, assignees and
        projects of tasks then are those of ``now``, too.
    exclude
        Tasks to leave out, such as those closed as not done: ``"section"``, ``"tag"`` or a column
        -> a name or several.

    Returns
    -------
    DataFrame
        ``kind`` (str): ``project``, ``portfolio``, and in the last row ``total``, all projects
        together; no rows without items. A portfolio comes before what it holds, otherwise the
        order is that of ``items``. ``portfolio_gid``, ``portfolio_name`` (str; of a project, the
        portfolio above it), ``project_gid``, ``project_name`` (str, of projects only); ``path``
        (tuple of the names of the portfolios above it on the shortest path, from the top, without
        those whose names are not in ``items``); ``owner_name``, ``team_name`` (str); ``start_on``,
        ``due_on`` (datetime64[us]; of a portfolio without own ones, and of the total, the first
        start and the last due day of the projects inside that have one); Int64: ``projects``
        (inside it at any depth, 1 of a project), ``tasks``, ``done``, ``open``, ``overdue`` (open
        and due before today), ``unassigned`` (open, without an assignee); ``progress`` (Float64:
        ``done`` of ``tasks``, missing without tasks); ``expected`` (Float64, 0 to 1: the share of
        the days from start to due that are over at the end of today; missing without both, or
        where they are in the wrong order); ``is_behind`` (boolean: ``progress`` is more than 0.1
        below ``expected``; False for what is marked as completed, missing where either is);
        ``days_slipped`` (Int64, days from the due day to the latest of its open tasks', 0 where
        none is later; missing where either is); ``last_status`` (str, its ``status_type``),
        ``last_status_at`` (datetime64[us, UTC]), ``last_status_title`` (str),
        ``days_since_status`` (Float64).

    Raises
    ------
    InvalidArgument
        Columns are missing, or portfolios contain each other; the message names them.

    Warns
    -----
    PastStateWarning
        Without ``stories``, tasks were modified after ``now``.

    Examples
    --------
    Of the 10 days of "Website" 5 are over; of its 4 tasks 1 is done, and another is due after the
    project. One of them is in "App" too, so that there are 4 tasks in total:

    >>> import pandas as pd
    >>> items = pd.DataFrame(
    ...     {
    ...         "gid": ["5", "31", "32"],
    ...         "name": ["Growth", "Website", "App"],
    ...         "resource_type": ["portfolio", "project", "project"],
    ...         "portfolio_gids": [(), ("5",), ("5",)],
    ...         "start_on": pd.to_datetime([None, "2026-03-02", None]),
    ...         "due_on": pd.to_datetime([None, "2026-03-11", None]),
    ...     }
    ... )
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3", "4"],
    ...         "completed": [True, False, False, False],
    ...         "due_on": pd.to_datetime(["2026-03-03", "2026-03-05", "2026-03-14", None]),
    ...         "assignee_gid": ["11", "11", None, "12"],
    ...         "memberships_project_gids": [("31", "32"), *[("31",)] * 3],
    ...     }
    ... )
    >>> found = portfolio(tasks, items, now="2026-03-06")
    >>> found[["kind", "path", "tasks", "open", "overdue", "unassigned", "days_slipped"]]
            kind       path  tasks  open  overdue  unassigned  days_slipped
    0  portfolio         ()      4     3        1           1             3
    1    project  (Growth,)      4     3        1           1             3
    2    project  (Growth,)      1     0        0           0          <NA>
    3      total         ()      4     3        1           1             3
    >>> found[["progress", "expected", "is_behind"]]
       progress  expected  is_behind
    0      0.25       0.5       True
    1      0.25       0.5       True
    2       1.0      <NA>       <NA>
    3      0.25       0.5       True
    """
    read = read_frame(items, ["gid", "name"], what=_WHAT, record="project")
    _check_has_items(read)
    needed = ["gid", "completed", "due_on", "assignee_gid"]
    needed += [] if memberships is not None else [_PROJECTS]
    tasks = read_frame(tasks, needed, what=_WHAT, record="task")
    moment, day = parse_moment(now, tz), resolve_today(now, tz)
    tree = _build_tree(_drop_later(read, moment))
    uses = "due dates, assignees and projects" + (" and exclusions" if exclude is not None else "")
    tasks = select_known(tasks, moment, stories, what=_WHAT, uses=uses)
    rows = drop_excluded(drop_duplicate_gids(tasks), exclude, what=_WHAT)
    projects = pd.Index(text_column(tree.items, "gid")[~tree.is_portfolio])
    places = _find_places(rows, memberships, projects)
    table = _describe_items(tree).assign(**_count_tasks(rows, places, tree, day))
    table = table.assign(**_compare_days(table, day))
    lag = table["expected"] - table["progress"]
    is_behind = (lag > TOLERATED_LAG + TINY).mask(
        _is_completed(tree.items, moment, len(table)) & lag.notna(), False
    )
    last = _find_last_status(statuses, table, moment)
    table = table.assign(is_behind=is_behind, **last).astype(_DTYPES)[list(_DTYPES)]
    return write_about(table, items, now=moment, tz=tz)


def _check_has_items(items: pd.DataFrame) -> None:
    """Refuse portfolios alone, which would be taken for projects without tasks.

    Raises
    ------
    InvalidArgument
        The message says how to read what is in them.
    """
    operation = items.attrs.get("asana", {}).get("operation")
    is_told = {"resource_type", "portfolio_gids"} & set(items.columns)
    if operation in _ALONE and not is_told:
        raise InvalidArgument(
            f"{_WHAT} needs the projects that are in the portfolios, too; pass "
            f"gather.portfolio_items(asana, portfolios, portfolios=True)."
        )


def _drop_later(items: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Return the items that have a gid and existed at a moment."""
    known = items[is_true(items["gid"].notna())]
    if "created_at" not in known:
        return known
    return known[~is_true(parse_moments(known["created_at"], what=_WHAT) > moment)]


def _build_tree(items: pd.DataFrame) -> _Tree:
    """Sort items so that portfolios come before what they hold, and find what is inside them.

    Raises
    ------
    InvalidArgument
        Portfolios are in each other in a cycle.
    """
    pairs = list_item_pairs(items)
    rows = drop_duplicates(items).reset_index(drop=True)
    gids = pd.Index(text_column(rows, "gid"))
    nodes = gids.append(pd.Index(pairs["portfolio"].drop_duplicates()).difference(gids))
    named = [*text_column(rows, "name").fillna(""), *[""] * (len(nodes) - len(gids))]
    ends = (nodes.get_indexer(pd.Index(pairs[name])) for name in ("portfolio", "gid"))
    edges = Edges(*(end.astype("int64") for end in ends))
    calls = [name or gid for name, gid in zip(named, nodes, strict=True)]
    level = find_levels(edges, calls, what="These portfolios are in each other")
    # ``pairs`` is sorted, so that of equally short paths the lowest gid wins.
    paths = find_shortest_paths(edges, level)
    order = np.array(_sort_by_path(paths, len(gids)), dtype="int64")
    above = [paths[node][:-1] for node in order.tolist()]
    names = [tuple(named[node] for node in path if named[node]) for path in above]
    parents = [nodes[path[-1]] if path else None for path in above]
    titles = [named[path[-1]] or None if path else None for path in above]
    rows = rows.iloc[order].reset_index(drop=True)
    rows = rows.assign(path=tuple_column(names, rows.index))
    rows["_above_gid"], rows["_above_name"] = (pd.array(t, dtype=STR) for t in (parents, titles))
    is_portfolio = text_column(rows, "gid").isin(pairs["portfolio"]).to_numpy() | is_true(
        text_column(rows, "resource_type") == "portfolio"
    )
    inside = _find_inside(edges, level, order[is_portfolio])[:, order[~is_portfolio]]
    return _Tree(rows, is_portfolio, inside)


def _sort_by_path(paths: Sequence[tuple[int, ...]], count: int) -> list[int]:
    """Return nodes below ``count`` so that each follows the one above it, else in their order."""
    below: dict[int, list[int]] = {}
    for node, path in enumerate(paths):
        below.setdefault(path[-2] if len(path) > 1 else -1, []).append(node)
    order, left = [], below.get(-1, [])[::-1]
    while left:
        node = left.pop()
        order.append(node)
        left += below.get(node, [])[::-1]
    return [node for node in order if node < count]


def _find_inside(
    edges: Edges, level: npt.NDArray[np.int64], portfolios: Positions
) -> npt.NDArray[np.bool_]:
    """Return which nodes (columns) are inside some portfolios (rows), at any depth."""
    holders = np.union1d(edges.before, portfolios)
    row = np.full(len(level), -1)
    row[holders] = np.arange(len(holders))
    inside = np.zeros((len(holders), len(level)), dtype=bool)
    # What is inside a node is known before those above it are looked at.
    for at in np.argsort(-level[edges.after], kind="stable").tolist():
        before, after = row[edges.before[at]], edges.after[at]
        inside[before, after] = True
        if row[after] >= 0:
            inside[before] |= inside[row[after]]
    found: npt.NDArray[np.bool_] = inside[row[portfolios]]
    return found


def _describe_items(tree: _Tree) -> pd.DataFrame:
    """Return the texts and days of the rows: the items, and the total."""
    items, is_portfolio = tree.items, tree.is_portfolio
    columns = {"kind": pd.Series(np.where(is_portfolio, "portfolio", "project"), dtype=STR)}
    for end in ("gid", "name"):
        own = text_column(items, end)
        columns[f"portfolio_{end}"] = own.where(is_portfolio, items[f"_above_{end}"])
        columns[f"project_{end}"] = own.mask(is_portfolio)
    columns |= {name: text_column(items, name) for name in ("owner_name", "team_name")}
    table = pd.DataFrame(columns).assign(path=items["path"], projects=1)
    table.loc[is_portfolio, "projects"] = tree.inside.sum(axis=1)
    if len(table):
        total = {"kind": "total", "path": (), "projects": int((~is_portfolio).sum())}
        table = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    return table.assign(start_on=_fill_days(tree, "start_on"), due_on=_fill_days(tree, "due_on"))


def _fill_days(tree: _Tree, name: str) -> pd.Series[Any]:
    """Return the first start or the last due day of rows: their own, or of the projects inside."""
    own = parse_task_dates(tree.items, name, what=_WHAT).to_numpy("datetime64[us]").copy()
    if not len(own):
        return pd.Series(own)
    days = pd.Series(own[~tree.is_portfolio])
    every = np.ones(len(days), dtype=bool)
    parts = [days[inside] for inside in (*tree.inside, every)]
    firsts = [part.min() if name == "start_on" else part.max() for part in parts]
    spans = pd.Series(firsts, dtype="datetime64[us]").to_numpy()
    held = own[tree.is_portfolio]
    own[tree.is_portfolio] = np.where(np.isnat(held), spans[:-1], held)
    return pd.Series(np.append(own, spans[-1:]))


def _is_completed(items: pd.DataFrame, moment: pd.Timestamp, count: int) -> Any:
    """Return which rows are marked as completed at a moment; the total is not an item."""
    found = np.zeros(count, dtype=bool)
    if "completed" in items:
        found[: len(items)] = is_true(items["completed"])
    if "completed_at" in items:
        later = parse_moments(items["completed_at"], what=_WHAT) > moment
        found[: len(items)] &= ~is_true(later)
    return found


def _find_places(
    rows: pd.DataFrame, memberships: pd.DataFrame | None, projects: pd.Index[Any]
) -> _Places:
    """Group tasks that are in the same projects, and find which of the projects those are."""
    if memberships is None:
        require_gids(rows, [_PROJECTS], what=_WHAT, record="task")
        lists = read_list_columns(rows[[_PROJECTS]], [_PROJECTS])[_PROJECTS]
        of_task, distinct = pd.factorize(lists.to_numpy(dtype=object))
        group = np.repeat(np.arange(len(distinct)), np.fromiter(map(len, distinct), "int64"))
        gids = pd.Index(pd.Series(list(chain.from_iterable(distinct)), dtype=STR))
    else:
        pairs = read_frame(memberships, _PAIR, what=_WHAT)[[*_PAIR]].astype(STR).dropna()
        of_task = np.arange(len(rows))
        group = pd.Index(text_column(rows, "gid")).get_indexer(pd.Index(pairs["task_gid"]))
        gids = pd.Index(pairs["project_gid"])
    project = projects.get_indexer(gids)
    is_known = (group >= 0) & (project >= 0)
    keys = np.unique(group[is_known] * max(len(projects), 1) + project[is_known])
    return _Places(of_task, *np.divmod(keys, max(len(projects), 1)))


def _count_tasks(
    rows: pd.DataFrame, places: _Places, tree: _Tree, day: pd.Timestamp
) -> dict[str, pd.Series[Any]]:
    """Count the distinct tasks of each row, and find the latest due day of its open ones."""
    is_done = is_true(rows["completed"])
    due = parse_task_dates(rows, "due_on", what=_WHAT)
    latest = due.to_numpy("datetime64[us]").view("int64").copy()
    latest[is_done] = _NEVER
    flags = {
        "tasks": np.ones(len(rows), dtype=bool),
        "done": is_done,
        "open": ~is_done,
        "overdue": ~is_done & is_true(due < day),
        "unassigned": ~is_done & find_unassigned(rows),
    }
    counter = _Counter(places, tree)
    found = {name: pd.Series(counter.count(flag), dtype="Int64") for name, flag in flags.items()}
    last = pd.Series(counter.find_greatest(latest).view("datetime64[us]"))
    share = found["done"] / found["tasks"].mask(found["tasks"] == 0)
    return {**found, "progress": share.astype("Float64"), "latest": last}


class _Counter:
    """Counts tasks by row of the result: projects, portfolios, total."""

    def __init__(self, places: _Places, tree: _Tree) -> None:
        self._is_portfolio = tree.is_portfolio
        self._projects = tree.inside.shape[1]
        self._of_task = places.of_task
        self._groups = int(places.of_task.max(initial=-1)) + 1
        self._pairs = places.group, places.project
        every = np.ones(self._projects, dtype=bool)
        # A group counts once in each portfolio, in however many of its projects it is.
        self._parts = [
            np.unique(places.group[inside[places.project]]) for inside in (*tree.inside, every)
        ]

    def count(self, flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Count the distinct tasks that have a flag."""
        of_group = np.bincount(self._of_task[flags], minlength=self._groups)
        group, project = self._pairs
        sums = np.bincount(project, weights=of_group[group], minlength=self._projects)
        parts = [of_group[part].sum() for part in self._parts]
        return self._arrange(sums.astype("int64"), np.array(parts, dtype="int64"))

    def find_greatest(self, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Find the greatest value among the tasks; the least integer is none."""
        of_group, found = np.full(self._groups, _NEVER), np.full(self._projects, _NEVER)
        np.maximum.at(of_group, self._of_task, values)
        group, project = self._pairs
        np.maximum.at(found, project, of_group[group])
        parts = [of_group[part].max(initial=_NEVER) for part in self._parts]
        return self._arrange(found, np.array(parts, dtype="int64"))

    def _arrange(
        self, projects: npt.NDArray[np.int64], others: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Return the values in the order of the rows; the last of the others is the total."""
        found = np.empty(len(self._is_portfolio), dtype="int64")
        found[~self._is_portfolio], found[self._is_portfolio] = projects, others[:-1]
        return np.append(found, others[-1:]) if len(found) else found


def _compare_days(table: pd.DataFrame, day: pd.Timestamp) -> dict[str, pd.Series[Any]]:
    """Compute what the days of the rows say: expected progress, and how late they end."""
    later = (table["latest"] - table["due_on"]).dt.days.clip(lower=0)
    return {
        "expected": elapsed_share(table["start_on"], table["due_on"], day),
        "days_slipped": later.astype("Int64"),
    }


def _find_last_status(
    statuses: pd.DataFrame | None, table: pd.DataFrame, moment: pd.Timestamp
) -> dict[str, pd.Series[Any]]:
    """Find the last status of each row that was posted until a moment."""
    if statuses is None:
        statuses = pd.DataFrame({name: [] for name in ("parent_gid", "status_type", "created_at")})
    needed = ["parent_gid", "status_type", "created_at"]
    statuses = read_frame(statuses, needed, what=_WHAT, record="status_update")
    rows = drop_duplicates(statuses) if "gid" in statuses else statuses.reset_index(drop=True)
    columns = {
        "parent_gid": text_column(rows, "parent_gid"),
        "last_status": text_column(rows, "status_type"),
        "last_status_at": parse_task_times(rows, "created_at", what=_WHAT),
        "last_status_title": text_column(rows, "title"),
        "gid": text_column(rows, "gid"),
    }
    dated = pd.DataFrame(columns).dropna(subset=["parent_gid", "last_status_at"])
    dated = dated[dated["last_status_at"] <= moment]
    dated = dated.sort_values(["last_status_at", "gid"], kind="stable")
    last = dated.drop_duplicates("parent_gid", keep="last").set_index("parent_gid")
    is_portfolio = table["kind"] == "portfolio"
    own = table["portfolio_gid"].where(is_portfolio, table["project_gid"])
    found = last.reindex(own).reset_index(drop=True)
    since = days_between(found["last_status_at"], pd.Series(moment, index=found.index))
    names = ("last_status", "last_status_at", "last_status_title")
    return {name: found[name] for name in names} | {"days_since_status": since}
