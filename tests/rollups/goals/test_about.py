"""Tables of goals say in their attrs whose they are, and as of when."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixed_day import NOW
from tests.public_calls import Frames

NAMES = ["drivers", "forecast", "history", "progress", "tree"]


@pytest.fixture(scope="module")
def frames() -> Frames:
    return Frames()


@pytest.mark.parametrize("name", [*(f"goal_{name}" for name in NAMES), "scorecard"])
def test_attrs_name_the_subject_and_the_moment(name: str, frames: Frames) -> None:
    rollup, given = frames.calls("_rollups", Path())[f"rollups.{name}"]

    table = rollup(**given | {"now": NOW})

    told = {key: table.attrs.get(key) for key in ("subject", "now")}
    assert told == {"subject": "Acme", "now": f"{NOW}T00:00+00:00"}
