"""What each sprint committed to and completed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.flow.counting import Selection, parse_selection, read_known_tasks
from asana_frames.rollups.flow.scope import find_task_rows
from asana_frames.rollups.histories.section_times import section_times
from asana_frames.rollups.histories.stories import STORY_COLUMNS, sort_stories
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.inputs import (
    is_true,
    read_frame,
    read_list_columns,
    require_gids,
    text_column,
)
from asana_frames.rollups.shared.moments import ends_of_days, parse_moments
from asana_frames.rollups.shared.tasks import parse_task_dates, parse_task_times
from asana_frames.rollups.shared.weights import Weights, read_weights
from asana_frames.types import When

_WHAT = "rollups.velocity"
#: Column of sprints -> column of tasks.
_PLACES = {"section_gid": "memberships_section_gids", "tag_gid": "tags_gids"}
_AMOUNTS = ("committed", "scope_added", "scope_removed", "done", "open")
_TAGGED, _UNTAGGED = "added_to_tag", "removed_from_tag"

_Flags = npt.NDArray[np.bool_]


class _Sprint(NamedTuple):
    """A sprint, as moments in UTC: the starts of the first day and of the second, and the end."""

    begin: pd.Timestamp
    planned: pd.Timestamp
    end: pd.Timestamp


def velocity(
    tasks: pd.DataFrame,
    sprints: pd.DataFrame,
    *,
    weight: str | None = None,
    exclude: Exclude | None = None,
    stories: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Add up what each sprint committed to and completed.

    Parameters
    ----------
    tasks
        Tasks as in ``rollups.throughput``: needs ``gid``, ``created_at`` and ``completed_at``, and
        ``memberships_section_gids`` or ``tags_gids``.
    sprints
        One row per sprint: ``name``, ``start`` and ``end`` (days, both included), and
        ``section_gid`` or ``tag_gid``, the section or tag of its tasks.
    weight, exclude, now, tz
        As in ``rollups.throughput``.
    stories
        All stories of the tasks, as ``gather.stories(asana, tasks)`` returns them: a task is in a
        sprint while it is in the section, or has the tag. Without them those that are there now
        are taken to have been there since their creation, and tasks that were moved on, such as
        to "Done", are not known to have been in it.

    Returns
    -------
    DataFrame
        One row per sprint, in the order given: ``name`` (str), ``start``, ``end``
        (datetime64[us]); Int64, or Float64 with ``weight``: ``committed`` (in the sprint at the
        end of its first day and open when that began), ``scope_added`` (came in later, and was
        neither taken out open nor done before), ``scope_removed`` (committed, and out of it and
        not done at its end), ``done`` (completed within the dates by tasks then in the sprint),
        ``open`` (in it and not done at its end, or now): committed + scope_added - scope_removed
        = done + open; ``unweighted`` (Int64: how many of the committed and added tasks have no
        weight); ``partial`` (boolean: the sprint is not over).

    Raises
    ------
    InvalidArgument
        A column is missing, a sprint has no days or place, or ends before it starts.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3"],
    ...         "created_at": pd.to_datetime(
    ...             ["2026-02-27T09:00Z", "2026-02-27T10:00Z", "2026-03-04T09:00Z"]
    ...         ),
    ...         "completed_at": pd.to_datetime(["2026-03-05T15:00Z", None, None]),
    ...         "tags_gids": [("9",), ("9",), ("9",)],
    ...         "cf_Story points": [3.0, 5.0, 1.0],
    ...     }
    ... )
    >>> sprints = pd.DataFrame(
    ...     {
    ...         "name": ["Sprint 1"],
    ...         "start": pd.to_datetime(["2026-03-02"]),
    ...         "end": pd.to_datetime(["2026-03-13"]),
    ...         "tag_gid": ["9"],
    ...     }
    ... )
    >>> found = velocity(tasks, sprints, weight="cf_Story points", now="2026-03-16")
    >>> found[["name", "committed", "scope_added", "done", "open"]]
           name  committed  scope_added  done  open
    0  Sprint 1        8.0          1.0   3.0   6.0
    """
    selection = parse_selection(None, weight, exclude, now, tz, what=_WHAT)
    plan = _read_sprints(sprints)
    kinds = [kind for kind in _PLACES if plan[kind].notna().any()]
    places = [_PLACES[kind] for kind in kinds]
    needed = ["created_at", "completed_at", *places]
    tasks = read_frame(tasks, needed, what=_WHAT, record="task")
    require_gids(tasks, places, what=_WHAT, record="task")
    rows = read_known_tasks(tasks, needed, selection, stories)
    weights = read_weights(rows, weight, what=_WHAT)
    completed = parse_task_times(rows, "completed_at", what=_WHAT)
    stays = {kind: _find_stays(rows, kind, stories, selection) for kind in kinds}
    found = []
    for at in plan.index:
        kind = next(kind for kind in kinds if isinstance(plan[kind][at], str))
        own = stays[kind][is_true(stays[kind]["place"] == plan[kind][at])]
        moments = _find_moments(plan["start"][at], plan["end"][at], selection)
        found.append(_add_up_sprint(own, completed, weights, moments))
    table = pd.DataFrame(found, columns=[*_AMOUNTS, "unweighted"]).astype(
        dict.fromkeys(_AMOUNTS, weights.dtype) | {"unweighted": "Int64"}
    )
    known = plan[["name", "start", "end"]].reset_index(drop=True)
    is_partial = (known["end"] >= selection.today).astype("boolean")
    result = pd.concat([known, table], axis="columns").assign(partial=is_partial)
    return write_about(result, tasks, now=selection.now, tz=tz)


