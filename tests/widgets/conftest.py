"""Tests of this folder find no login of whoever runs them."""

from __future__ import annotations

from tests.logins import own_place

__all__ = ["own_place"]
