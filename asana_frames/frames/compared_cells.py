"""Two frames, column by column: the cells that differ, as values that JSON has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import DTYPES
from asana_frames.frames.cells import (
    CellReader,
    UnclearCell,
    UnclearCells,
    format_text,
    show_cell,
)
from asana_frames.frames.clear_cells import drop_clear, find_clear, is_clear
from asana_frames.frames.custom_field_columns import MOMENT_SUFFIX
from asana_frames.frames.formula_text import disarm_formula, restore_formula
from asana_frames.frames.list_cells import read_lists
from asana_frames.frames.problems import Problem
from asana_frames.types import CLEAR

#: Numbers that differ by less were rounded by a program: Excel keeps 16 digits.
_TOLERANCE = 1e-12
_LISTS = (tuple, list, np.ndarray)
Places = np.ndarray[Any, Any]


class Cell(NamedTuple):
    """A cell that differs; a value that is missing, or empty, is None."""

    old: Any
    new: Any


class TypedColumns:
    """The columns of a frame, typed by kinds, whatever a file or a person has made of them.

    Parameters
    ----------
    frame
        The frame.
    kinds
        Column -> kind of `CellReader`; others are as they are.
    problems
        Where cells that are not understood are listed, which are blank then; else they are
        refused.
    what
        The function that needs them, for messages.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        kinds: Mapping[str, str],
        problems: list[Problem] | None = None,
        *,
        what: str = "af.changes",
    ) -> None:
        self._frame = frame
        self._what = what
        self._all_kinds = kinds
        self._problems = problems
        self._kinds = {name: kinds[name] for name in frame.columns if name in kinds}
        self._made: dict[str, tuple[pd.Series[Any], Places | None]] = {}

    def has(self, name: str) -> bool:
        """Return whether there is such a column."""
        return name in self._frame.columns

    def list_texts(self) -> list[str]:
        """Return the columns of text."""
        return [name for name, kind in self._kinds.items() if kind == "text"]

    def read(self, name: str) -> tuple[pd.Series[Any], Places | None]:
        """Return a column in which no cell is ``CLEAR``, and which cells were.

        Raises
        ------
        InvalidArgument
            A cell is not what its column holds.
        """
        if name not in self._made:
            self._made[name] = self._read(name)
        return self._made[name]

    def _read(self, name: str) -> tuple[pd.Series[Any], Places | None]:
        kind = self._kinds.get(name)
        column = pd.Series(self._frame[name].array, name=name, copy=False)
        if kind is None or _has_kind(column, kind):
            return column, None
        if kind == "tuple":
            column = _wrap_numbers(column)
        is_cleared = find_clear(column)
        if is_cleared is not None:
            column = drop_clear(column, is_cleared)
            if _has_kind(column, kind):
                return column, is_cleared
        # All columns tell how numbers and days are written.
        cells = {one: self._frame[one] for one in self._kinds} | {name: column}
        reader = CellReader(cells, self._kinds, first_row=0)
        try:
            return pd.Series(reader.read(name), name=name), is_cleared
        except UnclearCells as cause:
            if self._problems is None:
                raise InvalidArgument(f"{self._what}: {cause}") from None
            self._problems += map(partial(self._describe, name), cause.cells)
            is_unclear = np.zeros(len(column), dtype=bool)
            is_unclear[[one.row for one in cause.cells]] = True
            cells[name] = drop_clear(column, is_unclear)
        except InvalidArgument as cause:
            unread = list(_find_unread_lists(column)) if kind == "tuple" else []
            if self._problems is None or not unread:
                raise InvalidArgument(f"{self._what}: {cause}") from None
            self._problems += unread
            is_unclear = np.zeros(len(column), dtype=bool)
            is_unclear[[one.row for one in unread]] = True
            cells[name] = drop_clear(column, is_unclear)
        reader = CellReader(cells, self._kinds, first_row=0)
        return pd.Series(reader.read(name), name=name), is_cleared

    def _describe(self, name: str, cell: UnclearCell) -> Problem:
        """Return a cell that is not understood as the problem of its row."""
        moments = (f"{name.removesuffix('_on')}_at", f"{name}{MOMENT_SUFFIX}")
        moment = next((one for one in moments if self._all_kinds.get(one) == "datetime"), None)
        why = f"{show_cell(cell.value)} {cell.why}"
        if moment is not None and cell.why.startswith("has a time of day"):
            why = f"{why} A moment is a value of {moment}."
        return Problem(cell.row, name, cell.value, why.rstrip("."))


def _find_unread_lists(column: pd.Series[Any]) -> Iterator[Problem]:
    """Yield the cells of a column of lists that are none, each as the problem of its row."""
    for row, cell in enumerate(column):
        try:
            read_lists(column.iloc[[row]], first_row=row)
        except InvalidArgument as error:
            why = str(error).partition(": ")[2].rstrip(".")
            yield Problem(row, str(column.name), cell, why)


