"""Records of every type of the catalog whose texts and gids can be found again."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pandas as pd

from asana_frames.catalog import Field, RecordType, columns_of, load
from asana_frames.frames import FrameBuilder

#: Is in every text that must not leave, and begins every gid of a person.
CANARY, PERSON_GID = "Canary", "77"
#: Texts that are words, although the catalog has no list of them.
_WORD_PATHS = {
    *("action", "actual.units", "change.action", "change.field", "color", "completion_state"),
    *("currency_code", "enum_options.color", "estimate.units", "event_category", "event_type"),
    *("filters.action", "filters.resource_subtype", "filters.resource_type"),
    *("metric.currency_code", "new_approval_status", "new_resource_subtype"),
    *("old_approval_status", "old_resource_subtype", "privacy_setting", "resource_subtype"),
    *("resource.resource_subtype", "state", "status", "total.units", "type"),
    *("metric.resource_type", "date_value.date", "date_value.date_time"),
}
#: Texts that are gids of people.
_PERSON_GIDS = ("actor.gid", "resource.gid", "created_by.gid")
_PEOPLE = ("user", "user_base", "agent")
_ANYTHING = ("named_resource", "access_target")


def build_wild_frame(record: str, seed: int, rows: int = 4) -> pd.DataFrame:
    """Return a frame with all columns of a record type, which holds texts that must not leave."""
    writer = _RecordWriter(random.Random(seed))
    page = [writer.write(load().record(record)) for _ in range(rows)]
    builder = FrameBuilder(columns_of(record, ("all",)))
    builder.append(msgspec.json.encode({"data": page}), builder.start_listing())
    return builder.frame({}, unique=False)


class _RecordWriter:
    """Writes records of any type."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def write(self, record: RecordType) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for field in record.fields:
            if self._chance.random() < 0.9:
                self._set(made, record, field)
        made["gid"] = self._gid(is_person=record.name in _PEOPLE)
        if record.name in _ANYTHING:
            made = self._reference(record.name)
        elif record.field("resource_type"):
            made["resource_type"] = record.name
        return made

    def _set(self, made: dict[str, Any], record: RecordType, field: Field) -> None:
        *outer, last = field.path.split(".")
        at: Any = made
        path = ""
        for key in outer:
            path = f"{path}.{key}" if path else key
            parent = record.field(path)
            is_list = parent is not None and parent.kind == "list"
            at = at.setdefault(key, [{}] if is_list else {})
            at = at[0] if isinstance(at, list) else at
            if not isinstance(at, dict):
                return
        value = self._value(field)
        if value is not None and not (isinstance(at.get(last), dict) and field.record == ""):
            at[last] = value

    def _value(self, field: Field) -> Any:
        if field.kind == "custom_fields":
            return self._custom_fields()
        if field.kind in ("ref", "refs"):
            one = self._reference(field.record)
            return one if field.kind == "ref" else [one, self._reference(field.record)]
        if field.kind in ("object", "list"):
            return None
        if field.enum:
            word = self._chance.choice(field.enum)
            return [word] if field.kind == "texts" else word
        if field.path.endswith("gid"):
            return self._gid(is_person=field.path in _PERSON_GIDS)
        if field.path in _WORD_PATHS or field.path.endswith("resource_type"):
            return "user" if field.path.endswith("resource_type") else "a_word"
        return self._plain(field.kind)

    def _plain(self, kind: str) -> Any:
        values: dict[str, Any] = {
            "integer": 3,
            "number": 2.5,
            "boolean": True,
            "date": "2026-03-02",
            "datetime": "2026-03-02T09:15:00.000Z",
            "texts": [self._text(), self._text()],
            "json": {"inner": [self._text()], "gid": self._gid(is_person=True)},
        }
        return values.get(kind, self._text())

    def _reference(self, record: str) -> dict[str, Any]:
        kind = record
        if record in _ANYTHING:
            kind = self._chance.choice(("user", "agent", "task", "team", "project", "unheard_of"))
        is_person = kind in (*_PEOPLE, "unheard_of")
        label = load().record(record).label or "name"
        made = {"gid": self._gid(is_person=is_person), label: self._text(), "resource_type": kind}
        if is_person and self._chance.random() < 0.2:
            del made["resource_type"]
        return made

    def _gid(self, *, is_person: bool) -> str:
        head = PERSON_GID if is_person else "12"
        return f"{head}{self._chance.randrange(10**13, 10**14)}"

    def _text(self) -> str:
        number = self._chance.randrange(100)
        return self._chance.choice(
            (
                f"{CANARY} {number}",
                f"=Ana {CANARY}; O'Brien {number}",
                f"({CANARY} [{number}\n",
                f"zoe.{CANARY}{number}@acme.example",
                f"https://app.asana.com/0/{CANARY}/{number}",
                f"{CANARY}",
                f"\ud83d{CANARY}".encode("utf-8", "replace").decode(),
            )
        )

    def _custom_fields(self) -> list[dict[str, Any]]:
        person = self._reference("user")
        values: dict[str, dict[str, Any]] = {
            "text": {"text_value": self._text(), "display_value": self._text()},
            "number": {"number_value": 7.5},
            "enum": {"enum_value": {"gid": "5", "name": "High"}},
            "people": {"people_value": [person]},
            "reference": {"reference_value": [self._reference("named_resource")]},
            "date": {"date_value": {"date": "2026-03-02", "date_time": None}},
            "unheard_of": {"display_value": self._text()},
        }
        return [
            {"gid": f"9{place}", "name": f"Field {kind}", "resource_subtype": kind, **value}
            for place, (kind, value) in enumerate(values.items())
        ]
