"""OAuth with Asana: let in once in the browser, renewed and withdrawn without it."""

from __future__ import annotations

import hmac
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from asana_frames._optional import require
from asana_frames.exceptions import AuthError, ConfigurationError, ConnectionFailed
from asana_frames.fetch.base_url import DEFAULT_BASE_URL, get_origin
from asana_frames.fetch.credentials import Credential, check_token
from asana_frames.fetch.retry import summarize_exception

#: The code is shown in the browser and copied by hand.
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
ID_VARIABLE, SECRET_VARIABLE = "ASANA_CLIENT_ID", "ASANA_CLIENT_SECRET"
_AGAIN = "Log in again: af.widgets.login(client_id=...) or asana-frames login --oauth."
#: Seconds to connect, and to wait for the next bytes.
_TIMEOUT = (10.0, 30.0)
#: Characters of what Asana says of a refusal.
_LONGEST = 200
#: Seconds that an access token lasts where the answer does not tell.
_LIFE = 3_600
#: Errors that say nothing of whether the login is good.
_PASSING = frozenset({"", "missing_token", "server_error", "temporarily_unavailable"})


def read_app(client_id: str | None = None, client_secret: str | None = None) -> tuple[str, str]:
    """Return the id and secret of the app: arguments, else of the environment, else empty."""
    known = client_id or os.environ.get(ID_VARIABLE) or ""
    return known.strip(), (client_secret or os.environ.get(SECRET_VARIABLE) or "").strip()


class Authorization:
    """One attempt to be let in: the address to open, and the code that comes of it.

    Parameters
    ----------
    base_url
        The API's; the addresses of OAuth stand at its origin.
    client_id, client_secret
        The app, from https://app.asana.com/0/my-apps; the secret is empty where it has none.
    redirect_uri
        Where the browser is sent with the code, as the app is registered.
    scope
        What an app of granular permissions asks for, such as ``"tasks:read users:read"``.

    Attributes
    ----------
    url : str
        The address to open in the browser; it holds no secret.
    state : str
        What the browser has to come back with.

    Raises
    ------
    ConfigurationError
        What speaks OAuth is not installed, or there is no client id.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str = "",
        redirect_uri: str = OUT_OF_BAND,
        scope: str = "",
    ) -> None:
        if not client_id:
            raise ConfigurationError(
                f"OAuth needs the client id of your app: client_id=..., --client-id or "
                f"{ID_VARIABLE}. Register one at https://app.asana.com/0/my-apps."
            )
        self.base_url = base_url
        self.redirect_uri = redirect_uri
        self._client_id = client_id
        self._secret = client_secret
        with _in_silence():
            self._session = _session(base_url, client_id, redirect_uri)
            self._session.scope = scope.split() or None
            url, self.state = self._session.authorization_url(_as_https(base_url, "authorize"))
            # Asana may grant another scope than was asked for, which the library takes for a
            # failure where it knows what that was.
            self._session.scope = None
        self.url: str = base_url.partition("://")[0] + url.removeprefix("https")

    def __repr__(self) -> str:
        return f"Authorization({self.base_url!r})"

    def code_of(self, answer: Mapping[str, str]) -> str:
        """Return the code that the browser brought back.

        Raises
        ------
        AuthError
            The answer belongs to another attempt, or it was not allowed.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise AuthError(f"The browser came back from another log-in (wrong state). {_AGAIN}")
        if "error" in answer:
            said = f"{answer['error']} {answer.get('error_description', '')}".strip()[:_LONGEST]
            raise AuthError(f"Asana did not let this app in: {said}. {_AGAIN}")
        if not answer.get("code"):
            raise AuthError(f"The browser came back without a code. {_AGAIN}")
        return answer["code"]

    def redeem(self, code: str) -> Credential:
        """Return the login that a code stands for; it can be redeemed once.

        Raises
        ------
        AuthError
            Asana does not accept the code.
        ConnectionFailed
            No answer came, or one that is not Asana's.
        """
        code = code.strip()
        if not code:
            raise AuthError(f"There is no code. Copy it from the page at {self.url}")

        def redeem() -> Any:
            with self._session:
                return self._session.fetch_token(
                    _as_https(self.base_url, "token"),
                    code=code,
                    include_client_id=True,
                    client_secret=self._secret or None,
                    timeout=_TIMEOUT,
                )

        answer = _asked("oauth_token", self.base_url, redeem)
        return _credential_of(answer, self._client_id, self._secret)


