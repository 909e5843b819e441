"""Chart of key results below their objectives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from asana_frames.charts.goals.progress import (
    ROW_HEIGHT,
    ProgressRow,
    count_behind,
    draw_progress_bars,
    list_drawn_goals,
    select_goal_rows,
)
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    WIDE,
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    new_axes,
)
from asana_frames.charts.shared.columns import drop_repeated, read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.labels import format_value
from asana_frames.charts.shared.rows import OPTIONAL_KINDS
from asana_frames.charts.shared.statuses import goal_status_look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHAT = "objectives and key results"
_MOST_ROWS = 60
#: Days after which a key result counts as one without a recent update.
_LONG_AGO = 30


def scorecard(
    scorecard: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw key results below their objectives, with values, progress and confidence.

    Parameters
    ----------
    scorecard
        What ``rollups.scorecard`` returns: ``objective_gid``, ``objective_name``,
        ``key_result_gid``, ``key_result_name``, ``status``, ``progress``, ``expected``,
        ``current_of_target`` and ``days_since_status``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the key results need otherwise.

    Returns
    -------
    Axes
        Objectives in bold, each followed by its key results, in the order given, at most 60 rows;
        those that are furthest behind stay.
        Bars as in ``charts.goal_progress``, coloured by status; beside them the current value and
        the target, and the confidence (on narrow axes this alone). The subtitle counts the key
        results that are behind what is expected by now, as in ``charts.goal_progress``; a note
        counts those without a status update in the last 30 days.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    needed = [
        *("objective_gid", "objective_name", "key_result_gid", "key_result_name"),
        *("status", "progress", "expected", "current_of_target", "days_since_status"),
    ]
    titles = Titles(title, subtitle)
    card = read_input(
        scorecard,
        needed,
        chart="scorecard",
        ax=ax,
        kinds=OPTIONAL_KINDS,
        titles=titles,
        has_rows=True,
    )
    card = card.reset_index(drop=True)
    ahead = card["progress"].astype("Float64") - card["expected"].astype("Float64")
    card = card.assign(ahead=ahead)
    rows = _list_rows(card)
    if ax is None:
        ax = new_axes(height=ROW_HEIGHT * min(len(rows), _MOST_ROWS) + 1.6)
    if card.empty:
        set_heading(ax, scorecard, _WHAT, titles)
        return draw_empty(ax, "No key results")
    drawn = select_goal_rows(card, rows, count_fitting_rows(ax, _MOST_ROWS, reserved=1.1))
    legend = draw_progress_bars(ax, card, drawn[::-1], _list_labels(ax, card))
    set_heading(
        ax,
        scorecard,
        _WHAT,
        titles,
        finding=_count_behind(card.loc[list_drawn_goals(rows)]),
        notes=[_count_silent(card), count_hidden(len(rows) - len(drawn))],
        legend=legend,
    )
    return make_room(ax)


def _list_labels(ax: Axes, card: pd.DataFrame) -> list[str]:
    """Return what stands beside the bars."""
    # Narrow axes have room for one of the two, and the colour tells the other.
    is_wide = axes_width(ax) >= WIDE
    columns = zip(card["current_of_target"], card["status"], strict=True)
    return [_describe_state(values if is_wide else None, status) for values, status in columns]


def _count_silent(card: pd.DataFrame) -> str:
    """Return a note that counts the key results without a recent update, if there are any."""
    silent = int((~(card["days_since_status"] <= _LONG_AGO).fillna(False)).sum())
    return f"{silent} without a status update in {_LONG_AGO} days" if silent else ""


def _count_behind(card: pd.DataFrame) -> str:
    """Return how many key results are behind; rows of objectives themselves do not count."""
    pairs = zip(card["key_result_gid"], card["objective_gid"], strict=True)
    rows = card[[bool(pd.isna(own) or own != top) for own, top in pairs]]
    rows = drop_repeated(rows, "key_result_gid")
    named = rows.assign(name=rows["key_result_name"], gid=rows["key_result_gid"])
    return count_behind(named, "key result")


def _list_rows(card: pd.DataFrame) -> list[ProgressRow]:
    """Return the rows from the top down: each objective, and its key results below it."""
    groups: dict[Any, list[int]] = {}
    for number, (gid, name) in enumerate(
        zip(card["objective_gid"], card["objective_name"], strict=True)
    ):
        groups.setdefault(name if pd.isna(gid) else gid, []).append(number)
    rows = []
    for numbers in groups.values():
        first = card.loc[numbers[0]]
        own = [n for n in numbers if card["key_result_gid"][n] == card["objective_gid"][n]]
        heading = format_value(first["objective_name"])
        gid = first["objective_gid"]
        rows.append(ProgressRow(heading, own[0] if own else None, is_heading=True, gid=gid))
        rows += [
            ProgressRow(
                format_value(card["key_result_name"][number]),
                number,
                gid=card["key_result_gid"][number],
                depth=1,
            )
            for number in numbers
            if number not in own
        ]
    return rows


def _describe_state(values: Any, status: Any) -> str:
    """Return values and confidence as text.

    Examples
    --------
    >>> _describe_state("31 of 40", "yellow"), _describe_state(None, None)
    ('31 of 40,  at risk', 'no status')
    """
    words = goal_status_look(status).words
    return words if pd.isna(values) else f"{values},  {words}"
