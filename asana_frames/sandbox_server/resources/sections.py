"""Sections of projects."""

from __future__ import annotations

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.lists import FindObject, ListRows, list_related, object_at
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.tasks import join_project, move_to_section


def add_section(write: WriteContext, project: Object, name: str, at: int | None = None) -> Object:
    """Add a section to a project."""
    section = write.add(
        "section", name=name, created_at=write.now, project=project, projects=[project]
    )
    write.add_related("sections", project, section, at)
    write.record_event("added", section, parent=project)
    return section


def create_section(write: WriteContext) -> Object:
    """``POST /projects/{project}/sections``."""
    write.require("name")
    project = write.at["project"]
    place = write.insertion_index(list(write.store.related("sections", project)))
    return add_section(write, project, write.data["name"], place)


def update_section(write: WriteContext) -> Object:
    """``PUT /sections/{section}``."""
    section: Object = write.at["section"]
    if "name" in write.data:
        write.require("name")
        write.update_and_record(section, "name", write.data["name"])
    if write.data.get("insert_before") or write.data.get("insert_after"):
        _move_section(write, section["project"], section)
    return section


def insert_section(write: WriteContext) -> None:
    """``POST /projects/{project}/sections/insert``."""
    section = write.data["section"]
    project = write.at["project"]
    must(section["project"] is project, "section", "The section is not in the project")
    for name in ("before", "after"):
        write.data[f"insert_{name}"] = write.data.get(f"{name}_section")
    if not write.data["insert_before"] and not write.data["insert_after"]:
        raise ApiError(400, "You should specify one of before_section, after_section")
    _move_section(write, project, section)


def _move_section(write: WriteContext, project: Object, section: Object) -> None:
    anchors = (write.data.get("insert_before"), write.data.get("insert_after"))
    if any(section is anchor for anchor in anchors):
        return
    others = [item for item in write.store.related("sections", project) if item is not section]
    place = write.insertion_index(others)
    write.set_related("sections", project, [*others[:place], section, *others[place:]])
    write.record_event("changed", section, field="position")


def delete_section(write: WriteContext) -> None:
    """``DELETE /sections/{section}``: neither the last one nor one with tasks."""
    section: Object = write.at["section"]
    project = section["project"]
    must(not list(write.store.related("section_tasks", section)), "section", "It has tasks")
    must(len(list(write.store.related("sections", project))) > 1, "section", "It is the last one")
    write.remove_related("sections", project, section)
    write.record_event("deleted", section, within=project)
    write.remove(section)


def add_task_to_section(write: WriteContext) -> None:
    """``POST /sections/{section}/addTask``: to the top, unless a position is given."""
    section, task = write.at["section"], write.data["task"]
    if any(section["project"] is project for project in task["projects"]):
        move_to_section(write, task, section)
    else:
        join_project(write, task, section["project"], section, first=True)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getSectionsForProject": list_related("sections", "project"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getSection": object_at("section"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "updateSection": update_section,
    "deleteSection": delete_section,
    "createSectionForProject": create_section,
    "addTaskForSection": add_task_to_section,
    "insertSectionForProject": insert_section,
}
