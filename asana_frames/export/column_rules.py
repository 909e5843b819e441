"""What the numbers of a column are, by its name: shares, and what may be added up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.rollups.shared.wide import TOTAL_ROW, find_wide_totals

#: A column is a share if this word is in its name, ...
_SHARE = frozenset({"share", "fraction", "proportion"})
#: ... or if this is its name.
_SHARES = frozenset(
    {
        *("ahead", "alert", "billable_utilisation", "computed", "cumulative", "expected", "load"),
        *("never", "probability", "progress", "ratio", "utilisation", "utilization"),
        *("coverage", "owed", "flow_efficiency", "progress_at_due"),
        *("on_time_rate", "reopening_rate"),
    }
)
#: Words in the names of numbers whose sum means nothing: averages and extremes, durations and
#: prices, measures of a thing, places in an order.
_NOT_SUMMED = frozenset(
    {
        *("average", "avg", "high", "low", "max", "mean", "median", "min", "percent", "std"),
        *("age", "chain", "day", "days", "per", "period", "periods", "price", "rate", "slack"),
        *("cumulative", "current", "initial", "precision", "target", "value", "weight"),
        *("observations", "limit", "pace", "unweighted"),
        *("code", "depth", "index", "level", "month", "order", "rank", "relative", "week", "year"),
    }
)
#: In a table over time these say how much there is at the end of each period.
_LEVELS = frozenset(
    {
        *("actual", "done", "ideal", "left", "open", "overdue", "planned", "planned_to_date"),
        *("remaining", "scope", "tasks", "total", "used_total"),
    }
)
_TIME = ("day", "period")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: In a table with these columns each row answers a question of its own.
_ANSWERS = frozenset({"probability"})
#: Their sum is not that of the columns beside them where one is missing.
_DIFFERENCES = frozenset({"margin"})
#: What only programs need to know of a row, beside gids.
_TECHNICAL = frozenset(
    {
        *("depth", "history_periods", "is_certain", "is_repeated", "level", "num_likes", "path"),
        *("precision", "resource_subtype", "resource_type", "parent_resource_type"),
        *("section_order", "unweighted"),
    }
)
#: In tables of more columns than are in sight, these come first.
MANY = 12
EARLY = (
    *("status", "last_status", "state", "progress", "expected", "ahead", "is_behind", "open"),
    *("overdue", "due_on", "total", "used", "share"),
)
#: What the column ``kind`` calls rows of totals.
TOTAL_KIND = "total"
#: The attribute with the numbers of the rows of totals, where no column says which they are.
TOTALS_AT = "totals_at"
#: Columns with the unit of the others. Time has its unit in its name.
UNITS = ("currency_code", "unit", "units")
_OWN_UNIT = frozenset({"hours", "minutes"})
#: Words in the names of numbers of which two decimals are enough.
_WITH_UNIT = _OWN_UNIT | {
    *("allocated", "amount", "available", "budget", "cost", "day", "days", "missing", "overtime"),
    *("forecast", "price", "rate", "tracked"),
}


def is_share(label: Any) -> bool:
    """Return whether numbers of a column are fractions, by its name: 1 is all.

    The columns of rollups are meant, such as ``progress`` and ``share_filled``. In names of custom
    fields only the words share, fraction and proportion count.
    """
    return label in _SHARES or not _SHARE.isdisjoint(_split_words(label))


def has_unit(label: Any) -> bool:
    """Return whether numbers of a column are time or money, by its name."""
    return not _WITH_UNIT.isdisjoint(_split_words(label))


def find_sums(frame: pd.DataFrame) -> list[int]:
    """Return the places of the columns that may be added up.

    These are numbers such as hours, minutes, counts and money, and the columns of a pivot. Not
    added up are shares, averages, durations in days, rates and what else has such a word in its
    name; what is there at the end of each period, such as the open tasks in a table with a column
    ``day`` or ``period``; anything but hours and minutes in a table of several currencies or
    units; differences of which some are missing; and nothing in a table of probabilities, or one
    that has rows of totals.
    """
    if not _ANSWERS.isdisjoint(frame.columns) or find_total_rows(frame).any():
        return []
    over_time = any(name in frame.columns for name in _TIME)
    # Beside hours that were tracked, those planned are hours of the period.
    levels = _LEVELS - {"planned"} if "tracked" in frame.columns else _LEVELS
    # Beside a scope it is all that is done, else what is done in the period.
    levels = levels if "scope" in frame.columns else levels - {"done"}
    units = [frame[name] for name in UNITS if name in frame.columns]
    return [
        place
        for place, (label, dtype) in enumerate(zip(frame.columns, frame.dtypes, strict=True))
        if _is_number(dtype)
        and _may_be_summed(label)
        and not (over_time and label in levels)
        and (not _OWN_UNIT.isdisjoint(_split_words(label)) or _has_one(units, frame, place))
        and not (label in _DIFFERENCES and frame.iloc[:, place].isna().any())
    ]


def is_gid(label: Any) -> bool:
    """Return whether a column holds gids, by its name."""
    return not {"gid", "gids"}.isdisjoint(_split_words(label)[-1:])


def find_total_rows(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows are totals of the others, wherever they were sorted to.

    These are the rows that a wide table marks as such, of a ``kind`` that is ``total``, or called
    ``Total`` in a row whose gid is missing.
    """
    if TOTALS_AT in frame.attrs:
        return np.isin(np.arange(len(frame)), list(frame.attrs[TOTALS_AT]))
    found = find_wide_totals(frame)
    if found is not None:
        return found
    labels = [label for label in frame.columns if isinstance(label, str)]
    if labels.count("kind") == 1:
        return frame["kind"].isin([TOTAL_KIND]).to_numpy(dtype=bool)
    found = np.zeros(len(frame), dtype=bool)
    for gid, name in [(label, find_name_column(label)) for label in labels]:
        if name is not None and labels.count(gid) == labels.count(name) == 1:
            found |= (frame[name].isin([TOTAL_ROW]) & frame[gid].isna()).to_numpy(dtype=bool)
    return found


