"""Bars of periods, one series stacked upon the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.colours import HATCH
from asana_frames.charts.shared.dates import Step, edges_of, places_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: Colour, and hatch or "".
Look = tuple[str, str]
#: Periods up to which a line shows its points, and bars a gap between their parts.
FEW_POINTS = 60
#: Periods beyond which a series is one outline: thousands of bars would take many seconds.
_MANY_PERIODS = 200


def stacked_bars(
    ax: Axes, table: pd.DataFrame, step: Step, looks: Sequence[Look], *, gap: float = 0.5
) -> list[Artist]:
    """Stack series, those below 0 downwards so that none hides another; return a bar of each.

    Parameters
    ----------
    table
        One column per series, the first at the bottom, and one row per period, none left out.
    looks
        One per series.
    gap
        The points between the parts of few bars.
    """
    days = table.index.to_numpy("datetime64[D]")
    heights = table.to_numpy("float64")
    above = np.clip(heights, 0, None).cumsum(axis=1) - np.clip(heights, 0, None)
    below = np.clip(heights, None, 0).cumsum(axis=1) - np.clip(heights, None, 0)
    bottoms = np.where(heights < 0, below, above)
    width = gap if len(table) <= FEW_POINTS else 0
    drawn: list[Artist] = []
    for look, height, bottom in zip(looks, heights.T, bottoms.T, strict=True):
        style = {**_style(*look), "linewidth": width}
        if len(table) > _MANY_PERIODS:
            edges = edges_of(days, step)
            drawn.append(ax.stairs(height + bottom, edges, baseline=bottom, fill=True, **style))
            continue
        drawn.append(ax.bar(places_of(days), height, 0.9 * step.days, bottom, **style)[0])
    return drawn


def _style(colour: str, hatch: str) -> dict[str, Any]:
    return {"facecolor": colour, "hatch": hatch or None, "edgecolor": HATCH if hatch else "white"}
