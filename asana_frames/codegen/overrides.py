"""Read ``overrides.toml`` and remember which of its entries were needed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asana_frames.exceptions import ConfigurationError, suggest_names

Entry = dict[str, Any]
#: The keys an entry is found by; each of their values must be needed.
_SELECTORS = {
    "fields": ["names"],
    "operations": ["id"],
    "parameters": ["name", "operations"],
    "body_fields": ["name", "operations"],
    "new_parameters": ["operations"],
    "lists": ["resource", "operations"],
}
#: The keys that say what an entry is about and why.
_ABOUT = ("name", "names", "operations", "reason")
#: The keys that the entries of each section may have, beside ``reason``.
_KEYS = {
    "resources": "name record about group base",
    "records": "name schemas polymorphic",
    "nested": "schemas",
    "new_records": "record fields",
    "new_fields": "record fields target",
    "fields": "names kind default column enum record",
    "shared": "record parents",
    "operations": "id method paging note parents record one_of deprecated",
    "body_fields": "name operations kind refers many note nullable enum omit",
    "parameters": "name operations argument kind required many refers enum needs excludes default "
    "note",
    "new_parameters": "name operations argument place kind required many refers enum needs "
    "excludes default note",
    "new_operations": "id resource method http path returns status record paging "
    "may_omit_next_page fields multipart deprecated note one_of parameters parents",
    "directories": "record operation within container query arguments beside",
    "settings": "record path",
    "lists": "resource operations",
}


class Overrides:
    """The corrections and additions; each entry is a table with a ``reason``."""

    def __init__(self, path: Path) -> None:
        try:
            self._tables: dict[str, list[Entry]] = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as cause:
            raise ConfigurationError(f"{path.name} cannot be read: {cause}") from cause
        self._used: set[tuple[int, str]] = set()
        self._outdated: list[str] = []
        self._compared: set[tuple[int, str]] = set()
        self._correcting: set[tuple[int, str]] = set()
        for section, entry in self._iterate_entries():
            _check_keys(section, entry)
            if not entry.get("reason"):
                raise ConfigurationError(f"overrides.toml: a [[{section}]] has no reason: {entry}")

    def section(self, name: str) -> list[Entry]:
        """Return the entries of a section without marking them."""
        return self._tables.get(name, [])

    def all(self, section: str) -> list[Entry]:
        """Return a section whose entries are additions, which are never reported as unused."""
        for entry in self.section(section):
            self._used.add((id(entry), ""))
        return self.section(section)

    def find(self, section: str, **keys: str) -> Iterator[Entry]:
        """Yield and mark the entries that name these keys (a value may be a list of them)."""
        for entry in self.section(section):
            if all(value in _as_list(entry.get(key)) for key, value in keys.items()):
                self._used.add((id(entry), ""))
                self._used.update((id(entry), value) for value in keys.values())
                yield entry

    def corrections(self, section: str, name: str, operation_id: str, facts: Entry) -> Entry:
        """Return the changes of a section to one parameter or field, and mark its entries.

        An entry without ``operations`` applies to all of them; later entries win. ``facts`` are
        what the spec says, so that an entry that says the same is found out.
        """
        changes: Entry = {}
        for entry in self.section(section):
            operations = entry.get("operations", [operation_id])
            if name in _as_list(entry["name"]) and operation_id in operations:
                self._used.update({(id(entry), used) for used in ("", name, operation_id)})
                changes |= self.compare(entry, name, facts | changes)
        return changes

    def compare(self, entry: Entry, name: str, facts: Entry) -> Entry:
        """Return what an entry says of ``name``, and remember whether that differs."""
        said = {key: value for key, value in entry.items() if key not in _ABOUT}
        self._compared.add((id(entry), name))
        for key, value in said.items():
            known = facts.get(key)
            if value != (list(known) if isinstance(known, tuple) else known):
                self._correcting.add((id(entry), name))
        return said

    def report_outdated(self, section: str, name: str, problem: str) -> None:
        """Add an entry to ``unused`` for a reason of its own."""
        self._outdated.append(f"[[{section}]] {name}: {problem}")

    def unused(self) -> list[str]:
        """Return the unused entries: the spec has changed, or they are misspelt."""
        idle = list(self._outdated)
        for section, entry in self._iterate_entries():
            if (id(entry), "") not in self._used:
                idle.append(f"[[{section}]] {_entry_name(entry)}")
                continue
            idle += [
                f"[[{section}]] {name}: the spec says the same"
                for at, name in sorted(self._compared - self._correcting)
                if at == id(entry)
            ]
            for key in _SELECTORS.get(section, ()):
                idle += [
                    f"[[{section}]] {key}: {value}"
                    for value in _as_list(entry.get(key, []))
                    if (id(entry), value) not in self._used
                ]
        return idle

    def _iterate_entries(self) -> Iterator[tuple[str, Entry]]:
        for section, entries in self._tables.items():
            for entry in entries:
                yield section, entry


def _check_keys(section: str, entry: object) -> None:
    """Refuse sections and keys that nothing reads."""
    if section not in _KEYS or not isinstance(entry, dict):
        hint = suggest_names(section, _KEYS)
        raise ConfigurationError(f"overrides.toml: there are no [[{section}]] entries.{hint}")
    known = [*_KEYS[section].split(), "reason"]
    for key in entry:
        if key not in known:
            hint = suggest_names(key, known) or f" Known are {', '.join(known)}."
            raise ConfigurationError(
                f"overrides.toml: [[{section}]] {_entry_name(entry)} has no key {key!r}.{hint}"
            )


def _entry_name(entry: Entry) -> str:
    """Return what an entry is called by: the value of its first naming key."""
    keys = ("name", "names", "id", "record", "schemas", "resource")
    names = next((entry[key] for key in keys if key in entry), entry)
    return ", ".join(map(str, _as_list(names)))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
