"""Charts with a row per object: its name, and a mark where its progress should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from asana_frames.charts.shared.axes import clear_right, font_size
from asana_frames.charts.shared.columns import Numbers
from asana_frames.charts.shared.ink import mix_ink

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


#: Columns of goals that are drawn where they exist, and their kinds.
OPTIONAL_KINDS = {"expected": "number", "ahead": "number"}


def label_rows(ax: Axes, names: Sequence[str], *, upwards: bool = False) -> None:
    """Write a name beside each row, the first at the top, or at the bottom if ``upwards``."""
    name_rows(ax, range(len(names)), names)
    ax.tick_params(labelsize=font_size(ax))
    ax.tick_params(axis="y", which="both", length=0)
    ax.tick_params(axis="y", labelsize=font_size(ax) + 1)
    low, high = -0.6, len(names) - 0.4
    ax.set_ylim((low, high) if upwards else (high, low))
    ax.spines[["top", "right"]].set_visible(False)


def name_rows(ax: Axes, places: Sequence[float], names: Sequence[str]) -> None:
    """Write names at places of the vertical axis, which `check_own_rows` has checked."""
    clear_right(ax)
    ax.set_yticks(places, list(names))


def select_branches(depths: Sequence[int], most: int, first: Iterable[int] = ()) -> list[int]:
    """Return the places of the rows that fit, in their order.

    Parameters
    ----------
    depths
        The depth of each row, from the top down; its parent is the nearest row above with a
        smaller depth.
    most
        How many rows fit.
    first
        The places of rows that come before others, such as those that a finding names, each with
        the rows that it stands below. The others are taken from the top.

    Examples
    --------
    >>> select_branches([0, 1, 1, 0, 1, 1], 4, first=[5])
    [0, 1, 3, 5]
    """
    if len(depths) <= most:
        return list(range(len(depths)))
    chosen: set[int] = set()
    for place in [*first, *range(len(depths))]:
        if len(chosen) == most:
            break
        branch = [place]
        for above in range(branch[0] - 1, -1, -1):
            if depths[above] < depths[branch[-1]]:
                branch.append(above)
        # Where not all that it stands below fits, the nearest does.
        new = [row for row in branch if row not in chosen]
        chosen |= set(new[: most - len(chosen)])
    return sorted(chosen)


def find_depths(
    above: Sequence[tuple[str, ...]], own: Sequence[tuple[str, ...] | None]
) -> list[int]:
    """Return below how many of the rows above it each row stands, so far as these are drawn.

    Parameters
    ----------
    above
        The names of what each row stands below, from the top of the tree.
    own
        The same with its own name; None for a row that others cannot stand below.

    Examples
    --------
    >>> find_depths([(), ("A",), ("A", "B"), ("C",)], [("A",), None, None, None])
    [0, 1, 1, 0]
    """
    depths: list[int] = []
    open_rows: list[tuple[str, ...]] = []
    for path, named in zip(above, own, strict=True):
        while open_rows and open_rows[-1] != path[: len(open_rows[-1])]:
            open_rows.pop()
        depths.append(len(open_rows))
        if named is not None:
            open_rows.append(named)
    return depths


def mark_expected(ax: Axes, rows: NDArray[np.int64], percent: Numbers) -> dict[str, Artist]:
    """Mark in each row how far it should be by now; missing values have no mark.

    Returns the handles of the legend.
    """
    is_known = ~np.isnan(percent)
    if not is_known.any():
        return {}
    places, values = rows[is_known], percent[is_known]
    marks = ax.vlines(values, places - 0.42, places + 0.42, color=mix_ink(ax), linewidth=1.8)
    return {"expected by now": marks}
