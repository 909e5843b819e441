"""Decode JSON that breaks the rules: one odd value does not lose the others."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")

#: Levels of nesting that are kept; what lies deeper becomes null. Records of Asana have under 10.
_MAX_DEPTH = 100
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"'
    r"|[\[\]{}]"
    r"|-?(?:Infinity|NaN)"
    r"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
    re.DOTALL,
)
#: A pair of surrogates, a half of one, or another escape.
_ESCAPE = re.compile(
    r"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f]")


def decode_json(decode: Callable[[bytes], T], body: bytes) -> T:
    """Decode JSON, a second time with odd values repaired if the first time fails.

    Raises
    ------
    msgspec.DecodeError
        It is not JSON, is truncated, or does not have the expected shape.
    """
    try:
        return decode(body)
    except _UNREADABLE as error:
        repaired = repair_json(body)
        if repaired == body:
            if isinstance(error, msgspec.DecodeError):
                raise
            raise msgspec.DecodeError(str(error)) from error
    return decode(repaired)


def repair_json(body: bytes) -> bytes:
    """Replace what JSON or a column of a frame cannot hold; all else stays as it is.

    Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD, control characters are
    escaped, and NaN, Infinity, numbers beyond float64 and values nested more than 100 levels deep
    become null.
    """
    text = body.decode("utf-8", "replace")
    kept: list[str] = []
    depth = end = 0
    #: Where the value begins that is nested too deep.
    cut: int | None = None
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in "[{":
            depth += 1
            if depth == _MAX_DEPTH + 1:
                cut = token.start()
        elif word in "]}":
            depth -= 1
            if depth == _MAX_DEPTH and cut is not None:
                kept += [text[end:cut], "null"]
                end, cut = token.end(), None
        elif cut is None:
            repaired = _repair_token(word)
            if repaired != word:
                kept += [text[end : token.start()], repaired]
                end = token.end()
    kept.append(text[end:])
    return "".join(kept).encode()


def _repair_token(word: str) -> str:
    if word[0] == '"':
        whole = _ESCAPE.sub(lambda found: r"\ufffd" if found[2] else found[0], word)
        return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", whole)
    return word if word[-1].isdigit() and math.isfinite(float(word)) else "null"
