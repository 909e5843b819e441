"""Gids of which a spreadsheet kept 15 digits: they look like gids, and are others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller

#: How many digits a spreadsheet keeps of a number; further ones become zeros.
_KEPT = 15
#: So many gids that end in zeros may be chance, and so many cannot.
_SUSPECT, _SURE = 3, 6
#: How many rows are looked at before all of them: one ordinary gid is enough.
_FIRST = 1000


def check_digits(columns: Iterable[pd.Series[Any]], *, first_row: int) -> None:
    """Raise an error if the gids of a file look rounded to 15 digits.

    Parameters
    ----------
    columns
        Columns of gids as text, or of tuples of them.
    first_row
        The number of the first row, for messages.

    Raises
    ------
    InvalidArgument
        All gids of more than 15 digits that stand alone in their cells end in zeros, and there
        are 6 or more of them: in the file, or in a column of a file that has others.

    Warns
    -----
    AsanaWarning
        There are 3 to 5 of them.
    """
    is_whole_file, suspects = True, []
    for column in columns:
        if _are_some_whole(_list_long_gids(column.head(_FIRST))):
            is_whole_file = False
            continue
        gids = _list_long_gids(column)
        if _are_some_whole(gids):
            is_whole_file = False
        elif gids:
            suspects.append((column, gids))
    for group in [suspects] if is_whole_file and suspects else [[one] for one in suspects]:
        _check_suspects(group, first_row)


def _check_suspects(group: Sequence[tuple[pd.Series[Any], set[str]]], first_row: int) -> None:
    """Refuse columns of rounded gids, or warn of them, if they have too many to be chance."""
    count = len(set().union(*(gids for _, gids in group)))
    if count < _SUSPECT:
        return
    column, rounded = group[0]
    row, gid = next(
        (row, gid) for row, cell in enumerate(column) if (gid := _find_lone_gid(cell)) in rounded
    )
    columns = "this column" if len(group) == 1 else "this file"
    reason = (
        f"{column.name}, row {row + first_row}: {gid!r}, like all long gids of {columns}, ends "
        f"in zeros after {_KEPT} digits, as if a spreadsheet"
    )
    advice = "Take the gids from the file as it was written, and keep the column as text."
    if count >= _SURE:
        raise InvalidArgument(f"{reason} had rounded it: the digits are lost. {advice}")
    warn_caller(f"{reason} had rounded it. If so, the digits are lost. {advice}", AsanaWarning)


def _are_some_whole(gids: Iterable[str]) -> bool:
    """Return whether a gid has more digits than a spreadsheet keeps of a number."""
    return any(gid[_KEPT:].strip("0") for gid in gids)


def _list_long_gids(column: pd.Series[Any]) -> set[str]:
    """Return the long gids that stand alone in cells: of several, none becomes a number."""
    if isinstance(column.dtype, pd.StringDtype):
        return set(column[column.str.len() > _KEPT].unique().tolist())
    found = map(_find_lone_gid, set(column))
    return {gid for gid in found if gid is not None and len(gid) > _KEPT}


def _find_lone_gid(cell: Any) -> str | None:
    if isinstance(cell, tuple):
        cell = cell[0] if len(cell) == 1 else None
    return cell if isinstance(cell, str) else None
