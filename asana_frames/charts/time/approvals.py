"""Chart of the approval of timesheets, by person and week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.approval_colours import find_approval_colour
from asana_frames.charts.shared.axes import (
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
)
from asana_frames.charts.shared.columns import Numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import (
    FEW,
    day_positions,
    fill_periods,
    find_step,
    label_period_axis,
    period_edges,
    period_ends,
    unique_days,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.heat_map import (
    AWAY,
    NOTHING,
    build_cell_legend,
    draw_cells,
    fit_text_size,
    hatch_cells,
    write_cells,
)
from asana_frames.charts.shared.labels import format_exact, unique_labels
from asana_frames.charts.shared.rows import name_rows
from asana_frames.display.sentences import count_noun, join_words

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from numpy.typing import NDArray

_OTHER, _AWAY = "other", "away"
_SHOWN = ("approved", "pending", "mixed", "rejected", "not handed in", _OTHER)
_WHAT = "approval of timesheets by person and week"
_MOST_PERSONS = 40


def approvals(
    approvals: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the state of each person's weeks as coloured cells with the tracked hours.

    Parameters
    ----------
    approvals
        What ``rollups.approvals`` returns: ``person_gid``, ``person_name``, ``period``,
        ``hours``, ``missing`` and ``state``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        Persons with the most missing hours at the top; at most 40, a note counts the others.
        Cells of weeks in which somebody was away are hatched. Numbers are left out when they do
        not fit. The subtitle counts the weeks that were not handed in, and those that were
        rejected.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = ["person_gid", "person_name", "period", "hours", "missing", "state"]
    table = read_input(approvals, needed, chart="approvals", ax=ax, titles=titles, has_rows=True)
    dated = drop_missing(table, "period")
    if ax is None:
        persons = len(dated[["person_gid", "person_name"]].drop_duplicates())
        ax = new_axes(height=0.3 * min(persons, _MOST_PERSONS) + 2.0)
    if dated.empty:
        set_heading(ax, approvals, _WHAT, titles)
        return draw_empty(ax, "No weeks")
    labels = unique_labels(dated, ["person_gid", "person_name"], max_name_length(ax))
    ordered = _sort_by_missing(dated, labels)
    drawn = ordered[: count_fitting_rows(ax, _MOST_PERSONS, reserved=0.9)]
    days, legend = _draw_weeks(ax, dated.assign(person=labels), drawn)
    name_rows(ax, range(len(drawn)), drawn)
    undated = len(table) - len(dated)
    undated_note = f"+ {count_noun(undated, 'row')} without a week" if undated else ""
    set_heading(
        ax,
        approvals,
        _WHAT,
        titles,
        finding=_summarise_states(dated["state"]),
        notes=[count_hidden(len(ordered) - len(drawn), "person", "people"), undated_note],
        days=days,
        legend=legend,
    )
    return make_room(ax)


def _sort_by_missing(rows: pd.DataFrame, labels: pd.Series) -> list[str]:
    """Return the persons, those with the most missing hours first, others by their order."""
    missing = rows["missing"].astype("float64").fillna(0).groupby(labels, sort=False).sum()
    return list(missing.sort_values(ascending=False, kind="stable").index)


def _summarise_states(states: pd.Series) -> str:
    """Return a sentence that counts the weeks which are not approved, by state."""
    counts = states.astype(object).value_counts()
    counted = int(counts.sum()) - int(counts.get(_AWAY, 0))
    told = ("not handed in", "rejected")
    parts = [
        f"{counts[name]:,} {'was' if counts[name] == 1 else 'were'} {name}"
        for name in told
        if name in counts
    ]
    if not parts:
        return ""
    return f"Of {count_noun(counted, 'weekly timesheet')}, {join_words(parts)}."


def _draw_weeks(
    ax: Axes, rows: pd.DataFrame, persons: list[str]
) -> tuple[tuple[Any, Any], dict[str, Artist]]:
    """Draw a cell per person and week; return the days and the handles of the legend."""
    from matplotlib.patches import Patch

    known_days = unique_days(rows["period"])
    step = find_step(known_days, rows.attrs.get("every"))
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
    legend: dict[str, Artist] = {
        name: Patch(facecolor=find_approval_colour(ax, name)) for name in found
    }
    legend |= build_cell_legend(ax, away=_AWAY if is_away.any() else "")
    return (days[0], period_ends(days, step)[-1] - 1), legend


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

    colours = [find_approval_colour(ax, name) for name in _SHOWN]
    norm = BoundaryNorm(np.arange(len(_SHOWN) + 1) - 0.5, len(_SHOWN))
    return draw_cells(ax, values, edges, colours=ListedColormap(colours), norm=norm)


def _week_texts(hours: Numbers, is_away: NDArray[np.bool_]) -> list[list[str]]:
    return [
        [
            AWAY if away else "" if np.isnan(value) else format_exact(value) if value else NOTHING
            for value, away in zip(row, row_away, strict=True)
        ]
        for row, row_away in zip(hours, is_away, strict=True)
    ]
