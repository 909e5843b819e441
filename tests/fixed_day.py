"""The day on which the sandbox's history ends in tests that assert its data."""

from __future__ import annotations

import os

#: ``SANDBOX_NOW=2027-01-03 pytest tests/sandbox_server`` tries another day.
NOW = os.environ.get("SANDBOX_NOW", "2026-11-02")
