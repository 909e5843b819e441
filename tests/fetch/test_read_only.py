"""Read-only connections: what they refuse, and what they do not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.catalog import Operation, load
from asana_frames.fetch import Http
from asana_frames.fetch.auth import token_source_for
from asana_frames.fetch.credentials import Credential
from tests.counted import CountedServer, serve_counted
from tests.fixed_day import NOW
from tests.recorder import Asked, Recorder, Reply

VARIABLE = "ASANA_FRAMES_READ_ONLY"
WRITES = [
    operation
    for operation in load().operations
    if operation.http != "GET" and not operation.choices
]
HOW = r"read-only. To allow writes, connect with read_only=False"


@pytest.fixture(scope="module")
def counted() -> Iterator[CountedServer]:
    with serve_counted() as running:
        yield running


@pytest.fixture
def careful(counted: CountedServer) -> Iterator[af.Asana]:
    counted.requests.clear()
    with af.connect("sandbox", base_url=counted.url, read_only=True) as connected:
        yield connected


def body_of(operation: Operation) -> dict[str, Any]:
    return {field.name: "1" for field in operation.body if field.required}


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_every_write_is_refused_before_anything_is_sent(
    operation: Operation, recorder: Recorder
) -> None:
    path = ["Some name"] * sum(p.place == "path" for p in operation.parameters)
    with af.connect("token", base_url=recorder.url, read_only=True) as careful:
        method = getattr(careful[operation.resource], operation.method)
        with pytest.raises(af.InvalidArgument, match=HOW) as caught:
            method(*path, **body_of(operation))

    assert str(caught.value).startswith(f"{operation.name}: nothing was sent")
    assert recorder.asked == []


def test_reads_answer_and_nothing_is_written(
    careful: af.Asana, counted: CountedServer, tmp_path: Path
) -> None:
    tasks = careful.tasks.list(project="Office move").head(2)
    file = tmp_path / "file.txt"
    file.write_text("text")

    for refused in (
        lambda: careful.tasks.update(tasks, completed=True),
        lambda: careful.attachments.create(parent=tasks, file=str(file)),
        lambda: careful.projects.duplicate("Office move", name="Again"),
        lambda: careful.exports.create_graph(parent=tasks["gid"].iloc[0]),
        lambda: careful.with_options(deadline=60).tasks.delete(tasks),
        lambda: careful.in_background().tasks.delete(tasks),
        lambda: careful.http.request("DELETE", f"/tasks/{tasks['gid'].iloc[0]}"),
    ):
        with pytest.raises(af.InvalidArgument, match=HOW):
            refused()

    assert len(careful.tasks.get(tasks)) == 2
    assert counted.requests
    assert counted.writes == []


def test_a_batch_of_reads_is_no_write(careful: af.Asana, counted: CountedServer) -> None:
    reads = [
        {"relative_path": "/users/me", "method": "get"},
        {"relative_path": "/workspaces", "method": "GET"},
    ]

    answers = careful.batch.create(actions=reads)

    assert answers["status_code"].tolist() == [200, 200]
    assert counted.writes == [("POST", "/batch")]


@pytest.mark.parametrize(
    "actions",
    [
        [{"relative_path": "/users/me", "method": "get"}, {"relative_path": "/tasks/1"}],
        [{"relative_path": "/tasks/1", "method": "delete"}],
        [["relative_path", "method"]],
    ],
)
def test_a_batch_with_anything_else_is_refused(
    actions: list[Any], careful: af.Asana, counted: CountedServer
) -> None:
    with pytest.raises(af.InvalidArgument, match=HOW):
        careful.batch.create(actions=actions)

    assert counted.requests == []


def test_a_token_is_renewed_and_its_connection_writes_nothing(recorder: Recorder) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.path == "/-/oauth_token":
            return Reply(body={"access_token": "a", "token_type": "bearer", "expires_in": 900})
        return Reply(body={"data": {"gid": "1"}})

    recorder.reply = reply
    ended = Credential("old", "refresh", time.time() - 1, "app")
    http = Http(token_source_for(ended, recorder.url), recorder.url, read_only=True)
    with Asana(http) as careful:
        http.request("GET", "/users/me")
        with pytest.raises(af.InvalidArgument, match=HOW):
            careful.tags.create(name="New", workspace="1")

    assert [asked.path for asked in recorder.asked] == ["/-/oauth_token", "/api/1.0/users/me"]


@pytest.mark.parametrize(
    ("word", "argument", "expected"),
    [
        ("1", None, True),
        ("0", None, False),
        ("", None, False),
        (None, None, False),
        ("1", False, False),
        ("0", True, True),
    ],
)
def test_the_argument_comes_before_the_environment(
    word: str | None,
    argument: bool | None,
    expected: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if word is not None:
        monkeypatch.setenv(VARIABLE, word)

    with (
        af.sandbox(read_only=argument, now=NOW) as sandbox,
        af.connect("token", base_url="http://127.0.0.1:9/api/1.0", read_only=argument) as asana,
    ):
        assert (sandbox.http.is_read_only, asana.http.is_read_only) == (expected, expected)


@pytest.mark.parametrize("word", ["yes", "true", "2", "-1"])
def test_an_unknown_word_of_the_environment_is_refused(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, word)

    with pytest.raises(af.ConfigurationError, match=rf"{VARIABLE}='{word}' is not valid; use 1"):
        af.connect("token")


def test_an_argument_that_is_no_flag_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="read_only= takes True or False, not str"):
        af.connect("token", read_only="no")  # type: ignore[arg-type]


def test_the_card_and_the_repr_tell(careful: af.Asana, asana: af.Asana) -> None:
    assert "read-only" in careful._repr_html_()
    assert ", read-only;" in repr(careful)
    assert "read-only" not in asana._repr_html_() + repr(asana)
