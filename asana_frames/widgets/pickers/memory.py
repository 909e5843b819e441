"""What was chosen last in the pickers of this process that have a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from asana_frames._fork import ForkSafeLock
from asana_frames.exceptions import InvalidArgument


class LastChoice(NamedTuple):
    """What was chosen in a picker."""

    #: Level -> rows of the chosen objects.
    rows: Mapping[str, pd.DataFrame]
    #: Option, such as "archived" -> its value.
    options: Mapping[str, Any]


_choices: dict[tuple[str, str], LastChoice] = {}
_lock = ForkSafeLock()


def check_key(key: object) -> None:
    """Check the key of a picker.

    Raises
    ------
    InvalidArgument
        It is not a text, or empty.
    """
    if key is not None and not (isinstance(key, str) and key.strip()):
        raise InvalidArgument(f'key must be a text such as "site", got {key!r}.')


def recall_choice(kind: str, key: str | None) -> LastChoice | None:
    """Return what was chosen last in a picker of a kind with a key."""
    with _lock:
        return None if key is None else _choices.get((kind, key))


def remember_choice(kind: str, key: str | None, choice: LastChoice) -> None:
    """Remember what is chosen in a picker, if it has a key."""
    if key is not None:
        with _lock:
            _choices[kind, key] = choice
