"""Send one HTTP request and read its response; no retries, no rate limits."""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import logging
import platform
import re
import weakref
import zlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from asana_frames._fork import ForkSafeLock
from asana_frames.exceptions import AsanaError
from asana_frames.fetch.credentials import SecretText, hide_secret
from asana_frames.fetch.environment import NetworkSettings, read_network_settings
from asana_frames.fetch.responses import Response
from asana_frames.fetch.retry import (
    UNSENDABLE_ERRORS,
    is_certificate_error,
    summarize_exception,
    was_never_sent,
)

#: Connections kept open: a few more than there are requests in flight.
POOL = 72
#: Bytes of a body that are read at once.
_CHUNK_BYTES = 1 << 16
#: The wbits value that makes zlib expect a gzip header.
_GZIP_WBITS = 16 + zlib.MAX_WBITS
#: How a gzip member begins.
_GZIP_START = b"\x1f\x8b\x08"
#: The highest compression ratio of gzip; a size that claims more is wrong.
_MAX_RATIO = 1_032
#: The largest decompressed body that is accepted.
MAX_BODY_BYTES = 256 << 20
#: Larger responses with rows are not searched for the token; no message shows them.
_MAX_MESSAGE_BYTES = 1 << 16
_DATA_START = re.compile(rb'\s*\{\s*"data"\s*:\s*[\[{]')


class TransportError(Exception):
    """A request could not be sent, or there was no complete response.

    Unlike the errors of requests and urllib3, it leads to no object and no frame that holds the
    token.

    Attributes
    ----------
    was_sent : bool
        The server may have received the request.
    is_final : bool
        Sending it again would not help.
    is_unsendable : bool
        The request itself is not valid.
    """

    def __init__(self, cause: Exception, network: NetworkSettings) -> None:
        super().__init__(network.hide_passwords(summarize_exception(cause)))
        # Other errors are raised before sending, for example if the certificate file is missing.
        is_foreign = not isinstance(cause, requests.RequestException)
        self.is_unsendable = is_foreign or isinstance(cause, UNSENDABLE_ERRORS)
        self.was_sent = not self.is_unsendable and not was_never_sent(cause)
        is_refused_certificate = is_certificate_error(cause)
        is_body = isinstance(cause, requests.exceptions.ContentDecodingError)
        self.is_final = self.is_unsendable or is_refused_certificate or is_body
        #: Sentences on the proxy and the certificates, for messages.
        self.route = network.describe_proxy()
        if is_refused_certificate:
            self.route += " Its certificate is not trusted here."
        if is_refused_certificate or (is_foreign and network.bundle_variable):
            self.route += network.describe_certificates()


