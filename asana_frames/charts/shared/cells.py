"""Keep axes within their cell, in figures without a layout engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.gridspec import SubplotSpec

#: Left, bottom, width and height, as parts of a figure.
_Bounds: TypeAlias = tuple[float, float, float, float]
#: Points between a cell and what is in it.
_PAD = 4.0
#: The part of a cell that axes keep, though labels may leave the cell: smaller ones show nothing.
_LEAST = 0.12
#: Labels change with the size of axes, and their sizes again.
_ROUNDS = 3


class _Box(NamedTuple):
    """Edges as parts of a figure."""

    left: float
    bottom: float
    right: float
    top: float


class _Fit(NamedTuple):
    """At which resolution axes were placed, and their bounds before and after that."""

    dpi: float
    start: _Bounds
    end: _Bounds


_fitted: WeakKeyDictionary[Axes, _Fit] = WeakKeyDictionary()


def fit_cell(ax: Axes) -> None:
    """Move the edges of axes inwards until their labels and headings are within their cell.

    Axes whose labels and headings are there already stay where they are. Other axes, the margins
    of the figure and its layout engine are left alone; a layout that is set later counts.
    `refit_cell` does the same for drawings at another resolution.
    """
    spec = ax.get_subplotspec()
    if spec is None:
        return
    figure: Any = ax.figure
    cell = find_cell(spec, figure)
    alike = _list_alike(ax)
    before = [_read_bounds(one) for one in alike]
    for _ in range(_ROUNDS):
        place = _find_place(ax, cell, alike)
        if place is None:
            break
        for one in alike:
            _set_bounds(one, (place.left, place.bottom, *_size_of(place)))
    for one, start in zip(alike, before, strict=True):
        _fitted[one] = _Fit(figure.dpi, start, _read_bounds(one))


def refit_cell(ax: Axes) -> None:
    """Keep axes within their cell at the resolution of a drawing, if `fit_cell` has placed them.

    Where pixels are few, letters are wider. A place that was set since then is left alone.
    """
    fit, dpi = _fitted.get(ax), float(ax.figure.dpi)
    if fit is None or fit.dpi == dpi or fit.end != _read_bounds(ax):
        return
    # Measuring axes asks for this again.
    _fitted[ax] = fit._replace(dpi=dpi)
    for one in _list_alike(ax):
        _set_bounds(one, fit.start)
    fit_cell(ax)


def restore_place(ax: Axes) -> None:
    """Undo `fit_cell`, or a layout, for another chart on axes that were emptied.

    Names and letters are as large as the axes allow. What is moved by others since stays.
    """
    figure: Any = ax.figure
    spec = ax.get_subplotspec()
    for one in _list_alike(ax):
        if spec and has_layout_engine(figure) and one.get_in_layout():
            _set_bounds(one, spec.get_position(figure).bounds)
        elif (fit := _fitted.pop(one, None)) and fit.end == _read_bounds(one):
            _set_bounds(one, fit.start)


def has_layout_engine(figure: Any) -> bool:
    """Return whether an engine, such as that of ``layout="constrained"``, places the axes."""
    from matplotlib.layout_engine import PlaceHolderLayoutEngine

    engine = figure.get_layout_engine()
    return engine is not None and not isinstance(engine, PlaceHolderLayoutEngine)


def _list_alike(ax: Axes) -> list[Axes]:
    """Return the axes that share the cell of these: themselves, and twins."""
    figure: Any = ax.figure
    spec = ax.get_subplotspec()
    return [] if spec is None else [one for one in figure.axes if one.get_subplotspec() == spec]


def _read_bounds(ax: Axes) -> _Bounds:
    left, bottom, width, height = ax.get_position(original=True).bounds
    return left, bottom, width, height


def _set_bounds(ax: Axes, bounds: _Bounds) -> None:
    ax.set_position(bounds)
    # Layout engines leave out axes whose place is set.
    ax.set_in_layout(True)


def find_cell(spec: SubplotSpec, figure: Any) -> _Box:
    """Return the cell of axes, with the gap on their left and half of the gaps above and below.

    Names of rows are on the left; the gap on the right has those of the neighbour.
    """
    whole = spec.get_topmost_subplotspec()
    outer = _find_page(figure) if whole == spec else find_cell(whole, figure)
    bottoms, tops, _, rights = spec.get_gridspec().get_grid_positions(figure)
    rows, columns = spec.rowspan, spec.colspan
    first, last = columns.start, columns.stop - 1
    above, below = rows.start, rows.stop - 1
    return _Box(
        rights[first - 1] if first else outer.left,
        (bottoms[below] + tops[below + 1]) / 2 if below + 1 < len(tops) else outer.bottom,
        rights[last] if last + 1 < len(rights) else outer.right,
        (tops[above] + bottoms[above - 1]) / 2 if above else outer.top,
    )


def _find_page(figure: Any) -> _Box:
    """Return what a figure has for axes: all that is below its title."""
    to_parts = figure.transSubfigure.inverted()
    edges = [to_parts.transform_bbox(text.get_window_extent()).y0 for text in figure.texts]
    highest = max(axes.get_position().y1 for axes in figure.axes)
    return _Box(0, 0, 1, min([1.0, *(edge for edge in edges if edge >= highest)]))


def _find_place(ax: Axes, cell: _Box, alike: list[Axes]) -> _Box | None:
    """Return the position that keeps labels within the cell as far as possible.

    None if it does not change.
    """
    figure: Any = ax.figure
    to_parts = figure.transSubfigure.inverted()
    space = _PAD * figure.dpi / 72
    boxes = [box for one in alike if (box := one.get_tightbbox()) is not None]
    # Axes that are not visible have none.
    if not boxes:
        return None
    (left, bottom), (right, top) = to_parts.transform(
        [
            (min(box.x0 for box in boxes), min(box.y0 for box in boxes)),
            (max(box.x1 for box in boxes), max(box.y1 for box in boxes)),
        ]
    )
    pad, high = to_parts.transform((space, space)) - to_parts.transform((0, 0))
    now = _Box(*ax.get_position().extents)
    whole_width, whole_height = _size_of(cell)
    widths = max(0.0, cell.left + pad - left), max(0.0, right - cell.right + pad)
    heights = max(0.0, cell.bottom + high - bottom), max(0.0, top - cell.top + high)
    left, right = _move_edges(now.left, now.right, widths, _LEAST * whole_width)
    bottom, top = _move_edges(now.bottom, now.top, heights, _LEAST * whole_height)
    place = _Box(left, bottom, right, top)
    is_there = max(abs(new - old) for new, old in zip(place, now, strict=True)) < 1e-3
    return None if is_there else place


def _move_edges(
    low: float, high: float, moves: tuple[float, float], least: float
) -> tuple[float, float]:
    """Move two edges towards each other, by a share of ``moves`` that leaves ``least``."""
    wanted = sum(moves)
    share = min(1.0, max(0.0, high - low - least) / wanted) if wanted else 0.0
    return low + share * moves[0], high - share * moves[1]


def _size_of(box: _Box) -> tuple[float, float]:
    return box.right - box.left, box.top - box.bottom
