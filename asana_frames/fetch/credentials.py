"""Credentials: a personal access token or an OAuth login; never shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from asana_frames.exceptions import ConfigurationError

#: Shorter secrets are those of a sandbox, and words of its messages.
MIN_SECRET_LENGTH = 16


def hide_secret(text: str, secret: str | None) -> str:
    """Return a text without a secret, in the forms in which a server may repeat it."""
    if secret is None or len(secret) < MIN_SECRET_LENGTH:
        return text
    for spelling in {str(secret), secret.replace("/", r"\/"), quote(secret, "")}:
        text = text.replace(spelling, "(secret)")
    return text


class SecretText(str):
    """A text that tracebacks showing local variables do not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "SecretText(...)"

    def __getitem__(self, key: Any) -> SecretText:
        # Long values are shortened before they are shown.
        return SecretText(super().__getitem__(key))


@dataclass(frozen=True, repr=False)
class Credential:
    """A personal access token, or an OAuth login if there is a refresh token.

    Parameters
    ----------
    token
        The personal access token, or the access token of an OAuth login.
    refresh_token
        Exchanged for a new access token.
    expires
        When the access token expires, in seconds since 1970; 0 if it does not.
    client_id, client_secret
        The app that the OAuth login belongs to.
    """

    token: str
    refresh_token: str = ""
    expires: float = 0.0
    client_id: str = ""
    client_secret: str = ""

    def __post_init__(self) -> None:
        for name in ("token", "refresh_token", "client_secret"):
            object.__setattr__(self, name, SecretText(getattr(self, name)))

    def __repr__(self) -> str:
        return "Credential(OAuth)" if self.refresh_token else "Credential(token)"

    def __reduce__(self) -> Any:
        raise TypeError("A credential is a secret and is not pickled; connect() anew instead.")


def check_token(text: str) -> SecretText:
    """Return a token without surrounding whitespace.

    Raises
    ------
    ConfigurationError
        It contains a space, a line break or an invalid character.
    """
    text = token = SecretText(text.strip())
    if not token.isascii() or not token.isprintable() or " " in token:
        # The token itself is never shown.
        raise ConfigurationError(
            "The token contains a space, a line break or an invalid character. Copy it again."
        )
    return token
