"""Pick a team."""

from __future__ import annotations

from asana_frames.widgets.pickers.level import Chosen, Level
from asana_frames.widgets.pickers.picker import InWorkspacePicker
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

TEAM = Level(
    "team",
    "Team",
    method="list_for_workspace",
    parent="workspace",
    placeholder="All teams",
    ancestor_paths={"workspace": "organization"},
)


def choose_team_or_workspace(chosen: Chosen) -> dict[str, str]:
    """Return the argument for a list of the chosen team, or of the workspace if there is none."""
    name = "team" if chosen.get("team") else "workspace"
    return {name: chosen[name]}


class TeamPicker(InWorkspacePicker):
    """Pick a team: workspace > team (``GET /workspaces/{workspace_gid}/teams``).

    %(parameters)s
    workspace
        The initial workspace.

    %(attributes)s

    %(raises)s

    Examples
    --------
    >>> import asana_frames as af
    >>> TeamPicker(af.sandbox(), "Marketing")
    TeamPicker(workspace='Acme', team='Marketing')
    """

    _levels = (WORKSPACE, TEAM)
    _record = "team"
