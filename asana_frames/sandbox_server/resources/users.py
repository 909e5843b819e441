"""Users."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.access import is_admin
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.lists import (
    Arguments,
    FindObject,
    ListRows,
    list_related,
    object_at,
    sort_by_name,
)
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store, early_moment
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.custom_fields import update_custom_values


def _list_users(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("team"):
        return store.related("team_users", asked["team"])
    return (person for person in store.all("user") if person["workspaces"])


def _list_favorites(store: Store, asked: Arguments) -> Iterable[Object]:
    return itertools.islice(store.all(asked["resource_type"]), 3)


def update_user(write: WriteContext) -> Object:
    """``PUT /users/{user}``: yourself, or any user as an admin."""
    person: Object = write.at["user"]
    must(person is write.me or is_admin(write), "user", "You cannot change another user", 403)
    if "name" in write.data:
        write.require("name")
        write.update_and_record(person, "name", write.data["name"])
    if "custom_fields" in write.data:
        fields = [field for field, _ in person["custom_fields"]]
        update_custom_values(write, person, write.data["custom_fields"], fields)
    return person


def build_user(make: ObjectFactory, name: str, workspace: Object) -> Object:
    """Build a user and the membership of the workspace."""
    address = name.lower().replace(". ", ".").replace(" ", ".").replace("'", "")
    sizes = ("21x21", "27x27", "36x36", "60x60", "128x128", "1024x1024")
    photo = {
        f"image_{size}": f"https://photos.acme.example/{address}/{size}.png" for size in sizes
    }
    person = make.add(
        "user",
        name=name,
        email=f"{address}@acme.example",
        photo=photo if make.random.random() < 0.7 else None,
        workspaces=[workspace],
        custom_fields=[],
    )
    first = not make.number and len(make.all("user")) == 1
    make.add(
        "workspace_membership",
        user=person,
        workspace=workspace,
        user_task_list=None,
        is_active=True,
        is_admin=first,
        is_guest=name.startswith(words.PEOPLE[-1].split()[0]),
        is_view_only=False,
        vacation_dates=None,
        created_at=early_moment(make),
    )
    return person


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getUsers": _list_users,
    "getFavoritesForUser": _list_favorites,
    "getUsersForTeam": sort_by_name(list_related("team_users", "team")),
    "getUsersForWorkspace": sort_by_name(_list_users),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getUser": object_at("user"),
    "getUserForWorkspace": lambda store, asked: asked["user"],
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "updateUser": update_user,
    "updateUserForWorkspace": update_user,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "user": RecordShape(hidden=frozenset(("custom_fields",))),
}
