"""Values of custom fields on tasks: pairs of a definition and what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from asana_frames.sandbox_server.core.custom_values import (
    EMPTY_VALUES,
    CustomValue,
    custom_id_number,
)
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_day, format_moment


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
