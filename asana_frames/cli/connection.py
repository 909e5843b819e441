"""Which Asana a command talks to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

import click

import asana_frames as af
from asana_frames.asana import Asana

F = TypeVar("F", bound=Callable[..., Any])


def with_sandbox(command: F) -> F:
    """Give a command ``--sandbox``."""
    option = click.option(
        "--sandbox", "use_sandbox", is_flag=True, help="Ask the synthetic company, not Asana."
    )
    return option(command)


def print_failures(asana: Asana) -> None:
    """Name on stderr every parent that could not be read."""
    for row in asana.last.failures.itertuples():
        click.echo(f"  {row.parent}: {row.status} {row.message}", err=True)


def open_connection(use_sandbox: bool) -> closing[Asana]:
    """Return the sandbox, or Asana by the token of the environment; closed at the end."""
    return closing(af.sandbox() if use_sandbox else af.connect())
