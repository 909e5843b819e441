"""Custom types of tasks."""

from __future__ import annotations

from collections.abc import Iterable

from asana_frames.sandbox_server.core.lists import Arguments, FindObject, ListRows, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store, workspace_of


def _list_custom_types(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("project"):
        return store.related("custom_types", asked["project"])
    return store.all("custom_type")


def build_custom_type(make: ObjectFactory, project: Object) -> None:
    """Build the custom type of a project's tasks."""
    options = [
        make.add("custom_type_status_option", name=name, color="green", enabled=True)
        for name in ("Reported", "Fixed", "Closed")
    ]
    kind = make.add(
        "custom_type", name="Bug", status_options=options, _workspace=workspace_of(make)
    )
    make.add_related("custom_types", project, kind)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getCustomTypes": _list_custom_types,
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getCustomType": object_at("custom_type"),
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "custom_type": RecordShape(is_always_full=True),
}
