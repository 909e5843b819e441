"""The CSV files that Asana's own pages export -> a frame of tasks."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from asana_frames._arguments import check_choice, check_text
from asana_frames.catalog import columns_of
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.text_table import TextTable, read_text_table
from asana_frames.frames.arrays import build_array, missing
from asana_frames.frames.cells import CellFormat, CellReader
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.rounded_gids import check_digits
from asana_frames.frames.unread import record_unread_columns

Cells = Mapping[str, "pd.Series[Any]"]

_ID, _NAME, _PARENT = "Task ID", "Name", "Parent task"
_SECTION, _PROJECTS = "Section/Column", "Projects"
#: Header -> column of the frame, and the kind of its cells.
_PLAIN = {
    _ID: ("gid", "gid"),
    "Created At": ("created_at", "datetime"),
    "Completed At": ("completed_at", "datetime"),
    "Last Modified": ("modified_at", "datetime"),
    _NAME: ("name", "text"),
    "Assignee": ("assignee_name", "text"),
    "Assignee Email": ("assignee_email", "text"),
    "Start Date": ("start_on", "date"),
    "Due Date": ("due_on", "date"),
    "Notes": ("notes", "text"),
    _PARENT: ("parent_name", "text"),
}
#: Header -> column of names that the file joins by commas.
_DEPENDENCIES = {
    "Blocked By (Dependencies)": "dependencies_names",
    "Blocking (Dependencies)": "dependents_names",
}
_TAGS = "Tags"
_HEADERS = (*_PLAIN, _SECTION, _PROJECTS, _TAGS, *_DEPENDENCIES)
#: Columns beside those of ``tasks.list``, and their kinds.
_EXTRA = {"assignee_email": "text", "dependencies_names": "tuple", "dependents_names": "tuple"}
#: Headers of columns that have empty text where others have missing values.
_NEVER_MISSING = (_NAME, "Notes")
#: Text that loses nothing as a number: no leading zeros, no plus sign, at most 15 digits.
_NUMBER = re.compile(r"-?(?!0\d)(?=\D*\d)(?!(?:\D*\d){16})[-\d.,'\u2019\u00a0\u202f ]+")
#: The decimals of a number, which are no group of three digits.
_FRACTION = re.compile(r"[.,](\d{1,2}|\d{4,})$", re.ASCII)
#: Whole numbers whose thousands are set apart.
_GROUPED = re.compile(r"-?\d{1,3}([,'\u2019\u00a0\u202f ])\d{3}(\1\d{3})*", re.ASCII)
_GID = r"[0-9]+"
_ADVICE = (
    "The CSV files that Asana exports have the columns Task ID, Created At, Completed At, Last "
    "Modified, Name, Section/Column and so on, in English. If yours are in another language, "
    "export again with Asana set to English, or rename the columns."
)
#: read_excel reads the workbooks of this package, whose columns have other names.
_WORKBOOKS = "save it as CSV in the spreadsheet, then use af.read_asana_csv(path)"


def read_asana_csv(
    path: str | os.PathLike[str],
    *,
    decimal: str | None = None,
    encoding: str | None = None,
    dayfirst: bool | None = None,
) -> pd.DataFrame:
    """Read a CSV file that was exported from a project, a search or My Tasks in Asana.

    Files that a spreadsheet has saved again are read too: with semicolons or tabs, lines above
    the header, and days and numbers in the forms of other countries.

    Parameters
    ----------
    path
        The file.
    decimal
        The decimal sign; else what the numbers of the file show. Columns of numbers such as
        12.500, of which the file does not tell whether they are 12500 or 12.5, stay text, and
        so do those of whole numbers such as 5 100, which may be two options or numbers.
    encoding
        Of the file; else as its byte-order mark says, UTF-8, or cp1252 with a warning.
    dayfirst
        Whether 3/4/2026 is 3 April; only needed where no day of the file tells.

    Returns
    -------
    DataFrame
        One row per task, with the columns of ``asana.tasks.list``; those that the file lacks are
        missing, or empty tuples. The file tells:

        ``gid``, ``name``, ``notes``, ``assignee_name``, ``parent_name`` (str), ``completed``
        (boolean), ``start_on`` and ``due_on`` (datetime64[us]), ``tags_names`` (tuples), and of
        ``created_at``, ``completed_at`` and ``modified_at`` (datetime64[us, UTC]) the day alone:
        they are at midnight UTC, so that durations are whole days. Rollups take these days for
        days of UTC: with another ``tz=`` they would be those before or after.

        ``memberships_project_names`` and ``memberships_section_names`` (aligned tuples). The file
        names one section per task, that of the exported project, which is the one project that
        all tasks with a section have; the sections in other projects are missing. Where there is
        no such project, or several, the section has an entry of its own without a project. In a
        file of My Tasks the sections are those of My Tasks, also if all tasks are in one project.

        ``parent_gid`` (str) where it is certain: the file has sections, the subtask has neither a
        section nor a project, so that only its parent can have brought it there, and of the rows
        above it exactly one has the name of the parent, and none below it.

        After these ``assignee_email`` (str), ``dependencies_names`` and ``dependents_names``
        (tuples), then a column ``cf_<name>`` for each other column of the file: Float64 if all
        its filled cells are numbers, datetime64[us] if all are days, else str. Options do not
        become categories and several options are one text, since the file has no definitions.

        Gids other than of tasks are not in the file: they are missing, in tuples once per name.
        ``attrs["asana"]["unread"]`` names the columns that the file does not have; rollups
        that need one of them refuse the frame.

    Raises
    ------
    InvalidArgument
        It is not such a file, is incomplete, has a column or a task twice, a cell is not
        understood, or a spreadsheet has rounded the gids; the message names the row and the
        column.
    ConfigurationError
        The file cannot be read.

    Warns
    -----
    AsanaWarning
        The file is not UTF-8 and was read as cp1252, or gids may have been rounded.

    Notes
    -----
    Names are joined by commas in the file, so a tag or project with a comma in its name is read
    as several. The names of tasks in dependencies stay whole if a task of the file, or a parent,
    is called so and its parts are not all names of tasks too.
    """
    if encoding is not None:
        check_text(encoding, name="encoding", like="cp1252")
    check_choice(decimal, (None, ".", ","), name="decimal")
    if not isinstance(dayfirst, bool | None):
        raise InvalidArgument(f"dayfirst={dayfirst!r} is not a flag: give True or False.")
    table = read_text_table(
        path, encoding=encoding, header=_ID, advice=_ADVICE, workbooks=_WORKBOOKS
    )
    own = _match_headers(table.names)
    if _NAME not in own:
        raise InvalidArgument(f"{path} has no column {_NAME!r}. {_ADVICE}")
    texts = {header: table.columns[name] for header, name in own.items()}
    fields = _select_fields(table, own.values())
    form = CellFormat(decimal, dayfirst, separator=table.separator)
    cells = _read_cells(texts, fields, form, table.first_row)
    check_digits([cells[_ID].rename(_ID)], first_row=table.first_row)
    known = _name_columns(texts, cells) | _read_names(texts)
    is_task = _find_tasks(table, known["gid"])
    columns = _complete(known, len(is_task)) | {name: cells[name] for name in fields}
    frame = pd.DataFrame(columns)[is_task].reset_index(drop=True)
    unread = [name for name in _kinds() if name not in known or name.endswith("_gids")]
    record_unread_columns(frame, "task", unread)
    return frame


def _match_headers(names: Iterable[str]) -> dict[str, str]:
    """Return Asana's headers with the names that the file has for them."""
    exact = {name: name for name in names}
    folded = {name.strip().casefold(): name for name in names}
    found = {header: exact.get(header) or folded.get(header.casefold()) for header in _HEADERS}
    return {header: name for header, name in found.items() if name is not None}


