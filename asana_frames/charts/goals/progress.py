"""Bar chart of goal progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
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
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import MUTED, mix_ink, shade
from asana_frames.charts.shared.labels import (
    find_leaders,
    format_value,
    name_leaders,
    shorten_name,
    unique_labels,
)
from asana_frames.charts.shared.rows import (
    OPTIONAL_KINDS,
    mark_expected,
    name_rows,
    select_branches,
)
from asana_frames.charts.shared.statuses import goal_status_look, is_final_status
from asana_frames.display.sentences import count_noun, format_points, format_share
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.key_figures import TINY, TOLERATED_LAG

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

By = Literal["parent", "period"]
_WHAT = "progress of goals"
#: Inches of a row.
ROW_HEIGHT = 0.36
#: Inches that titles, legend and notes take.
RESERVED = 1.0
#: The end of bars that are beyond their target, in percent.
_FARTHEST = 125
_BAR_HEIGHT = 0.7
#: Points that a goal is behind, or ahead, before words say so.
_FEWEST_POINTS = 0.5


class ProgressRow(NamedTuple):
    """A row of the chart: a goal, or the heading of a group when it has no row number."""

    name: str
    number: int | None
    #: A goal whose name is that of a group.
    is_heading: bool = False
    #: Identifies the goal among those of the same name, if it is known.
    gid: Any = None
    #: How many rows it is below, of those above it.
    depth: int = 0
    #: What stands after its name.
    ending: str = ""


def goal_progress(
    progress: pd.DataFrame,
    *,
    by: By | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar per goal, from 0 to 100 % of the way to its target.

    Parameters
    ----------
    progress
        What ``rollups.goal_progress`` returns: ``name``, ``status`` and ``progress``; a mark shows
        ``expected`` and the label shows ``ahead`` if these columns exist.
    by
        ``"parent"`` groups the goals by the first they support, ``"period"`` by their time period.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        Goals sorted by progress, the highest at the top, coloured by status, which the label names
        as well. Where not all fit, those that are furthest behind stay, then the highest. Goals
        without progress are named at the bottom without a bar. What
        is beyond 100 % is hatched and ends at 125 %, progress below 0 has an arrow; both keep
        their number. The subtitle counts the open goals that are more than 10 points behind
        what is expected by now (``ahead`` below -0.1), and names the one that is furthest behind;
        of three or more, the first and how many more.

    Raises
    ------
    InvalidArgument
        A column is missing, ``by`` is unknown, or ``ax``, ``title`` or ``subtitle`` cannot be
        used.
    """
    needed = ["name", "status", "progress", *_group_columns(by)]
    titles = Titles(title, subtitle)
    progress = read_input(
        progress,
        needed,
        chart="goal_progress",
        ax=ax,
        kinds=OPTIONAL_KINDS,
        titles=titles,
        has_rows=True,
    )
    goals = progress.reset_index(drop=True)
    rows = _order_rows(goals, by)
    if ax is None:
        ax = new_axes(height=ROW_HEIGHT * len(rows) + 1.6)
    if goals.empty:
        set_heading(ax, progress, _WHAT, titles)
        return draw_empty(ax, "No goals")
    fits = count_fitting_rows(ax, len(rows), reserved=RESERVED)
    drawn = select_goal_rows(goals, rows[::-1], fits)[::-1]
    legend = draw_progress_bars(ax, goals, drawn)
    notes = [count_hidden(len(rows) - len(drawn))]
    finding = count_behind(goals.loc[list_drawn_goals(rows[::-1])])
    set_heading(ax, progress, _WHAT, titles, finding=finding, notes=notes, legend=legend)
    return make_room(ax)


def _group_columns(by: By | None) -> list[str]:
    columns: dict[str | None, list[str]] = {
        "parent": ["parent_names"],
        "period": ["time_period_display_name"],
        None: [],
    }
    check_choice(by, columns, name="by")
    return columns[by]


def _order_rows(goals: pd.DataFrame, by: By | None) -> list[ProgressRow]:
    """Return the rows from the bottom up: lowest progress first, by group if there are any."""
    ordered = goals.sort_values("progress", na_position="first", kind="stable")
    numbers = [int(number) for number in ordered.index]
    names = map(format_value, ordered["name"])
    gids = ordered["gid"] if "gid" in ordered else [None] * len(ordered)
    rows = [
        ProgressRow(name, number, gid=gid)
        for name, number, gid in zip(names, numbers, gids, strict=True)
    ]
    if by is None:
        return rows
    groups = _goal_groups(goals, by)
    grouped: list[ProgressRow] = []
    for group in reversed(groups.drop_duplicates().tolist()):
        grouped += [row for row, at in zip(rows, numbers, strict=True) if groups[at] == group]
        grouped.append(ProgressRow(str(group), None))
    return grouped


