"""Status updates of projects, portfolios and goals, and what people answered to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_moment
from asana_frames.sandbox_server.synthetic.history import build_reaction, build_story


def build_updates(make: ObjectFactory) -> None:
    """Make the status updates of a division, the stories of its goals, and reactions."""
    goals = make.own.get("goal", [])
    for parent in (*make.all("project"), *make.own.get("portfolio", []), *goals):
        _build_status_updates(make, parent)
    for goal in goals:
        build_story(
            make, goal, make.now - timedelta(days=150), goal["owner"], "comment_added", "Let's go."
        )
    for update in make.own.get("status_update", [])[::6]:
        build_reaction(make, update)


def _build_status_updates(make: ObjectFactory, parent: Object) -> None:
    if parent["name"].startswith(("Someday maybe", "Empty shelf")):
        return
    kind = parent["resource_type"]
    for back in (90, 60, 30, 5) if make.number == 0 else (5,):
        status = make.random.choice(("on_track", "on_track", "at_risk", "off_track"))
        author = make.random.choice(make.all("user"))
        moment = format_moment(make.now - timedelta(days=back, hours=make.random.randint(0, 9)))
        shared: dict[str, Any] = {
            "title": f"Status of {parent['name']}",
            "text": words.UPDATES[status],
            "html_text": f"<body>{words.UPDATES[status]}</body>",
            "author": author,
            "created_by": author,
            "created_at": moment,
            "modified_at": moment,
        }
        update = make.add(
            "status_update",
            **blank.blank_status_update(parent) | shared | {"status_type": status},
        )
        parent["current_status_update"] = update
        make.add_related("updates", parent, update)
        if kind == "project":
            color = {"on_track": "green", "at_risk": "yellow", "off_track": "red"}[status]
            older = make.add("project_status", **shared, color=color, _project=parent)
            parent["current_status"] = older
            make.add_related("statuses", parent, older)
            update["_twin"], older["_twin"] = older, update
