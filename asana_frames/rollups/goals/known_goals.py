"""Goals as far as they were known at a moment: values, statuses, earlier readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.display.sentences import count_noun
from asana_frames.exceptions import InvalidArgument, PastStateWarning, warn_caller
from asana_frames.frames.arguments import parse_timestamp
from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.shared.inputs import drop_duplicates, is_true, read_frame, text_column
from asana_frames.rollups.shared.moments import parse_moment, parse_moments
from asana_frames.types import When

#: The columns of a metric: initial, current and target value.
METRIC = (
    "metric_initial_number_value",
    "metric_current_number_value",
    "metric_target_number_value",
)
_CURRENT = METRIC[1]
#: Status of a goal -> status of a status update.
STATUS_TYPES = {"green": "on_track", "yellow": "at_risk", "red": "off_track"}
_STATUSES = {told: status for status, told in STATUS_TYPES.items()}
_VALUE_DTYPES: dict[str, Any] = {
    "goal_gid": STR,
    "at": UTC_DATETIME,
    "event": STR,
    "status": STR,
    "value": "Float64",
    "old_value": "Float64",
    "title": STR,
    "author_name": STR,
}
#: Frames of earlier readings: one, or several.
Histories = pd.DataFrame | Iterable[pd.DataFrame]


class Past(NamedTuple):
    """What tells values and statuses of goals at earlier moments, and the moment itself."""

    now: When | None = None
    status_updates: pd.DataFrame | None = None
    stories: pd.DataFrame | None = None
    histories: Histories | None = None
    read_at: When | None = None
    tz: str = "UTC"


class KnownGoals(NamedTuple):
    """Goals with the values and statuses of a moment.

    Attributes
    ----------
    rows
        Each goal once; ``metric_current_number_value`` and ``status`` are those of the moment.
    unknown
        The goals whose value then is unknown.
    observed_at
        When the value of each row was known to be that (datetime64[us, UTC]).
    events
        Status updates, values and earlier readings up to the moment, in the order of time.
    now
        The moment.
    is_past
        Whether the goals were read on a later day.
    """

    rows: pd.DataFrame
    unknown: frozenset[str]
    observed_at: pd.Series[Any]
    events: pd.DataFrame
    now: pd.Timestamp
    is_past: bool


def read_goals(goals: pd.DataFrame, past: Past, *, what: str) -> KnownGoals:
    """Return goals as they were known at a moment.

    On the day on which the goals were read, and later, their values and statuses are as read. On
    an earlier day they are the last ones that status updates, stories and earlier readings tell;
    a warning counts those that are then unknown.

    Parameters
    ----------
    goals
        Goals as they were read.
    past
        The moment and what tells the values then.
    what
        The name of the calling function, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing, or holds something else.
    """
    now = parse_moment(past.now, past.tz)
    attrs = goals.attrs if isinstance(goals, pd.DataFrame) else {}
    rows = drop_duplicates(read_frame(goals, ["gid", "name", *METRIC], what=what, record="goal"))
    _check_have_gids(rows, what)
    # An infinite number, from a division by 0, is a missing value.
    finite = {name: _drop_infinite(rows[name]) for name in METRIC}
    rows = _drop_later_goals(rows.assign(**finite), now, what)
    read_at = _find_reading(attrs, past)
    tables = [
        _read_updates(past.status_updates, what),
        _read_values(past.stories, what),
        *(_read_history(frame, past.tz, what) for frame in _list_frames(past.histories, what)),
    ]
    events = pd.concat([_cast_events(table) for table in tables], ignore_index=True)
    events = events[is_true(events["goal_gid"].isin(rows["gid"]) & events["at"].notna())]
    events = events.sort_values("at", kind="stable", ignore_index=True)
    until = events[is_true(events["at"] <= now)].reset_index(drop=True)
    if _find_day(now, past.tz) >= _find_day(read_at, past.tz):
        observed_at = pd.Series(min(now, read_at), index=rows.index).astype(UTC_DATETIME)
        return KnownGoals(rows, frozenset(), observed_at, until, now, is_past=False)
    return _restore_goals(rows, events, now, past, read_at, what)


def _restore_goals(
    rows: pd.DataFrame,
    events: pd.DataFrame,
    now: pd.Timestamp,
    past: Past,
    read_at: pd.Timestamp,
    what: str,
) -> KnownGoals:
    """Return goals with their last known values and statuses before they were read."""
    until = events[is_true(events["at"] <= now)].reset_index(drop=True)
    values = until.dropna(subset=["value"]).drop_duplicates("goal_gid", keep="last")
    # The old value of the first change after the moment is the one of the moment.
    later = events[is_true(events["at"] > now) & is_true(events["old_value"].notna())]
    replaced = later.drop_duplicates("goal_gid").assign(at=now)
    replaced = replaced.assign(value=replaced["old_value"])[["goal_gid", "at", "value"]]
    # A story's value holds until the next one; that of a reading is known of its moment only.
    is_story = is_true(values["event"] == "value")
    values = values.assign(at=values["at"].mask(is_story, now))[["goal_gid", "at", "value"]]
    found = pd.concat([values, replaced]).drop_duplicates("goal_gid")
    statuses = until.dropna(subset=["status"]).drop_duplicates("goal_gid", keep="last")
    statuses = statuses.assign(status=statuses["status"].replace(_STATUSES))
    status = _look_up(statuses, "status", rows)
    value, at = _look_up(found, "value", rows), _look_up(found, "at", rows)
    is_unknown = is_true(rows[_CURRENT].notna() & value.isna())
    has_status = text_column(rows, "status").notna()
    is_untold = is_true(has_status & status.isna()) & (past.status_updates is None)
    _warn_unknown(what, now, read_at, int(is_unknown.sum()), int(is_untold.sum()))
    then: dict[str, Any] = {_CURRENT: value.astype("Float64"), "status": status.astype(STR)}
    known = rows.assign(**then)
    gids = frozenset(rows.loc[is_unknown, "gid"])
    return KnownGoals(known, gids, at.astype(UTC_DATETIME), until, now, is_past=True)


def _look_up(table: pd.DataFrame, column: str, rows: pd.DataFrame) -> pd.Series[Any]:
    """Return the value of each goal in a table that has each goal at most once."""
    found: pd.Series[Any] = table.set_index("goal_gid")[column].reindex(rows["gid"])
    return found.set_axis(rows.index)


def _warn_unknown(
    what: str, now: pd.Timestamp, read_at: pd.Timestamp, values: int, statuses: int
) -> None:
    if values or statuses:
        warn_caller(
            f"{what}: the goals were read on {read_at:%Y-%m-%d}, after now={now:%Y-%m-%d}. The "
            f"values of {count_noun(values, 'goal')} and the statuses of "
            f"{count_noun(statuses, 'goal')} then are unknown, and missing here. Pass "
            f"status_updates=, stories= and histories= for those of then; "
            f"pass read_at= if the goals were read earlier.",
            PastStateWarning,
        )


def _find_day(moment: pd.Timestamp, tz: str) -> pd.Timestamp:
    return moment.tz_convert(tz).tz_localize(None).normalize()


def _find_reading(attrs: Any, past: Past) -> pd.Timestamp:
    """Return when goals were read: as given, else as their frame says, else now."""
    if past.read_at is not None:
        moment = parse_timestamp(past.read_at, name="read_at", what="moment", like="2026-03-02")
        return parse_moment(moment, past.tz)
    return _find_fetch(attrs) or parse_moment(None)


def _find_fetch(attrs: Any) -> pd.Timestamp | None:
    """Return when the rows of a frame were fetched, as far as its attrs say; None if not."""
    told = attrs.get("asana") if hasattr(attrs, "get") else None
    text = told.get("fetched_at") if isinstance(told, dict) else None
    try:
        return parse_moment(text) if isinstance(text, str) and text else None
    except InvalidArgument:
        return None


def _drop_infinite(values: pd.Series[Any]) -> pd.Series[Any]:
    numbers = values.astype("Float64")
    return numbers.mask(is_true(numbers.abs() == float("inf")))


def _check_have_gids(rows: pd.DataFrame, what: str) -> None:
    """Refuse goals without a gid, by which they are told apart and related.

    Raises
    ------
    InvalidArgument
        The message counts them.
    """
    lost = int(rows["gid"].isna().sum())
    if lost:
        raise InvalidArgument(
            f"{what}: gid is missing in {lost:,} row(s). Leave them out with "
            f"goals[goals['gid'].notna()]."
        )


def _drop_later_goals(rows: pd.DataFrame, now: pd.Timestamp, what: str) -> pd.DataFrame:
    """Drop goals created after a moment, where a column says so; Asana's goals do not."""
    if "created_at" not in rows.columns:
        return rows
    is_later = is_true(parse_moments(rows["created_at"], what=what) > now)
    return rows[~is_later].reset_index(drop=True)


