"""Reactions: emoji on comments and status updates."""

from __future__ import annotations

from collections.abc import Iterable

from asana_frames.sandbox_server.core.lists import Arguments, ListRows
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store


def _list_reactions(store: Store, asked: Arguments) -> Iterable[Object]:
    found = store.related("reactions", asked["target"])
    return [reaction for reaction in found if reaction["emoji"] == asked["emoji_base"]]


def build_reaction(make: ObjectFactory, target: Object) -> None:
    """Build a reaction to a comment or status update."""
    person = make.random.choice(make.all("user"))
    target["reaction_summary"] = [
        {"emoji_base": "👍", "variant": "👍", "count": 1, "reacted": False}
    ]
    reaction = make.add("reaction", emoji="👍", user=person)
    del reaction["resource_type"]
    make.add_related("reactions", target, reaction)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getReactionsOnObject": _list_reactions,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "reaction": RecordShape(compact=("emoji", "user")),
}
