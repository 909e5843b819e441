"""Changes turned round, as far as Asana can undo them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.change_table import (
    CHANGE_COLUMNS,
    Change,
    build_change_frame,
    list_changes,
)
from asana_frames.frames.field_definitions import read_all_definitions, record_definitions
from asana_frames.frames.writable_columns import (
    PROJECTS,
    SECTIONS,
    find_field_of,
    find_record_type,
    list_writable_fields,
)

_WHAT = "af.reverse"
_DONE = "done"


def reverse(changes: pd.DataFrame, *, deletions: bool = False) -> pd.DataFrame:
    """Return the changes that undo others.

    Parameters
    ----------
    changes
        What `changes` or ``asana.apply`` returned. With a column ``outcome`` only what is
        ``done`` is undone.
    deletions
        Whether objects that were created are to be deleted.

    Returns
    -------
    DataFrame
        A frame of changes in the opposite order: ``old`` is what must be there now, ``new`` what
        was there before; what was added is removed. ``attrs["asana"]["not_undone"]`` lists what
        cannot be undone: its action, gid, field and why.

    Raises
    ------
    InvalidArgument
        It is not a frame of changes.

    Warns
    -----
    AsanaWarning
        Something cannot be undone.

    Examples
    --------
    >>> import asana_frames as af
    >>> tasks = af.sandbox(now="2026-11-02").tasks.list(project="Website relaunch")
    >>> edited = tasks.copy()
    >>> edited.loc[0, "name"] = "Write the sign-up form"
    >>> af.reverse(af.changes(tasks, edited))[["old", "new"]].values.tolist()
    [['Write the sign-up form', 'Present landing page']]
    """
    check_frame(changes, what=_WHAT)
    check_flag(deletions, name="deletions")
    _check_columns(changes)
    known = changes.attrs.get("asana")
    known = known if isinstance(known, Mapping) else {}
    sections = known.get("sections") or {}
    has_outcome = "outcome" in changes.columns
    done = changes[(changes["outcome"] == _DONE).to_numpy(bool)] if has_outcome else changes
    undone: list[Change] = []
    left: list[dict[str, Any]] = []
    for change in reversed(list_changes(done)):
        why = _find_obstacle(change, deletes=deletions, is_done=has_outcome)
        if why:
            left.append({**_describe(change), "why": why})
            continue
        undone += _turn_round(change)
        if change.action == "remove" and _has_sections(change):
            section = sections.get(change.gid, {}).get(change.old)
            if section is None:
                why = "the section that it had in the project is not known"
                left.append({**_describe(change), "field": SECTIONS, "why": why})
            else:
                undone.append(change._replace(action="add", field=SECTIONS, old=None, new=section))
    # Each field of an object that was created is a change; deleting it is one.
    made = build_change_frame(dict.fromkeys(undone))
    made.attrs["asana"] = {
        "record": known.get("record", ""),
        "sections": sections,
        "not_undone": _drop_repeated(left),
        "is_reversal": True,
    }
    record_definitions(made, read_all_definitions(changes))
    _warn(made.attrs["asana"]["not_undone"])
    return made


def _check_columns(changes: pd.DataFrame) -> None:
    lacking = [name for name in CHANGE_COLUMNS if name not in changes.columns]
    if lacking:
        raise InvalidArgument(
            f"{_WHAT} takes a frame of changes, such as af.changes(before, after) returns; this "
            f"one lacks {', '.join(lacking)}. Of a write with dry_run=True, pass what asana.apply "
            f"made of it."
        )


def _describe(change: Change) -> dict[str, Any]:
    field = None if change.action == "create" else change.field
    return {"action": change.action, "gid": change.gid or change.key, "field": field}


def _has_sections(change: Change) -> bool:
    """Return whether a change is one of the projects of an object that has a section in each."""
    fields = list_writable_fields(find_record_type(change.resource))
    return change.field == PROJECTS and any(one.form == "memberships" for one in fields)


def _drop_repeated(left: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dict(one) for one in dict.fromkeys(tuple(each.items()) for each in left)]


def _find_obstacle(change: Change, *, deletes: bool, is_done: bool) -> str:
    """Return why a change cannot be undone; nothing if it can."""
    if change.action == "delete":
        return "Asana has no way to bring back what was deleted"
    if change.action == "create":
        if not is_done or change.gid is None:
            return "it is not known to have been created"
        return "" if deletes else "deletions=True deletes it"
    if change.action not in ("update", "add", "remove"):
        return f"nothing undoes {change.action}"
    if change.action == "update" and change.old is None:
        return "its old value is not known"
    return ""


def _turn_round(change: Change) -> Iterator[Change]:
    if change.action == "create":
        yield Change(change.resource, "delete", change.gid, None, None)
    elif change.field == SECTIONS:
        # Where the project was added as well, removing it is enough.
        if change.old is not None:
            yield change._replace(old=change.new, new=change.old)
    elif change.action == "update":
        field = change.field and find_field_of(change.resource, change.field, change.old)
        yield change._replace(field=field, old=change.new, new=change.old)
    else:
        action = "remove" if change.action == "add" else "add"
        yield change._replace(action=action, old=change.new, new=change.old)


def _warn(left: list[dict[str, Any]]) -> None:
    if not left:
        return
    first = left[0]
    warn_caller(
        f"{_WHAT}: {len(left):,} change(s) cannot be undone, such as {first['action']} of "
        f"{first['gid']}: {first['why']}. attrs['asana']['not_undone'] lists them.",
        AsanaWarning,
    )
