"""Notes beside controls: messages that screen readers announce."""

from __future__ import annotations

import html
from typing import Any

#: Style of text below or beside controls: ipywidgets sets its lines as far apart as controls are.
LINES = "display:inline-block;line-height:1.4"


def format_message(text: str, *, is_error: bool = False, is_counting: bool = False) -> str:
    """Return a message as HTML; empty for an empty message.

    Screen readers announce it, unless it is one that changes each second.
    """
    if not text:
        return ""
    colour = "var(--jp-error-color1, #b00020)" if is_error else "inherit"
    role = "alert" if is_error else "timer" if is_counting else "status"
    style = f"color:{colour};white-space:pre-wrap;overflow-wrap:anywhere;{LINES}"
    return f'<span role="{role}" style="{style}">{html.escape(text)}</span>'


def show_message(note: Any, text: str, *, is_error: bool = False) -> None:
    """Show a message in an HTML widget; an empty text hides it."""
    note.value = format_message(text, is_error=is_error)
    set_visible(note, bool(text))


def set_visible(widget: Any, is_shown: bool) -> None:
    """Show or hide a widget, which leaves no gap."""
    widget.layout.display = None if is_shown else "none"
