"""The schema of a frame in a file of its own, beside formats that have no place for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from asana_frames._arguments import parse_path
from asana_frames._files import replace_file
from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller
from asana_frames.export.labels import restore_labels
from asana_frames.export.prepare import Labels, keep_index, prepare_frame
from asana_frames.export.text import format_label
from asana_frames.frames.cells import CellFormat
from asana_frames.frames.schema import Schema, decode_schema, describe_frame, restore_frame

_SUFFIX = ".schema.json"
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
    #: Whether enumerations are in words for people.
    has_words: bool

    def with_text_labels(self) -> pd.DataFrame:
        """Return the frame with columns called as in the header of a file."""
        return self.frame.set_axis([*map(format_label, self.frame.columns)], axis=1)

    def describe(self, *, is_disarmed: bool = True, decimal: str = ".") -> Schema:
        """Return the schema of the file.

        Raises
        ------
        InvalidArgument
            Two columns have one name.
        """
        frame = self.with_text_labels()
        check_unique_names(frame)
        schema = describe_frame(frame, index=self.index, is_disarmed=is_disarmed)
        return msgspec.structs.replace(schema, has_words=self.has_words, decimal=decimal)


def prepare_for_file(
    frame: pd.DataFrame, *, anonymize: str | None = None, labels: Labels | None = None
) -> PreparedFrame:
    """Return a frame as a file is to have it."""
    kept = keep_index(frame)
    made = prepare_frame(kept, anonymize=anonymize, labels=labels)
    # Whoever reads an anonymized file has no index to restore: its columns may have gone.
    index = 0 if anonymize is not None else kept.shape[1] - frame.shape[1]
    return PreparedFrame(made, index, has_words=labels is not None)


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
    frame = restore_frame(cells, known, form=form, first_row=first_row, is_typed=is_typed)
    if known.has_words:
        frame = restore_labels(frame)
    if is_typed:
        # Nobody edits such a file.
        return frame
    if "gid" in frame.columns:
        frame = _drop_blank_rows(frame, is_numbered=known.index == 0)
        _warn_of_repeated_rows(frame, known)
    _warn_of_renamed_columns(cells, known)
    return frame


def _drop_blank_rows(frame: pd.DataFrame, *, is_numbered: bool) -> pd.DataFrame:
    """Return a frame without the rows in which a spreadsheet has nothing."""
    is_blank = frame["gid"].isna().to_numpy(copy=True)
    for _, column in frame.items():
        if not is_blank.any():
            return frame
        is_blank &= column.isna().to_numpy() | column.isin(["", ()]).to_numpy()
    kept = frame[~is_blank]
    return kept.reset_index(drop=True) if is_numbered else kept


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
    if added and missing:
        warn_caller(
            f"The file has no {', '.join(map(repr, missing[:3]))} and has "
            f"{', '.join(map(repr, added[:3]))} instead. If columns were renamed, give them their "
            f"names again: frame.rename(columns={{{added[0]!r}: {missing[0]!r}}}), or read the "
            f"file again after that.",
            AsanaWarning,
        )


def restore_header(names: Iterable[str], known: Schema | None) -> dict[str, str]:
    """Return header of a file -> name of the column, which says nothing of time zones."""
    written = {} if known is None else known.columns_by_name()
    listed = list(names)
    bare = {name: name.removesuffix(ZONE_NOTE) for name in listed}
    return {
        name: name if name in written or bare[name] in listed else bare[name] for name in listed
    }


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
        return msgspec.structs.replace(describe_frame(kept, index=index), has_words=True)
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
