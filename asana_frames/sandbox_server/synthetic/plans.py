"""The plans: time periods, goals with metrics, portfolios."""

from __future__ import annotations

from datetime import timedelta

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.custom_values import format_number
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_moment
from asana_frames.sandbox_server.synthetic.company import add_membership, add_setting

#: Name, parent, team, unit, initial, current and target value, source of progress.
#: One line each; empty where there is none.
_GOAL_LINES = """\
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
_STATUS_CYCLE = ("green", "yellow", "red", "green", None)


def build_plans(make: ObjectFactory) -> None:
    """Make everything that steers the work."""
    _build_time_periods(make)
    _build_goals(make)
    _build_portfolios(make)


def _build_time_periods(make: ObjectFactory) -> None:
    workspace = make.all("workspace")[0]

    def period(name: str, label: str, start: str, end: str, parent: Object | None) -> Object:
        return make.add(
            "time_period",
            period=name,
            display_name=label,
            start_on=start,
            end_on=end,
            parent=parent,
            _workspace=workspace,
        )

    for year in (make.now.year - 1, make.now.year):
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


def _build_goals(make: ObjectFactory) -> None:
    made: dict[str, Object] = {}
    for place, line in enumerate(_GOAL_LINES.splitlines()):
        goal, parent = build_goal(make, place, *line.split("|"))
        made[goal["name"]] = goal
        if parent:
            _build_relationship(make, goal, made[parent], 1 if place < 4 else 0.5)
        add_membership(make, goal, goal["owner"], "admin")
    # A goal may feed two: the relationships form a DAG, not a tree.
    _build_relationship(make, made["Onboard in under 14 days"], made["Ship the new product"], 0.25)
    for name, goal_name in (
        ("Website relaunch", "Relaunch the website"),
        ("Mobile app", "Ship the new product"),
    ):
        supporter = next(p for p in make.all("project") if p["name"] == name)
        _build_relationship(make, supporter, made[goal_name], 1, "supporting_work")


def build_goal(
    make: ObjectFactory, place: int, name: str, parent: str, team: str, unit: str, *rest: str
) -> tuple[Object, str]:
    """Make a goal and return it with the name of the goal it feeds."""
    *numbers, source = rest
    initial, current, target = map(float, numbers)
    people = make.all("user")
    periods = [p for p in make.all("time_period") if p["start_on"] >= f"{make.now.year}"]
    period = periods[0] if not parent else periods[2 + place % 5]
    goal = make.add("goal", name=name)
    goal |= {
        **blank.blank_goal(make.all("workspace")[0]),
        "name": name,
        "due_on": period["end_on"],
        "start_on": period["start_on"],
        "is_workspace_level": not team,
        "team": next((t for t in make.all("team") if t["name"] == team), None),
        "followers": [people[place % 5]],
        "time_period": period,
        "metric": _build_metric(make, unit, initial, current, target, source),
        "owner": people[(place * 3) % len(people)],
        "status": _build_goal_status(place, current, target) if unit else None,
    }
    return goal, parent


def _build_goal_status(place: int, current: float, target: float) -> str | None:
    return "achieved" if current > target > 90 else _STATUS_CYCLE[place % len(_STATUS_CYCLE)]


def _build_metric(
    make: ObjectFactory, unit: str, initial: float, current: float, target: float, source: str
) -> Object | None:
    if not unit:
        return None
    precision = {"percentage": 2, "currency": 0}.get(unit, 1)
    money = "EUR" if unit == "currency" else None
    form = {"precision": precision, "format": unit, "currency_code": money}
    made = make.add(
        "goal_metric",
        resource_subtype="number",
        precision=precision,
        unit=unit,
        currency_code=money,
        initial_number_value=initial,
        target_number_value=target,
        current_number_value=current,
        current_display_value=format_number(form, current),
        progress_source=source,
        is_custom_weight=source == "subgoal_progress",
        can_manage=True,
    )
    # A part of its goal, not an object that can be asked for.
    del make.part.by_gid[made["gid"]]
    return made


def _build_relationship(
    make: ObjectFactory, supporter: Object, goal: Object, weight: float, subtype: str = "subgoal"
) -> None:
    made = make.add(
        "goal_relationship",
        resource_subtype=subtype,
        supporting_resource=supporter,
        supported_goal=goal,
        contribution_weight=weight,
    )
    make.add_related("supports", goal, made)
    make.add_related("supported_by", supporter, made)


def _build_portfolios(make: ObjectFactory) -> None:
    people = make.all("user")
    health = make.store.fields["Health"]

    def portfolio(place: int, name: str, items: list[Object]) -> Object:
        made = make.add("portfolio", name=name)
        made |= {
            **blank.blank_portfolio(make.all("workspace")[0]),
            "name": name,
            "color": words.COLORS[place],
            "created_at": format_moment(make.now - timedelta(days=400 - place)),
            "created_by": people[0],
            "members": people[:4],
            "owner": people[0] if place < 3 else people[1],
            "permalink_url": f"https://app.asana.com/0/portfolio/{made['gid']}",
        }
        add_setting(make, made, health)
        for person in people[:4]:
            add_membership(make, made, person, "editor")
        for item in items:
            _build_portfolio_item(make, made, item, health)
        return made

    projects = make.all("project")
    growth = portfolio(
        0, "Growth", [p for p in projects if p["team"]["name"] in ("Marketing", "Product")]
    )
    running = portfolio(1, "Running the company", projects[6:11])
    portfolio(2, "All of Acme", [growth, running, projects[0]])
    portfolio(3, "Empty shelf", [])


def _build_portfolio_item(
    make: ObjectFactory, portfolio: Object, item: Object, health: Object
) -> None:
    make.add_related("items", portfolio, item)
    make.add_related("portfolios_of", item, portfolio)
    if item["resource_type"] != "project":
        return
    if not item["custom_fields"]:
        item["custom_fields"] = [(health, make.random.choice(health["enum_options"]))]
    setting = make.add(
        "project_portfolio_setting",
        project=item,
        portfolio=portfolio,
        is_access_control_inherited=False,
        created_at=portfolio["created_at"],
    )
    make.add_related("portfolio_settings", portfolio, setting)
    make.add_related("portfolio_settings", item, setting)
