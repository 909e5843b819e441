"""Files: whole or not at all, and what is in them."""

from __future__ import annotations

import csv
import errno
import json
import os
import stat
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import asana_frames as af
from asana_frames._files import part_prefix, replace_file
from asana_frames.frames.formula_text import disarm_formula


@pytest.fixture
def tasks(asana: af.Asana) -> pd.DataFrame:
    return asana.tasks.list(project="Website relaunch")


def test_a_csv_reads_back_to_the_same_text(tasks: pd.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "tasks.csv"

    af.export.to_csv(tasks, file)

    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["gid"] for row in rows] == tasks["gid"].tolist()
    assert [row["name"] for row in rows] == tasks["name"].tolist()
    assert rows[0]["due_on"] in ("", str(tasks["due_on"].iloc[0])[:10])
    assert {row["completed"] for row in rows} == {"True", "False"}
    names = [row["followers_names"].split("; ") for row in rows]
    assert names == tasks["followers_names"].map(list).tolist()


def test_gids_are_quoted_so_that_careful_readers_keep_them_text(
    tasks: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "tasks.csv"
    af.export.to_csv(tasks[["gid", "num_likes"]], file)

    with file.open(encoding="utf-8", newline="") as stream:
        careful = list(csv.reader(stream, quoting=csv.QUOTE_NONNUMERIC))
    assert [type(cell) for cell in careful[1]] == [str, float]
    first, second, *_ = file.read_text("utf-8").splitlines()

    assert first == '"gid","num_likes"'
    assert second == f'"{tasks["gid"].iloc[0]}",{tasks["num_likes"].iloc[0]}'


def test_no_cell_begins_like_a_formula(tasks: pd.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "tasks.csv"
    assert tasks["cf_Agency notes"].str.startswith("=").any()

    af.export.to_csv(tasks, file)

    with file.open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))]
    assert "'=2+3 pages" in cells


def test_text_can_be_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    af.export.to_csv(pd.DataFrame({"a": ["=1"]}), file, disarm=False, encoding="utf-8-sig")

    assert file.read_bytes() == '\ufeff"a"\n"=1"\n'.encode()


@given(st.text())
def test_disarmed_text_is_never_a_formula_and_loses_nothing(text: str) -> None:
    safe = disarm_formula(text)

    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, "'" + text)


@pytest.mark.parametrize(
    ("moments", "shown"),
    [
        (["2026-03-02 09:15:00"], ["2026-03-02T09:15:00Z"]),
        (["2026-03-02 09:15:00.120", None], ["2026-03-02T09:15:00.120Z", ""]),
        (["2026-03-02 09:15:00.000001"], ["2026-03-02T09:15:00.000001Z"]),
        ([None], [""]),
    ],
)
def test_moments_are_iso_in_utc(moments: list[str], shown: list[str]) -> None:
    column = pd.Series(pd.to_datetime(moments, utc=True))

    assert af.export.as_text(column.to_frame("at"))["at"].fillna("").tolist() == shown


