"""Attachments: uploaded files and URLs of external files."""

from __future__ import annotations

import mimetypes

from asana_frames.sandbox_server.core.body_checks import must, parse_http_url
from asana_frames.sandbox_server.core.errors import invalid_field
from asana_frames.sandbox_server.core.lists import FindObject, ListRows, list_related, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory
from asana_frames.sandbox_server.core.write_context import MAX_UPLOAD_BYTES, Handler, WriteContext


def create_attachment(write: WriteContext) -> Object:
    """``POST /attachments``: an uploaded file, or an external URL."""
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
        write.add_story(parent, "attachment_added", f"attached {attachment['name']}")
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


def build_attachments(make: ObjectFactory) -> None:
    """Build attachments of some tasks."""
    for task in make.all("task")[::30]:
        is_file = make.random.random() < 0.7
        attachment = make.add(
            "attachment",
            name=f"{task['name'].split()[0].lower()}.pdf" if is_file else "Mood board",
            resource_subtype="asana" if is_file else "external",
            created_at=task["created_at"],
            download_url=None if not is_file else "https://files.acme.example/download",
            permanent_url="https://app.asana.com/app/asana/-/get_asset",
            host="asana" if is_file else "external",
            parent=task,
            size=make.random.randint(2_000, 4_000_000) if is_file else None,
            view_url="https://files.acme.example/view",
            connected_to_app=False,
        )
        make.add_related("attachments", task, attachment)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getAttachmentsForObject": list_related("attachments", "parent"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getAttachment": object_at("attachment"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "deleteAttachment": delete_attachment,
    "createAttachmentForObject": create_attachment,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "attachment": RecordShape(compact=("name", "resource_subtype")),
}
