"""Where goals end at the pace since their start."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.rollups.goals.known_goals import METRIC, Histories, KnownGoals, Past
from asana_frames.rollups.goals.metric_text import format_current_of_target
from asana_frames.rollups.goals.progress import CLOSED, compute_progress
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.key_figures import TINY
from asana_frames.rollups.shared.moments import local_days, resolve_today
from asana_frames.types import When

_WHAT = "rollups.goal_forecast"
_DAY = pd.Timedelta(days=1)
#: Readings from which on a probability is given.
_FEWEST_READINGS = 4
#: Days after which a goal that is so slow is never reached.
_LONGEST = 36_525
_OF_GOAL = (
    *("gid", "name", "owner_name", "status", "time_period_display_name", "start_on", "due_on"),
    *("initial", "current", "target", "unit", "currency_code", "precision"),
    *("progress", "expected", "ahead"),
)
Numbers = npt.NDArray[np.float64]


def goal_forecast(
    goals: pd.DataFrame,
    relationships: pd.DataFrame | None = None,
    *,
    counts: pd.DataFrame | None = None,
    tasks: pd.DataFrame | None = None,
    status_updates: pd.DataFrame | None = None,
    stories: pd.DataFrame | None = None,
    histories: Histories | None = None,
    now: When | None = None,
    read_at: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Forecast value and progress of goals at their due date, at the pace since their start.

    The pace is (current value - initial value) per day from the start to the day on which the
    value was last known, both included. A goal without a metric has a forecast of the progress
    computed from its sub-goals.

    Asana keeps no history of values. Readings are those that ``stories`` and ``histories`` tell
    up to ``now``, and the current value. From four of them on, and where the start is known,
    there is a probability: values are taken for a random walk whose steps have the mean of the
    pace, and a spread that grows with the square root of time, estimated from the readings
    (Student's t distribution, the pace being estimated as well).

    Parameters
    ----------
    goals, relationships, counts, tasks, status_updates, stories, histories, now, read_at, tz
        As in ``rollups.goal_progress``; stories and earlier readings are used for any ``now``.

    Returns
    -------
    DataFrame
        One row per goal, in the order of ``goals``: ``gid``, ``name``, ``owner_name``, ``status``,
        ``time_period_display_name`` (str); ``start_on``, ``due_on`` (datetime64[us]);
        ``initial``, ``current``, ``target`` (Float64), ``unit``, ``currency_code`` (str),
        ``precision`` (Int64), ``progress``, ``expected``, ``ahead`` (Float64) as in
        ``rollups.goal_progress``; ``current_of_target`` (str, such as ``3.1 % of 2 %``);
        ``days_left`` (Int64, days from tomorrow to the due day, 0 once it has come);
        ``value_at_due`` (Float64, in the metric's unit) and ``progress_at_due`` (Float64) at this
        pace, the last known ones once the due day has come; ``reached_on`` (datetime64[us], the
        day on which the target is reached at this pace; missing where it is reached already, or
        the value does not move towards it, or not within 100 years); ``pace`` and ``pace_needed``
        (Float64, change of the value per day: so far, and from tomorrow to the due day; the
        latter 0 where the target is reached, missing once the due day has come);
        ``observations`` (Int64, days with a known value, the current one included, the initial
        one not); ``observed_at`` (datetime64[us, UTC], when the value was last known);
        ``probability`` (Float64, that the target is reached on the due day; missing with fewer
        than 4 observations since the start, and once the due day has come). Forecasts are missing
        for goals that are closed, have not begun, or lack start or due day.

    Raises
    ------
    InvalidArgument
        Columns are missing, or goals support each other in a cycle.

    Examples
    --------
    After 100 of 200 days there are 10 of 40 partners, so there will be 20. From now on 0.3 a day
    are needed:

    >>> import pandas as pd
    >>> goals = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "name": ["Win 40 partners"],
    ...         "start_on": pd.to_datetime(["2026-01-01"]),
    ...         "due_on": pd.to_datetime(["2026-07-19"]),
    ...         "metric_initial_number_value": [0.0],
    ...         "metric_current_number_value": [10.0],
    ...         "metric_target_number_value": [40.0],
    ...     }
    ... )
    >>> forecast = goal_forecast(goals, now="2026-04-10", read_at="2026-04-10")
    >>> forecast[["value_at_due", "progress_at_due", "pace", "pace_needed", "observations"]]
       value_at_due  progress_at_due  pace  pace_needed  observations
    0          20.0              0.5   0.1          0.3             1
    """
    past = Past(now, status_updates, stories, histories, read_at, tz)
    found = compute_progress(goals, relationships, counts, tasks, past, what=_WHAT)
    table: pd.DataFrame = found.table[list(_OF_GOAL)].copy()
    table["current_of_target"] = format_current_of_target(table)
    days = _count_days(table, found.known, tz)
    table["days_left"] = days["left"].astype("Int64")
    table = table.assign(**_project(table, days))
    readings = _list_readings(found.known, tz)
    counted = readings.groupby("goal_gid", observed=True).size()
    table["observations"] = table["gid"].map(counted).fillna(0).astype("Int64")
    table["observed_at"] = found.known.observed_at
    chances = _compute_probabilities(table, days, readings)
    table = table.assign(probability=pd.array(chances, dtype="Float64"))
    return write_about(table, goals, now=found.known.now, tz=tz)


