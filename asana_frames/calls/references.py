"""Whatever names an object - gid, exact name, URL, row, frame, picker - to its gid."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from numbers import Integral
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from asana_frames.catalog import Directory, load
from asana_frames.exceptions import (
    AmbiguousReference,
    InvalidArgument,
    UnknownReference,
    find_similar,
)

#: gid and name of an object, and what tells it from others of that name.
NamedObject = tuple[str, str, str]
#: Reads a directory: (directory, container's gid or "", name looked for).
ReadNames = Callable[[Directory, str, str], list[NamedObject]]

_HOST = "app.asana.com"
_GID = re.compile(r"\d+\Z")
_EMAIL = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+\Z")
#: What URLs call a record type, where it differs.
_URL_WORDS = {"profile": "user", "goals": "goal", "portfolios": "portfolio", "team": "team"}
#: Matches listed by an error.
_MAX_LISTED = 10


def iterate_references(reference: Any) -> Iterator[Any]:
    """Yield the single references that a reference consists of; missing values are left out."""
    reference = _unwrap_picker(reference)
    if reference is None:
        raise UnknownReference("None names nothing. If it comes from a picker, pick first.")
    if isinstance(reference, pd.DataFrame):
        yield from _frame_gids(reference)
    elif is_single_reference(reference):
        yield reference
    elif isinstance(reference, Iterable) and not isinstance(reference, bytes):
        for item in reference:
            if item is None or item is pd.NA or (isinstance(item, float) and item != item):
                continue
            yield from iterate_references(item)
    else:
        raise _invalid_reference(reference)


def is_single_reference(reference: Any) -> bool:
    """Whether a reference names one object by itself, rather than a collection of some size."""
    reference = _unwrap_picker(reference)
    is_row = isinstance(reference, pd.Series) and "gid" in reference.index
    return isinstance(reference, str | Mapping | Integral) or is_row or _is_named_row(reference)


def _is_named_row(reference: Any) -> bool:
    """Whether a reference is what ``frame.itertuples()`` yields of a frame with gids."""
    return isinstance(reference, tuple) and "gid" in getattr(reference, "_fields", ())


def _unwrap_picker(reference: Any) -> Any:
    """Return a picker's value; everything else as it is."""
    # A pandas Timestamp has a value too, and is no picker.
    if isinstance(reference, str | int | float | Mapping | pd.DataFrame | pd.Series | date):
        return reference
    return reference.value if hasattr(reference, "value") else reference


def _frame_gids(frame: pd.DataFrame) -> Iterable[Any]:
    if "gid" not in frame.columns:
        names = ", ".join(map(str, frame.columns[:8]))
        raise UnknownReference(
            f'This frame has no "gid" column (it has {names}), so it does not say which objects '
            f'are meant. Give a column of gids, such as frame["task_gid"].'
        )
    return frame["gid"].dropna().unique()


class ReferenceResolver:
    """Resolves references and remembers the names it has read.

    Parameters
    ----------
    read_names
        Reads one directory.
    read_person
        Returns the gid of "me" or of an e-mail address.
    """

    def __init__(self, read_names: ReadNames, read_person: Callable[[str], str]) -> None:
        self._read_names = read_names
        self._read_person = read_person
        self._read: dict[tuple[str, str, str], list[NamedObject]] = {}
        self._lock = threading.RLock()

    def forget(self) -> None:
        """Drop the names that were read, so that new and renamed objects are found."""
        with self._lock:
            self._read.clear()

    def gids(
        self, reference: Any, kinds: Sequence[str], *, within: str | None = None
    ) -> list[str]:
        """Return the gids of everything that a reference names, each once, in order.

        Parameters
        ----------
        reference
            A reference, or a collection of them.
        kinds
            The record types it may name, most likely first.
        within
            gid of the workspace or project to look for names in; all that are visible otherwise.

        Raises
        ------
        UnknownReference
            Nothing has that name; the message suggests close ones.
        AmbiguousReference
            Several things have it; the message lists them.
        """
        found = (self._gid(item, kinds, within) for item in iterate_references(reference))
        return list(dict.fromkeys(found))

    def _gid(self, item: Any, kinds: Sequence[str], within: str | None) -> str:
        if _is_named_row(item):
            item = item._asdict()
        if isinstance(item, Mapping | pd.Series):
            item = _row_gid(item)
        if isinstance(item, bool) or not isinstance(item, str | Integral):
            raise _invalid_reference(item)
        text = str(item).strip()
        if not text:
            raise UnknownReference(f"An empty text names no {_join_kinds(kinds)}.")
        if _GID.match(text):
            return text
        if "user" in kinds and (text == "me" or _EMAIL.match(text)):
            # Asana would take it as it is, but a frame that names its parents needs the gid.
            return self._person(text)
        if "task" in kinds and text.startswith("external:"):
            return text
        if text.startswith(("https://", "http://")):
            return gid_in_url(text, kinds)
        return self._named(text, kinds, within)

    def _named(self, name: str, kinds: Sequence[str], within: str | None) -> str:
        entries: list[NamedObject] = []
        for kind in kinds:
            directory = load().directory(kind)
            if directory is None:
                continue
            entries += self._entries(directory, name, within)
        if not any(load().directory(kind) for kind in kinds):
            raise UnknownReference(
                f"A {_join_kinds(kinds)} has no name to go by: give its gid, its URL or a row, "
                f"not {name!r}."
            )
        return _select_by_name(name, entries, kinds)

    def _entries(self, directory: Directory, name: str, within: str | None) -> list[NamedObject]:
        """Return the candidates for a name: those of its container, or of all containers."""
        if directory.container == "project":
            return self._in_project(directory, name, within)
        if not directory.container:
            return self._names(directory, "", "")
        containers = [within] if within else [gid for gid, *_ in self._workspaces()]
        query = name if directory.query else ""
        return [
            entry for container in containers for entry in self._names(directory, container, query)
        ]

    def _in_project(
        self, directory: Directory, name: str, within: str | None
    ) -> list[NamedObject]:
        """Return what the project asked about has, else the one that the name begins with."""
        if within is not None:
            return self._names(directory, within, "")
        if "/" not in name:
            raise UnknownReference(
                f"A {directory.record} called {name!r} is looked for in its project: type "
                f'"Project name/{name}", or give its gid, its URL or a row.'
            )
        # Names may hold slashes themselves, so each is tried as the one that parts them.
        words = name.split("/")
        problem: UnknownReference | None = None
        for cut in range(len(words) - 1, 0, -1):
            project = "/".join(words[:cut])
            try:
                gid = self._gid(project, ["project"], None)
            except UnknownReference as error:
                problem = problem or error
                continue
            # Shown as typed, so that the error's suggestions can be typed too.
            return [
                (found, f"{project}/{label}", project)
                for found, label, _ in self._names(directory, gid, "")
            ]
        raise problem or UnknownReference(name)

    def _person(self, text: str) -> str:
        key = ("user", text, "")
        with self._lock:
            if key not in self._read:
                self._read[key] = [(self._read_person(text), text, "")]
            return self._read[key][0][0]

    def _workspaces(self) -> list[NamedObject]:
        top = load().directory("workspace")
        assert top is not None  # the catalog always has it
        return self._names(top, "", "")

    def _names(self, directory: Directory, container: str, query: str) -> list[NamedObject]:
        key = (directory.record, container, query)
        with self._lock:
            if key not in self._read:
                self._read[key] = self._read_names(directory, container, query)
            return self._read[key]


