"""The day on which the sandbox's history ends in tests that assert its data, and what it holds."""

from __future__ import annotations

import os
from datetime import date, timedelta

#: ``SANDBOX_NOW=2027-01-03 pytest tests/sandbox_server`` tries another day.
NOW = os.environ.get("SANDBOX_NOW", "2026-11-02")
#: More tasks than a section of "Website relaunch" holds, and fewer than it holds in all.
CUT = 220


def day_after(days: int) -> str:
    """Return the day so many days after the fixed one; before it where they are negative."""
    return (date.fromisoformat(NOW[:10]) + timedelta(days=days)).isoformat()
