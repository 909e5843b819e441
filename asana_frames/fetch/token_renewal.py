"""An OAuth login that stays good: a new access token before the old one ends."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from asana_frames.exceptions import AuthError, ConfigurationError, ConnectionFailed
from asana_frames.fetch import credential_store as saved
from asana_frames.fetch import oauth
from asana_frames.fetch.credentials import Credential

log = logging.getLogger("asana_frames")

#: Seconds before its end at which an access token is not used any more.
MARGIN = 60.0


class Renewal:
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
        return f"Renewal({self._base_url!r})"

    def __reduce__(self) -> Any:
        raise TypeError("A login is a secret and is not pickled; connect() anew instead.")

    @property
    def credential(self) -> Credential:
        """The newest set."""
        return self._credential

    def token(self) -> str:
        """Return an access token; a new one if the old one ends within a minute.

        Raises
        ------
        AuthError
            The login was withdrawn: log in again.
        ConnectionFailed
            No answer came, and the old one has ended.
        """
        seen = self._credential
        if time.time() < seen.expires - MARGIN:
            return seen.token
        with self._lock:
            # Another thread may have been faster.
            if self._credential is seen:
                self._renew()
            return self._credential.token

    def take(self, credential: Credential) -> None:
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
            self._credential = oauth.refreshed(self._base_url, old)
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
            _renewals[self._base_url, self._credential.refresh_token] = self
        try:
            saved.renew(self._base_url, old, self._credential)
        except ConfigurationError as failure:
            log.warning("The renewed login is not remembered: %s", failure)


#: What a connection sends: a token, or what always has a fresh one.
Bearer = str | Renewal

_renewals: dict[tuple[str, str], Renewal] = {}
_lock = threading.Lock()


def renewal_of(base_url: str, credential: Credential) -> Renewal:
    """Return what keeps a login good: one for all connections of this process."""
    with _lock:
        key = base_url, credential.refresh_token
        renewal = _renewals.setdefault(key, Renewal(base_url, credential))
    renewal.take(credential)
    return renewal
