"""Logging in with OAuth: a link that opens Asana, and what comes back from there."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from asana_frames.exceptions import AsanaError
from asana_frames.fetch.credentials import Credential
from asana_frames.fetch.oauth import OUT_OF_BAND, Authorization
from asana_frames.fetch.redirect_server import LOGIN_TIMEOUT, RedirectServer
from asana_frames.widgets.logins.secret_box import SecretBox


def link_to(url: str, text: str) -> str:
    """Return the HTML of a link that opens a new tab, escaped."""
    # JupyterLab shows links in widgets like any other text.
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="noopener noreferrer" '
        f'style="text-decoration: underline">{html.escape(text)}</a> (opens a new tab)'
    )


class BrowserLogin(ipw.VBox):
    """A link to Asana, and a box for the code or a listener that waits for the browser.

    Parameters
    ----------
    base_url
        The API's.
    app
        Client id and secret.
    redirect_uri
        Where the browser is sent; out of band, the code is copied by hand.
    scope
        What an app of granular permissions asks for.
    done
        Called with the login; in a thread of its own where a listener waited.
    failed
        Called with what went wrong.
    patience
        Seconds to wait for the browser.

    Raises
    ------
    ConfigurationError
        There is no client id, or the port of ``redirect_uri`` is in use.
    InvalidArgument
        The redirect can neither be copied from nor listened at.
    """

    def __init__(
        self,
        base_url: str,
        app: tuple[str, str],
        redirect_uri: str,
        scope: str,
        done: Callable[[Credential], None],
        failed: Callable[[AsanaError], None],
        patience: float = LOGIN_TIMEOUT,
    ) -> None:
        self._base_url, self._app, self._redirect_uri = base_url, app, redirect_uri
        self._scope = scope
        self._done, self._failed, self._patience = done, failed, patience
        self._listener: RedirectServer | None = None
        self._link = ipw.HTML()
        self._code = SecretBox("Code", self._redeem)
        is_copied = redirect_uri == OUT_OF_BAND
        self._button = ipw.Button(description="Use the code" if is_copied else "New link")
        self._button.on_click(self._pressed)
        box = [self._code] if is_copied else []
        row = ipw.HBox([*box, self._button], layout=ipw.Layout(flex_flow="row wrap"))
        super().__init__([self._link, row])
        self._begin()

    def __repr__(self) -> str:
        return f"<Log in with Asana: {self._attempt.url}>"

    def close(self) -> None:
        """Stop listening, and close the widget."""
        if self._listener is not None:
            self._listener.close()
        super().close()

    def _begin(self) -> None:
        """Start an attempt, with a link of its own."""
        redirect_uri = self._redirect_uri
        listener = None
        if redirect_uri != OUT_OF_BAND:
            if self._listener is not None:
                self._listener.close()
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
        self._link.value = link_to(attempt.url, "Log in with Asana")
        if listener is not None:
            listener.expect(attempt.state)
            # A daemon: it must not keep a kernel alive that is told to end.
            threading.Thread(target=self._await, args=(listener, attempt), daemon=True).start()

    def _await(self, listener: RedirectServer, attempt: Authorization) -> None:
        try:
            credential = attempt.redeem(attempt.read_code(listener.wait(self._patience)))
        except AsanaError as error:
            # Closed for a new attempt, or with the widget: nobody waits for this one any more.
            if listener is self._listener and self.comm is not None:
                self._failed(error)
            return
        self._done(credential)

    def _pressed(self, _button: Any) -> None:
        if self._redirect_uri == OUT_OF_BAND:
            self._redeem()
            return
        try:
            self._begin()
        except AsanaError as error:
            self._failed(error)

    def _redeem(self) -> None:
        try:
            credential = self._attempt.redeem(self._code.take())
        except AsanaError as error:
            self._failed(error)
            return
        self._done(credential)