def refresh_credential(base_url: str, credential: Credential) -> Credential:
    """Return the login with a new access token.

    Raises
    ------
    AuthError
        Asana refuses: the login was withdrawn.
    ConnectionFailed
        No answer came, or one that is not Asana's.
    ConfigurationError
        What speaks OAuth is not installed.
    """
    app = {"client_id": credential.client_id}
    if credential.client_secret:
        app["client_secret"] = credential.client_secret
    with _in_silence():
        session = _session(base_url, credential.client_id, None)

    def refresh() -> Any:
        with session:
            return session.refresh_token(
                _as_https(base_url, "token"),
                refresh_token=credential.refresh_token,
                timeout=_TIMEOUT,
                **app,
            )

    answer = _asked("oauth_token", base_url, refresh)
    return _credential_of(answer, credential.client_id, credential.client_secret)


def revoke_credential(base_url: str, credential: Credential) -> None:
    """Withdraw an OAuth login, at Asana too.

    Raises
    ------
    AuthError
        Asana refuses.
    ConnectionFailed
        No answer came.
    """
    form = {
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
        "token": credential.refresh_token,
    }

    def send() -> int:
        with requests.Session() as session:
            # Without this, a password of ~/.netrc would be sent along.
            session.auth = _as_it_is
            session.max_redirects = 0
            url = f"{get_origin(base_url)}/-/oauth_revoke"
            return session.post(url, data=form, timeout=_TIMEOUT).status_code

    status = _asked("oauth_revoke", base_url, send)
    if status != 200:
        raise AuthError(
            f"oauth_revoke: {status}. Withdraw the app at https://app.asana.com/0/my-apps.",
            status=status,
        )


def _credential_of(answer: Any, client_id: str, client_secret: str) -> Credential:
    now = time.time()
    life = answer.get("expires_in")
    is_number = isinstance(life, int | float) and not isinstance(life, bool)
    return Credential(
        check_token(str(answer["access_token"])),
        check_token(str(answer.get("refresh_token") or "")),
        now + (float(life) if is_number else _LIFE),
        client_id,
        client_secret,
    )


def _session(base_url: str, client_id: str, redirect_uri: str | None) -> Any:
    module = require("requests_oauthlib", extra="oauth")
    session = module.OAuth2Session(client_id, redirect_uri=redirect_uri, pkce="S256")
    # A redirect would carry code and secret away.
    session.max_redirects = 0
    if base_url.startswith("http://"):
        session.mount(_as_https(base_url, ""), _OnThisMachine())
    return session


class _OnThisMachine(HTTPAdapter):
    """Sends in the clear what the library takes for https: base URLs with http are loopback."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        request.url = f"http://{str(request.url).partition('://')[2]}"
        return super().send(request, *args, **options)


def _as_https(base_url: str, what: str) -> str:
    """Return the address that the library is told: it takes https only, even on this machine."""
    host = get_origin(base_url).partition("://")[2]
    return f"https://{host}/-/oauth_{what}"


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _asked(what: str, base_url: str, ask: Callable[[], Any]) -> Any:
    """Return what a question brings; its errors hold neither request nor answer."""
    try:
        with _in_silence():
            return ask()
    except requests.RequestException as cause:
        failure: Exception = ConnectionFailed(
            f"{what}: no answer from {get_origin(base_url)} "
            f"({summarize_exception(_without_texts(cause))}). "
            f"Check the base URL and the network."
        )
    except Exception as cause:  # noqa: BLE001
        failure = _refusal(what, cause)
    # Raised out here: a cause would carry code, tokens and secret along.
    raise failure


def _without_texts(cause: requests.RequestException) -> requests.RequestException:
    cause.request = cause.response = None
    return cause


def _refusal(what: str, cause: Exception) -> Exception:
    """Return the error for what the library raises."""
    error = str(getattr(cause, "error", "") or "")
    if error in _PASSING:
        return ConnectionFailed(
            f"{what}: no answer as OAuth gives it ({error or type(cause).__name__}). "
            f"Check the base URL; Asana's is {DEFAULT_BASE_URL}."
        )
    said = ": ".join(filter(None, [error, str(getattr(cause, "description", "") or "")]))
    return AuthError(f"{what}: Asana refuses ({said[:_LONGEST]}). {_AGAIN}", status=401)


# ------------------------------------------------------------------ what is not logged

_is_ours: ContextVar[bool] = ContextVar("asana_frames_oauth", default=False)


def _is_loggable(record: logging.LogRecord) -> bool:
    return not _is_ours.get()


@contextmanager
def _in_silence() -> Iterator[None]:
    """Keep the library from logging bodies, which hold code, tokens and secret."""
    logger = logging.getLogger("requests_oauthlib.oauth2_session")
    logger.addFilter(_is_loggable)
    token = _is_ours.set(True)
    try:
        yield
    finally:
        _is_ours.reset(token)
