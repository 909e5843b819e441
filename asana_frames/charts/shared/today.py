"""Where today is, on axes that have time around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.about import read_about
from asana_frames.charts.shared.axes import annotate_right, axes_width, font_size
from asana_frames.charts.shared.dates import day_position
from asana_frames.charts.shared.ink import mix_ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WORD = "today"
#: Parts of ink of the line and of its word.
_LINE, _INK = 0.6, 0.68


def mark_today(ax: Axes, frame: pd.DataFrame, last: float) -> None:
    """Draw a line on the day as of which a table is, if other days follow it.

    Call it when the limits of the horizontal axis are set.

    Parameters
    ----------
    ax
        The axes; their horizontal axis has dates.
    frame
        The table that is drawn, as it was passed: its ``attrs`` have ``now``.
    last
        The position of the last day that is drawn.
    """
    now = read_about(frame).now
    low, high = ax.get_xlim()
    if now is None or not low < (place := day_position(now.tz_localize(None).normalize())) < last:
        return
    room = len(_WORD) * 0.6 * font_size(ax) / 72 / axes_width(ax) * (high - low)
    ax.axvline(place, color=mix_ink(ax, _LINE), linewidth=1.0, zorder=1.5)
    is_left = place > high - 1.5 * room
    annotate_right(
        ax,
        _WORD,
        (place, 0.995),
        points=-3 if is_left else 3,
        xycoords=ax.get_xaxis_transform(),
        ha="right" if is_left else "left",
        va="top",
        color=mix_ink(ax, _INK),
    )
