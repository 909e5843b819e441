"""Charts of the projects of portfolios, and of what was said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.goals.progress import status_of
from asana_frames.charts.shared.axes import (
    empty,
    font_size,
    legend_below,
    longest_name,
    made_room,
    new_axes,
    noted_below,
    rows_that_fit,
    shortened,
    titled,
    width_of,
)
from asana_frames.charts.shared.colours import DARK
from asana_frames.charts.shared.dates import date_axis, places_of
from asana_frames.charts.shared.labels import labelled, shown
from asana_frames.rollups.shared.inputs import require_columns
from asana_frames.rollups.shared.moments import parse_moment, parse_moments
from asana_frames.types import When

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_SHARES = ("share_done", "expected_share")
_MOST_PROJECTS = 40
_MOST_LANES = 30
#: What is said of projects and portfolios, but not of goals.
_OF_WORK = {"on_hold": ("#5b9bd5", "on hold"), "complete": ("#12507b", "complete")}
#: The order of statuses, the worst first.
_WORST = ("off_track", "at_risk", "on_hold", "on_track", "complete", "dropped")
#: What nobody has told us of yet.
_UNKNOWN = "#a96b59"
_LONGEST_STATUS = 14
#: How far beyond 100 % the words beside bars begin, in points.
_BESIDE = 7
#: The share of a figure's width that is left to bars and words, beside names.
_LEFT = 0.72


def portfolio(portfolio: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how far projects are: a bar each, and a mark where it should be by now.

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
        The project that is furthest behind at the top, those without an expectation at the
        bottom by what is done. Bars are the share of tasks done, coloured by the last status;
        words beside them tell share, status and how many tasks are overdue. At most 40; a note
        counts the others.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["project_gid", "project_name", *_SHARES, "last_status", "overdue"]
    require_columns(portfolio, needed, what="charts.portfolio")
    if ax is None:
        ax = new_axes(height=0.34 * min(len(portfolio), _MOST_PROJECTS) + 1.6)
    if portfolio.empty:
        return empty(ax, "No projects")
    ordered = _by_lag(portfolio)
    rows = ordered.head(rows_that_fit(ax, _MOST_PROJECTS, beside=0.6))
    percent = rows["share_done"].mul(100)
    looks = [_look(status) for status in rows["last_status"]]
    colours = [colour for colour, _ in looks]
    ax.barh(range(len(rows)), percent.fillna(0), color=colours, height=0.7)
    columns = (percent, [words for _, words in looks], rows["overdue"])
    words = [_in_words(*told) for told in zip(*columns, strict=True)]
    for place, text in enumerate(words):
        # All in one column, where no mark crosses them.
        ax.annotate(
            text,
            (100, place),
            xytext=(_BESIDE, 0),
            textcoords="offset points",
            va="center",
            fontsize=font_size(ax),
        )
    _rows(ax, labelled(rows, ["project_gid", "project_name"], longest_name(ax)))
    widest = _widest(ax, max(map(len, words)))
    ax.set(xlim=(0, widest), xticks=range(0, 101, 20 if widest < 200 else 50))
    ax.set_xlabel("Tasks done (%)", x=50 / widest, fontsize=font_size(ax) + 1)
    more = len(ordered) - len(rows)
    titled(ax, "Projects: done and expected by now", [f"… {more} more"] if more else [])
    _marks(ax, rows["expected_share"].mul(100))
    return made_room(ax)


def _by_lag(portfolio: pd.DataFrame) -> pd.DataFrame:
    shares = {name: portfolio[name].astype("float64") for name in _SHARES}
    rows = portfolio.assign(**shares, lag=shares["share_done"] - shares["expected_share"])
    return rows.sort_values(["lag", "share_done", "project_gid"], kind="stable", ignore_index=True)


def _look(status: Any) -> tuple[str, str]:
    """Return the colour and the words of a status.

    Examples
    --------
    >>> _look("on_hold"), _look("on_time"), _look(None)
    (('#5b9bd5', 'on hold'), ('#a96b59', 'on time'), ('#b8b8b8', 'no status'))
    """
    if not isinstance(status, str):
        return status_of(None)
    colour, words = _OF_WORK.get(status, status_of(status))
    if words == status_of(None)[1]:
        return _UNKNOWN, shortened(shown(status).replace("_", " "), _LONGEST_STATUS)
    return colour, words


def _in_words(percent: float, status: str, overdue: Any) -> str:
    """Return what is told beside a bar.

    Examples
    --------
    >>> _in_words(87.06, "on track", 3), _in_words(float("nan"), "no status", 0)
    ('87 %  on track, 3 overdue', 'no tasks, no status')
    """
    done = "no tasks, " if np.isnan(percent) else f"{percent:.0f} %  "
    late = "" if pd.isna(overdue) or not overdue else f", {int(overdue):,} overdue"
    return f"{done}{status}{late}"


def _widest(ax: Axes, letters: int) -> float:
    """Return up to which percent the axis goes, so that so many letters fit beside the bars."""
    inches = _LEFT * width_of(ax)
    words = (_BESIDE + 0.52 * letters * font_size(ax)) / 72
    return 100 * (1 + words / max(inches - words, inches / 4))


def _rows(ax: Axes, names: pd.Series) -> None:
    """Write a name beside each row, the first at the top."""
    ax.set_yticks(range(len(names)), list(names))
    ax.tick_params(labelsize=font_size(ax))
    ax.tick_params(axis="y", length=0, labelsize=font_size(ax) + 1)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.spines[["top", "right"]].set_visible(False)


def _marks(ax: Axes, expected: pd.Series) -> None:
    values = expected.to_numpy("float64")
    places = np.flatnonzero(~np.isnan(values))
    if len(places):
        marks = ax.vlines(values[places], places - 0.42, places + 0.42, color=DARK, linewidth=1.8)
        legend_below(ax, [marks], ["expected by now"])


def status_timeline(
    statuses: pd.DataFrame, *, now: When | None = None, ax: Axes | None = None
) -> Axes:
    """Draw what was said of projects, portfolios or goals, from each update to the next.

    Parameters
    ----------
    statuses
        As ``asana.status_updates.list(parent=...)`` returns them: ``parent_gid``,
        ``parent_name``, ``status_type`` and ``created_at``.
    now
        The moment until which the last status of each holds; the present where not given.
    ax
        Where to draw; a new figure as high as the projects need otherwise.

    Returns
    -------
    Axes
        A row per parent, those whose last status is worst at the top, then by name, at most 30;
        spans are coloured by status, in UTC, and the legend tells them in words. Notes count the
        other parents, and the updates without a parent or a moment.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``now`` is no moment.
    """
    needed = ["parent_gid", "parent_name", "status_type", "created_at"]
    require_columns(statuses, needed, what="charts.status_timeline")
    end = parse_moment(now)
    spans, parents = _spans(statuses)
    if ax is None:
        ax = new_axes(height=0.34 * min(len(parents), _MOST_LANES) + 1.6)
    if spans.empty:
        return empty(ax, "No status updates")
    drawn = parents.head(rows_that_fit(ax, _MOST_LANES, beside=0.9))
    legend = _lanes(ax, spans, drawn, max(end, spans["created_at"].max()))
    _rows(ax, labelled(drawn, ["parent_gid", "parent_name"], longest_name(ax)))
    date_axis(ax)
    titled(ax, "Status updates")
    more, lost = len(parents) - len(drawn), len(statuses) - len(spans)
    notes = [f"… {more} more" if more else "", f"+ {lost} without a parent or day" if lost else ""]
    told = " · ".join(filter(None, notes))
    noted_below(ax, [told] if told else [], points=26)
    legend_below(ax, list(legend.values()), list(legend), points=42 if told else 30)
    return made_room(ax)


def _spans(statuses: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the updates in their order, and their parents in the order of the rows."""
    at = parse_moments(statuses["created_at"], what="charts.status_timeline")
    known = statuses.assign(created_at=at).dropna(subset=["parent_gid", "created_at"])
    spans = known.sort_values(["parent_gid", "created_at"], kind="stable", ignore_index=True)
    last = spans.drop_duplicates("parent_gid", keep="last")
    ranks = dict(zip(_WORST, range(len(_WORST)), strict=True))
    rank = last["status_type"].map(ranks).fillna(len(ranks))
    columns = ["rank", "parent_name", "parent_gid"]
    return spans, last.assign(rank=rank).sort_values(columns, kind="stable", ignore_index=True)


