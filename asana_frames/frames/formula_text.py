"""Text that a spreadsheet would run as a formula: marked by an apostrophe, and as it was."""

from __future__ import annotations

import re
from typing import Any

#: Spreadsheets read text that begins with one of these as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
#: Marks text as text: put before formulas, and before text from which a reader would take it.
_MARK = "'"
_HIDDEN = re.compile(f"'+(?:[{re.escape(''.join(_FORMULA_STARTS))}]|$)")


def disarm_formula(value: Any) -> Any:
    """Prefix text that a spreadsheet would run as a formula with an apostrophe.

    So is text that `restore_formula` would change.
    """
    if isinstance(value, str) and (value.startswith(_FORMULA_STARTS) or _HIDDEN.match(value)):
        return f"{_MARK}{value}"
    return value


def restore_formula(text: str) -> str:
    """Return the text of which `disarm_formula` has made another."""
    return text[1:] if _HIDDEN.match(text) else text
