"""Which days a period is compared with."""

from __future__ import annotations

import pytest

from asana_frames.rollups.shared.spans import find_previous, parse_span

TODAY = "2026-11-18"


@pytest.mark.parametrize(
    ("days", "compare", "before"),
    [
        (("2026-11-02", "2026-11-08"), "previous", ("2026-10-26", "2026-11-01")),
        # Whole months are compared with as many whole months.
        (("2026-10-01", "2026-10-31"), "previous", ("2026-09-01", "2026-09-30")),
        (("2026-07-01", "2026-09-30"), "previous", ("2026-04-01", "2026-06-30")),
        (("2026-03-01", "2026-03-31"), "previous", ("2026-02-01", "2026-02-28")),
        # 18 days of November are over.
        (("2026-11-01", "2026-11-30"), "previous", ("2026-10-01", "2026-10-18")),
        (("2026-01-01", "2026-12-31"), "previous", ("2025-01-01", "2025-11-18")),
        (("2026-11-16", "2026-11-22"), "previous", ("2026-11-09", "2026-11-11")),
        (("2026-10-01", "2026-10-31"), "last_year", ("2025-10-01", "2025-10-31")),
        (("2028-02-01", "2028-02-29"), None, None),
        (("2027-01-01", "2027-01-31"), "previous", None),
        ((None, "2026-10-31"), "previous", None),
        # Until today: 18 days.
        (("2026-11-01", None), "previous", ("2026-10-14", "2026-10-31")),
        (("2026-11-01", None), "last_year", ("2025-11-01", "2025-11-18")),
    ],
)
def test_a_period_is_compared_with_as_many_days(
    days: tuple[str | None, str | None], compare: str | None, before: tuple[str, str] | None
) -> None:
    found = find_previous(parse_span(*days, TODAY), compare)

    assert (found and (f"{found.start:%Y-%m-%d}", f"{found.end:%Y-%m-%d}")) == before
