"""The option ``--read-only``, which stands before or after the name of a command."""

from __future__ import annotations

import click

_KEY = f"{__name__}.read_only"


def build_read_only_option() -> click.Option:
    """Return the option, which is kept in the context."""
    return click.Option(
        ["--read-only"],
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Refuse every write before it is sent, as ASANA_FRAMES_READ_ONLY=1 does.",
    )


def _keep(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[_KEY] = value or ctx.meta.get(_KEY, False)


def is_read_only_asked() -> bool | None:
    """Whether ``--read-only`` was given; None if not, which leaves it to the environment."""
    return click.get_current_context().meta.get(_KEY) or None
