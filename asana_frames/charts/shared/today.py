"""The day of today on an axis of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.about import read_about
from asana_frames.charts.shared.axes import font_size
from asana_frames.charts.shared.dates import day_position
from asana_frames.charts.shared.ink import MUTED, TEXT_CONTRAST, mix_ink, shade
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.types import When

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def find_today(frame: pd.DataFrame, now: When | None = None) -> pd.Timestamp:
    """Return the day of today: the one given, that of the rollup, or the present one."""
    if now is not None:
        return resolve_today(now)
    known = read_about(frame).now
    return resolve_today(None) if known is None else known.tz_localize(None).normalize()


def mark_today(ax: Axes, today: pd.Timestamp) -> None:
    """Draw a dotted line at today with its name, if the axis shows days on both sides of it."""
    place = day_position(today)
    low, high = sorted(ax.get_xlim())
    if not low < place < high:
        return
    ax.axvline(place, color=mix_ink(ax, MUTED), linewidth=1.1, linestyle=":", zorder=0.8)
    is_right = place > (low + high) / 2
    ax.annotate(
        "today",
        (place, 1.0),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-3 if is_right else 3, -2),
        textcoords="offset points",
        ha="right" if is_right else "left",
        va="top",
        fontsize=font_size(ax),
        color=shade(ax, mix_ink(ax, MUTED), TEXT_CONTRAST),
    )
