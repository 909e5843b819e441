"""Counts, days, amounts and lists as they stand in sentences for people."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence, Set
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

#: Not those of the locale: pages and sentences are in English.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: From here on a decimal is enough, and from here on decimals only distract.
_SOME, _MANY, _MUCH_MONEY = 10.0, 100.0, 1_000.0
#: Floats from here on have no reliable decimals; and less than this is an error of theirs.
_LARGE, _NOTHING = 1e15, 1e-9
#: Longer times are in weeks.
_MOST_DAYS = 20
_WEEK = 7
#: Fewest final characters of a gid that are added to tell names apart.
_SHORTEST_END = 4


def format_day(day: date) -> str:
    """Return a day in a form that is read alike everywhere.

    Examples
    --------
    >>> format_day(date(2026, 11, 2))
    '2 Nov 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_span(start: date | None, end: date | None) -> str:
    """Return a first and a last day, of which either may be missing.

    Examples
    --------
    >>> format_span(date(2026, 10, 1), date(2026, 11, 2))
    '1 Oct to 2 Nov 2026'
    >>> format_span(date(2026, 11, 1), date(2026, 11, 2))
    '1 to 2 Nov 2026'
    """
    if start is None or end is None:
        days = [("from", start), ("to", end)]
        known = [f"{word} {format_day(day)}" for word, day in days if day is not None]
        return known[0] if known else "all days"
    if start == end:
        return format_day(start)
    first = format_day(start)
    if start.year == end.year:
        first = first.removesuffix(f" {start.year}")
        if start.month == end.month:
            first = str(start.day)
    return f"{first} to {format_day(end)}"


def count_noun(count: int, noun: str, plural: str | None = None) -> str:
    """Return a number of things.

    Examples
    --------
    >>> count_noun(1, "project"), count_noun(1_200, "task"), count_noun(2, "person", "people")
    ('1 project', '1,200 tasks', '2 people')
    """
    return f"{count:,} {noun if abs(count) == 1 else plural or f'{noun}s'}"


def format_decimals(value: float, decimals: int) -> str:
    """Return a number with so many decimals; halves are rounded up, as people do.

    What is not nothing is not shown as 0. Errors of floating point are neither halves nor
    something.

    Examples
    --------
    >>> [format_decimals(value, 1) for value in (2376.25, 0.45, -0.05, -1e-12, 0.04, -0.04)]
    ['2,376.3', '0.5', '-0.1', '0.0', '<0.1', '-<0.1']
    """
    if abs(value) >= _LARGE or not math.isfinite(value):
        return f"{value:g}"
    step = Decimal(1).scaleb(-decimals)
    # The digits that a float keeps through sums.
    rounded = Decimal(f"{value:.14g}").quantize(step, ROUND_HALF_UP)
    if rounded or abs(value) < _NOTHING:
        # Adding 0 turns -0 into 0.
        return f"{rounded + 0:,f}"
    return f"<{step:f}" if value > 0 else f"-<{step:f}"


def strip_zeros(text: str) -> str:
    """Return a number without the zeros at the end of its decimals.

    Examples
    --------
    >>> strip_zeros("12.50"), strip_zeros("12.00"), strip_zeros("120"), strip_zeros("1.5e+20")
    ('12.5', '12', '120', '1.5e+20')
    """
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def format_share(share: float) -> str:
    """Return a share in whole percent; what is not quite all or nothing is not shown as that.

    Examples
    --------
    >>> [format_share(share) for share in (0.837, 0.125, 1.2, 0.9999, 0.001, 0.0)]
    ['84 %', '13 %', '120 %', '>99.9 %', '0.1 %', '0 %']
    """
    percent = 100 * float(share)
    text = format_decimals(percent, 1 if 0 < abs(percent) < 1 else 0)
    if text.lstrip("-") == "100" and abs(abs(percent) - 100) >= _NOTHING:
        text = format_decimals(percent, 1)
        if text.lstrip("-") == "100.0":
            edge = "99.9" if abs(percent) < 100 else "100"
            text = f">{edge}" if percent > 0 else f"<-{edge}"
    return f"{text.removesuffix('.0')} %"


