"""Close widgets with what they are made of, which ipywidgets would otherwise keep forever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ipywidgets as ipw


def close_parts(widget: Any) -> None:
    """Close what a closed widget is made of: children, layouts and styles are widgets too."""
    for child in getattr(widget, "children", ()):
        # First the child itself: it ends what it has subscribed to.
        child.close()
        close_parts(child)
    for part in (widget.layout, getattr(widget, "style", None)):
        # The style of a widget of another package may be text.
        if isinstance(part, ipw.Widget):
            part.close()


@contextmanager
def close_on_error(widget: Any) -> Iterator[None]:
    """Close a widget if its construction fails."""
    try:
        yield
    except BaseException:
        widget.close()
        raise
