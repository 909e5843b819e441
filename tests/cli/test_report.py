"""``asana-frames report hours``: the same figures in CSV, workbook and page."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import asana_frames as af
from asana_frames import _optional as extras
from asana_frames.cli import main
from asana_frames.cli.report_goals import _write_notes
from asana_frames.cli.report_hours import _build_files
from asana_frames.cli.reports import _choose_file_names, _write_csv
from asana_frames.display.sentences import format_figure
from asana_frames.exceptions import ConfigurationError
from asana_frames.export.excel_charts import CHART_SHEET
from asana_frames.export.excel_reader import SCHEMA_SHEET
from asana_frames.sandbox_server import TOKEN, serve
from tests.fixed_day import NOW

SPAN = ("--from", "2026-09-01", "--to", "2026-10-31")
FILES = {
    "by_person_and_week.csv",
    "by_project_and_week.csv",
    "entries.csv",
    "hours.csv",
    "hours.html",
    "hours.xlsx",
}


@pytest.fixture(scope="module")
def asana() -> af.Asana:
    """A sandbox that no other test has written to, as the command line has one."""
    return af.sandbox(now=NOW)


def report(out: Path, *arguments: str) -> Result:
    command = ["report", "hours", "--workspace", "Acme", "--sandbox", "--now", NOW]
    return CliRunner().invoke(main, [*command, "--out", str(out), *arguments])


def minutes_of(asana: af.Asana) -> int:
    entries = asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date=SPAN[1], entered_on_end_date=SPAN[3]
    )
    return int(entries["duration_minutes"].sum())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of two months in all formats."""
    pytest.importorskip("xlsxwriter", reason="part of the excel extra")
    out = tmp_path_factory.mktemp("report")
    done = report(out, *SPAN)
    assert (done.exit_code, done.stdout) == (0, "")
    assert all(name in done.stderr for name in FILES)
    return out


