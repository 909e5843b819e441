"""Columns of frames as charts need them: plain numbers, rows that have a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import DEFAULT_TITLES, Titles
from asana_frames.charts.shared.cells import restore_place
from asana_frames.charts.shared.corners import list_stacked
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import is_dask
from asana_frames.rollups.shared.compare import COMPARED
from asana_frames.rollups.shared.inputs import is_true, read_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

Numbers: TypeAlias = "NDArray[np.float64]"
#: Marks the inset that keeps room for headings, so that axes tell that a chart is on them.
HEADING_GID = "heading"


def read_input(
    frame: Any,
    columns: Iterable[str],
    *,
    chart: str,
    ax: object,
    source: str | None = None,
    kinds: Mapping[str, str] | None = None,
    titles: Titles = DEFAULT_TITLES,
    has_rows: bool = False,
) -> Any:
    """Return a frame with typed columns, if a chart can draw it on axes.

    Parameters
    ----------
    frame
        The frame that was passed.
    columns
        The names of the required columns.
    chart
        The name of the chart.
    ax
        The axes that were passed, or None.
    source
        The function that returns such frames; ``rollups.<chart>`` unless given.
    kinds
        Kinds of columns that their names do not tell: name -> kind.
    titles
        The arguments ``title`` and ``subtitle`` of the chart.
    has_rows
        Whether the chart writes names on the vertical axis, which others must not share then.

    Returns
    -------
    DataFrame
        As `read_frame` returns it.

    Raises
    ------
    InvalidArgument
        The message says which frame, axes or text to pass.
    """
    what = f"charts.{chart}"
    _check_axes(ax, what)
    if has_rows:
        check_own_rows(ax)
    for name, text in titles._asdict().items():
        if text is not None and not isinstance(text, str):
            raise InvalidArgument(
                f'{what}({name}=) expects text; "" removes it, None keeps the default; got '
                f"{type(text).__name__}."
            )
    if is_dask(frame):
        raise InvalidArgument(f"{what} takes a pandas DataFrame; call .compute() first.")
    columns = list(columns)
    if isinstance(frame, pd.DataFrame) and "wide" in frame.attrs:
        lost = [name for name in columns if name not in frame]
        if lost:
            raise InvalidArgument(
                f"{what} needs the column(s) {', '.join(lost)}, which a wide table does not have. "
                f"Leave out wide=True."
            )
    found = read_frame(frame, columns, what=what, source=source or f"rollups.{chart}", kinds=kinds)
    _check_finite(found[columns], what)
    if ax is not None:
        restore_place(cast("Axes", ax))
    return found


def _check_finite(frame: pd.DataFrame, what: str) -> None:
    """Check that numbers have a place on an axis."""
    numbers = frame.select_dtypes("float")
    is_infinite = np.isinf(numbers.astype("float64").to_numpy("float64")).any(axis=0)
    if is_infinite.any():
        names = ", ".join(numbers.columns[is_infinite])
        raise InvalidArgument(
            f"{what}: the column(s) {names} have infinite numbers, which cannot be drawn. Replace "
            f"them: frame.replace([float('inf'), -float('inf')], pd.NA)."
        )


def _check_axes(ax: object, what: str) -> None:
    # Imported here: matplotlib costs more than all the rest of an import.
    from matplotlib.axes import Axes

    if ax is None:
        return
    if not isinstance(ax, Axes):
        raise InvalidArgument(
            f"{what}(ax=) takes matplotlib Axes, such as figure.subplots() returns, not "
            f"{type(ax).__name__}."
        )
    if ax.figure is None:
        raise InvalidArgument(
            f"{what}(ax=) takes axes of a figure; these have been removed from theirs. "
            f"Create new ones, such as with figure.subplots()."
        )
    if "left" not in ax.spines or hasattr(ax, "zaxis"):
        raise InvalidArgument(
            f"{what}(ax=) takes rectilinear axes, which have an edge on the left and one below, "
            f'not {ax.name} axes. Leave out projection="{ax.name}".'
        )
    insets = [inset for one in list_stacked(ax) for inset in one.child_axes]
    if any(inset.get_gid() == HEADING_GID for inset in insets):
        raise InvalidArgument(
            f"{what}(ax=): these axes, or twins of them, have a chart already. Empty them with "
            f"ax.clear(), or pass other axes."
        )


def check_own_rows(ax: Any) -> None:
    """Check, before anything is drawn, that no other axes share the vertical axis of a chart.

    The names of its rows would stand beside theirs, too.

    Raises
    ------
    InvalidArgument
        The message says how to create the axes.
    """
    others = [] if ax is None else ax.get_shared_y_axes().get_siblings(ax)
    if len(others) > 1:
        is_twin = all(one.bbox.bounds == ax.bbox.bounds for one in others)
        way = "Draw it on axes without twiny()" if is_twin else "Create them without sharey="
        raise InvalidArgument(
            f"This chart labels each row, so its axes must not share the y axis with others. "
            f"{way}."
        )


def column_numbers(frame: pd.DataFrame, column: str) -> Numbers:
    """Return a column as floats, missing values as NaN."""
    return np.asarray(frame[column].astype("float64"), dtype="float64")


def drop_missing(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the rows that have a value in every column, numbered from 0."""
    is_known = frame[list(columns)].notna().all(axis=1).to_numpy(dtype=bool)
    return frame[is_known].reset_index(drop=True)


def drop_repeated(frame: pd.DataFrame, gid: str) -> pd.DataFrame:
    """Return the first row of each object, numbered from 0; rows without a gid all stay."""
    return frame[is_true(frame[gid].isna() | ~frame[gid].duplicated())].reset_index(drop=True)


def sort_dated(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows that have a date, in the order of dates, numbered from 0."""
    return drop_missing(frame, column).sort_values(column, kind="stable", ignore_index=True)


def list_keys(table: pd.DataFrame, numbers: Iterable[str]) -> list[str]:
    """List the columns of a rollup that are keys: neither numbers nor comparisons of these.

    Parameters
    ----------
    table
        What the rollup returned.
    numbers
        Its columns that are no keys.
    """
    own = set(numbers)
    compared = {f"{name}_{ending}" for name in own for ending in COMPARED}
    return [name for name in table.columns if name not in own | compared]
