"""Enumerations in words for people, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import pandas as pd

from asana_frames.catalog import columns_of, load
from asana_frames.display.words import humanize, humanize_status
from asana_frames.frames import STR

#: Columns of statuses, whose words are those of charts; the catalog does not list their values.
_STATUSES = ("status", "status_type", "last_status")
_STATUS_VALUES = (
    *("green", "yellow", "red", "on_track", "at_risk", "off_track", "on_hold", "complete"),
    *("achieved", "partial", "missed", "dropped"),
)


def to_human_labels(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose enumerations are in words: ``on track`` for ``on_track``.

    Values that are not known keep their form, and so do custom fields, whose options are words
    already.

    Examples
    --------
    >>> frame = pd.DataFrame({"status": ["on_track"], "name": ["on_track"]})
    >>> to_human_labels(frame)
         status      name
    0  on track  on_track
    """
    made = frame.copy(deep=False)
    for place, label in enumerate(frame.columns):
        words = _words_of(label) if isinstance(label, str) else {}
        column = frame.iloc[:, place]
        if words and not pd.api.types.is_any_real_numeric_dtype(column.dtype):
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


def restore_labels(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose enumerations are Asana's again, where they are in words."""
    for name in map(str, frame.columns):
        words = _words_of(name)
        column = frame[name]
        if words and not pd.api.types.is_any_real_numeric_dtype(column.dtype):
            present = set(column.dropna().astype(object).map(str)) - set(words)
            if present.intersection(words.values()):
                frame[name] = from_human_labels(column, words)
    return frame


@cache
def _words_of(column: str) -> dict[str, str]:
    """Return the values of a column's enumeration and their words; empty for other columns."""
    known = {value: humanize(value) for value in _enumerations().get(column, ())}
    if column in _STATUSES:
        known |= {value: humanize_status(value) for value in _STATUS_VALUES}
    return known


@cache
def _enumerations() -> dict[str, dict[str, None]]:
    """Return the enumerations of all records by the names of their columns."""
    found: dict[str, dict[str, None]] = {}
    for record in load().records:
        enums = {field.path: field.enum for field in record.fields if field.enum}
        for column in columns_of(record.name, ("all",)):
            found.setdefault(column.name, {}).update(dict.fromkeys(enums.get(column.path, ())))
    return found


@cache
def list_words() -> frozenset[str]:
    """Return the values of all enumerations, and their words for people."""
    words = [_words_of(column) for column in (*_enumerations(), *_STATUSES)]
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
