"""Which names go with which gids, as a frame that was read from Asana has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from asana_frames.frames.compared_cells import TypedColumns


def read_known_names(
    before: TypedColumns, gid: str, name: str, wanted: Iterable[Any]
) -> dict[str, set[str]]:
    """Return the names that gids have in a frame, for those that it has.

    Parameters
    ----------
    before
        The frame.
    gid, name
        A column of gids, or of lists of these, and the one of their names.
    wanted
        The gids that are asked for, or lists of these.
    """
    # Cells that are to be emptied name nobody.
    asked = {one for one in _list_items(wanted) if isinstance(one, str)}
    found: dict[str, set[str]] = {}
    # What a task is called tells what its subtasks' parent is called.
    for columns in ((gid, name), ("gid", "name")):
        if not asked or not all(map(before.has, columns)):
            continue
        gids, names = (before.read(one)[0] for one in columns)
        if gids.dtype != object:
            is_asked = gids.isin(asked)
            gids, names = gids[is_asked], names[is_asked]
        for one, called in _list_pairs(gids.tolist(), names.tolist()):
            if one in asked and isinstance(called, str):
                found.setdefault(one, set()).add(called)
    return found


def _list_items(cells: Iterable[Any]) -> Iterator[Any]:
    for cell in cells:
        yield from cell if isinstance(cell, tuple) else (cell,)


def _list_pairs(gids: Iterable[Any], names: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for gid, name in dict.fromkeys(zip(gids, names, strict=True)):
        if isinstance(gid, tuple) and isinstance(name, tuple):
            yield from zip(gid, name, strict=False)
        elif isinstance(gid, str):
            yield gid, name
