"""Charts as PNG, with the words for who cannot see them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from asana_frames.exceptions import InvalidArgument
from asana_frames.export.text import to_one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Sharp on screens of twice the usual density, and on paper.
_DPI = 144
_SCREEN_DPI = 96


class Picture(NamedTuple):
    """A chart as bytes of a PNG file, and its title as plain words."""

    png: bytes
    words: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on a screen of the usual density."""
        # Where a PNG file has its own.
        width, height = (int.from_bytes(self.png[at : at + 4], "big") for at in (16, 20))
        return round(width * _SCREEN_DPI / _DPI), round(height * _SCREEN_DPI / _DPI)

    def html(self) -> str:
        """Return the picture as an HTML element that needs no file beside it."""
        width, height = self.size
        data = b64encode(self.png).decode("ascii")
        return (
            f'<img alt="{escape(self.words)}" width="{width}" height="{height}" '
            f'style="max-width:100%;height:auto" src="data:image/png;base64,{data}">'
        )


def render_pictures(charts: Mapping[str, Figure | Axes] | None) -> dict[str, Picture]:
    """Draw charts by name.

    Raises
    ------
    InvalidArgument
        One of them is neither a matplotlib Figure nor Axes.
    """
    return {name: _render_picture(name, chart) for name, chart in (charts or {}).items()}


def _render_picture(name: str, chart: Any) -> Picture:
    figure = _get_figure(name, chart)
    stream = BytesIO()
    # Without the version of matplotlib, so that the same chart makes the same file.
    figure.savefig(
        stream, format="png", dpi=_DPI, bbox_inches="tight", metadata={"Software": None}
    )
    return Picture(stream.getvalue(), _get_title(figure) or to_one_line(str(name)))


def _get_figure(name: str, chart: Any) -> Figure:
    # Axes may lie in a part of a figure, whose own .figure is the whole.
    figure: Figure | None = getattr(getattr(chart, "figure", None), "figure", None)
    if figure is None or not hasattr(figure, "savefig"):
        raise InvalidArgument(
            f"charts[{name!r}] is a {type(chart).__name__}: give a matplotlib Figure or Axes, "
            f"such as charts={{{name!r}: ax}}."
        )
    return figure


def _get_title(figure: Figure) -> str:
    titles = [figure.get_suptitle(), *(axes.get_title() for axes in figure.axes)]
    # A dollar sign that is meant is written with a backslash in a chart.
    return next((to_one_line(title).replace(r"\$", "$") for title in titles if title.strip()), "")
