"""``asana-frames sandbox``: the synthetic Asana behind a port."""

from __future__ import annotations

import click
import msgspec

from asana_frames.cli.errors import Command
from asana_frames.sandbox_server import TOKEN, serve


@click.command("sandbox", cls=Command)
@click.option("--port", default=8765, show_default=True, help="0 picks a free one.")
@click.option("--seed", default=0, show_default=True, help="Same seed, same company.")
def sandbox_command(port: int, seed: int) -> None:
    """Serve a synthetic Asana on loopback until interrupted.

    When it is ready it prints one line of JSON with its url and token.
    """
    server = serve(port, seed=seed)
    line = msgspec.json.encode({"url": server.url, "token": TOKEN}).decode()
    click.echo(line)
    server.serve()
