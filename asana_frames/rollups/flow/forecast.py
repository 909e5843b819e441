"""Forecast when tasks are done and how many, by Monte Carlo simulation of past periods."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_choice, check_number
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.flow.counting import By, parse_selection
from asana_frames.rollups.flow.past_periods import PastPeriods, count_past_periods
from asana_frames.rollups.flow.runs import Runs, find_high, find_low, seed_group
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.periods import (
    Every,
    check_every,
    mean_days,
    parse_day,
    period_ends,
)
from asana_frames.types import When

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
_WHAT = "rollups.forecast"
#: The questions, in the order of the result.
_KINDS = ("finish", "count", "date", "chance", "distribution")
_COLUMNS: dict[str, Any] = {
    "kind": STR,
    "probability": "Float64",
    "done": "Float64",
    "date": "datetime64[us]",
    "periods": "Int64",
    "never": "Float64",
    "history_periods": "Int64",
    "unweighted": "Int64",
    "today": "datetime64[us]",
}
_MOST_TRIALS = 1_000_000
#: Runs that take longer are given up.
_MOST_DAYS = 3_652
_NO_DATE = np.datetime64("NaT")


def forecast(
    tasks: pd.DataFrame,
    by: By = None,
    every: Every = "W",
    *,
    remaining: float | None = None,
    dates: Any = None,
    counts: Any = None,
    percentiles: Sequence[float] = (0.5, 0.7, 0.85, 0.95),
    history: int = 12,
    scope: Literal["fixed", "past"] = "fixed",
    start: Any = None,
    weight: str | None = None,
    exclude: Exclude | None = None,
    stories: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    trials: int = 10_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Forecast when the open tasks are done, how many are done by a date, and how likely that is.

    Each run draws past periods with replacement for the periods ahead, and adds up what was
    completed in them. This assumes that the periods ahead are like those of the past, whatever
    their order, and that what is open weighs about what was completed.

    The past is the last whole periods before ``now``, zeros included, from the period of the
    group's first task on. The unfinished period is left out. The periods ahead begin with
    ``start`` and are as long as others; what is completed in one counts at its end.

    Parameters
    ----------
    tasks
        Tasks, completed and open, as ``asana.tasks.list(...)`` returns them: needs ``gid``,
        ``created_at`` and ``completed_at``. Open are those without a ``completed_at``.
    by
        Keys as in ``rollups.throughput``: ``"project"`` or ``"section"`` counts a task in each of
        its projects. A forecast for each group; None for one of all tasks.
    every
        A period as in ``rollups.hours``.
    remaining
        What is left to do, in each group; by default the open tasks, by ``weight``.
    dates
        A day or several: how many are done by then, and how likely it is that all are.
    counts
        A number or several: when so many more are done.
    percentiles
        The shares of the runs for which dates and counts are given, from 0 to 1.
    history
        The number of past periods, at most.
    scope
        ``"fixed"``: nothing is added to what remains. ``"past"``: what was created in the past
        period that is drawn is added to it. Counts are of what is completed in either case.
    start
        The first day of work; today by default.
    weight
        A column of numbers to add up in place of tasks, such as ``"cf_Story points"``.
    exclude
        Tasks to leave out, such as ``{"section": ["Cancelled"]}``: those that were closed as not
        done were not work done.
    stories
        All stories of the tasks, for the keys, weights and exclusions as of ``now``.
    now
        The moment from which to look; the present by default. Nothing later is used.
    tz
        The time zone of the days.
    trials
        The number of runs.
    seed
        The same seed gives the same result. Each group has random numbers of its own, which do
        not depend on the other groups.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``kind`` (str, the question); ``probability`` (Float64);
        ``done`` (Int64, with ``weight`` Float64); ``date`` (datetime64[us]). A row reads: with
        this probability, so many are done by the end of this date. The kinds, in this order:

        ==============  =====================================  =========================
        kind            question                               rows
        ==============  =====================================  =========================
        finish          When are all that remain done?         percentiles
        count           When are so many done?                 ``counts`` x percentiles
        date            How many are done by a date?           ``dates`` x percentiles
        chance          Are all that remain done by a date?    ``dates``
        distribution    How likely is each date for all?       dates on which a run ends
        ==============  =====================================  =========================

        With a percentile of 0.85, the date is the first by which at least 85 % of the runs are
        done, and the count is the highest that at least 85 % of the runs reach; counts may exceed
        what is open. In ``distribution`` the probability is that of the date and all before it.

        Also ``periods`` (Int64, ahead, that are over by the date: its last day where the date is
        an answer); ``never`` (Float64, the share of the runs that are not done within ten years);
        ``history_periods`` (Int64, the past periods used); ``unweighted`` (Int64, open tasks and
        tasks completed in these periods whose weight is missing, which adds 0); ``today``
        (datetime64[us]).

        If nothing was completed in the past periods, ``never`` is 1 and no date is given. A date
        is also missing where too many runs never get there. Without a past period, or without any
        weight, nothing is known: dates, counts, ``never`` and the chance are missing. Where
        nothing remains, the date is today. By a date before the end of the first period ahead,
        or in the past, nothing is done.

        Sorted by kind, then by the keys. Groups are those with a task. Without tasks: no rows.

    Raises
    ------
    InvalidArgument
        A column or key is missing, a weight is negative, or an argument cannot be read.

    Examples
    --------
    In each of the two weeks that are over 2 tasks were completed, and 5 are open:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": [str(number) for number in range(9)],
    ...         "created_at": pd.to_datetime(["2026-03-02T09:00Z"] * 9),
    ...         "completed_at": pd.to_datetime(
    ...             ["2026-03-03T09:00Z"] * 2 + ["2026-03-10T09:00Z"] * 2 + [None] * 5
    ...         ),
    ...     }
    ... )
    >>> found = forecast(tasks, dates="2026-03-31", counts=3, now="2026-03-16T09:00Z")
    >>> found.query("probability == 0.85")[["kind", "probability", "done", "date", "periods"]]
          kind  probability  done       date  periods
    2   finish         0.85     5 2026-04-05        3
    6    count         0.85     3 2026-03-29        2
    10    date         0.85     4 2026-03-31        2
    >>> float(found.query("kind == 'chance'")["probability"].iloc[0])
    0.0
    """
    check_choice(scope, ("fixed", "past"), name="scope")
    check_number(history, name="history", like=12, is_whole=True, least=1)
    check_trials(trials)
    check_number(seed, name="seed", like=0, is_whole=True, least=0)
    selection = parse_selection(by, weight, exclude, now, tz, what=_WHAT)
    asked = _read_questions(
        dates, counts, percentiles, every, start, selection.today, weight is None
    )
    if remaining is not None:
        check_amount(remaining, name="remaining", like=40, is_whole=weight is None)
    past = count_past_periods(
        tasks, selection, every, history=history, stories=stories, reserved=_COLUMNS
    )
    groups = (
        _read_group(past, number, scope, remaining, trials, seed)
        for number in range(len(past.keys))
    )
    answers = [answer for group in groups for answer in _answer_all(group, asked)]
    table = _build_table(past, answers, asked, weight)
    return write_about(table, tasks, now=selection.now, tz=tz)


