"""What pickers say of errors: once for each cause, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from asana_frames.exceptions import (
    AmbiguousReference,
    AuthError,
    ConnectionFailed,
    DeadlineExceeded,
    Forbidden,
    InvalidArgument,
    NotFound,
    PaymentRequired,
    RateLimited,
    RequestRefused,
    ServerError,
    UnknownReference,
)
from asana_frames.widgets.pickers.labels import fold_text, shorten_name

#: Names that are told of those that begin alike.
_MAX_ALIKE = 3


class Message(NamedTuple):
    """What is said of an error."""

    text: str
    #: Whether reading again may help.
    can_retry: bool = False


def describe_error(error: Exception, what: str, where: str = "") -> Message:
    """Return what to say of a list that could not be read.

    Parameters
    ----------
    error
        The error.
    what
        What the list contains, such as "goals".
    where
        Name of the place that they belong to; empty on the top level.
    """
    inside = f" of {where}" if where else ""
    match error:
        case AuthError():
            text = (
                "Asana does not accept your token. Log in with af.widgets.login(), connect again"
            )
            return Message(f"{text} and run this cell again.")
        case PaymentRequired():
            return Message(f"{what.capitalize()} need a paid plan.")
        case Forbidden():
            return Message(f"You have no access to the {what}{inside}.")
        case NotFound():
            gone = where or f"The list of {what}"
            return Message(f"{gone} was deleted, or you have no access to it.", can_retry=True)
        case ConnectionFailed():
            return Message(f"Asana cannot be reached. {error}", can_retry=True)
        case RateLimited() | ServerError() | DeadlineExceeded():
            return Message(f"Asana did not list the {what}: {error}", can_retry=True)
    # What a name refers to can change in Asana; a wrong argument stays wrong.
    is_name = isinstance(error, UnknownReference | AmbiguousReference)
    is_final = isinstance(error, RequestRefused | InvalidArgument) and not is_name
    return Message(f"The {what}{inside} cannot be listed: {error}", can_retry=not is_final)


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
        The level that is picked from: of several that fail alike, it tells most.
    """
    by_cause: dict[object, str] = {}
    for level, error in errors.items():
        is_common = isinstance(error, AuthError | PaymentRequired | ConnectionFailed)
        cause = type(error) if is_common else messages[level].text
        if cause not in by_cause or level == record:
            by_cause[cause] = level
    return {level: messages[level] for level in errors if level in by_cause.values()}


def describe_no_match(noun: str, text: str, options: Sequence[str]) -> str:
    """Return that no option is called like a text, and which begin like it.

    Examples
    --------
    >>> describe_no_match("period", "last wek", ["Last week", "Last month", "This week"])
    'No period is called “last wek”. 1 begins with “last we”: Last week.'
    """
    told = f"No {noun} is called “{shorten_name(text, 40)}”."
    typed = fold_text(text).strip()
    folded = [fold_text(option).strip() for option in options]
    for length in range(len(typed), 0, -1):
        pairs = zip(options, folded, strict=True)
        alike = [option for option, words in pairs if words.startswith(typed[:length])]
        if alike:
            return f"{told} {_describe_alike(alike, typed[:length].strip())}"
    return told


def _describe_alike(alike: Sequence[str], start: str) -> str:
    names = ", ".join(shorten_name(name, 40) for name in alike[:_MAX_ALIKE])
    end = ", ..." if len(alike) > _MAX_ALIKE else "."
    return f"{len(alike):,} begin{'s' if len(alike) == 1 else ''} with “{start}”: {names}{end}"
