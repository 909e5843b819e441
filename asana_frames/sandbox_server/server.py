"""The application behind a real socket on loopback."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asana_frames.exceptions import ConfigurationError
from asana_frames.sandbox_server.application import ROOT, Answer, Application

#: Bodies below this are sent as they are: packing them would cost more than it saves.
_WORTH_PACKING = 1_400


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the application, writes the answer in one piece."""

    protocol_version = "HTTP/1.1"
    # Unbuffered writes and Nagle's algorithm cost 40 ms a request.
    disable_nagle_algorithm = True
    wbufsize = -1
    application: Application

    def _serve(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit():
            self.send_error(400, "Content-Length is no number")
            return
        body = self.rfile.read(int(length))
        self._send(self.application.handle(self.command, self.path, dict(self.headers), body))

    def _send(self, answer: Answer) -> None:
        body = answer.body
        packed = len(body) > _WORTH_PACKING and "gzip" in self.headers.get("Accept-Encoding", "")
        if packed:
            body = gzip.compress(body, compresslevel=1, mtime=0)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def log_message(self, *_: Any) -> None:
        """Say nothing: the port's owner logs what it wants to."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a client that leaves is no fault of the server's."""


class Server:
    """A sandbox that listens; use as a context manager or call ``stop``.

    Parameters
    ----------
    make
        Returns the application for a base URL.
    port
        0 picks a free one.

    Raises
    ------
    ConfigurationError
        The port is taken or not allowed.
    """

    def __init__(self, make: Callable[[str], Application], port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {})
        try:
            self._server = _Server(("127.0.0.1", port), handler)
        except (OSError, OverflowError) as cause:
            raise ConfigurationError(
                f"Port {port} cannot be used ({cause}). Try another, or 0 for any free one."
            ) from cause
        host, bound = self._server.server_address[:2]
        self.url = f"http://{host!s}:{bound}{ROOT}"
        handler.application = make(self.url)  # type: ignore[attr-defined]
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Server:
        """Serve in a thread of its own."""
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
