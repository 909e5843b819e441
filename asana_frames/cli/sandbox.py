"""``asana-frames sandbox``: the synthetic Asana behind a port."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import msgspec

from asana_frames.cli.errors import Command
from asana_frames.exceptions import InvalidArgument
from asana_frames.sandbox_server import PER_MINUTE, SIZES, TOKEN, Faults, Latency, serve

_LOOPBACK = "127.0.0.1"


class _LatencyType(click.ParamType[Latency]):
    """Seconds, or the least and the most of them: ``0.1`` or ``0.1-0.5``."""

    name = "seconds"

    def convert(self, value: Any, param: Any, ctx: Any) -> Latency:
        if not isinstance(value, str):
            return float(value)
        least, _, most = value.partition("-")
        try:
            span = float(least), float(most or least)
        except ValueError:
            self.fail(f"{value!r} is no time: give seconds, such as 0.1 or 0.1-0.5.")
        if not 0 <= span[0] <= span[1]:
            self.fail(f"{value!r} is no time: give the least seconds, then the most.")
        return span


class _FaultsType(click.ParamType[Faults]):
    """Names and numbers, such as ``429=10,drop=50``."""

    name = "faults"

    def convert(self, value: Any, param: Any, ctx: Any) -> Faults:
        if isinstance(value, Faults):
            return value
        try:
            return Faults.parse(value)
        except InvalidArgument as problem:
            self.fail(str(problem))


@click.command("sandbox", cls=Command)
@click.option("--port", default=8765, show_default=True, help="0 picks a free one.")
@click.option(
    "--host", default=_LOOPBACK, show_default=True, help="Other addresses let other machines in."
)
@click.option("--seed", default=0, show_default=True, help="Same seed, same company.")
@click.option("--size", type=click.Choice(SIZES), default="small", show_default=True)
@click.option("--plan", type=click.Choice(list(PER_MINUTE)), default="enterprise")
@click.option("--limits", is_flag=True, help="Count requests as Asana does; 429 above.")
@click.option("--latency", type=_LatencyType(), default=0.0, help="Seconds, or 0.1-0.5.")
@click.option(
    "--faults", type=_FaultsType(), help="What goes wrong: 429=10,500=20,drop=50,nulls=0.1"
)
@click.option("--now", type=click.DateTime(), help="Where the company's history ends (UTC).")
def sandbox_command(port: int, now: datetime | None, **options: Any) -> None:
    """Serve a synthetic Asana on loopback until interrupted.

    When it is ready it prints one line of JSON with its url and token.
    """
    server = serve(port, now=now, **options)
    if options["host"] != _LOOPBACK:
        click.echo("Others can reach this server, and its token is no secret.", err=True)
    line = msgspec.json.encode({"url": server.url, "token": TOKEN}).decode()
    click.echo(line)
    server.serve()
