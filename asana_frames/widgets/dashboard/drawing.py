"""Draw the charts of dashboards: one at a time, because matplotlib draws one figure at a time.

Reads do not hold the lock.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from asana_frames.export.pictures import describe_figure
from asana_frames.widgets.dashboard.page import CHART_WIDTH, format_chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_lock = threading.Lock()
#: Whether this thread holds the lock.
_thread_state = threading.local()

#: CSS pixels of an inch, and pixels of a CSS pixel on high-density screens.
_SCREEN_DPI, _DENSITY = 96, 2.5
#: Above this lightness of its background a picture is light.
_LIGHT = 0.5


@contextmanager
def hold_drawing_lock() -> Iterator[None]:
    """Wait until no other thread draws, and keep others from drawing."""
    with _lock:
        _thread_state.holds_lock = True
        try:
            yield
        finally:
            _thread_state.holds_lock = False


@contextmanager
def release_drawing_lock() -> Iterator[None]:
    """Release the drawing lock meanwhile, if this thread holds it."""
    if not getattr(_thread_state, "holds_lock", False):
        yield
        return
    _thread_state.holds_lock = False
    _lock.release()
    try:
        yield
    finally:
        _lock.acquire()
        _thread_state.holds_lock = True


def draw_card(title: str, draw: Callable[[Axes], object], height: int) -> str:
    """Draw a chart as the card of a dashboard.

    Parameters
    ----------
    title
        The title, unless the chart sets its own.
    draw
        Draws on axes.
    height
        CSS pixels.

    Returns
    -------
    str
        HTML with a PNG, drawn at the size at which it is shown, sharp on high-density screens.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with hold_drawing_lock():
        size = CHART_WIDTH / _SCREEN_DPI, height / _SCREEN_DPI
        figure = Figure(figsize=size, layout="constrained")
        # Without it, each text that is measured makes a canvas of its own.
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw(axes)
        if not describe_figure(figure):
            axes.set_title(title)
        stream = BytesIO()
        figure.savefig(stream, format="png", dpi=_SCREEN_DPI * _DENSITY)
        is_light = _is_light(figure)
        alt_text = describe_figure(figure)
    picture = b64encode(stream.getvalue()).decode("ascii")
    return format_chart(picture, alt_text, width=CHART_WIDTH, height=height, is_light=is_light)


def _is_light(figure: Figure) -> bool:
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(figure.get_facecolor())
    return 0.3 * red + 0.6 * green + 0.1 * blue > _LIGHT
