"""Paths and walks in directed graphs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from asana_frames.rollups.shared.dag import Edges, find_levels, find_shortest_paths, walk_down


def graph_of(*steps: str) -> tuple[Edges, list[str]]:
    names = sorted(set("".join(steps)))
    pairs = np.array([[names.index(node) for node in step] for step in steps]).reshape(-1, 2)
    return Edges(*pairs.T), names


def shortest_of(edges: Edges, names: list[str], **key: object) -> list[str]:
    level = find_levels(edges, names, what="These wait")
    paths = find_shortest_paths(edges, level, **key)
    return ["".join(names[node] for node in path) for path in paths]


def test_of_equally_short_paths_the_one_whose_last_step_comes_first_wins() -> None:
    # a > d > e and b > c > e: c comes before d, and a before b.
    edges, names = graph_of("ad", "bc", "ce", "de")

    assert shortest_of(edges, names)[-1] == "bce"
    assert shortest_of(edges, names, key=lambda path: (len(path), path))[-1] == "ade"


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_a_walk_takes_each_step_once_and_children_follow_their_parents(
    pairs: set[tuple[int, int]],
) -> None:
    below = {node: sorted(b for a, b in pairs if a == node < b) for node in range(8)}
    tops = sorted(set(below) - {child for children in below.values() for child in children})

    paths = list(walk_down(tops, below.__getitem__, key=int))

    steps = [path[-2:] for path in paths if len(path) > 1]
    assert sorted(steps) == sorted((a, b) for a in below for b in below[a])
    assert [path for path in paths if len(path) == 1] == [(top,) for top in tops]
    seen = {()}
    for path in paths:
        assert path[:-1] in seen
        seen.add(path)
