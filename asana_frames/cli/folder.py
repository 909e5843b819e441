"""The folder of ``--out``."""

from __future__ import annotations

from pathlib import Path

from asana_frames.exceptions import ConfigurationError


def make_folder(path: Path) -> Path:
    """Create a folder if it does not exist, and return it.

    Raises
    ------
    ConfigurationError
        The folder cannot be created.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise ConfigurationError(
            f"Could not create the folder {path}: {cause.strerror}. Use another one with --out."
        ) from cause
    return path
