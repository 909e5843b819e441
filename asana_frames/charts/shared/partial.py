"""The first and the last period of a chart, where not all of their days count."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import About, read_about
from asana_frames.charts.shared.dates import Days, Step, describe_period, period_ends
from asana_frames.display.sentences import format_day
from asana_frames.rollups.shared.inputs import is_true


def note_partial(frame: pd.DataFrame, days: Days, step: Step) -> list[str]:
    """Return notes on the first and the last period, if they are not counted in full.

    A period that ``start`` or ``end`` cuts says from or to which day it is counted; one that is
    cut by ``now`` alone is not over. These are in the table's ``attrs``; without them, a period
    that is ``partial`` in the table is not over.

    Parameters
    ----------
    frame
        The table, which has ``period`` and may have ``partial``.
    days
        The first days of the periods that are drawn.
    step
        Their length.
    """
    about = read_about(frame)
    notes = [_note_start(about, days[0], step), _note_end(about, days[-1], step)]
    if "partial" in frame:
        own = frame.loc[is_true(frame["partial"]), "period"].to_numpy("datetime64[D]")
        is_whole = [day not in own for day in (days[0], days[-1])]
        notes = ["" if whole else note for whole, note in zip(is_whole, notes, strict=True)]
        if not is_whole[1] and not any(notes):
            notes = [_describe_unfinished(days[-1], step)]
    return notes


def _note_start(about: About, first: np.datetime64, step: Step) -> str:
    (after,) = period_ends(np.array([first]), step)
    if about.start is None or not pd.Timestamp(first) < about.start < pd.Timestamp(after):
        return ""
    return f"{describe_period(first, step)} is counted from {format_day(about.start)}"


def _note_end(about: About, first: np.datetime64, step: Step) -> str:
    (after,) = period_ends(np.array([first]), step)
    start, last = pd.Timestamp(first), pd.Timestamp(after) - pd.Timedelta(days=1)
    today = None if about.now is None else about.now.tz_localize(None).normalize()
    # A table ends today where nothing else ends it.
    counts_all = about.end is None or (today is not None and about.end >= today)
    if about.end is not None and not counts_all and start <= about.end < last:
        return f"{describe_period(start, step)} is counted to {format_day(about.end)}"
    if today is not None and start <= today <= last:
        return _describe_unfinished(first, step)
    return ""


def _describe_unfinished(first: np.datetime64, step: Step) -> str:
    """Return a note that the period which begins on a day is not over."""
    if step.every == "D":
        return "the last day is not over"
    return f"{describe_period(first, step)} is not over"
