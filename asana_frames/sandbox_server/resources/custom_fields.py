"""Custom fields: definitions, enum options, settings on objects, and values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from asana_frames.sandbox_server.core.body_checks import (
    must,
    parse_day,
    parse_moment,
    parse_number,
)
from asana_frames.sandbox_server.core.custom_values import (
    EMPTY_VALUES,
    CustomValue,
    custom_id_number,
    display_value,
)
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    list_all,
    list_field,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import FULL, NAMED, RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_day, format_moment
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext

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


#: Further fields of number fields.
_BLANK_NUMBER_FIELD: Object = {
    "precision": 0,
    "format": "none",
    "currency_code": None,
    "custom_label": None,
    "custom_label_position": None,
}


def blank_custom_field(workspace: Object) -> Object:
    """Return the fields that custom fields of all kinds have."""
    return {
        "name": "",
        "description": "",
        "enabled": True,
        "id_prefix": None,
        "is_formula_field": False,
        "is_value_read_only": False,
        "has_notifications_enabled": False,
        "is_global_to_workspace": True,
        "asana_created_field": None,
        "created_by": None,
        "privacy_setting": "public_with_guests",
        "default_access_level": "editor",
        "_workspace": workspace,
    }


def create_field(write: WriteContext) -> Object:
    """``POST /custom_fields``."""
    write.require("name")
    return add_custom_field(write, write.data, write.data["workspace"])


def add_custom_field(write: WriteContext, data: dict[str, Any], workspace: Object) -> Object:
    """Add a custom field; names are unique in a workspace."""
    kind = data.get("resource_subtype") or data.get("type")
    must(kind in _FIELD_KINDS, "resource_subtype", f"Must be one of {', '.join(_FIELD_KINDS)}")
    _check_unique_field_name(write, data.get("name"))
    is_formula = bool(data.get("is_formula_field"))
    more: dict[str, Any] = {}
    representation = "formula" if is_formula and kind == "number" else kind
    if kind == "number":
        more = _BLANK_NUMBER_FIELD | {
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
    return write.add("custom_field", **blank_custom_field(workspace) | known | more)


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
    """``DELETE /custom_fields/{custom_field}``: its values and settings are deleted too."""
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
    """Add a custom field to an object, and an empty value to its items."""
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
    """Return the index of a new setting, given by the gid of a setting or its field."""
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
    """Remove a custom field from an object, with its empty values."""
    parent, field = setting["parent"], setting["custom_field"]
    rest = [other for other in parent["custom_field_settings"] if other is not setting]
    write.update(parent, custom_field_settings=rest)
    change = {"action": "removed", "removed_value": setting}
    write.record_event("changed", parent, field="custom_field_settings", change=change)
    what = {"project": "project_tasks", "portfolio": "items"}.get(parent["resource_type"])
    for item in list(write.store.related(what, parent)) if what else [parent]:
        held = [(f, v) for f, v in item.get("custom_fields", ()) if f is field]
        is_elsewhere = what == "project_tasks" and any(f is field for f in list_task_fields(item))
        if held and held[0][1] in (None, []) and not is_elsewhere:
            _drop_custom_value(write, item, field)
    write.remove(setting)


def list_task_fields(task: Object) -> list[Object]:
    """List the custom fields that a task has from its projects or its parent's."""
    top = task
    while not top["projects"] and top["parent"] is not None:
        top = top["parent"]
    found: dict[str, Object] = {}
    for project in top["projects"]:
        for setting in project["custom_field_settings"]:
            found[setting["custom_field"]["gid"]] = setting["custom_field"]
    return list(found.values())


def add_empty_values(task: Object, fields: Iterable[Object]) -> list[Any]:
    """Return the values of a task with empty values for new fields."""
    known = {field["gid"] for field, _ in task["custom_fields"]}
    new = [field for field in fields if field["gid"] not in known]
    return [*task["custom_fields"], *((field, initial_value(task, field)) for field in new)]


def initial_value(item: Object, field: Object) -> Any:
    """Return the first value of a field on an object; custom IDs are assigned."""
    if field["representation_type"] == "custom_id":
        return custom_id_number(item)
    return EMPTY_VALUES.get(field["representation_type"])


#: Kind -> a story's key of a value, after ``old_`` or ``new_``.
_STORY_VALUE_KEYS = {
    "number": "number_value",
    "text": "text_value",
    "enum": "enum_value",
    "multi_enum": "multi_enum_values",
    "date": "date_value",
    "people": "people_value",
}


