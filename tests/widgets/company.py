"""An Asana of two workspaces behind the recorder: lists can be held back and refused."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from tests.recorder import Asked, Recorder, Reply

Record = dict[str, Any]
#: Parameters that distinguish lists of the same path.
_LIST_PARAMETERS = ("team", "workspace", "supported_goal", "query")
_MESSAGES = {401: "Not Authorized", 402: "Payment Required", 403: "Forbidden"}


def records(*names: str, first: int = 1, **more: Any) -> list[Record]:
    """Return a record per name; gids count on from the first."""
    return [{"gid": str(first + i), "name": name, **more} for i, name in enumerate(names)]


class Company:
    """What the recorder answers from.

    Attributes
    ----------
    lists
        Key of a list, such as ``/projects?team=21`` -> its records.
    held
        Key, or key and page (``/projects?team=21#2``) -> what is waited for before it is answered.
    refused
        Key -> the status it is refused with.
    me : dict
        Whose token it is.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.held: dict[str, threading.Event] = {}
        self.refused: dict[str, int] = {}
        acme, zebra = {"gid": "1", "name": "Acme"}, {"gid": "2", "name": "Zebra"}
        sales, growth = {"gid": "11", "name": "Sales"}, {"gid": "12", "name": "Growth"}
        self.me: Record = {"gid": "501", "name": "Ada", "email": "ada@acme.example"}
        at_sales = records("Fair", "Site", first=101, workspace=acme, team=sales)
        at_growth = records("Site", "Leads", first=111, workspace=acme, team=growth)
        at_zebra = records("Stripes", first=201, workspace=zebra, team=None)
        self.lists: dict[str, list[Record]] = {
            "/workspaces": [acme, zebra],
            "/workspaces/1/teams": [sales, growth],
            "/workspaces/2/teams": records("Herd", first=21),
            "/projects?workspace=1": at_sales + at_growth,
            "/projects?workspace=2": at_zebra,
            "/projects?team=11": at_sales,
            "/projects?team=12": at_growth,
            "/projects/101/sections": records("To do", "Done", first=901),
        }
        recorder.reply = self._answer

    def hold(self, key: str) -> threading.Event:
        """Keep a list, or a page of it, back until the event is set."""
        return self.held.setdefault(key, threading.Event())

    def release(self) -> None:
        """Answer everything that is held back."""
        for event in self.held.values():
            event.set()

    def only_acme(self) -> None:
        """Let there be one workspace."""
        self.lists["/workspaces"] = self.lists["/workspaces"][:1]

    @property
    def asked(self) -> list[str]:
        """Keys of the lists and objects requested, page by page."""
        return [_key(asked) for asked in self.recorder.asked]

    def count(self, key: str) -> int:
        """Return how many requests there were for a key."""
        return Counter(self.asked)[key]

    def _answer(self, asked: Asked) -> Reply:
        key, offset = _key(asked), int(asked.query.get("offset", 0))
        size = int(asked.query.get("limit", 100))
        for held in (key, f"{key}#{offset // size + 1}"):
            if held in self.held:
                assert self.held[held].wait(20), f"{held} was held back for ever"
        status = self.refused.get(f"{key}#{offset // size + 1}", self.refused.get(key))
        if status is not None:
            message = _MESSAGES.get(status, "Refused")
            return Reply(status, {"errors": [{"message": message}]})
        if key not in self.lists:
            return self._one(_path(asked))
        found = self.lists[key]
        page: Record = {"data": found[offset : offset + size]}
        if offset + size < len(found):
            page["next_page"] = {"offset": str(offset + size), "path": "", "uri": ""}
        return Reply(body=page)

    def _one(self, path: str) -> Reply:
        """Return the object of a path; an empty list where the path is none of an object's."""
        parts = path.strip("/").split("/")
        if len(parts) != 2:
            return Reply(body={"data": []})
        every = [self.me, *(record for found in self.lists.values() for record in found)]
        wanted = self.me["gid"] if parts[1] == "me" else parts[1]
        for record in every:
            if record["gid"] == wanted:
                return Reply(body={"data": record})
        return Reply(404, {"errors": [{"message": f"Unknown object: {wanted}"}]})


def _key(asked: Asked) -> str:
    given = [name for name in _LIST_PARAMETERS if asked.query.get(name)]
    parameter = f"?{given[0]}={asked.query[given[0]]}" if given else ""
    return _path(asked) + parameter


def _path(asked: Asked) -> str:
    return asked.path.removeprefix("/api/1.0")
