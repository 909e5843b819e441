"""Import optional packages, or say which pip command installs them."""

from __future__ import annotations

import shlex
import shutil
import sys
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
    """Return how to call the Python that runs, quoted for a shell: from here, if it is below."""
    if shutil.which("python") == sys.executable:
        return "python"
    python = Path(sys.executable)
    here = Path.cwd()
    return shlex.quote(str(python.relative_to(here) if python.is_relative_to(here) else python))


def _quote_pip() -> str:
    """Return how to call the pip of the Python that runs: not that of another environment."""
    pip = shutil.which("pip")
    is_ours = pip is not None and Path(pip).parent == Path(sys.executable).parent
    return "pip" if is_ours else f"{quote_python()} -m pip"


def find(module: str) -> Any | None:
    """Import an optional package that another way of doing the same replaces, or return None."""
    try:
        return import_module(module)
    except ImportError:
        return None
