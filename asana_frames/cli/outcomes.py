"""What commands say of a frame of changes: what it would take, and what became of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from asana_frames.cli.terminal import echo, echo_data
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.csv import stream_csv

_FAILED = 1
_DONE = "done"
_OUTCOMES = (_DONE, "failed", "unknown", "not sent")


@contextmanager
def name_problem_rows(changes: pd.DataFrame) -> Iterator[None]:
    """List all problems of changes by the key or the gid of their rows.

    Raises
    ------
    InvalidArgument
        There are problems.
    """
    try:
        yield
    except InvalidArgument as error:
        if error.problems is None:
            raise
        names = changes["key"].fillna(changes["gid"])
        listed = error.problems[["row", "column", "why"]].itertuples(index=False, name=None)
        lines = [
            f"  {names.iloc[row]}{'' if pd.isna(column) else f', {column}'}: {why}"
            for row, column, why in listed
        ]
        raise type(error)("\n".join(["Nothing was sent.", *lines])) from None


def print_preview(preview: pd.DataFrame) -> None:
    """Print changes to stdout, and to stderr what they would take."""
    text = io.StringIO()
    stream_csv(preview, text)
    echo_data(text.getvalue().encode())
    attrs = preview.attrs["asana"]
    echo(
        f"{len(preview):,} change(s), {attrs['requests']:,} request(s), about "
        f"{attrs['minutes']:.1f} minutes; nothing was sent.",
        err=True,
    )


def print_outcomes(done: pd.DataFrame, changes: pd.DataFrame, more: str = "") -> None:
    """Print what became of changes in one line, and leave with 1 if not all are done.

    Parameters
    ----------
    done
        The changes with their outcomes.
    changes
        The changes as they were before, some of which may have been done already.
    more
        What else the line says.

    Raises
    ------
    SystemExit
        Something failed, or nobody knows what became of it.
    """
    counts = done["outcome"].value_counts().to_dict()
    has_outcome = "outcome" in changes.columns
    earlier = int((changes["outcome"] == _DONE).sum()) if has_outcome else 0
    is_all_done = counts.get(_DONE, 0) == len(done)
    counts[_DONE] = counts.get(_DONE, 0) - earlier
    parts = [f"{counts[one]:,} {one}" for one in _OUTCOMES if counts.get(one)]
    parts += [f"{earlier:,} done before"] if earlier else []
    echo(f"{len(done):,} change(s): {', '.join(parts) or 'nothing to do'}.{more}", err=True)
    if not is_all_done:
        raise SystemExit(_FAILED)
