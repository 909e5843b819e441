"""Tasks that are counted by keys and periods, and the grid of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.shared.exclude import Exclude, drop_excluded
from asana_frames.rollups.shared.gids import Positions
from asana_frames.rollups.shared.inputs import read_frame, resolve_keys, text_column
from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.rollups.shared.periods import (
    Days,
    Every,
    check_every,
    list_periods,
    number_periods,
    shift_periods,
)
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.tasks import (
    MEMBERSHIP,
    all_memberships,
    task_lifespans,
    unique_tasks,
)
from asana_frames.rollups.shared.weights import Weights, check_weight, read_weights
from asana_frames.types import When

By: TypeAlias = str | Sequence[str] | None
#: Limit on the rows of a table of all groups and periods.
_MAX_ROWS = 20_000_000
#: Decimals that sums of weights keep: 0.1 + 0.2 - 0.3 is 0.
_DECIMALS = 9
_PLACES = frozenset({"project", "section", *MEMBERSHIP})


class CountedTasks(NamedTuple):
    """Tasks, a row for each group that they count in."""

    #: The keys, a row per group, sorted.
    groups: pd.DataFrame
    #: The group of each row.
    group: Positions
    #: The position of each row's task among the tasks that were read.
    task: Positions
    created: Days
    completed: Days
    due: Days
    weights: Weights


class Selection(NamedTuple):
    """Which tasks are counted, by what, as of when: arguments that rollups of counts share."""

    by: By
    weight: str | None
    exclude: Exclude | None
    now: pd.Timestamp
    tz: str
    what: str

    @property
    def today(self) -> pd.Timestamp:
        """The day of ``now`` in the time zone."""
        return self.now.tz_convert(self.tz).tz_localize(None).normalize()


def parse_selection(
    by: By, weight: str | None, exclude: Exclude | None, now: When | None, tz: str, *, what: str
) -> Selection:
    """Parse the arguments that rollups of counts share.

    Raises
    ------
    InvalidArgument
        ``weight``, ``now`` or ``tz`` is not valid.
    """
    check_weight(weight)
    return Selection(by, weight, exclude, parse_moment(now, tz), tz, what)


def read_known_tasks(
    tasks: pd.DataFrame,
    needed: Iterable[str],
    selection: Selection,
    stories: pd.DataFrame | None = None,
    *,
    uses: str = "",
) -> pd.DataFrame:
    """Return each task once, as it was known, without those that are excluded.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``exclude`` is not valid.
    """
    what = selection.what
    needed = list(needed)
    tasks = read_frame(tasks, ["gid", *needed], what=what, record="task")
    known = select_known(tasks, selection.now, stories, what=what, uses=uses)
    counted = drop_excluded(known, selection.exclude, what=what)
    if selection.by is not None:
        return unique_tasks(counted, counted.columns)
    weight = [] if selection.weight is None else [selection.weight]
    return unique_tasks(counted, ["created_at", *needed, *weight])


def count_tasks(rows: pd.DataFrame, selection: Selection) -> CountedTasks:
    """Assign tasks, each once, to the groups of ``by``.

    A task counts in each of its projects and sections if ``by`` has one of these.

    Raises
    ------
    InvalidArgument
        A key is unknown, or the weights are not numbers.
    """
    weights = read_weights(rows, selection.weight, what=selection.what)
    life = task_lifespans(rows, selection.tz, what=selection.what)
    groups, group, task = _find_groups(rows, selection)
    is_known = life["created"].notna().to_numpy()[task]
    group, task = group[is_known], task[is_known]
    days = (life[name].to_numpy().astype("datetime64[D]") for name in life)
    created, completed, due = (column[task] for column in days)
    values = None if weights.values is None else weights.values[task]
    taken = Weights(values, weights.is_missing[task])
    return CountedTasks(groups, group, task, created, completed, due, taken)


def _find_groups(
    rows: pd.DataFrame, selection: Selection
) -> tuple[pd.DataFrame, Positions, Positions]:
    """Return the groups, and the group and the task of each row."""
    task = np.arange(len(rows))
    keyed = rows
    if names_places(selection.by):
        task, places = all_memberships(rows)
        keyed = rows.take(task).reset_index(drop=True).assign(**places)
    groups, group = group_rows(keyed, selection)
    if len(task) > len(rows):
        # Two sections of one name are one group, in which a task counts once.
        once = ~pd.DataFrame({"task": task, "group": group}).duplicated().to_numpy()
        group, task = group[once], task[once]
    return groups, group, task


def names_places(by: By) -> bool:
    """Return whether one of the keys is a project or section."""
    asked = [] if by is None else list_texts(by, name="by", like="person")
    return not _PLACES.isdisjoint(asked)


def group_rows(rows: pd.DataFrame, selection: Selection) -> tuple[pd.DataFrame, Positions]:
    """Return the groups of rows by the keys, sorted, and the group of each row.

    Raises
    ------
    InvalidArgument
        A key is unknown.
    """
    if selection.by is None:
        return pd.DataFrame(index=range(1)), np.zeros(len(rows), dtype="int64")
    people = {
        f"person_{end}": text_column(rows, f"assignee_{end}")
        for end in ("gid", "name")
        if f"assignee_{end}" in rows.columns
    }
    keyed = rows.assign(**people)
    keys = resolve_keys(keyed, selection.by, what=selection.what)
    named = pd.DataFrame({key.name: keyed[key.column] for key in keys})
    grouped = named.groupby(list(named.columns), dropna=False, observed=True)
    group = np.asarray(grouped.ngroup(), dtype=np.intp)
    first = np.unique(group, return_index=True)[1]
    return named.iloc[first].reset_index(drop=True), group


class Grid(NamedTuple):
    """Groups by periods, and the days that count."""

    groups: pd.DataFrame
    periods: pd.DatetimeIndex
    every: Every
    #: The first and the last day that count.
    first: pd.Timestamp
    last: pd.Timestamp
    #: Which periods are not over, or not wholly counted.
    is_partial: npt.NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of groups and of periods."""
        return len(self.groups), len(self.periods)

    def add_up(self, group: Positions, days: Days, values: Any = None) -> npt.NDArray[Any]:
        """Add up events in the periods of their days; those before or after do not count."""
        first, last = (np.datetime64(day, "D") for day in (self.first, self.last))
        return self._bin(group, days, values, (days >= first) & (days <= last))

    def add_up_until(self, group: Positions, days: Days, values: Any = None) -> npt.NDArray[Any]:
        """Add up events until the end of each period, those before the first period too."""
        counts = days <= np.datetime64(self.last, "D")
        return self._bin(group, days, values, counts).cumsum(axis=1)

    def _bin(self, group: Positions, days: Days, values: Any, counts: Any) -> npt.NDArray[Any]:
        """Add up the events that count; those before the first period go into the first."""
        rows, columns = self.shape
        if not rows or not columns:
            return np.zeros(self.shape, dtype="int64")
        begin = number_periods(self.periods[:1].to_numpy().astype("datetime64[D]"), self.every)
        period = np.maximum(number_periods(days[counts], self.every) - begin, 0)
        weights = None if values is None else values[counts]
        at = group[counts] * columns + period
        return np.bincount(at, weights, minlength=rows * columns).reshape(self.shape)

    def build(self, columns: Mapping[str, npt.NDArray[Any]], dtypes: Mapping[str, Any]) -> Any:
        """Return a table of the keys, ``period``, the columns and ``partial``.

        Raises
        ------
        InvalidArgument
            A key has the name of a column.
        """
        for name in self.groups.columns.intersection(["period", "partial", *columns]):
            raise InvalidArgument(f"{name!r} is a column of the result; use another key in by=.")
        rows, periods = self.shape
        at = np.repeat(np.arange(rows), periods)
        table = self.groups.take(at).reset_index(drop=True)
        table["period"] = np.tile(self.periods.to_numpy(), rows)
        for name, values in columns.items():
            flat = values.ravel()
            # -0.0 + 0.0 is 0.0.
            rounded = np.round(flat, _DECIMALS) + 0.0 if flat.dtype.kind == "f" else flat
            table[name] = pd.Series(rounded).astype(dtypes[name])
        table["partial"] = pd.Series(np.tile(self.is_partial, rows)).astype("boolean")
        return table


