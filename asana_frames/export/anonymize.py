"""Frames without names: pseudonyms that a key makes, and no text that nobody knows."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Hashable
from datetime import date, time, timedelta
from functools import cache, partial
from numbers import Real
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from asana_frames.catalog import load
from asana_frames.exceptions import AsanaWarning, warn_caller
from asana_frames.export.column_contents import (
    ANYTHING,
    LABELS,
    LIST_ENDS,
    OTHER_NAMES,
    PEOPLE,
    TEXT,
    UNKNOWN,
    VALUES,
    ColumnContent,
    describe_column,
    find_record,
    is_known_label,
    is_word,
    kind_word,
    may_be_person,
    strip_merged,
)
from asana_frames.frames import STR
from asana_frames.frames.custom_field_columns import GIDS_SUFFIX, MOMENT_SUFFIX, PREFIX
from asana_frames.frames.field_definitions import read_definitions
from asana_frames.frames.list_cells import split_items

if TYPE_CHECKING:
    import numpy.typing as npt

#: What pandas infers for columns of objects without text.
_PLAIN = (
    *("empty", "integer", "floating", "decimal", "complex", "boolean", "mixed-integer-float"),
    *("datetime", "datetime64", "date", "time", "timedelta", "timedelta64", "period", "interval"),
)
#: Types of labels other than text: numbers, days, moments, and missing labels.
_PLAIN_LABELS = (Real, date, time, timedelta, pd.Period, pd.Interval, type(None), type(pd.NaT))
#: The kind of labels that no column is known to have.
_OTHER_LABEL = "Column"
#: Numbers from here on may be gids.
_LEAST_GID = 10**9
#: Numbers of columns that are not known are left out from here on: most gids are longer.
_LONG = 10**12
#: Pseudonyms of gids have 16 digits, as most gids have; those of names have 12, so that two of
#: 100,000 names have the same with a probability of less than 1 %.
_GIDS_FROM, _NAMES_FROM = 10**15, 10**11


def anonymize_frame(frame: pd.DataFrame, key: str) -> tuple[pd.DataFrame, list[int]]:
    """Return a frame with pseudonyms for names and for the gids of people, and what it kept.

    Gids of other objects, dates, numbers, flags and enumerations stay. Names become the kind of
    the object and a number, such as ``Task 736205518273``: the same name has the same number in
    every frame that is made with this key, so that frames can still be merged. All other text is
    dropped with its column: e-mails, URLs, notes, comments, text fields, and each column that is
    not known. Names of objects of an unknown kind become ``Object`` and a number, and so do the
    items of reference fields, and of multi-enum fields where ``attrs`` do not tell that they are
    such. Text in columns of words, numbers, days or flags stays only if Asana or a rollup may have
    put it there; where Asana does not list its words, such as in ``resource_subtype``, lower-case
    words stay. Names of custom fields stay, as labels of columns that have the dtype of a field.
    Categories of custom fields count as options, unless ``attrs`` tell another kind or
    ``<name>_gids`` is beside. Numbers as long as gids are dropped with columns that are not
    known. Gids are those of people unless the
    column or ``resource_type`` tells that they are not.

    Parameters
    ----------
    frame
        Any frame. Its index and its attrs are left out; see `keep_index`.
    key
        A secret text. Anyone who has it can work out the pseudonym of a name.

    Returns
    -------
    tuple of DataFrame and list of int
        The frame, and the place in ``frame`` of each of its columns.

    Examples
    --------
    >>> tasks = pd.DataFrame({"notes": ["a", "b", "c"], "assignee_name": ["Ana", "Bo", "Ana"]})
    >>> made, kept = anonymize_frame(tasks, "a long secret key")
    >>> made.columns.tolist(), made["assignee_name"].nunique(), kept
    (['assignee_name'], 2, [1])
    """
    return _Anonymizer(frame, key).anonymize()


class _Anonymizer:
    """Makes the pseudonyms of one frame."""

    def __init__(self, frame: pd.DataFrame, key: str) -> None:
        self._frame = frame.reset_index(drop=True)
        self._key = key.encode("utf-8", "surrogatepass")
        self._record = find_record(frame)
        #: Column of a custom field -> the kinds of its definitions.
        self._kinds: dict[str, set[str]] = {}
        for one in read_definitions(frame):
            self._kinds.setdefault(one.column, set()).add(one.kind)
        self._people = self._find_people()

    def anonymize(self) -> tuple[pd.DataFrame, list[int]]:
        columns, labels, kept = [], [], []
        unknown: list[str] = []
        # The labels of pivots are values.
        is_flat = self._frame.columns.name is None
        for place, label in enumerate(self._frame.columns):
            column = self._frame.iloc[:, place]
            made = self._change_column(column, label)
            if made is not None:
                columns.append(made)
                labels.append(self._change_label(label, column))
                kept.append(place)
            if isinstance(label, str) and is_flat:
                if made is None and self._is_told(label, column):
                    unknown.append(f"{label!r} is left out")
                elif made is not None and str(labels[-1]).startswith(f"{_OTHER_LABEL} "):
                    unknown.append(f"{label!r} is now {labels[-1]!r}")
        if unknown:
            warn_caller(
                f"anonymize= does not know what these columns hold: {', '.join(unknown[:5])}"
                f"{', ...' if len(unknown) > 5 else ''}. Columns stay that are called as in "
                f"frames of this package, such as 'assignee_name' or 'hours', and hold the like.",
                AsanaWarning,
            )
        made = pd.DataFrame(dict(enumerate(columns)), index=self._frame.index)
        names: list[Hashable] = [
            name if isinstance(name, str) and is_known_label(name) else None
            for name in self._frame.columns.names
        ]
        made.columns = _build_labels(labels, names)
        return made, kept

    def _find_people(self) -> frozenset[str]:
        """Return the gids in the columns of people: a merged frame may have them in others too."""
        found: set[str] = set()
        for place, label in enumerate(self._frame.columns):
            column = self._frame.iloc[:, place]
            described = self._describe_label(label, column)
            if described.holds == "gids" and described.records <= PEOPLE:
                found |= _list_texts(_read_cells(column))
        return frozenset(found)

    def _change_column(self, column: pd.Series[Any], label: Hashable) -> Any:
        """Return a column as it may be shown; None if it may not."""
        found = self._describe_label(label, column)
        if found.holds == "gids":
            return self._change_gids(column, found)
        if not _has_text(column):
            is_known = self._is_known(label, column)
            is_gid = _has_long_numbers(column) and not is_known
            return None if is_gid or self._has_people(column) else column
        if found.holds == "values":
            return column if _has_only_words(column, label) else None
        if found.holds == "names":
            return self._change_names(column, found)
        if found.holds == "labels":
            return _build_column(_change_texts(_read_cells(column), self._known_or_other))
        return None

    def _has_people(self, column: pd.Series[Any]) -> bool:
        """Whether any number of a column is the gid of a person."""
        found = pd.unique(column.dropna().astype(object))
        numbers = (one for one in found if isinstance(one, Real) and abs(float(one)) < np.inf)
        return not self._people.isdisjoint(
            str(int(cast(Any, one))) for one in numbers if float(one) >= _LEAST_GID
        )

    def _describe_label(self, label: Hashable, column: pd.Series[Any]) -> ColumnContent:
        """Return what a column holds, by its label; one of several levels by the first known."""
        parts = label if isinstance(label, tuple) else (label,)
        texts = [part for part in parts if isinstance(part, str)]
        found = (self._describe(text, column) for text in texts)
        return next((one for one in found if one is not TEXT), TEXT)

    def _describe(self, name: str, column: pd.Series[Any] | None) -> ColumnContent:
        """Return what a column of a name holds."""
        if name.startswith(PREFIX):
            return self._describe_custom_field(name, column)
        return describe_column(strip_merged(name), self._record)

    def _describe_custom_field(self, name: str, column: pd.Series[Any] | None) -> ColumnContent:
        if name.endswith(GIDS_SUFFIX):
            return ColumnContent("gids", PEOPLE)
        if f"{name}{GIDS_SUFFIX}" in self._frame.columns:
            return ColumnContent("names", PEOPLE)
        if column is None:
            return TEXT
        kinds = self._kinds.get(name, set())
        if kinds == {"people"}:
            return ColumnContent("names", PEOPLE)
        is_category = isinstance(column.dtype, pd.CategoricalDtype)
        is_option = kinds <= {"enum", "multi_enum"} if kinds else is_category and not self._kinds
        if is_option and (is_category or kinds == {"multi_enum"}):
            return VALUES
        return ColumnContent("names") if _has_lists(column) else TEXT

    def _is_known(self, label: Hashable, column: pd.Series[Any]) -> bool:
        """Whether a label is of this package: one of several levels if any part is."""
        parts = label if isinstance(label, tuple) else (label,)
        return any(isinstance(one, str) and self._is_known_part(one, column) for one in parts)

    def _is_known_part(self, part: str, column: pd.Series[Any]) -> bool:
        if not part.startswith(PREFIX):
            return is_known_label(part)
        is_other = self._kinds and not part.endswith((GIDS_SUFFIX, MOMENT_SUFFIX))
        return part in self._kinds or (not is_other and _may_be_field(column))

    def _is_told(self, label: str, column: pd.Series[Any]) -> bool:
        """Whether to tell that a column is left out: nobody expects it."""
        found = self._describe(label, column)
        return found.holds == "values" or not self._is_known_part(label, column)

    def _change_label(self, label: Hashable, column: pd.Series[Any]) -> Hashable:
        """Return the label of a column with pseudonyms for the names in it."""
        names = self._frame.columns.names
        if not isinstance(label, tuple):
            return self._change_label_part(label, names[0], column)
        levels = names if len(names) > 1 else names * len(label)
        pairs = zip(label, levels, strict=True)
        return tuple(self._change_label_part(part, level, column) for part, level in pairs)

    def _change_label_part(self, part: Any, level: Hashable, column: pd.Series[Any]) -> Hashable:
        """Return a label with a pseudonym if it is a name by the name of its level."""
        is_gid = isinstance(part, Real) and float(part) >= _LEAST_GID
        if isinstance(part, _PLAIN_LABELS) and not is_gid:
            return cast(Hashable, part)
        part = f"{part:.0f}" if is_gid else str(part)
        if self._is_known_part(part, column):
            return cast(Hashable, part)
        labels = pd.Series(self._frame.columns) if self._frame.columns.nlevels == 1 else None
        found = self._describe(level, labels) if isinstance(level, str) else TEXT
        is_field = isinstance(level, str) and level.startswith(PREFIX)
        if found.holds == "values" and (is_field or is_word(part, str(level))):
            return cast(Hashable, part)
        if found.holds == "gids":
            is_person = may_be_person(found.records)
            return self._gid(part) if is_person else self._gid_if_person(part)
        kind = kind_word(found.records) if found.holds == "names" else _OTHER_LABEL
        return self._name(part, kind)

    def _known_or_other(self, text: str) -> str:
        return text if is_known_label(text) else self._name(text, _OTHER_LABEL)

    def _change_names(self, column: pd.Series[Any], found: ColumnContent) -> Any:
        made = _read_cells(column)
        for records, rows in self._split_by_record(column, found):
            change = partial(self._name, kind=kind_word(records))
            made[rows] = _change_texts(made[rows], change)
        return _build_column(made)

    def _change_gids(self, column: pd.Series[Any], found: ColumnContent) -> Any:
        parts = self._split_by_record(column, found)
        made = _read_cells(column)
        is_about_people = any(may_be_person(records) for records, _ in parts)
        if not is_about_people and self._people.isdisjoint(_list_texts(made)):
            return column
        for records, rows in parts:
            change = self._gid if may_be_person(records) else self._gid_if_person
            made[rows] = _change_texts(made[rows], change)
        return _build_column(made)

    def _split_by_record(
        self, column: pd.Series[Any], found: ColumnContent
    ) -> list[tuple[frozenset[str], Any]]:
        """Return the rows of each record type, where a column beside tells it."""
        types = self._find_types(found)
        if types is None:
            return [(found.records, slice(None))]
        codes, kinds = pd.factorize(types.astype(object))
        known = {record.name for record in load().records} - ANYTHING
        records = [
            frozenset({kind}) if kind in known else found.records | UNKNOWN for kind in kinds
        ]
        rows = [(one, codes == code) for code, one in enumerate(records)]
        return [*rows, (found.records, codes == -1)]

    def _find_types(self, found: ColumnContent) -> pd.Series[Any] | None:
        """Return the column of record types that belongs to a column of names or gids."""
        labels = self._frame.columns
        # The values of a row of statistics, such as describe() returns, are of several rows.
        if not LABELS.isdisjoint(labels):
            return None
        places = [n for n, label in enumerate(labels) if label in found.types]
        types = (self._frame.iloc[:, place] for place in places)
        return next((one for one in types if not _has_lists(one)), None)

    def _name(self, text: str, kind: str) -> str:
        return f"{kind} {self._number(kind, text, _NAMES_FROM)}" if text else text

    def _gid(self, text: str) -> str:
        return str(self._number("gid", text, _GIDS_FROM)) if text else text

    def _gid_if_person(self, text: str) -> str:
        return self._gid(text) if text in self._people else text

    def _number(self, kind: str, text: str, least: int) -> int:
        """Return a number that stands for a text, of as many digits as ``least``."""
        message = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, message, "sha256")
        return least + int.from_bytes(digest, "big") % (9 * least)


def _build_labels(labels: list[Any], names: list[Hashable]) -> pd.Index[Any]:
    made: pd.Index[Any]
    if len(names) == 1:
        made = pd.Index(labels, tupleize_cols=False)
    else:
        made = pd.MultiIndex.from_arrays(list(zip(*labels, strict=True)) or [()] * len(names))
    made.names = names
    return made


def _has_lists(column: pd.Series[Any]) -> bool:
    if column.dtype != object and not isinstance(column.dtype, pd.ArrowDtype):
        return False
    return any(isinstance(cell, tuple | list | np.ndarray) for cell in column)


def _has_text(column: pd.Series[Any]) -> bool:
    """Whether a column holds anything but numbers, flags and times."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _has_text(pd.Series(dtype.categories))
    if isinstance(dtype, pd.ArrowDtype):
        return _has_text(column.astype(object))
    if pd.api.types.is_object_dtype(dtype):
        return pd.api.types.infer_dtype(column, skipna=True) not in _PLAIN
    if isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype):
        return False
    return isinstance(dtype, pd.StringDtype) or dtype.kind not in "biufcmM"


