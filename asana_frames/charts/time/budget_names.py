"""Names of budgets on charts."""

from __future__ import annotations

import pandas as pd

from asana_frames.charts.shared.labels import cut_name, format_value, unique_labels


def label_budgets(budgets: pd.DataFrame, longest: int) -> pd.Series:
    """Return the label of each row's budget; different budgets have different labels.

    Budgets are named by project and units: a project may have one of time and one of cost.

    Parameters
    ----------
    budgets
        ``budget_gid``, ``project_name`` and ``units``.
    longest
        The most letters of a label, as in ``unique_labels``.
    """
    pairs = zip(budgets["project_name"], budgets["units"], strict=True)
    # The project is shortened, so that the units stay whole.
    most = longest - len(" (hours)")
    names = [
        f"{cut_name(format_value(project), most)} ({format_value(units)})"
        for project, units in pairs
    ]
    columns = {"budget_gid": budgets["budget_gid"], "budget_name": names}
    named = pd.DataFrame(columns, index=budgets.index)
    return unique_labels(named, ["budget_gid", "budget_name"], longest)
