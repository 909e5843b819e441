"""Frames as tables of a workbook: what comes first, what stays in sight, what is folded away."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import takewhile
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.export.column_headers import write_headers
from asana_frames.export.column_rules import (
    EARLY,
    MANY,
    count_last,
    find_name_column,
    find_named_gids,
    find_sums,
    find_total_rows,
    find_unread,
    is_gid,
    is_period,
)
from asana_frames.export.excel_cells import (
    MAX_TEXT_LENGTH,
    NUMBERS,
    TEXTS,
    TIMES,
    Column,
    convert_cells,
    count_units,
    describe_column,
    find_long_text,
    is_called,
    measure_cells,
)
from asana_frames.export.text import format_label, measure_text
from asana_frames.rollups.shared.wide import TOTAL_COLUMN

_NAME, _NAME_END = "name", "_name"
#: Room for the button of the filter, on lines above it, left of it above numbers, and how much
#: wider bold letters are.
_BUTTON, _INDENT, _RIGHT_INDENT, _BOLD_WIDTH = 3, 2, 3, 1.1
#: Characters: the narrowest column, the widest one for people, and what may stay in sight.
_NARROWEST, _WIDEST, _WIDEST_FOR_PEOPLE, _MOST_FROZEN = 6, 60, 42, 60
_MOST_LINES = 3
#: Pixels of a character, and of the margins of a column.
_CHARACTER, _MARGINS = 7, 5


class Table(NamedTuple):
    """A frame as it is written."""

    name: str
    columns: list[Column]
    rows: int
    #: Place of a column -> its total.
    totals: dict[int, float]
    #: Width of each column in characters.
    widths: list[int]
    #: How many lines the longest header needs.
    header_lines: int
    #: How many of the first columns stay in sight.
    frozen: int
    #: Which rows are totals, how many of them are the last, and the place of the column of
    #: totals, or -1.
    is_total: npt.NDArray[np.bool_]
    total_rows: int
    total_column: int
    #: With its own order of columns.
    frame: pd.DataFrame

    @property
    def data_rows(self) -> int:
        """How many rows there are above the totals at the end."""
        return self.rows - self.total_rows

    def measure_pixels(self) -> int:
        """Return the width of the table as it is seen."""
        return _count_pixels(self.columns, self.widths)


class _Wide(NamedTuple):
    """A table of ``wide=True``: its keys, and the place of its column of totals."""

    keys: list[Any]
    total_column: int | None


def describe_table(
    name: str,
    frame: pd.DataFrame,
    *,
    has_totals: bool,
    human_labels: bool,
    drawn: Collection[str],
    most_pixels: int,
) -> Table:
    """Describe a frame as a table: names first, gids last and folded.

    Parameters
    ----------
    name
        The name of its sheet.
    frame
        As it is prepared for a file.
    has_totals
        Whether to add up what can be added up.
    human_labels
        Whether headers are in words, and columns are folded that have no values or are of use to
        programs alone.
    drawn
        Labels or headers of columns that a chart shows: Excel draws no folded ones.
    most_pixels
        How wide a table for people may be; columns beyond that are folded.

    Raises
    ------
    InvalidArgument
        A text is too long for a cell.
    """
    wide = _describe_wide(frame)
    names = [format_label(label) for label in frame.columns]
    headers = write_headers(names) if human_labels else names
    described = [
        describe_column(label, headers[at], frame.iloc[:, at])
        for at, label in enumerate(frame.columns)
    ]
    is_drawn = [any(is_called(column, name) for name in drawn) for column in described]
    folded = _find_folded(frame, human_labels, is_drawn)
    order = _order_columns(frame, folded, human_labels)
    columns = [described[at]._replace(is_folded=at in folded) for at in order]
    _check_texts(name, columns)
    columns = _unify_decimals(columns, wide)
    is_total = find_total_rows(frame)
    # People see in a single row what its sums are.
    is_summed = has_totals and len(frame) > human_labels and not is_total.any()
    sums = [order.index(at) for at in find_sums(frame)] if is_summed else []
    totals = _add_up_columns(columns, sums, human_labels)
    fits = [
        _fit_header(one, measure_cells(one, totals.get(place)), human_labels)
        for place, one in enumerate(columns)
    ]
    widths = [width for width, _ in fits]
    if human_labels and wide is None:
        columns = _fold_beyond(columns, widths, most_pixels, [is_drawn[at] for at in order])
    return Table(
        name,
        columns,
        len(frame),
        totals,
        widths,
        max(
            (n for one, (_, n) in zip(columns, fits, strict=True) if not one.is_folded), default=1
        ),
        _count_frozen(columns, widths, wide, human_labels),
        is_total,
        count_last(is_total),
        -1 if wide is None or wide.total_column is None else order.index(wide.total_column),
        frame,
    )


def _add_up_columns(
    columns: Sequence[Column], places: Sequence[int], human_labels: bool
) -> dict[int, float]:
    """Return place -> total; people need none of folded columns, and none of nothing but zeros."""
    totals = {
        place: _add_up(columns[place])
        for place in places
        if columns[place].kind in NUMBERS and not (human_labels and columns[place].is_folded)
    }
    return {} if human_labels and not any(totals.values()) else totals


def _describe_wide(frame: pd.DataFrame) -> _Wide | None:
    """Describe a table of ``wide=True``, as far as it is still one; None for others."""
    attrs = frame.attrs.get("wide")
    keys = attrs.get("keys") if isinstance(attrs, Mapping) else None
    labels = list(frame.columns)
    if not isinstance(keys, int) or not all(
        map(pd.api.types.is_numeric_dtype, frame.dtypes[keys:])
    ):
        return None
    column = labels.index(TOTAL_COLUMN) if TOTAL_COLUMN in labels[keys:] else None
    return _Wide(labels[:keys], column)


def _find_folded(frame: pd.DataFrame, human_labels: bool, is_drawn: Sequence[bool]) -> set[int]:
    """Return the places of the columns that people need not see."""
    folded = find_named_gids(frame) | (find_unread(frame) if human_labels else set())
    folded -= set(np.flatnonzero(is_drawn).tolist())
    return folded if len(folded) < len(frame.columns) else set()


def _fold_beyond(
    columns: Sequence[Column], widths: Sequence[int], most: int, is_drawn: Sequence[bool]
) -> list[Column]:
    """Fold the last columns of a table that is wider than so many pixels."""
    made = list(columns)
    for place in reversed(range(1, len(made))):
        if _count_pixels(made, widths) <= most:
            break
        if not is_drawn[place]:
            made[place] = made[place]._replace(is_folded=True)
    return made


def _count_pixels(columns: Sequence[Column], widths: Sequence[int]) -> int:
    pairs = zip(columns, widths, strict=True)
    return sum(width * _CHARACTER + _MARGINS for column, width in pairs if not column.is_folded)


def _order_columns(frame: pd.DataFrame, folded: Collection[int], human_labels: bool) -> list[int]:
    """Return the places of the columns in the order of the sheet."""
    labels = [label if isinstance(label, str) else "" for label in frame.columns]
    named = {find_name_column(label) for label in labels}
    shown = [at for at in range(len(labels)) if at not in folded]
    # Of what kind it is comes after its name, and after that of what it is in.
    is_kind = [labels[at] for at in shown[:1]] == ["kind"]
    ahead = set(takewhile(lambda at: labels[at] in named, shown[is_kind:]))
    has_early = human_labels and len(shown) > MANY and not any(map(is_period, labels))

    def rank(at: int) -> tuple[int, int]:
        label = labels[at]
        if label == "gid":
            return 6, 0
        if at in folded:
            return 4 + is_gid(label), 0
        if label == _NAME or at in ahead:
            return int(label != _NAME), 0
        if has_early and label in EARLY:
            return 2, EARLY.index(label)
        return 3 - (is_kind and at == shown[0]), 0

    # Sorting keeps the order of the others.
    return sorted(range(len(labels)), key=rank)


def _unify_decimals(columns: list[Column], wide: _Wide | None) -> list[Column]:
    """Show the numbers of all periods with as many decimals."""
    periods = {
        place
        for place, column in enumerate(columns)
        if column.kind in ("whole", "number")
        and (is_period(column.label) if wide is None else column.label not in wide.keys)
    }
    is_whole = all(columns[place].kind == "whole" for place in periods)
    kind = "whole" if is_whole else "number"
    return [
        column._replace(kind=kind) if place in periods else column
        for place, column in enumerate(columns)
    ]


def _fit_header(column: Column, cells: int, human_labels: bool) -> tuple[int, int]:
    """Return the width of a column, and how many lines its header needs then."""
    header = column.header
    if not human_labels:
        return min(max(measure_text(header) + _BUTTON + 1, cells, _NARROWEST), _WIDEST), 1
    length = math.ceil(measure_text(header) * _BOLD_WIDTH)
    # Not at spaces where no line ends.
    words = max(map(measure_text, header.split(" ")), default=0)
    cells += column.kind in TEXTS | TIMES
    indent = _RIGHT_INDENT if column.kind in NUMBERS else _INDENT
    width = max(cells, math.ceil(words * _BOLD_WIDTH) + indent, _NARROWEST)
    width = min(max(width, length // _MOST_LINES + _BUTTON), _WIDEST_FOR_PEOPLE)
    room = max(int((width - indent) / _BOLD_WIDTH), 1)
    # Where letters are wide, a line ends after any of them.
    return width, max(len(wrap(header, room)), math.ceil(measure_text(header) / room), 1)


def _count_frozen(
    columns: Sequence[Column], widths: Sequence[int], wide: _Wide | None, human_labels: bool
) -> int:
    """Return how many of the first columns stay in sight: up to that of names, or of a day."""
    if wide is not None:
        return sum(not column.is_folded for column in columns if column.label in wide.keys)
    shown = list(takewhile(lambda one: one.kind in TEXTS | TIMES and not one.is_folded, columns))
    names = [at for at, column in enumerate(shown) if _is_name(column.label)]
    if not names:
        return int(human_labels and bool(shown) and shown[0].kind in TIMES)
    most = names[0] + 1
    return most if most == 1 or sum(widths[:most]) <= _MOST_FROZEN else 0


def _is_name(label: Any) -> bool:
    return isinstance(label, str) and (label == _NAME or label.endswith(_NAME_END))


def _check_texts(name: str, columns: Iterable[Column]) -> None:
    """Refuse text that is too long for a cell.

    Raises
    ------
    InvalidArgument
        It says where the text is, and how to shorten it.
    """
    for column in columns:
        row = find_long_text(column)
        if row is None and count_units(column.header) <= MAX_TEXT_LENGTH:
            continue
        if row is None:
            raise InvalidArgument(
                f"{name!r}: the name of a column, {column.header[:40]}..., is longer than the "
                f"{MAX_TEXT_LENGTH:,} characters of a cell of Excel. Shorten it: "
                f"frame = frame.rename(columns=lambda name: str(name)[:100])"
            )
        label = column.label
        units = count_units(column.values.array[row])
        raise InvalidArgument(
            f"{name!r}: the text in column {label!r} of row {row} (frame.iloc[{row}]) has "
            f"{units:,} characters; a cell of Excel holds {MAX_TEXT_LENGTH:,}. Write it with "
            f"export.to_parquet or export.to_csv, or shorten it: "
            f"frame[{label!r}] = frame[{label!r}].astype('string').str[:16_000]"
        )


def _add_up(column: Column) -> float:
    cells, _ = convert_cells(column, slice(None))
    return math.fsum(cell for cell in cells if cell is not None)
