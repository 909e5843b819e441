"""Download files from URLs outside the API, which are never sent a token."""

from __future__ import annotations

import platform
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import HTTPError

from asana_frames.fetch import clock
from asana_frames.fetch.base_url import get_origin, is_loopback
from asana_frames.fetch.call import get_current_call
from asana_frames.fetch.environment import NetworkSettings, read_network_settings
from asana_frames.fetch.http import CONNECT_TIMEOUT, GRACE, TIMEOUT, Http
from asana_frames.fetch.retry import (
    BROKEN_STATUSES,
    QUOTA_STATUSES,
    UNSENDABLE_ERRORS,
    is_certificate_error,
    parse_retry_after,
    summarize_exception,
)

#: The most downloads at the same time.
MAX_DOWNLOADS = 8
_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses of a URL that has expired, depending on the host.
_EXPIRED = frozenset({400, 401, 403, 404, 410})
_CHUNK_BYTES = 1 << 16
_HEADERS = {
    # A file is saved as it is.
    "Accept-Encoding": "identity",
    "User-Agent": f"asana-frames Python/{platform.python_version()}",
}


class DownloadError(Exception):
    """A file could not be downloaded; the message does not have the URL, which is a secret.

    Attributes
    ----------
    is_expired : bool
        The URL may have expired, so that a new one would help.
    is_final : bool
        Trying again would not help.
    wait : float or None
        Seconds that the host asks to wait.
    """

    def __init__(
        self,
        message: str,
        *,
        is_expired: bool = False,
        is_final: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(message)
        self.is_expired = is_expired
        self.is_final = is_final or is_expired
        self.wait = wait


class FileDownloader:
    """Downloads files for one call; safe to share between threads.

    Parameters
    ----------
    http
        The connection whose requests are counted. Its token is not used; if it is answered in
        this process, so are the URLs of its host.
    """

    def __init__(self, http: Http) -> None:
        self._http = http
        self._adapter = HTTPAdapter(pool_connections=4, pool_maxsize=MAX_DOWNLOADS)
        self._networks: dict[str, NetworkSettings] = {}

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    def download(self, url: str, file: Path, size: int | None) -> None:
        """Download once, and replace what a file has.

        Parameters
        ----------
        url
            The URL; redirects are followed to https and to this machine only.
        file
            The file to write.
        size
            How many bytes there should be, checked if the host does not say it; None if unknown.

        Raises
        ------
        DownloadError
            The host refused it, or there was no complete response.
        OSError
            The file cannot be written.
        """
        for _ in range(_MAX_REDIRECTS + 1):
            with closing(self._open(url)) as response:
                location = response.headers.get("Location")
                if response.status_code in _REDIRECTS and location:
                    url = _follow(url, location)
                    continue
                _check_status(response, _get_host(url))
                return self._save_body(response, file, size)
        raise DownloadError(f"More than {_MAX_REDIRECTS} redirects.", is_final=True)

    def _open(self, url: str) -> requests.Response:
        """Send one request and return the response, whose body has not been read."""
        _check_url(url)
        call = get_current_call()
        call.check()
        silence = min(call.timeout or TIMEOUT, max(call.ends - clock.now(), 0.001) + GRACE)
        for tally in (self._http.total, call.tally):
            tally.add(requests=1)
        network = self._find_network(url)
        try:
            return self._choose_adapter(url).send(
                requests.Request("GET", url, headers=_HEADERS).prepare(),
                stream=True,
                timeout=(min(CONNECT_TIMEOUT, silence), silence),
                verify=network.verify,
                proxies=network.proxies,
            )
        except (requests.RequestException, HTTPError, OSError, ValueError) as cause:
            # A message about a URL that is not valid has the URL.
            is_invalid = isinstance(cause, (*UNSENDABLE_ERRORS, ValueError))
            told = type(cause).__name__ if is_invalid else summarize_exception(cause)
            is_refused = is_certificate_error(cause)
            advice = network.describe_proxy() + (
                network.describe_certificates() if is_refused else ""
            )
            failure = DownloadError(
                f"No answer from {_get_host(url)} ({told}).{advice}",
                is_final=is_invalid or is_refused,
            )
        # Raised here, so that it does not lead to its cause, which holds the URL.
        raise failure

    def _choose_adapter(self, url: str) -> BaseAdapter:
        own = self._http.adapter
        is_own = own is not None and get_origin(url) == get_origin(self._http.base_url)
        return own if own is not None and is_own else self._adapter

    def _find_network(self, url: str) -> NetworkSettings:
        origin = get_origin(url)
        if origin not in self._networks:
            self._networks[origin] = read_network_settings(origin)
        return self._networks[origin]

    def _save_body(self, response: requests.Response, file: Path, size: int | None) -> None:
        call, raw, count = get_current_call(), response.raw, 0
        problem = ""
        with file.open("wb") as stream:
            pieces = raw.stream(_CHUNK_BYTES, decode_content=True)
            while not problem:
                try:
                    piece = next(pieces, b"")
                except (HTTPError, requests.RequestException) as cause:
                    problem = f"({type(cause).__name__})"
                    break
                if not piece:
                    break
                stream.write(piece)
                count += len(piece)
                call.check()
        for tally in (self._http.total, call.tally):
            tally.add(bytes=count)
        length = response.headers.get("Content-Length") or ""
        expected = int(length) if re.fullmatch("[0-9]+", length) else size
        received = raw.tell() if length else count
        if problem or (expected is not None and received != expected):
            told = "" if expected is None else f" of {expected:,}"
            raise DownloadError(
                f"The file broke off at {received:,}{told} bytes {problem}".strip()
            )


def _follow(url: str, location: str) -> str:
    """Return the URL that a redirect leads to.

    Raises
    ------
    DownloadError
        It is not a valid URL.
    """
    try:
        return urljoin(url, location)
    except ValueError:
        raise DownloadError(
            f"{_get_host(url)} redirects to what is not a valid URL.", is_final=True
        ) from None


def _get_host(url: str) -> str:
    return urlsplit(url).hostname or "nowhere"


def _check_url(url: str) -> None:
    """Refuse URLs that are neither https nor on this machine.

    Raises
    ------
    DownloadError
        It is one of these, or not a valid URL.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not is_safe or parts.username or parts.password:
        raise DownloadError(
            f"The URL of the file is refused: it begins with {parts.scheme or 'nothing'}://"
            f"{host}, and files are read from https only.",
            is_final=True,
        )


def _check_status(response: requests.Response, host: str) -> None:
    """Raise the error of a response that is not the file."""
    status = response.status_code
    if status == 200:
        return
    raise DownloadError(
        f"{host} answered {status}.",
        is_expired=status in _EXPIRED,
        is_final=status not in BROKEN_STATUSES | QUOTA_STATUSES,
        wait=parse_retry_after(response.headers.get("Retry-After")),
    )
