"""The money report adds up to what was tracked, and to Asana's own figures of budgets."""

from __future__ import annotations

import pytest

import asana_frames as af
from asana_frames.gather.money_report import MoneyReport
from tests.fixed_day import NOW

SPAN = ("2026-09-01", "2026-10-31")


@pytest.fixture(scope="module")
def asana() -> af.Asana:
    return af.sandbox(now=NOW)


@pytest.fixture(scope="module")
def report(asana: af.Asana) -> MoneyReport:
    return af.gather.money_report(asana, "Acme", *SPAN, now="2026-11-02")


def test_all_tables_have_the_hours_and_the_money_of_the_entries(report: MoneyReport) -> None:
    hours = report.tracked["duration_minutes"].sum() / 60

    assert hours > 100
    for table in (report.by_project, report.by_person, report.by_period):
        assert float(table["hours"].sum()) == pytest.approx(hours)
        assert float(table["amount"].sum()) == pytest.approx(report.by_project["amount"].sum())
    columns = ["billable_hours", "non_billable_hours", "unclassified_hours"]
    assert float(report.billable[columns].sum().sum()) == pytest.approx(hours)
    bare = report.by_project[report.by_project["currency_code"].isna()]["hours"].sum()
    assert float(report.unpriced["hours"].sum()) == pytest.approx(bare)


def test_the_invoice_has_the_billable_hours(report: MoneyReport) -> None:
    billable = report.billable["billable_hours"].sum()

    assert float(report.invoice["hours"].sum()) == pytest.approx(billable)


def test_budgets_count_all_their_days_as_asana_does(report: MoneyReport, asana: af.Asana) -> None:
    budgets = asana.budgets.list(parent=asana.projects.list(workspace="Acme"))
    actual = budgets.set_index("gid").loc[report.budgets["budget_gid"]]

    is_time = (actual["budget_type"] == "time").to_numpy()
    # Asana counts time in minutes.
    expected = actual["actual_value"].astype(float).to_numpy() / (59 * is_time + 1)
    assert len(report.budgets) > 2
    assert report.budgets["used"].tolist() == pytest.approx(expected.tolist(), abs=0.01)


def test_entries_that_nobody_approved_are_left_out_on_request(asana: af.Asana) -> None:
    report = af.gather.money_report(
        asana, "Acme", *SPAN, billable="billable", approval="approved", now="2026-11-02"
    )

    counts = report.tracked.query("billable_status == 'billable'")
    counts = counts[counts["approval_status"].str.lower() == "approved"]
    hours = counts["duration_minutes"].sum() / 60
    assert float(report.by_project["hours"].sum()) == pytest.approx(hours)
    assert float(report.invoice["hours"].sum()) == pytest.approx(hours)


def test_days_without_time_give_empty_tables(asana: af.Asana) -> None:
    report = af.gather.money_report(asana, "Acme", "2020-01-01", "2020-01-31", now="2026-11-02")

    tables = {name: len(table) for name, table in report.tables().items()}
    assert {name for name, rows in tables.items() if rows} == {"projects"}
    assert report.findings["sentence"].tolist() == ["No time entry counts on these days."]
