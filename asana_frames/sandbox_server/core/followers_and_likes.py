"""Followers and likes, which several resources share."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server.core.store import Object, ObjectFactory
from asana_frames.sandbox_server.core.write_context import WriteContext


def blank_likes() -> Object:
    """Return the fields of likes and hearts of a new object."""
    return {
        "hearted": False,
        "hearts": [],
        "num_hearts": 0,
        "liked": False,
        "likes": [],
        "num_likes": 0,
    }


def set_like(write: WriteContext, item: Object, liked: bool) -> None:
    """Add or remove the user's like of an object."""
    others = [entry for entry in item["likes"] if entry["user"] is not write.me]
    likes = [*others, {"gid": write.me["gid"], "user": write.me}] if liked else others
    if len(likes) == len(item["likes"]):
        return
    fields: dict[str, Any] = {"likes": likes, "num_likes": len(likes)}
    if "hearts" in item:
        fields |= {"hearts": likes, "num_hearts": len(likes)}
    write.update_silently(item, **fields)
    if item["resource_type"] == "task" and liked:
        write.add_story(item, "liked", "liked this task")


def add_follower(write: WriteContext, item: Object, person: Object, *, tell: bool = True) -> None:
    """Add a follower to an object."""
    if any(person is other for other in item["followers"]):
        return
    write.update_silently(item, followers=[*item["followers"], person])
    change = {"action": "added", "added_value": person}
    write.record_event("changed", item, field="followers", change=change)
    if tell and item["resource_type"] == "task":
        write.add_story(item, "follower_added", f"added {person['name']}", follower=person)


def remove_follower(write: WriteContext, item: Object, person: Object) -> None:
    """Remove a follower from an object."""
    rest = [other for other in item["followers"] if other is not person]
    if len(rest) == len(item["followers"]):
        return
    write.update_silently(item, followers=rest)
    change = {"action": "removed", "removed_value": person}
    write.record_event("changed", item, field="followers", change=change)
    if item["resource_type"] == "task":
        write.add_story(item, "follower_removed", f"removed {person['name']}", follower=person)


def add_followers(write: WriteContext) -> Object:
    """``POST /{tasks|projects|goals}/{gid}/addFollowers``."""
    item: Object = next(iter(write.at.values()))
    for person in write.data["followers"]:
        add_follower(write, item, person)
    return item


def remove_followers(write: WriteContext) -> Object:
    """``POST /{tasks|projects|goals}/{gid}/removeFollowers``."""
    item: Object = next(iter(write.at.values()))
    for person in write.data["followers"]:
        remove_follower(write, item, person)
    return item


def build_like(make: ObjectFactory, item: Object) -> None:
    """Build a like of a task or story."""
    person = make.random.choice(make.all("user"))
    item["likes"] = [{"gid": person["gid"], "user": person}]
    item["num_likes"] = 1
