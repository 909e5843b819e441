"""Close widgets with what they contain, which ipywidgets would otherwise keep forever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def close_children(widget: Any) -> None:
    """Close what a widget contains, with layouts and styles, which are widgets too."""
    for child in getattr(widget, "children", ()):
        # First the child itself: it ends what it has subscribed to.
        child.close()
        close_children(child)
        for part in (child.layout, getattr(child, "style", None)):
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
