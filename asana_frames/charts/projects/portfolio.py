"""Status board of projects and portfolios: a bar each, its status in colour and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
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
    remove_grid,
)
from asana_frames.charts.shared.columns import column_numbers, drop_repeated, read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import shade
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import find_depths, label_rows, mark_expected, select_branches
from asana_frames.charts.shared.statuses import StatusLook, project_status_look
from asana_frames.display.sentences import count_noun, format_share
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.wide import ALL_PROJECTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHARES = ("progress", "expected")
_TEXTS = ("kind", "portfolio_gid", "portfolio_name", "project_gid", "project_name", "last_status")
_MOST_ROWS = 40
#: Where the labels of bars begin, in points beyond 100 %.
_LABEL_START = 7
#: How much wider names, bars and labels are than the axes before names take their share.
_WIDER = 1.2
#: The least share of the room beside the names that the bars have.
_LEAST_BARS = 0.3
#: The total has no status.
_TOTAL_LOOK = StatusLook("#6d7b8a", "")
_WHAT = "progress and status of projects"
_IN_TROUBLE = ("off track", "at risk")
#: An em space, which matplotlib keeps at the beginning of a name.
_INDENT = "\u2003"


def portfolio(
    portfolio: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the status board of portfolios: progress against expected progress, and the status.

    Parameters
    ----------
    portfolio
        What ``rollups.portfolio`` returns: ``kind``, ``portfolio_gid``, ``portfolio_name``,
        ``project_gid``, ``project_name``, ``path``, ``progress``, ``expected``, ``last_status``,
        ``days_since_status`` and ``overdue``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the rows need otherwise.

    Returns
    -------
    Axes
        A row per portfolio, project and total in the order given, names indented by the
        portfolios they stand below; of projects that follow each other in one portfolio, the one
        that is furthest behind comes first and those without expected progress last. Bars are the
        share of tasks done, coloured by the last status; marks are the expected progress; text
        beside them gives share, status, how many days ago that was given, and number of overdue
        tasks. At most 40 rows, the total among them; a note counts the others. Where not all fit,
        those in need stay, each with the portfolios it stands below: off track, at risk, with
        overdue tasks, furthest behind; then the other projects from the top. The subtitle counts
        the projects that are off track or at risk, and, from the row of the total, the overdue
        tasks.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = [*_TEXTS, "path", *_SHARES, "days_since_status", "overdue"]
    portfolio = read_input(
        portfolio, needed, chart="portfolio", ax=ax, titles=titles, has_rows=True
    )
    if ax is None:
        ax = new_axes(height=0.34 * min(len(portfolio), _MOST_ROWS) + 1.9)
    if portfolio.empty:
        set_heading(ax, portfolio, _WHAT, titles)
        return draw_empty(ax, "No projects")
    rows = _select_rows(_sort_by_lag(portfolio), count_fitting_rows(ax, _MOST_ROWS, reserved=0.8))
    percent = rows["progress"].mul(100)
    names_width = _name_rows(ax, rows)
    looks = [
        _TOTAL_LOOK if is_total else project_status_look(status)
        for is_total, status in zip(_is_kind(rows, "total"), rows["last_status"], strict=True)
    ]
    colours = [shade(ax, look.colour) for look in looks]
    ax.barh(range(len(rows)), percent.fillna(0), color=colours, height=0.7)
    room = _WIDER * axes_width(ax) - names_width
    labels = _label_bars(ax, rows, [look.words for look in looks], room)
    end = _axis_end(_text_width(ax, labels), room)
    ax.set(xlim=(0, end), xticks=range(0, 101, 20 if end < 200 else 50 if end < 300 else 100))
    ax.set_xlabel("Tasks done (%)", x=50 / end, fontsize=font_size(ax) + 1)
    set_heading(
        ax,
        portfolio,
        _WHAT,
        titles,
        finding=_summarise(portfolio),
        notes=[count_hidden(len(portfolio) - len(rows))],
        legend=mark_expected(ax, np.arange(len(rows)), 100 * column_numbers(rows, "expected")),
    )
    return make_room(ax)


def _summarise(portfolio: pd.DataFrame) -> str:
    """Return a sentence that counts the projects in trouble, and their overdue tasks."""
    projects = portfolio[_is_kind(portfolio, "project")]
    projects = drop_repeated(projects, "project_gid")
    if projects.empty:
        return ""
    words = [project_status_look(status).words for status in projects["last_status"]]
    parts = [f"{words.count(word):,} {word}" for word in _IN_TROUBLE if word in words]
    troubled = " and ".join(parts) or "none off track or at risk"
    # A task that is in two projects is overdue once.
    total = portfolio.loc[_is_kind(portfolio, "total"), "overdue"]
    overdue = int(total.fillna(0).sum())
    tasks = f"; {count_noun(overdue, 'task')} overdue" if overdue else ""
    return f"Of {count_noun(len(projects), 'project')}, {troubled}{tasks}."


def _sort_by_lag(portfolio: pd.DataFrame) -> pd.DataFrame:
    """Sort projects that follow each other in one portfolio; all other rows stay in place."""
    shares = {name: portfolio[name].astype("float64") for name in _SHARES}
    path = read_lists(portfolio["path"])
    rows = portfolio.assign(**shares, path=path, lag=shares["progress"] - shares["expected"])
    rows = rows.reset_index(drop=True)
    above = rows["path"].tolist()
    is_project = _is_kind(rows, "project").tolist()
    goes_on = [
        here > 0 and is_project[here] and is_project[here - 1] and above[here] == above[here - 1]
        for here in range(len(rows))
    ]
    rows["run"] = (~np.array(goes_on)).cumsum()
    order = ["run", "lag", "progress", "project_gid"]
    return rows.sort_values(order, kind="stable", ignore_index=True)


def _select_rows(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the rows that fit, in their order: those in need first, and the total as the last."""
    if len(rows) <= most:
        return rows
    totals = rows[_is_kind(rows, "total")].tail(1)
    others = rows.drop(index=totals.index).reset_index(drop=True)
    fits = max(most - len(totals), 1)
    places = select_branches(_find_depths(others), fits, _sort_by_need(others))
    return pd.concat([others.iloc[places], totals], ignore_index=True)


