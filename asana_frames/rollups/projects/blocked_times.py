"""When tasks were blocked, by what, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_mapping, list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.rollups.histories.changes import changes
from asana_frames.rollups.histories.dependency_stories import (
    PAIR,
    list_dependency_changes,
)
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.histories.section_times import section_times
from asana_frames.rollups.histories.stories import STORY_COLUMNS, sort_stories
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.exclude import Exclude, drop_excluded, find_holders
from asana_frames.rollups.shared.gids import find_positions
from asana_frames.rollups.shared.inputs import (
    drop_duplicate_gids,
    is_true,
    read_frame,
    text_column,
)
from asana_frames.rollups.shared.moments import (
    NEVER,
    days_between,
    parse_moment,
    parse_moments,
    to_microseconds,
)
from asana_frames.rollups.shared.tasks import first_memberships, parse_task_times, unique_tasks
from asana_frames.rollups.shared.workdays import count_workdays
from asana_frames.types import When

_WHAT = "rollups.blocked_times"
_NEEDED = ("gid", "name", "created_at", "completed_at")
_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("task_gid", "task_name", "assignee_gid", "assignee_name"), STR),
    **dict.fromkeys(("project_gid", "project_name"), STR),
    **dict.fromkeys(("dependency_gid", "dependency_name"), STR),
    **dict.fromkeys(("blocked_at", "unblocked_at"), UTC_DATETIME),
    **dict.fromkeys(("days_blocked", "days_counted", "days_working"), "Float64"),
    **dict.fromkeys(("is_current", "is_certain"), "boolean"),
}
_TEXTS = {
    "task_gid": "gid",
    "task_name": "name",
    "assignee_gid": "assignee_gid",
    "assignee_name": "assignee_name",
}
_COMPLETION = ("marked_complete", "marked_incomplete")
_SECONDS_OF_DAY = 86_400
#: What events tell of a pair: the dependency or flag is there, what it waits for is open, the
#: task is open.
_STATES = ("is_set", "is_awaited", "is_open")
_LIKE = '{"section": "Blocked"}, {"tag": "Waiting"} or {"cf_Status": ["On hold"]}'
_TAGS = ("added_to_tag", "removed_from_tag")


def blocked_times(
    tasks: pd.DataFrame,
    stories: pd.DataFrame,
    edges: pd.DataFrame | None = None,
    *,
    flag: Mapping[str, str | Sequence[str]] | None = None,
    now: When | None = None,
    tz: str = "UTC",
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
    exclude: Exclude | None = None,
) -> pd.DataFrame:
    """Measure when each task was blocked, by which dependency, and for how long.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(...)`` returns them, with those that others wait for: needs
        ``gid``, ``name``, ``created_at`` and ``completed_at``.
    stories
        All stories of the tasks, as ``gather.stories(asana, tasks)`` returns them.
    edges
        The dependencies that there are, as for ``rollups.dependencies``: ``task_gid`` waits for
        ``dependency_gid``.
    flag
        What marks a blocked task instead of dependencies: ``{"section": "Blocked"}``, ``{"tag":
        "Waiting"}`` or ``{"cf_Status": ["On hold"]}``, by names or gids.
    now
        The present if not given. What happens after an earlier moment is not known.
    tz
        The time zone of working days, and in which a ``now`` without a zone is read.
    workdays, holidays
        As in ``rollups.lead_times``.
    exclude
        Blocked tasks to leave out, such as ``{"section": "Cancelled"}``.

    Returns
    -------
    DataFrame
        One row per time in which a task is blocked by one dependency, by task in the order given,
        then by ``blocked_at``: ``task_gid``, ``task_name``, ``assignee_gid``, ``assignee_name``,
        ``project_gid``, ``project_name`` (str, its first project, or that of the nearest task
        above it), ``dependency_gid``, ``dependency_name`` (str, missing with ``flag``);
        ``blocked_at``, ``unblocked_at`` (datetime64[us, UTC], missing while it is blocked).
        Float64, up to ``now`` where it still is: ``days_blocked`` (of 24 hours), ``days_counted``
        (the part of these that no earlier row of the task has, so that they may be added up) and
        ``days_working`` (the part of ``days_blocked`` on working days). ``is_current`` (boolean);
        ``is_certain`` (boolean).

        A task is blocked while it is open, the dependency is there, and what it waits for is
        open; a task that is opened again blocks again. A dependency is there from the story that
        adds it to the one that removes it. Without a story it is there since the later of both
        tasks was created, and ``is_certain`` is False; so it is of a flag that was set when the
        task was created, and where the task that is waited for is not in ``tasks`` and no story
        tells when it was completed. Dependencies that are neither in ``edges`` nor removed by a
        story are left out.

    Raises
    ------
    InvalidArgument
        A column is missing, neither ``edges`` nor ``flag`` or both are given, or an argument is
        not valid.

    Examples
    --------
    The layout waits for the text from Monday on, until that is done on Thursday:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2"],
    ...         "name": ["Text", "Layout"],
    ...         "created_at": pd.to_datetime(["2026-02-27T09:00Z", "2026-02-27T09:00Z"]),
    ...         "completed_at": pd.to_datetime(["2026-03-05T09:00Z", None]),
    ...     }
    ... )
    >>> edges = pd.DataFrame({"task_gid": ["2"], "dependency_gid": ["1"]})
    >>> stories = pd.DataFrame(
    ...     {
    ...         "gid": ["8"],
    ...         "task_gid": ["2"],
    ...         "created_at": pd.to_datetime(["2026-03-02T09:00Z"]),
    ...         "resource_subtype": ["dependency_added"],
    ...         "dependency_gid": ["1"],
    ...     }
    ... )
    >>> found = blocked_times(tasks, stories, edges, now="2026-03-09")
    >>> found[["task_name", "dependency_name", "days_blocked", "is_current", "is_certain"]]
      task_name dependency_name  days_blocked  is_current  is_certain
    0    Layout            Text           3.0       False        True
    """
    if (edges is None) == (flag is None):
        raise InvalidArgument(
            f"{_WHAT} takes either edges=, such as af.bridge(tasks, 'dependencies'), or flag=, "
            f"such as {_LIKE}."
        )
    moment = parse_moment(now, tz)
    source = tasks
    tasks = read_frame(tasks, _NEEDED, what=_WHAT, record="task")
    stories = read_frame(stories, STORY_COLUMNS, what=_WHAT, record="story")
    is_later = is_true(parse_moments(stories["created_at"], what=_WHAT) > moment)
    known = select_known(tasks, moment, stories if is_later.any() else None, what=_WHAT)
    rows = drop_duplicate_gids(known)
    past = stories[~is_later]
    if edges is not None:
        sets = _list_dependency_events(tasks, stories, read_frame(edges, PAIR, what=_WHAT))
    else:
        sets = _list_flag_events(tasks, rows, (stories, past), flag, moment)
    meant = drop_excluded(rows, exclude, what=_WHAT)["gid"]
    sets = sets[is_true(sets["task_gid"].isin(meant))]
    states = _list_states(rows, past)
    awaited = _list_strange_states(sets, rows, past) if flag is None else None
    events = _join_events(sets, states, awaited)
    spells = _find_spells(events[events["at"] <= to_microseconds(pd.Series([moment]))[0]])
    table = _describe_spells(spells, rows, moment, has_names=flag is None)
    ends = table["unblocked_at"].fillna(moment)
    both = (to_microseconds(table["blocked_at"]), to_microseconds(ends))
    table["days_working"] = count_workdays(*both, tz, workdays, holidays)
    return write_about(table[list(_DTYPES)].astype(_DTYPES), source, now=moment, tz=tz)


def _build_events(frame: pd.DataFrame, value: Any, *, is_sure: Any = True) -> pd.DataFrame:
    """Return events of tasks and what they wait for, at microseconds."""
    at = frame["at"]
    if isinstance(at.dtype, pd.DatetimeTZDtype):
        # A moment that is not known is before all others.
        numbers = to_microseconds(at)
        at = pd.Series(np.where(numbers == NEVER, 0, numbers), index=frame.index)
    value, is_sure = (
        np.broadcast_to(np.asarray(flag, dtype=bool), len(frame)) for flag in (value, is_sure)
    )
    return frame[[*PAIR]].assign(at=at.astype("int64"), value=value, is_sure=is_sure)


def _list_dependency_events(
    tasks: pd.DataFrame, stories: pd.DataFrame, edges: pd.DataFrame
) -> pd.DataFrame:
    """List when dependencies are added and removed."""
    told = list_dependency_changes(stories, what=_WHAT)
    present = edges[[*PAIR]].astype(STR).dropna()
    last = told.drop_duplicates([*PAIR], keep="last")
    # Those that are gone without a story ended nobody knows when.
    pairs = pd.concat([present, last.loc[~last["is_added"], [*PAIR]]]).drop_duplicates()
    told = told.merge(pairs, on=[*PAIR])
    first = told.drop_duplicates([*PAIR])
    # One that stories never add, or remove first, was there from the beginning.
    marked = pairs.merge(first.loc[first["is_added"], [*PAIR]], how="left", indicator="told")
    untold = marked.loc[marked["told"] == "left_only", [*PAIR]].reset_index(drop=True)
    begun = np.fmax(*(_find_created(tasks, untold[name]) for name in PAIR))
    return pd.concat(
        [
            _build_events(untold.assign(at=begun), True, is_sure=False),
            _build_events(told, told["is_added"]),
        ],
        ignore_index=True,
    )


def _find_created(tasks: pd.DataFrame, gids: pd.Series[Any]) -> Any:
    """Return when tasks were created, in microseconds; 0 where it is not known."""
    known = drop_duplicate_gids(tasks)
    created = to_microseconds(parse_task_times(known, "created_at", what=_WHAT))
    at = find_positions(known["gid"], gids)
    found = np.append(created, 0)[at]
    return np.where(found == NEVER, 0, found)


def _list_states(rows: pd.DataFrame, stories: pd.DataFrame) -> pd.DataFrame:
    """Return ``gid``, ``at`` (microseconds) and ``value``: from when tasks are open or not."""
    subtype = stories["resource_subtype"].astype(STR)
    is_mark = is_true(subtype.isin(list(_COMPLETION)))
    marks = sort_stories(stories.loc[is_mark, list(STORY_COLUMNS)], what=_WHAT)
    told = pd.DataFrame(
        {
            "gid": marks["task_gid"].astype(STR),
            "at": to_microseconds(marks["created_at"]),
            "value": (marks["resource_subtype"] == "marked_incomplete").astype(bool),
        }
    )
    completed = to_microseconds(parse_task_times(rows, "completed_at", what=_WHAT))
    is_told = is_true(rows["gid"].isin(told.loc[~told["value"], "gid"]))
    untold = np.flatnonzero((completed != NEVER) & ~is_told)
    gid = rows["gid"].astype(STR)
    begun = pd.DataFrame({"gid": gid, "at": _find_created(rows, gid), "value": True})
    ended = pd.DataFrame({"gid": gid.take(untold), "at": completed[untold], "value": False})
    known = told[is_true(told["gid"].isin(rows["gid"]))]
    return pd.concat([begun, known, ended], ignore_index=True).astype({"value": bool})


def _list_strange_states(
    sets: pd.DataFrame, rows: pd.DataFrame, stories: pd.DataFrame
) -> pd.DataFrame:
    """Return from when dependencies that are not among the tasks are open or not.

    Stories of the tasks that wait for them tell when they were completed; where none does, they
    are taken for open, which is not sure.
    """
    subtype = stories["resource_subtype"].astype(STR)
    marks = stories[is_true(subtype == "dependency_marked_complete")]
    marks = pd.DataFrame(
        {
            "gid": text_column(marks, "dependency_gid"),
            "at": to_microseconds(parse_moments(marks["created_at"], what=_WHAT)),
            "value": False,
        }
    ).dropna()
    gids = sets["dependency_gid"].drop_duplicates()
    gids = gids[~is_true(gids.isin(rows["gid"]))]
    marks = marks[is_true(marks["gid"].isin(gids))].sort_values("at").drop_duplicates("gid")
    is_told = is_true(gids.isin(marks["gid"]))
    begun = pd.DataFrame({"gid": gids, "at": 0, "value": True, "is_sure": is_told})
    return pd.concat([begun, marks.assign(is_sure=True)], ignore_index=True)


def _list_flag_events(
    tasks: pd.DataFrame,
    rows: pd.DataFrame,
    stories: tuple[pd.DataFrame, pd.DataFrame],
    flag: Any,
    moment: pd.Timestamp,
) -> pd.DataFrame:
    """List when a section, tag or value of a field is set and cleared.

    ``stories`` are all of them, and those up to the moment. In the place of a dependency is what
    tells several flags of a task apart.

    Raises
    ------
    InvalidArgument
        ``flag`` is not valid.
    """
    check_mapping(flag, name="flag", like=_LIKE)
    if len(flag) != 1:
        raise InvalidArgument(f"flag= takes one section, tag or column, such as {_LIKE}.")
    ((key, given),) = flag.items()
    values = list_texts(given, name=f"flag[{key!r}]", like="Blocked")
    if key == "section":
        return _list_section_events(rows, stories[1], values, moment)
    if key == "tag" and len(values) > 1:
        each = [_list_flag_events(tasks, rows, stories, {key: v}, moment) for v in values]
        return pd.concat(each, ignore_index=True)
    now_set = find_holders(rows, key, values, what=_WHAT, name="flag", checks_values=False)
    told = (
        # The tags are those that were read, so that later stories count, too.
        _read_tag_stories(stories[0], values)
        if key == "tag"
        else _read_field_stories(stories[1], key, values)
    )
    # What was set before the first story, and what is set without any, was from the beginning.
    first = told.drop_duplicates([*PAIR])
    old = first.loc[first["was_set"], [*PAIR]]
    unseen = rows.loc[now_set & ~is_true(rows["gid"].isin(told["task_gid"])), "gid"]
    flagged = values[0] if key == "tag" else ""
    more = pd.DataFrame({"task_gid": unseen, "dependency_gid": flagged}).astype(STR)
    start = pd.concat([old.astype(STR), more], ignore_index=True)
    told = told[~is_true(told["at"] > moment)]
    start = start.assign(at=_find_created(tasks, start["task_gid"]))
    return pd.concat(
        [_build_events(start, True, is_sure=False), _build_events(told, told["value"])],
        ignore_index=True,
    )


def _list_section_events(
    rows: pd.DataFrame, stories: pd.DataFrame, values: Sequence[str], moment: pd.Timestamp
) -> pd.DataFrame:
    """List when tasks enter and leave sections."""
    visits = section_times(tasks=rows, stories=stories, now=moment)
    is_meant = is_true(visits["section_gid"].isin(values) | visits["section_name"].isin(values))
    named = visits.assign(dependency_gid=visits["project_gid"].fillna(""))[is_meant]
    left = named[named["leave"].notna()]
    ends = _build_events(left.assign(at=left["leave"]), False)
    starts = _build_events(named.assign(at=named["enter"]), True, is_sure=named["is_certain"])
    # One that leaves for another blocked section at that moment enters it last.
    return pd.concat([ends, starts], ignore_index=True)


def _read_tag_stories(stories: pd.DataFrame, values: Sequence[str]) -> pd.DataFrame:
    """Return when tags are added and removed."""
    gid, name = (text_column(stories, f"tag_{end}") for end in ("gid", "name"))
    subtype = stories["resource_subtype"].astype(STR)
    is_meant = is_true(subtype.isin(list(_TAGS))) & is_true(gid.isin(values) | name.isin(values))
    rows = sort_stories(stories[is_meant], what=_WHAT)
    is_added = (rows["resource_subtype"] == "added_to_tag").astype(bool)
    return pd.DataFrame(
        {
            "task_gid": rows["task_gid"].astype(STR),
            "dependency_gid": text_column(rows, "tag_gid").fillna(""),
            "at": rows["created_at"],
            "value": is_added,
            "was_set": ~is_added,
        }
    )


def _read_field_stories(stories: pd.DataFrame, key: str, values: Sequence[str]) -> pd.DataFrame:
    """Return when a custom field gets and loses values."""
    rows = changes(stories)
    is_field = is_true(rows["change"] == "field")
    name = rows["field_name"]
    rows = rows[is_field & is_true((PREFIX + name == key) | (rows["field_gid"] == key))]
    rows = rows.reset_index(drop=True)
    holds = {
        age: [
            not {text, gid, *str(text).split(", ")}.isdisjoint(values)
            for text, gid in zip(rows[age], rows[f"{age}_gid"], strict=True)
        ]
        for age in ("old", "new")
    }
    return pd.DataFrame(
        {
            "task_gid": rows["task_gid"],
            "dependency_gid": pd.Series("", index=rows.index, dtype=STR),
            "at": rows["changed_at"],
            "value": np.array(holds["new"], dtype=bool),
            "was_set": np.array(holds["old"], dtype=bool),
        }
    )


def _join_events(
    sets: pd.DataFrame, states: pd.DataFrame, strange: pd.DataFrame | None
) -> pd.DataFrame:
    """Return all events of each pair: a column of values, and of sureness, per state."""
    pairs = sets[[*PAIR]].drop_duplicates()
    own = pairs.merge(states.rename(columns={"gid": "task_gid"}), on="task_gid")
    parts = {"is_set": sets, "is_open": _build_events(own, own["value"])}
    if strange is None:
        parts["is_awaited"] = _build_events(pairs.assign(at=0), True)
    else:
        every = pd.concat([states.assign(is_sure=True), strange], ignore_index=True)
        other = pairs.merge(every.rename(columns={"gid": "dependency_gid"}), on="dependency_gid")
        parts["is_awaited"] = _build_events(other, other["value"], is_sure=other["is_sure"])
    found = [
        part[[*PAIR, "at"]].assign(
            **{
                name: part["value"].astype("float64"),
                f"{name}_sure": part["is_sure"].astype("float64"),
            }
        )
        for name, part in parts.items()
    ]
    columns = [*PAIR, "at", *(f"{name}{end}" for name in _STATES for end in ("", "_sure"))]
    return pd.concat(found, ignore_index=True).reindex(columns=columns)


def _find_spells(events: pd.DataFrame) -> pd.DataFrame:
    """Find when all states of a pair hold: ``start`` and ``end`` in microseconds."""
    events = events.sort_values([*PAIR, "at"], kind="stable", ignore_index=True)
    names = [name for name in events.columns if name not in (*PAIR, "at")]
    grouped = events.groupby([*PAIR], observed=True)
    filled = grouped[names].ffill().fillna(0)
    # Of what happens at one moment, the state after it counts.
    is_last = ~events.duplicated([*PAIR, "at"], keep="last")
    events, filled = events[is_last].reset_index(drop=True), filled[is_last].reset_index(drop=True)
    code = events.groupby([*PAIR], observed=True).ngroup().to_numpy()
    is_on: Any = filled[list(_STATES)].to_numpy(dtype=bool).all(axis=1)
    is_same = np.append(False, code[1:] == code[:-1])[: len(code)]
    was_on = np.append(False, is_on[:-1])[: len(code)] & is_same
    starts, ends = np.flatnonzero(is_on & ~was_on), np.flatnonzero(~is_on & was_on)
    at = events["at"].to_numpy()
    # Each time begins before it ends, and the last one of a pair may not have ended.
    next_end = np.searchsorted(ends, starts)
    end = np.append(ends, len(code))[next_end]
    is_over = (end < len(code)) & (np.append(code, -1)[end] == code[starts])
    sure: Any = filled[[f"{name}_sure" for name in _STATES]].to_numpy(dtype=bool).all(axis=1)
    return events.take(starts)[[*PAIR]].assign(
        start=at[starts],
        end=np.where(is_over, np.append(at, 0)[end], NEVER),
        is_certain=sure[starts],
    )


def _describe_spells(
    spells: pd.DataFrame, rows: pd.DataFrame, moment: pd.Timestamp, *, has_names: bool
) -> pd.DataFrame:
    """Return the columns of the result, but for working days."""
    spells = spells.assign(task=find_positions(rows["gid"], spells["task_gid"]))
    order = ["task", "start", *([] if has_names else ["end"]), "dependency_gid"]
    spells = spells.sort_values(order, kind="stable", ignore_index=True)
    task = spells["task"].to_numpy()
    other = find_positions(rows["gid"], spells["dependency_gid"])
    homes = first_memberships(unique_tasks(rows, rows.columns), task)
    texts = {name: text_column(rows, own) for name, own in _TEXTS.items()}
    gids = spells["dependency_gid"].astype(STR)
    names = pd.Series(text_column(rows, "name").array.take(other, allow_fill=True), dtype=STR)
    if not has_names:
        gids, names = (pd.Series(None, index=spells.index, dtype=STR) for _ in range(2))
    start, end = (_to_moments(spells[name]) for name in ("start", "end"))
    present = end.fillna(moment)
    # A task with several dependencies is blocked once at a time.
    now = to_microseconds(present)
    until = pd.Series(now).groupby(task).cummax().groupby(task).shift(fill_value=0)
    begun = np.maximum(until.to_numpy("int64"), spells["start"].to_numpy("int64"))
    counted = np.maximum(now - begun, 0) / 1e6 / _SECONDS_OF_DAY
    return pd.DataFrame(
        {
            **{name: pd.Series(text.array.take(task)) for name, text in texts.items()},
            **{name: homes[name] for name in ("project_gid", "project_name")},
            "dependency_gid": gids,
            "dependency_name": names,
            "blocked_at": start,
            "unblocked_at": end,
            "days_blocked": days_between(start, present),
            "days_counted": counted,
            "is_current": end.isna(),
            "is_certain": spells["is_certain"],
        }
    )


def _to_moments(microseconds: pd.Series[Any]) -> pd.Series[Any]:
    numbers = microseconds.to_numpy("int64")
    return pd.Series(numbers.view("datetime64[us]")).dt.tz_localize("UTC")
