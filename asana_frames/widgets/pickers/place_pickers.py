"""Pickers of places: a workspace, a team, a project and its section."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames.asana import Asana
from asana_frames.exceptions import InvalidArgument
from asana_frames.types import Ref, Refs
from asana_frames.widgets.pickers.cascade import Cascade
from asana_frames.widgets.pickers.choice import LOCK
from asana_frames.widgets.pickers.in_workspace import InWorkspace
from asana_frames.widgets.pickers.levels import PROJECT, SECTION, TEAM, WORKSPACE, Level
from asana_frames.widgets.pickers.traits import Anything


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
    section
        The section of ``value`` that is picked to begin with.

    Attributes
    ----------
    value : str, list of str or None
        gid of the project; with ``multiple`` the gids.
    section : str or None
        gid of the section; None for all sections. It can be observed and set as ``value`` can.

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

    section = Anything(None, help="gid of the section.")

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
        section: Ref | None = None,
    ) -> None:
        levels = [WORKSPACE, TEAM, PROJECT]
        super().__init__(
            asana,
            levels if multiple or not sections else [*levels, SECTION],
            picks="project",
            multiple=multiple,
            value=value,
            places={"workspace": workspace, "team": team},
            options={"archived": _make_checkbox("Archived too", archived)},
        )
        if "section" in self._choices:
            self._choices["section"].observe(self._chose_section, "chosen")
        self.section = section

    @property
    def team(self) -> str | None:
        """Return the gid of the team, None for all teams."""
        return self.gid_of("team")

    def _chose_section(self, _: Any) -> None:
        self.section = self.gid_of("section")

    @traitlets.validate("section")
    def _resolved_section(self, proposal: Any) -> str | None:
        """Go to a section that code names, in the project that is picked."""
        wanted = proposal["value"]
        if "section" not in self._choices:
            if wanted is not None:
                raise InvalidArgument("Sections can be picked of one project, with sections=True.")
            return None
        if wanted != self.gid_of("section"):
            if wanted is not None and self.value is None:
                raise InvalidArgument("A section is one of a project: pick the project first.")
            self._go_to_section(wanted)
        return self.gid_of("section")

    def _go_to_section(self, reference: Any) -> None:
        choice = self._choices["section"]
        gids: list[str] = []
        if reference is not None:
            gids = self._asana.references.gids(reference, ["section"], within=self.value)
        if set(gids) <= set(choice.rows["gid"]):
            with LOCK:
                choice.choose(gids[:1])
            return
        found = SECTION.get(self._asana, gids[:1])
        if found["project_gid"][0] != self.value:
            name = found["project_name"][0]
            raise InvalidArgument(f"That is a section of {name!r}: pick this project first.")
        with LOCK:
            # Believed until the list of sections has arrived, and after it.
            self._pinned.add("section")
            choice.adopt(found)


def _make_checkbox(label: str, is_ticked: bool) -> Any:
    return ipw.Checkbox(
        description=label, value=is_ticked, indent=False, layout=ipw.Layout(width="auto")
    )