def _may_be_field(column: pd.Series[Any]) -> bool:
    """Whether a column has a dtype of custom fields; the indicators of get_dummies have others."""
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.kind not in "biu"
    ours = pd.Float64Dtype | pd.StringDtype | pd.CategoricalDtype | pd.DatetimeTZDtype
    return isinstance(dtype, ours) or dtype.kind in "OM"


def _has_long_numbers(column: pd.Series[Any]) -> bool:
    """Whether any number of a column is as long as a gid."""
    found = pd.unique(column.dropna().astype(object))
    return any(isinstance(one, Real) and _LONG <= abs(float(one)) < np.inf for one in found)


def _has_only_words(column: pd.Series[Any], label: Hashable) -> bool:
    """Whether the texts of a column are words of Asana or of a rollup; options always are."""
    parts = label if isinstance(label, tuple) else (label,)
    texts = [one for one in parts if isinstance(one, str)]
    if any(one.startswith(PREFIX) for one in texts):
        return True
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = pd.Series(column.dtype.categories)
    cells = _read_cells(column)
    plain = [not isinstance(one, str) and isinstance(one, _PLAIN_LABELS) for one in cells]
    found = _list_texts(cells[~np.array(plain, dtype=bool)])
    return all(any(is_word(text, name) for name in texts) for text in found)


