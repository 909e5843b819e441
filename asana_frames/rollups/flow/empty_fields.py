"""Columns of frames by how many of their values are empty."""

from __future__ import annotations

import re
from collections.abc import Sized
from typing import Any

import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.frames.list_cells import check_python_lists
from asana_frames.frames.unread import list_unread_columns
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import is_true, read_frame

#: Text without a value, also lists as files of JSON and CSV have them.
_BLANK_TEXT = r"\s*|\s*\[(null|[\s,])*\]\s*"


def empty_fields(tasks: pd.DataFrame) -> pd.DataFrame:
    """Count the values of each column that are not empty.

    Parameters
    ----------
    tasks
        Tasks, or any other records.

    Returns
    -------
    DataFrame
        ``column`` (str), ``filled`` and ``rows`` (Int64), ``share_filled`` (Float64, missing
        where there are no rows), the least filled first, then by column. Missing
        values, blank text and tuples or lists without values count as empty; 0 and False do not.
        Columns that the source of the frame does not have, such as an export of Asana, are left
        out.

    Raises
    ------
    InvalidArgument
        ``tasks`` is not a DataFrame, or pandas has written its lists to a file.

    Examples
    --------
    >>> import pandas as pd
    >>> empty_fields(pd.DataFrame({"gid": ["1", "2"], "notes": ["Call", ""]}))
      column  filled  rows  share_filled
    0  notes       1     2           0.5
    1    gid       2     2           1.0
    """
    rows = read_frame(tasks, [], what="rollups.empty_fields")
    check_python_lists(rows)
    rows = rows.drop(columns=list_unread_columns(rows))
    filled = [int((~_is_empty(values)).sum()) for _, values in rows.items()]
    table = pd.DataFrame(
        {
            "column": pd.array([str(name) for name in rows.columns], dtype=STR),
            "filled": pd.array(filled, dtype="Int64"),
            "rows": pd.array([len(rows)] * len(filled), dtype="Int64"),
        }
    )
    some = table["rows"].astype("Float64").where(table["rows"] > 0)
    table["share_filled"] = (table["filled"].astype("Float64") / some).astype("Float64")
    table = table.sort_values(["share_filled", "column"], ignore_index=True)
    return write_about(table, tasks)


def _is_empty(values: pd.Series[Any]) -> Any:
    is_missing = is_true(values.isna())
    if isinstance(values.dtype, pd.StringDtype):
        return is_missing | is_true(values.str.fullmatch(_BLANK_TEXT))
    if values.dtype == object or isinstance(values.dtype, pd.CategoricalDtype | pd.ArrowDtype):
        return is_missing | is_true(values.astype(object).map(_is_blank).astype(bool))
    return is_missing


def _is_blank(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(_BLANK_TEXT, value) is not None
    if isinstance(value, tuple | list):
        return all(item is None for item in value)
    return isinstance(value, Sized) and len(value) == 0
