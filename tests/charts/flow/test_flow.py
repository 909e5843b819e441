"""The charts of the flow of tasks, by what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.dates import ConciseDateFormatter, date2num

import asana_frames as af

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
    frame = frame.astype({"scope": "Int64", "done": "Int64"})
    return frame.assign(open=frame["scope"] - frame["done"])


def daily_of(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    """Rows of created, completed, open and overdue."""
    frame = pd.DataFrame(list(rows), columns=["created", "completed", "open", "overdue"])
    frame.insert(0, "day", periods(len(rows), "D"))
    return frame.astype(dict.fromkeys(frame.columns[1:], "Int64"))


def throughput_of(*completed: int, **keys: str) -> pd.DataFrame:
    frame = pd.DataFrame({**keys, "period": periods(len(completed)), "completed": completed})
    return frame.astype({"completed": "Int64"} | dict.fromkeys(keys, TEXT))


def load_of(*rows: tuple[str | None, str | None, str | None, int, float | None]) -> pd.DataFrame:
    """Rows of gid, name, first day, tasks and hours."""
    frame = pd.DataFrame(rows, columns=["person_gid", "person_name", "period", "tasks", "hours"])
    frame["period"] = pd.to_datetime(frame["period"]).astype("datetime64[us]")
    return frame.astype(
        {"person_gid": TEXT, "person_name": TEXT, "tasks": "Int64", "hours": "Float64"}
    )


def words_of(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def key_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend is not None else []


def test_a_burnup_is_a_line_of_scope_over_an_area_of_what_is_done() -> None:
    ax = af.charts.burnup(burnup_of((2, 0), (4, 1), (5, 3)))

    (line,) = ax.lines
    assert list(np.asarray(line.get_ydata())) == [2, 4, 5]
    # At the end of the first week, where the second begins.
    assert np.asarray(line.get_xdata())[0] == date2num(np.datetime64("2026-03-09"))
    tops = [area.get_datalim(ax.transData).y1 for area in ax.collections]
    assert tops == [5, 3]
    assert key_of(ax) == ["scope", "open", "done"]
    assert words_of(ax) == ["3 of 5 done, 2 open in the period from 16 Mar 2026"]
    assert ax.get_ylim()[0] == 0


def test_a_burnup_of_days_names_the_last() -> None:
    ax = af.charts.burnup(burnup_of((1, 0), (1_200, 1), every="D"))

    assert words_of(ax) == ["1 of 1,200 done, 1,199 open on 3 Mar 2026"]


def test_created_goes_up_completed_down_and_what_is_open_is_above() -> None:
    ax = af.charts.daily(daily_of((3, 0, 3, 0), (1, 2, 2, 1)))

    assert [bar.get_height() for bar in ax.patches] == [3, 1, 0, -2]
    (above,) = ax.child_axes
    assert list(np.asarray(above.lines[0].get_ydata())) == [3, 2]
    assert key_of(ax) == ["created", "completed", "open", "overdue"]
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


def test_throughput_has_a_bar_per_period_and_its_mean() -> None:
    ax = af.charts.throughput(throughput_of(3, 0, 6))

    assert [bar.get_height() for bar in ax.patches] == [3, 0, 6]
    assert np.asarray(ax.lines[-1].get_ydata())[0] == 3
    assert words_of(ax) == ["dashed: 3 per period on average"]
    assert (ax.get_title(), ax.get_ylabel()) == ("Completed tasks", "Tasks")


def test_throughput_of_groups_is_stacked_and_the_mean_is_that_of_all() -> None:
    both = pd.concat(
        [throughput_of(1, 1, project_name="Shop"), throughput_of(3, 5, project_name="Website")]
    )

    ax = af.charts.throughput(both)

    assert key_of(ax) == ["Website", "Shop"]
    assert np.asarray(ax.lines[-1].get_ydata())[0] == 5


def test_beyond_ten_groups_they_are_other() -> None:
    many = pd.concat([throughput_of(n, 1, project_name=f"Project {n:02}") for n in range(13)])

    assert key_of(af.charts.throughput(many))[-1] == "other (3)"


LOAD = (
    ("1", "Ana", "2026-03-02", 1, 8.0),
    ("1", "Ana", "2026-03-16", 2, None),
    ("2", "Bo", "2026-03-02", 5, 1.5),
    ("2", "Bo", None, 4, None),
)


@pytest.mark.parametrize(
    ("show", "names", "words"),
    [
        ("tasks", ["Bo", "Ana"], ["5", "·", "·", "1", "·", "2", "+ 4 tasks without a due date"]),
        ("hours", ["Ana", "Bo"], ["8", "·", "·", "1.5", "·", "·"]),
    ],
)
def test_load_has_the_person_with_most_to_do_at_the_top(
    show: Any, names: list[str], words: list[str]
) -> None:
    ax = af.charts.load(load_of(*LOAD), show=show)

    assert [label.get_text() for label in ax.get_yticklabels()] == names
    assert words_of(ax) == words
    assert any(isinstance(part, QuadMesh) for part in ax.collections)


def test_load_of_many_persons_and_weeks_counts_the_others_and_tells_its_scale() -> None:
    days = periods(40).astype(str)
    rows = [(f"{n}", f"Person {n:02}", day, 1 + n, None) for n in range(50) for day in days]

    ax = af.charts.load(load_of(*rows))

    assert words_of(ax) == ["… 10 more persons"]
    assert len(ax.child_axes) == 1


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
        boxes = [text.get_window_extent() for text in (*ax.get_yticklabels(), ax.title)]
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

        assert words_of(ax)[-1].startswith("No ")
        assert not ax.patches

    def test_names_a_missing_column(self, chart: Callable[..., Axes], data: pd.DataFrame) -> None:
        column = next(name for name in data.columns if name in ("period", "day"))

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
