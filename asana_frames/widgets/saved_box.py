"""SavedBox: a widget whose saved notebook shows what it showed last, without a kernel."""

from __future__ import annotations

import uuid
from html import escape
from typing import Any, NamedTuple

import ipywidgets as ipw

from asana_frames.widgets.closing import close_parts


class Saved(NamedTuple):
    """What a saved notebook shows in the place of a widget."""

    text: str
    html: str


class SavedBox(ipw.VBox):
    """A box that has, in each notebook that displays it, a page that is kept there.

    A notebook keeps what was displayed, which is before anything is chosen, and a front end makes
    a widget anew when its output changes. So the page has an output of its own, below that of the
    widget. It is hidden beside the widget, and updated when `update_saved` is called.
    """

    def __init__(self, children: Any = ()) -> None:
        self._saved_handles: list[Any] = []
        self._saved_key = uuid.uuid4().hex[:12]
        super().__init__(children)
        self.add_class(f"af-live-{self._saved_key}")

    def close(self) -> None:
        """Close the box and what it contains."""
        if self.comm is None:
            # Closed before, or refused while it was made.
            return
        super().close()
        close_parts(self)

    def update_saved(self, _: Any = None) -> None:
        """Replace the page wherever it is displayed."""
        if self._saved_handles:
            bundle = self._make_bundle()
            for handle in self._saved_handles:
                handle.update(bundle, raw=True)

    def display_saved(self) -> bool:
        """Display the widget, and below it the page; return whether there is a notebook."""
        from IPython import get_ipython
        from IPython.display import display

        bundle = self._repr_mimebundle_()
        is_notebook = getattr(get_ipython(), "kernel", None) is not None
        if is_notebook:
            # It would be that of this moment; that of the page is kept up to date.
            bundle["text/plain"] = ""
        display(bundle, raw=True)  # type: ignore[no-untyped-call]
        if is_notebook:
            page = self._make_bundle()
            handle = display(page, raw=True, display_id=True)  # type: ignore[no-untyped-call]
            self._saved_handles.append(handle)
        return is_notebook

    def _ipython_display_(self) -> None:
        self.display_saved()

    def _render_saved(self) -> Saved:
        """Return what is shown without a kernel."""
        return Saved(repr(self), f"<pre>{escape(repr(self))}</pre>")

    def _make_bundle(self) -> dict[str, str]:
        text, html = self._render_saved()
        hidden = (
            f"<style>body:has(.af-live-{self._saved_key}) .af-saved-{self._saved_key} "
            "{ display: none; }</style>"
        )
        page = f'{hidden}<div class="af-saved-{self._saved_key}">{html}</div>' if html else ""
        return {"text/plain": text, "text/html": page}
