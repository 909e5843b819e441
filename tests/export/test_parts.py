"""to_parquet_parts: a folder of Parquet files of one schema, or no folder at all."""

from __future__ import annotations

import gc
import stat
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import asana_frames as af

parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
STR = pd.StringDtype(na_value=np.nan)


def tasks(*gids: str, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"gid": pd.array(gids, STR), **columns})


def tuples(*values: tuple[str, ...]) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def schemas(folder: Path) -> list[object]:
    return [parquet.read_schema(file) for file in sorted(folder.iterdir())]


def test_each_frame_is_a_part_and_the_folder_reads_as_one_frame(tmp_path: Path) -> None:
    made = af.export.to_parquet_parts([tasks("1", "2"), tasks("3")], tmp_path / "tasks")

    assert made["part"].tolist() == ["part-00000.parquet", "part-00001.parquet"]
    assert made["rows"].tolist() == [2, 1]
    assert made.dtypes.tolist() == [STR, pd.Int64Dtype()]
    files = sorted((tmp_path / "tasks").iterdir())
    assert [file.name for file in files] == made["part"].tolist()
    assert [len(pd.read_parquet(file)) for file in files] == [2, 1]
    assert pd.read_parquet(tmp_path / "tasks")["gid"].tolist() == ["1", "2", "3"]


def test_lists_that_a_part_lacks_are_empty_and_not_missing(tmp_path: Path) -> None:
    frames = [
        tasks("1", "2"),
        tasks("3", cf_Teams=tuples(("Design", "Sales"))),
        tasks("4"),
    ]

    af.export.to_parquet_parts(frames, tmp_path / "tasks")

    for name in ("part-00000.parquet", "part-00002.parquet"):
        column = parquet.read_table(tmp_path / "tasks" / name)["cf_Teams"]
        assert column.null_count == 0
        assert column.to_pylist() == [[]] * len(column)
    back = pd.read_parquet(tmp_path / "tasks")
    assert back["cf_Teams"].map(list).tolist() == [[], [], ["Design", "Sales"], []]


def test_lists_of_which_a_part_has_empty_ones_only_have_one_type(tmp_path: Path) -> None:
    frames = [tasks("1", tags=tuples(())), tasks("2", tags=tuples(("urgent",)))]

    af.export.to_parquet_parts(frames, tmp_path / "tasks")

    first, second = schemas(tmp_path / "tasks")
    assert first.equals(second)
    back = pd.read_parquet(tmp_path / "tasks")
    assert back["tags"].map(list).tolist() == [[], ["urgent"]]


def test_columns_that_appear_later_are_missing_before(tmp_path: Path) -> None:
    later = tasks(
        "2",
        cf_Points=pd.array([3.5], "Float64"),
        cf_Notes=pd.array(["Call"], STR),
        cf_Day=pd.to_datetime(["2026-03-02"]).as_unit("us"),
        likes=pd.array([7], "Int64"),
        done=pd.array([True], "boolean"),
    )

    af.export.to_parquet_parts([tasks("1"), later, tasks("3")], tmp_path / "tasks")

    # pandas 2 reads any text as object, so the part that holds the columns is the measure.
    held = pd.read_parquet(tmp_path / "tasks" / "part-00001.parquet")
    first, *others = schemas(tmp_path / "tasks")
    assert all(first.equals(other, check_metadata=True) for other in others)
    for name in ("part-00000.parquet", "part-00002.parquet"):
        part = pd.read_parquet(tmp_path / "tasks" / name)
        assert part.columns.tolist() == later.columns.tolist()
        assert part.drop(columns="gid").isna().all(axis=None)
        assert part.dtypes.tolist() == held.dtypes.tolist()
    back = pd.read_parquet(tmp_path / "tasks")
    assert back["likes"].tolist() == [pd.NA, 7, pd.NA]
    assert str(back["likes"].dtype) == "Int64"


def test_a_frame_without_rows_does_not_change_what_others_hold(tmp_path: Path) -> None:
    frames = [tasks().assign(tags=tuples()), tasks("2", tags=tuples(("urgent",)))]

    made = af.export.to_parquet_parts(frames, tmp_path / "tasks")

    assert made["rows"].tolist() == [0, 1]
    assert pd.read_parquet(tmp_path / "tasks")["tags"].map(list).tolist() == [["urgent"]]


