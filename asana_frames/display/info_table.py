"""InfoTable: facts that notebooks and terminals show whole, under headings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from asana_frames.display.cards import render_info_card
from asana_frames.display.cells import MISSING, format_column

#: Between the columns of a text; the longest cell there.
_GAP, _MAX_TEXT = "  ", 80


class InfoTable(pd.DataFrame):
    """A frame whose rows are shown under a heading for each ``group``, none left out.

    Copies and selections are ordinary DataFrames.

    Parameters
    ----------
    rows
        The facts, ordered by ``group``.
    title
        One line that says what they are about.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": ["Dates"], "column": ["due_on"], "values": [()]})
    >>> InfoTable(rows, title="Tasks")
    Tasks
    <BLANKLINE>
      column
    <BLANKLINE>
    Dates
      due_on
    """

    # pandas passes the names in this list on to a subclass.
    _metadata = ["_title"]

    def __init__(self, rows: pd.DataFrame, *, title: str) -> None:
        super().__init__(rows)  # type: ignore[call-arg]
        self._title = title

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore_table, (pd.DataFrame(self), self._title))

    def __repr__(self) -> str:
        """Return the rows as text, aligned."""
        texts = self._format_texts()
        padded = [_pad_texts([name, *column]) for name, column in texts.items()]
        head, *lines = [_GAP + _GAP.join(row).rstrip() for row in zip(*padded, strict=True)]
        parts = (
            f"{group}\n" + "\n".join(lines[place] for place in places)
            for group, places in self._iterate_groups()
        )
        return "\n\n".join([self._title, head, *parts])

    def _repr_html_(self) -> str:
        """Return the rows as a card."""
        texts = self._format_texts()
        rows = list(zip(*texts.values(), strict=True))
        groups = [
            (group, [rows[place] for place in places]) for group, places in self._iterate_groups()
        ]
        return render_info_card(self._title, [name.capitalize() for name in texts], groups)

    def _iterate_groups(self) -> Iterator[tuple[str, list[int]]]:
        """Yield each group with the positions of its rows."""
        groups = self["group"].tolist()
        for group in dict.fromkeys(groups):
            yield group, [place for place, one in enumerate(groups) if one == group]

    def _format_texts(self) -> dict[str, list[str]]:
        """Return the texts of each column, the name of the row first.

        What is missing, or only repeats the name, leaves its place free; a column that is the
        same in all rows is left out.
        """
        name, *others = [column for column in self.columns if column != "group"]
        names = format_column(self[name])
        texts = {name: names}
        for other in others:
            found = _list_texts(self[other], names)
            if len(set(found)) > 1:
                texts[other] = found
        return texts


def _restore_table(rows: pd.DataFrame, title: str) -> InfoTable:
    return InfoTable(rows, title=title)


def _list_texts(column: pd.Series[Any], names: list[str]) -> list[str]:
    if column.dtype == bool:
        # Only flags that are set are marked, so that they are seen.
        return [str(column.name) if is_set else "" for is_set in column]
    return [
        "" if text in (MISSING, name) else text
        for text, name in zip(format_column(column), names, strict=True)
    ]


def _pad_texts(texts: list[str]) -> list[str]:
    cut = [text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…" for text in texts]
    width = max(map(len, cut))
    return [text.ljust(width) for text in cut]
