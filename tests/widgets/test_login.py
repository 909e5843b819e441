"""Logging in from a notebook: what works afterwards, and where the token never is."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import comm
import ipywidgets as ipw
import pytest
import requests
from comm import base_comm

import asana_frames as af
from asana_frames.fetch.credential_store import credentials_path, load_credential
from asana_frames.fetch.credentials import Credential
from asana_frames.sandbox_server import Server
from asana_frames.widgets.logins import secret_box
from asana_frames.widgets.logins.browser_login import BrowserLogin
from asana_frames.widgets.logins.login import Login, login, logout
from asana_frames.widgets.logins.secret_box import SecretBox
from tests.logins import APP, Keyring, allow
from tests.recorder import Recorder, Reply

WRONG = "2/1234/5678:never-to-be-seen"
TOKEN = "sandbox:zoe.ng@acme.example"


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the kernel sends to browsers."""
    messages: list[str] = []

    class Recording(base_comm.BaseComm):
        def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **__: Any) -> None:
            messages.append(json.dumps([msg_type, data], default=repr))

    monkeypatch.setattr(comm, "create_comm", Recording)
    return messages


@pytest.fixture
def form(server: Server) -> Iterator[Login]:
    shown = login(base_url=server.url)
    yield shown
    shown.close()
    if shown.asana is not None:
        shown.asana.close()


def parts(form: ipw.Box, kind: type[Any]) -> list[Any]:
    found = [child for child in form.children if isinstance(child, kind)]
    boxes = [child for child in form.children if isinstance(child, ipw.Box)]
    return found + [part for box in boxes for part in parts(box, kind)]


def box(form: Login, label: str = "Token") -> SecretBox:
    return next(each for each in parts(form, SecretBox) if each.description == label)


def press(form: Login, label: str = "Log in") -> None:
    next(each for each in parts(form, ipw.Button) if each.description == label).click()


def said(form: Login) -> str:
    return next(each.value for each in parts(form, ipw.HTML) if "role=" in each.value)


def type_in(widget: SecretBox, text: str) -> None:
    """Do what a browser does when a text is whole."""
    widget.set_state({"value": text})


def enter(widget: SecretBox) -> None:
    """Do what a browser does when Enter is pressed."""
    widget._handle_custom_msg({"event": "submit"}, [])


def states(form: Login) -> str:
    """Return all that a saved notebook could hold of the form, and what it shows."""
    every = [form, *parts(form, ipw.Widget)]
    whole = ipw.Widget.get_manager_state(widgets=None)
    return repr([(each.get_state(), repr(each), each._repr_mimebundle_()) for each in every]) + (
        json.dumps(whole, default=repr)
    )


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.01)


def test_after_logging_in_connect_works_and_nothing_is_remembered(
    form: Login, server: Server
) -> None:
    assert form.asana is None
    assert "not logged in" in repr(form)

    box(form).value = TOKEN
    press(form)

    assert form.asana.users.get("me")["name"].tolist() == ["Zoe Ng"]
    told = re.sub("<[^>]*>", "|", said(form))
    assert "Logged in as ||Zoe Ng|| (zoe.ng@acme.example)|Workspace: |Acme|" in told
    assert "Not remembered" in said(form)
    assert f"af.connect(base_url=&quot;{server.url}&quot;)" in said(form)
    assert repr(form) == f"<Login: logged in as Zoe Ng at {server.url}>"
    with af.connect(base_url=server.url) as asana:
        assert asana.users.get("me")["name"].tolist() == ["Zoe Ng"]
    assert not credentials_path().exists()
    assert load_credential(server.url) is None


