"""Findings and tiles of a report: their frames, and sentences about the worst of some objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import pandas as pd

from asana_frames.display.sentences import (
    count_noun,
    disambiguate_names,
    format_figure,
    list_some,
    replace_lone_surrogates,
)
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.key_figures import TINY

#: Most severe first.
Severity: TypeAlias = Literal["alert", "warning", "note", "good"]
_SEVERITIES = ("alert", "warning", "note", "good")
#: The most characters of a name in a sentence.
_LONGEST_NAME = 60
_FINDINGS = {
    **{"kind": STR, "severity": STR, "sentence": STR, "count": "Int64"},
    **{"name": STR, "gid": STR},
}
_TILES = {
    **{"label": STR, "text": STR, "value": "Float64", "unit": STR},
    **{"note": STR, "severity": STR},
}


@dataclass(frozen=True)
class Finding:
    """A sentence about some objects, and the worst of them."""

    severity: Severity
    #: What is found, such as ``late``.
    kind: str
    sentence: str
    #: How many objects the sentence is about.
    count: int | None = None
    name: str | None = None
    gid: str | None = None


@dataclass(frozen=True)
class Tile:
    """A figure of a report, as text and as a number."""

    label: str
    text: str
    value: float | None
    unit: str
    note: str = ""
    severity: Severity = "note"


class Group(NamedTuple):
    """The objects that a sentence is about."""

    #: One row per object, with ``gid`` and ``label``, a name that is unique.
    rows: pd.DataFrame
    noun: str
    plural: str | None = None
    #: As of when they are so; empty where the report says it anyway.
    as_of: str = ""

    def find(
        self,
        severity: Severity,
        kind: str,
        hit: pd.DataFrame | pd.Series[Any],
        predicates: tuple[str, str],
        measures: Sequence[str] = (),
    ) -> Finding | None:
        """Return the sentence about the rows that are hit, or None if there are none.

        Parameters
        ----------
        severity, kind
            As in `Finding`.
        hit
            The rows that it is true of, the worst first.
        predicates
            What is said of one, and of several: ``("is late", "are late")``.
        measures
            Of each row what comes after its name, such as ``by 3 days``.
        """
        count, total = len(hit), len(self.rows)
        if not count:
            return None
        found = self.rows.loc[hit.index]
        tails = [f" {measure}" if measure else "" for measure in measures] or [""] * count
        named = [f"{label}{tail}" for label, tail in zip(found["label"], tails, strict=True)]
        first = found.iloc[0]
        predicate = f"{predicates[count > 1]} {self.as_of}".rstrip()
        # With one object, every sentence is about it.
        if total == 1:
            sentence = f"{first['label']} {predicate}{tails[0]}."
        else:
            number = count_part(count, total, self.noun, self.plural)
            sentence = f"{number} {predicate}: {list_some(named)}."
        return Finding(severity, kind, sentence, count, first["label"], first["gid"])


def label_rows(names: Iterable[Any], gids: Iterable[Any], *facts: Iterable[Any]) -> list[str]:
    """Return unique names that are short enough for sentences, as ``disambiguate_names`` does."""
    return disambiguate_names(names, gids, *facts, longest=_LONGEST_NAME)


def count_part(count: int, total: int, noun: str, plural: str | None = None) -> str:
    """Return how many of some objects a sentence is about, as its subject.

    Examples
    --------
    >>> count_part(1, 5, "task"), count_part(5, 5, "task"), count_part(1, 1, "task")
    ('1 of 5 tasks', 'All 5 tasks', 'The only task')
    """
    if total == 1:
        return f"The only {noun}"
    nouns = count_noun(total, noun, plural)
    return f"All {nouns}" if count == total else f"{count:,} of {nouns}"


def order_by_findings(
    rows: pd.DataFrame, labels: Iterable[str], findings: pd.DataFrame
) -> pd.DataFrame:
    """Return rows, those that sentences name first, in the order of the sentences.

    A table that is cut then has all that they name, as far as its rows go.

    Parameters
    ----------
    rows
        A table in the order of the rows that no sentence names.
    labels
        What sentences call its rows.
    findings
        As `build_findings` returns them.
    """
    sentences = findings["sentence"].tolist()
    ranks = [_find_first(label, sentences) for label in labels]
    # Sorting keeps the order of equals.
    order = sorted(range(len(rows)), key=ranks.__getitem__)
    return rows.iloc[order].reset_index(drop=True)


def _find_first(label: str, sentences: Sequence[str]) -> tuple[int, int]:
    """Return in which sentence a label is first, and where; after all if it is in none."""
    # Not in the middle of a word: names can be short.
    pattern = re.compile(rf"(?<!\w){re.escape(label)}(?!\w)")
    found = ((place, pattern.search(text)) for place, text in enumerate(sentences))
    return next(((place, hit.start()) for place, hit in found if hit), (len(sentences), 0))


def choose_verb(hours: str, singular: str, plural: str) -> str:
    """Return the verb that goes with hours as `format_hours` writes them."""
    return singular if hours == "1 hour" else plural


def build_findings(findings: Iterable[Finding | None]) -> pd.DataFrame:
    """Return findings as a frame, the most severe first.

    Returns
    -------
    DataFrame
        ``kind`` (str, such as ``late``), ``severity`` (str: ``alert``, ``warning``, ``note``,
        ``good``), ``sentence`` (str), ``count`` (Int64, the objects that it is true of), ``name``
        and ``gid`` (str, of the first of them); all three missing where the sentence is about the
        whole.
    """
    found = [finding for finding in findings if finding is not None]
    # Sorting keeps the order of equals.
    found.sort(key=lambda finding: _SEVERITIES.index(finding.severity))
    return _build_frame(found, _FINDINGS)


def build_tiles(tiles: Iterable[Tile | None]) -> pd.DataFrame:
    """Return tiles as a frame, in the order given.

    Returns
    -------
    DataFrame
        ``label`` (str), ``text`` (str, the figure as it is shown), ``value`` (Float64, missing
        where the figure is not a number; shares are fractions), ``unit`` (str: ``count``,
        ``share``, ``hours``, ``days``, ``date`` or a currency), ``note`` (str, below the figure),
        ``severity`` (str, as in `build_findings`).
    """
    return _build_frame([tile for tile in tiles if tile is not None], _TILES)


def build_count_tile(label: str, count: int, note: str = "", severity: Severity = "note") -> Tile:
    """Return a tile with a count; an alert or a warning about 0 is ``good`` instead."""
    is_good = severity != "note" and not count
    return Tile(label, f"{count:,}", count, "count", note, "good" if is_good else severity)


def build_hours_tile(
    label: str, hours: float, note: str = "", severity: Severity = "note"
) -> Tile:
    """Return a tile with hours; an alert or a warning about 0 is ``good`` instead."""
    is_good = severity != "note" and abs(hours) < TINY
    return Tile(label, format_figure(hours), hours, "hours", note, "good" if is_good else severity)


def group_people(rows: pd.DataFrame, *facts: str) -> Group:
    """Return the people of a table by gid; the columns of facts tell equal names apart."""
    people = rows.drop_duplicates("person_gid").dropna(subset=["person_gid"])
    labels = label_rows(*(people[name] for name in ("person_name", "person_gid", *facts)))
    gids = people["person_gid"].tolist()
    return Group(pd.DataFrame({"gid": gids, "label": labels}, index=gids), "person", "people")


def _clean_texts(row: Any) -> dict[str, Any]:
    return {
        name: replace_lone_surrogates(value) if isinstance(value, str) else value
        for name, value in asdict(row).items()
    }


def _build_frame(rows: list[Any], dtypes: dict[str, Any]) -> pd.DataFrame:
    # Names in sentences may have halves of characters, which columns of text cannot hold.
    frame = pd.DataFrame([_clean_texts(row) for row in rows], columns=list(dtypes), dtype=object)
    return frame.astype(dtypes)
