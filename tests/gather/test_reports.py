"""Reports: the command line, dashboards and exports show the tables of one recipe."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import asana_frames as af
from asana_frames.cli import main
from asana_frames.sandbox_server import serve
from asana_frames.widgets.dashboard.subjects import Goal, Period, Project
from tests.fixed_day import NOW

#: What depends on the goals above the one that is shown.
ABOVE = ["parent_gids", "parent_names", "depth", "path", "parent_gid", "weight", "is_repeated"]
#: All days that a dashboard can show.
PERIOD = Period(dt.date(2000, 1, 1), dt.date(2027, 12, 31))


@pytest.fixture(scope="module")
def asana() -> af.Asana:
    """A sandbox that no other test has written to, as the command line has one."""
    return af.sandbox(now=NOW)


@pytest.fixture(scope="module")
def goals(asana: af.Asana) -> Any:
    return af.gather.goals_report(asana, "Acme", now=NOW)


@pytest.fixture(scope="module")
def projects(asana: af.Asana) -> Any:
    return af.gather.projects_report(asana, "Acme", now=NOW)


def report_files(subject: str, out: Path, *options: str) -> Path:
    command = ["report", subject, "--workspace", "Acme", "--sandbox", "--format", "csv"]
    done = CliRunner().invoke(main, [*command, *options, "--out", str(out)])
    assert done.exit_code == 0, done.stderr
    return out


def as_written(frame: pd.DataFrame, folder: Path) -> str:
    """Return a table as a report writes it."""
    path = folder / "expected.csv"
    af.export.to_csv(frame, path)
    text = path.read_text("utf-8")
    path.unlink()
    return text


def assert_same_cells(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare rows of one key cell by cell, in the columns that both have."""
    columns = [name for name in found.columns if name in expected.columns]
    assert len(columns) > 3
    pd.testing.assert_frame_equal(
        found[columns].reset_index(drop=True), expected[columns].reset_index(drop=True)
    )


def rows_of(frame: pd.DataFrame, gids: pd.Series) -> pd.DataFrame:
    return frame.set_index("gid", drop=False).loc[gids.tolist()].reset_index(drop=True)


def test_a_dashboard_of_a_goal_shows_the_report_of_goals(asana: af.Asana, goals: Any) -> None:
    report = goals
    for gid in report.goals["gid"]:
        board = Goal(asana, gid, PERIOD, now=NOW)
        expected = rows_of(report.progress, board.goals["gid"])
        assert_same_cells(
            board.progress.drop(columns=ABOVE, errors="ignore"),
            expected.drop(columns=ABOVE, errors="ignore"),
        )
        history = report.history.set_index("goal_gid", drop=False)
        assert_same_cells(board.history, history.loc[board.goals["gid"].tolist()])
        assert_same_cells(board.goals, rows_of(report.goals, board.goals["gid"]))


def test_a_dashboard_of_a_goal_is_its_report(asana: af.Asana, goals: Any) -> None:
    gid = goals.progress.query("depth == 0")["gid"].iloc[0]

    report = af.gather.goals_report(asana, goal=gid, now=NOW)

    board = Goal(asana, gid, PERIOD, now=NOW)
    assert board.as_of == report.as_of
    for name, table in report._asdict().items():
        if name != "as_of":
            pd.testing.assert_frame_equal(getattr(board, name), table)


def test_the_files_of_a_report_of_goals_are_its_tables(goals: Any, tmp_path: Path) -> None:
    folder = report_files("goals", tmp_path, "--now", NOW)

    for name, table in {
        "progress": goals.progress,
        "tree": goals.tree,
        "time": goals.timeline,
        "history": goals.history,
        "scorecard": goals.scorecard,
        "forecast": goals.forecast,
        "drivers": goals.drivers,
    }.items():
        assert (folder / f"{name}.csv").read_text("utf-8") == as_written(table, tmp_path), name


def test_a_report_of_goals_is_of_a_team_and_a_period(asana: af.Asana, tmp_path: Path) -> None:
    report = af.gather.goals_report(
        asana, "Acme", team="Product", time_period=["FY26", "Q4 FY26"], now=NOW
    )
    folder = report_files(
        *("goals", tmp_path, "--now", NOW, "--team", "Product", "--period", "FY26"),
        *("--tz", "Europe/Berlin"),
    )

    assert report.goals["name"].tolist() == ["Ship the new product", "App rating of 4.5"]
    assert report.tree["name"].tolist()[0] == "Ship the new product"
    assert pd.read_csv(folder / "forecast.csv")["name"].tolist() == ["Ship the new product"]


@pytest.mark.parametrize(
    "arguments",
    [{"team": "Product"}, {"time_period": "Q3 FY26"}],
)
def test_a_report_of_one_goal_takes_no_filter(asana: af.Asana, arguments: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"goal=|exactly one of"):
        af.gather.goals_report(asana, goal="Grow revenue by 30 %", **arguments)


