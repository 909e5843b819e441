"""What the hours report finds: how much, where, who tracked too much or nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.display.sentences import (
    count_noun,
    format_day,
    format_decimals,
    format_hours,
    format_share,
    list_some,
)
from asana_frames.gather.findings.findings import (
    Finding,
    Group,
    Tile,
    build_count_tile,
    build_findings,
    build_hours_tile,
    build_tiles,
    choose_verb,
    group_people,
    label_rows,
)
from asana_frames.rollups.shared.key_figures import TINY

#: More hours in a week than that are too many.
_MOST_HOURS = 48.0
_WEEK = pd.Timedelta(days=7)
#: A week differs from others by more than this share.
_UNUSUAL = 0.25
_BILLABLE = ("billable", "nonBillable")


class _Hours(NamedTuple):
    """Tracked hours, by entry, and of the whole weeks from Monday."""

    entries: pd.DataFrame
    #: By gid.
    people: Group
    #: Monday of the last whole week; NaT if there is none.
    last: Any
    #: Monday -> hours of all, weeks without time included.
    weeks: pd.Series[float]
    #: Monday of each entry.
    monday: pd.Series[Any]
    #: The last whole week in a sentence.
    week: str


def list_hours_findings(
    entries: pd.DataFrame,
    start: dt.date | None,
    end: dt.date | None,
    *,
    is_past: bool = False,
) -> pd.DataFrame:
    """List who tracked too much or nothing, what is in no project, and what took most time.

    People are *overloaded* if they tracked more than 48 hours in a week from Monday, also in one
    that the report cuts. Of the whole weeks between ``start`` and ``end``: people are *missing*
    if they tracked time before the last one, and none in it; the last one is *unusual* if its
    hours differ by more than 25 % from the mean of those before, of which there are at least
    three.

    Parameters
    ----------
    entries
        As ``rollups.entries`` returns them; of an entry in parts each is a row.
    start, end
        First and last day of the whole weeks; missing ones are those of the entries.
    is_past
        Whether the report ends before the present: the last week is then said to be the last
        whole one of its days, for it is not the last one of all.

    Returns
    -------
    DataFrame
        As in `build_findings`.
    """
    known = _read_hours(entries, start, end, is_past=is_past)
    if known.entries.empty:
        return build_findings([Finding("note", "empty", "No time was tracked on these days.")])
    return build_findings(
        [
            _find_overloaded(known),
            _find_missing(known),
            _find_unplaced(known),
            _find_unusual(known),
            _find_top(known),
        ]
    )


def build_hours_tiles(
    entries: pd.DataFrame,
    start: dt.date | None,
    end: dt.date | None,
    *,
    is_past: bool = False,
) -> pd.DataFrame:
    """Return the figures of hours: total, last whole week, people, projects, billable share.

    The arguments are those of `list_hours_findings`.

    Returns
    -------
    DataFrame
        As in `build_tiles`.
    """
    known = _read_hours(entries, start, end, is_past=is_past)
    total = float(known.entries["hours"].sum())
    count = known.entries["gid"].nunique()
    tiles: list[Tile | None] = [
        build_hours_tile("Hours", total, count_noun(count, "entry", "entries"))
    ]
    if len(known.weeks):
        hours = float(known.weeks.iloc[-1])
        note = f"{'of the period,' if is_past else 'week'} from {format_day(known.last)}"
        tiles.append(build_hours_tile("Last whole week", hours, note))
    people, projects = (known.entries[name].nunique() for name in ("person_gid", "project_gid"))
    tiles += [
        build_count_tile("People", people),
        build_count_tile("Projects", projects),
        build_billable_tile(*(_sum_hours(known.entries, status) for status in _BILLABLE)),
    ]
    return build_tiles(tiles)


def build_billable_tile(billable: float, others: float) -> Tile | None:
    """Return the billable share of the hours of which it is known; None if it is of none."""
    total = billable + others
    if not total:
        return None
    note = f"of {format_hours(total)}"
    return Tile("Billable", format_share(billable / total), billable / total, "share", note)


def _sum_hours(entries: pd.DataFrame, status: str) -> float:
    return float(entries["hours"][entries["billable_status"] == status].sum())


def _read_hours(
    entries: pd.DataFrame, start: dt.date | None, end: dt.date | None, *, is_past: bool
) -> _Hours:
    rows = entries[entries["hours"].fillna(0) > 0]
    group = group_people(rows, "person_email")
    first = pd.Timestamp(start) if start else rows["entered_on"].min()
    final = pd.Timestamp(end) if end else rows["entered_on"].max()
    monday = rows["entered_on"].dt.to_period("W-SUN").dt.start_time
    if pd.isna(first) or pd.isna(final):
        return _Hours(rows, group, pd.NaT, pd.Series(dtype=float), monday, "")
    mondays = pd.date_range(first, final - _WEEK + pd.Timedelta(days=1), freq="W-MON")
    weeks = rows["hours"].astype(float).groupby(monday).sum().reindex(mondays, fill_value=0.0)
    if not len(mondays):
        return _Hours(rows, group, pd.NaT, weeks, monday, "")
    day = format_day(mondays[-1])
    past = f"the last whole week of the period (from {day})"
    week = past if is_past else f"the week from {day}"
    return _Hours(rows, group, mondays[-1], weeks, monday, week)


def _find_overloaded(known: _Hours) -> Finding | None:
    by_week = known.entries.groupby(["person_gid", known.monday])["hours"].sum().astype(float)
    most = by_week[by_week > _MOST_HOURS + TINY].sort_values(ascending=False)
    most = most[~most.index.get_level_values(0).duplicated()]
    measures = [
        f"({_format_too_many(hours)} in the week from {format_day(week)})"
        for week, hours in zip(most.index.get_level_values(1), most, strict=True)
    ]
    words = f"tracked more than {_MOST_HOURS:.0f} hours in a week"
    hit = most.droplevel(1)
    return known.people.find("warning", "overloaded", hit, (words, words), measures)


def _format_too_many(hours: float) -> str:
    """Return hours with as many digits as show that they are too many."""
    most = format_hours(_MOST_HOURS)
    if (text := format_hours(hours)) != most:
        return text
    text = format_decimals(hours, 2)
    return f">{most}" if float(text) == _MOST_HOURS else f"{text} hours"


def _find_missing(known: _Hours) -> Finding | None:
    if pd.isna(known.last):
        return None
    days = known.entries["entered_on"]
    before = known.entries[days < known.last]
    present = known.entries["person_gid"][(days >= known.last) & (days < known.last + _WEEK)]
    hours = before.groupby("person_gid")["hours"].sum().astype(float)
    missing = hours[~hours.index.isin(present)].sort_values(ascending=False, kind="stable")
    words = f"tracked none in {known.week}, but some before"
    return known.people.find("warning", "missing", missing, (words, words))


def _find_unplaced(known: _Hours) -> Finding | None:
    hours = known.entries["hours"]
    bare = float(hours[known.entries["project_gid"].isna()].sum())
    if not bare:
        return None
    share = format_share(bare / float(hours.sum()))
    text = format_hours(bare)
    verb = choose_verb(text, "is", "are")
    return Finding("note", "no project", f"{text} ({share}) {verb} not in a project.")


def _find_unusual(known: _Hours) -> Finding | None:
    *before, last = known.weeks.tolist() or [0.0]
    mean = sum(before) / len(before) if len(before) > 2 else 0.0
    if not mean or abs(last / mean - 1) <= _UNUSUAL + TINY:
        return None
    way = "more" if last > mean else "less"
    text = format_hours(last)
    sentence = (
        f"{text} {choose_verb(text, 'was', 'were')} tracked in {known.week}, "
        f"{format_share(abs(last / mean - 1))} {way} than on average in the {len(before):,} weeks "
        f"before ({format_hours(mean)})."
    )
    return Finding("note", "unusual week", sentence)


def _find_top(known: _Hours) -> Finding | None:
    total = float(known.entries["hours"].sum())
    rows = known.entries.dropna(subset=["project_gid"])
    hours = rows.groupby("project_gid")["hours"].sum().astype(float)
    hours = hours.sort_values(ascending=False, kind="stable")
    if len(hours) < 2:
        return None
    firsts = rows.drop_duplicates("project_gid").set_index("project_gid").loc[hours.index]
    labels = label_rows(firsts["project_name"], firsts.index, firsts["team_name"])
    named = [
        f"{label} ({format_hours(one)}, {format_share(one / total)})"
        for label, one in zip(labels[:3], hours, strict=False)
    ]
    sentence = f"Most time went into {list_some(named)}."
    return Finding("note", "most hours", sentence, None, labels[0], str(hours.index[0]))
