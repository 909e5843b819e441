"""Charts of who has how much to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    empty,
    font_size,
    longest_name,
    made_room,
    new_axes,
    rows_that_fit,
    titled,
)
from asana_frames.charts.shared.dates import (
    FEW,
    Days,
    Numbers,
    days_of,
    edges_of,
    filled,
    period_axis,
    places_of,
    step_of,
)
from asana_frames.charts.shared.heat_map import AWAY, cells, fitting_size, hatched, key, write
from asana_frames.charts.shared.labels import labelled, number
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import require_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.colors import Normalize
    from numpy.typing import NDArray

Show = Literal["load", "free", "utilisation"]


class _Way(NamedTuple):
    """A way to show capacity."""

    title: str
    #: What is divided by what is available to order the persons.
    amount: str
    scale: float
    centre: float
    colours: str


# Red is too much work in all of them.
_WAYS = {
    "load": _Way("Load (% of available hours)", "allocated", 100, 100, "RdBu_r"),
    "free": _Way("Free hours", "allocated", 1, 0, "RdBu"),
    "utilisation": _Way("Utilisation (% of available hours)", "tracked", 100, 100, "RdBu_r"),
}
_MOST = 40
#: How far below 0 % the scale of colours goes.
_PALER = 0.8


def capacity(capacity: pd.DataFrame, *, show: Show = "load", ax: Axes | None = None) -> Axes:
    """Draw how busy persons are, period by period, as coloured cells.

    Parameters
    ----------
    capacity
        What ``rollups.capacity`` returns: ``person_gid``, ``person_name``, ``period``,
        ``available``, ``allocated`` or, for the utilisation, ``tracked``, and the column that is
        shown.
    show
        ``"load"``, ``"free"`` or ``"utilisation"``.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        Persons with the greatest load of all periods (for ``"utilisation"``: the greatest
        utilisation) at the top; at most 40, a note counts the others. Colours part at 100 %, or
        at 0 hours. Cells without available hours are hatched; unknown ones are grey. Numbers are
        left out when they do not fit; then a colour bar tells the scale.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``show`` is unknown.
    """
    if show not in _WAYS:
        raise InvalidArgument(f"show= takes {', '.join(_WAYS)}, not {show!r}.")
    way = _WAYS[show]
    needed = ["person_gid", "person_name", "period", "available", way.amount, show]
    require_columns(capacity, needed, what="charts.capacity")
    dated = capacity[capacity["period"].notna()].reset_index(drop=True)
    if ax is None:
        persons = len(dated[["person_gid", "person_name"]].drop_duplicates())
        ax = new_axes(height=0.3 * min(persons, _MOST) + 1.8)
    if dated.empty:
        return empty(ax, "No capacity")
    names = labelled(dated, ["person_gid", "person_name"], longest_name(ax))
    ordered = _by_load(dated, names, way)
    drawn = ordered[: rows_that_fit(ax, _MOST, beside=0.6)]
    _map(ax, dated.assign(person=names), drawn, show)
    ax.set_yticks(range(len(drawn)), drawn)
    more, undated = len(ordered) - len(drawn), len(capacity) - len(dated)
    notes = [
        f"… {more} more" if more else "",
        f"+ {undated} rows without a period" if undated else "",
    ]
    titled(ax, way.title, [note for note in notes if note])
    return made_room(ax)


def _by_load(capacity: pd.DataFrame, names: pd.Series, way: _Way) -> list[str]:
    """Return the persons, those with most to do in what time they have first."""
    hours = capacity[[way.amount, "available"]].astype("float64").fillna(0)
    sums = hours.groupby(names, sort=False).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        load = pd.Series(sums[way.amount].to_numpy() / sums["available"].to_numpy(), sums.index)
    return list(load.sort_values(ascending=False, kind="stable", na_position="last").index)


def _map(ax: Axes, rows: pd.DataFrame, persons: list[str], show: Show) -> None:
    step = step_of(days_of(rows["period"]))
    days = filled(days_of(rows["period"]), step)
    values, available = (_table(rows, column, persons, days) for column in (show, "available"))
    is_away = available == 0
    values = np.where(is_away, np.nan, values * _WAYS[show].scale)
    centres = places_of(days)
    edges = edges_of(days, step)
    mesh = cells(ax, values, edges, colours=_WAYS[show].colours, norm=_norm(values, show))
    hatched(ax, is_away, edges)
    # Few periods keep the width that cells of many have.
    ax.set_xlim(edges[0], max(edges[-1], edges[0] + 5 * step.days))
    period_axis(ax, days, step)
    texts = _texts(values, is_away, show)
    size = fitting_size(ax, texts) if len(days) <= FEW else 0.0
    if size:
        write(ax, mesh, values, texts, centres, size=size)
    else:
        _scale(ax, mesh, show)
    is_missing = np.isnan(values) & ~is_away
    key(
        ax,
        away="off: no available hours" if is_away.any() else "",
        missing="no data" if is_missing.any() else "",
    )


def _table(rows: pd.DataFrame, column: str, persons: list[str], days: Days) -> Numbers:
    """Return a row per person and a column per period, missing where there is no row."""
    periods = rows["period"].astype("datetime64[us]")
    firsts = rows[column].astype("float64").groupby([rows["person"], periods]).first()
    table = firsts.unstack().reindex(index=persons, columns=days.astype("datetime64[us]"))
    return table.to_numpy("float64")


def _norm(values: Numbers, show: Show) -> Normalize:
    from matplotlib.colors import TwoSlopeNorm

    way = _WAYS[show]
    if way.centre:
        # Too much is what must be seen; the deepest blue, for less than nothing, is never reached.
        return TwoSlopeNorm(way.centre, -_PALER * way.centre, 2 * way.centre)
    reach = max(1.0, float(np.nanmax(np.abs(values), initial=0.0)))
    return TwoSlopeNorm(0, -reach, reach)


def _texts(values: Numbers, is_away: NDArray[np.bool_], show: Show) -> list[list[str]]:
    written = number if show == "free" else "{:.0f}".format
    return [
        [AWAY if away else "" if np.isnan(value) else written(value) for value, away in cells]
        for cells in (zip(*row, strict=True) for row in zip(values, is_away, strict=True))
    ]


def _scale(ax: Axes, mesh: QuadMesh, show: Show) -> None:
    """Tell the scale beside the axes, in axes of its own that the layout takes for a label."""
    beside = ax.inset_axes((1.015, 0.0, 0.02, 1.0))
    bar = ax.figure.colorbar(mesh, cax=beside, extend="max" if _WAYS[show].centre else "neither")
    bar.outline.set_visible(False)
    beside.tick_params(labelsize=font_size(ax), length=2)
