"""Files that a spreadsheet or a person changed are understood, or refused with row and column."""

from __future__ import annotations

import random
import re
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import asana_frames as af
from asana_frames.frames import STR

TASKS = pd.DataFrame(
    {
        "gid": pd.array(["1209000000000012", "1209000000000013", "007"], STR),
        "name": pd.array(["Write", "=1+1", None], STR),
        "completed": pd.array([True, False, None], "boolean"),
        "due_on": pd.to_datetime(["2026-03-02", "2026-03-14", None]).as_unit("us"),
        "due_at": pd.to_datetime(["2026-03-02T09:15:00Z", None, None], utc=True).as_unit("us"),
        "num_likes": pd.array([1200, 0, None], "Int64"),
        "cf_Points": pd.array([1.5, 1234.5, None], "Float64"),
        "cf_Priority": pd.Categorical(["High", "Low", None], pd.Index(["Low", "High"], dtype=STR)),
        "tags_names": pd.Series([("a", "b; c"), (), ("d",)], dtype=object),
    }
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    af.export.to_csv(TASKS, tmp_path / "tasks.csv", schema=True)
    return tmp_path / "tasks.csv"


def write(file: Path, *lines: str, encoding: str = "utf-8") -> None:
    file.write_text("\n".join(lines) + "\n", encoding=encoding)


HEADER = "gid;name;completed;due_on;due_at;num_likes;cf_Points;cf_Priority;tags_names"
ROWS = [
    '1209000000000012;Write;{true};02.03.2026;02.03.2026 09:15;1200;1,5;High;"[""a"", ""b; c""]"',
    "1209000000000013;'=1+1;{false};14.03.2026;;0;1.234,5;Low;",
    "007;;;;;;;;d",
]


@pytest.mark.parametrize(
    ("true", "false"), [("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("true", "false"), ("1", "0")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_what_a_german_excel_saves_is_understood(
    file: Path, true: str, false: str, encoding: str
) -> None:
    rows = [row.format(true=true, false=false) for row in ROWS]
    write(file, HEADER, *rows, encoding=encoding)
    given = {"encoding": encoding} if encoding == "utf-16-le" else {}

    assert_frame_equal(af.read_csv(file, **given), TASKS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "form"),
    [
        (("3/2/2026", "3/14/2026"), {}),
        (("2/3/2026", "14/3/2026"), {}),
        (("2026/3/2", "2026/03/14"), {}),
        (("2 Mar 2026", "March 14, 2026"), {}),
        (("02-Mar-26", "14-Mar-2026"), {}),
        (("2026-03-02 00:00:00", "2026-03-14"), {}),
        (("2/3/2026", "2026-03-14"), {"dayfirst": True}),
        (("3/2/2026", "2026-03-14"), {"dayfirst": False}),
    ],
)
def test_days_of_any_locale_are_understood(
    file: Path, days: tuple[str, str], form: dict[str, Any]
) -> None:
    write(file, "gid,due_on", f'12,"{days[0]}"', f'13,"{days[1]}"')

    read = af.read_csv(file, "tasks", **form)

    assert read["due_on"].tolist() == TASKS["due_on"].tolist()[:2]


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        (
            "gid",
            "1.2E+15",
            r"gid, row 3: '1.2E\+15' is a gid that a spreadsheet has made a number",
        ),
        ("gid", "1,20E+15", "gid, row 3: .*its digits are lost"),
        ("assignee_gid", "120900000000001.5", "assignee_gid, row 3: .*its digits are lost"),
        ("tags_gids", "1.2E+15", "tags_gids, row 3: .*its digits are lost"),
        ("tags_gids", "('12',)", "tags_gids, row 3: .*is not a list.*pandas' own to_csv writes"),
        ("tags_names", "['a', 'b']", "tags_names, row 3: .*is not a list.*af.export.to_csv"),
        ("due_on", "3/4/2026", "due_on, row 3: .*dayfirst=True"),
        ("due_on", "31.02.2026", "due_on, row 3: .*is not a day"),
        ("due_on", "2026-03-02T09:15:00Z", "due_on, row 3: .*has a time of day"),
        ("due_at", "soon", "due_at, row 3: .*is not a moment"),
        ("completed", "maybe", "completed, row 3: .*write True or False"),
        ("num_likes", "1.5", "num_likes, row 3: .*whole number"),
        ("num_likes", "many", "num_likes, row 3: .*whole number"),
        ("num_likes", "0x1F", "num_likes, row 3: .*whole number"),
        ("actual_time_minutes", "1e400", "actual_time_minutes, row 3: '1e400' is not a number"),
        ("gid", "\u0661\u0662", "gid, row 3: .*is not a gid"),
        ("tags_gids", "\u0661; 2", "tags_gids, row 3: .*is not a gid"),
        ("num_likes", "#REF!", "num_likes, row 3: '#REF!' is an error of a formula"),
        ("num_likes", "#VALUE!", "num_likes, row 3: .* is an error of a formula"),
        ("due_on", "#DIV/0!", "due_on, row 3: .* is an error of a formula"),
        ("gid", "#BEZUG!", "gid, row 3: .* is an error of a formula"),
        ("completed", "Err:502", "completed, row 3: .* is an error of a formula"),
    ],
)
def test_a_cell_that_is_not_understood_is_named_with_row_and_column(
    file: Path, column: str, cell: str, message: str
) -> None:
    names = list(dict.fromkeys(["gid", column]))
    rows = [{"gid": "12", column: ""}, {"gid": "13", column: cell}]
    if column == "gid":
        rows[0]["gid"] = "12"
    pd.DataFrame(rows, columns=names).to_csv(file, index=False)
    (file.parent / f"{file.name}.schema.json").unlink()

    with pytest.raises(af.InvalidArgument, match=message):
        af.read_csv(file, "tasks")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no header"),
        ("\n\n", "no header"),
        ("name,completed\nWrite,True\n", "no column 'gid'"),
        ("gid,name,name\n1,a,b\n", "several columns called 'name'"),
        ("gid,name\n1,a\n2\n", "row 3: it has 1 cells and the header 2"),
        ("gid,name\n1,a,b\n", "row 2: it has 3 cells and the header 2"),
        ('gid,name\n1,"a\n', "no complete CSV file"),
        ("gid;name\n1;a\n", None),
        ("sep=;\ngid;name\n1;a\n", None),
        ("gid\tname\n1\ta\n", None),
        ("gid,name,,\n1,a,,\n,,,\n", None),
    ],
)
def test_a_file_that_is_no_table_is_refused(file: Path, text: str, message: str | None) -> None:
    file.write_text(text)

    if message is None:
        assert af.read_csv(file, "tasks")[["gid", "name"]].iloc[0].tolist() == ["1", "a"]
    else:
        with pytest.raises(af.InvalidArgument, match=message):
            af.read_csv(file, "tasks")


