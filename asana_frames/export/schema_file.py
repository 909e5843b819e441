"""The schema of a frame in a file of its own, beside formats that have no place for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from asana_frames._arguments import parse_path
from asana_frames._files import replace_file
from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller
from asana_frames.export.labels import list_worded_values, restore_labels
from asana_frames.export.prepare import Labels, keep_index, prepare_frame
from asana_frames.export.text import format_label
from asana_frames.export.total_rows import drop_totals, ends_like_totals
from asana_frames.frames.cells import CellFormat
from asana_frames.frames.schema import (
    Schema,
    decode_schema,
    describe_frame,
    list_names,
    restore_frame,
)
from asana_frames.frames.unread import list_unread_columns

_SUFFIX = ".schema.json"
#: How many bytes a character has at most.
_LONGEST_SIGN = 4
#: What the headers of workbooks add to the names of columns of moments.
ZONE_NOTE = " (UTC)"
#: What readers take as ``schema=``.
SchemaSource = pd.DataFrame | str | os.PathLike[str] | None


@dataclass(frozen=True)
class PreparedFrame:
    """A frame as it is written, with the labels of its rows as columns."""

    frame: pd.DataFrame
    #: How many of the first columns are the index.
    index: int
    #: Column -> values of an enumeration, which are in words for people; None where none are.
    worded: Mapping[str, tuple[str, ...]] | None

    def with_text_labels(self) -> pd.DataFrame:
        """Return the frame with columns called as in the header of a file."""
        return self.frame.set_axis([*map(format_label, self.frame.columns)], axis=1)

    def describe(
        self,
        *,
        is_disarmed: bool = True,
        decimal: str = ".",
        separator: str = "",
        has_lines: bool = False,
    ) -> Schema:
        """Return the schema of the file; of one of lines it tells how many rows there are.

        Raises
        ------
        InvalidArgument
            Two columns have one name.
        """
        frame = self.with_text_labels()
        check_unique_names(frame)
        schema = describe_frame(frame, index=self.index, is_disarmed=is_disarmed)
        return msgspec.structs.replace(
            schema if self.worded is None else _add_worded_values(schema, self.worded),
            has_words=self.worded is not None,
            decimal=decimal,
            separator=separator,
            ends_like_totals=ends_like_totals(frame),
            rows=len(frame) if has_lines else 0,
        )


def prepare_for_file(
    frame: pd.DataFrame,
    *,
    anonymize: str | None = None,
    labels: Labels | None = None,
    has_schema: bool = True,
) -> PreparedFrame:
    """Return a frame as a file is to have it.

    A file without a schema lacks the columns that nobody has read: it cannot tell them from
    columns whose values are missing.
    """
    if not has_schema:
        frame = frame.drop(columns=list_unread_columns(frame))
    kept = keep_index(frame)
    made = prepare_frame(kept, anonymize=anonymize, labels=labels)
    # Whoever reads an anonymized file has no index to restore: its columns may have gone.
    index = 0 if anonymize is not None else kept.shape[1] - frame.shape[1]
    return PreparedFrame(made, index, None if labels is None else _find_worded_values(kept))


def _find_worded_values(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return column -> the values of an enumeration that it has."""
    columns = (frame.iloc[:, place] for place in range(frame.shape[1]))
    return {format_label(one.name): list_worded_values(one) for one in columns}


def _add_worded_values(schema: Schema, worded: Mapping[str, tuple[str, ...]]) -> Schema:
    columns = (
        msgspec.structs.replace(one, worded=worded.get(one.name, ())) for one in schema.columns
    )
    return msgspec.structs.replace(schema, columns=tuple(columns))


def check_unique_names(frame: pd.DataFrame) -> None:
    """Raise an error if two columns have one name."""
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        raise InvalidArgument(
            f"This format needs columns of different names; these are there twice: "
            f"{', '.join(map(repr, twice))}. Rename them first: frame.set_axis([...], axis=1)."
        )


