"""Chains of things that wait for each other: their order, and the longest to each of them."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from asana_frames.exceptions import InvalidArgument

Numbers: TypeAlias = npt.NDArray[np.int64]


class Edges(NamedTuple):
    """Pairs of nodes, counted from 0: what comes before, and what waits for it."""

    before: Numbers
    after: Numbers


def levels(edges: Edges, names: Sequence[str], *, what: str) -> Numbers:
    """Return how many edges the longest way to each node has.

    Parameters
    ----------
    edges
        What waits for what.
    names
        One per node.
    what
        The beginning of the message, such as ``"These tasks wait for each other"``.

    Raises
    ------
    InvalidArgument
        There is a way from a node to itself; the message names those on it.

    Examples
    --------
    >>> edges = Edges(np.array([0, 1, 0]), np.array([1, 2, 2]))
    >>> levels(edges, ["a", "b", "c", "d"], what="They wait")
    array([0, 1, 2, 0])
    """
    sorter = TopologicalSorter[int]()
    for before, after in zip(edges.before.tolist(), edges.after.tolist(), strict=True):
        sorter.add(after, before)
    try:
        sorter.prepare()
    except CycleError as cycle:
        circle = " > ".join(names[node] for node in cycle.args[1])
        raise InvalidArgument(f"{what} in a circle: {circle}.") from None
    found = np.zeros(len(names), dtype="int64")
    level = 0
    # What is ready at once waits only for what was ready before: that is a level.
    while sorter:
        ready = sorter.get_ready()
        found[list(ready)] = level
        sorter.done(*ready)
        level += 1
    return found


def heaviest(weights: Numbers, edges: Edges, level: Numbers) -> Numbers:
    """Return for each node the greatest sum of weights on a way that ends in it.

    Parameters
    ----------
    weights
        One per node, none below 0.
    edges
        The steps of ways.
    level
        One per node, from 0 on, that rises along each edge, as that of ``levels`` does.

    Examples
    --------
    >>> edges = Edges(np.array([0, 1]), np.array([2, 2]))
    >>> heaviest(np.array([3, 5, 1]), edges, np.array([0, 0, 1]))
    array([3, 5, 6])
    """
    order = np.argsort(level[edges.after], kind="stable")
    before, after = edges.before[order], edges.after[order]
    ends = np.flatnonzero(np.diff(level[after], prepend=-1, append=-1)).tolist()
    most = np.zeros_like(weights)
    sums = weights.copy()
    # A level at a time: all that its nodes wait for is known by then.
    for start, end in pairwise(ends):
        at = after[start:end]
        np.maximum.at(most, at, sums[before[start:end]])
        sums[at] = weights[at] + most[at]
    return sums
