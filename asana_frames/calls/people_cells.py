"""Tables of people -> gids for what frames do not have: "me" and e-mail addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import pandas as pd

from asana_frames.calls.body_names import MOST_EMAILS
from asana_frames.calls.references import ReferenceResolver, is_email
from asana_frames.exceptions import InvalidArgument, NotFound
from asana_frames.frames.cells import format_text
from asana_frames.frames.field_columns import list_cells, pack_cells
from asana_frames.types import CLEAR

#: Columns that name the person, or the people, of a row.
ASSIGNEES, _FOLLOWERS = ("assignee", "assignee_name"), ("followers", "followers_names")


def resolve_people(
    references: ReferenceResolver, table: pd.DataFrame, columns: Iterable[str] = ()
) -> pd.DataFrame:
    """Return a table with gids for "me" and e-mail addresses, which frames do not have.

    Parameters
    ----------
    references
        Looks up people.
    table
        The table.
    columns
        Its columns of custom fields that hold people.
    """
    lists = [name for name in (*_FOLLOWERS, *columns) if name in table.columns]
    kinds = dict.fromkeys(lists, "tuple")
    kinds |= {name: "text" for name in ASSIGNEES if name in table.columns}
    cells: dict[str, list[Any]] = {}
    for name, kind in kinds.items():
        # Cells that are not lists of names are reported later, with all other problems.
        with suppress(InvalidArgument):
            cells[name] = list_cells(table, name, kind)
    known = _find_people(references, [cell for listed in cells.values() for cell in listed])
    made = {
        name: pack_cells(replace_names(cell, known) for cell in listed)
        for name, listed in cells.items()
    }
    return table.assign(**made) if known else table


def _find_people(references: ReferenceResolver, cells: Iterable[Any]) -> dict[str, str]:
    """Return the gids of the people that cells name by e-mail, or as "me"."""
    items = [one for cell in cells for one in (cell if isinstance(cell, tuple) else (cell,))]
    texts = dict.fromkeys(one for one in items if isinstance(one, str))
    people = [one for one in texts if one == "me" or is_email(one)]
    if len(people) > MOST_EMAILS:
        references.learn_people()
    known: dict[str, str] = {}
    for one in people:
        # Who is not known is a problem that comes with all others.
        with suppress(InvalidArgument, NotFound):
            (known[one],) = references.gids(one, ["user"])
    return known


def replace_names(cell: Any, gids: Mapping[str, str]) -> Any:
    """Return a cell with gids for the names that are known."""
    if isinstance(cell, tuple):
        return tuple(gids.get(format_text(one), one) for one in cell)
    return cell if cell is None or cell is CLEAR else gids.get(format_text(cell), cell)
