"""Form: the arguments, fields and limit of one operation, and the code for the call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import takewhile
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames.asana import Asana
from asana_frames.calls.request_builder import check_combinations
from asana_frames.catalog import Operation
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.widgets.background import LOCK
from asana_frames.widgets.closing import close_parts
from asana_frames.widgets.explorer.filters import LABEL_WIDTH, Filter, make_filters
from asana_frames.widgets.focus import FindBox, ToggleButton, find_text_box
from asana_frames.widgets.notes import set_visible, show_message
from asana_frames.widgets.pickers.choice import make_wide_layout
from asana_frames.widgets.pickers.fields_picker import FieldsPicker
from asana_frames.widgets.pickers.labels import fold_text
from asana_frames.widgets.pickers.level import Level, fill_names
from asana_frames.widgets.pickers.lists import BackgroundList, Listener, get_list_cache
from asana_frames.widgets.pickers.messages import describe_no_match
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

#: Default limit of rows: enough for a first look.
LIMIT = 100
#: More filters than this get a box to narrow them.
_LONG_LIST = 15


class Form(ipw.VBox):
    """Fill in the arguments of one operation that reads.

    Parameters
    ----------
    asana
        The connection whose names are offered.
    operation
        The operation to call.

    Attributes
    ----------
    code : str
        The line of code that makes the call.
    problem : str
        What is still needed for the call, or wrong with it; empty if it can be made.
    """

    code = traitlets.Unicode()
    problem = traitlets.Unicode()

    #: Finds the box that has the focus if the form itself has none.
    find_other_box: FindBox = staticmethod(lambda: None)

    def __init__(self, asana: Asana, operation: Operation) -> None:
        self._asana, self._lists = asana, get_list_cache(asana)
        self._operation = operation
        self._filters = make_filters(operation, asana)
        self._fields = (
            FieldsPicker(operation.resource, record=operation.record) if operation.fields else None
        )
        self._limit = _make_limit_box() if operation.returns == "list" else None
        self._subscriptions: list[tuple[BackgroundList, Listener]] = []
        self._is_closed = False
        #: The workspace whose names are offered.
        self._workspace = ""
        super().__init__(self._build_children())
        for found in self._filters:
            found.control.observe(self._update_code, "value")
        for control in (self._limit, self._fields):
            if control is not None:
                control.observe(self._update_code, "value")
        self._update_code(None)
        if any(found.level for found in self._filters):
            self._subscribe(WORKSPACE, {}, self._offer_workspace_names)

    def collect_arguments(self) -> dict[str, Any]:
        """Return the arguments that are filled in.

        Raises
        ------
        InvalidArgument
            A text is not a valid value.
        """
        values = {found.parameter.argument: found.read_value() for found in self._filters}
        arguments = {name: value for name, value in values.items() if value is not None}
        if self._fields is not None and self._fields.value != self._fields.defaults:
            # An empty list would read the default columns; gid alone is read with every row.
            arguments["fields"] = self._fields.value or ["gid"]
        limit = "" if self._limit is None else self._limit.value.strip()
        if limit:
            if not limit.isdecimal() or int(limit) < 1:
                raise InvalidArgument(f"limit must be a whole number above 0, got {limit!r}.")
            arguments["limit"] = int(limit)
        return arguments

    def require_arguments(self) -> dict[str, Any]:
        """Return the arguments that are filled in, after checking that the call can be made.

        Raises
        ------
        InvalidArgument
            A required argument is missing, a text is not a valid value, or arguments exclude each
            other.
        """
        given = self.collect_arguments()
        needed = [found.parameter.argument for found in self._filters if found.is_required]
        missing = [name for name in needed if name not in given]
        if missing:
            raise InvalidArgument(f"Fill in {_join_words(missing, 'and')}.")
        one_of = self._operation.one_of
        if one_of and not any(given.keys() >= set(names) for names in one_of):
            ways = [_join_words(names, "with") for names in one_of]
            raise InvalidArgument(f"Fill in {_join_words(ways, 'or')}.")
        check_combinations(self._operation, given)
        return given

    def fill(self, arguments: Mapping[str, Any]) -> None:
        """Fill in arguments as a user would.

        Raises
        ------
        InvalidArgument
            The operation has no such argument, or a value is not valid.
        """
        filters = {found.parameter.argument: found for found in self._filters}
        for name, value in arguments.items():
            if name in filters:
                filters[name].fill(value)
            elif name == "limit" and self._limit is not None:
                self._limit.value = "" if value is None else str(value)
            elif name == "fields" and self._fields is not None:
                self._fields.value = self._fields.defaults if value is None else list(value)
            else:
                others = {"limit": self._limit, "fields": self._fields}
                known = [*filters, *(key for key, box in others.items() if box is not None)]
                hint = suggest_names(name, known)
                raise InvalidArgument(f"{self._operation.name} has no argument {name!r}.{hint}")

    def close(self) -> None:
        """Close the form and its controls; lists of names that arrive later are not offered."""
        if self.comm is None:
            return
        with LOCK:
            # Keeps lists that arrive later from subscribing to more.
            self._is_closed = True
            self._unsubscribe_from(0)
        super().close()
        close_parts(self)

    def _build_children(self) -> list[Any]:
        ways = list(dict.fromkeys(name for names in self._operation.one_of for name in names))
        optional = [found for found in self._filters if not found.is_required]
        one_of = [found for found in optional if found.parameter.argument in ways]
        others = [found for found in optional if found.parameter.argument not in ways]
        shown: list[Any] = [found.view for found in self._filters if found.is_required]
        if one_of:
            one_of.sort(key=lambda found: ways.index(found.parameter.argument))
            shown += [ipw.HTML("One of these is needed *"), *(found.view for found in one_of)]
        if others:
            box = ipw.VBox(_build_filter_list(others))
            shown += [self._make_foldable(f"Filters ({len(others)})", box, is_open=not one_of)]
        if self._fields is not None:
            shown += [self._make_foldable("Fields", self._fields, is_open=False)]
        if self._limit is not None:
            shown += [self._limit]
        return shown

    def _make_foldable(self, title: str, content: Any, *, is_open: bool) -> Any:
        """Return a part of the form under a toggle button, usable with the keyboard."""
        button = ToggleButton(is_open, description=title)
        button.find_box = lambda: (
            find_text_box(content) or find_text_box(self) or self.find_other_box()
        )

        def turn(_: Any) -> None:
            button.icon = "caret-down" if button.value else "caret-right"
            # A toggle button does not tell screen readers whether it is pressed.
            button.tooltip = f"{'Hide' if button.value else 'Show'} {title.lower()}"
            set_visible(content, button.value)

        button.observe(turn, "value")
        turn(None)
        return ipw.VBox([button, content])

    def _update_code(self, _: Any) -> None:
        try:
            given = self.collect_arguments()
        except InvalidArgument as problem:
            self.code, self.problem = f"# {problem}", str(problem)
            return
        self.code = self._format_call(given)
        try:
            self.require_arguments()
        except InvalidArgument as problem:
            self.problem = str(problem)
        else:
            self.problem = ""

    def _format_call(self, given: Mapping[str, Any]) -> str:
        """Return the call as a line of code; a comment says what its gids are called."""
        in_path = [p.argument for p in self._operation.parameters if p.place == "path"]
        first = list(takewhile(given.__contains__, in_path))
        values = [_format_literal(given[name]) for name in first]
        # After a missing positional argument, the others are passed by name.
        values += [f"{name}={_format_literal(given[name])}" for name in given if name not in first]
        resource = self._operation.resource
        call = f"{resource} = asana.{self._operation.name}({', '.join(values)})"
        called = {found.parameter.argument: found.describe_gids() for found in self._filters}
        notes = "; ".join(f"{name}: {text}" for name, text in called.items() if text)
        return f"{call}  # {notes}" if notes else call

    # Names that are offered.

    def _subscribe(self, level: Level, chosen: Mapping[str, Any], listener: Listener) -> None:
        listing = self._lists.get(
            self._asana, level.key(chosen), lambda asana: level.read(asana, chosen)
        )
        self._subscriptions.append((listing, listener))
        listing.subscribe(listener)

    def _offer_workspace_names(self, listing: BackgroundList) -> None:
        """Offer the workspaces, and the names of the one that is filled in, else of the first."""
        with LOCK:
            if self._is_closed or not listing.is_complete or listing.frame.empty:
                return
            for found in self._filters:
                if found.level is WORKSPACE:
                    found.offer(listing.frame)
                    found.control.observe(self._handle_workspace, "value")
                    if found.is_required and len(listing.frame) == 1 and not found.control.value:
                        found.control.value = listing.frame["name"].iloc[0]
            if not self._workspace:
                self._request_names(str(listing.frame["gid"].iloc[0]))

    def _handle_workspace(self, _: Any) -> None:
        chosen = [found.get_offered_gid() for found in self._filters if found.level is WORKSPACE]
        with LOCK:
            for gid in filter(None, chosen):
                self._request_names(gid)

    def _request_names(self, workspace: str) -> None:
        """Request the names of a workspace, unless they are the ones that are offered."""
        if workspace == self._workspace or self._is_closed:
            return
        self._workspace = workspace
        # The first subscription is that to the workspaces.
        self._unsubscribe_from(1)
        for found in self._filters:
            if found.level is not None and found.level is not WORKSPACE:
                offer = partial(self._offer_names, found)
                self._subscribe(found.level, {"workspace": workspace}, offer)

    def _unsubscribe_from(self, first: int) -> None:
        """Unsubscribe from the lists from a position on."""
        for listing, listener in self._subscriptions[first:]:
            listing.unsubscribe(listener)
        del self._subscriptions[first:]

    def _offer_names(self, found: Filter, listing: BackgroundList) -> None:
        with LOCK:
            if len(listing.frame) and not self._is_closed:
                found.offer(fill_names(listing.frame))


def _make_limit_box() -> ipw.Text:
    return ipw.Text(value=str(LIMIT), description="limit", **make_wide_layout(LABEL_WIDTH))


def _build_filter_list(filters: Sequence[Filter]) -> list[Any]:
    """Return filters in a box that scrolls; many have a text above that narrows them."""
    box = ipw.VBox(
        [found.view for found in filters], layout=ipw.Layout(max_height="22rem", overflow="auto")
    )
    if len(filters) <= _LONG_LIST:
        return [box]
    find = ipw.Text(
        description="Find filter", placeholder="type to narrow", **make_wide_layout(LABEL_WIDTH)
    )
    note = ipw.HTML()

    def narrow(_: Any) -> None:
        words = fold_text(find.value).split()
        labels = [str(found.control.description) for found in filters]
        shown = [all(word in fold_text(label) for word in words) for label in labels]
        for found, is_shown in zip(filters, shown, strict=True):
            set_visible(found.view, is_shown)
        text = "" if any(shown) else describe_no_match("filter", find.value, labels)
        show_message(note, text, is_error=True)

    find.observe(narrow, "value")
    return [find, note, box]


def _join_words(names: Sequence[str], last: str) -> str:
    *rest, end = [name.replace("_", " ") for name in names]
    return f"{', '.join(rest)} {last} {end}" if rest else end


def _format_literal(value: Any) -> str:
    """Return a value as a Python literal, with double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_format_literal, value))}]"
    return repr(value)
