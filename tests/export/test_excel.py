"""Workbooks: what type each cell has, what Excel cannot hold, and nothing half."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

import asana_frames as af
from asana_frames.export.excel_reader import SCHEMA_SHEET

pytest.importorskip("xlsxwriter", reason="xlsxwriter is an extra")
openpyxl = pytest.importorskip("openpyxl", reason="openpyxl reads what the tests write")

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def figure() -> Figure:
    figure = Figure(figsize=(4, 2))
    figure.subplots().set(title='Hours & "more" \n per week')
    return figure


def book_of(frames: object, path: Path, **options: Any) -> Any:
    af.export.to_excel(frames, path / "x.xlsx", **options)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(path / "x.xlsx")
    del book[SCHEMA_SHEET]
    return book


def cells(values: object, path: Path) -> list[Any]:
    """Return the cells below the header of a sheet of one column."""
    sheet = book_of(pd.DataFrame({"x": values}), path).active
    return [sheet.cell(row, 1) for row in range(2, len(pd.Series(values)) + 2)]


def texts(path: Path) -> list[str]:
    """Return the texts of a workbook, as Excel reads them."""
    with ZipFile(path / "x.xlsx") as archive:
        assert archive.testzip() is None
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        # The last holds the schemas.
        roots = [ElementTree.fromstring(archive.read(name)) for name in sheets[:-1]]
    items = [item for root in roots for item in root.iter(f"{NAMESPACE}is")]
    found = ["".join(part.text or "" for part in item.iter(f"{NAMESPACE}t")) for item in items]
    return [re.sub("_x([0-9A-Fa-f]{4})_", lambda hit: chr(int(hit[1], 16)), t) for t in found]


def test_every_cell_has_its_type(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "gid": ["1200000000000012345"],
            "hours": pd.array([1 / 3], "Float64"),
            "count": pd.array([7], "Int64"),
            "done": pd.array([True], "boolean"),
            "day": pd.to_datetime(["2026-03-02"]),
            "local": pd.to_datetime(["2026-03-02 09:15:30"]),
            "at": pd.to_datetime(["2026-03-02 09:15:30+02:00"], utc=True).tz_convert("Asia/Tokyo"),
            "kind": pd.Categorical(["a"]),
            "tags": [("a", "b")],
        }
    )

    sheet = book_of({"tasks": frame}, tmp_path)["tasks"]

    header, row = sheet.iter_rows()
    assert [cell.value for cell in header] == [
        *("hours", "count", "done", "day", "local", "at (UTC)", "kind", "tags", "gid")
    ]
    assert [cell.data_type for cell in row] == [*"nnbdddsss"]
    assert [cell.value for cell in row] == [
        pytest.approx(1 / 3, abs=1e-16),
        7,
        True,
        dt.datetime(2026, 3, 2),
        dt.datetime(2026, 3, 2, 9, 15, 30),
        dt.datetime(2026, 3, 2, 7, 15, 30),
        "a",
        "a; b",
        "1200000000000012345",
    ]
    assert [cell.number_format for cell in row[:6]] == [
        "#,##0.00",
        "0",
        '"TRUE";"TRUE";"FALSE"',
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm:ss",
        "yyyy-mm-dd hh:mm:ss",
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", '=HYPERLINK("http://a.example")', "+1", "-1", "@x", "{=1}", "https://a.example", "7"],
)
def test_text_is_never_a_formula_a_link_or_a_number(text: str, tmp_path: Path) -> None:
    (cell,) = cells([text], tmp_path)

    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)
    # Excel's own sign for text, so that editing the cell changes nothing.
    assert cell.quotePrefix


def test_the_header_is_text_too(tmp_path: Path) -> None:
    (cell,) = next(book_of(pd.DataFrame({"=1+1": [1]}), tmp_path).active.iter_rows())

    assert (cell.data_type, cell.value) == ("s", "=1+1")


@pytest.mark.parametrize(
    "values",
    [
        pd.array([None], "Float64"),
        [float("nan")],
        [float("inf")],
        [-np.inf],
        pd.array([None], "Int64"),
        pd.array([None], "boolean"),
        pd.array([None], "string"),
        [""],
        pd.to_datetime([None]),
        pd.to_datetime([None], utc=True),
        pd.Categorical([None]),
        [()],
        [Decimal("Infinity")],
    ],
)
def test_what_is_missing_is_an_empty_cell(values: object, tmp_path: Path) -> None:
    assert [cell.value for cell in cells(values, tmp_path)] == [None]


def test_a_column_of_any_values_has_cells_of_all_types(tmp_path: Path) -> None:
    values = [True, 2, 2.5, Decimal("0.5"), dt.date(2026, 3, 2), "=a", ("b", None), {"c": 1}, None]

    found = cells(pd.Series(values, dtype=object), tmp_path)

    assert [cell.value for cell in found] == [
        *(True, 2, 2.5, 0.5, dt.datetime(2026, 3, 2), "=a", '["b", null]', "{'c': 1}", None)
    ]
    assert [cell.data_type for cell in found] == [*"bnnndsssn"]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([10**15 - 1, -7], [10**15 - 1, -7]),
        ([12345678901234567, 7], ["12345678901234567", "7"]),
        (pd.Series([12345678901234567, None], dtype=object), ["12345678901234567", None]),
        (pd.Series(["1900-02-28", "1900-03-01"]).astype("datetime64[s]"), ["1900-02-28", 61]),
        ([dt.date(1899, 5, 1)], ["1899-05-01"]),
        (np.array(["9999-12-31", "10000-01-01"], "datetime64[s]"), [2958465, "10000-01-01"]),
    ],
)
def test_what_excel_cannot_hold_as_a_number_is_text(
    values: object, shown: list[object], tmp_path: Path
) -> None:
    def serial(value: object) -> object:
        is_day = isinstance(value, dt.datetime)
        return (value - dt.datetime(1899, 12, 30)).days if is_day else value

    assert [serial(cell.value) for cell in cells(values, tmp_path)] == shown


def test_moments_keep_their_milliseconds(tmp_path: Path) -> None:
    (cell,) = cells(pd.to_datetime(["2026-03-02 09:15:30.123"], utc=True), tmp_path)

    assert cell.value == dt.datetime(2026, 3, 2, 9, 15, 30, 123000)


def test_a_sheet_has_a_frozen_bold_header_filters_and_widths(tmp_path: Path) -> None:
    frame = pd.DataFrame({"gid": ["12", "13"], "notes": ["word " * 100, None], "n": [1, 2]})

    sheet = book_of(frame, tmp_path).active

    assert sheet.title == "Sheet1"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C3"
    assert all(cell.font.bold for cell in sheet[1])
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths == pytest.approx([60, 6, 7], abs=1)


@pytest.mark.parametrize("text", ["word " * 20, "a\nb"])
def test_long_text_shows_a_line_and_does_not_run_into_the_next_column(
    text: str, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"notes": ["short", None, text], "next": ["a", "b", "c"]})

    book = book_of({"long": frame, "short": frame.head(2)}, tmp_path)

    cells = [book[name]["A2"].alignment for name in ("long", "short")]
    assert [(cell.wrap_text, cell.vertical) for cell in cells] == [(True, "top"), (None, "top")]
    heights = [
        {book[n].row_dimensions[row].height for row in (1, 2, 4)} for n in ("long", "short")
    ]
    assert heights == [{14.25}, {None}]
    assert book["long"]["A4"].value == text


def test_letters_of_east_asia_are_as_wide_as_they_are(tmp_path: Path) -> None:
    sheet = book_of(pd.DataFrame({"a": ["x" * 20], "b": ["\u65e5" * 20]}), tmp_path).active

    widths = [sheet.column_dimensions[letter].width for letter in "AB"]
    assert widths == pytest.approx([21, 41], abs=1)


def test_an_empty_frame_has_its_header(tmp_path: Path, asana: af.Asana) -> None:
    empty = asana.tasks.list(project="Someday maybe")

    book = book_of({"tasks": empty, "nothing": pd.DataFrame()}, tmp_path)

    (header,) = book["tasks"].iter_rows(values_only=True)
    names = [name.removesuffix(" (UTC)") for name in header]
    # Gids that have names beside them are at the end.
    folded = [
        name
        for name in empty.columns
        if name.endswith(("_gid", "_gids")) and name.replace("_gid", "_name") in empty.columns
    ]
    rest = empty.columns.drop(["gid", "name", *folded])
    assert names == ["name", *rest, *folded, "gid"]
    assert "assignee_gid" in folded
    assert "created_at (UTC)" in header
    assert book["nothing"].dimensions == "A1:A1"


def test_columns_of_any_name_are_written(tmp_path: Path) -> None:
    day, moment = pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-02 09:15")
    frame = pd.DataFrame([[1, 2, 3, 4, 5, 6, 7]])
    frame.columns = pd.Index(["a", "a", day, moment, ("h", day), pd.NaT, 5], dtype=object)

    header, row = book_of(frame, tmp_path).active.iter_rows(values_only=True)

    assert header[:5] == ("a", "a", "2026-03-02", "2026-03-02T09:15:00", "h; 2026-03-02")
    assert header[5:] in ((None, "5"), ("", "5"))
    assert row == (1, 2, 3, 4, 5, 6, 7)


def test_pandas_reads_the_same_frame_back(tmp_path: Path, asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    file = tmp_path / "tasks.xlsx"

    af.export.to_excel({"tasks": tasks}, file)

    # Without the dtype pandas makes numbers of texts that look like some.
    back = pd.read_excel(file, sheet_name="tasks", dtype={"gid": "str"})
    assert len(back) == len(tasks)
    assert back["gid"].tolist() == tasks["gid"].tolist()
    assert back["name"].tolist() == tasks["name"].tolist()
    assert back["completed"].tolist() == tasks["completed"].tolist()
    assert back["num_likes"].tolist() == tasks["num_likes"].tolist()
    points = tasks["cf_Story points"].astype("float64").tolist()
    assert back["cf_Story points"].tolist() == pytest.approx(points, nan_ok=True)
    assert (back["due_on"].dropna() == tasks["due_on"].dropna()).all()
    moments = back["created_at (UTC)"].dt.tz_localize("UTC")
    assert ((moments - tasks["created_at"]).abs() < pd.Timedelta("1ms")).all()
    assert "=2+3 pages" in back["cf_Agency notes"].tolist()


def test_parquet_and_excel_join_lists_alike(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is an extra")
    af.export.to_parquet(pd.DataFrame({"x": [("a", "b")]}), tmp_path / "x.parquet")

    back = pd.read_parquet(tmp_path / "x.parquet")

    assert cells(back["x"].array, tmp_path)[0].value == "a; b"


@pytest.mark.parametrize(
    ("names", "sheets"),
    [
        (["a/b", "[x]:*?\\"], ["a_b", "_x_____"]),
        (["x" * 40, "X" * 40, "x" * 31], ["x" * 31, f"{'X' * 27} (2)", f"{'x' * 27} (3)"]),
        (["History", "history"], ["History list", "history list (2)"]),
        (["'it's'", "'", "", "  "], ["it's", "Sheet", "Sheet (2)", "Sheet (3)"]),
        (["x" * 30 + "'y", "\U0001f600" * 16], ["x" * 30, "\U0001f600" * 15]),
        (["a\x00b\nc\ud800", "Straße", "STRASSE"], ["a b c", "Straße", "STRASSE (2)"]),
    ],
)
def test_names_of_sheets_are_such_as_excel_takes(
    names: list[str], sheets: list[str], tmp_path: Path
) -> None:
    frames = {name: pd.DataFrame({"x": [place]}) for place, name in enumerate(names)}

    book = book_of(frames, tmp_path)

    assert book.sheetnames == sheets
    assert [sheet["A2"].value for sheet in book] == [*range(len(names))]


def test_a_chart_is_beside_its_table_or_on_a_sheet_of_its_own(
    tmp_path: Path, figure: Figure
) -> None:
    frames = {"Hours": pd.DataFrame({"a": [1], "b": [2]}), "Tasks": pd.DataFrame({"a": [1]})}

    book = book_of(frames, tmp_path, charts={"Hours": figure.axes[0], "By week": figure})

    assert book.sheetnames == ["Hours", "Tasks", "By week"]
    assert [len(sheet._images) for sheet in book] == [1, 0, 1]
    corner = book["Hours"]._images[0].anchor._from
    assert (corner.row, corner.col) == (1, 3)
    assert book["Hours"]._images[0]._data().startswith(b"\x89PNG")
    drawing = ZipFile(tmp_path / "x.xlsx").read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Hours &amp; &quot;more&quot;   per week"' in drawing


class Shape(pd.DataFrame):
    """A frame that says it is larger than it is."""

    claimed = (0, 0)

    @property
    def shape(self) -> tuple[int, int]:  # type: ignore[override]
        return self.claimed


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1_048_576, 1), "'big' has 1,048,576 rows and 1 columns.*to_parquet or export.to_csv"),
        ((1, 16_385), "16,385 columns; a sheet of Excel holds 1,048,575 and 16,384"),
    ],
)
def test_what_is_too_large_for_excel_is_refused_before_anything_is_written(
    shape: tuple[int, int], words: str, tmp_path: Path
) -> None:
    frame = Shape()
    frame.__dict__["claimed"] = shape

    with pytest.raises(af.InvalidArgument, match=words):
        af.export.to_excel({"ok": pd.DataFrame({"a": [1]}), "big": frame}, tmp_path / "x.xlsx")

    assert list(tmp_path.iterdir()) == []


def test_as_many_columns_as_excel_takes_are_written(tmp_path: Path, figure: Figure) -> None:
    frame = pd.DataFrame(np.zeros((1, 16_384)))

    book = book_of({"a": frame}, tmp_path, charts={"a": figure})

    assert book["a"].max_column == 16_384
    # At its right there is no column left, and nobody would find it there.
    assert [len(sheet._images) for sheet in (book["a"], book["a chart"])] == [0, 1]


@pytest.mark.parametrize(
    "text", ["a" * 32_767, "\U0001f600" * 16_383 + "a", f"<r>{'&' * 32_760}</r>"]
)
def test_text_of_as_many_characters_as_a_cell_holds_is_written_whole(
    text: str, tmp_path: Path
) -> None:
    af.export.to_excel(pd.DataFrame({"x": [text]}), tmp_path / "x.xlsx")

    assert texts(tmp_path) == ["x", text]


@pytest.mark.parametrize("dtype", [object, "string", "category", None])
@pytest.mark.parametrize("text", ["a" * 32_768, "\U0001f600" * 16_384, f"<r>{'&' * 32_761}</r>"])
def test_text_that_is_too_long_is_refused_before_anything_is_written(
    text: str, dtype: object, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"notes": pd.Series(["short", text, None], dtype=dtype)})  # type: ignore[call-overload]

    with pytest.raises(af.InvalidArgument) as caught:
        af.export.to_excel({"tasks": frame}, tmp_path / "x.xlsx")

    assert list(tmp_path.iterdir()) == []
    words = "'tasks': the text in column 'notes' of row 1 (frame.iloc[1]) has 32,768 characters"
    assert words in str(caught.value)
    assert "export.to_parquet or export.to_csv" in str(caught.value)
    # The line that the message ends with is what it says.
    made: dict[str, pd.DataFrame] = {"frame": frame}
    exec(str(caught.value).rpartition("shorten it: ")[2], {}, made)
    assert book_of(made["frame"], tmp_path).active.max_row == 3


def test_a_list_that_is_too_long_as_text_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"tags": [("a",), ("a" * 20_000, "b" * 20_000)]})

    with pytest.raises(af.InvalidArgument, match=r"'tags' of row 1 .* has 40,002 characters"):
        book_of(frame, tmp_path)


def test_a_name_of_a_column_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(af.InvalidArgument, match=r"name of a column, aaa.*frame\.rename"):
        book_of(pd.DataFrame({"a" * 32_768: [1]}), tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"frames": {}}, "No frame to write"),
        ({"frames": {"a": [1]}}, r"frames\['a'\] takes a DataFrame, not list"),
        ({"charts": {"a": [1]}}, r"charts\['a'\] is a list: give a matplotlib Figure or Axes"),
    ],
)
def test_what_makes_no_workbook_is_refused_and_leaves_nothing(
    options: Mapping[str, Any], words: str, tmp_path: Path
) -> None:
    options = {"frames": {"a": pd.DataFrame({"a": [1]})}, **options}

    with pytest.raises(af.InvalidArgument, match=words):
        af.export.to_excel(path=tmp_path / "x.xlsx", **options)

    assert list(tmp_path.iterdir()) == []


def test_a_chart_that_cannot_be_drawn_leaves_the_older_file(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("older")
    figure = Figure()
    figure.subplots().set_title(r"$\nonsense$")

    with pytest.raises(ValueError, match="nonsense"):
        book_of(pd.DataFrame({"a": [1]}), tmp_path, charts={"a": figure})

    assert [file.read_text() for file in tmp_path.iterdir()] == ["older"]


@pytest.fixture
def hours() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person_gid": ["1", "2", "3"],
            "person_name": ["Ana", "Ben", "Cleo"],
            "week": pd.to_datetime(["2026-03-02", "2026-03-09", "2026-03-16"]),
            "hours": [1.5, None, 2.25],
            "tasks": [1, 2, 3],
            "progress": [0.5, 0.25, 1.0],
        }
    )


def parts(path: Path, folder: str) -> list[str]:
    """Return the text of the parts of a workbook whose names begin so."""
    with ZipFile(path / "x.xlsx") as archive:
        names = sorted(name for name in archive.namelist() if name.startswith(folder))
        return [archive.read(name).decode() for name in names]


def test_a_list_of_frames_has_sheets_named_by_their_rows(
    tmp_path: Path, asana: af.Asana, hours: pd.DataFrame
) -> None:
    tasks = asana.tasks.list(project="Website relaunch", limit=3)
    teams = asana.teams.list(workspace="Acme")

    book = book_of([tasks, hours, teams, tasks[["gid", "name"]]], tmp_path)

    assert book.sheetnames == ["tasks", "Sheet2", "teams", "tasks (2)"]
    assert book_of(tasks, tmp_path).sheetnames == ["tasks"]


def test_a_list_with_anything_but_frames_is_refused(tmp_path: Path, hours: pd.DataFrame) -> None:
    with pytest.raises(af.InvalidArgument, match=r"frames\[1\] takes a DataFrame, not int"):
        book_of([hours, 3], tmp_path)


def test_the_sheet_called_summary_comes_first(tmp_path: Path, hours: pd.DataFrame) -> None:
    book = book_of({"b": hours, "a": hours, "summary": hours.head(1)}, tmp_path)

    assert book.sheetnames == ["summary", "b", "a"]
    assert book["summary"].max_row == 2


def test_the_name_comes_first_and_stays_in_sight(tmp_path: Path) -> None:
    frame = pd.DataFrame({"gid": ["12"], "due_on": ["x"], "name": ["Write"], "notes": ["y"]})

    sheet = book_of(frame, tmp_path).active

    assert [cell.value for cell in sheet[1]] == ["name", "due_on", "notes", "gid"]
    assert [cell.value for cell in sheet[2]] == ["Write", "x", "y", "12"]
    assert sheet.freeze_panes == "B2"


def test_labels_of_rows_are_the_first_columns(tmp_path: Path, hours: pd.DataFrame) -> None:
    pivot = hours.pivot_table(index="person_name", columns="week", values="hours")

    header, *rows = book_of(pivot, tmp_path).active.iter_rows(values_only=True)

    assert header == ("person_name", "2026-03-02", "2026-03-16")
    assert rows == [("Ana", 1.5, None), ("Cleo", None, 2.25)]


def test_shares_are_shown_in_percent(tmp_path: Path, hours: pd.DataFrame) -> None:
    row = book_of(hours, tmp_path).active[2]

    formats = {cell.column_letter: cell.number_format for cell in row}
    assert formats == {**formats, "C": "#,##0.00", "D": "0", "E": "0.0%"}
    assert row[4].value == 0.5


def test_totals_are_formulas_that_follow_the_filter(tmp_path: Path, hours: pd.DataFrame) -> None:
    frames = {"hours": hours, "none": hours.head(0), "text": hours[["person_name"]]}

    book = book_of(frames, tmp_path, totals=True)

    total = book["hours"][5]
    assert [cell.value for cell in total] == [
        *("Total", None, "=SUBTOTAL(109,C2:C4)", "=SUBTOTAL(109,D2:D4)", None, None)
    ]
    assert [total[2].number_format, total[3].number_format] == ["#,##0.00", "0"]
    assert total[0].font.bold
    assert total[2].font.bold
    # For programs that do not compute.
    read = openpyxl.load_workbook(tmp_path / "x.xlsx", data_only=True)["hours"][5]
    assert [read[2].value, read[3].value] == [3.75, 6]
    assert book["hours"].auto_filter.ref == "A1:F4"
    assert [book["none"].max_row, book["text"].max_row] == [1, 4]


def test_a_table_of_numbers_alone_has_totals_without_a_word(tmp_path: Path) -> None:
    (total,) = book_of(pd.DataFrame({"hours": [1, 2]}), tmp_path, totals=True).active[4]

    assert total.value == "=SUBTOTAL(109,A2:A3)"


def test_totals_need_a_row_of_their_own(tmp_path: Path) -> None:
    frame = Shape({"a": [1]})
    frame.__dict__["claimed"] = (1_048_575, 1)

    with pytest.raises(af.InvalidArgument, match="a sheet of Excel holds 1,048,574 and"):
        book_of({"big": frame}, tmp_path, totals=True)


def test_excel_draws_a_chart_of_the_numbers_by_the_first_text(
    tmp_path: Path, hours: pd.DataFrame
) -> None:
    (chart,) = book_of({"Hours": hours}, tmp_path, charts={"Hours": "column"}, totals=True)[
        "Hours"
    ]._charts

    # Without the row of totals.
    assert [series.val.numRef.f for series in chart.series] == [
        *("Hours!$C$2:$C$4", "Hours!$D$2:$D$4", "Hours!$E$2:$E$4")
    ]
    assert {series.cat.numRef.f for series in chart.series} == {"Hours!$A$2:$A$4"}
    assert [series.tx.v for series in chart.series] == ["hours", "tasks", "progress"]
    assert chart.title.tx.rich.p[0].r[0].t == "Hours"
    assert (chart.anchor._from.row, chart.anchor._from.col) == (1, 7)


@pytest.mark.parametrize("kind", ["column", "bar", "line", "area", "pie"])
def test_charts_of_every_kind_have_names_and_formats_of_their_axes(
    kind: str, tmp_path: Path, hours: pd.DataFrame
) -> None:
    given = {"kind": kind, "x": "week", "y": "progress"}

    book_of({"a": hours}, tmp_path, charts={"a": given})

    (text,) = parts(tmp_path, "xl/charts/")
    shown = {"bar": "barChart", "column": "barChart", "line": "lineChart"}.get(kind)
    assert f"<c:{shown or f'{kind}Chart'}>" in text
    assert "<c:f>a!$B$2:$B$4</c:f>" in text
    if kind != "pie":
        assert re.findall("<a:t>(.*?)</a:t>", text) in (
            ["a", "week", "progress"],
            ["a", "progress", "week"],
        )
        assert sorted(re.findall('<c:numFmt formatCode="(.*?)"', text)) == ["0%", "yyyy-mm-dd"]


def test_points_of_lines_are_placed_by_their_dates(tmp_path: Path, hours: pd.DataFrame) -> None:
    # Columns would be as thin as a day.
    frames = {"line": hours, "column": hours, "again": hours.assign(week=hours["week"].iloc[0])}
    kinds = {"line": "line", "column": "column", "again": "line"}

    charts = {name: {"kind": kind, "x": "week"} for name, kind in kinds.items()}
    book_of(frames, tmp_path, charts=charts)

    found = ["<c:dateAx>" in text for text in parts(tmp_path, "xl/charts/")]
    assert found == [True, False, False]


def test_an_axis_of_dates_has_as_many_labels_as_can_be_read(tmp_path: Path) -> None:
    weeks = pd.date_range("2025-05-12", periods=80, freq="7D")
    frame = pd.DataFrame({"period": weeks, "done": range(80)})
    charts = {"a": {"kind": "line", "x": "period"}, "b": {"kind": "column", "x": "period"}}

    book_of({"a": frame, "b": frame}, tmp_path, charts=charts)

    line, column = parts(tmp_path, "xl/charts/")
    assert '<c:majorUnit val="3"/><c:majorTimeUnit val="months"/>' in line
    assert 'formatCode="mmm yyyy"' in line
    assert '<c:tickLblSkip val="10"/>' in column


def test_a_chart_of_a_wide_table_has_the_next_sheet(
    tmp_path: Path, figure: Figure, hours: pd.DataFrame
) -> None:
    wide = hours.assign(**{f"column {number}": "a text" for number in range(20)})
    name = "A rather long name of a sheet"

    book = book_of({name: wide, "b": wide}, tmp_path, charts={name: "bar", "b": figure})

    assert book.sheetnames == [name, "A rather long name of a s chart", "b", "b chart"]
    assert [len(sheet._charts) for sheet in book] == [0, 1, 0, 0]
    assert [len(sheet._images) for sheet in book] == [0, 0, 0, 1]
    (text,) = parts(tmp_path, "xl/charts/")
    assert f"<c:f>'{name}'!$C$2:$C$4</c:f>" in text


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        ("colum", "'colum' is not valid; use 'column', 'bar'.*Did you mean 'column'"),
        ({"kind": 3}, "=int is not valid; use 'column'"),
        ({"x": "week"}, "needs a kind; type charts="),
        ({"kind": "bar", "z": "week"}, "got an unexpected key 'z'; type charts="),
        ({"kind": "bar", "x": "wek"}, "there is no column 'wek'. Did you mean 'week'"),
        (
            {"kind": "bar", "y": ["hours", 3]},
            "there is no column 3. The columns are 'person_name'",
        ),
        ({"kind": "bar", "y": "week"}, "'week' holds no numbers; draw 'hours' or 'tasks'"),
        ({"kind": "bar", "x": ["week", "hours"]}, "there is no column .*'week', 'hours'"),
        ({"kind": "bar", "y": []}, "y is empty; draw 'hours'"),
        ("pie", r"shows 1 of the 3 columns.*'kind': 'pie', 'y': \['hours'\]"),
    ],
)
def test_a_chart_that_excel_cannot_draw_is_refused(
    chart: object, words: str, tmp_path: Path, hours: pd.DataFrame
) -> None:
    with pytest.raises(af.InvalidArgument, match=words):
        book_of({"a": hours}, tmp_path, charts={"a": chart})

    assert list(tmp_path.iterdir()) == []


def test_a_chart_says_why_long_numbers_are_not_in_it(tmp_path: Path) -> None:
    long = pd.DataFrame({"name": ["a", "b"], "big": pd.array([1, 2**60], dtype="Int64")})
    digits = "'big'.* holds numbers of more than 15 digits"

    with pytest.raises(af.InvalidArgument, match=digits):
        book_of({"a": long}, tmp_path, charts={"a": {"kind": "bar", "y": "big"}})
    with pytest.raises(af.InvalidArgument, match=f"no numbers to draw: {digits}"):
        book_of({"a": long}, tmp_path, charts={"a": "bar"})
    with pytest.warns(af.exceptions.AsanaWarning, match=digits):
        book_of({"a": long.assign(hours=1.0)}, tmp_path, charts={"a": "bar"})


def test_a_chart_needs_a_table_with_numbers(tmp_path: Path, hours: pd.DataFrame) -> None:
    text = hours[["person_name", "week"]].assign(gid=5)

    with pytest.raises(af.InvalidArgument, match="has no numbers to draw; count some first"):
        book_of({"a": text}, tmp_path, charts={"a": "bar"})
    with pytest.raises(af.InvalidArgument, match=r"no table of this name to draw.*are 'a'"):
        book_of({"a": text}, tmp_path, charts={"b": "bar"})


def test_texts_that_look_like_references_are_plain_titles(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x!A1": ["a"], "=A!B2\x01": [1], "<y>": [2]})

    book_of({"Wow!A1": frame}, tmp_path, charts={"Wow!A1": "line"})

    (text,) = parts(tmp_path, "xl/charts/")
    assert ElementTree.fromstring(text) is not None
    assert re.findall("<(?:c:v|a:t)>(.*?)</", text) == [
        *("Wow! A1", "=A! B2", "&lt;y&gt;", "x! A1")
    ]


def test_a_chart_of_no_rows_and_no_labels_is_drawn(tmp_path: Path, hours: pd.DataFrame) -> None:
    frames = {"none": hours.head(0), "numbers": hours[["hours"]]}

    book = book_of(frames, tmp_path, charts=dict.fromkeys(frames, "line"))

    assert [len(sheet._charts) for sheet in book] == [1, 1]


def test_names_are_replaced_in_anonymized_workbooks(tmp_path: Path, hours: pd.DataFrame) -> None:
    book = book_of(
        {"a": hours}, tmp_path, anonymize="a long secret key", charts={"a": "bar"}, totals=True
    )

    assert not {"Ana", "Ben", "Cleo"} & set(texts(tmp_path))
    assert len(book["a"]._charts) == 1


def test_a_picture_cannot_be_anonymized(
    tmp_path: Path, hours: pd.DataFrame, figure: Figure
) -> None:
    with pytest.raises(af.InvalidArgument, match="let Excel draw it"):
        book_of({"a": hours}, tmp_path, anonymize="a long secret key", charts={"a": figure})


def test_statuses_can_be_written_in_plain_words(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["a"], "status": ["on_track"]})

    book_of(frame, tmp_path, labels="human")

    assert "on track" in texts(tmp_path)


def test_totals_takes_true_or_false(tmp_path: Path, hours: pd.DataFrame) -> None:
    with pytest.raises(af.InvalidArgument, match="totals= takes True or False, not str"):
        book_of(hours, tmp_path, totals="hours")


def test_columns_with_labels_of_any_kind_are_drawn_and_added_up(tmp_path: Path) -> None:
    day = pd.Timestamp("2026-03-02")
    frame = pd.DataFrame([[1, 2, 3, 4, 5]])
    frame.columns = pd.Index([day, ("hours", "Max"), pd.NA, pd.Interval(0, 1), 7], dtype=object)
    drawn = {"kind": "bar", "y": [day, ("hours", "Max"), "7"]}

    sheet = book_of(frame, tmp_path, charts={"Sheet1": drawn}, totals=True).active

    assert [cell.value for cell in sheet[3]] == [f"=SUBTOTAL(109,{x}2)" for x in "ABCDE"]
    (chart,) = sheet._charts
    assert [series.val.numRef.f for series in chart.series] == [
        *("Sheet1!$A$2", "Sheet1!$B$2", "Sheet1!$E$2")
    ]


def test_numbers_of_arrow_are_numbers(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is an extra")
    values = {"hours": arrow.float64(), "tasks": arrow.int64(), "size": arrow.uint64()}
    frame = pd.DataFrame(
        {name: pd.array([1, None], pd.ArrowDtype(kind)) for name, kind in values.items()}
    )

    _, row, missing, total = book_of(frame.assign(progress=frame["hours"]), tmp_path, totals=True)[
        "Sheet1"
    ].iter_rows()

    assert [cell.value for cell in row] == [1, 1, 1, 1]
    assert row[3].number_format == "0.0%"
    assert [cell.value for cell in missing] == [None] * 4
    assert [cell.value for cell in total] == [
        *(f"=SUBTOTAL(109,{letter}2:{letter}3)" for letter in "ABC"),
        "Total",
    ]


def test_a_long_table_keeps_its_rows_in_order(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": range(4_500), "text": [f"t{n}" for n in range(4_500)]})
    frame["any"] = [n if n % 2 else str(n) for n in range(4_500)]

    _, *rows = book_of(frame, tmp_path).active.iter_rows(values_only=True)

    assert rows == list(frame.itertuples(index=False, name=None))


def test_as_many_sheets_as_wanted_need_few_open_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: pd.DataFrame
) -> None:
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("the system does not list open files")
    most = len(list(folder.iterdir())) + 10
    seen = []

    def count_files(*arguments: Any) -> object:
        seen.append(len(list(folder.iterdir())))
        return freeze(*arguments)

    xlsxwriter = pytest.importorskip("xlsxwriter")
    freeze = xlsxwriter.worksheet.Worksheet.freeze_panes
    monkeypatch.setattr(xlsxwriter.worksheet.Worksheet, "freeze_panes", count_files)

    book = book_of({f"s{number}": hours for number in range(40)}, tmp_path, totals=True)

    assert len(seen) == 40
    assert max(seen) < most
    assert [sheet.max_row for sheet in book] == [5] * 40


def test_a_full_disk_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "x.xlsx").write_text("older")
    # While the parts are put together.
    monkeypatch.setattr("xlsxwriter.workbook.Workbook._store_workbook", refuse)

    with pytest.raises(af.ConfigurationError, match=r"cannot be written: No space left"):
        book_of(pd.DataFrame({"a": [1]}), tmp_path)

    assert [file.read_text() for file in tmp_path.iterdir()] == ["older"]


def test_an_interrupt_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        # Rows are in temporary files.
        assert len(list(tmp_path.rglob("*"))) > 2
        raise KeyboardInterrupt

    (tmp_path / "x.xlsx").write_text("older")
    monkeypatch.setattr("xlsxwriter.worksheet.Worksheet.write_number", interrupt)

    with pytest.raises(KeyboardInterrupt):
        book_of(pd.DataFrame({"a": [1]}), tmp_path)

    assert [file.read_text() for file in tmp_path.iterdir()] == ["older"]


def test_a_cell_that_cannot_be_written_leaves_the_older_file(tmp_path: Path) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    (tmp_path / "x.xlsx").write_text("older")

    with pytest.raises(RuntimeError, match="no text"):
        book_of(pd.DataFrame({"a": [Broken()]}), tmp_path)

    assert [file.read_text() for file in tmp_path.iterdir()] == ["older"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(af.ConfigurationError, match="cannot be written"):
        book_of(pd.DataFrame({"a": [1]}), tmp_path / "missing")


def test_a_missing_extra_names_its_pip_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)

    with pytest.raises(af.ConfigurationError, match=r"pip install 'asana-frames\[excel\]'"):
        book_of(pd.DataFrame({"a": [1]}), tmp_path)

    assert list(tmp_path.iterdir()) == []


WILD = st.one_of(
    st.text(),
    st.text(st.characters(max_codepoint=0x20)),
    st.text("<r>/&;_\ufffe\uffff\t\n\r ='", min_size=1),
    st.text().map("<r>{}</r>".format),
    st.text().map("_x000D_{}_xAbCd_".format),
)


@given(st.lists(WILD, min_size=1, max_size=6), st.lists(WILD, min_size=1, max_size=3))
def test_any_text_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, values: list[str], names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("book")
    frame = pd.DataFrame([values]).astype(object)
    frame.columns = pd.Index((names * len(values))[: len(values)], dtype=object)

    book = book_of(dict.fromkeys(names, frame), path)

    assert set(texts(path)) - {""} == {*values, *frame.columns} - {""}
    for sheet in book:
        assert all(cell.data_type in "sn" for row in sheet.iter_rows() for cell in row)


def test_half_a_character_breaks_no_file(tmp_path: Path) -> None:
    with pytest.warns(af.exceptions.AsanaWarning, match="has halves of characters"):
        (cell,) = cells(pd.Series(["a\ud800b"], dtype=object), tmp_path)

    assert cell.value == "a\ufffdb"
    frame = pd.DataFrame({"c": [1.0]}).set_axis(pd.Index(["c\ud800"], dtype=object), axis=1)
    assert book_of(frame, tmp_path).active.cell(1, 1).value == "c\ufffd"


@pytest.mark.parametrize(
    ("name", "numbers", "form"),
    [
        ("current", [0.991, 2_350_000.0, 0.689035], "#,##0.00##"),
        ("current", [0.9995, None, 1.0], "#,##0.00##"),
        ("current", [0.99, 1.5], "#,##0.00"),
        ("current", [1 / 3, 2 / 7], "#,##0.00"),
        ("hours", [0.125, 1 / 3], "#,##0.00"),
        ("cf_Cost", [0.991], "#,##0.00"),
    ],
)
def test_measured_numbers_show_the_decimals_that_they_have(
    tmp_path: Path, name: str, numbers: list[float | None], form: str
) -> None:
    frame = pd.DataFrame({name: pd.array(numbers, "Float64")})

    assert book_of(frame, tmp_path).active["A2"].number_format == form
    pd.testing.assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), frame)


def test_headers_stand_above_what_they_name(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"name": ["a"], "n": [1], "hours": [1.5], "due_on": pd.to_datetime(["2026-03-02"])}
    )

    row = book_of(frame, tmp_path).active[1]

    assert [cell.alignment.horizontal for cell in row] == [None, "right", "right", "right"]


def test_sheets_are_printed_on_a4_one_page_wide_with_their_header(
    tmp_path: Path, figure: Figure
) -> None:
    narrow = pd.DataFrame({f"c{n}": [n] for n in range(15)})
    wide = pd.DataFrame({f"column {n}": [n] for n in range(60)}).assign(name="a")
    long = pd.DataFrame({"c": range(200)})

    book = book_of(
        {"narrow": narrow, "wide": wide, "long": long}, tmp_path, charts={"chart": figure}
    )

    pages = {page.title: page for page in book.worksheets}
    fitted = {
        title for title, page in pages.items() if page.sheet_properties.pageSetUpPr.fitToPage
    }
    # Text of the wide one would be too small.
    assert fitted == {"narrow", "chart"}
    assert pages["narrow"].page_setup.fitToHeight == 0
    assert pages["chart"].page_setup.fitToHeight in (None, 1)
    assert (pages["wide"].print_title_cols, pages["wide"].page_setup.scale) == ("$A:$A", 45)
    assert pages["long"].page_setup.scale == 65
    upright = {title for title, page in pages.items() if page.page_setup.orientation == "portrait"}
    assert upright == {"long"}
    assert {page.page_setup.paperSize for page in pages.values()} == {9}
    assert {page.print_title_rows for page in book.worksheets[:3]} == {"$1:$1"}
    assert pages["long"].oddHeader.left.text == "&B&A"
    assert pages["long"].oddFooter.right.text == "Page &P of &N"


def wide_hours() -> pd.DataFrame:
    entries = pd.DataFrame(
        {
            "person_name": ["Ana", "Ana", "Bo", "Bo"],
            "category_name": ["Design", None, "Design", None],
            "entered_on": pd.to_datetime(["2026-03-02", "2026-03-03", "2026-04-01", None]),
            "duration_minutes": [60, 120, 90, 30],
        }
    )
    return af.rollups.hours(
        *[entries, ["person_name", "category_name"], "MS"],
        wide=True,
        totals=True,
        now="2026-04-15",
    )


def test_a_wide_table_has_its_keys_in_sight_and_its_totals_in_bold(tmp_path: Path) -> None:
    af.export.to_excel({"hours": wide_hours()}, tmp_path / "x.xlsx", totals=True)

    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["hours"]
    header = ["person_name", "category_name", "2026-03-01", "2026-04-01 (part)", "no date"]
    assert [cell.value for cell in sheet[1]] == [*header, "total"]
    assert sheet.freeze_panes == "C2"
    # No second row of totals, and that which is there is out of the way of the filter.
    assert [cell.value for cell in sheet[sheet.max_row]] == ["Total", None, 3, 1.5, 0.5, 5]
    assert sheet.auto_filter.ref == "A1:F5"
    assert all(cell.font.bold and cell.border.top.style for cell in sheet[sheet.max_row])
    assert [cell.font.bold for cell in sheet[2]] == [False] * 5 + [True]
    # Hours of March are whole, those of April are not.
    assert {cell.number_format for row in sheet["C2:F6"] for cell in row} == {"#,##0.00"}


def test_a_wide_table_is_read_back_with_its_totals(tmp_path: Path) -> None:
    af.export.to_excel({"hours": wide_hours()}, tmp_path / "x.xlsx")

    back = af.read_excel(tmp_path / "x.xlsx")

    pd.testing.assert_frame_equal(back, wide_hours())


@pytest.mark.parametrize("step", ["sorted", "no totals", "renamed", "text"])
def test_a_wide_table_that_was_changed_is_written_as_it_is(step: str, tmp_path: Path) -> None:
    wide = wide_hours()
    changed = {
        "sorted": wide.iloc[::-1],
        "no totals": wide.iloc[:-1],
        "renamed": wide.rename(columns={"total": "hours"}),
        "text": wide.assign(note="x"),
    }[step]

    af.export.to_excel({"hours": changed}, tmp_path / "x.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["hours"]
    assert sheet.max_row == len(changed) + 1
    bold = {row[0].row for row in sheet.iter_rows(min_row=2) if row[0].font.bold}
    assert bold == {"sorted": {2}, "no totals": set()}.get(step, {6})


def test_totals_of_a_wide_table_are_not_drawn_beside_their_parts(tmp_path: Path) -> None:
    entries = pd.DataFrame(
        {
            "created_by_gid": ["11", "12"],
            "created_by_name": ["Ana", "Bo"],
            "entered_on": pd.to_datetime(["2026-03-02", "2026-03-09"]),
            "duration_minutes": [60, 90],
        }
    )
    wide = af.rollups.hours(entries, "person", wide=True, totals=True, now="2026-04-01")

    def series_of(chart: Any) -> list[str]:
        (drawn,) = book_of({"Hours": wide}, tmp_path, charts={"Hours": chart})["Hours"]._charts
        return [series.val.numRef.f for series in drawn.series]

    assert series_of("column") == ["Hours!$B$2:$B$3", "Hours!$C$2:$C$3"]
    assert series_of({"kind": "bar", "y": "total"}) == ["Hours!$D$2:$D$3"]


def test_hours_and_money_have_two_decimals_whatever_the_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"amount": [1640.0], "hours": [37.0], "score": [3.0], "tasks": [2]})

    sheet = book_of(frame, tmp_path).worksheets[0]

    shown = [cell.number_format for cell in sheet[2]]
    assert shown == ["#,##0.00", "#,##0.00", "0", "0"]


@pytest.mark.parametrize(("title", "has_chart"), [("March", True), ("March", False), (None, True)])
def test_of_the_long_tables_of_a_report_the_first_rows_are_printed_and_the_foot_says_so(
    title: str | None, has_chart: bool, tmp_path: Path
) -> None:
    tables = {"long": pd.DataFrame({"n": range(1_200)}), "short": pd.DataFrame({"n": range(80)})}

    charts = {"long": "column"} if has_chart else {}
    book = book_of(tables, tmp_path, title=title, charts=charts)

    long, short = book["long"], book["short"]
    assert (short.print_area, short.oddFooter.center.text) == ("", None)
    if title is None:
        assert (long.print_area, long.oddFooter.center.text) == ("", None)
        return
    assert long.oddFooter.center.text == "The first 80 of 1,200 rows"
    # With the columns below the chart.
    assert long.print_area == f"'long'!$A$1:${'N' if has_chart else 'A'}$81"


@pytest.mark.filterwarnings("error")
def test_a_long_table_without_columns_is_written_without_a_warning(tmp_path: Path) -> None:
    book = book_of({"none": pd.DataFrame(index=range(81))}, tmp_path, title="March")

    assert book["none"].oddFooter.center.text is None


@pytest.mark.parametrize("writer", [af.export.to_excel, af.export.to_html])
def test_figures_and_findings_are_not_anonymized_by_any_writer(
    writer: Any, tmp_path: Path
) -> None:
    suffix = "xlsx" if writer is af.export.to_excel else "html"
    given = {
        "tiles": pd.DataFrame({"label": ["Best"], "text": ["Ana"]}),
        "findings": pd.DataFrame({"sentence": ["Ana is late."]}),
    }
    options: Any = {"title": "March", "anonymize": "a long secret key", "charts": {}}
    frame = pd.DataFrame({"person_name": ["Ana"], "hours": [1.5]})

    for name, one in given.items():
        with pytest.raises(af.InvalidArgument, match=f"names in {name}; leave out {name}="):
            writer(frame, tmp_path / f"x.{suffix}", **options, **{name: one})
    empty = {name: one.head(0) for name, one in given.items()}
    writer(frame, tmp_path / f"x.{suffix}", **options, **empty)


def names_of(chart: Any) -> list[str]:
    return [series.tx.v for series in chart.series]


def test_rows_without_names_or_labels_are_told_in_charts(tmp_path: Path) -> None:
    long = pd.DataFrame({"x": ["a", "b", None], "by": ["Ana", None, "Ana"], "n": [1.0, 2.0, 4.0]})
    chart = {"kind": "column", "x": "x", "y": "n", "by": "by"}

    (made,) = book_of({"a": long}, tmp_path, charts={"a": chart})["a"]._charts

    assert names_of(made) == ["Ana", "(none)"]
    assert made.title.tx.rich.p[0].r[0].t == "a (1 row with no x is left out)"


def test_a_group_without_numbers_is_no_series_of_a_chart(tmp_path: Path) -> None:
    cost = pd.DataFrame(
        {"x": ["a", "a", "b"], "by": ["EUR", None, None], "n": pd.array([1.0, None, None])}
    )
    chart = {"kind": "bar", "x": "x", "y": "n", "by": "by"}
    frames = {"a": cost, "none": cost.tail(2)}

    book = book_of(frames, tmp_path, charts=dict.fromkeys(frames, chart))

    (made,) = book["a"]._charts
    assert names_of(made) == ["EUR"]
    assert book["none"]._charts == []


def test_a_forecast_has_two_decimals(tmp_path: Path) -> None:
    frame = pd.DataFrame({"forecast_at_end": [88725.3125]})

    assert book_of(frame, tmp_path).active["A2"].number_format == "#,##0.00"


@pytest.mark.parametrize("rows", [slice(0, 0), slice(2, 3)])
def test_without_anything_to_draw_there_is_no_chart(rows: slice, tmp_path: Path) -> None:
    long = pd.DataFrame({"x": ["a", "b", None], "by": ["Ana", None, "Ana"], "n": [1.0, 2.0, 4.0]})
    chart = {"kind": "column", "x": "x", "y": "n", "by": "by"}

    book = book_of({"a": long[rows]}, tmp_path, charts={"a": chart})

    assert [len(sheet._charts) for sheet in book] == [0]


def test_a_name_that_is_other_keeps_its_numbers(tmp_path: Path) -> None:
    names = ["other", *(f"p{number}" for number in range(12))]
    long = pd.DataFrame({"x": "a", "by": names, "n": [100.0, *range(1, 13)]})
    chart = {"kind": "column", "x": "x", "y": "n", "by": "by"}

    (made,) = book_of({"a": long}, tmp_path, charts={"a": chart})["a"]._charts

    assert len(made.series) == 10
    assert {"other", "all other"} <= set(names_of(made))


def series_values(chart: Any, book: openpyxl.Workbook) -> list[list[Any]]:
    """Return the labels of the first series of a chart, and the numbers of each."""
    ranges = [chart.series[0].cat.strRef or chart.series[0].cat.numRef]
    ranges += [one.val.numRef for one in chart.series]
    found = []
    for one in ranges:
        sheet, _, cells = one.f.rpartition("!")
        found.append([row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]])
    return found


@pytest.mark.parametrize("kind", ["bar", "column", "line"])
@pytest.mark.parametrize("by", [None, "period"])
def test_totals_that_were_sorted_up_are_not_drawn(
    kind: str, by: str | None, tmp_path: Path
) -> None:
    frame = pd.DataFrame(
        {"person_gid": [None, "1", "2"], "person_name": ["Total", "a", "b"], "n": [3.0, 1.0, 2.0]}
    )
    chart = {"kind": kind, "x": "person_name", "y": "n"}
    frame, chart = (frame.assign(period="w"), {**chart, "by": by}) if by else (frame, chart)

    book = book_of({"a": frame}, tmp_path, charts={"a": chart})

    (made,) = book["a"]._charts
    assert series_values(made, book) == [["a", "b"], [1.0, 2.0]]


def test_a_person_called_total_is_drawn_and_the_totals_have_another_name(tmp_path: Path) -> None:
    entries = pd.DataFrame(
        {
            "created_by_gid": ["11", "12"],
            "created_by_name": ["Ana", "Total"],
            "entered_on": pd.to_datetime(["2026-03-02", "2026-03-02"]),
            "duration_minutes": [60, 90],
        }
    )
    wide = af.rollups.hours(entries, "person", wide=True, totals=True, now="2026-04-01")

    chart = {"kind": "bar", "x": "person_name", "y": "total"}
    book = book_of({"a": wide}, tmp_path, charts={"a": chart})

    assert wide["person_name"].tolist() == ["Ana", "Total", "Total of all"]
    (made,) = book["a"]._charts
    assert series_values(made, book) == [["Ana", "Total"], [1.0, 1.5]]


@pytest.mark.parametrize("by", [None, "who"])
def test_bars_that_are_left_out_are_told_in_the_title(by: str | None, tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": [f"p{at}" for at in range(60)], "who": "Ana", "n": 1.0})
    chart = {"kind": "bar", "x": "name", "y": "n", "title": "T" * 300} | ({"by": by} if by else {})

    (made,) = book_of({"a": frame}, tmp_path, charts={"a": chart})["a"]._charts

    title = made.title.tx.rich.p[0].r[0].t
    assert title.endswith("TTT (the first 40 of 60)")
    assert len(title) == 255


def test_rows_of_totals_keep_their_name_without_names(tmp_path: Path) -> None:
    af.export.to_csv(wide_hours(), tmp_path / "x.csv", anonymize="a long secret key")

    assert pd.read_csv(tmp_path / "x.csv").iloc[-1].iloc[0] == "Total"


def test_totals_that_were_sorted_up_are_not_added_again(tmp_path: Path) -> None:
    wide = wide_hours().iloc[::-1]

    af.export.to_excel({"hours": wide}, tmp_path / "x.xlsx", totals=True)

    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["hours"]
    assert sheet.max_row == len(wide) + 1


def test_the_first_sheet_has_all_figures_and_rows_that_excel_takes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1]})
    tiles = pd.DataFrame({"label": [f"t{number}" for number in range(14)], "text": "1"})

    book = book_of(frame, tmp_path, title="March", notes=["a", "b " * 9_000], tiles=tiles)

    sheet = book["Summary"]
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert set(tiles["label"]) <= cells
    assert max(one.height or 0 for one in sheet.row_dimensions.values()) <= 409
    with pytest.raises(af.InvalidArgument, match=r"notes=: the text b+\.\.\. has 32,768"):
        af.export.to_excel(frame, tmp_path / "x.xlsx", title="a", notes=["a", "b" * 32_768])
