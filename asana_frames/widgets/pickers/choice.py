"""One list to choose from: a control, a box that narrows a long list, a line of text."""

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

#: Held by whoever changes a picker. One for all: lists arrive in threads of their own, and what
#: observes one picker may set another.
LOCK = threading.RLock()
#: Told when something that is waited for has happened.
CHANGED = threading.Condition(LOCK)
#: Options that are shown at once; what is typed narrows the rest.
MAX_SHOWN = 200
#: What a control holds while nothing is chosen; for None it would show an empty line.
_UNCHOSEN = ""
#: Options from which on there is a box to type in.
LONG_LIST = 15


class Choice(ipw.VBox):
    """A list of objects of which one, or several, can be chosen.

    Parameters
    ----------
    label
        Stands before the control.
    multiple
        Whether several can be chosen.
    unchosen
        What stands there while nothing is chosen: "Choose...", or what that means: "All teams".
    beside
        The column of the rows that tells objects of one name apart.
    asks
        The box does not narrow what is there: what is typed is asked for.

    Attributes
    ----------
    chosen : tuple of str
        gids, in the order of the control, or of the code that chose them.
    query : str
        What is typed in the box.
    """

    chosen = traitlets.Tuple()
    query = traitlets.Unicode()

    def __init__(
        self,
        label: str,
        *,
        multiple: bool = False,
        unchosen: str = "Choose...",
        beside: str = "",
        asks: bool = False,
    ) -> None:
        self.rows = _empty_rows()
        self._shown: list[tuple[str, str]] = []
        self._all: list[tuple[str, str, str]] = []
        #: Chosen, and not in the list that has arrived.
        self._kept: set[str] = set()
        self._multiple, self._unchosen, self._beside, self._asks = (
            multiple,
            unchosen,
            beside,
            asks,
        )
        self._is_filling = self._is_wrong = self._is_stale = self._is_part = False
        self._control = _make_control(label, multiple=multiple, is_list=multiple or asks)
        self._box = ipw.Text(
            description=f"Find {label.lower()}",
            placeholder=f"type to {'search' if asks else 'narrow'}, Enter takes the first",
            continuous_update=True,
            **wide_layout(),
        )
        self._note = ipw.HTML()
        super().__init__([self._box, self._control, self._note], layout=ipw.Layout(width="100%"))
        self._control.observe(self._controlled, "value")
        self._box.observe(self._typed, "value")
        self._box.on_msg(self._pressed)
        self.close_off("")

    @property
    def label(self) -> str:
        """What stands before the control."""
        return str(self._control.description)

    @property
    def names(self) -> list[str]:
        """Names of what is chosen."""
        known = dict(zip(self.rows["gid"], self.rows["name"], strict=True))
        return [shorten_name(known.get(gid)) for gid in self.chosen]

    @property
    def note(self) -> str:
        """The line of text, as HTML."""
        return str(self._note.value)

    def offer(self, rows: pd.DataFrame, *, is_complete: bool = True, keep: bool = False) -> None:
        """Replace what can be chosen.

        Parameters
        ----------
        rows
            Columns ``gid``, ``name``, and what the labels need besides.
        is_complete
            Whether no more will come. Until then a choice that is not among them is kept.
        keep
            Keep a choice that is not among them even then.
        """
        missing = self._chosen_rows()
        missing = missing[~missing["gid"].isin(rows["gid"])]
        if is_complete and not keep:
            missing = missing.head(0)
        self._kept = set(missing["gid"])
        self.rows = rows if missing.empty else self._with(rows, missing)
        told = build_labels(self.rows, beside=self._beside)
        self._all = [
            (label, gid, _search_text(label, name))
            for label, gid, name in zip(told, *self._columns(), strict=True)
        ]
        self._control.disabled = self._is_stale = False
        self._is_part = not is_complete
        # What is typed narrows this list too, and must be seen. Where a list is open the box is
        # the way without a mouse: in JupyterLab arrows go from there to the next cell.
        is_long = self._multiple or len(self._all) > LONG_LIST
        _set_visible(self._box, self._asks or is_long or bool(self.query))
        self.tell(self._told_of_none() if is_complete and rows.empty else "")
        self.choose(self.chosen)

    def _with(self, rows: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
        # A browser sends the place of what is clicked: in a list that opens, what is kept stands
        # last, so that no place changes when the rest of the list arrives.
        parts = [missing, rows] if self._multiple or self._asks else [rows, missing]
        return pd.concat(parts, ignore_index=True)

    def _columns(self) -> tuple[list[str], list[Any]]:
        return self.rows["gid"].tolist(), self.rows["name"].tolist()

    def choose(self, gids: Sequence[str]) -> None:
        """Choose what is on offer; what is not is left out."""
        known = set(self.rows["gid"])
        found = tuple(gid for gid in gids if gid in known)
        self._fill(found if self._multiple else found[:1])

    def adopt(self, rows: pd.DataFrame) -> None:
        """Choose objects that are not on offer yet, and will be."""
        self.offer(rows, is_complete=False)
        self.choose(rows["gid"].tolist())

    def close_off(self, why: str, *, keep: bool = False) -> None:
        """Offer nothing until there is something again; with ``keep``, what is chosen stays."""
        kept = self._chosen_rows() if keep else _empty_rows()
        self.rows = kept
        self._all = [
            (label, gid, "")
            for label, gid in zip(
                build_labels(kept, beside=self._beside), kept["gid"], strict=True
            )
        ]
        self._control.disabled = True
        self._is_part = False
        _set_visible(self._box, self._asks)
        self.tell(why)
        self.choose(self.chosen)

    def tell(self, text: str, *, is_error: bool = False) -> None:
        """Show a line of text below the control, or none."""
        self._is_wrong = is_error
        self._note.value = format_message(text, is_error=is_error)
        _set_visible(self._note, bool(text))

    def _count(self, text: str) -> None:
        """Say how much of the list is shown, unless there is something worse to say."""
        if not self._is_wrong:
            self.tell(text)

    def _chosen_rows(self) -> pd.DataFrame:
        return self.rows[self.rows["gid"].isin(self.chosen)]

    def _told_of_none(self) -> str:
        if self._asks:
            return f"Nothing is called like {shorten_name(self.query)!r}." if self.query else ""
        return f"There is no {self.label.lower()} here."

    def _fill(self, chosen: tuple[str, ...]) -> None:
        """Show what matches and what is chosen, and choose it."""
        words, mine = self._words(), set(chosen)
        fitting = [
            (label, gid)
            for label, gid, text in self._all
            if gid in mine or all(word in text for word in words)
        ]
        self._shown = _limit_options(fitting, mine, ahead=self._multiple)
        self._tell_counts(len(fitting), words)
        with self._filling(), self._control.hold_sync():
            if self._multiple:
                self._control.options = self._shown
                self._control.value = chosen
            else:
                self._control.options = [(self._unchosen, _UNCHOSEN), *self._shown]
                self._control.value = chosen[0] if chosen else _UNCHOSEN
        self.chosen = chosen

    def _tell_counts(self, fitting: int, words: list[str]) -> None:
        """Say how much of the list is shown, and whether more of it is on its way."""
        more = " Reading on ..." if self._is_part else ""
        if fitting > len(self._shown):
            told = f"{len(self._shown):,} of {fitting:,} shown; type to narrow the list."
            self._count(told + more)
        elif words and not self.rows.empty:
            # Not what is only there because it is chosen.
            matching = sum(all(word in text for word in words) for _, _, text in self._all)
            self._count(f"{matching:,} of {len(self._all):,} match.{more}")
        elif more:
            self._count(f"{len(self._all):,} so far.{more}")

    @contextmanager
    def _filling(self) -> Iterator[None]:
        """Take changes of the control for ours, not for somebody's choice."""
        self._is_filling = True
        try:
            yield
        finally:
            self._is_filling = False

    def _controlled(self, change: Any) -> None:
        new = change["new"]
        # None where the control shows nothing at all.
        chosen = tuple(new) if self._multiple else (new,) if new else ()
        with LOCK:
            # Asked with the lock held: another thread's filling is over then.
            if self._is_filling:
                return
            if self._control.value != new:
                # A page of the list arrived in between, with what was chosen before.
                self.choose(chosen)
            self.chosen = chosen

    def _words(self) -> list[str]:
        """Return what narrows the list."""
        return [] if self._asks else fold_text(self.query).split()

    def _pressed(self, _box: Any, content: Any, _buffers: Any) -> None:
        """Choose the first that matches; of several one more, or none of the first any more."""
        if content.get("event") != "submit":
            return
        with LOCK:
            if self._control.disabled or self._is_stale or not self.query.strip():
                return
            words = self._words()
            fitting = [
                gid
                for _, gid, text in self._all
                if gid not in self._kept and all(word in text for word in words)
            ]
            if not self._multiple:
                self.choose(fitting[:1] or self.chosen)
                return
            new = [gid for gid in fitting if gid not in self.chosen]
            gone = set() if new else set(fitting[:1])
            self.choose([*(gid for gid in self.chosen if gid not in gone), *new[:1]])

    def _typed(self, change: Any) -> None:
        with LOCK:
            self.query = change["new"]
            # What is shown answers what was typed before.
            self._is_stale = self._asks
            if not self._asks:
                self._count("")
                self._fill(self.chosen)


class _Locked:
    """A control that takes what a front end sends when no other thread changes its options."""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        with LOCK:
            super().set_state(sync_data)  # type: ignore[misc]


class _Dropdown(_Locked, ipw.Dropdown):
    """One of a list that opens."""


class _Select(_Locked, ipw.Select):
    """One of a list that is open."""


class _SelectMultiple(_Locked, ipw.SelectMultiple):
    """Several of a list that is open."""


def _make_control(label: str, *, multiple: bool, is_list: bool) -> Any:
    kind = _SelectMultiple if multiple else _Select if is_list else _Dropdown
    control = kind(options=[], description=label, **wide_layout())
    if is_list:
        control.rows = 8
    if multiple:
        control.tooltip = "Ctrl or Cmd and a click choose several, Shift a range."
    return control


def format_message(text: str, *, is_error: bool = False) -> str:
    """Return a message as HTML that is read aloud where it appears; nothing for no message."""
    if not text:
        return ""
    colour = "var(--jp-error-color1, #b00020)" if is_error else "inherit"
    role = "alert" if is_error else "status"
    style = f"color:{colour};white-space:pre-wrap;overflow-wrap:anywhere"
    return f'<span role="{role}" style="{style}">{html.escape(text)}</span>'


def wide_layout() -> dict[str, Any]:
    """Return layout and style of controls that stand below each other."""
    return {
        # Controls have a margin of 2 px on either side.
        "layout": ipw.Layout(width="calc(100% - 4px)", max_width="36rem"),
        "style": {"description_width": "7rem"},
    }


def _limit_options(
    fitting: list[tuple[str, str]], chosen: set[str], *, ahead: bool
) -> list[tuple[str, str]]:
    """Return as many as are shown: what is chosen, ahead or behind, and the first others."""
    if len(fitting) <= MAX_SHOWN:
        return fitting
    mine = [entry for entry in fitting if entry[1] in chosen]
    others = [entry for entry in fitting if entry[1] not in chosen][
        : max(MAX_SHOWN - len(mine), 0)
    ]
    return [*mine, *others] if ahead else [*others, *mine]


def _search_text(label: str, name: object) -> str:
    """Return the text in which words are looked for: a long name is cut in its label only."""
    is_cut = isinstance(name, str) and len(name) > MAX_LENGTH
    return fold_text(f"{label} {name}" if is_cut else label)


def _set_visible(widget: ipw.DOMWidget, is_shown: bool) -> None:
    widget.layout.display = None if is_shown else "none"


def _empty_rows() -> pd.DataFrame:
    return pd.DataFrame({"gid": [], "name": []}, dtype="str")