def _select_fields(table: TextTable, known: Collection[str]) -> Cells:
    """Return the columns of custom fields.

    Raises
    ------
    InvalidArgument
        A column with values has no name.
    """
    fields = {}
    for place, name in enumerate(table.names, 1):
        cells = table.columns[name]
        if name.strip():
            fields[f"{PREFIX}{name}"] = cells
        elif not _is_blank(cells).all():
            raise InvalidArgument(f"Column {place} has values and no name; give it one.")
    return {name: cells for name, cells in fields.items() if name[len(PREFIX) :] not in known}


def _is_blank(cells: pd.Series[Any]) -> pd.Series[bool]:
    return cells.str.strip() == ""


def _find_tasks(table: TextTable, gids: pd.Series[Any]) -> pd.Series[bool]:
    """Return which rows are tasks; blank ones are not, and of equal ones all but the first.

    Raises
    ------
    InvalidArgument
        A row has no task ID, one that is not a gid, or that of a row with other cells.
    """
    cells = pd.DataFrame(table.columns)
    is_filled = ~cells.apply(_is_blank).all(axis=1)
    is_wrong = is_filled & ~gids.str.fullmatch(_GID).fillna(False).astype(bool)
    is_equal = cells.duplicated()
    is_other = is_filled & ~is_equal & gids.duplicated()
    for where, reason in (
        (
            is_wrong,
            "is not the ID of a task, which has digits only. Remove rows that are not tasks",
        ),
        (is_other, "is there twice, with different cells. Remove one of the rows"),
    ):
        if where.any():
            row = int(where.to_numpy().argmax())
            raise InvalidArgument(
                f"{_ID}, row {row + table.first_row}: {gids.fillna('')[row]!r} {reason}, or "
                f"export again."
            )
    return is_filled & ~is_equal


