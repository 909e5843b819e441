"""Picker: lists below each other, each filtered by the choices above it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from enum import Enum, auto
from functools import partial
from inspect import cleandoc
from typing import Any, NamedTuple, Self

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames.asana import Asana, check_connection
from asana_frames.exceptions import AsanaError, InvalidArgument, UnknownReference, suggest_names
from asana_frames.types import Ref, Refs
from asana_frames.widgets.background import CHANGED, LOCK, run_in_background
from asana_frames.widgets.closing import close_on_error
from asana_frames.widgets.errors import Message, explain_error
from asana_frames.widgets.focus import Button, Checkbox, ToggleButton
from asana_frames.widgets.notes import set_visible
from asana_frames.widgets.pickers.choice import PAUSE, Choice, indent_row
from asana_frames.widgets.pickers.code import CodeLine, format_code, format_code_html
from asana_frames.widgets.pickers.level import Level, fill_names
from asana_frames.widgets.pickers.lists import BackgroundList, Listener, get_list_cache
from asana_frames.widgets.pickers.memory import (
    LastChoice,
    check_key,
    recall_choice,
    remember_choice,
)
from asana_frames.widgets.pickers.messages import choose_messages
from asana_frames.widgets.saved_box import SavedBox

_CODE_TOOLTIP = "Show the code that does the same"
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
    Whether several {record}s can be picked.
key
    A name under which the choice is remembered: a picker of this kind made with the same key in
    this process, as when the cell runs again, begins with what was chosen last, whatever
    ``value`` and the other initial choices are.""",
    "attributes": """\
Attributes
----------
value : str, list of str or None
    gid of the {record}; with ``multiple`` the gids.
code : str
    The line of code that does the same.""",
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


