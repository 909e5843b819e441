"""An OAuth login that stays good: a new access token before the old one ends."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from asana_frames.exceptions import AuthError, ConfigurationError, ConnectionFailed
from asana_frames.fetch import credential_store, oauth
from asana_frames.fetch.credentials import Credential

log = logging.getLogger("asana_frames")

#: Seconds before its end at which an access token is not used any more.
RENEWAL_MARGIN = 60.0


class TokenRenewer:
    """Has an access token that is good for another minute; safe to share between threads.

    Parameters
    ----------
    base_url
        The only address that it is for.
    credential
        The OAuth set.
    """

    def __init__(self, base_url: str, credential: Credential) -> None:
        self._base_url = base_url
        self._credential = credential
        self._lock = threading.Lock()
        self._refusal = ""
        #: Names the login for as long as it lasts: what quotas are counted by.
        self.identity = credential.refresh_token

    def __repr__(self) -> str:
        return f"TokenRenewer({self._base_url!r})"

    def __reduce__(self) -> Any:
        raise TypeError("A login is a secret and is not pickled; connect() anew instead.")

    @property
    def credential(self) -> Credential:
        """The newest set."""
        return self._credential

    def get_token(self) -> str:
        """Return an access token; a new one if the old one ends within a minute.

        Raises
        ------
        AuthError
            The login was withdrawn: log in again.
        ConnectionFailed
            No answer came, and the old one has ended.
        """
        seen = self._credential
        if time.time() < seen.expires - RENEWAL_MARGIN:
            return seen.token
        with self._lock:
            # Another thread may have been faster.
            if self._credential is seen:
                self._renew()
            return self._credential.token

    def update(self, credential: Credential) -> None:
        """Go on with a newer set of the same login."""
        with self._lock:
            if credential.expires > self._credential.expires:
                self._credential = credential
                self._refusal = ""

    def _renew(self) -> None:
        old = self._credential
        if self._refusal:
            # What was refused once is not asked again, by no thread.
            raise AuthError(self._refusal, status=401)
        try:
            self._credential = oauth.refresh_credential(self._base_url, old)
        except AuthError as refusal:
            self._refusal = str(refusal)
            raise
        except ConnectionFailed as failure:
            if time.time() >= old.expires:
                raise
            log.info("%s The old access token is still good.", failure)
            return
        with _lock:
            # A refresh may bring a new refresh token; the login is the same.
            _renewers[self._base_url, self._credential.refresh_token] = self
        try:
            credential_store.replace_stored(self._base_url, old, self._credential)
        except ConfigurationError as failure:
            log.warning("The renewed login is not remembered: %s", failure)


#: What a connection sends: a token, or what always has a fresh one.
TokenSource = str | TokenRenewer

_renewers: dict[tuple[str, str], TokenRenewer] = {}
_lock = threading.Lock()


def renewer_for(base_url: str, credential: Credential) -> TokenRenewer:
    """Return what keeps a login good: one for all connections of this process."""
    with _lock:
        key = base_url, credential.refresh_token
        renewer = _renewers.setdefault(key, TokenRenewer(base_url, credential))
    renewer.update(credential)
    return renewer
