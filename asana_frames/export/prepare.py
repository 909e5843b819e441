"""What every writer does first: labels of rows become columns, then names and words change."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_choice, check_text
from asana_frames.display.sentences import replace_lone_surrogates
from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller
from asana_frames.export.anonymize import anonymize_frame
from asana_frames.export.column_rules import (
    TOTAL_KIND,
    TOTALS_AT,
    UNITS,
    find_name_column,
    find_total_name,
    find_total_rows,
    is_gid,
)
from asana_frames.export.labels import to_human_labels
from asana_frames.export.text import format_label
from asana_frames.frames.change_table import format_change_values
from asana_frames.frames.list_cells import read_lists

Labels = Literal["human"]

#: How many characters a key has at least that cannot be found by trying.
_LEAST_KEY = 12
_LISTS = (tuple, list, set, frozenset)


def prepare_frame(
    frame: pd.DataFrame, *, anonymize: str | None = None, labels: Labels | None = None
) -> pd.DataFrame:
    """Return a frame as a file is to have it; the frame that is passed never changes.

    Parameters
    ----------
    frame
        Any frame.
    anonymize
        The key of `anonymize_frame`, or None to leave names as they are.
    labels
        ``"human"`` for the words that charts use instead of Asana's: ``on track`` for
        ``on_track``.

    Returns
    -------
    DataFrame
        Numbered from 0, with the labels of rows as its first columns (see `keep_index`).

    Raises
    ------
    InvalidArgument
        ``anonymize`` is not text or is empty, or ``labels`` is not valid.

    Warns
    -----
    AsanaWarning
        Text has halves of characters, which no file can hold: they are replaced by U+FFFD, as in
        what is read from Asana.
    """
    _check_options(anonymize, labels)
    made = format_change_values(_make_whole(_make_plain(keep_index(frame))))
    if anonymize is not None:
        made = _anonymize(made, anonymize)
    return made if labels is None else to_human_labels(made)


def _anonymize(plain: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return a frame without names in which rows of totals are still known, as they are nobody."""
    is_total, total = find_total_rows(plain), find_total_name(plain)
    words = _find_total_cells(plain, is_total, total)
    # Not judged by the names of totals, a column of words is still one of words.
    changed, kept = anonymize_frame(_blank_cells(plain, words), key)
    named = [(new, *words[old]) for new, old in enumerate(kept) if old in words]
    for new, is_named, word in named:
        changed.isetitem(new, _write_word(changed.iloc[:, new], is_named, word))
    attrs = plain.attrs.get("wide")
    keys = attrs.get("keys") if isinstance(attrs, Mapping) else None
    count = sum(old < keys for old in kept) if isinstance(keys, int) else 0
    place = next((new for new, _, word in named if word == total), None)
    if place is None and is_total.any():
        place = _name_totals(changed, is_total, total, count)
    if isinstance(keys, int):
        label = None if place is None else changed.columns[place]
        told = {"total": [label, total]} if is_total.any() else {}
        changed.attrs["wide"] = {"keys": count, "total_rows": int(is_total.sum()), **told}
    if not np.array_equal(find_total_rows(changed), is_total):
        # The columns that say so are left out. No file has this.
        changed.attrs[TOTALS_AT] = frozenset(np.flatnonzero(is_total).tolist())
    return changed


_TotalCells = Mapping[int, tuple[npt.NDArray[np.bool_], str]]


def _find_total_cells(
    frame: pd.DataFrame, is_total: npt.NDArray[np.bool_], total: str
) -> _TotalCells:
    """Return the places of the columns that name rows of totals: which cells do, and how."""
    found: dict[int, tuple[npt.NDArray[np.bool_], str]] = {}
    for place, label in enumerate(frame.columns if is_total.any() else ()):
        word = TOTAL_KIND if label == "kind" else total
        is_named = is_total & frame.iloc[:, place].isin([word]).to_numpy(dtype=bool)
        if is_named.any():
            found[place] = is_named, word
    return found


