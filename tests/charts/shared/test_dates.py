"""Dates on an axis, whatever its width and whatever they span."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt

from asana_frames.charts.shared.dates import day_positions, label_date_axis


@pytest.mark.parametrize("inches", [1.5, 2.5, 4.0, 8.0])
@pytest.mark.parametrize("days", [1, 6, 31, 90, 250, 520, 620, 730, 1_000, 4_000, 20_000])
def test_round_dates_are_found_for_every_span_in_axes_of_every_width(
    inches: float, days: int
) -> None:
    figure, ax = plt.subplots(figsize=(inches, 2))
    span = np.array(["2024-01-10", "2024-01-10"], dtype="datetime64[D]")
    span[1] += days

    ax.plot(day_positions(span), [0, 1])
    label_date_axis(ax, "Day")
    figure.canvas.draw()

    low, high = ax.get_xlim()
    assert 1 <= len([tick for tick in ax.get_xticks() if low <= tick <= high]) <= 14
    plt.close(figure)
