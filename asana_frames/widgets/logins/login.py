"""Log in from a notebook with a token or in the browser, and log out."""

from __future__ import annotations

import html
import threading
import warnings
from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames._arguments import check_text
from asana_frames.asana import Asana
from asana_frames.exceptions import (
    AsanaError,
    AsanaWarning,
    AuthError,
    ConnectionFailed,
    DeadlineExceeded,
    RequestRefused,
)
from asana_frames.fetch import DEFAULT_BASE_URL, Http, resolve_base_url
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
from asana_frames.widgets.closing import close_on_error, close_parts
from asana_frames.widgets.focus import Checkbox
from asana_frames.widgets.logins.browser_login import BrowserLogin, format_link
from asana_frames.widgets.logins.secret_box import SecretBox
from asana_frames.widgets.notes import set_visible

_APPS = "https://app.asana.com/0/my-apps"
#: Maximum number of seconds to check a token, during which the notebook is blocked.
_DEADLINE = 30.0
#: Colours of the kinds of messages outside JupyterLab.
_COLORS = {"success": "#388e3c", "error": "#d32f2f", "info": "#1976d2"}


class Login(ipw.VBox):
    """Form to log in; created by `login`.

    Parameters
    ----------
    base_url
        Base URL of the API.
    app
        Client id and secret of an OAuth app; without an id, only tokens are accepted.
    redirect_uri
        Redirect URI of the app.
    scope
        Scopes to request, for an app with granular permissions.

    Attributes
    ----------
    asana : Asana or None
        The connection, once logged in.
    """

    asana = traitlets.Any(None, allow_none=True)

    def __init__(
        self, base_url: str, app: tuple[str, str], redirect_uri: str, scope: str = ""
    ) -> None:
        self._base_url = base_url
        self._name = ""
        #: The last attempt to log in; an older one that is still asking does not count.
        self._attempt: object = None
        #: Held while an attempt is accepted, and while the form is closed.
        self._accepting = threading.Lock()
        self._box = SecretBox("Token", self._submit_token)
        self._button = ipw.Button(description="Log in", button_style="primary")
        self._button.on_click(lambda _: self._submit_token())
        self._remember = Checkbox(False, description="Remember on this machine", indent=False)
        self._remember.find_box = lambda: self._box
        self._message = ipw.HTML()
        # Not a layout that is set later: the first one would stay open.
        layout = ipw.Layout(width="auto", align_self="flex-start")
        self._again = ipw.Button(description="Log in as someone else", layout=layout)
        self._again.on_click(lambda _: self._show_form())
        self._form = ipw.VBox(self._list_controls())
        super().__init__([self._form, self._message, self._again])
        set_visible(self._again, False)
        if app[0]:
            with close_on_error(self):
                self._add_browser_login(app, redirect_uri, scope)

    def _add_browser_login(self, app: tuple[str, str], redirect_uri: str, scope: str) -> None:
        browser = BrowserLogin(
            self._base_url,
            app,
            redirect_uri,
            scope,
            self._log_in,
            self._show_failure,
            lambda: self._box,
        )
        *others, remember = self._form.children
        self._form.children = [*others, browser, remember]

    def _list_controls(self) -> list[ipw.Widget]:
        """List the controls of the form, in the order of the Tab key."""
        row = ipw.HBox([self._box, self._button], layout=ipw.Layout(flex_flow="row wrap"))
        link = ipw.HTML(
            f'<div style="line-height: 1.5">{format_link(_APPS, "Create a token at Asana")}</div>'
        )
        return [ipw.HTML(self._format_title()), row, link, self._remember]

    def _format_title(self) -> str:
        is_asana = self._base_url == DEFAULT_BASE_URL
        server = "" if is_asana else f"<br><small>at {html.escape(self._base_url)}</small>"
        return f'<div style="line-height: 1.5"><b>Log in to Asana</b>{server}</div>'

    def __repr__(self) -> str:
        who = f"logged in as {self._name}" if self.asana is not None else "not logged in"
        return f"<Login: {who} at {self._base_url}>"

    def close(self) -> None:
        """Close the form and what it contains; the browser is no longer waited for."""
        if self.comm is None:
            # Closed before, or refused while it was made.
            return
        with self._accepting:
            super().close()
        close_parts(self)

    def _submit_token(self) -> None:
        """Log in with the token in the box; after a failure the cursor is in the box again."""
        try:
            token = check_token(self._box.take())
            if not token:
                raise AuthError(f"There is no token in the box. Create one at {_APPS}")
        except AsanaError as error:
            self._show_failure(error)
        else:
            credential = Credential(token)
            self._log_in(lambda: credential)
        if self._form.layout.display is None:
            self._box.focus()

    def _log_in(
        self, redeem: Callable[[], Credential], is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Check a credential at Asana; if it is valid, use it for this process.

        Nothing is logged in, stored or shown if the form is closed meanwhile, if another attempt
        is begun, or if ``is_wanted`` says no.
        """
        if self.comm is None or not is_wanted():
            return
        attempt = self._attempt = object()
        self._button.disabled = True
        self._show_message("Asking Asana...")
        asking = self._message.value

        def is_current() -> bool:
            return self.comm is not None and attempt is self._attempt and is_wanted()

        try:
            self._check_credential(redeem, is_current)
        finally:
            if attempt is self._attempt:
                self._button.disabled = False
                if self._message.value == asking:
                    self._message.value = ""

    def _check_credential(
        self, redeem: Callable[[], Credential], is_current: Callable[[], bool]
    ) -> None:
        try:
            credential = redeem()
        except AsanaError as error:
            if is_current():
                self._show_failure(error)
            return
        asana = Asana(Http(token_source_for(credential, self._base_url), self._base_url))
        try:
            quick = asana.with_options(deadline=_DEADLINE, progress=False)
            me = quick.users.get("me", fields=["name", "email", "workspaces.name"])
        except AsanaError as error:
            asana.close()
            if is_current():
                self._show_failure(error, is_known=False)
            return
        with self._accepting:
            remembered = self._accept_credential(credential) if is_current() else None
        if remembered is None:
            asana.close()
            return
        self._name = _get_text(me["name"].iloc[0])
        self.asana = asana
        self._show_account(me, remembered)

    def _accept_credential(self, credential: Credential) -> str:
        """Use a credential for this process, and return a sentence on where it is stored."""
        set_process_login(self._base_url, credential)
        return self._remember_login(credential)

    def _show_account(self, me: pd.DataFrame, remembered: str) -> None:
        """Show who is logged in, and where, instead of the form."""
        email = _get_text(me["email"].iloc[0])
        places = [
            f"<bdi>{html.escape(_get_text(p))}</bdi>" for p in me["workspaces_names"].iloc[0]
        ]
        is_usual = self._base_url == resolve_base_url()
        argument = "" if is_usual else f'base_url="{self._base_url}"'
        lines = [
            f"Logged in as <b><bdi>{html.escape(self._name)}</bdi></b>"
            + (f" ({html.escape(email)})" if email else ""),
            f"Workspace{'s' if len(places) > 1 else ''}: {', '.join(places) or 'none'}",
            f"<code>af.connect({html.escape(argument)})</code> now works here.",
            html.escape(remembered),
        ]
        self._message.value = _format_message("<br>".join(lines), "status", "success")
        set_visible(self._form, False)
        set_visible(self._again, True)
        # The focus was in the form, which is hidden now.
        self._again.focus()

    def _show_form(self) -> None:
        """Show the form again, to log in as someone else."""
        self._message.value = ""
        set_visible(self._form, True)
        set_visible(self._again, False)
        self._box.focus()

    def _remember_login(self, credential: Credential) -> str:
        """Store the login if the box is ticked, and return a sentence on where it is."""
        if not self._remember.value:
            return "Not remembered: it ends with this kernel."
        try:
            return f"Remembered in {store_credential(self._base_url, credential)}."
        except AsanaError as error:
            return f"Not remembered: {error}"

    def _show_failure(self, error: AsanaError, *, is_known: bool = True) -> None:
        """Show why there is no login; if the error's own words do not help, what to do."""
        if self._form.layout.display is not None:
            # Somebody has logged in another way since.
            return
        reason = html.escape(str(error)) if is_known else _explain_failure(error)
        text = f"<b>Not logged in.</b> {reason}"
        self._message.value = _format_message(text, "alert", "error")

    def _show_message(self, text: str) -> None:
        self._message.value = _format_message(html.escape(text), "status", "info")


def _explain_failure(error: AsanaError) -> str:
    """Return the HTML of what went wrong, and what to do about it."""
    status = error.status if isinstance(error, RequestRefused) else None
    if status == 401:
        link = format_link(_APPS, "Create one at Asana")
        return f"Asana does not know this token. {link}, copy all of it and paste it here."
    reason = html.escape(str(error))
    if status == 403:
        return (
            "Asana knows this token, but does not let it in. An administrator may have blocked "
            f"tokens or apps: ask them to allow yours. Asana says: {reason}"
        )
    if isinstance(error, ConnectionFailed):
        return (
            "Asana cannot be reached from this machine. Check the network, VPN or proxy, then log "
            f"in again. ({reason})"
        )
    if isinstance(error, DeadlineExceeded):
        return f"Asana has not answered within {_DEADLINE:.0f} seconds. Try again in a moment."
    return reason


def _format_message(content: str, role: str, kind: str) -> str:
    """Return a message with a bar in the colour of its kind; readers announce its role."""
    color = f"var(--jp-{kind}-color1, {_COLORS[kind]})"
    style = f"border-left: 4px solid {color}; padding-left: 8px; overflow-wrap: anywhere"
    return f'<div role="{role}" style="{style}; line-height: 1.5">{content}</div>'


def login(
    *,
    base_url: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    redirect_uri: str | None = None,
    scope: str = "",
) -> Login:
    """Show a form to log in; afterwards ``af.connect()`` works in this notebook.

    The token is not stored in any cell, output or widget state. It is forgotten when the kernel
    ends, unless "Remember on this machine" is ticked: then it is stored in the keyring, or in a
    file that only you can read.

    Parameters
    ----------
    base_url
        Base URL of the API; defaults to ``ASANA_BASE_URL`` of the environment, else Asana's.
    client_id, client_secret
        Your OAuth app; defaults to ``ASANA_CLIENT_ID`` and ``ASANA_CLIENT_SECRET`` of the
        environment. With an app, the form has a link "Log in with Asana".
    redirect_uri
        Redirect URI registered for the app: ``http://127.0.0.1:<port>/<path>`` if notebook and
        browser run on one machine; without it, you copy a code.
    scope
        Scopes to request, for an app with granular permissions: ``"tasks:read users:read"``.

    Returns
    -------
    Login
        The form; its ``asana`` is the connection, once logged in.

    Raises
    ------
    ConfigurationError
        The base URL would send the token unencrypted.
    InvalidArgument
        ``redirect_uri`` is neither out of band nor on this machine.

    Examples
    --------
    >>> login()
    <Login: not logged in at https://app.asana.com/api/1.0>
    """
    app = read_app(client_id, client_secret)
    client_secret = app[1]
    redirect_uri = OUT_OF_BAND if redirect_uri is None else redirect_uri
    check_text(redirect_uri, name="redirect_uri", like="http://127.0.0.1:8765/")
    return Login(resolve_base_url(base_url), app, redirect_uri or OUT_OF_BAND, scope)


def logout(*, base_url: str | None = None) -> list[str]:
    """Forget the login for a base URL, in this process and stored; revoke an OAuth login.

    Logins for other base URLs are kept. Existing connections with a personal access token go on
    working.

    Parameters
    ----------
    base_url
        Base URL of the API; defaults to ``ASANA_BASE_URL`` of the environment, else Asana's.

    Returns
    -------
    list of str
        Where a login was found: "the login of this process", "the keyring", "the file ...".

    Raises
    ------
    AuthError
        The login is forgotten here, but could not be revoked at Asana.
    ConfigurationError
        The file of stored logins cannot be read or written, or the keyring cannot delete the
        login.

    Warns
    -----
    AsanaWarning
        ``ASANA_ACCESS_TOKEN`` is set: ``connect()`` prefers it to a stored login and goes on
        working.
    """
    base_url = resolve_base_url(base_url)
    done = log_out(base_url)
    note = describe_environment_token(base_url)
    if note:
        warnings.warn(
            f"{note} connect() still works with it. Remove it from this process: "
            f'os.environ.pop("{TOKEN_VARIABLE}", None)',
            AsanaWarning,
            stacklevel=2,
        )
    if done.problem:
        raise AuthError(f"Forgotten here, but not revoked at Asana. {done.problem}")
    return done.places


def _get_text(value: Any) -> str:
    return value if isinstance(value, str) else ""
