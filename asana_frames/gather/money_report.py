"""The money report: what tracked time costs, which part of it is billable, where budgets stand."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from asana_frames import rollups
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.gather.findings.findings import order_by_findings
from asana_frames.gather.findings.money import (
    BUDGET_KINDS,
    build_money_tiles,
    list_money_findings,
    name_budgets,
)
from asana_frames.gather.findings.report import describe_state
from asana_frames.gather.shared import (
    describe_report,
    list_tables,
    parse_days,
    read_tolerantly,
    record_gather,
    resolve_workspace,
)
from asana_frames.gather.time_entries import time_entries
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import Every, check_every
from asana_frames.rollups.time.grouping import Approval, Billable, Selection
from asana_frames.types import Ref, When

_WHAT = "money_report"


class MoneyReport(NamedTuple):
    """The tables of a report of money.

    Attributes
    ----------
    start, end : date
        The first and the last day, both included.
    findings : DataFrame
        Budgets that are over or at risk, and hours without a rate: ``kind``, ``severity``
        (``alert``, ``warning``, ``note``, ``good``), ``sentence``, ``count``, ``name``, ``gid``,
        the most severe first; the rules are those of
        ``gather.findings.money.list_money_findings``.
    tiles : DataFrame
        The main figures: ``label``, ``text``, ``value``, ``unit``, ``note``, ``severity``.
    tracked : DataFrame
        The time tracking entries, as ``asana.time_tracking_entries.list`` returns them.
    projects : DataFrame
        The projects of the workspace, as ``asana.projects.list`` returns them.
    by_project, by_person : DataFrame
        The cost by project and by person, see ``rollups.cost``.
    by_period : DataFrame
        The cost by period, see ``rollups.cost``.
    billable : DataFrame
        Billable and other hours by person and period, see ``rollups.billable``.
    invoice : DataFrame
        The lines of an invoice by project and person, see ``rollups.invoice``.
    budgets : DataFrame
        Where the budgets stand, see ``rollups.budget_status``.
    unpriced : DataFrame
        The hours by project and person to which no rate applies.
    as_of : date
        The day of the present moment, on which budgets are looked at.
    """

    start: dt.date
    end: dt.date
    findings: pd.DataFrame
    tiles: pd.DataFrame
    tracked: pd.DataFrame
    projects: pd.DataFrame
    by_project: pd.DataFrame
    by_person: pd.DataFrame
    by_period: pd.DataFrame
    billable: pd.DataFrame
    invoice: pd.DataFrame
    budgets: pd.DataFrame
    unpriced: pd.DataFrame
    as_of: dt.date

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name."""
        return list_tables(self)

    def main_tables(self) -> dict[str, pd.DataFrame]:
        """Return cost and budgets for a summary, the highest and the most used first.

        Before the others come the budgets that findings name.
        """
        down: dict[str, Any] = {"ascending": False, "kind": "stable", "ignore_index": True}
        columns = ["project_gid", "project_name", "used", "total", "units", "share", "due_on"]
        budgets = self.budgets.sort_values("share", **down)
        labels = name_budgets(budgets, self.projects)
        found = self.findings[self.findings["kind"].isin(BUDGET_KINDS)]
        budgets = order_by_findings(budgets, labels, found)
        return {
            "Budgets": budgets[[*columns, "state"]],
            "Cost by project": self.by_project.sort_values("amount", **down),
        }

    def __repr__(self) -> str:
        return describe_report(self)


class _Frames(NamedTuple):
    """What is read of a workspace."""

    tracked: pd.DataFrame
    projects: pd.DataFrame
    rates: pd.DataFrame
    budgets: pd.DataFrame
    #: All time of the projects that have a budget: a budget has no days.
    spent: pd.DataFrame


