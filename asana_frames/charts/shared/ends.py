"""Names of series where they end, which are read without a legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from asana_frames.charts.shared.axes import (
    DATA_SHARE,
    axes_height,
    axes_width,
    font_size,
    write_beside_axes,
)
from asana_frames.charts.shared.ink import TEXT_CONTRAST, shade

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType

#: More names are hard to tell apart; a legend lists them.
_MOST = 4
#: The part of the width of axes that names may take.
_WIDEST = 0.3


class End(NamedTuple):
    """Where a series ends, and how it looks."""

    value: float
    artist: Artist
    colour: ColorType


def label_ends(ax: Axes, ends: Mapping[str, End]) -> dict[str, Artist]:
    """Write the names of at most four series at the right of axes, at the height of their ends.

    Call it when the limits of the vertical axis are set.

    Parameters
    ----------
    ax
        The axes.
    ends
        Name -> where the series ends.

    Returns
    -------
    dict
        Name -> artist, for a legend, if there are more series, or too little room for each name
        to be nearest to its own end; else nothing.
    """
    size = font_size(ax)
    longest = max((len(name) for name in ends), default=0)
    if not ends or len(ends) > _MOST or longest * 0.56 * size > _WIDEST * 72 * axes_width(ax):
        return {name: end.artist for name, end in ends.items()}
    # matplotlib finds limits when they are asked for, and the transforms below do not ask.
    ax.get_ylim()
    # Parts of the height, which are as far apart as they look on any scale.
    to_parts = ax.transScale + ax.transLimits
    values = [(0.0, ends[name].value) for name in ends]
    parts = np.clip(np.nan_to_num(to_parts.transform(values)[:, 1]), 0, 1)
    order = np.argsort(parts, kind="stable")
    least = 1.25 * size / 72 / (DATA_SHARE * axes_height(ax))
    places = _spread_places(list(parts[order]), least, 1.0)
    if not are_nearest(places, list(parts[order])):
        return {name: end.artist for name, end in ends.items()}
    for at, place in zip(order, places, strict=True):
        name, end = list(ends.items())[at]
        (_, value) = to_parts.inverted().transform((0.0, place))
        write_beside_axes(ax, name, value, color=shade(ax, end.colour, TEXT_CONTRAST))
    return {}


def _spread_places(places: Sequence[float], least: float, highest: float) -> list[float]:
    """Move sorted places apart until there is ``least`` between them, none above ``highest``."""
    spread: list[float] = []
    for place in places:
        spread.append(max(place, spread[-1] + least) if spread else place)
    top = highest
    for at in range(len(spread) - 1, -1, -1):
        spread[at] = min(spread[at], top)
        top = spread[at] - least
    return spread


def are_nearest(places: Sequence[float], ends: Sequence[float]) -> bool:
    """Return whether each place is at least as near to its own end as to any other.

    Examples
    --------
    >>> are_nearest([5, 6], [5, 5]), are_nearest([5, 7, 9], [5, 5.5, 6.5])
    (True, False)
    """
    pairs = zip(places, ends, strict=True)
    return all(abs(place - end) <= min(abs(place - one) for one in ends) for place, end in pairs)
