"""Options that reports of the flow of tasks share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from asana_frames.cli.now_option import with_now
from asana_frames.exceptions import InvalidArgument

F = TypeVar("F", bound=Callable[..., Any])


def with_flow_options(command: F) -> F:
    """Add ``--subtasks``, ``--exclude``, ``--date``, ``--now`` and ``--tz`` to a command."""
    subtasks = click.option(
        "--subtasks", is_flag=True, help="Include subtasks that are in no project themselves."
    )
    exclude = click.option(
        "--exclude",
        multiple=True,
        metavar="FIELD=NAME",
        help="Leave out tasks, such as section=Cancelled or 'cf_Resolution=Duplicate'; may be "
        "repeated.",
    )
    dates = click.option(
        "--date",
        "dates",
        multiple=True,
        type=click.DateTime(["%Y-%m-%d"]),
        help="Compute the chance that all is done by this day; may be repeated.",
    )
    now = with_now("Day of the report")
    tz = click.option("--tz", default="UTC", show_default=True, help="Time zone of days.")
    return subtasks(exclude(dates(now(tz(command)))))


def parse_pairs(pairs: Iterable[str], *, option: str, like: str) -> dict[str, list[str]]:
    """Parse texts such as ``section=Done``: name -> values.

    Raises
    ------
    InvalidArgument
        A text has no ``=``.

    Examples
    --------
    >>> parse_pairs(["section=Done", "section=Cancelled"], option="--exclude", like="tag=Old")
    {'section': ['Done', 'Cancelled']}
    """
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise InvalidArgument(f"{option} {pair!r} is not valid; use {option} {like!r}.")
        found.setdefault(name.strip(), []).append(value.strip())
    return found
