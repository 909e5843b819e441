"""Time periods that goals are set for."""

from __future__ import annotations

from datetime import date, timedelta

from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    filter_overlapping,
    list_all,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_day

#: Months of the fiscal year that have begun: as in any November of a company whose year begins
#: in January. So goals are as far as their numbers say on any day that the history ends.
_MONTHS_BEGUN = 11


def build_time_periods(make: ObjectFactory) -> None:
    """Build the time periods of the last fiscal year and of the current one."""
    workspace = make.all("workspace")[0]
    now = make.now.year * 12 + make.now.month - _MONTHS_BEGUN

    def period(
        name: str, year: str, first: int, months: int, parent: Object | None = None
    ) -> Object:
        return make.add(
            "time_period",
            period=name,
            display_name=year if name == "FY" else f"{name} {year}",
            start_on=format_day(_first_day(first)),
            end_on=format_day(_first_day(first + months) - timedelta(days=1)),
            parent=parent,
            _workspace=workspace,
        )

    for first in (now - 12, now):
        # A fiscal year is named after the year in which it ends.
        year = f"FY{_first_day(first + 11).year % 100:02d}"
        whole = period("FY", year, first, 12)
        halves = [period(f"H{half + 1}", year, first + 6 * half, 6, whole) for half in range(2)]
        for place in range(4):
            period(f"Q{place + 1}", year, first + 3 * place, 3, halves[place // 2])


def _first_day(month: int) -> date:
    """Return the first day of a month that is counted from the year 0."""
    return date(month // 12, month % 12 + 1, 1)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getTimePeriods": filter_overlapping(
        list_all("time_period"), "start_on", "end_on", "start_on", "end_on"
    ),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getTimePeriod": object_at("time_period"),
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "time_period": RecordShape(compact=("start_on", "end_on", "period", "display_name")),
}
