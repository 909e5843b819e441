"""Write a file completely or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asana_frames._arguments import parse_path
from asana_frames.exceptions import ConfigurationError

#: Names of unfinished files; between these stand machine, process and random characters.
_PART_PREFIX, PART_SUFFIX = ".asana-frames-", ".part"
_OTHER_FOLDER = "Give a folder that exists and that you may write to."
_OTHER_DISK = "Free some space, or give a folder on another disk."
#: errno of a failed write -> advice.
_ADVICE = {
    **dict.fromkeys(
        (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS), _OTHER_FOLDER
    ),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), _OTHER_DISK),
    errno.ENAMETOOLONG: "Use a shorter name.",
}


@contextmanager
def replace_file(path: str | os.PathLike[str], *, is_tidy: bool = False) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; it takes the place of ``path`` at the end.

    Links are followed, an existing file keeps its permissions, and what processes that have died
    left unfinished in the folder is removed.

    Parameters
    ----------
    path
        The file to write or replace.
    is_tidy
        Whether the folder has just been searched for what others left, which takes as long as the
        folder has files.

    Raises
    ------
    InvalidArgument
        ``path`` is not a path.
    ConfigurationError
        The folder is missing or cannot be written, or ``path`` is a folder or a device; nothing is
        left behind.
    """
    target = parse_path(path)
    try:
        target = target.resolve()
        mode = _find_mode(target)
        if not is_tidy:
            remove_abandoned_parts(target.parent)
        handle, name = tempfile.mkstemp(
            prefix=part_prefix(), suffix=PART_SUFFIX, dir=target.parent
        )
    except (OSError, RuntimeError) as cause:
        raise build_write_error(target, cause) from cause
    os.close(handle)
    part = Path(name)
    try:
        yield part
        # A temporary file is its owner's alone; a result is as readable as other files.
        part.chmod(mode)
        part.replace(target)
    except OSError as cause:
        raise build_write_error(target, cause) from cause
    finally:
        part.unlink(missing_ok=True)


def part_prefix() -> str:
    """Return how the names of this process's unfinished files begin."""
    return f"{_PART_PREFIX}{_hash_machine()}-{os.getpid()}-"


def get_umask() -> int:
    """Return the permissions that new files of this process do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def build_write_error(target: Path, cause: Exception) -> ConfigurationError:
    """Return the error for a file that cannot be written."""
    reason = getattr(cause, "strerror", None) or str(cause)
    advice = _ADVICE.get(getattr(cause, "errno", None) or 0, "Give another path.")
    return ConfigurationError(f"{target} cannot be written: {reason}. {advice}")


def _find_mode(target: Path) -> int:
    """Return the permissions that a file will have.

    Raises
    ------
    ConfigurationError
        There is something else than a file.
    """
    try:
        found = target.stat().st_mode
    except FileNotFoundError:
        return 0o666 & ~get_umask()
    if not stat.S_ISREG(found):
        raise ConfigurationError(
            f"{target} is not a file but a {'folder' if stat.S_ISDIR(found) else 'device'}, and "
            f"cannot be replaced; give the path of a file."
        )
    return stat.S_IMODE(found)


def _hash_machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def remove_abandoned_parts(folder: Path) -> None:
    """Remove what processes of this machine that no longer run left unfinished in a folder."""
    if os.name == "nt":
        # There a process cannot be asked whether it runs without being disturbed.
        return
    own = f"{_PART_PREFIX}{_hash_machine()}-"
    for part in folder.glob(f"{own}*{PART_SUFFIX}"):
        number = part.name.removeprefix(own).partition("-")[0]
        if number.isdecimal() and not _is_running(int(number)):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        # Of another user, or not a number of a process.
        return True
    return True
