"""OAuth of the sandbox: apps, codes and expiring access tokens."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from asana_frames._fork import ForkSafeLock
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.http.api_request import ApiRequest, parse_request

#: Prefix of the paths of OAuth.
ROOT = "/-/oauth_"
_OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
#: Registered apps and their secrets; a native app has none.
_APPS = {"sandbox-app": "sandbox-secret", "sandbox-native": ""}
#: Seconds until an access token expires, and until a code does.
TOKEN_LIFE, CODE_LIFE = 3_600.0, 600.0
_HTML = ("Content-Type", "text/html; charset=utf-8")
_TEXT = ("Content-Type", "text/plain; charset=utf-8")
_JSON = ("Content-Type", "application/json; charset=UTF-8")
_UNCACHED = ("Cache-Control", "no-store")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox</title>
<body style="font-family: sans-serif; margin: 3em"><h1>{title}</h1>{body}</body></html>"""


class OAuthResponse(NamedTuple):
    """A response."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


class _Grant(NamedTuple):
    """The grant of a user to an app."""

    client_id: str
    who: str
    redirect_uri: str = ""
    challenge: str = ""
    expires: float = 0.0


class OAuthError(Exception):
    """An OAuth error."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


class OAuth:
    """Issues and checks OAuth tokens.

    Parameters
    ----------
    token
        The personal access token of the user who allows it, which access tokens represent.
    who
        The name of that user, and the data returned with tokens.

    Attributes
    ----------
    life : float
        Seconds until new access tokens expire.
    """

    def __init__(self, token: str, who: Mapping[str, str]) -> None:
        self.life = TOKEN_LIFE
        self._token = token
        self._who = dict(who)
        self._lock = ForkSafeLock()
        self._codes: dict[str, _Grant] = {}
        self._access: dict[str, tuple[_Grant, str]] = {}
        self._refresh: dict[str, _Grant] = {}

    def resolve_token(self, token: str) -> str:
        """Resolve an access token to the personal access token it stands for.

        Raises
        ------
        Refusal
            401: it has ended.
        """
        grant, _ = self._access.get(token, (None, ""))
        if grant is None:
            return token
        if grant.expires <= time.time():
            raise ApiError(401, "Not Authorized")
        return grant.who

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> OAuthResponse:
        """Answer a request to a path of OAuth."""
        request = parse_request(method, target, headers, body)
        name = request.path.removeprefix(ROOT)
        if name == "authorize" and method in ("GET", "POST"):
            return self._authorize_app(request)
        if name not in ("token", "revoke") or method != "POST":
            raise ApiError(404, f"No matching route for request: {method} {request.path}")
        form = {key: str(value) for key, value in request.data.items() if value is not None}
        try:
            with self._lock:
                if name == "revoke":
                    return self._revoke_token(form)
                return _json_response(200, self._grant_tokens(form))
        except OAuthError as refused:
            said = {"error": refused.error, "error_description": refused.description}
            return _json_response(refused.status, said)

    # ------------------------------------------------------------------ in the browser

    def _authorize_app(self, request: ApiRequest) -> OAuthResponse:
        """Ask the user to allow an app, or redirect with the user's decision."""
        asked = {**request.query, **{k: str(v) for k, v in request.data.items()}}
        if asked.get("client_id") not in _APPS:
            return _text_error("The client_id parameter does not match an app.")
        redirect = asked.get("redirect_uri", "")
        if not is_allowed_redirect(redirect):
            return _text_error("The redirect_uri parameter does not match the one of the app.")
        state = {"state": asked["state"]} if asked.get("state") else {}
        problem = _find_authorize_error(asked)
        if problem:
            return redirect_to_app(redirect, {**problem, **state})
        if asked.get("allow") == "true":
            return redirect_to_app(redirect, {"code": self._issue_code(asked), **state})
        if asked.get("allow") == "false":
            denied = {"error": "access_denied", "error_description": "The user denied access"}
            return redirect_to_app(redirect, {**denied, **state})
        return self._ask_user(asked)

    def _ask_user(self, asked: Mapping[str, str]) -> OAuthResponse:
        def link(allow: str) -> str:
            return html.escape(f"{ROOT}authorize?{urlencode({**asked, 'allow': allow})}")

        who, app = html.escape(self._who["name"]), html.escape(asked["client_id"])
        return _html_page(
            "Allow access?",
            f"<p>The app {app} wants to read and write as {who}.</p>"
            f'<p><a href="{link("true")}">Allow</a> · <a href="{link("false")}">Deny</a></p>',
        )

    def _issue_code(self, asked: Mapping[str, str]) -> str:
        code = secrets.token_hex(16)
        grant = _Grant(
            asked["client_id"],
            self._token,
            asked["redirect_uri"],
            asked.get("code_challenge", ""),
            time.time() + CODE_LIFE,
        )
        with self._lock:
            self._codes[code] = grant
        return code

    # ------------------------------------------------------------------- from the app

    def _grant_tokens(self, form: Mapping[str, str]) -> dict[str, Any]:
        client_id = _check_client(form)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            grant = self._redeem_code(form, client_id)
            refresh = secrets.token_hex(24)
            self._refresh[refresh] = grant
            return {**self._issue_access_token(grant, refresh), "refresh_token": refresh}
        if kind == "refresh_token":
            refresh = form.get("refresh_token", "")
            known = self._refresh.get(refresh)
            if known is None or known.client_id != client_id:
                raise OAuthError("invalid_grant", "The refresh_token is not valid.")
            return self._issue_access_token(known, refresh)
        raise OAuthError("unsupported_grant_type", "authorization_code or refresh_token")

    def _redeem_code(self, form: Mapping[str, str], client_id: str) -> _Grant:
        """Return the grant of a code, which can be used once."""
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or grant.client_id != client_id or grant.expires <= time.time():
            raise OAuthError("invalid_grant", "The code is not valid, was used, or has expired.")
        if form.get("redirect_uri", "") != grant.redirect_uri:
            raise OAuthError("invalid_grant", "The redirect_uri is not the one of the code.")
        if grant.challenge and _hash_verifier(form.get("code_verifier", "")) != grant.challenge:
            raise OAuthError("invalid_grant", "The code_verifier does not fit.")
        return grant

    def _issue_access_token(self, grant: _Grant, refresh: str) -> dict[str, Any]:
        access = secrets.token_hex(24)
        self._access[access] = grant._replace(expires=time.time() + self.life), refresh
        return {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": int(self.life),
            "data": self._who,
        }

    def _revoke_token(self, form: Mapping[str, str]) -> OAuthResponse:
        """Revoke a refresh token and its access tokens; an unknown token is ignored."""
        client_id = _check_client(form)
        token = form.get("token", "")
        if not token or token in self._access:
            raise OAuthError("invalid_request", "token: Give the refresh token.")
        grant = self._refresh.get(token)
        if grant is not None and grant.client_id == client_id:
            del self._refresh[token]
            for access in [a for a, (_, refresh) in self._access.items() if refresh == token]:
                # Kept as expired: a revoked token must not count as unknown.
                ended = self._access[access][0]._replace(expires=0.0)
                self._access[access] = ended, token
        return _json_response(200, {})


