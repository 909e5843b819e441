"""Renew the access token of an OAuth login before it expires."""

from __future__ import annotations

import logging
import time
from typing import Any

from asana_frames._fork import ForkSafeLock
from asana_frames.exceptions import AuthError, ConfigurationError, ConnectionFailed
from asana_frames.fetch import credential_store, oauth
from asana_frames.fetch.credentials import Credential

log = logging.getLogger("asana_frames")

#: Seconds before its expiry at which an access token is replaced.
RENEWAL_MARGIN = 60.0


class TokenRenewer:
    """Provides an access token that is valid for another minute; safe to share between threads.

    Parameters
    ----------
    base_url
        The only base URL that the login is for.
    credential
        The OAuth login.
    """

    def __init__(self, base_url: str, credential: Credential) -> None:
        self._base_url = base_url
        self._credential = credential
        self._lock = ForkSafeLock()
        self._refusal = ""
        #: Identifies the login for the rate limiter, however often its token changes.
        self.identity = credential.refresh_token

    def __repr__(self) -> str:
        return f"TokenRenewer({self._base_url!r})"

    def __reduce__(self) -> Any:
        raise TypeError("A login is a secret and cannot be pickled; call connect() again instead.")

    @property
    def credential(self) -> Credential:
        """The newest credential."""
        return self._credential

    def get_token(self) -> str:
        """Return an access token; a new one if the old one expires within a minute.

        Raises
        ------
        AuthError
            The login was revoked: log in again.
        ConnectionFailed
            There was no response, and the old token has expired.
        """
        seen = self._credential
        if time.time() < seen.expires - RENEWAL_MARGIN:
            return seen.token
        with self._lock:
            # Another thread may have renewed it meanwhile.
            if self._credential is seen:
                self._renew()
            return self._credential.token

    def replace_token(self, refused: str) -> bool:
        """Renew the token that Asana has refused; return whether there is another one now.

        Raises
        ------
        AuthError
            The login was revoked: log in again.
        ConnectionFailed
            There was no response.
        """
        with self._lock:
            # Another thread may have renewed it meanwhile.
            if self._credential.token == refused:
                self._renew(is_refused=True)
            return self._credential.token != refused

    def update(self, credential: Credential) -> None:
        """Use a newer credential of the same login."""
        with self._lock:
            if credential.expires > self._credential.expires:
                self._credential = credential
                self._refusal = ""

    def _renew(self, *, is_refused: bool = False) -> None:
        old = self._credential
        if self._refusal:
            # A refused renewal is not tried again, in any thread.
            raise AuthError(self._refusal, status=401)
        try:
            self._credential = oauth.refresh_credential(self._base_url, old)
        except AuthError as refusal:
            self._refusal = str(refusal)
            raise
        except ConnectionFailed as failure:
            if is_refused or time.time() >= old.expires:
                raise
            log.info("%s The old access token is still valid.", failure)
            return
        with _lock:
            # A refresh may bring a new refresh token; the login is the same.
            _renewers[self._base_url, self._credential.refresh_token] = self
        try:
            credential_store.replace_stored(self._base_url, old, self._credential)
        except ConfigurationError as failure:
            log.warning("The renewed login could not be stored: %s", failure)


#: A token, or the renewer that provides one.
TokenSource = str | TokenRenewer

_renewers: dict[tuple[str, str], TokenRenewer] = {}
_lock = ForkSafeLock()


def renewer_for(base_url: str, credential: Credential) -> TokenRenewer:
    """Return the renewer of a login, shared by all its connections in this process."""
    with _lock:
        key = base_url, credential.refresh_token
        renewer = _renewers.setdefault(key, TokenRenewer(base_url, credential))
    renewer.update(credential)
    return renewer
