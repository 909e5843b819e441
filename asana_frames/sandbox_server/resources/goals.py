"""Goals, their metrics and their relationships."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asana_frames.sandbox_server.core.body_checks import must, text_fields
from asana_frames.sandbox_server.core.custom_values import format_number
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.followers_and_likes import (
    add_follower,
    add_followers,
    remove_followers,
    set_like,
)
from asana_frames.sandbox_server.core.goal_progress import list_reachable, refresh_goals
from asana_frames.sandbox_server.core.lists import (
    Arguments,
    FindObject,
    ListRows,
    list_all,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import FULL, NAMED, RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.custom_fields import (
    add_setting,
    remove_setting,
    update_custom_values,
)
from asana_frames.sandbox_server.resources.memberships import add_member, build_membership

_GOAL_STATUSES = ("green", "yellow", "red", "achieved", "partial", "missed", "dropped")


_BLANK_METRIC: Object = {
    "resource_subtype": "number",
    "precision": 0,
    "unit": "none",
    "currency_code": None,
    "initial_number_value": 0,
    "target_number_value": 100,
    "current_number_value": 0,
    "current_display_value": "0",
    "progress_source": "manual",
    "is_custom_weight": False,
    "can_manage": True,
}


def blank_goal(workspace: Object) -> Object:
    """Return the fields of a new goal."""
    return {
        "name": "",
        "notes": "",
        "html_notes": "<body></body>",
        "due_on": None,
        "start_on": None,
        "is_workspace_level": False,
        "liked": False,
        "likes": [],
        "num_likes": 0,
        "team": None,
        "workspace": workspace,
        "followers": [],
        "time_period": None,
        "metric": None,
        "owner": None,
        "current_status_update": None,
        "status": None,
        "privacy_setting": "public_to_workspace",
        "default_access_level": "editor",
        "custom_fields": [],
        "custom_field_settings": [],
    }


def _list_goals(store: Store, asked: Arguments) -> Iterable[Object]:
    supporters = [asked[key] for key in ("portfolio", "project", "task") if asked.get(key)]
    found: Iterable[Object] = store.all("goal")
    for supporter in supporters:
        found = [link["supported_goal"] for link in store.related("supported_by", supporter)]
    if asked.get("team"):
        found = [goal for goal in found if goal["team"] is asked["team"]]
    if asked.get("is_workspace_level") is not None:
        found = [g for g in found if g["is_workspace_level"] == asked["is_workspace_level"]]
    if asked.get("time_periods"):
        wanted = asked["time_periods"].split(",")
        found = [g for g in found if g["time_period"] and g["time_period"]["gid"] in wanted]
    return found


def create_goal(write: WriteContext) -> Object:
    """``POST /goals``."""
    write.require("name")
    data = write.data
    team = data.get("team")
    workspace = data.get("workspace") or (team and team["organization"])
    if workspace is None:
        raise ApiError(400, "workspace: Missing input")
    goal = write.add("goal", **blank_goal(workspace))
    write.update(goal, owner=write.me, is_workspace_level=team is None)
    for person in (write.me, *(data.get("followers") or ())):
        add_follower(write, goal, person)
    _apply_goal_fields(
        write, goal, {key: value for key, value in data.items() if key != "followers"}
    )
    add_member(write, goal, goal["owner"] or write.me, "admin")
    write.record_event("added", goal, parent=team)
    return goal


def update_goal(write: WriteContext) -> Object:
    """``PUT /goals/{goal}``."""
    goal: Object = write.at["goal"]
    _apply_goal_fields(write, goal, write.data)
    return goal


def _apply_goal_fields(write: WriteContext, goal: Object, data: dict[str, Any]) -> None:
    must(data.get("name", "x"), "name", "Missing input")
    for key in ("name", "team", "owner", "is_workspace_level"):
        if key in data:
            write.update_and_record(goal, key, data[key])
    for key, value in text_fields(data).items():
        write.update_and_record(goal, key, value)
    period = data.get("time_period")
    if "time_period" in data:
        write.update_and_record(goal, "time_period", period)
        if period:
            write.update(goal, start_on=period["start_on"], due_on=period["end_on"])
    start = data.get("start_on", goal["start_on"])
    due = data.get("due_on", goal["due_on"])
    must(not data.get("start_on") or due, "start_on", "You must also provide a due date")
    must(not start or not due or start <= due, "start_on", "Must not be after the due date")
    write.update_and_record(goal, "due_on", due)
    write.update_and_record(goal, "start_on", start if due else None)
    if "status" in data:
        must(goal["metric"], "status", "Only goals with a metric have one")
        is_known = data["status"] is None or data["status"] in _GOAL_STATUSES
        must(is_known, "status", f"Must be one of {', '.join(_GOAL_STATUSES)}")
        write.update_and_record(goal, "status", data["status"])
    if "liked" in data:
        set_like(write, goal, data["liked"])
    if "custom_fields" in data:
        fields = [setting["custom_field"] for setting in goal["custom_field_settings"]]
        update_custom_values(write, goal, data["custom_fields"], fields)


def delete_goal(write: WriteContext) -> None:
    """``DELETE /goals/{goal}``."""
    goal: Object = write.at["goal"]
    above = [link["supported_goal"] for link in write.store.related("supported_by", goal)]
    for link in list(write.store.related("supported_by", goal)):
        write.remove_related("supports", link["supported_goal"], link)
    write.record_event("deleted", goal, within=goal["team"])
    write.remove(goal)
    for parent in above:
        refresh_goals(write, parent)


def create_metric(write: WriteContext) -> Object:
    """``POST /goals/{goal}/setMetric``: replaces the metric."""
    goal: Object = write.at["goal"]
    given = {key: value for key, value in write.data.items() if value is not None}
    metric = {"gid": write.next_gid(), "resource_type": "goal_metric", **_BLANK_METRIC, **given}
    if "current_number_value" not in given:
        metric["current_number_value"] = metric["initial_number_value"]
    must(metric["precision"] in range(7), "precision", "Must be between 0 and 6")
    differs = metric["initial_number_value"] != metric["target_number_value"]
    must(differs, "target_number_value", "Must not be the initial value")
    is_money = metric["unit"] == "currency"
    must(not is_money or metric["currency_code"], "currency_code", "Missing input")
    must(is_money or not metric["currency_code"], "currency_code", "Needs unit currency")
    metric["current_display_value"] = _display_metric(metric)
    write.update(goal, metric=metric)
    write.record_event("changed", goal, field="metric")
    refresh_goals(write, goal)
    return goal


def update_metric_value(write: WriteContext) -> Object:
    """``POST /goals/{goal}/setMetricCurrentValue``."""
    goal: Object = write.at["goal"]
    metric = goal["metric"]
    must(metric, "current_number_value", "The goal has no metric")
    write.require("current_number_value")
    is_own = metric["progress_source"] in ("manual", "external")
    must(is_own, "current_number_value", "The metric is worked out from what supports the goal")
    old, new = metric["current_number_value"], write.data["current_number_value"]
    metric = {**metric, "current_number_value": new}
    write.update(goal, metric={**metric, "current_display_value": _display_metric(metric)})
    write.record_event("changed", goal, field="metric")
    more = {"old_number_value": old, "new_number_value": new}
    write.add_story(goal, "number_custom_field_changed", f"changed the metric to {new:g}", **more)
    refresh_goals(write, goal)
    return goal


def _display_metric(metric: Object) -> str:
    field = {"precision": metric["precision"], "format": metric["unit"], **metric}
    return format_number(field, metric["current_number_value"])


def add_supporting_resource(write: WriteContext) -> Object:
    """``POST /goals/{goal}/addSupportingRelationship``."""
    goal: Object = write.at["goal"]
    supporter = write.data["supporting_resource"]
    links = list(write.store.related("supports", goal))
    taken = any(link["supporting_resource"] is supporter for link in links)
    must(not taken, "supporting_resource", "It supports the goal already")
    is_goal = supporter["resource_type"] == "goal"
    if is_goal and supports_goal(write, goal, supporter):
        raise invalid_field("supporting_resource", "Goals cannot support each other in a circle")
    weight = _check_weight(write.data.get("contribution_weight") or 0)
    made = write.add(
        "goal_relationship",
        resource_subtype="subgoal" if is_goal else "supporting_work",
        supporting_resource=supporter,
        supported_goal=goal,
        contribution_weight=weight,
    )
    write.add_related("supports", goal, made, write.insertion_index(links))
    write.add_related("supported_by", supporter, made)
    write.record_event("added", made, parent=goal)
    refresh_goals(write, goal)
    return made


def supports_goal(write: WriteContext, goal: Object, other: Object) -> bool:
    """Whether a goal is another, or supports it over any number of steps."""

    def above(item: Object) -> list[Object]:
        return [link["supported_goal"] for link in write.store.related("supported_by", item)]

    return any(item is other for item in list_reachable(goal, above))


def _check_weight(value: float) -> float:
    must(0 <= value <= 1, "contribution_weight", "Must be between 0 and 1")
    return value


def remove_supporting_resource(write: WriteContext) -> None:
    """``POST /goals/{goal}/removeSupportingRelationship``."""
    goal: Object = write.at["goal"]
    supporter = write.data["supporting_resource"]
    for link in list(write.store.related("supports", goal)):
        if link["supporting_resource"] is supporter:
            write.remove_related("supports", goal, link)
            write.remove_related("supported_by", supporter, link)
            write.record_event("removed", link, parent=goal)
            write.remove(link)
            refresh_goals(write, goal)
            return
    raise invalid_field("supporting_resource", "It does not support the goal")


def update_relationship(write: WriteContext) -> Object:
    """``PUT /goal_relationships/{goal_relationship}``."""
    link: Object = write.at["goal_relationship"]
    if "contribution_weight" in write.data:
        write.update_and_record(
            link, "contribution_weight", _check_weight(write.data["contribution_weight"])
        )
        refresh_goals(write, link["supported_goal"])
    return link


#: Name, parent, team, period, unit, precision, initial, current and target value, source of
#: progress, latest status. One line per goal; missing values are empty.
_GOAL_LINES = """\
Become the tool teams love|||FY|percentage|0|0|0.65|1|subgoal_progress|at_risk
Grow revenue by 30 %|Become the tool teams love||FY|currency|0|2e+06|2.36e+06|2.6e+06|manual|off_track
Make customers stay|Become the tool teams love|Customer Success|FY|percentage|0|0|0.65|1|subgoal_progress|at_risk
Ship the new product|Become the tool teams love|Product|FY|percentage|0|0|0.65|1|project_task_completion|off_track
Relaunch the website|Grow revenue by 30 %|Marketing|H2|percentage|0|0|0.8|1|project_milestone_completion|on_track
10,000 sign-ups from campaigns|Grow revenue by 30 %|Marketing|H2|none|0|0|6400|10000|manual|on_track
Win 40 partners|Grow revenue by 30 %|Operations|FY|none|0|5|33|40|manual|on_track
Churn below 2 %|Make customers stay|Customer Success|Q2|percentage|1|0.045|0.035|0.02|manual|missed
First answer within 2 hours|Make customers stay|Customer Success|H2|none|1|9|3.4|2|external|on_track
Onboard in under 14 days|Make customers stay|Customer Success|Q3|none|0|30|18|14|manual|partial
App rating of 4.5|Ship the new product|Product|Q4|none|1|3.5|4.1|4.5|manual|on_track
99.95 % availability|Ship the new product|Engineering|Q1|percentage|2|0.991|0.9978|0.9995|external|partial
Beyond the plan|Ship the new product|Engineering|Q2|none|0|0|120|100|manual|achieved
Learn from every incident||Engineering|FY||0|0|0|0||
"""  # noqa: E501


def build_goals(make: ObjectFactory) -> None:
    """Build the goals and their relationships."""
    made: dict[str, Object] = {}
    for place, line in enumerate(_GOAL_LINES.splitlines()):
        goal, parent = build_goal(make, place, *line.split("|"))
        made[goal["name"]] = goal
        if parent:
            _build_relationship(make, goal, made[parent], 1 if place < 4 else 0.5)
        build_membership(make, goal, goal["owner"], "admin")
    # A goal may support two: the relationships form a DAG, not a tree.
    _build_relationship(make, made["Onboard in under 14 days"], made["Ship the new product"], 0.25)
    for name, goal_name in (
        ("Website relaunch", "Relaunch the website"),
        ("Mobile app", "Ship the new product"),
    ):
        supporter = next(p for p in make.all("project") if p["name"] == name)
        _build_relationship(make, supporter, made[goal_name], 1, "supporting_work")


def build_goal(
    make: ObjectFactory, place: int, name: str, parent: str, team: str, period: str, *rest: str
) -> tuple[Object, str]:
    """Build a goal and return it with the name of the goal it supports."""
    *metric, status = rest
    people = make.all("user")
    # The current fiscal year is the last one.
    within = next(p for p in make.all("time_period")[-7:] if p["period"] == period)
    goal = make.add("goal", name=name)
    goal |= {
        **blank_goal(make.all("workspace")[0]),
        "name": name,
        "due_on": within["end_on"],
        "start_on": within["start_on"],
        "is_workspace_level": not team,
        "team": next((t for t in make.all("team") if t["name"] == team), None),
        "followers": [people[place % 5]],
        "time_period": within,
        "metric": _build_metric(make, *metric),
        "owner": people[(place * 3) % len(people)],
        "_status_type": status or None,
    }
    return goal, parent


def _build_metric(make: ObjectFactory, unit: str, decimals: str, *rest: str) -> Object | None:
    if not unit:
        return None
    *numbers, source = rest
    initial, current, target = map(float, numbers)
    precision = int(decimals)
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
    # A part of its goal, which cannot be read by its gid.
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


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getGoalRelationships": list_all(
        "goal_relationship", supported_goal="supported_goal", resource_subtype="resource_subtype"
    ),
    "getGoals": _list_goals,
    "getParentGoalsForGoal": lambda store, asked: [
        r["supported_goal"] for r in store.related("supported_by", asked["goal"])
    ],
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getGoalRelationship": object_at("goal_relationship"),
    "getGoal": object_at("goal"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "updateGoalRelationship": update_relationship,
    "addSupportingRelationship": add_supporting_resource,
    "removeSupportingRelationship": remove_supporting_resource,
    "updateGoal": update_goal,
    "deleteGoal": delete_goal,
    "createGoal": create_goal,
    "createGoalMetric": create_metric,
    "updateGoalMetric": update_metric_value,
    "addFollowers": add_followers,
    "removeFollowers": remove_followers,
    "addCustomFieldSettingForGoal": add_setting,
    "removeCustomFieldSettingForGoal": remove_setting,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "goal": RecordShape(compact=("name", "owner"), references={"custom_field_settings": FULL}),
    "goal_relationship": RecordShape(
        compact=("resource_subtype", "supporting_resource", "contribution_weight"),
        references={"supporting_resource": NAMED},
    ),
}
