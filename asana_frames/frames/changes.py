"""What differs between two frames, as a frame of changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice, check_flag
from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.change_table import Change, build_change_frame
from asana_frames.frames.compared_cells import (
    ComparedFrames,
    Places,
    TypedColumns,
    list_values,
)
from asana_frames.frames.custom_field_columns import GIDS_SUFFIX, MOMENT_SUFFIX, PREFIX
from asana_frames.frames.field_definitions import (
    FieldDefinition,
    read_definitions,
    record_definitions,
)
from asana_frames.frames.field_edits import EditFinder
from asana_frames.frames.new_rows import NewRows, find_key_problems, new_row_kinds
from asana_frames.frames.problems import Problem, build_problem_frame, raise_problems
from asana_frames.frames.schema import cell_kind, describe_column, find_record
from asana_frames.frames.writable_columns import (
    DEPENDENCIES,
    DEPENDS_ON,
    KEY,
    MEMBERSHIPS,
    PARENT,
    PROJECTS,
    WritableField,
    column_kinds,
    find_resource,
    find_writable_fields,
    list_computed,
    list_own_fields,
)

_WHAT = "af.changes"
#: Most gids and columns that a message names.
_MAX_NAMED = 5
_MODIFIED = "modified_at"


def changes(
    before: pd.DataFrame | None,
    after: pd.DataFrame,
    *,
    deletions: bool = False,
    blank: Literal["ignore", "clear"] = "ignore",
) -> pd.DataFrame:
    """Compare a frame with what it became, and return what is to be written.

    Rows are told apart by ``gid``. Only what differs and can be written is a change. ``after`` may
    have fewer columns and rows, in any order, and is typed as ``before`` is, so that a file that
    another program has read works too.

    Parameters
    ----------
    before
        The frame as it was read from Asana; None if all rows of ``after`` are new.
    after
        The same frame, edited. Rows without a gid are to be created. Of ``<field>_gid`` and
        ``<field>_name`` the one that was changed counts; of a new row the gid, which must have
        that name. ``af.CLEAR``, or the text ``<CLEAR>``, empties a field. Columns called like
        fields, such as ``assignee``, ``tags``, ``section``, ``parent`` and ``depends_on``, which
        adds, work in all rows. Of a table of new rows every column is a field, but for ``key``,
        which names a row so that ``parent`` and ``depends_on`` of others can refer to it.
    deletions
        Whether rows that ``after`` lacks are to be deleted; else they are only counted.
    blank
        What a cell means that had a value and is blank now: ``"ignore"`` leaves the field alone,
        ``"clear"`` empties it.

    Returns
    -------
    DataFrame
        Columns ``resource``, ``action``, ``gid``, ``key``, ``field``, ``old`` and ``new``; one
        row per field, in the order of ``after``. Lists have one row per item, ``add`` or
        ``remove``. References are gids where these are known, else names; empty values are
        ``af.CLEAR``. ``attrs["asana"]`` has how many cells were ``blank`` and left alone, how many
        rows are gone (``deleted``), ``not_written``: column -> cells that differ and cannot be
        written, and, where ``before`` tells it, ``modified_at``: gid -> when the object was last
        changed, and ``sections``: gid -> project -> the section in which a task was that leaves
        the project.

    Raises
    ------
    InvalidArgument
        The frames have no gids, or one gid twice; ``after`` has gids that ``before`` lacks; a
        cell is not what its column holds; gid and name were both changed and do not fit; keys are
        used twice, missing or in a circle. ``error.problems`` lists all that is wrong with rows.

    Warns
    -----
    AsanaWarning
        Cells are blank now, or rows are gone, and were left alone, or columns differ that cannot
        be written.

    Examples
    --------
    >>> import asana_frames as af, tempfile, pathlib
    >>> tasks = af.sandbox(now="2026-11-02").tasks.list(project="Website relaunch")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "tasks.csv")
    ...     af.export.to_csv(tasks, file)
    ...     # Here somebody edits the file.
    ...     edited = af.read_csv(file, schema=tasks)
    >>> edited.loc[0, "name"] = "Write the sign-up form"
    >>> af.changes(tasks, edited)[["action", "field", "old", "new"]].values.tolist()
    [['update', 'name', 'Present landing page', 'Write the sign-up form']]
    """
    return find_changes(before, after, deletions=deletions, blank=blank, what=_WHAT)


def find_changes(
    before: pd.DataFrame | None,
    after: pd.DataFrame,
    *,
    deletions: bool = False,
    blank: str = "ignore",
    what: str,
) -> pd.DataFrame:
    """Return what `changes` returns, for a call that messages name by ``what``."""
    check_frame(after, what=what)
    check_flag(deletions, name="deletions")
    check_choice(blank, ("ignore", "clear"), name="blank")
    after = _prepare(after, f"{what}: `after`")
    if before is None:
        return _build_new_rows(after, what)
    check_frame(before, what=what)
    before = _prepare(before, f"{what}: `before`")
    record = find_record(before) or find_record(after)
    if not record:
        raise InvalidArgument(
            f"{what}: the columns of `before` do not say what its rows are; pass a frame as it "
            f"was read from Asana."
        )
    found = _Found(record, what, deletes=bool(deletions))
    comparison = _Comparison(before, after, found, clears=blank == "clear")
    changed = comparison.list_changes()
    made = _build_frame(found, changed, comparison.fields)
    made.attrs["asana"]["modified_at"] = _list_modified(before, {one.gid for one in changed})
    made.attrs["asana"]["sections"] = comparison.list_left_sections(changed)
    return made


class _Found:
    """What was found beside the changes."""

    def __init__(self, record: str, what: str, *, deletes: bool = False) -> None:
        self.record = record
        self.what = what
        self.deletes = deletes
        self.blank = 0
        self.deleted = 0
        self.not_written: dict[str, int] = {}
        #: Column that was not written -> the one of ``before`` that would tell its old value.
        self.lacking: dict[str, str] = {}

    def add_not_written(self, counts: Mapping[str, int]) -> None:
        """Add the cells of columns that cannot be written."""
        for name, count in counts.items():
            if count:
                self.not_written[name] = self.not_written.get(name, 0) + count

    def warn(self) -> None:
        """Warn of what differs and is not written."""
        if self.blank:
            warn_caller(
                f"{self.what}: {self.blank:,} cell(s) had a value and are blank now. They were "
                f"left alone; af.CLEAR empties a field, and blank='clear' all of these.",
                AsanaWarning,
            )
        if self.deleted and not self.deletes:
            warn_caller(
                f"{self.what}: {self.deleted:,} row(s) of `before` are not in `after`. They were "
                f"left alone; deletions=True deletes them.",
                AsanaWarning,
            )
        if self.not_written:
            named = list(self.not_written.items())
            more = ", ..." if len(named) > _MAX_NAMED else ""
            listed = ", ".join(f"{name} ({count:,})" for name, count in named[:_MAX_NAMED])
            needed = [f"{name} needs {column}" for name, column in self.lacking.items()]
            advice = f" In `before`, {', '.join(needed)}." if needed else ""
            warn_caller(
                f"{self.what}: columns that cannot be written differ, or are not in `before`, and "
                f"were left out: {listed}{more}.{advice}",
                AsanaWarning,
            )


def _list_modified(before: pd.DataFrame, gids: set[str | None]) -> dict[str, str]:
    """Return when objects were last changed, as Asana writes it, where the frame knows it."""
    if _MODIFIED not in before.columns:
        return {}
    rows = before.loc[before["gid"].isin(gids), ["gid", _MODIFIED]].dropna()
    moments = pd.to_datetime(rows[_MODIFIED], utc=True)
    return {
        gid: f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03}Z"
        for gid, moment in zip(rows["gid"], moments, strict=True)
    }


def _raise_problems(problems: Sequence[Problem], unclear: Sequence[Problem], what: str) -> None:
    """Raise one error about all problems; of one cell alone it says where it stands."""
    if len(unclear) == 1 and not problems:
        (one,) = unclear
        error = InvalidArgument(f"{what}: {one.column}, row {one.row}: {one.why}.")
        error.problems = build_problem_frame(unclear)
        raise error
    raise_problems(sorted([*unclear, *problems], key=lambda one: one.row), what=what)


def _prepare(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return a frame whose columns are called by text, gids among them if they were the index."""
    if "gid" not in frame.columns and "gid" in frame.index.names:
        frame = frame.reset_index()
    if not all(isinstance(name, str) for name in frame.columns):
        frame = frame.set_axis([*map(str, frame.columns)], axis=1)
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        raise InvalidArgument(
            f"{what} has several columns called {twice[0]!r}; rename one of them."
        )
    return frame