def _read_cells(column: pd.Series[Any]) -> npt.NDArray[Any]:
    """Return the cells of a column of names or gids; lists that a file made text are tuples."""
    name = strip_merged(column.name) if isinstance(column.name, str) else ""
    cells = column.astype(object).to_numpy(copy=True)
    may_be_list = name.endswith(LIST_ENDS) or name in OTHER_NAMES
    if may_be_list and str in set(map(type, cells)):
        cells[:] = list(map(_split_text, cells))
    return cells


def _split_text(cell: Any) -> Any:
    try:
        return split_items(cell) if isinstance(cell, str) else cell
    except ValueError:
        return cell


def _build_column(cells: npt.NDArray[Any]) -> Any:
    is_text = pd.api.types.infer_dtype(cells, skipna=True) in ("string", "empty")
    return pd.array(cells, STR) if is_text else cells


def _list_texts(cells: npt.NDArray[Any]) -> set[str]:
    """Return the texts in cells, also those in tuples."""
    found: set[str] = set()

    def keep(text: str) -> str:
        found.add(text)
        return text

    try:
        distinct = pd.unique(cells)
    except TypeError:  # lists and arrays cannot be compared
        distinct = cells
    for cell in distinct:
        _change_cell(cell, keep)
    return found


def _change_cell(cell: Any, change: Callable[[str], str]) -> Any:
    """Return a cell with its text changed, or those in its tuples; small numbers stay."""
    if isinstance(cell, str):
        return change(cell)
    if isinstance(cell, tuple | list | np.ndarray):
        return tuple(_change_item(item, change) for item in cell)
    if isinstance(cell, Real):
        return change(f"{float(cell):.0f}") if float(cell) >= _LEAST_GID else cell
    return np.nan if pd.isna(cell) else change(str(cell))


def _change_item(item: Any, change: Callable[[str], str]) -> Any:
    """Return an item of a list; one that is missing is None there, as in every frame."""
    is_missing = item is None or (pd.api.types.is_scalar(item) and pd.isna(item))
    return None if is_missing else _change_cell(item, change)


def _change_texts(cells: npt.NDArray[Any], change: Callable[[str], str]) -> npt.NDArray[Any]:
    """Return cells with each distinct text changed once, also those in tuples."""
    cached = cache(change)
    made = np.empty(len(cells), dtype=object)
    try:
        codes, found = pd.factorize(cells)
    except TypeError:
        made[:] = [_change_cell(cell, cached) for cell in cells]
        return made
    distinct = np.empty(len(found) + 1, dtype=object)
    distinct[:] = [*(_change_cell(cell, cached) for cell in found), np.nan]
    made[:] = distinct[codes]
    return made
