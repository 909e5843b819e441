"""Values and statuses of goals over time."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.shared.inputs import drop_duplicates, read_frame
from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.types import When

_WHAT = "rollups.goal_history"
#: Status of a goal -> status of a status update.
STATUS_TYPES = {"green": "on_track", "yellow": "at_risk", "red": "off_track"}
_METRIC = (
    "metric_initial_number_value",
    "metric_current_number_value",
    "metric_target_number_value",
)
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
_ORDER = {"start": 0, "status update": 1, "value": 2, "now": 3}


def goal_history(
    goals: pd.DataFrame,
    status_updates: pd.DataFrame | None = None,
    stories: pd.DataFrame | None = None,
    now: When | None = None,
    *,
    tz: str = "UTC",
) -> pd.DataFrame:
    """List the statuses and values of goals over time.

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
    now
        When the goals were read; the present if not given.
    tz
        The time zone in which a day begins, and in which a ``now`` without a zone is read.

    Returns
    -------
    DataFrame
        One row per event, by goal in the order given and by time: ``goal_gid``, ``goal_name``
        (str); ``at`` (datetime64[us, UTC]); ``event`` (str: ``start``, the initial value at the
        start of the goal or of its time period; ``status update``; ``value``; ``now``);
        ``status`` (str, in the words of status updates: on_track, at_risk, off_track, achieved,
        partial, missed, dropped; missing if unknown); ``value`` (Float64, in the
        metric's unit); ``progress`` (Float64, as in ``rollups.goal_progress``); ``title``,
        ``author_name`` (str, of status updates).

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
    >>> goal_history(goals, now="2026-04-01")[["at", "event", "status", "progress"]]
                             at  event    status  progress
    0 2026-01-01 00:00:00+00:00  start       NaN       0.0
    1 2026-04-01 00:00:00+00:00    now  on_track      0.25
    """
    goals = read_frame(goals, ["gid", "name", *_METRIC], what=_WHAT, record="goal")
    rows = drop_duplicates(goals)
    present = parse_moment(now, tz)
    tables = [
        _build_start_events(rows, tz),
        _build_update_events(status_updates),
        _build_value_events(stories),
        _build_current_events(rows, present),
    ]
    events = pd.concat([_cast_events(table) for table in tables], ignore_index=True)
    known = rows.set_index("gid")
    events = events[events["goal_gid"].isin(known.index)].reset_index(drop=True)
    events["goal_name"] = _look_up_by_goal(known["name"], events).astype(STR)
    initial, _, target = (
        _look_up_by_goal(known[name], events).astype("Float64") for name in _METRIC
    )
    span = target - initial
    events["progress"] = (events["value"] - initial) / span.mask(span == 0)
    place = pd.Series(range(len(rows)), index=known.index)
    events["_goal"] = _look_up_by_goal(place, events)
    events["_order"] = events["event"].map(_ORDER)
    ordered = events.sort_values(["_goal", "at", "_order"], kind="stable", ignore_index=True)
    return ordered[list(_DTYPES)]


def _look_up_by_goal(values: pd.Series[Any], events: pd.DataFrame) -> pd.Series[Any]:
    found: pd.Series[Any] = values.reindex(events["goal_gid"]).reset_index(drop=True)
    return found


def _cast_events(table: pd.DataFrame) -> pd.DataFrame:
    """Select and cast the columns of events; missing columns are filled with NA."""
    return table.reindex(columns=list(_DTYPES)).astype(_DTYPES)


def _build_start_events(goals: pd.DataFrame, tz: str) -> pd.DataFrame:
    day = pd.Series(pd.NaT, index=goals.index, dtype="datetime64[us]")
    for column in ("start_on", "time_period_start_on"):
        if column in goals:
            day = day.where(day.notna(), goals[column].astype("datetime64[us]"))
    # A day whose midnight is skipped or repeated begins at its first moment.
    begin = day.dt.tz_localize(tz, ambiguous=True, nonexistent="shift_forward")
    table = pd.DataFrame({"goal_gid": goals["gid"], "at": begin.dt.tz_convert("UTC")})
    table = table.assign(event="start", value=goals["metric_initial_number_value"])
    return table[table["at"].notna() & table["value"].notna()]


def _build_update_events(updates: pd.DataFrame | None) -> pd.DataFrame:
    if updates is None:
        return pd.DataFrame()
    updates = read_frame(
        updates,
        ["parent_gid", "created_at", "status_type"],
        what=_WHAT,
        record="status_update",
    )
    rows = drop_duplicates(updates) if "gid" in updates else updates
    named = {"parent_gid": "goal_gid", "created_at": "at", "status_type": "status"}
    return rows.rename(columns=named).assign(event="status update", value=None)


def _build_value_events(stories: pd.DataFrame | None) -> pd.DataFrame:
    if stories is None:
        return pd.DataFrame()
    needed = ["goal_gid", "created_at", "new_number_value"]
    stories = read_frame(stories, needed, what=_WHAT, record="story")
    rows = drop_duplicates(stories) if "gid" in stories else stories
    is_value = rows["new_number_value"].notna()
    if "custom_field_gid" in rows:
        is_value &= rows["custom_field_gid"].isna()
    named = {"created_at": "at", "new_number_value": "value", "created_by_name": "author_name"}
    return rows[is_value].rename(columns=named).assign(event="value", status=None)


def _build_current_events(goals: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    table = pd.DataFrame({"goal_gid": goals["gid"], "value": goals["metric_current_number_value"]})
    if "status" in goals:
        table["status"] = goals["status"].astype(STR).replace(STATUS_TYPES)
    return table.assign(at=now, event="now")
