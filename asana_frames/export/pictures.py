"""Charts as PNG images with alternative text."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from asana_frames._arguments import check_mapping
from asana_frames.display.words import FINDING_GID
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.text import to_one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Sharp on high-density screens and on paper.
_DPI = 144
_SCREEN_DPI = 96


class Picture(NamedTuple):
    """A chart as PNG bytes, and its title and finding as alternative text."""

    png: bytes
    alt_text: str

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in CSS pixels."""
        # The header of a PNG file holds its size here.
        width, height = (int.from_bytes(self.png[at : at + 4], "big") for at in (16, 20))
        return round(width * _SCREEN_DPI / _DPI), round(height * _SCREEN_DPI / _DPI)

    def html(self) -> str:
        """Return the picture as an ``img`` element with its data inline."""
        width, height = self.size
        data = b64encode(self.png).decode("ascii")
        return (
            f'<img alt="{escape(self.alt_text)}" width="{width}" height="{height}" '
            f'style="max-width:100%;height:auto" src="data:image/png;base64,{data}">'
        )


def render_pictures(charts: Mapping[str, Figure | Axes | Picture] | None) -> dict[str, Picture]:
    """Render charts as pictures, by name; what is a picture already stays as it is.

    Raises
    ------
    InvalidArgument
        One of them is neither a matplotlib Figure nor Axes.
    """
    charts = {} if charts is None else charts
    check_mapping(charts, name="charts", like='{"tasks": ax}')
    return {name: _render_picture(name, chart) for name, chart in charts.items()}


def _render_picture(name: str, chart: Any) -> Picture:
    if isinstance(chart, Picture):
        return chart
    figure = _get_figure(name, chart)
    stream = BytesIO()
    # Without the version of matplotlib, so that the same chart makes the same file.
    figure.savefig(
        stream, format="png", dpi=_DPI, bbox_inches="tight", metadata={"Software": None}
    )
    return Picture(stream.getvalue(), describe_figure(figure) or to_one_line(str(name)))


def _get_figure(name: str, chart: Any) -> Figure:
    # The .figure of Axes may be a SubFigure, whose own .figure is the whole.
    figure: Figure | None = getattr(getattr(chart, "figure", None), "figure", None)
    if figure is None or not hasattr(figure, "savefig"):
        raise InvalidArgument(
            f"charts[{name!r}] is a {type(chart).__name__}: give a matplotlib Figure or Axes, "
            f"such as charts={{{name!r}: ax}}."
        )
    return figure


def describe_figure(figure: Figure) -> str:
    """Return the first title of a figure and what its chart says in words, in one line."""
    titles = [figure.get_suptitle()]
    for axes in figure.axes:
        titles += [axes.get_title(place) for place in ("left", "center", "right")]
    title = next((title for title in titles if title.strip()), "")
    found: Any = figure.findobj(lambda artist: artist.get_gid() == FINDING_GID)
    findings = [text.get_text() for text in found[:1]] if title else []
    # In charts, a literal dollar sign is escaped with a backslash.
    return to_one_line(". ".join([title, *findings])).replace(r"\$", "$")
