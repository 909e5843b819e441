"""Chart of money: revenue, cost and margin over time, or by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    set_span,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import (
    Numbers,
    check_own_rows,
    column_numbers,
    list_keys,
    read_input,
)
from asana_frames.charts.shared.dates import (
    FEW,
    Step,
    day_positions,
    describe_period,
    fill_periods,
    find_step,
    label_period_axis,
    period_edges,
    period_ends,
    suggest_weeks,
    unique_days,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import find_background, mix_ink, shade
from asana_frames.charts.shared.labels import (
    find_named,
    format_exact,
    name_by_keys,
    name_leaders,
    unique_labels,
)
from asana_frames.charts.shared.partial import note_partial
from asana_frames.charts.shared.rows import label_rows, select_branches
from asana_frames.charts.shared.stacked_bars import FEW_POINTS
from asana_frames.display.sentences import format_decimals, format_figure
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.key_figures import NOISE, TINY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_SOURCE = "rollups.margin"
#: What is drawn as bars, and its colour: of a table of margins, else of one of amounts.
_SIDES = {"revenue": SERIES[0], "cost": SERIES[1]}
_AMOUNT = {"amount": SERIES[0]}
#: Columns that are read where they exist.
_OPTIONAL = {"unpriced_hours": "number", "hours": "number", "period": "date"}
#: Columns that are not keys.
_NUMBERS = frozenset(
    {
        *("currency_code", "period", "hours", "rounded_hours", "rate", "amount"),
        *("revenue", "fees", "cost", "margin", "share", "unpriced_hours"),
    }
)
_MOST_ROWS = 25
#: From such amounts on, cents are not told.
_WHOLE = 1_000
#: The fewest numbers of which one is named as the highest.
_FEWEST = 2
#: Arguments of `set_heading`.
_Around: TypeAlias = dict[str, Any]
#: Between the bars of two rows or periods is that part of their distance.
_GAP = 0.24


class _Money(NamedTuple):
    """The rows of one currency, and what is said about the others."""

    rows: pd.DataFrame
    keys: list[str]
    currency: str
    unpriced: float

    @property
    def sides(self) -> dict[str, str]:
        return _SIDES if "revenue" in self.rows else _AMOUNT

    @property
    def what(self) -> str:
        """What the chart shows, for its title."""
        words = "revenue, cost and margin" if "margin" in self.rows else "amounts"
        return f"{words} in {self.currency}" if self.currency else words

    @property
    def main_column(self) -> str:
        """The column that labels and finding show: the margin, else the first amount."""
        return "margin" if "margin" in self.rows else next(iter(self.sides))

    def sum_by(self, groups: pd.Series) -> pd.DataFrame:
        """Sum by group, in order of first rows.

        A margin is missing if any part is; an amount only if all parts are. What floats leave of
        amounts that cancel out is 0.
        """
        names = [*self.sides, *(["margin"] if "margin" in self.rows else [])]
        grouped = self.rows[names].groupby(groups, sort=False, dropna=False, observed=True)
        sums = grouped.sum(min_count=1)
        size = self.rows[names].abs().groupby(groups, sort=False, dropna=False, observed=True)
        noise = (NOISE * size.max().max(axis="columns")).clip(lower=TINY)
        sums = sums.mask(sums.abs().le(noise, axis="index"), 0.0)
        if "margin" in names:
            is_lost = (
                self.rows["margin"]
                .isna()
                .groupby(groups, sort=False, dropna=False, observed=True)
                .any()
            )
            sums["margin"] = sums["margin"].mask(is_lost)
        return sums


def money(
    table: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw revenue, cost and margin per period, or by key if there are no periods.

    Parameters
    ----------
    table
        What ``rollups.margin`` returns: ``currency_code``, ``revenue``, ``cost``, ``margin`` and
        mostly ``period`` or keys, which are all other columns. Or what ``rollups.cost`` and
        ``rollups.invoice`` return: ``currency_code`` and ``amount``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        With periods: bars of revenue and cost side by side, all keys added up, and a line of the
        margin, which has a gap where it is not known (hours without a rate or a cost). Without
        periods: two bars per key, the most money at the top, with a diamond at the margin, which
        is written beside them; where it is below 0, the diamond is red and the number bold. At
        most 25 keys, the one that the subtitle names among them, a note counts the others. Other
        notes tell the hours without a rate or a cost, and the money without a day. Tables of
        amounts have one bar in place of two, and no margin. The subtitle names the period or key
        with the highest margin, or amount, and counts those below 0.

    Raises
    ------
    InvalidArgument
        A column is missing, ``ax``, ``title`` or ``subtitle`` cannot be used, or there are
        several currencies: the message says how to convert them, or to draw one.
    """
    titles = Titles(title, subtitle)
    given = read_input(
        table, ["currency_code"], chart="money", ax=ax, titles=titles, source=_SOURCE
    )
    needed = ["amount"] if "amount" in given else [*_SIDES, "margin"]
    given = read_input(
        given, needed, chart="money", ax=ax, titles=titles, source=_SOURCE, kinds=_OPTIONAL
    )
    found = _read_money(given, needed)
    has_periods = "period" in found.rows and not found.rows.empty
    if not has_periods:
        check_own_rows(ax)
    if ax is None:
        ax = new_axes(height=4.6 if has_periods else _find_height(found))
    what = found.what if has_periods else name_by_keys(found.what, found.keys)
    around = _draw_over_time(ax, found) if has_periods else _draw_by_key(ax, found)
    set_heading(ax, table, what, titles, **around)
    return make_room(ax)


