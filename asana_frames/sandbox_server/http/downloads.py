"""Downloads of attachments and exports, from URLs that expire."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Object, Store
from asana_frames.sandbox_server.http.projection import Projection, parse_field_tree

#: Path of downloads; it is not part of the API and needs no token.
ROOT = "/-/files/"
#: Seconds until a download URL expires.
_LIFE = {"attachment": 120, "organization_export": 3_600, "graph_export": 3_600}
_MONTH = 30 * 86_400
_encode = msgspec.json.Encoder().encode


class FileStore:
    """Serves downloads and signs their URLs.

    Parameters
    ----------
    store
        The objects.
    shown
        Shows objects in full.
    origin
        Scheme and host of the URLs.
    """

    def __init__(self, store: Store, shown: Callable[[], Projection], origin: str) -> None:
        self._store = store
        self._shown = shown
        self._origin = origin
        self._secret = hashlib.sha256(f"files {store.seed}".encode()).digest()

    def url(self, item: Object) -> str | None:
        """Return the download URL of an object."""
        kind = item["resource_type"]
        if kind == "attachment":
            if item["resource_subtype"] != "asana":
                found: str | None = item["download_url"]
                return found
        elif not item.get("_file", True):
            return None
        expires = int(time.time()) + _LIFE.get(kind, _MONTH)
        sign = self._sign_download(item["gid"], expires)
        return f"{self._origin}{ROOT}{item['gid']}?expires={expires}&sign={sign}"

    def read(self, gid: str, query: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
        """Return the content of a file and its headers.

        Raises
        ------
        Refusal
            403: the URL has expired or is invalid; 404: the file was deleted.
        """
        expires = query.get("expires", "")
        known = (
            self._sign_download(gid, int(expires)) if re.fullmatch("[0-9]{1,12}", expires) else ""
        )
        if not known or not hmac.compare_digest(known.encode(), query.get("sign", "").encode()):
            raise ApiError(403, "The address was not made by this server")
        if int(expires) < time.time():
            raise ApiError(403, "The address has expired")
        item = self._store.get(gid)
        if item is None:
            raise ApiError(404, "The file is gone")
        if item["resource_type"] == "attachment":
            name = quote(item["name"])
            headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
            kind = item.get("_type", "application/octet-stream")
            return attachment_content(item), {"Content-Type": kind, **headers}
        return gzip.compress(self._export_bytes(item), mtime=0), {
            "Content-Type": "application/gzip"
        }

    def _sign_download(self, gid: str, expires: int) -> str:
        return hmac.new(self._secret, f"{gid} {expires}".encode(), "sha256").hexdigest()[:32]

    def _export_bytes(self, item: Object) -> bytes:
        kind = item["resource_type"]
        if kind == "organization_export":
            return _encode(self._export_organization())
        if kind == "graph_export" and item["_of"] is None:
            raise ApiError(404, "What was exported is gone")
        rows = (
            self._export_graph(item["_of"])
            if kind == "graph_export"
            else self._export_resources(item)
        )
        return b"".join(_encode(row) + b"\n" for row in rows)

    def _export_organization(self) -> dict[str, list[Object]]:
        kinds = (
            "workspace", "user", "team", "project", "section", "task", "story", "tag",
            "attachment", "custom_field", "portfolio", "goal",
        )  # fmt: skip
        shown = self._shown()
        return {
            kind: [shown.show(item, None, full=True) for item in self._store.all(kind)]
            for kind in kinds
        }

    def _export_graph(self, item: Object) -> Iterator[Object]:
        """Yield an object and everything inside it, each once."""
        seen: set[str] = set()
        waiting = [item]
        while waiting:
            found = waiting.pop()
            if found["gid"] in seen:
                continue
            seen.add(found["gid"])
            yield self._shown().show(found, None, full=True)
            waiting += self._list_children(found)

    def _list_children(self, item: Object) -> list[Object]:
        under = {
            "team": ("team_projects",),
            "portfolio": ("items",),
            "project": ("sections", "project_tasks", "updates"),
            "task": ("subtasks", "task_stories", "attachments"),
            "goal": ("supports",),
        }
        found = [
            x
            for what in under.get(item["resource_type"], ())
            for x in self._store.related(what, item)
        ]
        is_link = item["resource_type"] == "goal_relationship"
        return [item["supporting_resource"]] if is_link else list(found)

    def _export_resources(self, item: Object) -> Iterator[Object]:
        for asked in item["_asked"]:
            tree = parse_field_tree(asked["fields"]) if asked["fields"] else None
            kinds = {"task": ("task",), "team": ("team",), "message": ("status_update",)}
            for kind in kinds[asked["kind"]]:
                for found in self._store.all(kind):
                    if all(
                        self._fits_filter(found, key, value)
                        for key, value in asked["filters"].items()
                    ):
                        yield self._export_row(found, tree)

    def _export_row(self, item: Object, tree: Any) -> Object:
        shown = self._shown()
        row = shown.show(item, tree, full=True)
        if tree is None and item["resource_type"] == "task":
            for name, what in (("attachments", "attachments"), ("stories", "task_stories")):
                row[name] = [
                    shown.show(x, None, full=False) for x in self._store.related(what, item)
                ]
        if tree is None and item["resource_type"] == "team":
            people = self._store.related("team_users", item)
            row["members"] = [shown.show(person, None, full=False) for person in people]
        return row

    def _fits_filter(self, item: Object, key: str, wanted: Any) -> bool:
        name, _, operator = key.partition(".")
        if operator == "any":
            if name == "liked_by":
                people = [like["user"] for like in item["likes"]]
            elif name == "commented_on_by":
                told = self._store.related("task_stories", item)
                people = [s["created_by"] for s in told if s["type"] == "comment"]
            else:
                value = item.get(name)
                people = value if isinstance(value, list) else [value]
            return any(person is other for person in people for other in wanted)
        moment, limit = str(item.get(name) or ""), str(wanted)
        return moment < limit if operator == "before" else moment > limit


def attachment_content(item: Object) -> bytes:
    """Return the bytes of an attachment; a synthetic one repeats its name."""
    kept: bytes | None = item.get("_content")
    if kept is not None:
        return kept
    line = f"{item['name']}\n".encode()
    size = int(item["size"])
    return (line * (size // len(line) + 1))[:size]
