"""Download the files of attachments into a folder."""

from __future__ import annotations

import math
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pandas as pd

from asana_frames._arguments import parse_path
from asana_frames._files import build_write_error, remove_abandoned_parts, replace_file
from asana_frames._json import decode_json
from asana_frames.calls.file_names import make_file_name
from asana_frames.calls.last_call import LastCall, record_call, warn_about_failures
from asana_frames.calls.progress import ProgressBar
from asana_frames.calls.request_builder import CallContext, build_request
from asana_frames.calls.resource import Resource
from asana_frames.calls.response_checks import check_response
from asana_frames.calls.row_outcomes import FATAL_ERRORS
from asana_frames.catalog import load
from asana_frames.exceptions import AsanaError, DeadlineExceeded, InvalidArgument
from asana_frames.fetch import (
    MAX_DOWNLOADS,
    DownloadError,
    FileDownloader,
    ThreadPool,
    get_current_call,
)
from asana_frames.fetch.clock import now as get_time
from asana_frames.fetch.retry import compute_backoff
from asana_frames.frames import build_array
from asana_frames.frames.schema import find_record
from asana_frames.types import Refs

#: Fields that are read for each attachment if the frame passed does not have them.
_FIELDS = ("name", "size", "created_at", "download_url", "host")
_TRIES = 5
#: How often the URL of one file is renewed: it may expire while a large file is tried again.
_RENEWALS = 2
#: Seconds by which the time of a file may differ; some file systems keep even seconds only.
_TIME_TOLERANCE = 2.0


class AttachmentFiles(Resource):
    """What attachments have beside the operations of the API."""

    def download(self, attachment: Refs, folder: str | os.PathLike[str]) -> pd.DataFrame:
        """Download the files of attachments into a folder.

        Names are made safe for every system. Where several attachments have one name, or a file
        of that name is there already, the gid becomes part of it; no file is ever replaced. A
        download that breaks off leaves nothing under the name of the file; the same call made
        again downloads what is missing. A file that is there already is recognised by name, size
        and time: downloads have the time of ``created_at``.

        No token is sent to the hosts of the files. Their URLs expire after about two minutes and
        are read again where needed.
        Sources: ``GET /attachments/{attachment_gid}`` and the URLs in ``download_url``.

        Parameters
        ----------
        attachment
            A frame of ``attachments.list()`` or ``attachments.get()``; or gids, URLs or rows.
        folder
            The folder to write to; made if it is missing.

        Returns
        -------
        DataFrame
            One row per attachment: ``gid``, ``name``, ``path`` (the file, missing where there is
            none), ``download_outcome`` and ``download_message`` (all str). Outcomes are ``done``,
            ``present`` (it was there already), ``no file`` (a link to another host), ``failed``
            and ``not sent`` (in ``asana.last.partial`` only: the call ended before).

        Raises
        ------
        ConfigurationError
            The folder cannot be made.
        InvalidArgument
            It is a frame of other objects, such as tasks.

        Examples
        --------
        >>> import tempfile
        >>> import asana_frames as af
        >>> asana = af.sandbox(now="2026-11-02")
        >>> tasks = asana.tasks.list(project="Website relaunch")
        >>> files = asana.attachments.list(parent=tasks)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sorted(set(asana.attachments.download(files, folder)["download_outcome"]))
        ['done', 'no file']
        """
        return _Download(self._client, folder).fetch_frame(attachment)


def _check_record(attachment: Refs) -> None:
    """Refuse a frame of other objects, such as the tasks that attachments belong to."""
    record = find_record(attachment) if isinstance(attachment, pd.DataFrame) else ""
    if record not in ("", "attachment"):
        raise InvalidArgument(
            f"attachments.download takes attachments, and this frame holds {record}s. List their "
            f"attachments first: files = asana.attachments.list(parent=frame)."
        )


class _File(NamedTuple):
    """The facts of one attachment."""

    gid: str
    name: str | None = None
    #: Bytes; None if unknown.
    size: int | None = None
    #: Seconds since 1970; None if unknown.
    time: float | None = None
    url: str | None = None
    host: str | None = None


class _Outcome(NamedTuple):
    """What became of one attachment."""

    file: _File
    outcome: str = "not sent"
    path: Path | None = None
    message: str | None = None


