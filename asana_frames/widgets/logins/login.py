"""Logging in from a notebook: a token typed into a box, or Asana in the browser."""

from __future__ import annotations

import html
import warnings
from typing import Any

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames.asana import Asana
from asana_frames.exceptions import AsanaError, AsanaWarning, AuthError
from asana_frames.fetch import Http, resolve_base_url
from asana_frames.fetch.auth import (
    TOKEN_VARIABLE,
    describe_environment_token,
    log_out,
    set_process_login,
    token_source_for,
)
from asana_frames.fetch.credential_store import store_credential
from asana_frames.fetch.credentials import Credential, check_token
from asana_frames.fetch.oauth import OUT_OF_BAND, read_app
from asana_frames.widgets.logins.browser_login import BrowserLogin, link_to
from asana_frames.widgets.logins.secret_box import SecretBox

_APPS = "https://app.asana.com/0/my-apps"
#: Seconds that Asana may take to say who a token belongs to: the notebook waits for it.
_DEADLINE = 30.0


class Login(ipw.VBox):
    """A form to log in with; `login` makes it.

    Parameters
    ----------
    base_url
        The API's.
    app
        Client id and secret of an OAuth app; without an id, only tokens are taken.
    redirect_uri
        Where the app sends the browser.
    scope
        What an app of granular permissions asks for.

    Attributes
    ----------
    asana : Asana or None
        The connection that was made.
    """

    asana = traitlets.Any(None, allow_none=True)

    #: Of a form that was never finished, too: what is thrown away is closed.
    _browser: BrowserLogin | None = None

    def __init__(
        self, base_url: str, app: tuple[str, str], redirect_uri: str, scope: str = ""
    ) -> None:
        self._base_url = base_url
        self._name = ""
        self._box = SecretBox("Token", self._submit)
        self._button = ipw.Button(description="Log in", button_style="primary")
        self._button.on_click(lambda _: self._submit())
        self._remember = ipw.Checkbox(False, description="Remember on this machine", indent=False)
        self._link = ipw.HTML(link_to(_APPS, "Create a token at Asana"))
        self._message = ipw.HTML()
        self._browser = (
            BrowserLogin(base_url, app, redirect_uri, scope, self._log_in, self._fail)
            if app[0]
            else None
        )
        browser = [] if self._browser is None else [self._browser]
        row = ipw.HBox([self._box, self._button], layout=ipw.Layout(flex_flow="row wrap"))
        super().__init__([row, self._link, *browser, self._remember, self._message])

    def __repr__(self) -> str:
        who = f"logged in as {self._name}" if self.asana is not None else "not logged in"
        return f"<Login: {who} at {self._base_url}>"

    def close(self) -> None:
        """Stop waiting for the browser, and close the form."""
        if self._browser is not None:
            self._browser.close()
        super().close()

    def _submit(self) -> None:
        """Log in with the token of the box, which is empty by then."""
        try:
            token = check_token(self._box.take())
            if not token:
                raise AuthError(f"There is no token in the box. Create one at {_APPS}")
        except AsanaError as error:
            self._fail(error)
            return
        self._log_in(Credential(token))

    def _log_in(self, credential: Credential) -> None:
        """Ask Asana whose credential it is; if it is somebody's, keep it."""
        self._button.disabled = True
        self._say("Asking Asana...")
        asana = Asana(Http(token_source_for(credential, self._base_url), self._base_url))
        try:
            quick = asana.with_options(deadline=_DEADLINE, progress=False)
            me = quick.users.get("me", fields=["name", "workspaces.name"])
        except AsanaError as error:
            asana.close()
            self._fail(error)
            return
        finally:
            self._button.disabled = False
        set_process_login(self._base_url, credential)
        self._name = _text_or_empty(me["name"].iloc[0])
        self.asana = asana
        self._say(f"{self._welcome(me)} {self._kept(credential)}")

    def _welcome(self, me: pd.DataFrame) -> str:
        places = ", ".join(map(_text_or_empty, me["workspaces_names"].iloc[0])) or "no workspace"
        is_usual = self._base_url == resolve_base_url()
        argument = "" if is_usual else f'base_url="{self._base_url}"'
        return f"Logged in as {self._name} ({places}). af.connect({argument}) now works here."

    def _kept(self, credential: Credential) -> str:
        """Remember the login if that is ticked, and say where."""
        if not self._remember.value:
            return "Not remembered: it ends with this kernel."
        try:
            return f"Remembered in {store_credential(self._base_url, credential)}."
        except AsanaError as error:
            return f"Not remembered: {error}"

    def _fail(self, error: AsanaError) -> None:
        self._say(f"Not logged in: {error}")

    def _say(self, text: str) -> None:
        self._message.value = f'<div role="status">{html.escape(text)}</div>'


def login(
    *,
    base_url: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    redirect_uri: str | None = None,
    scope: str = "",
) -> Login:
    """Show a form to log in with; after it, ``af.connect()`` works in this notebook.

    The token is in no cell, output or widget state. It is forgotten when the kernel ends, unless
    "Remember on this machine" is ticked: then it is in the keyring, or in a file that only you
    can read.

    Parameters
    ----------
    base_url
        Else ``ASANA_BASE_URL`` of the environment, else Asana's own.
    client_id, client_secret
        Your OAuth app, else ``ASANA_CLIENT_ID`` and ``ASANA_CLIENT_SECRET`` of the environment;
        with one, there is a link "Log in with Asana" too.
    redirect_uri
        As the app is registered: ``http://127.0.0.1:<port>/<path>`` where notebook and browser
        run on one machine; without it, a code is copied.
    scope
        What an app of granular permissions asks for, such as ``"tasks:read users:read"``; one of
        full permissions needs none.

    Returns
    -------
    Login
        The form; its ``asana`` is the connection, once it is made.

    Raises
    ------
    ConfigurationError
        The base URL would send the token in the clear.
    InvalidArgument
        The redirect can neither be copied from nor listened at.

    Examples
    --------
    >>> login()
    <Login: not logged in at https://app.asana.com/api/1.0>
    """
    app = read_app(client_id, client_secret)
    return Login(resolve_base_url(base_url), app, redirect_uri or OUT_OF_BAND, scope)


def logout(*, base_url: str | None = None) -> list[str]:
    """Forget the login for one base URL, of this process and remembered; withdraw OAuth's.

    Logins for other base URLs stay. Connections that were made before go on with a personal
    access token that they have.

    Parameters
    ----------
    base_url
        The API whose login is forgotten; else ``ASANA_BASE_URL`` of the environment, else
        Asana's own.

    Returns
    -------
    list of str
        Where there was one: "the login of this process", "the keyring", "the file ...".

    Raises
    ------
    AuthError
        It is forgotten here, but could not be withdrawn at Asana.
    ConfigurationError
        The file of remembered logins cannot be read or written, or the keyring does not let go
        of what it holds.

    Warns
    -----
    AsanaWarning
        ``ASANA_ACCESS_TOKEN`` is set: ``connect()`` uses it before anything that is remembered,
        and goes on working.
    """
    done = log_out(resolve_base_url(base_url))
    note = describe_environment_token()
    if note:
        warnings.warn(
            f"{note} connect() still works with it. Take it out of this process: "
            f'os.environ.pop("{TOKEN_VARIABLE}", None)',
            AsanaWarning,
            stacklevel=2,
        )
    if done.problem:
        raise AuthError(f"Forgotten here, but not withdrawn at Asana. {done.problem}")
    return done.places


def _text_or_empty(value: Any) -> str:
    return value if isinstance(value, str) else ""
