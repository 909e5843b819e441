"""Columns of frames as charts need them: plain numbers, rows that have a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import USUAL, Titles
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.compare import COMPARED
from asana_frames.rollups.shared.inputs import read_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

Numbers: TypeAlias = "NDArray[np.float64]"


def read_input(
    frame: Any,
    columns: Iterable[str],
    *,
    chart: str,
    ax: object,
    source: str | None = None,
    kinds: Mapping[str, str] | None = None,
    titles: Titles = USUAL,
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

    Returns
    -------
    DataFrame
        As `read_frame` returns it.

    Raises
    ------
    InvalidArgument
        The message says which frame, axes or text to pass.
    """
    # Imported here: matplotlib costs more than all the rest of an import.
    from matplotlib.axes import Axes

    what = f"charts.{chart}"
    if ax is not None and not isinstance(ax, Axes):
        raise InvalidArgument(
            f"{what}(ax=) takes matplotlib Axes, such as figure.subplots() returns, not "
            f"{type(ax).__name__}."
        )
    if ax is not None and ("left" not in ax.spines or hasattr(ax, "zaxis")):
        raise InvalidArgument(
            f"{what}(ax=) takes rectilinear axes, which have an edge on the left and one below, "
            f'not {ax.name} axes. Leave out projection="{ax.name}".'
        )
    for name, text in titles._asdict().items():
        if text is not None and not isinstance(text, str):
            raise InvalidArgument(
                f'{what}({name}=) takes a text, "" for none, or None for what is known, not '
                f"{type(text).__name__}."
            )
    columns = list(columns)
    if isinstance(frame, pd.DataFrame) and "wide" in frame.attrs:
        lost = [name for name in columns if name not in frame]
        if lost:
            raise InvalidArgument(
                f"{what} needs the column(s) {', '.join(lost)}, which a wide table does not have. "
                f"Leave out wide=True."
            )
    return read_frame(frame, columns, what=what, source=source or f"rollups.{chart}", kinds=kinds)


def column_numbers(frame: pd.DataFrame, column: str) -> Numbers:
    """Return a column as floats, missing values as NaN."""
    return np.asarray(frame[column].astype("float64"), dtype="float64")


def drop_missing(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the rows that have a value in every column, numbered from 0."""
    is_known = frame[list(columns)].notna().all(axis=1).to_numpy(dtype=bool)
    return frame[is_known].reset_index(drop=True)


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
