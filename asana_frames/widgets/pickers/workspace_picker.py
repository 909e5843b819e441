"""Pick a workspace."""

from __future__ import annotations

from asana_frames.asana import Asana
from asana_frames.types import Refs
from asana_frames.widgets.pickers.level import Level
from asana_frames.widgets.pickers.picker import Picker

WORKSPACE = Level("workspace", "Workspace")


class WorkspacePicker(Picker):
    """Pick a workspace (``GET /workspaces``); if there is only one, it is picked.

    %(parameters)s

    %(attributes)s

    %(raises)s

    Examples
    --------
    >>> import asana_frames as af
    >>> picker = WorkspacePicker(af.sandbox()).wait()
    >>> picker
    WorkspacePicker(workspace='Acme')
    """

    _levels = (WORKSPACE,)
    _record = "workspace"

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        key: str | None = None,
    ) -> None:
        super().__init__(asana, value, multiple=multiple, key=key)
