"""A plain client of the sandbox over HTTP, with what tests need before they can begin."""

from __future__ import annotations

import itertools
from typing import Any

import requests

from asana_frames.sandbox_server import Server
from asana_frames.sandbox_server.core.store import Store

Json = dict[str, Any]


class Api:
    """Sends requests and returns what came.

    Parameters
    ----------
    server
        The sandbox.
    token
        Who asks.
    """

    def __init__(self, server: Server, token: str = "sandbox") -> None:
        self.server = server
        self.store: Store = server.application.store
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._numbers = itertools.count(1)
        self.workspace = self.store.first("workspace")["gid"]
        self.people = [person["gid"] for person in self.store.all("user")]
        self.me = self.get("/users/me")["gid"]
        self.team = self.store.first("team")["gid"]

    def send(
        self, method: str, path: str, data: Json | None = None, **query: Any
    ) -> requests.Response:
        body = None if data is None else {"data": data}
        url = self.server.url + path
        return self._session.request(method, url, query, json=body, timeout=30)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.send("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def post(self, path: str, **data: Any) -> Any:
        answer = self.send("POST", path, data)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["data"]

    def put(self, path: str, **data: Any) -> Any:
        answer = self.send("PUT", path, data)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def delete(self, path: str) -> None:
        answer = self.send("DELETE", path)
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"data": {}}

    def refused(self, method: str, path: str, data: Json | None = None, **query: Any) -> str:
        """Send what will be refused and return status and message."""
        answer = self.send(method, path, data, **query)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
        (error,) = answer.json()["errors"]
        return f"{answer.status_code} {error['message']}"

    # ------------------------------------------------------------------ things to begin with

    def name(self, what: str) -> str:
        return f"{what} {next(self._numbers)}"

    def task(self, **data: Any) -> str:
        data.setdefault("name", self.name("Task"))
        return str(self.post("/tasks", **{"workspace": self.workspace, **data})["gid"])

    def project(self, **data: Any) -> str:
        made = {"name": self.name("Project"), "workspace": self.workspace, "team": self.team}
        return str(self.post("/projects", **made | data)["gid"])

    def section(self, project: str) -> str:
        return str(self.post(f"/projects/{project}/sections", name=self.name("Section"))["gid"])

    def portfolio(self, **data: Any) -> str:
        made = {"name": self.name("Portfolio"), "workspace": self.workspace}
        return str(self.post("/portfolios", **made | data)["gid"])

    def goal(self, **data: Any) -> str:
        made = {"name": self.name("Goal"), "workspace": self.workspace}
        return str(self.post("/goals", **made | data)["gid"])

    def tag(self) -> str:
        return str(self.post("/tags", name=self.name("Tag"), workspace=self.workspace)["gid"])

    def field(self, kind: str = "text", **data: Any) -> Json:
        made = {"name": self.name("Field"), "workspace": self.workspace, "resource_subtype": kind}
        if kind in ("enum", "multi_enum"):
            made["enum_options"] = [{"name": "One"}, {"name": "Two"}]
        return dict(self.post("/custom_fields", **made | data))

    def with_field(self, kind: str = "text", **data: Any) -> tuple[str, Json]:
        """Make a project with a custom field of its own."""
        project, field = self.project(), self.field(kind, **data)
        self.post(f"/projects/{project}/addCustomFieldSetting", custom_field=field["gid"])
        return project, field

    def stories(self, task: str) -> list[str]:
        """Return what the stories of a task are about, oldest first."""
        told = self.get(f"/tasks/{task}/stories", opt_fields="resource_subtype")
        return [story["resource_subtype"] for story in told]
