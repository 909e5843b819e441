"""Frames as files and people make them of frames: the same rows in another form."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from asana_frames.frames.schema import find_record

Twist = Callable[[pd.DataFrame], pd.DataFrame]


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=3)


def same_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis([0] * len(frame), axis="index")


def several_levels(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = range(len(frame))
    return frame.set_axis(pd.MultiIndex.from_arrays([numbers, numbers]), axis="index")


def by_gid(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("gid", drop=False) if "gid" in frame else frame


def in_two_parts(frame: pd.DataFrame) -> pd.DataFrame:
    half = len(frame) // 2
    return pd.concat([frame.iloc[:half], frame.iloc[half:]])


def objects(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object)


def categories(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame if isinstance(frame[name].dtype, pd.StringDtype)]
    return frame.astype(dict.fromkeys(texts, "category"))


def nanoseconds(frame: pd.DataFrame) -> pd.DataFrame:
    made = {}
    for name in frame:
        if isinstance(frame[name].dtype, pd.DatetimeTZDtype):
            made[name] = frame[name].dt.as_unit("ns")
        elif frame[name].dtype == "datetime64[us]":
            made[name] = frame[name].astype("datetime64[ns]")
    return frame.assign(**made)


def without_zone(frame: pd.DataFrame) -> pd.DataFrame:
    times = [name for name in frame if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    return frame.assign(**{name: frame[name].dt.tz_localize(None) for name in times})


def lists(frame: pd.DataFrame) -> pd.DataFrame:
    return _map_tuples(frame, list)


def arrays(frame: pd.DataFrame) -> pd.DataFrame:
    return _map_tuples(frame, lambda items: np.array(items, dtype=object))


def _map_tuples(frame: pd.DataFrame, make: Callable[[Any], Any]) -> pd.DataFrame:
    names = [name for name in frame if frame[name].map(lambda cell: isinstance(cell, tuple)).any()]
    return frame.assign(**{name: frame[name].map(make) for name in names})


def parquet_of_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    return _through_parquet(frame)


def parquet_as_arrow(frame: pd.DataFrame) -> pd.DataFrame:
    return _through_parquet(frame, dtype_backend="pyarrow")


def _through_parquet(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    pytest.importorskip("pyarrow")
    file = io.BytesIO()
    frame.to_parquet(file, engine="pyarrow")
    return pd.read_parquet(file, engine="pyarrow", **options)


def csv_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return _through_csv(frame, dtype="str")


def csv_as_empty_text(frame: pd.DataFrame) -> pd.DataFrame:
    return _through_csv(frame, dtype="str", keep_default_na=False)


def csv_of_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    return _through_csv(frame)


def _through_csv(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    af.export.to_csv(frame, "frame.csv")
    return pd.read_csv("frame.csv", **options)


def csv_with_schema(frame: pd.DataFrame) -> pd.DataFrame:
    af.export.to_csv(frame, "schema.csv", schema=True)
    return af.read_csv("schema.csv")


def csv_without_schema(frame: pd.DataFrame) -> pd.DataFrame:
    record = find_record(frame)
    if not record:
        return csv_as_text(frame)
    af.export.to_csv(frame, "frame.csv")
    return af.read_csv("frame.csv", record)


def parquet(frame: pd.DataFrame) -> pd.DataFrame:
    pytest.importorskip("pyarrow")
    af.export.to_parquet(frame, "frame.parquet")
    return af.read_parquet("frame.parquet")


def workbook(frame: pd.DataFrame) -> pd.DataFrame:
    pytest.importorskip("openpyxl")
    af.export.to_excel(frame, "frame.xlsx")
    return af.read_excel("frame.xlsx")


def json_with_schema(frame: pd.DataFrame) -> pd.DataFrame:
    af.export.to_json(frame, "frame.json", schema=True)
    return af.read_json("frame.json")


#: After these every rollup and chart gives the same figures.
ALIKE: list[Twist] = [
    shuffled,
    same_index,
    several_levels,
    by_gid,
    in_two_parts,
    categories,
    nanoseconds,
    lists,
    arrays,
    parquet_of_pandas,
    parquet,
    csv_with_schema,
    workbook,
    json_with_schema,
]
#: After these too, but for columns that a rollup only copies.
WITHOUT_SCHEMA: list[Twist] = [csv_without_schema, csv_as_text, csv_as_empty_text]
#: After these it does, or refuses the frame.
FOREIGN: list[Twist] = [without_zone, objects, parquet_as_arrow, csv_of_pandas]