def _find_height(found: _Money) -> float:
    count = len(found.rows[found.keys].drop_duplicates()) if found.keys else 1
    return 0.4 * min(count, _MOST_ROWS) + 1.9


def _read_money(table: pd.DataFrame, names: Sequence[str]) -> _Money:
    # A file has empty text where a currency is missing.
    codes = [code for code in table["currency_code"].dropna().astype(str).unique() if code]
    if len(codes) > 1:
        raise InvalidArgument(
            f"charts.money draws one currency, and these are {', '.join(codes)}. Convert them "
            f"with currency= and exchange_rates= of rollups.margin, or draw one: "
            f"table[table['currency_code'] == {codes[0]!r}]."
        )
    keys = list_keys(table, _NUMBERS)
    rows = table.reset_index(drop=True)
    rows = rows.assign(**{name: column_numbers(rows, name) for name in names})
    lacking = np.zeros(1)
    if "unpriced_hours" in rows:
        lacking = column_numbers(rows, "unpriced_hours")
    elif "hours" in rows:
        lacking = column_numbers(rows, "hours")[rows[names[0]].isna()]
    unpriced = float(np.nansum(lacking))
    return _Money(rows, keys, codes[0] if codes else "", unpriced)


def _note_unpriced(found: _Money) -> str:
    if not found.unpriced:
        return ""
    hours = format_figure(found.unpriced)
    if "margin" not in found.rows:
        return f"{hours} h without a rate"
    return f"{hours} h without a rate or a cost, where the margin is unknown"


def _draw_over_time(ax: Axes, found: _Money) -> _Around:
    """Draw bars by period; return what stands around the axes."""
    is_dated = found.rows["period"].notna()
    undated = found.sum_by(is_dated).reindex([False])[list(found.sides)].iloc[0].fillna(0)
    left = ", ".join(f"{name} {format_exact(value)}" for name, value in undated.items() if value)
    notes = [_note_unpriced(found), f"without a date: {left}" if left else ""]
    found = found._replace(rows=found.rows[is_dated])
    if found.rows.empty:
        draw_empty(ax, "No money with a date")
        return {"notes": notes}
    starts = found.rows["period"].astype("datetime64[us]")
    step = find_step(unique_days(starts), found.rows.attrs.get("every"))
    days = fill_periods(unique_days(starts), step)
    sums = found.sum_by(starts)
    is_gap = ~np.isin(days.astype("datetime64[us]"), sums.index.to_numpy())
    sums = sums.reindex(days.astype("datetime64[us]"))
    sums.loc[is_gap] = 0.0
    drawn = _draw_periods(ax, sums, found.sides, step)
    set_plain_style(ax, grid="y")
    _mark_zero(ax, sums, across="y")
    ax.set_ylabel(found.currency, fontsize=font_size(ax) + 1)
    names = [describe_period(day, step) for day in sums.index]
    return {
        "finding": _summarise(found, names, sums),
        "notes": [*notes, *note_partial(found.rows, days, step), suggest_weeks(days, step)],
        "days": (days[0], period_ends(days, step)[-1] - 1),
        "legend": drawn if len(drawn) > 1 else {},
    }


def _summarise(found: _Money, names: Sequence[str], sums: pd.DataFrame) -> str:
    """Return a sentence with the highest number that is told, and how many are below 0."""
    values = column_numbers(sums, found.main_column)
    if np.isnan(values).all() or len(values) < _FEWEST:
        return ""
    most = name_leaders(names, values)
    money = f"{_format_money(float(np.nanmax(values)))} {found.currency}".rstrip()
    losses = int((values < -TINY).sum())
    lost = f"; {losses} of {len(values)} below 0" if losses else ""
    return f"Highest {found.main_column}: {most}, {money}{lost}."


def _format_money(value: float) -> str:
    """Return an amount as text, without cents where there are thousands.

    Examples
    --------
    >>> _format_money(7046.5), _format_money(46.25)
    ('7,047', '46.25')
    """
    return format_decimals(value, 0) if abs(value) >= _WHOLE else format_exact(value)


