"""Events: the sync protocol, what bubbles up, and deliveries to webhooks."""

from __future__ import annotations

import hmac
import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from asana_frames.sandbox_server import make_application
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.http.event_streams import TOKEN_LIFE, EventStreams
from tests.fixed_day import NOW
from tests.sandbox_server.api import Api


def token(api: Api, path: str = "/events", **query: str) -> str:
    answer = api.send("GET", path, **query)
    assert answer.status_code == 412
    assert answer.json()["errors"][0]["message"].startswith("Sync token invalid or too old.")
    return str(answer.json()["sync"])


def events(api: Api, sync: str, path: str = "/events", **query: str) -> dict[str, Any]:
    answer = api.send("GET", path, sync=sync, **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_first_answer_is_a_token_and_the_next_what_has_happened(api: Api) -> None:
    project = api.project()
    sync = token(api, resource=project)

    task = api.task(projects=[project])
    api.put(f"/tasks/{task}", name="Renamed", assignee="me")

    found = events(api, sync, resource=project)
    told = [
        (event["type"], event["action"], event.get("change", {}).get("field"))
        for event in found["data"]
    ]
    assert told[:2] == [("task", "added", None)] * 2
    assert ("task", "changed", "name") in told
    assert ("task", "changed", "assignee") in told
    assert ("story", "added", None) in told
    parents = [event["parent"]["resource_type"] for event in found["data"][:2]]
    assert parents == ["project", "section"]
    changes = {e["change"]["field"]: e["change"] for e in found["data"] if "change" in e}
    assert changes["assignee"]["new_value"]["resource_type"] == "user"
    assert "new_value" not in changes["name"]
    assert events(api, sync, resource=project)["data"] == found["data"]
    assert events(api, found["sync"], resource=project)["data"] == []


def test_what_happens_below_bubbles_up(api: Api) -> None:
    project = api.project()
    task = api.task(projects=[project])
    below = api.post(f"/tasks/{task}/subtasks", name="Below")["gid"]
    sync = token(api, resource=project)

    api.post(f"/tasks/{below}/stories", text="Hello")

    kinds = {event["type"] for event in events(api, sync, resource=project)["data"]}
    assert "story" in kinds


def test_other_streams_stay_silent(api: Api) -> None:
    one, two = api.project(), api.project()
    sync = token(api, resource=two)

    api.task(projects=[one])

    assert events(api, sync, resource=two)["data"] == []


def test_a_token_is_for_one_stream_and_cannot_be_made_up(api: Api) -> None:
    one, two = api.project(), api.project()
    sync = token(api, resource=one)

    for bad in (sync, "x", sync[:-1], f"{sync}9"):
        assert api.send("GET", "/events", resource=two, sync=bad).status_code == 412


def test_long_answers_come_in_parts(api: Api) -> None:
    project = api.project()
    sync = token(api, resource=project)
    for _ in range(40):
        api.task(projects=[project])

    seen = 0
    more = True
    while more:
        found = events(api, sync, resource=project)
        assert len(found["data"]) <= 100
        seen, sync, more = seen + len(found["data"]), found["sync"], found["has_more"]
    assert seen == 40 * 3


def test_a_workspace_stream_shows_everything(api: Api) -> None:
    path = f"/workspaces/{api.workspace}/events"
    sync = token(api, path)

    api.tag()

    assert [event["type"] for event in events(api, sync, path)["data"]][-1] == "tag"


def test_fields_can_be_asked_for(api: Api) -> None:
    project = api.project()
    sync = token(api, resource=project)
    api.task(projects=[project], name="So")

    found = events(api, sync, resource=project, opt_fields="action,resource.name")

    assert found["data"][0]["resource"]["name"] == "So"
    assert "user" not in found["data"][0]


def test_tokens_grow_old() -> None:
    store = make_application(now=NOW).store
    now = [0.0]
    streams = EventStreams(store, clock=lambda: now[0])
    project = store.first("project")

    def sync() -> str:
        with pytest.raises(ApiError) as refused:
            streams.read(project, None, is_workspace=False)
        return str(refused.value.body["sync"])

    given = sync()
    assert streams.read(project, given, is_workspace=False)[0] == []
    now[0] = TOKEN_LIFE + 1
    with pytest.raises(ApiError, match="Sync token invalid or too old"):
        streams.read(project, given, is_workspace=False)


# ---------------------------------------------------------------------- webhooks


class Target:
    """A server that webhooks deliver to.

    Parameters
    ----------
    is_polite
        Whether it sends the secret of the handshake back.
    """

    def __init__(self, *, is_polite: bool = True) -> None:
        self.secret = ""
        self.came: queue.Queue[tuple[dict[str, Any], bytes, str]] = queue.Queue()
        self.statuses: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if "X-Hook-Secret" in self.headers:
                    outer.secret = self.headers["X-Hook-Secret"]
                    self.send_response(200)
                    if is_polite:
                        self.send_header("X-Hook-Secret", outer.secret)
                else:
                    outer.came.put((json.loads(body), body, self.headers["X-Hook-Signature"]))
                    self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next(self) -> list[dict[str, Any]]:
        content, body, signature = self.came.get(timeout=10)
        known = hmac.new(self.secret.encode(), body, "sha256").hexdigest()
        assert hmac.compare_digest(known, signature)
        return list(content["events"])


@pytest.fixture
def target() -> Iterator[Target]:
    running = Target()
    yield running
    running.stop()


def test_a_webhook_shakes_hands_and_gets_signed_events(api: Api, target: Target) -> None:
    project = api.project()
    answer = api.send("POST", "/webhooks", {"resource": project, "target": target.url})
    assert answer.json()["X-Hook-Secret"] == target.secret
    assert target.next() == []

    task = api.task(projects=[project])

    event = target.next()[0]
    assert event["resource"] == {
        "gid": task,
        "resource_type": "task",
        "resource_subtype": "default_task",
    }
    assert event["parent"] == {"gid": project, "resource_type": "project"}
    api.delete(f"/webhooks/{answer.json()['data']['gid']}")


def test_a_webhook_gets_what_passes_its_filters(api: Api, target: Target) -> None:
    project = api.project()
    filters = [{"resource_type": "task", "action": "changed", "fields": ["name"]}]
    made = api.post("/webhooks", resource=project, target=target.url, filters=filters)
    assert target.next() == []

    task = api.task(projects=[project])
    api.put(f"/tasks/{task}", due_on="2026-12-01")
    api.put(f"/tasks/{task}", name="New")

    (event,) = target.next()
    assert event["change"] == {"field": "name", "action": "changed"}
    api.delete(f"/webhooks/{made['gid']}")


def test_a_failed_delivery_is_tried_again(api: Api, target: Target) -> None:
    project = api.project()
    made = api.post("/webhooks", resource=project, target=target.url)
    assert target.next() == []
    target.statuses = [500]

    api.put(f"/projects/{project}", name="New")

    first, again = target.next(), target.next()
    assert first == again
    api.delete(f"/webhooks/{made['gid']}")


def test_a_webhook_needs_a_willing_target_on_this_machine(api: Api) -> None:
    rude = Target(is_polite=False)
    project = api.project()

    def refused(target: str, **more: Any) -> str:
        given = {"resource": more.pop("resource", project), "target": target, **more}
        return api.refused("POST", "/webhooks", given)

    assert "handshake" in refused(rude.url)
    rude.stop()
    assert refused(rude.url).startswith("403 target: The handshake failed")
    assert refused("https://hooks.example/").startswith("403 target")
    assert "need filters" in refused("http://127.0.0.1:1/", resource=api.workspace)
    assert api.get("/webhooks", workspace=api.workspace, resource=project) == []