def money_report(
    asana: Asana,
    workspace: Ref,
    start: When | None = None,
    end: When | None = None,
    *,
    every: Every = "MS",
    billable: Billable = "any",
    approval: Approval | None = None,
    now: When | None = None,
) -> MoneyReport:
    """Report what tracked time costs, which part is billable, and where budgets stand.

    Hours count to the project that they are attributable to in Asana, and cost what Asana's rate
    of their person in that project says, as in ``rollups.cost``.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row.
    start, end
        First and last day, both included. ``end`` is today if not given, ``start`` the first day
        of the month of ``end``.
    every
        A period, as in ``rollups.hours``.
    billable
        Which hours have a cost, as in ``rollups.cost``. Lines of the invoice are billable hours
        always; a budget counts by its own filter.
    approval
        ``"submitted"`` leaves out drafts and rejected entries, ``"approved"`` all that are not
        approved; budgets count all.
    now
        The present moment of all tables; also ``end`` if that is not given.

    Returns
    -------
    MoneyReport
        The frames ``findings``, ``tiles``, ``tracked``, ``projects``, ``by_project``,
        ``by_person``, ``by_period``, ``billable``, ``invoice``, ``budgets`` (of projects with time
        on these days) and ``unpriced``; `MoneyReport` lists their columns. Sources: ``GET
        /time_tracking_entries``, ``GET /projects``, ``GET /rates``, ``GET /budgets``.

    Raises
    ------
    InvalidArgument
        ``start`` lies after ``end``, or an argument is not valid.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox(now="2026-11-02")
    >>> report = money_report(asana, "Acme", "2026-10-01", "2026-10-31")
    >>> report.by_period["period"].dt.strftime("%Y-%m-%d").unique().tolist()
    ['2026-10-01']
    """
    check_every(every)
    Selection(billable=billable, approval=approval).check()
    first, final = parse_days(start, end, now, lambda last: last.replace(day=1))
    with record_gather(asana, _WHAT) as last:
        frames = _read_frames(asana, last, workspace, first, final)
    last.rows = len(frames.tracked)
    selected: Any = {"billable": billable, "approval": approval, "now": now}
    price: Any = partial(rollups.cost, frames.tracked, frames.rates, **selected)
    pairs = price(["project", "person"])
    is_bare = pairs["currency_code"].isna()
    by_project = price("project")
    billed = rollups.billable(frames.tracked, "person", every, approval=approval, now=now)
    budgets = rollups.budget_status(
        frames.budgets, frames.spent, frames.rates, projects=frames.projects, now=now
    )
    unpriced = pairs.loc[is_bare].drop(columns=["currency_code", "amount"])
    unpriced = unpriced.reset_index(drop=True)
    today = resolve_today(now).date()
    as_of = describe_state(today, final)
    return MoneyReport(
        first,
        final,
        list_money_findings(by_project, budgets, frames.projects, as_of),
        build_money_tiles(by_project, billed, budgets, as_of),
        frames.tracked,
        frames.projects,
        by_project,
        price("person"),
        price(None, every),
        billed,
        rollups.invoice(frames.tracked, frames.rates, approval=approval),
        budgets,
        unpriced,
        today,
    )


def _read_frames(
    asana: Asana, last: LastCall, workspace: Ref, first: dt.date, final: dt.date
) -> _Frames:
    gid = resolve_workspace(asana, workspace)

    def add_failures(frame: pd.DataFrame) -> pd.DataFrame:
        last.add_failures(asana.last)
        return frame

    tracked = add_failures(time_entries(asana, gid, first, final))
    projects = add_failures(asana.projects.list(workspace=gid))
    homes = tracked["attributable_to_gid"].dropna().unique().tolist()
    rates = add_failures(read_tolerantly(asana, partial(asana.rates.list, parent=homes)))
    budgets = add_failures(read_tolerantly(asana, partial(asana.budgets.list, parent=homes)))
    planned = budgets["parent_gid"].dropna().unique().tolist()
    read_spent = partial(asana.time_tracking_entries.list, attributable_to=planned)
    spent = add_failures(read_tolerantly(asana, read_spent)) if planned else tracked.head(0)
    return _Frames(tracked, projects, rates, budgets, spent)
