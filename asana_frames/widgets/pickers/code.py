"""The code that does the same as a picker."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import NamedTuple


class CodeLine(NamedTuple):
    """What is chosen on one level of a picker."""

    record: str
    gids: Sequence[str]
    names: Sequence[str]


def format_code(lines: Sequence[CodeLine], where: Sequence[str], *, is_list: bool) -> str:
    """Return a line of code per level, with the names in a comment.

    Parameters
    ----------
    lines
        The level that is picked from, and those below it.
    where
        Names of the places that the first line belongs to.
    is_list
        Whether the first line has several objects.

    Examples
    --------
    >>> format_code([CodeLine("project", ["1209"], ["Site"])], ["Acme"], is_list=False)
    'project = "1209"  # Site, Acme'
    """
    first, *rest = lines
    names = ", ".join([*first.names, *where])
    target = f"{first.record}s = {json.dumps(list(first.gids))}"
    if not is_list:
        target = f"{first.record} = {json.dumps(first.gids[0])}"
    below = [f"{line.record} = {json.dumps(line.gids[0])}  # {line.names[0]}" for line in rest]
    return "\n".join([f"{target}  # {names}", *below])


def format_code_html(code: str) -> str:
    """Return code as HTML that can be selected with a click."""
    style = (
        "user-select:all;white-space:pre-wrap;overflow-wrap:anywhere;margin:0;line-height:1.4;"
        "font-family:var(--jp-code-font-family, monospace)"
    )
    return f'<pre style="{style}">{html.escape(code)}</pre>'
