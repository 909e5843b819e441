"""Frames without names: pseudonyms that a key makes, and no text that nobody knows.

What a column holds is decided by its name: from the catalog, and from the tables below for the
results of rollups. A column that neither knows is dropped if it holds text.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Hashable, Iterator
from functools import cache, partial
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import numpy as np
import pandas as pd

from asana_frames.catalog import columns_of, load
from asana_frames.frames import STR
from asana_frames.frames.bridge import key_column
from asana_frames.frames.custom_field_columns import GIDS_SUFFIX, PREFIX
from asana_frames.frames.list_cells import split_items

if TYPE_CHECKING:
    import numpy.typing as npt


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Record types of those who can be an assignee.
_PEOPLE = frozenset({"user", "user_base", "agent"})
#: Record types of references that may lead to anything, people too.
_ANYTHING = frozenset({"named_resource", "access_target", ""})
_UNKNOWN = frozenset({""})

#: Beginnings of column names -> record type, where the catalog does not have them.
_STEMS = {
    **dict.fromkeys(("person", "changed_by", "actor", "reviewer"), "user"),
    **dict.fromkeys(("root", "root_task", "depends_on", "blocks"), "task"),
    **{"category": "time_tracking_category", "field": "custom_field", "metric": "metric"},
    **{"timesheet": "timesheet_approval_status", "likes": "like", "hearts": "heart"},
}
#: Columns that only the results of a rollup have -> record type of their ``gid`` and ``name``.
_MARKERS = {"project_from": "time_tracking_entry", "progress_from": "goal", "expected": "goal"}
#: Record type -> references that its rollups add.
_ROLLUP_STEMS = {"goal": {"parent": "goal"}}

#: Ends of columns of names, and of gids.
_NAME_ENDS = ("name", "names", "title", "titles", "display_name", "display_names")
_GID_ENDS = ("gid", "gids")
_LIST_ENDS = ("names", "titles", "gids")
#: Columns of names that have no such end.
_NAMES = frozenset({"path"})
#: Columns of text that are words of Asana or of a rollup, beside the enumerations of the catalog.
_WORDS = _split_words(
    """
    action actual_units approval_status bucket budget_type change change_action change_field
    completion_state currency_code custom_field date_value_date date_value_date_time
    enum_options_colors estimate_units event event_category event_type filters_actions
    filters_resource_subtypes filters_resource_types finding kind last_status
    metric_currency_code metric_resource_type new_approval_status new_resource_subtype
    old_approval_status old_resource_subtype privacy_setting progress_from project_from
    resource_resource_subtype resource_subtype resource_type resource_types state status
    total_units type unit units
    """
)
#: Columns that hold names of columns.
_LABELS = frozenset({"column", "index", "level_0", "level_1"})
#: Other columns of rollups, and what pandas calls its statistics.
_ROLLUP_COLUMNS = _split_words(
    """
    actual ahead allocated amount at available avg_close_time_days billable chain changed_at
    completed_on computed conflict count cumulative current crosses_projects date date_value
    datetime_value day days days_late days_open days_overdue days_since_first_assignment
    days_since_modified days_since_status days_slipped depth difference disagrees done
    due_date_changes earliest_finish earliest_start end enter estimated exhausted_earliest
    exhausted_latest exhausted_on expected expected_share filled free hours initial is_behind
    is_blocked is_certain is_critical is_current is_forecast is_repeated is_scope_added
    last_status_at latest_finish leave left load month moves number_value open open_dependencies
    out_of_office overdue p50_days p85_days p95_days period periods planned planned_to_date
    precision probability progress ratio reassignments reopenings rows scope scope_added
    share_done share_filled slack slip_days start target tasks total tracked trials unassigned
    created last_status_title new new_gid old old_gid
    unestimated unknown_dependencies unpriced_hours unsized used used_high used_low used_total
    utilisation value values week weight working_days
    mean std min 25% 50% 75% max unique top freq first last sum median size nunique All
    """
)
#: Labels of columns that are days, months or moments.
_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?([T ][\d:.+Z-]*)?")
#: What merged frames append to columns of one name.
_MERGED = re.compile(r"_[xy]$")
#: What pandas infers for columns of objects without text.
_PLAIN = _split_words(
    """
    empty integer floating decimal complex boolean datetime datetime64 date time timedelta
    timedelta64 period interval mixed-integer-float
    """
)
#: The kind of labels that no column is known to have.
_OTHER_LABEL = "Column"
#: Numbers from here on may be gids.
_LEAST_GID = 10**9
#: Pseudonyms of gids have 16 digits, as most gids have; those of names have 12, so that two of
#: 100,000 names have the same with a probability of less than 1 %.
_GIDS_FROM, _NAMES_FROM = 10**15, 10**11


class _Column(NamedTuple):
    """What a column holds, and what happens to it."""

    holds: Literal["values", "text", "names", "gids", "labels"]
    #: The record types that its names or gids may be of.
    records: frozenset[str] = _UNKNOWN
    #: Columns of which one has the record type of each row.
    types: tuple[str, ...] = ()


_VALUES, _TEXT = _Column("values"), _Column("text")


def anonymize_frame(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return a frame in which pseudonyms stand for names, and for the gids of people.

    Gids of other objects, dates, numbers, flags and enumerations stay. Names become the kind of
    the object and a number, such as ``Task 736205518273``: the same name has the same number in
    every frame that is made with this key, so that frames can still be merged. All other text is
    dropped with its column: e-mails, URLs, notes, comments, text fields, and each column that is
    not known. Names of objects of an unknown kind become ``Object`` and a number, and so do the
    items of reference fields, and of multi-enum fields where ``attrs`` do not tell that they are
    such. Names of custom fields stay, as labels of columns. Gids are those of people unless the
    column or ``resource_type`` tells that they are not.

    Parameters
    ----------
    frame
        Any frame. Its index and its attrs are left out; see `keep_index`.
    key
        Secret text. Who has it can find out which pseudonym a name has.

    Examples
    --------
    >>> tasks = pd.DataFrame({"assignee_name": ["Ana", "Bo", "Ana"], "notes": ["a", "b", "c"]})
    >>> made = anonymize_frame(tasks, "a long secret key")
    >>> made.columns.tolist(), made["assignee_name"].nunique()
    (['assignee_name'], 2)
    """
    return _Anonymizer(frame, key).anonymize()


