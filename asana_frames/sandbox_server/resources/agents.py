"""Agents: AI teammates."""

from __future__ import annotations

from asana_frames.sandbox_server.core.lists import FindObject, ListRows, list_all, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import ObjectFactory, workspace_of


def build_agents(make: ObjectFactory) -> None:
    """Build the agents."""
    for name in ("Brief writer", "Triage helper"):
        make.add(
            "agent",
            resource_subtype="asana_teammate",
            name=name,
            description=f"{name}: a teammate made of software.",
            behavior_guidance="Be brief.",
            workspace=workspace_of(make),
            photo=None,
        )


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getAgentsForWorkspace": list_all("agent"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getAgent": object_at("agent"),
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "agent": RecordShape(compact=("name", "resource_subtype")),
}