class Picker(SavedBox, ipw.ValueWidget):
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
    key
        Name under which the choice is remembered; None to remember nothing.

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
        key: str | None = None,
    ) -> None:
        check_connection(asana, what=f"widgets.{type(self).__name__}")
        check_key(key)
        self._asana = asana.in_background()
        self._lists = get_list_cache(asana)
        self._level_by_name = {level.name: level for level in self._levels}
        self._multiple = multiple
        self._options = options or {}
        self._key = key
        self._subscriptions: dict[str, _Subscription] = {}
        self._pending_levels: set[str] = set()
        self._search_timers: dict[str, Any] = {}
        #: Levels whose choice is dropped if the list that is being read does not contain it:
        #: others stay, because an object may be archived, or not listed at all.
        self._levels_to_check: set[str] = set()
        #: Level -> why its list could not be read.
        self._errors: dict[str, Exception] = {}
        self._state = _State.IDLE
        self._pending_rows = pd.DataFrame()
        self._choices = self._make_choices()
        super().__init__([*self._choices.values(), *self._build_footer()])
        self._set_workspace_visible(is_shown=False)
        self._observe_choices()
        last = recall_choice(type(self).__name__, key)
        self._is_recalled = last is not None
        with close_on_error(self):
            if last is not None:
                self._restore_choice(last)
            else:
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
    def label(self) -> str:
        """The name of the picked object, and what tells it from others of that name."""
        return ", ".join(self._choices[self._record].chosen_labels)

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of all chosen objects."""
        rows = self._choices[self._record].chosen_rows
        return rows.reindex(columns=self._level_by_name[self._record].columns)

    @property
    def code(self) -> str:
        """The lines of code that do the same: a gid with its name in a comment."""
        if not self._choices[self._record].chosen:
            return f"# Choose a {self._record.replace('_', ' ')} first."
        names = list(self._level_by_name)
        lines = [
            CodeLine(name, self._choices[name].chosen, self._choices[name].names)
            for name in names[names.index(self._record) :]
            if self._choices[name].chosen
        ]
        is_top = self._record == "workspace"
        where = [] if is_top else self._choices["workspace"].names
        return format_code(lines, where, is_list=self._multiple)

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

    def reference_to(self, kinds: Sequence[str]) -> Any:
        """Return the reference for an argument that takes some record types.

        Parameters
        ----------
        kinds
            Record types, such as ``["section"]``.

        Returns
        -------
        str or list of str
            The gid of the deepest choice of these types; with ``multiple``, the gids.

        Raises
        ------
        UnknownReference
            Nothing is chosen there.
        InvalidArgument
            The picker has no level of these types.
        """
        name = type(self).__name__
        levels = [level for level in reversed(self._level_by_name) if level in kinds]
        if not levels:
            raise InvalidArgument(
                f"A {name} gives a {_join_kinds(list(self._level_by_name))}; got a request for a "
                f"{_join_kinds(kinds)}."
            )
        for level in levels:
            if self._choices[level].chosen:
                return self.value if level == self._record else self.gid_of(level)
        label = self._level_by_name[levels[0]].label.lower()
        raise UnknownReference(
            f"No {label} is chosen in the {name}. Choose one first, or set it by code."
        )

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

    def close(self) -> None:
        """Close the picker and what it is made of; lists that arrive later are not shown."""
        if self.comm is None:
            # Closed before, or refused while it was made.
            return
        with LOCK:
            for name in self._level_by_name:
                timer = self._search_timers.pop(name, None)
                if timer is not None:
                    timer.cancel()
                self._unsubscribe(name)
            # While the lock is held: a timer that waits for it must find the picker closed.
            super().close()

    def _make_choices(self) -> dict[str, Choice]:
        """Return a control per level."""
        return {
            level.name: Choice(
                level.label,
                multiple=self._multiple and level.name == self._record,
                # Nothing means "all" only above the level that is picked from.
                placeholder=Level.placeholder if level.name == self._record else level.placeholder,
                qualifiers=level.qualifiers,
                is_search=level.is_search,
            )
            for level in self._levels
        }

    def _observe_choices(self) -> None:
        for name, choice in self._choices.items():
            choice.observe(partial(self._handle_choice, name), "chosen")
            choice.observe(partial(self._handle_query, name), "query")
            choice.observe(self._handle_change, "chosen")
        for name, control in self._options.items():
            control.observe(partial(self._handle_option, name), "value")
            control.observe(self._handle_change, "value")

    def _build_footer(self) -> list[Any]:
        self._reload = Button(description="Reload", tooltip="Read the lists again", icon="refresh")
        self._reload.on_click(self._reload_lists)
        self._code_toggle = ToggleButton(description="Code", tooltip=_CODE_TOOLTIP, icon="code")
        self._code_toggle.observe(self._show_code, "value")
        self._code_box = ipw.HTML(layout=ipw.Layout(display="none"))
        controls = [*self._options.values(), self._reload, self._code_toggle]
        for control in controls:
            control.layout.width = "auto"
            control.find_box = self._find_box
        return [indent_row(controls), indent_row([self._code_box])]

    def _show_code(self, _: Any = None) -> None:
        is_shown = self._code_toggle.value
        self._code_toggle.tooltip = "Hide the code" if is_shown else _CODE_TOOLTIP
        self._code_box.value = format_code_html(self.code) if is_shown else ""
        set_visible(self._code_box, is_shown)

    def _is_settled(self) -> bool:
        """Whether all lists have arrived and no search is waiting to be sent."""
        return not self._pending_levels and not any(self._search_timers.values())

    def _describe_choice(self, name: str) -> str:
        names = self._choices[name].chosen_labels
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
        if self.comm is None:
            # Closed while a timer waited for the lock.
            return
        level, choice, state = (
            self._level_by_name[name],
            self._choices[name],
            self._collect_state(),
        )
        self._unsubscribe(name)
        self._forget_error(name)
        if level.parent and not state[level.parent]:
            choice.disable(self._describe_wait(level.parent), keep=True)
            return
        key = level.key(state)
        choice.wait_for_list()
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

    def _describe_wait(self, parent: str) -> str:
        """Return why a level cannot be chosen from yet."""
        if parent in self._pending_levels:
            return "Reading ..."
        label = self._level_by_name[parent].label.lower()
        return "" if parent in self._errors else f"Choose a {label} first"

    def _show_list(self, name: str, listing: BackgroundList) -> None:
        choice = self._choices[name]
        choice.show_pause(listing.pause)
        if listing.error is not None:
            self._errors[name] = listing.error
        if len(listing.frame) or listing.is_over:
            # A list that failed says nothing of what it does not contain.
            keep = name not in self._levels_to_check or listing.error is not None
            if listing.is_complete:
                self._levels_to_check.discard(name)
            choice.offer(fill_names(listing.frame), is_complete=listing.is_over, keep=keep)
        if listing.is_over:
            self._choose_only_workspace(name, listing)
            self._show_waiting_levels(name)
        self._show_errors()

    def _choose_only_workspace(self, name: str, listing: BackgroundList) -> None:
        """Choose the workspace if there is only one, which then needs no control."""
        if name != "workspace":
            return
        choice = self._choices[name]
        is_only = listing.is_complete and len(listing.frame) == 1
        if is_only and not choice.chosen:
            choice.choose(listing.frame["gid"].tolist())
        if listing.error is None or not choice.chosen:
            is_chosen = choice.chosen == tuple(listing.frame["gid"])
            self._set_workspace_visible(is_shown=not (is_only and is_chosen))

    def _set_workspace_visible(self, *, is_shown: bool) -> None:
        if "workspace" in self._choices and self._record != "workspace":
            self._choices["workspace"].layout.display = "flex" if is_shown else "none"

    def _show_waiting_levels(self, name: str) -> None:
        """Say below a level that nothing is chosen there, now that its list has arrived."""
        for below in self._levels:
            if below.parent == name and not self.gid_of(name):
                self._choices[below.name].disable(self._describe_wait(name), keep=True)

    # Errors.

    def _forget_error(self, name: str) -> None:
        if self._errors.pop(name, None) is not None:
            self._show_errors()

    def _show_errors(self) -> None:
        """Show each error once, and rename the button that reads again."""
        ordered = {
            name: self._errors[name] for name in self._level_by_name if name in self._errors
        }
        messages = {name: self._describe_error(name, error) for name, error in ordered.items()}
        shown = choose_messages(ordered, messages, self._record)
        can_retry = any(message.can_retry for message in shown.values())
        self._reload.description = "Retry" if can_retry else "Reload"
        for name in ordered:
            advice = " Press Retry." if messages[name].can_retry else ""
            text = f"{messages[name].text}{advice}" if name in shown else ""
            self._choices[name].show_note(text, is_error=True)

    def _describe_error(self, name: str, error: Exception) -> Message:
        level = self._level_by_name[name]
        above = [
            self._choices[one]
            for one in (*reversed(level.dependencies), level.parent)
            if one in self._choices
        ]
        where = next((choice.names[0] for choice in above if choice.names), "")
        return explain_error(error, level.noun, where)

    # Changes made by the user.

    def _handle_choice(self, name: str, change: Any) -> None:
        with LOCK:
            if self._state is _State.MOVING:
                return
            self._clear_below(name, change["old"])
            for below in self._levels:
                if name in below.dependencies:
                    self._check_choice_below(below.name, is_limited=bool(self.gid_of(name)))
                if name in (below.parent, *below.dependencies):
                    self._request_list(below.name)
            if name == self._record:
                self._publish_value()

    def _check_choice_below(self, name: str, *, is_limited: bool) -> None:
        """Let a choice be dropped if the list changes and no longer contains it.

        Not one of several: they may be collected from one list after the other.
        """
        self._choices[name].forget_query()
        if is_limited and not (self._multiple and name == self._record):
            self._levels_to_check.add(name)
        else:
            self._levels_to_check.discard(name)

    def _clear_below(self, name: str, previous: Any) -> None:
        """Clear the choices below a level, because they belong to its previous choice.

        If nothing was chosen on the level before, choices set by code below it are kept.
        """
        for below in self._levels:
            if name == below.parent and previous:
                self._choices[below.name].forget_query()
                self._choices[below.name].disable("")

    def _handle_change(self, _: Any) -> None:
        """Remember what is chosen, and show the code of it."""
        rows = {name: choice.chosen_rows for name, choice in self._choices.items()}
        options = {name: control.value for name, control in self._options.items()}
        remember_choice(type(self).__name__, self._key, LastChoice(rows, options))
        self._show_code()
        self.update_saved()

    def _publish_value(self) -> None:
        chosen = self._choices[self._record].chosen
        self._state = _State.PUBLISHING
        try:
            self.value = list(chosen) if self._multiple else chosen[0] if chosen else None
        finally:
            self._state = _State.IDLE

    def _handle_query(self, name: str, _: Any) -> None:
        """Schedule a search for the text in the box, after a pause in typing."""
        search = self._run_search if self._is_search(name) else self._search_long_list
        with LOCK:
            waiting = self._search_timers.pop(name, None)
            if waiting is not None:
                waiting.cancel()
            if self._is_search(name) or self._is_searchable(name):
                self._search_timers[name] = run_in_background(partial(search, name), after=PAUSE)

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

    def _is_searchable(self, name: str) -> bool:
        """Whether to search Asana, because the list is still being read.

        The typeahead knows workspaces, but neither teams nor periods.
        """
        level, choice = self._level_by_name[name], self._choices[name]
        is_limited = any(self._collect_state().get(other) for other in level.dependencies)
        has_text = bool(choice.query.strip() and self.workspace)
        is_useful = has_text and choice.is_partial and not is_limited
        return bool(level.typeahead) and is_useful and self.comm is not None

    def _search_long_list(self, name: str) -> None:
        """Offer what the part of a long list that has arrived does not contain."""
        with LOCK:
            self._search_timers.pop(name, None)
            CHANGED.notify_all()
            choice, workspace = self._choices[name], self.workspace
            if workspace is None or not self._is_searchable(name):
                return
            query = choice.query.strip()
        try:
            found = self._level_by_name[name].search(self._asana, workspace, query)
        except AsanaError:
            # The list itself arrives all the same, or says why it does not.
            return
        with LOCK:
            if workspace == self.workspace and self._is_searchable(name):
                choice.add_found(fill_names(found))

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

    def _find_box(self) -> Any:
        """Return the box of the last level that is usable, or None."""
        names = (self._record, *reversed(self._level_by_name))
        return next((self._choices[n].box for n in names if self._choices[n].is_usable), None)

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
            self._choices[name].set_rows(found)
        self._state = _State.IDLE

    def _restore_choice(self, last: LastChoice) -> None:
        """Choose what was chosen in the picker before this one."""
        self._state = _State.MOVING
        for name, value in last.options.items():
            self._options[name].value = value
        for name, rows in last.rows.items():
            if name in self._choices and len(rows):
                is_list = self._multiple and name == self._record
                self._choices[name].set_rows(rows if is_list else rows.head(1))
        # Another account may have logged in since, whose workspaces are others.
        self._levels_to_check.add("workspace")
        self._publish_value()

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


def _join_kinds(kinds: Sequence[str]) -> str:
    """Join names of record types, such as "workspace, team or time period"."""
    *others, last = [kind.replace("_", " ") for kind in kinds]
    return f"{', '.join(others)} or {last}" if others else last


class InWorkspacePicker(Picker):
    """Base class of pickers with the levels workspace and one below it."""

    def __init__(
        self,
        asana: Asana,
        value: Refs | None = None,
        *,
        multiple: bool = False,
        workspace: Ref | None = None,
        key: str | None = None,
    ) -> None:
        places = {"workspace": workspace}
        super().__init__(asana, value, multiple=multiple, places=places, key=key)


def make_checkbox(label: str, is_ticked: bool) -> Any:
    """Return a checkbox that is as wide as its label."""
    return Checkbox(
        description=label, value=bool(is_ticked), indent=False, layout=ipw.Layout(width="auto")
    )