class _Anonymizer:
    """Makes the pseudonyms of one frame."""

    def __init__(self, frame: pd.DataFrame, key: str) -> None:
        self._frame = frame.reset_index(drop=True)
        self._key = key.encode("utf-8", "surrogatepass")
        self._record = _find_record(frame)
        attrs = frame.attrs.get("asana")
        self._multi_enums = attrs.get("multi_enum_fields", ()) if isinstance(attrs, dict) else ()
        self._people = self._find_people()

    def anonymize(self) -> pd.DataFrame:
        columns, labels = [], []
        for place, label in enumerate(self._frame.columns):
            made = self._change_column(self._frame.iloc[:, place], label)
            if made is not None:
                columns.append(made)
                labels.append(self._change_label(label))
        made = pd.DataFrame(dict(enumerate(columns)), index=self._frame.index)
        names = [name if _is_known(name) else None for name in self._frame.columns.names]
        made.columns = _build_labels(labels, names)
        return made

    def _find_people(self) -> frozenset[str]:
        """Return the gids in the columns of people: a merged frame may have them in others too."""
        found: set[str] = set()
        for place, label in enumerate(self._frame.columns):
            column = self._frame.iloc[:, place]
            described = self._describe_label(label, column)
            if described.holds == "gids" and described.records <= _PEOPLE:
                found |= _list_texts(_read_cells(column))
        return frozenset(found)

    def _change_column(self, column: pd.Series[Any], label: Hashable) -> Any:
        """Return a column as it may be shown; None if it may not."""
        found = self._describe_label(label, column)
        if found.holds == "gids":
            return self._change_gids(column, found)
        if found.holds == "values" or not _has_text(column):
            return column
        if found.holds == "names":
            return self._change_names(column, found)
        if found.holds == "labels":
            return _build_column(_change_texts(_read_cells(column), self._known_or_other))
        return None

    def _describe_label(self, label: Hashable, column: pd.Series[Any]) -> _Column:
        """Return what a column holds, by its label; one of several levels by the first known."""
        parts = label if isinstance(label, tuple) else (label,)
        texts = [part for part in parts if isinstance(part, str)]
        found = (self._describe(text, column) for text in texts)
        return next((one for one in found if one is not _TEXT), _TEXT)

    def _describe(self, name: str, column: pd.Series[Any] | None) -> _Column:
        """Return what a column of a name holds."""
        if name.startswith(PREFIX):
            return self._describe_custom_field(name, column)
        return _describe_column(_strip_merged(name), self._record)

    def _describe_custom_field(self, name: str, column: pd.Series[Any] | None) -> _Column:
        if name.endswith(GIDS_SUFFIX):
            return _Column("gids", _PEOPLE)
        if f"{name}{GIDS_SUFFIX}" in self._frame.columns:
            return _Column("names", _PEOPLE)
        if column is None:
            return _TEXT
        if isinstance(column.dtype, pd.CategoricalDtype) or name in self._multi_enums:
            return _VALUES
        return _Column("names") if _has_lists(column) else _TEXT

    def _change_label(self, label: Hashable) -> Hashable:
        """Return the label of a column with pseudonyms for the names in it."""
        names = self._frame.columns.names
        if not isinstance(label, tuple):
            return self._change_label_part(label, names[0])
        if len(names) == 1:
            return tuple(self._change_label_part(part, names[0]) for part in label)
        return tuple(map(self._change_label_part, label, names))

    def _change_label_part(self, part: Any, level: Hashable) -> Hashable:
        """Return a label with a pseudonym if it is a name by the name of its level."""
        if isinstance(part, int | np.integer) and abs(int(part)) >= _LEAST_GID:
            part = str(part)
        if not isinstance(part, str):
            return cast(Hashable, part)
        if _is_known(part):
            return part
        labels = pd.Series(self._frame.columns) if self._frame.columns.nlevels == 1 else None
        found = self._describe(level, labels) if isinstance(level, str) else _TEXT
        if found.holds == "values":
            return part
        if found.holds == "gids":
            is_person = _may_be_person(found.records)
            return self._gid(part) if is_person else self._gid_if_person(part)
        kind = _kind_word(found.records) if found.holds == "names" else _OTHER_LABEL
        return self._name(part, kind)

    def _known_or_other(self, text: str) -> str:
        return text if _is_known(text) else self._name(text, _OTHER_LABEL)

    def _change_names(self, column: pd.Series[Any], found: _Column) -> Any:
        made = _read_cells(column)
        for records, rows in self._split_by_record(column, found):
            change = partial(self._name, kind=_kind_word(records))
            made[rows] = _change_texts(made[rows], change)
        return _build_column(made)

    def _change_gids(self, column: pd.Series[Any], found: _Column) -> Any:
        parts = self._split_by_record(column, found)
        made = _read_cells(column)
        is_about_people = any(_may_be_person(records) for records, _ in parts)
        if not is_about_people and self._people.isdisjoint(_list_texts(made)):
            return column
        for records, rows in parts:
            change = self._gid if _may_be_person(records) else self._gid_if_person
            made[rows] = _change_texts(made[rows], change)
        return _build_column(made)

    def _split_by_record(
        self, column: pd.Series[Any], found: _Column
    ) -> list[tuple[frozenset[str], Any]]:
        """Return the rows of each record type, where a column beside tells it."""
        types = self._find_types(found)
        if types is None:
            return [(found.records, slice(None))]
        codes, kinds = pd.factorize(types.astype(object))
        known = {record.name for record in load().records} - _ANYTHING
        records = [
            frozenset({kind}) if kind in known else found.records | _UNKNOWN for kind in kinds
        ]
        rows = [(one, codes == code) for code, one in enumerate(records)]
        return [*rows, (found.records, codes == -1)]

    def _find_types(self, found: _Column) -> pd.Series[Any] | None:
        """Return the column of record types that belongs to a column of names or gids."""
        labels = self._frame.columns
        # The values of a row of statistics, such as describe() returns, are of several rows.
        if not _LABELS.isdisjoint(labels):
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


