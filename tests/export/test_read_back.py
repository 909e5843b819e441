"""What the writers wrote, the readers give back equal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from pandas.testing import assert_frame_equal

import asana_frames as af
from tests.export.wild_frames import wild_frames

Write = Callable[..., None]
Read = Callable[..., pd.DataFrame]

#: Name -> how a frame goes out, and how it comes back.
WAYS: dict[str, tuple[str, Write, Read]] = {
    "csv": ("x.csv", lambda f, p: af.export.to_csv(f, p, schema=True), af.read_csv),
    "csv with semicolons": (
        "x.csv",
        lambda f, p: af.export.to_csv(f, p, schema=True, sep=";", decimal=","),
        af.read_csv,
    ),
    "csv with tabs and JSON lists": (
        "x.csv",
        lambda f, p: af.export.to_csv(f, p, schema=True, sep="\t", lists="json"),
        af.read_csv,
    ),
    "csv for a German Excel": (
        "x.csv",
        lambda f, p: af.export.to_csv(f, p, schema=True, excel="de_DE"),
        af.read_csv,
    ),
    "csv with formulas": (
        "x.csv",
        lambda f, p: af.export.to_csv(f, p, schema=True, disarm=False),
        af.read_csv,
    ),
    "csv in UTF-16": (
        "x.csv",
        lambda f, p: af.export.to_csv(f, p, schema=True, encoding="utf-16"),
        af.read_csv,
    ),
    "json": ("x.json", lambda f, p: af.export.to_json(f, p, schema=True), af.read_json),
    "json lines": ("x.jsonl", lambda f, p: af.export.to_json(f, p, schema=True), af.read_json),
    "excel": ("x.xlsx", af.export.to_excel, af.read_excel),
    "excel for people": (
        "x.xlsx",
        lambda f, p: af.export.to_excel(f, p, title="March", labels="human"),
        af.read_excel,
    ),
    "parquet": ("x.parquet", af.export.to_parquet, af.read_parquet),
    "parquet of pandas": (
        "x.parquet",
        lambda f, p: f.to_parquet(p, index=False),
        af.read_parquet,
    ),
}
_WILD = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _skip_without_extras(way: str) -> None:
    needed = {"parquet": ("pyarrow",), "excel": ("xlsxwriter", "openpyxl")}
    for module in needed.get(way.partition(" ")[0], ()):
        pytest.importorskip(module)


@pytest.mark.parametrize("way", WAYS)
@_WILD
@given(frame=wild_frames())
def test_a_wild_frame_comes_back_equal(frame: pd.DataFrame, way: str, tmp_path: Path) -> None:
    _skip_without_extras(way)
    # pandas leaves the options of a frame without rows out.
    assume(len(frame) or way != "parquet of pandas")
    name, write, read = WAYS[way]
    before = frame.copy()
    write(frame, tmp_path / name)

    back = read(tmp_path / name)

    assert_frame_equal(back, frame)
    assert back.attrs == frame.attrs
    assert_frame_equal(frame, before)


@_WILD
@given(frame=wild_frames())
def test_a_frame_types_the_file_that_has_no_schema(frame: pd.DataFrame, tmp_path: Path) -> None:
    af.export.to_csv(frame, tmp_path / "x.csv")

    back = af.read_csv(tmp_path / "x.csv", "tasks", schema=frame)

    # Without marks for it, empty text is missing.
    empty = {c: frame[c].mask(frame[c] == "") for c in ("name", "notes")}
    whole = frame["notes"].eq("").any() and not frame["notes"].isna().any()
    if whole:
        empty["notes"] = frame["notes"]
    if frame["name"].eq("").any() and not frame["name"].isna().any():
        empty["name"] = frame["name"]
    expected = frame.assign(**empty)
    is_text = frame["cf_Priority"].astype(object) == ""
    expected["cf_Priority"] = frame["cf_Priority"].mask(
        is_text.to_numpy(dtype=bool) & frame["cf_Priority"].isna().any()
    )
    assert_frame_equal(back, expected)
