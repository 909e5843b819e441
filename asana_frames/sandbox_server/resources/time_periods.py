"""Time periods that goals are set for."""

from __future__ import annotations

from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    filter_overlapping,
    list_all,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory


def build_time_periods(make: ObjectFactory) -> None:
    """Build the time periods of two years."""
    workspace = make.all("workspace")[0]

    def period(name: str, label: str, start: str, end: str, parent: Object | None) -> Object:
        return make.add(
            "time_period",
            period=name,
            display_name=label,
            start_on=start,
            end_on=end,
            parent=parent,
            _workspace=workspace,
        )

    for year in (make.now.year - 1, make.now.year):
        short = f"FY{year % 100}"
        whole = period("FY", short, f"{year}-01-01", f"{year}-12-31", None)
        halves = (
            period("H1", f"H1 {short}", f"{year}-01-01", f"{year}-06-30", whole),
            period("H2", f"H2 {short}", f"{year}-07-01", f"{year}-12-31", whole),
        )
        ends = ("03-31", "06-30", "09-30", "12-31")
        for place, end in enumerate(ends):
            start = f"{year}-{3 * place + 1:02d}-01"
            name = f"Q{place + 1}"
            period(name, f"{name} {short}", start, f"{year}-{end}", halves[place // 2])


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
