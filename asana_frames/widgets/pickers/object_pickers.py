"""Pickers of objects in a workspace: portfolio, goal, user, tag, task."""

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
    """Pick one of your portfolios: workspace > portfolio.

    Parameters
    ----------
    asana
        The connection whose portfolios are listed (``GET /portfolios``; only your own).
    value
        The initial choice: gid, name, URL, row.
    multiple
        Whether several objects can be picked.
    workspace
        The initial choice above.

    Attributes
    ----------
    value : str, list of str or None
        gid of the portfolio; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` or ``workspace`` matches no object, or several.
    """

    _level = PORTFOLIO


class GoalPicker(Cascade):
    """Pick a goal from the tree of goals, of one period or of all: workspace > period > goal.

    Parameters
    ----------
    asana
        The connection whose goals are listed (``GET /goals``, ``GET /time_periods``). Up to 200
        goals are shown as a tree, which takes one ``GET /goal_relationships`` per goal.
    value
        The initial choice: gid, name, URL, row.
    multiple
        Whether several objects can be picked.
    workspace, period
        The initial choice above.

    Attributes
    ----------
    value : str, list of str or None
        gid of the goal; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value``, ``workspace`` or ``period`` matches no object, or several.
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
        The connection whose users are listed (``GET /users`` of the workspace or team).
    value
        The initial choice: gid, name, e-mail address, "me", row.
    multiple
        Whether several objects can be picked.
    workspace, team
        The initial choice above.

    Attributes
    ----------
    value : str, list of str or None
        gid of the person; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value``, ``workspace`` or ``team`` matches no object, or several.
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
        The connection whose tags are listed (``GET /tags``).
    value
        The initial choice: gid, name, row.
    multiple
        Whether several objects can be picked.
    workspace
        The initial choice above.

    Attributes
    ----------
    value : str, list of str or None
        gid of the tag; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` or ``workspace`` matches no object, or several.
    """

    _level = TAG


class TaskPicker(InWorkspace):
    """Pick a task by typing a part of its name: workspace > task.

    A search is sent after a pause of 0.3 s in typing, and never while another one is running
    (``GET /workspaces/{workspace_gid}/typeahead``, which is fast, but neither complete nor exact).

    Parameters
    ----------
    asana
        The connection whose tasks are searched.
    value
        The initial choice: gid, name, URL, row.
    multiple
        Whether several tasks can be picked, also from different searches.
    workspace
        The initial choice above.

    Attributes
    ----------
    value : str, list of str or None
        gid of the task; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` or ``workspace`` matches no object, or several.
    """

    _level = TASK
