"""Pick a person."""

from __future__ import annotations

from asana_frames.asana import Asana
from asana_frames.types import Ref, Refs
from asana_frames.widgets.pickers.level import Level
from asana_frames.widgets.pickers.picker import Picker
from asana_frames.widgets.pickers.team_picker import TEAM, choose_team_or_workspace
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

USER = Level(
    "user",
    "Person",
    arguments=choose_team_or_workspace,
    fields=("name", "email"),
    parent="workspace",
    dependencies=("team",),
    plural="people",
    qualifiers=("email",),
    ancestor_paths={"workspace": "workspaces"},
    typeahead="user",
)


class UserPicker(Picker):
    """Pick a person: workspace > team > person (``GET /users`` of the workspace or team).

    ``value`` can also be an e-mail address or "me".

    %(parameters)s
    workspace, team
        The initial choice above.

    %(attributes)s

    %(raises)s

    Examples
    --------
    >>> import asana_frames as af
    >>> UserPicker(af.sandbox(), "Ben Fischer")
    UserPicker(workspace='Acme', team=None, user='Ben Fischer')
    """

    _levels = (WORKSPACE, TEAM, USER)
    _record = "user"

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        workspace: Ref | None = None,
        team: Ref | None = None,
        key: str | None = None,
    ) -> None:
        places = {"workspace": workspace, "team": team}
        super().__init__(asana, value, multiple=multiple, places=places, key=key)

    @property
    def team(self) -> str | None:
        """Return the gid of the team, None for all teams."""
        return self.gid_of("team")
