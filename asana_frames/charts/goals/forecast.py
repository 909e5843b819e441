"""Chart of where goals end at their pace so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.goals.progress import ROW_HEIGHT, percent_ticks
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    WIDE,
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    remove_grid,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import find_background, mix_ink, shade
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import label_rows
from asana_frames.display.sentences import count_noun, format_day, format_share
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_GOALS = 40
_WHAT = "progress by the due day"
#: The end of the bars and of the axis, in percent.
_LAST_PERCENT = 120
_BAR_HEIGHT = 0.62


def goal_forecast(
    forecast: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far goals are, and how far they will be on their due day at this pace.

    Parameters
    ----------
    forecast
        What ``rollups.goal_forecast`` returns: ``gid``, ``name``, ``due_on``, ``days_left``,
        ``progress``, ``progress_at_due`` and ``probability``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        A bar per goal that is not due yet, those that will be furthest at the top; at most 40, and
        where not all fit, those that will be least far. It is filled up to the progress, and pale
        from there to the progress on the due day, with a line at the target. Bars beyond 0 or
        120 % end at the edge and keep their number. The label has the due day, and the
        probability where there is one (on narrow axes neither). Goals without a forecast are
        counted in a note. The subtitle counts the goals that reach their target by their due day
        at this pace (``progress_at_due`` is 1 or more).

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    needed = ["gid", "name", "due_on", "days_left", "progress", "progress_at_due", "probability"]
    titles = Titles(title, subtitle)
    forecast = read_input(
        forecast, needed, chart="goal_forecast", ax=ax, titles=titles, has_rows=True
    )
    is_open = (forecast["days_left"] > 0).fillna(False) & forecast["progress_at_due"].notna()
    rows = forecast[is_open.to_numpy(dtype=bool)].sort_values(
        "progress_at_due", ascending=False, kind="stable", ignore_index=True
    )
    if ax is None:
        ax = new_axes(height=ROW_HEIGHT * min(len(rows), _MOST_GOALS) + 1.8)
    if rows.empty:
        set_heading(ax, forecast, _WHAT, titles)
        return draw_empty(ax, "No goals" if forecast.empty else "No goals with a forecast")
    drawn = rows.tail(count_fitting_rows(ax, _MOST_GOALS, reserved=1.1)).iloc[::-1]
    legend = _draw_goals(ax, drawn)
    labels = unique_labels(rows, ["gid", "name"], max_name_length(ax))
    remove_grid(ax)
    label_rows(ax, list(labels.loc[drawn.index]), upwards=True)
    ax.set(xlim=(0, _LAST_PERCENT), xticks=percent_ticks(ax))
    ax.set_xlabel("Progress (%)", fontsize=font_size(ax) + 1)
    without = len(forecast) - len(rows)
    note = f"+ {without} that are due, closed, or without a forecast" if without else ""
    reached = int((rows["progress_at_due"] >= 1 - TINY).sum())
    goals = f"{reached:,} of {count_noun(len(rows), 'goal')}"
    verb = "reaches its" if reached == 1 else "reach their"
    set_heading(
        ax,
        forecast,
        _WHAT,
        titles,
        finding=f"At their pace so far, {goals} {verb} target by the due day.",
        notes=[count_hidden(len(rows) - len(drawn)), note],
        legend=legend,
    )
    return make_room(ax)


def _draw_goals(ax: Axes, goals: pd.DataFrame) -> dict[str, Any]:
    """Draw a bar per goal; return the handles of the legend."""
    places = np.arange(len(goals))
    now = _to_percent(goals, "progress")
    then = _to_percent(goals, "progress_at_due")
    low, high = np.fmin(now, then), np.fmax(now, then)
    colour = shade(ax, SERIES[0])
    pale = ax.barh(places, high - low, left=low, height=_BAR_HEIGHT, color=colour, alpha=0.35)
    solid = ax.barh(places, now, height=_BAR_HEIGHT, color=colour)
    # A forecast below the progress is drawn upon the bar.
    falls = then < now
    style: dict[str, Any] = {"color": find_background(ax), "alpha": 0.65, "height": _BAR_HEIGHT}
    ax.barh(places[falls], (now - then)[falls], left=then[falls], **style)
    target = ax.axvline(100, color=mix_ink(ax), linewidth=1.2, linestyle=":")
    columns = ("progress_at_due", "due_on", "probability")
    for place, row in enumerate(zip(*(goals[name] for name in columns), strict=True)):
        text = describe_forecast(*(row if axes_width(ax) >= WIDE else row[:1]))
        write_beside_axes(ax, text, place)
    return {"now": solid, "on the due day": pale, "target": target}


def _to_percent(goals: pd.DataFrame, column: str) -> Numbers:
    found: Numbers = np.nan_to_num(column_numbers(goals, column) * 100).clip(0, _LAST_PERCENT)
    return found


def describe_forecast(progress: Any, due: Any = None, probability: Any = None) -> str:
    """Return a forecast as text.

    Examples
    --------
    >>> describe_forecast(0.94, pd.Timestamp("2026-12-31"), 0.3)
    '94 % by 31 Dec 2026, chance 30 %'
    """
    day = "" if pd.isna(due) else f" by {format_day(due)}"
    chance = "" if pd.isna(probability) else f", chance {format_share(float(probability))}"
    return f"{format_share(progress)}{day}{chance}"
