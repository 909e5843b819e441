"""Properties: of opt_fields, of paging, and of writes, whatever the input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asana_frames.catalog import load
from asana_frames.sandbox_server import Application, make_application
from asana_frames.sandbox_server.http.projection import parse_field_tree
from tests.fixed_day import NOW
from tests.sandbox_server.invariants import fingerprint, problems_of

_TOKEN = {"authorization": "Bearer sandbox", "content-type": "application/json"}
_PATHS = [field.path for field in load().record("task").fields]
_WRITES = [operation for operation in load().operations if not operation.is_read]

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["me", "2026-12-01", "2026-12-01T10:00:00Z", "<body>x</body>", "12"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    made = make_application(now=NOW)
    yield made
    assert made.crashes == []


def get(app: Application, path: str, **query: Any) -> Any:
    answer = app.handle("GET", f"/api/1.0{path}?{urlencode(query)}", _TOKEN)
    return json.loads(answer.body)


@given(fields=st.lists(st.sampled_from(_PATHS), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_what_is_asked_for_is_shown_and_nothing_else(app: Application, fields: list[str]) -> None:
    task = app.store.first("task")

    shown = get(app, f"/tasks/{task['gid']}", opt_fields=",".join(fields))["data"]

    assert set(shown) <= {"gid", *(field.split(".")[0] for field in fields)}
    assert shown["gid"] == task["gid"]
    again = ",".join(f"this.{field}" for field in reversed(fields))
    assert get(app, f"/tasks/{task['gid']}", opt_fields=again)["data"] == shown
    group = f"this.({'|'.join(fields)})"
    assert get(app, f"/tasks/{task['gid']}", opt_fields=group)["data"] == shown


@given(text=st.text(alphabet="abc.,()|_ this", max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_opt_fields_are_too_wild(app: Application, text: str) -> None:
    parse_field_tree(text)
    task = app.store.first("task")

    answer = app.handle(
        "GET", f"/api/1.0/tasks/{task['gid']}?{urlencode({'opt_fields': text})}", _TOKEN
    )

    assert answer.status == 200
    assert json.loads(answer.body)["data"]["gid"] == task["gid"]


@given(size=st.integers(1, 100), which=st.integers(0, 11))
@settings(max_examples=25, deadline=None)
def test_every_object_comes_exactly_once_whatever_the_size_of_a_page(
    app: Application, size: int, which: int
) -> None:
    project = list(app.store.all("project"))[which]
    query = {"project": project["gid"], "limit": size}
    seen: list[str] = []
    while True:
        page = get(app, "/tasks", **query)
        seen += [row["gid"] for row in page["data"]]
        if page["next_page"] is None:
            break
        assert len(page["data"]) == size
        query["offset"] = page["next_page"]["offset"]

    sections = app.store.related("sections", project)
    inside = [task["gid"] for one in sections for task in app.store.related("section_tasks", one)]
    assert seen == inside
    assert len(set(seen)) == len(seen)


#: Objects to write to, by kind; some will have been deleted by the time they are drawn.
_POOL = {
    kind: [item["gid"] for item in list(make_application(now=NOW).store.all(kind))[:40]]
    for kind in (
        "task", "project", "goal", "portfolio", "section", "user", "tag", "team", "custom_field",
        "enum_option", "status_update", "membership", "attachment", "time_tracking_entry",
    )
}  # fmt: skip
_ANY = st.sampled_from([gid for gids in _POOL.values() for gid in gids])


@st.composite
def writes(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """Draw a write: method, path and body, of which little or nothing is right."""
    operation = draw(st.sampled_from(_WRITES))
    path = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            known = [gid for kind in parameter.refers for gid in _POOL.get(kind, ())]
            gid = draw(st.sampled_from(known) if known else _ANY)
            path = path.replace(f"{{{parameter.name}}}", gid)
    names = [field.name for field in operation.body] or ["name"]
    values = junk | _ANY | st.lists(_ANY, max_size=3)
    body = draw(st.dictionaries(st.sampled_from(names), values, max_size=4))
    return operation.http, f"/api/1.0{path}", body


@given(write=writes())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_refused_write_leaves_no_trace(app: Application, write: tuple[str, str, Any]) -> None:
    method, path, body = write
    before = _known.get(app.store.version) or fingerprint(app.store)

    answer = app.handle(method, path, _TOKEN, json.dumps({"data": body}).encode())

    assert answer.status < 500
    if answer.status >= 400:
        assert json.loads(answer.body)["errors"]
        assert fingerprint(app.store) == before
        _known.clear()
        _known[app.store.version] = before


#: What the store was like at a version, so that it is not looked at twice.
_known: dict[int, Any] = {}


def test_the_company_is_consistent_as_it_is_made_and_after_all_that(app: Application) -> None:
    assert problems_of(make_application(now=NOW).store) == []
    assert problems_of(app.store) == []