def _wrap_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of lists in which a number is a list of one item."""
    if column.dtype != object and not pd.api.types.is_numeric_dtype(column.dtype):
        return column
    # The digits of a gid may be lost, which is told by whoever reads it.
    is_gid = str(column.name).endswith("_gids")
    cells = [
        ((cell if is_gid else format_text(cell)),) if _is_number(cell) else cell
        for cell in column.astype(object)
    ]
    return pd.Series(cells, name=column.name, dtype=object)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, Real) and not isinstance(cell, bool | np.bool_) and cell == cell


def _list_texts(column: pd.Series[Any]) -> set[str]:
    """Return the texts that are items of the lists of a column."""
    cells = (cell for cell in column.astype(object) if isinstance(cell, tuple))
    return {item for cell in cells for item in cell if isinstance(item, str)}


def _part_items(items: tuple[Any, ...], known: set[str]) -> tuple[Any, ...]:
    """Return the items of a list, several where a semicolon parts known ones in a text."""
    parted: list[Any] = []
    for item in items:
        is_unknown = isinstance(item, str) and item not in known
        parts = [part.strip() for part in item.split(";") if part.strip()] if is_unknown else []
        is_several = len(parts) > 1 and not known.isdisjoint(parts)
        parted += parts if is_several else [item]
    return tuple(parted)


def _has_kind(column: pd.Series[Any], kind: str) -> bool:
    """Return whether a column needs no reading."""
    dtype = column.dtype
    if kind == "tuple":
        return bool(dtype == np.dtype(object)) and set(map(type, column.to_numpy())) <= {tuple}
    if kind in ("text", "json"):
        held = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
        return isinstance(held, pd.StringDtype)
    if kind == "gid":
        # What holds more than digits may be a number that a spreadsheet has shortened.
        is_text = isinstance(dtype, pd.StringDtype)
        return is_text and bool(column.dropna().str.isdigit().all())
    if dtype != DTYPES.get(kind):
        return False
    # A day has no time; that of a moment would be lost.
    return kind != "date" or bool((column == column.dt.normalize()).array[column.notna()].all())


class ComparedFrames:
    """The rows that two frames have in common.

    Parameters
    ----------
    before, after
        The frames.
    rows
        The places of the common rows in both; None if these are all rows, in one order.
    """

    def __init__(
        self, before: TypedColumns, after: TypedColumns, rows: tuple[Places, Places] | None
    ) -> None:
        self.before = before
        self.after = after
        self._rows = rows

    def compare(self, name: str) -> dict[int, Cell]:
        """Return the cells of a column that differ, by the number of their row."""
        old, new, is_cleared = self._align(name)
        places = _find_different(old, new)
        if is_cleared is not None:
            places = np.union1d(places, np.flatnonzero(is_cleared))
        was, now = list_values(old.iloc[places]), list_values(new.iloc[places])
        if any(map(is_disarmed, now)) and self._has_disarmed_text:
            now = [restore_formula(one) if isinstance(one, str) else one for one in now]
        if any(isinstance(one, tuple) and ";" in "".join(map(str, one)) for one in now):
            known = _list_texts(self.before.read(name)[0])
            now = [_part_items(one, known) if isinstance(one, tuple) else one for one in now]
        if isinstance(old.dtype, pd.DatetimeTZDtype):
            # Spreadsheets keep no fractions of seconds.
            now = [
                one if value is not None and value == _cut_fraction(one) else value
                for one, value in zip(was, now, strict=True)
            ]
        made = dict(zip(places.tolist(), map(Cell, was, now), strict=True))
        for place in () if is_cleared is None else np.flatnonzero(is_cleared).tolist():
            made[place] = Cell(made[place].old, CLEAR)
        return {place: cell for place, cell in made.items() if not _is_alike(*cell)}

    def _align(self, name: str) -> tuple[pd.Series[Any], pd.Series[Any], Places | None]:
        """Return a column of both frames, row by row, and which cells are cleared."""
        old, _ = self.before.read(name)
        new, is_cleared = self.after.read(name)
        if self._rows is None:
            return old, new, is_cleared
        cleared = None if is_cleared is None else is_cleared[self._rows[1]]
        return old.take(self._rows[0]), new.take(self._rows[1]), cleared

    @cached_property
    def _has_disarmed_text(self) -> bool:
        """Return whether the frame after was read from a file whose formulas are disarmed."""
        return any(
            one != other == disarm_formula(one)
            for name in self.after.list_texts()
            if self.before.has(name)
            for one, other in self._list_different(name)
        )

    @cached_property
    def keeps_formulas(self) -> bool:
        """Return whether the frame after has text as it was that files mark for spreadsheets."""
        return not self._has_disarmed_text and any(
            one == other != disarm_formula(one)
            for name in self.after.list_texts()
            if self.before.has(name)
            for one, other in zip(*map(list_values, self._align(name)[:2]), strict=True)
        )

    def _list_different(self, name: str) -> Iterable[tuple[Any, Any]]:
        old, new, _ = self._align(name)
        places = _find_different(old, new)
        return zip(list_values(old.iloc[places]), list_values(new.iloc[places]), strict=True)

    def list_added(self, name: str) -> dict[int, Any]:
        """Return the cells of a column that the frame before lacks, as far as they are filled."""
        if self.before.has(name) or not self.after.has(name):
            return {}
        column, is_cleared = self.after.read(name)
        column = column if self._rows is None else column.iloc[self._rows[1]]
        places = np.flatnonzero(column.notna().to_numpy(dtype=bool))
        cells = zip(places.tolist(), list_values(column.iloc[places]), strict=True)
        found = {row: cell for row, cell in cells if cell is not None}
        if is_cleared is not None:
            cleared = is_cleared if self._rows is None else is_cleared[self._rows[1]]
            found |= dict.fromkeys(np.flatnonzero(cleared).tolist(), CLEAR)
        return found

    def list_old(self, name: str, places: Iterable[int]) -> list[Any]:
        """Return what cells of the frame before hold."""
        column, _ = self.before.read(name)
        rows = np.fromiter(places, dtype=np.int64)
        rows = rows if self._rows is None else self._rows[0][rows]
        return list_values(column.iloc[rows])


def _find_different(old: pd.Series[Any], new: pd.Series[Any]) -> Places:
    """Return the places at which two columns of one length differ."""
    if _have_same_categories(old, new):
        return np.flatnonzero(old.cat.codes.to_numpy() != new.cat.codes.to_numpy())
    was, now = _plain_array(old), _plain_array(new)
    try:
        different: Any = was != now
    except (TypeError, ValueError):
        # Columns of other kinds, or objects that cannot be compared.
        different = np.array(
            [repr(one) != repr(other) for one, other in zip(was, now, strict=True)], dtype=bool
        )
    if not isinstance(different, np.ndarray):
        different = different.to_numpy(dtype=bool, na_value=True)
    places = np.flatnonzero(different)
    are_missing = old.iloc[places].isna().to_numpy() & new.iloc[places].isna().to_numpy()
    return places[~are_missing]


def _cut_fraction(moment: str | None) -> str | None:
    """Return a moment as JSON has it, without a fraction of a second."""
    return moment and f"{moment.partition('.')[0]}.000Z"


def is_disarmed(cell: Any) -> bool:
    """Return whether a cell may be text that was marked for spreadsheets."""
    return isinstance(cell, str) and restore_formula(cell) != cell


def _have_same_categories(old: pd.Series[Any], new: pd.Series[Any]) -> bool:
    """Return whether the codes of two columns can be compared."""
    if not isinstance(old.dtype, pd.CategoricalDtype) or old.dtype != new.dtype:
        return False
    return list(old.cat.categories) == list(new.cat.categories)


def _plain_array(column: pd.Series[Any]) -> Any:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = pd.Series(column.astype(column.cat.categories.dtype))
    return column.to_numpy() if column.dtype == object else column.array


def list_values(column: pd.Series[Any]) -> list[Any]:
    """Return the cells of a column as JSON has them; None where nothing is in them."""
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        return list(map(to_plain, column.astype(object).tolist()))
    is_zoned = isinstance(column.dtype, pd.DatetimeTZDtype)
    times = pd.DatetimeIndex(column)
    times = times.tz_convert("UTC").tz_localize(None) if is_zoned else times
    is_day = not is_zoned and bool((times.dropna() == times.dropna().normalize()).all())
    moments = times.to_numpy().astype("datetime64[us]")
    texts = np.datetime_as_string(moments, "D" if is_day else "ms")
    made = texts.astype(object) + ("" if is_day else "Z")
    made[np.isnat(moments)] = None
    return list(made)


def to_plain(cell: Any) -> Any:
    """Return a value as JSON has it; None for what is missing or empty, ``CLEAR`` as it is."""
    if isinstance(cell, _LISTS):
        return tuple(map(to_plain, cell)) or None
    if is_clear(cell):
        return CLEAR
    if isinstance(cell, str):
        return cell or None
    if cell is None or cell is pd.NaT or cell is pd.NA or cell != cell:
        return None
    if isinstance(cell, np.generic):
        return cell.item()
    return cell.isoformat().removesuffix("T00:00:00") if hasattr(cell, "isoformat") else cell


def _is_alike(old: Any, new: Any) -> bool:
    """Return whether a program may have made a new value of the old one, so that nobody did."""
    if isinstance(old, str) and isinstance(new, str):
        return old == new.replace("\r\n", "\n")
    if isinstance(old, float) and isinstance(new, int | float):
        return abs(old - new) <= _TOLERANCE * abs(old)
    return bool(old == new) or (old is None and new is CLEAR)
