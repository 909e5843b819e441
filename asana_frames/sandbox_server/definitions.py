"""Definitions of custom fields, one of every kind."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server.store import Object, Store

_COLORS = ("red", "orange", "yellow", "green", "blue", "purple")
_NUMBER: dict[str, Any] = {
    "format": "none",
    "currency_code": None,
    "custom_label": None,
    "custom_label_position": None,
}


def build_fields(store: Store) -> dict[str, Object]:
    """Make custom fields of every kind and return them by name."""
    priority = _options(store, "Low", "Medium", "High", "Urgent")
    fields = [
        _field(store, "Priority", "enum", enum_options=priority),
        _field(store, "Story points", "number", **_NUMBER, precision=0),
        _field(
            store, "Estimated time", "number", **{**_NUMBER, "format": "duration"}, precision=0
        ),
    ]
    channels = _options(store, "Web", "E-mail", "Social", "Print", "Fax")
    channels[-1]["enabled"] = False
    fields += [
        _field(store, "Channels", "multi_enum", enum_options=channels),
        _field(store, "Launch date", "date"),
        _field(store, "Reviewers", "people"),
        _field(store, "Agency notes", "text"),
        _field(store, "Ticket", "text", "custom_id", id_prefix="ACME"),
        _field(store, "Points per hour", "number", "formula", **_NUMBER, precision=2),
        _field(store, "Related work", "reference", input_restrictions=["task", "project"]),
        _field(
            store, "Budget share", "number", **{**_NUMBER, "format": "percentage"}, precision=1
        ),
    ]
    health = _options(store, "Good", "Watch", "Bad")
    fields.append(_field(store, "Health", "enum", enum_options=health))
    by_name = {field["name"]: field for field in fields}
    # A project's own field may be called like another: frames must tell them apart.
    local = _field(store, "Priority", "enum", enum_options=_options(store, "P3", "P2", "P1"))
    local["is_global_to_workspace"] = False
    return by_name | {"Priority (local)": local}


def _field(store: Store, name: str, kind: str, representation: str = "", **more: Any) -> Object:
    return store.add(
        "custom_field",
        name=name,
        resource_subtype=kind,
        type=kind,
        representation_type=representation or kind,
        **{"id_prefix": None} | more,
        is_formula_field=representation == "formula",
        is_value_read_only=representation in ("formula", "custom_id"),
        description=f"{name} of the task.",
        enabled=True,
        has_notifications_enabled=False,
        is_global_to_workspace=True,
        asana_created_field=None,
        created_by=store.all("user")[0],
        privacy_setting="public_with_guests",
        default_access_level="editor",
        workspace=store.all("workspace")[0],
    )


def _options(store: Store, *names: str) -> list[Object]:
    return [
        store.add("enum_option", name=name, enabled=True, color=_COLORS[place % len(_COLORS)])
        for place, name in enumerate(names)
    ]
