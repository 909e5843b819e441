"""Directed graphs: levels, longest and shortest paths, walks, ancestors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.gids import Positions

Numbers: TypeAlias = npt.NDArray[np.int64]
Node = TypeVar("Node")
#: Doublings after which a chain of parents that has not ended is a cycle.
_MOST_DOUBLINGS = 40


class Edges(NamedTuple):
    """Pairs of nodes, numbered from 0: the one before, and the one after it."""

    before: Numbers
    after: Numbers


def find_levels(edges: Edges, names: Sequence[str], *, what: str) -> Numbers:
    """Return how many edges the longest path to each node has.

    Parameters
    ----------
    edges
        The steps of paths.
    names
        One per node, for the message.
    what
        The beginning of the message, such as ``"These tasks wait for each other"``.

    Raises
    ------
    InvalidArgument
        There is a path from a node to itself; the message names the nodes on it.

    Examples
    --------
    >>> edges = Edges(np.array([0, 1, 0]), np.array([1, 2, 2]))
    >>> find_levels(edges, ["a", "b", "c", "d"], what="They wait")
    array([0, 1, 2, 0])
    """
    sorter = TopologicalSorter[int]()
    for before, after in zip(edges.before.tolist(), edges.after.tolist(), strict=True):
        sorter.add(after, before)
    try:
        sorter.prepare()
    except CycleError as error:
        nodes = error.args[1][:-1]
        # It begins with its first node, whichever node the sorter met first.
        first = nodes.index(min(nodes))
        nodes = [*nodes[first:], *nodes[: first + 1]]
        cycle = " > ".join(names[node] for node in nodes)
        raise InvalidArgument(f"{what} in a cycle: {cycle}.") from None
    found = np.zeros(len(names), dtype="int64")
    level = 0
    # Nodes that become ready together only come after those of earlier rounds.
    while sorter:
        ready = sorter.get_ready()
        found[list(ready)] = level
        sorter.done(*ready)
        level += 1
    return found


def find_heaviest_paths(
    weights: Numbers, edges: Edges, level: Numbers, starts: Numbers | None = None
) -> Numbers:
    """Return for each node the greatest sum of weights on a path that ends in it.

    Parameters
    ----------
    weights
        One per node, none below 0.
    edges
        The steps of paths.
    level
        One per node, from 0 on, rising along each edge, as ``find_levels`` returns them.
    starts
        What a path has at least before the weight of each node; 0 if not given.

    Examples
    --------
    >>> edges = Edges(np.array([0, 1]), np.array([2, 2]))
    >>> find_heaviest_paths(np.array([3, 5, 1]), edges, np.array([0, 0, 1]))
    array([3, 5, 6])
    >>> starts = np.array([0, 0, 9])
    >>> find_heaviest_paths(np.array([3, 5, 1]), edges, np.array([0, 0, 1]), starts)
    array([ 3,  5, 10])
    """
    order = np.argsort(level[edges.after], kind="stable")
    before, after = edges.before[order], edges.after[order]
    ends = np.flatnonzero(np.diff(level[after], prepend=-1, append=-1)).tolist()
    most = np.zeros_like(weights) if starts is None else starts.copy()
    sums = weights + most
    # One level at a time: the sums of all earlier nodes are known by then.
    for start, end in pairwise(ends):
        at = after[start:end]
        np.maximum.at(most, at, sums[before[start:end]])
        sums[at] = weights[at] + most[at]
    return sums


def find_shortest_paths(
    edges: Edges, level: Numbers, *, key: Callable[[tuple[int, ...]], Any] = len
) -> list[tuple[int, ...]]:
    """Return for each node the shortest path to it from a node without any before it.

    Parameters
    ----------
    edges
        The steps of paths. Of equally short paths, the one whose last step comes first here wins.
    level
        One per node, as ``find_levels`` returns them.
    key
        What paths are compared by, if not by their length alone.

    Returns
    -------
    list of tuple
        The nodes on each path, its own last.

    Examples
    --------
    >>> edges = Edges(np.array([0, 1, 0]), np.array([1, 2, 2]))
    >>> find_shortest_paths(edges, np.array([0, 1, 2, 0]))
    [(0,), (0, 1), (0, 2), (3,)]
    """
    above: dict[int, list[int]] = {}
    for before, after in zip(edges.before.tolist(), edges.after.tolist(), strict=True):
        above.setdefault(after, []).append(before)
    paths: list[tuple[int, ...]] = [()] * len(level)
    for node in np.argsort(level, kind="stable").tolist():
        shortest = min((paths[up] for up in above.get(node, [])), key=key, default=())
        paths[node] = (*shortest, node)
    return paths


def walk_down(
    tops: Sequence[Node],
    list_below: Callable[[Node], Sequence[Node]],
    *,
    key: Callable[[Node], Any],
) -> Iterator[tuple[Node, ...]]:
    """Yield the path to each place of each node, parents before children.

    Parameters
    ----------
    tops
        The nodes to start from.
    list_below
        Returns the children of a node. They follow its first place only.
    key
        Returns what identifies a node.

    Yields
    ------
    tuple
        The nodes on the path, its own last.

    Examples
    --------
    >>> below = {"a": ["c"], "b": ["c"], "c": ["d"]}
    >>> ["".join(path) for path in walk_down("ab", lambda node: below.get(node, []), key=str)]
    ['a', 'ac', 'acd', 'b', 'bc']
    """
    waiting: list[tuple[Node, ...]] = [(top,) for top in reversed(tops)]
    opened: set[Any] = set()
    while waiting:
        path = waiting.pop()
        yield path
        node = path[-1]
        if key(node) not in opened:
            opened.add(key(node))
            # The last one pushed is the first to come.
            waiting += [(*path, child) for child in reversed(list_below(node))]


def find_ancestors(
    parent: Positions, is_end: npt.NDArray[np.bool_], gids: pd.Series[Any]
) -> Positions:
    """Return for each task the nearest one, itself or above it, where ``is_end`` holds.

    Parameters
    ----------
    parent
        The position of each task's parent; any number where ``is_end`` holds.
    is_end
        Where a chain of parents ends; True at the latest for a task without a parent.
    gids
        Those of the tasks, for the message.

    Raises
    ------
    InvalidArgument
        The parents of a task form a cycle.
    """
    below = np.flatnonzero(~is_end)
    up = np.arange(len(is_end))
    up[below] = parent[below]
    for _ in range(_MOST_DOUBLINGS):
        further = up[up[below]]
        if (further == up[below]).all():
            break
        up[below] = further
    stuck = below[~is_end[up[below]]]
    if len(stuck):
        raise InvalidArgument(
            f"Task {gids.iloc[stuck[0]]} is its own parent, or a parent of one of its parents."
        )
    return up
