"""Actual and expected progress of goals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.goals.contributions import (
    SOURCES,
    Contributions,
    compute_contributions,
    compute_done_shares,
)
from asana_frames.rollups.goals.known_goals import (
    METRIC,
    Histories,
    KnownGoals,
    Past,
    read_goals,
)
from asana_frames.rollups.goals.links import Links, find_parents
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import text_column
from asana_frames.rollups.shared.key_figures import TINY
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import elapsed_share
from asana_frames.types import When

_WHAT = "rollups.goal_progress"
_TEXTS = ("gid", "name", "owner_name", "status", "time_period_display_name")
#: Half a percent, because Asana rounds what it computes.
_TOLERATED = 0.005
#: Statuses of closed goals.
CLOSED = ("achieved", "partial", "missed", "dropped")


class ProgressOfGoals(NamedTuple):
    """The table of ``rollups.goal_progress``, and what it was computed from."""

    table: pd.DataFrame
    known: KnownGoals
    links: Links
    contributions: Contributions
    #: Kind of work -> object -> its done share.
    shares: Mapping[str, Mapping[str, float | None]]


def goal_progress(
    goals: pd.DataFrame,
    relationships: pd.DataFrame | None = None,
    *,
    counts: pd.DataFrame | None = None,
    tasks: pd.DataFrame | None = None,
    status_updates: pd.DataFrame | None = None,
    stories: pd.DataFrame | None = None,
    histories: Histories | None = None,
    now: When | None = None,
    read_at: When | None = None,
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
    count; if all of them are 0, they count equally. Relationships form a DAG: a shared sub-goal
    counts for each of its parents.

    What is not in the frames is unknown. Where one of the resources that count is unknown (a
    sub-goal that is not among ``goals``, a project without counts, a task that is not among
    ``tasks``), the computed progress is missing, and ``coverage`` tells how much is known. A
    known resource without progress (a goal without a metric, a project without tasks) is left out
    of the mean.

    Asana keeps no history of values: they are known as of the day on which the goals were read.
    For an earlier ``now``, values are the last ones that ``stories`` and ``histories`` tell, and
    statuses the last ones of ``status_updates`` and ``histories``; what these do not tell is
    missing, with a `PastStateWarning`. ``counts`` then say nothing, and ``tasks`` as much as
    their ``completed_at`` does. Names, owners, dates and relationships are as they were read.

    Parameters
    ----------
    goals
        Goals, as ``asana.goals.list(...)`` returns them. Duplicates are dropped.
    relationships
        Goal relationships, as ``asana.goal_relationships.list(supported_goal=goals)`` returns
        them; without them nothing is computed, and no goal has a parent.
    counts
        Tasks of the supporting projects, as ``asana.projects.get_task_counts(...)`` returns them.
    tasks
        The supporting tasks: ``gid``, ``completed``, and ``completed_at`` for an earlier ``now``.
    status_updates
        As ``asana.status_updates.list(parent=goals)`` returns them; used for an earlier ``now``.
    stories
        As ``asana.stories.list_for_goal(goals)`` returns them; used for an earlier ``now``.
    histories
        Earlier readings of the goals, used for an earlier ``now``: a frame with ``gid`` (or
        ``goal_gid``), ``read_at`` (or ``at``), ``value`` (or ``metric_current_number_value``) and
        perhaps ``status``, or a list of such frames. Frames of goals as they were read need no
        ``read_at`` while their ``attrs`` say when that was.
    now
        The moment up to which progress is expected; the present if not given.
    read_at
        When the goals were read. If not given, as ``goals.attrs`` say; without them, now.
    tz
        The time zone in which moments are days.

    Returns
    -------
    DataFrame
        One row per goal, in the order of ``goals``: ``gid``, ``name``, ``owner_name``, ``status``,
        ``time_period_display_name`` (str); ``progress`` (Float64; 1 is the target reached, missing
        if unknown); ``progress_from`` (str: ``metric``, ``subgoals``, ``projects``,
        ``milestones``, ``tasks``, or missing); ``computed`` (Float64); ``coverage`` (Float64, 0 to
        1: the share of the weight of what ``computed`` counts that is known; 1 where nothing
        counts); ``disagrees`` (boolean: Asana's number and the computed one differ by more than
        half a percent; missing unless both are known); ``start_on``, ``due_on`` (datetime64[us];
        the goal's own, else those of its time period); ``expected`` (Float64, 0 to 1: the share of
        the days from start to due that are over at the end of today; missing without both, or
        where they are in the wrong order); ``ahead`` (Float64, progress - expected, negative where
        behind; missing for a goal that is closed); ``initial``, ``current``, ``target``
        (Float64), ``unit``, ``currency_code`` (str), ``precision`` (Int64) of the metric;
        ``parent_gids``, ``parent_names`` (tuples, parents among ``goals``); ``depth`` (Int64,
        goals above it on the shortest way, 0 at the top); ``path`` (tuple of names from the top
        to the goal itself).

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
    >>> progress = goal_progress(goals, now="2026-03-14", read_at="2026-03-14")
    >>> progress[["name", "progress", "expected", "ahead"]]
                  name  progress  expected  ahead
    0  Churn below 2 %       0.5       0.2    0.3
    """
    past = Past(now, status_updates, stories, histories, read_at, tz)
    found = compute_progress(goals, relationships, counts, tasks, past, what=_WHAT)
    return write_about(found.table, goals, now=found.known.now, tz=tz)


