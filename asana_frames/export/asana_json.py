"""The JSON files that Asana exports -> a frame of tasks."""

from __future__ import annotations

import gzip
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pandas as pd

from asana_frames._json import decode_json
from asana_frames.catalog import columns_of
from asana_frames.catalog.columns import parse_fields
from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller
from asana_frames.export.text_table import build_read_error, check_file, looks_like_csv
from asana_frames.frames.builder import FrameBuilder
from asana_frames.frames.garbage_collection import pause_garbage_collection
from asana_frames.frames.unread import record_unread_columns
from asana_frames.types import Fields

#: A record: key -> JSON text.
_Record = dict[str, msgspec.Raw]
_T = TypeVar("_T")
_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_VALUE = msgspec.json.Decoder(msgspec.Raw)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RECORD = msgspec.json.Decoder(dict[str, msgspec.Raw])

_GZIP_START, _BOM = b"\x1f\x8b", b"\xef\xbb\xbf"
_NULL = msgspec.Raw(b"null")
#: Keys under which exports nest the tasks of a project, and the subtasks of a task.
_NESTED = ("tasks", "subtasks")
#: How JSON lists and objects begin.
_STARTS = (b"[", b"{")
#: How many keys of a record a message shows.
_MOST_KEYS = 5


def read_asana_json(path: str | os.PathLike[str], *, fields: Fields = None) -> pd.DataFrame:
    """Read the tasks of a JSON file that was exported from Asana.

    Parameters
    ----------
    path
        The file: what the page of a project exports as JSON, or an export of the API: a JSON
        document, a list, or JSON Lines; compressed with gzip or not.
    fields
        Asana paths of a task, such as ``["name", "dependencies"]``, "all", or None for the
        columns of ``asana.tasks.list``.

    Returns
    -------
    DataFrame
        One row per task with the columns and dtypes of ``asana.tasks.list``, each task once with
        what all its places in the file say. Subtasks follow their parent, whose ``parent_gid``
        and ``parent_name`` they have. Custom fields are columns ``cf_<name>``, typed by their
        definitions; the options of enum fields are in their order where the file lists them.
        Columns that the file does not have are missing, or empty tuples;
        ``attrs["asana"]["unread"]`` names them, and rollups that need one refuse the frame.

    Raises
    ------
    InvalidArgument
        It is not JSON, not an export of Asana, or is incomplete, or a path of ``fields`` is
        unknown.
    ConfigurationError
        The file cannot be read.

    Warns
    -----
    AsanaWarning
        The file also holds records that are not tasks, which are left out; or it is one page of
        an answer of the API, and others follow.
    """
    columns = columns_of("task", parse_fields(fields))
    file = check_file(path)
    tasks = _TaskCollector()
    with pause_garbage_collection():
        try:
            for record in _list_records(_read_bytes(file)):
                tasks.add(record)
        except (msgspec.DecodeError, _NotAnExport) as cause:
            advice = "If it was cut, export or download it again."
            if looks_like_csv(_read_bytes(file)):
                advice = "If it is a CSV file, use af.read_asana_csv(path)."
            raise InvalidArgument(
                f"{file} is not a complete JSON file that Asana has exported: {cause}. {advice}"
            ) from cause
    tasks.warn_of_others(file)
    builder = FrameBuilder(columns)
    builder.append(b'{"data":[%s]}' % b",".join(tasks.encode()), builder.start_listing())
    frame = builder.frame(tasks.list_options())
    unread = [c.name for c in columns if c.steps[0][0] not in tasks.keys]
    record_unread_columns(frame, "task", unread)
    return frame


class _NotAnExport(Exception):
    """The JSON is not an export of Asana; the message says why."""


