"""Workbooks of reports: what a person sees first, and that nothing of the frames is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

import asana_frames as af
from asana_frames.export.excel_charts import CHART_SHEET
from asana_frames.export.excel_reader import SCHEMA_SHEET
from asana_frames.frames import STR
from tests.fixed_day import NOW

pytest.importorskip("xlsxwriter", reason="xlsxwriter is an extra")
openpyxl = pytest.importorskip("openpyxl", reason="openpyxl reads what the tests write")

REPORTS: dict[str, tuple[Any, str]] = {
    "hours": (af.gather.hours_report, "Acme"),
    "goals": (af.gather.goals_report, "Acme"),
    "money": (af.gather.money_report, "Acme"),
    "projects": (af.gather.projects_report, "Acme"),
    "timesheets": (af.gather.timesheets_report, "Acme"),
    "flow": (af.gather.flow_report, "Website relaunch"),
}


@pytest.fixture
def tasks() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gid": ["11", "12", "13"],
            "name": ["Plan", "Write", "Print"],
            "assignee_gid": pd.Series(["1", "1", None], dtype=STR),
            "assignee_name": pd.Series(["Ana", "Ana", None], dtype=STR),
            "due_on": pd.to_datetime(["2026-03-02", None, "2026-03-16"]),
            "created_at": pd.to_datetime(["2026-02-01 10:30"] * 3, utc=True),
            "resource_type": ["task"] * 3,
            "notes": pd.Series([None] * 3, dtype=STR),
            "hours": [1.0, 2.5, None],
        }
    )


@pytest.fixture
def plans() -> pd.DataFrame:
    """Return two projects of one name, and another."""
    return pd.DataFrame(
        {
            "project_gid": ["1", "2", "3"],
            "project_name": ["Plan", "Plan", "Office"],
            "team_name": ["Sales", "Product", "Sales"],
            "hours": [1.0, 2.0, 3.0],
        }
    )


def write(frames: Any, path: Path, **options: Any) -> Any:
    af.export.to_excel(frames, path / "x.xlsx", labels="human", **options)
    return openpyxl.load_workbook(path / "x.xlsx")


def folded(sheet: Any) -> list[str]:
    """Return the headers of the columns that are folded."""
    letters = {
        openpyxl.utils.get_column_letter(number)
        for one in sheet.column_dimensions.values()
        if one.hidden and one.outlineLevel == 1
        for number in range(one.min, one.max + 1)
    }
    return [cell.value for cell in sheet[1] if cell.column_letter in letters]


def pixels_left_of_chart(sheet: Any) -> float:
    (drawn,) = [*sheet._charts, *sheet._images]
    widths = dict.fromkeys(range(1, drawn.anchor._from.col + 1), 64.0)
    for one in sheet.column_dimensions.values():
        for number in range(one.min or 1, (one.max or 0) + 1):
            if number in widths:
                widths[number] = 0 if one.hidden else one.width * 7
    return sum(widths.values())


@pytest.mark.parametrize("name", REPORTS)
def test_each_table_of_a_report_is_read_back_equal(
    name: str, tmp_path: Path, asana: af.Asana
) -> None:
    read, subject = REPORTS[name]
    report = read(asana, subject, now=NOW) if name != "hours" else read(asana, subject, end=NOW)
    found = report._asdict()
    tables = {
        key: table
        for key, table in {**found, **found.get("wide", {})}.items()
        if isinstance(table, pd.DataFrame) and key not in ("tiles", "findings")
    }

    write(
        tables,
        tmp_path,
        title=name,
        notes=["Acme"],
        tiles=report.tiles,
        findings=report.findings,
        totals=True,
    )

    back = af.read_excel(tmp_path / "x.xlsx", sheet=None)
    assert len(back) == len(tables) > 3
    for table, again in zip(tables.values(), back.values(), strict=True):
        # Excel keeps 16 digits of a number, and the milliseconds of a moment.
        assert_frame_equal(_round_moments(again), _round_moments(table), rtol=1e-14)


def _round_moments(frame: pd.DataFrame) -> pd.DataFrame:
    moments = frame.select_dtypes("datetimetz")
    return frame.assign(**{name: moments[name].dt.round("ms") for name in moments})


def test_headers_are_words_and_gids_are_folded_at_the_end(
    tmp_path: Path, tasks: pd.DataFrame
) -> None:
    sheet = write({"tasks": tasks}, tmp_path)["tasks"]

    assert [cell.value for cell in sheet[1]] == [
        *("Name", "Assignee", "Due", "Created (UTC)", "Hours", "Resource type", "Notes"),
        *("Assignee gid", "Gid"),
    ]
    assert folded(sheet) == ["Resource type", "Notes", "Assignee gid", "Gid"]
    # The button that unfolds them stands above the next column.
    assert sheet.column_dimensions["J"].collapsed
    assert sheet.freeze_panes == "B2"
    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), tasks)


def test_days_and_moments_are_written_as_people_do(tmp_path: Path, tasks: pd.DataFrame) -> None:
    row = write({"tasks": tasks}, tmp_path)["tasks"][2]

    assert [row[place].number_format for place in (2, 3, 4)] == [
        *("d mmm yyyy", "d mmm yyyy hh:mm", "#,##0.00")
    ]


def test_a_frame_of_one_column_shows_it(tmp_path: Path) -> None:
    sheet = write(pd.DataFrame({"gid": ["1"]}), tmp_path).worksheets[0]

    assert folded(sheet) == []


def test_the_workbook_that_lost_its_schemas_is_read_by_those_of_a_frame(
    tmp_path: Path, tasks: pd.DataFrame
) -> None:
    book = write({"tasks": tasks}, tmp_path)
    del book[SCHEMA_SHEET]
    book.save(tmp_path / "x.xlsx")

    back = af.read_excel(tmp_path / "x.xlsx", schema=tasks)

    assert_frame_equal(back[tasks.columns], tasks)


def test_a_header_may_be_typed_in_another_case(tmp_path: Path, tasks: pd.DataFrame) -> None:
    book = write({"tasks": tasks}, tmp_path)
    book["tasks"]["B1"] = "ASSIGNEE "
    book.save(tmp_path / "x.xlsx")

    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), tasks)


def test_columns_whose_words_are_alike_are_not_mixed_up(tmp_path: Path) -> None:
    labels = ["owner_name", "owner", "cf_gid", "gid", "cf_Owner", "Owner name", "cf_name", "name"]
    frame = pd.DataFrame([[f"{number}{n}" for n in range(8)] for number in range(2)])
    frame = frame.set_axis(labels, axis="columns").astype("str")

    write(frame, tmp_path)

    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), frame)


def test_what_does_not_fit_beside_a_chart_is_folded_but_not_what_it_shows(
    tmp_path: Path,
) -> None:
    many = {f"a column {number}": [1.5, 2.0] for number in range(20)}
    frame = pd.DataFrame({"name": ["a", "b"], **many, "last": [1, 2]})

    book = write({"a": frame}, tmp_path, charts={"a": {"kind": "bar", "x": "name", "y": "last"}})

    sheet = book["a"]
    assert book.sheetnames == ["a", SCHEMA_SHEET]
    assert 600 < pixels_left_of_chart(sheet) <= 1_200
    assert "A column 19" in folded(sheet)
    assert "Last" not in folded(sheet)
    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), frame)


@pytest.mark.parametrize(("x", "y"), [("Col 0", "Hours"), ("col_0", "hours")])
def test_a_column_that_a_chart_names_by_its_header_or_its_label_is_in_sight(
    x: str, y: str, tmp_path: Path
) -> None:
    frame = pd.DataFrame({f"col_{number}": ["some words " * 3] for number in range(12)})
    frame = frame.assign(hours=1.5)

    book = write({"A": frame}, tmp_path, charts={"A": {"kind": "bar", "x": x, "y": y}})

    (series,) = book["A"]._charts[0].series
    assert series.val.numRef.f.endswith("!$M$2")
    assert "Col 11" in folded(book["A"])
    assert "Hours" not in folded(book["A"])


def test_a_table_of_nothing_but_totals_has_no_chart(tmp_path: Path) -> None:
    frame = pd.DataFrame({"kind": ["project", "total"], "project_name": ["a", None], "n": [1, 1]})

    book = write({"a": frame.tail(1)}, tmp_path, charts={"a": {"kind": "bar", "y": "n"}})

    assert [len(sheet._charts) for sheet in book] == [0, 0]


@pytest.mark.parametrize(
    ("title", "note", "heights"),
    [("March", "All", (30, 18)), ("a" * 100, "b" * 115, (60, 36)), ("a" * 65, "b", (60, 18))],
)
def test_rows_of_the_title_and_the_first_note_show_all_their_lines(
    tmp_path: Path, title: str, note: str, heights: tuple[float, float]
) -> None:
    book = write({"a": pd.DataFrame({"x": [1]})}, tmp_path, title=title, notes=[note])

    rows = book["Summary"].row_dimensions
    assert (rows[1].height, rows[2].height) == pytest.approx(heights, abs=0.5)


def test_rows_are_as_high_as_sentences_of_wide_letters(tmp_path: Path) -> None:
    findings = pd.DataFrame({"sentence": ["a" * 120, "\u65e5" * 120]})
    tiles = pd.DataFrame({"label": "n", "text": "1", "note": ["\u65e5" * 20]})
    frame = pd.DataFrame({"\u65e5" * 60: [1]})

    book = write({"a": frame}, tmp_path, title="March", tiles=tiles, findings=findings)

    sheet = book["Summary"]
    heights = {
        cell.value: sheet.row_dimensions[cell.row].height
        for row in sheet.iter_rows()
        for cell in row
    }
    # Two lines of 16 points, one, and two of 13.
    assert heights["\u65e5" * 120] == pytest.approx(32, abs=0.5)
    assert heights["a" * 120] == pytest.approx(16, abs=0.5)
    assert heights["\u65e5" * 20] == pytest.approx(26, abs=0.5)
    # 120 letters in bold need four lines in the widest column for people.
    assert book["a"].row_dimensions[1].height > 55


def test_names_that_stand_in_the_row_above_are_dimmed(tmp_path: Path, tasks: pd.DataFrame) -> None:
    tasks = tasks[["assignee_name", "hours"]].fillna({"assignee_name": "Ben"})
    people = write({"a": tasks}, tmp_path)["a"].conditional_formatting
    af.export.to_excel({"a": tasks}, tmp_path / "plain.xlsx")
    plain = openpyxl.load_workbook(tmp_path / "plain.xlsx")["a"].conditional_formatting

    (rule,) = [rule for area in people for rule in area.rules]
    assert [str(area.sqref) for area in people] == ["A3:A4"]
    assert rule.formula == ['AND($A3<>"",$A3=$A2)']
    assert len(list(plain)) == 0


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"kind": ["project", "total"], "project_name": ["a", None], "n": [1, 1]}),
        pd.DataFrame({"person_gid": ["1", None], "person_name": ["a", "Total"], "n": [1, 1]}),
    ],
)
def test_rows_that_are_totals_are_bold_and_neither_filtered_nor_drawn(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    drawn = {"kind": "bar", "y": "n"}

    sheet = write({"a": frame}, tmp_path, totals=True, charts={"a": drawn})["a"]

    # No second row of totals.
    assert sheet.max_row == 3
    assert [sheet.cell(row, 1).font.bold for row in (2, 3)] == [False, True]
    assert sheet.auto_filter.ref.endswith("2")
    (series,) = sheet._charts[0].series
    assert series.val.numRef.f.endswith("$2")


def test_a_single_row_has_no_totals(tmp_path: Path) -> None:
    sheet = write({"a": pd.DataFrame({"hours": [1.5], "name": ["x"]})}, tmp_path, totals=True)["a"]

    assert sheet.max_row == 2


def test_a_long_table_has_a_series_for_each_name(tmp_path: Path, plans: pd.DataFrame) -> None:
    weeks = pd.to_datetime(["2026-03-09", "2026-03-02"])
    frame = pd.concat([plans.assign(period=week) for week in weeks], ignore_index=True)
    drawn = {"kind": "column", "x": "period", "y": "hours", "by": "project_name"}

    book = write({"a": frame}, tmp_path, charts={"a": drawn})

    data = book[CHART_SHEET]
    assert data.sheet_state == "hidden"
    header, *rows = data.iter_rows(values_only=True)
    # Equal names of different projects are no sum.
    assert header == ("Period", "Plan (Sales)", "Plan (Product)", "Office")
    assert [(row[0].day, *row[1:]) for row in rows] == [(2, 1, 2, 3), (9, 1, 2, 3)]
    (chart,) = book["a"]._charts
    assert chart.grouping == "stacked"
    assert [series.val.numRef.f for series in chart.series] == [
        f"{CHART_SHEET}!${letter}$2:${letter}$3" for letter in "BCD"
    ]
    assert list(af.read_excel(tmp_path / "x.xlsx", sheet=None)) == ["a"]


def test_many_names_are_the_largest_and_others(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"x": ["a"] * 30, "person_name": [f"P{n}" for n in range(30)], "hours": range(30)}
    )
    drawn = {"kind": "column", "x": "x", "y": "hours", "by": "person_name"}

    data = write({"a": frame}, tmp_path, charts={"a": drawn})[CHART_SHEET]

    header, row = data.iter_rows(values_only=True)
    assert header == ("X", *(f"P{n}" for n in range(21, 30)), "other")
    assert row[-1] == sum(range(21))


def test_equal_names_are_told_apart_in_charts(tmp_path: Path, plans: pd.DataFrame) -> None:
    hours = plans.drop(columns="team_name")
    frames = {"plans": plans, "hours": hours}

    book = write(frames, tmp_path, charts={key: {"kind": "bar", "y": "hours"} for key in frames})

    labels = [row[0] for row in book[CHART_SHEET].iter_rows(values_only=True) if row[0]]
    # By what stands in the other table.
    assert labels == ["Project", "Plan (Sales)", "Plan (Product)", "Office"] * 2
    assert [book["hours"].cell(row, 1).value for row in (2, 3)] == ["Plan", "Plan"]


def test_bars_that_are_too_many_to_read_are_cut_and_counted(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": [f"t{n}" for n in range(300)], "hours": range(300)})
    drawn = {"kind": "bar", "y": "hours", "title": "Hours"}

    (chart,) = write({"a": frame}, tmp_path, charts={"a": drawn})["a"]._charts

    assert chart.series[0].val.numRef.f == "a!$B$2:$B$41"
    assert chart.title.tx.rich.p[0].r[0].t == "Hours (the first 40 of 300)"


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        ({"kind": "bar", "y": "hours", "by": "nam"}, "no column 'nam'. Did you mean 'Name'"),
        ({"kind": "pie", "y": "hours", "by": "name"}, "another kind than 'pie'"),
        ({"kind": "bar", "y": ["hours", "n"], "by": "name"}, "give one in 'y', such as 'Hours'"),
        ({"kind": "bar", "stacked": "yes"}, r"\['stacked'\]= takes True or False, not str"),
        ({"kind": "bar", "title": 3}, r"\['title'\]= takes text"),
    ],
)
def test_a_chart_that_says_no_series_is_refused(
    chart: dict[str, Any], words: str, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"name": ["a"], "hours": [1.5], "n": [1]})

    with pytest.raises(af.InvalidArgument, match=words):
        write({"a": frame}, tmp_path, charts={"a": chart})

    assert list(tmp_path.iterdir()) == []


TILES = pd.DataFrame(
    {
        "label": ["Tasks", "Late"],
        "text": ["12", "=3"],
        "note": ["of 2 projects", None],
        "severity": ["note", "alert"],
    }
)
FINDINGS = pd.DataFrame(
    {"sentence": ["3 tasks are late.", "Nothing waits."], "severity": ["alert", "good"]}
)


def test_the_summary_says_what_matters_and_what_is_where(
    tmp_path: Path, tasks: pd.DataFrame
) -> None:
    figure = Figure(figsize=(4, 2))
    figure.subplots()
    frames = {"Don't": tasks, "Late": tasks}

    book = write(
        frames,
        tmp_path,
        title="=March",
        notes=["Acme, 2 Nov 2026", "Days are in UTC."],
        tiles=TILES,
        findings=FINDINGS,
        charts={"Late": figure},
    )

    sheet = book.worksheets[0]
    assert book.sheetnames[:3] == ["Summary", "Don't", "Late"]
    rows = [
        [cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)
    ]
    assert [row for row in rows if row][:-1] == [
        *(["=March"], ["Acme, 2 Nov 2026"]),
        *(["Tasks", "Late"], ["12", "=3"], ["of 2 projects"]),
        *(["Findings"], ["▲", "3 tasks are late."], ["✔", "Nothing waits."]),
        *(["Contents"], ["Don't", "3 rows"], ["Late", "3 rows, chart"]),
        *(["How to read this"], ["Days are in UTC."]),
    ]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    links = [cell.hyperlink.location for cell in cells if cell.hyperlink]
    assert links == ["'Don''t'!A1", "'Late'!A1"]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    (late,) = [cell for cell in cells if cell.value == "=3"]
    assert late.font.color.rgb == "FFB03060"
    assert book.properties.title == "=March"
    assert sheet.page_setup.fitToHeight in (None, 1)


def test_the_first_table_is_read_and_not_the_summary(tmp_path: Path, tasks: pd.DataFrame) -> None:
    write({"tasks": tasks}, tmp_path, title="March")

    assert_frame_equal(af.read_excel(tmp_path / "x.xlsx"), tasks)


def test_a_table_called_summary_is_another_sheet(tmp_path: Path, tasks: pd.DataFrame) -> None:
    book = write({"tasks": tasks, "Summary": tasks}, tmp_path, title="March")

    assert book.sheetnames[:3] == ["Summary", "Summary (2)", "tasks"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"notes": ["a"]}, "pass title= as well"),
        ({"findings": FINDINGS}, "pass title= as well"),
        ({"title": 3}, "title= takes text"),
        ({"title": "a", "notes": [3]}, "notes= takes"),
        ({"title": "a", "tiles": 3}, r"export.to_excel\(tiles=\) takes a DataFrame"),
        ({"title": "a", "tiles": FINDINGS}, "tiles= has no column 'label'"),
        (
            {"title": "a", "findings": FINDINGS, "anonymize": "a long secret key"},
            "leave out findings=",
        ),
    ],
)
def test_a_summary_that_cannot_be_written_is_refused(
    options: dict[str, Any], words: str, tmp_path: Path, tasks: pd.DataFrame
) -> None:
    with pytest.raises(af.InvalidArgument, match=words):
        write({"tasks": tasks}, tmp_path, **options)

    assert list(tmp_path.iterdir()) == []


def test_the_foot_of_a_page_shows_any_title(tmp_path: Path, tasks: pd.DataFrame) -> None:
    write({"tasks": tasks}, tmp_path, title="24 R&D &P")

    with ZipFile(tmp_path / "x.xlsx") as parts:
        text = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "&amp;L 24 R&amp;&amp;D &amp;&amp;P&amp;RPage" in text


def test_a_report_needs_a_title_and_is_not_anonymized(tmp_path: Path) -> None:
    report = af.gather.hours_report(af.sandbox(now=NOW), "Acme", end=NOW, by="person", now=NOW)

    with pytest.raises(af.InvalidArgument, match=r"^A report needs title="):
        write(report, tmp_path)
    with pytest.raises(af.InvalidArgument, match=r"pass report.tables\(\) instead of the report"):
        write(report, tmp_path, title="Hours", anonymize="a long secret key")


def test_a_summary_without_findings_has_no_heading_of_them(
    tmp_path: Path, tasks: pd.DataFrame
) -> None:
    book = write({"tasks": tasks}, tmp_path, title="March", findings=FINDINGS.head(0))

    cells = [cell.value for row in book["Summary"].rows for cell in row]
    assert "Findings" not in cells


@pytest.mark.parametrize(("names", "is_dimmed"), [(["Ana", "Ana"], True), (["Ana", None], False)])
def test_names_are_dimmed_only_where_every_row_has_one(
    names: list[str | None], is_dimmed: bool, tmp_path: Path
) -> None:
    lines = pd.DataFrame({"task_name": pd.Series([*names, "Ben"], dtype=STR), "hours": 1.0})

    sheet = write({"lines": lines}, tmp_path)["lines"]

    assert bool(list(sheet.conditional_formatting)) == is_dimmed


def test_the_row_of_all_projects_has_its_name(tmp_path: Path, asana: af.Asana) -> None:
    report = af.gather.projects_report(asana, "Acme", now=NOW)

    sheet = write(report, tmp_path, title="Acme")["portfolio"]

    headers = [cell.value for cell in sheet[1]]
    total = dict(zip(headers, (cell.value for cell in sheet[sheet.max_row]), strict=True))
    assert headers[0] == "Project"
    assert (total["Project"], total["Kind"]) == ("All projects", "total")
    assert (total["Behind"], total["Days slipped"]) == (None, None)
    assert pd.isna(report.portfolio["project_name"].iloc[-1])


def test_headers_above_numbers_break_inside_no_word(tmp_path: Path) -> None:
    numbers = pd.DataFrame({"name": ["a"], "open": [1], "overdue": [2], "days_unclassified": [3]})

    sheet = write({"a": numbers}, tmp_path)["a"]

    for letter, cell in zip("BCD", sheet[1][1:], strict=True):
        # In pixels: a bold letter, and the indent and margins.
        longest = max(map(len, cell.value.split())) * 7.7 + 18 + 5
        assert sheet.column_dimensions[letter].width * 7 + 5 >= longest
