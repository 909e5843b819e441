"""A table of key figures: what each is now, what it was before, and whether that is better."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from asana_frames.frames.arrays import STR

#: How far progress may be below the expected one without being behind.
TOLERATED_LAG = 0.1
#: Differences below this are errors of rounding.
TINY = 1e-9
#: As are those below this part of the numbers that were added, which may be money of any size.
NOISE = 1e-12


class KeyFigure(NamedTuple):
    """A number, what it should be, and what it was in the time that it is compared with."""

    figure: str
    unit: str
    value: float | None
    previous: float | None = None
    target: float | None = None
    #: 1 if more is better, -1 if less is; 0 if neither is.
    better: int = 0


def build_key_figures(figures: Iterable[KeyFigure]) -> pd.DataFrame:
    """Return a row per figure, in their order.

    Returns
    -------
    DataFrame
        ``figure``, ``unit`` (str), ``value``, ``target``, ``previous``, ``difference`` (Float64)
        and ``is_better`` (boolean: the difference is an improvement; missing where neither more
        nor less is, or nothing changed).
    """
    rows = list(figures)
    table = pd.DataFrame(
        {
            "figure": pd.Series([row.figure for row in rows], dtype=STR),
            "unit": pd.Series([row.unit for row in rows], dtype=STR),
            "value": pd.array([row.value for row in rows], dtype="Float64"),
            "target": pd.array([row.target for row in rows], dtype="Float64"),
            "previous": pd.array([row.previous for row in rows], dtype="Float64"),
        }
    )
    table["difference"] = table["value"] - table["previous"]
    gain = table["difference"] * pd.Series([row.better for row in rows], dtype="Int64")
    size = table[["value", "previous"]].abs().max(axis="columns")
    is_noise = gain.abs() < (NOISE * size).clip(lower=TINY)
    table["is_better"] = (gain > 0).mask(is_noise).astype("boolean")
    return table