class _TaskCollector:
    """Collects tasks, each once, in the order in which the file has them."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}
        #: Type of the records that are not tasks -> their number.
        self._others: Counter[str] = Counter()
        #: The keys that tasks have.
        self.keys: set[str] = set()

    def add(self, record: _Record) -> None:
        """Add a record if it is a task, and the tasks below it."""
        waiting: list[tuple[_Record, msgspec.Raw | None]] = [(record, None)]
        while waiting:
            record, parent = waiting.pop()
            kind, gid = _read_text(record, "resource_type") or "task", _read_text(record, "gid")
            if gid is None:
                raise _NotAnExport(f"a record has no gid but {_list_keys(record)}")
            below = None
            if kind == "task":
                self._merge(gid, record, parent)
                below = msgspec.Raw(msgspec.json.encode(_select_keys(record, ("gid", "name"))))
            else:
                self._others[kind] += 1
            nested = [item for key in _NESTED for item in _list_items(record.get(key, _NULL))]
            waiting += [(_read_record(item), below) for item in reversed(nested)]

    def _merge(self, gid: str, record: _Record, parent: msgspec.Raw | None) -> None:
        known = self._records.setdefault(gid, {})
        # A task may be a mere reference in one place and complete in another.
        for key, value in (*record.items(), *([] if parent is None else [("parent", parent)])):
            if key not in _NESTED and bytes(known.get(key, _NULL)) == b"null":
                known[key] = value
        self.keys.update(known)

    def warn_of_others(self, file: Path) -> None:
        """Warn of records that were left out because they are not tasks."""
        if self._others:
            counts = ", ".join(f"{number} {kind}" for kind, number in self._others.most_common())
            warn_caller(
                f"{file}: {self._others.total()} record(s) that are not tasks were left out: "
                f"{counts}.",
                AsanaWarning,
            )

    def encode(self) -> Iterator[bytes]:
        """Yield the tasks as JSON, without those below them."""
        return map(msgspec.json.encode, self._records.values())

    def list_options(self) -> dict[str, list[str]]:
        """Return the options of enum fields, where the file has their definitions."""
        options: dict[str, dict[str, None]] = {}
        for text in {
            bytes(record.get("custom_fields", _NULL)) for record in self._records.values()
        }:
            for field in _list_fields(text):
                known = options.setdefault(str(field.get("gid")), {})
                known.update(dict.fromkeys(_list_option_names(field)))
        return {gid: list(names) for gid, names in options.items()}


def _list_fields(text: bytes) -> Iterator[dict[str, Any]]:
    """Return the custom fields of a task that may have options."""
    fields: Any = _decode(text, _ANY) if b'"enum_options"' in text else []
    return filter(_is_record, fields if isinstance(fields, list) else [])


def _is_record(value: object) -> bool:
    return isinstance(value, dict)


def _list_option_names(field: dict[str, Any]) -> Iterator[str]:
    options = field.get("enum_options")
    for option in filter(_is_record, options if isinstance(options, list) else []):
        if isinstance(option.get("name"), str):
            yield option["name"]


def _read_bytes(file: Path) -> bytes:
    """Return what is in a file, decompressed.

    Raises
    ------
    InvalidArgument
        The file is empty, or compressed and incomplete.
    ConfigurationError
        The file cannot be read.
    """
    try:
        body = file.read_bytes()
        body = gzip.decompress(body) if body.startswith(_GZIP_START) else body
    except (EOFError, zlib.error, gzip.BadGzipFile) as cause:
        raise InvalidArgument(
            f"{file} is compressed and incomplete: {cause}. Export or download it again."
        ) from cause
    except OSError as cause:
        raise build_read_error(file, cause) from cause
    body = body.removeprefix(_BOM).strip()
    if not body:
        raise InvalidArgument(f"{file} is empty. Export or download it again.")
    return body


def _list_records(body: bytes) -> Iterator[_Record]:
    """Yield the records of a JSON document, or of JSON Lines."""
    for text in _split_documents(body):
        yield from _expand(text)


def _split_documents(body: bytes) -> Iterator[bytes]:
    """Yield the one document of a file, or its lines."""
    try:
        yield bytes(_decode(body, _VALUE))
        return
    except msgspec.DecodeError:
        lines = body.splitlines()
        if len(lines) == 1 or not _is_json(lines[0]):
            raise
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield bytes(_decode(line, _VALUE))
            except msgspec.DecodeError as cause:
                raise msgspec.DecodeError(f"line {number}: {cause}") from cause


def _decode(text: bytes, decoder: msgspec.json.Decoder[_T]) -> _T:
    return decode_json(decoder.decode, bytes(text))


def _is_json(text: bytes) -> bool:
    try:
        _decode(text, _VALUE)
    except msgspec.DecodeError:
        return False
    return True


def _expand(value: bytes) -> Iterator[_Record]:
    """Yield the records that a value of JSON is or holds."""
    if value[:1] == b"[":
        yield from map(_read_record, _list_items(value))
        return
    record = _read_record(value)
    if "gid" in record or "resource_type" in record:
        yield record
        return
    # Records are in a list called data, or in one list per type.
    lists = [record["data"]] if "data" in record else record.values()
    full = [text for text in map(bytes, lists) if text[:1] in _STARTS]
    if not full:
        raise _NotAnExport(f"it has no list of records but {_list_keys(record)}")
    if bytes(record.get("next_page", _NULL)) != b"null":
        warn_caller(
            "The file is one page of a list; the pages after it are missing.", AsanaWarning
        )
    for text in full:
        yield from _expand(text)


def _list_items(text: bytes) -> list[msgspec.Raw]:
    """Return the items of a list; null has none."""
    if bytes(text) == b"null":
        return []
    try:
        return _decode(text, _LIST)
    except msgspec.ValidationError as cause:
        raise _NotAnExport("a value stands where a list of records should be") from cause


def _read_record(text: bytes) -> _Record:
    try:
        record = _decode(text, _RECORD)
    except msgspec.ValidationError as cause:
        raise _NotAnExport("a value stands where a record should be") from cause
    if not _list_flat_columns().isdisjoint(record):
        raise _NotAnExport(
            "its records are rows of a frame, as export.to_json writes them, for af.read_json"
        )
    return record


@cache
def _list_flat_columns() -> frozenset[str]:
    """Return the columns that are not called like a key of the record."""
    return frozenset(c.name for c in columns_of("task", ("all",)) if c.name != c.path)


def _read_text(record: _Record, key: str) -> str | None:
    """Return a gid or type as text; numbers are read as text."""
    value = _decode(record.get(key, _NULL), _ANY)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _select_keys(record: _Record, keys: Iterable[str]) -> _Record:
    return {key: record[key] for key in keys if key in record}


def _list_keys(record: _Record) -> str:
    """Return the first keys of a record, for a message."""
    return ", ".join(list(record)[:_MOST_KEYS]) or "nothing"