def build_grid(
    counted: CountedTasks, selection: Selection, every: Every, start: Any, end: Any
) -> Grid:
    """Build the grid from the first event, or ``start``, to ``now``, or ``end`` if that is before.

    Raises
    ------
    InvalidArgument
        A day or period is not valid, ``start`` lies after ``end``, or the table would have too
        many rows.
    """
    check_every(every)
    span = parse_span(start, end)
    last = selection.today if span.end is None else min(span.end, selection.today)
    known = [days[~np.isnat(days)] for days in (counted.created, counted.completed)]
    begins = [days.min() for days in known if len(days)]
    begin = pd.Timestamp(min(begins)) if begins else last
    first = begin if span.start is None else span.start
    periods = list_periods(first, last, every)
    if not len(counted.task) or first > last:
        periods = periods[:0]
    if len(counted.groups) * len(periods) > _MAX_ROWS:
        raise InvalidArgument(
            f"by= makes {len(counted.groups) * len(periods):,} rows: {len(counted.groups):,} "
            f"groups in {len(periods):,} periods. Use fewer keys or a longer period."
        )
    ends = shift_periods(periods.to_numpy().astype("datetime64[D]"), every, 1) - 1
    is_partial = (ends > np.datetime64(last, "D")) | (ends >= np.datetime64(selection.today, "D"))
    if span.start is not None:
        is_partial |= periods.to_numpy() < np.datetime64(span.start)
    return Grid(counted.groups, periods, every, first, last, is_partial)