def test_one_frame_at_a_time_is_held_in_memory(tmp_path: Path) -> None:
    alive: list[weakref.ref[pd.DataFrame]] = []
    most = 0

    def stream() -> Iterator[pd.DataFrame]:
        nonlocal most
        for number in range(5):
            gc.collect()
            most = max(most, sum(ref() is not None for ref in alive))
            frame = tasks(str(number))
            alive.append(weakref.ref(frame))
            yield frame
            del frame

    af.export.to_parquet_parts(stream(), tmp_path / "tasks")

    assert most == 0
    assert len(alive) == 5


def test_parts_are_written_while_the_stream_goes_on(tmp_path: Path) -> None:
    written = []

    def stream() -> Iterator[pd.DataFrame]:
        for number in range(3):
            written.append(len(list(tmp_path.glob(".asana-frames-*/*.parquet"))))
            yield tasks(str(number))

    af.export.to_parquet_parts(stream(), tmp_path / "tasks")

    assert written == [0, 1, 2]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_stream_leaves_no_file(tmp_path: Path, error: type[BaseException]) -> None:
    def stream() -> Iterator[pd.DataFrame]:
        yield tasks("1")
        raise error

    with pytest.raises(error):
        af.export.to_parquet_parts(stream(), tmp_path / "tasks")

    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_stream_leaves_an_empty_folder_empty(tmp_path: Path) -> None:
    folder = tmp_path / "tasks"
    folder.mkdir()

    def stream() -> Iterator[pd.DataFrame]:
        yield tasks("1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        af.export.to_parquet_parts(stream(), folder)

    assert list(tmp_path.iterdir()) == [folder]
    assert list(folder.iterdir()) == []


def test_a_stream_without_frames_makes_an_empty_folder(tmp_path: Path) -> None:
    made = af.export.to_parquet_parts([], tmp_path / "new" / "tasks")

    assert made.empty
    assert made.columns.tolist() == ["part", "rows"]
    assert list((tmp_path / "new" / "tasks").iterdir()) == []


@pytest.mark.parametrize("is_file", [True, False])
def test_what_is_there_is_not_overwritten(tmp_path: Path, is_file: bool) -> None:
    target = tmp_path / "tasks"
    if not is_file:
        target.mkdir()
    older = target if is_file else target / "older"
    older.write_text("older")

    with pytest.raises(af.InvalidArgument, match="new or empty"):
        af.export.to_parquet_parts([tasks("1")], target)

    assert older.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(af.ConfigurationError, match="cannot be written"):
        af.export.to_parquet_parts([tasks("1")], tmp_path / "file" / "tasks")

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_folder_is_as_readable_as_others(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()

    af.export.to_parquet_parts([tasks("1")], tmp_path / "tasks")

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("other", "tasks")]
    assert modes[0] == modes[1]


def test_frames_keep_their_attrs_and_parts_have_none(tmp_path: Path) -> None:
    frame = tasks("1")
    frame.attrs = {"asana": {"requests": 3}}

    af.export.to_parquet_parts([frame], tmp_path / "tasks")

    assert frame.attrs == {"asana": {"requests": 3}}
    assert pd.read_parquet(tmp_path / "tasks" / "part-00000.parquet").attrs == {}


@pytest.mark.parametrize("order", [1, -1])
def test_a_part_without_an_option_changes_no_option_of_the_others(
    tmp_path: Path, order: int
) -> None:
    some = pd.DataFrame({"gid": ["1", "2"], "cf_Priority": pd.Categorical(["High", None])})
    nothing = pd.Series([None, None], dtype=object).astype("category")
    parts = [some, some.assign(gid=["3", "4"], cf_Priority=nothing)][::order]

    af.export.to_parquet_parts(parts, tmp_path / "parts")

    read = af.read_parquet(tmp_path / "parts").set_index("gid")["cf_Priority"]
    assert read.cat.categories.tolist() == ["High"]
    assert read["1"] == "High"
    assert read.isna().sum() == 3
