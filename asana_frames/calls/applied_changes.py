"""What became of changes: how a frame tells it, and what this process remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from asana_frames.calls.change_steps import read_changes
from asana_frames.exceptions import AsanaWarning, warn_caller
from asana_frames.fetch.rate_limiter import Account

#: What `apply` adds to a frame of changes.
OUTCOME_COLUMNS = ("outcome", "status", "message")
DONE, UNKNOWN, NOT_SENT = "done", "unknown", "not sent"
#: What may have been carried out is known better than what was not.
_RANKS = {DONE: 2, UNKNOWN: 1}
#: Most frames of changes that are remembered when nothing of them is left to do.
_MAX_FINISHED = 1000
#: outcome, status and message of a change.
Told = tuple[str, int | None, str | None]


class _Known(NamedTuple):
    """What became of changes, and when that was."""

    applied: pd.DataFrame
    #: When their objects were last changed before they were read, as far as that is known.
    modified_at: Mapping[str, str]
    #: How many calls had written until then.
    writes: int
    #: Nothing was left to do.
    is_over: bool


class AppliedChanges:
    """What became of changes in this process, so that nothing is carried out twice."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._writes = 0

    def find(
        self,
        changes: pd.DataFrame,
        project: str | None,
        find_gone: Callable[[Iterable[tuple[str, str]]], Collection[str]],
    ) -> pd.DataFrame:
        """Return changes with what became of them before.

        Parameters
        ----------
        changes
            The changes.
        project
            The gid of the project of new tasks.
        find_gone
            Returns the gids of objects that are not there any more, of pairs of resource and gid.
        """
        key = _hash_changes(changes, project)
        known = self._known.get(key)
        if known is None:
            return changes
        if known.is_over:
            # Subtasks go with the tasks above them, and others delete as well.
            gone = find_gone(_list_created(known.applied))
            known = _forget_creations(known, gone) if gone else known
        applied = known.applied
        if known.writes != self._writes or known.modified_at != _find_modified(changes):
            applied = _forget_edits(applied)
        has_outcomes = OUTCOME_COLUMNS[0] in changes.columns
        done = int((applied["outcome"] == DONE).sum())
        if known.is_over and done and not has_outcomes:
            warn_caller(
                f"{done:,} of {len(applied):,} changes are done already and are not sent again. "
                f"Rows with other keys are new objects.",
                AsanaWarning,
            )
        return _merge_outcomes(changes, applied) if has_outcomes else applied

    def keep(
        self, changes: pd.DataFrame, project: str | None, applied: pd.DataFrame, *, is_over: bool
    ) -> None:
        """Keep what became of changes, and whether nothing is left to do."""
        is_gone = (applied["action"] == "delete") & (applied["outcome"] == DONE)
        self.note_write(applied.loc[is_gone, "gid"])
        key = _hash_changes(changes, project)
        self._known.pop(key, None)
        self._known[key] = _Known(applied, _find_modified(changes), self._writes, is_over)
        finished = [one for one, known in self._known.items() if known.is_over]
        for oldest in finished[:-_MAX_FINISHED]:
            del self._known[oldest]

    def note_write(self, deleted: Iterable[str | None] = ()) -> None:
        """Note that something was written, which may have undone what was applied before.

        Parameters
        ----------
        deleted
            The gids of the objects that are not there any more.
        """
        self._writes += 1
        gone = {gid for gid in deleted if gid is not None}
        if not gone:
            return
        self._known = {key: _forget_creations(known, gone) for key, known in self._known.items()}


_memories: dict[Account, AppliedChanges] = {}


def recall_applied(account: Account | None) -> AppliedChanges:
    """Return what became of the changes of an account, whichever connection carried them out."""
    return AppliedChanges() if account is None else _memories.setdefault(account, AppliedChanges())


def _list_created(applied: pd.DataFrame) -> list[tuple[str, str]]:
    """Return resource and gid of what was created."""
    made = applied[(applied["action"] == "create") & applied["gid"].notna()]
    return list(zip(made["resource"], made["gid"], strict=True))


def _find_modified(changes: pd.DataFrame) -> Mapping[str, str]:
    known = changes.attrs.get("asana")
    found = known.get("modified_at") if isinstance(known, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _forget_edits(applied: pd.DataFrame) -> pd.DataFrame:
    """Return changes in which updates count as not sent: somebody may have undone them."""
    is_lasting = applied["action"].isin(["create", "delete"])
    return _mark_not_sent(applied, ~is_lasting & (applied["outcome"] == DONE))


def _forget_creations(known: _Known, gone: Collection[str]) -> _Known:
    """Return what is known without the creations of objects that were deleted."""
    is_gone = (known.applied["action"] == "create") & known.applied["gid"].isin([*gone])
    applied = _mark_not_sent(known.applied, is_gone)
    applied["gid"] = applied["gid"].mask(is_gone)
    return known._replace(applied=applied)


def _mark_not_sent(applied: pd.DataFrame, rows: pd.Series[bool]) -> pd.DataFrame:
    made = applied.copy()
    made.loc[rows, "outcome"] = NOT_SENT
    for name in ("status", "message"):
        made[name] = made[name].mask(rows)
    return made


def _hash_changes(changes: pd.DataFrame, project: str | None) -> str:
    """Return what tells changes from others, whether or not they have been carried out."""
    rows = [
        repr(change._replace(gid=None) if change.action == "create" else change)
        for change in read_changes(changes)
    ]
    text = "\n".join([str(project), *rows])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass")).hexdigest()


def _merge_outcomes(given: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the changes as given, each with the more certain of its two outcomes."""
    ranks = [
        frame["outcome"].map(_RANKS).fillna(0).to_numpy(dtype=int) for frame in (given, known)
    ]
    is_known = ranks[1] >= ranks[0]
    merged = given.copy()
    for name in ("gid", *OUTCOME_COLUMNS):
        if name in known.columns:
            values = known[name].set_axis(given.index)
            merged[name] = given[name].where(~is_known, values) if name in given else values
    merged.attrs["asana"] = known.attrs.get("asana", {}) | given.attrs.get("asana", {})
    return merged


def read_outcomes(frame: pd.DataFrame) -> dict[int, Told]:
    """Return what became of changes in an earlier call, by their places."""
    if OUTCOME_COLUMNS[0] not in frame.columns:
        return {}
    columns = [
        [None if pd.isna(value) else value for value in frame[name]]
        if name in frame.columns
        else [None] * len(frame)
        for name in OUTCOME_COLUMNS
    ]
    return {
        place: (str(outcome), status, message)
        for place, (outcome, status, message) in enumerate(zip(*columns, strict=True))
        if outcome is not None
    }
