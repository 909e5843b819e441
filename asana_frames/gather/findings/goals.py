"""What the goals report finds: past their due dates, behind, off track, ending short."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asana_frames.display.sentences import count_noun, format_day, format_share
from asana_frames.gather.findings.findings import (
    Finding,
    Group,
    Tile,
    build_count_tile,
    build_findings,
    build_tiles,
    label_rows,
)
from asana_frames.rollups.goals.progress import CLOSED
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.key_figures import TINY, TOLERATED_LAG


class _Goals(NamedTuple):
    """The goals of a report, and where they stand."""

    #: The rows of ``rollups.goal_progress``, with ``label``.
    rows: pd.DataFrame
    today: pd.Timestamp

    @property
    def group(self) -> Group:
        """The open goals, which sentences are about."""
        return Group(self.open, "open goal")

    @property
    def open(self) -> pd.DataFrame:
        """The goals that are not closed."""
        return self.rows[~self.rows["status"].isin(CLOSED)]

    @property
    def is_past(self) -> NDArray[np.bool_]:
        """Whether an open goal was due before today."""
        return is_true(self.open["due_on"] < self.today)

    @property
    def is_compared(self) -> NDArray[np.bool_]:
        """Whether an open goal's progress can be compared with what is expected."""
        return self.open["ahead"].notna().to_numpy(dtype=bool)

    @property
    def is_short(self) -> NDArray[np.bool_]:
        """Whether an open goal is not known to be reached."""
        return ~is_true(self.open["progress"] >= 1 - TINY)

    @property
    def late(self) -> pd.DataFrame:
        """The goals that are past their due dates and not reached, the latest first."""
        return self.open[self.is_past & self.is_short].sort_values(["due_on", "progress"])

    @property
    def behind(self) -> pd.DataFrame:
        """The goals that are behind and not past their due dates, the furthest first."""
        is_behind = (
            is_true(self.open["ahead"] < -TOLERATED_LAG - TINY) & ~self.is_past & self.is_short
        )
        return self.open[is_behind].sort_values("ahead")


def list_goal_findings(
    progress: pd.DataFrame, forecast: pd.DataFrame, today: pd.Timestamp
) -> pd.DataFrame:
    """List which goals are late, behind, off track, or end short of their targets.

    Of goals that are not closed: one is *late* if it was due before today and its progress is
    below 100 % or unknown; *behind* if it is not past its due date, not reached, and its progress
    more than 10 points below what is expected; *off track* and *at risk* as its status says;
    *falling short* if it is not past its due date, not reached, and ``progress_at_due`` of
    ``rollups.goal_forecast`` is below 100 %. Its *status disagrees* if that says "on track" and
    the goal is late or behind. It is *to close* if its target is reached. Each sentence counts
    among the open goals for which the figure is known. Where no goal is late or behind, and some
    could be compared with what is expected, a sentence says so.

    Parameters
    ----------
    progress, forecast
        As ``rollups.goal_progress`` and ``rollups.goal_forecast`` return them.
    today
        The day of the report.

    Returns
    -------
    DataFrame
        As in `build_findings`.
    """
    known = _read_goals(progress, today)
    if known.rows.empty:
        return build_findings([Finding("note", "empty", "There are no goals.")])
    return build_findings(
        [
            _find_late(known),
            _find_status(known, "alert", "red", "off track"),
            _find_behind(known),
            _find_status(known, "warning", "yellow", "at risk"),
            _find_short(known, forecast),
            _find_disagreeing(known),
            _find_reached(known),
            _find_unknown(known),
            _find_without_status(known),
            _find_all_well(known),
        ]
    )


