"""Create the tasks of a table that are not there, and update those that are."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames._arguments import check_flag, check_text
from asana_frames.calls.applied_changes import AppliedChanges
from asana_frames.calls.apply import apply_changes
from asana_frames.calls.last_call import limit_call
from asana_frames.calls.people_cells import ASSIGNEES, replace_names, resolve_people
from asana_frames.calls.project_fields import (
    ProjectField,
    add_definitions,
    read_project_fields,
    round_numbers,
)
from asana_frames.calls.resource import Resource
from asana_frames.exceptions import (
    AsanaWarning,
    InvalidArgument,
    find_similar,
    suggest_names,
    warn_caller,
)
from asana_frames.fetch.read_only import build_read_only_error
from asana_frames.frames import build_array, concatenate
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.cells import format_text
from asana_frames.frames.change_table import Change, build_change_frame, list_changes
from asana_frames.frames.changes import find_changes
from asana_frames.frames.clear_cells import is_clear
from asana_frames.frames.compared_cells import TypedColumns, list_values, to_plain
from asana_frames.frames.custom_field_columns import GIDS_SUFFIX, MOMENT_SUFFIX, PREFIX
from asana_frames.frames.field_columns import (
    find_compared_fields,
    ignore_blanks,
    list_cells,
    pack_cells,
    spell_out_fields,
)
from asana_frames.frames.field_definitions import (
    FieldDefinition,
    read_definitions,
    record_definitions,
)
from asana_frames.frames.problems import Problem, raise_problems
from asana_frames.frames.writable_columns import (
    DEPENDS_ON,
    KEY,
    MEMBERSHIPS,
    PARENT,
    PROJECTS,
    SECTION,
    column_kinds,
    find_writable_fields,
)
from asana_frames.types import Ref

_NAME = "tasks.upsert"
_RECORD = "task"
_TITLE, _EXTERNAL = "name", "external_gid"
#: Most tasks that a message names.
_MAX_NAMED = 5
#: Columns that tell what a subtask belongs to.
_PARENTS = (PARENT, f"{PARENT}_gid", f"{PARENT}_name")
#: Columns that refer to other tasks, which rows may be.
_LINKS = (PARENT, DEPENDS_ON)
#: Lists to which others and Asana itself add as well -> the columns that hold them.
_SHARED_LISTS = {
    "followers": ("followers_gids", "followers_names"),
    PROJECTS: ("projects_gids", "projects_names", *MEMBERSHIPS[:2]),
}


class TaskTable(Resource):
    """What tasks have beside the operations of the API."""

    def upsert(
        self,
        frame: pd.DataFrame,
        key: str,
        *,
        project: Ref,
        subtasks: bool = False,
        dry_run: bool = False,
    ) -> pd.DataFrame:
        """Create the tasks of a table that a project lacks, and update those that differ.

        Rows and tasks are matched by the value of one column. All tasks of the project are read,
        completed ones too. Everything is checked before anything is sent, and it is carried out
        as ``asana.apply`` does. Sections that are missing are made.
        Sources: ``GET /projects/{project_gid}/tasks``, ``GET /tasks/{task_gid}/subtasks``.

        Parameters
        ----------
        frame
            One row per task; columns as `asana_frames.changes` takes them, or fields of a task
            such as ``assignee``, ``tags`` and ``section``. Blank cells leave a field alone,
            ``af.CLEAR`` empties it. ``parent`` counts for new tasks only. It and ``depends_on``
            are gids, or the values by which rows and tasks are matched, or of the column ``key``
            if there is one. What a task depends on, followers and projects are only added,
            because others and Asana itself add them too; ``af.CLEAR`` removes them all, but
            never ``project``. Numbers are rounded as their fields are.
        key
            The column that tells tasks apart: ``"name"``, a custom field such as ``"cf_Order"``,
            or ``"external_gid"``, which needs an OAuth login.
        project
            The project whose tasks are matched, and to which new ones are added.
        subtasks
            Whether subtasks, at any depth, are matched too; needed for rows with a parent.
        dry_run
            Return what would be carried out; send nothing that changes anything.

        Returns
        -------
        DataFrame
            A frame of changes with their outcomes, as ``asana.apply`` returns it: ``action`` is
            ``create`` for tasks that are new, with their ``gid``, and ``update``, ``add`` or
            ``remove`` for what differed; ``key`` is the value by which the row is matched, or of
            the column ``key``. Rows that need nothing are not in it.

        Raises
        ------
        InvalidArgument
            A key is blank, two rows or several tasks have it, a value is not valid: nothing was
            sent, and ``error.problems`` lists what is wrong, row by row. Or the project has no
            such custom field, or ``external_gid`` is used with a personal access token.

        Examples
        --------
        >>> import asana_frames as af, pandas as pd
        >>> asana = af.sandbox()
        >>> table = pd.DataFrame({"name": ["Order flowers", "Water them"], "section": "Backlog"})
        >>> done = asana.tasks.upsert(table, "name", project="Website relaunch")
        >>> done["action"].unique().tolist(), done["outcome"].unique().tolist()
        (['create'], ['done'])
        >>> len(asana.tasks.upsert(table, "name", project="Website relaunch"))
        0
        """
        self._check_upsert(frame, key, subtasks, dry_run)
        with limit_call(self._client.settings):
            gids = self._client.references.gids(project, ["project"])
            if len(gids) != 1:
                raise InvalidArgument(f"{_NAME} takes one project, not {len(gids)}.")
            before = self._read_tasks(gids[0], frame, key, has_subtasks=subtasks)
            table = frame.reset_index(drop=True)
            fields: list[ProjectField] = []
            if any(str(name).startswith(PREFIX) for name in table.columns):
                fields = read_project_fields(self._client, gids[0], _NAME)
            definitions = add_definitions(read_definitions(before), fields)
            people = [one.column for one in definitions if one.kind == "people"]
            table = round_numbers(_strip_names(table), fields)
            table = resolve_people(self._client.references, table, people)
            found, rows = _build_changes(
                table, before, key, gids[0], definitions, has_subtasks=subtasks
            )
            # Tasks may have changed since such changes were last carried out: these are new ones.
            client = copy.copy(self._client)
            client.applied = AppliedChanges()
            self._client.applied.note_write()
            try:
                return apply_changes(
                    client, found, project=gids[0], dry_run=dry_run, makes_sections=True
                )
            except InvalidArgument as error:
                if error.problems is None:
                    raise
                refused = error
            raise_problems(_find_table_rows(refused.problems, rows), what=_NAME)
            raise refused

    def _check_upsert(self, frame: object, key: object, subtasks: object, dry_run: object) -> None:
        check_frame(frame, what=_NAME)
        assert isinstance(frame, pd.DataFrame)
        check_text(key, name="key", like="name")
        check_flag(subtasks, name="subtasks")
        check_flag(dry_run, name="dry_run")
        text = str(key)
        if text not in (_TITLE, _EXTERNAL) and not text.startswith(PREFIX):
            raise InvalidArgument(
                f"{_NAME}: key={text!r} does not tell tasks apart; use 'name', 'external_gid' or "
                f"a custom field such as 'cf_Order'."
            )
        if text not in frame.columns:
            raise InvalidArgument(
                f"{_NAME}: the frame has no column {text!r}."
                f"{suggest_names(text, list(map(str, frame.columns)))}"
            )
        if text == _EXTERNAL and not self._client.http.has_oauth_login:
            raise InvalidArgument(
                f"{_NAME}: Asana keeps external_gid for apps, so it needs an OAuth login, and "
                f"this connection has a personal access token. Use another key, "
                f"af.widgets.login(client_id=...) or asana-frames login --oauth."
            )
        if self._client.http.is_read_only and not dry_run:
            raise build_read_only_error(_NAME)

    def _read_tasks(
        self, project: str, frame: pd.DataFrame, key: str, *, has_subtasks: bool
    ) -> pd.DataFrame:
        """Read the tasks of a project with what the columns of a table are compared with."""
        fields = find_compared_fields(_RECORD, [*map(str, frame.columns), key])
        levels = [
            self._read_frame(
                "getTasksForProject", {"project": project}, fields=fields, errors="raise"
            )
        ]
        while has_subtasks and len(parents := levels[-1].query("num_subtasks > 0")):
            levels.append(
                self._read_frame(
                    "getSubtasksForTask", {"task": parents["gid"]}, fields=fields, errors="raise"
                )
            )
        # A subtask may be in the project as well.
        return concatenate(levels) if len(levels) > 1 else levels[0]


def _strip_names(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose names of sections and people have no spaces around them."""
    names = [name for name in (SECTION, *ASSIGNEES) if name in table.columns]
    return table.assign(
        **{
            name: pack_cells(one.strip() if isinstance(one, str) else one for one in table[name])
            for name in names
        }
    )


