"""Errors and warnings of the package; each error is also the builtin that fits.

::

    AsanaError
    ├── ConfigurationError (ValueError)        a token, base URL, extra or path does not work
    ├── InvalidArgument (ValueError)           an argument is wrong; nothing was sent
    │   ├── UnknownReference (LookupError)     no object has that name
    │   └── AmbiguousReference (LookupError)   several objects have that name
    ├── ConnectionFailed (ConnectionError)     no complete response from Asana
    ├── DeadlineExceeded (TimeoutError)        the deadline of a call has passed
    ├── RequestRefused                         Asana refused the request
    │   ├── InvalidRequest (ValueError)        400
    │   ├── AuthError (PermissionError)        401
    │   ├── PaymentRequired (PermissionError)  402
    │   ├── Forbidden (PermissionError)        403
    │   ├── NotFound (LookupError)             404
    │   ├── SyncExpired (LookupError)          412
    │   ├── RateLimited                        429, after waiting as long as allowed
    │   └── ServerError                        5xx
    └── JobFailed (RuntimeError)               Asana reported a job as failed
    AsanaWarning (UserWarning)
    ├── PartialResultWarning                   the result is incomplete
    ├── LargeReadWarning                       a read will take long
    └── EventsLostWarning                      a sync token was too old; events were missed
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from pathlib import Path
from typing import Any

_PACKAGE = str(Path(__file__).parent)


class AsanaError(Exception):
    """Base of every error that asana_frames raises.

    Attributes
    ----------
    may_be_done : bool
        Whether a failed write may have been carried out: check in Asana before repeating it.
    """

    may_be_done: bool = False


class ConfigurationError(AsanaError, ValueError):
    """A token, base URL, extra or path does not work."""


class InvalidArgument(AsanaError, ValueError):
    """An argument is wrong, so nothing was sent; the message says what to pass instead.

    Attributes
    ----------
    problems : DataFrame or None
        Of a write of rows, what is wrong: ``row`` (Int64, from 0), ``column``, ``value`` and
        ``why`` (str), ``nearest`` (tuple of the names that may be meant).
    nearest : tuple of str
        The names that may be meant, most similar first.
    """

    #: A DataFrame; not said, since what knows HTTP alone imports this module.
    problems: Any = None
    nearest: tuple[str, ...] = ()


class UnknownReference(InvalidArgument, LookupError):
    """No object has that name."""


class AmbiguousReference(InvalidArgument, LookupError):
    """Several objects have that name."""


class ConnectionFailed(AsanaError, ConnectionError):
    """Asana sent no complete response."""


class DeadlineExceeded(AsanaError, TimeoutError):
    """The deadline of a call has passed; ``asana.last.partial`` has what had arrived."""


class RequestRefused(AsanaError):
    """Asana refused a request.

    Attributes
    ----------
    status : int or None
        The HTTP status; None if Asana refused in another way.
    messages : tuple of str
        The messages of Asana's response.
    """

    def __init__(
        self, text: str, *, status: int | None = None, messages: Sequence[str] = ()
    ) -> None:
        super().__init__(text)
        self.status = status
        self.messages = tuple(messages)


class InvalidRequest(RequestRefused, ValueError):
    """400: a parameter is missing or malformed."""


class AuthError(RequestRefused, PermissionError):
    """401: the token is missing or not valid."""


class PaymentRequired(RequestRefused, PermissionError):
    """402: the feature is not part of the workspace's plan."""


class Forbidden(RequestRefused, PermissionError):
    """403: the token's owner lacks the permission."""


class NotFound(RequestRefused, LookupError):
    """404: the object does not exist or is not visible."""


class SyncExpired(RequestRefused, LookupError):
    """412: the sync token is too old.

    Attributes
    ----------
    sync : str or None
        The token to continue with, after reading the whole set again.
    """

    sync: str | None = None


class RateLimited(RequestRefused):
    """429: the rate limit was still exceeded after waiting as long as allowed."""


class ServerError(RequestRefused):
    """5xx: an error on Asana's side."""


class JobFailed(AsanaError, RuntimeError):
    """Asana reported a job as failed."""


class AsanaWarning(UserWarning):
    """Base of every warning that asana_frames gives."""


class PartialResultWarning(AsanaWarning):
    """The result is incomplete: some objects could not be read, or some rows not written.

    ``asana.last.failures`` lists them; ``errors="raise"`` raises the first refusal instead.
    """


class LargeReadWarning(AsanaWarning):
    """A read needs many requests and takes long; given once per operation."""


class EventsLostWarning(AsanaWarning):
    """A sync token was too old, so events between it and now were missed."""


class PastStateWarning(AsanaWarning):
    """A rollup looks from an earlier moment, and reads values that may have changed since."""


BY_STATUS: dict[int, type[RequestRefused]] = {
    400: InvalidRequest,
    401: AuthError,
    402: PaymentRequired,
    403: Forbidden,
    404: NotFound,
    412: SyncExpired,
    429: RateLimited,
}


def build_refusal(status: int) -> type[RequestRefused]:
    """Return the exception class for an HTTP status."""
    if status >= 500:
        return ServerError
    return BY_STATUS.get(status, RequestRefused)


#: The warnings that `ignore_warnings` suppresses in this thread.
_ignored: ContextVar[tuple[type[Warning], ...]] = ContextVar("_ignored", default=())


@contextmanager
def ignore_warnings(*kinds: type[Warning]) -> Iterator[None]:
    """Suppress warnings of the package in this thread; those of Python are of all threads."""
    token = _ignored.set((*_ignored.get(), *kinds))
    try:
        yield
    finally:
        _ignored.reset(token)


def warn_caller(text: str, kind: type[Warning]) -> None:
    """Warn at the line of the user's code that called the package."""
    if issubclass(kind, _ignored.get()):
        return
    frame = sys._getframe(1)
    level = 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(text, kind, stacklevel=level)


def find_similar(word: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Return the known words most similar to ``word``, closest first, ignoring case."""
    by_folded: dict[str, str] = {}
    for name in known:
        by_folded.setdefault(name.casefold(), name)
    folded = word.casefold()
    matches = get_close_matches(folded, by_folded, n=most, cutoff=0.6)
    inside = [name for name in by_folded if folded and folded in name]
    return [by_folded[name] for name in dict.fromkeys([*matches, *inside])][:most]


def suggest_names(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean ...?" with similar names, or an empty string."""
    close = find_similar(word, known)
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
