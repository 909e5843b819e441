"""How far goals are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from asana_frames.exceptions import InvalidRequest
from asana_frames.rollups.columns import need

_METRIC = (
    "metric_initial_number_value",
    "metric_current_number_value",
    "metric_target_number_value",
)
_SHOWN = ("gid", "name", "owner_name", "status", "time_period_display_name")


def goal_progress(goals: pd.DataFrame, relationships: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return how far each goal is.

    Progress is ``(current - initial) / (target - initial)`` of the goal's metric, which holds for
    falling metrics too; it may lie below 0 or above 1. A goal without a metric, or without a
    current value, has the mean of its sub-goals' progress, weighted by ``contribution_weight``;
    where every weight is 0 they count alike. Sub-goals without progress are left out of the mean.

    Parameters
    ----------
    goals
        Goals, as ``asana.goals.list(...)`` returns them.
    relationships
        Goal relationships, as ``asana.goal_relationships.list(...)`` returns them; without them a
        goal without a metric has no progress.

    Returns
    -------
    DataFrame
        ``gid``, ``name``, ``owner_name``, ``status``, ``time_period_display_name`` (str),
        ``progress`` (Float64; 1 is the target reached, missing where nothing tells) and
        ``progress_from`` (str: ``metric``, ``subgoals`` or missing), one row per goal, in the
        order of ``goals``.

    Raises
    ------
    InvalidRequest
        Columns are missing, or goals support each other in a circle; the message names it.

    Examples
    --------
    >>> import pandas as pd
    >>> goals = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "name": ["Churn below 2 %"],
    ...         "metric_initial_number_value": [0.04],
    ...         "metric_current_number_value": [0.03],
    ...         "metric_target_number_value": [0.02],
    ...     }
    ... )
    >>> goal_progress(goals)[["name", "progress"]]
                  name  progress
    0  Churn below 2 %       0.5
    """
    need(goals, ["gid", "name", *_METRIC], what="rollups.goal_progress")
    initial, current, target = (goals[name].astype("Float64") for name in _METRIC)
    span = target - initial
    metric = ((current - initial) / span.mask(span == 0)).set_axis(goals["gid"])
    own = {str(gid): None if pd.isna(value) else float(value) for gid, value in metric.items()}
    names = dict(zip(goals["gid"], goals["name"], strict=True))
    children = _children(relationships)
    progress = dict(_with_subgoals(own, children, names))
    result = goals.reindex(columns=list(_SHOWN)).reset_index(drop=True)
    for column in _SHOWN:
        if column not in goals.columns:
            result[column] = result[column].astype(goals["gid"].dtype)
    values = [progress[gid] for gid in goals["gid"]]
    result["progress"] = pd.array(values, dtype="Float64")
    sources = [
        "metric" if own[gid] is not None else None if progress[gid] is None else "subgoals"
        for gid in goals["gid"]
    ]
    result["progress_from"] = pd.array(sources, dtype=pd.StringDtype(na_value=float("nan")))
    return result


def _children(relationships: pd.DataFrame | None) -> dict[str, list[tuple[str, float]]]:
    """Return the sub-goals of each goal with their weights."""
    if relationships is None:
        return {}
    columns = ["supported_goal_gid", "supporting_resource_gid", "contribution_weight"]
    need(relationships, [*columns, "resource_subtype"], what="rollups.goal_progress")
    rows = relationships.loc[relationships["resource_subtype"] == "subgoal", columns]
    children: dict[str, list[tuple[str, float]]] = {}
    for goal, child, weight in rows.itertuples(index=False):
        children.setdefault(goal, []).append((child, 0.0 if pd.isna(weight) else float(weight)))
    return children


def _with_subgoals(
    own: Mapping[str, float | None],
    children: Mapping[str, list[tuple[str, float]]],
    names: Mapping[str, str],
) -> Iterator[tuple[str, float | None]]:
    """Yield every goal's progress; the relationships form a DAG, whose circles are refused."""
    done: dict[str, float | None] = {}

    def progress(gid: str, path: tuple[str, ...]) -> float | None:
        if gid in path:
            circle = " > ".join(str(names.get(step, step)) for step in (*path, gid))
            raise InvalidRequest(f"These goals support each other in a circle: {circle}.")
        if gid not in done:
            known = own.get(gid)
            below = [
                (progress(child, (*path, gid)), weight) for child, weight in children.get(gid, ())
            ]
            done[gid] = known if known is not None else _mean(below)
        return done[gid]

    for gid in own:
        yield gid, progress(gid, ())


def _mean(parts: list[tuple[float | None, float]]) -> float | None:
    told = [(value, weight) for value, weight in parts if value is not None]
    if not told:
        return None
    if not any(weight for _, weight in told):
        told = [(value, 1.0) for value, _ in told]
    return sum(value * weight for value, weight in told) / sum(weight for _, weight in told)
