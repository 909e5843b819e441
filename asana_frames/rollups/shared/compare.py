"""Numbers beside those of other periods: the previous one, last year, all so far, all groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.rollups.shared.periods import Every, list_periods, period_end, shift_periods
from asana_frames.rollups.shared.spans import Span
from asana_frames.rollups.shared.wide import list_columns, spread

#: ``"moving_average:8"`` is one of eight periods; without a number it is of four.
Comparison = Literal["previous", "last_year", "cumulative", "share", "moving_average"]
#: Adds up again the entries between two days, both included; None is no bound.
SumAgain: TypeAlias = Callable[[pd.Timestamp | None, pd.Timestamp | None], pd.DataFrame]

#: What follows the name of a value in the names of columns that compare it.
COMPARED = ("previous", "change", "last_year", "cumulative", "share", "moving_average")
_PERIOD = "period"
_UNITS = ("currency_code",)
_USUAL_WINDOW = 4
#: Beginning of a period -> how many are a year; that of days is of the calendar.
_PERIODS_OF_YEAR = {"W": 52, "4W": 13, "SMS": 24, "MS": 12, "QS": 4, "YS": 1}


class _Word(NamedTuple):
    name: str
    window: int = _USUAL_WINDOW


def parse_compare(compare: str | Sequence[str] | None) -> list[_Word]:
    """Parse the argument ``compare``.

    Raises
    ------
    InvalidArgument
        A word is unknown; the message lists the known ones.
    """
    if compare is None:
        return []
    words = []
    for text in list_texts(compare, name="compare", like="previous"):
        name, colon, number = text.partition(":")
        is_number = number.isascii() and number.isdecimal() and int(number) > 0
        if name not in get_args(Comparison) or (
            colon and not (name == "moving_average" and is_number)
        ):
            known = get_args(Comparison)
            raise InvalidArgument(
                f"compare={text!r} is not a comparison.{suggest_names(name, known)} Use one or "
                f"several of {', '.join(map(repr, known))} (of four periods; "
                f"'moving_average:8' of eight)."
            )
        words.append(_Word(name, int(number) if colon else _USUAL_WINDOW))
    distinct = list(dict.fromkeys(words))
    if len({word.name for word in distinct}) < len(distinct):
        raise InvalidArgument(
            "compare= takes one moving average, because its column has no number; call again for "
            "the other."
        )
    return distinct


def add_comparisons(
    table: pd.DataFrame,
    compare: str | Sequence[str] | None,
    *,
    values: Sequence[str],
    every: Every | None,
    again: SumAgain,
    span: Span,
) -> pd.DataFrame:
    """Return a table with columns beside its values.

    Parameters
    ----------
    table
        Keys, ``period`` if ``every`` is given, and ``values``; a row per group and period. What
        was measured in several currencies has the key ``currency_code``.
    compare
        ``"previous"``: ``<value>_previous`` and ``<value>_change``, from that of the period
        before; a period that is not over is compared with as many days of it.
        ``"last_year"``: ``<value>_last_year``, of the same period a year before: 52 weeks, 13
        times four weeks, 12 months back; of a day the same date, of 29 February the 28th.
        ``"cumulative"``: ``<value>_cumulative``, all of the group until the end of the period.
        ``"share"``: ``<value>_share`` of all groups in the period, in the currency; missing where
        that is 0. ``"moving_average"``: ``<value>_moving_average``, the mean of the last four
        periods, this one included; ``"moving_average:8"`` of eight.
        A group that had no entries in a period had 0. Missing is what would need periods before
        the first entry, or whole ones whose beginning ``start`` cuts off, and what entries without
        a day have of periods. Groups that are in the other period alone have a row too.
    values
        The names of the columns of numbers.
    every
        The period.
    again
        Adds up the same between other days.
    span
        The days that count, and the present one.

    Raises
    ------
    InvalidArgument
        A comparison is unknown, or needs periods that there are none of.
    """
    words = parse_compare(compare)
    keys = [name for name in table.columns if name not in (_PERIOD, *values)]
    if any(word.name != "share" for word in words) and every is None:
        raise InvalidArgument("compare= needs periods; pass every='MS', for example.")
    order = _list_columns(words, values)
    for name in set(keys).intersection(order):
        raise InvalidArgument(f"{name!r} is a column of compare=, so it cannot be a key in by=.")
    if every is not None and words:
        # What is before the first day that counts is there to compare with.
        past = table if span.start is None else again(None, span.end)
        table = _Periods(table, past, values, keys, every, again, span).compare(words)
    for value in values if any(word.name == "share" for word in words) else ():
        table = table.assign(**{f"{value}_share": _find_shares(table, value)})
    return table[[*table.columns.drop(order), *order]]


def _list_columns(words: Sequence[_Word], values: Sequence[str]) -> list[str]:
    ends = {"previous": ("previous", "change")}
    names = [
        f"{value}_{end}"
        for word in words
        for value in values
        for end in ends.get(word.name, (word.name,))
    ]
    return list(dict.fromkeys(names))


def _find_shares(table: pd.DataFrame, value: str) -> pd.Series[Any]:
    by = [name for name in (_PERIOD, *_UNITS) if name in table.columns]
    amounts = table[value].astype("Float64")
    groups = [table[name] for name in by] or [pd.Series(0, index=table.index)]
    whole = amounts.groupby(groups, dropna=False, observed=True).transform("sum")
    share: pd.Series[Any] = amounts / whole.where(whole != 0)
    return share


class _Periods:
    """The rows of a table by groups and periods, and those that they are compared with."""

    def __init__(
        self,
        table: pd.DataFrame,
        past: pd.DataFrame,
        values: Sequence[str],
        keys: Sequence[str],
        every: Every,
        again: SumAgain,
        span: Span,
    ) -> None:
        self.values, self.keys, self.every = list(values), list(keys), every
        self.table, self.past = table, self._name_alike(past, table)
        self.again, self.span = again, span
        self.shown = list_columns(table[_PERIOD].dropna(), every, span)
        self.first = past[_PERIOD].min()

    def _name_alike(self, rows: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
        """Give people and projects the names that they have in other rows, the first of all."""
        known = pd.concat([*others, rows], ignore_index=True)
        for name in self.keys:
            gid = f"{name.removesuffix('_name')}_gid"
            if name.endswith("_name") and gid in self.keys:
                names = known.dropna(subset=[gid]).drop_duplicates(gid).set_index(gid)[name]
                rows = rows.assign(
                    **{name: rows[name].where(rows[gid].isna(), rows[gid].map(names))}
                )
        return rows

    def compare(self, words: Sequence[_Word]) -> pd.DataFrame:
        table = self._add_others([word.name for word in words])
        for word in words:
            for value in self.values:
                if word.name == "previous":
                    change = table[value] - table[f"{value}_previous"]
                    table = table.assign(**{f"{value}_change": change})
                if word.name == "cumulative":
                    table = table.assign(**{f"{value}_cumulative": self._accumulate(table, value)})
                if word.name == "moving_average":
                    means = self._average(table, value, word.window)
                    table = table.assign(**{f"{value}_moving_average": means})
        return table

    def _add_others(self, words: Sequence[str]) -> pd.DataFrame:
        """Add what there was in other periods, also of groups that are not there now."""
        others = {
            word: self._find_others(word) for word in words if word in ("previous", "last_year")
        }
        bases = {word: self._list_basis(found) for word, found in others.items()}
        by = [*self.keys, _PERIOD]
        rows = pd.concat([self.table[by], *(basis[by] for basis in bases.values())])
        table = rows.drop_duplicates(ignore_index=True)
        table = table.merge(self.table, how="left", on=by, indicator="_own")
        is_new = table.pop("_own") == "left_only"
        for value in self.values:
            table[value] = table[value].astype("Float64").mask(is_new, 0.0)
        for word, basis in bases.items():
            names = {value: f"{value}_{word}" for value in self.values}
            table = table.merge(basis.rename(columns=names), how="left", on=by, indicator="_other")
            is_there = table.pop("_other") == "both"
            has_other = table[_PERIOD].isin(list(others[word]))
            for value, name in names.items():
                # A group without a row had 0; an amount that is missing was not.
                table[name] = table[name].astype("Float64").mask(has_other & ~is_there, 0.0)
                table[value] = table[value].mask(is_new & is_there & table[name].isna())
        return table.sort_values(by, na_position="last", kind="stable", ignore_index=True)

    def _find_others(self, word: str) -> dict[pd.Timestamp, pd.Timestamp]:
        """Find the period that each shown one is compared with, where there is one."""
        others = {}
        for period in self.shown:
            other = self._find_other(period, word)
            is_whole = not any(map(self._is_cut, (period, other)))
            if is_whole and not pd.isna(self.first) and other >= self.first:
                others[period] = other
        return others

    def _find_other(self, period: pd.Timestamp, word: str) -> pd.Timestamp:
        if word == "last_year" and self.every == "D":
            return period - pd.DateOffset(years=1)
        count = 1 if word == "previous" else _PERIODS_OF_YEAR[self.every.partition("-")[0]]
        day = np.array([period], dtype="datetime64[D]")
        return pd.Timestamp(shift_periods(day, self.every, -count)[0]).as_unit("us")

    def _is_cut(self, period: pd.Timestamp) -> bool:
        """Return whether ``start`` lies within a period."""
        return self.span.cuts_start(period) and period in self.shown

    def _list_basis(self, others: dict[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
        """Return the rows to compare with, by the period that is compared."""
        cut = [period for period in others if self.span.cuts_end(period, self.every)]
        whole = {period: other for period, other in others.items() if period not in cut}
        pairs = pd.DataFrame({"_shown": list(whole), _PERIOD: list(whole.values())})
        pairs = pairs.astype("datetime64[us]")
        parts = [
            self.past.merge(pairs, on=_PERIOD).assign(**{_PERIOD: lambda rows: rows["_shown"]})
        ]
        for period in cut:
            days = self.span.find_last_day(period, self.every) - period
            last = min(others[period] + days, period_end(others[period], self.every))
            again = self._name_alike(self.again(others[period], last), self.table, self.past)
            parts.append(again.assign(**{_PERIOD: period}))
        basis = pd.concat(parts, ignore_index=True)
        return basis[[*self.keys, _PERIOD, *self.values]].astype({_PERIOD: "datetime64[us]"})

    def _accumulate(self, table: pd.DataFrame, value: str) -> pd.Series[Any]:
        rows = table[table[_PERIOD].notna()].sort_values(_PERIOD, kind="stable")
        amounts = rows[value].astype("Float64")
        if self.keys:
            groups = [rows[name] for name in self.keys]
            sums = amounts.groupby(groups, dropna=False, observed=True).cumsum()
        else:
            sums = amounts.cumsum()
        return sums.reindex(table.index)

    def _average(self, table: pd.DataFrame, value: str, window: int) -> pd.Series[Any]:
        """Return the mean of the last periods of each row's group, missing where they are too few.

        Cells are those of all groups and periods: what has no row is 0.
        """
        dated = table[table[_PERIOD].notna()]
        if dated.empty:
            return pd.Series(pd.NA, table.index, "Float64")
        old = self.past[self.past[_PERIOD].notna() & ~self.past[_PERIOD].isin(self.shown)]
        rows = pd.concat([old, dated], ignore_index=True)[[*self.keys, _PERIOD, value]]
        periods = list_periods(min(self.first, self.shown[0]), self.shown[-1], self.every)
        _, cells = spread(rows, self.keys, value, periods)
        # Periods that are cut, or before the first entry, are missing.
        known = [not self._is_cut(period) and period >= self.first for period in periods]
        cells = np.where(known, cells, np.nan)
        # All that is longer than the periods there are is alike.
        window = min(window, cells.shape[1] + 1)
        padded = np.pad(cells, ((0, 0), (window - 1, 0)), constant_values=np.nan)
        means = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1).mean(axis=2)
        code = np.zeros(len(rows), dtype="int64")
        if self.keys:
            grouped = rows.groupby(self.keys, dropna=False, observed=True, sort=False)
            code = grouped.ngroup().to_numpy()
        at = periods.get_indexer(pd.DatetimeIndex(rows[_PERIOD]))
        found = pd.Series(means[code, at][len(old) :], index=dated.index)
        return found.astype("Float64").reindex(table.index)
