"""Values that repeat are read once, and a page comes whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from asana_frames.catalog import columns_of
from asana_frames.frames import FrameBuilder
from asana_frames.frames.cached_reader import CachedReader


def raws(*values: Any) -> list[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(value)) for value in values]


class Reader:
    """Reads JSON texts and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, texts: Sequence[Any]) -> list[Any]:
        self.count += len(texts)
        return [msgspec.json.decode(text) for text in texts]


def test_a_text_is_read_once() -> None:
    reader = Reader()
    repeated = CachedReader(reader)

    first, second = repeated.values(raws({"gid": "1"}, None)), repeated.values(raws({"gid": "1"}))

    assert (first, second) == ([{"gid": "1"}, None], [{"gid": "1"}])
    assert reader.count == 2


@pytest.mark.parametrize("different", [10, 3000, 100_000])
def test_values_are_right_however_many_differ(different: int) -> None:
    repeated = CachedReader(Reader())
    pages = [[place % different for place in range(at, at + 100)] for at in range(0, 7000, 100)]

    assert [repeated.values(raws(*page)) for page in pages] == pages


def test_a_page_that_cannot_be_decoded_leaves_nothing_behind() -> None:
    builder = FrameBuilder(columns_of("task", ("name", "custom_fields")))
    field = {"gid": "5", "name": "P", "representation_type": "enum", "enum_value": {"name": "é"}}
    body = msgspec.json.encode({"data": [{"gid": "1", "custom_fields": [field]}]})
    listing = builder.start_listing()

    with pytest.raises(UnicodeDecodeError):
        builder.append(body.replace("é".encode(), b"\xff"), listing)
    empty = builder.copy().frame()
    builder.append(body, listing)

    assert (len(empty), list(empty.columns)) == (0, ["gid", "name"])
    assert builder.frame()["cf_P"].tolist() == ["é"]
