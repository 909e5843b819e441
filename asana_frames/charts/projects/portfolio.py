"""Chart of how far projects are, a bar each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    annotate_right,
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_title,
)
from asana_frames.charts.shared.columns import column_numbers, read_input
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import label_rows, mark_expected
from asana_frames.charts.shared.statuses import project_status_look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHARES = ("share_done", "expected_share")
_MOST_PROJECTS = 40
#: Where the labels of bars begin, in points beyond 100 %.
_LABEL_START = 7
#: The share of the width that bars and their labels have, beside the names.
_BARS_SHARE = 0.72


def portfolio(portfolio: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the progress of projects: a bar for each, and a mark for the expected progress.

    Parameters
    ----------
    portfolio
        What ``rollups.portfolio`` returns: ``project_gid``, ``project_name``, ``share_done``,
        ``expected_share``, ``last_status`` and ``overdue``.
    ax
        Where to draw; a new figure as high as the projects need otherwise.

    Returns
    -------
    Axes
        The project that is furthest behind is at the top; projects without expected progress are
        at the bottom, sorted by their share of tasks done. Bars are the share of tasks done,
        coloured by the last status; text beside them gives share, status and number of overdue
        tasks. At most 40; a note counts the others.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["project_gid", "project_name", *_SHARES, "last_status", "overdue"]
    portfolio = read_input(portfolio, needed, chart="portfolio", ax=ax)
    if ax is None:
        ax = new_axes(height=0.34 * min(len(portfolio), _MOST_PROJECTS) + 1.6)
    if portfolio.empty:
        return draw_empty(ax, "No projects")
    rows = _sort_by_lag(portfolio).head(count_fitting_rows(ax, _MOST_PROJECTS, reserved=0.6))
    percent = rows["share_done"].mul(100)
    looks = [project_status_look(status) for status in rows["last_status"]]
    colours = [look.colour for look in looks]
    ax.barh(range(len(rows)), percent.fillna(0), color=colours, height=0.7)
    columns = zip(percent, [look.words for look in looks], rows["overdue"], strict=True)
    labels = [_project_label(*values) for values in columns]
    for place, label in enumerate(labels):
        # All start at the same position, where no mark crosses them.
        annotate_right(ax, label, (100, place), points=_LABEL_START)
    label_rows(ax, list(unique_labels(rows, ["project_gid", "project_name"], max_name_length(ax))))
    end = _axis_end(ax, max(map(len, labels)))
    ax.set(xlim=(0, end), xticks=range(0, 101, 20 if end < 200 else 50))
    ax.set_xlabel("Tasks done (%)", x=50 / end, fontsize=font_size(ax) + 1)
    hidden_note = count_hidden(len(portfolio) - len(rows))
    set_title(ax, "Projects: done and expected by now", [hidden_note])
    mark_expected(ax, np.arange(len(rows)), 100 * column_numbers(rows, "expected_share"))
    return make_room(ax)


def _sort_by_lag(portfolio: pd.DataFrame) -> pd.DataFrame:
    shares = {name: portfolio[name].astype("float64") for name in _SHARES}
    rows = portfolio.assign(**shares, lag=shares["share_done"] - shares["expected_share"])
    return rows.sort_values(["lag", "share_done", "project_gid"], kind="stable", ignore_index=True)


def _project_label(percent: float, status: str, overdue: Any) -> str:
    """Return the label of a bar.

    Examples
    --------
    >>> _project_label(87.06, "on track", 3), _project_label(float("nan"), "no status", 0)
    ('87 %  on track, 3 overdue', 'no tasks, no status')
    """
    done = "no tasks, " if np.isnan(percent) else f"{percent:.0f} %  "
    late = "" if pd.isna(overdue) or not overdue else f", {int(overdue):,} overdue"
    return f"{done}{status}{late}"


def _axis_end(ax: Axes, letters: int) -> float:
    """Return the end of the axis, in percent, that leaves room for labels of that many letters."""
    inches = _BARS_SHARE * axes_width(ax)
    label = (_LABEL_START + 0.52 * letters * font_size(ax)) / 72
    return 100 * (1 + label / max(inches - label, inches / 4))
