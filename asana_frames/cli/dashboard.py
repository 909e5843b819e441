"""``asana-frames dashboard``: a dashboard as a page that only you can open."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from asana_frames._optional import require
from asana_frames.asana import Asana
from asana_frames.cli.connection import open_connection, with_connection
from asana_frames.cli.errors import Command
from asana_frames.cli.now_option import with_now
from asana_frames.cli.terminal import echo
from asana_frames.exceptions import InvalidArgument

_LOOPBACK = "127.0.0.1"
#: The page has the title of the notebook.
_NOTEBOOK = "Asana dashboard.ipynb"
#: Seconds after which a kernel without a page ends.
_LOST_SECONDS = 600
#: What a page without a cell to run again says of a refused token.
_REFUSED = (
    "Asana does not accept the token of this dashboard. Stop its command in the terminal "
    "(Ctrl+C), run asana-frames login --remember and start it again."
)
_COMPARISONS = {"previous": "previous", "last-year": "last_year", "nothing": None}


@with_connection
@click.command("dashboard", cls=Command)
@click.option("--project", help="Name, gid or URL of the project that is shown first.")
@click.option("--goal", help="Show goals instead of projects, this one first.")
@click.option("--period", default="Last 90 days", show_default=True, help='Such as "This month".')
@click.option(
    "--compare",
    default="previous",
    show_default=True,
    type=click.Choice(list(_COMPARISONS)),
    help="What key figures are compared with.",
)
@click.option("--theme", default="light", show_default=True, type=click.Choice(["light", "dark"]))
@click.option("--port", default=0, show_default=True, help="0 picks a free port.")
@click.option("--no-browser", is_flag=True, help="Print the URL, and open no browser.")
@with_now("Day of the dashboard")
def dashboard_command(
    project: str | None, goal: str | None, use_sandbox: bool, now: datetime | None, **options: Any
) -> None:
    """Serve a dashboard of a project or a goal until interrupted, on loopback.

    The URL that is printed has a token of its own, new at each start: other users of this machine
    cannot open the page. The dashboard only reads Asana. Every page that is opened reads Asana
    again.
    """
    if project is not None and goal is not None:
        raise InvalidArgument("Give --project or --goal, not both.")
    # It takes seconds until there is a URL.
    echo("Starting the dashboard ...", err=True)
    # Check arguments before the slow imports.
    if options["port"]:
        _find_port(options["port"])
    _check_period(options["period"])
    for module in ("voila.app", "ipykernel"):
        require(module, extra="dashboard")
    about, given = ("project", project) if goal is None else ("goal", goal)
    day = None if now is None else f"{now:%Y-%m-%d}"
    with open_connection(use_sandbox, day) as asana:
        gid = None if given is None else _find_subject(asana, about, given)
    arguments = {"period": options["period"], "compare": _COMPARISONS[options["compare"]]}
    source = _build_source(about, gid, use_sandbox, {**arguments, "now": day})
    with TemporaryDirectory(prefix="asana-frames-") as name:
        folder = Path(name)
        _write_notebook(folder / _NOTEBOOK, source)
        _serve(folder, options["port"], options["theme"], opens_browser=not options["no_browser"])
    echo("Stopped.", err=True)


def _check_period(period: str) -> None:
    require("ipywidgets", extra="dashboard")
    from asana_frames.widgets.pickers.period_picker import check_preset

    check_preset(period, f"--period {period!r} is not valid; use")


def _find_subject(asana: Asana, about: str, given: str) -> str:
    """Return the gid of the project or goal that a reference names.

    Read it, because gids and URLs are not checked otherwise and the page would only show an error.
    """
    gids = asana.references.gids(given, [about])
    if len(gids) != 1:
        raise InvalidArgument(f"{given!r} names {len(gids)} objects; give one.")
    resource = asana.projects if about == "project" else asana.goals
    resource.get(gids[0], fields=["name"])
    return gids[0]


def _build_source(
    about: str, gid: str | None, use_sandbox: bool, arguments: dict[str, str | None]
) -> str:
    """Return the code of the page; it finds the token of Asana as this command did.

    An error of Asana is shown in the words of the package: Voila would show a page of its own.
    """
    connect = "af.sandbox(now=now)" if use_sandbox else "af.connect(read_only=True)"
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return (
        "import asana_frames as af\n"
        "import ipywidgets\n"
        "from asana_frames.widgets.errors import explain_error\n"
        "from asana_frames.widgets.notes import format_message\n"
        f"now = {arguments['now']!r}\n"
        "try:\n"
        f"    asana = {connect}\n"
        f"    shown = af.widgets.Dashboard(asana, {about!r}, {gid!r}, {given})\n"
        "except af.AsanaError as error:\n"
        "    is_refused = isinstance(error, af.AuthError)\n"
        f"    text = {_REFUSED!r} if is_refused else explain_error(error).text\n"
        "    shown = ipywidgets.HTML(format_message(text, is_error=True))\n"
        # In a box, because a cell that ends with a dashboard waits for its charts, so that they
        # are in a notebook that is saved; here the controls are shown before them.
        "ipywidgets.VBox([shown])"
    )


def _write_notebook(path: Path, source: str) -> None:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "dashboard",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": source,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": [cell],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook), "utf-8")


def _serve(folder: Path, port: int, theme: str, *, opens_browser: bool) -> None:
    """Serve the notebook of a folder until interrupted."""
    # rfc3987_syntax checks international addresses, which do not occur here, and takes a second
    # to import.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from voila.app import Voila

    port, token = _find_port(port), secrets.token_urlsafe(32)
    server = Voila()
    # Options of the command line of Voila win over its configuration files.
    server.initialize([str(folder / _NOTEBOOK), *_list_options(folder, port, theme)])
    _guard(server, token)
    url = f"http://{_LOOPBACK}:{port}/?token={token}"
    server.open_browser, server.launch_browser = (
        True,
        _announce(url, folder, opens_browser=opens_browser),
    )
    _stop_on_interrupt()
    server.start()


def _stop_on_interrupt() -> None:
    """Let Ctrl+C stop the server, whatever it is doing; a second one ends what is left at once.

    As an exception it may be raised where exceptions are swallowed, and the server would go on.
    """
    from tornado.ioloop import IOLoop

    loop: Any = IOLoop.current()

    def stop(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        loop.asyncio_loop.call_soon_threadsafe(loop.stop)

    signal.signal(signal.SIGINT, stop)


def _list_options(folder: Path, port: int, theme: str) -> list[str]:
    """Return the options of Voila."""
    return [
        f"--Voila.ip={_LOOPBACK}",
        f"--Voila.port={port}",
        "--Voila.port_retries=0",
        f"--Voila.root_dir={folder}",
        "--Voila.log_level=ERROR",
        # What a kernel tells goes to all who connect to its port; a socket in a folder of this
        # user is for this user.
        *([] if os.name == "nt" else ["--KernelManager.transport=ipc"]),
        "--VoilaConfiguration.file_allowlist=[]",
        # The kernel of a page that is lost ends later; while a page is open it stays.
        f"--MappingKernelManager.cull_idle_timeout={_LOST_SECONDS}",
        f"--MappingKernelManager.cull_interval={max(1, _LOST_SECONDS // 4)}",
        f"--VoilaConfiguration.theme={theme}",
    ]


def _guard(server: Any, token: str) -> None:
    """Let a server answer only requests that have a token."""
    from jupyter_server import DEFAULT_STATIC_FILES_PATH

    # Set here: the arguments of a process can be read by all users.
    server.token, server.auto_token = token, False
    # There is nothing to log out of: the token ends with the server.
    server.identity_provider_class = type(
        "Identity", (server.identity_provider_class,), {"logout_available": False}
    )
    server.tornado_settings = {
        # A page that is left ends its kernel by a request that cannot have the header of this
        # check. Who makes such requests needs the id of a kernel, which only its page knows.
        "disable_check_xsrf": True,
        # Pages of errors need it; without it they are tracebacks.
        "static_path": DEFAULT_STATIC_FILES_PATH,
        # On loopback a connection that is lost is closed at once. The intervals by default make
        # Tornado warn.
        "ws_ping_interval": 0,
    }


def _announce(url: str, folder: Path, *, opens_browser: bool) -> Callable[[], None]:
    """Return the function that tells the URL once the server listens."""

    def announce() -> None:
        click.echo(url)
        echo("Press Ctrl+C to stop.", err=True)
        if opens_browser:
            # A browser is a process too: its argument is a file that only this user can read.
            page = folder / "open.html"
            page.touch(mode=0o600)
            page.write_text(f'<meta http-equiv="refresh" content="0; url={url}">', "utf-8")
            webbrowser.open(page.as_uri())

    return announce


def _find_port(port: int) -> int:
    """Return a port at which nobody listens.

    Raises
    ------
    InvalidArgument
        Somebody listens at the one that is given.
    """
    with socket.socket() as probe:
        # As servers do: a port that was closed a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except (OSError, OverflowError) as error:
            raise InvalidArgument(
                f"--port {port} cannot be used ({error}); use another one, or 0 for a free one."
            ) from error
        found: int = probe.getsockname()[1]
    return found
