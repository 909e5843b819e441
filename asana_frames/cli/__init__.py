"""The command ``asana-frames``: data on stdout, messages on stderr, exit codes for scripts."""

from __future__ import annotations

import click

from asana_frames.catalog import load
from asana_frames.cli.demo import demo_command
from asana_frames.cli.errors import Group
from asana_frames.cli.export import export_command
from asana_frames.cli.login import login_command, logout_command, whoami_command
from asana_frames.cli.report import report_group
from asana_frames.cli.resources import resource_group
from asana_frames.cli.sandbox import sandbox_command

__all__ = ["main"]

_OWN: dict[str, click.Command] = {
    "demo": demo_command,
    "export": export_command,
    "login": login_command,
    "logout": logout_command,
    "report": report_group,
    "sandbox": sandbox_command,
    "whoami": whoami_command,
}


class _Main(Group):
    """The commands of its own, and one group per resource, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_OWN, *(resource.name for resource in load().resources)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in _OWN:
            return _OWN[name]
        by_name = {resource.name: resource for resource in load().resources}
        return resource_group(by_name[name]) if name in by_name else None


_HELP = """Asana in pandas: every operation of the API as a table.

The token comes from ASANA_ACCESS_TOKEN, else from asana-frames login --remember; without an
account, --sandbox answers.

\b
Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 no token, or not accepted;
4 nothing (or several things) of that name; 5 only a part could be read; 130 interrupted.
"""


@click.group(cls=_Main, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="asana-frames")
def main() -> None:
    """Run ``asana-frames``."""
