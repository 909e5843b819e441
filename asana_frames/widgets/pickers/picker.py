"""Picker: lists below each other, each filtered by the choices above it."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum, auto
from functools import partial
from inspect import cleandoc
from typing import Any, NamedTuple, Self

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames.asana import Asana, check_connection
from asana_frames.exceptions import (
    AmbiguousReference,
    InvalidArgument,
    RequestRefused,
    UnknownReference,
    suggest_names,
)
from asana_frames.types import Ref, Refs
from asana_frames.widgets.pickers.choice import CHANGED, LOCK, Choice
from asana_frames.widgets.pickers.level import Level, fill_names
from asana_frames.widgets.pickers.lists import (
    BackgroundList,
    Listener,
    get_list_cache,
    run_in_background,
)

#: Seconds without a key press after which a search is sent.
PAUSE = 0.3


#: Sections that the docstrings of pickers share.
_SECTIONS = {
    "parameters": """\
Parameters
----------
asana
    The connection whose {record}s are listed.
value
    The initial choice: gid, name, URL, row.
multiple
    Whether several {record}s can be picked.""",
    "attributes": """\
Attributes
----------
value : str, list of str or None
    gid of the {record}; with ``multiple`` the gids.""",
    "raises": """\
Raises
------
UnknownReference, AmbiguousReference
    A reference matches no object, or several.