def test_a_report_is_csv_a_workbook_and_a_page(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES


def test_every_table_adds_up_to_the_entries_of_those_days(folder: Path, asana: af.Asana) -> None:
    hours = minutes_of(asana) / 60

    for name, column in (
        ("entries", "hours"),
        ("hours", "hours"),
        ("by_person_and_week", "total"),
        ("by_project_and_week", "total"),
    ):
        assert pd.read_csv(folder / f"{name}.csv")[column].sum() == pytest.approx(hours), name


def test_the_workbook_holds_the_tables_and_a_chart_where_it_is_seen(folder: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="part of the dev extra")
    book = openpyxl.load_workbook(folder / "hours.xlsx")
    del book[SCHEMA_SHEET]

    assert book.sheetnames == [
        *("Summary", "By person and week", "By project and week", "Hours", "Entries"),
        CHART_SHEET,
    ]
    # Charts of Excel's own, of which the last one has a series for each project.
    assert [len(sheet._charts) for sheet in book] == [0, 1, 1, 1, 0, 0]
    assert [series.tx.v for series in book["Hours"]._charts[0].series][-1] == "other"
    assert book["By person and week"].freeze_panes == "B2"
    sheets = af.read_excel(folder / "hours.xlsx", sheet=None)
    from_csv = pd.read_csv(folder / "by_project_and_week.csv", dtype={"project_gid": "str"})
    again = sheets["By project and week"]
    assert again["project_gid"].tolist() == from_csv["project_gid"].tolist()
    assert again["total"].tolist() == from_csv["total"].tolist()
    # Equal names are told apart.
    assert again["project_name"].is_unique
    assert not from_csv["project_name"].is_unique


def test_the_summary_of_the_workbook_says_what_was_found(folder: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="part of the dev extra")
    sheet = openpyxl.load_workbook(folder / "hours.xlsx")["Summary"]

    texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert texts[:3] == ["Tracked hours", "Acme, 1 Sep to 31 Oct 2026, as of 2 Nov 2026", "Hours"]
    assert any("Most time went into" in text for text in texts)
    links = [
        cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink
    ]
    assert links[:2] == ["'By person and week'!A1", "'By project and week'!A1"]


def test_the_page_tells_what_is_counted_and_shows_the_charts(folder: Path) -> None:
    page = (folder / "hours.html").read_text("utf-8")

    assert "Acme, 1 Sep to 31 Oct 2026" in page
    assert page.count("data:image/png;base64,") == 2
    assert "Website relaunch" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_period_in_which_nobody_tracked_time_is_a_column_all_the_same(tmp_path: Path) -> None:
    done = report(
        *[tmp_path, "--from", "2026-10-01", "--to", "2027-02-28", "--now", "2027-01-31"],
        *["--every", "MS", "--by", "team", "--format", "csv"],
    )

    assert done.exit_code == 0
    columns = list(pd.read_csv(tmp_path / "by_team_and_month.csv").columns)
    months = ["2026-10-01", "2026-11-01", "2026-12-01", "2027-01-01", "2027-02-01 (part)"]
    assert columns == ["team_gid", "team_name", *months, "total"]


@pytest.mark.parametrize("attribution", ["asana", "asana_or_first", "first", "split"])
def test_time_is_conserved_whichever_project_it_counts_to(
    attribution: str, tmp_path: Path, asana: af.Asana
) -> None:
    done = report(tmp_path, *SPAN, "--attribution", attribution, "--format", "csv")

    assert done.exit_code == 0
    hours = pd.read_csv(tmp_path / "by_project_and_week.csv")["total"].sum()
    assert round(hours * 60) == minutes_of(asana)


def test_columns_of_tasks_and_projects_are_keys_too(tmp_path: Path, asana: af.Asana) -> None:
    done = report(
        tmp_path, *SPAN, "--by", "project_cf_Health,task_completed,billable", "--format", "csv"
    )

    assert done.exit_code == 0, done.stderr
    hours = pd.read_csv(tmp_path / "hours.csv")
    assert list(hours.columns) == [
        *["project_cf_Health", "task_completed", "billable", "period", "hours"]
    ]
    assert round(hours["hours"].sum() * 60) == minutes_of(asana)


def test_tables_of_any_title_have_a_file_each(tmp_path: Path) -> None:
    titles = ["By task_cf_Area/Team and week", "By task_cf_area team and week", "../x", "B" * 300]
    tables = {title: pd.DataFrame({"hours": [number]}) for number, title in enumerate(titles)}
    report: Any = SimpleNamespace(tables=tables)

    paths = list(_write_csv(report, tmp_path))

    assert [path.name for path in paths[:3]] == [
        "by_task_cf_area_team_and_week.csv",
        "by_task_cf_area_team_and_week_2.csv",
        ".._x.csv",
    ]
    assert {path.parent for path in paths} == {tmp_path}
    assert [pd.read_csv(path)["hours"].item() for path in paths] == [0, 1, 2, 3]


def test_keys_of_equal_words_have_a_table_each(asana: af.Asana) -> None:
    found = af.gather.hours_report(asana, "Acme", end=NOW, now=NOW, by="person")
    keys = ["task_cf_a b", "task_cf_a_b"]
    twice = found._replace(
        wide=dict.fromkeys(keys, found.wide["person"]),
        by_key=dict.fromkeys(keys, found.by_key["person"]),
    )

    files = _build_files("Acme", twice, "W-MON", "asana_or_first")

    titles = ["By task_cf_a b and week", "By task_cf_a_b and week", "Hours", "Entries"]
    assert list(files.tables) == titles
    assert list(twice.main_tables()) == ["By task_cf_a b", "By task_cf_a_b"]


def test_days_without_an_entry_are_an_empty_report(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="part of the excel extra")

    done = report(tmp_path, "--from", "2031-01-01", "--to", "2031-01-31")

    assert done.exit_code == 0
    assert pd.read_csv(tmp_path / "entries.csv").empty
    assert "No time was tracked on these days." in (tmp_path / "hours.html").read_text("utf-8")
    assert (tmp_path / "hours.xlsx").stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--by", "projct"), "Did you mean 'project'"),
        (("--by", ","), "Try --by person,project"),
        (("--by", "task_cf_Nothing", *SPAN), "cf_Nothing"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "lies after"),
        (("--format", "pdf"), "csv, excel, html"),
        (("--format", ""), "csv, excel, html"),
    ],
)
def test_what_cannot_be_reported_is_one_message_and_leaves_no_file(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    done = report(tmp_path / "out", *arguments)

    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_period_that_is_none_is_refused_with_those_that_are(tmp_path: Path) -> None:
    done = report(tmp_path, "--every", "fortnight")

    assert done.exit_code == 2
    assert "'W-MON'" in done.stderr


def test_a_fiscal_year_is_a_column(tmp_path: Path) -> None:
    done = report(
        *[tmp_path, "--from", "2026-10-01", "--to", "2027-07-31"],
        *["--every", "YS-JUL", "--by", "team", "--format", "csv"],
    )

    assert done.exit_code == 0
    columns = list(pd.read_csv(tmp_path / "by_team_and_year.csv").columns)
    years = ["2026-07-01 (part)", "2027-07-01 (part)"]
    assert columns == ["team_gid", "team_name", *years, "total"]


@pytest.fixture
def _no_excel(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str) -> object:
        raise ImportError(module)

    monkeypatch.setattr(extras, "import_module", missing)


@pytest.mark.usefixtures("_no_excel")
def test_without_the_extra_everything_but_the_workbook_is_written(tmp_path: Path) -> None:
    done = report(tmp_path, *SPAN, "--by", "person")

    assert done.exit_code == 0
    assert "pip install 'asana-frames[excel]'" in done.stderr
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".html"}