def format_change(change: float) -> str:
    """Return a change in whole percent, with its sign; only no change at all is 0.

    Examples
    --------
    >>> [format_change(change) for change in (0.25, -0.2, 0.0, 0.00001, -0.00001)]
    ['+25 %', '-20 %', '0 %', '+<0.1 %', '-<0.1 %']
    >>> [format_change(change) for change in (0.99999, 1.0, 1.00001, -0.99999)]
    ['>+99.9 %', '+100 %', '>+100 %', '<-99.9 %']
    """
    text = format_share(change)
    if text == "0 %" or "-" in text:
        return text
    return f">+{text[1:]}" if text.startswith(">") else f"+{text}"


def format_points(points: float, limit: float = 0.0) -> str:
    """Return percentage points, whole ones unless that would show them as ``limit``.

    Examples
    --------
    >>> format_points(31.4), format_points(1.2), format_points(0.4)
    ('31 points', '1 point', '0.4 points')
    >>> format_points(10.2, 10), format_points(10.01, 10), format_points(10, 10)
    ('10.2 points', '>10 points', '10 points')
    """
    size, limit = abs(float(points)), abs(limit)
    text = format_decimals(size, 0) if size >= 1 else format_figure(size)
    if limit and text == f"{limit:.0f}" and abs(size - limit) >= _NOTHING:
        text = format_decimals(size, 1)
        if text == f"{limit:.1f}":
            text = f"{'>' if size > limit else '<'}{limit:.0f}"
    return f"{text} {'point' if text == '1' else 'points'}"


def format_figure(value: float) -> str:
    """Return a number for people: the more, the fewer decimals.

    Examples
    --------
    >>> [format_figure(value) for value in (1250.25, 68.84, 7.5, 0.25, 0.001, -0.001)]
    ['1,250', '68.8', '7.5', '0.25', '<0.01', '-<0.01']
    """
    decimals = 2 - sum(abs(float(value)) >= least for least in (_SOME, _MANY))
    return strip_zeros(format_decimals(value, decimals))


def format_hours(hours: float) -> str:
    """Return hours: the more, the fewer decimals.

    Examples
    --------
    >>> [format_hours(hours) for hours in (1250.25, 68.84, 7.5, 0.25, 1.0)]
    ['1,250 hours', '68.8 hours', '7.5 hours', '0.25 hours', '1 hour']
    """
    text = format_figure(hours)
    return f"{text} {'hour' if text == '1' else 'hours'}"


def format_amount(amount: float, unit: str) -> str:
    """Return an amount in a currency or hours.

    Examples
    --------
    >>> format_amount(5697.5, "EUR"), format_amount(12.5, "EUR"), format_amount(12.5, "hours")
    ('5,698 EUR', '12.50 EUR', '12.5 hours')
    """
    if unit == "hours":
        return format_hours(amount)
    return f"{format_decimals(amount, 0 if abs(amount) >= _MUCH_MONEY else 2)} {unit}"


def format_days(days: float) -> str:
    """Return a number of days, in weeks if there are many.

    Examples
    --------
    >>> format_days(1), format_days(12.5), format_days(36), format_days(0.2), format_days(-0.3)
    ('1 day', '13 days', '5 weeks', 'less than a day', 'less than a day')
    >>> format_days(-1), format_days(1e16)
    ('-1 day', '1.42857e+15 weeks')
    """
    text, unit = format_decimals(days, 0), "day"
    if text in ("<1", "-<1"):
        return "less than a day"
    if abs(days) >= _MOST_DAYS + 0.5:
        text, unit = format_decimals(days / _WEEK, 0), "week"
    return f"{text} {unit}" if text.lstrip("-") == "1" else f"{text} {unit}s"


