"""``asana-frames apply``: carry out a table, and go on where an earlier run has stopped."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.calls.apply import apply_changes
from asana_frames.cli.applied_file import AppliedFile, keep_last_lines
from asana_frames.cli.connection import open_connection, with_connection
from asana_frames.cli.errors import Command
from asana_frames.cli.outcomes import name_problem_rows, print_outcomes, print_preview
from asana_frames.cli.tables import read_edited, read_saved, read_table
from asana_frames.cli.terminal import echo
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.change_table import is_change_frame
from asana_frames.frames.saved_changes import restore_changes


@with_connection
@click.command("apply", cls=Command)
@click.argument("table", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--project", help="Project of the new tasks: name, gid or URL.")
@click.option(
    "--before",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The tasks as they were saved, of which TABLE is the edited form.",
)
@click.option(
    "--deletions",
    is_flag=True,
    help="With --before: delete the tasks that TABLE lacks.",
)
@click.option(
    "--clear-blanks",
    is_flag=True,
    help="With --before: empty fields whose cells are blank now.",
)
@click.option(
    "--if-unchanged", is_flag=True, help="Leave tasks alone that were changed in Asana since."
)
@click.option("--dry-run", is_flag=True, help="Print what would change; send nothing.")
def apply_command(
    table: Path,
    project: str | None,
    before: Path | None,
    deletions: bool,
    clear_blanks: bool,
    if_unchanged: bool,
    dry_run: bool,
    use_sandbox: bool,
) -> None:
    """Carry out a table of new tasks, an edited table, or a frame of changes.

    TABLE is a CSV file, a workbook or JSON. Columns of new tasks: key (a name for the row), name,
    parent and depends_on (keys or gids), section, tags, assignee, due_on, cf_<custom field> and so
    on. What became of each change is written to TABLE.applied.csv; the same command, run again,
    reads it and carries out the rest only. With --sandbox there is no such file.
    """
    if before is None and (deletions or clear_blanks):
        raise click.UsageError("--deletions and --clear-blanks need --before.")
    if before is None:
        changes = _read_changes(table)
    else:
        saved = read_saved(before, "tasks")
        changes = af.changes(
            saved,
            read_edited(table, saved),
            deletions=deletions,
            blank="clear" if clear_blanks else "ignore",
        )
    # Every sandbox is a new one: what became of changes in it says nothing about Asana.
    applied = None if use_sandbox else AppliedFile(table, project)
    if applied is not None:
        changes = applied.add_outcomes(changes)
    with open_connection(use_sandbox) as asana, name_problem_rows(changes):
        if dry_run:
            print_preview(asana.apply(changes, project=project, dry_run=True))
            return
        done = _carry_out(asana, changes, project, applied, if_unchanged=if_unchanged)
    more = f" See {applied.path}." if applied is not None and len(done) else ""
    print_outcomes(done, changes, more)


def _read_changes(path: Path) -> pd.DataFrame:
    """Return what a file says is to be carried out."""
    frame = read_table(path)
    if is_change_frame(frame):
        return restore_changes(keep_last_lines(frame))
    if "gid" in frame.columns and frame["gid"].notna().any():
        raise InvalidArgument(
            f"{path} has gids, so its rows are tasks that are there. Pass --before with the file "
            f"as it was saved, or use asana-frames tasks update --from {path}."
        )
    return af.changes(None, frame)


def _carry_out(
    asana: Asana,
    changes: pd.DataFrame,
    project: str | None,
    applied: AppliedFile | None,
    *,
    if_unchanged: bool,
) -> pd.DataFrame:
    try:
        on_outcome = None if applied is None else applied.add
        done = apply_changes(
            asana, changes, project=project, if_unchanged=if_unchanged, on_outcome=on_outcome
        )
    except BaseException:
        partial = asana.last.partial
        # Of the calls before it nothing is to be kept.
        if applied is not None and partial is not None and is_change_frame(partial):
            applied.write(partial)
            echo(f"What was carried out is in {applied.path}. Run the same again.", err=True)
        raise
    if applied is not None:
        applied.write(done)
    return done
