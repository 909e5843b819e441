"""The schema of a frame: what a file needs in order to become that frame again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from asana_frames._arguments import check_text
from asana_frames.catalog import columns_of, load
from asana_frames.exceptions import AsanaWarning, InvalidArgument, suggest_names, warn_caller
from asana_frames.frames.arrays import DTYPES, build_array
from asana_frames.frames.cells import CellFormat, CellReader
from asana_frames.frames.change_table import (
    CHANGE_COLUMNS,
    CHANGE_VALUE,
    change_schema_kinds,
    is_change_frame,
    read_change_values,
)
from asana_frames.frames.clear_cells import find_value_kind, holds_clear, put_clear, split_clear
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.field_definitions import read_all_definitions, read_attrs_definitions
from asana_frames.frames.gid_columns import is_gid_column, is_gid_list_column
from asana_frames.frames.rounded_gids import check_digits

#: Columns of many record types, which do not identify the type of a row.
_COMMON_COLUMNS = frozenset({"gid", "name", "resource_type"})
_CATEGORY, _OBJECT = "category", "object"
_EXPORT_ADVICE = (
    " It looks like an export of Asana's own pages: if it is a workbook, save it as CSV in the "
    "spreadsheet, and read the CSV file with af.read_asana_csv(path)."
)
#: The kind of columns that are as they were read.
_ANY = "any"
_LISTS = {tuple, list, np.ndarray}
#: What pandas calls the values of an object column -> their kind.
_OBJECT_KINDS = {"boolean": "boolean", "integer": "integer", "floating": "number"}


class ColumnSchema(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column: its name, and what makes its dtype."""

    name: str
    #: A kind of ``DTYPES``, ``category``, or the name of another dtype.
    kind: str
    #: Categories as text, the kind that they have, and whether their order counts.
    categories: tuple[str, ...] = ()
    category_kind: str = "text"
    is_ordered: bool = False
    #: Whether an empty cell is empty text, instead of a missing value.
    has_empty_text: bool = False
    #: Gids of the rows in which an empty cell of a workbook is empty text; numbers of the rows
    #: where gids do not tell them apart.
    empty_rows: tuple[str, ...] = ()
    #: Values of an enumeration that the column has, which may be in words for people in a file.
    worded: tuple[str, ...] = ()
    #: What the column is called in the file, where that is not its name.
    header: str = ""


class Schema(msgspec.Struct, frozen=True, omit_defaults=True):
    """The columns of a frame and their kinds, its record and definitions of custom fields."""

    columns: tuple[ColumnSchema, ...] = ()
    record: str = ""
    #: How many of the first columns are the index.
    index: int = 0
    #: Whether text that a spreadsheet would run as a formula begins with an apostrophe.
    is_disarmed: bool = True
    #: The decimal sign of a CSV file; empty where nobody knows it.
    decimal: str = "."
    #: What parts the values of a CSV file; empty where nobody knows it.
    separator: str = ""
    #: Whether several rows have one gid.
    has_repeated_rows: bool = False
    #: Whether rows have no gid, such as drafts.
    has_rows_without_gid: bool = False
    #: Whether enumerations may be in words for people.
    has_words: bool = False
    #: Whether the last row looks like one of totals and is not.
    ends_like_totals: bool = False
    #: Column -> its total in a row of totals.
    totals: dict[str, float] = {}
    #: How many rows the file has.
    rows: int = 0
    #: How many rows at the end of a workbook have nothing in any cell.
    blank_rows: int = 0
    attrs: dict[str, Any] = {}

    def encode(self) -> bytes:
        """Return the schema as JSON."""
        return msgspec.json.encode(self)

    def columns_by_name(self) -> dict[str, ColumnSchema]:
        """Return name -> column."""
        return {column.name: column for column in self.columns}


_decoder = msgspec.json.Decoder(Schema)


def decode_schema(text: bytes | str, *, source: str) -> Schema:
    """Return the schema of a JSON text.

    Raises
    ------
    InvalidArgument
        It is not the JSON of a schema; the message names ``source``.
    """
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as cause:
        raise InvalidArgument(f"{source} holds no schema of asana_frames: {cause}.") from cause


def describe_frame(frame: pd.DataFrame, *, index: int = 0, is_disarmed: bool = True) -> Schema:
    """Return the schema of a frame.

    Parameters
    ----------
    frame
        A frame whose index was made columns.
    index
        How many of the first columns are the index.
    is_disarmed
        Whether the file's formulas are disarmed.
    """
    columns = (describe_column(frame.iloc[:, at]) for at in range(frame.shape[1]))
    is_changes = is_change_frame(frame)
    if is_changes:
        kinds = change_schema_kinds(map(str, frame.columns))
        columns = (
            ColumnSchema(one.name, CHANGE_VALUE) if kinds[one.name] == CHANGE_VALUE else one
            for one in columns
        )
    return Schema(
        columns=tuple(columns),
        # Its rows are changes of tasks, and no tasks.
        record="" if is_changes else find_record(frame),
        index=index,
        is_disarmed=is_disarmed,
        has_repeated_rows="gid" in frame.columns and bool(frame["gid"].duplicated().any()),
        has_rows_without_gid="gid" in frame.columns and bool(frame["gid"].isna().any()),
        attrs=_keep_plain(frame.attrs),
    )


def merge_schemas(schemas: Sequence[Schema]) -> Schema:
    """Return the schema of all rows of several frames: their columns, their categories united."""
    columns: dict[str, ColumnSchema] = {}
    for column in chain.from_iterable(schema.columns for schema in schemas):
        known = columns.get(column.name, column)
        columns[column.name] = msgspec.structs.replace(
            known,
            # Of parts of several kinds it is what the file has made of them.
            kind=known.kind if known.kind == column.kind else _ANY,
            categories=tuple(dict.fromkeys([*known.categories, *column.categories])),
            has_empty_text=False,
            empty_rows=(),
            worded=tuple(dict.fromkeys([*known.worded, *column.worded])),
        )
    record = next((schema.record for schema in schemas if schema.record), "")
    attrs = {"asana": {"record": record}} if record else {}
    return Schema(columns=tuple(columns.values()), record=record, attrs=attrs)


def _keep_plain(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the attributes that JSON can hold."""
    kept: dict[str, Any] = {}
    for name, value in attrs.items():
        try:
            kept[str(name)] = msgspec.json.decode(msgspec.json.encode(value))
        except (TypeError, ValueError, OverflowError, msgspec.MsgspecError):
            continue
    return kept


def describe_column(column: pd.Series[Any]) -> ColumnSchema:
    """Return the schema of a column."""
    kind = find_kind(column)
    name = str(column.name)
    if kind == _OBJECT and holds_clear(column):
        return ColumnSchema(name, find_value_kind(column))
    if kind == _OBJECT:
        inside = _OBJECT_KINDS.get(pd.api.types.infer_dtype(column, skipna=True), "text")
        is_empty = _has_only_empty_text(column, kind)
        return ColumnSchema(name, kind, category_kind=inside, has_empty_text=is_empty)
    if kind != _CATEGORY:
        return ColumnSchema(name, kind, has_empty_text=_has_only_empty_text(column, kind))
    categories = pd.Series(column.cat.categories)
    return ColumnSchema(
        name,
        kind,
        categories=tuple(str(value) for value in categories),
        category_kind=_find_category_kind(categories),
        is_ordered=bool(column.cat.ordered),
        has_empty_text=_has_only_empty_text(column, "text"),
    )


def _find_category_kind(categories: pd.Series[Any]) -> str:
    # Of columns without rows the contract says that they hold lists.
    is_empty = not len(categories) and categories.dtype == object
    return _OBJECT if is_empty else find_kind(categories)


def _has_only_empty_text(column: pd.Series[Any], kind: str) -> bool:
    """Return whether a column has empty text and no missing value, so that a cell tells."""
    if not is_text(kind):
        return False
    return bool((column == "").any()) and not bool(column.isna().any())


def is_text(kind: str) -> bool:
    """Return whether columns of a kind may hold text."""
    return kind in ("text", "json", _OBJECT) or kind.startswith(("string", "large_string"))


def find_kind(column: pd.Series[Any]) -> str:
    """Return the kind of a column: one of ``DTYPES``, ``category``, or its dtype's name."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _CATEGORY
    if dtype == np.dtype(object):
        return "tuple" if _holds_lists(column) else _OBJECT
    if isinstance(dtype, pd.StringDtype) and dtype != DTYPES["text"]:
        return f"string[{dtype.storage}]"
    if dtype == DTYPES["date"]:
        present = column.dropna()
        return "date" if bool((present == present.dt.normalize()).all()) else str(dtype)
    kinds = (kind for kind, known in DTYPES.items() if kind != "json" and known == dtype)
    return next(kinds, str(dtype))


def _holds_lists(column: pd.Series[Any]) -> bool:
    # Of a column without rows the contract says that it holds lists.
    kinds = set(map(type, column.to_numpy()))
    if kinds <= _LISTS:
        return True
    # What concatenated frames lack is missing.
    return bool(kinds & _LISTS) and set(map(type, column.dropna())) <= _LISTS


def find_record(frame: pd.DataFrame) -> str:
    """Return the record type of a frame: as its attrs say, else by its columns; empty if none."""
    attrs = frame.attrs.get("asana")
    if isinstance(attrs, Mapping):
        # A gathered frame comes from several operations, so it records the type of its rows.
        known = {op.name: op.record for op in load().operations}
        record = str(attrs.get("record") or known.get(str(attrs.get("operation", "")), ""))
        if any(record == one.name for one in load().records):
            return record
    return guess_record(map(str, frame.columns))


def guess_record(names: Iterable[str]) -> str:
    """Return the record type whose default columns are all there, the richest of several."""
    given = set(names)
    fits = {
        record.name: len(columns)
        for record in load().records
        if (columns := _default_columns(record.name)) <= given and not columns <= _COMMON_COLUMNS
    }
    return max(fits, key=fits.__getitem__, default="")


@cache
def _default_columns(record: str) -> frozenset[str]:
    return frozenset(c.name for c in columns_of(record) if c.kind != "custom_fields")


def parse_record(resource: str) -> str:
    """Return the record type that is called like a resource, such as ``tasks``, or itself.

    Raises
    ------
    InvalidArgument
        There is none; the message suggests the nearest.
    """
    check_text(resource, name="resource", like="tasks")
    by_resource = {r.name: r.record for r in load().resources if r.record}
    records = {record.name for record in load().records}
    if resource in by_resource:
        return by_resource[resource]
    if resource in records:
        return resource
    raise InvalidArgument(
        f"There is no resource {resource!r}.{suggest_names(resource, by_resource)} "
        f"Name what the rows are, such as 'tasks'."
    )


def is_column_of(name: str, record: str) -> bool:
    """Return whether a record may have a column of a name; where none is known, it may not."""
    return bool(record) and name in _kinds_of_record(record)


@cache
def _kinds_of_record(record: str) -> dict[str, str]:
    """Return the kinds of the columns that a record may have."""
    return {
        column.name: "tuple" if column.depth else column.kind
        for column in columns_of(record, ("all",))
        if column.kind != "custom_fields"
    }


def change_schema(names: Iterable[str]) -> Schema | None:
    """Return the schema of a frame of changes by its columns; None if it is none."""
    kinds = change_schema_kinds(names)
    if not kinds.keys() >= set(CHANGE_COLUMNS):
        return None
    columns = (ColumnSchema(name, kind) for name, kind in kinds.items())
    return Schema(
        columns=tuple(columns), decimal="", has_repeated_rows=True, has_rows_without_gid=True
    )


@cache
def list_names() -> frozenset[str]:
    """Return the names of the columns that records may have."""
    return frozenset(name for one in load().records for name in _kinds_of_record(one.name))


def schema_by_names(record: str, names: Iterable[str], *, source: str) -> Schema:
    """Return the schema of a table of which only the names of its columns are known.

    Parameters
    ----------
    record
        The record type of its rows.
    names
        The columns.
    source
        The file, for messages.

    Raises
    ------
    InvalidArgument
        The columns are those of another record, or there is no ``gid``.

    Warns
    -----
    AsanaWarning
        There are custom fields, whose kinds nothing tells: they are text.
    """
    listed = list(names)
    kinds = _kinds_of_record(record)
    _check_gid(record, listed, source)
    check_record(record, listed, source=source)
    fields = [name for name in listed if name.startswith(PREFIX)]
    if fields:
        shown = ", ".join(fields[:3]) + (", ..." if len(fields) > 3 else "")
        warn_caller(
            f"{source}: custom fields are read as text, since the file does not say what they "
            f"hold: {shown}. Pass schema=, a frame with these columns, or write the file with "
            f"schema=True.",
            AsanaWarning,
        )
    columns = (ColumnSchema(name, kinds.get(name) or _guess_kind(name)) for name in listed)
    return Schema(
        columns=tuple(columns),
        record=record,
        decimal="",
        has_words=True,
        attrs={"asana": {"record": record}},
    )


def _guess_kind(name: str) -> str:
    return "tuple" if is_gid_list_column(name) else "text"


def _check_gid(record: str, names: list[str], source: str) -> None:
    if "gid" in _kinds_of_record(record) and "gid" not in names:
        is_export = "Task ID" in names
        raise InvalidArgument(
            f"{source} has no column 'gid', by which {record}s are told apart; its columns are "
            f"{', '.join(names[:8])}{', ...' if len(names) > 8 else ''}."
            + (_EXPORT_ADVICE * is_export)
        )


def check_record(
    record: str, names: Iterable[str], own: Iterable[str] = (), *, source: str
) -> None:
    """Raise an error if a table looks like one of another record.

    Parameters
    ----------
    record
        The record type that its rows should have.
    names
        The columns of the table.
    own
        Columns beside those of the record that such a table has.
    source
        The file, for messages.

    Raises
    ------
    InvalidArgument
        Less than half of the columns are those of the record, and more, and more than one, are
        those of another.
    """
    telling = set(names) - _COMMON_COLUMNS
    known = len(telling & (set(_kinds_of_record(record)) | set(own)))
    best = guess_record(names) or max(
        (other.name for other in load().records),
        key=lambda other: (len(telling & set(_kinds_of_record(other))), other == record),
    )
    others = len(telling & set(_kinds_of_record(best)))
    # Half of the columns: tables have columns of their own, and resources share some names.
    if known < others and others > 1 and 2 * known < len(telling):
        raise InvalidArgument(
            f"{source} does not hold {record}s: it has the columns of {best}s. Name these "
            f"instead, or pass their frame as schema=."
        )


def restore_frame(
    cells: Mapping[str, pd.Series[Any]],
    schema: Schema,
    *,
    form: CellFormat | None = None,
    first_row: int = 2,
    is_typed: bool = False,
) -> pd.DataFrame:
    """Return a frame from the cells of a file.

    Parameters
    ----------
    cells
        Column -> cells: text, or values of Python; missing where a file has nothing.
    schema
        What the columns hold. Columns that it does not have are text; it may have more.
    form
        How numbers and days are written, as far as it is known.
    first_row
        The number of the first row, for messages.
    is_typed
        Whether columns that have their dtype hold what they should.

    Raises
    ------
    InvalidArgument
        A cell cannot be understood; the message says which.
    """
    known = schema.columns_by_name()
    columns = {name: known.get(name) or ColumnSchema(name, _guess_kind(name)) for name in cells}
    values = {name: cells[name] for name in cells if columns[name].kind == CHANGE_VALUE}
    cells, cleared = split_clear(cells)
    kinds = _find_cell_kinds(columns, schema)
    reader = CellReader(cells, kinds, form or CellFormat(), first_row=first_row, is_file=True)
    order = [name for name in known if name in cells]
    order += [name for name in cells if name not in known]
    made = {
        name: cells[name].array
        if is_typed and _has_dtype(cells[name], columns[name])
        else restore_column(reader.read(name), columns[name])
        for name in order
    }
    if not is_typed:
        gids = [name for name in order if kinds[name] in ("gid", "gids")]
        check_digits([pd.Series(made[name], name=name) for name in gids], first_row=first_row)
    for name, places in cleared.items():
        made[name] = put_clear(made[name], places).array
    frame = pd.DataFrame(made, copy=False)
    frame.attrs.update(schema.attrs)
    for name, column in values.items():
        fields = read_all_definitions(frame)
        frame[name] = read_change_values(column.rename(name), frame, fields, first_row=first_row)
    index = [column.name for column in schema.columns[: schema.index]]
    if index and all(name in frame for name in index):
        frame = frame.set_index(index)
    return frame


def _find_cell_kinds(columns: Mapping[str, ColumnSchema], schema: Schema) -> dict[str, str]:
    """Return the kinds of the cells that columns are read from; lists of gids are ``gids``."""
    kinds = {name: cell_kind(column) for name, column in columns.items()}
    # Another custom field may be called like the gids of one.
    fields = {one.column for one in read_attrs_definitions(schema.attrs)}
    lists = [name for name, kind in kinds.items() if kind == "tuple"]
    gids = [name for name in lists if name not in fields and is_gid_list_column(name, lists)]
    return kinds | dict.fromkeys(gids, "gids")


def _has_dtype(cells: pd.Series[Any], column: ColumnSchema) -> bool:
    if column.kind == _ANY:
        return True
    dtype: Any = cells.dtype
    if isinstance(dtype, pd.StringDtype):
        # pandas takes any of them for its own "string".
        return dtype == DTYPES.get(column.kind) or find_kind(cells) == column.kind
    if column.kind != _CATEGORY:
        return bool(dtype == DTYPES.get(column.kind, column.kind))
    return (
        isinstance(dtype, pd.CategoricalDtype)
        and bool(dtype.ordered) == column.is_ordered
        and tuple(map(str, dtype.categories)) == column.categories
        and _find_category_kind(pd.Series(dtype.categories)) == column.category_kind
    )


#: Names of dtypes -> the kind of cells from which they are made.
_CELL_KINDS = (
    # Not intervals.
    (("int8", "int16", "int32", "int64", "uint", "Int", "UInt"), "integer"),
    (("float", "Float", "double", "halffloat", "decimal"), "number"),
    (("bool",), "boolean"),
    (("datetime64", "timestamp"), "datetime"),
)


def cell_kind(column: ColumnSchema) -> str:
    """Return the kind of the cells that a column is read from, as `CellReader` knows it."""
    kind = column.category_kind if column.kind in (_CATEGORY, _OBJECT) else column.kind
    if kind == "text" and is_gid_column(column.name):
        return "gid"
    if kind in DTYPES:
        return kind
    return next((cell for starts, cell in _CELL_KINDS if kind.startswith(starts)), "text")


def restore_column(values: Any, column: ColumnSchema) -> Any:
    """Return values that were read as their kind as the dtype of a column."""
    cells = pd.Series(values, copy=False)
    kind: Any = column.kind
    if column.has_empty_text:
        cells = cells.fillna("")
    if column.kind == _CATEGORY:
        return _restore_categories(cells, column)
    if column.kind in DTYPES:
        return cells.array
    if column.kind == _OBJECT:
        objects = cells.astype(object)
        return objects.where(cells.notna().to_numpy(), np.nan).array
    if column.kind.startswith(("timedelta64", "period")):
        _check_forms(cells, column)
    if column.kind.startswith("timedelta64"):
        return pd.Series(pd.to_timedelta(cells.astype(object))).astype(kind).array
    if isinstance(cells.dtype, pd.DatetimeTZDtype) and "," not in column.kind:
        # A naive dtype: in files, its moments have no zone either.
        cells = cells.dt.tz_localize(None)
    try:
        if cells.dtype.kind == "f" or str(cells.dtype) == "Float64":
            return pd.Series(cells.to_numpy("float64", na_value=np.nan)).astype(kind).array
        made = cells.astype(kind).array
    except (ImportError, TypeError, ValueError, NotImplementedError, OverflowError):
        # A dtype of another package, or missing values that a person added.
        return cells.array
    if made.dtype.kind in "iu" and bool((cells != made).fillna(False).any()):
        raise InvalidArgument(
            f"{column.name}: {cells[(cells != made).fillna(False)].iloc[0]} does not fit into "
            f"{column.kind}."
        )
    return made


#: Durations and periods as pandas writes them.
_FORMS = {
    "timedelta64": re.compile(r"-?\d+ days( [-+]?\d\d:\d\d:\d\d(\.\d+)?)?"),
    "period": re.compile(r"\d{4}(-\d\d(-\d\d(/\d{4}-\d\d-\d\d)?( \d\d(:\d\d){0,2})?)?|Q\d)?"),
}


def _check_forms(cells: pd.Series[Any], column: ColumnSchema) -> None:
    """Refuse durations and periods that somebody wrote in another way: pandas would guess."""
    form = next(form for start, form in _FORMS.items() if column.kind.startswith(start))
    for row, cell in enumerate(cells):
        if isinstance(cell, str) and not form.fullmatch(cell):
            like = "1 days 02:00:00" if column.kind.startswith("time") else "2026-03"
            raise InvalidArgument(
                f"{column.name}, value {row + 1}: {cell!r} is not written as pandas writes a "
                f"{column.kind}, such as {like}."
            )


def _list_some(values: Iterable[Any]) -> str:
    """Return some values as text."""
    shown = list(map(repr, values))
    return ", ".join(shown[:6]) + (", ..." if len(shown) > 6 else "")


def _restore_categories(cells: pd.Series[Any], column: ColumnSchema) -> pd.Categorical:
    one = ColumnSchema(column.name, column.category_kind)
    texts = pd.Series(build_array("text", column.categories))
    reader = CellReader({one.name: texts}, {one.name: cell_kind(one)}, CellFormat("."))
    read = reader.read(one.name)
    known = pd.Index(restore_column(read, one))
    cells = pd.Series(restore_column(cells.array, one), copy=False)
    # Options that a person added come last.
    added = cells[cells.notna() & ~cells.isin(known)].drop_duplicates()
    every = known.append(pd.Index(added.astype(known.dtype))) if len(added) else known
    if len(added) and len(known):
        warn_caller(
            f"{column.name} has {_list_some(added)}, which was no option before "
            f"({_list_some(known)}): it comes last.",
            AsanaWarning,
        )
    return pd.Categorical(cells, categories=every, ordered=column.is_ordered)
