"""Import optional packages, or say which pip command installs them."""

from __future__ import annotations

import shlex
import shutil
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from asana_frames.exceptions import ConfigurationError


def require(module: str, *, extra: str) -> Any:
    """Import an optional package.

    Raises
    ------
    ConfigurationError
        The package is not installed; the message holds the pip line of the extra.
    """
    try:
        return import_module(module)
    except ImportError as cause:
        raise ConfigurationError(
            f"This needs {module.partition('.')[0]}, which is not installed. "
            f"Type: {_quote_pip()} install 'asana-frames[{extra}]'"
        ) from cause


def quote_python() -> str:
    """Return the shell command of the running Python.

    It is relative if Python lies below the working folder, and "python" if its path is not known,
    as in a program that embeds it.
    """
    if not sys.executable or shutil.which("python") == sys.executable:
        return "python"
    python = Path(sys.executable)
    # The folder may have been deleted, or Python lies elsewhere.
    with suppress(OSError, ValueError):
        python = python.relative_to(Path.cwd())
    return shlex.quote(str(python))


def _quote_pip() -> str:
    """Return the shell command of the running Python's pip: not that of another environment."""
    pip = shutil.which("pip")
    if pip and sys.executable and Path(pip).parent == Path(sys.executable).parent:
        return "pip"
    return f"{quote_python()} -m pip"


def find(module: str) -> Any | None:
    """Import an optional package that another way of doing the same replaces, or return None."""
    try:
        return import_module(module)
    except ImportError:
        return None