def restore_file(
    cells: Mapping[str, pd.Series[Any]],
    known: Schema,
    *,
    form: CellFormat | None = None,
    first_row: int = 2,
    is_typed: bool = False,
) -> pd.DataFrame:
    """Return the frame of a file, as `restore_frame` does; words for people are Asana's again."""
    # Of a workbook that had a row of totals, its reader has left that out.
    if not (is_typed or known.ends_like_totals or (known.totals and "gid" not in cells)):
        cells = drop_totals(cells, first_row=first_row)
    frame = restore_frame(cells, known, form=form, first_row=first_row, is_typed=is_typed)
    if known.has_words:
        frame = restore_labels(frame, known)
    if is_typed:
        # Nobody edits such a file.
        return frame
    if "gid" in frame.columns:
        is_blank = _find_blank_rows(frame)
        is_added = frame["gid"].isna().to_numpy() & ~is_blank
        _warn_of_added_rows(np.flatnonzero(is_added) + first_row, known)
        if is_blank.any():
            kept = frame[~is_blank]
            frame = kept.reset_index(drop=True) if known.index == 0 else kept
        _warn_of_repeated_rows(frame, known)
    _warn_of_renamed_columns(cells, known)
    return frame


def _find_blank_rows(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Return which rows are those in which a spreadsheet has nothing."""
    is_blank = frame["gid"].isna().to_numpy(copy=True)
    for _, column in frame.items():
        if not is_blank.any():
            break
        is_blank &= column.isna().to_numpy() | column.isin(["", ()]).to_numpy()
    return is_blank


def _warn_of_added_rows(numbers: np.ndarray[Any, Any], known: Schema) -> None:
    if len(numbers) and not known.has_rows_without_gid:
        warn_caller(
            f"{len(numbers)} row(s) have values and no gid, the first of them row "
            f"{numbers[0]}. They are kept, as somebody may have added them, and rollups "
            f"count them. To leave them out: frame.dropna(subset='gid').",
            AsanaWarning,
        )


def _warn_of_repeated_rows(frame: pd.DataFrame, known: Schema) -> None:
    gids = frame["gid"].dropna()
    again = gids[gids.duplicated()]
    if len(again) and not known.has_repeated_rows:
        warn_caller(
            f"{len(again)} row(s) repeat the gid of another, such as {again.iloc[0]}. If they "
            f"were pasted twice: frame.drop_duplicates('gid').",
            AsanaWarning,
        )


def _warn_of_renamed_columns(names: Iterable[str], known: Schema) -> None:
    """Warn of columns that look renamed: rollups take a missing column for a missing value."""
    given, written = list(names), known.columns_by_name()
    added = [name for name in given if name not in written]
    missing = [name for name in written if name not in given]
    if not added or not missing:
        return
    # In a file of other columns than were written, places tell nothing.
    is_whole = len(given) == len(written)
    pairs = [
        f"{one!r} to {other!r}"
        for one, other in zip(given, written, strict=False)
        if is_whole and one in added and other in missing
    ]
    warn_caller(
        f"The file has no {', '.join(map(repr, missing[:3]))} and has "
        f"{', '.join(map(repr, added[:3]))} instead. If columns were renamed, rename them in the "
        f"header of the file and read it again{': ' * bool(pairs)}{', '.join(pairs[:3])}.",
        AsanaWarning,
    )


def restore_header(names: Iterable[str], known: Schema | None) -> dict[str, str]:
    """Return header of a file -> name of the column, which says nothing of time zones."""
    listed = list(names)
    written = list_names() if known is None else known.columns_by_name()
    in_words = {} if known is None else {c.header: c.name for c in known.columns if c.header}
    folded = {one.strip().casefold(): one for one in written}
    folded |= {header.casefold(): name for header, name in in_words.items()}
    taken = {*listed}
    named: dict[str, str] = {}
    for name in listed:
        bare = name.removesuffix(ZONE_NOTE)
        if bare in in_words:
            named[name] = in_words[bare]
            continue
        if name in written or bare in taken:
            bare = name
        # People write gid as " gid" and "GID".
        meant = folded.get(bare.strip().casefold())
        if bare not in written and meant is not None and meant not in taken:
            bare = meant
        taken.add(bare)
        named[name] = bare
    return named


def check_end(file: Path, rows: int, known: Schema | None, *, first_row: int = 2) -> None:
    """Raise an error if a file of lines was cut.

    Parameters
    ----------
    file
        The file, which has been read.
    rows
        How many rows it has.
    known
        The schema with which it was written, if there is one.
    first_row
        The number of the first row, for the message.

    Raises
    ------
    InvalidArgument
        It has fewer rows than were written, and the last has no end.

    Warns
    -----
    AsanaWarning
        The last row has no end, and all rows are there, or nobody knows how many there were.
    """
    written = known.rows if known is not None else 0
    if 0 < written < rows or not (written or rows):
        return
    with file.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(-min(stream.tell(), _LONGEST_SIGN), os.SEEK_CUR)
        last = stream.read().strip(b"\0")[-1:]
    if last in (b"\n", b"\r"):
        return
    row = rows + first_row - 1
    if rows < written:
        raise InvalidArgument(
            f"{file} was written with {written} row(s) and ends in row {row} without a line "
            f"end, as if it had been cut. Write it again; if rows were deleted on purpose, add a "
            f"line end."
        )
    if not written or last not in (b'"', b"}"):
        after = "" if written else ", or rows after it,"
        warn_caller(
            f"{file} does not end with a line end: the last value of row {row}{after} may have "
            f"been cut. Compare it with the source; files of Google Sheets never have one.",
            AsanaWarning,
        )


def schema_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of the schema of a file: ``tasks.csv`` -> ``tasks.csv.schema.json``."""
    file = parse_path(path)
    with suppress(OSError, RuntimeError):
        # A link stands for its target, which is what is written.
        file = file.resolve()
    return file.with_name(file.name + _SUFFIX)


def write_schema(schema: Schema | None, path: str | os.PathLike[str]) -> None:
    """Write the schema of a file beside it; an older one is removed if the file has none."""
    beside = schema_path(path)
    if schema is not None:
        with replace_file(beside) as part:
            part.write_bytes(schema.encode() + b"\n")
    else:
        # There is none where the name would be too long.
        with suppress(OSError):
            beside.unlink()


def find_schema(path: Path, schema: SchemaSource) -> Schema | None:
    """Return the schema to read a file by: the one that is passed, else the one beside it.

    Raises
    ------
    InvalidArgument
        What is passed is neither a frame nor the path of a schema, or the file is damaged.
    """
    if isinstance(schema, pd.DataFrame):
        # Nobody knows how the file was written.
        kept = keep_index(schema)
        index = kept.shape[1] - schema.shape[1]
        kept = kept.set_axis([*map(format_label, kept.columns)], axis=1)
        known = _add_worded_values(describe_frame(kept, index=index), _find_worded_values(kept))
        return msgspec.structs.replace(
            known, decimal="", has_words=True, ends_like_totals=ends_like_totals(kept)
        )
    if schema is not None and not isinstance(schema, str | os.PathLike):
        raise InvalidArgument(
            f"schema= takes a frame with the columns of the file, or the path of a "
            f"{_SUFFIX} file, not {type(schema).__name__}."
        )
    file = schema_path(path) if schema is None else Path(os.fsdecode(schema))
    try:
        return decode_schema(file.read_bytes(), source=str(file))
    except FileNotFoundError:
        if schema is None:
            return None
        raise InvalidArgument(f"There is no file {file}; schema= takes one, or a frame.") from None
    except OSError as cause:
        raise InvalidArgument(f"{file} cannot be read: {cause.strerror}.") from cause