def test_what_windows_writes_is_read_with_a_warning(file: Path) -> None:
    file.write_bytes("gid,name\n1,Zoë\n".encode("cp1252"))

    with pytest.warns(af.AsanaWarning, match="is not UTF-8 and was read as cp1252"):
        read = af.read_csv(file, "tasks")
    assert read["name"].tolist() == ["Zoë"]
    with pytest.raises(af.InvalidArgument, match="is not utf-8"):
        af.read_csv(file, "tasks", encoding="utf-8")


def test_added_columns_come_last_and_removed_ones_are_not_missed(file: Path) -> None:
    text = pd.read_csv(file, dtype="str")
    text.insert(1, "Checked by", ["Ann", None, "Ben"])
    text.drop(columns="name").to_csv(file, index=False)

    with pytest.warns(af.AsanaWarning, match="has no 'name' and has 'Checked by' instead"):
        read = af.read_csv(file)

    assert_frame_equal(read.drop(columns="Checked by"), TASKS.drop(columns="name"))
    assert read.columns[-1] == "Checked by"
    assert read["Checked by"].dtype == TASKS["name"].dtype


def test_an_option_that_was_typed_in_comes_last(file: Path) -> None:
    text = pd.read_csv(file, dtype="str")
    text.loc[2, "cf_Priority"] = "Urgent"
    text.to_csv(file, index=False)

    with pytest.warns(af.AsanaWarning, match="has 'Urgent', which was no option before"):
        read = af.read_csv(file)["cf_Priority"]

    assert read.cat.categories.tolist() == ["Low", "High", "Urgent"]
    assert read.tolist() == ["High", "Low", "Urgent"]


def test_a_file_of_other_rows_is_refused(file: Path, asana: af.Asana) -> None:
    af.export.to_csv(asana.projects.list(workspace="Acme"), file, schema=True)

    with pytest.raises(af.InvalidArgument, match="holds projects, not tasks"):
        af.read_csv(file, "tasks")
    af.export.to_csv(asana.projects.list(workspace="Acme"), file)
    with pytest.raises(
        af.InvalidArgument, match="does not hold tasks: it has the columns of proj"
    ):
        af.read_csv(file, "tasks")
    with pytest.raises(af.InvalidArgument, match="Did you mean 'tasks'"):
        af.read_csv(file, "taskz")
    with pytest.raises(af.InvalidArgument, match="There is no file"):
        af.read_csv(file.parent / "nothing.csv", "tasks")


def test_a_schema_that_is_none_is_refused(file: Path) -> None:
    other = file.parent / "other.json"
    other.write_text("[1, 2]")

    with pytest.raises(af.InvalidArgument, match="holds no schema"):
        af.read_csv(file, schema=other)
    with pytest.raises(af.InvalidArgument, match="schema= takes a frame"):
        af.read_csv(file, schema=3)  # type: ignore[arg-type]


def test_a_file_written_without_a_schema_leaves_no_older_one(file: Path) -> None:
    beside = file.parent / "tasks.csv.schema.json"
    assert beside.exists()

    af.export.to_csv(TASKS, file)

    assert not beside.exists()


