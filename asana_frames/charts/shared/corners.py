"""Corners of axes with their labels, from which headings, legends and notes are placed.

A figure is laid out when it is drawn; these transforms find the corner then, so that what stands
there never covers the labels of the axes, however large they are.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

Edge = Literal["top", "bottom", "title"]


class _Edges(NamedTuple):
    """Pixels to which axes with their labels reach."""

    left: float
    top: float
    bottom: float


#: Axes -> where they were measured, and their edges. A drawing asks for them some forty times.
_measured: WeakKeyDictionary[Axes, tuple[Any, _Edges]] = WeakKeyDictionary()


def find_edges(ax: Axes) -> _Edges:
    """Return the edges of axes with their labels, measured once for each place and drawing."""
    place = (ax.bbox.bounds, ax.viewLim.bounds, ax.figure.dpi)
    known = _measured.get(ax)
    if known is None or known[0] != place:
        known = _measured[ax] = place, _measure_edges(ax)
    return known[1]


def _measure_edges(ax: Axes) -> _Edges:
    left, bottom, _, top = ax.bbox.extents
    # Axes may have a panel, whose labels can be wider.
    for axes in (ax, *ax.child_axes):
        names = axes.yaxis.get_tightbbox() if axes.get_visible() else None
        if names is not None:
            left = min(left, names.x0)
    labels = ax.xaxis.get_tightbbox()
    if labels is not None:
        # Those of a table are above it.
        bottom, top = min(bottom, labels.y0), max(top, labels.y1)
    return _Edges(left, top, bottom)


class Remeasuring:
    """The locator of axes within others, at which the edges of those are measured anew.

    matplotlib calls locators when a drawing begins: labels may have changed since the last one.

    Parameters
    ----------
    around
        The axes that are measured.
    locate
        The locator of the axes within them.
    """

    def __init__(self, around: Axes, locate: Any) -> None:
        self._around, self._locate = around, locate

    def __call__(self, ax: Any, renderer: Any) -> Any:
        """Return the place of the axes within."""
        _measured.pop(self._around, None)
        return self._locate(ax, renderer)


def corner_transform(ax: Axes, edge: Edge, points: float) -> Transform:
    """Return a transform of (0, 0) to the left edge of the labels of axes, above or below them.

    Parameters
    ----------
    ax
        The axes.
    edge
        ``"top"`` or ``"bottom"`` of the axes with the labels of their horizontal axis;
        ``"title"`` for a title, whose vertical position stays in parts of the axes.
    points
        The distance from this edge, upwards if it is positive. A unit is a point, so offsets can
        be added.
    """
    made: Transform = _corner_class()(ax, edge, points)
    return made


def _make_corner() -> Any:
    """Return a corner without its state, for pickle."""
    corner = _corner_class()
    return corner.__new__(corner)


@cache
def _corner_class() -> Any:
    """Define the transform, once matplotlib is wanted: its import is slow."""
    import numpy as np
    from matplotlib.transforms import Affine2DBase

    class Corner(Affine2DBase):
        """Moves (0, 0) to a corner of axes; a unit is a point."""

        # Whatever is cached from it is forgotten whenever the axes move.
        pass_through = True

        def __init__(self, ax: Axes, edge: Edge, points: float) -> None:
            super().__init__()
            self._ax, self._edge, self._points = ax, edge, points
            self.set_children(ax.transAxes)

        def __reduce__(self) -> Any:
            # The class is made by a function, so that pickle cannot find it by its name. The axes
            # come with the state: they refer to this corner, and are not whole before it.
            return _make_corner, (), self.__getstate__()

        def get_matrix(self) -> Any:
            point = self._ax.figure.dpi / 72
            left, top, bottom = find_edges(self._ax)
            if self._edge == "title":
                # Its height is that of axes, which matplotlib moves up where something is there.
                low, high = self._ax.bbox.y0 + self._points * point, self._ax.bbox.height
                return np.array([[0, 0, left], [0, high, low], [0, 0, 1]])
            base = top if self._edge == "top" else bottom
            return np.array([[point, 0, left], [0, point, base + self._points * point], [0, 0, 1]])

    return Corner
