"""The page of a dashboard as HTML: heading, tiles, charts and a list; all text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from re import sub
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.display.sentences import format_figure, format_share
from asana_frames.rollups.shared.key_figures import TINY, TOLERATED_LAG
from asana_frames.widgets.pickers.labels import shorten_name

#: Width and height of a chart in CSS pixels, as it is drawn.
CHART_WIDTH, CHART_HEIGHT = 480, 330
_ASANA = "https://app.asana.com/"
_NBSP = "\N{NO-BREAK SPACE}"

#: Classes of elements that are styled, in the widget and in the saved page alike. Pictures have a
#: light background: a dark theme inverts them and turns the hues back.
STYLE = f"""<style>
.af-board {{ max-width: 86rem; line-height: 1.4; }}
.af-board .widget-html, .af-board .widget-html-content {{
  line-height: 1.4; min-width: 0; height: auto; white-space: normal; }}
.af-board h3 {{ margin: .4rem 0 0; font-size: 1.35em; line-height: 1.3; overflow-wrap: anywhere; }}
.af-board p {{ margin: 0; }}
.af-quiet {{ opacity: .75; }}
.af-board ul.af-tiles {{ display: grid; gap: .7rem; margin: .6rem 0; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }}
.af-tile, .af-card {{ box-sizing: border-box; margin: 0; border-radius: 6px; padding: .6rem .8rem;
  background: var(--jp-layout-color0, #fff);
  border: 1px solid var(--jp-border-color2, #d0d0d0); }}
.af-tile b {{ display: block; font-size: 1.9em; line-height: 1.25; font-weight: 600; }}
.af-tile span {{ display: block; }}
.af-good {{ color: #1a7f37; }} .af-bad {{ color: #b3261e; }}
.af-grid {{ display: grid; gap: .7rem; align-items: stretch; overflow: visible;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, max(25rem, 42%)), 1fr)); }}
.af-grid.widget-box {{ margin: 0 2px; }}
.af-grid > * {{ margin: 0; min-width: 0; width: auto; }}
.af-grid > :last-child:nth-child(odd) {{ grid-column: 1 / -1; }}
.af-grid .widget-html-content {{ width: 100%; display: grid; }}
.af-card {{ margin: 0; height: 100%; overflow: hidden; }}
.af-card img {{ display: block; width: 100%; height: auto; max-width: {CHART_WIDTH * 1.3:.0f}px;
  margin: 0 auto; }}
.af-board .af-card h4 {{ margin: 0 0 .3rem; font-size: 1.08em; font-weight: 600; }}
.af-board .af-card ol {{ margin: 0; padding: 0; list-style: none; }}
.af-board .af-card li {{ display: flex; gap: 1rem; justify-content: space-between;
  padding: .28rem 0; border-top: 1px solid var(--jp-border-color3, #e4e4e4); }}
.af-card li > :first-child {{ overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  min-width: 0; }}
.af-card li > :last-child {{ flex: none; }}
.af-board a {{ color: var(--jp-content-link-color, #0a58ca); }}
.af-waiting {{ aspect-ratio: {CHART_WIDTH} / {CHART_HEIGHT}; }}
.af-dimmed {{ opacity: .4; transition: opacity .15s; }}
[data-jp-theme-light="false"] .af-card img.af-light, body.vscode-dark .af-card img.af-light {{
  filter: invert(.885) hue-rotate(180deg); }}
[data-jp-theme-light="false"] :is(.af-card, .af-tile), body.vscode-dark :is(.af-card, .af-tile) {{
  background: #1d1d1d; }}
[data-jp-theme-light="false"] .af-good, body.vscode-dark .af-good {{ color: #57c975; }}
[data-jp-theme-light="false"] .af-bad, body.vscode-dark .af-bad {{ color: #ff8a80; }}
</style>"""

#: Figure and unit -> the label of its tile if it is that of a day other than today.
_STATES = {
    ("open", "tasks"): "Open",
    ("overdue", "tasks"): "Overdue",
    ("progress", "share"): "Progress",
    ("expected", "share"): "Expected",
    ("open", "goals"): "Open goals",
    ("behind", "goals"): "Goals behind",
}
#: Figure and unit -> the label of its tile.
_LABELS = {
    ("open", "tasks"): "Open tasks",
    ("done", "tasks"): "Done in period",
    ("overdue", "tasks"): "Overdue",
    ("hours", "hours"): "Hours in period",
    ("progress", "share"): "Progress",
    ("expected", "share"): "Expected by then",
    ("open", "goals"): "Open goals",
    ("behind", "goals"): "Goals behind",
    ("without_update", "goals"): "Without an update",
}


#: A row of key figures; None is missing.
_Row = dict[str, Any]


class Entry(NamedTuple):
    """A row of the list of a dashboard."""

    name: object
    url: object
    detail: str


def format_heading(name: object, url: object, about: str) -> str:
    """Return the name of the subject, linked to Asana, and what is shown of it."""
    return f'<h3>{_link(name, url)}</h3><p class="af-quiet">{escape(about)}</p>'


def format_tiles(figures: pd.DataFrame, unknown: str = "", on: str = "") -> str:
    """Return a tile per row of a table of key figures.

    Parameters
    ----------
    figures
        As ``rollups.project_summary`` and ``rollups.goal_summary`` return it.
    unknown
        What is said where the number before is not known; empty where it is not asked for.
    on
        The day of figures that are those of a day; empty where it is the last day of the period
        and today.
    """
    tiles = "".join(_format_tile(row, unknown, on) for row in _list_rows(figures))
    # Style sheets take the role from lists without bullets.
    return f'<ul role="list" class="af-tiles">{tiles}</ul>'


def format_waiting_tiles() -> str:
    """Return a tile as high as the ones that will stand there."""
    lines = "<b>&nbsp;</b><span>&nbsp;</span>"
    waiting = f'<div class="af-tile af-quiet"><span>Key figures ...</span>{lines}</div>'
    return f'<div class="af-tiles">{waiting}</div>'


def describe_tiles(figures: pd.DataFrame, unknown: str = "", on: str = "") -> str:
    """Return the tiles as text, a line each."""
    lines = []
    for row in _list_rows(figures):
        notes = [text for text, _ in _list_notes(row, unknown)]
        value = _format_number(row["value"], row["unit"])
        lines.append(": ".join([_label(row, on), ", ".join([value, *notes])]))
    return "\n".join(lines).replace(_NBSP, " ")


def format_chart(picture: str, alt_text: str, *, width: int, height: int, is_light: bool) -> str:
    """Return the card of a chart: a PNG in base64 and its alternative text."""
    # Decoded at once: otherwise there is nothing in the place of a picture that is replaced.
    return (
        f'<figure class="af-card"><img alt="{escape(alt_text)}" width="{width}" height="{height}" '
        f'class="{"af-light" if is_light else "af-dark"}" decoding="sync" '
        f'src="data:image/png;base64,{picture}"></figure>'
    )


def format_waiting(title: str) -> str:
    """Return the card of a chart that is drawn for the first time."""
    return f'<div class="af-card af-waiting af-quiet">{escape(title)} ...</div>'


def format_failure(title: str, words: str) -> str:
    """Return the card of what could not be drawn."""
    return (
        f'<div class="af-card"><h4>{escape(title)}</h4>'
        f'<p role="alert" class="af-bad" style="overflow-wrap:anywhere">{escape(words)}</p></div>'
    )


def format_list(title: str, entries: Sequence[Entry], *, more: int, nothing: str) -> str:
    """Return the card of a list, of which ``more`` entries are left out."""
    rows = "".join(
        f"<li><span>{_link(entry.name, entry.url)}</span> <span>{escape(entry.detail)}</span></li>"
        for entry in entries
    )
    body = f"<ol>{rows}</ol>" if entries else f"<p>{escape(nothing)}</p>"
    rest = f'<p class="af-quiet">and {more:,} more</p>' if more else ""
    return f'<div class="af-card"><h4>{escape(title)}</h4>{body}{rest}</div>'


def format_page(heading: str, tiles: str, cards: Iterable[str]) -> str:
    """Return the whole page, for a saved notebook."""
    return (
        f'{STYLE}<div class="af-board">{heading}{tiles}'
        f'<div class="af-grid">{"".join(f"<div>{card}</div>" for card in cards)}</div></div>'
    )


def format_percent(share: float) -> str:
    """Return a share as a percentage that does not wrap.

    Examples
    --------
    >>> format_percent(0.562).split()
    ['56', '%']
    """
    return format_share(share).replace(" ", _NBSP)


def _list_rows(figures: pd.DataFrame) -> list[_Row]:
    rows: Any = figures.astype(object).to_dict("records")
    return [{name: None if pd.isna(cell) else cell for name, cell in row.items()} for row in rows]


def _label(row: _Row, on: str) -> str:
    key = (str(row["figure"]), str(row["unit"]))
    if on and key in _STATES:
        return f"{_STATES[key]} on {on}"
    return _LABELS.get(key, key[0])


def _format_tile(row: _Row, unknown: str, on: str) -> str:
    # Without styles, as some pages show saved notebooks, spaces keep the words apart.
    notes = " ".join(
        f'<span class="{look}">{escape(text)}</span>' for text, look in _list_notes(row, unknown)
    )
    number = escape(_format_number(row["value"], row["unit"]))
    return (
        f'<li class="af-tile"><span>{escape(_label(row, on))}</span> <b>{number}</b> {notes}</li>'
    )


def _list_notes(row: _Row, unknown: str) -> list[tuple[str, str]]:
    """Return what stands below a number: texts and their classes."""
    notes = []
    target, value, unit = row["target"], row["value"], row["unit"]
    if isinstance(target, float) and isinstance(value, float):
        look = "af-bad" if value < target - TOLERATED_LAG - TINY else "af-quiet"
        notes.append((f"{_format_number(target, unit)} expected", look))
    if all(isinstance(row[name], float) for name in ("value", "previous", "difference")):
        notes.append(_compare(row))
    elif unknown and isinstance(value, float):
        notes.append((unknown, "af-quiet"))
    return notes


def _find_look(row: _Row) -> str:
    if row["is_better"] is None:
        return "af-quiet"
    return "af-good" if row["is_better"] else "af-bad"


def _compare(row: _Row) -> tuple[str, str]:
    """Return the difference of the two displayed numbers as text, and its CSS class."""
    unit = row["unit"]
    value, previous = (_format_number(row[name], unit) for name in ("value", "previous"))
    if value == previous:
        return "as before", "af-quiet"
    arrow = "▲" if row["value"] > row["previous"] else "▼"
    size = _format_change(abs(_parse_number(value) - _parse_number(previous)), unit)
    return f"{arrow}{_NBSP}{size}from {previous}", _find_look(row)


def _format_change(size: Decimal, unit: object) -> str:
    """Return the size of a change as text.

    It is empty if the displayed digits are equal (99.9 % and >99.9 %).
    """
    if not size:
        return ""
    number = f"{size.normalize():,f}"
    if unit == "share":
        number += f"{_NBSP}point{'' if size == 1 else 's'}"
    return f"{number} "


def _parse_number(text: str) -> Decimal:
    """Return the number that a text shows."""
    return Decimal(sub(r"[^\d.-]", "", text))


def _format_number(value: object, unit: object) -> str:
    if not isinstance(value, float):
        return "?"
    if unit == "share":
        return format_percent(value)
    return format_figure(value)


def _link(name: object, url: object) -> str:
    text = escape(shorten_name(name))
    if not isinstance(url, str) or not url.startswith(_ASANA):
        return text
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{text}</a>'
