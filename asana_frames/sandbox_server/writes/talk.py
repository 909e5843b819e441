"""Writes that say something: comments, status updates, briefs, tags, files, rules."""

from __future__ import annotations

import mimetypes
from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.body_checks import must, parse_http_url
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.http.api_request import MAX_UPLOAD_BYTES
from asana_frames.sandbox_server.writes.people import is_admin
from asana_frames.sandbox_server.writes.tasks import add_follower, text_fields

#: What a status may say of a parent, and the colour of the older form.
_STATUS_COLORS = {
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "on_hold": "blue",
    "complete": "complete",
    "dropped": "blue",
}
_GOAL_STATUS_TYPES = (
    "on_track",
    "at_risk",
    "off_track",
    "achieved",
    "partial",
    "missed",
    "dropped",
)
_GOAL_STATUS_COLORS = {"on_track": "green", "at_risk": "yellow", "off_track": "red"}


def create_story(write: WriteContext) -> Object:
    """``POST /{tasks|goals}/{gid}/stories``: a comment."""
    target: Object = write.at.get("task") or write.at["goal"]
    text = text_fields(write.data, "text")
    if not text.get("text") and not write.data.get("sticker_name"):
        raise invalid_field("text", "Missing input")
    html = text.get("html_text", "")
    made = write.tell(target, "comment_added", text.get("text", ""), html=html)
    more = {key: write.data[key] for key in ("is_pinned", "sticker_name") if key in write.data}
    write.update(made, **more)
    add_follower(write, target, write.me, tell=False)
    return made


def update_story(write: WriteContext) -> Object:
    """``PUT /stories/{story}``: one's own comments; pinning anybody's."""
    story: Object = write.at["story"]
    text = text_fields(write.data, "text")
    if text:
        _check_own_comment(write, story)
        write.update(story, **text, is_edited=True)
    for key in ("is_pinned", "sticker_name"):
        if key in write.data:
            must(story["type"] == "comment", key, "Only comments have it", 403)
            write.update(story, **{key: write.data[key]})
    write.record_event("changed", story, parent=story["target"], field="text")
    return story


def delete_story(write: WriteContext) -> None:
    """``DELETE /stories/{story}``: one's own comments."""
    story: Object = write.at["story"]
    _check_own_comment(write, story)
    target = story["target"]
    write.remove_related(f"{target['resource_type']}_stories", target, story)
    if target["resource_type"] == "task":
        write.update(target)
    write.record_event("deleted", story, within=target)
    write.remove(story)


def _check_own_comment(write: WriteContext, story: Object) -> None:
    must(story["type"] == "comment", "story", "Only comments can be changed", 403)
    must(story["created_by"] is write.me, "story", "You can only change your own", 403)


# ---------------------------------------------------------------------- status updates


def create_status(write: WriteContext) -> Object:
    """``POST /status_updates``; a project's is there in the older form too."""
    parent: Object = write.data["parent"]
    write.require("status_type")
    kind = write.data["status_type"]
    is_goal = parent["resource_type"] == "goal"
    allowed = _GOAL_STATUS_TYPES if is_goal else tuple(_STATUS_COLORS)
    must(kind in allowed, "status_type", f"Must be one of {', '.join(allowed)}")
    fields = _status_fields(write)
    made = write.add("status_update", **blank.blank_status_update(parent) | fields)
    write.update(made, status_type=kind)
    write.add_related("updates", parent, made)
    write.update(parent, current_status_update=made)
    if is_goal and parent["metric"]:
        write.update(parent, status=_GOAL_STATUS_COLORS.get(kind, kind))
    if parent["resource_type"] == "project":
        older = _add_project_status(write, parent, fields, _STATUS_COLORS[kind])
        pair_status_forms(write, made, older)
        is_over = kind == "complete"
        at, by = (write.now, write.me) if is_over else (None, None)
        write.update(parent, completed=is_over, completed_at=at, completed_by=by)
    write.record_event("added", made, parent=parent)
    return made


def _status_fields(write: WriteContext) -> Object:
    return {
        "title": write.data.get("title") or "Status update",
        **text_fields(
            {k: v for k, v in write.data.items() if k in _status_text_key(write.data)}, "text"
        ),
        "author": write.me,
        "created_by": write.me,
        "created_at": write.now,
        "modified_at": write.now,
    }


def _status_text_key(data: Object) -> tuple[str, ...]:
    # A status has to come with text, so rich text may come beside it.
    return ("html_text",) if data.get("html_text") else ("text",)


def pair_status_forms(write: WriteContext, update: Object, older: Object) -> None:
    """Let a status and its older form know each other: they go together."""
    write.update_silently(update, _twin=older)
    write.update_silently(older, _twin=update)


def _add_project_status(
    write: WriteContext, project: Object, fields: Object, color: str
) -> Object:
    older = write.add("project_status", **fields, color=color, _project=project)
    write.add_related("statuses", project, older)
    write.update(project, current_status=older)
    return older