def _lanes(
    ax: Axes, spans: pd.DataFrame, parents: pd.DataFrame, end: pd.Timestamp
) -> dict[str, Artist]:
    """Draw the spans of the parents; return the handles of the legend, the worst first."""
    from matplotlib.patches import Patch

    place = pd.Series(range(len(parents)), index=pd.Index(parents["parent_gid"]))
    until = spans["created_at"].groupby(spans["parent_gid"]).shift(-1).fillna(end)
    spans = spans.assign(place=spans["parent_gid"].map(place), until=until)
    spans = spans[spans["place"].notna()]
    starts, ends = (
        places_of(spans[name].dt.tz_localize(None)) for name in ("created_at", "until")
    )
    looks = [_look(status) for status in spans["status_type"]]
    ax.barh(
        spans["place"],
        # What was said just now is still to be seen.
        np.maximum(ends - starts, (ends.max() - starts.min()) / 200),
        left=starts,
        height=0.7,
        color=[colour for colour, _ in looks],
        # Parts updates that say the same.
        edgecolor="white",
        linewidth=0.8,
    )
    there = {words: colour for colour, words in looks}
    known = [_look(status)[1] for status in _WORST]
    order = [*(words for words in known if words in there), *there]
    return {words: Patch(color=there[words]) for words in dict.fromkeys(order)}
