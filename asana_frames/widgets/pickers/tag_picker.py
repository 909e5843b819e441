"""Pick a tag."""

from __future__ import annotations

from asana_frames.widgets.pickers.level import Level
from asana_frames.widgets.pickers.picker import InWorkspacePicker
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

TAG = Level(
    "tag",
    "Tag",
    fields=("name", "color", "created_at"),
    parent="workspace",
    qualifiers=("color", "created_at"),
    ancestor_paths={"workspace": "workspace"},
    typeahead="tag",
)


class TagPicker(InWorkspacePicker):
    """Pick a tag: workspace > tag (``GET /tags``).

    %(parameters)s
    workspace
        The initial workspace.

    %(attributes)s

    %(raises)s

    Examples
    --------
    >>> import asana_frames as af
    >>> TagPicker(af.sandbox(), ["quick win", "blocked"], multiple=True)
    TagPicker(workspace='Acme', tag=['quick win', 'blocked'])
    """

    _levels = (WORKSPACE, TAG)
    _record = "tag"
