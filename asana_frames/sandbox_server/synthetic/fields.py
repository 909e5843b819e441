"""Values of custom fields on tasks: pairs of a definition and what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from asana_frames.sandbox_server.store import Maker, Object, day, stamp
from asana_frames.sandbox_server.values import EMPTY, Value, id_number


def filled(make: Maker, task: Object, fields: Iterable[Object]) -> list[Value]:
    """Return values of ``fields`` for a task, some of them empty."""
    return [(field, _value(make, task, field)) for field in fields]


def _value(make: Maker, task: Object, field: Object) -> Any:
    kind = field["representation_type"]
    if kind != "custom_id" and make.random.random() >= 0.75:
        return EMPTY.get(kind)
    return _VALUES[kind](make, task, field)


def _number(make: Maker, task: Object, field: Object) -> Any:
    if make.was(field, "format") == "percentage":
        return make.random.randint(1, 400) / 1000
    if make.was(field, "format") == "duration":
        return 30 * make.random.randint(1, 24)
    return make.random.choice((1, 2, 3, 5, 8, 13))


def _text(make: Maker, task: Object, field: Object) -> Any:
    # Formula signs and quotes happen in real notes; exports must survive them.
    texts = ("Ask Ada", "=2+3 pages", 'says "soon"', "PO 4711, net 30", "-10 % discount")
    return make.random.choice(texts)


def _multi_enum(make: Maker, task: Object, field: Object) -> Any:
    options: list[Object] = make.was(field, "enum_options")
    return sorted(make.random.sample(options, make.random.randint(1, 3)), key=options.index)


def _date(make: Maker, task: Object, field: Object) -> Any:
    moment = datetime.fromisoformat(task["created_at"])
    moment += timedelta(days=make.random.randint(5, 90))
    timed = make.random.random() < 0.1
    return {"date": day(moment), "date_time": stamp(moment) if timed else None}


def _people(make: Maker, task: Object, field: Object) -> Any:
    return make.random.sample(make.all("user"), 1 + (make.random.random() < 0.3))


_VALUES: dict[str, Callable[[Maker, Object, Object], Any]] = {
    "number": _number,
    "formula": lambda make, task, field: round(make.random.random() * 4, 2),
    "text": _text,
    "custom_id": lambda make, task, field: id_number(task),
    "enum": lambda make, task, field: make.random.choice(make.was(field, "enum_options")),
    "multi_enum": _multi_enum,
    "date": _date,
    "people": _people,
    "reference": lambda make, task, field: [make.random.choice(make.all("project"))],
}
