"""The charts of lead times and ages, by what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

import asana_frames as af
from asana_frames.rollups.flow.aging import BUCKETS
from tests.charts.drawn import finding_of, inside_of, legend_of, note_of, title_of


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def times_of(*days: float | None, first: str | None = "2026-03-02") -> pd.DataFrame:
    """Tasks that took so many days, completed day after day."""
    on = pd.date_range(first or "2026-03-02", periods=len(days), unit="us").to_series(index=None)
    frame = pd.DataFrame({"completed_on": on.to_numpy(), "days_open": list(days)})
    return frame.astype({"days_open": "Float64"})


def ages_of(*rows: tuple[str | None, int | None]) -> pd.DataFrame:
    """Rows of bucket and days overdue."""
    frame = pd.DataFrame(rows, columns=["bucket", "days_overdue"])
    kinds = pd.CategoricalDtype([*BUCKETS.values()], ordered=True)
    return frame.astype({"bucket": kinds, "days_overdue": "Int64"})


def heights_of(ax: Axes) -> list[float]:
    return [float(bar.get_height()) for bar in ax.patches]  # type: ignore[attr-defined]


def test_each_completed_task_is_a_dot_and_lines_tell_how_long_most_take() -> None:
    # 0 to 20 days: half within 10, 85 % within 17, 95 % within 19.
    ax = af.charts.lead_times(times_of(*range(21), None))

    (dots,) = ax.collections
    assert len(np.asarray(dots.get_offsets())) == 21
    assert [float(np.asarray(line.get_ydata())[0]) for line in ax.lines] == [10, 17, 19]
    assert inside_of(ax) == [
        "50 % within\n10 days",
        "85 % within\n17 days",
        "95 % within\n19 days",
    ]
    assert title_of(ax) == "Days from creation to completion, 2 to 22 Mar 2026"
    assert finding_of(ax) == "Half of 21 tasks were completed within 10 days, 85 % within 17."


def test_words_of_lines_that_are_close_do_not_lie_upon_each_other() -> None:
    ax = af.charts.lead_times(times_of(10, 10, 10, 10))

    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if "within" in text.get_text()]
    boxes = boxes[:3]
    assert all(lower.y1 <= upper.y0 for lower, upper in pairwise(boxes))


def test_tasks_that_took_far_longer_are_counted_in_a_note() -> None:
    ax = af.charts.lead_times(times_of(*[5.0] * 99, 900.0))

    assert ax.get_ylim() == (0, 15)
    assert note_of(ax) == "… 1 took longer, up to 900 days"


def test_tasks_done_at_once_are_drawn() -> None:
    ax = af.charts.lead_times(times_of(0, 0))

    assert ax.get_ylim()[1] == 1


def test_ages_are_bars_of_buckets_with_the_overdue_at_the_foot() -> None:
    rows = [("under a week", None), ("over a year", 3), ("over a year", None), (None, 1)]

    ax = af.charts.aging(ages_of(*rows))

    assert [label.get_text() for label in ax.get_xticklabels()] == [*BUCKETS.values(), "(none)"]
    assert heights_of(ax) == [0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0]
    assert inside_of(ax) == ["1", "0", "0", "0", "2", "1"]
    assert legend_of(ax) == ["overdue", "not overdue"]
    assert (
        finding_of(ax)
        == "2 of 4 open tasks are overdue; the largest group is over a year old (2)."
    )


def test_the_rollups_of_a_sandbox_are_drawn(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme")

    ages = af.charts.aging(af.rollups.aging(tasks, now="2026-11-02T09:00Z"))
    times = af.charts.lead_times(af.rollups.lead_times(tasks))

    assert len(inside_of(ages)) == len(BUCKETS)
    assert len(inside_of(times)) == 3


CHARTS: dict[Callable[..., Axes], tuple[pd.DataFrame, str]] = {
    af.charts.lead_times: (times_of(1, 2, 30, None), "days_open"),
    af.charts.aging: (ages_of(("under a week", None), ("over a year", 2)), "bucket"),
}


@pytest.mark.parametrize(("chart", "data"), [(chart, data) for chart, (data, _) in CHARTS.items()])
class TestEachChart:
    @pytest.mark.parametrize("size", [(8, 4), (3, 2.4)])
    @pytest.mark.parametrize("layout", [None, "constrained"])
    def test_draws_where_it_is_told_and_clips_nothing(
        self, chart: Callable[..., Axes], data: pd.DataFrame, size: Any, layout: str | None
    ) -> None:
        figure, ax = plt.subplots(figsize=size, layout=layout)

        assert chart(data, ax=ax) is ax

        figure.canvas.draw()
        assert figure.axes == [ax]
        boxes = [text.get_window_extent() for text in (*ax.texts, *ax.get_yticklabels(), ax.title)]
        assert min(box.x0 for box in boxes) >= -1
        assert max(box.x1 for box in boxes) <= figure.bbox.x1 + 1

    def test_of_nothing_is_empty_and_says_so(
        self, chart: Callable[..., Axes], data: pd.DataFrame
    ) -> None:
        ax = chart(data.head(0))

        assert inside_of(ax)[0].startswith("No ")

    def test_names_a_missing_column(self, chart: Callable[..., Axes], data: pd.DataFrame) -> None:
        column = CHARTS[chart][1]

        with pytest.raises(
            af.InvalidArgument, match=rf"charts\.{chart.__name__} needs .*{column}"
        ):
            chart(data.drop(columns=column))


def test_at_least_85_percent_of_the_tasks_are_within_the_days_that_are_said() -> None:
    days = [1.0, 2.0, 3.0, 20.0]
    took = pd.DataFrame({"completed_on": pd.to_datetime(["2026-03-02"] * 4), "days_open": days})

    ax = af.charts.lead_times(took)

    assert finding_of(ax) == "Half of 4 tasks were completed within 2 days, 85 % within 20."


def test_times_of_minutes_are_not_shown_as_no_time() -> None:
    ax = af.charts.lead_times(times_of(0.01, 0.02))

    assert finding_of(ax) == "Half of 2 tasks were completed within <0.1 days, 85 % within <0.1."