def build_goal_tiles(progress: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Return the figures of goals: open, late, behind, off track, mean progress.

    The mean is that of the open goals whose progress and expected progress are known.

    Returns
    -------
    DataFrame
        As in `build_tiles`.
    """
    known = _read_goals(progress, today)
    rows = known.open
    closed = len(known.rows) - len(rows)
    off = int((rows["status"] == "red").sum())
    both = rows[["progress", "expected"]].dropna()
    return build_tiles(
        [
            build_count_tile("Open goals", len(rows), f"{closed:,} closed" if closed else ""),
            build_count_tile("Past due", len(known.late), "and not reached", "alert"),
            build_count_tile("Behind", len(known.behind), "by more than 10 points", "warning"),
            build_count_tile("Off track", off, "by their status", "alert"),
            _build_mean_tile(both) if len(both) else None,
        ]
    )


def label_goals(rows: pd.DataFrame) -> list[str]:
    """Return what sentences call the goals of rows of ``rollups.goal_progress``."""
    names = ("name", "gid", "time_period_display_name", "owner_name")
    days = rows["due_on"].map(format_day, na_action="ignore")
    return label_rows(*(rows[name] for name in names), days)


def _build_mean_tile(both: pd.DataFrame) -> Tile:
    mean, expected = both["progress"].mean(), both["expected"].mean()
    note = f"{format_share(expected)} expected; mean of {count_noun(len(both), 'goal')}"
    return Tile("Progress", format_share(mean), float(mean), "share", note)


def _read_goals(progress: pd.DataFrame, today: pd.Timestamp) -> _Goals:
    rows = progress.reset_index(drop=True)
    return _Goals(rows.assign(label=label_goals(rows)), today)


def _find_late(known: _Goals) -> Finding | None:
    late = known.late
    measures = [
        f"({_describe_progress(progress)}, due {format_day(due)})"
        for progress, due in zip(late["progress"], late["due_on"], strict=True)
    ]
    predicates = ("is past its due date and not reached", "are past their due dates, not reached")
    dated = Group(known.open[known.open["due_on"].notna()], "open goal")
    return dated.find("alert", "late", late, predicates, measures)


def _describe_progress(progress: Any) -> str:
    return "progress unknown" if pd.isna(progress) else f"at {format_share(progress)}"


def _find_behind(known: _Goals) -> Finding | None:
    behind = known.behind
    measures = [
        f"(at {format_share(progress)}, {format_share(expected)} expected)"
        for progress, expected in zip(behind["progress"], behind["expected"], strict=True)
    ]
    predicates = ("is behind", "are behind")
    compared = Group(known.open[known.is_compared], "open goal")
    return compared.find("warning", "behind", behind, predicates, measures)


def _find_status(known: _Goals, severity: Any, status: str, words: str) -> Finding | None:
    hit = known.open[is_true(known.open["status"] == status)].sort_values("ahead")
    return known.group.find(severity, words, hit, (f'is "{words}"', f'are "{words}"'))


def _find_short(known: _Goals, forecast: pd.DataFrame) -> Finding | None:
    ends = forecast.drop_duplicates("gid").set_index("gid")["progress_at_due"].astype(float)
    at_due = known.open["gid"].map(ends)
    has_forecast = at_due.notna() & ~known.is_past
    short = at_due[has_forecast & known.is_short & (at_due < 1 - TINY)].sort_values()
    measures = [f"(at {format_share(share)})" for share in short]
    words = "short of the target at the pace so far"
    predicates = (f"ends {words}", f"end {words}")
    forecast_goals = Group(known.open[has_forecast], "open goal")
    return forecast_goals.find(
        "warning", "falling short", known.open.loc[short.index], predicates, measures
    )


def _find_disagreeing(known: _Goals) -> Finding | None:
    green = pd.concat([known.late, known.behind])
    hit = green[is_true(green["status"] == "green")]
    predicates = (
        'is "on track" by its status, but late or behind',
        'are "on track" by status, but late or behind',
    )
    return known.group.find("warning", "status disagrees", hit, predicates)


def _find_reached(known: _Goals) -> Finding | None:
    hit = known.open[~known.is_short]
    predicates = ("has reached its target and may be closed", "are reached and may be closed")
    return known.group.find("note", "to close", hit, predicates)


def _find_unknown(known: _Goals) -> Finding | None:
    hit = known.open[known.open["progress"].isna()]
    predicates = ("has no known progress", "have no known progress")
    return known.group.find("note", "progress unknown", hit, predicates)


def _find_without_status(known: _Goals) -> Finding | None:
    hit = known.open[known.open["status"].isna()]
    return known.group.find("note", "status missing", hit, ("has no status", "have no status"))


def _find_all_well(known: _Goals) -> Finding | None:
    compared, dated = int(known.is_compared.sum()), int(known.open["due_on"].notna().sum())
    if not compared or len(known.late) or len(known.behind):
        return None
    if compared == dated:
        sentence = "No open goal is behind, or past its due date without being reached."
    elif compared == 1:
        sentence = "The only open goal with known progress and dates is not late or behind."
    else:
        sentence = f"None of the {compared:,} open goals with known progress and dates is late or "
        sentence += "behind."
    return Finding("good", "not late", sentence)
