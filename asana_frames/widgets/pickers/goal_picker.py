"""Pick a goal from the tree of goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.exceptions import AsanaError
from asana_frames.types import Ref, Refs
from asana_frames.widgets.pickers.level import Chosen, Level
from asana_frames.widgets.pickers.picker import Picker
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

#: Maximum number of goals shown as a tree, which takes a request per goal.
MAX_TREE = 200


class _GoalLevel(Level):
    """The goals of one period or of all, as a tree."""

    def read(self, asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
        """Yield the goals in one frame; the tree needs all of them."""
        goals = asana.goals.list(
            workspace=chosen["workspace"],
            time_periods=chosen.get("time_period"),
            fields=self.fields,
        )
        yield order_as_tree(goals, asana) if 1 < len(goals) <= MAX_TREE else goals


def order_as_tree(goals: pd.DataFrame, asana: Asana) -> pd.DataFrame:
    """Sort goals as a tree and add their ``depth``; unchanged if the links cannot be read.

    A goal that supports several is placed below the first; one whose parents are not in the frame
    is placed at the top.
    """
    try:
        links = asana.goal_relationships.list(
            supported_goal=goals,
            fields=["supporting_resource", "supported_goal"],
            errors="raise",
        )
    except AsanaError:
        # The list is usable without the order.
        return goals
    known = dict.fromkeys(goals["gid"])
    above = {
        child: parent
        for child, parent in zip(
            links["supporting_resource_gid"][::-1], links["supported_goal_gid"][::-1], strict=True
        )
        if child in known and parent in known and child != parent
    }
    order = _order_depth_first(list(known), above)
    rows = goals.set_index("gid", drop=False).loc[[gid for gid, _ in order]]
    return rows.assign(depth=[depth for _, depth in order]).reset_index(drop=True)


def _order_depth_first(gids: list[str], above: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return each gid with its depth, parents before children."""
    below: dict[str | None, list[str]] = {}
    for gid in gids:
        below.setdefault(above.get(gid), []).append(gid)
    found: list[tuple[str, int]] = []
    waiting = [(gid, 0) for gid in reversed(below.get(None, []))]
    while waiting:
        gid, depth = waiting.pop()
        found.append((gid, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(gid, []))]
    visited = {gid for gid, _ in found}
    # Goals in a cycle have no top, but can still be chosen.
    return found + [(gid, 0) for gid in gids if gid not in visited]


TIME_PERIOD = Level(
    "time_period",
    "Time period",
    fields=("display_name", "start_on", "end_on"),
    parent="workspace",
    placeholder="All time periods",
)
GOAL = _GoalLevel(
    "goal",
    "Goal",
    fields=("name", "team", "owner", "time_period", "due_on", "status"),
    parent="workspace",
    dependencies=("time_period",),
    qualifiers=("team_name", "owner_name", "time_period_name", "due_on"),
    ancestor_paths={"workspace": "workspace"},
)


class GoalPicker(Picker):
    """Pick a goal from the tree of goals, of one period or of all: workspace > period > goal.

    Up to 200 goals are shown as a tree, which takes one ``GET /goal_relationships`` per goal
    besides ``GET /goals`` and ``GET /time_periods``.

    %(parameters)s
    workspace, period
        The initial choice above.

    %(attributes)s

    %(raises)s

    Examples
    --------
    >>> import asana_frames as af
    >>> GoalPicker(af.sandbox(), "Relaunch the website")
    GoalPicker(workspace='Acme', time_period=None, goal='Relaunch the website')
    """

    _levels = (WORKSPACE, TIME_PERIOD, GOAL)
    _record = "goal"

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        workspace: Ref | None = None,
        period: Ref | None = None,
        key: str | None = None,
    ) -> None:
        places = {"workspace": workspace, "time_period": period}
        super().__init__(asana, value, multiple=multiple, places=places, key=key)

    @property
    def period(self) -> str | None:
        """Return the gid of the time period, None for all periods."""
        return self.gid_of("time_period")
