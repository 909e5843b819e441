"""Resolve references (gids, exact names, URLs, rows, frames, pickers) to gids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from numbers import Integral
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from asana_frames._fork import ForkSafeLock
from asana_frames.catalog import Directory, load
from asana_frames.exceptions import (
    AmbiguousReference,
    InvalidArgument,
    UnknownReference,
    find_similar,
)

#: gid and name of an object, and a context that distinguishes it from others of that name.
NamedObject = tuple[str, str, str]
#: Reads a directory: (directory, gid of the container or "", query or "").
ReadNames = Callable[[Directory, str, str], list[NamedObject]]

_HOST = "app.asana.com"
_GID = re.compile(r"\d+\Z")
_EMAIL = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+\Z")
#: Word in a URL -> record type, where they differ.
_URL_WORDS = {"profile": "user", "goals": "goal", "portfolios": "portfolio", "team": "team"}
#: Most matches that an error lists.
_MAX_LISTED = 10


def iterate_references(reference: Any, kinds: Sequence[str] = ()) -> Iterator[Any]:
    """Yield the single references in a reference or collection; skip missing values.

    ``kinds``: record types that the reference may have; a picker of several levels gives its
    deepest choice among them.
    """
    reference = unwrap_picker(reference, kinds)
    if reference is None:
        raise UnknownReference(
            "None is not a reference. If it comes from a picker, choose a value first."
        )
    if isinstance(reference, pd.DataFrame):
        yield from _frame_gids(reference)
    elif is_single_reference(reference):
        yield reference
    elif isinstance(reference, Iterable) and not isinstance(reference, bytes):
        for item in reference:
            if item is None or item is pd.NA or (isinstance(item, float) and item != item):
                continue
            yield from iterate_references(item, kinds)
    else:
        raise _invalid_reference(reference)


def is_single_reference(reference: Any, kinds: Sequence[str] = ()) -> bool:
    """Whether a reference names one object and is not a collection."""
    reference = unwrap_picker(reference, kinds)
    is_row = isinstance(reference, pd.Series) and "gid" in reference.index
    return isinstance(reference, str | Mapping | Integral) or is_row or _is_named_row(reference)


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address."""
    return _EMAIL.match(text) is not None


def _is_named_row(reference: Any) -> bool:
    """Whether a reference is a row of ``frame.itertuples()`` with a gid."""
    return "gid" in getattr(reference, "_fields", ())


def unwrap_picker(reference: Any, kinds: Sequence[str] = ()) -> Any:
    """Return what a picker stands for, and anything else unchanged.

    A picker of several levels, such as workspace, project and section, stands for its deepest
    choice of one of the record types asked for; without ``kinds``, for its value.
    """
    # A pandas Timestamp has a ``value`` too, but is not a picker.
    if isinstance(reference, str | int | float | Mapping | pd.DataFrame | pd.Series | date):
        return reference
    if kinds and hasattr(reference, "reference_to"):
        return reference.reference_to(kinds)
    return reference.value if hasattr(reference, "value") else reference


def _frame_gids(frame: pd.DataFrame) -> Iterable[Any]:
    if "gid" not in frame.columns:
        names = ", ".join(map(str, frame.columns[:8]))
        raise UnknownReference(
            f'This frame has no "gid" column (it has {names}). Pass a column of gids instead, '
            f'such as frame["task_gid"].'
        )
    return frame["gid"].dropna().unique()