def _cast_events(table: pd.DataFrame) -> pd.DataFrame:
    """Select and cast the columns of events; missing columns are filled with NA."""
    return table.reindex(columns=list(_VALUE_DTYPES)).astype(_VALUE_DTYPES)


def _read_updates(updates: pd.DataFrame | None, what: str) -> pd.DataFrame:
    if updates is None:
        return pd.DataFrame()
    needed = ["parent_gid", "created_at", "status_type"]
    updates = read_frame(updates, needed, what=what, record="status_update")
    rows = drop_duplicates(updates) if "gid" in updates else updates
    named = {"goal_gid": "parent_gid", "at": "created_at", "status": "status_type"}
    named |= {"title": "title", "author_name": "author_name"}
    return _pick_columns(rows, named).assign(event="status update")


def _pick_columns(rows: pd.DataFrame, named: Mapping[str, str]) -> pd.DataFrame:
    """Return columns under new names, new -> old; those that do not exist are left out."""
    return pd.DataFrame({new: rows[old] for new, old in named.items() if old in rows.columns})


def _read_values(stories: pd.DataFrame | None, what: str) -> pd.DataFrame:
    """Return the values of the metric that stories tell, and the ones they replaced."""
    if stories is None:
        return pd.DataFrame()
    needed = ["goal_gid", "created_at", "new_number_value"]
    stories = read_frame(stories, needed, what=what, record="story")
    rows = drop_duplicates(stories) if "gid" in stories else stories
    is_value = is_true(rows["new_number_value"].notna())
    if "custom_field_gid" in rows:
        is_value = is_value & is_true(rows["custom_field_gid"].isna())
    named = {
        "goal_gid": "goal_gid",
        "at": "created_at",
        "value": "new_number_value",
        "old_value": "old_number_value",
        "author_name": "created_by_name",
    }
    return _pick_columns(rows[is_value], named).assign(event="value")


