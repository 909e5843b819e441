"""A picker: lists one below the other, each about what is chosen above it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any, NamedTuple

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames.asana import Asana
from asana_frames.exceptions import InvalidArgument, RequestRefused, suggest_names
from asana_frames.widgets.pickers.choice import CHANGED, LOCK, Choice
from asana_frames.widgets.pickers.levels import Level, fill_names
from asana_frames.widgets.pickers.lists import (
    BackgroundList,
    Listener,
    list_cache,
    run_in_background,
)
from asana_frames.widgets.pickers.traits import Anything

#: Seconds without a key after which what is typed is asked for.
PAUSE = 0.3


class _Subscription(NamedTuple):
    """What a level shows, or waits for."""

    key: Hashable
    listing: BackgroundList
    hear: Listener


class Cascade(ipw.VBox, ipw.ValueWidget):
    """Lists one below the other; ``value`` is what is chosen in one of them.

    Parameters
    ----------
    asana
        Whose objects.
    levels
        From the top down.
    picks
        The level whose choice is the value.
    multiple
        Whether several can be chosen there.
    value
        A reference to what is chosen to begin with.
    places
        Level above -> a reference to what is chosen there to begin with.
    options
        Name -> control of what the lists heed besides.

    Attributes
    ----------
    value : str, list of str or None
        gid of what is chosen; with ``multiple`` the gids.
    """

    value = Anything(None, help="gid of what is chosen, or gids.")
    reloads = traitlets.Int(0, help="How often the lists were read anew.")

    def __init__(
        self,
        asana: Asana,
        levels: Sequence[Level],
        *,
        picks: str,
        multiple: bool = False,
        value: Any = None,
        places: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        self._asana = asana.in_background()
        self._lists = list_cache(asana)
        self._levels = {level.name: level for level in levels}
        self._picks, self._multiple = picks, multiple
        self._options = options or {}
        self._readings: dict[str, _Subscription] = {}
        self._arriving: set[str] = set()
        self._typing: dict[str, Any] = {}
        #: Levels whose choice was told by code, and is believed until something else is chosen.
        self._pinned: set[str] = set()
        self._is_ours = self._is_moving = False
        self._found = pd.DataFrame()
        self._choices = {
            level.name: Choice(
                level.label,
                multiple=multiple and level.name == picks,
                unchosen=level.unchosen,
                beside=level.beside,
                asks=level.asks,
            )
            for level in levels
        }
        super().__init__([*self._choices.values(), self._foot()])
        for name, choice in self._choices.items():
            choice.observe(partial(self._chose, name), "chosen")
            choice.observe(partial(self._asked, name), "query")
        for name, control in self._options.items():
            control.observe(partial(self._opted, name), "value")
        self._begin(places or {})
        self.value = [] if multiple and value is None else value
        if not self._readings:
            with LOCK:
                self._fill_all()

    def __repr__(self) -> str:
        told = [f"{name}={self._told(name)}" for name in self._levels]
        return f"{type(self).__name__}({', '.join(told)})"

    @property
    def row(self) -> pd.Series[Any] | None:
        """The row of what is chosen, of several the first: gid, name, and what the list tells."""
        rows = self.rows
        return rows.iloc[0] if len(rows) else None

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of what is chosen."""
        choice = self._choices[self._picks]
        rows = choice.rows[choice.rows["gid"].isin(choice.chosen)]
        return rows.reindex(columns=self._levels[self._picks].columns).reset_index(drop=True)

    @property
    def workspace(self) -> str | None:
        """Return the gid of the workspace."""
        return self.gid_of("workspace")

    def gid_of(self, level: str) -> str | None:
        """Return the gid that is chosen at a level, of several the first; None where none is."""
        if level not in self._choices:
            hint = suggest_names(level, self._choices)
            raise InvalidArgument(f"{type(self).__name__} has no level {level!r}.{hint}")
        chosen = self._choices[level].chosen
        return chosen[0] if chosen else None

    def wait(self, timeout: float = 30.0) -> Cascade:
        """Wait until the lists have arrived, for code that cannot wait for somebody to see them.

        Raises
        ------
        TimeoutError
            They have not, so many seconds later.
        """
        # Who hears of a choice holds the lock, which lists need to arrive: the wait lets it go.
        with CHANGED:
            if not CHANGED.wait_for(self._is_settled, timeout):
                raise TimeoutError(f"The lists have not arrived within {timeout:g} s.")
        return self

    def _foot(self) -> ipw.HBox:
        reload = ipw.Button(description="Reload", tooltip="Read the lists anew", icon="refresh")
        reload.on_click(self._reload)
        return ipw.HBox([*self._options.values(), reload])

    def _is_settled(self) -> bool:
        """Whether all lists have arrived, and nothing that is typed is still to be asked for."""
        return not self._arriving and not any(self._typing.values())

    def _told(self, name: str) -> str:
        names = self._choices[name].names
        if self._multiple and name == self._picks:
            return repr(names)
        return repr(names[0]) if names else "None"

    def _state(self) -> dict[str, Any]:
        """Return what the lists are about: choices, options, what is typed."""
        chosen = {name: self.gid_of(name) for name in self._levels}
        options = {name: control.value for name, control in self._options.items()}
        queries = [choice.query.strip() for n, choice in self._choices.items() if self._asks(n)]
        return {**chosen, **options, "query": "".join(queries)}

    def _asks(self, name: str) -> bool:
        return self._levels[name].asks

    # What is read.

    def _fill_all(self) -> None:
        for name in self._levels:
            self._fill(name)

    def _fill(self, name: str) -> None:
        """Show the list of a level, for what is chosen above it."""
        level, choice, state = self._levels[name], self._choices[name], self._state()
        self._let_go(name)
        if level.needs and not state[level.needs]:
            label = self._levels[level.needs].label.lower()
            choice.close_off(f"Choose a {label} first.", keep=name in self._pinned)
            return
        key = level.key(state)
        if not level.asks:
            choice.close_off("Reading ...", keep=True)
        else:
            choice.tell("Reading ...")
        listing = self._lists.get(self._asana, key, lambda asana: level.read(asana, state))
        reading = _Subscription(key, listing, partial(self._arrived, name))
        self._readings[name] = reading
        self._arriving.add(name)
        listing.tell(reading.hear)

    def _let_go(self, name: str) -> None:
        known = self._readings.pop(name, None)
        if known is not None:
            known.listing.forget(known.hear)
        self._arriving.discard(name)
        CHANGED.notify_all()

    def _arrived(self, name: str, listing: BackgroundList) -> None:
        """Show as much of a list as there is; called in whatever thread it arrived in."""
        with LOCK:
            reading = self._readings.get(name)
            if reading is None or reading.listing is not listing:
                return
            if listing.is_over:
                self._arriving.discard(name)
            try:
                self._show(name, listing)
            finally:
                CHANGED.notify_all()

    def _show(self, name: str, listing: BackgroundList) -> None:
        choice = self._choices[name]
        if len(listing.frame) or listing.is_complete:
            keep = name in self._pinned or self._asks(name)
            rows = fill_names(listing.frame)
            choice.offer(rows, is_complete=listing.is_complete, keep=keep)
            self._choose_only(name, listing)
        if listing.error is not None:
            choice.tell(_describe_error(listing.error), is_error=True)

    def _choose_only(self, name: str, listing: BackgroundList) -> None:
        """Choose a workspace that is the only one: there is nothing to choose from."""
        choice = self._choices[name]
        is_only = listing.is_complete and len(listing.frame) == 1
        if name == "workspace" and is_only and not choice.chosen:
            choice.choose(listing.frame["gid"].tolist())

    # What is done by whoever picks.

    def _chose(self, name: str, change: Any) -> None:
        with LOCK:
            if self._is_moving:
                return
            self._pinned.discard(name)
            self._close_below(name, change["old"])
            for below in list(self._levels.values()):
                if name in below.heeds and self.gid_of(name):
                    # Believed no more: of what is here now, it may be none.
                    self._pinned.discard(below.name)
                if name in (below.needs, *below.heeds):
                    self._fill(below.name)
            if name == self._picks:
                self._publish()

    def _close_below(self, name: str, was: Any) -> None:
        """Drop what is chosen below a level: it belongs to what was chosen there.

        What was told by code before anything was chosen there belongs to what is now.
        """
        for below in list(self._levels.values()):
            if name == below.needs and (was or below.name not in self._pinned):
                self._pinned.discard(below.name)
                self._choices[below.name].close_off("")

    def _publish(self) -> None:
        chosen = self._choices[self._picks].chosen
        self._is_ours = True
        try:
            self.value = list(chosen) if self._multiple else chosen[0] if chosen else None
        finally:
            self._is_ours = False

    def _asked(self, name: str, _: Any) -> None:
        """Ask for what is typed, once nothing has been typed for a moment."""
        if not self._asks(name):
            return
        with LOCK:
            waiting = self._typing.pop(name, None)
            if waiting is not None:
                waiting.cancel()
            self._typing[name] = run_in_background(partial(self._search, name), after=PAUSE)

    def _search(self, name: str) -> None:
        """Ask for what is typed; while an answer is on its way, after it."""
        with LOCK:
            reading = self._readings.get(name)
            if reading is not None and not reading.listing.is_over:
                self._typing[name] = run_in_background(partial(self._search, name), after=PAUSE)
                return
            self._typing.pop(name, None)
            self._fill(name)

    def _opted(self, option: str, _: Any) -> None:
        with LOCK:
            if self._is_moving:
                return
            for name, level in self._levels.items():
                if option in level.heeds:
                    self._fill(name)

    def _reload(self, _: Any) -> None:
        with LOCK:
            for reading in self._readings.values():
                self._lists.forget(reading.key)
            self._asana.references.forget()
            self._fill_all()
            self.reloads += 1

    # What is told by code.

    def _begin(self, places: dict[str, Any]) -> None:
        """Choose places above, in the order of the levels."""
        self._is_moving = True
        for name in [name for name in self._levels if places.get(name) is not None]:
            gids = self._gids(places[name], name)
            if not gids:
                raise InvalidArgument(f"{name}= is to name one {name}, and names none.")
            found = self._levels[name].get(self._asana, gids[:1])
            self._go_home(name, found)
            self._pinned.add(name)
            self._choices[name].adopt(found)
        self._is_moving = False

    @traitlets.validate("value")
    def _resolved(self, proposal: Any) -> Any:
        """Return the gids that a reference names, and find out where they belong."""
        value = proposal["value"]
        if self._is_ours:
            return value
        gids = [] if value is None else self._gids(value, self._picks)
        if not self._multiple and value is not None and len(gids) != 1:
            raise InvalidArgument(
                f"{type(self).__name__} picks one, not {len(gids)}; multiple=True picks several."
            )
        choice = self._choices[self._picks]
        if not set(gids) <= set(choice.rows["gid"]):
            self._found = self._levels[self._picks].get(self._asana, gids)
        return gids if self._multiple else next(iter(gids), None)

    def _gids(self, reference: Any, name: str) -> list[str]:
        return self._asana.references.gids(reference, [name], within=self.workspace)

    @traitlets.observe("value")
    def _told_value(self, change: Any) -> None:
        if self._is_ours:
            return
        new = change["new"]
        gids = new if self._multiple else [] if new is None else [new]
        with LOCK:
            if self._found.empty:
                self._choices[self._picks].choose(gids)
                return
            found, self._found = self._found, pd.DataFrame()
            self._move(found)

    def _move(self, found: pd.DataFrame) -> None:
        """Go where objects are that are not on offer."""
        self._is_moving = True
        try:
            self._go_home(self._picks, found)
            archived = self._options.get("archived")
            if archived is not None and found.get("archived", pd.Series(dtype="boolean")).any():
                archived.value = True
            self._pinned.add(self._picks)
            self._choices[self._picks].adopt(found)
            self._close_below(self._picks, self._picks)
        finally:
            self._is_moving = False
        self._fill_all()

    def _go_home(self, name: str, found: pd.DataFrame) -> None:
        """Choose the places above where the first of some objects belongs."""
        level = self._levels[name]
        home = level.home_of(found.iloc[0], self._state())
        for above in level.home:
            if above in self._choices:
                self._go(above, home.get(above))

    def _go(self, name: str, rows: pd.DataFrame | None) -> None:
        """Choose a place above; one that is not told is none, except that there is a top."""
        if rows is None:
            if self._levels[name].needs:
                self._choices[name].choose([])
            return
        was = self.gid_of(name)
        if rows["gid"][0] != was:
            self._choices[name].adopt(rows)
            self._close_below(name, was)


def _describe_error(error: Exception) -> str:
    """Return what a picker says of a list that could not be read."""
    advice = "" if isinstance(error, RequestRefused | InvalidArgument) else " Then press Reload."
    return f"{type(error).__name__}: {error}{advice}"
