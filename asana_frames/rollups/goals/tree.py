"""Goals as a tree, with a row for each place of a goal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.goals.known_goals import Histories, Past
from asana_frames.rollups.goals.links import Link, Links
from asana_frames.rollups.goals.metric_text import format_current_of_target
from asana_frames.rollups.goals.progress import compute_progress
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.dag import walk_down
from asana_frames.types import When

_WHAT = "rollups.goal_tree"
_OF_GOAL = (
    *("progress", "coverage", "expected", "ahead", "status"),
    *("owner_name", "time_period_display_name"),
    *("initial", "current", "target", "unit", "currency_code", "precision"),
)
_DTYPES: dict[str, Any] = {
    "gid": STR,
    "name": STR,
    "kind": STR,
    "parent_gid": STR,
    "depth": "Int64",
    "path": object,
    "weight": "Float64",
    "is_repeated": "boolean",
}


def goal_tree(
    goals: pd.DataFrame,
    relationships: pd.DataFrame,
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
    """List goals as a tree, each followed by what supports it.

    Parameters
    ----------
    goals, relationships, counts, tasks, status_updates, stories, histories, now, read_at, tz
        As in ``rollups.goal_progress``.

    Returns
    -------
    DataFrame
        One row per place, parents before children, goals without a parent among ``goals`` first
        and in the order given: ``gid``, ``name``, ``kind`` (str: ``goal``, or ``project``,
        ``portfolio``, ``task`` for work that supports a goal); ``parent_gid`` (str, missing at the
        top); ``depth`` (Int64, 0 at the top); ``path`` (tuple of names, its own last); ``weight``
        (Float64, its ``contribution_weight`` there); ``is_repeated`` (boolean: the goal was there
        before, below another parent; its descendants are shown at the first place only); and as
        in ``rollups.goal_progress`` ``progress``, ``coverage``, ``expected``, ``ahead``,
        ``status``, ``owner_name``, ``time_period_display_name``, ``initial``, ``current``,
        ``target``, ``unit``, ``currency_code``, ``precision``: missing for work, but for the
        ``progress`` of projects in ``counts`` and of ``tasks``, which is their done share; and
        ``current_of_target`` (str, such as ``3.1 % of 2 %``). Goals that are not among ``goals``
        are left out.

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
    >>> relationships = pd.DataFrame(
    ...     {
    ...         "resource_subtype": ["subgoal"],
    ...         "supported_goal_gid": ["1"],
    ...         "supporting_resource_gid": ["2"],
    ...         "contribution_weight": [1.0],
    ...     }
    ... )
    >>> goal_tree(goals, relationships)[["name", "depth", "progress"]]
                  name  depth  progress
    0             Grow      0      0.25
    1  Win 40 partners      1      0.25
    """
    past = Past(now, status_updates, stories, histories, read_at, tz)
    found = compute_progress(goals, relationships, counts, tasks, past, what=_WHAT)
    table = _list_places(found.table, found.links)
    known = found.table.set_index("gid")
    for name in _OF_GOAL:
        dtype = found.table[name].dtype
        table[name] = known[name].reindex(table["gid"]).reset_index(drop=True).astype(dtype)
    for kind in ("project", "task"):
        done = table["gid"].map(found.shares.get(f"{kind}s", {})).astype("Float64")
        table["progress"] = table["progress"].where(table["kind"] != kind, done)
    table["current_of_target"] = format_current_of_target(table)
    return write_about(table, goals, now=found.known.now, tz=tz)


def _list_places(progress: pd.DataFrame, links: Links) -> pd.DataFrame:
    """List the places of goals and of what supports them, from the top down."""
    seen: set[str] = set()
    rows = []
    for path in walk_goals(progress, links):
        link = path[-1]
        rows.append(
            (
                link.gid,
                link.name,
                link.kind,
                path[-2].gid if len(path) > 1 else None,
                len(path) - 1,
                tuple(each.name for each in path),
                link.weight,
                link.kind == "goal" and link.gid in seen,
            )
        )
        seen.add(link.gid)
    table = pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)
    # A goal at the top has no weight.
    table["weight"] = table["weight"].where(table["parent_gid"].notna())
    return table


def walk_goals(progress: pd.DataFrame, links: Links) -> Iterator[tuple[Link, ...]]:
    """Yield the path to each place of a goal or of what supports it, from the top down."""
    names = dict(zip(progress["gid"], progress["name"], strict=True))

    def list_supporting(link: Link) -> list[Link]:
        supporting = links.of.get(link.gid, ()) if link.kind == "goal" else ()
        # Of goals that are not given nothing is known.
        shown = [each for each in supporting if each.kind != "goal" or each.gid in names]
        sorted_links = sorted(shown, key=lambda each: each.kind != "goal")
        return [each._replace(name=names.get(each.gid, each.name)) for each in sorted_links]

    tops = progress.loc[~read_lists(progress["parent_gids"]).astype(bool), "gid"]
    return walk_down(
        [Link(gid, 0.0, "goal", names[gid]) for gid in tops],
        list_supporting,
        key=lambda link: (link.gid, link.kind),
    )
