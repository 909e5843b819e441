"""Tasks to leave out, by section, tag or field: those that were closed as not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_mapping, check_text, list_texts
from asana_frames.exceptions import (
    AsanaWarning,
    InvalidArgument,
    suggest_names,
    warn_caller,
)
from asana_frames.frames.list_cells import read_lists

#: ``section``, ``tag`` or a column -> names or gids.
Exclude: TypeAlias = Mapping[str, str | Sequence[str]]
_LISTS = {
    "section": ("memberships_section_gids", "memberships_section_names"),
    "tag": ("tags_gids", "tags_names"),
}
_LIKE = '{"section": ["Cancelled"], "cf_Resolution": "Won\'t do"}'


def drop_excluded(tasks: pd.DataFrame, exclude: Exclude | None, *, what: str) -> pd.DataFrame:
    """Return the tasks without those in excluded sections, with excluded tags or options.

    Parameters
    ----------
    tasks
        Tasks with the columns that ``exclude`` names.
    exclude
        ``"section"``, ``"tag"`` or the name of a column (``"cf_Resolution"``) -> a name or gid,
        or several. A task is left out if one of them holds, a section in whichever of its
        projects. None leaves out nothing. A warning names values that no task has.
    what
        The name of the calling function, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing, or a name occurs nowhere in it and resembles one that does.
    """
    if exclude is None:
        return tasks
    check_mapping(exclude, name="exclude", like=_LIKE)
    is_out = np.zeros(len(tasks), dtype=bool)
    for key, given in exclude.items():
        values = list_texts(given, name=f"exclude[{key!r}]", like="Cancelled")
        is_out |= find_holders(tasks, key, values, what=what)
    return tasks[~is_out] if is_out.any() else tasks


def find_holders(
    tasks: pd.DataFrame,
    key: str,
    values: Sequence[str],
    *,
    what: str,
    name: str = "exclude",
    checks_values: bool = True,
) -> npt.NDArray[np.bool_]:
    """Return which tasks hold one of the values.

    Parameters
    ----------
    tasks
        The tasks.
    key
        ``"section"``, ``"tag"`` or the name of a column.
    values
        Names or gids.
    what
        The name of the calling function, for messages.
    name
        The argument that has the key and the values, for messages.
    checks_values
        Whether a value that no task has is refused if it resembles one.

    Raises
    ------
    InvalidArgument
        There is no such column, or a value seems to be misspelt.
    """
    check_text(key, name=f"the keys of {name}", like="section")
    wanted = _LISTS.get(key, (key,))
    columns = [column for column in wanted if column in tasks.columns]
    if not columns:
        raise InvalidArgument(
            f"{what}: {name}= needs the column {' or '.join(wanted)}, which the tasks lack."
            f"{suggest_names(key, [*_LISTS, *map(str, tasks.columns)])}"
        )
    found = np.zeros(len(tasks), dtype=bool)
    known: set[str] = set()
    for column in columns:
        codes, cells = pd.factorize(
            _read_cells(tasks[column], is_list=key in _LISTS).to_numpy(dtype=object)
        )
        known.update(item for cell in cells for item in cell if isinstance(item, str))
        # A missing cell has the code -1.
        holds = np.array([*(not set(values).isdisjoint(cell) for cell in cells), False])
        found |= holds[codes]
    unknown = [value for value in values if value not in known] if checks_values else []
    for value in unknown:
        if _is_option(tasks[columns[-1]], value):
            continue
        if hint := suggest_names(value, known):
            raise InvalidArgument(
                f"{what}: {name}= does not know {value!r} in {columns[-1]}.{hint}"
            )
        if len(tasks):
            warn_caller(f"{what}: {name}= has {value!r}, which no task has.", AsanaWarning)
    return found


def _is_option(column: pd.Series[Any], value: str) -> bool:
    """Return whether a value is one of the options of a field, which no task may have."""
    return isinstance(column.dtype, pd.CategoricalDtype) and value in column.dtype.categories


def _read_cells(column: pd.Series[Any], *, is_list: bool) -> pd.Series[Any]:
    """Return the cells of a column as tuples."""
    if column.dtype.kind in "biufmM":
        raise InvalidArgument(
            f"exclude= takes columns of text, options or lists; {column.name} holds "
            f"{column.dtype}. Leave these tasks out of the frame instead."
        )
    first = next(iter(column.dropna()), None)
    if not is_list and isinstance(first, str):
        return column.astype(object).map(lambda cell: (cell,), na_action="ignore")
    return read_lists(column)
