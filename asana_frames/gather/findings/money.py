"""What the money report finds: budgets that are over or at risk, hours without a rate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from asana_frames.display.sentences import (
    count_noun,
    format_amount,
    format_day,
    format_figure,
    format_hours,
    format_share,
    list_some,
)
from asana_frames.gather.findings.findings import (
    Finding,
    Group,
    Tile,
    build_count_tile,
    build_findings,
    build_hours_tile,
    build_tiles,
    choose_verb,
    label_rows,
)
from asana_frames.gather.findings.hours import build_billable_tile
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.key_figures import TINY

#: The findings that are about budgets.
BUDGET_KINDS = ("over budget", "at risk", "unpriced budget", "no total")
#: Currencies that have a tile of their own.
_MOST_CURRENCIES = 3


def list_money_findings(
    by_project: pd.DataFrame, budgets: pd.DataFrame, projects: pd.DataFrame, as_of: str = ""
) -> pd.DataFrame:
    """List budgets that are over, at risk or run out, hours without a rate, and what cost most.

    A budget is *over* if more than its total is used, *at risk* as ``state`` of
    ``rollups.budget_status`` says: 90 % are used, or at the pace of the last weeks it is
    exhausted before its project is due. Hours are *unpriced* if no rate applies to them. A budget
    with such hours, or *without a total*, may be over. Where there are budgets, and none of them
    is over, at risk, without a total or has unpriced hours, a sentence says so.

    Parameters
    ----------
    by_project, budgets
        The tables of `MoneyReport`.
    projects
        As ``asana.projects`` returns them: teams tell projects of one name apart.
    as_of
        When budgets stand so, such as ``as of 28 Nov 2026``, if the report ends before.

    Returns
    -------
    DataFrame
        As in `build_findings`.
    """
    if by_project.empty:
        return build_findings([Finding("note", "empty", "No time entry counts on these days.")])
    teams = _find_teams(projects)
    rows = budgets.reset_index(drop=True)
    labels = name_budgets(budgets, projects)
    group = Group(rows.assign(gid=rows["budget_gid"], label=labels), "budget", as_of=as_of)
    return build_findings(
        [
            _find_over(group),
            _find_at_risk(group),
            _find_unpriced(by_project, teams),
            _find_unpriced_budgets(group),
            _find_without_total(group),
            *_find_top(by_project, teams),
            _find_all_well(group),
        ]
    )


def name_budgets(budgets: pd.DataFrame, projects: pd.DataFrame) -> list[str]:
    """Return what sentences call budgets: their projects, each by a name of its own."""
    return _name_projects(budgets, _find_teams(projects))


def build_money_tiles(
    by_project: pd.DataFrame, billable: pd.DataFrame, budgets: pd.DataFrame, as_of: str = ""
) -> pd.DataFrame:
    """Return the figures of money: cost by currency, hours, billable share, budgets.

    The arguments are those of `list_money_findings`.

    Returns
    -------
    DataFrame
        As in `build_tiles`.
    """
    hours = float(by_project["hours"].sum())
    bare = float(by_project["hours"][by_project["currency_code"].isna()].sum())
    costs = by_project.dropna(subset="currency_code").groupby("currency_code")["amount"].sum()
    costs = costs.astype(float).sort_values(ascending=False)
    shares = [float(billable[name].sum()) for name in ("billable_hours", "non_billable_hours")]
    states = budgets["state"]
    over, at_risk = (int((states == state).sum()) for state in ("over", "at risk"))
    of = ", ".join(filter(None, [f"of {len(budgets):,}", as_of]))
    return build_tiles(
        [
            *_build_cost_tiles(costs),
            build_hours_tile("Hours", hours),
            build_billable_tile(*shares),
            _build_unpriced_tile(bare, hours),
            build_count_tile("Budgets over", over, of, "alert"),
            build_count_tile("Budgets at risk", at_risk, of, "warning"),
        ]
    )


def _build_cost_tiles(costs: pd.Series[float]) -> list[Tile]:
    """Return the tiles of the first currencies; the last says how many others there are."""
    shown = costs.head(_MOST_CURRENCIES)
    tiles = [
        Tile("Cost", format_amount(cost, str(code)), cost, str(code))
        for code, cost in shown.items()
    ]
    if others := len(costs) - len(shown):
        note = f"and {count_noun(others, 'more currency', 'more currencies')}"
        tiles[-1] = replace(tiles[-1], note=note)
    return tiles


def _build_unpriced_tile(bare: float, hours: float) -> Tile | None:
    if not bare:
        return None
    note = f"{format_share(bare / hours)} of the hours"
    return build_hours_tile("Hours without a rate", bare, note, "warning")


def _find_teams(projects: pd.DataFrame) -> pd.Series[str]:
    """Return the name of the team of each project by its gid."""
    teams: pd.Series[str] = projects.drop_duplicates("gid").set_index("gid")["team_name"]
    return teams


def _name_projects(rows: pd.DataFrame, teams: pd.Series[str]) -> list[str]:
    """Return a name per row that is unique by project, and "no project" where there is none."""
    facts = rows["project_gid"].map(teams)
    names = label_rows(rows["project_name"], rows["project_gid"], facts)
    return [name or "no project" for name in names]


def _find_over(group: Group) -> Finding | None:
    over = group.rows[group.rows["state"] == "over"].sort_values("share", ascending=False)
    measures = [
        f"by {_format_in_unit(-remaining, unit)}"
        + ("" if pd.isna(share) else f" ({format_share(share)} used)")
        for remaining, share, unit in zip(
            *(over[name] for name in ("remaining", "share", "units")), strict=True
        )
    ]
    return group.find("alert", "over budget", over, ("is over", "are over"), measures)


def _find_at_risk(group: Group) -> Finding | None:
    rows = group.rows[group.rows["state"] == "at risk"].sort_values("share", ascending=False)
    measures = [_describe_budget_use(row) for _, row in rows.iterrows()]
    return group.find("warning", "at risk", rows, ("is at risk", "are at risk"), measures)


def _describe_budget_use(budget: pd.Series[Any]) -> str:
    share, day = budget["share"], budget["exhausted_on"]
    # There is no share of a total of 0.
    parts = [
        f"a total of {_format_in_unit(budget['total'], budget['units'])}"
        if pd.isna(share)
        else f"{format_share(share)} used"
    ]
    parts += [] if pd.isna(day) else [f"exhausted about {format_day(day)}"]
    return f"({', '.join(parts)})"


def _format_in_unit(amount: float, unit: Any) -> str:
    # Of a budget that is neither set nor used, no currency is known.
    return format_figure(amount) if pd.isna(unit) else format_amount(amount, str(unit))


def _find_unpriced(by_project: pd.DataFrame, teams: pd.Series[str]) -> Finding | None:
    rows = by_project[by_project["currency_code"].isna() & is_true(by_project["hours"] > TINY)]
    rows = rows.sort_values("hours", ascending=False, kind="stable")
    if rows.empty:
        return None
    hours = float(rows["hours"].sum())
    labels = _name_projects(rows, teams)
    named = [
        f"{label} ({format_hours(one)})" for label, one in zip(labels, rows["hours"], strict=True)
    ]
    share = format_share(hours / float(by_project["hours"].sum()))
    text = format_hours(hours)
    verb, their = choose_verb(text, "has", "have"), choose_verb(text, "its", "their")
    sentence = (
        f"{text} ({share}) {verb} no rate, so {their} cost is not counted: {list_some(named)}. "
        "Tables of cost list such hours in rows of their own, without a currency."
    )
    return Finding("warning", "unpriced", sentence)


def _find_unpriced_budgets(group: Group) -> Finding | None:
    rows = group.rows
    hit = rows[is_true(rows["unpriced_hours"] > TINY) | (rows["state"] == "unpriced")]
    words = "hours without a rate, so more is used than shown"
    return group.find("note", "unpriced budget", hit, (f"has {words}", f"have {words}"))


def _find_without_total(group: Group) -> Finding | None:
    hit = group.rows[group.rows["state"] == "no total"]
    return group.find("note", "no total", hit, ("has no total", "have no total"))


def _find_top(by_project: pd.DataFrame, teams: pd.Series[str]) -> list[Finding]:
    """Return what cost most, in each currency."""
    found = []
    priced = by_project.dropna(subset=["currency_code", "amount"])
    for code, rows in priced.groupby("currency_code"):
        total = float(rows["amount"].sum())
        first = rows.sort_values("amount", ascending=False, kind="stable").head(3)
        if len(rows) < 2 or total <= 0:
            continue
        labels = _name_projects(rows, teams)
        names = dict(zip(rows.index, labels, strict=True))
        named = [
            f"{names[place]} ({format_amount(one, str(code))}, {format_share(one / total)})"
            for place, one in first["amount"].items()
        ]
        name, gid = names[first.index[0]], first["project_gid"].iloc[0]
        sentence = f"The highest costs are those of {list_some(named)}."
        gid = None if pd.isna(gid) else str(gid)
        found.append(Finding("note", "highest cost", sentence, None, name, gid))
    return found


def _find_all_well(group: Group) -> Finding | None:
    if group.rows.empty or (group.rows["state"] != "ok").any():
        return None
    sentence = f"No budget is over or at risk {group.as_of}".rstrip()
    return Finding("good", "within budget", f"{sentence}.")
