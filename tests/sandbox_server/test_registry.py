"""Every operation of the catalog is served by exactly one module of the sandbox."""

from __future__ import annotations

from collections import Counter

from asana_frames.catalog import load
from asana_frames.sandbox_server.resources.registry import LISTS, MODULES, OBJECTS, WRITES

#: Served by the HTTP side: batches and streams of events.
_ELSEWHERE = {"createBatchRequest", "getEvents", "getWorkspaceEvents"}


def test_every_operation_is_served_by_exactly_one_module() -> None:
    served = Counter(
        operation
        for module in MODULES
        for table in ("LISTS", "OBJECTS", "WRITES")
        for operation in getattr(module, table, {})
    )

    assert set(served) == {operation.id for operation in load().operations} - _ELSEWHERE
    assert set(served.values()) == {1}


def test_tables_hold_the_operations_of_their_kind() -> None:
    operations = {operation.id: operation for operation in load().operations}

    assert all(not operations[name].is_read for name in WRITES)
    assert all(operations[name].returns == "one" for name in OBJECTS)
    assert all(operations[name].is_read for name in LISTS)