def update_custom_values(
    write: WriteContext,
    item: Object,
    given: Any,
    fields: Iterable[Object],
    *,
    is_new: bool = False,
) -> None:
    """Change values of an object's custom fields; ``given`` holds them by the fields' gids."""
    if not isinstance(given, dict):
        raise invalid_field("custom_fields", "Must be an object of values by custom field ID")
    allowed = {field["gid"]: field for field in fields}
    held = {field["gid"]: (field, value) for field, value in item["custom_fields"]}
    for field in allowed.values():
        held.setdefault(field["gid"], (field, EMPTY_VALUES.get(field["representation_type"])))
    for gid, value in given.items():
        if gid not in held:
            raise ApiError(400, f"Custom field with ID {gid} is not on given object")
        field, old = held[gid]
        must(not field["is_value_read_only"], "custom_fields", f"{gid} is read-only", 403)
        must(gid in allowed or value in (None, []), "custom_fields", f"{gid} can only be cleared")
        new = parse_custom_value(write, field, value)
        held[gid] = field, new
        if new != old and item["resource_type"] == "task" and not is_new:
            _add_value_story(write, item, field, old, new)
    write.update(item, custom_fields=list(held.values()))


def parse_custom_value(write: WriteContext, field: Object, value: Any) -> Any:
    """Parse the value of a custom field."""
    kind = field["representation_type"]
    if value is None or value == "":
        return EMPTY_VALUES.get(kind)
    return _VALUE_PARSERS[kind](write, field, value)


def _parse_text_value(write: WriteContext, field: Object, value: Any) -> str:
    name = f"custom_fields: {field['gid']}"
    must(isinstance(value, str), name, "Value is not a string")
    must(len(value) <= 1_024, name, "Value is longer than 1024 characters")
    return str(value)


def _parse_number_value(write: WriteContext, field: Object, value: Any) -> float:
    name = f"custom_fields: {field['gid']}"
    number = parse_number(name, value, is_form=True)
    places = field["precision"] + (2 if field["format"] == "percentage" else 0)
    number = round(number, places)
    return int(number) if number == int(number) else number


def _parse_option_value(write: WriteContext, field: Object, value: Any) -> Object:
    name = f"custom_fields: {field['gid']}"
    for option in field["enum_options"]:
        if option["gid"] == str(value):
            must(option["enabled"], name, "The option is disabled")
            found: Object = option
            return found
    raise invalid_field(name, f"Not a valid enum option: {value}")


def _parse_multi_enum_value(write: WriteContext, field: Object, value: Any) -> list[Object]:
    must(isinstance(value, list), f"custom_fields: {field['gid']}", "Must be a list of IDs")
    chosen = {
        option["gid"]: option for option in (_parse_option_value(write, field, v) for v in value)
    }
    return sorted(chosen.values(), key=field["enum_options"].index)


def _parse_date_value(write: WriteContext, field: Object, value: Any) -> Object:
    name = f"custom_fields: {field['gid']}"
    must(isinstance(value, dict), name, 'Must be {"date": ...} or {"date_time": ...}')
    if value.get("date_time"):
        moment = parse_moment(name, value["date_time"])
        return {"date": moment[:10], "date_time": moment}
    return {"date": parse_day(name, value.get("date")), "date_time": None}


def _parse_people_value(write: WriteContext, field: Object, value: Any) -> list[Object]:
    gids = value.split(",") if isinstance(value, str) else value
    must(isinstance(gids, list), f"custom_fields: {field['gid']}", "Must be a list of users")
    found = [write.find("custom_fields", gid, "user") for gid in gids]
    return list({person["gid"]: person for person in found}.values())


def _parse_reference_value(write: WriteContext, field: Object, value: Any) -> list[Object]:
    must(isinstance(value, list), f"custom_fields: {field['gid']}", "Must be a list of IDs")
    kinds = field.get("input_restrictions") or ("task", "project", "portfolio", "goal")
    found = [write.find("custom_fields", gid, *kinds) for gid in value]
    write.store.referred |= {item["gid"] for item in found}
    return list({item["gid"]: item for item in found}.values())


_VALUE_PARSERS: dict[str, Callable[[WriteContext, Object, Any], Any]] = {
    "text": _parse_text_value,
    "number": _parse_number_value,
    "enum": _parse_option_value,
    "multi_enum": _parse_multi_enum_value,
    "date": _parse_date_value,
    "people": _parse_people_value,
    "reference": _parse_reference_value,
}


def _add_value_story(write: WriteContext, task: Object, field: Object, old: Any, new: Any) -> None:
    kind = field["representation_type"]
    write.record_event("changed", task, field="custom_fields", change={"new_value": field})
    more: dict[str, Any] = {"custom_field": field}
    if kind in _STORY_VALUE_KEYS:
        more |= {
            f"old_{_STORY_VALUE_KEYS[kind]}": story_value(kind, old),
            f"new_{_STORY_VALUE_KEYS[kind]}": story_value(kind, new),
        }
    text = f"changed {field['name']} to {display_value(field, new) or 'empty'}"
    write.add_story(task, f"{kind}_custom_field_changed", text, **more)


def story_value(kind: str, value: Any) -> Any:
    """Return the value that a story shows."""
    if kind == "date" and value is not None:
        at = value["date_time"]
        return {"start_on": None, "due_at": at, "due_on": value["date"]}
    return value


_OPTION_COLORS = ("red", "orange", "yellow", "green", "blue", "purple")


