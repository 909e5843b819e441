"""Writes to goals, their metrics and what supports them; and to portfolios."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.custom_values import format_number
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.goal_progress import list_reachable, refresh_goals
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes.custom_values import update_custom_values
from asana_frames.sandbox_server.writes.people import add_member
from asana_frames.sandbox_server.writes.tasks import (
    add_follower,
    remove_follower,
    set_like,
    text_fields,
)

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


def create_goal(write: WriteContext) -> Object:
    """``POST /goals``."""
    write.require("name")
    data = write.data
    team = data.get("team")
    workspace = data.get("workspace") or (team and team["organization"])
    if workspace is None:
        raise ApiError(400, "workspace: Missing input")
    goal = write.add("goal", **blank.blank_goal(workspace))
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


# ---------------------------------------------------------------------- metrics


def create_metric(write: WriteContext) -> Object:
    """``POST /goals/{goal}/setMetric``: takes the place of the one before."""
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
    write.tell(goal, "number_custom_field_changed", f"changed the metric to {new:g}", **more)
    refresh_goals(write, goal)
    return goal


def _display_metric(metric: Object) -> str:
    field = {"precision": metric["precision"], "format": metric["unit"], **metric}
    return format_number(field, metric["current_number_value"])


def add_followers(write: WriteContext) -> Object:
    """``POST /{tasks|projects|goals}/{gid}/addFollowers``."""
    item: Object = next(iter(write.at.values()))
    for person in write.data["followers"]:
        add_follower(write, item, person)
    return item


def remove_followers(write: WriteContext) -> Object:
    """``POST /{tasks|projects|goals}/{gid}/removeFollowers``."""
    item: Object = next(iter(write.at.values()))
    for person in write.data["followers"]:
        remove_follower(write, item, person)
    return item


# ---------------------------------------------------------------------- what supports a goal


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
