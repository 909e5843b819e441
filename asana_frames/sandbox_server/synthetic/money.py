"""Rates, budgets, allocations, absences and timesheets."""

from __future__ import annotations

from datetime import date, timedelta

from asana_frames.sandbox_server.core.store import ObjectFactory, format_day, format_moment


def build_money(make: ObjectFactory) -> None:
    """Make what the work costs, who has time for it, and the weeks that were handed in."""
    _build_rates_and_budgets(make)
    _build_allocations(make)
    _build_timesheets(make)
    apply_timesheet_statuses(make)


def apply_timesheet_statuses(make: ObjectFactory) -> None:
    """Give entries the status of the week that they were handed in with."""
    sheets = {
        (sheet["user"]["gid"], sheet["start_date"]): sheet["approval_status"]
        for sheet in make.all("timesheet_approval_status")
    }
    for entry in make.all("time_tracking_entry"):
        when = date.fromisoformat(entry["entered_on"])
        monday = format_day(when - timedelta(days=when.weekday()))
        status = sheets.get((entry["created_by"]["gid"], monday))
        if status:
            entry["approval_status"] = status


def _build_rates_and_budgets(make: ObjectFactory) -> None:
    people = make.all("user")
    for place, project in enumerate(make.all("project")[:9]):
        for person in make.original_value(project, "members"):
            make.add(
                "rate",
                parent=project,
                resource=person,
                rate=60 + 10 * make.random.randint(0, 9),
                currency_code="EUR",
                created_by=people[0],
            )
        kind = "time" if place % 2 else "cost"
        make.add(
            "budget",
            budget_type=kind,
            estimate={
                "billable_status_filter": "any",
                "source": "capacity_plans" if place % 3 == 2 else "tasks",
                "enabled": True,
            },
            actual={"billable_status_filter": "billable" if place % 2 else "any"},
            total={"enabled": True, "value": 30_000 + 6_000 * (11 - place)},
            parent=project,
        )


def _build_allocations(make: ObjectFactory) -> None:
    people = make.all("user")
    today = make.now.date()
    for project in make.all("project")[:9]:
        for person in make.original_value(project, "members")[:4]:
            start = today - timedelta(days=make.random.randint(0, 60))
            as_hours = make.random.random() < 0.5
            make.add(
                "allocation",
                start_date=format_day(start),
                end_date=format_day(start + timedelta(days=make.random.randint(14, 90))),
                effort={"type": "hours", "value": 4}
                if as_hours
                else {"type": "percent", "value": 50},
                assignee=person,
                created_by=people[0],
                parent=project,
                resource_subtype="project_allocation",
            )
    for person in people:
        start = today - timedelta(days=make.random.randint(-40, 160))
        make.add(
            "ooo_entry",
            start_date=format_day(start),
            end_date=format_day(start + timedelta(days=make.random.randint(0, 13))),
            user=person,
            created_by=person,
        )


def _build_timesheets(make: ObjectFactory) -> None:
    monday = make.now.date() - timedelta(days=make.now.weekday())
    for back in range(12):
        start: date = monday - timedelta(weeks=back)
        for person in make.all("user"):
            if back == 0 and make.random.random() < 0.7:
                continue
            late = ("DRAFT", "SUBMITTED", "REJECTED", "APPROVED")
            status = "APPROVED" if back > 3 else make.random.choice(late)
            make.add(
                "timesheet_approval_status",
                created_at=format_moment(make.now - timedelta(weeks=back)),
                user=person,
                workspace=make.all("workspace")[0],
                start_date=format_day(start),
                end_date=format_day(start + timedelta(days=6)),
                approval_status=status,
            )
