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
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.exclude import Exclude, drop_excluded
from asana_frames.rollups.shared.gids import Positions
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    read_frame,
    read_key,
    resolve_keys,
    text_column,
)
from asana_frames.rollups.shared.moments import local_dates, parse_moment
from asana_frames.rollups.shared.periods import (
    Days,
    Every,
    check_every,
    list_periods,
    number_periods,
    shift_periods,
)
from asana_frames.rollups.shared.spans import Span, parse_span
from asana_frames.rollups.shared.tasks import (
    MEMBERSHIP,
    all_memberships,
    inherit_memberships,
    parse_task_dates,
    parse_task_times,
    unique_tasks,
)
from asana_frames.rollups.shared.weights import (
    Weights,
    check_weight,
    check_weight_column,
    read_weights,
)
from asana_frames.types import When

By: TypeAlias = str | Sequence[str] | None
#: Limit on the rows of a table of all groups and periods.
_MAX_ROWS = 20_000_000
#: Decimals that sums of weights keep: 0.1 + 0.2 - 0.3 is 0.
_DECIMALS = 9
_PLACES = frozenset({"project", "section", *MEMBERSHIP})
_LISTS = frozenset(f"memberships_{name}s" for name in MEMBERSHIP)


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
    needed = ["gid", *needed]
    check_weight_column(tasks, selection.weight, what=what)
    if selection.by is None and selection.exclude is None and stories is None:
        # What is not read need not be checked.
        tasks = _select_columns(tasks, needed, ["created_at", "modified_at", selection.weight])
    tasks = read_frame(tasks, needed, what=what, record="task")
    given = {"keys": selection.by, "weights": selection.weight, "exclusions": selection.exclude}
    reads = [uses, *(name for name, value in given.items() if value is not None)]
    known = select_known(
        tasks, selection.now, stories, what=what, uses=" and ".join(filter(None, reads))
    )
    if selection.exclude is not None:
        known = _drop_excluded(known, selection)
    if selection.by is not None:
        return unique_tasks(known, known.columns)
    weight = [] if selection.weight is None else [selection.weight]
    return unique_tasks(known, ["created_at", *needed, *weight])


