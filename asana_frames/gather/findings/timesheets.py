"""What the timesheets report finds: missing hours, sheets to hand in, approve or correct."""

from __future__ import annotations

import pandas as pd

from asana_frames.display.sentences import count_noun, format_hours, format_share
from asana_frames.gather.findings.findings import (
    Finding,
    Group,
    Severity,
    build_findings,
    build_tiles,
    count_tile,
    group_people,
    hours_tile,
)
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.key_figures import TINY

_LAST_DAY = pd.Timedelta(days=6)


def find_in_timesheets(approvals: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """List whose hours are missing, and which weeks are to hand in, correct or approve.

    Hours are *missing* as ``missing`` of ``rollups.approvals`` says, added up by person. Weeks are
    *not handed in* if they are over before today and their ``state`` says so; *rejected* and
    *pending* by their state, whenever they end. People worked *overtime* if they tracked more
    than expected in a week. Where nothing of this is so, a sentence says it.

    Parameters
    ----------
    approvals
        As ``rollups.approvals`` returns them.
    today
        The day of the report.

    Returns
    -------
    DataFrame
        As in `build_findings`.
    """
    if approvals.empty:
        return build_findings([Finding("note", "empty", "There are no weeks of people.")])
    weeks = approvals.reset_index(drop=True)
    is_over = is_true(weeks["period"] + _LAST_DAY < today)
    unsent = weeks[is_over & (weeks["state"] == "not handed in")]
    group = group_people(weeks)
    found = [
        _find_hours(group, weeks, "missing", "warning", "tracked less than expected", "missing"),
        _find_weeks(group, weeks[weeks["state"] == "rejected"], "rejected", "to be corrected"),
        _find_weeks(group, unsent, "not handed in", "not handed in"),
        _find_weeks(group, weeks[weeks["state"] == "pending"], "pending", "to be approved"),
        _find_hours(
            group, weeks, "overtime", "note", "tracked more than expected in a week", "more"
        ),
    ]
    if not any(found):
        found.append(Finding("good", "complete", "All hours are tracked, handed in and approved."))
    return build_findings(found)


def tile_timesheets(approvals: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Return the figures of timesheets: hours, missing hours, weeks by what is to be done.

    Returns
    -------
    DataFrame
        As in `build_tiles`.
    """
    hours, expected, missing = (
        float(approvals[name].sum()) for name in ("hours", "expected_hours", "missing")
    )
    states = approvals["state"]
    is_over = is_true(approvals["period"] + _LAST_DAY < today)
    note = f"of {format_hours(expected)} expected"
    of = f"of {count_noun(len(approvals), 'week')} of people"
    approved = int((states == "approved").sum())
    open_weeks = int((is_over & (states == "not handed in")).sum())
    return build_tiles(
        [
            hours_tile("Hours", hours, note),
            hours_tile(
                "Missing", missing, format_share(missing / expected) if expected else "", "warning"
            ),
            count_tile("Not handed in", open_weeks, of, "warning"),
            count_tile("To approve", int((states == "pending").sum()), of, "warning"),
            count_tile("Rejected", int((states == "rejected").sum()), of, "warning"),
            count_tile("Approved", approved, of),
        ]
    )


def _find_hours(
    group: Group, weeks: pd.DataFrame, column: str, severity: Severity, words: str, unit: str
) -> Finding | None:
    """Return a sentence about the people with most hours in a column, all weeks added up."""
    hours = weeks.groupby("person_gid")[column].sum().astype(float)
    hours = hours[hours > TINY].sort_values(ascending=False, kind="stable")
    measures = [f"({format_hours(one)} {unit})" for one in hours]
    return group.find(severity, column, hours, (words, words), measures)


def _find_weeks(group: Group, weeks: pd.DataFrame, kind: str, words: str) -> Finding | None:
    counts = (
        weeks.groupby("person_gid")["state"].size().sort_values(ascending=False, kind="stable")
    )
    measures = [f"({count_noun(int(count), 'week')})" for count in counts]
    predicates = (f"has timesheets {words}", f"have timesheets {words}")
    severity: Severity = "note" if kind == "pending" else "warning"
    return group.find(severity, kind, counts, predicates, measures)
