"""Definitions of custom fields, one of every kind."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.store import Maker, Object

_COLORS = ("red", "orange", "yellow", "green", "blue", "purple")


def build_fields(make: Maker) -> dict[str, Object]:
    """Make custom fields of every kind and return them by name."""
    priority = _options(make, "Low", "Medium", "High", "Urgent")
    fields = [
        _field(make, "Priority", "enum", enum_options=priority),
        _field(make, "Story points", "number", **blank.NUMBER),
        _field(make, "Estimated time", "number", **blank.NUMBER | {"format": "duration"}),
    ]
    channels = _options(make, "Web", "E-mail", "Social", "Print", "Fax")
    channels[-1]["enabled"] = False
    fields += [
        _field(make, "Channels", "multi_enum", enum_options=channels),
        _field(make, "Launch date", "date"),
        _field(make, "Reviewers", "people"),
        _field(make, "Agency notes", "text"),
        _field(make, "Ticket", "text", "custom_id", id_prefix="ACME"),
        _field(make, "Points per hour", "number", "formula", **blank.NUMBER | {"precision": 2}),
        _field(make, "Related work", "reference", input_restrictions=["task", "project"]),
        _field(
            make,
            "Budget share",
            "number",
            **blank.NUMBER | {"format": "percentage", "precision": 1},
        ),
    ]
    health = _options(make, "Good", "Watch", "Bad")
    fields.append(_field(make, "Health", "enum", enum_options=health))
    by_name = {field["name"]: field for field in fields}
    # A project's own field may be called like another: frames must tell them apart.
    local = _field(make, "Priority", "enum", enum_options=_options(make, "P3", "P2", "P1"))
    local["is_global_to_workspace"] = False
    return by_name | {"Priority (local)": local}


def _field(make: Maker, name: str, kind: str, representation: str = "", **more: Any) -> Object:
    known = {
        "name": name,
        "resource_subtype": kind,
        "type": kind,
        "representation_type": representation or kind,
        "is_formula_field": representation == "formula",
        "is_value_read_only": representation in ("formula", "custom_id"),
        "description": f"{name} of the task.",
        "created_by": make.all("user")[0],
    }
    workspace = make.all("workspace")[0]
    return make.add("custom_field", **blank.custom_field(workspace) | known | more)


def _options(make: Maker, *names: str) -> list[Object]:
    return [
        make.add("enum_option", name=name, enabled=True, color=_COLORS[place % len(_COLORS)])
        for place, name in enumerate(names)
    ]
