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
    return openpyxl.load_workbook(path / "x.xlsx")


def cells(values: object, path: Path) -> list[Any]:
    """Return the cells below the header of a sheet of one column."""
    sheet = book_of(pd.DataFrame({"x": values}), path).active
    return [sheet.cell(row, 1) for row in range(2, len(pd.Series(values)) + 2)]


def texts(path: Path) -> list[str]:
    """Return the texts of a workbook, as Excel reads them."""
    with ZipFile(path / "x.xlsx") as archive:
        assert archive.testzip() is None
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        roots = [ElementTree.fromstring(archive.read(name)) for name in sheets]
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
        "General",
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


def test_an_empty_frame_has_its_header(tmp_path: Path, asana: af.Asana) -> None:
    empty = asana.tasks.list(project="Someday maybe")

    book = book_of({"tasks": empty, "nothing": pd.DataFrame()}, tmp_path)

    (header,) = book["tasks"].iter_rows(values_only=True)
    rest = empty.columns.drop(["gid", "name"])
    assert [name.removesuffix(" (UTC)") for name in header] == ["name", *rest, "gid"]
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
        (["History", "history"], ["History (2)", "history (3)"]),
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
    assert "'tasks': the text in column 'notes', row 1 has 32,768 characters" in str(caught.value)
    assert "export.to_parquet or export.to_csv" in str(caught.value)
    # The line that the message ends with is what it says.
    made: dict[str, pd.DataFrame] = {"frame": frame}
    exec(str(caught.value).rpartition("shorten it: ")[2], {}, made)
    assert book_of(made["frame"], tmp_path).active.max_row == 3


def test_a_list_that_is_too_long_as_text_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"tags": [("a",), ("a" * 20_000, "b" * 20_000)]})

    with pytest.raises(af.InvalidArgument, match="column 'tags', row 1 has 40,002 characters"):
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
    (cell,) = cells(pd.Series(["a\ud800b"], dtype=object), tmp_path)

    assert cell.value == "a\ufffdb"
