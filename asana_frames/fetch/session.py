"""One authenticated connection: requests, timeouts, retries, and errors that say what to do."""

from __future__ import annotations

import contextlib
import email.utils
import logging
import math
import platform
import random
import re
import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar
from itertools import count
from typing import Any, NamedTuple

import msgspec
import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from asana_frames.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionFailed,
    PaymentRequired,
    RequestRefused,
    SyncExpired,
    refusal_of,
)

log = logging.getLogger("asana_frames")

#: Seconds to connect, and to wait for the next bytes.
TIMEOUT = (10.0, 60.0)
TRIES = 6
#: Seconds of waiting for the quota after which a request is given up.
PATIENCE = 600.0
#: The spec lists 424 and 501 with the texts of 429 and 502.
_QUOTA = {424, 429}
_BROKEN = {500, 501, 502, 503, 504}
_HINTS: dict[type[RequestRefused], str] = {
    AuthError: " Create a token at https://app.asana.com/0/my-apps and give it to connect().",
    PaymentRequired: " The workspace's plan does not include this.",
}
POOL = 64
#: What requests refuses to send at all; asking again would change nothing.
_UNSENDABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidJSONError,
)
#: Replaced where waiting would only cost time.
_sleep = time.sleep


class Tally:
    """Counts requests, retries and seconds of waiting."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = 0
        self.retries = 0
        self.waited = 0.0

    def add(self, *, requests: int = 0, retries: int = 0, waited: float = 0.0) -> None:
        """Count what has happened."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.waited += waited


#: The tally of the call that is under way; each thread of a fan-out has its caller's.
TALLY: ContextVar[Tally | None] = ContextVar("asana_frames_tally", default=None)


class Answer(NamedTuple):
    """What a request brought back."""

    status: int
    body: bytes
    location: str | None = None


class Http:
    """An authenticated connection to the Asana API; safe to share between threads.

    Parameters
    ----------
    token
        Sent as a bearer token; never part of a message, ``repr`` or log line.
    base_url
        Such as ``https://app.asana.com/api/1.0``.
    adapter
        Answers requests in place of the network.
    timeout
        Seconds to connect, and to wait for the next bytes.
    """

    def __init__(
        self,
        token: str,
        base_url: str,
        *,
        adapter: BaseAdapter | None = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.base_url = base_url
        self._timeout = timeout
        self._session = _session(token)
        self._session.mount(base_url, adapter or HTTPAdapter(pool_maxsize=POOL))
        self._proxies = self._settings(base_url)
        #: Everything this connection has done.
        self.total = Tally()

    def __repr__(self) -> str:
        return f"Http({self.base_url!r})"

    def __reduce__(self) -> Any:
        raise TypeError("A connection holds a token and is not pickled; connect() anew instead.")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        data: Any = None,
        files: Mapping[str, Any] | None = None,
        asked: str = "",
    ) -> Answer:
        """Send one request, again where that is safe, and return the answer.

        GET, PUT and DELETE are repeated on 429, 5xx and broken connections; POST on 429 only,
        since a repeat could create twice.

        Raises
        ------
        RequestRefused
            Asana refused it; the subclass tells by which status.
        ConnectionFailed
            No complete answer came.
        """
        repeatable = method != "POST"
        waited = 0.0
        for attempt in count(1):
            last = attempt >= TRIES
            try:
                answer, retry_after = self._once(method, path, params, data, files)
            except _UNSENDABLE as cause:
                raise ConfigurationError(f"{method} {path} cannot be sent: {cause}.") from cause
            except requests.RequestException as cause:
                if last or not repeatable:
                    raise self._failed(method, path, cause, repeatable) from cause
                self._pause(_backoff(attempt), f"{method} {path}: {type(cause).__name__}")
                continue
            # A redirect is refused like an error: followed, it would carry the token away.
            if answer.status < 300:
                return answer
            wait = self._wait(answer.status, retry_after, attempt, repeatable)
            # The quota is waited for as long as patience lasts; what is broken, a few times.
            given_up = last and answer.status not in _QUOTA
            if given_up or wait is None or waited + wait > PATIENCE:
                raise _refused(method, path, answer, asked)
            waited += wait
            self._pause(wait, f"{method} {path}: {answer.status}")
        raise AssertionError("unreachable: count() does not end")

    def _once(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        data: Any,
        files: Mapping[str, Any] | None,
    ) -> tuple[Answer, str | None]:
        for tally in self._tallies():
            tally.add(requests=1)
        _rewind(files)
        started = time.monotonic()
        with self._session.request(
            method,
            self.base_url + path,
            params=params,
            data=data if files else None,
            json=None if files or data is None else data,
            files=files,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
            **self._proxies,
        ) as response:
            body = _read(response)
        took = time.monotonic() - started
        log.debug("%s %s -> %s in %.3f s", method, path, response.status_code, took)
        headers = response.headers
        status = response.status_code
        answer = Answer(status, body, headers.get("Location"))
        return answer, headers.get("Retry-After")

    def _wait(
        self, status: int, retry_after: str | None, attempt: int, repeatable: bool
    ) -> float | None:
        """Return the seconds to wait before another try, or None where there is none."""
        if status in _QUOTA:
            return _seconds(retry_after) or _backoff(attempt)
        if status in _BROKEN and repeatable:
            return _seconds(retry_after) or _backoff(attempt)
        return None

    def _pause(self, seconds: float, why: str) -> None:
        for tally in self._tallies():
            tally.add(retries=1, waited=seconds)
        log.info("%s, trying again in %.1f s", why, seconds)
        _sleep(seconds)

    def _tallies(self) -> tuple[Tally, ...]:
        current = TALLY.get()
        return (self.total,) if current is None else (self.total, current)

    def _failed(
        self, method: str, path: str, cause: Exception, repeatable: bool
    ) -> ConnectionFailed:
        unknown = "" if repeatable else " It may have been carried out: look before repeating it."
        return ConnectionFailed(
            f"{method} {path}: no answer from {self.base_url} ({_short(cause)}).{unknown}"
        )

    def _settings(self, url: str) -> dict[str, Any]:
        """Look up proxies and certificates once: per request it costs as much as the request."""
        found = self._session.merge_environment_settings(url, {}, True, None, None)
        self._session.trust_env = False
        return {"proxies": dict(found["proxies"]), "verify": found["verify"], "cert": None}


