"""Errors on the command line: one line on stderr and an exit code, without a traceback."""

from __future__ import annotations

import os
import re
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
#: What messages say to pass in Python -> the option that does it, or nothing.
_OPTIONS = {
    "apply(changes, project=...)": "--project",
    "blank='clear'": "--clear-blanks",
    "deletions=True": "--deletions",
    "if_unchanged=True": "--if-unchanged",
    "af.CLEAR": "<CLEAR>",
    # What is text is written as what the field takes.
    " Pass schema=, a frame with these columns, or write the file with schema=True.": "",
}
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
            # The reader has closed the pipe.
            _discard_output()
            raise SystemExit(1) from None
        # Before OSError: some of these are such too.
        except (AsanaError, TimeoutError) as error:
            raise SystemExit(_print_error(error)) from None
        except OSError as error:
            reason = f"{error.strerror or error}" or type(error).__name__
            echo(f"The output cannot be written: {reason}.", err=True)
            _discard_output()
            raise SystemExit(1) from None
        except KeyboardInterrupt:
            raise _end_interrupted() from None
        finally:
            for warning in caught:
                if issubclass(warning.category, AsanaWarning):
                    _print_message(warning.category, str(warning.message))
    if any(issubclass(warning.category, PartialResultWarning) for warning in caught):
        raise SystemExit(PARTIAL)


def _discard_output() -> None:
    """Discard what is buffered, so that Python does not fail at it when it ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_interrupted() -> SystemExit:
    echo("Interrupted.", err=True)
    return SystemExit(_INTERRUPTED)


def _print_error(error: Exception) -> int:
    """Print an error to stderr and return its exit code."""
    _print_message(type(error), str(error))
    return next(code for kind, code in _CODES if isinstance(error, kind))


def _print_message(kind: type[Warning | Exception], text: str) -> None:
    for word, option in _OPTIONS.items():
        text = text.replace(word, option)
    echo(f"{kind.__name__}: {_name_options(text)}" if text else f"{kind.__name__}.", err=True)


def _name_options(text: str) -> str:
    """Replace names of Python reports and arguments in a message by those of the command."""
    context = click.get_current_context(silent=True)
    if context is not None:
        report = context.info_name
        text = text.replace(f"gather.{report}_report()", f"report {report}")
    params = [] if context is None else context.command.params
    options = {
        str(param.name): max(param.opts, key=len)
        for param in params
        if isinstance(param, click.Option)
    }

    def name(found: re.Match[str]) -> str:
        option = options.get(found["name"])
        if option is None:
            return found[0]
        return f"{option} {found['value']}" if found["value"] else option

    # Not those of calls that a message quotes.
    return re.sub(r"(?<![\w(.])(?<!, )(?P<name>[a-z_]+)=(?P<value>['\"\w-]?)", name, text)


class Command(click.Command):
    """A command that reports errors by `report_errors`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; SIGTERM and a closed terminal stop it as Ctrl+C does."""
        for name in ("SIGTERM", "SIGHUP"):
            # Signal handlers can be set only in the main thread; Windows has no SIGHUP.
            with suppress(ValueError, AttributeError):
                signal.signal(getattr(signal, name), _raise_interrupt)
        with report_errors():
            return super().invoke(ctx)


def _raise_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class Group(click.Group):
    """A group that suggests the nearest names for an unknown command."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it needs is imported before it reports errors itself."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _end_interrupted() from None

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
