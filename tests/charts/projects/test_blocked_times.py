"""The chart of when tasks were blocked, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from matplotlib import pyplot as plt

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def times_of(*rows: tuple[str, str, float, bool, bool]) -> pd.DataFrame:
    """Rows of name, first day, days, whether it still is, and whether that is certain."""
    columns = ["task_name", "blocked_at", "days_blocked", "is_current", "is_certain"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["blocked_at"] = pd.to_datetime(frame["blocked_at"], utc=True).astype(
        "datetime64[us, UTC]"
    )
    flags = {"is_current": "boolean", "is_certain": "boolean"}
    frame["task_gid"], frame["days_counted"] = frame["task_name"], frame["days_blocked"]
    return frame.astype({**flags, "days_blocked": "Float64", "days_counted": "Float64"})


ROWS = (
    ("Ship", "2026-03-02", 3.5, False, True),
    ("Ship", "2026-03-12", 9.0, True, True),
    ("Write", "2026-03-05", 1.0, False, False),
)


def test_each_time_is_a_bar_in_the_row_of_its_task() -> None:
    ax = af.charts.blocked_times(times_of(*ROWS))

    assert [label.get_text() for label in ax.get_yticklabels()] == ["Ship", "Write"]
    assert sorted((round(bar.get_y(), 2), bar.get_width()) for bar in ax.patches) == [
        (-0.31, 3.5),
        (-0.31, 9.0),
        (0.69, 1.0),
    ]
    assert words_of(ax) == ["13 days", "1 day"]
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, True, False]


def test_the_finding_names_the_longest_and_counts_what_still_is_blocked() -> None:
    ax = af.charts.blocked_times(times_of(*ROWS))

    assert finding_of(ax) == "Longest: Ship, 13 days; 1 of 2 still is."
    assert title_of(ax) == "When tasks were blocked, 2 to 21 Mar 2026"


def test_tasks_of_equal_long_names_are_told_apart_in_narrow_axes() -> None:
    name = "A task with a name that is too long"
    rows = [(name, "2026-03-02", float(n + 1), False, True) for n in range(2)]
    ax = plt.figure(figsize=(3, 3)).subplots()

    af.charts.blocked_times(times_of(*rows).assign(task_gid=["120001", "120002"]), ax=ax)

    endings = [label.get_text()[-5:] for label in ax.get_yticklabels()]
    assert endings == ["…0002", "…0001"]


def test_note_counts_hidden_tasks() -> None:
    rows = [(f"T{n}", "2026-03-02", float(n + 1), False, True) for n in range(50)]

    assert notes_of(af.charts.blocked_times(times_of(*rows))) == ["… 10 more tasks"]


def test_empty_table_draws_a_message() -> None:
    ax = af.charts.blocked_times(times_of())

    assert words_of(ax) == ["No blocked tasks"]
    assert title_of(ax) == "When tasks were blocked"
