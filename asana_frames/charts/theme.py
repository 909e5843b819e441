"""The house style of charts, for those who want it."""

from __future__ import annotations

from typing import Any

from asana_frames._arguments import check_flag
from asana_frames.charts.shared.colours import SERIES, SERIES_ON_DARK

#: Ink, grey ink, lines, background, on a light and on a dark page.
_LIGHT = ("#1f2328", "#57606a", "#8c959f", "#ffffff")
_DARK = ("#e6edf3", "#9da7b3", "#6e7681", "#111418")


def theme(*, dark: bool = False) -> dict[str, Any]:
    """Return the settings of matplotlib that make up the house style.

    Charts take fonts, sizes, and the colours of words and background from whatever style is set;
    this one gives them bold titles and thin lines. Series and statuses have colours of their own
    in every style, in shades that are seen on its background: ``axes.prop_cycle`` does not change
    them, and is here for plots that you draw yourself. Nothing is set until you pass it to
    matplotlib.

    Parameters
    ----------
    dark
        Light words on a dark background.

    Returns
    -------
    dict
        Names of ``matplotlib.rcParams`` -> values.

    Raises
    ------
    InvalidArgument
        ``dark`` is neither true nor false.

    Examples
    --------
    For all charts, and for one:

    >>> from matplotlib import pyplot as plt
    >>> before = plt.rcParams.copy()
    >>> plt.style.use(theme())
    >>> with plt.style.context(theme(dark=True)):
    ...     plt.rcParams["figure.facecolor"]
    '#111418'
    >>> plt.rcParams.update(before)
    """
    check_flag(dark, name="dark")
    from cycler import cycler

    ink, muted, line, paper = _DARK if dark else _LIGHT
    return {
        "axes.edgecolor": line,
        "axes.facecolor": paper,
        "axes.labelcolor": muted,
        "axes.linewidth": 0.8,
        "axes.prop_cycle": cycler(color=SERIES_ON_DARK if dark else SERIES),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlecolor": ink,
        "axes.titlesize": 13.0,
        "axes.titleweight": "bold",
        "figure.edgecolor": paper,
        "figure.facecolor": paper,
        "grid.color": line,
        "savefig.edgecolor": paper,
        "savefig.facecolor": paper,
        "text.color": ink,
        "xtick.color": muted,
        "xtick.labelcolor": muted,
        "xtick.labelsize": 10.5,
        "ytick.color": muted,
        "ytick.labelcolor": muted,
        "ytick.labelsize": 10.5,
    }
