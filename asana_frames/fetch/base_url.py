"""Validate the base URL of the API."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from asana_frames._arguments import check_text
from asana_frames.exceptions import ConfigurationError

DEFAULT_BASE_URL = "https://app.asana.com/api/1.0"
BASE_URL_VARIABLE = "ASANA_BASE_URL"


def resolve_base_url(base_url: str | None = None) -> str:
    """Return the base URL: the argument, else ``ASANA_BASE_URL``, else Asana's.

    Raises
    ------
    ConfigurationError
        It is neither https nor on this machine, so others could read the token.
    InvalidArgument
        The argument is not text.
    """
    if base_url is not None:
        check_text(base_url, name="base_url", like=DEFAULT_BASE_URL)
    url = (base_url or os.environ.get(BASE_URL_VARIABLE) or DEFAULT_BASE_URL).rstrip("/")
    problem = _find_problem(url)
    if problem:
        # A password in it is not shown, not even as a local variable.
        base_url = url = ""
        raise ConfigurationError(problem)
    return url


def _find_problem(url: str) -> str:
    """Return why a base URL is refused; empty if it is not."""
    if "@" in url:
        return "The base URL contains a user name or password. Remove it."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as cause:
        return f"The base URL {url!r} is not a valid URL: {cause}."
    if not parts.hostname or port == 0 or not url.isprintable() or " " in url:
        return f"The base URL {url!r} is not a valid URL. Use one like {DEFAULT_BASE_URL}."
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return ""
    return (
        f"The base URL {url!r} is refused: the token would travel in the clear. "
        f"Use https://, or http:// on this machine (http://127.0.0.1:8765/api/1.0)."
    )


def get_origin(base_url: str) -> str:
    """Return scheme, host and port of a base URL; the port only if it is not the usual one."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    is_usual = parts.port in (None, {"https": 443, "http": 80}.get(parts.scheme))
    return f"{parts.scheme}://{host}{'' if is_usual else f':{parts.port}'}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