class Transport:
    """Sends requests with a token to one base URL, and reads the responses.

    Parameters
    ----------
    token
        Sent as a bearer token; None sends no token.
    base_url
        The URL that paths are appended to.
    adapter
        Answers requests instead of the network.
    """

    def __init__(
        self, token: str | None, base_url: str, adapter: BaseAdapter | None = None
    ) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        # Neither a password of ~/.netrc nor a proxy for requests to this machine.
        self._session.trust_env = False
        self._session.headers.update(
            {
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": f"asana-frames Python/{platform.python_version()}",
            }
        )
        self._adapter = adapter or _new_adapter()
        # Looked up once: doing so for each request would take as long as the request itself.
        self._network = read_network_settings(base_url)
        self._token: str | None = None
        #: What must be in no message and no log.
        self._secrets: tuple[str, ...] = ()
        _log_filter.add(self)
        self._get = self._prepare_with_body("GET", base_url)
        self.set_token(token)

    def set_token(self, token: str | None) -> None:
        """Set the token of requests from now on."""
        if token is None or token == self._token:
            return
        try:
            self._session.headers["Authorization"] = f"Bearer {token}"
            # Replaced and not changed, since other threads send copies of the old one.
            self._get = self._prepare_with_body("GET", self._base_url)
        except BaseException as error:  # noqa: BLE001
            raise cut_traceback(error)  # noqa: B904
        self._token = SecretText(token)
        self._secrets = (self._token,)

    def __repr__(self) -> str:
        return f"Transport({self._base_url!r})"

    def renew_connections(self) -> None:
        """Connect anew from now on, and leave the open connections to the parent process."""
        if isinstance(self._adapter, HTTPAdapter):
            # Kept: closing them could end the encrypted connections of the parent.
            _left_to_parent.append(self._adapter)
            self._adapter = _new_adapter()

    def close(self) -> None:
        """Close the connections."""
        if isinstance(self._adapter, HTTPAdapter):
            # urllib3 closes them only when nothing refers to their pool any more, and an error's
            # traceback may do so for long.
            for manager in (self._adapter.poolmanager, *self._adapter.proxy_manager.values()):
                for key in [*manager.pools.keys()]:
                    pool = manager.pools.get(key)
                    if pool is not None:
                        pool.close()
        self._adapter.close()
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        *,
        data: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        timeout: tuple[float, float],
        check: Callable[[], None],
    ) -> Response:
        """Send one request and read the whole response.

        Parameters
        ----------
        method, path, params
            The request.
        data, form, files
            Its body: an object to send as JSON, or the fields and files of a form.
        timeout
            Seconds to connect, and to wait for the next bytes.
        check
            Called as the body arrives; if it raises, the rest is not read.

        Raises
        ------
        TransportError
            The request could not be sent, or there was no complete response.
        """
        if form is not None:
            sent = tuple(value for value in form.values() if isinstance(value, SecretText))
            self._secrets = tuple({*self._secrets, *sent})
        try:
            return self._exchange(method, path, params, data, form, files, timeout, check)
        except AsanaError:
            raise
        except (requests.RequestException, OSError) as cause:
            failure = TransportError(cause, self._network)
        except (TypeError, ValueError) as cause:
            # A proxy whose URL is not valid is refused with errors of many kinds.
            if not self._network.proxies:
                raise cut_traceback(cause)  # noqa: B904
            failure = TransportError(cause, self._network)
        except BaseException as error:  # noqa: BLE001
            # The frames of requests and urllib3 hold the token, also when they are interrupted.
            raise cut_traceback(error)  # noqa: B904
        # Raised here, so that it does not lead to its cause, whose frames hold the token.
        raise failure

    def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        data: Any,
        form: Mapping[str, str] | None,
        files: Mapping[str, Any] | None,
        timeout: tuple[float, float],
        check: Callable[[], None],
    ) -> Response:
        # Commas stay unescaped, which is shorter: urllib3 checks each character of a URL twice.
        query = f"?{urlencode(params, safe=',')}" if params else ""
        url = f"{self._base_url}{path}{query}"
        if method == "GET":
            request = self._prepare_get(url)
        else:
            request = self._prepare_with_body(method, url, data, form, files)
        response = self._adapter.send(
            request,
            stream=True,
            timeout=timeout,
            verify=self._network.verify,
            proxies=self._network.proxies,
        )
        body = _read_body(response, check)
        headers = response.headers
        return self._hide_token(
            Response(
                response.status_code,
                body,
                headers.get("Location"),
                headers.get("Retry-After"),
                headers.get("Date"),
            )
        )

    def _hide_token(self, response: Response) -> Response:
        """Return a response without the token, in case the server repeats the header."""
        status, body, location = response[:3]
        is_page = status < 300 and len(body) > _MAX_MESSAGE_BYTES and _DATA_START.match(body)
        if is_page or not self._secrets:
            return response
        # Of any byte, so that none is changed.
        text = self.hide_secrets(body.decode("latin-1"))
        location = location and self.hide_secrets(location)
        return response._replace(body=text.encode("latin-1"), location=location)

    def hide_secrets(self, text: str) -> str:
        """Return a text without token, code and refresh token, in case the server repeats them."""
        for secret in self._secrets:
            text = hide_secret(text, secret)
        return text

    def __reduce__(self) -> Any:
        raise TypeError("A connection contains a token and cannot be pickled.")

    def _prepare_get(self, url: str) -> requests.PreparedRequest:
        """Return a copy of a prepared GET, since preparing one takes as long as sending it."""
        request = copy.copy(self._get)
        request.url = url
        return request

    def _prepare_with_body(
        self,
        method: str,
        url: str,
        data: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
    ) -> requests.PreparedRequest:
        _rewind_files(files)
        return self._session.prepare_request(
            requests.Request(method, url, json=data, data=form, files=files)
        )