def _count_days(table: pd.DataFrame, known: KnownGoals, tz: str) -> pd.DataFrame:
    """Count the days of goals: ``whole``, ``past`` until the last known value, and ``left``."""
    observed: Any = local_days(known.observed_at, tz)
    today = resolve_today(known.now, tz)
    start: Any = table["start_on"]
    due: Any = table["due_on"]
    whole = ((due - start) / _DAY + 1).astype("float64")
    past = ((observed - start) / _DAY + 1).astype("float64")
    left = ((due - today) / _DAY).astype("float64").clip(lower=0)
    is_open = ~is_true(table["status"].isin(CLOSED))
    has_forecast = is_open & (whole > 0).to_numpy() & (past > 0).to_numpy()
    return pd.DataFrame({"whole": whole, "past": past, "left": left, "has": has_forecast})


def _project(table: pd.DataFrame, days: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Compute the forecasts at the pace so far, and the pace that is needed."""
    initial, current, target = (
        table[name].astype("float64") for name in ("initial", "current", "target")
    )
    progress = table["progress"].astype("float64")
    pace = ((current - initial) / days["past"]).where(days["has"])
    ahead = (days["whole"] - days["past"]).clip(lower=0)
    rate = (progress / days["past"]).where(days["has"])
    is_reached = (progress >= 1 - TINY).to_numpy()
    needed = ((target - current) / days["left"].mask(days["left"] <= 0)).where(days["has"])
    needed = needed.mask(is_reached & (days["left"] > 0), 0.0).where(days["has"])
    found = {
        "value_at_due": current + pace * ahead,
        "progress_at_due": progress + rate * ahead,
        "reached_on": _find_days_of_target(table, rate.mask(is_reached)),
        "pace": pace,
        "pace_needed": needed,
    }
    is_number = [name for name in found if name != "reached_on"]
    return found | {name: found[name].astype("Float64") for name in is_number}


def _find_days_of_target(table: pd.DataFrame, rate: pd.Series[Any]) -> pd.Series[Any]:
    """Return the day on which each goal reaches its target at a progress per day."""
    # A little less, so that a rounding error does not cost a day.
    days = np.ceil(1 / rate.where(rate > 0) - 1e-9) - 1
    days = days.where(days <= _LONGEST)
    found: pd.Series[Any] = table["start_on"] + pd.to_timedelta(days, unit="D")
    return found.astype("datetime64[us]")


def _list_readings(known: KnownGoals, tz: str) -> pd.DataFrame:
    """List the known values of goals up to the moment: the last one of each day."""
    goals = known.rows
    current = pd.DataFrame(
        {
            "goal_gid": goals["gid"],
            "at": known.observed_at,
            "value": goals[METRIC[1]].astype("Float64"),
        }
    )
    both = pd.concat([known.events[["goal_gid", "at", "value"]], current], ignore_index=True)
    both = both.dropna(subset=["goal_gid", "at", "value"]).sort_values("at", kind="stable")
    both = both.assign(day=local_days(both["at"], tz))
    return both.drop_duplicates(["goal_gid", "day"], keep="last").reset_index(drop=True)


def _compute_probabilities(
    table: pd.DataFrame, days: pd.DataFrame, readings: pd.DataFrame
) -> list[float | None]:
    """Compute for each goal the probability that it reaches its target on its due day."""
    of_goal = dict(iter(readings.groupby("goal_gid", observed=True)))
    is_open = days["has"].to_numpy() & (days["left"] > 0).to_numpy()
    columns = (table[name] for name in ("gid", "start_on", "due_on", "initial", "target"))
    found: list[float | None] = []
    for has, gid, start, due, initial, target in zip(is_open, *columns, strict=True):
        rows = of_goal.get(gid)
        is_known = not (pd.isna(initial) or pd.isna(target) or initial == target)
        if not has or not is_known or rows is None or len(rows) < _FEWEST_READINGS:
            found.append(None)
            continue
        # The initial value is that of the moment before the first day.
        begun = start - _DAY
        after = rows[(rows["day"] > begun).to_numpy()]
        at = np.array([0, *((after["day"] - begun) / _DAY)], dtype="float64")
        values = np.array([initial, *after["value"]], dtype="float64")
        found.append(_find_chance(at, values, float((due - begun) / _DAY), float(target)))
    return found


def _find_chance(at: Numbers, values: Numbers, due: float, target: float) -> float | None:
    """Return the probability that a random walk is at its target on a day.

    Parameters
    ----------
    at, values
        Days and values known, the first one that of the start.
    due
        The day.
    target
        The value to be reached, from the side on which the walk begins.
    """
    steps, spans = np.diff(values), np.diff(at)
    if len(steps) < _FEWEST_READINGS or not np.isfinite(values).all():
        return None
    pace = (values[-1] - values[0]) / (at[-1] - at[0])
    left = due - at[-1]
    degrees = len(steps) - 1
    variance = float(((steps - pace * spans) ** 2 / spans).sum()) / degrees
    # The pace is uncertain too, the less the longer it was watched.
    spread = math.sqrt(variance * (left + left**2 / (at[-1] - at[0])))
    side = 1 if target > values[0] else -1
    margin = side * (values[-1] + pace * left - target)
    scale = 1e-9 * max(abs(target), abs(values[0]), 1e-300)
    if spread <= scale:
        return 1.0 if margin >= -scale else 0.0
    return student_cdf(margin / spread, degrees)


def student_cdf(value: float, degrees: int) -> float:
    """Return the probability that Student's t with whole degrees of freedom is at most a value.

    Examples
    --------
    >>> round(student_cdf(0.0, 3), 3), round(student_cdf(2.353, 3), 3)
    (0.5, 0.95)
    """
    # Abramowitz and Stegun 26.7.3 and 26.7.4.
    angle = math.atan2(value, math.sqrt(degrees))
    cosine, sine = math.cos(angle), math.sin(angle)
    is_odd = degrees % 2
    term = cosine if is_odd else 1.0
    total = 0.0 if degrees == 1 else term
    for number in range(3 if is_odd else 2, degrees - 1, 2):
        term *= cosine**2 * (number - 1) / number
        total += term
    inside = 2 / math.pi * (angle + sine * total) if is_odd else sine * total
    return min(1.0, max(0.0, 0.5 + inside / 2))
