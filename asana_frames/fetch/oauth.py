"""OAuth 2.0 with PKCE (RFC 6749 and 7636): log in with the browser, refresh and revoke logins."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlencode

import msgspec

from asana_frames._arguments import check_text
from asana_frames._json import decode_json
from asana_frames.exceptions import AuthError, ConfigurationError, ConnectionFailed
from asana_frames.fetch import clock
from asana_frames.fetch.base_url import DEFAULT_BASE_URL, get_origin, resolve_base_url
from asana_frames.fetch.call import get_current_call
from asana_frames.fetch.credentials import (
    Credential,
    SecretText,
    check_token,
    hide_secret,
)
from asana_frames.fetch.responses import Response
from asana_frames.fetch.transport import Transport, TransportError

#: The redirect URI with which Asana shows the code in the browser, to be copied by hand.
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
ID_VARIABLE, SECRET_VARIABLE = "ASANA_CLIENT_ID", "ASANA_CLIENT_SECRET"
_LOG_IN_AGAIN = "Log in again: af.widgets.login(client_id=...) or asana-frames login --oauth."
#: Seconds to connect, and to wait for the next bytes.
_TIMEOUTS = (10.0, 30.0)
#: Characters of Asana's explanation that a message repeats.
_MAX_REASON = 200
#: Seconds that an access token lasts where the response does not say.
_DEFAULT_LIFETIME = 3_600
#: Seconds above which a lifetime is taken for an error.
_MAX_LIFETIME = 1e9
#: Error codes that say nothing about whether the login is valid.
_TEMPORARY_ERRORS = frozenset({"server_error", "temporarily_unavailable"})


def read_app(client_id: str | None = None, client_secret: str | None = None) -> tuple[str, str]:
    """Return the app's id and secret: the arguments, else the environment's, else empty."""
    for name, value in (("client_id", client_id), ("client_secret", client_secret)):
        if value is not None:
            check_text(value, name=name, like="1201...")
    known_id = client_id or os.environ.get(ID_VARIABLE) or ""
    known_secret = client_secret or os.environ.get(SECRET_VARIABLE) or ""
    return known_id.strip(), SecretText(known_secret.strip())


class Authorization:
    """One attempt to log in: the URL to open in the browser, and the code that comes back.

    Parameters
    ----------
    base_url
        The API's base URL; the OAuth endpoints are on the same host.
    client_id, client_secret
        The app, from https://app.asana.com/0/my-apps; leave the secret empty if it has none.
    redirect_uri
        Where Asana sends the browser with the code, as registered for the app.
    scope
        Permissions to request, such as ``"tasks:read users:read"``; empty for the app's own.

    Attributes
    ----------
    url : str
        The URL to open in the browser; it contains no secret.
    state : str
        The value that the browser must bring back.

    Raises
    ------
    ConfigurationError
        There is no client id, or the base URL is neither https nor on this machine.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str = "",
        redirect_uri: str = OUT_OF_BAND,
        scope: str = "",
    ) -> None:
        client_secret = SecretText(client_secret)
        self.base_url = base_url
        if not client_id:
            raise ConfigurationError(
                f"OAuth needs the client id of your app: client_id=..., --client-id or "
                f"{ID_VARIABLE}. Register one at https://app.asana.com/0/my-apps."
            )
        check_text(redirect_uri, name="redirect_uri", like=OUT_OF_BAND)
        check_text(scope, name="scope", like="tasks:read users:read")
        self.redirect_uri = redirect_uri
        self._client_id = client_id
        self._client_secret = client_secret
        self._verifier = SecretText(secrets.token_urlsafe(64))
        self.state = secrets.token_urlsafe(32)
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(scope.split()),
            "state": self.state,
            "code_challenge": compute_challenge(self._verifier),
            "code_challenge_method": "S256",
        }
        self.url = f"{_endpoint_url(base_url, 'authorize')}?{urlencode(_drop_empty(query))}"

    def __repr__(self) -> str:
        return f"Authorization({self.base_url!r})"

    def read_code(self, answer: Mapping[str, str]) -> str:
        """Return the code from the query that the browser brought back.

        Raises
        ------
        AuthError
            The query belongs to another attempt, access was denied, or there is no code.
        """
        answer = {name: SecretText(text) for name, text in answer.items()}
        if not hmac.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise AuthError(
                f"The browser's answer belongs to another login (wrong state). {_LOG_IN_AGAIN}"
            )
        if "error" in answer:
            reason = f"{answer['error']} {answer.get('error_description', '')}".strip()
            raise AuthError(f"Asana denied access: {reason[:_MAX_REASON]}. {_LOG_IN_AGAIN}")
        if not answer.get("code"):
            raise AuthError(f"The browser came back without a code. {_LOG_IN_AGAIN}")
        return answer["code"]

    def redeem(self, code: str) -> Credential:
        """Exchange a code for a login; each code works once.

        Raises
        ------
        AuthError
            The code is empty, or Asana does not accept it.
        ConnectionFailed
            There was no response, or it was not an OAuth response.
        """
        code = SecretText(code.strip())
        if not code:
            raise AuthError(f"The code is empty. Copy it from the page at {self.url}")
        return _request_credential(
            self.base_url,
            _SecretForm(
                grant_type="authorization_code",
                code=code,
                redirect_uri=self.redirect_uri,
                code_verifier=self._verifier,
                client_id=self._client_id,
                client_secret=self._client_secret,
            ),
        )


