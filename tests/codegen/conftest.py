"""The spec that the catalog is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from asana_frames.codegen.__main__ import read_spec
from asana_frames.codegen.spec import Spec

SPEC = Path(__file__).parents[3] / "shared" / "asana_oas.yaml"


@pytest.fixture(scope="session")
def spec() -> Spec:
    """Return Asana's spec, read once: nothing changes it."""
    if not SPEC.exists():
        pytest.skip("the spec lies beside the project only")
    return read_spec(SPEC)
