"""Statuses and errors that can be retried, back-off, and ``Retry-After`` headers."""

from __future__ import annotations

import email.utils
import math
import random
import re
import time

import requests

#: The spec lists 424 and 501 with the texts of 429 and 502.
QUOTA_STATUSES = frozenset({424, 429})
BROKEN_STATUSES = frozenset({500, 501, 502, 503, 504})
#: Errors of requests that cannot be sent at all; a retry would change nothing.
UNSENDABLE_ERRORS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidJSONError,
)
#: Names of urllib3's errors after which nothing can have been sent.
_NEVER_SENT = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ProxyError")


#: Words of TLS errors with which a connection fails before anything is sent over it.
_HANDSHAKE_ERRORS = ("certificate", "wrong_version", "unsupported_protocol", "handshake_failure")


def is_certificate_error(cause: Exception) -> bool:
    """Whether the certificate of the server is not trusted, or the trusted ones are not valid."""
    return isinstance(cause, requests.exceptions.SSLError) and "certificate" in str(cause).lower()


def was_never_sent(cause: Exception) -> bool:
    """Whether the connection failed before the request was sent."""
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    if isinstance(cause, requests.exceptions.SSLError):
        return any(words in str(cause).lower() for words in _HANDSHAKE_ERRORS)
    reason = cause.args[0] if cause.args else None
    names = {type(reason).__name__, type(getattr(reason, "reason", None)).__name__}
    return not names.isdisjoint(_NEVER_SENT)


def compute_backoff(attempt: int) -> float:
    """Return the seconds before a retry: exponential, with jitter to spread many callers."""
    return min(0.5 * 2.0 ** min(attempt - 1, 10), 30.0) * random.uniform(0.5, 1.0)


def parse_retry_after(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which holds seconds or an HTTP date."""
    if not retry_after:
        return None
    try:
        found = float(retry_after)
    except ValueError:
        pass
    else:
        return found if 0 <= found < math.inf else None
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return None
    return max(moment.timestamp() - time.time(), 0.0)


def summarize_exception(cause: Exception) -> str:
    """Return the innermost cause of an error, without the URL that urllib3 repeats."""
    text = str(cause)
    system = re.findall(r"\[Errno -?\d+\] [^'\")\]]+", text)
    inner = system[-1] if system else text.partition("(Caused by ")[2] or text
    return f"{type(cause).__name__}: {inner[:160]}"
