"""Chart of the dates on which all tasks may be completed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    annotate_right,
    axes_height,
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
    sort_dated,
)
from asana_frames.charts.shared.dates import day_positions, label_date_axis
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import (
    MUTED,
    QUIET_TEXT,
    TEXT_CONTRAST,
    find_background,
    mix_ink,
    shade,
)
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import label_rows, select_branches
from asana_frames.display.sentences import count_noun, format_day, format_figure, format_share

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = ["kind", "probability", "done", "date", "periods", "never", "history_periods", "today"]
_WHAT = "when all is done"
#: Where there is room for one percentile, it is the one nearest to this.
_USUAL = 0.85
#: With more dates the bars are one outline.
_MANY_BARS = 200
_MANY_GROUPS = 60
#: Distance of words that stand one below the other, as a multiple of their size.
_LINE_HEIGHT = 2.0
#: Place, words, colour and style of a line.
Mark: TypeAlias = tuple[float, str, str, str]
#: Styles of the lines of percentiles, the highest last.
_STYLES = (":", "-.", "--", "-")


def forecast(
    forecast: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how likely each completion date is, with today, targets and percentiles.

    Parameters
    ----------
    forecast
        What ``rollups.forecast`` returns: ``kind``, ``probability``, ``done``, ``date``,
        ``periods``, ``never``, ``history_periods``, ``today``, and the key columns. Days that
        were passed to it as ``dates=`` are the targets.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Of one group, a bar per date, in percent of the runs. Lines mark today, the percentiles,
        and each target with the chance that all is done by then. A note tells how much is left,
        how many past periods were drawn from, and the share of the runs that is never done. The
        subtitle gives the date of the percentile nearest to 85 %, and the chance of the first
        target.

        Of several groups, a line each from its first percentile to its last, with a dot per
        percentile, and targets as crosses, those that are done first at the top. Beside it stands
        the chance of the target, or the date of the percentile nearest to 85 %; beside those that
        are never done it says so. A note counts the groups for which there is no room. The
        subtitle names the group whose date of this percentile is the last, of all groups, and
        one that has no such date, or counts them; those that it names are always drawn.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles, kinds = Titles(title, subtitle), {"done": "number"}
    forecast = read_input(forecast, _NEEDED, chart="forecast", ax=ax, kinds=kinds, titles=titles)
    keys = list_keys(forecast, [*_NEEDED, "unweighted"])
    # A date without its percentile says nothing; a target may be without a chance.
    is_usable = forecast["probability"].notna() | forecast["kind"].eq("chance").fillna(False)
    rows = forecast[is_usable.to_numpy(dtype=bool)].reset_index(drop=True)
    finish = _select_kind(rows, "finish")
    if finish.empty:
        ax = new_axes(height=4.2) if ax is None else ax
        set_heading(ax, forecast, _WHAT, titles)
        return draw_empty(ax, "No forecast")
    longest = LONGEST_NAME if ax is None else max_name_length(ax)
    labels = unique_labels(rows, keys, longest)
    groups = list(dict.fromkeys(labels[finish.index]))
    if len(groups) > 1:
        return _draw_groups(rows, labels, groups, ax, titles)
    return _draw_one(rows, ax, titles)


def _draw_one(rows: pd.DataFrame, ax: Axes | None, titles: Titles) -> Axes:
    """Draw the distribution of one group."""
    finish = _select_kind(rows, "finish")
    dated = sort_dated(_select_kind(rows, "distribution"), "date")
    ax = new_axes(height=4.2) if ax is None else ax
    notes = _list_notes(finish.iloc[0])
    if dated.empty:
        set_heading(ax, rows, _WHAT, titles, notes=notes)
        is_known = finish["never"].notna().any()
        return draw_empty(ax, "Never at this pace" if is_known else "No past to draw from")
    dates = day_positions(dated["date"].to_numpy("datetime64[D]"))
    chances = 100 * np.diff(column_numbers(dated, "probability"), prepend=0.0)
    step = float(np.diff(dates).min()) if len(dates) > 1 else 1.0
    _draw_chances(ax, dates, chances, step)
    targets = _select_kind(rows, "chance")
    marks = [*_read_marks(ax, finish), *_read_targets(ax, targets)]
    today = float(day_positions(finish["today"].to_numpy("datetime64[D]"))[0])
    places = [today, *dates[[0, -1]], *(place for place, *_ in marks)]
    set_span(ax, min(places), max(places), margin=step, least=5 * step)
    highest = float(chances.max())
    # The marks need room above the bars, but no chance is above 100 %.
    line = _LINE_HEIGHT * font_size(ax) / 72 / axes_height(ax)
    ax.set_ylim(0, highest / max(0.4, 0.97 - (len(marks) + 1) * line))
    ax.set_yticks([tick for tick in ax.get_yticks() if tick <= min(100, 1.1 * highest)])
    label_date_axis(ax)
    set_plain_style(ax, grid="y")
    ax.set_ylabel("Chance (%)", fontsize=font_size(ax) + 1)
    _write_marks(ax, [(today, "today", mix_ink(ax, QUIET_TEXT), "-"), *marks], line)
    set_heading(ax, rows, _WHAT, titles, finding=_summarise(finish, targets), notes=notes)
    return make_room(ax)


def _summarise(finish: pd.DataFrame, targets: pd.DataFrame) -> str:
    """Say by when most runs are done, and how likely the first target is."""
    row = _select_usual(finish)
    share = _format_percentile(row["probability"])
    if pd.isna(row["date"]):
        told = [f"Fewer than {share} of the runs are ever done"]
    else:
        told = [f"Done by {format_day(row['date'])} in {share} of the runs"]
    known = targets[targets["probability"].notna()]
    if len(known):
        chance = format_share(known["probability"].iloc[0])
        told.append(f"by the target, {format_day(known['date'].iloc[0])}, in {chance}")
    return f"{'; '.join(told)}."


def _format_percentile(share: float) -> str:
    """Return a share that was asked for, which is not rounded as a chance is."""
    return f"{format_figure(100 * share)} %"


def _select_usual(finish: pd.DataFrame) -> pd.Series[Any]:
    """Return the row of the percentile nearest to the usual one."""
    nearest = (finish["probability"] - _USUAL).abs().argmin()
    row: pd.Series[Any] = finish.iloc[nearest]
    return row


def _list_notes(row: pd.Series[Any]) -> list[str]:
    """Say how much is left, what was drawn from, and how many runs are never done."""
    left = "" if pd.isna(row["done"]) else f"{format_figure(float(row['done']))} left"
    periods = row["history_periods"]
    past = f"drawn from {count_noun(int(periods), 'past period')}" if pd.notna(periods) else ""
    past = past if pd.isna(periods) or periods else "no past period"
    never = 0.0 if pd.isna(row["never"]) else float(row["never"])
    given_up = f"{format_share(never)} of the runs are never done" if never else ""
    return [", ".join(filter(None, [left, past])), given_up]


def _read_marks(ax: Axes, finish: pd.DataFrame) -> list[Mark]:
    """Return the marks of the percentiles; those of one date share one."""
    dated = sort_dated(finish, "date").sort_values(["date", "probability"], kind="stable")
    marks = []
    days = list(dated.groupby("date"))
    for (_, own), style in zip(days, _list_styles(len(days)), strict=True):
        shares = ", ".join(format_figure(share) for share in 100 * own["probability"])
        place = day_positions(own["date"].to_numpy("datetime64[D]"))[0]
        words = f"{shares} % by {format_day(own['date'].iloc[0])}"
        marks.append((float(place), words, mix_ink(ax), style))
    return marks


def _list_styles(count: int) -> Sequence[str]:
    return (*_STYLES[-count:],) if count <= len(_STYLES) else (_STYLES * count)[:count]


def _read_targets(ax: Axes, targets: pd.DataFrame) -> list[Mark]:
    """Return the marks of the targets."""
    chances = [
        "" if pd.isna(chance) else f": {format_share(chance)}" for chance in targets["probability"]
    ]
    places = day_positions(targets["date"].to_numpy("datetime64[D]"))
    colour = shade(ax, ALARM, TEXT_CONTRAST)
    return [
        (float(place), f"target {format_day(day)}{chance}", colour, "--")
        for place, day, chance in zip(places, targets["date"], chances, strict=True)
    ]


def _draw_chances(ax: Axes, dates: Numbers, chances: Numbers, step: float) -> None:
    if len(dates) > _MANY_BARS:
        # Dates on which no run ends are gaps.
        edges = np.arange(dates[0] - step / 2, dates[-1] + step, step)
        heights, _ = np.histogram(dates, edges, weights=chances)
        ax.stairs(heights, edges, fill=True, color=shade(ax, SERIES[0]))
    else:
        ax.bar(dates, chances, 0.9 * step, color=shade(ax, SERIES[0]))


def _write_marks(ax: Axes, marks: Sequence[Mark], line: float) -> None:
    """Draw a line per mark up to its words, which stand one below the other.

    First come those with words to the right of their line, from left to right, then those with
    words to the left, from right to left: so no line crosses the words of another.
    """
    low, high = ax.get_xlim()
    letter = 0.55 * font_size(ax) / 72 / axes_width(ax) * (high - low)
    widths = {mark: len(mark[1]) * letter for mark in marks}
    flipped = [mark[0] - width for mark, width in widths.items() if mark[0] + width > high]
    # Words to the left of a line would cross the lines that they cover.
    border = min(flipped, default=high)
    on_right = sorted(mark for mark in marks if mark[0] <= max(border, low + widths[mark]))
    on_left = sorted((mark for mark in marks if mark not in on_right), reverse=True)
    for row, (place, words, colour, style) in enumerate([*on_right, *on_left]):
        is_left = row >= len(on_right)
        height = 0.985 - line * row
        ax.axvline(place, 0, height, color=colour, linewidth=1.2, linestyle=style)
        annotate_right(
            ax,
            words,
            (place, height),
            points=-4 if is_left else 4,
            xycoords=ax.get_xaxis_transform(),
            ha="right" if is_left else "left",
            va="top",
            color=colour,
            bbox={"facecolor": find_background(ax), "edgecolor": "none", "pad": 0.8},
        )


def _draw_groups(
    rows: pd.DataFrame,
    labels: pd.Series,
    groups: Sequence[str],
    ax: Axes | None,
    titles: Titles,
) -> Axes:
    """Draw the span of the dates of each of several groups."""
    check_own_rows(ax)
    if ax is None:
        ax = new_axes(height=1.4 + 0.24 * min(len(groups), _MANY_GROUPS))
    usual = _find_usual(_select_kind(rows, "finish"), labels)
    shown = _select_groups(groups, usual, count_fitting_rows(ax, _MANY_GROUPS, reserved=0.9))
    place = labels.map({label: row for row, label in enumerate(shown)})
    rows = rows.assign(place=place)[place.notna()]
    finish, targets = _select_kind(rows, "finish"), _select_kind(rows, "chance")
    shares = [format_figure(100 * share) for share in sorted(finish["probability"].unique())]
    today = float(day_positions(finish["today"].to_numpy("datetime64[D]"))[0])
    legend: dict[str, Artist] = {
        "today": ax.axvline(today, color=mix_ink(ax, MUTED), linewidth=1.2),
        f"{', '.join(shares)} %": _draw_spans(ax, sort_dated(finish, "date")),
    }
    at = day_positions(targets["date"].to_numpy("datetime64[D]"))
    if len(at):
        legend["target"] = ax.scatter(
            at, targets["place"], s=42, marker="x", color=shade(ax, ALARM), zorder=4, linewidth=1.6
        )
    dated = sort_dated(rows[rows["kind"].isin(["finish", "chance"])], "date")
    places = np.append(day_positions(dated["date"].to_numpy("datetime64[D]")), today)
    set_span(ax, places.min(), places.max(), margin=0.02 * float(np.ptp(places)) + 1, least=14.0)
    set_plain_style(ax, grid="x")
    label_date_axis(ax)
    label_rows(ax, shown)
    for row, (_, own) in enumerate(finish.groupby("place")):
        write_beside_axes(ax, _describe_group(own, targets[targets["place"] == row]), row)
    set_heading(
        ax,
        rows,
        _WHAT,
        titles,
        finding=_name_last(usual),
        notes=[count_hidden(len(groups) - len(shown), "group")],
        legend=legend,
    )
    return make_room(ax)


def _find_usual(finish: pd.DataFrame, labels: pd.Series) -> dict[str, pd.Series[Any]]:
    """Return the usual percentile of each group."""
    groups = finish.groupby(labels[finish.index], sort=False)
    return {str(name): _select_usual(own) for name, own in groups}


def _find_last(usual: Mapping[str, pd.Series[Any]]) -> tuple[list[str], str]:
    """Return the groups without a date, and of the others that with the last one, or no name."""
    endless = [name for name, row in usual.items() if pd.isna(row["date"])]
    dated = [name for name in usual if name not in endless]
    return endless, max(dated, key=lambda name: usual[name]["date"], default="")


def _select_groups(
    groups: Sequence[str], usual: Mapping[str, pd.Series[Any]], most: int
) -> list[str]:
    """Return the groups that fit, those that the finding names among them."""
    endless, last = _find_last(usual)
    named = [groups.index(name) for name in [last, *endless[:1]] if name]
    return [groups[at] for at in select_branches([0] * len(groups), most, named)]


def _name_last(usual: Mapping[str, pd.Series[Any]]) -> str:
    """Name the group that most runs complete last, after those without a date."""
    endless, name = _find_last(usual)
    if not name:
        return "No group has a completion date."
    when, share = format_day(usual[name]["date"]), _format_percentile(usual[name]["probability"])
    last = f"{name}, by {when} in {share} of the runs."
    if not endless:
        return f"Last to finish: {last}"
    counted = f"{endless[0]} has" if len(endless) == 1 else f"{len(endless)} groups have"
    return f"{counted} no completion date; last to finish of the others: {last}"


def _select_kind(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the rows of a kind, by group, probability and date."""
    found = rows[(rows["kind"] == kind).to_numpy(dtype=bool, na_value=False)]
    order = [name for name in ("place", "probability", "date") if name in found.columns]
    return found.sort_values(order, kind="stable")


def _draw_spans(ax: Axes, dated: pd.DataFrame) -> Artist:
    """Draw a line per group from its first date to its last, and a dot on each."""
    at = pd.Series(day_positions(dated["date"].to_numpy("datetime64[D]")))
    ends = at.groupby(dated["place"].to_numpy(dtype="int64")).agg(["min", "max"])
    colour = shade(ax, SERIES[0])
    ax.hlines(ends.index, ends["min"], ends["max"], color=colour, linewidth=2.4)
    return ax.scatter(at, dated["place"], s=22, color=colour, zorder=3)


def _describe_group(finish: pd.DataFrame, targets: pd.DataFrame) -> str:
    """Say how likely the target is, or by when most of the runs are done."""
    if finish["never"].isna().all():
        return "no past to draw from"
    if finish["date"].isna().all():
        return "never at this pace"
    if len(targets) == 1 and targets["probability"].notna().all():
        return f"target: {format_share(targets['probability'].iloc[0])}"
    row = _select_usual(finish)
    share = _format_percentile(row["probability"])
    return f"{share}: {'never' if pd.isna(row['date']) else format_day(row['date'])}"
