"""Write a file completely or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asana_frames._arguments import parse_path
from asana_frames.exceptions import ConfigurationError


@contextmanager
def replace_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; it takes the place of ``path`` at the end.

    Raises
    ------
    InvalidArgument
        ``path`` is not a path.
    ConfigurationError
        The folder is missing or cannot be written; nothing is left behind.
    """
    target = parse_path(path)
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".part", dir=target.parent
        )
    except OSError as cause:
        raise build_write_error(target, cause) from cause
    os.close(handle)
    part = Path(name)
    try:
        yield part
        # A temporary file is its owner's alone; a result is as readable as other files.
        part.chmod(0o666 & ~get_umask())
        part.replace(target)
    except OSError as cause:
        raise build_write_error(target, cause) from cause
    finally:
        part.unlink(missing_ok=True)


def get_umask() -> int:
    """Return the permissions that new files of this process do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def build_write_error(target: Path, cause: OSError) -> ConfigurationError:
    """Return the error for a file that cannot be written."""
    return ConfigurationError(
        f"{target} cannot be written: {cause.strerror or cause}. "
        f"Give a folder that exists and that you may write to."
    )
