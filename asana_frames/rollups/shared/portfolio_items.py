"""Which project or portfolio is in which portfolio."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import read_list_columns

#: Between the portfolios of a way, in the column ``path`` of ``gather.portfolio_items``.
_STEP = "/"


def list_item_pairs(items: pd.DataFrame) -> pd.DataFrame:
    """Return pairs of item and portfolio: ``gid`` and ``portfolio``, of all rows, sorted."""
    if "portfolio_gids" not in items:
        return pd.DataFrame({"gid": [], "portfolio": []}, dtype=STR)
    lists = read_list_columns(items[["gid", "portfolio_gids"]], ["portfolio_gids"])
    pairs = lists.reset_index(drop=True).explode("portfolio_gids").dropna()
    pairs = pairs.set_axis(["gid", "portfolio"], axis="columns").astype(STR)
    return pairs.drop_duplicates().sort_values(["gid", "portfolio"], ignore_index=True)


def find_top_portfolios(items: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Find the portfolios at the top of each item: those that are in no other of the items.

    Parameters
    ----------
    items
        Portfolios and what they hold: ``gid`` with ``portfolio_gids``, or with ``path`` as
        ``gather.portfolio_items`` returns it, whose ways begin with the portfolios asked for.

    Raises
    ------
    InvalidArgument
        Portfolios are in each other in a cycle.
    """
    above: dict[str, list[str]] = {}
    for gid, portfolio in list_item_pairs(items).itertuples(index=False):
        above.setdefault(gid, []).append(portfolio)
    tops: dict[str, tuple[str, ...]] = {}
    try:
        for gid in TopologicalSorter(above).static_order():
            found = [top for portfolio in above.get(gid, ()) for top in tops[portfolio]]
            tops[gid] = tuple(dict.fromkeys(found)) or (gid,)
    except CycleError as error:
        cycle = " > ".join(error.args[1])
        raise InvalidArgument(f"These portfolios are in each other in a cycle: {cycle}.") from None
    found_by_way = _find_first_steps(items)
    return {gid: tops[gid] for gid in above} | found_by_way


def _find_first_steps(items: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    if "path" not in items:
        return {}
    rows = read_list_columns(items[["gid", "path"]], ["path"])
    return {
        gid: tuple(sorted({way.split(_STEP)[0] for way in path}))
        for gid, path in rows.itertuples(index=False)
        if path
    }
