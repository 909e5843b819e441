"""Pick one of your portfolios."""

from __future__ import annotations

from asana_frames.widgets.pickers.level import Level
from asana_frames.widgets.pickers.picker import InWorkspacePicker
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

PORTFOLIO = Level(
    "portfolio",
    "Portfolio",
    # Asana lists only your own portfolios.
    arguments=lambda chosen: {"workspace": chosen["workspace"], "owner": "me"},
    fields=("name", "owner", "due_on", "permalink_url"),
    parent="workspace",
    qualifier="owner_name",
    ancestor_paths={"workspace": "workspace"},
)


class PortfolioPicker(InWorkspacePicker):
    """Pick one of your portfolios: workspace > portfolio (``GET /portfolios``).

    %(parameters)s
    workspace
        The initial workspace.

    %(attributes)s

    %(raises)s

    Examples
    --------
    >>> import asana_frames as af
    >>> PortfolioPicker(af.sandbox()).wait()
    PortfolioPicker(workspace='Acme', portfolio=None)
    """

    _levels = (WORKSPACE, PORTFOLIO)
    _record = "portfolio"
