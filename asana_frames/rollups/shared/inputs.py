"""Which columns a rollup needs, and the columns that a key of ``by`` stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.catalog import columns_of
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.frames.arrays import STR

#: What an entry calls its person and project -> what ``rollups.entries`` calls them.
_SAME = (("created_by", "person"), ("attributable_to", "project"))


class Key(NamedTuple):
    """A column of a result, and the column of the frame that it is made of."""

    name: str
    column: str


def is_dask(frame: object) -> bool:
    """Say whether a frame is one of Dask, without importing it."""
    return type(frame).__module__.partition(".")[0] == "dask" and hasattr(frame, "map_partitions")


def require_columns(
    frame: Any, columns: Iterable[str], *, what: str, record: str | None = None
) -> None:
    """Refuse a frame without the columns.

    Parameters
    ----------
    frame
        A frame of pandas or Dask.
    columns
        The names that must be there.
    what
        The function that asks, for the message.
    record
        The type of record in the frame, such as ``"task"``; the message then tells what to give
        as ``fields=``.

    Raises
    ------
    InvalidArgument
        Columns are missing; the message names them and the nearest that are there.
    """
    if not isinstance(frame, pd.DataFrame) and not is_dask(frame):
        raise InvalidArgument(f"{what} takes a DataFrame, not {type(frame).__name__}.")
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        hint = suggest_names(missing[0], map(str, frame.columns)) + _asked_with(missing, record)
        raise InvalidArgument(f"{what} needs the column(s) {', '.join(missing)}.{hint}")


def _asked_with(missing: Iterable[str], record: str | None) -> str:
    """Return which ``fields=`` bring columns of a record."""
    if record is None:
        return ""
    paths = {column.name: column.path for column in columns_of(record, ("all",))}
    wanted = [paths[name] for name in missing if name in paths]
    if not wanted:
        return ""
    return f" Where fields= was given, add {', '.join(map(repr, wanted))}."


def resolve_keys(frame: Any, by: str | Sequence[str], *, what: str) -> list[Key]:
    """Return the columns that ``by`` stands for.

    A key is a column, or the beginning of ``<key>_gid`` and ``<key>_name``, which then both are
    keys: people and projects of one name stay apart. ``person`` and ``project`` are also found
    in entries as Asana gives them.

    Raises
    ------
    InvalidArgument
        A key is not known (the message suggests the nearest), or there is none.
    """
    names = [by] if isinstance(by, str) else list(by)
    if not names:
        raise InvalidArgument(f"{what} needs at least one key: by='person', for example.")
    keys = [key for name in names for key in _columns_for(frame, name)]
    known = [str(column) for column in frame.columns]
    for name in names:
        if not _columns_for(frame, name):
            stems = [column.removesuffix("_gid") for column in known if column.endswith("_gid")]
            # Without the stems of what entries call otherwise, half of them would be unknown.
            stems += [ours for theirs, ours in _SAME if theirs in stems]
            raise InvalidArgument(
                f"{what} does not know the key {name!r}.{suggest_names(name, [*stems, *known])} "
                f"A key is a column, or one of {', '.join(dict.fromkeys(stems)) or 'none here'}."
            )
    return list(dict.fromkeys(keys))


def _columns_for(frame: Any, name: str) -> list[Key]:
    for stem in _stems(name):
        if stem in frame.columns:
            return [Key(name, stem)]
        pair = [Key(f"{name}{end}", f"{stem}{end}") for end in ("_gid", "_name")]
        found = [key for key in pair if key.column in frame.columns]
        if found:
            return found
    return []


def _stems(name: str) -> Iterable[str]:
    """Yield a name, and what the other of the two frames of entries calls the same."""
    yield name
    for pair in _SAME:
        for mine, other in (pair, pair[::-1]):
            for end in ("", "_gid", "_name"):
                if name == mine + end:
                    yield other + end


def text_column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column as text; one that is not there is missing throughout."""
    if name not in frame.columns:
        return pd.Series(pd.NA, index=frame.index, name=name, dtype=STR)
    return frame[name].astype(STR)
