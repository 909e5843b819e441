"""CSV files that Asana's own pages export, read as frames of tasks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.frames import DTYPES
from tests.export.asana_files import HEADER, write_rows, write_tasks


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "Website.csv"


def read(file: Path, *rows: dict[str, str], **options: Any) -> pd.DataFrame:
    numbered = [{"Task ID": str(100 + n), "Name": f"Task {n}"} | row for n, row in enumerate(rows)]
    return af.read_asana_csv(write_rows(file, numbered, **options))


def test_the_columns_and_dtypes_are_those_of_tasks_list_whatever_the_file_has(file: Path) -> None:
    full = read(file, dict.fromkeys(HEADER, "2026-03-02") | {"Task ID": "1"})
    bare = read(file, {}, header=["Task ID", "Name"])
    empty = read(file)

    own = {
        c.name: DTYPES["tuple" if c.depth else c.kind]
        for c in columns_of("task")
        if c.kind != "custom_fields"
    }
    extra = {"assignee_email": "text", "dependencies_names": "tuple", "dependents_names": "tuple"}
    wanted = own | {name: DTYPES[kind] for name, kind in extra.items()}
    for frame in (full, bare, empty):
        assert dict(frame.dtypes) == wanted
        assert list(frame.columns) == list(wanted)


def test_each_header_fills_its_columns(file: Path) -> None:
    task = read(
        file,
        {
            "Task ID": "1201",
            "Created At": "2026-03-02",
            "Completed At": "2026-03-05",
            "Last Modified": "2026-03-06",
            "Name": "Draw the logo",
            "Section/Column": "Done",
            "Assignee": "Ana Silva",
            "Assignee Email": "ana@example.com",
            "Start Date": "2026-03-03",
            "Due Date": "2026-03-04",
            "Tags": "red,blue",
            "Notes": "One\nTwo",
            "Projects": "Website",
            "Blocked By (Dependencies)": "Choose colours",
            "Blocking (Dependencies)": "Print",
        },
    ).iloc[0]

    assert task["gid"] == "1201"
    assert task["created_at"] == pd.Timestamp("2026-03-02", tz="UTC")
    assert task["completed_at"] == pd.Timestamp("2026-03-05", tz="UTC")
    assert task["modified_at"] == pd.Timestamp("2026-03-06", tz="UTC")
    assert task["completed"]
    assert task["start_on"] == pd.Timestamp("2026-03-03")
    assert task["due_on"] == pd.Timestamp("2026-03-04")
    assert task["assignee_name"] == "Ana Silva"
    assert task["assignee_email"] == "ana@example.com"
    assert task["notes"] == "One\nTwo"
    assert task["tags_names"] == ("red", "blue")
    assert task["tags_gids"] == (None, None)
    assert task["dependencies_names"] == ("Choose colours",)
    assert task["dependents_names"] == ("Print",)
    assert pd.isna(task["assignee_gid"])


def test_a_task_is_open_without_a_completion_and_unknown_without_the_column(file: Path) -> None:
    assert read(file, {})["completed"].tolist() == [False]
    assert read(file, {}, header=["Task ID", "Name"])["completed"].isna().all()


def test_a_section_stands_beside_the_project_that_all_tasks_with_a_section_have(
    file: Path,
) -> None:
    tasks = read(
        file,
        {"Projects": "Website", "Section/Column": "Backlog"},
        {"Projects": "Mobile,Website", "Section/Column": "Done"},
        {"Projects": "Mobile"},
        {},
    )

    assert tasks["memberships_project_names"].tolist() == [
        ("Website",),
        ("Mobile", "Website"),
        ("Mobile",),
        (),
    ]
    assert tasks["memberships_section_names"].tolist() == [
        ("Backlog",),
        (None, "Done"),
        (None,),
        (),
    ]
    pairs = af.bridge(tasks, "memberships")
    assert pairs["project_name"].tolist() == ["Website", "Mobile", "Website", "Mobile"]
    assert pairs["task_gid"].tolist() == ["100", "101", "101", "102"]


def test_a_section_of_an_unknown_project_has_an_entry_of_its_own(file: Path) -> None:
    tasks = read(
        file,
        {"Projects": "Website", "Section/Column": "Today"},
        {"Projects": "Mobile", "Section/Column": "Later"},
        {"Section/Column": "Later"},
    )

    assert tasks["memberships_project_names"].tolist() == [
        ("Website", None),
        ("Mobile", None),
        (None,),
    ]
    assert tasks["memberships_section_names"].tolist() == [
        (None, "Today"),
        (None, "Later"),
        ("Later",),
    ]


HOME = {"Projects": "Website", "Section/Column": "Backlog"}
PLAN = HOME | {"Name": "Plan"}


@pytest.mark.parametrize(
    ("rows", "parent"),
    [
        ([PLAN, {"Parent task": "Plan"}], "100"),
        # A subtask of a subtask.
        ([PLAN, {"Name": "Draw", "Parent task": "Plan"}, {"Parent task": "Draw"}], "101"),
        # Two tasks have the name of the parent.
        ([PLAN, PLAN, {"Parent task": "Plan"}], None),
        # It may be there because of its own project: its parent may be a task of the same name.
        ([PLAN, HOME | {"Parent task": "Plan"}], None),
        ([PLAN, {"Projects": "Other", "Parent task": "Plan"}], None),
        # No sections, so it is not the file of a project.
        ([{"Name": "Plan"}, {"Parent task": "Plan"}], None),
        # Its own name is that of its parent.
        ([HOME, {"Name": "Plan", "Parent task": "Plan"}], None),
        ([HOME, {"Parent task": "Plan"}], None),
    ],
)  # fmt: skip
def test_a_parent_has_a_gid_only_where_the_file_leaves_no_doubt(
    rows: list[dict[str, str]], parent: str | None, file: Path
) -> None:
    task = read(file, *rows).iloc[-1]

    assert task["parent_name"] == rows[-1]["Parent task"]
    assert task["parent_gid"] == parent if parent else pd.isna(task["parent_gid"])


def test_names_of_tasks_keep_their_commas_in_dependencies(file: Path) -> None:
    tasks = read(
        file,
        {"Name": "Draw, print"},
        {"Name": "Ship", "Blocked By (Dependencies)": "Plan,Draw, print,Sell"},
    )

    assert tasks["dependencies_names"].tolist() == [(), ("Plan", "Draw, print", "Sell")]


def test_names_that_may_be_one_or_several_are_read_as_several(file: Path) -> None:
    names = ["Draw, print", "Draw", "print"]
    tasks = read(
        file, *({"Name": name, "Blocking (Dependencies)": "Draw, print"} for name in names)
    )

    assert tasks["dependents_names"].tolist() == [("Draw", "print")] * 3


def test_other_columns_are_custom_fields_typed_as_all_their_cells_allow(file: Path) -> None:
    fields = ["Points", "Price", "Launch", "Zip", "Phone", "Version", "Mixed", "Long", "None"]
    cells = [
        ("1", "1.234,50", "13.02.2026", "01234", "+41 79", "1e5", "1", "1234567890123456", ""),
        ("2,5", "-3", "1.3.2026", "99999", "", "2", "n/a", "1", ""),
        ("", "", "", "", "", "", "", "", ""),
    ]
    tasks = read(file, *(dict(zip(fields, row, strict=True)) for row in cells), fields=fields)

    kinds = {name: str(tasks[f"cf_{name}"].dtype) for name in fields}
    assert kinds == {
        "Points": "Float64",
        "Price": "Float64",
        "Launch": "datetime64[us]",
        **dict.fromkeys(["Zip", "Phone", "Version", "Mixed", "Long", "None"], "str"),
    }
    assert tasks["cf_Points"].tolist()[:2] == [1, 2.5]
    assert tasks["cf_Price"].tolist()[:2] == [1234.5, -3]
    assert tasks["cf_Launch"].tolist()[:2] == [
        pd.Timestamp("2026-02-13"),
        pd.Timestamp("2026-03-01"),
    ]
    assert tasks["cf_Mixed"].tolist()[:2] == ["1", "n/a"]
    assert tasks.iloc[2][[f"cf_{name}" for name in fields]].isna().all()


def test_days_of_other_countries_are_read_by_all_days_of_the_file(file: Path) -> None:
    other = read(file, {"Due Date": "3/4/2026"}, {"Start Date": "13/4/2026"})
    field = read(file, {"Due Date": "3/4/2026"}, {"Launch": "13/4/2026"}, fields=["Launch"])

    assert other["due_on"].tolist()[0] == pd.Timestamp("2026-04-03")
    assert field["due_on"].tolist()[0] == pd.Timestamp("2026-04-03")


def test_columns_of_numbers_with_different_decimal_signs_are_all_read(file: Path) -> None:
    tasks = read(file, {"Points": "1,5", "Price": "2.25"}, fields=["Points", "Price"])

    assert tasks.loc[0, ["cf_Points", "cf_Price"]].tolist() == [1.5, 2.25]


def test_numbers_that_may_be_thousands_stay_text_unless_a_sign_is_given(file: Path) -> None:
    rows = {"Points": "12,500", "Price": "12.500"}, {"Points": "7", "Price": "7"}
    tasks = read(file, *rows, fields=["Points", "Price"], separator=";")

    assert tasks.loc[0, ["cf_Points", "cf_Price"]].tolist() == ["12,500", "12.500"]
    given = af.read_asana_csv(file, decimal=",")
    assert given.loc[0, ["cf_Points", "cf_Price"]].tolist() == [12.5, 12500]


@pytest.mark.parametrize(
    "cells",
    [
        ("100,200", "300,400"),
        ("100,200,300", "7"),
        ("5 100", "7 300"),
        ("1,125", "2"),
        ("1.10", "1.2"),
        ("1.0", "1.10"),
    ],
)
def test_what_may_be_several_options_or_a_version_stays_text(
    file: Path, cells: tuple[str, str]
) -> None:
    rows = [{"Sizes": cell, "Price": "0.5"} for cell in cells]

    tasks = read(file, *rows, fields=["Sizes", "Price"])

    assert tasks["cf_Sizes"].tolist() == list(cells)
    assert tasks["cf_Price"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (("1.10", "1.25"), [1.1, 1.25]),
        (("10.0", "2"), [10, 2]),
        (("1.125", "2"), [1.125, 2]),
        (("1,234.50", "7.25"), [1234.5, 7.25]),
    ],
)
def test_numbers_with_as_many_decimals_as_their_field_are_numbers(
    file: Path, cells: tuple[str, str], numbers: list[float]
) -> None:
    tasks = read(file, *({"Points": cell} for cell in cells), fields=["Points"])

    assert tasks["cf_Points"].tolist() == numbers


def test_days_that_may_be_of_two_months_are_refused_unless_dayfirst_tells(file: Path) -> None:
    with pytest.raises(af.InvalidArgument, match=r"Due Date, row 3: '3/4/2026'.*dayfirst=True"):
        read(file, {}, {"Due Date": "3/4/2026"})

    assert af.read_asana_csv(file, dayfirst=False)["due_on"][1] == pd.Timestamp("2026-03-04")
    assert af.read_asana_csv(file, dayfirst=True)["due_on"][1] == pd.Timestamp("2026-04-03")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("above", ["", "https://app.asana.com/0/1/list\r\n\r\n,,,\r\n"])
def test_encodings_separators_and_lines_above_the_header_make_no_difference(
    encoding: str, separator: str, above: str, file: Path
) -> None:
    task = {"Name": "Größe, 🎈; \t", "Notes": 'a "b"', **HOME}
    plain = read(file, task)

    other = read(file, task, encoding=encoding, separator=separator, above=above)

    pd.testing.assert_frame_equal(other, plain)
    assert other["name"].tolist() == [task["Name"]]


def test_cp1252_is_read_with_a_warning_or_when_asked_for(file: Path) -> None:
    with pytest.warns(af.AsanaWarning, match="cp1252"):
        assert read(file, {"Name": "Größe"}, encoding="cp1252")["name"].tolist() == ["Größe"]

    assert af.read_asana_csv(file, encoding="cp1252")["name"].tolist() == ["Größe"]


def test_headers_may_differ_in_case_and_blank_rows_are_left_out(file: Path) -> None:
    header = [name.lower() if name != "Task ID" else name for name in HEADER]
    file.write_text(
        f"{','.join(header)}\n1,,,,Write{',' * 11}\n{',' * 15}\n2,,,,Print{',' * 11}\n"
    )

    tasks = af.read_asana_csv(file)

    assert tasks["name"].tolist() == ["Write", "Print"]
    assert tasks["gid"].tolist() == ["1", "2"]


def test_a_task_that_is_there_twice_is_one_row(file: Path) -> None:
    twice = {"Task ID": "7", "Name": "Write"}

    tasks = read(file, twice, twice, {"Task ID": "8"})

    assert tasks["name"].tolist() == ["Write", "Task 2"]
    assert tasks.index.tolist() == [0, 1]


LINE = f"{','.join(HEADER)}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no header that has 'Task ID'"),
        ("Aufgaben-ID,Name\n1,a\n", "Task ID, Created At, Completed At.*rename the columns"),
        ("Task ID,Title\n1,a\n", "no column 'Name'"),
        ("Task ID,Name,Points,Points\n1,a,2,3\n", "several columns called 'Points'"),
        ("Task ID,Name\n1,a\n2\n", "row 3: it has 1 cells and the header 2"),
        ("Task ID,Name\n1,a\n2,b,c\n", "row 3: it has 3 cells and the header 2"),
        ('Task ID,Name\n1,a\n2,"b\n', "no complete CSV file: line 3"),
        ("Task ID,Name\n1,a\n1.2E+15,b\n", r"Task ID, row 3: '1.2E\+15' is a gid that a spreads"),
        ("Task ID,Name\n1,a\nTask ID,Name\n", "Task ID, row 3: 'Task ID' is not the ID of a task"),
        ("Task ID,Name\n1,a\n1,b\n", "Task ID, row 3: '1' is there twice, with different cells"),
        ("Task ID,Name\n\u0661,a\n", "is not the ID of a task"),
        ("Task ID,Name\n1,a\n,Total\n", "Task ID, row 3: '' is not the ID"),
        ("Task ID,Name,,Due Date\n1,a,x,\n", "Column 3 has values and no name"),
        ("Task ID,Name,Due Date\n1,a,soon\n", "Due Date, row 2: 'soon' is not a day"),
    ],
)
def test_bad_files_are_refused_with_the_place_and_what_to_do(
    text: str, says: str, file: Path
) -> None:
    file.write_text(text, encoding="utf-8")

    with pytest.raises(af.InvalidArgument, match=says):
        af.read_asana_csv(file)


def test_the_reader_of_frames_names_the_reader_of_exports(file: Path) -> None:
    read(file, {})

    with pytest.raises(af.InvalidArgument, match=r"with af\.read_asana_csv"):
        af.read_csv(file, "tasks")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(af.InvalidArgument, match="There is no file"):
        af.read_asana_csv(tmp_path / "none.csv")
    with pytest.raises(af.InvalidArgument, match="is a folder"):
        af.read_asana_csv(tmp_path)
    with pytest.raises(af.InvalidArgument, match="dayfirst='yes' is not a flag"):
        af.read_asana_csv(tmp_path, dayfirst="yes")  # type: ignore[arg-type]


WILD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(WILD, WILD, WILD), min_size=1, max_size=5))
def test_wild_text_comes_back_as_it_was(rows: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cells = [
            {"Name": name, "Notes": notes, "Note": f"x{field}"} for name, notes, field in rows
        ]
        tasks = read(Path(folder, "a.csv"), *cells, fields=["Note"])

    assert tasks["name"].tolist() == [name for name, _, _ in rows]
    assert tasks["notes"].tolist() == [notes for _, notes, _ in rows]
    assert tasks["cf_Note"].tolist() == [f"x{field}" for _, _, field in rows]


CELLS = st.sampled_from(
    ["", "1", "12", "Task ID", "Plan", "a,b", '"', "3/4/2026", "2026-03-02", "1,5", "1.234,5", "é"]
)


@pytest.mark.filterwarnings("ignore::asana_frames.AsanaWarning")
@given(
    st.lists(st.sampled_from([*HEADER, "Points", "", "\ufeff"]), max_size=6),
    st.lists(st.lists(CELLS, max_size=8), max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
def test_any_table_is_a_frame_of_tasks_or_refused(
    header: list[str], rows: list[list[str]], separator: str, encoding: str
) -> None:
    lines = [["Task ID", "Name", *header], *rows]
    text = "\n".join(separator.join(cells) for cells in lines)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.csv")
        file.write_bytes(text.encode(encoding, "replace"))
        try:
            tasks = af.read_asana_csv(file)
        except af.InvalidArgument:
            return
    assert tasks["gid"].is_unique
    assert tasks["gid"].str.isdigit().all()


def test_a_project_of_the_sandbox_comes_back_by_its_names_and_days(
    asana: af.Asana, file: Path
) -> None:
    tasks = asana.tasks.list(project="Website relaunch")

    read_back = af.read_asana_csv(write_tasks(file, tasks, "Website relaunch"))

    same = ["gid", "name", "completed", "due_on", "start_on", "assignee_name", "tags_names"]
    pd.testing.assert_frame_equal(read_back[same], tasks[same])
    names = ["memberships_project_names"]
    pd.testing.assert_frame_equal(read_back[names], tasks[names])
    for name in ("created_at", "completed_at", "modified_at"):
        assert (read_back[name].dropna() == tasks[name].dropna().dt.floor("D")).all()
        assert (read_back[name].isna() == tasks[name].isna()).all()
    assert read_back.columns.tolist()[: len(columns_of("task")) - 1] == [
        c.name for c in columns_of("task") if c.kind != "custom_fields"
    ]


@pytest.mark.parametrize("name", ["x.csv", "x.json"])
def test_columns_that_asana_does_not_export_are_left_out_of_a_file_without_schema(
    tmp_path: Path, name: str
) -> None:
    rows = [{"Task ID": "12", "Name": "Call", "Estimated time": "60"}]
    file = write_rows(tmp_path / "a.csv", rows, fields=["Estimated time"])
    tasks = af.read_asana_csv(file)
    write, read = {
        "x.csv": (af.export.to_csv, af.read_csv),
        "x.json": (af.export.to_json, af.read_json),
    }[name]

    write(tasks, tmp_path / name)  # type: ignore[operator]
    again = read(tmp_path / name, "tasks", schema=tasks)  # type: ignore[operator]

    assert {"num_likes", "assignee_gid"} <= set(tasks) - set(again)
    with pytest.raises(af.InvalidArgument, match="actual_time_minutes"):
        af.rollups.estimates(again)
    write(tasks, tmp_path / name, schema=True)  # type: ignore[operator]
    pd.testing.assert_frame_equal(read(tmp_path / name), tasks)  # type: ignore[operator]
    with pytest.raises(af.InvalidArgument, match="actual_time_minutes, of which the file"):
        af.rollups.estimates(read(tmp_path / name))  # type: ignore[operator]


def test_task_ids_that_a_spreadsheet_rounded_are_refused(tmp_path: Path) -> None:
    rows = [{"Task ID": f"120900000000{gid}0", "Name": "Call"} for gid in range(100, 107)]
    file = write_rows(tmp_path / "a.csv", rows)

    with pytest.raises(af.InvalidArgument, match=r"Task ID, row 2: .*spreadsheet had rounded"):
        af.read_asana_csv(file)


def test_both_readers_say_what_to_do_with_a_workbook_of_asanas_columns(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    file = tmp_path / "a.xlsx"
    pd.DataFrame([{"Task ID": "12", "Name": "Call"}]).to_excel(file, index=False)

    with pytest.raises(af.InvalidArgument, match=r"save it as CSV .*af\.read_asana_csv"):
        af.read_asana_csv(file)
    with pytest.raises(af.InvalidArgument, match=r"save it as CSV .*af\.read_asana_csv"):
        af.read_excel(file, "tasks")