@pytest.mark.usefixtures("_no_excel")
def test_a_workbook_that_was_asked_for_is_refused_without_the_extra(tmp_path: Path) -> None:
    done = report(tmp_path / "out", "--format", "excel")

    assert done.exit_code == 2
    assert ConfigurationError.__name__ in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_task_that_may_not_be_read_is_told_and_its_time_still_counts(
    asana: af.Asana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    span = ("2026-10-26", "2026-10-30")
    entries = asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date=span[0], entered_on_end_date=span[1]
    )
    monkeypatch.setenv("ASANA_ACCESS_TOKEN", TOKEN)

    with serve(faults=f"refuse={entries['task_gid'].iloc[0]}:403", now=NOW) as server:
        monkeypatch.setenv("ASANA_BASE_URL", server.url)
        command = ["report", "hours", "--workspace", "Acme", "--format", "csv"]
        days = ["--from", span[0], "--to", span[1]]
        done = CliRunner().invoke(main, [*command, *days, "--out", str(tmp_path)])

    assert done.exit_code == 5
    assert "403" in done.stderr
    hours = pd.read_csv(tmp_path / "entries.csv")["hours"].sum()
    assert hours == entries["duration_minutes"].sum() / 60


# ------------------------------------------------------------------------------------------ goals


def test_a_report_of_goals_holds_what_the_rollups_say(tmp_path: Path, asana: af.Asana) -> None:
    pytest.importorskip("xlsxwriter", reason="part of the excel extra")
    command = ["report", "goals", "--workspace", "Acme", "--sandbox", "--now", NOW]

    done = CliRunner().invoke(main, [*command, "--out", str(tmp_path)])

    assert (done.exit_code, done.stdout) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {
        *["progress.csv", "tree.csv", "time.csv", "history.csv", "goals.xlsx", "goals.html"],
        *["scorecard.csv", "forecast.csv", "drivers.csv"],
    }
    goals = asana.goals.list(workspace="Acme")
    relations = asana.goal_relationships.list(supported_goal=goals)
    expected = af.rollups.goal_progress(goals, relations, now="2026-11-02")
    told = pd.read_csv(tmp_path / "progress.csv", dtype={"gid": "str"})
    assert told["gid"].tolist() == expected["gid"].tolist()
    assert (
        told["ahead"].fillna(9).round(9).tolist() == expected["ahead"].fillna(9).round(9).tolist()
    )
    page = (tmp_path / "goals.html").read_text("utf-8").replace("\u00a0", " ")
    assert page.count("data:image/png;base64,") == 7
    assert "open goals are behind" in page


