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
    """Pick a workspace; if there is only one, it is picked.

    Parameters
    ----------
    asana
        The connection whose workspaces are listed (``GET /workspaces``).
    value
        The initial choice: gid, name, URL, row.
    multiple
        Whether several objects can be picked.

    Attributes
    ----------
    value : str, list of str or None
        gid of the workspace; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` matches no object, or several.

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
        The connection whose teams are listed (``GET /workspaces/{workspace_gid}/teams``).
    value
        The initial choice: gid, name, URL, row.
    multiple
        Whether several objects can be picked.
    workspace
        The initial choice above.

    Attributes
    ----------
    value : str, list of str or None
        gid of the team; with ``multiple`` the gids.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value`` or ``workspace`` matches no object, or several.
    """

    _level = replace(TEAM, placeholder=Level.placeholder)


class ProjectPicker(Cascade):
    """Pick a project, and a section of it: workspace > team > project > section.

    Parameters
    ----------
    asana
        The connection whose projects are listed (``GET /projects`` of the workspace or team).
    value
        The initial choice: gid, name, URL, row.
    multiple
        Whether several projects can be picked; without sections.
    archived
        Whether archived projects are listed too; the picker has a checkbox for it.
    sections
        Whether a section can be picked.
    workspace, team
        The initial choice above.
    section
        The initial section, one of ``value``.

    Attributes
    ----------
    value : str, list of str or None
        gid of the project; with ``multiple`` the gids.
    section : str or None
        gid of the section; None for all sections. Can be observed and set like ``value``.

    Raises
    ------
    UnknownReference, AmbiguousReference
        ``value``, ``workspace`` or ``team`` matches no object, or several.
    NotFound
        No project has the gid.

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
            self._choices["section"].observe(self._handle_section, "chosen")
        self.section = section

    @property
    def team(self) -> str | None:
        """Return the gid of the team, None for all teams."""
        return self.gid_of("team")

    def _handle_section(self, _: Any) -> None:
        self.section = self.gid_of("section")

    @traitlets.validate("section")
    def _resolve_section(self, proposal: Any) -> str | None:
        """Resolve a reference to a section of the picked project, and select it."""
        wanted = proposal["value"]
        if "section" not in self._choices:
            if wanted is not None:
                raise InvalidArgument(
                    "This picker has no sections; use sections=True, multiple=False."
                )
            return None
        # A frame or row is a reference too, and cannot be compared.
        is_chosen = (wanted is None or isinstance(wanted, str)) and wanted == self.gid_of(
            "section"
        )
        if not is_chosen:
            if wanted is not None and self.value is None:
                raise InvalidArgument("A section belongs to a project: pick the project first.")
            self._select_section(wanted)
        return self.gid_of("section")

    def _select_section(self, reference: Any) -> None:
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
            raise InvalidArgument(f"This is a section of {name!r}: pick that project first.")
        with LOCK:
            # Keep the choice even if the list of sections does not contain it.
            self._levels_set_by_code.add("section")
            choice.set_rows(found)


def _make_checkbox(label: str, is_ticked: bool) -> Any:
    return ipw.Checkbox(
        description=label, value=bool(is_ticked), indent=False, layout=ipw.Layout(width="auto")
    )