def join_words(words: Sequence[str]) -> str:
    """Join words by commas, the last by "and".

    Examples
    --------
    >>> join_words(["Ana", "Ben", "Cem"])
    'Ana, Ben and Cem'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def list_some(words: Sequence[str], most: int = 3) -> str:
    """Join the first words, and count the others.

    Examples
    --------
    >>> list_some(["Ana", "Ben", "Cem", "Dan", "Eva"])
    'Ana, Ben, Cem and 2 more'
    """
    # One more takes no more space than its number.
    if len(words) <= most + 1:
        return join_words(words)
    return f"{', '.join(words[:most])} and {len(words) - most:,} more"


def wrap_text(text: str, letters: int, *, indent: str = "") -> list[str]:
    """Break a text into lines, but not between a number and its percent sign.

    Parameters
    ----------
    text
        The text.
    letters
        The most letters of a line.
    indent
        Begins each line but the first.

    Examples
    --------
    >>> wrap_text("All are at 94 % now.", 13)
    ['All are at', '94 % now.']
    """
    lines = textwrap.wrap(text.replace(" %", "\xa0%"), letters, subsequent_indent=indent)
    return [line.replace("\xa0%", " %") for line in lines]


def cut_name(name: str, longest: int) -> str:
    """Cut a name to that many letters, with an ellipsis at its end."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def replace_lone_surrogates(text: str) -> str:
    """Replace lone surrogates, which files cannot hold, by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def disambiguate_names(
    names: Iterable[Any], gids: Iterable[Any], *facts: Iterable[Any], longest: int | None = None
) -> list[str]:
    """Return names, those of objects with equal ones told apart by a fact.

    Parameters
    ----------
    names, gids
        Of one object each, which may come several times; a missing gid is one object per name.
    facts
        What may tell objects apart, such as their teams; the first that does so is taken, or else
        as much of the end of the gid as it takes. The result never equals another object's name.
    longest
        The most characters of a name, before what tells it apart.

    Returns
    -------
    list of str
        Names in one line; empty where name and gid are missing.

    Examples
    --------
    >>> disambiguate_names(["Plan", "Plan"], ["11", "12"], ["Sales", "Product"])
    ['Plan (Sales)', 'Plan (Product)']
    """
    columns: dict[Any, Iterable[Any]] = {"name": names, "gid": gids, **dict(enumerate(facts))}
    rows = pd.DataFrame({key: pd.Series(list(one), dtype=object) for key, one in columns.items()})
    is_bare = rows["name"].isna() & rows["gid"].notna()
    rows["name"] = rows["name"].mask(is_bare, "(no name)")
    rows["name"] = rows["name"].map(lambda name: _write_in_line(name, longest), na_action="ignore")
    objects = rows[rows["gid"].notna()].drop_duplicates(["gid"])
    objects = objects[objects["name"].duplicated(keep=False)]
    chosen: dict[Any, str] = {}
    taken = set(rows["name"].dropna())
    for name, same in objects.groupby("name", sort=False):
        tails = [same[place] for place in range(len(facts))]
        tails = [one for one in tails if one.notna().all() and one.is_unique]
        labels = _choose_labels(str(name), tails, list(map(str, same["gid"])), taken)
        taken |= set(labels)
        chosen |= dict(zip(same["gid"], labels, strict=True))
    return [
        chosen.get(gid, "" if pd.isna(name) else name)
        for name, gid in zip(rows["name"], rows["gid"], strict=True)
    ]


def _choose_labels(
    name: str, tails: Sequence[Iterable[Any]], gids: Sequence[str], taken: Set[str]
) -> list[str]:
    """Return what objects of one name are called: with the first tails that make it unique."""
    lengths = range(_SHORTEST_END, max(map(len, gids)))
    ends = [[f"…{gid[-length:]}" for gid in gids] for length in lengths]
    # Tests and other programs have gids as short as that.
    whole = [f"…{gid}" for gid in gids]
    for tail in (*tails, *ends, whole):
        labels = [f"{name} ({end})" for end in tail]
        if len(set(labels)) == len(labels) and taken.isdisjoint(labels):
            return labels
    return [f"{name} (gid {gid})" for gid in gids]


def _write_in_line(name: object, longest: int | None) -> str:
    line = replace_lone_surrogates(" ".join(str(name).split()))
    return line if longest is None else cut_name(line, longest)
