"""The connection of a command: to Asana, or to the sandbox with ``--sandbox``."""

from __future__ import annotations

from contextlib import closing

import click

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.cli.read_only import build_read_only_option, is_read_only_asked
from asana_frames.cli.terminal import echo
from asana_frames.types import When


def build_connection_options() -> list[click.Option]:
    """Return the options of every command that connects: ``--sandbox`` and ``--read-only``."""
    sandbox = click.Option(
        ["--sandbox", "use_sandbox"], is_flag=True, help="Use the sandbox instead of Asana."
    )
    return [build_read_only_option(), sandbox]


def with_connection(command: click.Command) -> click.Command:
    """Add the options of every command that connects."""
    command.params += build_connection_options()
    return command


def print_failures(asana: Asana) -> None:
    """Print every parent that could not be read to stderr."""
    for row in asana.last.failures.itertuples():
        echo(f"  {row.parent}: {row.status} {row.message}", err=True)


def open_connection(use_sandbox: bool, now: When | None = None) -> closing[Asana]:
    """Connect to the sandbox, or to Asana; the result closes the connection on exit.

    Its server is imported only for the sandbox: ``af.sandbox`` loads it on first use.

    Parameters
    ----------
    use_sandbox
        Connect to the sandbox.
    now
        ``--now`` of the command: the sandbox's history ends there, by default in the present.
    """
    read_only = is_read_only_asked()
    return closing(
        af.sandbox(now=now, read_only=read_only)
        if use_sandbox
        else af.connect(read_only=read_only)
    )
