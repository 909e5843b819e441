"""Writes to goals, their metrics and what supports them; and to portfolios."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.checks import must
from asana_frames.sandbox_server.errors import Refusal, invalid
from asana_frames.sandbox_server.progress import reached, refresh_goals
from asana_frames.sandbox_server.store import Object
from asana_frames.sandbox_server.values import number_text
from asana_frames.sandbox_server.writes.custom_values import change_values
from asana_frames.sandbox_server.writes.people import add_member
from asana_frames.sandbox_server.writes.tasks import follow, like, notes_of, unfollow
from asana_frames.sandbox_server.writes.write import Write

_STATUS = ("green", "yellow", "red", "achieved", "partial", "missed", "dropped")
_METRIC: Object = {
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


def create_goal(write: Write) -> Object:
    """``POST /goals``."""
    write.need("name")
    data = write.data
    team = data.get("team")
    workspace = data.get("workspace") or (team and team["organization"])
    if workspace is None:
        raise Refusal(400, "workspace: Missing input")
    goal = write.add("goal", **blank.goal(workspace))
    write.set(goal, owner=write.me, is_workspace_level=team is None)
    for person in (write.me, *(data.get("followers") or ())):
        follow(write, goal, person)
    _apply(write, goal, {key: value for key, value in data.items() if key != "followers"})
    add_member(write, goal, goal["owner"] or write.me, "admin")
    write.happened("added", goal, parent=team)
    return goal


def update_goal(write: Write) -> Object:
    """``PUT /goals/{goal}``."""
    goal: Object = write.at["goal"]
    _apply(write, goal, write.data)
    return goal


def _apply(write: Write, goal: Object, data: dict[str, Any]) -> None:
    must(data.get("name", "x"), "name", "Missing input")
    for key in ("name", "team", "owner", "is_workspace_level"):
        if key in data:
            write.changed(goal, key, data[key])
    for key, value in notes_of(data).items():
        write.changed(goal, key, value)
    period = data.get("time_period")
    if "time_period" in data:
        write.changed(goal, "time_period", period)
        if period:
            write.set(goal, start_on=period["start_on"], due_on=period["end_on"])
    start = data.get("start_on", goal["start_on"])
    due = data.get("due_on", goal["due_on"])
    must(not data.get("start_on") or due, "start_on", "You must also provide a due date")
    must(not start or not due or start <= due, "start_on", "Must not be after the due date")
    write.changed(goal, "due_on", due)
    write.changed(goal, "start_on", start if due else None)
    if "status" in data:
        must(goal["metric"], "status", "Only goals with a metric have one")
        is_known = data["status"] is None or data["status"] in _STATUS
        must(is_known, "status", f"Must be one of {', '.join(_STATUS)}")
        write.changed(goal, "status", data["status"])
    if "liked" in data:
        like(write, goal, data["liked"])
    if "custom_fields" in data:
        fields = [setting["custom_field"] for setting in goal["custom_field_settings"]]
        change_values(write, goal, data["custom_fields"], fields)


def delete_goal(write: Write) -> None:
    """``DELETE /goals/{goal}``."""
    goal: Object = write.at["goal"]
    above = [link["supported_goal"] for link in write.store.found("supported_by", goal)]
    for link in list(write.store.found("supported_by", goal)):
        write.drop("supports", link["supported_goal"], link)
    write.happened("deleted", goal, within=goal["team"])
    write.remove(goal)
    for parent in above:
        refresh_goals(write, parent)


# ---------------------------------------------------------------------- metrics


def set_metric(write: Write) -> Object:
    """``POST /goals/{goal}/setMetric``: takes the place of the one before."""
    goal: Object = write.at["goal"]
    given = {key: value for key, value in write.data.items() if value is not None}
    metric = {"gid": write.gid(), "resource_type": "goal_metric", **_METRIC, **given}
    if "current_number_value" not in given:
        metric["current_number_value"] = metric["initial_number_value"]
    must(metric["precision"] in range(7), "precision", "Must be between 0 and 6")
    differs = metric["initial_number_value"] != metric["target_number_value"]
    must(differs, "target_number_value", "Must not be the initial value")
    is_money = metric["unit"] == "currency"
    must(not is_money or metric["currency_code"], "currency_code", "Missing input")
    must(is_money or not metric["currency_code"], "currency_code", "Needs unit currency")
    metric["current_display_value"] = _displayed(metric)
    write.set(goal, metric=metric)
    write.happened("changed", goal, field="metric")
    refresh_goals(write, goal)
    return goal


def set_metric_value(write: Write) -> Object:
    """``POST /goals/{goal}/setMetricCurrentValue``."""
    goal: Object = write.at["goal"]
    metric = goal["metric"]
    must(metric, "current_number_value", "The goal has no metric")
    write.need("current_number_value")
    is_own = metric["progress_source"] in ("manual", "external")
    must(is_own, "current_number_value", "The metric is worked out from what supports the goal")
    old, new = metric["current_number_value"], write.data["current_number_value"]
    metric = {**metric, "current_number_value": new}
    write.set(goal, metric={**metric, "current_display_value": _displayed(metric)})
    write.happened("changed", goal, field="metric")
    more = {"old_number_value": old, "new_number_value": new}
    write.tell(goal, "number_custom_field_changed", f"changed the metric to {new:g}", **more)
    refresh_goals(write, goal)
    return goal


def _displayed(metric: Object) -> str:
    field = {"precision": metric["precision"], "format": metric["unit"], **metric}
    return number_text(field, metric["current_number_value"])


def add_followers(write: Write) -> Object:
    """``POST /{tasks|projects|goals}/{gid}/addFollowers``."""
    item: Object = next(iter(write.at.values()))
    for person in write.data["followers"]:
        follow(write, item, person)
    return item


def remove_followers(write: Write) -> Object:
    """``POST /{tasks|projects|goals}/{gid}/removeFollowers``."""
    item: Object = next(iter(write.at.values()))
    for person in write.data["followers"]:
        unfollow(write, item, person)
    return item


# ---------------------------------------------------------------------- what supports a goal


def add_support(write: Write) -> Object:
    """``POST /goals/{goal}/addSupportingRelationship``."""
    goal: Object = write.at["goal"]
    supporter = write.data["supporting_resource"]
    links = list(write.store.found("supports", goal))
    taken = any(link["supporting_resource"] is supporter for link in links)
    must(not taken, "supporting_resource", "It supports the goal already")
    is_goal = supporter["resource_type"] == "goal"
    if is_goal and _feeds(write, goal, supporter):
        raise invalid("supporting_resource", "Goals cannot support each other in a circle")
    weight = _weight(write.data.get("contribution_weight") or 0)
    made = write.add(
        "goal_relationship",
        resource_subtype="subgoal" if is_goal else "supporting_work",
        supporting_resource=supporter,
        supported_goal=goal,
        contribution_weight=weight,
    )
    write.put("supports", goal, made, write.place(links))
    write.put("supported_by", supporter, made)
    write.happened("added", made, parent=goal)
    refresh_goals(write, goal)
    return made


def _feeds(write: Write, goal: Object, other: Object) -> bool:
    """Whether a goal is another, or supports it over any number of steps."""

    def above(item: Object) -> list[Object]:
        return [link["supported_goal"] for link in write.store.found("supported_by", item)]

    return any(item is other for item in reached(goal, above))


def _weight(value: float) -> float:
    must(0 <= value <= 1, "contribution_weight", "Must be between 0 and 1")
    return value


def remove_support(write: Write) -> None:
    """``POST /goals/{goal}/removeSupportingRelationship``."""
    goal: Object = write.at["goal"]
    supporter = write.data["supporting_resource"]
    for link in list(write.store.found("supports", goal)):
        if link["supporting_resource"] is supporter:
            write.drop("supports", goal, link)
            write.drop("supported_by", supporter, link)
            write.happened("removed", link, parent=goal)
            write.remove(link)
            refresh_goals(write, goal)
            return
    raise invalid("supporting_resource", "It does not support the goal")


def update_relationship(write: Write) -> Object:
    """``PUT /goal_relationships/{goal_relationship}``."""
    link: Object = write.at["goal_relationship"]
    if "contribution_weight" in write.data:
        write.changed(link, "contribution_weight", _weight(write.data["contribution_weight"]))
        refresh_goals(write, link["supported_goal"])
    return link
