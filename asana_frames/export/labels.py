"""Enumerations in words for people, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any

import pandas as pd

from asana_frames.catalog import list_enumerations
from asana_frames.display.words import humanize, humanize_status
from asana_frames.frames import STR
from asana_frames.frames.schema import Schema, is_column_of

#: Columns of statuses, whose words are those of charts; the catalog does not list their values.
_STATUSES = ("status", "status_type", "last_status")
_STATUS_VALUES = (
    *("green", "yellow", "red", "on_track", "at_risk", "off_track", "on_hold", "complete"),
    *("achieved", "partial", "missed", "dropped"),
)
#: The colours of goals, and what status updates have instead, with the same words.
_STATUSES_OF_GOALS = ("green", "yellow", "red")
_STATUSES_OF_UPDATES = ("on_track", "at_risk", "off_track")


def to_human_labels(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose enumerations are in words: ``on track`` for ``on_track``.

    Values that are not known keep their form, and so do custom fields, whose options are words
    already, and values of one column that would have the same words: they stay different.

    Examples
    --------
    >>> frame = pd.DataFrame({"status": ["on_track"], "name": ["on_track"]})
    >>> to_human_labels(frame)
         status      name
    0  on track  on_track
    """
    made = frame.copy(deep=False)
    for place, label in enumerate(frame.columns):
        column = frame.iloc[:, place]
        words = _choose_words(label, column)
        if words and _may_hold_words(column):
            made.isetitem(place, _change_values(column, partial(_find_words, words)))
    return made


def from_human_labels(column: pd.Series[Any], values: Iterable[str]) -> pd.Series[Any]:
    """Return a column that people may have edited, with the values that Asana knows.

    Parameters
    ----------
    column
        Text as `to_human_labels` writes it; case and spaces around it do not matter.
    values
        The values of the enumeration; of two with the same words the first is returned.

    Returns
    -------
    Series
        Text that fits no value is unchanged, so that the caller can refuse it by name.

    Examples
    --------
    >>> from_human_labels(pd.Series(["On track", "soon"]), ["on_track", "at_risk"]).tolist()
    ['on_track', 'soon']
    """
    known: dict[str, str] = {}
    listed = list(values)
    by_form: tuple[Callable[[str], str], ...] = (str, humanize, humanize_status)
    for form in by_form:
        for value in listed:
            known.setdefault(form(value).casefold(), value)

    def parse(text: str) -> str:
        return known.get(" ".join(text.split()).casefold(), text)

    return pd.Series(_change_values(column, parse), index=column.index, name=column.name)


def restore_labels(frame: pd.DataFrame, known: Schema) -> pd.DataFrame:
    """Return a frame whose enumerations are Asana's again, where they are in words.

    Parameters
    ----------
    frame
        The frame of a file.
    known
        Its schema: which values its columns had, and of which record they are. Other columns may
        be called like enumerations.
    """
    written = known.columns_by_name()
    for name in map(str, frame.columns):
        had = written[name].worded if name in written else ()
        words = _words_of(name)
        is_worded = is_column_of(name, known.record) or not words.keys().isdisjoint(had)
        if words and is_worded and _may_hold_words(frame[name]):
            others = _list_others(had or _STATUSES_OF_GOALS * (known.record == "goal"))
            words = {one: text for one, text in words.items() if one in had or one not in others}
            words = _drop_alike(words, had)
            present = set(frame[name].dropna().astype(object).map(str)) - set(words)
            if present.intersection(words.values()):
                frame[name] = from_human_labels(frame[name], words)
    return frame


def _list_others(had: Collection[str]) -> Sequence[str]:
    """Return the statuses that stand for the same as those of a column, which has one kind."""
    if not set(_STATUSES_OF_GOALS).isdisjoint(had):
        return _STATUSES_OF_UPDATES
    return () if set(_STATUSES_OF_UPDATES).isdisjoint(had) else _STATUSES_OF_GOALS


def list_worded_values(column: pd.Series[Any]) -> tuple[str, ...]:
    """Return the values of a column that are words of an enumeration, or have such words."""
    words = _words_of(column.name) if isinstance(column.name, str) else {}
    if not words or not _may_hold_words(column):
        return ()
    known = {text.casefold() for text in words.values()}
    present = _list_present(column)
    others = sorted(one for one in present if one not in words and one.casefold() in known)
    return (*filter(present.__contains__, words), *others)


def _choose_words(label: Any, column: pd.Series[Any]) -> dict[str, str]:
    """Return the words that values of a column get."""
    words = _words_of(label) if isinstance(label, str) else {}
    return _drop_alike(words, list_worded_values(column.rename(label))) if words else {}


def _drop_alike(words: Mapping[str, str], present: Collection[str]) -> dict[str, str]:
    """Return words without those that two of the values that are there would have."""
    # As they are read back: the case of letters does not matter.
    taken = Counter(words[one].casefold() for one in present if one in words)
    own = {one.casefold() for one in present if one not in words}
    return {
        one: text
        for one, text in words.items()
        if taken[text.casefold()] < 2 and text.casefold() not in own
    }


def _list_present(column: pd.Series[Any]) -> set[str]:
    """Return the texts of a column, also those in tuples."""
    cells = set(column.dropna().astype(object))
    present = chain.from_iterable(cell if isinstance(cell, tuple) else (cell,) for cell in cells)
    return {one for one in present if isinstance(one, str)}


def _may_hold_words(column: pd.Series[Any]) -> bool:
    """Return whether a column is not of numbers or days, as ``period`` is in rollups."""
    kinds = pd.api.types
    return not (
        kinds.is_any_real_numeric_dtype(column.dtype)
        or kinds.is_datetime64_any_dtype(column.dtype)
    )


@cache
def _words_of(column: str) -> dict[str, str]:
    """Return the values of a column's enumeration and their words; empty for other columns."""
    known = {value: humanize(value) for value in list_enumerations().get(column, ())}
    if column in _STATUSES:
        known |= {value: humanize_status(value) for value in _STATUS_VALUES}
    return known


@cache
def list_words() -> frozenset[str]:
    """Return the values of all enumerations, and their words for people."""
    words = [_words_of(column) for column in (*list_enumerations(), *_STATUSES)]
    return frozenset(text for known in words for pair in known.items() for text in pair)


def _find_words(words: dict[str, str], value: str) -> str:
    return words.get(value, value)


def _change_values(column: pd.Series[Any], change: Callable[[str], str]) -> Any:
    """Return the values of a column with its texts changed, also those in tuples."""

    def change_cell(cell: Any) -> Any:
        if isinstance(cell, tuple | list):
            return tuple(map(change_cell, cell))
        return change(cell) if isinstance(cell, str) else cell

    if isinstance(column.dtype, pd.CategoricalDtype):
        words = column.cat.categories.map(change_cell)
        if words.is_unique:
            return column.cat.rename_categories(words.tolist()).array
        column = column.astype(object)
    values = column.map(change_cell)
    is_text = isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype)
    return values.astype(STR if is_text else object).array
