"""Files that pyarrow reads: what the csv module would have read, or would have refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asana_frames.exceptions import InvalidArgument
from asana_frames.export import plain_csv
from asana_frames.export.text_table import read_text_table

pytest.importorskip("pyarrow")

#: What CSV files are made of, and what their readers stumble over.
PIECES = ['"', '""', '"a"', ",", ";", "\n", "\r\n", "\r", "a", "1", " ", "\0", "é", "🎉", "\u2028"]
BODIES = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def read(file: Path) -> Any:
    """Return the cells of a file, or what is said of it."""
    try:
        table = read_text_table(file)
    except InvalidArgument as error:
        return str(error)
    return {name: column.tolist() for name, column in table.columns.items()}, table.first_row


@given(body=BODIES, mark=st.sampled_from(["", "\ufeff"]))
@example(body='"a"b,"c"\n', mark="")
@example(body='"a,b\n', mark="")
@example(body="a\rb,c", mark="")
@example(body='"a\rb","c"\r\n', mark="")
@example(body=' "a",b\n', mark="")
@example(body="a,b\n\nc,d\n", mark="\ufeff")
@example(body="a,b,\n", mark="")
def test_a_file_is_the_same_with_and_without_pyarrow(
    tmp_path_factory: pytest.TempPathFactory, body: str, mark: str
) -> None:
    file = tmp_path_factory.mktemp("plain") / "a.csv"
    file.write_text(f"{mark}gid,name\n{body}", encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_csv, "find_pyarrow", lambda: None)
        expected = read(file)
    with pytest.MonkeyPatch.context() as patch:
        # Cells that cross the end of a block.
        patch.setattr(plain_csv, "_BLOCK", 3)
        assert read(file) == expected
    assert read(file) == expected


def test_files_of_the_package_are_read_by_pyarrow(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('"gid","name"\n"1","a ""b"", c\nd"\n"2",""\n')
    columns = plain_csv.read_plain_columns(file, ["gid", "name"], ",")
    assert columns is not None
    assert [list(column) for column in columns] == [["1", "2"], ['a "b", c\nd', ""]]


@pytest.mark.parametrize("body", ['"a"b,c\n', '"a,b\n', "a\rb,c\n", 'a"b,c\n', "a,b,c\n", "\xff"])
def test_other_files_are_left_to_the_csv_module(tmp_path: Path, body: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(f"gid,name\n{body}".encode("latin-1"))
    assert plain_csv.read_plain_columns(file, ["gid", "name"], ",") is None
