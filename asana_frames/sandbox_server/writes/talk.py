"""Writes that say something: comments, status updates, briefs, tags, files, rules."""

from __future__ import annotations

import mimetypes
from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.checks import address, must
from asana_frames.sandbox_server.errors import Refusal, invalid
from asana_frames.sandbox_server.request import MOST_BYTES
from asana_frames.sandbox_server.store import Object
from asana_frames.sandbox_server.writes.people import is_admin
from asana_frames.sandbox_server.writes.tasks import follow, notes_of
from asana_frames.sandbox_server.writes.write import Write

#: What a status may say of a parent, and the colour of the older form.
_OF_WORK = {
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "on_hold": "blue",
    "complete": "complete",
    "dropped": "blue",
}
_OF_GOAL = ("on_track", "at_risk", "off_track", "achieved", "partial", "missed", "dropped")
_GOAL_STATUS = {"on_track": "green", "at_risk": "yellow", "off_track": "red"}


def create_story(write: Write) -> Object:
    """``POST /{tasks|goals}/{gid}/stories``: a comment."""
    target: Object = write.at.get("task") or write.at["goal"]
    text = notes_of(write.data, "text")
    if not text.get("text") and not write.data.get("sticker_name"):
        raise invalid("text", "Missing input")
    html = text.get("html_text", "")
    made = write.tell(target, "comment_added", text.get("text", ""), html=html)
    more = {key: write.data[key] for key in ("is_pinned", "sticker_name") if key in write.data}
    write.set(made, **more)
    follow(write, target, write.me, tell=False)
    return made


def update_story(write: Write) -> Object:
    """``PUT /stories/{story}``: one's own comments; pinning anybody's."""
    story: Object = write.at["story"]
    text = notes_of(write.data, "text")
    if text:
        _own_comment(write, story)
        write.set(story, **text, is_edited=True)
    for key in ("is_pinned", "sticker_name"):
        if key in write.data:
            must(story["type"] == "comment", key, "Only comments have it", 403)
            write.set(story, **{key: write.data[key]})
    write.happened("changed", story, parent=story["target"], field="text")
    return story


def delete_story(write: Write) -> None:
    """``DELETE /stories/{story}``: one's own comments."""
    story: Object = write.at["story"]
    _own_comment(write, story)
    target = story["target"]
    write.drop(f"{target['resource_type']}_stories", target, story)
    if target["resource_type"] == "task":
        write.set(target)
    write.happened("deleted", story, within=target)
    write.remove(story)


def _own_comment(write: Write, story: Object) -> None:
    must(story["type"] == "comment", "story", "Only comments can be changed", 403)
    must(story["created_by"] is write.me, "story", "You can only change your own", 403)


# ---------------------------------------------------------------------- status updates


def create_status(write: Write) -> Object:
    """``POST /status_updates``; a project's is there in the older form too."""
    parent: Object = write.data["parent"]
    write.need("status_type")
    kind = write.data["status_type"]
    is_goal = parent["resource_type"] == "goal"
    allowed = _OF_GOAL if is_goal else tuple(_OF_WORK)
    must(kind in allowed, "status_type", f"Must be one of {', '.join(allowed)}")
    fields = _said(write)
    made = write.add("status_update", **blank.status_update(parent) | fields)
    write.set(made, status_type=kind)
    write.put("updates", parent, made)
    write.set(parent, current_status_update=made)
    if is_goal and parent["metric"]:
        write.set(parent, status=_GOAL_STATUS.get(kind, kind))
    if parent["resource_type"] == "project":
        older = _add_older(write, parent, fields, _OF_WORK[kind])
        _pair(write, made, older)
        is_over = kind == "complete"
        at, by = (write.now, write.me) if is_over else (None, None)
        write.set(parent, completed=is_over, completed_at=at, completed_by=by)
    write.happened("added", made, parent=parent)
    return made


def _said(write: Write) -> Object:
    return {
        "title": write.data.get("title") or "Status update",
        **notes_of({k: v for k, v in write.data.items() if k in _text_key(write.data)}, "text"),
        "author": write.me,
        "created_by": write.me,
        "created_at": write.now,
        "modified_at": write.now,
    }


def _text_key(data: Object) -> tuple[str, ...]:
    # A status has to come with text, so rich text may come beside it.
    return ("html_text",) if data.get("html_text") else ("text",)


def _pair(write: Write, update: Object, older: Object) -> None:
    """Let a status and its older form know each other: they go together."""
    write.quietly(update, _twin=older)
    write.quietly(older, _twin=update)


def _add_older(write: Write, project: Object, fields: Object, color: str) -> Object:
    older = write.add("project_status", **fields, color=color, _project=project)
    write.put("statuses", project, older)
    write.set(project, current_status=older)
    return older


def create_project_status(write: Write) -> Object:
    """``POST /projects/{project}/project_statuses``: the older form of a status update."""
    write.need("color")
    project: Object = write.at["project"]
    fields = _said(write)
    color = write.data["color"]
    older = _add_older(write, project, fields, color)
    made = write.add("status_update", **blank.status_update(project) | fields)
    kind = next(kind for kind, known in _OF_WORK.items() if known == color)
    write.set(made, status_type=kind)
    write.put("updates", project, made)
    write.set(project, current_status_update=made)
    _pair(write, made, older)
    write.happened("added", made, parent=project)
    return older


