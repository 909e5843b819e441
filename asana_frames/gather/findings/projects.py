"""What the projects report finds: late, forecast late, behind, off track, overdue."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.display.sentences import (
    count_noun,
    format_day,
    format_days,
    format_share,
    list_some,
)
from asana_frames.gather.findings.findings import (
    Finding,
    Group,
    Tile,
    build_count_tile,
    build_findings,
    build_tiles,
    count_part,
    label_rows,
)
from asana_frames.rollups.shared.inputs import is_true

#: A status update is old after so many days.
_OLD_STATUS = 30
_LIKELY = 0.5
#: What is said of projects that are more likely than not never done.
_NO_END = "has no end in sight"


class _Projects(NamedTuple):
    """The projects of a report, and where they stand."""

    #: The rows of projects of ``rollups.portfolio``, with ``gid``, ``label`` and ``is_open``.
    rows: pd.DataFrame
    total: pd.Series[Any]
    today: pd.Timestamp

    @property
    def group(self) -> Group:
        """The projects as sentences are about them."""
        return Group(self.rows, "project")

    @property
    def late(self) -> pd.DataFrame:
        """The projects that are not completed and were due before today, the latest first."""
        rows = self.rows
        return rows[rows["is_open"] & is_true(rows["due_on"] < self.today)].sort_values("due_on")

    @property
    def behind(self) -> pd.DataFrame:
        """The projects that are behind, the furthest first."""
        rows = self.rows[is_true(self.rows["is_behind"])]
        gap = (rows["progress"] - rows["expected"]).astype(float)
        return rows.loc[gap.sort_values(kind="stable").index]


def list_project_findings(
    portfolio: pd.DataFrame,
    projects: pd.DataFrame,
    forecast: pd.DataFrame,
    dependencies: pd.DataFrame,
    today: pd.Timestamp,
    tz: str = "UTC",
) -> pd.DataFrame:
    """List what is late, behind, off track and untidy in projects.

    A project is *late* if it is not completed and was due before today; working days are those
    from Monday to Friday after the due day, today included. It *will probably be late* if the day
    by which it is done with a chance of 50 %, at the pace of the weeks that ``rollups.forecast``
    draws from, is after its due day, or if it has a due date and will more likely than not never
    be done. It is *behind* as ``is_behind`` of ``rollups.portfolio`` says; *off track* and *at
    risk* as its last status update says. Tasks are *overdue* if they are open and due before
    today, *blocked* if they wait for a task that is known to be open. Where no project is late,
    and some have a due day, a sentence says so.

    Parameters
    ----------
    portfolio, forecast, dependencies
        As the rollups of these names return them.
    projects
        As ``asana.projects`` returns them.
    today
        The day of the report.
    tz
        The time zone of the days of status updates.

    Returns
    -------
    DataFrame
        As in `build_findings`.
    """
    known = _read_projects(portfolio, projects, today)
    if known.rows.empty:
        return build_findings([Finding("note", "empty", "There are no projects.")])
    return build_findings(
        [
            _find_late(known),
            _find_status(known, "alert", "off_track", "off track", tz),
            _find_late_forecasts(known, forecast),
            _find_behind(known),
            _find_status(known, "warning", "at_risk", "at risk", tz),
            _find_overdue(known),
            _find_blocked(dependencies),
            _find_unassigned(known),
            _find_old_statuses(known),
            _find_undated(known),
            _find_none_late(known),
        ]
    )


def label_projects(rows: pd.DataFrame) -> list[str]:
    """Return what sentences call the projects of rows of ``rollups.portfolio``."""
    names = ("project_name", "project_gid", "team_name", "owner_name")
    return label_rows(*(rows[name] for name in names))


def build_project_tiles(
    portfolio: pd.DataFrame, projects: pd.DataFrame, today: pd.Timestamp
) -> pd.DataFrame:
    """Return the figures of projects: their number, late, behind; tasks done, open, overdue.

    Returns
    -------
    DataFrame
        As in `build_tiles`.
    """
    known = _read_projects(portfolio, projects, today)
    if known.rows.empty:
        return build_tiles([build_count_tile("Projects", 0)])
    total = known.total
    done, tasks, progress = total["done"], total["tasks"], total["progress"]
    dated = int((known.rows["is_open"] & known.rows["due_on"].notna()).sum())
    overdue = int(total["overdue"])
    return build_tiles(
        [
            build_count_tile("Projects", len(known.rows)),
            build_count_tile("Late", len(known.late), f"of {dated:,} with a due date", "alert"),
            build_count_tile("Behind", len(known.behind), "by more than 10 points", "warning"),
            None
            if pd.isna(progress)
            else Tile(
                *("Done", format_share(progress), float(progress), "share"),
                f"{done:,} of {count_noun(tasks, 'task')}",
            ),
            build_count_tile("Open tasks", int(total["open"])),
            build_count_tile("Overdue tasks", overdue, f"of {total['open']:,} open", "warning"),
        ]
    )


def _read_projects(
    portfolio: pd.DataFrame, projects: pd.DataFrame, today: pd.Timestamp
) -> _Projects:
    rows = portfolio[portfolio["kind"] == "project"].reset_index(drop=True)
    completed = projects["gid"][is_true(projects["completed"])]
    rows = rows.assign(
        gid=rows["project_gid"],
        label=label_projects(rows),
        is_open=~rows["project_gid"].isin(completed),
    )
    totals = portfolio[portfolio["kind"] == "total"]
    total = totals.iloc[0] if len(totals) else pd.Series(dtype=object)
    return _Projects(rows, total, today)


def _find_late(known: _Projects) -> Finding | None:
    late = known.late
    # The due day itself is not late, today is.
    begin = late["due_on"].to_numpy("datetime64[D]") + 1
    days = np.busday_count(begin, np.datetime64(known.today.date()) + 1)
    measures = [
        f"by {count_noun(int(number), 'working day')}" if number else f"since {format_day(due)}"
        for number, due in zip(days, late["due_on"], strict=True)
    ]
    return known.group.find("alert", "late", late, ("is late", "are late"), measures)


def _find_late_forecasts(known: _Projects, forecast: pd.DataFrame) -> Finding | None:
    likely = forecast[(forecast["kind"] == "finish") & (forecast["probability"] == _LIKELY)]
    likely = likely.drop_duplicates("project_gid").set_index("project_gid")
    has_work = known.rows["is_open"] & ~is_true(known.rows["open"] == 0)
    rows = known.rows[has_work & known.rows["gid"].isin(likely.index)]
    ends = likely.loc[rows["gid"], "date"].set_axis(rows.index)
    never = likely.loc[rows["gid"], "never"].set_axis(rows.index) > _LIKELY
    days = (ends - rows["due_on"]).dt.days
    is_late = (days > 0) | (is_true(never) & rows["due_on"].notna())
    # Without an end in sight it is last of all.
    hit = rows.loc[days[is_late].fillna(np.inf).sort_values(ascending=False, kind="stable").index]
    is_endless = days[hit.index].isna()
    measures = [
        _NO_END if is_endless[place] else f"by {format_days(days[place])}" for place in hit.index
    ]
    pace = "at the pace of the last weeks"
    if len(known.rows) == 1 and is_endless.any():
        words = f"{_NO_END} {pace}"
        return known.group.find("warning", "forecast late", hit, (words, words))
    predicates = (
        f"will probably miss its due date {pace}",
        f"will probably miss their due dates {pace}",
    )
    return known.group.find("warning", "forecast late", hit, predicates, measures)


def _find_behind(known: _Projects) -> Finding | None:
    behind = known.behind
    measures = [
        f"({format_share(done)} done, {format_share(expected)} expected)"
        for done, expected in zip(behind["progress"], behind["expected"], strict=True)
    ]
    predicates = ("is behind its dates", "are behind their dates")
    return known.group.find("warning", "behind", behind, predicates, measures)


def _find_status(
    known: _Projects, severity: Any, status: str, words: str, tz: str
) -> Finding | None:
    rows = known.rows
    hit = rows[rows["is_open"] & is_true(rows["last_status"] == status)]
    hit = hit.sort_values("last_status_at", ascending=False, kind="stable")
    predicates = (f'was last reported "{words}"', f'were last reported "{words}"')
    days = hit["last_status_at"].dt.tz_convert(tz)
    measures = [f"on {format_day(day)}" for day in days] if len(known.rows) == 1 else []
    return known.group.find(severity, words, hit, predicates, measures)


def _find_overdue(known: _Projects) -> Finding | None:
    overdue, tasks = int(known.total["overdue"]), int(known.total["open"])
    if not overdue:
        return None
    worst = known.rows.sort_values("overdue", ascending=False, kind="stable")
    worst = worst[worst["overdue"] > 0]
    verb = "is" if overdue == 1 else "are"
    sentence = f"{count_part(overdue, tasks, 'open task')} {verb} overdue"
    if len(known.rows) > 1:
        named = [
            f"{label} ({count:,})"
            for label, count in zip(worst["label"], worst["overdue"], strict=True)
        ]
        sentence += f": {list_some(named)}"
    first = worst.iloc[0]
    return Finding("warning", "overdue", f"{sentence}.", overdue, first["label"], first["gid"])


def _find_blocked(dependencies: pd.DataFrame) -> Finding | None:
    # A task that was not read may be done.
    has_open = is_true(dependencies["open_dependencies"] > dependencies["unknown_dependencies"])
    blocked = dependencies[is_true(dependencies["is_blocked"]) & has_open]
    blocked = blocked.drop_duplicates("task_gid")
    if blocked.empty:
        return None
    first = blocked.sort_values("due_on", kind="stable").iloc[0]
    verb = "waits" if len(blocked) == 1 else "wait"
    sentence = f"{count_noun(len(blocked), 'task')} {verb} for another that is open."
    return Finding(
        "note", "blocked", sentence, len(blocked), first["task_name"], first["task_gid"]
    )


def _find_unassigned(known: _Projects) -> Finding | None:
    count = int(known.total["unassigned"])
    if not count:
        return None
    verb = "has" if count == 1 else "have"
    sentence = f"{count_noun(count, 'open task')} {verb} no assignee."
    return Finding("note", "unassigned", sentence, count)


def _find_old_statuses(known: _Projects) -> Finding | None:
    rows = known.rows[known.rows["is_open"]]
    hit = rows[rows["last_status"].isna() | is_true(rows["days_since_status"] > _OLD_STATUS)]
    words = f"had no status update in the last {_OLD_STATUS} days"
    return known.group.find("note", "status missing", hit, (words, words))


def _find_undated(known: _Projects) -> Finding | None:
    hit = known.rows[known.rows["is_open"] & known.rows["due_on"].isna()]
    return known.group.find("note", "no due date", hit, ("has no due date", "have no due date"))


def _find_none_late(known: _Projects) -> Finding | None:
    dated = known.rows["is_open"] & known.rows["due_on"].notna()
    if len(known.late) or not dated.any():
        return None
    few = len(known.rows) == 1
    sentence = f"{known.rows['label'].iloc[0]} is not late." if few else "No project is late."
    return Finding("good", "not late", sentence)
