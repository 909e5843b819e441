"""Names of budgets on charts."""

from __future__ import annotations

import pandas as pd

from asana_frames.charts.shared.labels import format_value, unique_labels
from asana_frames.display.sentences import cut_name


def label_budgets(budgets: pd.DataFrame, longest: int) -> pd.Series:
    """Return the label of each row's budget; different budgets have different labels.

    Budgets are named by project and units: a project may have one of time and one of cost.

    Parameters
    ----------
    budgets
        ``budget_gid``, ``project_name`` and ``units``; ``project_gid`` tells projects of one name
        apart.
    longest
        The most letters of a label, as in ``unique_labels``.
    """
    projects = budgets["project_name"].map(format_value)
    ends = pd.Series("", index=budgets.index)
    if "project_gid" in budgets:
        # Budgets of two projects of one name look like two of one project.
        is_shared = budgets["project_gid"].groupby(projects).transform("nunique") > 1
        ends = (" …" + budgets["project_gid"].astype(str).str[-4:]).where(is_shared, "")
    # The project is shortened, so that the units stay whole.
    most = longest - len(" (hours)")
    names = [
        f"{cut_name(project, most - len(end))}{end} ({format_value(units)})"
        for project, end, units in zip(projects, ends, budgets["units"], strict=True)
    ]
    columns = {"budget_gid": budgets["budget_gid"], "budget_name": names}
    named = pd.DataFrame(columns, index=budgets.index)
    return unique_labels(named, ["budget_gid", "budget_name"], longest)
