"""People as keys of arguments: their gids or their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidArgument, suggest_names


def match_people(given: Mapping[Any, Any], people: pd.DataFrame, *, name: str) -> dict[int, Any]:
    """Return position of a person -> value, of a mapping whose keys are gids or exact names.

    Parameters
    ----------
    given
        Gid or name -> value.
    people
        ``person_gid`` and ``person_name``, one row per person.
    name
        The name of the argument, for messages.

    Raises
    ------
    InvalidArgument
        Nobody has such a gid or name, several people have the name, or a person is there by both.

    Examples
    --------
    >>> people = pd.DataFrame({"person_gid": ["11", "12"], "person_name": ["Ana", "Bo"]})
    >>> match_people({"Bo": 6.0, "11": 4.0}, people, name="hours_per_day")
    {1: 6.0, 0: 4.0}
    """
    by_gid = {gid: (at,) for at, gid in enumerate(people["person_gid"]) if isinstance(gid, str)}
    by_name: dict[str, tuple[int, ...]] = {}
    for at, shown in enumerate(people["person_name"]):
        if isinstance(shown, str):
            by_name[shown] = (*by_name.get(shown, ()), at)
    found: dict[int, Any] = {}
    for key, value in given.items():
        at = _find_person(key, by_gid, by_name, people, name)
        if at in found:
            raise InvalidArgument(f"{name}= has the person {key!r} by gid and by name; use one.")
        found[at] = value
    return found


def _find_person(
    key: Any,
    by_gid: Mapping[str, tuple[int, ...]],
    by_name: Mapping[str, tuple[int, ...]],
    people: pd.DataFrame,
    name: str,
) -> int:
    places = (by_gid.get(key) or by_name.get(key, ())) if isinstance(key, str) else ()
    if not places:
        raise InvalidArgument(
            f"{name}= does not know the person {key!r}.{suggest_names(str(key), by_name)} "
            f"Use gids or exact names of people who are in the frames."
        )
    if len(places) > 1:
        gids = " or ".join(repr(people["person_gid"].iloc[at]) for at in places)
        raise InvalidArgument(
            f"{name}=: {len(places)} people are called {key!r}; use the gid, {gids}."
        )
    return places[0]
