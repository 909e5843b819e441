"""Run the command in this process: to start Python anew for each takes most of the time."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from asana_frames.cli import main


class Done(NamedTuple):
    """What a command left: its exit code and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, cwd: Path | None = None, typed: str = "", **environment: str) -> Done:
    """Run ``asana-frames`` with an environment of Asana's variables that are given only."""
    env = {name: None for name in os.environ if name.startswith("ASANA_")} | environment
    # Tests of notebooks load ipykernel, and progress bars would take this process for a notebook.
    env.setdefault("TQDM_DISABLE", "1")
    with contextlib.chdir(cwd or Path.cwd()):
        result = CliRunner().invoke(main, arguments, input=typed, env=env)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)
