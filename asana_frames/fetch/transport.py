"""Send one HTTP request and read its response; no retries, no rate limits."""

from __future__ import annotations

import contextlib
import copy
import gzip
import platform
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from asana_frames.exceptions import AsanaError
from asana_frames.fetch.base_url import is_loopback
from asana_frames.fetch.responses import Response

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


class Transport:
    """Sends requests with a token to one base URL, and reads the responses.

    Parameters
    ----------
    token
        Sent as a bearer token.
    base_url
        The URL that paths are appended to.
    adapter
        Answers requests instead of the network.
    """

    def __init__(self, token: str, base_url: str, adapter: BaseAdapter | None) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        self._session.headers.update(
            {
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": f"asana-frames Python/{platform.python_version()}",
            }
        )
        self._adapter = adapter or _new_adapter()
        # Proxies and certificates are looked up once: doing so for each request would take as long
        # as the request itself.
        found = self._session.merge_environment_settings(base_url, {}, True, None, None)
        self._session.trust_env = False
        # Requests to this machine never go through a proxy.
        is_local = is_loopback(urlsplit(base_url).hostname or "")
        self._proxies: dict[str, str] = {} if is_local else dict(found["proxies"])
        self._verify: bool | str = True if found["verify"] is None else found["verify"]
        self._get = self._session.prepare_request(requests.Request("GET", base_url))

    def set_token(self, token: str) -> None:
        """Set the token of requests from now on."""
        header = f"Bearer {token}"
        if header != self._get.headers["Authorization"]:
            self._session.headers["Authorization"] = header
            # Replaced and not changed, since other threads send copies of the old one.
            self._get = self._session.prepare_request(requests.Request("GET", self._base_url))

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
        files: Mapping[str, Any] | None = None,
        timeout: tuple[float, float],
        check: Callable[[], None],
    ) -> Response:
        """Send one request and read the whole response.

        Parameters
        ----------
        method, path, params, data, files
            The request.
        timeout
            Seconds to connect, and to wait for the next bytes.
        check
            Called as the body arrives; if it raises, the rest is not read.

        Raises
        ------
        requests.RequestException
            The request could not be sent, or there was no complete response.
        """
        # Commas stay unescaped, which is shorter: urllib3 checks each character of a URL twice.
        query = f"?{urlencode(params, safe=',')}" if params else ""
        url = f"{self._base_url}{path}{query}"
        try:
            if method == "GET":
                request = self._prepare_get(url)
            else:
                request = self._prepare_with_body(method, url, data, files)
            response = self._adapter.send(
                request,
                stream=True,
                timeout=timeout,
                verify=self._verify,
                proxies=self._proxies,
            )
            body = _read_body(response, check)
        except requests.RequestException as cause:
            # They refer to the request, which contains the token.
            cause.request = cause.response = None
            raise
        headers = response.headers
        return Response(
            response.status_code, body, headers.get("Location"), headers.get("Retry-After")
        )

    def _prepare_get(self, url: str) -> requests.PreparedRequest:
        """Return a copy of a prepared GET, since preparing one takes as long as sending it."""
        request = copy.copy(self._get)
        request.url = url
        return request

    def _prepare_with_body(
        self, method: str, url: str, data: Any, files: Mapping[str, Any] | None
    ) -> requests.PreparedRequest:
        _rewind_files(files)
        return self._session.prepare_request(
            requests.Request(
                method,
                url,
                data=data if files else None,
                json=None if files or data is None else data,
                files=files,
            )
        )


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
    try:
        while piece := read(_CHUNK_BYTES, decode_content=is_decoded):
            pieces.append(piece)
            check()
    except AsanaError:
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
        whole = zlib.decompress(body, _GZIP_WBITS, min(max(size, 1), _MAX_RATIO * len(body)))
        # zlib reads the first of several members in a row, and the size is that of the last one.
        is_one = len(whole) == size and body.rfind(_GZIP_START) == 0
        return whole if is_one else gzip.decompress(body)
    except (zlib.error, OSError, EOFError) as cause:
        raise requests.ConnectionError(f"the body cannot be unpacked: {cause}") from cause


def _rewind_files(files: Mapping[str, Any] | None) -> None:
    for part in (files or {}).values():
        stream = part[1] if isinstance(part, tuple) else part
        with contextlib.suppress(AttributeError, OSError):
            stream.seek(0)
