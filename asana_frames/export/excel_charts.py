"""Charts that Excel draws of a table in the workbook."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice, check_flag, check_text
from asana_frames.display.palette import OTHER, SERIES
from asana_frames.display.sentences import count_noun, disambiguate_names
from asana_frames.exceptions import AsanaWarning, InvalidArgument, suggest_names, warn_caller
from asana_frames.export.column_rules import find_name_column, is_gid
from asana_frames.export.excel_cells import (
    NUMBERS,
    TEXTS,
    TIMES,
    Column,
    convert_cells,
    describe_column,
    is_called,
    is_too_long,
    prepare_text,
)
from asana_frames.export.excel_tables import Table
from asana_frames.export.text import format_label, to_one_line

KINDS = ("column", "bar", "line", "area", "pie")
_KEYS = ("kind", "x", "y", "by", "stacked", "title")
#: More series than these are one called "other".
_MOST_NAMED, _OTHER = 9, "other"
#: Label of the column "other", because a name may be "other" too.
_REST = ("rest",)
#: The series of rows without a name.
_NAMELESS = "(none)"
#: The most series of a chart, and characters of a title, that Excel takes.
_MAX_SERIES, _MAX_TITLE = 255, 255
#: Width and height in pixels; bars get more height with their number.
WIDTH, _HEIGHT, _MAX_HEIGHT = 720, 360, 1_200
#: Pixels of a bar, of its label, and of what is around all bars.
_BAR, _LABEL, _AROUND = 18, 24, 120
#: More bars cannot be read; and so many days side by side can.
_MOST_BARS, _MOST_DAYS = 40, 8
_YEAR, _MONTH = 366, 30.4
#: Space between bars, in percent of their width.
_GAP = 60
_INK, _SOFT_INK, _LINE, _GRID = "#1d2329", "#57606a", "#d5dae0", "#e3e7eb"
_TITLE = {"size": 13, "bold": True, "color": _INK}
_AXIS = {"size": 9, "bold": False, "color": _SOFT_INK}
_SMALL = {"size": 9, "color": _SOFT_INK}
#: The hidden sheet of the numbers of charts that no table has as they are drawn.
CHART_SHEET = "_asana_charts"
#: What xlsxwriter takes for a reference.
_REFERENCE = re.compile(r"^=?[^!]+!\$?[A-Z]+\$?\d+")
_TOO_LONG = "holds numbers of more than 15 digits, which Excel would round, so they are text"
#: Columns that label the points.
_LABELS = TEXTS | TIMES


class TableChart(NamedTuple):
    """A chart of a table: its kind, and the places of its columns."""

    table: Table
    kind: str
    x: int | None
    y: list[int]
    by: int | None = None
    is_stacked: bool = False
    title: str | None = None


class Block(NamedTuple):
    """Columns of a sheet that a chart shows: labels, and then the numbers of each series."""

    sheet: str
    #: The row of the headers.
    top: int
    #: How many rows of numbers follow, and how many there are to show.
    rows: int
    whole: int
    x: tuple[int, Column] | None
    series: list[tuple[int, Column]]


def is_table_chart(chart: object) -> bool:
    """Return whether a chart is described by words rather than drawn."""
    return isinstance(chart, str | Mapping)


def parse_chart(chart: Any, table: Table) -> TableChart:
    """Return the chart of a table that words describe.

    Raises
    ------
    InvalidArgument
        The kind or a column is unknown, or a column has no numbers to show.
    """
    name, columns = table.name, table.columns
    given = {"kind": chart} if isinstance(chart, str) else dict(chart)
    example = f"charts={{{name!r}: {{'kind': 'bar', 'x': 'person_name', 'y': ['hours']}}}}"
    unknown = [key for key in given if key not in _KEYS]
    if unknown or "kind" not in given:
        problem = f"got an unexpected key {unknown[0]!r}" if unknown else "needs a kind"
        raise InvalidArgument(f"charts[{name!r}] {problem}; type {example}.")
    check_choice(given["kind"], KINDS, name=f"charts[{name!r}]")
    x, y, by = (given.get(key) for key in ("x", "y", "by"))
    check_flag(given.get("stacked", False), name=f"charts[{name!r}]['stacked']")
    if given.get("title") is not None:
        check_text(given["title"], name=f"charts[{name!r}]['title']", like="Hours by person")
    places = _find_numbers(name, table) if y is None else _list_places(name, y, columns)
    place = _find_labels(columns, given["kind"]) if x is None else _find_column(name, x, columns)
    _check_series(name, given["kind"], places, columns, has_groups=by is not None)
    return TableChart(
        table,
        given["kind"],
        place,
        places,
        None if by is None else _find_column(name, by, columns),
        bool(given.get("stacked", given["kind"] == "area" or by is not None)),
        given.get("title"),
    )


def list_chart_columns(chart: object) -> set[str]:
    """Return the labels or headers of the columns that words say a chart shows."""
    given = chart if isinstance(chart, Mapping) else {}
    values = (given.get(key) for key in ("x", "y", "by"))
    several = chain.from_iterable(one if isinstance(one, list) else [one] for one in values)
    return {_name_label(one) for one in several if one is not None}


def _find_numbers(name: str, table: Table) -> list[int]:
    """Return the places of the numbers, but not that of totals beside their parts."""
    places = [
        place
        for place, column in enumerate(table.columns)
        if column.kind in NUMBERS
        and not (column.is_folded or is_gid(column.label))
        and place != table.total_column
    ]
    long = [
        column.header
        for column in table.columns
        if is_too_long(column) and not (column.is_folded or is_gid(column.label))
    ]
    if not places:
        reason = f": {long[0]!r} {_TOO_LONG}" if long else ""
        raise InvalidArgument(
            f"charts[{name!r}]: this table has no numbers to draw{reason}; count some first, such "
            f"as with frame.value_counts('assignee_name'), or leave the chart out."
        )
    if long:
        warn_caller(f"charts[{name!r}] is without {long[0]!r}, which {_TOO_LONG}.", AsanaWarning)
    return places


def _list_places(name: str, labels: Any, columns: Sequence[Column]) -> list[int]:
    several = labels if isinstance(labels, list) else [labels]
    places = [_find_column(name, label, columns) for label in several]
    wrong = [columns[place] for place in places if columns[place].kind not in NUMBERS]
    if wrong or not places:
        reason = _TOO_LONG if wrong and is_too_long(wrong[0]) else "holds no numbers"
        problem = f"{wrong[0].header!r} {reason}" if wrong else "y is empty"
        raise InvalidArgument(
            f"charts[{name!r}]: {problem}; draw {_list_headers(columns, NUMBERS)}."
        )
    return places


def _find_column(name: str, label: Any, columns: Sequence[Column]) -> int:
    text = _name_label(label)
    for place, column in enumerate(columns):
        if is_called(column, text):
            return place
    headers = [column.header for column in columns]
    raise InvalidArgument(
        f"charts[{name!r}]: there is no column {label!r}.{suggest_names(text, headers)} "
        f"The columns are {', '.join(map(repr, headers)) or 'none'}."
    )


def _name_label(label: Any) -> str:
    return format_label(label) if isinstance(label, Hashable) else str(label)


def _find_labels(columns: Sequence[Column], kind: str) -> int | None:
    """Return the place of the first column of text or dates; for lines the first of dates."""
    places = [
        place
        for place, column in enumerate(columns)
        if column.kind in _LABELS and not (column.is_folded or is_gid(column.label))
    ]
    is_over_time = kind in ("line", "area")
    days = [place for place in places if columns[place].kind in TIMES]
    return next(iter(days if is_over_time and days else places), None)


def _check_series(
    name: str, kind: str, places: Sequence[int], columns: Sequence[Column], *, has_groups: bool
) -> None:
    if has_groups and (len(places) > 1 or kind == "pie"):
        raise InvalidArgument(
            f"charts[{name!r}]: 'by' makes a series of each name in one column of numbers; give "
            f"one in 'y', such as {columns[places[0]].header!r}, and another kind than 'pie'."
        )
    most = 1 if kind == "pie" else _MAX_SERIES
    if len(places) > most:
        some = [columns[place].header for place in places[:most]]
        raise InvalidArgument(
            f"charts[{name!r}]: a chart of the kind {kind!r} shows {most} of the {len(places)} "
            f"columns with numbers; say which, such as "
            f"charts={{{name!r}: {{'kind': {kind!r}, 'y': {some[:2]!r}}}}}."
        )


def _list_headers(columns: Sequence[Column], kinds: frozenset[str]) -> str:
    headers = [repr(column.header) for column in columns if column.kind in kinds]
    return " or ".join(headers) or "another table, since this one has none"


def find_block(chart: TableChart, title: str, top: int, named: pd.DataFrame) -> Block:
    """Return the numbers of a chart: where they stand in the table, or for `write_blocks`.

    Parameters
    ----------
    chart
        The chart.
    title
        The name of the sheet of its table.
    top
        The first free row of the sheet of chart data.
    named
        The frame of the table, with equal names told apart.
    """
    if chart.by is not None:
        return _group_block(chart, top, named)
    columns, is_part = chart.table.columns, ~chart.table.is_total
    whole = int(is_part.sum())
    rows = max(min(whole, _MOST_BARS) if chart.kind == "bar" else whole, 1)
    series = [(place, columns[place]) for place in chart.y]
    x = None if chart.x is None else (chart.x, columns[chart.x])
    names = None if x is None else _disambiguate_column(x[1], columns, named)
    is_same = x is None or names is None or names.equals(x[1].values)
    if is_same and is_part[:whole].all():
        return Block(title, 0, rows, whole, x, series)
    # Rows of totals would dwarf their parts, and Excel draws rows that follow one another.
    shown = np.flatnonzero(is_part)[:rows]
    labels = [] if x is None or names is None else [x[1]._replace(values=names)]
    parts = list(
        enumerate(
            one._replace(values=one.values.iloc[shown])
            for one in (*labels, *(one for _, one in series))
        )
    )
    return Block(CHART_SHEET, top, rows, whole, *(parts[0], parts[1:]) if x else (None, parts))


def _group_block(chart: TableChart, top: int, named: pd.DataFrame) -> Block:
    """Return the numbers of a long table, with a series for each name."""
    if chart.by is None or chart.x is None:
        raise InvalidArgument(
            f"charts[{chart.table.name!r}]: 'by' needs a column of labels in 'x'."
        )
    columns = chart.table.columns
    x, by, y = (columns[at] for at in (chart.x, chart.by, chart.y[0]))
    names = _disambiguate_column(by, columns, named).astype(object)
    long = pd.DataFrame(
        {
            "x": _disambiguate_column(x, columns, named).array,
            "by": names.where(names.notna(), _NAMELESS).array,
            "y": y.values.astype("Float64").array,
        }
    )[~chart.table.is_total]
    order = long["x"].drop_duplicates().dropna()
    # A group without numbers is left out: its sum would be a series of zeros.
    table = long.dropna(subset="y").pivot_table(
        index="x", columns="by", values="y", aggfunc="sum", sort=False
    )
    table, rest = _group_small_series(
        table.reindex(order.sort_values() if x.kind in TIMES else order)
    )
    if chart.kind == "area":
        # The first lies on top: work flows down to what is done.
        table = table.iloc[:, ::-1]
    whole = len(table)
    if chart.kind == "bar":
        table = table.head(_MOST_BARS)
    labels = describe_column(x.label, x.header, pd.Series(table.index.array))
    parts = [
        (place, Column(_REST if name == rest else name, str(name), y.kind, values))
        for place, name in enumerate(table.columns, 1)
        for values in [pd.Series(table[name].array)]
    ]
    return Block(CHART_SHEET, top, max(len(table), 1), whole, (0, labels), parts)


def _disambiguate_column(
    names: Column, columns: Sequence[Column], named: pd.DataFrame
) -> pd.Series[Any]:
    """Return the values of a column; of names with gids beside them, equal ones told apart."""
    gids = [one for one in columns if find_name_column(one.label) == names.label]
    values = names.values.reset_index(drop=True)
    if not gids or names.kind not in TEXTS:
        return values
    facts = [
        one.values
        for one in columns
        if one.kind in TEXTS and str(one.label).endswith("_name") and one.label != names.label
    ]
    apart = disambiguate_names(named[names.label], gids[0].values, *facts)
    made = pd.Series(apart, dtype=object).where(values.notna(), None)
    return values if (made == values)[values.notna()].all() else made


def _count_unplaced(chart: TableChart) -> int:
    """Return how many rows that a chart groups have no label, so that they are nowhere in it."""
    if chart.by is None or chart.x is None:
        return 0
    values = chart.table.columns[chart.x].values
    return int(values[~chart.table.is_total].isna().sum())


def has_points(chart: TableChart) -> bool:
    """Return whether there is anything to draw, and not totals alone.

    Excel takes no chart without a series.
    """
    is_total = chart.table.is_total
    if len(is_total) and is_total.all():
        return False
    if chart.by is None or chart.x is None:
        return True
    columns = [chart.table.columns[at].values for at in (chart.x, chart.y[0])]
    x, y = (values[~is_total].notna().to_numpy(dtype=bool) for values in columns)
    return bool((x & y).any())


def _group_small_series(table: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """Return a table whose many columns are the largest ones and one of all others; its name."""
    if table.shape[1] <= _MOST_NAMED + 1:
        return table, None
    large = table.sum().nlargest(_MOST_NAMED).index
    kept = table[[name for name in table.columns if name in large]]
    rest = _OTHER
    while rest in table.columns:
        rest = f"all {rest}"
    return kept.assign(**{rest: table.drop(columns=large).sum(axis="columns")}), rest


def write_blocks(book: Any, blocks: Sequence[Block], formats: Mapping[str, Any]) -> None:
    """Write the numbers of charts to a hidden sheet, where Excel finds them."""
    page = book.add_worksheet(CHART_SHEET)
    page.hide()
    for block in blocks:
        columns = [block.x] if block.x is not None else []
        columns += block.series
        for place, column in columns:
            page.write_string(block.top, place, prepare_text(column.header))
        cells = [convert_cells(column, slice(None)) for _, column in columns]
        values = zip(*(one for one, _ in cells), strict=True)
        kinds = zip(*(one for _, one in cells), strict=False)
        for row, (numbers, names) in enumerate(zip(values, kinds, strict=False), block.top + 1):
            for (place, _), number, kind in zip(columns, numbers, names, strict=True):
                write = page.write_string if kind in TEXTS else page.write_number
                if number is not None:
                    write(row, place, number, formats[kind])


def build_chart(book: Any, chart: TableChart, block: Block, formats: Mapping[str, Any]) -> Any:
    """Return a chart of xlsxwriter; ``formats`` are those of `FORMATS`, by kind."""
    subtype = "stacked" if chart.is_stacked and chart.kind != "line" else None
    made = book.add_chart({"type": chart.kind, "subtype": subtype})
    first, last = block.top + 1, block.top + block.rows
    for number, (place, column) in enumerate(block.series):
        colour = OTHER if column.label == _REST else SERIES[number % len(SERIES)]
        series: dict[str, Any] = {
            "name": _plain_title(column.header),
            "values": [block.sheet, first, place, last, place],
            "gap": _GAP,
        }
        if block.x is not None:
            series["categories"] = [block.sheet, first, block.x[0], last, block.x[0]]
        if chart.kind == "pie":
            series["data_labels"] = {"percentage": True}
        elif chart.kind == "line":
            series["line"] = {"color": colour, "width": 2.25}
        else:
            series["fill"] = {"color": colour}
        made.add_series(series)
    title = _plain_title(chart.title or chart.table.name, _note_rest(chart, block))
    made.set_title({"name": title, "name_font": _TITLE, "overlay": False})
    made.set_size({"width": WIDTH, "height": _choose_height(chart, block)})
    made.set_chartarea({"border": {"color": _LINE}})
    if chart.kind != "pie":
        _set_axes(made, chart, block, formats)
        legend = {"position": "bottom", "font": _SMALL}
        made.set_legend({"none": True} if len(block.series) == 1 else legend)
    return made


def _note_rest(chart: TableChart, block: Block) -> str:
    """Return how many rows a chart does not show; empty if it shows all."""
    notes = []
    if unplaced := _count_unplaced(chart):
        header = chart.table.columns[chart.x or 0].header
        verb = "is" if unplaced == 1 else "are"
        notes.append(f"{count_noun(unplaced, 'row')} with no {header.lower()} {verb} left out")
    if block.rows < block.whole:
        notes.append(f"the first {block.rows} of {block.whole:,}")
    return f"({'; '.join(notes)})" if notes else ""


def _choose_height(chart: TableChart, block: Block) -> int:
    each = 1 if chart.is_stacked else len(block.series)
    bars = block.rows * max(each * _BAR, _LABEL) if chart.kind == "bar" else 0
    return min(max(_HEIGHT, bars + _AROUND), _MAX_HEIGHT)


def _set_axes(made: Any, chart: TableChart, block: Block, formats: Mapping[str, Any]) -> None:
    kinds = {column.kind for _, column in block.series}
    values: dict[str, Any] = {
        "num_format": "0%" if kinds == {"share"} else "#,##0.##",
        "num_font": _SMALL,
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": _GRID, "width": 0.75}},
    }
    if len(chart.y) == 1:
        values |= {"name": _plain_title(chart.table.columns[chart.y[0]].header)}
        values |= {"name_font": _AXIS}
    labels: dict[str, Any] = {"num_font": _SMALL, "line": {"color": _LINE}}
    if block.x is not None:
        x = block.x[1]
        labels |= {"name": _plain_title(x.header), "name_font": _AXIS}
        if x.kind not in TEXTS:
            labels["num_format"] = formats.get(x.kind, {}).get("num_format")
        if chart.kind == "bar":
            labels["interval_unit"] = 1
        elif x.kind in TIMES:
            labels["interval_unit"] = math.ceil(block.rows / _MOST_DAYS)
        labels |= _scale_dates(x) if _needs_dates(chart.kind, x) else {"text_axis": True}
    # Labels stand at the edge where numbers are negative.
    labels["label_position"] = "low"
    if chart.kind == "bar":
        # Excel begins at the bottom; its names of the axes are those of the directions.
        made.set_y_axis({**labels, "reverse": True, "crossing": "max"})
        made.set_x_axis(values)
    else:
        made.set_x_axis(labels)
        made.set_y_axis(values)


def _needs_dates(kind: str, x: Column) -> bool:
    """Whether points are placed by their dates.

    Columns and bars would be as thin as a day.
    """
    return x.kind in TIMES and kind in ("line", "area") and bool(x.values.is_unique)


def _scale_dates(x: Column) -> dict[str, Any]:
    """Return an axis of dates with as many labels as can be read."""
    days = x.values.dropna()
    span = (days.max() - days.min()).days if len(days) else 0
    scale: dict[str, Any] = {"date_axis": True}
    if span > _YEAR:
        months = math.ceil(span / _MONTH / _MOST_DAYS)
        return scale | {
            **{"major_unit": months, "major_unit_type": "months", "num_format": "mmm yyyy"},
        }
    return scale | {"major_unit": max(math.ceil(span / _MOST_DAYS), 1), "major_unit_type": "days"}


def _plain_title(text: str, note: str = "") -> str:
    """Return text, and a whole note after it, as xlsxwriter shows it unchanged."""
    note = to_one_line(note)[: _MAX_TITLE - 1]
    line = f"{to_one_line(text)[: _MAX_TITLE - 1 - len(note)]} {note}".strip()
    # Such text would be a reference to a cell.
    return line.replace("!", "! ") if _REFERENCE.match(line) else line
