"""The timesheets report adds up to what was tracked, expected and handed in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.gather.timesheets_report import TimesheetsReport
from tests.fixed_day import NOW


@pytest.fixture(scope="module")
def asana() -> af.Asana:
    return af.sandbox(now=NOW)


@pytest.fixture(scope="module")
def report(asana: af.Asana) -> TimesheetsReport:
    """Four weeks of which the last ends on a Friday; people are read as of that day."""
    return af.gather.timesheets_report(
        asana, "Acme", "2026-10-05", "2026-10-30", by="project", now="2026-10-30"
    )


def minutes_of(asana: af.Asana, start: str, end: str) -> int:
    entries = asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date=start, entered_on_end_date=end
    )
    return int(entries["duration_minutes"].sum())


def test_all_tables_have_the_hours_that_were_tracked(
    report: TimesheetsReport, asana: af.Asana
) -> None:
    hours = minutes_of(asana, "2026-10-05", "2026-10-30") / 60

    assert hours > 100
    assert report.approvals["hours"].sum() == pytest.approx(hours)
    assert report.timesheet.iloc[:-1]["total"].sum() == pytest.approx(hours)
    assert report.timesheet.iloc[-1]["total"] == pytest.approx(hours)
    week = minutes_of(asana, "2026-10-26", "2026-11-01") / 60
    assert report.last_week.iloc[-1]["total"] == pytest.approx(week)


def test_missing_hours_are_those_of_the_approvals(report: TimesheetsReport) -> None:
    missing, approvals = report.missing, report.approvals
    weeks = ["2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26 (part)"]
    assert list(missing.columns) == ["person_gid", "person_name", *weeks, "total"]
    assert missing.iloc[-1]["person_name"] == "Total"

    for name in weeks:
        mine = approvals[approvals["period"] == name.removesuffix(" (part)")]
        by_person = mine.dropna(subset=["missing"]).set_index("person_gid")["missing"]
        found = missing.iloc[:-1].set_index("person_gid")[name]
        assert found.to_dict() == pytest.approx(by_person.to_dict())
        assert missing.iloc[-1][name] == pytest.approx(by_person.sum())
    assert missing.iloc[-1]["total"] == pytest.approx(approvals["missing"].sum())


def test_a_week_that_the_days_cut_is_read_whole_for_its_chart(asana: af.Asana) -> None:
    report = af.gather.timesheets_report(
        asana, "Acme", "2026-10-28", "2026-10-29", now="2026-11-02"
    )

    both = minutes_of(asana, "2026-10-28", "2026-10-29") / 60
    assert report.approvals["hours"].sum() == pytest.approx(both)
    week = minutes_of(asana, "2026-10-26", "2026-11-01") / 60
    assert report.last_week.iloc[-1]["total"] == pytest.approx(week)
    # Two days of a full-time week.
    assert report.approvals["expected_hours"].max() == 16.0
    assert report.last_week["expected_hours"].iloc[:-1].max() == 40.0


def test_the_last_four_weeks_are_reported_if_no_days_are_given(asana: af.Asana) -> None:
    report = af.gather.timesheets_report(asana, "Acme", end="2026-10-28", every="W-SUN")

    assert (report.start, report.end) == (dt.date(2026, 10, 4), dt.date(2026, 10, 28))
    weeks = pd.to_datetime(["2026-10-04", "2026-10-11", "2026-10-18", "2026-10-25"])
    assert set(report.approvals["period"]) == set(weeks)


@pytest.mark.parametrize("now", ["2026-10-28", "2026-10-28 09:00", dt.date(2026, 10, 28)])
def test_a_report_without_days_ends_on_the_day_of_now(asana: af.Asana, now: Any) -> None:
    report = af.gather.timesheets_report(asana, "Acme", now=now)

    assert (report.start, report.end) == (dt.date(2026, 10, 5), dt.date(2026, 10, 28))
    assert report.approvals.attrs["now"].startswith("2026-10-28")
    # Of the week in progress, Monday to Wednesday are expected.
    assert report.approvals["expected_hours"].max() == 40.0
    this_week = report.approvals[report.approvals["period"] == pd.Timestamp("2026-10-26")]
    assert this_week["expected_hours"].max() == 24.0


def test_what_was_read_is_one_call_with_its_failures(asana: af.Asana) -> None:
    af.gather.timesheets_report(asana, "Acme", "2026-10-05", "2026-10-11")

    assert asana.last.operation == "gather.timesheets_report"
    assert not len(asana.last.failures)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"start": "2026-10-05", "end": "2026-10-01"}, r"start=2026-10-05 lies after"),
        ({"start": "soon"}, r"start='soon' is not a day"),
        ({"every": "MS"}, r"every="),
        ({"start": "2026-10-05", "end": "2026-10-06", "by": "colour"}, r"colour"),
        ({"start": "2026-10-05", "end": "2026-10-06", "hours_per_day": 25}, r"hours_per_day="),
    ],
)
def test_arguments_that_are_not_valid_are_refused(
    asana: af.Asana, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(af.InvalidArgument, match=words):
        af.gather.timesheets_report(asana, "Acme", **arguments)


def test_hours_of_projects_are_those_of_the_hours_report(
    report: TimesheetsReport, asana: af.Asana
) -> None:
    days = ("2026-10-05", "2026-10-30")
    hours = af.gather.hours_report(asana, "Acme", *days, by="project").by_key["project"]

    sheet = report.timesheet.iloc[:-1].groupby("project_name")["total"].sum()
    expected = hours.groupby("project_name")["hours"].sum()
    assert sheet.to_dict() == pytest.approx(expected.to_dict())
    own = asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date=days[0], entered_on_end_date=days[1]
    )
    # Time on tasks counts to their project, though Asana attributes it to none.
    assert own["attributable_to_gid"].isna().any()


def test_a_report_is_shown_by_the_sizes_of_its_tables(report: TimesheetsReport) -> None:
    shown = repr(report)

    assert shown.startswith("TimesheetsReport(start: 2026-10-05; end: 2026-10-30; findings: ")
    rows, columns = report.approvals.shape
    assert f"approvals: {rows:,} x {columns}" in shown
    assert "\n" not in shown