def build_fields(make: ObjectFactory) -> dict[str, Object]:
    """Build custom fields of every kind and return them by name."""
    priority = _build_enum_options(make, "Low", "Medium", "High", "Urgent")
    fields = [
        _build_custom_field(make, "Priority", "enum", enum_options=priority),
        _build_custom_field(make, "Story points", "number", **_BLANK_NUMBER_FIELD),
        _build_custom_field(
            make, "Estimated time", "number", **_BLANK_NUMBER_FIELD | {"format": "duration"}
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
            **_BLANK_NUMBER_FIELD | {"precision": 2},
        ),
        _build_custom_field(
            make, "Related work", "reference", input_restrictions=["task", "project"]
        ),
        _build_custom_field(
            make,
            "Budget share",
            "number",
            **_BLANK_NUMBER_FIELD | {"format": "percentage", "precision": 1},
        ),
    ]
    health = _build_enum_options(make, "Good", "Watch", "Bad")
    fields.append(_build_custom_field(make, "Health", "enum", enum_options=health))
    by_name = {field["name"]: field for field in fields}
    # A project's own field may have the name of another: frames must distinguish them.
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
    return make.add("custom_field", **blank_custom_field(workspace) | known | more)


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


def build_setting(make: ObjectFactory, parent: Object, field: Object) -> None:
    """Build the setting that puts a custom field on an object."""
    setting = make.add(
        "custom_field_setting",
        custom_field=field,
        parent=parent,
        project=parent if parent["resource_type"] == "project" else None,
        is_important=field["name"] == "Priority",
    )
    parent["custom_field_settings"].append(setting)


def build_values(make: ObjectFactory, task: Object, fields: Iterable[Object]) -> list[CustomValue]:
    """Return values of ``fields`` for a task, some of them empty."""
    return [(field, _build_value(make, task, field)) for field in fields]


def _build_value(make: ObjectFactory, task: Object, field: Object) -> Any:
    kind = field["representation_type"]
    if kind != "custom_id" and make.random.random() >= 0.75:
        return EMPTY_VALUES.get(kind)
    return _VALUE_BUILDERS[kind](make, task, field)


def _build_number(make: ObjectFactory, task: Object, field: Object) -> Any:
    if make.original_value(field, "format") == "percentage":
        return make.random.randint(1, 400) / 1000
    if make.original_value(field, "format") == "duration":
        return 30 * make.random.randint(1, 24)
    return make.random.choice((1, 2, 3, 5, 8, 13))


def _build_text(make: ObjectFactory, task: Object, field: Object) -> Any:
    # Formula signs and quotes happen in real notes; exports must survive them.
    texts = ("Ask Ada", "=2+3 pages", 'says "soon"', "PO 4711, net 30", "-10 % discount")
    return make.random.choice(texts)


def _build_multi_enum(make: ObjectFactory, task: Object, field: Object) -> Any:
    options: list[Object] = make.original_value(field, "enum_options")
    return sorted(make.random.sample(options, make.random.randint(1, 3)), key=options.index)


def _build_date(make: ObjectFactory, task: Object, field: Object) -> Any:
    moment = datetime.fromisoformat(task["created_at"])
    moment += timedelta(days=make.random.randint(5, 90))
    timed = make.random.random() < 0.1
    return {"date": format_day(moment), "date_time": format_moment(moment) if timed else None}


def _build_people(make: ObjectFactory, task: Object, field: Object) -> Any:
    return make.random.sample(make.all("user"), 1 + (make.random.random() < 0.3))


_VALUE_BUILDERS: dict[str, Callable[[ObjectFactory, Object, Object], Any]] = {
    "number": _build_number,
    "formula": lambda make, task, field: round(make.random.random() * 4, 2),
    "text": _build_text,
    "custom_id": lambda make, task, field: custom_id_number(task),
    "enum": lambda make, task, field: make.random.choice(
        make.original_value(field, "enum_options")
    ),
    "multi_enum": _build_multi_enum,
    "date": _build_date,
    "people": _build_people,
    "reference": lambda make, task, field: [make.random.choice(make.all("project"))],
}


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getCustomFieldSettingsForProject": list_field("project", "custom_field_settings"),
    "getCustomFieldSettingsForPortfolio": list_field("portfolio", "custom_field_settings"),
    "getCustomFieldSettingsForGoal": list_field("goal", "custom_field_settings"),
    "getCustomFieldSettingsForTeam": list_field("team", "custom_field_settings"),
    "getCustomFieldsForWorkspace": list_all("custom_field"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getCustomField": object_at("custom_field"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createCustomField": create_field,
    "updateCustomField": update_field,
    "deleteCustomField": delete_field,
    "createEnumOptionForCustomField": create_option,
    "insertEnumOptionForCustomField": insert_option,
    "updateEnumOption": update_option,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "enum_option": RecordShape(compact=("name", "enabled", "color")),
    "custom_field": RecordShape(
        compact=(
            "name",
            "resource_subtype",
            "precision",
            "format",
            "currency_code",
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
        hidden=frozenset(("description",)),
        is_always_full=True,
    ),
    "custom_field_setting": RecordShape(
        references={"custom_field": FULL, "parent": NAMED}, is_always_full=True
    ),
}