def test_flags_are_quoted_and_stay_flags(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    frame = pd.DataFrame({"f": pd.array([True, False, None], "boolean")})

    af.export.to_csv(frame, file)

    assert file.read_text().split() == ['"f"', '"True"', '"False"', '""']
    assert pd.read_csv(file)["f"].tolist()[:2] == [True, False]


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    frame = pd.DataFrame({"n": pd.array([-1, None], "Int64"), "f": [-0.5, 1e20]})

    af.export.to_csv(frame, file)

    assert file.read_text().splitlines() == ['"n","f"', "-1,-0.5", '"",1e+20']


def test_json_keeps_lists_and_text(tasks: pd.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"

    af.export.to_json(tasks, file)

    rows = json.loads(file.read_text("utf-8"))
    assert [row["gid"] for row in rows] == tasks["gid"].tolist()
    assert rows[0]["followers_names"] == list(tasks["followers_names"].iloc[0])
    notes = {row["cf_Agency notes"] for row in rows}
    assert "=2+3 pages" in notes
    assert None in notes


def test_an_empty_frame_makes_files_with_columns(tmp_path: Path, asana: af.Asana) -> None:
    empty = asana.tasks.list(project="Someday maybe")
    af.export.to_csv(empty, tmp_path / "x.csv")
    af.export.to_json(empty, tmp_path / "x.json")

    assert len((tmp_path / "x.csv").read_text().splitlines()) == 1
    assert json.loads((tmp_path / "x.json").read_text()) == []


def test_parquet_keeps_dtypes(tasks: pd.DataFrame, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    file = tmp_path / "tasks.parquet"

    af.export.to_parquet(tasks, file)

    schema = parquet.read_schema(file)
    wanted = {"gid": "string", "created_at": "timestamp[us, tz=UTC]", "due_on": "timestamp[us]"}
    wanted |= {"completed": "bool", "num_likes": "int64", "cf_Story points": "double"}
    assert {n: str(schema.field(n).type).removeprefix("large_") for n in wanted} == wanted
    back = pd.read_parquet(file)
    assert back["gid"].tolist() == tasks["gid"].tolist()
    assert back["followers_names"].map(tuple).tolist() == tasks["followers_names"].tolist()


def test_a_missing_extra_names_its_pip_line(
    tasks: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(af.ConfigurationError, match=r"pip install 'asana-frames\[parquet\]'"):
        af.export.to_parquet(tasks.head(1)[["gid"]], tmp_path / "x.parquet")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["missing/x.csv", "file/x.csv"])
def test_a_folder_that_cannot_be_written_is_an_error_and_leaves_nothing(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(af.ConfigurationError, match="cannot be written"):
        af.export.to_csv(pd.DataFrame({"a": [1]}), tmp_path / name)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failure_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("older")

    def fail() -> None:
        with replace_file(file) as part:
            part.write_text("half of the new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert file.read_text() == "older"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_is_as_readable_as_others(tmp_path: Path) -> None:
    other, file = tmp_path / "other", tmp_path / "x.csv"
    other.write_text("")

    af.export.to_csv(pd.DataFrame({"a": [1]}), file)

    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_an_older_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("older")
    file.chmod(0o640)

    af.export.to_csv(pd.DataFrame({"a": [1]}), file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need a permission there")
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_is_followed_and_stays(tmp_path: Path, is_there: bool) -> None:
    (tmp_path / "far").mkdir()
    file, link = tmp_path / "far" / "x.csv", tmp_path / "link.csv"
    if is_there:
        file.write_text("older")
    link.symlink_to(file)

    af.export.to_csv(pd.DataFrame({"a": [1]}), link)

    assert link.is_symlink()
    assert file.read_text() == '"a"\n1\n'
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["far", "link.csv", "x.csv"]


def test_a_full_disk_is_not_called_a_missing_folder(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(af.ConfigurationError) as found, replace_file(tmp_path / "x.csv"):
        raise full

    assert "No space left on device. Free some space, or" in str(found.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="there are no such files")
def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    pipe, circle = tmp_path / "pipe", tmp_path / "circle"
    os.mkfifo(pipe)
    circle.symlink_to(circle)

    for place, why in [
        (pipe, "not a file but a device"),
        (tmp_path, "not a file but a folder"),
        (Path("/dev/null"), "not a file but a device"),
        (circle, "cannot be written"),
    ]:
        with pytest.raises(af.ConfigurationError, match=why):
            af.export.to_csv(pd.DataFrame({"a": [1]}), place)

    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert len(list(tmp_path.iterdir())) == 2


def test_the_longest_name_is_written(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 251 + ".csv")

    af.export.to_csv(pd.DataFrame({"a": [1]}), file)

    assert file.read_text() == '"a"\n1\n'


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked there")
def test_what_dead_processes_left_is_removed_and_what_others_write_stays(tmp_path: Path) -> None:
    process = os.fork()
    if process == 0:
        # Dies in the middle of a file and of a folder.
        replace_file(tmp_path / "x.csv").__enter__().write_text("half")
        Path(tempfile.mkdtemp(prefix=part_prefix(), suffix=".part", dir=tmp_path), "y").touch()
        os._exit(0)
    os.waitpid(process, 0)
    elsewhere = tmp_path / f".asana-frames-0badcafe-{process}-x.part"
    elsewhere.write_text("of another machine")
    assert len(list(tmp_path.iterdir())) == 3

    with replace_file(tmp_path / "z.csv") as part:
        part.write_text("whole")
        af.export.to_csv(pd.DataFrame({"a": [1]}), tmp_path / "x.csv")
        assert part.exists()

    assert {path.name for path in tmp_path.iterdir()} == {"x.csv", "z.csv", elsewhere.name}


STARTS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("start", STARTS)
def test_names_of_columns_are_disarmed_like_cells(tmp_path: Path, start: str) -> None:
    frame = pd.DataFrame({start: [start], "plain": ["a=b"]})

    text = af.export.as_text(frame)
    raw = af.export.as_text(frame, disarm=False)

    assert list(text.columns) == [f"'{start}", "plain"]
    assert text.iloc[0].tolist() == [f"'{start}", "a=b"]
    assert list(raw.columns) == list(frame.columns)


def test_columns_of_one_name_are_all_in_the_csv(tmp_path: Path) -> None:
    flags = pd.array([True, None], "boolean")
    frame = pd.DataFrame({"gid": ["1", "2"], "a": flags, "b": [1.5, 2.0], "c": flags})
    file = tmp_path / "twice.csv"

    af.export.to_csv(frame.set_axis(["gid", "x", "x", "x"], axis=1), file)

    assert file.read_text("utf-8").splitlines() == [
        '"gid","x","x","x"',
        '"1","True",1.5,"True"',
        '"2","",2.0,""',
    ]


@pytest.mark.parametrize("names", [["gid", "x", "x"], ["gid", "1", 1]])
def test_columns_of_one_name_are_refused_where_json_could_hold_one(
    tmp_path: Path, names: list[object]
) -> None:
    frame = pd.DataFrame([["1", 2, 3]], columns=names)

    with pytest.raises(af.InvalidArgument, match=f"there twice: '{names[-1]}'"):
        af.export.to_json(frame, tmp_path / "twice.json")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("writer", "suffix", "right"),
    [
        ("to_csv", ".xlsx", "to_excel"),
        ("to_csv", ".xls", "to_excel"),
        ("to_csv", ".Parquet", "to_parquet"),
        ("to_excel", ".csv", "to_csv"),
        ("to_excel", ".xlsm", "to_excel"),
        ("to_parquet", ".csv", "to_csv"),
        ("to_json", ".csv", "to_csv"),
        ("to_html", ".ndjson", "to_json"),
    ],
)
def test_a_suffix_of_another_format_is_refused_with_its_writer(
    tmp_path: Path, writer: str, suffix: str, right: str
) -> None:
    path = tmp_path / f"x{suffix}"
    write = getattr(af.export, writer)

    with pytest.raises(af.InvalidArgument, match=rf"{suffix.lower()} files.* use export\.{right}"):
        write(pd.DataFrame({"a": [1]}), path, **({"title": "x"} if writer == "to_html" else {}))

    assert not path.exists()


def test_a_suffix_that_no_format_has_is_fine(tmp_path: Path) -> None:
    af.export.to_csv(pd.DataFrame({"a": [1]}), tmp_path / "x.tsv", sep="\t")

    assert (tmp_path / "x.tsv").read_text().splitlines() == ['"a"', "1"]