def _read_cells(
    texts: Cells, fields: Cells, form: CellFormat, first_row: int
) -> dict[str, pd.Series[Any]]:
    """Return the columns with one value per cell, by header or name, typed."""
    is_told = form.decimal is not None
    form = _find_decimal(fields, form)
    kinds = {header: kind for header, (_, kind) in _PLAIN.items() if header in texts}
    kinds |= {
        name: _find_kind(_select_filled(cells), form, is_told=is_told)
        for name, cells in fields.items()
    }
    # The days of all columns tell together whether they begin with the day.
    rest = {name: kind for name, kind in kinds.items() if kind != "number"}
    reader = CellReader({**texts, **fields}, rest, form, first_row=first_row)
    read = {name: pd.Series(reader.read(name)) for name in rest} | {
        name: pd.Series(CellReader(fields, {name: "number"}, form).read(name))
        for name in kinds.keys() - rest.keys()
    }
    for name, kind in kinds.items():
        if kind == "text" and name not in _NEVER_MISSING:
            read[name] = read[name].mask(_is_blank(read[name]))
    return read


def _name_columns(texts: Cells, cells: Cells) -> dict[str, pd.Series[Any]]:
    """Return the columns of single values by their names in the frame."""
    read = {name: cells[header] for header, (name, _) in _PLAIN.items() if header in texts}
    if "completed_at" in read:
        read["completed"] = read["completed_at"].notna().astype("boolean")
    if _PARENT in texts and _SECTION in texts:
        read["parent_gid"] = _find_parents(texts, read)
    return read


def _find_parents(texts: Cells, read: Cells) -> pd.Series[Any]:
    """Return the gids of parents, which the file gives by name, where they are certain."""
    is_homeless = _is_blank(texts[_SECTION])
    if _PROJECTS in texts:
        is_homeless &= _is_blank(texts[_PROJECTS])
    names = read["name"]
    unique = names[~names.duplicated(keep=False)]
    row_of = dict(zip(unique, unique.index, strict=True))
    above = read["parent_name"].map(row_of, na_action="ignore").astype("Int64")
    is_certain = is_homeless & (above < above.index).fillna(False).astype(bool)
    is_certain &= not _is_blank(texts[_SECTION]).all()
    parents = pd.Series(missing("text", len(names)))
    parents[is_certain] = read["gid"].take(above[is_certain].to_numpy(int)).array
    return parents


def _read_names(texts: Cells) -> dict[str, pd.Series[Any]]:
    """Return the columns of tuples of names, and the gids beside them, which are missing."""
    tasks = {name for header in (_NAME, _PARENT) if header in texts for name in texts[header]}
    lists: dict[str, list[Any]] = {
        column: _split_cells(texts[header], tasks)
        for header, column in _DEPENDENCIES.items()
        if header in texts
    }
    if _TAGS in texts:
        lists["tags_names"] = _split_cells(texts[_TAGS])
        lists["tags_gids"] = [(None,) * len(names) for names in lists["tags_names"]]
    lists |= _read_memberships(texts)
    return {name: pd.Series(build_array("tuple", cells)) for name, cells in lists.items()}


def _read_memberships(texts: Cells) -> dict[str, list[Any]]:
    """Return the aligned columns of projects and sections."""
    if _PROJECTS not in texts and _SECTION not in texts:
        return {}
    blank = pd.Series([""] * len(texts[_ID]))
    projects = _split_cells(texts.get(_PROJECTS, blank))
    sections = texts.get(_SECTION, blank).str.strip().tolist()
    placed = [set(names) for names, section in zip(projects, sections, strict=True) if section]
    common = set.intersection(*placed) if placed else set()
    home = common.pop() if len(common) == 1 else None
    pairs = [_place_section(*row, home) for row in zip(projects, sections, strict=True)]
    nothing = [(None,) * len(names) for names, _ in pairs]
    return {
        "memberships_project_gids": nothing,
        "memberships_project_names": [names for names, _ in pairs],
        "memberships_section_gids": nothing,
        "memberships_section_names": [names for _, names in pairs],
    }


