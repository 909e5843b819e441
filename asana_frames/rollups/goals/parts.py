"""Progress of goals, worked out from what supports them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames.rollups.goals.links import Link, Links
from asana_frames.rollups.shared.inputs import drop_duplicates, is_true, require_columns

Share = float | None
_WHAT = "rollups.goal_progress"
#: ``progress_source`` of a metric -> the kind of what it is worked out from, and what that is
#: called in ``progress_from``. None stands for a goal without a metric.
PARTS: dict[str | None, tuple[str, str]] = {
    None: ("goal", "subgoals"),
    "subgoal_progress": ("goal", "subgoals"),
    "project_task_completion": ("project", "projects"),
    "project_milestone_completion": ("project", "milestones"),
    "task_completion": ("task", "tasks"),
}
_COUNTS = {
    "projects": ("num_completed_tasks", "num_tasks"),
    "milestones": ("num_completed_milestones", "num_milestones"),
}


def compute_progress(
    goals: pd.DataFrame,
    own: Mapping[str, Share],
    links: Links,
    order: Sequence[str],
    counts: pd.DataFrame | None,
    tasks: pd.DataFrame | None,
) -> tuple[dict[str, Share], dict[str, str | None]]:
    """Return of each goal the progress that is worked out, and from what.

    Parameters
    ----------
    goals
        ``gid`` and the columns of the metric.
    own
        The progress that each goal's metric tells.
    links
        What supports what.
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
        kind, name = PARTS.get(source, ("", ""))
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
    """Return where the progress of each goal is from; None for one without a metric."""
    given = goals.get("metric_progress_source", pd.Series(None, index=goals.index))
    pairs = zip(goals["gid"], given, strict=True)
    return {gid: None if pd.isna(source) else str(source) for gid, source in pairs}


def _get_weight_flags(goals: pd.DataFrame) -> dict[str, bool]:
    given = goals.get("metric_is_custom_weight", pd.Series(False, index=goals.index))
    return dict(zip(goals["gid"], is_true(given), strict=True))


def compute_done_shares(
    counts: pd.DataFrame | None, tasks: pd.DataFrame | None
) -> dict[str, dict[str, Share]]:
    """Return the done share of ``projects`` by their tasks, by their ``milestones``, of ``tasks``.

    Parameters
    ----------
    counts, tasks
        As in ``rollups.goal_progress``.
    """
    found: dict[str, dict[str, Share]] = {}
    if counts is not None:
        require_columns(counts, ["project_gid", *sum(_COUNTS.values(), ())], what=_WHAT)
        rows = counts.drop_duplicates("project_gid", keep="last")
        for name, (done, all_of) in _COUNTS.items():
            total = rows[all_of].astype("Float64")
            share = rows[done].astype("Float64") / total.mask(total == 0)
            found[name] = _map_shares(rows["project_gid"], share)
    if tasks is not None:
        require_columns(tasks, ["gid", "completed"], what=_WHAT, record="task")
        rows = drop_duplicates(tasks)
        found["tasks"] = _map_shares(rows["gid"], rows["completed"].astype("Float64"))
    return found


def _map_shares(gids: pd.Series[Any], values: pd.Series[Any]) -> dict[str, Share]:
    pairs = zip(gids, values, strict=True)
    return {gid: None if pd.isna(value) else float(value) for gid, value in pairs}


def _average_progress(
    parts: Sequence[Link], known: Mapping[str, Share], *, has_metric: bool, weighs: bool
) -> Share:
    """Return the mean progress of the parts that have some."""
    told = [(known.get(part.gid), part.weight) for part in parts]
    shares = [(share, weight) for share, weight in told if share is not None]
    if has_metric:
        shares = [(share, weight if weighs else 1.0) for share, weight in shares if weight > 0]
    if not any(weight for _, weight in shares):
        # Of a goal without a metric; with one, what has no weight was left out already.
        shares = [(share, 1.0) for share, _ in shares]
    total = sum(weight for _, weight in shares)
    return sum(share * weight for share, weight in shares) / total if shares else None