def _drop_excluded(tasks: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Return the tasks without excluded ones; subtasks of these keep the projects above them."""
    # What a task is like is told by the row that was read last.
    rows = drop_duplicates(tasks)
    kept = drop_excluded(rows, selection.exclude, what=selection.what)
    if names_places(selection.by):
        rows = inherit_memberships(rows)
    return rows.loc[kept.index]


def _select_columns(tasks: Any, needed: list[str], more: list[Any]) -> Any:
    """Return a frame with some of its columns, or as it is if needed ones are missing."""
    if not isinstance(tasks, pd.DataFrame) or not set(needed) <= set(tasks.columns):
        return tasks
    return tasks[[name for name in dict.fromkeys([*needed, *more]) if name in tasks.columns]]


def count_tasks(rows: pd.DataFrame, selection: Selection) -> CountedTasks:
    """Assign tasks, each once, to the groups of ``by``.

    A task counts in each of its projects and sections if ``by`` has one of these.

    Raises
    ------
    InvalidArgument
        A key is unknown, or the weights are not numbers.
    """
    weights = read_weights(rows, selection.weight, what=selection.what)
    created, completed, due = _find_days(rows, selection)
    groups, group, task = find_groups(rows, selection)
    is_known = ~np.isnat(created)[task]
    if is_known.all() and len(task) == len(rows):
        return CountedTasks(groups, group, task, created, completed, due, weights)
    group, task = group[is_known], task[is_known]
    values = None if weights.values is None else weights.values[task]
    taken = Weights(values, weights.is_missing[task])
    return CountedTasks(groups, group, task, created[task], completed[task], due[task], taken)


def _find_days(rows: pd.DataFrame, selection: Selection) -> tuple[Days, Days, Days]:
    """Return the days on which tasks were created and completed, and are due.

    A task that was completed before it was created, or whose creation is unknown, counts as
    created when it was completed.
    """
    what = selection.what
    created, completed = (
        local_dates(parse_task_times(rows, name, what=what), selection.tz)
        for name in ("created_at", "completed_at")
    )
    due = parse_task_dates(rows, "due_on", what=what).to_numpy().astype("datetime64[D]")
    return np.fmin(created, completed), completed, due


def find_groups(
    rows: pd.DataFrame, selection: Selection
) -> tuple[pd.DataFrame, Positions, Positions]:
    """Return the groups of tasks, and the group and the position of the task of each row.

    A task has a row for each of its projects and sections if ``by`` has one of these.

    Raises
    ------
    InvalidArgument
        A key is unknown.
    """
    task = np.arange(len(rows))
    keyed = rows
    if names_places(selection.by) and not _LISTS.isdisjoint(rows.columns):
        task, places = all_memberships(rows)
        keyed = rows.take(task).reset_index(drop=True).assign(**places)
    groups, group = group_rows(keyed, selection)
    if len(task) > len(rows):
        # Two sections of one name are one group, in which a task counts once.
        once = ~pd.DataFrame({"task": task, "group": group}).duplicated().to_numpy()
        group, task = group[once], task[once]
    return groups, group, task


def names_places(by: By) -> bool:
    """Return whether one of the keys is a project or section, or seems to be meant as one."""
    asked = [] if by is None else list_texts(by, name="by", like="person")
    return not _PLACES.isdisjoint(name.lower().removesuffix("s") for name in asked)


def group_rows(rows: pd.DataFrame, selection: Selection) -> tuple[pd.DataFrame, Positions]:
    """Return the groups of rows by the keys, sorted, and the group of each row.

    Raises
    ------
    InvalidArgument
        A key is unknown.
    """
    if selection.by is None:
        return pd.DataFrame(index=range(min(1, len(rows)))), np.zeros(len(rows), dtype="int64")
    people = {
        f"person_{end}": text_column(rows, f"assignee_{end}")
        for end in ("gid", "name")
        if f"assignee_{end}" in rows.columns
    }
    keyed = rows.assign(**people)
    keys = resolve_keys(keyed, selection.by, what=selection.what)
    named = pd.DataFrame({key.name: read_key(keyed, key) for key in keys})
    grouped = named.groupby(list(named.columns), dropna=False, observed=True)
    group = np.asarray(grouped.ngroup(), dtype=np.intp)
    first = np.unique(group, return_index=True)[1]
    return named.iloc[first].reset_index(drop=True), group


class Binned(NamedTuple):
    """Sums of events by group, in periods, and before and after all of them."""

    sums: npt.NDArray[Any]

    @property
    def within(self) -> npt.NDArray[Any]:
        """The sums in each period."""
        return self.sums[:, 1:-1]

    @property
    def until(self) -> npt.NDArray[Any]:
        """The sums up to the end of each period, with what was before."""
        return self.sums[:, :-1].cumsum(axis=1)[:, 1:]


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

    def bin(self, group: Positions, days: Days, values: Any = None) -> Binned:
        """Add up events, or their values, by group and the period of their day."""
        rows, columns = self.shape
        if not rows or not columns:
            return Binned(np.zeros((rows, columns + 2), dtype="int64"))
        at = self._find_columns(days)
        if rows > 1:
            at += group * (columns + 2)
        sums = np.bincount(at, values, minlength=rows * (columns + 2))
        return Binned(sums.reshape(rows, columns + 2))

    def add_up(self, group: Positions, days: Days, values: Any = None) -> npt.NDArray[Any]:
        """Add up events in the periods of their days; those before or after do not count."""
        return self.bin(group, days, values).within

    def _find_columns(self, days: Days) -> npt.NDArray[np.int64]:
        """Return the column of each day, of a period from 1 on; 0 before, the last after."""
        first, last = (np.datetime64(day, "D").astype("int64") for day in (self.first, self.last))
        counted = np.arange(first, last + 1).astype("datetime64[D]")
        begin = number_periods(self.periods[:1].to_numpy().astype("datetime64[D]"), self.every)
        columns = number_periods(counted, self.every) - begin + 1
        # Each day that counts is looked up, which takes less time than to find its period.
        column_of = np.concatenate([[0], columns, [len(self.periods) + 1]])
        offset = days.astype("int64") - (first - 1)
        np.clip(offset, 0, len(counted) + 1, out=offset)
        offset[np.isnat(days)] = len(counted) + 1
        found: npt.NDArray[np.int64] = column_of.take(offset)
        return found

    def build(self, columns: Mapping[str, npt.NDArray[Any]], dtypes: Mapping[str, Any]) -> Any:
        """Return a table of the keys, ``period``, the columns and ``partial``.

        Raises
        ------
        InvalidArgument
            A key has the name of a column.
        """
        check_names(self.groups, ["period", "partial", *columns])
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

    def write_about(
        self, table: pd.DataFrame, source: pd.DataFrame, selection: Selection
    ) -> pd.DataFrame:
        """Write into the ``attrs`` of a table what it is about, and return it."""
        is_empty = not len(self.periods)
        return write_about(
            table,
            source,
            every=self.every,
            start=None if is_empty else self.first,
            end=None if is_empty else self.last,
            now=selection.now,
            tz=selection.tz,
        )


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
    days = np.concatenate([counted.created, counted.completed])
    return make_grid(counted.groups, days, selection, every, parse_span(start, end))


def make_grid(
    groups: pd.DataFrame,
    days: Days,
    selection: Selection,
    every: Every,
    span: Span,
    *,
    ahead: bool = False,
) -> Grid:
    """Make the grid of groups from the first of some days to ``now``.

    Parameters
    ----------
    groups
        The keys of the groups.
    days
        The days of all events.
    selection
        As of when.
    every
        A period as in ``rollups.hours``.
    span
        The first and last day that count, if they are given.
    ahead
        Whether a last day ahead of ``now`` gives periods up to it.

    Raises
    ------
    InvalidArgument
        The period is not valid, or the table would have too many rows.
    """
    check_every(every)
    today = selection.today
    last = today if span.end is None else span.end if ahead else min(span.end, today)
    known = days[~np.isnat(days)]
    begin = pd.Timestamp(known.min()) if len(known) else last
    first = begin if span.start is None else span.start
    periods = list_periods(first, last, every)
    if not len(groups) or first > last or (span.start is None and not len(known)):
        periods = periods[:0]
    if len(groups) * len(periods) > _MAX_ROWS:
        raise InvalidArgument(
            f"by= makes {len(groups) * len(periods):,} rows: {len(groups):,} groups in "
            f"{len(periods):,} periods. Use fewer keys or a longer period."
        )
    ends = shift_periods(periods.to_numpy().astype("datetime64[D]"), every, 1) - 1
    is_partial = (ends > np.datetime64(last, "D")) | (ends >= np.datetime64(today, "D"))
    if span.start is not None:
        is_partial |= periods.to_numpy() < np.datetime64(span.start)
    return Grid(groups, periods, every, first, last, is_partial)


def count_events(
    groups: pd.DataFrame,
    group: Positions,
    days: Days,
    flags: Mapping[str, npt.NDArray[np.bool_]],
    selection: Selection,
    every: Every | None,
    span: Span,
) -> pd.DataFrame:
    """Count events of some kinds by group, and by period if there is one.

    Parameters
    ----------
    groups
        The keys of the groups.
    group, days
        The group and the day of each event.
    flags
        Kind -> which of the events are of it.
    selection, every, span
        As of when, by which period (None for one row per group), and the days that count.

    Returns
    -------
    DataFrame
        The keys; ``period`` if there are periods; the counts (Int64); ``partial`` (boolean) if
        there are periods.

    Raises
    ------
    InvalidArgument
        A key has the name of a column, or there would be too many rows.
    """
    dtypes = dict.fromkeys(flags, "Int64")
    if every is not None:
        grid = make_grid(groups, days, selection, every, span, ahead=True)
        sums = {name: grid.bin(group[f], days[f]).within for name, f in flags.items()}
        table: pd.DataFrame = grid.build(sums, dtypes)
        return table
    check_names(groups, flags)
    counts = span.select_days(pd.Series(days.astype("datetime64[us]"))).to_numpy(dtype=bool)
    totals = {
        name: np.bincount(group[f & counts], minlength=len(groups)) for name, f in flags.items()
    }
    return groups.assign(**totals).astype(dtypes)


def check_names(groups: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise an error if a key has the name of a column of the result."""
    for name in groups.columns.intersection(list(columns)):
        raise InvalidArgument(f"{name!r} is a column of the result; use another key in by=.")
