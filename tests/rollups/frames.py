"""Small frames with the columns and dtypes of Asana's, for tests of rollups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import cycle, islice
from typing import Any

import pandas as pd
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from asana_frames.frames.arrays import STR, build_array

Row = Mapping[str, Any]

_TEXTS: dict[str, str] = {
    **dict.fromkeys(("created_by_gid", "created_by_name", "task_gid", "task_name"), "text"),
    **dict.fromkeys(("attributable_to_gid", "attributable_to_name", "description"), "text"),
    **dict.fromkeys(("billable_status", "approval_status"), "text"),
}
ENTRY = {"gid": "text", "duration_minutes": "integer", "entered_on": "date", **_TEXTS}
TASK = {
    **dict.fromkeys(("gid", "name", "parent_gid", "parent_name", "assignee_gid"), "text"),
    **dict.fromkeys(
        [
            f"memberships_{what}_{end}"
            for what in ("project", "section")
            for end in ("gids", "names")
        ],
        "tuple",
    ),
    "actual_time_minutes": "number",
    "cf_Estimated time": "number",
}
USER = {"gid": "text", "name": "text", "email": "text"}
PROJECT = {
    **dict.fromkeys(("gid", "name", "team_gid", "team_name"), "text"),
    **dict.fromkeys(("start_on", "due_on"), "date"),
}
RATE = {
    **dict.fromkeys(("gid", "parent_gid", "resource_gid", "currency_code"), "text"),
    "rate": "number",
    **dict.fromkeys(("start_date", "end_date"), "date"),
}
BUDGET = {
    **dict.fromkeys(("gid", "parent_gid", "parent_name", "budget_type"), "text"),
    **dict.fromkeys(("total_units", "actual_units", "actual_billable_status_filter"), "text"),
    **dict.fromkeys(("total_value", "actual_value", "estimate_value"), "number"),
    "total_enabled": "boolean",
}
ALLOCATION = {
    **dict.fromkeys(("gid", "assignee_gid", "assignee_name", "effort_type"), "text"),
    **dict.fromkeys(("parent_gid", "parent_name"), "text"),
    **dict.fromkeys(("start_date", "end_date"), "date"),
    "effort_value": "number",
}
ABSENCE = {
    **dict.fromkeys(("gid", "user_gid", "user_name"), "text"),
    **dict.fromkeys(("start_date", "end_date"), "date"),
}
SHEET = {
    **dict.fromkeys(("gid", "user_gid", "user_name", "approval_status"), "text"),
    **dict.fromkeys(("start_date", "end_date"), "date"),
}

#: Two of the four have one name.
PEOPLE = {"11": "Ana", "12": "Bo", "13": "Ana", "14": "Cy"}
PROJECTS = {"31": "Website", "32": "Shop", "33": "Website"}


def frame_of(kinds: Mapping[str, str], rows: Iterable[Row]) -> pd.DataFrame:
    """Return rows as a frame of Asana's dtypes; dates as ISO 8601 text or as dates."""
    rows = list(rows)
    return pd.DataFrame(
        {
            name: build_array(kind, [_given(row, name, kind) for row in rows], name)
            for name, kind in kinds.items()
        }
    )


def _given(row: Row, name: str, kind: str) -> Any:
    value = row.get(name, () if kind == "tuple" else None)
    return value.isoformat() if isinstance(value, dt.date) else value


def tracked(*rows: Row) -> pd.DataFrame:
    """Return entries, numbered and billable where a row does not say otherwise."""
    usual = {"billable_status": "billable"}
    return frame_of(ENTRY, ({"gid": str(n), **usual, **row} for n, row in enumerate(rows, 1)))


