"""Projects below portfolios, through portfolios within portfolios."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import partial

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.calls.subject import name_subject
from asana_frames.catalog import columns_of, load
from asana_frames.frames import build_array, concatenate
from asana_frames.gather.shared import (
    add_attrs,
    add_fields,
    check_depth,
    read_tolerantly,
    record_gather,
    unpack_single,
)
from asana_frames.types import Fields, Refs

#: The most ways that are listed to one portfolio or project; portfolios that share portfolios on
#: every level have twice as many with each.
MAX_WAYS = 100

_Way = tuple[str, ...]


def portfolio_items(
    asana: Asana,
    portfolio: Refs,
    depth: int | None = None,
    *,
    fields: Fields = None,
    portfolios: bool = False,
) -> pd.DataFrame:
    """Read the projects below portfolios, level by level.

    Portfolios within portfolios are read as well, each once, also where they contain each other.

    Parameters
    ----------
    asana
        The connection.
    portfolio
        References to one portfolio or to many.
    depth
        Number of levels of portfolios to read; 1 for the projects that are in the given ones
        themselves, None for all levels.
    fields
        Asana paths, ``"all"`` or None for the default columns of projects.
    portfolios
        Whether the portfolios have rows too, the given ones first, as ``rollups.portfolio`` takes
        them; ``portfolio_gids`` then tells in which each project and portfolio is.

    Returns
    -------
    DataFrame
        One row per project with the columns of ``projects.list`` and the custom fields that the
        portfolios define, then ``path``: a tuple of the ways on which the project is reached,
        shortest first. Each way is the gids of portfolios from a given one down to the one that
        has the project, separated by ``/``, such as ``"12/34"``; none contains a portfolio twice.
        At most 100 are listed; ``attrs["asana"]["cut_paths"]`` counts the projects that may have
        more. Source: ``GET /portfolios/{portfolio_gid}/items``.

    Raises
    ------
    InvalidArgument
        ``depth`` is not an integer of at least 1.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox()
    >>> projects = portfolio_items(asana, asana.portfolios.list(workspace="Acme", owner="me"))
    >>> projects["gid"].is_unique
    True
    >>> projects["path"].map(len).min() >= 1
    np.True_
    """
    check_depth(depth)
    wanted, added = add_fields(_name_project_fields(fields), "resource_type")
    levels: list[pd.DataFrame] = []
    #: Project or portfolio -> the portfolios that it is in.
    parents_of: dict[str, list[str]] = {}
    with record_gather(asana, "portfolio_items", levels) as last:
        roots = asana.references.gids(portfolio, ["portfolio"])
        requested, unread = set(roots), roots
        while unread or not levels:
            read = partial(asana.portfolios.list_items, unpack_single(unread), fields=wanted)
            level = read_tolerantly(asana, read) if levels else read()
            last.add_failures(asana.last)
            levels.append(level)
            for gid, parents in zip(level["gid"], level["portfolio_gids"], strict=True):
                parents_of.setdefault(gid, []).extend(parents)
            below = level.loc[level["resource_type"] == "portfolio", "gid"]
            unread = [gid for gid in below if gid not in requested]
            requested.update(unread)
            if len(levels) == depth:
                break
        if portfolios:
            levels.insert(0, _read_roots(asana, roots, levels[0]))
            last.add_failures(asana.last)
    found = concatenate(levels)
    if portfolios:
        attrs = {"record": "project", **name_subject(portfolio)}
        return add_attrs(_add_parents(found, parents_of), last, **attrs)
    projects = found[found["resource_type"] != "portfolio"].reset_index(drop=True)
    ways = _list_ways(roots, parents_of, requested, depth)
    paths = [_join_ways(ways, parents_of[gid]) for gid in projects["gid"]]
    frame = projects.drop(columns=[*added, "portfolio_gids"]).assign(
        path=build_array("tuple", paths)
    )
    cut = sum(len(path) == MAX_WAYS for path in paths)
    return add_attrs(frame, last, record="project", cut_paths=cut, **name_subject(portfolio))


def _read_roots(asana: Asana, roots: list[str], items: pd.DataFrame) -> pd.DataFrame:
    """Read the given portfolios, with the columns of their items that portfolios have."""
    known = {column.path for column in columns_of("portfolio", ("all",))}
    paths = [column.path for column in columns_of("project", ("all",)) if column.name in items]
    wanted = [path for path in dict.fromkeys(paths) if path in known and path != "gid"]
    frame = asana.portfolios.get(unpack_single(roots), fields=[*wanted, "resource_type"])
    return frame


def _add_parents(items: pd.DataFrame, parents_of: Mapping[str, list[str]]) -> pd.DataFrame:
    """Return items with all portfolios in which they were found, on whichever level."""
    name_of = dict(zip(items["gid"], items["name"], strict=True))
    parents = [tuple(dict.fromkeys(parents_of.get(gid, ()))) for gid in items["gid"]]
    names = [tuple(name_of.get(parent) for parent in each) for each in parents]
    return items.assign(
        portfolio_gids=build_array("tuple", parents), portfolio_names=build_array("tuple", names)
    )


def _name_project_fields(fields: Fields) -> Fields:
    """Return the paths of the columns of projects, unless some are asked for."""
    is_all = isinstance(fields, str) and fields == "all"
    if fields is not None and not is_all:
        return fields
    return [field.path for field in load().record("project").fields if is_all or field.default]


def _list_ways(
    roots: Iterable[str],
    parents_of: Mapping[str, Iterable[str]],
    portfolios: Container[str],
    depth: int | None,
) -> dict[str, list[_Way]]:
    """Return the ways to each portfolio from above, the shortest first."""
    children: dict[str, list[str]] = {}
    for child, parents in parents_of.items():
        for parent in parents if child in portfolios else ():
            children.setdefault(parent, []).append(child)
    ways: dict[str, list[_Way]] = {}
    waiting: deque[_Way] = deque((root,) for root in roots)
    while waiting:
        way = waiting.popleft()
        known = ways.setdefault(way[-1], [])
        if len(known) == MAX_WAYS:
            continue
        known.append(way)
        if depth is None or len(way) < depth:
            below = children.get(way[-1], ())
            waiting.extend((*way, child) for child in below if child not in way)
    return ways


def _join_ways(ways: Mapping[str, Sequence[_Way]], parents: Iterable[str]) -> tuple[str, ...]:
    """Return the ways to a project as text."""
    found = sorted((way for parent in parents for way in ways.get(parent, ())), key=len)
    return tuple("/".join(way) for way in found[:MAX_WAYS])
