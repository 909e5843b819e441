"""``asana-frames sandbox``: serve the sandbox on a port."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from asana_frames.cli.errors import Command
from asana_frames.exceptions import InvalidArgument
from asana_frames.sandbox_server import PER_MINUTE, SIZES, TOKEN, Faults, Latency, serve

_LOOPBACK = "127.0.0.1"


class _LatencyType(click.ParamType[Latency]):
    """A number of seconds or a range of them: ``0.1`` or ``0.1-0.5``."""

    name = "seconds"

    def convert(self, value: Any, param: Any, ctx: Any) -> Latency:
        if not isinstance(value, str):
            return float(value)
        least, _, most = value.partition("-")
        try:
            span = float(least), float(most or least)
        except ValueError:
            self.fail(f"{value!r} is not a valid latency; use seconds, such as 0.1 or 0.1-0.5.")
        if not 0 <= span[0] <= span[1]:
            self.fail(
                f"{value!r} is not a valid range; use the shorter latency first, such as 0.1-0.5."
            )
        return span


class _FaultsType(click.ParamType[Faults]):
    """Faults with their numbers, such as ``429=10,drop=50``."""

    name = "faults"

    def convert(self, value: Any, param: Any, ctx: Any) -> Faults:
        if isinstance(value, Faults):
            return value
        try:
            return Faults.parse(value)
        except InvalidArgument as problem:
            self.fail(str(problem))


@click.command("sandbox", cls=Command)
@click.option("--port", default=8765, show_default=True, help="0 picks a free port.")
@click.option(
    "--host",
    default=_LOOPBACK,
    show_default=True,
    help="Addresses other than loopback can be reached from other machines.",
)
@click.option(
    "--seed", default=0, show_default=True, help="The same seed generates the same company."
)
@click.option("--size", type=click.Choice(SIZES), default="small", show_default=True)
@click.option("--plan", type=click.Choice(list(PER_MINUTE)), default="enterprise")
@click.option("--limits", is_flag=True, help="Apply the rate limits of the plan (429).")
@click.option("--latency", type=_LatencyType(), default=0.0, help="Seconds: 0.1 or 0.1-0.5.")
@click.option(
    "--faults", type=_FaultsType(), help="Faults to inject: 429=10,500=20,drop=50,nulls=0.1"
)
@click.option(
    "--now",
    help="End of the company's history in UTC: 2026-11-02 or 2026-11-02T09:00; default this hour.",
)
def sandbox_command(port: int, **options: Any) -> None:
    """Serve a synthetic Asana until interrupted; by default on loopback.

    When it is ready, it prints one line of JSON with url and token.
    """
    server = serve(port, **options)
    if options["host"] != _LOOPBACK:
        click.echo("Other machines can reach this server, and its token is public.", err=True)
    line = msgspec.json.encode({"url": server.url, "token": TOKEN}).decode()
    click.echo(line)
    server.serve()
