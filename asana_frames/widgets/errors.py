"""Messages for errors: what happened, and whether a retry may help."""

from __future__ import annotations

from typing import NamedTuple

from asana_frames.exceptions import (
    AmbiguousReference,
    AsanaError,
    AuthError,
    ConfigurationError,
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


class Message(NamedTuple):
    """What is said of an error."""

    text: str
    #: Whether reading again may help.
    can_retry: bool = False


def explain_error(error: Exception, what: str = "", where: str = "") -> Message:
    """Explain an error to somebody who does not read the documentation of the API.

    Parameters
    ----------
    error
        The error.
    what
        The objects that could not be listed, in the plural, such as "goals". Without it the
        message is about what it stands beside, and ends with the error's own message.
    where
        Name of the place that they belong to; empty on the top level.

    Examples
    --------
    >>> from asana_frames.exceptions import Forbidden
    >>> explain_error(Forbidden("Forbidden"), "goals", "Acme").text
    'You have no access to the goals of Acme.'
    """
    inside = f" of {where}" if where else ""
    match error:
        case AuthError():
            text = (
                "Asana does not accept your token. Log in with af.widgets.login() or the command "
                "asana-frames login, then connect again."
            )
        case PaymentRequired():
            text = f"{what.capitalize()} need a paid plan." if what else "This needs a paid plan."
        case Forbidden():
            text = f"You have no access to {f'the {what}{inside}' if what else 'this'}."
        case NotFound():
            gone = where or (f"The list of {what}" if what else "This")
            text = f"{gone} does not exist, or you have no access to it."
        case ConnectionFailed():
            return _quote(error, "Asana cannot be reached.")
        case RateLimited():
            return _quote(error, "Asana takes no more requests for now.")
        case ServerError():
            return _quote(error, "Asana cannot answer at the moment.")
        case DeadlineExceeded():
            return _quote(error, "Asana did not answer in time.")
        case _:
            return _explain_other(error, f"The {what}{inside} cannot be listed: " if what else "")
    can_retry = isinstance(error, NotFound)
    return Message(text, can_retry) if what else _quote(error, text, can_retry=can_retry)


def _quote(error: Exception, text: str, *, can_retry: bool = True) -> Message:
    return Message(f"{text} ({error})", can_retry)


def _explain_other(error: Exception, beginning: str) -> Message:
    if not isinstance(error, AsanaError):
        return Message(f"{beginning}{type(error).__name__}: {error}")
    # What a name refers to can change in Asana; a wrong argument stays wrong, and what is not
    # installed is missing until the kernel starts again.
    is_name = isinstance(error, UnknownReference | AmbiguousReference)
    final = RequestRefused | InvalidArgument | ConfigurationError
    is_final = isinstance(error, final) and not is_name
    return Message(f"{beginning}{error}", can_retry=not is_final)
