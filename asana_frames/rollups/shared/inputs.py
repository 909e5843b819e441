"""The frames and keys that are passed to a rollup: checked, without duplicates, typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.catalog import columns_of, load
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.frames.arguments import check_frame, check_gids
from asana_frames.frames.arrays import STR
from asana_frames.frames.cells import CellReader, read_cells
from asana_frames.frames.clear_cells import holds_clear
from asana_frames.frames.empty_text import clear_empty_text
from asana_frames.frames.list_cells import read_lists
from asana_frames.frames.unread import has_values, list_unread_columns
from asana_frames.rollups.shared.column_kinds import COMPUTED, find_kind, has_kind
from asana_frames.rollups.shared.gids import are_surely_unique

#: What Asana's entries call their person and project, and what ``rollups.entries`` calls them.
_ALIASES = (("created_by", "person"), ("attributable_to", "project"))


class Key(NamedTuple):
    """A key column of a result, and the column of the frame that it comes from."""

    name: str
    column: str


def read_frame(
    frame: Any,
    columns: Iterable[str],
    *,
    what: str,
    record: str | None = None,
    source: str | None = None,
    kinds: Mapping[str, str] | None = None,
) -> Any:
    """Return a frame whose columns are typed, also where a file or a person made text of them.

    Parameters
    ----------
    frame
        A frame of pandas or Dask; one of Dask is only checked.
    columns
        The names of the required columns.
    what
        The name of the function that needs them, for the message.
    record
        The type of record in the frame, such as ``"task"``; the message then says which
        ``fields=`` to add.
    source
        The function that returns such frames, such as ``"rollups.hours"``; else the method that
        lists the records.
    kinds
        Kinds of columns that their names do not tell: name -> kind.

    Returns
    -------
    DataFrame
        The frame itself where nothing is to be read.

    Raises
    ------
    InvalidArgument
        It is not a frame, or columns are missing, or the file it was read from had nothing of
        them; the message names them and the most similar existing ones, and says which frame to
        pass. Or a cell of a column that is required, or is one of the record, is not understood;
        the message names its row.
    """
    if source is None and record is not None:
        source = _find_list_method(record)
    advice = f" Pass what {source}(...) returns." if source else ""
    check_frame(frame, what=what, hint=advice.strip(), dask=True)
    columns = list(columns)
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        names = _name_column(missing[0])
        hint = f" The frame has names only, in {names}." if names in frame.columns else ""
        hint = hint or suggest_names(missing[0], map(str, frame.columns))
        hint += _suggest_fields(missing, record) or advice
        raise InvalidArgument(f"{what} needs the column(s) {', '.join(missing)}.{hint}")
    if not isinstance(frame, pd.DataFrame):
        return frame
    for name in frame.columns[frame.columns.duplicated()]:
        if name in columns:
            raise InvalidArgument(
                f"{what}: the frame has several columns {name!r}. Keep the first of each: "
                f"frame.loc[:, ~frame.columns.duplicated()]."
            )
    check_gids(frame, what=what)
    _check_unread(frame, columns, what, advice)
    frame = clear_empty_text(frame)
    given = kinds or {}
    known = {name: given.get(name) or find_kind(name, record) for name in frame.columns}
    _check_clear(frame, [name for name, kind in known.items() if kind or name in columns], what)
    for name in columns:
        if known.get(name) == "datetime" and isinstance(frame[name], pd.Series):
            check_has_zone(frame[name], what=what)
    # Names of computed columns, such as "left" and "days", may mean anything else to a user.
    own = COMPUTED.difference(columns, given)
    return _read_columns(frame, known, own, what)


def check_has_zone(moments: pd.Series[Any], *, what: str) -> None:
    """Refuse moments without a time zone: nobody knows which is meant.

    Raises
    ------
    InvalidArgument
        The column has such moments.
    """
    if getattr(moments.dtype, "kind", "") != "M" or not moments.notna().any():
        return
    if not isinstance(moments.dtype, pd.DatetimeTZDtype | pd.ArrowDtype):
        raise InvalidArgument(
            f"{what} needs moments with a time zone in {moments.name}, not {moments.dtype}. "
            f"Use pd.to_datetime(frame[{moments.name!r}], utc=True)."
        )


def _check_clear(frame: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Refuse columns that hold what is to be written, and not what is in Asana."""
    for name in columns:
        if isinstance(frame[name], pd.Series) and holds_clear(frame[name]):
            raise InvalidArgument(
                f"{what}: the column {name} holds af.CLEAR, which is for writing. Apply the "
                f"changes and read the frame again, or leave these cells empty."
            )


