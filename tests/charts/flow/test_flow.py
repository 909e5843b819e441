"""The charts of the flow of tasks, by what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.dates import ConciseDateFormatter, date2num

import asana_frames as af
from tests.charts.drawn import (
    finding_of,
    inside_of,
    legend_of,
    note_of,
    notes_of,
    panels_of,
    title_of,
    words_of,
)

TEXT = pd.StringDtype(na_value=np.nan)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def periods(count: int, every: str = "7D", first: str = "2026-03-02") -> pd.DatetimeIndex:
    return pd.date_range(first, periods=count, freq=every, unit="us")


def burnup_of(*rows: tuple[int, int], every: str = "7D") -> pd.DataFrame:
    """Rows of scope and done."""
    scope, done = zip(*rows, strict=True) if rows else ((), ())
    frame = pd.DataFrame({"period": periods(len(rows), every), "scope": scope, "done": done})
    added = frame["scope"].diff().fillna(frame["scope"])
    frame = frame.assign(
        open=frame["scope"] - frame["done"],
        scope_added=added.clip(lower=0),
        scope_removed=-added.clip(upper=0),
    )
    return frame.astype(dict.fromkeys(frame.columns[1:], "Int64"))


def daily_of(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    """Rows of created, done, open and overdue."""
    frame = pd.DataFrame(list(rows), columns=["created", "done", "open", "overdue"])
    frame.insert(0, "period", periods(len(rows), "D"))
    return frame.astype(dict.fromkeys(frame.columns[1:], "Int64"))


def throughput_of(*done: int, **keys: str) -> pd.DataFrame:
    frame = pd.DataFrame({**keys, "period": periods(len(done)), "done": done})
    frame = frame.assign(unweighted=0, partial=False)
    return frame.astype({"done": "Int64", "partial": "boolean"} | dict.fromkeys(keys, TEXT))


def load_of(*rows: tuple[str | None, str | None, str | None, int, float | None]) -> pd.DataFrame:
    """Rows of gid, name, first day, tasks and hours."""
    frame = pd.DataFrame(rows, columns=["person_gid", "person_name", "period", "tasks", "hours"])
    frame["period"] = pd.to_datetime(frame["period"]).astype("datetime64[us]")
    return frame.astype(
        {"person_gid": TEXT, "person_name": TEXT, "tasks": "Int64", "hours": "Float64"}
    )


def test_a_burnup_is_a_line_of_scope_over_an_area_of_what_is_done() -> None:
    ax = af.charts.burnup(burnup_of((2, 0), (4, 1), (5, 3)))

    (panel,) = panels_of(ax)
    (line,) = panel.lines
    assert list(np.asarray(line.get_ydata())) == [2, 4, 5]
    # At the end of the first week, where the second begins.
    assert np.asarray(line.get_xdata())[0] == date2num(np.datetime64("2026-03-09"))
    tops = [area.get_datalim(panel.transData).y1 for area in panel.collections]
    assert tops == [5, 3]
    assert sorted(inside_of(panel)) == ["done", "open", "scope"]
    assert [bar.get_height() for bar in ax.patches] == [2, 2, 1]
    assert finding_of(ax) == "3 of 5 done, 2 open."
    assert panel.get_ylim()[0] == 0


def test_what_is_not_drawn_is_not_in_the_legend() -> None:
    grown, shrunk = burnup_of((2, 0), (4, 1)), burnup_of((4, 0), (3, 1))

    assert legend_of(af.charts.burnup(grown)) == ["added"]
    assert legend_of(af.charts.burnup(shrunk)) == ["added", "removed"]


def test_what_leaves_the_scope_goes_down_and_groups_are_added_up() -> None:
    rows = burnup_of((4, 0), (3, 1))

    ax = af.charts.burnup(pd.concat([rows.assign(k="a"), rows.assign(k="b")]))

    assert [bar.get_height() for bar in ax.patches] == [8, 0, 0, -2]
    assert list(np.asarray(panels_of(ax)[0].lines[0].get_ydata())) == [8, 6]


def burndown_of(*remaining: int | None, ideal: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame({"period": periods(len(remaining), "D"), "remaining": remaining})
    line = np.linspace(4, 0, len(remaining)) if ideal else np.nan
    frame = frame.assign(ideal=line, done=0, scope_added=[1, *[0] * (len(frame) - 1)])
    frame = frame.assign(scope_removed=0, unweighted=0, partial=False)
    return frame.astype({"remaining": "Int64", "ideal": "Float64"})


def test_a_burndown_falls_beside_a_dashed_line_and_says_where_it_is() -> None:
    ax = af.charts.burndown(burndown_of(4, 3, 3, None, None))

    (panel,) = panels_of(ax)
    remaining, ideal = panel.lines
    assert list(np.asarray(remaining.get_ydata()))[:3] == [4, 3, 3]
    assert np.isnan(np.asarray(remaining.get_ydata(), dtype=float)[3:]).all()
    assert ideal.get_linestyle() == "--"
    assert legend_of(ax) == ["remaining", "ideal", "added"]
    assert finding_of(ax) == "3 remaining on 4 Mar 2026; the ideal line is at 2."


def test_a_burndown_marks_today_where_days_follow() -> None:
    ahead, over = burndown_of(4, 3, 3, None, None), burndown_of(4, 3, 3, 2, 1)
    ahead.attrs["now"], over.attrs["now"] = "2026-03-04", "2026-03-06"

    (panel,) = panels_of(af.charts.burndown(ahead))
    (other,) = panels_of(af.charts.burndown(over))

    assert inside_of(panel) == ["today"]
    today = np.asarray(panel.lines[-1].get_xdata())[0]
    assert today == date2num(np.datetime64("2026-03-04"))
    assert inside_of(other) == []


def test_a_burndown_without_an_end_has_no_line_beside_it() -> None:
    ax = af.charts.burndown(burndown_of(4, 3, ideal=False))

    assert legend_of(ax) == ["remaining", "added"]
    assert finding_of(ax) == "3 remaining on 3 Mar 2026."


def velocity_of(*rows: tuple[int, int]) -> pd.DataFrame:
    """Rows of committed and done; the last sprint is not over."""
    frame = pd.DataFrame(list(rows), columns=["committed", "done"])
    last = np.arange(len(rows)) == len(rows) - 1
    names = [f"Sprint {n}" for n in range(1, len(rows) + 1)]
    frame = frame.assign(name=names, start=periods(len(rows), "14D"), partial=last)
    return frame.astype({"committed": "Int64", "done": "Int64", "partial": "boolean"})


def test_velocity_has_two_bars_per_sprint_and_the_mean_of_those_that_are_over() -> None:
    ax = af.charts.velocity(velocity_of((5, 4), (6, 8), (9, 1)))

    assert [bar.get_height() for bar in ax.patches] == [5, 6, 9, 4, 8, 1]
    assert np.asarray(ax.lines[-1].get_ydata())[0] == 6
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "Sprint 1",
        "Sprint 2",
        "Sprint 3",
    ]
    hollow = [bar.get_hatch() is not None for bar in ax.patches]
    assert hollow == [False, False, True, False, False, True]
    assert "mean 6" in inside_of(ax)
    assert legend_of(ax) == ["committed", "done", "not over"]
    assert finding_of(ax) == "6 done per sprint on average; Sprint 2: 8 done, 6 committed."


def test_of_many_sprints_the_last_are_drawn() -> None:
    ax = af.charts.velocity(velocity_of(*[(1, 1)] * 40))

    assert len(ax.get_xticklabels()) == 26
    assert ax.get_xticklabels()[-1].get_text() == "Sprint 40"
    assert note_of(ax) == "… 14 more sprints before"
    older = af.charts.velocity(velocity_of(*[(9, 9)] * 14, *[(1, 1)] * 26))
    assert finding_of(older).startswith("3.9 done per sprint on average; ")


def test_large_numbers_have_separators() -> None:
    ax = af.charts.burnup(burnup_of((1, 0), (1_200, 1), every="D"))

    assert finding_of(ax) == "1 of 1,200 done, 1,199 open."


def test_for_years_of_days_weeks_are_suggested() -> None:
    short, long = (burnup_of(*[(1, 0)] * days, every="D") for days in (700, 800))

    assert note_of(af.charts.burnup(short)) == ""
    assert note_of(af.charts.burnup(long)).startswith("Day by day; every='W' gives weeks")


def test_created_goes_up_completed_down_and_what_is_open_is_above() -> None:
    ax = af.charts.daily(daily_of((3, 0, 3, 0), (1, 2, 2, 1)))

    assert [bar.get_height() for bar in ax.patches] == [3, 1, 0, -2]
    (above,) = panels_of(ax)
    assert list(np.asarray(above.lines[0].get_ydata())) == [3, 2]
    assert legend_of(ax) == ["created", "done"]
    assert sorted(inside_of(above)) == ["open", "overdue"]
    assert finding_of(ax) == "2 open at the end, 1 of them overdue."
    assert above.get_xlim() == ax.get_xlim()
    # The bars end where the lines begin.
    highest = (3 - ax.get_ylim()[0]) / (ax.get_ylim()[1] - ax.get_ylim()[0])
    assert highest < 0.45


def test_the_scale_of_what_goes_down_has_no_sign() -> None:
    ax = af.charts.daily(daily_of((8, 0, 8, 0), (0, 8, 0, 0)))

    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert "0" in labels
    assert not any("-" in label or "\N{MINUS SIGN}" in label for label in labels)
    assert len(labels) > len(set(labels))


def test_many_days_are_one_outline() -> None:
    ax = af.charts.daily(daily_of(*[(1, 1, 1, 0)] * 400))

    assert len(ax.patches) == 2


def mean_of(ax: Axes) -> float:
    """Return the height of the dashed line."""
    (line,) = (drawn for drawn in ax.collections if isinstance(drawn, LineCollection))
    return float(np.asarray(line.get_segments())[0, 0, 1])


def test_a_period_that_is_not_over_does_not_count_in_the_mean_and_is_told() -> None:
    ax = af.charts.throughput(throughput_of(3, 5, 1).assign(partial=[False, False, True]))

    assert mean_of(ax) == 4
    assert note_of(ax) == "The week from 16 Mar 2026 is not over"
    assert finding_of(ax) == "4 per week on average; most, 5, in the week from 9 Mar 2026."


def test_throughput_has_a_bar_per_period_and_its_mean() -> None:
    ax = af.charts.throughput(throughput_of(3, 0, 6))

    assert [bar.get_height() for bar in ax.patches] == [3, 0, 6]
    assert mean_of(ax) == 3
    assert inside_of(ax) == ["mean 3"]
    assert title_of(ax) == "Completed tasks per week, 2 to 22 Mar 2026"
    assert ax.get_ylabel() == "Tasks"


def test_throughput_of_nothing_done_begins_at_0() -> None:
    assert af.charts.throughput(throughput_of(0, 0)).get_ylim() == (0, 1)


def test_throughput_of_groups_is_stacked_and_the_mean_is_that_of_all() -> None:
    both = pd.concat(
        [throughput_of(1, 1, project_name="Shop"), throughput_of(3, 5, project_name="Website")]
    )

    ax = af.charts.throughput(both)

    assert legend_of(ax) == ["Website", "Shop", "mean 5"]
    assert mean_of(ax) == 5


def test_beyond_ten_groups_they_are_other() -> None:
    many = pd.concat([throughput_of(n, 1, project_name=f"Project {n:02}") for n in range(13)])

    assert legend_of(af.charts.throughput(many))[-2:] == ["other (3)", "mean 45.5"]


def test_one_group_beyond_ten_keeps_its_name() -> None:
    many = pd.concat([throughput_of(n, 1, project_name=f"Project {n:02}") for n in range(11)])

    assert legend_of(af.charts.throughput(many))[-2:] == ["Project 00", "mean 33"]


def test_others_do_not_dwarf_the_groups_that_are_drawn() -> None:
    many = pd.concat([throughput_of(1, 1, project_name=f"Project {n:02}") for n in range(80)])

    ax = af.charts.throughput(many.assign(partial=True))

    assert ax.get_ylim()[1] == pytest.approx(1.35 * 10)
    assert "Other (70) is cut: up to 70 tasks" in note_of(ax)


LOAD = (
    ("1", "Ana", "2026-03-02", 1, 8.0),
    ("1", "Ana", "2026-03-16", 2, None),
    ("2", "Bo", "2026-03-02", 5, 1.5),
    ("2", "Bo", None, 4, None),
)


@pytest.mark.parametrize(
    ("show", "names", "words", "finding"),
    [
        ("tasks", ["Bo", "Ana"], ["5", "·", "·", "1", "·", "2"], "Bo has the most: 5 tasks."),
        ("hours", ["Ana", "Bo"], ["8", "·", "·", "1.5", "·", "·"], "Ana has the most: 8 hours."),
    ],
)
def test_load_has_the_person_with_most_to_do_at_the_top(
    show: Any, names: list[str], words: list[str], finding: str
) -> None:
    ax = af.charts.load(load_of(*LOAD), show=show)

    assert [label.get_text() for label in ax.get_yticklabels()] == names
    assert inside_of(ax) == words
    assert finding_of(ax) == finding
    assert note_of(ax) == ("+ 4 tasks without a due date" if show == "tasks" else "")
    assert any(isinstance(part, QuadMesh) for part in ax.collections)


def test_load_of_many_persons_and_weeks_counts_the_others_and_tells_its_scale() -> None:
    days = periods(40).astype(str)
    rows = [(f"{n}", f"Person {n:02}", day, 1 + n, None) for n in range(50) for day in days]

    ax = af.charts.load(load_of(*rows))

    assert note_of(ax) == "… 10 more people"
    assert len(panels_of(ax)) == 1


def test_past_weeks_are_summed_in_one_column() -> None:
    load = load_of(*LOAD, ("1", "Ana", "2026-02-02", 7, None))
    load.attrs["now"] = "2026-03-11T09:00+00:00"

    ax = af.charts.load(load)

    # Ana: 7 + 1 of weeks before, nothing in this week, 2 in the next; Bo has 5 of before.
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Ana", "Bo"]
    assert inside_of(ax) == ["·", "2", "·", "·", "8", "5", "earlier"]
    assert note_of(ax).startswith("Earlier: in a week that is over · + 4 tasks without")
    assert title_of(ax) == "Open tasks by due date, 9 to 22 Mar 2026"


def test_what_load_does_not_show_is_refused() -> None:
    with pytest.raises(
        af.InvalidArgument, match="show='mood' is not valid; use 'tasks' or 'hours'"
    ):
        af.charts.load(load_of(*LOAD), show="mood")  # type: ignore[arg-type]


CHARTS: dict[Callable[..., Axes], pd.DataFrame] = {
    af.charts.burnup: burnup_of((2, 0), (4, 1), (5, 3)),
    af.charts.daily: daily_of((3, 0, 3, 0), (1, 2, 2, 1)),
    af.charts.throughput: pd.concat(
        [throughput_of(3, 0, 6, project_name=f"Save ${n} and $6") for n in range(14)]
    ),
    af.charts.load: load_of(*LOAD, ("3", "Save $5 and $6 " * 9, "2027-03-01", 1, 0.25)),
}


@pytest.mark.parametrize(("chart", "data"), CHARTS.items())
class TestEachChart:
    @pytest.mark.parametrize("size", [(8, 4), (3, 2.4)])
    @pytest.mark.parametrize("layout", [None, "constrained"])
    def test_draws_where_it_is_told_and_clips_nothing(
        self, chart: Callable[..., Axes], data: pd.DataFrame, size: Any, layout: str | None
    ) -> None:
        figure, ax = plt.subplots(figsize=size, layout=layout)

        assert chart(data, ax=ax) is ax

        figure.draw_without_rendering()
        assert figure.axes == [ax]
        boxes = [text.get_window_extent() for text in (*ax.get_yticklabels(), *ax.texts)]
        assert min(box.x0 for box in boxes) >= -1
        assert max(box.y1 for box in boxes) <= figure.bbox.y1 + 1

    @pytest.mark.parametrize("rows", [1, 3])
    def test_has_an_axis_of_dates(
        self, chart: Callable[..., Axes], data: pd.DataFrame, rows: int
    ) -> None:
        ax = chart(data.head(rows).iloc[::-1])

        ax.figure.canvas.draw()
        assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)

    def test_of_nothing_is_empty_and_says_so(
        self, chart: Callable[..., Axes], data: pd.DataFrame
    ) -> None:
        ax = chart(data.head(0))

        assert inside_of(ax)[0].startswith("No ")
        assert not ax.patches

    def test_names_a_missing_column(self, chart: Callable[..., Axes], data: pd.DataFrame) -> None:
        column = "period"

        with pytest.raises(
            af.InvalidArgument, match=rf"charts\.{chart.__name__} needs .*{column}"
        ):
            chart(data.drop(columns=column))

    def test_leaves_its_data_as_they_are(
        self, chart: Callable[..., Axes], data: pd.DataFrame
    ) -> None:
        before = data.copy(deep=True)

        chart(data)

        pd.testing.assert_frame_equal(data, before)


def reopenings_of(*periods: str | None) -> pd.DataFrame:
    table = pd.DataFrame({"period": pd.to_datetime(list(periods)), "done": 4, "reopenings": 1})
    return table.assign(partial=False, reopening_rate=0.25)


def test_reopenings_without_a_period_are_not_drawn_over_time() -> None:
    ax = af.charts.reopenings(reopenings_of("2026-03-01", None))

    assert finding_of(ax) == "Reopenings: 1 for 4 completed tasks."
    empty = af.charts.reopenings(reopenings_of(None, None))
    assert [text.get_text() for text in empty.texts] == ["No completed tasks"]


def on_time_of(*counts: tuple[int, int], **keys: str) -> pd.DataFrame:
    """Rows of tasks done on time and late, a month each."""
    table = pd.DataFrame(list(counts), columns=["done_on_time", "done_late"])
    table = table.assign(**keys, period=periods(len(counts), "MS", "2026-03-01"), partial=False)
    whole = table["done_on_time"] + table["done_late"]
    rates = (table["done_on_time"] / whole).astype("Float64")
    return table.assign(open_late=0, not_due=0, undated=0, on_time_rate=rates)


def test_rates_of_two_tables_put_together_are_of_their_sums() -> None:
    both = pd.concat([on_time_of((1, 3), (4, 0)), on_time_of((3, 1), (4, 0))])
    keyed = both.assign(team="Web")
    totals = pd.concat([reopenings_of("2026-03-01").assign(team="Web")] * 2)
    totals = totals.drop(columns=["period", "partial"])

    ax = af.charts.on_time(both)
    (line,) = af.charts.on_time(keyed).get_lines()[:1]

    assert words_of(ax)[:2] == ["50 %", "100 %"]
    assert (
        finding_of(ax) == "12 of 16 due tasks were done on time; 4 were late, 0 are late and open."
    )
    assert list(line.get_ydata()) == [50, 100]
    assert words_of(af.charts.reopenings(totals))[0] == "2 of 8"


def test_rates_that_are_not_quite_all_are_not_shown_as_all() -> None:
    assert words_of(af.charts.on_time(on_time_of((996, 4), (4, 996))))[:2] == ["99.6 %", "0.4 %"]


def test_the_group_that_the_finding_names_is_drawn_in_small_axes() -> None:
    groups = [on_time_of((1, 1), team=f"Team {at:02}").iloc[:1] for at in range(30)]
    late = on_time_of((0, 9), team="Late").iloc[:1]
    table = pd.concat([*groups, late]).drop(columns=["period", "partial"])
    _, axes = plt.subplots(2, 2)

    ax = af.charts.on_time(table, ax=axes[0, 0])

    assert ax.get_yticklabels()[-1].get_text() == "Late"
    assert finding_of(ax) == "Most not on time: Late, 9 of 9 due tasks."
    alike = af.charts.on_time(pd.concat(groups).drop(columns=["period", "partial"]))
    assert finding_of(alike) == "Most not on time: Team 00 and 29 more, 1 due task each."


def test_a_day_with_most_is_named_as_a_day_and_several_are_counted() -> None:
    days = throughput_of(1, 5, 2).assign(period=periods(3, "D"))

    assert finding_of(af.charts.throughput(days)).endswith("most, 5, on 3 Mar 2026.")
    weeks = af.charts.throughput(throughput_of(1, 5, 5, 5))
    assert finding_of(weeks).endswith("most, 5, in the week from 9 Mar 2026 and 2 more.")


def test_infinite_numbers_are_refused() -> None:
    table = burnup_of((2, 0)).astype({"scope": "Float64"}).assign(scope=float("inf"))

    with pytest.raises(af.InvalidArgument, match=r"the column\(s\) scope have infinite numbers"):
        af.charts.burnup(table)


def test_the_mean_of_few_periods_is_in_a_legend_where_it_has_no_room_beside_them() -> None:
    ax = plt.figure(figsize=(4, 3)).subplots(2, 2)[0, 0]

    af.charts.throughput(throughput_of(10, 12, 15, 12), ax=ax)

    assert [*inside_of(ax), *legend_of(ax)] == ["mean 12.3"]


def test_a_mean_beyond_the_axis_is_not_drawn() -> None:
    many = pd.concat([throughput_of(1, 1, project_name=f"Project {n:02}") for n in range(60)])

    ax = af.charts.throughput(many)

    assert ax.get_ylim()[1] == pytest.approx(1.35 * 10)
    assert legend_of(ax)[-1] == "other (50)"
    assert finding_of(ax).startswith("60 per week on average")


def test_load_without_a_due_date_is_counted_exactly_and_in_the_singular() -> None:
    minutes = np.random.default_rng(1).integers(1, 600, 40)
    days = periods(40).astype(str)
    rows = [("1", "Ana", day, 1, n / 60) for day, n in zip(days[::-1], minutes, strict=True)]

    table = load_of(*rows, ("2", "Bo", None, 1, 0.0))

    assert "without a due date" not in note_of(af.charts.load(table, show="hours"))
    assert "+ 1 task without a due date" in note_of(af.charts.load(table))


def cut_throughput(now: str, **attrs: str) -> pd.DataFrame:
    """Return three weeks of tasks, the first and the last not counted in full."""
    table = throughput_of(3, 5, 1).assign(partial=[True, False, True])
    table.attrs |= {"now": now, "every": "W"} | attrs
    return table


def test_a_period_cut_by_end_says_to_which_day_it_is_counted() -> None:
    cut = cut_throughput("2026-11-28T00:00+00:00", start="2026-03-02", end="2026-03-18")

    note = "The week from 16 Mar 2026 is counted to 18 Mar 2026"
    assert notes_of(af.charts.throughput(cut))[0] == note
    assert notes_of(af.charts.throughput(cut))[1:] == ["As of 28 Nov 2026"]


def test_a_period_cut_by_start_says_from_which_day_it_is_counted() -> None:
    cut = cut_throughput("2026-03-18T00:00+00:00", start="2026-03-05", end="2026-03-18")

    assert notes_of(af.charts.throughput(cut))[:2] == [
        "The week from 2 Mar 2026 is counted from 5 Mar 2026",
        "The week from 16 Mar 2026 is not over",
    ]


def test_the_day_of_the_first_task_cuts_no_period() -> None:
    own = cut_throughput("2026-03-18T00:00+00:00", start="2026-03-05", end="2026-03-18")
    whole = own.assign(partial=[False, False, True])

    assert notes_of(af.charts.throughput(whole))[0] == "The week from 16 Mar 2026 is not over"


@pytest.mark.parametrize("by", [None, "project"])
def test_rates_say_to_which_day_a_period_is_counted(by: str | None) -> None:
    asana = af.sandbox(now="2026-11-28")
    tasks = asana.tasks.list(project="Website relaunch")
    days = {"start": "2026-07-02", "end": "2026-09-10", "now": "2026-11-28"}

    ax = af.charts.on_time(af.rollups.on_time(tasks, by=by, every="MS", **days))

    assert "The month from 1 Jul 2026 is counted from 2 Jul 2026" in notes_of(ax)
    assert "The month from 1 Sep 2026 is counted to 10 Sep 2026" in notes_of(ax)


def test_the_only_task_that_was_due_is_told_in_the_singular() -> None:
    (late, done) = (af.charts.on_time(on_time_of(counts)) for counts in ((0, 1), (1, 0)))

    assert finding_of(late) == "0 of 1 due task was done on time; 1 was late, 0 are late and open."
    assert finding_of(done).startswith("1 of 1 due task was done on time; 0 were late")


@pytest.mark.parametrize("has_periods", [False, True])
def test_a_project_that_was_renamed_between_two_tables_is_one_with_its_last_name(
    has_periods: bool,
) -> None:
    before = on_time_of((3, 1), project_gid="1201", project_name="Old")
    after = on_time_of((4, 3), project_gid="1201", project_name="New")
    both = pd.concat([before, after])
    both = both if has_periods else both.drop(columns=["period", "partial"])

    ax = af.charts.on_time(both)

    assert finding_of(ax) == "Most not on time: New, 4 of 11 due tasks."
    drawn = inside_of(ax) if has_periods else [text.get_text() for text in ax.get_yticklabels()]
    assert drawn == ["New"]


def test_hours_of_load_that_cancel_out_are_not_told_as_undated() -> None:
    rows = [("1", "Ana", None, 1, hours) for hours in (0.1, 0.2, -0.3)]

    ax = af.charts.load(load_of(("1", "Ana", "2026-11-02", 1, 2.0), *rows), show="hours")

    assert notes_of(ax) == []
