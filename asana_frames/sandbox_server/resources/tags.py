"""Tags."""

from __future__ import annotations

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.followers_and_likes import add_follower
from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    list_all,
    list_field,
    object_at,
)
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, early_moment
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext


def create_tag(write: WriteContext) -> Object:
    """``POST /tags`` and ``POST /workspaces/{workspace}/tags``."""
    workspace = write.data.get("workspace") or write.at.get("workspace")
    must(workspace, "workspace", "Missing input")
    tag = write.add(
        "tag",
        name=write.data.get("name") or "",
        color=write.data.get("color"),
        notes=write.data.get("notes") or "",
        created_at=write.now,
        followers=[],
        workspace=workspace,
        permalink_url="",
    )
    write.update(tag, permalink_url=f"https://app.asana.com/0/{tag['gid']}")
    for person in (write.me, *(write.data.get("followers") or ())):
        add_follower(write, tag, person)
    write.record_event("added", tag, parent=workspace)
    return tag


def update_tag(write: WriteContext) -> Object:
    """``PUT /tags/{tag}``."""
    tag: Object = write.at["tag"]
    for key, value in write.data.items():
        must(key != "name" or value, "name", "Missing input")
        write.update_and_record(tag, key, value)
    return tag


def delete_tag(write: WriteContext) -> None:
    """``DELETE /tags/{tag}``: it is removed from all tasks."""
    tag: Object = write.at["tag"]
    write.record_event("deleted", tag, within=tag["workspace"])
    write.remove(tag)


def add_tag(write: WriteContext, task: Object, tag: Object) -> None:
    """Add a tag to a task."""
    if any(tag is other for other in task["tags"]):
        return
    write.update_silently(task, tags=[*task["tags"], tag])
    write.add_related("tag_tasks", tag, task)
    write.record_event("added", task, parent=tag)
    write.add_story(task, "added_to_tag", f"added this task to {tag['name']}", tag=tag)


def remove_tag(write: WriteContext, task: Object, tag: Object) -> None:
    """Remove a tag from a task."""
    if not any(tag is other for other in task["tags"]):
        return
    write.update_silently(task, tags=[other for other in task["tags"] if other is not tag])
    write.remove_related("tag_tasks", tag, task)
    write.record_event("removed", task, parent=tag)
    write.add_story(task, "removed_from_tag", f"removed this task from {tag['name']}", tag=tag)


def build_tags(make: ObjectFactory, workspace: Object) -> None:
    """Build the tags of the workspace."""
    for name in words.TAGS:
        make.add(
            "tag",
            name=name,
            color=make.random.choice(words.COLORS),
            notes="",
            created_at=early_moment(make, 20),
            followers=[],
            workspace=workspace,
            permalink_url="",
        )


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getTags": list_all("tag"),
    "getTagsForTask": list_field("task", "tags"),
    "getTagsForWorkspace": list_all("tag"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getTag": object_at("tag"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createTag": create_tag,
    "updateTag": update_tag,
    "deleteTag": delete_tag,
    "createTagForWorkspace": create_tag,
}
