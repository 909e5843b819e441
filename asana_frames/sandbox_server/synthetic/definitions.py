"""Definitions of custom fields, one of every kind."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.store import Object, ObjectFactory

_OPTION_COLORS = ("red", "orange", "yellow", "green", "blue", "purple")


def build_fields(make: ObjectFactory) -> dict[str, Object]:
    """Make custom fields of every kind and return them by name."""
    priority = _build_enum_options(make, "Low", "Medium", "High", "Urgent")
    fields = [
        _build_custom_field(make, "Priority", "enum", enum_options=priority),
        _build_custom_field(make, "Story points", "number", **blank.BLANK_NUMBER_FIELD),
        _build_custom_field(
            make, "Estimated time", "number", **blank.BLANK_NUMBER_FIELD | {"format": "duration"}
        ),
    ]
    channels = _build_enum_options(make, "Web", "E-mail", "Social", "Print", "Fax")
    channels[-1]["enabled"] = False
    fields += [
        _build_custom_field(make, "Channels", "multi_enum", enum_options=channels),
        _build_custom_field(make, "Launch date", "date"),
        _build_custom_field(make, "Reviewers", "people"),
        _build_custom_field(make, "Agency notes", "text"),
        _build_custom_field(make, "Ticket", "text", "custom_id", id_prefix="ACME"),
        _build_custom_field(
            make,
            "Points per hour",
            "number",
            "formula",
            **blank.BLANK_NUMBER_FIELD | {"precision": 2},
        ),
        _build_custom_field(
            make, "Related work", "reference", input_restrictions=["task", "project"]
        ),
        _build_custom_field(
            make,
            "Budget share",
            "number",
            **blank.BLANK_NUMBER_FIELD | {"format": "percentage", "precision": 1},
        ),
    ]
    health = _build_enum_options(make, "Good", "Watch", "Bad")
    fields.append(_build_custom_field(make, "Health", "enum", enum_options=health))
    by_name = {field["name"]: field for field in fields}
    # A project's own field may be called like another: frames must tell them apart.
    local = _build_custom_field(
        make, "Priority", "enum", enum_options=_build_enum_options(make, "P3", "P2", "P1")
    )
    local["is_global_to_workspace"] = False
    return by_name | {"Priority (local)": local}


def _build_custom_field(
    make: ObjectFactory, name: str, kind: str, representation: str = "", **more: Any
) -> Object:
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
    return make.add("custom_field", **blank.blank_custom_field(workspace) | known | more)


def _build_enum_options(make: ObjectFactory, *names: str) -> list[Object]:
    return [
        make.add(
            "enum_option",
            name=name,
            enabled=True,
            color=_OPTION_COLORS[place % len(_OPTION_COLORS)],
        )
        for place, name in enumerate(names)
    ]
