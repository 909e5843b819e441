"""Values of custom fields, as writes give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from asana_frames.sandbox_server.core.body_checks import (
    must,
    parse_day,
    parse_moment,
    parse_number,
)
from asana_frames.sandbox_server.core.custom_values import EMPTY_VALUES, display_value
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext

#: The keys of a story that say what a value was and is.
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
    """Return a value as it is kept, or refuse it."""
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
    write.tell(task, f"{kind}_custom_field_changed", text, **more)


def story_value(kind: str, value: Any) -> Any:
    """Return a value as a story shows it: days as dates, the rest as it is."""
    if kind == "date" and value is not None:
        at = value["date_time"]
        return {"start_on": None, "due_at": at, "due_on": value["date"]}
    return value
