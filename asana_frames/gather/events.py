"""What has happened since the last look: events, with their tokens kept."""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping
from pathlib import Path

import pandas as pd

from asana_frames._files import replace_file
from asana_frames.asana import Asana
from asana_frames.exceptions import ConfigurationError, EventsLostWarning, SyncExpired, warn_caller
from asana_frames.frames import concatenate
from asana_frames.gather.shared import add_attrs, record_gather
from asana_frames.types import Fields, Refs

#: gid of what is watched -> the token to go on with.
Tokens = MutableMapping[str, str]


def events(
    asana: Asana,
    resource: Refs,
    *,
    tokens: Tokens | str | os.PathLike[str] | None = None,
    fields: Fields = None,
) -> pd.DataFrame:
    """Read what has happened to tasks, projects or goals since the last time.

    The first time there is nothing yet: it begins the stream. A token lives for a day at the
    most; where it was too old, an `EventsLostWarning` says so and the stream begins anew: what
    is watched should then be read anew too.

    Parameters
    ----------
    asana
        The connection.
    resource
        References to what is watched.
    tokens
        Where the tokens are kept between calls: a JSON file, a mapping of your own, or, if None,
        as long as `asana` lives. They are kept once all events have been read, so none is lost
        if something fails.
    fields
        Asana paths, ``"all"`` or None for the default columns.

    Returns
    -------
    DataFrame
        One row per event with the columns of ``events.list``; ``watched_gid`` says whose stream
        it was in. Source: ``GET /events``.

    Raises
    ------
    ConfigurationError
        The file cannot be read or written.

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
    path = Path(tokens) if isinstance(tokens, str | os.PathLike) else None
    kept = _load_tokens(asana, tokens)
    following: dict[str, str] = {}
    with record_gather(asana, "events") as last:
        frames = []
        for gid in asana.references.gids(resource, ["task", "project", "goal"]):
            frame, token = _read_stream(asana, gid, kept.get(gid), fields)
            frames.append(frame)
            if token:
                following[gid] = token
    if path is not None:
        _write_tokens(path, {**kept, **following})
    else:
        kept.update(following)
    # An event has no gid, and is one however many streams show it: each says its own.
    frame = (
        concatenate(frames, key="") if frames else asana.events.list(resource=[], fields=fields)
    )
    return add_attrs(frame, last, record="event")


def _read_stream(
    asana: Asana, gid: str, token: str | None, fields: Fields
) -> tuple[pd.DataFrame, str | None]:
    """Return the events after a token, and the token to go on with."""
    try:
        frame = asana.events.list(resource=gid, sync=token, fields=fields)
    except SyncExpired as error:
        # The protocol, not a fault: Asana keeps events for a day.
        warn_caller(
            f"The token of {gid} was too old, so events were missed. Read anew what you keep of "
            f"it; the stream goes on from now.",
            EventsLostWarning,
        )
        frame = asana.events.list(resource=gid, sync=error.sync, fields=fields)
    return frame, frame.attrs["asana"].get("sync")


def _load_tokens(asana: Asana, tokens: Tokens | str | os.PathLike[str] | None) -> Tokens:
    if tokens is None:
        return asana.sync_tokens
    return _read_tokens(Path(tokens)) if isinstance(tokens, str | os.PathLike) else tokens


def _read_tokens(path: Path) -> Tokens:
    try:
        found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError) as cause:
        raise ConfigurationError(f"{path} cannot be read as tokens of events: {cause}.") from cause
    if not isinstance(found, dict):
        raise ConfigurationError(f"{path} holds no tokens of events. Give another file.")
    return {str(gid): str(token) for gid, token in found.items()}


def _write_tokens(path: Path, tokens: Tokens) -> None:
    with replace_file(path) as part:
        part.write_text(json.dumps(dict(tokens), indent=1), "utf-8")
