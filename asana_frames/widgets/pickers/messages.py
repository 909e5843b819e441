"""Messages of pickers: each error once, and options similar to a text that matches none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from asana_frames.exceptions import AuthError, ConnectionFailed, PaymentRequired
from asana_frames.widgets.errors import Message
from asana_frames.widgets.pickers.labels import fold_text, shorten_name

#: Most names that are listed of those that begin alike.
_MAX_ALIKE = 3


def choose_messages(
    errors: Mapping[str, Exception], messages: Mapping[str, Message], record: str
) -> dict[str, Message]:
    """Return the messages to show: one for each cause.

    Parameters
    ----------
    errors
        Level -> error.
    messages
        Level -> what to say of it.
    record
        The level that is picked from: of several that fail alike, its message is preferred.
    """
    by_cause: dict[object, str] = {}
    for level, error in errors.items():
        is_common = isinstance(error, AuthError | PaymentRequired | ConnectionFailed)
        cause = type(error) if is_common else messages[level].text
        if cause not in by_cause or level == record:
            by_cause[cause] = level
    return {level: messages[level] for level in errors if level in by_cause.values()}


def describe_no_match(noun: str, text: str, options: Sequence[str]) -> str:
    """Return a message that no option matches a text, with the options that begin alike.

    Examples
    --------
    >>> describe_no_match("period", "last wek", ["Last week", "Last month", "This week"])
    'No period is called “last wek”. 1 begins with “last we”: Last week.'
    """
    sentence = f"No {noun} is called “{shorten_name(text, 40)}”."
    typed = fold_text(text).strip()
    folded = [fold_text(option).strip() for option in options]
    for length in range(len(typed), 0, -1):
        pairs = zip(options, folded, strict=True)
        alike = [option for option, words in pairs if words.startswith(typed[:length])]
        if alike:
            return f"{sentence} {_describe_alike(alike, typed[:length].strip())}"
    return sentence


def _describe_alike(alike: Sequence[str], start: str) -> str:
    names = ", ".join(shorten_name(name, 40) for name in alike[:_MAX_ALIKE])
    end = ", ..." if len(alike) > _MAX_ALIKE else "."
    return f"{len(alike):,} begin{'s' if len(alike) == 1 else ''} with “{start}”: {names}{end}"