def _draw_periods(
    ax: Axes, sums: pd.DataFrame, sides: dict[str, str], step: Step
) -> dict[str, Artist]:
    """Draw a bar per side and period, or outlines for many periods, and the line of margins."""
    days = sums.index.to_numpy("datetime64[D]")
    places = day_positions(days)
    label_period_axis(ax, days, step)
    set_span(ax, places[0], places[-1], margin=0.7 * step.days, least=5 * step.days)
    drawn: dict[str, Artist] = {}
    width = (1 - _GAP) * step.days / len(sides)
    for at, (name, colour) in enumerate(sides.items()):
        heights, colour = column_numbers(sums, name), shade(ax, colour)
        if len(sums) > FEW_POINTS:
            edges = period_edges(days, step)
            drawn[name] = ax.stairs(heights, edges, fill=at == 0, color=colour, linewidth=1.2)
            continue
        shift = (at - (len(sides) - 1) / 2) * width
        drawn[name] = ax.bar(places + shift, heights, width, color=colour)[0]
    if "margin" in sums and sums["margin"].notna().any():
        (drawn["margin"],) = ax.plot(
            places,
            column_numbers(sums, "margin"),
            color=mix_ink(ax),
            linewidth=1.2,
            marker="D" if len(sums) <= FEW else "",
            markersize=4,
            markerfacecolor=find_background(ax),
        )
    return drawn


def _mark_zero(ax: Axes, sums: pd.DataFrame, *, across: str) -> None:
    if (sums < -TINY).any(axis=None):
        line = ax.axhline if across == "y" else ax.axvline
        line(0, color=mix_ink(ax), linewidth=0.8)


def _draw_by_key(ax: Axes, found: _Money) -> _Around:
    """Draw bars by key; return what stands around the axes."""
    if found.rows.empty:
        draw_empty(ax, "No money")
        return {}
    labels = unique_labels(found.rows, found.keys, max_name_length(ax, 30))
    whole = dict(zip(labels, unique_labels(found.rows, found.keys, LONGEST_NAME), strict=True))
    sums = found.sum_by(labels)
    size = sums[list(found.sides)].abs().max(axis=1)
    sums = sums.loc[size.sort_values(ascending=False, kind="stable").index]
    # Two bars need more height than a line of text.
    most = max(1, count_fitting_rows(ax, 2 * _MOST_ROWS, reserved=0.9) // 2)
    named = find_named(sums[found.main_column])
    places = select_branches([0] * len(sums), most, named)
    shown, hidden = sums.iloc[places], sums.drop(index=sums.index[places])
    drawn = _draw_rows(ax, shown, found)
    set_plain_style(ax, grid="x")
    _mark_zero(ax, shown, across="x")
    # Amounts of money are long.
    ax.locator_params(axis="x", nbins=max(2, min(7, int(1.3 * axes_width(ax)))))
    label_rows(ax, list(shown.index) if found.keys else ["all"])
    ax.set_xlabel(found.currency, fontsize=font_size(ax) + 1)
    rest = ", ".join(f"{name} {format_exact(hidden[name].sum())}" for name in found.sides)
    return {
        "finding": _summarise(found, [whole[label] for label in sums.index], sums),
        "notes": [
            f"{count_hidden(len(hidden))}: {rest}" if len(hidden) else "",
            _note_unpriced(found),
        ],
        "legend": drawn if len(drawn) > 1 else {},
    }


def _draw_rows(ax: Axes, sums: pd.DataFrame, found: _Money) -> dict[str, Artist]:
    """Draw a bar per side and row; mark the margin, and write the numbers that matter beside."""
    places = np.arange(len(sums))
    height = (1 - _GAP) / len(found.sides)
    drawn: dict[str, Artist] = {}
    for at, (name, colour) in enumerate(found.sides.items()):
        shift = (at - (len(found.sides) - 1) / 2) * height
        widths = column_numbers(sums, name)
        drawn[name] = ax.barh(places + shift, widths, height, color=shade(ax, colour))[0]
    values = column_numbers(sums, found.main_column)
    if found.main_column == "margin":
        drawn["margin (number at the right)"] = _mark_margins(ax, places, values)
    for place, value in zip(places, values, strict=True):
        text = "unknown" if np.isnan(value) else _format_money(value)
        write_beside_axes(ax, text, float(place), weight="bold" if value < -TINY else "normal")
    return drawn


def _mark_margins(ax: Axes, places: NDArray[np.int64], values: Numbers) -> Artist:
    """Mark margins, losses in red; return the mark of the legend, never that of a loss."""
    from matplotlib.lines import Line2D

    paper, ink, alarm = find_background(ax), mix_ink(ax), shade(ax, ALARM)
    is_loss = values < -TINY
    faces, edges = np.where(is_loss, alarm, paper), np.where(is_loss, paper, ink)
    colours: dict[str, Any] = {"facecolor": faces.tolist(), "edgecolor": edges.tolist()}
    ax.scatter(values, places, s=28, marker="D", zorder=3, **colours)
    usual: dict[str, Any] = {"mfc": paper, "mec": ink, "mew": 1.0}
    return Line2D([], [], linestyle="", marker="D", markersize=5, **usual)
