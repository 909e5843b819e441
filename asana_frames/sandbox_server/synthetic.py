"""Build the synthetic company from a seed, in a fixed order."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from asana_frames.frames import pause_garbage_collection
from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.cascade import clear_partition
from asana_frames.sandbox_server.core.goal_progress import refresh_goals
from asana_frames.sandbox_server.core.store import (
    DivisionBlock,
    Object,
    ObjectFactory,
    Store,
    first_gid,
)
from asana_frames.sandbox_server.resources.access_requests import build_access_request
from asana_frames.sandbox_server.resources.agents import build_agents
from asana_frames.sandbox_server.resources.ai_studio import build_ai_studio_usage
from asana_frames.sandbox_server.resources.allocations import build_allocations
from asana_frames.sandbox_server.resources.attachments import build_attachments
from asana_frames.sandbox_server.resources.audit_log import build_audit_log
from asana_frames.sandbox_server.resources.budgets_and_rates import build_rates_and_budgets
from asana_frames.sandbox_server.resources.custom_fields import build_fields
from asana_frames.sandbox_server.resources.custom_types import build_custom_type
from asana_frames.sandbox_server.resources.dependencies import build_dependencies
from asana_frames.sandbox_server.resources.exports import build_organization_export
from asana_frames.sandbox_server.resources.goals import build_goals
from asana_frames.sandbox_server.resources.jobs import build_jobs
from asana_frames.sandbox_server.resources.portfolios import build_portfolios
from asana_frames.sandbox_server.resources.project_briefs import build_project_briefs
from asana_frames.sandbox_server.resources.projects import build_project
from asana_frames.sandbox_server.resources.reactions import build_reaction
from asana_frames.sandbox_server.resources.roles import build_roles
from asana_frames.sandbox_server.resources.rules import build_rule_trigger
from asana_frames.sandbox_server.resources.status_updates import build_status_updates
from asana_frames.sandbox_server.resources.stories import build_story, build_task_stories
from asana_frames.sandbox_server.resources.tags import build_tags
from asana_frames.sandbox_server.resources.tasks import (
    build_custom_typed_tasks,
    build_likes,
    build_second_projects,
    build_task,
)
from asana_frames.sandbox_server.resources.teams import build_team
from asana_frames.sandbox_server.resources.templates import (
    build_project_template,
    build_task_template,
)
from asana_frames.sandbox_server.resources.time_periods import build_time_periods
from asana_frames.sandbox_server.resources.time_tracking import (
    apply_timesheet_statuses,
    build_time_tracking_categories,
    build_timesheets,
)
from asana_frames.sandbox_server.resources.user_task_lists import build_user_task_list
from asana_frames.sandbox_server.resources.users import build_user
from asana_frames.sandbox_server.resources.webhooks import build_webhook

#: How many divisions of some 1,800 tasks a company has.
DIVISIONS = {"small": 1, "medium": 28, "large": 556}


#: Top-level tasks per share of a project.
_TASKS_PER_SHARE = 14


_TASKS_WITHOUT_PROJECT = 40


def make_store(seed: int, now: datetime, size: str) -> Store:
    """Build the company; the work of its divisions is built on first access.

    Parameters
    ----------
    seed
        The same seed builds the same company for the same ``now``, byte for byte.
    now
        The end of its history.
    size
        One of `DIVISIONS`.
    """
    store = Store(seed, now, DIVISIONS[size], build_stage)
    with pause_garbage_collection():
        make = _company_factory(store, "company")
        build_company(make)
        store.next_company = make.next
        for number in range(DIVISIONS[size]):
            make = _company_factory(store, f"division {number}", number)
            build_division(make)
            if number == 0:
                build_plans(make)
                build_office(make)
            build_updates(make)
            store.next_company = make.next
            store.divisions.append(make.own)
    store.measure = lambda: measure_all_goals(store)
    return store


class DirectUpdater:
    """Updates objects while they are built."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def update(self, item: Object, **fields: Any) -> None:
        """Change fields of an object."""
        item |= fields


def measure_all_goals(store: Store) -> None:
    """Compute the metrics of goals, from the lowest goals up."""
    for goal in store.all("goal"):
        kinds = {link["resource_subtype"] for link in store.related("supports", goal)}
        if "subgoal" not in kinds:
            refresh_goals(DirectUpdater(store), goal)


def _company_factory(store: Store, stage: str, number: int = 0) -> ObjectFactory:
    chances = random.Random(f"{store.seed}, {stage}")
    return ObjectFactory(store, store.company, chances, store.next_company, number)