def test_a_changed_workbook_is_read_back(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    openpyxl = pytest.importorskip("openpyxl")
    file = tmp_path / "tasks.xlsx"
    af.export.to_excel({"Work": TASKS}, file, totals=True)
    book = openpyxl.load_workbook(file)
    sheet = book["Work"]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(2, header.index("name") + 1).value = "Rewrite"
    sheet.cell(3, header.index("due_on") + 1).value = "15.03.2026"
    sheet.cell(4, header.index("completed") + 1).value = "WAHR"
    book.save(file)

    read = af.read_excel(file)

    expected = TASKS.copy()
    expected.loc[0, "name"] = "Rewrite"
    expected.loc[1, "due_on"] = pd.Timestamp("2026-03-15")
    expected.loc[2, "completed"] = True
    assert_frame_equal(read, expected)
    sheet.cell(2, header.index("gid") + 1).value = 1.209e15
    book.save(file)
    with pytest.raises(af.InvalidArgument, match=r"gid, row 2: .*Excel keeps 15 digits"):
        af.read_excel(file)


def test_a_workbook_without_our_sheet_is_read_by_names_or_refused(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    file = tmp_path / "foreign.xlsx"
    plain = TASKS[["gid", "num_likes", "due_on"]]
    plain.to_excel(file, index=False, sheet_name="Work")

    assert_frame_equal(af.read_excel(file, "tasks"), plain)
    with pytest.raises(af.InvalidArgument, match="does not say what its rows are"):
        af.read_excel(file)
    with pytest.raises(af.InvalidArgument, match="no sheet 'Play'; its tables are 'Work'"):
        af.read_excel(file, "tasks", sheet="Play")
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(af.InvalidArgument, match="no complete workbook"):
        af.read_excel(file, "tasks")


def test_all_sheets_come_back_with_their_names(tmp_path: Path, asana: af.Asana) -> None:
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("openpyxl")
    projects = asana.projects.list(workspace="Acme")
    pivot = pd.DataFrame(
        {"a": [1.5, 2.5]}, index=pd.Index(["Ann", "Ben"], dtype=STR, name="person_name")
    )
    af.export.to_excel({"p": projects, "Summary": pivot}, tmp_path / "x.xlsx")

    read = af.read_excel(tmp_path / "x.xlsx", sheet=None)

    assert list(read) == ["Summary", "p"]
    assert_frame_equal(read["p"], projects)
    assert_frame_equal(read["Summary"], pivot)
    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx", sheet="p"), projects)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"gid": "1"}, ', "no complete JSON file"),
        ('{"gid": "1"}\n{"gid": ', "line 2"),
        ('[{"gid": "1"}, 3]', "row 2: '3' is no object"),
        ('"gid"', "holds no list of objects"),
        ("gid,name\n1,x\n", r"If it is a CSV file, use af\.read_csv"),
        ('[{"name": "x"}]', "no column 'gid'"),
        ('[{"gid": 1.2e15}]', "gid, row 1: .*Excel keeps 15 digits"),
        ('[{"gid": "1", "due_on": "soon"}]', "due_on, row 1: .*is not a day"),
        ('[{"gid": "1", "tags_names": 3}]', "tags_names, row 1: .*is not a list"),
    ],
)
def test_json_that_is_no_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)

    with pytest.raises(af.InvalidArgument, match=message):
        af.read_json(file, "tasks")


def test_a_parquet_file_of_others_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    file = tmp_path / "x.parquet"
    pd.DataFrame({"x": [1]}).to_parquet(file)

    with pytest.raises(af.InvalidArgument, match=r"holds no frame of this package.*pd.read_parq"):
        af.read_parquet(file)
    with pytest.raises(af.InvalidArgument, match="no column 'gid'"):
        af.read_parquet(file, "tasks")
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(af.InvalidArgument, match="no complete Parquet file"):
        af.read_parquet(file)


def test_parts_come_back_as_one_frame(tmp_path: Path, asana: af.Asana) -> None:
    pytest.importorskip("pyarrow")
    projects = asana.projects.list(workspace="Acme").head(3)
    parts = asana.stream(asana.tasks.list, project=projects, rows=50)
    af.export.to_parquet_parts(parts, tmp_path / "parts")

    read = af.read_parquet(tmp_path / "parts")

    tasks = asana.tasks.list(project=projects)
    assert set(read["gid"]) == set(tasks["gid"])
    assert (
        read.dtypes.drop(["cf_Priority"])
        .astype(str)
        .equals(tasks[read.columns].dtypes.drop(["cf_Priority"]).astype(str))
    )
    assert af.bridge(read, "memberships").shape == af.bridge(tasks, "memberships").shape


@pytest.mark.parametrize("decimal", [None, ","])
def test_points_are_thousands_where_commas_are_decimal_signs(
    file: Path, decimal: str | None
) -> None:
    first = "1.234,5" if decimal is None else "7"
    write(file, "gid;num_likes;cf_Points", f"12;1.234;{first}", "13;1.200;2")

    read = af.read_csv(file, "tasks", schema=TASKS, decimal=decimal)

    assert read["num_likes"].tolist() == [1234, 1200]


