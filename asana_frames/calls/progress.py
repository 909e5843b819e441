"""How far a long call is: a bar after one second, gone when it succeeds."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import Any

from asana_frames.fetch import Http, clock

#: Seconds before anything is shown: quick calls stay quiet.
_SECONDS_BEFORE_SHOWN = 1.0


class ProgressBar:
    """Shows rows, requests, lists and waiting of one call; use it as a context manager.

    Parameters
    ----------
    operation
        What is being done.
    total
        How many lists are read, or rows written.
    http
        The connection, whose quota may make it wait.
    unit
        What is counted to the total.
    shown
        Whether to show anything at all.
    """

    def __init__(
        self, operation: str, total: int, http: Http, *, unit: str = "list", shown: bool = True
    ) -> None:
        self._operation = operation
        self._total = total
        self._unit = unit
        self._http = http
        self._is_shown = shown and _is_progress_visible()
        self._began = clock.now()
        self._bar: Any = None
        self._said = ""
        self._sent = http.total.requests
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
        if self._bar is not None:
            # What failed stays, and red: its bar is not at its end.
            self._bar.leave = kind is not None
            self._bar.close()

    def tick(self) -> None:
        """Show how things are, if it is time for that."""
        if not self._is_shown or clock.now() - self._began < _SECONDS_BEFORE_SHOWN:
            return
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(
                total=self._total if self._total > 1 else None,
                desc=self._operation,
                unit=f" {self._unit}s" if self._total > 1 else " rows",
                dynamic_ncols=True,
                disable=False,
            )
            self._bar.start_t -= clock.now() - self._began
        self._show()

    def _show(self) -> None:
        said = f"{self.rows:,} rows, {self._http.total.requests - self._sent:,} requests"
        wait = self._http.quota.pause_left()
        if wait >= 1:
            said += f", waiting {wait:.0f} s (Asana's rate limit), interrupt to stop"
        made = self.done if self._total > 1 else self.rows
        if said != self._said or made != self._bar.n:
            self._said = said
            self._bar.set_postfix_str(said, refresh=False)
            self._bar.update(made - self._bar.n)


def _is_progress_visible() -> bool:
    """Whether somebody looks: a terminal or a notebook, and no wish to see nothing."""
    if os.environ.get("TQDM_DISABLE"):
        return False
    return "ipykernel" in sys.modules or sys.stderr.isatty()
