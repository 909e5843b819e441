"""One request and its response: what is sent, and how bodies are unpacked."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any
from unittest.mock import patch

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.response import HTTPResponse
from urllib3.util import connection

import asana_frames as af
from asana_frames.fetch import Http
from asana_frames.fetch.transport import Transport, _read_body
from tests.recorder import Recorder, Reply

BODY = b'{"data": []}'


def answered(body: bytes, **headers: str) -> requests.Response:
    """Return a response whose body has not been read yet."""
    response = requests.Response()
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    response.raw = HTTPResponse(
        io.BytesIO(body), headers=dict(response.headers), preload_content=False
    )
    return response


def read(response: requests.Response) -> bytes:
    return _read_body(response, lambda: None)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.binary(max_size=50), st.sampled_from([1, 2_000])), max_size=3),
    st.sampled_from(["gzip", "x-gzip", "GZIP"]),
)
def test_members_of_gzip_are_unpacked_one_after_the_other(parts: Any, coding: str) -> None:
    members = [part * times for part, times in parts]
    packed = b"".join(map(gzip.compress, members))

    found = read(answered(packed, Content_Encoding=coding, Content_Length=str(len(packed))))

    assert found == b"".join(members)


@pytest.mark.parametrize("claimed", [0, 1, 2**31, 2**32 - 1])
def test_a_size_at_the_end_of_gzip_that_lies_is_no_body(claimed: int) -> None:
    packed = gzip.compress(BODY)[:-4] + claimed.to_bytes(4, "little")

    with pytest.raises(requests.ConnectionError, match="cannot be unpacked"):
        read(answered(packed, Content_Encoding="gzip"))


@pytest.mark.parametrize("coding", ["", "identity", "deflate"])
def test_other_codings_are_left_to_urllib3(coding: str) -> None:
    packed = zlib.compress(BODY) if coding == "deflate" else BODY
    headers = {"Content_Encoding": coding} if coding else {}

    assert read(answered(packed, Content_Length=str(len(packed)), **headers)) == BODY


@pytest.mark.parametrize(
    ("length", "is_whole"), [("12", True), ("13", False), ("11", False), ("0", False)]
)
def test_a_body_has_the_length_that_was_told(length: str, is_whole: bool) -> None:
    response = answered(BODY)
    response.headers["Content-Length"] = length

    if is_whole:
        assert read(response) == BODY
    else:
        with pytest.raises(requests.ConnectionError, match=f"12 of {length} bytes"):
            read(response)


@pytest.mark.parametrize("length", ["", "-1", "many", "1e9", "12 "])
def test_a_length_that_is_no_number_is_ignored(length: str) -> None:
    response = answered(BODY)
    response.headers["Content-Length"] = length

    assert read(response) == BODY


@pytest.mark.parametrize("rest", [b"", gzip.compress(b" ", mtime=0)], ids=["one", "two"])
@pytest.mark.parametrize(("size", "is_read"), [(100_000, True), (100_001, False)])
def test_a_body_that_unpacks_to_too_much_is_refused(
    rest: bytes, size: int, is_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asana_frames.fetch.transport.MAX_BODY_BYTES", 100_000)
    size -= len(rest) > 0
    packed = gzip.compress(b" " * size) + rest

    if is_read:
        assert len(read(answered(packed, Content_Encoding="gzip"))) == 100_000
        return
    with pytest.raises(requests.exceptions.ContentDecodingError, match="more than 0 MiB"):
        read(answered(packed, Content_Encoding="gzip"))


@pytest.mark.parametrize("coding", ["", "deflate"])
def test_a_body_of_another_coding_that_is_too_large_is_refused(
    coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asana_frames.fetch.transport.MAX_BODY_BYTES", 1_000)
    packed = zlib.compress(b" " * 100_000) if coding else b" " * 1_001

    with pytest.raises(requests.exceptions.ContentDecodingError):
        read(answered(packed, **({"Content_Encoding": coding} if coding else {})))


def test_a_bomb_of_gzip_is_refused_and_not_asked_for_again(recorder: Recorder) -> None:
    # A few kilobytes that unpack to a gigabyte.
    member = gzip.compress(bytes(64 << 20))
    bomb = b"".join([member] * 16)
    recorder.replies(Reply(body=bomb, headers={"Content-Encoding": "gzip"}))
    http = Http("token", recorder.url)

    with pytest.raises(af.ConnectionFailed, match="more than 256 MiB") as caught:
        http.request("PUT", "/tasks/1", data={})

    assert caught.value.may_be_done
    assert len(recorder.asked) == 1


@pytest.mark.parametrize("error", [af.DeadlineExceeded("late"), KeyboardInterrupt(), ValueError()])
def test_what_interrupts_a_body_closes_its_connection(error: BaseException) -> None:
    response = answered(BODY)

    def check() -> None:
        raise error

    expected = requests.ConnectionError if isinstance(error, ValueError) else type(error)
    with pytest.raises(expected):
        _read_body(response, check)
    assert response.raw.closed


def test_bodies_are_sent_as_json_and_files_as_a_form_that_is_whole_each_time(
    recorder: Recorder,
) -> None:
    http = Http("token", recorder.url)
    stream = io.BytesIO(b"contents")

    http.request("PUT", "/tasks/1", data={"data": {"name": "x"}})
    http.request("DELETE", "/tasks/1")
    for _ in range(2):
        http.request(
            "POST", "/attachments", data={"parent": "1"}, files={"file": ("a.txt", stream)}
        )

    put, delete, *posts = recorder.asked
    assert put.json == {"data": {"name": "x"}}
    assert put.headers["Content-Type"] == "application/json"
    assert delete.body == b""
    for post in posts:
        assert post.headers["Content-Type"].startswith("multipart/form-data")
        assert b"contents" in post.body
        assert b'name="parent"\r\n\r\n1' in post.body


def test_params_are_escaped_but_for_commas(recorder: Recorder) -> None:
    http = Http("token", recorder.url)

    http.request("GET", "/tags", {"opt_fields": "name,a b", "x": "ü&="})
    http.request("GET", "/tags", {})

    assert recorder.asked[0].query == {"opt_fields": "name,a b", "x": "ü&="}
    assert recorder.asked[1].query == {}


def test_headers_of_a_request_are_those_of_its_token(recorder: Recorder) -> None:
    transport = Transport("one", recorder.url, None)
    for token in ("one", "two"):
        transport.set_token(token)
        for method in ("GET", "PUT"):
            transport.send(method, "/tags", None, timeout=(5, 5), check=lambda: None)

    assert [asked.headers["Authorization"] for asked in recorder.asked] == [
        *["Bearer one"] * 2,
        *["Bearer two"] * 2,
    ]
    assert recorder.asked[0].headers["Accept"] == "application/json"
    assert repr(transport) == f"Transport({recorder.url!r})"


def test_a_server_that_was_never_there_is_tried_twice_and_one_that_was_six_times(
    recorder: Recorder,
) -> None:
    http = Http("token", recorder.url)
    tries: list[Any] = []

    def refuse(*args: Any, **_: Any) -> Any:
        tries.append(args)
        raise ConnectionRefusedError(111, "refused")

    with patch.object(connection, "create_connection", refuse):
        with pytest.raises(af.ConnectionFailed, match="Check the base URL and the network"):
            http.request("GET", "/tags")
        first = len(tries)
    recorder.replies(Reply(body={"data": []}, headers={"Connection": "close"}))
    http.request("GET", "/tags")
    with (
        patch.object(connection, "create_connection", refuse),
        pytest.raises(af.ConnectionFailed) as caught,
    ):
        http.request("POST", "/tags", data={})

    assert (first, len(tries) - first) == (2, 6)
    assert "Check the base URL" not in str(caught.value)
    assert not caught.value.may_be_done
