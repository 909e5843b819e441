"""InWorkspace: base class of pickers with the levels workspace and one below it."""

from __future__ import annotations

from typing import ClassVar

from asana_frames.asana import Asana
from asana_frames.types import Ref, Refs
from asana_frames.widgets.pickers.cascade import Cascade
from asana_frames.widgets.pickers.levels import WORKSPACE, Level


class InWorkspace(Cascade):
    """Pick from a list of a workspace; subclasses set the level as ``_level``.

    Parameters
    ----------
    asana
        The connection whose objects are listed.
    value
        The initial choice.
    multiple
        Whether several objects can be picked.
    workspace
        The initial workspace.
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
