"""Quotas, plans, people: 429, 402, 403 and 404 where they belong."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

import asana_frames as af
from asana_frames.sandbox_server import ApiResponse, Application, make_application, serve
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.http.projection import count_links
from asana_frames.sandbox_server.http.rate_limits import LinkQuotas, RequestQuotas
from tests.fixed_day import NOW
from tests.sandbox_server.api import Api


def took(limits: RequestQuotas, token: str = "t", **counts: int) -> int:
    """Return 0, or the seconds to wait."""
    try:
        with limits.count_requests(token, **(counts or {"reads": 1})):
            return 0
    except ApiError as refusal:
        return int(refusal.headers["Retry-After"])


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


def test_a_quota_is_by_the_minute_and_comes_back_sooner(clock: list[float]) -> None:
    limits = RequestQuotas(60, clock=lambda: clock[0])

    assert [took(limits) for _ in range(15)] == [0] * 15
    assert took(limits) == 15
    clock[0] = 16.0
    assert took(limits) == 0


def test_refused_requests_count_too(clock: list[float]) -> None:
    limits = RequestQuotas(60, clock=lambda: clock[0])
    for _ in range(45):
        took(limits)

    clock[0] = 16.0
    assert took(limits) > 0


def test_tokens_do_not_share_a_quota(clock: list[float]) -> None:
    limits = RequestQuotas(60, clock=lambda: clock[0])
    for _ in range(16):
        took(limits, "one")

    assert took(limits, "two") == 0


def test_searches_have_a_quota_of_their_own(clock: list[float]) -> None:
    limits = RequestQuotas(1_500, clock=lambda: clock[0])

    waits = [took(limits, reads=1, searches=1) for _ in range(16)]

    assert waits == [0] * 15 + [15]
    assert took(limits) == 0


@pytest.mark.parametrize(("kind", "most"), [("reads", 50), ("writes", 15)])
def test_only_so_many_requests_are_answered_at_once(kind: str, most: int) -> None:
    limits = RequestQuotas(1_500, clock=lambda: 0.0)

    with limits.count_requests("t", **{kind: most}):
        assert took(limits, **{kind: 1}) == 1
    assert took(limits, **{kind: 1}) == 0


def test_the_free_plan_has_a_small_quota_and_says_when_to_come_back() -> None:
    app = make_application(plan="free", limits=True, now=NOW)
    header = {"authorization": "Bearer sandbox"}

    answers = [app.handle("GET", "/api/1.0/users/me", header) for _ in range(40)]

    refused = next(answer for answer in answers if answer.status == 429)
    assert 1 <= int(dict(refused.headers)["Retry-After"]) <= 15
    assert "hit a rate limit" in json.loads(refused.body)["errors"][0]["message"]
    assert 30 <= sum(answer.status == 200 for answer in answers) < 40


def test_a_batch_that_would_exceed_a_limit_is_refused_as_a_whole() -> None:
    app = make_application(plan="free", limits=True, now=NOW)
    header = {"authorization": "Bearer sandbox"}
    action = {"method": "get", "relative_path": "/users/me"}
    body = json.dumps({"data": {"actions": [action] * 10}}).encode()

    statuses = [app.handle("POST", "/api/1.0/batch", header, body).status for _ in range(5)]

    assert statuses == [200, 200, 200, 429, 429]


def test_five_jobs_run_at_once_and_end_whether_looked_at_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serve(limits=True, now=NOW) as server:
        api = Api(server)
        task = api.task()
        for _ in range(5):
            api.post(f"/tasks/{task}/duplicate", name="Twin")
        assert api.refused("POST", f"/tasks/{task}/duplicate", {"name": "x"}).startswith("429")
        later = time.monotonic() + 11
        monkeypatch.setattr(
            "asana_frames.sandbox_server.http.downloads.time.monotonic", lambda: later
        )
        assert api.post(f"/tasks/{task}/duplicate", name="x")["status"] == "not_started"


def owed(costs: LinkQuotas, token: str = "t") -> int:
    """Return 0, or the seconds to wait."""
    try:
        costs.check(token)
    except ApiError as refusal:
        return int(refusal.headers["Retry-After"])
    return 0


def test_a_balance_of_links_may_be_spent_and_overdrawn_once(clock: list[float]) -> None:
    costs = LinkQuotas(100, clock=lambda: clock[0])

    costs.charge("t", 1_000)
    assert owed(costs) == 0
    costs.charge("t", 250)
    assert owed(costs) == 3


@pytest.mark.parametrize(
    ("debt", "wait"), [(0, 0), (1, 1), (99, 1), (100, 2), (101, 2), (1_000, 11)]
)
def test_a_debt_of_links_is_waited_off(clock: list[float], debt: int, wait: int) -> None:
    costs = LinkQuotas(100, clock=lambda: clock[0])
    costs.charge("t", 1_000 + debt)

    assert owed(costs) == wait
    clock[0] = max(0.0, wait - 1.01)
    assert (owed(costs) > 0) == (debt > 0)
    clock[0] = wait
    assert owed(costs) == 0


def test_asking_in_vain_costs_nothing(clock: list[float]) -> None:
    costs = LinkQuotas(100, clock=lambda: clock[0])
    costs.charge("t", 1_250)

    assert [owed(costs) for _ in range(100)] == [3] * 100


def test_a_balance_of_links_grows_to_ten_seconds_and_no_further(clock: list[float]) -> None:
    costs = LinkQuotas(100, clock=lambda: clock[0])
    costs.charge("t", 500)

    clock[0] = 3_600.0
    costs.charge("t", 1_001)

    assert owed(costs) == 1


def test_tokens_do_not_share_a_balance_of_links(clock: list[float]) -> None:
    costs = LinkQuotas(100, clock=lambda: clock[0])
    costs.charge("one", 5_000)

    assert owed(costs, "two") == 0


@pytest.mark.parametrize(
    ("fields", "links"),
    [
        ("", 1),
        ("name,completed", 1),
        ("assignee", 1),
        ("name,assignee.name", 1),
        ("assignee.name,assignee.email,projects.name", 2),
        ("custom_fields.name,custom_fields.enum_value.name", 2),
        ("this.assignee.name,(assignee|followers).name", 2),
        ("memberships.project.name,memberships.section.name,memberships.section.gid", 2),
    ],
)
def test_references_asked_for_are_links(fields: str, links: int) -> None:
    assert count_links(fields) == links


_TOKEN = {"authorization": "Bearer sandbox"}
_FIELDS = "name,assignee.name,assignee.email,custom_fields.name,custom_fields.enum_value.name"


def read(app: Application, limit: int, token: str = "sandbox") -> ApiResponse:
    """Read tasks with three links each."""
    project = app.store.first("project")["gid"]
    path = f"/api/1.0/tasks?project={project}&limit={limit}&opt_fields={_FIELDS}"
    return app.handle("GET", path, {"authorization": f"Bearer {token}"})


def wait_of(answer: ApiResponse) -> int:
    return int(dict(answer.headers)["Retry-After"])


def test_after_a_read_that_costs_too_much_every_request_has_to_wait() -> None:
    app = make_application(faults="cost=1", now=NOW)
    person = list(app.store.all("user"))[7]["email"]

    assert read(app, 100).status == 200

    refused = read(app, 1)
    assert refused.status == 429
    # 300 links, less the balance of 10; a slow machine has grown some back.
    assert 200 < wait_of(refused) <= 291
    assert "hit a rate limit" in json.loads(refused.body)["errors"][0]["message"]
    for method, path in (("GET", "/users/me"), ("POST", "/tasks"), ("POST", "/batch")):
        assert app.handle(method, f"/api/1.0{path}", _TOKEN, b"{}").status == 429
    assert read(app, 1, f"sandbox:{person}").status == 200


def test_every_read_of_a_batch_is_charged() -> None:
    app = make_application(faults="cost=1", now=NOW)
    user = {"method": "get", "relative_path": "/users/me"}
    tasks = {
        "method": "get",
        "relative_path": f"/projects/{app.store.first('project')['gid']}/tasks",
        "options": {"limit": 50, "fields": ["assignee.name", "projects.name"]},
    }
    body = json.dumps({"data": {"actions": [tasks, user, tasks]}}).encode()

    answer = app.handle("POST", "/api/1.0/batch", _TOKEN, body)

    assert [part["status_code"] for part in json.loads(answer.body)["data"]] == [200] * 3
    assert 100 < wait_of(read(app, 1)) <= 192


def test_writes_are_not_charged() -> None:
    app = make_application(faults="cost=1", now=NOW)
    workspace = app.store.first("workspace")["gid"]
    body = json.dumps({"data": {"name": "Twig", "workspace": workspace}}).encode()
    path = f"/api/1.0/tasks?opt_fields={_FIELDS}"

    answers = [app.handle("POST", path, _TOKEN, body) for _ in range(30)]

    assert [answer.status for answer in answers] == [201] * 30


def test_a_balance_of_links_is_no_quota_of_requests() -> None:
    app = make_application(plan="free", limits=True, faults="cost=1000000", now=NOW)

    answers = [read(app, 100) for _ in range(40)]

    assert 30 <= sum(answer.status == 200 for answer in answers) < 40


@pytest.mark.parametrize(
    ("plan", "path", "status"),
    [
        ("free", "/workspaces/{w}/tasks/search", 402),
        ("free", "/portfolios?workspace={w}", 402),
        ("free", "/goals?workspace={w}", 402),
        ("free", "/workspaces/{w}/custom_fields", 402),
        ("free", "/workspaces/{w}/projects", 200),
        ("starter", "/workspaces/{w}/tasks/search", 200),
        ("starter", "/goals?workspace={w}", 402),
        ("advanced", "/goals?workspace={w}", 200),
        ("advanced", "/workspaces/{w}/audit_log_events", 402),
        ("enterprise", "/workspaces/{w}/audit_log_events", 200),
    ],
)
def test_what_a_plan_does_not_have_is_to_be_paid_for(plan: Any, path: str, status: int) -> None:
    app = make_application(plan=plan, now=NOW)
    workspace = app.store.first("workspace")["gid"]

    answer = app.handle(
        "GET", "/api/1.0" + path.format(w=workspace), {"authorization": "Bearer sandbox"}
    )

    assert answer.status == status
    if "search" in path and status == 402:
        assert b"Search is only available to premium users." in answer.body


def test_on_the_free_plan_objects_have_no_custom_fields() -> None:
    asana, paid = af.sandbox(plan="free", now=NOW), af.sandbox(now=NOW)

    tasks = asana.tasks.list(project="Website relaunch")

    assert len(tasks) == len(paid.tasks.list(project="Website relaunch"))
    assert not [column for column in tasks if column.startswith("cf_")]
    app = make_application(plan="free", now=NOW)
    task = app.store.first("task")["gid"]
    header = {"authorization": "Bearer sandbox"}
    for query in ("", "?opt_fields=custom_fields", "?opt_fields=name,custom_fields.name"):
        answer = app.handle("GET", f"/api/1.0/tasks/{task}{query}", header)
        assert "custom_fields" not in json.loads(answer.body)["data"]


def test_the_private_is_for_its_members(api: Api, other: Api) -> None:
    project = api.project()
    task = api.task(projects=[project])

    assert other.refused("GET", f"/projects/{project}").startswith("404 project: Not a recognized")
    assert other.refused("GET", f"/tasks/{task}").startswith("404")
    listed = {row["gid"] for row in other.get(f"/workspaces/{api.workspace}/projects")}
    assert project not in listed
    api.post("/memberships", parent=project, member=other.me, access_level="viewer")
    assert other.get(f"/tasks/{task}")["gid"] == task
    assert other.refused("PUT", f"/tasks/{task}", {"name": "x"}).startswith("403")
    assert other.post(f"/tasks/{task}/stories", text="May I?")


def test_service_accounts_read_the_audit_log_and_others_do_not(api: Api, other: Api) -> None:
    path = f"/workspaces/{api.workspace}/audit_log_events"

    assert api.get(path, limit=1)
    assert other.refused("GET", path).startswith("403")


def test_everybody_has_favorites_and_likes_of_their_own(api: Api, other: Api) -> None:
    task = api.task(followers=[other.me], liked=True)

    assert api.get(f"/tasks/{task}")["liked"] is True
    assert other.get(f"/tasks/{task}")["liked"] is False
    path = f"/users/{other.me}/favorites"
    query = {"resource_type": "project", "workspace": api.workspace}
    assert api.refused("GET", path, **query).startswith("403")
    assert other.get(path, **query)


@pytest.mark.parametrize("token", ["sandbox:", "sandbox:nobody@acme.example", "sandbox2", ":x"])
def test_tokens_of_nobody_are_not_authorized(api: Api, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}

    assert api.server.application.handle("GET", "/api/1.0/users/me", headers).status == 401
