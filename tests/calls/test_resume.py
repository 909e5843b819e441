"""Interrupted reads: what is kept of them, for how long, and what the same call goes on with."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import asana_frames as af
from tests.conftest import SkippingClock
from tests.recorder import Asked, Recorder, Reply

REFUSED = Reply(403, {"errors": [{"message": "You may not"}]})


def page(*gids: int, after: str | None = None) -> Reply:
    following = {"offset": after} if after else None
    return Reply(body={"data": [{"gid": str(gid)} for gid in gids], "next_page": following})


def break_off(recorder: Recorder, asana: af.Asana, workspace: str) -> None:
    """Read a list of two pages, of which the second is refused."""
    recorder.replies(page(1, 2, after="a"), REFUSED)
    with pytest.raises(af.Forbidden):
        asana.tags.list(workspace=workspace, fields=["gid"])


@pytest.mark.parametrize(("seconds", "offset"), [(3_500, "a"), (3_700, None)])
def test_an_interrupted_read_can_be_resumed_for_an_hour(
    recorder: Recorder,
    recorded: af.Asana,
    clock: SkippingClock,
    seconds: float,
    offset: str | None,
) -> None:
    break_off(recorder, recorded, "9")
    begun_at = recorded.last.fetched_at
    clock.wait(clock.now() + seconds, threading.Event())
    recorder.asked.clear()
    recorder.reply = lambda asked: page(3) if "offset" in asked.query else page(1, 2, 3)

    found = recorded.tags.list(workspace="9", fields=["gid"])

    assert [asked.query.get("offset") for asked in recorder.asked] == [offset]
    assert found["gid"].tolist() == ["1", "2", "3"]
    assert found.attrs["asana"].get("begun_at") == (begun_at if offset else None)


def test_the_four_latest_interrupted_reads_are_kept(
    recorder: Recorder, recorded: af.Asana
) -> None:
    for workspace in "12345":
        break_off(recorder, recorded, workspace)
    recorder.asked.clear()
    recorder.reply = lambda asked: page(3)

    for workspace in "12345":
        recorded.tags.list(workspace=workspace, fields=["gid"])

    assert [asked.query.get("offset") for asked in recorder.asked] == [None, *"aaaa"]


def test_a_resumed_read_is_resumed_once(recorder: Recorder, recorded: af.Asana) -> None:
    break_off(recorder, recorded, "9")
    recorder.asked.clear()
    recorder.reply = lambda asked: page(3)

    resumed = recorded.tags.list(workspace="9", fields=["gid"])
    again = recorded.tags.list(workspace="9", fields=["gid"])

    assert [len(resumed), len(again)] == [3, 1]
    assert [asked.query.get("offset") for asked in recorder.asked] == ["a", None]


@pytest.mark.parametrize(
    "other",
    [
        {"workspace": "8", "fields": ["gid"]},
        {"workspace": "9", "fields": ["gid", "name"]},
        {"workspace": "9", "fields": ["gid"], "limit": 2},
        {"workspace": "9", "fields": ["gid"], "errors": "raise"},
    ],
)
def test_another_call_does_not_resume_a_read(
    recorder: Recorder, recorded: af.Asana, other: dict[str, Any]
) -> None:
    break_off(recorder, recorded, "9")
    recorder.asked.clear()
    recorder.reply = lambda asked: page(7)

    found = recorded.tags.list(**other)

    assert [asked.query.get("offset") for asked in recorder.asked] == [None]
    assert found["gid"].tolist() == ["7"]


def test_a_resumed_read_names_what_was_refused_before(
    recorder: Recorder, recorded: af.Asana
) -> None:
    is_broken = True

    def reply(asked: Asked) -> Reply:
        project = asked.query["project"]
        if project == "1":
            return REFUSED
        if project == "3" and is_broken:
            # The others are there by then.
            time.sleep(0.1)
            return Reply(401, {"errors": []})
        return page(int(project))

    recorder.reply = reply
    with pytest.raises(af.AuthError):
        recorded.tasks.list(project=["1", "2", "3"], fields=["gid"])
    partial = recorded.last.partial
    is_broken = False

    with pytest.warns(af.PartialResultWarning, match="Could not read 1 of 3 projects"):
        found = recorded.tasks.list(project=["1", "2", "3"], fields=["gid"])

    assert partial is not None
    made = partial.attrs["asana"]
    assert made["partial"] is True
    assert made["rows"] == len(partial) == 1
    assert [made["lists"], made["complete_lists"]] == [3, 2]
    assert found["gid"].tolist() == ["2", "3"]
    assert found.attrs["asana"]["failed"] == 1
    assert recorded.last.failures["parent_gid"].tolist() == ["1"]
    assert [asked.query["project"] for asked in recorder.asked].count("1") == 1
