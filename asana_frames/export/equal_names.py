"""Names of different objects that are equal, told apart in all tables of a report alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from asana_frames.display.sentences import disambiguate_names
from asana_frames.export.column_contents import PEOPLE, describe_column
from asana_frames.frames.arrays import STR

#: What tells objects apart, the best first; people are told apart by nothing else than addresses:
#: a team beside a person is that of a project.
_FACTS = ("team_name", "time_period_display_name", "owner_name")
_EMAIL = "email"
#: Beginnings of columns of tasks and sections, which are many; their project stands beside them.
_PARTS = ("task_", "dependency_", "chain_", "parent_", "section_")
_NAME, _GID = "name", "gid"


def disambiguate_frames(
    frames: Mapping[str, pd.DataFrame], others: Iterable[pd.DataFrame] = ()
) -> dict[str, pd.DataFrame]:
    """Return frames in which equal names of different projects, people or goals differ.

    An object is called alike in all frames: what tells it apart may stand in another frame than
    its name, or in one of ``others``. People are told apart by their e-mail addresses, other
    objects by team, time period or owner; or else by the end of the gid. Tasks and sections keep
    their names.

    Examples
    --------
    >>> hours = pd.DataFrame({"project_gid": ["11", "12"], "project_name": ["Plan", "Plan"]})
    >>> teams = pd.DataFrame({"project_gid": ["11", "12"], "team_name": ["Sales", "Product"]})
    >>> disambiguate_frames({"hours": hours, "teams": teams})["hours"]["project_name"].tolist()
    ['Plan (Sales)', 'Plan (Product)']
    """
    stems = _list_stems(frames.values())
    known = [*frames.values(), *others]
    # An owner and an assignee of one name are two people, wherever they stand.
    people = [stem for stem in stems if not stem or _is_of_people(stem)]
    rest = [stem for stem in stems if not (_is_of_people(stem) or stem.endswith(_PARTS))]
    named = [_find_names(people, known, are_people=True)]
    named += [_find_names([stem], known, are_people=False) for stem in rest]
    names = {gid: name for found in named for gid, name in found.items()}
    renamed = dict(frames)
    for key, frame in frames.items() if names else ():
        for stem in stems:
            if _has_pair(frame, stem):
                renamed[key] = _rename(renamed[key], stem, names)
    return renamed


def _list_stems(frames: Iterable[pd.DataFrame]) -> list[str]:
    """Return the beginnings of the columns of names that have columns of gids."""
    labels = [name for frame in frames for name in frame.columns if isinstance(name, str)]
    stems = dict.fromkeys(name.removesuffix(_NAME) for name in labels if name.endswith(_NAME))
    return [stem for stem in stems if f"{stem}{_GID}" in labels]


def _has_pair(frame: pd.DataFrame, stem: str) -> bool:
    return all(list(frame.columns).count(f"{stem}{end}") == 1 for end in (_NAME, _GID))


def _is_of_people(stem: str) -> bool:
    return bool(stem) and describe_column(f"{stem}{_NAME}", "").records <= PEOPLE


def _find_names(
    stems: Sequence[str], frames: Sequence[pd.DataFrame], *, are_people: bool
) -> dict[Hashable, str]:
    """Return the gids of objects whose names others have too, and what they are called."""
    pairs = [
        frame[[f"{stem}{_GID}", f"{stem}{_NAME}"]].set_axis([_GID, _NAME], axis="columns")
        for stem in stems
        for frame in frames
        if _has_pair(frame, stem) and (stem or _may_have(frame, are_people))
    ]
    if not pairs:
        return {}
    objects = pd.concat([one.astype(object) for one in pairs]).dropna().drop_duplicates(_GID)
    objects = objects[objects[_NAME].duplicated(keep=False)]
    if objects.empty:
        return {}
    told = _list_addresses(frames) if are_people else _list_facts(stems[0])
    facts = [_find_fact(objects[_GID], one, frames) for one in told]
    labels = disambiguate_names(objects[_NAME], objects[_GID], *facts)
    return dict(zip(objects[_GID], labels, strict=True))


def _may_have(records: pd.DataFrame, are_people: bool) -> bool:
    """Whether records are of people, or of what is neither people nor tasks."""
    is_of_people = _EMAIL in records.columns
    return (
        is_of_people if are_people else not is_of_people and bool({*_FACTS} & {*records.columns})
    )


#: Columns that may hold the gid (the first that a frame has counts), and the column of a fact.
_Fact = tuple[Sequence[str], str]


def _list_addresses(frames: Iterable[pd.DataFrame]) -> list[list[_Fact]]:
    """Return the columns of addresses of people, which are one fact."""
    labels = [name for frame in frames for name in frame.columns if isinstance(name, str)]
    stems = dict.fromkeys(name.removesuffix(_EMAIL) for name in labels if name.endswith(_EMAIL))
    people = [stem for stem in stems if not stem or _is_of_people(stem)]
    return [[([f"{stem}{_GID}"], f"{stem}{_EMAIL}") for stem in people]]


def _list_facts(stem: str) -> list[list[_Fact]]:
    """Return what may tell other objects apart."""
    # Records have a gid of their own.
    return [[([f"{stem}{_GID}", _GID], fact)] for fact in _FACTS]


def _find_fact(
    gids: pd.Series[Any], columns: Iterable[_Fact], frames: Sequence[pd.DataFrame]
) -> list[Any]:
    """Return a fact of each object, where the frames agree on it."""
    values: dict[Any, set[Any]] = {one: set() for one in gids}
    for (keys, fact), frame in product(columns, frames):
        labels = list(frame.columns)
        key = next((one for one in keys if labels.count(one) == 1), None)
        if key is not None and labels.count(fact) == 1:
            rows = frame.loc[frame[key].isin(gids), [key, fact]].dropna().drop_duplicates()
            for one, value in rows.itertuples(index=False):
                values[one].add(value)
    return [next(iter(found)) if len(found) == 1 else None for found in values.values()]


def _rename(frame: pd.DataFrame, stem: str, names: Mapping[Hashable, str]) -> pd.DataFrame:
    gids, column = frame[f"{stem}{_GID}"].astype(object), f"{stem}{_NAME}"
    is_known = gids.isin(list(names))
    if not is_known.any():
        return frame
    changed = frame[column].astype(object).where(~is_known, gids.map(names))
    return frame.assign(**{column: changed.astype(STR)})
