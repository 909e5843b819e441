"""Values of custom fields, as writes give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from asana_frames.sandbox_server.checks import day_of, moment_of, must, number_of
from asana_frames.sandbox_server.errors import Refusal, invalid
from asana_frames.sandbox_server.store import Object
from asana_frames.sandbox_server.values import EMPTY, displayed
from asana_frames.sandbox_server.writes.write import Write

#: The keys of a story that say what a value was and is.
_TOLD = {
    "number": "number_value",
    "text": "text_value",
    "enum": "enum_value",
    "multi_enum": "multi_enum_values",
    "date": "date_value",
    "people": "people_value",
}


def change_values(
    write: Write, item: Object, given: Any, fields: Iterable[Object], *, is_new: bool = False
) -> None:
    """Change values of an object's custom fields; ``given`` holds them by the fields' gids."""
    if not isinstance(given, dict):
        raise invalid("custom_fields", "Must be an object of values by custom field ID")
    allowed = {field["gid"]: field for field in fields}
    held = {field["gid"]: (field, value) for field, value in item["custom_fields"]}
    for field in allowed.values():
        held.setdefault(field["gid"], (field, EMPTY.get(field["representation_type"])))
    for gid, value in given.items():
        if gid not in held:
            raise Refusal(400, f"Custom field with ID {gid} is not on given object")
        field, old = held[gid]
        must(not field["is_value_read_only"], "custom_fields", f"{gid} is read-only", 403)
        must(gid in allowed or value in (None, []), "custom_fields", f"{gid} can only be cleared")
        new = parsed(write, field, value)
        held[gid] = field, new
        if new != old and item["resource_type"] == "task" and not is_new:
            _tell(write, item, field, old, new)
    write.set(item, custom_fields=list(held.values()))


def parsed(write: Write, field: Object, value: Any) -> Any:
    """Return a value as it is kept, or refuse it."""
    kind = field["representation_type"]
    if value is None or value == "":
        return EMPTY.get(kind)
    return _PARSERS[kind](write, field, value)


def _text(write: Write, field: Object, value: Any) -> str:
    name = f"custom_fields: {field['gid']}"
    must(isinstance(value, str), name, "Value is not a string")
    must(len(value) <= 1_024, name, "Value is longer than 1024 characters")
    return str(value)


def _number(write: Write, field: Object, value: Any) -> float:
    name = f"custom_fields: {field['gid']}"
    number = number_of(name, value, is_form=True)
    places = field["precision"] + (2 if field["format"] == "percentage" else 0)
    number = round(number, places)
    return int(number) if number == int(number) else number


def _option(write: Write, field: Object, value: Any) -> Object:
    name = f"custom_fields: {field['gid']}"
    for option in field["enum_options"]:
        if option["gid"] == str(value):
            must(option["enabled"], name, "The option is disabled")
            found: Object = option
            return found
    raise invalid(name, f"Not a valid enum option: {value}")


def _options(write: Write, field: Object, value: Any) -> list[Object]:
    must(isinstance(value, list), f"custom_fields: {field['gid']}", "Must be a list of IDs")
    chosen = {option["gid"]: option for option in (_option(write, field, v) for v in value)}
    return sorted(chosen.values(), key=field["enum_options"].index)


def _date(write: Write, field: Object, value: Any) -> Object:
    name = f"custom_fields: {field['gid']}"
    must(isinstance(value, dict), name, 'Must be {"date": ...} or {"date_time": ...}')
    if value.get("date_time"):
        moment = moment_of(name, value["date_time"])
        return {"date": moment[:10], "date_time": moment}
    return {"date": day_of(name, value.get("date")), "date_time": None}


def _people(write: Write, field: Object, value: Any) -> list[Object]:
    gids = value.split(",") if isinstance(value, str) else value
    must(isinstance(gids, list), f"custom_fields: {field['gid']}", "Must be a list of users")
    found = [write.find("custom_fields", gid, "user") for gid in gids]
    return list({person["gid"]: person for person in found}.values())


def _reference(write: Write, field: Object, value: Any) -> list[Object]:
    must(isinstance(value, list), f"custom_fields: {field['gid']}", "Must be a list of IDs")
    kinds = field.get("input_restrictions") or ("task", "project", "portfolio", "goal")
    found = [write.find("custom_fields", gid, *kinds) for gid in value]
    write.store.referred |= {item["gid"] for item in found}
    return list({item["gid"]: item for item in found}.values())


_PARSERS: dict[str, Callable[[Write, Object, Any], Any]] = {
    "text": _text,
    "number": _number,
    "enum": _option,
    "multi_enum": _options,
    "date": _date,
    "people": _people,
    "reference": _reference,
}


def _tell(write: Write, task: Object, field: Object, old: Any, new: Any) -> None:
    kind = field["representation_type"]
    write.happened("changed", task, field="custom_fields", change={"new_value": field})
    more: dict[str, Any] = {"custom_field": field}
    if kind in _TOLD:
        more |= {f"old_{_TOLD[kind]}": _told(kind, old), f"new_{_TOLD[kind]}": _told(kind, new)}
    text = f"changed {field['name']} to {displayed(field, new) or 'empty'}"
    write.tell(task, f"{kind}_custom_field_changed", text, **more)


def _told(kind: str, value: Any) -> Any:
    """Return a value as a story shows it: days as dates, the rest as it is."""
    if kind == "date" and value is not None:
        at = value["date_time"]
        return {"start_on": None, "due_at": at, "due_on": value["date"]}
    return value
