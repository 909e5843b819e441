"""Frames of dtypes that Asana's do not have, and cells that could be read in two ways."""

from __future__ import annotations

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
        ("gid;x\n1;1,125\n2;2,375\n", [1.125, 2.375]),
        ("gid;x\n1;1.125\n2;2.375\n", [1.125, 2.375]),
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


def test_gids_that_people_part_otherwise_are_understood(tmp_path: Path) -> None:
    file = text_file(tmp_path, 'gid,tags_gids\n1,12;13\n2,"12, 13"\n3,[12]\n')

    assert af.read_csv(file, "tasks")["tags_gids"].tolist() == [
        ("12", "13"),
        ("12", "13"),
        ("12",),
    ]


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