class _Questions(NamedTuple):
    """What is asked of each group."""

    percentiles: Floats
    counts: Floats
    dates: Days
    #: The last day of the first so many periods ahead, from none on.
    ends: Days
    today: np.datetime64

    @property
    def most(self) -> int:
        """The number of periods after which a run is given up."""
        return len(self.ends) - 1

    def count_whole(self) -> Ints:
        """Return the number of periods ahead that are over by each date."""
        return np.maximum(np.searchsorted(self.ends, self.dates, side="right") - 1, 0)

    def date_ends(self, periods: Ints) -> Days:
        """Return the last days of numbers of periods: today of none, missing below 0."""
        found = np.where(periods == 0, self.today, self.ends[periods])
        return np.where(periods < 0, _NO_DATE, found)


class _Answer(NamedTuple):
    """Rows of a kind for a group."""

    kind: str
    group: int
    probability: Floats
    done: Floats
    date: Days
    periods: Ints
    never: float


def _read_questions(
    dates: Any,
    counts: Any,
    percentiles: Sequence[float],
    every: Every,
    start: Any,
    today: pd.Timestamp,
    is_whole: bool,
) -> _Questions:
    """Check what is asked, and list the ends of the periods ahead.

    Raises
    ------
    InvalidArgument
        A day, number or percentile cannot be read, or a day is out of range.
    """
    shares = read_percentiles(percentiles)
    levels = _list_several(counts)
    for level in levels:
        check_amount(level, name="counts", like=30, is_whole=is_whole)
    days = [parse_day(day, name="dates") for day in _list_several(dates)]
    first = today if start is None else parse_day(start, name="start")
    if first < today:
        raise InvalidArgument(
            f"start={first:%Y-%m-%d} lies before today, {today:%Y-%m-%d}; work that is left "
            f"begins today or later."
        )
    ends = _list_ends(first, every)
    last = pd.Timestamp(ends[-1])
    for day in days:
        if day > last:
            raise InvalidArgument(
                f"dates={day:%Y-%m-%d} is more than ten years ahead; use days up to "
                f"{last:%Y-%m-%d}."
            )
    asked = np.array(sorted(set(days)), dtype="datetime64[D]")
    amounts = np.array(sorted({float(level) for level in levels}), dtype="float64")
    return _Questions(shares, amounts, asked, ends, np.datetime64(today, "D"))