def delete_status(write: Write) -> None:
    """``DELETE /status_updates/{status_update}``: the one before is current again."""
    update: Object = write.at["status_update"]
    _delete_both(write, update["parent"], update, update.get("_twin"))


def delete_project_status(write: Write) -> None:
    """``DELETE /project_statuses/{project_status}``."""
    older: Object = write.at["project_status"]
    _delete_both(write, older["_project"], older.get("_twin"), older)


def _delete_both(
    write: Write, parent: Object, update: Object | None, older: Object | None
) -> None:
    forms: tuple[tuple[Object | None, str, str], ...]
    forms = ((update, "updates", "current_status_update"), (older, "statuses", "current_status"))
    for item, what, current in forms:
        if item is None:
            continue
        write.drop(what, parent, item)
        write.remove(item)
        if parent.get(current) is item:
            rest = list(write.store.found(what, parent))
            write.set(parent, **{current: rest[-1] if rest else None})
    if update is not None:
        write.happened("deleted", update, within=parent)


# ---------------------------------------------------------------------- briefs and tags


def create_brief(write: Write) -> Object:
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
    write.set(made, **notes_of(write.data, "text"))
    write.set(project, project_brief=made)
    return made


def update_brief(write: Write) -> Object:
    """``PUT /project_briefs/{project_brief}``."""
    brief: Object = write.at["project_brief"]
    if "title" in write.data:
        write.set(brief, title=write.data["title"])
    write.set(brief, **notes_of(write.data, "text"))
    return brief


def delete_brief(write: Write) -> None:
    """``DELETE /project_briefs/{project_brief}``."""
    brief: Object = write.at["project_brief"]
    write.set(brief["project"], project_brief=None)
    write.remove(brief)


def create_tag(write: Write) -> Object:
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
    write.set(tag, permalink_url=f"https://app.asana.com/0/{tag['gid']}")
    for person in (write.me, *(write.data.get("followers") or ())):
        follow(write, tag, person)
    write.happened("added", tag, parent=workspace)
    return tag


def update_tag(write: Write) -> Object:
    """``PUT /tags/{tag}``."""
    tag: Object = write.at["tag"]
    for key, value in write.data.items():
        must(key != "name" or value, "name", "Missing input")
        write.changed(tag, key, value)
    return tag


def delete_tag(write: Write) -> None:
    """``DELETE /tags/{tag}``: tasks lose it."""
    tag: Object = write.at["tag"]
    write.happened("deleted", tag, within=tag["workspace"])
    write.remove(tag)


# ---------------------------------------------------------------------- attachments and rules


def create_attachment(write: Write) -> Object:
    """``POST /attachments``: an uploaded file, or the address of something elsewhere."""
    parent: Object = write.data["parent"]
    is_external = write.data.get("resource_subtype") == "external"
    made = _external(write) if is_external else _uploaded(write)
    attachment = write.add(
        "attachment", **made, created_at=write.now, parent=parent, connected_to_app=False
    )
    gid = attachment["gid"]
    write.set(
        attachment, permanent_url=f"https://app.asana.com/app/asana/-/get_asset?asset_id={gid}"
    )
    write.put("attachments", parent, attachment)
    write.happened("added", attachment, parent=parent)
    if parent["resource_type"] == "task":
        write.tell(parent, "attachment_added", f"attached {attachment['name']}")
    return attachment


def _external(write: Write) -> Object:
    write.need("name", "url")
    url = write.data["url"]
    address("url", url)
    return {
        "name": write.data["name"],
        "resource_subtype": "external",
        "host": "external",
        "size": None,
        "download_url": None,
        "view_url": url,
    }


def _uploaded(write: Write) -> Object:
    if write.file is None:
        raise invalid("file", "Missing input")
    must(len(write.file.content) <= MOST_BYTES, "file", "Files are limited to 100 MB", 413)
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


def delete_attachment(write: Write) -> None:
    """``DELETE /attachments/{attachment}``."""
    attachment: Object = write.at["attachment"]
    write.drop("attachments", attachment["parent"], attachment)
    if attachment["parent"]["resource_type"] == "task":
        write.set(attachment["parent"])
    write.happened("deleted", attachment, within=attachment["parent"])
    write.remove(attachment)


def run_rule(write: Write) -> Object:
    """``POST /rule_triggers/{rule_trigger}/run``: the rule comments on its task."""
    task: Object = write.data["resource"]
    given: Any = write.data["action_data"]
    must(isinstance(given, dict), "action_data", "Must be an object")
    values = ", ".join(f"{key}: {value}" for key, value in given.items())
    story = write.tell(task, "comment_added", f"Triggered. {values}".strip())
    # A rule acts for nobody.
    write.set(story, created_by=None, is_editable=False)
    return {"message": "Rule triggered successfully."}


def require_admin(write: Write) -> None:
    """Refuse what only service accounts and admins may do."""
    if not is_admin(write):
        raise Refusal(403, "You do not have access to this")
