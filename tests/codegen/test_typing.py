"""The types of generated methods take what people write, and refuse nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

TYPED_USE = Path(__file__).parent / "typed_use.py"


def test_mypy_accepts_normal_uses_and_refuses_nonsense() -> None:
    api = pytest.importorskip("mypy.api")

    found, problems, status = api.run(["--strict", str(TYPED_USE)])

    assert status == 0, found + problems