def create_project_status(write: WriteContext) -> Object:
    """``POST /projects/{project}/project_statuses``: the older form of a status update."""
    write.require("color")
    project: Object = write.at["project"]
    fields = _status_fields(write)
    color = write.data["color"]
    older = _add_project_status(write, project, fields, color)
    made = write.add("status_update", **blank.blank_status_update(project) | fields)
    kind = next(kind for kind, known in _STATUS_COLORS.items() if known == color)
    write.update(made, status_type=kind)
    write.add_related("updates", project, made)
    write.update(project, current_status_update=made)
    pair_status_forms(write, made, older)
    write.record_event("added", made, parent=project)
    return older


def delete_status(write: WriteContext) -> None:
    """``DELETE /status_updates/{status_update}``: the one before is current again."""
    update: Object = write.at["status_update"]
    _delete_status_forms(write, update["parent"], update, update.get("_twin"))


def delete_project_status(write: WriteContext) -> None:
    """``DELETE /project_statuses/{project_status}``."""
    older: Object = write.at["project_status"]
    _delete_status_forms(write, older["_project"], older.get("_twin"), older)


def _delete_status_forms(
    write: WriteContext, parent: Object, update: Object | None, older: Object | None
) -> None:
    forms: tuple[tuple[Object | None, str, str], ...]
    forms = ((update, "updates", "current_status_update"), (older, "statuses", "current_status"))
    for item, what, current in forms:
        if item is None:
            continue
        write.remove_related(what, parent, item)
        write.remove(item)
        if parent.get(current) is item:
            rest = list(write.store.related(what, parent))
            write.update(parent, **{current: rest[-1] if rest else None})
    if update is not None:
        write.record_event("deleted", update, within=parent)


# ---------------------------------------------------------------------- briefs and tags


def create_brief(write: WriteContext) -> Object:
    """``POST /projects/{project}/project_briefs``: one for a project."""
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
    """``DELETE /tags/{tag}``: tasks lose it."""
    tag: Object = write.at["tag"]
    write.record_event("deleted", tag, within=tag["workspace"])
    write.remove(tag)


# ---------------------------------------------------------------------- attachments and rules


def create_attachment(write: WriteContext) -> Object:
    """``POST /attachments``: an uploaded file, or the address of something elsewhere."""
    parent: Object = write.data["parent"]
    is_external = write.data.get("resource_subtype") == "external"
    made = _external_attachment(write) if is_external else _uploaded_attachment(write)
    attachment = write.add(
        "attachment", **made, created_at=write.now, parent=parent, connected_to_app=False
    )
    gid = attachment["gid"]
    write.update(
        attachment, permanent_url=f"https://app.asana.com/app/asana/-/get_asset?asset_id={gid}"
    )
    write.add_related("attachments", parent, attachment)
    write.record_event("added", attachment, parent=parent)
    if parent["resource_type"] == "task":
        write.tell(parent, "attachment_added", f"attached {attachment['name']}")
    return attachment


def _external_attachment(write: WriteContext) -> Object:
    write.require("name", "url")
    url = write.data["url"]
    parse_http_url("url", url)
    return {
        "name": write.data["name"],
        "resource_subtype": "external",
        "host": "external",
        "size": None,
        "download_url": None,
        "view_url": url,
    }


def _uploaded_attachment(write: WriteContext) -> Object:
    if write.file is None:
        raise invalid_field("file", "Missing input")
    must(len(write.file.content) <= MAX_UPLOAD_BYTES, "file", "Files are limited to 100 MB", 413)
    name = write.data.get("name") or write.file.name
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return {
        "name": name,
        "resource_subtype": "asana",
        "host": "asana",
        "size": len(write.file.content),
        "download_url": None,
        "view_url": None,
        "_content": write.file.content,
        "_type": kind,
    }


def delete_attachment(write: WriteContext) -> None:
    """``DELETE /attachments/{attachment}``."""
    attachment: Object = write.at["attachment"]
    write.remove_related("attachments", attachment["parent"], attachment)
    if attachment["parent"]["resource_type"] == "task":
        write.update(attachment["parent"])
    write.record_event("deleted", attachment, within=attachment["parent"])
    write.remove(attachment)


def run_rule(write: WriteContext) -> Object:
    """``POST /rule_triggers/{rule_trigger}/run``: the rule comments on its task."""
    task: Object = write.data["resource"]
    given: Any = write.data["action_data"]
    must(isinstance(given, dict), "action_data", "Must be an object")
    values = ", ".join(f"{key}: {value}" for key, value in given.items())
    story = write.tell(task, "comment_added", f"Triggered. {values}".strip())
    # A rule acts for nobody.
    write.update(story, created_by=None, is_editable=False)
    return {"message": "Rule triggered successfully."}


def require_admin(write: WriteContext) -> None:
    """Refuse what only service accounts and admins may do."""
    if not is_admin(write):
        raise ApiError(403, "You do not have access to this")