def entry(
    person: str | None = "11",
    day: dt.date | str | None = "2026-03-02",
    minutes: int | None = 60,
    project: str | None = "31",
    task: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return a row for ``tracked``."""
    return {
        "created_by_gid": person,
        "created_by_name": person and PEOPLE[person],
        "entered_on": day,
        "duration_minutes": minutes,
        "attributable_to_gid": project,
        "attributable_to_name": project and PROJECTS.get(project),
        "task_gid": task,
        "task_name": task and f"Task {task}",
        **more,
    }


def users_of(*gids: str) -> pd.DataFrame:
    """Return users."""
    return frame_of(USER, ({"gid": gid, "name": PEOPLE[gid]} for gid in gids))


def budget(kind: str = "time", total: float | None = 600, project: str = "31", **more: Any) -> Row:
    """Return a row for ``budgets_of``."""
    units = "minutes" if kind == "time" else "EUR"
    return {
        "gid": f"B{project}",
        "parent_gid": project,
        "parent_name": f"Project {project}",
        "budget_type": kind,
        "total_value": total,
        "total_units": units,
        "actual_units": units,
        "actual_billable_status_filter": "any",
        "actual_value": 0,
        **more,
    }


def budgets_of(*rows: Row) -> pd.DataFrame:
    """Return budgets."""
    return frame_of(BUDGET, rows)


def weekly(*hours: float, start: str = "2026-03-06") -> pd.DataFrame:
    """Return entries of so many hours on each Friday."""
    first = dt.date.fromisoformat(start)
    return tracked(
        *(
            entry(day=first + dt.timedelta(weeks=n), minutes=round(60 * amount))
            for n, amount in enumerate(hours)
        )
    )


def plan(
    person: str | None,
    start: dt.date | str | None,
    end: dt.date | str | None,
    kind: str | None = "hours",
    value: float | None = 4,
    project: str | None = None,
) -> dict[str, Any]:
    """Return a row for ``plans_of``."""
    return {
        "parent_gid": project,
        "parent_name": project and PROJECTS.get(project),
        "assignee_gid": person,
        "assignee_name": person and PEOPLE.get(person, "Placeholder"),
        "start_date": start,
        "end_date": end,
        "effort_type": kind,
        "effort_value": value,
    }


def plans_of(*rows: Row) -> pd.DataFrame:
    """Return allocations, numbered where a row does not say otherwise."""
    return frame_of(ALLOCATION, ({"gid": str(n), **row} for n, row in enumerate(rows)))


def absence(
    person: str, start: dt.date | str, end: dt.date | str, hours: float | None = None
) -> dict[str, Any]:
    """Return a row for ``absences_of``."""
    return {"user_gid": person, "start_date": start, "end_date": end, "hours": hours}


def absences_of(*rows: Row) -> pd.DataFrame:
    """Return days out of office, with the column of hours that users may add."""
    return frame_of(
        {**ABSENCE, "hours": "number"}, ({"gid": str(n), **row} for n, row in enumerate(rows))
    )


def oddly_indexed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with labels that repeat and are in no order."""
    return frame.set_axis(list(islice(cycle([5, 5, 0]), len(frame))), axis="index")


def typed_by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with text as objects, as a list of Python text becomes one."""
    texts = [name for name in frame if frame[name].dtype == STR]
    return frame.astype(dict.fromkeys(texts, object))


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Say whether frames have the same values, whatever their text is stored as."""
    assert list(found.columns) == list(expected.columns)
    texts = {
        name: STR for name in found if found[name].dtype == object and expected[name].dtype == STR
    }
    assert_frame_equal(found.astype(texts), expected)


def assert_same_dtypes(none: pd.DataFrame, some: pd.DataFrame) -> None:
    """Say whether frames have the same columns of the same dtypes."""
    assert list(none.dtypes.items()) == list(some.dtypes.items())


def monday(day: dt.date) -> dt.date:
    """Return the Monday at or before a day."""
    return day - dt.timedelta(days=day.weekday())


def dates_of(values: Iterable[Any]) -> list[dt.date | None]:
    """Return days as Python's, None where one is missing."""
    return [None if pd.isna(value) else pd.Timestamp(value).date() for value in values]


def cells(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dicts in which what is missing is None and a day is a Python date."""
    return [
        {name: _cell(value) for name, value in row.items()} for row in frame.to_dict("records")
    ]


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


def entry_rows(
    projects: Iterable[str] = PROJECTS, tasks: Iterable[str] = (), max_size: int = 15
) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return a strategy of rows for ``tracked``, with all that may be missing missing at times."""
    return st.lists(
        st.builds(
            entry,
            st.sampled_from([None, *PEOPLE]),
            st.none() | st.dates(dt.date(2025, 12, 20), dt.date(2026, 2, 10)),
            st.none() | st.integers(-60, 600),
            st.sampled_from([None, *projects]),
            st.sampled_from([None, *tasks]),
            approval_status=st.sampled_from([None, "DRAFT", "SUBMITTED", "APPROVED", "REJECTED"]),
        ),
        max_size=max_size,
    )
