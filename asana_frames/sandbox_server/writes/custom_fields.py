"""Writes to custom fields, their options, and their places on projects, portfolios and goals."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes.places import add_empty_values, list_task_fields

_MAX_ENUM_OPTIONS = 500
_MAX_PORTFOLIO_FIELDS = 20
_NUMBER_FORMAT_FIELDS = (
    "precision",
    "format",
    "currency_code",
    "custom_label",
    "custom_label_position",
)
_REFERENCE_KINDS = ("task", "project", "portfolio", "goal")
_FIELD_KINDS = ("text", "enum", "multi_enum", "number", "date", "people", "reference")


def create_field(write: WriteContext) -> Object:
    """``POST /custom_fields``."""
    write.require("name")
    return add_custom_field(write, write.data, write.data["workspace"])


def add_custom_field(write: WriteContext, data: dict[str, Any], workspace: Object) -> Object:
    """Make a custom field; names are unique in a workspace."""
    kind = data.get("resource_subtype") or data.get("type")
    must(kind in _FIELD_KINDS, "resource_subtype", f"Must be one of {', '.join(_FIELD_KINDS)}")
    _check_unique_field_name(write, data.get("name"))
    is_formula = bool(data.get("is_formula_field"))
    more: dict[str, Any] = {}
    representation = "formula" if is_formula and kind == "number" else kind
    if kind == "number":
        more = blank.BLANK_NUMBER_FIELD | {
            key: data[key] for key in _NUMBER_FORMAT_FIELDS if data.get(key) is not None
        }
        _check_number_format(more)
    elif kind in ("enum", "multi_enum"):
        more = {"enum_options": _add_enum_options(write, data.get("enum_options"))}
    elif kind == "reference":
        more = {"input_restrictions": _parse_input_restrictions(data.get("input_restrictions"))}
    elif kind == "text" and data.get("id_prefix"):
        representation = "custom_id"
    known = {
        "name": data["name"],
        "description": data.get("description") or "",
        "resource_subtype": kind,
        "type": kind,
        "representation_type": representation,
        "id_prefix": data.get("id_prefix"),
        "is_formula_field": is_formula,
        "is_value_read_only": representation in ("formula", "custom_id"),
        "has_notifications_enabled": bool(data.get("has_notifications_enabled")),
        "created_by": write.me,
    }
    return write.add("custom_field", **blank.blank_custom_field(workspace) | known | more)


def _check_unique_field_name(
    write: WriteContext, name: Any, besides: Object | None = None
) -> None:
    must(isinstance(name, str) and name, "name", "Missing input")
    for field in write.store.all("custom_field"):
        is_same = field["name"] == name and field["is_global_to_workspace"]
        must(not is_same or field is besides, "name", "There is a custom field of that name")


def _parse_input_restrictions(given: Any) -> list[str]:
    must(given is None or isinstance(given, list), "input_restrictions", "Must be a list")
    for kind in given or ():
        must(
            kind in _REFERENCE_KINDS,
            "input_restrictions",
            f"Must be of {', '.join(_REFERENCE_KINDS)}",
        )
    return list(dict.fromkeys(given or ["task"]))


def _check_number_format(more: dict[str, Any]) -> None:
    must(more["precision"] in range(7), "precision", "Must be between 0 and 6")
    is_money = more["format"] == "currency"
    must(is_money or not more["currency_code"], "currency_code", "Needs format currency")
    must(not is_money or more["currency_code"], "currency_code", "Missing input")
    is_custom = more["format"] == "custom"
    must(is_custom or not more["custom_label"], "custom_label", "Needs format custom")


def _add_enum_options(write: WriteContext, given: Any) -> list[Object]:
    must(isinstance(given, list), "enum_options", "Missing input")
    must(0 < len(given) <= _MAX_ENUM_OPTIONS, "enum_options", f"Must be 1 to {_MAX_ENUM_OPTIONS}")
    for option in given:
        is_named = isinstance(option, dict) and isinstance(option.get("name"), str)
        must(is_named and option["name"], "enum_options", "Every option needs a name")
        color = option.get("color") or "none"
        must(isinstance(color, str), "enum_options", "color is not a string")
    names = [option["name"] for option in given]
    must(len(set(names)) == len(names), "enum_options", "Two options have the same name")
    return [_add_enum_option(write, option) for option in given]


def _add_enum_option(write: WriteContext, data: dict[str, Any]) -> Object:
    enabled = data.get("enabled", True) is not False
    color = data.get("color") or "none"
    return write.add("enum_option", name=data["name"], enabled=enabled, color=color)


def update_field(write: WriteContext) -> Object:
    """``PUT /custom_fields/{custom_field}``: its kind never changes."""
    field: Object = write.at["custom_field"]
    _check_field_editable(write, field)
    data = write.data
    if "name" in data and data["name"] != field["name"]:
        _check_unique_field_name(write, data["name"], field)
        write.update_and_record(field, "name", data["name"])
    for key in ("description", "has_notifications_enabled"):
        if key in data:
            write.update_and_record(field, key, data[key])
    numbers = {key: data[key] for key in _NUMBER_FORMAT_FIELDS if key in data}
    if numbers:
        must(field["resource_subtype"] == "number", "format", "Only number fields have one")
        more = {key: field[key] for key in _NUMBER_FORMAT_FIELDS} | numbers
        if more["format"] != "currency":
            more["currency_code"] = data.get("currency_code")
        _check_number_format(more)
        write.update(field, **more)
    return field


def _check_field_editable(write: WriteContext, field: Object) -> None:
    is_locked = field["default_access_level"] == "user" and field["created_by"] is not write.me
    must(not is_locked, "custom_field", "The field is locked", 403)


def delete_field(write: WriteContext) -> None:
    """``DELETE /custom_fields/{custom_field}``: its values and settings go with it."""
    field: Object = write.at["custom_field"]
    _check_field_editable(write, field)
    for option in field.get("enum_options") or ():
        write.remove(option)
    write.record_event("deleted", field)
    write.remove(field)


def _drop_custom_value(write: WriteContext, item: Object, field: Object) -> None:
    rest = [value for value in item["custom_fields"] if value[0] is not field]
    if len(rest) < len(item["custom_fields"]):
        write.update_silently(item, custom_fields=rest)


# ---------------------------------------------------------------------- options


def create_option(write: WriteContext) -> Object:
    """``POST /custom_fields/{custom_field}/enum_options``."""
    write.require("name")
    field = _find_enum_field(write)
    options = field["enum_options"]
    must(
        len(options) < _MAX_ENUM_OPTIONS,
        "custom_field",
        f"Has {_MAX_ENUM_OPTIONS} options already",
    )
    taken = any(option["name"] == write.data["name"] for option in options)
    must(not taken, "name", "There is an option of that name")
    place = write.insertion_index(options)
    made = _add_enum_option(write, write.data)
    write.update(field, enum_options=[*options[:place], made, *options[place:]])
    return made


def insert_option(write: WriteContext) -> Object:
    """``POST /custom_fields/{custom_field}/enum_options/insert``."""
    field = _find_enum_field(write)
    option: Object = write.data["enum_option"]
    must(any(option is o for o in field["enum_options"]), "enum_option", "Not of this field")
    for name in ("before", "after"):
        write.data[f"insert_{name}"] = write.data.get(f"{name}_enum_option")
    if not write.data["insert_before"] and not write.data["insert_after"]:
        raise ApiError(400, "You should specify one of before_enum_option, after_enum_option")
    others = [other for other in field["enum_options"] if other is not option]
    place = write.insertion_index(others)
    write.update(field, enum_options=[*others[:place], option, *others[place:]])
    return option


def _find_enum_field(write: WriteContext) -> Object:
    field: Object = write.at["custom_field"]
    _check_field_editable(write, field)
    must("enum_options" in field, "custom_field", "Only enum fields have options")
    return field


def update_option(write: WriteContext) -> Object:
    """``PUT /enum_options/{enum_option}``: at least one option stays enabled."""
    option: Object = write.at["enum_option"]
    fields = write.store.all("custom_field")
    field = next(f for f in fields if any(option is o for o in f.get("enum_options", ())))
    if write.data.get("enabled") is False:
        others = [o for o in field["enum_options"] if o is not option]
        must(any(o["enabled"] for o in others), "enabled", "One option must stay enabled")
    for key in ("name", "enabled", "color"):
        if key in write.data:
            must(key != "name" or write.data[key], "name", "Missing input")
            write.update(option, **{key: write.data[key]})
    return option


# ---------------------------------------------------------------------- settings


def _settings_key(parent: Object) -> str:
    return "_settings" if parent["resource_type"] == "team" else "custom_field_settings"


def add_setting(write: WriteContext) -> Object:
    """``POST /{projects|portfolios|goals}/{gid}/addCustomFieldSetting``."""
    parent = next(iter(write.at.values()))
    given = write.data["custom_field"]
    if isinstance(given, dict):
        field = add_custom_field(
            write, write.check_nested_body("createCustomField", given), parent["workspace"]
        )
        write.update(field, is_global_to_workspace=False)
    else:
        field = write.find("custom_field", given, "custom_field")
    settings = parent["custom_field_settings"]
    taken = any(setting["custom_field"] is field for setting in settings)
    must(not taken, "custom_field", "The field is on this object already")
    is_full = parent["resource_type"] == "portfolio" and len(settings) >= _MAX_PORTFOLIO_FIELDS
    must(not is_full, "custom_field", f"Portfolios have {_MAX_PORTFOLIO_FIELDS} fields at most")
    return add_field_to_object(
        write, parent, field, is_important=bool(write.data.get("is_important"))
    )


def add_field_to_object(
    write: WriteContext, parent: Object, field: Object, *, is_important: bool
) -> Object:
    """Put a custom field on an object, and an empty value on what is in it."""
    settings = parent["custom_field_settings"]
    place = setting_index(write, settings)
    is_project = parent["resource_type"] == "project"
    made = write.add(
        "custom_field_setting",
        custom_field=field,
        parent=parent,
        project=parent if is_project else None,
        is_important=is_important,
    )
    write.update(parent, custom_field_settings=[*settings[:place], made, *settings[place:]])
    change = {"action": "added", "added_value": made}
    write.record_event("changed", parent, field="custom_field_settings", change=change)
    what = {"project": "project_tasks", "portfolio": "items"}.get(parent["resource_type"])
    for item in list(write.store.related(what, parent)) if what else [parent]:
        if "custom_fields" in item:
            write.update_silently(item, custom_fields=add_empty_values(item, [field]))
    return made


def setting_index(write: WriteContext, settings: list[Object]) -> int:
    """Return where a setting goes; it may be told by the gid of a setting or of its field."""
    for name, step in (("insert_before", 0), ("insert_after", 1)):
        gid = write.data.get(name)
        if gid:
            for place, setting in enumerate(settings):
                if gid in (setting["gid"], setting["custom_field"]["gid"]):
                    return place + step
            raise invalid_field(name, f"Not a recognized ID: {gid}")
    return len(settings)


def remove_setting(write: WriteContext) -> None:
    """``POST /{projects|portfolios|goals}/{gid}/removeCustomFieldSetting``."""
    parent = next(iter(write.at.values()))
    field = write.data["custom_field"]
    for setting in parent["custom_field_settings"]:
        if setting["custom_field"] is field:
            drop_setting(write, setting)
            return
    raise invalid_field("custom_field", "The field is not on this object")


def drop_setting(write: WriteContext, setting: Object) -> None:
    """Take a field off an object; empty values go with it."""
    parent, field = setting["parent"], setting["custom_field"]
    key = _settings_key(parent)
    write.update(parent, **{key: [other for other in parent[key] if other is not setting]})
    change = {"action": "removed", "removed_value": setting}
    write.record_event("changed", parent, field="custom_field_settings", change=change)
    what = {"project": "project_tasks", "portfolio": "items"}.get(parent["resource_type"])
    for item in list(write.store.related(what, parent)) if what else [parent]:
        held = [(f, v) for f, v in item.get("custom_fields", ()) if f is field]
        is_elsewhere = what == "project_tasks" and any(f is field for f in list_task_fields(item))
        if held and held[0][1] in (None, []) and not is_elsewhere:
            _drop_custom_value(write, item, field)
    write.remove(setting)
