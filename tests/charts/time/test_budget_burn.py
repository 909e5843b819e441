"""The chart of how budgets are used up, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, date2num
from matplotlib.lines import Line2D

import asana_frames as af
from asana_frames.charts.shared.ink import mix_ink
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)
NUMBERS = [
    *("used", "used_total", "used_low", "used_high", "total", "left"),
    *("planned_to_date", "unpriced_hours"),
]
DAYS = ["period", "exhausted_on", "exhausted_earliest", "exhausted_latest"]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def burn_of(
    name: str | None = "Site", known: int = 4, forecast: int = 2, **given: Any
) -> pd.DataFrame:
    """Ten hours a week, the forecast two more or less."""
    weeks = np.arange(known + forecast)
    ahead = np.clip(weeks - known + 1, 0, None) * 2.0
    used = 10.0 * (weeks + 1)
    columns = {
        "budget_gid": "7001",
        "project_gid": "9001",
        "project_name": name,
        "budget_type": "time",
        "units": "hours",
        "period": pd.date_range("2026-11-02", periods=len(weeks), freq="7D"),
        "is_forecast": weeks >= known,
        "used": 10.0,
        "used_total": used,
        "used_low": used - ahead,
        "used_high": used + ahead,
        "total": 100.0,
        "left": 100.0 - used,
        "planned_to_date": np.nan,
        "unpriced_hours": 0.0,
        "exhausted_on": None,
        "exhausted_earliest": None,
        "exhausted_latest": None,
    }
    frame = pd.DataFrame({**columns, **given}, index=weeks)
    for column in DAYS:
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    texts = dict.fromkeys(["budget_gid", "project_name", "budget_type", "units"], TEXT)
    return frame.astype({**texts, **dict.fromkeys(NUMBERS, "Float64"), "is_forecast": "boolean"})


def test_the_length_of_periods_is_that_of_the_table() -> None:
    burn = burn_of(known=2, forecast=0)
    burn.attrs["every"] = "D"

    told, guessed = (
        af.charts.budget_burn(table).lines[0] for table in (burn, burn_of(known=2, forecast=0))
    )

    # Of two Mondays, each is a day; unless a table tells it, they begin weeks.
    assert guessed.get_xdata()[-1] - told.get_xdata()[-1] == 6


def several(count: int, **given: Any) -> pd.DataFrame:
    one = burn_of("P", **given)
    parts = pd.concat([one] * count, ignore_index=True)
    at = np.repeat(np.arange(count), len(one))
    return parts.assign(
        project_name=[f"P{number:02d}" for number in at],
        budget_gid=[f"70{number:04d}" for number in at],
        total=1000.0 - at,
    ).astype(dict(one.dtypes))


def drawn(ax: Axes) -> dict[str, Any]:
    legend = ax.get_legend()
    assert legend is not None
    handles = legend.legend_handles
    return {text.get_text(): at for text, at in zip(legend.get_texts(), handles, strict=True)}


def place(day: str) -> float:
    return float(date2num(np.datetime64(day)))


def upright(ax: Axes) -> list[Line2D]:
    return [line for line in ax.lines if list(line.get_ydata()) == [0, 1]]


def test_what_is_used_is_a_line_from_0_to_the_end_of_each_period_and_the_forecast_goes_on() -> (
    None
):
    ax = af.charts.budget_burn(burn_of())

    used, forecast = ax.lines[:2]
    assert list(used.get_ydata()) == [0, 10, 20, 30, 40]
    assert list(forecast.get_ydata()) == [40, 50, 60]
    assert used.get_xdata()[0] == place("2026-11-02")
    assert used.get_xdata()[-1] == forecast.get_xdata()[0] == place("2026-11-30")
    assert used.get_linestyle() == "-"
    assert forecast.get_linestyle() == "--"
    assert list(drawn(ax)) == ["used", "range of the forecast"]
    assert words_of(ax) == ["forecast", "budget: 100 hours"]


def test_the_present_period_is_used_until_now_and_goes_on_from_there() -> None:
    frame = burn_of(known=3, forecast=3, used=[10.0, 10.0, 4.0, 6.0, 10.0, 10.0])
    begins = ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-16", "2026-11-23", "2026-11-30"]
    ends = ["2026-11-08", "2026-11-15", "2026-11-18", "2026-11-22", "2026-11-29", "2026-12-06"]
    frame = frame.assign(
        period=pd.to_datetime(begins),
        until=pd.to_datetime(ends),
        partial=[False, False, True, True, False, False],
        used_total=[10.0, 20.0, 24.0, 30.0, 40.0, 50.0],
    )

    used, forecast = af.charts.budget_burn(frame.iloc[::-1]).lines[:2]

    assert list(used.get_xdata())[-1] == forecast.get_xdata()[0] == place("2026-11-19")
    assert list(used.get_ydata()) == [0, 10, 20, 24]
    assert list(forecast.get_ydata()) == [24, 30, 40, 50]
    assert forecast.get_xdata()[1] == place("2026-11-23")


def test_the_band_of_the_forecast_is_what_the_frame_says() -> None:
    ax = af.charts.budget_burn(burn_of())

    edges = ax.collections[0].get_paths()[0].vertices
    at_end = edges[edges[:, 0] == place("2026-12-14")][:, 1]
    assert (at_end.min(), at_end.max()) == (56, 64)


def test_the_budget_is_a_line_across_and_units_stand_on_the_axis() -> None:
    ax = af.charts.budget_burn(burn_of(units="EUR", budget_type="cost", total=52000.0))

    assert "budget: 52,000 EUR" in words_of(ax)
    across = next(line for line in ax.lines if list(line.get_xdata()) == [0, 1])
    assert list(across.get_ydata()) == [52000, 52000]
    assert ax.get_ylabel() == "EUR"
    assert title_of(ax) == "Cost used by Site, 2 Nov to 13 Dec 2026"
    frame = burn_of(budget_type="cost")
    frame.attrs["subject"] = "Site"
    assert title_of(af.charts.budget_burn(frame)) == "Site: cost used, 2 Nov to 13 Dec 2026"


def test_a_plan_is_drawn_where_there_is_one() -> None:
    ax = af.charts.budget_burn(burn_of(planned_to_date=[5.0, 10.0, 15.0, 20.0, 25.0, 30.0]))

    assert "plan" in words_of(ax)
    assert list(ax.lines[2].get_ydata()) == [5, 10, 15, 20, 25, 30]


def test_the_day_on_which_the_budget_is_used_up_is_marked_and_written() -> None:
    ax = af.charts.budget_burn(
        burn_of(
            exhausted_on="2026-12-14",
            exhausted_earliest="2026-12-09",
            exhausted_latest="2026-12-20",
        )
    )

    told = "40 of 100 hours used; used up on 14 Dec 2026 (9 Dec 2026 to 20 Dec 2026)."
    assert finding_of(ax) == told
    assert [line.get_xdata()[0] for line in upright(ax)] == [place("2026-12-14")]
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert band.x0 == pytest.approx(place("2026-12-09"))


def test_a_budget_that_may_last_for_ever_says_from_when_it_may_not() -> None:
    ax = af.charts.budget_burn(burn_of(exhausted_earliest="2026-12-09"))
    other = af.charts.budget_burn(
        burn_of(exhausted_on="2026-12-12", exhausted_earliest="2026-12-09")
    )

    assert finding_of(ax).endswith("; may be used up from 9 Dec 2026 on.")
    assert finding_of(other).endswith("; used up on 12 Dec 2026 (not before 9 Dec 2026).")


@pytest.mark.parametrize("day", ["2026-11-20", "2020-01-01"])
def test_a_budget_used_up_in_the_past_is_over_since_then(day: str) -> None:
    ax = af.charts.budget_burn(burn_of(total=25.0, exhausted_on=day))

    assert "; over budget since " in finding_of(ax)
    assert len(upright(ax)) == 1
    low, high = ax.get_xlim()
    assert high - low < 60


def test_a_day_far_off_is_written_but_does_not_squeeze_the_chart() -> None:
    ax = af.charts.budget_burn(burn_of(exhausted_on="2199-01-01"))

    assert finding_of(ax).endswith("; used up on 1 Jan 2199, beyond the chart.")
    assert not upright(ax)
    low, high = ax.get_xlim()
    assert high - low < 90


def test_several_budgets_are_lines_of_percent_the_furthest_on_first() -> None:
    frame = pd.concat(
        [
            burn_of("Slow", budget_gid="1", total=600.0),
            burn_of("Fast", budget_gid="2", units="EUR", total=30.0),
        ]
    )

    ax = af.charts.budget_burn(frame)

    assert list(drawn(ax)) == ["whole budget", "forecast"]
    assert words_of(ax) == ["Slow (hours)", "Fast (EUR)"]
    assert finding_of(ax) == "Most used: Fast (EUR), 133 %; 1 of 2 is used up."
    slow, fast = ax.texts[:2]
    assert slow.get_color() != fast.get_color()
    heights = [line.get_ydata()[-1] for line in ax.lines[:4] if line.get_linestyle() == "--"]
    assert heights == pytest.approx([200, 10])
    across = next(line for line in ax.lines if list(line.get_xdata()) == [0, 1])
    assert list(across.get_ydata()) == [100, 100]
    assert ax.get_ylabel() == "Used (%)"


def test_at_most_ten_budgets_are_drawn_and_the_others_counted() -> None:
    ax = af.charts.budget_burn(several(200))

    assert len(drawn(ax)) == 12
    assert next(iter(drawn(ax))) == "P199 (hours)"
    assert words_of(ax) == ["… 190 more budgets"]


@pytest.mark.parametrize("total", [None, 0.0])
def test_budgets_without_a_total_are_named(total: float | None) -> None:
    frame = pd.concat([several(2), burn_of("Endless", budget_gid="9", total=total)])

    ax = af.charts.budget_burn(frame)

    assert words_of(ax) == ["P00 (hours)", "P01 (hours)", "Without a total: Endless (hours)"]


def test_budgets_of_which_nothing_is_used_are_named() -> None:
    frame = pd.concat([several(2), burn_of("New", 1, 0, budget_gid="9", period=None)])

    assert notes_of(af.charts.budget_burn(frame)) == ["Nothing used yet: New (hours)"]


def test_two_budgets_of_one_name_stay_two() -> None:
    frame = pd.concat([burn_of(budget_gid="70001234"), burn_of(budget_gid="70005678", total=90.0)])

    assert words_of(af.charts.budget_burn(frame)) == ["Site (hours) …1234", "Site (hours) …5678"]


@pytest.mark.parametrize(("known", "forecast"), [(1, 0), (0, 3), (3, 0), (104, 52)])
@pytest.mark.parametrize("budgets", [1, 2])
def test_the_axis_is_of_dates(known: int, forecast: int, budgets: int) -> None:
    ax = af.charts.budget_burn(several(budgets, known=known, forecast=forecast))

    ax.figure.canvas.draw()
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)
    assert [label.get_text() for label in ax.get_xticklabels()]


@pytest.mark.parametrize("budgets", [1, 16])
@pytest.mark.parametrize("layout", [None, "constrained"])
def test_it_draws_where_it_is_told_and_the_legend_covers_nothing(
    budgets: int, layout: str | None
) -> None:
    figure, ax = plt.subplots(figsize=(4, 3), layout=layout)

    assert af.charts.budget_burn(several(budgets, exhausted_on="2026-12-10"), ax=ax) is ax

    assert len(plt.get_fignums()) == 1
    figure.canvas.draw()
    legend = ax.get_legend()
    assert legend is not None
    box, axes = legend.get_window_extent(), ax.get_window_extent()
    assert box.x0 >= axes.x1 or box.y0 >= axes.y1
    assert figure.bbox.x0 - 1 <= box.x0 <= box.x1 <= figure.bbox.x1 + 1


def test_odd_values_are_drawn() -> None:
    frame = burn_of("Save $5 and $6", total=-5.0)
    frame["used"] = frame["used"].mask(frame.index == 0)
    frame["used_total"] = -frame["used_total"].mask(frame.index == 2)

    ax = af.charts.budget_burn(frame)

    assert title_of(ax) == r"Time used by Save \$5 and \$6, 2 Nov to 13 Dec 2026"
    assert ax.get_ylim()[0] < 0
    ax.figure.canvas.draw()


def test_a_budget_without_a_name_is_none() -> None:
    title = title_of(af.charts.budget_burn(burn_of(None)))
    assert title == "Time used by (none), 2 Nov to 13 Dec 2026"


def test_no_budgets_are_an_empty_chart_that_says_so() -> None:
    assert words_of(af.charts.budget_burn(burn_of().head(0))) == ["No budgets"]
    unused = burn_of(period=None)
    assert words_of(af.charts.budget_burn(unused)) == ["Nothing used yet"]


@pytest.mark.parametrize("column", ["units", "used_total", "total", "exhausted_on", "is_forecast"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"charts\.budget_burn needs .*{column}"):
        af.charts.budget_burn(burn_of().drop(columns=column))


def test_hours_without_a_rate_are_noted() -> None:
    ax = af.charts.budget_burn(burn_of(unpriced_hours=[2.0, 0.5, 0.0, np.nan, np.nan, np.nan]))

    assert "+ 2.5 h without a rate" in notes_of(ax)


def test_the_forecast_of_several_budgets_has_the_ink_of_the_style() -> None:
    with plt.style.context("dark_background"):
        ax = af.charts.budget_burn(pd.concat([burn_of("A"), burn_of("B", budget_gid="2")]))

    legend = ax.get_legend()
    assert legend is not None
    assert legend.get_lines()[-1].get_color() == mix_ink(ax) == "#dedede"


def test_a_budget_without_a_total_does_not_stretch_the_axis() -> None:
    two = pd.concat([burn_of("A"), burn_of("B", budget_gid="2")])
    long = burn_of("C", known=40, budget_gid="3", total=np.nan)

    ax = af.charts.budget_burn(pd.concat([two, long]))

    assert ax.get_xlim() == af.charts.budget_burn(two).get_xlim()


def test_budgets_most_used_by_now_come_first_whatever_their_forecast() -> None:
    slow = several(11, known=1, forecast=8)
    fast = burn_of("Used", known=1, forecast=1, used_total=[95.0, 95.0], budget_gid="9")

    ax = af.charts.budget_burn(pd.concat([slow.assign(total=91.0), fast], ignore_index=True))

    assert finding_of(ax) == "Most used: Used (hours), 95 %."
    assert next(iter(drawn(ax))) == "Used (hours)"


def test_a_note_names_five_budgets_in_place_of_one_more() -> None:
    burn = several(6)
    burn["total"] = burn["total"].where(burn["project_name"] == "P00")

    ax = af.charts.budget_burn(burn)

    names = ", ".join(f"P{n:02} (hours)" for n in range(1, 5))
    assert f"Without a total: {names} and P05 (hours)" in notes_of(ax)
