"""Values of metrics as people write them: ``3 % of 2 %``, ``12,400 of 40,000 EUR``."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.display.sentences import format_decimals
from asana_frames.frames.arrays import STR

#: Decimals of a value whose metric does not tell how many it has.
_USUAL_DECIMALS = 2
_MOST_DECIMALS = 6


def format_current_of_target(table: pd.DataFrame) -> pd.Series[Any]:
    """Return current and target value of each row as text (str).

    Values are rounded to the precision of the metric; without one, to two decimals. Missing where
    there is neither value; a value that is missing beside the other is ``?``.

    Parameters
    ----------
    table
        ``current``, ``target``, ``unit``, ``precision`` and ``currency_code``.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "current": [0.031, 12400.0],
    ...         "target": [0.02, 40000.0],
    ...         "unit": ["percentage", "currency"],
    ...         "precision": [1, 0],
    ...         "currency_code": [None, "EUR"],
    ...     }
    ... )
    >>> format_current_of_target(table).tolist()
    ['3.1 % of 2 %', '12,400 of 40,000 EUR']
    """
    columns = ("current", "target", "unit", "precision", "currency_code")
    cells = zip(*(table[name] for name in columns), strict=True)
    texts = [_format_pair(*row) for row in cells]
    return pd.Series(pd.array(texts, dtype=STR), index=table.index)


def _format_pair(
    current: Any, target: Any, unit: Any, precision: Any, currency: Any
) -> str | None:
    if pd.isna(current) and pd.isna(target):
        return None
    unit = None if pd.isna(unit) else str(unit)
    decimals = (
        _USUAL_DECIMALS if pd.isna(precision) else min(max(int(precision), 0), _MOST_DECIMALS)
    )
    parts = [_format_number(value, unit, decimals) for value in (current, target)]
    if pd.isna(target):
        parts = parts[:1]
    code = f" {currency}" if unit == "currency" and not pd.isna(currency) else ""
    return " of ".join(parts) + code


def _format_number(value: Any, unit: str | None, decimals: int) -> str:
    """Return a number as text; sums of money keep the zeros at their end."""
    if pd.isna(value):
        return "?"
    number = 100 * float(value) if unit == "percentage" else float(value)
    text = format_decimals(number, decimals)
    if unit != "currency" and "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} %" if unit == "percentage" else text
