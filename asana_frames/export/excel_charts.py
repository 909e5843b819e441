"""Charts that Excel draws of a table in the workbook."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from asana_frames._arguments import check_choice
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.export.column_rules import is_gid
from asana_frames.export.excel_cells import FORMATS, NUMBERS, TEXTS, TIMES, Column, Table
from asana_frames.export.text import format_label, to_one_line

KINDS = ("column", "bar", "line", "area", "pie")
_KEYS = ("kind", "x", "y")
#: The most series of a chart, and characters of a title, that Excel takes.
_MAX_SERIES, _MAX_TITLE = 255, 255
#: Width and height in pixels; bars get more height with their number.
_WIDTH, _HEIGHT, _MAX_HEIGHT = 720, 360, 1_200
_BAR = 24
#: What xlsxwriter takes for a reference.
_REFERENCE = re.compile(r"^=?[^!]+!\$?[A-Z]+\$?\d+")
#: As pandas draws them: areas on top of each other.
_SUBTYPES = {"area": "stacked"}
#: Columns that label the points.
_LABELS = TEXTS | TIMES


class TableChart(NamedTuple):
    """A chart of a table: its kind, and the places of its columns."""

    table: Table
    kind: str
    x: int | None
    y: list[int]


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
        problem = f"takes no {unknown[0]!r}" if unknown else "needs a kind"
        raise InvalidArgument(f"charts[{name!r}] {problem}; type {example}.")
    check_choice(given["kind"], KINDS, name=f"charts[{name!r}]")
    x, y = given.get("x"), given.get("y")
    total = -1 if table.wide is None else table.wide.total_column
    places = _find_numbers(name, columns, total) if y is None else _list_places(name, y, columns)
    place = _find_labels(columns, given["kind"]) if x is None else _find_column(name, x, columns)
    _check_series(name, given["kind"], places, columns)
    return TableChart(table, given["kind"], place, places)


def _find_numbers(name: str, columns: Sequence[Column], total: int) -> list[int]:
    """Return the places of the numbers, but not that of totals beside their parts."""
    places = [
        place
        for place, column in enumerate(columns)
        if column.kind in NUMBERS and not is_gid(column.label) and place != total
    ]
    if not places:
        raise InvalidArgument(
            f"charts[{name!r}]: this table has no numbers to draw; count some first, such as "
            f"with frame.value_counts('assignee_name'), or leave the chart out."
        )
    return places


def _list_places(name: str, labels: Any, columns: Sequence[Column]) -> list[int]:
    several = labels if isinstance(labels, list) else [labels]
    places = [_find_column(name, label, columns) for label in several]
    wrong = [columns[place].header for place in places if columns[place].kind not in NUMBERS]
    if wrong or not places:
        problem = f"{wrong[0]!r} holds no numbers" if wrong else "y is empty"
        raise InvalidArgument(
            f"charts[{name!r}]: {problem}; draw {_list_headers(columns, NUMBERS)}."
        )
    return places


def _find_column(name: str, label: Any, columns: Sequence[Column]) -> int:
    text = format_label(label) if isinstance(label, Hashable) else str(label)
    for place, column in enumerate(columns):
        if text in (column.header, format_label(column.label)):
            return place
    headers = [column.header for column in columns]
    raise InvalidArgument(
        f"charts[{name!r}]: there is no column {label!r}.{suggest_names(text, headers)} "
        f"The columns are {', '.join(map(repr, headers)) or 'none'}."
    )


def _find_labels(columns: Sequence[Column], kind: str) -> int | None:
    """Return the place of the first column of text or dates; for lines the first of dates."""
    places = [
        place
        for place, column in enumerate(columns)
        if column.kind in _LABELS and not is_gid(column.label)
    ]
    is_over_time = kind in ("line", "area")
    days = [place for place in places if columns[place].kind in TIMES]
    return next(iter(days if is_over_time and days else places), None)


def _check_series(name: str, kind: str, places: Sequence[int], columns: Sequence[Column]) -> None:
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


def build_chart(book: Any, chart: TableChart, title: str) -> Any:
    """Return a chart of xlsxwriter; ``title`` is the name of the sheet with its table."""
    # Rows of totals would dwarf their parts.
    totals = 0 if chart.table.wide is None else chart.table.wide.total_rows
    columns, rows = chart.table.columns, max(chart.table.rows - totals, 1)
    made = book.add_chart({"type": chart.kind, "subtype": _SUBTYPES.get(chart.kind)})
    for place in chart.y:
        series: dict[str, Any] = {
            "name": _plain_title(columns[place].header),
            "values": [title, 1, place, rows, place],
        }
        if chart.x is not None:
            series["categories"] = [title, 1, chart.x, rows, chart.x]
        if chart.kind == "pie":
            series["data_labels"] = {"percentage": True}
        made.add_series(series)
    made.set_title({"name": _plain_title(title), "name_font": {"size": 14}})
    made.set_size({"width": _WIDTH, "height": _choose_height(chart)})
    if chart.kind != "pie":
        _set_axes(made, chart)
        made.set_legend({"none": len(chart.y) == 1})
    return made


def _choose_height(chart: TableChart) -> int:
    bars = chart.table.rows * len(chart.y) if chart.kind == "bar" else 0
    return min(max(_HEIGHT, bars * _BAR), _MAX_HEIGHT)


def _set_axes(made: Any, chart: TableChart) -> None:
    columns = chart.table.columns
    kinds = {columns[place].kind for place in chart.y}
    values: dict[str, Any] = {"num_format": "0%" if kinds == {"share"} else "General"}
    if len(chart.y) == 1:
        values["name"] = _plain_title(columns[chart.y[0]].header)
    labels: dict[str, Any] = {}
    if chart.x is not None:
        x = columns[chart.x]
        labels = {"name": _plain_title(x.header)}
        if x.kind not in TEXTS:
            labels |= FORMATS.get(x.kind, {})
        labels["date_axis" if _needs_dates(chart.kind, x) else "text_axis"] = True
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
    """Whether points must be placed by their dates, since they are not at equal distances.

    Columns and bars would be as thin as a day.
    """
    if x.kind not in TIMES or kind not in ("line", "area") or not x.values.is_unique:
        return False
    return x.values.diff().nunique() > 1


def _plain_title(text: str) -> str:
    """Return text in the form in which xlsxwriter shows it unchanged."""
    line = to_one_line(text)[:_MAX_TITLE]
    # Such text would be a reference to a cell.
    return line.replace("!", "! ") if _REFERENCE.match(line) else line