# --------------------------------------------------------------------------------------- projects


def test_a_report_of_projects_holds_what_the_rollups_say(tmp_path: Path, asana: af.Asana) -> None:
    pytest.importorskip("xlsxwriter", reason="part of the excel extra")
    command = ["report", "projects", "--workspace", "Acme", "--sandbox", "--now", NOW]

    done = CliRunner().invoke(main, [*command, "--out", str(tmp_path)])

    assert (done.exit_code, done.stdout) == (0, "")
    projects = asana.projects.list(workspace="Acme", archived=False)
    tasks = asana.tasks.list(project=projects)
    expected = af.rollups.portfolio(tasks, projects, now="2026-11-02")
    told = pd.read_csv(tmp_path / "projects.csv", dtype={"project_gid": "str"})
    assert told["project_gid"].fillna("").tolist() == expected["project_gid"].fillna("").tolist()
    assert told["done"].tolist() == expected["done"].tolist()
    assert len(pd.read_csv(tmp_path / "lead_times.csv")) == tasks["completed"].sum()
    page = (tmp_path / "projects.html").read_text("utf-8").replace("\u00a0", " ")
    # A chart each, but of dependencies and of what is to be tidied up.
    assert page.count("data:image/png;base64,") == 8
    assert f"{len(projects)} projects" in page


def report_timesheets(out: Path, *arguments: str) -> Result:
    command = ["report", "timesheets", "--workspace", "Acme", "--sandbox", "--out", str(out)]
    return CliRunner().invoke(main, [*command, *arguments])


