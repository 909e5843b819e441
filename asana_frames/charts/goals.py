"""Charts of goals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.axes import empty, new_axes, shortened
from asana_frames.rollups.columns import need

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Status of a goal -> colour (told apart with any eyes, by lightness too) and its words.
STATUS = {
    "green": ("#1b7f5c", "on track"),
    "yellow": ("#e0a100", "at risk"),
    "red": ("#b03060", "off track"),
    "achieved": ("#12507b", "achieved"),
    "partial": ("#5b9bd5", "partly achieved"),
    "missed": ("#7a1f2b", "missed"),
    "dropped": ("#8c8c8c", "dropped"),
}
_NO_STATUS = ("#b8b8b8", "no status")


def goal_progress(progress: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw one bar per goal, from 0 to 100 % of the way to its target.

    Parameters
    ----------
    progress
        What ``rollups.goal_progress`` returns: ``name``, ``status`` and ``progress``.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        Goals from the furthest on at the top to the least far, coloured by status, which the
        label tells in words too. Goals without progress are named at the bottom without a bar;
        bars beyond 0 or 100 % end at the edge and keep their number.

    Raises
    ------
    InvalidRequest
        A column is missing.
    """
    need(progress, ["name", "status", "progress"], what="charts.goal_progress")
    if ax is None:
        ax = new_axes(height=0.36 * len(progress) + 1.2)
    if progress.empty:
        return empty(ax, "No goals")
    ordered = progress.sort_values("progress", na_position="first", kind="stable")
    percent = ordered["progress"].astype("float64").mul(100)
    looks = [STATUS.get(status, _NO_STATUS) for status in ordered["status"]]
    places = range(len(ordered))
    bars = ax.barh(
        places, percent.fillna(0).clip(0, 100), color=[color for color, _ in looks], height=0.7
    )
    labels = [
        f"no progress, {words}" if pd.isna(value) else f"{value:.0f} %  {words}"
        for value, (_, words) in zip(percent, looks, strict=True)
    ]
    ax.bar_label(bars, labels=labels, padding=4, fontsize=8)
    ax.set_yticks(places, [shortened(name) for name in ordered["name"]])
    # Room on the right for the label of a full bar.
    ax.set(xlim=(0, 135), xticks=range(0, 101, 20), xlabel="Progress (%)", title="Goal progress")
    ax.margins(y=0.01)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
