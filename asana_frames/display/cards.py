"""Render accounts, resources and frames as HTML cards for notebooks; no request is made.

A card is static HTML of less than ``LIMIT`` bytes, without scripts, style sheets or anything to
load. Text from a server is shortened and escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import zip_longest
from typing import NamedTuple
from urllib.parse import urlsplit

from asana_frames.display.cells import Layout

#: A card is smaller than this, in bytes.
LIMIT = 20_000
#: Most bytes of a frame's rows, and of a resource's. Frames get fewer, because the rest of their
#: card contains text from the server.
_FRAME_ROWS, _RESOURCE_ROWS = 15_000, 17_800
#: Most characters of a text, of a message, and of a cell of facts.
_MAX_TEXT, _MAX_MESSAGE, _MAX_FACT = 60, 600, 400
#: Most names in a line; most characters of a URL that is linked.
_MAX_NAMES, _MAX_URL = 10, 300

# Jupyter aligns cells to the right. Colours are those of the page, so that dark themes work too.
_CELL = "text-align:left;padding:2px 6px"
_ONE_LINE = f"{_CELL};white-space:nowrap"
_NUMBER = "text-align:right;padding:2px 6px;white-space:nowrap"
_CELLS = {"text": _CELL, "time": _ONE_LINE, "number": _NUMBER}
_QUIET = "font-size:90%;opacity:.8"
_GROUP, _WIDE = f"{_CELL};padding-top:12px", f"{_CELL};min-width:20em"
#: Characters from which the texts of a column need a minimum width.
_LONG_TEXT = 50
#: Fewest columns that facts are joined into.
_FEWEST_COLUMNS = 2
#: Bytes that a card needs around its title and its table.
_MARGIN = 150
_LIGHT = "font-weight:normal"
_LINK = f"{_LIGHT};color:var(--jp-content-link-color,currentColor);text-decoration:underline"

_COLUMN_HEADS = ("Column", "dtype", "Asana path if another")
_FRAME_CALLS = (".asana.links", ".asana.info()", ".asana.custom_fields()", ".asana.bridge(column)")


class CardLine(NamedTuple):
    """One row of a frame's card: its name, the URL of its link, and the other cells."""

    name: str
    url: str | None
    cells: Sequence[str]


class ColumnInfo(NamedTuple):
    """One column that frames of a resource can have."""

    column: str
    dtype: str
    path: str
    #: Whether it is a default column.
    default: bool