def test_the_report_of_timesheets_has_hours_approvals_and_missing_hours(
    tmp_path: Path, asana: af.Asana
) -> None:
    pytest.importorskip("xlsxwriter", reason="part of the excel extra")

    done = report_timesheets(tmp_path, *SPAN, "--by", "project", "--now", NOW)

    assert (done.exit_code, done.stdout) == (0, "")
    tables = ["approvals.csv", "last_week.csv", "missing_hours.csv", "timesheet.csv"]
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {*tables, "timesheets.html", "timesheets.xlsx"}
    hours = minutes_of(asana) / 60
    assert pd.read_csv(tmp_path / "approvals.csv")["hours"].sum() == pytest.approx(hours)
    total = pd.read_csv(tmp_path / "timesheet.csv").iloc[-1]
    assert (total["person_name"], total["total"]) == ("Total", pytest.approx(hours))
    page = (tmp_path / "timesheets.html").read_text()
    assert "Asana does not know the working hours" in page
    assert f'Hours</dt><dd class="figure">{hours:,.0f}</dd>' in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--every", "MS"], "'MS' is not one of"),
        (["--from", "2026-10-05", "--to", "2026-10-01"], "lies after"),
        (["--workdays", "often"], "--workdays 'often'"),
        (["--hours-per-day", "25"], "hours-per-day"),
        (["--by", "colour"], "colour"),
    ],
)
def test_a_report_of_timesheets_that_cannot_be_made_is_refused_in_a_line(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = report_timesheets(tmp_path / "out", *arguments)

    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def report_money(out: Path, *arguments: str) -> Result:
    command = ["report", "money", "--workspace", "Acme", "--sandbox", "--out", str(out)]
    return CliRunner().invoke(main, [*command, *arguments])


def test_the_report_of_money_has_cost_billable_hours_and_budgets(
    tmp_path: Path, asana: af.Asana
) -> None:
    pytest.importorskip("xlsxwriter", reason="part of the excel extra")

    done = report_money(tmp_path, *SPAN, "--now", NOW)

    assert (done.exit_code, done.stdout) == (0, "")
    tables = {
        *("billable_hours", "budgets", "cost_by_period", "cost_by_person", "cost_by_project"),
        *("hours_without_a_rate", "invoice_lines"),
    }
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {*(f"{name}.csv" for name in tables), "money.html", "money.xlsx"}
    hours = minutes_of(asana) / 60
    cost = pd.read_csv(tmp_path / "cost_by_project.csv")
    assert cost["hours"].sum() == pytest.approx(hours)
    bare = pd.read_csv(tmp_path / "hours_without_a_rate.csv")["hours"].sum()
    page = (tmp_path / "money.html").read_text("utf-8")
    assert f">{cost['amount'].sum():,.0f} EUR</dd>" in page
    assert f'Hours without a rate</dt><dd class="figure">{format_figure(bare)}</dd>' in page
    assert page.count("data:image/png;base64,") == 4


def test_notes_say_which_entries_have_a_cost(tmp_path: Path) -> None:
    done = report_money(
        tmp_path, *SPAN, "--billable", "billable", "--approval", "approved", "--format", "html"
    )

    assert done.exit_code == 0, done.stderr
    page = (tmp_path / "money.html").read_text("utf-8")
    assert "Billable entries that were approved count" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--every", "M"], "--every 'M'"),
        (["--from", "2026-10-05", "--to", "2026-10-01"], "lies after"),
        (["--billable", "maybe"], "'maybe' is not one of"),
    ],
)
def test_a_report_of_money_that_cannot_be_made_is_refused_in_a_line(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = report_money(tmp_path / "out", *arguments)

    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_now_is_also_where_the_history_of_the_sandbox_ends(tmp_path: Path) -> None:
    done = report(tmp_path, "--now", "2021-03-04", "--by", "person", "--format", "csv")

    assert done.exit_code == 0
    days = pd.read_csv(tmp_path / "entries.csv")["entered_on"]
    assert "2020-12" <= days.min() <= days.max() <= "2021-03-04"
    assert len(days) > 100


# -------------------------------------------------------------------------------------- summaries


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("goals", "Goals"),
        ("hours", "Tracked hours"),
        ("money", "Cost of tracked time"),
        ("projects", "Projects"),
        ("timesheets", "Timesheets"),
    ],
)
def test_a_summary_is_printed_and_leaves_no_file(
    name: str, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["report", name, "--workspace", "Acme", "--sandbox", "--now", NOW]

    done = CliRunner().invoke(main, [*command, "--format", "md"])

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"# {title}\n\nAcme, ")
    assert "\n- " in done.stdout
    assert "\n| :--- |" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_summary_of_flow_in_plain_text_has_its_findings(tmp_path: Path) -> None:
    command = ["report", "flow", "--project", "Website relaunch", "--sandbox", "--now", NOW]

    done = CliRunner().invoke(main, [*command, "--format", "text"])

    assert done.exit_code == 0, done.stderr
    head = "Website relaunch, as of 2 Nov 2026"
    assert done.stdout.startswith(f"Flow\n====\n\n{head}\n\nOpen tasks: ")
    assert "\n* " in done.stdout
    assert "**" not in done.stdout


def test_summaries_with_a_folder_are_files(tmp_path: Path) -> None:
    done = report(tmp_path, *SPAN, "--format", "md,text,csv")

    assert (done.exit_code, done.stdout) == (0, "")
    files = {path.name for path in tmp_path.iterdir()}
    assert {"hours.md", "hours.txt", "hours.csv"} <= files
    text = (tmp_path / "hours.txt").read_text("utf-8")
    assert "Most time went into" in text
    # As on the page: it says why hours of projects differ from those of other reports.
    assert "Time of a task in several projects counts towards" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_summary_draws_no_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a chart was drawn")

    monkeypatch.setattr("asana_frames.cli.report_hours.draw_figure", refuse)

    assert report(tmp_path, *SPAN, "--format", "md,csv").exit_code == 0


def test_a_page_begins_with_figures_and_findings(folder: Path) -> None:
    page = (folder / "hours.html").read_text("utf-8")

    head = page.partition("<main>")[0]
    assert "<h2>Findings</h2>" in head
    assert "Most time went into" in head
    assert "Last whole week</dt>" in head
    # No gid is in sight, and equal names are told apart.
    assert not re.search(r">\d{13,}<", page)
    assert "Quarterly planning (Marketing)" in page
    assert "Quarterly planning (Product)" in page