class _Download:
    """One call: from attachments to files and a frame of outcomes."""

    def __init__(self, client: CallContext, folder: str | os.PathLike[str]) -> None:
        self._client = client
        self._folder = parse_path(folder, name="folder", like="attachments").absolute()
        self._operation = load().operation("getAttachment")
        self._downloader = FileDownloader(client.http)

    def fetch_frame(self, attachment: Refs) -> pd.DataFrame:
        _check_record(attachment)
        client = self._client
        with (
            record_call("attachments.download", client.publish, client.settings) as last,
            closing(self._downloader),
        ):
            gids = client.references.gids(attachment, ["attachment"])
            outcomes = {gid: _Outcome(_File(gid)) for gid in gids}
            try:
                self._make_folder()
                files = _read_frame(attachment) or self._read_files(outcomes, last)
                self._download_files([files[gid] for gid in gids if gid in files], outcomes, last)
            except BaseException:
                last.set_partial(lambda: _build_frame(outcomes.values()))
                raise
            frame = _build_frame(outcomes.values())
            last.rows = len(frame)
        frame.attrs["asana"] = last.attrs()
        warn_about_failures(last, "download", len(gids), "files")
        return frame

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            remove_abandoned_parts(self._folder)
        except OSError as cause:
            raise build_write_error(self._folder, cause) from cause

    # Step 1: attachments -> facts.

    def _read_files(self, outcomes: dict[str, _Outcome], last: LastCall) -> dict[str, _File]:
        """Read attachments by their gids; record those that are refused."""
        found: dict[str, _File] = {}

        def read(file: _File) -> _Outcome:
            return _Outcome(self._read_file(file.gid), "read")

        tasks = [partial(_attempt, _File(gid), read) for gid in outcomes]
        for result in self._run_tasks(tasks, "attachment"):
            if result.outcome == "read":
                found[result.file.gid] = result.file
            else:
                _record(result, outcomes, last)
        return found

    def _read_file(self, gid: str) -> _File:
        """Read one attachment, whose URL is new then."""
        operation = self._operation
        request = build_request(operation, [(operation.parameters[0], gid)])
        request.params["opt_fields"] = ",".join(_FIELDS)
        response = self._client.http.request(
            "GET", request.path, request.params, asked="attachments.download"
        )
        check_response(operation, request, response.body)
        record = decode_json(msgspec.json.decode, response.body)["data"]
        return _parse_file({"gid": gid, **record})

    # Step 2: facts -> files.

    def _download_files(
        self, files: Sequence[_File], outcomes: dict[str, _Outcome], last: LastCall
    ) -> None:
        # Not all systems tell small letters from capitals.
        names = Counter(
            make_file_name(file.name, file.gid, is_unique=is_unique).casefold()
            for file in files
            for is_unique in (True, False)
        )

        def download(file: _File) -> _Outcome:
            name = make_file_name(file.name, file.gid).casefold()
            return self._download_file(file, is_unique=names[name] == 1)

        tasks = [partial(_attempt, file, download) for file in files]
        for result in self._run_tasks(tasks, "file"):
            _record(result, outcomes, last)

    def _run_tasks(
        self, tasks: Sequence[Callable[[], Iterator[_Outcome]]], unit: str
    ) -> Iterator[_Outcome]:
        client, name = self._client, "attachments.download"
        shown = client.settings.progress
        with (
            ProgressBar(name, len(tasks), client.http, unit=unit, shown=shown) as bar,
            closing(iter(ThreadPool(tasks, MAX_DOWNLOADS, bar.tick))) as results,
        ):
            for result in results:
                bar.done = bar.rows = bar.done + 1
                yield result

    def _download_file(self, file: _File, *, is_unique: bool) -> _Outcome:
        if file.url is None:
            where = f" to {file.host}" if file.host else ""
            return _Outcome(file, "no file", None, f"A link{where}; view_url opens it.")
        plain = self._folder / make_file_name(file.name, file.gid)
        marked = self._folder / make_file_name(file.name, file.gid, is_unique=False)
        # A plain name that several have may be the file of another, of the same size and time.
        places = (marked, plain) if is_unique else (marked,)
        present = next((path for path in places if _is_same(path, file)), None)
        if present is not None:
            return _Outcome(file, "present", present)
        target = plain if is_unique and not os.path.lexists(plain) else marked
        if os.path.lexists(target):
            message = f"{target.name} is another file; move it away to download this one."
            return _Outcome(file, "failed", None, message)
        with replace_file(target, is_tidy=True) as part:
            self._save_file(file, part)
            # After the call has ended, no file appears.
            get_current_call().check()
            if file.time is not None:
                with suppress(OSError, OverflowError):
                    os.utime(part, (file.time, file.time))
        return _Outcome(file, "done", target)

    def _save_file(self, file: _File, part: Path) -> None:
        """Download a file, again after errors that pass and with a new URL if it has expired."""
        call, renewals = get_current_call(), 0
        for attempt in range(1, _TRIES + 1):
            call.check()
            try:
                return self._downloader.download(file.url or "", part, file.size)
            except DownloadError as error:
                if error.is_expired and renewals < _RENEWALS:
                    renewals += 1
                    file = self._read_file(file.gid)
                elif error.is_final or attempt == _TRIES:
                    raise
                else:
                    self._client.http.total.add(retries=1)
                    call.tally.add(retries=1)
                    call.wait(get_time() + (error.wait or compute_backoff(attempt)))
        raise DownloadError("The URL of the file expires as soon as it is read.", is_final=True)


