"""Fifty readers and fifteen writers at once leave a consistent store."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter

import requests

from asana_frames.sandbox_server import Server, serve
from tests.fixed_day import NOW
from tests.sandbox_server.api import Api
from tests.sandbox_server.invariants import problems_of

#: How long they go on: ASANA_FRAMES_CROWD=30 for a longer look.
_SECONDS = float(os.environ.get("ASANA_FRAMES_CROWD", "6"))
_READERS, _WRITERS = 50, 15


class Crowd:
    """Everybody who reads and writes, and how it went.

    Parameters
    ----------
    server
        The sandbox.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        store = server.application.store
        self._projects = [project["gid"] for project in store.all("project")]
        self._people = [person["gid"] for person in store.all("user")]
        self._stop = time.monotonic() + _SECONDS
        self.statuses: Counter[int] = Counter()
        self.problems: list[str] = []

    def run(self) -> None:
        everybody = [self._read] * _READERS + [self._write] * _WRITERS
        threads = [
            threading.Thread(target=self._guarded, args=(do, number))
            for number, do in enumerate(everybody)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _guarded(self, do: object, number: int) -> None:
        try:
            do(random.Random(number))  # type: ignore[operator]
        except (requests.RequestException, json.JSONDecodeError, KeyError) as problem:
            self.problems.append(repr(problem))

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.headers["Authorization"] = "Bearer sandbox"
        return session

    def _read(self, chances: random.Random) -> None:
        with self._session() as session:
            while time.monotonic() < self._stop:
                project = chances.choice(self._projects)
                query = {
                    "project": project,
                    "limit": 100,
                    "opt_fields": "name,assignee.name,projects",
                }
                seen: list[str] = []
                while True:
                    answer = session.get(f"{self._server.url}/tasks", params=query, timeout=60)
                    self.statuses[answer.status_code] += 1
                    page = answer.json()
                    if answer.status_code != 200:
                        break
                    for row in page["data"]:
                        if project not in {p["gid"] for p in row["projects"]}:
                            self.problems.append(f"{row['gid']} is not in {project}")
                    seen += [row["gid"] for row in page["data"]]
                    if not page["next_page"]:
                        break
                    query["offset"] = page["next_page"]["offset"]

    def _write(self, chances: random.Random) -> None:
        own: list[str] = []
        with self._session() as session:
            while time.monotonic() < self._stop:
                method, path, data = self._change(chances, own)
                answer = session.request(
                    method, self._server.url + path, json={"data": data}, timeout=60
                )
                self.statuses[answer.status_code] += 1
                if answer.status_code == 201:
                    own.append(answer.json()["data"]["gid"])
                elif answer.status_code >= 400:
                    self.problems.append(answer.text)

    def _change(
        self, chances: random.Random, own: list[str]
    ) -> tuple[str, str, dict[str, object]]:
        project = chances.choice(self._projects)
        if len(own) < 3:
            made = {"name": "New", "projects": [project], "assignee": chances.choice(self._people)}
            return "POST", "/tasks", made
        task = chances.choice(own)
        kind = chances.randrange(8)
        if kind == 0:
            own.remove(task)
            return "DELETE", f"/tasks/{task}", {}
        if kind == 1:
            return "POST", f"/tasks/{task}/addProject", {"project": project}
        if kind == 2:
            return "POST", f"/tasks/{task}/removeProject", {"project": project}
        if kind == 3:
            others = [other for other in own if other != task]
            later, earlier = max(task, others[0]), min(task, others[0])
            return "POST", f"/tasks/{later}/addDependencies", {"dependencies": [earlier]}
        if kind == 4:
            return (
                "POST",
                f"/tasks/{task}/addFollowers",
                {"followers": [chances.choice(self._people)]},
            )
        if kind == 5:
            return "PUT", f"/tasks/{task}", {"assignee": chances.choice([*self._people, None])}
        return "PUT", f"/tasks/{task}", {"completed": chances.random() < 0.5, "name": "Changed"}


def test_fifty_readers_and_fifteen_writers_leave_a_consistent_store() -> None:
    with serve(now=NOW) as server:
        crowd = Crowd(server)
        crowd.run()

        assert crowd.problems == []
        assert server.application.crashes == []
        assert set(crowd.statuses) <= {200, 201}
        assert crowd.statuses[201] > _WRITERS
        assert problems_of(server.application.store) == []
        api = Api(server)
        tasks = {task["gid"] for task in server.application.store.all("task")}
        listed = set()
        for project in server.application.store.all("project"):
            listed |= {row["gid"] for row in api.get("/tasks", project=project["gid"])}
        assert listed <= tasks