def find_total_name(frame: pd.DataFrame) -> str:
    """Return what the rows of totals of a frame are called."""
    attrs = frame.attrs.get("wide")
    total = attrs.get("total") if isinstance(attrs, Mapping) else None
    return str(total[1]) if total else TOTAL_ROW


def count_last(is_total: npt.NDArray[np.bool_]) -> int:
    """Return how many of the last rows are totals, which stand below a table."""
    return int(is_total[::-1].cumprod().sum())


def find_name_column(label: Any) -> str | None:
    """Return the column of names that goes with a column of gids; None for other columns."""
    head, _, tail = label.rpartition("_") if isinstance(label, str) else ("", "", "")
    if tail not in ("gid", "gids") or (tail == "gids" and not head):
        return None
    return f"{head}_name{tail[3:]}" if head else "name"


def find_named_gids(frame: pd.DataFrame) -> set[int]:
    """Return the places of the columns of gids that have their column of names in a frame."""
    names = {label for label in frame.columns if isinstance(label, str)}
    return {at for at, label in enumerate(frame.columns) if find_name_column(label) in names}


def find_unread(frame: pd.DataFrame) -> set[int]:
    """Return the places of columns without values, or of use to programs rather than people."""
    return {
        at
        for at, label in enumerate(frame.columns)
        if is_technical(label) or _is_blank(frame.iloc[:, at])
    }


def is_period(label: Any) -> bool:
    """Return whether a column is one of several days or periods side by side, by its name."""
    return isinstance(label, str) and (label in _WEEKDAYS or _DAY.match(label) is not None)


def is_technical(label: Any) -> bool:
    """Return whether a column is of use to programs rather than to people, by its name."""
    return is_gid(label) or (isinstance(label, str) and label in _TECHNICAL)


def _is_blank(column: pd.Series[Any]) -> bool:
    """Return whether a column has rows and no values: empty lists and texts are none."""
    known = column[column.notna()]
    is_empty = (isinstance(cell, str | tuple | list) and not cell for cell in known)
    return len(column) > 0 and all(is_empty)


def _may_be_summed(label: Any) -> bool:
    words = _split_words(label)
    return not (is_gid(label) or is_share(label) or not _NOT_SUMMED.isdisjoint(words))


def _split_words(label: Any) -> list[str]:
    """Return the words of a name in lower case; others may be names of people in a pivot."""
    if not isinstance(label, str):
        return []
    text = label.lower() if label.startswith(PREFIX) else label
    return [word for word in re.findall(r"[^\W_]+", text) if word == word.lower()]


def _is_number(dtype: Any) -> bool:
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def _has_one(units: Iterable[Any], frame: pd.DataFrame, place: int) -> bool:
    """Return whether the numbers of a column are all in one unit."""
    # What has no rate has no currency and no amount: nothing of it is added up.
    is_known = frame.iloc[:, place].notna()
    return all(
        unit[is_known | unit.notna()].nunique(dropna=False) <= 1
        for unit in units
        if isinstance(unit, pd.Series)
    )
