"""What tasks weigh in counts: one each, or a number such as their story points."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_text
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.gid_columns import is_gid_column
from asana_frames.rollups.shared.inputs import read_frame


class Weights(NamedTuple):
    """The weight of each task, 0 for a missing one, and which weights are missing."""

    values: npt.NDArray[np.float64] | None
    is_missing: npt.NDArray[np.bool_]

    @property
    def dtype(self) -> str:
        """The dtype of sums: counts are whole numbers."""
        return "Int64" if self.values is None else "Float64"


def check_weight(weight: str | None) -> None:
    """Raise an error unless ``weight`` is None or text.

    Raises
    ------
    InvalidArgument
        It is something else.
    """
    if weight is not None:
        check_text(weight, name="weight", like="cf_Story points")


def check_weight_column(tasks: Any, weight: str | None, *, what: str) -> None:
    """Raise an error if ``weight`` is the name of a custom field and not that of its column.

    Raises
    ------
    InvalidArgument
        The message has the name of the column.
    """
    columns = getattr(tasks, "columns", ())
    if weight is not None and weight not in columns and f"{PREFIX}{weight}" in columns:
        raise InvalidArgument(
            f"{what}: weight={weight!r} is not a column; use weight={PREFIX + weight!r}."
        )


def read_weights(tasks: pd.DataFrame, weight: str | None, *, what: str) -> Weights:
    """Return the weights of tasks.

    Parameters
    ----------
    tasks
        The tasks, in the order of the result.
    weight
        A column of numbers; None for a weight of 1 each.
    what
        The name of the calling function, for messages.

    Raises
    ------
    InvalidArgument
        The column is missing, or holds something else.
    """
    if weight is None:
        return Weights(None, np.zeros(len(tasks), dtype=bool))
    read = read_frame(tasks, [weight], what=what, kinds={weight: "number"})
    if is_gid_column(weight) or read[weight].dtype.kind == "b":
        raise InvalidArgument(f"{what}: weight={weight!r} does not hold numbers to add up.")
    values = read[weight].to_numpy("float64", na_value=np.nan)
    if np.isinf(values).any():
        raise InvalidArgument(f"{what}: {weight} is infinite in {np.isinf(values).sum()} task(s).")
    is_missing = np.isnan(values)
    return Weights(np.where(is_missing, 0.0, values), is_missing)
