"""HTML: one self-contained page with charts and tables."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_number, check_text, list_texts
from asana_frames._files import replace_file
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.column_rules import find_name_column
from asana_frames.export.pictures import Picture, render_pictures
from asana_frames.export.prepare import Labels, check_options, prepare_frame
from asana_frames.export.suffixes import check_suffix
from asana_frames.export.text import column_as_text, format_label, name_frames
from asana_frames.frames.list_cells import SEPARATOR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Floating point numbers from here on have no reliable decimals.
_LARGE = 1e15
_SHOWN_DECIMALS = 2

#: Content of an object column -> class attribute of its cells.
_CLASSES = {
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), ' class="number"'),
    **dict.fromkeys(("date", "datetime"), ' class="time"'),
}

_STYLE = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1d2329; --soft: #57606a; --line: #d5dae0; --head: #f3f5f7;
  --stripe: #fafbfc; --link: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15191e; --ink: #e4e8ec; --soft: #a3adb8; --line: #353d46; --head: #20262d;
    --stripe: #191e24; --link: #7ab8f5;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 76rem; padding: 2rem clamp(1rem, 4vw, 2.5rem) 4rem;
  background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
}
h1, h2, p, li { overflow-wrap: anywhere; unicode-bidi: isolate; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 0.75rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 0.75rem; }
p { max-width: 70ch; margin: 0 0 0.5rem; }
a { color: var(--link); }
nav { margin: 1.25rem 0 0; padding: 0.75rem 0; border-block: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0; padding: 0; }
nav li { list-style: none; }
section { margin-top: 2.5rem; }
img {
  display: block; max-width: 100%; height: auto; margin: 0 0 1rem; padding: 0.5rem;
  background: #ffffff; border: 1px solid var(--line); border-radius: 4px;
}
.scroll {
  width: fit-content; max-width: 100%; max-height: 85vh; overflow: auto;
  border: 1px solid var(--line); border-radius: 4px;
}
table { border-collapse: separate; border-spacing: 0; width: max-content; font-size: 0.875rem; }
th, td { padding: 0.375rem 0.75rem; text-align: start; vertical-align: top; }
th {
  position: sticky; top: 0; background: var(--head); border-bottom: 1px solid var(--line);
  font-weight: 600; max-width: 14rem; vertical-align: bottom;
}
td {
  max-width: 28rem; overflow-wrap: break-word; white-space: pre-line; unicode-bidi: isolate;
}
tbody tr + tr td { border-top: 1px solid var(--line); }
tbody tr:nth-child(even) td { background: var(--stripe); }
.number { text-align: end; font-variant-numeric: tabular-nums; }
td.number, td.time { white-space: nowrap; }
.rows { color: var(--soft); font-size: 0.875rem; margin: 0.5rem 0 0; }
@page { margin: 15mm; }
@media print {
  :root {
    color-scheme: light; --page: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb;
    --head: #ffffff; --stripe: #ffffff; --link: #000000;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  section { margin-top: 1.5rem; }
  h2 { break-after: avoid; }
  img { max-height: 22cm; width: auto; padding: 0; border: 0; break-inside: avoid; }
  .scroll { width: auto; max-width: none; max-height: none; overflow: visible; border: 0; }
  table { width: auto; max-width: 100%; font-size: 8pt; }
  th { position: static; }
  th, td { max-width: none; padding: 0.15rem 0.4rem; }
  tr { break-inside: avoid; }
}
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{notes}
</header>
{contents}
<main>
{sections}
</main>
</body>
</html>
"""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def to_html(
    frames: Mapping[str, pd.DataFrame] | pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    title: str,
    charts: Mapping[str, Figure | Axes] | None = None,
    notes: Sequence[str] = (),
    max_rows: int = 1000,
    anonymize: str | None = None,
    labels: Labels | None = None,
) -> None:
    """Write frames and charts as one HTML page.

    The page includes its charts and styles, runs no script and loads nothing, so it can be
    mailed. It is for reading: numbers have at most two decimals, moments are ISO 8601 in
    UTC, and a column of gids (``assignee_gid``, ``followers_gids``, ``gid``) is left out where
    the frame has the column of names that goes with it (``assignee_name``, ``followers_names``,
    ``name``). Files for other programs are what ``to_csv``, ``to_excel`` and ``to_parquet`` make.

    Parameters
    ----------
    frames
        Heading of a section -> frame, or one frame. An index with a name or of other things than
        integers becomes the first columns.
    path
        The file; an older one is replaced only when the new one is complete.
    title
        The title of the page.
    charts
        Name -> matplotlib Figure or Axes. A chart stands above the table of the frame of its
        name, or in a section of its own after the frames.
    notes
        Paragraphs below the title, as plain text.
    max_rows
        The most rows of a table; a line below the table gives the number of all rows.
    anonymize
        A secret key: names and the gids of people become pseudonyms that are the same in all
        files of one key; dates, numbers, flags and enumerations stay; other text is left out.
        Title, headings and notes are yours and stay as they are.
    labels
        ``"human"`` for ``on track`` instead of ``on_track``, and so on.

    Raises
    ------
    InvalidArgument
        A frame is not a DataFrame, a chart is not a Figure or Axes, ``max_rows`` is below 1,
        ``anonymize`` is empty or is passed with ``charts``, or ``labels`` is not valid.
    ConfigurationError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, pandas as pd
    >>> hours = pd.DataFrame({"person_gid": ["12"], "person_name": ["Ana"], "hours": [1.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "hours.html")
    ...     to_html({"Hours": hours}, file, title="March", notes=["All teams."])
    ...     page = file.read_text("utf-8")
    >>> "<td>Ana</td>" in page, "person gid" in page
    (True, False)
    """
    named = name_frames(frames, "")
    check_suffix(path, writer="to_html")
    check_text(title, name="title", like="March")
    paragraphs = list_texts(notes, name="notes", like="All teams.")
    check_number(max_rows, name="max_rows", like=1000, is_whole=True, least=1)
    check_options(anonymize=anonymize, labels=labels)
    if charts is not None and anonymize is not None:
        raise InvalidArgument(
            "anonymize= cannot change the names in charts; leave out charts= or anonymize=."
        )
    drawn = render_pictures(charts)
    named = {
        name: prepare_frame(frame, anonymize=anonymize, labels=labels)
        for name, frame in named.items()
    }
    names = [*named, *(name for name in drawn if name not in named)]
    sections = [
        _render_section(place, str(name), named.get(name), drawn.get(name), max_rows)
        for place, name in enumerate(names, 1)
    ]
    page = _PAGE.format(
        policy=_POLICY,
        style=_STYLE,
        title=escape(title),
        notes="\n".join(f"<p>{escape(note)}</p>" for note in paragraphs),
        contents=_render_contents(names) if len(names) > 1 else "",
        sections="\n".join(sections),
    )
    with replace_file(path) as part:
        # A lone surrogate is not a character.
        part.write_bytes(page.encode("utf-8", "replace"))


