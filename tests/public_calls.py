"""A call that works of every public function, from small frames of the sandbox."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

import asana_frames as af
from asana_frames import charts, export, gather, rollups, widgets
from tests.fixed_day import NOW

#: Name -> function and arguments.
Calls = dict[str, tuple[Callable[..., Any], dict[str, Any]]]


class Frames:
    """Small frames of the sandbox, from which each function can be called."""

    def __init__(self) -> None:
        self.asana = asana = af.sandbox(now=NOW)
        work = {"start": "2026-09-28", "end": "2026-12-20"}
        self.tasks = asana.tasks.list(project="Website relaunch", fields="all").head(12)
        self.stories = gather.stories(asana, self.tasks.head(10))
        self.entries = asana.time_tracking_entries.list(
            workspace="Acme", entered_on_start_date="2026-10-30"
        )
        self.users = asana.users.list(workspace="Acme").head(3)
        self.projects = asana.projects.list(workspace="Acme")
        self.goals = asana.goals.list(workspace="Acme")
        self.links = asana.goal_relationships.list(supported_goal=self.goals.head(5))
        self.goal_updates = asana.status_updates.list(parent=self.goals.head(3))
        self.readings = pd.concat(
            self.goals[["gid"]].assign(
                read_at=pd.Timestamp(day, tz="UTC"),
                value=self.goals["metric_current_number_value"] * part,
            )
            for day, part in (("2026-08-01", 0.5), ("2026-09-01", 0.7), ("2026-10-01", 0.8))
        )
        self.rates = asana.rates.list(parent=self.projects.head(3))
        fee = {"amount": [1_000.0], "currency_code": ["EUR"], "date": [pd.Timestamp(NOW)]}
        self.fees = pd.DataFrame({"project_gid": self.projects["gid"].tolist()[:1], **fee})
        self.budgets = asana.budgets.list(parent=self.projects).head(2)
        self.allocations = asana.allocations.list(workspace="Acme")
        self.statuses = asana.status_updates.list(parent=self.projects.head(3))
        self.sheets = asana.timesheet_approval_statuses.list(workspace="Acme")
        self.memberships = asana.team_memberships.list(team=asana.teams.list(workspace="Acme"))
        # Few tasks of the sandbox wait for others.
        open_task, waiting = self.tasks.sort_values("completed")["gid"].head(2)
        made = pd.DataFrame({"task_gid": [waiting], "dependency_gid": [open_task]})
        self.edges = pd.concat([af.bridge(self.tasks, "dependencies"), made.astype("str")])
        self.items = self.projects.assign(
            portfolio_gids=[("1",)] * len(self.projects),
            portfolio_names=[("All",)] * len(self.projects),
        )
        section = self.tasks["memberships_section_gids"].str[0]
        fortnight = {"start": pd.Timestamp("2026-10-19"), "end": pd.Timestamp("2026-10-30")}
        self.sprints = pd.DataFrame(
            {"name": ["Sprint 1"], **fortnight, "section_gid": section[:1]}
        )
        self.throughput = rollups.throughput(self.tasks, now=NOW)
        self.changes = rollups.changes(self.stories)
        self.burnup = rollups.burnup(self.tasks, now=NOW)
        self.times = rollups.section_times(self.tasks, self.stories, now=NOW)
        mine = asana.tasks.list(project="Website relaunch")
        section = mine["memberships_section_names"].str[0]
        self.moved = pd.concat([mine[section == name].head(6) for name in ("In progress", "Done")])
        stories = gather.stories(asana, self.moved)
        self.visits = rollups.section_times(self.moved, stories, now=NOW)
        self.cycles = rollups.cycle_times(self.moved, self.visits, active="Review", now=NOW)
        self.home = self.projects.set_index("name").loc["Website relaunch", "gid"]
        self.capacity = rollups.capacity(self.users, self.allocations, **work)  # type: ignore[arg-type]

    def calls(self, part: str, folder: Path) -> Calls:
        """Return name -> function and arguments with which it works."""
        made: Calls = self._rest(folder) if part == "_rest" else getattr(self, part)()
        return made

    def _rollups(self) -> Calls:
        tasks, entries, stories, goals = self.tasks, self.entries, self.stories, self.goals
        arguments: dict[str, dict[str, Any]] = {
            "aging": {"tasks": tasks},
            "aging_wip": {"tasks": self.moved, "section_times": self.visits, "now": NOW},
            "approvals": {"entries": entries, "statuses": self.sheets, "users": self.users},
            "as_of": {"tasks": tasks, "stories": stories, "moment": NOW},
            "backtest": {"tasks": tasks, "horizons": [1, 4], "trials": 100},
            "billable": {"entries": entries, "users": self.users},
            "blocked_times": {"tasks": tasks, "stories": stories, "edges": self.edges},
            "budget_burn": {"budgets": self.budgets, "entries": entries, "rates": self.rates},
            "budget_status": {"budgets": self.budgets, "entries": entries, "rates": self.rates},
            "burndown": {"tasks": tasks},
            "burnup": {"tasks": tasks},
            "capacity": {"users": self.users, "allocations": self.allocations},
            "change_counts": {"changes": self.changes},
            "changes": {"stories": stories, "tasks": tasks},
            "close_times": {"lead_times": rollups.lead_times(tasks)},
            "control_chart": {"cycle_times": self.cycles, "window": 3},
            "cost": {"entries": entries, "rates": self.rates, "by": "person"},
            "cumulative_flow": {"section_times": self.times, "project": self.home},
            "cycle_times": {"tasks": self.moved, "section_times": self.visits, "now": NOW},
            "daily": {"tasks": tasks},
            "dependencies": {"tasks": tasks, "edges": self.edges},
            "empty_fields": {"tasks": tasks},
            "entries": {
                "entries": entries,
                "tasks": tasks,
                "projects": self.projects,
                "users": self.users,
                "team_memberships": self.memberships,
                "clients": self.items,
            },
            "estimates": {"tasks": tasks, "entries": entries},
            "forecast": {
                "tasks": tasks,
                "dates": "2027-06-30",
                "counts": 5,
                "trials": 100,
            },
            "goal_drivers": {"goals": goals, "relationships": self.links},
            "goal_forecast": {
                "goals": goals,
                "relationships": self.links,
                "histories": self.readings,
            },
            "goal_history": {"goals": goals, "status_updates": self.goal_updates},
            "flow_efficiency": {"cycle_times": self.cycles},
            "goal_progress": {"goals": goals, "relationships": self.links},
            "goal_tree": {"goals": goals, "relationships": self.links},
            "hours": {"entries": entries},
            "invoice": {"entries": entries, "rates": self.rates},
            "lead_times": {"tasks": tasks, "stories": stories},
            "load": {"tasks": tasks},
            "margin": {
                "entries": entries,
                "rates": self.rates,
                "costs": self.rates.assign(rate=self.rates["rate"] / 2),
                "fees": self.fees,
                "projects": self.projects,
            },
            "on_time": {"tasks": tasks, "every": "MS"},
            "plan_vs_actual": {"entries": entries, "allocations": self.allocations},
            "portfolio": {"tasks": tasks, "items": self.items, "statuses": self.statuses},
            "quality": {"tasks": tasks},
            "scorecard": {
                "goals": goals,
                "relationships": self.links,
                "status_updates": self.goal_updates,
            },
            "section_times": {"tasks": tasks, "stories": stories},
            "service_levels": {"cycle_times": self.cycles},
            "reopenings": {"tasks": tasks, "stories": stories, "every": "MS"},
            "throughput": {"tasks": tasks},
            "velocity": {"tasks": tasks, "sprints": self.sprints},
            "timesheet": {"entries": entries, "week": "2026-10-26", "statuses": self.sheets},
            "wip": {"section_times": self.visits, "project": self.home, "limits": {"Review": 3}},
        }
        return {f"rollups.{n}": (getattr(rollups, n), given) for n, given in arguments.items()}

    def _charts(self) -> Calls:
        tasks = self.tasks
        progress = rollups.goal_progress(self.goals, self.links, now=NOW)
        portfolio = rollups.portfolio(tasks, self.items, self.statuses, now=NOW)
        frames = {
            "aging": rollups.aging(tasks, now=NOW),
            "aging_wip": rollups.aging_wip(self.moved, self.visits, now=NOW),
            "approvals": rollups.approvals(self.entries, self.sheets, self.users, now=NOW),
            "backtest": rollups.backtest(tasks, horizons=[1, 4], trials=100, now=NOW),
            "blocked_times": rollups.blocked_times(tasks, self.stories, self.edges, now=NOW),
            "budget_burn": rollups.budget_burn(self.budgets, self.entries, self.rates),
            "budget_status": rollups.budget_status(self.budgets, self.entries, self.rates),
            "burndown": rollups.burndown(tasks, end="2026-11-20", now=NOW),
            "burnup": self.burnup,
            "capacity": self.capacity,
            "changes": self.changes,
            "daily": rollups.daily(tasks, now=NOW),
            "control_chart": rollups.control_chart(self.cycles, 3),
            "cumulative_flow": rollups.cumulative_flow(self.times, now=NOW, project=self.home),
            "cycle_times": self.cycles,
            "estimates": rollups.estimates(tasks, self.entries),
            "forecast": rollups.forecast(
                tasks, history=26, dates="2027-06-30", trials=100, now=NOW
            ),
            "goal_drivers": rollups.goal_drivers(self.goals, self.links, now=NOW),
            "goal_forecast": rollups.goal_forecast(self.goals, self.links, now=NOW),
            "gantt": rollups.dependencies(tasks, self.edges, now=NOW),
            "goal_history": rollups.goal_history(self.goals, now=NOW),
            "goal_progress": progress,
            "goal_timeline": progress,
            "goal_tree": rollups.goal_tree(self.goals, self.links, now=NOW),
            "hours": rollups.hours(self.entries),
            "lead_times": rollups.lead_times(tasks),
            "load": rollups.load(tasks),
            "money": rollups.margin(self.entries, self.rates, self.rates, fees=self.fees),
            "on_time": rollups.on_time(tasks, every="MS", now=NOW),
            "plan_vs_actual": rollups.plan_vs_actual(self.entries, self.allocations),
            "portfolio": portfolio,
            "scorecard": rollups.scorecard(self.goals, self.links, self.goal_updates, now=NOW),
            "reopenings": rollups.reopenings(tasks, self.stories, every="MS", now=NOW),
            "section_times": self.times,
            "status_timeline": self.statuses,
            "throughput": self.throughput,
            "velocity": rollups.velocity(tasks, self.sprints, now=NOW),
            "timesheet": rollups.timesheet(self.entries, "2026-10-26"),
            "wip": rollups.wip(self.visits, now=NOW, project=self.home, limits={"Review": 3}),
        }
        named = {n: next(iter(inspect.signature(getattr(charts, n)).parameters)) for n in frames}
        return {
            f"charts.{n}": (getattr(charts, n), {named[n]: frame}) for n, frame in frames.items()
        }

    def _gather(self) -> Calls:
        few = self.tasks["gid"].head(2).tolist()
        arguments: dict[str, dict[str, Any]] = {
            "all_tasks": {"workspace": "Acme", "completed_since": "now", "fields": ["name"]},
            "events": {"resource": "Website relaunch"},
            "flow_report": {"project": "Website relaunch", "now": NOW},
            "goals_report": {"goal": self.goals["gid"].iloc[0], "now": NOW},
            "hours_report": {
                "project": "Website relaunch",
                "start": "2026-10-26",
                "end": NOW,
                "by": "person",
            },
            "money_report": {
                "workspace": "Acme",
                "start": "2026-10-26",
                "end": NOW,
                "now": NOW,
            },
            "portfolio_items": {
                "portfolio": self.asana.portfolios.list(workspace="Acme", owner="me")
            },
            "projects_report": {"project": "Website relaunch", "now": NOW},
            "resource": {"workspace": "Acme", "name": "users"},
            "search": {"workspace": "Acme", "text": "launch", "limit": 5},
            "stories": {"tasks": few},
            "subtasks": {"tasks": few},
            "time_entries": {"workspace": "Acme", "start": "2026-10-30"},
            "timesheets_report": {
                "workspace": "Acme",
                "start": "2026-10-26",
                "end": NOW,
                "by": "project",
                "now": NOW,
            },
            "tracked_tasks": {"entries": self.entries.head(2)},
        }
        return {
            f"gather.{n}": (getattr(gather, n), {"asana": self.asana, **given})
            for n, given in arguments.items()
        }

    def _rest(self, folder: Path) -> Calls:
        frame = self.users
        pickers = [n for n in widgets.__all__ if n.endswith("Picker")]
        pickers = [n for n in pickers if n not in ("FieldsPicker", "PeriodPicker")]
        csv_file, json_file = folder / "asana.csv", folder / "asana.json"
        csv_file.write_text("Task ID,Name\n12,Write\n")
        json_file.write_text('{"data": [{"gid": "12", "name": "Write"}]}')
        files = {end: folder / f"read.{end}" for end in ("csv", "json", "xlsx", "parquet")}
        export.to_csv(frame, files["csv"])
        export.to_json(frame, files["json"])
        export.to_excel(frame, files["xlsx"])
        export.to_parquet(frame, files["parquet"])
        return {
            "read_csv": (af.read_csv, {"path": files["csv"]}),
            "read_excel": (af.read_excel, {"path": files["xlsx"]}),
            "read_json": (af.read_json, {"path": files["json"]}),
            "read_parquet": (af.read_parquet, {"path": files["parquet"]}),
            "read_asana_csv": (af.read_asana_csv, {"path": csv_file}),
            "read_asana_json": (af.read_asana_json, {"path": json_file}),
            "charts.theme": (charts.theme, {"dark": True}),
            "bridge": (af.bridge, {"frame": self.tasks, "column": "followers"}),
            "changes": (
                af.changes,
                {"before": self.tasks, "after": self.tasks, "deletions": True, "blank": "clear"},
            ),
            "custom_fields": (af.custom_fields, {"frame": self.tasks}),
            "reverse": (
                af.reverse,
                {"changes": af.changes(self.tasks, self.tasks), "deletions": True},
            ),
            "export.as_text": (export.as_text, {"frame": frame}),
            "export.to_csv": (export.to_csv, {"frame": frame, "path": folder / "a.csv"}),
            "export.to_excel": (export.to_excel, {"frames": frame, "path": folder / "a.xlsx"}),
            "export.to_html": (
                export.to_html,
                {"frames": frame, "path": folder / "a.html", "title": "People"},
            ),
            "export.to_json": (export.to_json, {"frame": frame, "path": folder / "a.json"}),
            "export.to_parquet": (export.to_parquet, {"frame": frame, "path": folder / "a.pq"}),
            "export.to_parquet_parts": (
                _write_new_parts,
                {"frames": [frame], "folder": folder / "parts"},
            ),
            **{f"widgets.{n}": (getattr(widgets, n), {"asana": self.asana}) for n in pickers},
            "widgets.Dashboard": (widgets.Dashboard, {"asana": self.asana}),
            "widgets.Explorer": (widgets.Explorer, {"asana": self.asana}),
            "widgets.FieldsPicker": (widgets.FieldsPicker, {"resource": self.asana.tasks}),
            "widgets.PeriodPicker": (widgets.PeriodPicker, {"today": NOW}),
            "widgets.login": (widgets.login, {"client_id": "1", "client_secret": "2"}),
            "widgets.logout": (widgets.logout, {}),
            "connect": (af.connect, {"token": "sandbox"}),
            "sandbox": (af.sandbox, {}),
        }


def _write_new_parts(frames: Any, folder: Any) -> None:
    if isinstance(folder, Path):
        shutil.rmtree(folder, ignore_errors=True)
    export.to_parquet_parts(frames, folder)
