"""What the synthetic company tells is consistent: plans, work, money, people and updates."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import asana_frames as af
from tests.fixed_day import NOW

#: A day of each quarter, other seeds, and a company of the present.
COMPANIES = [(0, NOW), (1, "2026-01-31"), (2, "2025-05-02 17:00"), (3, "2024-02-29"), (4, None)]


class Company:
    """What a company holds, read once."""

    def __init__(self, seed: int, now: str | None) -> None:
        self.now = pd.Timestamp.now("UTC") if now is None else pd.Timestamp(now, tz="UTC")
        with af.sandbox(seed=seed, now=now) as asana:
            self.projects = asana.projects.list(workspace="Acme")
            self.tasks = asana.tasks.list(project=self.projects)
            self.app = asana.tasks.list(
                project="Mobile app", fields=["completed", "dependencies.gid"]
            )
            self.goals = asana.goals.list(workspace="Acme")
            self.updates = asana.status_updates.list(
                parent=pd.concat([self.projects[["gid"]], self.goals[["gid"]]])
            )
            self.users = asana.users.list(workspace="Acme")
            self.budgets = asana.budgets.list(parent=self.projects)
            self.rates = asana.rates.list(parent=self.projects)
            self.entries = asana.time_tracking_entries.list(
                workspace="Acme", entered_on_start_date="2000-01-01"
            )
            self.allocations = asana.allocations.list(workspace="Acme")
            self.stories = asana.stories.list(task=self.tasks.head(400))

    def portfolio(self) -> pd.DataFrame:
        table = af.rollups.portfolio(self.tasks, self.projects, self.updates, now=self.now)
        return table[table["kind"] == "project"]


@pytest.fixture(scope="module", params=COMPANIES, ids=str)
def company(request: pytest.FixtureRequest) -> Iterator[Company]:
    return Company(*request.param)


def test_the_status_of_a_goal_is_that_of_its_latest_update(company: Company) -> None:
    latest = company.updates.sort_values("created_at").groupby("parent_gid")["status_type"].last()
    colors = {"on_track": "green", "at_risk": "yellow", "off_track": "red"}

    told = company.goals["gid"].map(latest).replace(colors)

    assert company.goals["status"].isna().tolist() == told.isna().tolist()
    assert company.goals["status"].dropna().tolist() == told.dropna().tolist()
    assert company.goals["status"].nunique() >= 5


def test_the_progress_of_goals_is_in_whole_percent(company: Company) -> None:
    start, value, target = (
        company.goals[f"metric_{name}_number_value"] for name in ("initial", "current", "target")
    )

    percent = (100 * (value - start) / (target - start)).dropna().astype(float)

    assert len(percent) == len(company.goals) - 1
    assert percent.tolist() == pytest.approx(percent.round().tolist(), abs=1e-6)
    assert ((percent > 5) & ((percent < 95) | (percent >= 100))).all()


def test_no_task_is_older_than_its_projects(company: Company) -> None:
    born = company.projects.set_index("gid")["created_at"]
    inside = af.bridge(company.tasks, "memberships")
    tasks = company.tasks.set_index("gid")["created_at"]

    is_older = inside["task_gid"].map(tasks) >= inside["project_gid"].map(born)

    assert is_older.all()


def test_history_ends_now(company: Company) -> None:
    last = company.tasks["modified_at"].max()

    assert company.now - pd.Timedelta(hours=3) <= last <= company.now


def test_what_is_behind_has_a_status_that_says_so(company: Company) -> None:
    table = company.portfolio().set_index("project_name")

    behind = table[table["is_behind"].fillna(False)]

    assert set(behind.index) == {"Mobile app", "Office move"}
    assert set(behind["last_status"]) == {"off_track"}
    assert (table["last_status"] == "off_track").sum() == 2
    assert table.loc["Office move", "due_on"] < company.now.tz_localize(None)


def test_one_budget_is_overspent(company: Company) -> None:
    table = af.rollups.budget_status(
        *(company.budgets, company.entries, company.rates),
        projects=company.projects,
        now=company.now,
    )

    assert table.loc[table["state"] == "over", "project_name"].tolist() == ["Platform reliability"]
    assert table["share"].between(0.4, 1.2).all()


def test_people_of_a_project_that_is_behind_are_over_capacity(company: Company) -> None:
    table = af.rollups.capacity(
        company.users, company.allocations, start=company.now.date(), end=company.now.date()
    )
    rushed = company.allocations["parent_name"] == "Mobile app"

    over = set(table.loc[table["load"] > 1, "person_gid"])

    # At a weekend nobody is available.
    assert company.now.weekday() > 4 or over & set(company.allocations["assignee_gid"][rushed])


def test_some_tasks_were_reopened(company: Company) -> None:
    marks = company.stories["resource_subtype"].value_counts()

    share = marks["marked_incomplete"] / marks["marked_complete"]

    assert 0.02 < share < 0.15


def test_the_open_tasks_of_a_project_that_is_behind_wait_for_one_another(
    company: Company,
) -> None:
    open_tasks = company.app[~company.app["completed"].astype(bool)].set_index("gid")
    waits = open_tasks["dependencies_gids"]

    def chain(gid: str) -> int:
        return 1 + max((chain(other) for other in waits[gid] if other in waits.index), default=0)

    assert max(map(chain, waits.index)) >= 8