def _find_subtasks(table: pd.DataFrame, matched: Sequence[str | None]) -> list[Problem]:
    """Return the rows that would be created again and again, since nobody looks for them."""
    why = "it is a subtask, and these are matched with subtasks=True only"
    columns = [name for name in _PARENTS if name in table.columns]
    return [
        Problem(row, name, cell, why)
        for name in columns
        for row, cell in enumerate(list_cells(table, name, "text"))
        # A task that is there may be in the project besides.
        if cell is not None and (name == PARENT or matched[row] is None)
    ]


def _find_table_rows(problems: pd.DataFrame, rows: Sequence[int]) -> list[Problem]:
    """Return the problems of changes as those of the rows of the table."""
    cells = problems.astype(object).where(problems.notna(), None)
    return [
        Problem(rows[row], column or "", value, why.rstrip("."), nearest)
        for row, column, value, why, nearest in cells.itertuples(index=False, name=None)
    ]


def _build_changes(
    table: pd.DataFrame,
    before: pd.DataFrame,
    key: str,
    project: str,
    definitions: Sequence[FieldDefinition],
    *,
    has_subtasks: bool,
) -> tuple[pd.DataFrame, list[int]]:
    """Return what creates the rows that are not there and updates the others, and their rows."""
    before = _add_fields(before, map(str, table.columns), definitions)
    if key not in before.columns:
        raise _describe_missing_key(key, [one.column for one in definitions])
    keys, tasks = _list_both_keys(table, before, key, definitions)
    matched = [tasks[value][0] if value in tasks else None for value in keys]
    if not has_subtasks:
        raise_problems(_find_subtasks(table, matched), what=_NAME)
    names = _list_row_names(table, keys)
    # What several tasks are called is none of them.
    called = {format_text(value): gids[0] for value, gids in tasks.items() if len(gids) == 1}
    after = _refer_to_tasks(table, matched, names, called)
    after = _leave_parents(after, before)
    after = spell_out_fields(after, before, _RECORD, project=project)
    after = after.drop(columns=[_EXTERNAL], errors="ignore")
    found = find_changes(ignore_blanks(before, after), after, what=_NAME)
    found = _keep_shared_items(found, after, project)
    if key == _EXTERNAL:
        found = _add_external(found, dict(zip(names, keys, strict=True)))
    places = {name: row for row, name in enumerate(names)}
    places |= {gid: row for row, gid in enumerate(matched) if gid is not None}
    rows = found["key"].fillna(found["gid"]).map(places).tolist()
    return found.assign(key=build_array("text", [names[row] for row in rows])), rows