def _place_section(
    projects: tuple[str, ...], section: str, home: str | None
) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    """Return the projects of a task and its sections, one per project; only one is known."""
    if section and (home is None or projects.count(home) != 1):
        return (*projects, None), (*(None for _ in projects), section)
    return projects, tuple(section if section and name == home else None for name in projects)


def _split_cells(cells: Iterable[str], known: Collection[str] = ()) -> list[tuple[str, ...]]:
    """Return the names in each cell; those that are known may hold commas."""
    with_commas = {
        name.strip(): name.count(",") + 1
        for name in known
        # Of names that are also joined by other names nothing tells which is meant.
        if "," in name and not all(piece.strip() in known for piece in name.split(","))
    }
    longest = max(with_commas.values(), default=1)
    texts = list(cells)
    names = {text: _split_names(text.split(","), with_commas, longest) for text in set(texts)}
    return [names[text] for text in texts]


def _split_names(pieces: Sequence[str], known: Collection[str], longest: int) -> tuple[str, ...]:
    names, start = [], 0
    while start < len(pieces):
        ends = range(min(start + longest, len(pieces)), start, -1)
        tries = ((end, ",".join(pieces[start:end]).strip()) for end in ends)
        start, name = next((end, n) for end, n in tries if n in known or end == start + 1)
        names.append(name)
    return tuple(filter(None, names))


def _find_decimal(fields: Cells, form: CellFormat) -> CellFormat:
    """Return the form with the decimal sign that some number needs, if none needs the other."""
    if form.decimal is not None:
        return form
    numbers = filter(_are_numbers, map(_select_filled, fields.values()))
    forms = (CellFormat("."), CellFormat(","))
    readable = {tuple(_is_readable(cells, "number", form) for form in forms) for cells in numbers}
    needed = readable & {(True, False), (False, True)}
    if len(needed) == 1:
        return replace(form, decimal="." if (True, False) in needed else ",")
    # Where columns differ, each tells its own sign, and the separator tells none.
    return replace(form, separator="") if needed else form


def _find_kind(filled: pd.Series[Any], form: CellFormat, *, is_told: bool) -> str:
    """Return the kind of a column; numbers may have groups if the user told their sign."""
    if filled.empty:
        return "text"
    if _are_numbers(filled, may_be_grouped=is_told) and _is_readable(filled, "number", form):
        return "number"
    orders = (True, False) if form.dayfirst is None else (form.dayfirst,)
    has_digits = filled.str.contains(r"\d").all()
    # Where both orders of day and month can be read, the whole file tells, or the user.
    is_day = has_digits and any(_is_readable(filled, "date", CellFormat(None, o)) for o in orders)
    return "date" if is_day else "text"


def _select_filled(cells: pd.Series[Any]) -> pd.Series[Any]:
    return cells[~_is_blank(cells)].drop_duplicates()


def _are_numbers(filled: pd.Series[Any], *, may_be_grouped: bool = True) -> bool:
    # Not by pandas, whose Arrow text knows no lookaheads.
    texts = [text.strip() for text in filled]
    if not texts or not all(map(_NUMBER.fullmatch, texts)):
        return False
    decimals = [found[1] for text in texts if (found := _FRACTION.search(text))]
    if any(one.endswith("0") for one in decimals) and len(set(map(len, decimals))) > 1:
        # As of versions: 1.10 is not 1.1.
        return False
    # Options and numbers of two parts look like thousands, too.
    return may_be_grouped or bool(decimals) or not any(map(_GROUPED.fullmatch, texts))


def _is_readable(cells: pd.Series[Any], kind: str, form: CellFormat) -> bool:
    try:
        CellReader({"": cells}, {"": kind}, form).read("")
    except InvalidArgument:
        return False
    return True


def _kinds() -> dict[str, str]:
    """Return the columns of the frame, without custom fields, and their kinds."""
    own = {
        column.name: "tuple" if column.depth else column.kind
        for column in columns_of("task")
        if column.kind != "custom_fields"
    }
    return own | _EXTRA


def _complete(known: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Return all columns in their order, those that are not known missing or empty."""
    return {
        name: known[name] if name in known else missing(kind, count)
        for name, kind in _kinds().items()
    }