def _list_ends(first: pd.Timestamp, every: Every) -> Days:
    """Return the last days of the first 0, 1, 2 ... periods, up to ten years ahead."""
    check_every(every)
    return period_ends(first, np.arange(math.ceil(_MOST_DAYS / mean_days(every)) + 1), every)


def check_trials(trials: object) -> None:
    """Raise an error unless a number of runs fits the memory.

    Raises
    ------
    InvalidArgument
        It is not a whole number from 1 on, or too great.
    """
    check_number(trials, name="trials", like=10_000, is_whole=True, least=1)
    if int(trials) > _MOST_TRIALS:  # type: ignore[call-overload]  # a number
        raise InvalidArgument(f"trials={trials} is more than {_MOST_TRIALS:,}; use trials=10_000.")


def read_percentiles(percentiles: Sequence[float]) -> Floats:
    """Return the percentiles in order, each once.

    Raises
    ------
    InvalidArgument
        One of them is not a number from 0 to 1, or there is none.
    """
    is_several = isinstance(percentiles, Iterable) and not isinstance(percentiles, str)
    parts: list[Any] = list(percentiles) if is_several else [percentiles]
    are_numbers = all(
        isinstance(part, int | float) and not isinstance(part, bool) and 0 <= part <= 1
        for part in parts
    )
    if not parts or not are_numbers:
        raise InvalidArgument(
            f"percentiles={percentiles!r} is not valid; use numbers from 0 to 1, such as "
            f"percentiles=(0.5, 0.85)."
        )
    return np.array(sorted(set(parts)), dtype="float64")


def _list_several(given: Any) -> list[Any]:
    """Return an argument that takes none, one or several values as a list."""
    if given is None:
        return []
    is_several = isinstance(given, Iterable) and not isinstance(given, str)
    return list(given) if is_several else [given]


def check_amount(amount: Any, *, name: str, like: float, is_whole: bool) -> None:
    """Raise an error unless an argument is an amount of work: tasks are counted in whole numbers.

    Raises
    ------
    InvalidArgument
        It is not a number of at least 0, or tasks are counted and it has a fraction.
    """
    check_number(amount, name=name, like=like, least=0)
    if is_whole and float(amount) != int(amount):
        raise InvalidArgument(
            f"{name}={amount} is not a whole number of tasks; round it, or pass weight=."
        )


class _Group(NamedTuple):
    """What is known of a group: the amounts of its past periods, and what is left."""

    number: int
    done: Floats
    #: What was completed, less what was added if the scope is that of the past.
    net: Floats
    remaining: float
    #: None if nothing is known of the past.
    runs: Runs | None
    trials: int

    def count_periods(self, amounts: Floats, level: float, most: int) -> Ints | None:
        """Return after how many periods each run reaches a level; None if it is not known."""
        if level == 0:
            return np.zeros(self.trials, dtype="int64")
        if self.runs is None or np.isnan(level):
            return None
        return self.runs.count_periods(amounts, level, most)


def _read_group(
    past: PastPeriods, number: int, scope: str, remaining: float | None, trials: int, seed: int
) -> _Group:
    first = int(past.first[number])
    done, added = past.done[number, first:], past.added[number, first:]
    tasks, unweighted = past.tasks[number, first:].sum(), past.unweighted[number, first:].sum()
    is_known = len(done) > 0 and not 0 < tasks == unweighted
    words = identify_group(past.keys, number)
    return _Group(
        number,
        done,
        done - added if scope == "past" else done,
        float(past.remaining[number] if remaining is None else remaining),
        Runs(len(done), trials, seed_group(seed, *words)) if is_known else None,
        trials,
    )


def identify_group(keys: pd.DataFrame, number: int) -> list[object]:
    """Return words that tell a group apart: the gid, where it has one, and not its name."""
    row = dict(zip(keys.columns, keys.iloc[number], strict=True))
    names = {f"{name[:-4]}_name" for name in row if name.endswith("_gid") and pd.notna(row[name])}
    return [word for name, value in row.items() if name not in names for word in (name, value)]


