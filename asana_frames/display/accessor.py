"""``df.asana``: a shortcut to a frame's links into Asana, its tidy tables and its card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from asana_frames.display.cards import CardLine, render_frame_card
from asana_frames.display.cells import (
    HEADINGS,
    choose_layout,
    format_column,
    is_gid_column,
    is_missing,
)
from asana_frames.exceptions import InvalidArgument

# The catalog and the frames are imported where they are used: pandas is often loaded long before
# the first frame of Asana's, and this import must be fast then.
if TYPE_CHECKING:
    from asana_frames.catalog import Column

_NAME = "asana"
_APP_URL = "https://app.asana.com/"
#: Record type -> the path of an object's page, by its gid alone.
_URL_PATHS = {
    "task": "0/0/{}",
    "project": "0/{}/list",
    "portfolio": "0/portfolio/{}",
    "goal": "0/goal/{}",
    "user": "0/profile/{}",
}
_GID = re.compile(r"[0-9]{1,32}")
#: A ``permalink_url`` of Asana's, without characters that could end an HTML attribute.
_PERMALINK = re.compile(re.escape(_APP_URL) + r"[01]/[A-Za-z0-9/_.~:?=&%#+,@!$;-]*")
#: Prefix of custom field columns, and the path that requests them in ``fields``.
_CF = ("cf_", "custom_fields")

#: Rows of a card, and columns beside the name.
_CARD_ROWS, _CARD_CELLS = 20, 5


class NoGidColumn(InvalidArgument, AttributeError):
    """A frame without gids is not an Asana frame: ``hasattr(df, "asana")`` is false."""


class FrameAccessor:
    """What a frame of Asana's objects can do: in a cell, ``df.asana`` shows a card.

    Everything works from the columns alone, so it does for a frame from a file, too. Frames have
    it once something of this package has been used, or where pandas was imported before it.

    Raises
    ------
    NoGidColumn
        The frame has no column ``gid``, or several; an AttributeError too.

    Examples
    --------
    >>> import asana_frames as af
    >>> tasks = af.sandbox().tasks.list(project="Website relaunch")
    >>> tasks.asana.bridge("memberships").columns[:2].tolist()
    ['task_gid', 'project_gid']
    >>> tasks.asana.links.str.startswith("https://app.asana.com/").all()
    np.True_
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        _check_has_gid(frame)
        self._frame = frame

    def __repr__(self) -> str:
        facts = ", ".join([_describe_rows(self._frame), *_describe_origin(self._frame)])
        return f"<{facts}: .links, .info(), .custom_fields(), .bridge(column)>"

    def _repr_html_(self) -> str:
        """Return a card: the first rows with links, how many there are, where they came from."""
        frame = self._frame
        _check_has_gid(frame)
        label = find_label_column(frame)
        shown = frame.iloc[:_CARD_ROWS]
        beside = _choose_card_columns(shown, label)
        return render_frame_card(
            _describe_rows(frame),
            _describe_origin(frame),
            [label.replace("_", " ").capitalize(), *map(_format_heading, beside)],
            list(_build_lines(shown, label, beside)),
            count=len(frame),
            layouts=[choose_layout(shown[name]) for name in beside],
        )

    @property
    def links(self) -> pd.Series[Any]:
        """Addresses of the objects in Asana's app.

        Returns
        -------
        Series
            ``str``, with the index of the frame: ``permalink_url`` where the frame has it, else
            made of the gid of a task, project, portfolio, goal or user; missing for others.
        """
        from asana_frames.frames import STR

        _check_has_gid(self._frame)
        return pd.Series(
            _build_links(self._frame), index=self._frame.index, dtype=STR, name="link"
        )

    def bridge(self, column: str, *, key: str | None = None) -> pd.DataFrame:
        """Unroll list columns into one row per pair, as ``af.bridge`` does."""
        from asana_frames.frames import bridge

        return bridge(self._frame, column, key=key)

    def custom_fields(self) -> pd.DataFrame:
        """Return the custom fields in the long form, as ``af.custom_fields`` does."""
        from asana_frames.frames import custom_fields

        return custom_fields(self._frame)

    def info(self) -> pd.DataFrame:
        """Return the columns of the frame and where they come from.

        Returns
        -------
        DataFrame
            ``column``, ``dtype`` and ``path`` (what ``fields`` takes; missing for columns that are
            not Asana's), all ``str``; one row per column.
        """
        from asana_frames.frames import STR

        _check_has_gid(self._frame)
        known = {column.name: column.path for column in _record_columns(_find_record(self._frame))}
        names = list(map(str, self._frame.columns))
        paths = [_CF[1] if name.startswith(_CF[0]) else known.get(name) for name in names]
        dtypes = list(map(str, self._frame.dtypes))
        made = {"column": names, "dtype": dtypes, "path": paths}
        return pd.DataFrame(made, dtype=STR)


def register_accessor() -> None:
    """Register ``.asana`` on data frames, unless the name is taken; safe to call again."""
    there = getattr(pd.DataFrame, _NAME, None)
    if getattr(there, "__module__", None) == __name__ and there is not FrameAccessor:
        # This module was loaded anew; pandas would warn of a name that is taken.
        delattr(pd.DataFrame, _NAME)
        there = None
    if there is None:
        pd.api.extensions.register_dataframe_accessor(_NAME)(FrameAccessor)