def _kind_word(records: frozenset[str]) -> str:
    """Return the word before a number: ``Person`` for users, ``Task`` for tasks."""
    if records <= _PEOPLE:
        return "Person"
    if len(records) > 1 or records & _ANYTHING:
        return "Object"
    return next(iter(records)).replace("_", " ").capitalize()


def _may_be_person(records: frozenset[str]) -> bool:
    return bool(records & (_PEOPLE | _ANYTHING))


def _find_record(frame: pd.DataFrame) -> str:
    """Return the record type of the rows; empty if nothing tells it."""
    labels = set(frame.columns)
    marked = next((record for marker, record in _MARKERS.items() if marker in labels), "")
    # Merged frames of people may have the columns of something else as well.
    record = "user" if "email" in labels else marked or key_column(frame).removesuffix("_gid")
    return record if any(known.name == record for known in load().records) else ""


@cache
def _describe_column(name: str, record: str) -> _Column:
    """Return what a column of a name holds in the frame of a record type."""
    if name in _NAMES:
        return _Column("names")
    if name in _LABELS:
        return _Column("labels")
    if any(reading in _words() for reading in _read_references(name)):
        return _VALUES
    for end in (*_GID_ENDS, *sorted(_NAME_ENDS, key=len, reverse=True)):
        holds: Literal["gids", "names"] = "gids" if end in _GID_ENDS else "names"
        if name == end:
            return _Column(holds, frozenset({record}), ("resource_type", "kind"))
        if name.endswith(f"_{end}"):
            stem = name.removesuffix(f"_{end}")
            records = _find_records(stem, record)
            is_clear = len(records) == 1 and not records & _ANYTHING
            return _Column(holds, records, () if is_clear else (f"{stem}_resource_type",))
    return _TEXT


