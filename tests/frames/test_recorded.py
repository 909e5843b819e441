"""Answers of the real API, and payloads as others keep them, become contract frames."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from asana_frames.catalog import columns_of, load
from asana_frames.frames import DTYPES, FrameBuilder

DATA = Path(__file__).parents[1] / "data"
RECORDED = Path(__file__).parents[3] / "shared" / "recorded"
needs_recorded = pytest.mark.skipif(
    not RECORDED.exists(), reason="the recordings lie beside the project only"
)


def framed(data: Any) -> pd.DataFrame:
    """Build the frame of an answer by the type that its records tell."""
    rows = data if isinstance(data, list) else [data]
    record = str(rows[0].get("resource_type", "task")) if rows else "task"
    known = {kind.name for kind in load().records}
    columns = columns_of(record if record in known else "named_resource")
    builder = FrameBuilder(columns)
    is_list = isinstance(data, list)
    builder.append(json.dumps({"data": data}).encode(), builder.start_listing(), one=not is_list)
    frame = builder.frame()
    for column in columns:
        if column.kind != "custom_fields":
            assert frame[column.name].dtype == DTYPES["tuple" if column.depth else column.kind]
    return frame


@pytest.mark.parametrize("file", sorted(DATA.glob("*.json")), ids=lambda path: path.stem)
def test_an_answer_of_the_real_api_becomes_a_frame(file: Path) -> None:
    answer = json.loads(file.read_text("utf-8"))["data"]

    frame = framed(answer)

    rows = answer if isinstance(answer, list) else [answer]
    assert frame["gid"].tolist() == [row["gid"] for row in rows]
    assert frame["name"].fillna("").tolist() == [row.get("name") or "" for row in rows]


@needs_recorded
@pytest.mark.filterwarnings("ignore::asana_frames.AsanaWarning")
@pytest.mark.parametrize(
    "file", sorted(RECORDED.glob("vendor_examples/*.json")), ids=lambda path: path.stem
)
def test_payloads_edited_by_hand_are_tolerated(file: Path) -> None:
    data = json.loads(file.read_text("utf-8"))["body"].get("data")
    rows = data if isinstance(data, list) else [data]
    gids = [row["gid"] for row in rows if isinstance(row, dict) and "gid" in row]

    if gids:
        assert framed(data)["gid"].tolist() == list(dict.fromkeys(map(str, gids)))


@needs_recorded
@pytest.mark.parametrize(
    "file", sorted(RECORDED.glob("real/*/*.yaml")), ids=lambda path: path.stem
)
def test_real_traffic_becomes_frames(file: Path) -> None:
    text = re.sub(r"\$\{\w+:(\d+)\}", r"\1", file.read_text("utf-8"))
    interactions = yaml.safe_load(text)["interactions"]
    seen = 0
    for interaction in interactions:
        body = interaction["response"]["body"]["string"]
        answer = json.loads(body) if body else {}
        data = answer.get("data")
        rows = data if isinstance(data, list) else [data]
        if not rows or not isinstance(rows[0], dict) or "gid" not in rows[0]:
            continue
        frame = framed(data)
        seen += len(frame)
        assert frame["gid"].tolist() == list(dict.fromkeys(row["gid"] for row in rows))
    assert seen or "batch" in file.stem or "error" in file.stem
