"""Every rollup of every twist of its frames: the same figures, or a refusal that says why."""

from __future__ import annotations

import inspect
import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from asana_frames import rollups
from tests.public_calls import NOW, Frames

pytestmark = pytest.mark.filterwarnings("ignore")

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


def csv_of_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    return _through_csv(frame)


def _through_csv(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    path = Path("frame.csv")
    af.export.to_csv(frame, path)
    return pd.read_csv(path, **options)


#: After these every rollup gives the same figures.
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
]
#: After these it does, or refuses the frame.
FOREIGN: list[Twist] = [objects, parquet_as_arrow, csv_as_text, csv_of_pandas]
ROLLUPS = sorted(rollups.__all__)
#: Without these, results depend on when they are computed, or on chance.
_FIXED = {"now": NOW, "seed": 1}


@pytest.fixture(scope="module")
def frames() -> Frames:
    return Frames()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def in_order(result: Any, *, sort_items: bool = False) -> list[str]:
    """Return the rows of a result as sorted texts, so that ties may come in any order.

    The items of a list may come in any order too, if they follow that of other rows.
    """
    table = result if isinstance(result, pd.DataFrame) else pd.DataFrame(result)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flat = table.reset_index(drop=isinstance(table.index, pd.RangeIndex))
    return sorted(
        " | ".join(
            f"{name}={_show(value, sort_items)}"
            for name, value in zip(flat.columns, row, strict=True)
        )
        for row in flat.astype(object).itertuples(index=False, name=None)
    )


def _show(value: Any, sort_items: bool) -> str:
    if isinstance(value, tuple | list | np.ndarray):
        items = [_show(item, sort_items) for item in value]
        return str(sorted(items) if sort_items else items)
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, float | np.floating):
        return f"{value:.9g}"
    return str(value)


def run(frames: Frames, name: str, twist: Twist | None = None) -> Any:
    """Return the result of a rollup as of one moment."""
    function, arguments = frames.calls("_rollups", Path())[f"rollups.{name}"]
    parameters = inspect.signature(function).parameters
    arguments |= {key: value for key, value in _FIXED.items() if key in parameters}
    given = {
        key: twist(value.copy()) if twist and isinstance(value, pd.DataFrame) else value
        for key, value in arguments.items()
    }
    return function(**given)


@pytest.mark.parametrize("twist", ALIKE, ids=lambda twist: twist.__name__)
@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_of_a_twisted_frame_is_the_same(name: str, twist: Twist, frames: Frames) -> None:
    plain = run(frames, name)

    twisted = run(frames, name, twist)

    is_shuffled = twist is shuffled
    assert in_order(twisted, sort_items=is_shuffled) == in_order(plain, sort_items=is_shuffled)


@pytest.mark.parametrize("twist", FOREIGN, ids=lambda twist: twist.__name__)
@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_of_a_foreign_frame_is_the_same_or_refuses_it(
    name: str, twist: Twist, frames: Frames
) -> None:
    plain = run(frames, name)

    try:
        twisted = run(frames, name, twist)
    except af.InvalidArgument:
        return

    assert in_order(_drop_copies(name, twisted)) == in_order(_drop_copies(name, plain))


def _drop_copies(name: str, result: Any) -> Any:
    """Drop what ``as_of`` only copies, and only a schema tells: lists and custom fields."""
    if name != "as_of":
        return result
    is_copied = [column.endswith(("_gids", "_names")) or column[:3] == "cf_" for column in result]
    return result.loc[:, ~np.array(is_copied)]


@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_leaves_its_frames_as_they_are(name: str, frames: Frames) -> None:
    function, arguments = frames.calls("_rollups", Path())[f"rollups.{name}"]
    given = {k: v for k, v in arguments.items() if isinstance(v, pd.DataFrame)}
    before = {key: frame.copy() for key, frame in given.items()}

    function(**arguments)

    for key, frame in given.items():
        pd.testing.assert_frame_equal(frame, before[key])