def _list_both_keys(
    table: pd.DataFrame,
    before: pd.DataFrame,
    key: str,
    definitions: Sequence[FieldDefinition],
) -> tuple[list[Any], dict[Any, list[str]]]:
    """Return the keys of the rows of a table, and the tasks that have each key.

    Raises
    ------
    InvalidArgument
        Something is wrong with keys, or with cells of fields that the project lacks.
    """
    kinds = column_kinds(_RECORD, definitions)
    problems = _find_unknown_fields(table, definitions)
    keys = _list_keys(table, key, kinds, problems)
    tasks = _list_tasks(before, key, kinds)
    problems += _find_key_problems(keys, key, tasks, {one.row for one in problems})
    if not find_writable_fields(_RECORD, [key], definitions) and key != _EXTERNAL:
        why = "no task has it, and only Asana gives such values"
        problems += [
            Problem(row, key, value, why)
            for row, value in enumerate(keys)
            if value is not None and value not in tasks
        ]
    raise_problems(sorted(problems, key=lambda one: one.row), what=_NAME)
    return keys, tasks


def _add_fields(
    before: pd.DataFrame, columns: Iterable[str], definitions: Sequence[FieldDefinition]
) -> pd.DataFrame:
    """Return the tasks of a project with columns for fields that none of them has yet."""
    known = {one.column for one in definitions} - set(before.columns)
    blank = build_array("text", [None] * len(before))
    made = before.assign(**{name: blank for name in columns if name in known})
    record_definitions(made, definitions)
    return made


