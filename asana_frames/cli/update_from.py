"""``asana-frames tasks update --from``: write the cells of a table to the objects of its rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.calls.people_cells import resolve_people
from asana_frames.catalog import load
from asana_frames.cli.outcomes import name_problem_rows, print_outcomes, print_preview
from asana_frames.cli.tables import read_table
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.field_columns import (
    find_compared_fields,
    ignore_blanks,
    spell_out_fields,
)
from asana_frames.frames.problems import Problem, raise_problems


def update_from_table(asana: Asana, resource: str, path: Path, *, dry_run: bool) -> None:
    """Read the objects of a table, and change what differs.

    Raises
    ------
    InvalidArgument
        A row has no gid, or a value is not valid; nothing was sent.
    """
    table = read_table(path)
    what = f"{resource}.update"
    if "gid" not in table.columns:
        raise InvalidArgument(f"{what}: {path} has no column 'gid', which says what to update.")
    raise_problems(
        [
            Problem(row, "gid", None, "there is none")
            for row, is_blank in enumerate(table["gid"].isna())
            if is_blank
        ],
        what=what,
    )
    record = load().resource(resource).record
    fields = find_compared_fields(record, map(str, table.columns))
    read: Callable[..., pd.DataFrame] = getattr(asana, resource).get
    before = read(table["gid"], fields=fields, errors="raise")
    table = resolve_people(asana.references, table)
    after = spell_out_fields(table, before, record)
    changes = af.changes(ignore_blanks(before, after), after)
    with name_problem_rows(changes):
        done = asana.apply(changes, dry_run=dry_run)
    if dry_run:
        print_preview(done)
    else:
        print_outcomes(done, changes)