def refresh_credential(base_url: str, credential: Credential) -> Credential:
    """Exchange the refresh token for a new access token.

    Raises
    ------
    AuthError
        Asana refuses: the login was revoked.
    ConnectionFailed
        There was no response, or it was not an OAuth response.
    """
    return _request_credential(
        base_url,
        _SecretForm(
            grant_type="refresh_token",
            refresh_token=credential.refresh_token,
            client_id=credential.client_id,
            client_secret=credential.client_secret,
        ),
    )


def revoke_credential(base_url: str, credential: Credential) -> None:
    """Revoke an OAuth login at Asana.

    Raises
    ------
    AuthError
        Asana refuses.
    ConnectionFailed
        There was no response.
    """
    form = _SecretForm(
        token=credential.refresh_token,
        client_id=credential.client_id,
        client_secret=credential.client_secret,
    )
    status = _post_form(base_url, "revoke", form).status
    if status != 200:
        raise AuthError(
            f"oauth_revoke: {status}. Revoke the app at https://app.asana.com/0/my-apps.",
            status=status,
        )


def compute_challenge(verifier: str) -> str:
    """Return the S256 code challenge of a PKCE code verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class _SecretForm(dict[str, str]):
    """The fields of a POST; tracebacks that show local variables see no values of them."""

    def __repr__(self) -> str:
        return f"_SecretForm({', '.join(self)})"

    def hide_in(self, text: str) -> str:
        """Return a text without the secrets, in case the server repeats them."""
        for name in ("code", "code_verifier", "refresh_token", "token", "client_secret"):
            text = hide_secret(text, self.get(name))
        return text


def _request_credential(base_url: str, form: _SecretForm) -> Credential:
    """Ask the token endpoint for a login."""
    outcome = _parse_token_response(form, _post_form(base_url, "token", form))
    if isinstance(outcome, Exception):
        # Raised here: the traceback must not lead to the response and its tokens.
        raise outcome
    return outcome


def _parse_token_response(form: _SecretForm, response: Response) -> Credential | Exception:
    """Return the login that the token endpoint granted, or the error to raise."""
    try:
        answer = decode_json(msgspec.json.decode, response.body)
    except msgspec.DecodeError:
        answer = None
    answer = answer if isinstance(answer, dict) else {}
    error = str(answer.get("error") or "")
    is_temporary = response.status == 429 or response.status >= 500
    if error and error not in _TEMPORARY_ERRORS and not is_temporary:
        reason = ": ".join(filter(None, [error, str(answer.get("error_description") or "")]))
        reason = form.hide_in(reason)
        return AuthError(
            f"oauth_token: Asana refuses ({reason[:_MAX_REASON]}). {_LOG_IN_AGAIN}", status=401
        )
    token = _read_token(answer.get("access_token"))
    if error or response.status != 200 or not token:
        return ConnectionFailed(
            f"oauth_token: no OAuth answer "
            f"({form.hide_in(f'{response.status} {error}'.strip())[:_MAX_REASON]}). "
            f"Check the base URL; Asana's is {DEFAULT_BASE_URL}."
        )
    return Credential(
        token,
        # A response without one leaves the old one valid.
        _read_token(answer.get("refresh_token")) or form.get("refresh_token", ""),
        time.time() + _read_lifetime(answer.get("expires_in")),
        form["client_id"],
        form["client_secret"],
    )


def _read_token(value: object) -> str:
    """Return a token of a response; empty if there is none, or it cannot be one."""
    try:
        return check_token(value) if isinstance(value, str) else ""
    except ConfigurationError:
        return ""


def _read_lifetime(value: object) -> float:
    """Return the seconds that an access token lasts."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _DEFAULT_LIFETIME
    return value if 0 <= value < _MAX_LIFETIME else _DEFAULT_LIFETIME


def _post_form(base_url: str, endpoint: str, form: _SecretForm) -> Response:
    """Send a form to an OAuth endpoint; errors contain neither the form nor the response."""
    origin = get_origin(resolve_base_url(base_url))
    try:
        with closing(Transport(None, origin)) as transport:
            return transport.send(
                "POST",
                f"/-/oauth_{endpoint}",
                None,
                form=_drop_empty(form),
                timeout=_limit_timeouts(),
                check=get_current_call().check,
            )
    except TransportError as failure:
        route = failure.route or " Check the base URL and the network."
        problem = form.hide_in(f"oauth_{endpoint}: no answer from {origin} ({failure}).{route}")
    # Raised here, so that it does not lead to what the server may have repeated.
    raise ConnectionFailed(problem)


def _limit_timeouts() -> tuple[float, float]:
    """Return the seconds to connect and to wait, within the deadline of the current call."""
    left = max(get_current_call().ends - clock.now(), 0.001)
    connect, silence = _TIMEOUTS
    return min(connect, left), min(silence, left)


def _endpoint_url(base_url: str, endpoint: str) -> str:
    return f"{get_origin(resolve_base_url(base_url))}/-/oauth_{endpoint}"


def _drop_empty(fields: Mapping[str, str]) -> _SecretForm:
    return _SecretForm({name: value for name, value in fields.items() if value})
