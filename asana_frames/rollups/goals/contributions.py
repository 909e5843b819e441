"""What the progress of goals is computed from, and how much of it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.rollups.goals.known_goals import KnownGoals
from asana_frames.rollups.goals.links import Link, Links, sort_bottom_up
from asana_frames.rollups.shared.inputs import drop_duplicates, is_true, read_frame
from asana_frames.rollups.shared.moments import parse_moments

#: ``progress_source`` of a metric (None: a goal without a metric) -> kind of the links that
#: progress is computed from, and their name in ``progress_from``.
SOURCES: dict[str | None, tuple[str, str]] = {
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
#: Object -> its progress, None where it has none; objects that are not in it are unknown.
Shares = Mapping[str, float | None]


class Contributions(NamedTuple):
    """What the progress of each goal is computed from.

    Attributes
    ----------
    computed
        Goal -> the progress computed; None where something that counts is unknown.
    coverage
        Goal -> the share of the weight that is known.
    source
        Goal -> what its progress is computed from, as ``progress_from`` names it.
    parts
        Goal -> what counts, with its part of the whole weight, from 0 to 1.
    reached
        Goal -> its progress by the metric, else as computed; unknown goals are not in it.
    """

    computed: dict[str, float | None]
    coverage: dict[str, float]
    source: dict[str, str]
    parts: dict[str, list[tuple[Link, float]]]
    reached: dict[str, float | None]


def compute_contributions(
    known: KnownGoals,
    own: Shares,
    links: Links,
    shares: Mapping[str, Shares],
) -> Contributions:
    """Compute the progress of each goal from what supports it.

    Parameters
    ----------
    known
        The goals.
    own
        Progress by the metric of each goal.
    links
        The relationships of the goals.
    shares
        As `compute_done_shares` returns them.
    """
    found = Contributions({}, {}, {}, {}, {})
    goals = known.rows
    sources, weighs = _get_progress_sources(goals), _get_weight_flags(goals)
    for gid in sort_bottom_up(goals, links):
        kind, name = SOURCES.get(sources.get(gid), ("", ""))
        linked = [link for link in links.of.get(gid, ()) if link.kind == kind]
        parts = _weigh_parts(
            linked, has_metric=sources.get(gid) is not None, weighs=weighs.get(gid, False)
        )
        values = found.reached if kind == "goal" else shares.get(name, {})
        covered = [(link, weight) for link, weight in parts if link.gid in values]
        # Of nothing that counts, nothing is unknown.
        is_complete = len(covered) == len(parts)
        computed = _average_progress(covered, values) if is_complete else None
        found.computed[gid], found.parts[gid], found.source[gid] = computed, parts, name
        found.coverage[gid] = 1.0 if is_complete else sum(weight for _, weight in covered)
        mine = own.get(gid)
        reached = computed if mine is None else mine
        if reached is not None or (is_complete and gid not in known.unknown):
            found.reached[gid] = reached
    return found


def _weigh_parts(
    links: Sequence[Link], *, has_metric: bool, weighs: bool
) -> list[tuple[Link, float]]:
    """Return what counts, with its part of the whole weight."""
    if has_metric and not weighs:
        parts = [(link, 1.0) for link in links if link.weight > 0]
    else:
        parts = [(link, link.weight) for link in links if link.weight > 0]
    if not parts and not has_metric:
        parts = [(link, 1.0) for link in links]
    total = sum(weight for _, weight in parts)
    return [(link, weight / total) for link, weight in parts]


def _average_progress(parts: Sequence[tuple[Link, float]], values: Shares) -> float | None:
    """Average the progress of parts; those that have none are left out."""
    shares = [(values[link.gid], weight) for link, weight in parts]
    pairs = [(share, weight) for share, weight in shares if share is not None]
    total = sum(weight for _, weight in pairs)
    return sum(share * weight for share, weight in pairs) / total if pairs else None


def _get_progress_sources(goals: pd.DataFrame) -> dict[str, str | None]:
    """Return the ``progress_source`` of each goal; None for one without a metric."""
    given = goals.get("metric_progress_source", pd.Series(None, index=goals.index))
    pairs = zip(goals["gid"], given, strict=True)
    return {gid: None if pd.isna(source) else str(source) for gid, source in pairs}


def _get_weight_flags(goals: pd.DataFrame) -> dict[str, bool]:
    given = goals.get("metric_is_custom_weight", pd.Series(False, index=goals.index))
    return dict(zip(goals["gid"], is_true(given), strict=True))


def compute_done_shares(
    counts: pd.DataFrame | None, tasks: pd.DataFrame | None, known: KnownGoals, *, what: str
) -> dict[str, dict[str, float | None]]:
    """Compute the done share of ``projects`` by tasks and by ``milestones``, and of ``tasks``.

    Nothing is known of counts at a moment before they were read, and of tasks only where
    ``completed_at`` says when they were completed.

    Parameters
    ----------
    counts, tasks
        As in ``rollups.goal_progress``.
    known
        The goals, with the moment.
    what
        The name of the calling function, for messages.
    """
    found: dict[str, dict[str, float | None]] = {}
    if counts is not None:
        needed = ["project_gid", *sum(_COUNTS.values(), ())]
        counts = read_frame(counts, needed, what=what, source="asana.projects.get_task_counts")
        rows = counts.drop_duplicates("project_gid", keep="last")
        for name, (part, total) in _COUNTS.items() if not known.is_past else ():
            found[name] = _map_shares(rows["project_gid"], rows[part], rows[total])
    if tasks is not None:
        tasks = read_frame(tasks, ["gid", "completed"], what=what, record="task")
        rows = drop_duplicates(tasks)
        done = rows["completed"].astype("Float64")
        found["tasks"] = _map_shares(rows["gid"], _complete_by(rows, done, known, what))
    return found


def _complete_by(
    rows: pd.DataFrame, done: pd.Series[Any], known: KnownGoals, what: str
) -> pd.Series[Any]:
    """Return which tasks were completed at the moment of the goals: 1, 0, or missing."""
    if "completed_at" in rows.columns:
        later = is_true(parse_moments(rows["completed_at"], what=what) > known.now)
        return done.mask(later, 0.0)
    return done.mask(done > 0, pd.NA) if known.is_past else done


def _map_shares(
    gids: pd.Series[Any], done: pd.Series[Any], total: pd.Series[Any] | None = None
) -> dict[str, float | None]:
    """Map objects to their done share: None of nothing, and without those that are unknown."""
    totals = pd.Series(1.0, index=done.index) if total is None else total
    rows = zip(gids, done, totals, strict=True)
    return {
        gid: float(part) / float(all_of) if all_of else None
        for gid, part, all_of in rows
        if not pd.isna(part) and not pd.isna(all_of)
    }
