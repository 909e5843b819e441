"""Values and statuses of goals over time."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.goals.known_goals import (
    METRIC,
    STATUS_TYPES,
    Histories,
    KnownGoals,
    Past,
    read_goals,
)
from asana_frames.rollups.goals.progress import find_dates
from asana_frames.rollups.shared.about import write_about
from asana_frames.types import When

_WHAT = "rollups.goal_history"
_DTYPES: dict[str, Any] = {
    "goal_gid": STR,
    "goal_name": STR,
    "at": UTC_DATETIME,
    "event": STR,
    "status": STR,
    "value": "Float64",
    "progress": "Float64",
    "title": STR,
    "author_name": STR,
}
#: Order of events at the same moment.
_ORDER = {"start": 0, "status update": 1, "value": 2, "reading": 3, "now": 4}


def goal_history(
    goals: pd.DataFrame,
    status_updates: pd.DataFrame | None = None,
    stories: pd.DataFrame | None = None,
    *,
    histories: Histories | None = None,
    now: When | None = None,
    read_at: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """List the statuses and values of goals over time.

    Asana keeps no history of values: stories tell some of them, and earlier readings
    (``histories``) others. The row ``now`` has value and status as they were read; for a ``now``
    before that day they are the last ones that stories, status updates and earlier readings
    tell, else missing, with a `PastStateWarning`.

    Parameters
    ----------
    goals
        Goals, as ``asana.goals.list(...)`` returns them.
    status_updates
        As ``asana.status_updates.list(parent=goals)`` returns them.
    stories
        As ``asana.stories.list_for_goal(goals)`` returns them: those with a ``new_number_value``
        but without a custom field contain the metric's value. Their text, which depends on the
        reader's language, is never read.
    histories
        Earlier readings of the goals, as in ``rollups.goal_progress``.
    now
        The moment up to which events are listed; the present if not given.
    read_at
        When the goals were read. If not given, as ``goals.attrs`` say; without them, now.
    tz
        The time zone in which a day begins, and in which a ``now`` without a zone is read.

    Returns
    -------
    DataFrame
        One row per event up to ``now``, by goal in the order given and by time: ``goal_gid``,
        ``goal_name`` (str); ``at`` (datetime64[us, UTC]); ``event`` (str: ``start``, the initial
        value at the start of the goal or of its time period; ``status update``; ``value``;
        ``reading``, one of ``histories``; ``now``); ``status`` (str, in the words of status
        updates: on_track, at_risk, off_track, achieved, partial, missed, dropped; missing if
        unknown); ``value`` (Float64, in the metric's unit); ``progress`` (Float64, as in
        ``rollups.goal_progress``); ``title``, ``author_name`` (str, of status updates).

    Raises
    ------
    InvalidArgument
        A column is missing; the message says which ``fields=`` give it.

    Examples
    --------
    >>> import pandas as pd
    >>> goals = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "name": ["Win 40 partners"],
    ...         "status": ["green"],
    ...         "start_on": pd.to_datetime(["2026-01-01"]),
    ...         "metric_initial_number_value": [0.0],
    ...         "metric_current_number_value": [10.0],
    ...         "metric_target_number_value": [40.0],
    ...     }
    ... )
    >>> history = goal_history(goals, now="2026-04-01", read_at="2026-04-01")
    >>> history[["at", "event", "status", "progress"]]
                             at  event    status  progress
    0 2026-01-01 00:00:00+00:00  start       NaN       0.0
    1 2026-04-01 00:00:00+00:00    now  on_track      0.25
    """
    past = Past(now, status_updates, stories, histories, read_at, tz)
    known = read_goals(goals, past, what=_WHAT)
    rows = known.rows
    tables = [_build_start_events(known, tz), known.events, _build_current_events(known)]
    events = pd.concat([_cast_events(table) for table in tables], ignore_index=True)
    by_gid = rows.set_index("gid")
    events["goal_name"] = _look_up_by_goal(by_gid["name"], events).astype(STR)
    initial, _, target = (
        _look_up_by_goal(by_gid[name], events).astype("Float64") for name in METRIC
    )
    span = target - initial
    events["progress"] = (events["value"] - initial) / span.mask(span == 0)
    place = pd.Series(range(len(rows)), index=by_gid.index)
    events["_goal"] = _look_up_by_goal(place, events)
    events["_order"] = events["event"].map(_ORDER)
    ordered = events.sort_values(["_goal", "at", "_order"], kind="stable", ignore_index=True)
    return write_about(ordered[list(_DTYPES)], goals, now=known.now, tz=tz)


def _look_up_by_goal(values: pd.Series[Any], events: pd.DataFrame) -> pd.Series[Any]:
    found: pd.Series[Any] = values.reindex(events["goal_gid"]).reset_index(drop=True)
    return found


def _cast_events(table: pd.DataFrame) -> pd.DataFrame:
    """Select and cast the columns of events; missing columns are filled with NA."""
    return table.reindex(columns=list(_DTYPES)).astype(_DTYPES)


def _build_start_events(known: KnownGoals, tz: str) -> pd.DataFrame:
    goals = known.rows
    # A day whose midnight is skipped or repeated begins at its first moment.
    begin = find_dates(goals)["start_on"].dt.tz_localize(
        tz, ambiguous=True, nonexistent="shift_forward"
    )
    table = pd.DataFrame({"goal_gid": goals["gid"], "at": begin.dt.tz_convert("UTC")})
    table = table.assign(event="start", value=goals["metric_initial_number_value"])
    is_over = table["at"].notna() & (table["at"] <= known.now)
    return table[is_over & table["value"].notna()]


def _build_current_events(known: KnownGoals) -> pd.DataFrame:
    goals = known.rows
    table = pd.DataFrame({"goal_gid": goals["gid"], "value": goals["metric_current_number_value"]})
    if "status" in goals:
        table["status"] = goals["status"].astype(STR).replace(STATUS_TYPES)
    return table.assign(at=known.now, event="now")