def test_the_notes_of_goals_count_a_single_one_in_the_singular() -> None:
    disagrees = pd.array([True, False], dtype="boolean")
    progress = pd.DataFrame({"coverage": [0.5, 1.0], "disagrees": disagrees})
    report: Any = SimpleNamespace(progress=progress)

    _, _, partly, different = _write_notes("Acme", report)

    assert partly.startswith("1 goal depends on work that is not in this report")
    assert different == "The progress of 1 goal differs from that of the supporting work."


def test_a_report_of_nothing_is_refused_with_the_words_of_the_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["report", "projects", "--sandbox", "--out", str(tmp_path)])

    assert done.exit_code == 2
    assert "report projects needs exactly one of --workspace or" in done.stderr
    assert "gather" not in done.stderr


@pytest.mark.parametrize("executable", ["", None])
def test_a_hint_of_a_python_that_does_not_know_its_path_is_general(
    monkeypatch: pytest.MonkeyPatch, executable: str | None
) -> None:
    monkeypatch.setattr(extras.sys, "executable", executable)

    assert extras.quote_python() == "python"
    with pytest.raises(ConfigurationError, match="Type: python -m pip install"):
        extras.require("no_such_module", extra="excel")


@pytest.mark.skipif(os.name == "nt", reason="There the working folder cannot be deleted.")
def test_a_hint_in_a_folder_that_was_deleted_calls_python_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(extras.sys, "executable", "/opt/venv/bin/python")
    monkeypatch.setattr(extras.shutil, "which", lambda name: f"/usr/bin/{name}")

    assert extras.quote_python() == "/opt/venv/bin/python"
    with pytest.raises(ConfigurationError, match="Type: /opt/venv/bin/python -m pip install"):
        extras.require("no_such_module", extra="excel")


def test_a_hint_calls_the_python_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "my venv" / "bin" / "python"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(extras.sys, "executable", str(python))
    monkeypatch.setattr(extras.shutil, "which", lambda name: f"/usr/bin/{name}")

    assert extras.quote_python() == "'my venv/bin/python'"
    with pytest.raises(ConfigurationError, match="Type: 'my venv/bin/python' -m pip install"):
        extras.require("no_such_module", extra="excel")
    monkeypatch.setattr(extras.shutil, "which", lambda name: str(python.with_name(name)))
    assert extras.quote_python() == "python"
    with pytest.raises(ConfigurationError, match="Type: pip install 'asana-frames"):
        extras.require("no_such_module", extra="excel")


def test_the_names_of_files_keep_the_vowels_and_accents_of_all_scripts() -> None:
    titles = ["By हिन्दी and week", "By ภาษาไทย", "By A\u0301rea", "By \u2764\ufe0f x"]

    assert _choose_file_names(titles) == ["by_हिन्दी_and_week", "by_ภาษาไทย", "by_\xe1rea", "by_x"]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (
            "task_cf_Nope/x",
            "the tasks with time on these days have no column 'cf_Nope/x'. Did you mean 'task_",
        ),
        ("project_nmae", "the projects have no column 'nmae'. Did you mean 'project_name'"),
    ],
)
def test_a_key_that_is_no_field_is_said_in_the_words_of_the_command(
    tmp_path: Path, key: str, says: str
) -> None:
    done = report(tmp_path, "--by", key, *SPAN)

    assert done.exit_code == 2
    assert done.stderr.startswith(f"InvalidArgument: --by '{key}': {says}")
    assert "rollups" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        *(["report", name] for name in ("hours", "money", "timesheets", "goals", "projects")),
        ["report", "flow"],
        ["dashboard"],
    ],
)
def test_help_says_that_now_changes_the_sandbox(command: list[str]) -> None:
    done = CliRunner().invoke(main, [*command, "--help"])

    words = " ".join(done.stdout.split())
    assert "With --sandbox, its history ends on that day" in words
    assert ("also where --to is earlier" in words) == ("--to" in done.stdout)
