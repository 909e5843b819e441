"""Send requests over an authenticated connection: rate limits, retries and errors."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import count
from typing import Any, NamedTuple

import msgspec
from requests.adapters import BaseAdapter

from asana_frames._fork import renew_after_fork
from asana_frames._json import decode_json
from asana_frames.exceptions import (
    AsanaError,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    RequestRefused,
)
from asana_frames.fetch import clock
from asana_frames.fetch.call import Call, RequestCounts, get_current_call
from asana_frames.fetch.rate_limiter import RateLimiter, RequestKind, limiter_for, name_account
from asana_frames.fetch.read_only import build_read_only_error, is_write, resolve_read_only
from asana_frames.fetch.responses import (
    MAY_BE_DONE,
    Response,
    build_response_error,
    build_unreadable_error,
)
from asana_frames.fetch.retry import (
    BROKEN_STATUSES,
    QUOTA_STATUSES,
    compute_backoff,
    parse_retry_after,
)
from asana_frames.fetch.thread_pool import ThreadPool
from asana_frames.fetch.token_renewal import TokenRenewer, TokenSource
from asana_frames.fetch.transport import Transport, TransportError

log = logging.getLogger("asana_frames")

#: Seconds to connect, and to wait for the next bytes.
CONNECT_TIMEOUT, TIMEOUT = 10.0, 60.0
#: Seconds after a deadline until a request that nobody waits for is given up.
GRACE = 0.5
TRIES = 6
#: Tries if the server has never responded: retries do not fix a wrong host.
_TRIES_WITHOUT_ANSWER = 2
#: Seconds of waiting, for the quota or between tries, after which a request fails.
MAX_WAIT = 600.0

#: Raises msgspec.DecodeError for a body that arrived broken.
BodyCheck = Callable[[bytes], object]


class HttpRequest(NamedTuple):
    """A request to the API."""

    method: str
    path: str
    params: Mapping[str, str] | None = None
    data: Any = None
    files: Mapping[str, Any] | None = None
    #: The user's call, for messages.
    asked: str = ""
    check: BodyCheck | None = None
    #: Called with True when it is sent, and with False before a retry if no try was accepted.
    on_sent: Callable[[bool], None] | None = None

    @property
    def kind(self) -> RequestKind:
        """The quota that the request counts against."""
        if self.method != "GET":
            return "write"
        return "search" if is_search(self.method, self.path) else "read"

    @property
    def is_repeatable(self) -> bool:
        """Whether a retry is safe; a repeated POST could create an object twice."""
        return self.method != "POST"

    def record_refusal(self, may_be_done: bool) -> None:
        """Tell ``on_sent`` that the request will be sent again, unless a try may be done."""
        if self.on_sent is not None and not may_be_done:
            self.on_sent(False)


def is_search(method: str, path: str) -> bool:
    """Whether a request counts against the quota of searches."""
    return method == "GET" and path.endswith(("/tasks/search", "/projects/search"))


class _FailedTry(NamedTuple):
    """A try without a usable response."""

    error: AsanaError
    #: Seconds before the next try; None if there is none.
    wait: float | None = None
    #: The quota was exceeded, so the rate limiter already makes all requests wait.
    is_quota: bool = False
    #: The token that was refused, if it can be renewed.
    refused_token: str | None = None


class Http:
    """An authenticated connection to the Asana API; safe to share between threads.

    Parameters
    ----------
    token
        The bearer token, or what renews it; never part of a message, ``repr`` or log line.
    base_url
        Such as ``https://app.asana.com/api/1.0``.
    adapter
        Answers requests instead of the network, with a quota of its own.
    timeout
        Seconds to wait for the next bytes.
    read_only
        Whether writes are refused; None for what ``ASANA_FRAMES_READ_ONLY`` says.
    """

    def __init__(
        self,
        token: TokenSource,
        base_url: str,
        *,
        adapter: BaseAdapter | None = None,
        timeout: float = TIMEOUT,
        read_only: bool | None = None,
    ) -> None:
        self.base_url = base_url
        self._is_read_only = resolve_read_only(read_only)
        #: Answers requests instead of the network; None for the network.
        self.adapter = adapter
        self._renewer = token if isinstance(token, TokenRenewer) else None
        # An OAuth login has one quota, however often its token changes.
        identity = token.identity if isinstance(token, TokenRenewer) else token
        #: Whose connection this is, as far as others of this process may be the same person's.
        self.account = name_account(base_url, identity) if adapter is None else None
        self.quota = RateLimiter() if self.account is None else limiter_for(self.account)
        self._timeout = timeout
        self._transport = Transport(
            "" if isinstance(token, TokenRenewer) else token, base_url, adapter
        )
        self._was_answered = False
        #: Everything this connection has done.
        self.total = RequestCounts()
        renew_after_fork(self)

    def __repr__(self) -> str:
        return f"Http({self.base_url!r})"

    def __reduce__(self) -> Any:
        raise TypeError(
            "A connection contains a token and cannot be pickled; call connect() again instead."
        )

    @property
    def is_read_only(self) -> bool:
        """Whether writes are refused."""
        return self._is_read_only

    @property
    def has_oauth_login(self) -> bool:
        """Whether the token is one of OAuth, which is renewed, and not a personal access token."""
        return self._renewer is not None

    def renew_after_fork(self) -> None:
        """Use connections of its own: two processes on one socket get each other's responses."""
        self._transport.renew_connections()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        data: Any = None,
        files: Mapping[str, Any] | None = None,
        asked: str = "",
        check: BodyCheck | None = None,
        on_sent: Callable[[bool], None] | None = None,
    ) -> Response:
        """Send a request, retry it where that is safe, and return the response.

        GET, PUT and DELETE are retried on 429, 5xx, dropped connections and bodies that `check`
        refuses. A POST is retried only when Asana cannot have processed it: on 429, and if no
        connection could be made.

        Raises
        ------
        InvalidArgument
            It may change something, and the connection is read-only; nothing was sent.
        RequestRefused
            Asana refused it; the subclass depends on the status.
        ConnectionFailed
            There was no complete response.
        DeadlineExceeded
            The deadline of the call has passed.
        """
        request = HttpRequest(method, path, params, data, files, asked, check, on_sent)
        # Here, where all requests come through, so that no way leads round it.
        if self._is_read_only and is_write(method, path, data):
            raise build_read_only_error(asked or f"{method} {path}")
        call = get_current_call()
        if call.seconds is None or call.is_branch or sys.platform == "emscripten":
            return self._send_with_retries(call, request)
        return self._send_in_thread(request)

    def _send_in_thread(self, request: HttpRequest) -> Response:
        """Send a request while this thread watches the deadline, which a server can outlast."""
        is_sent = False

        def record(is_accepted: bool) -> None:
            nonlocal is_sent
            is_sent = is_accepted
            if request.on_sent is not None:
                request.on_sent(is_accepted)

        def send() -> list[Response]:
            watched = request._replace(on_sent=record)
            return [self._send_with_retries(get_current_call(), watched)]

        try:
            with closing(iter(ThreadPool([send], 1))) as responses:
                return next(responses)
        except DeadlineExceeded as error:
            if request.method != "GET" and is_sent:
                error.args = (f"{error}{MAY_BE_DONE}",)
                error.may_be_done = True
            raise

    def _send_with_retries(self, call: Call, request: HttpRequest) -> Response:
        may_be_done = is_renewed = False
        waited = 0.0
        try:
            for attempt in count(1):
                outcome = self._send_once(call, request, attempt)
                if isinstance(outcome, Response):
                    return outcome
                self._hide_token(outcome.error)
                may_be_done = may_be_done or outcome.error.may_be_done
                if outcome.refused_token is not None and not is_renewed:
                    request.record_refusal(may_be_done)
                    # Asana may end a token before its time.
                    is_renewed = True
                    if self._replace_token(call, outcome.refused_token):
                        continue
                waited += outcome.wait or 0.0
                if outcome.wait is None or waited > MAX_WAIT:
                    raise outcome.error
                request.record_refusal(may_be_done)
                for tally in (self.total, call.tally):
                    tally.add(retries=1)
                log.info("%s, trying again in %.1f s", outcome.error, outcome.wait)
                if not outcome.is_quota:
                    call.wait(clock.now() + outcome.wait)
        except AsanaError as error:
            # Even if the last try failed for sure, an earlier one may have been carried out.
            error.may_be_done = error.may_be_done or may_be_done
            raise
        raise AssertionError("unreachable: count() does not end")

    def _hide_token(self, error: AsanaError) -> None:
        """Remove the token from an error, in case the server repeats the header."""
        error.args = tuple(self._transport.hide_secrets(str(text)) for text in error.args)
        if isinstance(error, RequestRefused):
            error.messages = tuple(map(self._transport.hide_secrets, error.messages))

    def _send_once(self, call: Call, request: HttpRequest, attempt: int) -> Response | _FailedTry:
        """Send a request once, when the rate limiter allows it."""
        try:
            with self.quota.acquire(request.kind, call) as permit:
                token = self._get_token(call)
                answer = self._send_request(call, request)
                if answer.status not in QUOTA_STATUSES:
                    permit.record_success()
                    return self._check_response(request, answer, attempt, token)
                wait = parse_retry_after(answer.retry_after) or compute_backoff(attempt)
                permit.record_refusal(min(wait, MAX_WAIT))
        except TransportError as failure:
            return self._classify_failure(request, failure, attempt)
        for tally in (self.total, call.tally):
            tally.add(rejected=1)
        error = build_response_error(request.method, request.path, answer, request.asked)
        return _FailedTry(error, wait=wait, is_quota=True)

    def _get_token(self, call: Call) -> str | None:
        """Use a valid token from now on and return it; None if there is only one."""
        call.check()
        if self._renewer is None:
            return None
        try:
            token = self._renewer.get_token()
        except ConnectionFailed:
            # The deadline may be the reason.
            call.check()
            raise
        self._transport.set_token(token)
        # Renewing the token may have taken long.
        call.check()
        return token

    def _replace_token(self, call: Call, refused: str) -> bool:
        """Renew a token that was refused; return whether there is another one now."""
        assert self._renewer is not None  # only its tokens are called refused
        try:
            return self._renewer.replace_token(refused)
        except ConnectionFailed:
            call.check()
            raise

    def _send_request(self, call: Call, request: HttpRequest) -> Response:
        started = clock.now()
        left = max(call.ends - started, 0.001)
        # Not before the deadline, which the waiting thread watches: its error says more.
        silence = min(call.timeout or self._timeout, left + GRACE)
        size = 0
        if request.on_sent is not None:
            request.on_sent(True)
        try:
            answer = self._transport.send(
                request.method,
                request.path,
                request.params,
                data=None if request.files else request.data,
                form=request.data if request.files else None,
                files=request.files,
                timeout=(min(CONNECT_TIMEOUT, silence), silence),
                check=call.check,
            )
            size = len(answer.body)
            call.tally.date = call.tally.date or answer.date
        finally:
            for tally in (self.total, call.tally):
                tally.add(requests=1, bytes=size)
        took = clock.now() - started
        log.debug("%s %s -> %s in %.3f s", request.method, request.path, answer.status, took)
        self._was_answered = True
        return answer

    def _check_response(
        self, request: HttpRequest, answer: Response, attempt: int, token: str | None
    ) -> Response | _FailedTry:
        """Return the response, or the failure if it is an error or its body is broken."""
        # A redirect is an error too: following it would send the token elsewhere.
        if answer.status >= 300:
            again = answer.status in BROKEN_STATUSES and request.is_repeatable and attempt < TRIES
            wait = (
                (parse_retry_after(answer.retry_after) or compute_backoff(attempt))
                if again
                else None
            )
            error = build_response_error(request.method, request.path, answer, request.asked)
            return _FailedTry(
                error, wait=wait, refused_token=token if answer.status == 401 else None
            )
        if request.check is None:
            return answer
        try:
            decode_json(request.check, answer.body)
        except msgspec.DecodeError as cause:
            problem = build_unreadable_error(request.asked or request.path, answer.body, cause)
            problem.may_be_done = request.method != "GET"
            # A web page instead of JSON would be the same the next time.
            is_web_page = answer.body.lstrip()[:1] == b"<"
            again = not is_web_page and request.is_repeatable and attempt < TRIES
            return _FailedTry(problem, compute_backoff(attempt) if again else None)
        return answer

    def _classify_failure(
        self, request: HttpRequest, failure: TransportError, attempt: int
    ) -> _FailedTry:
        """Return the failure of a request without a complete response."""
        if failure.is_unsendable:
            return _FailedTry(
                ConfigurationError(
                    f"{request.method} {request.path} cannot be sent: {failure}.{failure.route}"
                )
            )
        is_open = request.method != "GET" and failure.was_sent
        says_so = is_open and not request.is_repeatable
        asked = request.asked or f"{request.method} {request.path}"
        advice = failure.route or (
            "" if self._was_answered else " Check the base URL and the network."
        )
        error = ConnectionFailed(
            f"{asked}: no answer from {self.base_url} ({failure})."
            f"{MAY_BE_DONE if says_so else advice}"
        )
        error.may_be_done = is_open
        tries = TRIES if self._was_answered or failure.was_sent else _TRIES_WITHOUT_ANSWER
        is_last = says_so or failure.is_final or attempt >= tries
        return _FailedTry(error, None if is_last else compute_backoff(attempt))
