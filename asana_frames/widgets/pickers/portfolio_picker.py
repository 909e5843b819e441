"""Pick one of your portfolios."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.types import Ref, Refs
from asana_frames.widgets.pickers.level import Chosen, Level
from asana_frames.widgets.pickers.picker import Picker, make_checkbox
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE


class _PortfolioLevel(Level):
    """Your portfolios, without archived ones unless they are wanted."""

    def read(self, asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
        """Yield the portfolios; Asana has no filter for archived ones."""
        for frame in super().read(asana, chosen):
            is_shown = ~frame["archived"].fillna(False) | bool(chosen.get("archived"))
            yield frame[is_shown]


PORTFOLIO = _PortfolioLevel(
    "portfolio",
    "Portfolio",
    # Asana lists only your own portfolios.
    arguments=lambda chosen: {"workspace": chosen["workspace"], "owner": "me"},
    fields=("name", "owner", "due_on", "archived", "permalink_url"),
    parent="workspace",
    dependencies=("archived",),
    qualifiers=("owner_name", "due_on"),
    ancestor_paths={"workspace": "workspace"},
)


class PortfolioPicker(Picker):
    """Pick one of your portfolios: workspace > portfolio (``GET /portfolios``).

    %(parameters)s
    archived
        Whether archived portfolios are listed too; the picker has a checkbox for it.
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

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        archived: bool = False,
        workspace: Ref | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(
            asana,
            value,
            multiple=multiple,
            places={"workspace": workspace},
            options={"archived": make_checkbox("Archived too", archived)},
            key=key,
        )
