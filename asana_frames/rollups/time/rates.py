"""Hourly rates and the search for the one that applies to an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_mapping
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.gids import Positions
from asana_frames.rollups.shared.inputs import read_frame
from asana_frames.rollups.shared.periods import check_days, period_starts

_WHAT = "rollups.cost"
#: First day of a rate without one, and day of an entry without one: before all other days.
_EVER = pd.Timestamp("1800-01-01").as_unit("us")
#: ``rate_from`` -> what an entry must share with a rate; the first that has a rate decides.
_LEVELS: dict[str, tuple[str, ...]] = {
    "project and person": ("project_gid", "person_gid"),
    "project": ("project_gid",),
    "person": ("person_gid",),
    "default": (),
}
_KEYS = ("project_gid", "person_gid")
RATE_COLUMNS = ("rate_gid", "rate", "currency_code", "rate_from")


def find_rate_columns(entries: Any, *, what: str) -> dict[str, str]:
    """Find the project and person columns of entries: name in rates -> name in entries.

    Raises
    ------
    InvalidArgument
        One is missing; the message says which ``fields=`` give it.
    """
    found = {}
    for ours, theirs in zip(_KEYS, ("attributable_to_gid", "created_by_gid"), strict=True):
        column = ours if ours in entries.columns else theirs
        entries = read_frame(entries, [column], what=what, record="time_tracking_entry")
        found[ours] = column
    return found


class RateBook:
    """Rates by project, person and day.

    Parameters
    ----------
    rates
        As ``asana.rates.list(parent=projects)`` returns them; see ``rollups.cost``.
    placeholders
        Person (gid) -> the placeholder (gid) whose rate applies where the person has none.

    Raises
    ------
    InvalidArgument
        A column is missing, a rate has no currency, or two rates for the same project and person
        begin on the same day and differ.
    """

    def __init__(self, rates: pd.DataFrame, placeholders: Mapping[str, str] | None = None) -> None:
        needed = ["parent_gid", "resource_gid", "rate", "currency_code"]
        rates = read_frame(rates, needed, what=_WHAT)
        placeholders = {} if placeholders is None else placeholders
        check_mapping(placeholders, name="placeholders", like="{person_gid: placeholder_gid}")
        self._placeholders = dict(placeholders)
        self._table = _check_rates(_build_rate_table(rates))
        self._by_level = {name: self._select_level(level) for name, level in _LEVELS.items()}
        self.is_dated = bool(
            (self._table["start"] > _EVER).any() | self._table["end"].notna().any()
        )

    def _select_level(self, level: tuple[str, ...]) -> pd.DataFrame | None:
        """Return the rates of a level with their position in the table, None without any."""
        is_given = self._table[[*_KEYS]].notna().to_numpy()
        position = np.flatnonzero((is_given == [key in level for key in _KEYS]).all(axis=1))
        if not len(position):
            return None
        return self._table[[*level, "start", "end"]].take(position).assign(position=position)

    def find_rates(self, keys: pd.DataFrame) -> pd.DataFrame:
        """Find the rate for each row of ``project_gid``, ``person_gid`` and ``entered_on``.

        Returns
        -------
        DataFrame
            ``rate_gid``, ``rate``, ``currency_code``, ``rate_from``: missing where none applies.
        """
        wanted = list(_KEYS) + (["entered_on"] if self.is_dated else [])
        # Many entries share project, person and day: each combination is looked up once.
        keys = keys[wanted].astype(dict.fromkeys(_KEYS, STR))
        distinct = keys.drop_duplicates(ignore_index=True)
        found = distinct.join(self._find_by_levels(distinct))
        return keys.merge(found, how="left", on=wanted)[list(RATE_COLUMNS)]

    def _find_by_levels(self, rows: pd.DataFrame) -> pd.DataFrame:
        day = rows["entered_on"] if "entered_on" in rows else pd.Series(_EVER, index=rows.index)
        rows = rows.assign(day=period_starts(day, "D").fillna(_EVER), place=range(len(rows)))
        replaced = rows["person_gid"].map(self._placeholders).astype(STR)
        position: Positions = np.full(len(rows), -1)
        rate_from = np.full(len(rows), None, dtype=object)
        for name, level in _LEVELS.items():
            for person in (rows["person_gid"], replaced):
                if person is replaced and not (self._placeholders and "person_gid" in level):
                    continue
                here = self._find_at_level(rows.assign(person_gid=person), name)
                is_new = (position < 0) & (here >= 0)
                position[is_new] = here[is_new]
                rate_from[is_new] = name
        # The position of a missing rate is -1, which is not in the index.
        found = self._table[list(RATE_COLUMNS[:3])].reindex(position).set_axis(rows.index)
        return found.assign(rate_from=pd.array(rate_from, dtype=STR))

    def _find_at_level(self, rows: pd.DataFrame, name: str) -> Positions:
        """Return the position of the rate of a level on the day of each row, -1 without one."""
        level, book = list(_LEVELS[name]), self._by_level[name]
        position: Positions = np.full(len(rows), -1)
        if book is None:
            return position
        found = pd.merge_asof(
            rows[[*level, "day", "place"]].dropna().sort_values("day", kind="stable"),
            book,
            left_on="day",
            right_on="start",
            by=level or None,
        )
        # A rate with an end does not apply after it, nor to an entry without a day.
        is_over = (found["end"] < found["day"]) | (found["end"].notna() & (found["day"] == _EVER))
        held = found[~is_over & found["position"].notna()]
        position[held["place"]] = held["position"]
        return position


def _build_rate_table(rates: pd.DataFrame) -> pd.DataFrame:
    """Build the table of rates by project, person and first day."""
    days = {}
    for name, column in (("start", "start_date"), ("end", "end_date")):
        given = rates.get(column, pd.Series(pd.NaT, index=rates.index, name=column))
        given = given.astype("datetime64[us]") if given.isna().all() else given
        check_days(given, what=_WHAT)
        days[name] = given.astype("datetime64[us]")
    gids = rates["gid"] if "gid" in rates else pd.Series(None, index=rates.index, dtype=STR)
    table = pd.DataFrame(
        {
            "project_gid": rates["parent_gid"].astype(STR),
            "person_gid": rates["resource_gid"].astype(STR),
            "start": days["start"].fillna(_EVER),
            "end": days["end"],
            "rate_gid": gids.astype(STR),
            "rate": rates["rate"].astype("Float64"),
            "currency_code": rates["currency_code"].astype(STR),
        }
    )
    return table[table["rate"].notna()].reset_index(drop=True)


def _check_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Drop repeated rates, and sort them by their first day.

    Raises
    ------
    InvalidArgument
        A rate has no currency, or two contradict each other.
    """
    bare = table[table["currency_code"].isna()]
    if len(bare):
        raise InvalidArgument(
            f"{len(bare)} rate(s) have no currency_code. Add it, for example: "
            f"rates.fillna({{'currency_code': 'EUR'}})."
        )
    place = [*_KEYS, "start"]
    distinct = table.drop_duplicates([*place, "end", "rate", "currency_code"])
    twice = distinct[distinct.duplicated(place, keep=False)]
    if len(twice):
        row = twice.iloc[0]
        raise InvalidArgument(
            f"{len(twice)} rates contradict each other, for example those of project "
            f"{row['project_gid']} and person {row['person_gid']}. Keep one of them, or add "
            f"a column start_date with the first day of each."
        )
    return distinct.sort_values("start", kind="stable", ignore_index=True)