def _read_columns(
    frame: pd.DataFrame, kinds: Mapping[Any, str | None], own: Set[str], what: str
) -> pd.DataFrame:
    """Type the columns that are not; what may be a user's own stays if it is not understood."""
    loose = {
        name: kind
        for name, kind in kinds.items()
        if kind and isinstance(frame[name], pd.Series) and not has_kind(frame[name], kind)
    }
    if not loose:
        return frame
    ours = {name: kind for name, kind in loose.items() if name not in own}
    reader = CellReader({name: frame[name] for name in ours}, ours, first_row=1)
    made = {}
    for name, kind in loose.items():
        try:
            # A user's own tells nothing of how the others are written.
            made[name] = (
                reader
                if name in ours
                else CellReader({name: frame[name]}, {name: kind}, first_row=1)
            ).read(name)
        except InvalidArgument as cause:
            if name not in own:
                raise InvalidArgument(f"{what}: {cause}") from None
    return frame.assign(**made)


def _check_unread(frame: pd.DataFrame, columns: Iterable[str], what: str, advice: str) -> None:
    """Refuse columns that are there only because every frame has them."""
    unread = set(list_unread_columns(frame))
    # Names do where gids only tell people and projects apart; see require_gids.
    named = {name for name in unread if _name_column(name) in set(frame.columns) - unread}
    lost = [name for name in columns if name in unread - named]
    if lost:
        raise InvalidArgument(
            f"{what} needs the column(s) {', '.join(lost)}, of which the file that was read had "
            f"nothing.{advice}"
        )


def require_gids(
    frame: pd.DataFrame, columns: Iterable[str], *, what: str, record: str | None = None
) -> None:
    """Raise an error where columns lack the gids of what they name.

    For rollups that look objects up by gid; files that Asana exports have names only.

    Parameters
    ----------
    frame
        The frame.
    columns
        Columns of gids; one that is not in the frame is fine.
    what
        The name of the function that needs them, for the message.
    record
        The type of record in the frame; the message then says what returns such frames.

    Raises
    ------
    InvalidArgument
        A column has names and no gids.
    """
    for name in columns:
        names = _name_column(name)
        is_there = name in frame.columns and names in frame.columns
        if is_there and not has_values(frame[name]) and has_values(frame[names]):
            source = _find_list_method(record) if record else None
            raise InvalidArgument(
                f"{what} needs gids in {name}, and the frame has names only, in {names}."
                + (f" Pass what {source}(...) returns." if source else "")
            )


def _name_column(gids: str) -> str | None:
    """Return the name of the column of names that goes with a column of gids."""
    stem, found, end = gids.rpartition("_gid")
    return f"{stem}_name{end}" if found else None


def require_every_gid(frame: pd.DataFrame, column: str, *, what: str, advice: str) -> None:
    """Raise an error where rows have a name and not the gid that goes with it.

    Parameters
    ----------
    frame
        The frame.
    column
        A column of gids.
    what
        The name of the function that needs them, for the message.
    advice
        The end of the message.

    Raises
    ------
    InvalidArgument
        The message counts the rows.
    """
    name = _name_column(column)
    if column not in frame.columns or name not in frame.columns:
        return
    is_lost = is_true(frame[column].isna()) & is_true(frame[name].notna())
    if is_lost.any():
        raise InvalidArgument(
            f"{what}: {column} is missing in {is_lost.sum()} row(s) that have a {name}. {advice}"
        )


