"""The teams of people and the clients of projects, as lists: some have several."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR, tuple_column
from asana_frames.rollups.shared.inputs import read_frame, text_column
from asana_frames.rollups.shared.portfolio_items import find_top_portfolios

_WHAT = "rollups.entries"


def build_team_columns(
    memberships: pd.DataFrame, people: pd.Series[Any]
) -> dict[str, pd.Series[Any]]:
    """Build the lists of the teams that people are in."""
    needed = ["user_gid", "team_gid"]
    memberships = read_frame(memberships, needed, what=_WHAT, record="team_membership")
    pairs = pd.DataFrame({name: text_column(memberships, name) for name in needed})
    pairs["name"] = text_column(memberships, "team_name")
    pairs = pairs.dropna(subset=needed).drop_duplicates(needed, keep="last")
    pairs = pairs.sort_values(needed, kind="stable")
    return _build_lists("person_team", pairs, people)


def build_client_columns(
    clients: pd.DataFrame, projects: pd.Series[Any]
) -> dict[str, pd.Series[Any]]:
    """Build the lists of the clients that projects are for."""
    clients = read_frame(clients, ["gid", "name"], what=_WHAT, record="portfolio")
    if not {"portfolio_gids", "path"} & set(clients.columns):
        raise InvalidArgument(
            f"{_WHAT}: clients= needs the projects of portfolios, in portfolio_gids. Take the "
            f"portfolios that stand for clients, and pass "
            f"pd.concat([portfolios, asana.portfolios.list_items(portfolios)])."
        )
    named = clients.dropna(subset=["gid", "name"])
    names = dict(zip(named["gid"], named["name"], strict=True))
    pairs = pd.DataFrame(
        [(gid, top) for gid, tops in find_top_portfolios(clients).items() for top in tops],
        columns=["gid", "client_gid"],
        dtype=STR,
    )
    return _build_lists("client", pairs.assign(name=pairs["client_gid"].map(names)), projects)


def _build_lists(
    stem: str, pairs: pd.DataFrame, gids: pd.Series[Any]
) -> dict[str, pd.Series[Any]]:
    """Build the columns of lists that pairs of owner, item and its name give each gid."""
    owner, item, name = pairs.columns
    found = {}
    for end, column in (("gids", item), ("names", name)):
        lists = {
            str(gid): tuple(None if pd.isna(value) else value for value in values)
            for gid, values in pairs.groupby(owner, sort=False)[column]
        }
        cells = [lists.get(gid, ()) for gid in gids]
        found[f"{stem}_{end}"] = tuple_column(cells, gids.index)
    return found
