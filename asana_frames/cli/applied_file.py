"""What became of the changes of a table, in a file beside it."""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import asana_frames as af
from asana_frames.calls.applied_changes import NOT_SENT, OUTCOME_COLUMNS, Told
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames import build_array
from asana_frames.frames.change_table import is_change_frame, list_changes
from asana_frames.frames.list_cells import join_items
from asana_frames.frames.problems import Problem, raise_problems
from asana_frames.frames.saved_changes import restore_changes

_SUFFIX = ".applied.csv"
#: Of the whole file: the project of the new tasks, when they began to be created, and whether
#: they are not in their order yet.
_PROJECT, _BEGAN, _UNORDERED = "project", "began", "unordered"
#: The place of a change. While changes are carried out, a line is added to the file for each thing
#: that becomes known of one; the last line holds.
_PLACE = "place"
#: What is added to the key of a row that the table has not any more.
_GONE = " before"
#: Actions that can be carried out any number of times.
_EDITS = ("update", "add", "remove")
#: What is not to be sent again, whatever became of the row of the table.
_KEPT = ("done", "unknown")


class AppliedFile:
    """The file of a table, and what it says.

    A line is written as soon as something is known of a change, so that whatever ends the process
    leaves a file that says what was sent.

    Parameters
    ----------
    table
        The file of the table.
    project
        The project of the new tasks.
    """

    def __init__(self, table: Path, project: str | None) -> None:
        is_own = table.name.endswith(_SUFFIX)
        self.path = table if is_own else table.with_suffix(_SUFFIX)
        self._project = project
        self._known = self._read()
        #: The changes to carry out, and their cells as the file has them, once it is begun.
        self._changes: pd.DataFrame | None = None
        self._lines: list[dict[str, str]] = []
        self._lock = threading.Lock()

    def _read(self) -> pd.DataFrame | None:
        if not self.path.exists():
            return None
        frame = af.read_csv(self.path)
        if not is_change_frame(frame) or OUTCOME_COLUMNS[0] not in frame.columns:
            raise InvalidArgument(
                f"{self.path} does not say what became of changes; move it away."
            )
        made = restore_changes(keep_last_lines(frame))
        project = _find_text(made, _PROJECT)
        if project != (self._project or ""):
            raise InvalidArgument(
                f"{self.path} is about the project {project!r}, not {self._project!r}. Move it "
                f"away to carry out the table once more."
            )
        return made

    def add_outcomes(self, changes: pd.DataFrame) -> pd.DataFrame:
        """Return changes with what became of them in earlier runs.

        Raises
        ------
        InvalidArgument
            Rows were changed after their task was created.
        """
        self._changes = changes if self._known is None else self._merge(changes)
        return self._changes

    def _merge(self, changes: pd.DataFrame) -> pd.DataFrame:
        assert self._known is not None
        known = self._known
        if (known["outcome"] == "done").all():
            # A run that is over: its edits may have been undone since, and are made once more.
            known = known[~known["action"].isin(_EDITS)].reset_index(drop=True)
        places: dict[tuple[str, ...], list[int]] = {}
        for place, identity in enumerate(_identify_all(known)):
            places.setdefault(identity, []).append(place)
        found = [
            places[identity].pop(0) if places.get(identity) else None
            for identity in _identify_all(changes)
        ]
        self._check_created(changes, found, known)
        made = changes.assign(
            gid=_take(known["gid"], found, changes["gid"]),
            **{name: _take(known[name], found) for name in OUTCOME_COLUMNS},
        )
        rest = known.drop(index=[place for place in found if place is not None])
        # Edits of rows that say something else now are nothing that is done.
        rest = rest[rest["outcome"].isin(_KEPT) & ~rest["action"].isin(_EDITS)]
        # Their places may be those of other rows now.
        rest = rest.assign(key=rest["key"].where(~rest["key"].map(_is_place), rest["key"] + _GONE))
        attrs = changes.attrs.get("asana", {})
        made = pd.concat([made, rest[made.columns]], ignore_index=True) if len(rest) else made
        state = {name: _find_text(known, name) for name in (_BEGAN, _UNORDERED)}
        made.attrs["asana"] = attrs | {name: text for name, text in state.items() if text}
        return made

    def _check_created(
        self, changes: pd.DataFrame, found: list[int | None], known: pd.DataFrame
    ) -> None:
        """Refuse rows that would create a task a second time."""
        is_made = (known["action"] == "create") & known["outcome"].isin(_KEPT)
        made = set(known.loc[is_made, "key"])
        matched = set(known["key"].take([place for place in found if place is not None]))
        # Rows without a key have that of their place: whether one is new or was edited nobody
        # knows, unless all that were created are still there.
        has_lost_any = any(map(_is_place, made - matched))
        problems: list[Problem] = []
        for row, (change, place) in enumerate(zip(list_changes(changes), found, strict=True)):
            if place is not None or change.action != "create":
                continue
            has_place = _is_place(change.key)
            if not (has_lost_any if has_place else change.key in made):
                continue
            why = (
                "it may be a row whose task was created; give new rows a key"
                if has_place
                else "its task was created as the table said before; change it in Asana"
            )
            more = f"or move {self.path.name} away to create all tasks once more"
            problems.append(
                Problem(row, str(change.field), change.new, f"{change.key!r}: {why}, {more}")
            )
        raise_problems(problems, what="apply")

    def write(self, applied: pd.DataFrame) -> None:
        """Replace the file by what became of changes; there is none of no changes."""
        if not len(applied):
            return
        state = applied.attrs.get("asana") or {}
        known = self._known if self._known is not None else applied
        texts = {
            _PROJECT: self._project,
            _BEGAN: state.get(_BEGAN) or _find_text(known, _BEGAN) or None,
            _UNORDERED: "yes" if state.get(_UNORDERED) else None,
        }
        columns = {
            name: build_array("text", [text] * len(applied)) for name, text in texts.items()
        }
        places = build_array("integer", range(len(applied)))
        af.export.to_csv(applied.assign(**columns, **{_PLACE: places}), self.path, schema=True)

    def _begin(self) -> None:
        """Write what is known of the changes from earlier runs."""
        changes = self._changes
        assert changes is not None
        if OUTCOME_COLUMNS[0] not in changes.columns:
            missing = {
                name: build_array("text", [None] * len(changes)) for name in OUTCOME_COLUMNS
            }
            changes = changes.assign(**missing)
        is_blank = changes["outcome"].isna()
        self.write(changes.assign(outcome=changes["outcome"].mask(is_blank, NOT_SENT)))
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            self._lines = list(csv.DictReader(file))

    def add(
        self, places: Sequence[int], told: Told, gid: str | None, state: Mapping[str, Any]
    ) -> None:
        """Add a line for each of some changes; the thread does not matter.

        Parameters
        ----------
        places
            The rows of the changes.
        told
            What became of them.
        gid
            The object that was created.
        state
            What `asana_frames.calls.apply` has to know in a later run.
        """
        cells = dict(zip(OUTCOME_COLUMNS, map(_to_text, told), strict=True))
        cells[_BEGAN] = state.get(_BEGAN) or ""
        cells[_UNORDERED] = "yes" if state.get(_UNORDERED) else ""
        cells |= {"gid": gid} if gid is not None else {}
        with self._lock:
            if not self._lines:
                self._begin()
            with self.path.open("a", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(
                    file, [*self._lines[0]], quoting=csv.QUOTE_ALL, lineterminator="\n"
                )
                writer.writerows(self._lines[place] | cells for place in places)


def keep_last_lines(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of changes with the last line of each change of a file."""
    if _PLACE not in frame.columns:
        return frame
    kept = frame.drop_duplicates(_PLACE, keep="last")
    return kept.sort_values(_PLACE, kind="stable", ignore_index=True)


def _identify_all(changes: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what tells each change from others, in a frame and in a file."""
    listed = list_changes(changes)
    #: Key of a row that has only its place as one -> all that it says.
    contents: dict[str | None, list[str]] = {}
    for change in listed:
        if change.action == "create" and _is_place(change.key):
            contents.setdefault(change.key, []).append(f"{change.field}={_to_text(change.new)}")
    return [
        tuple(map(_to_text, change._replace(gid="", key="\n".join(contents[change.key]))))
        if change.action == "create" and change.key in contents
        else tuple(
            map(_to_text, change._replace(gid="" if change.action == "create" else change.gid))
        )
        for change in listed
    ]


def _is_place(key: str | None) -> bool:
    """Whether a key is what `asana_frames.changes` calls a row that has none."""
    return key is not None and re.fullmatch(r"row \d+", key) is not None


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    text = join_items(value) if isinstance(value, tuple) else str(value)
    # Other programs write the key 1 as 1.0.
    return re.sub(r"^(\d+)[.,]0+$", r"\1", text)


def _take(column: pd.Series[Any], places: list[int | None], default: Any = None) -> Any:
    values = [
        (None if default is None else default.iloc[row]) if place is None else column.iloc[place]
        for row, place in enumerate(places)
    ]
    kind = "integer" if column.name == "status" else "text"
    cells = [None if pd.isna(value) else value for value in values]
    return build_array(kind, [int(one) if kind == "integer" and one else one for one in cells])


def _find_text(frame: pd.DataFrame, name: str) -> str:
    """Return what all rows of a file have in a column."""
    cells = frame[name].dropna().tolist() if name in frame.columns else []
    return str(cells[0]) if cells else ""
