"""A requests adapter that answers from an application in the same process."""

from __future__ import annotations

import io
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from asana_frames.sandbox_server.http.application import ApiResponse, Application


class SandboxAdapter(BaseAdapter):
    """Sends requests to an application in the same process.

    Parameters
    ----------
    application
        Answers the requests.
    """

    def __init__(self, application: Application) -> None:
        super().__init__()
        self.application = application

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Answer one request."""
        parts = urlsplit(str(request.url))
        target = f"{parts.path}?{parts.query}"
        body = request.body or b""
        if hasattr(body, "read"):
            body = body.read()
        answer = self.application.handle(
            str(request.method),
            target,
            dict(request.headers),
            body.encode() if isinstance(body, str) else bytes(body),
        )
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(dict(answer.headers))
        response.request = request
        response.url = str(request.url)
        response.raw = HTTPResponse(
            io.BytesIO(self._apply_mishap(answer, request)),
            headers=HTTPHeaderDict(answer.headers),
            status=answer.status,
            preload_content=False,
        )
        return response

    def _apply_mishap(self, answer: ApiResponse, request: requests.PreparedRequest) -> bytes:
        """Return the body after its mishap, or break the connection."""
        if answer.mishap == "drop":
            raise requests.exceptions.ChunkedEncodingError(
                "Connection broken: the body ended early", request=request
            )
        if answer.mishap == "slow":
            time.sleep(self.application.mischief.faults.slow_seconds)
        is_cut = answer.mishap == "truncate"
        return answer.body[: len(answer.body) // 2] if is_cut else answer.body

    def close(self) -> None:
        """Stop background threads."""
        self.application.close()