def _build_frame(
    found: _Found, changed: list[Change], fields: tuple[FieldDefinition, ...] = ()
) -> pd.DataFrame:
    made = build_change_frame(changed)
    made.attrs["asana"] = {
        "record": found.record,
        "blank": found.blank,
        "deleted": found.deleted,
        "not_written": found.not_written,
    }
    record_definitions(made, fields)
    found.warn()
    return made


def _build_new_rows(after: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return the changes that create every row of a table."""
    found = _Found(find_record(after) or "task", what)
    names, fields = list(after.columns), read_definitions(after)
    kinds = new_row_kinds(found.record, names) | column_kinds(found.record, fields)
    unclear: list[Problem] = []
    rows = NewRows(
        TypedColumns(after, kinds, unclear, what=what),
        names,
        np.arange(len(after)),
        found.record,
        find_writable_fields(found.record, names, fields),
        computed=list_computed(fields),
    )
    made = rows.build()
    problems = rows.problems + find_key_problems(rows.keys, range(len(after)), made)
    _raise_problems(problems, unclear, what)
    found.add_not_written(rows.not_written)
    return _build_frame(found, [change for row in made for change in row], fields)


class _Comparison:
    """A frame and what it became."""

    def __init__(
        self, before: pd.DataFrame, after: pd.DataFrame, found: _Found, *, clears: bool
    ) -> None:
        self.found, record, what = found, found.record, found.what
        self._unclear: list[Problem] = []
        self.fields = read_definitions(before)
        self._clears = clears
        self._names = list(map(str, after.columns))
        self._added = [name for name in self._names if name not in before.columns]
        kinds = column_kinds(record, self.fields)
        kinds |= {
            name: cell_kind(describe_column(before[name]))
            for name in self._names
            if name not in kinds and name not in self._added
            # Of one dtype they can be compared as they are.
            if before[name].dtype != after[name].dtype
        }
        self._before = TypedColumns(before, kinds, what=what)
        self._after = TypedColumns(
            after, new_row_kinds(record, self._added) | kinds, self._unclear, what=what
        )
        self._gids = (
            _read_gids(self._before, f"{what}: `before`"),
            _read_gids(self._after, f"{what}: `after`"),
        )
        # Without them nothing can be compared.
        _raise_problems((), self._unclear, what)
        self._rows = _match_rows(*self._gids, what)
        self._writable = self._list_fields()

    def _list_fields(self) -> list[WritableField]:
        """Return the fields that can be written, in the order of their columns."""
        own = list_own_fields(self.found.record)
        others = [name for one in self._added if one in own for name in own[one].columns]
        # Of a field of people or days, the frame before tells gids or moments as well.
        others += [
            f"{name}{end}"
            for name in self._names
            for end in (GIDS_SUFFIX, MOMENT_SUFFIX)
            if name.startswith(PREFIX) and self._before.has(f"{name}{end}")
        ]
        known = find_writable_fields(self.found.record, [*self._names, *others], self.fields)
        places = {name: place for place, name in enumerate(self._names)}
        return sorted(
            known, key=lambda one: min(places.get(name, len(places)) for name in one.columns)
        )

    def list_changes(self) -> list[Change]:
        """Return all changes, in the order of the rows after."""
        frames = ComparedFrames(self._before, self._after, self._rows)
        finder = EditFinder(frames, clears=self._clears)
        edits = [edit for field in self._writable for edit in finder.find(field)]
        placed, problems = self._place_new_rows(frames)
        problems += [one._replace(row=self._find_place(one.row)) for one in finder.problems]
        self._count_not_written(frames, finder)
        _raise_problems(problems, self._unclear, self.found.what)
        self.found.blank = finder.blank
        resource, gids = find_resource(self.found.record), self._gids[1].array
        # Projects may be in columns of their own as well as in those of memberships.
        for edit in dict.fromkeys(edits):
            place = self._find_place(edit.row)
            change = Change(
                resource, edit.action, gids[place], None, edit.field, edit.old, edit.new
            )
            placed.append((place, change))
        gone = self._list_gone()
        self.found.deleted = len(gone)
        deleted = [
            Change(resource, "delete", gid, None, None) for gid in gone if self.found.deletes
        ]
        in_order = sorted(placed, key=lambda one: one[0])
        named = self._list_named_rows()
        return [*(_refer_by_gid(change, named) for _, change in in_order), *deleted]

    def _list_named_rows(self) -> dict[str, str]:
        """Return key -> gid of rows that are there and have a key all the same."""
        if KEY not in self._names:
            return {}
        keys = list_values(self._after.read(KEY)[0])
        pairs = zip(keys, self._gids[1].array, strict=True)
        return {key: gid for key, gid in pairs if key is not None and isinstance(gid, str)}

    def list_left_sections(self, changes: Iterable[Change]) -> dict[str, dict[str, str]]:
        """Return the section in each project that a task leaves: task -> project -> section."""
        left = {
            (str(one.gid), str(one.old))
            for one in changes
            if one.action == "remove" and one.field == PROJECTS
        }
        columns = MEMBERSHIPS[0], MEMBERSHIPS[2]
        if not left or not all(map(self._before.has, columns)):
            return {}
        is_left = self._gids[0].isin([gid for gid, _ in left])
        gids, projects, sections = (
            column[is_left].tolist()
            for column in (self._gids[0], *(self._before.read(name)[0] for name in columns))
        )
        known: dict[str, dict[str, str]] = {}
        for gid, *lists in zip(gids, projects, sections, strict=True):
            for project, section in zip(*lists, strict=False):
                if section and (gid, project) in left:
                    known.setdefault(gid, {})[project] = section
        return known

    def _find_place(self, row: int) -> int:
        return row if self._rows is None else int(self._rows[1][row])

    def _place_new_rows(
        self, frames: ComparedFrames
    ) -> tuple[list[tuple[int, Change]], list[Problem]]:
        """Return the changes that create rows, each with the place of its row."""
        places = np.flatnonzero(self._gids[1].isna().to_numpy())
        if not len(places):
            return [], []
        rows = NewRows(
            self._after,
            self._names,
            places,
            self.found.record,
            self._writable,
            computed=list_computed(self.fields),
            frames=frames,
        )
        made = rows.build()
        self.found.add_not_written(rows.not_written)
        problems = rows.problems + find_key_problems(
            rows.keys, places.tolist(), made, has_all=False
        )
        placed = [
            (place, change)
            for place, row in zip(places.tolist(), made, strict=True)
            for change in row
        ]
        return placed, problems

    def _list_gone(self) -> list[str]:
        if self._rows is None:
            return []
        gids = self._gids[0]
        is_left = np.zeros(len(gids), dtype=bool)
        is_left[self._rows[0]] = True
        return gids[~is_left].dropna().tolist()

    def _count_not_written(self, frames: ComparedFrames, finder: EditFinder) -> None:
        own = list_own_fields(self.found.record)
        written = {name for field in self._writable for name in field.columns} | {"gid"}
        for name in self._names:
            if name in written or name in (KEY, *self._added):
                continue
            self.found.add_not_written({name: len(frames.compare(name))})
        for name in self._added:
            field = own.get(name)
            if name == KEY or (field is not None and finder.is_known(field)):
                continue
            count = len(frames.list_added(name))
            self.found.add_not_written({name: count})
            if count and field is not None:
                self.found.lacking[name] = field.columns[0]


def _refer_by_gid(change: Change, gids: Mapping[str, str]) -> Change:
    """Return a change that refers to tasks by gid where they are named by the key of their row."""
    if change.field not in (PARENT, DEPENDENCIES, DEPENDS_ON) or change.action == "remove":
        return change
    if isinstance(change.new, tuple):
        return change._replace(new=tuple(gids.get(one, one) for one in change.new))
    return change._replace(new=gids.get(change.new, change.new))


def _read_gids(columns: TypedColumns, what: str) -> pd.Series[Any]:
    """Return the gids of a frame, each once, but for rows that have none."""
    if not columns.has("gid"):
        raise InvalidArgument(f"{what} has no column 'gid', by which its rows are told apart.")
    gids, _ = columns.read("gid")
    twice = gids.dropna()
    twice = twice[twice.duplicated()].drop_duplicates()
    if len(twice):
        raise InvalidArgument(
            f"{what} has several rows of one gid: {_list_some(twice)}. Leave one of "
            f"each: frame.drop_duplicates('gid')."
        )
    return gids


def _match_rows(
    before: pd.Series[Any], after: pd.Series[Any], what: str
) -> tuple[Places, Places] | None:
    """Return the places of the rows that two frames share; None if they have the same rows."""
    if len(before) == len(after) and bool(np.asarray(before.array == after.array).all()):
        return None
    known = np.flatnonzero(before.notna())
    places = pd.Index(before.iloc[known]).get_indexer(pd.Index(after))
    is_new = after.isna().to_numpy()
    unknown = after[(places < 0) & ~is_new]
    if len(unknown):
        raise InvalidArgument(
            f"{what}: {len(unknown):,} row(s) of `after` have a gid that `before` lacks: "
            f"{_list_some(unknown)}. Leave the gid of new rows empty."
        )
    rows = np.flatnonzero(~is_new)
    return known[places[rows]], rows


def _list_some(gids: pd.Series[Any]) -> str:
    more = f" and {len(gids) - _MAX_NAMED:,} more" if len(gids) > _MAX_NAMED else ""
    return ", ".join(gids.head(_MAX_NAMED)) + more
