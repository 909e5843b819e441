"""Tables of the sandbox as people draw them: whole projects, a year of entries, all goals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import pandas as pd

import asana_frames as af
from asana_frames import gather, rollups
from tests.fixed_day import NOW


class Company:
    """The frames of the sandbox's company, each read when it is first used."""

    def __init__(self) -> None:
        self.asana = af.sandbox(now=NOW)

    @cached_property
    def tasks(self) -> pd.DataFrame:
        return self.asana.tasks.list(project="Website relaunch")

    @cached_property
    def home(self) -> str:
        gid: str = self.projects.set_index("name").loc["Website relaunch", "gid"]
        return gid

    @cached_property
    def edges(self) -> pd.DataFrame:
        fields = ["name", "dependencies"]
        read = self.asana.tasks.list(project="Website relaunch", fields=fields)
        return af.bridge(read, "dependencies")

    @cached_property
    def all_tasks(self) -> pd.DataFrame:
        return gather.all_tasks(self.asana, "Acme")

    @cached_property
    def stories(self) -> pd.DataFrame:
        return gather.stories(self.asana, self.tasks)

    @cached_property
    def visits(self) -> pd.DataFrame:
        return rollups.section_times(self.tasks, self.stories, now=NOW)

    @cached_property
    def cycles(self) -> pd.DataFrame:
        return rollups.cycle_times(self.tasks, self.visits, now=NOW)

    @cached_property
    def projects(self) -> pd.DataFrame:
        return self.asana.projects.list(workspace="Acme")

    @cached_property
    def statuses(self) -> pd.DataFrame:
        return self.asana.status_updates.list(parent=self.projects)

    @cached_property
    def users(self) -> pd.DataFrame:
        return self.asana.users.list(workspace="Acme")

    @cached_property
    def entries(self) -> pd.DataFrame:
        read = gather.time_entries(self.asana, "Acme", "2026-01-01", NOW)
        return rollups.entries(read, self.all_tasks, self.projects, self.users)

    @cached_property
    def sheets(self) -> pd.DataFrame:
        return self.asana.timesheet_approval_statuses.list(workspace="Acme")

    @cached_property
    def allocations(self) -> pd.DataFrame:
        return self.asana.allocations.list(workspace="Acme")

    @cached_property
    def rates(self) -> pd.DataFrame:
        return self.asana.rates.list(parent=self.projects)

    @cached_property
    def budgets(self) -> pd.DataFrame:
        return self.asana.budgets.list(parent=self.projects)

    @cached_property
    def money(self) -> Any:
        return gather.money_report(self.asana, "Acme", start="2026-01-01", end=NOW, now=NOW)

    @cached_property
    def goals(self) -> Any:
        return gather.goals_report(self.asana, workspace="Acme", now=NOW)

    @cached_property
    def projects_report(self) -> Any:
        return gather.projects_report(self.asana, workspace="Acme", now=NOW)

    @cached_property
    def sprints(self) -> pd.DataFrame:
        starts = pd.date_range("2026-07-06", periods=8, freq="2W-MON")
        gids = self.tasks["memberships_section_gids"].str[0].dropna().unique()
        return pd.DataFrame(
            {
                "name": [f"Sprint {number}" for number in range(1, 9)],
                "start": starts,
                "end": starts + pd.Timedelta(days=13),
                "section_gid": [gids[number % len(gids)] for number in range(8)],
            }
        )

    def makers(self) -> dict[str, Callable[[], Any]]:
        """Return name of a chart -> function that makes its table."""
        weekly = {"every": "W", "now": NOW}
        return {
            "aging": lambda: rollups.aging(self.tasks, now=NOW),
            "aging_wip": lambda: rollups.aging_wip(self.tasks, self.visits, now=NOW),
            "approvals": lambda: rollups.approvals(self.entries, self.sheets, self.users, now=NOW),
            "backtest": lambda: rollups.backtest(self.tasks, trials=200, now=NOW),
            "blocked_times": lambda: rollups.blocked_times(
                self.tasks, self.stories, self.edges, now=NOW
            ),
            "budget_burn": lambda: rollups.budget_burn(
                self.budgets, self.entries, self.rates, now=NOW
            ),
            "budget_status": lambda: self.money.budgets,
            "burndown": lambda: rollups.burndown(
                self.tasks, start="2026-09-01", end="2026-11-20", now=NOW
            ),
            "burnup": lambda: rollups.burnup(self.tasks, **weekly),
            "capacity": lambda: rollups.capacity(
                self.users, self.allocations, start="2026-09-28", end="2026-12-20"
            ),
            "changes": lambda: rollups.changes(self.stories, self.tasks),
            "control_chart": lambda: rollups.control_chart(self.cycles),
            "cumulative_flow": lambda: rollups.cumulative_flow(
                self.visits, project=self.home, **weekly
            ),
            "cycle_times": lambda: self.cycles,
            "daily": lambda: rollups.daily(self.tasks, **weekly),
            "estimates": lambda: rollups.estimates(self.all_tasks, self.entries, by="project"),
            "forecast": lambda: rollups.forecast(self.tasks, trials=2_000, now=NOW),
            "gantt": lambda: rollups.dependencies(self.tasks, self.edges, now=NOW),
            "goal_drivers": lambda: self.goals.drivers,
            "goal_forecast": lambda: self.goals.forecast,
            "goal_history": lambda: self.goals.history,
            "goal_progress": lambda: self.goals.progress,
            "goal_timeline": lambda: self.goals.progress,
            "goal_tree": lambda: self.goals.tree,
            "hours": lambda: rollups.hours(self.entries, by="person", every="MS"),
            "lead_times": lambda: rollups.lead_times(self.tasks, now=NOW),
            "load": lambda: rollups.load(self.all_tasks, now=NOW),
            "money": lambda: rollups.margin(
                self.entries, self.rates, self.rates.assign(rate=self.rates["rate"] / 2)
            ),
            "on_time": lambda: rollups.on_time(self.tasks, every="MS", now=NOW),
            "plan_vs_actual": lambda: rollups.plan_vs_actual(
                self.entries, self.allocations, start="2026-09-01", end=NOW
            ),
            "portfolio": lambda: self.projects_report.portfolio,
            "reopenings": lambda: rollups.reopenings(
                self.tasks, self.stories, every="MS", now=NOW
            ),
            "scorecard": lambda: self.goals.scorecard,
            "section_times": lambda: self.visits,
            "status_timeline": lambda: self.statuses,
            "throughput": lambda: rollups.throughput(self.tasks, **weekly),
            "timesheet": lambda: rollups.timesheet(self.entries, "2026-10-26"),
            "velocity": lambda: rollups.velocity(self.tasks, self.sprints, now=NOW),
            "wip": lambda: rollups.wip(
                self.visits, project=self.home, limits={"In progress": 8}, now=NOW
            ),
        }


def make_samples(names: Iterable[str]) -> dict[str, Any]:
    """Return a table for each chart, as the sandbox gives it."""
    makers = Company().makers()
    return {name: makers[name]() for name in names}