def test_work_that_is_refused_leaves_the_goals_in_the_report(goals: Any) -> None:
    links = goals.relationships
    projects = links[links["supporting_resource_resource_type"] == "project"]
    refused = projects["supporting_resource_gid"].unique()
    faults = ",".join(f"refuse={gid}:403" for gid in refused)

    with (
        serve(faults=faults, now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as other,
    ):
        with pytest.warns(af.PartialResultWarning):
            report = af.gather.goals_report(other, "Acme")

        assert set(refused) <= set(other.last.failures["parent_gid"])
    assert len(report.progress) == len(report.goals) > 0


def test_a_dashboard_of_a_project_shows_the_report_of_projects(
    asana: af.Asana, projects: Any
) -> None:
    everything = projects
    for gid in everything.projects["gid"].head(3):
        board = Project(asana, gid, PERIOD, now=NOW)
        report = af.gather.projects_report(asana, project=gid, now=NOW)
        for name, table in report._asdict().items():
            # What needs stories is not read, and these two show the period of the dashboard.
            if table is not None and name not in ("as_of", "burnup", "throughput"):
                pd.testing.assert_frame_equal(getattr(board, name), table)
        row = everything.portfolio.query("project_gid == @gid")
        assert_same_cells(board.portfolio.query("kind == 'project'"), row)
        tasks = everything.tasks["memberships_project_gids"].map(lambda gids, gid=gid: gid in gids)
        mine = everything.tasks[tasks]["gid"]
        assert set(board.tasks["gid"]) == set(mine)
        aging = everything.aging.query("task_gid in @mine").sort_values("task_gid")
        assert_same_cells(board.aging.sort_values("task_gid"), aging)


def test_the_files_of_a_report_of_projects_are_its_tables(projects: Any, tmp_path: Path) -> None:
    report = projects
    folder = report_files("projects", tmp_path, "--now", NOW)

    for name, table in {
        "projects": report.portfolio,
        "statuses": report.statuses,
        "forecast": report.forecast,
        "on_time": report.on_time,
        "dependencies": report.dependencies,
        "burn-up": report.burnup,
        "throughput": report.throughput,
        "lead_times": report.lead_times,
        "aging": report.aging,
        "quality": report.quality,
    }.items():
        assert (folder / f"{name}.csv").read_text("utf-8") == as_written(table, tmp_path), name


def test_a_dashboard_shows_the_hours_of_the_report(asana: af.Asana) -> None:
    span = ("2000-01-01", "2027-12-31")
    report = af.gather.hours_report(asana, "Acme", *span, by=["project", "person"], every="MS")

    for gid in report.entries["project_gid"].dropna().unique()[:3]:
        board = Project(asana, gid, PERIOD)
        entries = report.entries.query("project_gid == @gid and project_from == 'attributable_to'")
        expected = af.rollups.hours(entries, "person", "MS")
        assert_same_cells(board.hours, expected)
        tracked = report.tracked.query("attributable_to_gid == @gid").sort_values("gid")
        # Where a row was found: a workspace, or a project.
        found = board.entries.drop(columns="workspace_gid")
        assert_same_cells(found.sort_values("gid"), tracked)


def test_weeks_that_are_not_over_are_marked_in_wide_hours(asana: af.Asana) -> None:
    report = af.gather.hours_report(
        asana, "Acme", "2026-10-12", "2026-11-08", by="person", now="2026-10-28"
    )

    weeks = ["2026-10-12", "2026-10-19", "2026-10-26 (part)", "2026-11-02 (part)"]
    wide = report.wide["person"]
    assert list(wide.columns) == ["person_gid", "person_name", *weeks, "total"]
    # Its row of totals is cut off, and so it says.
    assert wide.attrs["wide"] == {"keys": 2, "total_rows": 0}
    assert wide["person_name"].notna().all()


@pytest.mark.parametrize(("every", "first"), [("MS", "2026-08-03"), ("W-SUN", "2026-08-02")])
def test_hours_begin_on_the_first_day_of_a_week_if_no_days_are_given(
    asana: af.Asana, every: Any, first: str
) -> None:
    report = af.gather.hours_report(asana, "Acme", end="2026-10-31", by="person", every=every)

    assert str(report.start) == first


def test_the_files_of_a_report_of_hours_are_its_tables(asana: af.Asana, tmp_path: Path) -> None:
    span = ("2026-09-01", "2026-10-31")
    report = af.gather.hours_report(asana, "Acme", *span)

    folder = report_files("hours", tmp_path, "--from", span[0], "--to", span[1], "--now", NOW)

    for name, table in {
        "by_person_and_week": report.wide["person"],
        "by_project_and_week": report.wide["project"],
        "hours": report.hours,
        "entries": report.entries,
    }.items():
        assert (folder / f"{name}.csv").read_text("utf-8") == as_written(table, tmp_path), name


def test_an_export_holds_what_the_reports_read(asana: af.Asana, goals: Any) -> None:
    projects = af.gather.projects_report(asana, "Acme", archived=True)
    hours = af.gather.hours_report(asana, "Acme", "2000-01-01", "2027-12-31")

    for name, expected in {
        "goals": goals.goals,
        "goal_relationships": goals.relationships,
        "projects": projects.projects,
        "status_updates": projects.statuses,
        "time_tracking_entries": hours.tracked,
    }.items():
        exported = af.gather.resource(asana, "Acme", name)
        pd.testing.assert_frame_equal(
            exported.sort_values("gid", ignore_index=True),
            expected.sort_values("gid", ignore_index=True),
        )


def test_an_export_reads_entries_that_are_too_many_for_one_list(asana: af.Asana) -> None:
    expected = af.gather.resource(asana, "Acme", "time_tracking_entries")
    with (
        serve(faults="most=1000", now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as cut,
    ):
        found = af.gather.resource(cut, "Acme", "time_tracking_entries")

    assert set(found["gid"]) == set(expected["gid"])


@pytest.mark.parametrize("report", ["goals_report", "projects_report", "hours_report"])
def test_a_report_is_of_a_workspace_or_of_one_thing(asana: af.Asana, report: str) -> None:
    with pytest.raises(af.InvalidArgument, match="needs exactly one of"):
        getattr(af.gather, report)(asana)


@pytest.mark.parametrize("by", ["entered_on", "task_", "project_", ["person", "entered_on"]])
def test_what_cannot_be_a_key_of_hours_is_refused(by: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="not a key"):
        af.gather.hours_report(af.sandbox(now=NOW), "Acme", by=by)
