"""The figures and sentences of a report, as files show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame
from asana_frames.gather.findings.report import Report, list_days
from asana_frames.rollups.shared.wide import ALL_PROJECTS

#: Severity -> its sign, and its name for screen readers. Signs differ in form, so that they can be
#: told apart without colours.
SEVERITIES = {
    "alert": ("▲", "Alert"),
    "warning": ("◆", "Warning"),
    "note": ("●", "Note"),
    "good": ("✔", "Good"),
}
#: What is shown -> the columns that it needs.
_NEEDED = {"tiles": ("label", "text"), "findings": ("sentence",)}
#: What is true of single projects.
_OF_EACH = ("is_behind", "days_slipped")


def check_tiles(tiles: pd.DataFrame | None, findings: pd.DataFrame | None, *, what: str) -> None:
    """Check the frames of figures and sentences, either of which may be None.

    Raises
    ------
    InvalidArgument
        One is not a frame, or lacks a column.
    """
    for name, frame in (("tiles", tiles), ("findings", findings)):
        if frame is None:
            continue
        check_frame(frame, what=f"{what}({name}=)")
        missing = [one for one in _NEEDED[name] if one not in frame.columns]
        if missing:
            raise InvalidArgument(
                f"{name}= has no column {missing[0]!r}; pass those of a report, such as "
                f"report.{name}."
            )


def check_anonymous(
    anonymize: str | None, given: Mapping[str, object], *, is_report: bool
) -> None:
    """Check that nothing with names that ``anonymize`` cannot change is written beside it.

    Parameters
    ----------
    anonymize
        The secret key, or None.
    given
        Argument -> what has such names, or None.
    is_report
        Whether figures and sentences are those of a report, and no arguments.

    Raises
    ------
    InvalidArgument
        The message says what to leave out.
    """
    named = next((name for name, one in given.items() if _has_names(one)), None)
    if anonymize is None or named is None:
        return
    if is_report and named in _NEEDED:
        raise InvalidArgument(
            "anonymize= cannot change the names in findings; pass report.tables() instead of the "
            "report."
        )
    raise InvalidArgument(
        f"anonymize= cannot change the names in {named}; leave out {named}= or anonymize=."
    )


def _has_names(given: object) -> bool:
    """Return whether something may have names; what is empty has none."""
    is_empty = isinstance(given, Mapping | pd.DataFrame) and not len(given)
    return given is not None and not is_empty


class Unpacked(NamedTuple):
    """The tables, figures and sentences that are written, and the notes."""

    frames: Any
    notes: list[str]
    tiles: pd.DataFrame | None
    findings: pd.DataFrame | None
    is_report: bool


def unpack_report(
    frames: Any,
    notes: Sequence[str],
    tiles: pd.DataFrame | None,
    findings: pd.DataFrame | None,
) -> Unpacked:
    """Return the tables for people, figures and sentences of a report; frames stay as they are.

    The first of the notes of a report says which days it is about, and as of when it is.

    Raises
    ------
    InvalidArgument
        ``notes`` are not texts.
    """
    lines = list_texts(notes, name="notes", like="All teams.")
    if not isinstance(frames, Report):
        return Unpacked(frames, lines, tiles, findings, is_report=False)
    return Unpacked(
        {title: name_total(table) for title, table in frames.tables().items()},
        _add_days(lines, frames),
        frames.tiles if tiles is None else tiles,
        frames.findings if findings is None else findings,
        is_report=True,
    )


def split_notes(given: Unpacked) -> tuple[list[str], list[str]]:
    """Return the notes for the head, and those on how to read what follows.

    The first is what figures and sentences are about; where there are none, all are the head.
    """
    is_summary = given.tiles is not None or given.findings is not None
    return (given.notes[:1], given.notes[1:]) if is_summary else (given.notes, [])


def _add_days(notes: list[str], report: Report) -> list[str]:
    """Return notes with the days of a report in the first, unless one of them has the days."""
    said = "\n".join(notes)
    days = ", ".join(
        words for words in list_days(report) if words.removeprefix("as of ") not in said
    )
    days = days if notes else days[:1].upper() + days[1:]
    return [" · ".join(filter(None, [*notes[:1], days])), *notes[1:]]


def name_total(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which the row of all projects has its name, as in the chart.

    Whether it is behind, and by how many days, is left blank: that is said of single projects.

    Examples
    --------
    >>> kinds = ["project", "total"]
    >>> table = pd.DataFrame({"kind": kinds, "project_name": ["Plan", None], "tasks": [2, 2]})
    >>> name_total(table)["project_name"].tolist()
    ['Plan', 'All projects']
    """
    if not {"kind", "project_name"} <= set(table.columns):
        return table
    is_total = table["kind"].eq("total") & table["project_name"].isna()
    blank = {name: table[name].mask(is_total) for name in _OF_EACH if name in table.columns}
    named = table["project_name"].mask(is_total, ALL_PROJECTS)
    return table.assign(project_name=named, **blank) if is_total.any() else table


def rows_as_texts(frame: pd.DataFrame, names: Sequence[str]) -> list[dict[str, str]]:
    """Return the texts of each row by column; empty where one is missing."""
    shown = frame.reindex(columns=list(names)).astype(object)
    filled = shown.where(shown.notna(), "")
    # Not by pandas, which makes columns of text, and those hold no halves of characters.
    return [
        {name: str(cell) for name, cell in zip(names, row, strict=True)}
        for row in filled.itertuples(index=False)
    ]
