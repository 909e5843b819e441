"""What the timesheets report finds: missing hours, sheets to hand in, approve or correct."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asana_frames.display.sentences import count_noun, format_hours, format_share
from asana_frames.gather.findings.findings import (
    Finding,
    Group,
    Severity,
    build_count_tile,
    build_findings,
    build_hours_tile,
    build_tiles,
    group_people,
)
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.key_figures import TINY

_LAST_DAY = pd.Timedelta(days=6)
_OPEN = "not handed in"
#: State of a week that somebody must do something about -> its timesheet in a sentence.
_TO_DO = {"rejected": "to be corrected", _OPEN: _OPEN, "pending": "to be approved"}
#: State -> the column of its hours.
_HOURS = {"rejected": "rejected_hours", _OPEN: "open_hours", "pending": "pending_hours"}
_COMPLETE = "No hours are missing, and no finished week is to be handed in, corrected or approved"
_NOT_OVER = "No hours are missing so far; no week is over yet."


def list_timesheet_findings(
    approvals: pd.DataFrame, today: pd.Timestamp, as_of: str = ""
) -> pd.DataFrame:
    """List whose hours are missing, and which weeks are to hand in, correct or approve.

    Hours are *missing* as ``missing`` of ``rollups.approvals`` says, added up by person. Weeks are
    *not handed in*, *rejected* or *pending* if their ``state`` or some of their hours are, so a
    ``mixed`` week can be several of these; *not handed in* are only weeks that are over before
    today. People worked *overtime* if they tracked more than expected in a week. Where nothing of
    this is so, a sentence says it. It is *good* if at least one week that is over has approved
    hours, else a *note*.

    Parameters
    ----------
    approvals
        As ``rollups.approvals`` returns them.
    today
        The day of the report.
    as_of
        When this is so, such as ``as of 28 Nov 2026``, if the report ends before.

    Returns
    -------
    DataFrame
        As in `build_findings`.
    """
    if approvals.empty:
        return build_findings([Finding("note", "empty", "There are no weeks of people.")])
    weeks = approvals.reset_index(drop=True)
    group = group_people(weeks)._replace(as_of=as_of)
    found = [
        _find_hours(group, weeks, "missing", "warning", "tracked less than expected", "missing"),
        *(
            _find_weeks(group, _select_weeks(weeks, state, today), state, words)
            for state, words in _TO_DO.items()
        ),
        _find_hours(
            group_people(weeks),
            *(weeks, "overtime", "note", "tracked more than expected in a week", "more"),
        ),
    ]
    if not any(found):
        found.append(_find_nothing_to_do(weeks, today, as_of))
    return build_findings(found)


def build_timesheet_tiles(
    approvals: pd.DataFrame, today: pd.Timestamp, as_of: str = ""
) -> pd.DataFrame:
    """Return the figures of timesheets: hours, missing hours, weeks by what is to be done.

    Hours are those up to the day to which they are expected, as in ``rollups.approvals``.

    Returns
    -------
    DataFrame
        As in `build_tiles`.
    """
    hours, expected, missing = (
        float(approvals[name].sum()) for name in ("hours", "expected_hours", "missing")
    )
    rejected, unsent, pending = (len(_select_weeks(approvals, one, today)) for one in _TO_DO)
    approved = int((approvals["state"] == "approved").sum())
    later = hours - _sum_hours_so_far(approvals)
    note = f"of {format_hours(expected)} expected"
    note += f"; {format_hours(later)} more for later days" if later > TINY else ""
    of = ", ".join(filter(None, [f"of {count_noun(len(approvals), 'week')} of people", as_of]))
    share = format_share(missing / expected) if expected else ""
    return build_tiles(
        [
            build_hours_tile("Hours", hours - later, note),
            build_hours_tile(
                "Missing", missing, ", ".join(filter(None, [share, as_of])), "warning"
            ),
            build_count_tile("Not handed in", unsent, of, "warning"),
            build_count_tile("To approve", pending, of, "warning"),
            build_count_tile("Rejected", rejected, of, "warning"),
            build_count_tile("Approved", approved, of),
        ]
    )


def _sum_hours_so_far(approvals: pd.DataFrame) -> float:
    """Sum the hours up to today."""
    # What rollups.approvals compares with what is expected; it expects nothing of others.
    so_far = approvals["expected_hours"] + approvals["overtime"] - approvals["missing"]
    return float(so_far.fillna(approvals["hours"]).sum())


def _select_weeks(weeks: pd.DataFrame, state: str, today: pd.Timestamp) -> pd.DataFrame:
    """Return the weeks in a state, or with hours in it; open weeks only if they are over."""
    is_so = (weeks["state"] == state) | is_true(weeks[_HOURS[state]] > TINY)
    if state == _OPEN:
        is_so &= _is_over(weeks, today)
    return weeks[is_so]


def _is_over(weeks: pd.DataFrame, today: pd.Timestamp) -> NDArray[np.bool_]:
    return is_true(weeks["period"] + _LAST_DAY < today)


def _find_nothing_to_do(weeks: pd.DataFrame, today: pd.Timestamp, as_of: str) -> Finding:
    """Return the sentence for when no hours are missing and no week needs action."""
    over = weeks[_is_over(weeks, today)]
    if over.empty:
        return Finding("note", "complete", _NOT_OVER)
    is_approved = is_true(over["state"] == "approved") | is_true(over["approved_hours"] > TINY)
    # Where everybody was away, nothing was handed in.
    sentence = f"{_COMPLETE} {as_of}".rstrip()
    return Finding("good" if is_approved.any() else "note", "complete", f"{sentence}.")


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
