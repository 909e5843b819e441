"""The command ``asana-frames``: data on stdout, messages on stderr, exit codes for scripts."""

from __future__ import annotations

from importlib import import_module

import click

from asana_frames.catalog import load
from asana_frames.cli.errors import Group
from asana_frames.cli.read_only import build_read_only_option

__all__ = ["main"]

#: Command -> its module below this package, and its name there. Imported when the command is used,
#: because most commands need neither charts nor the sandbox server.
_COMMANDS: dict[str, tuple[str, str]] = {
    "apply": ("apply", "apply_command"),
    "dashboard": ("dashboard", "dashboard_command"),
    "demo": ("demo", "demo_command"),
    "export": ("export", "export_command"),
    "login": ("login", "login_command"),
    "logout": ("login", "logout_command"),
    "report": ("report", "report_group"),
    "sandbox": ("sandbox", "sandbox_command"),
    "whoami": ("login", "whoami_command"),
}


class _MainGroup(Group):
    """The commands of `_COMMANDS` and one group per resource, each loaded when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *(resource.name for resource in load().resources)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in _COMMANDS:
            module, attribute = _COMMANDS[name]
            command: click.Command = getattr(import_module(f"{__name__}.{module}"), attribute)
            return command
        resource = next((found for found in load().resources if found.name == name), None)
        if resource is None:
            return None
        from asana_frames.cli.resources import resource_group

        return resource_group(resource)


_HELP = """Asana in pandas: every operation of the API as a table.

The token is read from ASANA_ACCESS_TOKEN, or was stored by asana-frames login --remember. To try
the commands without an account, add --sandbox.

\b
Exit codes: 0 success; 1 request refused or failed; 2 wrong usage; 3 token missing or not
accepted; 4 name not found or ambiguous; 5 result incomplete; 130 interrupted.
"""


@click.group(cls=_MainGroup, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="asana-frames")
def main() -> None:
    """Run ``asana-frames``."""


main.params.append(build_read_only_option())
