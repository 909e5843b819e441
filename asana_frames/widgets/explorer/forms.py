"""A form for one operation: a control per argument, the fields, the limit, and the code for it."""

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
from asana_frames.widgets.pickers.choice import LOCK, wide_layout
from asana_frames.widgets.pickers.fields import FieldsPicker
from asana_frames.widgets.pickers.levels import WORKSPACE, Level, fill_names
from asana_frames.widgets.pickers.lists import BackgroundList, Listener, list_cache

#: Rows that are read unless something else is typed: a first look, not a download.
LIMIT = 100


class Form(ipw.VBox):
    """The arguments of one operation that reads.

    Parameters
    ----------
    asana
        Whose names are offered.
    operation
        What the arguments are of.

    Attributes
    ----------
    code : str
        The line of code that calls the operation with what is filled in.
    """

    code = traitlets.Unicode()

    def __init__(self, asana: Asana, operation: Operation) -> None:
        self._asana, self._lists = asana, list_cache(asana)
        self._operation = operation
        self._filters = make_filters(operation)
        self._fields = (
            FieldsPicker(operation.resource, record=operation.record) if operation.fields else None
        )
        self._limit = ipw.Text(value=str(LIMIT), description="limit", **wide_layout())
        self._heard: list[tuple[BackgroundList, Listener]] = []
        self._is_left = False
        super().__init__(self._arranged())
        for found in self._filters:
            found.control.observe(self._changed, "value")
        self._limit.observe(self._changed, "value")
        if self._fields is not None:
            self._fields.observe(self._changed, "value")
        self._changed(None)
        if any(found.level for found in self._filters):
            self._hear(WORKSPACE, {}, self._know_workspaces)

    def given(self) -> dict[str, Any]:
        """Return the arguments that are filled in.

        Raises
        ------
        InvalidArgument
            What is typed somewhere cannot be one.
        """
        values = {found.parameter.argument: found.value() for found in self._filters}
        told = {name: value for name, value in values.items() if value is not None}
        if self._fields is not None and self._fields.value != self._fields.defaults:
            # Every row has its gid, and to ask for nothing would ask for the usual columns.
            told["fields"] = self._fields.value or ["gid"]
        limit = self._limit.value.strip()
        if limit and self._operation.returns == "list":
            if not limit.isdecimal() or int(limit) < 1:
                raise InvalidArgument(f"limit takes a whole number above 0, not {limit!r}.")
            told["limit"] = int(limit)
        return told

    def complete(self) -> dict[str, Any]:
        """Return the arguments that are filled in, none of those missing that are needed.

        Raises
        ------
        InvalidArgument
            One is missing, or what is typed somewhere cannot be one.
        """
        given = self.given()
        needed = [found.parameter.argument for found in self._filters if found.is_needed]
        missing = [name for name in needed if name not in given]
        if missing:
            raise InvalidArgument(
                f"{self._operation.name} needs {' and '.join(missing)}: fill in what has a star."
            )
        return given

    def fill(self, arguments: Mapping[str, Any]) -> None:
        """Fill in arguments, as somebody at the screen would.

        Raises
        ------
        InvalidArgument
            The operation has no such argument, or it takes no such value.
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

    def let_go(self) -> None:
        """Hear no more of the lists of names, and close all controls."""
        with LOCK:
            # Also of those that are only just asked for.
            self._is_left = True
            for listing, hear in self._heard:
                listing.forget(hear)
            self._heard = []
        _close_all(self)

    def _arranged(self) -> list[Any]:
        needed = [found.control for found in self._filters if found.is_needed]
        others = [found.control for found in self._filters if not found.is_needed]
        shown: list[Any] = needed
        if others:
            box = ipw.VBox(others, layout=ipw.Layout(max_height="22rem", overflow="auto"))
            shown += [_make_foldable(f"Filters ({len(others)})", box, is_open=True)]
        if self._fields is not None:
            shown += [_make_foldable("Fields", self._fields, is_open=False)]
        if self._operation.returns == "list":
            shown += [self._limit]
        return shown

    def _changed(self, _: Any) -> None:
        try:
            given = self.given()
        except InvalidArgument as problem:
            self.code = f"# {problem}"
            return
        in_path = [p.argument for p in self._operation.parameters if p.place == "path"]
        first = list(takewhile(given.__contains__, in_path))
        told = [_format_literal(given[name]) for name in first]
        # Behind one that is missing, an argument is known by its name only.
        told += [f"{name}={_format_literal(given[name])}" for name in given if name not in first]
        resource = self._operation.resource
        self.code = f"{resource} = asana.{self._operation.name}({', '.join(told)})"

    # The names that are offered.

    def _hear(self, level: Level, chosen: Mapping[str, Any], hear: Listener) -> None:
        listing = self._lists.get(
            self._asana, level.key(chosen), lambda asana: level.read(asana, chosen)
        )
        self._heard.append((listing, hear))
        listing.tell(hear)

    def _know_workspaces(self, listing: BackgroundList) -> None:
        """Offer the names of the only workspace; of several, those of the first."""
        with LOCK:
            if self._is_left or not listing.is_complete or listing.frame.empty:
                return
            workspace = {"workspace": str(listing.frame["gid"].iloc[0])}
            for found in self._filters:
                if found.level is WORKSPACE:
                    found.offer(listing.frame)
                    if found.is_needed and len(listing.frame) == 1 and not found.control.value:
                        found.control.value = listing.frame["name"].iloc[0]
                elif found.level is not None:
                    self._hear(found.level, workspace, partial(self._offer, found))

    def _offer(self, found: Filter, listing: BackgroundList) -> None:
        with LOCK:
            if len(listing.frame) and not self._is_left:
                found.offer(fill_names(listing.frame))


def _make_foldable(title: str, content: Any, *, is_open: bool) -> Any:
    """Return a part of the form below a button that shows it: keys do not reach accordions."""
    button = ipw.ToggleButton(is_open, description=title)

    def turn(_: Any) -> None:
        button.icon = "caret-down" if button.value else "caret-right"
        content.layout.display = None if button.value else "none"

    button.observe(turn, "value")
    turn(None)
    return ipw.VBox([button, content])


def _close_all(widget: Any) -> None:
    """Close a widget and what is in it, which ipywidgets would keep for ever."""
    for child in getattr(widget, "children", ()):
        _close_all(child)
    widget.close()


def _format_literal(value: Any) -> str:
    """Return a value as it is typed: with the quotes that formatters leave."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_format_literal, value))}]"
    return repr(value)