def _describe_missing_key(key: str, columns: Sequence[str]) -> InvalidArgument:
    name = key.removeprefix(PREFIX)
    return InvalidArgument(
        f"{_NAME}: no task of the project has {key!r}, and the project has no custom field "
        f"{name!r}.{suggest_names(key, columns)} It has: {', '.join(columns) or 'none'}. Make it "
        f"with custom_fields.create(name={name!r}, ...), and add it to the project with "
        f"projects.add_custom_field_setting(...)."
    )


def _keep_shared_items(found: pd.DataFrame, after: pd.DataFrame, project: str) -> pd.DataFrame:
    """Return changes that remove followers and projects only where a cell is cleared."""
    is_kept = (found["action"] == "remove") & found["field"].isin([*_SHARED_LISTS])
    for field, columns in _SHARED_LISTS.items():
        given = [name for name in columns if name in after.columns]
        is_cleared = after[given].astype(object).map(is_clear).any(axis=1)
        is_kept &= (found["field"] != field) | ~found["gid"].isin(after.loc[is_cleared, "gid"])
    is_kept |= (found["action"] == "remove") & (found["old"] == project)
    return found[~is_kept].reset_index(drop=True)


def _list_keys(
    frame: pd.DataFrame, key: str, kinds: Mapping[str, str], problems: list[Problem] | None = None
) -> list[Any]:
    """Return the keys of rows; None where one is blank, or a problem."""
    kind = {key: kinds.get(key, "text")}
    column, is_cleared = TypedColumns(frame[[key]], kind, problems, what=_NAME).read(key)
    if is_cleared is not None:
        column = column.mask(pd.Series(is_cleared))
    # Options have no order.
    return [
        tuple(sorted(value)) if isinstance(value, tuple) else value
        for value in list_values(column)
    ]


def _list_tasks(before: pd.DataFrame, key: str, kinds: Mapping[str, str]) -> dict[Any, list[str]]:
    """Return the tasks that have each key."""
    tasks: dict[Any, list[str]] = {}
    for gid, value in zip(before["gid"], _list_keys(before, key, kinds), strict=True):
        if value is not None:
            tasks.setdefault(value, []).append(gid)
    return tasks


