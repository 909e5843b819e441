"""Connections that refuse writes."""

from __future__ import annotations

import os
from typing import Any

from asana_frames._arguments import check_flag
from asana_frames.exceptions import ConfigurationError, InvalidArgument

READ_ONLY_VARIABLE = "ASANA_FRAMES_READ_ONLY"
#: Takes several requests as one, by POST.
BATCH_PATH = "/batch"
#: What the variable can hold, and what it means.
_WORDS = {"": False, "0": False, "1": True}


def resolve_read_only(read_only: bool | None = None) -> bool:
    """Return whether writes are refused: the argument, else ``ASANA_FRAMES_READ_ONLY``.

    Raises
    ------
    ConfigurationError
        The variable is neither 0 nor 1, so what was meant is not clear.
    InvalidArgument
        The argument is not True, False or None.
    """
    check_flag(read_only, name="read_only")
    if read_only is not None:
        return read_only
    word = os.environ.get(READ_ONLY_VARIABLE, "").strip()
    if word not in _WORDS:
        raise ConfigurationError(
            f"{READ_ONLY_VARIABLE}={word!r} is not valid; use 1 to refuse writes, or 0 to allow "
            f"them."
        )
    return _WORDS[word]


def is_write(method: str, path: str, data: Any = None) -> bool:
    """Whether a request may change something: all do but GETs, alone or in a batch.

    Examples
    --------
    >>> is_write("POST", "/batch", {"data": {"actions": [{"method": "get"}]}})
    False
    """
    if method == "GET":
        return False
    return not (method == "POST" and path == BATCH_PATH and _has_only_reads(data))


def _has_only_reads(data: Any) -> bool:
    """Whether all actions of a batch are GETs."""
    try:
        return all(action["method"].lower() == "get" for action in data["data"]["actions"])
    except (AttributeError, KeyError, TypeError):
        # Not the form of a batch, so nothing is known about it.
        return False


def build_read_only_error(asked: str) -> InvalidArgument:
    """Return the error of a write that is refused."""
    return InvalidArgument(
        f"{asked}: nothing was sent, because this connection is read-only. To allow writes, "
        f"connect with read_only=False; on the command line leave out --read-only and unset "
        f"{READ_ONLY_VARIABLE}."
    )
