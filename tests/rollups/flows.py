"""Small frames of tasks that come and go, for tests of their flow."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from tests.rollups.frames import PEOPLE, PROJECTS, Row, frame_of

#: What is read of a task, in Asana's dtypes.
FLOWING = {
    **dict.fromkeys(("gid", "name", "parent_gid", "assignee_gid", "assignee_name"), "text"),
    "resource_subtype": "text",
    **dict.fromkeys(("created_at", "completed_at", "modified_at"), "datetime"),
    "due_on": "date",
    **dict.fromkeys(
        [
            f"memberships_{what}_{end}"
            for what in ("project", "section")
            for end in ("gids", "names")
        ],
        "tuple",
    ),
    "cf_Estimated time": "number",
    "cf_Notes": "text",
}
STORY = {
    **dict.fromkeys(("gid", "task_gid", "resource_subtype"), "text"),
    "created_at": "datetime",
}
FIRST, LAST = dt.datetime(2026, 2, 20), dt.datetime(2026, 4, 10)

#: A Monday, so that the week before is over.
NOW = "2026-06-01T00:00Z"
MONDAY = dt.datetime(2026, 6, 1)
WEEK = dt.timedelta(weeks=1)


def task(
    created: str | dt.datetime | None = "2026-03-02T09:00Z",
    completed: str | dt.datetime | None = None,
    due: str | dt.date | None = None,
    person: str | None = None,
    project: str | None = None,
    section: str = "To do",
    **more: Any,
) -> dict[str, Any]:
    """Return a row for ``tasks_of``."""
    return {
        "created_at": _text(created),
        "completed_at": _text(completed),
        "due_on": due,
        "assignee_gid": person,
        "assignee_name": person and PEOPLE[person],
        "memberships_project_gids": (project,) if project else (),
        "memberships_project_names": (PROJECTS[project],) if project else (),
        "memberships_section_gids": (f"{project}-{section}",) if project else (),
        "memberships_section_names": (section,) if project else (),
        **more,
    }


def _text(moment: str | dt.datetime | None) -> str | None:
    return f"{moment.isoformat()}Z" if isinstance(moment, dt.datetime) else moment


def tasks_of(*rows: Row) -> pd.DataFrame:
    """Return tasks, numbered where a row does not say otherwise."""
    usual = ({"gid": str(n), "name": f"Task {n}", **row} for n, row in enumerate(rows, 1))
    return frame_of(FLOWING, usual)


def weeks_ago(weeks: int) -> dt.datetime:
    """Return the Wednesday of the week that is so many before the present one."""
    return MONDAY - weeks * WEEK + dt.timedelta(days=2, hours=9)


def work(*done: int, left: int = 0, **more: Any) -> list[dict[str, Any]]:
    """Return tasks, all created in the first of some weeks: so many done in each, some left."""
    first = weeks_ago(len(done))
    ends = [weeks_ago(len(done) - week) for week, count in enumerate(done) for _ in range(count)]
    return [task(first, end, **more) for end in [*ends, *[None] * left]]


def count_sums(draws: Iterable[int], count: int) -> Counter[int]:
    """Return sum -> number of the equally likely ways to draw so many times."""
    found = Counter({0: 1})
    for _ in range(count):
        after: Counter[int] = Counter()
        for (one, ways), value in itertools.product(found.items(), draws):
            after[one + value] += ways
        found = after
    return found


def stories_of(*rows: Row) -> pd.DataFrame:
    """Return stories."""
    return frame_of(STORY, ({"gid": str(n), **row} for n, row in enumerate(rows, 1)))


moments = st.none() | st.datetimes(FIRST, LAST).map(lambda at: at.replace(microsecond=0))


def task_rows(max_size: int = 12) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return a strategy of rows for ``tasks_of``, at times with anything missing."""
    return st.lists(
        st.builds(
            task,
            moments,
            moments,
            st.none() | st.dates(FIRST.date(), LAST.date()),
            st.sampled_from([None, *PEOPLE]),
            st.sampled_from([None, *PROJECTS]),
        ),
        max_size=max_size,
    )


def day_in(row: Row, name: str, zone: dt.tzinfo) -> dt.date | None:
    """Return the day of a row's moment, worked out by Python alone."""
    moment = row[name]
    return moment and dt.datetime.fromisoformat(moment).astimezone(zone).date()


def spans(
    rows: Iterable[Row], zone: dt.tzinfo
) -> list[tuple[dt.date, dt.date | None, dt.date | None]]:
    """Return the days on which tasks were created, completed and are due, as a loop finds them."""
    found = []
    for row in rows:
        created, completed = (day_in(row, name, zone) for name in ("created_at", "completed_at"))
        first = min((day for day in (created, completed) if day), default=None)
        if first is not None:
            found.append((first, completed, row["due_on"]))
    return found
