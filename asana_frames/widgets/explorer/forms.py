"""Form: the arguments, fields and limit of one operation, and the code for the call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from itertools import takewhile
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames.asana import Asana
from asana_frames.catalog import Operation
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.widgets.explorer.filters import Filter, make_filters
from asana_frames.widgets.pickers.choice import LOCK, make_wide_layout
from asana_frames.widgets.pickers.fields_picker import FieldsPicker
from asana_frames.widgets.pickers.level import Level, fill_names
from asana_frames.widgets.pickers.lists import BackgroundList, Listener, get_list_cache
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

#: Default limit of rows: enough for a first look.
LIMIT = 100


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
    """

    code = traitlets.Unicode()

    def __init__(self, asana: Asana, operation: Operation) -> None:
        self._asana, self._lists = asana, get_list_cache(asana)
        self._operation = operation
        self._filters = make_filters(operation)
        self._fields = (
            FieldsPicker(operation.resource, record=operation.record) if operation.fields else None
        )
        self._limit = ipw.Text(value=str(LIMIT), description="limit", **make_wide_layout())
        self._subscriptions: list[tuple[BackgroundList, Listener]] = []
        self._is_unsubscribed = False
        super().__init__(self._build_children())
        for found in self._filters:
            found.control.observe(self._update_code, "value")
        self._limit.observe(self._update_code, "value")
        if self._fields is not None:
            self._fields.observe(self._update_code, "value")
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
        limit = self._limit.value.strip()
        if limit and self._operation.returns == "list":
            if not limit.isdecimal() or int(limit) < 1:
                raise InvalidArgument(f"limit must be a whole number above 0, got {limit!r}.")
            arguments["limit"] = int(limit)
        return arguments

    def require_arguments(self) -> dict[str, Any]:
        """Return the arguments that are filled in, after checking that none is missing.

        Raises
        ------
        InvalidArgument
            A required argument is missing, or a text is not a valid value.
        """
        given = self.collect_arguments()
        needed = [found.parameter.argument for found in self._filters if found.is_required]
        missing = [name for name in needed if name not in given]
        if missing:
            raise InvalidArgument(
                f"{self._operation.name} needs {' and '.join(missing)}: fill in what is starred."
            )
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
            elif name == "limit":
                self._limit.value = "" if value is None else str(value)
            elif name == "fields" and self._fields is not None:
                self._fields.value = self._fields.defaults if value is None else list(value)
            else:
                hint = suggest_names(name, [*filters, "limit", "fields"])
                raise InvalidArgument(f"{self._operation.name} has no argument {name!r}.{hint}")

    def unsubscribe(self) -> None:
        """Unsubscribe from the lists of names, and close all controls."""
        with LOCK:
            # Keeps lists that arrive later from subscribing to more.
            self._is_unsubscribed = True
            for listing, listener in self._subscriptions:
                listing.unsubscribe(listener)
            self._subscriptions = []
        _close_all(self)

    def _build_children(self) -> list[Any]:
        needed = [found.control for found in self._filters if found.is_required]
        others = [found.control for found in self._filters if not found.is_required]
        shown: list[Any] = needed
        if others:
            box = ipw.VBox(others, layout=ipw.Layout(max_height="22rem", overflow="auto"))
            shown += [_make_foldable(f"Filters ({len(others)})", box, is_open=True)]
        if self._fields is not None:
            shown += [_make_foldable("Fields", self._fields, is_open=False)]
        if self._operation.returns == "list":
            shown += [self._limit]
        return shown

    def _update_code(self, _: Any) -> None:
        try:
            given = self.collect_arguments()
        except InvalidArgument as problem:
            self.code = f"# {problem}"
            return
        in_path = [p.argument for p in self._operation.parameters if p.place == "path"]
        first = list(takewhile(given.__contains__, in_path))
        values = [_format_literal(given[name]) for name in first]
        # After a missing positional argument, the others are passed by name.
        values += [f"{name}={_format_literal(given[name])}" for name in given if name not in first]
        resource = self._operation.resource
        self.code = f"{resource} = asana.{self._operation.name}({', '.join(values)})"

    # Names that are offered.

    def _subscribe(self, level: Level, chosen: Mapping[str, Any], listener: Listener) -> None:
        listing = self._lists.get(
            self._asana, level.key(chosen), lambda asana: level.read(asana, chosen)
        )
        self._subscriptions.append((listing, listener))
        listing.subscribe(listener)

    def _offer_workspace_names(self, listing: BackgroundList) -> None:
        """Offer the names of the first workspace."""
        with LOCK:
            if self._is_unsubscribed or not listing.is_complete or listing.frame.empty:
                return
            workspace = {"workspace": str(listing.frame["gid"].iloc[0])}
            for found in self._filters:
                if found.level is WORKSPACE:
                    found.offer(listing.frame)
                    if found.is_required and len(listing.frame) == 1 and not found.control.value:
                        found.control.value = listing.frame["name"].iloc[0]
                elif found.level is not None:
                    self._subscribe(found.level, workspace, partial(self._offer_names, found))

    def _offer_names(self, found: Filter, listing: BackgroundList) -> None:
        with LOCK:
            if len(listing.frame) and not self._is_unsubscribed:
                found.offer(fill_names(listing.frame))


def _make_foldable(title: str, content: Any, *, is_open: bool) -> Any:
    """Return a part of the form under a toggle button, usable with the keyboard."""
    button = ipw.ToggleButton(is_open, description=title)

    def turn(_: Any) -> None:
        button.icon = "caret-down" if button.value else "caret-right"
        content.layout.display = None if button.value else "none"

    button.observe(turn, "value")
    turn(None)
    return ipw.VBox([button, content])


def _close_all(widget: Any) -> None:
    """Close a widget and its children, which ipywidgets would otherwise keep forever."""
    for child in getattr(widget, "children", ()):
        _close_all(child)
    widget.close()


def _format_literal(value: Any) -> str:
    """Return a value as a Python literal, with double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_format_literal, value))}]"
    return repr(value)
