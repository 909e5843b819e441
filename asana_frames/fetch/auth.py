"""Find the token for a base URL, and manage the login of this process."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from asana_frames._arguments import check_text
from asana_frames._fork import ForkSafeLock
from asana_frames.exceptions import AsanaError, AuthError, ConfigurationError
from asana_frames.fetch.base_url import (
    BASE_URL_VARIABLE,
    DEFAULT_BASE_URL,
    get_origin,
    resolve_base_url,
)
from asana_frames.fetch.credential_store import delete_credential, load_credential
from asana_frames.fetch.credentials import Credential, SecretText, check_token
from asana_frames.fetch.oauth import revoke_credential
from asana_frames.fetch.token_renewal import TokenSource, renewer_for

TOKEN_VARIABLE = "ASANA_ACCESS_TOKEN"
PROCESS_LOGIN = "the login of this process"


class FoundCredential(NamedTuple):
    """A credential and a description of its source that reveals nothing of it."""

    credential: Credential
    source: str


_logins: dict[str, Credential] = {}
_lock = ForkSafeLock()


def set_process_login(base_url: str, credential: Credential) -> None:
    """Use a credential for connections of this process to a base URL."""
    with _lock:
        _logins[base_url] = credential


class LogoutResult(NamedTuple):
    """The result of `log_out`.

    ``places`` lists where logins were stored, ``revoked`` counts the OAuth logins revoked at
    Asana, and ``problem`` says why one could not be revoked.
    """

    places: list[str]
    revoked: int = 0
    problem: str = ""


def log_out(base_url: str) -> LogoutResult:
    """Delete the login of this process and the stored one; revoke those of OAuth.

    Raises
    ------
    ConfigurationError
        The credentials file cannot be read or written, or the keyring refuses to delete the
        login.
    """
    with _lock:
        login = _logins.pop(base_url, None)
    credentials = [] if login is None else [login]
    # A stored login that cannot be read is deleted all the same.
    with suppress(ConfigurationError):
        kept = load_credential(base_url)
        credentials += [] if kept is None else [kept.credential]
    places = [PROCESS_LOGIN] if login is not None else []
    revoked, problem = _revoke_credentials(base_url, credentials)
    return LogoutResult([*places, *delete_credential(base_url)], revoked, problem)


def _revoke_credentials(base_url: str, credentials: list[Credential]) -> tuple[int, str]:
    newest = {
        renewer_for(base_url, each).credential.refresh_token: each
        for each in credentials
        if each.refresh_token
    }
    revoked, problem = 0, ""
    for refresh_token, each in newest.items():
        try:
            revoke_credential(base_url, replace(each, refresh_token=refresh_token))
            revoked += 1
        except AsanaError as error:
            problem = str(error)
    return revoked, problem


def find_credential(token: str | None, base_url: str) -> FoundCredential | None:
    """Return the credential for a base URL, or None if there is none.

    Looked for in this order: the argument, the login of this process, ``ASANA_ACCESS_TOKEN`` if
    it is for this base URL, the login stored for this base URL in the keyring or the file.

    Raises
    ------
    ConfigurationError
        The token is not valid, or the stored login cannot be read.
    """
    if token is not None:
        check_text(token, name="token", like="2/1201...")
    if token and token.strip():
        return FoundCredential(Credential(check_token(token)), "the argument")
    with _lock:
        login = _logins.get(base_url)
    if login is not None:
        return FoundCredential(login, PROCESS_LOGIN)
    given = _read_environment_token()
    if given and _is_environment_token_for(base_url):
        return FoundCredential(Credential(check_token(given)), TOKEN_VARIABLE)
    kept = load_credential(base_url)
    if kept is None:
        return None
    check_token(kept.credential.token)
    return FoundCredential(*kept)


def describe_environment_token(base_url: str) -> str:
    """Return a note that ``ASANA_ACCESS_TOKEN`` overrides stored logins; empty if it does not."""
    return (
        f"{TOKEN_VARIABLE} is set and is used before what is remembered."
        if _read_environment_token() and _is_environment_token_for(base_url)
        else ""
    )


def _read_environment_token() -> SecretText:
    return SecretText(os.environ.get(TOKEN_VARIABLE, "").strip())


def _is_environment_token_for(base_url: str) -> bool:
    """Whether a base URL may receive the token of the environment.

    Only the host of Asana may, and the one that the environment names itself: a base URL in a
    notebook must not be enough to send the token elsewhere.
    """
    named = resolve_base_url() if os.environ.get(BASE_URL_VARIABLE) else DEFAULT_BASE_URL
    return get_origin(base_url) in (get_origin(DEFAULT_BASE_URL), get_origin(named))


def resolve_token(token: str | None = None, base_url: str = DEFAULT_BASE_URL) -> TokenSource:
    """Return the token for a base URL, from the sources of `find_credential`.

    Raises
    ------
    AuthError
        There is no token; the message says how to provide one.
    ConfigurationError
        The token is not valid, or the stored login cannot be read.
    """
    found = find_credential(token, base_url)
    if found is None:
        raise AuthError(_describe_ways_to_log_in(base_url))
    return token_source_for(found.credential, base_url)


def token_source_for(credential: Credential, base_url: str) -> TokenSource:
    """Return the token of a credential, or what renews it if it is an OAuth login."""
    return renewer_for(base_url, credential) if credential.refresh_token else credential.token


def _describe_ways_to_log_in(base_url: str) -> str:
    place = argument = setting = unused = ""
    if base_url != DEFAULT_BASE_URL:
        place, argument = f" for {base_url}", f'base_url="{base_url}"'
        setting = f"{BASE_URL_VARIABLE}={base_url} and "
    if _read_environment_token() and not _is_environment_token_for(base_url):
        unused = f" {TOKEN_VARIABLE} is only sent to Asana, or to the host of {BASE_URL_VARIABLE}."
    return f"""No Asana token found{place}.{unused} Do one of:
  1) in a notebook: af.widgets.login({argument})
  2) in a terminal: asana-frames login --remember
  3) set {setting}{TOKEN_VARIABLE} in the environment
  4) af.connect(token="..."{argument and f", {argument}"})
Create a token at https://app.asana.com/0/my-apps. No account? af.sandbox() works without one."""
