"""Frames of dtypes that Asana's do not have, and cells that could be read in two ways."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import asana_frames as af
from asana_frames.frames import STR


def frame_of(values: Any) -> pd.DataFrame:
    return pd.DataFrame({"gid": pd.array(["1", "2"], STR), "x": values})


def text_file(folder: Path, text: str, name: str = "x.csv") -> Path:
    (folder / name).write_text(text)
    return folder / name


ODD: dict[str, Any] = {
    "three decimals": [1.125, 2.375],
    "float32": np.array([1.125, 2.375], "float32"),
    "categories of numbers": pd.Categorical([1.125, 2.375]),
    "no categories": pd.Categorical([None, None], pd.Index([], dtype=object)),
    "no categories of text": pd.Categorical([None, None], pd.Index([], dtype=STR)),
    "categories of days": pd.Categorical(pd.to_datetime(["2026-01-01", "2026-01-02"])),
    "ordered": pd.Categorical(["b", "a"], pd.Index(["b", "a"], dtype=STR), ordered=True),
    "int64": np.array([2**62, -1]),
    "uint8": np.array([1, 255], "uint8"),
    "bool": np.array([True, False]),
    "objects of integers": pd.Series([1209123456789012345, np.nan], dtype=object),
    "objects of flags": pd.Series([False, np.nan], dtype=object),
    "durations": pd.to_timedelta(["1h", "-2D"]),
    "periods": pd.period_range("2026-01", periods=2, freq="M"),
    "nanoseconds": pd.to_datetime(["2026-01-01", "2026-01-02"]).astype("datetime64[ns]"),
    "moments of a zone": pd.to_datetime(["2026-01-01", "2026-07-02"]).tz_localize("Asia/Tokyo"),
    "text that may be NA": pd.array(["", None], "string"),
    "text without arrow": pd.array(["", "b"], "string[python]"),
    "infinite": pd.array([np.inf, -np.inf], "Float64"),
    "old days": np.array(["0001-01-01", "0012-03-14"], "datetime64[us]"),
}


@pytest.mark.parametrize("form", [{}, {"sep": "\t", "decimal": ","}, {"excel": "de_DE"}])
@pytest.mark.parametrize("kind", ODD)
def test_a_csv_file_gives_back_any_dtype(kind: str, form: dict[str, Any], tmp_path: Path) -> None:
    frame = frame_of(ODD[kind])
    af.export.to_csv(frame, tmp_path / "x.csv", schema=True, **form)

    assert_frame_equal(af.read_csv(tmp_path / "x.csv"), frame)


@pytest.mark.parametrize("kind", ODD)
def test_a_json_file_gives_back_any_dtype(kind: str, tmp_path: Path) -> None:
    frame = frame_of(ODD[kind])
    af.export.to_json(frame, tmp_path / "x.json", schema=True)

    assert_frame_equal(af.read_json(tmp_path / "x.json"), frame)


@pytest.mark.parametrize("kind", [kind for kind in ODD if not kind.startswith("objects")])
def test_a_parquet_file_gives_back_any_dtype(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = frame_of(ODD[kind])
    af.export.to_parquet(frame, tmp_path / "x.parquet")

    assert_frame_equal(af.read_parquet(tmp_path / "x.parquet"), frame)


WAYS: dict[str, tuple[Any, Any]] = {
    "x.csv": (lambda f, p: af.export.to_csv(f, p, schema=True), af.read_csv),
    "x.json": (lambda f, p: af.export.to_json(f, p, schema=True), af.read_json),
    "x.xlsx": (af.export.to_excel, af.read_excel),
    "x.parquet": (af.export.to_parquet, af.read_parquet),
}
#: What ways need beside the core.
NEEDED = {"x.xlsx": ("xlsxwriter", "openpyxl"), "x.parquet": ("pyarrow",)}


@pytest.mark.parametrize("name", WAYS)
def test_lists_of_arrow_come_back_as_tuples(name: str, tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    cells = pd.Series([["a", "b; c"], [], None], dtype=pd.ArrowDtype(arrow.list_(arrow.string())))
    frame = pd.DataFrame({"gid": pd.array(["1", "2", "3"], STR), "tags_names": cells})
    for needed in NEEDED.get(name, ()):
        pytest.importorskip(needed)
    write, read = WAYS[name]

    write(frame, tmp_path / name)

    assert read(tmp_path / name)["tags_names"].tolist() == [("a", "b; c"), (), ()]


@pytest.mark.parametrize("name", WAYS)
def test_sparse_columns_come_back_dense(name: str, tmp_path: Path) -> None:
    frame = frame_of(pd.arrays.SparseArray([1.5, np.nan]))
    for needed in NEEDED.get(name, ()):
        pytest.importorskip(needed)
    write, read = WAYS[name]

    write(frame, tmp_path / name)

    assert_frame_equal(read(tmp_path / name), frame_of([1.5, np.nan]))


def test_empty_text_of_any_dtype_comes_back_from_a_workbook(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    frame = frame_of(pd.array(["", None], "string"))
    af.export.to_excel(frame, tmp_path / "x.xlsx")

    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), frame)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("timestamp[us, tz=UTC]", "2026-03-02 09:15:00"), ("timestamp[us]", "2026-03-02 09:15:00")],
)
def test_times_of_arrow_are_written_for_a_spreadsheet(
    kind: str, shown: str, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    times = pd.Series(pd.to_datetime(["2026-03-02T09:15Z", None], utc=True)).dt.as_unit("us")
    times = times if "UTC" in kind else times.dt.tz_localize(None)

    af.export.to_csv(frame_of(times.astype(f"{kind}[pyarrow]")), tmp_path / "x", excel="de_DE")

    assert shown in (tmp_path / "x").read_text(encoding="utf-8-sig")


def test_days_of_arrow_are_written_for_a_spreadsheet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    days = pd.Series(pd.to_datetime(["2026-03-02", None])).astype("date32[pyarrow]")

    af.export.to_csv(frame_of(days), tmp_path / "x", excel="de_DE")

    assert '"2026-03-02"' in (tmp_path / "x").read_text(encoding="utf-8-sig")


def test_lists_of_one_length_are_read(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    pairs = arrow.array([["1", "2"], ["3", "4"]], arrow.list_(arrow.string(), 2))
    parquet.write_table(arrow.table({"gid": ["8", "9"], "tags_gids": pairs}), tmp_path / "x")

    read = af.read_parquet(tmp_path / "x", "tasks")

    assert read["tags_gids"].tolist() == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    ("kind", "cells", "message"),
    [
        ("Int64", ["1", "99999999999999999999"], "row 3: .*too large"),
        ("Int64", ["1", "1.15292150460685E+18"], "row 3: .*shortened: its digits are lost"),
        ("uint8", ["1", "300"], "300 does not fit into uint8"),
        ("timedelta64[ns]", ["1 days", "90"], "value 2: '90' is not written as pandas writes"),
        ("period[M]", ["2026-01", "01.02.2026"], "value 2: '01.02.2026' is not written"),
        ("datetime64[us]", ["2026-01-01", "26-03-04"], "row 3: .*a year of two digits"),
    ],
)
def test_what_does_not_fit_its_dtype_is_refused(
    kind: str, cells: list[str], message: str, tmp_path: Path
) -> None:
    values = ODD["periods"] if kind == "period[M]" else pd.Series([1, 2]).astype(kind)
    schema = frame_of(values)
    file = text_file(tmp_path, f"gid,x\n1,{cells[0]}\n2,{cells[1]}\n")

    with pytest.raises(af.InvalidArgument, match=message):
        af.read_csv(file, schema=schema)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ('gid,x\n1,"0,125"\n2,"1,5"\n', [0.125, 1.5]),
        ('gid,x\n1,"1,125"\n2,"1.5"\n', [1125, 1.5]),
        ("gid;x\n1;1,125\n2;2,5\n", [1.125, 2.5]),
        ("gid;x\n1;1.125\n2;2.5\n", [1.125, 2.5]),
        ("gid;x\n1;1,125\n2;2.5\n", [1125, 2.5]),
        ('"gid","x"\n1,1.125\n2,12.500\n', [1.125, 12.5]),
        ("gid;x\n1;1.125\n2;1.234.567\n", [1125, 1234567]),
        ("gid;x\n1;-1.125 %\n2;0,5\n", [-11.25, 0.5]),
        ("gid;x\n1;1.125\n2;2.375,5\n", [1125, 2375.5]),
        ("gid\tx\n1\t5 %\n2\t1e-3\n", [0.05, 0.001]),
        ("gid;x\n1;1 234,5\n2;1'234\n", [1234.5, 1234]),
    ],
)
def test_the_decimal_sign_is_that_of_the_whole_file(
    text: str, numbers: list[float], tmp_path: Path
) -> None:
    read = af.read_csv(text_file(tmp_path, text), schema=frame_of([1.0, 2.0]))

    assert read["x"].tolist() == numbers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gid;x\n1;1,125\n2;2,375\n", "x, row 2: '1,125' may be 1.125 or 1125, and"),
        # Of a German program, too, if it kept the separator of the file.
        ("gid,x\n1,1.125\n2,12.500\n", "x, row 2: '1.125' may be 1.125 or 1125, and"),
        ("gid\tx\n1\t7\n2\t12.500\n", r"x, row 3: '12.500' may be 12.5 or 12500.*decimal="),
        ("gid;x\n1;12,500\n2;12.500\n", "x, row 3: '12.500' may be 12.5 or 12500"),
        ('gid,x\n1,"12,500"\n2,12.500\n', "x, row 3: '12.500' may be 12.5 or 12500"),
        ("gid;x\n1;0,5\n2;0.25\n", r"x, row 3: '0.25' has another decimal sign than '0,5'"),
        ("gid;x\n1;7\n2;12.500 %\n", r"x, row 3: '12.500 %' may be"),
    ],
)
def test_numbers_that_can_be_read_in_two_ways_are_refused_unless_a_sign_is_given(
    text: str, message: str, tmp_path: Path
) -> None:
    file = text_file(tmp_path, text)

    with pytest.raises(af.InvalidArgument, match=message):
        af.read_csv(file, schema=frame_of([1.0, 2.0]))


def test_a_given_sign_decides_between_thousands_and_fractions(tmp_path: Path) -> None:
    file = text_file(tmp_path, "gid;x\n1;12.500\n2;7\n")

    made = [af.read_csv(file, schema=frame_of([1.0, 2.0]), decimal=sign) for sign in (".", ",")]

    assert [frame["x"].tolist() for frame in made] == [[12.5, 7], [12500, 7]]


@pytest.mark.parametrize(
    ("form", "first", "cell", "outcome"),
    [
        ({"sep": ";", "decimal": ","}, 7.0, "12.500", [7, 12500]),
        ({"sep": ";", "decimal": ","}, 1.125, "12.500", "x, row 3: '12.500' may be 12.5"),
        ({"sep": ";", "decimal": ","}, 1.125, "12,125", [1.125, 12.125]),
        ({"sep": ";", "decimal": ","}, 1.125, "12.5", "x, row 2: '1,125' may be 1.125 or 1125"),
        ({"sep": ";"}, 1.125, "1,5", "x, row 2: '1.125' may be 1.125 or 1125"),
        ({"sep": ";"}, 1.125, "12.500", "x, row 3: '12.500' may be 12.5 or 12500"),
        ({"sep": ";"}, 1.125, "12,500", "x, row 3: '12,500' may be 12.5 or 12500"),
        ({}, 1.125, "12.125", [1.125, 12.125]),
    ],
)
def test_what_is_typed_into_a_file_never_moves_its_decimal_sign(
    form: dict[str, Any], first: float, cell: str, outcome: Any, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    af.export.to_csv(frame_of([first, 2.0]), file, schema=True, **form)
    last = file.read_text().splitlines()[-1]
    changed = last.rsplit(form.get("sep", ","), 1)[0] + form.get("sep", ",") + cell
    file.write_text(file.read_text().replace(last, changed))

    if isinstance(outcome, list):
        assert af.read_csv(file)["x"].tolist() == outcome
        return
    with pytest.raises(af.InvalidArgument, match=outcome):
        af.read_csv(file)


@pytest.mark.parametrize(
    "form", [{}, {"sep": ";"}, {"sep": ";", "decimal": ","}, {"excel": "de_DE"}]
)
@pytest.mark.parametrize("saved", [",", ".", ",.", ".,"])
@pytest.mark.parametrize("sep", [",", ";", "\t"])
def test_a_file_that_another_program_saved_is_never_read_by_the_sign_it_was_written_with(
    form: dict[str, Any], saved: str, sep: str, tmp_path: Path
) -> None:
    decimal, thousands = saved[0], saved[1:]
    given = [1.125, 2.0] if not thousands else [1125.0, 2.0]
    shown = f"1{thousands}125" if thousands else f"1{decimal}125"
    file = tmp_path / "x.csv"
    af.export.to_csv(frame_of(given), file, schema=True, **form)
    with file.open("w", newline="") as stream:
        csv.writer(stream, delimiter=sep).writerows([("gid", "x"), ("1", shown), ("2", "2")])

    with pytest.raises(af.InvalidArgument, match=r"x, row 2: '1.125' may be 1\.125 or 1125"):
        af.read_csv(file)
    assert af.read_csv(file, decimal=decimal)["x"].tolist() == given


def test_a_typed_number_moves_no_sign_of_a_file_of_points_and_commas(tmp_path: Path) -> None:
    file = text_file(tmp_path, 'gid,x\n1,1.125\n2,"1,5"\n')
    grouped = text_file(tmp_path, 'gid,x\n1,"46,503"\n2,7\n', "grouped.csv")

    with pytest.raises(af.InvalidArgument, match=r"x, row 2: '1.125' may be 1.125 or 1125"):
        af.read_csv(file, schema=frame_of([1.0, 2.0]))
    with pytest.raises(af.InvalidArgument, match=r"x, row 2: '46,503' may be 46.503 or 46503"):
        af.read_csv(grouped, schema=frame_of([1.0, 2.0]))


def test_text_that_is_an_unclear_number_is_refused_in_workbooks(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    af.export.to_excel(frame_of([1.5, 2.0]), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    header = [cell.value for cell in book.worksheets[0][1]]
    book.worksheets[0].cell(2, header.index("x") + 1).value = "1.125"
    book.save(tmp_path / "x.xlsx")

    with pytest.raises(af.InvalidArgument, match=r"x, row 2: '1.125' may be 1.125 or 1125"):
        af.read_excel(tmp_path / "x.xlsx")


def test_whole_numbers_with_a_thousands_sign_are_never_thousandths(tmp_path: Path) -> None:
    file = text_file(tmp_path, "gid,x\n1,7\n2,12.000\n")
    german = text_file(tmp_path, "gid;actual_time_minutes\n12;1.250\n", "german.csv")
    quoted = text_file(tmp_path, 'gid,x\n1,7\n2,"12,000"\n', "quoted.csv")

    with pytest.raises(af.InvalidArgument, match=r"x, row 3: '12.000' is unclear in a column of"):
        af.read_csv(file, schema=frame_of([1, 2]))
    with pytest.raises(af.InvalidArgument, match=r"row 2: '1.250' may be 1.25 or 1250"):
        af.read_csv(german, "tasks")
    assert af.read_csv(quoted, schema=frame_of([1, 2]))["x"].tolist() == [7, 12000]


@pytest.mark.parametrize("cells", [["1.500", "2,5"], ["1.500", 2], ["12,500", 2]])
def test_unclear_numbers_in_json_are_refused(cells: list[Any], tmp_path: Path) -> None:
    rows = [{"gid": str(place), "x": cell} for place, cell in enumerate(cells)]
    file = text_file(tmp_path, json.dumps(rows), "x.json")

    with pytest.raises(af.InvalidArgument, match=r"x, row 1: '1.*500' may be"):
        af.read_json(file, schema=frame_of([1.0, 2.0]))


def test_gids_that_people_part_otherwise_are_understood(tmp_path: Path) -> None:
    file = text_file(tmp_path, 'gid,tags_gids\n1,12;13\n2,"12, 13"\n3,[12]\n')

    assert af.read_csv(file, "tasks")["tags_gids"].tolist() == [
        ("12", "13"),
        ("12", "13"),
        ("12",),
    ]


@pytest.mark.parametrize("sign", [",", " ", ".", "'", "\N{NO-BREAK SPACE}"])
@pytest.mark.parametrize("cell", ["1{0}209{0}993{0}456{0}789{0}000", "12{0}345"])
def test_a_gid_with_signs_between_thousands_is_no_list_of_gids(
    sign: str, cell: str, tmp_path: Path
) -> None:
    file = text_file(tmp_path, f'gid,tags_gids\n1,12\n2,"{cell.format(sign)}"\n')

    with pytest.raises(af.InvalidArgument, match=r"tags_gids, row 3: .1.* may be a gid that a"):
        af.read_csv(file, "tasks")


def test_rounded_gids_are_told_though_cells_of_several_gids_are_whole(tmp_path: Path) -> None:
    whole = [f'12{number},"1209993456789{number}; 1209993456789013"' for number in (101, 102)]
    alone = [f"13090000000{number}17,12099934567{number}000" for number in range(100, 106)]
    file = text_file(tmp_path, "\n".join(["gid,tags_gids", *whole, *alone]) + "\n")

    with pytest.raises(af.InvalidArgument, match=r"tags_gids, row 4: .*of this column, ends in"):
        af.read_csv(file, "tasks")


def test_rounded_gids_are_told_by_all_columns_of_a_file_of_few_rows(tmp_path: Path) -> None:
    rows = [f"120999345678{n}000,120999345678{n + 1}000,120999345678{n + 2}000" for n in (1, 4)]
    text = "gid,assignee_gid,parent_gid\n"
    file = text_file(tmp_path, text + "\n".join(rows) + "\n")
    one = text_file(tmp_path, text + rows[0] + "\n", "one.csv")
    whole = text_file(tmp_path, text + "1209993456789007" + rows[0][16:] + "\n", "whole.csv")

    with pytest.raises(af.InvalidArgument, match=r"gid, row 2: .*of this file, ends in zeros"):
        af.read_csv(file, "tasks")
    with pytest.warns(af.AsanaWarning, match=r"gid, row 2: .*of this file, ends in zeros"):
        af.read_csv(one, "tasks")
    assert len(af.read_csv(whole, "tasks")) == 1


WRITERS: dict[str, Any] = {
    "csv": (af.export.to_csv, af.read_csv),
    "json": (af.export.to_json, af.read_json),
    "xlsx": (af.export.to_excel, af.read_excel),
    "parquet": (af.export.to_parquet, af.read_parquet),
}
ODD_FIELDS: dict[str, Any] = {
    "cf_gid": pd.array(["AB-1", " 7 "], STR),
    "cf_SAP_gid": pd.array([None, "1,234"], STR),
    "cf_Old_gids": pd.Series([("a b", "1, 2"), ("1,209",)], dtype=object),
    "cf_Call_minutes": pd.array(["soon", "7"], STR),
    "cf_Number_gid": pd.array([1.5, None], "Float64"),
}


@pytest.mark.parametrize("name", ODD_FIELDS)
@pytest.mark.parametrize("end", ["csv", "json", "xlsx", "parquet"])
def test_a_custom_field_gets_its_kind_never_from_its_name(
    name: str, end: str, tmp_path: Path
) -> None:
    for package in {"xlsx": ("xlsxwriter", "openpyxl"), "parquet": ("pyarrow",)}.get(end, ()):
        pytest.importorskip(package)
    frame = frame_of(ODD_FIELDS[name]).rename(columns={"x": name})
    file = tmp_path / f"x.{end}"
    write, read = WRITERS[end]
    write(frame, file, **({"schema": True} if end in ("csv", "json") else {}))

    assert_frame_equal(read(file), frame)
    assert len(af.custom_fields(frame)) == frame[name].notna().sum()


def test_the_schema_of_a_link_lies_beside_its_target(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    af.export.to_csv(frame_of([1.5, 2.0]), real, schema=True)
    link.symlink_to(real)

    af.export.to_csv(frame_of(["1.50", "2"]), link)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.csv", "real.csv"]


def test_columns_that_differ_by_a_note_of_the_zone_stay_two(tmp_path: Path) -> None:
    file = text_file(tmp_path, "gid,cf_When,cf_When (UTC)\n1,a,b\n")

    with pytest.warns(af.AsanaWarning, match="custom fields are read as text"):
        read = af.read_csv(file, "tasks")
    assert read.iloc[0].tolist() == ["1", "a", "b"]


def test_an_index_and_a_column_without_a_name_come_back(tmp_path: Path) -> None:
    index = pd.Index(["Ann", "Ben"], dtype=STR, name="person_name")
    frame = pd.DataFrame({"a": [1.5, 2.5], "": [1.0, 2.0]}, index=index)
    af.export.to_csv(frame, tmp_path / "x.csv", schema=True, excel=True)

    assert_frame_equal(af.read_csv(tmp_path / "x.csv", encoding="utf-8"), frame)
    assert_frame_equal(af.read_csv(tmp_path / "x.csv", schema=frame), frame)


def test_a_filtered_frame_that_pandas_wrote_is_read(asana: af.Asana, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    tasks = asana.tasks.list(project="Website relaunch")
    done = tasks[tasks["completed"]]
    done.to_parquet(tmp_path / "x.parquet")

    assert_frame_equal(af.read_parquet(tmp_path / "x.parquet"), done.reset_index(drop=True))


def test_parts_of_several_kinds_lose_nothing(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    small, large = frame_of(np.array([1, 2], "int8")), frame_of(np.array([300, 2**40]))
    af.export.to_parquet_parts([small, large], tmp_path / "whole")
    numbers = [frame_of(pd.array([1, 2], "Int64")), frame_of(pd.array([1.5, 2], "Float64"))]
    af.export.to_parquet_parts(numbers, tmp_path / "mixed")

    assert af.read_parquet(tmp_path / "whole", "tasks")["x"].tolist() == [1, 2, 300, 2**40]
    assert af.read_parquet(tmp_path / "mixed", "tasks")["x"].tolist() == [1, 2, 1.5, 2]
    with pytest.raises(af.InvalidArgument, match="do not fit together"):
        af.export.to_parquet_parts([small, frame_of(["a", "b"])], tmp_path / "never")


def test_statistics_and_intervals_are_written_and_read(asana: af.Asana, tmp_path: Path) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    af.export.to_json(tasks.describe(include="all"), tmp_path / "x.json", schema=True)
    bins = frame_of(pd.cut([1, 2], [0, 1, 2]))
    af.export.to_csv(bins, tmp_path / "x.csv", schema=True)

    assert len(af.read_json(tmp_path / "x.json")) == len(tasks.describe(include="all"))
    assert af.read_csv(tmp_path / "x.csv")["x"].tolist() == ["(0, 1]", "(1, 2]"]


@pytest.mark.parametrize(
    "text",
    ["(12)", "5 €", "50%", ".5", " 007", "May 5", "Mar 2026", "5 PM", "TRUE", "WAHR", "1-2"],
)
def test_text_that_excel_would_change_is_protected(text: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"gid": pd.array(["1"], STR), "name": pd.array([text], STR)})
    af.export.to_csv(frame, tmp_path / "x.csv", excel="de_DE")

    assert f'"=""{text}"""' in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    assert_frame_equal(af.read_csv(tmp_path / "x.csv", schema=frame), frame)


@pytest.mark.parametrize("options", [{}, {"sep": ";", "decimal": ","}, {"schema": True}])
def test_days_and_moments_among_objects_and_categories_are_iso_8601(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    first, second = pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-02 10:00+01:00")
    frame = pd.DataFrame(
        {
            "day": pd.Series([first, None], dtype=object),
            "option": pd.Categorical([first, None]),
            "moment": pd.Series([second, pd.Timestamp("2026-03-02 10:00-05:00")], dtype=object),
            "both": pd.Series([first, second], dtype=object),
        }
    )

    af.export.to_csv(frame, tmp_path / "x.csv", **options)

    rows = (tmp_path / "x.csv").read_text().replace('"', "").replace(";", ",").splitlines()
    assert rows[1:] == [
        "2026-03-02,2026-03-02,2026-03-02T09:00:00Z,2026-03-02T00:00:00",
        ",,2026-03-02T15:00:00Z,2026-03-02T10:00:00+01:00",
    ]