def _answer_all(group: _Group, asked: _Questions) -> Iterable[_Answer]:
    """Yield the answers for one group."""
    rest = group.count_periods(group.net, group.remaining, asked.most)
    yield _answer_when("finish", group.number, group.remaining, rest, asked)
    yield from _answer_chances(group, rest, asked)
    for level in asked.counts:
        taken = group.count_periods(group.done, float(level), asked.most)
        yield _answer_when("count", group.number, float(level), taken, asked)
    yield from _answer_dates(group, asked)


def _answer_when(
    kind: str, group: int, level: float, taken: Ints | None, asked: _Questions
) -> _Answer:
    """Return when a level is reached."""
    shares = asked.percentiles
    levels = np.full(len(shares), level)
    if taken is None:
        periods, never = np.full(len(shares), -1), np.nan
    else:
        periods, never = find_low(taken, shares), float((taken < 0).mean())
    return _Answer(kind, group, shares, levels, asked.date_ends(periods), periods, never)


def _answer_chances(group: _Group, taken: Ints | None, asked: _Questions) -> Iterable[_Answer]:
    """Yield how likely it is that all is done by the dates, and by any date."""
    whole = asked.count_whole()
    levels = np.full(len(whole), group.remaining)
    if taken is None:
        unknown = np.full(len(whole), np.nan)
        yield _Answer("chance", group.number, unknown, levels, asked.dates, whole, np.nan)
        return
    never = float((taken < 0).mean())
    outcomes, runs = np.unique(taken[taken >= 0], return_counts=True)
    cumulative = runs.cumsum() / len(taken)
    chances = np.append(0.0, cumulative)[np.searchsorted(outcomes, whole, side="right")]
    yield _Answer("chance", group.number, chances, levels, asked.dates, whole, never)
    levels, days = np.full(len(outcomes), group.remaining), asked.date_ends(outcomes)
    yield _Answer("distribution", group.number, cumulative, levels, days, outcomes, never)


def _answer_dates(group: _Group, asked: _Questions) -> Iterable[_Answer]:
    """Yield how many are done by the dates."""
    shares, whole = asked.percentiles, asked.count_whole()
    sums = None if group.runs is None else group.runs.sum_periods(group.done, whole)
    for row, (day, over) in enumerate(zip(asked.dates, whole, strict=True)):
        levels = np.full(len(shares), np.nan) if sums is None else find_high(sums[row], shares)
        days, periods = np.full(len(shares), day), np.full(len(shares), over)
        yield _Answer("date", group.number, shares, levels, days, periods, np.nan)


def _build_table(
    past: PastPeriods, answers: Iterable[_Answer], asked: _Questions, weight: str | None
) -> pd.DataFrame:
    """Put the answers below each other, by kind and group."""
    # Sorting is stable: the rows of an answer stay in order.
    ordered = sorted(answers, key=lambda answer: (_KINDS.index(answer.kind), answer.group))
    sizes = [len(answer.probability) for answer in ordered]
    group = np.repeat(np.array([answer.group for answer in ordered], dtype="int64"), sizes)
    periods = _join(ordered, "periods", "int64")
    is_used = np.arange(len(past.periods)) >= past.first[:, None]
    unweighted = past.open_unweighted + (past.unweighted * is_used).sum(axis=1)
    values = {
        "kind": np.repeat(np.array([answer.kind for answer in ordered], dtype=object), sizes),
        "probability": _join(ordered, "probability", "float64"),
        "done": _join(ordered, "done", "float64"),
        "date": _join(ordered, "date", "datetime64[D]"),
        "periods": pd.arrays.IntegerArray(periods, periods < 0),
        "never": np.repeat(np.array([one.never for one in ordered], dtype="float64"), sizes),
        "history_periods": (len(past.periods) - past.first)[group],
        "unweighted": unweighted[group],
        "today": np.full(len(group), asked.today),
    }
    table = pd.concat([past.keys.iloc[group].reset_index(drop=True), pd.DataFrame(values)], axis=1)
    return table.astype(_COLUMNS | {"done": "Int64" if weight is None else "Float64"})


def _join(answers: Iterable[_Answer], name: str, dtype: str) -> npt.NDArray[Any]:
    return np.concatenate([np.array([], dtype=dtype), *(getattr(one, name) for one in answers)])
