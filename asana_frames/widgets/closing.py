"""Close widgets with what they are made of, which ipywidgets would otherwise keep forever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def close_parts(widget: Any) -> None:
    """Close what a closed widget is made of: children, layouts and styles are widgets too."""
    for child in getattr(widget, "children", ()):
        # First the child itself: it ends what it has subscribed to.
        child.close()
        close_parts(child)
    for part in (widget.layout, getattr(widget, "style", None)):
        if part is not None:
            part.close()


@contextmanager
def close_on_error(widget: Any) -> Iterator[None]:
    """Close a widget that could not be made, because an argument was refused."""
    try:
        yield
    except BaseException:
        widget.close()
        raise
