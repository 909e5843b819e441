"""Columns that are named as fields, such as ``assignee`` -> the columns that frames have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.catalog import columns_of
from asana_frames.frames.arrays import tuple_column
from asana_frames.frames.compared_cells import TypedColumns, list_values, to_plain
from asana_frames.frames.writable_columns import (
    DEPENDENCIES,
    DEPENDS_ON,
    MEMBERSHIPS,
    SECTION,
    WritableField,
    list_writable_fields,
)
from asana_frames.types import CLEAR

_PROJECT_GIDS, _, _SECTION_GIDS, _SECTION_NAMES = MEMBERSHIPS


def spell_out_fields(
    table: pd.DataFrame, before: pd.DataFrame, record: str, *, project: str | None = None
) -> pd.DataFrame:
    """Return a table in which objects that are there are described as frames describe them.

    Parameters
    ----------
    table
        A frame with ``gid``. Cells of ``assignee``, ``tags``, ``section`` and the like move to
        ``assignee_gid`` or ``assignee_name`` and so on, in rows that have a gid.
    before
        The objects as they were read.
    record
        The record type of the rows.
    project
        The project that sections are in; else the only one of a task.
    """
    rows = np.flatnonzero(table["gid"].notna().to_numpy(dtype=bool))
    made = table.copy()
    for field in list_writable_fields(record):
        # Sections come with their projects, below.
        if field.name in made.columns and field.form in ("reference", "list", "items"):
            _move_field(made, field, rows)
    if SECTION in made.columns and {"gid", *MEMBERSHIPS} <= set(before.columns):
        _move_sections(made, rows, before.set_index("gid"), project)
    return made


def find_compared_fields(record: str, columns: Iterable[str]) -> list[str] | None:
    """Return the fields to read of objects that the columns of a table are compared with.

    None for the default columns.
    """
    wanted = set(columns)
    if DEPENDS_ON in wanted:
        wanted.add(DEPENDENCIES)
    for field in list_writable_fields(record):
        if wanted & {field.name, *field.columns}:
            wanted.update(field.columns)
    default = {one.name: one.path for one in columns_of(record)}
    others = {one.name: one.path for one in columns_of(record, ("all",))}
    extra = [path for name, path in others.items() if name in wanted and name not in default]
    return [*default.values(), *extra] if extra else None


def ignore_blanks(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that two frames share, as they were, but blank where they are blank now.

    A table of what is to be written is blank in most of its cells: that says nothing.
    """
    now = after[after["gid"].notna()].set_index("gid")
    known = before[before["gid"].isin(now.index)].reset_index(drop=True)
    for name in [one for one in known.columns if one in now.columns]:
        cells = now[name].reindex(known["gid"])
        is_blank = np.array([to_plain(cell) is None for cell in cells.astype(object)], dtype=bool)
        if known[name].dtype == object and set(map(type, known[name])) == {tuple}:
            kept = zip(known[name], is_blank, strict=True)
            known[name] = tuple_column([() if gone else cell for cell, gone in kept])
        else:
            known[name] = known[name].mask(is_blank)
    return known


def _move_field(table: pd.DataFrame, field: WritableField, rows: np.ndarray[Any, Any]) -> None:
    """Move the cells of a field to the column of gids or of names."""
    if set(field.columns) & set(table.columns):
        return
    is_list = field.form != "reference"
    cells = list_cells(table, field.name, "tuple" if is_list else "text")
    gids: list[Any] = [() if is_list else None] * len(table)
    names = list(gids)
    for row in rows.tolist():
        cell = cells[row]
        items = cell if isinstance(cell, tuple) else (cell,)
        is_gid = all(isinstance(one, str) and one.isdigit() for one in items)
        if cell is not None:
            (gids if is_gid else names)[row] = cell
            cells[row] = None
    for name, values in zip(field.columns, (gids, names), strict=True):
        if any(one not in (None, ()) for one in values):
            table[name] = pack_cells(values)
    table[field.name] = pack_cells(cells)


def _move_sections(
    table: pd.DataFrame, rows: np.ndarray[Any, Any], before: pd.DataFrame, project: str | None
) -> None:
    """Describe the sections of tasks as their memberships."""
    cells = list_cells(table, SECTION, "text")
    known = before.loc[:, [*MEMBERSHIPS]].to_dict("index")
    made: dict[str, list[Any]] = {
        name: [()] * len(table) for name in (_PROJECT_GIDS, _SECTION_GIDS, _SECTION_NAMES)
    }
    gids = table["gid"].tolist()
    for row in rows.tolist():
        now: Mapping[Any, Any] = known[gids[row]]
        place = _find_membership(now, project)
        values = {name: now[name] for name in made}
        if cells[row] is not None and cells[row] is not CLEAR and place is not None:
            name = _SECTION_GIDS if cells[row].isdigit() else _SECTION_NAMES
            values[name] = (*now[name][:place], cells[row], *now[name][place + 1 :])
            cells[row] = None
        for name, value in values.items():
            made[name][row] = value
    for name, column in made.items():
        table[name] = tuple_column(column).array
    table[SECTION] = pack_cells(cells)


def _find_membership(memberships: Mapping[Any, Any], project: str | None) -> int | None:
    """Return the place of a project among those of a task; of its only one if none is given."""
    gids = list(memberships[_PROJECT_GIDS])
    if project is None:
        return 0 if len(gids) == 1 else None
    return gids.index(project) if project in gids else None


def list_cells(table: pd.DataFrame, name: str, kind: str) -> list[Any]:
    """Return the cells of a column as values that JSON has; ``CLEAR`` where one is cleared."""
    column, is_cleared = TypedColumns(table[[name]], {name: kind}).read(name)
    cells = [None if one == () else one for one in list_values(column)]
    if is_cleared is None:
        return cells
    return [CLEAR if gone else one for one, gone in zip(cells, is_cleared, strict=True)]


def pack_cells(values: Iterable[Any]) -> np.ndarray[Any, Any]:
    """Return values as an array of objects."""
    values = list(values)
    packed = np.empty(len(values), dtype=object)
    # One by one, because numpy makes a table of tuples of one length.
    for place, value in enumerate(values):
        packed[place] = value
    return packed
