"""Project briefs."""

from __future__ import annotations

from asana_frames.sandbox_server.core.body_checks import must, text_fields
from asana_frames.sandbox_server.core.lists import FindObject, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext


def create_brief(write: WriteContext) -> Object:
    """``POST /projects/{project}/project_briefs``: a project can have one."""
    project: Object = write.at["project"]
    must(project["project_brief"] is None, "project", "The project has a brief already")
    made = write.add(
        "project_brief",
        title=write.data.get("title") or "",
        text="",
        html_text="<body></body>",
        permalink_url=project["permalink_url"],
        project=project,
    )
    write.update(made, **text_fields(write.data, "text"))
    write.update(project, project_brief=made)
    return made


def update_brief(write: WriteContext) -> Object:
    """``PUT /project_briefs/{project_brief}``."""
    brief: Object = write.at["project_brief"]
    if "title" in write.data:
        write.update(brief, title=write.data["title"])
    write.update(brief, **text_fields(write.data, "text"))
    return brief


def delete_brief(write: WriteContext) -> None:
    """``DELETE /project_briefs/{project_brief}``."""
    brief: Object = write.at["project_brief"]
    write.update(brief["project"], project_brief=None)
    write.remove(brief)


def build_project_briefs(make: ObjectFactory) -> None:
    """Build the briefs of some projects."""
    for project in make.all("project")[:5]:
        project["project_brief"] = make.add(
            "project_brief",
            title=f"{project['name']} in one page",
            html_text=f"<body>{project['notes']}</body>",
            text=project["notes"],
            permalink_url=project["permalink_url"],
            project=project,
        )


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getProjectBrief": object_at("project_brief"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "updateProjectBrief": update_brief,
    "deleteProjectBrief": delete_brief,
    "createProjectBrief": create_brief,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "project_brief": RecordShape(hidden=frozenset(("text",))),
}
