"""Which goals, projects and tasks support which goals."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.duplicates import drop_duplicates
from asana_frames.rollups.shared.inputs import require_columns

_COLUMNS = ("supported_goal_gid", "supporting_resource_gid", "contribution_weight")
#: What a sub-goal is called in ``resource_subtype``; the rest is work of another kind.
_SUBGOAL = "subgoal"


class Link(NamedTuple):
    """What supports a goal, and by which weight."""

    gid: str
    weight: float
    kind: str
    name: Any


class Links:
    """The relationships of goals.

    Parameters
    ----------
    relationships
        As ``asana.goal_relationships.list(supported_goal=goals)`` returns them; None for none.
    what
        The function that asks, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """

    def __init__(self, relationships: pd.DataFrame | None, *, what: str) -> None:
        #: Goal -> what supports it, in the order given.
        self.of: dict[str, list[Link]] = {}
        #: Goal -> the goals that it is a sub-goal of.
        self.above: dict[str, list[str]] = {}
        if relationships is None:
            return
        require_columns(
            relationships, [*_COLUMNS, "resource_subtype"], what=what, record="goal_relationship"
        )
        rows = drop_duplicates(relationships) if "gid" in relationships else relationships
        for goal, link in _links(rows):
            self.of.setdefault(goal, []).append(link)
            if link.kind == "goal":
                self.above.setdefault(link.gid, []).append(goal)

    def subgoals(self, goal: str) -> list[Link]:
        """Return the sub-goals of a goal."""
        return [link for link in self.of.get(goal, ()) if link.kind == "goal"]


def _links(rows: pd.DataFrame) -> Iterator[tuple[str, Link]]:
    named = rows.drop_duplicates(["supported_goal_gid", "supporting_resource_gid"], keep="last")
    known = named.dropna(subset=["supported_goal_gid", "supporting_resource_gid"])
    kinds = known.get("supporting_resource_resource_type", pd.Series(None, index=known.index))
    names = known.get("supporting_resource_name", pd.Series(None, index=known.index))
    is_subgoal = known["resource_subtype"] == _SUBGOAL
    columns = (known[name] for name in _COLUMNS)
    for goal, gid, weight, kind, name, below in zip(
        *columns, kinds, names, is_subgoal, strict=True
    ):
        number = 0.0 if pd.isna(weight) else float(weight)
        what = "goal" if below else "work" if pd.isna(kind) else str(kind)
        yield goal, Link(gid, number, what, name)


def in_order(goals: pd.DataFrame, links: Links) -> list[str]:
    """Return all goals, those of the relationships too, each after its sub-goals.

    Raises
    ------
    InvalidArgument
        Goals support each other in a circle; the message names it.
    """
    below = {goal: [link.gid for link in links.subgoals(goal)] for goal in links.of}
    graph = {gid: below.get(gid, []) for gid in [*goals["gid"], *below]}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as cycle:
        names = dict(zip(goals["gid"], goals["name"], strict=True))
        # From a goal down to its sub-goals, where the sorter goes up.
        circle = " > ".join(str(names.get(gid, gid)) for gid in reversed(cycle.args[1]))
        raise InvalidArgument(f"These goals support each other in a circle: {circle}.") from None


def parents_of(goals: pd.DataFrame, links: Links) -> dict[str, pd.Series[Any]]:
    """Return parents, depth and path of each goal, a row per goal in the order given.

    Parents that are not among the goals are left out: nothing more is known of them.
    """
    names = dict(zip(goals["gid"], goals["name"], strict=True))
    parents = {gid: [up for up in links.above.get(gid, ()) if up in names] for gid in names}
    ways = _shortest_ways(parents)
    gids = list(goals["gid"])
    return {
        "parent_gids": _tuples([tuple(parents[gid]) for gid in gids]),
        "parent_names": _tuples([tuple(names[up] for up in parents[gid]) for gid in gids]),
        "depth": pd.Series([len(ways[gid]) - 1 for gid in gids], dtype="Int64"),
        "path": _tuples([tuple(names[step] for step in ways[gid]) for gid in gids]),
    }


def _shortest_ways(parents: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Return for each goal the way from the top with the fewest goals, the first of several."""
    ways: dict[str, tuple[str, ...]] = {gid: (gid,) for gid, above in parents.items() if not above}
    below: dict[str, list[str]] = {}
    for gid, above in parents.items():
        for up in above:
            below.setdefault(up, []).append(gid)
    level = list(ways)
    while level:
        following = []
        for gid in level:
            for child in below.get(gid, ()):
                if child not in ways:
                    ways[child] = (*ways[gid], child)
                    following.append(child)
        level = following
    return ways


def _tuples(values: list[tuple[Any, ...]]) -> pd.Series[Any]:
    # Said to be objects, or tuples of one length would become a table.
    return pd.Series(values, dtype=object)
