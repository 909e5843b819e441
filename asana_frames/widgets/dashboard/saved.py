"""The page of a dashboard in a saved notebook, where there is no kernel to draw it."""

from __future__ import annotations

from typing import Any


class SavedPage:
    """Outputs of cells that hold a page as HTML, and are updated when it changes.

    A notebook keeps what was displayed, which is before the first chart is drawn, and a front end
    makes a widget anew when its output changes. So the page has an output of its own, below that
    of the widget.
    """

    def __init__(self) -> None:
        self._handles: list[Any] = []
        self._bundle: dict[str, str] = {"text/plain": "", "text/html": ""}

    def display(self, widget_bundle: dict[str, Any]) -> bool:
        """Display a widget, and below it the page; return whether there is a notebook."""
        from IPython import get_ipython
        from IPython.display import display

        display(widget_bundle, raw=True)  # type: ignore[no-untyped-call]
        if getattr(get_ipython(), "kernel", None) is None:
            return False
        handle = display(self._bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        self._handles.append(handle)
        return True

    def update(self, page: str, text: str) -> None:
        """Replace the page wherever it is displayed."""
        self._bundle = {"text/plain": text, "text/html": page}
        for handle in self._handles:
            handle.update(self._bundle, raw=True)