def _check_has_gid(frame: pd.DataFrame) -> None:
    if _find_columns(frame, ["gid"]):
        return
    names = ", ".join(map(str, frame.columns[:8])) or "none"
    column = f' The column of that name is frame["{_NAME}"].' if _NAME in frame else ""
    raise NoGidColumn(
        f'.{_NAME} needs one column "gid", which says what each row is; this frame has: {names}.'
        f'{column} Give it one first: frame.rename(columns={{"task_gid": "gid"}}).asana.'
    )


def _find_columns(frame: pd.DataFrame, names: Iterable[str]) -> list[str]:
    """Return the names that exactly one column of a frame has."""
    return [name for name in names if name in frame.columns and isinstance(frame[name], pd.Series)]


def _read_attrs(frame: pd.DataFrame) -> Mapping[str, Any]:
    """Return ``frame.attrs["asana"]`` if it is a mapping; a file may hold anything there."""
    attrs = frame.attrs.get("asana")
    return attrs if isinstance(attrs, Mapping) else {}


def _find_record(frame: pd.DataFrame) -> str:
    """Return the record type of a frame, from its attrs or else from its columns."""
    # Only now: whoever does not use the accessor need not wait for it.
    from asana_frames.frames.schema import find_record

    return find_record(frame)


def _record_columns(record: str) -> tuple[Column, ...]:
    from asana_frames.catalog import columns_of

    # Some frames, such as counts, have no record type.
    return columns_of(record, ("all",)) if record else ()


def find_label_column(frame: pd.DataFrame) -> str:
    """Return the column that names the rows for people; ``gid`` where none does."""
    from asana_frames.catalog import load

    record = _find_record(frame)
    labels = [known.label for known in load().records if known.name == record and known.label]
    return [*_find_columns(frame, ["name", *labels, "text"]), "gid"][0]


def _describe_rows(frame: pd.DataFrame) -> str:
    from asana_frames.catalog import load
    from asana_frames.frames.change_table import is_change_frame

    count = len(frame)
    if is_change_frame(frame):
        return f"{count:,} change{'' if count == 1 else 's'}"
    record = _find_record(frame)
    many = next((known.name for known in load().resources if known.record == record), "")
    one, many = (record, many) if many else ("row", "rows")
    return f"{count:,} {one if count == 1 else many}".replace("_", " ")


def _describe_origin(frame: pd.DataFrame) -> list[str]:
    """Return where a frame came from, as far as its attrs say."""
    attrs = _read_attrs(frame)
    facts = []
    operation, moment = (attrs.get(name) for name in ("operation", "fetched_at"))
    if isinstance(operation, str) and operation:
        facts.append(operation)
    if isinstance(moment, str) and moment:
        facts.append(moment[:16].replace("T", " ") + " UTC")
    requests, rows, failed = (
        _as_count(attrs.get(name)) for name in ("requests", "rows", "failed")
    )
    if requests is not None:
        needs = "nothing was written, it would take " if attrs.get("dry_run") else ""
        facts.append(f"{needs}{requests:,} request{'' if requests == 1 else 's'}")
    if rows is not None and rows != len(frame):
        facts.append(f"of {rows:,} rows that were read")
    if failed:
        facts.append(f"{failed:,} failed: asana.last.failures")
    if attrs.get("partial"):
        facts.append("ended early: asana.last.partial")
    return facts


def _as_count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _choose_card_columns(shown: pd.DataFrame, label: str) -> list[str]:
    """Return the columns beside the name: those that people look for first, if not empty."""
    custom = [name for name in map(str, shown.columns) if name.startswith(_CF[0])]
    fields = [name for name in custom if not is_gid_column(name)]
    *first, last = HEADINGS
    found = [name for name in _find_columns(shown, [*first, *fields, last]) if name != label]
    return [name for name in found if not all(map(is_missing, shown[name]))][:_CARD_CELLS]


def _format_heading(name: str) -> str:
    return HEADINGS.get(name, name.removeprefix(_CF[0]))


def _build_lines(frame: pd.DataFrame, label: str, beside: list[str]) -> Iterator[CardLine]:
    names = ["" if is_missing(cell) else str(cell) for cell in frame[label]]
    columns = [format_column(frame[name]) for name in beside]
    for url, name, *others in zip(_build_links(frame), names, *columns, strict=True):
        yield CardLine(name, url, others)


def _build_links(frame: pd.DataFrame) -> list[str | None]:
    """Return the URL of each row, or None."""
    nothing = [None] * len(frame)
    known = _find_columns(frame, ["permalink_url", "resource_type"])
    urls, kinds = (
        frame[name] if name in known else nothing for name in ("permalink_url", "resource_type")
    )
    record = _find_record(frame)
    return [
        _build_link(url, kind if isinstance(kind, str) else record, gid)
        for url, kind, gid in zip(urls, kinds, frame["gid"], strict=True)
    ]


def _build_link(url: Any, kind: str, gid: Any) -> str | None:
    if isinstance(url, str) and _PERMALINK.fullmatch(url):
        return url
    # A file may have made numbers of gids.
    found = _GID.fullmatch(str(gid))
    place = _URL_PATHS.get(kind)
    return _APP_URL + place.format(found.group()) if found and place else None