def _session(token: str) -> requests.Session:
    session = requests.Session()
    session.headers.update(
        {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "User-Agent": f"asana-frames Python/{platform.python_version()}",
        }
    )
    return session


def _read(response: requests.Response) -> bytes:
    """Read a body whole; urllib3's reader costs half of what ``response.content`` does."""
    try:
        body: bytes = response.raw.read(decode_content=True)
    except Exception as cause:
        # urllib3 raises a dozen kinds here; all mean that the body did not arrive.
        raise requests.ConnectionError(f"the body broke off: {type(cause).__name__}") from cause
    expected = response.headers.get("Content-Length")
    if expected and not response.headers.get("Content-Encoding") and len(body) != int(expected):
        raise requests.ConnectionError(f"the body broke off at {len(body)} of {expected} bytes")
    return body


def _rewind(files: Mapping[str, Any] | None) -> None:
    for part in (files or {}).values():
        stream = part[1] if isinstance(part, tuple) else part
        with contextlib.suppress(AttributeError, OSError):
            stream.seek(0)


def _backoff(attempt: int) -> float:
    """Exponential, with jitter so that many callers do not come back at once."""
    return min(0.5 * 2.0 ** min(attempt - 1, 10), 30.0) * random.uniform(0.5, 1.0)


def _seconds(retry_after: str | None) -> float | None:
    """Read a Retry-After header: seconds or an HTTP date."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        pass
    else:
        return seconds if 0 <= seconds < math.inf else None
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return None
    return max(moment.timestamp() - time.time(), 0.0)


def _short(cause: Exception) -> str:
    """Say what broke: the innermost cause, without the URL that urllib3 repeats at length."""
    text = str(cause)
    system = re.findall(r"\[Errno -?\d+\] [^')\]]+", text)
    inner = system[-1] if system else text.partition("(Caused by ")[2] or text
    return f"{type(cause).__name__}: {inner[:160]}"


def _refused(method: str, path: str, answer: Answer, asked: str) -> RequestRefused:
    """Turn an error envelope, or whatever came in its place, into an exception."""
    try:
        envelope = msgspec.json.decode(answer.body)
        errors = envelope.get("errors") or []
        messages = [str(error.get("message", "")) for error in errors]
        phrases = [str(error["phrase"]) for error in errors if error.get("phrase")]
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, TypeError):
        envelope, messages, phrases = {}, [], []
    kind = refusal_of(answer.status)
    said = "; ".join(filter(None, messages)) or "(no message)"
    text = f"{asked or f'{method} {path}'}: {answer.status} {said}"
    text += "." if text[-1].isalnum() else ""
    if phrases:
        text += f" For Asana's support: {'; '.join(phrases)}."
    error = kind(text + _HINTS.get(kind, ""), status=answer.status, messages=messages)
    if isinstance(error, SyncExpired):
        error.sync = envelope.get("sync")
    return error
