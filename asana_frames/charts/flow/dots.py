"""Tasks as dots: when they were finished, and how long they took; lines for percentiles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.axes import (
    axes_height,
    axes_width,
    font_size,
    set_plain_style,
    set_span,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import Numbers
from asana_frames.charts.shared.dates import label_date_axis
from asana_frames.charts.shared.ends import are_nearest
from asana_frames.charts.shared.ink import mix_ink, shade
from asana_frames.charts.shared.labels import format_tenths
from asana_frames.display.sentences import format_figure

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: Share of the tasks -> style of the line that marks it.
STYLES = {0.5: ":", 0.7: "-.", 0.85: "--", 0.95: "-"}
#: The end of the axis of days, as a multiple of the last percentile.
_FAR = 3.0
#: With more points they are smaller.
_FEW_POINTS = 500
#: With more points they are drawn as one picture.
_MANY_POINTS = 5_000
#: Days that the axis of dates shows at least.
_FEWEST_DAYS = 5.0
#: Points from the axes to labels that leaders join to their lines.
_LEADER = 18.0
#: Axes lower than these heights of letters have labels of one line.
_LOW = 20.0
_PERCENTILE = re.compile(r"days_p(\d+(?:\.\d+)?)")


def draw_dots(ax: Axes, dates: Numbers, days: Numbers, most: float, *, label: str) -> str:
    """Draw a dot per task; return a note on those that took far longer than ``most`` days."""
    scatter_tasks(ax, dates, days, shade(ax, SERIES[0]))
    top = max(1.0, min(1.05 * float(days.max()), _FAR * most or 1.0))
    ax.set_ylim(0, top)
    first, last = float(dates.min()), float(dates.max())
    set_span(ax, first, last, margin=0.01 * (last - first), least=_FEWEST_DAYS)
    label_date_axis(ax, label)
    set_plain_style(ax, grid="y")
    ax.set_ylabel("Days", fontsize=font_size(ax) + 1)
    beyond = int((days > top).sum())
    longest = format_figure(float(days.max()))
    return f"… {beyond:,} took longer, up to {longest} days" if beyond else ""


def scatter_tasks(ax: Axes, x: Numbers, y: Numbers, colour: str, *, size: float = 16) -> Artist:
    """Draw a dot per task: pale, so that many are seen, in a ring that shows each one."""
    from matplotlib.colors import to_rgba

    return ax.scatter(
        x,
        y,
        s=size * min(1.0, max(0.2, _FEW_POINTS / max(len(x), 1))),
        facecolor=to_rgba(colour, 0.5),
        edgecolor=colour,
        linewidth=0.7,
        rasterized=len(x) > _MANY_POINTS,
    )


def draw_percentiles(ax: Axes, marks: Mapping[float, float]) -> None:
    """Draw a line per share of tasks, and its label at the right where it covers no other."""
    top = ax.get_ylim()[1]
    is_low = axes_height(ax) * 72 < _LOW * font_size(ax)
    label_height = (3.4 if is_low else 4.2) * font_size(ax) / 72 / axes_height(ax) * top
    heights: list[float] = []
    for share, days in marks.items():
        ax.axhline(days, color=mix_ink(ax), linewidth=1.2, linestyle=STYLES[share])
        heights.append(max(days, heights[-1] + label_height) if heights else days)
    # Labels that would stand above the axes move down.
    limits = [top + (number - 0.5) * label_height for number in range(1 - len(marks), 1)]
    places = list(map(min, heights, limits))
    has_leaders = not are_nearest(places, list(marks.values()))
    for (share, days), place in zip(marks.items(), places, strict=True):
        separator = ": " if is_low else " within\n"
        label = f"{format_figure(100 * share)} %{separator}{format_tenths(days)} days"
        write_beside_axes(ax, label, place, _LEADER if has_leaders else 5.0)
        if has_leaders:
            _draw_leader(ax, days, place)


def _draw_leader(ax: Axes, days: float, place: float) -> None:
    """Draw a thin line from the end of a line to its label, which stands elsewhere."""
    ax.annotate(
        "",
        (1.0, days),
        (1.0 + (_LEADER - 2) / 72 / axes_width(ax), place),
        xycoords=ax.get_yaxis_transform(),
        textcoords=ax.get_yaxis_transform(),
        arrowprops={
            "arrowstyle": "-",
            "color": mix_ink(ax),
            "linewidth": 0.6,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        annotation_clip=False,
    )


def summarise_percentiles(marks: Mapping[float, float], count: int, word: str) -> str:
    """Say in how many days half of the tasks were done, and 85 % of them.

    Examples
    --------
    >>> summarise_percentiles({0.5: 2.0, 0.85: 9.25}, 120, "completed")
    'Half of 120 tasks were completed within 2 days, 85 % within 9.3.'
    """
    half, most = (format_tenths(marks[share]) for share in (0.5, 0.85))
    if count == 1:
        return f"One task was {word}, within {half} days."
    return f"Half of {count:,} tasks were {word} within {half} days, 85 % within {most}."


def list_percentiles(frame: pd.DataFrame) -> dict[str, float]:
    """Return the columns of percentiles, such as ``days_p85``, with their shares, sorted."""
    found = {name: _PERCENTILE.fullmatch(str(name)) for name in frame.columns}
    shares = {str(name): float(match[1]) / 100 for name, match in found.items() if match}
    return dict(sorted(shares.items(), key=lambda pair: pair[1]))


def percentile_kinds(frame: object) -> dict[str, str]:
    """Return the kinds of the columns of percentiles of what was passed as a frame."""
    return (
        dict.fromkeys(list_percentiles(frame), "number") if isinstance(frame, pd.DataFrame) else {}
    )


def percentile_style(share: float) -> str:
    """Return the style of the line of a share: that of the nearest usual one."""
    return STYLES[min(STYLES, key=lambda known: abs(known - share))]
