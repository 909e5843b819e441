"""Folders that results are written to."""

from __future__ import annotations

from pathlib import Path

from asana_frames.exceptions import ConfigurationError


def make_folder(path: Path) -> Path:
    """Make a folder where there is none and return it.

    Raises
    ------
    ConfigurationError
        It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise ConfigurationError(
            f"The folder {path} cannot be made: {cause.strerror}. Give another with --out."
        ) from cause
    return path