def test_rows_below_the_totals_and_a_new_name_of_the_sheet_change_nothing(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    openpyxl = pytest.importorskip("openpyxl")
    file = tmp_path / "tasks.xlsx"
    af.export.to_excel({"Work": TASKS}, file, totals=True)
    book = openpyxl.load_workbook(file)
    sheet = book["Work"]
    sheet.title = "Aufgaben"
    header = [cell.value for cell in sheet[1]]
    sheet.cell(len(TASKS) + 3, header.index("gid") + 1).value = "14"
    book.save(file)

    read = af.read_excel(file)

    assert_frame_equal(read.head(3), TASKS)
    assert read["gid"].tolist() == [*TASKS["gid"], "14"]


def test_a_title_above_the_header_is_left_out(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    openpyxl = pytest.importorskip("openpyxl")
    af.export.to_excel(TASKS, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    book.worksheets[0].insert_rows(1)
    book.worksheets[0].cell(1, 1).value = "Our tasks"
    book.save(tmp_path / "x.xlsx")

    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), TASKS)


def test_a_csv_that_excel_saved_as_a_workbook_is_read(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    af.export.to_csv(TASKS, tmp_path / "x.csv")
    # What a spreadsheet makes of it: cells of text, marks and all.
    pd.read_csv(tmp_path / "x.csv", dtype="str").to_excel(tmp_path / "x.xlsx", index=False)

    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx", "tasks", schema=TASKS), TASKS)


def test_blank_rows_are_left_out_and_repeated_ones_told(file: Path) -> None:
    write(file, "gid,name", "12,a", ",", "13,b", ",", "12,a")

    with pytest.warns(af.AsanaWarning, match=r"1 row\(s\) repeat the gid of another, such as 12"):
        read = af.read_csv(file, "tasks")
    assert read["gid"].tolist() == ["12", "13", "12"]


def test_a_column_that_looks_renamed_is_told(file: Path) -> None:
    write(file, "gid,name,Due", "12,a,2026-03-02")

    with pytest.warns(af.AsanaWarning, match=r"has no 'completed', .* and has 'Due' instead"):
        af.read_csv(file, "tasks", schema=TASKS)


def test_each_renamed_column_is_told_with_its_old_name(file: Path) -> None:
    text = file.read_text().replace("due_on", "Due").replace("num_likes", "Likes")
    file.write_text(text.replace("name", "Title", 1).replace("completed", "Done"))

    with pytest.warns(
        af.AsanaWarning,
        match="header of the file and read it again: "
        r"'Title' to 'name', 'Done' to 'completed', 'Due' to 'due_on'\.",
    ):
        af.read_csv(file)


def test_a_sum_below_the_rows_is_no_task(file: Path) -> None:
    write(file, "gid,num_likes", "12,3", "Summe,3")

    with pytest.raises(af.InvalidArgument, match="gid, row 3: 'Summe' is not a gid"):
        af.read_csv(file, "tasks")


def test_a_workbook_is_no_csv_file(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    af.export.to_excel(TASKS, tmp_path / "x.xlsx")

    with pytest.raises(af.InvalidArgument, match=r"use af\.read_excel"):
        af.read_csv(tmp_path / "x.xlsx", "tasks")


@pytest.mark.parametrize(
    ("place", "flag", "number"), [("de_DE", "WAHR", "1,5"), ("en_US", "TRUE", "1.5")]
)
def test_a_file_for_a_locale_has_its_flags_and_numbers(
    tmp_path: Path, place: str, flag: str, number: str
) -> None:
    af.export.to_csv(TASKS, tmp_path / "x.csv", excel=place)

    first = (tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert f'"{flag}"' in first
    assert number in first
    assert_frame_equal(af.read_csv(tmp_path / "x.csv", "tasks", schema=TASKS), TASKS)
    with pytest.raises(af.InvalidArgument, match="is not the name of a locale"):
        af.export.to_csv(TASKS, tmp_path / "x.csv", excel="xx_YY")


def edit(file: Path, change: Any) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(file)
    change(book)
    book.save(file)


HOURS = pd.DataFrame({"person_name": pd.array(["Ana", "Total"], STR), "hours": [1.5, 3.0]})


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        (lambda sheet: None, [0, 1]),
        (lambda sheet: sheet.delete_rows(4), [0, 1]),
        (lambda sheet: sheet.delete_rows(2), [1]),
        (lambda sheet: sheet.move_range("A4:B4", 2), [0, 1]),
        (lambda sheet: sheet.cell(4, 2).__setattr__("value", 3.0), [0, 1]),
    ],
)
def test_the_row_of_totals_is_told_from_a_row_called_total(
    tmp_path: Path, change: Any, rows: list[int]
) -> None:
    pytest.importorskip("xlsxwriter")
    file = tmp_path / "x.xlsx"
    af.export.to_excel({"h": HOURS}, file, totals=True)

    def set_total_and_change(book: Any) -> None:
        # A spreadsheet keeps the number of a formula, which openpyxl drops.
        book["h"].cell(4, 2).value = 4.5 if len(rows) == 2 else 3.0
        change(book["h"])

    edit(file, set_total_and_change)

    read = af.read_excel(file).dropna(how="all").reset_index(drop=True)
    assert_frame_equal(read, HOURS.iloc[rows].reset_index(drop=True))


HOURS_BY_WEEK = pd.DataFrame(
    {
        "person_name": pd.array(["Ana", "Ben", "Cem"], STR),
        "hours": pd.array([1.5, 2.25, 4.5], "Float64"),
    }
)


def find_cell(sheet: Any, row: int, header: str) -> Any:
    return next(
        cell for cell, name in zip(sheet[row], sheet[1], strict=True) if name.value == header
    )


@pytest.mark.parametrize("labels", [("Summe", None), ("Total", "checked"), (None, None)])
@pytest.mark.parametrize("has_values", [True, False])
@pytest.mark.parametrize("first", ["gid", "person_name"])
def test_the_row_of_totals_is_known_by_its_sums_when_its_label_was_changed(
    tmp_path: Path, labels: tuple[str | None, str | None], has_values: bool, first: str
) -> None:
    pytest.importorskip("xlsxwriter")
    names = pd.array(["11", "12", "13"], STR)
    frame = pd.DataFrame({first: names, "note": pd.array(names, STR), "hours": [1.5, 2.0, 4.0]})
    af.export.to_excel({"h": frame}, tmp_path / "x.xlsx", totals=True)

    def relabel(book: Any) -> None:
        for name, word in zip((first, "note"), labels, strict=True):
            find_cell(book["h"], 5, name).value = word
        if has_values:
            find_cell(book["h"], 5, "hours").value = 7.5

    edit(tmp_path / "x.xlsx", relabel)

    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), frame)


