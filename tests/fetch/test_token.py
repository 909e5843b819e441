"""The token is nowhere to be found, whatever happens."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import socket
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import asana_frames as af
from tests.recorder import Recorder, Reply

TOKEN = "2/1234/5678:never-to-be-seen"
ERRORS = {"errors": [{"message": "No."}]}
PACKED = {"Content-Encoding": "gzip"}
ROW = {"gid": "1", "name": "One"}

ANSWERS: dict[str, Reply] = {
    "fine": Reply(body={"data": [ROW], "next_page": None}),
    "one": Reply(body={"data": ROW}),
    "not authorized": Reply(401, ERRORS),
    "forbidden": Reply(403, ERRORS),
    "too many": Reply(429, ERRORS, {"Retry-After": "3600"}),
    "broken": Reply(500, ERRORS),
    "a redirect": Reply(302, b"", {"Location": "https://example.com/tags"}),
    "a portal": Reply(body=b"<html>Log in</html>"),
    "cut": Reply(body={"data": [ROW]}, cut=3),
    "cut JSON": Reply(body=b'{"data": [{'),
    "garbage": Reply(body=b"\x1f\x8b none", headers=PACKED),
    "lies": Reply(body=b"{}", headers={"Content-Encoding": "deflate"}),
    "nonsense": Reply(body={"data": 7}),
}
CALLS: list[Callable[[af.Asana], Any]] = [
    lambda asana: asana.tags.list(workspace="1", fields=["name"]),
    lambda asana: asana.tasks.list(project=["1", "2"], fields=["name"]),
    lambda asana: asana.tasks.list(project="One"),
    lambda asana: asana.tasks.list(assignee="me", workspace="1"),
    lambda asana: asana.tasks.update("1", name="x"),
    lambda asana: asana.tasks.update(["1", "2"], name="x"),
    lambda asana: asana.tasks.create(name=["x", "y"], workspace="1"),
    lambda asana: asana.tasks.delete("1"),
    lambda asana: asana.attachments.create(parent="1", file=io.BytesIO(b"x"), name="x.txt"),
    lambda asana: af.gather.search(asana, "1", fields=["name"]),
]


def holders(thing: Any, seen: dict[int, Any] | None = None, depth: int = 0) -> Iterator[str]:
    """Yield where below a thing the token is: in texts, attributes, arguments, causes, items."""
    seen = {} if seen is None else seen
    if id(thing) in seen or depth > 12:
        return
    seen[id(thing)] = thing
    if isinstance(thing, str | bytes):
        text = thing if isinstance(thing, str) else thing.decode(errors="replace")
        if TOKEN in text:
            yield text
        return
    below: list[Any] = []
    if isinstance(thing, dict):
        below += [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset):
        below += thing
    if isinstance(thing, BaseException):
        below += [thing.args, thing.__cause__, thing.__context__, getattr(thing, "__notes__", ())]
        below += [str(thing), repr(thing)]
    if not isinstance(thing, type) and hasattr(thing, "__dict__"):
        below.append(vars(thing))
    for part in below:
        for text in holders(part, seen, depth + 1):
            yield f"{type(thing).__name__} > {text}"


def shown(asana: af.Asana, found: Any) -> list[str]:
    """Return all texts in which a user might see what came of a call."""
    last = asana.last
    texts = [repr(asana), repr(vars(asana)), repr(asana.http), repr(vars(asana.http)), repr(last)]
    texts += [repr(vars(last)), last.failures.to_string(), json.dumps(last.attrs())]
    for frame in (found, last.partial):
        if frame is not None:
            texts += [frame.to_csv(), repr(frame.attrs), repr(pickle.dumps(frame))]
    return texts


def _find_nobody(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("name", [*sorted(ANSWERS), "nobody", "no such host"])
def test_the_token_is_nowhere_to_be_found(
    name: str,
    recorder: Recorder,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if name == "no such host":
        # At once: some resolvers look for long.
        monkeypatch.setattr(socket, "getaddrinfo", _find_nobody)
    caplog.set_level(logging.DEBUG)
    for logger in ("asana_frames", "urllib3", "requests", "http.client"):
        caplog.set_level(logging.DEBUG, logger=logger)
    with socket.socket() as taken, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/api/1.0"
        others = {"nobody": nobody, "no such host": "https://asana.invalid/api/1.0"}
        recorder.reply = lambda asked: ANSWERS[name]

        for call in CALLS:
            texts: list[str] = []
            found = None
            with af.connect(TOKEN, base_url=others.get(name, recorder.url)) as asana:
                try:
                    found = call(asana)
                except af.AsanaError as error:
                    texts += holders(error)
                    texts += traceback.format_exception(error)
                    # What of it can be carried elsewhere, is.
                    texts += holders(pickle.loads(pickle.dumps(error)))
                    texts += holders(copy.copy(error))
                texts += shown(asana, found)
                texts.append(asana._repr_html_())
            assert [text for text in texts if TOKEN in text] == []

    # All of them did carry it where it belongs: in one header.
    assert {asked.headers["Authorization"] for asked in recorder.asked} <= {f"Bearer {TOKEN}"}
    assert TOKEN not in "".join(asked.path + str(asked.query) for asked in recorder.asked)
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(str(each.message) for each in warned)


@pytest.mark.parametrize("keep", [pickle.dumps, copy.deepcopy])
def test_a_connection_is_not_carried_elsewhere(keep: Callable[[Any], Any]) -> None:
    asana = af.connect(TOKEN, base_url="http://127.0.0.1:1/api/1.0")

    with pytest.raises(TypeError, match="connect") as caught:
        keep(asana)

    assert TOKEN not in str(caught.value)
