"""Errors on the command line: one line on stderr and an exit code, without a traceback."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from types import FrameType
from typing import Any

import click

from asana_frames.cli.terminal import echo
from asana_frames.exceptions import (
    AmbiguousReference,
    AsanaError,
    AsanaWarning,
    AuthError,
    ConfigurationError,
    InvalidArgument,
    InvalidRequest,
    NotFound,
    PartialResultWarning,
    UnknownReference,
)

#: Exception -> exit code; the first match counts.
_CODES: tuple[tuple[type[Exception], int], ...] = (
    (AuthError, 3),
    (UnknownReference, 4),
    (AmbiguousReference, 4),
    (NotFound, 4),
    (InvalidArgument, 2),
    (InvalidRequest, 2),
    (ConfigurationError, 2),
    (AsanaError, 1),
    (TimeoutError, 1),
)
PARTIAL = 5
_INTERRUPTED = 130


@contextmanager
def report_errors() -> Iterator[None]:
    """Turn errors and partial results into a message and an exit code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", AsanaWarning)
        try:
            yield
        except BrokenPipeError:
            # The reader has closed the pipe: discard the buffered output.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        except OSError as error:
            if isinstance(error, AsanaError):
                raise SystemExit(_print_error(error)) from None
            echo(f"The output cannot be written: {error.strerror}.", err=True)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        except KeyboardInterrupt:
            echo("Interrupted.", err=True)
            raise SystemExit(_INTERRUPTED) from None
        except (AsanaError, TimeoutError) as error:
            raise SystemExit(_print_error(error)) from None
        finally:
            for warning in caught:
                if issubclass(warning.category, AsanaWarning):
                    echo(f"{warning.category.__name__}: {warning.message}", err=True)
    if any(issubclass(warning.category, PartialResultWarning) for warning in caught):
        raise SystemExit(PARTIAL)


def _print_error(error: Exception) -> int:
    """Print an error to stderr and return its exit code."""
    echo(f"{type(error).__name__}: {error}", err=True)
    return next(code for kind, code in _CODES if isinstance(error, kind))


class Command(click.Command):
    """A command that reports errors by `report_errors`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; SIGTERM stops it as Ctrl+C does, with clean-up."""
        with suppress(ValueError):
            # Signal handlers can be set only in the main thread.
            signal.signal(signal.SIGTERM, _raise_interrupt)
        with report_errors():
            return super().invoke(ctx)


def _raise_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class Group(click.Group):
    """A group that suggests the nearest names for an unknown command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or raise a usage error with suggestions."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = get_close_matches(args[0], self.list_commands(ctx), n=3)
            if close and "Did you mean" not in error.message:
                hint = f" Did you mean {' or '.join(map(repr, close))}?"
                raise click.UsageError(error.message + hint, ctx) from None
            raise


def drop_missing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given on the command line."""
    return {name: value for name, value in values.items() if value not in (None, ())}
