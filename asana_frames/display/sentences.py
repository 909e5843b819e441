"""Counts, days, amounts and lists as they stand in sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import date
from typing import Any

import pandas as pd

#: Not those of the locale: pages and sentences are in English.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: From here on a decimal is enough, and from here on decimals only distract.
_SOME_HOURS, _MANY_HOURS, _MUCH_MONEY = 10.0, 100.0, 1_000.0
#: Longer times are told in weeks.
_MOST_DAYS = 20
_WEEK = 7
#: Characters of the end of a gid that tells names apart; more if these are those of others too.
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
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def format_share(share: float) -> str:
    """Return a share in whole percent, and what is not quite all or nothing as that.

    Examples
    --------
    >>> [format_share(share) for share in (0.837, 1.2, 0.9999, 0.001, 0.0)]
    ['84 %', '120 %', '99 %', '1 %', '0 %']
    """
    percent = round(100 * share)
    if percent == 100 and share < 1:
        percent = 99
    elif percent == 0 and share > 0:
        percent = 1
    return f"{percent + 0:,} %"


def format_hours(hours: float) -> str:
    """Return hours: the more, the fewer decimals.

    Examples
    --------
    >>> [format_hours(hours) for hours in (1250.25, 68.84, 7.5, 0.25, 1.0)]
    ['1,250 hours', '68.8 hours', '7.5 hours', '0.25 hours', '1 hour']
    """
    many, some = (abs(hours) >= least for least in (_MANY_HOURS, _SOME_HOURS))
    text = f"{hours:,.0f}" if many else f"{hours:.{2 - some}f}".rstrip("0").rstrip(".")
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
    return f"{amount:,.0f} {unit}" if abs(amount) >= _MUCH_MONEY else f"{amount:,.2f} {unit}"


def format_days(days: float) -> str:
    """Return a number of days, in weeks if there are many.

    Examples
    --------
    >>> format_days(1), format_days(12.4), format_days(36)
    ('1 day', '12 days', '5 weeks')
    """
    whole = round(days)
    if whole <= _MOST_DAYS:
        return count_noun(whole, "day")
    return count_noun(round(days / _WEEK), "week")


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


def replace_halves(text: str) -> str:
    """Return text in which halves of characters, which no file can hold, are replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def name_apart(
    names: Iterable[Any], gids: Iterable[Any], *facts: Iterable[Any], longest: int | None = None
) -> list[str]:
    """Return names of which equal ones, of different gids, are told apart by a fact.

    Parameters
    ----------
    names, gids
        Of one object each, which may come several times; a missing gid is one object per name.
    facts
        What may tell objects apart, such as their teams; the first that does so is taken, or else
        as much of the end of the gid as it takes. No name is made that another object has.
    longest
        The most characters of a name, before what tells it apart.

    Returns
    -------
    list of str
        Names in one line; empty where name and gid are missing.

    Examples
    --------
    >>> name_apart(["Plan", "Plan", "Office"], ["11", "12", "13"], ["Sales", "Product", "Sales"])
    ['Plan (Sales)', 'Plan (Product)', 'Office']
    """
    columns: dict[Any, Iterable[Any]] = {"name": names, "gid": gids, **dict(enumerate(facts))}
    rows = pd.DataFrame({key: pd.Series(list(one), dtype=object) for key, one in columns.items()})
    is_bare = rows["name"].isna() & rows["gid"].notna()
    rows["name"] = rows["name"].mask(is_bare, "(no name)")
    rows["name"] = rows["name"].map(lambda name: _cut_name(name, longest), na_action="ignore")
    objects = rows[rows["gid"].notna()].drop_duplicates(["gid"])
    objects = objects[objects["name"].duplicated(keep=False)]
    told: dict[Any, str] = {}
    taken = set(rows["name"].dropna())
    for name, same in objects.groupby("name", sort=False):
        tails = [same[place] for place in range(len(facts))]
        tails = [one for one in tails if one.notna().all() and one.is_unique]
        labels = _choose_labels(str(name), tails, list(map(str, same["gid"])), taken)
        taken |= set(labels)
        told |= dict(zip(same["gid"], labels, strict=True))
    return [
        told.get(gid, "" if pd.isna(name) else name)
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


def _cut_name(name: object, longest: int | None) -> str:
    line = replace_halves(" ".join(str(name).split()))
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1]}…"