def _blank_cells(frame: pd.DataFrame, cells: _TotalCells) -> pd.DataFrame:
    made = frame.copy(deep=False) if cells else frame
    for place, (is_named, word) in cells.items():
        column = frame.iloc[:, place].mask(is_named)
        if isinstance(column.dtype, pd.CategoricalDtype) and not column.isin([word]).any():
            column = column.cat.remove_categories([word])
        made.isetitem(place, column.array)
    return made


def _write_word(column: pd.Series[Any], rows: npt.NDArray[np.bool_], word: str) -> Any:
    """Return the cells of a column with a word in some rows."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        if word not in column.cat.categories:
            column = column.cat.add_categories([word])
        return column.mask(rows, word).array
    return column.astype(object).mask(rows, word).infer_objects().array


def _name_totals(
    frame: pd.DataFrame, is_total: npt.NDArray[np.bool_], total: str, keys: int
) -> int | None:
    """Write what rows of totals are called into the first key or name that is free there.

    Returns its place, or None if there is none.
    """
    names = {find_name_column(label) for label in frame.columns} - {None}
    for place, label in enumerate(frame.columns):
        column = frame.iloc[:, place]
        is_name = label in names or (place < keys and not is_gid(label))
        if is_name and label not in UNITS and column[is_total].isna().all():
            frame.isetitem(place, _write_word(column, is_total, total))
            return place
    return None


def check_options(*, anonymize: object, labels: object) -> None:
    """Raise an error unless a writer can use these arguments.

    Raises
    ------
    InvalidArgument
        The message says what to pass; it does not show the key.

    Warns
    -----
    AsanaWarning
        The key is short.
    """
    _check_options(anonymize, labels)
    if isinstance(anonymize, str) and len(anonymize.strip()) < _LEAST_KEY:
        warn_caller(
            f"The key of anonymize= has fewer than {_LEAST_KEY} characters: who tries short keys "
            f"can work out the names. Take a longer one that nobody can guess.",
            AsanaWarning,
        )


def _check_options(anonymize: object, labels: object) -> None:
    if anonymize is not None:
        check_text(anonymize, name="anonymize", like="a long secret key")
        if not str(anonymize).strip():
            raise InvalidArgument(
                'anonymize= takes a key that is not empty, such as anonymize="a long secret key".'
            )
    check_choice(labels, (None, "human"), name="labels")


def keep_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame numbered from 0, with the levels of its index as the first columns.

    Unnamed levels of integers only number rows and are left out, and so is a level that equals
    the column of its name.

    Examples
    --------
    >>> hours = pd.DataFrame({"hours": [2.0]}, index=pd.Index(["Ana"], name="person_name"))
    >>> keep_index(hours)
      person_name  hours
    0         Ana    2.0
    """
    rows = frame.reset_index(drop=True)
    levels: dict[Hashable, pd.Series[Any]] = {}
    for place, name in enumerate(_level_names(frame)):
        level = frame.index.get_level_values(place)
        # With its dtype: pandas would look whether objects are text, and fail at halves of
        # characters.
        values = pd.Series(level.array, dtype=level.dtype)
        if name is not None and not _has_column(rows, name, values):
            levels[_find_free_label([*levels, *rows.columns], name)] = values
    if not levels:
        return rows
    parts = [*(values.to_frame() for values in levels.values()), rows]
    made = pd.concat(parts, axis="columns", ignore_index=True)
    names = list(rows.columns.names)
    labels = [*levels, *rows.columns]
    if len(names) > 1:
        filled = [_fill_levels(label, len(names)) for label in labels]
        made.columns = pd.MultiIndex.from_tuples(filled, names=names)
    elif isinstance(rows.columns, pd.CategoricalIndex):
        known = [*levels, *(one for one in rows.columns.categories if one not in levels)]
        made.columns = pd.CategoricalIndex(labels, categories=known, name=names[0])
    else:
        made.columns = pd.Index(labels, name=names[0], tupleize_cols=False)
    made.attrs = frame.attrs
    return made


