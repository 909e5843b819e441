"""Choice: a list to choose from, with a box that filters it and a line for messages."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames.widgets.pickers.labels import MAX_LENGTH, build_labels, fold_text, shorten_name

#: Held while a picker is changed. All pickers share it, because lists arrive in other threads and
#: an observer of one picker may set another.
LOCK = threading.RLock()
#: Notified when a list has arrived or a chart is drawn.
CHANGED = threading.Condition(LOCK)
#: Maximum number of options shown; typing narrows the list.
MAX_SHOWN = 200
#: Value of a control while nothing is chosen; with None it would show an empty line.
_NO_CHOICE = ""
#: A list with more options than this gets a box to type in.
LONG_LIST = 15


class Choice(ipw.VBox):
    """Choose one or several objects from a list.

    Parameters
    ----------
    label
        Label of the control.
    multiple
        Whether several objects can be chosen.
    placeholder
        Text shown while nothing is chosen, such as "Choose..." or "All teams".
    qualifier
        The column that distinguishes objects of the same name.
    is_search
        Whether the text in the box is sent to Asana as a search instead of filtering the list.

    Attributes
    ----------
    chosen : tuple of str
        gids, in the order of the control, or in the order in which code chose them.
    query : str
        Text in the box.
    """

    chosen = traitlets.Tuple()
    query = traitlets.Unicode()

    def __init__(
        self,
        label: str,
        *,
        multiple: bool = False,
        placeholder: str = "Choose...",
        qualifier: str = "",
        is_search: bool = False,
    ) -> None:
        self.rows = _make_empty_rows()
        self._shown_options: list[tuple[str, str]] = []
        self._options: list[tuple[str, str, str]] = []
        #: Chosen gids that the list which has arrived does not contain.
        self._kept_gids: set[str] = set()
        self._multiple, self._placeholder, self._qualifier, self._is_search = (
            multiple,
            placeholder,
            qualifier,
            is_search,
        )
        self._is_filling = self._has_error = self._is_stale = self._is_partial = False
        self._control = _make_control(label, multiple=multiple, is_list=multiple or is_search)
        self._box = ipw.Text(
            description=f"Find {label.lower()}",
            placeholder=f"type to {'search' if is_search else 'narrow'}, Enter takes the first",
            continuous_update=True,
            **make_wide_layout(),
        )
        self._note = ipw.HTML()
        super().__init__([self._box, self._control, self._note], layout=ipw.Layout(width="100%"))
        self._control.observe(self._handle_control, "value")
        self._box.observe(self._handle_query, "value")
        self._box.on_msg(self._handle_submit)
        resend_when_displayed(self, self._control, self._note, self._box.layout, self._note.layout)
        self.disable("")

    @property
    def label(self) -> str:
        """Label of the control."""
        return str(self._control.description)

    @property
    def names(self) -> list[str]:
        """Names of the chosen objects."""
        known = dict(zip(self.rows["gid"], self.rows["name"], strict=True))
        return [shorten_name(known.get(gid)) for gid in self.chosen]

    @property
    def note(self) -> str:
        """The message below the control, as HTML."""
        return str(self._note.value)

    def offer(self, rows: pd.DataFrame, *, is_complete: bool = True, keep: bool = False) -> None:
        """Replace the list.

        Parameters
        ----------
        rows
            Columns ``gid``, ``name`` and those that the labels need.
        is_complete
            Whether the list is complete. Until it is, a choice that it does not contain is kept.
        keep
            Keep such a choice even when the list is complete.
        """
        missing = self._select_chosen_rows()
        missing = missing[~missing["gid"].isin(rows["gid"])]
        if is_complete and not keep:
            missing = missing.head(0)
        self._kept_gids = set(missing["gid"])
        self.rows = rows if missing.empty else self._append_missing(rows, missing)
        labels = build_labels(self.rows, qualifier=self._qualifier)
        self._options = [
            (label, gid, _make_search_text(label, name))
            for label, gid, name in zip(
                labels, self.rows["gid"].tolist(), self.rows["name"].tolist(), strict=True
            )
        ]
        self._control.disabled = self._is_stale = False
        self._is_partial = not is_complete
        # A text in the box filters this list too, so the box must be visible. An open list needs
        # the box for keyboard use: in JupyterLab the arrow keys leave the list for the next cell.
        is_long = self._multiple or len(self._options) > LONG_LIST
        _set_visible(self._box, self._is_search or is_long or bool(self.query))
        self.show_note(self._describe_empty_list() if is_complete and rows.empty else "")
        self.choose(self.chosen)

    def _append_missing(self, rows: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
        # A browser sends the position of the option that is clicked. In a dropdown, kept options
        # come last, so that positions stay the same when the rest of the list arrives.
        parts = [missing, rows] if self._multiple or self._is_search else [rows, missing]
        return pd.concat(parts, ignore_index=True)

    def choose(self, gids: Sequence[str]) -> None:
        """Choose objects of the list; gids that it does not contain are ignored."""
        known = set(self.rows["gid"])
        found = tuple(gid for gid in gids if gid in known)
        self._show_options(found if self._multiple else found[:1])

    def set_rows(self, rows: pd.DataFrame) -> None:
        """Choose objects before the list that contains them has arrived."""
        self.offer(rows, is_complete=False)
        self.choose(rows["gid"].tolist())

    def disable(self, why: str, *, keep: bool = False) -> None:
        """Empty and disable the control until `offer`; with ``keep``, the choice stays."""
        kept = self._select_chosen_rows() if keep else _make_empty_rows()
        self.rows = kept
        self._options = [
            (label, gid, "")
            for label, gid in zip(
                build_labels(kept, qualifier=self._qualifier), kept["gid"], strict=True
            )
        ]
        self._control.disabled = True
        self._is_partial = False
        _set_visible(self._box, self._is_search)
        self.show_note(why)
        self.choose(self.chosen)

    def show_note(self, text: str, *, is_error: bool = False) -> None:
        """Show a message below the control; an empty text hides it."""
        self._has_error = is_error
        self._note.value = format_message(text, is_error=is_error)
        _set_visible(self._note, bool(text))

    def _show_count(self, text: str) -> None:
        """Show how much of the list is visible, unless an error is shown."""
        if not self._has_error:
            self.show_note(text)

    def _select_chosen_rows(self) -> pd.DataFrame:
        return self.rows[self.rows["gid"].isin(self.chosen)]

    def _describe_empty_list(self) -> str:
        if self._is_search:
            return f"Nothing is called like {shorten_name(self.query)!r}." if self.query else ""
        return f"There is no {self.label.lower()} here."

    def _show_options(self, chosen: tuple[str, ...]) -> None:
        """Show the options that match or are chosen, and choose the latter."""
        words, mine = self._split_query(), set(chosen)
        fitting = [
            (label, gid)
            for label, gid, text in self._options
            if gid in mine or all(word in text for word in words)
        ]
        self._shown_options = _limit_options(fitting, mine, ahead=self._multiple)
        self._show_counts(len(fitting), words)
        with self._ignore_control(), self._control.hold_sync():
            if self._multiple:
                self._control.options = self._shown_options
                self._control.value = chosen
            else:
                self._control.options = [(self._placeholder, _NO_CHOICE), *self._shown_options]
                self._control.value = chosen[0] if chosen else _NO_CHOICE
        self.chosen = chosen

    def _show_counts(self, fitting: int, words: list[str]) -> None:
        """Show how many options are visible, and whether more are being read."""
        more = " Reading on ..." if self._is_partial else ""
        if fitting > len(self._shown_options):
            count = f"{len(self._shown_options):,} of {fitting:,} shown; type to narrow the list."
            self._show_count(count + more)
        elif words and not self.rows.empty:
            # Do not count options that are visible only because they are chosen.
            matching = sum(all(word in text for word in words) for _, _, text in self._options)
            self._show_count(f"{matching:,} of {len(self._options):,} match.{more}")
        elif more:
            self._show_count(f"{len(self._options):,} so far.{more}")

    @contextmanager
    def _ignore_control(self) -> Iterator[None]:
        """Ignore changes of the control while code makes them."""
        self._is_filling = True
        try:
            yield
        finally:
            self._is_filling = False

    def _handle_control(self, change: Any) -> None:
        new = change["new"]
        # None if the control shows no option.
        chosen = tuple(new) if self._multiple else (new,) if new else ()
        with LOCK:
            # Checked with the lock held: no other thread changes the options now.
            if self._is_filling:
                return
            if self._control.value != new:
                # A page of the list arrived in between and restored the previous choice.
                self.choose(chosen)
            self.chosen = chosen

    def _split_query(self) -> list[str]:
        """Return the words that filter the list."""
        return [] if self._is_search else fold_text(self.query).split()

    def _handle_submit(self, _box: Any, content: Any, _buffers: Any) -> None:
        """Choose the first match on Enter; with ``multiple``, add the next or remove the first."""
        if content.get("event") != "submit":
            return
        with LOCK:
            if self._control.disabled or self._is_stale or not self.query.strip():
                return
            words = self._split_query()
            fitting = [
                gid
                for _, gid, text in self._options
                if gid not in self._kept_gids and all(word in text for word in words)
            ]
            if not self._multiple:
                self.choose(fitting[:1] or self.chosen)
                return
            new = [gid for gid in fitting if gid not in self.chosen]
            gone = set() if new else set(fitting[:1])
            self.choose([*(gid for gid in self.chosen if gid not in gone), *new[:1]])

    def _handle_query(self, change: Any) -> None:
        with LOCK:
            self.query = change["new"]
            # The options shown belong to the previous search.
            self._is_stale = self._is_search
            if not self._is_search:
                self._show_count("")
                self._show_options(self.chosen)


class _LockedControl:
    """Control that applies changes from the browser only while no thread changes its options."""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        with LOCK:
            super().set_state(sync_data)  # type: ignore[misc]


class _Dropdown(_LockedControl, ipw.Dropdown):
    """Choose one option of a dropdown."""


class _Select(_LockedControl, ipw.Select):
    """Choose one option of an open list."""


class _SelectMultiple(_LockedControl, ipw.SelectMultiple):
    """Choose several options of an open list."""


def _make_control(label: str, *, multiple: bool, is_list: bool) -> Any:
    kind = _SelectMultiple if multiple else _Select if is_list else _Dropdown
    control = kind(options=[], description=label, **make_wide_layout())
    if is_list:
        control.rows = 8
    if multiple:
        control.tooltip = "Ctrl- or Cmd-click chooses several, Shift-click a range."
    return control


def resend_when_displayed(widget: Any, *parts: Any) -> None:
    """Send the state of parts again when a view of a widget is displayed.

    Voila, and a notebook that is opened again, ask for the state of all widgets at once. A browser
    ignores updates that arrive between this answer and the creation of its own objects.
    """
    # The browser counts views once this is a number.
    widget._view_count = 0

    def resend(change: Any) -> None:
        if (change["new"] or 0) > (change["old"] or 0):
            with LOCK:
                for part in parts:
                    part.send_state()

    widget.observe(resend, "_view_count")


def format_message(text: str, *, is_error: bool = False) -> str:
    """Return a message as HTML that screen readers announce; empty for an empty message."""
    if not text:
        return ""
    colour = "var(--jp-error-color1, #b00020)" if is_error else "inherit"
    role = "alert" if is_error else "status"
    style = f"color:{colour};white-space:pre-wrap;overflow-wrap:anywhere"
    return f'<span role="{role}" style="{style}">{html.escape(text)}</span>'


def make_wide_layout() -> dict[str, Any]:
    """Return layout and style of controls that are stacked."""
    return {
        # Controls have a margin of 2 px on each side.
        "layout": ipw.Layout(width="calc(100% - 4px)", max_width="36rem"),
        "style": {"description_width": "7rem"},
    }


def _limit_options(
    fitting: list[tuple[str, str]], chosen: set[str], *, ahead: bool
) -> list[tuple[str, str]]:
    """Return the options to show: the chosen ones, first or last, and the first others."""
    if len(fitting) <= MAX_SHOWN:
        return fitting
    mine = [entry for entry in fitting if entry[1] in chosen]
    others = [entry for entry in fitting if entry[1] not in chosen][
        : max(MAX_SHOWN - len(mine), 0)
    ]
    return [*mine, *others] if ahead else [*others, *mine]


def _make_search_text(label: str, name: object) -> str:
    """Return the text to search: the label, and the whole name if the label cuts it."""
    is_cut = isinstance(name, str) and len(name) > MAX_LENGTH
    return fold_text(f"{label} {name}" if is_cut else label)


def _set_visible(widget: ipw.DOMWidget, is_shown: bool) -> None:
    widget.layout.display = None if is_shown else "none"


def _make_empty_rows() -> pd.DataFrame:
    return pd.DataFrame({"gid": [], "name": []}, dtype="str")
