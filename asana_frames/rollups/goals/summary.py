"""The key figures of goals in a period, beside those of the period before."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.rollups.goals.progress import CLOSED
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import drop_duplicates, is_true, read_frame
from asana_frames.rollups.shared.key_figures import (
    TINY,
    TOLERATED_LAG,
    KeyFigure,
    build_key_figures,
)
from asana_frames.rollups.shared.moments import local_days, parse_moment, parse_moments
from asana_frames.rollups.shared.spans import Span, parse_compared_spans
from asana_frames.types import When

_WHAT = "rollups.goal_summary"


def goal_summary(
    progress: pd.DataFrame,
    before: pd.DataFrame | None = None,
    status_updates: pd.DataFrame | None = None,
    *,
    start: Any = None,
    end: Any = None,
    compare: str | None = "previous",
    now: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Summarise goals in a few numbers, each beside that of the period before.

    Parameters
    ----------
    progress
        What ``rollups.goal_progress`` returns, of a goal and those below it, or of others.
    before
        The same at the end of the period before.
    status_updates
        As ``asana.status_updates.list(parent=goals)`` returns them.
    start, end, compare, now, tz
        As in ``rollups.project_summary``.

    Returns
    -------
    DataFrame
        A row per figure, with the columns of ``rollups.project_summary``: ``progress`` and
        ``expected`` (``share``), the mean of the goals at the top, whose depth is 0; ``open``
        (``goals`` that are not closed); ``behind`` (of these, those whose progress is more than
        0.1 below the expected one, missing where nothing is known of any); with
        ``status_updates``, ``without_update`` (of these, those on which no status was posted in
        the period).

    Raises
    ------
    InvalidArgument
        A column is missing, ``start`` is after ``end``, or an argument cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> goals = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2"],
    ...         "depth": [0, 1],
    ...         "progress": [0.5, 0.1],
    ...         "expected": [0.4, 0.4],
    ...         "status": ["on_track", "off_track"],
    ...     }
    ... )
    >>> goal_summary(goals, goals.assign(progress=[0.3, 0.1]))[["figure", "value", "previous"]]
         figure  value  previous
    0  progress    0.5       0.3
    1  expected    0.4       0.4
    2      open    2.0       2.0
    3    behind    1.0       1.0
    """
    moment = parse_moment(now, tz)
    span, earlier_span = parse_compared_spans(start, end, compare, now, tz)
    goals = _read_goals(progress)
    goals_before = None if before is None else _read_goals(before)
    found, earlier = (_count_goals(table) for table in (goals, goals_before))
    share, expected = found["progress"], found["expected"]
    figures = [
        KeyFigure("progress", "share", share, earlier["progress"], expected, 1),
        KeyFigure("expected", "share", expected, earlier["expected"]),
        KeyFigure("open", "goals", found["open"], earlier["open"]),
        KeyFigure("behind", "goals", found["behind"], earlier["behind"], better=-1),
    ]
    if status_updates is not None:
        posted = _read_posted(status_updates, moment, tz)
        silent = _count_silent(goals, posted, span)
        silent_before = _count_silent(goals_before, posted, earlier_span)
        figures.append(KeyFigure("without_update", "goals", silent, silent_before, better=-1))
    table = build_key_figures(figures)
    table = write_about(table, progress, start=span.start, end=span.last_day, now=moment, tz=tz)
    # What is told of the goals is as of the moment at which their progress was computed.
    table.attrs["now"] = progress.attrs.get("now", table.attrs["now"])
    return table


def _read_goals(progress: pd.DataFrame) -> pd.DataFrame:
    needed = ["gid", "depth", "progress", "expected", "status"]
    goals = read_frame(progress, needed, what=_WHAT, source="rollups.goal_progress")
    return drop_duplicates(goals)


def _read_posted(status_updates: pd.DataFrame, now: pd.Timestamp, tz: str) -> pd.DataFrame:
    """Return the status updates that there are, with their ``day``."""
    posted = read_frame(
        status_updates, ["parent_gid", "created_at"], what=_WHAT, record="status_update"
    )
    moments = parse_moments(posted["created_at"], what=_WHAT)
    is_there = is_true(moments <= now)
    found: pd.DataFrame = posted.assign(day=local_days(moments, tz))[is_there]
    return found


def _count_goals(goals: pd.DataFrame | None) -> dict[str, float | None]:
    if goals is None:
        return dict.fromkeys(("progress", "expected", "open", "behind"))
    shares = goals[["progress", "expected"]].astype("Float64")
    top = shares[goals["depth"] == 0].mean()
    is_open = ~goals["status"].isin(CLOSED)
    lag = (shares["expected"] - shares["progress"])[is_open]
    return {
        **{str(name): None if pd.isna(share) else float(share) for name, share in top.items()},
        "open": float(is_open.sum()),
        "behind": float((lag > TOLERATED_LAG + TINY).sum()) if lag.notna().any() else None,
    }


def _count_silent(
    goals: pd.DataFrame | None, posted: pd.DataFrame, span: Span | None
) -> float | None:
    """Count the open goals on which no status was posted in a span."""
    if goals is None or span is None:
        return None
    heard = posted.loc[span.select_days(posted["day"]), "parent_gid"]
    return float((~goals["status"].isin(CLOSED) & ~goals["gid"].isin(heard)).sum())