def _goal_groups(goals: pd.DataFrame, by: By) -> pd.Series[Any]:
    """Return the group of each goal; groups are in the order in which they are drawn."""
    if by == "parent":
        first = read_lists(goals["parent_names"]).str[0]
        return first.map(format_value, na_action="ignore").fillna("At the top")
    periods = goals["time_period_display_name"].map(format_value)
    columns = [name for name in ("start_on", "due_on") if name in goals]
    order = goals.sort_values(columns, kind="stable").index if columns else goals.index
    return periods.loc[order]


def select_goal_rows(
    goals: pd.DataFrame, rows: Sequence[ProgressRow], most: int
) -> list[ProgressRow]:
    """Return the rows that fit, in their order.

    The goals that are furthest behind come first, each with the rows that it stands below, because
    the finding names them; then the others from the top.

    Parameters
    ----------
    goals
        What the row numbers refer to: ``status`` and, where they are known, ``ahead`` and
        ``kind``.
    rows
        From the top down.
    most
        How many rows fit.
    """
    # Groups are above their goals, which have no depth of their own.
    depths = [2 * row.depth + (row.number is not None and not row.is_heading) for row in rows]
    return [rows[place] for place in select_branches(depths, most, _find_behind(goals, rows))]


def _find_behind(goals: pd.DataFrame, rows: Sequence[ProgressRow]) -> list[int]:
    """Return the places of the open goals that are behind, the furthest first.

    Equal ones are in the order of the rows, as `count_behind` names them.
    """
    if "ahead" not in goals:
        return []
    ahead = column_numbers(goals, "ahead")
    is_goal = _find_goals(goals)
    behind = {
        place: -100 * float(ahead[row.number])
        for place, row in enumerate(rows)
        if row.number is not None
        and ahead[row.number] < 0
        and is_goal[row.number]
        and not row.is_heading
        and not is_final_status(goals["status"].iloc[row.number])
    }
    leads = dict(zip(behind, find_leaders(np.array([*behind.values()])), strict=True))
    return sorted(behind, key=lambda at: np.inf if leads[at] else behind[at], reverse=True)


def list_drawn_goals(rows: Iterable[ProgressRow]) -> list[int]:
    """Return the numbers of the goals in the order of the rows."""
    return [row.number for row in rows if row.number is not None]


