"""The connection of a command: to Asana, or to the sandbox with ``--sandbox``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

import click

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.cli.terminal import echo

F = TypeVar("F", bound=Callable[..., Any])


def with_sandbox(command: F) -> F:
    """Add the option ``--sandbox`` to a command."""
    option = click.option(
        "--sandbox", "use_sandbox", is_flag=True, help="Use the sandbox instead of Asana."
    )
    return option(command)


def print_failures(asana: Asana) -> None:
    """Print every parent that could not be read to stderr."""
    for row in asana.last.failures.itertuples():
        echo(f"  {row.parent}: {row.status} {row.message}", err=True)


def open_connection(use_sandbox: bool) -> closing[Asana]:
    """Connect to the sandbox, or to Asana; the result closes the connection on exit.

    Its server is imported only for the sandbox: ``af.sandbox`` loads it on first use.
    """
    return closing(af.sandbox() if use_sandbox else af.connect())
