"""Import optional packages, or say which pip command installs them."""

from __future__ import annotations

from importlib import import_module
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
            f"Type: pip install 'asana-frames[{extra}]'"
        ) from cause


def find(module: str) -> Any | None:
    """Import an optional package that another way of doing the same replaces, or return None."""
    try:
        return import_module(module)
    except ImportError:
        return None
