"""Check past forecasts against what then was completed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_number
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.flow.counting import By, parse_selection
from asana_frames.rollups.flow.forecast import check_trials, identify_group, read_percentiles
from asana_frames.rollups.flow.past_periods import PastPeriods, count_past_periods
from asana_frames.rollups.flow.runs import Runs, find_ranks, seed_group
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.periods import Every
from asana_frames.types import When

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_WHAT = "rollups.backtest"
_COLUMNS: dict[str, Any] = {
    "horizon": "Int64",
    "probability": "Float64",
    "forecasts": "Int64",
    "came_true": "Int64",
    "share_true": "Float64",
}
#: Sums of fractions may miss what they should be by a rounding error.
_TINY = 1e-9

_FURTHEST = 10_000


def backtest(
    tasks: pd.DataFrame,
    by: By = None,
    every: Every = "W",
    *,
    horizons: Sequence[int] = (1, 2, 4, 8, 12),
    percentiles: Sequence[float] = (0.5, 0.7, 0.85, 0.95),
    history: int = 12,
    weight: str | None = None,
    exclude: Exclude | None = None,
    stories: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    trials: int = 10_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Count how many forecasts of the past came true, beside the probability they gave.

    At the end of each past period that has ``history`` whole periods of the group behind it, a
    forecast as in ``rollups.forecast`` says how many are done within the next periods with each
    probability. It comes true if at least so many were completed.

    Parameters
    ----------
    tasks
        Tasks as in ``rollups.forecast``: needs ``gid``, ``created_at`` and ``completed_at``.
    by, every, weight, exclude, stories, tz, seed
        As in ``rollups.forecast``.
    horizons
        How many periods the forecasts look ahead.
    percentiles
        The probabilities with which they say how many are done, from 0 to 1.
    history
        The number of past periods that each forecast draws from.
    now
        The moment up to which completions are known; the present by default.
    trials
        The number of runs of each forecast.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``horizon`` (Int64, in periods); ``probability`` (Float64);
        ``forecasts`` (Int64, those whose periods are over); ``came_true`` (Int64, of these);
        ``share_true`` (Float64, of these, missing without one). A row per group, horizon and
        percentile, in this order.

        Forecasts are sound where ``share_true`` is about ``probability``. Above it, they were too
        careful: counts are whole numbers, so some of that is always there where few tasks are
        completed in a period. Below it, the past was better than what followed. Forecasts that
        follow each other share periods, so a few dozen of them say less than their number.

    Raises
    ------
    InvalidArgument
        A column or key is missing, a weight is negative, or an argument cannot be read.

    Examples
    --------
    One task was completed in each of four weeks, two in the last. Forecasts from two weeks said
    one for each next week, whatever the probability:

    >>> import pandas as pd
    >>> done = ["2026-03-03", "2026-03-10", "2026-03-17", "2026-03-24", "2026-03-31", "2026-04-01"]
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": [str(number) for number in range(6)],
    ...         "created_at": pd.to_datetime(["2026-03-02"] * 6, utc=True),
    ...         "completed_at": pd.to_datetime(done, utc=True),
    ...     }
    ... )
    >>> backtest(tasks, horizons=[1, 2], percentiles=[0.85], history=2, now="2026-04-06")
       horizon  probability  forecasts  came_true  share_true
    0        1         0.85          3          3         1.0
    1        2         0.85          2          2         1.0
    """
    check_number(history, name="history", like=12, is_whole=True, least=1)
    check_trials(trials)
    check_number(seed, name="seed", like=0, is_whole=True, least=0)
    ahead, shares = _read_horizons(horizons), read_percentiles(percentiles)
    selection = parse_selection(by, weight, exclude, now, tz, what=_WHAT)
    past = count_past_periods(
        tasks, selection, every, history=None, stories=stories, reserved=_COLUMNS
    )
    groups = range(len(past.keys))
    checked = [_check_group(past, group, ahead, shares, history, trials, seed) for group in groups]
    table = _build_table(past.keys, checked, ahead, shares)
    return write_about(table, tasks, now=selection.now, tz=tz)


def _read_horizons(horizons: Sequence[int]) -> Ints:
    """Return the horizons in order, each once.

    Raises
    ------
    InvalidArgument
        One of them is not a whole number of at least 1, or there is none.
    """
    is_several = isinstance(horizons, Iterable) and not isinstance(horizons, str)
    numbers: list[Any] = list(horizons) if is_several else [horizons]
    for number in numbers:
        check_number(number, name="horizons", like=4, is_whole=True, least=1)
        if number > _FURTHEST:
            raise InvalidArgument(f"horizons={number} is beyond {_FURTHEST:,} periods.")
    if not numbers:
        raise InvalidArgument("horizons= is empty; use numbers of periods, such as (1, 4, 12).")
    return np.array(sorted({int(number) for number in numbers}), dtype="int64")


def _check_group(
    past: PastPeriods,
    group: int,
    ahead: Ints,
    shares: Floats,
    history: int,
    trials: int,
    seed: int,
) -> tuple[Ints, Ints]:
    """Return how many forecasts there were of each horizon, and how many came true by share."""
    done = past.done[group, past.first[group] :]
    days = past.periods[past.first[group] :].strftime("%Y-%m-%d")
    words = identify_group(past.keys, group)
    forecasts = np.zeros(len(ahead), dtype="int64")
    came_true = np.zeros((len(ahead), len(shares)), dtype="int64")
    ranks = find_ranks(shares, trials)
    total = np.append(0.0, done.cumsum())
    for origin in range(history, len(done)):
        is_over = ahead <= len(done) - origin
        # The seed stays the same when periods are added before or after.
        day = days[origin]
        runs = Runs(history, trials, seed_group(seed, *words, day))
        sums = runs.sum_periods(done[origin - history : origin], ahead[is_over])
        for row, (horizon, found) in enumerate(zip(ahead[is_over], sums, strict=True)):
            actual = total[origin + horizon] - total[origin]
            forecasts[row] += 1
            # A forecast fails where enough runs reach more than the actual count.
            higher = int((found > actual + _TINY * max(1.0, actual)).sum())
            came_true[row] += higher <= ranks
    return forecasts, came_true


def _build_table(
    keys: pd.DataFrame, checked: Sequence[tuple[Ints, Ints]], ahead: Ints, shares: Floats
) -> pd.DataFrame:
    size = len(ahead) * len(shares)
    nothing = np.array([], dtype="int64")
    forecasts = np.concatenate([nothing, *(np.repeat(one[0], len(shares)) for one in checked)])
    came_true = np.concatenate([nothing, *(one[1].ravel() for one in checked)])
    values = {
        "horizon": np.tile(np.repeat(ahead, len(shares)), len(keys)),
        "probability": np.tile(shares, len(keys) * len(ahead)),
        "forecasts": forecasts,
        "came_true": came_true,
        "share_true": np.where(forecasts > 0, came_true / np.maximum(forecasts, 1), np.nan),
    }
    groups = keys.iloc[np.repeat(np.arange(len(keys)), size)].reset_index(drop=True)
    return pd.concat([groups, pd.DataFrame(values)], axis=1).astype(_COLUMNS)
