"""Several reads as one call: one record, one deadline, all failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall, record_call
from asana_frames.catalog import parse_fields
from asana_frames.exceptions import AmbiguousReference, AsanaError, InvalidArgument
from asana_frames.types import Fields, Ref


@contextmanager
def record_gather(
    asana: Asana, operation: str, before: Sequence[pd.DataFrame] = ()
) -> Iterator[LastCall]:
    """Record a call that makes other calls; it counts their requests and failures.

    Parameters
    ----------
    asana
        The connection.
    operation
        The name of the call.
    before
        Frames of the inner calls that have ended; it grows, and is part of ``last.partial`` if a
        later one breaks off.
    """
    with record_call(f"gather.{operation}", asana.publish, asana.settings) as last:
        try:
            yield last
        except BaseException:
            last.take_over(asana.last, before)
            raise


def add_attrs(frame: pd.DataFrame, last: LastCall, **attrs: object) -> pd.DataFrame:
    """Add the record of the call, and more attributes, to a frame's ``attrs``."""
    last.rows = len(frame)
    frame.attrs["asana"] = last.attrs() | attrs
    return frame


def resolve_workspace(asana: Asana, workspace: Ref) -> str:
    """Resolve a reference to the gid of one workspace."""
    gids = asana.references.gids(workspace, ["workspace"])
    if len(gids) != 1:
        raise AmbiguousReference(f"Give one workspace; {len(gids)} were given.")
    return gids[0]


def add_fields(fields: Fields, *needed: str) -> tuple[Fields, list[str]]:
    """Add needed paths to fields; return them, and the columns to drop at the end."""
    if fields is None or fields == "all":
        return fields, []
    given = parse_fields(fields) or ()
    added = [path for path in needed if path not in given]
    return [*given, *added], added


def unpack_single(gids: list[str]) -> str | list[str]:
    """Return the only gid, so that its refusal is an error of its own, or all of several."""
    return gids[0] if len(gids) == 1 else gids


def check_subject(report: str, **given: object) -> None:
    """Check that exactly one of the arguments is given that say what a report is about.

    Raises
    ------
    InvalidArgument
        None of them is given, or several.
    """
    if sum(value is not None for value in given.values()) != 1:
        names = " or ".join(f"{name}=" for name in given)
        raise InvalidArgument(f"gather.{report} takes {names}: give one of them.")


class LazyFrames:
    """Frames about one subject, each read or computed when it is first used, and then kept.

    An error is kept as well, so nothing that cannot be read is requested twice.

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

    @property
    def has_failed(self) -> bool:
        """Whether a frame could not be read."""
        return any(isinstance(result, Exception) for result in self._results.values())

    def add_failures(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add the failures of the read that returned a frame to the record; return the frame."""
        self._last.add_failures(self._asana.last)
        return frame

    def compute_once(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return the result of a name, computed now if there is none yet; raise its error."""
        if name not in self._results:
            try:
                self._results[name] = compute()
            except (AsanaError, TimeoutError) as error:
                self._results[name] = error
        result = self._results[name]
        if isinstance(result, Exception):
            raise result
        return result


def lazy_frame(compute: Callable[[Any], Any]) -> Any:
    """Make a method of `LazyFrames` a property that is computed when it is first used.

    Unlike ``functools.cached_property`` it keeps errors, and up to Python 3.11 that one lets only
    one object of a class compute at a time.
    """

    @wraps(compute)
    def get_result(self: LazyFrames) -> Any:
        return self.compute_once(compute.__name__, partial(compute, self))

    return property(get_result)
