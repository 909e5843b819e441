"""What is wrong with the rows of a frame, all of it told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import build_array, tuple_column

#: Most problems that a message lists.
_MAX_LISTED = 10


class Problem(NamedTuple):
    """What is wrong with a cell, or with several of a row."""

    #: The place of the row, from 0.
    row: int
    column: str
    value: Any
    why: str
    #: The names that may be meant.
    nearest: tuple[str, ...] = ()


def raise_problems(problems: Sequence[Problem], *, what: str, advice: str = "") -> None:
    """Raise one error about all problems, which has them as a frame, ``problems``.

    Raises
    ------
    InvalidArgument
        There is a problem.
    """
    if not problems:
        return
    error = InvalidArgument(
        f"{what}: {len(problems):,} problem(s). {describe_problems(problems)}{advice}"
    )
    error.problems = build_problem_frame(problems)
    raise error


def describe_problems(problems: Sequence[Problem], names: Mapping[int, str] | None = None) -> str:
    """Return the first problems as sentences; one for all rows that have the same.

    Parameters
    ----------
    problems
        What is wrong.
    names
        Row -> what it is called, beside its number.
    """
    rows: dict[tuple[str, str], list[int]] = {}
    for one in problems:
        rows.setdefault((one.column, one.why), []).append(one.row)
    told = [
        f"{_name_rows(places, names or {})}{f', {column}' if column else ''}: {why.rstrip('.')}."
        for (column, why), places in rows.items()
    ]
    more = len(told) - _MAX_LISTED
    listed = " ".join(told[:_MAX_LISTED])
    return listed + (f" And {more:,} more; see error.problems." if more > 0 else "")


def _name_rows(places: Sequence[int], names: Mapping[int, str]) -> str:
    listed = [
        f"{place} ({names[place]})" if place in names else f"{place}"
        for place in places[:_MAX_LISTED]
    ]
    more = f" and {len(places) - _MAX_LISTED:,} more" if len(places) > _MAX_LISTED else ""
    return f"row{'s' if len(places) > 1 else ''} {', '.join(listed)}{more}"


def drop_call(message: str, call: str) -> str:
    """Return a message without the call and the argument that it begins with.

    Parameters
    ----------
    message
        What is wrong with a cell, of which row and column are told.
    call
        The call that was made; another one may have been used for it.
    """
    return re.sub(rf"^(\w+\.\w+|{re.escape(call)})(\(.*?=\))?: ", "", message)


def build_problem_frame(problems: Sequence[Problem]) -> pd.DataFrame:
    """Return problems as the frame that ``error.problems`` is."""
    return pd.DataFrame(
        {
            "row": build_array("integer", [one.row for one in problems]),
            "column": build_array("text", [one.column or None for one in problems]),
            "value": build_array("text", [_show_value(one.value) for one in problems]),
            "why": build_array("text", [one.why for one in problems]),
            "nearest": tuple_column([one.nearest for one in problems]).array,
        }
    )


def _show_value(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else repr(value)