def _render_contents(names: Sequence[str]) -> str:
    items = "".join(
        f'<li><a href="#section-{place}">{escape(str(name))}</a></li>\n'
        for place, name in enumerate(names, 1)
    )
    return f'<nav aria-label="Contents">\n<ul>\n{items}</ul>\n</nav>'


def _render_section(
    place: int, name: str, frame: pd.DataFrame | None, picture: Picture | None, max_rows: int
) -> str:
    """Return a section: heading, chart, table, and a note on rows left out."""
    parts = [f"<h2>{escape(name)}</h2>"] if name else []
    if picture is not None:
        parts.append(picture.html())
    if frame is not None:
        parts.append(_render_table(name, frame, max_rows))
        if not len(frame):
            parts.append('<p class="rows">No rows.</p>')
        elif len(frame) > max_rows:
            parts.append(
                f'<p class="rows">The page shows the first {max_rows:,} of {len(frame):,} rows.'
                "</p>"
            )
    return "\n".join([f'<section id="section-{place}">', *parts, "</section>"])


def _render_table(name: str, frame: pd.DataFrame, max_rows: int) -> str:
    shown = [frame.iloc[:max_rows, place] for place in _find_shown_columns(frame)]
    kinds = [_choose_class(column) for column in shown]
    heads = "".join(
        f'<th scope="col"{kind}>{escape(format_label(column.name).replace("_", " "))}</th>'
        for kind, column in zip(kinds, shown, strict=True)
    )
    columns = [
        [f"<td{kind}>{escape(text)}</td>" for text in _format_column(column)]
        for kind, column in zip(kinds, shown, strict=True)
    ]
    rows = "\n".join(f"<tr>{''.join(row)}</tr>" for row in zip(*columns, strict=True))
    # tabindex lets keyboard users scroll the table.
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name or "Table")}">\n'
        f"<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _find_shown_columns(frame: pd.DataFrame) -> list[int]:
    """Return the positions of all columns except gids that have a column of names."""
    names = [name for name in frame.columns if isinstance(name, str)]
    hidden = {name for name in names if find_name_column(name) in names}
    return [place for place, name in enumerate(frame.columns) if name not in hidden]


def _choose_class(column: pd.Series[Any]) -> str:
    """Return the class attribute for the cells of a column."""
    dtype = column.dtype
    # The dtype first, because an empty column has one too.
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        return ' class="number"'
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return ' class="time"'
    return _CLASSES.get(pd.api.types.infer_dtype(column), "")


def _format_column(column: pd.Series[Any]) -> list[str]:
    """Return the values of a column as text; missing ones are empty."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = column_as_text(column)
    values: list[Any] = [
        value if there else None for there, value in zip(column.notna(), column, strict=True)
    ]
    decimals = _choose_decimals([float(value) for value in values if _is_number(value)])
    return [_format_value(value, decimals) for value in values]


def _is_number(value: Any) -> bool:
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def _choose_decimals(numbers: Sequence[float]) -> int:
    """Return the number of decimals that the numbers need, two at most."""
    finite = [number for number in numbers if abs(number) < _LARGE]
    return next(
        (
            digits
            for digits in range(_SHOWN_DECIMALS)
            if all(round(number, digits) == round(number, _SHOWN_DECIMALS) for number in finite)
        ),
        _SHOWN_DECIMALS,
    )


def _format_value(value: Any, decimals: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if _is_number(value):
        number = float(value)
        if abs(number) >= _LARGE:
            return f"{number:g}"
        # Adding zero turns -0.0 into 0.0.
        return f"{round(number, decimals) + 0.0:,.{decimals}f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list | np.ndarray):
        # For people to read; files that are read back need more.
        return SEPARATOR.join("" if item is None else str(item) for item in value)
    return str(value)