def _check_client(form: Mapping[str, str]) -> str:
    client_id = form.get("client_id", "")
    if client_id not in _APPS or form.get("client_secret", "") != _APPS[client_id]:
        raise OAuthError("invalid_client", "The client_id or client_secret is not valid.", 401)
    return client_id


def is_allowed_redirect(redirect: str) -> bool:
    """Whether a redirect URI is allowed: out of band or loopback."""
    if redirect == _OUT_OF_BAND:
        return True
    try:
        parts = urlsplit(redirect)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")


def _find_authorize_error(asked: Mapping[str, str]) -> dict[str, str]:
    if asked.get("response_type") != "code":
        return {"error": "unsupported_response_type", "error_description": "code"}
    if not asked.get("state"):
        return {"error": "invalid_request", "error_description": "state: Missing input"}
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        return {"error": "invalid_request", "error_description": "code_challenge_method: S256"}
    if asked.get("scope") not in (None, "", "default"):
        return {"error": "forbidden_scopes", "error_description": "The app has full permissions"}
    return {}


def _hash_verifier(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def redirect_to_app(redirect: str, answer: Mapping[str, str]) -> OAuthResponse:
    """Redirect the browser to the app; out of band, show the result instead."""
    if redirect != _OUT_OF_BAND:
        parts = urlsplit(redirect)
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *answer.items()])
        place = parts._replace(query=query, fragment="").geturl()
        return OAuthResponse(302, b"", (("Location", place), _UNCACHED))
    if "code" in answer:
        code = html.escape(answer["code"])
        return _html_page(
            "Allowed", f'<p>Copy this code into the app: <code id="code">{code}</code></p>'
        )
    said = html.escape(f"{answer['error']}: {answer['error_description']}")
    return _html_page("Not allowed", f"<p>{said}</p>")


def _html_page(title: str, body: str) -> OAuthResponse:
    text = _PAGE.format(title=html.escape(title), body=body)
    return OAuthResponse(200, text.encode(), (_HTML, _UNCACHED))


def _text_error(said: str) -> OAuthResponse:
    return OAuthResponse(400, said.encode(), (_TEXT, _UNCACHED))


def _json_response(status: int, content: Mapping[str, Any]) -> OAuthResponse:
    return OAuthResponse(status, json.dumps(content).encode(), (_JSON, _UNCACHED))
