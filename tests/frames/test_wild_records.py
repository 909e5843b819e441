"""Whatever JSON comes, a frame keeps its rows, columns and dtypes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asana_frames.catalog import columns_of, load
from asana_frames.frames import FrameBuilder

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
COLUMNS = columns_of("task")
EMPTY = FrameBuilder(COLUMNS).frame()
TOP = sorted({field.path for field in load().record("task").fields if "." not in field.path})
FIELD = st.dictionaries(
    st.sampled_from(["gid", "name", "representation_type", "number_value", "enum_value", "x"]),
    json_values | st.sampled_from(["number", "enum", "people", "date"]),
)
records = st.fixed_dictionaries(
    {"gid": st.integers(0, 50).map(str)},
    optional={
        path: json_values | st.lists(FIELD, max_size=3) if path == "custom_fields" else json_values
        for path in TOP
        if path != "gid"
    },
)


@pytest.mark.filterwarnings("ignore::asana_frames.AsanaWarning")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(records, max_size=6))
def test_a_frame_survives_any_json(rows: list[dict[str, Any]]) -> None:
    builder = FrameBuilder(COLUMNS)
    builder.append(msgspec.json.encode({"data": rows}), builder.start_listing())

    frame = builder.frame()

    assert frame["gid"].tolist() == list(dict.fromkeys(row["gid"] for row in rows))
    assert list(frame.columns[: len(EMPTY.columns)]) == list(EMPTY.columns)
    assert list(frame.dtypes[: len(EMPTY.columns)]) == list(EMPTY.dtypes)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.integers(0, 20).map(str), max_size=5)), max_size=8
    )
)
def test_pages_in_any_order_make_the_same_rows(pages: list[tuple[int, list[str]]]) -> None:
    def framed(order: list[tuple[int, list[str]]]) -> list[str]:
        builder = FrameBuilder(columns_of("task", ("name",)))
        for place in range(4):
            builder.start_listing(str(place))
        for listing, gids in order:
            body = msgspec.json.encode({"data": [{"gid": gid} for gid in gids]})
            builder.append(body, listing)
        return builder.frame()["gid"].tolist()

    by_listing = sorted(pages, key=lambda page: page[0])

    assert framed(pages) == framed(by_listing)
    assert framed(pages) == list(dict.fromkeys(gid for _, gids in by_listing for gid in gids))