def _read_sprints(sprints: pd.DataFrame) -> pd.DataFrame:
    """Return the sprints with days and places.

    Raises
    ------
    InvalidArgument
        A day or the place is missing, or a sprint ends before it starts.
    """
    kinds = {"start": "date", "end": "date"}
    read = read_frame(sprints, ["name", "start", "end"], what=f"{_WHAT}(sprints=)", kinds=kinds)
    plan = pd.DataFrame(
        {
            "name": text_column(read, "name"),
            "start": parse_task_dates(read, "start", what=_WHAT),
            "end": parse_task_dates(read, "end", what=_WHAT),
            **{kind: text_column(read, kind) for kind in _PLACES},
        }
    ).reset_index(drop=True)
    problems = {
        "has no start or end": plan["start"].isna() | plan["end"].isna(),
        "ends before it starts": plan["end"] < plan["start"],
        "needs a section_gid or a tag_gid, which tells its tasks": plan[[*_PLACES]]
        .isna()
        .all(axis=1),
        "has a section_gid and a tag_gid; keep one": plan[[*_PLACES]].notna().all(axis=1),
    }
    problems |= {
        f"has a name in {kind}; it needs a gid, as asana.{kind[:-4]}s.list(...) returns them": (
            plan[kind].notna() & ~is_true(plan[kind].str.fullmatch(r"\d+"))
        )
        for kind in _PLACES
    }
    for problem, where in problems.items():
        if where.any():
            row = int(np.flatnonzero(where)[0])
            raise InvalidArgument(
                f"{_WHAT}: the sprint {plan['name'].iloc[row]!r} (row {row}) {problem}."
            )
    return plan


def _find_moments(start: pd.Timestamp, end: pd.Timestamp, selection: Selection) -> _Sprint:
    """Return the moments of a sprint; the end of one that is not over is now."""
    day = pd.Timedelta(days=1)
    ends = ends_of_days(pd.DatetimeIndex([start - day, start, end]), selection.tz)
    begin, planned, over = (pd.Timestamp(moment, tz="UTC") for moment in ends)
    return _Sprint(begin, min(planned, selection.now), min(over, selection.now))


def _add_up_sprint(
    stays: pd.DataFrame, completed: pd.Series[Any], weights: Weights, sprint: _Sprint
) -> list[float]:
    """Add up the amounts of a sprint from the times that tasks were in it."""
    task = stays["task"].to_numpy()
    done_at = completed.take(task).array
    enter, leave = stays["enter"].array, stays["leave"].array
    was_open = ~is_true(pd.Series(done_at < sprint.begin))
    is_in = is_true(pd.Series(enter < sprint.end)) & was_open
    stayed = ~is_true(pd.Series(leave < sprint.end))
    is_done = is_true(pd.Series((done_at >= sprint.begin) & (done_at < sprint.end)))
    done_there = is_in & is_done & ~is_true(pd.Series((done_at < enter) | (done_at > leave)))
    planned = is_true(pd.Series(enter < sprint.planned)) & was_open
    planned &= ~is_true(pd.Series(leave < sprint.planned)) | done_there
    members = {
        name: np.unique(task[where])
        for name, where in {
            "committed": planned,
            "done": done_there,
            "open": is_in & stayed & ~is_done,
        }.items()
    }
    result = np.union1d(members["done"], members["open"])
    members["scope_added"] = np.setdiff1d(result, members["committed"])
    members["scope_removed"] = np.setdiff1d(members["committed"], result)
    whole = np.union1d(members["committed"], members["scope_added"])
    values = np.ones(len(completed)) if weights.values is None else weights.values
    amounts = [float(values[members[name]].sum()) for name in _AMOUNTS]
    return [*amounts, float(weights.is_missing[whole].sum())]


