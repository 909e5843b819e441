"""Where the token and the base URL come from."""

from __future__ import annotations

import ipaddress
import os
from contextlib import suppress
from importlib import import_module
from urllib.parse import urlsplit

from asana_frames.exceptions import AuthError, ConfigurationError

DEFAULT_BASE_URL = "https://app.asana.com/api/1.0"
TOKEN_VARIABLE = "ASANA_ACCESS_TOKEN"
BASE_URL_VARIABLE = "ASANA_BASE_URL"
_SERVICE = "asana-frames"
_NO_TOKEN = f"""No Asana token found. Do one of:
  1) set {TOKEN_VARIABLE} in the environment
  2) keep it in the keyring: keyring set {_SERVICE} token   (pip install 'asana-frames[keyring]')
  3) af.connect(token="...")
Create a token at https://app.asana.com/0/my-apps. No account? af.sandbox() works without one."""


def resolve_token(token: str | None = None) -> str:
    """Return the token: the argument, else ``ASANA_ACCESS_TOKEN``, else the keyring's.

    Raises
    ------
    AuthError
        There is none; the message says how to give one.
    ConfigurationError
        It holds a space or a line end, so it cannot be a token.
    """
    found = token or os.environ.get(TOKEN_VARIABLE) or _from_keyring()
    if not found or not found.strip():
        raise AuthError(_NO_TOKEN)
    found = found.strip()
    if not found.isascii() or not found.isprintable() or " " in found:
        # The token itself is never shown.
        raise ConfigurationError("The token has a space, a line end or an odd letter inside.")
    return found


def _from_keyring() -> str | None:
    try:
        keyring = import_module("keyring")
        errors = import_module("keyring.errors")
    except ImportError:
        return None
    # A machine without a keyring service raises on reading too.
    with suppress(errors.KeyringError):
        found: str | None = keyring.get_password(_SERVICE, "token")
        return found
    return None


def resolve_base_url(base_url: str | None = None) -> str:
    """Return the API's address: the argument, else ``ASANA_BASE_URL``, else Asana's.

    Raises
    ------
    ConfigurationError
        It is neither https nor on this machine, so the token could be read on the way.
    """
    url = (base_url or os.environ.get(BASE_URL_VARIABLE) or DEFAULT_BASE_URL).rstrip("/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as cause:
        raise ConfigurationError(f"The base URL {url!r} is no address: {cause}.") from cause
    if not parts.hostname or port == 0 or not url.isprintable() or " " in url:
        raise ConfigurationError(
            f"The base URL {url!r} is no address. It looks like {DEFAULT_BASE_URL}."
        )
    if parts.username or parts.password:
        raise ConfigurationError("The base URL holds a user name or password; give it without.")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)):
        return url
    raise ConfigurationError(
        f"The base URL {url!r} is refused: the token would travel in the clear. "
        f"Use https://, or http:// on this machine (http://127.0.0.1:8765/api/1.0)."
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
