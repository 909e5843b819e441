"""CSV files as tables of text: any separator and encoding, every row of one length."""

from __future__ import annotations

import codecs
import csv
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import pandas as pd

from asana_frames._arguments import check_text, parse_path
from asana_frames.exceptions import AsanaWarning, ConfigurationError, InvalidArgument, warn_caller
from asana_frames.export.plain_csv import read_plain_columns
from asana_frames.frames.arrays import ColumnBuffer
from asana_frames.frames.garbage_collection import pause_garbage_collection

#: With a byte-order mark or without.
_UTF8 = "utf-8-sig"
#: Byte-order mark -> encoding; the longer ones first.
_MARKS = (
    (codecs.BOM_UTF8, _UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What Windows writes where it does not write UTF-8, in the languages of Western Europe.
_FALLBACK = "cp1252"
#: How workbooks and other packed files begin.
_ZIP = b"PK\x03\x04"
_SEPARATORS = (",", ";", "\t", "|")
#: The first line by which Excel is told the separator.
_SEPARATOR_LINE = "sep="
#: Lines among which the header is, where others stand above it.
_MOST_ABOVE = 100
_BATCH = 1000
#: Bytes that are looked at to tell the encoding.
_HEAD = 1 << 20


class TextTable(NamedTuple):
    """The cells of a file, all of them text."""

    #: Names of the columns, each once.
    names: list[str]
    #: One column of text per name.
    columns: dict[str, pd.Series[Any]]
    separator: str
    #: The number of the first row below the header, as a spreadsheet counts.
    first_row: int
    #: Whether all names stand in quotes.
    has_quoted_names: bool


def read_text_table(
    path: str | os.PathLike[str],
    *,
    sep: str | None = None,
    encoding: str | None = None,
    header: str | None = None,
    advice: str = "Is it the right file?",
    workbooks: str = "use af.read_excel(path)",
) -> TextTable:
    """Read a CSV file as text.

    Parameters
    ----------
    path
        The file.
    sep
        The separator; else the one of the header: a comma, a semicolon, a tab or a pipe.
    encoding
        Of the file; else as its byte-order mark says, UTF-8, or cp1252 with a warning.
    header
        A name of the header, where lines that belong to no table may stand above it.
    advice
        The end of the message if the file has no such header.
    workbooks
        What to do with a workbook, for the message.

    Raises
    ------
    InvalidArgument
        The file is empty or no CSV file, two columns have one name, or a row is shorter or longer
        than the header; the message says where.
    ConfigurationError
        The file cannot be read.

    Warns
    -----
    AsanaWarning
        The file is not UTF-8 and was read as cp1252.
    """
    file = check_file(path)
    check_encoding(encoding)
    encoding = encoding or _find_encoding(file, workbooks)
    try:
        # A mark is no part of the first name, whatever the encoding was called.
        is_utf8 = codecs.lookup(encoding).name == "utf-8"
        with file.open(encoding=_UTF8 if is_utf8 else encoding, newline="") as stream:
            return _read_table(file, stream, sep, header, advice)
    except UnicodeError as cause:
        raise InvalidArgument(
            f"{file} is not {encoding}: {cause}. Give its encoding, such as encoding='cp850'."
        ) from cause
    except OSError as cause:
        raise build_read_error(file, cause) from cause


def check_encoding(encoding: object) -> None:
    """Raise an error unless an argument is the name of an encoding of text, or None.

    Raises
    ------
    InvalidArgument
        It is not.
    """
    if encoding is None:
        return
    check_text(encoding, name="encoding", like="utf-8")
    try:
        "".encode(str(encoding))
    except (LookupError, ValueError) as cause:
        raise InvalidArgument(
            f"encoding={encoding!r} is not known; use one such as 'utf-8' or 'cp1252'."
        ) from cause


def check_file(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file that exists.

    Raises
    ------
    InvalidArgument
        ``path`` is no path, or there is no such file.
    """
    file = parse_path(path)
    if file.is_dir():
        raise InvalidArgument(f"{file} is a folder; give the path of a file.")
    if not file.exists():
        raise InvalidArgument(f"There is no file {file}.")
    return file


def looks_like_csv(body: bytes) -> bool:
    """Return whether a file begins like a CSV file, and not like JSON."""
    first = body.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")[0]
    is_json = first.startswith((b"{", b"["))
    return not is_json and any(sep.encode() in first for sep in _SEPARATORS)


def build_read_error(file: Path, cause: Exception) -> ConfigurationError:
    """Return the error for a file that cannot be read."""
    reason = getattr(cause, "strerror", None) or str(cause)
    return ConfigurationError(f"{file} cannot be read: {reason}.")


def _find_encoding(file: Path, workbooks: str) -> str:
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
            if head.startswith(_ZIP):
                raise InvalidArgument(f"{file} is no CSV file; if it is a workbook, {workbooks}.")
            for mark, encoding in _MARKS:
                if head.startswith(mark):
                    return encoding
            decoder = codecs.getincrementaldecoder("utf-8")()
            while head:
                decoder.decode(head)
                head = stream.read(_HEAD)
            decoder.decode(b"", final=True)
    except OSError as cause:
        raise build_read_error(file, cause) from cause
    except UnicodeDecodeError:
        warn_caller(
            f"{file} is not UTF-8 and was read as {_FALLBACK}; if its letters look wrong, give "
            f"encoding=, such as encoding='cp932'.",
            AsanaWarning,
        )
        return _FALLBACK
    return "utf-8"


def _read_table(
    file: Path, stream: TextIO, sep: str | None, header: str | None, advice: str
) -> TextTable:
    lines = _Lines(stream)
    sep = sep or _find_separator(lines, header)
    if len(sep) != 1:
        raise InvalidArgument(f"sep={sep!r} is not one character, such as ',' or ';'.")
    line = lines.find(header or "")
    with _unlimited_fields():
        reader = csv.reader(lines, delimiter=sep, strict=True)
        try:
            names, skipped = _read_header(file, reader, header, advice)
            first_row = skipped + 2
            is_first = lines.skipped + skipped == 0 and stream.encoding == _UTF8
            arrays = read_plain_columns(file, names, sep) if is_first else None
            if arrays is None:
                arrays = _read_rows(file, reader, len(names), first_row)
        except csv.Error as cause:
            raise InvalidArgument(
                f"{file} is no complete CSV file: line {reader.line_num}: {cause}. If it was cut, "
                f"write it again; if its values are not parted by {sep!r}, give sep=."
            ) from cause
    columns = {}
    for name, array in zip(names, arrays, strict=True):
        column = pd.Series(array, name=name)
        # Spreadsheets write columns without a name where there is nothing.
        if name or bool((column != "").any()):
            if name in columns:
                raise InvalidArgument(
                    f"{file} has several columns without a name in its first "
                    f"line: name them; if that line is a title, remove it."
                )
            columns[name] = column
    return TextTable([*columns], columns, sep, first_row, _are_quoted(names, sep, line))


def _are_quoted(names: Sequence[str], sep: str, line: str) -> bool:
    """Return whether the first line of a header has all names in quotes."""
    quoted = sep.join('"' + name.replace('"', '""') + '"' for name in names)
    return quoted.splitlines()[0] == line.rstrip("\r\n")


def _read_rows(file: Path, reader: Any, width: int, first_row: int) -> list[Any]:
    buffers, row = [ColumnBuffer.of("text") for _ in range(width)], first_row
    while True:
        with pause_garbage_collection():
            rows = list(islice(reader, _BATCH))
            if not rows:
                return [buffer.array() for buffer in buffers]
            try:
                columns = list(zip(*rows, strict=True))
            except ValueError:
                columns = []
            if len(columns) != width:
                columns = _fit_rows(file, rows, width, row)
            for buffer, values in zip(buffers, columns, strict=True):
                buffer.extend(values)
        row += len(rows)


def _fit_rows(file: Path, rows: list[list[str]], width: int, first_row: int) -> list[Any]:
    """Return the columns of rows of which some have another length than the header."""
    kept = []
    for number, row in enumerate(rows, first_row):
        # Spreadsheets leave out a line's empty cells, and write some beyond the last column.
        if len(row) > width and not any(row[width:]):
            row = row[:width]
        if len(row) != width:
            if not any(row):
                continue
            raise InvalidArgument(
                f"{file}, row {number}: it has {len(row)} cells and the header {width}. If the "
                f"file was cut, write it again; if a text holds the separator, put it in quotes."
            )
        kept.append(row)
    return list(zip(*kept, strict=True)) if kept else [()] * width


def _read_header(
    file: Path, reader: Any, header: str | None, advice: str
) -> tuple[list[str], int]:
    """Return the names of the columns, and how many rows stand above them."""
    found = ((row, names) for row, names in enumerate(reader) if _is_header(names, header))
    skipped, names = next(found, (0, []))
    if not names:
        wanted = "" if header is None else f" that has {header!r}"
        raise InvalidArgument(f"{file} has no header{wanted}. {advice}")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise InvalidArgument(
            f"{file} has several columns called {twice!r}; rename all but one of them."
        )
    return names, skipped


def _is_header(names: list[str], header: str | None) -> bool:
    return any(names) if header is None else header in names


def _find_separator(lines: _Lines, header: str | None) -> str:
    """Return the separator of the first line, and of the header's where lines are above it."""
    first = lines.find("")
    if (
        first.lower().startswith(_SEPARATOR_LINE)
        and len(first.strip()) == len(_SEPARATOR_LINE) + 1
    ):
        lines.skip()
        return first.strip()[-1]
    line = lines.find(header or "")
    counted = {sep: _count_outside_quotes(line, sep) for sep in _SEPARATORS}
    return max(counted, key=counted.__getitem__)


def _count_outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])


class _Lines:
    """The lines of a stream, of which the first can be looked at before they are read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.skipped = 0
        self._seen: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return chain(self._seen, self._stream)

    def skip(self) -> None:
        """Leave the first line out."""
        self._seen.popleft()
        self.skipped += 1

    def find(self, text: str) -> str:
        """Return the first line that holds a text, if it is near the beginning; else nothing."""
        for place in range(_MOST_ABOVE):
            if place == len(self._seen):
                line = next(self._stream, None)
                if line is None:
                    break
                self._seen.append(line)
            if text in self._seen[place]:
                return self._seen[place]
        return ""


@contextmanager
def _unlimited_fields() -> Iterator[None]:
    """Let cells be as long as they are: the limit of the csv module is one of the process."""
    before = csv.field_size_limit()
    limit = sys.maxsize
    while True:
        try:
            csv.field_size_limit(limit)
            break
        except OverflowError:
            # Where a C long has 32 bits.
            limit >>= 32
    try:
        yield
    finally:
        csv.field_size_limit(before)
