"""Checks of arguments: each refuses a wrong value and says what to pass instead."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from asana_frames.exceptions import InvalidArgument, suggest_names

#: A larger share is meant in percent.
_LARGEST_SHARE = 10


def check_text(value: object, *, name: str, like: str) -> None:
    """Raise an error unless an argument is text.

    The message shows the type of the value and not the value, which may be a secret.

    Parameters
    ----------
    value
        The argument.
    name
        Its name, such as ``base_url``.
    like
        An example of a valid value.

    Raises
    ------
    InvalidArgument
        It is not text.
    """
    if not isinstance(value, str):
        raise InvalidArgument(
            f"{name}= takes text, such as {name}={like!r}, not {type(value).__name__}."
        )


def list_texts(value: Any, *, name: str, like: str) -> list[str]:
    """Return an argument that takes a text or several as a list.

    Raises
    ------
    InvalidArgument
        It is neither text nor a list of texts.
    """
    is_several = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    texts = list(value) if is_several else [value]
    if not all(isinstance(text, str) for text in texts):
        given = value if is_several and len(texts) <= 5 else type(value).__name__
        raise InvalidArgument(
            f"{name}= takes text or a list of texts, such as {name}={like!r}, not {given}."
        )
    return texts


def check_choice(value: object, choices: Iterable[str | None], *, name: str) -> None:
    """Raise an error unless an argument is one of the valid values.

    Raises
    ------
    InvalidArgument
        The message lists the valid values.
    """
    known = list(choices)
    is_simple = value is None or isinstance(value, str)
    if not is_simple or value not in known:
        texts = [choice for choice in known if choice is not None]
        hint = suggest_names(value, texts) if isinstance(value, str) else ""
        first, last = known[:-1], repr(known[-1])
        listed = f"{', '.join(map(repr, first))} or {last}" if first else last
        given = repr(value) if is_simple else type(value).__name__
        raise InvalidArgument(f"{name}={given} is not valid; use {listed}.{hint}")


def check_flag(value: object, *, name: str) -> None:
    """Raise an error unless an argument is True, False or None.

    Raises
    ------
    InvalidArgument
        It is anything else.
    """
    if value is not None and not isinstance(value, bool):
        raise InvalidArgument(f"{name}= takes True or False, not {type(value).__name__}.")


def check_share(value: object, *, name: str, like: float) -> None:
    """Raise an error unless an argument is a share above 0 of a whole, which may be exceeded.

    Parameters
    ----------
    value
        The argument.
    name
        Its name.
    like
        An example of a valid value.

    Raises
    ------
    InvalidArgument
        It is not a number, not above 0, or so large that it is a percentage.
    """
    check_number(value, name=name, like=like)
    if not 0 < value <= _LARGEST_SHARE:  # type: ignore[operator]  # a number
        raise InvalidArgument(
            f"{name}= takes a share above 0 and up to {_LARGEST_SHARE}, such as {like} for "
            f"{like:.0%}; got {value!r}."
        )


def check_number(
    value: object, *, name: str, like: float, is_whole: bool = False, least: float | None = None
) -> None:
    """Raise an error unless an argument is a number.

    Parameters
    ----------
    value
        The argument.
    name
        Its name.
    like
        An example of a valid value.
    is_whole
        Whether only integers are valid.
    least
        The lowest valid value.

    Raises
    ------
    InvalidArgument
        It is not a number, or too small.
    """
    is_number = isinstance(value, Integral if is_whole else Real) and not isinstance(value, bool)
    is_finite = is_number and math.isfinite(value)  # type: ignore[arg-type]  # a number
    if not is_finite or (least is not None and value < least):  # type: ignore[operator]
        kind = "a whole number" if is_whole else "a number"
        bound = "" if least is None else f" of at least {least:g}"
        given = f"{value!r}" if is_number or isinstance(value, str) else type(value).__name__
        raise InvalidArgument(f"{name}= takes {kind}{bound}, such as {name}={like}, not {given}.")


def check_mapping(value: object, *, name: str, like: str) -> None:
    """Raise an error unless an argument is a mapping.

    Raises
    ------
    InvalidArgument
        The message shows an example, which is ``like``.
    """
    if not isinstance(value, Mapping):
        raise InvalidArgument(
            f"{name}= takes a mapping, such as {name}={like}, not {type(value).__name__}."
        )


def check_iterable(value: object, *, name: str, like: str) -> None:
    """Raise an error unless an argument is a collection and not text.

    Raises
    ------
    InvalidArgument
        The message shows an example, which is ``like``.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InvalidArgument(
            f"{name}= takes a list, such as {name}={like}, not {type(value).__name__}."
        )


def keep_items(value: Any) -> Any:
    """Return the items of an iterator as a list, since it is used up by the first look at it.

    Files and all other values are returned unchanged.
    """
    return list(value) if isinstance(value, Iterator) and not hasattr(value, "read") else value


def parse_path(path: object, *, name: str = "path", like: str = "tasks.csv") -> Path:
    """Return the path of a file or folder.

    Raises
    ------
    InvalidArgument
        It is neither text nor a path.
    """
    if not isinstance(path, str | os.PathLike):
        raise InvalidArgument(
            f"{name}= takes a path, such as {name}={like!r}, not {type(path).__name__}."
        )
    return Path(os.fsdecode(path))
