"""Tests of this folder leave no widget open."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets as ipw
import pytest


@pytest.fixture(autouse=True)
def _no_widget_is_left() -> Iterator[None]:
    """Close what a test has made: widgets know of each other, and saved notebooks of all."""
    yield
    ipw.Widget.close_all()
