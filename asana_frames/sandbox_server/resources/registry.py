"""All operations and record types of the sandbox, joined from the modules of the resources."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from asana_frames.sandbox_server import resources
from asana_frames.sandbox_server.core.lists import FindObject, ListRows
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.write_context import Handler

#: The modules of this folder: each serves operations or shapes records.
MODULES: tuple[ModuleType, ...] = tuple(
    import_module(f"{__package__}.{found.name}")
    for found in iter_modules(resources.__path__)
    if found.name != "registry"
)


def _join_tables(name: str) -> dict[str, Any]:
    """Join the tables of a name that modules declare; no key may be in two of them."""
    joined: dict[str, Any] = {}
    for module in MODULES:
        table: dict[str, Any] = getattr(module, name, {})
        repeated = joined.keys() & table.keys()
        assert not repeated, f"{module.__name__} declares {repeated}, as another module does"
        joined |= table
    return joined


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = _join_tables("LISTS")
#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = _join_tables("OBJECTS")
#: Write operations -> their handlers.
WRITES: dict[str, Handler] = _join_tables("WRITES")
#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = _join_tables("SHAPES")
