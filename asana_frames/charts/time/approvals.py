"""Chart of the approval of timesheets, by person and week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.approval_colours import APPROVAL_COLOURS
from asana_frames.charts.shared.axes import (
    add_legend_below,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_title,
)
from asana_frames.charts.shared.colours import MISSING
from asana_frames.charts.shared.columns import Numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import (
    FEW,
    day_positions,
    fill_periods,
    find_step,
    label_period_axis,
    period_edges,
    unique_days,
)
from asana_frames.charts.shared.heat_map import (
    AWAY,
    NOTHING,
    draw_cells,
    fit_text_size,
    hatch_cells,
    write_cells,
)
from asana_frames.charts.shared.labels import format_number, unique_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from numpy.typing import NDArray

_OTHER, _AWAY = "other", "away"
_SHOWN = ("approved", "pending", "mixed", "rejected", "not handed in", _OTHER)
_OTHER_COLOUR = "#a96b59"
_MOST_PERSONS = 40


def approvals(approvals: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the state of each person's weeks as coloured cells with the tracked hours.

    Parameters
    ----------
    approvals
        What ``rollups.approvals`` returns: ``person_gid``, ``person_name``, ``period``,
        ``hours``, ``missing`` and ``state``.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        Persons with the most missing hours at the top; at most 40, a note counts the others.
        Cells of weeks in which somebody was away are hatched. Numbers are left out when they do
        not fit.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["person_gid", "person_name", "period", "hours", "missing", "state"]
    table = read_input(approvals, needed, chart="approvals", ax=ax)
    dated = drop_missing(table, "period")
    if ax is None:
        persons = len(dated[["person_gid", "person_name"]].drop_duplicates())
        ax = new_axes(height=0.3 * min(persons, _MOST_PERSONS) + 1.8)
    if dated.empty:
        return draw_empty(ax, "No weeks")
    labels = unique_labels(dated, ["person_gid", "person_name"], max_name_length(ax))
    ordered = _sort_by_missing(dated, labels)
    drawn = ordered[: count_fitting_rows(ax, _MOST_PERSONS, reserved=0.6)]
    _draw_weeks(ax, dated.assign(person=labels), drawn)
    ax.set_yticks(range(len(drawn)), drawn)
    undated = len(table) - len(dated)
    undated_note = f"+ {undated} rows without a week" if undated else ""
    hidden = count_hidden(len(ordered) - len(drawn))
    set_title(ax, "Tracked hours and approval", [hidden, undated_note])
    return make_room(ax)


def _sort_by_missing(rows: pd.DataFrame, labels: pd.Series) -> list[str]:
    """Return the persons, those with the most missing hours first, others by their order."""
    missing = rows["missing"].astype("float64").fillna(0).groupby(labels, sort=False).sum()
    return list(missing.sort_values(ascending=False, kind="stable").index)


def _draw_weeks(ax: Axes, rows: pd.DataFrame, persons: list[str]) -> None:
    known_days = unique_days(rows["period"])
    step = find_step(known_days)
    days = fill_periods(known_days, step)
    weeks = [rows["person"], rows["period"].astype("datetime64[us]")]
    firsts = rows[["hours", "state"]].groupby(weeks).first()
    states, hours = (
        firsts[name].unstack().reindex(index=persons, columns=days.astype("datetime64[us]"))
        for name in ("state", "hours")
    )
    edges = period_edges(days, step)
    # A missing state of Arrow compares with nothing.
    known = states.astype(object).where(states.notna(), None).to_numpy(object)
    values = _number_states(known)
    mesh = _draw_states(ax, values, edges)
    is_away = known == _AWAY
    hatch_cells(ax, is_away, edges)
    ax.set_xlim(edges[0], max(edges[-1], edges[0] + 5 * step.days))
    label_period_axis(ax, days, step)
    texts = _week_texts(hours.to_numpy("float64", na_value=np.nan), is_away)
    size = fit_text_size(ax, texts) if len(days) <= FEW else 0.0
    if size:
        write_cells(ax, mesh, np.nan_to_num(values), texts, day_positions(days), size=size)
    found = [name for at, name in enumerate(_SHOWN) if (values == at).any()]
    _add_legend(ax, found, bool(is_away.any()))


def _number_states(states: NDArray[np.object_]) -> Numbers:
    """Return the place of each state among those shown; missing for no week and for away."""
    known = {name: float(at) for at, name in enumerate(_SHOWN)} | {_AWAY: np.nan}
    numbers = [
        [np.nan if pd.isna(state) else known.get(state, known[_OTHER]) for state in row]
        for row in states
    ]
    return np.array(numbers, dtype="float64")


def _draw_states(ax: Axes, values: Numbers, edges: Numbers) -> QuadMesh:
    from matplotlib.colors import BoundaryNorm, ListedColormap

    colours = [APPROVAL_COLOURS.get(name, _OTHER_COLOUR) for name in _SHOWN]
    norm = BoundaryNorm(np.arange(len(_SHOWN) + 1) - 0.5, len(_SHOWN))
    return draw_cells(ax, values, edges, colours=ListedColormap(colours), norm=norm)


def _week_texts(hours: Numbers, is_away: NDArray[np.bool_]) -> list[list[str]]:
    return [
        [
            AWAY if away else "" if np.isnan(value) else format_number(value) if value else NOTHING
            for value, away in zip(row, row_away, strict=True)
        ]
        for row, row_away in zip(hours, is_away, strict=True)
    ]


def _add_legend(ax: Axes, states: list[str], has_away: bool) -> None:
    from matplotlib.patches import Patch

    handles = {name: Patch(facecolor=APPROVAL_COLOURS.get(name, _OTHER_COLOUR)) for name in states}
    if has_away:
        handles[_AWAY] = Patch(facecolor=MISSING, hatch="/////", edgecolor="#c4c4c4")
    if handles:
        add_legend_below(ax, handles)
