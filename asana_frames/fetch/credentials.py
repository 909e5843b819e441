"""What proves who asks: a personal access token, or what OAuth gives; never shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asana_frames.exceptions import ConfigurationError


@dataclass(frozen=True, repr=False)
class Credential:
    """A personal access token, or the set of an OAuth login where there is a refresh token.

    Parameters
    ----------
    token
        What is sent: the personal access token, or the access token.
    refresh_token
        Brings a new access token.
    expires
        When the access token ends, in seconds since 1970; 0 where it does not.
    client_id, client_secret
        The app that was let in.
    """

    token: str
    refresh_token: str = ""
    expires: float = 0.0
    client_id: str = ""
    client_secret: str = ""

    def __repr__(self) -> str:
        return "Credential(OAuth)" if self.refresh_token else "Credential(token)"

    def __reduce__(self) -> Any:
        raise TypeError("A credential is a secret and is not pickled; connect() anew instead.")


def check_token(text: str) -> str:
    """Return a token without the spaces and line ends around it.

    Raises
    ------
    ConfigurationError
        It holds a space, a line end or an odd letter, so it cannot be a token.
    """
    token = text.strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        # The token itself is never shown.
        raise ConfigurationError("The token has a space, a line end or an odd letter inside.")
    return token
