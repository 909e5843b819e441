"""BrowserLogin: log in with OAuth, by a code or a redirect to this machine."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as ipw

from asana_frames.exceptions import AsanaError
from asana_frames.fetch.credentials import Credential
from asana_frames.fetch.oauth import OUT_OF_BAND, Authorization
from asana_frames.fetch.redirect_server import LOGIN_TIMEOUT, RedirectServer
from asana_frames.widgets.closing import close_on_error, close_parts
from asana_frames.widgets.focus import Button, FindBox
from asana_frames.widgets.logins.secret_box import SecretBox


def format_link(url: str, text: str) -> str:
    """Return the HTML of a link that opens a new tab, escaped."""
    # JupyterLab does not underline links in widgets.
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="noopener noreferrer" '
        f'style="text-decoration: underline">{html.escape(text)}</a> (opens a new tab)'
    )


class BrowserLogin(ipw.VBox):
    """Show a link to Asana, and read the code from a box or from the redirect of the browser.

    Parameters
    ----------
    base_url
        Base URL of the API.
    app
        Client id and client secret.
    redirect_uri
        Where Asana sends the browser; if out of band, the user copies the code.
    scope
        Scopes to request, for an app with granular permissions.
    log_in
        Called with a function that returns the credential, and one that returns whether it is
        still wanted; from another thread if the browser was redirected.
    failed
        Called with the error if no answer comes, or there can be no link.
    find_box
        Finds the box in which the keyboard goes on where there is no box for a code.
    patience
        Seconds to wait for the browser.

    Raises
    ------
    ConfigurationError
        There is no client id, or the port of ``redirect_uri`` is in use.
    InvalidArgument
        ``redirect_uri`` is neither out of band nor on this machine.
    """

    def __init__(
        self,
        base_url: str,
        app: tuple[str, str],
        redirect_uri: str,
        scope: str,
        log_in: Callable[[Callable[[], Credential], Callable[[], bool]], None],
        failed: Callable[[AsanaError], None],
        find_box: FindBox = lambda: None,
        patience: float = LOGIN_TIMEOUT,
    ) -> None:
        self._base_url, self._app, self._redirect_uri = base_url, app, redirect_uri
        self._scope = scope
        self._log_in, self._failed, self._patience = log_in, failed, patience
        self._listener: RedirectServer | None = None
        self._link = ipw.HTML()
        self._code = SecretBox("Code", self._redeem_code)
        is_copied = redirect_uri == OUT_OF_BAND
        self._button = Button(description="Use the code" if is_copied else "New link")
        self._button.on_click(self._handle_button)
        self._button.find_box = lambda: self._code if is_copied else find_box()
        box = [self._code] if is_copied else []
        row = ipw.HBox([*box, self._button], layout=ipw.Layout(flex_flow="row wrap"))
        super().__init__([self._link, row])
        with close_on_error(self):
            self._start_attempt()

    def __repr__(self) -> str:
        return f"<Log in with Asana: {self._attempt.url}>"

    def close(self) -> None:
        """Stop listening, and close the widget and its controls, also one that is not shown."""
        if self.comm is None:
            return
        self._stop_listening()
        super().close()
        self._code.close()
        close_parts(self._code)
        close_parts(self)

    def _stop_listening(self) -> None:
        # Forgotten first: closing wakes the thread that waits, whose attempt no longer counts.
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()

    def _start_attempt(self) -> None:
        """Start a login attempt with a new link."""
        redirect_uri = self._redirect_uri
        listener = None
        if redirect_uri != OUT_OF_BAND:
            self._stop_listening()
            listener = self._listener = RedirectServer(redirect_uri)
            redirect_uri = listener.redirect_uri
        try:
            attempt = self._attempt = Authorization(
                self._base_url, *self._app, redirect_uri, self._scope
            )
        except AsanaError:
            if listener is not None:
                listener.close()
            raise
        self._link.value = format_link(attempt.url, "Log in with Asana")
        if listener is not None:
            listener.expect(attempt.state)
            # A daemon thread does not keep a kernel alive that is shut down.
            threading.Thread(
                target=self._await_code, args=(listener, attempt), daemon=True
            ).start()

    def _await_code(self, listener: RedirectServer, attempt: Authorization) -> None:
        is_wanted = partial(self._is_current, listener)
        try:
            answer = listener.wait(self._patience)
        except AsanaError as error:
            if is_wanted():
                self._failed(error)
            return
        self._log_in(lambda: attempt.redeem(attempt.read_code(answer)), is_wanted)

    def _is_current(self, listener: RedirectServer | None) -> bool:
        """Whether an attempt counts: it was not replaced, nor closed with the widget."""
        return listener is self._listener and self.comm is not None

    def _handle_button(self, _button: Any) -> None:
        if self._redirect_uri == OUT_OF_BAND:
            self._redeem_code()
            return
        try:
            self._start_attempt()
        except AsanaError as error:
            self._failed(error)

    def _redeem_code(self) -> None:
        redeem = partial(self._attempt.redeem, self._code.take())
        self._log_in(redeem, partial(self._is_current, self._listener))
