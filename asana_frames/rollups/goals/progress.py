"""Actual and expected progress of goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.goals.links import Link, Links, find_parents, sort_bottom_up
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    is_true,
    read_frame,
    text_column,
)
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import elapsed_share
from asana_frames.types import When

_WHAT = "rollups.goal_progress"
_METRIC = (
    "metric_initial_number_value",
    "metric_current_number_value",
    "metric_target_number_value",
)
_TEXTS = ("gid", "name", "owner_name", "status", "time_period_display_name")
#: ``progress_source`` of a metric (None: a goal without a metric) -> kind of the links that
#: progress is computed from, and their name in ``progress_from``.
_SOURCES: dict[str | None, tuple[str, str]] = {
    None: ("goal", "subgoals"),
    "subgoal_progress": ("goal", "subgoals"),
    "project_task_completion": ("project", "projects"),
    "project_milestone_completion": ("project", "milestones"),
    "task_completion": ("task", "tasks"),
}
#: Name in ``progress_from`` -> columns of counts: completed, all.
_COUNTS = {
    "projects": ("num_completed_tasks", "num_tasks"),
    "milestones": ("num_completed_milestones", "num_milestones"),
}
#: Half a percent, because Asana rounds what it computes.
_TOLERATED = 0.005
#: Statuses of closed goals.
_CLOSED = ("achieved", "partial", "missed", "dropped")
#: The share done, 1 for all; None where unknown.
Share = float | None


def goal_progress(
    goals: pd.DataFrame,
    relationships: pd.DataFrame | None = None,
    now: When | None = None,
    *,
    counts: pd.DataFrame | None = None,
    tasks: pd.DataFrame | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Compute the actual and the expected progress of each goal.

    Progress is ``(current - initial) / (target - initial)`` of the goal's metric, also for falling
    metrics; it may be below 0 or above 1. A goal without a metric, or without a current value, or
    whose target is its initial value, has the progress computed from its supporting resources.

    The computed progress (``computed``) depends on the metric's ``progress_source``. For
    ``subgoal_progress``, and for a goal without a metric, it is the mean of its sub-goals'
    progress; for ``project_task_completion`` and ``project_milestone_completion`` the mean share
    of completed tasks or milestones in the supporting projects; for ``task_completion`` the share
    of completed supporting tasks; for ``manual`` and ``external`` it is missing. Supporting
    resources with a ``contribution_weight`` of 0 do not count; the others count by weight if the
    metric ``is_custom_weight``, else equally. For a goal without a metric the weights always
    count; if all of them are 0, they count equally. Resources without progress are left out of a
    mean. Relationships form a DAG: a shared sub-goal counts for each of its parents.

    Parameters
    ----------
    goals
        Goals, as ``asana.goals.list(...)`` returns them. Duplicates are dropped.
    relationships
        Goal relationships, as ``asana.goal_relationships.list(supported_goal=goals)`` returns
        them; without them nothing is computed, and no goal has a parent.
    now
        The moment up to which progress is expected; the present if not given.
    counts
        Tasks of the supporting projects, as ``asana.projects.get_task_counts(...)`` returns them.
    tasks
        The supporting tasks: ``gid`` and ``completed``.
    tz
        The time zone in which ``now`` is a day.

    Returns
    -------
    DataFrame
        One row per goal, in the order of ``goals``: ``gid``, ``name``, ``owner_name``, ``status``,
        ``time_period_display_name`` (str); ``progress`` (Float64; 1 is the target reached, missing
        if unknown); ``progress_from`` (str: ``metric``, ``subgoals``, ``projects``,
        ``milestones``, ``tasks``, or missing); ``computed`` (Float64); ``disagrees`` (boolean:
        Asana's number and the computed one differ by more than half a percent; missing unless
        both are known); ``start_on``, ``due_on`` (datetime64[us]; the goal's own, else those
        of its time period); ``expected`` (Float64, 0 to 1: the share of the days from start to
        due that are over at the end of today; missing without both, or where they are in the
        wrong order); ``ahead`` (Float64, progress - expected, negative where behind; missing for
        a goal that is closed); ``initial``, ``current``, ``target`` (Float64), ``unit``,
        ``currency_code`` (str), ``precision`` (Int64) of the metric; ``parent_gids``,
        ``parent_names`` (tuples); ``depth`` (Int64, goals above it on the shortest way, 0 at the
        top); ``path`` (tuple of names from the top to the goal itself).

    Raises
    ------
    InvalidArgument
        Columns are missing, or goals support each other in a cycle; the message names it.

    Examples
    --------
    Churn fell from 4 % to 3 %, half of the way to 2 %; of its year 73 of 365 days are over:

    >>> import pandas as pd
    >>> goals = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "name": ["Churn below 2 %"],
    ...         "metric_initial_number_value": [0.04],
    ...         "metric_current_number_value": [0.03],
    ...         "metric_target_number_value": [0.02],
    ...         "time_period_start_on": pd.to_datetime(["2026-01-01"]),
    ...         "time_period_end_on": pd.to_datetime(["2026-12-31"]),
    ...     }
    ... )
    >>> goal_progress(goals, now="2026-03-14")[["name", "progress", "expected", "ahead"]]
                  name  progress  expected  ahead
    0  Churn below 2 %       0.5       0.2    0.3
    """
    goals = read_frame(goals, ["gid", "name", *_METRIC], what=_WHAT, record="goal")
    rows = drop_duplicates(goals)
    links = Links(relationships, what=_WHAT)
    initial, current, target = (rows[name].astype("Float64") for name in _METRIC)
    span = target - initial
    by_metric = (current - initial) / span.mask(span == 0)
    found: dict[str, Any] = {name: text_column(rows, name) for name in _TEXTS}
    own = {
        gid: None if pd.isna(value) else float(value)
        for gid, value in zip(rows["gid"], by_metric, strict=True)
    }
    source = text_column(rows, "metric_progress_source")
    order = sort_bottom_up(rows, links)
    computed, counted = _compute_progress(rows, own, links, order, counts, tasks)
    worked_out = pd.Series(pd.array([computed[gid] for gid in rows["gid"]], dtype="Float64"))
    found["progress"] = by_metric.where(by_metric.notna(), worked_out)
    fallback = pd.Series([counted[gid] for gid in rows["gid"]], dtype=STR)
    named = (
        source.map({key: name for key, (_, name) in _SOURCES.items() if key})
        .fillna("metric")
        .where(by_metric.notna(), fallback)
    )
    found["progress_from"] = named.where(found["progress"].notna()).astype(STR)
    found["computed"] = worked_out
    apart = (by_metric - worked_out).abs() > _TOLERATED
    found["disagrees"] = apart.astype("boolean")
    found |= _compute_expected(rows, found, resolve_today(now, tz))
    found |= dict(zip(("initial", "current", "target"), (initial, current, target), strict=True))
    found |= {name: text_column(rows, f"metric_{name}") for name in ("unit", "currency_code")}
    found["precision"] = _get_column(rows, "metric_precision", "Int64")
    return pd.DataFrame(found | find_parents(rows, links))


