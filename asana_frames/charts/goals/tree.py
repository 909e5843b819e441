"""Chart of goals and their supporters, as an indented tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.goals.progress import (
    RESERVED,
    ROW_HEIGHT,
    ProgressRow,
    count_behind,
    draw_progress_bars,
    select_goal_rows,
)
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    new_axes,
)
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.labels import format_value
from asana_frames.charts.shared.rows import OPTIONAL_KINDS, find_depths
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.shared.inputs import is_true

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHAT = "goals and what supports them"


def goal_tree(
    tree: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw goals as an indented tree, each with a progress bar.

    Parameters
    ----------
    tree
        What ``rollups.goal_tree`` returns: ``name``, ``kind``, ``depth``, ``is_repeated``,
        ``status``, ``progress``, and ``expected``, ``ahead`` and ``path`` where they exist.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the tree needs otherwise.

    Returns
    -------
    Axes
        The tree from the top down, in the order given, children below those of their parents that
        are in the table; where not all
        fit, the goals that are furthest behind stay, with those above them. Bars as in
        ``charts.goal_progress``. Projects, portfolios and tasks that support a goal are named in
        brackets by their kind; a goal that is repeated has a mark. The subtitle is that of
        ``charts.goal_progress``, each goal counted once.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    needed = ["name", "kind", "depth", "is_repeated", "status", "progress"]
    titles = Titles(title, subtitle)
    tree = read_input(
        tree, needed, chart="goal_tree", ax=ax, kinds=OPTIONAL_KINDS, titles=titles, has_rows=True
    )
    goals = _sort_by_parents(tree.reset_index(drop=True))
    if ax is None:
        ax = new_axes(height=ROW_HEIGHT * len(goals) + 1.6)
    if goals.empty:
        set_heading(ax, tree, _WHAT, titles)
        return draw_empty(ax, "No goals")
    rows = _list_rows(goals)
    fits = count_fitting_rows(ax, len(rows), reserved=RESERVED)
    drawn = select_goal_rows(goals, rows, fits)
    legend = draw_progress_bars(ax, goals, drawn[::-1])
    # Aligned at the left, or the indentation would not show.
    for label in ax.get_yticklabels():
        label.set_horizontalalignment("left")
    widest = max(label.get_window_extent().width for label in ax.get_yticklabels())
    ax.tick_params(axis="y", pad=10 + widest * 72 / ax.figure.dpi)
    repeated = goals["is_repeated"].fillna(False).to_numpy(dtype=bool)
    own = goals[is_true(goals["kind"].eq("goal")) & ~repeated]
    finding = count_behind(own.reset_index(drop=True))
    notes = [count_hidden(len(rows) - len(drawn))]
    set_heading(ax, tree, _WHAT, titles, finding=finding, notes=notes, legend=legend)
    return make_room(ax)


def _sort_by_parents(tree: pd.DataFrame) -> pd.DataFrame:
    """Return a tree whose rows were sorted otherwise, with children below their parents."""
    if not {"gid", "parent_gid"} <= set(tree.columns):
        return tree
    gids, given = tree["gid"].tolist(), tree["parent_gid"]
    parents = given.astype(object).where(given.notna(), "").tolist()
    children: dict[str, list[int]] = {}
    for row, parent in enumerate(parents):
        children.setdefault(parent, []).append(row)
    is_repeated = tree["is_repeated"].fillna(False).astype(bool).tolist()
    order, left = [], children.pop("", [])[::-1]
    while left:
        row = left.pop()
        order.append(row)
        # The descendants of a goal are at its first place only.
        left += [] if is_repeated[row] else children.pop(gids[row], [])[::-1]
    # Of a part of a tree, whose parents are elsewhere, the order given says more.
    return tree.iloc[order].reset_index(drop=True) if len(order) == len(tree) else tree


def _find_depths(goals: pd.DataFrame) -> list[int]:
    """Return below how many of the rows each one stands."""
    if "path" not in goals:
        return goals["depth"].astype("int64").tolist()
    paths = read_lists(goals["path"]).tolist()
    return find_depths([path[:-1] for path in paths], paths)


def _list_rows(goals: pd.DataFrame) -> list[ProgressRow]:
    """Return the rows from the top down, each as deep as it is among them."""
    is_goal = is_true(goals["kind"].eq("goal"))
    columns = (goals["name"], goals["kind"], _find_depths(goals), goals["is_repeated"])
    gids = goals["gid"] if "gid" in goals else [None] * len(goals)
    rows = []
    for number, (gid, name, kind, depth, repeated) in enumerate(zip(gids, *columns, strict=True)):
        text = format_value(name)
        if not is_goal[number]:
            text = f"[{format_value(kind)}] {text}"
        ending = " (see above)" if pd.notna(repeated) and repeated else ""
        rows.append(ProgressRow(text, number, gid=gid, depth=depth, ending=ending))
    return rows