def render_account_card(
    base_url: str,
    name: str,
    workspaces: Sequence[str],
    *,
    is_read_only: bool = False,
    suggestions: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the card of a connection: who you are, where, what to try.

    Examples
    --------
    >>> card = render_account_card("https://sandbox.invalid/api/1.0", "Zoe Ng", ["<Acme>"])
    >>> "Sandbox" in card, "&lt;Acme&gt;" in card, "<Acme>" in card
    (True, True, False)
    """
    facts = [
        ("You", _escape_line(name) or "no name"),
        ("Workspaces" if len(workspaces) > 1 else "Workspace", _join_names(workspaces)),
        ("Server", _describe_server(base_url)),
    ]
    if is_read_only:
        facts.append(("Access", "read-only: writes are refused"))
    rows = [_render_row(escape(head), [fact]) for head, fact in facts]
    tries = [
        _render_row(_render_code(call), [escape(meaning)])
        for call, meaning in (*_suggest_calls(workspaces), *suggestions)
    ]
    return _render_card(
        _render_title("Asana"),
        _render_table((), rows),
        _render_note("Try"),
        _render_table((), tries),
    )


def render_refusal_card(base_url: str, message: str) -> str:
    """Return the card of a connection that does not work, with the reason."""
    return _render_card(
        _render_title("Asana", "not connected"),
        f"<div>{_escape_line(message, _MAX_MESSAGE)}</div>",
        _render_note(_describe_server(base_url)),
    )


def render_resource_card(
    name: str, about: str, methods: Iterable[tuple[str, str]], columns: Sequence[ColumnInfo]
) -> str:
    """Return the card of a resource: its methods, and the columns of its frames to unfold."""
    calls, calls_left = _fit_rows(
        [
            _render_row(_render_code(method), [_escape_line(meaning, 99)])
            for method, meaning in methods
        ],
        _RESOURCE_ROWS,
    )
    default = [_render_column(column) for column in columns if column.default]
    others = [_render_column(column) for column in columns if not column.default]
    room = _RESOURCE_ROWS - _count_bytes(calls)
    call = f"asana.{_shorten_line(name, 40)}.info()"
    first, first_left = _fit_rows(default, room)
    second, second_left = _fit_rows(others, room - _count_bytes(first))
    return _render_card(
        _render_title(f"asana.{name}"),
        f"<div>{_escape_line(about, 110)}</div>",
        _render_table(("Method", "What it does"), calls),
        _render_remainder(calls_left, "methods"),
        f"<details><summary>{len(columns)} columns, {len(default)} by default</summary>",
        _render_table(_COLUMN_HEADS, first, second, between="With fields="),
        _render_remainder(first_left + second_left, "columns"),
        "</details>",
        _render_note(f"{_render_code(call)} has the columns as a frame"),
    )


def render_frame_card(
    title: str,
    origin: Iterable[str],
    heads: Sequence[str],
    lines: Iterable[CardLine],
    *,
    count: int,
    layouts: Sequence[Layout] = (),
) -> str:
    """Return the card of a frame.

    Parameters
    ----------
    title
        What it holds.
    origin
        Where it came from, fact by fact.
    heads
        Of the name and of the cells beside it.
    lines
        The first rows.
    count
        How many rows there are.
    layouts
        How the cells beside the name are laid out; as text where it is not said.
    """
    rows, _ = _fit_rows(
        [
            _render_row(_render_name(line), [_escape_line(cell) for cell in line.cells], layouts)
            for line in lines
        ],
        _FRAME_ROWS,
    )
    return _render_card(
        _render_title(title),
        _render_note(" · ".join(map(_escape_line, origin))),
        _render_table(heads, rows),
        _render_remainder(count - len(rows), "rows"),
        _render_note(" · ".join(_render_code(call) for call in _FRAME_CALLS)),
    )


def render_info_card(
    title: str, heads: Sequence[str], groups: Sequence[tuple[str, Sequence[Sequence[str]]]]
) -> str:
    """Return a card with rows of facts under a heading per group.

    The last columns are joined into one until all rows fit.
    """
    cells = [row for _, rows in groups for row in rows]
    longest = [max(map(len, column)) for column in zip(*cells, strict=True)]
    styles = [_WIDE if length > _LONG_TEXT else _CELL for length in longest]
    styles = styles or [_CELL] * len(heads)
    head = f"<div>{_escape_line(title, _MAX_FACT)}</div>"
    empty = _render_groups(heads, styles, [(group, []) for group, _ in groups])
    room, left, bodies = LIMIT - _count_bytes([head, empty]) - _MARGIN, 0, []
    for group, rows in groups:
        kept, dropped = _fit_rows([_render_fact(*row) for row in rows], room)
        room, left = room - _count_bytes(kept), left + dropped
        bodies.append((group, kept))
    if left and len(heads) > _FEWEST_COLUMNS:
        joined = [(group, [_join_last(row) for row in rows]) for group, rows in groups]
        return render_info_card(title, _join_last(heads), joined)
    table = _render_groups(heads, styles, bodies)
    return _render_card(head, table, _render_remainder(left, "rows"))


def _join_last(cells: Sequence[str]) -> list[str]:
    *others, one, last = cells
    return [*others, " · ".join(filter(None, (one, last)))]


def _render_fact(name: str, *cells: str) -> str:
    return _render_row(_render_code(name), [_escape_line(cell, _MAX_FACT) for cell in cells])


def _render_groups(
    heads: Sequence[str], styles: Sequence[str], groups: Sequence[tuple[str, Sequence[str]]]
) -> str:
    """Return a table with a heading above each group of rows."""
    head = "".join(
        f'<th scope="col" style="{style}">{_escape_line(head)}</th>'
        for head, style in zip(heads, styles, strict=True)
    )
    bodies = "".join(
        f'<tbody><tr><th scope="rowgroup" colspan="{len(heads)}" style="{_GROUP}">'
        f"{_escape_line(group)}</th></tr>{''.join(rows)}</tbody>"
        for group, rows in groups
    )
    return f'<table style="margin:4px 0"><thead><tr>{head}</tr></thead>{bodies}</table>'


def _render_card(*parts: str) -> str:
    return f"<div>{''.join(parts)}</div>"


def _render_title(text: str, beside: str = "") -> str:
    more = f" · {_escape_line(beside)}" if beside else ""
    return f"<div><b>{_escape_line(text)}</b>{more}</div>"


def _render_note(content: str) -> str:
    return f'<div style="{_QUIET}">{content}</div>' if content else ""


def _render_remainder(count: int, what: str) -> str:
    return _render_note(f"… and {count:,} more {what}") if count > 0 else ""


def _render_code(text: str) -> str:
    return f"<code>{_escape_line(text, 120)}</code>"


def _render_table(heads: Sequence[str], *bodies: Sequence[str], between: str = "") -> str:
    """Return a table of rows that are HTML already, with a heading between its bodies."""
    cells = "".join(f'<th scope="col" style="{_CELL}">{_escape_line(head)}</th>' for head in heads)
    head = f"<thead><tr>{cells}</tr></thead>" if heads else ""
    span = (
        f'<th scope="rowgroup" colspan="{len(heads)}" style="{_CELL}">{_escape_line(between)}</th>'
    )
    filled = [f"{''.join(rows)}</tbody>" for rows in bodies if rows]
    body = f"<tbody><tr>{span}</tr>".join(filled)
    # Jupyter would put it into the middle.
    return f'<table style="margin:4px 0">{head}<tbody>{body}</table>' if filled else ""


def _render_row(head: str, cells: Iterable[str], layouts: Sequence[Layout] = ()) -> str:
    others = "".join(
        _render_cell(cell, layout)
        for cell, layout in zip_longest(cells, layouts, fillvalue="text")
    )
    return f'<tr><th scope="row" style="{_CELL}">{head}</th>{others}</tr>'


def _render_cell(cell: str, layout: str) -> str:
    if not cell:
        return "<td></td>"
    # The attribute for pages that drop styles, such as GitHub's.
    nowrap = "" if layout == "text" else " nowrap"
    return f'<td{nowrap} style="{_CELLS[layout]}">{cell}</td>'


def _render_column(column: ColumnInfo) -> str:
    path = "" if column.path == column.column else _escape_line(column.path)
    return _render_row(_render_code(column.column), [_escape_line(column.dtype), path])


def _render_name(line: CardLine) -> str:
    name = _escape_line(line.name) or "(no name)"
    if line.url is None or len(line.url) > _MAX_URL or not line.url.startswith("https://"):
        return f'<span style="{_LIGHT}">{name}</span>'
    # The page that opens is not to know the notebook's address.
    target = f'href="{escape(line.url)}" target="_blank" rel="noopener noreferrer"'
    return f'<a {target} style="{_LINK}">{name}</a>'


def _fit_rows(rows: Sequence[str], room: int) -> tuple[list[str], int]:
    """Return the first rows that fit into ``room`` bytes, and how many are left out."""
    kept = []
    for row in rows:
        room -= _count_bytes([row])
        if room < 0:
            break
        kept.append(row)
    return kept, len(rows) - len(kept)


def _count_bytes(rows: Iterable[str]) -> int:
    return sum(len(row.encode()) for row in rows)


def _escape_line(text: str, most: int = _MAX_TEXT) -> str:
    """Return text as one line of HTML, shortened and escaped."""
    return escape(_shorten_line(text, most))


def _shorten_line(text: str, most: int) -> str:
    # More is never shown, and a text may be a book.
    begun = text[: 4 * most]
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in begun).split())
    return f"{line[: most - 1]}…" if len(line) > most or len(begun) < len(text) else line


def _describe_server(base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    # Names below .invalid never lead anywhere, so what answers is in this process.
    return "Sandbox, in this process" if host.endswith(".invalid") else _escape_line(base_url, 200)


def _join_names(names: Sequence[str]) -> str:
    shown = ", ".join(
        f"<bdi>{_escape_line(name) or 'no name'}</bdi>" for name in names[:_MAX_NAMES]
    )
    more = len(names) - _MAX_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown or "none"


def _suggest_calls(workspaces: Sequence[str]) -> list[tuple[str, str]]:
    """Return calls that work for this account, each with what it returns."""
    always = [
        ("asana.tasks", "what can be done with tasks, and their columns"),
        ("asana.info()", "all resources"),
    ]
    times = Counter(workspaces)
    name = next((name for name in workspaces if times[name] == 1 and _can_be_typed(name)), None)
    if name is None:
        return [("asana.workspaces.list()", "your workspaces"), *always]
    return [
        (f'asana.projects.list(workspace="{name}")', "its projects"),
        (f'asana.tasks.list(assignee="me", workspace="{name}")', "your tasks"),
        *always,
    ]


def _can_be_typed(name: str) -> bool:
    """Whether a name works as a reference when typed in double quotes."""
    is_whole = name == _shorten_line(name, _MAX_TEXT) and not set('"\\') & set(name)
    # Digits would be taken for a gid, and a URL for a link.
    is_other = name.isdigit() or name.startswith(("https://", "http://"))
    return bool(name) and is_whole and not is_other
