"""Pickers of what is in a workspace: a portfolio, a goal, a person, a tag, a task."""

from __future__ import annotations

from asana_frames.asana import Asana
from asana_frames.types import Ref, Refs
from asana_frames.widgets.pickers.cascade import Cascade
from asana_frames.widgets.pickers.in_workspace import InWorkspace
from asana_frames.widgets.pickers.levels import (
    GOAL,
    PORTFOLIO,
    TAG,
    TASK,
    TEAM,
    TIME_PERIOD,
    USER,
    WORKSPACE,
)


class PortfolioPicker(InWorkspace):
    """Pick a portfolio of yours: workspace > portfolio.

    Parameters
    ----------
    asana
        Whose portfolios (``GET /portfolios``; Asana lists nobody else's).
    value
        What is picked to begin with: gid, name, URL, row.
    multiple
        Pick several.
    workspace
        Where to begin.

    Attributes
    ----------
    value : str, list of str or None
        gid of the portfolio; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` or ``workspace`` names nothing, or several.
    """

    _level = PORTFOLIO


class GoalPicker(Cascade):
    """Pick a goal from the tree of goals, of one period or of all: workspace > period > goal.

    Parameters
    ----------
    asana
        Whose goals (``GET /goals``, ``GET /time_periods``). Up to 200 goals are shown as a tree,
        for which ``GET /goal_relationships`` is asked once per goal.
    value
        What is picked to begin with: gid, name, URL, row.
    multiple
        Pick several.
    workspace, period
        Where to begin.

    Attributes
    ----------
    value : str, list of str or None
        gid of the goal; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value``, ``workspace`` or ``period`` names nothing, or several.
    """

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        workspace: Ref | None = None,
        period: Ref | None = None,
    ) -> None:
        super().__init__(
            asana,
            [WORKSPACE, TIME_PERIOD, GOAL],
            picks="goal",
            multiple=multiple,
            value=value,
            places={"workspace": workspace, "time_period": period},
        )

    @property
    def period(self) -> str | None:
        """Return the gid of the time period, None for all periods."""
        return self.gid_of("time_period")


class UserPicker(Cascade):
    """Pick a person: workspace > team > person.

    Parameters
    ----------
    asana
        Whose people (``GET /users`` of the workspace or of the team).
    value
        What is picked to begin with: gid, name, e-mail address, "me", row.
    multiple
        Pick several.
    workspace, team
        Where to begin.

    Attributes
    ----------
    value : str, list of str or None
        gid of the person; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value``, ``workspace`` or ``team`` names nothing, or several.
    """

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        workspace: Ref | None = None,
        team: Ref | None = None,
    ) -> None:
        super().__init__(
            asana,
            [WORKSPACE, TEAM, USER],
            picks="user",
            multiple=multiple,
            value=value,
            places={"workspace": workspace, "team": team},
        )

    @property
    def team(self) -> str | None:
        """Return the gid of the team, None for all teams."""
        return self.gid_of("team")


class TagPicker(InWorkspace):
    """Pick a tag: workspace > tag.

    Parameters
    ----------
    asana
        Whose tags (``GET /tags``).
    value
        What is picked to begin with: gid, name, row.
    multiple
        Pick several.
    workspace
        Where to begin.

    Attributes
    ----------
    value : str, list of str or None
        gid of the tag; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` or ``workspace`` names nothing, or several.
    """

    _level = TAG


class TaskPicker(InWorkspace):
    """Pick a task by typing a part of its name: workspace > task.

    What is typed is asked for when nothing has been typed for 0.3 s, and never while another
    answer is on its way (``GET /workspaces/{workspace_gid}/typeahead``, which is quick and neither
    complete nor exact).

    Parameters
    ----------
    asana
        Whose tasks.
    value
        What is picked to begin with: gid, name, URL, row.
    multiple
        Pick several, from one search after the other.
    workspace
        Where to begin.

    Attributes
    ----------
    value : str, list of str or None
        gid of the task; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` or ``workspace`` names nothing, or several.
    """

    _level = TASK