def build_stage(store: Store, block: DivisionBlock, stage: int) -> None:
    """Build a stage of a division's work."""
    chances = random.Random(f"{store.seed}, block {block.number}, stage {stage}")
    make = ObjectFactory(store, block, chances, first_gid(block.number, stage), block.number)
    own = store.divisions[block.number]
    make.own = {kind: own[kind] for kind in ("user", "team", "project", "section")}
    if stage == 1:
        build_work(make)
        build_money(make)
        block.task_histories = make.task_histories
    else:
        make.task_histories, block.task_histories = block.task_histories, []
        build_task_stories(make)
    if store.gone:
        clear_partition(block, store.gone)


def build_company(make: ObjectFactory) -> None:
    """Build what all divisions share."""
    workspace = make.add(
        "workspace", name="Acme", is_organization=True, email_domains=["acme.example"]
    )
    build_tags(make, workspace)
    build_time_tracking_categories(make, workspace)


def build_division(make: ObjectFactory) -> None:
    """Build the people, teams and projects of a division."""
    workspace = make.all("workspace")[0]
    people = [build_user(make, name, workspace) for name in division_people(make.number)]
    if not make.number:
        make.store.fields = build_fields(make)
    after = f" {make.number + 1}" if make.number else ""
    teams = {name: build_team(make, name, after, workspace, people) for name in words.TEAMS}
    for place, story in enumerate(words.PROJECTS):
        build_project(make, place, story, after, teams[story.team], workspace)
    for person in people:
        build_user_task_list(make, person, workspace)
    for kind in ("user", "team", "project", "section"):
        for item in make.all(kind):
            make.store.home[item["gid"]] = make.number


def division_people(number: int) -> list[str]:
    """Return the people of a division: the same first names, other last names."""
    if not number:
        return list(words.PEOPLE)
    names = [name.split(" ", 1) for name in words.PEOPLE]
    middle = (
        "" if number < len(names) else f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number // len(names)]}. "
    )
    lasts = [last for _, last in names]
    return [
        f"{first} {middle}{lasts[(place + number) % len(lasts)]}"
        for place, (first, _) in enumerate(names)
    ]


def build_work(make: ObjectFactory) -> None:
    """Build the tasks of every project, and their dependent objects."""
    for project, story in zip(make.all("project"), words.PROJECTS, strict=True):
        tasks = [build_task(make, project, story) for _ in range(story.share * _TASKS_PER_SHARE)]
        build_dependencies(make, tasks, story.chain)
    for _ in range(_TASKS_WITHOUT_PROJECT):
        build_task(make)
    build_second_projects(make)
    build_custom_typed_tasks(make)
    build_likes(make)
    build_attachments(make)


def build_money(make: ObjectFactory) -> None:
    """Build rates, budgets, allocations and timesheets."""
    build_rates_and_budgets(make)
    build_allocations(make)
    build_timesheets(make)
    apply_timesheet_statuses(make)


def build_plans(make: ObjectFactory) -> None:
    """Build time periods, goals and portfolios."""
    build_time_periods(make)
    build_goals(make)
    build_portfolios(make)


def build_office(make: ObjectFactory) -> None:
    """Build the rest: templates, roles, requests, logs."""
    for team in make.all("team")[:2]:
        build_project_template(make, team)
    for project in make.all("project")[:3]:
        build_task_template(make, project, make.all("user"))
        build_custom_type(make, project)
    build_roles(make)
    build_agents(make)
    build_project_briefs(make)
    project = make.all("project")[0]
    build_access_request(make, project)
    build_webhook(make, project)
    build_rule_trigger(make)
    build_jobs(make, project)
    build_organization_export(make)
    build_audit_log(make)
    build_ai_studio_usage(make)


def build_updates(make: ObjectFactory) -> None:
    """Build the status updates of a division, the stories of its goals, and reactions."""
    for project, story in zip(make.all("project"), words.PROJECTS, strict=True):
        build_status_updates(make, project, story.status, story.text)
    for portfolio in make.own.get("portfolio", []):
        build_status_updates(
            make, portfolio, "at_risk" if make.related("items", portfolio) else None
        )
    goals = make.own.get("goal", [])
    for goal in goals:
        build_status_updates(make, goal, goal["_status_type"])
    for goal in goals:
        build_story(
            make, goal, make.now - timedelta(days=150), goal["owner"], "comment_added", "Let's go."
        )
    for update in make.own.get("status_update", [])[::6]:
        build_reaction(make, update)
