"""The working days of a schedule, numbered from the first one on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import keep_items
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.workdays import workday_shares

Days: TypeAlias = npt.NDArray[np.datetime64]
Numbers: TypeAlias = npt.NDArray[np.int64]
#: Days that are looked up at a time.
_CHUNK = 366
#: So many days without work are a mistake and no holidays.
_LONGEST_BREAK = 3 * _CHUNK


class WorkCalendar:
    """Working days from 0 on, which is the first one from ``today`` on.

    Parameters
    ----------
    today
        The day from which working days are counted.
    days
        Other days that will be asked for, earlier or later; missing ones are ignored.
    workdays, holidays
        As in ``rollups.shared.workdays``. A day of which a part is worked is a working day.

    Raises
    ------
    InvalidArgument
        ``workdays`` or a holiday is not valid, or they leave no working day.

    Examples
    --------
    >>> calendar = WorkCalendar(pd.Timestamp("2026-03-06"), np.array([], "datetime64[D]"))
    >>> calendar.days_of(np.array([0, 1])).astype(str).tolist()
    ['2026-03-06', '2026-03-09']
    """

    def __init__(
        self,
        today: pd.Timestamp,
        days: Days,
        workdays: str = "Mon-Fri",
        holidays: Iterable[Any] = (),
    ) -> None:
        self._workdays = workdays
        # They are read several times.
        self._holidays = keep_items(holidays)
        self._today = np.datetime64(today, "D")
        known = days.astype("datetime64[D]")
        known = np.append(known[~np.isnat(known)], self._today)
        self._working = np.array([], dtype="datetime64[D]")
        self._next = known.min()
        self._read_until(known.max())
        self._first = int(np.searchsorted(self._working, self._today))

    def count_before(self, days: Days) -> Numbers:
        """Return the number of the first working day from each day on; 0 for a missing day.

        It is below 0 for days before ``today``.
        """
        found = np.searchsorted(self._working, days.astype("datetime64[D]")) - self._first
        return np.where(np.isnat(days), 0, found).astype("int64")

    def count_until(self, days: Days) -> Numbers:
        """Return the number of the first working day after each day; 0 for a missing day."""
        following: Any = days.astype("datetime64[D]") + np.timedelta64(1, "D")
        return self.count_before(following)

    def count_between(self, start: Days, end: Days) -> Numbers:
        """Return the working days from ``start`` to ``end``, both included."""
        return self.count_until(end) - self.count_before(start)

    def days_of(self, numbers: Numbers) -> Days:
        """Return the working days with these numbers."""
        places = numbers + self._first
        most = int(places.max(initial=-1))
        while len(self._working) <= most:
            self._read_until(self._next + _CHUNK)
        found: Days = self._working[places]
        return found

    def _read_until(self, last: np.datetime64) -> None:
        """Read the working days until a day."""
        days = pd.DatetimeIndex(np.arange(self._next, last + 1)).as_unit("us")
        shares = workday_shares(days, self._workdays, self._holidays)
        self._working = np.append(self._working, days.to_numpy("datetime64[D]")[shares > 0])
        self._next = last + 1
        latest = self._working[-1] if len(self._working) else self._today
        if (self._next - max(latest, self._today)).astype("int64") > _LONGEST_BREAK:
            raise InvalidArgument(
                f"workdays={self._workdays!r} and holidays= leave no working day in three years "
                f"after {latest}."
            )
