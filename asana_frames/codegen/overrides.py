"""Read ``overrides.toml`` and remember which of its entries were needed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asana_frames.exceptions import ConfigurationError

Entry = dict[str, Any]
#: The keys an entry is found by; each of their values must be needed.
_SELECTORS = {
    "fields": ["names"],
    "operations": ["id"],
    "parameters": ["name", "operations"],
    "body_fields": ["name", "operations"],
    "new_parameters": ["operations"],
}


class Overrides:
    """The corrections and additions; each entry is a table with a ``reason``."""

    def __init__(self, path: Path) -> None:
        self._tables: dict[str, list[Entry]] = tomllib.loads(path.read_text("utf-8"))
        self._used: set[tuple[int, str]] = set()
        self._outdated: list[str] = []
        for section, entry in self._iterate_entries():
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

    def corrections(self, section: str, name: str, operation_id: str) -> Entry:
        """Return the changes of a section to one parameter or field, and mark its entries.

        An entry without ``operations`` applies to all of them; later entries win.
        """
        changes: Entry = {}
        for entry in self.section(section):
            operations = entry.get("operations", [operation_id])
            if name in _as_list(entry["name"]) and operation_id in operations:
                self._used.update({(id(entry), used) for used in ("", name, operation_id)})
                changes |= {
                    key: value
                    for key, value in entry.items()
                    if key not in ("name", "operations", "reason")
                }
        return changes

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


def _entry_name(entry: Entry) -> str:
    """Return what an entry is called by: the value of its first naming key."""
    keys = ("name", "names", "id", "record", "schemas")
    names = next((entry[key] for key in keys if key in entry), entry)
    return ", ".join(map(str, _as_list(names)))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
