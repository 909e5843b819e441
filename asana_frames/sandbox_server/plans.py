"""The plans: goals with metrics, portfolios, status updates, budgets, rates, capacity."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from asana_frames.sandbox_server import words
from asana_frames.sandbox_server.company import add_membership, add_setting
from asana_frames.sandbox_server.store import Object, Store, day, stamp

#: Name, parent, team, unit, initial, current and target value, source of progress.
#: One line each; empty where there is none.
_GOALS = """\
Become the tool teams love|||percentage|0|0.58|1|subgoal_progress
Grow revenue by 30 %|Become the tool teams love||currency|2e+06|2.35e+06|2.6e+06|manual
Make customers stay|Become the tool teams love|Customer Success|percentage|0|0.5|1|subgoal_progress
Ship the new product|Become the tool teams love|Product|percentage|0|0.62|1|project_task_completion
Relaunch the website|Grow revenue by 30 %|Marketing|percentage|0|0.7|1|project_milestone_completion
10,000 sign-ups from campaigns|Grow revenue by 30 %|Marketing|none|0|6400|10000|manual
Win 40 partners|Grow revenue by 30 %|Operations|none|5|31|40|manual
Churn below 2 %|Make customers stay|Customer Success|percentage|0.045|0.031|0.02|manual
First answer within 2 hours|Make customers stay|Customer Success|none|9|3.5|2|external
Onboard in under 14 days|Make customers stay|Customer Success|none|30|19|14|manual
App rating of 4.5|Ship the new product|Product|none|3.8|4.2|4.5|manual
99.95 % availability|Ship the new product|Engineering|percentage|0.991|0.9988|0.9995|external
Beyond the plan|Ship the new product|Engineering|none|0|120|100|manual
Learn from every incident||Engineering||0|0|0|
"""
_STATUS = ("green", "yellow", "red", "green", None)


def build_plans(store: Store) -> None:
    """Make everything that steers the work."""
    _periods(store)
    _goals(store)
    _portfolios(store)
    for parent in (*store.all("project"), *store.all("portfolio"), *store.all("goal")):
        _updates(store, parent)
    _money(store)
    _capacity(store)
    _timesheets(store)


def _periods(store: Store) -> None:
    workspace = store.all("workspace")[0]

    def period(name: str, label: str, start: str, end: str, parent: Object | None) -> Object:
        return store.add(
            "time_period",
            period=name,
            display_name=label,
            start_on=start,
            end_on=end,
            parent=parent,
            workspace=workspace,
        )

    for year in (store.now.year - 1, store.now.year):
        short = f"FY{year % 100}"
        whole = period("FY", short, f"{year}-01-01", f"{year}-12-31", None)
        halves = (
            period("H1", f"H1 {short}", f"{year}-01-01", f"{year}-06-30", whole),
            period("H2", f"H2 {short}", f"{year}-07-01", f"{year}-12-31", whole),
        )
        ends = ("03-31", "06-30", "09-30", "12-31")
        for place, end in enumerate(ends):
            start = f"{year}-{3 * place + 1:02d}-01"
            name = f"Q{place + 1}"
            period(name, f"{name} {short}", start, f"{year}-{end}", halves[place // 2])


def _goals(store: Store) -> None:
    made: dict[str, Object] = {}
    for place, line in enumerate(_GOALS.splitlines()):
        goal, parent = _goal(store, place, *line.split("|"))
        made[goal["name"]] = goal
        if parent:
            _support(store, goal, made[parent], 1 if place < 4 else 0.5)
        store.put("goal_owner", goal["owner"], goal)
        add_membership(store, goal, goal["owner"], "admin")
    # A goal may feed two: the relationships form a DAG, not a tree.
    _support(store, made["Onboard in under 14 days"], made["Ship the new product"], 0.25)
    for name, goal_name in (
        ("Website relaunch", "Relaunch the website"),
        ("Mobile app", "Ship the new product"),
    ):
        supporter = next(p for p in store.all("project") if p["name"] == name)
        _support(store, supporter, made[goal_name], 1, "supporting_work")


def _goal(
    store: Store, place: int, name: str, parent: str, team: str, unit: str, *rest: str
) -> tuple[Object, str]:
    """Make a goal and return it with the name of the goal it feeds."""
    *numbers, source = rest
    initial, current, target = map(float, numbers)
    people = store.all("user")
    periods = [p for p in store.all("time_period") if p["start_on"] >= f"{store.now.year}"]
    period = periods[0] if not parent else periods[2 + place % 5]
    goal = store.add("goal", name=name)
    goal |= {
        "html_notes": "<body></body>",
        "notes": "",
        "due_on": period["end_on"],
        "start_on": period["start_on"],
        "is_workspace_level": not team,
        "liked": False,
        "likes": [],
        "num_likes": 0,
        "team": next((t for t in store.all("team") if t["name"] == team), None),
        "workspace": store.all("workspace")[0],
        "followers": [people[place % 5]],
        "time_period": period,
        "metric": _metric(store, unit, initial, current, target, source),
        "owner": people[(place * 3) % len(people)],
        "current_status_update": None,
        "status": _status(place, current, target) if unit else None,
        "privacy_setting": "public_to_workspace",
        "default_access_level": "editor",
        "custom_fields": [],
        "custom_field_settings": [],
    }
    return goal, parent


def _status(place: int, current: float, target: float) -> str | None:
    return "achieved" if current > target > 90 else _STATUS[place % len(_STATUS)]


def _metric(
    store: Store, unit: str, initial: float, current: float, target: float, source: str
) -> Object | None:
    if not unit:
        return None
    shown = {"percentage": f"{current:.0%}", "currency": f"€{current:,.0f}"}.get(
        unit, f"{current:g}"
    )
    made = store.add(
        "goal_metric",
        resource_subtype="number",
        precision={"percentage": 1, "currency": 0}.get(unit, 1),
        unit=unit,
        currency_code="EUR" if unit == "currency" else None,
        initial_number_value=initial,
        target_number_value=target,
        current_number_value=current,
        current_display_value=shown,
        progress_source=source,
        is_custom_weight=source == "subgoal_progress",
        can_manage=True,
    )
    # A part of its goal, not an object that can be asked for.
    del store.by_gid[made["gid"]]
    return made


def _support(
    store: Store, supporter: Object, goal: Object, weight: float, subtype: str = "subgoal"
) -> None:
    made = store.add(
        "goal_relationship",
        resource_subtype=subtype,
        supporting_resource=supporter,
        supported_goal=goal,
        contribution_weight=weight,
    )
    store.put("supports", goal, made)
    store.put("supported_by", supporter, made)


def _portfolios(store: Store) -> None:
    people = store.all("user")
    health = next(f for f in store.all("custom_field") if f["name"] == "Health")

    def portfolio(place: int, name: str, items: list[Object]) -> Object:
        made = store.add("portfolio", name=name)
        store.by_gid[made["gid"]].update(
            archived=False,
            color=words.COLORS[place],
            start_on=None,
            due_on=None,
            default_access_level="viewer",
            created_at=stamp(store.now - timedelta(days=400 - place)),
            created_by=people[0],
            custom_field_settings=[],
            current_status_update=None,
            custom_fields=[],
            members=people[:4],
            owner=people[0] if place < 3 else people[1],
            workspace=store.all("workspace")[0],
            permalink_url=f"https://app.asana.com/0/portfolio/{made['gid']}",
            public=False,
            privacy_setting="members_only",
            project_templates=[],
        )
        add_setting(store, made, health)
        for person in people[:4]:
            add_membership(store, made, person, "editor")
        for item in items:
            _add_item(store, made, item, health)
        return made

    projects = store.all("project")
    growth = portfolio(
        0, "Growth", [p for p in projects if p["team"]["name"] in ("Marketing", "Product")]
    )
    running = portfolio(1, "Running the company", projects[6:11])
    portfolio(2, "All of Acme", [growth, running, projects[0]])
    portfolio(3, "Empty shelf", [])


def _add_item(store: Store, portfolio: Object, item: Object, health: Object) -> None:
    store.put("items", portfolio, item)
    store.put("portfolios_of", item, portfolio)
    if item["resource_type"] != "project":
        return
    if not item["custom_fields"]:
        option = store.random.choice(health["enum_options"])
        shared = {
            k: health[k] for k in health if k not in ("workspace", "has_notifications_enabled")
        }
        entry = {**shared, "enum_value": option, "display_value": option["name"]}
        item["custom_fields"] = [entry]
    setting = store.add(
        "project_portfolio_setting",
        project=item,
        portfolio=portfolio,
        is_access_control_inherited=False,
        created_at=portfolio["created_at"],
    )
    store.put("portfolio_settings", portfolio, setting)
    store.put("portfolio_settings", item, setting)


def _updates(store: Store, parent: Object) -> None:
    if parent["name"] in ("Someday maybe", "Empty shelf"):
        return
    kind = parent["resource_type"]
    for back in (90, 60, 30, 5):
        status = store.random.choice(("on_track", "on_track", "at_risk", "off_track"))
        author = store.random.choice(store.all("user"))
        moment = stamp(store.now - timedelta(days=back, hours=store.random.randint(0, 9)))
        shared: dict[str, Any] = {
            "title": f"Status of {parent['name']}",
            "text": words.UPDATES[status],
            "html_text": f"<body>{words.UPDATES[status]}</body>",
            "author": author,
            "created_by": author,
            "created_at": moment,
            "modified_at": moment,
        }
        update = store.add(
            "status_update",
            **shared,
            resource_subtype=f"{kind}_status_update",
            status_type=status,
            hearted=False,
            hearts=[],
            liked=False,
            likes=[],
            reaction_summary=[],
            num_hearts=0,
            num_likes=0,
            parent=parent,
        )
        parent["current_status_update"] = update
        store.put("updates", parent, update)
        if kind == "project":
            color = {"on_track": "green", "at_risk": "yellow", "off_track": "red"}[status]
            older = store.add("project_status", **shared, color=color)
            parent["current_status"] = older
            store.put("statuses", parent, older)


def _money(store: Store) -> None:
    people = store.all("user")
    for place, project in enumerate(store.all("project")[:9]):
        for person in project["members"]:
            store.add(
                "rate",
                parent=project,
                resource=person,
                rate=60 + 10 * store.random.randint(0, 9),
                currency_code="EUR",
                created_by=people[0],
            )
        kind = "time" if place % 2 else "cost"
        units = "minutes" if kind == "time" else "EUR"
        spent = sum(
            entry["duration_minutes"]
            for entry in store.all("time_tracking_entry")
            if entry["attributable_to"] is project and entry["billable_status"] == "billable"
        )
        value = spent if kind == "time" else round(spent / 60 * 90, 2)
        store.add(
            "budget",
            budget_type=kind,
            estimate={
                "billable_status_filter": "any",
                "source": "tasks",
                "enabled": True,
                "units": units,
                "value": round(value * 1.3, 2),
            },
            actual={"billable_status_filter": "billable", "value": value, "units": units},
            total={"enabled": True, "value": round(value * 1.2 / 100 + 1) * 100, "units": units},
            parent=project,
        )


def _capacity(store: Store) -> None:
    people = store.all("user")
    today = store.now.date()
    for project in store.all("project")[:9]:
        for person in project["members"][:4]:
            start = today - timedelta(days=store.random.randint(0, 60))
            as_hours = store.random.random() < 0.5
            store.add(
                "allocation",
                start_date=day(start),
                end_date=day(start + timedelta(days=store.random.randint(14, 90))),
                effort={"type": "hours", "value": 4}
                if as_hours
                else {"type": "percent", "value": 50},
                assignee=person,
                created_by=people[0],
                parent=project,
                resource_subtype="project_allocation",
            )
    for person in people:
        start = today - timedelta(days=store.random.randint(-40, 160))
        store.add(
            "ooo_entry",
            start_date=day(start),
            end_date=day(start + timedelta(days=store.random.randint(0, 13))),
            user=person,
            created_by=person,
        )


def _timesheets(store: Store) -> None:
    monday = store.now.date() - timedelta(days=store.now.weekday())
    for back in range(12):
        start: date = monday - timedelta(weeks=back)
        for person in store.all("user"):
            if back == 0 and store.random.random() < 0.7:
                continue
            late = ("DRAFT", "SUBMITTED", "REJECTED", "APPROVED")
            status = "APPROVED" if back > 3 else store.random.choice(late)
            store.add(
                "timesheet_approval_status",
                created_at=stamp(store.now - timedelta(weeks=back)),
                user=person,
                workspace=store.all("workspace")[0],
                start_date=day(start),
                end_date=day(start + timedelta(days=6)),
                approval_status=status,
            )
