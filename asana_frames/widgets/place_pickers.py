"""Pickers of places: a workspace, a team, a project and its section."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ipywidgets as ipw

from asana_frames.asana import Asana
from asana_frames.types import Ref, Refs
from asana_frames.widgets.cascade import Cascade
from asana_frames.widgets.in_workspace import InWorkspace
from asana_frames.widgets.levels import PROJECT, SECTION, TEAM, WORKSPACE, Level


class WorkspacePicker(Cascade):
    """Pick a workspace; one that is the only one is picked already.

    Parameters
    ----------
    asana
        Whose workspaces (``GET /workspaces``).
    value
        What is picked to begin with: gid, name, URL, row.
    multiple
        Pick several.

    Attributes
    ----------
    value : str, list of str or None
        gid of the workspace; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` names nothing, or several.

    Examples
    --------
    >>> import asana_frames as af
    >>> picker = WorkspacePicker(af.sandbox()).wait()
    >>> picker
    WorkspacePicker(workspace='Acme')
    """

    def __init__(self, asana: Asana, value: Refs | None = None, *, multiple: bool = False) -> None:
        super().__init__(asana, [WORKSPACE], picks="workspace", multiple=multiple, value=value)


class TeamPicker(InWorkspace):
    """Pick a team: workspace > team.

    Parameters
    ----------
    asana
        Whose teams (``GET /workspaces/{workspace_gid}/teams``).
    value
        What is picked to begin with: gid, name, URL, row.
    multiple
        Pick several.
    workspace
        Where to begin.

    Attributes
    ----------
    value : str, list of str or None
        gid of the team; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` or ``workspace`` names nothing, or several.
    """

    _level = replace(TEAM, unchosen=Level.unchosen)


class ProjectPicker(Cascade):
    """Pick a project, and a section of it: workspace > team > project > section.

    Parameters
    ----------
    asana
        Whose projects (``GET /projects`` of the workspace or of the team).
    value
        What is picked to begin with: gid, name, URL, row.
    multiple
        Pick several; there are no sections then.
    archived
        Whether archived projects are offered too; there is a box to tick for it.
    sections
        Whether a section can be picked.
    workspace, team
        Where to begin.

    Attributes
    ----------
    value : str, list of str or None
        gid of the project; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value``, ``workspace`` or ``team`` names nothing, or several.
    NotFound
        There is no project of that gid.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox()
    >>> picker = ProjectPicker(asana, "Website relaunch")
    >>> picker
    ProjectPicker(workspace='Acme', team='Marketing', project='Website relaunch', section=None)
    >>> len(asana.tasks.list(project=picker, limit=50))
    50
    """

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        archived: bool = False,
        sections: bool = True,
        workspace: Ref | None = None,
        team: Ref | None = None,
    ) -> None:
        levels = [WORKSPACE, TEAM, PROJECT]
        super().__init__(
            asana,
            levels if multiple or not sections else [*levels, SECTION],
            picks="project",
            multiple=multiple,
            value=value,
            places={"workspace": workspace, "team": team},
            options={"archived": _box("Archived too", archived)},
        )

    @property
    def team(self) -> str | None:
        """Return the gid of the team, None for all teams."""
        return self.gid_of("team")

    @property
    def section(self) -> str | None:
        """Return the gid of the section, None for all sections."""
        return self.gid_of("section")


def _box(label: str, is_ticked: bool) -> Any:
    return ipw.Checkbox(
        description=label, value=is_ticked, indent=False, layout=ipw.Layout(width="auto")
    )
