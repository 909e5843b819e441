"""To which project tracked time counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import check_dask_lists, is_true, read_list_columns

#: ``"asana"``: the project that an entry is attributable to, as in Asana's budgets, or none;
#: ``"asana_or_first"``: else the first of its task; ``"first"``: the first of its task;
#: ``"split"``: all of its task in equal parts. The last two keep the project of an entry whose
#: task is in none.
Attribution = Literal["asana", "asana_or_first", "first", "split"]
#: Columns of places of which `rollups.entries` has all that a task is in begin so.
_LISTED = ("project", "section", "team")
#: So do all that depend on the project.
_PLACES = (*_LISTED, "client")
#: Where `rollups.entries` says where the project of an entry comes from, and what of Asana's own.
_SOURCE, _OWN = "project_from", "attributable_to"


def find_place_columns(entries: Any, columns: Iterable[str], attribution: str) -> list[str]:
    """Find the columns that depend on the attribution, and that it changes.

    Parameters
    ----------
    entries
        Time tracking entries, of pandas or Dask.
    columns
        Columns that are needed.
    attribution
        The way in which entries count to projects.

    Raises
    ------
    InvalidArgument
        The attribution is not valid, or the frame lacks the projects of the tasks.
    """
    check_choice(attribution, get_args(Attribution), name="attribution")
    placed = [name for name in dict.fromkeys(columns) if name.split("_")[0] in _PLACES]
    own = [name for name in dict.fromkeys(columns) if name.startswith(_OWN)]
    if attribution == "asana":
        # What Asana gives has its own project alone.
        return placed if _SOURCE in entries.columns else []
    if attribution == "asana_or_first":
        return []
    known = [f"{place}_{end}" for place in _LISTED for end in ("gid", "name")]
    for column in [*placed, *own]:
        if column not in known or f"{column}s" not in entries.columns:
            raise InvalidArgument(
                f"attribution={attribution!r} does not work for {column}; use one of "
                f"{', '.join(known)}, as rollups.entries(entries, tasks, projects) returns them."
            )
        check_dask_lists(entries, f"{column}s")
    return placed


def attribute_entries(
    part: pd.DataFrame, placed: list[str], attribution: str
) -> tuple[pd.DataFrame, pd.Series[Any] | None]:
    """Return entries with the places that they count to, and in how many parts each was split.

    The number of parts is None where every entry is one row.

    Parameters
    ----------
    part
        The entries.
    placed
        What `find_place_columns` returned.
    attribution
        The way in which entries count to projects; split entries are several rows.
    """
    if not placed:
        return part, None
    if attribution == "asana":
        is_own = is_true(part[_SOURCE] == _OWN)
        shown = {name: part[name].where(is_own) for name in placed}
        texts = {
            name: column.astype(STR)
            for name, column in shown.items()
            if name.endswith(("_gid", "_name"))
        }
        return part.assign(**shown | texts), None
    lists = [f"{column}s" for column in placed]
    part = part.reset_index(drop=True)
    part = read_list_columns(part, ["project_gids", *lists])
    homes = part["project_gids"].str.len()
    several = is_true(homes > 1)
    first = {column: part[f"{column}s"].str[0].astype(STR) for column in placed}
    has_home = is_true(homes > 0)
    shown = {name: part[name].where(~has_home, value) for name, value in first.items()}
    part = part.assign(**shown)
    if attribution == "first":
        return part, None
    shares = part[several].explode(lists)
    shares = shares.assign(**{column: shares[f"{column}s"].astype(STR) for column in placed})
    # In the order of the entries.
    both = pd.concat([part[~several], shares]).sort_index(kind="stable")
    counts = homes.where(several, 1).loc[both.index].astype("Float64")
    return both.reset_index(drop=True), counts.reset_index(drop=True)