def _make_plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose arrays and lists of Arrow are tuples, and no column is sparse."""
    # By position, because names may be duplicated.
    made = frame
    for place, dtype in enumerate(frame.dtypes):
        column = frame.iloc[:, place]
        plain: pd.Series[Any] | None = None
        if isinstance(dtype, pd.SparseDtype):
            plain = pd.Series(column.to_numpy()).astype(dtype.subtype)
        elif isinstance(dtype, pd.ArrowDtype) and "list" in str(dtype.pyarrow_dtype).split("<")[0]:
            plain = read_lists(column)
        elif column.dtype == object and any(isinstance(cell, np.ndarray) for cell in column):
            cells = [_to_tuples(cell) for cell in column]
            plain = pd.Series(cells, index=column.index, dtype=object)
        if plain is not None:
            made = made.copy(deep=False) if made is frame else made
            made.isetitem(place, plain.array)
    return made


def _to_tuples(cell: Any) -> Any:
    """Return a cell whose arrays, of any depth, are tuples; other cells stay."""
    if not isinstance(cell, np.ndarray):
        return cell
    return tuple(map(_to_tuples, cell)) if cell.ndim else cell.item()


def _make_whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame without halves of characters."""
    broken = [place for place in range(frame.shape[1]) if _has_halves(frame.iloc[:, place])]
    if not broken:
        return frame
    made = frame.copy(deep=False)
    for place in broken:
        column = frame.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype):
            # Two options may become one.
            column = column.astype(object)
        made.isetitem(place, column.map(_replace_in_cell, na_action="ignore").array)
    names = ", ".join(format_label(frame.columns[place]) for place in broken)
    warn_caller(
        f"The text in {names} has halves of characters, which no file can hold; the file has "
        f"U+FFFD instead.",
        AsanaWarning,
    )
    return made


def _has_halves(column: pd.Series[Any]) -> bool:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        column = pd.Series(dtype.categories)
    # Others hold no text, or none that Arrow has not checked.
    if column.dtype != object and getattr(column.dtype, "storage", "") != "python":
        return False
    texts = chain.from_iterable(map(_list_texts, column))
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return True
    return False


def _list_texts(cell: Any) -> Iterable[str]:
    """Return the texts of a cell, also those in lists and dicts."""
    if isinstance(cell, str):
        return (cell,)
    if isinstance(cell, dict):
        cell = chain(cell.keys(), cell.values())
    elif not isinstance(cell, _LISTS):
        return ()
    return chain.from_iterable(map(_list_texts, cell))


def _replace_in_cell(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {_replace_in_cell(key): _replace_in_cell(value) for key, value in cell.items()}
    if isinstance(cell, _LISTS):
        return type(cell)(map(_replace_in_cell, cell))
    return replace_lone_surrogates(cell) if isinstance(cell, str) else cell


def _level_names(frame: pd.DataFrame) -> list[Hashable | None]:
    """Return the name of each level as pandas' reset_index has it; None to leave it out."""
    index = frame.index
    names: list[Hashable | None] = []
    for place, name in enumerate(index.names):
        is_number = pd.api.types.is_integer_dtype(index.get_level_values(place).dtype)
        if name is None and not is_number:
            is_single = index.nlevels == 1 and "index" not in frame.columns
            name = "index" if is_single else f"level_{place}"
        names.append(name)
    return names


def _has_column(frame: pd.DataFrame, name: Hashable, values: pd.Series[Any]) -> bool:
    """Whether a frame has these values in a column of that name."""
    return any(
        values.astype(object).equals(frame.iloc[:, place].astype(object))
        for place, label in enumerate(frame.columns)
        if _is_label(label, name)
    )


def _find_free_label(taken: Sequence[Hashable], name: Hashable) -> Hashable:
    """Return a name that no column has."""
    while any(_is_label(label, name) for label in taken):
        name = f"index_{name}"
    return name


def _is_label(label: Hashable, name: Hashable) -> bool:
    """Whether a column's label is a name; labels of several levels have it in the first."""
    if isinstance(label, tuple) and not isinstance(name, tuple):
        return label[0] == name and not any(label[1:])
    return bool(label == name)


def _fill_levels(name: Hashable, levels: int) -> tuple[Hashable, ...]:
    """Return a name as a label of several levels."""
    parts = name if isinstance(name, tuple) else (name,)
    return (*parts, *[""] * (levels - len(parts)))[:levels]