def _check_gid_keys(frame: Any, keys: Iterable[Key], what: str) -> None:
    """Refuse a key of gids alone if some are missing where names are known."""
    own = {key.column for key in keys}
    for key in keys if isinstance(frame, pd.DataFrame) else ():
        if _name_column(key.column) not in own:
            stem = key.name.removesuffix("_gid")
            advice = f"They would count as one; use by={stem!r} to tell them apart by name."
            require_every_gid(frame, key.column, what=what, advice=advice)


def _find_list_method(record: str) -> str | None:
    """Find the method that lists records of a type, such as ``asana.tasks.list``."""
    return next((f"asana.{r.name}.list" for r in load().resources if r.record == record), None)


def _suggest_fields(missing: Iterable[str], record: str | None) -> str:
    """Return a hint which ``fields=`` bring the missing columns of a record."""
    if record is None:
        return ""
    paths = {column.name: column.path for column in columns_of(record, ("all",))}
    wanted = [paths[name] for name in missing if name in paths]
    if not wanted:
        return ""
    return f" If you passed fields=, add {', '.join(map(repr, wanted))}."


def check_keys(by: object) -> None:
    """Raise an error if ``by`` holds values, as that of pandas may, and no names of columns.

    Raises
    ------
    InvalidArgument
        The message says what to pass.
    """
    if isinstance(by, pd.Series | pd.DataFrame | Mapping):
        raise InvalidArgument(
            f"by= takes names of columns, such as by='person', and no {type(by).__name__}. Make "
            f"it a column, frame.assign(mine=...), and pass by='mine'."
        )


def resolve_keys(
    frame: Any, by: str | Sequence[str], *, what: str, has_lists: bool = False
) -> list[Key]:
    """Resolve ``by`` to columns of a frame.

    A key is a column, or the stem of ``<key>_gid`` and ``<key>_name``, which then both are keys,
    so that two people or projects with the same name stay apart. ``person`` and ``project`` also
    work for entries as Asana returns them. With ``has_lists`` the columns of a key may be
    ``<key>_gids`` and ``<key>_names``, which hold several each.

    Raises
    ------
    InvalidArgument
        A key is unknown (the message suggests the most similar one), ``by`` is empty, or it asks
        for gids alone, and rows that have names lack them.
    """
    check_keys(by)
    names = list_texts(by, name="by", like="person")
    if not names:
        raise InvalidArgument(f"{what} needs at least one key: by='person', for example.")
    forms = ("", "s") if has_lists else ("",)
    keys = [key for name in names for key in _find_columns(frame, name, forms)]
    known = [str(column) for column in frame.columns]
    for name in names:
        if not _find_columns(frame, name, forms):
            stems = [
                column.removesuffix(f"_gid{form}")
                for form in forms
                for column in known
                if column.endswith(f"_gid{form}")
            ]
            # Entries as Asana returns them have person and project under other names.
            stems += [ours for theirs, ours in _ALIASES if theirs in stems]
            raise InvalidArgument(
                f"{what} does not know the key {name!r}.{suggest_names(name, [*stems, *known])} "
                f"Use a column, or one of {', '.join(dict.fromkeys(stems)) or 'none here'}."
            )
    _check_gid_keys(frame, keys, what)
    return list(dict.fromkeys(keys))


def read_key(frame: pd.DataFrame, key: Key) -> pd.Series[Any]:
    """Return the column of a key: gids and names as text, lists as tuples."""
    if key.column.endswith(("_gid", "_name")):
        return text_column(frame, key.column)
    column = frame[key.column]
    first = next(iter(column.dropna()), None) if column.dtype == object else None
    return read_lists(column) if isinstance(first, list | np.ndarray) else column


