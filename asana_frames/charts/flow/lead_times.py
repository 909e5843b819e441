"""Charts of how long tasks take, how old they are, and when they will be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.flow.burnup import count_axis
from asana_frames.charts.shared.axes import (
    empty,
    font_size,
    legend_below,
    made_room,
    new_axes,
    plain,
    titled,
    width_of,
)
from asana_frames.charts.shared.colours import DARK, SERIES
from asana_frames.charts.shared.dates import Numbers, date_axis, in_words, places_of
from asana_frames.charts.shared.labels import NONE, number
from asana_frames.rollups.flow.lead_times import BUCKETS, close_times
from asana_frames.rollups.shared.inputs import require_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LATE = "#bd1f01"
#: Parts of the tasks or trials -> the line that marks them.
_PARTS = {0.5: ":", 0.85: "--", 0.95: "-"}
#: Times the 95 % mark up to which the axis of days goes.
_FAR = 3.0
#: Points beyond which they are drawn as one picture.
_MANY_POINTS = 5_000
_MANY_BARS = 200


def lead_times(lead_times: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each completed task as a dot: when it was completed, and how long it took.

    Parameters
    ----------
    lead_times
        What ``rollups.lead_times`` returns: ``completed_on`` and ``days_open``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Lines across tell in how many days 50, 85 and 95 % of the tasks are done. Tasks that
        took more than three times the last are above the axes, and a note counts them.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    require_columns(lead_times, ["completed_on", "days_open"], what="charts.lead_times")
    is_known = lead_times[["completed_on", "days_open"]].notna().all(axis=1)
    rows = lead_times[is_known.to_numpy(dtype=bool)].reset_index(drop=True)
    if ax is None:
        ax = new_axes(height=4.4)
    if rows.empty:
        titled(ax, "Days from creation to completion")
        return empty(ax, "No completed tasks")
    places = places_of(rows["completed_on"].to_numpy("datetime64[D]")) + 0.5
    days = np.asarray(rows["days_open"].astype("float64"), dtype="float64")
    look: dict[str, Any] = {"s": 14, "alpha": 0.45, "linewidth": 0, "color": SERIES[0]}
    ax.scatter(places, days, rasterized=len(rows) > _MANY_POINTS, **look)
    marks = close_times(rows, percentiles=tuple(_PARTS)).iloc[0, 2:].astype("float64").tolist()
    top = max(1.0, min(1.05 * float(days.max()), _FAR * marks[-1] or 1.0))
    ax.set_ylim(0, top)
    middle = (places.min() + places.max()) / 2
    half = max((places.max() - places.min()) / 2 * 1.02, 2.5)
    ax.set_xlim(middle - half, middle + half)
    date_axis(ax, "Completed on")
    plain(ax, grid="y")
    ax.set_ylabel("Days", fontsize=font_size(ax) + 1)
    _marks(ax, marks, top)
    beyond = int((days > top).sum())
    note = f"… {beyond:,} took longer, up to {number(float(days.max()))} days" if beyond else ""
    titled(ax, "Days from creation to completion", [note] if note else [])
    return made_room(ax)


def _marks(ax: Axes, marks: list[float], top: float) -> None:
    """Draw the lines of parts, each with its words at the right, none upon another."""
    inches = float(ax.get_window_extent().height) / float(ax.figure.dpi)
    apart = 3.4 * font_size(ax) / 72 / inches * top
    lowest = -np.inf
    for (part, style), days in zip(_PARTS.items(), marks, strict=True):
        ax.axhline(days, color=DARK, linewidth=1.2, linestyle=style)
        lowest = max(days, lowest + apart)
        ax.annotate(
            f"{100 * part:.0f} % within\n{number(round(days, 1))} days",
            (1.0, lowest),
            xycoords=ax.get_yaxis_transform(),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=font_size(ax),
        )


def aging(aging: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many open tasks are how old.

    Parameters
    ----------
    aging
        What ``rollups.aging`` returns: ``bucket`` and ``days_overdue``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per bucket, the youngest first, the overdue tasks at its foot; on top how many there
        are.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    require_columns(aging, ["bucket", "days_overdue"], what="charts.aging")
    if ax is None:
        ax = new_axes(height=3.8)
    titled(ax, "Open tasks by age")
    if aging.empty:
        return empty(ax, "No open tasks")
    names = aging["bucket"].astype(object).where(aging["bucket"].notna().to_numpy(), NONE)
    known = [*BUCKETS.values()]
    order = [*known, *(name for name in dict.fromkeys(names) if name not in known)]
    is_late = aging["days_overdue"].notna().to_numpy()
    total = names.value_counts().reindex(order, fill_value=0)
    late = names[is_late].value_counts().reindex(order, fill_value=0)
    places = range(len(order))
    bars = [
        ax.bar(places, late, 0.72, color=_LATE),
        ax.bar(places, total - late, 0.72, late, color=SERIES[0]),
    ]
    ax.bar_label(bars[1], [f"{count:,}" for count in total], padding=2, fontsize=font_size(ax))
    words = order if width_of(ax) >= 4.5 else ["\n".join(name.rsplit(" ", 1)) for name in order]
    ax.set_xticks(places, words)
    ax.margins(y=0.1)
    count_axis(ax, "Tasks")
    ax.tick_params(axis="x", length=0)
    legend_below(ax, [bar[0] for bar in bars], ["overdue", "not overdue"])
    return made_room(ax)


def forecast(forecast: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how likely each date is on which all is done.

    Parameters
    ----------
    forecast
        What ``rollups.forecast`` returns: ``date``, ``probability``, ``cumulative``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per date, in percent of the trials. Lines mark the dates by which 50, 85 and 95 % of
        them are done; a note tells how many are never.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    require_columns(forecast, ["date", "probability", "cumulative"], what="charts.forecast")
    dated = forecast[forecast["date"].notna().to_numpy(dtype=bool)].reset_index(drop=True)
    never = float(forecast["probability"].sum()) - float(dated["probability"].sum())
    notes = [f"{number(100 * never)} % of the trials were given up"] if never > 1e-9 else []
    if ax is None:
        ax = new_axes(height=4.2)
    titled(ax, "When all is done", notes)
    if dated.empty:
        return empty(ax, "No date" if len(forecast) else "No forecast")
    places = places_of(dated["date"].to_numpy("datetime64[D]"))
    chances = 100 * np.asarray(dated["probability"].astype("float64"), dtype="float64")
    step = float(np.diff(places).min()) if len(places) > 1 else 1.0
    _bars(ax, places, chances, step)
    half = max((places[-1] - places[0]) / 2 + step, 2.5 * step)
    middle = float((places[0] + places[-1]) / 2)
    ax.set_xlim(middle - half, middle + half)
    ax.set_ylim(0, 1.4 * float(chances.max()))
    # The marks need room above the bars, but no chance is above 100 %.
    ax.set_yticks([tick for tick in ax.get_yticks() if tick <= min(100, ax.get_ylim()[1])])
    date_axis(ax)
    plain(ax, grid="y")
    ax.set_ylabel("Chance (%)", fontsize=font_size(ax) + 1)
    _dates(ax, dated, places)
    return made_room(ax)


def _bars(ax: Axes, places: Numbers, chances: Numbers, step: float) -> None:
    if len(places) > _MANY_BARS:
        edges = np.append(places - step / 2, places[-1] + step / 2)
        ax.stairs(chances, edges, fill=True, color=SERIES[0])
    else:
        ax.bar(places, chances, 0.9 * step, color=SERIES[0])


def _dates(ax: Axes, dated: pd.DataFrame, places: Numbers) -> None:
    """Mark the dates by which parts of the trials are done, in words one below the other."""
    cumulative = np.asarray(dated["cumulative"].astype("float64"), dtype="float64")
    found = {part: int(np.searchsorted(cumulative, part - 1e-9)) for part in _PARTS}
    marks = {part: at for part, at in found.items() if at < len(places)}
    low, high = ax.get_xlim()
    # A letter is a little more than half as wide as high; all words are on one side.
    room = 24 * 0.55 * font_size(ax) / 72 / width_of(ax)
    is_left = bool(marks) and (places[max(marks.values())] - low) / (high - low) > 1 - room
    for row, (part, at) in enumerate(marks.items()):
        ax.axvline(float(places[at]), color=DARK, linewidth=1.2, linestyle=_PARTS[part])
        ax.annotate(
            f"{100 * part:.0f} % by {in_words(dated['date'].iloc[at])}",
            (float(places[at]), 0.97 - 0.085 * row),
            xycoords=ax.get_xaxis_transform(),
            xytext=(-4 if is_left else 4, 0),
            textcoords="offset points",
            ha="right" if is_left else "left",
            va="top",
            fontsize=font_size(ax),
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )
