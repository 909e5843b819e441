"""CSV files: gids as quoted text, ISO 8601 dates, formulas disarmed; and back."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import IO, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice, check_flag
from asana_frames._files import replace_file
from asana_frames.calls.progress import ProgressBar
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.prepare import Labels, check_options
from asana_frames.export.schema_file import (
    SchemaSource,
    check_end,
    find_schema,
    prepare_for_file,
    restore_file,
    restore_header,
    write_schema,
)
from asana_frames.export.spreadsheet_locale import find_flags, find_separators
from asana_frames.export.suffixes import check_suffix
from asana_frames.export.text import column_as_text, infer_times, is_time, join_columns, map_cells
from asana_frames.export.text_table import check_encoding, check_file, read_text_table
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import build_array
from asana_frames.frames.cells import FLAG_WORDS, CellFormat
from asana_frames.frames.clear_cells import holds_clear
from asana_frames.frames.formula_text import restore_formula
from asana_frames.frames.schema import (
    ColumnSchema,
    Schema,
    change_schema,
    check_record,
    guess_record,
    parse_record,
    schema_by_names,
)

#: Text that Excel turns into a number, a day or a time when it opens a CSV file.
_NUMBER_LIKE = re.compile(
    r"[\s(]*[$€£¥.]?\d[\d\s.,:/\-()%$€£¥+eE]*|\d{1,2}(:\d\d)* ?[AaPp][Mm]"
    r"|[^\W\d]{3,9}\.?[ -]?\d{1,4}|\d{1,2}[. -]*[^\W\d]{3,9}([ -]?\d{2,4})?"
    # Days with a comma, amounts of money, and errors of formulas.
    r"|([^\W\d]+, )?[^\W\d]{3,9}\.? \d{1,2}, ?\d{2,4}|\d{1,2} de [^\W\d]{3,10} de \d{4}"
    r"|(R\$|kr\.?|Fr\.?|z\u0142|K\u010d|[A-Z]{3})[\s-]*\d[\d\s.,']*"
    r"|-?\d[\d\s.,']*\s?(R\$|kr\.?|Fr\.?|z\u0142|K\u010d|[A-Z]{3})|#[A-Z/0]+[!?]?"
    # Days and times of Chinese, Japanese and Korean.
    r"|[MTSHR]\d{1,2}[.-]\d{1,2}[.-]\d{1,2}"
    r"|(明治|大正|昭和|平成|令和|[上下]午|午[前後]|오[전후])?\s*(\d{1,4}\s*[年月日號号時时点點分秒년월일시분초]\s*)+\d*"
)
_FLAG_TEXTS = frozenset(word for words in FLAG_WORDS.values() for word in words)
#: How a cell of a CSV file tells Excel that it is text.
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
#: Empty text where a column has missing values as well.
_EMPTY_TEXT = "'"
_APOSTROPHES = re.compile("'+")
#: How cells begin that stand for another text.
_MARKS = ("'", '="')


class CsvForm(NamedTuple):
    """How values are written."""

    sep: str = ","
    decimal: str = "."
    lists: Literal["join", "json"] = "join"
    is_disarmed: bool = True
    is_excel: bool = False
    flags: tuple[str, str] = ("True", "False")


def to_csv(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    sep: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    lists: Literal["join", "json"] = "join",
    excel: bool | str = False,
    labels: Labels | None = None,
    anonymize: str | None = None,
    schema: bool = False,
    disarm: bool = True,
) -> None:
    """Write a frame as CSV; `read_csv` reads it back.

    Everything but numbers is quoted, so that programs that respect quotes keep gids as text;
    lists are joined by ``"; "``; moments are ISO 8601 in UTC, days are days; missing values are
    empty. Labels of rows, such as those of a pivot, are the first columns.

    Parameters
    ----------
    frame
        Any frame.
    path
        The file; an older one is replaced only when the new one is complete.
    sep, decimal
        What parts values, and the decimal sign; ``","`` and ``"."`` unless ``excel`` names others.
    encoding
        ``"utf-8"``, or with a byte-order mark for ``excel``; any of Python's.
    lists
        How list columns are written: ``"join"``, or ``"json"``.
    excel
        Write what Excel shows right at a double click: a byte-order mark, gids and other text that
        looks like a number as ``="1209..."``, moments without ``T`` and ``Z``, and the separator,
        decimal sign and flags of this machine's locale; ``"de_DE"`` names another locale.
    labels
        ``"human"`` for the words that charts use: ``on track`` instead of ``on_track``.
    anonymize
        A key: names of people, tasks, projects and the rest become ``Person 482...``, the same
        for one key; gids of people likewise; e-mails, URLs, notes and other text are left out.
    schema
        Whether to write ``<path>.schema.json``, by which `read_csv` gives back every dtype, the
        options of custom fields and empty text. Without it an older such file is removed, and
        columns that the source of the frame does not have, such as an export of Asana, are left
        out: nobody could tell them from columns of missing values.
    disarm
        Put an apostrophe before text that a spreadsheet would run as a formula. Switch off where
        no spreadsheet will open the file and the text must stay as it is.

    Raises
    ------
    InvalidArgument
        An argument is not valid, ``path`` has the suffix of another format, two columns have one
        name and ``schema`` is asked for, or the encoding lacks a character; the message names it.
    ConfigurationError
        The file cannot be written.

    Warns
    -----
    AsanaWarning
        The key of ``anonymize`` is so short that names can be guessed.

    Examples
    --------
    >>> import tempfile, pathlib, pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "tasks.csv")
    ...     to_csv(pd.DataFrame({"gid": ["12"], "name": ["=1+1"], "tags": [("a", "b")]}), file)
    ...     print(file.read_text().strip())
    "gid","name","tags"
    "12","'=1+1","a; b"
    """
    check_frame(frame, what="export.to_csv")
    check_suffix(path, writer="to_csv")
    check_options(anonymize=anonymize, labels=labels)
    check_flag(schema, name="schema")
    check_flag(disarm, name="disarm")
    form = _parse_form(sep, decimal, lists, excel, disarm)
    made = prepare_for_file(frame, anonymize=anonymize, labels=labels, has_schema=schema)
    signs = {"decimal": form.decimal, "separator": form.sep}
    known = made.describe(is_disarmed=disarm, has_lines=True, **signs) if schema else None
    check_encoding(encoding)
    encoding = encoding or ("utf-8-sig" if form.is_excel else "utf-8")
    with replace_file(path) as part:
        try:
            with part.open("w", encoding=encoding, newline="") as stream:
                _write_csv(made.with_text_labels(), stream, form, known)
        except UnicodeEncodeError as cause:
            raise InvalidArgument(
                f"encoding={encoding!r} has no {cause.object[cause.start]!r}, which the frame "
                f"holds; use encoding='utf-8'."
            ) from cause
        # An older one would be wrong if replacing the file were the last that happens.
        write_schema(None, path)
    write_schema(known, path)


def _parse_form(
    sep: str | None, decimal: str | None, lists: Any, excel: bool | str, disarm: bool
) -> CsvForm:
    check_choice(lists, ("join", "json"), name="lists")
    if not isinstance(excel, bool | str):
        raise InvalidArgument(f"excel={excel!r} is neither True nor a locale such as 'de_DE'.")
    if excel and not disarm:
        raise InvalidArgument(
            "excel= is for a spreadsheet, which would run formulas: leave disarm=True."
        )
    usual, flags = (",", "."), ("True", "False")
    if excel:
        place = excel if isinstance(excel, str) else None
        usual, flags = find_separators(place), find_flags(place)
    check_separators(sep, decimal)
    sep, decimal = sep or usual[0], decimal or usual[1]
    if sep == decimal:
        raise InvalidArgument(
            f"sep={sep!r} and decimal={decimal!r} cannot be the same; use sep=';' for numbers "
            f"like 1,5."
        )
    return CsvForm(sep, decimal, lists, disarm, bool(excel), flags)


def check_separators(sep: object, decimal: object) -> None:
    """Raise an error unless a CSV file can have these signs."""
    if sep is not None and (not isinstance(sep, str) or len(sep) != 1 or sep in "\"'\r\n"):
        raise InvalidArgument(f"sep={sep!r} is not one character, such as ',' or ';'.")
    check_choice(decimal, (None, ".", ","), name="decimal")


def stream_csv(frame: pd.DataFrame, stream: IO[str], *, disarm: bool = True) -> None:
    """Write a frame as CSV to an open stream."""
    form = CsvForm(is_disarmed=disarm)
    made = prepare_for_file(frame, has_schema=False)
    _write_csv(made.with_text_labels(), stream, form, None)


def _write_csv(frame: pd.DataFrame, stream: IO[str], form: CsvForm, known: Schema | None) -> None:
    # By position, because names may be duplicated.
    columns: dict[int, pd.Series[Any]] = {}
    with ProgressBar("to_csv", frame.shape[1], None, unit="column") as bar:
        for place in range(frame.shape[1]):
            source = infer_times(frame.iloc[:, place])
            text = column_as_text(source, disarm=form.is_disarmed, lists=form.lists)
            made = _format_column(text, source, form)
            if known is not None:
                made = _mark_text(made, form, known.columns[place])
            columns[place] = made.set_axis(frame.index)
            bar.done = place + 1
            bar.tick()
    join_columns(columns, frame, disarm=form.is_disarmed).to_csv(
        stream,
        index=False,
        sep=form.sep,
        decimal=form.decimal,
        quoting=csv.QUOTE_NONNUMERIC,
        lineterminator="\n",
    )


def _format_column(
    column: pd.Series[Any], source: pd.Series[Any], form: CsvForm
) -> pd.Series[Any]:
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype):
        # Programs that respect quotes read unquoted text as a number.
        return column.map({True: form.flags[0], False: form.flags[1]}, na_action="ignore")
    if form.decimal != "." and holds_clear(source):
        return map_cells(column, partial(_format_number, decimal=form.decimal))
    if form.decimal != "." and pd.api.types.is_float_dtype(dtype):
        # pandas minds the sign in arrays of numpy only.
        return pd.Series(column.to_numpy("float64", na_value=np.nan))
    if pd.api.types.is_numeric_dtype(dtype):
        return column
    if form.is_excel and is_time(source.dtype):
        moments = column.str.removesuffix("Z").str.replace("T", " ")
        return moments.str.replace(".", form.decimal, regex=False)
    if form.is_excel:
        column = map_cells(column, _hide_number)
    if form.decimal != "." and pd.api.types.is_object_dtype(dtype):
        # Options that are numbers.
        return map_cells(column, lambda cell: _localize_number(cell, form.decimal))
    return column


def _localize_number(cell: Any, decimal: str) -> Any:
    return str(cell).replace(".", decimal) if isinstance(cell, float) else cell


def _format_number(cell: Any, *, decimal: str) -> Any:
    return str(cell).replace(".", decimal) if isinstance(cell, float) else cell


def _hide_number(text: Any) -> Any:
    """Return text of which Excel would make a number in the form that it leaves alone."""
    if not isinstance(text, str):
        return text
    is_flag = text.upper() in _FLAG_TEXTS
    return f'="{text}"' if is_flag or _NUMBER_LIKE.fullmatch(text) else text


def _mark_text(column: pd.Series[Any], form: CsvForm, known: ColumnSchema) -> pd.Series[Any]:
    """Return a column in which empty text is not written like a missing value."""
    if known.kind == "tuple" or pd.api.types.is_numeric_dtype(column.dtype):
        return column
    if not form.is_disarmed:
        # Otherwise this has happened to all text that begins with the mark.
        column = map_cells(column, _add_apostrophe)
    if known.has_empty_text:
        return column
    is_empty = (column == "").to_numpy(dtype=bool, na_value=False)
    return column.mask(is_empty, _EMPTY_TEXT) if is_empty.any() else column


def _add_apostrophe(text: Any) -> Any:
    return f"'{text}" if isinstance(text, str) and _APOSTROPHES.fullmatch(text) else text


def read_csv(
    path: str | os.PathLike[str],
    resource: str | None = None,
    *,
    schema: SchemaSource = None,
    sep: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    dayfirst: bool | None = None,
) -> pd.DataFrame:
    """Read a CSV file that `to_csv` wrote, also if a spreadsheet or a person changed it since.

    Parameters
    ----------
    path
        The file.
    resource
        What the rows are, such as ``"tasks"``; not needed where there is a schema, or all default
        columns of one resource.
    schema
        A frame with the columns of the file, or the path of a ``.schema.json``; else the one
        beside the file.
    sep
        What parts values; else the comma, semicolon, tab or pipe of the header.
    decimal
        The decimal sign; else what the numbers of the file show. Numbers such as 12.500 are
        refused where the file does not tell whether they are 12500 or 12.5.
    encoding
        Of the file; else as its byte-order mark says, UTF-8, or cp1252 with a warning.
    dayfirst
        Whether 3/4/2026 is 3 April; else what the other days of the file show. Days such as
        2026-03-02 and 02.03.2026 need no such help.

    Returns
    -------
    DataFrame
        With the dtypes of the schema; without one those of the resource's columns, and ``str`` for
        custom fields and others. Columns that the schema lacks come last. Empty cells are
        missing, in list columns the empty tuple. Rows of nothing are left out where rows have
        gids. Labels of columns are text. ``<CLEAR>`` in a cell
        is ``af.CLEAR``; such a column holds objects. A frame of changes needs no schema, but for
        the numbers of custom fields. Numbers of rows, which are integers without a name, are
        not kept: rows are numbered from 0.

    Raises
    ------
    InvalidArgument
        It is not known what the rows are, they are of another resource, the file is no complete
        CSV file, or a cell is not what its column holds: the message has its row, as a spreadsheet
        counts, and column. Gids that a spreadsheet shortened to 1.2E+15, or rounded to 15
        digits, are refused.
    ConfigurationError
        The file cannot be read.

    Warns
    -----
    AsanaWarning
        Custom fields are read as text, the file is not UTF-8, columns look renamed, an option was
        none before, several rows have one gid, rows have none, a row of totals is left out, gids
        may have been rounded, or the file may have been cut, as its last line has no end.

    Examples
    --------
    >>> import asana_frames as af, tempfile, pathlib
    >>> tasks = af.sandbox().tasks.list(project="Website relaunch")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "tasks.csv")
    ...     af.export.to_csv(tasks, file, schema=True)
    ...     again = af.read_csv(file)
    >>> again.equals(tasks)
    True
    """
    check_separators(sep, decimal)
    check_flag(dayfirst, name="dayfirst")
    file = check_file(path)
    known = find_schema(file, schema)
    table = read_text_table(file, sep=sep, encoding=encoding)
    rows = max(map(len, table.columns.values()), default=0)
    check_end(file, rows, known, first_row=table.first_row)
    is_disarmed = known is None or known.is_disarmed
    texts = {_restore_text(name, is_disarmed): column for name, column in table.columns.items()}
    named = restore_header(texts, known)
    cells = {named[name]: _restore_column(column, is_disarmed) for name, column in texts.items()}
    known = choose_schema(known, resource, cells, source=str(file))
    form = CellFormat(
        decimal,
        dayfirst,
        known.decimal or None,
        # Other programs put the names of columns in quotes only where they must.
        table.has_quoted_names and known.separator in ("", table.separator),
        table.separator,
    )
    return restore_file(cells, known, form=form, first_row=table.first_row)


def choose_schema(
    known: Schema | None, resource: str | None, names: Iterable[str], *, source: str
) -> Schema:
    """Return the schema of a file, or the one of a resource.

    Raises
    ------
    InvalidArgument
        The schema is one of another resource, or nothing says what the rows are.
    """
    record = "" if resource is None else parse_record(resource)
    listed = list(names)
    if known is not None:
        if record and known.record and record != known.record:
            raise InvalidArgument(f"{source} holds {known.record}s, not {record}s.")
        _check_columns(known, listed, source)
        if known.record:
            check_record(known.record, listed, known.columns_by_name(), source=source)
        return known
    of_changes = None if record else change_schema(listed)
    if of_changes is not None:
        return of_changes
    record = record or guess_record(listed)
    if not record:
        raise InvalidArgument(
            f'{source} does not say what its rows are; name it, such as "tasks", or pass schema=, '
            f"a frame with the same columns. Files written with schema=True say it themselves."
        )
    return schema_by_names(record, listed, source=source)


def _check_columns(known: Schema, names: Sequence[str], source: str) -> None:
    written = known.columns_by_name()
    if written and not any(name in written for name in names):
        raise InvalidArgument(
            f"{source} has none of the columns of its schema ({', '.join([*written][:4])}, ...), "
            f"but {', '.join(map(repr, names[:4]))}; is it the right file?"
        )
    if "gid" in written and "gid" not in names:
        raise InvalidArgument(
            f"{source} has no column 'gid', by which its rows are told apart; do not leave it out."
        )


def _restore_text(text: str, is_disarmed: bool) -> str:
    if not is_disarmed:
        return text[1:] if _APOSTROPHES.fullmatch(text) else text
    found = _EXCEL_TEXT.fullmatch(text)
    return found[1] if found else restore_formula(text)


def _restore_column(column: pd.Series[Any], is_disarmed: bool) -> pd.Series[Any]:
    """Return a column in which nothing is missing, and marked text is as it was."""
    is_marked = column.str.startswith(_MARKS).to_numpy(dtype=bool, na_value=False)
    if not is_marked.any():
        return column.mask(column == "")
    texts = column.astype(object).to_numpy(copy=True)
    texts[(column == "").to_numpy(dtype=bool)] = None
    texts[is_marked] = [_restore_text(text, is_disarmed) for text in texts[is_marked]]
    return pd.Series(build_array("text", texts.tolist()), name=column.name)
