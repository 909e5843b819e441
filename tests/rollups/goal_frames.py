"""Small frames of goals and what supports them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.frames.arrays import STR

NOTHING = (None, None, None)
METRIC = ("initial", "current", "target")


def goals_of(*names: str, **columns: list[Any]) -> pd.DataFrame:
    """Goals named by their gids, without a metric unless ``metric`` gives it."""
    metric = columns.pop("metric", [NOTHING] * len(names))
    frame = pd.DataFrame({"gid": pd.array(names, STR), "name": pd.array(names, STR)})
    for place, what in enumerate(METRIC):
        values = [triple[place] for triple in metric]
        frame[f"metric_{what}_number_value"] = pd.array(values, "Float64")
    days = [name for name in columns if name.endswith("_on")]
    texts = [name for name in columns if name in ("status", "metric_progress_source")]
    frame = frame.assign(**columns)
    for name in days:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame.astype(dict.fromkeys(texts, STR))


def links(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Relationships: supported goal, what supports it, its kind, its weight."""
    goal, below, kind, weight = zip(*rows, strict=True) if rows else ((), (), (), ())
    subtypes = ["subgoal" if each == "goal" else "supporting_work" for each in kind]
    return pd.DataFrame(
        {
            "supported_goal_gid": pd.array(goal, STR),
            "supporting_resource_gid": pd.array(below, STR),
            "supporting_resource_name": pd.array([f"the {gid}" for gid in below], STR),
            "supporting_resource_resource_type": pd.array(kind, STR),
            "resource_subtype": pd.array(subtypes, STR),
            "contribution_weight": pd.array(weight, "Float64"),
        }
    )


def counts_of(**projects: tuple[int, int, int, int]) -> pd.DataFrame:
    """Tasks, done tasks, milestones and done milestones of projects."""
    columns = ("num_tasks", "num_completed_tasks", "num_milestones", "num_completed_milestones")
    frame = pd.DataFrame(list(projects.values()), columns=list(columns)).astype("Int64")
    return frame.assign(project_gid=pd.array(list(projects), STR))