def _compute_expected(
    rows: pd.DataFrame, found: Mapping[str, pd.Series[Any]], day: pd.Timestamp
) -> dict[str, pd.Series[Any]]:
    """Compute start, due date, expected progress, and how far ahead each goal is."""
    dates = {}
    for name, fallback in (("start_on", "start_on"), ("due_on", "end_on")):
        given = _get_column(rows, name, "datetime64[us]")
        period = _get_column(rows, f"time_period_{fallback}", "datetime64[us]")
        dates[name] = given.where(given.notna(), period)
    share = elapsed_share(dates["start_on"], dates["due_on"], day)
    ahead = (found["progress"] - share).mask(found["status"].isin(_CLOSED))
    return {**dates, "expected": share, "ahead": ahead}


def _get_column(rows: pd.DataFrame, column: str, dtype: Any) -> pd.Series[Any]:
    """Return a column cast to a dtype; without the column all values are missing."""
    if column in rows.columns:
        return rows[column].astype(dtype)
    return pd.Series(np.nan, index=rows.index, dtype="float64").astype(dtype)


def _compute_progress(
    goals: pd.DataFrame,
    own: Mapping[str, Share],
    links: Links,
    order: Sequence[str],
    counts: pd.DataFrame | None,
    tasks: pd.DataFrame | None,
) -> tuple[dict[str, Share], dict[str, str | None]]:
    """Compute the progress of each goal from what supports it, and name the source.

    Parameters
    ----------
    goals
        ``gid`` and the columns of the metric.
    own
        Progress by the metric of each goal.
    links
        The relationships of the goals.
    order
        All goals, each after its sub-goals.
    counts, tasks
        As in ``rollups.goal_progress``.
    """
    sources, weighs = _get_progress_sources(goals), _get_weight_flags(goals)
    shares = compute_done_shares(counts, tasks)
    computed: dict[str, Share] = {}
    counted: dict[str, str | None] = {}
    reached: dict[str, Share] = {}
    for gid in order:
        source = sources.get(gid)
        kind, name = _SOURCES.get(source, ("", ""))
        parts = [link for link in links.of.get(gid, ()) if link.kind == kind]
        known = reached if kind == "goal" else shares.get(name, {})
        share = _average_progress(
            parts, known, has_metric=source is not None, weighs=weighs.get(gid, False)
        )
        computed[gid] = share
        counted[gid] = name if share is not None else None
        mine = own.get(gid)
        reached[gid] = share if mine is None else mine
    return computed, counted


