"""Several reads as one call: one record, one deadline, all failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall, record_call
from asana_frames.catalog import parse_fields
from asana_frames.exceptions import AmbiguousReference
from asana_frames.types import Fields, Ref


@contextmanager
def record_gather(
    asana: Asana, operation: str, before: Sequence[pd.DataFrame] = ()
) -> Iterator[LastCall]:
    """Yield the record of a call that makes others; it counts their requests and failures.

    Parameters
    ----------
    asana
        The connection.
    operation
        What it is called.
    before
        What those that have ended brought; it grows, and is part of what there is if one of the
        others breaks off.
    """
    with record_call(f"gather.{operation}", asana.publish, asana.settings) as last:
        try:
            yield last
        except BaseException:
            last.take_over(asana.last, before)
            raise


def add_attrs(frame: pd.DataFrame, last: LastCall, **said: object) -> pd.DataFrame:
    """Return a frame that remembers the call, and what else is said of it."""
    last.rows = len(frame)
    frame.attrs["asana"] = last.attrs() | said
    return frame


def resolve_workspace(asana: Asana, workspace: Ref) -> str:
    """Return the gid of the one workspace that is meant."""
    gids = asana.references.gids(workspace, ["workspace"])
    if len(gids) != 1:
        raise AmbiguousReference(f"Give one workspace; {len(gids)} were given.")
    return gids[0]


def add_fields(fields: Fields, *needed: str) -> tuple[Fields, list[str]]:
    """Return fields with those that are needed, and the columns to leave out in the end."""
    if fields is None or fields == "all":
        return fields, []
    given = parse_fields(fields) or ()
    added = [path for path in needed if path not in given]
    return [*given, *added], added
