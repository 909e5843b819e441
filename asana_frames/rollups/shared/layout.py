"""How sums by keys and periods are laid out: comparisons, names of missing keys, wide tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.compare import add_comparisons, parse_compare
from asana_frames.rollups.shared.periods import Every, check_every
from asana_frames.rollups.shared.spans import Span, parse_span
from asana_frames.rollups.shared.wide import name_missing, widen
from asana_frames.types import When

#: Adds up the same by other keys and between other days: by, start, end.
SumAgain: TypeAlias = Callable[[Any, Any, Any], pd.DataFrame]


class Layout(NamedTuple):
    """The arguments with which a rollup lays out its sums, and the days that count."""

    every: Every | None
    compare: str | Sequence[str] | None = None
    wide: bool = False
    totals: bool = False
    none: str | None = None
    span: Span = Span()

    def arrange(
        self,
        table: pd.DataFrame,
        *,
        values: Sequence[str],
        value: str,
        by: str | Sequence[str] | None,
        again: SumAgain,
    ) -> pd.DataFrame:
        """Return the table as it was asked for.

        Parameters
        ----------
        table
            Keys, ``period`` if there are periods, and ``values``.
        values
            The names of the columns of numbers.
        value
            The one that a wide table shows.
        by
            The keys as they were passed.
        again
            Adds up the same by other keys and between other days.
        """
        keys = [name for name in table.columns if name not in ("period", *values)]
        if self.compare is not None:
            table = add_comparisons(
                table,
                self.compare,
                values=values,
                every=self.every,
                again=lambda start, end: again(by, start, end),
                span=self.span,
            )
        if not self.wide:
            return name_missing(table, keys, self.none)
        # Where an entry counts to several groups, the total is not the sum of these.
        totals = again(None, self.span.start, self.span.end) if self.totals else False
        return widen(table, keys, value, self.every, totals=totals, none=self.none, span=self.span)

    def write_about(self, table: pd.DataFrame, source: Any) -> pd.DataFrame:
        """Write into the ``attrs`` of a table what it is about, and return it.

        ``source`` is the frame whose rows are counted, as it was passed.
        """
        start, end, today = self.span
        return write_about(table, source, every=self.every, start=start, end=end, now=today)


def parse_layout(
    every: Every | None,
    *,
    compare: str | Sequence[str] | None,
    wide: bool,
    totals: bool,
    none: str | None,
    start: Any,
    end: Any,
    now: When | None,
) -> Layout:
    """Check the arguments of a layout.

    Raises
    ------
    InvalidArgument
        One of them is not valid, or they do not go together.
    """
    check_flag(wide, name="wide")
    check_flag(totals, name="totals")
    if every is not None:
        check_every(every)
    words = parse_compare(compare)
    if totals and not wide:
        raise InvalidArgument("totals=True adds up a wide table; pass wide=True, too.")
    if wide and words:
        raise InvalidArgument(
            "wide=True shows one number per period; leave out compare=, or leave out wide=."
        )
    if wide and every is None:
        raise InvalidArgument("wide=True needs periods; pass every='MS', for example.")
    if every is None and any(word.name != "share" for word in words):
        raise InvalidArgument("compare= needs periods; pass every='MS', for example.")
    name_missing(pd.DataFrame(), (), none)
    return Layout(
        every, compare if words else None, wide, totals, none, parse_span(start, end, now)
    )