def _find_columns(frame: Any, name: str, forms: Iterable[str]) -> list[Key]:
    for stem in _list_stems(name):
        if stem in frame.columns:
            return [Key(name, stem)]
        for form in forms:
            pair = [Key(f"{name}{end}", f"{stem}{end}{form}") for end in ("_gid", "_name")]
            found = [key for key in pair if key.column in frame.columns]
            if found:
                return found
    return []


def _list_stems(name: str) -> Iterable[str]:
    """Yield a name and its alias in the other form of entries."""
    yield name
    for pair in _ALIASES:
        for mine, other in (pair, pair[::-1]):
            for end in ("", "_gid", "_name"):
                if name == mine + end:
                    yield other + end


def text_column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column as text; without the column all values are missing."""
    if name not in frame.columns:
        return pd.Series(pd.NA, index=frame.index, name=name, dtype=STR)
    return frame[name].astype(STR)


def read_words(
    frame: pd.DataFrame, name: str, known: Iterable[str], *, what: str, any_case: bool = False
) -> pd.Series[Any]:
    """Return a column of words of which only some are known; missing ones stay missing.

    Parameters
    ----------
    frame
        The frame.
    name
        The column; without it all words are missing.
    known
        The words.
    what
        The name of the calling function, for messages.
    any_case
        Accept words in any letter case, and return them in lower case.

    Raises
    ------
    InvalidArgument
        A word is not known; the message names it and the known ones.
    """
    words = text_column(frame, name)
    found = words.str.lower() if any_case else words
    known = list(known)
    wrong = words[is_true(found.notna()) & ~is_true(found.isin(known))]
    if len(wrong):
        *first, last = map(repr, known)
        raise InvalidArgument(
            f"{what}: {wrong.iloc[0]!r} is not a valid {name} ({len(wrong)} row(s)); use "
            f"{', '.join(first)} or {last}.{suggest_names(wrong.iloc[0], known)}"
        )
    return found


def is_true(flags: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Return flags of any dtype as a plain array, in which a missing one is False.

    Raises
    ------
    InvalidArgument
        A cell is not a flag.
    """
    if flags.dtype.kind != "b":
        flags = read_cells(flags, "boolean")
    return flags.to_numpy(dtype=bool, na_value=False)


def read_list_columns(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return a frame whose list columns hold tuples, whatever they were read from."""
    read = {name: read_lists(frame[name]) for name in names if name in frame.columns}
    changed = {name: lists for name, lists in read.items() if lists is not frame[name]}
    return frame.assign(**changed) if changed else frame


def check_dask_lists(frame: Any, name: str) -> None:
    """Refuse a column of a Dask frame that holds text in place of tuples.

    Raises
    ------
    InvalidArgument
        The message says how to keep them.
    """
    if not isinstance(frame, pd.DataFrame) and isinstance(frame.dtypes[name], pd.StringDtype):
        raise InvalidArgument(
            f"{name} holds text instead of tuples. Read files with af.read_csv or another reader "
            f"of this package, and set dask.config.set({{'dataframe.convert-string': False}}) "
            f"before a Dask frame is made of them."
        )


def drop_duplicates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each record once, as it was read last; rows without a gid all stay.

    Parameters
    ----------
    frame
        Records with a column ``gid``.
    """
    gid = frame["gid"]
    if are_surely_unique(gid):
        return frame.reset_index(drop=True)
    # Rows that users add to those of Asana have no gid; they are not duplicates of each other.
    is_last = gid.isna() | ~gid.duplicated(keep="last")
    return frame[is_true(is_last)].reset_index(drop=True)


def drop_duplicate_gids(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each record once, as it was read last, without rows that have no gid."""
    has_gid = is_true(frame["gid"].notna())
    return drop_duplicates(frame if has_gid.all() else frame[has_gid])
