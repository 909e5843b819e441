"""``asana-frames report money``: cost, billable hours and budgets."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click
import pandas as pd

from asana_frames import charts, gather
from asana_frames.charts.shared.figures import draw_figure
from asana_frames.cli.connection import open_connection, print_failures, with_connection
from asana_frames.cli.errors import Command
from asana_frames.cli.now_option import with_now
from asana_frames.cli.reports import (
    ReportFiles,
    parse_formats,
    with_files,
    write_head,
    write_report,
)
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.gather.money_report import MoneyReport
from asana_frames.rollups.shared.periods import Every
from asana_frames.rollups.time.grouping import Approval, Billable

#: Height of a chart, in inches: of each row, and of the rest; and of one over time.
_ROW_HEIGHT, _MARGIN, _HEIGHT = 0.4, 1.6, 4.5
_MOST_ROWS = 25
#: Argument -> what it says in the notes.
_COUNTED = {"any": "All", "billable": "Billable", "non_billable": "Non-billable"}
_APPROVED = {
    "submitted": " that were submitted or approved",
    "approved": " that were approved",
}


@with_connection
@click.command("money", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day; that of the month of the last if not given.",
)
@click.option(
    "--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="Last day; --now if not given."
)
@click.option(
    "--every",
    default="MS",
    show_default=True,
    metavar="PERIOD",
    help="D (day), W or W-SUN (week), 4W, SMS-16 (half month), MS (month), QS or QS-FEB "
    "(quarter), YS or YS-JUL (year).",
)
@click.option(
    "--billable",
    default="any",
    show_default=True,
    type=click.Choice(get_args(Billable)),
    help="Which hours have a cost.",
)
@click.option(
    "--approval",
    type=click.Choice(get_args(Approval)),
    help="Leave out drafts and rejected entries, or all that are not approved.",
)
@with_now(
    "The present day (UTC), also where --to is earlier: the last day unless --to is given; later "
    "hours do not count, and budgets are looked at on it"
)
@with_files
def money_command(
    workspace: str,
    start: datetime | None,
    end: datetime | None,
    every: Every,
    billable: Billable,
    approval: Approval | None,
    now: datetime | None,
    formats: str,
    out: Path | None,
    use_sandbox: bool,
) -> None:
    """Report what tracked time costs, which part is billable, and where budgets stand.

    Budgets are those of the projects with time on these days.
    """
    chosen = parse_formats(formats)
    with open_connection(use_sandbox, now) as asana:
        report = gather.money_report(
            asana,
            workspace,
            start,
            end,
            every=every,
            billable=billable,
            approval=approval,
            now=now,
        )
        print_failures(asana)
    counted = f"{_COUNTED[billable]} entries{_APPROVED.get(approval or '', '')}"
    write_report(_build_files(workspace, report, counted), chosen, out)


def _build_files(workspace: str, report: MoneyReport, counted: str) -> ReportFiles:
    """Draw the charts of the report and title its tables."""
    tables = {
        "Cost by project": report.by_project,
        "Cost by person": report.by_person,
        "Cost by period": report.by_period,
        "Billable hours": report.billable,
        "Invoice lines": report.invoice,
        "Budgets": report.budgets,
        "Hours without a rate": report.unpriced,
    }
    main = _find_main_currency(report.by_project)
    shown = ("Cost by project", "Cost by person", "Cost by period")
    named = disambiguate_frames(tables, [report.projects])
    height = _ROW_HEIGHT * min(len(report.budgets), _MOST_ROWS) + _MARGIN
    budgets = partial(charts.budget_status, named["Budgets"])

    def draw() -> dict[str, Any]:
        costs = {title: _draw_money(_select_currency(named[title], main)) for title in shown}
        return {**costs, "Budgets": draw_figure(budgets, height=height)}

    notes = _write_notes(workspace, report, counted, main)
    return ReportFiles("money", "Cost of tracked time", notes, report, tables, named, draw)


def _find_main_currency(cost: pd.DataFrame) -> str | None:
    """Find the currency of most rows: charts draw one."""
    codes = cost["currency_code"].dropna()
    return None if codes.empty else str(codes.mode().iloc[0])


def _select_currency(table: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    """Select the rows of a currency, and those without one, whose hours are noted."""
    codes = table["currency_code"]
    return table[codes.isna() | (codes == currency)]


def _draw_money(table: pd.DataFrame) -> Any:
    over_time = "period" in table
    rows = min(len(table), _MOST_ROWS)
    height = _HEIGHT if over_time else _ROW_HEIGHT * rows + _MARGIN
    return draw_figure(partial(charts.money, table), height=height)


def _write_notes(workspace: str, report: MoneyReport, counted: str, main: str | None) -> list[str]:
    notes = [
        write_head(report, workspace),
        f"{counted} count, each to the project that it is attributable to in Asana, at the rate "
        f"of its person there.",
        "Budgets are those of projects with time on these days; they count all their days, by "
        "their own filter of billable time.",
    ]
    if report.by_project["currency_code"].nunique() > 1:
        notes.append(f"Charts of cost show {main} alone; currencies are never added.")
    return notes
