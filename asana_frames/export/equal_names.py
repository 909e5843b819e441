"""Names of different objects that are equal, told apart in all tables of a report alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames.display.sentences import disambiguate_names
from asana_frames.export.column_contents import PEOPLE, describe_column
from asana_frames.frames.arrays import STR

#: What tells objects apart, the best first; people are told apart by nothing else than addresses.
_FACTS = ("team_name", "time_period_display_name", "owner_name", "email")
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
    named = [_find_names(stem, known) for stem in stems if not stem.endswith(_PARTS)]
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


def _find_names(stem: str, frames: Sequence[pd.DataFrame]) -> dict[Hashable, str]:
    """Return the gids of objects whose names others have too, and what they are called."""
    gid, name = f"{stem}{_GID}", f"{stem}{_NAME}"
    pairs = [
        frame[[gid, name]]
        for frame in frames
        # What has none of these may be a task.
        if _has_pair(frame, stem) and (stem or set(_FACTS) & set(frame.columns))
    ]
    if not pairs:
        return {}
    objects = pd.concat([one.astype(object) for one in pairs]).dropna().drop_duplicates(gid)
    objects = objects[objects[name].duplicated(keep=False)]
    if objects.empty:
        return {}
    facts = [_find_fact(objects[gid], *one, frames) for one in _list_facts(stem)]
    labels = disambiguate_names(objects[name], objects[gid], *facts)
    return dict(zip(objects[gid], labels, strict=True))


def _list_facts(stem: str) -> list[tuple[Sequence[str], str]]:
    """Return what may tell objects apart: columns of their gids, and the column of the fact."""
    gid = f"{stem}{_GID}"
    if stem and describe_column(f"{stem}{_NAME}", "").records <= PEOPLE:
        # A team beside a person is that of a project.
        stems = dict.fromkeys((stem, "person_", ""))
        return [([f"{one}{_GID}"], f"{one}{_EMAIL}") for one in stems]
    # Records have a gid of their own.
    return [([gid, _GID], fact) for fact in _FACTS]


def _find_fact(
    gids: pd.Series[Any], keys: Sequence[str], fact: str, frames: Iterable[pd.DataFrame]
) -> list[Any]:
    """Return a fact of each object, where the frames agree on it."""
    values: dict[Any, set[Any]] = {one: set() for one in gids}
    for frame in frames:
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
