"""Chips: what is chosen in a list, a button each that removes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ipywidgets as ipw

from asana_frames.widgets.notes import set_visible


class Chips(ipw.Box):
    """A row of buttons, one for each chosen object; pressing one removes it.

    Not ``TagsInput``: its box has no accessible name, and what is typed there does not reach
    Python, so that it can neither search nor narrow a long list.

    Parameters
    ----------
    remove
        Called with the gid of the chip that is pressed.
    """

    def __init__(self, remove: Callable[[str], None]) -> None:
        self._remove = remove
        self._chips: dict[str, ipw.Button] = {}
        # Shared by all chips, because each layout and style is a model in the browser.
        self._chip_layout = ipw.Layout(width="auto", max_width="100%", margin="2px 4px 2px 0")
        self._chip_style = ipw.ButtonStyle()
        super().__init__(
            layout=ipw.Layout(flex_flow="row wrap", max_height="9rem", overflow="auto")
        )

    def show(self, labels: Mapping[str, str]) -> None:
        """Show a chip for each gid, with its label."""
        if self._chip_layout.comm is None:
            # Closed, and a list has arrived since.
            return
        gone = [gid for gid in self._chips if gid not in labels]
        closed = [self._chips.pop(gid) for gid in gone]
        for gid, label in labels.items():
            if gid not in self._chips:
                self._chips[gid] = self._make_chip(gid)
            self._chips[gid].description = label
            self._chips[gid].tooltip = f"Remove {label}"
        self.children = tuple(self._chips[gid] for gid in labels)
        for chip in closed:
            chip.close()
        set_visible(self, bool(labels))

    def close(self) -> None:
        """Close the row and its buttons."""
        if self.comm is None:
            return
        for chip in self._chips.values():
            chip.close()
        self._chip_layout.close()
        self._chip_style.close()
        super().close()

    def _make_chip(self, gid: str) -> Any:
        chip = ipw.Button(icon="times", layout=self._chip_layout, style=self._chip_style)
        chip.on_click(partial(self._handle_click, gid))
        return chip

    def _handle_click(self, gid: str, _: Any) -> None:
        self._remove(gid)
