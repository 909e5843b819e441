"""Pick a project, and a section of it."""

from __future__ import annotations

from typing import Any

import traitlets

from asana_frames.asana import Asana
from asana_frames.exceptions import InvalidArgument
from asana_frames.types import Ref, Refs
from asana_frames.widgets.background import LOCK
from asana_frames.widgets.closing import close_on_error
from asana_frames.widgets.pickers.level import Level
from asana_frames.widgets.pickers.picker import Picker, make_checkbox
from asana_frames.widgets.pickers.team_picker import TEAM, choose_team_or_workspace
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

PROJECT = Level(
    "project",
    "Project",
    arguments=lambda chosen: {
        **choose_team_or_workspace(chosen),
        "archived": None if chosen.get("archived") else False,
    },
    fields=("name", "team", "owner", "due_on", "archived", "permalink_url"),
    parent="workspace",
    dependencies=("team", "archived"),
    qualifiers=("team_name", "owner_name", "due_on"),
    ancestor_paths={"workspace": "workspace", "team": "team"},
    typeahead="project",
)
SECTION = Level(
    "section",
    "Section",
    method="list_for_project",
    parent="project",
    placeholder="All sections",
    ancestor_paths={"project": "project"},
)


class ProjectPicker(Picker):
    """Pick a project, and a section of it: workspace > team > project > section.

    Projects are listed with ``GET /projects`` of the workspace or team.

    %(parameters)s
    archived
        Whether archived projects are listed too; the picker has a checkbox for it.
    sections
        Whether a section can be picked; never with ``multiple``.
    workspace, team
        The initial choice above.
    section
        The initial section, one of ``value``.

    %(attributes)s
    section : str or None
        gid of the section; None for all sections. Can be observed and set like ``value``.

    %(raises)s

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

    _levels: tuple[Level, ...] = (WORKSPACE, TEAM, PROJECT, SECTION)
    _record = "project"

    section: Any = traitlets.TraitType(None, help="gid of the section.")

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
        key: str | None = None,
    ) -> None:
        if multiple or not sections:
            self._levels = self._levels[:-1]
        super().__init__(
            asana,
            value,
            multiple=multiple,
            places={"workspace": workspace, "team": team},
            options={"archived": make_checkbox("Archived too", archived)},
            key=key,
        )
        if "section" in self._choices:
            self._choices["section"].observe(self._handle_section, "chosen")
        if self._is_recalled:
            section = self._recall_section()
        with close_on_error(self):
            self.section = section

    @property
    def team(self) -> str | None:
        """Return the gid of the team, None for all teams."""
        return self.gid_of("team")

    def _recall_section(self) -> str | None:
        return self.gid_of("section") if "section" in self._choices else None

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
        is_comparable = wanted is None or isinstance(wanted, str)
        if not is_comparable or wanted != self.gid_of("section"):
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
            choice.set_rows(found)
