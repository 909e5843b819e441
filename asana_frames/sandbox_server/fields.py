"""Values of custom fields on tasks, one entry per field, as Asana shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from asana_frames.sandbox_server.store import Object, Store, day, stamp

#: What an entry takes over from its definition.
_SHARED = (
    "gid",
    "resource_type",
    "name",
    "resource_subtype",
    "type",
    "representation_type",
    "enabled",
    "is_formula_field",
    "is_value_read_only",
    "id_prefix",
    "enum_options",
    "precision",
    "format",
    "currency_code",
    "custom_label",
    "custom_label_position",
    "description",
    "created_by",
    "privacy_setting",
    "default_access_level",
    "input_restrictions",
)


def filled(store: Store, task: Object, fields: list[Object]) -> list[Object]:
    """Return the entries of ``fields`` for a task, some of them empty."""
    return [_entry(store, task, field) for field in fields]


def _entry(store: Store, task: Object, field: Object) -> Object:
    shared = store.shared.get(field["gid"])
    if shared is None:
        shared = {key: field[key] for key in _SHARED if key in field}
        store.shared[field["gid"]] = shared
    entry = shared.copy()
    kind = field["representation_type"]
    filled_in = store.random.random() < 0.75
    entry |= _VALUES[kind](store, task, field, filled_in)
    return entry


def _number(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    if not filled_in:
        return {"number_value": None, "display_value": None}
    if field.get("format") == "percentage":
        share = store.random.randint(1, 400) / 1000
        return {"number_value": share, "display_value": f"{share:.1%}"}
    if field.get("format") == "duration":
        minutes = 30 * store.random.randint(1, 24)
        return {"number_value": minutes, "display_value": f"{minutes // 60}h {minutes % 60}m"}
    points = store.random.choice((1, 2, 3, 5, 8, 13))
    return {"number_value": points, "display_value": str(points)}


def _formula(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    value = round(store.random.random() * 4, 2) if filled_in else None
    return {"number_value": value, "display_value": None if value is None else str(value)}


def _text(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    # Formula signs and quotes happen in real notes; exports must survive them.
    texts = ("Ask Ada", "=2+3 pages", 'says "soon"', "PO 4711, net 30", "-10 % discount")
    text = store.random.choice(texts) if filled_in else None
    return {
        "text_value": text,
        "html_text_value": text and f"<body>{text}</body>",
        "display_value": text,
    }


def _custom_id(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    number = len(store.all("task"))
    return {"text_value": None, "display_value": f"{field['id_prefix']}-{number}"}


def _enum(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    option = store.random.choice(field["enum_options"]) if filled_in else None
    return {"enum_value": option, "display_value": option and option["name"]}


def _multi_enum(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    options = field["enum_options"]
    chosen = store.random.sample(options, store.random.randint(1, 3)) if filled_in else []
    chosen.sort(key=options.index)
    shown = ", ".join(option["name"] for option in chosen)
    return {"multi_enum_values": chosen, "display_value": shown or None}


def _date(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    if not filled_in:
        return {"date_value": None, "display_value": None}
    moment = datetime.fromisoformat(task["created_at"]) + timedelta(
        days=store.random.randint(5, 90)
    )
    timed = store.random.random() < 0.1
    value = {"date": day(moment), "date_time": stamp(moment) if timed else None}
    return {"date_value": value, "display_value": value["date_time"] or value["date"]}


def _people(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    people = store.random.sample(store.all("user"), 1 + (store.random.random() < 0.3))
    people = people if filled_in else []
    return {
        "people_value": people,
        "display_value": ", ".join(person["name"] for person in people) or None,
    }


def _reference(store: Store, task: Object, field: Object, filled_in: bool) -> Object:
    others = [store.random.choice(store.all("project"))] if filled_in else []
    return {
        "reference_value": others,
        "display_value": ", ".join(other["name"] for other in others) or None,
    }


_VALUES: dict[str, Callable[[Store, Object, Object, bool], dict[str, Any]]] = {
    "number": _number,
    "formula": _formula,
    "text": _text,
    "custom_id": _custom_id,
    "enum": _enum,
    "multi_enum": _multi_enum,
    "date": _date,
    "people": _people,
    "reference": _reference,
}
