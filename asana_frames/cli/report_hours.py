"""``asana-frames report hours``: where the time went."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

import click
import pandas as pd

from asana_frames import charts, gather, rollups
from asana_frames.asana import Asana
from asana_frames.charts.shared.figures import draw_figure
from asana_frames.cli.connection import connected, tell_failures, with_sandbox
from asana_frames.cli.errors import Command
from asana_frames.cli.reports import Report, with_files, write, writers_of
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.rollups.shared.periods import Every, list_periods
from asana_frames.rollups.time.entries import ENTRY_COLUMNS
from asana_frames.rollups.time.hours import Attribution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EVERY = get_args(Every)
_PERIODS = {"D": "day", "MS": "month", "QS": "quarter", "YS": "year"}
_KINDS = ("task_", "project_")
#: What is reported where no first day is given.
_SPAN = timedelta(weeks=12)
#: Inches of a chart with a column of names beside it.
_HEIGHT = 4.5
#: What tells where a task is; the rest of it is read where a key asks for it.
_PLACES = (
    "name",
    "parent.name",
    *(f"memberships.{what}.{leaf}" for what in ("project", "section") for leaf in ("gid", "name")),
)
#: Keys that the entries tell without their tasks.
_WITHOUT_TASKS = ("person", "task", "category", "billable", "approval_status", "entered_on")

_WAYS: dict[str, str] = {
    "attributed": "the one that the entry is attributable to, else the first",
    "first": "the first",
    "split": "all of them in equal parts",
}


class _Asked(NamedTuple):
    """What a report of hours is asked for."""

    workspace: str
    start: datetime
    end: datetime
    by: list[str]
    every: Every
    attribution: Attribution


@click.command("hours", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day; else 12 weeks before the last.",
)
@click.option(
    "--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="Last day; today if not given."
)
@click.option("--by", default="person,project", show_default=True, help="Keys joined by commas.")
@click.option("--every", default="W", show_default=True, type=click.Choice(_EVERY))
@click.option(
    "--attribution",
    default="attributed",
    show_default=True,
    type=click.Choice(get_args(Attribution)),
    help="Where a task is in several projects, to which its time counts.",
)
@with_files
@with_sandbox
def hours_command(
    workspace: str,
    start: datetime | None,
    end: datetime | None,
    by: str,
    every: Every,
    attribution: Attribution,
    formats: str,
    out: Path,
    use_sandbox: bool,
) -> None:
    """Report tracked hours by keys and period: of twelve weeks, if no days are given.

    Keys: person, project, section, team, task, root_task, category, billable, approval_status;
    task_<column> and project_<column> for any other column of tasks and projects, such as
    "task_cf_Priority". A request is made for each task that has time in the days asked for, so
    that time on subtasks counts where it belongs.
    """
    last = end or datetime.combine(datetime.now().date(), datetime.min.time())
    first = start or last - _SPAN
    if first > last:
        raise InvalidArgument(f"--from {first:%Y-%m-%d} lies after --to {last:%Y-%m-%d}.")
    asked = _Asked(workspace, first, last, _keys(by), every, attribution)
    writers = writers_of(formats)
    with connected(use_sandbox) as asana:
        table = _read(asana, asked)
    write(_made(asked, table), writers, out)


def _keys(by: str) -> list[str]:
    """Return the keys, refused before anything is read where they cannot be known."""
    names = [name.strip() for name in by.split(",") if name.strip()]
    stems = [column.removesuffix("_gid") for column in ENTRY_COLUMNS if column.endswith("_gid")]
    for name in names:
        is_known = name in ENTRY_COLUMNS or name in stems or name.startswith(_KINDS)
        if not is_known or name.endswith("_gids"):
            known = [*stems, "billable", "approval_status"]
            raise InvalidArgument(
                f"--by does not know {name!r}.{suggest_names(name, known)} "
                f"It takes {', '.join(known)}, "
                f"and columns of tasks and projects as task_<column>, project_<column>."
            )
    if not names:
        raise InvalidArgument("--by names nothing. Try --by person,project.")
    return list(dict.fromkeys(names))


def _read(asana: Asana, asked: _Asked) -> pd.DataFrame:
    """Return the table of entries, with what the keys ask of tasks and projects."""
    gid = asana.workspaces.get(asked.workspace, fields=["name"])["gid"].iloc[0]
    tracked = gather.time_entries(asana, gid, asked.start.date(), asked.end.date())
    projects = asana.projects.list(workspace=gid)
    users = asana.users.list(workspace=gid)
    extra = {kind: _columns_of(kind, asked.by) for kind in _KINDS}
    tasks = None
    if extra["task_"] or not set(asked.by) <= set(_WITHOUT_TASKS):
        tasks = gather.tracked_tasks(asana, tracked, fields=None if extra["task_"] else _PLACES)
        tell_failures(asana)
    return rollups.entries(
        tracked,
        tasks,
        projects,
        users,
        task_columns=extra["task_"],
        project_columns=extra["project_"],
    )


def _columns_of(kind: str, keys: Iterable[str]) -> list[str]:
    """Return the columns of tasks or projects that keys name beyond those always there."""
    own = [key for key in keys if key.startswith(kind) and key not in ENTRY_COLUMNS]
    return [key.removeprefix(kind) for key in own]


def _made(asked: _Asked, table: pd.DataFrame) -> Report:
    """Return the tables and charts."""
    period = _PERIODS.get(asked.every, "week")
    tables, pictures = {}, {}
    for key in asked.by:
        name = f"By {key.replace('_', ' ')} and {period}"
        hours = rollups.hours(table, key, asked.every, attribution=asked.attribution)
        tables[name] = _matrix(hours, asked)
        pictures[name] = draw_figure(partial(_chart, hours, name), height=_HEIGHT)
    tables["Hours"] = rollups.hours(table, asked.by, asked.every, attribution=asked.attribution)
    tables["Entries"] = table
    return Report("hours", "Tracked hours", _notes(asked, table), tables, pictures)


def _chart(hours: pd.DataFrame, name: str, ax: Axes) -> None:
    charts.hours(hours, ax=ax).set_title(f"Hours {name.lower()}")


def _matrix(hours: pd.DataFrame, asked: _Asked) -> pd.DataFrame:
    """Return hours with a column per period and one of totals, most hours first."""
    keys = [name for name in hours.columns if name not in ("entered_on", "hours")]
    groups = [hours[name] for name in (*keys, "entered_on")]
    wide = hours["hours"].groupby(groups, dropna=False, observed=True).sum().unstack()
    periods = list_periods(pd.Timestamp(asked.start), pd.Timestamp(asked.end), asked.every)
    # A period in which nobody tracked time is a column all the same.
    wide = wide.reindex(columns=periods.union(pd.DatetimeIndex(wide.columns)))
    wide.columns = pd.Index([f"{day:%Y-%m-%d}" for day in wide.columns])
    wide["total"] = wide.sum(axis="columns")
    return wide.sort_values("total", ascending=False, kind="stable").reset_index()


def _notes(asked: _Asked, table: pd.DataFrame) -> list[str]:
    people = table["person_gid"].nunique()
    total = float(table["hours"].sum())
    return [
        f"{asked.workspace}, {asked.start:%Y-%m-%d} to {asked.end:%Y-%m-%d}: {len(table):,} "
        f"entries, {total:,.2f} hours, {people:,} people.",
        "Days are those that time was booked on, in no time zone.",
        f"Where a task is in several projects, its time counts to {_WAYS[asked.attribution]}.",
    ]