def _find_goals(goals: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows are goals: all of them where the table has no other kinds."""
    return (
        is_true(goals["kind"].eq("goal")) if "kind" in goals else np.ones(len(goals), dtype=bool)
    )


def draw_progress_bars(
    ax: Axes,
    goals: pd.DataFrame,
    rows: Sequence[ProgressRow],
    labels: Sequence[str] | None = None,
) -> dict[str, Artist]:
    """Draw the rows from the bottom up: goals with a bar, headings in bold.

    ``labels`` are the texts beside the bars, one per goal; progress and status if not given.
    Returns the handles of the legend.
    """
    places = {row.number: place for place, row in enumerate(rows) if row.number is not None}
    ordered = goals.loc[list(places)]
    at = np.array(list(places.values()))
    percent = np.nan_to_num(100 * column_numbers(ordered, "progress"))
    colours = [shade(ax, goal_status_look(status).colour) for status in ordered["status"]]
    legend = _draw_bars(ax, at, percent, colours)
    given = pd.Series(_progress_labels(ax, goals) if labels is None else labels, index=goals.index)
    for place, label in zip(at, given.loc[list(places)], strict=True):
        # All start at the same position, where no mark crosses them.
        write_beside_axes(ax, label, float(place))
    if "expected" in ordered:
        legend = mark_expected(ax, at, 100 * column_numbers(ordered, "expected")) | legend
    longest = max_name_length(ax)
    remove_grid(ax)
    name_rows(ax, range(len(rows)), label_goal_rows(rows, longest))
    for tick_label, row in zip(ax.get_yticklabels(), rows, strict=True):
        is_bold = row.number is None or row.is_heading
        tick_label.set_fontweight("bold" if is_bold else "normal")
    ax.tick_params(axis="both", labelsize=font_size(ax))
    ax.tick_params(axis="y", which="both", length=0)
    ax.tick_params(axis="y", labelsize=font_size(ax) + 1)
    ax.set(xlim=(0, min(_FARTHEST, max(100, percent.max(initial=0)))), xticks=percent_ticks(ax))
    ax.set_xlabel("Progress (%)", fontsize=font_size(ax) + 1)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.spines[["top", "right"]].set_visible(False)
    return legend


def label_goal_rows(rows: Sequence[ProgressRow], longest: int) -> list[str]:
    """Return the names of the rows; goals that have a gid and equal names have an ending."""
    known = [place for place, row in enumerate(rows) if not pd.isna(row.gid)]
    names = [shorten_name(row.name, longest) for row in rows]
    table = pd.DataFrame(
        {
            "gid": [rows[place].gid for place in known],
            "name": [rows[place].name for place in known],
        }
    )
    for place, label in zip(known, unique_labels(table, ["gid", "name"], longest), strict=True):
        names[place] = label
    # Em spaces, which matplotlib keeps at the beginning of a name.
    return [
        "\u2003" * row.depth + name + row.ending for row, name in zip(rows, names, strict=True)
    ]


def _draw_bars(
    ax: Axes, at: NDArray[np.int64], percent: Numbers, colours: Sequence[str]
) -> dict[str, Artist]:
    """Draw bars up to their target and hatched beyond it, and an arrow for those below 0."""
    ax.barh(at, percent.clip(0, 100), color=colours, height=_BAR_HEIGHT)
    legend: dict[str, Artist] = {}
    beyond = percent > 100 + TINY
    if beyond.any():
        ends = percent[beyond].clip(100, _FARTHEST) - 100
        style: dict[str, Any] = {"facecolor": "none", "hatch": "//////", "linewidth": 0}
        own = [colour for colour, is_beyond in zip(colours, beyond, strict=True) if is_beyond]
        ax.barh(at[beyond], ends, left=100, height=_BAR_HEIGHT, edgecolor=own, **style)
        line = ax.axvline(100, color=mix_ink(ax, MUTED), linewidth=1.0, linestyle=":")
        legend["target"] = line
    below = at[percent < -TINY]
    if len(below):
        (arrows,) = ax.plot(
            np.zeros(len(below)), below, linestyle="", marker=4, color=mix_ink(ax), clip_on=False
        )
        legend["below 0 %"] = arrows
    return legend


def count_behind(goals: pd.DataFrame, what: str = "goal") -> str:
    """Return how many open goals are behind by more than is tolerated, and which one the most.

    The rule is that of ``rollups.goal_summary`` and of the findings of ``gather.goals_report``.

    Parameters
    ----------
    goals
        Each goal once, in the order in which goals that are equally far behind are named.
        Columns: ``name``, ``status`` and, where known, ``ahead`` and ``gid``.
    what
        What the rows are called, such as ``"key result"``.

    Examples
    --------
    >>> goals = pd.DataFrame({"name": ["Site", "Shop"], "status": None, "ahead": [-0.4, 0.1]})
    >>> count_behind(goals)
    '1 of 2 goals is more than 10 points behind what is expected by now: Site by 40.'
    >>> count_behind(goals.tail(1))
    'No goal is more than 10 points behind what is expected by now.'
    """
    if "ahead" not in goals:
        return ""
    is_open = np.array([not is_final_status(status) for status in goals["status"]], dtype=bool)
    names = _name_goals(goals)[is_open]
    behind = -100 * column_numbers(goals, "ahead")[is_open]
    if np.isnan(behind).all():
        return ""
    most = 100 * TOLERATED_LAG
    count = int((behind > most + TINY).sum())
    rule = f"more than {most:.0f} points behind what is expected by now"
    if not count:
        return f"No {what} is {rule}."
    verb = "is" if count == 1 else "are"
    counted = f"{count:,} of {count_noun(len(names), what)}"
    lag = format_points(float(np.nanmax(behind)), most).partition(" ")[0]
    name = name_leaders(names, behind)
    most_behind = f": {name} by" if count == 1 else f"; the most: {name}, by"
    return f"{counted} {verb} {rule}{most_behind} {lag}."


def _name_goals(goals: pd.DataFrame) -> pd.Series[Any]:
    """Return the names of goals, equal ones told apart as in the rows of the chart."""
    if "gid" in goals:
        return unique_labels(goals, ["gid", "name"], LONGEST_NAME)
    return goals["name"].map(format_value)


def percent_ticks(ax: Axes) -> range:
    """Return as many ticks from 0 to 100 % as axes have room for."""
    return range(0, 101, 20 if axes_width(ax) >= WIDE else 50)


def _progress_labels(ax: Axes, goals: pd.DataFrame) -> list[str]:
    """Return what stands beside the bars; on narrow axes how far ahead a goal is, is left out."""
    has_ahead = "ahead" in goals and axes_width(ax) >= WIDE
    ahead = goals["ahead"] if has_ahead else pd.Series(pd.NA, index=goals.index)
    columns = zip(goals["progress"], goals["status"], ahead, _find_goals(goals), strict=True)
    return [_progress_label(*values) for values in columns]


def _progress_label(progress: Any, status: Any, ahead: Any, is_goal: bool = True) -> str:
    """Return progress and status as text.

    Examples
    --------
    >>> _progress_label(0.5, "red", -0.25), _progress_label(pd.NA, "green", pd.NA)
    ('50 %  off track, 25 points behind', 'no progress, on track')
    """
    if not is_goal:
        return "" if pd.isna(progress) else f"{format_share(progress)}  done"
    words = goal_status_look(status).words
    if pd.isna(progress):
        return f"no progress, {words}"
    points = 0.0 if pd.isna(ahead) else 100 * float(ahead)
    return f"{format_share(progress)}  {words}{_describe_lead(points)}"


def _describe_lead(points: float) -> str:
    if abs(points) <= _FEWEST_POINTS:
        return ""
    # One decimal where whole points would not tell on which side of the limit a goal is.
    words = format_points(points, 0 if points > 0 else 100 * TOLERATED_LAG)
    return f", {words} {'ahead' if points > 0 else 'behind'}"
