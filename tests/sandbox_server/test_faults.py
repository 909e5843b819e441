"""Faults on demand: each happens when asked for, and the same way every time."""

from __future__ import annotations

import functools
import json
import time
from typing import Any

import pytest
import requests

import asana_frames as af
from asana_frames.sandbox_server import ApiResponse, Application, Faults, make_application, serve
from tests.fixed_day import NOW

_TOKEN = {"authorization": "Bearer sandbox"}


def ask(app: Application, path: str) -> ApiResponse:
    return app.handle("GET", f"/api/1.0{path}", _TOKEN)


@pytest.mark.parametrize(
    ("fault", "status"), [("429=3", 429), ("500=3", 500), ("502=3", 502), ("503=3", 503)]
)
def test_every_third_request_fails(fault: str, status: int) -> None:
    app = make_application(faults=fault, now=NOW)

    answers = [ask(app, "/users/me") for _ in range(6)]

    assert [answer.status for answer in answers] == [200, 200, status] * 2
    if status == 429:
        assert dict(answers[2].headers)["Retry-After"] == "1"
    elif status == 502:
        assert answers[2].body.startswith(b"<html>")
    elif status == 500:
        assert json.loads(answers[2].body)["errors"][0]["phrase"]


@pytest.mark.parametrize("fault", ["drop", "truncate", "slow"])
def test_bodies_suffer_on_the_way(fault: str) -> None:
    with serve(faults=Faults(**{fault: 1}, slow_seconds=0.4), now=NOW) as server:  # type: ignore[arg-type]
        start = time.monotonic()
        headers = {"Authorization": "Bearer sandbox", "Accept-Encoding": "identity"}

        def get() -> Any:
            return requests.get(f"{server.url}/workspaces", headers=headers, timeout=10).json()

        if fault == "drop":
            with pytest.raises(
                (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
            ):
                get()
        elif fault == "truncate":
            with pytest.raises(requests.JSONDecodeError):
                get()
        else:
            assert get()["data"]
            assert time.monotonic() - start > 0.3


def test_in_the_process_bodies_suffer_too() -> None:
    for fault in ("drop=1", "truncate=1"):
        with pytest.raises(af.AsanaError):
            af.sandbox(faults=fault, now=NOW).workspaces.list()


def page(app: Application, offset: str = "") -> Any:
    project = app.store.first("project")["gid"]
    more = f"&offset={offset}" if offset else ""
    return json.loads(ask(app, f"/tasks?project={project}&limit=50{more}").body)


def test_the_offset_of_a_page_expires_once() -> None:
    app = make_application(faults="expire=2", now=NOW)
    offset = page(app)["next_page"]["offset"]

    message = page(app, offset)["errors"][0]["message"]

    assert message == "offset: Your pagination token has expired."
    assert len(page(app, offset)["data"]) == 50


def test_rows_come_twice_and_shift() -> None:
    repeated = page(make_application(faults="repeat", now=NOW))["data"]
    assert len(repeated) == 51
    assert len({row["gid"] for row in repeated}) == 50

    app = make_application(faults="shift", now=NOW)
    first = page(app)
    second = page(app, first["next_page"]["offset"])
    assert first["data"][-1]["gid"] == second["data"][0]["gid"]


@functools.cache
def healthy() -> Application:
    return make_application(now=NOW)


def faulty(faults: str) -> Application:
    """Return an application with faults, over objects that are only read."""
    return Application(healthy().store, healthy().base_url, faults=Faults.parse(faults))


def walk(app: Application, path: str, limit: int) -> tuple[list[str], str]:
    """Return the gids of a list, page after page, and the message that ended it, if any."""
    gids: list[str] = []
    offset = ""
    while True:
        mark = "&" if "?" in path else "?"
        answer = json.loads(ask(app, f"{path}{mark}limit={limit}{offset}").body)
        if "errors" in answer:
            message = answer["errors"][0]["message"]
            if "expired" not in message:
                return gids, message
            # As a client has to: from the beginning.
            gids, offset = [], ""
            continue
        gids += [row["gid"] for row in answer["data"]]
        if answer["next_page"] is None:
            return gids, ""
        assert len(gids) < 2_000, "a walk that does not end"
        offset = f"&offset={answer['next_page']['offset']}"


def long_list(app: Application) -> str:
    """Return the path of a list of more than 200 tasks, in four sections of fewer."""
    return f"/tasks?project={app.store.first('project')['gid']}"


_TRUNCATED = "offset: The data set is truncated. Narrow the query to get the rest."


@pytest.mark.parametrize("limit", [1, 2, 7, 50, 100])
@pytest.mark.parametrize("more", ["", ", expire=2", ", expire=3", ", shift", ", repeat"])
@pytest.mark.parametrize("most", [1, 100, 150, "all but one"])
def test_a_very_large_set_is_cut_and_says_so(most: Any, more: str, limit: int) -> None:
    whole, _ = walk(healthy(), long_list(healthy()), 100)
    most = len(whole) - 1 if most == "all but one" else most
    app = faulty(f"most={most}{more}")

    gids, message = walk(app, long_list(app), limit)

    assert list(dict.fromkeys(gids)) == whole[:most]
    assert message == _TRUNCATED


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("more", ["", ", shift, repeat"])
@pytest.mark.parametrize("room", [0, 1, None])
def test_a_set_that_is_not_too_large_is_answered_in_full(
    room: int | None, more: str, limit: int
) -> None:
    whole, _ = walk(healthy(), long_list(healthy()), 100)
    app = faulty(f"most={0 if room is None else len(whole) + room}{more}")

    gids, message = walk(app, long_list(app), limit)

    assert list(dict.fromkeys(gids)) == whole
    assert message == ""


def test_smaller_sets_of_a_very_large_one_are_counted_by_themselves() -> None:
    whole, _ = walk(healthy(), long_list(healthy()), 100)
    app = faulty(f"most={len(whole) - 1}")
    sections, _ = walk(app, f"/projects/{app.store.first('project')['gid']}/sections", 100)

    parts = [walk(app, f"/tasks?section={section}", 100) for section in sections]

    assert walk(app, long_list(app), 100)[1] == _TRUNCATED
    assert {message for _, message in parts} == {""}
    assert sorted(gid for gids, _ in parts for gid in gids) == sorted(whole)


def test_without_a_limit_a_very_large_set_is_too_large() -> None:
    app = faulty("most=200")

    answer = ask(app, long_list(app))

    assert answer.status == 400
    assert b"The result is too large" in answer.body


def test_what_does_not_page_is_never_cut() -> None:
    app = faulty("most=2")
    workspace = app.store.first("workspace")["gid"]

    found = json.loads(ask(app, f"/workspaces/{workspace}/tasks/search?limit=50").body)
    people = json.loads(ask(app, f"/workspaces/{workspace}/users").body)

    assert len(found["data"]) == 50
    assert len(people["data"]) > 2


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_lists_whose_rows_shift_come_to_an_end(limit: int) -> None:
    app = faulty("shift")

    gids, _ = walk(app, long_list(app), limit)

    assert list(dict.fromkeys(gids)) == walk(healthy(), long_list(healthy()), 100)[0]


def test_nulls_and_unknown_things_are_the_same_every_time() -> None:
    def tasks(faults: str) -> Any:
        app = make_application(faults=faults, now=NOW)
        project = app.store.first("project")["gid"]
        fields = "assignee.name,created_by.name,workspace,resource_subtype"
        return json.loads(
            ask(app, f"/tasks?project={project}&limit=100&opt_fields={fields}").body
        )["data"]

    spoiled = tasks("nulls=0.3,unknown=0.3")
    assert spoiled == tasks("nulls=0.3,unknown=0.3")
    assert spoiled != tasks("nulls=0.3,unknown=0.3,seed=1")
    assert 20 < sum(row["workspace"] is None for row in spoiled) < 45
    assert "unheard_of" in {row["resource_subtype"] for row in spoiled}
    assert any("unheard_of" in row for row in spoiled)


def test_parents_can_be_refused() -> None:
    app = make_application(now=NOW)
    one, two, three = [project["gid"] for project in app.store.all("project")][:3]
    app = make_application(faults=f"refuse={one}:402, refuse={two}:403, refuse={three}", now=NOW)

    statuses = [ask(app, f"/tasks?project={gid}").status for gid in (one, two, three)]

    assert statuses == [402, 403, 404]


def test_our_own_reads_get_through_what_can_be_got_through() -> None:
    calm = af.sandbox(now=NOW).tasks.list(project="Website relaunch")

    stormy = af.sandbox(faults="429=4, 500=5, 502=7, 503=9, expire=2, repeat, shift", now=NOW)
    frame = stormy.tasks.list(project="Website relaunch")

    assert sorted(frame["gid"]) == sorted(calm["gid"])


def test_frames_bear_nulls_and_unknown_things() -> None:
    calm = af.sandbox(now=NOW).tasks.list(project="Website relaunch")

    frame = af.sandbox(faults="nulls=0.5, unknown=0.5", now=NOW).tasks.list(
        project="Website relaunch"
    )

    assert frame["gid"].tolist() == calm["gid"].tolist()
    assert frame.dtypes.astype(str).to_dict() == calm.dtypes.astype(str).to_dict()
    assert frame["assignee_gid"].isna().sum() > calm["assignee_gid"].isna().sum()


@pytest.mark.parametrize(
    ("text", "says"), [("42=1", "Did you mean '429'"), ("429=x", "429=10"), ("drop=-1", "drop=10")]
)
def test_faults_that_do_not_exist_are_named(text: str, says: str) -> None:
    with pytest.raises(af.InvalidArgument, match=says):
        af.sandbox(faults=text, now=NOW)


def test_answers_take_their_time_when_asked_to() -> None:
    app = make_application(latency=(0.05, 0.1), now=NOW)
    start = time.monotonic()

    ask(app, "/users/me")

    assert time.monotonic() - start >= 0.05


@pytest.mark.parametrize("options", [{"size": "huge"}, {"plan": "gold"}])
def test_options_that_do_not_exist_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(af.InvalidArgument, match="is not valid; use"):
        af.sandbox(**options)
