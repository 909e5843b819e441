"""JSON files that Asana exports, read as frames of tasks."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.frames import DTYPES
from tests.export.asana_files import write_json

Records = list[dict[str, Any]]
FIELD = {"gid": "50", "name": "Priority", "resource_subtype": "enum"}
OPTIONS = [{"gid": "51", "name": "High"}, {"gid": "52", "name": "Low"}]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "Website.json"


def task(gid: str, name: str = "Write", **more: Any) -> dict[str, Any]:
    return {"gid": gid, "resource_type": "task", "name": name, **more}


def read(file: Path, document: Any, **options: Any) -> pd.DataFrame:
    file.write_text(json.dumps(document))
    return af.read_asana_json(file, **options)


def to_lines(records: Records) -> str:
    return "\n".join(json.dumps(record) for record in records) + "\n"


FORMS: dict[str, Callable[[Records], str]] = {
    "document": lambda records: json.dumps({"data": records}),
    "indented document": lambda records: json.dumps({"data": records}, indent=2),
    "list": json.dumps,
    "JSON Lines": to_lines,
    "one list per type": lambda records: json.dumps({"tasks": records, "teams": []}),
    "byte-order mark": lambda records: f"\ufeff{json.dumps(records)}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_every_form_of_an_export_gives_the_same_tasks(
    form: str, pack: Callable[[bytes], bytes], file: Path
) -> None:
    records = [task("1", "Draw", subtasks=[task("2", "Sketch")]), task("3", "Größe 🎈")]
    file.write_bytes(pack(FORMS[form](records).encode()))

    tasks = af.read_asana_json(file)

    assert tasks["gid"].tolist() == ["1", "2", "3"]
    assert tasks["name"].tolist() == ["Draw", "Sketch", "Größe 🎈"]


def test_the_columns_and_dtypes_are_those_of_tasks_list_whatever_the_file_has(file: Path) -> None:
    wanted = {
        c.name: DTYPES["tuple" if c.depth else c.kind]
        for c in columns_of("task")
        if c.kind != "custom_fields"
    }
    for records in ([], [task("1")], [task("1", due_on="2026-03-02", tags=[])]):
        tasks = read(file, {"data": records})

        assert dict(tasks.dtypes) == wanted
        assert list(tasks.columns) == list(wanted)
        assert len(tasks) == len(records)


def test_a_project_of_the_sandbox_comes_back_as_tasks_list_reads_it(
    asana: af.Asana, file: Path
) -> None:
    tasks = asana.tasks.list(project="Website relaunch")

    read_back = af.read_asana_json(write_json(file, asana, "Website relaunch"))

    # Only a request tells which project was asked for.
    wanted = tasks.drop(columns=["project_gids", "section_gids"])
    pd.testing.assert_frame_equal(read_back, wanted)
    assert len(tasks) > 200


def test_subtasks_follow_their_parent_and_name_it(file: Path) -> None:
    deep = task("1", "Plan", subtasks=[task("2", "Draw", subtasks=[task("3", "Ink")]), task("4")])

    tasks = read(file, [deep, task("5")])

    assert tasks["gid"].tolist() == ["1", "2", "3", "4", "5"]
    assert tasks["parent_gid"].fillna("").tolist() == ["", "1", "2", "1", ""]
    assert tasks["parent_name"].fillna("").tolist() == ["", "Plan", "Draw", "Plan", ""]


def test_a_parent_that_a_record_tells_itself_stays(file: Path) -> None:
    inner = task("2", parent={"gid": "9", "name": "Elsewhere"})

    tasks = read(file, [task("1", subtasks=[inner])])

    assert tasks["parent_gid"].tolist()[1] == "9"


def test_a_task_in_several_places_is_one_row_with_what_all_of_them_say(file: Path) -> None:
    stub = {"gid": "2", "resource_type": "task", "name": "Draw", "due_on": None}
    tasks = read(
        file, [task("1", "Plan", subtasks=[stub]), task("2", "Draw", due_on="2026-03-02")]
    )

    assert tasks["gid"].tolist() == ["1", "2"]
    assert tasks["due_on"].tolist()[1] == pd.Timestamp("2026-03-02")
    assert tasks["parent_gid"].tolist()[1] == "1"


def test_custom_fields_are_typed_by_their_definitions(file: Path) -> None:
    low = FIELD | {"enum_value": OPTIONS[1], "enum_options": OPTIONS}
    points = {"gid": "60", "name": "Points", "resource_subtype": "number", "number_value": 3}

    tasks = read(file, [task("1", custom_fields=[low, points]), task("2")])

    assert tasks["cf_Priority"].cat.categories.tolist() == ["High", "Low"]
    assert tasks["cf_Priority"].tolist()[0] == "Low"
    assert tasks["cf_Points"].dtype == "Float64"
    assert tasks["cf_Points"].tolist()[0] == 3


def test_values_hidden_by_a_field_of_the_same_name_are_counted(file: Path) -> None:
    one = FIELD | {"enum_value": OPTIONS[0]}

    tasks = read(file, [task("1", custom_fields=[one, one | {"gid": "59"}])])

    assert tasks.attrs["asana"]["hidden_custom_field_values"] == {"cf_Priority": 1}


def test_fields_choose_the_columns(file: Path) -> None:
    record = task("1", dependencies=[{"gid": "7"}])

    tasks = read(file, [record], fields=["dependencies"])

    assert tasks.columns.tolist() == ["gid", "dependencies_gids"]
    assert tasks["dependencies_gids"].tolist() == [("7",)]
    with pytest.raises(af.InvalidArgument, match="no field 'dependencys'"):
        read(file, [record], fields=["dependencys"])


def test_records_that_are_not_tasks_are_counted_in_a_warning(file: Path) -> None:
    team = {"gid": "8", "resource_type": "team", "name": "Design"}
    project = {"gid": "9", "resource_type": "project", "tasks": [task("1"), task("2")]}

    with pytest.warns(af.AsanaWarning, match=r"3 record\(s\).* left out: 2 team, 1 project") as c:
        tasks = read(file, [team, team, project])

    assert tasks["gid"].tolist() == ["1", "2"]
    assert tasks["parent_gid"].isna().all()
    assert c[0].filename == __file__


def test_one_page_of_several_is_read_with_a_warning(file: Path) -> None:
    page = {"data": [task("1")], "next_page": None}
    assert len(read(file, page)) == 1

    with pytest.warns(af.AsanaWarning, match="one page of a list"):
        assert len(read(file, page | {"next_page": {"offset": "x"}})) == 1


def test_odd_values_lose_no_task(file: Path) -> None:
    file.write_bytes(
        b'[{"gid": 1, "name": null, "assignee": 3, "tags": "x", "subtasks": null},'
        b'{"gid": "2", "name": "half \\ud83d", "custom_fields": [null, {"gid": 4}], "due_on": 5}]'
    )

    with pytest.warns(af.AsanaWarning, match=r"due_on: 1 value\(s\) are not a valid date"):
        tasks = af.read_asana_json(file)

    assert tasks["gid"].tolist() == ["1", "2"]
    assert tasks["name"].tolist()[1] == "half \ufffd"


def test_many_levels_of_subtasks_are_read(file: Path) -> None:
    deep = task("0")
    for number in range(1, 40):
        deep = task(str(number), subtasks=[deep])

    tasks = read(file, [deep])

    assert tasks["gid"].tolist() == [str(number) for number in range(39, -1, -1)]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b'{"data": [{"gid": "1"}', "not a complete JSON file.*export or download it again"),
        (b'{"gid": "1"}\n{"gid": "2"}\n{"gid": ', "line 3"),
        (b'{"gid": "1"}\n3\n', "value stands where a record should be"),
        (gzip.compress(b'[{"gid": "1"}]' * 99, mtime=0)[:-20], "is compressed and incomplete"),
        (b"Task ID,Name\n1,a\n", "not a complete JSON file"),
        (b'{"name": "demo", "version": 3}', "no list of records but name, version"),
        (b'{"dependencies": {"a": "1"}}', "no list of records but a"),
        (b'[{"name": "a"}]', "a record has no gid but name"),
        (b'{"data": 3}', "no list of records but data"),
        (b"[[1]]", "value stands where a record should be"),
        (b'[{"gid": "1", "subtasks": 3}]', "where a list of records should be"),
        (b'[{"gid": "1", "assignee_gid": "2"}]', "rows of a frame.*af.read_json"),
        (b'{"errors": [{"message": "no"}]}', "a record has no gid but message"),
    ],
)
def test_bad_files_are_refused_with_the_reason_and_what_to_do(
    body: bytes, says: str, file: Path
) -> None:
    file.write_bytes(body)

    with pytest.raises(af.InvalidArgument, match=says):
        af.read_asana_json(file)


KEYS = st.sampled_from(
    [
        "gid",
        "data",
        "name",
        "subtasks",
        "tasks",
        "parent",
        "resource_type",
        "custom_fields",
        "enum_options",
        "enum_value",
        "memberships",
        "project",
        "due_on",
        "next_page",
        "x",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.dictionaries(KEYS, VALUES, max_size=5).map(lambda record: {"gid": "1"} | record)


@pytest.mark.filterwarnings("ignore::asana_frames.AsanaWarning")
@given(VALUES | st.lists(RECORDS, max_size=3) | RECORDS.map(lambda record: {"data": [record]}))
def test_any_json_is_a_frame_of_tasks_or_refused(document: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.json")
        try:
            tasks = read(file, document)
        except af.InvalidArgument:
            return
    assert tasks["gid"].is_unique
    assert tasks["gid"].notna().all()


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(af.InvalidArgument, match="There is no file"):
        af.read_asana_json(tmp_path / "none.json")
    with pytest.raises(af.InvalidArgument, match="is a folder"):
        af.read_asana_json(tmp_path)


def test_a_csv_file_is_read_by_the_reader_of_csv_files(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text('"Task ID";Name\n12;Call\n')

    with pytest.raises(af.InvalidArgument, match=r"If it is a CSV file, use af\.read_asana_csv"):
        af.read_asana_json(file)