def cut_traceback(error: BaseException) -> BaseException:
    """Return an error that leads to none of the frames it has come through."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


class _SecretFilter(logging.Filter):
    """Keeps secrets out of the log of urllib3, which shows what a server sends in odd places."""

    def __init__(self) -> None:
        super().__init__()
        self._transports: weakref.WeakSet[Transport] = weakref.WeakSet()
        self._lock = ForkSafeLock()

    def add(self, transport: Transport) -> None:
        """Hide the secrets of a connection from now on, for as long as it is there."""
        with self._lock:
            self._transports.add(transport)

    def filter(self, record: logging.LogRecord) -> bool:
        """Hide the secrets of all connections in a record."""
        text = shown = record.getMessage()
        cause = record.exc_info[1] if record.exc_info else None
        with self._lock:
            known = list(self._transports)
        for transport in known:
            text = transport.hide_secrets(text)
            if cause is not None and transport.hide_secrets(str(cause)) != str(cause):
                record.exc_info = None
        if text != shown:
            record.msg, record.args = text, ()
        return True


_log_filter = _SecretFilter()
for _name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(_name).addFilter(_log_filter)

_left_to_parent: list[BaseAdapter] = []


def _new_adapter() -> HTTPAdapter:
    return HTTPAdapter(pool_connections=4, pool_maxsize=POOL)


def _read_body(response: requests.Response, check: Callable[[], None]) -> bytes:
    """Read the whole body and decompress it.

    ``response.content`` copies a page five times; this function copies it once.
    """
    raw = response.raw
    coding = response.headers.get("Content-Encoding", "")
    is_packed = coding.lower() in ("gzip", "x-gzip")
    is_decoded = bool(coding) and not is_packed
    # read1 (urllib3 2) returns what has arrived, so that the deadline holds for slow bodies too.
    read = getattr(raw, "read1", raw.read)
    pieces: list[bytes] = []
    left = MAX_BODY_BYTES
    try:
        while piece := read(_CHUNK_BYTES, decode_content=is_decoded):
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise _build_size_error()
            check()
    except (AsanaError, requests.exceptions.ContentDecodingError):
        raw.close()
        raise
    except Exception as cause:
        raw.close()
        # urllib3 raises a dozen kinds of errors here; all mean that the body is incomplete.
        raise requests.ConnectionError(f"the body broke off: {type(cause).__name__}") from cause
    except BaseException:
        # Interrupted: the rest of the body must not be read as the next response.
        raw.close()
        raise
    raw.release_conn()
    body = b"".join(pieces)
    expected = response.headers.get("Content-Length")
    # A length that is not a number is ignored.
    size = int(expected) if expected and re.fullmatch("[0-9]+", expected) else len(body)
    if (is_packed or not coding) and len(body) != size:
        raise requests.ConnectionError(f"the body broke off at {len(body)} of {expected} bytes")
    return _decompress(body) if is_packed and body else body


def _decompress(body: bytes) -> bytes:
    # gzip ends with the size; knowing it, zlib allocates once and copies nothing.
    size = int.from_bytes(body[-4:], "little")
    try:
        if _MAX_RATIO * len(body) <= MAX_BODY_BYTES:
            whole = zlib.decompress(body, _GZIP_WBITS, min(max(size, 1), _MAX_RATIO * len(body)))
            # zlib reads the first of several members, and the size is that of the last one.
            if len(whole) == size and body.rfind(_GZIP_START) == 0:
                return whole
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as members:
            whole = members.read(MAX_BODY_BYTES + 1)
    except (zlib.error, OSError, EOFError) as cause:
        raise requests.ConnectionError(f"the body cannot be unpacked: {cause}") from cause
    if len(whole) > MAX_BODY_BYTES:
        raise _build_size_error()
    return whole


def _build_size_error() -> requests.RequestException:
    return requests.exceptions.ContentDecodingError(
        f"the body has more than {MAX_BODY_BYTES >> 20} MiB, which no response of Asana has"
    )


def _rewind_files(files: Mapping[str, Any] | None) -> None:
    for part in (files or {}).values():
        stream = part[1] if isinstance(part, tuple) else part
        with contextlib.suppress(AttributeError, OSError):
            stream.seek(0)
