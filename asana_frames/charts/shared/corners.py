"""Corners of axes with their labels, from which headings, legends and notes are placed.

A figure is laid out when it is drawn; these transforms find the corner then, so that what stands
there never covers the labels of the axes, however large they are.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from asana_frames.charts.shared.axes import cell_width
from asana_frames.charts.shared.cells import find_cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

Edge = Literal["top", "bottom", "title"]


class _Edges(NamedTuple):
    """Edges of axes with their labels, in pixels."""

    left: float
    top: float
    bottom: float


#: Axes -> where they were measured, and their edges: a drawing asks for them some forty times.
_measured: WeakKeyDictionary[Axes, tuple[Any, _Edges]] = WeakKeyDictionary()
#: Axes that are measured anew when their own heading asks for it.
_headed: WeakSet[Axes] = WeakSet()


def forget_edges(ax: Axes) -> None:
    """Measure axes anew, and those of their figure without a heading, when next asked.

    A drawing begins with it: labels may have changed since the last one.
    """
    _headed.add(ax)
    for one in ax.figure.axes:
        if one is ax or one not in _headed:
            _measured.pop(one, None)


def _find_edges(ax: Axes) -> _Edges:
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
    return _Edges(float(left), float(top), float(bottom))


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


def list_stacked(ax: Axes) -> list[Axes]:
    """Return the axes that stand in one place: those passed, and their twins."""
    spec = ax.get_subplotspec()
    same = [one for one in ax.figure.axes if one is not ax and one.get_subplotspec() == spec]
    if spec is None:
        same = [one for one in same if one.bbox.bounds == ax.bbox.bounds]
    return [ax, *same]


def find_left(ax: Axes) -> float:
    """Return the left edge, in pixels, of axes with their labels, and those of their panels."""
    return min(_find_edges(one).left for one in list_stacked(ax))


def find_room(ax: Axes) -> float:
    """Return the width in inches from the left edge of axes to their neighbours or the figure."""
    left, right = find_left(ax), float(ax.bbox.x1)
    figure: Any = ax.figure
    neighbours = [
        find_left(one)
        for one in figure.axes
        if one.bbox.x0 >= right and one.bbox.y0 < ax.bbox.y1 and one.bbox.y1 > ax.bbox.y0
    ]
    edge = min([*neighbours, _find_end(ax)])
    # Neighbours may still be in the way, before a figure is laid out.
    width = (max(edge, right) - left) / float(figure.dpi)
    return min(width, cell_width(ax)) if ax.get_subplotspec() else width


def _make_corner() -> Any:
    """Return a corner without its state, for pickle."""
    corner = _corner_class()
    return corner.__new__(corner)


def _find_end(ax: Axes) -> float:
    """Return the right edge, in pixels, of the space that no neighbour can take.

    Without a layout engine, neighbours that are drawn later may fill the cell to the right.
    """
    figure: Any = ax.figure
    spec = ax.get_subplotspec()
    is_fixed = spec is not None and figure.get_layout_engine() is None
    part = find_cell(spec, figure).right if spec is not None and is_fixed else 1.0
    return float(figure.transSubfigure.transform((part, 1))[0])


@cache
def _corner_class() -> Any:
    """Define the transform, once matplotlib is wanted: its import is slow."""
    import numpy as np
    from matplotlib.transforms import Affine2DBase

    class Corner(Affine2DBase):
        """Moves (0, 0) to a corner of axes; a unit is a point."""

        # Invalidates transforms that depend on this one whenever the axes move.
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
            left = find_left(self._ax)
            if self._edge == "title":
                # Its height is that of axes, which matplotlib moves up where something is there.
                low, high = self._ax.bbox.y0 + self._points * point, self._ax.bbox.height
                return np.array([[0, 0, left], [0, high, low], [0, 0, 1]])
            edges = [_find_edges(one) for one in list_stacked(self._ax)]
            is_top = self._edge == "top"
            base = max(one.top for one in edges) if is_top else min(one.bottom for one in edges)
            return np.array([[point, 0, left], [0, point, base + self._points * point], [0, 0, 1]])

    return Corner