def test_a_row_that_may_be_one_of_totals_is_kept_and_told(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    file = tmp_path / "x.xlsx"
    names = pd.array(["Ana", "Ben", "Cem"], STR)
    frame = pd.DataFrame({"person_name": names, "hours": [1.5, 2.0, 4.0]})
    af.export.to_excel({"h": frame}, file, totals=True)

    def relabel(book: Any) -> None:
        book["h"].cell(5, 1).value, book["h"].cell(5, 2).value = "Summe", 3.5
        book["h"].delete_rows(4)

    edit(file, relabel)

    with pytest.warns(af.AsanaWarning, match="Row 4 holds the sums of the rows above it"):
        read = af.read_excel(file)
    assert read["person_name"].tolist() == ["Ana", "Ben", "Summe"]


def test_a_formula_without_a_value_is_refused_with_row_and_column(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    af.export.to_excel(TASKS, tmp_path / "x.xlsx")

    def set_formula(book: Any) -> None:
        find_cell(book.worksheets[0], 3, "cf_Points").value = "=1+1"

    edit(tmp_path / "x.xlsx", set_formula)

    with pytest.raises(af.InvalidArgument, match=r"cf_Points, row 3: .*'=1\+1'.*save it once"):
        af.read_excel(tmp_path / "x.xlsx")


def test_a_formula_of_empty_text_is_a_missing_value(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    table = pd.DataFrame({"gid": ["12"], "name": ['=""']})
    table.to_excel(tmp_path / "x.xlsx", index=False, engine="openpyxl")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as before:
        parts = {name: before.read(name) for name in before.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    # As Excel writes it.
    told = re.sub(rb'<c r="B2"([^>]*)>', rb'<c r="B2" t="str">', parts[sheet])
    assert told != parts[sheet]
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as after:
        for name, body in (parts | {sheet: told}).items():
            after.writestr(name, body)

    assert af.read_excel(tmp_path / "x.xlsx", "tasks")["name"].isna().all()


def test_a_title_of_several_cells_is_no_header(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    af.export.to_excel({"x": HOURS}, tmp_path / "x.xlsx")

    def add_title(book: Any) -> None:
        book["x"].insert_rows(1)
        book["x"].cell(1, 1).value, book["x"].cell(1, 2).value = "Hours", "of March"

    edit(tmp_path / "x.xlsx", add_title)

    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), HOURS)


def test_a_renamed_sheet_is_a_table_among_others(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    file = tmp_path / "x.xlsx"
    af.export.to_excel({"tasks": TASKS, "hours": HOURS}, file)
    edit(file, lambda book: book["tasks"].__setattr__("title", "Aufgaben"))

    assert_frame_equal(af.read_excel(file), TASKS)
    assert list(af.read_excel(file, sheet=None)) == ["Aufgaben", "hours"]


@pytest.mark.parametrize("frame", [TASKS[["due_on"]], pd.DataFrame({"x": [1.0, None, None]})])
def test_rows_without_a_cell_come_back_at_the_end(tmp_path: Path, frame: pd.DataFrame) -> None:
    pytest.importorskip("xlsxwriter")
    file = tmp_path / "x.xlsx"
    af.export.to_excel({"x": frame}, file)

    assert_frame_equal(af.read_excel(file), frame)
    edit(file, lambda book: book["x"].delete_rows(2))
    assert len(af.read_excel(file)) < len(frame)


def test_empty_text_stays_with_its_row(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    file = tmp_path / "x.xlsx"
    notes = TASKS.assign(name=pd.array([None, "", None], STR))
    af.export.to_excel({"x": notes}, file)
    edit(file, lambda book: book["x"].delete_rows(2))

    assert_frame_equal(af.read_excel(file), notes.iloc[1:].reset_index(drop=True))
    numbered = notes[["name", "num_likes"]]
    af.export.to_excel({"x": numbered}, file)
    assert_frame_equal(af.read_excel(file), numbered)
    edit(file, lambda book: book["x"].delete_rows(2))
    assert af.read_excel(file)["name"].isna().all()


def test_a_workbook_with_damaged_parts_is_refused_or_read(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("openpyxl")
    file = tmp_path / "x.xlsx"
    af.export.to_excel({"x": TASKS}, file, totals=True)
    with zipfile.ZipFile(file) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    chance, refused = random.Random(1), 0
    for _ in range(100):
        name = chance.choice([name for name in parts if name.endswith(".xml")])
        text = bytearray(parts[name])
        text[chance.randrange(len(text))] = chance.randrange(256)
        cut = chance.choice([len(text), chance.randrange(len(text))])
        with zipfile.ZipFile(file, "w") as book:
            for part, content in parts.items():
                book.writestr(part, bytes(text[:cut]) if part == name else content)
        try:
            af.read_excel(file)
        except af.InvalidArgument:
            refused += 1
        except af.AsanaWarning:
            # A letter of the header or of an option is another one.
            continue
    assert refused


def test_columns_of_one_header_are_told_by_their_order(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    file = tmp_path / "x.xlsx"
    both = TASKS[["due_at", "name"]].set_axis(["a", "a (UTC)"], axis=1)
    af.export.to_excel({"x": both}, file)

    assert_frame_equal(af.read_excel(file), both)
    edit(file, lambda book: book.__delitem__("_asana_frames"))
    with pytest.raises(af.InvalidArgument, match="several columns called 'a'"):
        af.read_excel(file, "tasks")


def test_totals_of_numbers_alone_are_told_by_their_place(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    file = tmp_path / "x.xlsx"
    numbers = pd.DataFrame({"hours": [0.0, 1.5, 1.5, 4.0]})
    af.export.to_excel({"x": numbers}, file, totals=True)

    assert_frame_equal(af.read_excel(file), numbers)
    edit(file, lambda book: book["x"].delete_rows(6))
    assert_frame_equal(af.read_excel(file), numbers)


def write_rows(file: Path, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Write rows as a program or a person has them, in the format that the name tells."""
    table = pd.DataFrame(rows)
    if file.suffix == ".csv":
        table.to_csv(file, index=False)
    elif file.suffix == ".xlsx":
        pytest.importorskip("openpyxl")
        table.to_excel(file, index=False)
    else:
        table.to_json(file, orient="records")
    return table


READERS = {"x.csv": af.read_csv, "x.xlsx": af.read_excel, "x.json": af.read_json}
HAS_EXCEL = all(map(find_spec, ("xlsxwriter", "openpyxl")))
NAMES = [
    "x.csv",
    pytest.param(
        "x.xlsx", marks=pytest.mark.skipif(not HAS_EXCEL, reason="needs the extra excel")
    ),
    "x.json",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("word", ["Total", " summe:", "Grand Total", "Gesamt"])
def test_a_row_of_totals_at_the_end_is_left_out_with_a_warning(
    tmp_path: Path, name: str, word: str
) -> None:
    tasks = [{"gid": str(gid), "name": "Total", "num_likes": 3} for gid in (12, 13)]
    totals = {"gid": None, "name": word, "num_likes": 6}
    write_rows(tmp_path / name, [*tasks, totals])
    number = 3 if name == "x.json" else 4

    with pytest.warns(af.AsanaWarning, match=f"Left out row {number} .*a row of totals") as told:
        read = READERS[name](tmp_path / name, "tasks")

    assert read["gid"].tolist() == ["12", "13"]
    assert len(told) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("has_schema", [True, False])
@pytest.mark.parametrize(
    "totals",
    [
        [("Total", 8.25, None)],
        [("Summe:", 8.25, 3)],
        [("Average", 2.75, None)],
        [("Total", 8.25, 3), ("Mittelwert", 2.75, 1)],
    ],
)
def test_totals_below_a_table_without_gids_are_left_out_with_a_warning(
    tmp_path: Path, name: str, has_schema: bool, totals: list[tuple[Any, ...]]
) -> None:
    hours = HOURS_BY_WEEK.assign(tasks=pd.array([1, 1, 1], "Int64"))
    file = tmp_path / name
    rows = [*hours[["person_name", "hours", "tasks"]].itertuples(index=False), *totals]
    names = ["person_name", "hours", "tasks"]
    write_rows(file, [dict(zip(names, row, strict=True)) for row in rows])
    if has_schema and name != "x.xlsx":
        other = tmp_path / f"other-{name}"
        writer = af.export.to_csv if name == "x.csv" else af.export.to_json
        writer(hours[names], other, schema=True)
        (tmp_path / f"other-{name}.schema.json").rename(tmp_path / f"{name}.schema.json")
    schema = None if has_schema and name != "x.xlsx" else hours[names]

    with pytest.warns(af.AsanaWarning, match="Left out row .* looks like a row of totals") as told:
        read = READERS[name](file, schema=schema)

    assert_frame_equal(read, hours[names])
    assert len(told) == 1


@pytest.mark.parametrize(("total", "sep"), [("8,3", ";"), ("8.3", ","), ('"8,25"', ",")])
def test_a_rounded_total_with_any_decimal_sign_is_one(
    tmp_path: Path, total: str, sep: str
) -> None:
    sign = "," if "," in total else "."
    rows = [f'"{text}"'.replace(".", sign) for text in ("1.5", "2.25", "4.5")]
    lines = [f"{name}{sep}{row}" for name, row in zip("abc", rows, strict=True)]
    write(tmp_path / "x.csv", f"person_name{sep}hours", *lines, f"Total{sep}{total}")

    with pytest.warns(af.AsanaWarning, match=r"Left out row 5 \('Total'\)"):
        read = af.read_csv(tmp_path / "x.csv", schema=HOURS_BY_WEEK[["person_name", "hours"]])
    assert read["hours"].tolist() == [1.5, 2.25, 4.5]


@pytest.mark.parametrize(
    ("last", "message"),
    [
        ("Total,3", r"Row 5 \('Total'\) is called like a row of totals. It is kept"),
        (",8.25", "Row 5 holds nothing but the sums of the rows above it. It is kept"),
        (",3", None),
        ("Total,", None),
    ],
)
def test_a_row_that_lacks_the_word_or_the_sums_is_kept_and_told(
    tmp_path: Path, last: str, message: str | None
) -> None:
    hours = HOURS_BY_WEEK[["person_name", "hours"]]
    write(tmp_path / "x.csv", "person_name,hours", "Ana,1.5", "Ben,2.25", "Cem,4.5", last)

    if message is None:
        assert len(af.read_csv(tmp_path / "x.csv", schema=hours)) == 4
    else:
        with pytest.warns(af.AsanaWarning, match=message):
            assert len(af.read_csv(tmp_path / "x.csv", schema=hours)) == 4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("label", ["Total", None])
@pytest.mark.parametrize("first", ["gid", "person_name"])
def test_a_row_of_totals_that_was_written_comes_back(
    tmp_path: Path, name: str, label: str | None, first: str
) -> None:
    names = pd.array(["11", "12", None if first == "gid" else label], STR)
    texts = {first: names, "note": pd.array(["a", "b", label], STR)}
    frame = pd.DataFrame({**texts, "hours": pd.array([1.5, 2.0, 3.5], "Float64")})
    write_as = {
        "x.csv": af.export.to_csv,
        "x.xlsx": af.export.to_excel,
        "x.json": af.export.to_json,
    }
    given = {} if name == "x.xlsx" else {"schema": True}

    write_as[name](frame, tmp_path / name, **given)  # type: ignore[operator]

    assert_frame_equal(READERS[name](tmp_path / name), frame)
    assert_frame_equal(READERS[name](tmp_path / name, schema=frame), frame)


def test_totals_of_flags_and_days_hinder_nobody(file: Path) -> None:
    write(file, "gid,name,completed,due_on", "12,a,True,2026-03-02", ",Total,1,1", ",Average,50%,")

    with pytest.warns(af.AsanaWarning, match=r"Left out row 3 \('Total'\), 4 \('Average'\)"):
        assert af.read_csv(file, "tasks")["gid"].tolist() == ["12"]


@pytest.mark.parametrize("name", NAMES)
def test_added_rows_without_a_gid_stay_and_are_told(tmp_path: Path, name: str) -> None:
    rows = [("12", "a"), (None, "Total"), (None, "Call Total"), ("13", "b"), (None, "New")]
    write_rows(tmp_path / name, [{"gid": gid, "name": text} for gid, text in rows])
    number = 2 if name == "x.json" else 3

    with pytest.warns(
        af.AsanaWarning, match=rf"3 row\(s\) have values and no gid, .* row {number}\. .*rollups"
    ) as told:
        read = READERS[name](tmp_path / name, "tasks")

    assert read["name"].tolist() == [text for _, text in rows]
    assert len(told) == 1


def test_rows_that_were_written_without_a_gid_are_not_told(file: Path) -> None:
    drafts = TASKS.assign(gid=pd.array([None, "12", None], STR))

    af.export.to_csv(drafts, file, schema=True)

    assert_frame_equal(af.read_csv(file), drafts)


@pytest.mark.parametrize("column", ["gid", "assignee_gid", "tags_gids"])
@pytest.mark.parametrize("long", ["12090000000000{}0", "120900000000{}0000"])
@pytest.mark.parametrize(("count", "outcome"), [(2, "fine"), (3, "warned"), (6, "refused")])
def test_gids_that_a_spreadsheet_rounded_are_refused(
    file: Path, column: str, long: str, count: int, outcome: str
) -> None:
    gids = [long.format(number) for number in range(1, count + 1)]
    rows = [{"gid": str(number), column: gid} for number, gid in enumerate(gids, 7)]
    # Short gids are as they were.
    table = write_rows(file, [{"gid": "5", column: "123"}, *rows])
    (file.parent / f"{file.name}.schema.json").unlink()
    match = f"{column}, row 3: '{gids[0]}', like all long gids .*a spreadsheet had rounded it"

    if outcome == "refused":
        with pytest.raises(af.InvalidArgument, match=match):
            af.read_csv(file, "tasks")
    elif outcome == "warned":
        with pytest.warns(af.AsanaWarning, match=match):
            assert len(af.read_csv(file, "tasks")) == len(table)
    else:
        assert len(af.read_csv(file, "tasks")) == len(table)


def test_one_whole_gid_tells_that_none_was_rounded(file: Path) -> None:
    gids = [f"120900000000{number}0" for number in range(100, 2100)]
    rows = [{"gid": gid} for gid in [*gids, "1209000000001234"]]
    write_rows(file, rows)

    assert len(af.read_csv(file, "tasks", schema=TASKS[["gid"]])) == len(rows)


@pytest.mark.parametrize("day", ["02.03.65", "02-Mar-65", "24.12.30"])
def test_a_year_of_two_digits_that_may_be_of_two_centuries_is_refused(
    file: Path, day: str
) -> None:
    write(file, "gid,due_on", f"12,{day}")

    with pytest.raises(af.InvalidArgument, match=r"due_on, row 2: .* may be in 19\d\d or"):
        af.read_csv(file, "tasks")


@pytest.mark.parametrize("name", ["color", "owner_name"])
def test_a_column_of_ones_own_is_no_sign_of_another_resource(tmp_path: Path, name: str) -> None:
    write(tmp_path / "x.csv", f"gid,name,{name}", "12,a,b")

    assert af.read_csv(tmp_path / "x.csv", "tasks")[name].tolist() == ["b"]


@pytest.mark.parametrize("name", NAMES)
def test_a_frame_of_another_resource_is_no_schema(
    tmp_path: Path, asana: af.Asana, name: str
) -> None:
    projects = asana.projects.list(workspace="Acme")
    write_as = {
        "x.csv": af.export.to_csv,
        "x.xlsx": af.export.to_excel,
        "x.json": af.export.to_json,
    }
    write_as[name](projects, tmp_path / name)  # type: ignore[operator]

    with pytest.raises(
        af.InvalidArgument, match="does not hold tasks: it has the columns of proj"
    ):
        READERS[name](tmp_path / name, schema=asana.tasks.list(project=projects.head(1)))


CUT_FILES: list[tuple[str, Any, Any]] = [
    ("x.csv", af.export.to_csv, af.read_csv),
    ("x.jsonl", af.export.to_json, af.read_json),
]


@pytest.mark.parametrize(("name", "write_file", "read"), CUT_FILES)
def test_a_file_that_was_cut_is_refused_and_one_with_fewer_rows_is_not(
    tmp_path: Path, name: str, write_file: Any, read: Any
) -> None:
    file = tmp_path / name
    write_file(TASKS, file, schema=True)
    lines = file.read_text().splitlines()[:-1]

    file.write_text("\n".join(lines) + "\n")
    assert read(file)["gid"].tolist() == TASKS["gid"].tolist()[:2]
    file.write_text("\n".join(lines))
    with pytest.raises(af.InvalidArgument, match=r"was written with 3 row\(s\) and ends in row"):
        read(file)


@pytest.mark.parametrize(("name", "write_file", "read"), CUT_FILES)
@pytest.mark.parametrize("rows", [2, 3])
def test_a_file_without_a_line_end_is_told_where_nobody_knows_how_many_rows_there_were(
    tmp_path: Path, name: str, write_file: Any, read: Any, rows: int
) -> None:
    file = tmp_path / name
    write_file(TASKS, file)
    lines = file.read_text().splitlines()[: rows + (name == "x.csv")]

    file.write_text("\n".join(lines) + "\n")
    assert len(read(file, schema=TASKS)) == rows
    file.write_text("\n".join(lines))
    with pytest.warns(af.AsanaWarning, match="does not end with a line end.* or rows after it"):
        assert len(read(file, schema=TASKS)) == rows


def test_a_list_of_json_ends_with_a_bracket(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    af.export.to_json(TASKS, file, schema=True)
    file.write_text(file.read_text().rstrip())

    assert_frame_equal(af.read_json(file), TASKS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_last_number_that_may_have_been_cut_is_told(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "x.csv"
    frame = pd.DataFrame({"gid": pd.array(["1", "2"], STR), "x": [1.5, 123.25]})
    af.export.to_csv(frame, file, schema=True)
    text = file.read_text()

    file.write_text(text, encoding=encoding)
    assert af.read_csv(file, encoding=encoding)["x"].tolist() == [1.5, 123.25]
    file.write_text(text.rstrip()[:-3], encoding=encoding)
    with pytest.warns(af.AsanaWarning, match="the last value of row 3 may have been cut"):
        af.read_csv(file, encoding=encoding)


@pytest.mark.parametrize("header", ["GID|NAME", " gid | name", "gid|name"])
def test_headers_that_people_wrote_otherwise_and_pipes_are_understood(
    tmp_path: Path, header: str
) -> None:
    write(tmp_path / "x.csv", header, "12|a", "13|b")

    read = af.read_csv(tmp_path / "x.csv", "tasks")

    assert read.columns.tolist() == ["gid", "name"]
    assert read["gid"].tolist() == ["12", "13"]


@pytest.mark.parametrize("header", ["CF_POINTS", "cf_Points ", " cf_points"])
def test_headers_of_custom_fields_that_people_wrote_otherwise_are_those_of_the_schema(
    file: Path, header: str
) -> None:
    file.write_text(file.read_text().replace("cf_Points", header))

    assert_frame_equal(af.read_csv(file), TASKS)


def test_a_title_that_a_spreadsheet_padded_is_named_as_the_first_line(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", "My report,,", "gid,name,notes", "12,a,b")

    with pytest.raises(af.InvalidArgument, match="first line: name them; if that line is a title"):
        af.read_csv(tmp_path / "x.csv", "tasks")


def test_a_custom_field_called_with_capitals_or_a_space_keeps_its_name(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", '"gid","GID","cf_Gid "', "1,2,3")

    with pytest.warns(af.AsanaWarning, match="custom fields are read as text"):
        read = af.read_csv(tmp_path / "x.csv", "tasks")
    assert read.columns.tolist() == ["gid", "GID", "cf_Gid "]


GID = 1209000000000013


def test_whole_numbers_are_exact_gids_in_json(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(f'[{{"gid": {GID}, "tags_gids": [{GID}]}}]')

    read = af.read_json(file, "tasks")

    assert read.iloc[0].tolist() == [str(GID), (str(GID),)]
    file.write_text('[{"gid": 1.2e18}]')
    with pytest.raises(af.InvalidArgument, match=r"gid, row 1: .*the gid is lost"):
        af.read_json(file, "tasks")


def test_whole_numbers_are_exact_gids_in_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table(
        {"gid": [GID, GID + 1], "assignee_gid": [GID, None], "tags_gids": [[GID], None]}
    )
    parquet.write_table(table, tmp_path / "x.parquet")

    read = af.read_parquet(tmp_path / "x.parquet", "tasks")

    assert read["gid"].tolist() == [str(GID), str(GID + 1)]
    assert read["assignee_gid"].isna().tolist() == [False, True]
    assert read["assignee_gid"].iloc[0] == str(GID)
    assert read["tags_gids"].tolist() == [(str(GID),), ()]


def test_columns_of_one_name_in_parquet_are_named(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.Table.from_arrays([arrow.array(["1"])] * 3, ["gid", "name", "name"])
    parquet.write_table(table, tmp_path / "x.parquet")

    with pytest.raises(af.InvalidArgument, match="several columns called 'name'"):
        af.read_parquet(tmp_path / "x.parquet", "tasks")


@pytest.mark.parametrize(
    "text",
    [
        *("SEPT2", "MAR1", "1MAR", "3月2日 12時30分", "2026年3月2日", "12时30分", "3월 2일"),
        *("March 5, 2026", "Wednesday, March 5, 2026", "5 de marzo de 2026", "令和8年3月5日"),
        *("R8.3.5", "R$ 100", "100 kr", "CHF 5.00", "5 zł", "USD 5", "#N/A", "#REF!"),
    ],
)
def test_text_of_which_excel_makes_a_day_stays_text(tmp_path: Path, text: str) -> None:
    frame = pd.DataFrame({"gid": pd.array(["1"], STR), "name": pd.array([text], STR)})
    af.export.to_csv(frame, tmp_path / "x.csv", excel=True)

    assert f'=""{text}""' in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    assert af.read_csv(tmp_path / "x.csv", "tasks")["name"].tolist() == [text]
