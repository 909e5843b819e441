"""A picker of one thing in a workspace, with no level between."""

from __future__ import annotations

from typing import ClassVar

from asana_frames.asana import Asana
from asana_frames.types import Ref, Refs
from asana_frames.widgets.pickers.cascade import Cascade
from asana_frames.widgets.pickers.levels import WORKSPACE, Level


class InWorkspace(Cascade):
    """Pick one of a list that a workspace has; subclasses say which list.

    Parameters
    ----------
    asana
        Whose objects.
    value
        What is picked to begin with.
    multiple
        Pick several.
    workspace
        Where to begin.
    """

    _level: ClassVar[Level]

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        workspace: Ref | None = None,
    ) -> None:
        super().__init__(
            asana,
            [WORKSPACE, self._level],
            picks=self._level.name,
            multiple=multiple,
            value=value,
            places={"workspace": workspace},
        )
