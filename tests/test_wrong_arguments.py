"""Public functions refuse wrong arguments with an error of the package that says what to pass."""

from __future__ import annotations

import copy
import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import asana_frames as af
from asana_frames import charts, export, gather, rollups, widgets

# A few entries are less than what the budgets have used up.
pytestmark = pytest.mark.filterwarnings("ignore")

NOW = "2026-11-02"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be where nothing is: a wrong path may be a name that can be written to."""
    monkeypatch.chdir(tmp_path)


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
        self.rates = asana.rates.list(parent=self.projects.head(3))
        self.budgets = asana.budgets.list(parent=self.projects).head(2)
        self.allocations = asana.allocations.list(workspace="Acme")
        self.statuses = asana.status_updates.list(parent=self.projects.head(3))
        self.sheets = asana.timesheet_approval_statuses.list(workspace="Acme")
        self.edges = af.bridge(self.tasks, "dependencies")
        self.items = self.projects.assign(
            portfolio_gids=[("1",)] * len(self.projects),
            portfolio_names=[("All",)] * len(self.projects),
        )
        self.throughput = rollups.throughput(self.tasks, end=NOW)
        self.changes = rollups.changes(self.stories)
        self.burnup = rollups.burnup(self.tasks)
        self.times = rollups.section_times(self.stories, self.tasks, NOW)
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
            "approvals": {"statuses": self.sheets, "entries": entries, "users": self.users},
            "as_of": {"tasks": tasks, "stories": stories, "moment": NOW},
            "budget_burn": {"budgets": self.budgets, "entries": entries, "rates": self.rates},
            "burnup": {"tasks": tasks},
            "capacity": {"users": self.users, "allocations": self.allocations},
            "change_counts": {"changes": self.changes},
            "changes": {"stories": stories, "tasks": tasks},
            "close_times": {"lead_times": rollups.lead_times(tasks)},
            "cost": {"entries": entries, "rates": self.rates, "by": "person"},
            "cumulative_flow": {"section_times": self.times, "project": self.home},
            "daily": {"tasks": tasks},
            "dependencies": {"tasks": tasks, "edges": self.edges},
            "empty_fields": {"tasks": tasks},
            "entries": {"entries": entries, "tasks": tasks, "projects": self.projects},
            "estimates": {"tasks": tasks, "entries": entries},
            "forecast": {"throughput": self.throughput, "remaining": 5, "trials": 100},
            "goal_history": {"goals": goals, "status_updates": self.statuses},
            "goal_progress": {"goals": goals, "relationships": self.links},
            "goal_tree": {"goals": goals, "relationships": self.links},
            "hours": {"entries": entries},
            "lead_times": {"tasks": tasks, "stories": stories},
            "load": {"tasks": tasks},
            "portfolio": {"items": self.items, "tasks": tasks, "statuses": self.statuses},
            "quality": {"tasks": tasks},
            "section_times": {"stories": stories, "tasks": tasks},
            "throughput": {"tasks": tasks},
            "timesheet": {"entries": entries, "week": "2026-10-26", "statuses": self.sheets},
        }
        return {f"rollups.{n}": (getattr(rollups, n), given) for n, given in arguments.items()}

    def _charts(self) -> Calls:
        tasks = self.tasks
        progress = rollups.goal_progress(self.goals, self.links, NOW)
        portfolio = rollups.portfolio(self.items, tasks, self.statuses, NOW)
        frames = {
            "aging": rollups.aging(tasks, NOW),
            "budget_burn": rollups.budget_burn(self.budgets, self.entries, self.rates),
            "burnup": rollups.burnup(tasks),
            "capacity": self.capacity,
            "changes": self.changes,
            "cumulative_flow": rollups.cumulative_flow(self.times, project=self.home),
            "daily": rollups.daily(tasks),
            "estimates": rollups.estimates(tasks, self.entries),
            "forecast": rollups.forecast(self.throughput, 5, trials=100),
            "gantt": rollups.dependencies(tasks, self.edges, NOW),
            "goal_history": rollups.goal_history(self.goals, now=NOW),
            "goal_progress": progress,
            "goal_timeline": progress,
            "goal_tree": rollups.goal_tree(self.goals, self.links, NOW),
            "hours": rollups.hours(self.entries),
            "lead_times": rollups.lead_times(tasks),
            "load": rollups.load(tasks),
            "portfolio": portfolio,
            "section_times": self.times,
            "status_timeline": self.statuses,
            "throughput": self.throughput,
            "timesheet": rollups.timesheet(self.entries, "2026-10-26"),
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
            "goals_report": {"goal": self.goals["gid"].iloc[0], "now": NOW},
            "hours_report": {
                "project": "Website relaunch",
                "start": "2026-10-26",
                "end": NOW,
                "by": "person",
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
        return {
            "bridge": (af.bridge, {"frame": self.tasks, "column": "followers"}),
            "custom_fields": (af.custom_fields, {"frame": self.tasks}),
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


@pytest.fixture(scope="module")
def frames() -> Frames:
    return Frames()


WRONG: tuple[Any, ...] = (
    3,
    None,
    object(),
    "no such",
    [3],
    pd.DataFrame({"x": [1]}),
)


@pytest.mark.parametrize("part", ["_rollups", "_charts", "_gather", "_rest"])
def test_a_wrong_argument_is_an_error_of_the_package_or_works(
    part: str, frames: Frames, tmp_path: Path
) -> None:
    raw = []
    for name, (function, arguments) in frames.calls(part, tmp_path).items():
        for parameter in inspect.signature(function).parameters.values():
            # Any value is true or false, and filters are checked by the operation.
            if parameter.annotation == "bool" or parameter.kind == parameter.VAR_KEYWORD:
                continue
            for wrong in WRONG:
                try:
                    # A copy, because sync tokens are written to the mapping that is passed.
                    function(**{**arguments, parameter.name: copy.copy(wrong)})
                except af.AsanaError:
                    pass
                except Exception as error:  # noqa: BLE001  # any other is what is looked for
                    raw.append(f"{name}({parameter.name}={wrong!r}): {error!r}")
                plt.close("all")
    assert not raw


def test_every_public_function_is_tried(frames: Frames, tmp_path: Path) -> None:
    parts = [frames.calls(part, tmp_path) for part in ("_rollups", "_charts", "_gather", "_rest")]
    tried = {name for part in parts for name in part}

    for room in (rollups, charts, export, gather, widgets):
        names = {f"{room.__name__.rpartition('.')[2]}.{name}" for name in room.__all__}
        # The form of widgets.login is made by the function.
        assert names - tried <= {"widgets.Login"}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda f: export.to_csv(3, "a.csv"), "export.to_csv takes a DataFrame, not int"),
        (lambda f: export.to_csv(f.tasks, None), "path= takes a path, such as path='tasks.csv'"),
        (lambda f: export.to_excel(None, "a.xlsx"), "frames= takes a mapping"),
        (lambda f: export.to_excel({"a": 3}, "a.xlsx"), "frames['a'] takes a DataFrame, not int"),
        (lambda f: rollups.hours(f.entries, by=5), "by= takes text or a list of texts"),
        (lambda f: rollups.throughput(f.tasks, by=3), "such as by='person', not int"),
        (lambda f: rollups.change_counts(f.changes, by=None), "not NoneType"),
        (
            lambda f: rollups.hours(3),
            "not int. Pass what asana.time_tracking_entries.list(...) returns.",
        ),
        (lambda f: af.bridge(f.tasks, None), "column= takes text, such as column='followers'"),
        (lambda f: af.bridge(None, "tags"), "af.bridge takes a DataFrame, not None"),
        (
            lambda f: gather.events(f.asana, "Website relaunch", tokens=5),
            "tokens= takes the path of a JSON file or a dict, not int",
        ),
        (lambda f: gather.events("Acme", "1"), "pass what af.connect() or af.sandbox() returns"),
        (lambda f: charts.hours(f.tasks), "Pass what rollups.hours(...) returns."),
        (lambda f: charts.gantt(f.tasks), "Pass what rollups.dependencies(...) returns."),
        (lambda f: charts.burnup(f.burnup, ax=3), "(ax=) takes matplotlib Axes"),
        (lambda f: rollups.load(f.tasks, unit="hour"), "unit='hour' is not valid; use 'minutes'"),
        (lambda f: widgets.ProjectPicker("Acme"), "widgets.ProjectPicker takes a connection"),
        (lambda f: widgets.Dashboard(f.asana, "goals"), "Did you mean 'goal'?"),
        (lambda f: af.connect(token=12345), "token= takes text"),
        (lambda f: af.sandbox(size=3), "size=int is not valid; use 'small', 'medium' or 'large'."),
    ],
)
def test_the_message_says_what_to_pass(
    call: Callable[[Frames], object], says: str, frames: Frames
) -> None:
    with pytest.raises(af.InvalidArgument) as caught:
        call(frames)

    assert says in str(caught.value)
    assert "12345" not in str(caught.value)