def compute_progress(
    goals: pd.DataFrame,
    relationships: pd.DataFrame | None,
    counts: pd.DataFrame | None,
    tasks: pd.DataFrame | None,
    past: Past,
    *,
    what: str,
) -> ProgressOfGoals:
    """Return the table of ``rollups.goal_progress``, and what it was computed from."""
    known = read_goals(goals, past, what=what)
    rows, links = known.rows, Links(relationships, what=what)
    initial, current, target = (rows[name].astype("Float64") for name in METRIC)
    span = target - initial
    by_metric = (current - initial) / span.mask(span == 0)
    own = {
        gid: None if pd.isna(value) else float(value)
        for gid, value in zip(rows["gid"], by_metric, strict=True)
    }
    shares = compute_done_shares(counts, tasks, known, what=what)
    parts = compute_contributions(known, own, links, shares)
    found: dict[str, Any] = {name: text_column(rows, name) for name in _TEXTS}
    found |= _combine_progress(rows, by_metric, parts)
    found |= _compute_expected(rows, found, resolve_today(known.now, past.tz))
    found |= {"initial": initial, "current": current, "target": target}
    found |= {name: text_column(rows, f"metric_{name}") for name in ("unit", "currency_code")}
    found["precision"] = _get_column(rows, "metric_precision", "Int64")
    table = pd.DataFrame(found | find_parents(rows, links))
    return ProgressOfGoals(table, known, links, parts, shares)


def _combine_progress(
    rows: pd.DataFrame, by_metric: pd.Series[Any], parts: Contributions
) -> dict[str, pd.Series[Any]]:
    """Return the progress by the metric, else the computed one, and how both compare."""
    computed = _map_goals(rows, parts.computed, "Float64")
    progress = by_metric.where(by_metric.notna(), computed)
    source = text_column(rows, "metric_progress_source")
    told = source.map({key: name for key, (_, name) in SOURCES.items() if key}).fillna("metric")
    named = told.where(by_metric.notna(), _map_goals(rows, parts.source, STR))
    return {
        "progress": progress,
        "progress_from": named.where(progress.notna()).astype(STR),
        "computed": computed,
        "coverage": _map_goals(rows, parts.coverage, "Float64"),
        "disagrees": ((by_metric - computed).abs() > _TOLERATED + TINY).astype("boolean"),
    }


def _map_goals(rows: pd.DataFrame, values: Mapping[str, Any], dtype: Any) -> pd.Series[Any]:
    """Return the value of each goal as a column."""
    listed = [values[gid] for gid in rows["gid"]]
    return pd.Series(pd.array(listed, dtype=dtype), index=rows.index)


def _compute_expected(
    rows: pd.DataFrame, found: Mapping[str, pd.Series[Any]], day: pd.Timestamp
) -> dict[str, pd.Series[Any]]:
    """Compute start, due date, expected progress, and how far ahead each goal is."""
    dates = find_dates(rows)
    share = elapsed_share(dates["start_on"], dates["due_on"], day)
    ahead = (found["progress"] - share).mask(found["status"].isin(CLOSED))
    return {**dates, "expected": share, "ahead": ahead}


def find_dates(rows: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Return start and due date of goals: their own, else those of their time period."""
    dates = {}
    for name, fallback in (("start_on", "start_on"), ("due_on", "end_on")):
        given = _get_column(rows, name, "datetime64[us]")
        period = _get_column(rows, f"time_period_{fallback}", "datetime64[us]")
        dates[name] = given.where(given.notna(), period)
    return dates


def _get_column(rows: pd.DataFrame, column: str, dtype: Any) -> pd.Series[Any]:
    """Return a column cast to a dtype; without the column all values are missing."""
    if column in rows.columns:
        return rows[column].astype(dtype)
    return pd.Series(np.nan, index=rows.index, dtype="float64").astype(dtype)
