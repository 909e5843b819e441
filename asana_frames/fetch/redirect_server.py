"""Receive the browser's redirect at the end of an OAuth login, on this machine."""

from __future__ import annotations

import hmac
import html
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from asana_frames.exceptions import AuthError, ConfigurationError, InvalidArgument

#: Seconds to wait for the login in the browser.
LOGIN_TIMEOUT = 300.0
_HOST = "127.0.0.1"
#: Seconds before a silent connection is closed; browsers open some that they never use.
_READ_TIMEOUT = 10.0
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>asana-frames</title>
<body style="font-family: sans-serif; margin: 3em"><h1>{title}</h1><p>{text}</p></body></html>"""


class _RedirectHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _READ_TIMEOUT
    server_version, sys_version = "asana-frames", ""
    path_wanted = "/"
    state = ""
    answers: queue.Queue[dict[str, str] | None]
    first: threading.Lock

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != self.path_wanted:
            self._send_page(404, "Nothing here", "This page is not part of a login.")
            return
        answer = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not self._is_expected(answer):
            # Any page in the browser can send such a request; it must not end the login.
            self._send_page(400, "Not logged in", "This answer belongs to another log-in.")
            return
        if not self.first.acquire(blocking=False):
            self._send_page(410, "Too late", "The answer has come before.")
            return
        try:
            self._send_outcome(answer)
        finally:
            # Only after the page is sent, since the process may end after this.
            self.answers.put(answer)

    def _is_expected(self, answer: dict[str, str]) -> bool:
        given = answer.get("state", "").encode()
        return bool(self.state) and hmac.compare_digest(given, self.state.encode())

    def _send_outcome(self, answer: dict[str, str]) -> None:
        if "error" in answer:
            self._send_page(200, "Not logged in", "You can close this page.")
        else:
            self._send_page(200, "Nearly there", "You can close this page and go back.")

    def _send_page(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Log nothing: the URL contains the code."""


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Print nothing when a browser closes a connection."""


class RedirectServer:
    """Listens on 127.0.0.1 for one redirect; close it, or use it in ``with``.

    Only a request with the state passed to `expect` counts; others get an error page, and the
    server keeps listening.

    Parameters
    ----------
    redirect_uri
        Such as ``http://127.0.0.1:8912/callback``; without a port, or with port 0, a free one.

    Attributes
    ----------
    redirect_uri : str
        The URI with the actual port.

    Raises
    ------
    InvalidArgument
        ``redirect_uri`` is not an http URL on 127.0.0.1.
    ConfigurationError
        The port is in use or not allowed.
    """

    def __init__(self, redirect_uri: str = f"http://{_HOST}:0/") -> None:
        path, port = _parse_redirect_uri(redirect_uri)
        #: None once the server is closed.
        self._answers: queue.Queue[dict[str, str] | None] = queue.Queue()
        attributes = {"answers": self._answers, "first": threading.Lock(), "path_wanted": path}
        self._handler = type("Handler", (_RedirectHandler,), attributes)
        try:
            self._server = _QuietServer((_HOST, port), self._handler)
        except (OSError, OverflowError) as cause:
            raise ConfigurationError(
                f"Cannot listen on port {port} ({cause}). Use a redirect_uri with another port."
            ) from cause
        self.redirect_uri = f"http://{_HOST}:{self._server.server_address[1]}{path}"
        self._is_open = threading.Lock()
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def __enter__(self) -> RedirectServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def expect(self, state: str) -> None:
        """Set the state that the redirect must have; until then, none is accepted."""
        self._handler.state = state  # type: ignore[attr-defined]

    def wait(self, seconds: float = LOGIN_TIMEOUT) -> dict[str, str]:
        """Return the query that the browser brings back, then stop listening.

        Raises
        ------
        AuthError
            The browser did not come back in time, or the server was closed meanwhile.
        """
        problem = "The server was closed before the browser came back. Log in again."
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            answer = None
            problem = f"The browser did not come back within {seconds:g} s. Log in again."
        finally:
            self.close()
        if answer is None:
            raise AuthError(problem)
        return answer

    def close(self) -> None:
        """Stop listening, also in `wait`; a second time does nothing."""
        if self._is_open.acquire(blocking=False):
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._answers.put(None)


def _parse_redirect_uri(redirect_uri: str) -> tuple[str, int]:
    """Return the path and the port of a redirect URI."""
    try:
        parts = urlsplit(redirect_uri)
        port = parts.port or 0
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme != "http" or parts.hostname != _HOST:
        raise InvalidArgument(
            f"redirect_uri={redirect_uri!r} is not valid. Use http://{_HOST}:<port>/<path> as "
            f"registered for your app, or none to copy the code by hand."
        )
    return parts.path or "/", port
