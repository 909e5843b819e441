"""Key figures, and whether they are better than before."""

from __future__ import annotations

import pandas as pd
import pytest

from asana_frames.rollups.shared.key_figures import KeyFigure, build_key_figures


@pytest.mark.parametrize(
    ("value", "previous", "is_better"),
    [
        # The same sum of money, in another order.
        (7_037_037_036.700001, 7_037_037_036.7, pd.NA),
        (7_037_037_036.71, 7_037_037_036.7, True),
        (0.1 + 0.2, 0.3, pd.NA),
        (0.2, 0.3, False),
        (None, 0.3, pd.NA),
    ],
)
def test_what_only_floats_tell_apart_is_not_better(
    value: float | None, previous: float, is_better: bool
) -> None:
    table = build_key_figures([KeyFigure("revenue", "EUR", value, previous, better=1)])

    assert table["is_better"].equals(pd.Series([is_better], dtype="boolean"))
