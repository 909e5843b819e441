"""JSON that breaks the rules is repaired value by value; JSON that is cut is an error."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames._json import decode_json, repair_json
from asana_frames.catalog import columns_of
from asana_frames.frames import FrameBuilder
from tests.recorder import Asked, Recorder, Reply

#: A value in JSON -> what the text column of a name holds.
WILD: dict[str, tuple[bytes, str | None]] = {
    "a first half of a pair": (rb'"a\ud83db"', "a�b"),
    "a second half": (rb'"a\ude00b"', "a�b"),
    "halves the wrong way round": (rb'"\ude00\ud83d"', "��"),
    "an escaped backslash before a half": (rb'"\\\ud83d"', "\\�"),
    "a pair among halves": (rb'"\ud83d\ud83d\ude00"', "�😀"),
    "bytes that are not UTF-8": (b'"a\xffb"', "a�b"),
    "a line end": (b'"a\nb"', "a\nb"),
    "NaN": (b"NaN", None),
    "Infinity": (b"Infinity", None),
    "minus Infinity": (b"-Infinity", None),
    "a number beyond float64": (b"1e999", None),
    "a number of 5,000 digits": (b"9" * 5_000, None),
}
DEEP = {
    "lists": b"[" * 1_000 + b"]" * 1_000,
    "objects": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "many lists": b"[" * 100_000 + b"]" * 100_000,
    "lists of braces in text": b'["}]",' * 1_000 + b'"]"' + b"]" * 1_000,
}
each_wild = pytest.mark.parametrize(("value", "text"), WILD.values(), ids=WILD)


def page(value: bytes, key: bytes = b"name") -> bytes:
    rows = b'{"gid": "1", "name": "x"}, {"gid": "2", "%s": %s}, {"gid": "3", "name": "z"}'
    return b'{"data": [' + rows % (key, value) + b'], "next_page": null}'


@each_wild
def test_a_list_keeps_the_row_of_an_odd_value(
    recorder: Recorder, recorded: af.Asana, value: bytes, text: str | None
) -> None:
    recorder.replies(Reply(body=page(value)))

    found = recorded.tags.list(workspace="1", fields=["name"])

    assert found["gid"].tolist() == ["1", "2", "3"]
    assert found["name"].fillna("").tolist() == ["x", text or "", "z"]
    assert len(recorder.asked) == 1


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize("key", [b"name", b"owner", b"custom_fields", b"members", b"unknown"])
def test_what_is_nested_without_end_costs_its_cell_only(
    recorder: Recorder, recorded: af.Asana, deep: bytes, key: bytes
) -> None:
    recorder.replies(Reply(body=page(deep, key)))

    found = recorded.projects.list(
        workspace="1", fields=["name", "owner", "custom_fields", "members"]
    )

    assert found["gid"].tolist() == ["1", "2", "3"]
    assert found["name"].tolist()[::2] == ["x", "z"]


@each_wild
def test_objects_writes_and_fan_outs_keep_it_too(
    recorder: Recorder, recorded: af.Asana, value: bytes, text: str | None
) -> None:
    one = b'{"data": {"gid": "2", "name": %s}}' % value
    recorder.replies(Reply(body=one))
    names = [
        recorded.tasks.get("2", fields=["name"]),
        recorded.tasks.update("2", notes="x", fields=["name"]),
        recorded.tasks.create(name="x", workspace="1", fields=["name"]),
        recorded.tasks.update(["2", "2"], notes="x", fields=["name"]),
    ]
    recorder.replies(Reply(body=page(value)))
    names.append(recorded.tags.list_for_task(["5", "6"], fields=["name"]).iloc[[1]])

    for frame in names:
        assert frame["name"].fillna("").tolist() == [text or ""] * len(frame)


@each_wild
def test_an_odd_name_of_an_option_loses_no_frame(
    recorder: Recorder, recorded: af.Asana, value: bytes, text: str | None
) -> None:
    priority = {"gid": "7", "name": "Priority", "resource_subtype": "enum"}
    row = {"gid": "1", "custom_fields": [priority | {"enum_value": {"gid": "8", "name": "Low"}}]}

    def reply(asked: Asked) -> Reply:
        if "/custom_fields/" in asked.path:
            option = b'{"name": %s}, {"name": "Low"}' % value
            return Reply(body=b'{"data": {"gid": "7", "enum_options": [%s]}}' % option)
        return Reply(body={"data": [row]})

    recorder.reply = reply

    found = recorded.tasks.list(project="1", fields=["custom_fields"])["cf_Priority"]

    assert found.tolist() == ["Low"]
    assert found.cat.categories.tolist() == ["Low"] if text is None else [text, "Low"]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64, 10**30, 10**300])
def test_whole_numbers_beyond_int64_are_missing_and_never_clamped(number: int) -> None:
    builder = FrameBuilder(columns_of("task", ("num_subtasks", "num_likes")))
    rows = [{"gid": "1", "num_subtasks": number, "num_likes": 1}, {"gid": "2", "num_subtasks": 5}]
    builder.append(msgspec.json.encode({"data": rows}), builder.start_listing())

    found = builder.frame()

    assert found["num_subtasks"].isna().tolist() == [True, False]
    assert found["num_subtasks"].tolist()[1] == 5
    assert found["num_likes"].tolist()[0] == 1


@pytest.mark.parametrize("cut", [b'{"data": [{"gid": "1"', b'{"data": ["\\ud83d', b"", b'"\\u'])
def test_what_is_cut_is_an_error_and_not_repaired(cut: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_json(msgspec.json.decode, cut)


def test_the_message_of_a_refusal_is_read_whatever_it_contains(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(403, rb'{"errors": [{"message": "not \ud83d yours", "help": NaN}]}'))

    with pytest.raises(af.Forbidden, match="not � yours"):
        recorded.tasks.get("1")


values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def without_odd(value: Any) -> Any:
    """Return what is left of a value: no NaN, no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [without_odd(item) for item in value]
    if isinstance(value, dict):
        return {key: without_odd(item) for key, item in value.items()}
    return value


@settings(max_examples=150, deadline=None)
@given(values, st.booleans())
def test_repaired_json_is_the_same_but_for_what_cannot_be(value: Any, is_ascii: bool) -> None:
    body = json.dumps(value, ensure_ascii=is_ascii).encode()

    assert json.loads(repair_json(body)) == without_odd(value)
    if json.loads(body) == without_odd(value):
        assert repair_json(body) == body