def _read_frame(attachment: Refs) -> dict[str, _File] | None:
    """Return the facts that a frame has of its attachments; None if they must be read."""
    needed = {"gid", *_FIELDS[:4]}
    if not isinstance(attachment, pd.DataFrame) or not needed <= set(attachment.columns):
        return None
    known = attachment[[name for name in ("gid", *_FIELDS) if name in attachment.columns]]
    files = [_parse_file(row) for row in known.dropna(subset="gid").to_dict("records")]
    return {file.gid: file for file in files}


def _parse_file(facts: Mapping[Any, Any]) -> _File:
    """Return the facts of a row or a record; what is missing or cannot be read is None."""
    texts = {
        name: facts[name]
        for name in ("name", "download_url", "host")
        if isinstance(facts.get(name), str) and facts[name]
    }
    moment: Any = facts.get("created_at")
    time = pd.to_datetime(moment, utc=True, errors="coerce")
    count: Any = facts.get("size")
    size = pd.to_numeric(count, errors="coerce")
    return _File(
        gid=str(facts["gid"]),
        name=texts.get("name"),
        size=int(size) if pd.notna(size) and math.isfinite(size) else None,
        time=None if pd.isna(time) else time.timestamp(),
        url=texts.get("download_url"),
        host=texts.get("host"),
    )


def _is_same(path: Path, file: _File) -> bool:
    """Whether a file is the whole attachment, as far as its size and time tell."""
    try:
        found = path.lstat()
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode) or (file.size is None and file.time is None):
        return False
    is_size = file.size in (None, found.st_size)
    return is_size and (file.time is None or abs(found.st_mtime - file.time) <= _TIME_TOLERANCE)


def _attempt(file: _File, action: Callable[[_File], _Outcome]) -> Iterator[_Outcome]:
    """Yield the outcome of one file; errors that end the call are raised."""
    try:
        yield action(file)
    except (DeadlineExceeded, *FATAL_ERRORS):
        raise
    except (AsanaError, DownloadError, OSError) as error:
        yield _Outcome(file, "failed", None, str(error))


def _record(result: _Outcome, outcomes: dict[str, _Outcome], last: LastCall) -> None:
    outcomes[result.file.gid] = result
    if result.outcome == "failed":
        error = AsanaError(result.message or "")
        last.add_failure(f"attachment {result.file.gid}", (result.file.gid,), error)


def _build_frame(outcomes: Any) -> pd.DataFrame:
    rows = list(outcomes)
    return pd.DataFrame(
        {
            "gid": build_array("text", [row.file.gid for row in rows]),
            "name": build_array("text", [row.file.name for row in rows]),
            "path": build_array("text", [row.path and str(row.path) for row in rows]),
            "download_outcome": build_array("text", [row.outcome for row in rows]),
            "download_message": build_array("text", [row.message for row in rows]),
        }
    )
