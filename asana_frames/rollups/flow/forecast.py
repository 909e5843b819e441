"""Forecast when the remaining tasks are done, by Monte Carlo simulation of past throughput."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_number
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import read_frame
from asana_frames.rollups.shared.periods import (
    Every,
    check_days,
    check_every,
    parse_day,
    period_end,
    period_ends,
)

_WHAT = "rollups.forecast"
_DTYPES: dict[str, Any] = {
    "periods": "Int64",
    "date": "datetime64[us]",
    "trials": "Int64",
    "probability": "Float64",
    "cumulative": "Float64",
}
#: Periods after which an unfinished trial is given up.
_MAX_PERIODS = 10_000
#: Draws made at once.
_BLOCK = 2_000_000
#: Longest distance between the starts of two periods, in days -> period.
_FOUR_WEEKS = 28
_DISTANCES: dict[int, Every] = {1: "D", 7: "W", 31: "MS", 92: "QS", 366: "YS"}


def forecast(
    throughput: pd.DataFrame,
    remaining: float,
    *,
    start: Any = None,
    trials: int = 10_000,
    seed: int = 0,
    every: Every | None = None,
) -> pd.DataFrame:
    """Forecast when the remaining tasks are done if throughput stays as it was.

    Each trial samples past periods, with replacement, until together they complete the remaining
    tasks. This assumes that future periods are like those of ``throughput`` and independent of
    each other: pass only periods that are representative and over.

    Parameters
    ----------
    throughput
        The result of ``rollups.throughput``: ``period`` and ``completed``; groups are added up.
        Periods without a row are not sampled.
    remaining
        How many tasks are left, such as the last ``open`` of ``rollups.burnup``.
    start
        The first day of the first future period; by default the day after the last period of
        ``throughput``.
    trials
        The number of trials.
    seed
        The seed of the random numbers: the same seed gives the same result.
    every
        How long the periods are, as in ``rollups.throughput``; by default the distance between
        the two that are nearest to each other. Required where there is only one.

    Returns
    -------
    DataFrame
        One row per number of periods, from the fewest to the most that a trial took: ``periods``
        (Int64); ``date`` (datetime64[us], the last day of the last of them); ``trials`` (Int64,
        how many took that many); ``probability`` (Float64, the part of all trials) and
        ``cumulative`` (Float64, the part that took that many or fewer). Trials that are not
        done after 10,000 periods are a last row whose ``periods`` and ``date`` are missing. For a
        date to promise, take the first with a ``cumulative`` of 0.85 or more.

    Raises
    ------
    InvalidArgument
        Nothing was ever completed, a column is missing, or an argument cannot be read.

    Examples
    --------
    In each of two weeks 2 tasks were completed, so 5 take three weeks:

    >>> import pandas as pd
    >>> past = pd.DataFrame(
    ...     {"period": pd.to_datetime(["2026-03-02", "2026-03-09"]), "completed": [2, 2]}
    ... )
    >>> forecast(past, 5)
       periods       date  trials  probability  cumulative
    0        3 2026-04-05   10000          1.0         1.0
    """
    throughput = read_frame(throughput, ["period", "completed"], what=_WHAT)
    check_days(throughput["period"], what=_WHAT)
    check_number(remaining, name="remaining", like=40, least=0)
    check_number(trials, name="trials", like=10_000, is_whole=True, least=1)
    check_number(seed, name="seed", like=0, is_whole=True, least=0)
    amounts = _sum_by_period(throughput)
    if amounts.sum() <= 0:
        raise InvalidArgument(
            f"{_WHAT}: nothing was ever completed, so there is nothing to forecast from. Give a "
            f"throughput with completed tasks."
        )
    length = _infer_period_length(pd.DatetimeIndex(amounts.index), every)
    first = period_end(amounts.index[-1], length) + pd.Timedelta(days=1)
    first = first if start is None else parse_day(start, name="start")
    draws = np.random.default_rng(seed)
    taken = _simulate_trials(amounts.to_numpy(dtype="float64"), float(remaining), trials, draws)
    return _build_distribution(taken, first, length)


def _sum_by_period(throughput: pd.DataFrame) -> pd.Series[Any]:
    """Sum the completed tasks of each period, in order.

    Raises
    ------
    InvalidArgument
        The sum of a period is negative.
    """
    dated = throughput[throughput["period"].notna()]
    sums = dated["completed"].astype("float64").groupby(dated["period"]).sum()
    if (sums < 0).any():
        raise InvalidArgument(
            f"{_WHAT}: completed is below 0 in the period {sums.idxmin()}; give counts from 0 on."
        )
    return sums


def _infer_period_length(periods: pd.DatetimeIndex, every: Every | None) -> Every:
    """Return the period, from ``every`` or from the distances between periods.

    Raises
    ------
    InvalidArgument
        ``every`` is not given, and the distances do not match a period.
    """
    if every is not None:
        check_every(every)
        return every
    apart = (periods[1:] - periods[:-1]).days
    nearest = int(apart.min()) if len(apart) else 0
    if nearest == _FOUR_WEEKS and not periods.is_month_start.all():
        return "4W"
    for most, known in _DISTANCES.items():
        # A month has 28 days at least, a year 365: 0.9 of the most.
        if 0.9 * most <= nearest <= most:
            return known
    raise InvalidArgument(f"{_WHAT} cannot tell how long the periods are: give every='W'.")


def _simulate_trials(
    amounts: npt.NDArray[np.float64], remaining: float, trials: int, draws: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return the number of periods of each trial, -1 where the limit was not enough."""
    taken = np.full(trials, -1, dtype="int64")
    left = np.full(trials, remaining)
    taken[left <= 0] = 0
    # A little more than the rest takes on average.
    usual = min(_MAX_PERIODS, math.ceil(1.2 * remaining / amounts.mean()) + 4)
    over = 0
    while over < _MAX_PERIODS and (taken < 0).any():
        running = np.flatnonzero(taken < 0)
        width = max(1, min(usual, _MAX_PERIODS - over, _BLOCK // len(running)))
        done = draws.choice(amounts, (len(running), width)).cumsum(axis=1)
        is_through = done >= left[running, None]
        through = is_through.any(axis=1)
        taken[running[through]] = over + 1 + is_through[through].argmax(axis=1)
        left[running] -= done[:, -1]
        over += width
    return taken


def _build_distribution(
    taken: npt.NDArray[np.int64], first: pd.Timestamp, every: Every
) -> pd.DataFrame:
    """Count the trials by the number of periods that they took."""
    known = taken[taken >= 0]
    periods = np.arange(known.min(), known.max() + 1) if len(known) else known
    counts = np.bincount(known - known.min()) if len(known) else known
    table = pd.DataFrame(
        {"periods": periods, "date": period_ends(first, periods, every), "trials": counts}
    ).astype({"periods": "Int64", "trials": "Int64"})
    given_up = int((taken < 0).sum())
    if given_up:
        table.loc[len(table), "trials"] = given_up
    table["probability"] = table["trials"].astype("Float64") / len(taken)
    # A sum of fractions might not end at exactly 1.
    table["cumulative"] = table["trials"].astype("Float64").cumsum() / len(taken)
    return table.astype(_DTYPES)
