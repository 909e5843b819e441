"""The option ``--now``, which reports and the dashboard share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
_SANDBOX = (
    "With --sandbox, its history ends on that day, so that all of the company differs from that "
    "of another day."
)


def with_now(use: str) -> Callable[[F], F]:
    """Add ``--now`` to a command.

    Parameters
    ----------
    use
        What the command does with the day, as the first part of the help.
    """
    return click.option(
        "--now", type=click.DateTime(["%Y-%m-%d"]), help=f"{use}; default today. {_SANDBOX}"
    )
