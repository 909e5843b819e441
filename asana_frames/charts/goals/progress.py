"""Charts of how far goals are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    empty,
    font_size,
    legend_below,
    longest_name,
    made_room,
    new_axes,
    shortened,
    titled,
)
from asana_frames.charts.shared.colours import DARK
from asana_frames.charts.shared.labels import shown
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import require_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

By = Literal["parent", "period"]
#: Status of a goal -> colour (told apart with any eyes, by lightness too) and its words.
STATUS = {
    "green": ("#1b7f5c", "on track"),
    "yellow": ("#e0a100", "at risk"),
    "red": ("#b03060", "off track"),
    "achieved": ("#12507b", "achieved"),
    "partial": ("#5b9bd5", "partly achieved"),
    "missed": ("#7a1f2b", "missed"),
    "dropped": ("#8c8c8c", "dropped"),
}
_NO_STATUS = ("#b8b8b8", "no status")
_ROW = 0.36
#: Room on the right, in percent, for the label of a full bar.
_WIDEST = 165
#: Where that label begins.
_BESIDE = 103


class _Row(NamedTuple):
    """A line of the chart: a goal, or the heading of a group when it has no number."""

    name: str
    number: int | None


def goal_progress(progress: pd.DataFrame, *, by: By | None = None, ax: Axes | None = None) -> Axes:
    """Draw one bar per goal, from 0 to 100 % of the way to its target.

    Parameters
    ----------
    progress
        What ``rollups.goal_progress`` returns: ``name``, ``status`` and ``progress``; a mark
        shows ``expected``, and the label tells ``ahead``, where these columns are there.
    by
        ``"parent"`` groups the goals by the first they support, ``"period"`` by their time period.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        Goals from the furthest on at the top to the least far, coloured by status, which the
        label tells in words too. Goals without progress are named at the bottom without a bar;
        bars beyond 0 or 100 % end at the edge and keep their number.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``by`` is unknown.
    """
    require_columns(
        progress, ["name", "status", "progress", *_grouped_by(by)], what="charts.goal_progress"
    )
    rows = progress.reset_index(drop=True)
    lines = _lines(rows, by)
    if ax is None:
        ax = new_axes(height=_ROW * len(lines) + 1.6)
    if rows.empty:
        return empty(ax, "No goals")
    return _drawn(ax, rows, lines, "Goal progress")


def goal_tree(tree: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw goals as an indented tree, a bar of its progress beside each.

    Parameters
    ----------
    tree
        What ``rollups.goal_tree`` returns: ``name``, ``kind``, ``depth``, ``is_repeated``,
        ``status``, ``progress``, and ``expected`` and ``ahead`` where they are there.
    ax
        Where to draw; a new figure as high as the tree needs otherwise.

    Returns
    -------
    Axes
        The tree from the top down, in the order given; bars as in ``charts.goal_progress``.
        Projects, portfolios and tasks that support a goal are named in brackets by their kind; a
        goal that was there before has a mark.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["name", "kind", "depth", "is_repeated", "status", "progress"]
    require_columns(tree, needed, what="charts.goal_tree")
    rows = tree.reset_index(drop=True)
    if ax is None:
        ax = new_axes(height=_ROW * len(rows) + 1.6)
    if rows.empty:
        return empty(ax, "No goals")
    columns = (rows[name] for name in ("name", "kind", "depth", "is_repeated"))
    names = [_indented(*values) for values in zip(*columns, strict=True)]
    lines = [_Row(name, number) for number, name in enumerate(names)]
    ax = _drawn(ax, rows, lines[::-1], "Goals and what supports them")
    # Beside the bars, or the names would be pushed to the right edge of their column.
    for label in ax.get_yticklabels():
        label.set_horizontalalignment("left")
    widest = max(label.get_window_extent().width for label in ax.get_yticklabels())
    ax.tick_params(axis="y", pad=10 + widest * 72 / ax.figure.dpi)
    return made_room(ax)


def _indented(name: Any, kind: Any, depth: Any, is_repeated: Any) -> str:
    words = shown(name)
    if kind != "goal":
        words = f"[{shown(kind)}] {words}"
    again = " (see above)" if pd.notna(is_repeated) and is_repeated else ""
    # Narrow blanks that matplotlib keeps at the beginning of a name.
    return "\u2003" * int(depth) + words + again


def _grouped_by(by: object) -> list[str]:
    columns: dict[Any, list[str]] = {
        None: [],
        "parent": ["parent_names"],
        "period": ["time_period_display_name"],
    }
    if by not in columns:
        raise InvalidArgument(f"by={by!r} is unknown: 'parent', 'period' or None.")
    return columns[by]


def _lines(rows: pd.DataFrame, by: By | None) -> list[_Row]:
    """Return the lines from the bottom up: groups, and in them the least far goal first."""
    ordered = rows.sort_values("progress", na_position="first", kind="stable")
    numbers = [int(number) for number in ordered.index]
    goals = [_Row(shown(name), at) for name, at in zip(ordered["name"], numbers, strict=True)]
    if by is None:
        return goals
    groups = _groups(rows, by)
    lines: list[_Row] = []
    for name in reversed(groups.drop_duplicates().tolist()):
        lines += [goal for goal, at in zip(goals, numbers, strict=True) if groups[at] == name]
        lines.append(_Row(str(name), None))
    return lines


def _groups(rows: pd.DataFrame, by: By) -> pd.Series[Any]:
    """Return the group of each goal, in the order in which they are drawn."""
    if by == "parent":
        first = rows["parent_names"].str[0]
        return first.map(shown, na_action="ignore").fillna("At the top")
    periods = rows["time_period_display_name"].map(shown)
    columns = [name for name in ("start_on", "due_on") if name in rows]
    order = rows.sort_values(columns, kind="stable").index if columns else rows.index
    return periods.loc[order]


def _drawn(ax: Axes, rows: pd.DataFrame, lines: Sequence[_Row], title: str) -> Axes:
    """Draw a bar per line that is a goal, from the bottom up."""
    places = {line.number: place for place, line in enumerate(lines) if line.number is not None}
    ordered = rows.loc[list(places)]
    at = np.array(list(places.values()))
    percent = ordered["progress"].astype("float64").mul(100)
    looks = [STATUS.get(status, _NO_STATUS) for status in ordered["status"]]
    ax.barh(at, percent.fillna(0).clip(0, 100), color=[color for color, _ in looks], height=0.7)
    for place, words in zip(at, _labels(ordered), strict=True):
        # All in one column, where no mark crosses them.
        ax.text(_BESIDE, place, words, va="center", fontsize=font_size(ax))
    _marks(ax, at, ordered)
    longest = longest_name(ax)
    ax.set_yticks(range(len(lines)), [shortened(line.name, longest) for line in lines])
    for label, line in zip(ax.get_yticklabels(), lines, strict=True):
        label.set_fontweight("normal" if line.number is not None else "bold")
    ax.tick_params(axis="y", length=0, labelsize=font_size(ax) + 1)
    ax.set(xlim=(0, _WIDEST), xticks=range(0, 101, 20), xlabel="Progress (%)")
    ax.set_ylim(-0.6, len(lines) - 0.4)
    titled(ax, title)
    ax.spines[["top", "right"]].set_visible(False)
    return made_room(ax)


def _labels(rows: pd.DataFrame) -> list[str]:
    ahead = rows["ahead"] if "ahead" in rows else pd.Series(pd.NA, index=rows.index)
    kinds = rows["kind"] if "kind" in rows else pd.Series("goal", index=rows.index)
    values = zip(rows["progress"], rows["status"], ahead, kinds, strict=True)
    return [_in_words(*each) for each in values]


def _in_words(progress: Any, status: Any, ahead: Any, kind: Any = "goal") -> str:
    """Return progress and status in words.

    Examples
    --------
    >>> _in_words(0.5, "red", -0.25), _in_words(pd.NA, "green", pd.NA)
    ('50 %  off track, 25 points behind', 'no progress, on track')
    """
    if kind != "goal":
        return "" if pd.isna(progress) else f"{100 * float(progress):.0f} %  done"
    words = STATUS.get(status, _NO_STATUS)[1]
    if pd.isna(progress):
        return f"no progress, {words}"
    points = 0 if pd.isna(ahead) else round(100 * float(ahead))
    way = f", {abs(points)} points {'ahead' if points > 0 else 'behind'}" if points else ""
    return f"{100 * float(progress):.0f} %  {words}{way}"


def _marks(ax: Axes, places: Any, rows: pd.DataFrame) -> None:
    """Mark where each goal should be by now."""
    if "expected" not in rows:
        return
    expected = rows["expected"].astype("float64").mul(100).to_numpy()
    known = ~np.isnan(expected)
    if not known.any():
        return
    marks = ax.vlines(
        expected[known], places[known] - 0.42, places[known] + 0.42, color=DARK, linewidth=1.8
    )
    legend_below(ax, [marks], ["expected by now"])


def status_of(words: Any) -> tuple[str, str]:
    """Return colour and words of a status, of a goal's own or a status update's."""
    same = {"on_track": "green", "at_risk": "yellow", "off_track": "red"}
    return STATUS.get(same.get(words, words), _NO_STATUS) if isinstance(words, str) else _NO_STATUS
