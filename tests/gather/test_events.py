"""What has happened since the last look, and where its tokens are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.gather import events
from asana_frames.sandbox_server import Server
from tests.recorder import Asked, Recorder, Reply

TOO_OLD = {"errors": [{"message": "Sync token invalid or too old."}], "sync": "fresh"}


@pytest.fixture
def projects(own: af.Asana) -> list[str]:
    """Two projects in which nothing has happened yet."""
    made = own.projects.create(name=["P", "Q"], workspace="1209000000000001", fields=["name"])
    return list(made["gid"])


def happen(asana: af.Asana, project: str) -> str:
    return str(asana.tasks.create(name="New", projects=[project], fields=["name"])["gid"].iloc[0])


def stream(asked: Asked) -> Reply:
    """Answer with one event, and a token that counts on from the one that came."""
    token = asked.query.get("sync")
    if token is None or token == "old":
        return Reply(412, TOO_OLD)
    event = {"action": "changed", "resource": {"gid": asked.query["resource"]}}
    return Reply(body={"data": [event], "sync": f"{token}+", "has_more": False})


def test_the_first_look_begins_the_stream_and_the_next_tells(
    own: af.Asana, projects: list[str]
) -> None:
    first = events(own, projects[0])
    task = happen(own, projects[0])
    happen(own, projects[1])

    second = events(own, projects[0])
    third = events(own, projects[0])

    assert first.empty
    assert task in set(second["resource_gid"])
    assert set(second["watched_gid"]) == {projects[0]}
    assert third.empty
    for frame in (first, third):
        pd.testing.assert_series_equal(frame.dtypes, second.dtypes)


@pytest.mark.parametrize("kind", [str, Path])
def test_tokens_in_a_file_outlive_the_connection(
    own_server: Server, projects: list[str], tmp_path: Path, kind: Any
) -> None:
    file = kind(tmp_path / "tokens.json")
    with af.connect("sandbox", base_url=own_server.url) as first:
        events(first, projects, tokens=file)
        task = happen(first, projects[1])

    with af.connect("sandbox", base_url=own_server.url) as second:
        found = events(second, projects, tokens=file)

    assert task in set(found["resource_gid"])
    assert set(json.loads(Path(file).read_text())) == set(projects)
    assert [path.name for path in tmp_path.iterdir()] == ["tokens.json"]


def test_tokens_are_kept_in_a_mapping_of_ones_own(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = stream
    tokens = {"1": "a", "9": "other"}

    found = events(recorded, ["1", "2"], tokens=tokens)

    assert found["watched_gid"].tolist() == ["1"]
    assert tokens == {"1": "a+", "2": "fresh", "9": "other"}
    assert recorded.sync_tokens == {}


def test_tokens_live_as_long_as_the_connection(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = stream

    events(recorded, "1")
    quick = recorded.with_options(timeout=5)
    found = events(quick, "1")

    assert len(found) == 1
    assert recorded.sync_tokens == {"1": "fresh+"}


def test_events_that_were_lost_are_warned_of(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = stream
    tokens = {"1": "old", "2": "b"}

    with pytest.warns(af.EventsLostWarning, match=r"token of 1 has expired.*Read the") as told:
        found = events(recorded, ["1", "2"], tokens=tokens)

    assert told[0].filename == __file__
    assert found["watched_gid"].tolist() == ["1", "2"]
    assert tokens == {"1": "fresh+", "2": "b+"}


def test_an_event_in_two_streams_is_told_by_each(own: af.Asana, projects: list[str]) -> None:
    task = happen(own, projects[0])
    events(own, [projects[0], task])
    own.tasks.update(task, name="Renamed")

    found = events(own, [projects[0], task])

    changes = found[found["resource_gid"] == task]
    assert set(changes["watched_gid"]) == {projects[0], task}


def test_all_events_come_however_many_pages_they_are(
    recorder: Recorder, recorded: af.Asana
) -> None:
    def reply(asked: Asked) -> Reply:
        page = int(asked.query["sync"])
        rows = [
            {"action": "changed", "resource": {"gid": str(100 * page + n)}} for n in range(100)
        ]
        return Reply(body={"data": rows, "sync": str(page + 1), "has_more": page < 4})

    recorder.reply = reply
    tokens = {"1": "1"}

    found = events(recorded, "1", tokens=tokens)

    assert len(found) == 400
    assert found["resource_gid"].is_unique
    assert tokens == {"1": "5"}


def test_nothing_is_lost_if_the_file_cannot_be_written(
    recorder: Recorder, recorded: af.Asana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.reply = stream
    file = tmp_path / "tokens.json"
    file.write_text('{"1": "a"}')

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", _refuse)
        with pytest.raises(af.ConfigurationError, match="cannot be written"):
            events(recorded, "1", tokens=file)
    found = events(recorded, "1", tokens=file)

    assert len(found) == 1
    assert [asked.query["sync"] for asked in recorder.asked] == ["a", "a"]
    assert [path.name for path in tmp_path.iterdir()] == ["tokens.json"]


def _refuse(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def test_nothing_is_lost_if_a_later_stream_fails(recorder: Recorder, recorded: af.Asana) -> None:
    gone = Reply(404, {"errors": [{"message": "gone"}]})
    recorder.reply = lambda asked: gone if asked.query["resource"] == "2" else stream(asked)
    tokens = {"1": "a", "2": "b"}

    with pytest.raises(af.NotFound):
        events(recorded, ["1", "2"], tokens=tokens)

    assert tokens == {"1": "a", "2": "b"}


@pytest.mark.parametrize("content", ["no json", "[1, 2]", '"x"', "\xff"])
def test_a_file_of_something_else_is_refused_and_left(
    recorder: Recorder, recorded: af.Asana, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "tokens.json"
    file.write_text(content, "latin-1")

    with pytest.raises(af.InvalidArgument, match="tokens"):
        events(recorded, "1", tokens=file)

    assert file.read_text("latin-1") == content
    assert recorder.asked == []


def test_events_of_nothing_have_the_columns(recorder: Recorder, recorded: af.Asana) -> None:
    none = events(recorded, [], tokens={}, fields=["action"])

    assert none.empty
    assert "action" in none.columns
    assert recorder.asked == []


def test_fields_of_events_are_those_asked_for(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = stream

    found = events(recorded, "1", tokens={"1": "a"}, fields=["action", "resource.name"])

    assert list(found.columns) == ["action", "resource_name", "watched_gid"]
    assert recorder.asked[0].query["opt_fields"].split(",")[-2:] == ["action", "resource.name"]