def _list_frames(histories: Histories | None, what: str) -> list[Any]:
    """Return frames of earlier readings as a list.

    Raises
    ------
    InvalidArgument
        It is neither a frame nor several.
    """
    if histories is None:
        return []
    frames = [histories] if isinstance(histories, pd.DataFrame) else histories
    is_several = isinstance(frames, Iterable) and not isinstance(frames, str | bytes | dict)
    listed = list(frames) if is_several else []
    if not is_several or not all(isinstance(frame, pd.DataFrame) for frame in listed):
        raise InvalidArgument(
            f"{what}: histories= takes a frame of earlier readings with the columns gid, read_at "
            f"and value, or a list of such frames, not {type(histories).__name__}."
        )
    return listed


def _read_history(frame: pd.DataFrame, tz: str, what: str) -> pd.DataFrame:
    """Return the values and statuses of earlier readings."""
    names = {
        "goal_gid": _choose_column(frame, ("goal_gid", "gid"), what),
        "value": _choose_column(frame, ("value", _CURRENT), what),
    }
    fetched = _find_fetch(frame.attrs)
    is_dated = "read_at" in frame.columns or "at" in frame.columns
    if not is_dated and fetched is not None:
        frame = frame.assign(read_at=fetched)
    names["at"] = _choose_column(frame, ("read_at", "at"), what)
    moments = frame[names["at"]]
    if getattr(moments.dtype, "kind", "") == "M" and getattr(moments.dt, "tz", None) is None:
        # Days and moments without a zone are those of the caller.
        plain = moments.astype("datetime64[us]")
        local = plain.dt.tz_localize(tz, ambiguous=True, nonexistent="shift_forward")
        frame = frame.assign(**{names["at"]: local.dt.tz_convert("UTC")})
    kinds = {names["at"]: "datetime", names["value"]: "number", names["goal_gid"]: "gid"}
    read = read_frame(frame, names.values(), what=what, kinds=kinds)
    status = text_column(read, "status").replace(STATUS_TYPES)
    return _pick_columns(read, names).assign(status=status, event="reading")


def _choose_column(frame: pd.DataFrame, names: tuple[str, str], what: str) -> str:
    """Return the first of two columns that exists.

    Raises
    ------
    InvalidArgument
        Neither does.
    """
    for name in names:
        if name in frame.columns:
            return name
    raise InvalidArgument(
        f"{what}: histories= needs a column {names[0]} or {names[1]}, beside the others of gid, "
        f"read_at and value: goals.assign(read_at='2026-06-01') makes one of earlier goals."
    )