def _find_records(stem: str, record: str) -> frozenset[str]:
    """Return the record types that references of a name may be of."""
    own = _ROLLUP_STEMS.get(record, {}).get(stem)
    if own is not None:
        return frozenset({own})
    for references in (_references().get(record, {}), _all_references()):
        for reading in _read_references(stem):
            if reading in references:
                return references[reading]
    return _UNKNOWN


def _read_references(name: str) -> Iterator[str]:
    """Yield a name, and what is left of it after each reference that it begins with."""
    yield name
    for cut, sign in enumerate(name):
        if sign == "_" and name[:cut] in _all_references():
            yield from _read_references(name[cut + 1 :])


@cache
def _references() -> dict[str, dict[str, frozenset[str]]]:
    """Return the references of each record type: beginning of the column -> record types."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for record in load().records:
        own = found.setdefault(record.name, {})
        for field in record.fields:
            if field.record:
                stem = (field.column or field.path).replace(".", "_")
                # Dependencies have no name, and are always tasks.
                target = "task" if field.record == "bare_resource" else field.record
                for name in (stem, _singular(stem)):
                    own[name] = own.get(name, frozenset()) | {target}
    return found


@cache
def _all_references() -> dict[str, frozenset[str]]:
    """Return the references of any record type and of rollups."""
    found = {record.name: frozenset({record.name}) for record in load().records}
    for references in _references().values():
        for stem, records in references.items():
            found[stem] = found.get(stem, frozenset()) | records
    for operation in load().operations:
        for parameter in operation.parameters:
            if parameter.parent.endswith(_GID_ENDS):
                stem = parameter.parent.rpartition("_")[0]
                found[stem] = found.get(stem, frozenset()) | set(parameter.refers or _UNKNOWN)
    for stem, record in _STEMS.items():
        found[stem] = frozenset({record})
        found[_singular(stem)] = frozenset({record})
    return found


def _singular(stem: str) -> str:
    """Return a beginning of a column's name as ``bridge`` writes it."""
    return f"{stem[:-3]}y" if stem.endswith("ies") else stem.removesuffix("s")


@cache
def _words() -> frozenset[str]:
    """Return the columns whose text is not about anybody: enumerations and other such words."""
    plain = set(_WORDS)
    for record in load().records:
        enums = {field.path for field in record.fields if field.enum}
        for column in columns_of(record.name, ("all",)):
            leaf = column.path.rpartition(".")[2]
            is_type = leaf in ("resource_type", "resource_subtype")
            if column.path in enums or is_type or column.kind not in ("text", "texts", "json"):
                plain.add(column.name)
    return frozenset(plain)


@cache
def _known_labels() -> frozenset[str]:
    every = {c.name for record in load().records for c in columns_of(record.name, ("all",))}
    return frozenset(every | _ROLLUP_COLUMNS | _WORDS | _NAMES | _LABELS)


def _is_known(label: Any) -> bool:
    """Whether the label of a column tells nothing about anybody."""
    if label is None or not isinstance(label, str):
        return not isinstance(label, str) and not isinstance(label, tuple)
    if not label or label.startswith(PREFIX) or _DAY.fullmatch(label):
        return True
    name = _strip_merged(label)
    found = _describe_column(name, "")
    is_reference = found.holds in ("names", "gids") and found.records != _UNKNOWN
    return bool(is_reference) or any(r in _known_labels() for r in _read_references(name))


def _strip_merged(name: str) -> str:
    return name if name in _known_labels() else _MERGED.sub("", name)


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


def _read_cells(column: pd.Series[Any]) -> npt.NDArray[Any]:
    """Return the cells of a column of names or gids; lists that a file made text are tuples."""
    name = _strip_merged(column.name) if isinstance(column.name, str) else ""
    cells = column.astype(object).to_numpy(copy=True)
    may_be_list = name.endswith(_LIST_ENDS) or name in _NAMES
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
        return tuple(_change_cell(item, change) for item in cell)
    if isinstance(cell, Real):
        return change(f"{float(cell):.0f}") if float(cell) >= _LEAST_GID else cell
    return np.nan if pd.isna(cell) else change(str(cell))


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
