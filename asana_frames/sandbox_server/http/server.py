"""The HTTP server of the sandbox, on loopback by default."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from asana_frames.exceptions import ConfigurationError
from asana_frames.fetch.base_url import is_loopback
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.write_context import MAX_UPLOAD_BYTES
from asana_frames.sandbox_server.http.application import ApiResponse, Application
from asana_frames.sandbox_server.http.gzip_packer import GzipPacker
from asana_frames.sandbox_server.http.routing import ROOT

#: Smallest body that is compressed; for smaller ones it costs more than it saves.
_WORTH_PACKING = 1_400
#: Most bytes of a request: a file, and the rest of its multipart form.
_MOST_BODY = MAX_UPLOAD_BYTES + 1_000_000
#: Seconds until a silent connection is closed, or a body must be complete.
_PATIENCE = 60
_SLICES = 20
#: Most bytes of a line around a chunk.
_LINE = 8_192


#: Hosts that stand for all addresses of this machine.
_EVERYWHERE = {"", "0.0.0.0", "::"}
#: Reason phrases that differ from the standard.
_REASONS = {401: "Not Authorized"}


class ApiRequestHandler(BaseHTTPRequestHandler):
    """Handles one HTTP request with the application."""

    protocol_version = "HTTP/1.1"
    # Unbuffered writes and Nagle's algorithm cost 40 ms a request.
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = _PATIENCE
    server_version, sys_version = "asana-frames-sandbox", ""
    application: Application
    packer: GzipPacker
    #: The address that the server listens at.
    host: str

    def __getattr__(self, name: str) -> Any:
        # Any method goes to the application, which refuses unknown ones.
        if name.startswith("do_"):
            return self._handle_request
        raise AttributeError(name)

    def _handle_request(self) -> None:
        try:
            self._check_sender()
            body = self._read_body()
        except ApiError as refusal:
            self.close_connection = True
            self._send_response(
                ApiResponse(refusal.status, json.dumps(refusal.body).encode(), _JSON)
            )
            return
        headers = dict(self.headers)
        self._send_response(self.application.handle(self.command, self.path, headers, body))

    def _check_sender(self) -> None:
        """Refuse requests of web pages from elsewhere.

        A page can give its own host name the address 127.0.0.1, and then read what is served
        there; but the requests bear that name.
        """
        for name in ("Host", "Origin"):
            for value in self.headers.get_all(name) or ():
                address = value if name == "Origin" else f"//{value}"
                if not _is_own_host(address, self.host):
                    raise ApiError(
                        403,
                        f"{name} {value} is not this machine. The sandbox answers requests to "
                        f"127.0.0.1, or to what it was started with as host.",
                    )

    def _read_body(self) -> bytes:
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdecimal()):
            raise ApiError(400, "Content-Length is not a number")
        if len(length) > 12:
            raise ApiError(413, "The request is too large.")
        if int(length) > _MOST_BODY:
            raise ApiError(413, "The request is too large.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ApiError(400, "The body is shorter than Content-Length says")
        return body

    def _read_chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            try:
                size = int(self.rfile.readline(_LINE).split(b";")[0].strip(), 16)
            except ValueError:
                raise ApiError(400, "The body's chunks cannot be read") from None
            total += size
            if size < 0:
                raise ApiError(400, "The body's chunks cannot be read")
            if total > _MOST_BODY:
                raise ApiError(413, "The request is too large.")
            if size == 0:
                # Trailers after the last chunk are ignored.
                while self.rfile.readline(_LINE).strip():
                    pass
                return b"".join(parts)
            parts.append(self.rfile.read(size))
            self.rfile.readline(_LINE)

    def _send_response(self, answer: ApiResponse) -> None:
        body = answer.body
        packed = len(body) > _WORTH_PACKING and _JSON[0] in answer.headers and self._accepts_gzip()
        if packed:
            body = self.packer.pack(answer.pieces or (body,))
        self.send_response_only(answer.status, _REASONS.get(answer.status))
        self.send_header("Server", self.version_string())
        if all(name != "Date" for name, _ in answer.headers):
            self.send_header("Date", self.date_time_string())
        for name, value in answer.headers:
            self.send_header(name, value)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if answer.mishap == "truncate":
            body = body[: len(body) // 2]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.mishap == "drop":
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        elif answer.mishap == "slow":
            self._send_slowly(body)
        else:
            self.wfile.write(body)

    def _accepts_gzip(self) -> bool:
        codings = (self.headers.get("Accept-Encoding") or "").replace(" ", "").split(",")
        return any(coding.startswith("gzip") and coding != "gzip;q=0" for coding in codings)

    def handle_expect_100(self) -> bool:
        """Send ``100 Continue`` at once."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _send_slowly(self, body: bytes) -> None:
        pause = self.application.mischief.faults.slow_seconds / _SLICES
        size = len(body) // _SLICES + 1
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            time.sleep(pause)

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """Answer malformed HTTP with an error in the API's envelope."""
        self.close_connection = True
        # Any input gets an HTTP response with a status line.
        self.request_version = self.protocol_version
        refusal = ApiError(code, message or explain or "Bad Request")
        body = json.dumps(refusal.body).encode()
        self.send_response(code)
        for name, value in (*_JSON, ("Content-Length", str(len(body))), ("Connection", "close")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


def _is_own_host(address: str, host: str) -> bool:
    """Whether the host of an address is this machine, for a server that listens at ``host``."""
    try:
        name = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == host or is_loopback(name):
        return True
    # Listening everywhere: by any address, since only a name can be given another address.
    return host in _EVERYWHERE and (_is_address(name) or name == socket.gethostname().lower())


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


_JSON = (("Content-Type", "application/json; charset=UTF-8"),)


class _QuietHTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Ignore clients that disconnect."""


class Server:
    """A sandbox behind an HTTP port; use as a context manager or call ``stop``.

    Parameters
    ----------
    make
        Returns the application for a base URL.
    port
        0 picks a free one.
    host
        The address to listen on.

    Attributes
    ----------
    url : str
        The base URL of the API, such as ``http://127.0.0.1:8765/api/1.0``.
    application : Application
        Answers the requests.

    Raises
    ------
    ConfigurationError
        The port is in use or not allowed.
    """

    def __init__(
        self, make: Callable[[str], Application], port: int = 0, host: str = "127.0.0.1"
    ) -> None:
        handler = type("Handler", (ApiRequestHandler,), {})
        try:
            self._server = _QuietHTTPServer((host, port), handler)
        except (OSError, OverflowError) as cause:
            raise ConfigurationError(
                f"Port {port} cannot be used ({cause}). Try another, or 0 for any free one."
            ) from cause
        bound = self._server.server_address[1]
        self.url = f"http://{host}:{bound}{ROOT}"
        try:
            self.application = make(self.url)
        except BaseException:
            self._server.server_close()
            raise
        handler.application = self.application  # type: ignore[attr-defined]
        handler.packer = GzipPacker()  # type: ignore[attr-defined]
        handler.host = host  # type: ignore[attr-defined]
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Server:
        """Serve in a background thread."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def serve(self) -> None:
        """Serve until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def stop(self) -> None:
        """Stop listening."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()
        self.application.close()
