"""Chart of goals and their supporters, as an indented tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from asana_frames.charts.goals.progress import ROW_HEIGHT, ProgressRow, draw_progress_bars
from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.labels import format_value
from asana_frames.charts.shared.rows import OPTIONAL_KINDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def goal_tree(tree: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw goals as an indented tree, each with a progress bar.

    Parameters
    ----------
    tree
        What ``rollups.goal_tree`` returns: ``name``, ``kind``, ``depth``, ``is_repeated``,
        ``status``, ``progress``, and ``expected`` and ``ahead`` where they exist.
    ax
        Where to draw; a new figure as high as the tree needs otherwise.

    Returns
    -------
    Axes
        The tree from the top down, in the order given; bars as in ``charts.goal_progress``.
        Projects, portfolios and tasks that support a goal are named in brackets by their kind; a
        goal that is repeated has a mark.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["name", "kind", "depth", "is_repeated", "status", "progress"]
    tree = read_input(tree, needed, chart="goal_tree", ax=ax, kinds=OPTIONAL_KINDS)
    goals = tree.reset_index(drop=True)
    if ax is None:
        ax = new_axes(height=ROW_HEIGHT * len(goals) + 1.6)
    if goals.empty:
        return draw_empty(ax, "No goals")
    columns = (goals[name] for name in ("name", "kind", "depth", "is_repeated"))
    names = [_indent_name(*values) for values in zip(*columns, strict=True)]
    rows = [ProgressRow(name, number) for number, name in enumerate(names)]
    ax = draw_progress_bars(ax, goals, rows[::-1], "Goals and what supports them")
    # Aligned at the left, or the indentation would not show.
    for label in ax.get_yticklabels():
        label.set_horizontalalignment("left")
    widest = max(label.get_window_extent().width for label in ax.get_yticklabels())
    ax.tick_params(axis="y", pad=10 + widest * 72 / ax.figure.dpi)
    return make_room(ax)


def _indent_name(name: Any, kind: Any, depth: Any, is_repeated: Any) -> str:
    text = format_value(name)
    if kind != "goal":
        text = f"[{format_value(kind)}] {text}"
    repeated = " (see above)" if pd.notna(is_repeated) and is_repeated else ""
    # Em spaces, which matplotlib keeps at the beginning of a name.
    return "\u2003" * int(depth) + text + repeated