def _sort_by_need(rows: pd.DataFrame) -> list[int]:
    """Return the places of rows, those in need first; portfolios come with their projects."""
    words = [project_status_look(status).words for status in rows["last_status"]]
    troubles = {word: place for place, word in enumerate(_IN_TROUBLE)}
    need = pd.DataFrame(
        {
            "trouble": [troubles.get(word, len(troubles)) for word in words],
            "is_heading": ~_is_kind(rows, "project"),
            "is_in_time": ~is_true(rows["overdue"] > 0),
            "lag": rows["lag"].fillna(0).clip(upper=0),
        }
    )
    return need.sort_values([*need.columns], kind="stable").index.tolist()


def _find_depths(rows: pd.DataFrame) -> list[int]:
    """Return how many portfolios each row stands below, of those that are rows themselves."""
    paths = rows["path"].tolist()
    names = rows["portfolio_name"].where(_is_kind(rows, "portfolio"))
    own = [
        None if pd.isna(name) else (*path, name) for path, name in zip(paths, names, strict=True)
    ]
    return find_depths(paths, own)


def _is_kind(rows: pd.DataFrame, kind: str) -> pd.Series[bool]:
    """Return which rows are of a kind; those without one are of none."""
    return pd.Series(is_true(rows["kind"].eq(kind)), index=rows.index)


def _name_rows(ax: Axes, rows: pd.DataFrame) -> float:
    """Write the names, indented below their portfolios, and return their width in inches.

    What has parts is in bold letters.
    """
    is_project = _is_kind(rows, "project")
    own = {
        end: rows[f"project_{end}"]
        .astype(object)
        .where(is_project, rows[f"portfolio_{end}"].astype(object))
        for end in ("gid", "name")
    }
    is_total = _is_kind(rows, "total")
    own["name"] = own["name"].mask(is_total, ALL_PROJECTS)
    names = unique_labels(pd.DataFrame(own), ["gid", "name"], max_name_length(ax))
    depths = _find_depths(rows)
    indented = [_INDENT * depth + name for depth, name in zip(depths, names, strict=True)]
    remove_grid(ax)
    label_rows(ax, indented)
    ticks = ax.get_yticklabels()
    for tick, is_plain in zip(ticks, is_project, strict=True):
        tick.set_fontweight("normal" if is_plain else "bold")
    widest = max(tick.get_window_extent().width for tick in ticks) / ax.figure.dpi
    if any(depths):
        # Aligned at the left, or the indentation would not show.
        for tick in ticks:
            tick.set_horizontalalignment("left")
        ax.tick_params(axis="y", pad=10 + widest * 72)
    return float(widest)


def _label_bars(ax: Axes, rows: pd.DataFrame, words: list[str], room: float) -> list[str]:
    """Write a label beside each bar, with as much of the status as there is room for."""
    left_out: list[Any] = [None] * len(rows)
    percent, days, overdue = 100 * rows["progress"], rows["days_since_status"], rows["overdue"]
    labels: list[str] = []
    for columns in (
        (words, days, overdue),
        (words, left_out, overdue),
        (words, left_out, left_out),
    ):
        labels = [_row_label(*values) for values in zip(percent, *columns, strict=True)]
        if _text_width(ax, labels) <= (1 - _LEAST_BARS) * room:
            break
    for place, label in enumerate(labels):
        # All start at the same position, where no mark crosses them.
        annotate_right(ax, label, (100, place), points=_LABEL_START)
    return labels


def _text_width(ax: Axes, labels: list[str]) -> float:
    """Return about how wide the longest label is, in inches, with the space before it."""
    return (_LABEL_START + 0.52 * max(map(len, labels)) * font_size(ax)) / 72


def _row_label(percent: float, status: str, days: Any, overdue: Any) -> str:
    """Return the label of a bar.

    Examples
    --------
    >>> _row_label(87.06, "on track", 4.6, 3), _row_label(float("nan"), "no status", None, 0)
    ('87 %  on track (4 days ago), 3 overdue', 'no tasks, no status')
    >>> _row_label(50.0, "", None, 12)
    '50 %  12 overdue'
    """
    done = "no tasks" if np.isnan(percent) else format_share(percent / 100)
    if status and pd.notna(days):
        status += f" ({_format_age(days)})"
    late = "" if pd.isna(overdue) or not overdue else f"{int(overdue):,} overdue"
    said = ", ".join(filter(None, (status, late)))
    return f"{done}{', ' if np.isnan(percent) and said else '  ' if said else ''}{said}"


def _format_age(days: float) -> str:
    """Return how long ago a status was given.

    Examples
    --------
    >>> _format_age(0.4), _format_age(1.0), _format_age(31.9)
    ('today', '1 day ago', '31 days ago')
    """
    whole = int(days)
    return "today" if whole < 1 else f"{count_noun(whole, 'day')} ago"


def _axis_end(label: float, room: float) -> float:
    """Return the end of the axis, in percent, that leaves room for labels of a width."""
    return 100 * (1 + label / max(room - label, _LEAST_BARS * room / 2))
