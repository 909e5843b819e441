"""What an answer shows of an object: compact, full, or the ``opt_fields`` asked for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from asana_frames.sandbox_server.store import Object

Tree = dict[str, "Tree"]

#: What compact objects show besides gid and resource_type.
_COMPACT: dict[str, tuple[str, ...]] = {
    "goal": ("name", "owner"),
    "story": ("created_at", "created_by", "resource_subtype", "text"),
    "status_update": ("title", "resource_subtype"),
    "project_status": ("title",),
    "task": ("name", "resource_subtype"),
    "attachment": ("name", "resource_subtype"),
    "time_tracking_entry": (
        "duration_minutes",
        "entered_on",
        "attributable_to",
        "created_by",
        "categories",
    ),
    "time_tracking_category": ("name", "color"),
    "time_period": ("start_on", "end_on", "period", "display_name"),
    "timesheet_approval_status": (
        "created_at",
        "user",
        "workspace",
        "start_date",
        "end_date",
        "approval_status",
    ),
    "rate": ("parent", "resource", "rate", "currency_code", "created_by"),
    "goal_relationship": ("resource_subtype", "supporting_resource", "contribution_weight"),
    "team_membership": ("user", "team", "is_guest", "is_limited_access", "is_admin"),
    "workspace_membership": ("user", "workspace"),
    "membership": ("resource_subtype", "parent", "member", "access_level"),
    "project_membership": ("parent", "member", "access_level"),
    "portfolio_membership": ("portfolio", "user", "access_level"),
    "agent": ("name", "resource_subtype"),
    "role": ("name", "description", "is_standard_role"),
    "user_task_list": ("name", "owner", "workspace"),
    "project_portfolio_setting": ("project", "portfolio", "is_access_control_inherited"),
    "enum_option": ("name", "enabled", "color"),
    "custom_field": (
        "name",
        "resource_subtype",
        "type",
        "representation_type",
        "enum_options",
        "enabled",
        "display_value",
        "number_value",
        "text_value",
        "enum_value",
        "multi_enum_values",
        "date_value",
        "people_value",
        "reference_value",
        "id_prefix",
        "input_restrictions",
        "is_formula_field",
    ),
    "reaction": ("emoji", "user"),
}
#: Types whose lists show the full object.
_ALWAYS_FULL = {
    "access_request",
    "ai_studio_run",
    "ai_studio_seat",
    "allocation",
    "budget",
    "custom_field",
    "custom_field_setting",
    "custom_type",
    "ooo_entry",
    "webhook",
}
#: Fields shown only when asked for.
_OPT_IN: dict[str, frozenset[str]] = {
    "task": frozenset(
        (
            "created_by",
            "dependencies",
            "dependents",
            "external",
            "html_notes",
            "is_rendered_as_separator",
            "num_subtasks",
        )
    ),
    "project": frozenset(("html_notes", "project_brief", "created_from_template")),
    "portfolio": frozenset(("archived",)),
    "custom_field": frozenset(("description",)),
    "story": frozenset(("html_text",)),
    "status_update": frozenset(("html_text",)),
    "project_status": frozenset(("html_text",)),
    "team": frozenset(("description", "html_description")),
    "project_brief": frozenset(("text",)),
}
#: Kept by the sandbox for its own lists; no field of Asana's.
_INTERNAL: dict[str, frozenset[str]] = {
    kind: frozenset(("workspace",))
    for kind in ("custom_field", "custom_type", "time_period", "time_tracking_category", "webhook")
}
_GROUP = re.compile(r"([\w.]*)\(([^()]*)\)([\w.]*)")


def is_object(value: Any) -> bool:
    """Whether a value is an object of its own rather than a part of one."""
    return isinstance(value, dict) and "gid" in value and "resource_type" in value


@lru_cache(maxsize=512)
def tree_of(opt_fields: str) -> Tree:
    """Return the paths of an ``opt_fields`` value as a tree."""
    while "(" in opt_fields and _GROUP.search(opt_fields):
        opt_fields = _GROUP.sub(_spread, opt_fields)
    tree: Tree = {}
    for path in filter(None, (part.strip() for part in opt_fields.split(","))):
        node = tree
        for key in path.removeprefix("this.").split("."):
            node = node.setdefault(key, {})
    return tree


def _spread(match: re.Match[str]) -> str:
    before, inside, after = match.groups()
    return ",".join(f"{before}{part.strip()}{after}" for part in re.split(r"[|,]", inside))


def show(item: Object, tree: Tree | None, *, full: bool) -> Object:
    """Return an object as an answer shows it.

    Parameters
    ----------
    item
        The object.
    tree
        The paths asked for; they replace the default. None where nothing was asked.
    full
        Whether the default is the full record rather than the compact one.
    """
    if tree:
        return _asked(item, tree)
    kind = item.get("resource_type", "")
    if not full and kind not in _ALWAYS_FULL and is_object(item):
        return _compact(item)
    hidden = _OPT_IN.get(kind, frozenset()) | _INTERNAL.get(kind, frozenset())
    return {key: _inner(value) for key, value in item.items() if key not in hidden}


def _compact(item: Object) -> Object:
    kind = item["resource_type"]
    shown = {"gid": item["gid"], "resource_type": kind}
    for key in _COMPACT.get(kind, ("name",)):
        if key in item:
            shown[key] = _inner(item[key])
    return shown


def _inner(value: Any) -> Any:
    """Return a value inside a default representation: objects compact, the rest whole."""
    if isinstance(value, list):
        return [_inner(item) for item in value]
    if not isinstance(value, dict):
        return value
    if is_object(value) and value["resource_type"] != "goal_metric":
        return _compact(value)
    return {key: _inner(item) for key, item in value.items()}


def _asked(item: Object, tree: Tree) -> Object:
    shown = {"gid": item["gid"]} if "gid" in item else {}
    for key, below in tree.items():
        if key in item:
            value = item[key]
            if not below or value is None:
                shown[key] = _inner(value) if isinstance(value, dict | list) else value
            elif isinstance(value, list):
                shown[key] = [_asked(x, below) if isinstance(x, dict) else x for x in value]
            elif isinstance(value, dict):
                shown[key] = _asked(value, below)
    return shown