def _find_stays(
    rows: pd.DataFrame, kind: str, stories: pd.DataFrame | None, selection: Selection
) -> pd.DataFrame:
    """Return when tasks were in sections, or had tags.

    The columns are ``task`` (its position), ``place`` (a gid), ``enter`` and ``leave``.
    """
    if stories is not None:
        stories = read_frame(stories, STORY_COLUMNS, what=_WHAT, record="story")
        at = parse_moments(stories["created_at"], what=_WHAT)
        if kind == "section_gid":
            return _find_section_stays(rows, stories[~is_true(at > selection.now)], selection)
        # The tags are those that were read, so that later stories count, too.
        stays = _find_tag_stays(rows, stories)
        past = stays[~is_true(stays["enter"] > selection.now)].reset_index(drop=True)
        return past.assign(leave=past["leave"].mask(is_true(past["leave"] > selection.now)))
    column = _PLACES[kind]
    created = parse_task_times(rows, "created_at", what=_WHAT)
    lists = read_list_columns(rows[[column]], [column])[column]
    each = lists.reset_index(drop=True).explode().dropna()
    return pd.DataFrame(
        {
            "task": each.index.to_numpy(),
            "place": each.astype(STR).array,
            "enter": created.array.take(each.index.to_numpy()),
            "leave": pd.Series(pd.NaT, index=range(len(each)), dtype=UTC_DATETIME).array,
        }
    )


def _find_section_stays(
    rows: pd.DataFrame, stories: pd.DataFrame, selection: Selection
) -> pd.DataFrame:
    visits = section_times(rows.assign(name=rows["gid"]), stories, now=selection.now, ends="moved")
    task = find_task_rows(rows, visits["task_gid"])
    return visits.assign(task=task, place=visits["section_gid"])[
        ["task", "place", "enter", "leave"]
    ]


def _find_tag_stays(rows: pd.DataFrame, stories: pd.DataFrame) -> pd.DataFrame:
    """Return when tasks had tags, from the stories that add and remove them."""
    stories = read_frame(stories, ["tag_gid"], what=_WHAT, record="story")
    created = parse_task_times(rows, "created_at", what=_WHAT)
    is_meant = is_true(stories["resource_subtype"].isin([_TAGGED, _UNTAGGED]))
    events = sort_stories(stories[is_meant & is_true(stories["tag_gid"].notna())], what=_WHAT)
    at = find_task_rows(rows, events["task_gid"])
    changes: dict[tuple[int, str], list[tuple[str, pd.Timestamp]]] = {}
    for task, tag, subtype, moment in zip(
        at, events["tag_gid"], events["resource_subtype"], events["created_at"], strict=True
    ):
        if task >= 0:
            changes.setdefault((int(task), str(tag)), []).append((str(subtype), moment))
    tags = read_list_columns(rows[["tags_gids"]], ["tags_gids"])["tags_gids"]
    for task, held in enumerate(tags):
        for tag in held or ():
            changes.setdefault((task, str(tag)), [])
    found = [
        (task, tag, enter, leave)
        for (task, tag), story in changes.items()
        for enter, leave in _iterate_stays(story, created.iloc[task])
    ]
    return pd.DataFrame(found, columns=["task", "place", "enter", "leave"]).astype(
        {"task": "int64", "place": STR, "enter": UTC_DATETIME, "leave": UTC_DATETIME}
    )


def _iterate_stays(
    stories: list[tuple[str, pd.Timestamp]], created: pd.Timestamp
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp | None]]:
    """Yield when a task had a tag: since its creation, unless the first story adds the tag."""
    since: Any = None if stories and stories[0][0] == _TAGGED else created
    for subtype, moment in stories:
        if subtype == _TAGGED:
            since = moment if since is None else since
        elif since is not None:
            yield since, moment
            since = None
    if since is not None:
        yield since, None
