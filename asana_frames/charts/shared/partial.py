"""The last period of a chart, where it is not over."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import read_about
from asana_frames.charts.shared.dates import Step, describe_period, period_ends
from asana_frames.display.sentences import format_day


def note_partial(frame: pd.DataFrame, first: np.datetime64, step: Step) -> str:
    """Return a note on the period that begins on a day, if it is not counted to its end.

    Uses ``now`` and ``end`` of the table's ``attrs``; without them returns an empty text.
    """
    about = read_about(frame)
    (after,) = period_ends(np.array([first]), step)
    last = pd.Timestamp(after) - pd.Timedelta(days=1)
    start = pd.Timestamp(first)
    today = None if about.now is None else about.now.tz_localize(None).normalize()
    if today is not None and start <= today <= last:
        return describe_partial(start, step)
    if about.end is not None and start <= about.end < last:
        counted = format_day(about.end)
        return f"{describe_period(start, step)} is counted to {counted}"
    return ""


def describe_partial(first: pd.Timestamp, step: Step) -> str:
    """Return a note that the period which begins on a day is not over."""
    if step.every == "D":
        return "the last day is not over"
    return f"{describe_period(first, step)} is not over"