NotFound
    No object has the gid.""",
}


class _State(Enum):
    """What the picker itself is changing; changes made in IDLE come from outside."""

    IDLE = auto()
    #: Copying the choice of the user into ``value``.
    PUBLISHING = auto()
    #: Selecting the places of objects that code chose.
    MOVING = auto()


class _Subscription(NamedTuple):
    """The list that a level shows or waits for."""

    key: Hashable
    listing: BackgroundList
    listener: Listener


class Picker(ipw.VBox, ipw.ValueWidget):
    """Pick from lists below each other; base class of all pickers of objects.

    A subclass names its levels. Its docstring takes the sections that all pickers share with
    ``%(parameters)s``, ``%(attributes)s`` and ``%(raises)s``.

    Parameters
    ----------
    asana
        The connection whose objects are listed.
    value
        Reference to the initial choice.
    multiple
        Whether several objects can be picked.
    places
        Level above -> reference to the initial choice there.
    options
        Name -> control of further options that the lists depend on.

    Attributes
    ----------
    value : str, list of str or None
        gid of the picked object; with ``multiple``, a list of gids.
    """

    #: The levels, from the top down.
    _levels: tuple[Level, ...] = ()
    #: Record type that is picked: the name of one of the levels.
    _record: str = ""

    # Not ``traitlets.Any``, which does not validate None.
    value: Any = traitlets.TraitType(None, help="gid of the picked object, or a list of gids.")
    reloads = traitlets.Int(0, help="How many times the lists were reloaded.")

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # There is no docstring under python -OO.
        if cls.__doc__:
            cls.__doc__ = cleandoc(cls.__doc__)
            for name, text in _SECTIONS.items():
                section = text.format(record=cls._record)
                cls.__doc__ = cls.__doc__.replace(f"%({name})s", section)

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        places: dict[str, Ref | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        check_connection(asana, what=f"widgets.{type(self).__name__}")
        self._asana = asana.in_background()
        self._lists = get_list_cache(asana)
        self._level_by_name = {level.name: level for level in self._levels}
        self._multiple = multiple
        self._options = options or {}
        self._subscriptions: dict[str, _Subscription] = {}
        self._pending_levels: set[str] = set()
        self._search_timers: dict[str, Any] = {}
        #: Levels whose choice was set by code; it is kept even if the list does not contain it.
        self._levels_set_by_code: set[str] = set()
        self._state = _State.IDLE
        self._pending_rows = pd.DataFrame()
        self._choices = {
            level.name: Choice(
                level.label,
                multiple=multiple and level.name == self._record,
                # Nothing means "all" only above the level that is picked from.
                placeholder=Level.placeholder if level.name == self._record else level.placeholder,
                qualifier=level.qualifier,
                is_search=level.is_search,
            )
            for level in self._levels
        }
        super().__init__([*self._choices.values(), self._build_footer()])
        for name, choice in self._choices.items():
            choice.observe(partial(self._handle_choice, name), "chosen")
            choice.observe(partial(self._handle_query, name), "query")
        for name, control in self._options.items():
            control.observe(partial(self._handle_option, name), "value")
        self._select_places(places or {})
        self.value = [] if multiple and value is None else value
        if not self._subscriptions:
            with LOCK:
                self._request_lists()

    def __repr__(self) -> str:
        choices = [f"{name}={self._describe_choice(name)}" for name in self._level_by_name]
        return f"{type(self).__name__}({', '.join(choices)})"

    @property
    def row(self) -> pd.Series[Any] | None:
        """The row of the first chosen object: gid, name and the other columns of the list."""
        rows = self.rows
        return rows.iloc[0] if len(rows) else None

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of all chosen objects."""
        choice = self._choices[self._record]
        rows = choice.rows[choice.rows["gid"].isin(choice.chosen)]
        return rows.reindex(columns=self._level_by_name[self._record].columns).reset_index(
            drop=True
        )

    @property
    def workspace(self) -> str | None:
        """Return the gid of the workspace."""
        return self.gid_of("workspace")

    def gid_of(self, level: str) -> str | None:
        """Return the gid of the first object chosen on a level, or None."""
        if level not in self._choices:
            hint = suggest_names(level, self._choices)
            raise InvalidArgument(f"{type(self).__name__} has no level {level!r}.{hint}")
        chosen = self._choices[level].chosen
        return chosen[0] if chosen else None

    def wait(self, timeout: float = 30.0) -> Self:
        """Wait until all lists have been read.

        Raises
        ------
        TimeoutError
            The lists have not arrived within ``timeout`` seconds.
        """
        # An observer may call this while it holds the lock; waiting releases it for the lists.
        with CHANGED:
            if not CHANGED.wait_for(self._is_settled, timeout):
                raise TimeoutError(f"The lists have not arrived within {timeout:g} s.")
        return self

    def _build_footer(self) -> ipw.HBox:
        reload = ipw.Button(description="Reload", tooltip="Read the lists again", icon="refresh")
        reload.on_click(self._reload_lists)
        return ipw.HBox([*self._options.values(), reload])

    def _is_settled(self) -> bool:
        """Whether all lists have arrived and no search is waiting to be sent."""
        return not self._pending_levels and not any(self._search_timers.values())

    def _describe_choice(self, name: str) -> str:
        names = self._choices[name].names
        if self._multiple and name == self._record:
            return repr(names)
        return repr(names[0]) if names else "None"

    def _collect_state(self) -> dict[str, Any]:
        """Return what the lists depend on: choices, options and search text."""
        chosen = {name: self.gid_of(name) for name in self._level_by_name}
        options = {name: control.value for name, control in self._options.items()}
        queries = [
            choice.query.strip() for n, choice in self._choices.items() if self._is_search(n)
        ]
        return {**chosen, **options, "query": "".join(queries)}

    def _is_search(self, name: str) -> bool:
        return self._level_by_name[name].is_search

    # Lists.

    def _request_lists(self) -> None:
        for name in self._level_by_name:
            self._request_list(name)

    def _request_list(self, name: str) -> None:
        """Request the list of a level for the choices above it, and show it as it arrives."""
        level, choice, state = (
            self._level_by_name[name],
            self._choices[name],
            self._collect_state(),
        )
        self._unsubscribe(name)
        if level.parent and not state[level.parent]:
            label = self._level_by_name[level.parent].label.lower()
            choice.disable(f"Choose a {label} first.", keep=name in self._levels_set_by_code)
            return
        key = level.key(state)
        if not level.is_search:
            choice.disable("Reading ...", keep=True)
        else:
            choice.show_note("Reading ...")
        listing = self._lists.get(self._asana, key, lambda asana: level.read(asana, state))
        subscription = _Subscription(key, listing, partial(self._handle_list, name))
        self._subscriptions[name] = subscription
        self._pending_levels.add(name)
        listing.subscribe(subscription.listener)

    def _unsubscribe(self, name: str) -> None:
        known = self._subscriptions.pop(name, None)
        if known is not None:
            known.listing.unsubscribe(known.listener)
        self._pending_levels.discard(name)
        CHANGED.notify_all()

    def _handle_list(self, name: str, listing: BackgroundList) -> None:
        """Show the part of a list that has arrived; called in the thread that reads the list."""
        with LOCK:
            subscription = self._subscriptions.get(name)
            if subscription is None or subscription.listing is not listing:
                return
            if listing.is_over:
                self._pending_levels.discard(name)
            try:
                self._show_list(name, listing)
            finally:
                CHANGED.notify_all()

    def _show_list(self, name: str, listing: BackgroundList) -> None:
        choice = self._choices[name]
        if len(listing.frame) or listing.is_complete:
            keep = name in self._levels_set_by_code or self._is_search(name)
            rows = fill_names(listing.frame)
            choice.offer(rows, is_complete=listing.is_complete, keep=keep)
            self._choose_only_workspace(name, listing)
        if listing.error is not None:
            choice.show_note(_describe_error(listing.error), is_error=True)

    def _choose_only_workspace(self, name: str, listing: BackgroundList) -> None:
        """Choose the workspace if there is only one."""
        choice = self._choices[name]
        is_only = listing.is_complete and len(listing.frame) == 1
        if name == "workspace" and is_only and not choice.chosen:
            choice.choose(listing.frame["gid"].tolist())

    # Changes made by the user.

    def _handle_choice(self, name: str, change: Any) -> None:
        with LOCK:
            if self._state is _State.MOVING:
                return
            self._levels_set_by_code.discard(name)
            self._clear_below(name, change["old"])
            for below in self._levels:
                if name in below.dependencies and self.gid_of(name):
                    # The list changes, and may no longer contain the choice.
                    self._levels_set_by_code.discard(below.name)
                if name in (below.parent, *below.dependencies):
                    self._request_list(below.name)
            if name == self._record:
                self._publish_value()

    def _clear_below(self, name: str, previous: Any) -> None:
        """Clear the choices below a level, because they belong to its previous choice.

        If nothing was chosen on the level before, choices set by code below it are kept.
        """
        for below in self._levels:
            if name == below.parent and (previous or below.name not in self._levels_set_by_code):
                self._levels_set_by_code.discard(below.name)
                self._choices[below.name].disable("")

    def _publish_value(self) -> None:
        chosen = self._choices[self._record].chosen
        self._state = _State.PUBLISHING
        try:
            self.value = list(chosen) if self._multiple else chosen[0] if chosen else None
        finally:
            self._state = _State.IDLE

    def _handle_query(self, name: str, _: Any) -> None:
        """Schedule a search for the text in the box, after a pause in typing."""
        if not self._is_search(name):
            return
        with LOCK:
            waiting = self._search_timers.pop(name, None)
            if waiting is not None:
                waiting.cancel()
            self._search_timers[name] = run_in_background(
                partial(self._run_search, name), after=PAUSE
            )

    def _run_search(self, name: str) -> None:
        """Send the search, or schedule it again while another one is running."""
        with LOCK:
            subscription = self._subscriptions.get(name)
            if subscription is not None and not subscription.listing.is_over:
                self._search_timers[name] = run_in_background(
                    partial(self._run_search, name), after=PAUSE
                )
                return
            self._search_timers.pop(name, None)
            self._request_list(name)

    def _handle_option(self, option: str, _: Any) -> None:
        with LOCK:
            if self._state is _State.MOVING:
                return
            for name, level in self._level_by_name.items():
                if option in level.dependencies:
                    self._request_list(name)

    def _reload_lists(self, _: Any) -> None:
        with LOCK:
            for subscription in self._subscriptions.values():
                self._lists.forget(subscription.key)
            self._asana.references.forget()
            self._request_lists()
            self.reloads += 1

    # Changes made by code.

    def _select_places(self, places: dict[str, Any]) -> None:
        """Select the initial choices of the levels above, from the top down."""
        self._state = _State.MOVING
        for name in [name for name in self._level_by_name if places.get(name) is not None]:
            gids = self._resolve_gids(places[name], name)
            if not gids:
                raise InvalidArgument(
                    f"{name}= must refer to one {name}; the reference given is empty."
                )
            found = self._level_by_name[name].get(self._asana, gids[:1])
            self._select_ancestors(name, found)
            self._levels_set_by_code.add(name)
            self._choices[name].set_rows(found)
        self._state = _State.IDLE

    @traitlets.validate("value")
    def _resolve_value(self, proposal: Any) -> Any:
        """Resolve a reference to gids, and read the objects that are not in the list."""
        value = proposal["value"]
        if self._state is _State.PUBLISHING:
            return value
        gids = [] if value is None else self._resolve_gids(value, self._record)
        if not self._multiple and value is not None and len(gids) != 1:
            raise InvalidArgument(
                f"{type(self).__name__} expects one reference, got {len(gids)}; "
                "use multiple=True to pick several."
            )
        choice = self._choices[self._record]
        if not set(gids) <= set(choice.rows["gid"]):
            self._pending_rows = self._level_by_name[self._record].get(self._asana, gids)
        return gids if self._multiple else next(iter(gids), None)

    def _resolve_gids(self, reference: Any, name: str) -> list[str]:
        return self._asana.references.gids(reference, [name], within=self.workspace)

    @traitlets.observe("value")
    def _apply_value(self, change: Any) -> None:
        if self._state is _State.PUBLISHING:
            return
        new = change["new"]
        gids = new if self._multiple else [] if new is None else [new]
        with LOCK:
            if self._pending_rows.empty:
                self._choices[self._record].choose(gids)
                return
            found, self._pending_rows = self._pending_rows, pd.DataFrame()
            self._move_to(found)

    def _move_to(self, found: pd.DataFrame) -> None:
        """Select objects that are not in the list, and the places they belong to."""
        self._state = _State.MOVING
        try:
            self._select_ancestors(self._record, found)
            archived = self._options.get("archived")
            if archived is not None and found.get("archived", pd.Series(dtype="boolean")).any():
                archived.value = True
            self._levels_set_by_code.add(self._record)
            self._choices[self._record].set_rows(found)
            self._clear_below(self._record, self._record)
        finally:
            self._state = _State.IDLE
        self._request_lists()

    def _select_ancestors(self, name: str, found: pd.DataFrame) -> None:
        """Select the places above that the first of some objects belongs to."""
        level = self._level_by_name[name]
        ancestors = level.find_ancestors(found.iloc[0], self._collect_state())
        for above in level.ancestor_paths:
            if above in self._choices:
                self._select_ancestor(above, ancestors.get(above))

    def _select_ancestor(self, name: str, rows: pd.DataFrame | None) -> None:
        """Select a place above; None clears it, except on the top level."""
        if rows is None:
            if self._level_by_name[name].parent:
                self._choices[name].choose([])
            return
        previous = self.gid_of(name)
        if rows["gid"][0] != previous:
            self._choices[name].set_rows(rows)
            self._clear_below(name, previous)


class InWorkspacePicker(Picker):
    """Base class of pickers with the levels workspace and one below it."""

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        workspace: Ref | None = None,
    ) -> None:
        super().__init__(asana, value, multiple=multiple, places={"workspace": workspace})


def _describe_error(error: Exception) -> str:
    """Return the message for a list that could not be read."""
    # What a name refers to can change in Asana; a wrong argument stays wrong.
    is_name = isinstance(error, UnknownReference | AmbiguousReference)
    is_final = isinstance(error, RequestRefused | InvalidArgument) and not is_name
    advice = "" if is_final else " Then press Reload."
    return f"{type(error).__name__}: {error}{advice}"
