"""The chart of where budgets stand, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def status_of(*shares: float | None, **given: Any) -> pd.DataFrame:
    """Return budgets of 60 hours of which these shares are used."""
    states = [
        "no total" if s is None else "over" if s > 1 else "at risk" if s >= 0.9 else "ok"
        for s in shares
    ]
    columns = {
        "budget_gid": [f"70{number:04d}" for number in range(len(shares))],
        "project_name": [f"P{number}" for number in range(len(shares))],
        "units": "hours",
        "used": [54.0 if share is None else 60 * share for share in shares],
        "total": [None if share is None else 60.0 for share in shares],
        "share": list(shares),
        "forecast_share": None,
        "state": states,
    }
    frame = pd.DataFrame({**columns, **given})
    numbers = ["used", "total", "share", "forecast_share"]
    return frame.astype(dict.fromkeys(numbers, "Float64"))


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def widths_of(ax: Axes) -> list[float]:
    return [round(float(bar.get_width()), 6) for bar in ax.patches]


def legend_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_the_worst_state_is_at_the_top_and_said_in_words_beside_the_bar() -> None:
    ax = af.charts.budget_status(status_of(0.5, 0.8, 1.2, None, 0.95))

    assert names_of(ax) == ["P2 (hours)", "P4 (hours)", "P1 (hours)", "P0 (hours)", "P3 (hours)"]
    assert words_of(ax) == [
        "72 of 60 hours, 120 %: over",
        "57 of 60 hours, 95 %: at risk",
        "48 of 60 hours, 80 %: ok",
        "30 of 60 hours, 50 %: ok",
        "54 hours: no total",
    ]
    assert len({bar.get_facecolor() for bar in ax.patches[:3]}) == 3
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_the_finding_counts_what_is_over_and_at_risk_and_names_the_most_used() -> None:
    ax = af.charts.budget_status(status_of(0.5, 1.2, 1.5, None, 0.95))

    told = "2 of 5 budgets are over; the most: P2 (hours), 150 %; 1 at risk."
    assert finding_of(ax) == told
    assert title_of(ax) == "Use of budgets"
    calm = af.charts.budget_status(status_of(0.5))
    assert finding_of(calm) == "None of 1 budget is over or at risk."


def test_what_is_beyond_the_total_is_hatched() -> None:
    ax = af.charts.budget_status(status_of(1.2, 0.5))

    assert widths_of(ax) == [100, 50, 20]
    assert ax.patches[2].get_x() == 100
    assert ax.patches[2].get_hatch()
    assert legend_of(ax) == ["75 % and 90 % used", "all used", "beyond the total"]


def test_a_bar_far_beyond_the_total_is_cut_and_its_label_tells() -> None:
    ax = af.charts.budget_status(status_of(50.0, 0.5))

    assert widths_of(ax) == [100, 50, 100]
    assert words_of(ax)[0] == "3,000 of 60 hours, 5,000 %: over"
    assert ax.get_xlim()[1] < 250


def test_the_forecast_at_the_end_is_a_hollow_mark_where_it_is_known() -> None:
    ax = af.charts.budget_status(status_of(0.5, 0.8, 0.6, forecast_share=[0.75, None, 9.0]))

    (diamonds,) = (line for line in ax.lines if line.get_marker() == "D")
    (arrows,) = (line for line in ax.lines if line.get_marker() == ">")
    assert list(diamonds.get_xdata()) == [75]
    assert names_of(ax)[int(diamonds.get_ydata()[0])] == "P0 (hours)"
    assert list(arrows.get_xdata()) == [200]
    assert legend_of(ax)[-1] == "forecast at the end"


def test_alerts_and_the_total_are_lines_across() -> None:
    ax = af.charts.budget_status(status_of(0.5), alerts=[0.5, 0.8])

    upright = [line for line in ax.lines if list(line.get_ydata()) == [0, 1]]
    assert sorted(line.get_xdata()[0] for line in upright) == [50, 80, 100]


def test_at_most_25_budgets_are_drawn_and_the_others_counted() -> None:
    ax = af.charts.budget_status(status_of(*(n / 100 for n in range(60))))

    assert len(names_of(ax)) == 25
    assert names_of(ax)[0] == "P59 (hours)"
    assert notes_of(ax) == ["… 35 more budgets"]


def test_two_budgets_of_one_name_stay_two_and_long_names_are_cut() -> None:
    frame = status_of(0.5, 0.4, project_name="Save $5 " * 12)

    names = names_of(af.charts.budget_status(frame))

    assert len(set(names)) == 2
    assert all("(hours)" in name and r"\$5" in name for name in names)


@pytest.mark.parametrize("style", ["default", "dark_background"])
@pytest.mark.parametrize("size", [(4, 3), (10, 6)])
@pytest.mark.parametrize("layout", [None, "constrained"])
def test_it_draws_where_it_is_told_and_nothing_leaves_the_figure(
    style: str, size: tuple[int, int], layout: Any
) -> None:
    with plt.style.context(style):
        figure, ax = plt.subplots(figsize=size, layout=layout)

        frame = status_of(0.5, 1.2, None, forecast_share=0.8, project_name="A" * 80)
        assert af.charts.budget_status(frame, ax=ax) is ax

        figure.canvas.draw()
    assert len(plt.get_fignums()) == 1
    for text in [*ax.texts, *ax.get_yticklabels()]:
        box = text.get_window_extent()
        assert figure.bbox.x0 - 1 <= box.x0 <= box.x1 <= figure.bbox.x1 + 1


def test_odd_values_are_drawn() -> None:
    frame = status_of(-0.2, 0.5, state=[None, "paused"], project_name=[None, "P"], units=None)

    ax = af.charts.budget_status(frame)

    ax.figure.canvas.draw()
    assert ax.get_xlim()[0] <= -20


def test_no_budgets_are_an_empty_chart_that_says_so() -> None:
    assert words_of(af.charts.budget_status(status_of(0.5).head(0))) == ["No budgets"]


@pytest.mark.parametrize("column", ["share", "state", "forecast_share", "units"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"charts\.budget_status needs .*{column}"):
        af.charts.budget_status(status_of(0.5).drop(columns=column))


def test_alerts_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="alerts= takes"):
        af.charts.budget_status(status_of(0.5), alerts=["high"])  # type: ignore[list-item]


def test_projects_of_one_name_are_told_apart_whatever_their_units() -> None:
    table = status_of(0.5, 0.4, 0.3).assign(
        project_gid=["310001", "310002", "310003"],
        project_name=["Plan", "Plan", "Site"],
        units=["EUR", "hours", "EUR"],
    )

    assert names_of(af.charts.budget_status(table)) == [
        "Plan …0001 (EUR)",
        "Plan …0002 (hours)",
        "Site (EUR)",
    ]


@pytest.mark.parametrize("alerts", [(75, 90), (-0.5,), (0,)])
def test_alerts_in_percent_or_below_0_are_refused(alerts: tuple[float, ...]) -> None:
    with pytest.raises(af.InvalidArgument, match="takes a share above 0"):
        af.charts.budget_status(status_of(0.5), alerts=alerts)


def test_errors_of_floating_point_are_not_beyond_the_total() -> None:
    share = (0.1 + 0.2) / 0.3

    ax = af.charts.budget_status(status_of(share, state="ok"))

    assert "beyond the total" not in legend_of(ax)


def test_a_budget_without_a_state_comes_last() -> None:
    states = pd.array([None, "ok"], "string")

    ax = af.charts.budget_status(status_of(0.5, 0.4, state=states))

    assert names_of(ax) == ["P1 (hours)", "P0 (hours)"]
