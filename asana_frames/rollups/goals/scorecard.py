"""Key results below their objectives, as OKR tools export them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames.display.words import humanize_status
from asana_frames.frames.arrays import STR, UTC_DATETIME, tuple_column
from asana_frames.rollups.goals.known_goals import Histories, KnownGoals, Past
from asana_frames.rollups.goals.links import Link
from asana_frames.rollups.goals.metric_text import format_current_of_target
from asana_frames.rollups.goals.progress import ProgressOfGoals, compute_progress
from asana_frames.rollups.goals.tree import walk_goals
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.moments import days_between
from asana_frames.types import When

_WHAT = "rollups.scorecard"
_OF_GOAL = (
    *("owner_name", "time_period_display_name", "start_on", "due_on"),
    *("initial", "target", "current", "unit", "currency_code", "precision"),
)
_PROGRESS = ("progress", "expected", "ahead")
_DTYPES: dict[str, Any] = {
    "objective_gid": STR,
    "objective_name": STR,
    "key_result_gid": STR,
    "key_result_name": STR,
    "level": "Int64",
    "path": object,
}
_COLUMNS = list(_DTYPES)


def scorecard(
    goals: pd.DataFrame,
    relationships: pd.DataFrame | None = None,
    status_updates: pd.DataFrame | None = None,
    *,
    counts: pd.DataFrame | None = None,
    tasks: pd.DataFrame | None = None,
    stories: pd.DataFrame | None = None,
    histories: Histories | None = None,
    now: When | None = None,
    read_at: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """List key results below their objectives: the OKR export.

    A key result is a goal with a metric. Its objective is the goal that it supports, itself where
    it supports none of ``goals``; one that supports several has a row for each of them. A goal
    that has a parent and sub-goals is a key result of the one and the objective of the others.

    Parameters
    ----------
    goals, relationships, counts, tasks, stories, histories, now, read_at, tz
        As in ``rollups.goal_progress``.
    status_updates
        As ``asana.status_updates.list(parent=goals)`` returns them; they tell the last update.

    Returns
    -------
    DataFrame
        One row per key result and objective, objectives in the order of ``rollups.goal_tree``:
        ``objective_gid``, ``objective_name``, ``key_result_gid``, ``key_result_name`` (str);
        ``level`` (Int64, goals above the key result on this way, 0 for one that is its own
        objective); ``path`` (tuple of names from the top to the key result); ``owner_name``,
        ``time_period_display_name`` (str); ``start_on``, ``due_on`` (datetime64[us]); ``initial``
        (the value at the start), ``target``, ``current`` (Float64), ``unit``, ``currency_code``
        (str), ``precision`` (Int64); ``current_of_target`` (str, such as ``3.1 % of 2 %``);
        ``progress``, ``expected``, ``ahead`` (Float64, as in ``rollups.goal_progress``);
        ``status`` (str), and ``confidence`` (str, the same in words, such as ``at risk``);
        ``last_status_at`` (datetime64[us, UTC]) and ``last_status_title`` (str) of the last
        status update up to ``now``, ``days_since_status`` (Float64, days of 24 hours).

    Raises
    ------
    InvalidArgument
        Columns are missing, or goals support each other in a cycle.

    Examples
    --------
    >>> import pandas as pd
    >>> goals = pd.DataFrame({"gid": ["1", "2"], "name": ["Grow", "Win 40 partners"]})
    >>> metric = {"initial": [None, 0.0], "current": [None, 10.0], "target": [None, 40.0]}
    >>> for name, values in metric.items():
    ...     goals[f"metric_{name}_number_value"] = pd.array(values, dtype="Float64")
    >>> goals["status"] = ["green", "yellow"]
    >>> relationships = pd.DataFrame(
    ...     {
    ...         "resource_subtype": ["subgoal"],
    ...         "supported_goal_gid": ["1"],
    ...         "supporting_resource_gid": ["2"],
    ...         "contribution_weight": [1.0],
    ...     }
    ... )
    >>> card = scorecard(goals, relationships)
    >>> card[["objective_name", "key_result_name", "current_of_target", "progress", "confidence"]]
      objective_name  key_result_name current_of_target  progress confidence
    0           Grow  Win 40 partners          10 of 40      0.25    at risk
    """
    past = Past(now, status_updates, stories, histories, read_at, tz)
    found = compute_progress(goals, relationships, counts, tasks, past, what=_WHAT)
    table = _list_key_results(found)
    by_gid = found.table.set_index("gid")
    for name in (*_OF_GOAL, *_PROGRESS, "status"):
        dtype = found.table[name].dtype
        looked_up = by_gid[name].reindex(table["key_result_gid"]).reset_index(drop=True)
        table[name] = looked_up.astype(dtype)
    table["current_of_target"] = format_current_of_target(table)
    table["confidence"] = table["status"].map(humanize_status, na_action="ignore").astype(STR)
    table = table.assign(**_find_last_updates(table["key_result_gid"], found.known))
    ordered = [*_COLUMNS, *_OF_GOAL, "current_of_target", *_PROGRESS, "status", "confidence"]
    table = table[[*ordered, "last_status_at", "last_status_title", "days_since_status"]]
    return write_about(table, goals, now=found.known.now, tz=tz)


def _list_key_results(found: ProgressOfGoals) -> pd.DataFrame:
    """List goals with a metric below each of their parents, in the order of the tree."""
    goals = found.table
    has_metric = goals[["initial", "current", "target"]].notna().any(axis=1)
    has_metric |= goals["unit"].notna()
    key_results = set(goals.loc[has_metric, "gid"])
    place: dict[str, int] = {}
    rows = []
    for way in walk_goals(goals, found.links):
        if way[-1].kind == "goal":
            place.setdefault(way[-1].gid, len(place))
            if way[-1].gid in key_results:
                rows.append(way)
    table = pd.DataFrame(map(_describe_place, _sort_by_objective(rows, place)), columns=_COLUMNS)
    return table.astype(_DTYPES).assign(path=tuple_column(table["path"].tolist()))


def _sort_by_objective(
    ways: Sequence[tuple[Link, ...]], place: Mapping[str, int]
) -> list[tuple[Link, ...]]:
    return sorted(ways, key=lambda way: place[way[-2:][0].gid])


def _describe_place(way: tuple[Link, ...]) -> tuple[Any, ...]:
    """Return objective and key result, the last two goals on a way, and where they are."""
    objective, key_result = way[-2:][0], way[-1]
    path = tuple(link.name for link in way)
    return objective.gid, objective.name, key_result.gid, key_result.name, len(way) - 1, path


def _find_last_updates(gids: pd.Series[Any], known: KnownGoals) -> dict[str, pd.Series[Any]]:
    """Return moment and title of the last status update of each goal, and its age in days."""
    events = known.events
    updates = events[(events["event"] == "status update").to_numpy()]
    last = updates.drop_duplicates("goal_gid", keep="last").set_index("goal_gid").reindex(gids)
    at = last["at"].reset_index(drop=True).astype(UTC_DATETIME)
    now = pd.Series(known.now, index=at.index).astype(UTC_DATETIME)
    return {
        "last_status_at": at,
        "last_status_title": last["title"].reset_index(drop=True).astype(STR),
        "days_since_status": days_between(at, now),
    }
