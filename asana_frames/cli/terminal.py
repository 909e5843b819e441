"""Print text of Asana to a terminal: control characters are shown, and do nothing."""

from __future__ import annotations

import errno
import os
import re
import sys

import click

#: Control characters but tab and line feed, and those that change the direction of text.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def echo(text: str, *, err: bool = False) -> None:
    """Print text for people."""
    click.echo(show_controls(text), err=err)


def echo_data(data: bytes) -> None:
    """Print a file: as it is to a pipe or another file, for people to a terminal.

    Raises
    ------
    OSError
        Standard output is closed.
    """
    # Python has no standard output where its caller closed it, and click then prints nothing.
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    if sys.stdout.isatty():
        data = show_controls(data.decode("utf-8", "replace")).encode()
    click.echo(data, nl=False)


def show_controls(text: str) -> str:
    r"""Replace control characters by what Python calls them, such as ``\x1b``.

    A name of a task could otherwise clear the screen, or change what stands above it.
    """
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
