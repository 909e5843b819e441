"""The progress bar of a call: shown after one second, removed on success, red on failure."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import Any

from asana_frames.fetch import Http, clock

#: Quick calls show nothing.
_SECONDS_BEFORE_SHOWN = 1.0
#: Columns and lines of a terminal that does not tell how many it has.
_USUAL_WIDTH, _USUAL_HEIGHT = 80, 24


class ProgressBar:
    """Shows rows, requests, lists and waiting time of a call or file; use it with ``with``.

    Parameters
    ----------
    operation
        What is called.
    total
        How many lists are read, or rows written.
    http
        The connection, for its requests and its pauses; None for files.
    unit
        What the total counts.
    shown
        Whether to show the bar.
    """

    def __init__(
        self,
        operation: str,
        total: int,
        http: Http | None,
        *,
        unit: str = "list",
        shown: bool = True,
    ) -> None:
        self._operation = operation
        self.total = total
        self._unit = unit
        self._http = http
        self._is_shown = shown and _is_progress_visible()
        self._began = clock.now()
        self._bar: Any = None
        #: The notebook output that contains the bar.
        self._display: Any = None
        self._text = ""
        self._sent = 0 if http is None else http.total.requests
        self.rows = 0
        self.done = 0

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is None:
            return
        is_widget = self._display is not None
        self._bar.leave = kind is not None
        if kind is not None:
            # The bar stays and shows why it stopped.
            ending = f"ended by {kind.__name__}"
            self._bar.set_postfix_str(", ".join(filter(None, [ending, self._text])))
            self._bar.close()
            if is_widget:
                self._bar.disp(bar_style="danger", check_delay=False)
                # The text beside the widget, which files without widgets show, is the last one.
                self._display.update(self._bar.container)
            return
        # A bar of a notebook that is not full when it is closed stays, in red.
        self._bar.n = self._bar.total or self._bar.n
        self._bar.close()
        if is_widget:
            # Otherwise the saved notebook keeps the text that stands for the widget.
            self._display.update({"text/plain": ""}, raw=True)

    def tick(self) -> None:
        """Update the bar; create it once the call has taken long enough."""
        if not self._is_shown or clock.now() - self._began < _SECONDS_BEFORE_SHOWN:
            return
        if self._bar is None:
            self._bar = self._create_bar()
            self._bar.start_t -= clock.now() - self._began
        self._update_bar()

    def _create_bar(self) -> Any:
        from tqdm.auto import tqdm

        has_width = _has_width()
        options: dict[str, Any] = {
            "total": self.total if self.total > 1 else None,
            "desc": self._operation,
            "unit": f" {self._unit}s" if self.total > 1 else " rows",
            # A terminal that does not tell its width would show nothing.
            "dynamic_ncols": has_width,
            "ncols": None if has_width else _USUAL_WIDTH,
            "nrows": None if has_width else _USUAL_HEIGHT,
            "disable": False,
        }
        if not any(base.__module__ == "tqdm.notebook" for base in tqdm.__mro__):
            return tqdm(**options)
        from IPython.display import display

        bar: Any = tqdm(**options, display=False)
        # Displayed here, so that the output can be emptied at the end.
        self._display = display(bar.container, display_id=True)  # type: ignore[no-untyped-call]
        return bar

    def _describe(self) -> str:
        """Return what stands beside the bar; nothing for files, whose rows are the bar."""
        if self._http is None:
            return ""
        text = f"{self.rows:,} rows, {self._http.total.requests - self._sent:,} requests"
        wait = self._http.quota.pause_left()
        if wait >= 1:
            text += f", waiting {wait:.0f} s (Asana's rate limit), interrupt to stop"
        return text

    def _update_bar(self) -> None:
        text = self._describe()
        done = self.done if self.total > 1 else self.rows
        if text != self._text or done != self._bar.n:
            self._text = text
            self._bar.set_postfix_str(text, refresh=False)
            self._bar.update(done - self._bar.n)


def _has_width() -> bool:
    """Return False only for a terminal that does not report its width."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns > 0
    except (AttributeError, OSError, ValueError):
        # Not a terminal: the front end of a notebook knows its width.
        return True


def _is_progress_visible() -> bool:
    """Whether output goes to a terminal or notebook, and ``TQDM_DISABLE`` is not set."""
    if os.environ.get("TQDM_DISABLE"):
        return False
    return "ipykernel" in sys.modules or sys.stderr.isatty()
