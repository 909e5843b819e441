"""Record several reads as one call: one deadline and all failures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from threading import RLock
from typing import Any

import pandas as pd

from asana_frames.asana import Asana, check_connection
from asana_frames.calls.last_call import LastCall, record_call
from asana_frames.catalog import parse_fields
from asana_frames.exceptions import (
    AmbiguousReference,
    AsanaError,
    InvalidArgument,
    PartialResultWarning,
    warn_caller,
)
from asana_frames.fetch import REFUSALS
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.types import Fields, Ref, When


@contextmanager
def record_gather(
    asana: Asana, operation: str, before: Sequence[pd.DataFrame] = ()
) -> Iterator[LastCall]:
    """Record a call that makes other calls, with their requests and failures.

    Parameters
    ----------
    asana
        The connection.
    operation
        The name of the call.
    before
        Frames of the completed inner calls; the caller appends to it. They become part of
        ``last.partial`` if a later call fails.
    """
    check_connection(asana, what=f"gather.{operation}")
    with record_call(f"gather.{operation}", asana.publish, asana.settings) as last:
        try:
            yield last
        except BaseException:
            last.take_over(asana.last, before)
            raise


def describe_report(report: Any) -> str:
    """Describe a report by the sizes of its tables, which would fill pages as they are."""
    parts = []
    for name, value in report._asdict().items():
        if isinstance(value, pd.DataFrame):
            parts.append(f"{name}: {len(value):,} x {value.shape[1]}")
        elif isinstance(value, dict):
            parts.append(f"{name}: {', '.join(map(str, value))}")
        else:
            parts.append(f"{name}: {value}")
    return f"{type(report).__name__}({'; '.join(parts)})"


def list_tables(report: Any) -> dict[str, pd.DataFrame]:
    """Return the tables of a report by name, those of a dict by both names."""
    tables = {}
    for name, value in report._asdict().items():
        parts = value if isinstance(value, dict) else {"": value}
        for key, part in parts.items():
            if isinstance(part, pd.DataFrame) and name not in ("findings", "tiles"):
                tables[f"{name} {key}".strip()] = part
    return tables


def add_attrs(frame: pd.DataFrame, last: LastCall, **attrs: object) -> pd.DataFrame:
    """Add the record of the call, and more attributes, to a frame's ``attrs``."""
    last.rows = len(frame)
    frame.attrs["asana"] = frame.attrs.get("asana", {}) | last.attrs() | attrs
    return frame


def resolve_workspace(asana: Asana, workspace: Ref) -> str:
    """Resolve a reference to the gid of one workspace."""
    gids = asana.references.gids(workspace, ["workspace"])
    if len(gids) != 1:
        raise AmbiguousReference(f"Give one workspace; {len(gids)} were given.")
    return gids[0]


def add_fields(fields: Fields, *needed: str) -> tuple[Fields, list[str]]:
    """Add needed paths to fields; return the fields and the columns to drop afterwards."""
    if fields is None or (isinstance(fields, str) and fields == "all"):
        return fields, []
    given = parse_fields(fields) or ()
    added = [path for path in needed if path not in given]
    return [*given, *added], added


def check_depth(depth: int | None) -> None:
    """Check a number of levels to read.

    Raises
    ------
    InvalidArgument
        It is neither None nor an integer of at least 1.
    """
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 1):
        raise InvalidArgument(
            f"depth={depth!r} is not valid; use a number of levels, 1 or more, or None."
        )


def unpack_single(gids: list[str]) -> str | list[str]:
    """Return a single gid as text, so that its refusal is an error, or the list of several."""
    return gids[0] if len(gids) == 1 else gids


def read_tolerantly(asana: Asana, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Return the frame of a read for parents that an earlier read found.

    If all are refused it has no rows, and a warning says so: what was found before is kept.
    """
    try:
        return read()
    except REFUSALS as error:
        partial = asana.last.partial
        if partial is None:
            raise
        warn_caller(str(error), PartialResultWarning)
        return partial


def check_subject(report: str, **given: object) -> None:
    """Check that exactly one of the subjects of a report is given.

    Raises
    ------
    InvalidArgument
        None or several of them are given.
    """
    if sum(value is not None for value in given.values()) != 1:
        names = " or ".join(f"{name}=" for name in given)
        raise InvalidArgument(f"gather.{report}() needs exactly one of {names}.")


def parse_days(
    start: When | None,
    end: When | None,
    now: When | None = None,
    begin: Callable[[dt.date], dt.date] = lambda last: last,
) -> tuple[dt.date, dt.date]:
    """Parse the first and the last day of a report.

    Parameters
    ----------
    start, end, now
        As passed to the report; ``end`` is the day of ``now`` if not given.
    begin
        Finds the first day for the last one if ``start`` is not given.

    Raises
    ------
    InvalidArgument
        One of them is not a day, or ``start`` lies after ``end``.
    """
    first, last, _ = parse_span(start, end)
    final = (resolve_today(now) if last is None else last).date()
    days = (begin(final) if first is None else first.date(), final)
    parse_span(*days)
    return days


#: Stands for a result that is not known.
_UNKNOWN = object()


class LazyFrames:
    """Frames about one subject, each read or computed on first use and cached.

    Errors are cached as well, so a failed read is not repeated. Threads may ask for frames at the
    same time: each is computed by one of them.

    Parameters
    ----------
    asana
        The connection.
    last
        The record to which the failures of all reads are added.
    """

    def __init__(self, asana: Asana, last: LastCall | None = None) -> None:
        self._asana, self._last = asana, last or LastCall()
        self._results: dict[str, Any] = {}
        self._locks: dict[str, Any] = {}

    def add_failures(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add the failures of the read that returned a frame to the record; return the frame."""
        self._last.add_failures(self._asana.last)
        return frame

    def compute_once(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return the cached result of a name, or compute it; raise its error."""
        results = self._select_results(name)
        with self._locks.setdefault(name, RLock()):
            # Read once: another thread may forget an error at any moment.
            result = results.get(name, _UNKNOWN)
            if result is _UNKNOWN:
                try:
                    result = compute()
                except (AsanaError, TimeoutError) as error:
                    result = error
                results[name] = result
        if isinstance(result, Exception):
            raise result
        return result

    def _select_results(self, name: str) -> dict[str, Any]:
        """Return the results among which the one of a name is kept."""
        return self._results


def lazy_frame(compute: Callable[[Any], Any]) -> Any:
    """Turn a method of `LazyFrames` into a property that is computed on first use.

    Unlike ``functools.cached_property`` it caches errors, and does not lock all objects of the
    class while one of them computes, as that does in Python 3.11.
    """

    @wraps(compute)
    def get_result(self: LazyFrames) -> Any:
        return self.compute_once(compute.__name__, partial(compute, self))

    return property(get_result)