def _row_gid(row: Any) -> Any:
    gid = row.get("gid")
    if gid is None or gid is pd.NA or gid != gid:
        raise UnknownReference('This row has no "gid", so it does not say which object is meant.')
    return gid


def gid_in_url(url: str, kinds: Sequence[str]) -> str:
    """Return the gid that a URL of the Asana app holds for one of ``kinds``.

    Both forms are read: ``/1/<workspace>/project/<project>/task/<task>`` and the older
    ``/0/<project>/<task>``.

    Raises
    ------
    UnknownReference
        It is no address of Asana's, or it names other things.
    """
    try:
        parts = urlsplit(url)
    except ValueError as cause:
        raise UnknownReference(f"{url!r} is not an address ({cause}).") from cause
    if parts.hostname != _HOST:
        raise UnknownReference(f"{url!r} is not an address of {_HOST}.")
    found = _parse_url_path([part for part in parts.path.split("/") if part])
    for kind in kinds:
        if kind in found:
            return found[kind]
    named = ", ".join(f"{kind} {gid}" for kind, gid in found.items()) or "nothing known"
    raise UnknownReference(f"{url!r} names no {_join_kinds(kinds)} (it names {named}).")


def _parse_url_path(parts: list[str]) -> dict[str, str]:
    if parts[:1] == ["1"]:
        found = {"workspace": parts[1]} if len(parts) > 1 and _GID.match(parts[1]) else {}
        for word, gid in pairwise(parts[2:]):
            if not _GID.match(word) and _GID.match(gid):
                found.setdefault(_URL_WORDS.get(word, word), gid)
        return found
    if parts[:1] != ["0"]:
        return {}
    rest = parts[1:]
    if rest and not _GID.match(rest[0]):
        kind = _URL_WORDS.get(rest[0], rest[0])
        return {kind: rest[1]} if len(rest) > 1 and _GID.match(rest[1]) else {}
    found = {"project": rest[0]} if rest and rest[0] != "0" else {}
    if len(rest) > 1 and _GID.match(rest[1]):
        found["task"] = rest[1]
    return found


def _select_by_name(name: str, entries: list[NamedObject], kinds: Sequence[str]) -> str:
    """Return the gid of the one entry with that name."""
    matches = {gid: (label, where) for gid, label, where in entries if label == name}
    if len(matches) == 1:
        return next(iter(matches))
    if not matches:
        raise UnknownReference(_describe_unknown_name(name, entries, kinds))
    shown = [
        f"gid {gid}{f' ({where})' if where else ''}"
        for gid, (_, where) in list(matches.items())[:_MAX_LISTED]
    ]
    more = f" and {len(matches) - _MAX_LISTED} more" if len(matches) > _MAX_LISTED else ""
    raise AmbiguousReference(
        f"{len(matches)} {_join_kinds(kinds)}s are called {name!r}: {', '.join(shown)}{more}. "
        f"Give the gid or the URL of the one you mean."
    )


def _describe_unknown_name(name: str, entries: list[NamedObject], kinds: Sequence[str]) -> str:
    by_name = {label: gid for gid, label, _ in entries}
    close = find_similar(name, by_name)
    text = f"There is no {_join_kinds(kinds)} called {name!r}."
    if close:
        text += f" Close: {', '.join(f'{label!r} (gid {by_name[label]})' for label in close)}."
    return text


def _join_kinds(kinds: Sequence[str]) -> str:
    return " or ".join(kind.replace("_", " ") for kind in kinds)


def _invalid_reference(item: Any) -> InvalidArgument:
    return InvalidArgument(
        f"{type(item).__name__} is no reference. Give a gid, an exact name, an app.asana.com "
        f"URL, a row, a frame with a gid column, or a list of these."
    )
