"""Choice: a box to search a list with, what is chosen beside it, and a line for messages."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames.widgets.background import (
    LOCK,
    Debouncer,
    LockedCombobox,
    resend_when_displayed,
)
from asana_frames.widgets.notes import show_message
from asana_frames.widgets.pickers.chips import Chips
from asana_frames.widgets.pickers.labels import MAX_LENGTH, build_labels, fold_text, shorten_name
from asana_frames.widgets.pickers.messages import describe_no_match

#: Maximum number of options sent to the browser; typing finds the others.
MAX_SHOWN = 200
#: Invisible end of every option: tells picking an option from typing its name, which may begin a
#: longer one.
MARK = "\N{ZERO WIDTH SPACE}"
#: If Enter follows a letter within so many seconds, more letters may be on their way.
JUST_TYPED = 0.15
#: Seconds without another letter after which they are all there.
ENTER_PAUSE = 0.25
#: Seconds without another letter after which a text is taken as typed.
PAUSE = 0.3
#: Width of the descriptions of controls.
LABEL_WIDTH = "6rem"
#: Where the boxes behind the descriptions begin.
_INDENT = f"{LABEL_WIDTH} + 8px"


class _Option(NamedTuple):
    #: What is offered.
    label: str
    gid: str
    #: What is searched.
    text: str
    #: What is shown once it is chosen.
    chip: str


class Choice(ipw.Box):
    """Choose one or several objects from a list.

    What is typed narrows the list. Choosing an option, or pressing Enter for the best match, adds
    it to what is chosen (without ``multiple``, in its place) and clears the box.

    Parameters
    ----------
    label
        Label of the control.
    multiple
        Whether several objects can be chosen.
    placeholder
        Text shown while nothing is chosen, such as "Choose" or "All teams".
    qualifiers
        The columns that distinguish objects of the same name.
    is_search
        Whether the text in the box is sent to Asana as a search instead of narrowing the list.
    noun
        What one of the list is called in messages; by default the label in lower case.

    Attributes
    ----------
    chosen : tuple of str
        gids, in the order in which they were chosen.
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
        placeholder: str = "Choose",
        qualifiers: Sequence[str] = (),
        is_search: bool = False,
        noun: str = "",
    ) -> None:
        self.rows = _make_empty_rows()
        self._options: list[_Option] = []
        #: Label of an option -> gid.
        self._gids: dict[str, str] = {}
        #: When the last letters arrived.
        self._typed_at = -math.inf
        #: Waits until no letter has come for a while.
        self._pause = Debouncer(self, self._show, PAUSE)
        #: Waits after an Enter until all letters are there.
        self._enter = Debouncer(self, self._take_best, ENTER_PAUSE)
        #: What a search has found while the list is being read.
        self._found = _make_empty_rows()
        #: Chosen gids that the list which has arrived does not contain.
        self._kept_gids: set[str] = set()
        self._multiple, self._placeholder, self._qualifiers, self._is_search = (
            multiple,
            placeholder,
            tuple(qualifiers),
            is_search,
        )
        self._is_filling = self._has_error = self._is_stale = self._is_partial = False
        self._noun = noun or label.lower()
        #: How long Asana's rate limit makes the list wait; empty if it does not.
        self._rate_limit = ""
        self._control = _make_control(label)
        self._chips = Chips(self.remove)
        self._note = ipw.HTML(layout=ipw.Layout(width="100%"))
        super().__init__([self._control, self._chips, self._note], layout=_make_row_layout())
        self._control.observe(self._handle_text, "value")
        self._control.on_msg(self._handle_submit)
        resend_when_displayed(
            self, self._control, self._chips, self._note, self._chips.layout, self._note.layout
        )
        self.disable("")

    @property
    def label(self) -> str:
        """Label of the control."""
        return str(self._control.description)

    @property
    def names(self) -> list[str]:
        """Names of the chosen objects."""
        return [shorten_name(name) for name in self.chosen_rows["name"]]

    @property
    def chosen_labels(self) -> list[str]:
        """Labels of the chosen objects: their names, and what tells equal names apart."""
        with LOCK:
            labels = {option.gid: option.chip.strip() for option in self._options}
            return [labels[gid] for gid in self.chosen if gid in labels]

    @property
    def chosen_rows(self) -> pd.DataFrame:
        """Rows of the chosen objects, in the order in which they were chosen."""
        # Another thread may be replacing the list.
        with LOCK:
            if not self.chosen:
                return self.rows.head(0)
            places = {gid: place for place, gid in enumerate(self.rows["gid"].tolist())}
            return self.rows.iloc[[places[gid] for gid in self.chosen]].reset_index(drop=True)

    @property
    def is_partial(self) -> bool:
        """Whether the list is still being read."""
        return self._is_partial

    @property
    def note(self) -> str:
        """The message below the control, as HTML."""
        return str(self._note.value)

    def offer(self, rows: pd.DataFrame, *, is_complete: bool = True, keep: bool = False) -> None:
        """Replace the list.

        Parameters
        ----------
        rows
            Columns ``gid``, ``name`` and those that the labels need; if there is a ``detail``, it
            follows the names that are offered.
        is_complete
            Whether the list is complete. Until it is, a choice that it does not contain is kept.
        keep
            Keep such a choice even when the list is complete.
        """
        missing = _drop_known(self.chosen_rows, rows)
        if is_complete and not keep:
            missing = missing.head(0)
        self._kept_gids = set(missing["gid"])
        self._found = _make_empty_rows() if is_complete else _drop_known(self._found, rows)
        self._set_options(_join_rows(rows, missing, _drop_known(self._found, missing)))
        self._control.disabled = self._is_stale = False
        self._is_partial = not is_complete
        self._has_error = False
        self.choose(self.chosen)

    def add_found(self, rows: pd.DataFrame) -> None:
        """Offer what a search has found until the list that is being read contains it."""
        if self._is_partial:
            self._found = _join_rows(self._found, _drop_known(rows, self.rows))
            self._set_options(_join_rows(self.rows, _drop_known(self._found, self.rows)))
            self._show()

    def choose(self, gids: Sequence[str]) -> None:
        """Choose objects of the list; gids that it does not contain are ignored."""
        known = set(self.rows["gid"].tolist())
        found = tuple(dict.fromkeys(gid for gid in gids if gid in known))
        # Shown before observers are called, which may take long.
        with self.hold_trait_notifications():
            self.chosen = found if self._multiple else found[:1]
            self._show()

    def remove(self, gid: str) -> None:
        """Remove one of the chosen objects, and go on with the keyboard in the box."""
        with LOCK:
            self.choose([one for one in self.chosen if one != gid])
        self._control.focus()

    @property
    def box(self) -> Any:
        """The control to type into."""
        return self._control

    @property
    def is_usable(self) -> bool:
        """Whether something can be typed into the box."""
        return not self._control.disabled

    def set_rows(self, rows: pd.DataFrame) -> None:
        """Choose objects before the list that contains them has arrived."""
        self.offer(rows, is_complete=False)
        self.choose(rows["gid"].tolist())

    def disable(self, why: str, *, keep: bool = False) -> None:
        """Empty and disable the control until `offer`; with ``keep``, the choice stays."""
        self._set_options(self.chosen_rows if keep else _make_empty_rows())
        self._kept_gids = set(self.rows["gid"])
        self._control.disabled, self._why, self._rate_limit = True, why, ""
        self._is_partial = self._has_error = False
        self.choose(self.chosen)

    def wait_for_list(self) -> None:
        """Keep the control usable while another list is being read: typing is not lost."""
        self._found = _make_empty_rows()
        if not self._is_search:
            self._set_options(self.chosen_rows)
            self._kept_gids = set(self.rows["gid"])
        self._is_stale = self._is_search
        self._control.disabled, self._rate_limit = False, ""
        self._is_partial, self._has_error = True, False
        self._show()

    def forget_query(self) -> None:
        """Empty the box; an Enter that was pressed for its text no longer counts."""
        self._enter.cancel()
        if self._control.value:
            with self._ignore_control():
                self._control.value = ""
        self.query = ""

    def show_note(self, text: str, *, is_error: bool = False) -> None:
        """Show a message below the control; an empty text hides it."""
        self._has_error = is_error
        self._set_note(text, is_error=is_error)

    def show_pause(self, pause: str) -> None:
        """Show that the list waits for Asana's rate limit; an empty text: that it does not."""
        if self._rate_limit != pause:
            self._rate_limit = pause
            self._show()

    def _set_note(self, text: str, *, is_error: bool) -> None:
        show_message(self._note, text, is_error=is_error)

    def _set_options(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        labels = build_labels(rows, qualifiers=self._qualifiers)
        details = rows["detail"].tolist() if "detail" in rows.columns else [""] * len(rows)
        parts = zip(labels, rows["gid"].tolist(), rows["name"].tolist(), details, strict=True)
        self._options = [
            _Option(f"{label}{detail}", gid, _make_search_text(f"{label}{detail}", name), label)
            for label, gid, name, detail in parts
        ]
        self._gids = {option.label: option.gid for option in self._options}

    # What is shown.

    def _show(self) -> None:
        """Show the options that match, what is chosen, and what Enter would choose."""
        found = self._find_matches()
        shown = tuple(option.label + MARK for option in found[:MAX_SHOWN])
        if self._control.options != shown:
            self._control.options = shown
        labels = {option.gid: option.chip.strip() for option in self._options}
        self._chips.show({gid: labels[gid] for gid in self.chosen})
        self._control.placeholder = self._describe_list(len(found))
        if not self._has_error:
            self._set_note(self._describe_matches(found), is_error=self._is_unmatched(found))

    def _find_matches(self) -> list[_Option]:
        """Return the options that fit the text in the box, best first."""
        # What is chosen already is shown apart.
        gone = set(self.chosen) if self._multiple else self._kept_gids
        options = [option for option in self._options if option.gid not in gone]
        query = "" if self._is_search else fold_text(self.query).strip()
        if not query:
            return options
        words = query.split()
        found = [option for option in options if all(word in option.text for word in words)]
        return sorted(found, key=lambda option: _rank_match(option.text, query))

    def _describe_list(self, count: int) -> str:
        """Return the hint in the empty box."""
        if self._control.disabled:
            return self._why
        if self._is_search:
            return "Type a part of the name"
        if self._is_partial and not self._options:
            return f"Reading ... {self._rate_limit}".strip()
        if not self.chosen:
            return f"{self._placeholder}{self._join_count(count)}"
        if self._multiple:
            return f"Add another{self._join_count(count)}"
        return f"Change{self._join_count(count)}" if count > 1 else ""

    def _join_count(self, count: int) -> str:
        """Return how many there are, after what can be done with them."""
        if self.query or not count:
            return ""
        is_optional = not self.chosen and self._placeholder.startswith("All")
        return f"{', or' if is_optional else ':'} one of {count:,}"

    def _describe_matches(self, found: Sequence[_Option]) -> str:
        """Return what Enter would choose, or how much of the list is shown."""
        more = f" Reading on ... {self._rate_limit}".rstrip() if self._is_partial else ""
        if not self.query.strip():
            return self._describe_length(len(found), more)
        if self._is_stale:
            return f"Searching ... {self._rate_limit}".strip()
        if not found:
            return self._describe_no_match(more)
        others = f" ({len(found):,} match)" if len(found) > 1 else ""
        return f"Enter takes “{shorten_name(found[0].label)}”{others}.{more}"

    def _is_unmatched(self, found: Sequence[_Option]) -> bool:
        """Whether a text is typed that nothing can match any more."""
        is_over = not (self._pause.is_waiting or self._is_stale or self._is_partial)
        return is_over and bool(self.query.strip()) and not found and not self._find_chosen()

    def _find_chosen(self) -> list[_Option]:
        """Return what is called like the text in the box, and chosen already."""
        words = fold_text(self.query).split()
        chosen = [option for option in self._options if option.gid in self.chosen]
        return [option for option in chosen if all(word in option.text for word in words)]

    def _describe_no_match(self, more: str) -> str:
        """Return that nothing matches the text, once it is typed."""
        if self._pause.is_waiting:
            return more.strip()
        for option in self._find_chosen():
            return f"“{shorten_name(option.label)}” is chosen already."
        labels = [option.label for option in self._options if option.gid not in self._kept_gids]
        return f"{describe_no_match(self._noun, self.query, labels)}{more}"

    def _describe_length(self, count: int, more: str) -> str:
        if self._control.disabled or self._is_search:
            return ""
        if count > MAX_SHOWN:
            return f"{count:,} {'so far' if more else 'in all'}; type to find one.{more}"
        if more and count:
            return f"{count:,} so far.{more}"
        is_empty = not count and not more and not self.chosen
        return f"There is no {self._noun} here." if is_empty else ""

    # Changes made by the user.

    @contextmanager
    def _ignore_control(self) -> Iterator[None]:
        """Ignore changes of the control while code makes them."""
        self._is_filling = True
        try:
            yield
        finally:
            self._is_filling = False

    def _handle_text(self, change: Any) -> None:
        with LOCK:
            if self._is_filling:
                return
            gid = self._find_chosen_option(change["new"])
            if gid is not None:
                self._take(gid)
                return
            text = change["new"].replace(MARK, "")
            if self._is_search and text.strip() != self.query.strip():
                # The options shown belong to the previous search.
                self._is_stale = True
            self.query = text
            # Not at each letter is it said that nothing matches.
            self._pause.start()
            if self._enter.is_waiting:
                self._enter.start()
            self._show()
            # Last: an Enter that came meanwhile is handled only now.
            self._typed_at = time.monotonic()

    def _find_chosen_option(self, text: str) -> str | None:
        """Return the gid of the option that was chosen, or whose whole label was typed."""
        if text.endswith(MARK):
            return self._gids.get(text.removesuffix(MARK))
        if self._is_search or self._is_partial or text not in self._gids:
            return None
        folded = fold_text(text)
        is_final = sum(option.text.startswith(folded) for option in self._options) == 1
        return self._gids[text] if is_final else None

    def _take(self, gid: str) -> None:
        """Choose an object, beside the others with ``multiple``, and clear the box."""
        # First, because observers of the choice may take long.
        self.forget_query()
        self.choose([*self.chosen, gid] if self._multiple else [gid])

    def _handle_submit(self, _box: Any, content: Any, _buffers: Any) -> None:
        """Choose the best match on Enter, when all that was typed before it is there.

        A browser sends Enter at once, but letters only when the kernel is done with those before:
        on a slow machine they come after it.
        """
        if content.get("event") != "submit":
            return
        with LOCK:
            if time.monotonic() - self._typed_at > JUST_TYPED:
                # Here, and not in another thread: observers may print into the page.
                self._take_best()
            else:
                self._enter.start()

    def _take_best(self) -> None:
        """Choose the best match for the text in the box."""
        self._enter.cancel()
        if self._control.disabled or self._is_stale or not self.query.strip():
            return
        for best in self._find_matches()[:1]:
            self._take(best.gid)


def _make_control(label: str) -> Any:
    return LockedCombobox(
        description=label,
        ensure_option=False,
        continuous_update=True,
        # The negative margin puts the description before the column of chips and messages.
        layout=ipw.Layout(
            flex="0 1 25rem",
            min_width="0",
            margin=f"2px 8px 2px calc(0px - ({_INDENT}))",
        ),
        style={"description_width": LABEL_WIDTH},
    )


def indent_row(children: Sequence[Any]) -> ipw.Box:
    """Return a row of widgets that begins where the boxes of choices begin."""
    return ipw.Box(list(children), layout=_make_row_layout())


def _make_row_layout() -> Any:
    return ipw.Layout(
        display="flex",
        flex_flow="row wrap",
        align_items="flex-start",
        # Not a margin: what is drawn before the content of a box would be cut.
        padding=f"0 0 0 calc({_INDENT})",
        width="100%",
    )


def make_wide_layout(label_width: str = LABEL_WIDTH) -> dict[str, Any]:
    """Return layout and style of controls that are stacked."""
    return {
        # Controls have a margin of 2 px on each side.
        "layout": ipw.Layout(width="calc(100% - 4px)", max_width="36rem"),
        "style": {"description_width": label_width},
    }


def _rank_match(text: str, query: str) -> int:
    """Return how well an option fits: the whole label, its beginning, a word of it, any part."""
    label = text.strip()
    if label == query:
        return 0
    if label.startswith(query):
        return 1
    return 2 if f" {query}" in label else 3


def _make_search_text(label: str, name: object) -> str:
    """Return the text to search: the label, and the whole name if the label cuts it."""
    is_cut = isinstance(name, str) and len(name) > MAX_LENGTH
    return fold_text(f"{label} {name}" if is_cut else label)


def _drop_known(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose gid is not among those of others."""
    if rows.empty:
        return rows
    gids = set(known["gid"].tolist())
    return rows[[gid not in gids for gid in rows["gid"].tolist()]]


def _join_rows(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of several frames, without empty ones, which would change dtypes."""
    filled = [part for part in parts if len(part)] or list(parts[:1])
    return filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def _make_empty_rows() -> pd.DataFrame:
    return pd.DataFrame({"gid": [], "name": []}, dtype="str")
