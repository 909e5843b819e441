"""Events since the last read, with sync tokens kept between reads."""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping
from pathlib import Path

import pandas as pd

from asana_frames._arguments import parse_path
from asana_frames._files import replace_file
from asana_frames.asana import Asana, check_connection
from asana_frames.exceptions import EventsLostWarning, InvalidArgument, SyncExpired, warn_caller
from asana_frames.frames import concatenate
from asana_frames.gather.shared import add_attrs, record_gather
from asana_frames.types import Fields, Refs

#: gid of a watched object -> sync token of its next read.
Tokens = MutableMapping[str, str]


def events(
    asana: Asana,
    resource: Refs,
    *,
    tokens: Tokens | str | os.PathLike[str] | None = None,
    fields: Fields = None,
) -> pd.DataFrame:
    """Read events of tasks, projects or goals since the last call.

    The first call starts the stream and returns no events. A sync token is valid for at most a
    day. If it has expired, an `EventsLostWarning` is issued and the stream restarts; read the
    watched objects again then.

    Parameters
    ----------
    asana
        The connection.
    resource
        References to the objects to watch.
    tokens
        Where to keep the sync tokens between calls: a JSON file, a mapping of your own, or, if
        None, the `asana` object. They are saved after all events have been read, so a call that
        fails loses no events.
    fields
        Asana paths, ``"all"`` or None for the default columns.

    Returns
    -------
    DataFrame
        One row per event with the columns of ``events.list``; ``watched_gid`` is the
        object whose stream it was in. Source: ``GET /events``.

    Raises
    ------
    InvalidArgument
        ``tokens`` is neither a file of sync tokens nor a mapping.
    ConfigurationError
        The file cannot be written.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox()
    >>> len(events(asana, "Website relaunch"))
    0
    >>> task = asana.tasks.create(name="Say hello", projects=asana.projects.list().head(1))
    >>> "added" in set(events(asana, "Website relaunch")["action"])
    True
    """
    check_connection(asana, what="gather.events")
    path = parse_path(tokens) if isinstance(tokens, str | os.PathLike) else None
    saved = _load_tokens(asana, tokens)
    next_tokens: dict[str, str] = {}
    with record_gather(asana, "events") as last:
        frames = []
        for gid in asana.references.gids(resource, ["task", "project", "goal"]):
            frame, token = _read_stream(asana, gid, saved.get(gid), fields)
            frames.append(frame)
            if token:
                next_tokens[gid] = token
    if path is not None:
        _write_tokens(path, {**saved, **next_tokens})
    else:
        saved.update(next_tokens)
    # Events have no gid: with an empty key, those of several streams are not merged.
    frame = (
        concatenate(frames, key="") if frames else asana.events.list(resource=[], fields=fields)
    )
    return add_attrs(frame, last, record="event")


def _read_stream(
    asana: Asana, gid: str, token: str | None, fields: Fields
) -> tuple[pd.DataFrame, str | None]:
    """Read the events after a sync token; return them and the next token."""
    try:
        frame = asana.events.list(resource=gid, sync=token, fields=fields)
    except SyncExpired as error:
        # Expected: Asana keeps events for a day only.
        warn_caller(
            f"The sync token of {gid} has expired, so events were lost. Read the object again; "
            f"its stream restarts now.",
            EventsLostWarning,
        )
        frame = asana.events.list(resource=gid, sync=error.sync, fields=fields)
    return frame, frame.attrs["asana"].get("sync")


def _load_tokens(asana: Asana, tokens: Tokens | str | os.PathLike[str] | None) -> Tokens:
    if tokens is None:
        return asana.sync_tokens
    if isinstance(tokens, MutableMapping):
        return tokens
    if isinstance(tokens, str | os.PathLike):
        return _read_tokens(parse_path(tokens))
    raise InvalidArgument(
        f"tokens= takes the path of a JSON file or a dict, not {type(tokens).__name__}."
    )


def _read_tokens(path: Path) -> Tokens:
    try:
        found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError) as cause:
        raise InvalidArgument(f"Could not read sync tokens from {path}: {cause}.") from cause
    if not isinstance(found, dict):
        raise InvalidArgument(f"{path} does not contain sync tokens; use another file.")
    return {str(gid): str(token) for gid, token in found.items()}


def _write_tokens(path: Path, tokens: Tokens) -> None:
    with replace_file(path) as part:
        part.write_text(json.dumps(dict(tokens), indent=1), "utf-8")