def test_the_base_url_of_the_environment_needs_no_argument(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASANA_BASE_URL", server.url)
    form = login()

    box(form).value = TOKEN
    press(form)

    assert "<code>af.connect()</code> now works" in said(form)
    af.connect().close()
    form.asana.close()


@pytest.mark.parametrize("comes_first", ["the key", "the text"])
def test_enter_logs_in_whichever_message_comes_first(form: Login, comes_first: str) -> None:
    if comes_first == "the key":
        enter(box(form))
    type_in(box(form), TOKEN)
    if comes_first == "the text":
        assert form.asana is None
        enter(box(form))

    assert form.asana is not None


def test_enter_in_the_empty_box_shows_an_error_and_a_later_text_waits_for_the_button(
    form: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_box, "PATIENCE", 0.05)

    enter(box(form))
    until(lambda: "no token in the box" in form._message.value)
    # As the browser does when the box loses its focus.
    type_in(box(form), TOKEN)

    assert form.asana is None
    press(form)
    assert form.asana is not None


@pytest.mark.parametrize("way", ["text", "button", "close"])
def test_what_comes_in_time_is_not_called_empty_afterwards(
    way: str, form: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_box, "PATIENCE", 0.3)
    enter(box(form))
    enter(box(form))

    if way == "text":
        type_in(box(form), TOKEN)
    elif way == "button":
        press(form)
    else:
        box(form).close()
    form._message.value = "as it is"
    time.sleep(0.35)

    assert form._message.value == "as it is"
    assert (form.asana is not None) == (way == "text")


def test_where_there_are_no_threads_enter_works_too(
    form: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        enter(box(form))
    assert "no token in the box" in said(form)

    type_in(box(form), TOKEN)

    assert form.asana is not None


def test_ticking_the_box_after_typing_does_not_log_in_yet(form: Login) -> None:
    type_in(box(form), TOKEN)
    next(iter(parts(form, ipw.Checkbox))).value = True

    assert form.asana is None
    press(form)
    assert "Remembered in the file" in said(form)


def test_it_is_remembered_only_when_ticked_and_shows_where(
    form: Login, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = Keyring(monkeypatch)
    next(iter(parts(form, ipw.Checkbox))).value = True

    box(form).value = TOKEN
    press(form)

    assert "Remembered in the keyring." in said(form)
    assert keyring.kept == {("asana-frames", server.url): TOKEN}


def test_a_failure_to_remember_is_shown_and_the_login_stands(form: Login, own_place: Path) -> None:
    (own_place / "asana-frames").write_text("in the way")
    next(iter(parts(form, ipw.Checkbox))).value = True

    box(form).value = TOKEN
    press(form)

    assert form.asana is not None
    assert "Not remembered" in said(form)
    assert str(credentials_path()) in said(form)


def test_a_failure_is_text_and_the_form_works_again(form: Login) -> None:
    press(form)
    assert "no token in the box" in said(form)
    box(form).value = "two words"
    press(form)
    assert "a space" in said(form)
    box(form).value = WRONG
    press(form)
    assert "Not logged in." in said(form)
    assert "Asana does not know this token." in said(form)
    assert 'href="https://app.asana.com/0/my-apps"' in said(form)
    assert form.asana is None

    box(form).value = TOKEN
    press(form)

    assert form.asana is not None


def test_a_server_that_is_not_there_is_text() -> None:
    form = login(base_url="http://127.0.0.1:9/api/1.0")

    box(form).value = WRONG
    press(form)

    assert "Asana cannot be reached from this machine. Check the network" in said(form)
    form.close()


def test_a_token_that_is_not_let_in_is_not_called_unknown(recorder: Recorder) -> None:
    form = login(base_url=recorder.url)
    recorder.replies(Reply(403, {"errors": [{"message": "Blocked by an administrator"}]}))

    box(form).value = WRONG
    press(form)

    assert "An administrator may have blocked tokens" in said(form)
    assert "Blocked by an administrator" in said(form)
    form.close()


def test_the_form_gives_way_to_the_account_and_comes_back(form: Login, sent: list[str]) -> None:
    box(form).value = TOKEN
    press(form)
    assert (form._form.layout.display, form._again.layout.display) == ("none", None)
    sent.clear()

    press(form, "Log in as someone else")

    assert (form._form.layout.display, form._again.layout.display) == (None, "none")
    assert any('"focus"' in message for message in sent)
    assert form.asana is not None


def test_after_a_failure_the_cursor_is_in_the_box(form: Login, sent: list[str]) -> None:
    box(form).value = WRONG
    sent.clear()

    press(form)

    assert any('"focus"' in message for message in sent)
    assert 'role="alert"' in said(form)


def test_what_the_server_says_is_escaped(recorder: Recorder) -> None:
    form = login(base_url=recorder.url)
    hostile = "<img src=x onerror=alert(1)>"
    recorder.replies(Reply(403, {"errors": [{"message": hostile}]}))
    box(form).value = WRONG
    press(form)
    assert "&lt;img" in said(form)

    recorder.replies(
        Reply(body={"data": {"gid": "1", "name": hostile, "workspaces": [{"name": hostile}]}})
    )
    box(form).value = WRONG
    press(form)

    assert form.asana is not None
    assert "<img" not in states(form).replace(f"logged in as {hostile}", "")
    form.asana.close()


def test_the_box_is_empty_before_anything_is_sent(recorder: Recorder) -> None:
    form = login(base_url=recorder.url)
    seen: list[str] = []

    def reply(_asked: Any) -> Reply:
        seen.append(f"{box(form).value}|{WRONG in states(form)}")
        return Reply(401, {"errors": [{"message": "Not Authorized"}]})

    recorder.reply = reply
    type_in(box(form), WRONG)
    press(form)

    assert seen == ["|False"]
    assert recorder.asked[0].headers["Authorization"] == f"Bearer {WRONG}"
    form.close()


@pytest.mark.parametrize("way", ["not sent", "button", "enter", "set"])
@pytest.mark.parametrize("kind", ["refused", "wrong letters", "nobody", "accepted"])
def test_no_state_message_log_or_text_ever_has_the_token(
    way: str,
    kind: str,
    recorder: Recorder,
    sent: list[str],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    token = f"{WRONG} x" if kind == "wrong letters" else WRONG
    me = {"gid": "1", "name": "Zoe", "workspaces": []}
    status = 401 if kind == "refused" else 200
    recorder.reply = lambda asked: Reply(status, {"data": me, "errors": [{"message": "No."}]})
    form = login(base_url="http://127.0.0.1:9/api/1.0" if kind == "nobody" else recorder.url)

    if way == "set":
        box(form).value = token
    else:
        type_in(box(form), token)
    if way in ("button", "set"):
        press(form)
    if way == "enter":
        enter(box(form))

    shown = capsys.readouterr()
    assert "role=" in "".join(sent) or way == "not sent"
    assert WRONG not in states(form)
    assert WRONG not in repr(vars(form)) + repr(vars(box(form)))
    assert WRONG not in caplog.text + shown.out + shown.err
    if way != "set":
        # A program that sets the trait itself sends it to the browser; what is typed is not
        # sent back.
        assert WRONG not in "".join(sent)
    form.close()


def test_the_form_is_made_of_stock_controls_with_labels(form: Login) -> None:
    state = box(form).get_state()

    assert (state["_model_module"], state["_model_name"]) == (
        "@jupyter-widgets/controls",
        "PasswordModel",
    )
    assert state["description"] == "Token"
    assert parts(form, ipw.Checkbox)[0].value is False
    links = "".join(each.value for each in parts(form, ipw.HTML))
    assert 'href="https://app.asana.com/0/my-apps"' in links
    assert 'rel="noopener noreferrer"' in links


def test_logging_out_forgets(form: Login, server: Server) -> None:
    next(iter(parts(form, ipw.Checkbox))).value = True
    box(form).value = TOKEN
    press(form)

    places = logout(base_url=server.url)

    assert places == ["the login of this process", f"the file {credentials_path()}"]
    with pytest.raises(af.AuthError, match="No Asana token found"):
        af.connect(base_url=server.url)
    assert logout(base_url=server.url) == []


def test_logging_out_warns_of_the_variable_that_still_logs_in(
    form: Login, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    box(form).value = TOKEN
    press(form)
    monkeypatch.setenv("ASANA_ACCESS_TOKEN", "sandbox")
    monkeypatch.setenv("ASANA_BASE_URL", server.url)

    with pytest.warns(af.AsanaWarning, match="ASANA_ACCESS_TOKEN is set") as caught:
        places = logout(base_url=server.url)

    assert places == ["the login of this process"]
    assert caught[0].filename == __file__
    assert "sandbox" not in str(caught[0].message)
    monkeypatch.setenv("ASANA_ACCESS_TOKEN", " ")
    assert logout(base_url=server.url) == []


# --------------------------------------------------------------------------- OAuth


def oauth_form(server: Server | Recorder, **options: Any) -> Login:
    return login(base_url=server.url, client_id=APP[0], client_secret=APP[1], **options)


def link(form: Login) -> str:
    page = next(each.value for each in parts(form, ipw.HTML) if "Log in with Asana" in each.value)
    assert 'target="_blank"' in page
    return page.partition('href="')[2].partition('"')[0].replace("&amp;", "&")


def test_a_copied_code_logs_in(server: Server, sent: list[str]) -> None:
    form = oauth_form(server)
    code = allow(link(form))

    type_in(box(form, "Code"), "wrong")
    press(form, "Use the code")
    assert "invalid_grant" in said(form)
    type_in(box(form, "Code"), code)
    enter(box(form, "Code"))

    assert "Zoe Ng" in said(form)
    with af.connect(base_url=server.url) as asana:
        assert asana.users.get("me")["name"].tolist() == ["Zoe Ng"]
        token = asana.http._renewer.credential  # type: ignore[union-attr]
    for secret in (code, token.token, token.refresh_token, APP[1]):
        assert secret not in states(form) + "".join(sent)
    assert logout(base_url=server.url) == ["the login of this process"]
    form.asana.close()


def test_the_browser_that_comes_back_logs_in(server: Server, sent: list[str]) -> None:
    form = oauth_form(server, redirect_uri="http://127.0.0.1:0/callback")

    page = requests.get(f"{link(form)}&allow=true", timeout=10)
    until(lambda: form.asana is not None and "Logged in" in said(form))

    assert "You can close this page" in page.text
    assert form.asana.users.get("me")["name"].tolist() == ["Zoe Ng"]
    form.asana.close()
    form.close()


def test_a_wrong_answer_of_the_browser_is_text_and_a_new_link_works(server: Server) -> None:
    form = oauth_form(server, redirect_uri="http://127.0.0.1:0/")
    requests.get(f"{link(form)}&allow=false", timeout=10)
    until(lambda: "access_denied" in said(form) if form._message.value else False)
    assert form.asana is None

    press(form, "New link")
    requests.get(f"{link(form)}&allow=true", timeout=10)

    until(lambda: form.asana is not None)
    form.asana.close()
    form.close()


def test_closing_the_form_stops_listening(server: Server) -> None:
    form = oauth_form(server, redirect_uri="http://127.0.0.1:0/")
    address = parts(form, BrowserLogin)[0]._listener.redirect_uri

    form.close()

    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=10)


@pytest.mark.parametrize("way", ["closed", "replaced"])
def test_an_attempt_that_is_closed_or_replaced_while_it_ends_logs_nobody_in(
    server: Server, way: str
) -> None:
    form = oauth_form(server, redirect_uri="http://127.0.0.1:0/")
    browser = parts(form, BrowserLogin)[0]
    listener = browser._listener

    class Attempt:
        def read_code(self, url: str) -> str:
            return url

        def redeem(self, code: str) -> Credential:
            begin_another(form, way)
            return Credential(TOKEN)

    listener.wait = lambda patience: "code"
    browser._await_code(listener, Attempt())

    assert_nobody_is_logged_in(form, server.url)
    form.close()


#: What Asana says of a token, by status.
ANSWERS: dict[int, Any] = {
    200: {"data": {"gid": "1", "name": "Zoe", "email": "", "workspaces": []}},
    401: {"errors": [{"message": "No."}]},
}


def begin_another(form: Login, way: str) -> None:
    """Close a form, or begin another attempt, which fails."""
    if way == "closed":
        form.close()
    elif way == "replaced":
        press(form, "New link")
    else:
        form._log_in(raise_auth_error)


def raise_auth_error() -> Credential:
    raise af.AuthError("The second attempt failed.")


def assert_nobody_is_logged_in(form: Login, base_url: str) -> None:
    assert form.asana is None
    assert "Logged in" not in form._message.value
    assert "does not know" not in form._message.value
    assert "Asking" not in form._message.value or form.comm is None
    assert not credentials_path().exists()
    with pytest.raises(af.AuthError, match="No Asana token found"):
        af.connect(base_url=base_url)


@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("way", ["closed", "another"])
def test_a_token_is_dropped_if_the_form_is_closed_or_used_again_while_asana_is_asked(
    recorder: Recorder, way: str, status: int
) -> None:
    form = login(base_url=recorder.url)
    form._remember.value = True
    told: list[str] = []

    def reply(_asked: Any) -> Reply:
        begin_another(form, way)
        told.append(form._message.value)
        return Reply(status, ANSWERS[status])

    recorder.reply = reply
    type_in(box(form), WRONG)
    press(form)

    assert_nobody_is_logged_in(form, recorder.url)
    assert way == "closed" or set(told) == {form._message.value}
    assert form._button.disabled is False
    form.close()


@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("way", ["closed", "replaced", "another"])
def test_a_redirect_is_dropped_if_another_attempt_is_begun_while_asana_is_asked(
    recorder: Recorder, way: str, status: int
) -> None:
    form = oauth_form(recorder, redirect_uri="http://127.0.0.1:0/")
    form._remember.value = True
    browser = parts(form, BrowserLogin)[0]

    def reply(_asked: Any) -> Reply:
        begin_another(form, way)
        return Reply(status, ANSWERS[status])

    recorder.reply = reply
    form._log_in(lambda: Credential(TOKEN), partial(browser._is_current, browser._listener))

    assert_nobody_is_logged_in(form, recorder.url)
    assert form._button.disabled is False
    form.close()


def test_a_link_that_ends_after_another_login_says_nothing(server: Server) -> None:
    form = oauth_form(server, redirect_uri="http://127.0.0.1:0/")
    box(form).value = TOKEN
    press(form)

    form._show_failure(af.AuthError("The browser did not come back."))

    assert "Logged in as" in said(form)
    form.asana.close()
    form.close()


@pytest.mark.parametrize("way", ["closed", "replaced"])
def test_a_link_no_longer_counts_when_its_wait_is_ended(server: Server, way: str) -> None:
    form = oauth_form(server, redirect_uri="http://127.0.0.1:0/")
    browser = parts(form, BrowserLogin)[0]
    listener, close = browser._listener, browser._listener.close
    counted: list[bool] = []

    def note_and_close() -> None:
        counted.append(browser._is_current(listener))
        close()

    listener.close = note_and_close
    begin_another(form, way)

    assert counted
    assert not any(counted)
    form.close()


def test_links_that_are_closed_or_replaced_leave_no_thread(server: Server) -> None:
    before = set(threading.enumerate())
    form = oauth_form(server, redirect_uri="http://127.0.0.1:0/")
    press(form, "New link")
    assert len(set(threading.enumerate()) - before) >= 2

    form.close()

    until(lambda: not set(threading.enumerate()) - before)
    assert form._message.value == ""


def test_a_redirect_elsewhere_is_refused_and_an_attempt_that_fails_leaves_no_listener(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(af.InvalidArgument, match="redirect_uri"):
        oauth_form(server, redirect_uri="https://example.com/")

    def fail(*_: object) -> None:
        raise af.ConfigurationError("The attempt failed.")

    monkeypatch.setattr("asana_frames.widgets.logins.browser_login.Authorization", fail)
    before = threading.active_count()
    with pytest.raises(af.ConfigurationError, match="attempt failed"):
        oauth_form(server, redirect_uri="http://127.0.0.1:0/")
    until(lambda: threading.active_count() <= before)


def test_without_an_app_there_is_no_link_and_with_one_of_the_environment_there_is(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = login(base_url=server.url)
    assert [each for each in parts(form, ipw.HTML) if "Log in with Asana" in each.value] == []
    monkeypatch.setenv("ASANA_CLIENT_ID", "sandbox-native")

    assert "client_id=sandbox-native" in link(login(base_url=server.url))