def _get_progress_sources(goals: pd.DataFrame) -> dict[str, str | None]:
    """Return the ``progress_source`` of each goal; None for one without a metric."""
    given = goals.get("metric_progress_source", pd.Series(None, index=goals.index))
    pairs = zip(goals["gid"], given, strict=True)
    return {gid: None if pd.isna(source) else str(source) for gid, source in pairs}


def _get_weight_flags(goals: pd.DataFrame) -> dict[str, bool]:
    given = goals.get("metric_is_custom_weight", pd.Series(False, index=goals.index))
    return dict(zip(goals["gid"], is_true(given), strict=True))


def compute_done_shares(
    counts: pd.DataFrame | None, tasks: pd.DataFrame | None
) -> dict[str, dict[str, Share]]:
    """Compute the done share of ``projects`` by tasks and by ``milestones``, and of ``tasks``.

    Parameters
    ----------
    counts, tasks
        As in ``rollups.goal_progress``.
    """
    found: dict[str, dict[str, Share]] = {}
    if counts is not None:
        counts = read_frame(counts, ["project_gid", *sum(_COUNTS.values(), ())], what=_WHAT)
        rows = counts.drop_duplicates("project_gid", keep="last")
        for name, (done, all_of) in _COUNTS.items():
            total = rows[all_of].astype("Float64")
            share = rows[done].astype("Float64") / total.mask(total == 0)
            found[name] = _map_shares(rows["project_gid"], share)
    if tasks is not None:
        tasks = read_frame(tasks, ["gid", "completed"], what=_WHAT, record="task")
        rows = drop_duplicates(tasks)
        found["tasks"] = _map_shares(rows["gid"], rows["completed"].astype("Float64"))
    return found


def _map_shares(gids: pd.Series[Any], values: pd.Series[Any]) -> dict[str, Share]:
    pairs = zip(gids, values, strict=True)
    return {gid: None if pd.isna(value) else float(value) for gid, value in pairs}


def _average_progress(
    parts: Sequence[Link], known: Mapping[str, Share], *, has_metric: bool, weighs: bool
) -> Share:
    """Average the progress of the parts for which it is known."""
    known_shares = [(known.get(part.gid), part.weight) for part in parts]
    shares = [(share, weight) for share, weight in known_shares if share is not None]
    if has_metric:
        shares = [(share, weight if weighs else 1.0) for share, weight in shares if weight > 0]
    if not any(weight for _, weight in shares):
        # Only for goals without a metric; otherwise parts without weight are already left out.
        shares = [(share, 1.0) for share, _ in shares]
    total = sum(weight for _, weight in shares)
    return sum(share * weight for share, weight in shares) / total if shares else None
