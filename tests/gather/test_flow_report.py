"""Reports of the flow of projects, through the sandbox's API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import asana_frames as af
from asana_frames.cli import main
from asana_frames.gather.projects_report import find_started, keep_memberships
from tests.fixed_day import NOW

NAME = "Website relaunch"
THEN = "2026-06-01"


@pytest.fixture(scope="module")
def asana() -> af.Asana:
    return af.sandbox(now=NOW)


@pytest.fixture(scope="module")
def flow(asana: af.Asana) -> Any:
    return af.gather.flow_report(asana, NAME, active="In progress", limits={"Review": 3}, now=NOW)


def test_scope_and_done_are_the_task_counts_of_the_project(asana: af.Asana, flow: Any) -> None:
    counts = asana.projects.get_task_counts(NAME).iloc[0]

    last = flow.burnup.iloc[-1]
    assert (last["scope"], last["done"]) == (
        counts["num_tasks"],
        counts["num_completed_tasks"],
    )
    bands = flow.cumulative_flow
    assert bands.loc[bands["period"] == bands["period"].max(), "tasks"].sum() == last["scope"]
    finish = flow.forecast.query("kind == 'finish'")
    assert (finish["done"] == last["open"]).all()


def test_the_tables_are_those_of_the_rollups(asana: af.Asana, flow: Any) -> None:
    tasks = asana.tasks.list(project=NAME)
    stories = af.gather.stories(asana, tasks)
    sections = asana.sections.list(project=NAME)
    visits = af.rollups.section_times(tasks, stories, sections=sections, now=NOW)
    mine = visits[visits["project_name"] == NAME].reset_index(drop=True)

    cycles = af.rollups.cycle_times(tasks, mine, active="In progress", sections=sections, now=NOW)

    pd.testing.assert_frame_equal(flow.section_times, mine)
    pd.testing.assert_frame_equal(flow.cycle_times, cycles)
    pd.testing.assert_frame_equal(flow.service_levels, af.rollups.service_levels(cycles))
    assert set(flow.wip.loc[flow.wip["limit"].notna(), "section_name"]) == {"Review"}
    assert flow.change_counts["task_name"].notna().all()


def test_an_earlier_moment_knows_nothing_later_and_warns_of_nothing(asana: af.Asana) -> None:
    flow = af.gather.flow_report(asana, NAME, now=THEN)
    report = af.gather.projects_report(asana, project=NAME, stories=True, now=THEN)

    moment = pd.Timestamp(THEN, tz="UTC")
    for table, column in (
        (flow.section_times, "enter"),
        (flow.cycle_times, "finished_at"),
        (report.lead_times, "completed_at"),
        (report.aging, "created_at"),
    ):
        assert len(table)
        assert (table[column].dropna() <= moment).all(), column
    assert flow.burnup["period"].max() <= moment.tz_localize(None)
    total = report.portfolio.query("kind == 'total'").iloc[0]
    assert total["tasks"] == (flow.tasks["created_at"] <= moment).sum()


def test_without_stories_an_earlier_moment_says_what_is_unknown(asana: af.Asana) -> None:
    with pytest.warns(af.PastStateWarning, match=r"rollups\.as_of") as told:
        af.gather.projects_report(asana, project=NAME, now=THEN)

    assert {warning.category for warning in told} == {af.PastStateWarning}


def test_a_project_without_tasks_has_a_report(asana: af.Asana) -> None:
    flow = af.gather.flow_report(asana, "Someday maybe", now=NOW)

    assert flow.tasks.empty
    assert flow.cycle_times.empty
    assert flow.service_levels["tasks"].tolist() == [0]


def test_several_projects_are_refused(asana: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match="takes one project, not 12"):
        af.gather.flow_report(asana, asana.projects.list(workspace="Acme"))


def test_projects_of_a_portfolio_have_its_row_and_its_statuses(asana: af.Asana) -> None:
    report = af.gather.projects_report(asana, portfolio="Growth", now=NOW)

    kinds = report.portfolio.set_index("kind")
    assert kinds.loc["portfolio", "portfolio_name"] == "Growth"
    assert set(report.projects["gid"]) == set(kinds.loc[["project"], "project_gid"])
    assert kinds.loc["portfolio", "last_status"] is not None
    assert kinds.loc["total", "tasks"] == len(report.tasks)


def test_projects_of_a_team_are_those_of_the_team(asana: af.Asana) -> None:
    report = af.gather.projects_report(asana, team="Product", now=NOW)

    assert set(report.projects["team_name"]) == {"Product"}
    assert report.cycle_times is None


def test_each_project_is_forecast_by_its_own_open_tasks(asana: af.Asana) -> None:
    report = af.gather.projects_report(asana, "Acme", now=NOW)

    counts = asana.projects.get_task_counts(report.projects).set_index("project_gid")
    finish = report.forecast.query("kind == 'finish' and probability == 0.85")
    left = counts["num_incomplete_tasks"].reindex(finish["project_gid"]).tolist()
    assert finish["done"].tolist() == left
    assert len(finish) == (counts["num_tasks"] > 0).sum()


def test_subtasks_are_added_and_excluded_tasks_left_out_everywhere(asana: af.Asana) -> None:
    usual = af.gather.projects_report(asana, project=NAME, now=NOW)
    more = af.gather.projects_report(asana, project=NAME, subtasks=True, now=NOW)
    less = af.gather.projects_report(asana, project=NAME, exclude={"section": "Done"}, now=NOW)

    assert set(usual.tasks["gid"]) < set(more.tasks["gid"])
    is_done = usual.tasks["memberships_section_names"].map(lambda names: "Done" in names)
    assert set(less.tasks["gid"]) == set(usual.tasks.loc[~is_done, "gid"])
    assert less.burnup["scope"].iloc[-1] == (~is_done).sum()


def test_what_is_excluded_is_what_was_so_at_the_moment_of_the_report(asana: af.Asana) -> None:
    excluded: dict[str, Any] = {"exclude": {"section": "Done"}, "now": "2026-07-15"}
    report = af.gather.projects_report(asana, project=NAME, stories=True, **excluded)
    tasks = asana.tasks.list(project=NAME)
    stories = af.gather.stories(asana, tasks)

    for found, wanted in (
        (
            report.portfolio,
            af.rollups.portfolio(tasks, report.projects, stories=stories, **excluded),
        ),
        (report.on_time, af.rollups.on_time(tasks, every="MS", stories=stories, **excluded)),
    ):
        shared = [name for name in ("tasks", "open", "overdue", "open_late") if name in found]
        assert found[shared].to_numpy().tolist() == wanted[shared].to_numpy().tolist()


def test_subtasks_of_excluded_tasks_keep_their_project(asana: af.Asana) -> None:
    report = af.gather.projects_report(
        asana, project=NAME, subtasks=True, exclude={"section": "Done"}, now=NOW
    )

    assert report.lead_times["project_gid"].notna().all()
    assert report.aging["project_gid"].notna().all()
    assert report.forecast["project_name"].unique().tolist() == [NAME]


def test_excluded_tasks_are_still_known_to_those_that_wait_for_them(asana: af.Asana) -> None:
    usual = af.gather.projects_report(asana, project=NAME, now=NOW).dependencies
    less = af.gather.projects_report(
        asana, project=NAME, exclude={"section": ["Done", "Review"]}, now=NOW
    ).dependencies

    assert 0 < len(less) < len(usual)
    same = usual[usual["task_gid"].isin(less["task_gid"])].reset_index(drop=True)
    columns = ["task_gid", "open_dependencies", "unknown_dependencies", "is_blocked"]
    pd.testing.assert_frame_equal(less[columns], same[columns])


def test_tasks_that_came_into_the_project_later_do_not_count_yet() -> None:
    own = af.sandbox(now=NOW)
    moved = own.tasks.list(project="Mobile app").query("completed == False").head(3)
    own.tasks.add_project(moved["gid"].tolist(), project="Office move")

    report = af.gather.projects_report(own, project="Office move", stories=True, now="2026-10-01")
    flow = af.gather.flow_report(own, "Office move", now="2026-10-01")

    total = report.portfolio.query("kind == 'total'").iloc[0]
    assert report.burnup["scope"].iloc[-1] == total["tasks"] == flow.burnup["scope"].iloc[-1]
    assert len(report.aging) == total["open"] == flow.burnup["open"].iloc[-1]
    assert set(report.forecast["project_name"]) == {"Office move"}
    assert set(flow.forecast.query("kind == 'finish'")["done"]) == {total["open"]}


def test_a_project_in_which_no_task_was_yet_has_an_empty_burnup() -> None:
    own = af.sandbox(now=NOW)
    workspace = own.workspaces.list()["gid"].iloc[0]
    made = own.projects.create(name="New one", workspace=workspace, team="Engineering")
    moved = own.tasks.list(project="Platform reliability").head(3)
    own.tasks.add_project(moved["gid"].tolist(), project=made["gid"].iloc[0])

    flow = af.gather.flow_report(own, made["gid"].iloc[0], now="2026-10-01")

    assert flow.burnup.empty
    assert flow.cumulative_flow.empty
    assert flow.aging_wip.empty


def test_work_begins_in_progress_or_in_the_second_section() -> None:
    sections = pd.DataFrame(
        {
            "gid": ["1", "2", "3", "4", "5", "6"],
            "name": ["New", "Doing", "IN PROGRESS", "Inbox", "Later", "All"],
            "project_gid": ["a", "a", "a", "b", "b", "c"],
        }
    )

    assert find_started(sections) == ["3", "5", "6"]


def test_memberships_of_other_projects_are_dropped_and_lists_stay_aligned() -> None:
    lists = {"memberships_project_gids": [("1", "2"), ("2",)]}
    tasks = pd.DataFrame(
        {"gid": ["5", "6"], **lists, "memberships_section_gids": [("8", "9"), ("9",)]}
    )

    kept = keep_memberships(tasks[::-1], pd.Series(["1"]))

    assert kept["memberships_project_gids"].tolist() == [(), ("1",)]
    assert kept["memberships_section_gids"].tolist() == [(), ("8",)]


def test_the_command_writes_the_tables_of_the_report(flow: Any, tmp_path: Path) -> None:
    command = ["report", "flow", "--project", NAME, "--sandbox", "--now", NOW, "--format", "csv"]
    options = ["--active", "In progress", "--limit", "Review=3", "--out", str(tmp_path)]

    done = CliRunner().invoke(main, [*command, *options])

    assert done.exit_code == 0, done.stderr
    for name, table in {
        "cycle_times": flow.cycle_times,
        "work_in_progress": flow.wip,
        "service_levels": flow.service_levels,
        "changes": flow.change_counts,
        "burn-up": flow.burnup,
    }.items():
        own = tmp_path / "own.csv"
        af.export.to_csv(table, own)
        assert (tmp_path / f"{name}.csv").read_text("utf-8") == own.read_text("utf-8"), name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["projects"], "exactly one of --workspace or --team or --portfolio or --project"),
        (["projects", "--workspace", "Acme", "--exclude", "Done"], "use --exclude"),
        (["flow", "--project", NAME, "--limit", "Review=many"], "is not a whole number"),
        (["flow", "--project", NAME, "--limit", "Reviw=3"], "Did you mean 'Review'"),
        (["flow", "--project", NAME, "--every", "M"], "is not a valid period"),
    ],
)
def test_a_wrong_option_says_what_to_type(options: list[str], message: str) -> None:
    done = CliRunner().invoke(main, ["report", *options, "--sandbox"])

    assert done.exit_code != 0
    assert message in done.stderr
