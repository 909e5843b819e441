"""Names of downloaded files that every system takes."""

from __future__ import annotations

import re
import unicodedata

#: The most bytes of a name: some encrypted file systems take no more than 143.
_MAX_BYTES = 140
#: A longer end after the last dot, or one that is not a word, is not taken for a suffix.
_MAX_SUFFIX_BYTES = 20
#: Characters that Windows refuses in names, the separators of paths among them.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
#: Dots and spaces at either end.
_ENDS = re.compile(r"\A[\s.]+|[\s.]+\Z")
#: Categories of characters that cannot be seen: controls, marks of direction, halves of
#: surrogate pairs, separators of lines.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: Joins the parts of an emoji and letters of some scripts.
_JOINERS = "\u200c\u200d"
#: Names of devices on Windows, whatever suffix they have.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|\Z)", re.I)


def make_file_name(name: object, gid: str, *, is_unique: bool = True) -> str:
    """Make the name of a file from what somebody called it.

    Parameters
    ----------
    name
        The text; another value stands for no name.
    gid
        Used in the place of an empty name.
    is_unique
        Whether no other file has the name; otherwise the gid is a part of it.
    """
    text = unicodedata.normalize("NFC", name) if isinstance(name, str) else ""
    shown = "".join(
        "_" if unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS else letter
        for letter in text
    )
    # A name that begins with a dot is hidden, and Windows drops dots and spaces at the end.
    plain = _ENDS.sub("", _FORBIDDEN.sub("_", shown))
    if not plain:
        return gid
    stem, suffix = _split_suffix(f"_{plain}" if _DEVICES.match(plain) else plain)
    mark = "" if is_unique else f" {gid}"
    room = _MAX_BYTES - len(f"{mark}{suffix}".encode())
    return f"{_cut(stem, room)}{mark}{suffix}"


def _split_suffix(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    if not stem or not suffix.isalnum() or len(suffix.encode()) > _MAX_SUFFIX_BYTES:
        return name, ""
    return stem, f"{dot}{suffix}"


def _cut(text: str, room: int) -> str:
    """Cut text to so many bytes, between characters."""
    if len(text.encode()) <= room:
        return text
    return _ENDS.sub("", text.encode()[:room].decode(errors="ignore")) or "_"
