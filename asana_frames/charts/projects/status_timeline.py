"""Chart of the statuses of projects, portfolios or goals, from each update to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles, copy_attrs_as_of
from asana_frames.charts.shared.axes import (
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    remove_grid,
)
from asana_frames.charts.shared.colours import text_colour_on
from asana_frames.charts.shared.columns import Numbers, read_input
from asana_frames.charts.shared.dates import day_positions, label_date_axis
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import find_background, shade
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import label_rows
from asana_frames.charts.shared.statuses import StatusLook, project_status_look
from asana_frames.display.sentences import format_day
from asana_frames.rollups.shared.moments import parse_moment, parse_moments
from asana_frames.types import When

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_MOST_PARENTS = 30
#: The part of the width that bars have beside names, and the width of a letter in its heights.
_BARS, _LETTER = 0.7, 0.6
_WHAT = "status from update to update"
#: Statuses from the worst to the best.
_FROM_WORST = ("off_track", "at_risk", "on_hold", "on_track", "complete", "dropped")

_NEEDED = ("parent_gid", "parent_name", "status_type", "created_at")


def status_timeline(
    statuses: pd.DataFrame,
    *,
    now: When | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the statuses of projects, portfolios or goals, from each update to the next.

    Parameters
    ----------
    statuses
        As ``asana.status_updates.list(parent=...)`` returns them: ``parent_gid``,
        ``parent_name``, ``status_type`` and ``created_at``.
    now
        The moment up to which statuses are drawn, later updates are left out; the present if not
        given, and then all are drawn.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the projects need otherwise.

    Returns
    -------
    Axes
        A row per parent, those whose last status is worst at the top, then by name, at most 30.
        Spans are coloured by status and name it where there is room; times are in UTC.
        The legend names all statuses. Notes count the other parents, the updates without a parent
        or a moment, and those after ``now``. The subtitle counts the last statuses.

    Raises
    ------
    InvalidArgument
        A column is missing, ``now`` is not a valid time, or ``ax``, ``title`` or ``subtitle``
        cannot be used.
    """
    titles = Titles(title, subtitle)
    chart, source = "status_timeline", "asana.status_updates.list"
    statuses = read_input(
        statuses, _NEEDED, chart=chart, ax=ax, titles=titles, has_rows=True, source=source
    )
    end = parse_moment(now)
    known = _read_updates(statuses)
    unplaced = len(statuses) - len(known)
    # Updates are never later than the present; clocks may differ a little.
    past = known if now is None else known[known["created_at"] <= end]
    later = len(known) - len(past)
    updates, parents = _sort_updates(past)
    if ax is None:
        ax = new_axes(height=0.34 * min(len(parents), _MOST_PARENTS) + 1.9)
    notes = [
        f"+ {unplaced} without a parent or day" if unplaced else "",
        f"+ {later} after {format_day(end)}" if later else "",
    ]
    if updates.empty:
        as_of = copy_attrs_as_of(statuses, now=None if now is None else end)
        set_heading(ax, as_of, _WHAT, titles, notes=notes)
        return draw_empty(ax, "No status updates until then" if later else "No status updates")
    drawn = parents.head(count_fitting_rows(ax, _MOST_PARENTS, reserved=0.9))
    legend = _draw_spans(ax, updates, drawn, max(end, updates["created_at"].max()))
    remove_grid(ax)
    label_rows(ax, list(unique_labels(drawn, ["parent_gid", "parent_name"], max_name_length(ax))))
    label_date_axis(ax)
    set_heading(
        ax,
        copy_attrs_as_of(statuses, now=end),
        _WHAT,
        titles,
        finding=_count_statuses(parents["status_type"]),
        notes=[count_hidden(len(parents) - len(drawn)), *notes],
        days=(updates["created_at"].min().tz_localize(None), end.tz_localize(None)),
        legend=legend,
    )
    return make_room(ax)


def _count_statuses(last: pd.Series) -> str:
    """Return a sentence that counts the last statuses, the worst first."""
    counts = (
        last.astype(object).map(lambda status: project_status_look(status).words).value_counts()
    )
    known = [project_status_look(status).words for status in _FROM_WORST]
    order = dict.fromkeys([*(words for words in known if words in counts), *counts.index])
    parts = [f"{counts[words]:,} {words}" for words in order]
    return f"Now: {', '.join(parts)} (of {len(last):,})."


def _read_updates(statuses: pd.DataFrame) -> pd.DataFrame:
    """Return the updates with a parent and a moment."""
    at = parse_moments(statuses["created_at"], what="charts.status_timeline")
    return statuses.assign(created_at=at).dropna(subset=["parent_gid", "created_at"])


def _sort_updates(known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the updates of each parent in order, and the parents, those in trouble first."""
    updates = known.sort_values(["parent_gid", "created_at"], kind="stable", ignore_index=True)
    last = updates.drop_duplicates("parent_gid", keep="last")
    ranks = {status: rank for rank, status in enumerate(_FROM_WORST)}
    rank = last["status_type"].astype(object).map(ranks).fillna(len(ranks))
    columns = ["rank", "parent_name", "parent_gid"]
    return updates, last.assign(rank=rank).sort_values(columns, kind="stable", ignore_index=True)


def _draw_spans(
    ax: Axes, updates: pd.DataFrame, parents: pd.DataFrame, end: pd.Timestamp
) -> dict[str, Artist]:
    """Draw a bar per update; return the handles of the legend, the worst status first."""
    from matplotlib.patches import Patch

    place = pd.Series(range(len(parents)), index=pd.Index(parents["parent_gid"]))
    until = updates["created_at"].groupby(updates["parent_gid"]).shift(-1).fillna(end)
    spans = updates.assign(place=updates["parent_gid"].map(place), until=until)
    spans = spans[spans["place"].notna()]
    starts, ends = (
        day_positions(spans[name].dt.tz_localize(None)) for name in ("created_at", "until")
    )
    looks = [project_status_look(status) for status in spans["status_type"]]
    ax.barh(
        spans["place"],
        # An update of just now is wide enough to be seen.
        np.maximum(ends - starts, (ends.max() - starts.min()) / 200),
        left=starts,
        height=0.7,
        color=[shade(ax, look.colour) for look in looks],
        # Edges like the background separate updates with the same status.
        edgecolor=find_background(ax),
        linewidth=0.8,
    )
    _write_words(ax, spans["place"].tolist(), starts, ends, looks)
    present = {look.words: look.colour for look in looks}
    known = [project_status_look(status).words for status in _FROM_WORST]
    order = dict.fromkeys([*(words for words in known if words in present), *present])
    return {words: Patch(color=shade(ax, present[words])) for words in order}


def _write_words(
    ax: Axes, places: Sequence[int], starts: Numbers, ends: Numbers, looks: Sequence[StatusLook]
) -> None:
    """Write a status into each of its spans that has room for it."""
    size = font_size(ax)
    inch = _BARS * axes_width(ax) / (ends.max() - starts.min())
    for place, start, end, look in zip(places, starts, ends, looks, strict=True):
        if len(look.words) * _LETTER * size / 72 < (end - start) * inch:
            colour = text_colour_on(shade(ax, look.colour))
            style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size}
            ax.text((start + end) / 2, place, look.words, color=colour, clip_on=True, **style)
