"""Sections of projects in the order in which a chart shows them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import InvalidArgument

#: The columns that identify and name a section.
SECTION = ["section_gid", "section_name"]


def order_sections(
    rows: pd.DataFrame, labels: pd.Series, order: Sequence[str] | None
) -> list[str]:
    """Return the labels of sections as they come, those that are named in ``order`` first.

    Raises
    ------
    InvalidArgument
        ``order`` names a section that is not in the frame.
    """
    found = list(dict.fromkeys(labels))
    wanted: list[str] = []
    for name in () if order is None else list_texts(order, name="order", like="To do"):
        is_named = (rows["section_gid"] == name) | (rows["section_name"] == name)
        named = labels[is_named.to_numpy(dtype=bool, na_value=False)]
        if named.empty:
            raise InvalidArgument(f"order= has no section {name!r}; use {', '.join(found)}.")
        wanted += list(dict.fromkeys(named))
    return list(dict.fromkeys([*wanted, *found]))