def _find_unknown_fields(
    table: pd.DataFrame, definitions: Sequence[FieldDefinition]
) -> list[Problem]:
    """Return the cells of custom fields that neither the project nor a task of it has."""
    known = [one.column for one in definitions]
    problems = []
    for name in map(str, table.columns if known else ()):
        stems = (name, name.removesuffix(GIDS_SUFFIX), name.removesuffix(MOMENT_SUFFIX))
        if not name.startswith(PREFIX) or not set(known).isdisjoint(stems):
            continue
        why = f"the project has no such custom field.{suggest_names(name, known)}"
        nearest = tuple(find_similar(name, known))
        problems += [
            Problem(row, name, cell, f"{why} It has: {', '.join(known)}", nearest)
            for row, cell in enumerate(table[name])
            if to_plain(cell) is not None
        ]
    return problems


def _find_key_problems(
    keys: Sequence[Any], key: str, tasks: Mapping[Any, Sequence[str]], known: Collection[int]
) -> list[Problem]:
    """Return what is wrong with keys, but for rows that have a problem anyway.

    A key is blank, or two rows or several tasks have it.
    """
    rows: dict[Any, int] = {}
    problems = []
    for row, value in enumerate(keys):
        found = [] if value is None else tasks.get(value, [])
        if value is None:
            if row not in known:
                problems.append(Problem(row, key, None, "the key is blank"))
        elif rows.setdefault(value, row) != row:
            why = f"row {rows[value]} has the key {value!r} too"
            problems.append(Problem(row, key, value, why))
        elif len(found) > 1:
            more = ", ..." if len(found) > _MAX_NAMED else ""
            why = f"several tasks have it: {', '.join(found[:_MAX_NAMED])}{more}"
            problems.append(Problem(row, key, value, why))
    return problems


def _list_row_names(table: pd.DataFrame, keys: Sequence[Any]) -> list[str]:
    """Return what names each row, so that others can refer to it."""
    own = _list_keys(table, KEY, {KEY: "text"}) if KEY in table.columns else keys
    pairs = zip(own, keys, strict=True)
    return [format_text(key if name is None else name) for name, key in pairs]


def _refer_to_tasks(
    table: pd.DataFrame,
    matched: Sequence[str | None],
    names: Sequence[str],
    tasks: Mapping[str, str],
) -> pd.DataFrame:
    """Return a table with the gids of tasks, also where others refer to them."""
    rows = dict(zip(names, matched, strict=True))
    # What names a row of the table is that row, whatever tasks are called.
    gids = {name: gid for name, gid in {**tasks, **rows}.items() if gid is not None}
    made = table.assign(gid=build_array("text", matched), **{KEY: build_array("text", names)})
    for name in _LINKS:
        if name in table.columns:
            kind = "text" if name == PARENT else "tuple"
            cells = list_cells(table, name, kind)
            made[name] = pack_cells(replace_names(cell, gids) for cell in cells)
    return made


def _leave_parents(table: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which tasks that are there have no parent; warn of those that differ."""
    if PARENT not in table.columns:
        return table
    above = dict(zip(before["gid"], before[f"{PARENT}_gid"], strict=True))
    gids, cells = table["gid"].tolist(), list_cells(table, PARENT, "text")
    count = sum(
        gid in above and cell is not None and cell != above[gid]
        for gid, cell in zip(gids, cells, strict=True)
    )
    if count:
        warn_caller(
            f"{_NAME}: {count:,} row(s) have another parent than the task in Asana, which stays "
            f"where it is; tasks.set_parent moves it.",
            AsanaWarning,
        )
    pairs = zip(gids, cells, strict=True)
    return table.assign(
        **{PARENT: pack_cells(None if gid in above else cell for gid, cell in pairs)}
    )


def _add_external(found: pd.DataFrame, values: dict[str, Any]) -> pd.DataFrame:
    """Return changes that give new tasks their external gids as well."""
    listed: list[Change] = []
    done: set[str] = set()
    for change in list_changes(found):
        if change.key is not None and change.key not in done:
            done.add(change.key)
            external = {"gid": values[change.key]}
            listed.append(change._replace(field="external", old=None, new=external))
        listed.append(change)
    made = build_change_frame(listed)
    made.attrs = found.attrs
    return made
