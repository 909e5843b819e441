"""Findings say what the tables of a report say, in sentences, and nothing that is not known."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.display.sentences import format_day, format_hours
from asana_frames.gather.findings.findings import (
    Finding,
    build_findings,
    label_rows,
    order_by_findings,
)
from asana_frames.gather.findings.flow import FlowTables, build_flow_tiles, list_flow_findings
from asana_frames.gather.findings.goals import build_goal_tiles, list_goal_findings
from asana_frames.gather.findings.hours import build_hours_tiles, list_hours_findings
from asana_frames.gather.findings.money import build_money_tiles, list_money_findings
from asana_frames.gather.findings.projects import build_project_tiles, list_project_findings
from asana_frames.gather.findings.report import list_days
from asana_frames.gather.findings.timesheets import build_timesheet_tiles, list_timesheet_findings
from tests.fixed_day import NOW

TODAY = pd.Timestamp("2026-11-02")


@pytest.fixture(scope="module")
def asana() -> af.Asana:
    return af.sandbox(now=NOW)


@pytest.fixture(scope="module")
def projects(asana: af.Asana) -> Any:
    return af.gather.projects_report(asana, "Acme", now=NOW)


@pytest.fixture(scope="module")
def goals(asana: af.Asana) -> Any:
    return af.gather.goals_report(asana, "Acme", now=NOW)


@pytest.fixture(scope="module")
def hours(asana: af.Asana) -> Any:
    return af.gather.hours_report(asana, "Acme", end=NOW, now=NOW)


@pytest.fixture(scope="module")
def money(asana: af.Asana) -> Any:
    return af.gather.money_report(asana, "Acme", "2026-10-01", NOW, now=NOW)


@pytest.fixture(scope="module")
def timesheets(asana: af.Asana) -> Any:
    return af.gather.timesheets_report(asana, "Acme", end=NOW, now=NOW)


@pytest.fixture(scope="module")
def flow(asana: af.Asana) -> Any:
    return af.gather.flow_report(asana, "Website relaunch", now=NOW)


def sentences(findings: pd.DataFrame, kind: str) -> str:
    return " ".join(findings["sentence"][findings["kind"] == kind])


def find_projects(report: Any, today: pd.Timestamp = TODAY, **changes: Any) -> pd.DataFrame:
    """Return what is found in the projects of a report, with columns changed in all of them."""
    portfolio = report.portfolio.assign(**changes)
    tables = (portfolio, report.projects, report.forecast, report.dependencies)
    return list_project_findings(*tables, today)


REPORTS = ["projects", "goals", "hours", "money", "timesheets", "flow"]


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_has_findings_and_tiles(name: str, request: pytest.FixtureRequest) -> None:
    report = request.getfixturevalue(name)
    findings, tiles = report.findings, report.tiles

    order = ["alert", "warning", "note", "good"]
    ranks = [order.index(one) for one in findings["severity"]]
    assert ranks == sorted(ranks)
    assert 0 < len(findings) <= 10
    assert findings["kind"].is_unique or name == "money"
    assert findings["sentence"].str.endswith(".").all()
    assert not findings["sentence"].str.contains(r"\b(?:nan|NaT|None)\b|<NA>").any()
    assert 3 <= len(tiles) <= 8
    assert tiles["text"].ne("").all()
    assert tiles["value"].notna().equals(tiles["unit"] != "date")


def test_late_projects_are_named_with_the_working_days_the_latest_first(projects: Any) -> None:
    due = pd.Series(pd.Timestamp("2026-12-31"), index=projects.portfolio.index)
    due.iloc[:3] = pd.to_datetime(["2026-10-30", "2026-10-12", "2026-11-02"])

    found = find_projects(projects, due_on=due)

    # What is due today is not late, and today is a day late.
    assert sentences(found, "late") == (
        "2 of 12 projects are late: Autumn campaign by 15 working days and Website relaunch by "
        "1 working day."
    )
    late = found[found["kind"] == "late"].iloc[0]
    assert (late["severity"], late["count"]) == ("alert", 2)
    assert late["gid"] == projects.portfolio["project_gid"].iloc[1]
    assert sentences(found, "not late") == ""


def test_working_days_late_are_those_after_the_due_day(projects: Any) -> None:
    due = pd.Timestamp("2026-11-11")

    def find_late(today: str) -> str:
        return sentences(find_projects(projects, pd.Timestamp(today), due_on=due), "late")

    assert "by 12 working days" in find_late("2026-11-28")
    assert "by 1 working day," in find_late("2026-11-12")
    due = pd.Timestamp("2026-11-13")
    assert "since 13 Nov 2026" in find_late("2026-11-15")


def test_completed_projects_are_not_late(projects: Any) -> None:
    portfolio = projects.portfolio.assign(due_on=pd.Timestamp("2026-10-01"))
    done = projects.projects.assign(completed=True)
    tables = (projects.forecast, projects.dependencies, TODAY)

    found = list_project_findings(portfolio, done, *tables)

    assert sentences(found, "late") == ""
    assert build_project_tiles(portfolio, done, TODAY).set_index("label").loc["Late", "value"] == 0


def test_nothing_is_said_to_be_in_time_where_no_due_dates_are_known(projects: Any) -> None:
    found = find_projects(projects, due_on=pd.NaT)

    assert sentences(found, "not late") == ""
    assert sentences(found, "no due date").startswith("All 12 projects have no due date")


def test_a_project_by_itself_is_the_subject_of_its_sentences(asana: af.Asana) -> None:
    report = af.gather.projects_report(asana, project="Website relaunch", now=NOW)

    found = find_projects(report, due_on=pd.Timestamp("2026-10-30"), is_behind=True, expected=1.0)

    assert sentences(found, "late") == "Website relaunch is late by 1 working day."
    assert sentences(found, "behind") == (
        f"Website relaunch is behind its dates ({round(100 * report.portfolio['progress'][0])} % "
        f"done, 100 % expected)."
    )


def test_projects_of_one_name_are_told_apart_by_their_teams(projects: Any) -> None:
    twins = projects.portfolio["project_name"] == "Quarterly planning"
    due = projects.portfolio["due_on"].mask(twins, pd.Timestamp("2026-10-30"))

    late = sentences(find_projects(projects, due_on=due), "late")

    assert "Quarterly planning (Marketing) by 1 working day" in late
    assert "Quarterly planning (Product) by 1 working day" in late


def test_a_forecast_after_the_due_date_is_a_finding(projects: Any) -> None:
    finish = projects.forecast.query("kind == 'finish' and probability == 0.5")
    ends = finish.set_index("project_gid")["date"]
    due = projects.portfolio["project_gid"].map(ends)

    in_time = find_projects(projects, due_on=due)
    late = find_projects(projects, due_on=due - pd.Timedelta(days=5))

    assert sentences(in_time, "forecast late") == ""
    expected = f"{len(ends)} of 12 projects will probably miss their due dates"
    assert sentences(late, "forecast late").startswith(expected)
    assert "by 5 days" in sentences(late, "forecast late")


def test_more_names_than_a_sentence_holds_are_counted(projects: Any) -> None:
    late = sentences(find_projects(projects, due_on=pd.Timestamp("2026-10-30")), "late")

    assert late.startswith("All 12 projects are late: ")
    assert late.endswith(" and 9 more.")


def test_names_are_shortened_and_stay_in_their_line(projects: Any) -> None:
    late = find_projects(
        projects, due_on=pd.Timestamp("2026-10-30"), project_name="Very\nlong " * 40
    )

    assert "\n" not in late["sentence"].str.cat()
    assert late["sentence"].str.len().max() < 400


def test_goals_past_due_are_late_unless_closed_or_reached(goals: Any) -> None:
    rows = goals.progress
    past = rows[rows["due_on"] < TODAY]
    expected = past[~past["status"].isin(["achieved", "partial", "missed"])]
    opened = rows.assign(status="yellow")

    late = goals.findings[goals.findings["kind"] == "late"]
    again = list_goal_findings(opened, goals.forecast, TODAY)
    closed = list_goal_findings(rows.assign(status="missed"), goals.forecast, TODAY)
    reached = list_goal_findings(rows.assign(progress=1.0), goals.forecast, TODAY)

    assert late.empty == expected.empty
    unreached = past[past["progress"] < 1]
    assert again.loc[again["kind"] == "late", "count"].tolist() == [len(unreached)]
    assert 0 < len(unreached) < len(rows)
    assert "late" not in [*closed["kind"], *reached["kind"]]
    assert "to close" in reached["kind"].tolist()


def test_a_goal_that_is_on_track_by_its_status_alone_is_a_finding(goals: Any) -> None:
    rows = goals.progress.assign(status="green", ahead=-0.4, due_on=pd.Timestamp("2026-12-31"))

    found = list_goal_findings(rows.assign(progress=0.2, expected=0.6), goals.forecast, TODAY)

    assert sentences(found, "status disagrees").startswith(
        'All 14 open goals are "on track" by status'
    )
    assert "(at 20 %, 60 % expected)" in sentences(found, "behind")


def test_goals_in_time_are_said_to_be_so(goals: Any) -> None:
    rows = goals.progress.assign(due_on=pd.Timestamp("2026-12-31"), ahead=0.1)

    found = list_goal_findings(rows, goals.forecast, TODAY)

    expected = "No open goal is behind, or past its due date without being reached."
    assert sentences(found, "not late") == expected


def test_a_goal_that_is_reached_is_not_denied_to_be_past_its_due_date(goals: Any) -> None:
    rows = goals.progress.assign(
        due_on=pd.Timestamp("2026-10-01"), ahead=0.0, progress=1.0, status="green"
    )

    found = list_goal_findings(rows, goals.forecast, TODAY)

    assert "to close" in found["kind"].tolist()
    assert sentences(found, "not late").endswith("past its due date without being reached.")


def test_a_target_is_reached_whatever_the_last_digit(goals: Any) -> None:
    rows = goals.progress.assign(
        due_on=pd.Timestamp("2026-10-01"), progress=sum([0.1] * 10), status="green"
    )

    found = list_goal_findings(rows, goals.forecast, TODAY)

    assert "late" not in found["kind"].tolist()
    assert "to close" in found["kind"].tolist()


def test_a_status_is_contradicted_in_words_that_fit_one_goal_of_several(goals: Any) -> None:
    rows = goals.progress.head(2).assign(
        due_on=pd.Timestamp("2026-12-31"), status="green", progress=[0.2, 0.7], ahead=[-0.4, 0.1]
    )

    found = list_goal_findings(rows.assign(expected=0.6), goals.forecast, TODAY)

    assert sentences(found, "status disagrees").startswith(
        '1 of 2 open goals is "on track" by its status, but late or behind: '
    )


def test_goals_are_in_time_only_if_they_were_compared(goals: Any) -> None:
    due = pd.Timestamp("2026-12-31")
    rows = goals.progress.assign(due_on=due, status="green", progress=pd.NA, ahead=pd.NA)

    none = list_goal_findings(rows, goals.forecast, TODAY)
    rows.loc[:1, ["progress", "ahead"]] = [0.5, 0.1]
    some = list_goal_findings(rows, goals.forecast, TODAY)

    assert "All 14 open goals have no known progress" in sentences(none, "progress unknown")
    assert sentences(none, "not late") == ""
    assert sentences(some, "not late") == (
        "None of the 2 open goals with known progress and dates is late or behind."
    )


def test_goals_that_end_short_are_counted_of_those_with_a_forecast(goals: Any) -> None:
    later = pd.Timestamp("2026-12-31")
    rows = goals.progress.assign(due_on=later, status="yellow", progress=0.5, ahead=-0.4)
    rows.loc[0, "status"] = "missed"
    ends = goals.forecast.assign(progress_at_due=0.7)
    ends.loc[1, "progress_at_due"] = pd.NA
    ends.loc[2, "progress_at_due"] = 1.0

    found = list_goal_findings(rows, ends, TODAY)

    # Those that are behind end short too.
    assert sentences(found, "falling short").startswith("11 of 12 open goals end short of the")
    assert sentences(found, "behind").startswith("All 13 open goals are behind")


def test_budgets_are_over_by_what_was_spent_beyond_them(money: Any) -> None:
    over = money.budgets[money.budgets["used"] > money.budgets["total"]]
    found = money.findings[money.findings["kind"] == "over budget"]

    assert len(over) > 0
    assert found["count"].tolist() == [len(over)]
    worst = over.sort_values("share", ascending=False).iloc[0]
    excess = worst["used"] - worst["total"]
    assert f"{worst['project_name']} by {excess:,.0f} EUR" in found["sentence"].iloc[0]


def test_a_budget_of_nothing_is_at_risk_without_a_share(money: Any) -> None:
    rows = money.budgets.head(2).assign(
        state="at risk", share=[pd.NA, 0.7], total=[0.0, 100.0], units="EUR"
    )
    days = pd.to_datetime(["2027-03-01", "2027-03-02"])

    found = list_money_findings(money.by_project, rows.assign(exhausted_on=days), money.projects)
    dateless = rows.assign(exhausted_on=pd.NaT)
    bare = list_money_findings(money.by_project, dateless, money.projects)
    unknown = dateless.assign(units=None, remaining=-2.0)
    both = [
        list_money_findings(money.by_project, unknown.assign(state=state), money.projects)
        for state in ("at risk", "over")
    ]

    assert "(a total of 0.00 EUR, exhausted about 1 Mar 2027)" in sentences(found, "at risk")
    assert "(70 % used, exhausted about 2 Mar 2027)" in sentences(found, "at risk")
    assert "(a total of 0.00 EUR)" in sentences(bare, "at risk")
    assert "(a total of 0)" in sentences(both[0], "at risk")
    assert " by 2 (70 % used) and " in sentences(both[1], "over budget")
    assert sentences(both[1], "over budget").endswith(" by 2.")


def test_budgets_that_hold_are_said_to_hold_if_they_are_known(money: Any) -> None:
    def find(budgets: pd.DataFrame) -> list[str]:
        return list_money_findings(money.by_project, budgets, money.projects)["kind"].tolist()

    fine = money.budgets.assign(state="ok")
    assert "within budget" in find(fine)
    assert "within budget" not in find(fine.head(0))
    for state, kind in (("unpriced", "unpriced budget"), ("no total", "no total")):
        assert "within budget" not in find(fine.assign(state=state))
        # Nobody would know why otherwise.
        assert kind in find(fine.assign(state=state, unpriced_hours=0.0))


def test_hours_without_a_rate_are_told(money: Any) -> None:
    hours = float(money.unpriced["hours"].sum())

    assert hours > 0
    sentence = sentences(money.findings, "unpriced")
    assert f"{hours:.0f} hours" in sentence
    # Else nobody knows why a person has two rows.
    assert "rows of their own, without a currency" in sentence
    tile = money.tiles.set_index("label").loc["Hours without a rate"]
    assert tile["value"] == pytest.approx(hours)


def test_hours_without_a_rate_are_told_once_whatever_the_figure_says(money: Any) -> None:
    bare = money.by_project.assign(currency_code=None, amount=float("nan"))

    found = list_money_findings(bare, money.budgets, money.projects)

    tile = build_money_tiles(bare, money.billable, money.budgets).set_index("label")
    hours = tile.loc["Hours without a rate", "text"]
    assert sentences(found, "unpriced").startswith(f"{hours} hours (100 %) have no rate")


def test_a_goal_that_is_reached_does_not_end_short(goals: Any) -> None:
    rows = goals.progress.assign(due_on=TODAY + pd.Timedelta(days=9), status="green", progress=1.0)
    ends = goals.forecast.assign(progress_at_due=0.5)

    found = list_goal_findings(rows, ends, TODAY)

    assert "to close" in found["kind"].tolist()
    assert "falling short" not in found["kind"].tolist()


@pytest.mark.parametrize("name", ["Website relaunch", "Mobile app", "Someday maybe"])
def test_the_tiles_of_a_project_are_the_key_figures_of_its_dashboard(
    asana: af.Asana, name: str
) -> None:
    project = asana.projects.list(workspace="Acme").query("name == @name")
    tasks = asana.tasks.list(project=project)
    figures = af.rollups.project_summary(tasks, project, now=NOW).set_index("figure")["value"]

    report = af.gather.projects_report(asana, project=project, now=NOW)

    tiles = report.tiles.set_index("label")["value"]
    assert tiles["Open tasks"] == figures["open"]
    assert tiles["Overdue tasks"] == figures["overdue"]
    assert tiles.get("Done") == (
        None if pd.isna(figures["progress"]) else pytest.approx(figures["progress"])
    )


def test_the_tiles_of_hours_add_up(hours: Any) -> None:
    tiles = hours.tiles.set_index("label")["value"]
    days = hours.entries["entered_on"]
    week = days.between("2026-10-26", "2026-11-01")

    assert tiles["Hours"] == pytest.approx(hours.entries["hours"].sum())
    assert tiles["Last whole week"] == pytest.approx(hours.entries["hours"][week].sum())


@pytest.mark.parametrize("attribution", ["asana", "first", "split"])
def test_the_findings_of_hours_count_them_to_projects_as_the_tables_do(
    asana: af.Asana, attribution: Any
) -> None:
    span = ("2026-08-01", "2026-10-31")
    report = af.gather.hours_report(asana, "Acme", *span, by="project", attribution=attribution)

    totals = report.hours.groupby("project_gid")["hours"].sum().sort_values(ascending=False)
    top = report.findings[report.findings["kind"] == "most hours"].iloc[0]
    assert top["gid"] == totals.index[0]
    assert f"({format_hours(totals.iloc[0])}, " in top["sentence"]
    tiles = report.tiles.set_index("label")
    assert tiles.loc["Hours", "value"] == pytest.approx(report.hours["hours"].sum())
    assert tiles.loc["Hours", "note"] == f"{len(report.tracked):,} entries"
    assert tiles.loc["Projects", "value"] == report.hours["project_gid"].nunique()


def test_hours_of_a_project_end_at_the_present_moment(asana: af.Asana) -> None:
    report = af.gather.hours_report(asana, project="Website relaunch", now="2026-10-01")

    assert report.tracked["entered_on"].max() <= pd.Timestamp("2026-10-01")
    note = report.tiles.set_index("label").loc["Last whole week", "note"]
    assert note == "week from 21 Sep 2026"


def test_the_last_week_of_a_past_period_is_said_to_be_so(asana: af.Asana) -> None:
    report = af.gather.hours_report(asana, "Acme", "2026-07-01", "2026-09-30", now=NOW)

    note = report.tiles.set_index("label").loc["Last whole week", "note"]
    assert note == "of the period, from 21 Sep 2026"
    week = "tracked none in the last whole week of the period (from 21 Sep 2026)"
    assert week in sentences(report.findings, "missing")


@pytest.mark.parametrize(("end", "words"), [("2026-09-30", " as of 2 Nov 2026"), (NOW, "")])
def test_a_report_of_the_past_says_as_of_when_states_are(
    asana: af.Asana, end: str, words: str
) -> None:
    span = {"start": "2026-07-01", "end": end, "now": NOW}
    money = af.gather.money_report(asana, "Acme", **span)
    sheets = af.gather.timesheets_report(asana, "Acme", **span)

    assert f"over{words}: " in sentences(money.findings, "over budget")
    assert f"not handed in{words}: " in sentences(sheets.findings, "not handed in")
    for report, label in ((money, "Budgets over"), (sheets, "Not handed in")):
        note = report.tiles.set_index("label").loc[label, "note"]
        assert note.endswith(words and f",{words}")
        assert ("as of" in note) == bool(words)
        assert ("as of 2 Nov 2026" in list_days(report)) == bool(words)


def test_a_table_begins_with_what_sentences_name(projects: Any, goals: Any, money: Any) -> None:
    rows = projects.main_tables()["Projects"]
    named = rows["project_name"].map(
        lambda name: projects.findings["sentence"].str.contains(name, regex=False).any()
    )
    first = projects.findings["name"].iloc[0]

    assert rows["project_name"].iloc[0] == first
    assert named.is_monotonic_decreasing
    assert sorted(rows["project_gid"]) == sorted(projects.projects["gid"])
    assert goals.main_tables()["Goals"]["name"].iloc[0] == goals.findings["name"].iloc[0]
    over = money.findings.query("kind == 'over budget'")["name"].iloc[0]
    assert money.main_tables()["Budgets"]["project_name"].iloc[0] == over


def test_a_week_that_has_not_come_is_not_the_last_one(asana: af.Asana) -> None:
    report = af.gather.hours_report(asana, "Acme", "2026-10-01", "2026-12-31", now=NOW)

    note = report.tiles.set_index("label").loc["Last whole week", "note"]
    assert note == "week from 26 Oct 2026"


def test_a_single_hour_is_written_in_the_singular(hours: Any, money: Any) -> None:
    bare = hours.entries.head(2).assign(hours=[1.0, 3.0], project_gid=[None, "7"])
    unpriced = money.by_project.head(2).assign(hours=[1.0, 3.0], currency_code=[None, "EUR"])

    placed = list_hours_findings(bare, hours.start, hours.end)
    priced = list_money_findings(unpriced, money.budgets, money.projects)

    assert sentences(placed, "no project") == "1 hour (25 %) is not in a project."
    assert sentences(priced, "unpriced").startswith(
        "1 hour (25 %) has no rate, so its cost is not counted: "
    )


def test_currencies_without_a_tile_are_counted(money: Any) -> None:
    codes = ["EUR", "USD", "GBP", "CHF", "SEK"]
    rows = money.by_project.head(5).assign(currency_code=codes, amount=[5.0, 4.0, 3.0, 2.0, 1.0])

    tiles = build_money_tiles(rows, money.billable, money.budgets)

    costs = tiles[tiles["label"] == "Cost"]
    assert costs["unit"].tolist() == codes[:3]
    assert costs["note"].tolist() == ["", "", "and 2 more currencies"]


def test_time_that_a_filter_leaves_out_is_not_said_to_be_none(money: Any) -> None:
    found = list_money_findings(money.by_project.head(0), money.budgets, money.projects)

    assert found["sentence"].tolist() == ["No time entry counts on these days."]


def test_the_day_of_a_status_update_is_that_of_the_time_zone(asana: af.Asana) -> None:
    report = af.gather.projects_report(asana, project="Website relaunch", now=NOW)
    at = pd.Timestamp("2026-11-01T23:30Z")
    rows = report.portfolio.assign(last_status="at_risk", last_status_at=at)
    tables = (rows, report.projects, report.forecast, report.dependencies, TODAY)

    found = list_project_findings(*tables, tz="Europe/Berlin")

    assert sentences(found, "at risk").endswith("on 2 Nov 2026.")


def test_people_with_too_many_hours_and_with_none_are_found(hours: Any) -> None:
    entries = hours.entries
    gid = entries["person_gid"].iloc[0]
    is_hers = entries["person_gid"] == gid
    some = entries.assign(hours=entries["hours"].mask(is_hers, 20.0))
    gone = entries[~(is_hers & (entries["entered_on"] >= "2026-10-26"))]

    overloaded = list_hours_findings(some, hours.start, hours.end).query("kind == 'overloaded'")
    missing = list_hours_findings(gone, hours.start, hours.end).query("kind == 'missing'")

    assert overloaded["gid"].tolist() == [gid]
    assert "tracked more than 48 hours in a week" in overloaded["sentence"].iloc[0]
    usual = hours.findings.query("kind == 'missing'")["count"].iloc[0]
    was_there = (is_hers & entries["entered_on"].between("2026-10-26", "2026-11-01")).any()
    assert missing["count"].iloc[0] == usual + was_there


def test_weeks_are_not_handed_in_only_when_they_are_over(timesheets: Any) -> None:
    weeks = timesheets.approvals.assign(state="not handed in", open_hours=40.0)

    now = list_timesheet_findings(weeks, TODAY).query("kind == 'not handed in'")
    first = list_timesheet_findings(weeks, pd.Timestamp("2026-10-18"))

    assert now["count"].iloc[0] == weeks["person_gid"].nunique()
    assert "(3 weeks)" in now["sentence"].iloc[0]
    assert "not handed in" not in first["kind"].tolist()


def test_timesheets_that_are_complete_are_said_to_be_so(timesheets: Any) -> None:
    found = list_timesheet_findings(make_approved(timesheets.approvals), TODAY)

    assert found["kind"].tolist() == ["complete"]


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("rejected", "rejected_hours"),
        ("pending", "pending_hours"),
        ("not handed in", "open_hours"),
    ],
)
def test_a_mixed_week_is_to_do_as_its_hours_are(timesheets: Any, kind: str, column: str) -> None:
    weeks = make_approved(timesheets.approvals)
    label = {"rejected": "Rejected", "pending": "To approve"}.get(kind, "Not handed in")
    weeks.loc[0, ["state", column]] = ["mixed", 16.0]

    found = list_timesheet_findings(weeks, TODAY)
    tiles = build_timesheet_tiles(weeks, TODAY).set_index("label")

    assert found["kind"].tolist() == [kind]
    assert tiles.loc[label, "value"] == 1


def test_a_week_that_is_not_over_is_not_said_to_be_handed_in(timesheets: Any) -> None:
    weeks = make_approved(timesheets.approvals)
    weeks.loc[0, ["state", "open_hours"]] = ["not handed in", 8.0]

    found = list_timesheet_findings(weeks, weeks.loc[0, "period"] + pd.Timedelta(days=2))

    assert found["sentence"].tolist() == ["No hours are missing so far; no week is over yet."]
    assert found["severity"].tolist() == ["note"]


def test_weeks_in_which_all_were_away_are_no_good_news(timesheets: Any) -> None:
    weeks = make_approved(timesheets.approvals).assign(state="away", approved_hours=0.0)

    found = list_timesheet_findings(weeks, TODAY)

    assert found[["kind", "severity"]].to_numpy().tolist() == [["complete", "note"]]


def test_hours_of_later_days_are_not_set_against_what_is_expected(asana: af.Asana) -> None:
    days = ("2026-10-05", "2026-10-18")
    later = af.gather.timesheets_report(asana, "Acme", *days, now="2026-10-20")
    early = af.gather.timesheets_report(asana, "Acme", *days, now="2026-10-01")
    between = af.gather.timesheets_report(asana, "Acme", *days, by="project", now="2026-10-07")

    assert sentences(early.findings, "overtime") == ""
    tile = early.tiles.set_index("label").loc["Hours"]
    total = float(later.approvals["hours"].sum())
    assert tile["value"] == 0
    assert tile["note"] == f"of 0 hours expected; {format_hours(total)} more for later days"
    known = between.tracked[between.tracked["entered_on"] <= "2026-10-07"]
    so_far = float(known["duration_minutes"].sum()) / 60
    assert between.tiles.set_index("label").loc["Hours", "value"] == pytest.approx(so_far)
    columns = ["expected_hours", "missing", "overtime"]
    sums = between.approvals[columns].sum()
    assert between.timesheet.iloc[-1][columns].astype(float).to_dict() == pytest.approx(
        sums.to_dict()
    )


def make_approved(approvals: pd.DataFrame) -> pd.DataFrame:
    """Return weeks of which all hours are approved, and none missing."""
    others = dict.fromkeys(
        ("missing", "overtime", "rejected_hours", "pending_hours", "open_hours"), 0.0
    )
    return approvals.assign(state="approved", approved_hours=approvals["hours"], **others)


def flow_tables(report: Any, project: pd.DataFrame, **changes: Any) -> FlowTables:
    own = {name: getattr(report, name) for name in FlowTables._fields if hasattr(report, name)}
    return FlowTables(**own, project=project, today=TODAY)._replace(**changes)


def test_the_flow_of_a_project_is_late_by_its_due_date(asana: af.Asana, flow: Any) -> None:
    project = asana.projects.get("Website relaunch")

    late = list_flow_findings(flow_tables(flow, project.assign(due_on=pd.Timestamp("2026-10-30"))))
    dated = list_flow_findings(
        flow_tables(flow, project.assign(due_on=pd.Timestamp("2030-10-30")))
    )

    expected = "The project is late by 3 days: it was due on 30 Oct 2026."
    assert sentences(late, "late") == expected
    assert "in time for 30 Oct 2030" in sentences(dated, "forecast")


@pytest.mark.parametrize(
    ("likely", "sure", "severity", "words"),
    [
        ("2027-01-01", "2027-01-04", "good", "by 4 Jan 2027: in time for 4 Jan 2027."),
        (
            *("2026-12-25", "2027-01-08", "note"),
            "probably in time for 4 Jan 2027, but not with 85 % certainty (4 days late).",
        ),
        ("2026-12-25", None, "note", "for 4 Jan 2027, but not with 85 % certainty."),
        (
            *("2027-01-05", "2027-01-08", "warning"),
            "by 5 Jan 2027, 1 day after the due date, 4 Jan 2027; with more certainty (85 %) by "
            "8 Jan 2027.",
        ),
        ("2027-01-05", None, "warning", "5 Jan 2027, 1 day after the due date, 4 Jan 2027."),
    ],
)
def test_work_is_in_time_only_if_its_sure_date_is(
    asana: af.Asana, flow: Any, likely: str, sure: str | None, severity: str, words: str
) -> None:
    project = asana.projects.get("Website relaunch").assign(due_on=pd.Timestamp("2027-01-04"))
    days = pd.to_datetime(pd.Series([likely, sure]))
    ends = pd.DataFrame({"kind": "finish", "probability": [0.5, 0.85], "date": days})

    found = list_flow_findings(flow_tables(flow, project, forecast=ends))

    forecast = found[found["kind"].str.startswith("forecast")].iloc[0]
    assert forecast["severity"] == severity
    assert f"will probably be done by {format_day(pd.Timestamp(likely))}" in forecast["sentence"]
    assert forecast["sentence"].endswith(words)


def test_a_date_that_was_brought_forward_again_is_not_late_by_days(
    asana: af.Asana, flow: Any
) -> None:
    gids = flow.tasks["gid"][~flow.tasks["completed"]].head(3).tolist()
    counts = flow.change_counts.head(3).assign(
        task_gid=gids, task_name=["A", "B", "C"], slips=2, days_slipped=[5, 0, -5]
    )
    project = asana.projects.get("Website relaunch")

    found = list_flow_findings(flow_tables(flow, project, change_counts=counts))

    again = "(2 times, but brought forward again)"
    assert sentences(found, "postponed") == (
        f"3 open tasks were postponed repeatedly: A (2 times, by 5 days in all), B {again} and C "
        f"{again}."
    )


def test_stuck_tasks_are_those_older_than_most_before(flow: Any, asana: af.Asana) -> None:
    ages = flow.aging_wip
    stuck = ages[(ages["days_age"] > ages["days_p85"]).fillna(False)]

    assert 0 < len(stuck) < len(ages)
    found = flow.findings.query("kind == 'stuck'")
    assert found["count"].tolist() == [len(stuck)]
    assert found["gid"].iloc[0] == stuck.sort_values("days_age")["task_gid"].iloc[-1]
    said = "in progress longer than 85 % of the finished ones had been when they left the same"
    assert said in found["sentence"].iloc[0]


def test_sections_over_their_limit_come_first(asana: af.Asana) -> None:
    report = af.gather.flow_report(asana, "Website relaunch", limits={"Review": 3}, now=NOW)

    last = report.wip.iloc[-4:].set_index("section_name")["tasks"]["Review"]
    expected = f"1 section is over the limit: Review ({last} tasks, limit 3)."
    assert report.findings.iloc[0]["sentence"] == expected


def test_reports_of_nothing_say_so(
    projects: Any, goals: Any, hours: Any, money: Any, timesheets: Any, flow: Any
) -> None:
    none = projects.portfolio.head(0)
    bare = projects.projects.head(0)
    found = [
        list_project_findings(none, bare, projects.forecast, projects.dependencies, TODAY),
        list_goal_findings(goals.progress.head(0), goals.forecast.head(0), TODAY),
        list_hours_findings(hours.entries.head(0), None, None),
        list_money_findings(*(money.by_project.head(0), money.budgets.head(0), bare)),
        list_timesheet_findings(timesheets.approvals.head(0), TODAY),
        list_flow_findings(
            FlowTables(
                bare, *(getattr(flow, name).head(0) for name in FlowTables._fields[1:-1]), TODAY
            )
        ),
    ]

    assert [one["kind"].tolist() for one in found] == [["empty"]] * 6
    assert build_project_tiles(none, bare, TODAY)["value"].tolist() == [0]
    assert build_goal_tiles(goals.progress.head(0), TODAY)["value"].fillna(0).eq(0).all()
    assert build_hours_tiles(hours.entries.head(0), None, None)["value"].eq(0).all()
    tiles = build_money_tiles(
        money.by_project.head(0), money.billable.head(0), money.budgets.head(0)
    )
    assert tiles["value"].eq(0).all()
    assert build_timesheet_tiles(timesheets.approvals.head(0), TODAY)["value"].eq(0).all()
    service_levels = flow.service_levels.assign(days_p50=float("nan"), days_p85=float("nan"))
    empty = {name: getattr(flow, name).head(0) for name in FlowTables._fields[1:-1]}
    tiles = build_flow_tiles(
        FlowTables(bare, **empty, today=TODAY)._replace(service_levels=service_levels)
    )
    assert tiles["value"].eq(0).all()


def test_a_project_that_never_ends_has_a_sentence_of_its_own(asana: af.Asana) -> None:
    report = af.gather.projects_report(asana, project="Website relaunch", now=NOW)
    never = report.forecast.assign(date=pd.NaT, never=1.0)
    due = report.portfolio.assign(due_on=pd.Timestamp("2030-01-01"))

    found = list_project_findings(due, report.projects, never, report.dependencies, TODAY)
    done = list_project_findings(
        due.assign(open=0), report.projects, never, report.dependencies, TODAY
    )

    expected = "Website relaunch has no end in sight at the pace of the last weeks."
    assert sentences(found, "forecast late") == expected
    assert sentences(done, "forecast late") == ""


def test_a_flow_that_never_ends_has_a_sentence_of_its_own(asana: af.Asana, flow: Any) -> None:
    project = asana.projects.get("Website relaunch")
    never = flow.forecast.assign(date=pd.NaT, never=0.6)
    dated = flow_tables(flow, project.assign(due_on=pd.Timestamp("2030-01-01")), forecast=never)
    undated = flow_tables(flow, project.assign(due_on=pd.NaT), forecast=never)

    count = len(dated.open_tasks)
    expected = f"At the pace of the last weeks the {count} open tasks have no end in sight."
    assert sentences(list_flow_findings(dated), "forecast late") == expected
    assert sentences(list_flow_findings(undated), "forecast") == expected
    unknown = dated._replace(forecast=never.assign(never=pd.NA))
    assert expected not in list_flow_findings(unknown)["sentence"].tolist()
    assert not dated._replace(tasks=flow.tasks.assign(completed=True)).has_no_end


def test_a_single_task_is_written_in_the_singular(asana: af.Asana, flow: Any) -> None:
    project = asana.projects.get("Website relaunch").assign(due_on=pd.NaT)
    opened = flow.tasks[~flow.tasks["completed"]].head(1)
    burnup = flow.burnup.head(5).assign(partial=False, scope_added=1, done=[0, 0, 0, 0, 1])
    wip = flow.wip.tail(1).assign(is_over=True, tasks=1, limit=0)
    levels = flow.service_levels.assign(tasks=1, days_p50=3.0, days_p85=3.0)
    opened = opened.assign(due_on=pd.Timestamp("2026-10-30"))
    aging = flow.aging_wip.head(1).assign(days_age=9.0, days_p85=3.0)
    tables = flow_tables(
        flow,
        project,
        tasks=opened,
        burnup=burnup,
        wip=wip,
        service_levels=levels,
        cycle_times=flow.cycle_times.head(1),
    )

    found = list_flow_findings(tables._replace(aging_wip=aging))

    assert sentences(found, "overdue").startswith("The only open task is overdue: ")
    assert sentences(found, "stuck").startswith("The only started task has been in progress ")
    assert "the open task will" in sentences(found, "forecast")
    assert sentences(found, "piling up").endswith(": 4 came, 1 was done.")
    assert "(1 task, limit 0)" in sentences(found, "over limit")
    expected = "The only finished task took 3.0 days from start to completion."
    assert sentences(found, "cycle time") == expected


@pytest.mark.parametrize(
    ("known", "finished", "words"),
    [
        (1, 1, "The only finished task took "),
        (1, 2, "The only finished task whose start is known took "),
        (2, 2, "Half of the 2 finished tasks took "),
        (2, 3, "Half of the 2 finished tasks whose start is known took "),
    ],
)
def test_days_of_some_finished_tasks_are_not_said_to_be_those_of_all(
    asana: af.Asana, flow: Any, known: int, finished: int, words: str
) -> None:
    project = asana.projects.get("Website relaunch")
    levels = flow.service_levels.assign(tasks=known, days_p50=3.0, days_p85=3.0)
    done = flow.tasks[flow.tasks["completed"]].head(finished)
    times = flow.cycle_times.head(known)
    tables = flow_tables(flow, project, tasks=done, service_levels=levels, cycle_times=times)

    found = list_flow_findings(tables)

    assert sentences(found, "cycle time").startswith(words)


def test_an_hour_of_a_week_is_written_in_the_singular(hours: Any) -> None:
    weeks = pd.date_range("2026-10-05", periods=4, freq="W-MON")
    entries = hours.entries.head(4).assign(entered_on=weeks, hours=[5.0, 5.0, 5.0, 1.0])
    days = (weeks[0].date(), weeks[-1].date() + pd.Timedelta(days=6))

    found = list_hours_findings(entries, *days)

    assert sentences(found, "unusual week").startswith("1 hour was tracked in the week from")


def test_tasks_that_wait_for_one_that_was_not_read_are_not_told(
    asana: af.Asana, projects: Any, flow: Any
) -> None:
    unread = projects.dependencies.assign(
        is_blocked=True, open_dependencies=1, unknown_dependencies=1
    )
    spells = flow.blocked_times.assign(is_current=True, dependency_gid="1", dependency_name=None)
    project = asana.projects.get("Website relaunch")

    tables = (projects.portfolio, projects.projects, projects.forecast)
    assert sentences(list_project_findings(*tables, unread, TODAY), "blocked") == ""
    known = unread.assign(open_dependencies=2)
    assert "for another" in sentences(list_project_findings(*tables, known, TODAY), "blocked")
    doubtful = flow_tables(flow, project, blocked_times=spells.assign(is_certain=False))
    assert doubtful.blocked.empty
    certain = flow_tables(flow, project, blocked_times=spells.assign(is_certain=True))
    assert len(certain.blocked) == spells["task_gid"].nunique() > 0


def test_what_is_done_is_neither_late_nor_forecast(asana: af.Asana, flow: Any) -> None:
    project = asana.projects.get("Website relaunch").assign(due_on=pd.Timestamp("2026-10-30"))
    done = flow_tables(flow, project, tasks=flow.tasks.assign(completed=True))
    closed = flow_tables(flow, project.assign(completed=True))

    for tables in (done, closed):
        kinds = set(list_flow_findings(tables)["kind"])
        assert not kinds & {"late", "forecast", "forecast late"}
        assert "Likely done" not in build_flow_tiles(tables)["label"].tolist()


def test_48_hours_are_not_more_than_48(hours: Any) -> None:
    entries = hours.entries.head(2).assign(
        person_gid="1", person_name="Ana", entered_on=pd.Timestamp("2026-10-26")
    )

    found = [
        list_hours_findings(entries.assign(hours=each), hours.start, hours.end)["kind"].tolist()
        for each in ([24.0, 24.0 + 1e-12], [24.0, 24.1])
    ]

    assert ["overloaded" in kinds for kinds in found] == [False, True]
    little = list_hours_findings(entries.assign(hours=[24, 24.04]), hours.start, hours.end)
    assert "(48.04 hours in the week" in sentences(little, "overloaded")


def test_a_quarter_more_is_not_unusual_whatever_the_last_digit(hours: Any) -> None:
    weeks = pd.date_range("2026-10-05", periods=4, freq="W-MON")
    entries = hours.entries.head(4).assign(entered_on=weeks)
    days = (weeks[0].date(), weeks[-1].date() + pd.Timedelta(days=6))

    found = [
        list_hours_findings(entries.assign(hours=[0.1, 0.1, 0.1, last]), *days)
        for last in (0.125 + 1e-14, 0.13)
    ]

    assert ["unusual week" in one["kind"].tolist() for one in found] == [False, True]


def test_ten_points_are_not_behind_whatever_the_last_digit(goals: Any) -> None:
    def count(ahead: float) -> int:
        progress = goals.progress.assign(ahead=ahead, due_on=pd.Timestamp("2030-01-01"))
        return int(build_goal_tiles(progress, TODAY).set_index("label").loc["Behind", "value"])

    assert count(0.2 - 0.3 - 1e-12) == 0
    assert count(-0.101) > 0


def test_half_a_character_of_a_name_breaks_no_sentence() -> None:
    (label,) = label_rows(["Plan \ud800"], ["1"])
    finding = Finding("note", "late", "Plan \ud800 is late.", 1, "Plan \ud800", "1")

    assert label == "Plan \ufffd"
    assert build_findings([finding])["sentence"].tolist() == ["Plan \ufffd is late."]


def test_names_are_told_apart_whatever_others_are_called() -> None:
    gids = ["1001234", "2001234", "3"]

    assert label_rows(["Plan", "Plan", "Office"], gids)[:2] == [
        "Plan (…1001234)",
        "Plan (…2001234)",
    ]
    taken = label_rows(["Plan", "Plan", "Plan (Sales)"], gids, ["Sales", "Product", "Sales"])
    assert len(set(taken)) == 3


def test_rows_that_sentences_name_come_first_and_not_those_with_letters_of_a_word() -> None:
    found = build_findings([Finding("alert", "late", "2 of 4 projects are late: Site and App.")])
    rows = pd.DataFrame({"name": ["a", "late", "App", "Site"]})

    ordered = order_by_findings(rows.drop(1), ["a", "App", "Site"], found)

    assert ordered["name"].tolist() == ["Site", "App", "a"]
