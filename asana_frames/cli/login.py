"""``asana-frames login``, ``logout`` and ``whoami``: manage the token without showing it."""

from __future__ import annotations

import sys
from contextlib import closing

import click

from asana_frames.asana import Asana
from asana_frames.calls.name_lookup import fetch_me
from asana_frames.cli.errors import Command
from asana_frames.cli.read_only import is_read_only_asked
from asana_frames.cli.terminal import echo
from asana_frames.exceptions import InvalidArgument
from asana_frames.fetch import Http, resolve_base_url, resolve_token
from asana_frames.fetch.auth import (
    TOKEN_VARIABLE,
    describe_environment_token,
    find_credential,
    log_out,
    token_source_for,
)
from asana_frames.fetch.credential_store import store_credential
from asana_frames.fetch.credentials import Credential, SecretText, check_token
from asana_frames.fetch.oauth import ID_VARIABLE, OUT_OF_BAND, Authorization, read_app
from asana_frames.fetch.redirect_server import LOGIN_TIMEOUT, RedirectServer


@click.command("login", cls=Command)
@click.option(
    "--remember/--no-remember",
    "remember",
    default=None,
    help="Store the login in the keyring, or else in a file that only you can read.",
)
@click.option(
    "--oauth", "by_oauth", is_flag=True, help="Log in with the browser instead of a token."
)
@click.option("--client-id", help=f"Client ID of your OAuth app; {ID_VARIABLE} if not given.")
@click.option(
    "--redirect-uri",
    default=OUT_OF_BAND,
    show_default="a code to copy",
    help="As registered for the app: http://127.0.0.1:PORT/PATH.",
)
@click.option("--scope", default="", help='Scopes to request, such as "tasks:read users:read".')
def login_command(
    remember: bool | None,
    by_oauth: bool,
    client_id: str | None,
    redirect_uri: str,
    scope: str,
) -> None:
    """Check a token and store it.

    You are prompted for the token, which is not shown; without a terminal it is read from
    standard input. The secret of an OAuth app is read from ASANA_CLIENT_SECRET, or prompted for.
    """
    url = resolve_base_url()
    if by_oauth or client_id:
        credential = _log_in_by_browser(url, client_id, redirect_uri, scope)
    else:
        credential = Credential(check_token(_prompt_secret("Token (not shown)")))
    with closing(Asana(Http(token_source_for(credential, url), url))) as asana:
        me = fetch_me(asana.http)
    echo(f"Logged in as {me['name']} ({', '.join(me['workspaces'])}).", err=True)
    if remember is None and _is_terminal():
        remember = click.confirm("Remember on this machine?", err=True)
    if remember:
        echo(f"Remembered in {store_credential(url, credential)}.", err=True)
    else:
        echo(
            f"Not remembered. To stay logged in, run asana-frames login --remember "
            f"or set {TOKEN_VARIABLE}.",
            err=True,
        )
    _print_variable_note()


@click.command("logout", cls=Command)
def logout_command() -> None:
    """Delete the stored login; an OAuth login is also revoked at Asana."""
    done = log_out(resolve_base_url())
    for place in done.places:
        echo(f"Forgotten: {place}.", err=True)
    if not done.places:
        echo("Nothing was remembered.", err=True)
    if done.revoked:
        echo("Withdrawn at Asana.", err=True)
    _print_variable_note()
    if done.problem:
        raise click.ClickException(f"Not withdrawn at Asana. {done.problem}")


@click.command("whoami", cls=Command)
def whoami_command() -> None:
    """Show whom the token belongs to and where it was found."""
    url = resolve_base_url()
    found = find_credential(None, url)
    # Without a token, resolve_token raises an error that says how to provide one.
    bearer = resolve_token(None, url) if found is None else token_source_for(found.credential, url)
    with closing(Asana(Http(bearer, url, read_only=is_read_only_asked()))) as asana:
        me = asana.users.get("me", fields=["name", "email", "workspaces.name"]).iloc[0]
    rows = {
        "name": me["name"],
        "email": me["email"],
        "workspaces": ", ".join(me["workspaces_names"]),
        "token from": "" if found is None else found.source,
        "base URL": url,
    }
    if asana.http.is_read_only:
        rows["access"] = "read-only"
    for label, value in rows.items():
        echo(f"{label + ':':<12}{value}")


def _log_in_by_browser(
    url: str, client_id: str | None, redirect_uri: str, scope: str
) -> Credential:
    client_id, secret = read_app(client_id)
    if client_id and not secret and _is_terminal():
        secret = _prompt_secret("Client secret (not shown; Enter if there is none)", default="")
    if redirect_uri == OUT_OF_BAND:
        attempt = Authorization(url, client_id, secret, scope=scope)
        echo(f"Open this page and allow the app:\n\n  {attempt.url}\n", err=True)
        return attempt.redeem(_prompt_secret("Code (not shown)"))
    with RedirectServer(redirect_uri) as listener:
        attempt = Authorization(url, client_id, secret, listener.redirect_uri, scope)
        listener.expect(attempt.state)
        echo(f"Open this page and allow the app:\n\n  {attempt.url}\n", err=True)
        echo(f"Waiting for the browser, at most {LOGIN_TIMEOUT:g} s.", err=True)
        return attempt.redeem(attempt.read_code(listener.wait()))


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _prompt_secret(label: str, default: str | None = None) -> str:
    """Prompt for a secret without showing it; without a terminal, read a line of stdin."""
    if _is_terminal():
        return SecretText(
            click.prompt(label, default=default, hide_input=True, show_default=False, err=True)
        )
    line = SecretText(sys.stdin.readline().strip())
    if not line:
        raise InvalidArgument(
            "Nothing was read from standard input. Pipe the value into it, or use a terminal."
        )
    return line


def _print_variable_note() -> None:
    note = describe_environment_token(resolve_base_url())
    if note:
        echo(note, err=True)