class ReferenceResolver:
    """Resolves references to gids and caches the names it has read.

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
        self._cache: dict[tuple[str, str, str], list[NamedObject]] = {}
        self._lock = ForkSafeLock()
        #: How often the cache was cleared.
        self._age = 0

    def forget(self) -> None:
        """Clear the cache, so that new and renamed objects are found."""
        with self._lock:
            self._cache.clear()
            self._age += 1

    def gids(
        self, reference: Any, kinds: Sequence[str], *, within: str | None = None
    ) -> list[str]:
        """Return the gids of a reference or collection, each once, in order.

        Parameters
        ----------
        reference
            A reference, or a collection of them.
        kinds
            The record types it may refer to, most likely first.
        within
            gid of the workspace or project to search for names; by default all workspaces.

        Raises
        ------
        UnknownReference
            No object has that name; the message suggests similar ones.
        AmbiguousReference
            Several objects have it; the message lists them.
        """
        items = iterate_references(reference, kinds)
        found = (self._resolve_one(item, kinds, within) for item in items)
        return list(dict.fromkeys(found))

    def _resolve_one(self, item: Any, kinds: Sequence[str], within: str | None) -> str:
        if _is_named_row(item):
            item = item._asdict()
        if isinstance(item, Mapping | pd.Series):
            item = _row_gid(item)
        if isinstance(item, bool) or not isinstance(item, str | Integral):
            raise _invalid_reference(item)
        text = str(item).strip()
        if not text:
            raise UnknownReference(
                f"An empty string is not a reference to a {_join_kinds(kinds)}."
            )
        if _GID.match(text):
            return text
        if "user" in kinds and (text == "me" or is_email(text)):
            # Asana accepts it as it is, but columns that name parents need the gid.
            return self._resolve_person(text)
        if "task" in kinds and text.startswith("external:"):
            return text
        if text.startswith(("https://", "http://")):
            return gid_in_url(text, kinds)
        return self._find_by_name(text, kinds, within)

    def find_tag(self, name: str) -> str:
        """Return the gid of a tag by its name, which may be a number such as a year.

        Raises
        ------
        AmbiguousReference
            Several tags are called so.
        """
        try:
            return self._find_by_name(name, ["tag"], None)
        except AmbiguousReference:
            raise
        except UnknownReference:
            return name

    def _find_by_name(self, name: str, kinds: Sequence[str], within: str | None) -> str:
        entries: list[NamedObject] = []
        for kind in kinds:
            directory = load().directory(kind)
            if directory is None:
                continue
            entries += self._find_candidates(directory, name, within)
        if not any(load().directory(kind) for kind in kinds):
            raise UnknownReference(
                f"A {_join_kinds(kinds)} cannot be found by name; pass its gid, its URL or a row "
                f"instead of {name!r}."
            )
        return _select_by_name(name, entries, kinds)

    def _find_candidates(
        self, directory: Directory, name: str, within: str | None
    ) -> list[NamedObject]:
        """Return the objects that may have a name: those of the container, or of all."""
        if directory.container == "project":
            return self._find_in_project(directory, name, within)
        if not directory.container:
            return self._list_names(directory, "", "")
        containers = [within] if within else [gid for gid, *_ in self._list_workspaces()]
        query = name if directory.query else ""
        return [
            entry
            for container in containers
            for entry in self._list_names(directory, container, query)
        ]

    def _find_in_project(
        self, directory: Directory, name: str, within: str | None
    ) -> list[NamedObject]:
        """Return the objects of the project, which the name begins with if it is not given."""
        if within is not None:
            return self._list_names(directory, within, "")
        if "/" not in name:
            raise UnknownReference(
                f"The name of a {directory.record} needs its project: pass "
                f'"Project name/{name}", or its gid, its URL or a row.'
            )
        # Names may contain slashes, so every slash is tried as the separator.
        parts = name.split("/")
        problem: UnknownReference | None = None
        for cut in range(len(parts) - 1, 0, -1):
            project = "/".join(parts[:cut])
            try:
                gid = self._resolve_one(project, ["project"], None)
            except UnknownReference as error:
                problem = problem or error
                continue
            # With the project, so that suggestions in errors can be typed as they are.
            return [
                (found, f"{project}/{label}", project)
                for found, label, _ in self._list_names(directory, gid, "")
            ]
        raise problem or UnknownReference(name)

    def _resolve_person(self, text: str) -> str:
        found = self._read_once(("user", text, ""), lambda: [(self._read_person(text), text, "")])
        return found[0][0]

    def learn_people(self) -> None:
        """Read the lists of people, so that e-mail addresses take no request each."""
        directory = load().directory("user")
        assert directory is not None  # the catalog always has it
        for workspace, *_ in self._list_workspaces():
            people = self._list_names(directory, workspace, "")
            with self._lock:
                for gid, _, where in people:
                    email = where.removeprefix(f"{directory.beside} ")
                    if is_email(email):
                        self._cache.setdefault(("user", email, ""), [(gid, email, "")])

    def _list_workspaces(self) -> list[NamedObject]:
        top = load().directory("workspace")
        assert top is not None  # the catalog always has it
        return self._list_names(top, "", "")

    def _list_names(self, directory: Directory, container: str, query: str) -> list[NamedObject]:
        return self._read_once(
            (directory.record, container, query),
            lambda: self._read_names(directory, container, query),
        )

    def _read_once(
        self, key: tuple[str, str, str], read: Callable[[], list[NamedObject]]
    ) -> list[NamedObject]:
        """Return what has been read for a key, or read it.

        Not while the lock is held: other calls must not wait longer than their own deadline.
        """
        with self._lock:
            if key in self._cache:
                return self._cache[key]
            age = self._age
        found = read()
        with self._lock:
            # What was read before names were changed is not kept.
            if age == self._age:
                self._cache[key] = found
        return found


def _row_gid(row: Any) -> Any:
    gid = row.get("gid")
    if gid is None or gid is pd.NA or gid != gid:
        raise UnknownReference('This row has no "gid". Pass a row with one, or a gid.')
    return gid


def gid_in_url(url: str, kinds: Sequence[str]) -> str:
    """Return the gid of an object of one of ``kinds`` from a URL of the Asana app.

    Both forms are supported: ``/1/<workspace>/project/<project>/task/<task>`` and the older
    ``/0/<project>/<task>``.

    Raises
    ------
    UnknownReference
        It is not a URL of Asana, or it refers to other objects.
    """
    try:
        parts = urlsplit(url)
    except ValueError as cause:
        raise UnknownReference(f"{url!r} is not a valid URL ({cause}).") from cause
    if parts.hostname != _HOST:
        raise UnknownReference(f"{url!r} is not a URL of {_HOST}.")
    found = _parse_url_path([part for part in parts.path.split("/") if part])
    for kind in kinds:
        if kind in found:
            return found[kind]
    named = ", ".join(f"{kind} {gid}" for kind, gid in found.items()) or "no known object"
    raise UnknownReference(
        f"{url!r} is not the URL of a {_join_kinds(kinds)}; it refers to {named}."
    )


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
        error = UnknownReference(_describe_unknown_name(name, entries, kinds))
        error.nearest = tuple(find_similar(name, {label: gid for gid, label, _ in entries}))
        raise error
    shown = [
        f"gid {gid}{f' ({where})' if where else ''}"
        for gid, (_, where) in list(matches.items())[:_MAX_LISTED]
    ]
    more = f" and {len(matches) - _MAX_LISTED} more" if len(matches) > _MAX_LISTED else ""
    raise AmbiguousReference(
        f"{len(matches)} {_join_kinds(kinds)}s are named {name!r}: {', '.join(shown)}{more}. "
        f"Pass the gid or the URL of one of them."
    )


def _describe_unknown_name(name: str, entries: list[NamedObject], kinds: Sequence[str]) -> str:
    by_name = {label: gid for gid, label, _ in entries}
    close = find_similar(name, by_name)
    text = f"There is no {_join_kinds(kinds)} named {name!r}."
    if close:
        names = ", ".join(f"{label!r} (gid {by_name[label]})" for label in close)
        text += f" Did you mean one of these? {names}."
    return text


def _join_kinds(kinds: Sequence[str]) -> str:
    return " or ".join(kind.replace("_", " ") for kind in kinds)


def _invalid_reference(item: Any) -> InvalidArgument:
    return InvalidArgument(
        f"Expected a gid, name or URL; got {type(item).__name__}. Rows, frames with a gid "
        f"column and lists of these are accepted too."
    )
