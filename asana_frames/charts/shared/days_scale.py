"""A logarithmic scale for days: most numbers are small, and a few very large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from asana_frames.display.sentences import format_figure

if TYPE_CHECKING:
    from matplotlib.axis import Axis

#: The end of the axis, as a multiple of the greatest number.
_END = 1.2
#: The axis is scaled for at least so many days.
_SHORTEST = 2.0
#: First digits of ticks, those that matter more first; and the powers of ten.
_DIGITS, _POWERS = (1, 5, 2), range(7)


def set_days_scale(axis: Axis, longest: float, *, room: float) -> None:
    """Scale days linearly up to 1 and logarithmically from there on, with the ticks that fit.

    Parameters
    ----------
    axis
        The horizontal or vertical axis of axes; it begins at 0.
    longest
        The greatest number of days that is drawn.
    room
        The share of the axis that the label of a tick needs.
    """
    ax: Any = axis.axes
    end = _END * max(_SHORTEST, longest)
    name = "x" if axis is ax.xaxis else "y"
    getattr(ax, f"set_{name}scale")("symlog", linthresh=1.0, linscale=0.5)
    getattr(ax, f"set_{name}lim")(0, end)
    steps = [float(digit * 10**power) for digit in _DIGITS for power in _POWERS]
    wanted = [0.0, *(step for step in steps if step <= end), 0.5]
    scaled = axis.get_transform().transform(np.array([*wanted, end]))
    places: dict[float, float] = {}
    for tick, place in zip(wanted, scaled / scaled[-1], strict=False):
        if all(abs(place - other) > room for other in places.values()):
            places[tick] = place
    axis.set_ticks(list(places), [format_figure(tick) for tick in places])
    ax.minorticks_off()
